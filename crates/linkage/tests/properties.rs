//! What holds for every text.

use linkage::{Candidate, fold, normalise, phone, query_tokens, similarity, tokens};
use proptest::prelude::*;

/// Any text, and text dense in what is hard here: marks, joiners, letters with rules of their own.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(
            proptest::sample::select(vec![
                'и', 'И', 'я', 'Й', 'ь', 'ο', 'υ', 'ύ', 'İ', 'ı', 'j', 'c', 'h', 'z', 'w', 'f', '\u{306}',
                '\u{301}', '\u{200d}', '\u{94d}', '\u{9c7}', '\u{9be}', '\u{1100}', '\u{1161}', '\u{11a8}',
                '\'', '-', ' ', '\u{3000}', '0', '+', '9', 'ﬀ', 'ß', 'ẞ', 'ª', '\u{345}', '\u{1e9e}',
            ]),
            0..24
        )
        .prop_map(|letters| letters.into_iter().collect()),
    ]
}

proptest! {
    #[test]
    fn normalise_is_stable(text in text()) {
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once);
    }

    #[test]
    fn capitals_do_not_count(text in "[а-яёєіїґa-z ]{0,20}") {
        prop_assert_eq!(normalise(&text.to_uppercase()), normalise(&text));
    }

    #[test]
    fn folding_does_not_ask_who_normalised(text in text()) {
        prop_assert_eq!(fold(&normalise(&text)), fold(&text));
    }

    #[test]
    fn what_is_written_is_found(text in text()) {
        let index = tokens(&[&text]);
        prop_assert!(index.is_sorted_by(|a, b| a < b));
        prop_assert!(index.iter().all(|t| !t.text.is_empty()));
        prop_assert!(query_tokens(&text).iter().all(|t| index.contains(t)));
    }

    #[test]
    fn marks_are_the_same_from_both_sides(a in text(), b in text(), x in text(), y in text()) {
        let one = Candidate { names: vec![a, x.clone()], birth: Some(x.clone()), identifier: Some(y.clone()) };
        let two = Candidate { names: vec![b], birth: Some(y), identifier: Some(x) };
        let there = similarity(&one, &two);
        prop_assert!(there.value <= 100);
        prop_assert_eq!(there, similarity(&two, &one));
    }

    #[test]
    fn telephone_numbers_are_stable(text in prop_oneof![text(), "[+0-9 ()/-]{0,20}".boxed()]) {
        if let Some(number) = phone(&text) {
            prop_assert!(number.len() >= 7 && number.len() <= 16);
            prop_assert_eq!(phone(&number), Some(number.clone()));
        }
    }
}
