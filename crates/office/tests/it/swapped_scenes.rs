//! Scenes in which every sealed column has two rows and a value of before; see `swapped.rs`.

use crate::device::Device;
use crate::doors::{
    by_passkey, enrol, enter, established, from_the_first_day, given, inside, later, with_a_word,
};
use crate::swapped::{Found, Key, Line, Old, Read, Row};
use crate::tale::{Tale, form};
use domain::{Compartment, Id, Mask, RecordKind, Role};
use office::doors::{self, Caller, recovery};
use office::{Ctx, federation, glass};
use std::cell::RefCell;
use store::StoreError;
use testkit::house::{Engine, PASSWORD, TestOffice, office};
use vault::{Class, Half};

type Scene = fn(Engine) -> Option<(TestOffice, Vec<Line>)>;

pub const SCENES: [Scene; 5] = [records, keys, circle, door, paper];

const NEW: &str = "седем чайки над сив покрив";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn read(read: impl Fn(&TestOffice) -> Option<String> + 'static) -> Read {
    Box::new(read)
}

/// One line for a column whose two rows are read alike.
fn line<T: Clone + 'static>(
    at: (&'static str, &'static str),
    found: Found,
    rows: [(Row, T); 2],
    old: Old,
    reads: impl Fn(&TestOffice, &T) -> Option<String> + Clone + 'static,
) -> Line {
    let [one, two] = rows;
    let each = |of: T| {
        let reads = reads.clone();
        read(move |house| reads(house, &of))
    };
    Line { at, rows: [one.0, two.0], reads: [each(one.1), each(two.1)], old, found, once: false }
}

/// What the keys of somebody open of a record, whatever the policy says.
fn sees(house: &TestOffice, ctx: &Ctx, id: Id, field: &str) -> Option<String> {
    let found = house.look(ctx, "test", |desk| {
        let stored = desk.stored(id)?;
        desk.unseal(stored, Mask::ALL)
    });
    found.ok()?.get(field).map(str::to_owned)
}

fn blob(house: &TestOffice, id: Id, version: i64, place: usize) -> Vec<u8> {
    let found = house.store.read("test", |tx| {
        let head = store::records::head(tx, id)?.unwrap();
        store::records::version(tx, &head, version)
    });
    found.unwrap().unwrap().sealed[place].clone().unwrap()
}

fn keyed(house: &TestOffice, ctx: &Ctx) -> Ctx {
    house.with_keys(ctx.clone(), &Half::BOTH)
}

fn by_id(id: Id) -> Row {
    vec![("id", id.into())]
}

/// A locked house with two cases. Each note has three versions; the name of each person was left alone by somebody who
/// could not open it.
struct Told {
    house: TestOffice,
    lead: Ctx,
    people: [Id; 2],
    cases: [Id; 2],
    notes: [Id; 2],
}

fn told(engine: Engine) -> Option<Told> {
    let house = office(engine)?;
    let plain = house.ctx(Role::Caseworker);
    house.lock(&plain);
    let lead = keyed(&house, &plain);
    let tale = Tale { house: &house, ctx: lead.clone() };
    let people = ["Ана", "Бела"].map(|name| tale.person(&[("given_name", name), ("sex", "female")]));
    let cases = people.map(|person| tale.case(person, "victim", "2016-06-01"));
    let note = |kind, text: &str| {
        let own = format!("лично {text}");
        let pairs =
            [("on_date", "2016-06-02"), ("contact_kind", kind), ("text", text), ("privileged", own.as_str())];
        tale.in_case(cases[0], RecordKind::Note, &pairs)
    };
    // Both under one key: nothing but their places tells them apart.
    let notes = [note("phone", "едно"), note("visit", "друго")];
    for (id, [two, three]) in notes.into_iter().zip([["court", "meeting"], ["message", "partner"]]) {
        for kind in [two, three] {
            let text = format!("{id} {kind}");
            tale.change(id, &[("contact_kind", kind), ("text", &text), ("privileged", &text)]);
        }
    }
    let weak = Tale { house: &house, ctx: house.with_keys(plain.clone(), &[Half::Work]) };
    for (person, times) in people.into_iter().zip([2, 3]) {
        tale.change(person, &[("family_name", "Нова")]);
        for n in 0..times {
            weak.change(person, &[("remarks", &format!("без име {n}"))]);
        }
    }
    Some(Told { house, lead, people, cases, notes })
}

fn records(engine: Engine) -> Option<(TestOffice, Vec<Line>)> {
    let Told { house, lead, people, notes, .. } = told(engine)?;
    let mut lines = Vec::new();
    let opens = |field: &'static str| {
        let lead = lead.clone();
        move |house: &TestOffice, id: &Id| sees(house, &lead, *id, field)
    };
    for (column, field, place) in [("c1", "contact_kind", 0), ("c2", "text", 1), ("c5", "privileged", 4)] {
        let old = Old::Shut(blob(&house, notes[0], 1, place));
        lines.push(line(("records", column), Found::Row, notes.map(|id| (by_id(id), id)), old, opens(field)));
        let of = |version: i64| {
            let row = vec![("id", notes[0].into()), ("version", Key::Int(version))];
            (row, (notes[0], version))
        };
        let old = Old::Shut(blob(&house, notes[1], 1, place));
        let reads = versions(&lead, field);
        lines.push(line(("history", column), Found::Row, [of(1), of(2)], old, reads));
    }
    let rows = people.map(|id| (by_id(id), id));
    let old = Old::Shut(blob(&house, people[0], 1, 2));
    lines.push(line(("records", "c3"), Found::Row, rows, old, opens("given_name")));
    let rows = people.map(|id| (by_id(id), id));
    let parts = house.store.read("test", |tx| {
        let head = store::records::head(tx, people[0])?.unwrap();
        store::records::version(tx, &head, head.version - 1)
    });
    let old = store::records::parts_bytes(&parts.unwrap().unwrap().parts.unwrap());
    lines.push(line(("records", "parts"), Found::Row, rows, Old::Shut(old), opens("given_name")));
    // Of the second person's history: 1 and 2 whole, 3 and 4 without her name.
    let of = |version: i64| {
        let row = vec![("id", people[1].into()), ("version", Key::Int(version))];
        (row, (people[1], version))
    };
    let old = Old::Shut(blob(&house, people[0], 1, 2));
    let reads = versions(&lead, "family_name");
    lines.push(line(("history", "c3"), Found::Row, [of(1), of(2)], old, reads));
    let old = Old::Never("a version of the history has none before it");
    lines.push(line(("history", "parts"), Found::Row, [of(3), of(4)], old, versions(&lead, "remarks")));
    Some((house, lines))
}

/// Reads one version out of the whole history of a record.
fn versions(
    lead: &Ctx,
    field: &'static str,
) -> impl Fn(&TestOffice, &(Id, i64)) -> Option<String> + Clone + 'static {
    let lead = lead.clone();
    move |house, (id, version)| {
        let (all, _) = office::records::history(house, &lead, *id).ok()?;
        let one = all.into_iter().find(|v| v.record.head.version == *version)?;
        Some(format!("{version} {}", one.record.values.get(field).unwrap_or_default()))
    }
}

fn keys(engine: Engine) -> Option<(TestOffice, Vec<Line>)> {
    let Told { house, lead, people, cases, .. } = told(engine)?;
    let own = house.organisation;
    let tale = Tale { house: &house, ctx: lead.clone() };
    let c2 = Compartment::C2;
    let note = |case, text| {
        tale.in_case(
            case,
            RecordKind::Note,
            &[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", text)],
        )
    };
    let notes = [note(cases[0], "първа"), note(cases[1], "втора")];
    let key = |case| {
        let found = house.store.read("test", |tx| {
            let id = store::keys::current(tx, case, c2 as i64)?.unwrap();
            Ok::<_, StoreError>((id, store::keys::get(tx, &id)?.unwrap().half_id))
        });
        found.unwrap()
    };
    let (made, halves) = (cases.map(|case| key(case).0), cases.map(|case| key(case).1));
    let manager = house.ctx(Role::Manager);
    let member = |user: Id| {
        let all = house.store.read("test", |tx| store::roots::memberships(tx, user)).unwrap();
        let work = i64::from(Class::Work.byte());
        all.into_iter().filter(|m| m.class == work).max_by_key(|m| m.epoch).unwrap()
    };
    let grant = || {
        let found = house.store.read("test", |tx| store::keys::grants(tx, &made[0], [own, own]));
        found.unwrap().pop().unwrap().sealed
    };
    // What is sealed under the first epoch is a value of before once it has turned.
    let before = (member(lead.actor.user.0).sealed, grant());
    office::roots::turn(&house, &lead).unwrap();
    let lead = keyed(&house, &lead);

    let mut lines = Vec::new();
    let text = |lead: &Ctx| {
        let lead = lead.clone();
        move |house: &TestOffice, id: &Id| sees(house, &lead, *id, "text")
    };
    let rows = [0, 1].map(|n| (vec![("key_id", Key::Bytes(halves[n].to_vec()))], notes[n]));
    let old = Old::Shut(house.vault.new_wrapped(vault::Compartment::C2).1.0);
    lines.push(line(("keystore.keys", "wrapped"), Found::Unseen, rows, old, text(&lead)));
    let rows =
        [0, 1].map(|n| (vec![("key_id", Key::Bytes(made[n].to_vec())), ("holder", own.into())], notes[n]));
    lines.push(line(("grants", "sealed"), Found::Unseen, rows, Old::Shut(before.1), text(&lead)));
    let rows = [&lead, &manager].map(|ctx| {
        let m = member(ctx.actor.user.0);
        let row: Row = vec![
            ("user_id", ctx.actor.user.0.into()),
            ("organisation_id", own.into()),
            ("class", Key::Int(m.class)),
            ("epoch", Key::Int(m.epoch)),
        ];
        (row, ctx.clone())
    });
    let first = notes[0];
    let role = move |house: &TestOffice, ctx: &Ctx| {
        let text = sees(house, &keyed(house, ctx), first, "text")?;
        Some(format!("{} {text}", ctx.actor.user.0))
    };
    lines.push(line(("role_members", "sealed"), Found::Unseen, rows, Old::Shut(before.0), role));

    let targets = lead.keys.targets(&own.0).unwrap();
    let all = house.store.read("test", |tx| store::erasure::tokens_where(tx, |_, _| true)).unwrap();
    let rows = people.map(|person| {
        let alone = |token: i64| all.iter().filter(|(t, _)| *t == token).count() == 1;
        let of = |(t, sealed): &&(i64, Vec<u8>)| targets.open(*t, sealed) == Some(person.0) && alone(*t);
        let token = all.iter().find(of).unwrap().0;
        (vec![("token", Key::Int(token))], token)
    });
    let ring = std::sync::Arc::clone(&lead.keys);
    let finds = move |house: &TestOffice, token: &i64| {
        let targets = ring.targets(&own.0)?;
        let sealed = house.store.read("test", |tx| store::tokens::all(tx, *token)).ok()?.pop()?;
        targets.open(*token, &sealed).map(|id| hex(&id))
    };
    let old = Old::Shut(house.vault.targets().seal(rows[0].1, &people[0].0));
    lines.push(line(("tokens", "target"), Found::Unseen, rows, old, finds));

    let signed_in = |house: &TestOffice| house.signed_in(&lead);
    let draft = |house: &TestOffice, name: &str, body: &str| {
        doors::save_draft(house, &house.signed_in(&lead), lead.now, name, body.as_bytes()).unwrap();
        let row = format!("names {name}");
        let found = house.store.read("test", |tx| store::forms::draft(tx, lead.actor.user.0, &row));
        found.unwrap().unwrap().0
    };
    let old = draft(&house, "/one", "от вчера");
    draft(&house, "/one", "едно");
    draft(&house, "/two", "две");
    assert!(signed_in(&house).keyed);
    let rows = ["/one", "/two"].map(|name| {
        let row: Row =
            vec![("user_id", lead.actor.user.0.into()), ("form", Key::Text(format!("names {name}")))];
        (row, name)
    });
    let ctx = lead.clone();
    let typed = move |house: &TestOffice, name: &&'static str| {
        let (body, _) = doors::draft(house, &house.signed_in(&ctx), name).ok()??;
        String::from_utf8(body).ok()
    };
    let old = Old::Opens(old, "her own words of before, to herself");
    lines.push(line(("drafts", "body"), Found::Unseen, rows, old, typed));
    Some((house, lines))
}

/// What is shared with partners, and how they sign in.
fn paper(engine: Engine) -> Option<(TestOffice, Vec<Line>)> {
    let Told { house, lead, cases, .. } = told(engine)?;
    let police = house.partner("GDBOP", "organised_crime", Role::Police);
    house.lock(&police);
    let police = keyed(&house, &police);
    let with = police.actor.organisation.0;
    let shares = ["едно искане", "друго искане"].map(|why| {
        let case = if why.starts_with('е') { cases[0] } else { cases[1] };
        let to = with.to_string();
        let pairs = [
            ("organisation", to.as_str()),
            ("ground", "law_enforcement"),
            ("groups", "identity"),
            ("until", "2017-04-01"),
            ("reason", why),
        ];
        (case, office::shares::open(&house, &lead, case, &form(&pairs), None).unwrap())
    });
    let mut lines = Vec::new();
    let ctx = lead.clone();
    let reason = move |house: &TestOffice, (case, share): &(Id, Id)| {
        let all = office::shares::list(house, &ctx, *case).ok()?.lines;
        all.into_iter().find(|l| l.share.id == *share)?.reason
    };
    let rows = shares.map(|of| (by_id(of.1), of));
    let never = || Old::Never("a share is written once");
    lines.push(line(("shares", "note"), Found::Unseen, rows, never(), reason));
    let held = move |house: &TestOffice, (case, _): &(Id, Id)| {
        office::cases::page(house, &police, *case).ok().map(|page| page.case.head.id.to_string())
    };
    let rows = shares.map(|of| (by_id(of.1), of));
    lines.push(line(("shares", "mac"), Found::Unseen, rows, never(), held));

    let admin = house.ctx(Role::Admin);
    let provide = |organisation: Id, client: &str| {
        let config = federation::Config {
            issuer: "https://idp.example.org".to_owned(),
            client: client.to_owned(),
            ..Default::default()
        };
        assert!(federation::save(&house, &admin, organisation, config).unwrap().is_ok());
        house
            .store
            .read("test", |tx| store::federation::provider_of(tx, organisation))
            .unwrap()
            .unwrap()
            .config
    };
    let old = provide(house.organisation, "отпреди");
    provide(house.organisation, "едно");
    provide(with, "друго");
    let rows = [house.organisation, with].map(|id| (vec![("organisation_id", id.into())], id));
    let known = move |house: &TestOffice, id: &Id| {
        let setting = federation::setting(house, &admin, *id).ok()?;
        setting.provider.map(|p| p.config.client)
    };
    let old = Old::Opens(old, "its own settings of before: the log alone knows that they were changed");
    lines.push(line(("providers", "config"), Found::Unseen, rows, old, known));
    Some((house, lines))
}

/// Officers, what they were asked and what they wrote, and notes for witnesses.
fn circle(engine: Engine) -> Option<(TestOffice, Vec<Line>)> {
    let house = office(engine)?;
    let (lead, officers, asker, case, number) = {
        let t = crate::glass::town(&house, false);
        (t.lead, t.officers, t.asker, t.case, t.number)
    };
    let mut lines = Vec::new();
    let ask = |why: &str| {
        let pairs = [("number", number.as_str()), ("purpose", "life"), ("reason", why), ("minutes", "60")];
        glass::ask(&house, &asker, &form(&pairs)).unwrap()
    };
    let asked = ["първа причина", "втора причина"].map(ask);
    let officer = officers[0].clone();
    let detail = move |house: &TestOffice, id: &Id| glass::detail(house, &officer, *id).ok();
    let reads = detail.clone();
    let reason = move |house: &TestOffice, id: &Id| reads(house, id).map(|d| d.asked.reason);
    let never = || Old::Never("it is written once");
    let rows = asked.map(|id| (by_id(id), id));
    lines.push(line(("glass_requests", "reason"), Found::Unseen, rows, never(), reason));

    for id in asked {
        for officer in &officers[..2] {
            glass::approve(&house, officer, id, false).unwrap();
        }
        glass::end(&house, &asker, id).unwrap();
        let said = form(&[("review", &format!("прегледано {id}"))]);
        glass::review(&house, &lead, id, &said).unwrap();
    }
    let review = move |house: &TestOffice, id: &Id| detail(house, id)?.review.map(|(text, _)| text);
    let rows = asked.map(|id| (by_id(id), id));
    lines.push(line(("glass_requests", "review"), Found::Unseen, rows, never(), review));

    let notes =
        ["тук", "там"].map(|place| glass::add(&house, &lead, case, &form(&[("safe_place", place)])).unwrap());
    let ctx = lead.clone();
    let rows = notes.map(|id| (by_id(id), id));
    let place = move |house: &TestOffice, id: &Id| {
        glass::open(house, &ctx, *id).ok()?.values.get("safe_place").map(str::to_owned)
    };
    lines.push(line(("sealed_notes", "sealed"), Found::Forged, rows, never(), place));

    // The shares of a drill bring the keys of every class together, or none.
    let found = house.store.read("test", |tx| {
        let circle = store::glass::circles(tx, house.organisation)?.remove(0).id;
        Ok::<_, StoreError>((circle, store::glass::keys(tx, circle)?))
    });
    let (circle, keys) = found.unwrap();
    let rows = [&keys[0], &keys[1]].map(|(class, epoch, _)| {
        let row: Row =
            vec![("circle_id", circle.into()), ("class", Key::Int(*class)), ("epoch", Key::Int(*epoch))];
        (row, *class)
    });
    let (admin, all) = (house.ctx(Role::Admin), officers.clone());
    let drill = move |house: &TestOffice, class: &i64| {
        let id = glass::drill(house, &admin, house.organisation).ok()?;
        // The first one has said so already where the second one failed.
        let _ = glass::approve(house, &all[0], id, false);
        let outcome = glass::approve(house, &all[1], id, false).ok()?;
        (outcome == glass::Outcome::Done).then(|| class.to_string())
    };
    lines.push(line(("glass_keys", "sealed"), Found::Unseen, rows, never(), drill));

    let asked = ["трета причина", "четвърта причина"].map(ask);
    let rows = asked.map(|id| {
        glass::approve(&house, &officers[0], id, false).unwrap();
        let row: Row = vec![
            ("request_id", id.into()),
            ("officer", officers[0].actor.user.0.into()),
            ("recipient", officers[1].actor.user.0.into()),
        ];
        (row, id)
    });
    let second = officers[1].clone();
    let approved = move |house: &TestOffice, id: &Id| {
        let outcome = glass::approve(house, &second, *id, false).ok()?;
        (outcome == glass::Outcome::Done).then(|| id.to_string())
    };
    let deposit = line(("glass_deposits", "sealed"), Found::Unseen, rows, never(), approved);
    lines.push(Line { once: true, ..deposit });
    Some((house, lines))
}

/// Ways to sign in.
fn door(engine: Engine) -> Option<(TestOffice, Vec<Line>)> {
    // Nobody's keys were given by a door there.
    if from_the_first_day() {
        return None;
    }
    let house = office(engine)?;
    let now = established(&house);
    let work = |house: &TestOffice, now: &Ctx, token: &str| {
        let found = doors::session(house, now.now, token).ok()??;
        found.keys.half(Half::Work).map(|key| hex(&key.public()))
    };
    let mut lines = Vec::new();

    // Two who have a password.
    let plain = [Role::Monitor, Role::Police];
    let tokens = plain.map(|role| enter(&house, &now, given(role.code(), PASSWORD, "")).unwrap());
    let slot = |role: Role| {
        let user = house.user(role);
        house
            .store
            .read("test", |tx| store::doors::factors::slots(tx, user, "password", user))
            .unwrap()
            .remove(0)
    };
    let old = slot(plain[0]).1;
    let who = inside(&house, &now, &tokens[0]);
    doors::change_password(&house, &now, &who, plain[0].code(), PASSWORD, NEW).unwrap();
    let rows = [(plain[0], NEW), (plain[1], PASSWORD)].map(|(role, password)| {
        let user = house.user(role);
        let row: Row = vec![
            ("user_id", user.into()),
            ("kind", Key::Text("password".to_owned())),
            ("half", Key::Int(slot(role).0)),
        ];
        (row, (role, password))
    });
    let at = now.clone();
    let opens = move |house: &TestOffice, (role, password): &(Role, &'static str)| {
        let token = enter(house, &at, given(role.code(), password, "")).ok()?;
        work(house, &at, &token)
    };
    lines.push(line(("slots", "sealed"), Found::Unseen, rows, Old::Shut(old), opens));

    let rows = [(plain[0], NEW), (plain[1], PASSWORD)].map(|(role, password)| {
        let token = enter(&house, &now, given(role.code(), password, "")).unwrap();
        (vec![("digest", Key::Bytes(vault::session_digest(&token).to_vec()))], token)
    });
    let at = now.clone();
    let ring = move |house: &TestOffice, token: &String| work(house, &at, token);
    let never = |why| Old::Never(why);
    let old = never("what was sealed under this cookie before was hers as well");
    lines.push(line(("sessions", "keyring"), Found::Unseen, rows, old, ring));

    // Two who have a passkey.
    let keyed = [Role::Coordinator, Role::Consul].map(|role| {
        let token = enter(&house, &now, given(role.code(), PASSWORD, "")).unwrap();
        let mut device = Device::new();
        enrol(&house, &now, &token, &mut device).unwrap();
        (role, device)
    });
    let passkey = |role: Role| {
        let user = house.user(role);
        house.store.read("test", |tx| store::doors::factors::passkeys(tx, user)).unwrap().remove(0)
    };
    let old = passkey(keyed[0].0).data;
    let rows = keyed.map(|(role, device)| {
        let device = std::rc::Rc::new(RefCell::new(device));
        (by_id(passkey(role).id), (device, house.user(role)))
    });
    let at = later(&now, 60);
    let enters = move |house: &TestOffice, (device, user): &(std::rc::Rc<RefCell<Device>>, Id)| {
        device.borrow_mut().counter += 1;
        let token = by_passkey(house, &at, &device.borrow()).ok()?;
        let found = inside(house, &at, &token);
        assert_eq!(found.user, *user);
        Some(user.to_string())
    };
    // The device is used once, so that what is stored of it has changed.
    assert!(enters(&house, &rows[0].1).is_some());
    let old = Old::Opens(old, "the same device; its counter stands in a column of its own");
    lines.push(line(("passkeys", "data"), Found::Unseen, rows, old, enters));

    // Two who have lost everything but their papers, and a colleague who has confirmed both.
    let lost = [Role::Caseworker, Role::Mission].map(|role| {
        let token = enter(&house, &now, given(role.code(), PASSWORD, "")).unwrap();
        let token = enrol(&house, &now, &token, &mut Device::new()).unwrap();
        let code = recovery::print(&house, &now, &inside(&house, &now, &token)).unwrap();
        let asked = recovery::ask(&house, &now, role.code(), true).unwrap();
        (role, code, asked)
    });
    let word = with_a_word(&house, &now, "manager");
    let rows = lost.map(|(role, code, asked)| {
        recovery::confirm(&house, &now, &word, role.code(), &asked.number).unwrap();
        let row: Row = vec![("number", Key::Text(asked.number.clone()))];
        (row, (role, String::clone(&code), String::clone(&asked.claim)))
    });
    let back = move |house: &TestOffice, (role, code, claim): &(Role, String, String)| {
        let coming = recovery::Coming { login: role.code(), claim, code, password: NEW };
        let back = recovery::come_back(house, &now, &Caller::default(), coming).ok()?;
        back.names.then(|| role.code().to_owned())
    };
    let old = never("it is sealed for one request");
    let second = line(("recoveries", "second"), Found::Unseen, rows, old, back);
    lines.push(Line { once: true, ..second });
    Some((house, lines))
}
