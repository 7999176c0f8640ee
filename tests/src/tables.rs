//! Structure of tables on real sheets: each row of the truth must come out with its minimum,
//! typical value and maximum in the columns whose headers say so.
//!
//! The sheets are their makers' and lie outside the project; without them the test says that it
//! was skipped.

use espice_base::FileId;
use espice_ingest::sheet::{table, text};
use espice_pdf::{Document, PdfLimits};
use std::path::{Path, PathBuf};

/// One row that a person read.
struct Wanted {
    file: String,
    page: usize,
    pattern: String,
    values: [String; 3],
}

/// One row as found: its text without blanks, and its values as printed.
struct Found {
    text: String,
    values: [Option<String>; 3],
    doubtful: bool,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data")
}

fn truth() -> Option<Vec<Wanted>> {
    #[allow(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    let text = std::fs::read_to_string(data().join("truth/tables.tsv")).ok()?;
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, page, pattern, min, typ, max] = cells.as_slice() else { return None };
        Some(Wanted {
            file: file.to_string(),
            page: page.parse().ok()?,
            pattern: pattern.to_string(),
            values: [min, typ, max].map(|v| v.to_string()),
        })
    };
    Some(text.lines().skip(1).filter_map(row).collect())
}

/// The rows of one page.
fn rows(document: &Document, page: usize) -> Vec<Found> {
    let (page, _) = document.page(page - 1);
    let mut out = Vec::new();
    for table in table::find(&page, &text::read(&page)) {
        for row in &table.rows {
            let text: String = row.cells.iter().map(|c| c.text()).collect();
            let value = |role| {
                let cells: Vec<String> = table.cells(row, role).map(|c| c.text()).collect();
                (!cells.is_empty()).then(|| cells.concat())
            };
            let values = [table::Role::Min, table::Role::Typ, table::Role::Max].map(value);
            out.push(Found {
                text: text.split_whitespace().collect(),
                values,
                doubtful: !row.doubts.is_empty(),
            });
        }
    }
    out
}

/// Whether a printed value is what the truth says; dashes and nothing are one.
fn same(wanted: &str, found: Option<&String>) -> bool {
    let blank = |t: &str| t.chars().all(|c| "-–—―⎯ ".contains(c));
    match found {
        None => blank(wanted) || wanted == "absent",
        Some(f) if blank(f) => blank(wanted) || wanted == "absent",
        Some(f) => f.replace(' ', "") == wanted,
    }
}

#[test]
fn rows_of_real_tables_have_their_values_in_the_right_columns() {
    let Some(truth) = truth() else {
        println!("SKIPPED: no truth of tables beside the project");
        return;
    };
    let (mut right, mut doubtful) = (0, 0);
    let mut missed = Vec::new();
    let mut open: Option<(String, Document)> = None;
    for wanted in &truth {
        if open.as_ref().is_none_or(|(name, _)| *name != wanted.file) {
            let path = data().join("datasheets").join(&wanted.file);
            #[allow(
                clippy::disallowed_methods,
                reason = "tests read the files that they are about"
            )]
            let Ok(bytes) = std::fs::read(&path) else {
                println!("SKIPPED: `{}` is not there", wanted.file);
                continue;
            };
            let (document, _) =
                Document::open(&bytes, FileId(0), &PdfLimits::default()).expect("sheet opens");
            open = Some((wanted.file.clone(), document));
        }
        let Some((_, document)) = &open else { continue };
        let found = rows(document, wanted.page);
        let pattern = Pattern::new(&wanted.pattern);
        let hit = found
            .iter()
            .filter(|f| pattern.found_in(&f.text))
            .find(|f| wanted.values.iter().zip(&f.values).all(|(w, v)| same(w, v.as_ref())));
        match hit {
            Some(f) => {
                right += 1;
                doubtful += usize::from(f.doubtful);
            }
            None => missed.push(format!("{} {}", wanted.file, wanted.pattern)),
        }
    }
    println!("{right} of {} rows right, {doubtful} of them in doubt; {missed:#?}", truth.len());
    assert!(right * 100 >= truth.len() * 97, "{right} of {}: {missed:#?}", truth.len());
    assert!(doubtful * 50 <= truth.len());
}

/// A small regular expression: literals, `.`, `*`, `^`, `$`, groups, `|` and `(?!…)`.
struct Pattern(Vec<Vec<Item>>);

enum Item {
    One(Atom),
    Many(Atom),
}

enum Atom {
    Char(char),
    Any,
    Start,
    End,
    Not(Pattern),
}

impl Pattern {
    fn new(text: &str) -> Pattern {
        let chars: Vec<char> = text.to_lowercase().chars().collect();
        let mut at = 0;
        Pattern::parse(&chars, &mut at)
    }

    fn parse(chars: &[char], at: &mut usize) -> Pattern {
        let mut out = vec![Vec::new()];
        while let Some(&c) = chars.get(*at) {
            *at += 1;
            let atom = match c {
                '|' => {
                    out.push(Vec::new());
                    continue;
                }
                ')' => break,
                '(' if chars[*at..].starts_with(&['?', '!']) => {
                    *at += 2;
                    Atom::Not(Pattern::parse(chars, at))
                }
                '\\' => {
                    *at += 1;
                    Atom::Char(chars[*at - 1])
                }
                '.' => Atom::Any,
                '^' => Atom::Start,
                '$' => Atom::End,
                c => Atom::Char(c),
            };
            let many = chars.get(*at) == Some(&'*');
            *at += usize::from(many);
            out.last_mut().unwrap().push(if many { Item::Many(atom) } else { Item::One(atom) });
        }
        Pattern(out)
    }

    fn found_in(&self, text: &str) -> bool {
        // Letters of either case: sheets print `iR` and `IR` for one symbol.
        let chars: Vec<char> = text.to_lowercase().chars().collect();
        (0..=chars.len()).any(|from| self.matches(&chars, from))
    }

    fn matches(&self, text: &[char], from: usize) -> bool {
        self.0.iter().any(|items| Pattern::run(items, text, from))
    }

    fn run(items: &[Item], text: &[char], at: usize) -> bool {
        let step = |atom: &Atom, at: usize| match atom {
            Atom::Char(c) => (text.get(at) == Some(c)).then_some(at + 1),
            Atom::Any => (at < text.len()).then_some(at + 1),
            Atom::Start => (at == 0).then_some(at),
            Atom::End => (at == text.len()).then_some(at),
            Atom::Not(p) => (!p.matches(text, at)).then_some(at),
        };
        match items.split_first() {
            None => true,
            Some((Item::One(atom), rest)) => {
                step(atom, at).is_some_and(|next| Pattern::run(rest, text, next))
            }
            Some((Item::Many(atom), rest)) => {
                let mut ends = vec![at];
                while let Some(next) = step(atom, ends[ends.len() - 1]).filter(|n| *n > at) {
                    ends.push(next);
                }
                ends.into_iter().rev().any(|end| Pattern::run(rest, text, end))
            }
        }
    }
}

#[test]
fn patterns_match_as_they_say() {
    for (pattern, text, expected) in [
        ("IGSS|RDSon", "xRDSony", true),
        ("^(?!.*55).*25.C$", "Tj=25°C", true),
        ("^(?!.*55).*25.C$", "55Tj=25°C", false),
        ("VR=20V(?!,)", "VR=20V,Tj", false),
        ("V\\(BR\\)DSS.*25", "V(BR)DSS=x25", true),
    ] {
        assert_eq!(Pattern::new(pattern).found_in(text), expected, "{pattern} in {text}");
    }
}
