//! What the table must never say, line by line of the role matrix (domain reference 2.6), and how the
//! conditions of a relation end it.

use super::*;
use crate::{Id, RecordKind as K};
use Action::{Close, Create, Edit, Grant, List, Log, Move, Reveal, Seal, Search, Unseal, View};
use Compartment::{C1, C2, C3, C4, C5};
use Relation::{Addressed, BreakGlass, General, Named, National, Own, Team};
use Role::{
    Admin, Caseworker, ChildSocial, Consul, Coordinator, Hotline, Manager, Mission, Monitor, Ngo, Police,
    Prosecutor, Refugees,
};

const NOW: i64 = 1_489_666_200_000_000;
const SECOND: i64 = 1_000_000;

fn actor(role: Role) -> Actor {
    Actor::new(UserId(Id([1; 16])), OrganisationId(Id([2; 16])), role, [0; 8])
}

/// What a role sees through a relation at its widest.
fn sees(role: Role, relation: Relation, kind: RecordKind) -> Mask {
    decide(&actor(role), View, Resource { kind, relations: &[Held::at_best(relation)] }).mask
}

/// A share of these groups, for this, that holds now.
fn share(groups: &[FieldGroup], purpose: Purpose) -> Held {
    let groups = groups.iter().copied().fold(Groups::NONE, Groups::with);
    let terms = Terms { groups, purpose, ground: Ground::Consent(Id([9; 16])) };
    Held {
        since: NOW - SECOND,
        until: NOW + SECOND,
        at: NOW,
        terms: Some(terms),
        author: Author::Other,
        ..Held::from(Addressed)
    }
}

fn may(role: Role, action: Action, kind: RecordKind, held: Held) -> Decision {
    decide(&actor(role), action, Resource { kind, relations: &[held] })
}

#[test]
fn nobody_without_a_relation_sees_a_case() {
    for role in Role::ALL {
        for kind in RecordKind::ALL {
            for action in [View, Edit, Create, Reveal, Move, Close, Grant, Log] {
                let decision =
                    decide(&actor(role), action, Resource { kind: *kind, relations: &[Relation::Nothing] });
                assert!(!decision.allow, "{role:?} {kind:?} {action:?}");
                assert_eq!((decision.rule, decision.mask), ("default-deny", Mask::NONE));
            }
        }
    }
}

const IN_CASES: [Relation; 6] = [Own, Team, Relation::Organisation, Addressed, BreakGlass, National];

fn of_cases() -> impl Iterator<Item = K> {
    K::IN_CASE.iter().copied().chain([K::Case, K::Person, K::Gate, K::Leg, K::Goal])
}

#[test]
fn never_the_case_worker_other_therapists_notes() {
    for relation in [Own, Team] {
        for kind in K::ALL {
            let of_another = Held { author: Author::Other, ..Held::at_best(relation) };
            assert!(!may(Caseworker, View, *kind, of_another).mask.has(C5), "{relation:?} {kind:?}");
        }
        // The control: his own colleague's notes he reads.
        let own = Held { author: Author::Own, ..Held::at_best(relation) };
        assert!(may(Caseworker, View, K::Note, own).mask.has(C5));
    }
    assert!(!sees(Caseworker, Addressed, K::Note).has(C5));
}

#[test]
fn never_the_coordinator_who_called_the_hotline() {
    for relation in Relation::ALL {
        assert_eq!(sees(Coordinator, relation, K::Contact), Mask::NONE, "{relation:?}");
    }
    // And a name only of those she receives.
    for kind in of_cases() {
        let mask = sees(Coordinator, National, kind);
        assert!(!mask.has(C2) && !mask.has(C3) && !mask.has(C5), "{kind:?}");
    }
}

#[test]
fn never_the_police_health_therapy_or_the_shelter() {
    for relation in IN_CASES {
        for kind in [K::Service, K::Need, K::Note, K::Plan, K::Goal, K::Visit, K::Exploitation, K::Consent] {
            assert_eq!(sees(Police, relation, kind), Mask::NONE, "{relation:?} {kind:?}");
        }
        for kind in of_cases() {
            let mask = sees(Police, relation, kind);
            assert!(!mask.has(C2) && !mask.has(C3) && !mask.has(C5), "{relation:?} {kind:?}");
        }
    }
}

#[test]
fn never_the_prosecution_the_needs() {
    for relation in IN_CASES {
        for kind in [K::Need, K::Service, K::Note, K::Plan, K::Goal, K::Visit] {
            assert_eq!(sees(Prosecutor, relation, kind), Mask::NONE, "{relation:?} {kind:?}");
        }
        for kind in of_cases() {
            assert!(!sees(Prosecutor, relation, kind).has(C5), "{relation:?} {kind:?}");
        }
    }
    // Nor does anybody get them for proceedings, whatever was ticked.
    let everything = share(&FieldGroup::ALL, Purpose::Proceedings);
    for role in Role::ALL {
        for kind in [K::Need, K::Service, K::Plan, K::Goal, K::Visit] {
            assert!(!may(role, View, kind, everything).allow, "{role:?} {kind:?}");
        }
        assert!(!may(role, View, K::Note, everything).mask.has(C5), "{role:?}");
    }
}

#[test]
fn never_a_consul_the_story() {
    for relation in IN_CASES {
        for kind in of_cases() {
            let mask = sees(Consul, relation, kind);
            assert!(!mask.has(C2) && !mask.has(C5), "{relation:?} {kind:?}");
        }
        for kind in [K::Exploitation, K::Note, K::Need, K::Service, K::Identification] {
            assert_eq!(sees(Consul, relation, kind), Mask::NONE, "{relation:?} {kind:?}");
        }
    }
}

#[test]
fn never_an_agency_or_an_ngo_what_was_not_sent_to_it() {
    for role in [ChildSocial, Refugees, Ngo] {
        for kind in of_cases() {
            assert_eq!(sees(role, National, kind), Mask::NONE, "{role:?} {kind:?}");
            assert_eq!(sees(role, Relation::Nothing, kind), Mask::NONE, "{role:?} {kind:?}");
        }
    }
    for role in [ChildSocial, Refugees] {
        for kind in of_cases() {
            assert!(!sees(role, Addressed, kind).has(C5), "{role:?} {kind:?}");
        }
    }
}

#[test]
fn never_the_hotline_monitors_and_administrators_a_case() {
    for role in [Monitor, Admin, Hotline] {
        for relation in IN_CASES {
            for kind in of_cases() {
                assert_eq!(sees(role, relation, kind), Mask::NONE, "{role:?} {relation:?} {kind:?}");
            }
        }
    }
    for kind in K::ALL {
        for relation in Relation::ALL {
            assert!(!sees(Monitor, relation, *kind).has(C3), "{kind:?}");
        }
    }
    for action in [Create, Edit, Reveal, Move, Close, Grant, Log, Search] {
        for role in [Monitor, Admin] {
            for relation in Relation::ALL {
                assert!(!may(role, action, K::Case, Held::at_best(relation)).allow, "{role:?} {action:?}");
            }
        }
    }
}

#[test]
fn the_head_of_the_programme_sees_pseudonyms_of_others_cases() {
    for relation in [National, Relation::Organisation] {
        for kind in of_cases() {
            let mask = sees(Manager, relation, kind);
            assert!(mask.has(C1) && !mask.has(C2) && !mask.has(C3) && !mask.has(C5), "{kind:?}");
        }
    }
}

#[test]
fn never_anybody_what_is_sealed_for_named_persons_but_those_who_were_named() {
    for role in Role::ALL {
        for relation in Relation::ALL {
            for kind in K::ALL {
                for action in Action::ALL {
                    let found = may(role, action, *kind, Held::at_best(relation));
                    let named = relation == Named && matches!(action, Unseal | Grant) && *kind == K::Case;
                    let works = !matches!(role, Consul | Hotline | Monitor | Admin);
                    assert_eq!(
                        found.mask.has(C4),
                        named && works,
                        "{role:?} {action:?} {relation:?} {kind:?}"
                    );
                    // Being named opens the note and nothing of its case.
                    assert!(
                        relation != Named || found.allow == (named && works),
                        "{role:?} {action:?} {kind:?}"
                    );
                    assert!(!found.allow || action != Unseal || relation == Named);
                }
            }
        }
    }
    // No row of `access` says it, whatever is written there.
    assert_eq!(Relation::from_code(Named.code()), Relation::Nothing);
}

#[test]
fn a_sealed_note_takes_a_fresh_passkey_and_nobody_who_is_forced() {
    let named = Held { author: Author::Own, ..Held::at_best(Named) };
    let ask =
        |actor: &Actor, action, held| decide(actor, action, Resource { kind: K::Case, relations: &[held] });
    for assurance in Assurance::ALL {
        let actor = Actor { assurance, ..actor(Ngo) };
        for action in [Unseal, Grant] {
            let found = ask(&actor, action, named);
            assert!(found.allow && found.duties.log);
            let wanted = (assurance < Assurance::Fresh).then_some(Assurance::Fresh);
            assert_eq!(found.duties.step_up, wanted, "{assurance:?} {action:?}");
        }
    }
    let forced = Actor { duress: true, ..actor(Ngo) };
    for (action, held) in [(Unseal, named), (Grant, named), (Seal, Held::at_best(Own))] {
        assert!(ask(&actor(Ngo), action, held).allow && !ask(&forced, action, held).allow, "{action:?}");
    }
    // A holder of another organisation reads it, and names nobody further.
    let foreign = Held { author: Author::Other, ..named };
    assert!(ask(&actor(Ngo), Unseal, foreign).mask.has(C4) && !ask(&actor(Ngo), Grant, foreign).allow);
    // Named from a moment on, and not before.
    assert!(!ask(&actor(Ngo), Unseal, Held { since: NOW, at: NOW - 1, ..named }).allow);
    // The team knows that something is there, whoever leads knows who holds it, nobody else anything.
    let seals = |relation| ask(&actor(Caseworker), Seal, Held::at_best(relation));
    assert_eq!((seals(Own).mask, seals(Team).mask), (Mask::CODED, Mask::CLEAR));
    for relation in Relation::ALL {
        assert_eq!(seals(relation).allow, matches!(relation, Own | Team), "{relation:?}");
    }
}

#[test]
fn a_share_without_terms_is_none_and_never_lets_others_in() {
    for role in Role::ALL {
        for kind in K::ALL {
            for action in Action::ALL {
                let bare = decide(&actor(role), action, Resource { kind: *kind, relations: &[Addressed] });
                assert!(!bare.allow, "{role:?} {action:?} {kind:?}");
            }
            for action in [Grant, Close, Log, Move] {
                let found = may(role, action, *kind, Held::at_best(Addressed));
                assert!(!found.allow || (role, action) == (Mission, Move), "{role:?} {action:?} {kind:?}");
            }
            // Nor can a receiver rewrite what its share rests on.
            let owners = matches!(kind, K::Case | K::Consent);
            for action in [Create, Edit] {
                assert!(!owners || !may(role, action, *kind, Held::at_best(Addressed)).allow);
            }
        }
        // Named in the team of another organisation's case: works on it, lets nobody in.
        for relation in Relation::ALL {
            let foreign = Held { author: Author::Other, ..Held::at_best(relation) };
            assert!(!may(role, Grant, K::Case, foreign).allow, "{role:?} {relation:?}");
        }
    }
    let own = Held { author: Author::Own, ..Held::at_best(Own) };
    assert!(may(Caseworker, Grant, K::Case, own).allow, "the control");
}

#[test]
fn a_share_ends_at_its_moment() {
    let held = share(&[FieldGroup::Needs], Purpose::Assistance);
    let at = |at: i64| may(Ngo, View, K::Need, Held { at, ..held }).allow;
    assert!(!at(NOW - 2 * SECOND) && at(NOW - SECOND) && at(NOW) && at(NOW + SECOND - 1));
    assert!(!at(NOW + SECOND) && !at(NOW + 1000 * SECOND));
}

/// What each group opens, and that it opens nothing else.
#[test]
fn a_share_opens_its_groups_and_no_more() {
    use FieldGroup::{Documents, Health, Identity, Location, Needs, Statistics, Story};
    let opens = |group: FieldGroup, kind, compartment| {
        may(Ngo, View, kind, share(&[group], Purpose::Assistance)).mask.has(compartment)
    };
    let table: &[(FieldGroup, &[(K, Compartment)])] = &[
        (FieldGroup::Contact, &[]),
        (Identity, &[(K::Person, C3)]),
        (
            Needs,
            &[(K::Need, C2), (K::Service, C2), (K::Plan, C2), (K::Goal, C2), (K::Visit, C2), (K::Task, C2)],
        ),
        (
            Story,
            &[
                (K::Case, C2),
                (K::Note, C2),
                (K::Exploitation, C2),
                (K::Identification, C2),
                (K::Consent, C2),
                (K::Person, C2),
            ],
        ),
        (Health, &[(K::Note, C5), (K::Service, C5)]),
        (Location, &[(K::Return, C3), (K::Leg, C3)]),
        (Documents, &[(K::Return, C2), (K::Gate, C2)]),
        (Statistics, &[]),
    ];
    assert_eq!(table.len(), FieldGroup::ALL.len());
    for (group, expected) in table {
        for kind in of_cases() {
            for compartment in [C2, C3, C4, C5] {
                let wanted = expected.contains(&(kind, compartment));
                assert_eq!(opens(*group, kind, compartment), wanted, "{group:?} {kind:?} {compartment:?}");
            }
        }
        assert_eq!(FieldGroup::from_code(group.code()), Some(*group));
    }
    // What it wrote itself a receiver reads as long as the sharing lasts, and no longer.
    let own = Held { author: Author::Own, ..share(&[Identity], Purpose::Assistance) };
    assert!(may(Ngo, View, K::Note, own).mask.has(C5));
    assert!(!may(Ngo, View, K::Note, Held { at: NOW + SECOND, ..own }).allow);
    assert!(!may(Ngo, View, K::Note, Held { author: Author::Other, ..own }).allow);
}

/// Source of the pairs: what a service of this kind can need.
#[test]
fn purpose_and_ground_cut_a_share_down() {
    let everything = |purpose| share(&FieldGroup::ALL, purpose);
    assert!(!may(Ngo, View, K::Note, everything(Purpose::Return)).mask.has(C2), "no story to travel");
    assert!(!may(Ngo, View, K::Person, everything(Purpose::Statistics)).mask.has(C3), "figures name nobody");
    assert!(may(Ngo, View, K::Note, everything(Purpose::Assistance)).mask.has(C2), "the control");
    for group in FieldGroup::ALL {
        let ground = Ground::Law(Groups::NONE.with(group));
        let terms = Terms { groups: Groups::ALL, purpose: Purpose::Assistance, ground };
        let held = Held { terms: Some(terms), ..share(&[], Purpose::Assistance) };
        let health = may(Ngo, View, K::Service, held).mask.has(C5);
        assert_eq!(health, group == FieldGroup::Health, "the ground allows {group:?}");
    }
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::from_code(purpose.code()), Some(purpose));
    }
}

#[test]
fn broken_glass_is_short_and_says_so() {
    let held = Held { since: NOW, until: NOW + BREAK_GLASS_LONGEST, at: NOW, ..Held::from(BreakGlass) };
    let found = may(Ngo, View, K::Person, held);
    assert!(found.allow && found.mask.has(C3) && found.duties.reason && found.duties.alert);
    assert!(!may(Ngo, View, K::Person, Held { at: held.until, ..held }).allow);
    assert!(!may(Ngo, View, K::Person, Held { until: held.until + 1, ..held }).allow, "longer than allowed");
    assert!(!may(Ngo, View, K::Person, Held::from(BreakGlass)).allow, "without an end");
    for action in [Create, Edit, Move, Close, Grant, Log] {
        assert!(!may(Caseworker, action, K::Case, held).allow, "{action:?}");
    }
    assert!(!may(Police, View, K::Case, held).allow);
}

#[test]
fn under_duress_nobody_else_is_let_in_and_somebody_is_told() {
    let forced = Actor { duress: true, ..actor(Caseworker) };
    let own = Held { author: Author::Own, ..Held::at_best(Own) };
    let ask =
        |actor: &Actor, action, held| decide(actor, action, Resource { kind: K::Case, relations: &[held] });
    assert!(!ask(&forced, Grant, own).allow && ask(&actor(Caseworker), Grant, own).allow);
    assert!(!ask(&forced, View, Held::at_best(BreakGlass)).allow);
    let seen = ask(&forced, View, own);
    assert!(seen.allow && seen.duties.alert && !ask(&actor(Caseworker), View, own).duties.alert);
}

#[test]
fn under_duress_what_all_houses_share_is_not_touched() {
    let forced = Actor { duress: true, ..actor(Admin) };
    let may =
        |actor: &Actor, action, kind| decide(actor, action, Resource { kind, relations: &[General] }).allow;
    for kind in [K::User, K::Organisation] {
        for action in [Create, Edit] {
            assert!(may(&actor(Admin), action, kind) && !may(&forced, action, kind), "{action:?} {kind:?}");
        }
    }
    assert!(may(&forced, View, K::Organisation) && !may(&forced, View, K::User));
}

#[test]
fn sensitive_steps_ask_for_a_fresh_sign_in() {
    let own = [Held { author: Author::Own, ..Held::at_best(Own) }];
    let asked = |assurance, action, kind| {
        let actor = Actor { assurance, ..actor(Caseworker) };
        let found = decide(&actor, action, Resource { kind, relations: &own });
        assert!(found.allow && found.duties.log);
        found.duties.step_up
    };
    for assurance in Assurance::ALL {
        let wanted = (assurance < Assurance::Fresh).then_some(Assurance::Fresh);
        for (action, kind) in [(Reveal, K::Person), (Grant, K::Case), (Edit, K::Consent), (Edit, K::Person)] {
            assert_eq!(asked(assurance, action, kind), wanted, "{assurance:?} {action:?}");
        }
        assert_eq!(asked(assurance, View, K::Case), None);
        let names = |action, kind| {
            let actor = Actor { assurance, ..actor(Caseworker) };
            decide(&actor, action, Resource { kind, relations: &own }).mask.has(Compartment::C3)
        };
        assert_eq!(names(View, K::Person), assurance == Assurance::Fresh, "{assurance:?}");
        assert!(names(List, K::Person) && names(View, K::Return));
        let admin = Actor { assurance, ..actor(Admin) };
        for action in [Create, Edit] {
            let general = Resource { kind: K::User, relations: &[General] };
            assert_eq!(decide(&admin, action, general).duties.step_up, wanted, "{assurance:?} {action:?}");
        }
    }
    let revealed = decide(&actor(Caseworker), Reveal, Resource { kind: K::Person, relations: &own });
    assert!(revealed.duties.reason);
}

#[test]
fn several_relations_add_up_to_what_each_gives() {
    for role in Role::ALL {
        for kind in K::ALL {
            for action in Action::ALL {
                for a in Relation::ALL {
                    for b in Relation::ALL {
                        let held = [Held::at_best(a), Held::at_best(b)];
                        let both = decide(&actor(role), action, Resource { kind: *kind, relations: &held });
                        let [one, other] = held.map(|h| may(role, action, *kind, h));
                        assert_eq!(both.allow, one.allow || other.allow);
                        assert_eq!(both.mask, one.mask.union(other.mask), "{role:?} {action:?} {kind:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_list_never_shows_more_than_the_check_of_each_row() {
    for role in Role::ALL {
        for list in [CaseList::Mine, CaseList::Organisation, CaseList::National] {
            let listed = scope(&actor(role), list);
            for relation in list.relations() {
                let one = may(role, List, K::Case, Held::at_best(*relation));
                let among = listed.is_some_and(|s| s.relations().contains(&relation.code()));
                assert_eq!(among, one.allow, "{role:?} {list:?} {relation:?}");
                if let (true, Some(scope)) = (one.allow, listed) {
                    assert_eq!(scope.mask().intersection(one.mask), scope.mask(), "{role:?} {list:?}");
                }
            }
        }
    }
}

#[test]
fn general_lists_are_what_the_table_says() {
    for role in Role::ALL {
        for kind in K::ALL {
            let general = may(role, List, *kind, Held::from(General)).allow;
            let national = may(role, List, *kind, Held::from(National)).allow;
            let found = general_scope(&actor(role), *kind);
            assert_eq!(found.is_some(), general || national, "{role:?} {kind:?}");
            if let Some(scope) = found {
                let everybody = scope.organisation().is_none();
                let shared = standing(&actor(role), *kind, Id([7; 16])) == General;
                assert!(!everybody || national || shared, "{role:?} {kind:?}");
            }
        }
    }
}

#[test]
fn ids_of_rules_are_unique() {
    let mut ids: Vec<_> = rule_ids().collect();
    let before = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), before);
}
