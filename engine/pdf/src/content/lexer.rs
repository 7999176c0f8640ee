use super::number::{is_blank, is_regular, number};
use super::{Operand, Operands};

/// Arrays and dictionaries within each other; what is deeper is read as `null`.
const DEPTH: usize = 32;

/// Most operands that are kept before an operator.
const OPERANDS: usize = 1 << 16;

/// What the lexer came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// An operator; its operands are in the [`Operands`].
    Operator(&'a [u8]),
    /// The end of the stream. Operands that are left belong to no operator.
    End,
}

/// Reads operators and their operands from a content stream.
///
/// Never fails: what cannot be read is passed over and counted in [`Lexer::malformed`].
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// How many tokens were malformed.
    pub(crate) malformed: u32,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Lexer<'a> {
        Lexer { bytes, at: 0, malformed: 0 }
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes over some bytes, as those of an inline image.
    pub(crate) fn skip(&mut self, len: usize) {
        self.at = (self.at + len).min(self.bytes.len());
    }

    /// The next operator with its operands.
    pub(crate) fn next(&mut self, operands: &mut Operands) -> Token<'a> {
        operands.clear();
        loop {
            self.blanks();
            let Some(&byte) = self.bytes.get(self.at) else { return Token::End };
            match byte {
                b'+' | b'-' | b'.' | b'0'..=b'9' => {
                    let value = Operand::Number(self.number());
                    operands.top.push(value);
                }
                b'/' | b'(' | b'<' | b'[' => {
                    let value = self.value(operands, 0);
                    operands.top.extend(value);
                }
                b')' | b'>' | b']' | b'{' | b'}' => {
                    self.at += 1;
                    self.malformed += 1;
                }
                _ => match self.word() {
                    b"true" => operands.top.push(Operand::Bool(true)),
                    b"false" => operands.top.push(Operand::Bool(false)),
                    b"null" => operands.top.push(Operand::Null),
                    word => return Token::Operator(word),
                },
            }
            if operands.top.len() > OPERANDS {
                operands.clear();
                self.malformed += 1;
            }
        }
    }

    /// Keys and values of an inline image between `BI` and `ID`; the position is then behind the
    /// one blank that follows `ID`. Without an `ID` nothing is read.
    pub(crate) fn inline_dict(&mut self, operands: &mut Operands) -> Option<Operand> {
        let start = self.at;
        operands.clear();
        match self.next(operands) {
            Token::Operator(b"ID") => {}
            _ => {
                self.at = start;
                self.malformed += 1;
                return None;
            }
        }
        if self.bytes.get(self.at).is_some_and(|b| is_blank(*b)) {
            self.at += 1;
        }
        let from = operands.items.len();
        let top = std::mem::take(&mut operands.top);
        operands.items.extend(top);
        Some(Operand::Dict(from..operands.items.len()))
    }

    /// Passes over blanks and comments.
    fn blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'%' {
                let rest = self.rest();
                self.at += rest.iter().position(|b| matches!(b, 10 | 13)).unwrap_or(rest.len());
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn number(&mut self) -> f64 {
        let number = number(self.rest());
        self.at += number.len.max(1);
        self.malformed += u32::from(!number.clean);
        number.value
    }

    /// Regular characters up to the next blank or delimiter.
    fn word(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|b| !is_regular(*b)).unwrap_or(rest.len());
        self.at += len.max(1);
        rest.get(..len).unwrap_or_default()
    }

    /// An operand that starts here, `None` for something that is none.
    fn value(&mut self, operands: &mut Operands, depth: usize) -> Option<Operand> {
        let &byte = self.bytes.get(self.at)?;
        match byte {
            b'+' | b'-' | b'.' | b'0'..=b'9' => Some(Operand::Number(self.number())),
            b'/' => Some(self.name(operands)),
            b'(' => Some(self.literal(operands)),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                self.list(operands, depth, true)
            }
            b'<' => Some(self.hex(operands)),
            b'[' => {
                self.at += 1;
                self.list(operands, depth, false)
            }
            b')' | b'>' | b']' | b'{' | b'}' => {
                self.at += 1;
                self.malformed += 1;
                None
            }
            _ => match self.word() {
                b"true" => Some(Operand::Bool(true)),
                b"false" => Some(Operand::Bool(false)),
                b"null" => Some(Operand::Null),
                _ => {
                    self.malformed += 1;
                    None
                }
            },
        }
    }

    /// The elements of an array or dictionary up to its end, or to the end of the stream.
    ///
    /// Elements of a list must stand together while inner lists are read between them, so they
    /// are gathered at the end of the operands' top and moved when the list is complete.
    fn list(&mut self, operands: &mut Operands, depth: usize, dict: bool) -> Option<Operand> {
        if depth >= DEPTH {
            self.malformed += 1;
            return Some(Operand::Null);
        }
        let base = operands.top.len();
        loop {
            self.blanks();
            match self.bytes.get(self.at) {
                None => {
                    self.malformed += 1;
                    break;
                }
                Some(b']') if !dict => {
                    self.at += 1;
                    break;
                }
                Some(b'>') if dict => {
                    let double = self.bytes.get(self.at + 1) == Some(&b'>');
                    self.malformed += u32::from(!double);
                    self.at += 1 + usize::from(double);
                    break;
                }
                Some(_) => {
                    let value = self.value(operands, depth + 1);
                    operands.top.extend(value);
                }
            }
            if operands.top.len() - base > OPERANDS {
                self.malformed += 1;
                operands.top.truncate(base + OPERANDS);
            }
        }
        let from = operands.items.len();
        operands.items.extend(operands.top.drain(base..));
        let range = from..operands.items.len();
        Some(if dict { Operand::Dict(range) } else { Operand::Array(range) })
    }

    fn name(&mut self, operands: &mut Operands) -> Operand {
        self.at += 1;
        let rest = self.rest();
        let len = rest.iter().position(|b| !is_regular(*b)).unwrap_or(rest.len());
        self.at += len;
        let raw = rest.get(..len).unwrap_or_default();
        let from = operands.bytes.len();
        let mut i = 0;
        while let Some(&byte) = raw.get(i) {
            let pair = (byte == b'#')
                .then(|| Some(hex_digit(*raw.get(i + 1)?)? << 4 | hex_digit(*raw.get(i + 2)?)?))
                .flatten();
            operands.bytes.push(pair.unwrap_or(byte));
            i += if pair.is_some() { 3 } else { 1 };
        }
        Operand::Name(from..operands.bytes.len())
    }

    /// A string in parentheses (ISO 32000-1, 7.3.4.2).
    fn literal(&mut self, operands: &mut Operands) -> Operand {
        self.at += 1;
        let from = operands.bytes.len();
        let mut open = 1usize;
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                self.malformed += 1;
                break;
            };
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(operands);
                    continue;
                }
                // An end of line within a string is one line feed.
                13 => {
                    self.at += usize::from(self.bytes.get(self.at) == Some(&10));
                    operands.bytes.push(10);
                    continue;
                }
                _ => {}
            }
            operands.bytes.push(byte);
        }
        Operand::Text(from..operands.bytes.len())
    }

    /// What follows a backslash in a string.
    fn escape(&mut self, operands: &mut Operands) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        let plain = match byte {
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'b' => 8,
            b'f' => 12,
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.bytes.get(self.at) else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                (code & 255) as u8
            }
            // A backslash at the end of a line joins the lines.
            10 => return,
            13 => {
                self.at += usize::from(self.bytes.get(self.at) == Some(&10));
                return;
            }
            other => other,
        };
        operands.bytes.push(plain);
    }

    /// A string of hexadecimal digits; an odd last digit is followed by 0.
    fn hex(&mut self, operands: &mut Operands) -> Operand {
        self.at += 1;
        let from = operands.bytes.len();
        let mut high = None;
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                self.malformed += 1;
                break;
            };
            self.at += 1;
            match (byte, hex_digit(byte)) {
                (b'>', _) => break,
                (_, Some(digit)) => match high.take() {
                    None => high = Some(digit),
                    Some(first) => operands.bytes.push(first << 4 | digit),
                },
                (_, None) => self.malformed += u32::from(!is_blank(byte)),
            }
        }
        if let Some(first) = high {
            operands.bytes.push(first << 4);
        }
        Operand::Text(from..operands.bytes.len())
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream as `operands operator` lines, for people to read.
    fn told(source: &[u8]) -> (Vec<String>, u32) {
        fn tell(operands: &Operands, operand: &Operand) -> String {
            let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap()).into_owned();
            let list = || {
                let all: Vec<_> =
                    operands.list(operand).iter().map(|o| tell(operands, o)).collect();
                all.join(" ")
            };
            match operand {
                Operand::Number(n) => format!("{n}"),
                Operand::Name(_) => format!("/{}", text(operands.as_name(operand))),
                Operand::Text(_) => format!("({})", text(operands.as_text(operand))),
                Operand::Array(_) => format!("[{}]", list()),
                Operand::Dict(_) => format!("<<{}>>", list()),
                Operand::Bool(b) => format!("{b}"),
                Operand::Null => String::from("null"),
            }
        }
        let mut lexer = Lexer::new(source);
        let mut operands = Operands::default();
        let mut lines = Vec::new();
        loop {
            let token = lexer.next(&mut operands);
            let mut line: Vec<_> = operands.all().iter().map(|o| tell(&operands, o)).collect();
            if let Token::Operator(word) = token {
                line.push(String::from_utf8_lossy(word).into_owned());
            }
            if !line.is_empty() {
                lines.push(line.join(" "));
            }
            if token == Token::End {
                return (lines, lexer.malformed);
            }
        }
    }

    #[test]
    fn streams_are_read_to_their_end() {
        let cases: &[(&str, &[&str], u32)] = &[
            ("1 0 0 1 72 720 cm BT", &["1 0 0 1 72 720 cm", "BT"], 0),
            ("% note\r  0 g%x\n(a)Tj", &["0 g", "(a) Tj"], 0),
            (r"(a\)b\\(c)\053\12\n) Tj", &["(a)b\\(c)+\n\n) Tj"], 0),
            ("(a\\\r\nb\r\nc)'", &["(ab\nc) '"], 0),
            ("<4A4b 5>Tj", &["(JKP) Tj"], 0),
            ("[(A)-120 <42>]TJ", &["[(A) -120 (B)] TJ"], 0),
            ("/A#20B/C gs", &["/A B /C gs"], 0),
            (
                "/T<</M[1[2 3]<</K true>>]/N null>>BDC",
                &["/T <</M [1 [2 3] <</K true>>] /N null>> BDC"],
                0,
            ),
            ("[3 2]0d 10w", &["[3 2] 0 d", "10 w"], 0),
            ("1 2 m) 3 4 l", &["1 2 m", "3 4 l"], 1),
            ("--5 0 m 1.2.3 4 l S", &["-5 0 m", "1.2 4 l", "S"], 2),
            ("(open Tj", &["(open Tj)"], 1),
            ("[1 2 foo 3] 0 d", &["[1 2 3] 0 d"], 1),
            ("<< /A 1", &["<</A 1>>"], 1),
            ("\u{0}T* {", &["T*"], 1),
        ];
        for (source, lines, malformed) in cases {
            let (told, count) = told(source.as_bytes());
            assert_eq!(told, *lines, "{source}");
            assert_eq!(count, *malformed, "{source}");
        }
    }

    #[test]
    fn deep_and_long_lists_end() {
        let deep = "[".repeat(100_000);
        assert!(told(deep.as_bytes()).1 > 0);
        let long = "1 ".repeat(300_000) + "m";
        assert!(told(long.as_bytes()).1 > 0);
    }
}
