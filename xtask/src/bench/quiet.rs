//! Whether others use the machine. A figure that was taken beside a compiler says little, so a measurement
//! waits for quiet, and says how quiet it was.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::step::Outcome;

/// Busier than this, and a measurement waits.
const BUSY: f64 = 0.08;
const LOOK: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(6);

/// What the machine's cores have done since it was started, in ticks of 10 ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cores {
    busy: u64,
    /// Taken away by the host of a virtual machine.
    stolen: u64,
    all: u64,
}

impl Cores {
    pub(super) fn now() -> Outcome<Self> {
        let text =
            fs::read_to_string("/proc/stat").map_err(|error| format!("/proc/stat: {error}"))?;
        let line = text.lines().next().unwrap_or_default();
        let numbers: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .filter_map(|number| number.parse().ok())
            .collect();
        // proc(5): user nice system idle iowait irq softirq steal; guest time is part of user time.
        let [user, nice, system, idle, io_wait, irq, soft_irq, steal, ..] = numbers[..] else {
            return Err("/proc/stat is not as expected".to_owned());
        };
        let busy = user + nice + system + irq + soft_irq;
        Ok(Self {
            busy,
            stolen: steal,
            all: busy + idle + io_wait + steal,
        })
    }

    /// The share of all cores that went to anything but `ours`, and to other virtual machines.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(super) fn others_since(self, before: Self, ours: Duration) -> f64 {
        let all = (self.all - before.all).max(1) as f64;
        let busy = (self.busy - before.busy) as f64;
        let stolen = self.stolen.saturating_sub(before.stolen) as f64;
        ((busy + stolen - ours.as_secs_f64() * 100.0) / all).max(0.0)
    }
}

/// Returns as soon as nobody else is busy, or after a few seconds.
pub(super) fn wait_for_quiet() -> Outcome {
    let end = Instant::now() + LONGEST_WAIT;
    loop {
        let before = Cores::now()?;
        sleep(LOOK);
        let busy = Cores::now()?.others_since(before, Duration::ZERO);
        if busy < BUSY || Instant::now() > end {
            return Ok(());
        }
    }
}
