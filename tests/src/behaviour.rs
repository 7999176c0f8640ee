//! Templates without a device of the simulator: their subcircuits of sources in ngspice against
//! the native evaluator, currents and the whole small-signal matrix.

use crate::support;
use espice::{Config, Engine};
use espice_base::{FileId, SourceMap};
use espice_lang::PackRoot;
use espice_lang::ir::TemplateIr;
use espice_model::{Bias, Column, Evaluator, Kelvin, Mode, Output, Workspace};
use espice_netlist::{
    BiasPoint, Composite, Item, Library, Part, Simulator, Want, dialect, operating_points,
};
use espice_units::constants::SPICE39;

const MANIFEST: &str = "name = \"p\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
const PACK: &str = r#"
kind block { pins d, g, s; polarity nch "N"; polarity pch "P" }
/// Every form of an equation.
template forms : block {
  pins d, g, s
  polarity nch, pch
  nodes di, si
  param VTO : V = 2 V
  param KP : A/V^2 = 0.5 A/V^2
  param RD : Ohm = 0.1 Ohm in 1 uOhm .. 1 kOhm scale log
  param RS : Ohm = 0 Ohm in 1 uOhm .. 1 kOhm scale log
  param RG : Ohm = 5 Ohm
  table cgd : F over V at 0 V, 1 V, 3 V, 10 V, 100 V = 1 nF in 1 fF .. 10 nF scale log
  let vov = 0.1 V * softplus((V(g, si) - VTO * (1 - 2e-3 1/K * (T - TNOM))) / 0.1 V)
  let vds = abs(V(di, si))
  let ids = KP * vov * vov * tanh(vds / smoothmax(vov, 0.2 V, 0.1 V)) * (1 + 0.01 1/V * vds)
  let leak = 1 nA * (limexp(V(si, di) / vt) - 1) + 1 pA * sign(V(d, g)) * abs(V(d, g) / 1 V) ^ 1.5
  let odd = 1 uA * (V(g, si) / 1 V) ^ 3 + 1 uA * max(atan(V(d, g) / 1 V), cos(V(g, s) / 1 V))
  resistor d, di = RD * (1 + 4e-3 1/K * (T - TNOM))
  resistor si, s = RS * (1 + 4e-3 1/K * (T - TNOM))
  current di, si = if V(di, si) >= 0 V then ids else -ids
  current di, si = if V(di, si) > 1 V and not (V(g, si) < 1 V) or T < 200 K then odd else 0 A
  current si, di = leak
  charge g, di = integral(cgd, max(V(di, g), 0 V) * 0.9) + 1 pF * V(g, di)
  capacitance g, si = 200 pF * (1 + 0.5 * tanh((V(g, si) - VTO) / 1 V))
}
template half : block {
  pins d, g, s
  param GM : S = 1 mS
  param RX : Ohm = 10 Ohm
  resistor d, s = if RX > 0 Ohm then RX * (1 + V(d, s) ^ 2 / 1 V^2) else 0 Ohm
  current d, s = GM * V(g, s)
  charge g, s = 3 pF * V(g, s)
}
/// Parts that have no cards.
template made : block {
  pins d, g, s
  nodes m
  part top = half on d, g, m { GM }
  part low = forms as pch on s, g, m { RS = 0.2 Ohm; RD }
}
/// Two transistors, the first of which drives the second.
template pair : bjt {
  pins c, b, e
  nodes m
  param IS2 : A = 1e-13 A in 1e-22 A .. 1 A scale log
  part first = gummel_poon on c, b, m {
    IS = IS2 / 10; BF = 120; RB = 30 Ohm; CJE = 12 pF; CJC = 5 pF; TF = 1 ns
  }
  part second = gummel_poon on c, m, e { IS = IS2; RC = 0.2 Ohm; RE = 0.05 Ohm; VAF = 80 V; CJE = 90 pF }
}
/// What is solved for depends on the temperature, of two roots the one in the range.
template settled : block {
  pins d, g, s
  param RX : Ohm = 10 Ohm
  solve x : 1 in 0.5 .. 3 where x * x == T / 150 K
  let y = x + 1
  solve z : 1 in 0 .. 3 where z + ln(1 + z) == y / 2
  current d, s = x * V(d, s) / RX
  current g, s = z * V(g, s) / RX
}
/// A power transistor whose card has a parameter that no simulator knows.
template unheard : mosfet {
  extends vdmos
  param VTO = 3 V
  param KP = 20 A/V^2
  param LAMBDA = 0.004 1/V
  param RD = 30 mOhm
  param RS = 5 mOhm
  param RG = 3 Ohm
  param RQ = 20 mOhm
  param VQ = 30 V
  param TCVTH = 5e-3 V/K
  param TRD1 = 8e-3 1/K
  param CGS = 900 pF
  param CGDMAX = 800 pF
  param CGDMIN = 40 pF
  param IS = 1e-12 A
  param RB = 10 mOhm
  param BV = 60 V
  param IBV = 250 uA
  param CJO = 700 pF
  param TT = 30 ns
  card spice "VDMOS" with nchan for nmos, pchan for pmos { VTO as unheard signed, KP }
}
template solved : block {
  pins d, g, s
  solve x : V in 0 V .. 10 V where x + V(d, s) * x / 1 V == V(g, s)
  current d, s = 1 S * x
}
"#;

/// The share of a column's range that both sides may differ by.
const SHARE: f64 = 1e-4;

fn template(name: &str) -> TemplateIr {
    let mut world = support::world();
    for top in ["rules", "templates"] {
        for file in support::files_under(&support::root().join(top)) {
            let inner = file.strip_prefix(support::root()).expect("a path under the root");
            world = world.with(inner.to_string_lossy().replace('\\', "/"), support::bytes(&file));
        }
    }
    let world = world.with("p/pack.toml", MANIFEST).with("p/t.espice", PACK);
    let roots = [PackRoot::Folder("rules".into()), PackRoot::Folder("p".into())];
    let (library, _) = espice_lang::load(&world, &roots, &[], &mut SourceMap::default());
    library.template(name).expect("it checks").clone()
}

fn card(name: &str, polarity: Option<&str>, to: &str) -> Result<String, espice_base::Diagnostic> {
    let world = support::world()
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n");
    let world = world.with("p/t.espice", PACK);
    let config = Config { packs: vec!["p".into()], ..Config::default() };
    let (engine, _) = Engine::new(&world, config);
    engine.card(name, &[], polarity, to)
}

/// Bias points from a voltage on at two temperatures, those of one temperature together.
fn points(sign: f64, least: f64) -> Vec<BiasPoint> {
    let mut points = Vec::new();
    for kelvin in [300.15, 398.15] {
        for vgs in [0.5, 2.1, 3.0, 5.0] {
            for vds in [-1.5, -0.2, 0.05, 0.7, 4.0, 37.0].into_iter().filter(|v| *v >= least) {
                let volts = [vds, vgs, 0.1].map(|v| sign * v).to_vec();
                points.push(BiasPoint { model: 0, volts, kelvin, instance: Vec::new() });
            }
        }
    }
    points
}

/// Currents and the small-signal matrix of a device in ngspice against a template's.
fn compare(template: &TemplateIr, polarity: usize, device: Composite, points: &[BiasPoint]) {
    let name = &template.name;
    let Some(config) = support::ngspice(&format!("behaviour-{name}-{polarity}")) else { return };
    let simulator = Simulator::ngspice();
    let answer = operating_points(&simulator, &config, &[device], points, Want::Admittances)
        .expect("ngspice runs");
    let columns: Vec<Column> = (0..3)
        .map(Column::Current)
        .chain((0..9).map(|i| Column::Conductance(i / 3, i % 3)))
        .chain((0..9).map(|i| Column::Capacitance(i / 3, i % 3)))
        .collect();
    let kernel = Evaluator::new(template, Mode::Portable, SPICE39)
        .and_then(|e| e.of_polarity(polarity).kernel_of(&columns))
        .expect("a kernel");
    let volts: Vec<Vec<f64>> =
        (0..3).map(|pin| points.iter().map(|p| p.volts[pin]).collect()).collect();
    let views: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let kelvin: Vec<f64> = points.iter().map(|p| p.kelvin).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &views, kelvin: Kelvin::PerPoint(&kelvin) };
    kernel.run(&template.defaults(), bias, &mut Workspace::default(), &mut output);
    assert_eq!(output.unsolved(), 0, "{name}");
    let solved = answer.points.iter().flatten().count();
    let missing = points.iter().zip(&answer.points).filter(|(_, found)| found.is_none());
    let missing: Vec<&Vec<f64>> = missing.map(|(p, _)| &p.volts).collect();
    assert!(missing.len() <= 2, "{name}: without reference at {missing:?}");
    let range = |c: usize| -> f64 {
        let native = kernel.column(&output, columns[c]).expect("a column");
        native.iter().fold(0.0, |m, x| m.max(x.abs()))
    };
    // A column of zeros is judged by the others of its kind: the simulator rounds.
    let least = |from: usize, to: usize| 1e-9 * (from..to).map(range).fold(0.0, f64::max);
    let floors = [least(0, 3), least(3, 12), least(12, 21)];
    let mut worst = 0.0_f64;
    for (c, column) in columns.iter().enumerate() {
        let native = kernel.column(&output, *column).expect("a column");
        let least = floors[usize::from(c >= 3) + usize::from(c >= 12)].max(f64::MIN_POSITIVE);
        let top = range(c).max(least);
        for (at, (found, expected)) in answer.points.iter().zip(native).enumerate() {
            let Some(found) = found else { continue };
            let value = match c {
                0..3 => found.currents[c],
                3..12 => found.conductances[(c - 3) / 3][(c - 3) % 3],
                _ => found.capacitances[(c - 12) / 3][(c - 12) % 3],
            };
            let share = (value - expected).abs() / top;
            let place = &points[at].volts;
            assert!(share <= SHARE, "{name} {column:?} at {place:?}: {value:e} {expected:e}");
            worst = worst.max(share);
        }
    }
    println!("{name} {polarity}: {solved} points, worst {worst:e} of range");
}

fn read(text: &str) -> Library {
    let ngspice = dialect("ngspice").expect("a dialect");
    let (library, told) = ngspice.read(text, FileId::default());
    assert!(!told.has_errors(), "{text}");
    library
}

#[test]
fn subcircuits_of_sources_are_what_the_equations_are() {
    // Without stepping, ngspice does not find the two in series against the diode at -1.5 V.
    let cases = [
        ("forms", 0, 1.0, -1.5),
        ("forms", 1, -1.0, -1.5),
        ("made", 0, 1.0, -0.2),
        ("settled", 0, 1.0, -1.5),
    ];
    for (name, polarity, sign, least) in cases {
        let template = template(name);
        let word = template.polarities.get(polarity).map(String::as_str);
        let text = card(name, word, "ngspice").expect("a card");
        let library = read(&text);
        let subcircuit = library.subcircuits().first().map(|s| (*s).clone());
        assert!(subcircuit.is_some() && library.models().is_empty(), "{text}");
        let device = Composite { parts: Vec::new(), subcircuit };
        compare(&template, polarity, device, &points(sign, least));
    }
}

/// The devices of a subcircuit of cards.
fn parts_of(template: &TemplateIr, text: &str) -> Composite {
    let library = read(text);
    let subcircuit = library.subcircuits()[0];
    let nodes: Vec<&String> = template.pins.iter().chain(&template.nodes).collect();
    let mut parts = Vec::new();
    for item in &subcircuit.items {
        let Item::Element(element) = item else { continue };
        let (model, ends) = element.fields.split_last().expect("it has fields");
        let place = |n: &String| nodes.iter().position(|own| *own == n).expect("a node");
        parts.push(Part {
            card: library.model(model).expect("its card").clone(),
            nodes: ends.iter().map(place).collect(),
            ..Part::default()
        });
    }
    assert_eq!(parts.len(), 2);
    Composite { parts, subcircuit: None }
}

/// Conducting, so that 1 Hz is slow even for the node between the parts.
fn conducting(sign: f64, across: &[f64], control: &[f64]) -> Vec<BiasPoint> {
    let mut points = Vec::new();
    for kelvin in [300.15, 358.15] {
        for first in across {
            for second in control {
                let volts = vec![sign * first, sign * second, 0.0];
                points.push(BiasPoint { model: 0, volts, kelvin, instance: Vec::new() });
            }
        }
    }
    points
}

#[test]
fn cards_of_parts_are_what_their_equations_are() {
    let template = template("pair");
    let device = parts_of(&template, &card("pair", None, "ngspice").expect("a card"));
    let points = conducting(1.0, &[0.6, 1.0, 5.0, 20.0], &[0.9, 1.0, 1.2, 1.3]);
    compare(&template, 0, device, &points);
}

#[test]
fn shipped_pairs_are_what_their_equations_are() {
    for (polarity, word, sign) in [(0, "npn", 1.0), (1, "pnp", -1.0)] {
        let template = template("darlington");
        let text = card("darlington", Some(word), "ngspice").expect("a card");
        let points = conducting(sign, &[1.0, 2.0, 5.0, 20.0], &[1.1, 1.2, 1.3, 1.4]);
        compare(&template, polarity, parts_of(&template, &text), &points);
    }
    let template = template("mosfet_pnp_igbt");
    let text = card("mosfet_pnp_igbt", Some("nigbt"), "ngspice").expect("a card");
    let points = conducting(1.0, &[1.0, 2.0, 6.0, 50.0], &[6.0, 7.0, 8.0, 12.0]);
    compare(&template, 0, parts_of(&template, &text), &points);
}

#[test]
fn shipped_subcircuits_are_what_their_equations_are() {
    for name in ["sic_mosfet", "superjunction_mosfet"] {
        for (polarity, word, sign) in [(0, "nmos", 1.0), (1, "pmos", -1.0)] {
            let template = template(name);
            let text = card(name, Some(word), "ngspice").expect("a card");
            let subcircuit = read(&text).subcircuits().first().map(|s| (*s).clone());
            let device = Composite { parts: Vec::new(), subcircuit };
            compare(&template, polarity, device, &points(sign, -1.5));
        }
    }
}

/// A card that says what the simulator does not know is no card for it: the equations are written.
#[test]
fn what_a_simulator_does_not_know_becomes_sources() {
    for (polarity, word, sign) in [(0, "nmos", 1.0), (1, "pmos", -1.0)] {
        let template = template("unheard");
        let text = card("unheard", Some(word), "ngspice").expect("a card");
        let library = read(&text);
        let subcircuit = library.subcircuits().first().map(|s| (*s).clone());
        assert!(subcircuit.is_some() && library.models().is_empty(), "{text}");
        let device = Composite { parts: Vec::new(), subcircuit };
        compare(&template, polarity, device, &points(sign, -1.5));
    }
    // LTspice has no TCVTH: devices of its own it is not asked for.
    for (name, word) in [("vdmos", "pmos"), ("mosfet_pnp_igbt", "nigbt")] {
        let text = card(name, Some(word), "ltspice").expect("a card");
        assert!(text.starts_with(".subckt") && !text.contains(".model"), "{text}");
        let text = card(name, Some(word), "ngspice").expect("a card");
        assert!(text.contains(".model"), "{text}");
    }
}

/// What is written for LTspice, which has not run here, in ngspice's reading of LTspice's language:
/// it has neither `temp` in sources nor `if`, which are the two words that it is told.
#[test]
fn what_is_written_for_ltspice_says_the_same_equations() {
    let cases = [
        ("forms", "nch", 0, 1.0),
        ("forms", "pch", 1, -1.0),
        ("vdmos", "nmos", 0, 1.0),
        ("vdmos", "pmos", 1, -1.0),
        ("sic_mosfet", "nmos", 0, 1.0),
        ("superjunction_mosfet", "pmos", 1, -1.0),
    ];
    for (name, word, polarity, sign) in cases {
        let text = card(name, Some(word), "ltspice").expect("a card");
        assert!(text.contains("if(") && !text.contains(".model") && !text.contains('?'), "{text}");
        let (head, body) = text.split_once('\n').expect("lines");
        let told = body.replace("(temp+", "(temper+");
        assert!(told != body || !body.contains("temp"), "{text}");
        let text = format!("{head}\n.func if(c,a,b) {{c ? a : b}}\n{told}");
        let subcircuit = read(&text).subcircuits().first().map(|s| (*s).clone());
        let device = Composite { parts: Vec::new(), subcircuit };
        compare(&template(name), polarity, device, &points(sign, -1.5));
    }
}

#[test]
fn dialects_differ_in_choices_and_the_temperature() {
    let [ngspice, ltspice] = ["ngspice", "ltspice"].map(|to| card("forms", None, to).expect("one"));
    assert!(ngspice.contains("temper") && ngspice.contains(")?(") && !ngspice.contains("if("));
    assert!(ltspice.contains("if(") && ltspice.contains("(temp+") && !ltspice.contains('?'));
    // A resistance of zero joins its nodes; the others are there.
    assert!(!ngspice.contains("si"), "{ngspice}");
    assert!(ngspice.starts_with(".subckt forms d g s\n"), "{ngspice}");
}

#[test]
fn what_sources_cannot_say_is_told() {
    let complaint = card("solved", None, "ngspice").expect_err("it solves for an unknown");
    assert_eq!(complaint.code, espice_base::Code::TEMPLATE_WITHOUT_CARD);
    assert!(complaint.help.iter().any(|h| h.contains("`x`")), "{:?}", complaint.help);
}
