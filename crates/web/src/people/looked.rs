//! The paper for the person: who opened her data, when, what, and why.

use crate::answer::{Answer, page as render};
use crate::cases::{REASONS, deed};
use crate::format;
use crate::page::Page;
use crate::parts::Link;
use crate::visit::Visit;
use askama::Template;
use office::audit::PaperLook;
use office::records::{REASON_CORRECT, REASON_HISTORY};

struct Row {
    when: String,
    who: String,
    what: String,
    why: String,
}

#[derive(Template)]
#[template(path = "looked.html")]
struct LookedPage {
    page: Page,
    /// Way back, not on paper.
    trail: Vec<Link>,
    today: String,
    rows: Vec<Row>,
    more: bool,
}

/// The page.
pub fn looked(visit: &Visit<'_>) -> Answer {
    let reasons = [&REASONS[..], &[REASON_CORRECT, REASON_HISTORY]].concat();
    let paper = office::audit::paper(&visit.web.office, &visit.ctx, visit.id("id")?, &reasons)?;
    let page = Page::new(visit, "cases");
    let today = page.ta("date-full", &[("date", &format::date_field(page.today))]);
    let mut rows: Vec<Row> = Vec::new();
    for look in &paper.looks {
        let row = row(&page, look);
        // The same again within one minute says nothing new.
        if rows.last().is_none_or(|r| (&r.when, &r.who, &r.what) != (&row.when, &row.who, &row.what)) {
            rows.push(row);
        }
    }
    let today = page.ta("looked-today", &[("date", &today)]);
    let trail = page.way(&[("room-cases", "/cases"), ("kind-person", &visit.path.replace("/looked", ""))]);
    render(&LookedPage { trail, today, rows, more: paper.more, page })
}

fn row(page: &Page, look: &PaperLook) -> Row {
    let texts = page.texts();
    let at = jiff::Timestamp::from_microsecond(look.at).unwrap_or_default();
    let at = at.to_zoned_datetime(format::zone().clone());
    let date = page.ta("date-full", &[("date", &format::date_field(at.date()))]);
    let role = texts.maybe(&format!("role-{}", look.role));
    let role = if role.is_empty() { page.t("looked-somebody") } else { role };
    let mut what = deed(page, &look.verb, &[&look.kind]);
    if look.refused {
        what = page.t("looked-refused");
    } else if look.identity {
        what = format!("{what} ({})", page.t("looked-identity"));
    }
    Row {
        when: format!("{date}, {}", format::clock(texts, at.hour(), at.minute())),
        who: format!("{}, {role}", look.organisation),
        what,
        why: look.reason.map_or_else(|| page.t("looked-no-reason"), |r| page.t(&format!("cases-reveal-{r}"))),
    }
}
