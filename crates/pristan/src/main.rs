//! The program: command line, configuration, wiring.

mod admin;
mod anchor;
mod audit;
mod bench;
mod cli;
mod clock;
mod connection;
mod demo;
mod doors;
mod escrow;
mod exchange;
mod key;
mod out;
mod serve;
mod witness;

use clap::Parser;
use cli::Failure;

fn main() -> std::process::ExitCode {
    match run() {
        Ok(code) => std::process::ExitCode::from(code),
        Err(failure) => {
            out::error(&failure.line);
            std::process::ExitCode::from(failure.code)
        }
    }
}

fn run() -> Result<u8, Failure> {
    let cli = cli::Cli::parse();
    out::quiet_panics();
    cli.command.run()
}
