//! Random tasks and filters that have something to do with one another.

use serde_json::{Value, json};

use super::Sample;
use super::dice::Dice;

/// With rules that have not changed for years: the client's database of zones may be an older one.
const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Cairo",
    "America/St_Johns",
    "Australia/Lord_Howe",
];

/// Days on which clocks are changed somewhere, and those around today.
const DAYS: [&str; 14] = [
    "2026-03-08",
    "2026-03-29",
    "2026-04-05",
    "2026-04-24",
    "2026-10-04",
    "2026-10-25",
    "2026-10-29",
    "2026-11-01",
    "2026-11-26",
    "2026-11-27",
    "2026-11-28",
    "2026-11-29",
    "2026-11-30",
    "2026-12-31",
];
const CLOCKS: [&str; 10] = [
    "00:00:00", "00:30:00", "01:30:00", "02:00:00", "02:30:00", "09:00:00", "12:00:00", "22:15:30",
    "23:30:00", "23:59:59",
];
const WORDS: [&str; 22] = [
    "milk",
    "Milch",
    "buy",
    "BUY",
    "Café",
    "cafe\u{301}",
    "Straße",
    "STRASSE",
    "用户注册",
    "用户",
    "カード",
    "ｶｰﾄﾞ",
    "हिन्दी",
    "İstanbul",
    "ΟΔΌΣ",
    "Ёлка",
    "ёлки",
    "don’t",
    "o/r#12",
    "🎉",
    "한국어를",
    "a",
];
const TAGS: [&str; 5] = ["home", "Home", "work/deep", "été", "用户"];
pub(super) const IDS: [&str; 3] = [
    "01990f3e-8a5c-7cc3-98c4-dc0c0c073901",
    "01990f3e-8a5c-7cc3-98c4-dc0c0c073902",
    "01990F3E-8A5C-7CC3-98C4-DC0C0C073903",
];
const KEYS: [&str; 4] = ["a0", "a0V", "i8DpLumiHm", "Zz"];
const EXTERNAL: [&str; 3] = ["o/r#12", "12", "A B"];

pub(super) fn zone(dice: &mut Dice) -> &'static str {
    dice.of(&ZONES)
}

pub(super) fn now(dice: &mut Dice) -> String {
    format!("{}T{}Z", dice.of(&DAYS), dice.of(&CLOCKS))
}

fn text(dice: &mut Dice) -> String {
    let words: Vec<&str> = (0..=dice.below(3)).map(|_| dice.of(&WORDS)).collect();
    words.join(dice.of(&[" ", ", ", "-", "  "]))
}

pub(super) fn task(dice: &mut Dice) -> Sample {
    let created_at = format!(
        "{}T{}.00000{}Z",
        dice.of(&DAYS),
        dice.of(&CLOCKS),
        dice.below(3)
    );
    let id = format!("01990f3e-8a5c-7cc3-98c4-dc0c{:08x}", dice.below(1 << 32));
    let mut task = json!({
        "id": id, "title": text(dice), "description": null, "completed": dice.once_in(3),
        "created_at": created_at, "updated_at": now(dice),
    });
    let mut set = |name: &str, value: Value| task[name] = value;
    if dice.once_in(2) {
        set("description", json!(text(dice)));
    }
    if !dice.once_in(4) {
        set("due", when(dice));
    }
    if dice.once_in(3) {
        set("start", when(dice));
    }
    if dice.once_in(2) {
        set("priority", json!(1 + dice.below(9)));
    }
    if dice.once_in(3) {
        set("completed_at", json!(now(dice)));
    }
    if dice.once_in(2) {
        set("tags", json!([dice.of(&TAGS), dice.of(&TAGS)]));
    }
    if dice.once_in(2) {
        set("list_id", json!(dice.of(&IDS).to_lowercase()));
    }
    if dice.once_in(3) {
        set("parent_id", json!(dice.of(&IDS).to_lowercase()));
    }
    if dice.once_in(3) {
        set("order", json!(dice.of(&KEYS)));
    }
    if dice.once_in(4) {
        set("recurrence", json!({"rule": "FREQ=DAILY"}));
    }
    if dice.once_in(3) {
        set(
            "references",
            json!([{"source": "github", "external_id": dice.of(&EXTERNAL)}]),
        );
    }
    serde_json::from_value(task).unwrap()
}

fn when(dice: &mut Dice) -> Value {
    let date = dice.of(&DAYS);
    let local = format!("{date}T{}", dice.of(&CLOCKS));
    match dice.below(3) {
        0 => json!({"date": date}),
        1 => json!({"local": local}),
        _ => json!({"local": local, "zone": zone(dice)}),
    }
}

pub(super) fn order_by(dice: &mut Dice) -> String {
    let fields = [
        "created_at",
        "updated_at",
        "due",
        "start",
        "priority",
        "title",
        "order",
        "completed_at",
    ];
    let first = dice.below(fields.len());
    let keys = (0..=dice.below(3)).map(|step| {
        let field = fields[(first + step * 3) % fields.len()];
        format!("{field}{}", dice.of(&["", " desc", "  asc"]))
    });
    keys.collect::<Vec<String>>().join(", ")
}

pub(super) fn filter(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.once_in(3) {
        return term(dice);
    }
    let joint = dice.of(&[" AND ", " OR ", " "]);
    let parts = (0..2 + dice.below(2)).map(|_| {
        let inner = filter(dice, depth - 1);
        let simple = inner.starts_with('(') || depth == 1;
        let inner = if simple { inner } else { format!("({inner})") };
        format!("{}{inner}", dice.of(&["", "", "", "NOT ", "-"]))
    });
    let joined = parts.collect::<Vec<String>>().join(joint);
    format!("({joined})")
}

fn term(dice: &mut Dice) -> String {
    let any = |dice: &mut Dice| dice.of(&["=", "!=", "<", "<=", ">", ">=", ":", " <= ", " > "]);
    let equal = |dice: &mut Dice| dice.of(&["=", " != ", ":", " = "]);
    match dice.below(16) {
        0 => format!("completed{}{}", equal(dice), dice.of(&["true", "false"])),
        1 => format!("priority{}{}", any(dice), dice.below(10)),
        2 | 3 => format!("due{}{}", any(dice), date(dice)),
        4 => format!("start{}{}", any(dice), date(dice)),
        5 => {
            let field = dice.of(&["created_at", "updated_at", "completed_at"]);
            format!("{field}{}{}", any(dice), date(dice))
        }
        6 => format!("tags:{}", quoted(dice.of(&TAGS))),
        7 => format!(
            "{}{}{}",
            dice.of(&["list_id", "parent_id"]),
            equal(dice),
            dice.of(&IDS)
        ),
        8 => format!(
            "references.external_id{}{}",
            equal(dice),
            quoted(dice.of(&EXTERNAL))
        ),
        9 => format!(
            "{}:*",
            dice.of(&[
                "due",
                "start",
                "priority",
                "tags",
                "list_id",
                "parent_id",
                "order",
                "recurrence",
                "references",
                "references.external_id",
                "description",
                "completed_at",
                "title",
            ])
        ),
        10 => format!(
            "{}{}{}",
            dice.of(&["title", "description"]),
            any(dice),
            quoted(&text(dice))
        ),
        11 => format!("order{}{}", any(dice), dice.of(&KEYS)),
        12 => format!(
            "tags:({} OR {})",
            quoted(dice.of(&TAGS)),
            quoted(dice.of(&TAGS))
        ),
        13 => format!("text:{}", quoted(&text(dice))),
        14 => format!(
            "title:{}*",
            dice.of(&["mi", "caf", "用", "ISTAN", "ёл", "x"])
        ),
        _ => quoted(dice.of(&WORDS)),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn date(dice: &mut Dice) -> String {
    let day = dice.of(&DAYS);
    let clock = dice.of(&CLOCKS);
    let base = match dice.below(6) {
        0 => "today()".to_owned(),
        1 => "now()".to_owned(),
        2 => day.to_owned(),
        3 => format!(
            "{day}T{clock}{}",
            dice.of(&["Z", "+05:30", "-09:00", ".5Z"])
        ),
        4 => format!("\"{day}T{clock}\""),
        _ => format!("'{day}'"),
    };
    match dice.below(4) {
        0 => format!("{base} {} days({})", dice.of(&["+", "-"]), dice.below(300)),
        1 if base.ends_with(')') => format!("{base}-weeks({})+days(1)", dice.below(4)),
        _ => base,
    }
}

/// With one character more, less, or another one.
pub(super) fn spoilt(dice: &mut Dice, filter: &str) -> String {
    let mut characters: Vec<char> = filter.chars().collect();
    let at = dice.below(characters.len());
    let other = dice.of(&[
        '(', ')', '"', '\'', ' ', '-', ':', '=', '*', 'x', '1', '+', ',', '\\', '🎉',
    ]);
    match dice.below(3) {
        0 => {
            characters.remove(at);
        }
        1 => characters.insert(at, other),
        _ => characters[at] = other,
    }
    characters.into_iter().collect()
}
