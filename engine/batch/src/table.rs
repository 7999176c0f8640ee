//! A table of many devices, cut into one table for each.

use crate::devices::Place;
use std::collections::BTreeMap;

/// Headings of the column that names the device, the surest first.
const DEVICE: [&str; 6] = ["device", "dut", "part", "sample", "serial", "die"];
const LOT: [&str; 2] = ["lot", "lot id"];
const WAFER: [&str; 2] = ["wafer", "wafer id"];
const CHIP: [&str; 3] = ["chip", "site", "die"];
const ACROSS: [&str; 3] = ["x", "die x", "col"];
const UP: [&str; 3] = ["y", "die y", "row"];

/// The rows of one device as a table of its own.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Slice {
    pub(crate) device: String,
    pub(crate) place: Place,
    pub(crate) text: String,
}

/// The columns that speak of the device and not of a measurement.
struct Columns {
    device: usize,
    lot: Option<usize>,
    wafer: Option<usize>,
    chip: Option<usize>,
    across: Option<usize>,
    up: Option<usize>,
}

/// Cuts a table by the column of its devices. `None` for what has no such column, or names one
/// device only: it is read as a whole.
///
/// A table keeps its comments and all columns of quantities. Rows without a device are left out of all tables and counted in the second value.
pub(crate) fn cut(text: &str) -> Option<(Vec<Slice>, usize)> {
    let mut head = String::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let heading = loop {
        let line = lines.next()?;
        let bare = line.trim();
        if bare.starts_with('#') || bare.starts_with("\"#") || bare.is_empty() {
            head.push_str(line);
            head.push('\n');
            continue;
        }
        break line;
    };
    let separator = ['\t', ';', ','].into_iter().find(|s| heading.contains(*s))?;
    let heads = cells(heading, separator)?;
    let columns = Columns::of(&heads)?;
    let kept: Vec<usize> = (0..heads.len()).filter(|i| !columns.is_place(*i)).collect();
    let joined = |cells: &[&str]| {
        let parts: Vec<&str> = kept.iter().filter_map(|i| cells.get(*i).copied()).collect();
        parts.join(&separator.to_string())
    };
    head.push_str(&joined(&heads));
    head.push('\n');
    let mut slices: BTreeMap<String, Slice> = BTreeMap::new();
    let mut lost = 0;
    for line in lines {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let Some(row) = cells(line, separator) else {
            lost += 1;
            continue;
        };
        let at = |i: usize| row.get(i).map_or("", |c| c.trim().trim_matches('"').trim());
        let device = at(columns.device);
        if device.is_empty() {
            lost += 1;
            continue;
        }
        let said = |i: Option<usize>| i.map(at).filter(|c| !c.is_empty()).map(String::from);
        let place = Place {
            lot: said(columns.lot),
            wafer: said(columns.wafer),
            chip: said(columns.chip),
            x: said(columns.across).and_then(|v| v.parse().ok()),
            y: said(columns.up).and_then(|v| v.parse().ok()),
            geometry: String::new(),
        };
        // The same number may stand on every wafer.
        let key = [&place.lot, &place.wafer, &Some(device.to_string())]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ");
        let slice = slices.entry(key.clone()).or_insert_with(|| Slice {
            device: key,
            place,
            text: head.clone(),
        });
        slice.text.push_str(&joined(&row));
        slice.text.push('\n');
    }
    (slices.len() > 1).then(|| (slices.into_values().collect(), lost))
}

impl Columns {
    fn of(heads: &[&str]) -> Option<Columns> {
        let plain: Vec<String> = heads
            .iter()
            .map(|h| h.trim().trim_matches('"').trim().to_lowercase().replace('_', " "))
            .collect();
        let find = |names: &[&str]| names.iter().find_map(|n| plain.iter().position(|p| p == n));
        let device = find(&DEVICE)?;
        let other = |names: &[&str]| find(names).filter(|i| *i != device);
        // A position needs both; a lone `x` may be a quantity.
        let (across, up) = match (other(&ACROSS), other(&UP)) {
            (Some(x), Some(y)) => (Some(x), Some(y)),
            _ => (None, None),
        };
        let (lot, wafer, chip) = (other(&LOT), other(&WAFER), other(&CHIP));
        Some(Columns { device, lot, wafer, chip, across, up })
    }

    fn is_place(&self, column: usize) -> bool {
        let places = [self.lot, self.wafer, self.chip, self.across, self.up];
        column == self.device || places.contains(&Some(column))
    }
}

/// The cells of a line as they stand, quotes included; `None` when a quote is not closed.
fn cells(line: &str, separator: char) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in line.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            out.push(line.get(start..at)?);
            start = at + c.len_utf8();
        }
    }
    out.push(line.get(start..)?);
    (!quoted).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_cut_by_its_devices() {
        let text = "# kind: diode\nwafer,DUT,x,y,VF (V),IF (A)\n1,a,0,1,0.5,1e-6\n1,b,2,1,0.5,2e-6\n\
                    1,a,0,1,0.6,1e-5\n2,a,0,1,0.6,3e-5\n1,,0,0,0.6,1\n";
        let (slices, lost) = cut(text).unwrap();
        assert_eq!(lost, 1);
        let names: Vec<&str> = slices.iter().map(|s| s.device.as_str()).collect();
        assert_eq!(names, ["1 a", "1 b", "2 a"]);
        assert_eq!(slices[0].text, "# kind: diode\nVF (V),IF (A)\n0.5,1e-6\n0.6,1e-5\n");
        assert_eq!(slices[1].place.x, Some(2.0));
        assert_eq!(slices[2].place.wafer.as_deref(), Some("2"));
    }

    #[test]
    fn quoted_separators_stay_in_their_cells() {
        let (slices, _) = cut("part;VF (V);IF (A)\n\"a;1\";0,5;1\nb;0,5;1\n").unwrap();
        assert_eq!(slices[0].device, "a;1");
        assert_eq!(slices[0].text, "VF (V);IF (A)\n0,5;1\n");
    }

    #[test]
    fn a_table_of_one_device_is_not_cut() {
        for text in ["VF (V),IF (A)\n0.5,1\n", "part,VF (V),IF (A)\na,0.5,1\na,0.6,2\n", "", "x"] {
            assert!(cut(text).is_none(), "{text}");
        }
    }
}
