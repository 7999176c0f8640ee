//! Drawing habits of makers as data, and mixtures of them.

mod makers;

use super::canvas::Habits;
use super::font::Pack;
use super::pdf::Save;
pub(super) use makers::{PLAIN, PLOT, TABLE};
pub use makers::{mixture, styles};

/// Everything about how a sheet is drawn.
#[derive(Clone, Debug)]
pub struct Style {
    /// A name.
    pub name: String,
    /// Fonts.
    pub fonts: Pack,
    /// How drawing gets into the content.
    pub habits: Habits,
    /// How the file is written.
    pub save: Save,
    /// Plots.
    pub plot: PlotStyle,
    /// Tables.
    pub table: TableStyle,
}

/// Lines behind the curves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grid {
    /// None: ticks only.
    None,
    /// A path for each line.
    Lines,
    /// All lines, the frame and the ticks as one path.
    OnePath,
    /// One polyline to and fro across the plot for each direction.
    Boustrophedon,
    /// Thin filled boxes.
    Boxes,
}

/// How curves become paths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drawing {
    /// A polyline for each.
    Each,
    /// All as one path.
    Together,
    /// Each as this many paths that share their ends.
    Split(usize),
    /// Béziers.
    Bezier,
    /// The last curve as many short strokes, the others as polylines.
    Dashed,
    /// As filled outlines of the width of the pen.
    Outline,
}

/// How curves get their names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Labels {
    /// Text beside the curve.
    Beside,
    /// Text beside the curve on a white box.
    Boxed,
    /// Text in free space with a line to the curve.
    Leader,
    /// A list from top to bottom.
    List,
    /// Numbers at the curves, and a list below the plot.
    Numbered,
    /// Samples of lines with different dashes.
    Legend,
    /// Text right of the frame at the curve's end.
    Outside,
}

/// What an axis title says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TitleForm {
    /// `VDS, Drain-to-Source Voltage (V)`
    SymbolWords,
    /// `Forward Voltage, VF [V]`
    WordsSymbol,
    /// `VF - Forward Voltage (V)`
    Dash,
    /// `VDS (V)`
    Symbol,
    /// `Forward Voltage : VF (V)`
    Colon,
    /// Symbol over unit at the end of the axis.
    Corner,
}

/// How powers of ten are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exponent {
    /// `10` with a raised exponent.
    Raised,
    /// `0.001`
    Decimal,
    /// `1.E-03`
    Letter,
}

/// Where the panel's caption and conditions stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caption {
    /// `Fig 1. Words` below, conditions inside the plot.
    Below,
    /// `Figure 1. Words` above, conditions inside the plot.
    Above,
    /// Conditions below the plot, then `Fig 1. Words`.
    Conditions,
}

/// How plots are drawn.
#[derive(Clone, Copy, Debug)]
pub struct PlotStyle {
    /// Grid.
    pub grid: Grid,
    /// Unlabelled lines or ticks between labelled ones on linear axes.
    pub minor: usize,
    /// Length of ticks; inwards when positive; 0 is none.
    pub ticks: f64,
    /// Only the two axes are drawn, not the whole frame.
    pub open: bool,
    /// Width of curve, frame and grid.
    pub pens: [f64; 3],
    /// Grey of the grid.
    pub gray: f64,
    /// Curves as paths.
    pub drawing: Drawing,
    /// Curves run on beyond the frame and are clipped.
    pub clipped: bool,
    /// Curves are painted before the grid.
    pub first: bool,
    /// Names of curves.
    pub labels: Labels,
    /// Axis titles.
    pub titles: TitleForm,
    /// Powers of ten.
    pub exponent: Exponent,
    /// Caption.
    pub caption: Caption,
    /// Size of tick labels.
    pub size: f64,
    /// The minus of tick labels.
    pub minus: char,
}

/// Rules of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rules {
    /// Horizontal and vertical strokes around every cell.
    Full,
    /// The same as thin filled boxes, a box for each side of each cell.
    Boxes,
    /// Horizontal ones only, missing beside merged cells.
    Partial,
    /// Vertical strokes and a frame; horizontal ones between groups.
    Groups,
    /// Above and below the header and at the end.
    Header,
    /// None.
    None,
}

/// Where the words of a merged cell stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merged {
    /// At the first row.
    Top,
    /// In the middle.
    Middle,
    /// Once again in every row.
    Repeated,
}

/// A column of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// Symbol.
    Symbol,
    /// Name in words.
    Name,
    /// Conditions.
    Conditions,
    /// Lower limit.
    Min,
    /// Typical value.
    Typ,
    /// Upper limit.
    Max,
    /// Unit.
    Unit,
}

/// How tables are drawn.
#[derive(Clone, Copy, Debug)]
pub struct TableStyle {
    /// Rules.
    pub rules: Rules,
    /// Merged cells.
    pub merged: Merged,
    /// Columns and their order.
    pub columns: &'static [Column],
    /// Words of the header: symbol, name, conditions, min, typ, max, unit, value.
    pub words: [&'static str; 8],
    /// A word above min, typ, max; empty for a header of one level.
    pub above: &'static str,
    /// What stands in a cell without a value.
    pub blank: &'static str,
    /// Number columns are only as wide as their header.
    pub tight: bool,
    /// The header is tinted.
    pub tint: bool,
    /// Section headings stand in the table.
    pub sections: bool,
    /// Rows of a group with one condition that varies stand below a row with what they share.
    pub nested: bool,
    /// Between conditions: `, ` or `; `.
    pub between: &'static str,
    /// Full-width punctuation between conditions.
    pub wide: bool,
    /// Size of the text.
    pub size: f64,
    /// Text of rows' distance in sizes.
    pub leading: f64,
}
