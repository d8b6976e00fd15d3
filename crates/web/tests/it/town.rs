//! A house with people in and around it, and a small browser.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use domain::policy::Role;
use domain::values::Input;
use domain::{Id, RecordKind};
use office::Ctx;
use office::records::{Under, create};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use testkit::house::{Engine, NOW, PASSWORD, TestOffice, office};
use tower::ServiceExt;
use web::Web;

pub struct Town {
    pub house: TestOffice,
    router: Router,
    clock: Arc<AtomicI64>,
    runtime: tokio::runtime::Runtime,
    /// Ids by the names that the table uses.
    pub ids: BTreeMap<&'static str, Id>,
}

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()).collect()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("name=\"{name}\""))?;
        let (tag, _) = rest.split_once('>')?;
        tag.split_once("value=\"")?.1.split_once('"').map(|(value, _)| value)
    }
}

pub fn form(pairs: &[(&str, &str)]) -> Input {
    let mut input = Input::new();
    for (name, value) in pairs {
        input.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    input
}

pub fn encoded(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(pairs);
    out.finish().into_bytes()
}

impl Town {
    pub fn new(engine: Engine) -> Option<Town> {
        let house = office(engine)?;
        let clock = Arc::new(AtomicI64::new(NOW));
        let hand = Arc::clone(&clock);
        let web = Web::new(Arc::clone(&house.office), Arc::new(move || hand.load(Ordering::Relaxed)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut town = Town { router: web::router(web), house, clock, runtime, ids: BTreeMap::new() };
        town.furnish();
        Some(town)
    }

    /// One record of every kind, all written by the case worker of the house.
    fn furnish(&mut self) {
        let house = &self.house;
        let ctx = house.ctx(Role::Caseworker);
        let make = |kind, case: Option<Id>, parent: Option<Id>, pairs: &[(&str, &str)]| {
            create(house, &ctx, kind, Under { case_id: case, parent_id: parent }, &form(pairs), None)
                .unwrap_or_else(|e| panic!("{kind:?}: {e}"))
        };
        let on = ("on_date", "2017-03-01");
        let noted = [on, ("intake", "hotline"), ("urgency", "week"), ("summary", "обаждане")];
        let signal = make(RecordKind::Signal, None, None, &noted);
        let person = make(
            RecordKind::Person,
            None,
            None,
            &[("given_name", "Ружа"), ("family_name", "Тонева"), ("sex", "female")],
        );
        let opened = form(&[on, ("track", "adults"), ("role", "victim"), ("intake", "hotline")]);
        let case = office::cases::open(house, &ctx, person, Some(signal), &opened, None).unwrap();
        let closed = office::cases::open(house, &ctx, person, None, &opened, None).unwrap();
        let close = form(&[("closure_reason", "goals_reached"), ("closed_on", "2017-03-02")]);
        office::cases::close(house, &ctx, closed, 1, &close).unwrap();
        let loose = make(RecordKind::Person, None, None, &[("given_name", "Нова"), ("sex", "female")]);
        let text = [on, ("contact_kind", "phone"), ("text", "разговор")];
        let note = make(RecordKind::Note, Some(case), None, &text);
        let consent_text = [on, ("given_how", "oral"), ("scope", "identity"), ("purpose", "return")];
        let consent = make(RecordKind::Consent, Some(case), None, &consent_text);
        let moving_text = [
            ("on_date", "2017-03-20"),
            ("direction", "to_bulgaria"),
            ("will", "voluntary"),
            ("from_country", "DE"),
            ("to_country", "BG"),
        ];
        let moving = make(RecordKind::Return, Some(case), None, &moving_text);
        let task_text = [("text", "Да се обади"), ("kind", "call"), ("due_on", "2017-03-17")];
        let task = make(RecordKind::Task, Some(case), None, &task_text);
        let training_text =
            [on, ("title", "Обучение"), ("city", "София"), ("topics", "law"), ("state", "planned")];
        let training = make(RecordKind::Training, None, None, &training_text);
        let call = form(&[("channel", "phone"), ("topic", "job_abroad")]);
        let contact = office::hotline::log(house, &ctx, &call, None).unwrap();
        // A partner who was given something once, and has something now.
        let mission = house.partner("IOM-DE", "iom_mission", Role::Mission).actor.organisation.0.to_string();
        let agreed_text = [
            on,
            ("given_how", "oral"),
            ("scope", "identity"),
            ("scope", "needs"),
            ("purpose", "return"),
            ("recipients", mission.as_str()),
        ];
        let agreed = make(RecordKind::Consent, Some(case), None, &agreed_text).to_string();
        let wish = form(&[
            ("organisation", &mission),
            ("ground", &agreed),
            ("purpose", "return"),
            ("groups", "needs"),
        ]);
        let ended = office::shares::open(house, &ctx, case, &wish, None).unwrap();
        office::shares::end(house, &ctx, case, ended).unwrap();
        let share = office::shares::open(house, &ctx, case, &wish, None).unwrap();
        let held = form(&[on, ("ground", "proceedings")]);
        let hold = office::erasure::hold(house, &house.ctx(Role::Manager), case, &held, None).unwrap();
        let asked = form(&[on, ("asked_by", "self")]);
        let erasure = office::erasure::ask(house, &ctx, person, &asked, None).unwrap();
        // An authority asked twice; one answer was given by two others, and somebody counted what would go out.
        let paper = form(&[
            on,
            ("authority_kind", "court"),
            ("authority", "Районен съд"),
            ("reference", "12/2017"),
            ("ground", "court_order"),
            ("basis", "както е в документа"),
            ("asked", "story"),
            ("due_on", "2017-03-30"),
            ("telling", "may_tell"),
        ]);
        let legal = office::legal::register(house, &ctx, case, &paper, None).unwrap();
        let answered = office::legal::register(house, &ctx, case, &paper, None).unwrap();
        let yes = form(&[("outcome", "approve"), ("groups", "story"), ("sure", "1")]);
        let second = house.colleague(Role::Manager, "second.manager");
        office::legal::decide(house, &house.ctx(Role::Manager), answered, 1, &yes).unwrap();
        office::legal::decide(house, &second, answered, 2, &yes).unwrap();
        let counted = form(&[("purpose", "report"), ("note", "за отчета")]);
        let export = office::exchange::prepare(house, &house.ctx(Role::Manager), &counted, None).unwrap();
        let ids = [
            ("legal", legal),
            ("answered", answered),
            ("export", export),
            ("ended", ended),
            ("share", share),
            ("mission", mission.parse().unwrap()),
            ("agreed", agreed.parse().unwrap()),
            ("hold", hold),
            ("erasure", erasure),
            ("signal", signal),
            ("person", person),
            ("loose", loose),
            ("case", case),
            ("closed", closed),
            ("note", note),
            ("consent", consent),
            ("return", moving),
            ("task", task),
            ("training", training),
            ("contact", contact),
            ("organisation", house.organisation),
            ("user", house.user(Role::Monitor)),
        ];
        // The ones who come and look.
        let colleague = house.colleague(Role::Caseworker, "second.worker");
        let stranger = house.partner("ANIMUS", "ngo", Role::Ngo);
        assert_ne!(colleague.actor.user, stranger.actor.user);
        self.ids = ids.into();
    }

    pub fn later(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// A new session of a user: the token of its cookie.
    pub fn session(&self, login: &str) -> String {
        let mut ctx: Ctx = self.house.ctx(Role::Monitor);
        ctx.now = self.now();
        office::doors::sign_in(&self.house, &ctx, login, PASSWORD).unwrap()
    }

    pub fn csrf(&self, token: &str) -> String {
        self.house.vault.csrf(token)
    }

    /// Sends a request with cookies; a body makes it a POST.
    pub fn send(&self, path: &str, cookies: &[(&str, &str)], body: Option<Vec<u8>>) -> Page {
        let mut request = Request::builder().uri(path).method(if body.is_some() { "POST" } else { "GET" });
        if !cookies.is_empty() {
            let line: Vec<String> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            Page {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        })
    }

    pub fn get(&self, path: &str, token: &str) -> Page {
        self.send(path, &cookie(token), None)
    }

    /// A form as the page itself sends it.
    pub fn post(&self, path: &str, token: &str, pairs: &[(&str, &str)]) -> Page {
        let csrf = self.csrf(token);
        let mut all = vec![("_csrf", csrf.as_str())];
        all.extend_from_slice(pairs);
        self.send(path, &cookie(token), Some(encoded(&all)))
    }
}

fn cookie(token: &str) -> Vec<(&str, &str)> {
    if token.is_empty() { Vec::new() } else { vec![("__Host-pristan", token)] }
}
