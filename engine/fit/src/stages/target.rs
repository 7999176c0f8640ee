use espice_facts::Origin;
use espice_model::Measurement;
use std::borrow::Cow;

/// How the model is compared with an observation. Every measure is about relative, so that
/// curves, rows and capacitances can be fitted jointly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Measure {
    /// `ln(model / observed)`, weakened towards the noise floor.
    Log,
    /// `(model - observed) / |observed|`.
    Relative,
    /// `(model - observed) / largest |observed|` of the target.
    Linear,
    /// Nothing inside the limits of each observation; outside, ten times the logarithm of the
    /// ratio to what lies 2 % inside the limit, or the share of it where one of both is not positive.
    Limits,
}

/// The observations of one target: one curve, or the table rows of one quantity.
#[derive(Clone, PartialEq, Debug)]
pub struct Observations {
    /// One column for each argument of the measured quantity, SI.
    pub arguments: Vec<Vec<f64>>,
    /// Device temperature of each point, K.
    pub kelvin: Vec<f64>,
    /// The observed values, SI.
    pub values: Vec<f64>,
    /// Lower and upper limit of each value, SI, infinite where there is none; empty where the
    /// measure does not ask for them.
    pub limits: Vec<[f64; 2]>,
    /// Absolute noise floor of the values, SI; zero when unknown.
    pub noise: f64,
    /// Least standard deviation of a value, as a share of it: what a reading or a printed digit
    /// can't go below even where the model meets every value. Intervals know of it, the fit does
    /// not. Zero when unknown.
    pub deviation: f64,
    /// How they came to be.
    pub origin: Origin,
    /// Place of each point along the drawn axis (logarithm on a log axis); empty for rows.
    pub positions: Vec<f64>,
    /// Shared error of the axes `[x, y]`, as a share of range or decade.
    pub axis_residual: [f64; 2],
    /// Whether the axes `[x, y]` are drawn on a logarithmic scale.
    pub logarithmic: [bool; 2],
}

/// One thing that a recipe fits to.
pub struct Target<'a> {
    /// A name for messages: `IF(VF) at TJ = 298.15`.
    pub name: String,
    /// The measurement on the template.
    pub measurement: &'a Measurement,
    /// Values of parameters, by index, that hold for the observed device whatever the fit is at:
    /// the sizes of one device among several of one card. Empty where there is one device.
    pub instance: Vec<(usize, f64)>,
    /// What was observed.
    pub observations: Observations,
    /// How both are compared.
    pub measure: Measure,
}

impl Target<'_> {
    /// Number of observations.
    pub fn len(&self) -> usize {
        self.observations.values.len()
    }

    /// The parameters of the observed device where those of the card are `raw`.
    pub(super) fn parameters<'r>(&self, raw: &'r [f64]) -> Cow<'r, [f64]> {
        if self.instance.is_empty() {
            return Cow::Borrowed(raw);
        }
        let mut own = raw.to_vec();
        self.put(&mut own);
        Cow::Owned(own)
    }

    /// Writes the values that hold for the observed device.
    pub(super) fn put(&self, parameters: &mut [f64]) {
        for (index, value) in &self.instance {
            if let Some(slot) = parameters.get_mut(*index) {
                *slot = *value;
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.observations.values.is_empty()
    }
}
