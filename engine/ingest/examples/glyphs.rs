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
    let (page, _) = doc.page(a[2].parse::<usize>().unwrap() - 1);
    let b: Vec<f64> = a[3..].iter().map(|s| s.parse().unwrap()).collect();
    for g in &page.glyphs {
        if b.is_empty() && g.text.is_some() {
            continue;
        }
        if !b.is_empty()
            && !(g.origin.x >= b[0]
                && g.origin.x <= b[2]
                && g.origin.y >= b[1]
                && g.origin.y <= b[3])
        {
            continue;
        }
        println!(
            "{:?} code {:#x} font {} sym {} t3 {} size {:.2} o {:.2},{:.2} adv {:.2},{:.2} ang {} area {:.1?} col {:?} vis {} ord {} outl {}",
            g.text,
            g.code,
            page.fonts[g.font as usize].name,
            page.fonts[g.font as usize].symbolic,
            page.fonts[g.font as usize].type3,
            g.size,
            g.origin.x,
            g.origin.y,
            g.advance.x,
            g.advance.y,
            g.angle,
            g.area.to_array(),
            (g.color.r, g.color.g, g.color.b),
            g.visible,
            g.order,
            g.outline.as_ref().map_or(-1, |o| o.len() as i32)
        );
    }
}
