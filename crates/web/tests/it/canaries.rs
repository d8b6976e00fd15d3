//! Words that stand in one field of one record and nowhere else, and who may read them: told from what the
//! story of the town gave to whom, and from the policy; never from the tables that the program keeps.

use domain::policy::{Actor, Author, EVERYONE_NATIONAL, Held, Resource, decide, standing};
use domain::{Action, Compartment, Head, Id, Kind, RecordKind, Relation};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// A word in one field of one record.
#[derive(Clone)]
pub struct Canary {
    pub word: String,
    pub field: &'static str,
    pub record: Id,
    /// Kind and compartment: `note.c5`.
    pub group: String,
    pub compartment: Compartment,
}

/// Everything that was planted, and how everybody stands to each case.
#[derive(Default)]
pub struct Aviary {
    next: Cell<u32>,
    pub all: RefCell<Vec<Canary>>,
    /// Case, who, how.
    facts: RefCell<Vec<(Id, Id, Held)>>,
    pub heads: RefCell<BTreeMap<Id, Head>>,
    /// Words of other records that stand in this one as well, and in which group of it.
    copies: RefCell<Vec<(Id, String, String)>>,
}

/// Kinds without a person behind them: their words stand on every page.
const OF_NOBODY: [RecordKind; 2] = [RecordKind::Organisation, RecordKind::User];

impl Aviary {
    /// A word for every field of a kind that takes text and is not given already.
    pub fn words(&self, kind: RecordKind, given: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        let not_asked = office::records::not_on_form(kind);
        let mut out = Vec::new();
        for field in kind.spec().fields {
            let asked =
                !not_asked.contains(&field.name) && !given.iter().any(|(name, _)| *name == field.name);
            if OF_NOBODY.contains(&kind) || field.compartment < Compartment::C2 || !asked {
                continue;
            }
            self.next.set(self.next.get() + 1);
            let next = self.next.get();
            match field.kind {
                // A time of day has no room for a word.
                Kind::Text(most) if most >= 10 => out.push((field.name, format!("zq{next:04}xw"))),
                Kind::Long(_) => out.push((field.name, format!("zq{next:04}xw"))),
                Kind::Phone => out.push((field.name, format!("+359887{next:06}"))),
                _ => {}
            }
        }
        out
    }

    /// Remembers what was written into a record.
    pub fn planted(&self, head: Head, words: Vec<(&'static str, String)>) {
        for (field, word) in words {
            let compartment = head.kind.spec().field(field).expect("a field").compartment;
            let group = format!("{}.{}", head.kind.code(), compartment.code());
            self.all.borrow_mut().push(Canary { word, field, record: head.id, group, compartment });
        }
        self.heads.borrow_mut().insert(head.id, head);
    }

    /// What is sealed for named people (C4): no policy opens it, and a session without keys does not either.
    pub fn only_named(&self, note: Id, words: &[(&'static str, &str)]) {
        for (field, word) in words {
            let (word, group, compartment) = ((*word).to_owned(), "case.c4".to_owned(), Compartment::C4);
            self.all.borrow_mut().push(Canary { word, field, record: note, group, compartment });
        }
    }

    /// A paper was made out of the file: it repeats the words of these groups, in a group of its own.
    pub fn copied(&self, record: Id, from: &[&str], group: &str) {
        let all = self.all.borrow();
        let words = all.iter().filter(|c| from.contains(&c.group.as_str())).map(|c| c.word.clone());
        self.copies.borrow_mut().extend(words.map(|word| (record, word, group.to_owned())));
    }

    /// Does a page about a record repeat a word that this actor may read there?
    pub fn repeats(&self, actor: &Actor, actions: &[Action], path: &str, word: &str) -> bool {
        let copies = self.copies.borrow();
        let mut here = copies.iter().filter(|(id, w, _)| w == word && path.contains(&id.to_string()));
        here.any(|(id, _, group)| self.opens(actor, actions, *id).contains(group))
    }

    /// Somebody stands somehow to a case from now on.
    pub fn stands(&self, case: Id, holder: Id, held: impl Into<Held>) {
        self.facts.borrow_mut().push((case, holder, held.into()));
    }

    /// A case was opened.
    pub fn opened(&self, case: Id, lead: &Actor) {
        self.stands(case, lead.user.0, Relation::Own);
        self.stands(case, lead.organisation.0, Relation::Organisation);
        self.stands(case, EVERYONE_NATIONAL, Relation::National);
    }

    fn relations(&self, actor: &Actor, head: &Head) -> Vec<Held> {
        let of_case = |case: Id| -> Vec<Held> {
            let mine = [actor.user.0, actor.organisation.0, EVERYONE_NATIONAL];
            let facts = self.facts.borrow();
            facts.iter().filter(|f| f.0 == case && mine.contains(&f.1)).map(|f| f.2).collect()
        };
        let case = if head.kind == RecordKind::Case { Some(head.id) } else { head.case_id };
        let own = head.organisation_id == actor.organisation.0;
        let mut all = match (case, head.kind) {
            (Some(case), _) => of_case(case),
            (None, RecordKind::Person) => {
                let heads = self.heads.borrow();
                let hers: Vec<Id> = heads
                    .values()
                    .filter(|h| h.kind == RecordKind::Case && h.person_id == Some(head.id))
                    .map(|h| h.id)
                    .collect();
                if hers.is_empty() && own {
                    vec![Relation::General.into()]
                } else {
                    hers.into_iter().flat_map(of_case).collect()
                }
            }
            (None, kind) => vec![standing(actor, kind, head.organisation_id).into()],
        };
        all.iter_mut().for_each(|held| held.author = if own { Author::Own } else { Author::Other });
        all
    }

    /// The groups of a record that the policy opens to somebody by any of these actions.
    pub fn opens(&self, actor: &Actor, actions: &[Action], record: Id) -> BTreeSet<String> {
        let heads = self.heads.borrow();
        let Some(head) = heads.get(&record) else { return BTreeSet::new() };
        let relations = self.relations(actor, head);
        let mut out = BTreeSet::new();
        for action in actions {
            let decision = decide(actor, *action, Resource { kind: head.kind, relations: &relations });
            for compartment in
                Compartment::SEALED.into_iter().filter(|c| decision.allow && decision.mask.has(*c))
            {
                out.insert(format!("{}.{}", head.kind.code(), compartment.code()));
            }
        }
        out
    }

    /// The canaries in a text.
    pub fn in_text(&self, text: &str) -> Vec<Canary> {
        self.all.borrow().iter().filter(|c| text.contains(&c.word)).cloned().collect()
    }
}
