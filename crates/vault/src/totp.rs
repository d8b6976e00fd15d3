//! One-time codes from an app (RFC 6238), as a second factor where somebody has no passkey.
//!
//! SHA-1, six digits, 30 seconds: what every authenticator app expects, and many ignore anything else in the
//! address. SHA-1's weakness is collisions; HMAC does not rest on those. The dozen lines stand here rather
//! than in a library because the HMAC is there already and the libraries bring a second one.
//!
//! A code is good for one use. Only the database can hold that: it keeps the step that was used last and
//! moves it on in the same statement that checks it. [`TotpSecret::verify`] therefore takes that step and
//! hands back the one to be written.

use aws_lc_rs::hmac;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{random, same};

/// How long one code lives, in seconds.
pub const STEP: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// 160 bits, as RFC 4226 (section 4, R6) recommends.
const LENGTH: usize = 20;
/// Steps by which a telephone's clock may be off, in either direction.
const DRIFT: i64 = 1;
/// RFC 4648, section 6; apps take it without padding.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the server and the app share. Wiped when dropped; it cannot be printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; LENGTH]);

impl TotpSecret {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let mut secret = Self([0; LENGTH]);
        random::fill(&mut secret.0);
        secret
    }

    /// One that was kept. Nothing unless it is 20 bytes long.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 20 bytes, to be sealed. Never to be stored in the open: whoever has them makes every code.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For typing into the app by hand: 32 letters and digits.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH * 8 / 5));
        for five in self.0.chunks(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for shift in (0..8).rev().map(|n| n * 5) {
                let index = usize::try_from(bits >> shift & 31).unwrap_or(0);
                text.push(char::from(BASE32.get(index).copied().unwrap_or(b'A')));
            }
        }
        text
    }

    /// The address that an app reads from a QR code. `issuer` and `account` are shown in the app, on a
    /// telephone that others may look at: neutral words only.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (escape(issuer), escape(account));
        let mut uri = Zeroizing::new(String::with_capacity(256));
        for part in ["otpauth://totp/", &issuer, ":", &account, "?secret=", &self.base32()] {
            uri.push_str(part);
        }
        for part in ["&issuer=", &issuer, "&algorithm=SHA1&digits=6&period=30"] {
            uri.push_str(part);
        }
        uri
    }

    /// The step whose code was typed, or nothing. One step back and one ahead are accepted, for clocks that
    /// are a little off; steps up to `used` (the last one that was let in) are not, so that a code that
    /// somebody read over a shoulder is spent. Spaces in `code` do not matter.
    #[must_use]
    pub fn verify(&self, code: &str, unix_seconds: i64, used: Option<i64>) -> Option<i64> {
        let typed: Zeroizing<String> = Zeroizing::new(code.chars().filter(|c| !c.is_whitespace()).collect());
        if typed.len() != DIGITS {
            return None;
        }
        let now = unix_seconds.div_euclid(STEP);
        let mut found = None;
        // All three are computed and compared whatever was found, so that the time tells nothing.
        for step in now.saturating_sub(DRIFT)..=now.saturating_add(DRIFT) {
            let fresh = used.is_none_or(|used| step > used);
            if same(self.code(step).as_bytes(), typed.as_bytes()) && fresh {
                found = Some(step);
            }
        }
        found
    }

    /// The code of a step: RFC 4226, section 5.3.
    fn code(&self, step: i64) -> Zeroizing<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or(0) & 15);
        let four = bytes.get(offset..).and_then(<[u8]>::first_chunk::<4>).copied().unwrap_or_default();
        Zeroizing::new(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&crate::hex::encode(&[byte]).to_ascii_uppercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn matches_rfc_4226_and_rfc_6238() {
        // RFC 4226, appendix D: counters 0 to 9.
        for (step, code) in [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(*rfc().code(i64::try_from(step).unwrap()), code);
        }
        // RFC 6238, appendix B, SHA-1: eight digits there; ours are the last six of them.
        for (at, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(rfc().verify(&code[2..], at, None), Some(at / 30), "{at}");
        }
    }

    #[test]
    fn one_step_either_way_and_no_further() {
        let code = rfc().code(1000);
        for (step, expected) in
            [(998, None), (999, Some(1000)), (1000, Some(1000)), (1001, Some(1000)), (1002, None)]
        {
            assert_eq!(rfc().verify(&code, step * STEP, None), expected, "first second of {step}");
            assert_eq!(rfc().verify(&code, step * STEP + 29, None), expected, "last second of {step}");
        }
    }

    #[test]
    fn a_used_step_and_all_before_it_are_spent() {
        let (before, code) = (rfc().code(999), rfc().code(1000));
        let now = 1000 * STEP;
        assert_eq!(rfc().verify(&code, now, Some(999)), Some(1000));
        assert_eq!(rfc().verify(&code, now, Some(1000)), None);
        assert_eq!(rfc().verify(&before, now, Some(1000)), None);
        assert_eq!(rfc().verify(&before, now, Some(998)), Some(999), "control: it would have been good");
    }

    #[test]
    fn what_people_type() {
        let code = rfc().code(1000);
        let now = 1000 * STEP;
        assert_eq!(rfc().verify(&format!(" {} {} ", &code[..3], &code[3..]), now, None), Some(1000));
        for bad in ["", "1", "00000", "абвгде", "000000000000", &code[..5], &format!("{}0", &*code)] {
            assert_eq!(rfc().verify(bad, now, None), None, "{bad}");
        }
        for at in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(rfc().verify(&code, at, None), None);
        }
    }

    #[test]
    fn the_address_is_what_apps_read() {
        // RFC 4648 encoding of the RFC's secret, as printed in many apps' documentation.
        assert_eq!(*rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            *rfc().uri("Пристан", "d.koleva:1&x"),
            "otpauth://totp/%D0%9F%D1%80%D0%B8%D1%81%D1%82%D0%B0%D0%BD:d.koleva%3A1%26x\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%D0%9F%D1%80%D0%B8%D1%81%D1%82%D0%B0%D0%BD&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn secrets_differ_and_are_kept_whole() {
        let (a, b) = (TotpSecret::generate(), TotpSecret::generate());
        assert_ne!(a.as_bytes(), b.as_bytes());
        assert_eq!(TotpSecret::from_bytes(a.as_bytes()).unwrap().as_bytes(), a.as_bytes());
        assert!(TotpSecret::from_bytes(&[0; 19]).is_none() && TotpSecret::from_bytes(&[0; 21]).is_none());
    }
}
