//! Reading of PDF datasheets: the bundled sheet page by page, stage by stage and whole, and each
//! sheet of `../shared/data/datasheets` where they are, and of the folder that `SHEETS` names.
//!
//! With `PEERS=PYTHON`, an interpreter that has pdfplumber, camelot and pymupdf, the same files
//! go through `sheet_peers.py` in the same run, and the ratios of the medians are printed.

use divan::{Bencher, black_box};
use espice::{Config, Engine};
use espice_base::{Date, FileId, MemoryWorld, SourceMap};
use espice_facts::SymbolTable;
use espice_ingest::sheet::{plot, table, text};
use espice_pdf::{Document, Page, PdfLimits};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Instant;

/// Runs of a whole sheet, of which the median counts.
const RUNS: usize = 9;
/// What a page may take, in seconds, and what a sheet of a dozen.
const PAGE: f64 = 0.03;
const SHEET: f64 = 0.4;

static SYMBOLS: LazyLock<SymbolTable> = LazyLock::new(|| {
    let world = MemoryWorld::new(Date { year: 2026, month: 1, day: 1 });
    let (engine, _) = Engine::new(&world, Config::default());
    engine.symbols().clone()
});
static BUNDLED: LazyLock<Vec<u8>> =
    LazyLock::new(|| load(&root().join("tests/examples/EX41/EX41.pdf")));

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let sheets = sheets();
    let ours: Vec<f64> = sheets.iter().map(|s| median(s)).collect();
    let mut slow: Vec<String> = Vec::new();
    for (sheet, seconds) in sheets.iter().zip(&ours) {
        let pages = page_medians(sheet);
        for (page, taken) in pages.iter().enumerate().filter(|(_, s)| **s > PAGE) {
            slow.push(format!("{} page {}: {:.1} ms", name(sheet), page + 1, 1e3 * taken));
        }
        if *seconds > SHEET * (pages.len() as f64 / 12.0).max(1.0) {
            slow.push(format!("{}: {:.1} ms", name(sheet), 1e3 * seconds));
        }
        let each: Vec<String> = pages.iter().map(|s| format!("{:.1}", 1e3 * s)).collect();
        println!(
            "{:<24} {:>3} pages {:>8.1} ms; page by page {}",
            name(sheet),
            pages.len(),
            1e3 * seconds,
            each.join(" ")
        );
    }
    println!(
        "over 30 ms a page or 0.4 s a dozen pages: {}",
        if slow.is_empty() { "none" } else { "" }
    );
    slow.iter().for_each(|s| println!("    {s}"));
    match std::env::var("PEERS") {
        Ok(python) => peers(&python, &sheets, &ours),
        Err(_) => println!("peers skipped: PEERS names no Python interpreter"),
    }
    divan::main();
}

/// The project's root: two folders above this crate.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn load(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
}

/// The bundled sheet, and the real ones where they are.
fn sheets() -> Vec<PathBuf> {
    let mut found = vec![root().join("tests/examples/EX41/EX41.pdf")];
    let folder = root().join("../shared/data/datasheets");
    match std::fs::read_dir(&folder) {
        Ok(entries) => {
            let all = entries.filter_map(|e| Some(e.ok()?.path()));
            let mut real: Vec<PathBuf> =
                all.filter(|p| p.extension().is_some_and(|e| e == "pdf")).collect();
            real.sort();
            found.extend(real);
        }
        Err(_) => println!("real sheets skipped: there is no {}", folder.display()),
    }
    if let Some(entries) = std::env::var_os("SHEETS").and_then(|f| std::fs::read_dir(f).ok()) {
        let pdf = |p: &PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("pdf"));
        let mut more: Vec<PathBuf> =
            entries.filter_map(|e| Some(e.ok()?.path())).filter(pdf).collect();
        more.sort();
        found.extend(more);
    }
    found
}

fn read(bytes: &[u8], name: &str) -> espice_ingest::Reading {
    espice_ingest::read(bytes, name, &mut SourceMap::default(), &SYMBOLS)
}

fn open(bytes: &[u8]) -> Document {
    let opened = Document::open(bytes, FileId::default(), &PdfLimits::default());
    opened.map(|o| o.0).unwrap_or_else(|d| panic!("{d:?}"))
}

/// Median seconds of reading a sheet whole.
fn median(path: &Path) -> f64 {
    let (bytes, name) = (load(path), name(path));
    let mut runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(read(black_box(&bytes), &name));
            start.elapsed().as_secs_f64()
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[RUNS / 2]
}

/// Median seconds of each page of a sheet through every stage.
fn page_medians(path: &Path) -> Vec<f64> {
    let document = open(&load(path));
    let names = plot::Names::new(&SYMBOLS, None, &[]);
    let page = |index: usize| {
        let mut runs: Vec<f64> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                black_box(stages(&document, index, &names));
                start.elapsed().as_secs_f64()
            })
            .collect();
        runs.sort_by(f64::total_cmp);
        runs[RUNS / 2]
    };
    (0..document.page_count()).map(page).collect()
}

/// A page through every stage.
fn stages(
    document: &Document,
    index: usize,
    names: &plot::Names<'_>,
) -> (Vec<table::Table>, Vec<plot::Plot>) {
    let (mut page, _) = document.page(index);
    let signs = text::signs(&page);
    page.glyphs.extend(signs);
    let text = text::read(&page);
    let tables = table::find(&page, &text);
    let mut plots = plot::find(&page, &text).plots;
    plots.iter_mut().for_each(|p| plot::curves(&page, &text, p, names));
    (tables, plots)
}

/// Runs the peers over the same files and prints how many times longer each takes. The script
/// prints a line `tool <tab> index of the file <tab> median seconds` for each, or `tool <tab>
/// absent`.
fn peers(python: &str, sheets: &[PathBuf], ours: &[f64]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/sheet_peers.py");
    let output = match Command::new(python).arg(script).args(sheets).output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            println!("peers failed: {}", String::from_utf8_lossy(&output.stderr));
            return;
        }
        Err(e) => {
            println!("peers skipped: {python}: {e}");
            return;
        }
    };
    let mut ratios: Vec<(String, Vec<f64>)> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [tool, index, seconds] = cells[..] else {
            println!("{line}");
            continue;
        };
        let (Ok(index), Ok(seconds)) = (index.parse::<usize>(), seconds.parse::<f64>()) else {
            continue;
        };
        let (Some(sheet), Some(own)) = (sheets.get(index), ours.get(index)) else { continue };
        println!(
            "{:<24} {tool:<12} {:>9.1} ms {:>7.1} x",
            name(sheet),
            1e3 * seconds,
            seconds / own
        );
        match ratios.iter_mut().find(|r| r.0 == tool) {
            Some(of) => of.1.push(seconds / own),
            None => ratios.push((tool.to_string(), vec![seconds / own])),
        }
    }
    for (tool, mut all) in ratios {
        all.sort_by(f64::total_cmp);
        println!(
            "{tool}: {:.1} x at least, {:.1} x in the middle, over {} sheets",
            all[0],
            all[all.len() / 2],
            all.len()
        );
    }
}

/// A page with its text, and what the stages after it need.
fn pages() -> Vec<(Page, text::TextPage)> {
    let document = open(&BUNDLED);
    let page = |i| {
        let (page, _) = document.page(i);
        let text = text::read(&page);
        (page, text)
    };
    (0..document.page_count()).map(page).collect()
}

#[divan::bench]
fn whole(bencher: Bencher<'_, '_>) {
    let _ = &*SYMBOLS;
    bencher.bench_local(|| read(black_box(&BUNDLED), "EX41.pdf"));
}

#[divan::bench]
fn opening(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| open(black_box(&BUNDLED)));
}

/// One page through every stage.
#[divan::bench(args = [1, 2])]
fn one_page(bencher: Bencher<'_, '_>, number: usize) {
    let document = open(&BUNDLED);
    let names = plot::Names::new(&SYMBOLS, None, &[]);
    bencher.bench_local(|| stages(&document, black_box(number - 1), &names));
}

#[divan::bench]
fn stage_pages(bencher: Bencher<'_, '_>) {
    let document = open(&BUNDLED);
    bencher
        .bench_local(|| (0..document.page_count()).map(|i| document.page(i)).collect::<Vec<_>>());
}

#[divan::bench]
fn stage_text(bencher: Bencher<'_, '_>) {
    let pages = pages();
    bencher.bench_local(|| pages.iter().map(|(p, _)| text::read(p)).collect::<Vec<_>>());
}

#[divan::bench]
fn stage_tables(bencher: Bencher<'_, '_>) {
    let pages = pages();
    bencher.bench_local(|| pages.iter().map(|(p, t)| table::find(p, t)).collect::<Vec<_>>());
}

#[divan::bench]
fn stage_plots(bencher: Bencher<'_, '_>) {
    let pages = pages();
    let names = plot::Names::new(&SYMBOLS, None, &[]);
    bencher.bench_local(|| {
        let of = |(page, text): &(Page, text::TextPage)| {
            let mut plots = plot::find(page, text).plots;
            plots.iter_mut().for_each(|p| plot::curves(page, text, p, &names));
            plots
        };
        pages.iter().map(of).collect::<Vec<_>>()
    });
}
