//! Tokens that other parts of a Better Auth app sign with the same secret or keys, and that are not logins.
//! Anyone who can read such a token (in a mail, a cookie, a link) must not become its user by it.

use serde_json::Value;

use super::claims::Claims;
use super::reason::Reason;
use super::refusal::Fault;

/// What is known about where a token may come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trust {
    /// Signed with the shared secret, as mail links and cookies are.
    pub(super) secret: bool,
    /// Both `iss` and `aud` are checked: then the token was meant for this server.
    pub(super) bound: bool,
}

/// Refuses what is known not to be a login.
pub(super) fn refuse(claims: &Claims, trust: Trust) -> Result<(), Fault> {
    let is_object = |name| claims.get(name).is_some_and(Value::is_object);
    if is_object("session") && is_object("user") {
        return Err(Fault::new(
            Reason::SessionCacheToken,
            "this is the session_data cookie (its cache of session and user), not a login token",
        ));
    }
    if !trust.secret {
        return Ok(());
    }
    // Better Auth 1.3 names the mailbox alone, newer ones the user too.
    let of_a_mail = |name| matches!(name, "email" | "userId" | "iat" | "exp");
    let mail_only = claims.get("email").is_some() && claims.names().all(of_a_mail);
    if mail_only || claims.get("updateTo").is_some() || claims.get("requestType").is_some() {
        return Err(Fault::new(
            Reason::MailToken,
            "this is the token of an e-mail link (verification or change of address), not a login token",
        ));
    }
    let purpose = ["type", "purpose"]
        .into_iter()
        .find(|name| claims.get(name).is_some());
    match purpose {
        Some(name) if !trust.bound => Err(Fault::new(
            Reason::ForeignPurpose,
            format!("the token has the claim {name}, so it was made for some other purpose"),
        )),
        _ => Ok(()),
    }
}
