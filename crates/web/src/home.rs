//! The home page: what must I do today?

use crate::answer::{Answer, WebError, page as render};
use crate::format;
use crate::frame::{Route, get};
use crate::page::Page;
use crate::parts::{Clock, Link};
use crate::tasks::{Group, groups, offer_undo};
use crate::visit::Visit;
use askama::Template;
use domain::civil::days_between;
use domain::policy::{Action, CaseList, Relation, Resource, Role, decide};
use domain::{Record, RecordKind, people};
use office::cases::CaseRow;
use office::tasks::Home;

/// Routes.
pub static ROUTES: &[Route] = &[get("/", Action::Session, home)];

/// A piece of the sentence on top: plain, or a link to what it speaks of.
struct Piece {
    text: String,
    href: &'static str,
}

/// A figure with the list behind it.
struct Figure {
    n: String,
    text: String,
    href: String,
    red: bool,
}

/// A line of a list that is not about cases: a call, a signal, an indicator.
struct Line {
    title: String,
    href: String,
    note: String,
    tag: String,
    tag_kind: &'static str,
    tag_icon: &'static str,
}

/// A list of its own on the home page.
struct Sheet {
    id: &'static str,
    title: String,
    all: Link,
    lines: Vec<Line>,
    none: String,
}

struct CaseLine {
    href: String,
    number: String,
    masked: String,
    about: String,
    track: String,
    state: String,
    risk: String,
    touched: String,
}

struct CaseSheet {
    title: String,
    all: Link,
    rows: Vec<CaseLine>,
}

struct NextReturn {
    number: String,
    href: String,
    way: String,
    note: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    title: String,
    lead: Vec<Piece>,
    acts: Vec<Act>,
    /// What cannot wait, in words.
    alarms: Vec<String>,
    /// Sharings with the reader's organisation that have ended; nothing when there is none.
    ended: String,
    /// What this reader was told about emergency access and has not put away; nothing when there is nothing.
    glass: String,
    figures: Vec<Figure>,
    /// Has tasks at all; monitoring and administration have none.
    works: bool,
    groups: Vec<Group>,
    all_tasks: String,
    clocks: Vec<Clock>,
    shows_clocks: bool,
    next_return: Option<NextReturn>,
    cases: Option<CaseSheet>,
    sheets: Vec<Sheet>,
}

/// A button on top.
struct Act {
    text: String,
    href: &'static str,
    icon: &'static str,
    kind: &'static str,
}

fn may(visit: &Visit<'_>, action: Action, kind: RecordKind) -> bool {
    decide(&visit.ctx.actor, action, Resource { kind, relations: &[Relation::General] }).allow
}

fn home(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    // Whoever comes by with keys settles what waited for them: an epoch that is due, names to be indexed,
    // emergency access that has run out.
    if !visit.ctx.keys.is_empty() {
        office::roots::come_by(office, &visit.ctx);
    }
    // Shares that have run out need nobody's keys to be let go.
    office::shares::let_go(office, &visit.ctx)?;
    let found = office::tasks::home(office, &visit.ctx)?;
    let mut page = Page::new(visit, "home");
    offer_undo(&mut page, visit, "/");
    let role = visit.ctx.actor.role;
    // Who leads cases has his day full of them; the others are shown what their work is about.
    let leads = found.list == Some(CaseList::Mine);
    let works = may(visit, Action::List, RecordKind::Task) || !found.tasks.is_empty();
    let open_signals = if leads { None } else { signals(visit, &page)? };
    let contacts = contacts(visit, &page)?;
    let figures = figures(visit, &page, &found, works, open_signals.as_ref(), contacts.as_ref())?;
    let mut sheets = Vec::new();
    sheets.extend(contacts.map(|(_, sheet)| sheet));
    sheets.extend(open_signals.map(|(_, sheet)| sheet));
    let counts = found.list.is_none() || role == Role::Manager || role == Role::Coordinator;
    if counts && may(visit, Action::Figures, RecordKind::Case) {
        sheets.push(programme(visit, &page)?);
    }
    if role == Role::Admin {
        sheets.insert(0, partners(&page));
    }
    render(&HomePage {
        title: page.ta("home-title", &[("day", &format::weekday(page.texts(), page.today))]),
        lead: if works {
            lead(&page, &found)
        } else {
            vec![Piece { text: page.t(&format!("home-lead-{}", role.code())), href: "" }]
        },
        works,
        acts: acts(visit, &page),
        alarms: alarms(visit, &page)?,
        glass: match office::glass::notices(&visit.web.office, &visit.ctx)? {
            0 => String::new(),
            n => page.tn("glass-home", n),
        },
        ended: match office::shares::ended(&visit.web.office, &visit.ctx)?.len() {
            0 => String::new(),
            n => page.tn("shares-home", n),
        },
        figures,
        groups: groups(&page, &found.tasks, [8, 8, 4], "/"),
        all_tasks: page.tn("home-all-tasks", found.tasks.len()),
        clocks: found.clocks.iter().map(|c| clock(&page, c)).collect(),
        shows_clocks: leads,
        next_return: found.next_return.as_ref().map(|(moving, case)| next_return(&page, moving, case)),
        cases: cases(visit, &page, &found),
        sheets,
        page,
    })
}

/// `Тиха тревога: Рая влезе с втората си парола (днес, 14:10 ч.)`.
fn alarms(visit: &Visit<'_>, page: &Page) -> Result<Vec<String>, WebError> {
    let found = office::doors::alarms(&visit.web.office, visit.signed_in()?)?;
    let said = found.iter().map(|alarm| {
        let name = alarm.about.map(|id| visit.names.name(id).to_owned()).unwrap_or_default();
        let text = page.ta(&format!("notice-{}", alarm.code), &[("name", &name)]);
        format!("{text} ({})", format::moment(page.texts(), alarm.at, page.today))
    });
    Ok(said.collect())
}

fn acts(visit: &Visit<'_>, page: &Page) -> Vec<Act> {
    let case = may(visit, Action::Create, RecordKind::Person) && may(visit, Action::Create, RecordKind::Case);
    let candidates = [
        (may(visit, Action::Create, RecordKind::Contact), "home-new-call", "/hotline/new", "phone"),
        (case, "home-new-case", "/people/new", "plus"),
        (!case && may(visit, Action::Create, RecordKind::Signal), "kind-signal.new", "/add/signal", "plus"),
        (
            may(visit, Action::Create, RecordKind::Organisation),
            "kind-organisation.new",
            "/add/organisation",
            "plus",
        ),
    ];
    let mut acts: Vec<Act> = candidates
        .into_iter()
        .filter(|(may, ..)| *may)
        .map(|(_, key, href, icon)| Act { text: page.t(key), href, icon, kind: "quiet" })
        .collect();
    // One filled button on a screen: on the line it is the call, elsewhere what stands last.
    let first = match visit.ctx.actor.role {
        Role::Hotline => acts.first_mut(),
        _ => acts.last_mut(),
    };
    if let Some(act) = first {
        act.kind = "";
    }
    acts
}

/// `Имате 2 просрочени задачи и 5 за днес.`, with links. Pieces bring their own spaces.
fn lead(page: &Page, found: &Home) -> Vec<Piece> {
    let plain = |text: String| Piece { text, href: "" };
    let mut out = Vec::new();
    match (found.overdue, found.today) {
        (0, 0) => out.push(plain(page.t("home-lead-nothing"))),
        (overdue, today) => {
            out.push(plain(format!("{} ", page.t("home-lead-have"))));
            if overdue > 0 {
                out.push(Piece { text: page.tn("home-lead-overdue", overdue), href: "/tasks#overdue" });
            }
            if overdue > 0 && today > 0 {
                out.push(plain(format!(" {} ", page.t("home-lead-and"))));
            }
            if today > 0 {
                let key = if overdue > 0 { "home-lead-today" } else { "home-lead-today-alone" };
                out.push(Piece { text: page.tn(key, today), href: "/tasks#today" });
            }
            out.push(plain(".".to_owned()));
        }
    }
    if let Some(first) = found.clocks.first() {
        let days = usize::try_from(days_between(page.today, first.until)).unwrap_or(0);
        out.push(plain(format!(" {} ", page.t("home-lead-next"))));
        out.push(Piece { text: page.tn("home-lead-in-days", days), href: "#clocks" });
        out.push(plain(".".to_owned()));
    }
    out
}

type Counted = (usize, Sheet);

fn figures(
    visit: &Visit<'_>,
    page: &Page,
    found: &Home,
    works: bool,
    signals: Option<&Counted>,
    contacts: Option<&Counted>,
) -> Result<Vec<Figure>, crate::WebError> {
    let figure = |n: usize, key: &str, href: &str, red: bool| Figure {
        n: n.to_string(),
        text: page.tn(key, n),
        href: href.to_owned(),
        red,
    };
    let mut out = Vec::new();
    if works {
        out.push(figure(found.overdue, "home-figure-overdue", "/tasks#overdue", found.overdue > 0));
        out.push(figure(found.today, "home-figure-today", "/tasks#today", false));
    }
    if found.list == Some(CaseList::Mine) {
        out.push(figure(found.running_out, "home-figure-clocks", "#clocks", false));
        out.push(figure(found.returns, "home-figure-returns", "/returns", false));
        let mine = usize::try_from(found.my_cases).unwrap_or(0);
        out.push(figure(mine, "home-figure-mine", "/cases?list=mine", false));
        return Ok(out);
    }
    if let Some((n, _)) = contacts {
        out.push(figure(*n, "home-figure-calls", "/hotline", false));
    }
    if let Some((n, _)) = signals {
        out.push(figure(*n, "home-figure-signals", "/signals", false));
    }
    if let Some(list) = found.list {
        let n = office::cases::count(&visit.web.office, &visit.ctx, list)?;
        let key = format!("home-figure-{}", whose(visit, list));
        out.push(figure(usize::try_from(n).unwrap_or(0), &key, &list_href(list), false));
    }
    if visit.ctx.actor.role == Role::Admin {
        out.push(figure(page.names.organisations.len(), "home-figure-partners", "/organisations", false));
        out.push(figure(page.names.users.len(), "home-figure-users", "/organisations", false));
    }
    Ok(out)
}

/// What a list of cases is called: an organisation that leads none of its own has those sent to it.
fn whose(visit: &Visit<'_>, list: CaseList) -> &'static str {
    let own = Resource { kind: RecordKind::Case, relations: &[Relation::Organisation] };
    match list {
        CaseList::Mine => "mine",
        CaseList::Organisation if decide(&visit.ctx.actor, Action::List, own).allow => "organisation",
        CaseList::Organisation => "sent",
        CaseList::National => "national",
    }
}

/// The whole list that a part of it stands here for.
fn list_href(list: CaseList) -> String {
    let code = match list {
        CaseList::Mine => "mine",
        CaseList::Organisation => "organisation",
        CaseList::National => "national",
    };
    format!("/cases?list={code}")
}

fn clock(page: &Page, clock: &office::tasks::Clock) -> Clock {
    let from = clock.record.head.on_date.unwrap_or_else(|| format::day_of(clock.record.head.created_at));
    let left = days_between(page.today, clock.until).max(0);
    let whole = days_between(from, clock.until).max(1);
    let gone = (days_between(from, page.today).clamp(0, whole) * 100) / whole;
    let number = clock.case.as_ref().and_then(|c| c.head.number.clone()).unwrap_or_default();
    let day = page.day(Some(clock.until));
    Clock {
        name: page.t(&format!("home-clock-{}", clock.record.head.kind.code())),
        left: page.tn("home-days", usize::try_from(left).unwrap_or(0)),
        pct: u8::try_from(gone).unwrap_or(100),
        note: page.ta("home-clock-note", &[("number", &number), ("day", &day)]),
        kind: if left <= 7 || gone >= 80 { "soon" } else { "calm" },
        href: format!("/records/{}", clock.record.head.id),
    }
}

fn next_return(page: &Page, moving: &Record, case: &Record) -> NextReturn {
    let country = |name: &str| {
        moving.get(name).map(|c| page.t(&format!("country-{c}"))).unwrap_or_else(|| "–".to_owned())
    };
    let on = moving.head.on_date;
    let days = on.map_or(0, |d| days_between(page.today, d).max(0));
    NextReturn {
        number: case.head.number.clone().unwrap_or_default(),
        href: format!("/returns/{}", moving.head.id),
        way: format!("{} → {}", country("from_country"), country("to_country")),
        note: format!(
            "{}, {}",
            page.day(on),
            page.tn("home-lead-in-days", usize::try_from(days).unwrap_or(0))
        ),
    }
}

fn case_line(page: &Page, row: &CaseRow) -> CaseLine {
    let case = &row.case;
    let (mut masked, mut about) = ("•••••".to_owned(), String::new());
    if let Some(person) = &row.person {
        masked = people::masked_name(&person.values);
        about = crate::people::about(page, person);
    }
    CaseLine {
        href: if row.open { format!("/cases/{}", case.head.id) } else { String::new() },
        number: case.head.number.clone().unwrap_or_default(),
        masked,
        about,
        track: case.get("track").unwrap_or_default().to_owned(),
        state: if case.head.state.is_empty() {
            String::new()
        } else {
            page.t(&format!("case-state-{}", case.head.state))
        },
        risk: case.get("risk").unwrap_or_default().to_owned(),
        touched: touched(page, row.touched_at),
    }
}

/// The day alone: the hour of a colleague's work is nobody's business here.
fn touched(page: &Page, at: i64) -> String {
    let day = format::day_of(at);
    match days_between(day, page.today) {
        0 => page.t("today-word"),
        1 => page.t("yesterday-word"),
        _ => page.day(Some(day)),
    }
}

fn cases(visit: &Visit<'_>, page: &Page, found: &Home) -> Option<CaseSheet> {
    let list = found.list?;
    let title = page.t(&format!("home-cases-{}", whose(visit, list)));
    let all = match list {
        CaseList::Mine => page.tn("home-all-cases", usize::try_from(found.my_cases).unwrap_or(0)),
        _ => page.t("home-all"),
    };
    let rows =
        found.cases.as_ref().map(|c| c.rows.iter().map(|r| case_line(page, r)).collect()).unwrap_or_default();
    Some(CaseSheet { title, all: Link { label: all, href: list_href(list) }, rows })
}

/// The newest records of a kind outside of cases, or nothing when the role has no such list. Also how many of
/// the newest fifty are in one of the states that wait for somebody.
fn newest(
    visit: &Visit<'_>,
    kind: RecordKind,
    waiting: &[&str],
) -> Result<Option<(usize, Vec<Record>)>, crate::WebError> {
    if !may(visit, Action::List, kind) {
        return Ok(None);
    }
    let found = office::records::list(&visit.web.office, &visit.ctx, kind, None, 50)?;
    let mut rows = found.rows;
    let n = rows.iter().filter(|r| waiting.contains(&r.head.state.as_str())).count();
    // What waits comes first; within that the newest.
    rows.sort_by_key(|r| !waiting.contains(&r.head.state.as_str()));
    rows.truncate(6);
    Ok(Some((n, rows)))
}

fn signals(visit: &Visit<'_>, page: &Page) -> Result<Option<Counted>, crate::WebError> {
    let Some((n, rows)) = newest(visit, RecordKind::Signal, &["new", "in_work"])? else { return Ok(None) };
    let lines = rows
        .iter()
        .map(|r| {
            let urgency = r.get("urgency").map(|u| page.t(&format!("urgency-{u}"))).unwrap_or_default();
            Line {
                title: r
                    .get("intake")
                    .map_or_else(|| page.t("kind-signal"), |i| page.t(&format!("intake-{i}"))),
                href: format!("/signals/{}", r.head.id),
                note: [page.day(r.head.on_date), urgency]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
                tag: crate::records::state_word(page, r),
                tag_kind: if r.head.state == "new" { "amber" } else { "grey" },
                tag_icon: if r.head.state == "new" { "clock" } else { "" },
            }
        })
        .collect();
    let all = Link { label: page.t("home-all"), href: "/signals".to_owned() };
    Ok(Some((
        n,
        Sheet { id: "signals", title: page.t("home-signals"), all, lines, none: page.t("kind-signal.none") },
    )))
}

fn contacts(visit: &Visit<'_>, page: &Page) -> Result<Option<Counted>, crate::WebError> {
    if visit.ctx.actor.role != Role::Hotline {
        return Ok(None);
    }
    let Some((n, rows)) = newest(visit, RecordKind::Contact, &["follow_up"])? else { return Ok(None) };
    let lines = rows
        .iter()
        .map(|r| Line {
            title: r.get("topic").map_or_else(|| page.t("kind-contact"), |t| page.t(&format!("topic-{t}"))),
            href: format!("/records/{}", r.head.id),
            note: format::moment(page.texts(), r.head.created_at, page.today),
            tag: crate::records::state_word(page, r),
            tag_kind: if r.head.state == "follow_up" { "amber" } else { "grey" },
            tag_icon: if r.head.state == "follow_up" { "clock" } else { "" },
        })
        .collect();
    let all = Link { label: page.t("home-all"), href: "/hotline".to_owned() };
    Ok(Some((
        n,
        Sheet { id: "calls", title: page.t("home-calls"), all, lines, none: page.t("kind-contact.none") },
    )))
}

/// The indicators with a target, for those who have no cases.
fn programme(visit: &Visit<'_>, page: &Page) -> Result<Sheet, crate::WebError> {
    let office = &visit.web.office;
    let figures = office::programme::figures(office, &visit.ctx, None, None)?;
    let lines = figures
        .figures
        .iter()
        .filter_map(|f| Some((f, f.target?, office.programme.indicator(&f.code)?)))
        .map(|(f, target, indicator)| Line {
            title: format!("{} {}", f.code, indicator.name.get(page.lang)),
            href: "/programme".to_owned(),
            note: page
                .ta("home-of-target", &[("value", &f.value.to_string()), ("target", &target.to_string())]),
            tag: page.t(if f.met == Some(true) { "home-target-met" } else { "home-target-open" }),
            tag_kind: if f.met == Some(true) { "green" } else { "grey" },
            tag_icon: if f.met == Some(true) { "check" } else { "" },
        })
        .collect();
    let all = Link { label: page.t("home-all-figures"), href: "/programme".to_owned() };
    Ok(Sheet {
        id: "programme",
        title: page.t("home-programme"),
        all,
        lines,
        none: page.t("home-programme-none"),
    })
}

/// Partners with how many people each has in the system, for the administrator.
fn partners(page: &Page) -> Sheet {
    let lines = page
        .names
        .organisations
        .iter()
        .map(|o| Line {
            title: o.name.clone(),
            href: format!("/organisations/{}", o.id),
            note: page.tn("home-users", page.names.users.iter().filter(|u| u.organisation == o.id).count()),
            tag: String::new(),
            tag_kind: "grey",
            tag_icon: "",
        })
        .collect();
    let all = Link { label: page.t("home-all"), href: "/organisations".to_owned() };
    Sheet {
        id: "partners",
        title: page.t("room-organisations"),
        all,
        lines,
        none: page.t("kind-organisation.none"),
    }
}
