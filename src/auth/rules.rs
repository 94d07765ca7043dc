//! The rules that a parsed token must obey, in their order. `verify` stops at the first broken one, `explain` goes
//! through all of them. Both use this one list, so they cannot disagree.

use super::claims::Claims;
use super::foreign::{self, Trust};
use super::issuer;
use super::keys::algorithm::Algorithm;
use super::reason::Reason;
use super::refusal::{Fault, shown};
use super::token::Header;
use super::{Authenticator, Party};
use crate::clock::Timestamp;

/// A token that could be read, with everything that its rules look at.
pub(super) struct Seen<'a> {
    pub(super) auth: &'a Authenticator,
    pub(super) header: &'a Header,
    pub(super) algorithm: Algorithm,
    pub(super) claims: &'a Claims,
    pub(super) now: Timestamp,
}

type Rule = fn(&Seen<'_>) -> Result<(), Fault>;

/// Every rule but the signature, each with its name for `doctor`.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("crit", |seen| seen.header.no_extensions()),
    ("typ", |seen| seen.header.is_plain_jwt()),
    ("key configured", |seen| seen.verifiable()),
    ("purpose", |seen| foreign::refuse(seen.claims, seen.trust())),
    ("exp", |seen| seen.claims.expiry(seen.now).map(drop)),
    ("nbf", |seen| seen.claims.not_before(seen.now)),
    ("iat", |seen| seen.claims.issued_at(seen.now)),
    ("lifetime", |seen| {
        seen.claims.lifetime(seen.now, seen.auth.max_lifetime)
    }),
    ("iss", |seen| seen.party().map(drop)),
    ("aud", |seen| seen.addressed()),
    ("identity", |seen| seen.claims.identity().map(drop)),
];

impl Seen<'_> {
    /// The configuration decides which kind of key verifies which algorithm, never the token.
    pub(super) fn verifiable(&self) -> Result<(), Fault> {
        if self.algorithm == Algorithm::Hs256 {
            if self.auth.secrets.is_empty() {
                return Err(Fault::new(
                    Reason::NoSecretConfigured,
                    "the token is signed with HS256, but only public keys are configured",
                ));
            }
            return Ok(());
        }
        if self.auth.sources().next().is_some() {
            return Ok(());
        }
        let kid = self.header.kid.as_deref().unwrap_or("none");
        Err(Fault::new(
            Reason::NoKeysConfigured,
            format!(
                "the token is signed with {} by Better Auth's jwt plugin (kid {}), but no public keys are configured",
                shown(&self.header.alg),
                shown(kid)
            ),
        ))
    }

    /// The issuer that the token names: it decides whose keys are asked, so that no issuer can speak for another.
    pub(super) fn party(&self) -> Result<&Party, Fault> {
        let parties = &self.auth.parties;
        if let Some(any) = parties
            .iter()
            .find(|party| !party.issuer.names.is_checked())
        {
            return Ok(any);
        }
        let name = issuer::name_of(self.claims)?;
        parties
            .iter()
            .find(|party| party.issuer.names.accepts(name))
            .ok_or_else(|| issuer::unknown(name, parties.iter().map(|party| &party.issuer)))
    }

    /// Of a token whose issuer is not known, `aud` is judged by itself: that rule is not to blame for the other.
    fn addressed(&self) -> Result<(), Fault> {
        if let Ok(party) = self.party() {
            return party.issuer.addressed(self.claims);
        }
        let mut outcome = Ok(());
        for party in &self.auth.parties {
            match party.issuer.addressed(self.claims) {
                Ok(()) => return Ok(()),
                Err(fault) => outcome = outcome.and(Err(fault)),
            }
        }
        outcome
    }

    /// Whether an issuer's audiences are checked: of the token's, or of any where that is not known.
    pub(super) fn is_audience_checked(&self) -> bool {
        let is_checked = |party: &Party| party.issuer.audiences.is_checked();
        self.party()
            .map_or_else(|_| self.auth.parties.iter().any(is_checked), is_checked)
    }

    fn trust(&self) -> Trust {
        let bound =
            |party: &Party| party.issuer.names.is_checked() && party.issuer.audiences.is_checked();
        Trust {
            secret: self.algorithm == Algorithm::Hs256,
            bound: self.auth.parties.iter().all(bound),
        }
    }
}
