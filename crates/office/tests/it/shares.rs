//! Sharing with partners: what opens, what ends it, and that nothing goes further.

use crate::tale::{Tale, form, on_both, said};
use domain::policy::{CaseList, Role};
use domain::{Compartment, Id, Problem, RecordKind};
use office::{Ctx, OfficeError};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::{params, sql};
use testkit::house::{NOW, TestOffice};

const SECOND: i64 = 1_000_000;

/// A case with a story, a need and a therapist's note, and a partner who has nothing to do with it yet.
struct Scene<'h> {
    tale: Tale<'h>,
    case: Id,
    note: Id,
    need: Id,
    ngo: Ctx,
    with: Id,
}

fn scene(house: &TestOffice) -> Scene<'_> {
    let tale = Tale::new(house);
    let person = tale.person(&[("given_name", "Ружа"), ("family_name", "Тонева"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    let note = tale.in_case(
        case,
        RecordKind::Note,
        &[
            ("on_date", "2016-06-02"),
            ("contact_kind", "phone"),
            ("text", "разказ"),
            ("privileged", "диагноза"),
        ],
    );
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
    let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
    let with = ngo.actor.organisation.0;
    Scene { tale, case, note, need, ngo, with }
}

impl Scene<'_> {
    fn at(&self, now: i64) -> Ctx {
        Ctx { now, today: domain::civil::day_of(now), ..self.ngo.clone() }
    }

    fn sees(&self, ctx: &Ctx, id: Id) -> bool {
        office::records::view(self.tale.house, ctx, id).is_ok()
    }

    fn opens(&self, id: Id, compartment: Compartment) -> bool {
        office::records::view(self.tale.house, &self.ngo, id)
            .is_ok_and(|v| v.record.mask.has(compartment) && !v.record.values.0.is_empty())
    }

    fn listed(&self, ctx: &Ctx) -> usize {
        let house = self.tale.house;
        office::cases::list(house, ctx, CaseList::Organisation, None, None, 25).unwrap().rows.len()
    }
}

fn problem(of: Result<Id, OfficeError>, field: &str) -> Problem {
    match of {
        Err(OfficeError::Invalid(errors)) => {
            errors.iter().find(|e| e.field == field).unwrap_or_else(|| panic!("{errors:?}")).problem
        }
        Err(other) => panic!("{}", said(&other)),
        Ok(_) => panic!("was shared"),
    }
}

#[test]
fn a_share_opens_what_was_agreed_and_nothing_else() {
    on_both(|house| {
        let s = scene(house);
        s.tale.share(s.case, s.with, "needs");
        assert!(s.opens(s.need, Compartment::C2), "the need was agreed");
        assert!(!s.sees(&s.ngo, s.note), "the story was not");
        let page = office::cases::page(house, &s.ngo, s.case).unwrap();
        assert!(page.share.is_some() && !page.may.reveal && !page.may.grant && page.looks.is_none());
        assert!(page.case.get("summary").is_none());
        assert!(page.person.unwrap().get("given_name").is_none(), "the name was not agreed");
        let reveal = office::people::reveal(house, &s.ngo, s.case, "contact");
        assert!(matches!(reveal, Err(OfficeError::NotFound)));
        // Nor is she found by her name by somebody who was not given it.
        let query = office::people::Query { text: "Ружа Тонева".to_owned() };
        assert!(office::people::search(house, &s.ngo, &query).unwrap().is_empty());
        // What the partner writes itself it reads, and the owner does not read its therapist's notes.
        let under = office::records::Under { case_id: Some(s.case), parent_id: None };
        let written = form(&[
            ("on_date", "2016-06-03"),
            ("contact_kind", "meeting"),
            ("text", "от приюта"),
            ("privileged", "терапия"),
        ]);
        let own = office::records::create(house, &s.ngo, RecordKind::Note, under, &written, None).unwrap();
        assert!(s.opens(own, Compartment::C5));
        let seen = office::records::view(house, &s.tale.ctx, own).unwrap().record;
        assert!(seen.get("text") == Some("от приюта") && seen.get("privileged").is_none());

        // More groups on a new consent take the place of the old share.
        s.tale.share(s.case, s.with, "needs story identity health");
        assert!(s.opens(s.note, Compartment::C2) && s.opens(s.note, Compartment::C5));
        // A locked partner indexes whom it was given when one of its people comes by.
        assert_eq!(office::roots::settle(house, &s.ngo).unwrap(), 0);
        assert_eq!(office::people::search(house, &s.ngo, &query).unwrap().len(), 1);
        let lines = office::shares::list(house, &s.tale.ctx, s.case).unwrap().lines;
        assert_eq!(lines.iter().filter(|l| l.holds).count(), 1);
        let ended: Vec<_> = lines.iter().filter_map(|l| l.share.ended_why.as_deref()).collect();
        assert_eq!(ended, ["replaced"]);
    });
}

#[test]
fn nothing_is_shared_beyond_the_consent() {
    on_both(|house| {
        let s = scene(house);
        let other = house.partner("IOM-DE", "iom_mission", Role::Mission).actor.organisation.0;
        let consent = s.tale.agree(s.case, s.with, "needs identity", "assistance return", "2017-03-16");
        let ask = |with, purpose, groups| s.tale.try_share(s.case, with, consent, purpose, groups);
        assert_eq!(problem(ask(other, "assistance", "needs"), "ground"), Problem::NoConsent);
        assert_eq!(problem(ask(s.with, "proceedings", "identity"), "purpose"), Problem::NotAgreed);
        assert_eq!(problem(ask(s.with, "assistance", "needs story"), "groups"), Problem::NotAgreed);
        assert_eq!(problem(ask(s.with, "assistance", ""), "groups"), Problem::Required);
        let own = s.tale.ctx.actor.organisation.0;
        assert_eq!(problem(ask(own, "assistance", "needs"), "organisation"), Problem::UnknownChoice);
        let over = s.tale.agree(s.case, s.with, "needs", "assistance", "2017-03-15");
        let ended = s.tale.try_share(s.case, s.with, over, "assistance", "needs");
        assert_eq!(problem(ended, "ground"), Problem::NoConsent);
        let elsewhere = s.tale.try_share(s.case, s.with, s.note, "assistance", "needs");
        assert_eq!(problem(elsewhere, "ground"), Problem::UnknownChoice);
        assert_eq!(s.listed(&s.ngo), 0);
        ask(s.with, "assistance", "needs").unwrap();
        assert_eq!(s.listed(&s.ngo), 1, "the control");
    });
}

#[test]
fn a_consent_ends_its_shares_at_its_midnight() {
    on_both(|house| {
        let s = scene(house);
        let consent = s.tale.agree(s.case, s.with, "needs", "assistance", "2017-03-20");
        s.tale.try_share(s.case, s.with, consent, "assistance", "needs").unwrap();
        let end = domain::civil::end_of_day("2017-03-20".parse().unwrap());
        assert_eq!(end, 1_490_047_200_000_000, "midnight in Sofia is 22:00 UTC in winter");
        for (at, open) in [(NOW, true), (end - SECOND, true), (end, false), (end + SECOND, false)] {
            let ctx = s.at(at);
            assert_eq!(s.sees(&ctx, s.need), open, "{at}");
            assert_eq!(s.listed(&ctx), usize::from(open), "{at}");
            assert_eq!(office::cases::page(house, &ctx, s.case).is_ok(), open, "{at}");
            let count = office::cases::count(house, &ctx, CaseList::Organisation).unwrap();
            assert_eq!(count, i64::from(open), "{at}");
            // No job ran: the notice is there because it is time.
            let notices = office::shares::ended(house, &ctx).unwrap();
            assert_eq!(notices.len(), usize::from(!open), "{at}");
        }
        // A clock that was set back before the share began revives nothing.
        assert!(!s.sees(&s.at(NOW - SECOND), s.need));
    });
}

/// Each in a house of its own: what has been seen of time is not taken back for writing.
#[test]
fn a_consent_made_longer_carries_its_share_on_and_one_made_shorter_shortens_it() {
    let end = domain::civil::end_of_day("2017-03-20".parse().unwrap());
    for (due, at, open) in [("2017-03-21", end + SECOND, true), ("2017-03-18", end - SECOND, false)] {
        on_both(|house| {
            let s = scene(house);
            let consent = s.tale.agree(s.case, s.with, "needs", "assistance", "2017-03-20");
            s.tale.try_share(s.case, s.with, consent, "assistance", "needs").unwrap();
            s.tale.change(consent, &[("due_on", due)]);
            assert!(s.sees(&s.ngo, s.need));
            assert_eq!(s.sees(&s.at(at), s.need), open, "{due}");
        });
    }
}

#[test]
fn a_withdrawn_or_narrowed_consent_ends_its_shares_at_once() {
    on_both(|house| {
        let s = scene(house);
        let consent = s.tale.agree(s.case, s.with, "needs", "assistance return", "");
        let share = || s.tale.try_share(s.case, s.with, consent, "assistance", "needs").unwrap();
        for change in [("scope", "identity"), ("purpose", "return")] {
            let mut was = Vec::new();
            share();
            assert!(s.sees(&s.ngo, s.need));
            for code in s.tale.values(consent).get(change.0).unwrap().split_whitespace() {
                was.push((change.0, code.to_owned()));
            }
            s.tale.change(consent, &[change]);
            assert!(!s.sees(&s.ngo, s.need), "{change:?}");
            let was: Vec<(&str, &str)> = was.iter().map(|(n, v)| (*n, v.as_str())).collect();
            s.tale.change(consent, &was);
            assert!(!s.sees(&s.ngo, s.need), "what ended does not begin again by itself");
        }
        let last = share();
        let number = s.tale.house.store.read("test.case", |tx| store::records::head(tx, s.case));
        let number = number.unwrap().unwrap().number.unwrap();
        let form = form(&[("withdrawn_on", "2017-03-16")]);
        office::consents::withdraw(house, &s.tale.ctx, consent, &form).unwrap();
        assert!(!s.sees(&s.ngo, s.need) && s.listed(&s.ngo) == 0);
        let again = s.tale.try_share(s.case, s.with, consent, "assistance", "needs");
        assert_eq!(problem(again, "ground"), Problem::NoConsent);

        // The receiver is told by number, answers once; nobody else is told or may answer.
        let stranger = house.partner("SHELTER", "shelter", Role::Ngo);
        assert!(office::shares::ended(house, &stranger).unwrap().is_empty());
        let notices = office::shares::ended(house, &s.ngo).unwrap();
        assert!(notices.iter().all(|n| n.number == number));
        assert!(notices.iter().any(|n| n.share == last));
        let answer = |ctx: &Ctx| office::shares::confirm_deleted(house, ctx, last);
        assert!(matches!(answer(&stranger), Err(OfficeError::NotFound)));
        answer(&s.ngo).unwrap();
        assert!(matches!(answer(&s.ngo), Err(OfficeError::WrongState)));
        let left = office::shares::ended(house, &s.ngo).unwrap();
        assert!(left.iter().all(|n| n.share != last));
        let lines = office::shares::list(house, &s.tale.ctx, s.case).unwrap().lines;
        let line = lines.iter().find(|l| l.share.id == last).unwrap();
        assert_eq!(line.share.ended_why.as_deref(), Some("consent_withdrawn"));
        assert_eq!(line.share.deleted_by, Some(s.ngo.actor.user.0));
    });
}

#[test]
fn a_receiver_shares_nothing_onward_and_lengthens_nothing() {
    on_both(|house| {
        let s = scene(house);
        let everything = "contact identity needs story health location documents statistics";
        s.tale.share(s.case, s.with, everything);
        let other = house.partner("SHELTER", "shelter", Role::Ngo).actor.organisation.0;
        let consent = s.tale.agree(s.case, other, everything, "assistance", "");
        let refused = |of: Result<Id, OfficeError>| matches!(of, Err(OfficeError::NotFound));
        // Every role of the receiving organisation, the case worker's among them.
        let mut roles: Vec<Ctx> = Role::ALL.iter().map(|r| house.ctx(*r)).collect();
        for ctx in &mut roles {
            ctx.actor.organisation = s.ngo.actor.organisation;
            ctx.actor.user = s.ngo.actor.user;
            let theirs = Tale { house, ctx: ctx.clone() };
            assert!(refused(theirs.try_share(s.case, other, consent, "assistance", "needs")));
            assert!(office::shares::list(house, ctx, s.case).is_err());
            assert!(office::shares::disclosed(house, ctx, s.case).is_err());
            let named = office::cases::grant(house, ctx, s.case, s.ngo.actor.user.0);
            assert!(matches!(named, Err(OfficeError::NotFound)));
        }
        // Neither the consent nor the case is the receiver's to change.
        let theirs = Tale { house, ctx: s.ngo.clone() };
        let agreed = [
            ("on_date", "2016-06-01"),
            ("given_how", "oral"),
            ("scope", "identity"),
            ("purpose", "assistance"),
        ];
        assert!(refused(theirs.try_in_case(s.case, RecordKind::Consent, &agreed)));
        for id in [consent, s.case] {
            assert!(matches!(office::records::for_edit(house, &s.ngo, id), Err(OfficeError::NotFound)));
        }
        // Nor can the case be given away by its lead.
        let (case, _) = office::records::for_edit(house, &s.tale.ctx, s.case).unwrap();
        let mut input = case.values.to_input(RecordKind::Case.spec());
        input.insert("assignee".to_owned(), vec![s.ngo.actor.user.0.to_string()]);
        let led = office::records::edit(house, &s.tale.ctx, s.case, case.head.version, &input);
        assert_eq!(problem(led, "assignee"), Problem::UnknownChoice);
        // A receiver does not learn who else received it, or who works on it.
        s.tale.try_share(s.case, other, consent, "assistance", "needs").unwrap();
        let page = office::cases::page(house, &s.ngo, s.case).unwrap();
        assert!(page.team.iter().all(|(name, _)| name != "SHELTER"), "{:?}", page.team);
        let own = office::cases::page(house, &s.tale.ctx, s.case).unwrap();
        assert!(own.team.iter().any(|(name, _)| name == "SHELTER"), "the control");
    });
}

#[test]
fn without_consent_only_on_a_ground_with_its_reason() {
    on_both(|house| {
        let s = scene(house);
        let police = house.partner("GDBOP", "organised_crime", Role::Police);
        let ask = |with: Id, ground: &str, groups: &str, until: &str, reason: &str| {
            let with = with.to_string();
            let mut pairs = vec![
                ("organisation", with.as_str()),
                ("ground", ground),
                ("until", until),
                ("reason", reason),
            ];
            pairs.extend(groups.split_whitespace().map(|g| ("groups", g)));
            office::shares::open(house, &s.tale.ctx, s.case, &form(&pairs), None)
        };
        let police = police.actor.organisation.0;
        let (soon, why) = ("2017-04-01", "по писмено искане");
        assert_eq!(
            problem(ask(police, "law_enforcement", "identity", soon, ""), "reason"),
            Problem::Required
        );
        assert_eq!(problem(ask(police, "law_enforcement", "identity", "", why), "until"), Problem::Required);
        let late = ask(police, "law_enforcement", "identity", "2017-12-01", why);
        assert_eq!(problem(late, "until"), Problem::DateOutOfRange);
        let needs = ask(police, "law_enforcement", "needs", soon, why);
        assert_eq!(problem(needs, "groups"), Problem::NotAgreed);
        let wrong = ask(s.with, "law_enforcement", "identity", soon, why);
        assert_eq!(problem(wrong, "organisation"), Problem::WrongRecipient);
        let adult = ask(police, "child_notice", "identity", soon, why);
        assert_eq!(problem(adult, "ground"), Problem::NotAgreed);
        ask(police, "law_enforcement", "identity", soon, why).unwrap();
        ask(s.with, "life_health", "needs health", soon, "опасност за живота").unwrap();
        assert!(s.sees(&s.ngo, s.need) && !s.sees(&s.at(NOW + 31 * 86_400 * SECOND), s.need));
        let lines = office::shares::list(house, &s.tale.ctx, s.case).unwrap().lines;
        let reasons: Vec<_> = lines.iter().filter_map(|l| l.reason.as_deref()).collect();
        assert!(reasons.contains(&why) && reasons.contains(&"опасност за живота"), "{reasons:?}");
        // The reason is somebody's text: sealed.
        let stored = house.store.read("test.shares", |tx| store::shares::of_case(tx, s.case)).unwrap();
        for share in stored {
            let note = share.note.unwrap();
            assert!(!note.windows(6).any(|w| w == "писмен".as_bytes().split_at(6).0));
        }
    });
}

#[test]
fn nothing_goes_to_the_country_somebody_fled_from() {
    on_both(|house| {
        let tale = Tale::new(house);
        let person = tale.person(&[("given_name", "Ама"), ("sex", "female"), ("citizenship", "BG")]);
        let input = form(&[
            ("on_date", "2016-06-01"),
            ("track", "foreigners"),
            ("role", "victim"),
            ("intake", "police"),
            ("asylum", "claimed"),
        ]);
        let case = office::cases::open(house, &tale.ctx, person, None, &input, None).unwrap();
        let embassy = house.partner("EMB", "embassy", Role::Consul).actor.organisation.0;
        let ngo = house.partner("ANIMUS", "ngo", Role::Ngo).actor.organisation.0;
        let consent = tale.agree(case, embassy, "identity", "return", "");
        let refused = tale.try_share(case, embassy, consent, "return", "identity");
        assert_eq!(problem(refused, "organisation"), Problem::AsylumLock);
        tale.share(case, ngo, "identity");
        tale.change(case, &[("asylum", "ended")]);
        tale.try_share(case, embassy, consent, "return", "identity").unwrap();
    });
}

/// A partner's own case about her: once her share has ended, no other one is begun from it.
#[test]
fn whoever_no_longer_knows_her_name_begins_nothing_anew() {
    on_both(|house| {
        let mut s = scene(house);
        s.ngo = house.partner("IOM-X", "iom_mission", Role::Caseworker);
        s.with = s.ngo.actor.organisation.0;
        let person =
            office::records::view(house, &s.tale.ctx, s.case).unwrap().record.head.person_id.unwrap();
        let share = s.tale.share(s.case, s.with, "identity needs story health");
        let opened =
            form(&[("on_date", "2016-03-01"), ("track", "adults"), ("role", "victim"), ("intake", "self")]);
        let own = office::cases::open(house, &s.ngo, person, None, &opened, None).unwrap();
        let close = |case| {
            let version = office::records::view(house, &s.ngo, case).unwrap().record.head.version;
            let why = form(&[("closure_reason", "goals_reached"), ("closed_on", "2017-03-16")]);
            office::cases::close(house, &s.ngo, case, version, &why).unwrap();
        };
        close(own);
        let again = office::cases::reopen(house, &s.ngo, own, None).unwrap();
        close(again);
        office::shares::end(house, &s.tale.ctx, s.case, share).unwrap();
        let begun = [
            office::cases::open(house, &s.ngo, person, None, &opened, None),
            office::cases::reopen(house, &s.ngo, again, None),
        ];
        for one in begun {
            assert!(matches!(one, Err(OfficeError::NotFound)), "{:?}", one.err());
        }
    });
}

static WIDEN: store::Sql = sql("update shares set field_groups = 255 where case_id = $1");
static LENGTHEN_SHARE: store::Sql = sql("update shares set until = $2 where case_id = $1");
static LENGTHEN_ROW: store::Sql =
    sql("update access set until = $2 where case_id = $1 and relation = 'addressed'");

/// Somebody at the database makes a share wider or longer: it is none any more.
#[test]
fn a_share_changed_behind_the_programs_back_opens_nothing() {
    for change in ["groups", "row", "both"] {
        on_both(|house| {
            let s = scene(house);
            let consent = s.tale.agree(s.case, s.with, "needs", "assistance", "2017-03-20");
            s.tale.try_share(s.case, s.with, consent, "assistance", "needs").unwrap();
            assert!(s.sees(&s.ngo, s.need), "the control");
            let end = NOW + 1_000 * 86_400 * SECOND;
            house
                .store
                .write("test.change", |tx| match change {
                    "groups" => tx.execute(&WIDEN, params![s.case.0]),
                    "row" => tx.execute(&LENGTHEN_ROW, params![s.case.0, end]),
                    _ => {
                        tx.execute(&LENGTHEN_ROW, params![s.case.0, end])?;
                        tx.execute(&LENGTHEN_SHARE, params![s.case.0, end])
                    }
                })
                .unwrap();
            assert!(!s.sees(&s.ngo, s.need) && !s.sees(&s.ngo, s.note), "{change}");
            assert!(!s.sees(&s.at(NOW + 900 * 86_400 * SECOND), s.need), "{change}");
        });
    }
}

/// The paper: what somebody outside opened, all of it, nothing that colleagues opened.
#[test]
fn what_was_disclosed_is_listed_to_whom_and_when() {
    on_both(|house| {
        let s = scene(house);
        s.tale.share(s.case, s.with, "needs identity");
        let before = office::shares::disclosed(house, &s.tale.ctx, s.case).unwrap();
        assert!(before.lines.is_empty() && before.shares.len() == 1);
        assert!(s.sees(&s.at(NOW + SECOND), s.need) && s.sees(&s.at(NOW + 2 * SECOND), s.need));
        office::people::reveal(house, &s.at(NOW + 3 * SECOND), s.case, "contact").unwrap();
        assert!(!s.sees(&s.ngo, s.note));
        let colleague = house.colleague(Role::Caseworker, "second.worker");
        office::cases::grant(house, &s.tale.ctx, s.case, colleague.actor.user.0).unwrap();
        office::records::view(house, &colleague, s.note).unwrap();

        let paper = office::shares::disclosed(house, &s.tale.ctx, s.case).unwrap();
        assert!(paper.lines.iter().all(|l| l.organisation == "ANIMUS"), "nobody of the house");
        let need = paper.lines.iter().find(|l| l.kind == RecordKind::Need).unwrap();
        assert_eq!((need.first, need.last, need.times), (NOW + SECOND, NOW + 2 * SECOND, 2));
        assert_eq!(need.day.unwrap().to_string(), "2016-06-02");
        assert!(need.mask.has(Compartment::C2) && !need.mask.has(Compartment::C3));
        let person = paper.lines.iter().find(|l| l.kind == RecordKind::Person).unwrap();
        assert!(person.mask.has(Compartment::C3));
        assert!(paper.lines.iter().all(|l| l.kind != RecordKind::Note), "refused is not disclosed");
        // After the end the paper stays.
        let share = paper.shares[0].share.id;
        office::shares::end(house, &s.tale.ctx, s.case, share).unwrap();
        let after = office::shares::disclosed(house, &s.tale.ctx, s.case).unwrap();
        assert_eq!(after.lines, paper.lines);
    });
}

/// Others read as fast as they can while the consent is withdrawn, here and at another node. Every reading that began
/// after the commit is refused.
#[test]
fn from_the_commit_of_a_withdrawal_on_no_reading_succeeds() {
    on_both(|house| {
        let s = scene(house);
        let consent = s.tale.agree(s.case, s.with, "needs", "assistance", "");
        s.tale.try_share(s.case, s.with, consent, "assistance", "needs").unwrap();
        let (committed, stop) = (AtomicBool::new(false), AtomicBool::new(false));
        let (before, late, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let there = house.another();
        let (stop, committed) = (&stop, &committed);
        let (before_at, late_at, refused_at) = (&before, &late, &refused);
        std::thread::scope(|scope| {
            for node in [&**house, &there] {
                let s = &s;
                scope.spawn(move || {
                    while !stop.load(Ordering::SeqCst) {
                        let began_after = committed.load(Ordering::SeqCst);
                        let sees = office::records::view(node, &s.ngo, s.need).is_ok();
                        let slot = match (sees, began_after) {
                            (true, true) => late_at,
                            (true, false) => before_at,
                            (false, _) => refused_at,
                        };
                        slot.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            let wait = |what: &AtomicUsize| {
                while what.load(Ordering::SeqCst) < 20 {
                    std::thread::yield_now();
                }
            };
            wait(&before);
            let form = form(&[("withdrawn_on", "2017-03-16")]);
            office::consents::withdraw(house, &s.tale.ctx, consent, &form).unwrap();
            committed.store(true, Ordering::SeqCst);
            wait(&refused);
            stop.store(true, Ordering::SeqCst);
        });
        assert!(before.into_inner() >= 20, "the control: it was readable");
        assert_eq!(late.into_inner(), 0);
    });
}

/// A step that asks for a fresh sign-in is not done without one, and leaves nothing behind.
#[test]
fn sharing_asks_for_a_fresh_sign_in() {
    on_both(|house| {
        let s = scene(house);
        let consent = s.tale.agree(s.case, s.with, "needs", "assistance", "");
        let mut weak = Tale { house, ctx: s.tale.ctx.clone() };
        for assurance in [domain::Assurance::Password, domain::Assurance::Passkey] {
            weak.ctx.actor.assurance = assurance;
            let refused = weak.try_share(s.case, s.with, consent, "assistance", "needs");
            assert!(matches!(refused, Err(OfficeError::StepUp(domain::Assurance::Fresh))));
            let shown = office::people::reveal(house, &weak.ctx, s.case, "contact");
            assert!(matches!(shown, Err(OfficeError::StepUp(_))));
            assert!(office::cases::page(house, &weak.ctx, s.case).is_ok(), "looking is allowed");
        }
        assert!(!s.sees(&s.ngo, s.need));
    });
}
