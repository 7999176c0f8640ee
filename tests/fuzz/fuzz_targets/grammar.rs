//! Any text parses to a tree, and what parses cleanly survives formatting.
#![no_main]
use espice_base::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (_, diagnostics) = espice_syntax::parse(text, FileId(0));
    if diagnostics.is_empty() {
        let Ok(once) = espice_syntax::format(text) else { panic!("a clean text does not format") };
        let Ok(twice) = espice_syntax::format(&once) else { panic!("formatted text does not format") };
        assert_eq!(once, twice, "formatting is not idempotent");
    }
});
