//! What somebody asks to share, and whether it may be.

use super::refused_field;
use crate::Result;
use crate::desk::WritingDesk;
use domain::grounds::Grounds;
use domain::policy::{Ground, Groups, Purpose, Terms};
use domain::values::Input;
use domain::{Action, Date, FieldError, Id, Mask, Problem, Record, RecordKind};

/// A share as it is asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    /// With whom.
    pub organisation: Id,
    /// What, what for, on which ground.
    pub terms: Terms,
    /// Code of the ground in law, where there is no consent.
    pub law: Option<String>,
    /// The last day; nothing is as long as the consent lasts. A ground in law needs one.
    pub until: Option<Date>,
    /// Why, for a ground in law.
    pub reason: String,
}

/// A reason is a few sentences.
const REASON: usize = 2000;

impl Wish {
    /// Reads the form. Fields: `organisation`; `ground`, the id of a consent or the code of a ground in law;
    /// `purpose`, asked for a consent alone; `groups`; `until`; `reason`.
    ///
    /// # Errors
    /// The fields to correct.
    pub fn parse(input: &Input, grounds: &Grounds) -> std::result::Result<Wish, Vec<FieldError>> {
        let all = |name: &str| input.get(name).map(Vec::as_slice).unwrap_or_default();
        let first = |name: &str| all(name).first().map(|v| v.trim()).unwrap_or_default();
        let mut errors = Vec::new();
        let mut wrong = |field: &str, problem| errors.push(FieldError::new(field, problem));
        let organisation: Option<Id> = first("organisation").parse().ok();
        if organisation.is_none() {
            wrong("organisation", Problem::Required);
        }
        let law = grounds.get(first("ground"));
        let ground = match (law, first("ground").parse::<Id>()) {
            (Some(law), _) => Some(Ground::Law(law.groups)),
            (None, Ok(consent)) => Some(Ground::Consent(consent)),
            (None, Err(_)) => None,
        };
        if ground.is_none() {
            wrong("ground", Problem::Required);
        }
        let purpose = match law {
            Some(law) => Some(law.purpose),
            None => Purpose::from_code(first("purpose")),
        };
        if purpose.is_none() {
            wrong("purpose", Problem::Required);
        }
        let groups = Groups::of(all("groups").iter().map(String::as_str));
        if groups == Groups::NONE {
            wrong("groups", Problem::Required);
        }
        let until = domain::civil::parse_date(first("until"));
        if until.is_none() && !first("until").is_empty() {
            wrong("until", Problem::ImpossibleDate);
        }
        let reason = first("reason").to_owned();
        if reason.chars().count() > REASON {
            wrong("reason", Problem::TooLong);
        }
        if law.is_some() {
            if until.is_none() && first("until").is_empty() {
                wrong("until", Problem::Required);
            }
            if reason.is_empty() {
                wrong("reason", Problem::Required);
            }
        }
        match (organisation, ground, purpose, errors.is_empty()) {
            (Some(organisation), Some(ground), Some(purpose), true) => {
                let law = law.map(|law| law.code.clone());
                Ok(Wish { organisation, terms: Terms { groups, purpose, ground }, law, until, reason })
            }
            _ => Err(errors),
        }
    }
}

/// Is the wish within the consent or the ground? Says when the share will end, microseconds.
pub(super) fn check(desk: &mut WritingDesk<'_, '_>, case: &Record, wish: &Wish) -> Result<i64> {
    let ctx = desk.ctx;
    let target = store::records::head(desk.tx, wish.organisation)?;
    let Some(target) =
        target.filter(|t| t.kind == RecordKind::Organisation && t.id != case.head.organisation_id)
    else {
        return Err(refused_field("organisation", Problem::UnknownChoice));
    };
    let stored = desk.stored(target.id)?;
    let receiver = desk.unseal(stored, Mask::CODED)?;
    if super::asylum::bars(desk, case.head.id, target.id)? {
        return Err(refused_field("organisation", Problem::AsylumLock));
    }
    if wish.until.is_some_and(|day| day < ctx.today) {
        return Err(refused_field("until", Problem::DateOutOfRange));
    }
    let asked = wish.until.map_or(domain::policy::FOREVER, domain::civil::end_of_day);
    match wish.terms.ground {
        Ground::Consent(id) => {
            let consent = store::records::get(desk.tx, id)?
                .filter(|c| c.head.kind == RecordKind::Consent && c.head.case_id == Some(case.head.id))
                .ok_or_else(|| refused_field("ground", Problem::UnknownChoice))?;
            let decision = desk.may(Action::View, &consent.head)?;
            let consent = desk.unseal(consent, decision.mask.intersection(Mask::CODED))?;
            if !domain::consents::in_force(&consent, ctx.today)
                || !domain::consents::names(&consent, wish.organisation)
            {
                return Err(refused_field("ground", Problem::NoConsent));
            }
            if !domain::consents::purposes(&consent).any(|p| p == wish.terms.purpose) {
                return Err(refused_field("purpose", Problem::NotAgreed));
            }
            let agreed = domain::consents::groups(&consent).intersection(wish.terms.purpose.groups());
            if !wish.terms.groups.within(agreed) {
                return Err(refused_field("groups", Problem::NotAgreed));
            }
            let end = domain::consents::ends_at(&consent);
            if wish.until.is_some() && asked > end {
                return Err(refused_field("until", Problem::DateOutOfRange));
            }
            Ok(asked.min(end))
        }
        Ground::Law(allowed) => {
            let law = wish.law.as_deref().and_then(|code| desk.office.grounds.get(code));
            let law = law.ok_or_else(|| refused_field("ground", Problem::Required))?;
            if !law.receives(receiver.get("kind").unwrap_or_default()) {
                return Err(refused_field("organisation", Problem::WrongRecipient));
            }
            if !wish.terms.groups.within(allowed.intersection(law.purpose.groups())) {
                return Err(refused_field("groups", Problem::NotAgreed));
            }
            if !law.counts_in(case.get("track")) {
                return Err(refused_field("ground", Problem::NotAgreed));
            }
            let last = ctx.today.saturating_add(jiff::Span::new().days(law.days));
            if wish.until.is_none_or(|day| day > last) {
                return Err(refused_field("until", Problem::DateOutOfRange));
            }
            Ok(asked)
        }
    }
}

impl std::fmt::Debug for Wish {
    // The reason is somebody's text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wish").field("organisation", &self.organisation).field("terms", &self.terms).finish()
    }
}
