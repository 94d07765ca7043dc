//! Ids for records of other programs: derived from their ids there, so that the same record always has the same id.

use aws_lc_rs::digest::{Context, SHA256};
use uuid::{Builder, Uuid};

/// A `UUIDv8` by SHA-256 (RFC 9562, appendix B.2). Each part is hashed with its length, so that they cannot be mixed
/// up.
pub(super) fn id_of(parts: &[&str]) -> Uuid {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let digest = context.finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
