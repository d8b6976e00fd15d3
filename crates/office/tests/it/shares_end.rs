//! How a share ends by itself: its keys go when anybody comes by, and an asylum claim ends what must not go on.

use crate::tale::{Tale, form, on_both};
use domain::policy::{CaseList, Role};
use domain::{Compartment, Date, Id, RecordKind};
use office::Ctx;
use std::sync::Arc;
use testkit::house::{Engine, NOW, TestOffice};
use vault::Half;

const SECOND: i64 = 1_000_000;

/// A locked house that has shared the needs and the name until a day with a locked partner.
struct Scene<'h> {
    house: &'h TestOffice,
    owner: Ctx,
    partner: Ctx,
    person: Id,
    case: Id,
    need: Id,
    end: i64,
}

fn scene(house: &TestOffice) -> Scene<'_> {
    let tale = Tale::new(house);
    let person = tale.person(&[("given_name", "Ружа"), ("family_name", "Тонева"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    let need = tale.in_case(
        case,
        RecordKind::Need,
        &[
            ("on_date", "2016-06-02"),
            ("service_type", "medical"),
            ("urgency", "week"),
            ("description", "лекар"),
        ],
    );
    house.lock(&tale.ctx);
    let partner = house.partner("ANIMUS", "ngo", Role::Ngo);
    house.lock(&partner);
    let partner = house.with_keys(partner, &Half::BOTH);
    let ours = Tale { house, ctx: house.with_keys(tale.ctx, &Half::BOTH) };
    let with = partner.actor.organisation.0;
    let consent = ours.agree(case, with, "needs identity", "assistance", "2017-03-20");
    ours.try_share(case, with, consent, "assistance", "needs identity").unwrap();
    let day: Date = "2017-03-20".parse().unwrap();
    let end = domain::civil::end_of_day(day);
    Scene { house, owner: ours.ctx, partner, person, case, need, end }
}

impl Scene<'_> {
    fn at(&self, who: &Ctx, now: i64) -> Ctx {
        Ctx { now, today: domain::civil::day_of(now), ..who.clone() }
    }

    /// How many keys of the case and of the person are granted to the partner.
    fn granted(&self) -> usize {
        let holder = self.partner.actor.organisation.0;
        let count = self.house.store.read("test.granted", |tx| {
            let mut n = 0;
            for subject in [self.case, self.person] {
                for (key, _) in store::keys::of_subject(tx, subject)? {
                    n += store::keys::grants(tx, &key, [holder, holder])?.len();
                }
            }
            Ok::<_, store::StoreError>(n)
        });
        count.unwrap()
    }

    /// What the partner's keys open of a record with the database in its hand, whatever the policy says.
    fn opens(&self, id: Id, field: &str) -> bool {
        let record = self.house.look(&self.partner, "test.bug", |desk| {
            let stored = desk.stored(id)?;
            desk.unseal(stored, domain::Mask::ALL)
        });
        record.unwrap().get(field).is_some()
    }
}

/// Somebody comes by at a moment.
type Comes = fn(&Scene<'_>, i64);

const COMERS: [(&str, Comes); 4] = [
    ("the receiver, who asks for it again", |s, now| {
        let _ = office::cases::page(s.house, &s.at(&s.partner, now), s.case);
    }),
    ("anybody's home page", |s, now| {
        office::shares::let_go(s.house, &s.at(&s.house.ctx(Role::Hotline), now)).unwrap();
    }),
    ("the owner, who writes about it", |s, now| {
        let owner = Tale { house: s.house, ctx: s.at(&s.owner, now) };
        let other = s.house.partner("SHELTER", "shelter", Role::Ngo);
        s.house.lock(&other);
        owner.share(s.case, other.actor.organisation.0, "needs");
    }),
    ("a job that has no keys", |s, now| {
        let ctx = office::upkeep::system_ctx(now, domain::civil::day_of(now));
        office::shares::let_go(s.house, &ctx).unwrap();
    }),
];

#[test]
fn keys_of_a_share_go_when_its_time_is_over_whoever_comes_by() {
    for (who, comes) in COMERS {
        for (after, stays) in [(-SECOND, true), (0, false), (SECOND, false)] {
            on_both(|house| {
                let s = scene(house);
                let of = format!("{who}, {after} from the end");
                assert!(s.granted() >= 2, "{of}: the control");
                assert!(
                    s.opens(s.need, "description") && s.opens(s.person, "given_name"),
                    "{of}: the control"
                );
                comes(&s, s.end + after);
                assert_eq!(s.granted() > 0, stays, "{of}");
                assert_eq!(s.opens(s.need, "description"), stays, "{of}");
                assert_eq!(s.opens(s.person, "given_name"), stays, "{of}");
                // What the owner writes from then on is under another key.
                let owner = Tale { house, ctx: s.at(&s.owner, s.end + after) };
                owner.change(s.need, &[("description", "друг лекар")]);
                assert_eq!(s.opens(s.need, "description"), stays, "{of}");
                // The notice and the list of what was shared stay.
                let told = office::shares::ended(house, &s.at(&s.partner, s.end + SECOND)).unwrap();
                assert_eq!(told.len(), 1, "{of}");
                let lines =
                    office::shares::list(house, &s.at(&s.owner, s.end + SECOND), s.case).unwrap().lines;
                assert!(lines.iter().any(|l| l.share.ended_at.is_none() && !l.holds), "{of}: it ran out");
            });
        }
    }
}

#[test]
fn letting_go_takes_nothing_that_holds() {
    on_both(|house| {
        let s = scene(house);
        // The same person, a second case, shared without an end: her name stays the partner's to read.
        let owner = Tale { house, ctx: s.owner.clone() };
        let second = owner.case(s.person, "witness", "2016-07-01");
        owner.share(second, s.partner.actor.organisation.0, "identity");
        let late = s.at(&s.owner, s.end + SECOND);
        assert_eq!(office::shares::let_go(house, &late).unwrap(), 1);
        assert_eq!(office::shares::let_go(house, &late).unwrap(), 0, "once");
        assert!(!s.opens(s.need, "description") && s.opens(s.person, "given_name"));
        let seen =
            office::cases::list(house, &s.at(&s.partner, late.now), CaseList::Organisation, None, None, 9);
        let seen: Vec<Id> = seen.unwrap().rows.iter().map(|r| r.case.head.id).collect();
        assert_eq!(seen, [second]);
    });
}

/// Who is barred when somebody seeks protection: kind of organisation, its country, and whether it is.
const RECEIVERS: [(&str, &str, bool); 6] = [
    ("embassy", "NG", true),
    ("iom_mission", "NG", true),
    ("organised_crime", "NG", true),
    ("embassy", "DE", false),
    ("ngo", "NG", false),
    ("refugees", "BG", false),
];

#[test]
fn an_asylum_claim_ends_what_the_country_of_origin_was_given() {
    for (change, of_person) in [("claimed", false), ("granted", false), ("NG", true)] {
        on_both(|house| {
            let tale = Tale::new(house);
            let before = if of_person { "VN" } else { "NG" };
            let person = tale.person(&[("given_name", "Ама"), ("sex", "female"), ("citizenship", before)]);
            let case = tale.case(person, "victim", "2016-06-01");
            if of_person {
                tale.change(case, &[("asylum", "claimed")]);
            }
            let mut shared = Vec::new();
            for (at, (kind, country, barred)) in RECEIVERS.into_iter().enumerate() {
                let receiver = house.partner(&format!("P{at}"), kind, Role::Ngo);
                let with = receiver.actor.organisation.0;
                let admin = Tale { house, ctx: house.ctx(Role::Admin) };
                admin.change(with, &[("country", country)]);
                shared.push((tale.share(case, with, "identity"), receiver, barred));
            }
            let sees = |ctx: &Ctx| office::cases::page(house, ctx, case).is_ok();
            assert!(shared.iter().all(|(_, receiver, _)| sees(receiver)), "the control");
            match of_person {
                true => tale.change(person, &[("citizenship", change)]),
                false => tale.change(case, &[("asylum", change)]),
            }
            let lines = office::shares::list(house, &tale.ctx, case).unwrap().lines;
            for (share, receiver, barred) in &shared {
                let of = format!("{change} {:?}", receiver.actor.organisation);
                assert_eq!(sees(receiver), !barred, "{of}");
                let line = lines.iter().find(|l| l.share.id == *share).unwrap();
                assert_eq!(line.share.ended_why.as_deref(), barred.then_some("asylum"), "{of}");
            }
            // A claim that is over lets nothing begin again by itself.
            tale.change(case, &[("asylum", "ended")]);
            assert!(shared.iter().all(|(_, receiver, barred)| sees(receiver) != *barred));
        });
    }
}

/// A key that went with an asylum claim opens nothing in a locked house either.
#[test]
fn an_asylum_claim_takes_the_keys_along() {
    on_both(|house| {
        let s = scene(house);
        let admin = Tale { house, ctx: house.ctx(Role::Admin) };
        let with = s.partner.actor.organisation.0;
        admin.change(with, &[("kind", "embassy"), ("country", "NG")]);
        let owner = Tale { house, ctx: s.owner.clone() };
        owner.change(s.person, &[("citizenship", "NG")]);
        assert!(s.granted() > 0, "the control");
        owner.change(s.case, &[("asylum", "claimed")]);
        assert_eq!(s.granted(), 0);
        let form = form(&[("on_date", "2017-03-16"), ("contact_kind", "phone"), ("text", "после")]);
        let under = office::records::Under { case_id: Some(s.case), parent_id: None };
        let note = office::records::create(house, &s.owner, RecordKind::Note, under, &form, None).unwrap();
        assert!(!s.opens(note, "text") && !s.opens(s.need, "description"));
        let view = office::records::view(house, &s.owner, note).unwrap().record;
        assert!(view.mask.has(Compartment::C2) && s.end > NOW);
    });
}

/// A list of grounds that became shorter: what rests on one that is gone opens nothing, and is still to be seen.
#[test]
fn a_ground_that_is_in_no_list_any_more_opens_nothing() {
    for engine in Engine::BOTH {
        let Some(mut house) = testkit::house::office(engine) else { continue };
        let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
        let owner = house.ctx(Role::Caseworker);
        let case = {
            let tale = Tale::new(&house);
            let person = tale.person(&[("given_name", "Ружа"), ("sex", "female")]);
            tale.case(person, "victim", "2016-06-01")
        };
        let with = ngo.actor.organisation.0.to_string();
        let ask = |house: &TestOffice, ground: &str, until: &str| {
            let wish = form(&[
                ("organisation", with.as_str()),
                ("ground", ground),
                ("groups", "identity"),
                ("until", until),
                ("reason", "опасност за живота"),
            ]);
            office::shares::open(house, &owner, case, &wish, None)
        };
        ask(&house, "life_health", "2017-04-01").unwrap();
        assert!(office::cases::page(&house, &ngo, case).is_ok(), "{engine:?}: the control");
        let other = "[[grounds]]\ncode = \"court_order\"\nname = { bg = \"съд\", en = \"court\" }\n\
            groups = [\"identity\"]\npurpose = \"protection\"\ndays = 2\nprovisional = false\n";
        let inside = Arc::get_mut(&mut house.office).unwrap();
        assert!(office::upkeep::set_grounds(inside, &owner, "grounds = 7").is_err());
        office::upkeep::set_grounds(inside, &owner, other).unwrap();
        assert!(office::cases::page(&house, &ngo, case).is_err(), "{engine:?}");
        let lines = office::shares::list(&house, &owner, case).unwrap().lines;
        assert_eq!((lines.len(), lines[0].share.ground.as_str()), (1, "life_health"), "{engine:?}");
        assert_eq!(lines[0].terms.effective(), domain::policy::Groups::NONE);
        // The new one counts, with its own days.
        assert!(ask(&house, "life_health", "2017-03-18").is_err());
        assert!(ask(&house, "court_order", "2017-03-19").is_err());
        ask(&house, "court_order", "2017-03-18").unwrap();
        assert!(office::cases::page(&house, &ngo, case).is_ok(), "{engine:?}");
        crate::tale::sound(&house);
    }
}
