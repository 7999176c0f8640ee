//! There and back: cards drawn at random, curves that they give, and what the shipped recipes find
//! in these. Plain, with noise, and with gross errors among the points.
//!
//! A few cards in every test run. The whole measurement prints what it counts:
//! `ESPICE_CASES=200 cargo nextest run -p espice-tests -E 'test(round_trip)' --success-output final`.

#[path = "../../engine/fit/tests/devices/mod.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "shared with the solver's own tests")]
mod devices;

use crate::support;
use devices::{CLASSES, Class, Ready};
use espice::outcome::{Fit, Outcome};
use espice::{Config, Engine, Request};
use espice_fit::SplitMix;
use espice_fit::stages::{Measure, Target};
use espice_lang::ir::ParameterScale;
use std::fmt::Write;

/// Cards of each class in every test run.
const FEW: usize = 4;

/// How points are spoiled.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Errors {
    /// Relative standard deviation of all points.
    noise: f64,
    /// Share of the points that are wrong by a factor between 1.5 and 5, up or down.
    gross: f64,
}

/// A card near the class's own: within a factor of 2.5 for what ranges over decades, else within
/// 8 %.
fn draw(ready: &Ready<'_>, random: &mut SplitMix) -> Vec<f64> {
    let one = |(name, value): &(&str, f64)| {
        let p = &ready.template.parameters[ready.template.parameter(name).expect("a parameter")];
        let u = 2.0 * random.unit() - 1.0;
        let drawn = match p.scale {
            ParameterScale::Log => value * 2.5f64.powf(u),
            ParameterScale::Linear => value * (1.0 + 0.08 * u),
        };
        drawn.clamp(p.low, p.high)
    };
    ready.class.searched.iter().map(one).collect()
}

/// The curves as a source: measured points.
fn sheet(ready: &Ready<'_>, targets: &[Target<'_>]) -> String {
    let kind = &ready.template.kind;
    let polarity = match kind.as_str() {
        "mosfet" | "mos" => "polarity = \"nmos\"\n",
        "bjt" => "polarity = \"npn\"\n",
        _ => "",
    };
    let mut text = format!("[device]\npart = \"R1\"\nkind = \"{kind}\"\n{polarity}");
    let size = |name| ready.class.given.iter().find(|g: &&(&str, f64)| g.0 == name);
    if let (Some(w), Some(l)) = (size("W"), size("L")) {
        let _ = writeln!(text, "sizes = {{ W = \"{:e} m\", L = \"{:e} m\" }}", w.1, l.1);
    }
    let mut next = targets.iter();
    for sweep in ready.class.sweeps {
        for held in sweep.at {
            let target = next.next().expect("a target for each curve");
            let names: Vec<&str> = held.iter().map(|h| h.0).collect();
            let names =
                if names.is_empty() { String::new() } else { format!("; {}", names.join(", ")) };
            let unit = |symbol: &str| if symbol.starts_with('V') { "V" } else { "A" };
            let family: Vec<String> =
                held.iter().map(|(n, v)| format!("{n} = \"{v:e} {}\"", unit(n))).collect();
            let scale = if sweep.measure == Measure::Log { "log" } else { "linear" };
            let across = if sweep.by_decade { "log" } else { "linear" };
            let _ = write!(
                text,
                "\n[[curve]]\nquantity = \"{}({}{names})\"\nunits = [\"V\", \"A\"]\n\
                 origin = \"measured\"\nscale = [\"{across}\", \"{scale}\"]\nfamily = {{ {} }}\n\
                 conditions = {{ TJ = \"300.15 K\" }}\npoints = [\n",
                sweep.quantity,
                sweep.over.0,
                family.join(", "),
            );
            let observed = &target.observations;
            for (x, y) in observed.positions.iter().zip(&observed.values) {
                let _ = writeln!(text, "  [{x:e}, {y:e}],");
            }
            text += "]\n";
        }
    }
    text
}

fn model(text: String) -> Outcome {
    let world = support::world().with("sheet.toml", text);
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    engine.model(&Request { sources: vec![String::from("sheet.toml")], ..Request::default() })
}

/// What came of the cards of one class.
#[derive(Debug, Default)]
struct Counted {
    cards: usize,
    /// With the class's own template chosen.
    chosen: usize,
    /// With every clean point within the bound.
    close: usize,
    /// With points far off their neighbours told (E0647).
    told: usize,
    /// Largest error of each card, sorted.
    errors: Vec<f64>,
    /// Parameters said to be identified, and those of them that are right.
    identified: usize,
    right: usize,
    /// What intervals were told, and those that hold the truth.
    intervals: usize,
    held: usize,
}

/// How far a card's curves are from the clean ones: the largest over the curves of the root mean
/// square, of logarithms where these were fitted, else as a share of the range.
fn error(ready: &Ready<'_>, fit: &Fit, clean: &[Target<'_>]) -> f64 {
    let mut values = ready.template.defaults();
    for p in &fit.parameters {
        let index = ready.template.parameter(&p.name).expect("a parameter");
        values[index] = p.value.unwrap_or(f64::NAN);
    }
    let again = ready.targets_or_nan(&values);
    let worst = again.iter().zip(clean).map(|(model, truth)| {
        let (m, t) = (&model.observations.values, &truth.observations.values);
        let high = t.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = t.iter().copied().fold(f64::INFINITY, f64::min);
        let one = |(m, t): (&f64, &f64)| match truth.measure {
            Measure::Log => (m / t).ln(),
            _ => (m - t) / (high - low),
        };
        let sum: f64 = m.iter().zip(t).map(one).map(|e| e * e).sum();
        (sum / m.len() as f64).sqrt()
    });
    worst.fold(0.0, |a, e| if e > a || e.is_nan() { e } else { a })
}

fn go(class: &'static Class, errors: Errors, bound: f64) -> Counted {
    let library = support::library();
    let ready = Ready::new(class, &library);
    let cards = devices::variable("ESPICE_CASES").unwrap_or(FEW);
    let mut counted = Counted { cards, ..Counted::default() };
    for case in 0..cards {
        let mut random = SplitMix::for_job(41, case as u64);
        let truth = draw(&ready, &mut random);
        let values = ready.values(&truth);
        let clean = ready.targets(&values, &mut |_, _| 1.0);
        let spoiled = ready.targets(&values, &mut |_, _| {
            let noise = 1.0 + errors.noise * random.normal();
            if random.unit() >= errors.gross {
                return noise;
            }
            let factor = 1.5 + 3.5 * random.unit();
            if random.unit() < 0.5 { factor } else { 1.0 / factor }
        });
        let outcome = model(sheet(&ready, &spoiled));
        counted.told += usize::from(outcome.diagnostics.iter().any(|d| d.code == "E0647"));
        let Some(fit) = outcome.fit.as_ref().filter(|f| f.template == class.template) else {
            let told: Vec<&str> = outcome.diagnostics.iter().map(|d| d.message.as_str()).collect();
            let candidates: Vec<_> =
                outcome.candidates.iter().map(|c| (&c.template, &c.status, &c.reason)).collect();
            println!("  {} {case}: {candidates:?} {told:?}", class.name);
            counted.errors.push(f64::INFINITY);
            continue;
        };
        counted.chosen += 1;
        let far = error(&ready, fit, &clean);
        counted.errors.push(far);
        counted.close += usize::from(far <= bound);
        let mut wrong = Vec::new();
        for ((name, _), truth) in class.searched.iter().zip(&truth) {
            let p = fit.parameters.iter().find(|p| p.name == *name).expect("a parameter");
            let value = p.value.unwrap_or(f64::NAN);
            if let (true, Some(low), Some(high)) = (p.identified, p.low, p.high) {
                counted.identified += 1;
                let right = (value / truth - 1.0).abs() <= 0.01;
                counted.right += usize::from(right);
                counted.intervals += 1;
                counted.held += usize::from(low <= *truth && *truth <= high);
                if !right {
                    wrong.push(format!("{name} {value:.4e} for {truth:.4e}"));
                }
            }
        }
        if far > bound || errors.noise == 0.0 && !wrong.is_empty() {
            println!("  {} {case}: error {far:.2e}, {}", class.name, wrong.join(", "));
        }
    }
    counted.errors.sort_by(f64::total_cmp);
    println!(
        "{} {errors:?}: template chosen {} of {cards}, within {bound}: {}, median error {:.1e}, \
         95 % {:.1e}; identified {}, within 1 %: {}; intervals {}, with the truth {}",
        class.name,
        counted.chosen,
        counted.close,
        counted.errors[cards / 2],
        counted.errors[(19 * cards / 20).min(cards - 1)],
        counted.identified,
        counted.right,
        counted.intervals,
        counted.held,
    );
    counted
}

/// Diodes are held to the bound. The other classes take longer, and their recipes fit more than
/// these curves determine: they are counted where the number of cases is asked for.
fn all(errors: Errors, bound: f64, judge: &dyn Fn(&Counted)) {
    let (diodes, others) = CLASSES.split_first().expect("classes");
    let counted = go(diodes, errors, bound);
    judge(&counted);
    if devices::variable("ESPICE_CASES").is_some() {
        for class in others {
            go(class, errors, bound);
        }
    }
}

#[test]
fn exact_curves_give_their_cards_back() {
    let judge = |counted: &Counted| {
        assert!(20 * counted.close >= 19 * counted.cards, "{counted:?}");
        assert!(20 * counted.right >= 19 * counted.identified, "{counted:?}");
        assert_eq!(counted.told, 0);
    };
    all(Errors { noise: 0.0, gross: 0.0 }, 1e-3, &judge);
}

#[test]
fn a_few_gross_errors_do_no_harm() {
    all(Errors { noise: 0.03, gross: 0.05 }, 0.035, &|counted| {
        assert!(20 * counted.told >= 19 * counted.cards, "{counted:?}");
        assert!(20 * counted.close >= 19 * counted.cards, "{counted:?}");
    });
}

#[test]
fn many_gross_errors_do_little_harm() {
    // A rule that compares the model with all points, wild ones too, may throw the model out.
    all(Errors { noise: 0.03, gross: 0.25 }, 0.05, &|counted| {
        assert!(20 * counted.close >= 19 * counted.chosen && counted.chosen > 0, "{counted:?}");
    });
}
