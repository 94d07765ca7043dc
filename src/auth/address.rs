//! Addresses of Better Auth servers and key sets: which are acceptable, and what follows from them. Nothing is fetched here.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use url::{Host, Url};

/// Where a key set is read from.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Address {
    Web(Url),
    File(PathBuf),
}

impl Address {
    /// `http:` and `https:` URLs, `file:` URLs, or a path. The error follows a variable's name in a sentence.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        match url.scheme() {
            "file" => url
                .to_file_path()
                .map(Self::File)
                .map_err(|()| "is not the URL of a local file".to_owned()),
            "http" | "https" => {
                no_credentials(&url)?;
                Ok(Self::Web(url))
            }
            other => Err(format!(
                "has the scheme {other}: only https, http and file are read"
            )),
        }
    }

    /// The address without its query, which may hold a key of the operator's.
    fn shown(&self) -> String {
        match self {
            Self::Web(url) => {
                let mut url = url.clone();
                url.set_query(None);
                url.set_fragment(None);
                url.into()
            }
            Self::File(path) => path.display().to_string(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

fn no_credentials(url: &Url) -> Result<(), String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err("contains a user name or password, which would end up in logs".to_owned())
}

/// The public base URL of a Better Auth server, as in its `baseURL`.
#[derive(Clone, Debug)]
pub(super) struct BaseUrl(Url);

impl BaseUrl {
    /// The error follows a variable's name in a sentence.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("is not an http or https URL".to_owned());
        }
        no_credentials(&url)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("has a query or a fragment".to_owned());
        }
        Ok(Self(url))
    }

    /// What Better Auth writes into `iss` and `aud` unless told otherwise: no path, no trailing slash.
    pub(super) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Better Auth's rule: a path in the base URL replaces the default path `/api/auth`.
    pub(super) fn endpoint(&self, name: &str) -> Url {
        let own = self.0.path().trim_matches('/');
        let base = if own.is_empty() { "api/auth" } else { own };
        let mut url = self.0.clone();
        url.set_path(&format!("/{base}/{name}"));
        url
    }
}

/// Whether plain http is safe enough: this machine, or a network that the internet cannot route to.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_private_v4(ip),
        Some(Host::Ipv6(ip)) => is_private_v6(ip),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            // A single label, such as the name of a container, never resolves in the public DNS.
            !name.contains('.')
                || [".localhost", ".local", ".internal"]
                    .iter()
                    .any(|suffix| name.ends_with(suffix))
        }
        None => false,
    }
}

/// Loopback, RFC 1918, and the shared space of RFC 6598 that overlay networks use.
fn is_private_v4(ip: Ipv4Addr) -> bool {
    let shared = ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1]);
    ip.is_loopback() || ip.is_private() || shared
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    match ip.to_ipv4_mapped() {
        Some(ip) => is_private_v4(ip),
        None => ip.is_loopback() || ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_base_url_replaces_api_auth() {
        for (base, keys, origin) in [
            (
                "https://a.example",
                "https://a.example/api/auth/jwks",
                "https://a.example",
            ),
            (
                "https://a.example/",
                "https://a.example/api/auth/jwks",
                "https://a.example",
            ),
            (
                "https://a.example:443//",
                "https://a.example/api/auth/jwks",
                "https://a.example",
            ),
            (
                "https://A.example/some/path/",
                "https://a.example/some/path/jwks",
                "https://a.example",
            ),
            (
                "http://localhost:3000/auth",
                "http://localhost:3000/auth/jwks",
                "http://localhost:3000",
            ),
        ] {
            let base = BaseUrl::parse(base).unwrap();
            assert_eq!(base.endpoint("jwks").as_str(), keys);
            assert_eq!(base.origin(), origin);
        }
        for base in [
            "a.example",
            "ftp://a.example",
            "https://u:p@a.example",
            "https://a.example?x",
        ] {
            assert!(BaseUrl::parse(base).is_err(), "{base}");
        }
    }

    #[test]
    fn plain_http_is_for_local_networks() {
        for (url, local) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.1", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:80", true),
            ("http://[::ffff:10.0.0.1]", true),
            ("http://[fd00::1]", true),
            ("http://frontend:3000", true),
            ("http://10.1.2.3", true),
            ("http://172.20.0.5", true),
            ("http://192.168.1.1", true),
            ("http://100.100.1.1", true),
            ("http://auth.local", true),
            ("http://host.docker.internal:3000", true),
            ("http://172.32.0.5", false),
            ("http://8.8.8.8", false),
            ("http://0x08.8.8.8", false),
            ("http://169.254.169.254", false),
            ("http://[2001:db8::1]", false),
            ("http://app.example.com", false),
            ("http://localhost.example.com", false),
            ("http://internal.example", false),
        ] {
            assert_eq!(is_local(&Url::parse(url).unwrap()), local, "{url}");
        }
    }

    #[test]
    fn a_key_set_may_be_a_file_but_has_no_password() {
        let file = |path: &str| Ok(Address::File(path.into()));
        assert_eq!(Address::parse("keys/jwks.json"), file("keys/jwks.json"));
        assert_eq!(
            Address::parse("file:///etc/jwks.json"),
            file("/etc/jwks.json")
        );
        assert!(Address::parse("https://u:p@a.example/jwks").is_err());
        assert!(Address::parse("ftp://a.example/jwks").is_err());
        let secret = Address::parse("https://a.example/jwks?key=s3cret").unwrap();
        assert_eq!(
            format!("{secret} {secret:?}"),
            "https://a.example/jwks https://a.example/jwks"
        );
    }
}
