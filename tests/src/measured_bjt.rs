//! Measured bipolar transistors of the IHP SG13 process through the whole engine. The files stand
//! beside the project; the test says that it skips where they are absent.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};

/// Relative error of a current over the whole of its curve above the noise, at most.
const CURRENT: f64 = 0.045;

fn outcome(device: &str) -> Option<Outcome> {
    let folder = support::root().join("../shared/data/measured/ihp_pnpMPA");
    if !folder.is_dir() {
        println!("skipped: ../shared/data/measured/ihp_pnpMPA is not there");
        return None;
    }
    let mut world = support::world();
    let mut sources = Vec::new();
    for plot in ["fg_vcb0", "fg_vce"] {
        let name = format!("{plot}_d0406_{device}.mdm");
        world = world.with(name.as_str(), support::bytes(&folder.join(&name)));
        sources.push(name);
    }
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let request = Request { sources, kind: Some(String::from("bjt")), ..Request::default() };
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

#[test]
fn a_transistor_without_collector_current_is_refused_by_a_rule() {
    let Some(outcome) = outcome("DUT3") else { return };
    let failed = outcome.verdict.findings.iter().filter(|f| f.status == "failed");
    let errors: Vec<&str> =
        failed.filter(|f| f.severity == "error").map(|f| f.rule.as_str()).collect();
    assert_eq!(errors, ["collector_current_stops_early"]);
    assert!(outcome.models.is_empty());
}
