//! TLS to PostgreSQL with the meanings of libpq's `sslmode` (PostgreSQL manual, "SSL Support"): `require`
//! encrypts, `verify-ca` and `verify-full` also check who is at the other end.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
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
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
