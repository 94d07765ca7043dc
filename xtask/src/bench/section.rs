//! The list of sections: parts of the measurement that can be asked for alone, each with its findings and its place
//! in the report. What each does is in `sections`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::plot::Plot;
use super::results::{Circumstances, Keeper, Record};
use super::sections::{
    connections, latency, log, safety, scale, size, start, streams, throughput, tls,
};
use super::stage::Stage;
use crate::step::Outcome;

/// What a section has found.
pub(super) trait Found: Serialize + DeserializeOwned {
    /// As Markdown, below the heading of the section.
    fn describe(&self) -> String;

    fn plots(&self) -> Vec<Plot> {
        Vec::new()
    }
}

/// Makes the list: a name, the module that measures it, its heading, and what it is about.
macro_rules! sections {
    ($($name:ident $module:ident $title:literal $about:literal)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Section { $($name),+ }

        impl Section {
            pub(super) const ALL: [Self; 0 $(+ { let _ = Self::$name; 1 })+] = [$(Self::$name),+];

            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($module)),+ }
            }

            pub(super) fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            pub(super) fn about(self) -> &'static str {
                match self { $(Self::$name => $about),+ }
            }

            /// Measures it, and keeps what was found.
            pub(super) fn measure(self, stage: &Stage, keeper: &Keeper) -> Outcome {
                match self {
                    $(Self::$name => {
                        let found = $module::measure(stage)?;
                        keeper.keep(self.name(), stage, found)
                    })+
                }
            }
        }

        /// What is kept, of each section that was measured.
        pub(super) struct Results {
            $(pub(super) $module: Option<Record<$module::Findings>>),+
        }

        impl Results {
            pub(super) fn read(keeper: &Keeper) -> Self {
                Self { $($module: keeper.read(stringify!($module))),+ }
            }

            pub(super) fn tell(&self, section: Section) -> Option<Told<'_>> {
                match section {
                    $(Section::$name => self.$module.as_ref().map(|record| Told {
                        circumstances: &record.circumstances,
                        text: record.found.describe(),
                        plots: record.found.plots(),
                    })),+
                }
            }
        }
    };
}

sections! {
    Throughput throughput "Throughput, latency and CPU time at full load"
        "get, list, complete, create; pgbench, FastAPI, PocketBase beside them"
    Latency latency "Latency against offered load"
        "get and create at fixed rates, from 10% to 100% of what is possible"
    Start start "Start, memory, token, binary"
        "what one start costs, and what an idle server has"
    Connections connections "10,000 open connections"
        "10,000 open ones, 500 of them active: errors and memory"
    Streams streams "5,000 open event streams"
        "5,000 of events: their memory, what they cost others; from a write to its event"
    Log log "What the change log costs"
        "the change log: creates with and without it, a user with a long one, reading it"
    Size size "Cost against size"
        "one user with up to a million tasks: pages, counts, the whole list"
    Safety safety "What safety costs"
        "what ETag, If-Match and Idempotency-Key cost"
    Tls tls "PostgreSQL over TLS"
        "PostgreSQL over TLS: get and create, pgbench beside them"
    Scale scale "Ten million tasks of a million users"
        "ten million tasks: get and list against 100,000 (10 minutes, 10 GB of disk)"
}

/// A section in the report.
pub(super) struct Told<'a> {
    pub(super) circumstances: &'a Circumstances,
    pub(super) text: String,
    pub(super) plots: Vec<Plot>,
}

impl Section {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }

    /// Whether it is measured where nothing is said: one takes too long for that.
    pub(super) fn is_usual(self) -> bool {
        self != Self::Scale
    }
}
