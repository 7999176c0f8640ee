use super::*;
use espice_base::{Place, Severity, SourceMap};
use espice_facts::{ColumnRole, KindInfo, Origin, QuantityInfo, Scale, Sensed, SymbolInfo};
use espice_units::Dimension;

fn table() -> SymbolTable {
    let mut table = SymbolTable::default();
    for (name, dimension, synonyms, kinds) in [
        ("VF", Dimension::VOLTAGE, vec!["V_F"], vec!["diode"]),
        ("IF", Dimension::CURRENT, vec!["I_F"], vec!["diode"]),
        ("VR", Dimension::VOLTAGE, vec![], vec!["diode"]),
        ("IR", Dimension::CURRENT, vec![], vec!["diode"]),
        ("CJ", Dimension::CAPACITANCE, vec![], vec!["diode"]),
        ("VBR", Dimension::VOLTAGE, vec!["V(BR)"], vec!["diode"]),
        ("TJ", Dimension::TEMPERATURE, vec!["T"], vec![]),
        ("f", Dimension::FREQUENCY, vec![], vec![]),
        ("VGS", Dimension::VOLTAGE, vec![], vec!["mosfet"]),
        ("VDS", Dimension::VOLTAGE, vec![], vec!["mosfet"]),
        ("ID", Dimension::CURRENT, vec![], vec!["mosfet"]),
        ("hFE", Dimension::NONE, vec![], vec!["bjt"]),
        ("IC", Dimension::CURRENT, vec![], vec!["bjt"]),
    ] {
        let strings = |v: Vec<&str>| v.into_iter().map(String::from).collect();
        table.add_symbol(SymbolInfo {
            name: name.into(),
            dimension,
            title: name.into(),
            synonyms: strings(synonyms),
            names: Vec::new(),
            rating: false,
            kinds: strings(kinds),
            plausible: None,
            span: Span::default(),
        });
    }
    let quantity = |symbol: &str, arguments: &[&str]| QuantityInfo {
        symbol: symbol.into(),
        arguments: arguments.iter().map(|a| String::from(*a)).collect(),
        assumed: Vec::new(),
    };
    for (name, quantities) in [
        (
            "diode",
            vec![
                quantity("IF", &["VF"]),
                quantity("VF", &["IF"]),
                quantity("IR", &["VR"]),
                quantity("CJ", &["VR"]),
            ],
        ),
        ("mosfet", vec![quantity("ID", &["VGS", "VDS"]), quantity("ID", &["VDS", "VGS"])]),
        ("bjt", vec![quantity("hFE", &["IC"])]),
        ("darlington", vec![quantity("hFE", &["IC"])]),
    ] {
        table.add_kind(KindInfo { name: name.into(), quantities, ..KindInfo::default() });
    }
    table
}

fn run(text: &str) -> (Facts, Vec<Diagnostic>) {
    let (facts, diagnostics) = read(text, FileId(0), "dir/sheet.csv", &table());
    (facts, diagnostics.into_vec())
}

fn clean(text: &str) -> Facts {
    let (facts, diagnostics) = run(text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    facts
}

/// `code@line:column` of each diagnostic; an exclamation mark for errors.
fn findings(text: &str) -> Vec<String> {
    let mut map = SourceMap::default();
    map.add("f", text);
    let all = run(text).1;
    all.iter()
        .map(|d| {
            let Some(Place::Text(span)) = d.place() else { panic!("no place: {d:?}") };
            let at = map.locate(span);
            let mark = if d.severity == Severity::Error { "!" } else { "" };
            format!("{}@{}{mark}", d.code, at.strip_prefix("f:").unwrap())
        })
        .collect()
}

#[test]
fn one_curve_in_every_dress() {
    let wanted = [[0.6, 0.0007], [0.65, 0.0031]];
    for text in [
        "VF (V), IF (mA)\n0.60, 0.7\n0.65, 3.1\n",
        "IF (mA),VF (V)\n0.7,0.60\n3.1,0.65",
        "\u{feff}VF [V];IF [mA]\r\n0,60;0,7\r\n0,65;3,1\r\n",
        "V_F/V\tI_F/mA\n0,60\t0,7\n0,65\t3,1\n",
        "\"VF (V)\",\"IF (mA)\",\n\"0.60\",\"0.7\",\n0.65,3.1,\n,,\n",
        "# a comment, with commas\n\nVF (mV),IF (uA)\n# another\n600,700\n\n650,3100\n",
        "VF (V); IF (A)\n0.6; 7e-4\n0.65; 3.1E-03\n",
    ] {
        let facts = clean(text);
        assert_eq!(facts.curves.len(), 1, "{text}");
        let curve = &facts.curves[0];
        assert_eq!(curve.signature.to_string(), "IF(VF)", "{text}");
        assert_eq!(curve.points, wanted, "{text}");
        assert_eq!(curve.title, "sheet");
        assert_eq!(facts.device.kind.as_deref(), Some("diode"));
    }
}

#[test]
fn families_conditions_and_keys() {
    let facts = clean(
        "# Part: BAT54\n# maker: Anyone\n# TJ: 25 degC\n# origin: digitised\n# axis_error: 2 %\n\
         # measured on a Tuesday: yes\n\
         VDS (V),VGS (V),ID (mA),f (kHz)\n0,2,0,1\n1,2,3,1\n2,2,4,1\n0,3,0,1\n1,3,9,1\n2,3,12,1\n",
    );
    assert_eq!(facts.device.part.as_deref(), Some("BAT54"));
    assert_eq!(facts.device.maker.as_deref(), Some("Anyone"));
    let shown: Vec<_> = facts.curves.iter().map(|c| c.signature.to_string()).collect();
    assert_eq!(shown, ["ID(VDS; VGS)", "ID(VDS; VGS)"]);
    let curve = &facts.curves[1];
    assert_eq!(curve.family.get("VGS"), Some(&3.0));
    assert_eq!(curve.conditions.value("TJ"), Some(298.15));
    assert_eq!(curve.conditions.value("f"), Some(1000.0));
    assert_eq!(curve.points, [[0.0, 0.0], [1.0, 0.009], [2.0, 0.012]]);
    assert_eq!((curve.origin, curve.axis_residual), (Origin::Digitised, [0.02; 2]));

    let facts = clean(
        "part,VR (V),IR (nA),CJ (pF),T (degC),curve\nA,1,1,9,25,a\nA,10,2,8,25,a\n\
         B,1,3,7,125,\"b, hot\"\nB,10,4,6,125,\"b, hot\"\n",
    );
    assert_eq!(facts.device.parts, ["A", "B"]);
    let shown: Vec<_> = facts
        .curves
        .iter()
        .map(|c| format!("{} {:?} {} {}", c.signature, c.parts, c.title, c.points.len()))
        .collect();
    assert_eq!(
        shown,
        [
            "IR(VR; TJ) [\"A\"] a 2",
            "CJ(VR; TJ) [\"A\"] a 2",
            "IR(VR; TJ) [\"B\"] b, hot 2",
            "CJ(VR; TJ) [\"B\"] b, hot 2",
        ]
    );
    assert_eq!(facts.curves[2].family.get("TJ"), Some(&398.15));

    // Both kinds measure it: the kind stays open unless the file says it.
    let text = "IC (mA),hFE\n1,100\n10,200\n";
    assert_eq!(clean(text).device.kind, None);
    assert_eq!(clean(&format!("# kind: bjt\n{text}")).device.kind.as_deref(), Some("bjt"));
    // The temperature is the abscissa when nothing else varies.
    let facts = clean("# IF: 10 mA\nTJ (degC), VF (V)\n25,0.7\n125,0.5\n");
    assert_eq!(facts.curves[0].signature.to_string(), "VF(TJ)");
    assert_eq!(facts.curves[0].conditions.value("IF"), Some(0.01));
}

#[test]
fn axes_take_the_scale_that_suits() {
    let rows: String = (0..60)
        .map(|i| format!("{},{:e}\n", 0.3 + f64::from(i) * 0.01, 1e-9 * 1.4f64.powi(i)))
        .collect();
    let facts = clean(&format!("VF (V),IF (A)\n{rows}"));
    assert_eq!(facts.curves[0].x.scale, Scale::Linear);
    assert_eq!(facts.curves[0].y.scale, Scale::Log);
    let rows: String = (0..60).map(|i| format!("{i},{}\n", i * 2)).collect();
    let facts = clean(&format!("VF (V),IF (A)\n{rows}"));
    assert_eq!(facts.curves[0].y.scale, Scale::Linear);
}

#[test]
fn terminals_give_raw_sweeps() {
    let mut text = String::from("V(d,s) (V),V(g,s) (V),I(d) (uA),I(g) (A),TJ (degC)\n");
    for vg in 1..=2 {
        for vd in 0..5 {
            text.push_str(&format!("{vd},{vg},{},0,25\n", vd * vg));
        }
    }
    let facts = clean(&text);
    assert_eq!(facts.sweeps.len(), 2);
    let sweep = &facts.sweeps[1];
    assert_eq!((sweep.name.as_str(), sweep.siblings), ("sheet block 2", 2));
    assert_eq!(sweep.temperature, Some(298.15));
    let roles: Vec<_> = sweep.columns.iter().map(|c| (c.node.as_str(), c.sensed, c.role)).collect();
    assert_eq!(
        roles,
        [
            ("d", Sensed::Voltage, ColumnRole::Swept),
            ("g", Sensed::Voltage, ColumnRole::Held),
            ("d", Sensed::Current, ColumnRole::Measured),
            ("g", Sensed::Current, ColumnRole::Measured),
            ("", Sensed::Other, ColumnRole::Held),
        ]
    );
    assert_eq!(sweep.columns[0].reference, "s");
    assert_eq!(sweep.columns[2].values, [0.0, 2e-6, 4e-6, 6e-6, 8e-6]);
    assert_eq!(sweep.columns[4].values, [298.15; 5]);

    let facts = clean("# TJ: 50 degC\nV(C) (V)\tI(C) (A)\n1\t2\n2\t3\n");
    assert_eq!(facts.sweeps[0].columns[0].node, "C");
    assert_eq!(facts.sweeps[0].temperature, Some(323.15));
}

#[test]
fn damage_is_named_where_it_is() {
    let many: String = (0..20).map(|i| format!("{i},{i}\n")).collect();
    let cases = [
        (String::new(), vec!["E0601@1:1!"]),
        (String::from("# only: this\n\n"), vec!["E0601@1:1!"]),
        (String::from("VF (V), IF (mA)\n"), vec!["E0601@1:1!"]),
        (String::from("VF, IF\n1,2\n"), vec!["E0620@1:1!", "E0620@1:5!"]),
        (String::from("VF (V), IF (mAmp)\n1,2\n"), vec!["E0621@1:9!"]),
        (String::from("VFF (V), IF (mA)\n1,2\n"), vec!["E0622@1:1!"]),
        (String::from("VF (mA), IF (V)\n1,2\n"), vec!["E0623@1:1!", "E0623@1:10!"]),
        (String::from("VF (V), IF (mA), V_F (V)\n1,2,3\n"), vec!["E0624@1:18!"]),
        (String::from("VR (V), IF (mA)\n1,2\n2,3\n"), vec!["E0625@1:1!"]),
        (String::from("VF (V)\n1\n"), vec!["E0625@1:1!"]),
        (String::from("0.6, 1\n0.7, 2\n"), vec!["E0620@1:1!"]),
        (String::from("V(C), I(C) (A)\n1,2\n"), vec!["E0620@1:1!"]),
        (
            format!("VF (V), IF (mA)\n1,NaN\n1,abc\n1,\n1,2,3\n1\n1,9.91e37\n\"1,2\n{many}"),
            vec![
                "E0606@1:1!",
                "E0605@2:3",
                "E0605@3:3",
                "E0605@4:3",
                "E0604@5:1",
                "E0604@6:1",
                "E0605@7:3",
                "E0604@8:1",
            ],
        ),
        (format!("VF (V), IF (mA)\n1,NaN\n{many}"), vec!["E0605@2:3"]),
        (
            format!("VF (V); IF (mA)\n0.5; 1\n{}0,5; 1\n", many.replace(',', ";")),
            vec!["E0626@23:1!"],
        ),
        (
            format!("# TJ: 25\n# kind: diod\nVF (V), IF (mA)\n{many}"),
            vec!["E0620@1:7!", "E0622@2:9!"],
        ),
        (
            format!("# TJ: warm\n# parts: A\nVF (V), IF (mA)\n{many}"),
            vec!["E0628@1:7!", "E0628@2:10"],
        ),
        (format!("# TX: 5 V\nVF (V), IF (mA)\n{many}"), vec!["E0622@1:7"]),
        (
            (0..9).fold(String::from("VDS (V),VGS (V),ID (A)\n"), |t, i| {
                t + &format!("{i},{},1\n", 2.0 + f64::from(i) * 1e-4)
            }),
            vec!["E0627@1:1"],
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(findings(&text), wanted, "{text}");
    }
}

#[test]
fn help_says_what_to_write() {
    let help = |text: &str| run(text).1[0].help.join(" ");
    assert_eq!(help("VF, IF (mA)\n1,2\n"), "write `VF (V)`, or the unit that is meant");
    assert_eq!(help("VFF (V), IF (mA)\n1,2\n"), "did you mean `VF`?");
    assert_eq!(help("VR (V), IF (mA)\n1,2\n"), "measured are IF(VF)");
}

#[test]
fn hostile_tables_end_quickly() {
    for text in [
        ",".repeat(4 << 20),
        format!("VF (V),IF (A)\n{}", ",".repeat(4 << 20)),
        format!("VF (V),IF (A)\n{}", "a\n".repeat(1 << 20)),
        format!(
            "VF (V),IF (A),curve\n{}",
            (0..5000).map(|i| format!("1,2,{i}\n")).collect::<String>()
        ),
        format!("VF (V),IF (A)\n{}", "\"".repeat(1 << 20)),
        format!("VF (V),IF (A)\n1,{}\n", "9".repeat(4 << 20)),
        format!("{}\n", "VF (V),".repeat(1 << 18)),
        format!("#{}: 1 V\n", "a".repeat(1 << 20)),
    ] {
        let (facts, diagnostics) = run(&text);
        assert!(diagnostics.iter().any(|d| d.severity == Severity::Error));
        assert!(facts.curves.is_empty() && diagnostics.len() < 100);
    }
}
