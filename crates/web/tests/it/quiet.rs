//! Forced to sign in: what the second password opens is not told from a house in which nothing has happened yet.

use crate::town::{Page, Town, encoded};
use domain::Id;
use testkit::house::{Engine, PASSWORD};

const LOGIN: &str = "caseworker";
const SECOND: &str = "мътна вода";

/// Pages that somebody who looks over a shoulder may ask for. Not equal, because nothing of the real house's people may
/// be told or changed there: who can be chosen for a task, the list of keys and officers, a new training.
const PAGES: &[&str] = &[
    "/",
    "/cases",
    "/cases?list=mine",
    "/cases?list=organisation",
    "/account",
    "/account?saved=session-ended",
    "/signals",
    "/returns",
    "/hotline",
    "/hotline/new",
    "/tasks",
    "/programme",
    "/organisations",
    "/help",
    "/who-sees-what",
    "/password",
    "/people/new",
    "/shares",
    "/legal",
    "/glass",
    "/step-up",
    "/search",
    "/account/second",
    "/account/code",
    "/account/app",
    "/account/confirm",
    "/account/passkeys/new",
    "/cases/NOWHERE",
    "/people/NOWHERE",
    "/records/NOWHERE",
    "/no-such-place",
];

/// Signs in by the form of the door, as a browser does; gives the token of the session.
fn enter(town: &Town, password: &str) -> (Page, String) {
    let form = town.send("/sign-in", &[], None);
    let door = form
        .cookies()
        .iter()
        .find_map(|c| c.strip_prefix("__Host-pristan-door=")?.split(';').next())
        .unwrap()
        .to_owned();
    let given = [("_csrf", form.hidden("_csrf").unwrap()), ("login", LOGIN), ("password", password)];
    let page = town.send("/sign-in", &[("__Host-pristan-door", &door)], Some(encoded(&given)));
    let token = page
        .cookies()
        .iter()
        .find_map(|c| c.strip_prefix("__Host-pristan=")?.split(';').next())
        .unwrap()
        .to_owned();
    (page, token)
}

/// A page without what differs from one session, or one request, to the next: tokens, keys of forms, challenges.
fn bare(town: &Town, page: &Page, token: &str) -> String {
    let mut body = page.body.replace(&town.csrf(token), "CSRF");
    for name in ["_once", "session", "key"] {
        while let Some(value) = page.hidden(name).filter(|v| !v.is_empty() && body.contains(*v)) {
            body = body.replace(value, name);
        }
    }
    let marks = [
        ("data-challenge=\"", '"'),
        ("name=\"door_state\" value=\"", '"'),
        ("src=\"data:image/svg+xml,", '"'),
        ("class=\"ref\">", '<'),
        ("challenge&#34;:&#34;", '&'),
    ];
    for (mark, end) in marks {
        if let Some((before, rest)) = body.split_once(mark) {
            let (_, after) = rest.split_once(end).unwrap();
            body = format!("{before}{mark}{end}{after}");
        }
    }
    body
}

/// Headers, with the values of cookies taken out; bodies are compared themselves, and some carry a picture of a secret.
fn headers(page: &Page, token: &str) -> Vec<(String, String)> {
    let value = |v: &axum::http::HeaderValue| v.to_str().unwrap().replace(token, "TOKEN");
    let told = page.headers.iter().filter(|(name, _)| *name != "content-length");
    told.map(|(name, v)| (name.to_string(), value(v))).collect()
}

fn differing(one: &str, other: &str) -> String {
    let lines = one.lines().zip(other.lines()).filter(|(a, b)| a != b).take(4);
    let short = |line: &str| line.chars().take(400).collect::<String>();
    lines.map(|(a, b)| format!("  right:  {}\n  second: {}\n", short(a), short(b))).collect()
}

/// Status, headers and body of a page.
type Seen = (u16, Vec<(String, String)>, String);

/// Each page to a session.
fn walk(town: &Town, token: &str, pages: &[&str]) -> Vec<Seen> {
    let one = |path: &&str| {
        let page = town.get(&path.replace("NOWHERE", &Id([0x5a; 16]).to_string()), token);
        (page.status, headers(&page, token), bare(town, &page, token))
    };
    pages.iter().map(one).collect()
}

#[test]
fn the_second_password_opens_what_a_new_colleague_sees() {
    for engine in Engine::BOTH {
        let Some(town) = Town::bare(engine) else { continue };
        let (right, real) = enter(&town, PASSWORD);
        let wanted = walk(&town, &real, PAGES);
        // The control: the pages are pages, and hers.
        assert!(wanted.iter().filter(|(status, ..)| *status == 200).count() >= 20);
        assert!(wanted[4].2.contains("Потребител caseworker") && wanted[4].2.contains("тази сесия"));
        let page = town.post("/account/second", &real, &[("password", PASSWORD), ("door_quiet", SECOND)]);
        assert_eq!((page.status, page.location()), (303, "/account?saved=second"), "{}", page.body);

        // Her own session elsewhere goes on: it is not told either.
        let (second, quiet) = enter(&town, SECOND);
        assert_eq!((right.status, headers(&right, &real)), (second.status, headers(&second, &quiet)));
        let mut odd = String::new();
        for ((path, wanted), found) in PAGES.iter().zip(&wanted).zip(walk(&town, &quiet, PAGES)) {
            if found != *wanted {
                let lines = differing(&wanted.2, &found.2);
                odd.push_str(&format!("{path}: {} and {}\n{lines}", wanted.0, found.0));
            }
        }
        assert!(odd.is_empty(), "{engine:?}: what is odd about the quiet house:\n{odd}");

        // Help is called, and she is the last to read of it.
        let alarm = "Тиха тревога: Потребител caseworker";
        assert!(town.get("/account", &town.session("manager")).body.contains(alarm));
        assert!(!town.get("/account", &real).body.contains("Тиха тревога"));
        let verdict = office::audit::verify(&town.house).unwrap();
        assert!(matches!(verdict, office::audit::Verdict::Sound { .. }), "{verdict:?}");
    }
}
