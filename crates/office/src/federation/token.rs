//! What a provider says about somebody, and whether it may be believed. Signatures are checked by `jsonwebtoken`
//! over aws-lc, the library that seals everything else here; `openidconnect` would bring a second generation of
//! ciphers and `rsa` with RUSTSEC-2023-0071. Claims are checked here, against the clock of the request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How far two clocks may differ, seconds.
pub const LEEWAY: i64 = 60;
/// An identity token is used the moment it is given; one older than this was kept, seconds.
pub const YOUNG: i64 = 600;
/// The event of a back-channel logout (OpenID Connect Back-Channel Logout 1.0, 2.4).
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// Not a token.
    Malformed,
    /// An algorithm that proves nothing here: none, a shared secret, anything unheard of.
    Algorithm,
    /// No key of the provider has this name; its keys may have changed.
    UnknownKey,
    /// The signature is not that key's.
    Signature,
    /// Of another kind: an identity token where one of logout is due, or the other way round.
    Kind,
    /// From somebody else.
    Issuer,
    /// For somebody else.
    Audience,
    /// Over, or not yet.
    Time,
    /// Of another sign-in.
    Nonce,
    /// About nobody.
    Subject,
    /// Signed in at the provider less surely, or longer ago, than the organisation asks.
    Weak,
}

/// A key set of a provider. One key that is not understood does not spoil the others.
///
/// # Errors
/// It is no key set, or has more than a hundred keys.
pub fn keys(body: &[u8]) -> Result<JwkSet, Bad> {
    #[derive(Deserialize)]
    struct Raw {
        keys: Vec<serde_json::Value>,
    }
    let raw: Raw = serde_json::from_slice(body).map_err(|_| Bad::Malformed)?;
    if raw.keys.len() > 100 {
        return Err(Bad::Malformed);
    }
    Ok(JwkSet { keys: raw.keys.into_iter().filter_map(|k| serde_json::from_value(k).ok()).collect() })
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Who signed in, in the provider's words.
pub struct Identity {
    /// Never changes at that provider, never given to somebody else.
    pub subject: String,
    /// The provider's own number of the session.
    pub sid: Option<String>,
}

/// Whose sessions are to end.
pub struct Logout {
    /// Everybody's of this subject.
    pub subject: Option<String>,
    /// Or the provider's own number of the session.
    pub sid: Option<String>,
    /// Number of the token, used once.
    pub jti: String,
}

/// What must hold of an identity token.
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// We.
    pub client: &'a str,
    /// Of this sign-in.
    pub nonce: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// Asked for by the organisation: one of these classes.
    pub acr: &'a [String],
    /// All of these methods.
    pub amr: &'a [String],
    /// Signed in at the provider no longer ago than this, seconds.
    pub max_age: Option<i64>,
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Bad> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Bad::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Bad::Malformed)
}

/// Checks the signature and gives kind and claims.
fn signed<T: DeserializeOwned>(keys: &JwkSet, token: &str) -> Result<(Option<String>, T), Bad> {
    let (message, signature) = token.rsplit_once('.').ok_or(Bad::Malformed)?;
    let (head, body) = message.split_once('.').ok_or(Bad::Malformed)?;
    if token.len() > 64 * 1024 || body.contains('.') {
        return Err(Bad::Malformed);
    }
    let head: Head = part(head)?;
    if head.crit.is_some() {
        return Err(Bad::Malformed);
    }
    // The algorithm is chosen from our list, never by the token alone: the key has to be of its kind.
    let algorithm = match head.alg.as_str() {
        "RS256" => Algorithm::RS256,
        "PS256" => Algorithm::PS256,
        "ES256" => Algorithm::ES256,
        "EdDSA" => Algorithm::EdDSA,
        _ => return Err(Bad::Algorithm),
    };
    let fitting: Vec<&Jwk> = keys.keys.iter().filter(|key| fits(key, algorithm)).collect();
    let key = match (&head.kid, fitting.as_slice()) {
        (Some(kid), _) => fitting.iter().find(|k| k.common.key_id.as_ref() == Some(kid)).copied(),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    proves(key.ok_or(Bad::UnknownKey)?, algorithm, message.as_bytes(), signature)?;
    Ok((head.typ, part(body)?))
}

/// Is the signature, in base64, that key's over the message?
fn proves(key: &Jwk, algorithm: Algorithm, message: &[u8], signature: &str) -> Result<(), Bad> {
    let key = DecodingKey::from_jwk(key).map_err(|_| Bad::UnknownKey)?;
    match jsonwebtoken::crypto::verify(signature, message, &key, algorithm) {
        Ok(true) => Ok(()),
        _ => Err(Bad::Signature),
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let common = &key.common;
    let kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::PS256) => true,
        (AlgorithmParameters::EllipticCurve(p), Algorithm::ES256) => p.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(p), Algorithm::EdDSA) => p.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let named = common.key_algorithm.as_ref().is_none_or(|a| a.to_string() == format!("{algorithm:?}"));
    kind && named && !matches!(common.public_key_use, Some(PublicKeyUse::Encryption))
}

fn for_us(audience: &Audience, party: Option<&str>, client: &str) -> Result<(), Bad> {
    let (named, many) = match audience {
        Audience::One(one) => (one == client, false),
        Audience::Many(all) => (all.iter().any(|a| a == client), all.len() > 1),
    };
    // Several audiences: it must have been made out to us (OpenID Connect Core, 3.1.3.7).
    let ours = party.map_or(!many, |party| party == client);
    if named && ours { Ok(()) } else { Err(Bad::Audience) }
}

fn sub(text: &str) -> bool {
    (1..=255).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Checks an identity token.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn identity(keys: &JwkSet, token: &str, expected: &Expected<'_>) -> Result<Identity, Bad> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
        sub: String,
        aud: Audience,
        azp: Option<String>,
        exp: i64,
        iat: i64,
        nbf: Option<i64>,
        nonce: Option<String>,
        acr: Option<String>,
        #[serde(default)]
        amr: Vec<String>,
        auth_time: Option<i64>,
        sid: Option<String>,
        events: Option<serde_json::Value>,
    }
    let (typ, claims) = signed::<Claims>(keys, token)?;
    if typ.is_some_and(|t| !t.eq_ignore_ascii_case("jwt")) || claims.events.is_some() {
        return Err(Bad::Kind);
    }
    if claims.iss != expected.issuer {
        return Err(Bad::Issuer);
    }
    for_us(&claims.aud, claims.azp.as_deref(), expected.client)?;
    let now = expected.now;
    if claims.exp <= now - LEEWAY
        || claims.iat > now + LEEWAY
        || claims.iat < now - YOUNG
        || claims.nbf.is_some_and(|n| n > now + LEEWAY)
    {
        return Err(Bad::Time);
    }
    let nonce = claims.nonce.unwrap_or_default();
    if !vault::same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Bad::Nonce);
    }
    if !sub(&claims.sub) {
        return Err(Bad::Subject);
    }
    let classed = expected.acr.is_empty() || claims.acr.is_some_and(|acr| expected.acr.contains(&acr));
    let by = expected.amr.iter().all(|wanted| claims.amr.contains(wanted));
    let recent = expected
        .max_age
        .is_none_or(|age| claims.auth_time.is_some_and(|at| at >= now - age - LEEWAY && at <= now + LEEWAY));
    if !(classed && by && recent) {
        return Err(Bad::Weak);
    }
    Ok(Identity { subject: claims.sub, sid: claims.sid })
}

/// Checks a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). Whether its number came before is the
/// caller's to ask.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn logout(keys: &JwkSet, token: &str, issuer: &str, client: &str, now: i64) -> Result<Logout, Bad> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
        sub: Option<String>,
        sid: Option<String>,
        aud: Audience,
        iat: i64,
        exp: Option<i64>,
        jti: String,
        events: Option<serde_json::Map<String, serde_json::Value>>,
        nonce: Option<serde_json::Value>,
    }
    let (typ, claims) = signed::<Claims>(keys, token)?;
    let event = claims.events.and_then(|mut e| e.remove(LOGOUT)).is_some_and(|e| e.is_object());
    if !event || claims.nonce.is_some() || !typ.is_some_and(|t| t.eq_ignore_ascii_case("logout+jwt")) {
        return Err(Bad::Kind);
    }
    if claims.iss != issuer {
        return Err(Bad::Issuer);
    }
    for_us(&claims.aud, None, client)?;
    if claims.iat > now + LEEWAY || claims.iat < now - YOUNG || claims.exp.is_some_and(|e| e <= now - LEEWAY)
    {
        return Err(Bad::Time);
    }
    let someone = claims.sub.as_deref().is_none_or(sub) && (claims.sub.is_some() || claims.sid.is_some());
    if !someone || claims.jti.is_empty() || claims.jti.len() > 255 {
        return Err(Bad::Subject);
    }
    Ok(Logout { subject: claims.sub, sid: claims.sid, jti: claims.jti })
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "token_vectors.rs"]
mod vectors;
