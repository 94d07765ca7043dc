//! What is generated from a list of members: the type that holds them all, the type of a change, reading, writing and
//! comparing.

/// For [`crate::domain::content::members`] and the like.
macro_rules! define {
    ($(#[$about:meta])* $content:ident of $id:ty, $patch:ident; $($name:ident: $type:ty),+ $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $content {
            $(pub $name: $type),+
        }

        /// Some members with new values, or with those that were replaced. A member that is `None` is not meant.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $patch {
            $(pub $name: Option<$type>,)+
            /// A change that needs the present value to become a new value.
            pub merge: Merge,
        }

        impl $content {
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// The members that callers write.
            pub fn written_names() -> Vec<&'static str> {
                let all = [$((stringify!($name), <$type as Member>::IS_READ_ONLY)),+];
                all.into_iter().filter_map(|(name, is_read_only)| (!is_read_only).then_some(name)).collect()
            }

            /// For the OpenAPI document: name, schema, and whether it must be said of a new task or is always told.
            pub fn schemas(side: Side) -> Vec<(&'static str, Schema, bool)> {
                let mut schemas = Vec::new();
                $(if side != Side::Request || !<$type as Member>::IS_READ_ONLY {
                    let unsaid = <$type as Member>::unsaid();
                    let is_always_there = match side {
                        Side::Request => unsaid.is_none(),
                        Side::Answer => !unsaid.is_some_and(|value| value.is_left_out()),
                        Side::History => false,
                    };
                    schemas.push((stringify!($name), <$type as Member>::schema(side), is_always_there));
                })+
                schemas
            }

            /// The content of a new task.
            pub fn read(object: &Object<'_>, faults: &mut Faults) -> Option<Self> {
                $(let $name = match <$type as Member>::unsaid() {
                    None => faults.require(object, stringify!($name), <$type as Member>::read),
                    Some(unsaid) if <$type as Member>::IS_READ_ONLY => Some(unsaid),
                    Some(unsaid) => faults
                        .read(object, stringify!($name), <$type as Member>::read)
                        .or(Some(unsaid)),
                };)+
                Some(Self { $($name: $name?),+ })
            }
        }

        #[cfg(test)]
        impl $content {
            /// That of a new one, read from a body that is valid.
            pub(crate) fn parsed(json: &str) -> Self {
                let object = Object::parse(json.as_bytes(), &[Self::NAMES]).unwrap();
                let mut faults = Faults::default();
                let content = Self::read(&object, &mut faults);
                faults.finish(content).unwrap()
            }
        }

        impl RecordContent for $content {
            type Id = $id;
            type Patch = $patch;

            fn says_the_same(&self, other: &Self) -> bool {
                $((<$type as Member>::IS_READ_ONLY || self.$name == other.$name))&&+
            }

            fn change(&mut self, patch: &$patch) {
                $(if let Some(new) = &patch.$name {
                    self.$name.clone_from(new);
                })+
            }

            fn replaced_by(&self, new: &Self) -> $patch {
                $patch {
                    $($name: (self.$name != new.$name).then(|| self.$name.clone()),)+
                    merge: Merge::default(),
                }
            }

            fn write(&self, json: &mut Vec<u8>) {
                $(if !self.$name.is_left_out() {
                    json.extend_from_slice(concat!(",\"", stringify!($name), "\":").as_bytes());
                    self.$name.write(json);
                })+
            }
        }

        impl $patch {
            pub fn read(object: &Object<'_>, faults: &mut Faults) -> Self {
                Self {
                    $($name: if <$type as Member>::IS_READ_ONLY {
                        None
                    } else {
                        faults.read(object, stringify!($name), <$type as Member>::read)
                    },)+
                    merge: Merge::default(),
                }
            }

            fn read_stored(object: &Object<'_>, faults: &mut Faults) -> Self {
                Self {
                    $($name: faults.read(object, stringify!($name), <$type as Member>::stored),)+
                    merge: Merge::default(),
                }
            }

            /// Reads back what [`RecordPatch::write`] has written.
            pub fn stored(json: &str) -> Result<Self, Vec<Fault>> {
                let object = Object::parse(json.as_bytes(), &[$content::NAMES]);
                let mut faults = Faults::default();
                let patch = object
                    .ok()
                    .map(|object| Self::read_stored(&object, &mut faults));
                faults.finish(patch)
            }
        }

        impl RecordPatch for $patch {
            fn meets(&self, other: &Self) -> bool {
                $((self.$name.is_some() && other.$name.is_some()))||+
            }

            fn fill(&mut self, later: &Self) {
                $(if self.$name.is_none() {
                    self.$name.clone_from(&later.$name);
                })+
            }

            fn write(&self, json: &mut Vec<u8>) {
                json.push(b'{');
                let start = json.len();
                $(if let Some(value) = &self.$name {
                    if json.len() > start {
                        json.push(b',');
                    }
                    json.extend_from_slice(concat!("\"", stringify!($name), "\":").as_bytes());
                    value.write(json);
                })+
                json.push(b'}');
            }
        }
    };
}
pub(in crate::domain) use define;
