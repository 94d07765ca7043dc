//! A JSON document of lists with their tasks, parsed one task after the other, however long it is.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::foreign::unreadable;
use super::leash::{self, Leash, Leashed};
use super::lines::without_mark;
use super::{Broken, Ending};

/// How much of a list may come before its id and name, in bytes: of its own members, and of its tasks.
const MOST_MEMBERS: usize = 1024 * 1024;
const MOST_EARLY: usize = 8 * 1024 * 1024;

/// The structure of a program's documents.
pub(super) trait Shape {
    /// The member of the document that has its lists.
    const LISTS: &'static str;
    /// The member of a list that has its tasks.
    const TASKS: &'static str;
    /// The member that has the name of a list.
    const NAME: &'static str;

    /// Whether an object without tasks is a list.
    fn is_list(head: &Members) -> bool;

    /// A list, before its tasks.
    fn list(&mut self, line: u64, head: &Members) -> Ending;
    /// A task of the list before it, or of no list.
    fn task(&mut self, line: u64, task: &Value) -> Ending;
    /// What follows is in no list.
    fn no_list(&mut self);
    /// It is not an object.
    fn fault(&mut self, line: u64, why: &str) -> Ending;
}

/// Members of an object, not parsed.
pub(super) type Members = HashMap<String, Box<RawValue>>;

pub(super) fn text(members: &Members, name: &str) -> Option<String> {
    serde_json::from_str(members.get(name)?.get()).ok()
}

pub(super) fn read<S: Shape>(input: impl BufRead, shape: &mut S) -> Ending {
    let input = without_mark(input).map_err(Broken::Lost)?;
    let line = Rc::new(Cell::new(1));
    let input = Leashed::new(input);
    let leash = input.leash();
    let counted = Counted {
        input,
        line: line.clone(),
    };
    let mut walk = Walk {
        shape,
        leash,
        line: line.clone(),
        ending: Ok(()),
        found: false,
    };
    let mut deserializer = serde_json::Deserializer::from_reader(counted);
    let outcome = Document(&mut walk).deserialize(&mut deserializer);
    let outcome = outcome.and_then(|()| deserializer.end());
    std::mem::replace(&mut walk.ending, Ok(()))?;
    match outcome {
        Ok(()) if walk.found => Ok(()),
        Ok(()) => Err(wrong::<S>(1)),
        Err(error) if error.is_io() => Err(leash::broken(line.get(), error.into())),
        Err(error) if error.is_data() => Err(wrong::<S>(line.get())),
        Err(error) => {
            let told = format!(" at line {} column ", error.line());
            let error = error.to_string().replace(&told, " in column ");
            Err(unreadable(line.get(), format!("is not JSON: {error}")))
        }
    }
}

fn wrong<S: Shape>(line: u64) -> Broken {
    Broken::Wrong {
        line,
        message: format!(
            "must be an object with {:?}, an array of lists or tasks, or such an array",
            S::LISTS
        ),
    }
}

/// Counts lines while they are read.
struct Counted<R> {
    input: R,
    line: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    /// At most one byte, so that the JSON parser never reads ahead of the task that it returns.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(1);
        let count = self.input.read(&mut buffer[..most])?;
        if buffer[..count] == *b"\n" {
            self.line.set(self.line.get() + 1);
        }
        Ok(count)
    }
}

struct Walk<'a, S> {
    shape: &'a mut S,
    leash: Leash,
    line: Rc<Cell<u64>>,
    ending: Ending,
    /// Whether there was an array of lists or tasks.
    found: bool,
}

impl<S: Shape> Walk<'_, S> {
    /// The reason for stopping is stored here, because the parser's error cannot carry it.
    fn note<E: de::Error>(&mut self, ending: Ending) -> Result<(), E> {
        ending.map_err(|broken| {
            self.ending = Err(broken);
            E::custom("")
        })
    }

    fn task<E: de::Error>(&mut self, line: u64, json: &str) -> Result<(), E> {
        let ending = match serde_json::from_str::<Value>(json) {
            Ok(task) if task.is_object() => self.shape.task(line, &task),
            Ok(_) => self.shape.fault(line, "must be an object"),
            Err(error) => self.shape.fault(line, &format!("cannot be read: {error}")),
        };
        self.note(ending)
    }
}

/// The whole document: an array, or an object that contains one.
struct Document<'a, 'b, S>(&'a mut Walk<'b, S>);

impl<'de, S: Shape> DeserializeSeed<'de> for Document<'_, '_, S> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape> Visitor<'de> for Document<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lists of tasks")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == S::LISTS {
                map.next_value_seed(Elements(self.0))?;
            } else {
                self.0.leash.let_go();
                map.next_value::<IgnoredAny>()?;
            }
            self.0.leash.renew();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Elements(self.0).visit_seq(seq)
    }
}

/// Lists, or tasks.
struct Elements<'a, 'b, S>(&'a mut Walk<'b, S>);

impl<'de, S: Shape> DeserializeSeed<'de> for Elements<'_, '_, S> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: Shape> Visitor<'de> for Elements<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of lists or tasks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.found = true;
        self.0.leash.renew();
        while seq.next_element_seed(Element(self.0))?.is_some() {
            self.0.leash.renew();
        }
        Ok(())
    }
}

/// A list, if it has tasks or the name of one; or a task.
struct Element<'a, 'b, S>(&'a mut Walk<'b, S>);

impl<'de, S: Shape> DeserializeSeed<'de> for Element<'_, '_, S> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: Shape> Visitor<'de> for Element<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a task")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let walk = self.0;
        let line = walk.line.get();
        let mut head = Members::new();
        let mut size = 0;
        // Tasks that stand before the name of their list.
        let mut early: Vec<(u64, Box<RawValue>)> = Vec::new();
        let mut is_told = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == S::TASKS {
                is_told = head.contains_key("id") && head.contains_key(S::NAME);
                if is_told {
                    let ending = walk.shape.list(line, &head);
                    walk.note(ending)?;
                }
                let early = (!is_told).then_some(&mut early);
                map.next_value_seed(Tasks { walk, early })?;
                continue;
            }
            let value = map.next_value::<Box<RawValue>>()?;
            size += name.len() + value.get().len();
            if size <= MOST_MEMBERS {
                head.insert(name, value);
            }
        }
        if is_told {
            return Ok(());
        }
        if S::is_list(&head) || !early.is_empty() {
            let ending = walk.shape.list(line, &head);
            walk.note(ending)?;
            return early
                .iter()
                .try_for_each(|(line, task)| walk.task(*line, task.get()));
        }
        walk.shape.no_list();
        let task = serde_json::to_value(&head).map_err(de::Error::custom)?;
        let ending = walk.shape.task(line, &task);
        walk.note(ending)
    }
}

/// The tasks of a list.
struct Tasks<'a, 'b, S> {
    walk: &'a mut Walk<'b, S>,
    /// The tasks that wait for the list's name.
    early: Option<&'a mut Vec<(u64, Box<RawValue>)>>,
}

impl<'de, S: Shape> DeserializeSeed<'de> for Tasks<'_, '_, S> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: Shape> Visitor<'de> for Tasks<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of tasks")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let mut size = 0;
        loop {
            self.walk.leash.renew();
            let line = self.walk.line.get();
            let Some(task) = seq.next_element::<Box<RawValue>>()? else {
                return Ok(());
            };
            match &mut self.early {
                Some(early) => {
                    size += task.get().len();
                    if size > MOST_EARLY {
                        let message = "must have the id and the name of a list before its tasks";
                        let message = message.to_owned();
                        return self.walk.note(Err(Broken::Wrong { line, message }));
                    }
                    early.push((line, task));
                }
                None => self.walk.task(line, task.get())?,
            }
        }
    }
}
