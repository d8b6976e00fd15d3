//! A witness in a process of its own, asked over HTTP by the real program; what the program exits with.

use crate::place::{Place, copy};

fn house() -> Place {
    let place = Place::new();
    place.keep("programme.toml", include_str!("../../../../programmes/bg-2016-2017.toml"));
    place.good(&["init", "--data", "house", "--programme", "programme.toml"]);
    place.keep("log.vkey", &place.good(&["audit", "key", "--data", "house"]));
    let key = place.good(&["witness", "init", "--dir", "w", "--name", "dpo.invalid/w", "--log", "log.vkey"]);
    place.keep("w.vkey", &key);
    place
}

#[test]
fn a_witness_keeps_an_old_database_from_being_served() {
    let place = house();
    let witness = place.served(&["witness", "serve", "--dir", "w", "--listen", "127.0.0.1:0"]);
    let anchor = [
        "audit",
        "anchor",
        "--data",
        "house",
        "--witness",
        &witness.url,
        "--witness-key",
        "w.vkey",
        "--keep",
    ];
    assert!(place.good(&anchor).contains("signed"));
    copy(&place.path("house"), &place.path("old"));
    // What is done is in the log; the export's own leaf makes it longer.
    place.good(&["audit", "export", "--data", "house", "--out", "log"]);
    // Kept with the installation: no flag any more.
    assert!(place.good(&["audit", "anchor", "--data", "house"]).contains("signed"));
    place.good(&["audit", "export", "--data", "house", "--out", "log"]);

    let verify = ["audit", "verify", "--export", "log", "--key", "log.vkey", "--witness", "w.vkey"];
    assert!(place.good(&verify).contains("\"verdict\":\"sound\""));
    place.keep("seen.note", &place.good(&["witness", "status", "--dir", "w"]));
    let with_note = [&verify[..], &["--seen", "seen.note"]].concat();
    assert!(place.good(&with_note).contains("\"witnessed\""));
    let in_place = ["audit", "verify", "--data", "house", "--witness", "w.vkey", "--seen", "seen.note"];
    assert!(place.good(&in_place).contains("\"rows\""));
    // Without the master key, from the files alone; another's key does not fit.
    let other = Place::new();
    other.good(&[
        "witness",
        "init",
        "--dir",
        "x",
        "--name",
        "x",
        "--log",
        &place.path("log.vkey").to_string_lossy(),
    ]);
    let wrong = other.path("x/witness.vkey").to_string_lossy().into_owned();
    assert_eq!(
        place.run(&["audit", "verify", "--export", "log", "--key", "log.vkey", "--witness", &wrong]).0,
        3
    );
    assert_eq!(place.run(&["audit", "verify", "--export", "nowhere", "--key", "log.vkey"]).0, 2);

    // The control: what is there now is served.
    drop(place.served(&["serve", "--data", "house", "--listen", "127.0.0.1:0"]));

    // The old one, put back in the place of the new one, fits itself and is not served.
    std::fs::rename(place.path("house"), place.path("new")).unwrap();
    copy(&place.path("old"), &place.path("house"));
    assert!(place.good(&["audit", "verify", "--data", "house"]).contains("sound"));
    let (code, said) = place.run(&["serve", "--data", "house", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("older than what was signed"), "{said}");
    assert_eq!(place.run(&["doctor", "--data", "house"]).0, 3);
    assert_eq!(place.run(&["audit", "anchor", "--data", "house"]).0, 3);
    assert_eq!(place.run(&in_place).0, 3);

    // Grown past what was seen, it is another history.
    for _ in 0..4 {
        place.good(&["audit", "export", "--data", "house", "--out", "log-of-old"]);
    }
    let (code, said) = place.run(&["serve", "--data", "house", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("another history"), "{said}");

    // A witness that is silent keeps nobody from working; doctor says so.
    drop(witness);
    drop(place.served(&["serve", "--data", "new", "--listen", "127.0.0.1:0"]));
    let (code, said) = place.run(&["doctor", "--data", "new"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("does not answer"), "{said}");
}

#[test]
fn one_edited_byte_of_an_export_is_named() {
    let place = house();
    place.good(&["audit", "export", "--data", "house", "--out", "log"]);
    let verify = ["audit", "verify", "--export", "log", "--key", "log.vkey"];
    assert_eq!(place.run(&verify).0, 0);
    let bundle =
        std::fs::read_dir(place.path("log/tile/entries/000.p")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[30] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let (code, said) = place.run(&verify);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("first_bad_leaf"), "{said}");
}

#[test]
fn two_processes_do_not_share_a_witness() {
    let place = house();
    let _first = place.served(&["witness", "serve", "--dir", "w", "--listen", "127.0.0.1:0"]);
    let (code, said) = place.run(&["witness", "serve", "--dir", "w", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 1);
    assert!(said.contains("in use"), "{said}");
}
