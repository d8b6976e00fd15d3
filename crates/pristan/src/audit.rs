//! `pristan audit`: checking the log, writing it out, having it signed, and the clock it goes by.

use crate::anchor::{self, Answer};
use crate::cli::{AnchorArgs, AuditKeyArgs, ClockArgs, ExportLogArgs, Failure, VerifyArgs, Where};
use crate::{admin, clock, out};
use office::audit::{Demands, Report, Verdict};
use office::clock::{ClockState, judge};
use std::path::Path;
use vault::log::VerifierKey;

const TAMPERED: u8 = 1;
const UNREADABLE: u8 = 2;
/// What somebody else has seen is not here.
pub const BEHIND: u8 = 3;

/// A verifier key: the text itself, or a file with it.
pub fn verifier_key(text: &str) -> Result<VerifierKey, Failure> {
    let read = if text.contains('+') { text.to_owned() } else { small_file(Path::new(text))? };
    VerifierKey::parse(&read).map_err(|e| Failure { line: format!("{text}: {e}"), code: UNREADABLE })
}

fn small_file(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure {
        line: format!("cannot read {}: {}", path.display(), e.kind()),
        code: UNREADABLE,
    })
}

#[derive(serde::Serialize)]
struct Said {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaves: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_bad_leaf: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoints: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witnessed: Option<u64>,
}

fn said(report: &Report) -> (Said, u8) {
    let mut said = Said {
        verdict: "sound",
        leaves: None,
        root: None,
        first_bad_leaf: None,
        record: None,
        problem: None,
        checkpoints: None,
        rows: report.rows,
        witnessed: report.witnessed,
    };
    let code = match &report.verdict {
        Verdict::Sound { size, root } => {
            said.leaves = Some(*size);
            said.root = Some(root.iter().map(|byte| format!("{byte:02x}")).collect());
            said.checkpoints = Some(report.checkpoints);
            0
        }
        Verdict::Tampered { index, problem } => {
            said.verdict = "tampered";
            said.first_bad_leaf = Some(*index);
            said.problem = Some(problem.clone());
            TAMPERED
        }
        Verdict::RowChanged { id } => {
            said.verdict = "tampered";
            said.record = Some(id.to_string());
            said.problem = Some("the record is not what the log wrote down last".to_owned());
            TAMPERED
        }
        Verdict::Forged { table, row } => {
            said.verdict = "tampered";
            said.record = Some(row.clone());
            said.problem = Some(format!("a row of {table} is not what the program wrote"));
            TAMPERED
        }
        Verdict::Behind { problem, .. } => {
            said.verdict = "behind";
            said.problem = Some(problem.clone());
            BEHIND
        }
    };
    (said, code)
}

/// `pristan audit verify`: 0 sound, 1 tampered, 2 unreadable, 3 behind what was seen elsewhere.
pub fn verify(args: &VerifyArgs) -> Result<u8, Failure> {
    let unreadable = |failure: Failure| Failure { code: UNREADABLE, ..failure };
    let demands = Demands {
        since: args.since,
        witnesses: args.witness.iter().map(|w| verifier_key(w)).collect::<Result<_, _>>()?,
        seen: args.seen.iter().map(|path| small_file(path)).collect::<Result<_, _>>()?,
    };
    let report = match (&args.export, &args.key) {
        (Some(dir), Some(key)) => {
            let key = verifier_key(key)?;
            office::audit::verify_export(dir, &key, &demands).map_err(|e| unreadable(e.into()))?
        }
        _ => {
            let at = Where { data: args.data.clone(), database: args.database.clone() };
            let office = admin::open(&at, &args.secret).map_err(unreadable)?;
            office::audit::verify_with(&office, &demands).map_err(|e| unreadable(e.into()))?
        }
    };
    let (said, code) = said(&report);
    out::line(
        &serde_json::to_string(&said).map_err(|_| unreadable(Failure::new("the verdict does not write")))?,
    );
    if let Some(problem) = &said.problem {
        out::error(&format!("{}: {problem}", said.verdict));
    }
    Ok(code)
}

/// `pristan audit export`.
pub fn export(args: &ExportLogArgs) -> Result<u8, Failure> {
    let office = admin::open(&args.at, &args.key)?;
    let checkpoint = office::audit::export(&office, &clock::ctx(), &args.out)?;
    out::line(&format!("{} ({} leaves)", args.out.display(), checkpoint.size));
    Ok(0)
}

/// `pristan audit key`.
pub fn key(args: &AuditKeyArgs) -> Result<u8, Failure> {
    let office = admin::open(&args.at, &args.key)?;
    out::line(&office.vault.log_key().public().to_string());
    Ok(0)
}

/// `pristan audit anchor`: 0 signed by all, 1 by not all, 3 when one has seen something else.
pub fn anchor(args: &AnchorArgs) -> Result<u8, Failure> {
    let mut office = admin::open(&args.at, &args.key)?;
    let named = args.witness.targets()?;
    if args.keep {
        office::audit::set_targets(&office, &clock::ctx(), &named)?;
    }
    office.witnesses = named;
    let all = office.all_witnesses()?;
    if all.is_empty() {
        return Err(Failure::new("no witness: name one with --witness and --witness-key"));
    }
    let mut code = 0;
    for target in &all {
        let answer = anchor::submit(&office, target)?;
        out::line(&format!("{}: {answer}", target.key.name()));
        code = match answer {
            Answer::Signed { .. } => code,
            Answer::Ahead { .. } | Answer::Other { .. } => BEHIND,
            Answer::Refused(_) | Answer::Silent(_) => code.max(1),
        };
    }
    Ok(code)
}

/// `pristan audit clock`.
pub fn clock(args: &ClockArgs) -> Result<u8, Failure> {
    let office = admin::open(&args.at, &args.key)?;
    let now = clock::now();
    if args.accept {
        office::clock::accept(&office, &clock::ctx())?;
    }
    let mark = office.highest_time()?;
    let state = judge(mark, now);
    let text =
        serde_json::json!({ "clock": state, "now": clock::text(now), "highest_seen": clock::text(mark) });
    out::line(&text.to_string());
    Ok(u8::from(state != ClockState::Right))
}
