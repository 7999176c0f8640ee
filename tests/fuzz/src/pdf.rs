use crate::symbols;
use espice_base::{FileId, SourceMap};
use espice_pdf::{Document, PdfLimits};

/// Objects of a small document; `$0` to `$5` are where streams of the fuzzer go.
const OBJECTS: &[&str] = &[
    "<</Type/Catalog/Pages 2 0 R/OCProperties<</D<</OFF[15 0 R]>>>>>>",
    "<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 200 100]/Resources 5 0 R>>",
    "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Rotate 90>>",
    "$0",
    "<</Font<</A 6 0 R/B 7 0 R/C 8 0 R>>/XObject<</F 12 0 R/I 13 0 R>>\
        /ColorSpace<</S[/Separation/X/DeviceRGB 14 0 R]/N[/Indexed/DeviceRGB 1<00112233>]>>\
        /ExtGState<</G<</LW 2/ca 0.5/D[[1 2]0]/Font[6 0 R 9]>>>>/Properties<</O 15 0 R>>>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[65/mu/Omega]>>\
        /ToUnicode 9 0 R>>",
    "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 9 0 R\
        /DescendantFonts[<</Subtype/CIDFontType2/W[1[500 600]3 9 400]/DW 900>>]>>",
    "<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 66\
        /Widths[500 600]/Encoding<</Differences[65/a/b]>>/CharProcs<</a 10 0 R/b 11 0 R>>\
        /Resources 5 0 R>>",
    "$1",
    "$2",
    "500 0 d0 0 0 9 9 re f",
    "$3",
    "$4",
    "$5",
    "<</Type/OCG/Name(off)>>",
];

/// Entries of the streams' dictionaries.
const ENTRIES: [&str; 6] = [
    "",
    "",
    "",
    "/Subtype/Form/BBox[0 0 99 99]/Matrix[1 0 0 1 5 5]",
    "/Subtype/Image/Width 3/Height 2/BitsPerComponent 8",
    "/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]",
];

/// Streams that do something, for the places that the fuzzer does not fill.
const STREAMS: [&str; 6] = [
    "q 1 0 0 1 9 9 cm BT /A 9 Tf (AB) Tj /B 9 Tf <00010002> Tj /C 9 Tf [(A) -100 (B)] TJ ET \
        /S cs .5 scn 0 0 m 9 9 l 9 9 8 8 7 7 c b* /F Do /G gs 0 0 9 9 re W n /I Do Q",
    "begincmap 1 begincodespacerange <00><ff> endcodespacerange 1 beginbfchar <41><00b5> endbfchar \
        1 beginbfrange <42><43><0041> endbfrange endcmap",
    "500 0 0 0 9 9 d1 0 0 m 9 9 l h f BT /C 9 Tf (AB) Tj ET",
    "/OC /O BDC 0 0 5 5 re S EMC /F Do BI /W 1 /H 1 /BPC 8 /CS /G ID x EI",
    "abcdef",
    "{ dup 0.5 gt { 1 exch sub } { 2 mul } ifelse dup dup }",
];

/// A document with some bytes in one of its streams, and the usual in the others.
pub fn pdf_with(slot: usize, bytes: &[u8]) -> Vec<u8> {
    let slot = slot % STREAMS.len();
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (i, object) in OBJECTS.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", i + 1).bytes());
        let stream = match object.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()) {
            Some(n) if n == slot => Some((ENTRIES[n], bytes)),
            Some(n) => Some((ENTRIES[n], STREAMS[n].as_bytes())),
            None if !object.starts_with('<') => Some(("", object.as_bytes())),
            None => None,
        };
        match stream {
            Some((entries, data)) => {
                pdf.extend(format!("<</Length {} {entries}>>\nstream\n", data.len()).bytes());
                pdf.extend(data);
                pdf.extend(b"\nendstream");
            }
            None => pdf.extend(object.bytes()),
        }
        pdf.extend(b"\nendobj\n");
    }
    let start = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
    for offset in &offsets {
        pdf.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let size = offsets.len() + 1;
    pdf.extend(format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").bytes());
    pdf
}

/// Seeds of the targets `pdf` and `page`, by target and name.
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = vec![("pdf", String::from("sound.pdf"), pdf_with(0, STREAMS[0].as_bytes()))];
    let broken = String::from_utf8_lossy(&pdf_with(0, STREAMS[3].as_bytes()))
        .replace("startxref", "lost")
        .into_bytes();
    all.push(("pdf", String::from("rebuilt.pdf"), broken));
    for (slot, stream) in STREAMS.iter().enumerate() {
        let mut bytes = vec![slot as u8];
        bytes.extend(stream.bytes());
        all.push(("page", format!("slot{slot}"), bytes));
    }
    all
}

/// Opens a document under small limits and reads all its pages.
pub fn read_pdf(bytes: &[u8]) {
    let limits = PdfLimits {
        file: 1 << 20,
        memory: 16 << 20,
        pages: 8,
        stream: 1 << 20,
        content: 1 << 20,
        operators: 20_000,
        paths: 2_000,
        segments: 20_000,
        glyphs: 5_000,
        form_depth: 12,
        state_depth: 64,
    };
    let Ok((document, _)) = Document::open(bytes, FileId(0), &limits) else { return };
    let _ = document.info();
    for index in 0..document.page_count() {
        let (page, _) = document.page(index);
        assert!(page.paths.len() <= limits.paths && page.glyphs.len() <= limits.glyphs);
        let finite = page.paths.iter().all(|p| p.area.to_array().iter().all(|v| v.is_finite()))
            && page.glyphs.iter().all(|g| g.area.to_array().iter().all(|v| v.is_finite()));
        assert!(finite);
        assert!(page.paths.iter().all(|p| (p.clip as usize) < page.clips.len()));
        assert!(page.glyphs.iter().all(|g| (g.font as usize) < page.fonts.len()));
    }
}

/// Reads a datasheet whole, under the limits that the program has.
pub fn read_sheet(bytes: &[u8]) {
    let reading = espice_ingest::read(bytes, "sheet.pdf", &mut SourceMap::default(), &symbols());
    let Some(sheet) = &reading.sheet else {
        assert!(!reading.diagnostics.is_empty(), "neither a sheet nor a word why");
        return;
    };
    let boxes = sheet.pages.iter().flat_map(|p| &p.text.lines).map(|l| l.area);
    assert!(boxes.flat_map(|b| b.to_array()).all(f64::is_finite));
    let points = reading.facts.curves.iter().flat_map(|c| &c.points);
    assert!(points.flatten().all(|v| v.is_finite()));
    let values = reading.facts.parameters.iter().flat_map(|p| [p.min, p.typ, p.max]);
    assert!(values.flatten().all(f64::is_finite));
}
