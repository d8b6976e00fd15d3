//! The wire against servers that try to lead it elsewhere, and the links of two people.

use domain::policy::Role;
use office::federation::{self, Begun, Config, Fault};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::house::{Engine, NOW, TestOffice, office};

/// A server that gives the same answer to everybody, and counts them. `{own}` is its own address.
fn server(answer: &str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.replace("{own}", &own);
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (own, count)
}

fn said(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{body}")
}

fn config(issuer: &str) -> Config {
    Config { issuer: issuer.to_owned(), client: "pristan".to_owned(), ..Config::default() }
}

/// Description and keys in one: both are asked for at the same server.
const WHOLE: &str = r#"{"issuer":"{own}","authorization_endpoint":"{own}/a","token_endpoint":"{own}/t","jwks_uri":"{own}/k","keys":[]}"#;

#[test]
fn nothing_leads_the_wire_elsewhere() {
    let house = office(Engine::Sqlite).unwrap();
    let wire = &house.federation;
    // Without the flag this machine is not asked, whatever is written down.
    let (inside, reached) = server(&said(WHOLE));
    let id = house.organisation;
    assert_eq!(wire.known(id, &config(&inside), NOW).err(), Some(Fault::Closed));
    for spelling in [
        "https://127.0.0.1",
        "https://localhost",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://2130706433",
    ] {
        let port = inside.rsplit(':').next().unwrap();
        let issuer = format!("{spelling}:{port}");
        assert_eq!(wire.known(id, &config(&issuer), NOW).err(), Some(Fault::Closed), "{issuer}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0, "nobody called");

    let house = office(Engine::Sqlite).unwrap();
    let wire = &house.federation;
    wire.allow_loopback();
    // The control: under the flag the same server is asked and understood.
    assert!(wire.known(id, &config(&inside), NOW).is_ok());
    assert_eq!(reached.load(Ordering::SeqCst), 2);
    // Kept for an hour.
    assert!(wire.known(id, &config(&inside), NOW + 3_599_000_000).is_ok());
    assert_eq!(reached.load(Ordering::SeqCst), 2);
    assert!(wire.known(id, &config(&inside), NOW + 3_600_000_000).is_ok());
    assert_eq!(reached.load(Ordering::SeqCst), 4);

    let (target, reached) = server(&said(WHOLE));
    let chain = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\nconnection: close\r\n\r\n");
    let elsewhere = |name: &str| {
        said(&WHOLE.replace(&format!(r#""{name}":"{{own}}"#), &format!(r#""{name}":"{target}"#)))
    };
    let large = said(&format!("{{\"issuer\":\"{}\"}}", "x".repeat(300_000)));
    for (what, answer, fault) in [
        ("a redirect", chain, Fault::Down),
        ("a token endpoint of another host", elsewhere("token_endpoint"), Fault::Closed),
        ("keys of another host", elsewhere("jwks_uri"), Fault::Closed),
        ("browsers to another host", elsewhere("authorization_endpoint"), Fault::Closed),
        ("another name", elsewhere("issuer"), Fault::Issuer),
        ("too much", large, Fault::Odd),
        ("no JSON", said("<html>"), Fault::Odd),
        ("an error", "HTTP/1.1 500 Oh\r\nconnection: close\r\n\r\n".to_owned(), Fault::Down),
        ("nonsense", "\u{0}\u{1}\r\n\r\n".to_owned(), Fault::Down),
    ] {
        let (own, _) = server(&answer);
        assert_eq!(wire.known(id, &config(&own), NOW).err(), Some(fault), "{what}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0, "nobody was led to the other host");
    // Written down beside the provider, the other host is asked.
    let (own, _) = server(&elsewhere("jwks_uri"));
    let listed = Config { hosts: vec![target.clone()], ..config(&own) };
    assert!(wire.known(id, &listed, NOW).is_ok());
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}

#[test]
fn an_unknown_key_makes_us_ask_once_a_minute() {
    let house = office(Engine::Sqlite).unwrap();
    house.federation.allow_loopback();
    let (own, reached) = server(&said(WHOLE));
    let id = house.organisation;
    let doubt = |now: i64| {
        house.federation.believe(id, &config(&own), now, |_| Err::<(), _>(federation::token::Bad::UnknownKey))
    };
    for (at, asked) in [(0, 3), (1, 3), (59, 3), (60, 4), (119, 4), (120, 5)] {
        assert!(doubt(NOW + at * 1_000_000).is_err());
        assert_eq!(reached.load(Ordering::SeqCst), asked, "after {at} s");
    }
}

fn provided(house: &TestOffice, admin: &office::Ctx, organisation: domain::Id, issuer: &str) {
    assert!(federation::save(house, admin, organisation, config(issuer)).unwrap().is_ok());
}

#[test]
fn only_an_administrator_sets_a_provider_and_nothing_of_it_lies_in_the_clear() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let organisation = house.organisation;
        let secret = Config {
            secret: "тайна-канарче-oidc".to_owned(),
            ..config("https://canary-id.example.org")
        };
        for role in Role::ALL.into_iter().filter(|r| *r != Role::Admin) {
            let ctx = house.ctx(role);
            assert!(federation::save(&house, &ctx, organisation, secret.clone()).is_err(), "{role:?}");
            assert!(federation::setting(&house, &ctx, organisation).is_err(), "{role:?}");
            assert!(federation::end(&house, &ctx, organisation).is_err(), "{role:?}");
            assert!(
                federation::invite(&house, &ctx, organisation, house.user(Role::Ngo)).is_err(),
                "{role:?}"
            );
        }
        let admin = house.ctx(Role::Admin);
        assert!(federation::save(&house, &admin, organisation, secret.clone()).unwrap().is_ok());
        let stored =
            house.store.read("test", |tx| store::federation::provider_of(tx, organisation)).unwrap().unwrap();
        let text = String::from_utf8_lossy(&stored.config).into_owned();
        assert!(!text.contains("canary-id") && !text.contains("канарче"));
        // The secret is not given out, and stays when none is typed.
        let shown = federation::setting(&house, &admin, organisation).unwrap().provider.unwrap();
        assert_eq!(shown.config.secret, "-");
        assert!(
            federation::save(&house, &admin, organisation, config("https://canary-id.example.org"))
                .unwrap()
                .is_ok()
        );
        let shown = federation::setting(&house, &admin, organisation).unwrap().provider.unwrap();
        assert_eq!(shown.config.secret, "-");
        for (issuer, field) in
            [("http://id.example.org", "issuer"), ("https://10.0.0.1", "issuer"), ("", "issuer")]
        {
            let wrong = federation::save(&house, &admin, organisation, config(issuer)).unwrap().unwrap_err();
            assert!(wrong.iter().any(|(name, _)| *name == field), "{issuer}");
        }
        let ctx = house.ctx(Role::Monitor);
        assert!(matches!(federation::begin(&house, &ctx, "NOBODY", "", "/").unwrap(), Begun::Unknown));
        assert!(matches!(federation::begin(&house, &ctx, "", "", "/").unwrap(), Begun::Unknown));
        federation::end(&house, &admin, organisation).unwrap();
        assert!(matches!(
            federation::begin(&house, &ctx, testkit::house::ORGANISATION, "", "/").unwrap(),
            Begun::Unknown
        ));
        let verdict = office::audit::verify(&house).unwrap();
        assert!(matches!(verdict, office::audit::Verdict::Sound { .. }), "{verdict:?}");
    }
}

fn passkey(house: &testkit::house::TestOffice, user: domain::Id) {
    let key = store::doors::factors::Passkey {
        id: user,
        user_id: user,
        credential: user.0.to_vec(),
        data: Vec::new(),
        counter: 0,
        label: String::new(),
        opens: false,
        created_at: NOW,
        used_at: 0,
        ended_at: 0,
        ended_why: String::new(),
    };
    house.store.write("test", |tx| store::doors::factors::insert_passkey(tx, &key)).unwrap();
}

#[test]
fn a_link_is_made_by_two() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let (organisation, user) = (house.organisation, house.user(Role::Caseworker));
        provided(&house, &house.ctx(Role::Admin), organisation, "https://id.example.org");
        let stranger = house.partner("ANIMUS", "ngo", Role::Ngo);
        // Two weeks on: the accounts of the house have been there long enough.
        let at = |role| {
            let ctx = house.ctx(role);
            office::Ctx { now: NOW + office::doors::ESTABLISHED_US, ..ctx }
        };
        let admin = at(Role::Admin);
        let code = federation::invite(&house, &admin, organisation, user).unwrap();
        let digest = vault::sha256(code.replace('-', "").as_bytes());
        let subject = [9; 32];
        let used = |subject: &[u8; 32]| {
            house
                .store
                .write("test", |tx| store::federation::use_invitation(tx, &digest, subject, admin.now))
                .unwrap()
        };
        assert!(used(&subject), "the code as it was shown finds its invitation");
        assert!(!used(&[8; 32]), "and only once");
        let linked =
            || house.store.read("test", |tx| store::federation::link(tx, &subject)).unwrap().is_some();
        // Neither the administrator who made it, nor who was invited, nor a stranger confirms it.
        assert!(federation::pending(&house, &stranger).unwrap().is_empty());
        let number = federation::pending(&house, &admin).unwrap().remove(0).number;
        for ctx in [&admin, &at(Role::Caseworker), &stranger] {
            assert!(federation::answer(&house, ctx, &number, true).is_err());
            assert!(!linked());
        }
        let colleague = at(Role::Manager);
        let refused = federation::answer(&house, &colleague, &number, true);
        assert!(matches!(refused, Err(office::OfficeError::NotFound)), "without a passkey no word counts");
        for role in [Role::Manager, Role::Caseworker] {
            passkey(&house, house.user(role));
        }
        // An account that the administrator made a moment ago, with a passkey.
        let input = crate::tale::form(&[
            ("name", "Никой"),
            ("login", "puppet"),
            ("state", "hotline"),
            ("password", "седем чайки над сив покрив"),
        ]);
        let made = office::organisations::add_user(&house, &admin, organisation, &input, None).unwrap();
        passkey(&house, made);
        let mut puppet = at(Role::Hotline);
        puppet.actor.user = domain::UserId(made);
        assert!(federation::answer(&house, &puppet, &number, true).is_err(), "not two weeks old");
        let mut stale = colleague.clone();
        stale.actor.assurance = domain::Assurance::Passkey;
        let refused = federation::answer(&house, &stale, &number, true);
        assert!(matches!(refused, Err(office::OfficeError::StepUp(_))));
        let mut late = colleague.clone();
        late.now += 8 * 24 * 3_600_000_000;
        assert!(federation::answer(&house, &late, &number, true).is_err(), "a week later");
        assert!(federation::pending(&house, &colleague).unwrap().iter().all(|p| p.may_confirm));
        federation::answer(&house, &colleague, &number, true).unwrap();
        assert!(linked());
        assert!(federation::answer(&house, &colleague, &number, true).is_err(), "it is used up");
        // Another issuer is another house.
        provided(&house, &admin, organisation, "https://other.example.org");
        assert!(!linked());
    }
}
