//! Asking the officers on screen: for a case in an emergency, for keys that were lost.

use super::{all, choice, field, first, said, sent, summary};
use crate::WebError;
use crate::answer::{Answer, page as render};
use crate::drafts;
use crate::format;
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine};
use crate::visit::Visit;
use askama::Template;
use domain::FieldError;
use domain::values::Input;
use office::OfficeError;
use office::glass::Reach;

#[derive(Template)]
#[template(path = "glass_ask.html")]
struct AskPage {
    page: Page,
    title: String,
    lead: String,
    note: String,
    /// About one's own keys.
    recover: bool,
    /// What waits, in words; empty when nothing does.
    wait: String,
    send: String,
    action: String,
    alert: String,
    /// What has to be there first: title, text, and where that is done.
    first: Option<[String; 4]>,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
}

/// What has to be there before anybody can be asked.
fn missing(page: &Page, name: &str, reach: Reach) -> Option<[String; 4]> {
    let (key, act, href) = match reach {
        Reach::Unlocked => ("unlocked", "glass-to-keys", "/keys"),
        Reach::NoOfficers => ("no-officers", "glass-officers-title", "/keys/officers"),
        Reach::NoKey => ("no-key", "account-passkey-add", "/account/passkeys/new"),
        Reach::Ready => return None,
    };
    let (title, body) = match reach {
        Reach::NoKey => ("glass-first-no-key".to_owned(), "glass-first-no-key-body".to_owned()),
        _ => ("glass-first-nobody".to_owned(), format!("glass-{name}-{key}")),
    };
    Some([page.t(&title), page.t(&body), page.t(act), href.to_owned()])
}

/// A form to the officers; title, lead and note are texts of this name.
fn ask_officers(
    visit: &Visit<'_>,
    page: Page,
    name: &str,
    (errors, alert, wait): (&[FieldError], &str, String),
    fields: Vec<Field>,
) -> Answer {
    let reach = office::glass::reach(&visit.web.office, &visit.ctx, name == "ask")?;
    let mut first = missing(&page, name, reach);
    // The pages of the keys are not there for everybody who may ask.
    if let Some([.., href]) = &mut first
        && reach != Reach::NoKey
        && office::roots::classes(visit.ctx.actor.role).is_empty()
    {
        href.clear();
    }
    render(&AskPage {
        title: page.t(&format!("glass-{name}")),
        lead: page.t(&format!("glass-{name}-lead")),
        note: page.t(&format!("glass-{name}-note")),
        recover: name == "recover",
        wait,
        send: page.t("glass-send"),
        action: visit.path.clone(),
        alert: said(&page, alert),
        first,
        errors: summary(&page, "glass", errors),
        fields,
        page,
    })
}

/// What was typed; on a page that was just opened, what was kept of it before.
pub(super) fn typed_or_kept(visit: &Visit<'_>, typed: Option<&Input>) -> Result<Input, WebError> {
    match typed {
        Some(input) => Ok(input.clone()),
        None => Ok(drafts::of_page(visit)?.unwrap_or_default()),
    }
}

pub(super) fn ask_form(visit: &Visit<'_>) -> Answer {
    ask_page(visit, None, &[], "")
}

fn ask_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    if !office::glass::may_ask(&visit.ctx) {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "");
    let input = typed_or_kept(visit, typed)?;
    let mut purposes = vec![Choice { label: page.t("choose-none"), ..Choice::default() }];
    purposes.extend(
        office::glass::PURPOSES
            .iter()
            .map(|p| choice(p, page.t(&format!("glass-purpose-{p}")), all(&input, "purpose"))),
    );
    let chosen = if first(&input, "minutes").is_empty() {
        vec!["60".to_owned()]
    } else {
        all(&input, "minutes").to_vec()
    };
    let minutes = office::glass::MODES
        .iter()
        .map(|n| n.to_string())
        .map(|n| choice(&n, page.ta("glass-minutes-n", &[("n", &n)]), &chosen))
        .collect();
    let names = vec![choice("yes", page.t("glass-names.yes"), all(&input, "names"))];
    let (number, reason) = (first(&input, "number"), first(&input, "reason"));
    let fields = vec![
        field(&page, errors, ("text", "number", "glass-number"), number, true, Vec::new()),
        field(&page, errors, ("select", "purpose", "glass-purpose"), "", true, purposes),
        field(&page, errors, ("textarea", "reason", "glass-reason"), reason, true, Vec::new()),
        field(&page, errors, ("radios", "minutes", "glass-minutes"), "", true, minutes),
        field(&page, errors, ("checkboxes", "names", "glass-names"), "", false, names),
    ];
    ask_officers(visit, page, "ask", (errors, alert, String::new()), fields)
}

pub(super) fn ask(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let done = office::glass::ask(&visit.web.office, &visit.ctx, &visit.input);
    sent(visit, done, ask_page, ("/glass", "glass-asked"))
}

pub(super) fn recover_form(visit: &Visit<'_>) -> Answer {
    recover_page(visit, None, &[], "")
}

fn recover_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    if !office::glass::may_recover(&visit.ctx) {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "");
    let wait = match office::glass::names_wait(&visit.web.office, &visit.ctx)? {
        Some(at) => {
            let when = format::moment(page.texts(), at, page.today);
            page.ta("glass-recover-wait", &[("when", &when)])
        }
        None => String::new(),
    };
    let input = typed_or_kept(visit, typed)?;
    let reason = first(&input, "reason");
    let fields = vec![field(&page, errors, ("textarea", "reason", "glass-reason"), reason, true, Vec::new())];
    ask_officers(visit, page, "recover", (errors, alert, wait), fields)
}

pub(super) fn recover(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let done = office::glass::recover(&visit.web.office, &visit.ctx, &visit.input);
    sent(visit, done, recover_page, ("/glass", "glass-asked"))
}
