//! Where a request stands in a trace (W3C Trace Context, <https://www.w3.org/TR/trace-context/>): read from what the
//! caller says, and written for whoever is asked on its behalf. How it is sent is not decided here.

use std::fmt::Write;

/// The names of the two headers.
pub const TRACEPARENT: &str = "traceparent";
pub const TRACESTATE: &str = "tracestate";

/// `00-` 32 digits `-` 16 digits `-` two digits.
const LENGTH: usize = 55;

/// The flags that mean something: that the trace is recorded, and that its id is random. Others are set to zero, because
/// nobody knows what they would promise.
const KNOWN_FLAGS: u8 = 0b11;

/// The most members of `tracestate`, and the longest names and values.
const MOST_MEMBERS: usize = 32;
const LONGEST: usize = 256;

/// A trace, the span of the caller in it, and one of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    id: String,
    parent: String,
    span: String,
    flags: u8,
    /// What tracing systems keep in it for themselves.
    state: Option<String>,
}

impl Trace {
    /// `None` if what the caller says is not as it must be: then there is no trace. `span` is a number by chance.
    pub fn read(parent: &str, span: u64) -> Option<Self> {
        let (known, rest) = parent.split_at_checked(LENGTH)?;
        let mut fields = known.split('-');
        let mut field = |length| {
            let field = fields.next()?;
            (field.len() == length && field.bytes().all(is_digit)).then_some(field)
        };
        let (version, id, parent, flags) = (field(2)?, field(32)?, field(16)?, field(2)?);
        // A later version may say more behind what this one knows; `ff` is none.
        let is_understood = match version {
            "00" => rest.is_empty(),
            "ff" => false,
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        let is_something = |field: &str| field.bytes().any(|digit| digit != b'0');
        if !is_understood || !is_something(id) || !is_something(parent) {
            return None;
        }
        Some(Self {
            id: id.to_owned(),
            parent: parent.to_owned(),
            span: format!("{:016x}", span.max(1)),
            flags: u8::from_str_radix(flags, 16).ok()? & KNOWN_FLAGS,
            state: None,
        })
    }

    /// With what the caller's `tracestate` says, in all its lines; without, where that is not as it must be.
    #[must_use]
    pub fn with_state<'a>(mut self, lines: impl Iterator<Item = &'a str>) -> Self {
        let mut state = String::new();
        let mut names = Vec::new();
        let members = lines.flat_map(|line| line.split(','));
        for member in members.map(|member| member.trim_matches([' ', '\t'])) {
            if member.is_empty() {
                continue;
            }
            let pair = member.split_once('=');
            let pair = pair.filter(|(name, value)| is_name(name) && is_value(value));
            let Some((name, _)) = pair.filter(|(name, _)| !names.contains(name)) else {
                return self;
            };
            names.push(name);
            if names.len() > MOST_MEMBERS {
                return self;
            }
            let comma = if state.is_empty() { "" } else { "," };
            let _ = write!(state, "{comma}{member}");
        }
        self.state = (!state.is_empty()).then_some(state);
        self
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The caller's span.
    pub fn parent(&self) -> &str {
        &self.parent
    }

    /// Ours, which is the parent of whatever we ask.
    pub fn span(&self) -> &str {
        &self.span
    }

    /// The `traceparent` of what we ask.
    pub fn traceparent(&self) -> String {
        let Self {
            id, span, flags, ..
        } = self;
        format!("00-{id}-{span}-{flags:02x}")
    }

    /// The `tracestate` of what we ask.
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// Upper case is not allowed.
fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_name(name: &str) -> bool {
    let may = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@')
    };
    let starts = name.starts_with(|sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit());
    starts && name.len() <= LONGEST && name.bytes().all(may)
}

fn is_value(value: &str) -> bool {
    let may = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=');
    (1..=LONGEST).contains(&value.len()) && value.bytes().all(may)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn read(parent: &str) -> Option<String> {
        Trace::read(parent, 0xabc).map(|trace| trace.traceparent())
    }

    #[test]
    fn the_trace_goes_on_with_a_span_of_our_own() {
        let trace = Trace::read(&format!("00-{ID}-{PARENT}-01"), 0xabc).unwrap();
        assert_eq!((trace.id(), trace.parent()), (ID, PARENT));
        assert_eq!(trace.span(), "0000000000000abc");
        let told = format!("00-{ID}-0000000000000abc-01");
        assert_eq!(trace.traceparent(), told);
        assert_eq!(trace.tracestate(), None);
        // A span of nothing but zeros is none.
        let trace = Trace::read(&told, 0).unwrap();
        assert_eq!(trace.span(), "0000000000000001");
    }

    #[test]
    fn flags_that_nobody_knows_are_not_passed_on() {
        for (flags, passed) in [("00", "00"), ("01", "01"), ("03", "03"), ("ff", "03")] {
            let told = read(&format!("00-{ID}-{PARENT}-{flags}"));
            assert!(told.unwrap().ends_with(&format!("-{passed}")), "{flags}");
        }
    }

    #[test]
    fn of_a_later_version_what_is_known_is_read() {
        for rest in ["", "-", "-what comes then"] {
            assert!(read(&format!("cc-{ID}-{PARENT}-01{rest}")).is_some());
        }
        assert_eq!(read(&format!("cc-{ID}-{PARENT}-01.more")), None);
    }

    #[test]
    fn what_is_not_as_it_must_be_is_no_trace() {
        let good = format!("00-{ID}-{PARENT}-01");
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            good.to_uppercase(),
            good.replacen("00", "ff", 1),
            good.replacen("00", "0g", 1),
            good.replacen("00", "0", 1),
            good.replace(ID, &zeros),
            good.replace(PARENT, &zeros[..16]),
            good.replace(ID, &ID[1..]),
            good.replace(PARENT, &format!("{PARENT}0")),
            good.replace('-', "_"),
            good.replace(PARENT, "00f067aa0ba902bä"),
            good[..54].to_owned(),
            format!("{good}-more"),
            format!("{good}\u{e9}"),
            format!(" {good}"),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_state_goes_along_if_it_can_be_read() {
        let parent = format!("00-{ID}-{PARENT}-01");
        let state = |lines: &[&str]| {
            let trace = Trace::read(&parent, 1).unwrap();
            let trace = trace.with_state(lines.iter().copied());
            trace.tracestate().map(str::to_owned)
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(state(&["a=1,b@c=x y"]), told("a=1,b@c=x y"));
        assert_eq!(state(&["a=1 ,\t b=2", " , 1c=3,"]), told("a=1,b=2,1c=3"));
        assert_eq!(state(&[]), None);
        assert_eq!(state(&[" "]), None);
        let all: Vec<_> = (0..33).map(|number| format!("a{number}=1")).collect();
        assert_eq!(state(&[&all[..32].join(",")]), told(&all[..32].join(",")));
        let (long, longest) = ("b".repeat(257), "b".repeat(256));
        assert!(state(&[&format!("{longest}={longest}")]).is_some());
        for bad in [
            "a",
            "a=",
            "=1",
            "A=1",
            "a=1,a=2",
            "a b=1",
            "a=1=2",
            "a=\u{e4}",
            &all.join(","),
            &format!("a={long}"),
            &format!("{long}=1"),
        ] {
            assert_eq!(state(&["z=1", bad]), None, "{bad}");
        }
    }
}
