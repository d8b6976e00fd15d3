//! What was typed and not saved: kept for its writer, and open to nobody else, on both engines.

use crate::tale::on_both;
use domain::Role;
use domain::policy::Assurance;
use office::Ctx;
use office::doors::{LONGEST_DRAFT, draft, drop_draft, save_draft};
use std::sync::Arc;
use testkit::house::TestOffice;
use vault::Half;

const FORM: &str = "/people/new";
const TYPED: &[u8] = "given_name=КАНАРЧЕ-чернова".as_bytes();

/// A session of the same person with what a password opens.
fn by_password(house: &TestOffice, ctx: &Ctx) -> Ctx {
    let mut ctx = house.with_keys(ctx.clone(), &[Half::Work]);
    ctx.actor.assurance = Assurance::Password;
    ctx
}

fn without_keys(ctx: &Ctx) -> Ctx {
    Ctx { keys: Arc::default(), ..ctx.clone() }
}

fn read(house: &TestOffice, ctx: &Ctx) -> Option<Vec<u8>> {
    draft(house, &house.signed_in(ctx), FORM).unwrap().map(|(body, _)| body)
}

#[test]
fn a_draft_opens_with_its_writers_keys_and_nothing_else() {
    on_both(|house| {
        let plain = house.ctx(Role::Caseworker);
        house.enrol(plain.actor.user.0);
        let full = house.with_keys(plain.clone(), &[Half::Work, Half::Identity]);
        let weak = by_password(house, &plain);
        save_draft(house, &house.signed_in(&full), full.now, FORM, TYPED).unwrap();
        assert_eq!(read(house, &full).as_deref(), Some(TYPED));
        // Neither a password nor the server with its master key.
        assert_eq!(read(house, &weak), None);
        assert_eq!(read(house, &without_keys(&plain)), None);
        // What is typed in the weaker session lies beside it; each comes back to its own.
        save_draft(house, &house.signed_in(&weak), full.now, FORM, b"x=1").unwrap();
        assert_eq!(read(house, &weak).as_deref(), Some(b"x=1".as_slice()));
        assert_eq!(read(house, &without_keys(&plain)), None);
        drop_draft(house, &house.signed_in(&weak), FORM).unwrap();
        assert_eq!(read(house, &full).as_deref(), Some(TYPED), "the other one stays");
        // A session that has ended seals what was on its way, and opens it no more than anybody.
        let over = without_keys(&full);
        save_draft(house, &house.signed_in(&over), full.now, FORM, b"x=2").unwrap();
        assert_eq!(read(house, &over), None);
        assert_eq!(read(house, &full).as_deref(), Some(b"x=2".as_slice()));
        drop_draft(house, &house.signed_in(&full), FORM).unwrap();
        assert_eq!(read(house, &full), None);
        // Who came through a provider and opened no keys could read none of these: her drafts are the server's, as
        // everything is in a house that has not locked.
        let mut outside = house.signed_in(&without_keys(&plain));
        outside.keyed = false;
        save_draft(house, &outside, full.now, FORM, b"x=3").unwrap();
        let locked = std::env::var_os(testkit::house::LOCKED).is_some();
        assert_eq!(draft(house, &outside, FORM).unwrap().is_some(), !locked);
    });
}

#[test]
fn drafts_are_bounded_and_the_latest_stay() {
    on_both(|house| {
        let ctx = house.ctx(Role::Caseworker);
        for n in 0..60 {
            save_draft(house, &house.signed_in(&ctx), ctx.now + n, &format!("/form/{n}"), TYPED).unwrap();
        }
        let kept = (0..60)
            .filter(|n| draft(house, &house.signed_in(&ctx), &format!("/form/{n}")).unwrap().is_some())
            .count();
        assert_eq!(kept, 50);
        assert!(draft(house, &house.signed_in(&ctx), "/form/59").unwrap().is_some());
        assert!(draft(house, &house.signed_in(&ctx), "/form/9").unwrap().is_none());
        assert!(
            save_draft(house, &house.signed_in(&ctx), ctx.now, FORM, &vec![b'a'; LONGEST_DRAFT + 1]).is_err()
        );
        assert_eq!(read(house, &ctx), None);
    });
}

/// A public key lies in the database: whoever writes there, without the master key, puts no words into a form.
#[test]
fn a_draft_that_the_server_did_not_seal_is_not_shown() {
    on_both(|house| {
        let plain = house.ctx(Role::Caseworker);
        house.enrol(plain.actor.user.0);
        let full = house.with_keys(plain.clone(), &[Half::Work, Half::Identity]);
        let id = full.actor.user.0;
        save_draft(house, &house.signed_in(&full), full.now, FORM, TYPED).unwrap();
        let row = format!("names {FORM}");
        let context = [id.0.as_slice(), row.as_bytes()].concat();
        let public = full.keys.half(Half::Identity).unwrap().public();
        let own = |body: &[u8]| vault::people::seal_text_for(&public, "draft", &context, body).unwrap();
        let plant = |sealed: &[u8]| {
            let keep =
                |tx: &mut store::WriteTx<'_>| store::forms::save_draft(tx, id, &row, sealed, full.now, 50);
            house.store.write("test.plant", keep).unwrap();
            draft(house, &house.signed_in(&full), FORM)
        };
        let forged = plant(&own("given_name=подхвърлено".as_bytes()));
        assert!(matches!(forged, Err(office::OfficeError::Sealed)));
        // The control: the same, sealed by the server as well, is hers.
        let sealed = house.vault.seal_small("draft", &context, &own(b"x=1"));
        assert_eq!(plant(&sealed).unwrap().map(|(body, _)| body).as_deref(), Some(b"x=1".as_slice()));
    });
}
