//! The habits of some makers, and mixtures of them.

use super::super::canvas::{Habits, TextHabit};
use super::super::crypt::Cipher;
use super::super::font::{Kind, Pack};
use super::super::pdf::Save;
use super::super::random::Random;
use super::*;
use Column::{Conditions, Max, Min, Name, Symbol, Typ, Unit};

const USUAL: &[Column] = &[Symbol, Name, Conditions, Min, Typ, Max, Unit];
const UNITS_BEFORE: &[Column] = &[Symbol, Name, Min, Typ, Max, Unit, Conditions];
const SYMBOL_LATE: &[Column] = &[Name, Conditions, Symbol, Min, Typ, Max, Unit];
const NO_TYP: &[Column] = &[Symbol, Name, Conditions, Min, Max, Unit];
const NAME_FIRST: &[Column] = &[Name, Symbol, Conditions, Min, Typ, Max, Unit];
const UNIT_EARLY: &[Column] = &[Name, Symbol, Unit, Conditions, Min, Typ, Max];

const fn fonts(kind: Kind) -> Pack {
    Pack { regular: kind, bold: kind, title: kind }
}

const SANS: Pack = fonts(Kind::Standard { serif: false });
const SERIF: Pack = fonts(Kind::Standard { serif: true });

/// Drawing that does nothing strange.
pub(in super::super) const PLAIN: Habits = Habits {
    quantum: None,
    zoom: 1.0,
    form: false,
    nest: 0,
    comments: false,
    text: TextHabit::Runs,
    scripts: true,
    rotate: 0,
    corner: [0.0, 0.0],
};

/// Plots as most makers draw them.
pub(in super::super) const PLOT: PlotStyle = PlotStyle {
    grid: Grid::Lines,
    minor: 2,
    ticks: 0.0,
    open: false,
    pens: [1.4, 0.7, 0.35],
    gray: 0.0,
    drawing: Drawing::Each,
    clipped: false,
    first: false,
    labels: Labels::Beside,
    titles: TitleForm::SymbolWords,
    exponent: Exponent::Decimal,
    caption: Caption::Below,
    size: 7.5,
    minus: '-',
};

/// Tables with all rules.
pub(in super::super) const TABLE: TableStyle = TableStyle {
    rules: Rules::Full,
    merged: Merged::Middle,
    columns: USUAL,
    words: ["Symbol", "Parameter", "Conditions", "Min.", "Typ.", "Max.", "Units", "Max."],
    above: "",
    blank: "",
    tight: false,
    tint: false,
    sections: false,
    nested: false,
    between: ", ",
    wide: false,
    size: 8.0,
    leading: 1.5,
};

/// The styles modelled on makers.
pub fn styles() -> Vec<Style> {
    let style = |name: &str, fonts, habits, plot, table| Style {
        name: name.into(),
        fonts,
        habits,
        save: Save::default(),
        plot,
        table,
    };
    let mut all = vec![
        style(
            "quantised",
            SANS,
            Habits { quantum: Some(0.24), text: TextHabit::PointApart, ..PLAIN },
            PlotStyle {
                drawing: Drawing::Together,
                labels: Labels::List,
                pens: [1.44, 0.72, 0.29],
                ..PLOT
            },
            TableStyle {
                rules: Rules::Boxes,
                columns: UNITS_BEFORE,
                words: ["", "Parameter", "Conditions", "Min.", "Typ.", "Max.", "Units", "Max."],
                blank: "–––",
                tight: true,
                ..TABLE
            },
        ),
        style(
            "ticks",
            SANS,
            PLAIN,
            PlotStyle {
                grid: Grid::None,
                ticks: 5.0,
                pens: [1.0, 0.5, 0.3],
                drawing: Drawing::Split(3),
                labels: Labels::Numbered,
                titles: TitleForm::Corner,
                exponent: Exponent::Raised,
                caption: Caption::Conditions,
                minus: '−',
                ..PLOT
            },
            TableStyle {
                rules: Rules::Partial,
                merged: Merged::Top,
                words: ["Symbol", "Parameter", "Conditions", "Min", "Typ", "Max", "Unit", "Max"],
                blank: "-",
                tint: true,
                sections: true,
                nested: true,
                between: "; ",
                ..TABLE
            },
        ),
        style(
            "boustrophedon",
            SANS,
            Habits { zoom: 20.0, ..PLAIN },
            PlotStyle {
                grid: Grid::Boustrophedon,
                minor: 0,
                labels: Labels::Beside,
                titles: TitleForm::Dash,
                pens: [1.2, 0.6, 0.3],
                ..PLOT
            },
            TableStyle {
                rules: Rules::Groups,
                merged: Merged::Top,
                columns: NO_TYP,
                words: [
                    "Symbol",
                    "Parameter",
                    "Test Conditions",
                    "Min",
                    "Typ",
                    "Max",
                    "Units",
                    "Value",
                ],
                sections: true,
                ..TABLE
            },
        ),
        style(
            "gridlines",
            Pack { title: Kind::Type3 { lost: &[] }, ..SERIF },
            PLAIN,
            PlotStyle {
                minor: 5,
                pens: [1.42, 0.6, 0.45],
                labels: Labels::Boxed,
                titles: TitleForm::WordsSymbol,
                ..PLOT
            },
            TableStyle {
                rules: Rules::Groups,
                merged: Merged::Top,
                columns: NAME_FIRST,
                words: [
                    "Symbol",
                    "Characteristic",
                    "Test Conditions",
                    "Min",
                    "Typ",
                    "Max",
                    "Unit",
                    "Value",
                ],
                blank: "—",
                sections: true,
                ..TABLE
            },
        ),
        style(
            "nested",
            fonts(Kind::Identity { unicode: true, lost: &[] }),
            Habits { nest: 6, text: TextHabit::Kerned, ..PLAIN },
            PlotStyle {
                drawing: Drawing::Bezier,
                clipped: true,
                labels: Labels::Leader,
                titles: TitleForm::Colon,
                pens: [1.0, 0.75, 0.25],
                ..PLOT
            },
            TableStyle {
                rules: Rules::Header,
                above: "Values",
                columns: NAME_FIRST,
                words: [
                    "Symbol",
                    "Parameter",
                    "Conditions",
                    "Min.",
                    "Typ.",
                    "Max.",
                    "Unit",
                    "Value",
                ],
                blank: "-",
                ..TABLE
            },
        ),
        style(
            "form",
            fonts(Kind::Named),
            Habits { form: true, ..PLAIN },
            PlotStyle {
                drawing: Drawing::Bezier,
                minor: 0,
                labels: Labels::Boxed,
                titles: TitleForm::Dash,
                pens: [1.35, 0.8, 0.45],
                caption: Caption::Below,
                ..PLOT
            },
            TableStyle {
                columns: SYMBOL_LATE,
                words: [
                    "Symbol",
                    "Parameter",
                    "Test condition",
                    "Min.",
                    "Typ.",
                    "Max.",
                    "Unit",
                    "Value",
                ],
                tint: true,
                ..TABLE
            },
        ),
        style(
            "equal",
            fonts(Kind::Unicode { lost: &['µ'] }),
            PLAIN,
            PlotStyle {
                pens: [0.96, 0.96, 0.96],
                minor: 0,
                labels: Labels::Beside,
                titles: TitleForm::WordsSymbol,
                ..PLOT
            },
            TableStyle {
                words: [
                    "Symbol",
                    "Parameter",
                    "Conditions",
                    "Min.",
                    "Typ.",
                    "Max.",
                    "Units",
                    "Maximum",
                ],
                ..TABLE
            },
        ),
        style(
            "office",
            fonts(Kind::Identity { unicode: true, lost: &[] }),
            Habits { text: TextHabit::Words, scripts: false, ..PLAIN },
            PlotStyle {
                grid: Grid::Boxes,
                labels: Labels::Legend,
                titles: TitleForm::Symbol,
                gray: 0.7,
                minor: 0,
                ..PLOT
            },
            TableStyle {
                rules: Rules::Boxes,
                columns: NAME_FIRST,
                words: ["Symbol", "Parameter", "Conditions", "Min", "Typ", "Max", "Unit", "Limit"],
                tint: true,
                wide: true,
                ..TABLE
            },
        ),
        style(
            "ruleless",
            SERIF,
            Habits { text: TextHabit::Backwards, ..PLAIN },
            PlotStyle {
                grid: Grid::OnePath,
                ticks: -4.0,
                labels: Labels::Outside,
                titles: TitleForm::SymbolWords,
                exponent: Exponent::Raised,
                caption: Caption::Above,
                open: true,
                ..PLOT
            },
            TableStyle {
                rules: Rules::None,
                merged: Merged::Repeated,
                words: [
                    "Symbol",
                    "Parameter",
                    "Test Conditions",
                    "Min.",
                    "Typ.",
                    "Max.",
                    "Unit",
                    "Ratings",
                ],
                ..TABLE
            },
        ),
        style(
            "outlined",
            SANS,
            Habits { zoom: 100.0, ..PLAIN },
            PlotStyle {
                drawing: Drawing::Outline,
                minor: 0,
                labels: Labels::Beside,
                exponent: Exponent::Letter,
                caption: Caption::Above,
                gray: 0.6,
                ..PLOT
            },
            TableStyle {
                rules: Rules::Full,
                columns: UNIT_EARLY,
                words: [
                    "Symbol",
                    "Characteristics",
                    "Test Condition",
                    "Min",
                    "Typ.",
                    "Max",
                    "Unit",
                    "Rating",
                ],
                blank: "—",
                ..TABLE
            },
        ),
    ];
    all[1].save.lock = Some((Cipher::Rc4Short, ""));
    all[3].save.compress = false;
    all[4].save = Save { version: "1.7", xref_stream: true, object_streams: true, ..all[4].save };
    all[7].save = Save { version: "1.5", xref_stream: true, ..all[7].save };
    all
}

/// A mixture: everything from one maker or another.
pub fn mixture(random: &mut Random) -> Style {
    let all = styles();
    let a = random.pick(&all);
    let (b, c, d) = (random.pick(&all), random.pick(&all), random.pick(&all));
    let mut style = Style { name: "mixture".into(), fonts: b.fonts, ..a };
    // Coarse coordinates stay with their own style, for which wider bars hold.
    style.habits = Habits { quantum: None, text: c.habits.text, ..b.habits };
    let others = d.plot;
    style.plot.labels = c.plot.labels;
    style.plot.titles = others.titles;
    style.plot.exponent = others.exponent;
    style.plot.minus = others.minus;
    style.plot.caption = b.plot.caption;
    if random.chance(0.5) {
        style.plot.grid = others.grid;
        style.plot.pens = others.pens;
        style.plot.ticks = others.ticks;
        style.plot.open = others.open;
    }
    if random.chance(0.5) {
        style.plot.drawing = b.plot.drawing;
    }
    if style.plot.grid == Grid::None && style.plot.ticks == 0.0 {
        style.plot.ticks = random.pick(&[4.0, -4.0]);
    }
    style.plot.first = random.chance(0.3);
    style.table.columns = b.table.columns;
    style.table.words = c.table.words;
    style.table.blank = d.table.blank;
    style.table.between = b.table.between;
    style.table.merged = d.table.merged;
    style.table.nested = random.chance(0.25);
    style.table.above = random.pick(&["", "", "Values", "Limits"]);
    if style.table.rules == Rules::None || style.table.rules == Rules::Header {
        // Without rules a word in the middle belongs to no row in particular.
        style.table.merged = random.pick(&[Merged::Top, Merged::Repeated]);
    }
    style.table.sections = random.chance(0.5);
    style.habits.rotate = random.pick(&[0, 0, 0, 0, 90, 270, 180]);
    style.habits.corner = random.pick(&[[0.0, 0.0], [0.0, 0.0], [36.0, -18.0]]);
    style.habits.comments = random.chance(0.2);
    style
}
