//! Likeness of two words after Jaro (1989) and Winkler (1990).

/// Longer words are cut here: the comparison is quadratic and no name is longer.
const LONGEST: usize = 64;
const PREFIX: usize = 4;
const PREFIX_WEIGHT: f64 = 0.1;

/// 0.0 (nothing in common) to 1.0 (equal in the first 64 characters).
pub(crate) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let jaro = jaro(&a, &b);
    let shared = a.iter().zip(&b).take(PREFIX).take_while(|(x, y)| x == y).count();
    jaro + small(shared) * PREFIX_WEIGHT * (1.0 - jaro)
}

fn jaro(a: &[char], b: &[char]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut of_a = Vec::with_capacity(a.len());
    for (place, letter) in a.iter().enumerate() {
        let from = place.saturating_sub(reach);
        let partner = b
            .iter()
            .zip(taken.iter_mut())
            .take(place + reach + 1)
            .skip(from)
            .find(|(other, used)| !**used && *other == letter);
        if let Some((_, used)) = partner {
            *used = true;
            of_a.push(*letter);
        }
    }
    if of_a.is_empty() {
        return 0.0;
    }
    let of_b = b.iter().zip(&taken).filter(|(_, used)| **used).map(|(letter, _)| letter);
    let moved = of_a.iter().zip(of_b).filter(|(x, y)| x != y).count();
    let common = small(of_a.len());
    (common / small(a.len()) + common / small(b.len()) + (common - small(moved) / 2.0) / common) / 3.0
}

/// Counts here never pass [`LONGEST`].
fn small(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::jaro_winkler;

    #[test]
    fn published_examples() {
        for (a, b, wanted) in [
            ("martha", "marhta", 0.961),
            ("dwayne", "duane", 0.840),
            ("dixon", "dicksonx", 0.813),
            ("same", "same", 1.0),
            ("abc", "xyz", 0.0),
            ("", "xyz", 0.0),
        ] {
            let (there, back) = (jaro_winkler(a, b), jaro_winkler(b, a));
            assert!((there - wanted).abs() < 0.001, "{a} {b} {there}");
            assert!((back - wanted).abs() < 0.001, "{b} {a} {back}");
        }
    }
}
