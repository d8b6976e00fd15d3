//! Which fields each answer shows to whom. What somebody may read at all is what the policy says of how she
//! stands to each record; what a page shows of that stands in the table.

use crate::canaries::Canary;
use crate::routes::{filled, is_post, said};
use crate::table::{Line, TABLE};
use crate::town::{Page, Town};
use domain::policy::FieldGroup;
use domain::{Action, Compartment, RecordKind};
use std::collections::BTreeSet;
use testkit::house::Engine;

type Groups = BTreeSet<String>;

/// Everybody who has nothing to do with the case, or something else: another organisation, a colleague, a
/// partner who was given the needs and nothing more, and each office of the house.
const OTHERS: [&str; 11] = [
    "ngo.animus",
    "second.worker",
    "mission.iom-de",
    "manager",
    "coordinator",
    "police",
    "prosecutor",
    "consul",
    "hotline",
    "monitor",
    "admin",
];

/// What reading needs: a page may show what lists, views or forms may open, and what its own action does.
fn reading(action: Action) -> Vec<Action> {
    vec![Action::List, Action::View, Action::Edit, action]
}

fn everything(page: &Page) -> String {
    let headers =
        page.headers.iter().map(|(n, v)| format!("{n}: {}\n", String::from_utf8_lossy(v.as_bytes())));
    headers.collect::<String>() + &page.body
}

/// A canary that stands in an answer and that the policy does not open to whoever asked.
fn beyond(town: &Town, login: &str, action: Action, path: &str, found: &[Canary]) -> Vec<String> {
    let actor = &town.people[login];
    let opens = |c: &Canary| town.birds.opens(actor, &reading(action), c.record).contains(&c.group);
    let repeats = |c: &Canary| town.birds.repeats(actor, &reading(action), path, &c.word);
    found.iter().filter(|c| !opens(c) && !repeats(c)).map(|c| format!("{}: {}", c.group, c.field)).collect()
}

/// Nothing for somebody whose login has ended by what the table does.
fn ask(town: &Town, line: &Line, path: &str, login: &str, form: &[(String, String)]) -> Option<Page> {
    let token = town.try_session(login)?;
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    Some(if is_post(line) { town.post(path, &token, &form) } else { town.get(path, &token) })
}

/// After a route was added: read what this test reports, judge it, write it into the table.
#[test]
fn each_answer_shows_what_stands_in_the_table_and_nobody_more_than_the_policy_opens() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let (mut wrong, mut leaks) = (Vec::new(), Vec::new());
        let (looks, steps): (Vec<&Line>, Vec<&Line>) = TABLE.iter().partition(|l| !is_post(l));
        for line in looks.into_iter().chain(steps) {
            let action = web::ROUTES
                .iter()
                .copied()
                .flatten()
                .find(|r| r.path == line.1 && r.method.as_str() == line.0);
            let action = action.expect("a route of the table").action;
            let path = filled(&town, line, false);
            let shows: Groups = line.5.split_whitespace().map(str::to_owned).collect();
            // A form is sent twice: with nothing in it, which shows the record again, and as written.
            let forms = if is_post(line) { vec![Vec::new(), said(&town, line)] } else { vec![Vec::new()] };
            let mut owner = Groups::new();
            for login in OTHERS.into_iter().filter(|l| *l != line.3).chain([line.3]) {
                for form in &forms {
                    let Some(page) = ask(&town, line, &path, login, form) else {
                        assert_eq!(login, "monitor");
                        continue;
                    };
                    let found = town.birds.in_text(&everything(&page));
                    let head =
                        page.headers.iter().any(|(_, v)| !town.birds.in_text(v.to_str().unwrap()).is_empty());
                    let of = format!("{engine:?}: {} {path} to {login} ({})", line.0, page.status);
                    if head {
                        leaks.push(format!("{of}: in a header"));
                    }
                    leaks.extend(
                        beyond(&town, login, action, &path, &found).iter().map(|c| format!("{of}: {c}")),
                    );
                    let groups: Groups = found.into_iter().map(|c| c.group).collect();
                    if login == line.3 {
                        owner.extend(groups);
                    } else if !groups.is_subset(&shows) {
                        leaks.push(format!(
                            "{of}: {:?} is more than the table says",
                            groups.difference(&shows)
                        ));
                    }
                }
            }
            if owner != shows {
                let owner: Vec<String> = owner.into_iter().collect();
                wrong.push(format!("{} {} shows {}", line.0, line.1, owner.join(" ")));
            }
        }
        let (leaks, wrong) = (leaks.join("\n"), wrong.join("\n"));
        assert!(leaks.is_empty() && wrong.is_empty(), "{engine:?}:\n{leaks}\nTo the owner:\n{wrong}");
    }
}

/// Every page about one record, for every record there is, to everybody: to partners who were given one field
/// group and nothing else, to every role of the house. The form is sent back broken, so that it is shown again.
#[test]
fn every_record_opens_to_everybody_as_the_policy_says() {
    for engine in Engine::BOTH {
        let Some(mut town) = Town::new(engine) else { continue };
        let partners = town.partners();
        let mut callers: Vec<String> = OTHERS.map(str::to_owned).to_vec();
        callers.push("caseworker".to_owned());
        callers.extend(partners);
        let (mut leaks, mut short) = (Vec::new(), Vec::new());
        let mut opened: BTreeSet<(String, String)> = BTreeSet::new();
        let records: Vec<_> = town.birds.heads.borrow().values().map(|h| (h.id, h.kind)).collect();
        for login in &callers {
            let token = town.session(login);
            let actor = town.people[login];
            // A session without her keys opens nothing of what is sealed for named people, not even the writer's.
            let secret = town.get(&format!("/sealed/{}", town.ids["sealed"]), &token);
            assert!(town.birds.in_text(&everything(&secret)).is_empty(), "{engine:?}: sealed to {login}");
            for (id, kind) in &records {
                let edit = format!("/records/{id}/edit");
                let pages = [
                    ("view", town.get(&format!("/records/{id}"), &token)),
                    ("form", town.get(&edit, &token)),
                    ("history", town.get(&format!("/records/{id}/history"), &token)),
                    ("sent back", town.post(&edit, &token, &[("_version", "1"), ("on_date", "утре")])),
                ];
                let may = town.birds.opens(&actor, &[Action::View, Action::Edit], *id);
                for (what, page) in &pages {
                    let of = format!("{engine:?}: {what} of {} to {login} ({})", kind.code(), page.status);
                    let found = town.birds.in_text(&everything(page));
                    leaks.extend(
                        beyond(&town, login, Action::View, "", &found).iter().map(|c| format!("{of}: {c}")),
                    );
                    opened.extend(found.into_iter().map(|c| (login.clone(), c.group)));
                }
                // The control: whoever may read it reads it, every field of it.
                let mut read: String = pages.into_iter().map(|(_, page)| page.body).collect();
                read += &town.get(&read_at(*kind, *id), &token).body;
                for canary in town.birds.all.borrow().iter().filter(|c| c.record == *id) {
                    let reveals = matches!(kind, RecordKind::Person) && canary.compartment == Compartment::C3;
                    if may.contains(&canary.group) && !read.contains(&canary.word) && !reveals {
                        short.push(format!("{engine:?}: {} of {} to {login}", canary.field, kind.code()));
                    }
                }
            }
        }
        assert!(leaks.is_empty(), "{engine:?}:\n{}", leaks.join("\n"));
        assert!(short.is_empty(), "{engine:?}: hidden from who may read it:\n{}", short.join("\n"));
        let of = |login: &str| -> Groups {
            opened.iter().filter(|(who, _)| who == login).map(|(_, g)| g.clone()).collect()
        };
        for group in FieldGroup::ALL {
            let wanted: Groups = expected(group).iter().map(|g| (*g).to_owned()).collect();
            assert_eq!(
                of(&format!("ngo.g-{}", group.code())),
                wanted,
                "{engine:?}: a share of {group:?} alone"
            );
        }
    }
}

/// Where a record of a kind is read that has a page of its own.
fn read_at(kind: RecordKind, id: domain::Id) -> String {
    match kind {
        RecordKind::Contact => format!("/hotline/{id}"),
        RecordKind::Signal => format!("/signals/{id}"),
        RecordKind::Person => format!("/people/{id}"),
        RecordKind::Case => format!("/cases/{id}?show=case"),
        RecordKind::Return => format!("/returns/{id}"),
        RecordKind::Training => format!("/training/{id}"),
        RecordKind::Erasure => format!("/erasures/{id}"),
        _ => format!("/records/{id}"),
    }
}

/// What a partner reads who was given one field group, in words of the records; written here a second time,
/// by hand, so that a group which opens more is noticed.
fn expected(group: FieldGroup) -> &'static [&'static str] {
    match group {
        FieldGroup::Contact | FieldGroup::Statistics => &[],
        FieldGroup::Identity => &["person.c3"],
        FieldGroup::Needs => &["goal.c2", "need.c2", "plan.c2", "service.c2", "task.c2", "visit.c2"],
        FieldGroup::Story => {
            &["case.c2", "consent.c2", "exploitation-record.c2", "identification.c2", "note.c2", "person.c2"]
        }
        FieldGroup::Health => &["note.c5", "service.c5"],
        FieldGroup::Location => &["leg.c3", "return.c3"],
        FieldGroup::Documents => &["gate.c2", "return.c2"],
    }
}
