use espice_base::{Code, Diagnostic, Diagnostics, Place};
use espice_facts::{Device, Facts, Source};
use std::collections::BTreeMap;

/// One field of [`Device`] that sources may disagree about.
type Field = (&'static str, fn(&mut Device) -> &mut Option<String>);

const FIELDS: [Field; 5] = [
    ("part", |d| &mut d.part),
    ("maker", |d| &mut d.maker),
    ("kind", |d| &mut d.kind),
    ("polarity", |d| &mut d.polarity),
    ("package", |d| &mut d.package),
];

/// Sizes that differ by no more are the same, relative.
const SAME_SIZE: f64 = 1e-3;

/// Puts the facts of several sources of one device together, in the order of the sources.
///
/// Of each device field the first value counts; a source that says otherwise gives a warning
/// with both places. Upper and lower case are the same in names.
pub fn merge(all: Vec<Facts>) -> (Facts, Diagnostics) {
    let mut merged = Facts::default();
    let mut diagnostics = Diagnostics::new();
    // Which source gave each field its value.
    let mut givers: [Option<Source>; FIELDS.len()] = [const { None }; FIELDS.len()];
    let mut size_givers: BTreeMap<String, Option<Source>> = BTreeMap::new();
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
        for (name, value) in std::mem::take(&mut facts.device.sizes) {
            let known = merged.device.sizes.get(&name).copied();
            match (known, size_givers.get(&name)) {
                (Some(first), Some(from)) if (value - first).abs() > SAME_SIZE * first.abs() => {
                    let text = |v: f64| espice_units::plain(v, 4);
                    let complaint = disagreement(&name, &text(first), &text(value), from, &giver);
                    diagnostics.push(complaint);
                }
                (Some(_), _) => {}
                (None, _) => {
                    size_givers.insert(name.clone(), giver.clone());
                    merged.device.sizes.insert(name, value);
                }
            }
        }
        merged.sources.append(&mut facts.sources);
        merged.parameters.append(&mut facts.parameters);
        merged.curves.append(&mut facts.curves);
        merged.sweeps.append(&mut facts.sweeps);
    }
    (merged, diagnostics)
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
    use espice_facts::SourceFormat;

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
    fn nothing_merges_to_nothing() {
        assert_eq!(merge(Vec::new()).0, Facts::default());
    }
}
