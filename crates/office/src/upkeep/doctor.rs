//! Looking an installation over: is everything there, does it open, does it fit together?

use super::{HEADER_FILE, Place};
use crate::audit::{Anchored, Verdict};
use crate::clock::ClockState;
use crate::desk::Desk;
use crate::{Ctx, Office, Result};
use domain::policy::EVERYONE_NATIONAL;
use domain::programme::{PersonFile, facts};
use domain::{Id, Mask, Record, RecordKind};
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use store::records::Stored;
use store::{ReadTx, Tx};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// Short name.
    pub name: &'static str,
    /// As it should be?
    pub ok: bool,
    /// What was found, in plain words; never anything sealed.
    pub detail: String,
}

/// Up to this many records everything is looked at anyway.
const SMALL: i64 = 5_000;
/// Otherwise so many places in the order of ids, and so many records from each.
const PLACES: u128 = 40;
const EACH: i64 = 50;
const EVERYTHING: Mask = Mask(0b11_1111);

/// Looks everything over. Without `full` a large installation is sampled: some two thousand records
/// from its whole history; the log is always verified from end to end.
///
/// # Errors
/// The database cannot be asked at all; what it answers is in the checks.
pub fn doctor(office: &Office, ctx: &Ctx, place: &Place, full: bool) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    let mut check = |name, ok, detail: String| checks.push(Check { name, ok, detail });

    match office.store.integrity() {
        Ok(found) if found.is_empty() => check("database", true, "every page reads".to_owned()),
        Ok(found) => {
            check("database", false, format!("{} findings, the first: {}", found.len(), first(&found)))
        }
        Err(error) => check("database", false, error.to_string()),
    }
    let (schema, known) = (office.store.schema_version()?, store::MIGRATIONS.last().map_or(0, |m| m.version));
    check("schema", schema == known, format!("{schema}, this program knows {known}"));

    let (missing, keys) = office.store.read("upkeep.doctor", |tx| {
        Ok::<_, store::StoreError>((store::keys::missing(tx)?, store::keys::count(tx)?))
    })?;
    check("keys", missing == 0, format!("{keys} keys, {missing} in use but missing from the keystore"));

    let mut round = Round::default();
    walk(office, ctx, full, &mut round)?;
    let Round { looked, sealed, access, persons, facts_off } = round;
    let of = |bad: u64, what: &str| format!("{looked} records looked at, {bad} {what}");
    check("records", sealed == 0, of(sealed, "do not open"));
    check("access", access == 0, of(access, "cases whose list rows do not fit"));
    check("facts", facts_off == 0, format!("{persons} persons counted anew, {facts_off} differ"));

    match crate::audit::verify(office)? {
        Verdict::Sound { size, .. } => check("log", true, format!("{size} leaves, all in place")),
        Verdict::Tampered { index, problem } => check("log", false, format!("leaf {index}: {problem}")),
        Verdict::RowChanged { id } => {
            check("log", false, format!("record {id} is not what the log wrote down"))
        }
        Verdict::Forged { table, row } => {
            check("log", false, format!("row {row} of {table} is not what the program wrote"));
        }
        Verdict::Behind { problem, .. } => check("log", false, problem),
    }
    let hours = |at: i64| (ctx.now / 1_000_000 - at).max(0) / 3600;
    let (anchored, detail) = match crate::audit::anchored(office, ctx.now)? {
        Anchored::At(at) => (true, format!("a witness signed {} hours ago", hours(at))),
        Anchored::Old(at) => (false, format!("unanchored: the last witness signed {} hours ago", hours(at))),
        Anchored::Never => (!office.watched()?, "unanchored: no witness has signed the log".to_owned()),
    };
    check("witness", anchored, detail);
    let mark = office.highest_time()?;
    check(
        "clock",
        crate::clock::judge(mark, ctx.now) == ClockState::Right,
        match crate::clock::judge(mark, ctx.now) {
            ClockState::Right => "it fits what was seen before".to_owned(),
            ClockState::Behind => "it is more than two days behind what was seen before".to_owned(),
            ClockState::Ahead => "it is more than ten years ahead of what was seen before".to_owned(),
        },
    );
    if let Some(dir) = place.folder() {
        let open = too_open(dir, matches!(place, Place::Folder(_)));
        check(
            "files",
            open.is_empty(),
            match open.first() {
                None => "only the owner may read them".to_owned(),
                Some(name) => format!("{name} may be read by others or is missing"),
            },
        );
    }
    Ok(checks)
}

fn first(found: &[String]) -> String {
    found.first().map(|f| f.chars().take(200).collect()).unwrap_or_default()
}

#[derive(Default)]
struct Round {
    looked: u64,
    sealed: u64,
    access: u64,
    persons: u64,
    facts_off: u64,
}

/// A few records at a time, so that neither memory nor a transaction grows with the house.
fn walk(office: &Office, ctx: &Ctx, full: bool, round: &mut Round) -> Result<()> {
    let (first, count) = office.store.read("upkeep.doctor", |tx| -> Result<_> {
        let mut count = 0;
        for kind in RecordKind::ALL {
            count += store::records::count(tx, kind.code())?;
        }
        Ok((store::records::all_after(tx, None, 1)?.first().map(|s| s.head.id), count))
    })?;
    let Some(Id(first)) = first else { return Ok(()) };
    let all = full || count <= SMALL;
    // Ids begin with their time: places spread evenly between the first one and now.
    let low = u128::from_be_bytes(first);
    let high = u128::try_from(ctx.now / 1000).unwrap_or(0).saturating_mul(1 << 80).max(low);
    let step = (high - low) / PLACES;
    let mut after = None;
    let mut next_place = 0;
    loop {
        let page = office.store.read("upkeep.doctor", |tx| -> Result<_> {
            let page = store::records::all_after(tx, after, if all { 500 } else { EACH })?;
            let last = page.last().map(|s| s.head.id);
            look(office, ctx, tx, page, round)?;
            Ok(last)
        })?;
        let Some(last) = page else { return Ok(()) };
        after = Some(last);
        if !all {
            next_place += 1;
            if next_place >= PLACES {
                return Ok(());
            }
            after = Some(Id((low + step * next_place).to_be_bytes()).max(last));
        }
    }
}

fn look(office: &Office, ctx: &Ctx, tx: &mut ReadTx<'_>, page: Vec<Stored>, round: &mut Round) -> Result<()> {
    let mut desk = Desk::new(office, ctx, tx);
    for stored in page {
        round.looked += 1;
        let head = stored.head.clone();
        let Ok(record) = desk.unseal(stored, EVERYTHING) else {
            round.sealed += 1;
            continue;
        };
        match head.kind {
            RecordKind::Case => {
                let rows = store::access::of_case(desk.tx, head.id)?;
                let fits = rows.iter().all(|r| r.state == head.state)
                    && rows.iter().any(|r| r.holder == EVERYONE_NATIONAL)
                    && head.assignee.is_none_or(|lead| rows.iter().any(|r| r.holder == lead));
                round.access += u64::from(!fits);
            }
            RecordKind::Person => match recount(&mut desk, &record) {
                Ok(same) => {
                    round.persons += 1;
                    round.facts_off += u64::from(!same);
                }
                // What does not open is counted where it lies.
                Err(crate::OfficeError::Sealed | crate::OfficeError::Store(store::StoreError::Forged(_))) => {
                }
                Err(error) => return Err(error),
            },
            _ => {}
        }
    }
    Ok(())
}

/// Are the stored facts of a person those that her records give?
fn recount<T: Tx>(desk: &mut Desk<'_, T>, person: &Record) -> Result<bool> {
    let id = person.head.id;
    let mut files = Vec::new();
    for case_id in store::records::ids_of_person(desk.tx, id, RecordKind::Case.code())? {
        let stored = desk.stored(case_id)?;
        let case = desk.unseal(stored, Mask::CODED)?;
        let mut records = Vec::new();
        for kind in [RecordKind::Identification, RecordKind::Return, RecordKind::Plan, RecordKind::Service] {
            for stored in store::records::of_case_kind(desk.tx, case_id, kind.code())? {
                records.push(desk.unseal(stored, Mask::CODED)?);
            }
        }
        files.push((case, records));
    }
    if files.is_empty() {
        return Ok(true);
    }
    let cases = files.iter().map(|(case, records)| (case, records.iter().collect())).collect();
    let mut wanted: HashSet<(i64, String, Id)> = HashSet::new();
    for fact in facts(&desk.office.programme, &PersonFile { person, cases }) {
        let mut add = |code: &str| {
            wanted.insert((desk.office.vault.fact_code(code), fact.on.to_string(), fact.subject))
        };
        add(fact.code);
        if !fact.group.is_empty() {
            add(&format!("{}/{}", fact.code, fact.group));
        }
    }
    let found: HashSet<(i64, String, Id)> = store::facts::of_owner(desk.tx, id)?.into_iter().collect();
    Ok(found == wanted)
}

/// Files that others may read, and files that are missing.
fn too_open(dir: &Path, databases: bool) -> Vec<&'static str> {
    let private = |path: &Path| std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 == 0);
    let mut names = vec![HEADER_FILE];
    if databases {
        names.extend(["pristan.db", "keystore.db"]);
    }
    let mut found: Vec<&'static str> = names.into_iter().filter(|name| !private(&dir.join(name))).collect();
    if !private(dir) {
        found.push("the folder");
    }
    found
}
