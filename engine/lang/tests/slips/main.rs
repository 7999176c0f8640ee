//! One slip, one diagnostic: small mistakes in the texts of real packs, each made in one place of
//! one file, and what checking the packs then says.
//!
//! A sample runs with every test. `ESPICE_SLIPS=20000` sets how many, `ESPICE_FIRST=1` takes
//! others, `ESPICE_SHOW=1` lists those that were not told by one diagnostic.
//!
//! What is told at all is told once. What is not told is harmless, by the way of the slip:
//! - a line broken where the language lets it go on, or two lines joined that may stand in one,
//!   say the same;
//! - a line doubled or dropped, a token doubled, a sign or a word dropped (`not`, `-`, a reason),
//!   another unit of the same place or another name that is declared, too, say something else
//!   that is as sound: only the tests of a pack can tell;
//! - a misspelt word passes where it declares a name that nothing else speaks of.
//!
//! The last is held to: a misspelt word that is no such declaration must be told.
#![cfg(test)]

mod make;

use espice_base::{Date, Diagnostics, Digest, MemoryWorld, Severity, SourceMap};
use espice_lang::{EmbeddedFile, EmbeddedPack, PackRoot, load, rules};
use make::{Slip, WAYS};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const TODAY: Date = Date { year: 2026, month: 11, day: 21 };

#[expect(clippy::disallowed_methods, reason = "how many cases are run is the caller's choice")]
fn variable(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of a pack by its path from the root of the project.
struct TextFile {
    path: String,
    text: &'static str,
}

fn collect(folder: &Path, name: &str, found: &mut Vec<TextFile>) {
    let mut entries: Vec<_> = folder.read_dir().unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let inner = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &inner, found);
        } else {
            #[expect(clippy::disallowed_methods, reason = "tests read the files they are about")]
            let text = std::fs::read_to_string(&path).unwrap();
            found.push(TextFile { path: inner, text: text.leak() });
        }
    }
}

/// A pack that slips are made in: its folder, and the folders that its texts lie in.
const PACKS: [(&str, &[&str]); 4] = [
    ("rules", &["rules", "templates"]),
    ("foundries/generic-discrete", &["foundries/generic-discrete"]),
    ("foundries/sky130", &["foundries/sky130"]),
    ("engine/lang/tests/slips/own", &["engine/lang/tests/slips/own"]),
];

/// How many slips are made where nobody asks for more; development builds are slow.
const SAMPLE: usize = if cfg!(debug_assertions) { 216 } else { 1500 };
/// The least share of slips that are told by one diagnostic, of those that are told.
const SHARE: f64 = 0.97;
/// Ways to slip that leave no word as it was.
const MISSPELT: [&str; 3] = ["letters swapped", "letter dropped", "letter doubled"];

struct Bench {
    /// All files of the packs.
    files: Vec<TextFile>,
    /// Those of the pack that the others extend, as they are in the program.
    builtin: Vec<EmbeddedFile<'static>>,
}

impl Bench {
    fn new() -> Bench {
        let mut files = Vec::new();
        for folder in PACKS.iter().flat_map(|p| p.1) {
            collect(&root().join(folder), folder, &mut files);
        }
        let own = |f: &&TextFile| {
            !f.path.contains("/tests/")
                && (f.path.starts_with("rules") || f.path.starts_with("templates"))
        };
        let builtin = files.iter().filter(own).map(|f| EmbeddedFile {
            path: f.path.clone().leak(),
            text: f.text,
            frozen: match f.path.ends_with(".espice") {
                true => espice_syntax::freeze(f.text).unwrap().leak(),
                false => &[],
            },
            digest: Digest::of_text(f.text.as_bytes()),
        });
        let builtin = builtin.collect();
        Bench { files, builtin }
    }

    /// What is said of a pack with one text in place of that of a file.
    fn told(&self, pack: usize, path: &str, text: &str) -> (Diagnostics, SourceMap) {
        let (folder, folders) = PACKS[pack];
        let mut world = MemoryWorld::new(TODAY);
        for file in &self.files {
            if folders.iter().any(|f| file.path.starts_with(f)) {
                let own = if file.path == path { text } else { file.text };
                world = world.with(file.path.as_str(), own);
            }
        }
        let mut sources = SourceMap::default();
        let builtin = [EmbeddedPack { folder: "rules", files: &self.builtin }];
        let roots = [PackRoot::Folder(folder.into())];
        let (library, told) = load(&world, &roots, &builtin, &mut sources);
        let (_, of_rules) = rules::check(&library, &sources);
        (told.into_iter().chain(of_rules).collect(), sources)
    }
}

/// Where a slip may be made.
struct Place {
    pack: usize,
    file: usize,
    token: usize,
    way: usize,
}

/// What a slip came to.
struct Outcome {
    kind: &'static str,
    path: String,
    line: usize,
    before: String,
    after: String,
    codes: Vec<String>,
    words: Vec<String>,
}

fn line_at(text: &str, at: usize) -> String {
    let at = at.min(text.len());
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    text[start..end].trim().to_string()
}

fn try_slip(bench: &Bench, place: &Place, slip: &Slip) -> Outcome {
    let file = &bench.files[place.file];
    let (told, sources) = bench.told(place.pack, &file.path, &slip.text);
    let mut told: Vec<_> = told.into_iter().collect();
    // Where there are errors, warnings may stand beside them.
    if told.iter().any(|d| d.severity == Severity::Error) {
        told.retain(|d| d.severity == Severity::Error);
    }
    Outcome {
        kind: slip.kind,
        path: file.path.clone(),
        line: file.text[..slip.at].matches('\n').count() + 1,
        before: line_at(file.text, slip.at),
        after: line_at(&slip.text, slip.at),
        codes: told.iter().map(|d| d.code.to_string()).collect(),
        words: told
            .iter()
            .map(|d| {
                let shown = espice_base::render_plain(d, &sources);
                let place = shown.lines().nth(1).unwrap_or("").trim();
                format!("{} {} {place}", d.code, d.message)
            })
            .collect(),
    }
}

#[test]
fn one_slip_is_one_diagnostic() {
    let started = std::time::Instant::now();
    let bench = Bench::new();
    for (pack, _) in PACKS.iter().enumerate() {
        let (told, sources) = bench.told(pack, "", "");
        let words: Vec<_> = told.iter().map(|d| espice_base::render_plain(d, &sources)).collect();
        assert!(told.is_empty(), "{}", words.join("\n"));
    }
    println!("ready after {:?}", started.elapsed());
    let tokens: Vec<_> = bench
        .files
        .iter()
        .map(|f| if f.path.ends_with(".espice") { make::tokens(f.text) } else { Vec::new() })
        .collect();
    // Each pack and each way has its share.
    let wanted = variable("ESPICE_SLIPS").unwrap_or(SAMPLE);
    let (mut places, mut seen) = (Vec::new(), BTreeSet::new());
    for (pack, (_, folders)) in PACKS.iter().enumerate() {
        let of_pack: Vec<(usize, usize)> = bench
            .files
            .iter()
            .enumerate()
            .filter(|(_, f)| folders.iter().any(|folder| f.path.starts_with(folder)))
            .flat_map(|(file, _)| (0..tokens[file].len()).map(move |token| (file, token)))
            .collect();
        for way in 0..WAYS.len() {
            // The pack that the others extend is large, and is read anew each time.
            let all = wanted.div_ceil(PACKS.len() * WAYS.len());
            let share = if pack == 0 { all.div_ceil(3) } else { all };
            let (mut made, mut tries) = (0, 0);
            while made < share && tries < 200 * share {
                let seed =
                    (pack * 100 + way) * 1_000_000 + tries + variable("ESPICE_FIRST").unwrap_or(0);
                tries += 1;
                let (file, token) = of_pack[make::scatter(seed as u64) % of_pack.len()];
                let text = bench.files[file].text;
                let is_new = seen.insert((file, token, way));
                if is_new && make::slip(text, &tokens[file], token, way).is_some() {
                    places.push(Place { pack, file, token, way });
                    made += 1;
                }
            }
        }
    }
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let text = bench.files[place.file].text;
                    let slip =
                        make::slip(text, &tokens[place.file], place.token, place.way).unwrap();
                    let outcome = try_slip(&bench, place, &slip);
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by(|a, b| (a.kind, &a.path, a.line).cmp(&(b.kind, &b.path, b.line)));
    println!("done after {:?}", started.elapsed());
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for outcome in &outcomes {
        table.entry(outcome.kind).or_default()[outcome.codes.len().min(2)] += 1;
        if outcome.codes.len() != 1 && variable("ESPICE_SHOW").is_some() {
            println!(
                "## {} | {}:{} | {} {}\n  - {}\n  + {}\n    {}",
                outcome.codes.len(),
                outcome.path,
                outcome.line,
                outcome.kind,
                outcome.codes.join("+"),
                outcome.before,
                outcome.after,
                outcome.words.join("\n    ")
            );
        }
    }
    let mut all = [0; 3];
    for (kind, counts) in &table {
        println!("{kind:18} none {:5} one {:5} more {:5}", counts[0], counts[1], counts[2]);
        (0..3).for_each(|i| all[i] += counts[i]);
    }
    let share = all[1] as f64 / (all[1] + all[2]) as f64;
    println!("all none {} one {} more {}: {:.2} %", all[0], all[1], all[2], 100.0 * share);
    let quiet = outcomes.iter().filter(|o| MISSPELT.contains(&o.kind) && o.codes.is_empty());
    let untold: Vec<String> = quiet
        .filter(|o| !is_free_name(&bench, o))
        .map(|o| format!("{}:{}: `{}` became `{}`", o.path, o.line, o.before, o.after))
        .collect();
    assert!(untold.is_empty(), "misspelt, and not told:\n{}", untold.join("\n"));
    assert!(share >= SHARE, "{:.2} % are told by one diagnostic", 100.0 * share);
}

/// Whether the word that became another is declared there and used nowhere else, or the other
/// stands elsewhere, too: then nothing is wrong with the text.
fn is_free_name(bench: &Bench, outcome: &Outcome) -> bool {
    let words = |line: &str| -> Vec<String> {
        make::tokens(line)
            .into_iter()
            .filter(|t| t.sort == make::Sort::Word)
            .map(|t| line[t.place].to_string())
            .collect()
    };
    let (before, after) = (words(&outcome.before), words(&outcome.after));
    let Some(at) = before.iter().zip(&after).position(|(a, b)| a != b) else { return false };
    let count = |word: &str| -> usize {
        let texts = bench.files.iter().filter(|f| f.path.ends_with(".espice"));
        texts.map(|f| words_of(f.text, word)).sum()
    };
    // Names of arguments are known to their own item alone, and stand in a list of types.
    let is_typed = outcome.before.contains(&format!("{} :", before[at]));
    count(&before[at]) == 1 || count(&after[at]) > 0 || is_typed
}

fn words_of(text: &str, word: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let alone =
        |at: usize| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part);
    text.match_indices(word).filter(|(at, _)| alone(*at)).count()
}
