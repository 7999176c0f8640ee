//! What ngspice writes: `wrdata` tables and raw files in ASCII.

use super::SimulationError;

/// A table of numbers without names.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// Rows of equal length: the scale first, then each vector (a complex one as two columns,
    /// real and imaginary).
    pub rows: Vec<Vec<f64>>,
}

/// Reads a table that `wrdata` wrote under `set wr_singlescale`.
///
/// # Errors
/// [`SimulationError::Result`] when it is empty, ragged, or holds what is not a number. `nan`
/// and `inf` are numbers here: the simulator's, for the caller to judge.
pub fn read_wrdata(file: &str, text: &str) -> Result<Table, SimulationError> {
    let wrong = |reason: String| SimulationError::Result { file: file.into(), reason };
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let row = line
            .split_whitespace()
            .map(|w| w.parse().map_err(|_| wrong(format!("line {}: `{w}` is no number", n + 1))))
            .collect::<Result<Vec<f64>, _>>()?;
        if rows.first().is_some_and(|first| first.len() != row.len()) {
            return Err(wrong(format!("line {} has another number of columns", n + 1)));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(wrong("it is empty".into()));
    }
    Ok(Table { rows })
}

/// One plot of a raw file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RawPlot {
    /// The plot's name, such as `Operating Point`.
    pub name: String,
    /// Vector names with their kinds, such as `i(v1)` and `current`; the scale first.
    pub variables: Vec<(String, String)>,
    /// One row for each point, one `[real, imaginary]` for each variable.
    pub points: Vec<Vec<[f64; 2]>>,
}

impl RawPlot {
    /// The values of a vector, case ignored.
    pub fn vector(&self, name: &str) -> Option<Vec<[f64; 2]>> {
        let index = self.variables.iter().position(|(n, _)| n.eq_ignore_ascii_case(name))?;
        self.points.iter().map(|row| row.get(index).copied()).collect()
    }
}

/// Reads every plot of a raw file in ASCII (ngspice manual, chapter "Raw file format").
///
/// # Errors
/// [`SimulationError::Result`] when the file is binary, ends early, or holds what is not a
/// number.
pub fn read_raw_ascii(file: &str, text: &str) -> Result<Vec<RawPlot>, SimulationError> {
    let wrong = |reason: String| SimulationError::Result { file: file.into(), reason };
    let mut plots = Vec::new();
    let mut lines = text.lines().peekable();
    while lines.by_ref().peek().is_some() {
        let mut plot = RawPlot::default();
        let (mut variables, mut points) = (None, None);
        let mut begun = false;
        loop {
            let Some(line) = lines.next() else {
                if begun {
                    return Err(wrong("it ends before the values".into()));
                }
                break;
            };
            if line.trim().is_empty() {
                continue;
            }
            begun = true;
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            match key.trim() {
                "Plotname" => plot.name = value.trim().to_string(),
                "No. Variables" => variables = value.trim().parse::<usize>().ok(),
                "No. Points" => points = value.trim().parse::<usize>().ok(),
                "Binary" => return Err(wrong("it is binary: `set filetype=ascii`".into())),
                "Variables" => {
                    let count = variables.ok_or_else(|| wrong("no number of variables".into()))?;
                    for _ in 0..count {
                        let mut words = lines.next().unwrap_or("").split_whitespace().skip(1);
                        let (Some(name), Some(kind)) = (words.next(), words.next()) else {
                            return Err(wrong("its list of variables ends early".into()));
                        };
                        plot.variables.push((name.to_string(), kind.to_string()));
                    }
                }
                "Values" => {
                    let count = points.ok_or_else(|| wrong("no number of points".into()))?;
                    for _ in 0..count {
                        plot.points.push(point(&mut lines, plot.variables.len()).map_err(wrong)?);
                    }
                    break;
                }
                _ => {}
            }
        }
        if begun {
            plots.push(plot);
        }
    }
    if plots.is_empty() {
        return Err(wrong("it is empty".into()));
    }
    Ok(plots)
}

/// One point: its index before the first value, then one value for each variable.
fn point<'a>(
    lines: &mut impl Iterator<Item = &'a str>,
    count: usize,
) -> Result<Vec<[f64; 2]>, String> {
    let mut row = Vec::new();
    while row.len() < count {
        let line = lines.next().ok_or("its values end early")?;
        let Some(word) = line.split_whitespace().last() else { continue };
        let (re, im) = word.split_once(',').unwrap_or((word, "0"));
        let number = |w: &str| w.parse::<f64>().map_err(|_| format!("`{w}` is no number"));
        row.push([number(re)?, number(im)?]);
    }
    Ok(row)
}
