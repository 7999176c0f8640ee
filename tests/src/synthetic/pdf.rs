//! The file: objects, cross-reference table or stream, object streams, encryption.

use super::crypt::{Cipher, Lock};
use std::fmt::Write as _;

/// How the file is written.
#[derive(Clone, Debug)]
pub struct Save {
    /// `1.4`, `1.7`.
    pub version: &'static str,
    /// A cross-reference stream in place of the table.
    pub xref_stream: bool,
    /// Objects without streams are packed into object streams; needs `xref_stream`.
    pub object_streams: bool,
    /// Streams are deflated.
    pub compress: bool,
    /// Encryption, and the user's password.
    pub lock: Option<(Cipher, &'static str)>,
    /// The table's offsets are wrong by this many bytes.
    pub shift: usize,
}

impl Default for Save {
    fn default() -> Save {
        Save {
            version: "1.4",
            xref_stream: false,
            object_streams: false,
            compress: true,
            lock: None,
            shift: 0,
        }
    }
}

/// An object: a dictionary or another value as text, and the bytes of its stream.
#[derive(Clone, Debug, Default)]
struct Body {
    text: String,
    stream: Option<Vec<u8>>,
}

/// A file in the making. Objects are numbered from 1.
#[derive(Clone, Debug, Default)]
pub struct Pdf {
    objects: Vec<Body>,
}

/// Objects in one object stream.
const PACKED: usize = 100;

impl Pdf {
    /// A number for an object that comes later.
    pub fn reserve(&mut self) -> usize {
        self.objects.push(Body::default());
        self.objects.len()
    }

    /// The object of a reserved number.
    pub fn set(&mut self, number: usize, text: String) {
        self.objects[number - 1] = Body { text, stream: None };
    }

    /// Another object.
    pub fn add(&mut self, text: String) -> usize {
        self.objects.push(Body { text, stream: None });
        self.objects.len()
    }

    /// A stream with the entries of its dictionary (without `Length` and `Filter`).
    pub fn stream(&mut self, entries: &str, data: Vec<u8>) -> usize {
        self.objects.push(Body { text: entries.to_string(), stream: Some(data) });
        self.objects.len()
    }

    /// The whole file; `root` is the number of the catalog.
    pub fn save(&self, root: usize, how: &Save) -> Vec<u8> {
        let id = *b"espice synthetic";
        let lock = how.lock.map(|(cipher, password)| Lock::new(cipher, password, &id));
        let mut file = Writing { out: Vec::new(), places: Vec::new(), how, lock: lock.as_ref() };
        file.out.extend_from_slice(
            format!("%PDF-{}\n%\u{e2}\u{e3}\u{cf}\u{d3}\n", how.version).as_bytes(),
        );
        file.places = vec![Place::Free; self.objects.len() + 1];
        let packed = if how.object_streams { self.packed() } else { Vec::new() };
        for (index, body) in self.objects.iter().enumerate() {
            if !packed.iter().flatten().any(|n| *n == index + 1) {
                file.object(index + 1, body);
            }
        }
        for numbers in &packed {
            let number = file.places.len();
            file.places.push(Place::Free);
            file.pack(number, numbers, &self.objects);
        }
        let mut trailer = format!("/Root {root} 0 R");
        let hex: String = id.iter().map(|b| format!("{b:02x}")).collect();
        let _ = write!(trailer, " /ID [<{hex}> <{hex}>]");
        if let Some(lock) = &lock {
            let number = file.places.len();
            file.places.push(Place::At(file.out.len()));
            let text = format!("{number} 0 obj\n{}\nendobj\n", lock.dictionary());
            file.out.extend_from_slice(text.as_bytes());
            let _ = write!(trailer, " /Encrypt {number} 0 R");
        }
        if how.xref_stream {
            file.cross_stream(&trailer)
        } else {
            file.cross_table(&trailer)
        }
        file.out
    }

    /// The numbers of objects without streams, in groups.
    fn packed(&self) -> Vec<Vec<usize>> {
        let plain = |&n: &usize| self.objects[n - 1].stream.is_none();
        let numbers: Vec<usize> = (1..=self.objects.len()).filter(plain).collect();
        numbers.chunks(PACKED).map(<[usize]>::to_vec).collect()
    }
}

/// Where an object lies.
#[derive(Clone, Copy)]
enum Place {
    Free,
    At(usize),
    /// In an object stream, at an index.
    In(usize, usize),
}

struct Writing<'h> {
    out: Vec<u8>,
    places: Vec<Place>,
    how: &'h Save,
    lock: Option<&'h Lock>,
}

impl Writing<'_> {
    fn object(&mut self, number: usize, body: &Body) {
        self.places[number] = Place::At(self.out.len());
        self.out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        match &body.stream {
            None => self.out.extend_from_slice(body.text.as_bytes()),
            Some(data) => self.data(number, &body.text, data, self.lock),
        }
        self.out.extend_from_slice(b"\nendobj\n");
    }

    fn data(&mut self, number: usize, entries: &str, data: &[u8], lock: Option<&Lock>) {
        let mut data = data.to_vec();
        let mut filter = "";
        if self.how.compress && !entries.contains("/Filter") {
            data = miniz_oxide::deflate::compress_to_vec_zlib(&data, 6);
            filter = " /Filter /FlateDecode";
        }
        if let Some(lock) = lock {
            data = lock.encrypt(number, &data);
        }
        let head = format!("<< {entries}{filter} /Length {} >>\nstream\n", data.len());
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(&data);
        self.out.extend_from_slice(b"\nendstream");
    }

    fn pack(&mut self, number: usize, numbers: &[usize], objects: &[Body]) {
        let (mut index, mut texts) = (String::new(), String::new());
        for (at, n) in numbers.iter().enumerate() {
            self.places[*n] = Place::In(number, at);
            let _ = write!(index, "{n} {} ", texts.len());
            texts.push_str(&objects[n - 1].text);
            texts.push('\n');
        }
        let entries = format!("/Type /ObjStm /N {} /First {}", numbers.len(), index.len());
        let body = Body { text: entries, stream: Some((index + texts.as_str()).into_bytes()) };
        self.object(number, &body);
    }

    fn cross_table(&mut self, trailer: &str) {
        let start = self.out.len();
        let mut text = format!("xref\n0 {}\n0000000000 65535 f \n", self.places.len());
        for place in self.places.iter().skip(1) {
            match place {
                Place::At(at) => {
                    let _ = writeln!(text, "{:010} 00000 n ", at + self.how.shift);
                }
                Place::Free | Place::In(..) => text.push_str("0000000000 00000 f \n"),
            }
        }
        let size = self.places.len();
        let _ = write!(
            text,
            "trailer\n<< /Size {size} {trailer} >>\nstartxref\n{}\n%%EOF\n",
            start + self.how.shift
        );
        self.out.extend_from_slice(text.as_bytes());
    }

    /// ISO 32000-1, 7.5.8: widths 1, 4 and 2.
    fn cross_stream(&mut self, trailer: &str) {
        let number = self.places.len();
        let start = self.out.len();
        self.places.push(Place::At(start));
        let mut rows = Vec::new();
        for place in &self.places {
            let (kind, a, b) = match *place {
                Place::Free => (0u8, 0, 65535u16),
                Place::At(at) => (1, at, 0),
                Place::In(stream, index) => (2, stream, index as u16),
            };
            rows.push(kind);
            rows.extend_from_slice(&(a as u32).to_be_bytes());
            rows.extend_from_slice(&b.to_be_bytes());
        }
        self.out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        let entries = format!("/Type /XRef /Size {} /W [1 4 2] {trailer}", number + 1);
        self.data(number, &entries, &rows, None);
        self.out.extend_from_slice(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    }
}
