//! Lints: what is legal, works, and will trouble somebody later. Each has a name, a code with a
//! page, and a bad and a good example; `allow NAME because "…"` in an item or a file says that
//! one does not matter there.

mod info;
mod items;
mod rules;
mod style;

pub use info::{LINTS, LintInfo, Teller, find};

use crate::ir::{Allowed, Library};
use crate::rules::{Rulebook, reachability};
use espice_base::{Code, Diagnostic, Diagnostics, SourceMap, Span, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

/// A change of a text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// What a lint tells, with the change that mends it where that is safe.
#[derive(Clone, PartialEq, Debug)]
pub struct Complaint {
    /// What is told.
    pub diagnostic: Diagnostic,
    /// The change.
    pub fix: Option<Edit>,
}

/// What lints look into.
pub(crate) struct Looked<'l> {
    pub(crate) library: &'l Library,
    pub(crate) sources: &'l SourceMap,
    /// The packs whose items are looked at.
    pub(crate) packs: &'l BTreeSet<usize>,
    found: Vec<Complaint>,
}

impl Looked<'_> {
    fn tell(&mut self, diagnostic: Diagnostic) {
        self.found.push(Complaint { diagnostic, fix: None });
    }

    fn tell_with(&mut self, diagnostic: Diagnostic, fix: Option<Edit>) {
        self.found.push(Complaint { diagnostic, fix });
    }

    /// The text at a place.
    fn text(&self, span: Span) -> &str {
        let range = usize::try_from(span.start).ok().zip(usize::try_from(span.end).ok());
        let text = self.sources.get(span.file).map_or("", |f| f.text());
        range.and_then(|(from, to)| text.get(from..to)).unwrap_or("")
    }

    /// The lines of a statement, where nothing else stands on them.
    fn whole_lines(&self, span: Span) -> Option<Span> {
        let text = self.sources.get(span.file)?.text();
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        let from = text.get(..start)?.rfind('\n').map_or(0, |n| n + 1);
        let rest = text.get(end..)?;
        let to = end + rest.find('\n').map_or(rest.len(), |n| n + 1);
        let alone =
            text.get(from..start)?.trim().is_empty() && text.get(end..to)?.trim().is_empty();
        let place = |at: usize| u32::try_from(at).ok();
        alone.then_some(Span { start: place(from)?, end: place(to)?, ..span })
    }
}

/// The lints of some packs, in the order of their places; allowed ones are left out.
pub fn lint(
    library: &Library,
    book: &Rulebook,
    sources: &SourceMap,
    packs: &BTreeSet<usize>,
) -> Vec<Complaint> {
    let mut looked = Looked { library, sources, packs, found: Vec::new() };
    rules::look(&mut looked);
    style::look(&mut looked);
    items::look(&mut looked);
    let mut found = std::mem::take(&mut looked.found);
    let proofs = reachability(library, book);
    let mut used = BTreeSet::new();
    found.retain(|c| keep(library, &c.diagnostic, &mut used));
    for proof in &proofs {
        keep(library, proof, &mut used);
    }
    unused_allows(&mut looked, &used);
    found.extend(looked.found);
    let key = |c: &Complaint| {
        let place = c.diagnostic.place();
        let text = place.map(|p| match p {
            espice_base::Place::Text(span) => (span.file, span.start, span.end),
            other => (other.file(), 0, 0),
        });
        (text, c.diagnostic.code.as_str(), c.diagnostic.message.clone())
    };
    found.sort_by_key(key);
    found.dedup();
    found
}

/// The diagnostics that nothing allows.
pub fn without_allowed(library: &Library, diagnostics: Diagnostics) -> Diagnostics {
    let mut used = BTreeSet::new();
    diagnostics.into_iter().filter(|d| keep(library, d, &mut used)).collect()
}

/// Whether nothing allows a diagnostic; notes what does.
fn keep(library: &Library, diagnostic: &Diagnostic, used: &mut BTreeSet<usize>) -> bool {
    let Some(place) = diagnostic.place() else { return true };
    let names =
        |allow: &Allowed| find(&allow.item.lint.text).is_some_and(|l| l.code == diagnostic.code);
    let found = library.allows.iter().position(|a| names(a) && a.covers(place));
    used.extend(found);
    found.is_none()
}

fn unused_allows(looked: &mut Looked<'_>, used: &BTreeSet<usize>) {
    for (index, allow) in looked.library.allows.iter().enumerate() {
        if used.contains(&index) || !looked.packs.contains(&allow.pack) {
            continue;
        }
        let lint = &allow.item.lint;
        let fix =
            looked.whole_lines(allow.item.span).map(|span| Edit { span, text: String::new() });
        looked.tell_with(
            Diagnostic::warning(
                Code::LINT_UNUSED_ALLOW,
                format!("nothing here is told by `{}`", lint.text),
            )
            .at(allow.item.span)
            .help("delete it"),
            fix,
        );
    }
}

/// Names of lints that do not exist.
pub(crate) fn check_allows(library: &Library, diagnostics: &mut Diagnostics) {
    for allow in &library.allows {
        let word = &allow.item.lint;
        if find(&word.text).is_some() {
            continue;
        }
        let likely = did_you_mean(&word.text, LINTS.iter().map(|l| l.name));
        let help = likely.map_or_else(
            || String::from("`espice lint --list` prints the names"),
            |name| format!("did you mean `{name}`?"),
        );
        diagnostics.push(
            Diagnostic::error(Code::UNKNOWN_LINT, format!("there is no lint `{}`", word.text))
                .at(word.span)
                .help(help),
        );
    }
}

/// Texts with their fixes, by name; of overlapping ones the first is taken.
pub fn mend(complaints: &[Complaint], sources: &SourceMap) -> BTreeMap<String, String> {
    let mut edits: Vec<&Edit> = complaints.iter().filter_map(|c| c.fix.as_ref()).collect();
    edits.sort();
    let mut mended: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: Option<&Edit> = None;
    let mut kept = Vec::new();
    for edit in edits {
        let apart = |t: &Edit| t.span.file != edit.span.file || t.span.end <= edit.span.start;
        if taken.is_none_or(apart) {
            taken = Some(edit);
            kept.push(edit);
        }
    }
    // From the end, so that places before stay where they are.
    for edit in kept.into_iter().rev() {
        let Some(file) = sources.get(edit.span.file) else { continue };
        let text = mended.entry(file.name().to_string()).or_insert_with(|| file.text().to_string());
        let range = usize::try_from(edit.span.start).ok().zip(usize::try_from(edit.span.end).ok());
        let Some((from, to)) = range else { continue };
        if text.get(from..to).is_some() {
            text.replace_range(from..to, &edit.text);
        }
    }
    mended
}
