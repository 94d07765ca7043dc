//! Whatever is sent as a filter and an order is understood, or refused with the column; what is understood can be asked.

use axum::http::{Request, StatusCode};
use tickbox::domain::filter::{Filter, Sorting};

use super::door::{USER, ask, encoded};

/// The filter, and behind a line feed the order.
pub(crate) fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let (filter, order_by) = text.split_once('\n').unwrap_or((text, ""));
    let is_good = Filter::parse(filter).is_ok() && Sorting::parse(order_by).is_ok();
    let (filter, order_by) = (encoded(filter.as_bytes()), encoded(order_by.as_bytes()));
    let uri =
        format!("{USER}/tasks?limit=3&zone=Europe/Berlin&filter={filter}&order_by={order_by}");
    // What is longer than a request may be is not asked.
    let Some((status, told)) = ask(Request::get(uri), "") else {
        return;
    };
    let expected = if is_good {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    assert_eq!(status, expected, "{text:?}: {told}");
}
