//! Who sees what: read from the policy itself each time, so that the page cannot say anything else than
//! what the program does.

use crate::answer::{Answer, page as render};
use crate::page::Page;
use crate::visit::Visit;
use askama::Template;
use domain::policy::{Action, Actor, Held, Relation, Resource, Role, decide, standing};
use domain::{Compartment, Id, OrganisationId, RecordKind, UserId};
use std::collections::BTreeSet;

/// A column: a text key, what is asked of which kind, and which compartment must be open.
struct Question {
    key: &'static str,
    action: Action,
    kind: RecordKind,
    opens: Compartment,
}

const fn reads(key: &'static str, kind: RecordKind, opens: Compartment) -> Question {
    Question { key, action: Action::View, kind, opens }
}

const fn does(key: &'static str, action: Action, kind: RecordKind) -> Question {
    Question { key, action, kind, opens: Compartment::C0 }
}

const IN_CASES: [Question; 8] = [
    reads("sees-case", RecordKind::Case, Compartment::C1),
    reads("sees-story", RecordKind::Case, Compartment::C2),
    reads("sees-name", RecordKind::Person, Compartment::C3),
    reads("sees-identification", RecordKind::Identification, Compartment::C1),
    reads("sees-services", RecordKind::Service, Compartment::C1),
    reads("sees-health", RecordKind::Service, Compartment::C5),
    reads("sees-returns", RecordKind::Return, Compartment::C1),
    Question { key: "sees-sealed", action: Action::Unseal, kind: RecordKind::Case, opens: Compartment::C4 },
];

const OUTSIDE: [Question; 7] = [
    reads("sees-signals", RecordKind::Signal, Compartment::C2),
    reads("sees-calls", RecordKind::Contact, Compartment::C2),
    reads("sees-training", RecordKind::Training, Compartment::C1),
    reads("sees-partners", RecordKind::Organisation, Compartment::C1),
    reads("sees-users", RecordKind::User, Compartment::C1),
    does("sees-search", Action::Search, RecordKind::Person),
    does("sees-figures", Action::Figures, RecordKind::Case),
];

const STEPS: [Question; 7] = [
    does("sees-open", Action::Create, RecordKind::Case),
    does("sees-write", Action::Edit, RecordKind::Case),
    does("sees-reveal", Action::Reveal, RecordKind::Person),
    does("sees-move", Action::Move, RecordKind::Return),
    does("sees-close", Action::Close, RecordKind::Case),
    does("sees-grant", Action::Grant, RecordKind::Case),
    does("sees-log", Action::Log, RecordKind::Case),
];

/// Ways of standing to a record, and the words for them.
const WAYS: [(&[Relation], &str); 6] = [
    (&[Relation::Own, Relation::Team], "own"),
    (&[Relation::Organisation], "organisation"),
    (&[Relation::Addressed], "addressed"),
    (&[Relation::Named], "named"),
    (&[Relation::National], "national"),
    (&[Relation::General], "general"),
];

struct Row {
    role: String,
    own: bool,
    cells: Vec<Cell>,
}

struct Cell {
    label: String,
    words: Vec<String>,
}

struct Table {
    id: &'static str,
    title: String,
    note: String,
    heads: Vec<String>,
    rows: Vec<Row>,
}

struct KindLine {
    kind: String,
    reads: Vec<String>,
    writes: Vec<String>,
}

struct RoleSheet {
    id: String,
    role: String,
    own: bool,
    lines: Vec<KindLine>,
}

struct Degree {
    name: String,
    who: String,
}

#[derive(Template)]
#[template(path = "sees.html")]
struct SeesPage {
    page: Page,
    tables: Vec<Table>,
    degrees: Vec<Degree>,
    roles: Vec<RoleSheet>,
}

fn actor(role: Role) -> Actor {
    Actor::new(UserId(Id([1; 16])), OrganisationId(Id([2; 16])), role, [0; 8])
}

/// Can this relation to a record of this kind come about? What lies in a case is reached through the case;
/// what is in none, through the organisation or by nature.
fn possible(relation: Relation, kind: RecordKind, action: Action) -> bool {
    use RecordKind::{Case, Person, Task};
    let outside =
        matches!(action, Action::Search | Action::Figures) || (action, kind) == (Action::Create, Case);
    let parent = kind.parent().unwrap_or(kind);
    let by_step = matches!(parent, RecordKind::Hold | RecordKind::LegalRequest);
    let of_case = parent == Case || by_step || RecordKind::IN_CASE.contains(&parent);
    match relation {
        Relation::General => outside || !of_case || parent == Task,
        // A signal or a call of another organisation is of the country; what is shared is never that far away.
        Relation::National => {
            !outside && standing(&actor(Role::Monitor), kind, Id([3; 16])) == Relation::National
        }
        // To a note, never to the case: who is named opens it and takes no part in the team.
        Relation::Named => action == Action::Unseal,
        _ => !outside && (of_case || parent == Person),
    }
}

/// In which ways a role may do something, as words, each once.
fn ways(page: &Page, role: Role, question: &Question) -> Vec<String> {
    let actor = actor(role);
    let mut codes = BTreeSet::new();
    for (at, (relations, code)) in WAYS.iter().enumerate() {
        for relation in *relations {
            let decision = decide(
                &actor,
                question.action,
                Resource { kind: question.kind, relations: &[Held::at_best(*relation)] },
            );
            if possible(*relation, question.kind, question.action)
                && decision.allow
                && decision.mask.has(question.opens)
            {
                codes.insert((at, word(&actor, question, code)));
            }
        }
    }
    let mut out: Vec<String> = Vec::new();
    for (_, code) in codes {
        let text = page.t(&format!("sees-way-{code}"));
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// What "general" means for a kind: a yes without a record, everything that is shared, what has no case yet,
/// or what the own organisation wrote.
fn word(actor: &Actor, question: &Question, code: &'static str) -> &'static str {
    let shared = standing(actor, question.kind, Id([3; 16])) == Relation::General;
    match code {
        "general" if matches!(question.action, Action::Search | Action::Figures | Action::Create) => "yes",
        "general" if shared => "all",
        "general" if question.kind == RecordKind::Person => "without-case",
        "general" => "organisation",
        other => other,
    }
}

/// Every role, the reader's own before the others.
fn roles_for(own: Role) -> Vec<Role> {
    let mut roles = Role::ALL.to_vec();
    roles.sort_by_key(|role| *role != own);
    roles
}

fn table(page: &Page, own: Role, id: &'static str, questions: &[Question]) -> Table {
    let rows = roles_for(own)
        .iter()
        .map(|role| Row {
            role: page.t(&format!("role-{}", role.code())),
            own: *role == own,
            cells: questions
                .iter()
                .map(|q| Cell { label: page.t(q.key), words: ways(page, *role, q) })
                .collect(),
        })
        .collect();
    Table {
        id,
        title: page.t(&format!("sees-table-{id}")),
        note: page.t(&format!("sees-table-{id}.note")),
        heads: questions.iter().map(|q| page.t(q.key)).collect(),
        rows,
    }
}

/// Every kind a role may read or write, and what of it opens: `поверени: кодове, описания, имена`.
fn kinds(page: &Page, role: Role) -> Vec<KindLine> {
    let actor = actor(role);
    let mut lines = Vec::new();
    for kind in RecordKind::ALL {
        let mut reads = Vec::new();
        for (relations, code) in WAYS {
            let mut mask = domain::Mask::NONE;
            for relation in relations.iter().filter(|r| possible(**r, *kind, Action::View)) {
                mask = mask.union(
                    decide(
                        &actor,
                        Action::View,
                        Resource { kind: *kind, relations: &[Held::at_best(*relation)] },
                    )
                    .mask,
                );
            }
            let opened: Vec<String> = Compartment::SEALED
                .iter()
                .filter(|c| mask.has(**c) && kind.spec().fields.iter().any(|f| f.compartment == **c))
                .map(|c| page.t(&format!("sees-degree-{}", c.code())))
                .collect();
            if !opened.is_empty() {
                let question = reads_of(*kind);
                let way = page.t(&format!("sees-way-{}", word(&actor, &question, code)));
                reads.push(format!("{way}: {}", opened.join(", ")));
            }
        }
        let mut writes = Vec::new();
        for action in [Action::Create, Action::Edit] {
            let question = Question { key: "", action, kind: *kind, opens: Compartment::C0 };
            let found = ways(page, role, &question);
            if !found.is_empty() {
                let what = page.t(if action == Action::Create { "sees-creates" } else { "sees-edits" });
                // Writing a first one needs no record to stand to: a plain yes says no more than the word.
                let plain = found == [page.t("sees-way-yes")];
                writes.push(if plain { what } else { format!("{what}: {}", found.join(", ")) });
            }
        }
        if !reads.is_empty() || !writes.is_empty() {
            lines.push(KindLine { kind: page.t(&format!("kind-{}", kind.code())), reads, writes });
        }
    }
    lines
}

fn reads_of(kind: RecordKind) -> Question {
    reads("", kind, Compartment::C0)
}

pub(super) fn page(visit: &Visit<'_>) -> Answer {
    let page = Page::new(visit, "");
    let own = visit.ctx.actor.role;
    let roles = roles_for(own)
        .iter()
        .map(|role| RoleSheet {
            id: format!("role-{}", role.code()),
            role: page.t(&format!("role-{}", role.code())),
            own: *role == own,
            lines: kinds(&page, *role),
        })
        .collect();
    let degrees = Compartment::SEALED
        .iter()
        .map(|c| Degree {
            name: page.t(&format!("sees-degree-{}", c.code())),
            who: page.t(&format!("seen-{}.who", c.code())),
        })
        .collect();
    let tables = vec![
        table(&page, own, "cases", &IN_CASES),
        table(&page, own, "steps", &STEPS),
        table(&page, own, "outside", &OUTSIDE),
    ];
    render(&SeesPage { page, tables, degrees, roles })
}
