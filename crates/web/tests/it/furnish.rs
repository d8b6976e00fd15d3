//! What stands in the town: a person with her whole file, one record of every kind, a word of its own in
//! every field that takes text; somebody else's file; partners who were given a part.

use crate::canaries::Aviary;
use crate::town::{Town, form};
use domain::policy::{Actor, FieldGroup, Ground, Groups, Held, Purpose, Role, Terms};
use domain::values::Input;
use domain::{Compartment, Id, Kind, Mask, RecordKind as K, Relation};
use office::Ctx;
use office::records::{Under, create};
use store::doors::factors::Passkey;
use testkit::house::{NOW, TestOffice};
use vault::Half;

const ON: (&str, &str) = ("on_date", "2017-03-01");

/// Somebody who writes records down, with a word in every field.
struct Pen<'a> {
    house: &'a TestOffice,
    birds: &'a Aviary,
    ctx: Ctx,
}

impl Pen<'_> {
    /// Writes a record through a use case that takes a form.
    fn by(&self, kind: K, given: &[(&str, &str)], write: impl FnOnce(&Input) -> office::Result<Id>) -> Id {
        let words = self.birds.words(kind, given);
        let mut all: Vec<(&str, &str)> = given.to_vec();
        all.extend(words.iter().map(|(name, word)| (*name, word.as_str())));
        let id = write(&form(&all)).unwrap_or_else(|e| match e {
            office::OfficeError::Invalid(fields) => panic!("{kind:?}: {fields:?}"),
            other => panic!("{kind:?}: {other}"),
        });
        self.plant(id, words);
        id
    }

    fn make(&self, kind: K, case: Option<Id>, parent: Option<Id>, given: &[(&str, &str)]) -> Id {
        let under = Under { case_id: case, parent_id: parent };
        self.by(kind, given, |input| create(self.house, &self.ctx, kind, under, input, None))
    }

    /// Remembers the words that are really there: a step may leave a field for later.
    fn plant(&self, id: Id, words: Vec<(&'static str, String)>) {
        let record = self.house.look(&self.ctx, "test.planted", |desk| {
            let stored = desk.stored(id)?;
            desk.unseal(stored, Mask::ALL)
        });
        let record = record.unwrap();
        let there = words.into_iter().filter(|(name, word)| record.get(name) == Some(word)).collect();
        self.birds.planted(record.head, there);
    }

    fn case(&self, person: Id, signal: Option<Id>) -> Id {
        let given = [ON, ("track", "adults"), ("role", "victim"), ("intake", "hotline")];
        let case = self.by(K::Case, &given, |input| {
            office::cases::open(self.house, &self.ctx, person, signal, input, None)
        });
        self.birds.opened(case, &self.ctx.actor);
        case
    }

    /// Agreed with a partner, and shared.
    fn share(&self, case: Id, with: Id, purpose: Purpose, group: FieldGroup) -> (Id, Id) {
        let to = with.to_string();
        let given = [ON, ("given_how", "oral"), ("scope", group.code()), ("purpose", purpose.code())];
        let mut given = given.to_vec();
        given.push(("recipients", &to));
        let consent = self.make(K::Consent, Some(case), None, &given);
        (consent, self.share_on(case, with, consent, purpose, group))
    }

    fn share_on(&self, case: Id, with: Id, consent: Id, purpose: Purpose, group: FieldGroup) -> Id {
        let (to, ground) = (with.to_string(), consent.to_string());
        let wish = form(&[
            ("organisation", &to),
            ("ground", &ground),
            ("purpose", purpose.code()),
            ("groups", group.code()),
        ]);
        let share = office::shares::open(self.house, &self.ctx, case, &wish, None).unwrap();
        let terms = Terms { groups: Groups::NONE.with(group), purpose, ground: Ground::Consent(consent) };
        let held = Held { terms: Some(terms), ..Held::from(Relation::Addressed) };
        self.birds.stands(case, with, held);
        share
    }
}

/// A partner that has locked, with a circle of officers who were asked for its case.
struct Ring {
    lead: Actor,
    officers: Vec<(&'static str, Actor)>,
    /// Another circle, named and not yet accepted.
    named: Id,
    /// Asks for the case: nobody has answered; it is open; it has ended and is to be reviewed.
    asked: Id,
    opened: Id,
    settled: Id,
    /// What an officer was told.
    told: Id,
}

impl Ring {
    fn new(asker: &Pen<'_>) -> Ring {
        let house = asker.house;
        let lead = house.partner("RING", "ngo", Role::Ngo);
        let officers = ["ring.one", "ring.two", "ring.three"];
        let named: Vec<Ctx> = officers.iter().map(|login| house.colleague_of(&lead, login)).collect();
        house.lock(&lead);
        let keyed = |ctx: &Ctx| house.with_keys(ctx.clone(), &Half::BOTH);
        let (lead, named) = (keyed(&lead), named.iter().map(keyed).collect::<Vec<_>>());
        let pen = Pen { house, birds: asker.birds, ctx: lead.clone() };
        let person = pen.make(K::Person, None, None, &[("given_name", "Трета"), ("sex", "female")]);
        let case = pen.case(person, None);
        let number = house.store.read("test", |tx| store::records::head(tx, case)).unwrap().unwrap().number;
        let number = number.unwrap();
        let ids: Vec<String> = named.iter().map(|o| o.actor.user.0.to_string()).collect();
        let mut circle: Vec<(&str, &str)> = ids.iter().map(|id| ("officers", id.as_str())).collect();
        circle.extend([("dpo", ids[2].as_str()), ("needed", "2")]);
        let name = || office::glass::name(house, &lead, &form(&circle)).unwrap();
        office::glass::accept(house, &named[0], name()).unwrap();
        let ask = || {
            let why =
                [("number", number.as_str()), ("purpose", "life"), ("reason", "няма"), ("minutes", "60")];
            office::glass::ask(house, &asker.ctx, &form(&why)).unwrap()
        };
        let open = || {
            let id = ask();
            named[..2].iter().for_each(|by| drop(office::glass::approve(house, by, id, false).unwrap()));
            id
        };
        let (settled, opened, asked) = (open(), open(), ask());
        office::glass::end(house, &asker.ctx, settled).unwrap();
        let first = named[0].actor.user.0;
        let told = house.store.read("test", |tx| store::glass::notices(tx, first)).unwrap()[0].id;
        let officers = officers.into_iter().zip(named.iter().map(|ctx| ctx.actor)).collect();
        Ring { lead: lead.actor, officers, named: name(), asked, opened, settled, told }
    }
}

impl Town {
    /// One record of every kind, all written by the case worker of the house.
    pub fn furnish(&mut self) {
        let house = &self.house;
        // She has keys of her own, without which nothing can be sealed for named people.
        house.enrol(house.user(Role::Caseworker));
        let ctx = house.with_keys(house.ctx(Role::Caseworker), &Half::BOTH);
        let pen = Pen { house, birds: &self.birds, ctx };
        let ctx = &pen.ctx;
        let signal = pen.make(K::Signal, None, None, &[ON, ("intake", "hotline"), ("urgency", "week")]);
        let noted = pen.make(K::SignalPerson, None, Some(signal), &[("role", "victim"), ("sex", "female")]);
        let person = pen.make(K::Person, None, None, &[("given_name", "Ружа"), ("sex", "female")]);
        let case = pen.case(person, Some(signal));
        let closed = pen.case(person, None);
        let close = form(&[("closure_reason", "goals_reached"), ("closed_on", "2017-03-02")]);
        office::cases::close(house, ctx, closed, 1, &close).unwrap();
        let loose = pen.make(K::Person, None, None, &[("given_name", "Нова"), ("sex", "female")]);
        let note = pen.make(K::Note, Some(case), None, &[ON, ("contact_kind", "phone")]);
        let consent_text = [ON, ("given_how", "oral"), ("scope", "identity"), ("purpose", "return")];
        let consent = pen.make(K::Consent, Some(case), None, &consent_text);
        let moving_text = [
            ("on_date", "2017-03-20"),
            ("direction", "to_bulgaria"),
            ("will", "voluntary"),
            ("from_country", "DE"),
            ("to_country", "BG"),
        ];
        let moving = pen.make(K::Return, Some(case), None, &moving_text);
        let leg = pen.make(K::Leg, None, Some(moving), &[("on_date", "2017-03-20"), ("mode", "bus")]);
        let gate_text = [("gate", "travel_document"), ("state", "waiting")];
        let gate = pen.make(K::Gate, None, Some(moving), &gate_text);
        let identified = [ON, ("kind", "informal"), ("outcome", "presumed"), ("country", "DE")];
        let identification = pen.make(K::Identification, Some(case), None, &identified);
        let exploitation = pen.make(K::Exploitation, Some(case), None, &[("forms", "labour")]);
        let need_text = [ON, ("service_type", "medical"), ("urgency", "week")];
        let need = pen.make(K::Need, Some(case), None, &need_text);
        let service_text = [ON, ("service_type", "medical"), ("state", "delivered")];
        let service = pen.make(K::Service, Some(case), None, &service_text);
        let plan = pen.make(K::Plan, Some(case), None, &[ON, ("state", "draft")]);
        let goal = pen.make(K::Goal, None, Some(plan), &[("area", "housing"), ("state", "open")]);
        let visit = pen.make(K::Visit, Some(case), None, &[ON, ("kind", "home"), ("state", "done")]);
        let worker = ctx.actor.user.0.to_string();
        let task_text = [("kind", "call"), ("due_on", "2017-03-17"), ("assignee", worker.as_str())];
        let task = pen.make(K::Task, Some(case), None, &task_text);
        let training_text =
            [ON, ("title", "Обучение"), ("city", "София"), ("topics", "law"), ("state", "planned")];
        let training = pen.make(K::Training, None, None, &training_text);
        let session = pen.make(K::TrainingSession, None, Some(training), &[ON, ("topic", "право")]);
        let attendance = pen.make(K::Attendance, None, Some(training), &[("institution", "ngo")]);
        let call = [("channel", "phone"), ("topic", "job_abroad"), ("call_back", "yes")];
        let contact = pen.by(K::Contact, &call, |input| office::hotline::log(house, ctx, input, None));
        // A partner who was given something once, and has something now.
        let mission = house.partner("IOM-DE", "iom_mission", Role::Mission).actor;
        let with = mission.organisation.0;
        let (agreed, ended) = pen.share(case, with, Purpose::Return, FieldGroup::Needs);
        office::shares::end(house, ctx, case, ended).unwrap();
        let share = pen.share_on(case, with, agreed, Purpose::Return, FieldGroup::Needs);
        let hold = pen.by(K::Hold, &[ON, ("ground", "proceedings")], |input| {
            office::erasure::hold(house, &house.ctx(Role::Manager), case, input, None)
        });
        let erasure = pen.by(K::Erasure, &[ON, ("asked_by", "self")], |input| {
            office::erasure::ask(house, ctx, person, input, None)
        });
        // An authority asked twice; one answer was given by two others, and somebody counted what would go out.
        let paper = [
            ON,
            ("authority_kind", "court"),
            ("ground", "court_order"),
            ("asked", "story"),
            ("due_on", "2017-03-30"),
            ("telling", "may_tell"),
        ];
        let register = || {
            pen.by(K::LegalRequest, &paper, |input| office::legal::register(house, ctx, case, input, None))
        };
        let (legal, answered) = (register(), register());
        let yes = form(&[("outcome", "approve"), ("groups", "story"), ("sure", "1")]);
        office::legal::decide(house, &house.ctx(Role::Manager), answered, 1, &yes).unwrap();
        let second = house.colleague(Role::Manager, "second.manager");
        office::legal::decide(house, &second, answered, 2, &yes).unwrap();
        let story = ["case.c2", "note.c2", "identification.c2", "exploitation-record.c2"];
        self.birds.copied(answered, &story, "legal-request.c3");
        let export = pen.by(K::Export, &[("purpose", "report")], |input| {
            office::exchange::prepare(house, &house.ctx(Role::Manager), input, None)
        });
        // What only named people open.
        let sealed = [("new_identity", "zq9001xw"), ("safe_place", "zq9002xw"), ("threats", "zq9003xw")];
        let secret = office::glass::add(house, ctx, case, &form(&sealed)).unwrap();
        self.birds.only_named(secret, &sealed);
        // Somebody else's file, with which nobody here has to do.
        let elsewhere = Pen { house, birds: &self.birds, ctx: house.partner("PULSE", "ngo", Role::Ngo) };
        let other = elsewhere.make(K::Person, None, None, &[("given_name", "Друга"), ("sex", "female")]);
        let other_case = elsewhere.case(other, None);
        let other_note = elsewhere.make(K::Note, Some(other_case), None, &[ON, ("contact_kind", "phone")]);
        let ring = Ring::new(&pen);
        // Somebody's passkey, whose whole session it then takes.
        let passkey = Passkey {
            id: Id([3; 16]),
            user_id: house.user(Role::Refugees),
            credential: vec![3; 32],
            data: vec![3],
            counter: 0,
            label: "служебен".to_owned(),
            opens: false,
            created_at: 1,
            used_at: 0,
            ended_at: 0,
            ended_why: String::new(),
        };
        house.store.write("test", |tx| store::doors::factors::insert_passkey(tx, &passkey)).unwrap();
        // A partner who has keys and has not locked.
        house.enrol(elsewhere.ctx.actor.user.0);
        // The ones who come and look.
        let colleague = house.colleague(Role::Caseworker, "second.worker").actor;
        let stranger = house.partner("ANIMUS", "ngo", Role::Ngo).actor;
        let mut people = vec![
            ("second.worker".to_owned(), colleague),
            ("ngo.animus".to_owned(), stranger),
            ("mission.iom-de".to_owned(), mission),
            ("ngo.pulse".to_owned(), elsewhere.ctx.actor),
            ("ngo.ring".to_owned(), ring.lead),
        ];
        people.extend(ring.officers.iter().map(|(login, actor)| ((*login).to_owned(), *actor)));
        people.extend(Role::ALL.map(|role| (role.code().to_owned(), house.ctx(role).actor)));
        self.people = people.into_iter().collect();
        self.ids = [
            ("ended", ended),
            ("share", share),
            ("mission", with),
            ("agreed", agreed),
            ("hold", hold),
            ("erasure", erasure),
            ("legal", legal),
            ("answered", answered),
            ("export", export),
            ("signal", signal),
            ("noted", noted),
            ("person", person),
            ("loose", loose),
            ("case", case),
            ("closed", closed),
            ("note", note),
            ("consent", consent),
            ("return", moving),
            ("leg", leg),
            ("gate", gate),
            ("identification", identification),
            ("exploitation", exploitation),
            ("need", need),
            ("service", service),
            ("plan", plan),
            ("goal", goal),
            ("visit", visit),
            ("task", task),
            ("training", training),
            ("session", session),
            ("attendance", attendance),
            ("contact", contact),
            ("sealed", secret),
            ("other", other),
            ("other-case", other_case),
            ("other-note", other_note),
            ("organisation", house.organisation),
            ("user", house.user(Role::Monitor)),
            ("passkey", passkey.id),
            ("ring", ring.named),
            ("officer", ring.officers[0].1.user.0),
            ("asked", ring.asked),
            ("opened", ring.opened),
            ("settled", ring.settled),
            ("told", ring.told),
        ]
        .into();
        self.nothing_was_forgotten();
    }

    /// For every field group a partner who was given that one and nothing else: their logins.
    pub fn partners(&mut self) -> Vec<String> {
        let ctx = self.house.with_keys(self.house.ctx(Role::Caseworker), &Half::BOTH);
        let mut logins = Vec::new();
        for group in FieldGroup::ALL {
            let purpose =
                if group == FieldGroup::Statistics { Purpose::Statistics } else { Purpose::Assistance };
            let partner = self.house.partner(&format!("G-{}", group.code()), "ngo", Role::Ngo).actor;
            let pen = Pen { house: &self.house, birds: &self.birds, ctx: ctx.clone() };
            pen.share(self.ids["case"], partner.organisation.0, purpose, group);
            let login = format!("ngo.g-{}", group.code());
            self.people.insert(login.clone(), partner);
            logins.push(login);
        }
        logins
    }

    /// Every kind has a word in every compartment that takes text.
    fn nothing_was_forgotten(&self) {
        let all = self.birds.all.borrow();
        for kind in K::ALL.iter().filter(|k| !matches!(k, K::Organisation | K::User)) {
            for compartment in [Compartment::C2, Compartment::C3, Compartment::C5] {
                // An answer to an authority is written by the program, out of the words of the file.
                let takes_text = kind.spec().fields.iter().any(|f| {
                    let text = matches!(f.kind, Kind::Text(_) | Kind::Long(_));
                    f.compartment == compartment && text && f.name != "document"
                });
                let group = format!("{}.{}", kind.code(), compartment.code());
                assert_eq!(all.iter().any(|c| c.group == group), takes_text, "{group}");
            }
        }
        assert!(self.now() == NOW);
    }
}
