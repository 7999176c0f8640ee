//! Any text reads to facts, and facts that read cleanly survive being written.
#![no_main]
use espice_base::FileId;
use espice_facts::form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let symbols = espice_fuzz::symbols();
    let (facts, diagnostics) = form::read(text, FileId(0), "f.toml", &symbols);
    if diagnostics.is_empty() {
        let written = form::to_toml(&facts, &symbols);
        let (_, again) = form::read(&written, FileId(0), "f.toml", &symbols);
        assert!(!again.has_errors(), "what was written does not read: {written}");
    }
});
