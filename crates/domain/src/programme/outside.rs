//! Small numbers: what of a table may be shown to readers outside of the programme.

use crate::policy::Role;

/// Fewer people than this are never shown outside: somebody who knows one of them would learn the rest.
pub const SMALLEST_SHOWN: i64 = 11;

/// A row of a table as readers outside see it; `None` is hidden.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The total of the row.
    pub total: Option<i64>,
    /// Its parts, in the order given.
    pub parts: Vec<Option<i64>>,
}

/// Does this role read figures from outside, where small numbers stay hidden?
#[must_use]
pub fn reads_from_outside(role: Role) -> bool {
    role == Role::Monitor
}

/// A row as the programme itself sees it: nothing is hidden.
#[must_use]
pub fn whole(total: i64, parts: &[i64]) -> Shown {
    Shown { total: Some(total), parts: parts.iter().copied().map(Some).collect() }
}

/// Hides every number below [`SMALLEST_SHOWN`], and as many larger ones as it takes so that taking the
/// shown parts from the total gives no hidden number back: the last part always goes, at least two parts
/// are hidden, and together they are no small number themselves. Which larger one goes is a matter of
/// place, never of size: "the smallest of the others" would itself tell something about it. A rest that
/// stands in no part counts as a part that is never shown.
#[must_use]
pub fn suppress(total: i64, parts: &[i64]) -> Shown {
    if total < SMALLEST_SHOWN {
        return Shown { total: None, parts: vec![None; parts.len()] };
    }
    let mut shown: Vec<Option<i64>> = parts.iter().map(|n| (*n >= SMALLEST_SHOWN).then_some(*n)).collect();
    let rest = total - parts.iter().sum::<i64>();
    if !(1..SMALLEST_SHOWN).contains(&rest) && !shown.contains(&None) {
        return Shown { total: Some(total), parts: shown };
    }
    if let Some(last) = shown.last_mut() {
        *last = None;
    }
    loop {
        let hidden = shown.iter().filter(|n| n.is_none()).count();
        let unseen = total - shown.iter().flatten().sum::<i64>();
        if hidden >= 2 && unseen >= SMALLEST_SHOWN {
            break;
        }
        let Some(next) = shown.iter_mut().rev().find(|n| n.is_some()) else { break };
        *next = None;
    }
    Shown { total: Some(total), parts: shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// All rows of three parts up to a size, as pairs of what is true and what is shown.
    fn rows(show: impl Fn(i64, &[i64]) -> Shown) -> Vec<([i64; 3], Shown)> {
        let mut out = Vec::new();
        for a in 0..=45 {
            for b in 0..=(45 - a) {
                for c in 0..=(45 - a - b) {
                    out.push(([a, b, c], show(a + b + c, &[a, b, c])));
                }
            }
        }
        out
    }

    /// Hidden numbers that somebody who knows the method and sees a row can tell for certain.
    fn told(rows: &[([i64; 3], Shown)]) -> Vec<([i64; 3], usize)> {
        let mut meanings: BTreeMap<&Shown, Vec<&[i64; 3]>> = BTreeMap::new();
        for (parts, shown) in rows {
            meanings.entry(shown).or_default().push(parts);
        }
        let mut out = Vec::new();
        for (shown, candidates) in meanings {
            for (place, _) in shown.parts.iter().enumerate().filter(|(_, n)| n.is_none()) {
                let possible: BTreeSet<i64> = candidates.iter().map(|c| c[place]).collect();
                if possible.len() < 2 {
                    out.push((*candidates[0], place));
                }
            }
        }
        out
    }

    #[test]
    fn no_small_number_is_shown_and_none_can_be_computed() {
        let rows = rows(suppress);
        assert!(
            rows.iter().all(|(_, s)| s
                .parts
                .iter()
                .chain([&s.total])
                .flatten()
                .all(|n| *n >= SMALLEST_SHOWN))
        );
        assert_eq!(told(&rows), Vec::new());
    }

    /// The control: hiding small numbers alone gives them away.
    #[test]
    fn hiding_small_numbers_alone_is_not_enough() {
        let naive = |total: i64, parts: &[i64]| Shown {
            total: Some(total),
            parts: parts.iter().map(|n| (*n >= SMALLEST_SHOWN).then_some(*n)).collect(),
        };
        assert!(!told(&rows(naive)).is_empty());
    }

    #[test]
    fn large_rows_stay_whole_and_small_ones_go() {
        assert_eq!(suppress(186, &[121, 42, 23]), whole(186, &[121, 42, 23]));
        assert_eq!(suppress(49, &[37, 8, 4]).parts, [Some(37), None, None]);
        // One small part alone takes a second one with it.
        assert_eq!(suppress(71, &[52, 12, 7]).parts, [Some(52), None, None]);
        // Two hidden parts that are together a small number take the third.
        assert_eq!(suppress(27, &[21, 4, 2]), Shown { total: Some(27), parts: vec![None; 3] });
        assert_eq!(suppress(10, &[10, 0, 0]), Shown { total: None, parts: vec![None; 3] });
        // A single part below the line: the total alone does not tell it.
        assert_eq!(suppress(108, &[4]), Shown { total: Some(108), parts: vec![None] });
    }

    #[test]
    fn a_small_rest_in_no_part_is_not_given_away() {
        // 60 shown of 63 would say that three are neither women, men nor children.
        let shown = suppress(63, &[30, 18, 12]);
        assert_eq!(shown.parts, [Some(30), None, None]);
    }

    #[test]
    fn monitoring_alone_reads_from_outside() {
        let outside: Vec<Role> = Role::ALL.into_iter().filter(|r| reads_from_outside(*r)).collect();
        assert_eq!(outside, [Role::Monitor]);
    }
}
