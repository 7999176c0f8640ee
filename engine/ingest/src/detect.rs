use espice_facts::SourceFormat;

/// How much of a file is looked at.
const WINDOW: usize = 64 << 10;

/// Words that only an MDM file starts a line with.
const MDM_WORDS: [&str; 5] = ["BEGIN_HEADER", "ICCAP_INPUTS", "BEGIN_DB", "! VERSION", "!VERSION"];

/// Tables that only a facts file has.
const FACTS_WORDS: [&str; 4] = ["[device]", "[[parameter]]", "[[curve]]", "[[sweep]]"];

/// A PDF starts within this many bytes (ISO 32000-1, annex H, note 13).
const PDF_WINDOW: usize = 1024;

/// Members that a document of digitised curves has.
const DIGITISED_WORDS: [&str; 4] = ["\"graph_v_i\"", "\"graph_v_c\"", "\"c_rss\"", "\"v_abs_max\""];

const EXTENSIONS: [(&str, SourceFormat); 7] = [
    ("mdm", SourceFormat::Mdm),
    ("csv", SourceFormat::Csv),
    ("tsv", SourceFormat::Csv),
    ("txt", SourceFormat::Csv),
    ("dat", SourceFormat::Csv),
    ("toml", SourceFormat::Facts),
    ("json", SourceFormat::Digitised),
];

/// The form of a source: by its content first, by its name's extension second; `None` for
/// binary files that are not PDFs and for what neither tells.
pub fn detect(name: &str, bytes: &[u8]) -> Option<SourceFormat> {
    let window = bytes.get(..WINDOW.min(bytes.len())).unwrap_or(bytes);
    if is_pdf(window) {
        return Some(SourceFormat::Pdf);
    }
    if window.contains(&0) {
        return None;
    }
    by_content(&String::from_utf8_lossy(window)).or_else(|| by_name(name))
}

/// Whether the header of a PDF stands near the start. A text that only mentions it, such as a
/// CSV with a note, has it elsewhere than at the start of a line.
fn is_pdf(window: &[u8]) -> bool {
    let start = window.get(..PDF_WINDOW.min(window.len())).unwrap_or(window);
    let header = b"%PDF-";
    start
        .windows(header.len())
        .enumerate()
        .find(|(_, w)| w == header)
        .is_some_and(|(i, _)| i == 0 || !start.get(i - 1).is_some_and(u8::is_ascii_graphic))
}

fn by_content(text: &str) -> Option<SourceFormat> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let starts = |words: &[&str], line: &str| words.iter().any(|w| line.starts_with(w));
    let lines = || text.lines().map(str::trim_start).filter(|l| !l.is_empty());
    if lines().any(|l| starts(&MDM_WORDS, l)) {
        return Some(SourceFormat::Mdm);
    }
    if lines().any(|l| starts(&FACTS_WORDS, l)) {
        return Some(SourceFormat::Facts);
    }
    if text.trim_start().starts_with('{') && DIGITISED_WORDS.iter().any(|w| text.contains(w)) {
        return Some(SourceFormat::Digitised);
    }
    // A heading line and a row of as many cells that starts with a number.
    let mut content = lines().filter(|l| !l.starts_with('#'));
    let (heading, row) = (content.next()?, content.next()?);
    let number = row
        .trim_start_matches('"')
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '−'));
    let separated = ['\t', ';', ','].iter().any(|s| heading.contains(*s) && row.contains(*s));
    (number && separated).then_some(SourceFormat::Csv)
}

fn by_name(name: &str) -> Option<SourceFormat> {
    let (_, extension) = crate::base_name(name).rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    EXTENSIONS.iter().find(|e| e.0 == extension).map(|e| e.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_before_the_name() {
        let mdm = Some(SourceFormat::Mdm);
        let csv = Some(SourceFormat::Csv);
        let facts = Some(SourceFormat::Facts);
        for (name, bytes, wanted) in [
            ("x.csv", "! VERSION = 6.00\nBEGIN_HEADER\n", mdm),
            ("x", "\u{feff}BEGIN_HEADER\r\n ICCAP_INPUTS\r\n", mdm),
            ("x.csv", "# a note\n[device]\npart = \"a\"\n", facts),
            ("x", "VF (V), IF (mA)\n0.6, 1\n", csv),
            ("x.mdm", "# part: a\nVF (V)\tIF (mA)\n\"0.6\"\t1\n", csv),
            ("x.csv", "", csv),
            ("a.b/x.toml", "", facts),
            ("x.MDM", "garbage", mdm),
            ("x", "some words, and more\nof them, here\n", None),
            ("x.csv", "a\0b", None),
            ("x.csv", "%PDF-1.4\n", Some(SourceFormat::Pdf)),
            ("x", "junk\r\n%PDF-1.7\n\0", Some(SourceFormat::Pdf)),
            ("x.csv", "a, b%PDF-1.4\n1, 2\n", csv),
            ("a.toml/x", "", None),
            ("x", "\n{\"type\": \"IGBT\", \"c_rss\": [] }", Some(SourceFormat::Digitised)),
            ("x.json", "{}", Some(SourceFormat::Digitised)),
            ("x", "{\"type\": \"IGBT\"}", None),
        ] {
            assert_eq!(detect(name, bytes.as_bytes()), wanted, "{name}: {bytes}");
        }
        assert_eq!(detect("x.csv", &[0xff, 0xfe, b'a']), csv);
    }
}
