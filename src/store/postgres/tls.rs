//! TLS to PostgreSQL with the meanings of libpq's `sslmode` (PostgreSQL manual, "SSL Support"): `require`
//! encrypts, `verify-ca` and `verify-full` also check who is at the other end.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

use crate::error::Cause;

/// What is checked of the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verify {
    /// `disable`, `prefer`, `require`: nothing. With `channel_binding=require` a password login still
    /// cannot be relayed.
    Nothing,
    /// `verify-ca`: its chain. `verify-full`: its chain and its name.
    Chain {
        name: bool,
        /// A PEM file instead of the system's roots.
        roots: Option<String>,
    },
}

/// Takes out of the URL what the driver does not know. The part before the query is left as it is:
/// with several hosts it is no URL to a parser of URLs.
pub(super) fn split_ssl_parameters(url: &str) -> (String, Verify) {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut mode = None;
    let mut roots = None;
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            // asyncpg has the short name for the same values.
            "sslmode" | "ssl" => _ = mode.get_or_insert(value.into_owned()),
            // As in libpq: the system's roots are for checking all there is to check.
            "sslrootcert" if value == "system" => mode = Some("verify-full".to_owned()),
            "sslrootcert" => roots = Some(value.into_owned()),
            name => _ = rest.append_pair(name, &value),
        }
    }
    let verify = match mode.as_deref() {
        Some("verify-ca") => Verify::Chain { name: false, roots },
        Some("verify-full") => Verify::Chain { name: true, roots },
        // As in libpq: a root certificate asks for its use.
        Some("require" | "true") if roots.is_some() => Verify::Chain { name: false, roots },
        _ => Verify::Nothing,
    };
    if let Some(mode) = mode.as_deref() {
        let known = match mode {
            "verify-ca" | "verify-full" | "true" => "require",
            "allow" => "prefer",
            other => other,
        };
        rest.append_pair("sslmode", known);
    }
    // The driver percent-decodes, but does not know `+` for a blank.
    let rest = rest.finish().replace('+', "%20");
    let separator = if rest.is_empty() { "" } else { "?" };
    (format!("{base}{separator}{rest}"), verify)
}

pub(super) fn connector(verify: Verify) -> Result<MakeRustlsConnect, Cause> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let config = match verify {
        Verify::Chain { name: true, roots } => config.with_root_certificates(load_roots(roots)?),
        Verify::Chain { name: false, roots } => {
            let chain = chain_verifier(roots, provider)?;
            dangerous(
                config,
                AnyName {
                    chain: Some(chain),
                    algorithms,
                },
            )
        }
        Verify::Nothing => dangerous(
            config,
            AnyName {
                chain: None,
                algorithms,
            },
        ),
    };
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}

type Builder = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;
type Verified = rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>;

fn dangerous(config: Builder, verifier: AnyName) -> Verified {
    config
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
}

fn chain_verifier(
    roots: Option<String>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Cause> {
    let roots = Arc::new(load_roots(roots)?);
    Ok(WebPkiServerVerifier::builder_with_provider(roots, provider).build()?)
}

fn load_roots(file: Option<String>) -> Result<RootCertStore, Cause> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = file {
        for certificate in CertificateDer::pem_file_iter(Path::new(&file))? {
            roots.add(certificate?)?;
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err("no root certificates to verify the database server with: set sslrootcert in DATABASE_URL".into());
    }
    Ok(roots)
}

/// Accepts a certificate whatever name it is for, and without a chain to check whoever signed it.
#[derive(Debug)]
struct AnyName {
    chain: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        // The chain is checked before the name is.
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.algorithms;
        let verdict =
            rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms);
        match (verdict, key_of(certificate)) {
            // A certificate of version 1, as Citus makes itself one, has a key as well, and more is not wanted of it.
            (Err(rustls::Error::InvalidCertificate(_)), Some(key)) if self.chain.is_none() => {
                let key = SubjectPublicKeyInfoDer::from(key);
                rustls::crypto::verify_tls13_signature_with_raw_key(
                    message, &key, signature, algorithms,
                )
            }
            (verdict, _) => verdict,
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The key in a certificate of whichever version (RFC 5280, section 4.1): it is the sixth part of what is signed, not
/// counting the version, which the first one has not.
fn key_of(certificate: &[u8]) -> Option<&[u8]> {
    const VERSION: u8 = 0xa0;
    let (signed, _) = element(certificate)?;
    let (mut parts, _) = element(content(signed)?)?;
    parts = content(parts)?;
    if parts.first() == Some(&VERSION) {
        (_, parts) = element(parts)?;
    }
    for _ in 0..5 {
        (_, parts) = element(parts)?;
    }
    Some(element(parts)?.0)
}

/// The first element of DER, whole, and what comes behind it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, length) = head(der)?;
    der.split_at_checked(head.checked_add(length)?)
}

fn content(element: &[u8]) -> Option<&[u8]> {
    element.get(head(element)?.0..)
}

/// How long an element's tag and length are, and its content.
fn head(der: &[u8]) -> Option<(usize, usize)> {
    let first = *der.get(1)?;
    if first < 0x80 {
        return Some((2, first.into()));
    }
    let digits = der.get(2..2 + usize::from(first & 0x7f))?;
    if digits.len() > 4 {
        return None;
    }
    let length = digits
        .iter()
        .fold(0, |length, digit| length << 8 | usize::from(*digit));
    Some((2 + digits.len(), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], &content].concat()
    }

    /// Without its version, and without what the first one has not.
    fn of_version_1(certificate: &[u8]) -> Vec<u8> {
        let signed = content(element(certificate).unwrap().0).unwrap();
        let (inner, signature) = element(signed).unwrap();
        let mut rest = element(content(inner).unwrap()).unwrap().1;
        let mut parts = Vec::new();
        for _ in 0..6 {
            let part;
            (part, rest) = element(rest).unwrap();
            parts.push(part);
        }
        in_element(0x30, &[&in_element(0x30, &parts), signature])
    }

    #[test]
    fn the_key_of_a_certificate_is_found_and_nonsense_has_none() {
        let key = rcgen::KeyPair::generate().unwrap();
        let names = ["localhost".to_owned()];
        let parameters = rcgen::CertificateParams::new(names).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let der = certificate.der();
        let expected = rcgen::PublicKeyData::subject_public_key_info(&key);
        assert_eq!(key_of(der), Some(&*expected));
        let first = of_version_1(der);
        assert_eq!(key_of(&first), Some(&*expected));
        for length in 0..200 {
            assert_eq!(key_of(&der[..length]), None);
        }
        for byte in 0..=u8::MAX {
            for place in 0..der.len() {
                let mut other = der.to_vec();
                other[place] = byte;
                key_of(&other);
            }
        }
    }

    #[test]
    fn the_driver_gets_what_it_knows_and_we_keep_the_rest() {
        const BASE: &str = "postgres://u:p%40@a:5432,b:5433/d";
        let chain = |name, roots: Option<&str>| Verify::Chain {
            name,
            roots: roots.map(str::to_owned),
        };
        for (query, driver, verify) in [
            ("", "", Verify::Nothing),
            (
                "?sslmode=require&channel_binding=require",
                "?channel_binding=require&sslmode=require",
                Verify::Nothing,
            ),
            (
                "?sslmode=verify-full",
                "?sslmode=require",
                chain(true, None),
            ),
            (
                "?sslmode=verify-full&sslrootcert=system",
                "?sslmode=require",
                chain(true, None),
            ),
            (
                "?sslmode=verify-ca&sslrootcert=ca.pem",
                "?sslmode=require",
                chain(false, Some("ca.pem")),
            ),
            (
                "?sslmode=require&sslrootcert=ca.pem",
                "?sslmode=require",
                chain(false, Some("ca.pem")),
            ),
            ("?sslmode=allow", "?sslmode=prefer", Verify::Nothing),
            ("?ssl=require", "?sslmode=require", Verify::Nothing),
            (
                "?options=-c%20a%3Db",
                "?options=-c%20a%3Db",
                Verify::Nothing,
            ),
            (
                "?target_session_attrs=read-write",
                "?target_session_attrs=read-write",
                Verify::Nothing,
            ),
        ] {
            let split = split_ssl_parameters(&format!("{BASE}{query}"));
            assert_eq!(split, (format!("{BASE}{driver}"), verify), "{query}");
        }
    }
}
