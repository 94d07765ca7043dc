//! Random rules that come out the same each time.

use jiff::civil::{Date, date};
use tickbox_recurrence::Rule;

pub(crate) struct Dice(u64);

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `end` (`SplitMix64`).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end).unwrap()).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn number(&mut self, most: usize) -> i64 {
        i64::try_from(self.below(most)).unwrap() + 1
    }

    /// More often than others a day at which calendars are odd.
    pub(crate) fn start(&mut self) -> Date {
        let year = i16::try_from(1995 + self.below(40)).unwrap();
        match self.below(10) {
            0 => date(year / 4 * 4, 2, 29),
            1 => date(year, 12, 28).saturating_add(jiff::Span::new().days(self.number(9))),
            2 => date(year, 1, 1).last_of_month(),
            _ => date(year, 1, 1).saturating_add(jiff::Span::new().days(self.number(365) - 1)),
        }
    }

    fn list(&mut self, most: usize, from_end: bool) -> String {
        let longest = 1 + self.below(4);
        let length = 1 + self.below(longest);
        let item = |dice: &mut Self| match dice.number(most) {
            number if from_end && dice.chance(30) => -number.min(8),
            number => number,
        };
        let items: Vec<_> = (0..length).map(|_| item(self).to_string()).collect();
        items.join(",")
    }

    fn days(&mut self, most: usize) -> String {
        let longest = 1 + self.below(5);
        let length = 1 + self.below(longest);
        let with_numbers = most > 0 && self.chance(50);
        let item = |dice: &mut Self| {
            let name = DAYS[dice.below(7)];
            match dice.number(most.max(1)) {
                number if with_numbers && dice.chance(35) => format!("-{number}{name}"),
                number if with_numbers => format!("{number}{name}"),
                _ => name.to_owned(),
            }
        };
        let items: Vec<_> = (0..length).map(|_| item(self)).collect();
        items.join(",")
    }

    /// A rule as it may be written, for a first day; some have an end.
    pub(crate) fn rule(&mut self, start: Date) -> String {
        loop {
            let text = self.text(start);
            if Rule::parse(&text).is_ok() {
                return text;
            }
        }
    }

    fn text(&mut self, start: Date) -> String {
        let frequency = self.below(4);
        let name = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][frequency];
        let mut text = format!("FREQ={name}");
        let mut add = |part: &str, value: String| text.extend([";", part, "=", &value]);
        match self.below(10) {
            0..6 => {}
            6..9 => add("INTERVAL", self.number(5).to_string()),
            _ => add("INTERVAL", self.number(40).to_string()),
        }
        // In percent, for each frequency.
        let chances = [
            ("BYMONTH", [25, 20, 20, 40]),
            ("BYWEEKNO", [0, 0, 0, 20]),
            ("BYYEARDAY", [0, 0, 0, 15]),
            ("BYMONTHDAY", [30, 0, 40, 30]),
            ("BYDAY", [30, 70, 50, 40]),
            ("BYSETPOS", [0, 20, 25, 20]),
            ("WKST", [10, 40, 10, 30]),
        ];
        for (part, percent) in chances {
            if !self.chance(percent[frequency]) {
                continue;
            }
            let value = match part {
                "BYMONTH" => self.list(12, false),
                "BYWEEKNO" => self.list(53, true),
                "BYYEARDAY" => self.list(366, true),
                "BYMONTHDAY" => self.list(31, true),
                "BYDAY" => self.days([0, 0, 5, 53][frequency]),
                "BYSETPOS" => self.list(4, true),
                _ => DAYS[self.below(7)].to_owned(),
            };
            add(part, value);
        }
        match self.below(8) {
            0 => add("COUNT", self.number(12).to_string()),
            1 => {
                let end = start.saturating_add(jiff::Span::new().days(self.number(2000)));
                add("UNTIL", end.strftime("%Y%m%d").to_string());
            }
            _ => {}
        }
        text
    }
}
