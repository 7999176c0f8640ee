use espice_base::{Code, Diagnostic, Diagnostics, Place};
use espice_facts::{Condition, Device, Facts, Source, size_symbol};
use std::collections::{BTreeMap, BTreeSet};

/// One field of [`Device`] that sources may disagree about.
type Field = (&'static str, fn(&mut Device) -> &mut Option<String>);

const FIELDS: [Field; 6] = [
    ("part", |d| &mut d.part),
    ("maker", |d| &mut d.maker),
    ("kind", |d| &mut d.kind),
    ("class", |d| &mut d.class),
    ("polarity", |d| &mut d.polarity),
    ("package", |d| &mut d.package),
];

/// Sizes that differ by no more are the same, relative.
const SAME_SIZE: f64 = 1e-3;

/// Puts the facts of several sources of one device together, in the order of the sources.
///
/// Of each device field the first value counts; a source that says otherwise gives a warning
/// with both places. Upper and lower case are the same in names. Sources of devices of several
/// sizes are one job all the same: everything that was measured then states the size of its
/// device among the conditions.
pub fn merge(all: Vec<Facts>) -> (Facts, Diagnostics) {
    let mut merged = Facts::default();
    let mut diagnostics = Diagnostics::new();
    // Which source gave each field its value.
    let mut givers: [Option<Source>; FIELDS.len()] = [const { None }; FIELDS.len()];
    let of_each = differing_sizes(&all);
    for mut facts in all {
        let giver = facts.sources.first().cloned();
        for ((word, field), given) in FIELDS.iter().zip(givers.iter_mut()) {
            let Some(value) = field(&mut facts.device).take() else { continue };
            let slot = field(&mut merged.device);
            match slot {
                None => {
                    *slot = Some(value);
                    given.clone_from(&giver);
                }
                Some(first) if first.to_lowercase() != value.to_lowercase() => {
                    diagnostics.push(disagreement(word, first, &value, given, &giver));
                }
                Some(_) => {}
            }
        }
        for part in std::mem::take(&mut facts.device.parts) {
            if !merged.device.parts.contains(&part) {
                merged.device.parts.push(part);
            }
        }
        for name in &of_each {
            match facts.device.sizes.get(name).copied() {
                Some(value) => belongs_to(&mut facts, name, value),
                None => diagnostics.extend(giver.as_ref().map(|source| without_size(name, source))),
            }
        }
        for (name, value) in std::mem::take(&mut facts.device.sizes) {
            merged.device.sizes.entry(name).or_insert(value);
        }
        merged.sources.append(&mut facts.sources);
        merged.parameters.append(&mut facts.parameters);
        merged.curves.append(&mut facts.curves);
        merged.sweeps.append(&mut facts.sweeps);
    }
    (merged, diagnostics)
}

/// The sizes that differ among sources, by their names.
fn differing_sizes(all: &[Facts]) -> BTreeSet<String> {
    let mut first: BTreeMap<&String, f64> = BTreeMap::new();
    let mut differing = BTreeSet::new();
    for (name, value) in all.iter().flat_map(|f| &f.device.sizes) {
        let known = *first.entry(name).or_insert(*value);
        if (value - known).abs() > SAME_SIZE * known.abs() {
            differing.insert(name.clone());
        }
    }
    differing
}

/// States a size among the conditions of all that a source measured.
fn belongs_to(facts: &mut Facts, name: &str, value: f64) {
    let symbol = size_symbol(name);
    let sweeps = facts.sweeps.iter_mut().map(|s| &mut s.conditions);
    let curves = facts.curves.iter_mut().map(|c| &mut c.conditions);
    let rows = facts.parameters.iter_mut().map(|p| &mut p.conditions);
    for conditions in sweeps.chain(curves).chain(rows) {
        let stated = conditions.by_symbol.entry(symbol.clone());
        stated.or_insert(Condition::Value(value));
    }
}

fn without_size(name: &str, source: &Source) -> Diagnostic {
    Diagnostic::warning(
        Code::SOURCES_DISAGREE,
        format!("other sources state different {name}, this one states none"),
    )
    .at(Place::File(source.file))
    .help(format!("it is taken for the first {name}; state it in the header or the file's name"))
}

fn disagreement(
    word: &str,
    first: &str,
    second: &str,
    from: &Option<Source>,
    to: &Option<Source>,
) -> Diagnostic {
    let (first, second) =
        (espice_facts::wording::shown(first), espice_facts::wording::shown(second));
    let mut diagnostic = Diagnostic::warning(
        Code::SOURCES_DISAGREE,
        format!("the {word} is `{first}` in one source and `{second}` in another"),
    );
    if let Some(source) = to {
        diagnostic = diagnostic.label(Place::File(source.file), format!("`{second}` here"));
    }
    if let Some(source) = from {
        diagnostic = diagnostic.label(Place::File(source.file), format!("`{first}` here"));
    }
    diagnostic.help(format!("`{first}` counts; give one source for each device"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{Digest, FileId};
    use espice_facts::{Conditions, SourceFormat, Sweep};

    fn facts(id: u32, part: Option<&str>, kind: Option<&str>, parts: &[&str]) -> Facts {
        Facts {
            device: Device {
                part: part.map(String::from),
                kind: kind.map(String::from),
                parts: parts.iter().map(|p| String::from(*p)).collect(),
                ..Device::default()
            },
            sources: vec![Source {
                file: FileId(id),
                name: format!("{id}"),
                format: SourceFormat::Facts,
                digest: Digest::of(&[]),
            }],
            ..Facts::default()
        }
    }

    #[test]
    fn the_first_value_counts_and_others_are_named() {
        let (merged, diagnostics) = merge(vec![
            facts(0, None, Some("diode"), &["A", "B"]),
            facts(1, Some("BAT54"), None, &["B", "C"]),
            facts(2, Some("bat54"), Some("mosfet"), &[]),
        ]);
        assert_eq!(merged.device.part.as_deref(), Some("BAT54"));
        assert_eq!(merged.device.kind.as_deref(), Some("diode"));
        assert_eq!(merged.device.parts, ["A", "B", "C"]);
        assert_eq!(merged.sources.len(), 3);
        let all = diagnostics.into_vec();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].code, Code::SOURCES_DISAGREE);
        let places: Vec<_> = all[0].labels.iter().map(|l| l.place.file().0).collect();
        assert_eq!(places, [2, 0]);
    }

    #[test]
    fn sizes_that_differ_stay_with_what_was_measured() {
        let of = |id: u32, sizes: &[(&str, f64)]| {
            let mut one = facts(id, None, None, &[]);
            one.device.sizes = sizes.iter().map(|(n, v)| (String::from(*n), *v)).collect();
            one.sweeps.push(Sweep {
                name: String::new(),
                columns: Vec::new(),
                temperature: None,
                siblings: 1,
                conditions: Conditions::none(),
                provenance: Place::File(FileId(id)).into(),
            });
            one
        };
        let (w, l) = ("W_drawn", "L_drawn");
        let (merged, diagnostics) = merge(vec![
            of(0, &[("W", 1e-6), ("L", 2e-6)]),
            of(1, &[("W", 1e-6), ("L", 5e-6)]),
            of(2, &[("W", 1e-6)]),
        ]);
        let stated = |i: usize, s: &str| merged.sweeps[i].conditions.value(s);
        assert_eq!([0, 1, 2].map(|i| stated(i, l)), [Some(2e-6), Some(5e-6), None]);
        assert_eq!([0, 1, 2].map(|i| stated(i, w)), [None; 3], "one width is no condition");
        assert_eq!(merged.device.sizes.get("L"), Some(&2e-6), "the first counts");
        let all = diagnostics.into_vec();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].place().map(|p| p.file()), Some(FileId(2)));
        let (alike, diagnostics) = merge(vec![of(0, &[("L", 2e-6)]), of(1, &[("L", 2.000001e-6)])]);
        assert!(diagnostics.into_vec().is_empty());
        assert!(alike.sweeps.iter().all(|s| s.conditions.is_empty()));
    }

    #[test]
    fn nothing_merges_to_nothing() {
        assert_eq!(merge(Vec::new()).0, Facts::default());
    }
}
