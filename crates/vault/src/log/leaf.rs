//! One entry of the audit log and its bytes.
//!
//! # The format, which must never change
//!
//! A leaf is hashed as bytes, so the same leaf must give the same bytes for ever. It is one CBOR map
//! (RFC 8949, core deterministic encoding: definite lengths, shortest numbers) with these keys in
//! ascending order; a field that is absent is left out, never null.
//!
//! | key | field | type |
//! |---|---|---|
//! | 0 | format version, 1 | unsigned |
//! | 1 | index in the log, from 0 | unsigned |
//! | 2 | node | unsigned, optional |
//! | 3 | time, microseconds since 1970 UTC | integer |
//! | 4 | actor's id | 16 bytes |
//! | 5 | first bytes of the hash of the session token | 8 bytes |
//! | 6 | action | text |
//! | 7 | kind of object | text |
//! | 8 | ids of objects | array of 16 bytes each |
//! | 9 | case id | 16 bytes, optional |
//! | 10 | compartments, bit n for Cn | unsigned, 0 to 255 |
//! | 11 | decision: true for allow | bool |
//! | 12 | rule that decided | text |
//! | 13 | commitment to the reason | 32 bytes, optional |
//! | 14 | hash of the version before | 32 bytes, optional |
//! | 15 | hash of the version after | 32 bytes, optional |
//! | 16 | leaf hash of the entry before; zeros for the first | 32 bytes |
//! | 17 | hybrid logical clock, microseconds: never less than in the entry before of the same node | unsigned, optional |
//!
//! Entries of the first months have neither 2 nor 17; they verify as they always did.
//!
//! New fields get new keys above these and are optional. Reading skips keys it does not know, so an older
//! verifier can follow a newer log; the bytes, not the fields, are what is hashed.

use minicbor::{Decoder, Encoder};

const VERSION: u8 = 1;

/// The longest leaf in bytes: what fits the length field of C2SP tiles. About 3,800 object ids.
pub const MAX_LEAF: usize = 65_535;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It was done or shown.
    Allow,
    /// It was refused; refusals are entries too.
    Deny,
}

/// One entry. It holds ids, codes and commitments only, never a personal value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Position in the log, from 0, without gaps.
    pub index: u64,
    /// The node that wrote it, where there are several.
    pub node: Option<u16>,
    /// Microseconds since 1970, UTC.
    pub time_us: i64,
    /// The account.
    pub actor: [u8; 16],
    /// The first bytes of the hash of the session token.
    pub session: [u8; 8],
    /// What was done, as a code of the policy.
    pub action: String,
    /// The kind of thing it was done to.
    pub object: String,
    /// Which things.
    pub objects: Vec<[u8; 16]>,
    /// The case they belong to.
    pub case: Option<[u8; 16]>,
    /// The compartments opened: see [`crate::Compartment::bit`].
    pub compartments: u8,
    /// The decision.
    pub decision: Decision,
    /// The rule that decided.
    pub rule: String,
    /// [`crate::commitment`] to the reason given.
    pub reason_hash: Option<[u8; 32]>,
    /// Hash of the object's version before.
    pub prev_version: Option<[u8; 32]>,
    /// Hash of the object's version after.
    pub new_version: Option<[u8; 32]>,
    /// The leaf hash of the entry before; zeros for the first.
    pub prev_leaf: [u8; 32],
    /// Hybrid logical clock, microseconds: the time, or one more than the clock of the entry before where
    /// the time did not move on. It orders entries even when somebody moves the wall clock.
    pub hlc: Option<u64>,
}

/// Why bytes are not a leaf, or a leaf cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Longer than [`MAX_LEAF`].
    #[error("the audit entry is too long")]
    TooLong,
    /// Not in the format above.
    #[error("the audit entry is damaged")]
    Malformed,
    /// Another format version.
    #[error("the audit entry was written by a newer version")]
    UnknownVersion,
}

impl From<minicbor::decode::Error> for LeafError {
    fn from(_: minicbor::decode::Error) -> Self {
        Self::Malformed
    }
}

impl From<minicbor::encode::Error<std::convert::Infallible>> for LeafError {
    fn from(_: minicbor::encode::Error<std::convert::Infallible>) -> Self {
        Self::Malformed
    }
}

impl Leaf {
    /// The canonical bytes.
    ///
    /// # Errors
    /// [`LeafError::TooLong`]: split the objects over several entries.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        let optional = [
            self.node.is_some(),
            self.case.is_some(),
            self.reason_hash.is_some(),
            self.prev_version.is_some(),
            self.new_version.is_some(),
            self.hlc.is_some(),
        ];
        let fields = 12 + optional.into_iter().filter(|there| *there).count() as u64;
        let mut e = Encoder::new(Vec::with_capacity(256 + 17 * self.objects.len()));
        e.map(fields)?.u8(0)?.u8(VERSION)?.u8(1)?.u64(self.index)?;
        if let Some(node) = self.node {
            e.u8(2)?.u16(node)?;
        }
        e.u8(3)?.i64(self.time_us)?;
        e.u8(4)?.bytes(&self.actor)?;
        e.u8(5)?.bytes(&self.session)?;
        e.u8(6)?.str(&self.action)?;
        e.u8(7)?.str(&self.object)?;
        e.u8(8)?.array(self.objects.len() as u64)?;
        for object in &self.objects {
            e.bytes(object)?;
        }
        if let Some(case) = &self.case {
            e.u8(9)?.bytes(case)?;
        }
        e.u8(10)?.u8(self.compartments)?;
        e.u8(11)?.bool(self.decision == Decision::Allow)?;
        e.u8(12)?.str(&self.rule)?;
        let hashes = [(13, &self.reason_hash), (14, &self.prev_version), (15, &self.new_version)];
        for (key, hash) in hashes {
            if let Some(hash) = hash {
                e.u8(key)?.bytes(hash)?;
            }
        }
        e.u8(16)?.bytes(&self.prev_leaf)?;
        if let Some(hlc) = self.hlc {
            e.u8(17)?.u64(hlc)?;
        }
        let bytes = e.into_writer();
        if bytes.len() > MAX_LEAF { Err(LeafError::TooLong) } else { Ok(bytes) }
    }

    /// Reads a leaf. Keys above 17 are skipped.
    ///
    /// # Errors
    /// Not a leaf, keys missing or out of order, bytes left over, or another format version.
    pub fn decode(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_LEAF {
            return Err(LeafError::TooLong);
        }
        let mut d = Decoder::new(bytes);
        let mut fields = d.map()?.ok_or(LeafError::Malformed)?;
        let mut found = Parts::default();
        let mut before = None;
        while fields > 0 {
            let key = d.u64()?;
            if before.is_some_and(|b| b >= key) || (before.is_none() && key != 0) {
                return Err(LeafError::Malformed);
            }
            before = Some(key);
            found.read(key, &mut d)?;
            fields -= 1;
        }
        if d.position() != bytes.len() {
            return Err(LeafError::Malformed);
        }
        found.finish().ok_or(LeafError::Malformed)
    }
}

#[derive(Default)]
struct Parts {
    index: Option<u64>,
    node: Option<u16>,
    time_us: Option<i64>,
    actor: Option<[u8; 16]>,
    session: Option<[u8; 8]>,
    action: Option<String>,
    object: Option<String>,
    objects: Option<Vec<[u8; 16]>>,
    case: Option<[u8; 16]>,
    compartments: Option<u8>,
    decision: Option<Decision>,
    rule: Option<String>,
    reason_hash: Option<[u8; 32]>,
    prev_version: Option<[u8; 32]>,
    new_version: Option<[u8; 32]>,
    prev_leaf: Option<[u8; 32]>,
    hlc: Option<u64>,
}

fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Result<[u8; N], LeafError> {
    <[u8; N]>::try_from(d.bytes()?).map_err(|_| LeafError::Malformed)
}

impl Parts {
    fn read(&mut self, key: u64, d: &mut Decoder<'_>) -> Result<(), LeafError> {
        match key {
            0 if d.u64()? != u64::from(VERSION) => return Err(LeafError::UnknownVersion),
            0 => {}
            1 => self.index = Some(d.u64()?),
            2 => self.node = Some(d.u16()?),
            3 => self.time_us = Some(d.i64()?),
            4 => self.actor = Some(fixed(d)?),
            5 => self.session = Some(fixed(d)?),
            6 => self.action = Some(d.str()?.to_owned()),
            7 => self.object = Some(d.str()?.to_owned()),
            8 => {
                let count = d.array()?.ok_or(LeafError::Malformed)?;
                let mut objects = Vec::new();
                for _ in 0..count {
                    objects.push(fixed(d)?);
                }
                self.objects = Some(objects);
            }
            9 => self.case = Some(fixed(d)?),
            10 => self.compartments = Some(d.u8()?),
            11 => self.decision = Some(if d.bool()? { Decision::Allow } else { Decision::Deny }),
            12 => self.rule = Some(d.str()?.to_owned()),
            13 => self.reason_hash = Some(fixed(d)?),
            14 => self.prev_version = Some(fixed(d)?),
            15 => self.new_version = Some(fixed(d)?),
            16 => self.prev_leaf = Some(fixed(d)?),
            17 => self.hlc = Some(d.u64()?),
            _ => d.skip()?,
        }
        Ok(())
    }

    fn finish(self) -> Option<Leaf> {
        Some(Leaf {
            index: self.index?,
            node: self.node,
            time_us: self.time_us?,
            actor: self.actor?,
            session: self.session?,
            action: self.action?,
            object: self.object?,
            objects: self.objects?,
            case: self.case,
            compartments: self.compartments?,
            decision: self.decision?,
            rule: self.rule?,
            reason_hash: self.reason_hash,
            prev_version: self.prev_version,
            new_version: self.new_version,
            prev_leaf: self.prev_leaf?,
            hlc: self.hlc,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in super::super) fn example(index: u64, prev_leaf: [u8; 32]) -> Leaf {
        Leaf {
            index,
            node: None,
            time_us: 1_790_000_000_000_000,
            actor: [1; 16],
            session: [2; 8],
            action: "case.read".into(),
            object: "case".into(),
            objects: vec![[3; 16]],
            case: Some([3; 16]),
            compartments: 0b1000,
            decision: Decision::Allow,
            rule: "owner".into(),
            reason_hash: None,
            prev_version: None,
            new_version: None,
            prev_leaf,
            hlc: None,
        }
    }

    #[test]
    fn the_bytes_are_these_and_stay_these() {
        let bytes = example(0, [0; 32]).encode().unwrap();
        let zeros = "00".repeat(32);
        let expected = format!(
            "ad0001010003{}04{}05{}06{}07{}08{}09{}0a080bf50c{}10{}",
            "1b00065bfeda25e000",
            "5001010101010101010101010101010101",
            "480202020202020202",
            "69636173652e72656164",
            "6463617365",
            "815003030303030303030303030303030303",
            "5003030303030303030303030303030303",
            "656f776e6572",
            format_args!("5820{zeros}"),
        );
        assert_eq!(crate::hex::encode(&bytes), expected);
    }

    #[test]
    fn unknown_keys_are_skipped_and_disorder_is_not() {
        let leaf = example(5, [7; 32]);
        let bytes = leaf.encode().unwrap();
        let mut newer = bytes.clone();
        newer[0] += 2;
        newer.extend_from_slice(&[18, 0x82, 1, 0x61, b'x', 0x18, 40, 0xf6]);
        assert_eq!(Leaf::decode(&newer), Ok(leaf));
        let mut version2 = bytes.clone();
        version2[2] = 2;
        assert_eq!(Leaf::decode(&version2), Err(LeafError::UnknownVersion));
        let mut twice = bytes.clone();
        twice[0] += 1;
        twice.extend_from_slice(&[16, 0x40]);
        assert_eq!(Leaf::decode(&twice), Err(LeafError::Malformed));
        assert_eq!(Leaf::decode(&[bytes.as_slice(), &[0]].concat()), Err(LeafError::Malformed));
        for length in 0..bytes.len() {
            assert!(Leaf::decode(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn too_long_is_refused() {
        let leaf = Leaf { objects: vec![[0; 16]; 4_000], ..example(0, [0; 32]) };
        assert_eq!(leaf.encode(), Err(LeafError::TooLong));
        assert!(Leaf { objects: vec![[0; 16]; 3_800], ..leaf }.encode().is_ok());
    }

    prop_compose! {
        fn any_leaf()(
            (index, node, time_us) in any::<(u64, Option<u16>, i64)>(),
            (actor, session, case) in any::<([u8; 16], [u8; 8], Option<[u8; 16]>)>(),
            (action, object, rule) in (".{0,30}", ".{0,30}", ".{0,30}"),
            objects in prop::collection::vec(any::<[u8; 16]>(), 0..30),
            (compartments, allow) in any::<(u8, bool)>(),
            (reason_hash, prev_version) in any::<(Option<[u8; 32]>, Option<[u8; 32]>)>(),
            (new_version, prev_leaf, hlc) in any::<(Option<[u8; 32]>, [u8; 32], Option<u64>)>(),
        ) -> Leaf {
            Leaf {
                index, node, time_us, actor, session, action, object, objects, case, compartments,
                decision: if allow { Decision::Allow } else { Decision::Deny },
                rule, reason_hash, prev_version, new_version, prev_leaf, hlc,
            }
        }
    }

    proptest! {
        #[test]
        fn round_trip(leaf in any_leaf()) {
            prop_assert_eq!(Leaf::decode(&leaf.encode().unwrap()), Ok(leaf));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Leaf::decode(&bytes);
        }

        #[test]
        fn a_changed_byte_never_goes_unseen(leaf in any_leaf(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let bytes = leaf.encode().unwrap();
            let mut bad = bytes.clone();
            let at = at.index(bad.len());
            bad[at] ^= 1 << bit;
            if let Ok(other) = Leaf::decode(&bad) {
                prop_assert!(other != leaf || other.encode().unwrap() != bad);
            }
        }
    }
}
