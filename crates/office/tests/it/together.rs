//! Several people at once: double clicks, stale forms, teams, history.

use crate::tale::{Tale, form, on_both, said};
use domain::policy::{CaseList, Role};
use domain::{Compartment, Id, RecordKind};
use office::OfficeError;
use office::records::{Under, create, edit};
use testkit::house::TestOffice;

fn open_case(tale: &Tale<'_>) -> (Id, Id) {
    let person = tale.person(&[("given_name", "Райна"), ("family_name", "Попова"), ("sex", "female")]);
    (person, tale.case(person, "victim", "2016-06-01"))
}

fn note(text: &str) -> domain::values::Input {
    form(&[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", text)])
}

fn count(house: &TestOffice, kind: RecordKind) -> i64 {
    house.store.read("test.count", |tx| store::records::count(tx, kind.code())).unwrap()
}

#[test]
fn a_stale_form_gets_both_versions_and_overwrites_nothing() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, case) = open_case(&tale);
        let id = tale.in_case(
            case,
            RecordKind::Note,
            &[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", "първо")],
        );
        let other = house.colleague(Role::Caseworker, "second.worker");
        office::cases::grant(house, &tale.ctx, case, other.actor.user.0).unwrap();
        edit(house, &other, id, 1, &note("второ, от колегата")).unwrap();
        match edit(house, &tale.ctx, id, 1, &note("второ, от мен")) {
            Err(OfficeError::Stale(both)) => {
                assert_eq!(both.theirs.get("text"), Some("второ, от колегата"));
                assert_eq!(both.theirs.head.version, 2);
                assert_eq!(both.mine.get("text"), Some("второ, от мен"));
                assert_eq!(both.by, "Потребител second.worker");
            }
            Err(e) => panic!("{}", said(&e)),
            Ok(_) => panic!("overwritten"),
        }
        assert_eq!(tale.values(id).get("text"), Some("второ, от колегата"));
        // Made again from what stands there now, it is saved.
        edit(house, &tale.ctx, id, 2, &note("трето")).unwrap();

        let (versions, of) = office::records::history(house, &tale.ctx, id).unwrap();
        let texts: Vec<_> = versions.iter().map(|v| v.record.get("text").unwrap_or_default()).collect();
        assert_eq!(texts, ["трето", "второ, от колегата", "първо"]);
        assert_eq!(versions[0].changed, ["text"]);
        assert!(versions[2].changed.is_empty());
        let by: Vec<_> = versions.iter().map(|v| v.record.head.updated_by).collect();
        assert_eq!(by, [tale.ctx.actor.user.0, other.actor.user.0, tale.ctx.actor.user.0]);
        assert_eq!(of.map(|c| c.head.id), Some(case));
    });
}

#[test]
fn one_key_makes_one_record_in_parallel_too() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, case) = open_case(&tale);
        let under = Under { case_id: Some(case), parent_id: None };
        let key = Some(tale.ctx.id());
        let ids: Vec<Id> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        create(house, &tale.ctx, RecordKind::Note, under, &note("веднъж"), key).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(count(house, RecordKind::Note), 1);
        // Another key is another record; the same key of another user is too.
        create(house, &tale.ctx, RecordKind::Note, under, &note("двaжди"), Some(tale.ctx.id())).unwrap();
        assert_eq!(count(house, RecordKind::Note), 2);
        let reopened = Some(tale.ctx.id());
        let close = form(&[("closure_reason", "lost_contact"), ("closed_on", "2016-07-01")]);
        let version = office::records::view(house, &tale.ctx, case).unwrap().record.head.version;
        office::cases::close(house, &tale.ctx, case, version, &close).unwrap();
        let first = office::cases::reopen(house, &tale.ctx, case, reopened).unwrap();
        assert_eq!(office::cases::reopen(house, &tale.ctx, case, reopened).unwrap(), first);
        assert_eq!(count(house, RecordKind::Case), 2);
    });
}

#[test]
fn parallel_edits_of_one_record_lose_nothing() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, case) = open_case(&tale);
        let pairs = [("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", "0")];
        let id = tale.in_case(case, RecordKind::Note, &pairs);
        let saved: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|n| {
                    let tale = &tale;
                    scope.spawn(move || {
                        let text = format!("нишка {n}");
                        match edit(house, &tale.ctx, id, 1, &note(&text)) {
                            Ok(_) => 1,
                            Err(OfficeError::Stale(_)) => 0,
                            Err(e) => panic!("{}", said(&e)),
                        }
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!(saved, 1, "one of six forms made from the same version is saved");
        assert_eq!(office::records::history(house, &tale.ctx, id).unwrap().0.len(), 2);
    });
}

#[test]
fn naming_in_the_team_opens_and_leaving_it_closes() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, case) = open_case(&tale);
        let note = tale.in_case(
            case,
            RecordKind::Note,
            &[
                ("on_date", "2016-06-02"),
                ("contact_kind", "phone"),
                ("text", "за екипа"),
                ("privileged", "за лекаря"),
            ],
        );
        let colleague = house.colleague(Role::Caseworker, "second.worker");
        let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
        let organisation = ngo.actor.organisation.0;
        let sees = |ctx: &office::Ctx| office::records::view(house, ctx, note).is_ok();
        let lists = |ctx: &office::Ctx, list| {
            office::cases::list(house, ctx, list, None, None, 25).map_or(0, |page| page.rows.len())
        };
        assert!(!sees(&colleague) && !sees(&ngo));
        // A colleague's case is known to exist, no more than that.
        assert_eq!(lists(&colleague, CaseList::Organisation), 1);
        assert!(matches!(office::cases::page(house, &colleague, case), Err(OfficeError::NotFound)));
        assert_eq!(lists(&ngo, CaseList::Organisation), 0);
        // Somebody without the right cannot let himself in.
        let own_way = office::cases::grant(house, &colleague, case, colleague.actor.user.0);
        assert!(matches!(own_way, Err(OfficeError::NotFound)));

        office::cases::grant(house, &tale.ctx, case, colleague.actor.user.0).unwrap();
        office::cases::grant(house, &tale.ctx, case, colleague.actor.user.0).unwrap();
        // A partner, or somebody who works for one, is not let in by naming him.
        let named = office::cases::grant(house, &tale.ctx, case, organisation);
        assert!(matches!(named, Err(OfficeError::NotFound)));
        let named = office::cases::grant(house, &tale.ctx, case, ngo.actor.user.0);
        assert!(matches!(named, Err(OfficeError::Invalid(_))));
        let share = tale.share(case, organisation, "story");
        assert!(sees(&colleague) && sees(&ngo));
        assert_eq!((lists(&colleague, CaseList::Mine), lists(&ngo, CaseList::Organisation)), (1, 1));
        let (_, team) = office::cases::team(house, &tale.ctx, case).unwrap();
        assert_eq!(team.len(), 4, "lead, colleague, own organisation, partner");

        office::cases::revoke(house, &tale.ctx, case, colleague.actor.user.0).unwrap();
        office::shares::end(house, &tale.ctx, case, share).unwrap();
        assert!(!sees(&colleague) && !sees(&ngo));
        assert_eq!((lists(&colleague, CaseList::Mine), lists(&ngo, CaseList::Organisation)), (0, 0));

        let looks = office::audit::who_looked(house, &tale.ctx, case).unwrap();
        let done = |action: &str, refused| {
            looks.iter().filter(|l| l.action == action && l.refused == refused).count()
        };
        assert_eq!((done("case.grant", false), done("case.revoke", false)), (3, 2));
        assert_eq!(done("case.grant", true), 1, "the refused attempt stands in the log");
        assert!(done("note.view", true) >= 4, "refused looks stand in the log");
    });
}

#[test]
fn the_lead_is_handed_over_and_stays_in_the_team() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, case) = open_case(&tale);
        let colleague = house.colleague(Role::Caseworker, "second.worker");
        tale.change(case, &[("assignee", &colleague.actor.user.0.to_string())]);
        let mine = |ctx: &office::Ctx| {
            office::cases::list(house, ctx, CaseList::Mine, None, None, 25).unwrap().rows.len()
        };
        assert_eq!((mine(&tale.ctx), mine(&colleague)), (1, 1));
        // Back and forth: who was in the team before leads, and is in the team again.
        tale.change(case, &[("assignee", &tale.ctx.actor.user.0.to_string())]);
        tale.change(case, &[("assignee", &colleague.actor.user.0.to_string())]);
        assert_eq!((mine(&tale.ctx), mine(&colleague)), (1, 1));
        office::cases::revoke(house, &colleague, case, tale.ctx.actor.user.0).unwrap();
        assert_eq!((mine(&tale.ctx), mine(&colleague)), (0, 1));
    });
}

/// What the manager sees of all cases is pseudonymous; what he saves leaves the rest as it is.
#[test]
fn sealed_parts_stay_what_they_are_when_somebody_else_saves() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, case) = open_case(&tale);
        let pairs = [
            ("on_date", "2016-06-02"),
            ("contact_kind", "phone"),
            ("text", "за екипа"),
            ("privileged", "само за лекаря"),
        ];
        let id = tale.in_case(case, RecordKind::Note, &pairs);
        let mission = house.partner("IOM-DE", "iom_mission", Role::Mission);
        tale.share(case, mission.actor.organisation.0, "story");
        let seen = office::records::view(house, &mission, id).unwrap().record;
        assert!(!seen.mask.has(Compartment::C5) && seen.get("privileged").is_none());
        edit(house, &mission, id, 1, &note("от мисията")).unwrap();
        let values = tale.values(id);
        assert_eq!(
            (values.get("text"), values.get("privileged")),
            (Some("от мисията"), Some("само за лекаря"))
        );
    });
}
