//! Any text reads as digitised curves to facts and diagnostics.
#![no_main]
use espice_base::FileId;
use espice_facts::SourceFormat;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let symbols = espice_fuzz::symbols();
    let _ = espice_ingest::read_text(SourceFormat::Digitised, text, FileId(0), "f.json", &symbols);
});
