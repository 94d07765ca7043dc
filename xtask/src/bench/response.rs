//! An HTTP/1.1 answer, as far as a load generator must understand it: its status, and where it ends.

/// A whole answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Chunks are put together.
    pub(super) body: Body,
    /// The server closes the connection after it.
    pub(super) closes: bool,
}

/// Where the body is in what was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    At { start: usize, end: usize },
    Chunked(Vec<u8>),
}

/// `None` if it has not arrived as a whole.
pub(super) fn read(received: &[u8]) -> Result<Option<Answer>, String> {
    let Some(head_end) = find(received, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = &received[..head_end];
    let start = head_end + 4;
    let status = head
        .strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok())
        .ok_or_else(|| format!("not an answer: {}", head.escape_ascii()))?;
    let mut length = None;
    let mut chunked = false;
    let mut closes = false;
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        match name.len() {
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                length = std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse::<usize>().ok());
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                chunked = value.eq_ignore_ascii_case(b"chunked");
            }
            10 if name.eq_ignore_ascii_case(b"connection") => {
                closes = value.eq_ignore_ascii_case(b"close");
            }
            _ => {}
        }
    }
    let body = if chunked {
        unchunk(&received[start..])?.map(Body::Chunked)
    } else {
        // RFC 9112 §6.3: these have no body.
        let length = length.or((status == 204 || status == 304).then_some(0));
        let end = start + length.ok_or("an answer without a length")?;
        (received.len() >= end).then_some(Body::At { start, end })
    };
    Ok(body.map(|body| Answer {
        status,
        body,
        closes,
    }))
}

fn unchunk(mut rest: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut body = Vec::new();
    loop {
        let Some(line_end) = find(rest, b"\r\n") else {
            return Ok(None);
        };
        let size = std::str::from_utf8(&rest[..line_end])
            .ok()
            .and_then(|text| usize::from_str_radix(text, 16).ok())
            .ok_or("a chunk without a size")?;
        let (from, to) = (line_end + 2, line_end + 2 + size);
        if rest.len() < to + 2 {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&rest[from..to]);
        rest = &rest[to + 2..];
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let answer = read(text).expect("it is an answer").expect("it is whole");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, Body::At { start: 38, end: 40 });
        assert_eq!(read(&text[..39]), Ok(None));
    }

    #[test]
    fn chunks_are_put_together() {
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n1\r\n\"\r\n0\r\n\r\n";
        let answer = read(text).expect("it is an answer").expect("it is whole");
        assert_eq!(answer.body, Body::Chunked(b"{\"a\"".to_vec()));
        assert_eq!(read(&text[..text.len() - 4]), Ok(None));
    }
}
