//! Outcomes made by hand for the tests: a silicon diode as a run would leave it, and one that
//! was refused. Values follow IS = 2.5 nA, N = 1.75, RS = 0.57 Ohm.

mod findings;

use espice::outcome::*;
use findings::{count, findings};
use std::collections::BTreeMap;

/// A diode that passed, with one warning, one waiver and two undecided rules.
pub(crate) fn diode() -> Outcome {
    let curves = curves();
    let fitted = curves.iter().enumerate().map(|(i, c)| fitted_curve(i, c)).collect();
    let findings = findings();
    Outcome {
        espice: version(),
        source: vec![
            source("1N4148_iv.csv", "csv", "4f"),
            source("1N4148.facts.toml", "facts", "a9"),
        ],
        device: Device {
            part: text("1N4148"),
            maker: Some(text("Example Semiconductor")),
            kind: Some(text("diode")),
            ..Device::default()
        },
        facts: Facts { parameters: rows(), curves, panels: Vec::new(), symbols: symbols() },
        candidates: candidates(),
        fit: Some(Fit {
            template: text("junction_diode"),
            part: text("1N4148"),
            parameters: parameters(),
            curves: fitted,
            unused: Vec::new(),
            rated: rated(),
            unidentified: vec![
                text(
                    "BV and IBV: no point lies in breakdown; a reverse sweep up to 100 uA would show them",
                ),
                text("TT: no recovery data; trr at one forward current would show it"),
            ],
            stages: stages(),
            seed: 1,
            mode: text("portable"),
            evaluations: 48_211,
        }),
        verdict: Verdict {
            status: text("passed"),
            rules: count(&findings),
            findings,
            waivers: Vec::new(),
        },
        models: models(),
        diagnostics: vec![DiagnosticRecord {
            code: text("E0612"),
            severity: text("note"),
            message: text("the column `comment` holds no numbers and is left out"),
            span: Some(place("1N4148_iv.csv", 1, 24)),
            help: vec![text("remove the column, or begin its name with `#`")],
            known: false,
        }],
        run: Run { seconds: BTreeMap::from([(text("fit"), 0.31)]), threads: 2, simulator: None },
    }
}

/// A measurement that is no diode: nothing was fitted.
pub(crate) fn refused() -> Outcome {
    let mut outcome = diode();
    outcome.fit = None;
    outcome.models.clear();
    outcome.device = Device { part: text("npn_05v5"), ..Device::default() };
    let reason = "more than one terminal is varied";
    outcome.candidates = vec![candidate("junction_diode", "rejected", reason, None)];
    outcome.facts.curves.truncate(1);
    outcome.facts.parameters.clear();
    outcome.verdict.status = text("none");
    outcome.verdict.findings.retain(|f| f.status != "waived");
    outcome.verdict.findings.truncate(3);
    outcome.verdict.rules = count(&outcome.verdict.findings);
    outcome.diagnostics = vec![DiagnosticRecord {
        code: text("E0640"),
        severity: text("error"),
        message: text("the sweep `npn_05v5` is not a diode: more than one terminal is varied"),
        span: Some(place("npn_05v5.mdm", 14, 1)),
        help: vec![text("give the kind with `--kind` if the file is named wrongly")],
        known: false,
    }];
    outcome
}

fn text(t: &str) -> String {
    String::from(t)
}

fn version() -> Version {
    let pack = |name: &str, seed: &str| Pack {
        name: text(name),
        version: text("0.1.0"),
        digest: seed.repeat(32),
    };
    Version {
        engine: text("0.1.0"),
        schema: 1,
        packs: vec![pack("std", "5c"), pack("generic-discrete", "e1")],
        constants: text("spice39"),
    }
}

fn source(name: &str, format: &str, seed: &str) -> Source {
    Source { name: text(name), format: text(format), digest: seed.repeat(32), document: None }
}

fn place(file: &str, line: u32, column: u32) -> Location {
    Location {
        file: text(file),
        line,
        column,
        end_line: line,
        end_column: column + 12,
        ..Location::default()
    }
}

fn symbols() -> BTreeMap<String, Symbol> {
    [
        ("IF", "A", "forward current"),
        ("VF", "V", "forward voltage"),
        ("IR", "A", "reverse current"),
        ("VR", "V", "reverse voltage"),
        ("CJ", "F", "junction capacitance"),
        ("TJ", "K", "junction temperature"),
        ("f", "Hz", "frequency"),
    ]
    .into_iter()
    .map(|(s, unit, title)| (text(s), Symbol { unit: text(unit), title: text(title) }))
    .collect()
}

/// A repeatable stand-in for measuring noise, uniform in -1 .. 1.
fn noise(i: usize, salt: u64) -> f64 {
    let mut x = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ salt.wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 31;
    x = x.wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 29;
    (x >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// The current of the fixture's diode: Newton on the drop over the junction.
fn current(v: f64, t: f64) -> f64 {
    let vt = 1.380_648_52e-23 * t / 1.602_176_620_8e-19;
    let is =
        2.5e-9 * ((t / 300.15 - 1.0) * 1.11 / (1.75 * vt)).exp() * (t / 300.15).powf(3.0 / 1.75);
    let n = 1.75 * vt;
    let mut j = v.min(0.8);
    for _ in 0..200 {
        let i = is * ((j / n).exp() - 1.0);
        let g = is / n * (j / n).exp();
        let step = (j + 0.57 * i - v) / (1.0 + 0.57 * g);
        j -= step.clamp(-0.05, 0.05);
    }
    is * ((j / n).exp() - 1.0)
}

fn axis(symbol: &str, unit: &str, scale: &str) -> Axis {
    Axis { symbol: text(symbol), unit: text(unit), scale: text(scale) }
}

fn curves() -> Vec<Curve> {
    let forward = |t: f64, salt: u64| {
        let mut points = Vec::new();
        let mut marks = Vec::new();
        for i in 0..120 {
            let v = 0.02 + 0.0105 * i as f64;
            let clean = current(v, t);
            let measured =
                (clean * (1.0 + 0.015 * noise(i, salt)) + 2e-9 * noise(i, salt + 7)).min(0.2);
            points.push([v, measured]);
            marks.push(if clean < 2e-8 {
                1
            } else if clean > 0.2 {
                2
            } else {
                0
            });
        }
        curve(
            "IF(VF; TJ)",
            "forward",
            axis("VF", "V", "linear"),
            axis("IF", "A", "log"),
            points,
            marks,
            t,
        )
    };
    let mut leakage = Vec::new();
    for i in 0..40 {
        let v = 0.5 + 1.9 * i as f64;
        leakage.push([v, 4.0e-9 * (1.0 + v / 9.0).sqrt() * (1.0 + 0.04 * noise(i, 3))]);
    }
    let mut capacitance = Vec::new();
    for i in 0..30 {
        let v = 0.25 * i as f64 * (1.0 + i as f64 / 30.0);
        capacitance.push([
            v,
            0.4e-12 + 0.55e-12 / (1.0 + v / 0.6).powf(0.38) * (1.0 + 0.004 * noise(i, 5)),
        ]);
    }
    vec![
        forward(298.15, 11),
        forward(398.15, 23),
        curve(
            "IR(VR; TJ)",
            "reverse",
            axis("VR", "V", "linear"),
            axis("IR", "A", "log"),
            leakage,
            Vec::new(),
            298.15,
        ),
        curve(
            "CJ(VR; TJ)",
            "capacitance",
            axis("VR", "V", "linear"),
            axis("CJ", "F", "linear"),
            capacitance,
            Vec::new(),
            298.15,
        ),
    ]
}

fn curve(
    quantity: &str,
    title: &str,
    x: Axis,
    y: Axis,
    points: Vec<[f64; 2]>,
    marks: Vec<u8>,
    t: f64,
) -> Curve {
    let conditions = if quantity.starts_with("CJ") {
        BTreeMap::from([(text("f"), Condition::Value { value: 1e6 })])
    } else {
        BTreeMap::new()
    };
    Curve {
        quantity: text(quantity),
        title: text(title),
        x,
        y,
        family: BTreeMap::from([(text("TJ"), t)]),
        conditions,
        points,
        marks,
        origin: text("measured"),
        noise_floor: Some(2e-9),
        parts: Vec::new(),
        status: text("served"),
        reasons: Vec::new(),
        axis_residual: [0.0, 0.0],
        provenance: Provenance {
            source: text("1N4148_iv.csv"),
            line: Some(2),
            derived_by: Some(text("std::swept_terminal")),
            ..Provenance::default()
        },
    }
}

fn fitted_curve(index: usize, curve: &Curve) -> FittedCurve {
    let t = curve.family.get("TJ").copied().unwrap_or(298.15);
    let model: Vec<Option<f64>> = curve
        .points
        .iter()
        .map(|p| match index {
            0 | 1 => Some(current(p[0], t) * (1.0 + 0.012 * (p[0] * 9.0).sin())),
            2 => Some(4.3e-9 * (1.0 + p[0] / 14.0).sqrt()),
            _ => Some(0.4e-12 + 0.55e-12 / (1.0 + p[0] / 0.6).powf(0.38)),
        })
        .collect();
    let used: Vec<(f64, f64)> = curve
        .points
        .iter()
        .zip(&model)
        .enumerate()
        .filter(|(i, _)| curve.marks.get(*i).is_none_or(|m| *m == 0))
        .filter_map(|(_, (p, m))| Some((p[1], (*m)?)))
        .collect();
    let mean = |f: &dyn Fn(f64, f64) -> f64| {
        (used.iter().map(|(y, m)| f(*y, *m).powi(2)).sum::<f64>() / used.len() as f64).sqrt()
    };
    let top = used.iter().map(|u| u.0).fold(0.0, f64::max);
    FittedCurve {
        curve: index,
        quantity: curve.quantity.clone(),
        family: curve.family.clone(),
        points: used.len(),
        nrmse: Some(mean(&|y, m| (m - y) / top)),
        rel_rms: Some(mean(&|y, m| (m - y) / y)),
        rel_floor: Some(if index == 3 { 1e-15 } else { 2e-9 }),
        log_rms: Some(mean(&|y, m| (m / y).log10())),
        withheld: index == 1,
        reason: text(if index == 1 { "it judges the choice" } else { "" }),
        misfit: Some([0.12, 0.21, 0.83, 0.05][index]),
        model,
    }
}

fn rows() -> Vec<Parameter> {
    let row = |symbol: &str,
               values: [Option<f64>; 3],
               unit: &str,
               at: &[(&str, f64)],
               line: u32| Parameter {
        symbol: text(symbol),
        printed: symbol.replace("VF", "V_F"),
        name: String::new(),
        section: text("other"),
        min: values[0],
        typ: values[1],
        max: values[2],
        unit: text(unit),
        printed_unit: text(unit),
        conditions: at.iter().map(|(s, v)| (text(s), Condition::Value { value: *v })).collect(),
        conditions_text: String::new(),
        parts: Vec::new(),
        status: text(if line == 14 { "review" } else { "served" }),
        reasons: Vec::new(),
        confidence: 1.0,
        provenance: sheet(line),
    };
    vec![
        row("VF", [None, Some(0.72), Some(1.0)], "V", &[("IF", 0.01), ("TJ", 298.15)], 10),
        row("VF", [Some(0.62), None, Some(0.72)], "V", &[("IF", 0.005), ("TJ", 298.15)], 12),
        row("IR", [None, None, Some(25e-9)], "A", &[("VR", 20.0), ("TJ", 298.15)], 14),
        row("CJ", [None, None, Some(4e-12)], "F", &[("VR", 0.0), ("f", 1e6)], 16),
    ]
}

fn sheet(line: u32) -> Provenance {
    Provenance { source: text("1N4148.facts.toml"), line: Some(line), ..Provenance::default() }
}

fn rated() -> Vec<RatedPoint> {
    let point = |q: &str, at: &str, unit: &str, v: [Option<f64>; 4], basis: &str, within, line| {
        RatedPoint {
            quantity: text(q),
            conditions: text(at),
            unit: text(unit),
            sheet: v[0],
            basis: text(basis),
            min: v[1],
            max: v[2],
            model: v[3],
            error: v[0]
                .zip(v[3])
                .filter(|_| basis == "typ" || basis == "curve")
                .map(|(s, m)| m / s - 1.0),
            within_limits: within,
            provenance: sheet(line),
        }
    };
    vec![
        point(
            "VF",
            "IF = 10 mA, TJ = 25 degC",
            "V",
            [Some(0.72), None, Some(1.0), Some(0.7163)],
            "typ",
            Some(true),
            10,
        ),
        point(
            "VF",
            "IF = 5 mA, TJ = 25 degC",
            "V",
            [Some(0.62), Some(0.62), Some(0.72), Some(0.6829)],
            "min",
            Some(true),
            12,
        ),
        point(
            "IR",
            "VR = 20 V, TJ = 25 degC",
            "A",
            [Some(25e-9), None, Some(25e-9), Some(6.7e-9)],
            "max",
            Some(true),
            14,
        ),
        point(
            "CJ",
            "VR = 0 V, f = 1 MHz",
            "F",
            [Some(4e-12), None, Some(4e-12), Some(0.951e-12)],
            "max",
            Some(true),
            16,
        ),
        point(
            "VF",
            "IF = 1 mA, TJ = 125 degC",
            "V",
            [Some(0.447), None, None, Some(0.4392)],
            "curve",
            None,
            2,
        ),
    ]
}

fn parameters() -> Vec<FittedParameter> {
    let p = |name: &str, title: &str, value: f64, unit: &str, share: f64, stage: &str| {
        FittedParameter {
            name: text(name),
            title: text(title),
            value: Some(value),
            unit: text(unit),
            low: (share > 0.0).then_some(value / (1.0 + share)),
            high: (share > 0.0).then_some(value * (1.0 + share)),
            identified: share > 0.0,
            at_bound: false,
            limit_derived: false,
            stage: (!stage.is_empty()).then(|| text(stage)),
            origin: text(match (stage, share > 0.0) {
                ("", _) => "default",
                (_, true) => "fitted",
                _ => "seeded",
            }),
            reason: String::new(),
        }
    };
    let mut all = vec![
        p("IS", "saturation current", 2.508e-9, "A", 0.04, "polish"),
        p("N", "emission coefficient", 1.7514, "1", 0.004, "polish"),
        p("RS", "series resistance; 0 is none", 0.5691, "Ohm", 0.02, "polish"),
        p("ISR", "recombination current; 0 is none", 4.31e-9, "A", 0.6, "forward"),
        p("CJO", "junction capacitance at zero bias; 0 is none", 0.951e-12, "F", 0.006, "charge"),
        p("VJ", "junction potential", 0.61, "V", 0.11, "charge"),
        p("M", "grading coefficient", 0.9, "1", 0.09, "charge"),
        p("IBV", "current at BV", 1e-4, "A", 0.0, "breakdown"),
        p("BV", "breakdown voltage at IBV; 0 is none", 100.0, "V", 0.0, "breakdown"),
        p("TT", "transit time; 0 is none", 0.0, "s", 0.0, ""),
        p("EG", "band gap over q", 1.11, "V", 0.0, ""),
        p("XTI", "temperature exponent of IS", 3.0, "1", 0.0, ""),
    ];
    all[3].identified = false;
    all[6].at_bound = true;
    all[8].limit_derived = true;
    all[8].reason = text("the sheet's minimum, with the declared margin");
    all[7].reason = text("its test current");
    all
}

fn stages() -> Vec<StageRecord> {
    let stage = |name: &str, free: &[&str], points, before, after, outcome: &str| StageRecord {
        name: text(name),
        parameters: free.iter().map(|f| text(f)).collect(),
        points,
        before,
        after,
        outcome: text(outcome),
    };
    vec![
        stage(
            "forward",
            &["IS", "N", "RS", "ISR"],
            74,
            Some(0.412),
            Some(0.0091),
            "converged: the step became small",
        ),
        stage("breakdown", &["BV"], 1, None, None, "did not run: no point lies in breakdown"),
        stage(
            "charge",
            &["CJO", "VJ", "M"],
            30,
            Some(0.205),
            Some(0.0031),
            "converged: the gradient became small",
        ),
        stage(
            "polish",
            &["IS", "N", "RS", "CJO", "VJ", "M"],
            104,
            Some(0.0074),
            Some(0.0071),
            "converged: the step became small",
        ),
    ]
}

fn candidate(template: &str, status: &str, reason: &str, score: Option<f64>) -> Candidate {
    Candidate {
        template: text(template),
        status: text(status),
        reason: text(reason),
        score,
        scored_by: score.map(|_| String::from("fit_error")),
        withheld_error: None,
        attempt: None,
    }
}

fn candidates() -> Vec<Candidate> {
    vec![
        candidate(
            "schottky_diode",
            "rejected",
            "VF at 10 mA is 0.72 V: no metal-semiconductor barrier is this high",
            None,
        ),
        candidate(
            "junction_diode",
            "chosen",
            "meets the withheld curve at 125 degC best",
            Some(0.0093),
        ),
        candidate(
            "zener_diode",
            "tried",
            "beaten: twice the error on the withheld curve",
            Some(0.0187),
        ),
    ]
}

fn models() -> Vec<Model> {
    let card = "* 1N4148, junction_diode, made by espice 0.1.0\n\
                * valid: 220 K to 450 K, IF 20 nA to 200 mA\n\
                .model D1N4148 D(IS=2.508e-9 N=1.7514 RS=0.5691 ISR=4.31e-9 NR=2\n\
                + CJO=9.51e-13 VJ=0.61 M=0.9 FC=0.5 BV=100 IBV=1e-4 EG=1.11 XTI=3 TNOM=27)\n";
    vec![
        Model {
            dialect: text("ngspice"),
            part: text("1N4148"),
            text: text(card),
            checked_with: Some(text("ngspice 39")),
            check: text("agrees with the native evaluator at all of 200 points"),
            deviation: Some(0.42),
        },
        Model {
            dialect: text("ltspice"),
            part: text("1N4148"),
            text: card.replace("TNOM=27", "TNOM=27 Vpk=100"),
            checked_with: None,
            check: text("no LTspice was found; the card was read back and is equal"),
            deviation: None,
        },
    ]
}
