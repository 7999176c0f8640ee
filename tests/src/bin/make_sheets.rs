//! Writes synthetic datasheets into a folder, to look at or to try other programs on:
//! `cargo run -p espice-tests --bin make_sheets -- FOLDER [COUNT] [SEED]`.

use espice_tests::synthetic::{random::Random, sheet, style};
use std::error::Error;
use std::path::PathBuf;

#[expect(clippy::print_stdout, reason = "a program for people")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let count: usize = arguments.next().map_or(Ok(20), |a| a.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |a| a.parse())?;
    std::fs::create_dir_all(&folder)?;
    let styles = style::styles();
    for n in 0..count {
        let mut random = Random::new(seed + n as u64);
        let style = match styles.get(n) {
            Some(style) => style.clone(),
            None => style::mixture(&mut random),
        };
        let made = sheet::sheet(&style, sheet::KINDS[n % 3], seed + n as u64);
        let path = folder.join(format!("{n:03}-{}.pdf", made.name));
        std::fs::write(&path, &made.bytes)?;
        println!("{} {} rows {} plots", path.display(), made.rows.len(), made.panels.len());
    }
    Ok(())
}
