//! The tasks that a filter selects when something is done to all of them.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::filter::Asked;

/// How many rows are loaded at a time to find them.
pub const MATCHING_STEP: usize = 1000;

/// A filter at a moment, and how many tasks it may select.
#[derive(Clone, Debug)]
pub struct Matching(Arc<Meant>);

#[derive(Debug)]
struct Meant {
    /// Its identity: the filter and the zone as they were sent.
    texts: [String; 2],
    asked: Asked,
    most: usize,
}

impl Matching {
    pub fn new(texts: [String; 2], asked: Asked, most: usize) -> Self {
        Self(Arc::new(Meant { texts, asked, most }))
    }

    pub fn asked(&self) -> &Asked {
        &self.0.asked
    }

    pub fn most(&self) -> usize {
        self.0.most
    }
}

/// The moment is that of the work.
impl PartialEq for Matching {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.texts, self.0.most) == (&other.0.texts, other.0.most)
    }
}

impl Eq for Matching {}

impl Hash for Matching {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.0.texts, self.0.most).hash(state);
    }
}
