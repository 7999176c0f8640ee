//! Curves that were digitised from datasheets, as the transistordatabase of Paderborn University
//! keeps them: one JSON document for each power transistor
//! (<https://github.com/upb-lea/transistordatabase>, "Transistor" and its classes).
//!
//! A graph is a pair of lists, abscissas and ordinates, in SI units; temperatures are in degrees
//! Celsius. Switching energies, thermal networks and safe operating areas are left to others.

mod document;

use document::{Entry, Half, Transistor};
use espice_base::{Capped, Code, Diagnostic, Diagnostics, FileId, Place, Span};
use espice_facts::{
    Axis, Conditions, Curve, Device, Facts, Origin, Parameter, Provenance, Scale, Section,
    Signature, SourceFormat, Status, SymbolTable,
};
use espice_units::constants::ICE_POINT;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// How well a curve is read off by hand, as a share of each axis.
const AXIS_ERROR: f64 = 0.005;
/// The most points of one graph.
const POINTS: usize = 100_000;

/// The kinds of the database, with the names of their terminals' quantities.
const KINDS: [(&str, Names); 4] = [
    ("MOSFET", FIELD_EFFECT),
    ("SiC-MOSFET", FIELD_EFFECT),
    ("GaN-Transistor", FIELD_EFFECT),
    ("IGBT", INSULATED_GATE),
];

/// What the quantities are called in a kind.
struct Names {
    kind: &'static str,
    polarity: &'static str,
    current: &'static str,
    voltage: &'static str,
    gate: &'static str,
    rating: &'static str,
    supply: &'static str,
    /// Current and voltage of the diode between the main terminals.
    diode: [&'static str; 2],
    on: &'static str,
}

const FIELD_EFFECT: Names = Names {
    kind: "mosfet",
    polarity: "nmos",
    current: "ID",
    voltage: "VDS",
    gate: "VGS",
    rating: "VDSS",
    supply: "VDD",
    diode: ["IS", "VSD"],
    on: "RDS(on)",
};
const INSULATED_GATE: Names = Names {
    kind: "igbt",
    polarity: "nigbt",
    current: "IC",
    voltage: "VCE",
    gate: "VGE",
    rating: "VCES",
    supply: "VCC",
    diode: ["IF", "VF"],
    on: "RDS(on)",
};

/// Reads a document.
///
/// Graphs become curves whose origin is digitised; ratings and the gate's resistance become rows.
/// A graph of which it is not known what its ordinates are is kept, refused, with the reason.
pub fn read(text: &str, file: FileId, name: &str, symbols: &SymbolTable) -> (Facts, Diagnostics) {
    let mut out = Capped::default();
    let source = crate::source(text, file, name, SourceFormat::Digitised);
    let mut facts = Facts { sources: vec![source], ..Facts::default() };
    let document: Transistor<'_> = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let at = span_of_line(text, file, error.line());
            let message = format!("this is no document of a digitised transistor: {error}");
            out.push(Diagnostic::error(Code::DIGITISED_FORM, message).at(at));
            return (facts, out.finish());
        }
    };
    let stated = document.kind.as_deref().unwrap_or("");
    let Some((_, names)) = KINDS.iter().find(|(kind, _)| kind.eq_ignore_ascii_case(stated)) else {
        let known: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        let message = format!("the type `{stated}` of a digitised device is not known");
        let help = format!("types are {}", known.join(", "));
        out.push(Diagnostic::error(Code::DIGITISED_FORM, message).at(Place::File(file)).help(help));
        return (facts, out.finish());
    };
    let mut reader = Reader { text, file, symbols, names, curves: Vec::new(), out };
    reader.all(&document);
    reader.tell_copies();
    let Reader { curves, mut out, .. } = reader;
    // Currents that flow into the drain at a positive gate are those of an n-channel device.
    let forward = curves.iter().filter(|c| c.signature.quantity == names.current);
    let positive = forward.flat_map(|c| &c.points).all(|[x, y]| *x >= 0.0 && *y >= 0.0);
    facts.device = Device {
        part: document.name.clone().map(|n| part(n, document.manufacturer.as_deref())),
        maker: document.manufacturer.clone(),
        kind: Some(names.kind.into()),
        polarity: positive.then(|| names.polarity.into()),
        package: document.housing_type.clone(),
        ..Device::default()
    };
    facts.parameters = rows(&document, names, file, symbols);
    if curves.is_empty() && facts.parameters.is_empty() {
        let message = "the document has neither graphs nor ratings";
        out.push(Diagnostic::error(Code::SOURCE_EMPTY, message).at(Place::File(file)));
    }
    facts.curves = curves;
    (facts, out.finish())
}

/// The name of the device without that of its maker, which the database puts before it.
fn part(name: String, maker: Option<&str>) -> String {
    let own = maker.and_then(|m| name.strip_prefix(m)?.strip_prefix('_'));
    own.map_or(name.clone(), String::from)
}

fn rows(
    document: &Transistor<'_>,
    names: &Names,
    file: FileId,
    symbols: &SymbolTable,
) -> Vec<Parameter> {
    let rated = |symbol, value| (symbol, Section::Ratings, None, value);
    let stated = [
        rated(names.rating, document.v_abs_max),
        rated(names.current, document.i_cont),
        rated("IDM", document.i_abs_max.filter(|_| names.kind == "mosfet")),
        ("RG", Section::Dynamic, document.r_g_int, None),
    ];
    let usable = |v: &f64| v.is_finite() && *v > 0.0;
    let row = |(symbol, section, typ, max): (&str, Section, Option<f64>, Option<f64>)| {
        let (typ, max) = (typ.filter(usable), max.filter(usable));
        let dimension = symbols.symbol(symbol)?.dimension;
        (typ.is_some() || max.is_some()).then(|| Parameter {
            symbol: symbol.into(),
            printed: symbol.into(),
            name: String::new(),
            section,
            min: None,
            typ,
            max,
            dimension,
            printed_unit: dimension.to_string(),
            conditions: Conditions::none(),
            parts: Vec::new(),
            status: Status::Served,
            reasons: Vec::new(),
            confidence: 1.0,
            provenance: Provenance::from(Place::File(file)),
        })
    };
    stated.into_iter().filter_map(row).collect()
}

/// A graph with what it shows.
struct Graph<'t> {
    quantity: &'static str,
    x: &'static str,
    points: Option<&'t RawValue>,
    family: BTreeMap<String, f64>,
    held: Conditions,
}

struct Reader<'t> {
    text: &'t str,
    file: FileId,
    symbols: &'t SymbolTable,
    names: &'t Names,
    curves: Vec<Curve>,
    out: Capped,
}

impl<'t> Reader<'t> {
    fn all(&mut self, document: &Transistor<'t>) {
        let Names { current, voltage, diode: [reverse, drop], .. } = *self.names;
        let capacitances =
            [("Ciss", &document.c_iss), ("Coss", &document.c_oss), ("Crss", &document.c_rss)];
        for (quantity, entries) in capacitances {
            for entry in entries.iter().flatten() {
                self.add(quantity, voltage, entry.graph_v_c, entry, |p| p);
            }
        }
        if let Some(points) = document.graph_v_ecoss {
            let held = Conditions::none();
            let family = BTreeMap::new();
            let graph = Graph { quantity: "Eoss", x: voltage, points: Some(points), family, held };
            self.push(graph, |p| p);
        }
        let none = Half::default();
        let switch = document.switch.as_ref().unwrap_or(&none);
        for entry in switch.channel.iter().flatten() {
            self.add(current, voltage, entry.graph_v_i, entry, |p| p);
        }
        for entry in document.diode.iter().flat_map(|d| d.channel.iter().flatten()) {
            self.add(reverse, drop, entry.graph_v_i, entry, |p| p);
        }
        for entry in switch.charge_curve.iter().flatten() {
            self.add(self.names.gate, "Qg", entry.graph_q_v, entry, |p| p);
        }
        for entry in switch.r_channel_th.iter().flatten() {
            self.resistance(entry);
        }
    }

    /// The resistance of the channel over temperature, in Ohm or as multiples of a nominal one.
    fn resistance(&mut self, entry: &Entry<'t>) {
        let factor = match (entry.dataset_type.as_deref(), entry.r_channel_nominal) {
            (Some("t_r"), _) => Some(1.0),
            (Some("t_factor"), nominal) => nominal,
            _ => None,
        };
        let known = self.curves.len();
        let scale = factor.unwrap_or(1.0);
        self.add(self.names.on, "TJ", entry.graph_t_r, entry, |[t, r]| [t + ICE_POINT, r * scale]);
        let Some(curve) = self.curves.get_mut(known).filter(|_| factor.is_none()) else { return };
        curve.status = Status::Refused;
        let stated = entry.dataset_type.as_deref().unwrap_or("none");
        let reason = format!(
            "whether its ordinates are ohms or multiples of a nominal resistance is not known: \
             dataset_type is `{stated}`"
        );
        let place = curve.provenance.place;
        curve.reasons.push(reason.clone());
        let help = "`t_r` means ohms, `t_factor` multiples of r_channel_nominal";
        self.out.push(Diagnostic::warning(Code::DIGITISED_GRAPH, reason).at(place).help(help));
    }

    fn add(
        &mut self,
        quantity: &'static str,
        x: &'static str,
        points: Option<&'t RawValue>,
        entry: &Entry<'t>,
        convert: impl Fn([f64; 2]) -> [f64; 2],
    ) {
        let names = self.names;
        let mut family = BTreeMap::new();
        let mut held = Conditions::none();
        // The diode of an IGBT stands beside its gate.
        let gate = entry.v_g.filter(|_| quantity != "IF" && x != "Qg");
        if let Some(gate) = gate {
            family.insert(names.gate.to_string(), gate);
        }
        if let Some(celsius) = entry.t_j.filter(|_| x != "TJ") {
            family.insert(String::from("TJ"), celsius + ICE_POINT);
        }
        if let Some(current) = entry.i_channel.filter(|_| quantity != names.current) {
            held = held.with(names.current, current);
        }
        if let Some(supply) = entry.v_supply {
            held = held.with(names.supply, supply);
        }
        self.push(Graph { quantity, x, points, family, held }, convert);
    }

    fn push(&mut self, graph: Graph<'t>, convert: impl Fn([f64; 2]) -> [f64; 2]) {
        let Graph { quantity, x, points, family, held } = graph;
        let Some(raw) = points.filter(|p| p.get() != "null") else { return };
        let place = Place::Text(self.span(raw.get()));
        let (Some(of_x), Some(of_y)) = (self.symbols.symbol(x), self.symbols.symbol(quantity))
        else {
            return;
        };
        let points: Vec<[f64; 2]> = match pairs(raw.get()) {
            Ok(points) => points.into_iter().map(convert).collect(),
            Err(why) => {
                let message = format!("the graph of {quantity} over {x} {why}");
                self.out.push(Diagnostic::warning(Code::DIGITISED_GRAPH, message).at(place));
                return;
            }
        };
        let axis = |symbol: &str, dimension, at: usize| Axis {
            symbol: symbol.into(),
            dimension,
            scale: Scale::suited(points.iter().filter_map(|p| p.get(at).copied())),
        };
        self.curves.push(Curve {
            x: axis(x, of_x.dimension, 0),
            y: axis(quantity, of_y.dimension, 1),
            signature: Signature {
                quantity: quantity.into(),
                x: x.into(),
                family: family.keys().cloned().collect(),
            },
            title: format!("{quantity} over {x}"),
            family,
            conditions: held,
            points,
            marks: Vec::new(),
            origin: Origin::Digitised,
            noise_floor: None,
            axis_residual: [AXIS_ERROR; 2],
            parts: Vec::new(),
            status: Status::Served,
            reasons: Vec::new(),
            provenance: Provenance::from(place),
        });
    }

    /// Where a piece of the text stands in it.
    fn span(&self, piece: &str) -> Span {
        let start = piece.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let start = start.min(self.text.len());
        let end = (start + piece.len()).min(self.text.len());
        Span::new(self.file, start, end)
    }

    /// Curves of one plot whose points are the same although what was held is not: one of them was
    /// saved under the conditions of another, and nothing tells which.
    fn tell_copies(&mut self) {
        let mut first: BTreeMap<(String, Vec<[u64; 2]>), usize> = BTreeMap::new();
        let mut copies = Vec::new();
        for (index, curve) in self.curves.iter().enumerate() {
            let bits = curve.points.iter().map(|p| p.map(f64::to_bits)).collect();
            let key = (curve.signature.to_string(), bits);
            match first.get(&key) {
                Some(known) => copies.push((*known, index)),
                None => {
                    first.insert(key, index);
                }
            }
        }
        for (known, copy) in copies {
            let reason = "its points are those of another curve of the plot";
            for index in [known, copy] {
                if let Some(curve) = self.curves.get_mut(index) {
                    curve.status = curve.status.max(Status::Review);
                    if !curve.reasons.iter().any(|r| r == reason) {
                        curve.reasons.push(reason.into());
                    }
                }
            }
            let Some(curve) = self.curves.get(copy) else { continue };
            let message = format!("two curves of {} have the same points", curve.signature);
            let mut told = Diagnostic::warning(Code::DIGITISED_GRAPH, message)
                .label(curve.provenance.place, "this one is")
                .help("look at the plot: both are for review, the fit uses them");
            if let Some(other) = self.curves.get(known) {
                told = told.label(other.provenance.place, "that one as well");
            }
            self.out.push(told);
        }
    }
}

/// Abscissas and ordinates as points.
fn pairs(text: &str) -> Result<Vec<[f64; 2]>, String> {
    let lists: Vec<Vec<f64>> =
        serde_json::from_str(text).map_err(|_| String::from("is no pair of lists of numbers"))?;
    let [xs, ys] = lists.as_slice() else {
        return Err(format!("has {} lists, not two", lists.len()));
    };
    match (xs.len(), ys.len()) {
        (x, y) if x != y => return Err(format!("has {x} abscissas and {y} ordinates")),
        (0, _) => return Err(String::from("has no points")),
        (n, _) if n > POINTS => return Err(format!("has more than {POINTS} points")),
        _ => {}
    }
    Ok(xs.iter().zip(ys).map(|(x, y)| [*x, *y]).collect())
}

/// A line of the text, counted from 1.
fn span_of_line(text: &str, file: FileId, line: usize) -> Span {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text.get(before..).and_then(|t| t.lines().next()).map_or(0, str::len);
    Span::new(file, before, before + length)
}

#[cfg(test)]
mod tests;
