//! Asking witnesses to sign the log: over HTTP, at fixed times, and once at each start.
//!
//! Plain HTTP on purpose: what goes over the wire is signed on both sides and says no more than how long
//! the log is. Where even that is to be hidden, the address is that of a local tunnel.

use crate::audit::BEHIND;
use crate::cli::Failure;
use crate::{clock, out};
use office::Office;
use office::audit::{Target, answered, ask, known_size, newest};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;

const TIMEOUT: Duration = Duration::from_secs(10);
/// A 409 is tried again with the size it named; the second one is an answer.
const TRIES: usize = 2;

/// What a witness said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It signed.
    Signed {
        /// So many leaves.
        size: u64,
    },
    /// It has seen more than is here.
    Ahead {
        /// Leaves here.
        size: u64,
        /// Leaves seen there.
        seen: u64,
    },
    /// It has seen another log.
    Other {
        /// Leaves here.
        size: u64,
    },
    /// It does not sign, for a reason that says nothing about the log.
    Refused(String),
    /// It does not answer.
    Silent(String),
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signed { size } => write!(f, "signed {size} leaves"),
            Self::Ahead { size, seen } => write!(
                f,
                "has seen {seen} leaves, here are {size}: this database is older than what was signed"
            ),
            Self::Other { size } => write!(f, "has seen another history than the one here, of {size} leaves"),
            Self::Refused(why) => write!(f, "does not sign: {why}"),
            Self::Silent(why) => write!(f, "does not answer: {why}"),
        }
    }
}

/// Asks one witness to sign the log as it is.
pub fn submit(office: &Office, target: &Target) -> Result<Answer, Failure> {
    let Some(head) = newest(office)? else {
        return Ok(Answer::Refused("nothing was ever logged".to_owned()));
    };
    let size = head.0.size;
    let mut old = known_size(office, &target.key)?.min(size);
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build();
    let agent: Agent = config.into();
    let url = format!("{}/add-checkpoint", target.url.trim_end_matches('/'));
    for _ in 0..TRIES {
        let body = ask(office, old, &head)?.body();
        let mut response = match agent.post(&url).send(body) {
            Ok(response) => response,
            Err(ureq::Error::Timeout(_)) => return Ok(Answer::Silent("too slow".to_owned())),
            Err(ureq::Error::Io(e)) => return Ok(Answer::Silent(e.kind().to_string())),
            Err(_) => return Ok(Answer::Silent("no connection".to_owned())),
        };
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(64 * 1024).read_to_string().unwrap_or_default();
        match status {
            200 => {
                let kept = answered(office, &target.key, &head.0, &text)?;
                return Ok(kept.map_or_else(
                    || Answer::Refused("its signature is not by the key that was named".to_owned()),
                    |_| Answer::Signed { size },
                ));
            }
            409 => {
                let Ok(seen) = text.trim().parse::<u64>() else {
                    return Ok(Answer::Refused("its answer does not read".to_owned()));
                };
                if seen > size {
                    return Ok(Answer::Ahead { size, seen });
                }
                if seen == old {
                    return Ok(Answer::Other { size });
                }
                old = seen;
            }
            422 => return Ok(Answer::Other { size }),
            404 => return Ok(Answer::Refused("it does not know this log".to_owned())),
            _ => return Ok(Answer::Refused(format!("status {status}"))),
        }
    }
    Ok(Answer::Refused("others ask it at the same time".to_owned()))
}

/// Before serving: asks every witness. One that has seen more than is here, or something else, is a reason
/// not to start; one that is silent is not, since people must be able to work.
pub fn at_start(office: &Office) -> Result<(), Failure> {
    for target in office.all_witnesses()? {
        let answer = submit(office, &target)?;
        let line = format!("witness {}: {answer}", target.key.name());
        match answer {
            Answer::Ahead { .. } | Answer::Other { .. } => return Err(Failure { line, code: BEHIND }),
            Answer::Signed { .. } => {}
            Answer::Refused(_) | Answer::Silent(_) => out::note(&line),
        }
    }
    Ok(())
}

/// While serving: at full multiples of the interval, so that the times tell nothing about the work.
pub async fn at_fixed_times(office: Arc<Office>, minutes: u32) {
    let every = i64::from(minutes.max(1)) * 60 * 1_000_000;
    loop {
        let wait = every - clock::now().rem_euclid(every);
        tokio::time::sleep(Duration::from_micros(u64::try_from(wait).unwrap_or(60_000_000))).await;
        let office = Arc::clone(&office);
        let _ = tokio::task::spawn_blocking(move || round(&office)).await;
    }
}

fn round(office: &Office) {
    let all = match office.all_witnesses() {
        Ok(all) => all,
        Err(error) => return tracing::error!(%error, "the witnesses are not known"),
    };
    for target in all {
        let witness = target.key.name();
        match submit(office, &target) {
            Ok(Answer::Signed { size }) => tracing::info!(witness, size, "the log was signed"),
            Ok(answer @ (Answer::Ahead { .. } | Answer::Other { .. })) => {
                tracing::error!(witness, %answer, "the log is not what the witness has seen");
            }
            Ok(answer) => tracing::warn!(witness, %answer, "the log was not signed"),
            Err(failure) => tracing::error!(witness, fault = failure.line, "the log was not signed"),
        }
    }
}
