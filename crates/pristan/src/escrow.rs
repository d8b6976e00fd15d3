//! `pristan escrow`: the drill that proves that officers' shares still come together.

use crate::cli::{DrillArgs, Failure};
use crate::{admin, clock, out};

/// While officers are awaited.
const AWAITED: u8 = 3;
/// A drill that is younger than this, microseconds, need not be repeated.
const RECENT: i64 = 30 * 86_400 * 1_000_000;

#[derive(serde::Serialize)]
struct Report<'a> {
    organisation: &'a str,
    state: &'static str,
    /// Officers who have confirmed the drill that is open, and how many it takes.
    confirmed: usize,
    needed: usize,
    officers: usize,
    /// Officers whose own share was found right at some time.
    checked: usize,
    last_drill: Option<String>,
}

/// `pristan escrow drill`.
pub fn drill(args: &DrillArgs) -> Result<u8, Failure> {
    let office = admin::open(&args.at, &args.key)?;
    let ctx = clock::ctx();
    let directory = office.directory(&ctx)?;
    let found = directory.organisations.iter().find(|o| o.code == args.organisation);
    let organisation = found.ok_or_else(|| Failure::new("there is no organisation of that code"))?.id;
    let status = office::glass::drill_status(&office, &ctx, organisation)?;
    let status = status.ok_or_else(|| Failure::new("the organisation has no officers yet"))?;
    let recent = status.last.is_some_and(|at| ctx.now.saturating_sub(at) < RECENT);
    let wanted = status.confirmed.is_none() && (args.again || !recent);
    let status = if wanted {
        office::glass::drill(&office, &ctx, organisation)?;
        office::glass::drill_status(&office, &ctx, organisation)?.unwrap_or(status)
    } else {
        status
    };
    let moment = |at: i64| jiff::Timestamp::from_microsecond(at).map(|t| t.to_string()).unwrap_or_default();
    let report = Report {
        organisation: &args.organisation,
        state: if status.confirmed.is_some() { "waits for officers" } else { "the shares came together" },
        confirmed: status.confirmed.unwrap_or(0),
        needed: status.needed,
        officers: status.officers,
        checked: status.checked,
        last_drill: status.last.map(moment),
    };
    out::line(&serde_json::to_string_pretty(&report).map_err(|_| Failure::new("the report does not write"))?);
    Ok(if status.confirmed.is_some() { AWAITED } else { 0 })
}
