//! Sheets with planted faults and rarities, each with what a careful reader makes of it.

use super::canvas::Habits;
use super::crypt::Cipher;
use super::devices::{AxisPlan, PlotPlan, plots};
use super::font::{Kind, Pack};
use super::pdf::{Pdf, Save};
use super::plot::{self, Twist};
use super::random::Random;
use super::sheet::{Maker, sheet};
use super::style::{Labels, Style, styles};
use super::table::{Group, Line, Said};
use super::truth::{Expected, Row, Sheet};

/// What a careful reader does with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Reads everything right.
    Right,
    /// Serves nothing wrong; may refuse.
    Safe,
    /// Serves nothing at all, and says why with a code.
    Closed,
}

/// A planted case.
#[derive(Clone, Debug)]
pub struct Planted {
    /// What it is.
    pub name: String,
    /// The file and its truth.
    pub sheet: Sheet,
    /// What is expected.
    pub verdict: Verdict,
    /// The code of a diagnostic that must be among those given.
    pub code: Option<&'static str>,
}

/// A character of the embedded font whose shape means nothing.
const STRANGE: char = '▯';

fn planted(name: impl Into<String>, mut sheet: Sheet, verdict: Verdict) -> Planted {
    let name = name.into();
    sheet.name = name.replace(' ', "-");
    Planted { name, sheet, verdict, code: None }
}

fn style_named(name: &str) -> Style {
    let all = styles();
    let at = all.iter().position(|s| s.name == name).unwrap_or(0);
    all[at].clone()
}

/// Files that are written in another way, or damaged.
pub fn files() -> Vec<Planted> {
    let saved = |name: &str, save: Save| {
        let style = Style { save, ..style_named("boustrophedon") };
        planted(name, sheet(&style, "diode", 31), Verdict::Right)
    };
    let locked = |cipher, password| Save { lock: Some((cipher, password)), ..Save::default() };
    let drawn = |name: &str, habits: Habits| {
        let style = Style { habits, ..style_named("form") };
        planted(name, sheet(&style, "diode", 32), Verdict::Right)
    };
    let plain = style_named("boustrophedon").habits;
    let mut all = vec![
        saved("encrypted with RC4 of 40 bits", locked(Cipher::Rc4Short, "")),
        saved("encrypted with RC4 of 128 bits", locked(Cipher::Rc4, "")),
        saved("encrypted with AES", locked(Cipher::Aes, "")),
        saved(
            "objects in streams",
            Save { version: "1.5", xref_stream: true, object_streams: true, ..Save::default() },
        ),
        saved("offsets of objects are wrong", Save { shift: 11, ..Save::default() }),
        drawn("turned by 90 degrees", Habits { rotate: 90, ..plain }),
        drawn("turned by 180 degrees", Habits { rotate: 180, ..plain }),
        drawn("turned by 270 degrees", Habits { rotate: 270, ..plain }),
        drawn("comments in the content", Habits { comments: true, ..plain }),
        drawn("corner elsewhere", Habits { corner: [-100.0, 250.0], ..plain }),
    ];
    let mut secret = saved("a real password", locked(Cipher::Rc4, "secret"));
    secret.verdict = Verdict::Closed;
    secret.code = Some("E0902");
    all.push(secret);
    for (name, share) in [("cut at a third", 0.33), ("cut at nine tenths", 0.9)] {
        let mut cut = saved(name, Save::default());
        let keep = (cut.sheet.bytes.len() as f64 * share) as usize;
        cut.sheet.bytes.truncate(keep);
        cut.verdict = Verdict::Safe;
        all.push(cut);
    }
    let bytes = |name: &str, bytes: Vec<u8>| {
        planted(name, Sheet { bytes, ..Sheet::default() }, Verdict::Closed)
    };
    let mut image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0".to_vec();
    image.extend((0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8));
    all.push(bytes("an image by another name", image));
    all.push(bytes("nothing", Vec::new()));
    all.push(bytes("only a head", b"%PDF-1.4\n".to_vec()));
    all.push(bytes("many empty pages", empty_pages(100_000)));
    for (name, code) in [
        ("an image by another name", "E0602"),
        ("only a head", "E0903"),
        ("many empty pages", "E0905"),
        ("offsets of objects are wrong", "E0904"),
    ] {
        all.iter_mut().filter(|c| c.name == name).for_each(|c| c.code = Some(code));
    }
    all
}

/// A file of pages without content.
pub fn empty_pages(count: usize) -> Vec<u8> {
    let mut pdf = Pdf::default();
    let tree = pdf.reserve();
    let page = format!("<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] >>");
    let kids: String = (0..count).map(|_| format!("{} 0 R ", pdf.add(page.clone()))).collect();
    pdf.set(tree, format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>"));
    let root = pdf.add(format!("<< /Type /Catalog /Pages {tree} 0 R >>"));
    pdf.save(root, &Save::default())
}

/// One plot on a page of its own.
fn one_plot(
    name: &str,
    style: &Style,
    plan: &PlotPlan,
    twist: Twist,
    expected: Expected,
) -> Planted {
    let mut maker = Maker::new(style, "diode", "DX4711");
    maker.page();
    let cell = [60.0, 420.0, 330.0, 740.0];
    let mut panel = plot::draw(&mut maker.book, &style.plot, plan, cell, 1, twist);
    panel.expected = expected;
    maker.panels.push(panel);
    let verdict = if expected == Expected::Served { Verdict::Right } else { Verdict::Safe };
    planted(format!("{name}, {}", style.name), maker.finish(String::new()), verdict)
}

/// The plot of a kind of device whose title begins so.
fn plan(kind: &str, title: &str, fits: impl Fn(&PlotPlan) -> bool) -> PlotPlan {
    let find = |seed| {
        let made = plots(kind, &mut Random::new(seed));
        made.into_iter().find(|p| p.title.starts_with(title) && fits(p))
    };
    // One of a few hundred seeds gives it.
    (1..500).find_map(find).unwrap_or_else(|| plots(kind, &mut Random::new(1)).remove(0))
}

/// Plots with something wrong or rare about them.
pub fn faulty_plots() -> Vec<Planted> {
    let log = plan("diode", "Forward Current", |p| p.y.log && p.curves.len() == 2);
    let linear = plan("diode", "Forward Current", |p| !p.y.log && p.curves.len() == 2);
    let three = plan("diode", "Reverse Current", |p| !p.x.log && p.curves.len() == 3);
    let none = Twist::default();
    let mut all = Vec::new();
    for name in ["quantised", "ticks", "boustrophedon", "form"] {
        let mut style = style_named(name);
        style.plot.labels = Labels::Beside;
        let mut put = |what: &str, plan: &PlotPlan, twist: Twist, expected: Expected| {
            all.push(one_plot(what, &style, plan, twist, expected));
        };
        let wrong = Twist { misprint: Some(1), ..none };
        put("misprinted tick", &linear, wrong, Expected::Careful);
        put(
            "misprinted tick of decades",
            &log,
            Twist { misprint: Some(2), ..none },
            Expected::Careful,
        );
        put("moved labels", &linear, Twist { moved: 0.2, ..none }, Expected::Careful);
        put("labels between lines", &linear, Twist { between: true, ..none }, Expected::Careful);
        put("no labels along y", &linear, Twist { bare: true, ..none }, Expected::Refused);
        put("curve under a box", &linear, Twist { covered: true, ..none }, Expected::Careful);
        put("circuit beside", &log, Twist { circuit: true, ..none }, Expected::Careful);
        put("thousandths at the axis", &linear, Twist { factor: true, ..none }, Expected::Refused);
        put("two axes along y", &dual(&three), none, Expected::Careful);
        put("axis from right to left", &reversed(&linear), none, Expected::Careful);
        put("axis from no decade", &odd_decades(&log), none, Expected::Careful);
        put("touching curves", &touching(&three), none, Expected::Careful);
        put("crossing curves", &crossing(&three), none, Expected::Careful);
        put("curves without names", &nameless(&three), none, Expected::Careful);
        let mut lost = linear.clone();
        lost.y.unit = "▯A";
        let odd = Kind::Unicode { lost: &[STRANGE] };
        let fonts = Pack { regular: odd, bold: odd, title: odd };
        let strange = Style { fonts, ..style.clone() };
        all.push(one_plot("unit that cannot be read", &strange, &lost, none, Expected::Refused));
    }
    let mut raised = style_named("ticks");
    raised.plot.labels = Labels::Beside;
    let flat = Twist { flat: true, ..none };
    all.push(one_plot("exponents on the line", &raised, &log, flat, Expected::Careful));
    all.push(one_plot("exponents raised", &raised, &log, none, Expected::Served));
    let mut clipped = style_named("nested");
    clipped.plot.labels = Labels::Beside;
    all.push(one_plot("curves beyond the frame", &clipped, &linear, none, Expected::Served));
    all
}

/// The last curve on an axis of its own.
fn dual(of: &PlotPlan) -> PlotPlan {
    let mut plan = of.clone();
    plan.y2 = Some(AxisPlan {
        symbol: "CJ",
        words: "Junction Capacitance",
        mark: "C_{J}",
        unit: "pF",
        si: [1e-12, 0.0],
        log: false,
        ends: [0.0, 40.0],
        step: 10.0,
        normalized: false,
    });
    plan.curves.truncate(2);
    if let Some(c) = plan.curves.last_mut() {
        c.axis = 1;
        c.quantity = "CJ";
        c.label = "C_{J}".into();
        c.family.clear();
        c.samples.iter_mut().for_each(|p| p[1] = 36.0 / (1.0 + p[0] / 8.0).sqrt());
    }
    plan
}

fn reversed(of: &PlotPlan) -> PlotPlan {
    let mut plan = of.clone();
    plan.x.ends.reverse();
    plan
}

/// Decades whose ends are 2 and 5.
fn odd_decades(of: &PlotPlan) -> PlotPlan {
    let mut plan = of.clone();
    plan.y.ends = [plan.y.ends[0] * 2.0, plan.y.ends[1] * 0.5];
    plan
}

/// Curves that run together in their upper half.
fn touching(of: &PlotPlan) -> PlotPlan {
    let mut plan = of.clone();
    let first: Vec<[f64; 2]> = plan.curves[0].samples.clone();
    for c in plan.curves.iter_mut().skip(1) {
        for (p, q) in c.samples.iter_mut().zip(&first) {
            let share = (p[0] / 12.0).min(1.0);
            p[1] = q[1] * (p[1] / q[1]).powf(1.0 - share);
        }
    }
    plan
}

/// Two curves that cross at a small angle.
fn crossing(of: &PlotPlan) -> PlotPlan {
    let mut plan = of.clone();
    plan.curves.truncate(2);
    let [low, high] = plan.y.ends;
    let middle = (low * high).sqrt();
    for (c, sign) in plan.curves.iter_mut().zip([1.0, -1.0]) {
        let end = plan.x.ends[1];
        c.samples
            .iter_mut()
            .for_each(|p| p[1] = middle * 10f64.powf(sign * 0.35 * (2.0 * p[0] / end - 1.0)));
    }
    plan
}

fn nameless(of: &PlotPlan) -> PlotPlan {
    let mut plan = of.clone();
    plan.curves.iter_mut().for_each(|c| c.label.clear());
    plan
}

/// Tables whose rows cannot be trusted, and the codes that say so.
pub fn faulty_tables() -> Vec<Planted> {
    let vf = |unit, printed, code| Told { unit, printed, code, ..Told::default() };
    let cases = [
        ("unit missing", vf("", ["", "", "855"], "E0927")),
        ("digit that cannot be read", vf("V", ["", "", "0.▯5"], "E0928")),
        ("unit of another quantity", vf("pF", ["", "", "0.8"], "E0929")),
        ("unit a thousand off", vf("V", ["", "588", "715"], "E0930")),
        ("limits the wrong way round", vf("V", ["0.9", "", "0.4"], "E0931")),
        ("more than one number", vf("V", ["", "", "0.8 0.9"], "E0928")),
        (
            "condition that cannot be read",
            Told { given: "I_{F} = 5 ▯A", ..vf("V", ["", "", "0.8"], "E0933") },
        ),
        ("prefix of the unit drawn as a path", vf("◊V", ["", "", "855"], "E0927")),
        ("unit drawn as a path behind the value", vf("V", ["", "", "8.5 ◊"], "E0928")),
        (
            "unit of a condition drawn as a path",
            Told { given: "I_{F} = 5 ◊A", ..vf("V", ["", "", "0.8"], "E0933") },
        ),
        (
            "condition without its unit",
            Told { given: "I_{F} = 10", ..vf("V", ["", "", "0.8"], "E0933") },
        ),
        (
            "condition that lost its prefix",
            Told { given: "t_{p} = 300 s", ..vf("V", ["", "", "0.8"], "E0933") },
        ),
        (
            "rows that contradict",
            Told {
                symbol: "trr",
                mark: "t_{rr}",
                words: "Reverse Recovery Time",
                again: "400",
                ..vf("ns", ["", "", "8.0"], "E0934")
            },
        ),
        (
            "unit that cannot be read",
            Told {
                symbol: "IR",
                mark: "I_{R}",
                words: "Reverse Current",
                ..vf("▯A", ["", "", "5"], "E0927")
            },
        ),
    ];
    let mut all = Vec::new();
    for name in ["quantised", "ticks", "gridlines", "form"] {
        let odd = Kind::Unicode { lost: &[STRANGE] };
        let fonts = Pack { regular: odd, bold: odd, title: odd };
        let style = Style { fonts, ..style_named(name) };
        for (what, told) in &cases {
            all.push(faulty_table(&format!("{what} in a table, {name}"), &style, told));
        }
        for (what, column, word) in NAMELESS {
            let mut header = style.clone();
            header.table.words[column] = word;
            let told = vf("V", ["0.5", "0.6", "0.8"], "");
            all.push(faulty_table(&format!("{what} in a table, {name}"), &header, &told));
        }
    }
    all
}

/// Columns of limits whose head cannot be read or is missing: how, which, and what stands there.
const NAMELESS: [(&str, usize, &str); 5] = [
    ("column without name", 5, "▯▯▯"),
    ("first limits without name", 3, "▯▯▯"),
    ("column without head", 5, ""),
    ("first limits without head", 3, ""),
    ("column with a strange head", 5, "Zyx"),
];

/// The row of a faulty table that has the fault.
struct Told {
    symbol: &'static str,
    mark: &'static str,
    words: &'static str,
    unit: &'static str,
    printed: [&'static str; 3],
    /// A condition as printed.
    given: &'static str,
    /// The greatest value of another row of the same kind, in microseconds.
    again: &'static str,
    code: &'static str,
}

impl Default for Told {
    fn default() -> Told {
        Told {
            symbol: "VF",
            mark: "V_{F}",
            words: "Forward Voltage",
            unit: "V",
            printed: [""; 3],
            given: "I_{F} = 10 mA",
            again: "",
            code: "",
        }
    }
}

impl Told {
    /// The row as a group of its own; `one` is the SI value of its unit.
    fn group(&self, one: f64) -> Group {
        let printed = self.printed.map(|t| Some(t.to_string()).filter(|t| !t.is_empty()));
        let values = printed.clone().map(|t| t.and_then(|t| t.parse().ok()).map(|v: f64| v * one));
        // Only rows without fault are scored, and these have no conditions.
        let said = |text: &str| Said { text: text.into(), symbol: "IF".into(), value: f64::NAN };
        Group {
            section: "",
            symbol: self.symbol.into(),
            mark: self.mark.into(),
            name: self.words.into(),
            unit: self.unit.into(),
            shared: Some(self.given).filter(|g| !g.is_empty()).map(said).into_iter().collect(),
            lines: vec![Line { own: Vec::new(), printed, values }],
        }
    }
}

fn faulty_table(name: &str, style: &Style, told: &Told) -> Planted {
    let sound = |symbol, mark, words, unit, printed, one| {
        Told { symbol, mark, words, unit, printed, given: "", ..Told::default() }.group(one)
    };
    let mut groups = vec![
        sound("VBR", "V_{BR}", "Reverse Breakdown Voltage", "V", ["75", "", ""], 1.0),
        told.group(1.0),
        sound("CJ", "C_{J}", "Junction Capacitance", "pF", ["", "", "4.0"], 1e-12),
        sound("trr", "t_{rr}", "Reverse Recovery Time", "ns", ["", "", "8.0"], 1e-9),
    ];
    if !told.again.is_empty() {
        groups.pop();
        let again = ["", "", told.again];
        groups.push(Told { unit: "µs", printed: again, ..*told }.group(1.0));
    }
    let mut maker = Maker::new(style, "diode", "DX4711");
    maker.page();
    maker.opening();
    maker.table("Electrical Characteristics", &groups, 690.0, false);
    // What is in the row, or in a column whose name cannot be read, is nobody's.
    let strange = |at: usize| NAMELESS.iter().any(|n| n.1 == at && n.2 == style.table.words[at]);
    let [low, high] = [strange(3), strange(5)];
    let spoil = |r: &mut Row| {
        let nameless = low && r.min.is_some() || high && r.max.is_some();
        r.unreadable |= r.symbol == told.symbol || nameless;
    };
    maker.rows.iter_mut().for_each(spoil);
    let case = planted(name, maker.finish(String::new()), Verdict::Safe);
    Planted { code: Some(told.code).filter(|c| !c.is_empty()), ..case }
}
