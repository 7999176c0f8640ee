use super::{font, read, stream};
use crate::{Glyph, Page};

const RESOURCES: &str = "/Resources<</Font<</F 5 0 R/T 6 0 R>>/XObject<</I 9 0 R>>>>";

/// A page with a made-up font F and a Type 3 font T, whose code `a` is drawn and `b` is an image.
fn show(content: &str) -> Page {
    let drawn = stream("", "800 0 0 0 500 500 d1 0 0 m 500 0 l 500 500 l h f");
    let bitmap = stream("", "600 0 d0 q 400 0 0 300 100 50 cm BI /W 1 /H 1 /IM true ID \0 EI Q");
    let type3 = b"<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FontBBox[0 0 0 0]\
        /FirstChar 97/LastChar 98/Widths[800 600]/Encoding<</Differences[97/one/two]>>\
        /CharProcs<</one 7 0 R/two 8 0 R>>>>";
    let image = stream("/Subtype/Image/Width 1/Height 1", "x");
    read(RESOURCES, content, &[&font(), type3, &drawn, &bitmap, &image])
}

fn text(page: &Page) -> String {
    page.glyphs.iter().map(|g| g.text.as_deref().unwrap_or("?")).collect()
}

fn origins(page: &Page) -> Vec<[f64; 2]> {
    let round = |v: f64| (v * 1e6).round() / 1e6;
    page.glyphs.iter().map(|g| [round(g.origin.x), round(g.origin.y)]).collect()
}

#[test]
fn glyphs_follow_each_other() {
    let cases: &[(&str, &str, &[[f64; 2]])] = &[
        ("BT /F 10 Tf 20 30 Td (ab) Tj ET", "ab", &[[20.0, 70.0], [25.0, 70.0]]),
        ("BT /F 10 Tf 1 Tc 3 Tw (a b) Tj ET", "a b", &[[0.0, 100.0], [6.0, 100.0], [15.0, 100.0]]),
        ("BT /F 10 Tf 50 Tz 1 Tc (ab) Tj ET", "ab", &[[0.0, 100.0], [3.0, 100.0]]),
        (
            "BT /F 10 Tf [(a) -500 (b) 1000 (c)] TJ ET",
            "abc",
            &[[0.0, 100.0], [10.0, 100.0], [5.0, 100.0]],
        ),
        (
            "BT /F 10 Tf 12 TL 5 50 Td (a) Tj T* (b) Tj (c) ' 2 1 (d) \" ET",
            "abcd",
            &[[5.0, 50.0], [5.0, 62.0], [5.0, 74.0], [5.0, 86.0]],
        ),
        ("BT /F 10 Tf 0 50 TD 5 -9 TD (a) Tj T* (b) Tj ET", "ab", &[[5.0, 59.0], [5.0, 68.0]]),
        ("BT /F 10 Tf 3 Ts (a) Tj ET", "a", &[[0.0, 97.0]]),
        (
            "2 0 0 2 0 0 cm BT /F 5 Tf 1 0 0 1 10 20 Tm <6162> Tj ET",
            "ab",
            &[[20.0, 60.0], [25.0, 60.0]],
        ),
    ];
    for (content, says, places) in cases {
        let page = show(content);
        assert_eq!(text(&page), *says, "{content}");
        assert_eq!(origins(&page), *places, "{content}");
        assert!(page.glyphs.iter().all(|g| g.advance.y == 0.0 && g.angle == 0.0));
    }
}

#[test]
fn turned_and_mirrored_text_has_angle_and_size() {
    let glyph = |content: &str| -> Glyph { show(content).glyphs.remove(0) };
    let up = glyph("BT /F 8 Tf 0 1 -1 0 50 20 Tm (a) Tj ET");
    assert_eq!((up.angle, up.size), (90.0, 8.0));
    assert!(up.advance.x.abs() < 1e-9 && (up.advance.y + 4.0).abs() < 1e-9);
    // Upright box of ascent 0.7, descent -0.2 and advance 0.5 em, reading upwards.
    let expected = [50.0 - 5.6, 80.0 - 4.0, 50.0 + 1.6, 80.0];
    assert!(up.area.to_array().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9));
    // A negative size in a mirrored space is upright text.
    let upright = glyph("1 0 0 -1 0 100 cm BT /F 9 Tf 1 0 0 -1 10 40 Tm (a) Tj ET");
    assert_eq!((upright.angle, upright.size, upright.origin.y), (0.0, 9.0, 40.0));
    let flat = glyph("BT /F 1 Tf 6 0 0 12 0 0 Tm (a) Tj ET");
    assert_eq!((flat.size, flat.advance.x), (12.0, 3.0));
}

#[test]
fn what_is_not_seen_is_told() {
    for (content, visible) in [
        ("BT /F 9 Tf 10 10 Td (a) Tj ET", true),
        ("BT /F 9 Tf 3 Tr 10 10 Td (a) Tj ET", false),
        ("BT /F 9 Tf 7 Tr 10 10 Td (a) Tj ET", false),
        ("BT /F 9 Tf 1 Tr 10 10 Td (a) Tj ET", true),
        ("BT /F 9 Tf 900 10 Td (a) Tj ET", false),
        ("q 0 0 5 5 re W n BT /F 9 Tf 50 50 Td (a) Tj ET Q", false),
        ("1 g BT /F 9 Tf 50 50 Td (a) Tj ET", false),
        ("0 0 200 100 re f 1 g BT /F 9 Tf 50 50 Td (a) Tj ET", true),
        ("0 0 200 100 re f 1 g 0 0 200 100 re f BT /F 9 Tf 50 50 Td (a) Tj ET", false),
        ("q 200 0 0 100 0 0 cm /I Do Q 1 g BT /F 9 Tf 50 50 Td (a) Tj ET", true),
        ("1 g BT /F 9 Tf 50 50 Td (a) Tj ET 0 g 0 0 200 100 re f", false),
    ] {
        assert_eq!(show(content).glyphs[0].visible, visible, "{content}");
    }
}

#[test]
fn type3_glyphs_have_outlines_and_paint_no_paths() {
    let page = show("BT /T 20 Tf 10 10 Td (ab) Tj (a) Tj ET");
    assert!(page.paths.is_empty() && page.images.is_empty());
    let [a, b, again] = page.glyphs.as_slice() else { panic!("three glyphs") };
    let outline = a.outline.as_ref().unwrap();
    assert_eq!(outline.len(), 1);
    assert!(outline[0].segments[0].end().distance(crate::Point::new(0.5, 0.0)) < 1e-6);
    let near = |area: crate::Rect, expected: [f64; 4]| {
        area.to_array().iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-5)
    };
    assert!(near(a.area, [10.0, 80.0, 20.0, 90.0]));
    assert!((b.origin.x - 26.0).abs() < 1e-5);
    assert!(b.outline.is_none());
    // The box of the image that the second glyph is.
    assert!(near(b.area, [28.0, 83.0, 36.0, 89.0]));
    assert!(std::sync::Arc::ptr_eq(outline, again.outline.as_ref().unwrap()));
    assert_eq!(page.reading, crate::Reading::Strict);
}

#[test]
fn replacements_speak_only_for_glyphs_that_say_nothing() {
    let page = show(
        "BT /T 9 Tf /Span<</ActualText<FEFF03BC0041>>>BDC (ab) Tj EMC \
         /F 9 Tf /Span<</ActualText(x)>>BDC (a) Tj EMC \
         /T 9 Tf /Span<</ActualText(xyz)>>BDC (b) Tj EMC ET",
    );
    let says: Vec<_> = page.glyphs.iter().map(|g| g.text.as_deref()).collect();
    assert_eq!(says[2], Some("a"));
    for (i, replaced) in [(0, Some("μ")), (1, Some("A")), (3, None)] {
        // What the names `one` and `two` say is the fonts' business.
        assert!(
            says[i] == replaced || says[i].is_some_and(|s| s.parse::<u8>().is_ok()),
            "{says:?}"
        );
    }
}
