//! The languages: Fluent texts, built into the program.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "../../locales"]
struct Locales;

/// Both languages of the screens.
pub const LANGS: [&str; 2] = ["bg", "en"];

/// All texts of one language.
pub struct Texts {
    lang: &'static str,
    bundle: FluentBundle<FluentResource>,
}

fn load(lang: &'static str) -> Texts {
    let id: unic_langid::LanguageIdentifier = lang.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks are for mixed directions; they would stand inside values of forms and in tests.
    bundle.set_use_isolating(false);
    for path in Locales::iter().filter(|p| p.starts_with(lang)) {
        let Some(file) = Locales::get(&path) else { continue };
        let text = String::from_utf8_lossy(&file.data).into_owned();
        let resource = match FluentResource::try_new(text) {
            Ok(resource) => resource,
            // A broken line loses that line alone; a test holds that there is none.
            Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    Texts { lang, bundle }
}

/// The texts of a language; anything but `en` reads Bulgarian.
#[must_use]
pub fn texts(lang: &str) -> &'static Texts {
    static BG: OnceLock<Texts> = OnceLock::new();
    static EN: OnceLock<Texts> = OnceLock::new();
    if lang == "en" { EN.get_or_init(|| load("en")) } else { BG.get_or_init(|| load("bg")) }
}

impl Texts {
    /// `bg` or `en`.
    #[must_use]
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, a)| (id, Some(a)));
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut errors).into_owned())
    }

    /// A text by key; `key.attribute` for attributes. A missing one shows its key, so that it is seen.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.format(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// A text that may be absent.
    #[must_use]
    pub fn maybe(&self, key: &str) -> String {
        self.format(key, None).unwrap_or_default()
    }

    /// A text with a number: `$n`.
    #[must_use]
    pub fn tn(&self, key: &str, n: usize) -> String {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(n));
        self.format(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// A text with values.
    #[must_use]
    pub fn ta(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value.parse::<i64>() {
                Ok(number) if !value.starts_with('0') || *value == "0" => {
                    args.set(*name, FluentValue::from(number))
                }
                _ => args.set(*name, FluentValue::from(*value)),
            }
        }
        self.format(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }
}
