//! The report of an import, and of its undo, as text.

use std::fmt::Write;

use serde_json::Value;

use super::show::plain;
use crate::cli::program;

/// The report of an import, as a person reads it.
pub(super) fn text(report: &Value) -> String {
    let is_dry = report["dry_run"] == true;
    let verb = if is_dry { "Would import" } else { "Imported" };
    let mut text = format!("{verb} {}\n", both(report, "created"));
    let trash = number(report, "skipped_in_trash") + number(&report["lists"], "skipped_in_trash");
    if number(report, "skipped") + number(&report["lists"], "skipped") > 0 {
        let trash = if trash > 0 {
            format!(" ({trash} of these in the trash)")
        } else {
            String::new()
        };
        let _ = writeln!(text, "There already: {}{trash}", both(report, "skipped"));
    }
    if has_failed(report) {
        let _ = writeln!(text, "Not possible: {}", both(report, "failed"));
        for failure in each(&report["failures"]) {
            let reason = plain(failure["reason"].as_str().unwrap_or_default());
            let _ = writeln!(text, "  line {}: {reason}", failure["line"]);
        }
    }
    let mut left = each(&report["not_carried_over"]).peekable();
    if left.peek().is_some() {
        text += "Not carried over:\n";
    }
    for lost in left {
        let lines: Vec<_> = each(&lost["lines"]).map(Value::to_string).collect();
        let what = plain(lost["what"].as_str().unwrap_or_default());
        let _ = writeln!(
            text,
            "  {what}: {} (line {})",
            lost["count"],
            lines.join(", ")
        );
    }
    if !is_dry && has_made(report) {
        let id = plain(report["id"].as_str().unwrap_or_default());
        let _ = writeln!(text, "Take it back: {} tasks undo --import {id}", program());
    }
    text
}

pub(super) fn has_failed(report: &Value) -> bool {
    number(report, "failed") + number(&report["lists"], "failed") > 0
}

fn has_made(report: &Value) -> bool {
    number(report, "created") + number(&report["lists"], "created") > 0
}

/// What taking an import back has done.
pub(super) fn reversal(answer: &Value) -> String {
    let removed = together(number(answer, "removed"), number(answer, "lists_removed"));
    let import = plain(answer["id"].as_str().unwrap_or_default());
    let mut text = format!("Took import {import} back. In the trash now: {removed}\n");
    let gone = number(answer, "gone_before");
    if gone > 0 {
        let _ = writeln!(text, "There or gone before: {gone}");
    }
    let kept = number(answer, "kept");
    if kept > 0 {
        let _ = writeln!(text, "Kept: {kept}");
    }
    for item in each(&answer["kept_items"]) {
        let word = |name: &str| plain(item[name].as_str().unwrap_or_default());
        let _ = writeln!(
            text,
            "  {} {}: {}",
            word("kind"),
            word("id"),
            word("reason")
        );
    }
    text
}

fn both(report: &Value, what: &str) -> String {
    together(number(report, what), number(&report["lists"], what))
}

fn together(of_tasks: u64, of_lists: u64) -> String {
    if of_lists == 0 {
        return tasks(of_tasks);
    }
    format!("{} and {}", tasks(of_tasks), lists(of_lists))
}

fn tasks(count: u64) -> String {
    if count == 1 {
        "1 task".to_owned()
    } else {
        format!("{count} tasks")
    }
}

fn lists(count: u64) -> String {
    if count == 1 {
        "1 list".to_owned()
    } else {
        format!("{count} lists")
    }
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_default()
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
