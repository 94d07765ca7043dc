//! The commands of a document, each with what stands below it.

use std::ops::Range;

/// A command of a document, and what stands below it.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) command: String,
    pub(super) shown: Option<String>,
    /// Nothing is said of what it prints.
    pub(super) is_silent: bool,
    /// Where that stands in the document.
    pub(super) place: Range<usize>,
}

/// Blocks of `console` have commands behind `$`; of `sh`, one command that is all of it.
pub(super) fn examples(text: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut block: Option<(&str, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let next = start + line.len();
        if let Some(language) = line.strip_prefix("```") {
            match block.take() {
                None => block = Some((language.trim(), next)),
                Some(("console", from)) => read_console(text, from..start, &mut examples),
                Some(("sh", from)) => examples.push(Example {
                    command: text[from..start].trim_end().to_owned(),
                    shown: None,
                    is_silent: true,
                    place: start..start,
                }),
                // They would not be run, and nobody would notice.
                Some(("bash" | "shell" | "zsh" | "fish", _)) => {
                    panic!("commands stand in blocks of console or sh: {start}")
                }
                Some(_) => {}
            }
        }
        start = next;
    }
    examples
}

fn read_console(text: &str, block: Range<usize>, examples: &mut Vec<Example>) {
    let mut at = block.start;
    while at < block.end {
        let rest = &text[at..block.end];
        let body = rest
            .strip_prefix("$ ")
            .expect("a block begins with a command");
        let length = command_length(body);
        let from = at + 2 + length;
        let after = &text[from..block.end];
        let end = after.find("\n$ ").map_or(block.end, |end| from + end + 1);
        let whole = text[from..end].trim_start_matches('\n');
        let shown = whole.trim_end();
        let begin = end - whole.len();
        examples.push(Example {
            command: body[..length].to_owned(),
            shown: (!shown.is_empty()).then(|| shown.to_owned()),
            is_silent: false,
            place: begin..begin + shown.len(),
        });
        at = end;
    }
}

/// Up to a line end that is neither quoted nor escaped.
fn command_length(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (place, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' if quote != Some('\'') => escaped = true,
            '\n' if quote.is_none() => return place,
            '\'' | '"' if quote.is_none() => quote = Some(sign),
            _ if quote == Some(sign) => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Keeps the helper honest that all guides rely on.
#[test]
fn commands_are_found_with_what_stands_below_them() {
    let text = "```console\n$ a 'b\nc' \\\n  d\nprinted\n\n$ e\n```\n```sh\nf\ng\n```\n```json\n$ h\n```\n";
    let found = examples(text);
    let found: Vec<_> = found
        .iter()
        .map(|it| (&*it.command, it.shown.as_deref()))
        .collect();
    let expected = [
        ("a 'b\nc' \\\n  d", Some("printed")),
        ("e", None),
        ("f\ng", None),
    ];
    assert_eq!(found, expected);
}
