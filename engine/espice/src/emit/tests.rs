use super::*;
use espice_base::{Date, MemoryWorld};
use espice_lang::PackRoot;
use espice_units::constants::{SPICE39, TNOM};

const PACK: &str = "
kind fet { pins d, g, s; polarity nmos \"N\"; polarity pmos \"P\" }
template law : fet {
  pins d, g, s
  polarity nmos, pmos
  param VTO : V = 2 V
  param KP : A/V^2 = 1 A/V^2
  param RDS : Ohm = 0 Ohm in 1 uOhm .. 1 GOhm scale log
  param W : m = 100 um in 1 nm .. 1 m instance
  current d, s = KP * W / 100 um * (V(g, s) - VTO) * V(d, s) + (if RDS > 0 Ohm then V(d, s) / RDS else 0 A)
  card spice \"VDMOS\" with nchan for nmos, pchan for pmos { VTO signed, KP, RDS }
}
template two : fet {
  extends law
  nodes m
  current d, m = 1 S * V(d, m)
  current m, s = 1 S * V(m, s)
  card spice \"NMOS\" for nmos, \"PMOS\" for pmos with LEVEL = 3 on d, g, m, s { VTO signed, W as w }
  card spice \"VDMOS\" with pchan for pmos on m, g, s { KP }
}
";

/// A pair of junctions of opposite polarity, made of parts.
const PARTS: &str = "
kind bjt { pins c, b, e; polarity npn \"NPN\"; polarity pnp \"PNP\" }
template ideal : bjt {
  pins c, b, e
  polarity npn, pnp
  nodes ei
  param IS : A = 1e-16 A in 1e-22 A .. 1 A scale log
  param BF : 1 = 100
  param VOFF : V = 0 V
  param RE : Ohm = 0 Ohm in 1 uOhm .. 1 kOhm scale log
  param AREA : 1 = 1 in 1e-3 .. 1e6 instance
  let i = AREA * IS * (exp((V(b, ei) - VOFF) / vt) - 1)
  resistor ei, e = RE
  current c, ei = i
  current b, ei = i / BF
  card spice \"NPN\" for npn, \"PNP\" for pnp { IS, BF, VOFF as VAF signed, RE }
}
template sziklai : bjt {
  pins c, b, e
  polarity npn, pnp
  nodes m
  param IS1 : A = 1e-15 A in 1e-22 A .. 1 A scale log
  param RATIO : 1 = 4
  part q1 = ideal on m, b, c { IS = IS1; RE as RE1; VOFF = 20 mV }
  part q2 = ideal as pnp on e, m, c { IS = RATIO * IS1; AREA = 2 * RATIO; VOFF = 0.1 V }
}
template pair : bjt {
  pins c, b, e
  nodes n
  param LOW : A = 1e-15 A in 1e-22 A .. 1 A scale log
  part outer = sziklai on c, n, e { IS1 = 2 * LOW; RE1 = 3 Ohm }
  part follower = ideal on c, b, n { IS = LOW }
}
";

fn text(template: &str, values: &[f64], polarity: usize) -> (String, Composite) {
    let world = MemoryWorld::new(Date { year: 2026, month: 1, day: 1 })
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/t.espice", format!("{PACK}{PARTS}"));
    let roots = [PackRoot::Folder("p".into())];
    let mut sources = SourceMap::default();
    let (library, told) = espice_lang::load(&world, &roots, &[], &mut sources);
    assert!(!told.has_errors(), "{:?}", told.iter().next());
    let template = library.template(template).expect("it is declared");
    let cards: Vec<&CardIr> = template.cards.iter().collect();
    let evaluator =
        Evaluator::new(template, espice_model::Mode::Portable, SPICE39).expect("evaluable");
    let evaluator = &evaluator;
    let stated = Stated { template, cards: &cards, polarity, values, nominal: TNOM, evaluator };
    let device = stated.device("X1");
    let dialect = espice_netlist::dialect("ngspice").expect("a dialect");
    let origin = Origin { part: "X1".into(), ..Origin::default() };
    let (emitted, told) = emit(dialect, device, &cards, &origin, &mut sources);
    assert!(!told.has_errors(), "{:?}", told.iter().next());
    let emitted = emitted.expect("a card");
    let body: Vec<&str> = emitted.text.lines().filter(|l| !l.starts_with('*')).collect();
    (body.join("\n"), emitted.device)
}

#[test]
fn polarities_differ_in_type_words_and_signs() {
    let values = [1.5, 2.0, 0.0, 1e-4];
    assert_eq!(text("law", &values, 0).0, ".model X1 VDMOS (nchan VTO=1.5 KP=2 TNOM=27)");
    assert_eq!(text("law", &values, 1).0, ".model X1 VDMOS (pchan VTO=-1.5 KP=2 TNOM=27)");
}

#[test]
fn a_parameter_of_the_element_makes_a_subcircuit() {
    let (text, device) = text("law", &[1.5, 2.0, 0.0, 2e-4], 1);
    assert_eq!(
        text,
        ".subckt X1 d g s\n.model X1_1 VDMOS (pchan VTO=-1.5 KP=2 TNOM=27)\n\
         M1 d g s X1_1 W=0.0002\n.ends X1"
    );
    assert_eq!(device.parts[0].instance, [(String::from("W"), 2e-4)]);
}

#[test]
fn several_cards_each_have_their_polarity() {
    let (text, device) = text("two", &[1.5, 2.0, 0.0, 3e-4], 1);
    assert_eq!(
        text,
        ".subckt X1 d g s\n.model X1_1 PMOS (LEVEL=3 VTO=-1.5 TNOM=27)\nM1 d g m s X1_1 w=0.0003\n\
         .model X1_2 VDMOS (pchan KP=2 TNOM=27)\nM2 m g s X1_2\n.ends X1"
    );
    assert_eq!(device.parts[1].nodes, [3, 1, 2]);
    assert_eq!((device.parts[0].instance.len(), device.parts[1].instance.len()), (1, 0));
}

#[test]
fn parts_bring_their_cards_with_their_values() {
    // IS1, RATIO, RE1
    let (text, device) = text("sziklai", &[1e-15, 4.0, 0.5], 0);
    assert_eq!(
        text,
        ".subckt X1 c b e\n.model X1_1 NPN (IS=1e-15 BF=100 VAF=0.02 RE=0.5 TNOM=27)\nQ1 m b c X1_1\n\
         .model X1_2 PNP (IS=4e-15 BF=100 VAF=-0.1 TNOM=27)\nQ2 e m c X1_2 AREA=8\n.ends X1"
    );
    assert_eq!(device.parts[1].nodes, [2, 3, 0]);
}

#[test]
fn the_mirror_image_of_parts_mirrors_each() {
    let (text, _) = text("sziklai", &[1e-15, 4.0, 0.5], 1);
    assert!(text.contains("X1_1 PNP (IS=1e-15 BF=100 VAF=-0.02"), "{text}");
    assert!(text.contains("X1_2 NPN (IS=4e-15 BF=100 VAF=0.1"), "{text}");
}

#[test]
fn parts_have_parts() {
    let (text, _) = text("pair", &[1e-15], 0);
    assert_eq!(
        text,
        ".subckt X1 c b e\n.model X1_1 NPN (IS=2e-15 BF=100 VAF=0.02 RE=3 TNOM=27)\n\
         Q1 outer_m n c X1_1\n.model X1_2 PNP (IS=8e-15 BF=100 VAF=-0.1 TNOM=27)\n\
         Q2 e outer_m c X1_2 AREA=8\n.model X1_3 NPN (IS=1e-15 BF=100 VAF=0 TNOM=27)\n\
         Q3 c b n X1_3\n.ends X1"
    );
}
