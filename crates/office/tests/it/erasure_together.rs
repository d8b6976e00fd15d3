//! Erasing somebody whose case two organisations work on, each of which has locked its data: neither has the
//! other's keys, and nothing of her may be left with either.

use crate::tale::{Tale, form, on_both, said};
use domain::policy::Role;
use domain::{Id, Mask, RecordKind};
use office::erasure::{self, Outcome};
use office::people::{Query, search};
use office::records::Under;
use office::{Ctx, OfficeError};
use std::collections::BTreeSet;
use store::{Tx, params};
use testkit::house::TestOffice;
use vault::Half;

const NAME: &str = "Ружакан Тоневакан";

/// Her file in both houses.
struct Both<'h> {
    house: &'h TestOffice,
    owner: Ctx,
    manager: Ctx,
    partner: Ctx,
    person: Id,
    case: Id,
    /// The partner's own case about her.
    theirs: Option<Id>,
    /// Every record of either.
    records: Vec<Id>,
    share: Id,
}

fn make(house: &TestOffice, ctx: &Ctx, kind: RecordKind, case: Id, pairs: &[(&str, &str)]) -> Id {
    let under = Under { case_id: Some(case), parent_id: None };
    office::records::create(house, ctx, kind, under, &form(pairs), None)
        .unwrap_or_else(|e| panic!("{kind:?}: {}", said(&e)))
}

/// `apart`: the partner has a case of its own about her as well.
fn both(house: &TestOffice, apart: bool) -> Both<'_> {
    let tale = Tale::new(house);
    // One record from before either has locked.
    let person = tale.person(&[
        ("given_name", "Ружакан"),
        ("family_name", "Тоневакан"),
        ("sex", "female"),
        ("birth_date", "1993-05-12"),
        ("citizenship", "BG"),
    ]);
    let case = tale.case(person, "victim", "2016-01-10");
    let note = |text: &'static str| {
        [("on_date", "2016-02-01"), ("contact_kind", "phone"), ("text", text), ("privileged", "диагноза")]
    };
    let before = tale.in_case(case, RecordKind::Note, &note("преди"));
    house.lock(&tale.ctx);
    let partner = house.partner("ANIMUS", "ngo", Role::Ngo);
    house.lock(&partner);
    let (owner, partner) = (house.with_keys(tale.ctx, &Half::BOTH), house.with_keys(partner, &Half::BOTH));
    let ours = Tale { house, ctx: owner.clone() };
    let share = ours.share(case, partner.actor.organisation.0, "identity needs story health");
    assert_eq!(office::roots::settle(house, &partner).unwrap(), 0);
    let after = ours.in_case(case, RecordKind::Note, &note("след"));
    // What the partner writes into the shared case, and a case of its own about her.
    let written = make(house, &partner, RecordKind::Note, case, &note("от партньора"));
    let mut records = vec![person, case, before, after, written];
    let mut theirs = None;
    if apart {
        let opened =
            form(&[("on_date", "2016-03-01"), ("track", "adults"), ("role", "victim"), ("intake", "self")]);
        let own = office::cases::open(house, &partner, person, None, &opened, None)
            .unwrap_or_else(|e| panic!("{}", said(&e)));
        records.extend([own, make(house, &partner, RecordKind::Note, own, &note("само техен"))]);
        let service = [("on_date", "2016-03-02"), ("service_type", "psychological"), ("state", "delivered")];
        records.push(make(house, &partner, RecordKind::Service, own, &service));
        theirs = Some(own);
    }
    let manager = house.with_keys(house.ctx(Role::Manager), &Half::BOTH);
    Both { house, owner, manager, partner, person, case, theirs, records, share }
}

impl Both<'_> {
    /// Records of which a keyring opens anything that is sealed from the server.
    fn opened(&self, ctx: &Ctx) -> Vec<Id> {
        let sealed = Mask::ALL.without(domain::Compartment::C0).without(domain::Compartment::C1);
        let open = |id: &Id| {
            let found = self.house.look(ctx, "test.opens", |desk| {
                let Some(stored) = store::records::get(desk.tx, *id)? else { return Ok(false) };
                let record = match desk.unseal(stored, sealed) {
                    Err(OfficeError::Sealed) => return Ok(false),
                    other => other?,
                };
                let spec = record.head.kind.spec();
                let text = |f: &&domain::Field| sealed.has(f.compartment) && record.get(f.name).is_some();
                Ok(spec.fields.iter().any(|f| text(&f)))
            });
            found.unwrap()
        };
        self.records.iter().copied().filter(open).collect()
    }

    fn finds(&self, ctx: &Ctx) -> usize {
        search(self.house, ctx, &Query { text: NAME.to_owned() }).unwrap().len()
    }

    /// Tokens of any index that lead to her: the server's, and those of these keyrings.
    fn tokens(&self) -> usize {
        let rings = [&self.owner, &self.manager, &self.partner];
        let found = self.house.store.read("test.tokens", |tx| {
            store::erasure::tokens_where(tx, |token, target| {
                let of =
                    |ctx: &&Ctx| ctx.keys.targets(&ctx.actor.organisation.0.0)?.open(token, target).map(Id);
                office::people::open_target(self.house, token, target)
                    .into_iter()
                    .chain(rings.iter().filter_map(of))
                    .any(|id| id == self.person)
            })
        });
        found.unwrap().len()
    }

    /// Data keys and grants of everything that was hers, whoever holds them; one coded key is left to each case.
    fn keys(&self) -> (usize, usize) {
        let subjects: BTreeSet<Id> = self.records.iter().copied().collect();
        let counted = self.house.store.read("test.keys", |tx| {
            let (mut keys, mut grants) = (0, 0);
            for subject in &subjects {
                for (key, _) in store::keys::of_subject(tx, *subject)? {
                    keys += 1;
                    grants += tx.query_one(&GRANTS, params![key], |row| row.get::<i64>(0))?;
                }
            }
            Ok::<_, store::StoreError>((keys, usize::try_from(grants).unwrap()))
        });
        counted.unwrap()
    }

    fn erase(&self) -> Outcome {
        let input = form(&[("on_date", "2017-03-16"), ("asked_by", "self"), ("words", "моля ви")]);
        let request = erasure::ask(self.house, &self.owner, self.person, &input, None)
            .unwrap_or_else(|e| panic!("ask: {}", said(&e)));
        let decided = form(&[("outcome", "erase"), ("sure", "1")]);
        erasure::decide(self.house, &self.manager, request, 1, &decided)
            .unwrap_or_else(|e| panic!("decide: {}", said(&e)))
    }
}

static GRANTS: store::Sql = store::sql("select count(*) from grants where key_id = $1");

#[test]
fn two_locked_houses_keep_nothing_of_somebody_who_was_erased() {
    on_both(|house| {
        let b = both(house, true);
        let other = Tale { house, ctx: b.partner.clone() };
        let beside = other.person(&[("given_name", "Друга"), ("sex", "female")]);
        let beside_case = other.case(beside, "victim", "2016-04-01");
        // The controls.
        assert!(b.opened(&b.owner).len() >= 4 && b.opened(&b.partner).len() >= 5);
        assert_eq!((b.finds(&b.owner), b.finds(&b.partner)), (1, 1));
        let (keys, grants) = b.keys();
        assert!(b.tokens() > 10 && keys > 6 && grants > 6, "{keys} keys, {grants} grants");
        let figures = Tale { house, ctx: b.owner.clone() }.figures(["R2", "R3"]);

        assert_eq!(b.erase(), Outcome::Erased { by_hand: 0 });

        for ctx in [&b.owner, &b.manager, &b.partner] {
            assert_eq!(b.opened(ctx), [], "{:?}", ctx.actor.role);
            assert_eq!(b.finds(ctx), 0);
        }
        let (keys, grants) = b.keys();
        assert_eq!((keys, grants), (2, 0), "codes of both cases, which the server keeps");
        for id in b.records.iter().filter(|id| **id != b.case && Some(**id) != b.theirs) {
            assert!(house.store.read("test.gone", |tx| store::records::get(tx, *id)).unwrap().is_none());
        }
        // The partner's own index waits for its key; then nothing leads to her any more.
        assert!(b.tokens() > 0, "what the owner has no key for");
        assert_eq!(office::roots::settle(house, &b.partner).unwrap(), 0);
        assert_eq!(b.tokens(), 0);
        assert_eq!(Tale { house, ctx: b.owner.clone() }.figures(["R2", "R3"]), figures);
        // Somebody else of the partner's is whole.
        assert!(office::cases::page(house, &b.partner, beside_case).is_ok());
        assert_eq!(other.values(beside).get("given_name"), Some("Друга"));
    });
}

/// The sharing was over already: what the partner had indexed while it lasted goes as well.
#[test]
fn a_partner_whose_share_ended_before_keeps_no_trace_in_its_index() {
    on_both(|house| {
        let b = both(house, false);
        office::shares::end(house, &b.owner, b.case, b.share).unwrap();
        assert!(b.tokens() > 10, "the control");
        b.erase();
        assert_eq!(office::roots::settle(house, &b.partner).unwrap(), 0);
        assert_eq!(b.tokens(), 0);
        assert_eq!((b.opened(&b.owner), b.opened(&b.partner)), (vec![], vec![]));
    });
}
