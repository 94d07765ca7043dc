//! A key set (RFC 7517 §5): from the document to keys by `kid`. One unusable key does not affect the others.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::algorithm::Algorithm;
use super::jwk::PublicKey;

/// Most keys that are kept of one set.
const MAX_KEYS: usize = 1000;

/// The usable keys of one issuer.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    keys: Vec<PublicKey>,
    by_kid: HashMap<String, usize>,
    /// Why other keys of the document are not used.
    pub(super) skipped: Vec<String>,
}

/// What the key set says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignatureCheck {
    Good,
    BadSignature,
    /// No key of this `kid`; or, for a token without `kid`, no key that fits its algorithm.
    UnknownKey,
    /// The key is for other algorithms.
    Misfit,
    /// The token has no `kid`, and several keys would fit.
    Ambiguous,
}

impl KeySet {
    /// Reads the document; the error says why it is not a key set at all.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let document: Value = serde_json::from_slice(body)
            .map_err(|error| format!("the answer is not JSON ({error})"))?;
        let Some(Value::Array(keys)) = document.get("keys") else {
            return Err("the answer has no list named keys".to_owned());
        };
        let mut set = Self::default();
        for (place, jwk) in keys.iter().enumerate() {
            let taken = if set.keys.len() < MAX_KEYS {
                PublicKey::read(jwk).and_then(|key| set.add(key))
            } else {
                Err(format!("more than {MAX_KEYS} keys"))
            };
            if let Err(problem) = taken {
                set.skipped.push(format!("key {place}: {problem}"));
            }
        }
        Ok(set)
    }

    fn add(&mut self, key: PublicKey) -> Result<(), String> {
        if let Some(kid) = &key.kid {
            match self.by_kid.entry(kid.clone()) {
                Entry::Occupied(_) => return Err("its kid is taken by an earlier key".to_owned()),
                Entry::Vacant(entry) => entry.insert(self.keys.len()),
            };
        }
        self.keys.push(key);
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The names of all algorithms in use, each once.
    pub(super) fn algorithms(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self
            .keys
            .iter()
            .flat_map(PublicKey::algorithms)
            .map(Algorithm::name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Asks the key of this `kid`; without one, the only key that fits the algorithm.
    pub(super) fn verify(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> SignatureCheck {
        let key = if let Some(kid) = kid {
            self.by_kid.get(kid).map(|place| &self.keys[*place])
        } else {
            let fits = |key: &&PublicKey| key.algorithms().any(|own| own == algorithm);
            let mut fitting = self.keys.iter().filter(fits);
            let first = fitting.next();
            if fitting.next().is_some() {
                return SignatureCheck::Ambiguous;
            }
            first
        };
        match key.map(|key| key.verify(algorithm, message, signature)) {
            None => SignatureCheck::UnknownKey,
            Some(None) => SignatureCheck::Misfit,
            Some(Some(false)) => SignatureCheck::BadSignature,
            Some(Some(true)) => SignatureCheck::Good,
        }
    }
}
