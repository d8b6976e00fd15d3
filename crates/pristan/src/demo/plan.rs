//! What is going to be written, made up before anything is: records in the order of their history, each
//! with the person who writes it and the moment.

use super::accounts::Staff;
use super::rng::Rng;
use domain::policy::{Ground, Groups, Purpose, Terms};
use domain::programme::Programme;
use domain::{Actor, Date, Head, Id, Mask, Record, RecordKind, Relation, Values};
use jiff::{Span, tz::TimeZone};
use std::collections::HashMap;

/// One thing to write.
pub struct Write {
    /// When, microseconds.
    pub at: i64,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub op: Op,
}

/// What to write.
pub enum Op {
    /// A new record.
    Insert(Box<Record>),
    /// Its next version; the record holds the version that is there.
    Update(Box<Record>, &'static str),
    /// Somebody joins the team.
    Grant { case_id: Id, holder: Id, relation: Relation },
    /// A case is shared with an organisation.
    Share { case_id: Id, wish: office::shares::Wish },
}

/// Makes things up.
pub struct Planner<'a> {
    /// Chance.
    pub rng: Rng,
    /// Who works here.
    pub staff: &'a Staff,
    /// What is counted, and which conditions hold before departure.
    pub programme: &'a Programme,
    /// The last day of the history.
    pub today: Date,
    midnight: i64,
    now: i64,
    /// When each record was written first and last.
    written: HashMap<Id, (i64, i64)>,
    /// What was made up.
    pub out: Vec<Write>,
}

impl<'a> Planner<'a> {
    /// A planner whose history ends now.
    pub fn new(staff: &'a Staff, programme: &'a Programme, now: i64, today: Date) -> Planner<'a> {
        let midnight = TimeZone::UTC.to_timestamp(today.at(0, 0, 0, 0)).map_or(now, |at| at.as_microsecond());
        Planner {
            rng: Rng::new(0, 0),
            staff,
            programme,
            today,
            midnight,
            now,
            written: HashMap::new(),
            out: Vec::new(),
        }
    }

    /// The day so many days from today.
    pub fn day(&self, offset: i32) -> Date {
        self.today.saturating_add(Span::new().days(offset.clamp(-20_000, 20_000)))
    }

    /// The same as text.
    pub fn date(&self, offset: i32) -> String {
        self.day(offset).to_string()
    }

    /// A moment in working hours of that day, never after now.
    pub fn at(&mut self, offset: i32) -> i64 {
        let minutes = i64::from(self.rng.between(6 * 60 + 30, 14 * 60 + 30));
        let moment = self.midnight + i64::from(offset) * 86_400_000_000 + minutes * 60_000_000;
        moment.min(self.now - 60_000_000)
    }

    fn id(&mut self, at: i64) -> Id {
        let mut id = [0; 16];
        let random = [self.rng.next().to_be_bytes(), self.rng.next().to_be_bytes()].concat();
        id.iter_mut().zip(random).for_each(|(to, from)| *to = from);
        let millis = u64::try_from(at / 1000).unwrap_or(0).to_be_bytes();
        id.iter_mut().zip(millis.iter().skip(2)).for_each(|(to, from)| *to = *from);
        Id(id)
    }

    /// A new record; what it belongs to is in `place`.
    pub fn insert(
        &mut self,
        kind: RecordKind,
        place: Place,
        actor: Actor,
        at: i64,
        values: Values,
    ) -> Record {
        // Nothing comes before what it belongs to.
        let above = [place.case_id, place.person_id, place.parent_id];
        let first = above
            .into_iter()
            .flatten()
            .filter_map(|id| self.written.get(&id))
            .map(|(first, _)| first + 1)
            .max();
        let at = at.max(first.unwrap_or(at));
        let mut values = values;
        let spec = kind.spec();
        if let (Some(first), None) = (spec.states.first(), values.get("state"))
            && spec.field("state").is_some()
        {
            values.set("state", *first);
        }
        let mut head = Head {
            id: self.id(at),
            kind,
            case_id: place.case_id,
            person_id: place.person_id,
            parent_id: place.parent_id,
            organisation_id: actor.organisation.0,
            assignee: None,
            state: String::new(),
            on_date: None,
            due_on: None,
            number: place.number,
            version: 1,
            created_at: at,
            created_by: actor.user.0,
            updated_at: at,
            updated_by: actor.user.0,
        };
        head.take(&values);
        let record = Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE };
        self.written.insert(record.head.id, (at, at));
        self.out.push(Write { at, actor, op: Op::Insert(Box::new(record.clone())) });
        record
    }

    /// The next version of a record.
    pub fn update(
        &mut self,
        record: &mut Record,
        actor: Actor,
        at: i64,
        action: &'static str,
        changes: &[(&str, &str)],
    ) {
        let mut at = at;
        if let Some((_, last)) = self.written.get_mut(&record.head.id) {
            at = at.max(*last + 1);
            *last = at;
        }
        for (name, value) in changes {
            record.values.set(name, *value);
        }
        let values = record.values.clone();
        record.head.take(&values);
        self.out.push(Write { at, actor, op: Op::Update(Box::new(record.clone()), action) });
        record.head.version += 1;
    }

    /// Shares a case with an organisation of the programme, if it is there, on a consent.
    pub fn share(&mut self, consent: &Record, code: &str, purpose: Purpose, groups: &str, actor: Actor) {
        if let Some(organisation) = self.staff.organisation(code)
            && organisation != actor.organisation.0
            && let Some(case_id) = consent.head.case_id
        {
            let ground = Ground::Consent(consent.head.id);
            let terms = Terms { groups: Groups::of(groups.split(' ')), purpose, ground };
            let wish =
                office::shares::Wish { organisation, terms, law: None, until: None, reason: String::new() };
            let at = self.after(consent.head.id, consent.head.created_at);
            self.out.push(Write { at, actor, op: Op::Share { case_id, wish } });
        }
    }

    fn after(&self, id: Id, at: i64) -> i64 {
        self.written.get(&id).map_or(at, |(first, _)| at.max(first + 1))
    }

    /// Names a colleague in the team.
    pub fn team(&mut self, case_id: Id, colleague: Actor, actor: Actor, at: i64) {
        let at = self.after(case_id, at);
        let op = Op::Grant { case_id, holder: colleague.user.0, relation: Relation::Team };
        self.out.push(Write { at, actor, op });
    }
}

/// What a record belongs to.
#[derive(Clone, Default)]
pub struct Place {
    /// The case.
    pub case_id: Option<Id>,
    /// The person.
    pub person_id: Option<Id>,
    /// The record it hangs from.
    pub parent_id: Option<Id>,
    /// Number of a case.
    pub number: Option<String>,
}

impl Place {
    /// Nowhere.
    pub fn free() -> Place {
        Place::default()
    }

    /// In a case.
    pub fn case(case_id: Id) -> Place {
        Place { case_id: Some(case_id), ..Place::default() }
    }

    /// Under a record.
    pub fn under(parent: &Record) -> Place {
        Place { case_id: parent.head.case_id, parent_id: Some(parent.head.id), ..Place::default() }
    }
}

/// Shorter than a row of `with`.
pub fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().fold(Values::default(), |values, (name, value)| values.with(name, *value))
}
