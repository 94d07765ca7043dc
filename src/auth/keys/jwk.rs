//! One public key of a key set: from its JWK (RFC 7517) to a parsed key that verifies, pinned to its algorithms.

use aws_lc_rs::signature::{
    self, EcdsaVerificationAlgorithm, ParsedPublicKey, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::algorithm::Algorithm;

/// Longest `kid`, in bytes, that is kept or looked up.
pub(in crate::auth) const MAX_KID_BYTES: usize = 255;

/// Bits of an RSA modulus that are accepted.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A key that verifies signatures, of its own algorithms only.
#[derive(Debug)]
pub(in crate::auth) struct PublicKey {
    pub(in crate::auth) kid: Option<String>,
    /// One entry, or two for an RSA key that does not name its algorithm.
    verifiers: Vec<(Algorithm, ParsedPublicKey)>,
}

/// The members that matter here; `x5c`, `x5u` and the like are never read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<serde::de::IgnoredAny>,
}

impl PublicKey {
    /// Reads one member of `keys`; the error says why this key cannot be used.
    pub(in crate::auth) fn read(jwk: &Value) -> Result<Self, String> {
        if !jwk.is_object() {
            return Err("it is not a JSON object".to_owned());
        }
        let jwk = Jwk::deserialize(jwk).map_err(|error| error.to_string())?;
        if jwk
            .kid
            .as_ref()
            .is_some_and(|kid| kid.len() > MAX_KID_BYTES)
        {
            return Err(format!("its kid is longer than {MAX_KID_BYTES} bytes"));
        }
        if jwk.d.is_some() {
            return Err("it contains its private part, which the whole world can now use".into());
        }
        if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err("its use is not sig".into());
        }
        let may_verify = |operations: &Vec<String>| operations.iter().any(|it| it == "verify");
        if !jwk.key_ops.as_ref().is_none_or(may_verify) {
            return Err("its key_ops lack verify".into());
        }
        let verifiers = match jwk.kty.as_str() {
            "OKP" => jwk.edwards()?,
            "EC" => jwk.elliptic()?,
            "RSA" => jwk.rsa()?,
            "oct" => return Err("it is a shared secret, which has no place in a key set".into()),
            other => return Err(format!("its kty {other:?} is not supported")),
        };
        Ok(Self {
            kid: jwk.kid,
            verifiers,
        })
    }

    /// The algorithms that this key may verify.
    pub(in crate::auth) fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.verifiers.iter().map(|(algorithm, _)| *algorithm)
    }

    /// `None` if the key is not for this algorithm, else whether the signature is good.
    pub(in crate::auth) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let (_, key) = self.verifiers.iter().find(|(own, _)| *own == algorithm)?;
        Some(key.verify_sig(message, signature).is_ok())
    }
}

impl Jwk {
    /// The algorithm that the key names, if any; one that does not fit its kind makes the key unusable.
    fn named(&self, fits: &[Algorithm]) -> Result<Option<Algorithm>, String> {
        let Some(name) = &self.alg else {
            return Ok(None);
        };
        match Algorithm::parse(name) {
            Some(algorithm) if fits.contains(&algorithm) => Ok(Some(algorithm)),
            _ => Err(format!("its alg {name:?} does not fit its kind of key")),
        }
    }

    fn no_curve(&self) -> String {
        let curve = self.crv.as_deref().unwrap_or_default();
        format!("its curve {curve:?} is not supported")
    }

    fn edwards(&self) -> Result<Vec<(Algorithm, ParsedPublicKey)>, String> {
        if self.crv.as_deref() != Some("Ed25519") {
            return Err(self.no_curve());
        }
        self.named(&[Algorithm::Ed25519])?;
        let x = bytes("x", self.x.as_deref())?;
        let key = ParsedPublicKey::new(&signature::ED25519, &x)
            .map_err(|_| "its x is not an Ed25519 key")?;
        Ok(vec![(Algorithm::Ed25519, key)])
    }

    fn elliptic(&self) -> Result<Vec<(Algorithm, ParsedPublicKey)>, String> {
        let (algorithm, verifier, size): (_, &EcdsaVerificationAlgorithm, _) =
            match self.crv.as_deref() {
                Some("P-256") => (Algorithm::Es256, &signature::ECDSA_P256_SHA256_FIXED, 32),
                Some("P-384") => (Algorithm::Es384, &signature::ECDSA_P384_SHA384_FIXED, 48),
                Some("P-521") => (Algorithm::Es512, &signature::ECDSA_P521_SHA512_FIXED, 66),
                _ => return Err(self.no_curve()),
            };
        self.named(&[algorithm])?;
        let (x, y) = (
            bytes("x", self.x.as_deref())?,
            bytes("y", self.y.as_deref())?,
        );
        // Full-length coordinates are required by RFC 7518 §6.2.1.2; 4 marks an uncompressed point (SEC 1 §2.3.3).
        if x.len() != size || y.len() != size {
            return Err("a coordinate has the wrong length".into());
        }
        let point = [&[4], x.as_slice(), &y].concat();
        let key =
            ParsedPublicKey::new(verifier, point).map_err(|_| "its point is not on the curve")?;
        Ok(vec![(algorithm, key)])
    }

    /// A key without `alg` may verify what Better Auth signs with RSA keys: RS256 and PS256.
    fn rsa(&self) -> Result<Vec<(Algorithm, ParsedPublicKey)>, String> {
        use Algorithm::{Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let named = self.named(&[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512])?;
        let (n, e) = (
            bytes("n", self.n.as_deref())?,
            bytes("e", self.e.as_deref())?,
        );
        let (n, e) = (without_leading_zeros(&n), without_leading_zeros(&e));
        let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(format!("its modulus has {bits} bits, not 2048 to 8192"));
        }
        if e.len() > 4 || e.last().is_none_or(|byte| byte % 2 == 0) || e == [1] {
            return Err("its exponent is not an odd number from 3 to 2^32".into());
        }
        let algorithms = named.map_or(vec![Rs256, Ps256], |algorithm| vec![algorithm]);
        algorithms
            .into_iter()
            .filter_map(|algorithm| Some((algorithm, algorithm.rsa()?)))
            .map(|(algorithm, parameters)| {
                RsaPublicKeyComponents { n, e }
                    .to_parsed_public_key(parameters)
                    .map(|key| (algorithm, key))
                    .map_err(|_| "its n and e are not an RSA key".to_owned())
            })
            .collect()
    }
}

fn bytes(member: &str, text: Option<&str>) -> Result<Vec<u8>, String> {
    let text = text.ok_or_else(|| format!("its {member} is missing"))?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| format!("its {member} is not base64url"))
}

/// RFC 7518 forbids leading zeros; some encoders write the sign byte of ASN.1 all the same, and it changes nothing.
fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}
