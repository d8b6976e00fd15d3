//! Every word that the description of the domain calls for is there, in both languages.
//!
//! The keys come from the code lists, kinds, fields, rooms and problems themselves, so whoever adds
//! a field or a code and forgets its text is told here.

use domain::{Compartment, RecordKind, Room, cases, codes, returns, values::Problem};
use fluent_syntax::ast::{Entry, Expression, Message, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Attributes of every kind.
const KIND_ATTRIBUTES: [&str; 4] = ["plural", "new", "saved", "none"];

/// Bulgarian texts that are rightly written in Latin letters: names, and the way to the other language.
const LATIN_IS_RIGHT: [&str; 3] = ["EURES", "English", "en"];

/// The texts of one language: message id to its parts; the value is the part named "".
#[derive(Default)]
struct Texts {
    messages: BTreeMap<String, BTreeMap<String, String>>,
    complaints: Vec<String>,
}

impl Texts {
    /// Reads files given by name and content.
    fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Texts {
        let mut texts = Texts::default();
        for (file, content) in files {
            texts.add(file, content);
        }
        texts
    }

    /// Reads the folder of a language.
    fn of(language: &str) -> Texts {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales").join(language);
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|e| e == "ftl") {
                let name = entry.file_name().to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(entry.path()).unwrap_or_default());
            }
        }
        Texts::read(files.iter().map(|(name, content)| (name.as_str(), content.as_str())))
    }

    fn add(&mut self, file: &str, content: &str) {
        if content.contains("TODO") {
            self.complaints.push(format!("{file}: unfinished text"));
        }
        let resource = match fluent_syntax::parser::parse(content) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                self.complaints.extend(errors.iter().map(|error| format!("{file}: {error}")));
                resource
            }
        };
        for entry in resource.body {
            match entry {
                Entry::Message(message) => self.add_message(file, &message),
                Entry::Junk { content } => self.complaints.push(format!("{file}: not understood: {content}")),
                Entry::Term(_) | Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            }
        }
    }

    fn add_message(&mut self, file: &str, message: &Message<&str>) {
        let id = message.id.name;
        let mut parts = BTreeMap::new();
        if let Some(value) = &message.value {
            parts.insert(String::new(), literal(value));
        }
        for attribute in &message.attributes {
            let name = attribute.id.name.to_owned();
            if parts.insert(name, literal(&attribute.value)).is_some() {
                self.complaints.push(format!("{file}: {id} names an attribute twice"));
            }
        }
        if self.messages.insert(id.to_owned(), parts).is_some() {
            self.complaints.push(format!("{file}: {id} stands twice"));
        }
    }

    fn get(&self, id: &str, part: &str) -> Option<&str> {
        self.messages.get(id)?.get(part).map(String::as_str)
    }

    /// Every id with every part.
    fn keys(&self) -> BTreeSet<(&str, &str)> {
        let pairs = self.messages.iter();
        pairs.flat_map(|(id, parts)| parts.keys().map(move |part| (id.as_str(), part.as_str()))).collect()
    }
}

/// The letters of a pattern, those of all its variants included, without what is put in later.
fn literal(pattern: &Pattern<&str>) -> String {
    let part = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => (*value).to_owned(),
        PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
            variants.iter().map(|v| literal(&v.value)).collect::<Vec<_>>().join(" ")
        }
        PatternElement::Placeable { expression: Expression::Inline(_) } => String::new(),
    };
    pattern.elements.iter().map(part).collect()
}

fn cyrillic(text: &str) -> bool {
    text.chars().any(|c| ('А'..='я').contains(&c))
}

/// Is the text Bulgarian? Numbers and signs alone are of no language.
fn bulgarian(text: &str) -> bool {
    cyrillic(text) || !text.chars().any(char::is_alphabetic) || LATIN_IS_RIGHT.contains(&text)
}

/// One problem after the other. No arm for the rest: a new problem does not compile until it is here.
fn next(problem: Problem) -> Option<Problem> {
    use Problem as P;
    Some(match problem {
        P::Required => P::ImpossibleDate,
        P::ImpossibleDate => P::DateOutOfRange,
        P::DateOutOfRange => P::TooLong,
        P::TooLong => P::UnknownChoice,
        P::UnknownChoice => P::RoleElsewhere,
        P::RoleElsewhere => P::KindStays,
        P::KindStays => P::OwnStep,
        P::OwnStep => P::KindTaken,
        P::KindTaken => P::NotANumber,
        P::NotANumber => P::NotMoney,
        P::NotMoney => P::NotAPhone,
        P::NotAPhone => P::NumberLength,
        P::NumberLength => P::NumberDate,
        P::NumberDate => P::NumberCheck,
        P::NumberCheck => P::NumberBirthDate,
        P::NumberBirthDate => P::Login,
        P::Login => P::PasswordShort,
        P::PasswordShort => P::PasswordCommon,
        P::PasswordCommon => P::PasswordSame,
        P::PasswordSame => P::NotAgreed,
        P::NotAgreed => P::NoConsent,
        P::NoConsent => P::WrongRecipient,
        P::WrongRecipient => P::AsylumLock,
        P::AsylumLock => P::TooFewOfficers,
        P::TooFewOfficers => P::TooMany,
        P::TooMany => return None,
    })
}

/// Everything that must be there. A list and not a set, so that two meanings of one key are found.
fn wanted() -> Vec<(String, &'static str)> {
    let mut values = Vec::new();
    for kind in RecordKind::ALL {
        values.push(format!("kind-{}", kind.code()));
        values.extend(kind.spec().fields.iter().map(|field| format!("{}-{}", kind.code(), field.name)));
    }
    for list in codes::ALL.iter().copied().chain([&returns::GATE_CODES]) {
        values.extend(list.codes.iter().map(|code| format!("{}-{code}", list.name)));
    }
    values.extend(Compartment::ALL.map(|compartment| format!("seen-{}", compartment.code())));
    values.extend(cases::MEASURES.map(|measure| format!("measure-{}", measure.replace('.', "-"))));
    values.extend((1..=3).map(|block| format!("measures-block-{block}")));
    let rooms = RecordKind::ALL.iter().map(|kind| kind.room().code()).chain([Room::Programme.code(), "home"]);
    values.extend(rooms.collect::<BTreeSet<_>>().into_iter().map(|room| format!("room-{room}")));
    let problems = std::iter::successors(Some(Problem::Required), |problem| next(*problem));
    values.extend(problems.map(|problem| format!("problem-{}", problem.code())));

    let mut keys: Vec<_> = values.into_iter().map(|id| (id, "")).collect();
    for kind in RecordKind::ALL {
        keys.extend(KIND_ATTRIBUTES.map(|attribute| (format!("kind-{}", kind.code()), attribute)));
        keys.extend(
            kind.spec().fields.iter().map(|field| (format!("{}-{}", kind.code(), field.name), "why")),
        );
    }
    for gate in returns::GATE_CODES.codes {
        keys.extend(["missing", "waiting"].map(|attribute| (format!("gate-{gate}"), attribute)));
    }
    keys.extend(Compartment::ALL.map(|compartment| (format!("seen-{}", compartment.code()), "who")));
    keys
}

#[test]
fn nothing_is_broken_doubled_or_unfinished() {
    for language in ["bg", "en"] {
        let texts = Texts::of(language);
        assert!(!texts.messages.is_empty(), "{language}: no texts found");
        assert!(texts.complaints.is_empty(), "{language}: {:#?}", texts.complaints);
    }
}

#[test]
fn every_word_of_the_domain_is_there_in_both_languages() {
    for language in ["bg", "en"] {
        let texts = Texts::of(language);
        let missing: Vec<_> = wanted()
            .into_iter()
            .filter(|(id, part)| texts.get(id, part).is_none_or(|text| text.trim().is_empty()))
            .collect();
        assert!(missing.is_empty(), "{language}: {missing:#?}");
    }
}

#[test]
fn no_key_has_two_meanings() {
    let mut seen = BTreeSet::new();
    let doubled: Vec<_> = wanted().into_iter().filter(|key| !seen.insert(key.clone())).collect();
    assert!(doubled.is_empty(), "{doubled:#?}");
}

#[test]
fn both_languages_say_the_same_things() {
    let (bg, en) = (Texts::of("bg"), Texts::of("en"));
    let (bg_keys, en_keys) = (bg.keys(), en.keys());
    let apart: Vec<_> = bg_keys.symmetric_difference(&en_keys).collect();
    assert!(apart.is_empty(), "only in one language: {apart:#?}");
}

#[test]
fn bulgarian_is_bulgarian_and_english_is_english() {
    let (bg, en) = (Texts::of("bg"), Texts::of("en"));
    let foreign: Vec<_> =
        bg.keys().into_iter().filter(|(id, part)| !bg.get(id, part).is_some_and(bulgarian)).collect();
    assert!(foreign.is_empty(), "not Bulgarian: {foreign:#?}");
    let untranslated: Vec<_> =
        wanted().into_iter().filter(|(id, part)| en.get(id, part).is_some_and(cyrillic)).collect();
    assert!(untranslated.is_empty(), "not English: {untranslated:#?}");
}

/// The reason is read after "Why we ask:", so it is one short sentence that begins small.
#[test]
fn reasons_are_one_short_sentence() {
    for language in ["bg", "en"] {
        let texts = Texts::of(language);
        for (id, _) in wanted().into_iter().filter(|(_, part)| *part == "why") {
            let why = texts.get(&id, "why").unwrap_or_default();
            let begins_small = why.chars().next().is_some_and(char::is_lowercase);
            assert!(why.ends_with('.') && begins_small, "{language} {id}: {why}");
            assert!(why.chars().count() <= 110, "{language} {id}: too long: {why}");
        }
    }
}

/// The words of the house: "жертва" only where the law decides on it; nobody shouts.
#[test]
fn daily_words_are_calm() {
    let bg = Texts::of("bg");
    for (id, part) in wanted() {
        let text = bg.get(&id, part).unwrap_or_default();
        let of_law = id.starts_with("identification-outcome-");
        assert!(of_law || !text.to_lowercase().contains("жертв"), "{id}: {text}");
        assert!(!text.contains('!'), "{id}: {text}");
        assert!(!text.contains("Вие ") && !text.contains("Ваш"), "{id}: {text}");
    }
}

/// The control: each fault is found when it is there.
#[test]
fn faults_are_found() {
    let faulty = [
        ("an id in two files", vec![("a.ftl", "one = Едно\n"), ("b.ftl", "one = Пак едно\n")]),
        ("an attribute twice", vec![("a.ftl", "one = Едно\n    .why = за да.\n    .why = за да.\n")]),
        ("junk", vec![("a.ftl", "one Едно\n")]),
        ("an unfinished text", vec![("a.ftl", concat!("one = TO", "DO\n"))]),
    ];
    for (fault, files) in faulty {
        assert!(!Texts::read(files).complaints.is_empty(), "{fault} was not found");
    }
    let sound =
        Texts::read([("a.ftl", "one = { $n ->\n    [one] едно\n   *[other] много\n}\n    .why = защо.\n")]);
    assert_eq!(sound.complaints, Vec::<String>::new());
    assert_eq!(sound.keys(), BTreeSet::from([("one", ""), ("one", "why")]));
    assert!(sound.get("one", "").is_some_and(bulgarian));
    assert!(!bulgarian("Copied"), "copied English was not found");
    assert!(bulgarian("112") && bulgarian("EURES"));
}
