//! Commands that keep an installation.

use crate::anchor::{self, Answer};
use crate::cli::{
    BackupArgs, DoctorArgs, Failure, Format, GroundsArgs, IndicatorArgs, InitArgs, Lang, RekeyArgs,
    RestoreArgs, RetentionArgs, Where,
};
use crate::key::KeyArgs;
use crate::{clock, out};
use office::Office;
use office::upkeep::{self, Check, FirstAdmin, Setup};
use std::path::Path;
use zeroize::Zeroizing;

/// May set the first administrator's password.
const ADMIN_PASSWORD: &str = "PRISTAN_ADMIN_PASSWORD";

/// Finds an installation, gets its secret, opens it.
pub fn open(at: &Where, key: &KeyArgs) -> Result<Office, Failure> {
    let place = at.place();
    let locked = upkeep::find(&place, store::Options::default())?;
    let secret = key.existing(locked.header(), place.folder())?;
    Ok(locked.open(secret.source())?)
}

/// `pristan init`.
pub fn init(args: &InitArgs) -> Result<u8, Failure> {
    let programme = std::fs::read_to_string(&args.programme)
        .map_err(|e| Failure::new(format!("cannot read {}: {}", args.programme.display(), e.kind())))?;
    // Before anybody is asked for anything.
    domain::programme::Programme::parse(&programme).map_err(|e| Failure::new(e.to_string()))?;
    let place = args.at.place();
    let secret = args.key.new_one()?;
    let (password, told) = match std::env::var(ADMIN_PASSWORD) {
        Ok(password) => (Zeroizing::new(password), false),
        Err(_) => (readable_password(), true),
    };
    let admin = FirstAdmin { login: &args.admin, name: "Администратор", password: &password };
    let setup = Setup { programme: &programme, demo: false, cost: vault::Cost::MASTER, admin };
    upkeep::init(&place, secret.source(), &clock::ctx(), &setup)?;
    out::line(&format!("login: {}", args.admin));
    if told {
        out::line(&format!("password: {}", password.as_str()));
        out::note("Write the password down: it is shown this once. Change it after signing in.");
    }
    Ok(0)
}

/// Five groups of four letters and digits that do not look alike: 100 bits.
fn readable_password() -> Zeroizing<String> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567896";
    let random = Zeroizing::new(vault::random::bytes::<20>());
    let mut out = Zeroizing::new(String::with_capacity(24));
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        let letter = LETTERS.get(usize::from(byte & 31)).copied().unwrap_or(b'x');
        out.push(char::from(letter));
    }
    out
}

/// `pristan indicators`.
pub fn indicators(args: &IndicatorArgs) -> Result<u8, Failure> {
    let office = open(&args.at, &args.key)?;
    if let Some(code) = &args.programme
        && *code != office.programme.code
    {
        return Err(Failure::new(format!(
            "this installation runs the programme {}, not {code}",
            office.programme.code
        )));
    }
    if let (Some(from), Some(to)) = (args.from, args.to)
        && to < from
    {
        return Err(Failure::new("the period ends before it begins"));
    }
    let figures = office::programme::figures_for_command(&office, args.from, args.to)?;
    let lang = match args.lang {
        Lang::Bg => "bg",
        Lang::En => "en",
    };
    let rows: Vec<Row<'_>> = figures
        .figures
        .iter()
        .filter_map(|figure| {
            let indicator = office.programme.indicator(&figure.code)?;
            Some(Row {
                code: &figure.code,
                name: indicator.name.get(lang),
                target: figure.target,
                value: figure.value,
                met: figure.met,
                definition: indicator.definition.get(lang),
            })
        })
        .collect();
    match args.format {
        Format::Json => {
            let json =
                serde_json::to_string_pretty(&rows).map_err(|_| Failure::new("the figures do not write"))?;
            out::line(&json);
        }
        Format::Table => {
            out::line(&format!("{} .. {}", figures.from, figures.to));
            out::text(&table(&rows));
        }
    }
    Ok(0)
}

#[derive(serde::Serialize)]
struct Row<'a> {
    code: &'a str,
    name: &'a str,
    target: Option<i64>,
    value: i64,
    met: Option<bool>,
    definition: &'a str,
}

fn table(rows: &[Row<'_>]) -> String {
    let width = |of: fn(&Row<'_>) -> usize, least: usize| rows.iter().map(of).max().unwrap_or(0).max(least);
    let (code, name) = (width(|r| r.code.chars().count(), 4), width(|r| r.name.chars().count(), 4));
    let mut text =
        format!("{:code$}  {:name$}  {:>6}  {:>6}  met  definition\n", "code", "name", "target", "value");
    for row in rows {
        let target = row.target.map_or(String::new(), |t| t.to_string());
        let met = match row.met {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        text.push_str(&format!(
            "{:code$}  {:name$}  {target:>6}  {:>6}  {met:3}  {}\n",
            row.code, row.name, row.value, row.definition
        ));
    }
    text
}

/// `pristan backup`.
pub fn backup(args: &BackupArgs) -> Result<u8, Failure> {
    if args.at.database.is_some() {
        return Err(upkeep::UpkeepError::NotForServer.into());
    }
    let office = open(&args.at, &args.key)?;
    let written = upkeep::backup(&office, &clock::ctx(), &args.at.place(), &args.out)?;
    out::line(&format!("{} ({} bytes)", args.out.display(), written.data));
    out::line(&format!("{} ({} bytes)", written.keys_file.display(), written.keys));
    let until = clock::today(written.keys_until);
    out::note(&format!(
        "Keep the two apart. Delete the keys by {until}: a copy of them opens whoever is erased later."
    ));
    Ok(0)
}

/// `pristan restore`.
pub fn restore(args: &RestoreArgs) -> Result<u8, Failure> {
    let header = upkeep::backup_header(&args.file)?;
    let secret = args.key.existing(&header, None)?;
    let wanted =
        upkeep::Wanted { file: &args.file, keys: args.keys.as_deref(), old_keys: args.accept_old_keys };
    let restored = upkeep::restore(&clock::ctx(), &wanted, &args.data, secret.source())?;
    out::line(&format!("restored to {}", args.data.display()));
    if restored.erased_again > 0 {
        out::line(&format!("erased since and taken away again: {}", restored.erased_again));
    }
    Ok(0)
}

/// `pristan retention`.
pub fn retention(args: &RetentionArgs) -> Result<u8, Failure> {
    let office = open(&args.at, &args.key)?;
    let rules = &office.programme.retention;
    if rules.rules.is_empty() {
        out::line("the programme of this installation has no rules about keeping");
        return Ok(0);
    }
    if rules.provisional {
        let whom = rules.confirm.as_ref().map_or("", |t| t.get("en"));
        out::note(&format!("The periods are provisional. To be confirmed by: {whom}"));
    }
    let ctx = clock::ctx();
    // The program may not have been started since it was renewed, and what does not open leaves no codes behind.
    office::audit::bind_older(&office, &ctx)?;
    if args.apply {
        office::shares::let_go(&office, &ctx)?;
        for (applies, n) in office::erasure::apply(&office, &ctx)? {
            out::line(&format!("{:12} {n} erased", applies.code()));
        }
    }
    let list = office::erasure::list_for_command(&office, &ctx)?;
    for rule in &rules.rules {
        let code = rule.applies.code();
        let n = list.counts.iter().find(|(a, _)| *a == rule.applies).map_or(0, |(_, n)| *n);
        let who = if rule.unattended { "--apply erases them" } else { "waits for somebody's decision" };
        out::line(&format!("{code:12} {n:6} due   {who}   {}", rule.name.get("en")));
    }
    for row in list.rows.iter().filter(|r| !r.unattended) {
        let number = row.number.as_deref().unwrap_or("-");
        let mut line = format!("{:12} {number:10} since {}", row.applies.code(), row.since);
        if row.held {
            line.push_str("   legal hold");
        }
        if row.check_age {
            line.push_str("   look at the age first");
        }
        out::line(&line);
    }
    Ok(0)
}

/// `pristan grounds`.
pub fn grounds(args: &GroundsArgs) -> Result<u8, Failure> {
    let text = match &args.set {
        Some(file) => Some(
            std::fs::read_to_string(file)
                .map_err(|e| Failure::new(format!("cannot read {}: {}", file.display(), e.kind())))?,
        ),
        None => None,
    };
    // Before anybody is asked for anything.
    if let Some(text) = &text {
        domain::grounds::Grounds::parse(text).map_err(|e| Failure::new(e.to_string()))?;
    }
    let mut office = open(&args.at, &args.key)?;
    if let Some(text) = &text {
        upkeep::set_grounds(&mut office, &clock::ctx(), text)?;
    }
    let grounds = &office.grounds;
    if grounds.all.is_empty() {
        out::line("nothing may be shared without a consent");
    }
    for ground in &grounds.all {
        let groups: Vec<&str> = ground.groups.iter().map(domain::policy::FieldGroup::code).collect();
        let mark = if ground.provisional { "   provisional" } else { "" };
        out::line(&format!("{:20} {:3} days   {}{mark}", ground.code, ground.days, groups.join(" ")));
    }
    if grounds.all.iter().any(|g| g.provisional) {
        let whom = grounds.confirm.as_ref().map_or("", |t| t.get("en"));
        out::note(&format!("Provisional grounds are to be confirmed by: {whom}"));
    }
    Ok(0)
}

/// `pristan rekey`.
pub fn rekey(args: &RekeyArgs) -> Result<u8, Failure> {
    let place = args.at.place();
    let locked = upkeep::find(&place, store::Options::default())?;
    let old = args.key.existing(locked.header(), place.folder())?;
    let new = args.new.secret()?;
    upkeep::rekey(&place, old.source(), new.source(), &clock::ctx(), vault::Cost::MASTER)?;
    out::line("the master key is sealed anew; backups made before still open with the old secret");
    Ok(0)
}

/// `pristan doctor`.
pub fn doctor(args: &DoctorArgs) -> Result<u8, Failure> {
    let mut office = open(&args.at, &args.key)?;
    office.witnesses = args.witness.targets()?;
    let place = args.at.place();
    // First, so that what a witness signs now counts below.
    let (asked, behind) = witnesses(&office)?;
    let mut checks = upkeep::doctor(&office, &clock::ctx(), &place, args.full)?;
    checks.extend(asked);
    checks.extend(place.folder().and_then(disk));
    for check in &checks {
        out::line(&format!("{:4} {:9} {}", if check.ok { "ok" } else { "BAD" }, check.name, check.detail));
    }
    let bad = checks.iter().filter(|c| !c.ok).count();
    let code = if behind { crate::audit::BEHIND } else { 1 };
    if bad == 0 {
        return Ok(0);
    }
    Err(Failure { line: format!("{bad} of {} checks failed", checks.len()), code })
}

/// Asks every witness; has one seen what is not here?
fn witnesses(office: &Office) -> Result<(Vec<Check>, bool), Failure> {
    let (mut checks, mut behind) = (Vec::new(), false);
    for target in office.all_witnesses()? {
        let answer = anchor::submit(office, &target)?;
        behind |= matches!(answer, Answer::Ahead { .. } | Answer::Other { .. });
        let ok = matches!(answer, Answer::Signed { .. });
        checks.push(Check { name: "anchor", ok, detail: format!("{} {answer}", target.key.name()) });
    }
    Ok((checks, behind))
}

/// Room on the disk: a backup needs as much again as the database.
fn disk(dir: &Path) -> Option<Check> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let used: u64 = ["pristan.db", "keystore.db"]
        .iter()
        .filter_map(|name| std::fs::metadata(dir.join(name)).ok())
        .map(|meta| meta.len())
        .sum();
    let wanted = used.saturating_mul(2).max(64 << 20);
    let mib = |bytes: u64| bytes >> 20;
    let detail = format!("{} MiB free, {} MiB in use", mib(free), mib(used));
    Some(Check { name: "disk", ok: free >= wanted, detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_passwords_pass_the_rules() {
        for _ in 0..100 {
            let password = readable_password();
            assert_eq!(password.chars().count(), 24);
            assert_eq!(vault::password::check_new(&password, &["admin"]), Ok(()));
        }
    }

    #[test]
    fn tables_line_up() {
        let row = |code, value| Row {
            code,
            name: "Лица",
            target: Some(100),
            value,
            met: Some(false),
            definition: "x",
        };
        let text = table(&[row("R1", 7), row("R1a", 70)]);
        let ends: Vec<usize> = text.lines().skip(1).map(|l| l.find('x').unwrap()).collect();
        assert_eq!(ends[0], ends[1], "{text}");
    }
}
