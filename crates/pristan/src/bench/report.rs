//! The figures as they are written.

use super::load::Measured;
use super::work::Workload;
use crate::cli::{Failure, Format};
use crate::out;
use serde::Serialize;

/// What was measured at all.
#[derive(Serialize)]
pub struct Header {
    /// Cases in the database.
    pub cases: u64,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// The most memory the server ever had, MB.
    pub server_peak_mb: f64,
    /// How long filling took; nothing when a filled folder was used again.
    pub fill_seconds: Option<f64>,
    /// Size of the database, MB.
    pub db_mb: f64,
    /// One sync of the disk, median and 95th, ms.
    pub fsync_ms: [f64; 2],
    /// First programme page after the start, when no figure is in memory, ms.
    pub programme_cold_ms: f64,
    /// What locking the organisation took.
    pub locking: super::locked::Locking,
}

/// One workload at one number of connections.
#[derive(Serialize)]
pub struct Row {
    /// W1 to W8.
    pub workload: &'static str,
    /// Connections.
    pub connections: u64,
    /// Median, ms.
    pub p50_ms: f64,
    /// 95th, ms.
    pub p95_ms: f64,
    /// 99th, ms.
    pub p99_ms: f64,
    /// Requests in a second.
    pub per_second: f64,
    /// Server's processor time for one request, ms.
    pub cpu_ms: f64,
    /// The floor that the ratio is to: F1 for reading, F2 for writing.
    pub floor: &'static str,
    /// Its median, ms.
    pub floor_ms: f64,
    /// Median by median of the floor.
    pub ratio: f64,
    /// Median of the same bytes from a static route, ms.
    pub f0_ms: f64,
    /// What the 95th is beyond one sync, ms; writing only.
    pub beyond_fsync_ms: Option<f64>,
    /// How many requests were made.
    pub requests: u64,
    /// Bytes of the last answer's body.
    pub bytes: usize,
    /// Measured after the organisation had locked, in a session that carries its keys.
    pub locked: bool,
    /// Median by the median of the same workload before locking, in the same run.
    pub to_open: Option<f64>,
}

/// Microseconds are enough.
pub fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

impl Row {
    /// Puts a row together.
    pub fn new(
        what: Workload,
        connections: u64,
        measured: &Measured,
        floors: (f64, Option<f64>, f64),
        bytes: usize,
    ) -> Row {
        let (f0, f1, f2) = floors;
        let (floor, floor_ms) = f1.map_or(("F2", f2), |f1| ("F1", f1));
        Row {
            workload: what.code(),
            connections,
            p50_ms: round(measured.p50),
            p95_ms: round(measured.p95),
            p99_ms: round(measured.p99),
            per_second: round(measured.per_second),
            cpu_ms: round(measured.cpu),
            floor,
            floor_ms: round(floor_ms),
            ratio: round(measured.p50 / floor_ms.max(1e-6)),
            f0_ms: round(f0),
            beyond_fsync_ms: what.writes().then(|| round((measured.p95 - f2).max(0.0))),
            requests: measured.requests,
            bytes,
            locked: false,
            to_open: None,
        }
    }
}

/// Writes the header and the rows.
pub fn write(header: &Header, rows: &[Row], format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let mut all = vec![serde_json::to_value(header).unwrap_or_default()];
            all.extend(rows.iter().map(|row| serde_json::to_value(row).unwrap_or_default()));
            let text =
                serde_json::to_string_pretty(&all).map_err(|_| Failure::new("the figures do not write"))?;
            out::line(&text);
        }
        Format::Table => out::text(&table(header, rows)),
    }
    Ok(())
}

fn table(header: &Header, rows: &[Row]) -> String {
    let [sync, sync95] = header.fsync_ms;
    let mut text = format!(
        "{} cases, {}; server at most {:.0} MB; database {:.0} MB; {}one sync {sync:.2} ms (95th {sync95:.2}); \
         first programme page {:.1} ms\n\n",
        header.cases,
        header.engine,
        header.server_peak_mb,
        header.db_mb,
        header.fill_seconds.map_or_else(String::new, |s| format!("filled in {s:.0} s; ")),
        header.programme_cold_ms,
    );
    let locking = &header.locking;
    text.push_str(&format!(
        "locking: {} data keys in {:.1} s; new epoch: {} grants in {:.2} s\n\n",
        locking.keys, locking.convert_seconds, locking.grants, locking.epoch_seconds
    ));
    text.push_str(
        "| | connections | p50 ms | p95 ms | p99 ms | requests/s | CPU ms | floor | floor ms | ratio | F0 ms | to open |\n\
         |---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|\n",
    );
    for r in rows {
        text.push_str(&format!(
            "| {} | {} | {:.2} | {:.2} | {:.2} | {:.0} | {:.2} | {} | {:.2} | {:.1} | {:.2} | {} |\n",
            if r.locked { format!("{} locked", r.workload) } else { r.workload.to_owned() },
            r.connections,
            r.p50_ms,
            r.p95_ms,
            r.p99_ms,
            r.per_second,
            r.cpu_ms,
            r.floor,
            r.floor_ms,
            r.ratio,
            r.f0_ms,
            r.to_open.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
        ));
    }
    text
}
