//! Converts the recurrences of other programs to rules of RFC 5545.

use serde_json::Value;

/// The pattern and the range of a `patternedRecurrence` of Microsoft Graph.
pub(super) fn of_graph(recurrence: &Value) -> Option<String> {
    let (pattern, range) = (&recurrence["pattern"], &recurrence["range"]);
    let number = |json: &Value| json.as_u64().filter(|number| *number > 0);
    let days = || {
        let names = pattern["daysOfWeek"].as_array()?.iter();
        let days: Option<Vec<_>> = names.map(|name| day(name.as_str()?)).collect();
        days.filter(|days| !days.is_empty())
            .map(|days| days.join(","))
    };
    let month = || number(&pattern["month"]);
    // Where a month is shorter, its last day is meant.
    let day_of_month = || match number(&pattern["dayOfMonth"])? {
        day @ 1..=28 => Some(format!("BYMONTHDAY={day}")),
        31 => Some("BYMONTHDAY=-1".to_owned()),
        day @ (29 | 30) => {
            let all: Vec<_> = (28..=day).map(|day| day.to_string()).collect();
            Some(format!("BYMONTHDAY={};BYSETPOS=-1", all.join(",")))
        }
        _ => None,
    };
    // One day: the nth that is any of them.
    let nth = || {
        let nth = match pattern["index"].as_str()? {
            "first" => 1,
            "second" => 2,
            "third" => 3,
            "fourth" => 4,
            "last" => -1,
            _ => return None,
        };
        Some(format!("BYDAY={};BYSETPOS={nth}", days()?))
    };
    let rule = match pattern["type"].as_str()? {
        "daily" => "FREQ=DAILY".to_owned(),
        "weekly" => {
            let first = pattern["firstDayOfWeek"].as_str().and_then(day);
            let week = first.map(|first| format!(";WKST={first}"));
            format!("FREQ=WEEKLY;BYDAY={}{}", days()?, week.unwrap_or_default())
        }
        "absoluteMonthly" => format!("FREQ=MONTHLY;{}", day_of_month()?),
        "relativeMonthly" => format!("FREQ=MONTHLY;{}", nth()?),
        "absoluteYearly" => format!("FREQ=YEARLY;BYMONTH={};{}", month()?, day_of_month()?),
        "relativeYearly" => format!("FREQ=YEARLY;BYMONTH={};{}", month()?, nth()?),
        _ => return None,
    };
    let interval = number(&pattern["interval"]).unwrap_or(1);
    let end = match range["type"].as_str() {
        None | Some("noEnd") => String::new(),
        Some("endDate") => format!(";UNTIL={}", range["endDate"].as_str()?.replace('-', "")),
        Some("numbered") => format!(";COUNT={}", number(&range["numberOfOccurrences"])?),
        Some(_) => return None,
    };
    Some(format!("{rule};INTERVAL={interval}{end}"))
}

fn day(name: &str) -> Option<&'static str> {
    Some(match name {
        "monday" => "MO",
        "tuesday" => "TU",
        "wednesday" => "WE",
        "thursday" => "TH",
        "friday" => "FR",
        "saturday" => "SA",
        "sunday" => "SU",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As `docs/recurrence.md` has it.
    #[test]
    fn patterns_of_graph_become_rules() {
        let days = json!(["monday", "tuesday", "wednesday", "thursday", "friday"]);
        for (pattern, range, rule) in [
            (
                json!({"type": "daily", "interval": 3}),
                json!({"type": "noEnd"}),
                "FREQ=DAILY;INTERVAL=3",
            ),
            (
                json!({"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "wednesday"], "firstDayOfWeek": "sunday"}),
                json!({"type": "numbered", "numberOfOccurrences": 5}),
                "FREQ=WEEKLY;COUNT=5;BYDAY=MO,WE;WKST=SU",
            ),
            (
                json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 15}),
                json!(null),
                "FREQ=MONTHLY;BYMONTHDAY=15",
            ),
            (
                json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}),
                json!(null),
                "FREQ=MONTHLY;BYMONTHDAY=-1",
            ),
            (
                json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 30}),
                json!(null),
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
            ),
            (
                json!({"type": "relativeMonthly", "interval": 1, "index": "last", "daysOfWeek": days}),
                json!({"type": "endDate", "endDate": "2026-12-31"}),
                "FREQ=MONTHLY;UNTIL=20261231;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ),
            (
                json!({"type": "absoluteYearly", "interval": 1, "month": 11, "dayOfMonth": 28}),
                json!(null),
                "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=28",
            ),
            (
                json!({"type": "relativeYearly", "interval": 1, "month": 11, "index": "fourth", "daysOfWeek": ["thursday"]}),
                json!(null),
                "FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYSETPOS=4",
            ),
        ] {
            let found = of_graph(&json!({"pattern": pattern, "range": range})).unwrap();
            let found = tickbox_recurrence::Rule::parse(&found).unwrap();
            assert_eq!(found.to_string(), rule, "{pattern}");
        }
        for none in [
            json!({}),
            json!({"type": "hourly"}),
            json!({"type": "weekly", "daysOfWeek": []}),
            json!({"type": "weekly", "daysOfWeek": ["someday"]}),
            json!({"type": "absoluteMonthly", "dayOfMonth": 32}),
            json!({"type": "relativeMonthly", "index": "fifth", "daysOfWeek": ["monday"]}),
        ] {
            assert_eq!(of_graph(&json!({"pattern": none})), None, "{none}");
        }
    }
}
