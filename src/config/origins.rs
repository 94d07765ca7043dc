//! Which web pages may call from a browser, and how the list of them is read. Which headers a browser gets is
//! decided in `http`.

use axum::http::HeaderValue;
use url::{Host, Url};

/// Schemes under which no page has an origin of its own (WHATWG URL, "origin"; WHATWG HTML, "opaque origin"),
/// or that no page is loaded by.
const NEVER_SENT: [&str; 8] = [
    "about",
    "blob",
    "data",
    "file",
    "ftp",
    "javascript",
    "ws",
    "wss",
];

/// The origins on the list of `ALLOWED_ORIGINS`.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    exact: Vec<HeaderValue>,
    patterns: Vec<Pattern>,
    /// `*`, which is possible outside production only.
    any: bool,
}

/// `https://*.example.app`: what stands before the star, and what behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    scheme: String,
    /// With the dot at its start, and with the port if there is one.
    rest: String,
}

impl Origins {
    pub fn new(exact: Vec<HeaderValue>, any: bool) -> Self {
        Self {
            exact,
            any,
            ..Self::default()
        }
    }

    /// Reads a comma-separated list; the error follows the variable's name.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut read = Self::default();
        let entries = list.split(',').map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            if entry == "*" {
                read.any = true;
                continue;
            }
            let origin = normal_form(entry)?;
            match origin.split_once("://*") {
                Some((scheme, rest)) => read.patterns.push(Pattern {
                    scheme: format!("{scheme}://"),
                    rest: rest.to_owned(),
                }),
                None => read
                    .exact
                    .push(HeaderValue::from_str(&origin).map_err(|_| not_an_origin(entry))?),
            }
        }
        Ok(read)
    }

    /// Whether no page at all may call.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty() && !self.any
    }

    /// Whether every page may call.
    pub fn is_any(&self) -> bool {
        self.any
    }

    /// Whether there is a `*`, alone or in a name: pages that nobody has named may call.
    pub fn has_star(&self) -> bool {
        self.any || !self.patterns.is_empty()
    }

    pub fn allows(&self, origin: &HeaderValue) -> bool {
        let matches = |pattern: &Pattern| origin.to_str().is_ok_and(|text| pattern.matches(text));
        self.any || self.exact.contains(origin) || self.patterns.iter().any(matches)
    }
}

impl Pattern {
    /// One or more whole labels stand for the star; the bare domain has none.
    fn matches(&self, origin: &str) -> bool {
        let label = |label: &str| {
            let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let mut bytes = label.bytes();
            !label.is_empty() && bytes.all(|byte| known(byte) || matches!(byte, b'-' | b'_'))
        };
        let host = origin.strip_prefix(&self.scheme);
        let labels = host.and_then(|host| host.strip_suffix(&self.rest));
        labels.is_some_and(|labels| labels.split('.').all(label))
    }
}

fn not_an_origin(text: &str) -> String {
    format!("names {text:?}, which is not an origin: scheme, host and port, without a path")
}

/// An origin as a browser sends it (RFC 6454 §6.2): scheme, host, port unless it is the scheme's own.
fn normal_form(text: &str) -> Result<String, String> {
    let problem = || not_an_origin(text);
    let written = text.split_once("://").ok_or_else(problem)?;
    let star = written.1.starts_with("*.");
    if text.bytes().filter(|byte| *byte == b'*').count() > usize::from(star) {
        let rule = "a * can only be all of the left-most part of a host name";
        return Err(format!("names {text:?}: {rule}"));
    }
    let url = Url::parse(text).map_err(|_| problem())?;
    let bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.port() != Some(0);
    let host = url.host().filter(|_| bare).ok_or_else(problem)?;
    let scheme = url.scheme();
    if NEVER_SENT.contains(&scheme) {
        let cause = format!("no browser ever sends an origin that begins with {scheme}:");
        return Err(format!("names {text:?}, which could never match: {cause}"));
    }
    if star {
        check_pattern(text, &host)?;
    }
    let port = url
        .port()
        .map_or_else(String::new, |port| format!(":{port}"));
    Ok(format!("{scheme}://{host}{port}"))
}

/// `*.com` would be everybody, and `*.localhost` nobody.
fn check_pattern<S: AsRef<str> + ToString>(text: &str, host: &Host<S>) -> Result<(), String> {
    let parts = match host {
        Host::Domain(name) => name
            .as_ref()
            .split('.')
            .skip(1)
            .filter(|part| !part.is_empty()),
        Host::Ipv4(_) | Host::Ipv6(_) => return Err(not_an_origin(text)),
    };
    if parts.count() < 2 {
        let rule = "after the * a name must have at least two more parts";
        return Err(format!("names {text:?}: {rule}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(list: &str, origin: &str) -> bool {
        let origins = Origins::parse(list).unwrap();
        origins.allows(&HeaderValue::from_str(origin).unwrap())
    }

    #[test]
    fn an_origin_is_read_as_a_browser_sends_it() {
        for (listed, sent) in [
            ("https://app.example.com", "https://app.example.com"),
            (" https://app.example.com/ ,", "https://app.example.com"),
            ("HTTPS://App.Example.com:443", "https://app.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("tauri://localhost", "tauri://localhost"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("ionic://localhost:8100", "ionic://localhost:8100"),
            ("app://.", "app://."),
            (
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            ),
            (
                "safari-web-extension://E2B8C3A5-0000-4000-8000-000000000000",
                "safari-web-extension://E2B8C3A5-0000-4000-8000-000000000000",
            ),
        ] {
            assert!(allows(listed, sent), "{listed}");
            assert!(!allows(listed, "https://evil.example"), "{listed}");
        }
    }

    #[test]
    fn a_star_stands_for_one_or_more_whole_parts() {
        let list = "https://*.vercel.app, http://*.dev.example:8080";
        for sent in [
            "https://my-app.vercel.app",
            "https://my-app-git-main_x.team.vercel.app",
            "http://a.dev.example:8080",
        ] {
            assert!(allows(list, sent), "{sent}");
        }
        for sent in [
            "https://vercel.app",
            "https://.vercel.app",
            "https://a..vercel.app",
            "http://my-app.vercel.app",
            "https://my-app.vercel.app:8443",
            "https://my-app.vercel.app.evil.example",
            "https://evilvercel.app",
            "https://evil.example/.vercel.app",
            "https://evil.example:80.vercel.app",
            "https://evil.example#.vercel.app",
            "https://user@.vercel.app",
            "https://A.vercel.app",
            "http://a.dev.example",
            "https://*.vercel.app",
            "null",
        ] {
            assert!(!allows(list, sent), "{sent}");
        }
    }

    #[test]
    fn what_could_never_match_is_no_origin() {
        for text in [
            "app.example.com",
            "localhost:3000",
            "null",
            "https:app.example.com",
            "https://",
            "tauri://",
            "tauri://localhost/index.html",
            "https://a.example/path",
            "https://a.example?x",
            "https://a.example/#x",
            "https://user@a.example",
            "https://user:word@a.example",
            "https://a.example:0",
            "https://a.example:65536",
            "http://localhost:*",
            "https://*",
            "https://*.com",
            "https://*.localhost:3000",
            "https://*.1.2.3.4",
            "https://a.*.example.com",
            "https://a*.example.com",
            "https://*.*.example.com",
            "https://**.example.com",
            "*://a.example",
            "*.example.com",
            "file://localhost",
            "ws://localhost:3000",
            "data://x",
            "[\"https://a.example\"]",
        ] {
            assert!(Origins::parse(text).is_err(), "{text}");
        }
    }
}
