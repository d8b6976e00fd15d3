//! What runs out in a case.

use super::tables::left;
use crate::format;
use crate::page::Page;
use crate::parts::Clock;
use crate::records::title_of;
use domain::civil::days_between;
use domain::consents::in_force;
use domain::{Date, Record, RecordKind};
use office::cases::CasePageFull;

fn clock(page: &Page, name: String, from: Option<Date>, until: Date, note_key: &str, href: String) -> Clock {
    let left_days = days_between(page.today, until);
    let whole = from.map_or(30, |f| days_between(f, until)).max(1);
    let gone = (whole - left_days).clamp(0, whole);
    let pct = u8::try_from(gone * 100 / whole).unwrap_or(100);
    let kind = match left_days {
        d if d < 0 => "overdue",
        d if d <= 7 || d * 5 <= whole => "soon",
        _ => "calm",
    };
    let note = page.ta(note_key, &[("day", &page.day(Some(until)))]);
    Clock { name, left: left(page, until), pct, note, kind, href }
}

/// What runs out in this case, soonest first: consents, the next step, the review of the plan, tasks.
#[must_use]
pub fn clocks(page: &Page, found: &CasePageFull) -> Vec<Clock> {
    let case = &found.case;
    let of = |kind| found.records.iter().filter(move |r| r.head.kind == kind);
    let href = |r: &Record| format!("/records/{}", r.head.id);
    let mut all: Vec<(Date, Clock)> = Vec::new();
    let any_in_force = of(RecordKind::Consent).any(|c| in_force(c, page.today));
    let mut consents: Vec<&Record> =
        of(RecordKind::Consent).filter(|c| c.head.state != "withdrawn" && c.head.due_on.is_some()).collect();
    consents.sort_by_key(|c| std::cmp::Reverse(c.head.due_on));
    // One that ran out counts only while nothing newer stands in its place.
    let over = if any_in_force { 0 } else { 1 };
    let (running, ended): (Vec<&Record>, Vec<&Record>) =
        consents.into_iter().partition(|c| c.head.due_on.is_some_and(|d| d >= page.today));
    for consent in running.into_iter().chain(ended.into_iter().take(over)) {
        if let Some(until) = consent.head.due_on {
            let name = page.t("kind-consent");
            let mut clock =
                clock(page, name, consent.head.on_date, until, "cases-clock-consent", href(consent));
            if clock.kind == "overdue" {
                clock.left = page.t("cases-consent-over");
                clock.note = page.ta("cases-clock-consent-over", &[("day", &page.day(Some(until)))]);
            }
            all.push((until, clock));
        }
    }
    if let Some(until) = case.head.due_on {
        let name = page.t("case-due_on");
        all.push((until, clock(page, name, None, until, "cases-clock-due", String::new())));
    }
    for plan in of(RecordKind::Plan).filter(|p| p.head.state != "closed") {
        if let Some(until) = plan.head.due_on {
            let name = page.t("cases-clock-plan-name");
            all.push((until, clock(page, name, plan.head.on_date, until, "cases-clock-due", href(plan))));
        }
    }
    let mut tasks: Vec<&Record> = of(RecordKind::Task).filter(|t| t.head.state == "open").collect();
    tasks.sort_by_key(|t| t.head.due_on);
    for task in tasks.into_iter().take(3) {
        if let Some(until) = task.head.due_on {
            let from = format::day_of(task.head.created_at);
            all.push((
                until,
                clock(page, title_of(page, task), Some(from), until, "cases-clock-due", href(task)),
            ));
        }
    }
    all.sort_by_key(|(until, _)| *until);
    all.into_iter().map(|(_, clock)| clock).take(6).collect()
}
