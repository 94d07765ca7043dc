//! Ids: of users, of spaces, of tasks and of lists. Each is a type of its own, so none can be mistaken for another.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// The identity that a verified token names: opaque text, compared byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UserId(Arc<str>);

impl UserId {
    /// Longest identity, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Takes 1 to 255 characters without control characters; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.chars().count());
        (fits && !text.chars().any(char::is_control)).then(|| Self(text.into()))
    }

    /// A value from the store, which was checked before.
    pub(crate) fn stored(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The space of this person's own tasks.
    pub fn space(&self) -> SpaceId {
        SpaceId(self.0.clone())
    }

    pub(crate) fn as_arc(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where tasks are: the key that leads every table. A person's own space has the person's identity as its id; but
/// a space is no person, and who did something in it is said apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SpaceId(Arc<str>);

impl SpaceId {
    /// One that was checked before it was stored.
    pub(crate) fn stored(text: &str) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text, shared: for a statement that outlives the request.
    pub(crate) fn as_arc(&self) -> Arc<str> {
        self.0.clone()
    }
}

macro_rules! names {
    ($($(#[$about:meta])* $id:ident),+) => {
        $(
            $(#[$about])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $id(pub Uuid);

            impl $id {
                /// Reads the hyphenated form of RFC 9562 §4, in either case; `None` for anything else.
                pub fn parse(text: &str) -> Option<Self> {
                    if text.len() != Hyphenated::LENGTH {
                        return None;
                    }
                    Uuid::try_parse(text).ok().map(Self)
                }
            }

            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )+
    };
}

names! {
    /// The name of a task, unique among those of its space.
    TaskId,
    /// The name of a list, unique among those of its space.
    ListId
}
