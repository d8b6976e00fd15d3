//! A second opinion: the same rules written down again as Cedar policies, role by role, must decide like
//! `domain::policy` does. Millions of generated questions are put to both (security design, 5.3).
//!
//! `PRISTAN_TUPLES` asks for more or fewer than a million, `PRISTAN_SEED` for others.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression as Value,
    Schema, ValidationMode, Validator,
};
use domain::policy::{
    Assurance, Author, BREAK_GLASS_LONGEST, FieldGroup, Ground, Groups, Held, Purpose, Resource, Role, Terms,
    decide,
};
use domain::{Action, Actor, Compartment, Id, Mask, OrganisationId, RecordKind, Relation, UserId};

const SCHEMA: &str = include_str!("policy.cedarschema");
const POLICIES: &str = concat!(include_str!("limits.cedar"), include_str!("roles.cedar"));

const ACTIONS: [(Action, &str); 19] = [
    (Action::List, "list"),
    (Action::View, "view"),
    (Action::Create, "create"),
    (Action::Edit, "edit"),
    (Action::Reveal, "reveal"),
    (Action::Move, "move"),
    (Action::Close, "close"),
    (Action::Grant, "grant"),
    (Action::Log, "log"),
    (Action::Search, "search"),
    (Action::Figures, "figures"),
    (Action::Ask, "ask"),
    (Action::Hold, "hold"),
    (Action::Erase, "erase"),
    (Action::Retain, "retain"),
    (Action::Seal, "seal"),
    (Action::Unseal, "unseal"),
    (Action::Release, "release"),
    (Action::Export, "export"),
];

/// What lies in a case, and the person.
const OF_CASE: [RecordKind; 16] = [
    RecordKind::Case,
    RecordKind::Person,
    RecordKind::Note,
    RecordKind::Task,
    RecordKind::Consent,
    RecordKind::Identification,
    RecordKind::Exploitation,
    RecordKind::Return,
    RecordKind::Gate,
    RecordKind::Leg,
    RecordKind::Need,
    RecordKind::Service,
    RecordKind::Plan,
    RecordKind::Goal,
    RecordKind::Visit,
    RecordKind::Hold,
];

fn uid(of: &str, name: &str) -> EntityUid {
    format!("{of}::\"{name}\"").parse().unwrap()
}

/// Everything that is the same for each question.
struct Oracle {
    policies: PolicySet,
    entities: Entities,
    roles: Vec<EntityUid>,
    actions: Vec<EntityUid>,
    kinds: Vec<EntityUid>,
}

impl Oracle {
    fn new(text: &str) -> Oracle {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
        let policies: PolicySet = text.parse().unwrap();
        let validated = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        assert!(validated.validation_passed(), "{validated}");
        let kinds: Vec<_> = (RecordKind::ALL.iter())
            .map(|kind| {
                let parents = if OF_CASE.contains(kind) {
                    vec![serde_json::json!({ "type": "Kinds", "id": "of-case" })]
                } else {
                    Vec::new()
                };
                serde_json::json!({ "uid": { "type": "Kind", "id": kind.code() }, "attrs": {}, "parents": parents })
            })
            .collect();
        Oracle {
            policies,
            entities: Entities::from_json_value(serde_json::Value::Array(kinds), Some(&schema)).unwrap(),
            roles: Role::ALL.iter().map(|r| uid("Role", r.code())).collect(),
            actions: ACTIONS.iter().map(|a| uid("Action", a.1)).collect(),
            kinds: RecordKind::ALL.iter().map(|k| uid("Kind", k.code())).collect(),
        }
    }

    fn allows(&self, authorizer: &Authorizer, q: &Question) -> bool {
        let text = |t: &str| Value::new_string(t.to_owned());
        let codes = |codes: Vec<&str>| Value::new_set(codes.into_iter().map(text));
        let (groups, purpose, ground, allowed) = match q.held.terms {
            Some(terms) => {
                let (ground, allowed) = match terms.ground {
                    Ground::Consent(_) => ("consent", Groups::NONE),
                    Ground::Law(allowed) => ("law", allowed),
                };
                let words = |groups: Groups| groups.iter().map(FieldGroup::code).collect();
                (words(terms.groups), terms.purpose.code(), ground, words(allowed))
            }
            None => (Vec::new(), "", "", Vec::new()),
        };
        let author = match q.held.author {
            Author::Unasked => "unasked",
            Author::Own => "own",
            Author::Other => "other",
        };
        let reach = Compartment::ALL.iter().filter(|c| q.held.mask.has(**c)).map(|c| c.code()).collect();
        let context = Context::from_pairs([
            ("kind".to_owned(), text(RecordKind::ALL[q.kind].code())),
            ("compartment".to_owned(), text(q.compartment.map_or("any", Compartment::code))),
            ("relation".to_owned(), text(q.held.relation.code())),
            ("author".to_owned(), text(author)),
            ("reach".to_owned(), codes(reach)),
            ("since".to_owned(), Value::new_long(q.held.since)),
            ("until".to_owned(), Value::new_long(q.held.until)),
            ("at".to_owned(), Value::new_long(q.held.at)),
            ("shared".to_owned(), Value::new_bool(q.held.terms.is_some())),
            ("groups".to_owned(), codes(groups)),
            ("purpose".to_owned(), text(purpose)),
            ("ground".to_owned(), text(ground)),
            ("allowed".to_owned(), codes(allowed)),
            ("duress".to_owned(), Value::new_bool(q.duress)),
            ("fresh".to_owned(), Value::new_bool(q.assurance == Assurance::Fresh)),
        ])
        .unwrap();
        let request = Request::new(
            self.roles[q.role].clone(),
            self.actions[q.action].clone(),
            self.kinds[q.kind].clone(),
            context,
            None,
        )
        .unwrap();
        let answer = authorizer.is_authorized(&request, &self.policies, &self.entities);
        assert_eq!(answer.diagnostics().errors().count(), 0, "{q:?}");
        answer.decision() == Decision::Allow
    }
}

/// One tuple: may this role do this with this kind, through this relation, and does this compartment open?
#[derive(Debug)]
struct Question {
    role: usize,
    action: usize,
    kind: usize,
    held: Held,
    compartment: Option<Compartment>,
    duress: bool,
    assurance: Assurance,
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % n as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn question(&mut self) -> Question {
        // Shares are where most can go wrong: half of the questions are about them. What is sealed for a
        // witness is asked about one kind and three actions: by chance alone it would hardly come up.
        let sealed = self.below(8) == 0;
        let relation = if sealed {
            self.of(&[Relation::Named, Relation::Named, Relation::Own, Relation::Team])
        } else if self.below(2) == 0 {
            Relation::Addressed
        } else {
            self.of(&Relation::ALL)
        };
        let since = 1_000_000 * self.below(1000) as i64;
        let until = since
            + match relation {
                Relation::BreakGlass => BREAK_GLASS_LONGEST + self.of(&[-1, 0, 0, 1]),
                _ => 1 + self.below(1_000_000_000) as i64,
            };
        let inside = since + self.below(usize::try_from(until - since).unwrap()) as i64;
        let at =
            self.of(&[inside, inside, inside, inside, inside, since, until - 1, until, since - 1, until + 1]);
        let ground = match self.below(5) {
            0 => Ground::Law(Groups((self.below(256) | self.below(256)) as u8)),
            _ => Ground::Consent(Id([1; 16])),
        };
        let terms = Terms {
            groups: Groups((self.below(256) | self.below(256)) as u8),
            purpose: self.of(&Purpose::ALL),
            ground,
        };
        let shared = relation == Relation::Addressed && self.below(20) != 0;
        // The clear part is never out of reach.
        let mask = if self.below(3) == 0 { Mask(self.below(64) as u8 | 1) } else { Mask::ALL };
        let action = if sealed {
            let wanted = self.of(&[Action::Seal, Action::Unseal, Action::Grant]);
            ACTIONS.iter().position(|a| a.0 == wanted).unwrap()
        } else {
            self.below(ACTIONS.len())
        };
        let kind = if sealed {
            RecordKind::ALL.iter().position(|k| *k == RecordKind::Case).unwrap()
        } else {
            self.below(RecordKind::ALL.len())
        };
        Question {
            role: self.below(Role::ALL.len()),
            action,
            kind,
            held: Held {
                relation,
                author: self.of(&[Author::Unasked, Author::Own, Author::Other]),
                mask,
                since,
                until,
                at,
                terms: shared.then_some(terms),
            },
            compartment: match self.below(7) {
                6 => None,
                at => Some(Compartment::ALL[at]),
            },
            duress: self.below(10) == 0,
            assurance: self.of(&Assurance::ALL),
        }
    }
}

/// What the program says.
fn answer(q: &Question) -> bool {
    let actor = Actor {
        assurance: q.assurance,
        duress: q.duress,
        ..Actor::new(UserId(Id([1; 16])), OrganisationId(Id([2; 16])), Role::ALL[q.role], [0; 8])
    };
    let resource = Resource { kind: RecordKind::ALL[q.kind], relations: &[q.held] };
    let decision = decide(&actor, ACTIONS[q.action].0, resource);
    decision.allow && q.compartment.is_none_or(|c| decision.mask.has(c))
}

/// What of each dimension stands in one of two texts alone, where both name some of it: what an alteration is about.
/// Questions about anything else are answered alike, and need not be asked.
struct About(Vec<(Of, Vec<String>)>);

/// What a question has of a dimension.
type Of = fn(&Question) -> &str;

impl About {
    const EVERYTHING: About = About(Vec::new());

    fn between(was: &str, altered: &str) -> About {
        let dimensions: [(&str, Of); 5] = [
            ("Action::\"", |q| ACTIONS[q.action].1),
            ("Role::\"", |q| Role::ALL[q.role].code()),
            ("Kind::\"", |q| RecordKind::ALL[q.kind].code()),
            ("relation == \"", |q| q.held.relation.code()),
            ("compartment == \"", |q| q.compartment.map_or("any", Compartment::code)),
        ];
        let mut about = Vec::new();
        for (before, of) in dimensions {
            let named = |text: &str| -> Vec<String> {
                let after = text.split(before).skip(1);
                after.filter_map(|t| t.split('"').next()).map(str::to_owned).collect()
            };
            let (one, other) = (named(was), named(altered));
            if one.is_empty() || other.is_empty() || one == other {
                continue;
            }
            let (all, both) =
                ([&one[..], &other[..]].concat(), |w: &String| one.contains(w) && other.contains(w));
            about.push((of, all.into_iter().filter(|w| !both(w)).collect()));
        }
        About(about)
    }

    fn has(&self, q: &Question) -> bool {
        self.0.iter().all(|(of, words)| words.iter().any(|w| w == of(q)))
    }
}

/// How often both said yes, both said no; the first question on which they differ.
fn compare(oracle: &Oracle, about: &About, seed: u64, tuples: usize) -> (usize, usize, Option<Question>) {
    let authorizer = Authorizer::new();
    let mut chance = Chance(seed | 1);
    let (mut yes, mut no) = (0, 0);
    for _ in 0..tuples {
        let question = chance.question();
        if !about.has(&question) {
            continue;
        }
        let ours = answer(&question);
        if ours != oracle.allows(&authorizer, &question) {
            return (yes, no, Some(question));
        }
        if ours { yes += 1 } else { no += 1 }
    }
    (yes, no, None)
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

#[test]
fn heavy_a_second_opinion_agrees_on_a_million_questions() {
    let oracle = Oracle::new(POLICIES);
    let tuples = usize::try_from(number("PRISTAN_TUPLES", 1_000_000)).unwrap();
    let seed = number("PRISTAN_SEED", 20_170_316);
    let found = std::thread::scope(|scope| {
        let oracle = &oracle;
        let halves = [seed, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)]
            .map(|seed| scope.spawn(move || compare(oracle, &About::EVERYTHING, seed, tuples / 2)));
        halves.map(|half| half.join().unwrap())
    });
    let (mut yes, mut no) = (0, 0);
    for (agreed, refused, differs) in found {
        if let Some(question) = differs {
            panic!("the program says {}: {question:?}", answer(&question));
        }
        yes += agreed;
        no += refused;
    }
    assert_eq!(yes + no, tuples / 2 * 2);
    assert!(yes > tuples / 50 && no > tuples / 50, "allowed {yes}, refused {no}: hardly a question");
}

/// The control: one word altered in the second opinion is found.
#[test]
fn heavy_an_altered_rule_is_found() {
    let alterations = [
        ("context.at < context.until", "context.at <= context.until"),
        ("context.since <= context.at", "context.since < context.at"),
        ("> 14400000000", "> 14400000001"),
        (
            "context.compartment == \"c3\" && !context.fresh",
            "context.compartment == \"c4\" && !context.fresh",
        ),
        ("context.duress && resource == Kind::\"user\"", "context.duress && resource == Kind::\"task\""),
        ("\"training\", \"training-session\", \"attendance\"", "\"training-session\", \"attendance\""),
        ("[\"note\", \"service\"].contains(context.kind) &&", "[\"note\"].contains(context.kind) &&"),
        ("context.allowed.contains(\"health\")", "context.ground == \"law\""),
        ("context.allowed.contains(\"location\")", "context.ground == \"law\""),
        (
            "[\"return\", \"gate\"].contains(context.kind)\n};",
            "[\"return\", \"gate\", \"leg\"].contains(context.kind)\n};",
        ),
        ("when { context.relation == \"organisation\" &&", "when { context.relation == \"team\" &&"),
        (
            "action in [Action::\"grant\", Action::\"release\", Action::\"export\"], resource)",
            "action in [Action::\"grant\", Action::\"release\"], resource)",
        ),
        (
            "action in [Action::\"grant\", Action::\"release\"], resource) when",
            "action == Action::\"grant\", resource) when",
        ),
        (
            "unless { [Role::\"police\", Role::\"consul\"].contains(principal) }",
            "unless { principal == Role::\"police\" }",
        ),
        ("[Action::\"seal\", Action::\"unseal\"], resource)", "[Action::\"seal\"], resource)"),
        ("[Action::\"unseal\", Action::\"grant\"]", "[Action::\"unseal\"]"),
        (
            "context.relation == \"named\" && [\"any\", \"c0\", \"c4\"]",
            "context.relation == \"named\" && [\"any\", \"c0\"]",
        ),
        (
            "unless { [Role::\"consul\", Role::\"hotline\", Role::\"monitor\"",
            "unless { [Role::\"hotline\", Role::\"monitor\"",
        ),
        ("context.relation == \"own\" && context.compartment == \"c1\"", "context.compartment == \"c1\""),
    ];
    let (left, right) = alterations.split_at(alterations.len() / 2);
    let look = |some: &[(&str, &str)]| {
        for (was, altered) in some {
            assert!(POLICIES.contains(was), "{was}");
            let oracle = Oracle::new(&POLICIES.replacen(was, altered, 1));
            let (about, seed) = (About::between(was, altered), number("PRISTAN_SEED", 20_170_316));
            let (.., found) = compare(&oracle, &about, seed, 5_000_000);
            assert!(found.is_some(), "not found: {altered}");
        }
    };
    std::thread::scope(|both| {
        both.spawn(|| look(left));
        look(right);
    });
}
