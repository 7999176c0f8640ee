//! What a file's objects will take in memory, estimated before they are parsed.
//!
//! lopdf keeps every object of a document; a number of two bytes in the file becomes a hundred
//! and more in memory, so the size of the file alone bounds nothing.

use crate::content::{is_blank, is_delimiter};
use crate::objects::inflate;

/// Bytes that an array, a dictionary, a name, and any other value takes, as measured.
const ARRAY: usize = 300;
const DICTIONARY: usize = 400;
const NAME: usize = 90;
const VALUE: usize = 120;

/// Bytes that one stream of objects, or of the objects' places, may unpack to.
pub(crate) const LOADED: usize = 8 << 20;

/// Bytes that lopdf's objects of a file will take, counted until `limit` is passed. Streams
/// count with their packed size, object streams with what is in them.
pub(crate) fn weight(bytes: &[u8], limit: usize) -> usize {
    let mut counter = Counter { total: 0, limit };
    counter.count(bytes, true);
    counter.total
}

struct Counter {
    total: usize,
    limit: usize,
}

impl Counter {
    fn count(&mut self, bytes: &[u8], file: bool) {
        let mut at = 0;
        // Whether the dictionary before a stream says that it holds objects.
        let mut holds_objects = false;
        while let Some(&byte) = bytes.get(at) {
            if self.total > self.limit {
                return;
            }
            if is_blank(byte) {
                at += 1;
                continue;
            }
            if is_delimiter(byte) && byte != b'/' {
                let double = byte == b'<' && bytes.get(at + 1) == Some(&b'<');
                self.total += match byte {
                    b'[' => ARRAY,
                    b'<' if double => DICTIONARY,
                    b'(' | b'<' => VALUE,
                    _ => 0,
                };
                at += 1 + usize::from(double);
                continue;
            }
            let start = at + usize::from(byte == b'/');
            let rest = bytes.get(start..).unwrap_or_default();
            let len = rest.iter().position(|b| is_blank(*b) || is_delimiter(*b));
            let word = rest.get(..len.unwrap_or(rest.len())).unwrap_or_default();
            at = start + word.len();
            match (byte, word) {
                (b'/', b"ObjStm") => holds_objects = true,
                (b'/', _) => self.total += NAME,
                // A reference is one value, and so is not what its numbers were.
                (_, b"R") => self.total = self.total.saturating_sub(VALUE),
                (_, b"obj") => holds_objects = false,
                (_, b"endobj" | b"endstream") => {}
                (_, b"stream") if file => {
                    let data = bytes.get(at..).unwrap_or_default();
                    let end = find(data, b"endstream").unwrap_or(data.len());
                    let data = data.get(..end).unwrap_or_default();
                    self.total += data.len();
                    if holds_objects {
                        let inner = inflate(data.trim_ascii_start(), LOADED).bytes;
                        if inner.len() >= LOADED {
                            self.total = self.limit.saturating_add(1);
                            return;
                        }
                        self.total += inner.len();
                        self.count(&inner, false);
                    }
                    at += end;
                }
                _ => self.total += VALUE,
            }
        }
    }
}

/// Where some bytes stand first in others.
fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        from += rest.iter().position(|b| *b == first)?;
        if bytes.get(from..)?.starts_with(what) {
            return Some(from);
        }
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Much nothing in an object stream.
    fn inflated_bomb() -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&b" ".repeat(LOADED)).unwrap();
        let packed = packer.finish().unwrap();
        [b"1 0 obj<</Type/ObjStm>>stream\n".as_slice(), &packed, b"\nendstream"].concat()
    }

    #[test]
    fn values_weigh_and_streams_do_not_hide_them() {
        let light = b"%PDF-1.4\n1 0 obj <</Length 9>> stream\n0 0 0 0 0\nendstream endobj";
        assert!(weight(light, usize::MAX) < 1500);
        let heavy = [b"1 0 obj [".as_slice(), &b"0 ".repeat(10_000), b"] endobj"].concat();
        assert!(weight(&heavy, usize::MAX) > 1_000_000);
        assert!(weight(&heavy, 5_000) < 6_000);

        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&b"0 ".repeat(10_000)).unwrap();
        let packed = packer.finish().unwrap();
        let holder = [b"1 0 obj<</Type/ObjStm>>stream\n".as_slice(), &packed, b"\nendstream"];
        assert!(weight(&holder.concat(), usize::MAX) > 1_000_000);

        let bomb = inflated_bomb();
        assert_eq!(weight(&bomb, 50_000_000), 50_000_001);
    }
}
