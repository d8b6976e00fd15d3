//! Break-glass, escrow, sealed notes: what opens, what does not, who is told, and when it is over.

use crate::tale::{Tale, form, on_both};
use domain::{Compartment, Id, Mask, RecordKind, Role};
use office::glass::{self, Outcome};
use office::{Ctx, OfficeError};
use std::sync::Arc;
use testkit::house::TestOffice;
use vault::Half;
use vault::escrow::{Commitment, Share};

pub const STORY: &str = "КАНАРЧЕ-стъкло-5512";
const NAME: &str = "Канарка-Стъклена-6613";
pub const SECRET: &str = "КАНАРЧЕ-свидетел-9914";
const MINUTE: i64 = 60_000_000;

pub struct Town<'h> {
    pub house: &'h TestOffice,
    pub lead: Ctx,
    pub officers: Vec<Ctx>,
    pub asker: Ctx,
    pub case: Id,
    pub person: Id,
    pub note: Id,
    pub other: Id,
    pub number: String,
}

/// A locked house with a circle of three of whom two are needed, and an NGO's worker who stands outside.
pub fn town(house: &TestOffice, life: bool) -> Town<'_> {
    let tale = Tale::new(house);
    let person = tale.person(&[("given_name", NAME), ("family_name", "Попова"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    let text = |t| [("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", t)];
    let note = tale.in_case(case, RecordKind::Note, &text(STORY));
    let elsewhere = tale.person(&[("given_name", "Друга"), ("sex", "female")]);
    let other_case = tale.case(elsewhere, "victim", "2016-06-01");
    let other = tale.in_case(other_case, RecordKind::Note, &text("друг случай"));
    let named: Vec<Ctx> =
        ["one", "two", "three"].map(|login| house.colleague(Role::Caseworker, login)).into();
    house.lock(&tale.ctx);
    let keyed = |ctx: &Ctx| house.with_keys(ctx.clone(), &Half::BOTH);
    let (lead, officers) = (keyed(&tale.ctx), named.iter().map(keyed).collect::<Vec<_>>());
    let asker = house.partner("NGO-A", "ngo", Role::Ngo);
    if std::env::var_os(testkit::house::LOCKED).is_none() {
        house.enrol(asker.actor.user.0);
    }
    let asker = keyed(&asker);
    let circle = glass::name(house, &lead, &circle_form(&officers, life)).unwrap();
    let by_herself = glass::accept(house, &lead, circle);
    assert!(matches!(by_herself, Err(OfficeError::WrongState)), "two persons make a circle");
    glass::accept(house, &officers[0], circle).unwrap();
    let head = house.store.read("test", |tx| store::records::head(tx, case)).unwrap().unwrap();
    let number = head.number.unwrap();
    Town { house, lead, officers, asker, case, person, note, other, number }
}

pub fn circle_form(officers: &[Ctx], life: bool) -> domain::values::Input {
    let ids: Vec<String> = officers.iter().map(|o| o.actor.user.0.to_string()).collect();
    let mut pairs: Vec<(&str, &str)> = ids.iter().map(|id| ("officers", id.as_str())).collect();
    pairs.push(("dpo", &ids[2]));
    pairs.push(("needed", "2"));
    if life {
        pairs.push(("life", "yes"));
    }
    form(&pairs)
}

impl Town<'_> {
    pub fn ask(&self, by: &Ctx, names: bool) -> Id {
        let mut pairs = vec![
            ("number", self.number.as_str()),
            ("purpose", "life"),
            ("reason", "обади се, че е в опасност"),
        ];
        pairs.push(("minutes", "60"));
        if names {
            pairs.push(("names", "yes"));
        }
        glass::ask(self.house, by, &form(&pairs)).unwrap()
    }

    /// With the keys as they are in the database now, some microseconds later.
    pub fn at(&self, ctx: &Ctx, later: i64) -> Ctx {
        let ctx = self.house.with_keys(ctx.clone(), &Half::BOTH);
        Ctx { now: ctx.now + later, ..ctx }
    }

    /// What a page shows of a record.
    pub fn sees(&self, ctx: &Ctx, id: Id) -> Result<domain::Record, OfficeError> {
        office::records::view(self.house, ctx, id).map(|v| v.record)
    }

    /// What opens of a record, whatever the policy says.
    pub fn locked(&self, ctx: &Ctx, id: Id) -> Mask {
        let look = self.house.look(ctx, "test.bug", |desk| {
            let stored = desk.stored(id)?;
            desk.unseal(stored, Mask::ALL)
        });
        look.unwrap().locked
    }

    pub fn told(&self, ctx: &Ctx) -> Vec<String> {
        let user = ctx.actor.user.0;
        let found = self.house.store.read("test", |tx| store::glass::notices(tx, user)).unwrap();
        found.into_iter().map(|n| n.kind).collect()
    }
}

#[test]
fn two_of_three_open_one_case_and_nothing_else() {
    on_both(|house| {
        let t = town(house, false);
        // Control: nothing is to be seen before, neither by the policy nor by the keys.
        assert!(matches!(t.sees(&t.asker, t.note), Err(OfficeError::NotFound)));
        assert!(t.locked(&t.asker, t.note).has(Compartment::C2));
        let id = t.ask(&t.asker, false);
        assert!(t.officers.iter().all(|o| t.told(o).contains(&"asked".to_owned())));
        let first = glass::approve(house, &t.officers[0], id, false).unwrap();
        assert_eq!(first, Outcome::Waiting { have: 1, need: 2 });
        assert!(matches!(t.sees(&t.asker, t.note), Err(OfficeError::NotFound)), "one officer opens nothing");
        // The same officer again, the asker, somebody who is no officer: refused.
        assert!(matches!(glass::approve(house, &t.officers[0], id, false), Err(OfficeError::WrongState)));
        assert!(matches!(glass::approve(house, &t.asker, id, false), Err(OfficeError::NotFound)));
        assert!(matches!(glass::approve(house, &t.lead, id, false), Err(OfficeError::NotFound)));
        // A password alone has no share.
        let phished = house.with_keys(t.officers[1].clone(), &[Half::Work]);
        assert!(matches!(glass::approve(house, &phished, id, false), Err(OfficeError::Locked(_))));
        assert_eq!(glass::approve(house, &t.officers[1], id, false).unwrap(), Outcome::Done);
        let open = t.at(&t.asker, 1);
        assert_eq!(t.sees(&open, t.note).unwrap().get("text"), Some(STORY));
        assert!(t.locked(&open, t.person).has(Compartment::C3), "names were not asked for");
        assert!(matches!(t.sees(&open, t.other), Err(OfficeError::NotFound)), "no other case");
        assert!(t.locked(&open, t.other).has(Compartment::C2));
        let edit = office::records::edit(house, &open, t.note, 1, &form(&[("text", "x")]));
        assert!(edit.is_err(), "it may be read, not changed");
        // Whoever leads the case and every officer are told; a task asks for the review from the start.
        for who in t.officers.iter().chain([&t.lead]) {
            assert!(t.told(who).contains(&"opened".to_owned()));
        }
        let tasks = office::tasks::mine(house, &t.lead).unwrap();
        assert!(
            tasks.iter().any(|r| r.task.get("kind") == Some("review") && r.task.head.case_id == Some(t.case))
        );
    });
}

#[test]
fn it_ends_to_the_microsecond_and_is_gone_through_afterwards() {
    on_both(|house| {
        let t = town(house, false);
        let id = t.ask(&t.asker, true);
        for officer in &t.officers[..2] {
            glass::approve(house, officer, id, false).unwrap();
        }
        let last = t.at(&t.asker, 60 * MINUTE - 1);
        assert_eq!(t.sees(&last, t.note).unwrap().get("text"), Some(STORY));
        assert_eq!(t.sees(&last, t.person).unwrap().get("given_name"), Some(NAME));
        let over = t.at(&t.asker, 60 * MINUTE);
        assert!(matches!(t.sees(&over, t.note), Err(OfficeError::NotFound)), "nothing had to run for it");
        // Whoever comes by clears the keys away. What was granted is gone, and what is written later is under
        // another key, for somebody who kept a copy of the old one.
        let before = house.store.read("test", |tx| store::keys::current(tx, t.case, 2)).unwrap();
        assert_eq!(glass::sweep(house, &t.at(&t.lead, 60 * MINUTE)).unwrap(), 1);
        assert!(
            t.locked(&over, t.note).has(Compartment::C2) && t.locked(&over, t.person).has(Compartment::C3)
        );
        let later = Tale { house, ctx: t.at(&t.lead, 61 * MINUTE) };
        later.in_case(
            t.case,
            RecordKind::Note,
            &[("on_date", "2016-06-03"), ("contact_kind", "phone"), ("text", "после")],
        );
        let after = house.store.read("test", |tx| store::keys::current(tx, t.case, 2)).unwrap();
        assert!(before.is_some() && after.is_some() && before != after);
        // The list of what was looked at, for whoever leads the case; not for the asker.
        let now = t.at(&t.lead, 62 * MINUTE);
        let detail = glass::detail(house, &now, id).unwrap();
        assert!(detail.may_review && detail.looked.iter().any(|l| l.action == "note.view"));
        assert!(detail.looked.iter().any(|l| l.identity));
        let own = t.at(&t.asker, 62 * MINUTE);
        assert!(glass::detail(house, &own, id).unwrap().looked.is_empty());
        assert!(matches!(
            glass::review(house, &own, id, &form(&[("review", "няма нищо")])),
            Err(OfficeError::NotFound)
        ));
        assert!(t.told(&t.lead).contains(&"review".to_owned()));
        assert!(t.told(&t.officers[2]).contains(&"review".to_owned()), "data protection is told");
        glass::review(house, &now, id, &form(&[("review", "отваряно е каквото трябва")])).unwrap();
        let twice = glass::review(house, &t.at(&t.officers[2], 62 * MINUTE), id, &form(&[("review", "пак")]));
        assert!(matches!(twice, Err(OfficeError::WrongState)));
    });
}

#[test]
fn a_request_runs_out_and_its_deposits_with_it() {
    on_both(|house| {
        let t = town(house, false);
        let id = t.ask(&t.asker, false);
        glass::approve(house, &t.officers[0], id, false).unwrap();
        let deposits = |to: &Ctx| {
            let to = to.actor.user.0;
            house.store.read("test", |tx| store::glass::deposits(tx, id, to)).unwrap().len()
        };
        assert_eq!((deposits(&t.officers[1]), deposits(&t.officers[2]), deposits(&t.asker)), (1, 1, 0));
        let late = t.at(&t.officers[1], 12 * 60 * MINUTE);
        assert!(matches!(glass::approve(house, &late, id, false), Err(OfficeError::WrongState)));
        glass::sweep(house, &late).unwrap();
        assert_eq!((deposits(&t.officers[1]), deposits(&t.officers[2])), (0, 0));
        // Refused by one: the other cannot approve any more.
        let id = t.ask(&t.asker, false);
        glass::refuse(house, &t.officers[0], id).unwrap();
        assert!(matches!(glass::approve(house, &t.officers[1], id, false), Err(OfficeError::WrongState)));
        assert!(t.told(&t.asker).contains(&"refused".to_owned()));
    });
}

#[test]
fn a_number_that_does_not_exist_is_answered_like_one_that_does() {
    on_both(|house| {
        let t = town(house, false);
        let real = t.ask(&t.asker, false);
        let pairs = [("number", "9999999"), ("purpose", "life"), ("reason", "обади се"), ("minutes", "60")];
        let absent = glass::ask(house, &t.asker, &form(&pairs)).unwrap();
        glass::approve(house, &t.officers[0], real, false).unwrap();
        let board = glass::board(house, &t.asker).unwrap();
        let said: Vec<_> = [real, absent]
            .iter()
            .map(|id| {
                let one = board.mine.iter().find(|a| a.id == *id).unwrap();
                (one.state, one.have, one.need, one.may_end, one.case)
            })
            .collect();
        assert_eq!(said[0], said[1]);
        assert!(glass::board(house, &t.officers[1]).unwrap().waiting.iter().all(|a| a.id != absent));
    });
}

#[test]
fn an_epoch_that_turns_in_between_changes_nothing() {
    on_both(|house| {
        let t = town(house, false);
        let id = t.ask(&t.asker, true);
        glass::approve(house, &t.officers[0], id, false).unwrap();
        office::roots::turn(house, &t.lead).unwrap();
        let officer = t.at(&t.officers[2], 0);
        assert_eq!(glass::approve(house, &officer, id, false).unwrap(), Outcome::Done);
        let open = t.at(&t.asker, 1);
        assert_eq!(t.sees(&open, t.note).unwrap().get("text"), Some(STORY));
        assert_eq!(t.sees(&open, t.person).unwrap().get("given_name"), Some(NAME));
    });
}

#[test]
fn database_and_master_key_do_not_bring_the_shares_together() {
    on_both(|house| {
        let t = town(house, false);
        let id = t.ask(&t.asker, false);
        glass::approve(house, &t.officers[0], id, false).unwrap();
        let organisation = house.organisation;
        let (circle, officers, deposits) = house
            .store
            .read("test", |tx| {
                let circle = store::glass::circles(tx, organisation)?.remove(0);
                let officers = store::glass::officers(tx, circle.id)?;
                let mut deposits = Vec::new();
                for officer in &officers {
                    deposits.extend(store::glass::deposits(tx, id, officer.user)?);
                }
                Ok::<_, store::StoreError>((circle, officers, deposits))
            })
            .unwrap();
        let commitment = Commitment::from_bytes(circle.commitment.as_deref().unwrap()).unwrap();
        // Everything that lies there, taken for a share in every way in which it could be read.
        let mut found: Vec<Share> = Vec::new();
        let rows = officers.iter().flat_map(|o| [o.sealed.clone(), o.whole.clone()]).flatten();
        for blob in rows.chain(deposits.into_iter().map(|(_, d)| d)) {
            for officer in &officers {
                let frame = officer.frame.as_deref().unwrap();
                for window in blob.windows(32) {
                    let bytes = [&frame[..18], window, &frame[18..]].concat();
                    found.extend(Share::from_bytes(&bytes).ok().filter(|s| commitment.check(s).is_ok()));
                }
            }
        }
        assert!(found.is_empty());
        // Control: the same search finds a share that lies open.
        let (right, shares) = vault::escrow::split(&[7; 32], 2, 3).unwrap();
        let bytes = shares[0].to_bytes();
        let blob = [b"padding".as_slice(), &bytes[18..50], b"padding"].concat();
        let seen = blob.windows(32).any(|w| {
            let bytes = [&bytes[..18], w, &bytes[50..]].concat();
            Share::from_bytes(&bytes).is_ok_and(|s| right.check(&s).is_ok())
        });
        assert!(seen);
        // A deposit is behind two locks: the recipient's own key does not open it without the server's.
        let inner = house.store.read("test", |tx| store::glass::deposits(tx, id, t.officers[1].actor.user.0));
        let sealed = inner.unwrap().remove(0).1;
        let context = [id.0, t.officers[0].actor.user.0.0, t.officers[1].actor.user.0.0].concat();
        let identity = t.officers[1].keys.half(Half::Identity).unwrap();
        assert!(vault::people::open_for(identity, "glass deposit", &context, &sealed).is_err());
        let outer = house.vault.open_small("glass deposit", &context, &sealed).unwrap();
        let thief = t.officers[2].keys.half(Half::Identity).unwrap();
        assert!(vault::people::open_for(thief, "glass deposit", &context, outer.as_bytes()).is_err());
        assert!(vault::people::open_for(identity, "glass deposit", &context, outer.as_bytes()).is_ok());
    });
}

#[test]
fn every_pair_of_officers_is_enough_and_a_wrong_share_is_named() {
    on_both(|house| {
        let t = town(house, false);
        for pair in [[0, 1], [0, 2], [1, 2], [2, 0]] {
            let id = glass::drill(house, &house.ctx(Role::Admin), house.organisation).unwrap();
            let waiting = glass::approve(house, &t.officers[pair[0]], id, false).unwrap();
            assert_eq!(waiting, Outcome::Waiting { have: 1, need: 2 });
            assert_eq!(glass::approve(house, &t.officers[pair[1]], id, false).unwrap(), Outcome::Done);
        }
        assert!(glass::page(house, &t.lead).unwrap().live.unwrap().drilled_at.is_some());
        // The second officer's sealed share is put in the place of the third's.
        let organisation = house.organisation;
        house
            .store
            .write("test", |tx| {
                let circle = store::glass::circles(tx, organisation)?.remove(0);
                let mut all = store::glass::officers(tx, circle.id)?;
                let at = |all: &[store::glass::Officer], i: usize| {
                    all.iter().position(|o| o.user == t.officers[i].actor.user.0).unwrap()
                };
                let (two, three) = (at(&all, 1), at(&all, 2));
                all[three].sealed = all[two].sealed.clone();
                store::glass::set_share(tx, circle.id, &all[three])
            })
            .unwrap();
        let id = t.ask(&t.asker, false);
        let wrong = glass::approve(house, &t.officers[2], id, false).unwrap();
        assert_eq!(wrong, Outcome::Wrong(vec![t.officers[2].actor.user.0]));
        assert!(t.told(&t.officers[0]).contains(&"wrong-share".to_owned()));
        assert!(matches!(t.sees(&t.at(&t.asker, 1), t.note), Err(OfficeError::NotFound)));
        // The other two still open it.
        for officer in &t.officers[..2] {
            glass::approve(house, officer, id, false).unwrap();
        }
        assert!(t.sees(&t.at(&t.asker, 1), t.note).is_ok());
    });
}

#[test]
fn one_officer_is_enough_only_where_it_was_turned_on() {
    on_both(|house| {
        let t = town(house, false);
        let id = t.ask(&t.asker, false);
        assert_eq!(glass::approve(house, &t.officers[0], id, true).unwrap(), Outcome::TooFew);
        assert!(t.told(&t.lead).contains(&"too-few".to_owned()), "everybody is told of the attempt");
        assert!(matches!(t.sees(&t.at(&t.asker, 1), t.note), Err(OfficeError::NotFound)));
        let mut everybody = t.officers.iter().chain([&t.lead]);
        // Turned on by two persons: a new circle, and the old one's shares are gone.
        let circle = glass::name(house, &t.lead, &circle_form(&t.officers, true)).unwrap();
        glass::accept(house, &t.officers[1], circle).unwrap();
        assert!(everybody.all(|who| t.told(who).contains(&"life-mode".to_owned())));
        let keyed = t.at(&t.lead, 0);
        assert!(
            office::roots::status(house, &keyed).unwrap().due.is_some(),
            "the epoch turns after a circle"
        );
        office::roots::settle(house, &keyed).unwrap();
        let officer = t.at(&t.officers[0], 0);
        assert_eq!(glass::approve(house, &officer, id, true).unwrap(), Outcome::Done);
        assert_eq!(t.sees(&t.at(&t.asker, 1), t.note).unwrap().get("text"), Some(STORY));
        assert!(t.told(&t.lead).contains(&"opened-alone".to_owned()));
    });
}

#[test]
fn officers_give_keys_back_when_everybody_has_lost_them() {
    on_both(|house| {
        let t = town(house, false);
        // Her passkey is lost: new keys of her own open nothing any more.
        house.enrol(t.lead.actor.user.0);
        let lost = t.at(&t.lead, 0);
        assert!(t.locked(&lost, t.note).has(Compartment::C2));
        let id = glass::recover(house, &lost, &form(&[("reason", "изгубен ключ")])).unwrap();
        assert!(matches!(glass::approve(house, &t.lead, id, false), Err(OfficeError::NotFound)));
        for officer in &t.officers[1..] {
            glass::approve(house, officer, id, false).unwrap();
        }
        let back = t.at(&t.lead, 0);
        assert!(!t.locked(&back, t.note).has(Compartment::C2));
        assert!(!t.locked(&back, t.person).has(Compartment::C3));
        assert!(t.told(&t.officers[0]).contains(&"recovered".to_owned()));
    });
}

#[test]
fn a_sealed_note_opens_to_those_who_were_named_and_to_nobody_else() {
    on_both(|house| {
        let t = town(house, true);
        let note = glass::add(house, &t.lead, t.case, &form(&[("safe_place", SECRET)])).unwrap();
        assert_eq!(glass::open(house, &t.lead, note).unwrap().values.get("safe_place"), Some(SECRET));
        // A colleague in the team knows that something is there, not who holds it.
        let team = &t.officers[0];
        office::cases::grant(house, &t.lead, t.case, team.actor.user.0).unwrap();
        let shown = glass::list(house, team, t.case).unwrap();
        assert_eq!((shown.notes.len(), shown.notes[0].id, shown.notes[0].holders.is_none()), (1, None, true));
        let refused = |ctx: &Ctx| matches!(glass::open(house, ctx, note), Err(OfficeError::NotFound));
        assert!(refused(team) && refused(&t.asker) && refused(&house.ctx(Role::Admin)));
        // To others there is nothing, and it looks like a case that is not there.
        assert!(matches!(glass::list(house, &t.officers[1], t.case), Err(OfficeError::NotFound)));
        // Even a case that is opened in an emergency does not open it, by no key of the organisation.
        let id = t.ask(&t.asker, true);
        glass::approve(house, &t.officers[0], id, true).unwrap();
        let open = t.at(&t.asker, 1);
        assert!(t.sees(&open, t.note).is_ok());
        assert!(refused(&open));
        assert!(matches!(glass::list(house, &open, t.case), Err(OfficeError::NotFound)));
        let key_of_note = |ctx: &Ctx| {
            let found = house
                .store
                .read("test", |tx| {
                    let row = store::glass::note(tx, note)?.unwrap();
                    let id = vault::key_of(&row.sealed).unwrap();
                    let key = store::keys::get(tx, &id.0)?.unwrap();
                    let mut grants = Vec::new();
                    for user in [t.lead.actor.user.0, team.actor.user.0, house.organisation] {
                        grants.extend(store::keys::grants(tx, &id.0, [user, user])?);
                    }
                    Ok::<_, store::StoreError>((id, key, grants))
                })
                .unwrap();
            let (id, key, grants) = found;
            let grants = grants.into_iter().map(|g| vault::Grant {
                holder: g.holder.0,
                epoch: g.epoch,
                sealed: g.sealed,
            });
            let found = vault::Found {
                id,
                half_id: vault::KeyId(key.half_id),
                half: vault::WrappedKey(key.half),
                rooted: key.rooted,
                grants: grants.collect(),
            };
            house.vault.open(&ctx.keys, vault::Compartment::C4, &found).is_ok()
        };
        assert!(key_of_note(&t.lead) && !key_of_note(team) && !key_of_note(&open));
        assert!(
            !key_of_note(&Ctx { keys: Arc::default(), ..t.lead.clone() }),
            "not with the master key either"
        );
        // Named with a reason, by a holder alone; then it opens to the colleague as well.
        let user = team.actor.user.0.to_string();
        let naming = form(&[("user", &user), ("reason", "придружава до съда")]);
        assert!(matches!(
            glass::name_person(house, &t.officers[1], note, &naming),
            Err(OfficeError::NotFound)
        ));
        assert!(matches!(
            glass::name_person(house, &t.lead, note, &form(&[("user", &user)])),
            Err(OfficeError::Invalid(_))
        ));
        glass::name_person(house, &t.lead, note, &naming).unwrap();
        assert_eq!(glass::open(house, team, note).unwrap().values.get("safe_place"), Some(SECRET));
        assert!(key_of_note(team));
        assert_eq!(glass::list(house, &t.lead, t.case).unwrap().notes[0].holders.as_ref().unwrap().len(), 2);
        // A password alone does not open it; whoever is forced finds nothing.
        let phished = house.with_keys(t.lead.clone(), &[Half::Work]);
        assert!(matches!(glass::open(house, &phished, note), Err(OfficeError::Locked(_))));
        let mut forced = t.lead.clone();
        forced.actor.duress = true;
        assert!(refused(&forced));
        assert!(matches!(glass::list(house, &forced, t.case), Err(OfficeError::NotFound)));
    });
}

#[test]
fn erasing_a_person_takes_her_sealed_notes_along() {
    on_both(|house| {
        let t = town(house, false);
        let note = glass::add(house, &t.lead, t.case, &form(&[("threats", SECRET)])).unwrap();
        let request = t.ask(&t.asker, false);
        let version = office::cases::page(house, &t.lead, t.case).unwrap().case.head.version;
        let closing = form(&[("closure_reason", "goals_reached"), ("closed_on", "2016-12-20")]);
        office::cases::close(house, &t.lead, t.case, version, &closing).unwrap();
        let keys = || house.store.read("test", |tx| store::keys::of_subject(tx, note)).unwrap().len();
        assert_eq!(keys(), 1, "control: before, there is a key");
        let asking = form(&[("on_date", "2017-03-16"), ("asked_by", "self"), ("words", "моля")]);
        let erasing = office::erasure::ask(house, &t.lead, t.person, &asking, None).unwrap();
        let sure = form(&[("outcome", "erase"), ("sure", "1")]);
        let second = house.with_keys(house.ctx(Role::Manager), &Half::BOTH);
        office::erasure::decide(house, &second, erasing, 1, &sure).unwrap();
        assert_eq!(keys(), 0);
        let (row, request) = house
            .store
            .read("test", |tx| {
                Ok::<_, store::StoreError>((
                    store::glass::note(tx, note)?,
                    store::glass::request(tx, request)?.unwrap(),
                ))
            })
            .unwrap();
        assert!(row.is_none() && request.reason.is_empty());
        assert!(glass::board(house, &t.asker).is_ok(), "the page of requests still shows");
    });
}

#[test]
fn whoever_could_hold_nothing_is_told_before_anybody_is_called() {
    on_both(|house| {
        let t = town(house, false);
        let user = t.asker.actor.user.0;
        let pairs = form(&[
            ("number", t.number.as_str()),
            ("purpose", "life"),
            ("reason", "обади се, че е в опасност"),
            ("minutes", "60"),
        ]);
        let keys =
            || house.store.read("test", |tx| store::doors::factors::user_keys(tx, user)).unwrap().unwrap();
        let set = |identity: Vec<u8>, identity_from: i64| {
            let now = store::doors::factors::UserKeys { identity, identity_from, ..keys() };
            house.store.write("test", |tx| store::doors::factors::set_user_keys(tx, user, &now, 0)).unwrap();
        };
        let identity = keys().identity;
        set(Vec::new(), 0);
        assert!(matches!(glass::ask(house, &t.asker, &pairs), Err(OfficeError::NoKeys)));
        set(identity.clone(), t.asker.now + 1);
        let mut names = pairs.clone();
        names.insert("names".to_owned(), vec!["yes".to_owned()]);
        assert!(matches!(glass::ask(house, &t.asker, &names), Err(OfficeError::NoKeys)), "tomorrow");
        set(identity, 0);
        // A note that the asker's organisation's officers have no key for does not stop the last approval.
        house
            .store
            .write("test", |tx| {
                store::keys::insert(tx, &[42; 16], 2, &[0; 61])?;
                store::keys::add(tx, &[42; 16], (t.person, 2), true, &[42; 16])
            })
            .unwrap();
        let request = t.ask(&t.asker, false);
        glass::approve(house, &t.officers[0], request, false).unwrap();
        assert!(matches!(glass::approve(house, &t.officers[1], request, false), Ok(Outcome::Done)));
    });
}
