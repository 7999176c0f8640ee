use super::{one_page, open, pdf, read, stream};
use crate::{Document, PdfLimits, Reading};
use espice_base::FileId;
use lopdf::Object;
use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter};
use lopdf::encryption::{EncryptionState, EncryptionVersion, Permissions};
use std::collections::BTreeMap;
use std::sync::Arc;

fn refused(bytes: &[u8], limits: &PdfLimits) -> &'static str {
    Document::open(bytes, FileId(0), limits).unwrap_err().code.as_str()
}

#[test]
fn what_is_no_pdf_is_refused_by_kind() {
    let usual = PdfLimits::default();
    for (bytes, told) in [
        (b"".as_slice(), "this is not a PDF"),
        (b"\xff\xd8\xff\xe0 JFIF", "this is not a PDF but a JPEG picture"),
        (b"\n<!DOCTYPE html>", "this is not a PDF but a web page"),
        (b"PK\x03\x04", "this is not a PDF but a ZIP archive or office document"),
    ] {
        let diagnostic = Document::open(bytes, FileId(0), &usual).unwrap_err();
        assert_eq!(diagnostic.code.as_str(), "E0901");
        assert_eq!(diagnostic.message, told);
    }
    assert_eq!(refused(b"%PDF-1.4\nnothing", &usual), "E0903");
    let whole = one_page("", "0 0 9 9 re f", &[]);
    assert_eq!(refused(&whole[..40], &usual), "E0903");
}

#[test]
fn damaged_tables_are_rebuilt_and_told() {
    let whole = one_page("", "0 0 9 9 re f", &[]);
    let text = String::from_utf8(whole.clone()).unwrap();
    for damaged in [
        text.replace("startxref", "startnothing"),
        text.replace("%PDF-1.7\n", "%PDF-1.7\n\n\n\n\n\n\n"),
        text.replace("0000000", "0000001"),
    ] {
        let (document, diagnostics) = open(damaged.as_bytes());
        assert_eq!(document.reading(), Reading::Lenient);
        assert!(diagnostics.iter().any(|d| d.code.as_str() == "E0904"));
        assert_eq!(document.page(0).0.paths.len(), 1);
    }
    let (document, diagnostics) = open(&whole);
    assert_eq!((document.reading(), diagnostics.len()), (Reading::Strict, 0));
}

/// An entry of the table that leads to an object of another number, as files have that were put
/// together of others, does not take that object's place.
#[test]
fn an_object_that_is_not_the_tables_replaces_none() {
    let former = stream("", "0 0 1 1 re f 2 2 1 1 re f");
    let whole = one_page("", "0 0 9 9 re f", &[&former]);
    let text = String::from_utf8(whole).unwrap();
    for head in ["4 0 obj\n", "%\n4 0 obj"] {
        // The head of another file may stand before it.
        let longer = head.len() - 8;
        let text = text.replace("5 0 obj\n", head);
        let text = text.replacen(" >>\nstream\n0 0 1", &" >>\nstream\n0 0 1"[longer..], longer);
        let (document, diagnostics) = open(text.as_bytes());
        assert_eq!(document.page(0).0.paths.len(), 1);
        assert_eq!(document.reading(), Reading::Lenient);
        assert!(diagnostics.iter().any(|d| d.code.as_str() == "E0904"));
    }
}

/// A sound document, encrypted by each version of the standard handler.
fn encrypted(password: &str) -> Vec<(&'static str, Vec<u8>)> {
    let whole = one_page("", "0 0 9 9 re f", &[]);
    let fresh = || {
        let mut document = lopdf::Document::load_mem(&whole).unwrap();
        let id = || Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", Object::Array(vec![id(), id()]));
        document
    };
    let save = |mut document: lopdf::Document, state: EncryptionState| {
        document.encrypt(&state).unwrap();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    };
    let (owner_password, user_password) = ("owner", password);
    let permissions = Permissions::all();
    let filters = |filter: Arc<dyn CryptFilter>| BTreeMap::from([(b"StdCF".to_vec(), filter)]);
    let mut all = Vec::new();
    let document = fresh();
    let rc4 =
        EncryptionVersion::V1 { document: &document, owner_password, user_password, permissions };
    all.push(("RC4 40", save(document.clone(), rc4.try_into().unwrap())));
    let rc4 = EncryptionVersion::V2 {
        document: &document,
        owner_password,
        user_password,
        key_length: 128,
        permissions,
    };
    all.push(("RC4 128", save(document.clone(), rc4.try_into().unwrap())));
    let aes = EncryptionVersion::V4 {
        document: &document,
        encrypt_metadata: true,
        crypt_filters: filters(Arc::new(Aes128CryptFilter)),
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password,
        user_password,
        permissions,
    };
    all.push(("AES 128", save(document.clone(), aes.try_into().unwrap())));
    let aes = EncryptionVersion::V5 {
        encrypt_metadata: true,
        crypt_filters: filters(Arc::new(Aes256CryptFilter)),
        file_encryption_key: &[7; 32],
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password,
        user_password,
        permissions,
    };
    all.push(("AES 256", save(document.clone(), aes.try_into().unwrap())));
    all
}

#[test]
fn encrypted_documents_open_when_they_ask_for_nothing() {
    for (kind, bytes) in encrypted("") {
        let (document, diagnostics) = open(&bytes);
        assert!(document.encrypted(), "{kind}");
        assert_eq!((document.reading(), diagnostics.len()), (Reading::Strict, 0), "{kind}");
        assert_eq!(document.page(0).0.paths.len(), 1, "{kind}");
    }
    for (kind, bytes) in encrypted("secret") {
        assert_eq!(refused(&bytes, &PdfLimits::default()), "E0902", "{kind}");
    }
    let whole = String::from_utf8(one_page("", "", &[])).unwrap();
    let rights = whole.replace("/Root 1 0 R", "/Root 1 0 R/Encrypt<</Filter/Made.Up/V 1>>");
    assert_eq!(refused(rights.as_bytes(), &PdfLimits::default()), "E0911");
}

#[test]
fn trees_with_loops_and_holes_end() {
    let looped = pdf(&[
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 2 0 R 9 0 R 4 0 R]/MediaBox[0 0 50 50]>>",
        b"<</Type/Page/Parent 2 0 R>>",
        b"<</Type/Pages/Kids[2 0 R 5 0 R]/Rotate 90/MediaBox[0 0 60 30]>>",
        b"<</Type/Page/Parent 4 0 R>>",
    ]);
    let (document, diagnostics) = open(&looped);
    assert_eq!((document.page_count(), document.reading()), (2, Reading::Lenient));
    assert!(diagnostics.iter().any(|d| d.message.contains("some of its pages")));
    assert_eq!(document.page(0).0.width, 50.0);
    assert_eq!((document.page(1).0.width, document.page(1).0.height), (30.0, 60.0));
    assert_eq!(document.page(7).0.number, 8);

    // An end that was cut off, and pages that the tree counts and does not have.
    let whole = one_page("/X(%%EOF)", "", &[]);
    let short = String::from_utf8(whole.clone()).unwrap().replace("/Count 1", "/Count 7");
    for (bytes, told) in [
        (&whole[..whole.len() - 6], "its end is missing"),
        (short.as_bytes(), "only 1 of its 7 pages are there"),
    ] {
        let padded = [bytes, &b" ".repeat(5000)].concat();
        let (document, diagnostics) = open(if told.starts_with("its") { &padded } else { bytes });
        assert_eq!(document.reading(), Reading::Lenient, "{told}");
        assert!(diagnostics.iter().any(|d| d.message.ends_with(told)), "{told}");
    }

    let orphans = pdf(&[b"<</Type/Catalog>>", b"<</Type/Page>>", b"<</Type/Page>>"]);
    let (document, _) = open(&orphans);
    assert_eq!((document.page_count(), document.reading()), (2, Reading::Lenient));
}

#[test]
fn limits_hold() {
    let pages: Vec<Vec<u8>> = (0..50).map(|_| b"<</Type/Page/Parent 2 0 R>>".to_vec()).collect();
    let tree = format!(
        "<</Type/Pages/Kids[{}]>>",
        (3..53).map(|i| format!("{i} 0 R ")).collect::<String>()
    );
    let mut objects: Vec<&[u8]> = vec![b"<</Type/Catalog/Pages 2 0 R>>", tree.as_bytes()];
    objects.extend(pages.iter().map(Vec::as_slice));
    let bytes = pdf(&objects);
    let few = PdfLimits { pages: 20, ..PdfLimits::default() };
    let (document, diagnostics) = Document::open(&bytes, FileId(0), &few).unwrap();
    assert_eq!((document.page_count(), document.reading()), (20, Reading::Cut));
    let told = diagnostics.iter().map(|d| (d.code.as_str(), d.message.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), [("E0906", "only the first 20 of 50 pages are read")]);

    let usual = PdfLimits::default();
    assert_eq!(refused(&bytes, &PdfLimits { file: 100, ..usual.clone() }), "E0905");
    assert_eq!(refused(&bytes, &PdfLimits { memory: 1000, ..usual }), "E0905");
}

#[test]
fn packed_content_unpacks_to_its_limit() {
    use std::io::Write;
    let pack = |content: &[u8]| {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(content).unwrap();
        packer.finish().unwrap()
    };
    let form = |filter: &str, data: &[u8]| {
        let form = stream(&format!("/Subtype/Form/BBox[0 0 99 99]{filter}"), data);
        let page = read("/Resources<</XObject<</A 5 0 R>>>>", "/A Do", &[&form, b"/FlateDecode"]);
        (page.paths.len(), page.reading)
    };
    let packed = pack(b"0 0 9 9 re f");
    assert_eq!(form("/Filter/FlateDecode", &packed), (1, Reading::Strict));
    assert_eq!(form("/Filter[6 0 R]", &packed), (1, Reading::Strict));
    assert_eq!(form("/Filter/ASCIIHexDecode", b"302030203920392072652066>"), (1, Reading::Strict));
    assert_eq!(form("/Filter/MadeUpDecode", &packed), (0, Reading::Lenient));
    let content: String = (0..500).map(|i| format!("{} 0 9 9 re f ", i * i % 97)).collect();
    let packed = pack(content.as_bytes());
    let (paths, reading) = form("/Filter/FlateDecode", &packed[..packed.len() / 2]);
    assert!(paths > 0 && paths < 500);
    assert_eq!(reading, Reading::Lenient);
    let bomb = pack(&b" ".repeat(100 << 20));
    assert!(bomb.len() < 1 << 20);
    assert_eq!(form("/Filter/FlateDecode", &bomb).1, Reading::Cut);
}

#[test]
fn annotations_are_part_of_the_page() {
    let stamp = stream("/Subtype/Form/BBox[0 0 10 10]", "0 0 10 10 re f");
    for (annotation, seen) in [
        ("<</Subtype/Stamp/Rect[50 20 70 60]/AP<</N 5 0 R>>>>", 1),
        ("<</Subtype/Widget/Rect[50 20 70 60]/AS/On/AP<</N<</On 5 0 R/Off null>>>>>>", 1),
        ("<</Subtype/Widget/Rect[50 20 70 60]/AS/Off/AP<</N<</On 5 0 R/Off null>>>>>>", 0),
        ("<</Subtype/Stamp/F 2/Rect[50 20 70 60]/AP<</N 5 0 R>>>>", 0),
        ("<</Subtype/Link/Rect[50 20 70 60]>>", 0),
    ] {
        let page = read(&format!("/Annots[{annotation}]"), "q", &[&stamp]);
        assert_eq!(page.paths.len(), seen, "{annotation}");
        if let Some(path) = page.paths.first() {
            assert_eq!(path.area.to_array(), [50.0, 40.0, 70.0, 80.0]);
        }
    }
}

#[test]
fn content_in_several_streams_is_one() {
    let parts = pdf(&[
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]>>",
        b"<</Type/Page/Contents[4 0 R 7 0 R 5 0 R 6 0 R]>>",
        &stream("", "q 2 0 0 2 0 0 cm 0 0"),
        &stream("", "m 9 9 l"),
        &stream("", "S Q"),
    ]);
    let (page, notes) = open(&parts).0.page(0);
    assert_eq!(page.paths[0].stroke.as_ref().unwrap().width, 2.0);
    assert_eq!(page.reading, Reading::Lenient);
    assert!(notes.iter().any(|d| d.code.as_str() == "E0910"));
}
