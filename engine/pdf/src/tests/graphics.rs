use super::{codes, read};
use crate::{Color, Page, PdfLimits, Point, Reading, Segment};

/// A page's paths, one line each: box, what is painted, number of segments of each subpath.
fn told(page: &Page) -> Vec<String> {
    page.paths
        .iter()
        .map(|path| {
            let short = |v: f64| (v * 1e4).round() / 1e4;
            let [x0, y0, x1, y1] = path.area.to_array().map(short);
            let mut line = format!("{x0} {y0} {x1} {y1}");
            if let Some(fill) = path.fill {
                line += &format!(" fill {:.2},{:.2},{:.2}", fill.r, fill.g, fill.b);
            }
            if path.even_odd {
                line += " even-odd";
            }
            if let Some(stroke) = &path.stroke {
                line += &format!(" stroke {}", short(stroke.width));
                if !stroke.dash.is_empty() {
                    line += &format!(" {:?}", stroke.dash);
                }
            }
            for subpath in &path.subpaths {
                line += &format!(" {}", subpath.segments.len());
                line += if subpath.closed { "c" } else { "o" };
            }
            line
        })
        .collect()
}

#[test]
fn paths_are_placed_and_painted() {
    let cases: &[(&str, &[&str])] = &[
        ("10 20 m 30 40 l S", &["10 60 30 80 stroke 1 1o"]),
        ("2 0 0 2 10 10 cm 3 w 0 0 m 10 0 l 10 10 l s", &["10 70 30 90 stroke 6 2c"]),
        (
            "q 0.5 0 0 0.5 0 0 cm [4 2] 1 d 0 0 m 20 0 l S Q 0 0 m 20 0 l S",
            &["0 100 10 100 stroke 0.5 [2.0, 1.0] 1o", "0 100 20 100 stroke 1 1o"],
        ),
        ("1 0 0 rg 10 10 20 -5 re f*", &["10 90 30 95 fill 1.00,0.00,0.00 even-odd 3c"]),
        (
            "0 0 m 1 1 2 2 3 3 c 4 4 5 5 v 6 6 7 7 y B",
            &["0 93 7 100 fill 0.00,0.00,0.00 stroke 1 3o"],
        ),
        ("0 0 m 9 9 l 20 20 m 30 30 l h 5 5 l n", &[]),
        ("0 0 m 9 9 l 20 20 m 30 30 l h 5 5 l S", &["0 70 30 100 stroke 1 1o 1c 1o"]),
        ("300 300 m 400 400 l S", &[]),
        ("0 0 0 1 k 0 0 9 9 re b", &["0 91 9 100 fill 0.00,0.00,0.00 stroke 1 3c"]),
        ("1 0 0 1 1e9 0 cm 0 0 9 9 re f 0 0 m 1 0 l S", &[]),
    ];
    for (content, paths) in cases {
        assert_eq!(told(&read("", content, &[])), *paths, "{content}");
    }
}

#[test]
fn curves_stay_curves() {
    let page = read("", "0 100 m 10 100 l 20 100 30 90 v S", &[]);
    let segments = &page.paths[0].subpaths[0].segments;
    let p = Point::new;
    assert_eq!(
        segments[..],
        [Segment::Line(p(10.0, 0.0)), Segment::Curve(p(10.0, 0.0), p(20.0, 0.0), p(30.0, 10.0))]
    );
}

#[test]
fn pages_are_cropped_and_turned() {
    // A line from the lower left corner of the crop box, 40 to the right.
    let content = "20 10 m 60 10 l S";
    let crop = "/CropBox[20 10 120 60]";
    let cases: &[(&str, [f64; 2], [f64; 4])] = &[
        ("", [200.0, 100.0], [20.0, 90.0, 60.0, 90.0]),
        (crop, [100.0, 50.0], [0.0, 50.0, 40.0, 50.0]),
        ("/CropBox[20 10 120 60]/Rotate 90", [50.0, 100.0], [0.0, 0.0, 0.0, 40.0]),
        ("/CropBox[20 10 120 60]/Rotate 180", [100.0, 50.0], [60.0, 0.0, 100.0, 0.0]),
        ("/CropBox[20 10 120 60]/Rotate -90", [50.0, 100.0], [50.0, 60.0, 50.0, 100.0]),
        ("/CropBox[20 10 120 60]/Rotate 450", [50.0, 100.0], [0.0, 0.0, 0.0, 40.0]),
        ("/Rotate 44", [200.0, 100.0], [20.0, 90.0, 60.0, 90.0]),
        ("/UserUnit 2", [400.0, 200.0], [40.0, 180.0, 120.0, 180.0]),
        ("/MediaBox[0 0 0 0]", [612.0, 792.0], [20.0, 782.0, 60.0, 782.0]),
        ("/MediaBox[120 60 20 10]", [100.0, 50.0], [0.0, 50.0, 40.0, 50.0]),
    ];
    for (entries, size, area) in cases {
        let page = read(entries, content, &[]);
        assert_eq!([page.width, page.height], *size, "{entries}");
        assert_eq!(page.paths[0].area.to_array(), *area, "{entries}");
    }
}

#[test]
fn clips_meet_and_end_with_their_state() {
    let page = read(
        "",
        "q 10 10 100 50 re W n 50 0 100 100 re W n 0 0 m 150 50 l S \
         20 20 m 40 90 l 60 20 l h W n 0 0 m 150 50 l S Q 0 0 m 150 50 l S",
        &[],
    );
    let clips: Vec<_> = page.paths.iter().map(|p| page.clips[p.clip as usize].clone()).collect();
    assert_eq!(clips.len(), 3);
    assert_eq!(clips[0].area.to_array(), [50.0, 40.0, 110.0, 90.0]);
    assert!(clips[0].exact);
    assert_eq!(clips[1].area.to_array(), [50.0, 40.0, 60.0, 80.0]);
    assert!(!clips[1].exact);
    assert_eq!(page.paths[2].clip, 0);
    // A path that the clip leaves nothing of is not seen.
    assert!(read("", "0 0 5 5 re W n 50 50 m 60 60 l S", &[]).paths.is_empty());
}

#[test]
fn colours_of_all_spaces() {
    let resources = "/Resources<</ColorSpace<<\
        /Spot[/Separation/Made#20Up/DeviceCMYK<</FunctionType 2/Domain[0 1]/N 1/C0[0 0 0 0]/C1[0 1 1 0]>>]\
        /Table[/Indexed/DeviceRGB 1<000000FF0000>]/Icc[/ICCBased 5 0 R]/Lab[/Lab<</WhitePoint[.95 1 1.09]>>]\
        /Loop 6 0 R>>/ExtGState<</Half<</ca .5>>/Gone<</ca 0>>>>>>";
    let icc = super::stream("/N 3", "");
    let cases: &[(&str, [f32; 3])] = &[
        ("0.5 g", [0.5, 0.5, 0.5]),
        ("0 1 0 rg", [0.0, 1.0, 0.0]),
        ("0 0 1 0 k", [1.0, 1.0, 0.0]),
        ("/Spot cs 1 scn", [1.0, 0.0, 0.0]),
        ("/Spot cs", [1.0, 0.0, 0.0]),
        ("/Spot cs 0 scn", [1.0, 1.0, 1.0]),
        ("/Table cs 1 sc", [1.0, 0.0, 0.0]),
        ("/Icc cs 0 0 1 sc", [0.0, 0.0, 1.0]),
        ("/Lab cs 100 0 0 sc", [1.0, 1.0, 1.0]),
        ("/DeviceRGB cs", [0.0, 0.0, 0.0]),
        ("/Pattern cs /P1 scn", [0.5, 0.5, 0.5]),
        ("/Half gs 1 0 0 rg", [1.0, 0.5, 0.5]),
        ("/Gone gs 0 0 9 9 re f /Half gs", [0.5, 0.5, 0.5]),
        ("/Loop cs 0.25 sc", [0.75, 0.75, 0.75]),
    ];
    for (content, color) in cases {
        let page = read(
            resources,
            format!("{content} 0 0 9 9 re f"),
            &[&icc, b"[/ICCBased<</Alternate 6 0 R>>]"],
        );
        let Color { r, g, b } = page.paths[0].fill.unwrap();
        let near = [r, g, b].iter().zip(color).all(|(a, b)| (a - b).abs() < 0.01);
        assert!(near, "{content}: {r} {g} {b}");
    }
}

#[test]
fn forms_have_their_own_space_clip_and_resources() {
    let resources = "/Resources<</XObject<</A 5 0 R/P 7 0 R>>>>";
    let outer = super::stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 50 50]/Matrix[1 0 0 1 10 10]/Resources<</XObject<</B 6 0 R>>>>",
        "2 w /B Do 0 0 m 99 0 l S q q",
    );
    let inner = super::stream("/Subtype/Form/BBox[0 0 5 5]", "0 0 m 5 5 l S /P Do /A Do");
    let image =
        super::stream("/Subtype/Image/Width 8/Height 4/BitsPerComponent 8/Filter/DCTDecode", "x");
    let page =
        read(resources, "/A Do 0 0 m 9 0 l S 20 0 0 10 1 2 cm /P Do", &[&outer, &inner, &image]);
    let widths: Vec<_> = page.paths.iter().map(|p| p.stroke.as_ref().unwrap().width).collect();
    assert_eq!(widths, [2.0, 2.0, 1.0]);
    assert_eq!(page.paths[0].area.to_array(), [10.0, 85.0, 15.0, 90.0]);
    assert_eq!(page.clips[page.paths[0].clip as usize].area.to_array(), [10.0, 85.0, 15.0, 90.0]);
    assert_eq!(page.clips[page.paths[1].clip as usize].area.to_array(), [10.0, 40.0, 60.0, 90.0]);
    assert_eq!(page.images.len(), 2);
    assert_eq!(page.images[1].area.to_array(), [1.0, 88.0, 21.0, 98.0]);
    assert_eq!(page.images[1].filter, "DCTDecode");
    assert!(page.images[0].order < page.paths[1].order);
    // A form that paints itself ends there.
    assert_eq!(page.reading, Reading::Lenient);
}

#[test]
fn optional_content_that_is_off_is_not_seen() {
    let resources =
        "/Resources<</Properties<</Off 9 0 R/On 8 0 R/Any 7 0 R>>/XObject<</F 5 0 R>>>>";
    let form = super::stream("/Subtype/Form/BBox[0 0 9 9]/OC 9 0 R", "0 0 5 5 re f");
    let more: &[&[u8]] = &[
        &form,
        b"null",
        b"<</Type/OCMD/OCGs[8 0 R 9 0 R]/P/AllOn>>",
        b"<</Type/OCG/Name(on)>>",
        b"<</Type/OCG/Name(off)>>",
    ];
    for (content, paths) in [
        ("/OC/Off BDC 0 0 5 5 re f EMC", 0),
        ("/OC/On BDC 0 0 5 5 re f EMC", 1),
        ("/OC/Any BDC 0 0 5 5 re f EMC 0 0 5 5 re f", 1),
        ("/OC/Off BDC /Span BMC EMC 0 0 5 5 re f EMC 0 0 5 5 re f", 1),
        ("/F Do", 0),
    ] {
        assert_eq!(read(resources, content, more).paths.len(), paths, "{content}");
    }
}

#[test]
fn inline_images_are_placed_and_passed_over() {
    let mut content = b"10 0 0 20 5 5 cm BI /W 4 /H 2 /BPC 8 /CS /G ID ".to_vec();
    content.extend(b"EI \xff(<[ Q\nEI 0 0 1 1 re f");
    let page = read("", content, &[]);
    assert_eq!((page.images.len(), page.paths.len()), (1, 1));
    assert_eq!((page.images[0].width, page.images[0].height, page.images[0].bits), (4, 2, 8));
    assert_eq!(page.reading, Reading::Strict);
    let page = read("", "BI /W 9 /H 9 /F /AHx ID 00ff> EI 0 0 1 1 re f", &[]);
    assert_eq!((page.images[0].filter.as_str(), page.paths.len()), ("AHx", 1));
}

#[test]
fn malformed_content_is_passed_over_and_told() {
    let usual = PdfLimits::default();
    let cases: &[(&str, &[&str])] = &[
        ("q 0 0 m 9 9 l S Q % fine", &["Strict"]),
        ("0 0 m 9 9 l S 1 2 3 foo", &["E0908", "Lenient"]),
        ("BX 1 foo EX", &["Strict"]),
        ("5 l", &["E0908", "Lenient"]),
        ("Q Q", &["E0908", "Lenient"]),
        ("9 9 l S", &["E0908", "Lenient"]),
        ("1.2.3 w (a", &["E0908", "Lenient"]),
        ("/X Do /Y gs /Z cs", &["E0909", "Lenient"]),
        ("EMC", &["E0908", "Lenient"]),
    ];
    for (content, expected) in cases {
        assert_eq!(codes(content, &usual), *expected, "{content}");
    }
}

#[test]
fn limits_cut_and_say_so() {
    let tight = PdfLimits {
        operators: 1000,
        paths: 20,
        segments: 100,
        content: 4000,
        state_depth: 8,
        ..PdfLimits::default()
    };
    for content in [
        "0 0 m ".repeat(600) + &"n ".repeat(600),
        "0 0 9 9 re f ".repeat(21),
        "0 0 m ".to_owned() + &"1 1 l ".repeat(101),
        "% nothing but a comment\n".repeat(200),
        // Each of these looks for its end among all the others.
        "BI ID xEI n ".repeat(300),
    ] {
        let codes = codes(&content, &tight);
        assert_eq!(codes.last().map(String::as_str), Some("Cut"), "{}", content.len());
        assert!(codes.contains(&String::from("E0907")));
    }
    assert_eq!(codes("q ".repeat(20) + &"Q ".repeat(20), &tight), ["E0908", "Lenient"]);
}
