//! Versions of packs, and the ranges of them that `extends` asks for (semver.org 2.0.0).

use std::cmp::Ordering;

/// A version without its build.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Version {
    core: [u64; 3],
    /// Tags of a version before the release; none is the release itself.
    before: Vec<String>,
}

impl Version {
    /// Reads a version; numbers that are not there are zero.
    pub(super) fn parse(text: &str) -> Option<Version> {
        Some(parts(text)?.0)
    }
}

/// A version and how many of its numbers are there.
fn parts(text: &str) -> Option<(Version, usize)> {
    let text = text.split('+').next().unwrap_or("").trim();
    let (core, before) = text.split_once('-').map_or((text, None), |(c, b)| (c, Some(b)));
    let mut numbers = [0; 3];
    let mut count = 0;
    for part in core.split('.') {
        *numbers.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    let before = before.map_or(Vec::new(), |b| b.split('.').map(String::from).collect());
    Some((Version { core: numbers, before }, count))
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    /// Section 11: the release stands after what came before it, numbers before words.
    fn cmp(&self, other: &Version) -> Ordering {
        let release = |v: &Version| v.before.is_empty();
        let tag = |a: &String, b: &String| match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        self.core.cmp(&other.core).then(release(self).cmp(&release(other))).then_with(|| {
            let tags = self.before.iter().zip(&other.before).map(|(a, b)| tag(a, b));
            let first = tags.into_iter().find(|o| o.is_ne());
            first.unwrap_or_else(|| self.before.len().cmp(&other.before.len()))
        })
    }
}

/// A range of versions: from the first, and up to the second or not reaching it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Wanted {
    parts: Vec<(Bound, Version)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bound {
    Least,
    Above,
    Most,
    Below,
}

impl Wanted {
    /// Whether a version will do.
    pub(super) fn takes(&self, version: &Version) -> bool {
        self.parts.iter().all(|(bound, limit)| match bound {
            Bound::Least => version >= limit,
            Bound::Above => version > limit,
            Bound::Most => version <= limit,
            Bound::Below => version < limit,
        })
    }
}

/// Takes an entry of `extends` apart: the name of the pack, and the versions that will do:
/// `std >=0.1, <0.2`, `std ^1.2`, `std ~1.2.3`, `std =1.0.0`, or `std` for any.
///
/// # Errors
/// The part that does not read.
pub(super) fn entry(text: &str) -> Result<(&str, Wanted), &str> {
    let end = text.find([' ', '<', '>', '=', '^', '~']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let mut wanted = Wanted::default();
    if rest.trim().is_empty() {
        return Ok((name, wanted));
    }
    for part in rest.split(',') {
        let part = part.trim();
        let signs = [">=", "<=", ">", "<", "=", "^", "~"];
        let sign = signs.into_iter().find(|s| part.starts_with(s)).ok_or(part)?;
        let (version, count) = part.strip_prefix(sign).and_then(parts).ok_or(part)?;
        let up_to = |place: usize| {
            let mut core = [0; 3];
            for (i, (to, from)) in core.iter_mut().zip(version.core).enumerate().take(place + 1) {
                *to = from.saturating_add(u64::from(i == place));
            }
            Version { core, before: Vec::new() }
        };
        // The first number that may not change: the first that is not zero, of those stated.
        let lead = version.core.iter().position(|n| *n > 0).unwrap_or(2).min(count - 1);
        wanted.parts.extend(match sign {
            ">=" => vec![(Bound::Least, version)],
            ">" => vec![(Bound::Above, version)],
            "<=" => vec![(Bound::Most, version)],
            "<" => vec![(Bound::Below, version)],
            "^" => vec![(Bound::Below, up_to(lead)), (Bound::Least, version)],
            "~" => vec![(Bound::Below, up_to(count.min(2) - 1)), (Bound::Least, version)],
            _ if count == 3 => vec![(Bound::Least, version.clone()), (Bound::Most, version)],
            _ => vec![(Bound::Below, up_to(count - 1)), (Bound::Least, version)],
        });
    }
    Ok((name, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_in_the_order_of_the_standard() {
        // Section 11.4 of semver.org 2.0.0, and the core before it.
        let order = [
            "0.9.12",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.10.0",
            "2.0.0",
        ];
        for pair in order.windows(2) {
            assert!(Version::parse(pair[0]) < Version::parse(pair[1]), "{pair:?}");
        }
        assert_eq!(Version::parse("1.0.0+a"), Version::parse("1.0.0+b"));
    }

    #[test]
    fn ranges_take_what_they_say() {
        for (text, takes, refuses) in [
            ("std", "0.0.1 9.9.9", ""),
            ("std >=0.1, <0.2", "0.1.0 0.1.9", "0.0.9 0.2.0 1.0.0"),
            ("std>0.1", "0.1.1", "0.1.0"),
            ("std <=1.2.3", "1.2.3", "1.2.4"),
            ("std ^1.2", "1.2.0 1.9.0", "1.1.9 2.0.0"),
            ("std ^0.1", "0.1.0 0.1.9", "0.2.0"),
            ("std ^0", "0.0.1 0.9.0", "1.0.0"),
            ("std ~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
            ("std ~1", "1.0.0 1.9.0", "2.0.0"),
            ("std =1.2", "1.2.0 1.2.7", "1.3.0"),
            ("std =1.2.3", "1.2.3", "1.2.4"),
            ("std >=1.0.0-rc.1", "1.0.0-rc.2 1.0.0", "1.0.0-beta"),
        ] {
            let (name, wanted) = entry(text).unwrap();
            assert_eq!(name, "std");
            let takes_it = |v: &str| wanted.takes(&Version::parse(v).unwrap());
            assert!(takes.split_whitespace().all(takes_it), "{text}");
            assert!(!refuses.split_whitespace().any(takes_it), "{text}");
        }
        for (text, part) in
            [("std 0.1", "0.1"), ("std >=x", ">=x"), ("std >=1,", ""), ("std ^1.2.3.4", "^1.2.3.4")]
        {
            assert_eq!(entry(text), Err(part));
        }
    }
}
