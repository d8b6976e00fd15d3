//! What the templates in `templates/parts*` read. One struct for each macro that takes one; field names are
//! those of the comments at the top of `parts.html` and its neighbours. Text is `String`; an empty text means
//! "none".

#[derive(Clone, Default)] pub struct NavItem { pub label: String, pub href: &'static str, pub count: usize, pub current: bool }
#[derive(Clone, Default)] pub struct Toast { pub text: String, pub undo_href: String }
#[derive(Clone, Default)] pub struct Choice { pub code: String, pub label: String, pub chosen: bool, pub key: String, pub alarm: bool }
#[derive(Clone, Default)] pub struct Field { pub id: String, pub name: String, pub label: String, pub hint: String, pub why: String, pub seen: String, pub value: String, pub error: String, pub required: bool, pub depends: bool, pub kind: &'static str, pub max: usize, pub key: String, pub options: Vec<Choice> }
impl Field {
    /// Has an option a sentence for a label? Those stand below one another.
    #[must_use]
    pub fn wordy(&self) -> bool {
        self.options.iter().any(|o| o.label.chars().count() > 90)
    }
}
#[derive(Clone, Default)] pub struct FieldError { pub id: String, pub text: String }
#[derive(Clone, Default)] pub struct Reason { pub text: String, pub href: String, pub owner: String }
#[derive(Clone, Default)] pub struct Link { pub label: String, pub href: String }
#[derive(Clone, Default)] pub struct Clock { pub name: String, pub left: String, pub pct: u8, pub note: String, pub kind: &'static str, pub href: String }
#[derive(Clone, Default)] pub struct Step { pub code: String, pub name: String, pub state: &'static str, pub word: String }
#[derive(Clone, Default)] pub struct StepBlock { pub title: String, pub steps: Vec<Step> }
#[derive(Clone, Default)] pub struct Steps { pub here: String, pub done: String, pub blocks: Vec<StepBlock> }
#[derive(Clone, Default)] pub struct TimelineItem { pub day: String, pub hour: String, pub icon: &'static str, pub kind: &'static str, pub title: String, pub tag_kind: &'static str, pub tag: String, pub tag_icon: &'static str, pub body: String, pub link: String, pub href: String, pub by: String }
#[derive(Clone, Default)] pub struct Tab { pub href: String, pub label: String, pub n: usize, pub current: bool }
#[derive(Clone, Default)] pub struct SectionItem { pub href: String, pub label: String, pub current: bool, pub mark_kind: &'static str, pub mark: String }
#[derive(Clone, Default)] pub struct SectionGroup { pub title: String, pub items: Vec<SectionItem> }
#[derive(Clone, Default)] pub struct FilterOption { pub code: String, pub label: String, pub chosen: bool, pub n: usize }
#[derive(Clone, Default)] pub struct FilterGroup { pub name: &'static str, pub title: String, pub options: Vec<FilterOption> }
#[derive(Clone, Default)] pub struct Pager { pub prev: String, pub next: String, pub text: String, pub next_text: String }
#[derive(Clone, Default)] pub struct Task { pub title: String, pub href: String, pub note: String, pub when: String, pub when_kind: &'static str, pub when_icon: &'static str, pub done_action: String }
#[derive(Clone, Default)] pub struct Reveal { pub action: String, pub masked: String, pub name: String, pub about: String, pub reasons: Vec<Choice> }
#[derive(Clone, Default)] pub struct ConflictRow { pub label: String, pub mine: String, pub theirs: String, pub differs: bool }
#[derive(Clone, Default)] pub struct Hidden { pub name: String, pub value: String }
#[derive(Clone, Default)] pub struct Conflict { pub lead: String, pub action: String, pub version: String, pub mine_label: String, pub theirs_label: String, pub rows: Vec<ConflictRow>, pub both: bool, pub hidden: Vec<Hidden> }
#[derive(Clone, Default)] pub struct Target { pub code: &'static str, pub title: String, pub href: String, pub n: String, pub of: String, pub pct: u8, pub time_pct: u8, pub has_target: bool, pub parts: Vec<String>, pub definition: String, pub tag_kind: &'static str, pub tag: String, pub tag_icon: &'static str }
#[derive(Clone, Default)] pub struct Cell { pub state: &'static str }
#[derive(Clone, Default)] pub struct WayStep { pub n: usize, pub label: String, pub state: &'static str }
