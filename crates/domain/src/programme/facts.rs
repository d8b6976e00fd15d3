//! From records to facts: on which day did which person fulfil which definition?
//! An indicator is then the number of different subjects with a fact inside the period.

use super::{PersonFile, Programme, group};
use crate::screening;
use crate::{Id, Record, RecordKind};
use jiff::civil::Date;

/// A subject fulfils a definition on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Code of the indicator or of the step on the way.
    pub code: &'static str,
    /// Who is counted: a person, a training, a trained person.
    pub subject: Id,
    /// The case in which it happened.
    pub case_id: Option<Id>,
    /// The day that decides the period.
    pub on: Date,
    /// Sex and age group, for tables.
    pub group: &'static str,
}

/// Facts of a person. See the definitions beside each code.
#[must_use]
pub fn facts(programme: &Programme, file: &PersonFile<'_>) -> Vec<Fact> {
    let mut out = Vec::new();
    let subject = file.person.head.id;
    let citizen = |country: &str| file.person.values.codes("citizenship").any(|c| c == country);
    let home = programme.country.as_str();
    let events: Vec<&Record> = file
        .cases
        .iter()
        .flat_map(|(_, r)| r.iter().copied())
        .filter(|r| r.head.kind == RecordKind::Identification)
        .collect();
    let latest = screening::latest(&events);
    let victim =
        latest.as_ref().is_some_and(|(outcome, _)| matches!(outcome.as_str(), "presumed" | "identified"));
    // Target group A: citizen of the programme's country identified outside it; B: foreigner identified in it.
    // The first identification decides where somebody was identified.
    let identified_in = events
        .iter()
        .filter(|e| matches!(e.get("outcome"), Some("presumed" | "identified")))
        .min_by_key(|e| (e.head.on_date, e.head.created_at))
        .and_then(|e| e.get("country"));
    let in_target = identified_in.is_some_and(|place| citizen(home) != (place == home));
    let counted = victim && (in_target || !programme.target_groups_only);

    for (case, records) in &file.cases {
        let child_track = case.get("track") == Some("children");
        let mut add = |code: &'static str, on: Date| {
            let group = group(&file.person.values, child_track, on);
            out.push(Fact { code, subject, case_id: Some(case.head.id), on, group });
        };
        let of = |kind: RecordKind| records.iter().copied().filter(move |r| r.head.kind == kind);
        let opened = case.head.on_date;
        if let Some(on) = opened {
            add("case", on);
        }
        for event in of(RecordKind::Identification) {
            if let (true, Some(on)) =
                (matches!(event.get("outcome"), Some("presumed" | "identified")), event.head.on_date)
            {
                add("identified", on);
            }
        }
        // R1: an assisted, voluntary movement that has arrived.
        let mut arrivals = Vec::new();
        for moving in
            of(RecordKind::Return).filter(|r| r.head.state == "arrived" && r.get("will") == Some("voluntary"))
        {
            let Some(on) = moving.values.date("arrived_on") else { continue };
            arrivals.push(on);
            let (from, to) = (
                moving.get("from_country").unwrap_or_default(),
                moving.get("to_country").unwrap_or_default(),
            );
            if case.get("role") == Some("accompanying_child") {
                add("R1k", on);
                continue;
            }
            if !victim {
                continue;
            }
            if from == home && to == home {
                add("R1c", on);
            } else if !counted {
                add("outside", on);
            } else if to == home && citizen(home) {
                add("R1", on);
                add("R1a", on);
            } else if from == home && citizen(to) && !citizen(home) {
                add("R1", on);
                add("R1b", on);
            }
        }
        let delivered: Vec<(&Record, Date)> = of(RecordKind::Service)
            .filter(|s| s.head.state == "delivered")
            .filter_map(|s| s.head.on_date.map(|on| (s, on)))
            .collect();
        // R3: any delivered service of the listed types; witnesses through witness protection.
        for (service, on) in &delivered {
            let kind = service.get("service_type").unwrap_or_default();
            if !programme.service_types.iter().any(|t| t == kind) {
                continue;
            }
            if counted {
                add("R3", *on);
            } else if case.get("role") == Some("witness") && kind == "witness_protection" {
                add("R3", *on);
                add("R3w", *on);
            } else if victim {
                add("outside", *on);
            }
        }
        // R2: a signed plan and a service after arrival that is not one-off: the first day on which
        // both are true. The plan may be signed before or after the service begins.
        let signed = of(RecordKind::Plan)
            .filter(|p| p.head.state != "draft")
            .filter_map(|p| p.values.date("signed_on"))
            .min();
        if let (true, Some(signed), Some(arrived)) = (counted, signed, arrivals.iter().min()) {
            let first = delivered
                .iter()
                .filter(|(s, on)| {
                    !s.values.ticked("one_off") && on >= arrived && s.get("service_type") != Some("other")
                })
                .map(|(_, on)| *on)
                .min();
            if let Some(first) = first {
                add("R2", first.max(signed));
            }
        }
        if case.head.state == "closed"
            && let Some(on) = case.values.date("closed_on")
        {
            add("closed", on);
        }
    }
    out.sort();
    out.dedup();
    // R2 is reached once in a life of help: the first such day decides.
    let first_r2 = out.iter().filter(|f| f.code == "R2").map(|f| f.on).min();
    out.retain(|f| f.code != "R2" || Some(f.on) == first_r2);
    out
}

/// Facts of a training: T1 when it was held with an attendance list, on identification or referral,
/// with both state and NGO present; T2 each participant (the same person at two trainings is one).
/// `trainees` pairs each attendance record with the id of the person it stands for.
#[must_use]
pub fn training_facts(training: &Record, trainees: &[(&Record, Id)]) -> Vec<Fact> {
    let (Some(on), "held") = (training.head.on_date, training.head.state.as_str()) else { return Vec::new() };
    let present = |institution: &str| trainees.iter().any(|(a, _)| a.get("institution") == Some(institution));
    let topic = training.values.codes("topics").any(|t| matches!(t, "identification" | "referral"));
    let fact = |code, subject, group| Fact { code, subject, case_id: None, on, group };
    let mut out = Vec::new();
    if topic && present("state") && present("ngo") {
        out.push(fact("T1", training.head.id, ""));
    }
    for (attendance, person) in trainees {
        let group = match attendance.get("institution") {
            Some("state") => "state",
            Some("ngo") => "ngo",
            Some("international") => "international",
            _ => "other",
        };
        out.push(fact("T2", *person, group));
    }
    out.sort();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Head, Mask, Values};

    fn head(kind: RecordKind, n: u8, state: &str, on: Option<Date>) -> Head {
        Head {
            id: Id([n; 16]),
            kind,
            case_id: None,
            person_id: None,
            parent_id: None,
            organisation_id: Id([0; 16]),
            assignee: None,
            state: state.to_owned(),
            on_date: on,
            due_on: None,
            number: None,
            version: 1,
            created_at: i64::from(n),
            created_by: Id([0; 16]),
            updated_at: 0,
            updated_by: Id([0; 16]),
        }
    }

    fn record(kind: RecordKind, n: u8, state: &str, on: &str, values: &[(&str, &str)]) -> Record {
        let values = values.iter().fold(Values::default(), |v, (k, x)| v.with(k, *x));
        Record {
            head: head(kind, n, state, on.parse().ok()),
            values,
            mask: Mask::PRIVILEGED,
            locked: Mask::NONE,
        }
    }

    fn programme() -> Programme {
        Programme::parse(include_str!("../../../../programmes/bg-2016-2017.toml")).unwrap()
    }

    fn codes(person: &[(&str, &str)], role: &str, records: &[Record]) -> Vec<&'static str> {
        let person = record(RecordKind::Person, 1, "", "", person);
        let case =
            record(RecordKind::Case, 2, "active", "2016-01-10", &[("track", "adults"), ("role", role)]);
        let file = PersonFile { person: &person, cases: vec![(&case, records.iter().collect())] };
        let mut codes: Vec<_> = facts(&programme(), &file).into_iter().map(|f| f.code).collect();
        codes.dedup();
        codes
    }

    fn identified(country: &str) -> Record {
        record(
            RecordKind::Identification,
            10,
            "",
            "2016-01-11",
            &[("outcome", "presumed"), ("country", country)],
        )
    }

    fn arrived(from: &str, to: &str, will: &str) -> Record {
        let values =
            [("from_country", from), ("to_country", to), ("will", will), ("arrived_on", "2016-02-26")];
        record(RecordKind::Return, 11, "arrived", "2016-02-26", &values)
    }

    fn service(n: u8, kind: &str, on: &str, one_off: bool) -> Record {
        let mut values = vec![("service_type", kind)];
        if one_off {
            values.push(("one_off", "yes"));
        }
        record(RecordKind::Service, n, "delivered", on, &values)
    }

    const BG: &[(&str, &str)] = &[("citizenship", "BG"), ("sex", "female"), ("birth_date", "1993")];
    const NG: &[(&str, &str)] = &[("citizenship", "NG"), ("sex", "male"), ("birth_date", "1990")];

    #[test]
    fn r1_tells_directions_apart() {
        let has = |c: &[&str], code| c.contains(&code);
        let a = codes(BG, "victim", &[identified("DE"), arrived("DE", "BG", "voluntary")]);
        assert!(has(&a, "R1") && has(&a, "R1a") && !has(&a, "R1b"), "{a:?}");
        let b = codes(NG, "victim", &[identified("BG"), arrived("BG", "NG", "voluntary")]);
        assert!(has(&b, "R1") && has(&b, "R1b") && !has(&b, "R1a"), "{b:?}");
        // Forced removal is never an assisted return.
        assert!(!has(&codes(NG, "victim", &[identified("BG"), arrived("BG", "NG", "forced")]), "R1"));
        // A Bulgarian trafficked inside Bulgaria is outside both target groups.
        let inside = codes(BG, "victim", &[identified("BG"), arrived("BG", "BG", "voluntary")]);
        assert!(has(&inside, "R1c") && !has(&inside, "R1"), "{inside:?}");
        // Without identification nobody is counted; a later "not a victim" takes her out again.
        assert!(!has(&codes(BG, "victim", &[arrived("DE", "BG", "voluntary")]), "R1"));
        let later = record(
            RecordKind::Identification,
            12,
            "",
            "2016-03-01",
            &[("outcome", "not_victim"), ("country", "BG")],
        );
        assert!(!has(
            &codes(BG, "victim", &[identified("DE"), later, arrived("DE", "BG", "voluntary")]),
            "R1"
        ));
        // An accompanying child has a row of its own.
        let child = codes(BG, "accompanying_child", &[arrived("DE", "BG", "voluntary")]);
        assert!(has(&child, "R1k") && !has(&child, "R1"), "{child:?}");
    }

    #[test]
    fn r2_needs_a_signed_plan_and_a_lasting_service_after_arrival() {
        let plan = |state| record(RecordKind::Plan, 20, state, "2016-03-01", &[("signed_on", "2016-03-05")]);
        let base = || vec![identified("DE"), arrived("DE", "BG", "voluntary")];
        let with = |extra: Vec<Record>| {
            let mut all = base();
            all.extend(extra);
            codes(BG, "victim", &all).contains(&"R2")
        };
        assert!(with(vec![plan("signed"), service(21, "psychological", "2016-03-10", false)]));
        assert!(!with(vec![plan("draft"), service(21, "psychological", "2016-03-10", false)]), "draft plan");
        assert!(!with(vec![plan("signed"), service(21, "humanitarian", "2016-03-10", true)]), "one-off");
        assert!(
            !with(vec![plan("signed"), service(21, "psychological", "2016-02-20", false)]),
            "before arrival"
        );
        assert!(!with(vec![service(21, "psychological", "2016-03-10", false)]), "no plan");
    }

    #[test]
    fn r2_is_dated_by_the_day_on_which_both_are_true_and_only_once() {
        let person = record(RecordKind::Person, 1, "", "", BG);
        let case = record(RecordKind::Case, 2, "active", "2016-01-10", &[("role", "victim")]);
        let records = [
            identified("DE"),
            arrived("DE", "BG", "voluntary"),
            record(RecordKind::Plan, 20, "signed", "2016-03-01", &[("signed_on", "2016-04-01")]),
            service(21, "psychological", "2016-03-10", false),
            service(22, "psychological", "2016-05-10", false),
        ];
        let file = PersonFile { person: &person, cases: vec![(&case, records.iter().collect())] };
        let r2: Vec<_> = facts(&programme(), &file).into_iter().filter(|f| f.code == "R2").collect();
        assert_eq!(r2.len(), 1);
        assert_eq!(r2[0].on, "2016-04-01".parse().unwrap());
    }

    #[test]
    fn r3_counts_listed_types_and_witnesses_under_protection() {
        let help = |kind| vec![identified("DE"), service(21, kind, "2016-03-10", true)];
        assert!(codes(BG, "victim", &help("humanitarian")).contains(&"R3"), "one-off help counts for R3");
        assert!(!codes(BG, "victim", &help("other")).contains(&"R3"));
        let witness = codes(BG, "witness", &[service(21, "witness_protection", "2016-03-10", false)]);
        assert!(witness.contains(&"R3") && witness.contains(&"R3w"));
        assert!(!codes(BG, "witness", &[service(21, "medical", "2016-03-10", false)]).contains(&"R3"));
    }

    #[test]
    fn t1_needs_state_and_ngo_and_t2_counts_people_once() {
        let training =
            |state| record(RecordKind::Training, 1, state, "2016-05-10", &[("topics", "identification")]);
        let state = record(RecordKind::Attendance, 2, "", "", &[("institution", "state")]);
        let ngo = record(RecordKind::Attendance, 3, "", "", &[("institution", "ngo")]);
        let who = |n| Id([n; 16]);
        let both = [(&state, who(1)), (&ngo, who(2)), (&state, who(1))];
        let held = training_facts(&training("held"), &both);
        assert_eq!(held.iter().filter(|f| f.code == "T1").count(), 1);
        assert_eq!(held.iter().filter(|f| f.code == "T2").count(), 2);
        assert!(training_facts(&training("planned"), &both).is_empty());
        assert!(training_facts(&training("held"), &[(&state, who(1))]).iter().all(|f| f.code != "T1"));
    }
}
