//! The stable names of every refusal, each with what to do about it. Which rule gives which reason is decided where the
//! rule is.

/// Declares the reasons once: variant, stable code, what to do about it, and what any caller may be told.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $cure:expr, $hint:expr;)+) => {
        /// Why a token was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)+
        }

        impl Reason {
            /// Every reason, in the order in which the rules are tried.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code: a log field, a metric label, `error.details.reason`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What to change, on whichever side; empty where the finding itself says it.
            pub fn cure(self) -> &'static str {
                match self { $(Self::$name => $cure,)+ }
            }

            /// Words that any caller may read after "Invalid token"; they tell nothing of our settings or keys.
            pub(super) fn public_hint(self) -> Option<&'static str> {
                match self { $(Self::$name => $hint,)+ }
            }
        }
    };
}

const SEND_A_JWT: &str = "call GET /api/auth/token (jwt plugin) and send the token it answers";
const HINT_SEND_A_JWT: Option<&str> =
    Some("send a JWT from GET /api/auth/token, not a session token or cookie");

reasons! {
    /// No `Authorization: Bearer` header.
    MissingToken = "missing_token", "send the header Authorization: Bearer <JWT>; no other scheme is read", None;
    SeveralHeaders = "several_authorization_headers", "send exactly one Authorization header", Some("send exactly one Authorization header");
    TooLarge = "token_too_large", "take fields out of the token (definePayload)", Some("it is larger than 8 KiB");
    OpaqueSession = "opaque_session_token", SEND_A_JWT, HINT_SEND_A_JWT;
    SignedSession = "signed_session_token", SEND_A_JWT, HINT_SEND_A_JWT;
    SessionCacheCookie = "session_cache_cookie", SEND_A_JWT, HINT_SEND_A_JWT;
    EncryptedToken = "encrypted_token", SEND_A_JWT, HINT_SEND_A_JWT;
    NotAJwt = "not_a_jwt", SEND_A_JWT, Some("it is not a JWT");
    MalformedToken = "malformed_token", "", Some("it is not a well-formed JWT");
    DuplicateName = "duplicate_name", "each name may stand only once in the header and in the claims", Some("it is not a well-formed JWT");
    /// `alg` is `none`, or one that no Better Auth server issues.
    AlgorithmRefused = "algorithm_refused", "use EdDSA, ES256/384/512, RS256/384/512, PS256/384/512, or HS256 with BETTER_AUTH_SECRET", None;
    CriticalHeader = "critical_header", "take crit out of the token's header", None;
    ForeignType = "foreign_type", "send a token from GET /api/auth/token; its typ is absent or JWT", Some("its typ is not JWT");
    NoKeysConfigured = "no_keys_configured", "set BETTER_AUTH_URL (or JWKS_URL), so that this server can fetch the public keys", None;
    NoSecretConfigured = "no_secret_configured", "Better Auth's jwt plugin never signs HS256; if a route of yours signs tokens itself, set BETTER_AUTH_SECRET to its secret", None;
    /// The session cookie's cache in its JWT form.
    SessionCacheToken = "session_cache_token", SEND_A_JWT, HINT_SEND_A_JWT;
    /// The token in a link of an e-mail: it proves a mailbox, not a login.
    MailToken = "email_verification_token", "sign in, then send a token from GET /api/auth/token", Some("it is not a login token");
    ForeignPurpose = "foreign_purpose", "sign login tokens without type and purpose, or set JWT_ISSUER and JWT_AUDIENCE and put both into the token", Some("it is not a login token");
    ClaimMissing = "claim_missing", "", None;
    ClaimMalformed = "claim_malformed", "", None;
    TokenExpired = "token_expired", "get a new one from GET /api/auth/token", None;
    ExpBefore2001 = "exp_before_2001", "jwt.expirationTime wants a string such as '7d': a number is an absolute time", None;
    LifetimeTooLong = "lifetime_too_long", "", None;
    NotYetValid = "not_yet_valid", "compare the clocks of both servers", None;
    IssuedInFuture = "issued_in_the_future", "compare the clocks of both servers; iat is in seconds", None;
    IssuerMismatch = "issuer_mismatch", "", None;
    AudienceMismatch = "audience_mismatch", "", None;
    IdentityMissing = "identity_missing", "put the user's id into sub; id, userId and email are never an identity", None;
    IdentityConflict = "identity_conflict", "put the same id into sub and user_id, or leave user_id out", None;
    IdentityInvalid = "identity_invalid", "an identity is a text of 1 to 255 characters without control characters", None;
    /// 503: no key set could be loaded yet, or the last good one is too old.
    KeysUnavailable = "keys_unavailable", "", None;
    KeyIdMissing = "key_id_missing", "put the key's kid into the token's header", None;
    UnknownKey = "unknown_key", "the key was withdrawn, or the token is from another server; get a new token from GET /api/auth/token", None;
    KeyMismatch = "algorithm_does_not_fit_key", "a key verifies only the algorithm that it was made for", None;
    BadSignature = "bad_signature", "", None;
    /// Opt-in sessions: the Better Auth server does not know it (any more).
    SessionUnknown = "session_unknown", "sign in again; raw session tokens also need Better Auth's bearer plugin", Some("the session is over or unknown");
    /// 503: the Better Auth server could not be asked.
    SessionsUnavailable = "sessions_unavailable", "", None;
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for code in codes {
            assert!(
                code.bytes()
                    .all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit()),
                "{code}"
            );
        }
    }
}
