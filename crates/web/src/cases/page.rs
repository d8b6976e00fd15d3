//! The page of a case: head, measures, sections, story, clocks, team.

use super::clocks::clocks;
use super::looks::{LookRow, look_rows};
use super::tables::{Table, left, table};
use super::timeline::{Timeline, timeline};
use super::{Tag, state_tag};
use crate::answer::{Answer, page as render};
use crate::page::Page;
use crate::parts::{Choice, Clock, Link, Reveal, SectionGroup, SectionItem, Step, StepBlock, Steps};
use crate::people::about;
use crate::records::{Fact, facts, refused};
use crate::visit::Visit;
use askama::Template;
use domain::cases::{MEASURES, Progress, seeks_asylum};
use domain::civil::days_between;
use domain::consents::in_force;
use domain::{Compartment, Date, Mask, Record, RecordKind, Relation};
use office::cases::CasePageFull;

/// Why somebody looks at a name.
pub const REASONS: [&str; 6] = ["contact", "papers", "meeting", "danger", "check", "other"];
/// Entries of the past that the story shows at first.
const STORY: usize = 15;

struct Alert {
    kind: &'static str,
    title: String,
    body: String,
    act: String,
    href: String,
}

struct Way {
    label: String,
    href: String,
    icon: &'static str,
}

struct Member {
    name: String,
    what: String,
}

/// What stands in the middle of the page.
enum Middle {
    Story(Timeline),
    Table(Table),
    Facts(Vec<Fact>),
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    page: Page,
    trail: Vec<Link>,
    number: String,
    track: String,
    state: Tag,
    reveal: Reveal,
    may_reveal: bool,
    flags: Vec<Tag>,
    identity: Vec<Fact>,
    note_href: String,
    add: Vec<Way>,
    more: Vec<Way>,
    reopen: String,
    steps: Steps,
    sections: Vec<SectionGroup>,
    alerts: Vec<Alert>,
    title: String,
    middle: Middle,
    add_here: Link,
    none: String,
    older_href: String,
    clocks: Vec<Clock>,
    team: Vec<Member>,
    team_href: String,
    others: Vec<super::CaseLine>,
    looks: Vec<LookRow>,
    log_href: String,
}

/// What the address asks to be shown in the middle.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Story,
    All,
    Facts,
    Kind(RecordKind),
}

fn shown(visit: &Visit<'_>, found: &CasePageFull) -> Shown {
    match visit.query("show") {
        Some("all") => Shown::All,
        Some("case") => Shown::Facts,
        Some(code) => RecordKind::from_code(code)
            .filter(|k| RecordKind::IN_CASE.contains(k) && found.sees.contains(k))
            .map_or(Shown::Story, Shown::Kind),
        None => Shown::Story,
    }
}

/// The page.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let found = office::cases::page(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    case_page(visit, &found, None, false)
}

/// The page once more with the name on it, after a reason was given; the log has it.
pub(super) fn reveal(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let reason = visit.sent("reason");
    if !REASONS.contains(&reason) {
        let found = office::cases::page(&visit.web.office, &visit.ctx, id)?;
        return refused(case_page(visit, &found, None, true));
    }
    visit.fresh()?;
    let person = office::people::reveal(&visit.web.office, &visit.ctx, id, reason)?;
    office::doors::revealed(&visit.web.office, visit.ctx.now, visit.token.as_deref().unwrap_or_default())?;
    let found = office::cases::page(&visit.web.office, &visit.ctx, id)?;
    case_page(visit, &found, Some(&person), false)
}

fn case_page(visit: &Visit<'_>, found: &CasePageFull, revealed: Option<&Record>, no_reason: bool) -> Answer {
    let mut page = Page::new(visit, "cases");
    if revealed.is_some() {
        page.lock_after = u32::try_from(office::doors::IDLE_REVEALED_US / 1_000_000).unwrap_or(0);
    }
    let case = &found.case;
    let id = case.head.id;
    let base = format!("/cases/{id}");
    let closed = case.head.state == "closed";
    let shown = shown(visit, found);
    let writes = |kind| !closed && found.adds.contains(&kind);
    let (title, middle) = match shown {
        Shown::Story | Shown::All => {
            (page.t("cases-story"), Middle::Story(timeline(&page, found, shown == Shown::All, STORY)))
        }
        Shown::Facts => (page.t("cases-facts"), Middle::Facts(facts(&page, case, &[]))),
        Shown::Kind(kind) => {
            (page.t(&format!("kind-{}.plural", kind.code())), Middle::Table(table(&page, found, kind)))
        }
    };
    let (add_here, none) = match shown {
        Shown::Kind(kind) => {
            let code = kind.code();
            let link =
                Link { label: page.t(&format!("kind-{code}.new")), href: format!("{base}/add/{code}") };
            (if writes(kind) { link } else { Link::default() }, page.t(&format!("kind-{code}.none")))
        }
        Shown::Facts if found.may.edit && !closed => {
            (Link { label: page.t("change"), href: format!("/records/{id}/edit") }, String::new())
        }
        _ => (Link::default(), String::new()),
    };
    let mut alerts = alerts(&page, found);
    if no_reason {
        alerts.insert(
            0,
            Alert {
                kind: "amber",
                title: page.t("cases-reason-missing"),
                body: page.t("cases-reason-missing-body"),
                act: String::new(),
                href: String::new(),
            },
        );
    }
    let add = RecordKind::IN_CASE
        .iter()
        .filter(|k| **k != RecordKind::Note && writes(**k))
        .map(|k| Way {
            label: page.t(&format!("kind-{}.new", k.code())),
            href: format!("{base}/add/{}", k.code()),
            icon: kind_icon(*k),
        })
        .collect();
    let identity = revealed.map(|person| identity(&page, person)).unwrap_or_default();
    // Beside the case only what somebody did with it; that it stood in a list is in the log.
    let mut looks = look_rows(&page, found.looks.as_deref().unwrap_or_default());
    let mut said = Vec::new();
    looks.retain(|look| {
        let line = (look.who.clone(), look.what.clone());
        let new = !look.listed && !said.contains(&line);
        said.push(line);
        new
    });
    looks.truncate(6);
    // What may be read and has no key here is said once, on top; each place says it again in its own words.
    let locked = found.records.iter().chain(found.person.as_ref()).map(|r| r.locked);
    let locked = locked.fold(case.locked, Mask::union);
    if locked != Mask::NONE {
        let body = page.ta("locked-body", &[("what", &page.locked_words(locked))]);
        alerts.insert(
            0,
            Alert {
                kind: "violet",
                title: page.t("locked-title"),
                body,
                act: page.t("locked-act"),
                href: "/keys".to_owned(),
            },
        );
    }
    render(&CasePage {
        trail: vec![Link { label: page.t("room-cases"), href: "/cases".to_owned() }],
        number: case.head.number.clone().unwrap_or_else(|| "–".to_owned()),
        track: case.get("track").unwrap_or_default().to_owned(),
        state: state_tag(&page, case),
        reveal: mask(&page, &base, found.person.as_ref(), revealed),
        may_reveal: found.may.reveal && found.person.is_some(),
        flags: flags(&page, case),
        identity,
        note_href: if writes(RecordKind::Note) { format!("{base}/add/note") } else { String::new() },
        add,
        more: more(&page, found, &base, closed),
        reopen: if closed && found.may.close { format!("{base}/reopen") } else { String::new() },
        steps: steps(&page, found),
        sections: sections(&page, found, &base, shown),
        alerts,
        title,
        middle,
        add_here,
        none,
        older_href: format!("{base}?show=all"),
        clocks: if closed { Vec::new() } else { clocks(&page, found) },
        team: found.team.iter().map(|(name, r)| member(&page, name, *r)).collect(),
        team_href: if found.may.grant { format!("{base}/team") } else { String::new() },
        others: super::case_lines(visit, &page, &found.other_cases, &found.other_open),
        log_href: if found.looks.is_some() { format!("{base}/log") } else { String::new() },
        looks,
        page,
    })
}

fn kind_icon(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Task => "check",
        RecordKind::Consent => "doc",
        RecordKind::Identification => "flag",
        RecordKind::Exploitation => "shield",
        RecordKind::Return => "plane",
        RecordKind::Plan => "calendar",
        RecordKind::Visit => "pin",
        RecordKind::Hold | RecordKind::LegalRequest => "scales",
        RecordKind::Note => "pen",
        _ => "heart",
    }
}

/// Everything that names the person, for the one answer that shows it.
fn identity(page: &Page, person: &Record) -> Vec<Fact> {
    let mut shown = person.clone();
    let spec = person.head.kind.spec();
    shown.values = person.values.within(spec, Compartment::C3);
    shown.mask = Mask::IDENTITY;
    shown.values.0.remove("standard_fields");
    facts(page, &shown, &[])
}

/// Choices of the question before a name is shown.
#[must_use]
pub fn reasons(page: &Page) -> Vec<Choice> {
    let mut reasons = vec![Choice { label: page.t("choose-none"), chosen: true, ..Choice::default() }];
    reasons.extend(REASONS.iter().map(|code| Choice {
        code: (*code).to_owned(),
        label: page.t(&format!("cases-reveal-{code}")),
        ..Choice::default()
    }));
    reasons
}

fn mask(page: &Page, base: &str, person: Option<&Record>, revealed: Option<&Record>) -> Reveal {
    Reveal {
        action: format!("{base}/reveal"),
        masked: person.map(|p| domain::people::masked_name(&p.values)).unwrap_or_default(),
        name: revealed.map(|p| domain::people::full_name(&p.values)).unwrap_or_default(),
        about: person.map(|p| about(page, p)).unwrap_or_default(),
        reasons: reasons(page),
    }
}

fn flags(page: &Page, case: &Record) -> Vec<Tag> {
    let mut flags = Vec::new();
    let mut add = |holds: bool, kind, key: &str, icon| {
        if holds {
            flags.push(Tag::new(kind, page.t(key), icon));
        }
    };
    add(case.get("risk") == Some("high"), "red", "cases-flag-risk", "warning");
    add(case.values.ticked("special_protection"), "violet", "cases-flag-protection", "shield");
    add(seeks_asylum(case), "violet", "cases-flag-asylum", "lock");
    add(case.get("role") == Some("witness"), "violet", "cases-flag-witness", "shield");
    if case.head.state == "closed" {
        let why =
            case.get("closure_reason").map(|r| page.t(&format!("closure-reason-{r}"))).unwrap_or_default();
        let day = page.day(case.values.date("closed_on"));
        flags.push(Tag::new("grey", page.ta("cases-flag-closed", &[("day", &day), ("why", &why)]), ""));
    }
    flags
}

fn member(page: &Page, name: &str, relation: Relation) -> Member {
    Member { name: name.to_owned(), what: page.t(&format!("cases-relation-{}", relation.code())) }
}

fn more(page: &Page, found: &CasePageFull, base: &str, closed: bool) -> Vec<Way> {
    let id = found.case.head.id;
    let mut out = Vec::new();
    let mut add = |holds: bool, key: &str, href: String, icon| {
        if holds {
            out.push(Way { label: page.t(key), href, icon });
        }
    };
    add(found.may.edit && !closed, "cases-change", format!("/records/{id}/edit"), "pen");
    add(found.may.grant, "cases-team-change", format!("{base}/team"), "people");
    add(found.may.grant, "cases-shares", format!("{base}/shares"), "people");
    add(found.looks.is_some(), "disclosed-title", format!("{base}/disclosed"), "print");
    add(found.may.sealed, "sealed-title", format!("{base}/sealed"), "lock");
    add(found.looks.is_some(), "cases-log", format!("{base}/log"), "eye");
    add(true, "history", format!("/records/{id}/history"), "clock");
    add(found.may.hold, "hold-set", format!("{base}/hold"), "scales");
    add(found.may.legal, "cases-legal", format!("{base}/legal"), "scales");
    add(found.may.close && !closed, "cases-close", format!("{base}/close"), "check");
    out
}

/// What needs a word before anything else.
fn alerts(page: &Page, found: &CasePageFull) -> Vec<Alert> {
    let case = &found.case;
    let mut out = Vec::new();
    if let Some(share) = &found.share {
        let (title, body) = crate::shares::received(page, share);
        out.push(Alert { kind: "blue", title, body, act: String::new(), href: String::new() });
    }
    for hold in found.records.iter().filter(|r| r.head.kind == RecordKind::Hold && r.head.state == "set") {
        let ground = hold.get("ground").map(|g| page.t(&format!("hold-ground-{g}"))).unwrap_or_default();
        let since = page.day(hold.head.on_date);
        out.push(Alert {
            kind: "violet",
            title: page.t("hold-is-set"),
            body: page.ta("hold-is-set-body", &[("ground", &ground), ("day", &since)]),
            act: if found.may.hold { page.t("hold-lift") } else { String::new() },
            href: if found.may.hold { format!("/holds/{}/lift", hold.head.id) } else { String::new() },
        });
    }
    let waits = |r: &&Record| r.head.kind == RecordKind::LegalRequest && r.head.state == "received";
    for request in found.records.iter().filter(waits) {
        let (title, body, href) = crate::legal::waiting(page, request);
        out.push(Alert { kind: "amber", title, body, act: page.t("legal-waits-act"), href });
    }
    if let Some(day) = case.values.date("anonymised_on") {
        out.push(Alert {
            kind: "blue",
            title: page.ta("anonymised-title", &[("day", &page.day(Some(day)))]),
            body: crate::erasure::remainder(page, case),
            act: String::new(),
            href: String::new(),
        });
    }
    if case.head.state == "closed" {
        return out;
    }
    let alert = |kind, key: &str, href: String| Alert {
        kind,
        title: page.t(key),
        body: page.t(&format!("{key}-body")),
        act: if href.is_empty() { String::new() } else { page.t(&format!("{key}-act")) },
        href,
    };
    if seeks_asylum(case) {
        out.push(alert("blue", "cases-asylum-lock", String::new()));
    }
    let mut consents = found.records.iter().filter(|r| r.head.kind == RecordKind::Consent).peekable();
    if consents.peek().is_some() && !consents.any(|c| in_force(c, page.today)) {
        let add = found.adds.contains(&RecordKind::Consent);
        let href = if add { format!("/cases/{}/add/consent", case.head.id) } else { String::new() };
        out.push(alert("amber", "cases-no-consent", href));
    }
    out
}

fn steps(page: &Page, found: &CasePageFull) -> Steps {
    let begun = found.measures.iter().position(|m| *m == Progress::Begun);
    let last_done = found.measures.iter().rposition(|m| *m == Progress::Done).map_or(0, |at| at + 1);
    let next =
        found.measures.iter().skip(last_done).position(|m| *m == Progress::Empty).map(|at| at + last_done);
    let here = if found.case.head.state == "closed" { None } else { begun.or(next) };
    let name = |code: &str| page.t(&format!("measure-{}", code.replace('.', "-")));
    // A long word of the row may break where the language says.
    let broken = |code: &str| {
        let text = page.texts().maybe(&format!("cases-step-{}", code.replace('.', "-")));
        if text.is_empty() { name(code) } else { text }
    };
    let mut blocks: Vec<StepBlock> = Vec::new();
    let mut block = "";
    for (at, (code, progress)) in MEASURES.iter().zip(found.measures).enumerate() {
        let number = code.split('.').next().unwrap_or_default();
        if number != block {
            block = number;
            blocks.push(StepBlock { title: page.t(&format!("measures-block-{number}")), steps: Vec::new() });
        }
        let (mut state, word) = match progress {
            Progress::Done => ("done", "cases-measure-done"),
            Progress::Begun => ("half", "cases-measure-begun"),
            Progress::Empty => ("empty", "cases-measure-empty"),
        };
        if here == Some(at) {
            state = "here";
        }
        if let Some(last) = blocks.last_mut() {
            last.steps.push(Step { code: (*code).to_owned(), name: broken(code), state, word: page.t(word) });
        }
    }
    let done = found.measures.iter().filter(|m| **m == Progress::Done).count();
    let here = match here.and_then(|at| MEASURES.get(at)) {
        Some(code) => page.ta("cases-measure-here", &[("code", code), ("name", &name(code))]),
        None => page.t("part-measures"),
    };
    Steps { here, done: page.tn("cases-measures-done", done), blocks }
}

/// The menu of sections with its marks.
fn sections(page: &Page, found: &CasePageFull, base: &str, shown: Shown) -> Vec<SectionGroup> {
    let counts = office::cases::counts(&found.records);
    let closed = found.case.head.state == "closed";
    let arrived =
        found.records.iter().any(|r| r.head.kind == RecordKind::Return && r.head.state == "arrived");
    let item = |label: String, href: String, current: bool, (mark_kind, mark): (&'static str, String)| {
        SectionItem { href, label, current, mark_kind, mark }
    };
    let plain = || ("", String::new());
    let missing = || ("missing", page.t("cases-missing"));
    let mark = |kind: RecordKind| -> (&'static str, String) {
        let n = counts.get(&kind).copied().unwrap_or(0);
        let of = || found.records.iter().filter(|r| r.head.kind == kind);
        match kind {
            RecordKind::Task => {
                let open = of().filter(|t| t.head.state == "open").count();
                let late = of().filter(|t| domain::tasks::overdue(&t.head, page.today)).count();
                match (late, open) {
                    (_, 0) => plain(),
                    (0, n) => ("text", n.to_string()),
                    (late, _) => ("amber", page.tn("cases-tasks-late", late)),
                }
            }
            RecordKind::Consent if !closed => match of()
                .filter(|c| in_force(c, page.today))
                .map(|c| c.head.due_on)
                .max_by_key(|d| d.unwrap_or(Date::MAX))
            {
                None => missing(),
                Some(Some(until)) if days_between(page.today, until) <= 14 => ("amber", left(page, until)),
                Some(_) => ("done", page.t("cases-measure-done")),
            },
            RecordKind::Identification if n == 0 && !closed => missing(),
            RecordKind::Identification => ("done", page.t("cases-measure-done")),
            RecordKind::Plan if n == 0 && arrived && !closed => missing(),
            _ if n == 0 => plain(),
            _ => ("text", n.to_string()),
        }
    };
    let kind = |kind: RecordKind| {
        let label = page.t(&format!("kind-{}.plural", kind.code()));
        item(label, format!("{base}?show={}", kind.code()), shown == Shown::Kind(kind), mark(kind))
    };
    let of_kinds = |kinds: &[RecordKind]| -> Vec<SectionItem> {
        kinds.iter().copied().filter(|k| found.sees.contains(k)).map(kind).collect()
    };
    let story = matches!(shown, Shown::Story | Shown::All);
    let no_risk = found.case.get("risk").is_none() && !closed;
    let mut overview = vec![item(page.t("cases-story"), base.to_owned(), story, plain())];
    overview.extend(of_kinds(&[RecordKind::Task]));
    let risk = if no_risk { ("missing", page.t("cases-missing-risk")) } else { plain() };
    overview.push(item(page.t("cases-facts"), format!("{base}?show=case"), shown == Shown::Facts, risk));
    let mut person = Vec::new();
    if let (true, Some(id)) = (found.sees.contains(&RecordKind::Person), found.case.head.person_id) {
        person.push(item(
            page.t("cases-identity"),
            format!("/people/{id}"),
            false,
            ("sealed", page.t("cases-behind-mask")),
        ));
    }
    person.extend(of_kinds(&[RecordKind::Consent]));
    let mut file = of_kinds(&[RecordKind::Note]);
    if found.looks.is_some() {
        file.push(item(page.t("cases-log"), format!("{base}/log"), false, plain()));
    }
    let measures = of_kinds(&[
        RecordKind::Identification,
        RecordKind::Exploitation,
        RecordKind::Need,
        RecordKind::Service,
        RecordKind::Return,
        RecordKind::Plan,
        RecordKind::Visit,
    ]);
    [("overview", overview), ("person", person), ("measures", measures), ("file", file)]
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(key, items)| SectionGroup { title: page.t(&format!("cases-group-{key}")), items })
        .collect()
}
