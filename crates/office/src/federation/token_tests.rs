//! Every claim altered in turn; what is unaltered is the control.

use super::*;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use serde_json::{Value, json};

const NOW: i64 = 1_489_666_200;
const ISSUER: &str = "https://id.example.org";
const CLIENT: &str = "pristan";
const NONCE: &str = "0f0e0d";

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A provider with a key of each kind.
struct Signer {
    ed: Ed25519KeyPair,
    ec: EcdsaKeyPair,
    rsa: aws_lc_rs::rsa::KeyPair,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl Signer {
    fn new() -> Signer {
        let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let (n, e) = {
            let public = rsa.public_key();
            (
                public.modulus().big_endian_without_leading_zero().to_vec(),
                public.exponent().big_endian_without_leading_zero().to_vec(),
            )
        };
        Signer {
            ed: Ed25519KeyPair::generate().unwrap(),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            rsa,
            n,
            e,
        }
    }

    fn keys(&self) -> JwkSet {
        let point = self.ec.public_key().as_ref();
        let set = json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(self.ed.public_key().as_ref()), "use": "sig"},
            {"kty": "EC", "crv": "P-256", "kid": "ec", "x": b64(&point[1..33]), "y": b64(&point[33..]), "alg": "ES256"},
            {"kty": "RSA", "kid": "rsa", "n": b64(&self.n), "e": b64(&self.e)},
            {"kty": "RSA", "kid": "enc", "n": b64(&self.n), "e": b64(&self.e), "use": "enc"},
            {"kty": "oct", "kid": "oct", "k": b64(b"a shared secret that is long enough")},
            {"kty": "of tomorrow", "kid": "new"},
        ]});
        keys(set.to_string().as_bytes()).unwrap()
    }

    fn sign(&self, head: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", b64(head.to_string().as_bytes()), b64(claims.to_string().as_bytes()));
        let random = aws_lc_rs::rand::SystemRandom::new();
        let rsa = |padding| {
            let mut out = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(padding, &random, message.as_bytes(), &mut out).unwrap();
            out
        };
        let signature = match head["alg"].as_str().unwrap() {
            "EdDSA" => self.ed.sign(message.as_bytes()).as_ref().to_vec(),
            "ES256" => self.ec.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "PS256" => rsa(&RSA_PSS_SHA256),
            // The old trick: the public key as if it were a shared secret.
            "HS256" => aws_lc_rs::hmac::sign(
                &aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &self.n),
                message.as_bytes(),
            )
            .as_ref()
            .to_vec(),
            _ => Vec::new(),
        };
        format!("{message}.{}", b64(&signature))
    }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "7731", "aud": CLIENT, "exp": NOW + 300, "iat": NOW, "nonce": NONCE,
           "acr": "high", "amr": ["pwd", "mfa"], "auth_time": NOW - 30, "sid": "s1"})
}

fn check(signer: &Signer, token: &str) -> Result<Identity, Bad> {
    let (acr, amr) = (["high".to_owned(), "higher".to_owned()], ["mfa".to_owned()]);
    let expected = Expected {
        issuer: ISSUER,
        client: CLIENT,
        nonce: NONCE,
        now: NOW,
        acr: &acr,
        amr: &amr,
        max_age: Some(600),
    };
    identity(&signer.keys(), token, &expected)
}

#[test]
fn an_identity_token_with_one_thing_altered_is_not_believed() {
    let signer = Signer::new();
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        check(&signer, &signer.sign(&json!({"alg": "EdDSA", "kid": "ed"}), &claims)).map(|i| i.subject)
    };
    // The control, and what may differ.
    for (name, value) in [
        ("extra", json!(1)),
        ("aud", json!([CLIENT])),
        ("azp", json!(CLIENT)),
        ("acr", json!("higher")),
        ("exp", json!(NOW - LEEWAY + 1)),
        ("iat", json!(NOW + LEEWAY)),
        ("auth_time", json!(NOW - 600 - LEEWAY)),
        ("nbf", json!(NOW)),
        ("sid", Value::Null),
    ] {
        assert_eq!(with(name, value.clone()), Ok("7731".to_owned()), "{name}: {value}");
    }
    let long = "x".repeat(256);
    for (name, value, why) in [
        ("iss", json!("https://id.example.org/"), Bad::Issuer),
        ("iss", json!("https://evil.example"), Bad::Issuer),
        ("iss", Value::Null, Bad::Malformed),
        ("sub", json!(""), Bad::Subject),
        ("sub", json!("a\u{0}b"), Bad::Subject),
        ("sub", json!(long), Bad::Subject),
        ("sub", json!(7731), Bad::Malformed),
        ("sub", Value::Null, Bad::Malformed),
        ("aud", json!("somebody"), Bad::Audience),
        ("aud", json!([]), Bad::Audience),
        ("aud", json!([CLIENT, "somebody"]), Bad::Audience),
        ("aud", Value::Null, Bad::Malformed),
        ("azp", json!("somebody"), Bad::Audience),
        ("exp", json!(NOW - LEEWAY), Bad::Time),
        ("exp", Value::Null, Bad::Malformed),
        ("iat", json!(NOW + LEEWAY + 1), Bad::Time),
        ("iat", json!(NOW - YOUNG - 1), Bad::Time),
        ("iat", Value::Null, Bad::Malformed),
        ("nbf", json!(NOW + LEEWAY + 1), Bad::Time),
        ("nonce", json!("0f0e0e"), Bad::Nonce),
        ("nonce", json!(""), Bad::Nonce),
        ("nonce", Value::Null, Bad::Nonce),
        ("acr", json!("low"), Bad::Weak),
        ("acr", Value::Null, Bad::Weak),
        ("amr", json!(["pwd"]), Bad::Weak),
        ("amr", Value::Null, Bad::Weak),
        ("auth_time", json!(NOW - 601 - LEEWAY), Bad::Weak),
        ("auth_time", json!(NOW + LEEWAY + 1), Bad::Weak),
        ("auth_time", Value::Null, Bad::Weak),
        ("events", json!({LOGOUT: {}}), Bad::Kind),
    ] {
        assert_eq!(with(name, value.clone()), Err(why), "{name}: {value}");
    }
}

#[test]
fn only_signatures_of_the_right_kind_and_key() {
    let (signer, other) = (Signer::new(), Signer::new());
    for (alg, kid) in [("EdDSA", "ed"), ("ES256", "ec"), ("RS256", "rsa"), ("PS256", "rsa")] {
        let head = json!({"alg": alg, "kid": kid, "typ": "JWT"});
        let token = signer.sign(&head, &claims());
        // The control.
        assert!(check(&signer, &token).is_ok(), "{alg}");
        assert_eq!(check(&signer, &other.sign(&head, &claims())).err(), Some(Bad::Signature), "{alg}");
        // Any other content under the same signature.
        let mut parts: Vec<&str> = token.split('.').collect();
        let mut changed = claims();
        changed["sub"] = json!("1");
        let body = b64(changed.to_string().as_bytes());
        parts[1] = &body;
        assert_eq!(check(&signer, &parts.join(".")).err(), Some(Bad::Signature), "{alg}");
        let bare = format!("{}.{}.", parts[0], parts[1]);
        assert_eq!(check(&signer, &bare).err(), Some(Bad::Signature), "{alg} without a signature");
    }
    for (head, why) in [
        (json!({"alg": "none"}), Bad::Algorithm),
        (json!({"alg": "None", "kid": "ed"}), Bad::Algorithm),
        (json!({"alg": "HS256", "kid": "rsa"}), Bad::Algorithm),
        (json!({"alg": "HS256", "kid": "oct"}), Bad::Algorithm),
        (json!({"alg": "RS1", "kid": "rsa"}), Bad::Algorithm),
        (json!({"alg": "RS256", "kid": "ed"}), Bad::UnknownKey),
        (json!({"alg": "RS256", "kid": "enc"}), Bad::UnknownKey),
        (json!({"alg": "EdDSA", "kid": "rsa"}), Bad::UnknownKey),
        (json!({"alg": "EdDSA", "kid": "gone"}), Bad::UnknownKey),
        (json!({"alg": "EdDSA", "kid": "ed", "crit": ["b64"]}), Bad::Malformed),
        (json!({"alg": "EdDSA", "kid": "ed", "typ": "logout+jwt"}), Bad::Kind),
        (json!({"alg": "EdDSA", "kid": "ed", "typ": "at+jwt"}), Bad::Kind),
    ] {
        assert_eq!(check(&signer, &signer.sign(&head, &claims())).err(), Some(why), "{head}");
    }
    for text in ["", ".", "..", "a.b.c", "a.b.c.d", "e30.e30.e30", &"x".repeat(100_000)] {
        assert_eq!(check(&signer, text).err(), Some(Bad::Malformed), "{text:.20}");
    }
}

#[test]
fn a_logout_token_with_one_thing_altered_is_not_believed() {
    let signer = Signer::new();
    let whole = json!({"iss": ISSUER, "sub": "7731", "sid": "s1", "aud": CLIENT, "iat": NOW, "exp": NOW + 120,
                       "jti": "j1", "events": {LOGOUT: {}}});
    let with = |typ: &str, name: &str, value: Value| {
        let mut claims = whole.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        let token = signer.sign(&json!({"alg": "ES256", "kid": "ec", "typ": typ}), &claims);
        logout(&signer.keys(), &token, ISSUER, CLIENT, NOW).map(|l| l.jti)
    };
    for (name, value) in
        [("extra", json!(1)), ("sub", Value::Null), ("sid", Value::Null), ("exp", Value::Null)]
    {
        assert_eq!(with("logout+jwt", name, value), Ok("j1".to_owned()), "{name}");
    }
    for (typ, name, value, why) in [
        ("JWT", "extra", json!(1), Bad::Kind),
        ("logout+jwt", "nonce", json!("x"), Bad::Kind),
        ("logout+jwt", "events", Value::Null, Bad::Kind),
        ("logout+jwt", "events", json!({"http://schemas.openid.net/event/other": {}}), Bad::Kind),
        ("logout+jwt", "events", json!({LOGOUT: true}), Bad::Kind),
        ("logout+jwt", "iss", json!("https://evil.example"), Bad::Issuer),
        ("logout+jwt", "aud", json!("somebody"), Bad::Audience),
        ("logout+jwt", "iat", json!(NOW - YOUNG - 1), Bad::Time),
        ("logout+jwt", "iat", json!(NOW + LEEWAY + 1), Bad::Time),
        ("logout+jwt", "exp", json!(NOW - LEEWAY), Bad::Time),
        ("logout+jwt", "jti", json!(""), Bad::Subject),
        ("logout+jwt", "jti", Value::Null, Bad::Malformed),
        ("logout+jwt", "sub", json!(""), Bad::Subject),
    ] {
        assert_eq!(with(typ, name, value.clone()), Err(why), "{typ} {name}: {value}");
    }
    // An identity token is no logout token.
    let token = signer.sign(&json!({"alg": "ES256", "kid": "ec"}), &claims());
    assert!(logout(&signer.keys(), &token, ISSUER, CLIENT, NOW).is_err());
}
