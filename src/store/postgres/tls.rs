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
use url::Url;

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

/// Takes out of the URL what the driver does not know.
pub(super) fn split_ssl_parameters(url: &str) -> Result<(String, Verify), Cause> {
    let mut url = Url::parse(url)?;
    let mut mode = None;
    let mut roots = None;
    let mut others = Vec::new();
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" => mode = Some(value.into_owned()),
            "sslrootcert" => roots = Some(value.into_owned()).filter(|path| path != "system"),
            _ => others.push((name.into_owned(), value.into_owned())),
        }
    }
    let verify = match mode.as_deref() {
        Some("verify-ca") => Verify::Chain { name: false, roots },
        Some("verify-full") => Verify::Chain { name: true, roots },
        // As in libpq: a root certificate asks for its use.
        Some("require") if roots.is_some() => Verify::Chain { name: false, roots },
        _ => Verify::Nothing,
    };
    if let (Verify::Chain { .. }, Some(mode)) = (&verify, &mut mode) {
        "require".clone_into(mode);
    }
    let mode = mode.map(|mode| match mode.as_str() {
        "allow" => "prefer".to_owned(),
        _ => mode,
    });
    url.set_query(None);
    let rest = mode
        .map(|mode| ("sslmode".to_owned(), mode))
        .into_iter()
        .chain(others);
    let rest: Vec<_> = rest.collect();
    if !rest.is_empty() {
        url.query_pairs_mut().extend_pairs(rest);
    }
    // The driver percent-decodes, but does not know `+` for a blank.
    let query = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(query.as_deref());
    Ok((url.into(), verify))
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
        let split = |query: &str| {
            let (url, verify) =
                split_ssl_parameters(&format!("postgres://u:p%40@h/d{query}")).unwrap();
            (
                url.trim_start_matches("postgres://u:p%40@h/d").to_owned(),
                verify,
            )
        };
        let chain = |name, roots: Option<&str>| Verify::Chain {
            name,
            roots: roots.map(str::to_owned),
        };
        assert_eq!(split(""), (String::new(), Verify::Nothing));
        assert_eq!(
            split("?sslmode=require&channel_binding=require"),
            (
                "?sslmode=require&channel_binding=require".into(),
                Verify::Nothing
            )
        );
        assert_eq!(
            split("?sslmode=verify-full"),
            ("?sslmode=require".into(), chain(true, None))
        );
        assert_eq!(
            split("?sslmode=verify-ca&sslrootcert=ca.pem"),
            ("?sslmode=require".into(), chain(false, Some("ca.pem")))
        );
        assert_eq!(
            split("?sslmode=allow"),
            ("?sslmode=prefer".into(), Verify::Nothing)
        );
        assert_eq!(
            split("?options=-c%20a%3Db").0,
            "?options=-c%20a%3Db",
            "a blank stays one that the driver understands"
        );
    }
}
