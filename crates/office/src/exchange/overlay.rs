//! The way back: the kept cells, with everything in them that was changed in Pristan since.

use super::codes::{self, Table, back, forward};
use super::kept::{Cells, Kept, Made, Marks, changed};
use super::mapping::{ADDRESS, EXPLOITATION, TEXTS, choices, language, text};
use domain::{PartialDate, Record, Values};
use papers::htcds::{Cell, FieldId};

/// Something that the standard cannot say.
pub type Loss = (&'static str, &'static str);

/// The records that one row became.
pub struct Now<'a> {
    /// The person.
    pub person: Option<&'a Record>,
    /// The case.
    pub case: &'a Record,
    /// What happened to her.
    pub exploitation: Option<&'a Record>,
    /// The latest outcome of identification.
    pub outcome: Option<&'a str>,
}

/// The row to be written, and what of it is lost.
pub fn overlay(person: &Kept, case: &Kept, now: &Now<'_>) -> (Cells, Vec<Loss>) {
    let mut back = Back { cells: person.cells(), losses: Vec::new() };
    back.cells.extend(case.cells());
    if let Some(record) = now.person {
        back.person(&person.set, &record.values);
    }
    back.case(&case.set, &now.case.values);
    back.exploitation(case.exploitation.as_ref(), now.exploitation.map(|r| &r.values));
    back.outcome(now.outcome);
    (back.cells, back.losses)
}

struct Back {
    cells: Cells,
    losses: Vec<Loss>,
}

impl Back {
    fn set(&mut self, field: &str, cell: Option<Cell>) {
        let Some(id) = FieldId::parse(field) else { return };
        match cell {
            Some(cell) => self.cells.insert(id, cell),
            None => self.cells.remove(&id),
        };
    }

    fn set_text(&mut self, field: &str, value: Option<&str>) {
        self.set(field, value.map(|t| Cell::Text(t.to_owned())));
    }

    fn set_codes(&mut self, field: &'static str, codes: Vec<&str>) {
        let cell = match FieldId::parse(field) {
            Some(id) if !codes.is_empty() => Cell::codes(id, codes),
            _ => None,
        };
        self.set(field, cell);
    }

    /// What of the choices still holds stays as it came, since ours are coarser; what is new is added.
    fn set_choices(&mut self, field: &'static str, table: Table, now: &[&str]) {
        let old: Vec<&'static str> = choices(&self.cells, field).to_vec();
        let mut codes: Vec<&'static str> =
            old.into_iter().filter(|c| forward(table, c).is_some_and(|ours| now.contains(&ours))).collect();
        let held: Vec<&str> = codes.iter().filter_map(|c| forward(table, c)).collect();
        for ours in now.iter().filter(|n| **n != "unknown" && !held.contains(n)) {
            match back(table, ours) {
                Some(code) if !codes.contains(&code) => codes.push(code),
                Some(_) => {}
                None => self.losses.push((field, "left out: the standard has no code for it")),
            }
        }
        self.set_codes(field, codes);
    }

    fn texts(&mut self, set: &Marks, now: &Values, spec: &domain::Spec) {
        for (theirs, ours) in TEXTS {
            if spec.field(ours).is_some() && changed(set, now, ours) {
                self.set_text(theirs, now.get(ours));
            }
        }
    }

    fn person(&mut self, set: &Marks, now: &Values) {
        self.texts(set, now, &domain::people::PERSON);
        if changed(set, now, "sex") {
            let sex: Vec<&str> = now.codes("sex").filter_map(|s| back(codes::SEX, s)).collect();
            self.set_codes("prs_Gender", sex);
        }
        if changed(set, now, "birth_date") {
            self.birth(now);
        }
        if changed(set, now, "citizenship") {
            let now: Vec<&str> = now.codes("citizenship").collect();
            let unknown = |c: &str| domain::codes::COUNTRIES.known(c).is_none();
            let mut codes: Vec<&str> = choices(&self.cells, "prs_Citizenship").to_vec();
            codes.retain(|c| unknown(c) || now.contains(c));
            let added: Vec<&str> = now.into_iter().filter(|c| !codes.contains(c)).collect();
            codes.extend(added);
            self.set_codes("prs_Citizenship", codes);
        }
        if changed(set, now, "phone") {
            let home = text(&self.cells, "prs_MobilePhone").is_none()
                && text(&self.cells, "prs_HomePhone").is_some();
            self.set_text(if home { "prs_HomePhone" } else { "prs_MobilePhone" }, now.get("phone"));
        }
        if changed(set, now, "current_address") {
            // The parts of the address before would make a wrong one together with the new line.
            for part in ADDRESS.iter().chain(&["prs_MailingLongitude", "prs_MailingLatitude"]) {
                self.set(part, None);
            }
            self.set_text("prs_MailingStreet", now.get("current_address"));
        }
        if changed(set, now, "spoken") {
            self.languages(now);
        }
    }

    fn birth(&mut self, now: &Values) {
        let born = now.get("birth_date").and_then(PartialDate::parse);
        let exact = born.filter(|b| b.day.is_some() && !b.approximate).and_then(PartialDate::earliest);
        if born.is_some() && exact.is_none() {
            self.losses.push(("prs_Birthdate", "left out: the date of birth is not known to the day"));
        }
        self.set("prs_Birthdate", exact.map(Cell::Date));
    }

    fn languages(&mut self, now: &Values) {
        const FIELDS: [&str; 2] = ["prs_PrimaryLanguage", "prs_SecondaryLanguage"];
        let spoken: Vec<&str> = now.codes("spoken").collect();
        let mut codes: Vec<&'static str> = FIELDS
            .iter()
            .flat_map(|f| choices(&self.cells, f))
            .copied()
            .filter(|c| spoken.contains(&language(c)))
            .collect();
        for ours in spoken {
            if codes.iter().any(|c| language(c) == ours) {
                continue;
            }
            match back(codes::LANGUAGE, ours) {
                Some(code) => codes.push(code),
                None => {
                    self.losses.push(("prs_PrimaryLanguage", "left out: another language, not said which"))
                }
            }
        }
        if codes.len() > FIELDS.len() {
            self.losses.push(("prs_SecondaryLanguage", "left out: the standard takes two languages"));
        }
        for (index, field) in FIELDS.into_iter().enumerate() {
            self.set_codes(field, codes.get(index).copied().into_iter().collect());
        }
    }

    fn case(&mut self, set: &Marks, now: &Values) {
        self.texts(set, now, &domain::cases::CASE);
        // The first day of the case came from the referral only when the row had one.
        if set.contains_key("on_date") && changed(set, now, "on_date") {
            self.set("cas_IncomingReferralDate", now.date("on_date").map(Cell::Date));
        }
        let closed = now.get("state") == Some("closed");
        let why = changed(set, now, "closure_reason") || changed(set, now, "closure_note");
        if changed(set, now, "state") || changed(set, now, "closure_reason") {
            let referred = now.get("closure_reason") == Some("referred_on");
            let status = match now.get("state") {
                Some("closed") if referred => Some("ClosedReferred"),
                Some(state) => back(codes::STATUS, state),
                None => None,
            };
            self.set_codes("cas_Status", status.into_iter().collect());
            if closed && referred && changed(set, now, "closed_on") {
                self.set("cas_OutgoingReferralDate", now.date("closed_on").map(Cell::Date));
            }
        }
        if closed && why {
            let code = now.get("closure_reason").map(|c| c.replace('_', " "));
            self.set_text("cas_ReasonForCaseClosure", now.get("closure_note").or(code.as_deref()));
        }
    }

    fn exploitation(&mut self, made: Option<&Made>, now: Option<&Values>) {
        let Some(now) = now else { return };
        let none = Marks::new();
        let set = made.map_or(&none, |m| &m.set);
        for (theirs, ours, table) in EXPLOITATION {
            if changed(set, now, ours) {
                let codes: Vec<&str> = now.codes(ours).collect();
                self.set_choices(theirs, table, &codes);
            }
        }
        if changed(set, now, "countries") {
            self.set_codes("hte_Country", now.codes("countries").collect());
        }
        if changed(set, now, "story") {
            self.set_text("hte_Description", now.get("story"));
        }
    }

    /// Outcomes that the standard calls the same are the same here.
    fn outcome(&mut self, now: Option<&str>) {
        let Some(code) = now.and_then(|o| back(codes::OUTCOME, o)) else { return };
        if choices(&self.cells, "vic_TraffickingStatus").first() != Some(&code) {
            self.set_codes("vic_TraffickingStatus", vec![code]);
        }
    }
}
