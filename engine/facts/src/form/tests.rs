use super::*;
use crate::{
    Axis, Column, ColumnRole, Condition, Conditions, Curve, Device, KindInfo, Mark, Origin,
    Parameter, Provenance, QuantityInfo, SIZES, Scale, Section, Sensed, Signature, Status, Sweep,
    SymbolInfo,
};
use espice_base::{Severity, SourceMap};
use espice_units::Dimension;
use std::collections::BTreeMap;

fn table() -> SymbolTable {
    let mut table = SymbolTable::default();
    for (name, dimension, synonyms) in [
        ("VF", Dimension::VOLTAGE, vec!["forward voltage"]),
        ("IF", Dimension::CURRENT, vec![]),
        ("VR", Dimension::VOLTAGE, vec![]),
        ("IR", Dimension::CURRENT, vec!["leakage"]),
        ("TJ", Dimension::TEMPERATURE, vec!["Tj"]),
        ("n", Dimension::NONE, vec![]),
        ("RDS(on)", Dimension::RESISTANCE, vec![]),
        ("ID", Dimension::CURRENT, vec![]),
    ] {
        table.add_symbol(SymbolInfo {
            name: name.into(),
            dimension,
            title: name.into(),
            synonyms: synonyms.into_iter().map(String::from).collect(),
            names: Vec::new(),
            rating: false,
            kinds: Vec::new(),
            plausible: None,
            span: Span::default(),
        });
    }
    let quantity = |symbol: &str, argument: &str| QuantityInfo {
        symbol: symbol.into(),
        arguments: vec![argument.into()],
        assumed: Vec::new(),
    };
    table.add_kind(KindInfo {
        name: "diode".into(),
        pins: vec!["a".into(), "k".into()],
        quantities: vec![quantity("IF", "VF"), quantity("IR", "VR")],
        classes: vec![("led".into(), Vec::new()), ("varactor".into(), Vec::new())],
        ..KindInfo::default()
    });
    table.add_kind(KindInfo { name: "capacitor".into(), ..KindInfo::default() });
    table
}

#[test]
fn a_spelling_means_what_it_means_for_the_kind() {
    let mut table = table();
    for (name, of) in [("Rsource", None), ("Rseries", Some("diode")), ("Cap", Some("capacitor"))] {
        let spelling = if name == "Cap" { "C" } else { "RS" };
        table.add_symbol(SymbolInfo {
            name: name.into(),
            dimension: Dimension::NONE,
            title: name.into(),
            synonyms: vec![spelling.into()],
            names: Vec::new(),
            rating: false,
            kinds: of.into_iter().map(String::from).collect(),
            plausible: None,
            span: Span::default(),
        });
    }
    let found = |spelling, kind| table.resolve_for(spelling, kind).map(|s| s.name.as_str());
    assert_eq!(found("RS", Some("diode")), Some("Rseries"));
    assert_eq!(found("r_s", Some("diode")), Some("Rseries"));
    assert_eq!(found("RS", Some("capacitor")), Some("Rsource"));
    assert_eq!(found("RS", None), Some("Rsource"));
    // Where nothing else is spelled so, that of another kind is meant.
    assert_eq!(found("C", Some("diode")), Some("Cap"));
    let text = |kind: &str| {
        format!("[device]\nkind = \"{kind}\"\n[[parameter]]\nsymbol = \"RS\"\ntyp = \"1\"\n")
    };
    let read = |kind| read(&text(kind), FileId(0), "f", &table).0.parameters[0].symbol.clone();
    assert_eq!([read("diode"), read("capacitor")], ["Rseries", "Rsource"]);
}

#[test]
fn a_class_is_one_of_the_kind() {
    let device = |class: &str| format!("[device]\nkind = \"diode\"\nclass = \"{class}\"\n");
    let (facts, told) = run(&device("varactor"));
    assert_eq!((facts.device.class.as_deref(), told.len()), (Some("varactor"), 0));
    let (facts, told) = run(&device("varacter"));
    assert_eq!(facts.device.class, None);
    assert!(told.iter().any(|d| d.help.iter().any(|h| h.contains("`varactor`"))), "{told:?}");
    assert_eq!(findings(&device("varacter")), ["E0622@3:9"]);
}

fn run(text: &str) -> (Facts, Diagnostics) {
    read(text, FileId(0), "facts.toml", &table())
}

/// `code@line:column` of each diagnostic.
fn findings(text: &str) -> Vec<String> {
    let mut map = SourceMap::default();
    map.add("facts.toml", text);
    let (_, diagnostics) = run(text);
    diagnostics
        .iter()
        .map(|d| match d.place() {
            Some(Place::Text(span)) => {
                let at = map.locate(span);
                format!("{}@{}", d.code, at.strip_prefix("facts.toml:").unwrap_or(&at))
            }
            _ => d.code.to_string(),
        })
        .collect()
}

const SAMPLE: &str = r#"
[device]
part = "1N4148"
maker = "Anyone"
kind = "diode"

[[parameter]]
symbol = "forward voltage"
max = "1 V"
conditions = { IF = "10 mA", IR = "0.1 * IF", VR = "5 .. 20 V", Tj = "25 degC" }
page = 2
note = "second row"
review = true

[[parameter]]
symbol = "n"
typ = 1.75

[[curve]]
quantity = "IF(VF; TJ)"
family = { TJ = "25 degC" }
units = ["V", "mA"]
points = [[0.6, 0.7], [0.7, 9]]
axis_error = ["1 %", "2 %"]
title = "Fig. 1"
"#;

#[test]
fn a_datasheet_reads_as_written() {
    let (facts, diagnostics) = run(SAMPLE);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(facts.device.part.as_deref(), Some("1N4148"));
    let vf = &facts.parameters[0];
    assert_eq!((vf.symbol.as_str(), vf.printed.as_str()), ("VF", "forward voltage"));
    assert_eq!((vf.min, vf.typ, vf.max), (None, None, Some(1.0)));
    assert_eq!(vf.printed_unit, "V");
    assert_eq!(vf.status, Status::Review);
    assert_eq!(vf.conditions.value("IR"), Some(0.001));
    assert_eq!(vf.conditions.value("TJ"), Some(298.15));
    let range = Condition::Range { min: Some(5.0), max: Some(20.0) };
    assert_eq!(vf.conditions.by_symbol.get("VR"), Some(&range));
    let mut map = SourceMap::default();
    map.add("facts.toml", SAMPLE);
    let Place::Text(span) = vf.provenance.place else { panic!("no text") };
    let snippet = map.snippet(span);
    assert!(snippet.starts_with("[[parameter]]") && snippet.ends_with("true"), "{snippet}");
    assert_eq!(facts.parameters[1].typ, Some(1.75));
    let curve = &facts.curves[0];
    assert_eq!(curve.signature.to_string(), "IF(VF; TJ)");
    assert_eq!(curve.points, [[0.6, 0.0007], [0.7, 0.009]]);
    assert_eq!(curve.axis_residual, [0.01, 0.02]);
    assert_eq!(curve.origin, Origin::Digitised);
    assert_eq!(curve.family.get("TJ"), Some(&298.15));
}

#[test]
fn each_mistake_has_its_code_and_place() {
    for (text, wanted) in [
        ("", vec!["E0601@1:1"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmax = 1 V", vec!["E0640@3:7"]),
        ("[[parameter]]\nsymbol = \"VFF\"\nmax = \"1 V\"", vec!["E0622@2:10"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmax = \"1 A\"", vec!["E0623@3:7"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmax = 1.0", vec!["E0620@3:7"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmax = \"about 1 V\"", vec!["E0643@3:7"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmax = \"1 mX\"", vec!["E0621@3:7"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmaxx = \"1 V\"", vec!["E0645@1:1", "E0641@3:1"]),
        ("[[parameter]]\nmax = \"1 V\"", vec!["E0645@1:1"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmin = \"2 V\"\nmax = \"1 V\"", vec!["E0644@3:7"]),
        ("[[parameter]]\nsymbol = \"VF\"\nmax = \"1 V\"\npage = \"two\"", vec!["E0642@4:8"]),
        (
            "[[parameter]]\nsymbol = \"VF\"\nmax = \"1 V\"\nconditions = { IF = \"10 V\" }",
            vec!["E0623@4:21"],
        ),
        (
            "[[parameter]]\nsymbol = \"VF\"\nmax = \"1 V\"\nconditions = { VR = \"9 .. 5 V\" }",
            vec!["E0644@4:21"],
        ),
        (
            "[[parameter]]\nsymbol = \"VF\"\nmax = \"1 V\"\nconditions = { VR = \"2 * IF\" }",
            vec!["E0623@4:21"],
        ),
        ("[device]\nkind = \"diod\"\npart = \"a\"", vec!["E0622@2:8"]),
        ("[[curve]]\nquantity = \"IF over VF\"", vec!["E0646@2:12"]),
        ("[[curve]]\nquantity = \"IF(VF)\"\nunits = [\"V\", \"A\"]", vec!["E0645@1:1"]),
        (
            "[[curve]]\nquantity = \"IF(VF)\"\nunits = [\"A\", \"V\"]\npoints = [[1, 1]]",
            vec!["E0623@3:10", "E0623@3:15"],
        ),
        (
            "[[curve]]\nquantity = \"IF(VF)\"\nunits = [\"V\", \"A\"]\npoints = [[1, nan], [1]]",
            vec!["E0605@4:15", "E0642@4:21"],
        ),
        (
            "[[curve]]\nquantity = \"IF(VF; TJ)\"\nunits = [\"V\", \"A\"]\npoints = [[1, 1]]",
            vec!["E0646@2:12"],
        ),
        ("parameter = 3", vec!["E0642@1:13"]),
        ("[[paramter]]\nsymbol = \"VF\"", vec!["E0641@1:3"]),
    ] {
        assert_eq!(findings(text), wanted, "{text}");
    }
}

#[test]
fn messages_obey_the_rules() {
    let texts = [
        "[[parameter]]\nsymbol = \"a`b\\nc\"\nmax = \"1 V\"",
        "[[parameter]]\nsymbol = \"VF\"\nmax = \"1 A\"",
        "[device]\nkind = \"x\"",
        "x = \"\"\"a",
    ];
    for text in texts {
        for d in run(text).1.iter() {
            assert!(!d.message.contains('\n') && !d.message.ends_with('.'), "{}", d.message);
            assert!(!d.message.starts_with(char::is_uppercase) || d.message.starts_with("TOML"));
            assert_eq!(d.severity, Severity::Error);
        }
    }
}

#[test]
fn hostile_texts_end_quickly() {
    let deep = format!("x = {}", "[".repeat(200_000));
    let wide = format!("x = [{}]", "1,".repeat(400_000));
    let tables = "[[parameter]]\nq=1\n".repeat(40_000);
    let long = format!("{} = 1", "k".repeat(900_000));
    let dotted = format!("{}x = 1", "a.".repeat(400_000));
    for text in [deep, wide, tables, long, dotted, "a".repeat(2 << 20)] {
        let (_, diagnostics) = run(&text);
        assert!(diagnostics.has_errors());
        assert!(diagnostics.len() < 100, "{}", diagnostics.len());
    }
}

/// A small deterministic generator (xorshift64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    fn value(&mut self) -> f64 {
        let mantissa = self.below(2_000_001) as f64 / 1e6 - 1.0;
        let exponent = self.below(30) as i32 - 20;
        if self.flip() {
            mantissa * 10f64.powi(exponent)
        } else {
            format!("{:.2}e{exponent}", mantissa * 10.0).parse().unwrap()
        }
    }

    fn text(&mut self) -> String {
        String::from(self.one(&["", "BAT54", "a \"b\"\\", "Ω\n\tx", "# no = [x]", "\u{1}"]))
    }

    fn texts(&mut self) -> Vec<String> {
        (0..self.below(3)).map(|_| self.text()).collect()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| make(self))
    }
}

fn conditions(dice: &mut Dice) -> Conditions {
    let mut by_symbol = BTreeMap::new();
    for symbol in ["IF", "IR", "RDS(on)", "TJ", "n"] {
        let condition = match dice.below(5) {
            0 => Condition::Value(dice.value()),
            1 => {
                let low = dice.value();
                let high = low + dice.value().abs();
                let ends = [(Some(low), Some(high)), (Some(low), None), (None, Some(high))];
                let (min, max) = ends[dice.below(3) as usize];
                Condition::Range { min, max }
            }
            2 if symbol == "IR" => Condition::Equals { symbol: "IF".into(), factor: dice.value() },
            _ => continue,
        };
        by_symbol.insert(symbol.to_string(), condition);
    }
    Conditions { by_symbol, text: dice.text() }
}

fn provenance(dice: &mut Dice) -> Provenance {
    let derived_by = dice.maybe(|d| format!("base::{}", d.one(&["a", "b"])));
    Provenance { place: Place::File(FileId(0)), derived_by }
}

fn status(dice: &mut Dice) -> Status {
    [Status::Served, Status::Review, Status::Refused][dice.below(3) as usize]
}

fn parameter(dice: &mut Dice, table: &SymbolTable) -> Parameter {
    let symbol = dice.one(&["VF", "IF", "n", "TJ", "RDS(on)"]);
    let units = ["", "V", "mV", "mA", "uA", "%", "degC", "K", "kOhm"];
    let mut limits = [dice.value(), dice.value(), dice.value()];
    limits.sort_by(f64::total_cmp);
    let [min, typ, max] = limits;
    Parameter {
        symbol: symbol.into(),
        printed: dice.one(&["VF", "Vf max", "I\"F"]).into(),
        name: dice.text(),
        section: Section::ALL[dice.below(7) as usize],
        min: dice.maybe(|_| min),
        typ: Some(typ),
        max: dice.maybe(|_| max),
        dimension: table.symbol(symbol).unwrap().dimension,
        printed_unit: dice.one(&units).into(),
        conditions: conditions(dice),
        parts: dice.texts(),
        status: status(dice),
        reasons: dice.texts(),
        confidence: if dice.flip() { 1.0 } else { dice.below(1001) as f64 / 1000.0 },
        provenance: provenance(dice),
    }
}

fn curve(dice: &mut Dice, table: &SymbolTable) -> Curve {
    let axis = |symbol: &str, scale| Axis {
        symbol: symbol.into(),
        dimension: table.symbol(symbol).unwrap().dimension,
        scale,
    };
    let scale = |dice: &mut Dice| if dice.flip() { Scale::Log } else { Scale::Linear };
    let (x, y) = (dice.one(&["VF", "TJ", "n"]), dice.one(&["IF", "RDS(on)"]));
    let family: BTreeMap<String, f64> =
        dice.maybe(|d| ("VR".to_string(), d.value())).into_iter().collect();
    let points: Vec<[f64; 2]> = (0..=dice.below(5)).map(|_| [dice.value(), dice.value()]).collect();
    let mut curve = Curve {
        signature: Signature {
            quantity: y.into(),
            x: x.into(),
            family: family.keys().cloned().collect(),
        },
        title: dice.text(),
        x: axis(x, scale(dice)),
        y: axis(y, scale(dice)),
        family,
        conditions: conditions(dice),
        points,
        marks: Vec::new(),
        origin: if dice.flip() { Origin::Measured } else { Origin::Digitised },
        noise_floor: dice.maybe(Dice::value),
        axis_residual: [dice.value().abs(), dice.value().abs()],
        parts: dice.texts(),
        status: status(dice),
        reasons: dice.texts(),
        provenance: provenance(dice),
    };
    if dice.flip() {
        let marks = [Mark::Noise, Mark::Compliance, Mark::Excluded];
        curve.set_mark(0, marks[dice.below(3) as usize]);
    }
    curve
}

fn sweep(dice: &mut Dice) -> Sweep {
    let column = |dice: &mut Dice, sensed, role| Column {
        name: dice.text(),
        sensed,
        role,
        node: dice.text(),
        reference: dice.text(),
        compliance: dice.maybe(|d| d.value()),
        values: (0..3).map(|_| dice.value()).collect(),
    };
    Sweep {
        name: dice.text(),
        columns: vec![
            column(dice, Sensed::Voltage, ColumnRole::Swept),
            column(dice, Sensed::Current, ColumnRole::Measured),
            column(dice, Sensed::Other, ColumnRole::Held),
        ],
        temperature: dice.maybe(|d| d.value().abs()),
        siblings: dice.below(9) as usize,
        conditions: conditions(dice),
        provenance: provenance(dice),
    }
}

/// Places are those of the text: taken out before comparing.
fn placeless(mut facts: Facts) -> Facts {
    let nowhere = Place::File(FileId(0));
    facts.parameters.iter_mut().for_each(|p| p.provenance.place = nowhere);
    facts.curves.iter_mut().for_each(|c| c.provenance.place = nowhere);
    facts.sweeps.iter_mut().for_each(|s| s.provenance.place = nowhere);
    facts.sources.clear();
    facts
}

#[test]
fn what_is_written_reads_back_bit_for_bit() {
    let symbols = table();
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for round in 0..300 {
        let facts = Facts {
            device: Device {
                part: dice.maybe(Dice::text),
                parts: dice.texts(),
                maker: dice.maybe(Dice::text),
                kind: dice.maybe(|_| "diode".into()),
                class: dice.maybe(|_| "led".into()),
                polarity: dice.maybe(Dice::text),
                package: dice.maybe(Dice::text),
                sizes: SIZES
                    .iter()
                    .filter_map(|(n, _)| Some((n.to_string(), dice.maybe(Dice::value)?)))
                    .collect(),
            },
            sources: Vec::new(),
            parameters: (0..=dice.below(3)).map(|_| parameter(&mut dice, &symbols)).collect(),
            curves: (0..=dice.below(3)).map(|_| curve(&mut dice, &symbols)).collect(),
            sweeps: (0..dice.below(2)).map(|_| sweep(&mut dice)).collect(),
        };
        let text = to_toml(&facts, &symbols);
        let (back, diagnostics) = read(&text, FileId(0), "x", &symbols);
        assert!(diagnostics.is_empty(), "{round}: {diagnostics:?}\n{text}");
        assert_eq!(placeless(back), placeless(facts), "{round}\n{text}");
    }
}
