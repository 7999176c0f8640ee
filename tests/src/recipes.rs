//! What recipes say beyond least squares: ranges that hold during the fit, and limits of a sheet
//! that bind.

use crate::support;
use espice::outcome::{FittedParameter, Outcome};
use espice::{Config, Engine, Request};

/// A conductance with an offset, fitted to a curve of 1 mA at every volt (0.1 V to 1 V).
fn fitted(stage: &str, rows: &str) -> Outcome {
    let pack = "name = \"house\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let template = format!(
        "symbol VW : V \"voltage of a wire\"\n\
         symbol IW : A \"current of a wire\"\n\
         /// Two ends.\n\
         kind wire \"wire\" {{ pins a, k\n quantity IW(VW) = I(a) with V(a, k) = VW }}\n\
         /// A straight line.\n\
         template line : wire {{\n\
           pins a, k\n\
           param G : A/V = 1 mA/V in 1 uA/V .. 1 A/V scale log\n\
           param OFFSET : A = 0 A in -1 A .. 1 A\n\
           current a, k = G * V(a, k) + OFFSET\n\
           recipe {{ stage law {{ {stage} }} }}\n\
         }}\n"
    );
    let mut points = String::new();
    for i in 1..=10 {
        points += &format!("  [{}, {:e}],\n", 0.1 * f64::from(i), 1e-4 * f64::from(i));
    }
    let sheet = format!(
        "[device]\npart = \"L1\"\nkind = \"wire\"\n\n[[curve]]\nquantity = \"IW(VW)\"\n\
         units = [\"V\", \"A\"]\nconditions = {{ TJ = \"25 degC\" }}\npoints = [\n{points}]\n\n{rows}"
    );
    let world = support::world()
        .with("house/pack.toml", pack)
        .with("house/line.espice", template)
        .with("sheet.toml", sheet);
    let config = Config { packs: vec![String::from("house")], ..Config::default() };
    let (mut engine, complaints) = Engine::new(&world, config);
    assert!(!complaints.has_errors(), "{complaints:?}");
    engine.model(&Request { sources: vec![String::from("sheet.toml")], ..Request::default() })
}

fn parameter<'o>(outcome: &'o Outcome, name: &str) -> &'o FittedParameter {
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    fit.parameters.iter().find(|p| p.name == name).expect("a parameter")
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    parameter(outcome, name).value.expect("a number")
}

const LIMITS: &str = "[[parameter]]\nsymbol = \"IW\"\nmax = \"0.8 mA\"\n\
                      conditions = { VW = \"1 V\", TJ = \"25 degC\" }\n";

/// A varactor's sheet: capacitance over voltage and the loss at radio frequency. RS of a diode is
/// its series resistance, C its capacitance, and each is fitted, the loss by one value alone.
#[test]
fn a_varactor_has_the_loss_that_its_sheet_states() {
    let sheet = "[device]\npart = \"B1\"\nkind = \"diode\"\nclass = \"varactor\"\n\
                 [[parameter]]\nsymbol = \"RS\"\ntyp = \"0.6 Ohm\"\n\
                 conditions = { VR = \"1 V\", f = \"470 MHz\" }\n\
                 [[parameter]]\nsymbol = \"C\"\ntyp = \"18 pF\"\nconditions = { VR = \"1 V\" }\n\
                 [[curve]]\nquantity = \"CJ(VR)\"\nunits = [\"V\", \"pF\"]\n\
                 conditions = { TJ = \"25 degC\" }\n\
                 points = [[0.5, 22], [1, 18], [2, 12.8], [4, 8.0], [6, 5.9], [10, 4.0], [20, 2.3]]\n";
    let world = support::world().with("sheet.toml", sheet);
    let (mut engine, _) = Engine::new(&world, Config::default());
    let outcome =
        engine.model(&Request { sources: vec!["sheet.toml".into()], ..Request::default() });
    assert_eq!(outcome.device.class.as_deref(), Some("varactor"));
    let symbols: Vec<&str> = outcome.facts.parameters.iter().map(|p| p.symbol.as_str()).collect();
    assert_eq!(symbols, ["Rseries", "CJ"]);
    let series = parameter(&outcome, "RS");
    assert!((series.value.expect("a number") / 0.6 - 1.0).abs() < 0.01, "{series:?}");
    assert!(!series.identified, "{series:?}");
    let told = &outcome.fit.as_ref().expect("a fit").unidentified;
    assert!(told.iter().any(|t| t.starts_with("`RS` rests on values")), "{told:?}");
    let graded = outcome.verdict.findings.iter().find(|f| f.rule == "grading_coefficient");
    assert_eq!(graded.expect("the rule").status, "not_applicable");
    let met = |f: &&espice::outcome::FindingRecord| f.rule == "typical_junction_capacitance_is_met";
    assert_eq!(outcome.verdict.findings.iter().find(met).expect("the rule").status, "passed");
}

#[test]
fn a_range_of_a_recipe_holds_during_the_fit() {
    let free = fitted("fit G, OFFSET to IW(VW) in linear", "");
    assert!((value(&free, "G") - 1e-3).abs() < 1e-9, "{}", value(&free, "G"));
    let bound = fitted("bound G in 2 mA/V .. 5 mA/V\n fit G, OFFSET to IW(VW) in linear", "");
    assert_eq!(value(&bound, "G"), 2e-3);
    assert!(parameter(&bound, "G").at_bound);
    // The offset takes what the range leaves.
    assert!(value(&bound, "OFFSET") < -1e-4);
    // A range with a missing end does not hold, the next does; one that is empty holds nothing.
    let rows = "bound G in data.row(IW).typ / 1 V .. 5 mA/V otherwise 1.5 mA/V .. 5 mA/V";
    let next = fitted(&format!("{rows}\n fit G, OFFSET to IW(VW) in linear"), "");
    assert_eq!(value(&next, "G"), 1.5e-3);
    let empty = fitted("bound G in 5 mA/V .. 2 mA/V\n fit G to IW(VW) in linear", "");
    assert!((value(&empty, "G") - 1e-3).abs() < 1e-9);
}

#[test]
fn limits_bind_outside_and_pull_at_nothing_inside() {
    let stage = "fit G to IW(VW) in linear, IW(VW) in limits";
    let broken = fitted(stage, LIMITS);
    let current = value(&broken, "G");
    assert!((0.75e-3..=0.8e-3).contains(&current), "{current}");
    assert!(parameter(&broken, "G").limit_derived);
    let wide = fitted(stage, &LIMITS.replace("0.8 mA", "1.2 mA"));
    assert!((value(&wide, "G") - 1e-3).abs() < 1e-9);
    assert!(!parameter(&wide, "G").limit_derived);
    let floor = fitted(stage, &LIMITS.replace("max = \"0.8 mA\"", "min = \"1.5 mA\""));
    // The data contradict this limit by a third and pull, ten points against one.
    assert!((1.48e-3..1.53e-3).contains(&value(&floor, "G")), "{}", value(&floor, "G"));
}

/// A Schottky diode of which a sheet prints two maxima and no curve.
const ROWS_ONLY: &str = "[device]\npart = \"S1\"\nkind = \"diode\"\n\n\
    [[parameter]]\nsymbol = \"VF\"\nmax = \"570 mV\"\nconditions = { IF = \"5 A\", TJ = \"25 degC\" }\n\n\
    [[parameter]]\nsymbol = \"VRRM\"\nmax = \"20 V\"\nconditions = { TJ = \"25 degC\" }\n";

#[test]
fn a_sheet_of_limits_alone_gives_a_model_that_says_so() {
    let world = support::world().with("s1.toml", ROWS_ONLY);
    let (mut engine, _) = Engine::new(&world, Config::default());
    let request = Request { sources: vec![String::from("s1.toml")], ..Request::default() };
    let outcome = engine.model(&request);
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.candidates));
    assert_eq!(fit.template, "schottky_diode");
    let drop = fit.rated.iter().find(|r| r.quantity == "VF").expect("a rated point");
    assert!(drop.model.is_some_and(|v| (0.3..=0.57).contains(&v)), "{drop:?}");
    // Values that were guessed from limits are told from those that a sheet determines.
    for name in ["IS", "RS", "BV"] {
        assert!(parameter(&outcome, name).limit_derived, "{name}");
    }
    assert!(!parameter(&outcome, "EG").limit_derived);
}

#[test]
fn a_fit_that_misses_its_data_leaves_its_way_on_record() {
    let outcome = fitted(
        "bound G in 1 uA/V .. 2 uA/V\n seed G = 1 uA/V because \"nothing\"\n fit OFFSET to IW(VW) in relative",
        "",
    );
    assert_eq!(outcome.fit, None);
    let tried = outcome.candidates.iter().find(|c| c.template == "line").expect("a candidate");
    assert!(tried.reason.contains("misses its data"), "{}", tried.reason);
    let attempt = tried.attempt.as_ref().expect("an attempt");
    assert_eq!(
        attempt.parameters.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
        ["G", "OFFSET"]
    );
    assert_eq!(attempt.stages.first().map(|s| s.points), Some(10));
}
