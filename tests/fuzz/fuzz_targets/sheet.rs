//! Any bytes are read as a datasheet, words, tables, plots and identity included, or refused with
//! a coded diagnostic; what is read has finite places and values.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    espice_fuzz::read_sheet(bytes);
});
