//! The derivatives of every shipped template against dual numbers of twice the digits: currents
//! and charges of all pins by every parameter, by temperature and by voltage, at random cards.
//!
//! The reference shares nothing with the evaluator but the typed graph: `double` is its
//! arithmetic, `walk` its forward derivatives, `network` its equations.

mod double;
mod network;
mod walk;

use crate::sampled::{Draw, Plan, Point, Purpose, plan_of};
use crate::support;
use espice_lang::ir::{BranchIr, BranchKind, TemplateIr};
use espice_model::{Bias, Column, Evaluator, Kelvin, Kernel, Mode, Output, Workspace};
use espice_units::constants::SPICE39;
use network::{Case, Reference};
use std::collections::BTreeMap;

/// Cards of each template, and biases and temperatures of each card.
const CARDS: usize = 24;
const POINTS: usize = 24;

/// Largest deviation from the reference, as a share of the largest magnitude of the derivative
/// among the points of the card.
const SHARE: f64 = 1e-9;

/// Rounding of the terms of a derivative, as a share of the value over the size of what is varied.
const ROUNDING: f64 = 1e-13;

/// Points that one side finds no solution for: at most this share.
const WITHOUT: f64 = 5e-3;

/// What is differentiated: a current or a charge of a pin, by what stands at a place of the
/// reference.
#[derive(Clone, Copy)]
struct Derivative {
    column: Column,
    charge: bool,
    pin: usize,
    place: usize,
}

fn derivatives(template: &TemplateIr) -> Vec<Derivative> {
    let (pins, count) = (template.pins.len(), template.parameters.len());
    let mut all = Vec::new();
    for pin in 0..pins {
        let mut add = |column, charge, place| all.push(Derivative { column, charge, pin, place });
        for p in 0..count {
            add(Column::CurrentByParameter(pin, p), false, p);
            add(Column::ChargeByParameter(pin, p), true, p);
        }
        add(Column::CurrentByTemperature(pin), false, count);
        add(Column::ChargeByTemperature(pin), true, count);
        for b in 0..pins {
            add(Column::Conductance(pin, b), false, count + 1 + b);
            add(Column::ChargeByVoltage(pin, b), true, count + 1 + b);
        }
    }
    all
}

/// By inner node: the pin nearest over resistors, whatever they come to, then over currents.
fn nearest(template: &TemplateIr) -> Vec<usize> {
    let pins = template.pins.len();
    let mut of: Vec<Option<usize>> =
        (0..pins + template.nodes.len()).map(|n| (n < pins).then_some(n)).collect();
    for kind in [BranchKind::Resistor, BranchKind::Current] {
        for _ in 0..of.len() {
            let is_way = |b: &&BranchIr| b.kind == BranchKind::Resistor || b.kind == kind;
            for b in template.branches.iter().filter(is_way) {
                let (x, y) = (b.from as usize, b.to as usize);
                (of[x], of[y]) = (of[x].or(of[y]), of[y].or(of[x]));
            }
        }
    }
    of.into_iter().skip(pins).map(|n| n.expect("a way to a pin")).collect()
}

/// The terminal voltages that put the nodes behind series resistances about where the point wants
/// them.
fn terminal_volts(
    template: &TemplateIr,
    plan: &Plan,
    evaluator: &Evaluator,
    point: &Point,
) -> Vec<f64> {
    let index = |name: &str| template.parameter(name).expect("a parameter of the plan");
    let mut bare = point.parameters.clone();
    for series in &plan.behind {
        bare[index(&series.parameter)] = 0.0;
    }
    let pins = template.pins.len();
    let columns: Vec<Column> = (0..pins).map(Column::Current).collect();
    let kernel = evaluator.kernel_of(&columns).expect("the template is sound");
    let rows: Vec<[f64; 1]> = point.volts.iter().map(|v| [*v]).collect();
    let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(point.kelvin) };
    kernel.run(&bare, bias, &mut Workspace::default(), &mut output);
    let mut volts = point.volts.clone();
    for series in &plan.behind {
        let pin = template.pins.iter().position(|p| *p == series.pin).expect("a pin of the plan");
        let per = series.per.as_ref().map_or(1.0, |p| point.parameters[index(p)]);
        let resistance = point.parameters[index(&series.parameter)] / per;
        let current = kernel.column(&output, Column::Current(pin)).expect("asked for")[0];
        let drop = resistance * current;
        volts[pin] += if drop.is_finite() { drop } else { 0.0 };
    }
    volts
}

/// A card's derivatives on both sides.
struct Card {
    point: Point,
    volts: Vec<Vec<f64>>,
    kelvin: Vec<f64>,
    reference: Vec<Option<Reference>>,
}

impl Card {
    fn draw(template: &TemplateIr, plan: &Plan, draw: &mut Draw<'_>) -> Card {
        let point = draw.point().expect("a plan of this template");
        let nominal = plan.nominal[point.nominal];
        let evaluator = Evaluator::at_nominal(template, Mode::Portable, SPICE39, nominal)
            .expect("the template is sound");
        let mirror = if point.polarity == 0 { 1.0 } else { -1.0 };
        let nearest = nearest(template);
        let mut card = Card { point, volts: Vec::new(), kelvin: Vec::new(), reference: Vec::new() };
        for _ in 0..POINTS {
            let next = draw.again(&card.point).expect("a plan of this template");
            let volts = terminal_volts(template, plan, &evaluator, &next);
            let inner: Vec<f64> = nearest.iter().map(|pin| next.volts[*pin]).collect();
            let case = Case {
                template,
                nominal,
                mirror,
                parameters: &next.parameters,
                kelvin: next.kelvin,
                volts: &volts,
                inner: &inner,
            };
            card.reference.push(case.evaluate());
            card.volts.push(volts.iter().map(|v| mirror * v).collect());
            card.kelvin.push(next.kelvin);
        }
        card
    }

    /// What rounding may leave of a derivative: the terms of which it is the sum are up to the
    /// value over the size of what is varied, and where they cancel their rounding stays.
    fn rounding(&self, template: &TemplateIr, d: &Derivative, points: &[usize]) -> f64 {
        // What is switched off has the size of its range.
        let size = match (self.point.parameters.get(d.place), template.parameters.get(d.place)) {
            (Some(0.0), Some(p)) => p.low.abs().max(p.high.abs()),
            (Some(value), _) => value.abs(),
            (None, _) if d.place == template.parameters.len() => self.kelvin[0],
            (None, _) => 1.0,
        };
        let values = points.iter().filter_map(|i| self.reference[*i].as_ref());
        let values = values.map(|r| r.side(d.charge));
        let largest = values.map(|v| v[d.pin].value.near().abs()).fold(0.0, f64::max);
        ROUNDING * largest / size
    }

    fn run(&self, kernel: &Kernel) -> Output {
        let columns: Vec<Vec<f64>> = (0..self.volts[0].len())
            .map(|pin| self.volts.iter().map(|v| v[pin]).collect())
            .collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let bias = Bias { volts: &columns, kelvin: Kelvin::PerPoint(&self.kelvin) };
        let mut output = Output::default();
        kernel.run(&self.point.parameters, bias, &mut Workspace::default(), &mut output);
        output
    }
}

/// What came of the comparisons.
#[derive(Default)]
struct Tally {
    points: usize,
    /// Points that one side has no solution for.
    without: usize,
    /// Columns that are not zero.
    moving: usize,
    compared: usize,
    /// Values that differ by no more than the rounding of larger terms.
    rounded: usize,
    /// Misses by their share of the column, in words.
    misses: Vec<(f64, String)>,
    /// Cards with misses.
    cards: BTreeMap<usize, Vec<f64>>,
}

impl Tally {
    fn compare(
        &mut self,
        (set, card): (usize, &Card),
        (template, nominal): (&TemplateIr, f64),
        derivatives: &[Derivative],
        mode: Mode,
    ) {
        let mirror = if card.point.polarity == 0 { 1.0 } else { -1.0 };
        let wanted: Vec<Column> = derivatives.iter().map(|d| d.column).collect();
        let kernel = Evaluator::at_nominal(template, mode, SPICE39, nominal)
            .and_then(|e| e.of_polarity(card.point.polarity).kernel_of(&wanted))
            .expect("the template is sound");
        let output = card.run(&kernel);
        let column = |c: Column| kernel.column(&output, c).expect("the column was asked for");
        let first = column(Column::Conductance(0, 0));
        let solved = |i: &usize| first[*i].is_finite() && card.reference[*i].is_some();
        let both: Vec<usize> = (0..POINTS).filter(solved).collect();
        self.points += POINTS;
        self.without += POINTS - both.len();
        for d in derivatives {
            let found = column(d.column);
            let sign = if d.place > template.parameters.len() { 1.0 } else { mirror };
            let expected = |i: usize| {
                let side = card.reference[i].as_ref().map(|r| r.side(d.charge));
                side.map_or(f64::NAN, |s| sign * s[d.pin].by[d.place].near())
            };
            let largest = both.iter().fold(0.0f64, |a, i| a.max(expected(*i).abs()));
            let rounding = card.rounding(template, d, &both);
            self.moving += usize::from(largest > 0.0);
            self.compared += both.len();
            for &i in &both {
                let (f, e) = (found[i], expected(i));
                let share = if f == e { 0.0 } else { (f - e).abs() / largest };
                if share <= SHARE {
                    continue;
                }
                if (f - e).abs() <= rounding {
                    self.rounded += 1;
                    continue;
                }
                let (volts, kelvin) = (&card.volts[i], card.kelvin[i]);
                let words = format!(
                    "{:?} of card {set} at {volts:?} V, {kelvin} K: {f:e} instead of {e:e} of at \
                     most {largest:e}, {}",
                    d.column,
                    mode.word()
                );
                self.misses.push((if share.is_nan() { f64::INFINITY } else { share }, words));
                self.cards.entry(set).or_insert_with(|| card.point.parameters.clone());
            }
        }
    }
}

/// Compares one template with its reference.
fn agrees(name: &str, plan: &Plan) {
    let library = support::library();
    let template = library.template(name).expect("a shipped template");
    let derivatives = derivatives(template);
    let mut draw = Draw::new(plan, template, 20_261_122, Purpose::Currents);
    let mut tally = Tally::default();
    for set in 0..CARDS {
        let card = Card::draw(template, plan, &mut draw);
        let of = (template, plan.nominal[card.point.nominal]);
        for mode in [Mode::Portable, Mode::Fast] {
            tally.compare((set, &card), of, &derivatives, mode);
        }
    }
    tally.misses.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Tally { points, without, moving, compared, rounded, misses, cards } = tally;
    println!(
        "{name}: {points} points, {without} without a solution; {moving} columns not zero, \
         {compared} values: {} miss, {rounded} differ by the rounding of larger terms",
        misses.len()
    );
    for (share, words) in misses.iter().take(8) {
        println!("{share:.2e} {words}");
    }
    for (set, parameters) in cards.iter().take(3) {
        let named = template.parameters.iter().zip(parameters);
        let named: Vec<String> = named.map(|(p, v)| format!("{}={v:e}", p.name)).collect();
        println!("card {set}: {}", named.join(" "));
    }
    assert!(moving > 0 && without as f64 <= WITHOUT * points as f64, "{without} of {points}");
    assert!(misses.is_empty(), "{} values miss", misses.len());
}

/// Templates of one network share a plan; the others have that of the comparison with ngspice.
const OWN: [(&str, &str); 11] = [
    ("junction_diode", include_str!("junction.draw")),
    ("schottky_diode", include_str!("junction.draw")),
    ("zener_diode", include_str!("junction.draw")),
    ("guarded_schottky_diode", include_str!("guarded.draw")),
    ("sic_mosfet", include_str!("tabulated.draw")),
    ("superjunction_mosfet", include_str!("tabulated.draw")),
    ("mosfet_pnp_igbt", include_str!("igbt.draw")),
    ("darlington", include_str!("darlington.draw")),
    ("real_capacitor", include_str!("capacitor.draw")),
    ("real_inductor", include_str!("inductor.draw")),
    ("real_resistor", include_str!("resistor.draw")),
];

macro_rules! templates {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            let name = stringify!($name);
            let own = OWN.iter().find(|(n, _)| *n == name).map(|(_, text)| Plan::parse(text));
            let plan = own.unwrap_or_else(|| plan_of(&support::root(), name));
            agrees(name, &plan.unwrap_or_else(|e| panic!("{e}")));
        })*

        /// A template that no test differentiates would be trusted without reason.
        #[test]
        fn every_template_is_compared() {
            // Those of a simulator have no equations here.
            let library = support::library();
            for template in library.templates.iter().filter(|t| t.simulator.is_none()) {
                assert!([$(stringify!($name)),*].contains(&template.name.as_str()), "{}", template.name);
            }
        }
    };
}

templates!(
    junction_diode,
    schottky_diode,
    zener_diode,
    guarded_schottky_diode,
    darlington,
    gummel_poon,
    mosfet_pnp_igbt,
    mos1,
    mos2,
    mos3,
    parker_skellern,
    real_capacitor,
    real_inductor,
    real_resistor,
    sic_mosfet,
    square_law_jfet,
    statz_mesfet,
    superjunction_mosfet,
    vdmos
);
