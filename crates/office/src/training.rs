//! Trainings: held events and the people trained.

use crate::desk::Desk;
use crate::records::children;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Action, Id, Mask, Record, RecordKind};
use store::WriteTx;

/// A training with its sessions and attendance list.
pub struct TrainingPage {
    /// The event.
    pub training: Record,
    /// Sessions by day.
    pub sessions: Vec<Record>,
    /// Who attended.
    pub attendance: Vec<Record>,
    /// Participants by institution kind, in the order of the code list.
    pub by_institution: Vec<(&'static str, usize)>,
    /// Does it count for T1, and if not, what is missing?
    pub missing: Vec<&'static str>,
    /// May this actor change it?
    pub may_edit: bool,
}

/// A row of the list of trainings.
pub struct TrainingRow {
    /// The event.
    pub training: Record,
    /// How many attended.
    pub participants: usize,
}

/// A page of the list of trainings.
pub struct TrainingList {
    /// Rows, the latest written first.
    pub rows: Vec<TrainingRow>,
    /// Where the next page begins.
    pub next: Option<(i64, Id)>,
}

/// Trainings with the number of participants.
///
/// # Errors
/// `NotFound` when the role has no such list; `Sealed`; the database.
pub fn list(office: &Office, ctx: &Ctx, after: Option<(i64, Id)>, rows: i64) -> Result<TrainingList> {
    let page = crate::records::list(office, ctx, RecordKind::Training, after, rows)?;
    // Counting heads opens nothing, so there is nothing more to note.
    let rows = office.look(ctx, "training.list", |desk| {
        let mut out = Vec::with_capacity(page.rows.len());
        for training in page.rows {
            let under = store::records::under(desk.tx, training.head.id)?;
            let participants = under.iter().filter(|r| r.head.kind == RecordKind::Attendance).count();
            out.push(TrainingRow { training, participants });
        }
        Ok(out)
    })?;
    Ok(TrainingList { rows, next: page.next })
}

/// The page of a training.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, id: Id) -> Result<TrainingPage> {
    office.look(ctx, "training.page", |desk| {
        let training = desk.fetch(Action::View, id)?;
        if training.head.kind != RecordKind::Training {
            return Err(OfficeError::NotFound);
        }
        let head = training.head.clone();
        let (mut sessions, attendance): (Vec<Record>, Vec<Record>) =
            children(desk, &head)?.into_iter().partition(|r| r.head.kind == RecordKind::TrainingSession);
        sessions.sort_by_key(|s| (s.head.on_date, s.head.created_at));
        let by_institution: Vec<(&'static str, usize)> = domain::codes::INSTITUTION
            .codes
            .iter()
            .map(|code| (*code, attendance.iter().filter(|a| a.get("institution") == Some(*code)).count()))
            .collect();
        let count = |code: &str| by_institution.iter().find(|(c, _)| *c == code).map_or(0, |(_, n)| *n);
        let mut missing = Vec::new();
        if head.state != "held" {
            missing.push("held");
        }
        if !training.values.codes("topics").any(|t| matches!(t, "identification" | "referral")) {
            missing.push("topic");
        }
        if count("state") == 0 {
            missing.push("state");
        }
        if count("ngo") == 0 {
            missing.push("ngo");
        }
        let may_edit = desk.could(Action::Edit, RecordKind::Training, &head)?;
        Ok(TrainingPage { training, sessions, attendance, by_institution, missing, may_edit })
    })
}

/// Computes the facts of a training anew after it or its attendance list changed.
///
/// # Errors
/// `Sealed`; the database.
pub fn count(desk: &mut Desk<'_, WriteTx<'_>>, record: &Record) -> Result<()> {
    let training = match record.head.kind {
        RecordKind::Training => record.head.id,
        _ => record.head.parent_id.ok_or(OfficeError::NotFound)?,
    };
    let stored = desk.stored(training)?;
    let training = desk.unseal(stored, Mask::CODED)?;
    let mut trainees = Vec::new();
    for stored in store::records::under(desk.tx, training.head.id)? {
        if stored.head.kind == RecordKind::Attendance {
            let attendance = desk.unseal(stored, Mask::IDENTITY)?;
            let person = trainee(desk.office, &attendance);
            trainees.push((attendance, person));
        }
    }
    let pairs: Vec<(&Record, Id)> = trainees.iter().map(|(a, p)| (a, *p)).collect();
    let facts = domain::programme::training_facts(&training, &pairs);
    crate::programme::write_facts(desk, training.head.id, &facts)
}

/// The same person at two trainings is one: told by a keyed digest of the e-mail address, else of
/// the folded name and institution kind. Two namesakes without an address count as one.
fn trainee(office: &Office, attendance: &Record) -> Id {
    let key = match attendance.get("email") {
        Some(email) => format!("email:{}", email.trim().to_lowercase()),
        None => format!(
            "name:{}:{}",
            linkage::normalise(attendance.get("name").unwrap_or_default()),
            attendance.get("institution").unwrap_or_default()
        ),
    };
    let digest = office.vault.mac_text("trainee", &key);
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Id(id)
}
