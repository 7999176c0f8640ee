//! The datasheet of the bundled example EX41, whose true parameters are those of
//! [`crate::examples::EX41`].

use super::canvas::{Pen, Run};
use super::devices::ex41_plots;
use super::font::{Face, Kind, Pack};
use super::pdf::Save;
use super::sheet::Maker;
use super::style::{Labels, PLAIN, PLOT, PlotStyle, Style, TABLE, TableStyle};
use super::table::{Group, Line, Said};
use super::truth::Sheet;
use super::vocabulary::si;

/// Where the file stands below `tests/examples`.
pub const PLACE: &str = "EX41/EX41.pdf";

const SANS: Kind = Kind::Standard { serif: false };

fn style() -> Style {
    Style {
        name: "EX41".into(),
        fonts: Pack { regular: SANS, bold: SANS, title: SANS },
        habits: PLAIN,
        save: Save::default(),
        plot: PlotStyle {
            pens: [1.2, 0.7, 0.3],
            gray: 0.55,
            labels: Labels::Boxed,
            minus: '–',
            ..PLOT
        },
        table: TableStyle {
            words: ["Symbol", "Parameter", "Conditions", "Min", "Typ", "Max", "Unit", "Value"],
            blank: "–",
            tint: true,
            leading: 1.7,
            ..TABLE
        },
    }
}

/// A condition: symbol as printed, canonical symbol, value, unit.
type Given = (&'static str, &'static str, &'static str, &'static str);

/// A row: min, typ, max as printed, own conditions.
type Printed = ([&'static str; 3], &'static [Given]);

fn said(given: &Given) -> Said {
    let [one, zero] = si(given.3);
    let value: f64 = given.2.parse().unwrap_or(f64::NAN);
    Said {
        text: format!("{} = {} {}", given.0, given.2, given.3),
        symbol: given.1.into(),
        value: value * one + zero,
    }
}

fn group(
    (symbol, mark, name, unit): (&str, &str, &str, &str),
    shared: &[Given],
    rows: &[Printed],
) -> Group {
    let [one, zero] = si(unit);
    let line = |row: &Printed| {
        let printed = row.0.map(|t| Some(t.to_string()).filter(|t| !t.is_empty()));
        let mut values = row.0.map(|t| t.parse().ok().map(|v: f64| v * one + zero));
        // A range stands in the column of the greatest value.
        if let Some((low, high)) = row.0[2].split_once(" to ") {
            values[0] = low.replace('–', "-").parse().ok().map(|v: f64| v * one + zero);
            values[2] = high.replace('+', "").parse().ok().map(|v: f64| v * one + zero);
        }
        Line { own: row.1.iter().map(said).collect(), printed, values }
    };
    Group {
        section: "",
        symbol: symbol.into(),
        mark: mark.into(),
        name: name.into(),
        unit: unit.into(),
        shared: shared.iter().map(said).collect(),
        lines: rows.iter().map(line).collect(),
    }
}

const T25: Given = ("T_{J}", "TJ", "25", "°C");

fn ratings() -> Vec<Group> {
    let one = |max| [(["", "", max], &[] as &[Given])];
    vec![
        group(("VRRM", "V_{RRM}", "repetitive peak reverse voltage", "V"), &[], &one("100")),
        group(("IF(AV)", "I_{F(AV)}", "average forward current", "mA"), &[], &one("200")),
        group(
            ("IFSM", "I_{FSM}", "non-repetitive peak forward current", "A"),
            &[("t_{p}", "tp", "1", "ms")],
            &one("1"),
        ),
        group(
            ("PD", "P_{D}", "power dissipation", "mW"),
            &[("T_{A}", "Tamb", "25", "°C")],
            &one("200"),
        ),
        group(("TJ", "T_{J}", "junction temperature", "°C"), &[], &one("150")),
        group(("Tstg", "T_{stg}", "storage temperature", "°C"), &[], &one("–65 to +150")),
    ]
}

fn characteristics() -> Vec<Group> {
    vec![
        group(
            ("VF", "V_{F}", "forward voltage", "mV"),
            &[T25],
            &[
                (["", "588", "715"], &[("I_{F}", "IF", "1", "mA")]),
                (["", "697", "855"], &[("I_{F}", "IF", "10", "mA")]),
                (["", "", "1000"], &[("I_{F}", "IF", "50", "mA")]),
            ],
        ),
        group(
            ("IR", "I_{R}", "reverse current", "nA"),
            &[("V_{R}", "VR", "20", "V")],
            &[(["", "", "25"], &[T25])],
        ),
        group(
            ("IR", "I_{R}", "reverse current", "µA"),
            &[("V_{R}", "VR", "20", "V")],
            &[(["", "", "30"], &[("T_{J}", "TJ", "150", "°C")])],
        ),
        group(
            ("VBR", "V_{(BR)}", "breakdown voltage", "V"),
            &[("I_{R}", "IR", "100", "µA"), T25],
            &[(["100", "120", ""], &[])],
        ),
        group(
            ("CJ", "C_{J}", "junction capacitance", "pF"),
            &[("V_{R}", "VR", "0", "V"), ("f", "f", "1", "MHz"), T25],
            &[(["", "4", "5"], &[])],
        ),
        group(
            ("trr", "t_{rr}", "reverse recovery time", "ns"),
            &[("I_{F}", "IF", "10", "mA"), ("I_{R}", "IR", "10", "mA"), T25],
            &[(["", "3.5", "4"], &[])],
        ),
        group(
            ("RthJA", "R_{th(j-a)}", "thermal resistance, junction to ambient", "K/W"),
            &[],
            &[(["", "", "500"], &[])],
        ),
    ]
}

/// The words of the first page and the symbol of the device.
fn opening(maker: &mut Maker) {
    let book = &mut maker.book;
    book.line([50.0, 790.0], [545.0, 790.0], Pen::black(1.2));
    book.text([50.0, 772.0], Face::Bold, 12.0, "High-speed switching diode");
    book.align([545.0, 772.0], 1.0, Face::Regular, 9.0, "Product data sheet");
    book.text([50.0, 744.0], Face::Bold, 10.0, "1. Product profile");
    for (i, text) in [
        "Silicon planar high-speed switching diode in a small plastic package SOD-323.",
        "The device is made up: its true parameters stand beside this file.",
    ]
    .iter()
    .enumerate()
    {
        book.text([50.0, 728.0 - 12.0 * i as f64], Face::Regular, 8.5, text);
    }
    book.text([50.0, 694.0], Face::Bold, 10.0, "2. Features and applications");
    for (i, text) in [
        "• Switching speed: reverse recovery in 4 ns at most",
        "• Repetitive peak reverse voltage of 100 V",
        "• General-purpose switching, protection of inputs",
    ]
    .iter()
    .enumerate()
    {
        book.text([54.0, 678.0 - 12.0 * i as f64], Face::Regular, 8.5, text);
    }
    // Anode, triangle, bar, cathode.
    let (x, y) = (440.0, 690.0);
    let pen = Pen::black(1.0);
    book.line([x, y], [x + 30.0, y], pen);
    let points = vec![[x + 30.0, y - 10.0], [x + 30.0, y + 10.0], [x + 48.0, y]];
    book.stroke(&[Run { points, curved: false, closed: true }], pen);
    book.line([x + 48.0, y - 10.0], [x + 48.0, y + 10.0], pen);
    book.line([x + 48.0, y], [x + 78.0, y], pen);
    book.align([x - 4.0, y - 3.0], 1.0, Face::Regular, 8.0, "A");
    book.text([x + 82.0, y - 3.0], Face::Regular, 8.0, "K");
}

/// The datasheet and its truth.
pub fn sheet() -> Sheet {
    let style = style();
    let mut maker = Maker::new(&style, "diode", "EX41");
    maker.page();
    opening(&mut maker);
    let end = maker.table("3. Limiting values", &ratings(), 620.0, true);
    maker.table("4. Characteristics", &characteristics(), end - 30.0, false);
    maker.plots(&ex41_plots(), 2);
    maker.finish("EX41".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn the_bundled_sheet_is_what_the_writer_writes() {
        let file = support::root().join("tests/examples").join(PLACE);
        let made = sheet();
        assert_eq!((made.rows.len(), made.panels.len()), (15, 4));
        assert!(support::bytes(&file) == made.bytes, "run `cargo run --bin make_examples` again");
    }
}
