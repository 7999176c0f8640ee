use crate::{Conditions, Provenance, Status};
use espice_units::Dimension;
use std::collections::BTreeMap;
use std::fmt;

/// Linear or logarithmic axis.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scale {
    /// Linear.
    Linear,
    /// Logarithmic, base 10.
    Log,
}

impl Scale {
    /// The scale that suits some values when the source does not say: logarithmic when all have
    /// one sign, span at least two decades, and their median lies nearer to the geometric than
    /// to the arithmetic middle of the range on a logarithmic axis.
    pub fn suited(values: impl IntoIterator<Item = f64>) -> Scale {
        let mut values: Vec<f64> = values.into_iter().filter(|v| *v != 0.0).collect();
        let one_sign = values.iter().all(|v| *v > 0.0) || values.iter().all(|v| *v < 0.0);
        values.iter_mut().for_each(|v| *v = v.abs());
        values.sort_by(f64::total_cmp);
        let (Some(&low), Some(&high)) = (values.first(), values.last()) else {
            return Scale::Linear;
        };
        let Some(&median) = values.get(values.len() / 2) else { return Scale::Linear };
        let geometric = (low.ln() + high.ln()) / 2.0;
        let arithmetic = ((low + high) / 2.0).ln();
        let nearer = (median.ln() - geometric).abs() < (median.ln() - arithmetic).abs();
        if one_sign && high / low >= 100.0 && nearer { Scale::Log } else { Scale::Linear }
    }
}

/// What an axis shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// Canonical symbol.
    pub symbol: String,
    /// Dimension of the values, which are SI.
    pub dimension: Dimension,
    /// How it is best drawn, or was drawn.
    pub scale: Scale,
}

/// A curve's signature: `IC(VCE; IB)` is IC over VCE with one curve for each IB.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Signature {
    /// The dependent quantity, canonical.
    pub quantity: String,
    /// The abscissa, canonical.
    pub x: String,
    /// The symbols that tell the curves of a family apart; sorted, may be empty.
    pub family: Vec<String>,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}", self.quantity, self.x)?;
        if !self.family.is_empty() {
            write!(f, "; {}", self.family.join(", "))?;
        }
        f.write_str(")")
    }
}

/// How the points came to be, which decides what their scatter can prove.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// Independent measurements.
    Measured,
    /// Read off one drawn curve: neighbours are correlated, and the axis error is shared.
    Digitised,
}

/// What screening says of one point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mark {
    /// Used.
    Good,
    /// At or below the noise floor.
    Noise,
    /// At the compliance limit of the instrument.
    Compliance,
    /// Excluded by a rule for another reason.
    Excluded,
}

/// One curve of points at fixed family values and conditions.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    /// Canonical signature.
    pub signature: Signature,
    /// The title as printed, or the name of the sweep.
    pub title: String,
    /// Abscissa.
    pub x: Axis,
    /// Ordinate.
    pub y: Axis,
    /// The value of each family symbol, SI.
    pub family: BTreeMap<String, f64>,
    /// Everything else held fixed.
    pub conditions: Conditions,
    /// `[x, y]` in SI, in the order of the source.
    pub points: Vec<[f64; 2]>,
    /// One mark for each point, or empty when all are good.
    pub marks: Vec<Mark>,
    /// How the points came to be.
    pub origin: Origin,
    /// Absolute noise floor of `y` in SI, when known.
    pub noise_floor: Option<f64>,
    /// Relative error shared by a whole axis, `[x, y]` as a share of the axis range (linear
    /// axes) or of a decade (log axes); zero for measurements.
    pub axis_residual: [f64; 2],
    /// The parts of a family that it holds for; empty means all.
    pub parts: Vec<String>,
    /// How far it may be trusted.
    pub status: Status,
    /// Why it is not served, or what is unsure, in words; empty when nothing is.
    pub reasons: Vec<String>,
    /// Where it stands.
    pub provenance: Provenance,
}

impl Curve {
    /// The mark of a point; points without a mark are good.
    pub fn mark(&self, index: usize) -> Mark {
        self.marks.get(index).copied().unwrap_or(Mark::Good)
    }

    /// The points that screening left in, with their index.
    pub fn good_points(&self) -> impl Iterator<Item = (usize, [f64; 2])> {
        self.points.iter().copied().enumerate().filter(|&(i, _)| self.mark(i) == Mark::Good)
    }

    /// Marks a point; a point once marked keeps its first reason.
    pub fn set_mark(&mut self, index: usize, mark: Mark) {
        if self.marks.is_empty() {
            self.marks = vec![Mark::Good; self.points.len()];
        }
        if let Some(slot) = self.marks.get_mut(index).filter(|m| **m == Mark::Good) {
            *slot = mark;
        }
    }

    /// Family values and conditions together.
    pub fn all_conditions(&self) -> Conditions {
        let mut all = self.conditions.clone();
        for (symbol, value) in &self.family {
            all = all.with(symbol.clone(), *value);
        }
        all
    }
}
