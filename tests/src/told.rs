//! No parameter of a device is passed over in silence: each that ngspice knows is put on a card by
//! itself, with strong values, and either the template has currents and capacitances of ngspice
//! with it, or reading the card tells that it has not.

use crate::support;
use espice::{CardModel, Config, Engine};
use espice_base::FileId;
use espice_model::{Bias, Column, Evaluator, Kelvin, Kernel, Mode, Output, Workspace};
use espice_netlist::{BiasPoint, PointResult, Simulator, Want, dialect, operating_points};
use espice_units::{Dimension, constants::SPICE39};
use std::collections::{BTreeMap, BTreeSet};

/// What a parameter is tried with where the plan states nothing else.
const VALUES: [&str; 3] = ["1e-3", "0.3", "2"];
/// Where devices are, K: away from TNOM, so that laws of temperature show.
const KELVIN: f64 = 350.0;

#[derive(Default)]
struct Plan<'a> {
    device: &'a str,
    level: Option<u32>,
    card: &'a str,
    element: Vec<(String, String)>,
    biases: Vec<Vec<f64>>,
    values: BTreeMap<&'a str, Vec<&'a str>>,
    faults: BTreeSet<&'a str>,
}

fn plans(text: &str) -> Vec<Plan<'_>> {
    let mut plans: Vec<Plan<'_>> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
        let (word, rest) = line.split_once(' ').expect("a word and what it says");
        let words: Vec<&str> = rest.split_whitespace().collect();
        if word == "device" {
            let level = words.get(1).map(|l| l.parse().expect("a level"));
            plans.push(Plan { device: words[0], level, ..Plan::default() });
            continue;
        }
        let plan = plans.last_mut().expect("a device first");
        match word {
            "card" => plan.card = rest,
            "element" => {
                let pair = |w: &&str| w.split_once('=').map(|(n, v)| (n.into(), v.into()));
                plan.element = words.iter().filter_map(pair).collect();
            }
            "at" => plan.biases.push(words.iter().map(|w| w.parse().expect("volts")).collect()),
            "try" => drop(plan.values.insert(words[0], words[1..].to_vec())),
            "fault" => drop(plan.faults.insert(words[0])),
            other => panic!("`{other}` is no statement"),
        }
    }
    plans
}

/// A kernel for currents, then capacitances row by row.
struct Native {
    kernel: Kernel,
    columns: Vec<Column>,
}

impl Native {
    fn new(model: &CardModel<'_>, pins: usize) -> Native {
        let rows = (0..pins).flat_map(|a| (0..pins).map(move |b| Column::Capacitance(a, b)));
        let columns: Vec<Column> = (0..pins).map(Column::Current).chain(rows).collect();
        let evaluator =
            Evaluator::at_nominal(&model.template, Mode::Portable, SPICE39, model.nominal);
        let kernel = evaluator.unwrap().of_polarity(model.polarity).kernel_of(&columns).unwrap();
        Native { kernel, columns }
    }

    fn values(&self, model: &CardModel<'_>, volts: &[f64]) -> Vec<f64> {
        let rows: Vec<[f64; 1]> = volts.iter().map(|v| [*v]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
        let mut output = Output::default();
        let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(KELVIN) };
        self.kernel.run(&model.values, bias, &mut Workspace::default(), &mut output);
        self.columns.iter().map(|c| self.kernel.column(&output, *c).unwrap()[0]).collect()
    }
}

/// Whether both sides agree; capacitances not where the simulator's own are wrong.
fn agree(
    model: &CardModel<'_>,
    volts: &[f64],
    here: &[f64],
    there: &PointResult,
    faulty: bool,
) -> bool {
    let resistances = model.template.parameters.iter().zip(&model.values);
    let least = resistances
        .filter(|(p, v)| p.dimension == Dimension::RESISTANCE && **v > 0.0)
        .fold(f64::INFINITY, |least, (_, v)| least.min(*v));
    let highest = volts.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    let rounding = 8.0 * f64::EPSILON * highest / least;
    let currents = there.currents.iter().map(|r| (*r, 1e-6 * r.abs() + rounding + 1e-18));
    let of_capacitances = there.capacitances.iter().flatten();
    let largest = of_capacitances.clone().fold(0.0f64, |a, c| a.max(c.abs()));
    let capacitances = of_capacitances.map(|c| (*c, 1e-4 * c.abs() + 1e-6 * largest + 1e-19));
    let compared = if faulty { volts.len() } else { here.len() };
    let apart = |(here, (there, allowed)): (&f64, (f64, f64))| (here - there).abs() <= allowed;
    here.iter().zip(currents.chain(capacitances)).take(compared).all(apart)
}

#[test]
fn every_parameter_of_ngspice_is_modelled_or_told() {
    let Some(config) = support::ngspice("told") else { return };
    let world = support::world();
    let (engine, _) = Engine::new(&world, Config::default());
    let ngspice = dialect("ngspice").unwrap();
    let text = include_str!("../told.txt");
    let mut silent = Vec::new();
    for plan in plans(text) {
        let known = ngspice.parameters(plan.device, plan.level).expect("a known device");
        let level = plan.level.map_or(String::new(), |l| format!(" LEVEL={l}"));
        let (mut models, mut points, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let (mut told, mut tried) = (BTreeSet::new(), BTreeSet::new());
        let common: Vec<&str> = VALUES.to_vec();
        let alone = known.names().flat_map(|name| {
            let values = plan.values.get(name).unwrap_or(&common);
            values.iter().map(move |value| (name, *value))
        });
        for (name, value) in std::iter::once(("", "")).chain(alone) {
            // A parameter that the card has already takes the other value.
            let is_other = |w: &&str| {
                let stated = w.split('=').next().unwrap_or_default().to_lowercase();
                known.canonical(&stated) != known.canonical(name)
            };
            let others: Vec<&str> = plan.card.split_whitespace().filter(is_other).collect();
            let own = if name.is_empty() { String::new() } else { format!(" {name}={value}") };
            if ["level", "tnom", "tref"].contains(&name) {
                continue;
            }
            let card = format!(".model m {} ({}{own}{level})\n", plan.device, others.join(" "));
            let (library, _) = ngspice.read(&card, FileId::default());
            let (found, words) = engine.card_model(&library, Some("m"), &plan.element);
            let Some(found) = found else {
                assert!(!words.is_empty(), "{card}");
                told.insert(name);
                continue;
            };
            if !found.passed_over.is_empty() {
                assert!(!words.is_empty(), "{card}");
                told.insert(name);
                continue;
            }
            tried.insert(name);
            for volts in &plan.biases {
                let instance = found.instance.clone();
                let volts = volts.clone();
                points.push(BiasPoint { model: models.len(), volts, kelvin: KELVIN, instance });
            }
            models.push(found.device.clone());
            names.push((name, value, found));
        }
        let answer =
            operating_points(&Simulator::ngspice(), &config, &models, &points, Want::Admittances)
                .unwrap_or_else(|e| panic!("{}: {}", plan.device, e.diagnostic().message));
        let mut compared = BTreeSet::new();
        let mut natives: BTreeMap<&str, Native> = BTreeMap::new();
        for (point, there) in points.iter().zip(&answer.points) {
            let ((name, value, found), Some(there)) = (&names[point.model], there) else {
                continue;
            };
            compared.insert(*name);
            let pins = point.volts.len();
            let native =
                natives.entry(&found.template.name).or_insert_with(|| Native::new(found, pins));
            let here = native.values(found, &point.volts);
            if !agree(found, &point.volts, &here, there, plan.faults.contains(name)) {
                let who = format!("{}{level} {name}={value} at {:?} V", plan.device, point.volts);
                println!("{who}: {here:?} and {there:?}");
                silent.push(who);
            }
        }
        println!(
            "{}{level}: {} parameters agree with ngspice, told are {told:?}",
            plan.device,
            compared.len()
        );
        let unseen: Vec<&&str> = tried.difference(&compared).collect();
        assert!(unseen.is_empty(), "{}: ngspice says nothing of {unseen:?}", plan.device);
    }
    assert!(silent.is_empty(), "silently others than ngspice has them: {silent:#?}");
}
