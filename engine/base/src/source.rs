use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Identifies one source text in a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FileId(pub u32);

/// A half-open byte range in one source text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The text that holds the range.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span from byte offsets; offsets past `u32::MAX` saturate.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The smallest span that covers both; `other` is ignored when it lies in another file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file == other.file {
            Span {
                file: self.file,
                start: self.start.min(other.start),
                end: self.end.max(other.end),
            }
        } else {
            self
        }
    }
}

/// A one-based line and a one-based column counted in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A text to be held on to without a copy.
#[derive(Clone, Debug)]
pub enum Text {
    /// Part of the program.
    Static(&'static str),
    /// Of a run.
    Shared(Arc<str>),
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Static(text) => text,
            Text::Shared(text) => text,
        }
    }
}

/// One source text with its name and line starts.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: Text,
    /// Found when someone asks for a line.
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// The name as given: a path with `/`, relative to where the caller stands or to the pack.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text. Bytes that were not UTF-8 stand as U+FFFD.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, to be held on to.
    pub fn shared_text(&self) -> Arc<str> {
        match &self.text {
            Text::Static(text) => Arc::from(*text),
            Text::Shared(text) => text.clone(),
        }
    }

    /// The whole text as it was added.
    pub fn held(&self) -> &Text {
        &self.text
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|&(_, b)| b == b'\n');
            let after = ends.map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(after).collect()
        })
    }

    /// Line and column of a byte offset; offsets past the end give the end.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_starts().partition_point(|&s| s <= offset).max(1);
        let start = self.line_starts().get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |t| t.chars().count());
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        LineColumn { line: small(line), column: small(column + 1) }
    }

    /// The cell, such as `C12`, at a byte offset of the sheet of a spreadsheet: a text whose name
    /// ends in the sheet's name in brackets, with a line for each row and tabs between cells.
    pub fn cell(&self, offset: u32) -> Option<String> {
        if !(self.name.ends_with(']') && self.name.contains(".xlsx[")) {
            return None;
        }
        let line = self.line_column(offset).line;
        let start = *self.line_starts().get((line as usize).saturating_sub(1))? as usize;
        let before = self.text.get(start..(offset as usize).min(self.text.len()))?;
        let mut column = before.matches('\t').count() + 1;
        let mut letters = String::new();
        while column > 0 {
            let digit = u8::try_from((column - 1) % 26).unwrap_or(0);
            letters.insert(0, char::from(b'A' + digit));
            column = (column - 1) / 26;
        }
        Some(format!("{letters}{line}"))
    }

    /// The text of a one-based line without its end; empty when there is no such line.
    pub fn line(&self, line: u32) -> &str {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.line_starts().get(index) else { return "" };
        let end = self.line_starts().get(index + 1).map_or(self.text.len(), |&e| e as usize);
        self.text.get(start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

/// All source texts of one run: packs, data files, cards. Clones share the texts.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    /// Adds a text and returns its id. Names need not be unique.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.hold(name, Text::Shared(text.into()))
    }

    /// As [`SourceMap::add`], without a copy of what is part of the program.
    pub fn hold(&mut self, name: impl Into<String>, text: Text) -> FileId {
        let line_starts = OnceLock::new();
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Arc::new(SourceFile { name: name.into(), text, line_starts }));
        id
    }

    /// Adds bytes, replacing what is not UTF-8, and returns the id.
    pub fn add_bytes(&mut self, name: impl Into<String>, bytes: &[u8]) -> FileId {
        self.add(name, String::from_utf8_lossy(bytes))
    }

    /// Number of texts.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Forgets all texts after the first `count`; their ids are given again.
    pub fn truncate(&mut self, count: usize) {
        self.files.truncate(count);
    }

    /// The text with this id, if this map holds it.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize).map(Arc::as_ref)
    }

    /// The text that a span covers; empty when the span is not of this map.
    pub fn snippet(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|f| f.text().get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// `name:line:column` of the start of a span, or `name[sheet]:cell`.
    pub fn locate(&self, span: Span) -> String {
        match self.get(span.file) {
            Some(f) => match f.cell(span.start) {
                Some(cell) => format!("{}:{cell}", f.name()),
                None => format!("{}:{}", f.name(), f.line_column(span.start)),
            },
            None => String::from("<unknown>"),
        }
    }

    /// Every text with its id, in the order of adding.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(i, f)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), f.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let mut map = SourceMap::default();
        let id = map.add("a.txt", "µA\nbc\r\n\nd");
        let file = map.get(id).unwrap();
        assert_eq!(file.line_column(0), LineColumn { line: 1, column: 1 });
        assert_eq!(file.line_column(2), LineColumn { line: 1, column: 2 });
        assert_eq!(file.line_column(4), LineColumn { line: 2, column: 1 });
        assert_eq!(file.line(2), "bc");
        assert_eq!(file.line(4), "d");
        assert_eq!(file.line(9), "");
        assert_eq!(map.locate(Span::new(id, 9, 10)), "a.txt:4:1");
        let sheet = map.add("a.xlsx[Sheet 1]", "\na\tb\n");
        assert_eq!(map.locate(Span::new(sheet, 3, 4)), "a.xlsx[Sheet 1]:B2");
    }
}
