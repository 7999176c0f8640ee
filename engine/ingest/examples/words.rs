#![allow(warnings)]
use espice_base::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&a[1]).unwrap();
    let mut map = SourceMap::default();
    let file = map.add(&a[1], "");
    let (doc, d) = match espice_pdf::Document::open(&bytes, file, &espice_pdf::PdfLimits::default())
    {
        Ok(x) => x,
        Err(e) => {
            println!("{e:?}");
            return;
        }
    };

    let pages: Vec<usize> = if a.len() > 3 {
        vec![a[3].parse::<usize>().unwrap() - 1]
    } else {
        (0..doc.page_count()).collect()
    };
    for p in pages {
        let t = std::time::Instant::now();
        let (page, _) = doc.page(p);
        let t1 = t.elapsed();
        let t = std::time::Instant::now();
        let text = espice_ingest::sheet::text::read(&page);
        let t2 = t.elapsed();
        match a[2].as_str() {
            "lines" => {
                println!(
                    "== page {} glyphs {} paths {} images {} {:?} text {:?} reading {:?}",
                    page.number,
                    page.glyphs.len(),
                    page.paths.len(),
                    page.images.len(),
                    t1,
                    t2,
                    page.reading
                );
                for l in &text.lines {
                    println!(
                        "{:6.1} {:6.1} a{:<3} s{:4.1} | {}",
                        l.area.x0,
                        l.baseline,
                        l.angle,
                        l.size,
                        l.words
                            .iter()
                            .map(|w| {
                                let mut s = String::new();
                                for r in &w.runs {
                                    match r.script {
                                        espice_ingest::sheet::text::Script::Normal => {
                                            s.push_str(&r.text)
                                        }
                                        espice_ingest::sheet::text::Script::Sub => {
                                            s.push_str("_{");
                                            s.push_str(&r.text);
                                            s.push('}')
                                        }
                                        _ => {
                                            s.push_str("^{");
                                            s.push_str(&r.text);
                                            s.push('}')
                                        }
                                    }
                                }
                                if !w.notes.is_empty() {
                                    s.push_str(&format!("⟨{}⟩", w.notes.join(";")));
                                }
                                s
                            })
                            .collect::<Vec<_>>()
                            .join(" · ")
                    );
                }
                for l in &text.hidden {
                    println!("HIDDEN {:6.1} {:6.1} | {}", l.area.x0, l.baseline, l.text());
                }
            }
            "words" => {
                for l in &text.lines {
                    for w in &l.words {
                        println!(
                            "{}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{}\t{}",
                            page.number,
                            w.area.x0,
                            w.area.y0,
                            w.area.x1,
                            w.area.y1,
                            w.text,
                            w.notes.join(";")
                        );
                    }
                }
            }
            "time" => {
                println!("{} glyphs {} pdf {:?} text {:?}", page.number, page.glyphs.len(), t1, t2)
            }
            _ => {}
        }
    }
}
