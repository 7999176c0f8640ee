//! Both sides of a comparison, and how far they are apart.

use super::draw::{Draw, Point};
use super::plan::{Plan, Series};
use espice_lang::ir::{CardIr, CardParameterIr, TemplateIr};
use espice_model::{Bias, Column, Evaluator, Kelvin, Kernel, Mode, Output, Workspace};
use espice_netlist::{
    BiasPoint, Composite, ModelCard, PointResult, Simulator, SimulatorConfig, Want,
    has_temperature, operating_points,
};
use espice_units::constants::SPICE39;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Terminal currents.
    Currents,
    /// The matrix of small-signal capacitances.
    Capacitances,
}

/// Agreement that is asked for, as DESIGN §4 has it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tolerance {
    /// Share of a current.
    pub current: f64,
    /// Share of a capacitance above 1 fF.
    pub capacitance: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Tolerance { current: 1e-6, capacitance: 1e-4 }
    }
}

/// What both sides say about some points.
pub struct Compared {
    /// The points.
    pub points: Vec<Point>,
    /// Voltage of each terminal as the simulator got it, V.
    pub volts: Vec<Vec<f64>>,
    /// The cards.
    pub cards: Vec<ModelCard>,
    /// Parameters of the elements.
    pub instances: Vec<Vec<(String, f64)>>,
    /// Names of the values of each point: `I(c)`, `C(c, b)`.
    pub names: Vec<String>,
    /// Native values by point.
    pub native: Vec<Vec<f64>>,
    /// Values of the simulator by point; `None` is without reference.
    pub reference: Vec<Option<Vec<f64>>>,
    /// Allowed difference of each value.
    pub allowed: Vec<Vec<f64>>,
}

/// How a comparison came out.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Points without reference.
    pub without: usize,
    /// Points with a value outside its tolerance.
    pub misses: usize,
    /// Points by their worst value in shares of the tolerance, the worst first: share, point,
    /// value.
    pub ranked: Vec<(f64, usize, usize)>,
}

impl Compared {
    /// Counts.
    pub fn judge(&self) -> Judged {
        let mut judged = Judged::default();
        for (i, reference) in self.reference.iter().enumerate() {
            let (Some(reference), Some(native), Some(allowed)) =
                (reference, self.native.get(i), self.allowed.get(i))
            else {
                judged.without += 1;
                continue;
            };
            let shares = native.iter().zip(reference).zip(allowed).map(|((n, r), a)| {
                let share = (n - r).abs() / a;
                if share.is_nan() { f64::INFINITY } else { share }
            });
            let worst = shares.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
            if let Some((value, share)) = worst {
                judged.misses += usize::from(share > 1.0);
                judged.ranked.push((share, i, value));
            }
        }
        judged.ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        judged
    }
}

/// Draws points and evaluates them on both sides.
///
/// # Errors
/// What is wrong with the plan, the template or the simulator.
pub fn compare(
    template: &TemplateIr,
    plan: &Plan,
    config: &SimulatorConfig<'_>,
    purpose: Purpose,
    count: usize,
    seed: u64,
) -> Result<Compared, String> {
    let mut draw = Draw::new(plan, template, seed, purpose);
    let points: Vec<Point> = (0..count).map(|_| draw.point()).collect::<Result<_, _>>()?;
    let native = Native::new(template, plan, purpose)?;
    let volts: Vec<Vec<f64>> = points.iter().map(|p| native.terminal_volts(p)).collect();
    let values = points.iter().zip(&volts).map(|(p, v)| native.values(p, v)).collect();
    let written = match template.cards.as_slice() {
        [only] => only,
        _ => return Err("a template with one card is compared".into()),
    };
    let (cards, instances): (Vec<_>, Vec<_>) =
        points.iter().map(|p| card(template, written, plan, p)).unzip();
    let biases: Vec<BiasPoint> = points
        .iter()
        .enumerate()
        .map(|(model, p)| BiasPoint {
            model,
            volts: volts.get(model).cloned().unwrap_or_default(),
            kelvin: p.kelvin,
            instance: instances.get(model).cloned().unwrap_or_default(),
        })
        .collect();
    let want = match purpose {
        Purpose::Currents => Want::Currents,
        Purpose::Capacitances => Want::Admittances,
    };
    let models = Composite::of_cards(&cards);
    let answer = operating_points(&Simulator::ngspice(), config, &models, &biases, want)
        .map_err(|e| e.diagnostic().message)?;
    if let Some(d) = answer.diagnostics.iter().find(|d| d.message.contains("parameter")) {
        return Err(d.message.clone());
    }
    let reference: Vec<Option<Vec<f64>>> = answer
        .points
        .iter()
        .map(|found| found.as_ref().and_then(|f| flat(f, purpose, template.pins.len())))
        .collect();
    let allowed = (0..points.len())
        .map(|i| {
            let expected = reference.get(i).and_then(Option::as_ref);
            native.allowed(points.get(i), volts.get(i), expected)
        })
        .collect();
    let names = native.columns.iter().map(|c| name(template, *c)).collect();
    Ok(Compared { points, volts, cards, instances, names, native: values, reference, allowed })
}

/// One list of the values that are compared.
fn flat(found: &PointResult, purpose: Purpose, pins: usize) -> Option<Vec<f64>> {
    let values: Vec<f64> = match purpose {
        Purpose::Currents => found.currents.clone(),
        Purpose::Capacitances => found.capacitances.iter().flatten().copied().collect(),
    };
    let wanted = if purpose == Purpose::Currents { pins } else { pins * pins };
    (values.len() == wanted).then_some(values)
}

fn name(template: &TemplateIr, column: Column) -> String {
    let pin = |p: usize| template.pins.get(p).map_or("?", String::as_str);
    match column {
        Column::Current(a) => format!("I({})", pin(a)),
        Column::Capacitance(a, b) => format!("C({}, {})", pin(a), pin(b)),
        other => format!("{other:?}"),
    }
}

/// The card of a point and the parameters of its element; what is switched off is left out.
fn card(
    template: &TemplateIr,
    card: &CardIr,
    plan: &Plan,
    point: &Point,
) -> (ModelCard, Vec<(String, f64)>) {
    let mut model = ModelCard::new("m", card.device(point.polarity));
    for setting in card.settings.iter().filter(|s| s.polarity.is_none_or(|p| p == point.polarity)) {
        model = match setting.value {
            None => model.flag(setting.name.as_str()),
            Some(level) if setting.name == "LEVEL" => model.at_level(level as u32),
            Some(value) => model.with(setting.name.as_str(), value),
        };
    }
    let value = |written: &CardParameterIr| {
        let index = written.parameter()?;
        let p = template.parameters.get(index)?;
        let value = *point.parameters.get(index)?;
        let is_off = p.is_off_at_zero() && value == 0.0;
        let mirrored = written.negated.get(point.polarity).copied().unwrap_or(false);
        (!is_off).then(|| p.card_unit.of_si(if mirrored { -value } else { value }))
    };
    let named = |list: &[CardParameterIr]| -> Vec<(String, f64)> {
        list.iter().filter_map(|w| Some((w.name.clone(), value(w)?))).collect()
    };
    for (name, value) in named(&card.parameters) {
        model = model.with(name, value);
    }
    // A device without a temperature has no such parameter.
    if has_temperature(card.device(point.polarity)) {
        let nominal = plan.nominal.get(point.nominal).copied().unwrap_or(300.15);
        let celsius = nominal - SPICE39.celsius_zero;
        model = model.with("TNOM", (celsius * 1e6).round() / 1e6);
    }
    (model, named(&card.instance))
}

/// The evaluator's side.
struct Native {
    columns: Vec<Column>,
    /// By polarity and nominal temperature.
    kernels: Vec<Vec<Kernel>>,
    /// Terminal currents of the first polarity, by nominal temperature.
    currents: Vec<Kernel>,
    pins: usize,
    /// Series resistances of each pin with biases behind them.
    behind: Vec<Vec<Resistance>>,
    /// Series resistances of each pin, wherever biases mean it.
    series: Vec<Vec<Resistance>>,
}

/// The parameter that a resistance is, and that which divides it, by index.
type Resistance = (usize, Option<usize>);

/// By pin: its resistances.
fn resistances(template: &TemplateIr, stated: &[Series]) -> Result<Vec<Vec<Resistance>>, String> {
    let mut found = vec![Vec::new(); template.pins.len()];
    for s in stated {
        let wrong = || format!("there is no pin `{}`, or no such parameter for it", s.pin);
        let index = |name: &String| template.parameter(name).ok_or_else(wrong);
        let place = template.pins.iter().position(|p| *p == s.pin);
        let slot = place.and_then(|p| found.get_mut(p)).ok_or_else(wrong)?;
        slot.push((index(&s.parameter)?, s.per.as_ref().map(index).transpose()?));
    }
    Ok(found)
}

impl Native {
    fn new(template: &TemplateIr, plan: &Plan, purpose: Purpose) -> Result<Native, String> {
        let pins = template.pins.len();
        let currents: Vec<Column> = (0..pins).map(Column::Current).collect();
        let columns = match purpose {
            Purpose::Currents => currents.clone(),
            Purpose::Capacitances => {
                let row = |a| (0..pins).map(move |b| Column::Capacitance(a, b));
                (0..pins).flat_map(row).collect()
            }
        };
        let kernels = |polarity: usize, columns: &[Column]| -> Result<Vec<Kernel>, String> {
            let one = |nominal: &f64| {
                Evaluator::at_nominal(template, Mode::Portable, SPICE39, *nominal)
                    .and_then(|e| e.of_polarity(polarity).kernel_of(columns))
                    .map_err(|d| d.message)
            };
            plan.nominal.iter().map(one).collect()
        };
        let behind = resistances(template, &plan.behind)?;
        let mut series = resistances(template, &plan.series)?;
        for (series, behind) in series.iter_mut().zip(&behind) {
            series.extend(behind);
        }
        let currents = kernels(0, &currents)?;
        let polarities = template.polarities.len().max(1);
        let kernels = (0..polarities).map(|p| kernels(p, &columns)).collect::<Result<_, _>>()?;
        Ok(Native { columns, kernels, currents, pins, behind, series })
    }

    fn run(
        kernel: &Kernel,
        columns: &[Column],
        point: &Point,
        parameters: &[f64],
        volts: &[f64],
    ) -> Vec<f64> {
        let rows: Vec<[f64; 1]> = volts.iter().map(|v| [*v]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
        let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(point.kelvin) };
        let mut output = Output::default();
        kernel.run(parameters, bias, &mut Workspace::default(), &mut output);
        let value = |c: &Column| kernel.column(&output, *c).and_then(|v| v.first().copied());
        columns.iter().map(|c| value(c).unwrap_or(f64::NAN)).collect()
    }

    /// The terminal voltages that put the inner nodes about where the point wants them, of the
    /// point's polarity.
    fn terminal_volts(&self, point: &Point) -> Vec<f64> {
        let mut bare = point.parameters.clone();
        for (index, _) in self.behind.iter().flatten() {
            if let Some(value) = bare.get_mut(*index) {
                *value = 0.0;
            }
        }
        let columns: Vec<Column> = (0..self.pins).map(Column::Current).collect();
        let currents = match self.currents.get(point.nominal) {
            Some(k) if self.behind.iter().any(|b| !b.is_empty()) => {
                Self::run(k, &columns, point, &bare, &point.volts)
            }
            _ => vec![0.0; self.pins],
        };
        let sign = sign(point);
        let pins = point.volts.iter().zip(currents).enumerate();
        let volts = pins.map(|(pin, (v, i))| {
            let drop = resistances_at(self.behind.get(pin), point).sum::<f64>() * i;
            // Where the bare device has no solution the point stands without the drop.
            sign * (v + if drop.is_finite() { drop } else { 0.0 })
        });
        volts.collect()
    }

    /// All columns of a point.
    fn values(&self, point: &Point, volts: &[f64]) -> Vec<f64> {
        let kernels = self.kernels.get(point.polarity);
        let Some(kernel) = kernels.and_then(|k| k.get(point.nominal)) else { return Vec::new() };
        Self::run(kernel, &self.columns, point, &point.parameters, volts)
    }

    fn allowed(
        &self,
        point: Option<&Point>,
        volts: Option<&Vec<f64>>,
        expected: Option<&Vec<f64>>,
    ) -> Vec<f64> {
        let tolerance = Tolerance::default();
        let largest = volts.map_or(0.0, |v| v.iter().fold(0.0f64, |m, v| m.max(v.abs())));
        let allowed = |(column, expected): (&Column, &f64)| match column {
            Column::Current(pin) => {
                let stated = point
                    .into_iter()
                    .flat_map(|p| resistances_at(self.series.get(*pin), p).filter(|r| *r > 0.0));
                // The simulator forms the current of a resistor from two rounded potentials.
                let rounding: f64 = stated.map(|r| 8.0 * f64::EPSILON * largest / r).sum();
                tolerance.current * expected.abs() + rounding + 1e-18
            }
            _ if expected.abs() > 1e-15 => tolerance.capacitance * expected.abs(),
            _ => 1e-19,
        };
        let expected = expected.map_or(&[][..], Vec::as_slice);
        self.columns.iter().zip(expected).map(allowed).collect()
    }
}

/// The resistances of a pin at a point, Ohm; zero where one is switched off.
fn resistances_at<'a>(
    stated: Option<&'a Vec<Resistance>>,
    point: &'a Point,
) -> impl Iterator<Item = f64> + 'a {
    let value = |index: usize| point.parameters.get(index).copied();
    stated
        .into_iter()
        .flatten()
        .map(move |(r, per)| value(*r).unwrap_or(0.0) / per.and_then(value).unwrap_or(1.0))
}

fn sign(point: &Point) -> f64 {
    if point.polarity == 0 { 1.0 } else { -1.0 }
}
