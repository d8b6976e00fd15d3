//! Forms from descriptions: one field of the domain becomes one field of the screen.

use crate::format::date_field;
use crate::page::Page;
use crate::parts::{Choice, Field as Part, FieldError as ErrorLine};
use domain::values::Input;
use domain::{Compartment, Date, Field, FieldError, Kind, Mask, PartialDate, Record, RecordKind, Spec};

/// A part of a form; long forms have several.
pub struct Section {
    /// Heading, empty for the first.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Part>,
}

/// What a form is made from.
pub struct Source<'a> {
    /// Description.
    pub spec: &'a Spec,
    /// What was typed or is saved.
    pub input: &'a Input,
    /// What must be corrected.
    pub errors: &'a [FieldError],
    /// What the reader may open; other fields show as sealed.
    pub mask: Mask,
    /// Fields that are not asked here.
    pub skip: &'a [&'a str],
    /// Records that fields may point to (needs of the case).
    pub records: &'a [Record],
}

/// Id of a field on the page.
#[must_use]
pub fn field_id(name: &str) -> String {
    format!("f-{}", name.replace('_', "-"))
}

/// Lines of the summary of errors.
#[must_use]
pub fn summary(page: &Page, kind: RecordKind, errors: &[FieldError]) -> Vec<ErrorLine> {
    errors
        .iter()
        .map(|e| ErrorLine {
            id: field_id(&e.field),
            text: format!("{}: {}", page.t(&format!("{}-{}", kind.code(), e.field)), problem(page, e)),
        })
        .collect()
}

/// The sentence of a problem.
#[must_use]
pub fn problem(page: &Page, error: &FieldError) -> String {
    page.t(&format!("problem-{}", error.problem.code()))
}

/// Canonical text as people type it: dates with dots.
#[must_use]
pub fn typed(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Date => text.parse::<Date>().map_or_else(|_| text.to_owned(), date_field),
        Kind::PartialDate => match PartialDate::parse(text) {
            Some(PartialDate { year, month: Some(month), day: Some(day), approximate }) => {
                format!("{}{day:02}.{month:02}.{year}", if approximate { "~" } else { "" })
            }
            Some(PartialDate { year, month: Some(month), day: None, approximate }) => {
                format!("{}{month:02}.{year}", if approximate { "~" } else { "" })
            }
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// A form's lead and who sees what is written in it, where that is the same for every field: said once, and taken
/// off the fields.
pub fn seen_by(page: &Page, lead: &str, who: &str, fields: &mut [Part]) -> String {
    fields.iter_mut().for_each(|field| field.seen.clear());
    format!("{lead} {} {}", page.t("field-seen"), page.t(who))
}

/// All fields of a form.
#[must_use]
pub fn fields(page: &Page, source: &Source<'_>) -> Vec<Part> {
    let mut out = Vec::new();
    for field in source.spec.fields.iter().filter(|f| !source.skip.contains(&f.name)) {
        let part = part(page, source, field);
        if field.kind == Kind::Money && part.kind != "sealed" {
            out.push(part);
            out.push(currency(page, source, field));
        } else {
            out.push(part);
        }
    }
    out
}

/// One field.
#[must_use]
pub fn part(page: &Page, source: &Source<'_>, field: &Field) -> Part {
    let texts = page.texts();
    let kind = source.spec.kind.code();
    let key = format!("{kind}-{}", field.name);
    let given: &[String] = source.input.get(field.name).map(Vec::as_slice).unwrap_or_default();
    let first = given.first().map(String::as_str).unwrap_or_default();
    let error =
        source.errors.iter().find(|e| e.field == field.name).map(|e| problem(page, e)).unwrap_or_default();
    let mut part = Part {
        id: field_id(field.name),
        name: field.name.to_owned(),
        label: page.t(&key),
        hint: texts.maybe(&format!("{key}.hint")),
        why: texts.maybe(&format!("{key}.why")),
        seen: texts.maybe(&format!("seen-{}.who", field.compartment.code())),
        value: typed(field.kind, first),
        error,
        required: field.required,
        kind: "text",
        ..Part::default()
    };
    if !source.mask.has(field.compartment) && field.compartment != Compartment::C0 {
        part.kind = "sealed";
        part.hint = page.t("sealed-here");
        part.value = String::new();
        return part;
    }
    let choices = |list: &'static domain::CodeList| -> Vec<Choice> {
        list.codes
            .iter()
            .map(|code| {
                choice(code, &page.t(&format!("{}-{code}", list.name)), given.iter().any(|g| g == code))
            })
            .collect()
    };
    let with_none = |mut options: Vec<Choice>| {
        options.insert(0, choice("", &page.t("choose-none"), given.is_empty()));
        options
    };
    match field.kind {
        Kind::Text(max) => part.max = if max > 300 { max } else { 0 },
        Kind::Long(_) => part.kind = "textarea",
        Kind::Date => part.kind = "date",
        Kind::PartialDate | Kind::PersonalNumber => {}
        Kind::Number(..) => part.kind = "number",
        Kind::Phone => part.kind = "tel",
        Kind::Money => part.kind = "text",
        Kind::Tick => {
            part.kind = "check";
            part.value =
                if given.iter().any(|g| g == "yes" || g == "1") { "1".to_owned() } else { String::new() };
        }
        Kind::Code(list) if list.codes.len() <= 5 && field.required => {
            part.kind = "radios";
            part.options = choices(list);
        }
        Kind::Code(list) => {
            part.kind = "select";
            part.options = with_none(choices(list));
        }
        Kind::Codes(list) => {
            part.kind = "checkboxes";
            part.options = choices(list);
        }
        Kind::Country | Kind::Countries => {
            part.kind = "select";
            let mut options = choices(&domain::codes::COUNTRIES);
            // Bulgaria first, the others as the language orders them.
            if let Some((_, rest)) = options.split_first_mut() {
                rest.sort_by(|a, b| a.label.cmp(&b.label));
            }
            part.options = with_none(options);
        }
        Kind::Organisation => {
            part.kind = "select";
            let all = &page.names.organisations;
            part.options = with_none(
                all.iter().map(|o| choice(&o.id.to_string(), &o.name, o.id.to_string() == first)).collect(),
            );
        }
        Kind::Organisations => {
            part.kind = "checkboxes";
            let all = &page.names.organisations;
            part.options = all
                .iter()
                .map(|o| choice(&o.id.to_string(), &o.name, given.contains(&o.id.to_string())))
                .collect();
        }
        Kind::User => {
            part.kind = "select";
            let own = page.names.users.iter().filter(|u| u.id.to_string() == first || page.colleague(u));
            part.options = with_none(
                own.map(|u| choice(&u.id.to_string(), &u.name, u.id.to_string() == first)).collect(),
            );
        }
        Kind::Record(wanted) => {
            part.kind = "select";
            let of = source.records.iter().filter(|r| r.head.kind == wanted);
            let label = |r: &Record| {
                let what =
                    r.get("service_type").map(|t| page.t(&format!("service-type-{t}"))).unwrap_or_default();
                format!("{what}, {}", page.day(r.head.on_date))
            };
            part.options = with_none(
                of.map(|r| choice(&r.head.id.to_string(), &label(r), r.head.id.to_string() == first))
                    .collect(),
            );
        }
    }
    part
}

fn choice(code: &str, label: &str, chosen: bool) -> Choice {
    Choice { code: code.to_owned(), label: label.to_owned(), chosen, ..Choice::default() }
}

/// The currency beside an amount.
fn currency(page: &Page, source: &Source<'_>, field: &Field) -> Part {
    let name = format!("{}_currency", field.name);
    let given = source.input.get(&name).and_then(|v| v.first()).map_or("EUR", String::as_str);
    let options = domain::values::CURRENCIES
        .iter()
        .map(|c| choice(c, &page.t(&format!("currency-{c}")), *c == given))
        .collect();
    Part {
        id: field_id(&name),
        label: page.t("currency-label"),
        name,
        required: true,
        kind: "select",
        options,
        ..Part::default()
    }
}

/// Choices of a code list, for pages with forms of their own.
#[must_use]
pub fn options(page: &Page, list: &'static domain::CodeList, chosen: &str) -> Vec<Choice> {
    list.codes
        .iter()
        .map(|code| choice(code, &page.t(&format!("{}-{code}", list.name)), *code == chosen))
        .collect()
}

/// A field made by hand, with label key `key` and attributes `.hint` and `.why`.
#[must_use]
pub fn plain(page: &Page, kind: &'static str, name: &str, key: &str, value: &str, required: bool) -> Part {
    let texts = page.texts();
    Part {
        id: field_id(name),
        name: name.to_owned(),
        label: page.t(key),
        hint: texts.maybe(&format!("{key}.hint")),
        why: texts.maybe(&format!("{key}.why")),
        value: value.to_owned(),
        required,
        kind,
        ..Part::default()
    }
}
