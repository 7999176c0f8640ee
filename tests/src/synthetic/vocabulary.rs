//! What tables of made-up parts hold: quantities with their symbols, words, units, ranges and
//! conditions.

/// A condition: symbol as printed with scripts, canonical symbol, unit, values to choose from.
pub(super) type Given = (&'static str, &'static str, &'static str, &'static [f64]);

/// A quantity that a row may hold.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// The heading that it stands under.
    pub(super) section: &'static str,
    /// Canonical symbol.
    pub(super) symbol: &'static str,
    /// As printed, with scripts.
    pub(super) marks: &'static [&'static str],
    /// In words.
    pub(super) names: &'static [&'static str],
    /// Unit as printed.
    pub(super) unit: &'static str,
    /// Typical values, in that unit.
    pub(super) range: [f64; 2],
    /// The values that may be printed, of `n`, `t`, `x` for min, typ, max.
    pub(super) shapes: &'static [&'static str],
    /// Conditions.
    pub(super) given: &'static [Given],
    /// Most rows: then the first condition takes its values in turn.
    pub(super) rows: usize,
    /// What the value is multiplied with from row to row.
    pub(super) growth: f64,
}

const RATINGS: &str = "Absolute Maximum Ratings";
const THERMAL: &str = "Thermal Characteristics";
const OFF: &str = "Off Characteristics";
const ON: &str = "On Characteristics";
const DYNAMIC: &str = "Dynamic Characteristics";
const SWITCHING: &str = "Switching Characteristics";

const fn entry(
    section: &'static str,
    symbol: &'static str,
    marks: &'static [&'static str],
    names: &'static [&'static str],
    (unit, range): (&'static str, [f64; 2]),
    shapes: &'static [&'static str],
    given: &'static [Given],
) -> Entry {
    Entry { section, symbol, marks, names, unit, range, shapes, given, rows: 1, growth: 1.0 }
}

const fn rows(entry: Entry, rows: usize, growth: f64) -> Entry {
    Entry { rows, growth, ..entry }
}

const T25: Given = ("T_{J}", "TJ", "°C", &[25.0]);
const MHZ: Given = ("f", "f", "MHz", &[1.0]);
const VGS0: Given = ("V_{GS}", "VGS", "V", &[0.0]);

const SHARED: &[Entry] = &[
    entry(
        RATINGS,
        "TJ",
        &["T_{J}", "T_{j}"],
        &["Operating Junction Temperature", "Junction Temperature"],
        ("°C", [125.0, 175.0]),
        &["x"],
        &[],
    ),
    entry(
        RATINGS,
        "Tstg",
        &["T_{stg}", "T_{STG}"],
        &["Storage Temperature Range", "Storage Temperature"],
        ("°C", [125.0, 175.0]),
        &["range"],
        &[],
    ),
    entry(
        RATINGS,
        "PD",
        &["P_{D}", "P_{tot}"],
        &["Power Dissipation", "Total Power Dissipation"],
        ("mW", [200.0, 900.0]),
        &["x"],
        &[("T_{A}", "Tamb", "°C", &[25.0])],
    ),
    entry(
        THERMAL,
        "RthJA",
        &["R_{θJA}", "R_{th(j-a)}"],
        &["Thermal Resistance, Junction to Ambient", "Junction-to-Ambient"],
        ("°C/W", [50.0, 500.0]),
        &["x"],
        &[],
    ),
];

const DIODE: &[Entry] = &[
    entry(
        RATINGS,
        "VRRM",
        &["V_{RRM}"],
        &["Repetitive Peak Reverse Voltage", "Peak Repetitive Reverse Voltage"],
        ("V", [20.0, 600.0]),
        &["x"],
        &[],
    ),
    entry(
        RATINGS,
        "IF(AV)",
        &["I_{F(AV)}", "I_{O}"],
        &["Average Forward Current", "Average Rectified Forward Current"],
        ("mA", [100.0, 900.0]),
        &["x"],
        &[],
    ),
    entry(
        RATINGS,
        "IFSM",
        &["I_{FSM}"],
        &["Non-Repetitive Peak Forward Surge Current", "Surge Forward Current"],
        ("A", [1.0, 50.0]),
        &["x"],
        &[("t_{p}", "tp", "ms", &[8.3, 10.0])],
    ),
    rows(
        entry(
            ON,
            "VF",
            &["V_{F}"],
            &["Forward Voltage", "Instantaneous Forward Voltage", "Forward Voltage Drop"],
            ("V", [0.35, 0.75]),
            &["x", "tx", "nx"],
            &[("I_{F}", "IF", "mA", &[1.0, 10.0, 50.0, 150.0])],
        ),
        4,
        1.16,
    ),
    entry(
        ON,
        "VF",
        &["V_{F}"],
        &["Forward Voltage"],
        ("mV", [300.0, 900.0]),
        &["x", "tx"],
        &[("I_{F}", "IF", "mA", &[10.0, 20.0])],
    ),
    rows(
        entry(
            OFF,
            "IR",
            &["I_{R}"],
            &["Reverse Current", "Reverse Leakage Current", "Leakage Current"],
            ("nA", [5.0, 90.0]),
            &["x", "tx"],
            &[("V_{R}", "VR", "V", &[20.0, 75.0])],
        ),
        2,
        6.0,
    ),
    rows(
        entry(
            OFF,
            "IR",
            &["I_{R}"],
            &["Reverse Current"],
            ("µA", [1.0, 80.0]),
            &["x"],
            &[("T_{J}", "TJ", "°C", &[25.0, 100.0, 150.0]), ("V_{R}", "VR", "V", &[20.0, 50.0])],
        ),
        3,
        4.0,
    ),
    entry(
        OFF,
        "VBR",
        &["V_{(BR)}", "V_{BR}"],
        &["Reverse Breakdown Voltage", "Breakdown Voltage"],
        ("V", [30.0, 300.0]),
        &["n"],
        &[("I_{R}", "IR", "µA", &[5.0, 100.0])],
    ),
    entry(
        DYNAMIC,
        "CJ",
        &["C_{J}", "C_{D}", "C_{T}"],
        &["Junction Capacitance", "Diode Capacitance", "Total Capacitance"],
        ("pF", [1.5, 60.0]),
        &["x", "tx"],
        &[("V_{R}", "VR", "V", &[0.0, 1.0, 4.0]), MHZ],
    ),
    entry(
        SWITCHING,
        "trr",
        &["t_{rr}"],
        &["Reverse Recovery Time"],
        ("ns", [3.0, 80.0]),
        &["x", "tx"],
        &[
            ("I_{F}", "IF", "mA", &[10.0]),
            ("I_{R}", "IR", "mA", &[10.0]),
            ("R_{L}", "RL", "Ω", &[100.0]),
        ],
    ),
];

const BJT: &[Entry] = &[
    entry(
        RATINGS,
        "VCEO",
        &["V_{CEO}"],
        &["Collector-Emitter Voltage"],
        ("V", [25.0, 80.0]),
        &["x"],
        &[],
    ),
    entry(
        RATINGS,
        "VCBO",
        &["V_{CBO}"],
        &["Collector-Base Voltage"],
        ("V", [30.0, 90.0]),
        &["x"],
        &[],
    ),
    entry(RATINGS, "VEBO", &["V_{EBO}"], &["Emitter-Base Voltage"], ("V", [5.0, 8.0]), &["x"], &[]),
    entry(
        RATINGS,
        "IC",
        &["I_{C}"],
        &["Collector Current - Continuous", "Collector Current (DC)"],
        ("mA", [100.0, 900.0]),
        &["x"],
        &[],
    ),
    entry(
        OFF,
        "V(BR)CEO",
        &["V_{(BR)CEO}"],
        &["Collector-Emitter Breakdown Voltage"],
        ("V", [25.0, 80.0]),
        &["n"],
        &[("I_{C}", "IC", "mA", &[1.0, 10.0]), ("I_{B}", "IB", "mA", &[0.0])],
    ),
    entry(
        OFF,
        "ICBO",
        &["I_{CBO}"],
        &["Collector Cutoff Current", "Collector-Base Cut-off Current"],
        ("nA", [10.0, 100.0]),
        &["x"],
        &[("V_{CB}", "VCB", "V", &[20.0, 30.0])],
    ),
    rows(
        entry(
            ON,
            "hFE",
            &["h_{FE}"],
            &["DC Current Gain"],
            ("", [60.0, 180.0]),
            &["n", "nx", "ntx"],
            &[
                ("I_{C}", "IC", "mA", &[0.1, 1.0, 10.0, 50.0, 100.0]),
                ("V_{CE}", "VCE", "V", &[1.0, 5.0]),
            ],
        ),
        5,
        0.9,
    ),
    rows(
        entry(
            ON,
            "VCE(sat)",
            &["V_{CE(sat)}"],
            &["Collector-Emitter Saturation Voltage"],
            ("V", [0.1, 0.3]),
            &["x", "tx"],
            &[("I_{C}", "IC", "mA", &[10.0, 100.0]), ("I_{B}", "IB", "mA", &[5.0])],
        ),
        2,
        1.8,
    ),
    rows(
        entry(
            ON,
            "VBE(sat)",
            &["V_{BE(sat)}"],
            &["Base-Emitter Saturation Voltage"],
            ("V", [0.65, 0.8]),
            &["x", "nx", "t"],
            &[("I_{C}", "IC", "mA", &[10.0, 50.0]), ("I_{B}", "IB", "mA", &[1.0])],
        ),
        2,
        1.15,
    ),
    entry(
        DYNAMIC,
        "fT",
        &["f_{T}"],
        &["Current Gain - Bandwidth Product", "Transition Frequency"],
        ("MHz", [100.0, 400.0]),
        &["n", "t"],
        &[("I_{C}", "IC", "mA", &[10.0]), ("V_{CE}", "VCE", "V", &[5.0, 20.0])],
    ),
    entry(
        DYNAMIC,
        "Cobo",
        &["C_{obo}", "C_{ob}"],
        &["Output Capacitance"],
        ("pF", [2.0, 9.0]),
        &["x", "tx"],
        &[("V_{CB}", "VCB", "V", &[5.0, 10.0]), MHZ],
    ),
    entry(
        SWITCHING,
        "td",
        &["t_{d}"],
        &["Delay Time"],
        ("ns", [10.0, 50.0]),
        &["x"],
        &[("I_{C}", "IC", "mA", &[10.0])],
    ),
];

const MOSFET: &[Entry] = &[
    entry(
        RATINGS,
        "VDSS",
        &["V_{DSS}", "V_{DS}"],
        &["Drain-to-Source Voltage", "Drain-Source Voltage"],
        ("V", [20.0, 200.0]),
        &["x"],
        &[],
    ),
    entry(
        RATINGS,
        "VGSS",
        &["V_{GSS}", "V_{GS}"],
        &["Gate-to-Source Voltage", "Gate-Source Voltage"],
        ("V", [8.0, 30.0]),
        &["both"],
        &[],
    ),
    rows(
        entry(
            RATINGS,
            "ID",
            &["I_{D}"],
            &["Continuous Drain Current", "Drain Current - Continuous"],
            ("A", [5.0, 90.0]),
            &["x"],
            &[("T_{C}", "Tcase", "°C", &[25.0, 100.0]), ("V_{GS}", "VGS", "V", &[10.0])],
        ),
        2,
        0.7,
    ),
    entry(
        OFF,
        "V(BR)DSS",
        &["V_{(BR)DSS}"],
        &["Drain-to-Source Breakdown Voltage", "Drain-Source Breakdown Voltage"],
        ("V", [20.0, 200.0]),
        &["n"],
        &[VGS0, ("I_{D}", "ID", "µA", &[250.0])],
    ),
    rows(
        entry(
            OFF,
            "IDSS",
            &["I_{DSS}"],
            &["Drain-to-Source Leakage Current", "Zero Gate Voltage Drain Current"],
            ("µA", [0.5, 10.0]),
            &["x"],
            &[("T_{J}", "TJ", "°C", &[25.0, 125.0]), ("V_{DS}", "VDS", "V", &[16.0, 48.0]), VGS0],
        ),
        2,
        12.0,
    ),
    entry(
        OFF,
        "IGSS",
        &["I_{GSS}"],
        &["Gate-to-Source Leakage", "Gate-Source Leakage Current"],
        ("nA", [50.0, 200.0]),
        &["x"],
        &[("V_{GS}", "VGS", "V", &[12.0, 20.0]), ("V_{DS}", "VDS", "V", &[0.0])],
    ),
    entry(
        ON,
        "VGS(th)",
        &["V_{GS(th)}"],
        &["Gate Threshold Voltage", "Gate-Source Threshold Voltage"],
        ("V", [1.2, 3.0]),
        &["nx", "ntx"],
        &[("I_{D}", "ID", "µA", &[250.0])],
    ),
    rows(
        entry(
            ON,
            "RDS(on)",
            &["R_{DS(on)}", "R_{DSon}"],
            &["Static Drain-to-Source On-Resistance", "Drain-Source On-State Resistance"],
            ("mΩ", [8.0, 90.0]),
            &["x", "tx"],
            &[("V_{GS}", "VGS", "V", &[10.0, 4.5]), ("I_{D}", "ID", "A", &[2.0, 5.0])],
        ),
        2,
        1.35,
    ),
    entry(
        ON,
        "gfs",
        &["g_{fs}"],
        &["Forward Transconductance"],
        ("S", [2.0, 40.0]),
        &["n", "t"],
        &[("V_{DS}", "VDS", "V", &[10.0, 25.0]), ("I_{D}", "ID", "A", &[3.0, 10.0])],
    ),
    entry(
        DYNAMIC,
        "Ciss",
        &["C_{iss}"],
        &["Input Capacitance"],
        ("pF", [100.0, 4000.0]),
        &["t", "tx"],
        &[("V_{DS}", "VDS", "V", &[25.0]), VGS0, MHZ],
    ),
    entry(
        DYNAMIC,
        "Coss",
        &["C_{oss}"],
        &["Output Capacitance"],
        ("pF", [50.0, 900.0]),
        &["t", "tx"],
        &[("V_{DS}", "VDS", "V", &[25.0]), VGS0, MHZ],
    ),
    entry(
        DYNAMIC,
        "Qg",
        &["Q_{g}", "Q_{g(tot)}"],
        &["Total Gate Charge"],
        ("nC", [5.0, 120.0]),
        &["t", "x", "tx"],
        &[("I_{D}", "ID", "A", &[5.0]), ("V_{DS}", "VDS", "V", &[16.0, 40.0])],
    ),
    entry(
        SWITCHING,
        "td(on)",
        &["t_{d(on)}"],
        &["Turn-On Delay Time"],
        ("ns", [5.0, 40.0]),
        &["t", "tx"],
        &[("V_{DD}", "VDD", "V", &[10.0, 30.0])],
    ),
    entry(
        SWITCHING,
        "tr",
        &["t_{r}"],
        &["Rise Time"],
        ("ns", [5.0, 60.0]),
        &["t", "tx"],
        &[("V_{DD}", "VDD", "V", &[10.0, 30.0])],
    ),
    entry(
        "Source-Drain Diode",
        "VSD",
        &["V_{SD}"],
        &["Diode Forward Voltage", "Source-Drain Voltage"],
        ("V", [0.7, 1.1]),
        &["x", "tx"],
        &[T25, ("I_{S}", "IS", "A", &[1.0, 5.0]), VGS0],
    ),
];

/// The entries for a kind of device, in the order of sheets.
pub(super) fn entries(kind: &str) -> Vec<Entry> {
    let own = match kind {
        "diode" => DIODE,
        "bjt" => BJT,
        _ => MOSFET,
    };
    let mut all: Vec<Entry> = SHARED.iter().chain(own).copied().collect();
    let order = [RATINGS, THERMAL, OFF, ON, DYNAMIC, SWITCHING];
    all.sort_by_key(|e| order.iter().position(|o| *o == e.section).unwrap_or(order.len()));
    all
}

/// SI value of a printed unit and of its printed zero.
pub(super) fn si(unit: &str) -> [f64; 2] {
    let one = match unit {
        "mA" | "mV" | "mW" | "mΩ" | "ms" => 1e-3,
        "µA" | "µs" | "µC" => 1e-6,
        "nA" | "ns" | "nC" => 1e-9,
        "pF" => 1e-12,
        "MHz" => 1e6,
        "°C" => return [1.0, 273.15],
        _ => 1.0,
    };
    [one, 0.0]
}
