//! What the program says: results to standard output, everything else to standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};

/// A line of the result. A reader that went away (`| head`) is no error.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Several lines of the result, as they are.
pub fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Something worth knowing meanwhile.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Why it did not work, in one line.
pub fn error(text: &str) {
    let one_line: Vec<&str> = text.split(['\n', '\r']).map(str::trim).filter(|t| !t.is_empty()).collect();
    let _ = writeln!(std::io::stderr().lock(), "pristan: {}", one_line.join(" "));
}

/// A bar on standard error; where that is no terminal, one line at the beginning.
pub fn progress(total: u64, what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        note(&format!("{what} ({total})"));
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// A panic says where and never what: its message may hold somebody's secret.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| match info.location() {
        Some(place) => error(&format!("internal fault at {}:{}", place.file(), place.line())),
        None => error("internal fault"),
    }));
}
