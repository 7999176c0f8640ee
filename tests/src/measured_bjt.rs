//! Measured bipolar transistors of the IHP SG13 process through the whole engine. The files stand
//! beside the project; the test says that it skips where they are absent.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};

/// Relative RMS of a current over the whole of its curve above the noise, at most.
const CURRENT: f64 = 0.035;
/// Base-emitter voltages of the ideal region, V: from where the ranges of the instrument err by less
/// than a per cent to where high injection begins.
const IDEAL: std::ops::Range<f64> = 0.63..0.83;
/// Relative RMS of the collector current there, at most.
const IDEAL_CURRENT: f64 = 0.02;
/// Relative RMS of the current gain from there on, at most.
const GAIN: f64 = 0.03;
/// Relative RMS of the output curves that no fit saw, from 0.5 V on, at most.
const PREDICTED: f64 = 0.05;

fn outcome(device: &str) -> Option<Outcome> {
    outcome_of(device, &["fg_vcb0", "fg_vce"], &[])
}

fn outcome_of(device: &str, plots: &[&str], withhold: &[&str]) -> Option<Outcome> {
    let folder = support::root().join("../shared/data/measured/ihp_pnpMPA");
    if !folder.is_dir() {
        println!("skipped: ../shared/data/measured/ihp_pnpMPA is not there");
        return None;
    }
    let mut world = support::world();
    let mut sources = Vec::new();
    for plot in plots {
        let name = format!("{plot}_d0406_{device}.mdm");
        world = world.with(name.as_str(), support::bytes(&folder.join(&name)));
        sources.push(name);
    }
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let withhold = withhold.iter().map(ToString::to_string).collect();
    let kind = Some(String::from("bjt"));
    let request = Request { sources, kind, withhold, ..Request::default() };
    Some(engine.model(&request))
}

#[test]
fn gummel_plots_of_sound_transistors_are_followed() {
    for device in ["DUT2", "DUT6", "DUT9"] {
        let Some(outcome) = outcome(device) else { return };
        assert_eq!(outcome.device.polarity.as_deref(), Some("pnp"), "{device}");
        assert_eq!(outcome.models.len(), 1, "{device}: {:?}", outcome.diagnostics);
        let fit = outcome.fit.unwrap();
        let fitted = fit.curves.iter().filter(|c| !c.withheld);
        let errors: Vec<(String, f64)> =
            fitted.map(|c| (c.quantity.clone(), c.rel_rms.unwrap_or(f64::INFINITY))).collect();
        println!("{device}: {errors:.4?}");
        assert_eq!(errors.len(), 10, "{device}");
        for (quantity, error) in errors {
            assert!(error <= CURRENT, "{device}: {quantity} misses by {error}");
        }
    }
}

/// Points of a curve with the model's value beside: `[x, y, model]`, magnitudes.
fn along(outcome: &Outcome, place: usize) -> Vec<[f64; 3]> {
    let fitted = &outcome.fit.as_ref().unwrap().curves[place];
    let points = &outcome.facts.curves[fitted.curve].points;
    let beside = points.iter().zip(&fitted.model);
    beside.map(|(p, m)| [p[0].abs(), p[1].abs(), m.unwrap().abs()]).collect()
}

fn relative_rms(ratios: &[f64]) -> f64 {
    assert!(!ratios.is_empty());
    (ratios.iter().map(|r| (r - 1.0) * (r - 1.0)).sum::<f64>() / ratios.len() as f64).sqrt()
}

#[test]
fn gain_and_withheld_output_curves_are_predicted() {
    for device in ["DUT2", "DUT6", "DUT9"] {
        let plots = ["fg_vcb0", "fg_vce", "fo_ib"];
        let Some(outcome) = outcome_of(device, &plots, &["IC(VCE; IB)"]) else { return };
        let curves = &outcome.fit.as_ref().unwrap().curves;
        let places = |quantity: &str| -> Vec<usize> {
            (0..curves.len()).filter(|i| curves[*i].quantity == quantity).collect()
        };
        let (collector, base) = (places("IC(VBE; VCB)")[0], places("IB(VBE; VCB)")[0]);
        assert!(!curves[collector].withheld && !curves[base].withheld);
        let (collector, base) = (along(&outcome, collector), along(&outcome, base));
        let ideal = collector.iter().filter(|p| IDEAL.contains(&p[0])).map(|p| p[2] / p[1]);
        let current = relative_rms(&ideal.collect::<Vec<_>>());
        let mut gains = Vec::new();
        for [x, ic, ic_model] in collector.into_iter().filter(|p| p[0] > IDEAL.start) {
            let of_base = base.iter().find(|p| (p[0] - x).abs() < 1e-6);
            let [_, ib, ib_model] = of_base.unwrap();
            gains.push((ic_model / ib_model) / (ic / ib));
        }
        let gain = relative_rms(&gains);
        let mut predicted = 0.0f64;
        let output = places("IC(VCE; IB)");
        assert_eq!(output.len(), 5, "{device}");
        for place in output {
            assert!(curves[place].withheld && curves[place].reason.contains("withholds"));
            let active = along(&outcome, place).into_iter().filter(|p| p[0] >= 0.5);
            let ratios: Vec<f64> = active.map(|p| p[2] / p[1]).collect();
            assert!(ratios.len() > 80, "{device}");
            predicted = predicted.max(relative_rms(&ratios));
        }
        println!("{device}: IC {current:.4}, hFE {gain:.4}, output {predicted:.4}");
        assert!(current <= IDEAL_CURRENT, "{device}: IC misses by {current}");
        assert!(gain <= GAIN, "{device}: hFE misses by {gain}");
        assert!(predicted <= PREDICTED, "{device}: the output curves miss by {predicted}");
    }
}

#[test]
fn a_transistor_without_collector_current_is_refused_by_a_rule() {
    let Some(outcome) = outcome("DUT3") else { return };
    let failed = outcome.verdict.findings.iter().filter(|f| f.status == "failed");
    let errors: Vec<&str> =
        failed.filter(|f| f.severity == "error").map(|f| f.rule.as_str()).collect();
    assert_eq!(errors, ["collector_current_stops_early"]);
    assert!(outcome.models.is_empty());
}
