use espice_netlist::*;
use std::collections::BTreeMap;
fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        let text = decode(&bytes);
        for d in dialects() {
            let mut map = espice_base::SourceMap::default();
            let f = map.add(&path, &text);
            let t = std::time::Instant::now();
            let (lib, diags) = d.read(&text, f);
            let dt = t.elapsed();
            let mut by: BTreeMap<&str, usize> = BTreeMap::new();
            for x in &diags {
                *by.entry(x.code.as_str()).or_default() += 1;
            }
            let w = d.write(&lib);
            let (back, _) = d.read(&w.text, f);
            let w2 = d.write(&back);
            println!(
                "{} {}: models {} subckts {} items {} diags {:?} {:?} same {} bytes {} renames {} wdiags {}",
                path.rsplit('/').next().unwrap(),
                d.name(),
                lib.models().len(),
                lib.subcircuits().len(),
                lib.items.len(),
                by,
                dt,
                back == lib,
                w2.text == w.text,
                w.renames.len(),
                w.diagnostics.len()
            );
            for x in w.diagnostics.iter().filter(|x| x.code.as_str() != "E0757").take(8) {
                println!("  W {} {}", x.code, x.message);
            }
            let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
            for x in &diags {
                let n = shown.entry(x.code.as_str()).or_default();
                *n += 1;
                if *n <= 3 {
                    let p = x.place().map(|p| match p {
                        espice_base::Place::Text(s) => {
                            format!("{} `{}`", map.locate(s), map.snippet(s))
                        }
                        _ => String::new(),
                    });
                    println!("   {} {} {:?}", x.code, x.message, p);
                }
            }
        }
    }
}
