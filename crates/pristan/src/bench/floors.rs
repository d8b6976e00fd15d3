//! The floors, measured in the same run: the same bytes from memory (F0), the same rows straight
//! from the database (F1), one sync of the same disk (F2).

use super::load::{Bound, Measured, drive, quantile};
use super::names::Names;
use super::wire::Client;
use super::work::{Subject, Workload};
use crate::cli::Failure;
use domain::policy::{Actor, CaseList, Scope, scope};
use domain::{Id, RecordKind};
use office::Office;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use store::{ReadTx, StoreError};

/// F0: the body that the workload was answered with last, from a static route of the same server.
pub fn static_route(
    port: u16,
    what: Workload,
    body: &[u8],
    connections: u64,
    bound: Bound,
) -> Result<Measured, Failure> {
    let path = format!("/bench-floor/{}", what.code());
    let nobody = BTreeMap::new();
    Client::new(port, &nobody)?.send("POST", &path, Some(body))?;
    drive(
        connections,
        bound,
        None,
        |_| Client::new(port, &nobody),
        |client| match client.get(&path)?.status {
            200 => Ok(()),
            other => Err(Failure::new(format!("the static route answered with {other}"))),
        },
    )
}

/// Sample of ids for F1.
pub struct Rows {
    /// Who is measured.
    pub actor: Actor,
    /// His own list.
    pub scope: Scope,
    /// Cases with their persons.
    pub cases: Vec<(Id, Id)>,
    /// Numbers of cases.
    pub numbers: Vec<String>,
}

/// The ids that F1 reads.
pub fn rows(office: &Office, actor: Actor) -> Result<Rows, Failure> {
    let scope = scope(&actor, CaseList::Mine).ok_or_else(|| Failure::new("a case worker without cases"))?;
    let found = office.store.read("bench.rows", |tx| -> Result<_, StoreError> {
        let mut cases = Vec::new();
        let mut numbers = Vec::new();
        for line in store::access::page(tx, &scope, None, None, 1000)? {
            if let Some(stored) = store::records::get(tx, line.case_id)? {
                cases.extend(stored.head.person_id.map(|person| (line.case_id, person)));
                numbers.extend(stored.head.number);
            }
        }
        Ok((cases, numbers))
    })?;
    Ok(Rows { actor, scope, cases: found.0, numbers: found.1 })
}

/// F1: the rows that the workload shows, read in one transaction, nothing opened, nothing logged.
/// Workloads that write have no such floor.
pub fn straight(
    office: &Office,
    what: Workload,
    rows: &Rows,
    connections: u64,
    bound: Bound,
) -> Result<Option<Measured>, Failure> {
    if what.writes() {
        return Ok(None);
    }
    let read = |names: &mut Names| {
        let nth = names.below(u64::try_from(rows.cases.len()).unwrap_or(1));
        let nth = usize::try_from(nth).unwrap_or(0);
        office.store.read("bench.floor", |tx| walk(tx, what, rows, nth)).map_err(Failure::from)
    };
    drive(connections, bound, None, |n| Ok(Names::new(11, n)), read).map(Some)
}

fn walk(tx: &mut ReadTx<'_>, what: Workload, rows: &Rows, nth: usize) -> Result<(), StoreError> {
    match what {
        Workload::MyCases => {
            for line in store::access::page(tx, &rows.scope, None, None, 26)?.into_iter().take(25) {
                let case = store::records::get(tx, line.case_id)?;
                if let Some(person) = case.and_then(|c| c.head.person_id) {
                    store::records::get(tx, person)?;
                }
            }
        }
        // As many as a full page of results has.
        Workload::NameSearch => {
            for (case, person) in rows.cases.iter().cycle().skip(nth).take(25.min(rows.cases.len())) {
                store::records::get(tx, *person)?;
                store::records::get(tx, *case)?;
            }
        }
        Workload::NumberSearch => {
            if let Some(number) = rows.numbers.get(nth)
                && let Some(person) = store::records::by_number(tx, number)?.and_then(|h| h.person_id)
            {
                store::records::get(tx, person)?;
            }
        }
        Workload::CasePage => {
            if let Some((case, person)) = rows.cases.get(nth) {
                store::records::get(tx, *case)?;
                store::records::get(tx, *person)?;
                store::records::of_case(tx, *case)?;
                store::access::of_case(tx, *case)?;
            }
        }
        Workload::Home => {
            store::access::count(tx, &rows.scope, 1000)?;
            store::records::due(tx, rows.actor.user.0, RecordKind::Task.code(), "open", "2017-03-23", 20)?;
            for line in store::access::page(tx, &rows.scope, None, None, 5)? {
                store::records::get(tx, line.case_id)?;
            }
        }
        // The figures are kept in memory: what must be read is whether they still hold.
        Workload::Programme => {
            store::settings::get(tx, "facts_change")?;
        }
        Workload::AddNote | Workload::HotlineContact => {}
    }
    Ok(())
}

/// F2: 4 KiB appended and synced to a file beside the database. Median and 95th of 200, milliseconds.
pub fn sync(data: &Path) -> Result<(f64, f64), Failure> {
    let path = data.join("bench.sync");
    let wrong = |e: std::io::Error| Failure::new(format!("cannot measure the disk: {}", e.kind()));
    let mut file = std::fs::File::create(&path).map_err(wrong)?;
    let mut times = Vec::new();
    for n in 0..200u8 {
        let begun = Instant::now();
        file.write_all(&[n; 4096]).and_then(|()| file.sync_data()).map_err(wrong)?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    drop(file);
    std::fs::remove_file(&path).map_err(wrong)?;
    times.sort_by(f64::total_cmp);
    Ok((quantile(&times, 0.5), quantile(&times, 0.95)))
}

/// What the requests are about, from the rows.
pub fn subject(rows: &Rows, cases: u64, csrf: String) -> Result<Subject, Failure> {
    if rows.cases.is_empty() {
        return Err(Failure::new("the case worker has no case"));
    }
    let own = rows.cases.iter().map(|(case, _)| case.to_string()).collect();
    Ok(Subject { own, numbers: rows.numbers.clone(), cases, csrf, today: "2017-03-16".to_owned() })
}
