//! How much a message may be, so that none fills the memory.

use serde_json::Value;

/// Longest message, in bytes: a few datasheets of facts.
pub(crate) const MESSAGE: usize = 8 << 20;
/// Most that a message may consist of: a number or a text counts once, an array or an object, which
/// take a hundred times the memory of their brackets, sixteen times.
const PARTS: usize = 1_000_000;
const CONTAINER: usize = 16;
/// About what a part takes once it is read, with the copies that the way to the engine makes, in
/// bytes.
const PART: usize = 128;
/// Bytes of all messages that are read, wait or are worked on at the same time, with their parts.
const ROOM: usize = 192 << 20;
/// What room is counted in.
const KIB: usize = 1 << 10;

/// The room for messages: a semaphore of so many places.
pub(crate) const PLACES: usize = ROOM / KIB;

/// The room for requests that are answered quickly.
pub(crate) const PLACES_OF_QUICK: usize = PLACES / 12;

/// How many places so many bytes take.
pub(crate) fn places(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX)
}

/// How many places the parts of a text take, if it is JSON.
pub(crate) fn places_of_parts(text: &[u8]) -> u32 {
    places(parts(text).saturating_mul(PART))
}

/// Whether a text is JSON that can be read.
pub(crate) fn is_sound(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    is_small(text) && serde_json::from_slice::<Value>(text).is_ok()
}

/// Whether a text has not too many parts, if it is JSON.
pub(crate) fn is_small(text: &[u8]) -> bool {
    parts(text) <= PARTS
}

fn parts(text: &[u8]) -> usize {
    let mut parts = 0;
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => parts += CONTAINER,
            b',' | b':' if !is_text => parts += 1,
            _ => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(element: &str, count: usize) -> Vec<u8> {
        format!("[{}]", vec![element; count].join(",")).into_bytes()
    }

    #[test]
    fn what_is_no_json_or_nested_too_deep_is_not_sound() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in ["{}", "\u{feff}[1]", "\"[\\\"[\"", &nested(100)] {
            assert!(is_sound(text.as_bytes()), "{text}");
        }
        for text in ["", "{", "\u{0}", "1e999", &nested(200)] {
            assert!(!is_sound(text.as_bytes()), "{text}");
        }
        assert!(!is_sound(b"\"\xff\""));
    }

    #[test]
    fn a_message_may_have_many_numbers_and_fewer_containers() {
        assert!(is_small(&list("1.5", 900_000)) && !is_small(&list("1.5", 1_100_000)));
        assert!(is_small(&list("{}", 50_000)) && !is_small(&list("{}", 100_000)));
        // Signs in texts are none.
        assert!(is_small(&list(&format!("\"\\\"{}\"", "[,".repeat(1 << 20)), 1)));
    }
}
