//! Sharing a case with partners: what they will see and what not, until when, on which consent; the paper of
//! what was disclosed; and what a receiver is told when a sharing has ended.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::drafts;
use crate::format;
use crate::forms::{field_id, plain, problem};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine, Link};
use crate::records::{case_title, refused};
use crate::visit::Visit;
use askama::Template;
use domain::grounds::{Grounds, LegalGround};
use domain::policy::{Action, FOREVER, FieldGroup, Groups, Purpose, Terms};
use domain::values::Input;
use domain::{Compartment, FieldError, Id, Record};
use office::OfficeError;
use office::shares::{Line, Received};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/cases/{id}/shares", Action::Grant, index),
    get("/cases/{id}/share", Action::Grant, form),
    post("/cases/{id}/share", Action::Grant, open),
    get("/cases/{id}/shares/end", Action::Grant, back_to_shares),
    post("/cases/{id}/shares/end", Action::Grant, end),
    get("/cases/{id}/disclosed", Action::Log, disclosed),
    get("/shares", Action::Session, notices),
    get("/shares/{id}/deleted", Action::Session, back_to_notices),
    post("/shares/{id}/deleted", Action::Session, deleted),
];

/// One share in words.
struct Shown {
    id: String,
    organisation: String,
    holds: bool,
    /// Until when, or when and why it ended.
    until: String,
    purpose: String,
    ground: String,
    reason: String,
    /// Groups that they see, one line each.
    sees: Vec<String>,
    /// Groups that they do not see.
    hidden: Vec<String>,
    opened: String,
    /// What the receiver said about its copies.
    copies: String,
}

fn names(page: &Page, groups: Groups) -> Vec<String> {
    groups.iter().map(|g| page.t(&format!("consent-scope-{}", g.code()))).collect()
}

fn others(groups: Groups) -> Groups {
    FieldGroup::ALL.into_iter().filter(|g| !groups.has(*g)).fold(Groups::NONE, Groups::with)
}

fn ground(page: &Page, grounds: &Grounds, line: &Line) -> String {
    match (line.share.consent_id, grounds.get(&line.share.ground)) {
        (Some(_), _) => page.t("shares-by-consent"),
        (None, Some(law)) => name_of(page, law),
        (None, None) => page.ta("shares-unknown-ground", &[("code", &line.share.ground)]),
    }
}

/// A ground whose reading is still to be confirmed says so.
fn name_of(page: &Page, ground: &LegalGround) -> String {
    let name = ground.name.get(page.lang);
    if ground.provisional { format!("{name} ({})", page.t("shares-provisional")) } else { name.to_owned() }
}

fn purpose(page: &Page, terms: &Terms) -> String {
    page.t(&format!("consent-purpose-{}", terms.purpose.code()))
}

/// The last day of something that ends at a moment.
fn last_day(page: &Page, until: i64) -> String {
    if until == FOREVER {
        return page.t("shares-no-end");
    }
    page.day(Some(format::day_of(until.saturating_sub(1))))
}

fn shown(page: &Page, grounds: &Grounds, line: &Line) -> Shown {
    let moment = |at: i64| format::moment(page.texts(), at, page.today);
    let until = match (&line.share.ended_at, line.holds) {
        (_, true) => page.ta("shares-holds-until", &[("day", &last_day(page, line.share.until))]),
        (Some(at), false) => {
            let why = line.share.ended_why.as_deref().unwrap_or_default();
            let why = page.t(&format!("share-end-{why}"));
            let who = line.ended_by.as_deref().unwrap_or("–");
            page.ta("shares-ended", &[("when", &moment(*at)), ("why", &why), ("who", who)])
        }
        (None, false) => page.ta("shares-ran-out", &[("when", &moment(line.share.until))]),
    };
    let groups = line.terms.effective();
    let copies = match line.share.deleted_at {
        Some(at) => page.ta("shares-copies-deleted", &[("when", &moment(at))]),
        None if !line.holds => page.t("shares-copies-unknown"),
        None => String::new(),
    };
    Shown {
        id: line.share.id.to_string(),
        organisation: line.organisation.clone(),
        holds: line.holds,
        until,
        purpose: purpose(page, &line.terms),
        ground: ground(page, grounds, line),
        reason: line.reason.clone().unwrap_or_default(),
        // They follow words that begin small.
        sees: names(page, groups).into_iter().map(|g| g.to_lowercase()).collect(),
        hidden: names(page, others(groups)),
        opened: page.ta("shares-opened", &[("who", &line.opened_by), ("when", &moment(line.share.since))]),
        copies,
    }
}

fn trail(page: &Page, case: &Record) -> Vec<Link> {
    vec![
        Link { label: page.t("room-cases"), href: "/cases".to_owned() },
        Link { label: case_title(page, case), href: format!("/cases/{}", case.head.id) },
    ]
}

#[derive(Template)]
#[template(path = "case_shares.html")]
struct SharesPage {
    page: Page,
    trail: Vec<Link>,
    base: String,
    share_href: String,
    paper_href: String,
    now: Vec<Shown>,
    past: Vec<Shown>,
}

fn index(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = office::shares::list(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let (now, past) =
        found.lines.iter().map(|l| shown(&page, &visit.web.office.grounds, l)).partition(|s: &Shown| s.holds);
    render(&SharesPage {
        trail: trail(&page, &found.case),
        base: format!("/cases/{id}"),
        share_href: format!("/cases/{id}/share"),
        paper_href: format!("/cases/{id}/disclosed"),
        now,
        past,
        page,
    })
}

#[derive(Template)]
#[template(path = "case_share.html")]
struct SharePage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    back: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
    no_consent: String,
    add_consent: String,
    restored: bool,
}

fn form(visit: &Visit<'_>) -> Answer {
    show(visit, None, &[])
}

fn show(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    let id = visit.id("id")?;
    let found = office::shares::list(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let input = typed.cloned().or(draft).unwrap_or_default();
    let all = |name: &str| input.get(name).map(Vec::as_slice).unwrap_or_default();
    let first = |name: &str| all(name).first().map(String::as_str).unwrap_or_default();
    let chosen = |code: String, label: String, name: &str| Choice {
        chosen: all(name).contains(&code),
        code,
        label,
        ..Choice::default()
    };
    let field = |kind: &'static str, name: &str, value: &str, required: bool, options: Vec<Choice>| {
        let mut field = plain(&page, kind, name, &format!("shares-{name}"), value, required);
        field.error = errors.iter().find(|e| e.field == name).map(|e| problem(&page, e)).unwrap_or_default();
        field.options = options;
        field
    };
    let none = || Choice { label: page.t("choose-none"), ..Choice::default() };
    let mut partners = vec![none()];
    let own = found.case.head.organisation_id;
    partners.extend(
        page.names
            .organisations
            .iter()
            .filter(|o| o.id != own)
            .map(|o| chosen(o.id.to_string(), o.name.clone(), "organisation")),
    );
    let mut grounds: Vec<Choice> = found
        .consents
        .iter()
        .map(|c| chosen(c.head.id.to_string(), consent_words(&page, c), "ground"))
        .collect();
    let laws = visit.web.office.grounds.all.iter();
    grounds.extend(laws.map(|g| chosen(g.code.clone(), law_words(&page, g), "ground")));
    let groups = FieldGroup::ALL
        .map(|g| {
            let name = page.t(&format!("consent-scope-{}", g.code()));
            let what = page.t(&format!("share-group-{}", g.code()));
            chosen(g.code().to_owned(), format!("{name}: {what}"), "groups")
        })
        .to_vec();
    let mut purposes = vec![none()];
    purposes.extend(
        Purpose::ALL.map(|p| {
            chosen(p.code().to_owned(), page.t(&format!("consent-purpose-{}", p.code())), "purpose")
        }),
    );
    let fields = vec![
        field("select", "organisation", "", true, partners),
        field("radios", "ground", "", true, grounds),
        field("select", "purpose", "", false, purposes),
        field("checkboxes", "groups", "", true, groups),
        field("date", "until", first("until"), false, Vec::new()),
        field("textarea", "reason", first("reason"), false, Vec::new()),
    ];
    let (no_consent, add_consent) = if found.consents.is_empty() {
        (page.t("shares-no-consent"), format!("/cases/{id}/add/consent"))
    } else {
        (String::new(), String::new())
    };
    let errors = errors
        .iter()
        .map(|e| ErrorLine {
            id: field_id(&e.field),
            text: format!("{}: {}", page.t(&format!("shares-{}", e.field)), problem(&page, e)),
        })
        .collect();
    render(&SharePage {
        trail: trail(&page, &found.case),
        action: visit.path.clone(),
        back: format!("/cases/{id}/shares"),
        errors,
        fields,
        no_consent,
        add_consent,
        restored,
        page,
    })
}

/// A consent as a choice: when it was given, what for, for whom, until when.
fn consent_words(page: &Page, consent: &Record) -> String {
    let whom: Vec<&str> = consent
        .values
        .codes("recipients")
        .filter_map(|r| r.parse().ok())
        .map(|r: Id| page.names.name(r))
        .collect();
    let purposes: Vec<String> = domain::consents::purposes(consent)
        .map(|p| page.t(&format!("consent-purpose-{}", p.code())))
        .collect();
    let until = last_day(page, domain::consents::ends_at(consent));
    page.ta(
        "shares-consent",
        &[
            ("given", &page.day(consent.head.on_date)),
            ("until", &until),
            ("whom", &if whom.is_empty() { page.t("shares-nobody") } else { whom.join(", ") }),
            ("purposes", &purposes.join(", ").to_lowercase()),
            ("groups", &names(page, domain::consents::groups(consent)).join(", ").to_lowercase()),
        ],
    )
}

fn law_words(page: &Page, ground: &LegalGround) -> String {
    let groups = names(page, ground.groups.intersection(ground.purpose.groups())).join(", ");
    page.ta(
        "shares-law",
        &[
            ("name", &name_of(page, ground)),
            ("groups", &groups.to_lowercase()),
            ("days", &ground.days.to_string()),
        ],
    )
}

fn open(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let key = visit.once();
    match office::shares::open(&visit.web.office, &visit.ctx, id, &visit.input, key) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&format!("/cases/{id}/shares"), "share-opened")
        }
        Err(OfficeError::Invalid(errors)) => refused(show(visit, Some(&visit.input), &errors)),
        Err(other) => Err(other.into()),
    }
}

/// Ending is no page; whoever comes back to it after signing in again finds the shares.
fn back_to_shares(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/cases/{}/shares", visit.id("id")?)))
}

fn end(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let share: Id = visit.sent("share").parse().map_err(|_| OfficeError::NotFound)?;
    match office::shares::end(&visit.web.office, &visit.ctx, id, share) {
        // Ended meanwhile, by somebody else or by its time: it stands as it was wanted.
        Ok(()) | Err(OfficeError::WrongState) => saved(&format!("/cases/{id}/shares"), "share-ended"),
        Err(other) => Err(other.into()),
    }
}

struct Opened {
    organisation: String,
    who: String,
    what: String,
    opened: String,
    first: String,
    last: String,
    times: String,
}

#[derive(Template)]
#[template(path = "case_disclosed.html")]
struct DisclosedPage {
    page: Page,
    trail: Vec<Link>,
    number: String,
    printed: String,
    shares: Vec<Shown>,
    lines: Vec<Opened>,
    answered: Vec<crate::legal::Disclosed>,
    silent: bool,
    more: bool,
}

fn disclosed(visit: &Visit<'_>) -> Answer {
    let found = office::shares::disclosed(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "cases");
    let moment = |at: i64| format::moment(page.texts(), at, page.today);
    let lines = found
        .lines
        .iter()
        .map(|line| {
            let kind = page.t(&format!("kind-{}", line.kind.code()));
            let degrees: Vec<String> = Compartment::SEALED
                .iter()
                .filter(|c| line.mask.has(**c) && line.kind.spec().uses(**c))
                .map(|c| page.t(&format!("sees-degree-{}", c.code())))
                .collect();
            Opened {
                organisation: line.organisation.clone(),
                who: line.who.clone(),
                what: if line.day.is_some() { format!("{kind}, {}", page.day(line.day)) } else { kind },
                opened: degrees.join(", "),
                first: moment(line.first),
                last: moment(line.last),
                times: line.times.to_string(),
            }
        })
        .collect();
    let answered: Vec<_> = found.answered.iter().map(|r| crate::legal::disclosed(&page, r)).collect();
    render(&DisclosedPage {
        trail: trail(&page, &found.case),
        number: found.case.head.number.clone().unwrap_or_default(),
        printed: page.ta("disclosed-printed", &[("who", &page.user), ("when", &page.now)]),
        shares: found.shares.iter().map(|l| shown(&page, &visit.web.office.grounds, l)).collect(),
        lines,
        silent: answered.iter().any(|a| a.silent),
        answered,
        more: found.more,
        page,
    })
}

struct Notice {
    text: String,
    action: String,
    number: String,
}

#[derive(Template)]
#[template(path = "shares_ended.html")]
struct NoticesPage {
    page: Page,
    notices: Vec<Notice>,
}

fn notices(visit: &Visit<'_>) -> Answer {
    let found = office::shares::ended(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "home");
    let notices = found
        .into_iter()
        .map(|e| {
            let when = format::moment(page.texts(), e.at, page.today);
            Notice {
                text: page.ta("shares-notice", &[("number", &e.number), ("when", &when)]),
                action: format!("/shares/{}/deleted", e.share),
                number: e.number,
            }
        })
        .collect();
    render(&NoticesPage { notices, page })
}

fn back_to_notices(_: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/shares".to_owned()))
}

fn deleted(visit: &Visit<'_>) -> Answer {
    match office::shares::confirm_deleted(&visit.web.office, &visit.ctx, visit.id("id")?) {
        // A colleague was quicker.
        Ok(()) | Err(OfficeError::WrongState) => saved("/shares", "copies-deleted"),
        Err(other) => Err(other.into()),
    }
}

/// What stands on top of a case that was shared with the reader: title and text.
#[must_use]
pub fn received(page: &Page, share: &Received) -> (String, String) {
    let title = page.ta("shares-received", &[("from", page.names.name(share.from))]);
    let groups = names(page, share.terms.effective()).join(", ");
    let body = page.ta(
        "shares-received-body",
        &[
            ("purpose", &purpose(page, &share.terms).to_lowercase()),
            ("until", &last_day(page, share.until)),
            ("groups", &groups.to_lowercase()),
        ],
    );
    (title, body)
}
