//! Words in which the stories are told: short calls of the use cases, and what must hold after each story.

use domain::policy::Role;
use domain::values::Input;
use domain::{Id, RecordKind, Values};
use office::audit::{Verdict, verify};
use office::records::{Under, create};
use office::{Ctx, OfficeError};
use testkit::house::{Engine, TestOffice, office};

/// Tells a story on both engines. Afterwards the store verifies itself: log, keys, pages.
pub fn on_both(story: impl Fn(&TestOffice)) {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        story(&house);
        sound(&house);
    }
}

pub fn sound(house: &TestOffice) {
    let engine = house.store.dialect();
    assert!(matches!(verify(house).unwrap(), Verdict::Sound { .. }), "{engine:?}: {:?}", verify(house));
    let missing = house.store.read("test.keys", |tx| store::keys::missing(tx)).unwrap();
    assert_eq!(missing, 0, "{engine:?}: keys in use are missing");
    assert_eq!(house.store.integrity().unwrap(), Vec::<String>::new(), "{engine:?}");
}

/// A form; a name given twice has two values.
pub fn form(pairs: &[(&str, &str)]) -> Input {
    let mut input = Input::new();
    for (name, value) in pairs {
        input.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    input
}

/// One who acts in a house, and what she does.
pub struct Tale<'h> {
    pub house: &'h TestOffice,
    pub ctx: Ctx,
}

impl<'h> Tale<'h> {
    pub fn new(house: &'h TestOffice) -> Tale<'h> {
        Tale { house, ctx: house.ctx(Role::Caseworker) }
    }

    /// The indicators named, in this order.
    pub fn figures<const N: usize>(&self, codes: [&str; N]) -> [i64; N] {
        let all = office::programme::figures(self.house, &self.ctx, None, None).unwrap();
        codes.map(|code| all.figures.iter().find(|f| f.code == code).expect("an indicator").value)
    }

    pub fn in_case(&self, case: Id, kind: RecordKind, pairs: &[(&str, &str)]) -> Id {
        self.try_in_case(case, kind, pairs).unwrap_or_else(|e| panic!("{kind:?}: {}", said(&e)))
    }

    pub fn try_in_case(&self, case: Id, kind: RecordKind, pairs: &[(&str, &str)]) -> Result<Id, OfficeError> {
        let under = Under { case_id: Some(case), parent_id: None };
        create(self.house, &self.ctx, kind, under, &form(pairs), None)
    }

    /// The person agrees that an organisation receives these groups for these purposes, until a day.
    pub fn agree(&self, case: Id, with: Id, groups: &str, purposes: &str, until: &str) -> Id {
        let with = with.to_string();
        let mut pairs = vec![
            ("on_date", "2016-06-01"),
            ("given_how", "written"),
            ("recipients", with.as_str()),
            ("due_on", until),
        ];
        pairs.extend(groups.split_whitespace().map(|g| ("scope", g)));
        pairs.extend(purposes.split_whitespace().map(|p| ("purpose", p)));
        self.in_case(case, RecordKind::Consent, &pairs)
    }

    /// Shares groups of a case on a consent.
    pub fn try_share(
        &self,
        case: Id,
        with: Id,
        consent: Id,
        purpose: &str,
        groups: &str,
    ) -> Result<Id, OfficeError> {
        let (with, consent) = (with.to_string(), consent.to_string());
        let mut pairs = vec![("organisation", with.as_str()), ("ground", &consent), ("purpose", purpose)];
        pairs.extend(groups.split_whitespace().map(|g| ("groups", g)));
        office::shares::open(self.house, &self.ctx, case, &form(&pairs), None)
    }

    /// Agreed and shared, for help, without an end.
    pub fn share(&self, case: Id, with: Id, groups: &str) -> Id {
        let consent = self.agree(case, with, groups, "assistance", "");
        self.try_share(case, with, consent, "assistance", groups)
            .unwrap_or_else(|e| panic!("share: {}", said(&e)))
    }

    pub fn under(&self, parent: Id, kind: RecordKind, pairs: &[(&str, &str)]) -> Id {
        let under = Under { case_id: None, parent_id: Some(parent) };
        create(self.house, &self.ctx, kind, under, &form(pairs), None)
            .unwrap_or_else(|e| panic!("{kind:?}: {}", said(&e)))
    }

    pub fn alone(&self, kind: RecordKind, pairs: &[(&str, &str)]) -> Id {
        create(self.house, &self.ctx, kind, Under::default(), &form(pairs), None)
            .unwrap_or_else(|e| panic!("{kind:?}: {}", said(&e)))
    }

    pub fn person(&self, pairs: &[(&str, &str)]) -> Id {
        office::people::create(self.house, &self.ctx, &form(pairs), None)
            .unwrap_or_else(|e| panic!("person: {}", said(&e)))
    }

    /// A case of the adults' track in which the person has the role.
    pub fn case(&self, person: Id, role: &str, on: &str) -> Id {
        let input = form(&[("on_date", on), ("track", "adults"), ("role", role), ("intake", "iom_mission")]);
        office::cases::open(self.house, &self.ctx, person, None, &input, None)
            .unwrap_or_else(|e| panic!("case: {}", said(&e)))
    }

    /// Changes some fields of a record as its form does: everything else goes along as it stands.
    pub fn change(&self, id: Id, pairs: &[(&str, &str)]) {
        let (record, _) = office::records::for_edit(self.house, &self.ctx, id).unwrap();
        let spec = record.head.kind.spec();
        let mut input = record.values.to_input(spec);
        for (name, _) in pairs {
            input.remove(*name);
        }
        for (name, values) in form(pairs) {
            input.insert(name, values);
        }
        office::records::edit(self.house, &self.ctx, id, record.head.version, &input)
            .unwrap_or_else(|e| panic!("{:?}: {}", record.head.kind, said(&e)));
    }

    pub fn values(&self, id: Id) -> Values {
        office::records::view(self.house, &self.ctx, id).unwrap().record.values
    }

    /// Codes of the conditions that hold a departure back, in alphabetical order.
    pub fn unmet(&self, moving: Id) -> Vec<&'static str> {
        let view = office::returns::view(self.house, &self.ctx, moving).unwrap();
        codes(view.gates.iter().filter(|g| g.blocks()).map(|g| g.code))
    }

    pub fn gate(&self, moving: Id, code: &str, pairs: &[(&str, &str)]) {
        office::returns::gate(self.house, &self.ctx, moving, code, &form(pairs))
            .unwrap_or_else(|e| panic!("{code}: {}", said(&e)));
    }

    /// Tries to depart and gives the conditions by which it was refused.
    pub fn refused(&self, moving: Id, on: &str) -> Vec<&'static str> {
        match office::returns::depart(self.house, &self.ctx, moving, &form(&[("departed_on", on)])) {
            Err(OfficeError::Blocked(gates)) => codes(gates.iter().map(|g| g.code)),
            Err(other) => panic!("refused for another reason: {}", said(&other)),
            Ok(_) => panic!("departed"),
        }
    }

    pub fn depart(&self, moving: Id, on: &str) {
        office::returns::depart(self.house, &self.ctx, moving, &form(&[("departed_on", on)]))
            .unwrap_or_else(|e| panic!("depart: {}", said(&e)));
    }

    pub fn arrive(&self, moving: Id, on: &str) {
        let input = form(&[("arrived_on", on), ("received_by", "дежурният в Терминал 2")]);
        office::returns::arrive(self.house, &self.ctx, moving, &input)
            .unwrap_or_else(|e| panic!("arrive: {}", said(&e)));
    }

    /// Everything an adult's return needs besides consent: decision and legs are the caller's.
    pub fn meet_gates(&self, moving: Id, codes: &[&str], on: &str) {
        for code in codes {
            self.gate(moving, code, &[("state", "met"), ("done_on", on), ("evidence", "видяно")]);
        }
    }
}

fn codes(found: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut found: Vec<_> = found.collect();
    found.sort_unstable();
    found
}

/// An error with the fields that it names.
pub fn said(error: &OfficeError) -> String {
    match error {
        OfficeError::Invalid(fields) => format!("{fields:?}"),
        OfficeError::Blocked(gates) => format!("{gates:?}"),
        other => other.to_string(),
    }
}
