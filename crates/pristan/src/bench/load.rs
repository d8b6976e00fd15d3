//! Driving a number of connections for a while, and what comes of it.

use super::process::Process;
use crate::cli::Failure;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a measurement goes on.
#[derive(Clone, Copy)]
pub struct Bound {
    /// At most so long.
    pub time: Duration,
    /// At most so many requests.
    pub requests: u64,
}

/// What was measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    /// Median, milliseconds.
    pub p50: f64,
    /// 95 in 100 took no longer.
    pub p95: f64,
    /// 99 in 100 took no longer.
    pub p99: f64,
    /// Requests in a second.
    pub per_second: f64,
    /// Processor time of the server for one request.
    pub cpu: f64,
    /// How many there were.
    pub requests: u64,
}

/// The smallest of the values that at least this part of them do not exceed.
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let count = sorted.len() as f64;
    let rank = (part * count).ceil().clamp(1.0, count.max(1.0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank between 1 and the length"
    )]
    let index = rank as usize - 1;
    sorted.get(index).copied().unwrap_or(0.0)
}

/// Runs `make(connection)` once on each thread and what it gives again and again, until the bound.
pub fn drive<S, F>(
    connections: u64,
    bound: Bound,
    server: Option<&Process>,
    make: impl Fn(u64) -> Result<S, Failure> + Sync,
    step: F,
) -> Result<Measured, Failure>
where
    F: Fn(&mut S) -> Result<(), Failure> + Sync,
{
    let taken = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let cpu = server.map_or(0.0, Process::cpu_ms);
    let started = Instant::now();
    let (make, step, taken, stop) = (&make, &step, &taken, &stop);
    let work = move |connection: u64| -> Result<Vec<f64>, Failure> {
        let mut state = make(connection)?;
        let mut times = Vec::new();
        while !stop.load(Ordering::Relaxed)
            && started.elapsed() < bound.time
            && taken.fetch_add(1, Ordering::Relaxed) < bound.requests
        {
            let begun = Instant::now();
            if let Err(failure) = step(&mut state) {
                stop.store(true, Ordering::Relaxed);
                return Err(failure);
            }
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(times)
    };
    let answers: Vec<Result<Vec<f64>, Failure>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|n| scope.spawn(move || work(n))).collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err(Failure::new("a measuring thread broke off"))))
            .collect()
    });
    let seconds = started.elapsed().as_secs_f64();
    let cpu = server.map_or(0.0, Process::cpu_ms) - cpu;
    let mut times = Vec::new();
    for answer in answers {
        times.extend(answer?);
    }
    times.sort_by(f64::total_cmp);
    let count = times.len() as f64;
    Ok(Measured {
        p50: quantile(&times, 0.50),
        p95: quantile(&times, 0.95),
        p99: quantile(&times, 0.99),
        per_second: count / seconds.max(1e-9),
        cpu: cpu / count.max(1.0),
        requests: u64::try_from(times.len()).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((quantile(&values, 0.5) - 50.0).abs() < 1e-9);
        assert!((quantile(&values, 0.95) - 95.0).abs() < 1e-9);
        assert!((quantile(&values, 1.0) - 100.0).abs() < 1e-9);
        assert!((quantile(&[7.0], 0.99) - 7.0).abs() < 1e-9);
        assert!(quantile(&[], 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_bound_holds_over_all_connections_and_a_failure_ends_all() {
        let bound = Bound { time: Duration::from_secs(5), requests: 10 };
        let done = drive(3, bound, None, |_| Ok(()), |()| Ok(())).ok().unwrap();
        assert_eq!(done.requests, 10);
        let failed = drive(2, bound, None, |_| Ok(()), |()| Err(Failure::new("no")));
        assert!(failed.is_err());
    }
}
