/// Blanks of ISO 32000-1, table 1.
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Delimiters of ISO 32000-1, table 2.
pub(crate) const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// Whether a byte goes on with a token.
pub(crate) const fn is_regular(byte: u8) -> bool {
    !is_blank(byte) && !is_delimiter(byte)
}

/// Powers of ten that are exact.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Most digits of a number that is read without a second look.
const MOST_PLAIN: usize = 15;

/// A number at the start of some bytes.
pub(crate) struct Number {
    pub(crate) value: f64,
    /// How many bytes it takes.
    pub(crate) len: usize,
    /// Whether it is written as ISO 32000-1, 7.3.3 has it.
    pub(crate) clean: bool,
}

/// Reads a number that starts with a digit, a sign or a point.
///
/// Malformed ones are read as viewers do: `--5` is -5, `1.2.3` and `1-3` are 1.2 and 1 with the
/// rest passed over, a lone sign or point is 0.
pub(crate) fn number(bytes: &[u8]) -> Number {
    if let Some(plain) = plain(bytes) {
        return plain;
    }
    let mut at = 0;
    let mut negative = false;
    let mut signs = 0;
    while let Some(sign @ (b'+' | b'-')) = bytes.get(at) {
        negative |= *sign == b'-';
        signs += 1;
        at += 1;
    }
    let mut clean = signs <= 1;
    let (mut mantissa, mut digits, mut point, mut decimals, mut dropped) =
        (0u64, 0usize, false, 0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                // 18 digits fit and are more than a double holds.
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa * 10 + u64::from(byte - b'0');
                    decimals += usize::from(point);
                } else {
                    dropped += usize::from(!point);
                }
            }
            b'.' if !point => point = true,
            _ => break,
        }
        at += 1;
    }
    clean &= digits > 0;
    let mut value = mantissa as f64;
    value /= TENS.get(decimals).copied().unwrap_or(1e22);
    if dropped > 0 {
        value *= TENS.get(dropped).copied().unwrap_or(1e22);
    }
    // More points, signs and digits belong to no number; passing over them keeps the operands in
    // step. An exponent is not allowed either, but its meaning is clear.
    if let Some(b'e' | b'E') = bytes.get(at)
        && digits > 0
        && let Some((power, len)) = exponent(bytes.get(at + 1..).unwrap_or_default())
    {
        value *= 10f64.powi(power);
        at += 1 + len;
        clean = false;
    }
    while let Some(b'0'..=b'9' | b'.' | b'-' | b'+') = bytes.get(at) {
        at += 1;
        clean = false;
    }
    if !value.is_finite() {
        (value, clean) = (0.0, false);
    }
    Number { value: if negative { -value } else { value }, len: at, clean }
}

/// A number of few digits with at most one sign and one point, as nearly all are; `None` for any
/// other, and where what follows may belong to it.
fn plain(bytes: &[u8]) -> Option<Number> {
    let (negative, digits) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, bytes),
    };
    let mut mantissa = 0_u64;
    let mut point = None;
    let mut len = digits.len();
    // One more than fits is enough to tell that they are too many.
    for (i, &byte) in digits.iter().enumerate().take(MOST_PLAIN + 2) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if byte == b'.' && point.is_none() {
            point = Some(i);
        } else {
            len = i;
            break;
        }
    }
    let count = len - usize::from(point.is_some()).min(len);
    let goes_on = matches!(digits.get(len), Some(b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    if count == 0 || count > MOST_PLAIN || goes_on {
        return None;
    }
    let decimals = point.map_or(0, |p| len - p - 1);
    let value = mantissa as f64 / TENS.get(decimals)?;
    let len = len + usize::from(negative);
    Some(Number { value: if negative { -value } else { value }, len, clean: true })
}

/// The power behind an `e`, at most ±30, and its length.
fn exponent(bytes: &[u8]) -> Option<(i32, usize)> {
    let signed = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let digits = bytes.iter().skip(signed).take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 3 {
        return None;
    }
    let power: i32 = str::from_utf8(bytes.get(..signed + digits)?).ok()?.parse().ok()?;
    Some((power.clamp(-30, 30), signed + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_viewers_do() {
        let cases: &[(&str, f64, usize, bool)] = &[
            ("0", 0.0, 1, true),
            ("-0.24 m", -0.24, 5, true),
            ("+17", 17.0, 3, true),
            (".5", 0.5, 2, true),
            ("4.", 4.0, 2, true),
            ("470.16]", 470.16, 6, true),
            ("123456789.125", 123456789.125, 13, true),
            ("0.000000000000000000000001", 0.0, 26, true),
            ("--5", -5.0, 3, false),
            ("1.2.3", 1.2, 5, false),
            ("1-3", 1.0, 3, false),
            (".", 0.0, 1, false),
            ("-", 0.0, 1, false),
            ("1e-3", 0.001, 4, false),
            ("2E2", 200.0, 3, false),
            ("1em", 1.0, 1, true),
            ("10Tc", 10.0, 2, true),
        ];
        for &(text, value, len, clean) in cases {
            let read = number(text.as_bytes());
            assert!((read.value - value).abs() < 1e-15, "{text}: {}", read.value);
            assert_eq!((read.len, read.clean), (len, clean), "{text}");
        }
        assert!((number(b"99999999999999999999999999").value - 1e26).abs() < 1e12);
        assert!(number(&[b'9'; 400]).value.is_finite());
    }
}
