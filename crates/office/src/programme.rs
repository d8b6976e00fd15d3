//! The programme's figures, computed from the records, and the lists behind them.

use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::programme::{Fact, Figure, GROUPS, PersonFile, facts};
use domain::{Action, Date, Id, Mask, Record, RecordKind};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Tx, WriteTx};

/// Figures of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// One for each indicator of the programme file.
    pub figures: Vec<Figure>,
    /// The way from signal to closure: step, all, women, men, children.
    pub way: Vec<(&'static str, [i64; 4])>,
    /// Participants of trainings by institution kind.
    pub trained: Vec<(&'static str, i64)>,
    /// Persons helped outside of the target groups.
    pub outside: i64,
}

/// The steps of the way, in order.
pub const STEPS: [&str; 6] = ["case", "identified", "R3", "R1", "R2", "closed"];

/// Figures in memory. They are thrown away when any fact changes, so they are never stale; the
/// number of the last change is read from the database with every page.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<(i64, Date, Date), Arc<Figures>>>);

const CHANGE: &str = "facts_change";

fn change<T: Tx>(tx: &mut T) -> Result<i64> {
    Ok(store::settings::get(tx, CHANGE)?.and_then(|v| v.parse().ok()).unwrap_or(0))
}

/// The figures of a period; by default the programme's own.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn figures(office: &Office, ctx: &Ctx, from: Option<Date>, to: Option<Date>) -> Result<Arc<Figures>> {
    office.look(ctx, "programme.figures", |desk| {
        desk.may_general(Action::Figures, RecordKind::Case)?;
        compute(office, desk.tx, from, to)
    })
}

/// The same without an actor, for the command line.
///
/// # Errors
/// The database.
pub fn figures_for_command(office: &Office, from: Option<Date>, to: Option<Date>) -> Result<Arc<Figures>> {
    office.store.read("programme.figures", |tx| compute(office, tx, from, to))
}

fn compute<T: Tx>(office: &Office, tx: &mut T, from: Option<Date>, to: Option<Date>) -> Result<Arc<Figures>> {
    let (from, to) = (from.unwrap_or(office.programme.from), to.unwrap_or(office.programme.to));
    let key = (change(tx)?, from, to);
    if let Some(known) = office.figures.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(Arc::clone(known));
    }
    let mut count = |code: &str| store::facts::count(tx, office.vault.fact_code(code), from, to);
    let mut figures = Vec::new();
    for indicator in &office.programme.indicators {
        let value = count(&indicator.code)?;
        let met = match (indicator.target, indicator.comparison) {
            (Some(target), Some(comparison)) => Some(comparison.met(value, target)),
            _ => None,
        };
        figures.push(Figure { code: indicator.code.clone(), value, target: indicator.target, met });
    }
    let mut way = Vec::new();
    for step in STEPS {
        let all = count(step)?;
        let mut groups = HashMap::new();
        for group in GROUPS {
            groups.insert(group, count(&format!("{step}/{group}"))?);
        }
        let [women, men, children] =
            COLUMNS.map(|(_, names)| names.iter().filter_map(|n| groups.get(n)).sum::<i64>());
        way.push((step, [all, women, men, children]));
    }
    let mut trained = Vec::new();
    for code in domain::codes::INSTITUTION.codes {
        trained.push((*code, count(&format!("T2/{code}"))?));
    }
    let outside = count("outside")?;
    let figures = Arc::new(Figures { from, to, figures, way, trained, outside });
    let mut cache = office.figures.0.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() > 16 {
        cache.clear();
    }
    cache.insert(key, Arc::clone(&figures));
    Ok(figures)
}

/// Writes the facts of an owner, if they differ from what is there.
///
/// # Errors
/// The database.
pub fn write_facts(desk: &mut Desk<'_, WriteTx<'_>>, owner: Id, facts: &[Fact]) -> Result<()> {
    let vault = &desk.office.vault;
    let mut wanted: Vec<(i64, Date, Id, Option<Id>)> = Vec::new();
    for fact in facts {
        wanted.push((vault.fact_code(fact.code), fact.on, fact.subject, fact.case_id));
        if !fact.group.is_empty() {
            let code = vault.fact_code(&format!("{}/{}", fact.code, fact.group));
            wanted.push((code, fact.on, fact.subject, fact.case_id));
        }
    }
    let now: HashSet<(i64, String, Id)> = store::facts::of_owner(desk.tx, owner)?.into_iter().collect();
    let then: HashSet<(i64, String, Id)> =
        wanted.iter().map(|(c, d, s, _)| (*c, d.to_string(), *s)).collect();
    if now == then {
        return Ok(());
    }
    store::facts::delete(desk.tx, owner)?;
    for (code, on, subject, case_id) in wanted {
        store::facts::insert(desk.tx, code, on, subject, case_id, owner)?;
    }
    let next = change(desk.tx)? + 1;
    store::settings::set(desk.tx, CHANGE, &next.to_string())?;
    Ok(())
}

/// Computes the facts of a person anew after something that counts has changed.
///
/// # Errors
/// `Sealed`; the database.
pub fn recount(desk: &mut Desk<'_, WriteTx<'_>>, record: &Record) -> Result<()> {
    let person = match (record.head.kind, record.head.case_id) {
        (RecordKind::Person, _) => Some(record.head.id),
        (RecordKind::Case, _) => record.head.person_id,
        (_, Some(case)) => store::records::head(desk.tx, case)?.and_then(|h| h.person_id),
        _ => None,
    };
    let Some(person) = person else { return Ok(()) };
    let case_ids = store::records::ids_of_person(desk.tx, person, RecordKind::Case.code())?;
    if case_ids.is_empty() {
        return Ok(());
    }
    let stored = desk.stored(person)?;
    let mut person_record = desk.unseal(stored.clone(), Mask::CODED)?;
    if person_record.get("born").is_none() {
        // Written down before the month of birth was kept among what is counted.
        person_record = desk.unseal(stored, Mask::IDENTITY)?;
    }
    let mut files = Vec::new();
    for id in case_ids {
        let stored = desk.stored(id)?;
        let case = desk.unseal(stored, Mask::CODED)?;
        let mut records = Vec::new();
        for kind in [RecordKind::Identification, RecordKind::Return, RecordKind::Plan, RecordKind::Service] {
            for stored in store::records::of_case_kind(desk.tx, id, kind.code())? {
                records.push(desk.unseal(stored, Mask::CODED)?);
            }
        }
        files.push((case, records));
    }
    let file = PersonFile {
        person: &person_record,
        cases: files.iter().map(|(case, records)| (case, records.iter().collect())).collect(),
    };
    let facts = facts(&desk.office.programme, &file);
    write_facts(desk, person, &facts)
}

/// A list behind a figure is no longer than this.
pub const ROWS: i64 = 200;

/// What stands behind a figure.
pub enum Behind {
    /// Cases with the first day that counts.
    Cases(Vec<(Record, String)>),
    /// Trainings.
    Trainings(Vec<(Record, String)>),
    /// People or contacts who are counted but not listed: how many.
    Counted(i64),
}

/// Columns of the table of the way and the groups they are made of.
const COLUMNS: [(&str, &[&str]); 3] = [
    ("women", &["female-adult"]),
    ("men", &["male-adult"]),
    ("children", &["female-child", "male-child", "other-child"]),
];

/// The list behind a figure: the cases of it that the actor may know of.
///
/// # Errors
/// `NotFound` when refused or the code is unknown; `Sealed`; the database.
pub fn behind(
    office: &Office,
    ctx: &Ctx,
    code: &str,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<(Behind, i64)> {
    behind_column(office, ctx, code, None, from, to)
}

/// The same for one column of the way: `women`, `men` or `children`.
///
/// # Errors
/// As [`behind`]; `NotFound` for an unknown column, or for a figure that has none.
pub fn behind_column(
    office: &Office,
    ctx: &Ctx,
    code: &str,
    column: Option<&str>,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<(Behind, i64)> {
    let groups = match column {
        None => None,
        Some(name) if STEPS.contains(&code) => Some(
            COLUMNS
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, groups)| *groups)
                .ok_or(OfficeError::NotFound)?,
        ),
        Some(_) => return Err(OfficeError::NotFound),
    };
    if office.programme.indicator(code).is_none() && !STEPS.contains(&code) && code != "outside" {
        return Err(OfficeError::NotFound);
    }
    let (from, to) = (from.unwrap_or(office.programme.from), to.unwrap_or(office.programme.to));
    office.look(ctx, "programme.behind", |desk| {
        desk.may_general(Action::Figures, RecordKind::Case)?;
        let key = office.vault.fact_code(code);
        let keys: Vec<i64> = match groups {
            Some(groups) => groups.iter().map(|g| office.vault.fact_code(&format!("{code}/{g}"))).collect(),
            None => vec![key],
        };
        let mut value = 0;
        for key in &keys {
            value += store::facts::count(desk.tx, *key, from, to)?;
        }
        match code {
            "T1" => {
                let mut rows = Vec::new();
                for (id, on) in store::facts::subjects(desk.tx, key, from, to, ROWS)? {
                    let stored = desk.stored(id)?;
                    let records = crate::records::open_all(desk, vec![stored])?;
                    rows.extend(records.into_iter().map(|r| (r, on.clone())));
                }
                Ok((Behind::Trainings(rows), value))
            }
            "T2" | "H1" | "H1s" => Ok((Behind::Counted(value), value)),
            _ => {
                let mut rows = Vec::new();
                let mut found = Vec::new();
                for key in keys {
                    found.extend(store::facts::cases(desk.tx, key, from, to, ROWS)?);
                }
                for (id, on) in found {
                    if let Some(case) = crate::records::case_header(desk, Some(id))? {
                        rows.push((case, on));
                    }
                }
                let ids: Vec<Id> = rows.iter().map(|(c, _)| c.head.id).collect();
                if !ids.is_empty() {
                    let decision = domain::Decision::by("figures", Mask::CODED);
                    desk.note_many("list", RecordKind::Case, ids.clone(), ids, decision, Mask::CODED);
                }
                Ok((Behind::Cases(rows), value))
            }
        }
    })
}
