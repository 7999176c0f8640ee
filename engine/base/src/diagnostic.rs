use crate::{Code, FileId, Span};

/// How grave a diagnostic or a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing, changes nothing.
    Note,
    /// Suspicious; fails a run only under `--fail-on warning`.
    Warning,
    /// Wrong: the item it points at is not used.
    Error,
}

impl Severity {
    /// The word that people and machines read: `note`, `warning` or `error`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity that [`Severity::word`] writes so.
    pub fn of_word(word: &str) -> Option<Severity> {
        [Severity::Error, Severity::Warning, Severity::Note].into_iter().find(|s| s.word() == word)
    }
}

/// Where something stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Place {
    /// A byte range of a text.
    Text(Span),
    /// A box on a page of a paged source, in points from the upper left corner of the visible
    /// page, y down.
    Page {
        /// The source.
        file: FileId,
        /// Page, from 1.
        page: u32,
        /// `[x0, y0, x1, y1]` in points.
        area: [f64; 4],
    },
    /// The source as a whole.
    File(FileId),
}

impl Place {
    /// The source that holds the place.
    pub fn file(&self) -> FileId {
        match *self {
            Place::Text(span) => span.file,
            Place::Page { file, .. } | Place::File(file) => file,
        }
    }

    /// Offset used for ordering within a source.
    fn order(&self) -> (u32, u32) {
        match *self {
            Place::Text(span) => (span.start, span.end),
            Place::Page { page, .. } => (page, 0),
            Place::File(_) => (0, 0),
        }
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Place::Text(span)
    }
}

/// A place with what is to be said about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What; may be empty on a primary label.
    pub text: String,
}

/// One thing to tell the user: one mistake, one diagnostic.
///
/// The message is one sentence, lower case, without a final full stop and without line breaks;
/// user text stands in backticks. `labels[0]` is the primary place; operands and earlier
/// definitions follow. Help says what to do.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    /// Stable code with an explanation page.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The primary place first.
    pub labels: Vec<Label>,
    /// What to do; each entry a sentence.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Starts an error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// Starts a warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// Starts a note.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    /// Starts a diagnostic of any severity.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Diagnostic { code, severity, message: message.into(), labels: Vec::new(), help: Vec::new() }
    }

    /// Adds a place without words; the first one added is the primary place.
    #[must_use]
    pub fn at(self, place: impl Into<Place>) -> Self {
        self.label(place, "")
    }

    /// Adds a place with words; the first one added is the primary place.
    #[must_use]
    pub fn label(mut self, place: impl Into<Place>, text: impl Into<String>) -> Self {
        self.labels.push(Label { place: place.into(), text: text.into() });
        self
    }

    /// Adds a sentence of help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a sentence of help when there is one.
    #[must_use]
    pub fn maybe_help(self, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(t) => self.help(t),
            None => self,
        }
    }

    /// The primary place, when there is one.
    pub fn place(&self) -> Option<Place> {
        self.labels.first().map(|l| l.place)
    }
}

/// The diagnostics of a stage, which travel beside its value even on success.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No diagnostics yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes all of another stage's.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// All, in the order of pushing.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sorts by place and code and drops exact repeats, so that output is stable.
    pub fn sort(&mut self) {
        let key = |d: &Diagnostic| {
            let place = d.place();
            (place.map(|p| p.file()), place.map(|p| p.order()), d.code.as_str(), d.message.clone())
        };
        self.0.sort_by_key(key);
        self.0.dedup();
    }

    /// The diagnostics as a plain list.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Diagnostics(iter.into_iter().collect())
    }
}
