//! What the kernel says about the measured process.

use std::path::{Path, PathBuf};

/// Ticks in a second, as `/proc` counts them on Linux.
const TICKS: f64 = 100.0;

/// Another process.
pub struct Process(PathBuf);

impl Process {
    /// By number.
    pub fn new(id: u32) -> Process {
        Process(Path::new("/proc").join(id.to_string()))
    }

    /// Processor time so far, in milliseconds, in steps of ten.
    pub fn cpu_ms(&self) -> f64 {
        let text = std::fs::read_to_string(self.0.join("stat")).unwrap_or_default();
        cpu_ticks(&text) * 1000.0 / TICKS
    }

    /// The most memory it ever had resident, in MB (1,000,000 bytes).
    pub fn peak_mb(&self) -> f64 {
        let text = std::fs::read_to_string(self.0.join("status")).unwrap_or_default();
        peak_kib(&text) * 1024.0 / 1e6
    }
}

/// `utime` and `stime`, the twelfth and thirteenth field behind the name in brackets.
fn cpu_ticks(stat: &str) -> f64 {
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    after.split_ascii_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum()
}

fn peak_kib(status: &str) -> f64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found() {
        let stat = "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0";
        assert!((cpu_ticks(stat) - 200.0).abs() < 1e-9);
        assert!((peak_kib("VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n") - 2048.0).abs() < 1e-9);
        let own = Process::new(std::process::id());
        assert!(own.peak_mb() > 0.5);
    }
}
