//! The measured server: the same router as `pristan serve`, in a process of its own so that its
//! processor time and memory are nobody else's; beside it one static route for the floor F0.

use super::house;
use crate::cli::Failure;
use crate::out;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// `pristan bench-server`: started by `pristan bench`, never by hand.
#[derive(clap::Args)]
pub struct ChildArgs {
    /// Folder of the filled installation
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL database of the filled installation
    #[arg(long, value_name = "URL", env = "PRISTAN_BENCH_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

/// Bodies of the static route, by workload.
type Bodies = Arc<Mutex<HashMap<String, Bytes>>>;

/// Serves on a free port, says which, and ends when its standard input does.
pub fn serve(args: &ChildArgs) -> Result<u8, Failure> {
    let office = Arc::new(house::open(&args.data, args.database.as_deref())?);
    let stats = Arc::clone(&office);
    let started = Instant::now();
    let clock = Arc::new(move || house::NOW + i64::try_from(started.elapsed().as_micros()).unwrap_or(0));
    let floor = Router::new()
        .route("/bench-floor/{name}", get(floor).post(keep))
        .with_state(Bodies::default())
        .route("/bench-stats", get(move || async move { table(&stats.store.stats()) }));
    let router = web::router(web::Web::new(office, clock)).merge(floor);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(format!("no threads: {}", e.kind())))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|e| Failure::new(format!("cannot listen: {}", e.kind())))?;
        let port = listener.local_addr().map_or(0, |a| a.port());
        out::line(&port.to_string());
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = end.send(());
        });
        tokio::select! {
            served = async { axum::serve(listener, router).await } =>
                served.map_err(|e| Failure::new(format!("serving ended: {}", e.kind())))?,
            _ = ended => {}
        }
        Ok(0)
    })
}

async fn keep(State(bodies): State<Bodies>, Path(name): Path<String>, request: Request) {
    if let Ok(body) = to_bytes(request.into_body(), 64 * 1024 * 1024).await {
        bodies.lock().unwrap_or_else(PoisonError::into_inner).insert(name, body);
    }
}

/// The same bytes and the same headers as the page, from memory.
async fn floor(State(bodies): State<Bodies>, Path(name): Path<String>) -> Response {
    let body = bodies.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned().unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    web::headers(head);
    response
}

/// Counters of the store as lines: where the time of the database goes.
fn table(stats: &store::Stats) -> String {
    let mut out = format!("reads {} writes {} commits {}\n", stats.reads, stats.writes, stats.commits);
    for (name, n) in &stats.named {
        let mean = n.micros.checked_div(n.count).unwrap_or(0);
        out.push_str(&format!("{name:<28} {:>8} x {mean:>7} us, slowest {:>8} us\n", n.count, n.slowest));
    }
    out
}
