//! The credential of a request: exactly one `Authorization: Bearer` header. What it says is read in `token`.

use axum::http::{HeaderMap, header};

use super::reason::Reason;
use super::refusal::Fault;
use super::token::MAX_BYTES;

/// The token as it was sent. No header, another scheme or nothing after the scheme is no token at all.
pub(super) fn read(headers: &HeaderMap) -> Result<&str, Fault> {
    let missing = || Fault::new(Reason::MissingToken, "");
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(missing)?;
    if values.next().is_some() {
        return Err(Fault::new(
            Reason::SeveralHeaders,
            "the request has several Authorization headers",
        ));
    }
    if value.len() > MAX_BYTES {
        return Err(Fault::new(
            Reason::TooLarge,
            format!(
                "Authorization has {} bytes, at most {MAX_BYTES} are read",
                value.len()
            ),
        ));
    }
    // Faster than `to_str`; what is not ASCII fails as a token anyway.
    let text = str::from_utf8(value.as_bytes())
        .map_err(|_| Fault::new(Reason::MalformedToken, "Authorization is not text"))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let token = token.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(missing());
    }
    Ok(token)
}
