//! Which steps ask anew who somebody is: each route of the table once, with a session whose proof is six minutes old.

use crate::routes::{filled, is_post, said};
use crate::table::{ANEW, Line, PUBLIC, TABLE};
use crate::town::Town;
use std::collections::BTreeSet;
use testkit::house::Engine;

/// What ends the sessions of whoever asks: after everything else.
const ENDS: [&str; 3] = ["/sign-out", "/lock", "/account/sessions/end"];

/// After a route was added that is reported here: does it show, hand out, change or end something that a stolen
/// session should not? Then it belongs into the list, and its handler asks with `fresh` or `proven`.
#[test]
fn steps_that_ask_anew_are_those_of_the_list_and_no_others() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let listed = |line: &Line| ANEW.contains(&(line.0, line.1));
        // What asks changes nothing, and comes first; what does not may end things.
        let mut lines: Vec<&Line> = TABLE.iter().filter(|l| !PUBLIC.contains(&(l.0, l.1))).collect();
        lines.sort_by_key(|l| (!listed(l), is_post(l), ENDS.contains(&l.1)));
        let sessions: Vec<String> = lines.iter().map(|line| town.keyed(line.3)).collect();
        town.later(6);
        let mut found = BTreeSet::new();
        for (line, token) in lines.iter().zip(&sessions) {
            let path = filled(&town, line, false);
            let form = said(&town, line);
            let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let page = if is_post(line) { town.post(&path, token, &form) } else { town.get(&path, token) };
            let to = page.location();
            assert!(!to.starts_with("/sign-in") || ENDS.contains(&line.1), "{path}: the session is over");
            if page.status == 303 && to.starts_with("/step-up") {
                assert_eq!(page.body, "", "{path}");
                found.insert((line.0, line.1));
            }
        }
        let wanted: BTreeSet<(&str, &str)> = ANEW.iter().copied().collect();
        assert_eq!(wanted.len(), ANEW.len(), "a line stands twice");
        let silent: Vec<_> = wanted.difference(&found).collect();
        let more: Vec<_> = found.difference(&wanted).collect();
        assert!(silent.is_empty(), "{engine:?}: these do not ask any more: {silent:#?}");
        assert!(more.is_empty(), "{engine:?}: these ask, and are not in the list: {more:#?}");
    }
}
