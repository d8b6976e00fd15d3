//! The public pages. Their titles are neutral, nothing is sent from them, and they say what they do and what
//! they do not.

use crate::answer::{Answer, page as render};
use crate::parts::{Choice, Field};
use crate::texts::{Texts, texts};
use crate::visit::Visit;
use askama::Template;

/// Another language of the page.
struct LangLink {
    code: &'static str,
    label: &'static str,
    href: String,
    current: bool,
}

/// What the public layout reads.
struct PublicPage {
    lang: &'static str,
    demo: bool,
    exit_href: &'static str,
    langs: Vec<LangLink>,
    number: String,
    dial: String,
    texts: &'static Texts,
}

impl PublicPage {
    fn new(visit: &Visit<'_>) -> PublicPage {
        let texts = texts(visit.ctx.lang);
        let line = &visit.web.office.programme.hotline;
        let langs = [("bg", "Български"), ("en", "English")]
            .map(|(code, label)| LangLink {
                code,
                label,
                href: format!("/language/{code}?back={}", visit.path),
                current: code == texts.lang(),
            })
            .into();
        PublicPage {
            lang: texts.lang(),
            demo: visit.web.office.demo,
            exit_href: crate::page::exit_href(texts.lang()),
            langs,
            number: line.number.clone(),
            dial: dial(&line.international),
            texts,
        }
    }

    /// A text; the number comes from the programme file, whatever the texts say.
    fn t(&self, key: &str) -> String {
        match key {
            "public-phone" => self.number.clone(),
            "public-phone-dial" => self.dial.clone(),
            _ => self.texts.t(key),
        }
    }
}

/// What a telephone dials: digits and the plus.
fn dial(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

struct Line {
    number: String,
    dial: String,
    what: String,
}

struct Step {
    n: usize,
    title: String,
    body: String,
}

#[derive(Template)]
#[template(path = "line.html")]
struct FrontPage {
    page: PublicPage,
    abroad: String,
    questions: Vec<Field>,
    checks: Vec<String>,
    steps: Vec<Step>,
    honest: Vec<String>,
    lines: Vec<Line>,
}

struct Part {
    title: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "line_text.html")]
struct TextPage {
    page: PublicPage,
    title: String,
    parts: Vec<Part>,
}

fn each(page: &PublicPage, key: &str, n: usize) -> Vec<String> {
    (1..=n).map(|i| page.t(&format!("{key}-{i}"))).collect()
}

pub(super) fn front(visit: &Visit<'_>) -> Answer {
    let page = PublicPage::new(visit);
    let programme = &visit.web.office.programme.hotline;
    let questions = (1..=3)
        .map(|i| Field {
            id: format!("q-{i}"),
            name: format!("q-{i}"),
            label: page.t(&format!("line-question-{i}")),
            kind: "segment",
            required: true,
            options: ["yes", "no", "unknown"]
                .map(|code| Choice {
                    code: code.to_owned(),
                    label: page.t(&format!("line-answer-{code}")),
                    ..Choice::default()
                })
                .into(),
            ..Field::default()
        })
        .collect();
    let steps = (1..=4)
        .map(|n| Step {
            n,
            title: page.t(&format!("line-step-{n}")),
            body: page.t(&format!("line-step-{n}.body")),
        })
        .collect();
    let other =
        |number: &str, what: &str| Line { number: number.to_owned(), dial: dial(number), what: page.t(what) };
    let mut lines: Vec<Line> = programme.other_lines.iter().map(|n| other(n, "line-other-help")).collect();
    // Harmonised across the Union: emergency, and the line for children.
    lines.push(other("116 111", "line-other-children"));
    lines.push(other("112", "line-other-danger"));
    render(&FrontPage {
        abroad: programme.international.clone(),
        questions,
        checks: each(&page, "line-check", 5),
        steps,
        honest: each(&page, "line-honest", 4),
        lines,
        page,
    })
}

fn text_page(visit: &Visit<'_>, code: &str, sizes: &[usize], before: Vec<String>) -> Answer {
    let page = PublicPage::new(visit);
    let mut parts: Vec<Part> = sizes
        .iter()
        .enumerate()
        .map(|(at, n)| Part {
            title: page.t(&format!("line-{code}-{}", at + 1)),
            lines: each(&page, &format!("line-{code}-{}", at + 1), *n),
        })
        .collect();
    if let Some(first) = parts.first_mut() {
        first.lines.splice(0..0, before);
    }
    render(&TextPage { title: page.t(&format!("line-{code}-title")), parts, page })
}

pub(super) fn about(visit: &Visit<'_>) -> Answer {
    let programme = &visit.web.office.programme;
    let lang = visit.ctx.lang;
    let aim = vec![programme.aim.get(lang).to_owned()];
    text_page(visit, "about", &[0, 2, 1], aim)
}

pub(super) fn privacy(visit: &Visit<'_>) -> Answer {
    text_page(visit, "privacy", &[3, 2, 2], Vec::new())
}

pub(super) fn accessibility(visit: &Visit<'_>) -> Answer {
    text_page(visit, "accessibility", &[3, 2], Vec::new())
}
