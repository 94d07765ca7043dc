//! The TLS side of a test cluster: an authority of its own, a certificate for loopback, and the
//! rules that let the program's role in only over TLS and with a SCRAM password.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::postgres::{ROLE, give_away};

/// The file in the data directory that a client needs to know the server by.
pub(crate) const AUTHORITY: &str = "authority.crt";

/// A server's certificate and key, and its authority's certificate, as PEM.
pub(crate) struct Certificate {
    authority: String,
    server: String,
    key: String,
}

impl Certificate {
    pub(crate) fn issue() -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // A name of its own: a server whose issuer has the server's name would pass as self-signed.
        authority
            .distinguished_name
            .push(DnType::CommonName, "tickbox test authority");
        let authority = CertifiedIssuer::self_signed(authority, new_key());
        let authority = authority.expect("an authority can sign itself");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let server = CertificateParams::new(names).expect("loopback names are valid");
        let key = new_key();
        let server = server
            .signed_by(&key, &authority)
            .expect("the authority can sign");
        Self {
            authority: authority.pem(),
            server: server.pem(),
            key: key.serialize_pem(),
        }
    }

    pub(crate) fn install(&self, data: &Path) -> io::Result<()> {
        let rules = format!(
            "host all postgres 127.0.0.1/32 trust\nhostssl all {ROLE} 127.0.0.1/32 scram-sha-256\n"
        );
        let settings = "\nssl = on\npassword_encryption = 'scram-sha-256'\n";
        let main = data.join("postgresql.conf");
        let settings = fs::read_to_string(&main)? + settings;
        fs::write(&main, settings)?;
        fs::write(data.join("pg_hba.conf"), rules)?;
        fs::write(data.join(AUTHORITY), &self.authority)?;
        fs::write(data.join("server.crt"), &self.server)?;
        let key = data.join("server.key");
        fs::write(&key, &self.key)?;
        // PostgreSQL refuses a key that others may read.
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        give_away(&key);
        give_away(&data.join("server.crt"));
        Ok(())
    }
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}
