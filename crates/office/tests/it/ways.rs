//! Ways to a name: who knows that somebody is there, by whatever page, does not come nearer to her by it.

use crate::tale::{Tale, form, on_both};
use domain::policy::{CaseList, Role};
use domain::{Compartment, Id, Mask};
use office::organisations::Access;
use office::{Ctx, OfficeError};
use testkit::house::TestOffice;
use vault::Half;

const NAME: &str = "Зорница";
const FAMILY: &str = "Канарова";

/// A person in a case of the house, which has locked, and a partner that has locked too.
struct Scene<'h> {
    tale: Tale<'h>,
    person: Id,
    case: Id,
    ngo: Ctx,
}

fn scene(house: &TestOffice) -> Scene<'_> {
    let tale = Tale::new(house);
    house.lock(&tale.ctx);
    let tale = Tale { house, ctx: house.with_keys(tale.ctx, &Half::BOTH) };
    let person = tale.person(&[
        ("given_name", NAME),
        ("family_name", FAMILY),
        ("sex", "female"),
        ("birth_date", "1994-05-02"),
    ]);
    let case = tale.case(person, "victim", "2016-06-01");
    let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
    house.lock(&ngo);
    let ngo = house.with_keys(ngo, &Half::BOTH);
    Scene { tale, person, case, ngo }
}

fn open(house: &TestOffice, ctx: &Ctx, person: Id) -> Result<Id, OfficeError> {
    let input =
        form(&[("on_date", "2016-06-03"), ("track", "adults"), ("role", "victim"), ("intake", "partner")]);
    office::cases::open(house, ctx, person, None, &input, None)
}

fn is_hidden<T>(answer: Result<T, OfficeError>) -> bool {
    matches!(answer, Err(OfficeError::NotFound))
}

impl Scene<'_> {
    /// The name by whatever shows it.
    fn named(&self, ctx: &Ctx, case: Id) -> bool {
        let house = self.tale.house;
        let shows = |values: &domain::Values| values.get("given_name").is_some();
        let listed = office::cases::list(house, ctx, CaseList::Organisation, None, None, 25).unwrap();
        let query = office::people::Query { text: format!("{NAME} {FAMILY}") };
        office::records::history(house, ctx, self.person).is_ok_and(|(v, _)| shows(&v[0].record.values))
            || office::records::for_edit(house, ctx, self.person).is_ok_and(|(r, _)| shows(&r.values))
            || office::people::page(house, ctx, self.person).is_ok_and(|p| shows(&p.person.values))
            || office::people::reveal(house, ctx, case, "contact").is_ok_and(|p| shows(&p.values))
            || office::cases::page(house, ctx, case)
                .is_ok_and(|p| p.may.reveal || p.person.is_some_and(|p| shows(&p.values)))
            || listed.rows.iter().filter_map(|r| r.person.as_ref()).any(|p| shows(&p.values))
            || !office::people::search(house, ctx, &query).unwrap().is_empty()
    }

    /// Does a key of this user open the name, whatever the policy says?
    fn keyed(&self, ctx: &Ctx) -> bool {
        let opened = self.tale.house.look(ctx, "test.bug", |desk| {
            let stored = desk.stored(self.person)?;
            desk.unseal(stored, Mask::IDENTITY)
        });
        opened.unwrap().get("given_name").is_some()
    }
}

#[test]
fn a_share_without_the_name_is_no_way_to_a_case_of_ones_own() {
    on_both(|house| {
        let s = scene(house);
        let shared = s.tale.share(s.case, s.ngo.actor.organisation.0, "contact");
        // The partner knows that she is there, and may open cases.
        let page = office::people::page(house, &s.ngo, s.person).unwrap();
        assert!(!page.may_open_case);
        assert!(is_hidden(open(house, &s.ngo, s.person)));
        assert!(!s.named(&s.ngo, s.case));
        office::shares::end(house, &s.tale.ctx, s.case, shared).unwrap();
        assert!(is_hidden(open(house, &s.ngo, s.person)));
    });
}

#[test]
fn to_know_of_a_colleagues_case_is_no_way_either() {
    on_both(|house| {
        let s = scene(house);
        let colleague = house.colleague(Role::Caseworker, "yana");
        house.enrol(colleague.actor.user.0);
        let listed = office::cases::list(house, &colleague, CaseList::Organisation, None, None, 25).unwrap();
        assert_eq!(listed.rows.len(), 1, "she knows of the case");
        assert!(is_hidden(open(house, &colleague, s.person)));
        assert!(!s.named(&colleague, s.case));
        // Control: in the team she is.
        office::cases::grant(house, &s.tale.ctx, s.case, colleague.actor.user.0).unwrap();
        open(house, &colleague, s.person).unwrap();
    });
}

#[test]
fn a_case_opened_while_the_name_was_shared_stays_and_the_name_does_not() {
    on_both(|house| {
        let s = scene(house);
        let organisation = s.ngo.actor.organisation.0;
        let shared = s.tale.share(s.case, organisation, "identity");
        let own = open(house, &s.ngo, s.person).unwrap();
        office::roots::settle(house, &s.ngo).unwrap();
        assert!(s.named(&s.ngo, own) && s.keyed(&s.ngo));
        assert_eq!(
            office::people::reveal(house, &s.ngo, own, "contact").unwrap().get("given_name"),
            Some(NAME)
        );
        let theirs = Tale { house, ctx: s.ngo.clone() };
        let note = theirs.in_case(
            own,
            domain::RecordKind::Note,
            &[("on_date", "2016-06-04"), ("contact_kind", "phone"), ("text", "от нас")],
        );

        office::shares::end(house, &s.tale.ctx, s.case, shared).unwrap();
        let page = office::cases::page(house, &s.ngo, own).unwrap();
        assert_eq!(page.records.len(), 1, "its own case stays");
        assert!(!page.sees.contains(&domain::RecordKind::Person));
        assert_eq!(theirs.values(note).get("text"), Some("от нас"));
        assert!(!s.named(&s.ngo, own));
        assert!(!s.keyed(&s.ngo), "the key of her name went with the share");
        assert!(is_hidden(office::people::page(house, &s.ngo, s.person)));
        // What is written of her later is not granted to whoever has a case on her.
        s.tale.change(s.person, &[("current_address", "ново място")]);
        assert!(!s.keyed(&s.ngo));
        // And the case of the partner is no way for others: who is given that one is not given her.
        let there = office::cases::page(house, &s.tale.ctx, s.case).unwrap();
        assert!(there.person.is_some_and(|p| p.mask.has(Compartment::C3)));
    });
}

/// Whoever wrote a person down sees that another house holds back erasing, and nothing of that house's case.
#[test]
fn a_hold_of_another_house_is_a_hold_and_no_more() {
    on_both(|house| {
        let s = scene(house);
        s.tale.share(s.case, s.ngo.actor.organisation.0, "identity");
        let theirs = open(house, &s.ngo, s.person).unwrap();
        let set = |ctx: &Ctx, case: Id| {
            let held = house.act(ctx, "test.hold", |desk| {
                let mut head = desk.new_head(domain::RecordKind::Hold);
                let values = domain::Values::default().with("ground", "proceedings").with("state", "set");
                head.take(&values);
                head.case_id = Some(case);
                let (mask, locked) = (Mask::PRIVILEGED, Mask::NONE);
                desk.insert(
                    &domain::Record { head, values, mask, locked },
                    domain::Decision::by("test", mask),
                )
            });
            held.unwrap_or_else(|e| panic!("{}", crate::tale::said(&e)));
        };
        set(&s.ngo, theirs);
        let holds = office::erasure::page(house, &s.tale.ctx, s.person).unwrap().holds;
        assert!(holds.len() == 1 && holds[0].is_none());
        // Control: of one's own case, number and ground are read.
        set(&s.tale.ctx, s.case);
        let holds = office::erasure::page(house, &s.tale.ctx, s.person).unwrap().holds;
        let read: Vec<Id> = holds.iter().flatten().map(|(_, case)| case.head.id).collect();
        assert_eq!((holds.len(), read), (2, vec![s.case]));
    });
}

/// The leaves written from a place in the log on: object, mask, allowed.
pub fn leaves_from(house: &TestOffice, from: i64) -> Vec<vault::log::Leaf> {
    let rows = house.store.read("test.leaves", |tx| store::audit::range(tx, from, 1000)).unwrap();
    rows.iter().map(|l| vault::log::Leaf::decode(&l.leaf).unwrap()).collect()
}

fn end_of_log(house: &TestOffice) -> i64 {
    house.store.read("test.head", |tx| store::audit::head(tx)).unwrap().map_or(0, |head| head.size)
}

#[test]
fn what_a_failed_step_has_opened_is_in_the_log() {
    on_both(|house| {
        let s = scene(house);
        let ctx = &s.tale.ctx;
        let note = s.tale.in_case(
            s.case,
            domain::RecordKind::Note,
            &[
                ("on_date", "2016-06-02"),
                ("contact_kind", "phone"),
                ("text", "разказ"),
                ("privileged", "лично"),
            ],
        );
        let consent = s.tale.agree(s.case, s.ngo.actor.organisation.0, "needs", "assistance", "");
        let withdrawn = form(&[("withdrawn_on", "2017-03-16")]);
        office::consents::withdraw(house, ctx, consent, &withdrawn).unwrap();
        let moving = s.tale.in_case(
            s.case,
            domain::RecordKind::Return,
            &[
                ("direction", "to_bulgaria"),
                ("will", "voluntary"),
                ("from_country", "DE"),
                ("to_country", "BG"),
                ("on_date", "2016-06-10"),
            ],
        );
        let person = form(&[("given_name", "Друга"), ("sex", "female")]);
        let text = form(&[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", "друго")]);
        let wrong = form(&[("on_date", "няма"), ("contact_kind", "phone"), ("text", "друго")]);
        let case_before = form(&[("closure_reason", "goals_reached"), ("closed_on", "2010-01-01")]);
        let depart = form(&[("departed_on", "2016-06-10")]);
        type Step<'a> = (&'a str, Id, Compartment, Box<dyn Fn() -> Option<OfficeError> + 'a>);
        let steps: Vec<Step<'_>> = vec![
            (
                "a person whom somebody else has changed",
                s.person,
                Compartment::C3,
                Box::new(|| office::records::edit(house, ctx, s.person, 99, &person).err()),
            ),
            (
                "a note that somebody else has changed",
                note,
                Compartment::C5,
                Box::new(|| office::records::edit(house, ctx, note, 99, &text).err()),
            ),
            (
                "a form with a mistake",
                note,
                Compartment::C2,
                Box::new(|| office::records::edit(house, ctx, note, 1, &wrong).err()),
            ),
            (
                "a consent that is withdrawn already",
                consent,
                Compartment::C1,
                Box::new(|| office::consents::withdraw(house, ctx, consent, &withdrawn).err()),
            ),
            (
                "a case closed before it began",
                s.case,
                Compartment::C1,
                Box::new(|| office::cases::close(house, ctx, s.case, 1, &case_before).err()),
            ),
            (
                "a case that is not closed",
                s.case,
                Compartment::C1,
                Box::new(|| office::cases::reopen(house, ctx, s.case, None).err()),
            ),
            (
                "a departure that is held back",
                s.person,
                Compartment::C1,
                Box::new(|| office::returns::depart(house, ctx, moving, &depart).err()),
            ),
            (
                "a read that breaks off",
                s.person,
                Compartment::C3,
                Box::new(|| {
                    let read = house.look(ctx, "test.breaks", |desk| {
                        let stored = desk.stored(s.person)?;
                        desk.unseal(stored, Mask::IDENTITY)?;
                        Err::<(), _>(OfficeError::WrongState)
                    });
                    read.err()
                }),
            ),
        ];
        for (what, object, compartment, step) in steps {
            let from = end_of_log(house);
            let error = step().unwrap_or_else(|| panic!("{what}: went through"));
            assert!(!matches!(error, OfficeError::NotFound), "{what}: refused");
            let leaves = leaves_from(house, from);
            let told = leaves.iter().any(|leaf| {
                leaf.objects.contains(&object.0)
                    && leaf.decision == vault::log::Decision::Allow
                    && Mask(leaf.compartments).has(compartment)
            });
            assert!(told, "{what}: {error:?} and no leaf that says what was opened");
            // Nothing says that it was done.
            let did = |leaf: &&vault::log::Leaf| !leaf.action.ends_with(".view");
            assert_eq!(leaves.iter().find(did).map(|l| l.action.clone()), None, "{what}");
        }
    });
}

fn weaker(ctx: &Ctx, assurance: domain::Assurance) -> Ctx {
    let mut weak = ctx.clone();
    weak.actor.assurance = assurance;
    weak
}

/// The pages that name a person are a reveal: they ask for the same sign-in, and leave the same trace.
#[test]
fn history_and_form_of_a_person_name_her_to_nobody_who_has_not_just_signed_in() {
    on_both(|house| {
        let s = scene(house);
        let fresh = &s.tale.ctx;
        s.tale.change(s.person, &[("phone", "+359888123456")]);
        let version = office::records::for_edit(house, fresh, s.person).unwrap().0.head.version;
        for assurance in
            [domain::Assurance::Password, domain::Assurance::PasswordTotp, domain::Assurance::Passkey]
        {
            let weak = weaker(fresh, assurance);
            let (versions, _) = office::records::history(house, &weak, s.person).unwrap();
            for version in &versions {
                assert!(!version.record.mask.has(Compartment::C3), "{assurance:?}");
                assert_eq!(version.record.get("family_name").or(version.record.get("given_name")), None);
                assert!(!version.changed.contains(&"phone"));
                assert_eq!(version.record.get("sex"), Some("female"));
            }
            let viewed = office::records::view(house, &weak, s.person).unwrap().record;
            assert_eq!(viewed.get("given_name"), None);
            let form_page = office::records::for_edit(house, &weak, s.person);
            assert!(matches!(form_page, Err(OfficeError::StepUp(domain::Assurance::Fresh))));
            let input = form(&[("given_name", "Друга"), ("family_name", "Друга"), ("sex", "female")]);
            for version in [version, 1] {
                let saved = office::records::edit(house, &weak, s.person, version, &input);
                assert!(
                    matches!(saved, Err(OfficeError::StepUp(_))),
                    "not even to be told what stands there"
                );
            }
            // The headings and lists stay as they are: an initial and an age.
            let page = office::people::page(house, &weak, s.person).unwrap();
            assert_eq!(domain::people::masked_name(&page.person.values), "З. •••••");
            assert_eq!(page.person.get("family_name").or(page.person.get("phone")), None);
            let case = office::cases::page(house, &weak, s.case).unwrap();
            assert_eq!(domain::people::masked_name(&case.person.unwrap().values), "З. •••••");
        }
        let why = |code: &str| house.vault.mac_text("reason", code);
        for (reason, read) in [
            (
                "history",
                office::records::history(house, fresh, s.person).map(|_| ()).map_err(|e| e.to_string()),
            ),
            (
                "correct",
                office::records::for_edit(house, fresh, s.person).map(|_| ()).map_err(|e| e.to_string()),
            ),
        ] {
            assert_eq!(read, Ok(()));
            let leaves = leaves_from(house, 0);
            let told = leaves.iter().rev().find(|l| l.objects.contains(&s.person.0)).map(|l| l.reason_hash);
            let any =
                leaves.iter().any(|l| l.objects.contains(&s.person.0) && l.reason_hash == Some(why(reason)));
            assert!(any, "{reason}: {told:?}");
        }
        let (versions, _) = office::records::history(house, fresh, s.person).unwrap();
        assert_eq!(versions[0].record.get("given_name"), Some(NAME));
    });
}

/// A name that was read by the person's own page stands in every account of who looked at her case.
#[test]
fn a_look_by_the_page_of_the_person_stands_in_the_log_of_the_case() {
    on_both(|house| {
        let s = scene(house);
        let named = || {
            let looks = office::audit::who_looked(house, &s.tale.ctx, s.case).unwrap();
            looks.iter().filter(|l| l.action == "person.history" && l.identity).count()
        };
        assert_eq!(named(), 0);
        office::records::history(house, &s.tale.ctx, s.person).unwrap();
        assert_eq!(named(), 1);
    });
}

/// Another process changes a name: whoever has read the list before reads it anew.
#[test]
fn a_changed_name_is_seen_by_every_process() {
    on_both(|house| {
        let ctx = &house.ctx(Role::Caseworker);
        let there = house.another();
        let name = |office: &office::Office| {
            office.directory(ctx).unwrap().name(ctx.actor.organisation.0).to_owned()
        };
        assert_eq!(name(&there), name(house));
        let admin = house.ctx(Role::Admin);
        let (record, _) = office::records::for_edit(house, &admin, ctx.actor.organisation.0).unwrap();
        let mut input = record.values.to_input(record.head.kind.spec());
        input.insert("name".to_owned(), vec!["Друго име".to_owned()]);
        office::records::edit(house, &admin, record.head.id, record.head.version, &input).unwrap();
        assert_eq!((name(house), name(&there)), ("Друго име".to_owned(), "Друго име".to_owned()));
    });
}

/// Who sees cases under a number finds none by a name, whether it is there or not.
#[test]
fn whoever_sees_numbers_finds_no_names() {
    on_both(|house| {
        let s = scene(house);
        let number = office::cases::page(house, &s.tale.ctx, s.case).unwrap().case.head.number.unwrap();
        let colleague = house.colleague(Role::Caseworker, "yana");
        house.enrol(colleague.actor.user.0);
        office::roots::admit(house, &s.tale.ctx, colleague.actor.user.0).unwrap();
        let colleague = house.with_keys(colleague, &Half::BOTH);
        let national = house.partner("NCCTB", "ncctb", Role::Coordinator);
        let values = |ctx: &Ctx| office::records::view(house, ctx, s.person).unwrap().record.values;
        for ctx in [house.ctx(Role::Manager), national, colleague.clone()] {
            let role = ctx.actor.role;
            let find = |text: &str| {
                let query = office::people::Query { text: text.to_owned() };
                office::people::search(house, &ctx, &query).unwrap()
            };
            let from = end_of_log(house);
            let there = find(&format!("{NAME} {FAMILY}")).len();
            let middle = end_of_log(house);
            let absent = find("Никоя Несъществуваща").len();
            assert_eq!((there, absent), (0, 0), "{role:?}");
            // The two leave the same trace but for the words.
            let trace = |leaves: &[vault::log::Leaf]| {
                leaves
                    .iter()
                    .map(|l| (l.action.clone(), l.objects.clone(), l.compartments, l.rule.clone()))
                    .collect::<Vec<_>>()
            };
            let all = leaves_from(house, from);
            let (first, second) = all.split_at(usize::try_from(middle - from).unwrap());
            assert_eq!(trace(first), trace(second), "{role:?}");
            let by_number = find(&number);
            assert_eq!(by_number.len(), 1, "{role:?}");
            assert_eq!(by_number[0].person.get("given_name"), None);
            assert_eq!(by_number[0].cases.len(), 1);
        }
        // Whoever writes nobody down is not told who is here already.
        let known = values(&s.tale.ctx);
        assert!(is_hidden(office::people::alike(house, &house.ctx(Role::Manager), &known)));
        // A colleague who writes her down anew is warned, without a letter of her name, and by the name alone not.
        let warned = office::people::alike(house, &colleague, &known).unwrap();
        assert_eq!(warned.len(), 1);
        assert_eq!(warned[0].person.get("given_name"), None);
        assert_eq!(warned[0].cases.len(), 1);
        let mut name = domain::Values::default().with("given_name", NAME).with("family_name", FAMILY);
        assert!(office::people::alike(house, &colleague, &name).unwrap().is_empty());
        name.set("birth_date", "1980-01-01");
        assert!(office::people::alike(house, &colleague, &name).unwrap().is_empty());
        // Control: to whoever leads the case she is there by her name.
        assert_eq!(office::people::alike(house, &s.tale.ctx, &known).unwrap().len(), 1);
    });
}

/// The form of every kind changes no account: who could change his role would be whoever he likes.
#[test]
fn no_form_changes_an_account() {
    on_both(|house| {
        let admin = house.ctx(Role::Admin);
        let other = house.user(Role::Caseworker);
        for user in [admin.actor.user.0, other] {
            let before = house.store.read("test", |tx| store::records::get(tx, user)).unwrap().unwrap();
            let input = form(&[("name", "Друг"), ("login", "drug"), ("state", "manager")]);
            assert!(is_hidden(office::records::edit(house, &admin, user, before.head.version, &input)));
            assert!(is_hidden(office::records::edit(house, &admin, user, 99, &input)));
            assert!(is_hidden(office::records::for_edit(house, &admin, user)));
            let after = house.store.read("test", |tx| store::records::get(tx, user)).unwrap().unwrap();
            assert_eq!((after.head.state, after.head.version), (before.head.state, before.head.version));
        }
        let under = office::records::Under::default();
        let input = form(&[("name", "Друг"), ("login", "drug"), ("state", "manager")]);
        for kind in domain::RecordKind::ALL.iter().copied().filter(|k| !office::records::has_form(*k)) {
            let made = office::records::create(house, &admin, kind, under, &input, None);
            assert!(is_hidden(made), "{kind:?}");
        }
    });
}

/// To name another lead opens the case to him: as naming the team does, it takes a fresh sign-in.
#[test]
fn another_lead_is_somebody_let_in() {
    on_both(|house| {
        let s = scene(house);
        let colleague = house.colleague(Role::Caseworker, "yana");
        let lead = colleague.actor.user.0.to_string();
        let (case, _) = office::records::for_edit(house, &s.tale.ctx, s.case).unwrap();
        let mut input = case.values.to_input(domain::RecordKind::Case.spec());
        input.insert("assignee".to_owned(), vec![lead.clone()]);
        for assurance in [domain::Assurance::Password, domain::Assurance::Passkey] {
            let weak = weaker(&s.tale.ctx, assurance);
            let now = office::records::for_edit(house, &weak, s.case).unwrap().0.head.version;
            let led = office::records::edit(house, &weak, s.case, now, &input);
            assert!(matches!(led, Err(OfficeError::StepUp(domain::Assurance::Fresh))));
            assert!(office::cases::page(house, &colleague, s.case).is_err(), "nothing was done");
            let mut opening = form(&[
                ("on_date", "2016-06-03"),
                ("track", "adults"),
                ("role", "victim"),
                ("intake", "partner"),
            ]);
            opening.insert("assignee".to_owned(), vec![lead.clone()]);
            let opened = office::cases::open(house, &weak, s.person, None, &opening, None);
            assert!(matches!(opened, Err(OfficeError::StepUp(_))));
            // Control: the rest of the form asks for nothing.
            let mut same = case.values.to_input(domain::RecordKind::Case.spec());
            same.insert("risk".to_owned(), vec!["low".to_owned()]);
            let now = office::records::for_edit(house, &weak, s.case).unwrap().0.head.version;
            office::records::edit(house, &weak, s.case, now, &same).unwrap();
        }
        let now = office::records::for_edit(house, &s.tale.ctx, s.case).unwrap().0.head.version;
        let from = end_of_log(house);
        office::records::edit(house, &s.tale.ctx, s.case, now, &input).unwrap();
        assert!(office::cases::page(house, &colleague, s.case).is_ok());
        let let_in =
            |l: &vault::log::Leaf| l.action == "case.grant" && l.objects.contains(&colleague.actor.user.0.0);
        assert!(leaves_from(house, from).iter().any(let_in));
    });
}

/// Who works here decides who is given keys.
#[test]
fn accounts_are_made_ended_and_restored_after_a_fresh_sign_in_alone() {
    on_both(|house| {
        let admin = house.ctx(Role::Admin);
        let other = house.user(Role::Hotline);
        let input = form(&[
            ("name", "Нова"),
            ("login", "nova.novakova"),
            ("state", "caseworker"),
            ("password", "зелен кон над варненския мост"),
        ]);
        for assurance in [domain::Assurance::Password, domain::Assurance::Passkey] {
            let weak = weaker(&admin, assurance);
            let made = office::organisations::add_user(house, &weak, house.organisation, &input, None);
            assert!(matches!(made, Err(OfficeError::StepUp(_))));
            let asked = office::organisations::for_new_user(house, &weak, house.organisation);
            assert!(matches!(asked, Err(OfficeError::StepUp(_))), "asked before anything is typed");
            for access in [Access::End, Access::EndAnyway, Access::Restore] {
                let done = office::organisations::end_user(house, &weak, other, access);
                assert!(matches!(done, Err(OfficeError::StepUp(_))));
            }
            assert!(matches!(office::organisations::user(house, &weak, other), Err(OfficeError::StepUp(_))));
            assert!(office::organisations::page(house, &weak, house.organisation).unwrap().may_edit);
        }
        office::organisations::add_user(house, &admin, house.organisation, &input, None).unwrap();
        office::organisations::end_user(house, &admin, other, Access::End).unwrap();
    });
}

/// What a partner keeps of her is what it wrote: neither an answer to an authority nor a workbook hands her name on.
/// In a house that has not locked, where the server's key would open it.
#[test]
fn a_case_of_ones_own_hands_nobody_elses_person_on() {
    on_both(|house| {
        let tale = Tale::new(house);
        let person = tale.person(&[("given_name", NAME), ("family_name", FAMILY), ("sex", "female")]);
        let case = tale.case(person, "victim", "2016-06-01");
        let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
        let organisation = ngo.actor.organisation;
        let shared = tale.share(case, organisation.0, "identity");
        let own = open(house, &ngo, person).unwrap();
        let theirs = Tale { house, ctx: ngo.clone() };
        let text = [("on_date", "2016-06-04"), ("contact_kind", "phone"), ("text", "от нас")];
        theirs.in_case(own, domain::RecordKind::Note, &text);
        // Her own person, for the control.
        let hers = theirs.person(&[("given_name", "Своя"), ("sex", "female")]);
        let hers = open(house, &ngo, hers).unwrap();
        office::shares::end(house, &tale.ctx, case, shared).unwrap();
        let colleague = |login: &str, role: Role| {
            let input = form(&[
                ("name", login),
                ("login", login),
                ("state", role.code()),
                ("password", "зелен кон над варненския мост"),
            ]);
            let id =
                office::organisations::add_user(house, &house.ctx(Role::Admin), organisation.0, &input, None);
            let mut ctx = ngo.clone();
            ctx.actor.user = domain::UserId(id.unwrap());
            ctx.actor.role = role;
            ctx
        };
        let (one, two) = (colleague("ngo.one", Role::Ngo), colleague("ngo.two", Role::Ngo));
        let paper = form(&[
            ("authority_kind", "court"),
            ("authority", "Съд"),
            ("reference", "1/17"),
            ("on_date", "2017-03-10"),
            ("ground", "court_order"),
            ("basis", "както е посочено"),
            ("due_on", "2017-03-24"),
            ("asked", "identity"),
            ("asked", "story"),
            ("telling", "may_tell"),
        ]);
        let yes = form(&[("outcome", "approve"), ("sure", "1"), ("groups", "identity"), ("groups", "story")]);
        let said = |case: Id| {
            let id = office::legal::register(house, &ngo, case, &paper, None).unwrap();
            office::legal::decide(house, &one, id, 1, &yes).unwrap();
            office::legal::decide(house, &two, id, 2, &yes).unwrap();
            let (_, answer) = office::legal::answer(house, &two, id).unwrap();
            let all = answer.parts.iter().map(|p| format!("{:?}", p.values.0)).collect::<String>();
            (all.contains("от нас"), all.contains(NAME) || all.contains("Своя"))
        };
        assert_eq!(said(own), (true, false), "its own words, and not her name");
        assert_eq!(said(hers), (false, true), "the control");
        // No NGO has a head of the programme; if one had, her workbook would leave the name out.
        let mut head = two.clone();
        head.actor.role = Role::Manager;
        let wish = form(&[("purpose", "report"), ("note", "за отчета")]);
        let id = office::exchange::prepare(house, &head, &wish, None).unwrap();
        let line = office::exchange::export_page(house, &head, id).unwrap().record;
        assert_eq!((line.get("rows"), line.get("left_out")), (Some("1"), Some("1")));
        assert!(!office::exchange::take(house, &head, id).unwrap().is_empty());
        let line = office::exchange::export_page(house, &head, id).unwrap().record;
        assert_eq!((line.get("rows"), line.get("left_out")), (Some("1"), Some("1")));
    });
}
