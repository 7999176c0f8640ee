//! The rulebook against hand-made facts and an ideal diode as the model.

mod recipes;
mod testing;

use super::{
    CandidateStatus, Input, Measure, Phase, RankKey, Rulebook, TestContext, TestStatus, WaiverLog,
};
use crate::Quantities;
use crate::ir::{Account, Finding, FindingStatus};
use crate::{PackRoot, load};
use espice_base::{
    Code, Date, Diagnostics, FileId, Limits, MemoryWorld, Place, Severity, SourceMap, Span,
};
use espice_facts::{
    Axis, Column, ColumnRole, Condition, Conditions, Curve, Facts, Mark, Origin, Parameter, Scale,
    Section, Sensed, Signature, Status, Sweep,
};
use espice_units::Dimension;
use espice_units::constants::SPICE39;

const BASE: &str = r#"
symbol VF : V "forward voltage" { for diode; plausible 0.05 V .. 10 V }
symbol IF : A "forward current" { for diode }
symbol VR : V "reverse voltage" { for diode }
symbol IR : A "reverse current" { for diode }
symbol TJ : K "junction temperature"
kind diode "diode" {
  pins a, k
  quantity IF(VF) = I(a) with V(a, k) = VF
  quantity VF(IF) = V(a, k) with I(a) = IF
  recognise s when count(s.swept) == 1 and max(abs(s.swept.I)) > 1 uA because "one terminal is swept and carries a current"
}
template plain : diode {
  pins a, k
  param IS : A = 10 fA in 1e-30 A .. 1 mA scale log
  param N : 1 = 1 in 0.5 .. 5
  current a, k = IS * (exp(V(a, k) / (N * vt)) - 1)
  recipe {
    let c = data.curve(IF(VF))
    let foot = ln(c.y) over c.x where c.y in 1 uA .. 10 mA
    stage forward {
      bound N in 0.9 * slope(foot) * vt .. 2.2 otherwise 0.5 .. 3 because "diffusion and recombination"
      seed N = 1 / (vt * slope(foot)) otherwise 1.5 because "slope"
      seed IS = 1 A * exp(intercept(foot)) otherwise max(r in data.rows(VF): r.IF / exp(r.typ / (N * vt))) because "intercept"
      fit IS, N to IF(VF) in log where IF in 1 uA .. 1 mA and TJ < 310 K, VF(IF)
      try N from 2 keep when improves 5 %
    }
    polish
  }
  card spice "D" { IS, N }
}
template other : diode {
  pins a, k
  param IS : A = 10 nA in 1e-30 A .. 1 mA scale log
  current a, k = IS * (exp(V(a, k) / vt) - 1)
  card spice "D" { IS }
}
"#;

fn today() -> Date {
    Date { year: 2026, month: 11, day: 21 }
}

fn checked(text: &str, more: &[(&str, &str)]) -> (Rulebook, Diagnostics) {
    let mut world = MemoryWorld::new(today())
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/base.espice", BASE)
        .with("p/own.espice", text);
    for (path, content) in more {
        world = world.with(format!("p/{path}"), *content);
    }
    let mut sources = SourceMap::default();
    let (library, mut told) = load(&world, &[PackRoot::Folder("p".into())], &[], &mut sources);
    let (book, of_rules) = super::check(&library, &sources);
    told.extend(of_rules);
    (book, told)
}

fn book(text: &str) -> Rulebook {
    let (book, told) = checked(text, &[]);
    let errors: Vec<String> = told
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| format!("{}: {}", d.code, d.message))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    book
}

fn place(n: usize) -> Place {
    Place::Text(Span::new(FileId(9), n, n + 1))
}

fn row(
    symbol: &str,
    typ: Option<f64>,
    max: Option<f64>,
    at: &[(&str, f64)],
    n: usize,
) -> Parameter {
    let dimension = if symbol.starts_with('V') { Dimension::VOLTAGE } else { Dimension::CURRENT };
    let conditions = at.iter().fold(Conditions::none(), |c, (s, v)| c.with(*s, *v));
    Parameter {
        symbol: symbol.into(),
        printed: symbol.into(),
        name: String::new(),
        section: Section::Electrical,
        min: None,
        typ,
        max,
        dimension,
        printed_unit: String::new(),
        conditions,
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        confidence: 1.0,
        provenance: place(n).into(),
    }
}

fn sheet() -> Facts {
    let mut facts = Facts::default();
    facts.device.kind = Some("diode".into());
    facts.device.part = Some("X1".into());
    facts.parameters = vec![
        row("VF", Some(0.6), Some(0.7), &[("IF", 1e-3), ("TJ", 298.15)], 1),
        row("VF", Some(0.72), Some(0.9), &[("IF", 10e-3), ("TJ", 298.15)], 2),
        row("IR", None, Some(1e-6), &[("VR", 20.0)], 3),
    ];
    facts
}

fn ideal(v: f64) -> f64 {
    1e-12 * ((v / (1.2 * SPICE39.thermal_voltage(300.15))).exp() - 1.0)
}

fn curve(kelvin: f64, x: &[f64], y: impl Fn(f64) -> f64) -> Curve {
    let axis = |s: &str, dimension| Axis { symbol: s.into(), dimension, scale: Scale::Linear };
    Curve {
        signature: Signature { quantity: "IF".into(), x: "VF".into(), family: Vec::new() },
        title: String::from("figure 1"),
        x: axis("VF", Dimension::VOLTAGE),
        y: axis("IF", Dimension::CURRENT),
        family: Default::default(),
        conditions: Conditions::none().with("TJ", kelvin),
        points: x.iter().map(|x| [*x, y(*x)]).collect(),
        marks: Vec::new(),
        origin: Origin::Digitised,
        noise_floor: None,
        axis_residual: [0.0, 0.0],
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        provenance: place(50).into(),
    }
}

struct Ideal;

impl Quantities for Ideal {
    fn template(&self) -> &str {
        "plain"
    }
    fn parameter(&self, name: &str) -> Option<f64> {
        (name == "N").then_some(1.2)
    }
    fn value(&self, symbol: &str, conditions: &Conditions) -> Option<f64> {
        match symbol {
            "IF" => Some(ideal(conditions.value("VF")?)),
            "VF" => {
                let current = conditions.value("IF")?;
                Some(1.2 * SPICE39.thermal_voltage(300.15) * (current / 1e-12).ln_1p())
            }
            _ => None,
        }
    }
}

fn run_one(check: &str, facts: &Facts) -> Finding {
    let text = format!("rule r : error on data {{\n  for diode\n  check {check}\n}}");
    let book = book(&text);
    book.run(Phase::Data, &Input::new(facts, today())).findings.remove(0)
}

#[test]
fn a_finding_names_the_decisive_row() {
    let book = book(
        "rule r : error on data {
           for diode
           limit top : V = 0.65 V
           check every r in data.rows(VF): r.typ <= top
           say \"VF is {worst.typ} at {r.IF}, {margin} beyond {limit} ({r.conditions})\"
           because \"physics\"
           help \"look again\"
         }
         rule odd : note on data { check every r in data.rows(IR): r.max > 1 A or r.max < 1 mA }",
    );
    let facts = sheet();
    let judgement = book.run(Phase::Data, &Input::new(&facts, today()));
    let [f, odd] = judgement.findings.as_slice() else { panic!() };
    assert_eq!(f.status, FindingStatus::Failed);
    assert_eq!(f.message, "VF is 720 mV at 10 mA, -70 mV beyond 650 mV (IF = 10 mA, TJ = 25 degC)");
    let observed = f.observed.clone().unwrap();
    assert_eq!((observed.value, observed.limit), (0.72, 0.65));
    assert_eq!(observed.dimension, Dimension::VOLTAGE);
    assert_eq!(f.data_place, Some(place(2)));
    assert_eq!((f.because.as_str(), f.help.as_str()), ("physics", "look again"));
    assert_eq!(odd.status, FindingStatus::Passed);
    assert_eq!(odd.observed.as_ref().map(|o| o.limit), Some(1e-3));
    let account = Account::of(&judgement.findings);
    assert_eq!((account.loaded, account.failed, account.passed), (2, 1, 1));
    // Equal input, equal findings; another value keeps the fingerprint.
    assert_eq!(book.run(Phase::Data, &Input::new(&facts, today())).findings, judgement.findings);
    let mut moved = sheet();
    moved.parameters[1].typ = Some(0.73);
    let again = book.run(Phase::Data, &Input::new(&moved, today())).findings;
    assert_eq!(again[0].fingerprint, f.fingerprint);
    assert_ne!(odd.fingerprint, f.fingerprint);
}

#[test]
fn missing_is_not_false_and_no_number_never_passes() {
    use FindingStatus::{Failed, NotApplicable, Passed, Undecided};
    let mut facts = sheet();
    facts.curves = vec![curve(298.15, &[-0.1, 0.5, 0.6], ideal)];
    for (check, want) in [
        // A missing typical value decides nothing, unless the other side does.
        ("every r in data.rows(IR): r.typ < 1 A", Undecided),
        ("every r in data.rows(IR): r.typ < 1 A or r.max < 1 A", Passed),
        ("every r in data.rows(IR): r.typ < 1 A and r.max < 1 pA", Failed),
        ("every r in data.rows(IR): not (r.typ < 1 A)", Undecided),
        ("every r in data.rows(IR): r.typ is missing", Passed),
        ("every r in data.rows(IR) where r.typ is not missing: r.typ < 1 A", NotApplicable),
        ("some r in data.rows(VF): r.typ > 0.7 V", Passed),
        ("every r in data.rows(VR): r.typ > 0 V", NotApplicable),
        ("data.row(VR).typ > 0 V", NotApplicable),
        ("count(data.rows(VR)) == 0", Passed),
        // Nothing that is not a number passes, on either side of a comparison or turned round.
        ("min(ln(data.curve(IF(VF)).y)) > -100", Undecided),
        ("not (min(ln(data.curve(IF(VF)).y)) > -100)", Undecided),
        ("min(ln(data.curve(IF(VF)).y)) is not missing", Undecided),
        ("1 / (data.row(VF).typ - data.row(VF).typ) > 0 1/V", Undecided),
        ("every c in data.curves(IF(VF)): min(ln(c.y) where c.y > 0 A) < 0", Passed),
        // A loop in a loop that is empty for some elements is decided by the others.
        (
            "every a in data.rows(VF): every b in data.rows(VF) where b.IF > a.IF: b.typ > a.typ",
            Passed,
        ),
        // Open ranges and both limits.
        ("every r in data.rows(VF): r.typ in r.limits", Passed),
        ("every r in data.rows(VF): r.typ in r.plausible", Passed),
        ("every r in data.rows: r.max in r.plausible or r.symbol == \"IR\"", Passed),
        ("every r in data.rows(VF): same(r.TJ, data.row(VF).TJ)", Passed),
        ("every r in data.rows(IR): same(r.TJ, data.row(VF).TJ)", Failed),
        // Temperatures.
        ("every r in data.rows(VF): r.TJ < 300 K and r.TJ - 0 degC > 24 K", Passed),
        // A curve asked both ways, and monotonic.
        ("data.curve(IF(VF)) at (VF = 0.55 V) in 1 uA .. 100 uA", Passed),
        ("(data.curve(IF(VF)) at (IF = 12.5 uA)) in 0.4 V .. 0.6 V", Passed),
        ("data.curve(VF(IF)) at (IF = 1 A) > 0 V", Undecided),
        ("every c in data.curves(IF(VF)): rising(c)", Passed),
        ("every c in data.curves(IF(VF)): falling(c)", Failed),
        ("every p in data.curve(IF(VF)): p.y < 100 uA", Failed),
        ("every v in 0 V .. 1 V by 0.25 V: v <= 1 V", Passed),
        ("count(v in 0 V .. 1 V by 0.25 V: v > 0.4 V) == 3", Passed),
        ("sum(v in [1 V, 2 V]: v) == 3 V", Passed),
    ] {
        let finding = run_one(check, &facts);
        assert_eq!(finding.status, want, "{check}: {}", finding.message);
    }
}

#[test]
fn not_a_number_and_limits_are_coded() {
    let facts = sheet();
    let book = book(
        "rule nan : error on data { check ln(data.row(VF).typ - 1 V) > 0 }
         rule huge : error on data { check every v in 0 V .. 1 V by 1e-12 V: v >= 0 V }",
    );
    let judgement = book.run(Phase::Data, &Input::new(&facts, today()));
    let codes: Vec<Code> = judgement.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::NOT_A_NUMBER_FOUND, Code::RULE_LIMIT]);
    assert!(judgement.findings.iter().all(|f| f.status == FindingStatus::Undecided));
}

/// One mistake is told once, however often what it defines is used.
#[test]
fn a_mistake_is_told_once() {
    for (text, code) in [
        (
            "rule r : error on data { check every r in data.rows(VFF): r.typ > 0 V
               say \"{worst.typ} and {r.max}\" }",
            Code::UNKNOWN_SYMBOL,
        ),
        (
            "rule r : error on data { limit a : Vlt = 3 V because \"x\"
               check every r in data.rows(VF): r.typ < a and r.max < 2 * a
               say \"{worst.typ} of {a}\" }",
            Code::UNKNOWN_UNIT,
        ),
    ] {
        let (_, told) = checked(text, &[]);
        let codes: Vec<Code> = told.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code], "{text}");
    }
}

#[test]
fn scope_needs_and_when_say_why_a_rule_does_not_apply() {
    let facts = sheet();
    let book = book(
        "rule a : error on data { for measured; check 1 < 2 }
         rule b : error on data { needs IF(VF); check 1 < 2 }
         rule c : error on data { when count(data.rows(VF)) > 5; check 1 < 2 }
         rule d : error on model { check param.N > 0 }
         rule e : error on data { check 1 < 2 }
         override p::e { off because \"house rule\" }",
    );
    let messages: Vec<String> = book
        .run(Phase::Data, &Input::new(&facts, today()))
        .findings
        .into_iter()
        .inspect(|f| assert_eq!(f.status, FindingStatus::NotApplicable))
        .map(|f| f.message)
        .collect();
    assert_eq!(
        messages,
        [
            "there are no measured data",
            "needs what is not there: the data hold no curve `IF(VF)`",
            "`count(data.rows(VF)) > 5` does not hold",
            "switched off: house rule",
        ]
    );
    let model = book.run(Phase::Model, &Input::new(&facts, today()));
    assert_eq!(model.findings[0].message, "there is no model yet");
}

#[test]
fn the_message_names_the_row_of_the_check_that_broke() {
    let book = book(
        "rule r : error on data {
           for diode
           check every r in data.rows(VF): r.typ <= 0.65 V
           check every r in data.rows(VF): r.typ <= 10 V
           say \"VF is {worst.typ} at {r.IF}\"
         }",
    );
    let judgement = book.run(Phase::Data, &Input::new(&sheet(), today()));
    assert_eq!(judgement.findings[0].message, "VF is 720 mV at 10 mA");
}

#[test]
fn models_are_asked_through_quantities() {
    let mut facts = sheet();
    facts.parameters[0]
        .conditions
        .by_symbol
        .insert("TJ".into(), Condition::Range { min: None, max: Some(300.0) });
    let book = book(
        "rule limits : error on model {
           for diode
           check every r in data.rows(VF): model.VF at r.conditions in r.limits
           say \"VF is {model.VF at worst.conditions}\"
         }
         rule grid : error on model {
           check every p in grid(VF = 0 V .. 0.6 V by 0.2 V, TJ = [25 degC, 100 degC]): model.IF at p < 100 uA
           say \"{worst}\"
         }
         rule gone : error on model { check param.IS > 0 A }
         rule shape : error on model {
           check rising(curve(v in 0 V .. 0.6 V by 0.1 V: model.IF at (VF = v)))
         }",
    );
    let judgement = book.run(Phase::Model, &Input::new(&facts, today()).with_model(&Ideal));
    let status: Vec<FindingStatus> = judgement.findings.iter().map(|f| f.status).collect();
    use FindingStatus::{Failed, NotApplicable, Passed};
    assert_eq!(status, [Passed, Failed, NotApplicable, Passed]);
    assert_eq!(judgement.findings[1].message, "TJ = 25 degC, VF = 600 mV");
    assert_eq!(judgement.findings[2].message, "template `plain` has no parameter `IS`");
}

#[test]
fn overrides_change_limits_and_severity() {
    let book = book(
        "rule r : error on data { limit top : V = 1 V; limit warm : degC = 30 degC; check every r in data.rows(VF): r.typ < top and r.TJ < warm }
         override p::r { top = 0.65 V; severity warning; because \"tighter\" }",
    );
    let facts = sheet();
    let f = book.run(Phase::Data, &Input::new(&facts, today())).findings.remove(0);
    assert_eq!((f.status, f.severity), (FindingStatus::Failed, Severity::Warning));
    assert_eq!(f.observed.map(|o| o.limit), Some(0.65));
}

#[test]
fn waivers_hold_until_their_day() {
    let book = book(
        "rule r : error on data { check every r in data.rows(VF): r.typ < 0.65 V }
         rule fine : error on data { check 1 < 2 }
         waive r for part \"X*\" until 2026-11-21 owner \"qa\" because \"erratum\"
         waive fine until 2027-01-01 owner \"qa\" because \"not needed\"
         waive r for part \"Y1\" until 2020-01-01 owner \"qa\" because \"another part\"",
    );
    let facts = sheet();
    let on = |day: u8| {
        let date = Date { day, ..today() };
        let findings = book.run(Phase::Data, &Input::new(&facts, date)).findings;
        let mut log = WaiverLog::default();
        log.note(&findings);
        (findings[0].status, book.audit_waivers(&log).iter().map(|d| d.code).collect::<Vec<_>>())
    };
    assert_eq!(on(21), (FindingStatus::Waived, vec![Code::WAIVER_UNUSED]));
    assert_eq!(on(22), (FindingStatus::Failed, vec![Code::WAIVER_EXPIRED, Code::WAIVER_UNUSED]));
}

fn sweep(values: &[(f64, f64)]) -> Sweep {
    let column = |sensed, role, node: &str, values: Vec<f64>| Column {
        name: format!("{sensed:?} {node}"),
        sensed,
        role,
        node: node.into(),
        reference: String::new(),
        compliance: (role == ColumnRole::Swept).then_some(1e-2),
        values,
    };
    Sweep {
        name: String::from("wafer 3"),
        columns: vec![
            column(Sensed::Voltage, ColumnRole::Swept, "C", values.iter().map(|v| v.0).collect()),
            column(
                Sensed::Current,
                ColumnRole::Measured,
                "C",
                values.iter().map(|v| v.1).collect(),
            ),
        ],
        temperature: Some(300.0),
        siblings: 1,
        conditions: Conditions::none(),
        provenance: place(70).into(),
    }
}

const READING: &str = "reading forward for diode {
  each s in data.sweeps where s.swept is not missing
  let p = s.swept
  let way = sign(sum(p.I))
  curve IF(VF) = way * p.I over way * p.V {
    keep where x > 0 V
    noise = 2 * max(abs(y where x < 0 V))
    mark noise where y < 3 * floor
    mark compliance where y >= 98 % * p.compliance
  }
  because \"the swept terminal carries the current\"
}";

#[test]
fn sweeps_become_curves_with_marks() {
    let book = book(READING);
    let mut facts = sheet();
    let points = [(0.5, -1e-9), (0.0, 0.0), (-0.3, -4e-9), (-0.6, -1e-4), (-0.8, -1e-2)];
    facts.sweeps = vec![sweep(&points)];
    let (curves, told) = book.read("diode", &Input::new(&facts, today()));
    assert!(told.is_empty(), "{told:?}");
    let [curve] = curves.as_slice() else { panic!("{curves:?}") };
    assert_eq!(curve.signature.to_string(), "IF(VF)");
    assert_eq!(curve.points, [[0.3, 4e-9], [0.6, 1e-4], [0.8, 1e-2]]);
    let marks: Vec<Mark> = (0..3).map(|i| curve.mark(i)).collect();
    assert_eq!(marks, [Mark::Noise, Mark::Good, Mark::Compliance]);
    assert_eq!(curve.noise_floor, Some(2e-9));
    assert_eq!(curve.conditions.value("TJ"), Some(300.0));
    assert_eq!(curve.provenance.derived_by.as_deref(), Some("p::forward"));
    assert_eq!((curve.origin, curve.y.scale), (Origin::Measured, Scale::Log));
    // Without a reverse branch the floor is not known, and that is said.
    facts.sweeps = vec![sweep(&points[2..])];
    let (curves, told) = book.read("diode", &Input::new(&facts, today()));
    assert_eq!((curves.len(), curves[0].noise_floor), (1, None));
    let codes: Vec<Code> = told.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::NOISE_UNKNOWN]);
    // A sweep that no reading takes is told.
    facts.sweeps[0].columns[0].role = ColumnRole::Held;
    let (curves, told) = book.read("diode", &Input::new(&facts, today()));
    assert!(curves.is_empty());
    assert_eq!(told.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::SWEEP_NOT_READ]);
}

#[test]
fn kinds_are_recognised_or_refused_with_reasons() {
    let book = book("");
    let sweeps = vec![sweep(&[(0.0, 0.0), (0.6, 1e-4)])];
    let mut facts = Facts { sweeps, ..Facts::default() };
    assert_eq!(book.recognise(&Input::new(&facts, today())), Ok(String::from("diode")));
    facts.sweeps = vec![sweep(&[(0.0, 0.0), (0.6, 1e-9)])];
    let told = book.recognise(&Input::new(&facts, today())).unwrap_err();
    let told = told.iter().next().unwrap();
    assert_eq!(told.code, Code::NOT_RECOGNISED);
    assert_eq!(
        told.help,
        [
            "not a diode, because in `wafer 3` `max(abs(s.swept.I)) > 1 uA` does not hold (1 nA): one terminal is swept and carries a current"
        ]
    );
    let told = book.recognise(&Input::new(&Facts::default(), today())).unwrap_err();
    assert_eq!(told.iter().next().unwrap().code, Code::NOT_RECOGNISED);
}

#[test]
fn candidates_come_in_order_with_reasons() {
    let book = book(
        "select for diode {
           consider other when some r in data.rows(VF): r.typ < 0.65 V because \"a low barrier\"
           prefer other over plain when data.row(VF).typ < 0.65 V because \"barrier first\"
           reject plain when count(data.rows(VF)) > 5 because \"never here\"
           rank by withheld_error then parameter_count
         }",
    );
    let facts = sheet();
    let (selection, told) = book.select("diode", &Input::new(&facts, today()));
    assert!(told.is_empty());
    assert_eq!(selection.rank, [RankKey::WithheldError, RankKey::ParameterCount]);
    let seen: Vec<(&str, CandidateStatus)> =
        selection.candidates.iter().map(|c| (c.template.as_str(), c.status)).collect();
    use CandidateStatus::{Considered, Rejected};
    assert_eq!(seen, [("other", Considered), ("plain", Considered)]);
    assert_eq!(
        selection.candidates[0].reason,
        "`r.typ < 0.65 V` holds (600 mV): a low barrier; before plain: `data.row(VF).typ < 0.65 V` holds (600 mV): barrier first"
    );
    let mut facts = sheet();
    facts.parameters[0].typ = Some(0.7);
    let (selection, _) = book.select("diode", &Input::new(&facts, today()));
    assert_eq!(selection.candidates[0].template, "plain");
    assert_eq!(selection.candidates[1].status, Rejected);
    assert_eq!(
        selection.candidates[1].reason,
        "`r.typ < 0.65 V` does not hold (700 mV): a low barrier"
    );
}

#[test]
fn explanations_follow_the_decisive_path() {
    let book = book(
        "rule r : error on data {
           limit top : V = 0.65 V
           check every r in data.rows(VF): r.IF > 0 A and r.typ <= top
           because \"physics\"
         }",
    );
    let facts = sheet();
    let lines = book.explain("p::r", &Input::new(&facts, today())).unwrap();
    assert_eq!(
        lines,
        [
            "p::r (error on data)",
            "  because physics",
            "  limit top = 650 mV",
            "  check `every r in data.rows(VF): r.IF > 0 A and r.typ <= top`: no",
            "    of 2 in `data.rows(VF)` decided by VF at IF = 10 mA, TJ = 25 degC",
            "      `r.typ <= top`: no",
            "        `r.typ` = 720 mV",
            "        `top` = 650 mV",
            "    short by: 70 mV",
        ]
    );
    assert_eq!(book.explain("nothing", &Input::new(&facts, today())), None);
}

#[test]
fn scripts_answer_rules_and_limits_are_no_verdict() {
    let text = "script fn sharpness(c : IF(VF)) -> 1 from \"knee.rhai\"
         script fn endless(c : IF(VF)) -> yesno from \"endless.rhai\"
         rule sharp : error on data { check sharpness(data.curve(IF(VF))) >= 3 }
         rule never : error on data { check endless(data.curve(IF(VF))) }";
    let (book, told) = checked(
        text,
        &[
            ("knee.rhai", "fn sharpness(c) { c.len }"),
            ("endless.rhai", "fn endless(c) {\n  loop { }\n}"),
        ],
    );
    assert!(!told.has_errors(), "{told:?}");
    let mut facts = sheet();
    facts.curves = vec![curve(298.15, &[0.5, 0.6], ideal)];
    let judgement = book.run(Phase::Data, &Input::new(&facts, today()));
    assert_eq!(judgement.findings[0].status, FindingStatus::Failed);
    assert_eq!(judgement.findings[0].observed.as_ref().map(|o| o.value), Some(2.0));
    assert_eq!(judgement.findings[1].status, FindingStatus::Undecided);
    let limit = judgement.diagnostics.iter().next().unwrap();
    assert_eq!(limit.code, Code::SCRIPT_LIMIT);
    assert_eq!(limit.labels.len(), 2);
}
