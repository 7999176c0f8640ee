//! Reading cards as they are published: bytes to text, text to statements, statements to data.

mod element;
mod lines;
mod model;
mod number;
mod parse;
mod tokens;

pub(crate) use lines::{has_no_comment, is_blank};
pub(crate) use parse::read;
pub(crate) use tokens::{Commas, is_one_token};

/// Turns the bytes of a card file into text.
///
/// UTF-16 is read by its byte order mark, UTF-8 where the bytes are UTF-8; anything else is
/// taken as Latin-1, which published libraries use for `µ`, `°` and names.
pub fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8_or_latin1(rest),
        _ => utf8_or_latin1(bytes),
    }
}

fn utf8_or_latin1(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|c| <[u8; 2]>::try_from(c).ok()).map(unit);
    char::decode_utf16(units).map(|r| r.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text() {
        assert_eq!(decode("Ω".as_bytes()), "Ω");
        assert_eq!(decode(b"10\xb5"), "10µ");
        assert_eq!(decode(b"\xef\xbb\xbfx"), "x");
        assert_eq!(decode(b"\xff\xfe.\0m\0"), ".m");
        assert_eq!(decode(b"\xfe\xff\0."), ".");
    }
}
