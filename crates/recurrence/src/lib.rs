//! Days that come back by a rule (RRULE, RFC 5545 §3.3.10): which rules there are, and on which days of the calendar
//! something is due by one. What is due, who does it and what is done about it, is not known here.
//!
//! A [`Rule`] is read from text, and with its first occurrence becomes a [`Series`]. All arithmetic is on civil days: an
//! occurrence has the time of day of the first one, whatever the clocks of a zone do in between. A zone is asked only for
//! the one thing that needs it, an `UNTIL` in UTC, and is handed over by the caller.
//!
//! ```
//! use jiff::civil::date;
//! use tickbox_recurrence::{Rule, Series, Start};
//!
//! let rule = Rule::parse("FREQ=MONTHLY;BYDAY=-1FR")?;
//! let series = Series::new(&rule, &Start::Day(date(2026, 11, 27)), &[])?;
//! assert_eq!(series.next_after(date(2026, 11, 27))?, Some(date(2026, 12, 25)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where the RFC leaves something open, this is what holds here:
//!
//! - The first occurrence is one, also where it does not obey the rule, and `COUNT` counts it.
//! - What a rule does not say and needs comes from the first occurrence, as RFC 8984 §4.3.3.1 says it: `YEARLY` with
//!   `BYMONTHDAY` alone is in the month of the first, `BYWEEKNO` without days is on its weekday.
//! - With `BYWEEKNO` a year is one of weeks: its first days can be in December before, and `INTERVAL` counts such years.
//! - `BYSETPOS` counts from the beginning of a period, not from the first occurrence in it.
//! - `COUNT` counts days that are excluded, too.
//! - `UNTIL` as a day takes in all of that day. As a time it is compared with the times of the occurrences, and the one in
//!   UTC with their instants if they have a zone. Beside occurrences without a time only its day counts; beside those
//!   without a zone the one in UTC is read as a time of their clock.
//!
//! A rule that gives no day behind the first is an error, and so is one whose next day takes more work to find than
//! [`MOST_WORK`]: see there.

mod days;
mod error;
mod parse;
mod pattern;
mod rule;
mod series;
mod walk;

pub use error::{Fault, Mistake};
pub use rule::{Frequency, NthDay, Rule, Until};
pub use series::{Series, Start};
pub use walk::MOST_WORK;
