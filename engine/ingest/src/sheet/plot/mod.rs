//! Plots drawn as vector paths: frame and axes, then curves, then what their labels say.
//!
//! Finding gives [`Panel`]s whose axes are calibrated or refused with a reason. Tracing fills in
//! the curves in display space and in values. Naming binds labels and gives each curve its
//! signature, family values and conditions.

mod calibrate;
mod caption;
mod compare;
mod factor;
pub mod facts;
mod find;
mod frame;
mod ink;
mod label;
mod marks;
mod name;
mod number;
mod pattern;
mod picture;
mod share;
mod stroke;
mod title;
mod trace;
mod traces;
mod unit;

pub use compare::compare_axes;
pub use espice_facts::Scale;
pub use find::{Found, find};
pub use ink::{Cover, Piece, PlotInk, Use};
pub use name::Names;
pub use traces::curves;

use calibrate::along;
use espice_facts::{Conditions, Signature, Status};
use espice_pdf::{Point, Rect};

/// A plot with its ink: what finding gives to tracing.
#[derive(Clone, Debug)]
pub struct Plot {
    /// Frame and axes; curves once traced.
    pub panel: Panel,
    /// What draws its axes and what remains.
    pub ink: PlotInk,
}

/// One plot.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Page, from 1.
    pub page: u32,
    /// The box that the axes span.
    pub frame: Rect,
    /// The box around everything that belongs to it: labels, titles, caption.
    pub area: Rect,
    /// The caption or title, as printed.
    pub title: String,
    /// The axis along x.
    pub x: Axis,
    /// The axis along y, usually at the left.
    pub y: Axis,
    /// A second axis along y, at the right, where it differs from the left one.
    pub y2: Option<Axis>,
    /// Its curves.
    pub traces: Vec<Trace>,
    /// What the panel says of all its curves: "VGS = 0 V", "f = 1 MHz".
    pub conditions: Conditions,
    /// The parts that it holds for; empty means all.
    pub parts: Vec<String>,
    /// How far it may be trusted as a whole.
    pub status: Status,
    /// Why it is not served, or what is unsure, in words.
    pub reasons: Vec<String>,
}

impl Panel {
    /// How far one of its curves may be used, and the curve's own reasons: as far as the panel and
    /// the curve itself, and not at all where it is held back.
    pub fn standing(&self, trace: &Trace) -> (Status, Vec<String>) {
        let mut reasons = trace.reasons.clone();
        reasons.extend(trace.held_back.clone());
        let held = if trace.held_back.is_some() { Status::Refused } else { Status::Served };
        (trace.status.max(self.status).max(held), reasons)
    }
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Linear or logarithmic.
    pub scale: Scale,
    /// The ticks that calibrate it, along the axis.
    pub ticks: Vec<Tick>,
    /// Value at page position `p` (points; x, or y down): `offset + slope p`, of the value itself
    /// or of the decimal logarithm of its amount. In the printed unit until [`Axis::to_si`].
    pub offset: f64,
    /// See `offset`.
    pub slope: f64,
    /// Where no one line fits because the axis was drawn inexactly: places of its labelled lines
    /// in order, each with its value, or the decimal logarithm of its amount; values between
    /// them are interpolated. Else empty.
    pub nodes: Vec<[f64; 2]>,
    /// The greatest distance of a tick from this line, as a share of the axis length.
    pub residual: f64,
    /// Title as printed, unit included.
    pub title: String,
    /// Canonical symbol, once known.
    pub symbol: Option<String>,
    /// Unit as printed.
    pub unit: String,
    /// SI value of one printed unit and the value in SI at printed zero (for °C: 1 and 273.15).
    pub to_si: Option<[f64; 2]>,
    /// Whether the axis shows a value divided by its value at a reference: "normalized".
    pub normalized: bool,
}

impl Axis {
    /// The printed value at a page position.
    pub fn value(&self, p: f64) -> f64 {
        let v = along(&self.nodes, self.offset, self.slope, p);
        // Decades of negative values are those of their amounts.
        let negative = self.ticks.first().is_some_and(|t| t.value < 0.0);
        match self.scale {
            Scale::Linear => v,
            Scale::Log if negative => -10f64.powf(v),
            Scale::Log => 10f64.powf(v),
        }
    }
}

/// A tick, or a grid line, with its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Position of its stroke along the axis, in points.
    pub at: f64,
    /// The printed value.
    pub value: f64,
    /// Where its label stands.
    pub label: Rect,
    /// Whether a stroke was found there; else the label's middle stands in for it.
    pub seated: bool,
}

/// One curve.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The drawn line in page points, flattened to 0.01 pt, clipped to the frame, in the order
    /// of drawing from its left end.
    pub line: Vec<Point>,
    /// The paths that it is made of, see [`espice_pdf::Glyph::order`].
    pub orders: Vec<u32>,
    /// Which axis its ordinate is read on: 0 the left one, 1 the right one.
    pub axis: u8,
    /// The label that names it, as printed, and where it stands.
    pub label: Option<(String, Rect)>,
    /// What it shows, once known.
    pub signature: Option<Signature>,
    /// Its own values of the family symbols, and its own conditions.
    pub conditions: Conditions,
    /// The parts that it holds for; empty means all that the panel holds for.
    pub parts: Vec<String>,
    /// `[x, y]` in SI for each vertex of `line`, once both axes have symbols and units.
    pub points: Vec<[f64; 2]>,
    /// Why it is no data for a model though it is read right: a limit, a rating, a ratio.
    pub held_back: Option<String>,
    /// How far it may be trusted.
    pub status: Status,
    /// Why it is not served, or what is unsure, in words.
    pub reasons: Vec<String>,
}
