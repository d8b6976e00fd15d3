//! The door: ways of signing in and what each of them opens, sessions, step-up, recovery, drafts.
//!
//! Answers are the same for an unknown login, an ended one, a wrong password, a wrong code and a wrong
//! passkey, in words and in work. A password opens the work half of a user's keys and never names; a
//! passkey opens both; the printed code opens both with a second person. Source: security design, 3.2, 5.1,
//! 5.2.

mod account;
pub mod bound;
mod drafts;
pub mod passkey;
mod password;
pub mod recovery;
mod sessions;
mod slots;
mod stepup;
pub mod throttle;
mod totp;
pub(crate) mod vouching;

pub use account::{Account, account, alarms, notices_read};
pub use drafts::{LONGEST as LONGEST_DRAFT, draft, drop_draft, save_draft};
pub use password::{Given, change_password, enter, set_quiet, sign_in};
pub use sessions::{
    ABSOLUTE_US, FRESH_US, IDLE_REVEALED_US, IDLE_US, OwnSession, end_own, own, revealed, session,
    session_of, sign_out,
};
pub(crate) use sessions::{Begin, begin};
pub use stepup::{by_password, has_app, lacks_second, must_step_up, needs_proof, require_passkeys};
pub use totp::{Enrolment, begin as begin_totp, confirm as confirm_totp, remove as remove_totp};
pub use vouching::ESTABLISHED_US;

use crate::{Ctx, Office, Result};
use domain::policy::Assurance;
use domain::{Actor, Id, Mask, RecordKind};
use std::sync::Arc;
use store::WriteTx;
use store::doors::factors;
use vault::Keyring;

/// Setting of the installation: weighty steps take a passkey. Without it, whoever has none gives password and
/// code anew.
pub const REQUIRE_PASSKEYS: &str = "require_passkeys";

/// What the door keeps in memory.
#[derive(Default)]
pub struct Doors {
    /// Counts of guesses.
    pub throttle: throttle::Throttle,
    party: passkey::Party,
}

impl Doors {
    /// Says under which address browsers reach this house: passkeys are bound to it. Before this is said it
    /// is `http://localhost`, on any port.
    ///
    /// # Errors
    /// The address is none, or not one that browsers give passkeys to (`https`, or `localhost`).
    pub fn reached_at(&self, origin: &str) -> std::result::Result<(), passkey::BadOrigin> {
        self.party.set(origin)
    }
}

/// The part of an address that counts as one place: of IPv6 the 64 bits that one connection is given, since its
/// holder may change the rest at will.
fn place(address: &str) -> String {
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(six)) if six.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

/// Whoever knocks, as far as the wire tells.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Keyed digest of the address it comes from; 0 where that is not known.
    pub place: i64,
    /// What the browser says of itself.
    pub agent: String,
    /// Its proof that it holds the key which the session is bound to; empty when it sent none.
    pub proof: String,
    /// Nobody did anything: a script asked on its own. Such a request keeps no session awake.
    pub unattended: bool,
}

impl Caller {
    /// A caller at an address.
    #[must_use]
    pub fn new(office: &Office, address: &str, agent: &str) -> Caller {
        let place =
            if address.is_empty() { 0 } else { office.vault.blind(&[0; 16], "place", &place(address)) };
        Caller { place, agent: agent.chars().take(300).collect(), ..Caller::default() }
    }

    /// Browser and system in two words, for the list of sessions. Nothing finer is kept.
    #[must_use]
    pub fn label(&self) -> String {
        let first = |names: &[(&str, &'static str)]| {
            names.iter().find(|(sign, _)| self.agent.contains(sign)).map_or("", |(_, name)| *name)
        };
        let browser = first(&[
            ("Firefox", "Firefox"),
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Chrome", "Chrome"),
            ("Chromium", "Chromium"),
            ("Safari", "Safari"),
        ]);
        let system = first(&[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]);
        [browser, system].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Keyed digest of browser and system without versions: an update must not end a session.
    fn facts(&self, office: &Office) -> Option<Vec<u8>> {
        (!self.agent.is_empty()).then(|| {
            let coarse: String = self.agent.chars().filter(|c| !c.is_ascii_digit()).collect();
            office.vault.mac_text("device", &coarse).to_vec()
        })
    }
}

/// How somebody proved who he is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A password alone.
    Password,
    /// A password and a code.
    Code,
    /// A passkey.
    Passkey,
    /// A partner's identity provider: it holds no key of ours.
    Provider,
}

impl Proof {
    fn number(self) -> i64 {
        match self {
            Proof::Password | Proof::Provider => 1,
            Proof::Code => 2,
            Proof::Passkey => 3,
        }
    }
    fn rule(self) -> &'static str {
        match self {
            Proof::Password => "password",
            Proof::Code => "password-code",
            Proof::Passkey => "passkey",
            Proof::Provider => "provider",
        }
    }
}

/// A signed-in session.
pub struct SignedIn {
    /// Who acts.
    pub actor: Actor,
    /// The organisation she works for; in a quiet house another one than she acts in.
    pub house: Id,
    /// Whose session it is; in a quiet house somebody else than who acts.
    pub user: Id,
    /// Name on the screen.
    pub name: String,
    /// Organisation on the screen.
    pub organisation: String,
    /// The session is over, but whose it was is known: a form in flight becomes a draft.
    pub expired: bool,
    /// How sure the door is of who this is.
    pub assurance: Assurance,
    /// When that was proven last, microseconds.
    pub proven_at: i64,
    /// Passkeys in use.
    pub passkeys: i64,
    /// The installation asks everybody for a passkey before weighty steps.
    pub strict: bool,
    /// Notices not yet seen.
    pub notices: i64,
    /// Opened by the second password: an empty house, and help is on its way.
    pub quiet: bool,
    /// Seconds of doing nothing after which it ends.
    pub lock_after: i64,
    /// What it opens.
    pub keys: Arc<Keyring>,
    /// It was begun with keys, which it opens while it is alive and proven.
    pub keyed: bool,
    /// How it stands to the browser it was begun in.
    pub bond: bound::Bond,
}

/// Keyed digest by which a login is found.
#[must_use]
pub fn login_key(office: &Office, login: &str) -> i64 {
    office.vault.blind(&[0; 16], "login", &login.trim().to_lowercase())
}

fn prefix(digest: &[u8; 32]) -> [u8; 8] {
    digest.first_chunk::<8>().copied().unwrap_or_default()
}

fn bare_ctx(actor: Actor, now: i64) -> Ctx {
    Ctx {
        actor,
        now,
        today: domain::Date::ZERO,
        request: [0; 4],
        lang: "bg",
        ids: crate::Ids::Random,
        keys: Arc::default(),
    }
}

/// Nobody, for what is logged before anybody is known.
fn nobody() -> Actor {
    let (user, organisation) = (domain::UserId(Id([0; 16])), domain::OrganisationId(Id([0; 16])));
    Actor::new(user, organisation, domain::policy::Role::Monitor, [0; 8])
}

/// A leaf about users and their ways of signing in.
fn leaf(
    actor: Actor,
    now: i64,
    action: &str,
    objects: Vec<Id>,
    allowed: bool,
    rule: &'static str,
) -> crate::desk::Leaf {
    crate::desk::Leaf {
        action: action.to_owned(),
        kind: RecordKind::User.code(),
        objects,
        cases: Vec::new(),
        mask: Mask::NONE,
        allowed,
        rule,
        actor,
        now,
        reason: None,
        before: None,
        after: None,
    }
}

/// Leaves a notice for a user.
pub(crate) fn notify(tx: &mut WriteTx<'_>, user: Id, code: &str, about: Option<Id>, now: i64) -> Result<()> {
    let id = Id(vault::random::bytes());
    Ok(store::doors::factors::notify(tx, id, user, code, about, now)?)
}

/// Tells those who answer for an organisation: the heads of its programme and its administrators.
pub(crate) fn notify_officers(
    tx: &mut WriteTx<'_>,
    organisation: Id,
    code: &str,
    about: Id,
    now: i64,
) -> Result<()> {
    use domain::policy::Role;
    let users = store::records::of_kind(tx, RecordKind::User.code(), Some(organisation), None, 10_000)?;
    for user in users {
        let role = Role::from_code(&user.head.state);
        if matches!(role, Some(Role::Manager | Role::Admin)) && user.head.id != about {
            notify(tx, user.head.id, code, Some(about), now)?;
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Bytes out of hexadecimal digits; nothing when it is none, or longer than any form sends.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 64 * 1024 || !text.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return None;
    }
    let digits = text.as_bytes().chunks(2);
    digits.map(|two| std::str::from_utf8(two).ok().and_then(|two| u8::from_str_radix(two, 16).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn an_address_of_six_counts_by_what_one_connection_is_given() {
        assert_eq!(place("2001:db8:1:2:3:4:5:6"), place("2001:db8:1:2:ffff::1"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("192.0.2.7"), "192.0.2.7");
        assert_eq!(place("::ffff:192.0.2.7"), "::ffff:192.0.2.7");
    }
}
