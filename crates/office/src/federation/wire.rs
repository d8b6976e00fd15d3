//! The only place from which the program asks anybody on the network for anything: a provider's description, its
//! keys, and what a code is worth. Five seconds, 256 KiB, no redirects, no proxy of the environment, and only
//! where [`super::guard`] lets it go.

use super::guard::{Guard, OpenOnly};
use super::token;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Id;
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

const PATIENCE: Duration = Duration::from_secs(5);
const MOST: u64 = 256 * 1024;
/// A description and its keys are asked for again after an hour, microseconds.
const KEPT_US: i64 = 3600 * 1_000_000;
/// Unknown keys make us ask again at most this often, microseconds: a flood of forged tokens is no flood of ours.
const AGAIN_US: i64 = 60 * 1_000_000;

/// Why a provider gave nothing that can be used. Nothing of what it said is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its address may not be asked.
    Closed,
    /// It does not answer, or not in time, or with an error.
    Down,
    /// It answers something that is no answer.
    Odd,
    /// It describes itself as somebody else.
    Issuer,
    /// It does not take the code.
    Code,
}

/// A provider's settings, as an administrator wrote them.
#[derive(Clone, Default, serde::Serialize, Deserialize)]
pub struct Config {
    /// Its address, as it names itself.
    pub issuer: String,
    /// We, to it.
    pub client: String,
    /// What it knows us by; empty for a client without one.
    pub secret: String,
    /// Hosts beside its own that may be asked.
    pub hosts: Vec<String>,
    /// Classes of sign-in, one of which is asked for.
    pub acr: Vec<String>,
    /// Methods, all of which are asked for.
    pub amr: Vec<String>,
    /// Signed in there no longer ago than this, seconds.
    pub max_age: Option<i64>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0, 3).
#[derive(Clone, Deserialize)]
pub struct Metadata {
    issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    /// Where browsers sign out.
    pub end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// Does it name itself when it sends somebody back (RFC 9207)?
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// A provider as known at a moment.
pub struct Known {
    issuer: String,
    /// What it says of itself.
    pub metadata: Metadata,
    /// Its keys.
    pub keys: JwkSet,
    at: i64,
    again_at: i64,
}

/// The state of the wire: one per process.
#[derive(Default)]
pub struct Wire {
    agent: OnceLock<Agent>,
    loopback: AtomicBool,
    origin: Mutex<Option<String>>,
    known: Mutex<HashMap<Id, Arc<Known>>>,
}

impl Wire {
    /// For development and tests alone: providers on this machine, by http. To be called before the first use.
    pub fn allow_loopback(&self) {
        self.loopback.store(true, Ordering::Relaxed);
    }

    /// The address at which browsers reach this house, without a slash at its end.
    pub fn reached_at(&self, origin: &str) {
        let origin = origin.trim_end_matches('/').to_owned();
        *self.origin.lock().unwrap_or_else(PoisonError::into_inner) = Some(origin);
    }

    /// That address; empty when nobody has said it.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    /// Who may be asked on behalf of a provider.
    ///
    /// # Errors
    /// `Closed`.
    pub fn guard(&self, config: &Config) -> Result<Guard, Fault> {
        Guard::new(&config.issuer, &config.hosts, self.loopback.load(Ordering::Relaxed))
            .map_err(|_| Fault::Closed)
    }

    /// Forgets what is known of a provider: its settings have changed.
    pub fn forget(&self, id: Id) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn agent(&self) -> &Agent {
        self.agent.get_or_init(|| {
            let roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
                .certs
                .iter()
                .map(|c| Certificate::from_der(c.as_ref()).to_owned())
                .collect();
            // The machine's own list of authorities: an administrator adds or takes away there.
            let tls = TlsConfig::builder()
                .root_certs(RootCerts::from(roots))
                .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .build();
            let config = Agent::config_builder()
                .timeout_global(Some(PATIENCE))
                .max_redirects(0)
                .http_status_as_error(false)
                .proxy(None)
                .user_agent("")
                .max_response_header_size(16 * 1024)
                .max_idle_connections(0)
                .tls_config(tls)
                .build();
            let resolver = OpenOnly { loopback: self.loopback.load(Ordering::Relaxed) };
            Agent::with_parts(config, DefaultConnector::new(), resolver)
        })
    }

    fn get(&self, guard: &Guard, address: &str) -> Result<Vec<u8>, Fault> {
        let url = guard.check(address).map_err(|_| Fault::Closed)?;
        let answer = self.agent().get(url.as_str()).header("accept", "application/json").call();
        read(answer).and_then(|(status, body)| if status == 200 { Ok(body) } else { Err(Fault::Down) })
    }

    /// What is known of a provider; asks it when that is older than an hour.
    ///
    /// # Errors
    /// It is not to be asked, does not answer, or describes somebody else.
    pub fn known(&self, id: Id, config: &Config, now: i64) -> Result<Arc<Known>, Fault> {
        let found = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(known) = found
            && known.issuer == config.issuer
            && (0..KEPT_US).contains(&(now - known.at))
        {
            return Ok(known);
        }
        let guard = self.guard(config)?;
        let place = format!("{}/.well-known/openid-configuration", config.issuer.trim_end_matches('/'));
        let metadata: Metadata =
            serde_json::from_slice(&self.get(&guard, &place)?).map_err(|_| Fault::Odd)?;
        if metadata.issuer != config.issuer {
            return Err(Fault::Issuer);
        }
        for address in [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri] {
            guard.check(address).map_err(|_| Fault::Closed)?;
        }
        self.learn(id, &guard, metadata, now, 0)
    }

    fn learn(
        &self,
        id: Id,
        guard: &Guard,
        metadata: Metadata,
        now: i64,
        again_at: i64,
    ) -> Result<Arc<Known>, Fault> {
        let keys = token::keys(&self.get(guard, &metadata.jwks_uri)?).map_err(|_| Fault::Odd)?;
        let known = Arc::new(Known { issuer: metadata.issuer.clone(), metadata, keys, at: now, again_at });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&known));
        Ok(known)
    }

    /// Checks a token by the provider's keys; where it names one that is not known, asks for the keys once more.
    ///
    /// # Errors
    /// What is wrong with the token, or with the provider.
    pub fn believe<T>(
        &self,
        id: Id,
        config: &Config,
        now: i64,
        check: impl Fn(&JwkSet) -> Result<T, token::Bad>,
    ) -> Result<T, Disbelief> {
        let known = self.known(id, config, now)?;
        match check(&known.keys) {
            Err(token::Bad::UnknownKey) if !(0..AGAIN_US).contains(&(now - known.again_at)) => {
                let guard = self.guard(config)?;
                let known = self.learn(id, &guard, known.metadata.clone(), now, now)?;
                Ok(check(&known.keys)?)
            }
            other => Ok(other?),
        }
    }

    /// Changes a code for an identity token.
    ///
    /// # Errors
    /// `Code` when the provider does not take it; what else went wrong.
    pub fn redeem(
        &self,
        config: &Config,
        known: &Known,
        (code, verifier, back): (&str, &str, &str),
    ) -> Result<String, Fault> {
        #[derive(Deserialize)]
        struct Given {
            id_token: String,
        }
        let url = self.guard(config)?.check(&known.metadata.token_endpoint).map_err(|_| Fault::Closed)?;
        let mut form: Vec<(&str, &str)> = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ];
        let mut request = self.agent().post(url.as_str()).header("accept", "application/json");
        let methods = &known.metadata.token_endpoint_auth_methods_supported;
        let has = |name: &str| methods.iter().any(|m| m == name);
        if config.secret.is_empty() {
            form.push(("client_id", &config.client));
        } else if has("client_secret_post") && !has("client_secret_basic") {
            form.extend([("client_id", config.client.as_str()), ("client_secret", config.secret.as_str())]);
        } else {
            let quoted =
                |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", quoted(&config.client), quoted(&config.secret));
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
        }
        match read(request.send_form(form))? {
            (200, body) => Ok(serde_json::from_slice::<Given>(&body).map_err(|_| Fault::Odd)?.id_token),
            (400 | 401 | 403, _) => Err(Fault::Code),
            _ => Err(Fault::Down),
        }
    }
}

fn read(answer: Result<ureq::http::Response<Body>, ureq::Error>) -> Result<(u16, Vec<u8>), Fault> {
    let mut answer = answer.map_err(|_| Fault::Down)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(MOST).read_to_vec().map_err(|_| Fault::Odd)?;
    Ok((status, body))
}

/// Why a token was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disbelief {
    /// The provider.
    Fault(Fault),
    /// The token.
    Bad(token::Bad),
}

impl From<Fault> for Disbelief {
    fn from(fault: Fault) -> Disbelief {
        Disbelief::Fault(fault)
    }
}

impl From<token::Bad> for Disbelief {
    fn from(bad: token::Bad) -> Disbelief {
        Disbelief::Bad(bad)
    }
}
