//! How well synthetic datasheets are read: rows, curves, labels, axes, and what was served wrong.

mod curves;
mod rows;

use crate::sheet_layers::{made, read};
use crate::support;
use crate::synthetic::truth;
use espice_facts::SymbolTable;
use std::path::Path;
use std::time::Instant;

/// Counts over many sheets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) sheets: usize,
    pub(crate) seconds: f64,
    /// Rows: printed, served, served right, right with conditions, in review, refused.
    pub(crate) rows: usize,
    pub(crate) rows_served: usize,
    pub(crate) rows_right: usize,
    pub(crate) rows_full: usize,
    pub(crate) rows_review: usize,
    /// Values that are a thousand times too large or small, and served.
    pub(crate) thousandfold: usize,
    /// Plots: drawn, found, served, served though something is wrong.
    pub(crate) panels: usize,
    pub(crate) panels_found: usize,
    pub(crate) panels_served: usize,
    pub(crate) panels_wrong: usize,
    /// Served axes, and those that are wrong in kind or place.
    pub(crate) axes: usize,
    pub(crate) axes_kind_wrong: usize,
    pub(crate) axes_wrong: usize,
    /// Curves on plots that were found: drawn, whole and separate.
    pub(crate) curves: usize,
    pub(crate) curves_whole: usize,
    /// Labels: printed, bound right, bound wrong.
    pub(crate) labels: usize,
    pub(crate) labels_right: usize,
    pub(crate) labels_wrong: usize,
    /// Served curves whose quantity, abscissa or family is wrong, and those right.
    pub(crate) names_right: usize,
    pub(crate) names_wrong: usize,
    /// Root mean square and 95th percentile of each served curve's distance in % of the span:
    /// of fine and of coarse drawing.
    pub(crate) errors: [Vec<[f64; 2]>; 2],
    /// What went wrong, in words.
    pub(crate) faults: Vec<String>,
}

/// The share of a part, 1 of nothing.
fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 1.0 } else { part as f64 / of as f64 }
}

/// The worst of some errors but for a share of them.
fn quantile(errors: &[[f64; 2]], which: usize, at: f64) -> f64 {
    let mut values: Vec<f64> = errors.iter().map(|e| e[which]).collect();
    values.sort_by(f64::total_cmp);
    let index = ((values.len() as f64 - 1.0) * at).round() as usize;
    values.get(index).copied().unwrap_or(0.0)
}

impl Score {
    /// Reads a sheet and adds what came out.
    pub(crate) fn add(&mut self, made: &truth::Sheet, symbols: &SymbolTable) {
        let start = Instant::now();
        let reading = read(made, symbols);
        self.seconds += start.elapsed().as_secs_f64();
        self.sheets += 1;
        self.add_rows(made, &reading.facts, symbols);
        match &reading.sheet {
            Some(sheet) => self.add_panels(made, sheet, symbols),
            None => self.fault(made, format!("was not opened: {:?}", reading.diagnostics)),
        }
    }

    fn fault(&mut self, made: &truth::Sheet, what: String) {
        self.faults.push(format!("{}: {what}", made.name));
    }

    pub(crate) fn recall(&self) -> f64 {
        share(self.rows_right, self.rows)
    }

    pub(crate) fn precision(&self) -> f64 {
        share(self.rows_right, self.rows_served)
    }

    pub(crate) fn full(&self) -> f64 {
        let (p, r) = (share(self.rows_full, self.rows_served), share(self.rows_full, self.rows));
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }

    /// What is held, by name: value, least value, and the value that is aimed at.
    fn bars(&self) -> Vec<(&'static str, f64, f64, f64)> {
        let right = |wrong: usize, of: usize| 1.0 - share(wrong, of.max(1));
        // Of errors the share of curves that stay below the bounds of each kind of drawing.
        let near = |errors: &[[f64; 2]], rms: f64, p95: f64| {
            let good = errors.iter().filter(|e| e[0] <= rms && e[1] <= p95).count();
            share(good, errors.len())
        };
        vec![
            ("row recall", self.recall(), 0.97, 0.97),
            ("row precision", self.precision(), 0.98, 0.98),
            ("full rows F1", self.full(), 0.95, 0.95),
            ("plots served", share(self.panels_served, self.panels), 0.9, 0.9),
            ("plots served right", right(self.panels_wrong, self.panels_served), 0.995, 0.995),
            ("axis kinds right", right(self.axes_kind_wrong, self.axes), 0.99, 0.99),
            ("axes right", right(self.axes_wrong, self.axes), 0.995, 0.995),
            ("curves whole", share(self.curves_whole, self.curves), 0.97, 0.97),
            ("labels right", share(self.labels_right, self.labels), 0.95, 0.95),
            ("fine curves near", near(&self.errors[0], 0.05, 0.1), 0.97, 1.0),
            ("coarse curves near", near(&self.errors[1], 0.1, 0.2), 0.97, 1.0),
        ]
    }

    /// The figures as a table.
    pub(crate) fn report(&self) -> String {
        let percent = |part: usize, of: usize| match of {
            0 => String::from("   none"),
            _ => format!("{:6.2} % of {of}", 100.0 * share(part, of)),
        };
        let mut lines = vec![
            format!(
                "sheets            {}, {:.0} ms each",
                self.sheets,
                1e3 * self.seconds / self.sheets.max(1) as f64
            ),
            format!("row recall        {}", percent(self.rows_right, self.rows)),
            format!("row precision     {}", percent(self.rows_right, self.rows_served)),
            format!("rows in review    {}", self.rows_review),
            format!("full rows F1      {:6.2} %", 100.0 * self.full()),
            format!("1000x errors      {}", self.thousandfold),
            format!("plots found       {}", percent(self.panels_found, self.panels)),
            format!("plots served      {}", percent(self.panels_served, self.panels)),
            format!("plots wrong       {}", percent(self.panels_wrong, self.panels_served)),
            format!("axis kind wrong   {}", percent(self.axes_kind_wrong, self.axes)),
            format!("axis wrong        {}", percent(self.axes_wrong, self.axes)),
            format!("curves whole      {}", percent(self.curves_whole, self.curves)),
            format!("labels right      {}", percent(self.labels_right, self.labels)),
            format!("labels wrong      {}", percent(self.labels_wrong, self.labels)),
            format!(
                "names right       {}",
                percent(self.names_right, self.names_right + self.names_wrong)
            ),
        ];
        for (name, errors) in ["fine", "coarse"].iter().zip(&self.errors) {
            let at = |which, q| quantile(errors, which, q);
            lines.push(format!(
                "error {name:<6}      rms {:.4} / {:.4} %, p95 {:.4} / {:.4} % (median / 97th of {})",
                at(0, 0.5), at(0, 0.97), at(1, 0.5), at(1, 0.97), errors.len()
            ));
        }
        lines.join("\n")
    }
}

/// How many sheets: `ESPICE_SHEETS` in the environment, else a few. A folder named in
/// `ESPICE_KEEP` gets them as files.
fn count() -> usize {
    support::variable("ESPICE_SHEETS").and_then(|n| n.parse().ok()).unwrap_or(12)
}

#[test]
fn synthetic_sheets_are_read() {
    let symbols = support::library().symbols.clone();
    let seed = support::variable("ESPICE_SEED").and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut score = Score::default();
    for number in 0..count() {
        let sheet = made(number, seed);
        if let Some(folder) = support::variable("ESPICE_KEEP") {
            let path = Path::new(&folder).join(&sheet.name).with_extension("pdf");
            std::fs::write(path, &sheet.bytes).expect("the folder of ESPICE_KEEP takes files");
        }
        score.add(&sheet, &symbols);
    }
    println!("{}", score.report());
    let shown = support::variable("ESPICE_FAULTS").and_then(|n| n.parse().ok()).unwrap_or(40);
    score.faults.iter().take(shown).for_each(|f| println!("{f}"));
    assert_eq!(score.thousandfold, 0, "{:#?}", score.faults);
    let mut below = Vec::new();
    for (what, value, held, aim) in score.bars() {
        println!("{what:<22} {value:.4} of {held} held, {aim} aimed at");
        if value < held {
            below.push(what);
        }
    }
    assert!(below.is_empty(), "{below:?} fell: {:#?}", score.faults);
}

#[test]
fn tables_of_families_are_read() {
    let symbols = support::library().symbols.clone();
    let mut score = Score::default();
    for seed in 0..8 {
        score.add(&crate::synthetic::family::sheet(seed), &symbols);
    }
    println!("{}", score.report());
    score.faults.iter().for_each(|f| println!("{f}"));
    assert_eq!(score.thousandfold, 0, "{:#?}", score.faults);
    // 0.98 is aimed at: a value for all parts is taken for one where no rule tells.
    assert!(score.precision() >= 0.95, "{:#?}", score.faults);
}

#[test]
fn the_bundled_sheet_is_read_whole() {
    let symbols = support::library().symbols.clone();
    let mut score = Score::default();
    score.add(&crate::synthetic::ex41::sheet(), &symbols);
    println!("{}", score.report());
    assert!(score.faults.is_empty(), "{:#?}", score.faults);
    assert_eq!((score.rows_full, score.panels_served), (15, 4));
}
