//! The only place where randomness enters the program.

/// Fills `out` with bytes fit for keys, from the generator of aws-lc seeded by the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the one module that may ask for randomness")]
pub fn fill(out: &mut [u8]) {
    crate::cipher::cannot_fail(aws_lc_rs::rand::fill(out));
}

/// `N` random bytes, for ids, salts and tokens. Keys are better filled straight into a zeroizing buffer.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    fill(&mut out);
    out
}

/// A token for a cookie or a form: 256 random bits in hexadecimal.
#[must_use]
pub fn token() -> String {
    crate::hex::encode(&bytes::<32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_256_bits() {
        assert_eq!(token().len(), 64);
        assert_ne!(token(), token());
    }

    #[test]
    fn two_draws_differ_and_fill_everything() {
        assert_ne!(bytes::<16>(), bytes::<16>());
        let mut seen = [0_u8; 64];
        for _ in 0..64 {
            for (s, b) in seen.iter_mut().zip(bytes::<64>()) {
                *s |= b;
            }
        }
        assert!(seen.iter().all(|s| *s == 0xff), "every bit of every byte is set sooner or later");
    }
}
