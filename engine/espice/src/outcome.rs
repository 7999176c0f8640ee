//! The outcome document: the same in every front end, with names that stay put.
//!
//! Numbers are SI base units, temperatures kelvin; NaN and infinity are null. Everything that
//! may differ between two equal runs stands in [`Run`], so that the rest is byte-identical.

mod fit;
mod judged;
mod verdict;

pub use fit::*;
pub use judged::{BaselineRecord, GoneRecord, Judged, JudgedSource, WithoutRow};
pub use verdict::{DiagnosticRecord, FindingRecord, Location, RuleCount, Verdict, WaiverRecord};

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What one run of the main job found, made and judged.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Outcome {
    /// Version of this document's form and of the engine.
    pub espice: Version,
    /// The sources that were read.
    pub source: Vec<Source>,
    /// The device.
    pub device: Device,
    /// What the sources say, after screening.
    pub facts: Facts,
    /// Templates that were considered, in the order of trying.
    pub candidates: Vec<Candidate>,
    /// The fit of the chosen template; null when none survived.
    pub fit: Option<Fit>,
    /// What the rules say.
    pub verdict: Verdict,
    /// The cards that were written.
    pub models: Vec<Model>,
    /// Everything else there is to say.
    pub diagnostics: Vec<DiagnosticRecord>,
    /// What may differ between equal runs.
    pub run: Run,
}

/// Engine and packs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Version {
    /// Engine version.
    pub engine: String,
    /// Version of this document's form.
    pub schema: u32,
    /// The packs with their digests, in the order of loading.
    pub packs: Vec<Pack>,
    /// The constants set (`spice39`, `si2019`).
    pub constants: String,
}

/// A pack that took part.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Pack {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 over the pack and what it extends.
    pub digest: String,
}

/// A source that was read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Source {
    /// File name without folders.
    pub name: String,
    /// `mdm`, `csv`, `facts` or `pdf`.
    pub format: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// What the document itself is like; null for sources without pages.
    pub document: Option<Document>,
}

/// What a datasheet is like as a document.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Document {
    /// Number of pages that were read.
    pub pages: usize,
    /// Revision or date, as printed.
    pub revision: Option<String>,
    /// `strict`, `lenient` (something was malformed and passed over) or `cut` (a limit was hit);
    /// the diagnostics say where.
    pub reading: String,
    /// Whether it is encrypted; then with an empty password.
    pub encrypted: bool,
    /// Share of pages whose text can be read, 0 to 1.
    pub text_share: f64,
    /// Share of visible glyphs whose text is unknown, 0 to 1.
    pub unknown_share: f64,
    /// Pages that are scans, without text.
    pub scans: usize,
    /// Plots that are images, which are not read.
    pub raster_plots: usize,
}

/// The device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Device {
    /// Part name; from the sources, or the file's name.
    pub part: String,
    /// All parts of a sheet for a family; empty when there is but one.
    pub parts: Vec<String>,
    /// Maker.
    pub maker: Option<String>,
    /// Device kind.
    pub kind: Option<String>,
    /// Class of the kind, such as `schottky`, where the sources name one.
    pub class: Option<String>,
    /// Polarity.
    pub polarity: Option<String>,
    /// Package, or `wafer`.
    pub package: Option<String>,
    /// Size of a device of an integrated circuit, by the names of instance parameters (`W`, `L`),
    /// SI.
    pub sizes: BTreeMap<String, f64>,
}

/// What the sources say.
#[derive(Clone, Debug, PartialEq, Default, Serialize, JsonSchema)]
pub struct Facts {
    /// Table rows.
    pub parameters: Vec<Parameter>,
    /// Curves.
    pub curves: Vec<Curve>,
    /// The plots of datasheets, those that were refused too.
    pub panels: Vec<Panel>,
    /// Every symbol that occurs in quantities, conditions and families, so that a reader of this
    /// document knows units and names without the packs.
    pub symbols: BTreeMap<String, Symbol>,
}

/// A plot of a datasheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Panel {
    /// Caption or title as printed.
    pub title: String,
    /// The axes: along x, along y, and along y at the right where that one differs.
    pub axes: Vec<PanelAxis>,
    /// What was drawn.
    pub curves: Vec<PanelCurve>,
    /// `served`, `review` or `refused`.
    pub status: String,
    /// Why it is not served, or what is unsure.
    pub reasons: Vec<String>,
    /// Where it stands.
    pub provenance: Provenance,
}

/// An axis of a plot.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PanelAxis {
    /// `x`, `y` or `y2`.
    pub name: String,
    /// Canonical symbol, when it is known.
    pub symbol: Option<String>,
    /// Title as printed.
    pub title: String,
    /// Unit as printed.
    pub unit: String,
    /// `linear` or `log`.
    pub scale: String,
    /// The ticks that calibrate it: place in points on the page and value in the printed unit.
    pub ticks: Vec<[f64; 2]>,
    /// The greatest distance of a tick from the calibration, as a share of the axis length; null
    /// when there is none.
    pub residual: Option<f64>,
}

/// A curve of a plot, whether or not it became one of the facts.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PanelCurve {
    /// What it shows, such as `IF(VF; TJ)`, when that is known.
    pub quantity: Option<String>,
    /// The label that names it, as printed.
    pub label: Option<String>,
    /// `served`, `review` or `refused`.
    pub status: String,
    /// Why it is not served, or what is unsure.
    pub reasons: Vec<String>,
}

/// What a symbol means.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Symbol {
    /// SI unit.
    pub unit: String,
    /// Name in prose: `forward voltage`.
    pub title: String,
}

/// A table row.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Parameter {
    /// Canonical symbol.
    pub symbol: String,
    /// The symbol as printed.
    pub printed: String,
    /// The name as printed: `forward voltage`; empty when there was none.
    pub name: String,
    /// The part of the sheet: `ratings`, `thermal`, `static`, `dynamic`, `body_diode`,
    /// `electrical`, `other`.
    pub section: String,
    /// Lower limit.
    pub min: Option<f64>,
    /// Typical value.
    pub typ: Option<f64>,
    /// Upper limit.
    pub max: Option<f64>,
    /// SI unit.
    pub unit: String,
    /// Unit as printed.
    pub printed_unit: String,
    /// Where it holds.
    pub conditions: BTreeMap<String, Condition>,
    /// The conditions as printed.
    pub conditions_text: String,
    /// Parts that it holds for; empty means all.
    pub parts: Vec<String>,
    /// `served`, `review` or `refused`.
    pub status: String,
    /// Why it is not served, or what is unsure.
    pub reasons: Vec<String>,
    /// 0 to 1.
    pub confidence: f64,
    /// Where it stands.
    pub provenance: Provenance,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// A value.
    Value {
        /// SI.
        value: f64,
    },
    /// A range.
    Range {
        /// SI.
        min: Option<f64>,
        /// SI.
        max: Option<f64>,
    },
    /// Another symbol times a factor.
    Equals {
        /// The symbol.
        equals: String,
        /// The factor.
        factor: f64,
    },
}

/// Where something comes from.
#[derive(Clone, Debug, PartialEq, Default, Serialize, JsonSchema)]
pub struct Provenance {
    /// File name without folders.
    pub source: String,
    /// Page, from 1, of a paged source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// `[x0, y0, x1, y1]` in points on that page.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub area: Option<[f64; 4]>,
    /// Line, from 1, of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The reading that derived it from raw sweeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived_by: Option<String>,
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Curve {
    /// Signature with its family: `IF(VF; TJ)`.
    pub quantity: String,
    /// Title as printed, or the sweep's name.
    pub title: String,
    /// Abscissa.
    pub x: Axis,
    /// Ordinate.
    pub y: Axis,
    /// Family values, SI.
    pub family: BTreeMap<String, f64>,
    /// What else is held.
    pub conditions: BTreeMap<String, Condition>,
    /// `[x, y]`, SI.
    pub points: Vec<[f64; 2]>,
    /// For each point: 0 used, 1 noise, 2 compliance, 3 excluded; empty when all are used.
    pub marks: Vec<u8>,
    /// `measured` or `digitised`.
    pub origin: String,
    /// Absolute noise floor of y, SI.
    pub noise_floor: Option<f64>,
    /// Parts that it holds for; empty means all.
    pub parts: Vec<String>,
    /// `served`, `review` or `refused`.
    pub status: String,
    /// Why it is not served, or what is unsure.
    pub reasons: Vec<String>,
    /// Shared error of the axes, as a share of range or decade.
    pub axis_residual: [f64; 2],
    /// Where it stands.
    pub provenance: Provenance,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Axis {
    /// Canonical symbol.
    pub symbol: String,
    /// SI unit.
    pub unit: String,
    /// `linear` or `log`.
    pub scale: String,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Model {
    /// Dialect.
    pub dialect: String,
    /// Part.
    pub part: String,
    /// The text of the library file.
    pub text: String,
    /// The simulator that agreed with the native evaluator; null when none ran.
    pub checked_with: Option<String>,
    /// What the check found, or why none ran.
    pub check: String,
    /// Largest deviation between simulator and native evaluator, in units of the tolerance
    /// (1e-6 of the current plus 1e-15 A); null when none ran.
    pub deviation: Option<f64>,
}

/// What may differ between two equal runs.
#[derive(Clone, Debug, PartialEq, Default, Serialize, JsonSchema)]
pub struct Run {
    /// Seconds of each stage, in order.
    pub seconds: BTreeMap<String, f64>,
    /// Threads that were allowed.
    pub threads: usize,
    /// The simulator that was found, with its version.
    pub simulator: Option<String>,
}
