//! `RUST_LOG`: which events are logged, or why the text says nothing of the kind.

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::ConfigError;

/// What `RUST_LOG` asks for: levels, and parts of the program with a level of their own, separated by commas.
///
/// The library takes any word for the name of a part: `warning` would show all of a part that is not there, and so
/// nothing at all.
pub fn parse_log_filter(text: &str) -> Result<Targets, ConfigError> {
    let mut targets = Targets::new();
    for directive in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        targets = match (directive.split_once('='), level(directive)) {
            (None, Some(level)) => targets.with_default(level),
            (None, None) if is_of_program(directive) => {
                targets.with_target(directive, LevelFilter::TRACE)
            }
            (Some((part, level)), _) if is_path(part.trim()) => {
                let level = self::level(level.trim()).ok_or_else(|| no_filter(directive))?;
                targets.with_target(part.trim(), level)
            }
            _ => return Err(no_filter(directive)),
        };
    }
    Ok(targets)
}

fn level(word: &str) -> Option<LevelFilter> {
    // To the library an empty word is a level, too.
    word.parse().ok().filter(|_| !word.is_empty())
}

/// A word alone can be a misspelled level as well: it counts only where it cannot be one.
fn is_of_program(word: &str) -> bool {
    word == env!("CARGO_CRATE_NAME") || (word.contains("::") && is_path(word))
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
    ConfigError {
        variable: "RUST_LOG",
        problem: format!(
            "has {directive:?}, which is neither a level (off, error, warn, info, debug, trace) nor a part of the \
             program with one (tickbox::request=off)"
        ),
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
        ] {
            assert!(parse_log_filter(wrong).is_err(), "{wrong}");
        }
        insta::assert_snapshot!(parse_log_filter("info,warning").unwrap_err(), @r#"RUST_LOG has "warning", which is neither a level (off, error, warn, info, debug, trace) nor a part of the program with one (tickbox::request=off). Example: RUST_LOG=info"#);
    }
}
