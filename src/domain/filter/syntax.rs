//! The grammar of AIP-160, parsed by recursive descent: which tokens there are, and how they are grouped. What they
//! mean is decided in `meaning`. The client parses in the same steps (`clients/typescript/src/syntax.ts`).
//!
//! Stricter than the standard in one point: AND and OR side by side need parentheses. The crate `aip-160` would
//! parse the rest, but its tree keeps neither the parentheses nor the columns, which errors of meaning need, too.

use super::mistake::Mistake;
use super::tree::{Argument, Function, Restriction, Sign, Tree, Value, Word};

pub(super) const MOST_BYTES: usize = 1000;
pub(super) const MOST_DEPTH: usize = 8;
pub(super) const MOST_TERMS: usize = 20;

pub(super) const SPAN: &str = "days(n) or weeks(n)";
const TERM: &str = "a word, a field, NOT or '('";

/// The tree of a filter; of an empty one, `All` of nothing.
pub(super) fn read(text: &str) -> Result<Tree, Mistake> {
    if text.len() > MOST_BYTES {
        let fitting = text
            .char_indices()
            .take_while(|(start, character)| start + character.len_utf8() <= MOST_BYTES);
        return Err(Mistake::new(fitting.count() + 1, "at most 1000 bytes"));
    }
    let mut reader = Reader {
        characters: text.chars().collect(),
        at: 0,
        depth: 0,
        terms: 0,
    };
    reader.skip_space();
    if reader.peek().is_none() {
        return Ok(Tree::All(Vec::new()));
    }
    let tree = reader.expression()?;
    match reader.peek() {
        None => Ok(tree),
        Some(_) => Err(reader.mistake("no ')' that nothing opened")),
    }
}

struct Reader {
    characters: Vec<char>,
    at: usize,
    depth: usize,
    terms: usize,
}

fn is_text(character: char) -> bool {
    !character.is_whitespace() && !"(),\"'=<>!:".contains(character)
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn column(&self) -> usize {
        self.at + 1
    }

    fn mistake(&self, expected: &'static str) -> Mistake {
        Mistake::new(self.column(), expected)
    }

    fn skip_space(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.at > start
    }

    fn starts_with(&self, text: &str) -> bool {
        let mut rest = self.characters[self.at..].iter();
        text.chars().all(|wanted| rest.next() == Some(&wanted))
    }

    /// Takes a keyword: it ends where a space or a parenthesis begins.
    fn take_keyword(&mut self, keyword: &str) -> bool {
        let after = self.characters.get(self.at + keyword.len());
        let ends = after.is_none_or(|after| after.is_whitespace() || *after == '(');
        let found = ends && self.starts_with(keyword);
        if found {
            self.at += keyword.len();
        }
        found
    }

    fn enter(&mut self) -> Result<(), Mistake> {
        if self.depth == MOST_DEPTH {
            return Err(self.mistake("at most 8 levels of parentheses"));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn leave(&mut self, expected: &'static str) -> Result<(), Mistake> {
        if self.peek() != Some(')') {
            return Err(self.mistake(expected));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Terms with AND, or a space, or OR between them. Ends before a `)` or at the end.
    fn expression(&mut self) -> Result<Tree, Mistake> {
        let mut terms = vec![self.term()?];
        let mut joined_by_or = None;
        loop {
            let spaced = self.skip_space();
            if matches!(self.peek(), None | Some(')')) {
                break;
            }
            if !spaced {
                return Err(self.mistake("a space"));
            }
            let joint = self.mistake("parentheses, because AND and OR are mixed");
            let or = !self.take_keyword("AND") && self.take_keyword("OR");
            if joined_by_or.replace(or).is_some_and(|before| before != or) {
                return Err(joint);
            }
            self.skip_space();
            terms.push(self.term()?);
        }
        Ok(match joined_by_or {
            Some(true) => Tree::Any(terms),
            Some(false) => Tree::All(terms),
            None => terms.remove(0),
        })
    }

    fn term(&mut self) -> Result<Tree, Mistake> {
        let negated = if self.take_keyword("NOT") {
            self.skip_space();
            true
        } else if self.peek() == Some('-') {
            self.at += 1;
            true
        } else {
            false
        };
        let tree = self.simple()?;
        Ok(if negated {
            Tree::Not(Box::new(tree))
        } else {
            tree
        })
    }

    fn simple(&mut self) -> Result<Tree, Mistake> {
        if self.peek() == Some('(') {
            return self.group();
        }
        if self.terms == MOST_TERMS {
            return Err(self.mistake("at most 20 terms"));
        }
        self.terms += 1;
        for keyword in ["AND", "OR", "NOT"] {
            let start = self.at;
            if self.take_keyword(keyword) {
                self.at = start;
                return Err(self.mistake(TERM));
            }
        }
        let left = self.value(TERM)?;
        let end = self.at;
        self.skip_space();
        let sign_column = self.column();
        let Some(sign) = self.sign() else {
            self.at = end;
            return Ok(Tree::Bare(left));
        };
        self.skip_space();
        let argument = self.argument()?;
        Ok(Tree::Restriction(Restriction {
            left,
            sign,
            sign_column,
            argument,
        }))
    }

    fn group(&mut self) -> Result<Tree, Mistake> {
        self.enter()?;
        let tree = self.expression()?;
        self.leave("')'")?;
        Ok(tree)
    }

    fn sign(&mut self) -> Option<Sign> {
        let (text, sign) = [
            ("<=", Sign::AtMost),
            ("<", Sign::Less),
            (">=", Sign::AtLeast),
            (">", Sign::Greater),
            ("!=", Sign::NotEqual),
            ("=", Sign::Equal),
            (":", Sign::Has),
        ]
        .into_iter()
        .find(|(text, _)| self.starts_with(text))?;
        self.at += text.len();
        Some(sign)
    }

    fn argument(&mut self) -> Result<Argument, Mistake> {
        if self.peek() == Some('(') {
            return self.group().map(|tree| Argument::Group(Box::new(tree)));
        }
        let first = match self.moment() {
            Some(word) => Value::Word(word),
            None => self.value("a value")?,
        };
        let mut more = Vec::new();
        loop {
            let end = self.at;
            self.skip_space();
            let sign = self.peek();
            if !matches!(sign, Some('+' | '-')) {
                self.at = end;
                break;
            }
            self.at += 1;
            let is_apart = self.skip_space() || self.peek().is_none();
            if !self.starts_with("days(") && !self.starts_with("weeks(") {
                // A `-` before anything else begins the next term, and so does a word that begins with a `+`.
                let is_sum = is_apart || matches!(first, Value::Function(_));
                if sign == Some('+') && is_sum {
                    return Err(self.mistake(SPAN));
                }
                self.at = end;
                break;
            }
            if let Value::Function(function) = self.value("a value")? {
                more.push((sign == Some('+'), function));
            }
        }
        Ok(Argument::Sum(first, more))
    }

    /// A moment without quotes, although its colons would end a word.
    fn moment(&mut self) -> Option<Word> {
        let rest = &self.characters[self.at..];
        let shape = "0000-00-00T00:";
        let fits = rest.len() > shape.len()
            && shape.chars().zip(rest).all(|(wanted, found)| match wanted {
                '0' => found.is_ascii_digit(),
                other => *found == other,
            });
        if !fits {
            return None;
        }
        let column = self.column();
        let text: String = rest
            .iter()
            .take_while(|character| is_text(**character) || **character == ':')
            .collect();
        self.at += text.chars().count();
        Some(Word {
            column,
            text,
            quoted: false,
        })
    }

    fn value(&mut self, expected: &'static str) -> Result<Value, Mistake> {
        let column = self.column();
        match self.peek() {
            Some(quote @ ('"' | '\'')) => Ok(Value::Word(Word {
                column,
                text: self.quoted(quote)?,
                quoted: true,
            })),
            Some(first) if is_text(first) => {
                let start = self.at;
                while self.peek().is_some_and(is_text) {
                    self.at += 1;
                }
                let text: String = self.characters[start..self.at].iter().collect();
                if self.peek() == Some('(') {
                    return self.function(column, text).map(Value::Function);
                }
                Ok(Value::Word(Word {
                    column,
                    text,
                    quoted: false,
                }))
            }
            _ => Err(self.mistake(expected)),
        }
    }

    fn function(&mut self, column: usize, name: String) -> Result<Function, Mistake> {
        self.enter()?;
        let mut arguments = Vec::new();
        if self.peek() != Some(')') {
            loop {
                arguments.push(self.value("a value")?);
                self.skip_space();
                if self.peek() != Some(',') {
                    break;
                }
                self.at += 1;
                self.skip_space();
            }
        }
        self.leave("',' or ')'")?;
        Ok(Function {
            column,
            name,
            arguments,
        })
    }

    fn quoted(&mut self, quote: char) -> Result<String, Mistake> {
        self.at += 1;
        let mut text = String::new();
        while let Some(character) = self.peek() {
            self.at += 1;
            match character {
                '\\' => {
                    if let Some(escaped) = self.peek() {
                        self.at += 1;
                        text.push(match escaped {
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            other => other,
                        });
                    }
                }
                end if end == quote => return Ok(text),
                other => text.push(other),
            }
        }
        Err(Mistake::new(
            self.column(),
            format!("{quote} at the end of the text"),
        ))
    }
}
