//! Any bytes in any stream of a sound document: content of pages, forms and Type 3 glyphs, CMaps,
//! functions. The first byte says where.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((slot, rest)) = bytes.split_first() else { return };
    espice_fuzz::read_pdf(&espice_fuzz::pdf_with(usize::from(*slot), rest));
});
