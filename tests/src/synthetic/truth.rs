//! What is true of a synthetic sheet. Values are in SI, places in points from the upper left
//! corner of the page as seen.

/// A sheet and all that stands in it.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Name of the file without its ending.
    pub name: String,
    /// Name of the drawing habits.
    pub style: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Part name as printed.
    pub part: String,
    /// Kind of device: `diode`, `bjt`, `mosfet`.
    pub kind: &'static str,
    /// Pages.
    pub pages: u32,
    /// Rows of its tables.
    pub rows: Vec<Row>,
    /// Its plots.
    pub panels: Vec<Panel>,
    /// Whether coordinates are quantised coarsely, for which wider bars hold.
    pub coarse: bool,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Page, from 1.
    pub page: u32,
    /// Canonical symbol.
    pub symbol: String,
    /// Lower limit.
    pub min: Option<f64>,
    /// Typical value.
    pub typ: Option<f64>,
    /// Upper limit.
    pub max: Option<f64>,
    /// Unit as printed.
    pub unit: String,
    /// Conditions: canonical symbol and value; those of a heading that holds for all included.
    pub conditions: Vec<(String, f64)>,
    /// The parts that it is for; empty means all.
    pub parts: Vec<String>,
    /// Whether its unit or number cannot be read: it must not be served.
    pub unreadable: bool,
}

/// A plot.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// Page, from 1.
    pub page: u32,
    /// The box that the axes span, `[x0, y0, x1, y1]`, y down.
    pub frame: [f64; 4],
    /// Caption.
    pub title: String,
    /// Along x.
    pub x: Axis,
    /// Along y, at the left.
    pub y: Axis,
    /// A second axis along y.
    pub y2: Option<Axis>,
    /// Its curves.
    pub curves: Vec<Curve>,
    /// Conditions of all curves.
    pub conditions: Vec<(String, f64)>,
    /// What a careful reader does.
    pub expected: Expected,
}

/// What a careful reader does with a plot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Expected {
    /// Serves it.
    #[default]
    Served,
    /// Refuses it or marks it; serving it right is not wrong.
    Careful,
    /// Never serves it, since what is printed is wrong.
    Refused,
}

/// An axis.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// Canonical symbol.
    pub symbol: String,
    /// Logarithmic.
    pub log: bool,
    /// Values at both ends of the frame, from left or bottom, in SI.
    pub ends: [f64; 2],
    /// Unit as printed.
    pub unit: String,
    /// Whether it shows a value divided by its value at a reference.
    pub normalized: bool,
}

impl Axis {
    /// Share of the axis at a value.
    pub fn share(&self, value: f64) -> f64 {
        let [a, b] = self.ends;
        if self.log { (value / a).log10() / (b / a).log10() } else { (value - a) / (b - a) }
    }
}

/// A curve.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    /// Its label as printed, without marks of scripts; empty without one.
    pub label: String,
    /// The quantity it shows.
    pub quantity: String,
    /// Family values, in SI.
    pub family: Vec<(String, f64)>,
    /// 0 for the left axis, 1 for the right one.
    pub axis: u8,
    /// Where it runs inside the frame, as shares of the axes, y up; dense.
    pub line: Vec<[f64; 2]>,
}
