//! Numbers as SPICE cards write them: letters after the number scale it, case is ignored, and
//! what follows the scale is a unit that no simulator reads (`1M` is a thousandth, `1MEG` a
//! million, `10pF` is `10p`).

/// Reads a card's number; `None` when the text does not start with one.
///
/// Source: ngspice manual, section 2.1.3 "Some naming conventions" (scale factors).
pub fn parse_number(text: &str) -> Option<f64> {
    let end = number_length(text);
    // Fortran's exponent letter, which ngspice and old cards use, is `e` to us.
    let value: f64 = text.get(..end)?.replace(['d', 'D'], "e").parse().ok()?;
    let rest = text.get(end..)?.to_ascii_lowercase();
    let scale = if rest.starts_with("meg") {
        1e6
    } else if rest.starts_with("mil") {
        25.4e-6
    } else {
        match rest.bytes().next() {
            None => 1.0,
            Some(b't') => 1e12,
            Some(b'g') => 1e9,
            Some(b'k') => 1e3,
            Some(b'm') => 1e-3,
            Some(b'u') => 1e-6,
            Some(b'n') => 1e-9,
            Some(b'p') => 1e-12,
            Some(b'f') => 1e-15,
            Some(b'a') => 1e-18,
            Some(b) if b.is_ascii_alphabetic() || b == b'_' => 1.0,
            Some(_) if rest.starts_with('µ') || rest.starts_with('μ') => 1e-6,
            Some(_) => return None,
        }
    };
    // Scaling through text where possible would round once; one multiplication is what
    // simulators do too.
    Some(value * scale)
}

/// How many bytes at the start of a text are a number's sign, digits and exponent, before its
/// scale and unit; zero when it does not start with a number.
pub fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let mut i = usize::from(matches!(at(0), b'+' | b'-'));
    let digits_from = i;
    while at(i).is_ascii_digit() || at(i) == b'.' {
        i += 1;
    }
    if i == digits_from {
        return 0;
    }
    if matches!(at(i), b'e' | b'E' | b'd' | b'D') {
        let sign = usize::from(matches!(at(i + 1), b'+' | b'-'));
        if at(i + 1 + sign).is_ascii_digit() {
            i += 1 + sign;
            while at(i).is_ascii_digit() {
                i += 1;
            }
        }
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers() {
        let close = |t: &str, v: f64| {
            let got = parse_number(t).unwrap();
            assert!((got / v - 1.0).abs() < 1e-14, "{t}: {got}");
        };
        close("1M", 1e-3);
        close("1MEG", 1e6);
        close("10pF", 1e-11);
        close("2.52n", 2.52e-9);
        close("1e-14", 1e-14);
        close("1D-3", 1e-3);
        close("4.7uH", 4.7e-6);
        close("5V", 5.0);
        close(".5", 0.5);
        assert_eq!(parse_number("abc"), None);
        assert_eq!(parse_number(""), None);
        assert_eq!(parse_number("1..2"), None);
    }
}
