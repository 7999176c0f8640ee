//! The SI prefixes, once for all readers and writers: what differs between packs, sheets and
//! people is how they are spelled.

/// Prefixes in the order of their size, with their powers of ten. `c` is read, not written.
const PREFIXES: [(&str, i32); 11] = [
    ("a", -18),
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("c", -2),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
];

/// How packs, sheets and people spell prefixes otherwise: `Meg` before `M` reads `MegOhm`.
const SPELLED: [(&str, &str); 5] = [("µ", "u"), ("μ", "u"), ("Meg", "M"), ("MEG", "M"), ("K", "k")];

/// The prefixes that a name of a unit may start with, and the sizes they stand for.
pub(crate) fn sizes(name: &str) -> impl Iterator<Item = (&str, f64)> {
    let own = PREFIXES.iter().map(|p| (p.0, p.1));
    let spelled = SPELLED.iter().filter_map(|(spelled, prefix)| Some((*spelled, power(prefix)?)));
    spelled.chain(own).filter_map(move |(prefix, power)| {
        Some((name.strip_prefix(prefix)?, format!("1e{power}").parse().ok()?))
    })
}

/// The power of ten of a prefix.
pub fn power(prefix: &str) -> Option<i32> {
    PREFIXES.iter().find(|p| p.0 == prefix).map(|p| p.1)
}

/// The prefix of a power of ten that is a multiple of three, empty for nought; `None` where there
/// is none.
pub fn prefix(power: i32) -> Option<&'static str> {
    match power {
        0 => Some(""),
        power => PREFIXES.iter().find(|p| p.1 == power && power % 3 == 0).map(|p| p.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read_and_written() {
        assert_eq!((power("u"), power("c"), power("x")), (Some(-6), Some(-2), None));
        assert_eq!((prefix(-6), prefix(0), prefix(12)), (Some("u"), Some(""), Some("T")));
        assert_eq!((prefix(-2), prefix(1), prefix(15)), (None, None, None));
        let found: Vec<(&str, f64)> = sizes("MegOhm").collect();
        assert_eq!(found, [("Ohm", 1e6), ("egOhm", 1e6)]);
    }
}
