//! The claims of a token, and the rules of time and identity. Issuer and audience are in `issuer`, other kinds of
//! tokens in `foreign`. Only the signature proves that the claims are genuine.

use std::time::Duration;

use serde_json::{Map, Value};

use super::reason::Reason;
use super::refusal::Fault;
use super::token;
use crate::clock::Timestamp;
use crate::domain::UserId;

/// How far the clocks of two servers may differ. It does not apply to `exp`: a token expires at `exp`.
const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// How far in the future, beyond the skew, `iat` may lie.
const IAT_AHEAD: Duration = Duration::from_mins(5);

/// 2001-01-01: an earlier `exp` is a duration that was taken for a date.
const YEAR_2001: Timestamp = Timestamp::from_micros(978_307_200_000_000);

/// Seconds since 1970 that no honest `exp` reaches (the year 5138): above, it is in milliseconds.
const SECONDS_OR_MILLISECONDS: f64 = 1e11;

/// Longest e-mail address that is passed on, in bytes (RFC 3696, erratum 1690).
const MAX_EMAIL_BYTES: usize = 254;

/// The claims of a token, each name once.
#[derive(Clone, Debug)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        token::object("claims", text).map(Self)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// `exp`: required, and not reached yet.
    pub(super) fn expiry(&self, now: Timestamp) -> Result<Timestamp, Fault> {
        let exp = self.moment("exp")?.ok_or_else(|| missing("exp", ""))?;
        if exp > now {
            return Ok(exp);
        }
        if exp < YEAR_2001 {
            let detail = format!("exp is {exp}, the token was never valid");
            return Err(Fault::new(Reason::ExpBefore2001, detail));
        }
        let detail = format!("the token expired at {exp}, it is now {now}");
        Err(Fault::new(Reason::TokenExpired, detail))
    }

    /// Refuses a token that lives longer than `most`, from its `iat` or from now.
    pub(super) fn lifetime(&self, now: Timestamp, most: Duration) -> Result<(), Fault> {
        let Some(exp) = self.moment("exp")? else {
            return Ok(());
        };
        let too_long = |from: Timestamp, most: Duration| exp > from.plus(most);
        let from_iat = self.moment("iat")?.is_some_and(|iat| too_long(iat, most));
        if !from_iat && !too_long(now, most + CLOCK_SKEW) {
            return Ok(());
        }
        let milliseconds = self
            .get("exp")
            .and_then(Value::as_f64)
            .is_some_and(|seconds| seconds > SECONDS_OR_MILLISECONDS);
        let detail = if milliseconds {
            "exp is thousands of years ahead: it looks like milliseconds, exp wants seconds (Math.floor(Date.now() / 1000))".to_owned()
        } else {
            format!(
                "the token lives longer than JWT_MAX_LIFETIME ({} s): sign shorter ones (jwt.expirationTime), or raise JWT_MAX_LIFETIME",
                most.as_secs()
            )
        };
        Err(Fault::new(Reason::LifetimeTooLong, detail))
    }

    /// `nbf`: if present, not in the future.
    pub(super) fn not_before(&self, now: Timestamp) -> Result<(), Fault> {
        match self.moment("nbf")? {
            Some(nbf) if nbf > now.plus(CLOCK_SKEW) => Err(Fault::new(
                Reason::NotYetValid,
                format!("the token is not valid before {nbf}, it is now {now}"),
            )),
            _ => Ok(()),
        }
    }

    /// `iat`: if present, not in the future.
    pub(super) fn issued_at(&self, now: Timestamp) -> Result<(), Fault> {
        match self.moment("iat")? {
            Some(iat) if iat > now.plus(CLOCK_SKEW + IAT_AHEAD) => Err(Fault::new(
                Reason::IssuedInFuture,
                format!("the token was issued at {iat}, it is now {now}"),
            )),
            _ => Ok(()),
        }
    }

    /// `sub`, or `user_id` where there is no `sub`. Any further fallback (`userId`, `id`) would make a login of the
    /// token in an e-mail link.
    pub(super) fn identity(&self) -> Result<UserId, Fault> {
        let (sub, user_id) = (self.text("sub")?, self.text("user_id")?);
        let id = match (sub, user_id) {
            (Some(sub), Some(user_id)) if sub != user_id => {
                return Err(Fault::new(
                    Reason::IdentityConflict,
                    "sub and user_id name different users",
                ));
            }
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => {
                return Err(Fault::new(
                    Reason::IdentityMissing,
                    "the token has no sub (nor user_id)",
                ));
            }
        };
        UserId::parse(id).ok_or_else(|| {
            Fault::new(
                Reason::IdentityInvalid,
                format!(
                    "the identity of {} characters is not acceptable",
                    id.chars().count()
                ),
            )
        })
    }

    /// The address to show; display data, so an odd one is left out rather than refused.
    pub(super) fn email(&self) -> Option<String> {
        let email = self.get("email")?.as_str()?;
        let fits = (1..=MAX_EMAIL_BYTES).contains(&email.len());
        (fits && !email.chars().any(char::is_control)).then(|| email.to_owned())
    }

    /// A claim that must be a text if it is there.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(malformed(name, "a text", other)),
        }
    }

    /// A `NumericDate` (RFC 7519 §2): seconds since 1970, fractions allowed.
    fn moment(&self, name: &'static str) -> Result<Option<Timestamp>, Fault> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let seconds = value
            .as_f64()
            .ok_or_else(|| malformed(name, "a number of seconds", value))?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "clamped to the years 1 to 9999, where the fraction of a microsecond is of no interest"
        )]
        let micros = (seconds * 1e6).clamp(-6.2e16, 2.534e17) as i64;
        Ok(Some(Timestamp::from_micros(micros).min(Timestamp::MAX)))
    }
}

/// A claim that must be there; `hint` says more, or nothing.
pub(super) fn missing(name: &str, hint: &str) -> Fault {
    Fault::new(
        Reason::ClaimMissing,
        format!("the token has no {name}{hint}"),
    )
}

/// A claim of the wrong kind; its value is not shown, only its kind.
pub(super) fn malformed(name: &str, wanted: &str, found: &Value) -> Fault {
    let kind = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Fault::new(
        Reason::ClaimMalformed,
        format!("{name} is {kind}, it must be {wanted}"),
    )
}
