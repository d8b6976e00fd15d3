//! Where the master key can live, and moving it from one place to another, with the program itself, a real
//! PKCS#11 token (SoftHSM 2) and real credentials of systemd where this machine can make them.

use std::path::PathBuf;
use std::process::{Command, Output};

const PASSPHRASE: &str = "кестен лодка извор зорница";
const OTHER: &str = "ветрило над тихия залив";
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "648219";

struct House {
    dir: tempfile::TempDir,
}

type Environment<'a> = &'a [(&'a str, &'a str)];

impl House {
    fn new() -> House {
        let house = House { dir: tempfile::tempdir().unwrap() };
        let programme = include_str!("../../../../programmes/bg-2016-2017.toml");
        std::fs::write(house.path("programme.toml"), programme).unwrap();
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, environment: Environment<'_>, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pristan"));
        for unset in ["PASSPHRASE", "NEW_PASSPHRASE", "PIN", "NEW_PIN", "ADMIN_PASSWORD"] {
            command.env_remove(format!("PRISTAN_{unset}"));
        }
        command
            .args(arguments.split_whitespace())
            .current_dir(self.dir.path())
            .env_remove("CREDENTIALS_DIRECTORY")
            .env("SOFTHSM2_CONF", self.path("softhsm2.conf"))
            .envs(environment.iter().copied())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    fn good(&self, environment: Environment<'_>, arguments: &str) -> String {
        let output = self.run(environment, arguments);
        let (said, errors) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{arguments}: {said}{errors}");
        said + &errors
    }

    /// Fails in one line that says why and gives no secret away.
    fn bad(&self, environment: Environment<'_>, arguments: &str, why: &str) {
        let output = self.run(environment, arguments);
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{arguments}: {}{said}", text(&output.stdout));
        assert!(said.lines().last().unwrap_or_default().contains(why), "{arguments}: {said}");
        for secret in [PASSPHRASE, OTHER, PIN] {
            assert!(!said.contains(secret), "{said}");
        }
    }

    /// Everything in it opens and the log holds.
    fn is_sound(&self, environment: Environment<'_>, flags: &str) {
        let checks = self.good(environment, &format!("doctor --data house --full {flags}"));
        assert!(checks.lines().all(|line| line.starts_with("ok ")), "{checks}");
        let log = self.good(environment, &format!("audit verify --data house {flags}"));
        assert!(log.contains("\"verdict\":\"sound\""), "{log}");
    }

    fn header(&self) -> String {
        std::fs::read_to_string(self.path("house/master.json")).unwrap()
    }

    fn token(&self, label: &str) {
        std::fs::create_dir_all(self.path("tokens")).unwrap();
        let tokens = format!("directories.tokendir = {}\nlog.level = ERROR\n", self.path("tokens").display());
        std::fs::write(self.path("softhsm2.conf"), tokens).unwrap();
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--so-pin", "111111", "--pin", PIN, "--label", label])
            .env("SOFTHSM2_CONF", self.path("softhsm2.conf"))
            .output()
            .expect("these tests need SoftHSM: apt-get install softhsm2");
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const INIT: &str = "init --data house --programme programme.toml";

#[test]
fn the_master_key_moves_and_the_old_secret_opens_only_what_is_old() {
    let house = House::new();
    let old = [("PRISTAN_PASSPHRASE", PASSPHRASE)];
    house.good(&old, INIT);
    house.good(&old, "backup --data house --out before.backup");
    let leaves = house.good(&old, "audit verify --data house");

    // Nothing to move to, two places at once, a guessable passphrase, a wrong old one: nothing changes.
    let before = house.header();
    house.bad(&old, "rekey --data house", "--help");
    house.bad(&old, "rekey --data house --new-key-file k --new-passphrase", "--help");
    let weak = [old[0], ("PRISTAN_NEW_PASSPHRASE", "password12345678")];
    house.bad(&weak, "rekey --data house --new-passphrase", "easy to guess");
    let wrong = [("PRISTAN_PASSPHRASE", OTHER), ("PRISTAN_NEW_PASSPHRASE", OTHER)];
    house.bad(&wrong, "rekey --data house --new-passphrase", "passphrase is wrong");
    house.bad(&old, "rekey --data house --new-passphrase", "PRISTAN_NEW_PASSPHRASE");
    house.bad(&old, "rekey --data house --new-credential pristan-key", "LoadCredentialEncrypted");
    assert_eq!(house.header(), before);

    let both = [old[0], ("PRISTAN_NEW_PASSPHRASE", OTHER)];
    house.good(&both, "rekey --data house --new-passphrase");
    let new = [("PRISTAN_PASSPHRASE", OTHER)];
    house.is_sound(&new, "");
    house.bad(&old, "doctor --data house", "passphrase is wrong");
    assert_ne!(house.good(&new, "audit verify --data house"), leaves, "the log says that it was done");

    house.good(&new, "rekey --data house --new-key-file house.key");
    house.is_sound(&[], "--key-file house.key");
    house.bad(&new, "doctor --data house", "--key-file");
    assert_eq!(std::fs::read_dir(house.path("house")).unwrap().count(), 3, "nothing is left lying about");

    // A backup opens with the secret of its day.
    house.good(&old, "restore before.backup --data restored");
    house.good(&old, "doctor --data restored");
    house.bad(&new, "restore before.backup --data again", "passphrase is wrong");
}

#[test]
fn a_token_opens_an_installation() {
    let house = House::new();
    house.token("harbour");
    let pin = [("PRISTAN_PIN", PIN)];
    let module = format!("--pkcs11-module {MODULE}");
    house.bad(&pin, &format!("{INIT} {module}"), "--pkcs11-token");
    house.bad(&pin, &format!("{INIT} {module} --pkcs11-token nowhere"), "not exactly one token");
    house.bad(
        &[("PRISTAN_PIN", "000000")],
        &format!("{INIT} {module} --pkcs11-token harbour"),
        "PIN of the token is wrong",
    );
    assert!(!house.path("house/master.json").exists());
    house.good(&pin, &format!("{INIT} {module} --pkcs11-token harbour"));

    // The header knows token and key; the library is named each time.
    house.is_sound(&pin, &module);
    house.bad(&pin, "doctor --data house", "--pkcs11-module");
    house.bad(
        &[("PRISTAN_PIN", "000000")],
        &format!("doctor --data house {module}"),
        "PIN of the token is wrong",
    );
    house.bad(&[], &format!("doctor --data house {module}"), "no PIN");
    house.bad(&pin, "doctor --data house --pkcs11-module /nowhere/lib.so", "library of the security module");
    house.bad(&[("PRISTAN_PASSPHRASE", PASSPHRASE)], "doctor --data house", "--pkcs11-module");
    let header = house.header();
    assert!(header.contains("harbour") && !header.contains(PIN) && !header.contains("softhsm"), "{header}");

    // As a service: the PIN is a credential.
    std::fs::create_dir(house.path("run")).unwrap();
    std::fs::write(house.path("run/pristan-pin"), format!("{PIN}\n")).unwrap();
    let run = house.path("run").display().to_string();
    house.is_sound(&[("CREDENTIALS_DIRECTORY", &run)], &module);

    // Backups open with the token too, and the key can move out of it again.
    house.good(&pin, &format!("backup --data house --out one.backup {module}"));
    house.good(&pin, &format!("restore one.backup --data restored {module}"));
    let new = [pin[0], ("PRISTAN_NEW_PASSPHRASE", PASSPHRASE)];
    house.good(&new, &format!("rekey --data house --new-passphrase {module}"));
    house.is_sound(&[("PRISTAN_PASSPHRASE", PASSPHRASE)], "");

    // And into another one.
    house.token("second");
    let into = [("PRISTAN_PASSPHRASE", PASSPHRASE), ("PRISTAN_NEW_PIN", PIN)];
    house.good(&into, &format!("rekey --data house --new-pkcs11-module {MODULE} --new-pkcs11-token second"));
    house.is_sound(&pin, &module);
    house.bad(&pin, &format!("doctor --data house {module} --pkcs11-token harbour"), "security module");
}

#[test]
fn a_credential_of_the_service_manager_opens_an_installation() {
    let house = House::new();
    let digits = "8f3a".repeat(16);
    std::fs::write(house.path("copy.key"), format!("{digits}\n")).unwrap();
    std::fs::create_dir(house.path("run")).unwrap();
    lay_out(&house);
    let run = house.path("run").display().to_string();
    let service = [("CREDENTIALS_DIRECTORY", run.as_str())];

    house.bad(&[], &format!("{INIT} --credential pristan-key"), "LoadCredentialEncrypted=pristan-key");
    house.bad(&service, &format!("{INIT} --credential missing"), "credential cannot be read");
    house.bad(&service, &format!("{INIT} --credential ../copy.key"), "credential cannot be read");
    house.good(&service, &format!("{INIT} --credential pristan-key"));
    // The header names the credential: the unit needs no flag.
    house.is_sound(&service, "");
    house.bad(&[], "doctor --data house", "LoadCredentialEncrypted=pristan-key");
    // The copy in the safe opens it on any machine.
    house.is_sound(&[], "--key-file copy.key");
    assert!(!house.header().contains(&digits));

    // An installation with a key file becomes one with a credential, which need not even be sealed anew.
    house.good(&[], "rekey --data house --key-file copy.key --new-key-file copy.key");
    house.is_sound(&service, "--credential pristan-key");
    house.good(&service, "rekey --data house --credential pristan-key --new-credential pristan-key");
    house.is_sound(&service, "");

    std::fs::write(house.path("run/pristan-key"), "0".repeat(64)).unwrap();
    house.bad(&service, "doctor --data house", "does not belong to this database");
}

/// Encrypts the key as a credential and lays it out decrypted, as systemd does when it starts the service.
/// Where systemd-creds is missing or may not read the machine's key (it needs root), the folder is laid out
/// by hand: what Pristan sees is the same.
fn lay_out(house: &House) {
    let creds = |arguments: &[&str]| {
        Command::new("systemd-creds")
            .args(arguments)
            .current_dir(house.dir.path())
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let sealed = creds(&["encrypt", "--with-key=host", "--name=pristan-key", "copy.key", "sealed.cred"]);
    if sealed {
        let cipher = std::fs::read(house.path("sealed.cred")).unwrap();
        assert!(!text(&cipher).contains("8f3a8f3a"), "systemd encrypted it");
        assert!(!creds(&["decrypt", "--name=other", "sealed.cred", "run/other"]), "it is bound to its name");
        assert!(creds(&["decrypt", "--name=pristan-key", "sealed.cred", "run/pristan-key"]));
    } else {
        eprintln!("SKIPPED systemd-creds: not there, or not permitted; the folder is laid out by hand");
        std::fs::copy(house.path("copy.key"), house.path("run/pristan-key")).unwrap();
    }
}

#[test]
fn a_header_in_the_database_moves_with_its_leaf() {
    let Some(database) = testkit::pg::fresh_database() else { return };
    let house = House::new();
    let at = format!("--database {}", database.url());
    let old = [("PRISTAN_PASSPHRASE", PASSPHRASE), ("PRISTAN_NEW_PASSPHRASE", OTHER)];
    house.good(&old, &format!("init {at} --programme programme.toml"));
    house.good(&old, &format!("rekey {at} --new-passphrase"));
    let new = [("PRISTAN_PASSPHRASE", OTHER)];
    house.good(&new, &format!("doctor {at}"));
    assert!(house.good(&new, &format!("audit verify {at}")).contains("\"verdict\":\"sound\""));
    house.bad(&old, &format!("doctor {at}"), "passphrase is wrong");
}
