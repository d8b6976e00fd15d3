//! Help, who sees what, all parts of the screen, and the public pages.

mod components;
mod line;
mod sees;

use crate::answer::{Answer, Reply, page as render};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/help", Action::Session, help),
    get("/who-sees-what", Action::Session, sees::page),
    get("/components", Action::Session, components::page),
    // The sample form sends nothing anywhere: it comes back.
    post("/components", Action::Session, |_| Ok(Reply::Redirect("/components".to_owned()))),
    get("/help-line", Action::Public, line::front),
    get("/help-line/about", Action::Public, line::about),
    get("/help-line/privacy", Action::Public, line::privacy),
    get("/help-line/accessibility", Action::Public, line::accessibility),
];

/// Questions that the page of help answers, in order; texts are `help-CODE` and `.body`.
const TOPICS: [&str; 9] = ["day", "find", "case", "name", "return", "draft", "conflict", "lock", "fault"];

struct Topic {
    id: String,
    title: String,
    body: String,
}

/// A key and what it does.
struct Key {
    keys: Vec<&'static str>,
    text: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    page: Page,
    topics: Vec<Topic>,
    keys: Vec<Key>,
}

fn help(visit: &Visit<'_>) -> Answer {
    let page = Page::new(visit, "");
    let topics = TOPICS
        .iter()
        .map(|code| Topic {
            id: format!("help-{code}"),
            title: page.t(&format!("help-{code}")),
            body: page.t(&format!("help-{code}.body")),
        })
        .collect();
    let keys: [(&[&'static str], &str); 9] = [
        (&["/"], "keys-search"),
        (&["J", "K"], "keys-rows"),
        (&["Enter"], "keys-open"),
        (&["X"], "keys-choose"),
        (&["F"], "keys-filters"),
        (&["Ctrl + Enter"], "keys-save"),
        (&["Esc"], "keys-close"),
        (&["Esc × 3"], "keys-exit"),
        (&["?"], "keys-help"),
    ];
    let keys = keys.into_iter().map(|(keys, text)| Key { keys: keys.to_vec(), text: page.t(text) }).collect();
    render(&HelpPage { page, topics, keys })
}
