//! The file `.env`, read as node's dotenv reads it, because it is often the file of the app in the same directory.
//! Nothing is substituted: a secret may contain any character.

use std::collections::HashMap;

/// The variables of a text. A line that is none, or is meant for another program, is passed over.
/// Of a name that stands twice the last value counts.
pub(super) fn parse(text: &str) -> HashMap<String, String> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n");
    let mut variables = HashMap::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let assignment = rest[..line_end].trim_start();
        let assignment = assignment.strip_prefix("export ").unwrap_or(assignment);
        let Some((name, value)) = assignment
            .split_once('=')
            .filter(|(name, _)| is_name(name.trim()))
        else {
            rest = next_line(rest, line_end);
            continue;
        };
        let name = name.trim().to_owned();
        // A quoted value may go over several lines, so it is read from all that follows.
        let start = line_end - value.len();
        let value = rest[start..].trim_start_matches([' ', '\t']);
        let start = rest.len() - value.len();
        let (value, length) = quoted(value).unwrap_or_else(|| bare(value));
        variables.insert(name, value);
        let end = rest[start + length..]
            .find('\n')
            .map_or(rest.len(), |end| start + length + end);
        rest = next_line(rest, end);
    }
    variables
}

fn next_line(text: &str, line_end: usize) -> &str {
    text.get(line_end + 1..).unwrap_or_default()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// What stands between two quotes of one kind; in double ones `\n` and `\r` are line ends.
/// Also gives how much of the text that was.
fn quoted(text: &str) -> Option<(String, usize)> {
    let quote = text
        .chars()
        .next()
        .filter(|first| ['\'', '"', '`'].contains(first))?;
    let inside = &text[1..];
    let end = inside
        .char_indices()
        .find(|(place, c)| *c == quote && !inside[..*place].ends_with('\\'))?
        .0;
    let value = &inside[..end];
    let value = if quote == '"' {
        value.replace("\\n", "\n").replace("\\r", "\r")
    } else {
        value.to_owned()
    };
    Some((value, end + 2))
}

/// The rest of the line, up to a `#` that begins a comment.
fn bare(text: &str) -> (String, usize) {
    let line = text.split('\n').next().unwrap_or_default();
    let value = match line.find(" #") {
        _ if line.starts_with('#') => "",
        Some(comment) => &line[..comment],
        None => line,
    };
    (value.trim().to_owned(), line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_node_reads_it() {
        let text = "\u{feff}# a comment\r\nA=1\n  export B = two words # and a comment\nC='it''s $HOME'\nD=\"line\\nline\"\n\
            E=abc$HOME#x\\y\"z\nF=\nG={\"a\": 1}\nmy-var=1\nnot a line\n=x\nH=`a'b\"c`\nI=\"two\nlines\" # end\nJ='open\nA=2\nK=#";
        let read = parse(text);
        for (name, value) in [
            ("A", "2"),
            ("B", "two words"),
            ("C", "it"),
            ("D", "line\nline"),
            ("E", "abc$HOME#x\\y\"z"),
            ("F", ""),
            ("G", "{\"a\": 1}"),
            ("H", "a'b\"c"),
            ("I", "two\nlines"),
            ("J", "'open"),
            ("K", ""),
        ] {
            assert_eq!(read.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(parse(""), HashMap::new());
    }
}
