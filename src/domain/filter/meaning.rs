//! From the syntax tree to a plan: which field a name is, which operators it allows, and what the argument is.

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::dates::{self, Base, Target};
use super::field::{Field, FieldKind};
use super::mistake::Mistake;
use super::plan::{Comparison, Plan, Predicate};
use super::syntax::SPAN;
use super::tree::{Argument, Function, Restriction, Sign, Tree, Value, Word};
use crate::domain::search::{Search, fold};

/// A century: what can be added to a date at most.
const MOST_DAYS: i32 = 36_525;

const FIELD: &str = "a field: id, title, description, completed, created_at, updated_at, \
     completed_at, due, start, priority, tags, list_id, parent_id, order, recurrence, \
     references, references.external_id or text";
const DATE: &str = "a day (2026-12-01), a moment (2026-12-01T09:00:00Z), today() or now()";
const SPAN_NUMBER: &str = "a whole number, at most a century";

pub(super) fn plan(tree: &Tree, negated: bool) -> Result<Plan, Mistake> {
    let list = |trees: &[Tree]| -> Result<Vec<Plan>, Mistake> {
        trees.iter().map(|tree| plan(tree, negated)).collect()
    };
    match tree {
        Tree::All(trees) if negated => list(trees).map(Plan::Any),
        Tree::Any(trees) if negated => list(trees).map(Plan::All),
        Tree::All(trees) => list(trees).map(Plan::All),
        Tree::Any(trees) => list(trees).map(Plan::Any),
        Tree::Not(tree) => plan(tree, !negated),
        Tree::Bare(value) => Ok(leaf(words(Field::Text, &word(value, BARE)?)?, negated)),
        Tree::Restriction(restriction) => restricted(restriction, negated),
    }
}

const BARE: &str = "a word or a field; a '+' is written %2B in a URL";

fn leaf(predicate: Predicate, negated: bool) -> Plan {
    if negated {
        Plan::Isnt(predicate)
    } else {
        Plan::Is(predicate)
    }
}

fn restricted(restriction: &Restriction, negated: bool) -> Result<Plan, Mistake> {
    let Restriction {
        left,
        sign,
        sign_column,
        argument,
    } = restriction;
    let field = match left {
        Value::Word(word) if !word.quoted => Field::named(&word.text),
        _ => None,
    };
    let field = field.ok_or_else(|| Mistake::new(left.column(), FIELD))?;
    let ask = Question {
        field,
        sign: *sign,
        sign_column: *sign_column,
    };
    ask.of_argument(argument, negated)
}

/// A field and what is asked of it, but for the argument.
struct Question {
    field: Field,
    sign: Sign,
    sign_column: usize,
}

impl Question {
    fn of_argument(&self, argument: &Argument, negated: bool) -> Result<Plan, Mistake> {
        match argument {
            Argument::Sum(value, more) => self.of_value(value, more, negated),
            Argument::Group(tree) => self.of_group(tree, negated),
        }
    }

    /// `tags:(a OR b)` is `tags:a OR tags:b`.
    fn of_group(&self, tree: &Tree, negated: bool) -> Result<Plan, Mistake> {
        let list = |trees: &[Tree]| -> Result<Vec<Plan>, Mistake> {
            trees
                .iter()
                .map(|tree| self.of_group(tree, negated))
                .collect()
        };
        match tree {
            Tree::All(trees) if negated => list(trees).map(Plan::Any),
            Tree::Any(trees) if negated => list(trees).map(Plan::All),
            Tree::All(trees) => list(trees).map(Plan::All),
            Tree::Any(trees) => list(trees).map(Plan::Any),
            Tree::Not(tree) => self.of_group(tree, !negated),
            Tree::Bare(value) => self.of_value(value, &[], negated),
            Tree::Restriction(inner) => Err(Mistake::new(inner.left.column(), "a value alone")),
        }
    }

    fn of_value(
        &self,
        value: &Value,
        more: &[(bool, Function)],
        negated: bool,
    ) -> Result<Plan, Mistake> {
        let field = self.field;
        let comparison = self.comparison()?;
        let kind = field.kind();
        if !matches!(kind, FieldKind::Date | FieldKind::Time)
            && let Some((_, function)) = more.first()
        {
            return Err(Mistake::new(function.column, "no sum, except of dates"));
        }
        let is_star = matches!(value, Value::Word(word) if word.text == "*" && !word.quoted);
        if self.sign == Sign::Has && is_star && kind != FieldKind::Words {
            return Ok(leaf(Predicate::Present(field), negated));
        }
        let predicate = match kind {
            FieldKind::Flag => Predicate::Flag(field, flag(value)?),
            FieldKind::Number => Predicate::Number(field, comparison, whole(value)?),
            FieldKind::Text if self.sign == Sign::Has => words(field, &word(value, "a text")?)?,
            FieldKind::Text => {
                let text = fold(&word(value, "a text")?.text).into_owned();
                Predicate::Text(field, comparison, text)
            }
            FieldKind::Key => Predicate::Key(field, comparison, word(value, "a text")?.text),
            FieldKind::Time => Predicate::Time(field, comparison, date(value, more)?),
            FieldKind::Date => Predicate::Date(field, comparison, date(value, more)?),
            FieldKind::Id => Predicate::Id(field, id(value)?),
            FieldKind::Set => Predicate::Contains(field, element(field, value)?),
            FieldKind::Words => words(field, &word(value, "a text")?)?,
            FieldKind::Presence => return Err(Mistake::new(value.column(), "'*'")),
        };
        Ok(leaf(predicate, negated != (self.sign == Sign::NotEqual)))
    }

    /// Refuses what cannot be asked of the field.
    fn comparison(&self) -> Result<Comparison, Mistake> {
        let expected = match (self.field, self.field.kind()) {
            (Field::Tags, _) | (_, FieldKind::Words | FieldKind::Presence) => "':'",
            (_, FieldKind::Flag | FieldKind::Id | FieldKind::Set) => "'=', '!=' or ':'",
            _ => "",
        };
        let equality = matches!(self.sign, Sign::Equal | Sign::NotEqual | Sign::Has);
        let fits = match expected {
            "" => true,
            "':'" => self.sign == Sign::Has,
            _ => equality,
        };
        if !fits {
            return Err(Mistake::new(self.sign_column, expected));
        }
        Ok(match self.sign {
            Sign::Equal | Sign::NotEqual | Sign::Has => Comparison::Equal,
            Sign::Less => Comparison::Less,
            Sign::AtMost => Comparison::AtMost,
            Sign::Greater => Comparison::Greater,
            Sign::AtLeast => Comparison::AtLeast,
        })
    }
}

fn word(value: &Value, expected: &'static str) -> Result<Word, Mistake> {
    match value {
        Value::Word(word) => Ok(word.clone()),
        Value::Function(function) => Err(Mistake::new(function.column, expected)),
    }
}

fn words(field: Field, word: &Word) -> Result<Predicate, Mistake> {
    let search = Search::parse(&word.text);
    let search = search.ok_or_else(|| Mistake::new(word.column, "a word to look for"))?;
    Ok(Predicate::Words(field, search))
}

/// A word without quotes that reads as something.
fn literal<T>(
    value: &Value,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Mistake> {
    let found = match value {
        Value::Word(word) if !word.quoted => read(&word.text),
        _ => None,
    };
    found.ok_or_else(|| Mistake::new(value.column(), expected))
}

fn flag(value: &Value) -> Result<bool, Mistake> {
    literal(value, "true or false", |text| text.parse().ok())
}

/// A whole number of at most nine digits.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let fits = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn whole(value: &Value) -> Result<i64, Mistake> {
    literal(value, "a whole number", number)
}

fn id(value: &Value) -> Result<Uuid, Mistake> {
    let text = word(value, "a UUID")?.text;
    let found = (text.len() == 36).then(|| Uuid::try_parse(&text).ok());
    found
        .flatten()
        .ok_or_else(|| Mistake::new(value.column(), "a UUID"))
}

/// A tag is compared as it is stored.
fn element(field: Field, value: &Value) -> Result<String, Mistake> {
    let text = word(value, "a text")?.text;
    if field == Field::Tags {
        return Ok(text.trim().nfc().collect());
    }
    Ok(text)
}

fn date(value: &Value, more: &[(bool, Function)]) -> Result<Target, Mistake> {
    let base = match value {
        Value::Word(word) => dates::read(&word.text),
        Value::Function(function) if function.arguments.is_empty() => {
            match function.name.as_str() {
                "today" => Some(Base::Today),
                "now" => Some(Base::Now),
                _ => None,
            }
        }
        Value::Function(_) => None,
    };
    let base = base.ok_or_else(|| Mistake::new(value.column(), DATE))?;
    let mut days = 0_i32;
    for (plus, function) in more {
        let span = span(function)?;
        days += if *plus { span } else { -span };
        if days.abs() > MOST_DAYS {
            return Err(Mistake::new(function.column, SPAN_NUMBER));
        }
    }
    Ok(Target { base, days })
}

/// How many days `days(n)` or `weeks(n)` is.
fn span(function: &Function) -> Result<i32, Mistake> {
    let days_each = match function.name.as_str() {
        "days" => 1,
        "weeks" => 7,
        _ => return Err(Mistake::new(function.column, SPAN)),
    };
    let [argument] = function.arguments.as_slice() else {
        return Err(Mistake::new(function.column, SPAN));
    };
    let count = literal(argument, SPAN_NUMBER, number)?;
    i32::try_from(count * days_each)
        .ok()
        .filter(|days| days.abs() <= MOST_DAYS)
        .ok_or_else(|| Mistake::new(argument.column(), SPAN_NUMBER))
}
