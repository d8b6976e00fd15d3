//! Looks for canaries in bytes: raw, UTF-16 in both orders, hexadecimal, base64 in its three alignments.

use std::collections::{HashMap, HashSet};

/// How one canary may look when somebody wrote it somewhere.
pub fn disguises(canary: &str) -> Vec<(&'static str, Vec<u8>)> {
    let raw = canary.as_bytes();
    let wide: Vec<u16> = canary.encode_utf16().collect();
    let hex = |upper: bool| -> Vec<u8> {
        let digit = |b: &u8| if upper { format!("{b:02X}") } else { format!("{b:02x}") };
        raw.iter().map(digit).collect::<String>().into_bytes()
    };
    let mut out = vec![
        ("raw", raw.to_vec()),
        ("upper case", canary.to_uppercase().into_bytes()),
        ("UTF-16 LE", wide.iter().flat_map(|u| u.to_le_bytes()).collect()),
        ("UTF-16 BE", wide.iter().flat_map(|u| u.to_be_bytes()).collect()),
        ("hex", hex(false)),
        ("HEX", hex(true)),
        // As JSON and forms escape what is not ASCII.
        ("escaped", wide.iter().map(|u| format!("\\u{u:04x}")).collect::<String>().into_bytes()),
        ("percent", raw.iter().map(|b| format!("%{b:02X}")).collect::<String>().into_bytes()),
    ];
    for (name, shift) in [("base64", 0), ("base64 +1", 1), ("base64 +2", 2)] {
        for alphabet in [STANDARD, URL] {
            let core = base64_core(raw, shift, alphabet);
            if !out.iter().any(|(_, known)| *known == core) {
                out.push((name, core));
            }
        }
    }
    out
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The characters of a base64 text that depend on nothing but these bytes, when `shift` bytes stand before them.
fn base64_core(bytes: &[u8], shift: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let total = (shift + bytes.len()) * 8;
    let bit = |n: usize| {
        let n = n - shift * 8;
        bytes[n / 8] >> (7 - n % 8) & 1
    };
    let first = (shift * 8).div_ceil(6);
    (first..total / 6)
        .map(|character| {
            let value = (0..6).fold(0u8, |value, n| value << 1 | bit(character * 6 + n));
            alphabet[usize::from(value)]
        })
        .collect()
}

/// All disguises of many canaries, looked for in one walk through the bytes.
pub struct Net {
    /// First four bytes of a disguise: which ones begin like that.
    starts: HashMap<[u8; 4], Vec<usize>>,
    disguises: Vec<(String, &'static str, Vec<u8>)>,
}

impl Net {
    pub fn new<'a>(canaries: impl IntoIterator<Item = &'a str>) -> Net {
        let mut net = Net { starts: HashMap::new(), disguises: Vec::new() };
        let mut seen = HashSet::new();
        for canary in canaries {
            for (name, bytes) in disguises(canary) {
                if !seen.insert(bytes.clone()) {
                    continue;
                }
                assert!(bytes.len() >= 5, "{canary} as {name} is too short to be looked for");
                let start: [u8; 4] = bytes[..4].try_into().unwrap();
                net.starts.entry(start).or_default().push(net.disguises.len());
                net.disguises.push((canary.to_owned(), name, bytes));
            }
        }
        net
    }

    /// What is in it: canary and disguise.
    pub fn caught(&self, bytes: &[u8]) -> Vec<(String, &'static str)> {
        let mut out = Vec::new();
        for (at, window) in bytes.windows(4).enumerate() {
            let Some(candidates) = self.starts.get(window) else { continue };
            for index in candidates {
                let (canary, name, disguise) = &self.disguises[*index];
                if bytes[at..].starts_with(disguise) {
                    out.push((canary.clone(), *name));
                }
            }
        }
        out.sort();
        out.dedup();
        out
    }
}

/// The control of the net itself: what is put in is found, in every disguise and at every place.
#[test]
fn the_net_catches_every_disguise() {
    let canary = "жqzx0042vk";
    let net = Net::new([canary]);
    for (name, disguise) in disguises(canary) {
        for before in 0..5 {
            let mut bytes = vec![b'-'; before];
            bytes.extend_from_slice(&disguise);
            bytes.push(0);
            assert!(net.caught(&bytes).iter().any(|(c, _)| c == canary), "{name}");
        }
    }
    assert!(net.caught("жqzx0043vk QZX0042V жqzx0042".as_bytes()).is_empty());
    // As another program writes it, with two, one and no bytes before; and half a canary.
    for text in ["YSDQtnF6eDAwNDJ2ayBi", "IdC2cXp4MDA0MnZr", "0LZxengwMDQydms="] {
        assert!(!net.caught(text.as_bytes()).is_empty(), "{text}");
    }
    assert!(net.caught(b"0LZxengwMDQ=").is_empty());
}
