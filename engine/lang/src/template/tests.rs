//! What lowering means: graphs are evaluated by a plain interpreter and compared with the
//! formula written in Rust.

use crate::ir::{
    Binary, BranchKind, Comparison, ExprId, Leaf, Library, Node, PhysicalConstant, TemplateIr,
    Unary,
};
use crate::pack::{PackRoot, load};
use espice_base::{Date, Diagnostics, MemoryWorld, SourceMap};
use espice_units::constants::SPICE39;
use std::sync::Arc;

const BASE: &str = "
symbol IF : A
symbol VF : V
kind diode {
  pins a, k
  quantity IF(VF) = -I(k) with V(a, k) = VF
}
";

fn load_text(text: &str) -> (Arc<Library>, Diagnostics) {
    let world = MemoryWorld::new(Date { year: 2026, month: 1, day: 1 })
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/base.espice", BASE)
        .with("p/t.espice", text);
    let roots = [PackRoot::Folder("p".into())];
    load(&world, &roots, &[], &mut SourceMap::default())
}

/// A template whose one current is a formula of `v`, the parameters A (amperes) and X (pure).
fn template(formula: &str) -> TemplateIr {
    let text = format!(
        "fn cube(x : V) -> V^3 {{\n let s = x * x\n return s * x\n}}\n\
         template t : diode {{\n pins a, k\n param A : A = 1 mA in 1 fA .. 1 A scale log\n \
         param X : 1 = 2\n let v = V(a, k)\n \
         let _all = A * X * v\n current a, k = {formula}\n}}"
    );
    let (library, told) = load_text(&text);
    assert!(!told.has_errors(), "{formula}: {:?}", told.iter().next());
    library.template("t").unwrap().clone()
}

/// The value of a node at `v` volts and 350 K.
fn value(t: &TemplateIr, id: ExprId, v: f64) -> f64 {
    let truth = |b: bool| if b { 1.0 } else { 0.0 };
    match t.graph.node(id) {
        Node::Leaf(leaf) => match leaf {
            Leaf::Constant(bits) => f64::from_bits(bits),
            Leaf::Physical(PhysicalConstant::Boltzmann) => SPICE39.k,
            Leaf::Physical(PhysicalConstant::Charge) => SPICE39.q,
            Leaf::Physical(PhysicalConstant::Permittivity) => SPICE39.eps0,
            Leaf::Parameter(i) => t.parameters[i as usize].default,
            Leaf::Voltage(0, 1) => v,
            Leaf::Voltage(1, 0) => -v,
            Leaf::Temperature => 350.0,
            Leaf::NominalTemperature => 300.15,
            other => panic!("{other:?}"),
        },
        Node::Unary(f, a) => {
            let x = value(t, a, v);
            match f {
                Unary::Negate => -x,
                Unary::Absolute => x.abs(),
                Unary::SquareRoot => x.sqrt(),
                Unary::Exponential => x.exp(),
                Unary::Logarithm => x.ln(),
                Unary::Tanh => x.tanh(),
                Unary::Sign => x.signum(),
                Unary::Not => truth(x == 0.0),
                other => panic!("{other:?}"),
            }
        }
        Node::Binary(f, a, b) => {
            let (x, y) = (value(t, a, v), value(t, b, v));
            match f {
                Binary::Add => x + y,
                Binary::Subtract => x - y,
                Binary::Multiply => x * y,
                Binary::Divide => x / y,
                Binary::Power => x.powf(y),
                Binary::Minimum => x.min(y),
                Binary::Maximum => x.max(y),
                Binary::And => truth(x != 0.0 && y != 0.0),
                Binary::Or => truth(x != 0.0 || y != 0.0),
            }
        }
        Node::Compare(c, a, b) => {
            let (x, y) = (value(t, a, v), value(t, b, v));
            truth(match c {
                Comparison::Less => x < y,
                Comparison::LessEqual => x <= y,
                Comparison::Equal => x == y,
            })
        }
        Node::Select(c, a, b) => {
            if value(t, c, v) != 0.0 {
                value(t, a, v)
            } else {
                value(t, b, v)
            }
        }
    }
}

#[test]
fn formulas_mean_what_they_say() {
    type Formula = fn(f64) -> f64;
    let cases: [(&str, Formula); 16] = [
        ("A * (exp(v / vt) - 1)", |v| 1e-3 * ((v / SPICE39.thermal_voltage(350.0)).exp() - 1.0)),
        ("A - A * X - A", |_| 1e-3 - 2e-3 - 1e-3),
        ("A * (v / 2 V) ^ X", |v| 1e-3 * (v / 2.0).powf(2.0)),
        ("A * -(2 ^ 2)", |_| -4e-3),
        ("A * sqrt(v ^ 2) / 1 V", |v| 1e-3 * v.abs()),
        ("A * sqrt(abs(v)) / (4 V) ^ (1 / 2)", |v| 1e-3 * v.abs().sqrt() / 2.0),
        ("if v > 0.5 V then A else -A", |v| if v > 0.5 { 1e-3 } else { -1e-3 }),
        ("if v >= 0.5 V and not v == 2 V or v != v then A else 0 A", |v| {
            if v >= 0.5 && v != 2.0 { 1e-3 } else { 0.0 }
        }),
        (
            "if -1 V < v <= 0.5 V then A else 2 * A",
            |v| {
                if -1.0 < v && v <= 0.5 { 1e-3 } else { 2e-3 }
            },
        ),
        ("if v in -1 V .. 0.5 V then A else 0 A", |v| {
            if (-1.0..=0.5).contains(&v) { 1e-3 } else { 0.0 }
        }),
        ("if v not in -1 V .. 0.5 V then A else 0 A", |v| {
            if (-1.0..=0.5).contains(&v) { 0.0 } else { 1e-3 }
        }),
        ("A * max(v, 0.1 V, V(k, a)) / 1 V", |v| 1e-3 * v.abs().max(0.1)),
        ("A * cube(v) / cube(2 V)", |v| 1e-3 * v.powi(3) / 8.0),
        ("A * log10(abs(v) / 1 uV)", |v| 1e-3 * (v.abs() / 1e-6).log10()),
        ("A * (T - TNOM) / 1 K", |_| 1e-3 * (350.0 - 300.15)),
        ("A * sign(v) * tanh(v / 1 V) * (if T > 25 degC then 3 else 1)", |v| {
            1e-3 * v.signum() * v.tanh() * 3.0
        }),
    ];
    for (formula, wanted) in cases {
        let t = template(formula);
        let [branch] = t.branches.as_slice() else { panic!("{formula}") };
        for v in [-1.5, -0.3, 0.5, 0.7, 2.0] {
            let (got, wanted) = (value(&t, branch.value, v), wanted(v));
            let close = (got - wanted).abs() <= 1e-12 * wanted.abs();
            assert!(close, "{formula} at {v} V: {got} is not {wanted}");
        }
    }
}

#[test]
fn equal_parts_are_one_node_and_operands_come_first() {
    let t = template("A * exp(v / vt) + A * exp(v / vt)");
    let exponentials =
        t.graph.nodes().iter().filter(|n| matches!(n, Node::Unary(Unary::Exponential, _)));
    assert_eq!(exponentials.count(), 1);
    for (index, node) in t.graph.nodes().iter().enumerate() {
        let operands = match *node {
            Node::Leaf(_) => vec![],
            Node::Unary(_, a) => vec![a],
            Node::Binary(_, a, b) | Node::Compare(_, a, b) => vec![a, b],
            Node::Select(c, a, b) => vec![c, a, b],
        };
        assert!(operands.iter().all(|o| (o.0 as usize) < index));
    }
}

#[test]
fn a_template_keeps_all_that_it_says() {
    let (library, told) = load_text(
        "/// A diode.\ntemplate base : diode {\n pins a, k\n nodes j\n \
         param IS : A = 10 fA in 1e-30 A .. 1 mA scale log because \"saturation\"\n \
         param RS : Ohm = 0 Ohm in 0 Ohm .. 1 kOhm\n \
         param NSUB : 1/m^3 card 1/cm^3 = 1e15 1/cm^3 fixed\n \
         resistor a, j = RS\n \
         solve x : V in 0 V .. 10 V where x == V(j, k) / 2\n \
         current j, k = IS * x / 1 V\n \
         charge j, k = q * NSUB * 1e-18 m^3\n \
         recipe { stage s { fit IS to IF(VF) } }\n \
         card spice \"D\" { IS, RS as R, NSUB }\n}\n\
         template child : diode {\n extends base\n param RS = 2 Ohm fixed\n \
         param GP : S = 0 S in 0 S .. 1 S\n current a, k = GP * V(a, k)\n \
         card spice \"D\" { IS, RS, GP, NSUB }\n}",
    );
    assert!(told.is_empty(), "{:?}", told.iter().next());
    let base = library.template("base").unwrap();
    assert_eq!((base.doc.as_str(), base.pack.as_str()), ("A diode.", "p"));
    assert_eq!(base.nodes, ["j"]);
    let kinds: Vec<_> = base.branches.iter().map(|b| (b.kind, b.from, b.to)).collect();
    assert_eq!(
        kinds,
        [(BranchKind::Resistor, 0, 2), (BranchKind::Current, 2, 1), (BranchKind::Charge, 2, 1)]
    );
    let nsub = &base.parameters[base.parameter("NSUB").unwrap()];
    assert_eq!((nsub.default, nsub.card_unit.factor, nsub.fixed), (1e21, 1e6, true));
    assert_eq!(base.parameters[0].low, 1e-30);
    assert_eq!(base.parameters[0].because, "saturation");
    assert_eq!(
        (
            base.cards[0].parameters[1].parameter().unwrap(),
            base.cards[0].parameters[1].name.as_str()
        ),
        (1, "R")
    );
    assert_eq!(base.solves.len(), 1);
    let child = library.template("child").unwrap();
    assert_eq!(child.defaults(), [1e-14, 2.0, 1e21, 0.0]);
    assert!(child.parameters[1].fixed && child.parameters[1].high == 1e3);
    assert_eq!(child.branches.len(), 4);
    assert_eq!(child.cards.len(), 1);
    let recipes: Vec<_> = library.recipes.iter().map(|r| r.item.0.as_str()).collect();
    assert_eq!(recipes, ["base", "child"], "recipes are inherited");
    let quantity = &library.kind("diode").unwrap().quantities[0];
    assert_eq!((quantity.arguments.len(), quantity.drives.len()), (1, 1));
}

#[test]
fn a_card_is_one_for_each_polarity() {
    let (library, told) = load_text(
        "kind fet { pins d, g, s; polarity nmos \"N\"; polarity pmos \"P\" }\n\
         template base : fet {\n pins d, g, s\n polarity nmos, pmos\n \
         param VTO : V = 2 V\n param KP : A/V^2 = 1 A/V^2\n \
         param W : m = 100 um in 1 nm .. 1 m instance\n param M : 1 = 1 in 1 .. 1000 instance\n \
         current d, s = KP * M * W / 100 um * (V(g, s) - VTO) * V(d, s)\n \
         card spice \"NMOS\" for nmos, \"PMOS\" for pmos with LEVEL = 3, pchan for pmos\n \
         { VTO signed, KP, M as mult }\n}\n\
         template child : fet { extends base; param M = 2 }",
    );
    assert!(told.is_empty(), "{:?}", told.iter().next());
    for name in ["base", "child"] {
        let t = library.template(name).unwrap();
        assert_eq!(t.polarities, ["nmos", "pmos"]);
        assert_eq!((t.polarity("pmos"), t.polarity("npn")), (Some(1), None));
        assert!(t.parameters[2].instance && t.parameters[2].fixed && !t.parameters[1].instance);
        let card = &t.cards[0];
        assert_eq!((card.device(0), card.device(1)), ("NMOS", "PMOS"));
        let settings: Vec<_> =
            card.settings.iter().map(|s| (s.name.as_str(), s.value, s.polarity)).collect();
        assert_eq!(settings, [("LEVEL", Some(3.0), None), ("pchan", None, Some(1))]);
        let names = |list: &[crate::ir::CardParameterIr]| {
            list.iter()
                .map(|p| (p.parameter().unwrap(), p.name.clone(), p.negated[1]))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&card.parameters), [(0, "VTO".into(), true), (1, "KP".into(), false)]);
        // One that is not listed stands on the line of the element under its own name.
        assert_eq!(names(&card.instance), [(3, "mult".into(), false), (2, "W".into(), false)]);
    }
}

#[test]
fn unsound_items_are_left_out_and_the_rest_stays() {
    let (library, told) = load_text(
        "template bad : diode { pins a, k; current a, k = 1 V }\n\
         template good : diode { pins a, k; current a, k = 1 S * V(a, k) }",
    );
    assert_eq!(told.len(), 1);
    assert!(library.template("bad").is_none() && library.template("good").is_some());
}
