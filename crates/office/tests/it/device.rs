//! A passkey device in software: it answers what a browser would hand to it, and can be told to cheat.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// Where it believes to be.
pub const ORIGIN: &str = "http://localhost:8080";

pub struct Device {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: Vec<u8>,
    pub counter: u32,
    /// Asks its user for a finger or a PIN.
    pub verifies: bool,
    pub origin: &'static str,
    secret: [u8; 32],
}

fn b64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for n in 0..=three.len() {
            out.push(char::from(LETTERS[usize::try_from(bits >> (18 - 6 * n) & 63).unwrap()]));
        }
    }
    out
}

fn unb64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let bits =
            four.iter().fold(0_u32, |bits, c| bits << 6 | u32::from(value(*c))) << (6 * (4 - four.len()));
        out.extend(bits.to_be_bytes()[1..four.len()].iter());
    }
    out
}

impl Device {
    pub fn new() -> Device {
        Device {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: vault::random::bytes::<16>().to_vec(),
            user: Vec::new(),
            counter: 1,
            verifies: true,
            origin: ORIGIN,
            secret: vault::random::bytes(),
        }
    }

    /// What the PRF extension gives for the salt of the options.
    pub fn prf(&self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let salt = options["extensions"]["prf"]["eval"]["first"].as_str().unwrap().to_owned();
        vault::sha256(&[self.secret.as_slice(), salt.as_bytes()].concat())
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    }

    fn authenticator_data(&self, attested: &[u8]) -> Vec<u8> {
        let flags = 0x01 | if self.verifies { 0x04 } else { 0 } | if attested.is_empty() { 0 } else { 0x40 };
        [&vault::sha256(b"localhost")[..], &[flags], &self.counter.to_be_bytes(), attested].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// Enrols: the credential as JSON.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.user = unb64(options["user"]["id"].as_str().unwrap());
        let point = self.key.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..65]);
        let cose = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], x, &[0x22, 0x58, 32], y].concat();
        let attested = [&[0; 16][..], &[0, 16], &self.id, &cose].concat();
        let data = self.authenticator_data(&attested);
        let object = [
            &[0xa3, 0x63][..],
            b"fmt",
            &[0x64],
            b"none",
            &[0x67],
            b"attStmt",
            &[0xa0, 0x68],
            b"authData",
            &[0x58, u8::try_from(data.len()).unwrap()],
            &data,
        ]
        .concat();
        let client = self.client_data("webauthn.create", &options);
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "extensions": {},
            "response": { "attestationObject": b64(&object), "clientDataJSON": b64(&client), "transports": [] },
        })
        .to_string()
    }

    /// Answers a challenge; the counter has moved on unless it is told otherwise.
    pub fn get(&self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        // As browsers do: a list of credentials that are not this one's is not for it.
        let allowed = options["allowCredentials"].as_array().cloned().unwrap_or_default();
        assert!(allowed.is_empty() || allowed.iter().any(|known| known["id"] == json!(b64(&self.id))));
        let data = self.authenticator_data(&[]);
        let client = self.client_data("webauthn.get", &options);
        let signed = [data.as_slice(), &vault::sha256(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "extensions": {},
            "response": {
                "authenticatorData": b64(&data), "clientDataJSON": b64(&client),
                "signature": b64(signature.as_ref()), "userHandle": b64(&self.user),
            },
        })
        .to_string()
    }
}
