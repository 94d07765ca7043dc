//! The trace that a request is a part of, from its headers. What they must look like is said in `crate::trace`.

use axum::http::{HeaderMap, HeaderName};

use crate::clock::Clock;
use crate::trace::{self, Trace};

const TRACEPARENT: HeaderName = HeaderName::from_static(trace::TRACEPARENT);
const TRACESTATE: HeaderName = HeaderName::from_static(trace::TRACESTATE);

/// `None` where the caller has named none, or not as it must be.
pub(super) fn read(headers: &HeaderMap, clock: &Clock) -> Option<Trace> {
    let parent = headers.get(TRACEPARENT)?;
    // Of two nobody knows which one counts.
    if headers.get_all(TRACEPARENT).iter().nth(1).is_some() {
        return None;
    }
    let trace = Trace::read(parent.to_str().ok()?, clock.new_span())?;
    let states = headers.get_all(TRACESTATE).iter();
    // What cannot be read spoils the whole.
    Some(trace.with_state(states.map(|state| state.to_str().unwrap_or("?"))))
}
