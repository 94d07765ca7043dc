//! Bodies of requests and answers: how they arrive, how they are read, and what they mean.

pub(super) mod input;
pub(super) mod json;
pub(super) mod leftover;
pub(super) mod meaning;
pub(super) mod occasion;
pub(super) mod place;
pub(super) mod strict;
