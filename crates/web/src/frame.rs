//! The frame around every room: the table of routes, sessions, forged forms, headers, assets.
//! Rooms are plain functions that run on the blocking pool; only this file knows the wire.

use crate::answer::{Reply, WebError, error};
use crate::doors::bound;
use crate::visit::{Visit, Wire};
use crate::{Answer, Web};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use domain::policy::Action;
use office::doors::bound::Bond;
use rust_embed::RustEmbed;
use std::collections::HashMap;

/// A room's function.
pub type Handler = fn(&Visit<'_>) -> Answer;

/// One line of the table: no route without a declared action.
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// Path with `{names}`.
    pub path: &'static str,
    /// What the actor must be allowed to do; the use case asks the policy.
    pub action: Action,
    /// The function.
    pub handler: Handler,
    /// The frame asks for no token of a form; the handler checks for itself.
    pub unguarded: bool,
}

/// A line that reads.
#[must_use]
pub const fn get(path: &'static str, action: Action, handler: Handler) -> Route {
    Route { method: Method::GET, path, action, handler, unguarded: false }
}

/// A line that changes something.
#[must_use]
pub const fn post(path: &'static str, action: Action, handler: Handler) -> Route {
    Route { method: Method::POST, path, action, handler, unguarded: false }
}

/// A line for other programs: no session, no form, a proof of its own.
#[must_use]
pub const fn machine(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::POST, path, action: Action::Public, handler, unguarded: true }
}

/// A line that has an answer for everybody; its handler changes something only for a token that is right.
#[must_use]
pub const fn always(path: &'static str, handler: Handler) -> Route {
    Route { method: Method::POST, path, action: Action::Public, handler, unguarded: true }
}

/// More than this no form sends: 40 KB of narrative, URL-encoded Cyrillic, many times over.
const BODY: usize = 2 * 1024 * 1024;
/// What somebody may send who has not signed in: a form of the door.
const BODY_PUBLIC: usize = 64 * 1024;
/// Fields of a form; a form of ours has some hundred at most.
const FIELDS: usize = 2000;
/// How long a body may take: a long form over a slow line.
const BODY_TIME: std::time::Duration = std::time::Duration::from_secs(60);
/// Name of the cookie of a session.
pub const SESSION: &str = "__Host-pristan";
/// Name of the cookie that guards forms before sign-in.
pub const DOOR: &str = "__Host-pristan-door";
/// Name of the cookie that proves which browser asks.
pub const PROOF: &str = "__Host-pristan-proof";
/// Name of the cookie of the language.
pub const LANG: &str = "pristan_lang";

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// Headers of every answer.
pub fn headers(headers: &mut HeaderMap) {
    let pairs = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    ];
    for (name, value) in pairs {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        ),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[derive(RustEmbed)]
#[folder = "../../assets/dist"]
struct Assets;

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

async fn asset(State(web): State<Web>, request: Request) -> Response {
    let path = request.uri().path().strip_prefix("/assets/").unwrap_or_default();
    match Assets::get(path) {
        Some(file) => {
            let etag = format!(
                "\"{}\"",
                file.metadata.sha256_hash().iter().take(8).map(|b| format!("{b:02x}")).collect::<String>()
            );
            let known =
                request.headers().get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes());
            let mut response =
                Response::new(if known { Body::empty() } else { Body::from(file.data.into_owned()) });
            if known {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
            }
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
            if let Ok(value) = HeaderValue::from_str(&etag) {
                headers.insert(header::ETAG, value);
            }
            self::headers(headers);
            response
        }
        None => serve(web, None, HashMap::new(), request).await,
    }
}

/// The router over the table.
pub fn router(web: Web, table: &'static [&'static [Route]]) -> Router {
    let mut router = Router::new();
    for route in table.iter().copied().flatten() {
        let filter = if route.method == Method::POST { MethodFilter::POST } else { MethodFilter::GET };
        let handler = move |State(web): State<Web>, params: RawPathParams, request: Request| async move {
            let params = params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            serve(web, Some(route), params, request).await
        };
        router = router.route(route.path, on(filter, handler));
    }
    router
        .route("/assets/{*path}", on(MethodFilter::GET, asset))
        .fallback(|State(web): State<Web>, request: Request| async move {
            serve(web, None, HashMap::new(), request).await
        })
        .method_not_allowed_fallback(|State(web): State<Web>, request: Request| async move {
            serve(web, None, HashMap::new(), request).await
        })
        .with_state(web)
        .layer(axum::middleware::from_fn(one_host))
}

/// A request names one host: none, or two, are read in two ways by two programs (RFC 9112, 3.2). A name with
/// a user before it is none.
async fn one_host(request: Request, next: axum::middleware::Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let named = hosts.next().is_some_and(|host| {
        let known =
            host.as_bytes().try_into().ok().map(|a: axum::http::uri::Authority| !a.as_str().contains('@'));
        known.unwrap_or(false)
    });
    if !named || hosts.next().is_some() {
        return bare(StatusCode::BAD_REQUEST);
    }
    next.run(request).await
}

async fn serve(
    web: Web,
    route: Option<&'static Route>,
    params: HashMap<String, String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let cookies = parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    // A browser says where a request comes from; one from another site changes nothing here.
    let site = parts.headers.get("sec-fetch-site").and_then(|v| v.to_str().ok());
    let foreign = site.is_some_and(|v| !matches!(v, "same-origin" | "none"));
    let near = site == Some("same-origin");
    let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let from = (address(&parts), agent.to_owned());
    // Whoever sends half a form does not hold the connection for good.
    let most = if route.is_none_or(|r| r.action == Action::Public) { BODY_PUBLIC } else { BODY };
    let Ok(body) = tokio::time::timeout(BODY_TIME, to_bytes(body, most)).await else {
        return bare(StatusCode::REQUEST_TIMEOUT);
    };
    // Counted before anything is taken apart: each field costs more than its letters.
    let body = body.ok().filter(|b| b.iter().filter(|c| **c == b'&').count() < FIELDS);
    let too_large = body.is_none();
    let wire = Wire {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        cookies,
        params,
        body: body.map(|b| b.to_vec()).unwrap_or_default(),
        request: vault::random::bytes(),
        from,
    };
    let changes = parts.method == Method::POST;
    let answered = tokio::task::spawn_blocking(move || {
        answer(&web, route, wire, Wish { changes, foreign, near, too_large })
    })
    .await;
    answered.unwrap_or_else(|_| bare(StatusCode::INTERNAL_SERVER_ERROR))
}

/// Where a request comes from. A reverse proxy on this machine says for whom it asks; nobody else is
/// believed about that.
fn address(parts: &axum::http::request::Parts) -> String {
    let peer = parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>().map(|c| c.0.ip());
    let said = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.rsplit(',').next())
        .and_then(|v| v.trim().parse::<std::net::IpAddr>().ok());
    match (peer, said) {
        (Some(peer), Some(said)) if peer.is_loopback() => said.to_string(),
        (Some(peer), _) => peer.to_string(),
        (None, _) => String::new(),
    }
}

/// An answer without a page, to what no browser sends.
fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    headers(response.headers_mut());
    response
}

#[derive(Clone, Copy)]
struct Wish {
    changes: bool,
    foreign: bool,
    /// Says of itself that it comes from one of our pages.
    near: bool,
    too_large: bool,
}

fn lang(wire: &Wire) -> &'static str {
    match wire.cookie(LANG) {
        Some("en") => "en",
        _ => "bg",
    }
}

/// A cookie that scripts and other sites do not see.
#[must_use]
pub fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

fn answer(web: &Web, route: Option<&'static Route>, wire: Wire, wish: Wish) -> Response {
    let wall = (web.clock)();
    let (now, lost_time) = match web.office.time(wall) {
        Ok(now) => (now, None),
        Err(error) => (wall, Some(WebError::from(error))),
    };
    let lang = lang(&wire);
    let token = wire.cookie(SESSION).filter(|t| !t.is_empty()).map(str::to_owned);
    let mut caller = office::doors::Caller::new(&web.office, &wire.from.0, &wire.from.1);
    wire.cookie(PROOF).unwrap_or_default().clone_into(&mut caller.proof);
    caller.unattended = wire.path == bound::PATH;
    let session =
        token.as_deref().map(|t| office::doors::session_of(&web.office, now, t, Some(&caller))).transpose();
    let (session, mut fault) = match session {
        Ok(found) => (found.flatten(), lost_time),
        Err(error) => (None, Some(WebError::from(error))),
    };
    let bond = session.as_ref().filter(|s| !s.expired).map(|s| s.bond);
    let ends = wish.changes && bound::ENDS.contains(&wire.path.as_str());
    let (signed_in, expired, unproven) = match session {
        Some(s) if s.expired => (None, Some(s), None),
        Some(s) if s.bond == Bond::Stale && !ends => (None, None, Some(s)),
        other => (other, None, None),
    };
    // Before sign-in a random cookie takes the place of the session in guarding forms.
    let mut set_door = None;
    let guard = match (&signed_in, &token) {
        (Some(_), Some(token)) => token.clone(),
        // Marked, so that no cookie of the door is taken for a session's: whoever holds a token that is over, or
        // unproven, is told by no page what its forms would have to carry.
        _ => wire.cookie(DOOR).filter(|d| d.len() == 64).map_or_else(
            || {
                let fresh = vault::random::token();
                set_door = Some(cookie(DOOR, &fresh));
                format!("door {fresh}")
            },
            |known| format!("door {known}"),
        ),
    };
    let mut csrf = web.office.vault.csrf(&guard);
    if let Some(owner) = &signed_in {
        csrf = format!("{csrf}.{}", whose(web, owner));
    }
    let names = match &signed_in {
        Some(s) => {
            let ctx = office::Ctx {
                actor: s.actor,
                now,
                today: crate::format::day_of(now),
                request: wire.request,
                lang,
                ids: office::Ids::Random,
                keys: std::sync::Arc::default(),
            };
            web.office.directory(&ctx).unwrap_or_else(|error| {
                fault = Some(error.into());
                std::sync::Arc::default()
            })
        }
        None => std::sync::Arc::default(),
    };
    let visit =
        Visit::new(web, wire, now, lang, (signed_in, bond), names, (token, csrf, guard.clone(), caller));
    let given = visit.given().to_owned();
    let public = route.is_some_and(|r| r.action == Action::Public);
    let outcome = if let Some(fault) = fault {
        Err(fault)
    } else if wish.too_large {
        Err(WebError::TooLarge)
    } else if let (Some(owner), false) = (&unproven, public) {
        let token = visit.token.as_deref().unwrap_or_default();
        let own = route.is_some() && !wish.foreign && web.office.vault.csrf_matches(token, &given);
        bound::ask(&visit, owner, wish.changes && own)
    } else if visit.signed_in.is_none() && !public {
        to_the_door(&visit, route, expired.as_ref(), wish)
    } else if let Some(route) = route {
        let proof = route.path == bound::PATH && bound::guarded(&visit, &given);
        let own = proof || web.office.vault.csrf_matches(&guard, &given);
        if wish.changes && !route.unguarded && !own && wish.near {
            late(&visit, route)
        } else if wish.changes && !route.unguarded && (wish.foreign || !own) {
            Err(WebError::Forged)
        } else {
            (route.handler)(&visit)
        }
    } else {
        Err(WebError::Office(office::OfficeError::NotFound))
    };
    if let (Err(WebError::Office(office::OfficeError::Clock)), Some(owner)) = (&outcome, &visit.signed_in) {
        // Not saved, and not lost: it waits in the same form.
        let body = crate::drafts::encode(&visit.input);
        let _ = office::doors::save_draft(&web.office, owner, now, &visit.path, &body);
    }
    // A use case may ask for a fresh sign-in where its route did not: the door asks all the same.
    let outcome = match outcome {
        Err(WebError::Office(office::OfficeError::StepUp(_))) => {
            Err(visit.step_up().err().unwrap_or(WebError::Forged))
        }
        other => other,
    };
    let mut response = respond(&visit, outcome);
    if let Some(cookie) = set_door
        && let Ok(value) = HeaderValue::from_str(&cookie)
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Whose pages a form comes from. It guards nothing: it says into whose drafts go the words of a form that is late.
fn whose(web: &Web, owner: &office::doors::SignedIn) -> String {
    let digest = web.office.vault.mac_text("form of", &owner.user.to_string());
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// A form of this site from a session that has been another one since: its owner locked or left in another window, and
/// came back. Nothing is done; her words wait in the form. Somebody else's would be no business of whoever sits here now.
fn late(visit: &Visit<'_>, route: &Route) -> Answer {
    let mark = visit.sent("_csrf").split_once('.').map_or("", |(_, mark)| mark);
    let Some(owner) = visit.signed_in.as_ref().filter(|s| !s.quiet && whose(visit.web, s) == mark) else {
        return Err(WebError::Forged);
    };
    if route.path == "/drafts" {
        return (route.handler)(visit);
    }
    let body = crate::drafts::encode(&visit.input);
    if body.is_empty() {
        return Err(WebError::Forged);
    }
    office::doors::save_draft(&visit.web.office, owner, visit.ctx.now, &visit.path, &body)?;
    Err(WebError::Late(crate::drafts::form_page(&visit.path)))
}

/// Signed out: to the door. A form in flight when the session ended becomes a draft of its owner.
fn to_the_door(
    visit: &Visit<'_>,
    route: Option<&Route>,
    expired: Option<&office::doors::SignedIn>,
    wish: Wish,
) -> Answer {
    let mut back = visit.path.clone();
    if let (true, Some(owner), Some(_)) = (wish.changes, expired, route) {
        let own_guard = visit.token.as_deref().unwrap_or_default();
        if !wish.foreign && visit.web.office.vault.csrf_matches(own_guard, visit.given()) {
            let body = crate::drafts::encode(&visit.input);
            office::doors::save_draft(&visit.web.office, owner, visit.ctx.now, &visit.path, &body)?;
        }
        back = crate::drafts::form_page(&visit.path);
    }
    let reason = if expired.is_some() { "&ended=1" } else { "" };
    let known = back == "/" || route.is_none();
    Ok(Reply::Redirect(if known { "/sign-in".to_owned() } else { format!("/sign-in?next={back}{reason}") }))
}

/// A file that the browser keeps and never shows.
fn download(name: &str, kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        head.insert(header::CONTENT_DISPOSITION, value);
    }
    headers(head);
    response
}

fn respond(visit: &Visit<'_>, outcome: Answer) -> Response {
    if let Ok(Reply::PageWithCookies(html, cookies)) = outcome {
        let mut response = respond(visit, Ok(Reply::Page(html)));
        for value in cookies.iter().filter_map(|c| HeaderValue::from_str(c).ok()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        return response;
    }
    let outcome = match outcome {
        Ok(Reply::File { name, kind, body }) => return download(&name, kind, body),
        other => other,
    };
    let (status, body, location, cookie) = match outcome {
        Ok(Reply::Page(html)) => (200, html, None, None),
        Ok(Reply::Refused(html)) => (422, html, None, None),
        Ok(Reply::Conflict(html)) => (409, html, None, None),
        Ok(Reply::Unproven(html)) => (403, html, None, None),
        Ok(Reply::Done) => (204, String::new(), None, None),
        Ok(Reply::Plain(status)) => (status, String::new(), None, None),
        // Answered above.
        Ok(Reply::PageWithCookies(html, _)) => (200, html, None, None),
        Ok(Reply::File { .. }) => (500, String::new(), None, None),
        Ok(Reply::Redirect(to)) => (303, String::new(), Some(to), None),
        Ok(Reply::RedirectWithCookie(to, cookie)) => (303, String::new(), Some(to), Some(cookie)),
        Err(WebError::StepUp(back)) => {
            let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            (303, String::new(), Some(format!("/step-up?next={next}")), None)
        }
        Err(problem) => {
            let (status, html) = error(visit, &problem);
            (status, html, None, None)
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Some(value) = location.and_then(|l| HeaderValue::from_str(&l).ok()) {
        head.insert(header::LOCATION, value);
    }
    if let Some(value) = cookie.and_then(|c| HeaderValue::from_str(&c).ok()) {
        head.append(header::SET_COOKIE, value);
    }
    headers(head);
    response
}
