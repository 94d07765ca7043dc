//! `RUST_LOG`: which events are logged, or why the text says nothing of the kind.

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::ConfigError;

/// What the targets of this program's events begin with.
const PROGRAM: &str = env!("CARGO_CRATE_NAME");

/// What `RUST_LOG` asks for: levels, and parts of the program with a level of their own, separated by commas.
///
/// The library takes any word for the name of a part: `warning` would show all of a part that is not there, and so
/// nothing at all. The same is so of a list without a level that only leaves out, or only names others.
pub fn parse_log_filter(text: &str) -> Result<Targets, ConfigError> {
    let mut targets = Targets::new();
    let mut is_of_us = false;
    let directives = text.split(',').map(str::trim);
    for directive in directives.filter(|directive| !directive.is_empty()) {
        if let Some(level) = level(directive) {
            targets = targets.with_default(level);
            is_of_us = true;
            continue;
        }
        let (part, level) = match directive.split_once('=') {
            Some((part, word)) => (part.trim(), level(word.trim())),
            // A word alone can be a misspelled level as well: it counts only where it cannot be one.
            None if directive == PROGRAM || directive.contains("::") => {
                (directive, Some(LevelFilter::TRACE))
            }
            None => return Err(no_filter(directive)),
        };
        let level = level.filter(|_| is_path(part));
        let level = level.ok_or_else(|| no_filter(directive))?;
        targets = targets.with_target(part, level);
        let is_our_part = part.split("::").next() == Some(PROGRAM);
        is_of_us |= part == PROGRAM || (is_our_part && level != LevelFilter::OFF);
    }
    if is_of_us {
        return Ok(targets);
    }
    Err(refusal(format!(
        "is {text:?}, by which nothing of {PROGRAM} is logged, errors neither: put a level in front"
    )))
}

fn level(word: &str) -> Option<LevelFilter> {
    // To the library an empty word is a level, too.
    word.parse().ok().filter(|_| !word.is_empty())
}

/// `tickbox::request`.
fn is_path(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_of_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        !name.is_empty() && name.chars().all(is_of_name)
    };
    text.split("::").all(is_name)
}

fn no_filter(directive: &str) -> ConfigError {
    refusal(format!(
        "has {directive:?}, which is neither a level (off, error, warn, info, debug, trace) nor a part of the \
         program with one (tickbox::request=off)"
    ))
}

fn refusal(problem: String) -> ConfigError {
    ConfigError {
        variable: "RUST_LOG",
        problem,
        example: "RUST_LOG=info",
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_filter_says_which_level_of_which_part_is_logged() {
        let shows = |text: &str, target: &str, level: Level| {
            parse_log_filter(text).unwrap().would_enable(target, &level)
        };
        for text in [
            "info",
            "INFO",
            " info ",
            "info,",
            "3",
            "tickbox::request=off, info",
        ] {
            assert!(shows(text, "tickbox::app", Level::INFO), "{text}");
            assert!(!shows(text, "tickbox::app", Level::DEBUG), "{text}");
        }
        assert!(!shows(
            "info,tickbox::request=off",
            "tickbox::request",
            Level::ERROR
        ));
        assert!(!shows("OFF", "tickbox", Level::ERROR));
        for text in ["tickbox", "tickbox::store", "warn,tickbox = Debug"] {
            assert!(shows(text, "tickbox::store::queue", Level::DEBUG), "{text}");
        }
        assert!(shows("warn,rustls=info", "rustls::client", Level::INFO));
    }

    #[test]
    fn a_filter_that_would_show_nothing_is_none() {
        for wrong in [
            "warning",
            "ifno",
            "verbose",
            "6",
            "=",
            "=info",
            "tickbox=",
            "tickbox=loud",
            "tickbox=info=debug",
            "garbage[",
            "[{a}]=info",
            "a::",
            "::",
            "info;debug",
            "info debug",
            "info,warning",
            ",",
            " ",
            "tikbox=debug",
            "rustls::client",
            "tickbox::request=off",
        ] {
            assert!(parse_log_filter(wrong).is_err(), "{wrong}");
        }
        insta::assert_snapshot!(parse_log_filter("info,warning").unwrap_err(), @r#"RUST_LOG has "warning", which is neither a level (off, error, warn, info, debug, trace) nor a part of the program with one (tickbox::request=off). Example: RUST_LOG=info"#);
        insta::assert_snapshot!(parse_log_filter("tikbox=debug").unwrap_err(), @r#"RUST_LOG is "tikbox=debug", by which nothing of tickbox is logged, errors neither: put a level in front. Example: RUST_LOG=info"#);
    }
}
