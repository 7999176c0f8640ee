use super::*;
use espice_base::{FileId, Place};
use espice_facts::{
    Axis, Device, Origin, Provenance, Scale, Section, Signature, Status, SymbolInfo,
};

fn table() -> SymbolTable {
    let mut table = SymbolTable::default();
    let symbols = [
        ("VDS", Dimension::VOLTAGE),
        ("VGS", Dimension::VOLTAGE),
        ("VGS(off)", Dimension::VOLTAGE),
        ("ID", Dimension::CURRENT),
        ("gfs", Dimension::CONDUCTANCE),
    ];
    for (name, dimension) in symbols {
        table.add_symbol(SymbolInfo {
            name: name.into(),
            dimension,
            title: String::new(),
            synonyms: Vec::new(),
            names: Vec::new(),
            rating: false,
            kinds: Vec::new(),
            plausible: None,
            span: espice_base::Span::default(),
        });
    }
    table.add_kind(KindInfo {
        name: "jfet".into(),
        polarities: ["njf", "pjf"].map(|p| (String::from(p), Vec::new())).to_vec(),
        positive: ["VDS", "ID"].map(String::from).to_vec(),
        negative: vec![String::from("VGS(off)")],
        ..KindInfo::default()
    });
    table
}

fn facts(polarity: &str) -> Facts {
    let device =
        Device { kind: Some("jfet".into()), polarity: Some(polarity.into()), ..Device::default() };
    Facts { device, ..Facts::default() }
}

fn row(symbol: &str, limits: [Option<f64>; 3], at: &[(&str, f64)]) -> Parameter {
    let conditions = at.iter().fold(Conditions::none(), |c, (s, v)| c.with(*s, *v));
    Parameter {
        symbol: symbol.into(),
        printed: symbol.into(),
        name: String::new(),
        section: Section::Static,
        min: limits[0],
        typ: limits[1],
        max: limits[2],
        dimension: Dimension::VOLTAGE,
        printed_unit: "V".into(),
        conditions,
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        confidence: 1.0,
        provenance: Provenance::from(Place::File(FileId(0))),
    }
}

/// As printed, then limits and conditions as the mirror image has them.
type Case = (Parameter, [Option<f64>; 3], &'static [(&'static str, f64)]);

#[test]
fn rows_are_mirrored_however_they_are_printed() {
    let cases: [Case; 4] = [
        // With the signs of the device: the drain is negative, the gate positive.
        (
            row("VGS(off)", [Some(0.75), None, Some(6.0)], &[("VDS", -15.0), ("VGS", 0.5)]),
            [Some(-6.0), None, Some(-0.75)],
            &[("VDS", 15.0), ("VGS", -0.5)],
        ),
        // As magnitudes: what has no usual sign stays.
        (
            row("ID", [None, Some(2e-3), None], &[("VDS", 15.0), ("VGS", 0.5)]),
            [None, Some(2e-3), None],
            &[("VDS", 15.0), ("VGS", 0.5)],
        ),
        // Limits in the order of magnitudes are in order afterwards.
        (
            row("ID", [Some(-1e-3), None, Some(-5e-3)], &[("VDS", -15.0)]),
            [Some(1e-3), None, Some(5e-3)],
            &[("VDS", 15.0)],
        ),
        // What is no voltage, current or charge keeps its sign.
        (
            row("gfs", [Some(1e-3), None, None], &[("VDS", -15.0)]),
            [Some(1e-3), None, None],
            &[("VDS", 15.0)],
        ),
    ];
    for (printed, limits, at) in cases {
        let mut before = facts("pjf");
        before.parameters.push(printed.clone());
        let (after, _) = first_polarity(&before, &table());
        let found = &after.parameters[0];
        assert_eq!([found.min, found.typ, found.max], limits, "{printed:?}");
        for (symbol, value) in at {
            assert_eq!(found.conditions.value(symbol), Some(*value), "{symbol} of {printed:?}");
        }
        before.device.polarity = Some("njf".into());
        assert_eq!(first_polarity(&before, &table()).0, before);
    }
}

#[test]
fn curves_are_mirrored_axis_by_axis() {
    let axis =
        |symbol: &str, dimension| Axis { symbol: symbol.into(), dimension, scale: Scale::Linear };
    let mut before = facts("pjf");
    before.curves.push(Curve {
        signature: Signature { quantity: "ID".into(), x: "VDS".into(), family: vec!["VGS".into()] },
        title: String::new(),
        x: axis("VDS", Dimension::VOLTAGE),
        y: axis("ID", Dimension::CURRENT),
        family: [(String::from("VGS"), 1.0)].into(),
        conditions: Conditions::none(),
        points: vec![[0.0, 0.0], [-5.0, -1e-3], [-10.0, -1.2e-3]],
        marks: Vec::new(),
        origin: Origin::Digitised,
        noise_floor: None,
        axis_residual: [0.0; 2],
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        provenance: Provenance::from(Place::File(FileId(0))),
    });
    let (after, factors) = first_polarity(&before, &table());
    assert_eq!(after.curves[0].points, [[0.0, 0.0], [5.0, 1e-3], [10.0, 1.2e-3]]);
    assert_eq!(after.curves[0].family["VGS"], -1.0);
    assert_eq!(factors, [-1.0]);
    // An ordinate that is printed as a magnitude stays, whatever the family says.
    for point in &mut before.curves[0].points {
        point[1] = point[1].abs();
    }
    let (after, factors) = first_polarity(&before, &table());
    assert_eq!((after.curves[0].points[1], factors[0]), ([5.0, 1e-3], 1.0));
}
