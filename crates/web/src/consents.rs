//! Withdrawing a consent: a page that says what follows, and one red button.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::drafts;
use crate::format;
use crate::forms::{Source, part, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::records::{refused, trail};
use crate::returns::StepPage;
use crate::visit::Visit;
use domain::policy::Action;
use domain::values::Input;
use domain::{FieldError, RecordKind};
use office::OfficeError;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/consents/{id}/withdraw", Action::Edit, form),
    post("/consents/{id}/withdraw", Action::Edit, withdraw),
];

fn form(visit: &Visit<'_>) -> Answer {
    show(visit, None, &[])
}

fn show(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    let id = visit.id("id")?;
    let (consent, case) = office::records::for_edit(&visit.web.office, &visit.ctx, id)?;
    if consent.head.kind != RecordKind::Consent {
        return Err(OfficeError::NotFound.into());
    }
    if consent.head.state == "withdrawn" {
        return Ok(Reply::Redirect(format!("/records/{id}")));
    }
    let page = Page::new(visit, "cases");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let today = || Input::from([("withdrawn_on".to_owned(), vec![format::date_field(page.today)])]);
    let input = typed.cloned().or(draft).unwrap_or_else(today);
    let spec = RecordKind::Consent.spec();
    let source = Source { spec, input: &input, errors, mask: consent.mask, skip: &[], records: &[] };
    let names = ["withdrawn_on", "withdrawal_note"];
    let fields = spec.fields.iter().filter(|f| names.contains(&f.name)).map(|f| {
        let mut made = part(&page, &source, f);
        made.required = f.name == "withdrawn_on";
        made
    });
    let fields = fields.collect();
    let with: Vec<&str> = consent
        .values
        .codes("recipients")
        .filter_map(|r| r.parse().ok())
        .map(|r| page.names.name(r))
        .collect();
    let body = if with.is_empty() {
        page.t("consent-withdraw-means.body")
    } else {
        page.ta("consent-withdraw-recipients", &[("who", &with.join(", "))])
    };
    render(&StepPage {
        class: page.t("room-consents"),
        trail: trail(&page, RecordKind::Consent, case.as_ref()),
        title: page.t("consent-withdraw"),
        lead: page.ta("consent-withdraw-given", &[("day", &page.day(consent.head.on_date))]),
        alert_kind: "amber",
        alert_title: page.t("consent-withdraw-means"),
        alert_body: body,
        action: visit.path.clone(),
        version: consent.head.version.to_string(),
        errors: summary(&page, RecordKind::Consent, errors),
        fields,
        button: page.t("consent-withdraw"),
        icon: "blocked",
        red: true,
        back: format!("/records/{id}"),
        restored,
        page,
    })
}

fn withdraw(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let home = format!("/records/{id}");
    visit.fresh()?;
    match office::consents::withdraw(&visit.web.office, &visit.ctx, id, &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&home, "consent-withdrawn")
        }
        Err(OfficeError::Invalid(errors)) => refused(show(visit, Some(&visit.input), &errors)),
        // Sent twice, or withdrawn by a colleague meanwhile: it stands as it was wanted.
        Err(OfficeError::WrongState) => saved(&home, "consent-withdrawn"),
        Err(other) => Err(other.into()),
    }
}
