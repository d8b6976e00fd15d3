//! Who reads what (security design, 3.6): line by line, with the database and the master key in the
//! attacker's hand, with one account, with a partner whose share has ended.

use crate::tale::{Tale, form, on_both};
use domain::{Compartment, Id, Mask, RecordKind, Role, Values};
use office::organisations::Access;
use office::{Ctx, OfficeError};
use std::sync::Arc;
use testkit::house::TestOffice;
use vault::Half;

const STORY: &str = "КАНАРЧЕ-разказ-7731";
const NAME: &str = "Канарка-Мария-9921";

/// A case with a story and a name, in a house that has locked.
struct Told<'h> {
    tale: Tale<'h>,
    person: Id,
    case: Id,
    note: Id,
}

fn told(house: &TestOffice) -> Told<'_> {
    let tale = Tale::new(house);
    let person = tale.person(&[("given_name", "Райна"), ("family_name", "Попова"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    tale.change(person, &[("given_name", NAME)]);
    let note = tale.in_case(
        case,
        RecordKind::Note,
        &[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", STORY), ("privileged", STORY)],
    );
    Told { tale, person, case, note }
}

/// Everything that a keyring opens of a record, whatever the policy says: as a permission bug would.
fn opened(house: &TestOffice, ctx: &Ctx, id: Id) -> (Values, Mask) {
    let record = house
        .look(ctx, "test.bug", |desk| {
            let stored = desk.stored(id)?;
            desk.unseal(stored, Mask(0b11_1111))
        })
        .unwrap();
    (record.values, record.locked)
}

fn without_keys(ctx: &Ctx) -> Ctx {
    Ctx { keys: Arc::default(), ..ctx.clone() }
}

fn has(mask: Mask, all: &[Compartment]) -> bool {
    all.iter().all(|c| mask.has(*c))
}

#[test]
fn dump_and_master_key_open_c0_and_c1_alone() {
    on_both(|house| {
        let told = told(house);
        // Control: before the house locks, the server's key opens everything.
        let (values, locked) = opened(house, &without_keys(&told.tale.ctx), told.note);
        if !from_the_first_day() {
            assert_eq!((values.get("text"), locked), (Some(STORY), Mask::NONE));
            assert_eq!(house.lock(&told.tale.ctx), 3, "C2 and C5 of the case, C3 of the person");
        }
        // The office holds database and master key; an empty keyring is all that a thief of both has.
        let thief = without_keys(&told.tale.ctx);
        let (values, locked) = opened(house, &thief, told.note);
        assert!(has(locked, &[Compartment::C2, Compartment::C5]), "{locked:?}");
        assert_eq!((values.get("text"), values.get("privileged")), (None, None));
        assert_eq!(values.get("contact_kind"), Some("phone"), "C1 is the server's");
        let (values, locked) = opened(house, &thief, told.person);
        assert!(has(locked, &[Compartment::C3]) && values.get("given_name").is_none());
        // What was written before is there for whoever has the keys, older versions too.
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        let (values, locked) = opened(house, &member, told.note);
        assert_eq!((values.get("text"), locked), (Some(STORY), Mask::NONE));
        let (versions, _) = office::records::history(house, &member, told.person).unwrap();
        assert_eq!(versions[0].record.get("given_name"), Some(NAME));
        assert!(versions[1].record.get("given_name").is_some_and(|n| n != NAME));
    });
}

#[test]
fn a_password_alone_opens_case_work_and_no_name() {
    on_both(|house| {
        let told = told(house);
        house.lock(&told.tale.ctx);
        let phished = house.with_keys(told.tale.ctx.clone(), &[Half::Work]);
        assert_eq!(opened(house, &phished, told.note).0.get("text"), Some(STORY));
        let (values, locked) = opened(house, &phished, told.person);
        assert!(values.get("given_name").is_none() && locked.has(Compartment::C3));
        // The page says so instead of failing; searching finds nobody by name.
        let page = office::people::page(house, &phished, told.person).unwrap();
        assert!(page.person.locked.has(Compartment::C3));
        let query = office::people::Query { text: NAME.to_owned() };
        assert!(office::people::search(house, &phished, &query).unwrap().is_empty());
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        assert_eq!(office::people::search(house, &member, &query).unwrap().len(), 1);
        // A new person can be written down all the same; reading her back takes the identity key.
        let input = form(&[("given_name", "Нова"), ("family_name", "Непозната"), ("sex", "female")]);
        let fresh = office::people::create(house, &phished, &input, None).unwrap();
        assert!(opened(house, &phished, fresh).0.get("given_name").is_none());
        assert_eq!(opened(house, &member, fresh).0.get("given_name"), Some("Нова"));
        // And she is found once somebody with the search key comes by.
        let query = office::people::Query { text: "Нова Непозната".to_owned() };
        assert!(office::people::search(house, &member, &query).unwrap().is_empty());
        assert_eq!(office::roots::settle(house, &member).unwrap(), 0);
        assert_eq!(office::people::search(house, &member, &query).unwrap().len(), 1);
    });
}

/// Everybody in the house has keys from the first day: what is about getting them has nothing to show.
fn from_the_first_day() -> bool {
    std::env::var_os(testkit::house::LOCKED).is_some()
}

#[test]
fn an_administrator_who_makes_himself_an_account_opens_nothing() {
    if from_the_first_day() {
        return;
    }
    on_both(|house| {
        let told = told(house);
        house.lock(&told.tale.ctx);
        let admin = house.with_keys(house.ctx(Role::Admin), &Half::BOTH);
        for id in [told.note, told.person] {
            let (_, locked) = opened(house, &admin, id);
            assert!(locked.has(Compartment::C2) || locked.has(Compartment::C3));
        }
        // He gives an account of his own the case worker's role and enrols a passkey for it.
        let made = house.colleague(Role::Caseworker, "ghost");
        house.enrol(made.actor.user.0);
        let ghost = house.with_keys(made, &Half::BOTH);
        assert!(opened(house, &ghost, told.note).1.has(Compartment::C2));
        assert!(opened(house, &ghost, told.person).1.has(Compartment::C3));
        // He cannot admit it, nor can it admit itself; a colleague with the keys can, and the log names both.
        let refused = office::roots::admit(house, &admin, ghost.actor.user.0);
        assert!(matches!(refused, Err(OfficeError::NotFound)));
        assert!(office::roots::admit(house, &ghost, ghost.actor.user.0).is_err());
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        office::roots::admit(house, &member, ghost.actor.user.0).unwrap();
        let ghost = house.with_keys(ghost, &Half::BOTH);
        assert_eq!(opened(house, &ghost, told.note).0.get("text"), Some(STORY));
    });
}

#[test]
fn whoever_leaves_opens_nothing_afterwards_and_the_epoch_turns() {
    on_both(|house| {
        let told = told(house);
        let colleague = house.colleague(Role::Caseworker, "leaves");
        house.lock(&told.tale.ctx);
        let kept = house.with_keys(colleague.clone(), &Half::BOTH);
        assert_eq!(opened(house, &kept, told.note).0.get("text"), Some(STORY));
        let admin = house.ctx(Role::Admin);
        office::organisations::end_user(house, &admin, colleague.actor.user.0, Access::End).unwrap();
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        assert!(office::roots::status(house, &member).unwrap().due.is_some());
        office::roots::settle(house, &member).unwrap();
        // With the keys he carried away and the database as it is now: nothing opens.
        assert!(opened(house, &kept, told.note).1.has(Compartment::C2));
        assert!(opened(house, &kept, told.person).1.has(Compartment::C3));
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        let status = office::roots::status(house, &member).unwrap();
        assert_eq!((status.epoch, status.due), (2, None));
        assert_eq!(opened(house, &member, told.note).0.get("text"), Some(STORY));
        assert_eq!(opened(house, &member, told.person).0.get("given_name"), Some(NAME));
        let query = office::people::Query { text: NAME.to_owned() };
        assert_eq!(office::people::search(house, &member, &query).unwrap().len(), 1);
    });
}

#[test]
fn a_partner_reads_what_is_shared_while_it_is_shared() {
    on_both(|house| {
        let told = told(house);
        house.lock(&told.tale.ctx);
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        let partner = house.partner("IOM-DE", "iom_mission", Role::Mission);
        let organisation = partner.actor.organisation.0;
        let ours = as_(house, &member);
        let consent = ours.agree(told.case, organisation, "story identity", "assistance", "");
        let share = || ours.try_share(told.case, organisation, consent, "assistance", "story identity");
        if !from_the_first_day() {
            // A partner without keys cannot be given anything that is locked.
            let refused = share();
            assert!(matches!(refused, Err(OfficeError::NoKeys)));
            house.lock(&partner);
        }
        let partner = house.with_keys(partner, &Half::BOTH);
        assert!(opened(house, &partner, told.note).1.has(Compartment::C2), "nothing before it is shared");
        let shared = share().unwrap();
        let (values, locked) = opened(house, &partner, told.note);
        assert_eq!(values.get("text"), Some(STORY));
        assert!(locked.has(Compartment::C5), "what is privileged was not in the share");
        assert_eq!(opened(house, &partner, told.person).0.get("given_name"), Some(NAME));
        let query = office::people::Query { text: NAME.to_owned() };
        office::roots::settle(house, &partner).unwrap();
        assert_eq!(office::people::search(house, &partner, &query).unwrap().len(), 1);
        // What the partner writes, the owner reads.
        let theirs = office::records::create(
            house,
            &partner,
            RecordKind::Note,
            office::records::Under { case_id: Some(told.case), ..Default::default() },
            &form(&note_pairs("от мисията")),
            None,
        )
        .unwrap();
        assert_eq!(opened(house, &member, theirs).0.get("text"), Some("от мисията"));
        office::shares::end(house, &member, told.case, shared).unwrap();
        // After the end: nothing that is there opens, and what is written later is under another key.
        for id in [told.note, told.person] {
            assert_ne!(opened(house, &partner, id).1, Mask::NONE);
        }
        let later = as_(house, &member).in_case(told.case, RecordKind::Note, &note_pairs("по-късно"));
        assert!(opened(house, &partner, later).1.has(Compartment::C2));
        assert_eq!(opened(house, &member, later).0.get("text"), Some("по-късно"));
    });
}

fn as_<'h>(house: &'h TestOffice, ctx: &Ctx) -> Tale<'h> {
    Tale { house, ctx: ctx.clone() }
}

fn note_pairs(text: &str) -> Vec<(&'static str, &str)> {
    vec![("on_date", "2016-06-03"), ("contact_kind", "phone"), ("text", text)]
}

#[test]
fn a_part_that_somebody_left_alone_cannot_be_brought_back_from_before() {
    on_both(|house| {
        let told = told(house);
        house.lock(&told.tale.ctx);
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        // A session without the identity key changes the remarks: the name stays at its older version.
        as_(house, &member).change(told.person, &[("family_name", "Втора")]);
        let phished = house.with_keys(told.tale.ctx.clone(), &[Half::Work]);
        as_(house, &phished).change(told.person, &[("remarks", "без имена")]);
        let (values, _) = opened(house, &member, told.person);
        assert_eq!((values.get("given_name"), values.get("remarks")), (Some(NAME), Some("без имена")));
        // Whoever can write to the database puts the older name back, with its older number.
        let (mut now, older) = house
            .store
            .read("test", |tx| {
                let now = store::records::get(tx, told.person)?.unwrap();
                let older = store::records::history(tx, &now.head)?;
                Ok::<_, store::StoreError>((now, older))
            })
            .unwrap();
        let parts = now.parts.unwrap();
        assert!(parts[2] < now.head.version && parts[0] == now.head.version, "{parts:?}");
        let first = older.last().unwrap();
        now.sealed[2].clone_from(&first.sealed[2]);
        let mut rolled = parts;
        rolled[2] = first.head.version;
        for parts in [Some(parts), Some(rolled), None] {
            now.parts = parts;
            let row = now.clone();
            let answer =
                house.look(&member, "test", move |desk| desk.unseal(row, Mask::IDENTITY).map(|_| ()));
            assert!(matches!(answer, Err(OfficeError::Sealed)), "{parts:?}");
        }
    });
}

#[test]
fn locking_survives_a_crash_after_every_step() {
    if from_the_first_day() {
        return;
    }
    on_both(|house| {
        let told = told(house);
        let more = told.tale.in_case(told.case, RecordKind::Note, &note_pairs("втора"));
        for user in [told.tale.ctx.actor.user.0, house.user(Role::Manager)] {
            house.enrol(user);
        }
        let ctx = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        office::roots::lock(house, &ctx).unwrap();
        let ctx = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        // Locked and not yet converted: old content still opens, new content hangs from people already.
        assert_eq!(opened(house, &ctx, told.note).0.get("text"), Some(STORY));
        let fresh = as_(house, &ctx).in_case(told.case, RecordKind::Note, &note_pairs("нова"));
        let mut progress = office::roots::Progress::default();
        while !progress.done {
            // A crash between the commit of a batch and the destroying of its old wraps: put them back.
            let wraps: Vec<([u8; 16], Vec<u8>)> = house
                .store
                .read("test", |tx| {
                    let mut all = Vec::new();
                    for subject in [told.case, told.person] {
                        for (id, _) in store::keys::of_subject(tx, subject)? {
                            if let Some(key) = store::keys::get(tx, &id)?.filter(|k| !k.rooted) {
                                all.push((id, key.half));
                            }
                        }
                    }
                    Ok::<_, store::StoreError>(all)
                })
                .unwrap();
            progress = office::roots::convert(house, &ctx, progress).unwrap();
            if progress.keys > 0 {
                house
                    .store
                    .write("test", |tx| {
                        for (id, wrapped) in &wraps {
                            let gone =
                                store::keys::get(tx, id)?.is_some_and(|k| k.rooted && k.half_id != *id);
                            if gone {
                                store::keys::insert(tx, id, 2, wrapped)?;
                            }
                        }
                        Ok::<_, store::StoreError>(())
                    })
                    .unwrap();
            }
            for (id, text) in [(told.note, STORY), (more, "втора"), (fresh, "нова")] {
                assert_eq!(opened(house, &ctx, id).0.get("text"), Some(text));
            }
        }
        // The last step has destroyed what was left over.
        let left = house.store.read("test", |tx| store::keys::left_over(tx, &[0; 16], 100)).unwrap();
        assert!(left.is_empty());
        assert!(has(opened(house, &without_keys(&ctx), told.note).1, &[Compartment::C2, Compartment::C5]));
    });
}

#[test]
fn a_paper_that_leaves_the_house_is_whole_or_is_not_made() {
    on_both(|house| {
        let told = told(house);
        house.lock(&told.tale.ctx);
        let paper = |ctx: &Ctx| office::access_document::make(house, ctx, told.person, "поиска ги");
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        assert!(paper(&member).is_ok());
        let phished = house.with_keys(told.tale.ctx.clone(), &[Half::Work]);
        assert!(matches!(paper(&phished), Err(OfficeError::Locked(mask)) if mask.has(Compartment::C3)));
    });
}

#[test]
fn a_share_of_the_place_hands_over_no_key_of_the_name() {
    on_both(|house| {
        let told = told(house);
        house.lock(&told.tale.ctx);
        let partner = house.partner("IOM-DE", "iom_mission", Role::Mission);
        house.lock(&partner);
        let member = house.with_keys(told.tale.ctx.clone(), &Half::BOTH);
        let partner = house.with_keys(partner, &Half::BOTH);
        let with = partner.actor.organisation.0;
        as_(house, &member).share(told.case, with, "location");
        assert!(opened(house, &partner, told.person).1.has(Compartment::C3));
        // Nor does what is written about her while it is shared.
        as_(house, &member).change(told.person, &[("family_name", "Нова")]);
        assert!(opened(house, &partner, told.person).1.has(Compartment::C3));
        // Control: with the identity in the share the same look opens her name.
        as_(house, &member).share(told.case, with, "location identity");
        assert_eq!(opened(house, &partner, told.person).0.get("given_name"), Some(NAME));
    });
}

/// Targets that versions before sealed with other bytes each time are found, taken out, and gone after locking.
#[test]
fn index_rows_of_before_are_found_and_go() {
    on_both(|house| {
        let tale = Tale::new(house);
        let person = tale.person(&[("given_name", "Канарка"), ("family_name", "Пеева"), ("sex", "female")]);
        tale.case(person, "victim", "2016-06-01");
        let rows = || house.store.read("test", |tx| store::erasure::tokens_where(tx, |_, _| true)).unwrap();
        house
            .store
            .write("test", |tx| -> Result<(), store::StoreError> {
                for (token, target) in rows() {
                    assert!(store::tokens::delete(tx, token, &target)?);
                    let before = house.vault.seal_small("token", b"", &person.0);
                    store::tokens::insert(tx, token, &before)?;
                }
                Ok(())
            })
            .unwrap();
        let finds = |text: &str| {
            let query = office::people::Query { text: text.to_owned() };
            office::people::search(house, &tale.ctx, &query).unwrap().len()
        };
        assert_eq!((finds("Канарка"), finds("Пеева")), (1, 1));
        tale.change(person, &[("given_name", "Вихра")]);
        assert_eq!((finds("Канарка"), finds("Вихра"), finds("Пеева")), (0, 1, 1));
        house.lock(&tale.ctx);
        let left = rows()
            .iter()
            .filter(|(t, sealed)| office::people::open_target(house, *t, sealed).is_some())
            .count();
        assert_eq!(left, 0, "the server's index has let her go");
    });
}

/// Whoever looks at the page of keys while locking goes on is never told that it was left half way.
#[test]
fn locking_runs_or_has_ended_and_nothing_between() {
    on_both(|house| {
        let tale = Tale::new(house);
        for n in 0..40 {
            let person = tale.person(&[("given_name", &format!("Ана{n}")), ("sex", "female")]);
            tale.case(person, "victim", "2016-06-01");
        }
        for user in house.directory(&tale.ctx).unwrap().users.iter() {
            house.enrol(user.id);
        }
        let ctx = house.with_keys(tale.ctx.clone(), &Half::BOTH);
        office::roots::lock(house, &ctx).unwrap();
        let ctx = house.with_keys(tale.ctx.clone(), &Half::BOTH);
        office::roots::begin(&house.office, ctx.clone()).unwrap();
        let looks = || {
            loop {
                let status = office::roots::status(house, &ctx).unwrap();
                assert!(!status.unfinished, "it was running, or had ended");
                if status.running.is_none() {
                    break;
                }
            }
        };
        std::thread::scope(|both| (0..4).for_each(|_| drop(both.spawn(looks))));
        let one = house.store.read("test", |tx| store::keys::count_rooted(tx, true)).unwrap();
        assert!(one > 0, "the control: keys were taken out of the server's hand");
    });
}
