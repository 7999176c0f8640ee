//! What the devices of a run have in common.

use crate::corners::{Corners, figure, vector};
use crate::record::Record;
use crate::statistics::{Summary, outliers};
use espice::{Engine, ModelledParameter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values on a logarithmic scale that spread by less than this (natural logarithm) belong
/// together, and so do others by less than this share of their median.
const ALIKE: f64 = 0.01;

/// All devices of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Population {
    /// Version of the engine.
    pub espice: String,
    /// Names and digests of the packs.
    pub packs: Vec<(String, String)>,
    /// How many devices there are, and how many are sound, refused by a rule, without a model.
    pub devices: usize,
    /// Sound devices.
    pub sound: usize,
    /// Devices that a rule refuses.
    pub refused: usize,
    /// Devices of which no model came out.
    pub failed: usize,
    /// Sound devices by template, polarity and geometry.
    pub groups: Vec<Group>,
    /// Devices that are not sound, with the reasons.
    pub unsound: Vec<(String, Vec<String>)>,
}

/// Sound devices that can be compared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Template.
    pub template: String,
    /// Polarity.
    pub polarity: Option<String>,
    /// Geometry as printed; empty where none is stated.
    pub geometry: String,
    /// Names of the devices that count.
    pub devices: Vec<String>,
    /// Devices that are unlike the others, with the parameters that are: they count in no
    /// statistics and corners.
    pub outliers: Vec<(String, Vec<String>)>,
    /// Parameters that were fitted or seeded in some device.
    pub parameters: Vec<Parameter>,
    /// The figure that orders the devices, for each of them; empty where there is none.
    pub figures: Vec<f64>,
    /// Corners.
    pub corners: Option<Corners>,
    /// Why there are no corners.
    pub without_corners: String,
}

/// A parameter over a group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// SI unit.
    pub unit: String,
    /// Whether it varies on a logarithmic scale.
    pub log: bool,
    /// In how many devices the data identify it.
    pub identified: usize,
    /// In how many devices it stands on a bound.
    pub at_bound: usize,
    /// Statistics.
    pub summary: Summary,
}

impl Population {
    /// Statistics and corners of all records. The order of the records makes no difference.
    pub fn of(records: &[Record], engine: &Engine<'_>) -> Population {
        let mut sorted: Vec<&Record> = records.iter().collect();
        sorted.sort_by(|a, b| a.device.cmp(&b.device));
        let count = |status: &str| sorted.iter().filter(|r| r.status == status).count();
        let mut groups: BTreeMap<(String, String, String), Vec<&Record>> = BTreeMap::new();
        for record in sorted.iter().filter(|r| r.is_sound()) {
            let key = (
                record.template.clone().unwrap_or_default(),
                record.polarity.clone().unwrap_or_default(),
                record.place.geometry.clone(),
            );
            groups.entry(key).or_default().push(record);
        }
        let unsound = sorted.iter().filter(|r| !r.is_sound());
        Population {
            espice: env!("CARGO_PKG_VERSION").into(),
            packs: engine.pack_digests().map(|(n, d)| (n.to_string(), d)).collect(),
            devices: sorted.len(),
            sound: count("sound"),
            refused: count("refused"),
            failed: count("failed"),
            groups: groups.into_iter().map(|(key, of)| group(key, of, engine)).collect(),
            unsound: unsound.map(|r| (r.device.clone(), r.reasons.clone())).collect(),
        }
    }
}

fn group(
    (template, polarity, geometry): (String, String, String),
    devices: Vec<&Record>,
    engine: &Engine<'_>,
) -> Group {
    let mut group = Group {
        template,
        polarity: Some(polarity).filter(|p| !p.is_empty()),
        geometry,
        devices: Vec::new(),
        outliers: Vec::new(),
        parameters: Vec::new(),
        figures: Vec::new(),
        corners: None,
        without_corners: String::new(),
    };
    let model = match engine.modelled(&group.template) {
        Ok(model) => model,
        Err(why) => {
            group.without_corners = why.message;
            group.devices = devices.iter().map(|d| d.device.clone()).collect();
            return group;
        }
    };
    let declared = model.parameters();
    let strange = strange(&devices, &declared);
    let mut alike: Vec<&Record> = Vec::new();
    for device in devices {
        match strange.get(&device.device) {
            Some(reasons) => group.outliers.push((device.device.clone(), reasons.clone())),
            None => alike.push(device),
        }
    }
    group.devices = alike.iter().map(|d| d.device.clone()).collect();
    group.parameters = declared.iter().filter_map(|p| parameter(&alike, p)).collect();
    let vectors: Vec<Vec<f64>> = alike.iter().map(|d| vector(d, &declared)).collect();
    group.figures = figure(&alike, &vectors, &model).map_or(Vec::new(), |f| f.1);
    match Corners::of(&alike, &model) {
        Ok(corners) => group.corners = Some(corners),
        Err(why) => group.without_corners = why,
    }
    group
}

/// Devices whose identified parameters are far from those of the others.
fn strange(devices: &[&Record], declared: &[ModelledParameter]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for p in declared {
        let known = |d: &&Record| {
            let v = d.parameters.iter().find(|v| v.name == p.name && v.identified)?;
            Some((d.device.clone(), v.value?))
        };
        let known: Vec<(String, f64)> = devices.iter().filter_map(known).collect();
        let log = p.log && known.iter().all(|(_, v)| *v > 0.0);
        let values: Vec<f64> = known.iter().map(|(_, v)| if log { v.ln() } else { *v }).collect();
        let middle = crate::statistics::median(&values);
        let least = if log { ALIKE } else { ALIKE * middle.abs() };
        for ((device, value), far) in known.iter().zip(outliers(&values, least)) {
            let Some(far) = far else { continue };
            found.entry(device.clone()).or_default().push(format!(
                "{} = {} is {} robust standard deviations from the median",
                p.name,
                espice_units::engineering(*value, &p.unit),
                espice_units::plain(far.abs(), 3),
            ));
        }
    }
    found
}

fn parameter(devices: &[&Record], p: &ModelledParameter) -> Option<Parameter> {
    let found: Vec<&crate::record::Value> =
        devices.iter().filter_map(|d| d.parameters.iter().find(|v| v.name == p.name)).collect();
    if !found.iter().any(|v| v.origin != "default") {
        return None;
    }
    let values: Vec<f64> = found.iter().filter_map(|v| v.value).collect();
    Some(Parameter {
        name: p.name.clone(),
        title: p.title.clone(),
        unit: p.unit.clone(),
        log: p.log,
        identified: found.iter().filter(|v| v.identified).count(),
        at_bound: found.iter().filter(|v| v.at_bound).count(),
        summary: Summary::of(&values)?,
    })
}
