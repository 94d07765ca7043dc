//! The yardstick: `pgbench` with the statements of `bench/yardstick`, on a database of their own with
//! tables of their own, and nothing else between it and PostgreSQL.

use xtask::step::{root, step};

use crate::Outcome;
use crate::stage::Stage;

/// The best of these is taken.
const CLIENTS: [u32; 4] = [4, 8, 16, 32];

const FULL: &str = "yardstick_full";
const COPY: &str = "yardstick";

pub(crate) struct Yardstick<'a>(&'a Stage);

impl<'a> Yardstick<'a> {
    /// Makes the tables, and fills them.
    pub(crate) fn load(stage: &'a Stage) -> Outcome<Self> {
        let load = || {
            stage.cluster.copy("template1", FULL)?;
            for file in ["schema", "fill"] {
                stage.cluster.run(FULL, &["--file", &path(file)])?;
            }
            stage.cluster.settle(FULL)
        };
        step("load 100000 tasks, pgbench", load)?;
        Ok(Self(stage))
    }

    pub(crate) fn refresh(&self) -> Outcome {
        self.0.cluster.copy(FULL, COPY)
    }

    /// Transactions per second.
    pub(crate) fn run(&self, deed: &str) -> Outcome<f64> {
        let seconds = self.0.options.seconds();
        let mut best = 0.0_f64;
        for clients in CLIENTS {
            let clients = format!("--client={clients}");
            let how = ["--no-vacuum", "--protocol=prepared", "--jobs=2", &clients];
            let what = [&format!("--time={seconds}"), "--file", &path(deed)];
            let output = self.0.cluster.pgbench(COPY, &[&how[..], &what].concat())?;
            let rate = output.lines().find_map(|line| line.strip_prefix("tps = "));
            let rate = rate.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            best = best.max(rate.ok_or_else(|| format!("pgbench says: {output}"))?);
        }
        Ok(best)
    }
}

fn path(name: &str) -> String {
    root()
        .join(format!("bench/yardstick/{name}.sql"))
        .display()
        .to_string()
}
