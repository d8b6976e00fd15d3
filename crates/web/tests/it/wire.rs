//! Requests as bytes on a socket, as no browser sends them.

use crate::town::Town;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use testkit::house::Engine;

/// The town's router on a free port, in a thread of its own for as long as the process lives.
fn served(town: &Town) -> SocketAddr {
    let router = town.router.clone();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    told.recv().unwrap()
}

/// The status line of the answer.
fn said(to: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_request_names_one_host_or_is_none() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let to = served(&town);
    let styles = "/assets/app.css";
    for path in ["/sign-in", "/no-such-place", styles] {
        let ask = |version: &str, hosts: &str| {
            said(to, &format!("GET {path} {version}\r\n{hosts}Connection: close\r\n\r\n"))
        };
        // The control.
        let good = ask("HTTP/1.1", "Host: pristan.example.org\r\n");
        assert!(!good.contains(" 400 "), "{path}: {good}");
        assert!(!ask("HTTP/1.1", "host: [::1]:7300\r\n").contains(" 400 "), "{path}");
        for hosts in [
            "",
            "Host:\r\n",
            "Host: a\r\nHost: b\r\n",
            "Host: a\r\nHost: a\r\n",
            "Host: a b\r\n",
            "Host: u@a\r\n",
            "Host: a/b\r\n",
        ] {
            for version in ["HTTP/1.1", "HTTP/1.0"] {
                assert!(ask(version, hosts).contains(" 400 "), "{path} {version} {hosts:?}");
            }
        }
    }
}
