//! Bodies of requests and responses: how they arrive, how they are parsed, and what they mean.

pub(super) mod input;
pub(super) mod json;
pub(super) mod leftover;
pub(super) mod length;
pub(super) mod meaning;
pub(super) mod occasion;
pub(super) mod place;
pub(super) mod strict;
