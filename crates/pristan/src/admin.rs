//! Commands that keep an installation.

use crate::cli::{
    BackupArgs, DoctorArgs, Failure, Format, IndicatorArgs, InitArgs, Lang, RekeyArgs, RestoreArgs,
    VerifyArgs, Where,
};
use crate::key::KeyArgs;
use crate::{clock, out};
use office::Office;
use office::audit::Verdict;
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

/// `pristan audit verify`: 0 sound, 1 tampered, 2 unreadable.
pub fn verify(args: &VerifyArgs) -> Result<u8, Failure> {
    let unreadable = |failure: Failure| Failure { code: 2, ..failure };
    let office = open(&args.at, &args.key).map_err(unreadable)?;
    match office::audit::verify(&office).map_err(|e| unreadable(e.into()))? {
        Verdict::Sound { size, root } => {
            let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
            out::line(&format!("sound: {size} leaves, root {root}"));
            Ok(0)
        }
        Verdict::Tampered { index, problem } => {
            Err(Failure::new(format!("tampered: leaf {index}: {problem}")))
        }
        Verdict::RowChanged { id } => {
            Err(Failure::new(format!("tampered: record {id} is not what the log wrote down last")))
        }
    }
}

/// `pristan backup`.
pub fn backup(args: &BackupArgs) -> Result<u8, Failure> {
    if args.at.database.is_some() {
        return Err(upkeep::UpkeepError::NotForServer.into());
    }
    let office = open(&args.at, &args.key)?;
    let bytes = upkeep::backup(&office, &clock::ctx(), &args.at.place(), &args.out)?;
    out::line(&format!("{} ({bytes} bytes)", args.out.display()));
    Ok(0)
}

/// `pristan restore`.
pub fn restore(args: &RestoreArgs) -> Result<u8, Failure> {
    let header = upkeep::backup_header(&args.file)?;
    let secret = args.key.existing(&header, None)?;
    upkeep::restore(&args.file, &args.data, secret.source())?;
    out::line(&format!("restored to {}", args.data.display()));
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
    let office = open(&args.at, &args.key)?;
    let place = args.at.place();
    let mut checks = upkeep::doctor(&office, &clock::ctx(), &place, args.full)?;
    checks.extend(place.folder().and_then(disk));
    for check in &checks {
        out::line(&format!("{:4} {:9} {}", if check.ok { "ok" } else { "BAD" }, check.name, check.detail));
    }
    let bad = checks.iter().filter(|c| !c.ok).count();
    if bad == 0 { Ok(0) } else { Err(Failure::new(format!("{bad} of {} checks failed", checks.len()))) }
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
