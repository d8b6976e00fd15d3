//! No page walks a whole table: every statement finds what it wants by an index.

use testkit::house::{Engine, office};

/// Statements that may look at everything, and why. Each begins as written here.
const MAY_WALK: &[(&str, &str)] = &[
    (
        "select count(*) from data_keys",
        "the doctor alone asks whether any key is missing, and who holds them",
    ),
    ("select count(*) from keystore.keys", "the doctor alone asks how many there are"),
    ("select token, target from tokens", "an erasure alone: nobody can say which tokens are whose"),
    ("delete from drafts where form like", "an erasure alone: drafts are few and live for days"),
    (
        "delete from recovery_confirmations where recovery not in",
        "when somebody asks to come back after a month in which nobody did; requests are few",
    ),
    ("delete from drafts where saved_at", "at sign-in; at most fifty for each user"),
    ("delete from recoveries where begun_at", "when somebody asks to come back; requests are few"),
    ("delete from sessions where created_at", "at sign-in; holds no more than the sessions of a day"),
];

#[test]
fn no_statement_walks_a_whole_table_unasked() {
    let house = office(Engine::Sqlite).unwrap();
    let mut walks = Vec::new();
    let mut used = vec![false; MAY_WALK.len()];
    let (mut all, mut bound) = (0, 0);
    for statement in store::statements() {
        all += 1;
        let plan = house.store.explain(statement).unwrap();
        // `SCAN x USING INDEX` walks a whole index. A scan of a subquery walks what was found before:
        // such a subquery is called `some_…`, as no table is.
        let scan = plan.lines().find(|line| {
            line.contains("SCAN ") && !line.contains("SCAN CONSTANT") && !line.contains("SCAN some_")
        });
        let Some(line) = scan else { continue };
        let text = statement.text();
        // Rows of authority are all read by the verification alone, and once when an older house starts.
        if text.contains(", mac from ") && !text.contains(" where ") {
            bound += 1;
            continue;
        }
        match MAY_WALK.iter().position(|(beginning, _)| text.starts_with(beginning)) {
            Some(known) => used[known] = true,
            None => walks.push(format!("{}\n    {text}", line.trim())),
        }
    }
    assert!(all > 50, "only {all} statements");
    assert_eq!(bound, store::bound::TABLES.len());
    assert!(walks.is_empty(), "{}", walks.join("\n"));
    for ((beginning, reason), used) in MAY_WALK.iter().zip(used) {
        assert!(used, "no longer walks ({reason}): {beginning}");
    }
}
