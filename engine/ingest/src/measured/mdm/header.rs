//! The header of an MDM file: inputs, outputs, temperature.

use crate::measured::size;
use crate::measured::text::{MAX_COLUMNS, lines, span_of};
use espice_base::{Capped, Code, Diagnostic, FileId, Severity, Span};
use espice_facts::Sensed;
use espice_facts::wording::shown;
use espice_units::data::parse_number;
use std::collections::{BTreeMap, BTreeSet};

/// What the header says.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    /// In K, from a variable of the header such as `TEMP`, which is in degrees Celsius.
    pub(super) temperature: Option<f64>,
    /// The size of the device, from variables of the header.
    pub(super) sizes: BTreeMap<String, f64>,
    /// Offset of the first line after the header.
    pub(super) end: usize,
}

/// One forced quantity.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) mode: String,
    pub(super) terminal: Terminal,
    pub(super) compliance: Option<f64>,
    pub(super) course: Course,
    pub(super) span: Span,
}

/// One measured quantity.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) mode: String,
    pub(super) terminal: Terminal,
    pub(super) span: Span,
}

/// Where an instrument is connected.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Terminal {
    pub(super) node: String,
    /// Empty when it is the instrument's ground.
    pub(super) reference: String,
    /// The instrument's unit, `SMU2`.
    pub(super) unit: String,
}

/// How an input runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    /// `CON value`.
    Constant(Option<f64>),
    /// `LIN order start stop points step`, `LIST order points …`, `LOG order …`.
    Stepped {
        /// 1 is the innermost sweep.
        order: u32,
        /// How many points, when the line says so.
        points: Option<usize>,
        /// Start and stop of a linear sweep.
        ends: Option<[f64; 2]>,
    },
    /// `SYNC ratio offset master`: follows another input.
    Follows,
    /// A waveform or a sweep kind that is kept without being understood.
    Other,
}

/// Words that end the mode's options in an input line (IC-CAP User's Guide, MDM File Structure).
const COURSES: [&str; 13] =
    ["CON", "LIN", "LOG", "LIST", "SYNC", "AC", "HB", "EXP", "PULSE", "PWL", "SFFM", "SIN", "TDR"];

/// Names of the terminal that all voltages refer to.
const GROUNDS: [&str; 4] = ["GROUND", "GND", "DEFAULT", "0"];

/// Variables of the header that hold the temperature of the measurement.
const TEMPERATURES: [&str; 3] = ["TEMP", "TEMPERATURE", "TEMPER"];

const SECTIONS: [(&str, Section); 4] = [
    ("ICCAP_INPUTS", Section::Inputs),
    ("ICCAP_OUTPUTS", Section::Outputs),
    ("USER_INPUTS", Section::UserInputs),
    ("ICCAP_VALUES", Section::Values),
];

#[derive(Clone, Copy, PartialEq, Debug)]
enum Section {
    None,
    Inputs,
    Outputs,
    UserInputs,
    Values,
}

impl Input {
    /// What the input's column holds.
    pub(super) fn sensed(&self) -> Sensed {
        match self.mode.as_str() {
            "V" => Sensed::Voltage,
            "I" => Sensed::Current,
            _ => Sensed::Other,
        }
    }

    /// Whether it is a temperature in degrees Celsius. Mode `T` is time in IC-CAP, so that the
    /// name decides.
    pub(super) fn is_temperature(&self) -> bool {
        self.sensed() == Sensed::Other && self.mode != "F" && is_temperature(&self.name)
    }
}

impl Header {
    /// Complains where a voltage is named after one terminal and forced at the node of another.
    pub(super) fn rotated(&self, out: &mut Capped) {
        // `VG` is named after `G`.
        let named = |i: &Input| {
            let rest = i.name.strip_prefix(['V', 'v'])?;
            (!rest.is_empty() && i.sensed() == Sensed::Voltage).then(|| rest.to_uppercase())
        };
        let names: BTreeSet<String> = self.inputs.iter().filter_map(named).collect();
        let astray = self.inputs.iter().find(|i| {
            let node = i.terminal.node.to_uppercase();
            named(i).is_some_and(|name| name != node) && names.contains(&node)
        });
        let Some(input) = astray else { return };
        let (name, node) = (shown(&input.name), shown(&input.terminal.node));
        out.push(
            Diagnostic::warning(
                Code::MDM_NODES,
                format!("`{name}` is forced at the node `{node}`, which another voltage is named after"),
            )
            .at(input.span)
            .help("names of voltages and currents count before names of nodes; look whether the device was connected so"),
        );
    }
}

impl Output {
    /// What the output's plain column holds.
    pub(super) fn sensed(&self) -> Sensed {
        match self.mode.as_str() {
            "V" => Sensed::Voltage,
            "I" => Sensed::Current,
            "C" => Sensed::Capacitance,
            "G" => Sensed::Conductance,
            _ => Sensed::Other,
        }
    }
}

fn is_temperature(name: &str) -> bool {
    TEMPERATURES.iter().any(|t| name.eq_ignore_ascii_case(t))
}

/// Kelvin of degrees Celsius; `None` below absolute zero.
pub(super) fn kelvin(celsius: f64) -> Option<f64> {
    let kelvin = celsius + 273.15;
    (kelvin > 0.0).then_some(kelvin)
}

/// Reads the header; `None` when the text has none that can be used.
pub(super) fn read(text: &str, file: FileId, out: &mut Capped) -> Option<Header> {
    let mut header = Header::default();
    let mut section = Section::None;
    let mut seen = BTreeSet::new();
    let mut ended = false;
    let mut names = BTreeSet::new();
    for (start, line) in lines(text) {
        let trimmed = line.trim();
        header.end = start + line.len();
        if trimmed.is_empty() || trimmed.starts_with('!') || trimmed == "BEGIN_HEADER" {
            continue;
        }
        if trimmed == "END_HEADER" {
            ended = true;
            break;
        }
        if trimmed == "BEGIN_DB" {
            header.end = start;
            break;
        }
        if let Some((word, next)) = SECTIONS.iter().find(|s| s.0 == trimmed) {
            section = *next;
            seen.insert(*word);
            continue;
        }
        let span = span_of(file, start, line, trimmed);
        let name = trimmed.split_whitespace().next().unwrap_or_default();
        let declares = matches!(section, Section::Inputs | Section::Outputs | Section::UserInputs);
        if declares && !names.insert((section == Section::Outputs, name.to_string())) {
            out.push_with(Code::MDM_HEADER, Severity::Error, span, || {
                let message = format!("`{}` is declared twice", shown(name));
                Diagnostic::error(Code::MDM_HEADER, message).at(span)
            });
            continue;
        }
        if header.inputs.len() + header.outputs.len() >= MAX_COLUMNS && declares {
            let message = format!("the header declares more than {MAX_COLUMNS} columns");
            out.push(Diagnostic::error(Code::SOURCE_TOO_LARGE, message).at(span));
            return None;
        }
        let words = || trimmed.split_whitespace().collect::<Vec<&str>>();
        match section {
            Section::Inputs => header.inputs.extend(input(&words(), span, out)),
            Section::UserInputs => header.inputs.push(user_input(&words(), span)),
            Section::Outputs => header.outputs.extend(output(&words(), span, out)),
            Section::Values => variable(trimmed, &mut header),
            Section::None => {
                out.push_with(Code::MDM_HEADER, Severity::Warning, span, || {
                    let message = format!("`{}` stands outside every section", shown(trimmed));
                    Diagnostic::warning(Code::MDM_HEADER, message).at(span)
                });
            }
        }
    }
    let here = Span::new(file, header.end, header.end);
    for word in ["ICCAP_INPUTS", "ICCAP_OUTPUTS"] {
        if !seen.contains(word) {
            let message = format!("the header has no {word}");
            out.push(Diagnostic::error(Code::MDM_HEADER, message).at(here));
        }
    }
    if !ended {
        let message = "the header has no END_HEADER";
        out.push(Diagnostic::error(Code::MDM_HEADER, message).at(here));
    }
    (!header.inputs.is_empty() && !header.outputs.is_empty()).then_some(header)
}

/// `name mode node reference unit compliance course …`; modes other than V and I may leave out
/// the terminal.
fn input(words: &[&str], span: Span, out: &mut Capped) -> Option<Input> {
    let (Some(name), Some(mode)) = (words.first(), words.get(1)) else {
        out.push(short_line("an input", span));
        return None;
    };
    let is_course = |at: usize| words.get(at).is_some_and(|w| COURSES.contains(w));
    // A node may be called like a course, so the usual place comes first.
    let usual = matches!(*mode, "V" | "I").then_some(6).filter(|at| is_course(*at));
    let Some(at) = usual.or_else(|| (2..words.len()).find(|at| is_course(*at))) else {
        out.push(short_line("an input", span));
        return None;
    };
    let options = words.get(2..at).unwrap_or_default();
    let terminal = match (*mode, options) {
        ("V" | "I", [node, reference, ..]) => {
            terminal(node, reference, options.get(2).copied().unwrap_or_default())
        }
        ("V" | "I", _) => {
            out.push(short_line("an input", span));
            return None;
        }
        _ => Terminal::default(),
    };
    let compliance = options.get(3).and_then(|t| parse_number(t)).map(f64::abs);
    Some(Input {
        name: String::from(*name),
        mode: String::from(*mode),
        terminal,
        compliance: compliance.filter(|c| *c > 0.0),
        course: course(words.get(at..).unwrap_or_default()),
        span,
    })
}

/// `name course …`: a quantity that IC-CAP does not sweep itself, such as a temperature.
fn user_input(words: &[&str], span: Span) -> Input {
    Input {
        name: words.first().map(|w| String::from(*w)).unwrap_or_default(),
        mode: String::from("USER"),
        terminal: Terminal::default(),
        compliance: None,
        course: course(words.get(1..).unwrap_or_default()),
        span,
    }
}

/// `name mode node … unit kind`.
fn output(words: &[&str], span: Span, out: &mut Capped) -> Option<Output> {
    let [name, mode, rest @ ..] = words else {
        out.push(short_line("an output", span));
        return None;
    };
    let terminal = match rest {
        [node, reference, unit, ..] => terminal(node, reference, unit),
        [node, ..] => terminal(node, "", ""),
        [] => Terminal::default(),
    };
    if matches!(*mode, "V" | "I" | "C" | "G") && terminal.node.is_empty() {
        out.push(short_line("an output", span));
        return None;
    }
    Some(Output { name: String::from(*name), mode: String::from(*mode), terminal, span })
}

fn terminal(node: &str, reference: &str, unit: &str) -> Terminal {
    let ground = GROUNDS.iter().any(|g| reference.eq_ignore_ascii_case(g));
    Terminal {
        node: node.to_string(),
        reference: if ground { String::new() } else { reference.to_string() },
        unit: unit.to_string(),
    }
}

fn course(words: &[&str]) -> Course {
    let number = |at: usize| words.get(at).and_then(|t| parse_number(t));
    let whole = |at: usize| words.get(at).and_then(|t| t.parse::<usize>().ok());
    let order = || words.get(1).and_then(|t| t.parse::<u32>().ok());
    match (words.first().copied(), order()) {
        (Some("CON"), _) => Course::Constant(number(1)),
        (Some("LIN"), Some(order)) => {
            let ends = number(2).zip(number(3)).map(|(a, b)| [a, b]);
            Course::Stepped { order, points: whole(4), ends }
        }
        (Some("LIST"), Some(order)) => Course::Stepped { order, points: whole(2), ends: None },
        // The number in a LOG line counts points a decade, an octave or in all: not checked.
        (Some("LOG"), Some(order)) => Course::Stepped { order, points: None, ends: None },
        (Some("SYNC"), _) => Course::Follows,
        _ => Course::Other,
    }
}

/// `TEMP " 27.0000 "`, `MAIN.W "2.000u"`.
fn variable(line: &str, header: &mut Header) {
    let Some((name, value)) = line.split_once(char::is_whitespace) else { return };
    size::variable(name, value, &mut header.sizes);
    if is_temperature(name) {
        let value = value.trim().trim_matches('"');
        header.temperature = parse_number(value).and_then(kelvin).or(header.temperature);
    }
}

fn short_line(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::MDM_HEADER, format!("{what} is not fully declared"))
        .at(span)
        .help("an input is `name mode node reference unit compliance LIN order start stop points step`, an output `name mode node reference unit kind`")
}
