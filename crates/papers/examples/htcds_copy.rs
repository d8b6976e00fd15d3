//! Reads an HTCDS file and writes it again as a workbook and as CSV, or only reads it; prints figures as JSON.
//!
//! `htcds_copy IN [OUT.xlsx|OUT.csv ..]`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use papers::htcds::{Layout, Options, Reader, WriteOptions, Writer};

/// Largest memory of this process in megabytes, where the system tells.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths = std::env::args_os().skip(1);
    let from = paths.next().ok_or("which file?")?;
    let start = Instant::now();
    let mut reader = Reader::open_path(Path::new(&from), Options::new(jiff::civil::date(2026, 11, 24)))?;
    let opened = start.elapsed();
    let mut writers = Vec::new();
    for path in paths {
        let csv = Path::new(&path).extension().is_some_and(|e| e == "csv");
        let layout = if csv { Layout::Csv } else { Layout::Workbook };
        writers.push(Writer::new(BufWriter::new(File::create(&path)?), WriteOptions::new(layout))?);
    }
    let (mut rows, mut rejected, mut peak_early) = (0_u64, 0_u64, None);
    for row in reader.rows()? {
        match row {
            Ok(row) => {
                rows += 1;
                for writer in &mut writers {
                    writer.write(&row)?;
                }
            }
            Err(_) => rejected += 1,
        }
        if rows + rejected == 1000 {
            peak_early = peak_mb();
        }
    }
    for writer in writers {
        writer.finish()?;
    }
    let figures = serde_json::json!({
        "rows": rows,
        "rejected": rejected,
        "open_ms": opened.as_millis(),
        "total_ms": start.elapsed().as_millis(),
        "peak_mb_after_1000_rows": peak_early,
        "peak_mb": peak_mb(),
    });
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}
