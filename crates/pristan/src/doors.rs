//! Settings of the door that an installation has as a whole.

use crate::cli::{Failure, Where};
use crate::key::KeyArgs;
use crate::{admin, clock, out};
use clap::{Args, Subcommand, ValueEnum};

/// `pristan doors`.
#[derive(Args)]
pub struct DoorsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Take a passkey from everybody before names are shown, somebody is let in or something leaves
    #[command(after_help = "Example:\n  pristan doors require-passkeys on --data /srv/pristan\n\n\
        On, as an installation begins. Off: whoever has no passkey gives password and code again instead; a\n\
        password alone is never enough, except in a demo.\n\
        Counts from the next request on; the log keeps it. Prints one line of JSON.")]
    RequirePasskeys(RequireArgs),
}

#[derive(Args)]
struct RequireArgs {
    /// On or off
    state: State,
    #[command(flatten)]
    at: Where,
    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// A passkey is needed.
    On,
    /// Password and code are enough for whoever has none.
    Off,
}

/// Does it; the exit code.
pub fn run(args: &DoorsArgs) -> Result<u8, Failure> {
    let What::RequirePasskeys(args) = &args.what;
    let office = admin::open(&args.at, &args.key)?;
    let on = args.state == State::On;
    let changed = office::doors::require_passkeys(&office, &clock::ctx(), on)?;
    out::line(&serde_json::json!({ "require_passkeys": on, "changed": changed }).to_string());
    Ok(0)
}
