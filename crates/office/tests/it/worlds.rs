//! Random worlds: organisations, users, cases, teams, shares that begin and end. Each list of each user at
//! each moment must be exactly the cases that the policy lets him list, told from the world itself and not
//! from the tables the program keeps.

use crate::tale::{Tale, on_both};
use domain::policy::{
    Author, CaseList, EVERYONE_NATIONAL, FOREVER, Ground, Groups, Held, Purpose, Resource, Role, Terms,
    decide,
};
use domain::{Action, Id, Mask, RecordKind, Relation};
use office::Ctx;
use std::collections::BTreeSet;
use testkit::house::{NOW, TestOffice};

const DAY: i64 = 86_400_000_000;

/// A small generator of our own: the seed stands in the failure.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
}

/// Somebody stands somehow to a case, as the story told it.
#[derive(Clone)]
struct Fact {
    case: Id,
    holder: Id,
    held: Held,
}

struct World {
    people: Vec<Ctx>,
    cases: Vec<(Id, bool)>,
    facts: Vec<Fact>,
}

fn fact(case: Id, holder: Id, relation: Relation) -> Fact {
    Fact { case, holder, held: relation.into() }
}

fn build(house: &TestOffice, seed: u64) -> World {
    let mut chance = Chance(seed);
    let mut world = World { people: Vec::new(), cases: Vec::new(), facts: Vec::new() };
    for role in Role::ALL {
        world.people.push(house.ctx(role));
    }
    let kinds = ["ngo", "iom_mission", "ncctb", "organised_crime", "child_protection"];
    let roles =
        [Role::Ngo, Role::Mission, Role::Coordinator, Role::Police, Role::ChildSocial, Role::Caseworker];
    for (at, kind) in kinds.into_iter().enumerate() {
        let role = roles[chance.below(roles.len())];
        world.people.push(house.partner(&format!("ORG{at}"), kind, role));
    }
    world.people.push(house.colleague(Role::Caseworker, "second.worker"));
    world.people.push(house.colleague(Role::Manager, "second.manager"));
    let openers: Vec<Ctx> = (world.people.iter())
        .filter(|c| matches!(c.actor.role, Role::Caseworker | Role::Mission | Role::Ngo))
        .cloned()
        .collect();
    for _ in 0..20 {
        // Half of the cases are the house's own.
        let at = if chance.below(2) == 0 { 0 } else { chance.below(openers.len()) };
        let lead = openers[at].clone();
        let tale = Tale { house, ctx: lead.clone() };
        let person = tale.person(&[("given_name", "Ружа"), ("sex", "female")]);
        let case = tale.case(person, "victim", "2016-06-01");
        world.cases.push((case, false));
        world.facts.push(fact(case, EVERYONE_NATIONAL, Relation::National));
        world.facts.push(fact(case, lead.actor.organisation.0, Relation::Organisation));
        world.facts.push(fact(case, lead.actor.user.0, Relation::Own));
        let own = lead.actor.role == Role::Caseworker;
        // Only a case worker's own cases can be shared and have a team.
        for _ in 0..if own { chance.below(4) } else { 0 } {
            let other = world.people[chance.below(world.people.len())].clone();
            let (user, organisation) = (other.actor.user.0, other.actor.organisation.0);
            if organisation == lead.actor.organisation.0 {
                let held = |f: &Fact| f.case == case && f.holder == user;
                if !world.facts.iter().any(|f| held(f) && f.held.relation == Relation::Team) {
                    office::cases::grant(house, &lead, case, user).unwrap();
                    world.facts.push(fact(case, user, Relation::Team));
                }
                continue;
            }
            let days = 1 + chance.below(6);
            let until = tale.ctx.today.saturating_add(jiff::Span::new().days(days as i64));
            let groups = ["needs", "needs identity", "story health", "statistics", "location documents"]
                [chance.below(5)];
            let consent = tale.agree(case, organisation, groups, "assistance", &until.to_string());
            tale.try_share(case, organisation, consent, "assistance", groups).unwrap();
            let terms = Terms {
                groups: Groups::of(groups.split(' ')),
                purpose: Purpose::Assistance,
                ground: Ground::Consent(consent),
            };
            // A second share with the same organisation takes the place of the first.
            let addressed = |f: &Fact| f.case == case && f.holder == organisation;
            world.facts.retain(|f| !addressed(f) || f.held.relation != Relation::Addressed);
            let mut new = fact(case, organisation, Relation::Addressed);
            new.held.since = NOW;
            new.held.until = domain::civil::end_of_day(until);
            new.held.terms = Some(terms);
            world.facts.push(new);
            if chance.below(4) == 0 {
                let form = crate::tale::form(&[("withdrawn_on", "2017-03-16")]);
                office::consents::withdraw(house, &lead, consent, &form).unwrap();
                world.facts.retain(|f| !addressed(f) || f.held.relation != Relation::Addressed);
            }
        }
        // Somebody was let in for an hour.
        if chance.below(3) == 0 {
            let other = world.people[chance.below(world.people.len())].actor;
            let mut new = fact(case, other.user.0, Relation::BreakGlass);
            (new.held.since, new.held.until) = (NOW, NOW + DAY / 24);
            new.held.mask = Mask::IDENTITY;
            let request = store::glass::Request {
                id: lead.id(),
                organisation: lead.actor.organisation.0,
                kind: "case".to_owned(),
                case_id: Some(case),
                asker: other.user.0,
                state: "asked".to_owned(),
                purpose: "life".to_owned(),
                reason: Vec::new(),
                mask: i64::from(new.held.mask.0),
                minutes: 60,
                life: false,
                asked_at: NOW,
                ask_until: NOW + DAY / 2,
                opened_at: None,
                until: None,
                ended_at: None,
                reviewed_at: None,
                reviewed_by: None,
                review: None,
            };
            let row = store::access::Row {
                mask: i64::from(new.held.mask.0),
                since: new.held.since,
                until: new.held.until,
                ..store::access::Row::new(case, other.user.0, Relation::BreakGlass.code(), "active", NOW)
            };
            let note = domain::Decision::by("test-house", Mask::NONE);
            house
                .act(&lead, "test.glass", |desk| {
                    store::glass::ask(desk.tx, &request)?;
                    store::glass::open(desk.tx, request.id, "open", (row.since, Some(row.until)), false)?;
                    store::access::insert(desk.tx, &row)?;
                    let objects = vec![case, other.user.0];
                    desk.note_many("grant", RecordKind::Case, objects, vec![case], note, Mask::NONE);
                    Ok(())
                })
                .unwrap();
            world.facts.push(new);
        }
        if own && chance.below(5) == 0 {
            let close =
                crate::tale::form(&[("closure_reason", "goals_reached"), ("closed_on", "2016-06-02")]);
            office::cases::close(house, &lead, case, 1, &close).unwrap();
            world.cases.last_mut().unwrap().1 = true;
        }
    }
    world
}

impl World {
    /// What the policy lets somebody see in a list, from the facts of the world.
    fn expected(&self, ctx: &Ctx, list: CaseList, closed: bool) -> BTreeSet<Id> {
        let actor = &ctx.actor;
        let holder = match list {
            CaseList::Mine => actor.user.0,
            CaseList::Organisation => actor.organisation.0,
            CaseList::National => EVERYONE_NATIONAL,
        };
        let of_list = |f: &&Fact| f.holder == holder && list.relations().contains(&f.held.relation);
        let may = |f: &&Fact| {
            let held = Held { at: ctx.now, author: Author::Unasked, ..f.held };
            decide(actor, Action::List, Resource { kind: RecordKind::Case, relations: &[held] }).allow
        };
        let open: BTreeSet<Id> = self.cases.iter().filter(|c| c.1 == closed).map(|c| c.0).collect();
        self.facts.iter().filter(of_list).filter(may).map(|f| f.case).filter(|c| open.contains(c)).collect()
    }
}

/// Every page of a list, three rows at a time.
fn listed(house: &TestOffice, ctx: &Ctx, list: CaseList, state: Option<&str>) -> Vec<Id> {
    let mut out = Vec::new();
    let mut after = None;
    loop {
        let page = office::cases::list(house, ctx, list, state, after, 3).unwrap();
        out.extend(page.rows.iter().map(|r| r.case.head.id));
        after = page.next;
        if after.is_none() {
            return out;
        }
    }
}

fn compare(house: &TestOffice, world: &World, seed: u64) -> usize {
    let mut compared = 0;
    // Time goes one way: what has run out is let go by whoever looks first.
    for (after, name) in
        [(-DAY, "before"), (0, "now"), (DAY / 20, "soon"), (3 * DAY, "days"), (9 * DAY, "late")]
    {
        for ctx in &world.people {
            let now = NOW + after;
            let ctx = Ctx { now, today: domain::civil::day_of(now), ..ctx.clone() };
            for list in office::cases::lists(&ctx) {
                for (state, closed) in [(None, false), (Some("closed"), true)] {
                    let found = listed(house, &ctx, list, state);
                    let set: BTreeSet<Id> = found.iter().copied().collect();
                    let of = format!("seed {seed}: {:?} {list:?} {state:?} {name}", ctx.actor.role);
                    assert_eq!(set.len(), found.len(), "{of}: a case stands twice");
                    assert_eq!(set, world.expected(&ctx, list, closed), "{of}");
                    compared += set.len();
                    // Each row that may be opened opens, each other does not.
                    for row in office::cases::list(house, &ctx, list, state, None, 3).unwrap().rows {
                        let page = office::cases::page(house, &ctx, row.case.head.id);
                        assert_eq!(page.is_ok(), row.open, "{of}");
                    }
                }
            }
        }
    }
    compared
}

fn seeds() -> impl Iterator<Item = u64> {
    let count = std::env::var("PRISTAN_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    (1..=count).map(|n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[test]
fn each_list_is_what_the_policy_says_of_every_case() {
    for seed in seeds() {
        on_both(|house| {
            let world = build(house, seed);
            assert!(world.facts.iter().any(|f| f.held.relation == Relation::Addressed), "seed {seed}");
            assert!(world.facts.iter().any(|f| f.held.until != FOREVER));
            assert!(compare(house, &world, seed) > 50, "seed {seed}: hardly anything was listed");
        });
    }
}

/// The control: a row too many, or one too few, is found.
#[test]
fn a_list_that_differs_from_the_policy_is_found() {
    let house = testkit::house::office(testkit::house::Engine::Sqlite).unwrap();
    let mut world = build(&house, 7);
    let shared = world.facts.iter().position(|f| f.held.relation == Relation::National).unwrap();
    world.facts.remove(shared);
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compare(&house, &world, 7)));
    assert!(found.is_err());
}
