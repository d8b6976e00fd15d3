//! A row moved from one case to another by a hand in the database: whoever works on the other case reads nothing.

use crate::hand::Hand;
use crate::tale::Tale;
use domain::{Id, RecordKind, Role};
use office::audit::{Verdict, verify};
use office::{Ctx, OfficeError};
use store::StoreError;
use testkit::house::{Engine, TestOffice, office};
use vault::Half;

const STORY: &str = "крие се при леля си";

/// Two cases with a note each; two people of one organisation who lead one of them each.
struct Scene {
    note: Id,
    cases: [Id; 2],
    lead: Ctx,
    other: Ctx,
}

fn scene(house: &TestOffice, locked: bool) -> Scene {
    let lead = house.ctx(Role::Caseworker);
    let mut other = house.colleague(Role::Caseworker, "other");
    if locked {
        house.lock(&lead);
        other = house.with_keys(other, &Half::BOTH);
    }
    let lead = house.with_keys(lead, &Half::BOTH);
    let mut notes = Vec::new();
    let cases = [&lead, &other].map(|ctx| {
        let tale = Tale { house, ctx: ctx.clone() };
        let person = tale.person(&[("given_name", "Ана"), ("sex", "female")]);
        let case = tale.case(person, "victim", "2016-06-01");
        let pairs = [("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", STORY)];
        notes.push(tale.in_case(case, RecordKind::Note, &pairs));
        case
    });
    Scene { note: notes[0], cases, lead, other }
}

fn text(house: &TestOffice, ctx: &Ctx, note: Id) -> Result<Option<String>, OfficeError> {
    let view = office::records::view(house, ctx, note)?;
    Ok(view.record.values.get("text").map(str::to_owned))
}

/// The houses to try: each engine, locked and not.
fn houses() -> impl Iterator<Item = (TestOffice, bool)> {
    Engine::BOTH
        .into_iter()
        .flat_map(|engine| [false, true].map(|locked| (engine, locked)))
        .filter_map(|(engine, locked)| Some((office(engine)?, locked)))
}

#[test]
fn a_note_moved_to_another_case_does_not_open_there() {
    for (house, locked) in houses() {
        let Scene { note, cases: [_, there], lead, other } = scene(&house, locked);
        assert_eq!(text(&house, &lead, note).unwrap().as_deref(), Some(STORY), "the control");
        assert!(matches!(text(&house, &other, note), Err(OfficeError::NotFound)), "the control");
        let house = Hand::at_closed(house, |hand| {
            let (note, there) = (hand.blob(&note.0), hand.blob(&there.0));
            hand.run(&format!("update records set case_id = {there} where id = {note}"));
        });
        let read = text(&house, &other, note);
        assert!(matches!(read, Err(OfficeError::Sealed)), "locked {locked}: {read:?}");
        assert_eq!(verify(&house).unwrap(), Verdict::RowChanged { id: note });
    }
}

/// The one who knows the schema takes the keys of the case along.
#[test]
fn a_note_moved_to_another_case_with_its_key_does_not_open_there() {
    for (house, locked) in houses() {
        let Scene { note, cases: [here, there], other, .. } = scene(&house, locked);
        let house = Hand::at_closed(house, |hand| {
            let [id, here, there] = [note, here, there].map(|id| hand.blob(&id.0));
            hand.run(&format!("update records set case_id = {there} where id = {id}"));
            hand.run(&format!("update data_keys set subject = {there} where subject = {here}"));
            hand.run(&format!("delete from subject_keys where subject = {there}"));
            hand.run(&format!("update subject_keys set subject = {there} where subject = {here}"));
        });
        let read = text(&house, &other, note);
        assert!(
            matches!(read, Err(OfficeError::Store(StoreError::Forged("data_keys")))),
            "locked {locked}: {read:?}"
        );
        assert_eq!(verify(&house).unwrap(), Verdict::RowChanged { id: note });
    }
}

/// What hangs from a signal or a training is sealed under the keys of that: a note that is made to hang from its own
/// case would open under them, as something that every colleague may read.
#[test]
fn a_note_that_is_given_another_kind_does_not_open_by_the_key_of_its_case() {
    for (house, locked) in houses() {
        let Scene { note, cases: [here, there], other, .. } = scene(&house, locked);
        let mut house = house;
        for kind in ["signal-person", "attendance", "training-session"] {
            for case in ["null".to_owned(), "there".to_owned()] {
                house = Hand::at_closed(house, |hand| {
                    let [id, here, there] = [note, here, there].map(|id| hand.blob(&id.0));
                    let case = case.replace("there", &there);
                    hand.run(&format!(
                        "update records set kind = '{kind}', parent_id = {here}, case_id = {case} where id = {id}"
                    ));
                });
                let read = text(&house, &other, note);
                assert!(read.is_err(), "locked {locked}, {kind} in {case}: {read:?}");
                assert_eq!(verify(&house).unwrap(), Verdict::RowChanged { id: note });
            }
        }
    }
}
