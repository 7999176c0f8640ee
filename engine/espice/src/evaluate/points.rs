//! Biases: from a table, or all combinations of a few values.

use espice_base::{Code, Diagnostic, FileId, Place, Span};
use espice_units::Dimension;
use espice_units::constants::TNOM;
use espice_units::data::{parse_heading, parse_number};

/// Most biases of one evaluation.
const MOST: usize = 1_000_000;

/// A column of potentials for each pin, and one of temperatures.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Points {
    /// By pin, V.
    pub(super) volts: Vec<Vec<f64>>,
    /// K.
    pub(super) kelvin: Vec<f64>,
    /// Hz; empty where no frequency is asked for.
    pub(super) hertz: Vec<f64>,
}

impl Points {
    /// The same biases at every frequency, the frequency slowest.
    pub(super) fn at_frequencies(self, hertz: &[f64], file: FileId) -> Result<Points, Diagnostic> {
        if hertz.is_empty() {
            return Ok(self);
        }
        let wrong = |message: String| {
            Diagnostic::error(Code::EVALUATION_BIASES, message).at(Place::File(file))
        };
        if let Some(f) = hertz.iter().find(|f| !(f.is_finite() && **f > 0.0)) {
            return Err(wrong(format!("{f} Hz is no frequency")));
        }
        let count = self.kelvin.len();
        if count.checked_mul(hertz.len()).is_none_or(|n| n > MOST) {
            return Err(wrong(format!("more than {MOST} biases")));
        }
        Ok(Points {
            volts: self.volts.iter().map(|v| v.repeat(hertz.len())).collect(),
            kelvin: self.kelvin.repeat(hertz.len()),
            hertz: hertz.iter().flat_map(|f| std::iter::repeat_n(*f, count)).collect(),
        })
    }
}

/// All combinations; the first pin named varies fastest, the temperature slowest.
pub(super) fn of_grid(
    volts: &[(String, Vec<f64>)],
    kelvin: &[f64],
    pins: &[String],
    file: FileId,
) -> Result<Points, Diagnostic> {
    let wrong = |message: String| {
        Err(Diagnostic::error(Code::EVALUATION_BIASES, message).at(Place::File(file)).help(
            format!(
                "give values of pins (`at`); the pins are {}, and those that are not named are at 0 V",
                pins.join(", ")
            ),
        ))
    };
    if volts.is_empty() {
        return wrong(String::from("no bias is given"));
    }
    let mut axes: Vec<(usize, &[f64])> = Vec::new();
    for (pin, values) in volts {
        let Some(index) = pins.iter().position(|p| p.eq_ignore_ascii_case(pin)) else {
            return wrong(format!("the model has no pin `{pin}`"));
        };
        if axes.iter().any(|(known, _)| *known == index) {
            return wrong(format!("the pin `{pin}` is given twice"));
        }
        axes.push((index, values));
    }
    let room = [TNOM];
    let kelvin = if kelvin.is_empty() { &room[..] } else { kelvin };
    if let Some(t) = kelvin.iter().find(|t| !(t.is_finite() && **t > 0.0)) {
        return wrong(format!("{t} K is no temperature"));
    }
    if axes.iter().any(|(_, v)| v.is_empty() || v.iter().any(|x| !x.is_finite())) {
        return wrong(String::from("a bias is not a finite number"));
    }
    let count = axes.iter().try_fold(kelvin.len(), |n, (_, v)| n.checked_mul(v.len()));
    let Some(count) = count.filter(|n| *n <= MOST) else {
        return wrong(format!("more than {MOST} biases"));
    };
    let mut points = Points { volts: vec![vec![0.0; count]; pins.len()], ..Points::default() };
    let mut period = 1;
    for (pin, values) in axes {
        if let Some(column) = points.volts.get_mut(pin) {
            for (i, slot) in column.iter_mut().enumerate() {
                *slot = values.get(i / period % values.len()).copied().unwrap_or(f64::NAN);
            }
        }
        period *= values.len();
    }
    points.kelvin.extend((0..count).filter_map(|i| kelvin.get(i / period)));
    Ok(points)
}

/// What a column of a table holds.
enum Meaning {
    Pin(usize, f64),
    Temperature { factor: f64, offset: f64 },
}

/// The rows of a CSV: separated by commas, semicolons or tabs, with lines `#` before the heading.
pub(super) fn of_table(text: &str, file: FileId, pins: &[String]) -> Result<Points, Diagnostic> {
    let complain = |start: usize, length: usize, message: String| {
        Diagnostic::error(Code::EVALUATION_BIASES, message)
            .at(Span::new(file, start, start + length))
            .help(format!(
                "head the columns `V({}) (V)` and so on, and `T (K)` or `T (degC)`",
                pins.first().map_or("", String::as_str)
            ))
    };
    let mut meanings: Option<(char, Vec<Meaning>)> = None;
    let mut points = Points { volts: vec![Vec::new(); pins.len()], ..Points::default() };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = start;
        start += line.len();
        let line = line.trim_end().trim_start_matches('\u{feff}');
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let Some((separator, meanings)) = &meanings else {
            let separator = ['\t', ';'].into_iter().find(|s| line.contains(*s)).unwrap_or(',');
            let mut list = Vec::new();
            for cell in split(line, separator) {
                list.push(meaning(&cell, pins).map_err(|m| complain(place, line.len(), m))?);
            }
            meanings = Some((separator, list));
            continue;
        };
        let cells = split(line, *separator);
        if cells.len() != meanings.len() {
            let message = format!("{} cells under {} headings", cells.len(), meanings.len());
            return Err(complain(place, line.len(), message));
        }
        for column in &mut points.volts {
            column.push(0.0);
        }
        points.kelvin.push(TNOM);
        for (cell, meaning) in cells.iter().zip(meanings) {
            let Some(value) = parse_number(cell) else {
                let message = format!("`{}` is no number", cell.trim());
                return Err(complain(place, line.len(), message));
            };
            let (column, value) = match *meaning {
                Meaning::Pin(pin, factor) => (points.volts.get_mut(pin), value * factor),
                Meaning::Temperature { factor, offset } => {
                    (Some(&mut points.kelvin), value * factor + offset)
                }
            };
            if let Some(last) = column.and_then(|c| c.last_mut()) {
                *last = value;
            }
        }
        if points.kelvin.last().is_some_and(|t| *t <= 0.0) {
            return Err(complain(place, line.len(), String::from("a temperature is below 0 K")));
        }
        if points.kelvin.len() > MOST {
            return Err(complain(place, line.len(), format!("more than {MOST} biases")));
        }
    }
    if points.kelvin.is_empty() {
        return Err(complain(0, 0, String::from("the table holds no bias")));
    }
    Ok(points)
}

/// The cells of a line; inside brackets a comma separates nothing.
fn split(line: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut depth = 0u32;
    for c in line.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == separator && depth == 0 {
            cells.push(String::new());
        } else if c != '"'
            && let Some(cell) = cells.last_mut()
        {
            cell.push(c);
        }
    }
    cells
}

fn meaning(cell: &str, pins: &[String]) -> Result<Meaning, String> {
    // Without a unit a column is in volts or kelvin, as in every document of this program. A pin
    // may be called like a unit: `V(g)` is no voltage in grams.
    let bare = |p: &String| cell.trim().eq_ignore_ascii_case(&format!("V({p})"));
    if let Some(pin) = pins.iter().position(bare) {
        return Ok(Meaning::Pin(pin, 1.0));
    }
    let (name, unit) = match parse_heading(cell) {
        Ok(heading) => (heading.name, Some(heading.unit)),
        Err(None) => (cell.trim().to_string(), None),
        Err(Some(_)) => return Err(format!("the unit of `{}` is not known", cell.trim())),
    };
    let wrong = |unit: &str| Err(format!("`{}` is not in {unit}", cell.trim()));
    if matches!(name.as_str(), "T" | "TJ" | "temperature") {
        return match unit {
            None => Ok(Meaning::Temperature { factor: 1.0, offset: 0.0 }),
            Some(u) if u.dimension == Dimension::TEMPERATURE => {
                let offset = u.to_si(0.0);
                Ok(Meaning::Temperature { factor: u.to_si(1.0) - offset, offset })
            }
            Some(_) => wrong("kelvin or degrees Celsius"),
        };
    }
    let inner = name.strip_prefix("V(").and_then(|r| r.strip_suffix(')'));
    let pin = inner.and_then(|p| pins.iter().position(|q| q.eq_ignore_ascii_case(p.trim())));
    match (pin, unit) {
        (None, _) => Err(format!("`{name}` is neither the potential of a pin nor a temperature")),
        (Some(pin), None) => Ok(Meaning::Pin(pin, 1.0)),
        (Some(pin), Some(u)) if u.dimension == Dimension::VOLTAGE => {
            Ok(Meaning::Pin(pin, u.factor))
        }
        (Some(_), Some(_)) => wrong("volts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins() -> Vec<String> {
        ["d", "g", "s"].map(String::from).to_vec()
    }

    fn file() -> FileId {
        espice_base::SourceMap::default().add("x", "")
    }

    #[test]
    fn the_first_pin_varies_fastest() {
        let volts = [("d".into(), vec![0.0, 1.0]), ("g".into(), vec![2.0, 3.0, 4.0])];
        let p = of_grid(&volts, &[300.0, 400.0], &pins(), file()).unwrap();
        assert_eq!(p.volts[0][..4], [0.0, 1.0, 0.0, 1.0]);
        assert_eq!(p.volts[1][..6], [2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
        assert_eq!((p.kelvin.len(), p.kelvin[5], p.kelvin[6]), (12, 300.0, 400.0));
        assert!(p.volts[2].iter().all(|v| *v == 0.0));
        for wrong in [vec![], vec![("x".into(), vec![1.0])], vec![("d".into(), vec![])]] {
            assert!(of_grid(&wrong, &[], &pins(), file()).is_err());
        }
        let many = vec![0.0; 2000];
        let axes = [("d".into(), many.clone()), ("g".into(), many)];
        assert!(of_grid(&axes, &[], &pins(), file()).is_err());
    }

    #[test]
    fn tables_name_pins_and_temperatures() {
        let text = "# a comment\nV(d) (mV), V(g), T (degC)\n100, 2, 25\n200, 3, 125\n";
        let p = of_table(text, file(), &pins()).unwrap();
        assert_eq!(p.volts[0], [0.1, 0.2]);
        assert_eq!(p.volts[1], [2.0, 3.0]);
        assert_eq!(p.kelvin, [298.15, 398.15]);
        let p = of_table("V(g);T\n2;300\n", file(), &pins()).unwrap();
        assert_eq!((p.volts[1][0], p.kelvin[0]), (2.0, 300.0));
        for wrong in
            ["", "V(x)\n1\n", "V(d) (A)\n1\n", "V(d)\nabc\n", "V(d)\n1,2\n", "T\n-5\n", "V(d)\n"]
        {
            assert!(of_table(wrong, file(), &pins()).is_err(), "{wrong}");
        }
    }
}
