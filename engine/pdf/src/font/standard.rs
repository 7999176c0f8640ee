//! Widths of the 14 standard fonts, for files that leave them out (ISO 32000-1, 9.6.2.2).

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The widths of one standard font.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Metrics {
    /// Every glyph alike.
    Courier,
    /// A column of the table.
    Column(usize),
}

impl Metrics {
    /// The metrics that a font's name asks for, usual aliases included.
    pub(super) fn of(name: &str) -> Option<Metrics> {
        let plain: String =
            name.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let bold = usize::from(plain.contains("bold"));
        let italic = usize::from(plain.contains("italic") || plain.contains("oblique"));
        FAMILIES.iter().find(|(start, _)| plain.starts_with(start)).map(
            |(_, family)| match family {
                Family::Courier => Metrics::Courier,
                Family::Helvetica => Metrics::Column(bold),
                Family::Times => Metrics::Column(2 + 2 * italic + bold),
                Family::Symbol => Metrics::Column(6),
                Family::Dingbats => Metrics::Column(7),
            },
        )
    }

    /// Width of a named glyph in em.
    pub(super) fn width(self, glyph: &str) -> Option<f64> {
        match self {
            Metrics::Courier => Some(0.6),
            Metrics::Column(column) => {
                table().get(glyph)?.get(column).copied().flatten().map(|w| f64::from(w) / 1000.0)
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Family {
    Courier,
    Helvetica,
    Times,
    Symbol,
    Dingbats,
}

/// How names of families begin, letters and digits only.
const FAMILIES: [(&str, Family); 16] = [
    ("courier", Family::Courier),
    ("nimbusmono", Family::Courier),
    ("liberationmono", Family::Courier),
    ("cousine", Family::Courier),
    ("helvetica", Family::Helvetica),
    ("arialnarrow", Family::Helvetica),
    ("arial", Family::Helvetica),
    ("nimbussans", Family::Helvetica),
    ("liberationsans", Family::Helvetica),
    ("arimo", Family::Helvetica),
    ("times", Family::Times),
    ("nimbusroman", Family::Times),
    ("liberationserif", Family::Times),
    ("tinos", Family::Times),
    ("symbol", Family::Symbol),
    ("zapfdingbats", Family::Dingbats),
];

type Row = [Option<u16>; 8];

fn table() -> &'static BTreeMap<&'static str, Row> {
    static TABLE: OnceLock<BTreeMap<&'static str, Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("data/widths.txt").lines().filter(|l| !l.starts_with('#'));
        lines
            .filter_map(|line| {
                let mut words = line.split(' ');
                let name = words.next()?;
                let mut row = [None; 8];
                for (slot, word) in row.iter_mut().zip(words) {
                    *slot = word.parse().ok();
                }
                Some((name, row))
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_have_widths() {
        for (font, glyph, width) in [
            ("Helvetica", "A", Some(0.667)),
            ("Arial,Bold", "a", Some(0.556)),
            ("ArialMT", "one", Some(0.556)),
            ("Arial-BoldMT", "A", Some(0.722)),
            ("TimesNewRomanPS-BoldItalicMT", "A", Some(0.667)),
            ("Times-Roman", "A", Some(0.722)),
            ("CourierNew", "A", Some(0.6)),
            ("Symbol", "mu", Some(0.576)),
            ("ZapfDingbats", "a1", Some(0.974)),
            ("Helvetica", "nothing", None),
        ] {
            assert_eq!(Metrics::of(font).and_then(|m| m.width(glyph)), width, "{font} {glyph}");
        }
        assert_eq!(Metrics::of("Frutiger"), None);
    }
}
