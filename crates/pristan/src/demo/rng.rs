//! A small generator of numbers for invented people: SplitMix64 (Steele, Lea, Flood 2014). The same seed
//! gives the same people on every machine. Nothing secret ever comes from here.

/// The generator.
#[derive(Clone)]
pub struct Rng(u64);

impl Rng {
    /// One stream of its own for each pair, so that a case does not depend on how many come before it.
    pub fn new(seed: u64, stream: u64) -> Rng {
        let mut rng = Rng(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        // Neighbouring seeds part after a few steps.
        for _ in 0..4 {
            rng.next();
        }
        rng
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `n` - 1; 0 for 0.
    pub fn below(&mut self, n: u32) -> i32 {
        // The high half is used, and the bias of a product is below one in four billion.
        let product = (self.next() >> 32) * u64::from(n);
        i32::try_from(product >> 32).unwrap_or(0)
    }

    /// `low` to `high`, both inclusive.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below(u32::try_from(high - low + 1).unwrap_or(1))
    }

    /// True in so many of 1,000 draws.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < i32::try_from(per_mille).unwrap_or(0)
    }

    /// One of them.
    pub fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let at = self.below(u32::try_from(from.len()).unwrap_or(0));
        from.get(usize::try_from(at).unwrap_or(0)).copied().unwrap_or_default()
    }

    /// One of them, by weight.
    pub fn weighted<T: Copy + Default>(&mut self, from: &[(T, u32)]) -> T {
        let total = from.iter().map(|(_, w)| w).sum();
        let mut left = self.below(total);
        for (value, weight) in from {
            left -= i32::try_from(*weight).unwrap_or(0);
            if left < 0 {
                return *value;
            }
        }
        T::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_published_algorithm() {
        // SplitMix64 from state 1234567: the first values of the reference implementation.
        let mut rng = Rng(1_234_567);
        assert_eq!([rng.next(), rng.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn draws_stay_in_bounds_and_reach_them() {
        let mut rng = Rng::new(1, 2);
        let seen: std::collections::BTreeSet<i32> = (0..1000).map(|_| rng.between(-2, 2)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.pick::<u8>(&[]), 0);
        let heavy = (0..1000).filter(|_| rng.weighted(&[("a", 1), ("b", 9)]) == "b").count();
        assert!((850..950).contains(&heavy), "{heavy}");
    }
}
