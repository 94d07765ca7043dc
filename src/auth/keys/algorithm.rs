//! The signature algorithms that are accepted, by their JOSE names. Which one a key may use is decided in `jwk`.

use aws_lc_rs::signature::{self, RsaParameters};

/// A JOSE signature algorithm (RFC 7518 §3, RFC 8037, RFC 9864).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::auth) enum Algorithm {
    Hs256,
    /// Ed25519 under either of its names: `EdDSA`, or `Ed25519` (RFC 9864).
    Ed25519,
    Es256,
    Es384,
    Es512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
}

impl Algorithm {
    /// Exact names only: JOSE names are case-sensitive.
    pub(in crate::auth) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::Hs256,
            "EdDSA" | "Ed25519" => Self::Ed25519,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "ES512" => Self::Es512,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            _ => return None,
        })
    }

    pub(in crate::auth) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Ed25519 => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
        }
    }

    /// How an RSA key verifies this algorithm; `None` if it is not one of RSA.
    pub(super) fn rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Self::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            Self::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
            Self::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
            Self::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
            Self::Hs256 | Self::Ed25519 | Self::Es256 | Self::Es384 | Self::Es512 => return None,
        })
    }
}
