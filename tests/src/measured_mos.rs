//! Measured MOS transistors of two processes through the whole engine. The files stand beside the
//! project; the test says that it skips where they are absent.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};

fn outcome(folder: &str, files: &[&str]) -> Option<Outcome> {
    let folder = support::root().join("../shared/data/measured").join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    let mut world = support::world();
    for file in files {
        world = world.with(*file, support::bytes(&folder.join(file)));
    }
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let sources = files.iter().map(ToString::to_string).collect();
    let kind = Some(String::from("mos"));
    Some(engine.model(&Request { sources, kind, ..Request::default() }))
}

/// Sizes, polarity and a model that follows the transfer curves from weak inversion on.
fn is_followed(outcome: &Outcome, sizes: [f64; 2], curves: usize, decades: f64) {
    assert_eq!(outcome.device.polarity.as_deref(), Some("nmos"));
    for (name, size) in ["W", "L"].into_iter().zip(sizes) {
        let found = outcome.device.sizes[name];
        assert!((found / size - 1.0).abs() < 1e-9, "{name} is {found}");
        let stated = outcome.fit.as_ref().unwrap().parameters.iter().find(|p| p.name == name);
        let stated = stated.unwrap();
        assert_eq!(stated.origin, "stated");
        assert!((stated.value.unwrap() / found - 1.0).abs() < 1e-7);
    }
    assert_eq!(outcome.models.len(), 1, "{:?}", outcome.diagnostics);
    assert!(outcome.models[0].text.contains("W="), "{}", outcome.models[0].text);
    let fit = outcome.fit.as_ref().unwrap();
    let transfer = fit.curves.iter().filter(|c| c.quantity == "ID(VGS; VBS, VDS)");
    let errors: Vec<f64> = transfer.map(|c| c.log_rms.unwrap()).collect();
    println!("{}: {errors:.3?} decades", fit.template);
    assert_eq!(errors.len(), curves);
    assert!(errors.iter().all(|e| *e <= decades), "{}: {errors:.3?}", fit.template);
    let chosen = outcome.candidates.iter().find(|c| c.status == "chosen").unwrap();
    assert_eq!(chosen.scored_by.as_deref(), Some("withheld_error"));
    // The law without weak inversion cannot predict what lies below the threshold.
    let plain = outcome.candidates.iter().find(|c| c.template == "mos1").unwrap();
    assert!(plain.score.unwrap() > 2.0 * chosen.score.unwrap());
}

#[test]
fn a_long_channel_is_followed() {
    let plot = |p: &str| format!("SG13_nmos~W02u0_L10u0_S543_1~dc_{p}~300K.mdm");
    let (transfer, output) = (plot("idvg"), plot("idvd"));
    let Some(outcome) = outcome("ihp_nmos_lv", &[&transfer, &output]) else { return };
    is_followed(&outcome, [2e-6, 10e-6], 15, 0.15);
    assert!(outcome.diagnostics.iter().all(|d| d.code != "E0615"));
}

/// The nodes of these files are named after another device's: names of columns count.
#[test]
fn a_short_channel_with_astray_nodes_is_followed() {
    let plot = |p: &str| format!("sky130_fd_pr__nfet_01v8_w0p36u_l0p15u_m1_8701_9_10_{p}_.mdm");
    let (transfer, output) = (plot("IDVG"), plot("IDVD"));
    let Some(outcome) = outcome("sky130_nfet_01v8", &[&transfer, &output]) else { return };
    is_followed(&outcome, [0.36e-6, 0.15e-6], 6, 0.15);
    assert_eq!(outcome.diagnostics.iter().filter(|d| d.code == "E0615").count(), 2);
}
