//! Why a connection failed before a request was sent: whether it was TLS.

use std::error::Error;
use std::io;

/// How a TLS handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handshake {
    /// The other side has a certificate, and it is not good here.
    Untrusted,
    /// What came is no TLS, or not of a kind that is spoken here.
    NotUnderstood,
}

impl Handshake {
    /// Of a connection by TLS that could not be made; `None` where it was not for TLS.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(fault) = error.downcast_ref::<rustls::Error>() {
            let is_untrusted = matches!(fault, rustls::Error::InvalidCertificate(_));
            return Some(if is_untrusted {
                Self::Untrusted
            } else {
                Self::NotUnderstood
            });
        }
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) {
            return Some(Self::NotUnderstood);
        }
        // What such an error holds is not what it names as its source, but that one's source.
        match io.and_then(io::Error::get_ref) {
            Some(held) => Self::of(held),
            None => Self::of(error.source()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::{CertificateError, InvalidMessage};

    use super::*;

    #[test]
    fn a_handshake_is_found_below_what_was_made_of_it() {
        let below = |fault: rustls::Error| io::Error::other(io::Error::other(fault));
        let untrusted = rustls::Error::InvalidCertificate(CertificateError::Expired);
        assert_eq!(Handshake::of(&below(untrusted)), Some(Handshake::Untrusted));
        let strange = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
        assert_eq!(
            Handshake::of(&below(strange)),
            Some(Handshake::NotUnderstood)
        );
        let ended = io::Error::new(io::ErrorKind::UnexpectedEof, "tls handshake eof");
        assert_eq!(
            Handshake::of(&io::Error::other(ended)),
            Some(Handshake::NotUnderstood)
        );
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(Handshake::of(&io::Error::other(refused)), None);
    }
}
