//! What every room can do with its records: write, read, change, look back.

use crate::desk::{Desk, case_of};
use crate::{Ctx, Office, OfficeError, Result, Stale};
use domain::policy::{Resource, decide};
use domain::values::Input;
use domain::{Action, FieldError, Head, Id, Kind, Mask, Problem, Record, RecordKind, Values};
use store::{Tx, WriteTx};

/// Where a new record goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Under {
    /// Into this case.
    pub case_id: Option<Id>,
    /// Under this record (a leg under a return).
    pub parent_id: Option<Id>,
}

/// The reason that the log has for a name shown in the form that corrects it.
pub const REASON_CORRECT: &str = "correct";
/// And for one shown among what was written before.
pub const REASON_HISTORY: &str = "history";

/// A page about one record.
pub struct View {
    /// The record.
    pub record: Record,
    /// The case it belongs to.
    pub case: Option<Record>,
    /// Records that hang from it.
    pub children: Vec<Record>,
    /// May this actor change it?
    pub may_edit: bool,
}

/// One version in a history.
pub struct Version {
    /// The record as it was.
    pub record: Record,
    /// Which fields differ from the version before.
    pub changed: Vec<&'static str>,
}

/// Kinds that the generic form may write; the others have use cases of their own.
#[must_use]
pub fn has_form(kind: RecordKind) -> bool {
    !matches!(
        kind,
        RecordKind::User
            | RecordKind::Case
            | RecordKind::Contact
            | RecordKind::Hold
            | RecordKind::Erasure
            | RecordKind::LegalRequest
            | RecordKind::Export
    )
}

/// Kinds that [`edit`] may change: those with a form, and those whose room begins them by a step of its own and
/// changes them by the form of every kind. Never an account: whoever could change its role or its login would be
/// whoever he likes. It is ended, and another one made.
#[must_use]
pub fn may_change(kind: RecordKind) -> bool {
    has_form(kind) || matches!(kind, RecordKind::Case | RecordKind::Contact)
}

/// Fields that the form of a kind does not ask, because a step of its own sets them.
#[must_use]
pub fn not_on_form(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Case => &domain::cases::NOT_ON_FORM,
        RecordKind::Consent => &domain::consents::NOT_ON_FORM,
        RecordKind::Return => &domain::returns::NOT_ON_FORM,
        RecordKind::Person => &["born", "title", "birth_place", "standard_fields"],
        RecordKind::Signal => &["state"],
        _ => &[],
    }
}

/// Authorises writing a new record and says what the form starts with.
///
/// # Errors
/// `NotFound` when refused.
pub fn start(office: &Office, ctx: &Ctx, kind: RecordKind, under: Under) -> Result<(Option<Record>, Values)> {
    office.look(ctx, "records.start", |desk| {
        let case_id = place(desk, kind, under)?;
        let decision = may_create(desk, kind, case_id)?;
        let case = case_header(desk, case_id)?;
        let mut values = Values::default();
        let spec = kind.spec();
        if spec.field("on_date").is_some() && kind != RecordKind::Return {
            values.set("on_date", ctx.today.to_string());
        }
        if let Some(first) = spec.states.first() {
            values.set("state", *first);
        }
        if decision.allow && spec.field("assignee").is_some() {
            values.set("assignee", ctx.actor.user.to_string());
        }
        Ok((case, values))
    })
}

/// Writes a new record. The same `key` twice gives the first record's id.
///
/// # Errors
/// `Invalid` with the fields to correct; `NotFound` when refused; the database.
pub fn create(
    office: &Office,
    ctx: &Ctx,
    kind: RecordKind,
    under: Under,
    input: &Input,
    key: Option<Id>,
) -> Result<Id> {
    if !has_form(kind) {
        return Err(OfficeError::NotFound);
    }
    // What a step of its own sets, no form sets beforehand: nobody arrives who was never let go.
    let mut input = input.clone();
    for name in not_on_form(kind) {
        input.remove(*name);
    }
    let values = Values::parse(kind.spec(), &input).map_err(OfficeError::Invalid)?;
    check(kind, &values, ctx)?;
    office.act(ctx, "records.create", |desk| {
        once(desk, key, |desk| {
            let case_id = place(desk, kind, under)?;
            let decision = may_create(desk, kind, case_id)?;
            check_references(desk, kind, case_id, &values)?;
            if kind == RecordKind::Organisation {
                crate::organisations::check_kind(desk, None, &values)?;
            }
            let mut head = desk.new_head(kind);
            let first_state = head.state.clone();
            head.take(&values);
            if head.state.is_empty() {
                head.state = first_state;
            }
            head.case_id = case_id;
            head.parent_id = under.parent_id;
            let id = head.id;
            let record = Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE };
            desk.insert(&record, decision)?;
            Ok(id)
        })
    })
}

/// Runs `work` once for an idempotency key; a second time answers what the first made.
///
/// # Errors
/// Those of `work`; the database.
pub fn once<'a>(
    desk: &mut Desk<'a, WriteTx<'_>>,
    key: Option<Id>,
    work: impl FnOnce(&mut Desk<'a, WriteTx<'_>>) -> Result<Id>,
) -> Result<Id> {
    let Some(key) = key else { return work(desk) };
    let user = desk.ctx.actor.user.0;
    if let Some(made) = store::forms::made(desk.tx, key, user)? {
        return made.parse().map_err(|_| OfficeError::NotFound);
    }
    let id = work(desk)?;
    store::forms::remember(desk.tx, key, user, &id.to_string(), desk.ctx.now)?;
    Ok(id)
}

/// Which case a new record goes into: given, or that of its parent.
fn place<T: Tx>(desk: &mut Desk<'_, T>, kind: RecordKind, under: Under) -> Result<Option<Id>> {
    match (kind.parent(), under.parent_id) {
        (Some(wanted), Some(parent)) => {
            let parent = desk.stored(parent)?.head;
            if parent.kind != wanted {
                return Err(OfficeError::NotFound);
            }
            // What hangs from a record outside of cases is authorised like that record.
            if parent.case_id.is_none() {
                desk.may(Action::Edit, &parent)?;
            }
            Ok(parent.case_id)
        }
        (Some(_), None) => Err(OfficeError::NotFound),
        (None, _) => Ok(under.case_id),
    }
}

fn may_create<T: Tx>(
    desk: &mut Desk<'_, T>,
    kind: RecordKind,
    case_id: Option<Id>,
) -> Result<domain::Decision> {
    let in_case = RecordKind::IN_CASE.contains(&kind)
        || matches!(kind, RecordKind::Gate | RecordKind::Leg | RecordKind::Goal);
    match case_id {
        Some(case_id) => {
            // A case that is not there refuses like one that is hidden.
            let case = desk.stored(case_id)?;
            if case.head.kind != RecordKind::Case {
                return Err(OfficeError::NotFound);
            }
            let mut head = case.head;
            let relations = desk.relations(case_id)?;
            let decision = decide(&desk.ctx.actor, Action::Create, Resource { kind, relations: &relations });
            if decision.allow {
                return Ok(decision);
            }
            head.kind = RecordKind::Case;
            desk.note("create", &head, decision, Mask::NONE);
            Err(OfficeError::NotFound)
        }
        None if in_case && kind != RecordKind::Task => Err(OfficeError::NotFound),
        None => desk.may_general(Action::Create, kind),
    }
}

/// Checks that need more than one field.
fn check(kind: RecordKind, values: &Values, ctx: &Ctx) -> Result<()> {
    let mut errors = Vec::new();
    let future = |name: &str| values.date(name).is_some_and(|d| d > ctx.today);
    let before = |first: &str, second: &str| match (values.date(first), values.date(second)) {
        (Some(a), Some(b)) => b < a,
        _ => false,
    };
    // What has happened cannot lie in the future.
    let past: &[&str] = match kind {
        RecordKind::Identification
        | RecordKind::Case
        | RecordKind::Signal
        | RecordKind::Consent
        | RecordKind::Contact => &["on_date"],
        RecordKind::Service if values.get("state") == Some("delivered") => &["on_date"],
        RecordKind::Visit if values.get("state") == Some("done") => &["on_date"],
        RecordKind::Plan => &["signed_on"],
        RecordKind::Gate => &["done_on"],
        _ => &[],
    };
    errors.extend(past.iter().filter(|n| future(n)).map(|n| FieldError::new(n, Problem::DateOutOfRange)));
    if matches!(kind, RecordKind::Consent | RecordKind::Training) && before("on_date", "due_on") {
        errors.push(FieldError::new("due_on", Problem::DateOutOfRange));
    }
    if kind == RecordKind::Plan && values.get("state") == Some("signed") && values.get("signed_on").is_none()
    {
        errors.push(FieldError::new("signed_on", Problem::Required));
    }
    if kind == RecordKind::Training && values.get("state") == Some("held") && future("on_date") {
        errors.push(FieldError::new("on_date", Problem::DateOutOfRange));
    }
    if kind == RecordKind::Person
        && let Some(born) = values.get("birth_date").and_then(domain::PartialDate::parse)
        && born.earliest().is_some_and(|d| d > ctx.today)
    {
        errors.push(FieldError::new("birth_date", Problem::DateOutOfRange));
    }
    if errors.is_empty() { Ok(()) } else { Err(OfficeError::Invalid(errors)) }
}

/// What a value points to must exist and belong to the same case.
fn check_references<T: Tx>(
    desk: &mut Desk<'_, T>,
    kind: RecordKind,
    case_id: Option<Id>,
    values: &Values,
) -> Result<()> {
    let mut errors = Vec::new();
    for field in kind.spec().fields {
        let Some(text) = values.get(field.name) else { continue };
        let wanted = match field.kind {
            Kind::Organisation | Kind::Organisations => RecordKind::Organisation,
            Kind::User => RecordKind::User,
            Kind::Record(kind) => kind,
            _ => continue,
        };
        for id in text.split_ascii_whitespace().filter_map(|id| id.parse::<Id>().ok()) {
            let found = store::records::head(desk.tx, id)?;
            let fits = found.is_some_and(|h| {
                h.kind == wanted && (!matches!(field.kind, Kind::Record(_)) || h.case_id == case_id)
            });
            if !fits {
                errors.push(FieldError::new(field.name, Problem::UnknownChoice));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(OfficeError::Invalid(errors)) }
}

/// The header of a case for the pages of its records: what the actor may know of it.
///
/// # Errors
/// The database.
pub fn case_header<T: Tx>(desk: &mut Desk<'_, T>, case_id: Option<Id>) -> Result<Option<Record>> {
    let Some(case_id) = case_id else { return Ok(None) };
    let stored = desk.stored(case_id)?;
    let relations = desk.relations(case_id)?;
    let decision =
        decide(&desk.ctx.actor, Action::List, Resource { kind: RecordKind::Case, relations: &relations });
    if !decision.allow {
        return Ok(None);
    }
    let mask = decision.mask.intersection(Mask::CODED);
    Ok(Some(desk.unseal(stored, mask)?))
}

/// A record with what hangs from it.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn view(office: &Office, ctx: &Ctx, id: Id) -> Result<View> {
    office.look(ctx, "records.view", |desk| {
        let record = desk.fetch(Action::View, id)?;
        let case_id = case_of(&record.head);
        let case = case_header(desk, case_id)?;
        let children = children(desk, &record.head)?;
        let may_edit = desk.could(Action::Edit, record.head.kind, &record.head.clone())?;
        Ok(View { record, case, children, may_edit })
    })
}

/// Records that hang from one, those the actor may view.
///
/// # Errors
/// `Sealed`; the database.
pub fn children<T: Tx>(desk: &mut Desk<'_, T>, head: &Head) -> Result<Vec<Record>> {
    let stored = store::records::under(desk.tx, head.id)?;
    open_all(desk, stored)
}

/// Opens those of many records that the actor may view, and notes each kind once.
///
/// # Errors
/// `Sealed`; the database.
pub fn open_all<T: Tx>(desk: &mut Desk<'_, T>, stored: Vec<store::records::Stored>) -> Result<Vec<Record>> {
    let mut out: Vec<Record> = Vec::with_capacity(stored.len());
    let mut noted: Vec<(RecordKind, domain::Decision, Vec<Id>, Vec<Id>)> = Vec::new();
    for one in stored {
        let relations = desk.relations_to(&one.head)?;
        let kind = one.head.kind;
        let decision = decide(&desk.ctx.actor, Action::View, Resource { kind, relations: &relations });
        if !decision.allow {
            continue;
        }
        let case = case_of(&one.head);
        match noted.iter_mut().find(|(k, d, ..)| *k == kind && *d == decision) {
            Some((_, _, ids, cases)) => {
                ids.push(one.head.id);
                cases.extend(case.filter(|c| !cases.contains(c)));
            }
            None => noted.push((kind, decision, vec![one.head.id], case.into_iter().collect())),
        }
        out.push(desk.unseal(one, decision.mask)?);
    }
    for (kind, decision, ids, cases) in noted {
        desk.note_many("view", kind, ids, cases, decision, decision.mask);
    }
    Ok(out)
}

/// A record that the form of every kind may change; any other looks absent, and the attempt is noted.
fn changeable<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<store::records::Stored> {
    let stored = desk.stored(id)?;
    if may_change(stored.head.kind) {
        return Ok(stored);
    }
    let refused = domain::Decision { allow: false, ..domain::Decision::by("no-form", Mask::NONE) };
    desk.note("edit", &stored.head, refused, Mask::NONE);
    Err(OfficeError::NotFound)
}

/// Changes a record. `version` is the one the form was made from.
///
/// # Errors
/// `Invalid`; `Stale` with both versions; `NotFound` when refused; the database.
pub fn edit(office: &Office, ctx: &Ctx, id: Id, version: i64, input: &Input) -> Result<Id> {
    office.act(ctx, "records.edit", |desk| {
        let stored = changeable(desk, id)?;
        let decision = desk.may(Action::Edit, &stored.head)?;
        let kind = stored.head.kind;
        let mut record = desk.unseal(stored, decision.mask)?;
        let values = merged(kind, &record, input)?;
        check(kind, &values, ctx)?;
        check_references(desk, kind, record.head.case_id, &values)?;
        if kind == RecordKind::Organisation {
            crate::organisations::check_kind(desk, Some(&record.values), &values)?;
        }
        if record.head.version != version {
            let by = crate::names::user(desk, record.head.updated_by)?;
            return Err(OfficeError::Stale(Box::new(Stale { theirs: record, by, mine: values })));
        }
        let crosses =
            values.get("state").is_some_and(|asked| (asked == "closed") != (record.head.state == "closed"));
        if kind == RecordKind::Case && crosses {
            return Err(OfficeError::Invalid(vec![FieldError::new("state", Problem::OwnStep)]));
        }
        record.values = values.clone();
        record.head.take(&values);
        desk.update(&mut record, decision, "edit")?;
        Ok(id)
    })
}

/// What the form says, plus what the form does not ask or the actor may not open.
fn merged(kind: RecordKind, record: &Record, input: &Input) -> Result<Values> {
    let spec = kind.spec();
    let mut input = input.clone();
    let kept = record.values.to_input(spec);
    for name in not_on_form(kind) {
        input.remove(*name);
        if let Some(value) = kept.get(*name) {
            input.insert((*name).to_owned(), value.clone());
        }
    }
    if kind == RecordKind::Contact {
        let asked = input.get("state").and_then(|v| v.first()).map_or("", String::as_str);
        let state = domain::hotline::state_after_edit(&record.head.state, asked).to_owned();
        input.insert("state".to_owned(), vec![state]);
    }
    // A required field that is sealed to this reader stays what it is.
    let hidden = |name: &str| spec.field(name).is_some_and(|f| !record.mask.has(f.compartment));
    match Values::parse(spec, &input) {
        Ok(values) => Ok(values.masked(spec, record.mask)),
        Err(errors) => {
            let errors: Vec<FieldError> = errors.into_iter().filter(|e| !hidden(&e.field)).collect();
            if errors.is_empty() {
                let mut without = input.clone();
                for field in spec.fields.iter().filter(|f| hidden(f.name)) {
                    without.insert(field.name.to_owned(), vec![placeholder(field.kind).to_owned()]);
                }
                Values::parse(spec, &without)
                    .map(|v| v.masked(spec, record.mask))
                    .map_err(OfficeError::Invalid)
            } else {
                Err(OfficeError::Invalid(errors))
            }
        }
    }
}

/// Something that passes the check of a hidden required field; it is masked away before anything is stored.
fn placeholder(kind: Kind) -> &'static str {
    match kind {
        Kind::Code(list) | Kind::Codes(list) => list.codes.first().copied().unwrap_or_default(),
        Kind::Date | Kind::PartialDate => "2000-01-01",
        Kind::Country | Kind::Countries => "BG",
        Kind::Number(..) | Kind::Money => "1",
        Kind::Phone => "112",
        Kind::Organisation | Kind::Organisations | Kind::User | Kind::Record(_) => {
            "00000000000000000000000000000000"
        }
        _ => "-",
    }
}

/// The record for its form, authorised for editing.
///
/// # Errors
/// `NotFound` when refused; `Sealed`; the database.
pub fn for_edit(office: &Office, ctx: &Ctx, id: Id) -> Result<(Record, Option<Record>)> {
    office.look(ctx, "records.for_edit", |desk| {
        changeable(desk, id)?;
        let head = desk.stored(id)?.head;
        if head.kind == RecordKind::Person && desk.could(Action::Edit, head.kind, &head)? {
            crate::audit::stop(desk, id)?;
        }
        let record = desk.fetch(Action::Edit, id)?;
        if record.head.kind == RecordKind::Person {
            desk.because(REASON_CORRECT);
        }
        let case = case_header(desk, case_of(&record.head))?;
        Ok((record, case))
    })
}

/// All versions of a record, newest first, each with what changed.
///
/// # Errors
/// `NotFound` when refused; `Sealed`; the database.
pub fn history(office: &Office, ctx: &Ctx, id: Id) -> Result<(Vec<Version>, Option<Record>)> {
    office.look(ctx, "records.history", |desk| {
        let stored = desk.stored(id)?;
        let decision = desk.may(Action::View, &stored.head)?;
        let case = case_header(desk, case_of(&stored.head))?;
        if stored.head.kind == RecordKind::Person && decision.mask.has(domain::Compartment::C3) {
            crate::audit::stop(desk, id)?;
        }
        let mut versions = vec![desk.unseal(stored.clone(), decision.mask)?];
        for older in store::records::history(desk.tx, &stored.head)? {
            versions.push(desk.unseal(older, decision.mask)?);
        }
        desk.note("history", &stored.head, decision, decision.mask);
        if stored.head.kind == RecordKind::Person && decision.mask.has(domain::Compartment::C3) {
            desk.because(REASON_HISTORY);
        }
        let mut out = Vec::with_capacity(versions.len());
        let mut rest = versions.into_iter().peekable();
        while let Some(record) = rest.next() {
            let changed = match rest.peek() {
                Some(before) => {
                    let fields = record.head.kind.spec().fields.iter();
                    fields.filter(|f| record.get(f.name) != before.get(f.name)).map(|f| f.name).collect()
                }
                None => Vec::new(),
            };
            out.push(Version { record, changed });
        }
        Ok((out, case))
    })
}

/// A page of a list outside of cases.
pub struct Page {
    /// Rows, newest first.
    pub rows: Vec<Record>,
    /// Where the next page begins.
    pub next: Option<(i64, Id)>,
}

/// Records of one kind outside of cases, newest first, as far as the policy's scope reaches.
///
/// # Errors
/// `NotFound` when the role has no such list; `Sealed`; the database.
pub fn list(
    office: &Office,
    ctx: &Ctx,
    kind: RecordKind,
    after: Option<(i64, Id)>,
    rows: i64,
) -> Result<Page> {
    office.look(ctx, "records.list", |desk| {
        let Some(scope) = domain::policy::general_scope(&ctx.actor, kind) else {
            desk.may_general(Action::List, kind)?;
            return Err(OfficeError::NotFound);
        };
        let stored = store::records::of_kind(desk.tx, kind.code(), scope.organisation(), after, rows + 1)?;
        let mut rows_out = Vec::new();
        let ids: Vec<Id> = stored.iter().map(|s| s.head.id).collect();
        let full = stored.len() > usize::try_from(rows).unwrap_or(usize::MAX);
        for one in stored.into_iter().take(usize::try_from(rows).unwrap_or(0)) {
            rows_out.push(desk.unseal(one, scope.mask())?);
        }
        let decision = domain::Decision::by(scope.rule(), scope.mask());
        if !ids.is_empty() {
            desk.note_many("list", kind, ids, Vec::new(), decision, scope.mask());
        }
        let next = if full { rows_out.last().map(|r| (r.head.created_at, r.head.id)) } else { None };
        Ok(Page { rows: rows_out, next })
    })
}

/// Records of one kind in a case that the actor may view: choices of a form.
///
/// # Errors
/// `Sealed`; the database.
pub fn in_case(office: &Office, ctx: &Ctx, case_id: Id, kind: RecordKind) -> Result<Vec<Record>> {
    office.look(ctx, "records.in_case", |desk| {
        let stored = store::records::of_case_kind(desk.tx, case_id, kind.code())?;
        open_all(desk, stored)
    })
}
