//! Parses the files of packs and sorts their items into the library.

use super::cases::cases;
use super::damage::{lost, text_place};
use super::files::{PackFile, unreadable};
use super::source::{PackSource, folder_of, join};
use super::tables::read_table;
use super::xlsx::{self, Trouble};
use crate::check::Declarations;
use crate::check::dims::likely;
use crate::check::names::{Class, Lookup, Names};
use crate::ir::{Allowed, Library, Owned, ScriptSource, TestData};
use crate::rules::is_reserved;
use espice_base::{
    Code, Diagnostic, Diagnostics, FileId, Place, ReadError, Severity, SourceMap, Span, Text,
};
use espice_syntax::ast::{File, Given, Item, ItemKind, Limits, Quoted, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A tree with what was told about its text.
pub(super) type Parsed = (File, Diagnostics);

/// A text of a pack: its path in the pack, and its tree where it came with it.
pub(super) struct Unparsed<'f> {
    relative: &'f str,
    pub(super) file: FileId,
    pub(super) text: Text,
    /// The text and its tree, where they came with the program.
    pub(super) frozen: Option<(&'static str, &'static [u8])>,
}

impl<'f> Unparsed<'f> {
    /// Adds a file of a pack to the texts of the run.
    pub(super) fn of(relative: &'f str, file: &'f PackFile<'f>, sources: &mut SourceMap) -> Self {
        // Whole at once: taking what is no UTF-8 out of a text goes through it piece by piece.
        let text = match (file.embedded, std::str::from_utf8(&file.bytes)) {
            (Some(own), _) => Text::Static(own.text),
            (None, Ok(text)) => Text::Shared(text.into()),
            (None, Err(_)) => Text::Shared(String::from_utf8_lossy(&file.bytes).into()),
        };
        let id = sources.hold(file.path.as_str(), text.clone());
        let frozen = file.embedded.map(|own| (own.text, own.frozen));
        let frozen = frozen.filter(|(_, tree)| !tree.is_empty());
        Unparsed { relative, file: id, text, frozen }
    }
}

/// Collects one pack.
pub(super) struct Collector<'a, 'f> {
    pub(super) pack: usize,
    pub(super) name: &'a str,
    pub(super) files: &'f BTreeMap<String, PackFile<'f>>,
    /// Where files come from that only a test names, and the folder that they lie in.
    pub(super) source: &'a PackSource<'a>,
    pub(super) folder: &'a str,
    pub(super) sources: &'a mut SourceMap,
    pub(super) library: &'a mut Library,
    pub(super) declarations: &'a mut Declarations,
    pub(super) names: &'a mut Names,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl<'f> Collector<'_, 'f> {
    /// Takes the items of every `.espice` file.
    pub(super) fn collect(mut self, parsed: impl Iterator<Item = (&'f Unparsed<'f>, Parsed)>) {
        for (text, parsed) in parsed {
            self.take_file(text, parsed);
        }
    }

    fn take_file(&mut self, text: &Unparsed<'_>, (tree, told): Parsed) {
        let Unparsed { relative, file: id, text, .. } = text;
        let id = *id;
        let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
        let errors: Vec<Span> = told.iter().filter(is_error).filter_map(text_place).collect();
        let lost = lost(text, id, &errors);
        for word in lost.names {
            self.names.add_broken(word);
        }
        self.library.damage.extend(lost.items);
        self.diagnostics.extend(told);
        if let Some(info) = self.library.packs.get_mut(self.pack) {
            info.files.push(id);
        }
        let of_file = tree.allows.into_iter().map(|a| (Place::File(id), a));
        let of_items = tree.items.iter().flat_map(|item| {
            let place = Place::Text(item.span);
            item.allows.iter().map(move |a| (place, a.clone()))
        });
        let pack = self.pack;
        let allowed = of_file.chain(of_items);
        let owned = allowed.map(|(place, item)| Allowed { pack, place, item });
        self.library.allows.extend(owned);
        for item in tree.items {
            let is_damaged = errors.iter().any(|e| {
                e.file == item.span.file && e.start <= item.span.end && item.span.start <= e.end
            });
            if is_damaged && let Some(head) = head(&item.kind) {
                self.names.add_damaged(head.span);
                self.library.damaged.push(head.span);
            }
            self.take(item, relative);
        }
    }

    fn declare(&mut self, class: Class, name: &Word) -> bool {
        match self.names.declare(class, name, self.pack) {
            Ok(()) => true,
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                false
            }
        }
    }

    fn take(&mut self, item: Item, relative: &str) {
        let Item { doc, kind, .. } = item;
        let pack = self.pack;
        match kind {
            ItemKind::Symbol(item) => {
                if self.declare(Class::Symbol, &item.name) {
                    self.declarations.symbols.push(Owned { pack, doc, item });
                }
            }
            ItemKind::Kind(item) => {
                // Without pins it adds to a kind of a pack that this one extends.
                let known = self.names.find(Class::Kind, &item.name.text, pack);
                let adds =
                    item.pins.is_empty() && matches!(known, Lookup::Found(base, _) if base != pack);
                if adds || self.declare(Class::Kind, &item.name) {
                    for clause in &item.recognise {
                        let item = (item.name.text.clone(), clause.clone());
                        self.library.recognise.push(Owned { pack, doc: doc.clone(), item });
                    }
                    self.declarations.kinds.push(Owned { pack, doc, item });
                }
            }
            ItemKind::Reading(item) => {
                if self.declare(Class::Reading, &item.name) {
                    self.library.readings.push(Owned { pack, doc, item });
                }
            }
            ItemKind::Function(item) => {
                if self.declare(Class::Function, &item.name) {
                    self.library.functions.push(Owned { pack, doc, item });
                }
            }
            ItemKind::Template(item) => {
                if self.declare(Class::Template, &item.name) {
                    self.declarations.templates.push(Owned { pack, doc, item });
                }
            }
            ItemKind::Circuit(item) => {
                if self.declare(Class::Circuit, &item.name) {
                    self.declarations.circuits.push(Owned { pack, doc, item });
                }
            }
            ItemKind::Limits(item) => {
                if !self.declare(Class::Table, &item.name) {
                    return;
                }
                if is_reserved(&item.name.text) {
                    let message = format!("`{}` belongs to the language", item.name.text);
                    let told = Diagnostic::error(Code::RESERVED_NAME, message);
                    let told = told.at(item.name.span).help("give the table another name");
                    self.diagnostics.push(told);
                }
                let found = self.table_text(relative, &item);
                let table = found.and_then(|(text, file, is_sheet)| {
                    read_table(&item, self.name, &text, file, is_sheet, self.diagnostics)
                });
                match table {
                    Some(table) => self.library.tables.push(table),
                    // What is wrong with it has been told, and is not told again where it is used.
                    None => self.names.add_broken(&item.name.text),
                }
            }
            ItemKind::Script(item) => {
                if !self.declare(Class::Function, &item.name) {
                    return;
                }
                let Some((text, file)) = self.beside(relative, &item.file, &[".rhai"]) else {
                    self.names.add_broken(&item.name.text);
                    return;
                };
                self.library.scripts.push(ScriptSource { pack, item, file, text });
            }
            ItemKind::Rule(item) => {
                if self.declare(Class::Rule, &item.name) {
                    self.library.rules.push(Owned { pack, doc, item });
                }
            }
            // Tests of the program's own packs run from their folders.
            ItemKind::Test(_) if matches!(self.source, PackSource::Embedded(_)) => {}
            ItemKind::Test(item) => {
                if self.declare(Class::Test, &item.name) {
                    for given in &item.given {
                        self.given_file(given, relative);
                    }
                    for item in cases(&item, self.diagnostics) {
                        if item.name.text.contains('/') && !self.declare(Class::Test, &item.name) {
                            continue;
                        }
                        self.library.tests.push(Owned { pack, doc: doc.clone(), item });
                    }
                }
            }
            ItemKind::Override(item) => self.library.overrides.push(Owned { pack, doc, item }),
            ItemKind::Select(item) => self.library.selects.push(Owned { pack, doc, item }),
            ItemKind::Waiver(item) => self.library.waivers.push(Owned { pack, doc, item }),
        }
    }

    /// Reads a file that a test gives. It is read when a test names it, so that data of any form
    /// may lie in the folder of a pack.
    fn given_file(&mut self, given: &Given, relative: &str) {
        let Given::File { file, .. } = given else { return };
        let path = join(folder_of(relative), &file.text);
        let inside = !file.text.starts_with('/') && !path.starts_with("..");
        let name = join(self.folder, &path);
        let found = if inside { self.source.read(&name) } else { Err(ReadError::NotFound) };
        match found {
            Ok(bytes) => {
                self.library.data.push(TestData {
                    span: file.span,
                    name,
                    bytes: Arc::from(&*bytes),
                });
            }
            Err(error) => {
                let help = match inside {
                    true => format!("it would stand at `{path}` in the pack"),
                    false => String::from("it must lie in the folders of the pack"),
                };
                let diagnostic = unreadable(&format!("`{}`", file.text), error);
                self.diagnostics.push(diagnostic.at(file.span).help(help));
            }
        }
    }

    /// The text of the table that an item names; the flag says that it is that of a sheet.
    fn table_text(&mut self, relative: &str, item: &Limits) -> Option<(String, FileId, bool)> {
        if !item.file.text.ends_with(".xlsx") {
            if let Some(sheet) = &item.sheet {
                let message = format!("`{}` has no sheets", item.file.text);
                let complaint = Diagnostic::error(Code::TABLE_SHEET, message).at(sheet.span);
                self.diagnostics.push(complaint.help("only `.xlsx` files have sheets"));
                return None;
            }
            let (text, file) = self.beside(relative, &item.file, &[".csv", ".xlsx"])?;
            return Some((text, file, false));
        }
        let file = self.file_beside(relative, &item.file, &[".csv", ".xlsx"])?;
        match xlsx::read(&file.bytes, item.sheet.as_ref().map(|s| s.text.as_str())) {
            Ok(sheet) => {
                let name = format!("{}[{}]", file.path, sheet.name);
                let id = self.sources.add(name, sheet.text.as_str());
                Some((sheet.text, id, true))
            }
            Err(trouble) => {
                let named = item.sheet.as_ref().unwrap_or(&item.file);
                let (message, help) = match trouble {
                    Trouble::Unreadable => (
                        format!("`{}` cannot be read as a spreadsheet", item.file.text),
                        String::from("save it as .xlsx without a password, or as CSV"),
                    ),
                    Trouble::NoSheet(known) => (
                        format!("`{}` has no sheet `{}`", item.file.text, named.text),
                        likely(&named.text, known.iter().map(String::as_str))
                            .unwrap_or_else(|| format!("its sheets are {}", known.join(", "))),
                    ),
                };
                let complaint = Diagnostic::error(Code::TABLE_SHEET, message).at(named.span);
                self.diagnostics.push(complaint.help(help));
                None
            }
        }
    }

    /// The text of a file that an item names, relative to the file of the item.
    fn beside(
        &mut self,
        relative: &str,
        named: &Quoted,
        endings: &[&str],
    ) -> Option<(String, FileId)> {
        let file = self.file_beside(relative, named, endings)?;
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let id = self.sources.add(file.path.as_str(), text.as_str());
        Some((text, id))
    }

    fn file_beside(
        &mut self,
        relative: &str,
        named: &Quoted,
        endings: &[&str],
    ) -> Option<&'f PackFile<'f>> {
        let path = join(folder_of(relative), &named.text);
        let files: &'f BTreeMap<String, PackFile<'f>> = self.files;
        let found = files.get(&path);
        if found.is_none() {
            let is_out = named.text.starts_with('/') || path.starts_with("..");
            let help = if !endings.iter().any(|e| named.text.ends_with(e)) {
                format!("its name must end in `{}`", endings.join("` or `"))
            } else if is_out {
                String::from("it must lie in the folders of the pack")
            } else {
                format!("it would stand at `{path}` in the pack")
            };
            let what = format!("`{}`", named.text);
            let diagnostic: Diagnostic = unreadable(&what, ReadError::NotFound);
            self.diagnostics.push(diagnostic.at(named.span).help(help));
        }
        found
    }
}

/// The word that names an item, or what it is about.
fn head(kind: &ItemKind) -> Option<&Word> {
    match kind {
        ItemKind::Symbol(i) => Some(&i.name),
        ItemKind::Kind(i) => Some(&i.name),
        ItemKind::Reading(i) => Some(&i.name),
        ItemKind::Function(i) => Some(&i.name),
        ItemKind::Template(i) => Some(&i.name),
        ItemKind::Circuit(i) => Some(&i.name),
        ItemKind::Limits(i) => Some(&i.name),
        ItemKind::Script(i) => Some(&i.name),
        ItemKind::Rule(i) => Some(&i.name),
        ItemKind::Override(i) => Some(&i.target.name),
        ItemKind::Select(i) => Some(&i.kind),
        ItemKind::Test(i) => Some(&i.name),
        ItemKind::Waiver(i) => Some(&i.rule.name),
    }
}
