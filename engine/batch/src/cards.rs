//! The corners of a population as cards.

use crate::population::{Group, Population};
use espice::Engine;

/// The corner cards of all groups, one below the other; `None` where no group has corners.
pub fn cards(population: &Population, engine: &Engine<'_>, dialect: &str) -> Option<String> {
    let mut out = String::new();
    let several = population.groups.len() > 1;
    for (number, group) in population.groups.iter().enumerate() {
        let suffix = if several { format!("_{}", number + 1) } else { String::new() };
        out += &of_group(group, engine, dialect, &suffix).unwrap_or_default();
    }
    (!out.is_empty()).then_some(out)
}

fn of_group(group: &Group, engine: &Engine<'_>, dialect: &str, suffix: &str) -> Option<String> {
    let corners = group.corners.as_ref()?;
    let model = engine.modelled(&group.template).ok()?;
    let base = group.polarity.as_deref().unwrap_or(&group.template);
    let figure = &corners.figure;
    let conditions: Vec<String> =
        figure.conditions.iter().map(|(s, v)| format!("{s}={v}")).collect();
    let mut out = String::new();
    for corner in &corners.corners {
        let values: Vec<f64> = corner.parameters.iter().map(|(_, v)| *v).collect();
        let notes = vec![
            format!("corner {} of {} devices", corner.name, group.devices.len()),
            format!(
                "rule: {} standard deviations of {} at {}, parameters by regression on it",
                corners.sigmas,
                figure.quantity,
                conditions.join(" ")
            ),
            format!("{} here {} {}", figure.quantity, corner.figure, figure.unit),
        ];
        let part = format!("{base}{suffix}_{}", corner.name);
        out += &model.card(&values, group.polarity.as_deref(), &part, dialect, notes).ok()?;
    }
    Some(out)
}
