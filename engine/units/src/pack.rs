//! Numbers as packs write them: `10`, `1.5e-3`, `1MEG`, `4k7`.

/// A number read from a pack.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Number {
    /// The value, suffix applied.
    pub value: f64,
    /// Whether a scale suffix stood in it (`1MEG`, `4k7`); such a number needs its unit.
    pub suffixed: bool,
}

const SUFFIXES: [(&str, f64); 11] = [
    ("MEG", 1e6),
    ("Meg", 1e6),
    ("f", 1e-15),
    ("p", 1e-12),
    ("n", 1e-9),
    ("u", 1e-6),
    ("µ", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("G", 1e9),
    ("T", 1e12),
];

/// Reads one number; `None` when the text is not one. `4k7` is 4700; the infix form takes
/// digits only on both sides.
pub fn parse_number(text: &str) -> Option<Number> {
    let plain = |t: &str| {
        let digits = t.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'-' || b == b'+');
        (digits && !t.ends_with('.'))
            .then(|| t.parse::<f64>().ok())
            .flatten()
            .filter(|v| v.is_finite())
    };
    if let Some(value) = plain(text) {
        return Some(Number { value, suffixed: false });
    }
    SUFFIXES.iter().find_map(|(suffix, scale)| {
        let (head, tail) = text.split_once(suffix)?;
        let mantissa = if tail.is_empty() {
            plain(head)?
        } else {
            let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            (digits(head) && digits(tail)).then(|| plain(&format!("{head}.{tail}"))).flatten()?
        };
        Some(Number { value: mantissa * scale, suffixed: true })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pack_numbers() {
        let value = |t: &str| parse_number(t).map(|n| (n.value, n.suffixed));
        assert_eq!(value("10"), Some((10.0, false)));
        assert_eq!(value("1.5e-3"), Some((1.5e-3, false)));
        assert_eq!(value("4k7"), Some((4700.0, true)));
        assert_eq!(value("1MEG"), Some((1e6, true)));
        assert_eq!(value("2u"), Some((2e-6, true)));
        for wrong in ["", "x", "1.", ".5", "inf", "nan", "4k7k", "1e999", "k7"] {
            assert_eq!(value(wrong), None, "{wrong}");
        }
    }
}
