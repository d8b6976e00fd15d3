//! Every route, to everybody: nobody, somebody from elsewhere, a colleague, the owner.

use crate::table::{ALWAYS, Line, MACHINES, PUBLIC, TABLE};
use crate::town::{Page, Town, encoded};
use domain::Id;
use domain::policy::Action;
use std::collections::BTreeSet;
use testkit::house::Engine;

const STRANGER: &str = "ngo.animus";
const COLLEAGUE: &str = "second.worker";

/// Everything that a browser must be told with every answer.
pub fn well_dressed(page: &Page, of: &str) {
    let csp = page.headers.get("content-security-policy").and_then(|v| v.to_str().ok()).unwrap_or_default();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(csp.contains(part), "{of}: {part} is missing in the policy");
    }
    assert!(!csp.contains("unsafe") && !csp.contains('*'), "{of}: {csp}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        let found = page.headers.get(name).and_then(|v| v.to_str().ok());
        assert_eq!(found, Some(value), "{of}: {name}");
    }
    assert!(page.headers.contains_key("strict-transport-security"), "{of}");
    assert!(page.headers.contains_key("permissions-policy"), "{of}");
    // No script, style or handler inside of a page: the policy would not run it.
    for inside in ["<script>", "<style", " style=\"", " onclick=", " onload="] {
        assert!(!page.body.contains(inside), "{of}: {inside}");
    }
}

/// The path with its names filled; `absent` puts an id that nobody has in the place of every id.
pub fn filled(town: &Town, line: &Line, absent: bool) -> String {
    let mut out = line.1.to_owned();
    let (names, _) = line.2.split_once('|').unwrap_or((line.2, ""));
    for (name, value) in pairs(town, names, absent) {
        out = out.replace(&format!("{{{name}}}"), &value);
    }
    assert!(!out.contains('{'), "{} is not filled by {:?}", line.1, line.2);
    out
}

/// What the form says.
pub fn said(town: &Town, line: &Line) -> Vec<(String, String)> {
    pairs(town, line.2.split_once('|').map_or("", |(_, form)| form), false)
}

fn pairs(town: &Town, text: &str, absent: bool) -> Vec<(String, String)> {
    let value = |value: &str| match value.strip_prefix('@') {
        Some(_) if absent => Id([0x5a; 16]).to_string(),
        Some(name) => town.ids[name].to_string(),
        None => value.to_owned(),
    };
    text.split_whitespace()
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, text)| (name.to_owned(), value(text)))
        .collect()
}

fn public(line: &Line) -> bool {
    PUBLIC.contains(&(line.0, line.1))
}

/// A page without what differs from one request to the next: guards, keys, and the id that was asked for.
fn bare(page: &Page, path: &str, csrf: &str) -> String {
    let mut body = page.body.replace(csrf, "CSRF").replace(path, "PATH");
    if let Some(once) = page.hidden("_once") {
        body = body.replace(once, "ONCE");
    }
    body
}

pub fn is_post(line: &Line) -> bool {
    line.0 == "POST"
}

#[test]
fn every_route_stands_in_the_table() {
    let routes: BTreeSet<(String, &str)> =
        web::ROUTES.iter().copied().flatten().map(|r| (r.method.to_string(), r.path)).collect();
    let table: BTreeSet<(String, &str)> = TABLE.iter().map(|l| (l.0.to_owned(), l.1)).collect();
    let missing: Vec<_> = routes.difference(&table).collect();
    let gone: Vec<_> = table.difference(&routes).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not in the table: {missing:?}\nno routes any more: {gone:?}"
    );
    assert_eq!(table.len(), TABLE.len(), "a line stands twice");
    for route in web::ROUTES.iter().copied().flatten() {
        let public = PUBLIC.contains(&(route.method.as_str(), route.path));
        assert_eq!(route.action == Action::Public, public, "{} {}", route.method, route.path);
    }
}

#[test]
fn nobody_is_sent_to_the_door() {
    let town = Town::new(Engine::Sqlite).unwrap();
    for line in TABLE {
        let path = filled(&town, line, false);
        let of = format!("{} {path} to nobody", line.0);
        let page = town.send(&path, &[], is_post(line).then(|| encoded(&[("given_name", "x")])));
        well_dressed(&page, &of);
        match (public(line), is_post(line)) {
            (true, true) if MACHINES.contains(&line.1) => assert_eq!(page.status, 400, "{of}"),
            (true, true) if ALWAYS.contains(&line.1) => assert_eq!(page.status, 200, "{of}"),
            (true, true) => assert_eq!(page.status, 403, "{of}"),
            (true, false) => assert!(matches!(page.status, 200 | 303), "{of}: {}", page.status),
            (false, _) => {
                assert_eq!(page.status, 303, "{of}");
                assert!(page.location().starts_with("/sign-in"), "{of}: {}", page.location());
                assert_eq!(page.body, "", "{of}");
            }
        }
    }
    // Nor does anybody outside learn which paths exist.
    for path in ["/no-such-place", "/cases/7/nowhere", "/admin", "/records/"] {
        let page = town.send(path, &[], None);
        assert_eq!((page.status, page.location()), (303, "/sign-in"), "{path}");
    }
}

#[test]
fn a_form_without_its_token_changes_nothing() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let other = town.csrf(&town.session(STRANGER));
    let unguarded: BTreeSet<&str> =
        web::ROUTES.iter().copied().flatten().filter(|r| r.unguarded).map(|r| r.path).collect();
    let known: BTreeSet<&str> = MACHINES.iter().chain(ALWAYS).copied().collect();
    assert_eq!(unguarded, known, "a route that asks for no token");
    for line in TABLE.iter().filter(|l| is_post(l) && !known.contains(l.1)) {
        let path = filled(&town, line, false);
        let token = town.session(line.3);
        let csrf = town.csrf(&token);
        for (what, body) in [
            ("no token", encoded(&[("text", "x")])),
            ("an empty token", encoded(&[("_csrf", "")])),
            ("somebody else's token", encoded(&[("_csrf", &other)])),
        ] {
            let page = town.send(&path, &[("__Host-pristan", &token)], Some(body));
            assert_eq!(page.status, 403, "POST {path} with {what}");
            well_dressed(&page, &path);
            assert!(!page.body.contains(&other), "POST {path}: shows somebody else's token");
        }
        // The session lives on: nothing was done.
        assert_eq!(town.get("/", &token).status, 200, "after {path}");
        assert_ne!(csrf, other);
    }
}

/// Whoever wants to be away is led away whatever was sent; the session ends with its own token alone.
#[test]
fn leaving_is_never_refused_and_ends_the_session() {
    let town = Town::bare(Engine::Sqlite).unwrap();
    let token = town.session("caseworker");
    let other = town.csrf(&town.session("manager"));
    let away = |page: &Page, of: &str| {
        well_dressed(page, of);
        assert_eq!(page.status, 200, "{of}");
        let to = "<meta http-equiv=\"refresh\" content=\"0; url=https://www.sinoptik.bg/\">";
        assert!(page.body.contains(to) && !page.body.contains("Пристан"), "{of}");
    };
    let session = [("__Host-pristan", token.as_str())];
    for (of, body) in [
        ("no token", encoded(&[])),
        ("an empty token", encoded(&[("_csrf", "")])),
        ("somebody else's token", encoded(&[("_csrf", &other)])),
    ] {
        let page = town.send("/leave", &session, Some(body));
        away(&page, of);
        assert!(page.cookies().iter().all(|c| !c.starts_with("__Host-pristan=")), "{of}");
        assert_eq!(town.get("/", &token).status, 200, "after {of} the session goes on");
    }
    let page = town.post("/leave", &token, &[]);
    away(&page, "the own token");
    assert!(page.cookies().iter().any(|c| c.starts_with("__Host-pristan=;") && c.contains("Max-Age=0")));
    assert_eq!(town.get("/", &token).status, 303, "the session is over");
    // The page stood open while its session ran out.
    away(&town.post("/leave", &token, &[]), "a session that is over");
}

/// After a route was added: read each answer that this test reports, judge it, write it into the table.
#[test]
fn each_answers_to_each_as_written() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let mut wrong = Vec::new();
        // What ends something comes after what only looks; within that, in the order of the table.
        let (looks, steps): (Vec<&Line>, Vec<&Line>) = TABLE.iter().partition(|l| !is_post(l));
        for line in looks.into_iter().chain(steps) {
            let path = filled(&town, line, false);
            let nowhere = filled(&town, line, true);
            let mut found = [0; 3];
            let sessions: [fn(&Town, &str) -> String; 3] = [Town::session, Town::session, Town::keyed];
            for ((slot, login), session) in found.iter_mut().zip([STRANGER, COLLEAGUE, line.3]).zip(sessions)
            {
                let of = format!("{engine:?}: {} {path} to {login}", line.0);
                let token = session(&town, login);
                let form = said(&town, line);
                let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                let ask = |path: &str| match is_post(line) {
                    true => town.post(path, &token, &form),
                    false => town.get(path, &token),
                };
                // First the one that does not exist: what does may be changed by asking.
                let absent = (path != nowhere).then(|| ask(&nowhere));
                let page = ask(&path);
                well_dressed(&page, &of);
                *slot = page.status;
                assert!(!page.location().starts_with("/step-up"), "{of}: asked anew at once");
                if page.status == 404
                    && let Some(absent) = absent
                {
                    assert_eq!(absent.status, 404, "{of}");
                    let csrf = town.csrf(&token);
                    assert_eq!(bare(&page, &path, &csrf), bare(&absent, &nowhere, &csrf), "{of}");
                    assert_eq!(page.headers, absent.headers, "{of}");
                }
            }
            if found != line.4 {
                wrong.push(format!(
                    "    ({:?}, {:?}, {:?}, {:?}, {found:?}, {:?}), // not {:?}",
                    line.0, line.1, line.2, line.3, line.5, line.4
                ));
            }
        }
        assert!(wrong.is_empty(), "{engine:?}:\n{}", wrong.join("\n"));
        let verdict = office::audit::verify(&town.house).unwrap();
        assert!(matches!(verdict, office::audit::Verdict::Sound { .. }), "{verdict:?}");
    }
}

/// No page for a signed-in user, and none for nobody, carries the name of a person in its title or address.
#[test]
fn titles_name_nobody() {
    let town = Town::new(Engine::Sqlite).unwrap();
    for line in TABLE.iter().filter(|l| !is_post(l)) {
        let path = filled(&town, line, false);
        let page = town.get(&path, &town.session(line.3));
        let title = page.body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        if let Some((title, _)) = title {
            assert!(!title.contains("Ружа") && town.birds.in_text(title).is_empty(), "{path}: {title}");
        }
        let to = page.location();
        assert!(!to.contains("%D0") && town.birds.in_text(to).is_empty(), "{path}: {to}");
    }
}

/// The form and the history of a person show her name right after somebody has proven who he is, and not later:
/// the form asks at the door first and keeps what was typed, the history comes without names and says why.
#[test]
fn pages_that_name_a_person_ask_who_is_reading() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        // Where a name was shown the session idles out after five minutes: another one goes on.
        let (shown, token) = (town.session("caseworker"), town.session("caseworker"));
        let person = town.ids["person"];
        let all = town.birds.all.borrow();
        let name = &all.iter().find(|c| c.record == person && c.field == "family_name").unwrap().word;
        let [edit, history] = ["edit", "history"].map(|page| format!("/records/{person}/{page}"));
        for path in [&edit, &history] {
            let page = town.get(path, &shown);
            assert!(page.status == 200 && page.body.contains(name), "{path}: {}", page.status);
        }
        town.later(6);
        assert_eq!(town.get("/", &shown).status, 303);
        let door = format!("/step-up?next={}", edit.replace('/', "%2F"));
        let page = town.get(&edit, &token);
        assert_eq!((page.status, page.location()), (303, door.as_str()));
        let typed = [("given_name", "Ружа"), ("family_name", "Нова"), ("sex", "female"), ("_version", "1")];
        let page = town.post(&edit, &token, &typed);
        assert_eq!((page.status, page.location()), (303, door.as_str()));
        let page = town.get(&history, &token);
        assert!(page.status == 200 && !page.body.contains(name) && !page.body.contains("Ружа"));
        assert!(page.body.contains(&format!("/step-up?next={history}")), "a way to them");
        // With the password given anew the form is back, as it was typed.
        let page = town.post("/step-up", &token, &[("password", testkit::house::PASSWORD), ("next", &edit)]);
        assert_eq!(page.status, 303, "{}", page.body);
        let fresh = page.cookies().iter().find_map(|c| c.strip_prefix("__Host-pristan=")?.split(';').next());
        let page = town.get(&edit, fresh.unwrap());
        assert!(page.status == 200 && page.body.contains("Нова"), "{}", page.status);
    }
}
