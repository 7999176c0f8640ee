//! IC-CAP measured data management files (IC-CAP 2008 User's Guide, "MDM File Structure").
//!
//! A header names the inputs (forced) and outputs (measured) with their terminals; blocks
//! `BEGIN_DB … END_DB` hold a table each, one for every combination of the outer inputs, whose
//! values stand in `ICCAP_VAR` lines. Every block becomes one [`Sweep`].

mod block;
mod header;

use super::size;
use super::text::{Budget, RowCount, lines, span_of, too_many};
use block::Block;
use espice_base::{Capped, Code, Diagnostic, Diagnostics, FileId, Severity, Span};
use espice_facts::{Facts, SourceFormat, Sweep};
use header::{Course, Header};

/// Reads an MDM file.
///
/// Each block with a usable row gives a sweep with a column for each input (written out when it
/// is held) and each output, in SI. A current carries the limit of the source that forces its
/// terminal. Temperatures come from an input named `TEMP` or from the header's variable of that
/// name, both in degrees Celsius.
pub fn read(text: &str, file: FileId, name: &str) -> (Facts, Diagnostics) {
    let mut out = Capped::default();
    let mut facts = Facts {
        sources: vec![crate::source(text, file, name, SourceFormat::Mdm)],
        ..Facts::default()
    };
    let start = Span::new(file, 0, 0);
    if text.trim().is_empty() {
        out.push(Diagnostic::error(Code::SOURCE_EMPTY, "the MDM file is empty").at(start));
        return (facts, out.finish());
    }
    let Some(header) = header::read(text, file, &mut out) else {
        if out.is_empty() {
            let message = "the header declares no inputs or no outputs";
            out.push(Diagnostic::error(Code::MDM_HEADER, message).at(start));
        }
        return (facts, out.finish());
    };
    header.rotated(&mut out);
    let mut reader = Reader { file, header: &header, out, rows: RowCount::default() };
    let blocks = reader.blocks(text);
    let mut sweeps: Vec<Sweep> = blocks.sweeps;
    for sweep in &mut sweeps {
        sweep.siblings = blocks.count;
        sweep.name = match blocks.count {
            1 => crate::stem(name).to_string(),
            _ => format!("{} block {}", crate::stem(name), sweep.name),
        };
    }
    reader.rows.judge(start, &mut reader.out);
    facts.sweeps = sweeps;
    facts.device.sizes = header.sizes.clone();
    size::in_name(crate::stem(name), &mut facts.device.sizes);
    (facts, reader.out.finish())
}

/// The blocks of a file.
#[derive(Default)]
struct Blocks {
    /// How many there are, usable or not.
    count: usize,
    /// The usable ones, each named by its number.
    sweeps: Vec<Sweep>,
}

struct Reader<'h> {
    file: FileId,
    header: &'h Header,
    out: Capped,
    rows: RowCount,
}

impl<'h> Reader<'h> {
    fn blocks(&mut self, text: &str) -> Blocks {
        let mut blocks = Blocks::default();
        let mut open: Option<Block<'h>> = None;
        let mut budget = Budget::new();
        let body = text.get(self.header.end..).unwrap_or_default();
        // A line that the end of the file cuts may be a number that lost its last digits.
        let cut = !text.ends_with('\n');
        let last = text.len();
        for (offset, line) in lines(body) {
            let start = self.header.end + offset;
            let trimmed = line.trim();
            let span = span_of(self.file, start, line, trimmed);
            if trimmed.is_empty() || trimmed.starts_with('!') {
                continue;
            }
            match (trimmed, open.as_mut()) {
                ("BEGIN_DB", _) => {
                    if let Some(block) = open.take() {
                        self.truncated(&block, span);
                        self.close(block, &mut blocks, &mut budget);
                    }
                    blocks.count += 1;
                    open = Some(Block::new(self.header, span));
                }
                ("END_DB", Some(block)) => {
                    block.end(span);
                    if let Some(block) = open.take()
                        && !self.close(block, &mut blocks, &mut budget)
                    {
                        return blocks;
                    }
                }
                (_, Some(block)) => {
                    let is_cut = cut && start + line.len() == last;
                    if is_cut {
                        // The missing END_DB tells it; it is no damaged row.
                        block.lost(&mut RowCount::default());
                    } else if !block.line(start, line, &mut self.out, &mut self.rows, &mut budget) {
                        self.out.push(too_many(span));
                        return blocks;
                    }
                }
                (_, None) => {
                    self.out.push_with(Code::MDM_COLUMN, Severity::Warning, span, || {
                        let message = "a line stands outside every block";
                        Diagnostic::warning(Code::MDM_COLUMN, message).at(span)
                    });
                }
            }
        }
        if let Some(block) = open {
            self.truncated(&block, Span::new(self.file, last, last));
            self.close(block, &mut blocks, &mut budget);
        }
        self.check_count(&blocks);
        blocks
    }

    /// Turns a block into a sweep; false when the source is too large.
    fn close(&mut self, block: Block<'h>, blocks: &mut Blocks, budget: &mut Budget) -> bool {
        let span = block.span();
        let number = blocks.count.to_string();
        match block.into_sweep(number, budget, &mut self.out) {
            Ok(sweep) => {
                blocks.sweeps.extend(sweep);
                true
            }
            Err(block::TooLarge) => {
                self.out.push(too_many(span));
                false
            }
        }
    }

    fn truncated(&mut self, block: &Block<'h>, end: Span) {
        self.out.push_with(Code::MDM_TRUNCATED, Severity::Error, end, || {
            Diagnostic::error(Code::MDM_TRUNCATED, "a block has no END_DB")
                .label(end, "the block breaks off here")
                .label(block.span(), "the block begins here")
                .help("copy the file again from the instrument")
        });
    }

    /// Compares the number of blocks with that of the outer sweeps.
    fn check_count(&mut self, blocks: &Blocks) {
        let mut wanted = 1_usize;
        let mut places = Vec::new();
        for input in &self.header.inputs {
            let Course::Stepped { order, points, .. } = input.course else { continue };
            if order <= 1 {
                continue;
            }
            let Some(points) = points else { return };
            wanted = wanted.saturating_mul(points);
            places.push(input.span);
        }
        if wanted == blocks.count || blocks.count == 0 {
            return;
        }
        let found = blocks.count;
        let blocks = if found == 1 { "block" } else { "blocks" };
        let message = format!("the file has {found} {blocks}, its header declares {wanted}");
        let mut diagnostic = Diagnostic::warning(Code::MDM_COUNT, message);
        if places.is_empty() {
            diagnostic = diagnostic.at(Span::new(self.file, 0, self.header.end));
        }
        for place in places {
            diagnostic = diagnostic.label(place, "an outer sweep");
        }
        self.out.push(diagnostic);
    }
}

#[cfg(test)]
mod tests;
