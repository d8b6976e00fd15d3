//! The wire: how long a connection may say nothing, or half of something. Half a body ends in `web::frame`.

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use std::io::{ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// How long a connection is kept.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Without a word between two requests. Longer than the minute for which common reverse proxies keep a
    /// connection open, so that it is they who close it.
    pub silent: Duration,
    /// From the first byte of a request's head to its last.
    pub head: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { silent: Duration::from_secs(120), head: Duration::from_secs(30) }
    }
}

/// Serves until the future ends; requests under way are finished.
///
/// # Errors
/// The listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    until: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let router = router.layer(from_fn(head_is_there));
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(Door { listener, patience }, service).with_graceful_shutdown(until).await
}

/// Accepts connections that are watched.
struct Door {
    listener: TcpListener,
    patience: Patience,
}

impl Listener for Door {
    type Io = Watched;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Watched, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.listener).await;
        (Watched::new(stream, self.patience), from)
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Who is at the other end, and whether a request of hers is being answered.
#[derive(Clone)]
struct Peer {
    address: SocketAddr,
    answering: Arc<AtomicBool>,
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Peer {
        Peer { address: *stream.remote_addr(), answering: Arc::clone(&stream.io().answering) }
    }
}

/// The head has come whole: from here on others watch over the time, until the answer is made.
async fn head_is_there(ConnectInfo(peer): ConnectInfo<Peer>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(ConnectInfo(peer.address));
    peer.answering.store(true, Ordering::Relaxed);
    let response = next.run(request).await;
    peer.answering.store(false, Ordering::Relaxed);
    response
}

/// Which limit runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// For the first byte of a head.
    Silent,
    /// For the rest of it.
    Head,
    /// For nothing: a request is being answered.
    No,
}

/// A connection whose reading fails once its time is over. Only time spent before the head of a request is
/// complete counts: an answer may take as long as the line needs.
struct Watched {
    stream: TcpStream,
    patience: Patience,
    answering: Arc<AtomicBool>,
    waiting: Waiting,
    limit: Pin<Box<Sleep>>,
}

impl Watched {
    fn new(stream: TcpStream, patience: Patience) -> Watched {
        let limit = Box::pin(sleep(patience.silent));
        Watched { stream, patience, answering: Arc::default(), waiting: Waiting::Silent, limit }
    }

    fn wait(&mut self, waiting: Waiting) {
        if self.waiting == waiting {
            return;
        }
        self.waiting = waiting;
        match waiting {
            Waiting::Silent => self.limit = Box::pin(sleep(self.patience.silent)),
            Waiting::Head => self.limit = Box::pin(sleep(self.patience.head)),
            Waiting::No => {}
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        if this.answering.load(Ordering::Relaxed) {
            this.wait(Waiting::No);
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        if this.waiting == Waiting::No {
            this.wait(Waiting::Silent);
        }
        // First the time: whoever sends a byte now and then is late as well.
        if this.limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.wait(Waiting::Head);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write(cx, bytes);
        // An answer on its way over a slow line: each part that goes out begins the silence anew.
        if !this.answering.load(Ordering::Relaxed) && matches!(wrote, Poll::Ready(Ok(n)) if n > 0) {
            this.waiting = Waiting::No;
            this.wait(Waiting::Silent);
            // Nobody may read again before the time is over: it has to wake whoever waits.
            if this.limit.as_mut().poll(cx).is_ready() {
                cx.waker().wake_by_ref();
            }
        }
        wrote
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::io::{Read, Write};

    const SHORT: Patience = Patience { silent: Duration::from_millis(400), head: Duration::from_millis(200) };
    /// For a control: nothing ends by itself while the test looks.
    const LONG: Patience = Patience { silent: Duration::from_secs(600), head: Duration::from_secs(600) };

    /// A server on a free port in a thread of its own, for as long as the process lives.
    fn server(patience: Patience) -> SocketAddr {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let whole = get(|from: ConnectInfo<SocketAddr>, body: String| async move {
                    format!("{} {}", from.0.ip(), body.len())
                });
                let slow = get(|| async {
                    sleep(SHORT.silent * 2).await;
                    "late"
                });
                let router = Router::new().route("/", whole.clone()).route("/slow", slow);
                let router = router.route("/body", axum::routing::post(|body: String| async move { body }));
                serve(listener, router, patience, std::future::pending()).await
            })
        });
        told.recv().unwrap()
    }

    fn connect(to: SocketAddr) -> std::net::TcpStream {
        let stream = std::net::TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Everything until the other side closes; nothing while it does not.
    fn until_closed(stream: &mut std::net::TcpStream) -> Option<String> {
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return None,
            Err(_) => {}
        }
        Some(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn half_a_head_and_silence_come_to_an_end() {
        let to = server(SHORT);
        for said in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n"] {
            let mut stream = connect(to);
            stream.write_all(said.as_bytes()).unwrap();
            assert_eq!(until_closed(&mut stream).as_deref(), Some(""), "{said:?}");
        }
    }

    #[test]
    fn a_byte_now_and_then_does_not_hold_it() {
        let mut stream = connect(server(SHORT));
        let mut sent = 0;
        // Far more bytes than fit into the time; the line breaks under one of them.
        while sent < 2_000 && stream.write_all(b"a").is_ok() {
            sent += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(sent < 2_000, "held for {sent} bytes");
    }

    #[test]
    fn what_is_whole_is_answered_however_long_the_answer_takes() {
        let to = server(SHORT);
        let mut stream = connect(to);
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let answer = until_closed(&mut stream).expect("it closes after the silence");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("late"), "{answer}");
        // A body that takes longer than a head may is not ours to end.
        let mut stream = connect(to);
        stream.write_all(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na").unwrap();
        std::thread::sleep(SHORT.silent * 2);
        stream.write_all(b"b").unwrap();
        assert!(until_closed(&mut stream).is_some_and(|a| a.ends_with("ab")));
        // Two requests over one connection, and who asks is told to the rooms.
        let mut stream = connect(to);
        for _ in 0..2 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            let mut some = [0; 512];
            let read = stream.read(&mut some).unwrap();
            assert!(String::from_utf8_lossy(&some[..read]).ends_with("127.0.0.1 0"));
        }
    }

    /// The control: without the limits half a head is held.
    #[test]
    fn without_limits_half_a_head_is_held() {
        let mut stream = connect(server(LONG));
        stream.set_read_timeout(Some(SHORT.silent * 3)).unwrap();
        stream.write_all(b"GET / HT").unwrap();
        assert_eq!(until_closed(&mut stream), None);
    }
}
