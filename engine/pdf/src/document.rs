use crate::interpreter::{FontCache, Source, interpret};
use crate::notes::{Notes, Problem};
use crate::objects::{
    as_dict, as_number, cost, get, get_dict, get_name, get_number, numbers, resolve, unpack,
};
use crate::tree::Tree;
use crate::weight::{LOADED, weight};
use crate::{Matrix, Page, PdfLimits, Point, Reading, Rect};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Place};
use lopdf::{Dictionary, LoadOptions, Object, ObjectId};
use std::collections::BTreeSet;

/// A PDF document: its objects, of which pages are made one at a time.
#[derive(Debug)]
pub struct Document {
    objects: lopdf::Document,
    tree: Tree,
    hidden: BTreeSet<ObjectId>,
    fonts: FontCache,
    limits: PdfLimits,
    file: FileId,
    reading: Reading,
    encrypted: bool,
}

/// What a document says of itself (ISO 32000-1, 14.3.3); empty where it says nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Info {
    /// Title.
    pub title: String,
    /// Author, often the maker.
    pub author: String,
    /// Subject.
    pub subject: String,
    /// Keywords.
    pub keywords: String,
    /// The program that the text was written with.
    pub creator: String,
    /// The program that made the PDF.
    pub producer: String,
}

/// US Letter, for pages that do not say how large they are.
const LETTER: Rect = Rect { x0: 0.0, y0: 0.0, x1: 612.0, y1: 792.0 };

/// Where the head and the end of a PDF must stand, in bytes from either end.
const HEAD: usize = 1024;
const TAIL: usize = 4096;

impl Document {
    /// Opens a document that lies in memory. `file` is named in places of diagnostics.
    ///
    /// Encrypted documents open with the empty password. The table of objects is read as
    /// written first; when that fails, it is rebuilt from the objects found in the file, and a
    /// diagnostic and [`Document::reading`] say so.
    pub fn open(
        bytes: &[u8],
        file: FileId,
        limits: &PdfLimits,
    ) -> Result<(Document, Diagnostics), Diagnostic> {
        let place = Place::File(file);
        if bytes.len() > limits.file {
            let message = format!(
                "the file has {} MiB, more than the {} MiB that are read",
                bytes.len() >> 20,
                limits.file >> 20
            );
            return Err(Diagnostic::error(Code::PDF_LIMIT, message).at(place));
        }
        let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
        let is_pdf = head.windows(5).any(|w| w == b"%PDF-");
        if weight(bytes, limits.memory) > limits.memory {
            return Err(Fault::Limit.tell(is_pdf, bytes, place));
        }
        let (objects, strict) =
            load(bytes, limits).map_err(|fault| fault.tell(is_pdf, bytes, place))?;
        let encrypted = objects.encryption_state.is_some();
        if !encrypted && objects.trailer.has(b"Encrypt") {
            return Err(locked(&objects).tell(is_pdf, bytes, place));
        }
        let tree = Tree::read(&objects, limits.pages);
        if tree.len() == 0 {
            return Err(Fault::Broken.tell(is_pdf, bytes, place));
        }
        let mut diagnostics = Diagnostics::new();
        let mut reading = Reading::Strict;
        let whole = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
        let whole = whole.windows(5).any(|w| w == b"%%EOF");
        let found = tree.len() + tree.left_out;
        if !strict || !whole || tree.repaired || tree.promised > found {
            reading = Reading::Lenient;
            let what = if tree.promised > found {
                format!("only {found} of its {} pages are there", tree.promised)
            } else if tree.missing {
                String::from("some of its pages are missing")
            } else if !whole {
                String::from("its end is missing")
            } else if tree.repaired {
                String::from("the tree of its pages is damaged")
            } else if objects.xref_recovery.is_some() {
                String::from("its table of objects is damaged and was rebuilt")
            } else {
                String::from("some of its objects are damaged")
            };
            diagnostics.push(
                Diagnostic::warning(Code::PDF_REPAIRED, format!("the PDF was repaired: {what}"))
                    .at(place)
                    .help(
                        "something may be missing; get the file again if it was changed on its way",
                    ),
            );
        }
        if tree.left_out > 0 {
            reading = Reading::Cut;
            let message = format!(
                "only the first {} of {} pages are read",
                tree.len(),
                tree.len() + tree.left_out
            );
            diagnostics.push(
                Diagnostic::warning(Code::PDF_PAGES, message)
                    .at(place)
                    .help("save the pages of the device as a file of their own"),
            );
        }
        let hidden = hidden_groups(&objects);
        let document = Document {
            objects,
            tree,
            hidden,
            fonts: FontCache::default(),
            limits: limits.clone(),
            file,
            reading,
            encrypted,
        };
        Ok((document, diagnostics))
    }

    /// How many pages can be read.
    pub fn page_count(&self) -> usize {
        self.tree.len()
    }

    /// Whether the document was read as written, with repairs, or not to its last page.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether the document is encrypted (with an empty password, since it could be opened).
    pub fn encrypted(&self) -> bool {
        self.encrypted
    }

    /// Reads a page by its index from 0. Beyond the last page it is empty.
    pub fn page(&self, index: usize) -> (Page, Diagnostics) {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let Some(dict) = self.tree.page(&self.objects, index) else {
            return (Page { number, ..Page::default() }, Diagnostics::new());
        };
        let (matrix, size) = self.frame(index, dict);
        let mut notes = Notes::default();
        let content = self.content(dict, &mut notes);
        let resources = self.tree.attribute(&self.objects, index, b"Resources").and_then(as_dict);
        let annotations = match get(&self.objects, dict, b"Annots") {
            Some(Object::Array(all)) => all.as_slice(),
            _ => &[],
        };
        let source = Source {
            document: &self.objects,
            limits: &self.limits,
            fonts: &self.fonts,
            hidden: &self.hidden,
            resources,
            annotations,
            matrix,
            size,
        };
        let (page, notes) = interpret(&source, &content, number, notes);
        let area = [0.0, 0.0, page.width, page.height];
        (page, notes.tell(self.file, number, area))
    }

    /// What the document says of itself.
    pub fn info(&self) -> Info {
        let Some(info) = get_dict(&self.objects, &self.objects.trailer, b"Info") else {
            return Info::default();
        };
        let text = |key: &[u8]| {
            let object = get(&self.objects, info, key);
            let text = object.and_then(|o| lopdf::decode_text_string(o).ok()).unwrap_or_default();
            text.chars()
                .filter(|c| !c.is_control())
                .take(1000)
                .collect::<String>()
                .trim()
                .to_owned()
        };
        Info {
            title: text(b"Title"),
            author: text(b"Author"),
            subject: text(b"Subject"),
            keywords: text(b"Keywords"),
            creator: text(b"Creator"),
            producer: text(b"Producer"),
        }
    }

    /// From user space to the visible page, and the size of the latter.
    fn frame(&self, index: usize, dict: &Dictionary) -> (Matrix, [f64; 2]) {
        let rect = |key: &[u8]| {
            let all = numbers(&self.objects, self.tree.attribute(&self.objects, index, key)?, 4);
            let [x0, y0, x1, y1] = all.get(..4)?.try_into().ok()?;
            let rect = Rect::new(Point::new(x0, y0), Point::new(x1, y1));
            let sane = rect.width() >= 1.0 && rect.height() >= 1.0;
            (sane && rect.to_array().iter().all(|v| v.abs() < 1e6)).then_some(rect)
        };
        let media = rect(b"MediaBox").unwrap_or(LETTER);
        let crop = rect(b"CropBox")
            .and_then(|crop| crop.intersection(media))
            .filter(|crop| crop.width() >= 1.0 && crop.height() >= 1.0)
            .unwrap_or(media);
        let unit = get_number(&self.objects, dict, b"UserUnit")
            .filter(|unit| (0.01..=100.0).contains(unit))
            .unwrap_or(1.0);
        let rotate = self.tree.attribute(&self.objects, index, b"Rotate").and_then(as_number);
        let Rect { x0, y0, x1, y1 } = crop;
        let (w, h) = (crop.width() * unit, crop.height() * unit);
        let turns = ((rotate.unwrap_or(0.0) / 90.0).round()).rem_euclid(4.0);
        let (m, size) = match turns as u8 {
            1 => ([0.0, 1.0, 1.0, 0.0, -y0, -x0], [h, w]),
            2 => ([-1.0, 0.0, 0.0, 1.0, x1, -y0], [w, h]),
            3 => ([0.0, -1.0, -1.0, 0.0, y1, x1], [h, w]),
            _ => ([1.0, 0.0, 0.0, -1.0, -x0, y1], [w, h]),
        };
        (Matrix { m: m.map(|v| v * unit) }, size)
    }

    /// The content streams of a page, one after the other.
    fn content(&self, dict: &Dictionary, notes: &mut Notes) -> Vec<u8> {
        let one;
        let parts: &[Object] = match get(&self.objects, dict, b"Contents") {
            Some(Object::Array(parts)) => parts,
            Some(stream @ Object::Stream(_)) => {
                one = stream;
                std::slice::from_ref(one)
            }
            _ => {
                if dict.has(b"Contents") {
                    notes.add(Problem::Stream, || String::from("the content"));
                }
                &[]
            }
        };
        let mut content = Vec::new();
        let mut spent = 0usize;
        for part in parts {
            if spent > self.limits.content {
                notes.add(Problem::Limit, || String::from("its content is too long"));
                break;
            }
            let Some(Object::Stream(stream)) = resolve(&self.objects, part) else {
                spent += 64;
                notes.add(Problem::Stream, || String::from("a part of the content"));
                continue;
            };
            let left = self.limits.content.saturating_sub(content.len()).max(1);
            let unpacked = unpack(&self.objects, stream, self.limits.stream.min(left));
            spent += cost(stream, &unpacked);
            if unpacked.damaged {
                if unpacked.bytes.len() >= self.limits.stream.min(left) {
                    notes.add(Problem::Limit, || String::from("its content is too long"));
                } else {
                    notes.add(Problem::Stream, || String::from("a part of the content"));
                }
            }
            if content.is_empty() {
                content = unpacked.bytes;
            } else {
                content.extend_from_slice(&unpacked.bytes);
            }
            content.push(b'\n');
        }
        content
    }
}

/// Why a document cannot be opened.
enum Fault {
    Password,
    Encryption,
    Limit,
    Broken,
}

impl Fault {
    fn of(error: &lopdf::Error) -> Fault {
        use lopdf::Error;
        match error {
            Error::InvalidPassword => Fault::Password,
            Error::Decryption(lopdf::encryption::DecryptionError::IncorrectPassword) => {
                Fault::Password
            }
            Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => Fault::Encryption,
            Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => Fault::Limit,
            _ => Fault::Broken,
        }
    }

    fn tell(self, is_pdf: bool, bytes: &[u8], place: Place) -> Diagnostic {
        let diagnostic = match self {
            Fault::Password => Diagnostic::error(Code::PDF_PASSWORD, "the PDF asks for a password")
                .help("get the public sheet, or save a copy without password"),
            Fault::Encryption => Diagnostic::error(
                Code::PDF_ENCRYPTION,
                "the PDF is encrypted in a way that is not known",
            )
            .help("print it to a new PDF if you may"),
            Fault::Limit if is_pdf => {
                Diagnostic::error(Code::PDF_LIMIT, "the PDF unpacks to more than is read")
                    .help("save the pages of the device as a file of their own")
            }
            Fault::Broken if is_pdf => {
                Diagnostic::error(Code::PDF_BROKEN, "no page can be found in the PDF")
                    .help("the file may be cut off; get it again")
            }
            Fault::Limit | Fault::Broken => {
                let found = match kind_of(bytes) {
                    Some(kind) => format!("this is not a PDF but {kind}"),
                    None => String::from("this is not a PDF"),
                };
                Diagnostic::error(Code::PDF_NOT, found)
                    .help("get the sheet itself, as its maker publishes it")
            }
        };
        diagnostic.at(place)
    }
}

/// Why an encrypted document did not open with the empty password.
fn locked(document: &lopdf::Document) -> Fault {
    let standard = get_dict(document, &document.trailer, b"Encrypt").is_some_and(|dict| {
        get_name(document, dict, b"Filter") == Some(b"Standard")
            && matches!(get_number(document, dict, b"V"), Some(v) if [1.0, 2.0, 4.0, 5.0].contains(&v))
    });
    if standard { Fault::Password } else { Fault::Encryption }
}

/// Formats that are found under the name of a PDF, by their first bytes.
const KINDS: &[(&[u8], &str)] = &[
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"BM", "a bitmap picture"),
    (b"RIFF", "a picture or sound"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "an RTF document"),
    (b"<", "a web page"),
];

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.trim_ascii_start();
    KINDS.iter().find(|(head, _)| text.starts_with(head)).map(|(_, kind)| *kind)
}

/// Loads the objects, strictly if that is possible; tells whether it was.
fn load(bytes: &[u8], limits: &PdfLimits) -> Result<(lopdf::Document, bool), Fault> {
    let options = |strict, force_reconstruct| LoadOptions {
        password: None,
        filter: None,
        strict,
        max_decompressed_size: Some(limits.stream.min(LOADED)),
        force_reconstruct,
    };
    let usable = |document: &lopdf::Document| {
        (document.trailer.has(b"Encrypt") && document.encryption_state.is_none())
            || Tree::read(document, 1).len() > 0
    };
    // Without the objects that would take the place of others; whether there were none.
    let own = |document: lopdf::Document| {
        let Some(bytes) = without_strangers(bytes, &document) else { return (document, true) };
        let again = lopdf::Document::load_mem_with_options(&bytes, options(false, false));
        match again {
            Ok(again) if usable(&again) => (again, false),
            _ => (document, false),
        }
    };
    let strict = lopdf::Document::load_mem_with_options(bytes, options(true, false));
    let first = match strict {
        Ok(document) if usable(&document) => return Ok(own(document)),
        Ok(_) => Fault::Broken,
        Err(error) => Fault::of(&error),
    };
    if matches!(first, Fault::Limit | Fault::Password) {
        return Err(first);
    }
    let mut last = first;
    for force in [false, true] {
        match lopdf::Document::load_mem_with_options(bytes, options(false, force)) {
            Ok(document) if usable(&document) => return Ok((own(document).0, false)),
            Ok(_) => {}
            Err(error) => last = Fault::of(&error),
        }
    }
    Err(last)
}

/// The file without objects that would take the place of others: those that an entry of the table
/// of objects points to, and that have another number there. The reader keeps them by their own
/// number, and the object that the table has for it is lost. `None` where there are none.
fn without_strangers(bytes: &[u8], document: &lopdf::Document) -> Option<Vec<u8>> {
    let entries = &document.reference_table.entries;
    let offset = |number: u32| match entries.get(&number) {
        Some(lopdf::xref::XrefEntry::Normal { offset, .. }) => usize::try_from(*offset).ok(),
        _ => None,
    };
    let mut own: Option<Vec<u8>> = None;
    for number in entries.keys() {
        let Some(at) = offset(*number) else { continue };
        let Some((told, length)) = bytes.get(at..).and_then(header) else { continue };
        if told == *number || offset(told).is_none_or(|there| there == at) {
            continue;
        }
        let copy = own.get_or_insert_with(|| bytes.to_vec());
        copy.get_mut(at..at + length).unwrap_or_default().fill(b' ');
    }
    own
}

/// The number in the head of an object, `12 0 obj`, and the length up to its end, comments before
/// it included.
fn header(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut at = 0;
    while let Some(byte @ (b'%' | b' ' | 0 | 9 | 10 | 12 | 13)) = bytes.get(at) {
        at += match byte {
            b'%' => bytes.get(at..)?.iter().position(|b| matches!(b, 10 | 13))?,
            _ => 1,
        };
    }
    let head = bytes.get(at..(at + 32).min(bytes.len()))?;
    let end = head.windows(3).position(|w| w == b"obj")?;
    let text = std::str::from_utf8(head.get(..end)?).ok()?;
    let mut words = text.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    let _: u16 = words.next()?.parse().ok()?;
    words.next().is_none().then_some((number, at + end + 3))
}

/// Optional content that is off by default (ISO 32000-1, 8.11.4.3).
fn hidden_groups(document: &lopdf::Document) -> BTreeSet<ObjectId> {
    let list = |dict: &Dictionary, key: &[u8]| -> Vec<ObjectId> {
        match get(document, dict, key) {
            Some(Object::Array(items)) => {
                items.iter().filter_map(|i| i.as_reference().ok()).collect()
            }
            _ => Vec::new(),
        }
    };
    let Some(properties) = get_dict(document, &document.trailer, b"Root")
        .and_then(|catalog| get_dict(document, catalog, b"OCProperties"))
    else {
        return BTreeSet::new();
    };
    let Some(default) = get_dict(document, properties, b"D") else { return BTreeSet::new() };
    let mut hidden = BTreeSet::new();
    if get_name(document, default, b"BaseState") == Some(b"OFF") {
        hidden.extend(list(properties, b"OCGs"));
        for on in list(default, b"ON") {
            hidden.remove(&on);
        }
    }
    hidden.extend(list(default, b"OFF"));
    hidden
}
