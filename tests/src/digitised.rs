//! Power transistors whose curves were digitised by hand, through the whole engine. The files stand
//! beside the project; the tests say that they skip where they are absent.

use crate::support;
use espice::outcome::{Curve, FittedCurve, Outcome};
use espice::{Config, Engine, Request};

/// What a model may miss at the rated current, relative.
const RATED: f64 = 0.05;
/// What the capacitance of a table may miss at its knots, and between them, in decades.
const KNOT: f64 = 0.02;
const BETWEEN: f64 = 0.05;

fn outcome(file: &str, rows: &str) -> Option<Outcome> {
    let path = support::root().join("../shared/data/curves").join(file);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    let world = support::world().with(file, support::bytes(&path)).with("rows.toml", rows);
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let mut sources = vec![String::from(file)];
    if !rows.is_empty() {
        sources.push(String::from("rows.toml"));
    }
    Some(engine.model(&Request { sources, ..Request::default() }))
}

/// The curves of a quantity that the model was compared with.
fn curves<'o>(outcome: &'o Outcome, quantity: &str) -> Vec<(&'o Curve, &'o FittedCurve)> {
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let of = |c: &&FittedCurve| c.quantity.starts_with(&format!("{quantity}("));
    fit.curves.iter().filter(of).map(|c| (&outcome.facts.curves[c.curve], c)).collect()
}

/// Where a curve first reaches a level.
fn reaches(points: impl Iterator<Item = [f64; 2]>, level: f64) -> Option<f64> {
    let points: Vec<[f64; 2]> = points.collect();
    points.windows(2).find_map(|w| {
        let ([x0, y0], [x1, y1]) = (w[0], w[1]);
        let between = (y0 - level) * (y1 - level) <= 0.0 && y0 != y1;
        between.then(|| x0 + (x1 - x0) * (level - y0) / (y1 - y0))
    })
}

/// The voltage at a current, as drawn and of the model.
fn voltages((curve, fitted): &(&Curve, &FittedCurve), amps: f64) -> Option<[f64; 2]> {
    let drawn = reaches(curve.points.iter().copied(), amps)?;
    let beside = curve.points.iter().zip(&fitted.model);
    let model = beside.filter_map(|(p, m)| Some([p[0], (*m)?]));
    Some([drawn, reaches(model, amps)?])
}

const THRESHOLD: [f64; 2] = [1.8, 3.6];

#[test]
fn a_silicon_carbide_transistor_keeps_its_physics() {
    let [low, high] = THRESHOLD;
    let rows = format!(
        "[[parameter]]\nsymbol = \"VGS(th)\"\nmin = \"{low} V\"\nmax = \"{high} V\"\n\
         section = \"static\"\nconditions = {{ ID = \"5 mA\", TJ = \"25 degC\" }}\n"
    );
    let Some(outcome) = outcome("CREE_C3M0065100J.json", &rows) else { return };
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.candidates));
    assert_eq!(fit.template, "sic_mosfet");
    let other = outcome.candidates.iter().find(|c| c.template == "vdmos").unwrap();
    assert!(other.status != "chosen" && !other.reason.is_empty());
    // The threshold, at a few milliamperes and as the law's own, at every temperature shown.
    let value =
        |name: &str| fit.parameters.iter().find(|p| p.name == name).and_then(|p| p.value).unwrap();
    for kelvin in [218.15, 298.15, 423.15] {
        let root = value("VTO") - value("TCV") * (kelvin - 300.15);
        println!("VTO at {kelvin} K: {root:.3} V");
        // The band of the sheet moves with the temperature by some millivolts a kelvin.
        let moved = 6e-3 * (298.15 - kelvin);
        assert!((low - 0.5 + moved.min(0.0)..=high + moved.max(0.0)).contains(&root), "{root}");
    }
    let row = fit.rated.iter().find(|r| r.quantity == "VGS(th)").unwrap();
    assert_eq!(row.within_limits, Some(true), "{row:?}");
    let mut on = 0;
    for pair in curves(&outcome, "ID").iter().filter(|(c, _)| c.family["VGS"] == 15.0) {
        let [drawn, model] = voltages(pair, 20.0).unwrap();
        println!("RDS(on) at {:?}: {:+.3}", pair.0.family, model / drawn - 1.0);
        assert!((model / drawn - 1.0).abs() <= RATED, "{:?}: {drawn} {model}", pair.0.family);
        on += 1;
    }
    assert_eq!(on, 3);
    for (curve, fitted) in
        curves(&outcome, "RDS(on)").iter().filter(|(c, _)| c.family["VGS"] == 15.0)
    {
        for ([kelvin, drawn], model) in curve.points.iter().zip(&fitted.model) {
            let error = model.unwrap() / drawn - 1.0;
            assert!(error.abs() <= RATED, "RDS(on) at {kelvin} K misses by {error:.3}");
        }
    }
    let third = curves(&outcome, "IS");
    assert_eq!(third.len(), 9);
    for pair in &third {
        let [drawn, model] = voltages(pair, 20.0).unwrap();
        println!("VSD at {:?}: {:+.3}", pair.0.family, model / drawn - 1.0);
        assert!((model / drawn - 1.0).abs() <= RATED, "{:?}: {drawn} {model}", pair.0.family);
    }
}

#[test]
fn the_capacitances_of_a_superjunction_transistor_are_tables() {
    let Some(outcome) = outcome("Infineon_IPBE65R050CFD7A.json", "") else { return };
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.candidates));
    assert_eq!(fit.template, "superjunction_mosfet");
    let other = outcome.candidates.iter().find(|c| c.template == "vdmos").unwrap();
    assert_eq!(other.status, "rejected");
    let named = fit.parameters.iter().filter(|p| p.name.starts_with("XGD_"));
    let knots: Vec<f64> = named.filter_map(|p| p.value).collect();
    let (curve, fitted) = curves(&outcome, "Crss")[0];
    let width = curve.points.iter().map(|p| p[0]).fold(0.0, f64::max);
    let (mut at_knots, mut between, mut above) = (0, 0, 0);
    for (place, ([x, drawn], model)) in curve.points.iter().zip(&fitted.model).enumerate() {
        let error = (model.unwrap() / drawn).log10().abs();
        // Where points stand above each other no function follows more than one of them.
        let stands = |(k, p): (usize, &[f64; 2])| k != place && (p[0] - x).abs() < 1e-4 * width;
        if curve.points.iter().enumerate().any(stands) {
            above += 1;
        } else if knots.iter().any(|k| (k - x).abs() < 1e-6 * width) {
            at_knots += 1;
            assert!(error <= KNOT, "Crss({x} V) at a knot: {error:.4} decade");
        } else {
            between += 1;
            assert!(error <= BETWEEN, "Crss({x} V): {error:.4} decade");
        }
    }
    println!("{at_knots} points at knots, {between} between, {above} above each other");
    assert!(at_knots >= 20 && between >= 10 && above <= 6);
}
