//! Where the program may go by itself: only to addresses of the open internet, only by https, only to hosts that
//! an administrator wrote down. Names are resolved once, every answer is checked, and the connection is made to
//! the address that was checked, so a name that changes its mind in between gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use url::{Host, Url};

/// Networks of IPv4 that are not the open internet (IANA's registry of special-purpose addresses).
const CLOSED_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// Parts of 2000::/3, the one range of IPv6 that is given out, that are not the open internet: Teredo and its
/// neighbours, documentation, 6to4. Everything outside of it (loopback, mapped IPv4, NAT64, local) is closed.
const CLOSED_V6: [(u16, u16, u32); 4] =
    [(0x2001, 0, 23), (0x2001, 0x0db8, 32), (0x2002, 0, 16), (0x3fff, 0, 20)];

/// Is this an address of the open internet?
#[must_use]
pub fn is_open(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let within = |(net, bits): &([u8; 4], u32)| {
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                v4.to_bits() & mask == Ipv4Addr::from(*net).to_bits() & mask
            };
            !CLOSED_V4.iter().any(within)
        }
        IpAddr::V6(v6) => {
            let within = |(first, second, bits): &(u16, u16, u32)| {
                let net = Ipv6Addr::new(*first, *second, 0, 0, 0, 0, 0, 0).to_bits();
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                v6.to_bits() & mask == net & mask
            };
            v6.to_bits() >> 125 == 0b001 && !CLOSED_V6.iter().any(within)
        }
    }
}

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Not an address at all, or one with a name and password, or a part behind `#`.
    Malformed,
    /// Neither https nor, where allowed, http on this machine.
    Scheme,
    /// A bare number or a name that means a machine inside.
    Inside,
    /// Nobody wrote this host down.
    Unlisted,
}

/// Whose hosts may be asked.
pub struct Guard {
    hosts: Vec<(String, u16)>,
    loopback: bool,
}

impl Guard {
    /// The issuer's host and those an administrator listed beside it (`host` or `host:port`). `loopback` is the
    /// flag of development: then http to this machine is allowed as well.
    ///
    /// # Errors
    /// The issuer itself may not be asked.
    pub fn new(issuer: &str, listed: &[String], loopback: bool) -> Result<Guard, Closed> {
        let mut guard = Guard { hosts: Vec::new(), loopback };
        let own = guard.shape(issuer)?;
        guard.hosts.push(own.1);
        for host in listed {
            // A host without a scheme in front is one of https.
            let text = if host.contains("://") { host.clone() } else { format!("https://{host}/") };
            let place = guard.shape(&text)?.1;
            guard.hosts.push(place);
        }
        Ok(guard)
    }

    /// The address, if it may be asked.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, text: &str) -> Result<Url, Closed> {
        let (url, place) = self.shape(text)?;
        if self.hosts.contains(&place) { Ok(url) } else { Err(Closed::Unlisted) }
    }

    fn shape(&self, text: &str) -> Result<(Url, (String, u16)), Closed> {
        if text.len() > 2000 || !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return Err(Closed::Malformed);
        }
        let url = Url::parse(text).map_err(|_| Closed::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Closed::Malformed);
        }
        let here = match url.host().ok_or(Closed::Malformed)? {
            Host::Ipv4(v4) => Some(v4.is_loopback()),
            Host::Ipv6(v6) => Some(v6.is_loopback()),
            Host::Domain("localhost") => Some(true),
            Host::Domain(name) if inside(name) => Some(false),
            Host::Domain(_) => None,
        };
        match (url.scheme(), here) {
            ("https", None) => {}
            ("http" | "https", Some(true)) if self.loopback => {}
            ("https", Some(_)) => return Err(Closed::Inside),
            _ => return Err(Closed::Scheme),
        }
        let host = url.host_str().ok_or(Closed::Malformed)?.to_ascii_lowercase();
        let port = url.port_or_known_default().ok_or(Closed::Malformed)?;
        Ok((url, (host, port)))
    }
}

/// Names that only mean something inside of a network.
fn inside(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.')
        || [".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".corp", ".home"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Resolves names and gives only addresses of the open internet. One closed address among several refuses them
/// all: a name that answers with both is not an honest one.
#[derive(Debug)]
pub struct OpenOnly {
    /// The flag of development: this machine counts as open.
    pub loopback: bool,
}

impl OpenOnly {
    /// May these be connected to?
    #[must_use]
    pub fn allows(&self, found: &[SocketAddr]) -> bool {
        let fine = |at: &SocketAddr| is_open(at.ip()) || (self.loopback && at.ip().is_loopback());
        !found.is_empty() && found.iter().all(fine)
    }
}

impl Resolver for OpenOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        if self.allows(&found) { Ok(found) } else { Err(ureq::Error::HostNotFound) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ways to write an address of this machine or of a network inside; none may be asked.
    const SPELLINGS: [&str; 40] = [
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://0/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[fd12:3456::1]/",
        "https://[ff02::1]/",
        "https://10.0.0.1/",
        "https://172.16.5.5/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://id.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://①②⑦.⓪.⓪.①/",
        "https://intranet/",
    ];

    #[test]
    fn no_spelling_of_an_inside_address_is_asked() {
        for text in SPELLINGS {
            // Written down by an administrator himself, and still not asked.
            assert!(Guard::new(text, &[], false).is_err(), "{text}");
            let listed = [text.to_owned()];
            assert!(Guard::new("https://id.example.org", &listed, false).is_err(), "listed {text}");
        }
        // The control: an ordinary provider may be asked, and so may this machine under the flag.
        assert!(Guard::new("https://id.example.org", &[], false).is_ok());
        assert!(Guard::new("http://127.0.0.1:9000", &[], true).is_ok());
        assert_eq!(Guard::new("http://127.0.0.1:9000", &[], false).err(), Some(Closed::Scheme));
    }

    #[test]
    fn only_hosts_that_were_written_down() {
        let guard =
            Guard::new("https://id.example.org/realm", &["keys.example.org:8443".to_owned()], false).unwrap();
        for fine in [
            "https://id.example.org/token",
            "https://ID.example.org:443/t",
            "https://keys.example.org:8443/k",
        ] {
            assert!(guard.check(fine).is_ok(), "{fine}");
        }
        for (text, why) in [
            ("https://evil.example/", Closed::Unlisted),
            ("https://id.example.org:444/", Closed::Unlisted),
            ("https://id.example.org.evil.example/", Closed::Unlisted),
            ("https://keys.example.org/", Closed::Unlisted),
            ("http://id.example.org/", Closed::Scheme),
            ("file:///etc/passwd", Closed::Malformed),
            ("gopher://id.example.org/", Closed::Scheme),
            ("https://id.example.org@evil.example/", Closed::Malformed),
            ("https://user:word@id.example.org/", Closed::Malformed),
            ("https://id.example.org/#part", Closed::Malformed),
            ("https://id.example.org\\@evil.example/", Closed::Malformed),
            ("https://id.example.org/\r\nx: y", Closed::Malformed),
            ("//id.example.org/", Closed::Malformed),
            ("", Closed::Malformed),
        ] {
            assert_eq!(guard.check(text).err(), Some(why), "{text}");
        }
    }

    #[test]
    fn what_a_name_resolves_to_is_checked_as_well() {
        let closed = [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.127.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:8.8.8.8",
            "::ffff:10.0.0.1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:a00::1",
            "100::1",
            "3fff::1",
        ];
        let at = |text: &str| SocketAddr::new(text.parse().unwrap(), 443);
        let strict = OpenOnly { loopback: false };
        for text in closed {
            assert!(!strict.allows(&[at(text)]), "{text}");
            assert!(!strict.allows(&[at("9.9.9.9"), at(text)]), "{text} hidden behind an open one");
        }
        assert!(!strict.allows(&[]));
        // The control.
        for text in ["9.9.9.9", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(strict.allows(&[at(text)]), "{text}");
        }
        let lenient = OpenOnly { loopback: true };
        assert!(lenient.allows(&[at("127.0.0.1")]) && lenient.allows(&[at("::1")]));
        assert!(!lenient.allows(&[at("10.0.0.1")]), "the flag opens this machine, not the network");
    }
}
