//! Serving: logs, the listener, the end on request.

use crate::cli::{Failure, ServeArgs};
use crate::connection::{self, Patience};
use crate::{admin, anchor, out};
use office::Office;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// How much is logged.
const LOG: &str = "PRISTAN_LOG";
/// For development and tests alone: identity providers on this machine, by http.
const LOOPBACK: &str = "PRISTAN_LOOPBACK_PROVIDERS";
/// Only these speak: libraries like to log what they are given, and at TRACE a database client
/// would write every parameter.
const VOICES: [&str; 6] = ["pristan", "web", "office", "store", "vault", "papers"];

/// How often is tidied up.
const TIDY: std::time::Duration = std::time::Duration::from_secs(60);

/// `pristan serve`.
pub fn run(args: &ServeArgs) -> Result<u8, Failure> {
    let mut office = admin::open(&args.at, &args.key)?;
    office.node = args.node;
    office.witnesses = args.witness.targets()?;
    serve(office, args.listen, args.witness_minutes, args.origin.clone())
}

/// JSON lines on standard error.
pub fn logs() {
    let level = EnvFilter::try_from_env(LOG).unwrap_or_else(|_| EnvFilter::new("info"));
    let own = tracing_subscriber::filter::filter_fn(|meta| {
        let voice = meta.target().split("::").next().unwrap_or_default();
        VOICES.contains(&voice)
    });
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).with_filter(own);
    // A second call (in tests) keeps the first.
    let _ = tracing_subscriber::registry().with(level).with(lines).try_init();
}

/// Serves until SIGTERM or Ctrl-C; requests under way are finished. Witnesses are asked first, and then at
/// full multiples of so many minutes. `origin` is the address at which browsers reach this house.
pub fn serve(
    office: Office,
    listen_on: SocketAddr,
    minutes: u32,
    origin: Option<String>,
) -> Result<u8, Failure> {
    logs();
    anchor::at_start(&office)?;
    office::audit::bind_older(&office, &crate::clock::ctx()).map_err(|e| {
        Failure::new(format!("rows of authority cannot be bound: {e}; see `pristan audit verify`"))
    })?;
    // SQLite's two files are written one after the other: what was cut off between them is finished now.
    let erased = office::erasure::again(&office, &crate::clock::ctx())
        .map_err(|e| Failure::new(format!("an erasure that was interrupted cannot be finished: {e}")))?;
    if erased > 0 {
        tracing::warn!(erased, "erasures that were interrupted are finished");
    }
    let office = Arc::new(office);
    if let Some(origin) = &origin {
        office.doors.reached_at(origin).map_err(|e| Failure::new(format!("--origin {origin}: {e}")))?;
        office.federation.reached_at(origin);
    }
    if std::env::var(LOOPBACK).is_ok_and(|v| v == "yes") {
        tracing::warn!("identity providers on this machine are allowed: for development alone");
        office.federation.allow_loopback();
    }
    listen(listen_on, |listener, until| async move {
        if origin.is_none() {
            let port = listener.local_addr().unwrap_or(listen_on).port();
            let here = format!("http://localhost:{port}");
            office.doors.reached_at(&here).map_err(|e| std::io::Error::other(e.to_string()))?;
            office.federation.reached_at(&here);
        }
        tracing::info!(demo = office.demo, "serving");
        let anchoring = tokio::spawn(anchor::at_fixed_times(Arc::clone(&office), minutes));
        let tidying = tokio::spawn(tidy(Arc::clone(&office)));
        let served = answer(listener, office, until).await;
        anchoring.abort();
        tidying.abort();
        served
    })
}

/// Listens, says so, and serves until SIGTERM or Ctrl-C.
pub fn listen<F: Future<Output = std::io::Result<()>>>(
    listen: SocketAddr,
    work: impl FnOnce(tokio::net::TcpListener, Pin<Box<dyn Future<Output = ()> + Send>>) -> F,
) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(format!("no threads: {}", e.kind())))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .map_err(|e| Failure::new(format!("cannot listen on {listen}: {}", e.kind())))?;
        let address = listener.local_addr().unwrap_or(listen);
        let until = Box::pin(stopped()?);
        out::line(&format!("Listening on http://{address}"));
        work(listener, until).await.map_err(|e| Failure::new(format!("serving ended: {}", e.kind())))?;
        tracing::info!("stopped");
        Ok(0)
    })
}

fn stopped() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let no_signals = |_| Failure::new("signals cannot be caught");
    let mut term = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// What needs nobody's session and nobody's key: shares that have run out let go of theirs.
async fn tidy(office: Arc<Office>) {
    loop {
        tokio::time::sleep(TIDY).await;
        let office = Arc::clone(&office);
        let done = tokio::task::spawn_blocking(move || office::shares::let_go(&office, &crate::clock::ctx()));
        if let Ok(Err(error)) = done.await {
            tracing::warn!(fault = %error, "shares that ran out were not tidied up");
        }
    }
}

/// The one line between this floor and the next.
async fn answer(
    listener: tokio::net::TcpListener,
    office: Arc<Office>,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let web = web::Web::new(office, Arc::new(crate::clock::now));
    connection::serve(listener, web::router(web), Patience::default(), until).await
}
