//! Random points of a plan.

use super::Purpose;
use super::plan::{Bias, Drawn, Family, Law, Plan};
use espice_fit::SplitMix;
use espice_lang::ir::TemplateIr;

/// Boltzmann's constant over the elementary charge of ngspice 39 (CODATA 2014), V/K. It only
/// places points.
const K_OVER_Q: f64 = 1.380_648_52e-23 / 1.602_176_620_8e-19;

/// A card at a bias.
#[derive(Clone, PartialEq, Debug)]
pub struct Point {
    /// All parameters of the template, SI.
    pub parameters: Vec<f64>,
    /// Index of the polarity.
    pub polarity: usize,
    /// Index of the nominal temperature in the plan.
    pub nominal: usize,
    /// Device temperature, K.
    pub kelvin: f64,
    /// Voltage of each pin behind its series resistance, of the first polarity, V.
    pub volts: Vec<f64>,
}

/// Draws points of a template.
pub struct Draw<'p> {
    plan: &'p Plan,
    template: &'p TemplateIr,
    purpose: Purpose,
    random: SplitMix,
}

impl<'p> Draw<'p> {
    /// Equal seeds give equal points.
    pub fn new(plan: &'p Plan, template: &'p TemplateIr, seed: u64, purpose: Purpose) -> Self {
        Draw { plan, template, purpose, random: SplitMix::new(seed) }
    }

    /// The next point.
    ///
    /// # Errors
    /// A name that the template does not have.
    pub fn point(&mut self) -> Result<Point, String> {
        let plan = self.plan;
        let weights: Vec<f64> = plan.families.iter().map(|f| f.weight).collect();
        let family = self.weighted(&weights);
        let mut point = Point {
            parameters: self.template.defaults(),
            polarity: self.random.below(self.template.polarities.len()),
            nominal: self.random.below(plan.nominal.len()),
            kelvin: self.linear(plan.kelvin),
            volts: vec![0.0; self.template.pins.len()],
        };
        let capacitances = match self.purpose {
            Purpose::Currents => &[][..],
            Purpose::Capacitances => &plan.capacitances,
        };
        let own = plan.families.get(family).map_or(&[][..], |f: &Family| &f.parameters);
        let named = |list: &[Drawn], name: &str| list.iter().any(|d| d.name == name);
        for (rank, list) in [&plan.common[..], own, capacitances].into_iter().enumerate() {
            for drawn in list {
                let later = rank == 0 && named(own, &drawn.name)
                    || rank < 2 && named(capacitances, &drawn.name);
                if !later {
                    self.parameter(drawn, &mut point)?;
                }
            }
        }
        self.any_bias(&mut point)?;
        Ok(point)
    }

    /// The same card at another temperature and bias.
    ///
    /// # Errors
    /// A name that the template does not have.
    pub fn again(&mut self, point: &Point) -> Result<Point, String> {
        let mut point = Point {
            kelvin: self.linear(self.plan.kelvin),
            volts: vec![0.0; point.volts.len()],
            ..point.clone()
        };
        self.any_bias(&mut point)?;
        Ok(point)
    }

    fn any_bias(&mut self, point: &mut Point) -> Result<(), String> {
        let plan = self.plan;
        let weights: Vec<f64> = plan.biases.iter().map(|b| b.weight).collect();
        let bias = self.weighted(&weights);
        match plan.biases.get(bias) {
            Some(bias) => self.bias(bias, point),
            None => Ok(()),
        }
    }

    fn parameter(&mut self, drawn: &Drawn, point: &mut Point) -> Result<(), String> {
        let index = self.index(&drawn.name)?;
        let factor = match &drawn.times {
            Some(other) => self.value(other, point)?,
            None => 1.0,
        };
        let chance = self.random.unit();
        let mut value = factor * self.law(&drawn.law, point)?;
        if chance < drawn.zero {
            value = 0.0;
        } else if chance < drawn.zero + drawn.default {
            value = self.template.parameters.get(index).map_or(value, |p| p.default);
        }
        if let Some(slot) = point.parameters.get_mut(index) {
            *slot = value;
        }
        Ok(())
    }

    fn bias(&mut self, bias: &Bias, point: &mut Point) -> Result<(), String> {
        let mut known = vec![false; point.volts.len()];
        if let Some(last) = known.last_mut() {
            *last = true;
        }
        for pair in &bias.pairs {
            let (a, b) = (self.pin(&pair.pin)?, self.pin(&pair.against)?);
            let mut volts = self.law(&pair.law, point)?;
            if !pair.plus.is_empty() {
                let mut product = 1.0;
                for name in &pair.plus {
                    product *= self.value(name, point)?;
                }
                volts += product;
            }
            let at = |pin: usize| point.volts.get(pin).copied().unwrap_or(0.0);
            let (pin, potential) = match (known.get(a), known.get(b)) {
                (Some(false), Some(true)) => (a, at(b) + volts),
                (Some(true), Some(false)) => (b, at(a) - volts),
                _ => return Err(format!("`{} {}` gives no new pin", pair.pin, pair.against)),
            };
            for (slot, value) in point.volts.iter_mut().zip(&mut known).skip(pin).take(1) {
                (*slot, *value) = (potential, true);
            }
        }
        match known.iter().position(|k| !k) {
            Some(pin) => Err(format!("a bias leaves pin {pin} open")),
            None => Ok(()),
        }
    }

    fn law(&mut self, law: &Law, point: &Point) -> Result<f64, String> {
        Ok(match law {
            Law::Linear(low, high) => self.linear([*low, *high]),
            Law::Log(low, high) => low * (high / low).powf(self.random.unit()),
            Law::Value(value) => *value,
            Law::Choice(values) => {
                values.get(self.random.below(values.len())).copied().unwrap_or(0.0)
            }
            Law::Junction { current: [low, high], names } => {
                let current = low * (high / low).powf(self.random.unit());
                let of = |i: usize, otherwise: f64| {
                    names.get(i).map_or(Ok(otherwise), |n| self.value(n, point))
                };
                let (is, n, eg, xti) = (of(0, 0.0)?, of(1, 1.0)?, of(2, 1.11)?, of(3, 3.0)?);
                let nominal = self.plan.nominal.get(point.nominal).copied().unwrap_or(300.15);
                let vt = K_OVER_Q * point.kelvin;
                let ratio = point.kelvin / nominal;
                let is = is * ((ratio - 1.0) * eg / vt + xti * ratio.ln()).exp();
                n * vt * (current / is).ln_1p()
            }
        })
    }

    fn linear(&mut self, [low, high]: [f64; 2]) -> f64 {
        low + (high - low) * self.random.unit()
    }

    fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.random.unit() * weights.iter().sum::<f64>();
        let found = weights.iter().position(|w| {
            left -= w;
            left < 0.0
        });
        found.unwrap_or(0)
    }

    fn index(&self, name: &str) -> Result<usize, String> {
        self.template.parameter(name).ok_or_else(|| format!("there is no parameter `{name}`"))
    }

    /// The value of a parameter, or a number as it stands.
    fn value(&self, name: &str, point: &Point) -> Result<f64, String> {
        if let Ok(number) = name.parse() {
            return Ok(number);
        }
        Ok(point.parameters.get(self.index(name)?).copied().unwrap_or(0.0))
    }

    fn pin(&self, name: &str) -> Result<usize, String> {
        let found = self.template.pins.iter().position(|p| p == name);
        found.ok_or_else(|| format!("there is no pin `{name}`"))
    }
}
