//! Members of a ZIP archive (PKWARE, APPNOTE.TXT 6.3), as spreadsheets need them: stored or
//! deflated, without encryption, up to a limit of size.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// Signature of the end of the central directory.
const END: [u8; 4] = *b"PK\x05\x06";
/// Signature of an entry of the central directory.
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// Signature of a local header.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Most entries that are looked at.
const ENTRIES: usize = 10_000;

/// An archive in memory.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
    /// Bytes that members may still take, all together.
    left: usize,
}

struct Entry {
    name: String,
    method: u16,
    packed: usize,
    at: usize,
}

impl<'a> Archive<'a> {
    /// Reads the directory. `None` when this is no archive.
    pub(super) fn open(bytes: &'a [u8], limit: usize) -> Option<Archive<'a>> {
        // A comment of at most 65535 bytes may follow the end.
        let from = bytes.len().saturating_sub(66_000);
        let tail = bytes.get(from..)?;
        let end = from + tail.windows(4).rposition(|w| w == END)?;
        let count = usize::from(short(bytes, end + 10)?).min(ENTRIES);
        let mut at = long(bytes, end + 16)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            if bytes.get(at..at + 4)? != ENTRY {
                return None;
            }
            let encrypted = short(bytes, at + 8)? & 1 == 1;
            let name_length = usize::from(short(bytes, at + 28)?);
            let name = bytes.get(at + 46..at + 46 + name_length)?;
            if !encrypted {
                entries.push(Entry {
                    name: String::from_utf8_lossy(name).into_owned(),
                    method: short(bytes, at + 10)?,
                    packed: long(bytes, at + 20)?,
                    at: long(bytes, at + 42)?,
                });
            }
            let extra = usize::from(short(bytes, at + 30)?);
            let comment = usize::from(short(bytes, at + 32)?);
            at += 46 + name_length + extra + comment;
        }
        Some(Archive { bytes, entries, left: limit })
    }

    /// The text of a member. `None` when there is none, or it is damaged or too large.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let entry = self.entries.iter().find(|e| e.name == name)?;
        if self.bytes.get(entry.at..entry.at + 4)? != LOCAL {
            return None;
        }
        let name_length = usize::from(short(self.bytes, entry.at + 26)?);
        let extra = usize::from(short(self.bytes, entry.at + 28)?);
        let start = entry.at + 30 + name_length + extra;
        let packed = self.bytes.get(start..start.checked_add(entry.packed)?)?;
        let plain = match entry.method {
            0 => packed.to_vec(),
            8 => decompress_to_vec_with_limit(packed, self.left).ok()?,
            _ => return None,
        };
        self.left = self.left.checked_sub(plain.len())?;
        Some(String::from_utf8_lossy(&plain).into_owned())
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()
}
