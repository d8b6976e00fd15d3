//! A client as small as the measuring allows: one connection, kept alive, cookies, no redirects.

use crate::cli::Failure;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than this no page may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than this no answer is.
const MOST: usize = 64 * 1024 * 1024;

/// One connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    cookies: BTreeMap<String, String>,
    out: Vec<u8>,
    line: String,
    /// Body of the last answer.
    pub body: Vec<u8>,
}

/// Head of an answer.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Where it sends the reader.
    pub location: String,
}

fn broken(what: &str) -> Failure {
    Failure::new(format!("the measured server {what}"))
}

impl Client {
    /// Connects to a port of this machine, with the cookies of a session.
    pub fn new(port: u16, cookies: &BTreeMap<String, String>) -> Result<Client, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|_| broken("does not answer"))?;
        stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(PATIENCE)))
            .map_err(|_| broken("cannot be measured: the socket refuses its settings"))?;
        Ok(Client {
            stream: BufReader::with_capacity(64 * 1024, stream),
            cookies: cookies.clone(),
            out: Vec::new(),
            line: String::new(),
            body: Vec::new(),
        })
    }

    /// The cookies that were set so far.
    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Reads a page.
    pub fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.send("GET", path, None)
    }

    /// Sends a form.
    pub fn post(&mut self, path: &str, form: &str) -> Result<Answer, Failure> {
        self.send("POST", path, Some(form.as_bytes()))
    }

    /// Sends one request and reads the whole answer; the body lies in `self.body`.
    pub fn send(&mut self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, Failure> {
        self.out.clear();
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\n");
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            head.push_str(&format!("cookie: {}\r\n", pairs.join("; ")));
        }
        if let Some(body) = body {
            head.push_str(&format!(
                "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
                body.len()
            ));
        }
        head.push_str("\r\n");
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(body.unwrap_or_default());
        self.stream.get_mut().write_all(&self.out).map_err(|_| broken("closed the connection"))?;
        self.read()
    }

    fn next_line(&mut self) -> Result<(), Failure> {
        self.line.clear();
        match self.stream.read_line(&mut self.line) {
            Ok(0) | Err(_) => Err(broken("broke off an answer")),
            Ok(_) => Ok(()),
        }
    }

    fn read(&mut self) -> Result<Answer, Failure> {
        self.next_line()?;
        let status = self.line.split(' ').nth(1).and_then(|s| s.parse().ok());
        let mut answer =
            Answer { status: status.ok_or_else(|| broken("speaks no HTTP"))?, location: String::new() };
        let (mut length, mut chunked) = (0usize, false);
        loop {
            self.next_line()?;
            let Some((name, value)) = self.line.trim_end().split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(|_| broken("speaks no HTTP"))?,
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                "location" => value.clone_into(&mut answer.location),
                "set-cookie" => {
                    let pair = value.split(';').next().unwrap_or_default();
                    if let Some((name, value)) = pair.split_once('=') {
                        self.cookies.insert(name.to_owned(), value.to_owned());
                    }
                }
                _ => {}
            }
        }
        self.body.clear();
        if chunked {
            self.chunks()?
        } else {
            self.take(length)?
        }
        Ok(answer)
    }

    fn take(&mut self, length: usize) -> Result<(), Failure> {
        if self.body.len() + length > MOST {
            return Err(broken("answers without end"));
        }
        let from = self.body.len();
        self.body.resize(from + length, 0);
        let room = self.body.get_mut(from..).unwrap_or_default();
        self.stream.read_exact(room).map_err(|_| broken("broke off an answer"))
    }

    fn chunks(&mut self) -> Result<(), Failure> {
        loop {
            self.next_line()?;
            let size = self.line.trim().split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size, 16).map_err(|_| broken("speaks no HTTP"))?;
            self.take(size)?;
            self.next_line()?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    /// The value of a hidden field in the body.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let page = String::from_utf8_lossy(&self.body);
        let (_, after) = page.split_once(&format!("name=\"{name}\""))?;
        let tag = after.split('>').next()?;
        let (_, value) = tag.split_once("value=\"")?;
        value.split('"').next().map(str::to_owned)
    }
}

/// A form as it is sent.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(&mut out, name);
        out.push('=');
        escape(&mut out, value);
    }
    out
}

fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Answers each request on one connection with the next of the given texts.
    fn server(answers: &'static [&'static str]) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            for answer in answers {
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap() > 2 {
                    line.clear();
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        port
    }

    #[test]
    fn bodies_by_length_and_in_chunks_on_one_connection() {
        let port = server(&[
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nset-cookie: a=b; Path=/\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "HTTP/1.1 303 See Other\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n",
        ]);
        let mut client = Client::new(port, &BTreeMap::new()).ok().unwrap();
        assert_eq!(client.get("/").ok().unwrap().status, 200);
        assert_eq!(client.body, b"hello");
        assert_eq!(client.cookies().get("a").map(String::as_str), Some("b"));
        client.get("/").ok().unwrap();
        assert_eq!(client.body, b"abcde");
        let last = client.get("/").ok().unwrap();
        assert_eq!((last.status, last.location.as_str()), (303, "/there"));
        assert!(client.get("/").is_err());
    }

    #[test]
    fn forms_and_hidden_fields() {
        assert_eq!(form(&[("a", "b c&"), ("и", "=")]), "a=b+c%26&%D0%B8=%3D");
        let port = server(&[
            "HTTP/1.1 200 OK\r\ncontent-length: 46\r\n\r\n<input type=\"hidden\" name=\"_csrf\" value=\"0af\">",
        ]);
        let mut client = Client::new(port, &BTreeMap::new()).ok().unwrap();
        client.get("/").ok().unwrap();
        assert_eq!(client.hidden("_csrf").as_deref(), Some("0af"));
        assert_eq!(client.hidden("_once"), None);
    }
}
