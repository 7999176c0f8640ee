/// What a document and each of its pages may cost at most.
///
/// The defaults hold a document with everything read from it below 300 MiB and a page below a
/// second, and are ten times and more above what real sheets need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PdfLimits {
    /// Size of the file in bytes.
    pub file: usize,
    /// Bytes in memory of all objects of the document, as estimated before they are read.
    pub memory: usize,
    /// Pages that are read.
    pub pages: usize,
    /// Bytes that one stream may unpack to.
    pub stream: usize,
    /// Bytes that all content streams of a page may unpack to, together.
    pub content: usize,
    /// Operators of a page, those of its forms counted each time they are painted.
    pub operators: u32,
    /// Painted paths of a page.
    pub paths: usize,
    /// Segments of all paths of a page.
    pub segments: usize,
    /// Glyphs of a page.
    pub glyphs: usize,
    /// Forms within forms.
    pub form_depth: usize,
    /// Saved graphics states.
    pub state_depth: usize,
}

impl Default for PdfLimits {
    fn default() -> PdfLimits {
        PdfLimits {
            file: 48 << 20,
            memory: 200 << 20,
            pages: 2_000,
            stream: 24 << 20,
            content: 32 << 20,
            operators: 1_500_000,
            paths: 200_000,
            segments: 1_000_000,
            glyphs: 200_000,
            form_depth: 24,
            state_depth: 512,
        }
    }
}
