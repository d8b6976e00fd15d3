//! The way from case to closure: a picture whose lengths are computed here, and the table under it.

use super::{Number, number, with_query};
use crate::page::Page;
use domain::programme::{SMALLEST_SHOWN, suppress, whole};
use office::programme::Figures;

/// Units of the picture between two gates.
const STEP: i64 = 132;
/// Left edge of the first gate.
const LEFT: i64 = 4;
/// Width of a gate.
const GATE: i64 = 8;
/// Top of the gates.
const TOP: i64 = 58;
/// Height of the largest gate.
const TALL: i64 = 96;
/// Where the outlets end.
const FLOOR: i64 = TOP + TALL + 36;

/// The picture and its table.
pub struct Way {
    /// The picture in words.
    pub alt: String,
    /// Steps from left to right; none when there is nothing to draw.
    pub gates: Vec<Gate>,
    /// Rows of the table.
    pub rows: Vec<Row>,
}

/// One step in the picture.
pub struct Gate {
    /// Left edge.
    pub x: i64,
    /// Height.
    pub height: i64,
    /// One that is an indicator of the programme: drawn darker.
    pub main: bool,
    /// Number above.
    pub n: String,
    /// Word above.
    pub label: String,
    /// Left edge, width and height of what goes on; height 0 is nothing.
    pub flow: (i64, i64, i64),
    /// Outline of what leaves or waits; empty is nothing.
    pub outlet: String,
    /// Where its words stand.
    pub outlet_x: i64,
    /// How many leave or wait; empty when hidden.
    pub leaves: String,
    /// In words.
    pub leaves_label: String,
}

/// One step in the table.
pub struct Row {
    /// Its name.
    pub name: String,
    /// All, women, men, children.
    pub cells: Vec<Cell>,
    /// How many go on to the next step.
    pub on: String,
    /// How many leave or wait.
    pub leaves: String,
}

/// A number of the table.
pub struct Cell {
    /// Heading of its column.
    pub label: String,
    /// The number.
    pub number: Number,
    /// The list behind it, for those who may see one.
    pub href: String,
}

/// Columns of the table after the first: code of the group, empty for everybody.
const COLUMNS: [&str; 4] = ["", "women", "men", "children"];

/// Draws the way. Readers outside get no differences between the steps and no lists.
pub fn draw(page: &Page, figures: &Figures, outside: bool, links: bool, query: &str) -> Way {
    let steps: Vec<_> = figures
        .way
        .iter()
        .map(|(code, [all, parts @ ..])| {
            (*code, if outside { suppress(*all, parts) } else { whole(*all, parts) })
        })
        .collect();
    let totals: Vec<Option<i64>> = steps.iter().map(|(_, row)| row.total).collect();
    let next = |i: usize| totals.get(i + 1).copied();
    let mut rows = Vec::new();
    for (i, (code, row)) in steps.iter().enumerate() {
        let cells = COLUMNS.iter().zip(std::iter::once(row.total).chain(row.parts.iter().copied()));
        let href = |column: &str| {
            let mut terms = query.to_owned();
            if !column.is_empty() {
                terms = format!("{terms}{}group={column}", if terms.is_empty() { "" } else { "&" });
            }
            if links && !outside { with_query(format!("/programme/{code}"), &terms) } else { String::new() }
        };
        let flat = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| v.to_string());
        let both = row.total.zip(next(i).flatten());
        rows.push(Row {
            name: page.t(&format!("programme-step-{code}")),
            cells: cells
                .map(|(column, value)| Cell {
                    label: page
                        .t(&format!("programme-column-{}", if column.is_empty() { "all" } else { column })),
                    number: number(page, value),
                    href: href(column),
                })
                .collect(),
            on: flat(both.map(|(now, then)| now.min(then))),
            leaves: flat(both.map(|(now, then)| (now - then).max(0))),
        });
    }
    let said = steps.iter().map(|(code, row)| {
        format!("{}: {}", page.t(&format!("programme-step-{code}")), number(page, row.total).text)
    });
    let alt = said.collect::<Vec<_>>().join(", ");
    Way { alt, gates: gates(page, &steps, outside), rows }
}

fn gates(page: &Page, steps: &[(&'static str, domain::programme::Shown)], outside: bool) -> Vec<Gate> {
    // What is hidden is drawn as large as it could be, so that no length gives it away.
    let size = |total: Option<i64>| total.unwrap_or(SMALLEST_SHOWN - 1);
    let most = steps.iter().map(|(_, row)| size(row.total)).max().unwrap_or(0);
    if most == 0 {
        return Vec::new();
    }
    let height =
        |total: Option<i64>| if size(total) == 0 { 1 } else { (size(total) * TALL / most).clamp(2, TALL) };
    let mut out = Vec::new();
    for (i, (code, row)) in steps.iter().enumerate() {
        let x = LEFT + STEP * i64::try_from(i).unwrap_or(0);
        let from = x + GATE;
        let tall = height(row.total);
        let then = steps.get(i + 1).map(|(_, row)| row.total);
        let leaving = then.map_or(0, |then| (size(row.total) - size(then)).max(0));
        // Whoever leaves is seen to leave, however few of many.
        let widest = if leaving > 0 { (tall - 1).max(1) } else { tall };
        let flow = then.map_or(0, |then| if size(then) == 0 { 0 } else { widest.min(height(then)) });
        let width = tall - flow;
        // Outside, a small difference between two steps stays as hidden as a small number.
        let told = !outside
            || (leaving >= SMALLEST_SHOWN && row.total.is_some() && then.is_some_and(|then| then.is_some()));
        let drawn = leaving > 0 && width > 0 && told;
        out.push(Gate {
            x,
            height: tall,
            main: code.starts_with('R'),
            n: number(page, row.total).text,
            label: page.t(&format!("programme-step-{code}.short")),
            flow: (from, STEP - GATE, flow),
            outlet_x: from,
            leaves: if drawn { leaving.to_string() } else { String::new() },
            leaves_label: if drawn {
                page.t(&format!("programme-step-{code}.leaves"))
            } else {
                String::new()
            },
            outlet: if drawn { outlet(from, TOP + flow, width) } else { String::new() },
        });
    }
    out
}

/// The outline of a band that turns down: it begins at `x` between `y` and `y + width`.
fn outlet(x: i64, y: i64, width: i64) -> String {
    let (inner, turn) = (x + 18, y + width + 18);
    let outer = inner + width;
    format!(
        "M{x} {y}Q{outer} {y} {outer} {turn}V{FLOOR}H{inner}V{turn}Q{inner} {} {x} {}Z",
        y + width,
        y + width
    )
}
