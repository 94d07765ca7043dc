//! The path under which callers find this server when a proxy removes a prefix: from a setting, or from a header of a
//! trusted proxy. Where the path is used is decided in `http`.

use std::net::IpAddr;

use url::Url;

use super::ConfigError;

/// What goes before the paths that callers are told.
#[derive(Clone, Debug, Default)]
pub struct PublicPath {
    /// The path of `PUBLIC_URL`, without a slash at its end; mostly empty.
    prefix: String,
    proxies: Vec<Network>,
}

/// Addresses that have their first bits in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    first: IpAddr,
    bits: u32,
}

/// The longest prefix that is believed.
const LONGEST_PREFIX: usize = 256;

impl PublicPath {
    /// Reads `PUBLIC_URL` and `TRUSTED_PROXIES`.
    pub(super) fn read(url: Option<&str>, proxies: Option<&str>) -> Result<Self, ConfigError> {
        let entries = proxies.unwrap_or_default().split(',').map(str::trim);
        let mut networks = Vec::new();
        for entry in entries.filter(|entry| !entry.is_empty()) {
            networks.extend(read_networks(entry)?);
        }
        Ok(Self {
            prefix: url.map_or(Ok(String::new()), read_path)?,
            proxies: networks,
        })
    }

    /// Whether it matters who sent a request.
    pub fn asks_for_peer(&self) -> bool {
        !self.proxies.is_empty()
    }

    /// What goes before the paths in an answer to a request that came from `peer`, if it is known, with these values of
    /// `X-Forwarded-Prefix`, the outermost proxy's first.
    pub fn prefix<'a>(
        &self,
        peer: Option<IpAddr>,
        forwarded: impl Iterator<Item = &'a str>,
    ) -> String {
        let is_trusted = |peer: IpAddr| self.proxies.iter().any(|proxy| proxy.has(peer));
        if !peer.is_some_and(is_trusted) {
            return self.prefix.clone();
        }
        let parts = forwarded.flat_map(|value| value.split(','));
        let said: String = parts
            .map(|part| part.trim().trim_end_matches('/'))
            .collect();
        if !said.is_empty() && is_path(&said) {
            said
        } else {
            self.prefix.clone()
        }
    }
}

/// Whether it is a path and nothing else: with two slashes at its start it would be another server (RFC 3986 §4.2).
fn is_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+;=:@".contains(&byte);
    text.len() <= LONGEST_PREFIX
        && text.starts_with('/')
        && !text.contains("//")
        && text.bytes().all(plain)
}

fn read_path(url: &str) -> Result<String, ConfigError> {
    let read = Url::parse(url).ok().filter(|read| {
        matches!(read.scheme(), "http" | "https")
            && read.query().is_none()
            && read.fragment().is_none()
            && read.username().is_empty()
    });
    let path = read.map(|read| read.path().trim_end_matches('/').to_owned());
    path.filter(|path| path.is_empty() || is_path(path))
        .ok_or_else(|| ConfigError {
            variable: "PUBLIC_URL",
            problem: format!("is {url:?}, but must be a URL of http or https without a query"),
            example: "PUBLIC_URL=https://example.com/tasks-api",
        })
}

fn read_networks(entry: &str) -> Result<Vec<Network>, ConfigError> {
    let problem = || ConfigError {
        variable: "TRUSTED_PROXIES",
        problem: format!("names {entry:?}, which is no IP address, no network and not *"),
        example: "TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8",
    };
    if entry == "*" {
        return Ok(["0.0.0.0", "::"]
            .iter()
            .filter_map(|first| first.parse().ok())
            .map(|first| Network { first, bits: 0 })
            .collect());
    }
    let (address, bits) = match entry.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (entry, None),
    };
    let first: IpAddr = address.parse().map_err(|_| problem())?;
    let most = if first.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(most), str::parse);
    let bits = bits.ok().filter(|bits| *bits <= most).ok_or_else(problem)?;
    Ok(vec![Network { first, bits }])
}

impl Network {
    fn has(self, address: IpAddr) -> bool {
        // A socket for both kinds shows IPv4 within IPv6.
        let (differing, width) = match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                (u128::from(first.to_bits() ^ address.to_bits()), 32)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => (first.to_bits() ^ address.to_bits(), 128),
            _ => return false,
        };
        differing.checked_shr(width - self.bits).unwrap_or(0) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(public_path: &PublicPath, peer: &str, forwarded: &[&str]) -> String {
        public_path.prefix(peer.parse().ok(), forwarded.iter().copied())
    }

    #[test]
    fn a_proxy_is_believed_only_if_it_is_on_the_list() {
        let listed = "127.0.0.1, 10.0.0.0/8, fd00::/8";
        let public_path = PublicPath::read(None, Some(listed)).unwrap();
        for peer in ["127.0.0.1", "10.200.3.4", "::ffff:10.0.0.1", "fd12::1"] {
            assert_eq!(
                prefix(&public_path, peer, &["/tasks-api/"]),
                "/tasks-api",
                "{peer}"
            );
        }
        for peer in ["127.0.0.2", "11.0.0.1", "::1", "fe80::1", ""] {
            assert_eq!(prefix(&public_path, peer, &["/tasks-api"]), "", "{peer}");
        }
        let anybody = PublicPath::read(None, Some("*")).unwrap();
        for peer in ["192.0.2.1", "2001:db8::1"] {
            assert_eq!(prefix(&anybody, peer, &["/a"]), "/a");
        }
    }

    #[test]
    fn the_setting_counts_where_no_proxy_says_anything_sane() {
        let url = Some("https://example.com/tasks-api/");
        let public_path = PublicPath::read(url, Some("127.0.0.1")).unwrap();
        for forwarded in [
            &[][..],
            &[""],
            &["/"],
            &["//evil.example"],
            &["https://evil.example"],
            &["/a b"],
            &["/a\\b"],
            &["/a?b"],
            &["a"],
            &["/\"><script>"],
        ] {
            assert_eq!(prefix(&public_path, "127.0.0.1", forwarded), "/tasks-api");
        }
        assert_eq!(
            prefix(&public_path, "127.0.0.1", &["/outer", "/inner"]),
            "/outer/inner"
        );
        assert_eq!(
            prefix(&public_path, "127.0.0.1", &["/outer, /inner"]),
            "/outer/inner"
        );
        assert_eq!(prefix(&public_path, "192.0.2.1", &["/x"]), "/tasks-api");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for proxies in [
            "proxy",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "10.0.0.1/x",
            "*,x",
        ] {
            assert!(PublicPath::read(None, Some(proxies)).is_err(), "{proxies}");
        }
        for url in [
            "example.com",
            "ftp://x/",
            "https://x/?a",
            "https://u@x/",
            "https://x//y",
        ] {
            assert!(PublicPath::read(Some(url), None).is_err(), "{url}");
        }
    }
}
