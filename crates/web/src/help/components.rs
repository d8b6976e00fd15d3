//! The page of all parts of the screen, with invented samples from the texts `components-*`.

use crate::answer::{Answer, page as render};
use crate::page::Page;
use crate::parts::{
    Cell, Choice, Clock, Conflict, ConflictRow, Field, FieldError, FilterGroup, FilterOption, Pager, Reason,
    Reveal, SectionGroup, SectionItem, Step, StepBlock, Steps, Tab, Target, Task, TimelineItem, Toast,
    WayStep,
};
use crate::visit::Visit;
use askama::Template;

#[derive(Template)]
#[template(path = "components.html")]
struct Components {
    page: Page,
    clocks: Vec<Clock>,
    reasons: Vec<Reason>,
    errors: Vec<FieldError>,
    fields: Vec<Field>,
    pills: Field,
    questions: Vec<Field>,
    timeline: Vec<TimelineItem>,
    steps: Steps,
    sections: Vec<SectionGroup>,
    conflict: Conflict,
    reveal: Reveal,
    tabs: Vec<Tab>,
    way: Vec<WayStep>,
    tasks: Vec<Task>,
    pager: Pager,
    target: Target,
    cells: Vec<Cell>,
    filter: FilterGroup,
    toast: Toast,
}

pub(super) fn page(visit: &Visit<'_>) -> Answer {
    render(&components(Page::new(visit, "")))
}

/// Builds all samples.
fn components(page: Page) -> Components {
    let texts = page.texts();
    let t = |key: &str| texts.t(&format!("components-{key}"));
    let choice = |code: &str, key: &str, chosen: bool| Choice {
        code: code.into(),
        label: t(key),
        chosen,
        ..Choice::default()
    };
    let clock = |key: &str, pct: u8, kind: &'static str| Clock {
        name: t(&format!("clock-{key}")),
        left: t(&format!("clock-{key}-left")),
        pct,
        note: t(&format!("clock-{key}-note")),
        kind,
        href: String::new(),
    };
    let step = |code: &str, state: &'static str| Step {
        code: code.into(),
        name: t(&format!("step-{}", code.replace('.', "-"))),
        state,
        word: t(&format!("state-{state}")),
    };
    let reasons =
        || vec![choice("call", "field-reason-call", true), choice("travel", "field-reason-travel", false)];
    let ask = |id: &str, label: &str, key: &str, chosen: usize, alarm: bool| Field {
        id: id.into(),
        name: id.into(),
        label: t(label),
        kind: "segment",
        required: true,
        key: key.into(),
        options: ["yes", "no", "unknown"]
            .iter()
            .enumerate()
            .map(|(at, code)| Choice {
                code: (*code).into(),
                label: t(&format!("answer-{code}")),
                chosen: at == chosen,
                key: t(&format!("answer-{code}-key")),
                alarm: alarm && at == 0,
            })
            .collect(),
        ..Field::default()
    };
    let section = |key: &str, current: bool, mark_kind: &'static str, mark: String| SectionItem {
        href: "#sections".into(),
        label: t(&format!("section-{key}")),
        current,
        mark_kind,
        mark,
    };
    Components {
        page,
        clocks: vec![
            clock("reflection", 43, "calm"),
            clock("consent", 90, "soon"),
            clock("notice", 88, "urgent"),
            clock("feedback", 100, "overdue"),
            clock("risk", 100, "done"),
            clock("compensation", 0, "idle"),
        ],
        reasons: vec![
            Reason {
                text: t("button-blocked-1"),
                href: "#buttons".into(),
                owner: t("button-blocked-1-owner"),
            },
            Reason {
                text: t("button-blocked-2"),
                href: "#buttons".into(),
                owner: t("button-blocked-2-owner"),
            },
        ],
        errors: vec![
            FieldError { id: "id-number".into(), text: t("field-id-error") },
            FieldError { id: "arrived".into(), text: t("field-date-error") },
        ],
        fields: vec![
            Field {
                id: "arrived".into(),
                name: "arrived".into(),
                label: t("field-date"),
                hint: t("field-date-hint"),
                why: t("field-date-why"),
                seen: t("field-date-seen"),
                value: "26.02.2017".into(),
                required: true,
                kind: "date",
                ..Field::default()
            },
            Field {
                id: "id-number".into(),
                name: "id-number".into(),
                label: t("field-id"),
                value: "8503126549".into(),
                error: t("field-id-error"),
                required: true,
                kind: "number",
                ..Field::default()
            },
            Field {
                id: "address".into(),
                label: t("field-address"),
                hint: t("field-address-sealed"),
                value: "#form".into(),
                kind: "sealed",
                ..Field::default()
            },
            Field {
                id: "consent".into(),
                name: "consent".into(),
                label: t("field-consent"),
                required: true,
                kind: "radios",
                options: vec![
                    choice("yes", "field-consent-yes", true),
                    choice("no", "field-consent-no", false),
                ],
                ..Field::default()
            },
            Field {
                id: "needs".into(),
                name: "needs".into(),
                label: t("field-needs"),
                kind: "checkboxes",
                options: vec![
                    choice("interpreter", "field-needs-interpreter", true),
                    choice("escort", "field-needs-escort", false),
                ],
                ..Field::default()
            },
            Field {
                id: "reason".into(),
                name: "reason".into(),
                label: t("field-reason"),
                required: true,
                kind: "select",
                options: reasons(),
                ..Field::default()
            },
            Field {
                id: "cost".into(),
                name: "cost".into(),
                label: t("field-cost"),
                value: "1 800,50".into(),
                required: true,
                kind: "money",
                ..Field::default()
            },
            Field {
                id: "note".into(),
                name: "note".into(),
                label: t("field-note"),
                hint: t("field-note-hint"),
                kind: "textarea",
                max: 2000,
                ..Field::default()
            },
            Field {
                id: "file".into(),
                name: "file".into(),
                label: t("field-file"),
                kind: "file",
                ..Field::default()
            },
            Field {
                id: "agree".into(),
                name: "agree".into(),
                label: t("field-agree"),
                value: "1".into(),
                required: true,
                kind: "check",
                ..Field::default()
            },
        ],
        pills: Field {
            id: "caller".into(),
            name: "caller".into(),
            label: t("field-caller"),
            required: true,
            kind: "pills",
            options: ["self", "close", "friend"]
                .iter()
                .enumerate()
                .map(|(at, code)| Choice {
                    code: (*code).into(),
                    label: t(&format!("field-caller-{code}")),
                    chosen: at == 0,
                    key: format!("A{}", at + 1),
                    alarm: false,
                })
                .collect(),
            ..Field::default()
        },
        questions: vec![
            ask("q1", "field-question", "1", 1, false),
            ask("q2", "field-question-2", "2", 0, true),
        ],
        timeline: vec![
            TimelineItem {
                day: t("day-1"),
                hour: "10:00".into(),
                icon: "warning",
                kind: "warn",
                title: t("time-1"),
                tag_kind: "amber",
                tag: t("time-1-tag"),
                tag_icon: "clock",
                by: t("time-1-by"),
                ..TimelineItem::default()
            },
            TimelineItem {
                day: t("day-2"),
                icon: "shield",
                title: t("time-2"),
                body: t("time-2-body"),
                by: t("time-2-by"),
                ..TimelineItem::default()
            },
            TimelineItem {
                day: t("day-3"),
                icon: "lock",
                kind: "sealed",
                title: t("time-3"),
                by: t("time-3-by"),
                ..TimelineItem::default()
            },
            TimelineItem {
                day: t("day-4"),
                icon: "flag",
                kind: "turn",
                title: t("time-4"),
                by: t("time-4-by"),
                ..TimelineItem::default()
            },
        ],
        steps: Steps {
            here: t("steps-here"),
            done: t("steps-done"),
            blocks: vec![
                StepBlock {
                    title: t("block-1"),
                    steps: vec![
                        step("1.1", "done"),
                        step("1.2", "done"),
                        step("1.3", "done"),
                        step("1.4", "done"),
                    ],
                },
                StepBlock { title: t("block-2"), steps: vec![step("2.1", "done"), step("2.2", "here")] },
                StepBlock {
                    title: t("block-3"),
                    steps: vec![
                        step("3.1", "half"),
                        step("3.2", "done"),
                        step("3.3", "empty"),
                        step("3.4", "empty"),
                    ],
                },
            ],
        },
        sections: vec![
            SectionGroup {
                title: t("section-overview"),
                items: vec![
                    section("timeline", true, "", String::new()),
                    section("tasks", false, "text", "4".into()),
                ],
            },
            SectionGroup {
                title: t("section-person"),
                items: vec![
                    section("identity", false, "sealed", t("tag-sealed")),
                    section("contact", false, "done", t("tag-done")),
                    section("consents", false, "amber", t("clock-consent-left")),
                    section("plan", false, "missing", t("tag-missing")),
                ],
            },
        ],
        conflict: Conflict {
            lead: t("conflict-lead"),
            action: "#conflict".into(),
            version: "3".into(),
            mine_label: t("conflict-mine"),
            theirs_label: t("conflict-theirs"),
            rows: vec![ConflictRow {
                label: t("conflict-row"),
                mine: t("conflict-mine-text"),
                theirs: t("conflict-theirs-text"),
                differs: true,
            }],
            both: true,
            hidden: Vec::new(),
        },
        reveal: Reveal {
            action: "#windows".into(),
            masked: "Ж. •••••".into(),
            name: String::new(),
            about: t("person-about"),
            reasons: reasons(),
        },
        tabs: vec![
            Tab { href: "#tabs".into(), label: t("tab-plan"), n: 0, current: true },
            Tab { href: "#tabs".into(), label: t("tab-help"), n: 4, current: false },
            Tab { href: "#tabs".into(), label: t("tab-visits"), n: 0, current: false },
        ],
        way: vec![
            WayStep { n: 1, label: t("way-person"), state: "done" },
            WayStep { n: 2, label: t("way-consent"), state: "here" },
            WayStep { n: 3, label: t("way-referral"), state: "" },
        ],
        tasks: vec![
            Task {
                title: t("task-1"),
                href: "#tasks".into(),
                note: t("task-1-note"),
                when: t("task-1-when"),
                when_kind: "red",
                when_icon: "warning",
                done_action: "#tasks".into(),
            },
            Task {
                title: t("task-2"),
                href: "#tasks".into(),
                note: t("task-2-note"),
                when: t("task-2-when"),
                when_kind: "grey",
                when_icon: "",
                done_action: "#tasks".into(),
            },
        ],
        pager: Pager {
            prev: String::new(),
            next: "#table".into(),
            text: t("table-text"),
            next_text: t("table-next"),
        },
        target: Target {
            code: "R1",
            title: t("target-title"),
            href: "#charts".into(),
            n: "71".into(),
            of: t("target-of"),
            pct: 71,
            time_pct: 60,
            has_target: true,
            parts: vec![t("target-part-1"), t("target-part-2")],
            definition: t("target-definition"),
            tag_kind: "green",
            tag: t("target-tag"),
            tag_icon: "check",
        },
        cells: (0..10)
            .map(|at| Cell {
                state: if at < 7 {
                    "done"
                } else if at == 7 {
                    "wait"
                } else {
                    "missing"
                },
            })
            .collect(),
        filter: FilterGroup {
            name: "state",
            title: t("filter-state"),
            options: vec![
                FilterOption { code: "active".into(), label: t("tag-active"), chosen: true, n: 41 },
                FilterOption { code: "return".into(), label: t("filter-return"), chosen: false, n: 6 },
            ],
        },
        toast: Toast { text: t("toast"), undo_href: "#alerts".into() },
    }
}
