//! A house with people in and around it, and a small browser.

use crate::canaries::Aviary;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use domain::Id;
use domain::policy::{Actor, Role};
use domain::values::Input;
use office::Ctx;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use testkit::house::{Engine, NOW, PASSWORD, TestOffice, office};
use tower::ServiceExt;
use vault::Half;
use web::Web;

pub struct Town {
    pub house: TestOffice,
    pub router: Router,
    clock: Arc<AtomicI64>,
    runtime: tokio::runtime::Runtime,
    /// Ids by the names that the table uses.
    pub ids: BTreeMap<&'static str, Id>,
    /// What stands in the records, and who was let at them.
    pub birds: Aviary,
    /// Who comes and looks, by login.
    pub people: BTreeMap<String, Actor>,
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
        let mut town = Town::bare(engine)?;
        town.furnish();
        Some(town)
    }

    /// The house on its first day: its people, and nothing that they have done.
    pub fn bare(engine: Engine) -> Option<Town> {
        let mut house = office(engine)?;
        // Its people are invented, so that a password alone is a fresh sign-in.
        Arc::get_mut(&mut house.office)?.demo = true;
        let clock = Arc::new(AtomicI64::new(NOW));
        let hand = Arc::clone(&clock);
        let web = Web::new(Arc::clone(&house.office), Arc::new(move || hand.load(Ordering::Relaxed)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = web::router(web);
        let (ids, people) = (BTreeMap::new(), BTreeMap::new());
        Some(Town { router, house, clock, runtime, ids, birds: Aviary::default(), people })
    }

    pub fn later(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// A new session of a user: the token of its cookie.
    pub fn session(&self, login: &str) -> String {
        self.try_session(login).unwrap()
    }

    /// The same, for a login that may have ended.
    pub fn try_session(&self, login: &str) -> Option<String> {
        let mut ctx: Ctx = self.house.ctx(Role::Monitor);
        ctx.now = self.now();
        office::doors::sign_in(&self.house, &ctx, login, PASSWORD).ok()
    }

    /// A session of somebody who has just given a passkey: it has all keys that she has.
    pub fn keyed(&self, login: &str) -> String {
        let (now, actor) = (self.now(), self.people[login]);
        let ctx = Ctx { actor, now, keys: Arc::default(), ..self.house.ctx(Role::Monitor) };
        let ring = self.house.with_keys(ctx, &Half::BOTH).keys;
        let token = vault::random::token();
        let session = store::doors::Session {
            digest: vault::session_digest(&token),
            user_id: actor.user.0,
            created_at: now,
            seen_at: now,
            ended_at: 0,
            kind: "full".to_owned(),
            assurance: 3,
            proven_at: now,
            revealed_at: 0,
            label: String::new(),
            device: None,
            keyring: (!ring.is_empty()).then(|| ring.seal(&token)),
            bound: None,
            bound_at: 0,
        };
        self.house.store.write("test.session", |tx| store::doors::insert_session(tx, &session)).unwrap();
        token
    }

    pub fn csrf(&self, token: &str) -> String {
        self.house.vault.csrf(token)
    }

    /// Sends a request with cookies; a body makes it a POST.
    pub fn send(&self, path: &str, cookies: &[(&str, &str)], body: Option<Vec<u8>>) -> Page {
        self.send_from("", path, cookies, body)
    }

    /// The same; the browser says from what site it comes, unless it is an old one that does not.
    pub fn send_from(&self, site: &str, path: &str, cookies: &[(&str, &str)], body: Option<Vec<u8>>) -> Page {
        let mut request = Request::builder().uri(path).method(if body.is_some() { "POST" } else { "GET" });
        request = request.header(header::HOST, "localhost");
        if !site.is_empty() {
            request = request.header("sec-fetch-site", site);
        }
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
