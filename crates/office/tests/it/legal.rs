//! Requests of authorities: two others approve, the least goes out, and neither the server's administrator nor
//! the command line can make an answer.

use crate::tale::{Tale, form, on_both};
use domain::policy::Assurance;
use domain::values::Input;
use domain::{Compartment, FieldError, Id, Mask, Problem, RecordKind, Role};
use office::legal::{self, Outcome};
use office::{Ctx, OfficeError};
use std::sync::Arc;
use testkit::house::TestOffice;
use vault::Half;

const STORY: &str = "КАНАРЧЕ-разказ-5521";
const NAME: &str = "Канарка-Елена-4417";
const THERAPY: &str = "КАНАРЧЕ-терапия-8823";
const PHONE: &str = "+359887654321";

/// A case in a house that has locked, three who may decide, and one who writes requests down.
struct Court<'h> {
    tale: Tale<'h>,
    person: Id,
    case: Id,
    one: Ctx,
    two: Ctx,
}

fn court(house: &TestOffice) -> Court<'_> {
    let colleague = house.colleague(Role::Manager, "second.head");
    house.lock(&house.ctx(Role::Caseworker));
    let tale = Tale { house, ctx: house.with_keys(house.ctx(Role::Caseworker), &Half::BOTH) };
    let person = tale.person(&[
        ("given_name", NAME),
        ("family_name", "Попова"),
        ("sex", "female"),
        ("phone", PHONE),
        ("remarks", THERAPY),
    ]);
    let case = tale.case(person, "victim", "2016-06-01");
    tale.in_case(
        case,
        RecordKind::Note,
        &[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", STORY), ("privileged", THERAPY)],
    );
    tale.in_case(
        case,
        RecordKind::Need,
        &[
            ("on_date", "2016-06-02"),
            ("service_type", "psychological"),
            ("urgency", "week"),
            ("description", THERAPY),
        ],
    );
    let one = house.with_keys(house.ctx(Role::Manager), &Half::BOTH);
    let two = house.with_keys(colleague, &Half::BOTH);
    Court { tale, person, case, one, two }
}

fn paper(more: &[(&str, &str)]) -> Input {
    let mut pairs = vec![
        ("authority_kind", "prosecution"),
        ("authority", "Районна прокуратура"),
        ("reference", "пр. 77/2017"),
        ("on_date", "2017-03-10"),
        ("ground", "prosecutor_act"),
        ("basis", "както е посочено"),
        ("due_on", "2017-03-24"),
        ("asked", "identity"),
        ("asked", "story"),
        ("asked", "health"),
    ];
    pairs.extend_from_slice(more);
    form(&pairs)
}

fn yes(groups: &[&str]) -> Input {
    let mut pairs = vec![("outcome", "approve"), ("sure", "1")];
    pairs.extend(groups.iter().map(|g| ("groups", *g)));
    form(&pairs)
}

impl Court<'_> {
    fn received(&self) -> Id {
        self.asks(&paper(&[("telling", "may_tell")]))
    }

    fn asks(&self, paper: &Input) -> Id {
        legal::register(self.tale.house, &self.tale.ctx, self.case, paper, None)
            .unwrap_or_else(|e| panic!("{}", crate::tale::said(&e)))
    }

    fn decide(&self, who: &Ctx, id: Id, input: &Input) -> office::Result<Outcome> {
        let version = self.version(id);
        legal::decide(self.tale.house, who, id, version, input)
    }

    fn version(&self, id: Id) -> i64 {
        self.tale.house.store.read("test", |tx| store::records::head(tx, id)).unwrap().unwrap().version
    }

    fn state(&self, id: Id) -> String {
        self.tale.house.store.read("test", |tx| store::records::head(tx, id)).unwrap().unwrap().state
    }

    /// Everything in the answer, as one text.
    fn given(&self, who: &Ctx, id: Id) -> String {
        let (_, answer) = legal::answer(self.tale.house, who, id).unwrap();
        answer.parts.iter().flat_map(|p| p.values.0.values().cloned()).collect::<Vec<_>>().join("\n")
    }

    /// What leaves of the log say of the case: action, compartments, objects.
    fn leaves(&self) -> Vec<(String, u8, Vec<Id>)> {
        let leaves = self.tale.house.store.read("test", |tx| store::audit::of_case(tx, self.case, 10_000));
        let decode = |bytes: &Vec<u8>| vault::log::Leaf::decode(bytes).unwrap();
        leaves
            .unwrap()
            .iter()
            .map(decode)
            .map(|l| (l.action.clone(), l.compartments, l.objects.iter().map(|o| Id(*o)).collect()))
            .collect()
    }
}

#[test]
fn two_others_approve_and_only_what_was_approved_is_given() {
    on_both(|house| {
        let court = court(house);
        let id = court.received();
        // Whoever wrote it down decides nothing, nor does anybody decide twice.
        assert!(matches!(court.decide(&court.tale.ctx, id, &yes(&["story"])), Err(OfficeError::WrongState)));
        assert_eq!(court.decide(&court.one, id, &yes(&["story", "identity"])).unwrap(), Outcome::Approved);
        for who in [&court.one, &court.tale.ctx] {
            assert!(matches!(court.decide(who, id, &yes(&["story"])), Err(OfficeError::WrongState)));
        }
        assert!(matches!(legal::answer(house, &court.one, id), Err(OfficeError::WrongState)));
        let released = |c: &Court<'_>| c.leaves().iter().filter(|l| l.0 == "legal-request.release").count();
        assert_eq!((court.state(id).as_str(), released(&court)), ("received", 0));
        // The second narrows it; health was asked for and cannot be given.
        let refused = court.decide(&court.two, id, &yes(&["story", "health"]));
        assert!(
            matches!(refused, Err(OfficeError::Invalid(e)) if e == [FieldError::new("groups", Problem::NotAgreed)])
        );
        assert_eq!(court.decide(&court.two, id, &yes(&["story"])).unwrap(), Outcome::Answered);
        assert_eq!(court.state(id), "answered");
        let given = court.given(&court.one, id);
        assert!(given.contains(STORY));
        for never in [NAME, THERAPY, PHONE] {
            assert!(!given.contains(never), "{never}");
        }
        // One leaf says what was opened for it: never names, which were not approved, nor what is privileged.
        let leaves = court.leaves();
        let (_, mask, objects) = leaves.iter().find(|l| l.0 == "legal-request.release").unwrap();
        let mask = Mask(*mask);
        assert!(mask.has(Compartment::C2) && !mask.has(Compartment::C3) && !mask.has(Compartment::C5));
        assert!(objects.contains(&id) && objects.contains(&court.case) && !objects.contains(&court.person));
        // It stands among what was disclosed, with who approved, and is decided for good.
        let disclosed = office::shares::disclosed(house, &court.tale.ctx, court.case).unwrap();
        let [line] = disclosed.answered.as_slice() else { panic!("one answer") };
        assert_eq!(line.get("reference"), Some("пр. 77/2017"));
        assert_eq!(line.values.id("second_by"), Some(court.two.actor.user.0));
        assert!(line.get("document").is_none());
        for input in
            [yes(&["story"]), form(&[("outcome", "refuse"), ("refusal", "other"), ("refusal_note", "не")])]
        {
            assert!(matches!(court.decide(&court.one, id, &input), Err(OfficeError::WrongState)));
        }
        // Control: with everything that may be given, the name and the telephone are in it, each by its own group.
        let id = court.asks(&paper(&[("telling", "may_tell"), ("asked", "contact"), ("asked", "needs")]));
        court.decide(&court.one, id, &yes(&["story", "identity", "contact"])).unwrap();
        court.decide(&court.two, id, &yes(&["identity", "contact"])).unwrap();
        let given = court.given(&court.two, id);
        assert!(given.contains(NAME) && given.contains(PHONE));
        assert!(!given.contains(STORY) && !given.contains(THERAPY));
    });
}

#[test]
fn the_administrator_and_whoever_has_nothing_to_do_with_it_find_nothing() {
    on_both(|house| {
        let court = court(house);
        let id = court.received();
        court.decide(&court.one, id, &yes(&["identity"])).unwrap();
        court.decide(&court.two, id, &yes(&["identity"])).unwrap();
        let open = court.received();
        let stranger = house.partner("ANIMUS", "ngo", Role::Ngo);
        let colleague = house.colleague(Role::Caseworker, "elsewhere");
        let mut others = vec![stranger, colleague];
        others.extend(
            [Role::Admin, Role::Police, Role::Prosecutor, Role::Coordinator, Role::Hotline, Role::Monitor]
                .map(|role| house.ctx(role)),
        );
        for who in others {
            let role = who.actor.role;
            let gone = |r: office::Result<()>| assert!(matches!(r, Err(OfficeError::NotFound)), "{role:?}");
            gone(
                legal::register(house, &who, court.case, &paper(&[("telling", "may_tell")]), None).map(drop),
            );
            gone(legal::page(house, &who, open).map(drop));
            gone(legal::decide(house, &who, open, 1, &yes(&["identity"])).map(drop));
            gone(legal::answer(house, &who, id).map(drop));
            gone(legal::tell(house, &who, id, 3, &form(&[("telling", "told"), ("told_on", "2017-03-16")])));
            assert!(legal::list(house, &who).unwrap().is_empty(), "{role:?}");
        }
        // A partner that the case is shared with, story and name, is none of those who answer for it.
        let partner = house.partner("IOM-DE", "iom_mission", Role::Mission);
        house.lock(&partner);
        court.tale.share(court.case, partner.actor.organisation.0, "story identity");
        let partner = house.with_keys(partner, &Half::BOTH);
        assert!(matches!(legal::page(house, &partner, id), Err(OfficeError::NotFound)));
        assert!(matches!(legal::answer(house, &partner, id), Err(OfficeError::NotFound)));
        let page = office::cases::page(house, &partner, court.case).unwrap();
        assert!(page.records.iter().all(|r| r.head.kind != RecordKind::LegalRequest));
        // The generic forms do not write it, whoever asks.
        let under = office::records::Under { case_id: Some(court.case), parent_id: None };
        let made = office::records::create(
            house,
            &court.tale.ctx,
            RecordKind::LegalRequest,
            under,
            &paper(&[("telling", "may_tell"), ("state", "answered")]),
            None,
        );
        assert!(matches!(made, Err(OfficeError::NotFound)));
        assert!(office::records::for_edit(house, &court.tale.ctx, open).is_err());
    });
}

/// A subpoena to the host: database, master key and every account of the server, but nobody's keys.
#[test]
fn without_somebodys_keys_there_is_no_answer() {
    on_both(|house| {
        let court = court(house);
        let id = court.received();
        let bare = |ctx: &Ctx| Ctx { keys: Arc::default(), ..ctx.clone() };
        // An approval opens nothing and needs no keys of the case; the last one does.
        court.decide(&court.one, id, &yes(&["story", "identity"])).unwrap();
        let made = court.decide(&bare(&court.two), id, &yes(&["story", "identity"]));
        assert!(matches!(made, Err(OfficeError::Locked(_))));
        let phished = house.with_keys(court.two.clone(), &[Half::Work]);
        let made = court.decide(&phished, id, &yes(&["story", "identity"]));
        assert!(matches!(made, Err(OfficeError::Locked(mask)) if mask.has(Compartment::C3)));
        // Nothing was decided by trying.
        assert_eq!(court.state(id), "received");
        assert!(!court.leaves().iter().any(|l| l.0 == "legal-request.release"));
        // Control: the same with the keys.
        assert_eq!(court.decide(&court.two, id, &yes(&["story", "identity"])).unwrap(), Outcome::Answered);
        let given = court.given(&court.one, id);
        assert!(given.contains(STORY) && given.contains(NAME));
        // What was handed out is sealed like the case itself: no key, no paper.
        assert!(matches!(legal::answer(house, &bare(&court.one), id), Err(OfficeError::Locked(_))));
        for file in std::fs::read_dir(house.folder()).unwrap().flatten() {
            let Ok(bytes) = std::fs::read(file.path()) else { continue };
            for canary in [STORY, NAME, THERAPY] {
                let found = bytes.windows(canary.len()).any(|w| w == canary.as_bytes());
                assert!(!found, "{canary} in {}", file.path().display());
            }
        }
        if let Some(database) = house.database() {
            let mut client = database.connect().unwrap();
            for table in ["records", "history"] {
                let text = format!(
                    "select count(*) from {table} where position($1::bytea in coalesce(c2, '')) > 0 \
                     or position($1::bytea in coalesce(c3, '')) > 0"
                );
                for canary in [STORY, NAME, THERAPY] {
                    let found: i64 = client.query_one(&text, &[&canary.as_bytes()]).unwrap().get(0);
                    assert_eq!(found, 0, "{canary} in {table}");
                }
            }
        }
    });
}

#[test]
fn a_fresh_sign_in_is_asked_for_before_anything_is_decided_or_read() {
    on_both(|house| {
        let court = court(house);
        let id = court.received();
        let mut tired = court.one.clone();
        tired.actor.assurance = Assurance::Passkey;
        assert!(matches!(
            court.decide(&tired, id, &yes(&["story"])),
            Err(OfficeError::StepUp(Assurance::Fresh))
        ));
        court.decide(&court.one, id, &yes(&["story"])).unwrap();
        court.decide(&court.two, id, &yes(&["story"])).unwrap();
        assert!(matches!(legal::answer(house, &tired, id), Err(OfficeError::StepUp(Assurance::Fresh))));
        let mut forced = court.one.clone();
        forced.actor.duress = true;
        assert!(matches!(legal::answer(house, &forced, id), Err(OfficeError::NotFound)));
    });
}

#[test]
fn an_approval_of_somebody_who_was_sent_away_does_not_count() {
    on_both(|house| {
        let court = court(house);
        let id = court.received();
        court.decide(&court.two, id, &yes(&["identity"])).unwrap();
        let end = office::organisations::Access::End;
        office::organisations::end_user(house, &house.ctx(Role::Admin), court.two.actor.user.0, end).unwrap();
        // The next one is the first again, and is not bound by what the other approved.
        assert_eq!(court.decide(&court.one, id, &yes(&["story"])).unwrap(), Outcome::Approved);
        assert_eq!(court.state(id), "received");
    });
}

#[test]
fn a_refusal_has_a_ground_and_is_one_persons() {
    on_both(|house| {
        let court = court(house);
        let id = court.received();
        let refuse = |more: &[(&str, &str)]| {
            let mut pairs = vec![("outcome", "refuse")];
            pairs.extend_from_slice(more);
            court.decide(&court.one, id, &form(&pairs))
        };
        for (more, field) in
            [(&[("refusal_note", "не")][..], "refusal"), (&[("refusal", "too_wide")], "refusal_note")]
        {
            let refused = refuse(more);
            assert!(
                matches!(refused, Err(OfficeError::Invalid(e)) if e == [FieldError::new(field, Problem::Required)])
            );
        }
        assert_eq!(
            refuse(&[("refusal", "too_wide"), ("refusal_note", "иска се всичко")]).unwrap(),
            Outcome::Refused
        );
        let page = legal::page(house, &court.two, id).unwrap();
        assert_eq!(
            (page.request.head.state.as_str(), page.request.get("refusal")),
            ("refused", Some("too_wide"))
        );
        assert!(page.approval.is_none());
        assert!(office::shares::disclosed(house, &court.tale.ctx, court.case).unwrap().answered.is_empty());
    });
}

#[test]
fn papers_for_her_say_nothing_of_what_she_may_not_know_until_she_is_told() {
    on_both(|house| {
        let court = court(house);
        let ctx = &court.tale.ctx;
        // Silence needs a reason and a day on which somebody looks again, not too far away.
        for (until, problem) in [
            ("", Problem::Required),
            ("2017-03-15", Problem::DateOutOfRange),
            ("2018-03-16", Problem::DateOutOfRange),
        ] {
            let paper = paper(&[
                ("telling", "forbidden"),
                ("silence_basis", "тайна на разследването"),
                ("silent_until", until),
            ]);
            let refused = legal::register(house, ctx, court.case, &paper, None);
            assert!(
                matches!(&refused, Err(OfficeError::Invalid(e)) if *e == [FieldError::new("silent_until", problem)]),
                "{until}"
            );
        }
        let id = court.asks(&paper(&[
            ("telling", "forbidden"),
            ("silence_basis", "тайна на разследването"),
            ("silent_until", "2017-04-16"),
        ]));
        court.decide(&court.one, id, &yes(&["story"])).unwrap();
        court.decide(&court.two, id, &yes(&["story"])).unwrap();
        let spoken_of = || {
            let own = office::access_document::make(house, ctx, court.person, "asked").unwrap();
            let records = own.cases.iter().flat_map(|c| &c.records);
            let own = records.filter(|r| r.head.kind == RecordKind::LegalRequest).count();
            let looked = office::audit::paper(house, ctx, court.person, &[]).unwrap();
            let looked = looked.looks.iter().filter(|l| l.kind == "legal-request").count();
            (own, looked > 0)
        };
        assert_eq!(spoken_of(), (0, false));
        // Those who work on the case see it all the while.
        assert_eq!(legal::list(house, ctx).unwrap().len(), 1);
        let tell = |pairs: &[(&str, &str)]| legal::tell(house, ctx, id, court.version(id), &form(pairs));
        tell(&[("telling", "silent"), ("silent_until", "2017-05-01"), ("silence_basis", "удължено")])
            .unwrap();
        assert_eq!(spoken_of(), (0, false));
        let future = tell(&[("telling", "told"), ("told_on", "2017-03-17")]);
        assert!(
            matches!(future, Err(OfficeError::Invalid(e)) if e == [FieldError::new("told_on", Problem::DateOutOfRange)])
        );
        tell(&[("telling", "told"), ("told_on", "2017-03-16")]).unwrap();
        assert_eq!(spoken_of(), (1, true));
        assert!(matches!(
            tell(&[("telling", "told"), ("told_on", "2017-03-16")]),
            Err(OfficeError::WrongState)
        ));
        // What was handed out is still there and still opens.
        assert!(court.given(&court.one, id).contains(STORY));
    });
}
