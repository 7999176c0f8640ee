//! Whole datasheets of made-up parts.

use super::canvas::Book;
use super::devices::{PlotPlan, plots};
use super::font::Face;
use super::plot::{self, Twist};
use super::random::Random;
use super::style::{Caption, Style};
use super::table::{self, Group};
use super::truth::{Panel, Row, Sheet};
use super::vocabulary::{self, Entry};

/// Width and height of A4 in points.
pub const A4: [f64; 2] = [595.0, 842.0];

/// The kinds of devices that there are sheets of.
pub const KINDS: [&str; 3] = ["diode", "bjt", "mosfet"];

/// The words below a part's name.
fn subtitle(kind: &str) -> &'static str {
    match kind {
        "diode" => "Small Signal Fast Switching Diode",
        "bjt" => "NPN General Purpose Amplifier",
        _ => "N-Channel Enhancement Mode Power MOSFET",
    }
}

/// A sheet in the making.
pub struct Maker<'s> {
    /// Its pages.
    pub book: Book,
    /// How it is drawn.
    pub style: &'s Style,
    /// Rows so far.
    pub rows: Vec<Row>,
    /// Plots so far.
    pub panels: Vec<Panel>,
    part: String,
    kind: &'static str,
}

impl<'s> Maker<'s> {
    /// A sheet without pages.
    pub fn new(style: &'s Style, kind: &'static str, part: &str) -> Maker<'s> {
        let book = Book::new(A4[0], A4[1], style.fonts, style.habits);
        Maker { book, style, rows: Vec::new(), panels: Vec::new(), part: part.into(), kind }
    }

    /// Starts a page with a running head.
    pub fn page(&mut self) {
        self.book.turn();
        let number = self.book.page();
        self.book.text([50.0, 800.0], Face::Title, 15.0, &self.part.clone());
        self.book.align([545.0, 800.0], 1.0, Face::Regular, 9.0, "Synthetic Semiconductors");
        let footer = format!("Rev. 1.2 - 21 November 2026    {number}");
        self.book.align([545.0, 28.0], 1.0, Face::Regular, 7.0, &footer);
        self.book.text([50.0, 28.0], Face::Regular, 7.0, "www.example.com");
    }

    /// The words of the first page.
    pub fn opening(&mut self) {
        self.book.text([50.0, 782.0], Face::Bold, 11.0, subtitle(self.kind));
        self.book.text([50.0, 756.0], Face::Bold, 9.5, "Features");
        for (i, text) in
            ["• High reliability", "• Low leakage", "• Lead-free package SOT-23"].iter().enumerate()
        {
            let y = 742.0 - 12.0 * i as f64;
            self.book.text([54.0, y], Face::Regular, 8.5, text);
        }
    }

    /// A table with its title; where it ends.
    pub(super) fn table(&mut self, title: &str, groups: &[Group], top: f64, value: bool) -> f64 {
        let warm = [(String::from("TJ"), 298.15)];
        let heading: &[(String, f64)] = if value { &[] } else { &warm };
        self.book.text([50.0, top], Face::Bold, 10.0, title);
        let mut below = top - 5.0;
        if !value {
            let text = "T_{J} = 25 °C unless otherwise specified";
            self.book.text([50.0, top - 12.0], Face::Regular, 8.0, text);
            below -= 13.0;
        }
        let mut drawer = table::Drawer {
            book: &mut self.book,
            style: &self.style.table,
            left: 50.0,
            right: 545.0,
            heading,
        };
        let (rows, end) = drawer.draw(groups, below, value);
        self.rows.extend(rows);
        end
    }

    /// Ratings and characteristics with random values.
    pub fn tables(&mut self, random: &mut Random) {
        let rating = |e: &&Entry| {
            e.section == "Absolute Maximum Ratings" || e.section == "Thermal Characteristics"
        };
        let entries = vocabulary::entries(self.kind);
        let typ = self.style.table.columns.contains(&super::style::Column::Typ);
        let mut seen: Vec<&str> = Vec::new();
        let mut make = |e: &Entry, random: &mut Random| {
            // The same quantity in two units would contradict itself.
            if seen.contains(&e.symbol) {
                return None;
            }
            seen.push(e.symbol);
            Some(table::group(e, typ, random))
        };
        let mut ratings: Vec<Group> = Vec::new();
        for e in entries.iter().filter(rating) {
            ratings.extend(make(e, random));
        }
        self.page();
        self.opening();
        self.table("Absolute Maximum Ratings", &ratings, 690.0, true);
        let mut electrical: Vec<Group> = Vec::new();
        let mut rest: Vec<&Entry> = entries.iter().filter(|e| !rating(e)).collect();
        if random.chance(0.5) {
            rest.retain(|_| random.chance(0.85));
        }
        for e in rest {
            electrical.extend(make(e, random));
        }
        self.page();
        self.table("Electrical Characteristics", &electrical, 770.0, false);
    }

    /// Plots, four or six on a page.
    pub fn plots(&mut self, plans: &[PlotPlan], rows: usize) {
        let height = 740.0 / rows as f64;
        for (i, plan) in plans.iter().enumerate() {
            let at = i % (2 * rows);
            if at == 0 {
                self.page();
                self.book.text([50.0, 780.0], Face::Bold, 10.0, "Typical Characteristics");
            }
            let x = 40.0 + 262.0 * (at % 2) as f64;
            let y = 770.0 - height * (at / 2 + 1) as f64;
            let cell = [x, (y + height - 310.0).max(y + 6.0), x + 252.0, y + height - 4.0];
            let panel =
                plot::draw(&mut self.book, &self.style.plot, plan, cell, i + 1, Twist::default());
            self.panels.push(panel);
        }
    }

    /// The finished sheet.
    pub fn finish(self, name: String) -> Sheet {
        Sheet {
            name,
            style: self.style.name.clone(),
            bytes: self.book.save(&self.style.save),
            part: self.part,
            kind: self.kind,
            pages: self.book.page(),
            rows: self.rows,
            panels: self.panels,
            coarse: self.style.habits.quantum.is_some(),
        }
    }
}

/// A sheet of a kind of device in a style.
pub fn sheet(style: &Style, kind: &'static str, seed: u64) -> Sheet {
    let mut random = Random::new(seed);
    let letters = match kind {
        "diode" => "DX",
        "bjt" => "QX",
        _ => "MX",
    };
    let part = format!("{letters}{}", 1000 + random.below(9000));
    let mut maker = Maker::new(style, kind, &part);
    maker.tables(&mut random);
    let plans = plots(kind, &mut random);
    let tall = style.plot.caption == Caption::Conditions || random.chance(0.5);
    maker.plots(&plans, if tall { 2 } else { 3 });
    maker.finish(format!("{}-{kind}-{seed}", style.name))
}
