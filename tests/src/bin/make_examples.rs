//! Writes the bundled examples again: `cargo run -p espice-tests --bin make_examples`. Needs
//! ngspice. The facts TOML beside them is written by hand and stays.

use espice_tests::examples;
use espice_tests::synthetic::ex41;
use std::error::Error;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "a program for people")]
fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    std::fs::write(root.join(ex41::PLACE), ex41::sheet().bytes)?;
    println!("wrote tests/examples/{}", ex41::PLACE);
    let made = examples::ex41(&std::env::temp_dir()).map_err(|e| e.diagnostic().message)?;
    for (name, text) in made.into_iter().chain(examples::sq1()) {
        std::fs::write(root.join(name), text)?;
        println!("wrote tests/examples/{name}");
    }
    Ok(())
}
