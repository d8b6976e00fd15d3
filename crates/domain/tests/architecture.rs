//! The arrows between the crates, held against what cargo knows: an arrow only ever points to a lower floor.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The floors of the house. A crate that is not named here has no floor, and the test says so.
const FLOORS: [(&str, u8); 8] = [
    ("domain", 0),
    ("vault", 1),
    ("linkage", 1),
    ("papers", 1),
    ("store", 2),
    ("office", 3),
    ("web", 4),
    ("pristan", 5),
];

/// For tests of every floor, and never part of the program.
const TESTS_ONLY: &str = "testkit";

/// Who alone may name which library.
const ALONE: [(&str, &[&str]); 10] = [
    ("rusqlite", &["store"]),
    ("postgres", &["store"]),
    ("aws-lc-rs", &["vault"]),
    ("argon2", &["vault"]),
    // The program serves what the web floor builds.
    ("axum", &["web", "pristan"]),
    ("askama", &["web"]),
    // Whoever asks on the network or believes somebody else's signature does so in the office's federation.
    ("ureq", &["office", "pristan"]),
    ("rustls", &["office"]),
    ("jsonwebtoken", &["office"]),
    ("fluent-bundle", &["web"]),
];

struct Member {
    /// Dependencies of the program itself.
    built: BTreeSet<String>,
    /// Dependencies of its tests.
    tested: BTreeSet<String>,
}

// `cfg(test)` tells clippy that helpers are test code too.
#[cfg(test)]
fn members() -> BTreeMap<String, Member> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut out = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let mut member = Member { built: BTreeSet::new(), tested: BTreeSet::new() };
        for dependency in package["dependencies"].as_array().unwrap() {
            // `kind` is null for what is built in, else `dev` or `build`.
            let of = if dependency["kind"].as_str() == Some("dev") {
                &mut member.tested
            } else {
                &mut member.built
            };
            of.insert(text(&dependency["name"]));
        }
        out.insert(text(&package["name"]), member);
    }
    out
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(n, _)| *n == name).map(|(_, floor)| *floor)
}

/// Every arrow that points sideways, upwards, or into the tests.
fn wrong_arrows(members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, member) in members.iter().filter(|(name, _)| *name != TESTS_ONLY) {
        let Some(own) = floor(name) else {
            wrong.push(format!("{name} has no floor"));
            continue;
        };
        for other in &member.built {
            if other == TESTS_ONLY {
                wrong.push(format!("{name} is built with {TESTS_ONLY}"));
            } else if members.contains_key(other) && floor(other).is_none_or(|below| below >= own) {
                wrong.push(format!("{name} -> {other}"));
            }
        }
        // Its tests may build a whole house, but nothing that stands above it.
        for other in &member.tested {
            if other != TESTS_ONLY && floor(other).is_some_and(|above| above > own) {
                wrong.push(format!("tests of {name} -> {other}"));
            }
        }
    }
    wrong
}

/// Every library that is named where it does not belong.
fn wrong_libraries(members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (library, allowed) in ALONE {
        let mut found = false;
        for (name, member) in members.iter().filter(|(name, _)| *name != TESTS_ONLY) {
            if member.built.contains(library) {
                found |= allowed.contains(&name.as_str());
                if !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{name} names {library}"));
                }
            }
        }
        if !found {
            wrong.push(format!("nobody names {library} any more: the rule has lost its object"));
        }
    }
    wrong
}

#[test]
fn arrows_point_downwards() {
    let members = members();
    for (name, _) in FLOORS {
        assert!(members.contains_key(name), "{name} is gone");
    }
    assert_eq!(wrong_arrows(&members), Vec::<String>::new());
}

#[test]
fn libraries_are_named_where_they_belong() {
    assert_eq!(wrong_libraries(&members()), Vec::<String>::new());
}

/// The words and the rules know nothing of the world: no input or output, no clock, no keys.
#[test]
fn the_domain_is_pure() {
    let pure = ["jiff", "serde", "serde_json", "thiserror", "toml"];
    let domain = &members()["domain"];
    let more: Vec<_> = domain.built.iter().filter(|d| !pure.contains(&d.as_str())).collect();
    assert!(more.is_empty(), "{more:?}");
    for name in ["vault", "linkage", "papers"] {
        let near = &members()[name].built;
        assert!(["vault", "linkage", "papers"].iter().all(|other| !near.contains(*other)), "{name}");
    }
}

/// The control: the same checks find what is planted.
#[test]
fn the_checks_find_what_is_wrong() {
    let mut members = members();
    let plant = |members: &mut BTreeMap<String, Member>, name: &str, other: &str| {
        members.get_mut(name).unwrap().built.insert(other.to_owned());
    };
    for (name, other) in [("store", "office"), ("vault", "linkage"), ("web", "testkit")] {
        plant(&mut members, name, other);
    }
    plant(&mut members, "office", "rusqlite");
    members.insert("annex".to_owned(), Member { built: BTreeSet::new(), tested: BTreeSet::new() });
    assert_eq!(
        wrong_arrows(&members),
        ["annex has no floor", "store -> office", "vault -> linkage", "web is built with testkit"]
    );
    assert_eq!(wrong_libraries(&members), ["office names rusqlite"]);
}
