use super::*;
use proptest::prelude::*;

fn dealt(needed: u8, shares: u8) -> ([u8; 32], Commitment, Vec<Share>) {
    let secret = random::bytes();
    let (commitment, shares) = split(&secret, needed, shares).unwrap();
    (secret, commitment, shares)
}

/// The error, as a secret is not to be printed even in a test.
fn refusal(commitment: &Commitment, shares: &[Share]) -> Option<EscrowError> {
    combine(commitment, shares).err()
}

/// Those of `shares` whose bit is set.
fn chosen(shares: &[Share], mask: u32) -> Vec<Share> {
    shares.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, share)| share.clone()).collect()
}

#[test]
fn every_subset_of_enough_and_none_of_fewer() {
    for (needed, count) in [(2, 2), (2, 3), (3, 5), (5, 5), (4, 7)] {
        let (secret, commitment, shares) = dealt(needed, count);
        assert_eq!((commitment.needed(), commitment.shares()), (needed, count));
        let (mut enough, mut fewer) = (0, 0);
        for mask in 0..1_u32 << count {
            let some = chosen(&shares, mask);
            if mask.count_ones() >= u32::from(needed) {
                assert_eq!(*combine(&commitment, &some).unwrap(), secret);
                enough += 1;
            } else {
                let need = usize::from(needed);
                assert_eq!(refusal(&commitment, &some), Some(EscrowError::TooFew { have: some.len(), need }));
                fewer += 1;
            }
        }
        assert!(enough >= 1 && fewer >= 1);
    }
}

#[test]
fn fewer_shares_fit_every_secret() {
    // The threshold is not just a check in front: with one share less, interpolation itself gives
    // something else. Done past `combine`, with a commitment that asks for one share less.
    let (secret, commitment, shares) = dealt(3, 5);
    let weakened = Commitment { needed: 2, ..commitment.clone() };
    for a in 0..5 {
        for b in (a + 1)..5 {
            let two = [shares[a].clone(), shares[b].clone()];
            assert_eq!(refusal(&weakened, &two), Some(EscrowError::OtherSecret));
        }
    }
    assert_eq!(*combine(&commitment, &shares[..3]).unwrap(), secret, "control");
}

#[test]
fn a_single_share_is_evenly_spread_whatever_the_secret() {
    // The fault of `sharks` was a leading coefficient that was never zero, so that some byte values of a
    // share were impossible for a given secret. Each of the 256 must come up.
    let mut seen = [false; 256];
    for _ in 0..200 {
        let (_, shares) = split(&[0; 32], 2, 2).unwrap();
        shares[0].value.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    }
    assert!(seen.iter().all(|seen| *seen), "among them 0, which a coefficient that is never zero excludes");
}

#[test]
fn thresholds_without_sense_are_refused() {
    for (needed, shares) in [(0, 0), (0, 3), (1, 1), (1, 3), (3, 2), (2, 17), (255, 255)] {
        assert_eq!(
            split(&[1; 32], needed, shares).err(),
            Some(EscrowError::Threshold),
            "{needed} of {shares}"
        );
    }
    assert!(split(&[1; 32], 16, 16).is_ok());
}

#[test]
fn the_wrong_share_is_named() {
    let (secret, commitment, shares) = dealt(3, 5);
    let (_, _, others) = dealt(3, 5);
    let [a, b, c, d, _] = shares.as_slice() else { panic!() };

    let mut changed = b.clone();
    changed.value[7] ^= 1;
    // Its checksum is made anew, as a corrupt officer would: only the commitment tells.
    let changed = Share::from_bytes(&changed.to_bytes()).ok().unwrap();
    assert_eq!(refusal(&commitment, &[a.clone(), changed.clone(), c.clone()]), Some(EscrowError::Wrong(1)));
    assert_eq!(commitment.check(&changed), Err(EscrowError::Wrong(0)));
    // Named also when it would not have been needed.
    let four = [a.clone(), c.clone(), d.clone(), changed];
    assert_eq!(refusal(&commitment, &four), Some(EscrowError::Wrong(3)));

    let mut renumbered = b.clone();
    renumbered.number = 4;
    assert_eq!(refusal(&commitment, &[renumbered, a.clone(), c.clone()]), Some(EscrowError::Wrong(0)));
    let mut beyond = b.clone();
    beyond.number = 6;
    assert_eq!(refusal(&commitment, &[a.clone(), beyond]), Some(EscrowError::Wrong(1)));

    let three = [a.clone(), b.clone(), others[2].clone()];
    assert_eq!(refusal(&commitment, &three), Some(EscrowError::Foreign(2)));
    let mut relabelled = others[2].clone();
    relabelled.set = commitment.set;
    assert_eq!(refusal(&commitment, &[a.clone(), b.clone(), relabelled]), Some(EscrowError::Wrong(2)));

    assert_eq!(
        refusal(&commitment, &[a.clone(), b.clone(), a.clone(), c.clone()]),
        Some(EscrowError::Duplicate(2))
    );
    assert_eq!(*combine(&commitment, &[c.clone(), a.clone(), b.clone()]).unwrap(), secret, "control");
}

#[test]
fn a_commitment_of_another_secret_is_noticed() {
    let (_, mut commitment, shares) = dealt(2, 3);
    commitment.secret[0] ^= 1;
    assert_eq!(refusal(&commitment, &shares), Some(EscrowError::OtherSecret));
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_share_is_found() {
    let (_, commitment, shares) = dealt(2, 3);
    let whole = shares[0].to_bytes();
    assert_eq!(whole.len(), SHARE);
    assert!(commitment.check(&Share::from_bytes(&whole).ok().unwrap()).is_ok());
    for bit in 0..whole.len() * 8 {
        let mut bad = whole.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Share::from_bytes(&bad).err(), Some(EscrowError::DamagedShare), "bit {bit}");
    }
    for length in 0..whole.len() {
        assert!(Share::from_bytes(&whole[..length]).is_err());
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert!(Share::from_bytes(&longer).is_err());
}

#[test]
fn commitments_are_read_back_or_refused() {
    let (_, commitment, shares) = dealt(3, 5);
    let bytes = commitment.to_bytes();
    assert_eq!(Commitment::from_bytes(&bytes), Ok(commitment));
    for length in 0..bytes.len() {
        let read = Commitment::from_bytes(&bytes[..length]);
        // Cut between two digests it is a set with fewer shares; a share that is gone is then a wrong one.
        if let Ok(shorter) = read {
            assert!(shorter.shares() < 5 && shorter.shares() >= 3);
            assert_eq!(shorter.check(&shares[4]), Err(EscrowError::Wrong(0)));
        }
    }
    let mut weak = bytes.clone();
    weak[1 + SET] = 1;
    assert_eq!(Commitment::from_bytes(&weak), Err(EscrowError::DamagedCommitment));
    weak[1 + SET] = 6;
    assert_eq!(Commitment::from_bytes(&weak), Err(EscrowError::DamagedCommitment));
    assert!(Commitment::from_bytes(&[1; 1 + SET + 1 + 32 * 18]).is_err());
}

#[test]
fn commitments_and_shares_do_not_hold_the_secret() {
    let (secret, commitment, shares) = dealt(2, 3);
    let holds = |bytes: &[u8]| bytes.windows(8).any(|part| secret.windows(8).any(|s| s == part));
    assert!(!holds(&commitment.to_bytes()));
    assert!(shares.iter().all(|share| !holds(&share.to_bytes())));
    assert!(holds(&secret), "control");
}

proptest! {
    #[test]
    fn any_enough_give_the_secret_and_any_fewer_do_not(
        secret: [u8; 32],
        (needed, count) in (2..=16_u8).prop_flat_map(|count| (2..=count, Just(count))),
        mask: u32,
        reverse: bool,
    ) {
        let (commitment, shares) = split(&secret, needed, count).unwrap();
        let mut some = chosen(&shares, mask);
        if reverse {
            some.reverse();
        }
        match combine(&commitment, &some) {
            Ok(found) => {
                prop_assert!(some.len() >= usize::from(needed));
                prop_assert_eq!(*found, secret);
            }
            Err(problem) => {
                let few = EscrowError::TooFew { have: some.len(), need: usize::from(needed) };
                prop_assert_eq!(problem, few);
                prop_assert!(some.len() < usize::from(needed));
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(share) = Share::from_bytes(&bytes) {
            prop_assert_eq!(&**share.to_bytes(), bytes.as_slice());
        }
        if let Ok(commitment) = Commitment::from_bytes(&bytes) {
            prop_assert_eq!(commitment.to_bytes(), bytes);
        }
    }
}
