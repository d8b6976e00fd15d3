//! Requests of authorities about one person: written down, decided by two others, answered with the least that
//! was approved, and told to the person unless the request forbids it.
//!
//! The answer is made in the session of whoever approves last, out of what that session's keys open; nobody
//! else, no administrator and no command line, can make one. What was handed out is kept sealed beside the
//! request, so that it can be shown later what it was.

mod answer;

pub use answer::{Answer, Part, answer};

use crate::desk::{Desk, action_code};
use crate::records::{case_header, once, open_all};
use crate::{Ctx, Office, OfficeError, Result};
use domain::legal::{self, Approval};
use domain::policy::{Author, EVERYONE_NATIONAL, Groups, Resource, decide as weigh};
use domain::values::Input;
use domain::{
    Action, Actor, Compartment, Date, Decision, FieldError, Head, Id, Mask, OrganisationId, Problem, Record,
    RecordKind, Role, UserId, Values, codes,
};
use store::Tx;

/// So many requests a list shows.
const LISTED: i64 = 200;
const NOTE: usize = 10_000;

/// A line of the list.
pub struct Line {
    /// The request, as far as the actor may see.
    pub request: Record,
    /// Its case, coded fields, when the actor may know of it.
    pub case: Option<Record>,
}

/// A request with what its decision needs to know.
pub struct LegalPage {
    /// The request.
    pub request: Record,
    /// Its case, coded fields.
    pub case: Option<Record>,
    /// May this actor decide on requests of this case at all?
    pub may_decide: bool,
    /// Which approval this actor's would be; nothing when it is decided, or when somebody else has to.
    pub approval: Option<Approval>,
    /// Who approved before, and may still.
    pub first: Option<Id>,
    /// What can still be approved.
    pub open: Groups,
    /// How many records of each kind a group would take an answer from, for the groups that are open.
    pub counts: Vec<(RecordKind, usize)>,
    /// May this actor write down that the person was told?
    pub may_tell: bool,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Approved by one of two.
    Approved,
    /// Approved by both: the answer is there.
    Answered,
    /// Refused with its ground.
    Refused,
}

fn all<'a>(input: &'a Input, name: &str) -> &'a [String] {
    input.get(name).map(Vec::as_slice).unwrap_or_default()
}

fn first<'a>(input: &'a Input, name: &str) -> &'a str {
    all(input, name).first().map(|v| v.trim()).unwrap_or_default()
}

/// Decides on requests of a case, for which its head stands. A refusal is logged and looks like absence.
fn about<T: Tx>(desk: &mut Desk<'_, T>, action: Action, case: &Head) -> Result<Decision> {
    let relations = desk.relations_to(case)?;
    let resource = Resource { kind: RecordKind::LegalRequest, relations: &relations };
    let decision = weigh(&desk.ctx.actor, action, resource);
    if case.kind == RecordKind::Case && decision.allow {
        return match decision.duties.step_up {
            Some(wanted) => Err(OfficeError::StepUp(wanted)),
            None => Ok(decision),
        };
    }
    let refused = Decision { allow: false, ..Decision::by("default-deny", Mask::NONE) };
    desk.note(action_code(action), case, refused, Mask::NONE);
    Err(OfficeError::NotFound)
}

/// May the actor write down requests about a case? For the button.
///
/// # Errors
/// The database.
pub(crate) fn may_keep<T: Tx>(desk: &mut Desk<'_, T>, case: &Head) -> Result<bool> {
    let relations = desk.relations_to(case)?;
    let resource = Resource { kind: RecordKind::LegalRequest, relations: &relations };
    Ok(weigh(&desk.ctx.actor, Action::Ask, resource).allow)
}

/// The case that a request is about, for the form. Authorises.
///
/// # Errors
/// `NotFound` when absent or refused; the database.
pub fn form(office: &Office, ctx: &Ctx, case: Id) -> Result<Record> {
    office.look(ctx, "legal.form", |desk| {
        let stored = desk.stored(case)?;
        let decision = about(desk, Action::Ask, &stored.head)?;
        desk.unseal(stored, decision.mask.intersection(Mask::CODED))
    })
}

/// Silence has an end at which somebody looks at it again, and a reason.
fn silence(office: &Office, today: Date, until: Option<Date>, basis: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let last = today.saturating_add(jiff::Span::new().days(i64::from(office.programme.legal.silence_days)));
    match until {
        None => errors.push(FieldError::new("silent_until", Problem::Required)),
        Some(day) if day < today || day > last => {
            errors.push(FieldError::new("silent_until", Problem::DateOutOfRange));
        }
        Some(_) => {}
    }
    if basis.is_empty() {
        errors.push(FieldError::new("silence_basis", Problem::Required));
    }
    errors
}

/// Writes a request down. Fields: [`legal::ON_FORM`]. It opens nothing.
///
/// # Errors
/// `Invalid`; `NotFound` when refused; `WrongState` for an anonymised case; the database.
pub fn register(office: &Office, ctx: &Ctx, case: Id, input: &Input, key: Option<Id>) -> Result<Id> {
    let mut input = input.clone();
    input.retain(|name, _| legal::ON_FORM.contains(&name.as_str()));
    let parsed = Values::parse(RecordKind::LegalRequest.spec(), &input);
    let mut errors = parsed.as_ref().err().cloned().unwrap_or_default();
    let mut values = parsed.unwrap_or_default();
    if values.date("on_date").is_some_and(|day| day > ctx.today) {
        errors.push(FieldError::new("on_date", Problem::DateOutOfRange));
    }
    if let (Some(on), Some(due)) = (values.date("on_date"), values.date("due_on"))
        && due < on
    {
        errors.push(FieldError::new("due_on", Problem::DateOutOfRange));
    }
    if values.get("ground").is_some_and(|g| !office.programme.legal.grounds.iter().any(|o| o == g)) {
        errors.push(FieldError::new("ground", Problem::UnknownChoice));
    }
    if values.get("telling") == Some("forbidden") {
        let basis = values.get("silence_basis").unwrap_or_default().to_owned();
        errors.extend(silence(office, ctx.today, values.date("silent_until"), &basis));
    } else {
        for name in ["silent_until", "silence_basis"] {
            values.0.remove(name);
        }
    }
    if !errors.is_empty() {
        return Err(OfficeError::Invalid(errors));
    }
    values.set("state", "received");
    office.act(ctx, "legal.register", |desk| {
        once(desk, key, |desk| {
            let stored = desk.stored(case)?;
            let decision = about(desk, Action::Ask, &stored.head)?;
            // What was anonymised has nobody left to ask about.
            if stored.head.person_id.is_none() {
                return Err(OfficeError::WrongState);
            }
            if let Some(organisation) = values.id("organisation") {
                let known = store::records::head(desk.tx, organisation)?;
                if known.is_none_or(|h| h.kind != RecordKind::Organisation) {
                    let error = FieldError::new("organisation", Problem::UnknownChoice);
                    return Err(OfficeError::Invalid(vec![error]));
                }
            }
            let mut head = desk.new_head(RecordKind::LegalRequest);
            head.take(&values);
            head.case_id = Some(case);
            let id = head.id;
            let record = Record { head, values: values.clone(), mask: Mask::WORK, locked: Mask::NONE };
            desk.insert(&record, decision)?;
            Ok(id)
        })
    })
}

/// Requests about cases of the actor's organisation that he may read: those that wait first, by the day they
/// are due, then the others, newest first.
///
/// # Errors
/// `Sealed`; the database.
pub fn list(office: &Office, ctx: &Ctx) -> Result<Vec<Line>> {
    office.look(ctx, "legal.list", |desk| {
        let kind = RecordKind::LegalRequest.code();
        let own = Some(ctx.actor.organisation.0);
        let stored = store::records::of_kind(desk.tx, kind, own, None, LISTED)?;
        let mut lines = Vec::new();
        for request in open_all(desk, stored)? {
            let case = case_header(desk, request.head.case_id)?;
            lines.push(Line { request, case });
        }
        lines.sort_by_key(|line| {
            let head = &line.request.head;
            let waits = head.state == "received";
            (!waits, head.due_on.filter(|_| waits), std::cmp::Reverse(head.created_at))
        });
        Ok(lines)
    })
}

fn request<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<store::records::Stored> {
    let stored = desk.stored(id)?;
    if stored.head.kind == RecordKind::LegalRequest { Ok(stored) } else { Err(OfficeError::NotFound) }
}

/// Who approved first, as long as she works here and may decide on this case: an approval of somebody who was
/// sent away does not count.
fn standing_first<T: Tx>(desk: &mut Desk<'_, T>, request: &Record) -> Result<Option<Id>> {
    let (Some(first), Some(case)) = (request.values.id("first_by"), request.head.case_id) else {
        return Ok(None);
    };
    let directory = crate::names::directory(desk)?;
    let user = directory.users.iter().find(|u| u.id == first);
    let Some((user, role)) = user.and_then(|u| Role::from_code(&u.kind).map(|role| (u, role))) else {
        return Ok(None);
    };
    if store::doors::login_of(desk.tx, first)?.is_none_or(|login| login.ended) {
        return Ok(None);
    }
    let holders = [first, user.organisation, EVERYONE_NATIONAL];
    let rows = store::access::standing(desk.tx, case, holders)?;
    let (office, now) = (desk.office, desk.ctx.now);
    let own = user.organisation == request.head.organisation_id;
    let mut held: Vec<_> = rows.into_iter().filter_map(|row| crate::shares::held(office, now, row)).collect();
    held.iter_mut().for_each(|h| h.author = if own { Author::Own } else { Author::Other });
    let actor = Actor::new(UserId(first), OrganisationId(user.organisation), role, [0; 8]);
    let resource = Resource { kind: RecordKind::LegalRequest, relations: &held };
    Ok(Some(first).filter(|_| weigh(&actor, Action::Release, resource).allow))
}

/// The page of a request.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, id: Id) -> Result<LegalPage> {
    office.look(ctx, "legal.page", |desk| {
        let stored = request(desk, id)?;
        let decision = desk.may(Action::View, &stored.head)?;
        let request = desk.unseal(stored, decision.mask)?;
        let head = request.head.clone();
        desk.note("view", &head, decision, request.mask);
        let case = case_header(desk, head.case_id)?;
        let may_decide = desk.could(Action::Release, RecordKind::LegalRequest, &head)?;
        let may_tell = desk.could(Action::Ask, RecordKind::LegalRequest, &head)?;
        let first = standing_first(desk, &request)?;
        let open = legal::open_groups(&request, first);
        let approval = if may_decide { legal::approval(&request, first, ctx.actor.user.0) } else { None };
        let mut counts: Vec<(RecordKind, usize)> = Vec::new();
        if let (Some(_), Some(case)) = (approval, head.case_id) {
            // The person and the case itself, then what lies in it. Kinds alone are read.
            let mut kinds = vec![RecordKind::Case];
            let whole = store::records::head(desk.tx, case)?.ok_or(OfficeError::NotFound)?;
            if !crate::people::of_another_house(desk, &whole)? {
                kinds.push(RecordKind::Person);
            }
            kinds.extend(store::records::of_case(desk.tx, case)?.iter().map(|one| one.head.kind));
            for kind in kinds {
                if legal::mask(open, kind) == Mask::NONE {
                    continue;
                }
                match counts.iter_mut().find(|(k, _)| *k == kind) {
                    Some((_, n)) => *n += 1,
                    None => counts.push((kind, 1)),
                }
            }
            counts.sort_unstable();
        }
        Ok(LegalPage { request, case, may_decide, approval, first, open, counts, may_tell })
    })
}

/// A decision as its form says it. Fields: `outcome`, `approve` or `refuse`; `groups` and `sure` for the one,
/// `refusal` and `refusal_note` for the other.
enum Wish {
    Approve(Groups),
    Refuse(&'static str, String),
}

impl Wish {
    fn parse(input: &Input) -> Result<Wish> {
        let required = |name: &str| FieldError::new(name, Problem::Required);
        let mut errors = Vec::new();
        let wish = match first(input, "outcome") {
            "approve" => {
                let groups = Groups::of(all(input, "groups").iter().map(String::as_str));
                if groups == Groups::NONE {
                    errors.push(required("groups"));
                }
                if first(input, "sure") != "1" {
                    errors.push(required("sure"));
                }
                Wish::Approve(groups)
            }
            "refuse" => {
                let ground = codes::REQUEST_REFUSAL.known(first(input, "refusal"));
                let note = first(input, "refusal_note").to_owned();
                if ground.is_none() {
                    errors.push(required("refusal"));
                }
                if note.is_empty() {
                    errors.push(required("refusal_note"));
                } else if note.chars().count() > NOTE {
                    errors.push(FieldError::new("refusal_note", Problem::TooLong));
                }
                Wish::Refuse(ground.unwrap_or_default(), note)
            }
            _ => return Err(OfficeError::Invalid(vec![required("outcome")])),
        };
        if errors.is_empty() { Ok(wish) } else { Err(OfficeError::Invalid(errors)) }
    }
}

/// Decides on a request: one of two approvals, or a refusal. With the second approval the answer is made, in
/// the same transaction as its leaf of the log.
///
/// # Errors
/// `Invalid`; `WrongState` when it is decided, when it has changed, or when somebody else has to decide;
/// `StepUp` without a fresh passkey; `Locked` when this session has no key for part of what it approves, and
/// then nothing is decided; `NotFound` when refused; the database.
pub fn decide(office: &Office, ctx: &Ctx, id: Id, version: i64, input: &Input) -> Result<Outcome> {
    let wish = Wish::parse(input);
    office.act(ctx, "legal.decide", |desk| {
        let stored = request(desk, id)?;
        let decision = desk.may(Action::Release, &stored.head)?;
        let wish = wish?;
        let mut request = desk.unseal(stored, decision.mask)?;
        let before = standing_first(desk, &request)?;
        let me = ctx.actor.user.0;
        let approval = legal::approval(&request, before, me).filter(|_| request.head.version == version);
        let approval = approval.ok_or(OfficeError::WrongState)?;
        let groups = match wish {
            Wish::Refuse(ground, note) => {
                close(&mut request, "refused", ctx.today);
                request.values.set("second_by", me.to_string());
                request.values.set("refusal", ground);
                request.values.set("refusal_note", note);
                desk.update(&mut request, decision, "refuse")?;
                return Ok(Outcome::Refused);
            }
            Wish::Approve(groups) => groups,
        };
        if !groups.within(legal::open_groups(&request, before)) {
            return Err(OfficeError::Invalid(vec![FieldError::new("groups", Problem::NotAgreed)]));
        }
        let codes: Vec<&str> = groups.iter().map(domain::policy::FieldGroup::code).collect();
        request.values.set("granted", codes.join(" "));
        match approval {
            Approval::First => {
                request.values.set("first_by", me.to_string());
                request.values.set("first_on", ctx.today.to_string());
                desk.update(&mut request, decision, "approve")?;
                Ok(Outcome::Approved)
            }
            Approval::Last => {
                let made = answer::make(desk, &request, groups, decision)?;
                request.values.set("second_by", me.to_string());
                request.values.set("mark", answer::mark(&request, &made));
                request.values.set("document", made);
                close(&mut request, "answered", ctx.today);
                desk.update(&mut request, decision, "answered")?;
                Ok(Outcome::Answered)
            }
        }
    })
}

fn close(request: &mut Record, state: &str, today: Date) {
    state.clone_into(&mut request.head.state);
    request.values.set("state", state);
    request.values.set("decided_on", today.to_string());
}

/// Writes down that the person was told, or why she is not told yet and when that is looked at again. Fields:
/// `telling`, `told` or `silent`; `told_on`, or `silent_until` and `silence_basis`.
///
/// # Errors
/// `Invalid`; `WrongState` when she was told already or the request has changed; `NotFound` when refused; the
/// database.
pub fn tell(office: &Office, ctx: &Ctx, id: Id, version: i64, input: &Input) -> Result<()> {
    let told = match first(input, "telling") {
        "told" => true,
        "silent" => false,
        _ => return Err(OfficeError::Invalid(vec![FieldError::new("telling", Problem::Required)])),
    };
    let name = if told { "told_on" } else { "silent_until" };
    let typed = first(input, name);
    let day = domain::civil::parse_date(typed);
    let basis = first(input, "silence_basis").to_owned();
    office.act(ctx, "legal.tell", |desk| {
        let stored = request(desk, id)?;
        let decision = desk.may(Action::Ask, &stored.head)?;
        let mut request = desk.unseal(stored, decision.mask)?;
        if request.get("told_on").is_some() || request.head.version != version {
            return Err(OfficeError::WrongState);
        }
        let mut errors = Vec::new();
        if day.is_none() && !typed.is_empty() {
            errors.push(FieldError::new(name, Problem::ImpossibleDate));
        } else if told {
            match day {
                None => errors.push(FieldError::new(name, Problem::Required)),
                Some(day) if day > ctx.today || request.head.on_date.is_some_and(|on| day < on) => {
                    errors.push(FieldError::new(name, Problem::DateOutOfRange));
                }
                Some(_) => {}
            }
        } else {
            errors.extend(silence(office, ctx.today, day, &basis));
            if basis.chars().count() > 500 {
                errors.push(FieldError::new("silence_basis", Problem::TooLong));
            }
        }
        let (Some(day), true) = (day, errors.is_empty()) else { return Err(OfficeError::Invalid(errors)) };
        request.values.set(name, day.to_string());
        if !told {
            request.values.set("telling", "forbidden");
            request.values.set("silence_basis", basis);
        }
        desk.update(&mut request, decision, if told { "told" } else { "silent" })
    })
}

/// Requests of a case of which the person does not know and is not to learn from a paper.
///
/// # Errors
/// `Sealed`; the database.
pub(crate) fn silent_in<T: Tx>(desk: &mut Desk<'_, T>, case: Id) -> Result<Vec<Id>> {
    let mut out = Vec::new();
    for stored in store::records::of_case_kind(desk.tx, case, RecordKind::LegalRequest.code())? {
        let request = desk.unseal(stored, Mask::CODED)?;
        if legal::silent(&request) {
            out.push(request.head.id);
        }
    }
    Ok(out)
}

/// What was handed out of a case, for the paper of what was disclosed: newest first. The caller has authorised;
/// the names of the authority and of the paper are opened as far as `mask` goes.
///
/// # Errors
/// `Sealed`; the database.
pub(crate) fn answered<T: Tx>(desk: &mut Desk<'_, T>, case: Id, mask: Mask) -> Result<Vec<Record>> {
    let mut out = Vec::new();
    for stored in store::records::of_case_kind(desk.tx, case, RecordKind::LegalRequest.code())? {
        if stored.head.state == "answered" {
            out.push(desk.unseal(stored, mask.intersection(Mask::WORK).without(Compartment::C3))?);
        }
    }
    out.sort_by_key(|r| std::cmp::Reverse((r.values.date("decided_on"), r.head.updated_at)));
    Ok(out)
}
