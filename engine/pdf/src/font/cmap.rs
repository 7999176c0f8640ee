//! CMaps: how bytes become codes, codes become character identifiers, and codes become text
//! (Adobe technical notes 5014 and 5411; ISO 32000-1, 9.7.5 and 9.10.3).

use std::collections::BTreeMap;

/// More entries than any real font has; a hostile file ends here.
const MOST_ENTRIES: usize = 300_000;

/// What an embedded CMap says.
#[derive(Clone, Debug, Default)]
pub(super) struct CMap {
    /// Lengths of codes with their bounds, byte by byte.
    codespaces: Vec<Codespace>,
    /// Runs of codes with the identifier of the first, sorted by code once read.
    cids: Vec<Run<u32>>,
    /// Runs of codes with the text of the first.
    texts: Vec<Run<Vec<u16>>>,
    /// Texts of single codes, by code.
    single: BTreeMap<u32, Vec<u16>>,
    /// The CMap that this one builds on.
    pub(super) parent: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug)]
struct Codespace {
    len: usize,
    low: u32,
    high: u32,
}

#[derive(Clone, Debug)]
struct Run<T> {
    low: u32,
    high: u32,
    first: T,
}

impl CMap {
    /// Reads a CMap; what is malformed is passed over.
    pub(super) fn read(bytes: &[u8]) -> CMap {
        let mut map = CMap::default();
        let tokens = Tokens { bytes, at: 0 };
        let mut operands: Vec<Token> = Vec::new();
        let mut entries = 0;
        for token in tokens {
            let Token::Word(word) = token else {
                // A section holds at most 100 entries; more operands than this are no CMap's.
                if operands.len() < 100_000 {
                    operands.push(token);
                }
                continue;
            };
            entries += operands.len();
            if entries > MOST_ENTRIES {
                break;
            }
            match word {
                b"endcodespacerange" => map.add_codespaces(&operands),
                b"endbfchar" => map.add_texts(&operands),
                b"endbfrange" => map.add_text_runs(&operands),
                b"endcidchar" => map.add_cids(&operands),
                b"endcidrange" => map.add_cid_runs(&operands),
                b"usecmap" => {
                    if let Some(Token::Name(name)) = operands.last() {
                        map.parent = Some(name.to_vec());
                    }
                }
                _ => {}
            }
            operands.clear();
        }
        map.cids.sort_by_key(|r| r.low);
        map.texts.sort_by_key(|r| r.low);
        map
    }

    /// The text of a code, as the CMap has it: control characters and private use included.
    pub(super) fn text(&self, code: u32) -> Option<String> {
        if let Some(units) = self.single.get(&code) {
            return decoded(units);
        }
        let run = find(&self.texts, code)?;
        let mut units = run.first.clone();
        // Only the last unit counts up (ISO 32000-1, 9.10.3).
        let last = units.last_mut()?;
        *last = last.checked_add(u16::try_from(code - run.low).ok()?)?;
        decoded(&units)
    }

    /// The character identifier of a code.
    pub(super) fn cid(&self, code: u32) -> Option<u32> {
        find(&self.cids, code).map(|run| run.first.saturating_add(code - run.low))
    }

    /// Whether it maps codes to identifiers at all.
    pub(super) fn has_cids(&self) -> bool {
        !self.cids.is_empty()
    }

    /// Whether it says how long codes are.
    pub(super) fn has_codespaces(&self) -> bool {
        !self.codespaces.is_empty()
    }

    /// The next code and its length in bytes.
    pub(super) fn code(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        let mut code = 0;
        for len in 1..=4.min(bytes.len()) {
            code = code << 8 | u32::from(*bytes.get(len - 1)?);
            if self.codespaces.iter().any(|s| s.len == len && s.holds(code)) {
                return Some((code, len));
            }
        }
        // No match: as many bytes as the shortest code has are passed over.
        let len = self.codespaces.iter().map(|s| s.len).min().unwrap_or(1).min(bytes.len());
        let code = bytes.get(..len)?.iter().fold(0, |code, b| code << 8 | u32::from(*b));
        (len > 0).then_some((code, len))
    }

    fn add_codespaces(&mut self, operands: &[Token]) {
        for pair in operands.chunks_exact(2) {
            if let [Token::Bytes(low), Token::Bytes(high)] = pair
                && let (Some(l), Some(h)) = (number(low), number(high))
                && low.len() == high.len()
            {
                self.codespaces.push(Codespace { len: low.len(), low: l, high: h });
            }
        }
    }

    fn add_texts(&mut self, operands: &[Token]) {
        for pair in operands.chunks_exact(2) {
            if let [Token::Bytes(code), Token::Bytes(text)] = pair
                && let Some(code) = number(code)
            {
                self.single.insert(code, units(text));
            }
        }
    }

    fn add_text_runs(&mut self, operands: &[Token]) {
        for triple in operands.chunks_exact(3) {
            let [Token::Bytes(low), Token::Bytes(high), to] = triple else { continue };
            let (Some(low), Some(high)) = (number(low), number(high)) else { continue };
            match to {
                Token::Bytes(text) if low <= high => {
                    self.texts.push(Run { low, high, first: units(text) });
                }
                Token::Array(texts) => {
                    for (code, text) in (low..=high).zip(texts) {
                        self.single.insert(code, units(text));
                    }
                }
                _ => {}
            }
        }
    }

    fn add_cids(&mut self, operands: &[Token]) {
        for pair in operands.chunks_exact(2) {
            if let [Token::Bytes(code), Token::Number(cid)] = pair
                && let Some(code) = number(code)
            {
                self.cids.push(Run { low: code, high: code, first: *cid });
            }
        }
    }

    fn add_cid_runs(&mut self, operands: &[Token]) {
        for triple in operands.chunks_exact(3) {
            if let [Token::Bytes(low), Token::Bytes(high), Token::Number(cid)] = triple
                && let (Some(low), Some(high)) = (number(low), number(high))
                && low <= high
            {
                self.cids.push(Run { low, high, first: *cid });
            }
        }
    }
}

impl Codespace {
    /// Whether every byte of the code lies between those of the bounds.
    fn holds(self, code: u32) -> bool {
        (0..self.len).all(|i| {
            let byte = |v: u32| v >> (8 * i) & 0xFF;
            (byte(self.low)..=byte(self.high)).contains(&byte(code))
        })
    }
}

/// The run that holds a code, of runs sorted by their first code.
fn find<T>(runs: &[Run<T>], code: u32) -> Option<&Run<T>> {
    let end = runs.partition_point(|r| r.low <= code);
    runs.get(end.checked_sub(1)?).filter(|r| code <= r.high)
}

fn number(bytes: &[u8]) -> Option<u32> {
    let fits = (1..=4).contains(&bytes.len());
    fits.then(|| bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
}

/// UTF-16 units; some writers give one byte for ASCII.
fn units(bytes: &[u8]) -> Vec<u16> {
    match bytes {
        [one] => vec![u16::from(*one)],
        _ => bytes.chunks_exact(2).take(32).filter_map(|c| Some(be(c.try_into().ok()?))).collect(),
    }
}

fn be(pair: [u8; 2]) -> u16 {
    u16::from_be_bytes(pair)
}

fn decoded(units: &[u16]) -> Option<String> {
    String::from_utf16(units).ok().filter(|s| !s.is_empty())
}

#[derive(Clone, Debug)]
enum Token<'a> {
    Bytes(Vec<u8>),
    Array(Vec<Vec<u8>>),
    Number(u32),
    Name(&'a [u8]),
    Word(&'a [u8]),
}

/// The tokens of the PostScript that CMaps are written in.
struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|b| !keep(*b)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn hex(&mut self) -> Vec<u8> {
        let digits = self.take_while(|b| b != b'>');
        self.at += 1;
        let mut digits: Vec<u8> =
            digits.iter().filter_map(|b| char::from(*b).to_digit(16)).map(|d| d as u8).collect();
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        digits.chunks_exact(2).map(|p| p.iter().fold(0, |n, d| n << 4 | d)).collect()
    }

    /// A literal string; CMaps hold them only in their registry entries, so escapes stay as they are.
    fn literal(&mut self) -> Vec<u8> {
        let start = self.at;
        let mut depth = 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.bytes.get(start..self.at.saturating_sub(1)).unwrap_or_default().to_vec()
    }

    fn array(&mut self) -> Vec<Vec<u8>> {
        let mut items = Vec::new();
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b']' => break,
                b'<' if items.len() < 65_536 => items.push(self.hex()),
                _ => {}
            }
        }
        items
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek()?;
            match byte {
                b'%' => {
                    self.take_while(|b| b != b'\n' && b != b'\r');
                }
                b if b.is_ascii_whitespace() || b == 0 => self.at += 1,
                b'<' => {
                    self.at += 1;
                    if self.peek() == Some(b'<') {
                        self.at += 1;
                        continue;
                    }
                    return Some(Token::Bytes(self.hex()));
                }
                b'(' => {
                    self.at += 1;
                    return Some(Token::Bytes(self.literal()));
                }
                b'[' => {
                    self.at += 1;
                    return Some(Token::Array(self.array()));
                }
                b'/' => {
                    self.at += 1;
                    return Some(Token::Name(self.take_while(regular)));
                }
                b if !regular(b) => self.at += 1,
                _ => {
                    let word = self.take_while(regular);
                    let text = std::str::from_utf8(word).unwrap_or_default();
                    return Some(match text.parse() {
                        Ok(n) => Token::Number(n),
                        Err(_) => Token::Word(word),
                    });
                }
            }
        }
    }
}

fn regular(b: u8) -> bool {
    !b.is_ascii_whitespace() && b != 0 && !b"<>()[]{}/%".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap
        /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def % comment
        1 begincodespacerange <0000> <FFFF> endcodespacerange
        3 beginbfchar <0003> <0020> <0010> <00660069> <0011> <D835DC9C> endbfchar
        2 beginbfrange <0020> <0022> <0041> <0030> <0032> [<03A9> <00B5> <00660066>] endbfrange
        endcmap";

    #[test]
    fn codes_have_text() {
        let map = CMap::read(TEXT);
        for (code, text) in [
            (0x03, Some(" ")),
            (0x10, Some("fi")),
            (0x11, Some("\u{1D49C}")),
            (0x20, Some("A")),
            (0x22, Some("C")),
            (0x23, None),
            (0x30, Some("Ω")),
            (0x31, Some("µ")),
            (0x32, Some("ff")),
            (0x33, None),
        ] {
            assert_eq!(map.text(code).as_deref(), text, "{code:x}");
        }
        assert_eq!(map.code(&[0, 0x20, 7]), Some((0x20, 2)));
    }

    #[test]
    fn codes_of_mixed_length_become_identifiers() {
        let map = CMap::read(
            b"2 begincodespacerange <00> <80> <8140> <9FFC> endcodespacerange
              1 begincidrange <20> <7E> 231 endcidrange 1 begincidchar <8140> 633 endcidchar",
        );
        assert_eq!(map.code(&[0x41, 0x81]), Some((0x41, 1)));
        assert_eq!(map.code(&[0x81, 0x40]), Some((0x8140, 2)));
        // 8120 is in no code space: one byte is passed over.
        assert_eq!(map.code(&[0x81, 0x20]), Some((0x81, 1)));
        assert_eq!((map.cid(0x41), map.cid(0x8140), map.cid(0x8141)), (Some(264), Some(633), None));
    }

    #[test]
    fn damaged_maps_end() {
        for bytes in [&b"<"[..], b"(\\", b"[<", b"1 beginbfrange <00> <FFFFFFFF> [<41>] endbfrange"]
        {
            CMap::read(bytes);
        }
        for cut in 0..TEXT.len() {
            CMap::read(&TEXT[..cut]);
        }
    }
}
