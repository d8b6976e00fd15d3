//! The same house after its organisation has locked: how long locking and a new epoch take, and a session
//! that carries its keys, for measuring the same workloads once more.

use super::house;
use crate::cli::Failure;
use domain::policy::Actor;
use office::{Ctx, Ids, Office};
use serde::Serialize;
use std::sync::Arc;
use std::time::Instant;
use store::doors::Session;
use vault::{Half, PrivateKey, UserSecret};

/// What locking cost.
#[derive(Serialize)]
pub struct Locking {
    /// Data keys taken out of the server's hand.
    pub keys: usize,
    /// How long that took, seconds: once in the life of an organisation, in the background.
    pub convert_seconds: f64,
    /// Grants sealed anew when the epoch turned.
    pub grants: usize,
    /// How long the new epoch took, seconds.
    pub epoch_seconds: f64,
}

fn halves(secret: &UserSecret) -> Vec<(Half, PrivateKey)> {
    vec![(Half::Work, secret.work.share()), (Half::Identity, secret.identity.share())]
}

/// Gives the measured case worker keys of her own, locks her organisation, turns its epoch, and begins a
/// session for her as signing in with a passkey does. Gives the token of its cookie.
pub fn lock(office: &Office, actor: Actor) -> Result<(String, Locking), Failure> {
    let user = actor.user.0;
    let (secret, public) = vault::people::new_user();
    office.store.write("bench.keys", |tx| {
        store::roots::set_user(tx, user, &public.work, &public.identity, house::NOW)
    })?;
    let ctx = || -> Result<Ctx, Failure> {
        let ring = office.store.read("bench.ring", |tx| office::roots::keyring(tx, user, halves(&secret)))?;
        Ok(Ctx { keys: Arc::new(ring), ..house::ctx(actor, house::NOW, &Ids::Random) })
    };
    office::roots::lock(office, &ctx()?)?;
    let holder = ctx()?;
    let begun = Instant::now();
    let (mut progress, mut keys) = (office::roots::Progress::default(), 0);
    while !progress.done {
        progress = office::roots::convert(office, &holder, progress)?;
        keys += progress.keys;
    }
    let convert_seconds = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let grants = office::roots::turn(office, &holder)?;
    let epoch_seconds = begun.elapsed().as_secs_f64();

    let token = vault::random::token();
    let ring = office.store.read("bench.ring", |tx| office::roots::keyring(tx, user, halves(&secret)))?;
    let session = Session {
        digest: vault::session_digest(&token),
        user_id: user,
        created_at: house::NOW,
        seen_at: house::NOW,
        ended_at: 0,
        kind: "full".to_owned(),
        assurance: 3,
        proven_at: house::NOW,
        revealed_at: 0,
        label: "bench".to_owned(),
        device: None,
        keyring: Some(ring.seal(&token)),
        bound: None,
        bound_at: 0,
    };
    office.store.write("bench.session", |tx| store::doors::insert_session(tx, &session))?;
    let seconds = |s: f64| (s * 100.0).round() / 100.0;
    let figures = Locking {
        keys,
        convert_seconds: seconds(convert_seconds),
        grants,
        epoch_seconds: seconds(epoch_seconds),
    };
    Ok((token, figures))
}
