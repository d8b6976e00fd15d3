//! Forms under hard conditions: an ended session, too much text, long text in many scripts.

use crate::town::{Page, Town, encoded};
use domain::policy::Role;
use testkit::house::{Engine, PASSWORD};

/// Signs in through the door, as a browser does: door cookie, guarded form, session cookie.
fn sign_in(town: &Town, login: &str, password: &str, next: &str) -> Page {
    let door_page = town.send(&format!("/sign-in?next={next}"), &[], None);
    assert_eq!(door_page.status, 200);
    let cookies = door_page.cookies();
    let door = cookies.iter().find(|c| c.starts_with("__Host-pristan-door=")).expect("a cookie of the door");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(door.contains(flag), "{flag} is missing: {door}");
    }
    let value = door.split(['=', ';']).nth(1).unwrap();
    let csrf = door_page.hidden("_csrf").expect("a guarded form");
    let body = encoded(&[("_csrf", csrf), ("login", login), ("password", password), ("next", next)]);
    town.send("/sign-in", &[("__Host-pristan-door", value)], Some(body))
}

#[test]
fn a_session_cookie_is_for_this_host_and_for_no_script() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let page = sign_in(&town, "caseworker", PASSWORD, "/tasks");
    assert_eq!((page.status, page.location()), (303, "/tasks"));
    let cookies = page.cookies();
    let session = cookies.iter().find(|c| c.starts_with("__Host-pristan=")).expect("a session");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(session.contains(flag), "{flag} is missing");
    }
    assert!(!session.to_ascii_lowercase().contains("domain="), "__Host- cookies name no domain");
    let token = session.split(['=', ';']).nth(1).unwrap();
    assert!(token.len() >= 43, "too short to be unguessable");
    assert_eq!(town.get("/", token).status, 200);
    // A path out of the house is not followed.
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example"] {
        let page = sign_in(&town, "caseworker", PASSWORD, next);
        assert!(
            !page.location().contains("evil") || page.location().starts_with("/%5C"),
            "{}",
            page.location()
        );
    }
    // Unknown and wrong look the same.
    let unknown = sign_in(&town, "nobody.here", "грешна парола за никого", "/");
    let wrong = sign_in(&town, "monitor", "грешна парола за никого", "/");
    assert_eq!(unknown.status, wrong.status);
    let same = |page: &Page, login: &str| {
        let hidden = |name: &str| page.hidden(name).unwrap_or("-").to_owned();
        let asked = page.body.split("data-options=\"").nth(1).and_then(|rest| rest.split('"').next());
        page.body
            .replace(asked.unwrap_or("-"), "ASKED")
            .replace(&hidden("door_state"), "STATE")
            .replace(&hidden("_csrf"), "CSRF")
            .replace(&hidden("_once"), "ONCE")
            .replace(login, "LOGIN")
    };
    assert_eq!(same(&unknown, "nobody.here"), same(&wrong, "monitor"));
    assert!(!unknown.body.contains("грешна парола"), "a password comes back to nobody");
}

#[test]
fn signing_out_ends_the_session() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let token = town.session("caseworker");
    assert_eq!(town.get("/", &token).status, 200);
    assert_eq!(town.post("/sign-out", &token, &[]).status, 303);
    assert_eq!(town.get("/", &token).status, 303);
    // Idle for a quarter of an hour, and twelve hours in any case.
    let token = town.session("caseworker");
    town.later(14);
    assert_eq!(town.get("/", &token).status, 200);
    town.later(14);
    assert_eq!(town.get("/", &token).status, 200, "what is used does not idle");
    town.later(16);
    assert_eq!(town.get("/", &token).status, 303);
}

/// The session ends in the middle of a long form: what was typed is there again after signing in.
#[test]
fn an_ended_session_takes_nothing_that_was_typed() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let path = format!("/cases/{}/add/note", town.ids["case"]);
        let token = town.session("caseworker");
        let page = town.get(&path, &token);
        let once = page.hidden("_once").expect("a key").to_owned();
        town.later(20);
        let typed = "Разказът ѝ, дълъг и „с кавички“ <b>&amp; знаци</b> 😔";
        let fields = [
            ("_once", once.as_str()),
            ("on_date", "2017-03-01"),
            ("contact_kind", "meeting"),
            ("text", typed),
        ];
        let sent = town.post(&path, &token, &fields);
        assert_eq!(sent.status, 303);
        assert_eq!(sent.location(), format!("/sign-in?next={path}&ended=1"));
        // Another user who signs in next does not see it.
        let other = town.session("manager");
        assert!(!town.get(&path, &other).body.contains("Разказът"));

        let back = sign_in(&town, "caseworker", PASSWORD, &path);
        assert_eq!(back.location(), path);
        let cookies = back.cookies();
        let session = cookies.iter().find(|c| c.starts_with("__Host-pristan=")).unwrap();
        let token = session.split(['=', ';']).nth(1).unwrap();
        let page = town.get(&path, token);
        assert_eq!(page.status, 200);
        assert!(page.body.contains("Разказът ѝ, дълъг и „с кавички“"), "the draft is not on the form");
        assert!(!page.body.contains("<b>&amp;"), "text is text");
        // Saved now, the draft is gone.
        let once = page.hidden("_once").unwrap().to_owned();
        let fields = [
            ("_once", once.as_str()),
            ("on_date", "2017-03-01"),
            ("contact_kind", "meeting"),
            ("text", typed),
        ];
        assert_eq!(town.post(&path, token, &fields).status, 303);
        assert!(!town.get(&path, token).body.contains("Разказът"), "a saved draft stays behind");
        // A forged form of an ended session leaves nothing behind.
        town.later(20);
        let body = encoded(&[("_csrf", "ab"), ("text", "подхвърлено")]);
        assert_eq!(town.send(&path, &[("__Host-pristan", token)], Some(body)).status, 303);
        let fresh = town.session("caseworker");
        assert!(!town.get(&path, &fresh).body.contains("подхвърлено"));
    }
}

#[test]
fn too_much_at_once_is_said_so() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let token = town.session("caseworker");
    let path = format!("/cases/{}/add/note", town.ids["case"]);
    let much = "x".repeat(2 * 1024 * 1024 + 1);
    let page = town.post(&path, &token, &[("text", &much)]);
    assert_eq!(page.status, 413);
    assert!(page.headers.contains_key("content-security-policy"));
    assert!(page.body.contains("<title>") && !page.body.contains("xxxx"));
    // What fits in the wire but not in the field is shown back beside its message.
    let long = "я".repeat(60_001);
    let page =
        town.post(&path, &token, &[("on_date", "2017-03-01"), ("contact_kind", "phone"), ("text", &long)]);
    assert_eq!(page.status, 422);
    assert!(page.body.contains(&long), "what was typed is gone");
}

#[test]
fn forty_kilobytes_in_many_scripts_come_back_as_they_went() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let token = town.session("caseworker");
        let path = format!("/cases/{}/add/note", town.ids["case"]);
        let line = "Тя каза 😔👩‍👧 „не“ \u{202b}שלום مرحبا بالعالم\u{202c} ў Ѝ <i>'&\"</i>\tд\r\n";
        let mut story = line.repeat(40 * 1024 / line.len() + 1);
        story.push_str("край");
        assert!(story.len() > 40 * 1024);
        let once = town.get(&path, &token).hidden("_once").unwrap().to_owned();
        let fields = [
            ("_once", once.as_str()),
            ("on_date", "2017-03-01"),
            ("contact_kind", "meeting"),
            ("text", story.as_str()),
        ];
        let sent = town.post(&path, &token, &fields);
        assert_eq!(sent.status, 303, "{engine:?}");
        // A double click goes to the same place and makes no second one.
        let again = town.post(&path, &token, &fields);
        assert_eq!((again.status, again.location()), (303, sent.location()));
        let ctx = town.house.ctx(Role::Caseworker);
        let notes =
            office::records::in_case(&town.house, &ctx, town.ids["case"], domain::RecordKind::Note).unwrap();
        let kept: Vec<_> = notes.iter().filter_map(|n| n.get("text")).filter(|t| t.len() > 1000).collect();
        assert_eq!(kept.len(), 1, "{engine:?}: a double click");
        assert_eq!(kept[0], story.replace("\r\n", "\n"), "{engine:?}");
        let note = notes.iter().find(|n| n.get("text").is_some_and(|t| t.len() > 1000)).unwrap().head.id;
        let shown = town.get(&format!("/records/{note}"), &token);
        assert_eq!(shown.status, 200);
        assert!(shown.body.contains("😔👩‍👧") && shown.body.contains("مرحبا بالعالم"));
        assert!(!shown.body.contains("<i>'"), "text is text");
        assert_eq!(shown.body.matches("😔👩‍👧").count(), story.matches("😔👩‍👧").count(), "nothing is cut off");
    }
}

/// A stale form shows both versions and saves neither.
#[test]
fn a_stale_form_shows_both_versions() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let token = town.session("caseworker");
    let path = format!("/records/{}/edit", town.ids["note"]);
    let send = |text: &str| {
        town.post(
            &path,
            &token,
            &[("_version", "1"), ("on_date", "2017-03-01"), ("contact_kind", "phone"), ("text", text)],
        )
    };
    assert_eq!(send("първата промяна").status, 303);
    let page = send("втората промяна");
    assert_eq!(page.status, 409);
    assert!(page.body.contains("първата промяна") && page.body.contains("втората промяна"));
    let ctx = town.house.ctx(Role::Caseworker);
    let kept = office::records::view(&town.house, &ctx, town.ids["note"]).unwrap().record;
    assert_eq!((kept.get("text"), kept.head.version), (Some("първата промяна"), 2));
}

#[test]
fn the_door_takes_little_from_whom_it_does_not_know() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let door_page = town.send("/recover", &[], None);
    let cookies = door_page.cookies();
    let door = cookies.iter().find(|c| c.starts_with("__Host-pristan-door=")).unwrap();
    let cookie = door.split(['=', ';']).nth(1).unwrap().to_owned();
    let csrf = door_page.hidden("_csrf").unwrap().to_owned();
    let send = |body: Vec<u8>| town.send("/recover", &[("__Host-pristan-door", &cookie)], Some(body));
    // Two megabytes of fields cost a hundred times that once they are taken apart.
    assert_eq!(send(b"a&".repeat(20_000)).status, 413);
    assert_eq!(send([b"login=".as_slice(), &b"a".repeat(70_000)].concat()).status, 413);
    let ask = |login: &str| {
        send(encoded(&[
            ("_csrf", &csrf),
            ("login", login),
            ("with", "code"),
            ("door_work", ""),
            ("door_answer", ""),
        ]))
    };
    assert_eq!(ask("caseworker").status, 200, "the control");
    let answers: Vec<u16> = (0..60).map(|n| ask(&format!("nobody.{n}")).status).collect();
    let taken = answers.iter().filter(|s| **s == 200).count();
    assert!((20..=30).contains(&taken), "{taken} of 60 questions were taken without any work");
    assert!(answers.ends_with(&[422; 20]));
}

/// Whoever has a copied cookie, of a session that is over or of one whose browser he is not, learns from no page what
/// a form of it has to carry: so he puts no words into her drafts.
#[test]
fn a_copied_cookie_plants_no_draft() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let path = format!("/cases/{}/add/note", town.ids["case"]);
        let planted = |csrf: &str| encoded(&[("_csrf", csrf), ("text", "подхвърлено")]);
        let attribute = |page: &Page| {
            let rest = page.body.split_once("data-csrf=\"").map(|(_, rest)| rest.to_owned());
            rest.and_then(|r| r.split_once('"').map(|(value, _)| value.to_owned()))
        };
        let seen = |town: &Town| town.get(&path, &town.session("caseworker")).body.contains("подхвърлено");
        // A session that was left: its token as a cookie of the door gives a form of the door.
        let token = town.session("caseworker");
        assert_eq!(town.post("/sign-out", &token, &[]).status, 303);
        let door = town.send("/sign-in", &[("__Host-pristan-door", &token)], None);
        let csrf = door.hidden("_csrf").unwrap().to_owned();
        let sent = town.send(&path, &[("__Host-pristan", &token)], Some(planted(&csrf)));
        assert!(sent.status == 303 && !seen(&town), "by the door");
        // A live one that is bound to a browser.
        let token = town.session("caseworker");
        let digest = vault::session_digest(&token);
        let bind = |tx: &mut store::WriteTx<'_>| store::doors::bind(tx, &digest, &[4; 65], 1);
        assert!(town.house.store.write("test", bind).unwrap());
        let page = town.get("/cases", &token);
        assert_eq!(page.status, 403);
        for page in [page, town.get("/sign-in", &token), town.get("/help-line", &token)] {
            for csrf in page.hidden("_csrf").map(str::to_owned).into_iter().chain(attribute(&page)) {
                for door in ["", token.as_str()] {
                    let cookies = [("__Host-pristan", token.as_str()), ("__Host-pristan-door", door)];
                    let sent = town.send(&path, &cookies, Some(planted(&csrf)));
                    assert!(sent.status == 403 && !seen(&town), "by its own pages");
                }
            }
        }
        // The control: a form of hers, which carries what her pages gave it, is kept although its proof is late.
        let sent = town.send(&path, &[("__Host-pristan", &token)], Some(planted(&town.csrf(&token))));
        assert!(sent.status == 403 && seen(&town));
    }
}

/// She locked her screen in another window and came back: the form that was open here is of the session before.
#[test]
fn a_form_of_an_earlier_session_is_kept_for_its_owner_alone() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let path = format!("/cases/{}/add/note", town.ids["case"]);
        let given = |token: &str| town.get(&path, token).hidden("_csrf").unwrap().to_owned();
        let before = given(&town.session("caseworker"));
        let strangers = town.get("/account", &town.session("manager")).hidden("_csrf").unwrap().to_owned();
        let now = town.session("caseworker");
        let seen = |word: &str| town.get(&path, &town.session("caseworker")).body.contains(word);
        let sent = |site: &str, csrf: &str, word: &str| {
            let note = [("text", word), ("on_date", "2017-03-01"), ("contact_kind", "phone")];
            let body = encoded(&[&[("_csrf", csrf)], &note[..]].concat());
            town.send_from(site, &path, &[("__Host-pristan", &now)], Some(body))
        };
        for (site, csrf, word) in [
            ("", before.as_str(), "без знак"),
            ("cross-site", &before, "отдругаде"),
            ("same-site", &before, "отсъседа"),
            ("same-origin", &strangers, "чуждото"),
            ("same-origin", "", "безнищо"),
            ("cross-site", &given(&now), "подправено"),
        ] {
            let page = sent(site, csrf, word);
            assert_eq!(page.status, 403, "{site} {word}");
            assert!(!seen(word), "{word}");
        }
        let page = sent("same-origin", &before, "нейното");
        assert_eq!(page.status, 409);
        assert!(page.body.contains(&format!("href=\"{path}\"")), "the way back to it");
        assert!(seen("нейното"));
        // What is saved while she types comes from the same page.
        let body = encoded(&[("_csrf", &before), ("key", &path), ("text", "ивсетака")]);
        let saved = town.send_from("same-origin", "/drafts", &[("__Host-pristan", &now)], Some(body));
        assert!(saved.status == 204 && seen("ивсетака"));
        // And then it is written down.
        let page = sent("same-origin", &given(&now), "записано");
        assert_eq!(page.status, 303);
    }
}
