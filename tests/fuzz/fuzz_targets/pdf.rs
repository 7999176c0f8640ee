//! Any bytes open as a document or are refused, and every page of it can be read.
#![no_main]
use espice_base::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    espice_fuzz::read_pdf(bytes);
});
