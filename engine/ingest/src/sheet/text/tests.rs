use super::*;
use espice_pdf::{FontInfo, Glyph, Page, PathObject, Point, Segment, Stroke, Subpath};
use std::sync::Arc;

/// A page that is written on glyph by glyph. Advances are half an em, narrow letters less.
struct Pen {
    page: Page,
}

fn width(c: char) -> f64 {
    match c {
        ' ' | '.' | ',' | 'i' | 'l' | 'I' | 't' | 'f' | '-' | '(' | ')' => 0.28,
        'W' | 'M' | 'm' => 0.83,
        c if c.is_ascii_uppercase() => 0.67,
        _ => 0.5,
    }
}

impl Pen {
    fn new() -> Pen {
        let font = FontInfo { name: "Plain".into(), ..FontInfo::default() };
        let page = Page {
            number: 1,
            width: 600.0,
            height: 800.0,
            fonts: vec![Arc::new(font)],
            ..Page::default()
        };
        Pen { page }
    }

    /// Writes along `angle` from a place; returns where the next glyph would start.
    fn put(
        &mut self,
        at: (f64, f64),
        size: f64,
        angle: f64,
        spacing: f64,
        text: &str,
    ) -> (f64, f64) {
        let (sin, cos) = f64::to_radians(angle).sin_cos();
        let mut p = Point::new(at.0, at.1);
        for c in text.chars() {
            let run = width(c) * size;
            let advance = Point::new(run * cos, -run * sin);
            let up = Point::new(-sin * size * 0.7, -cos * size * 0.7);
            let corners = [p, Point::new(p.x + advance.x + up.x, p.y + advance.y + up.y)];
            self.page.glyphs.push(Glyph {
                text: Some(c.to_string().into()),
                code: u32::from(c),
                font: 0,
                size,
                origin: p,
                advance,
                angle,
                area: Rect::around(corners).unwrap(),
                color: Color::BLACK,
                visible: true,
                order: self.page.glyphs.len() as u32,
                outline: None,
            });
            p = Point::new(p.x + advance.x + spacing * cos, p.y + advance.y - spacing * sin);
        }
        (p.x, p.y)
    }

    fn write(&mut self, x: f64, y: f64, size: f64, text: &str) -> f64 {
        self.put((x, y), size, 0.0, 0.0, text).0
    }

    fn lines(&self) -> Vec<String> {
        read(&self.page).lines.iter().map(Line::text).collect()
    }

    fn words(&self) -> Vec<Word> {
        read(&self.page).lines.into_iter().flat_map(|l| l.words).collect()
    }
}

fn run(text: &str, script: Script) -> (String, Script) {
    (text.to_string(), script)
}

fn scripts(word: &Word) -> Vec<(String, Script)> {
    word.runs.iter().map(|r| (r.text.clone(), r.script)).collect()
}

#[test]
fn a_point_shown_last_stands_where_it_belongs() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "2");
    let after = x + width('.') * 8.0;
    pen.write(after, 50.0, 8.0, "04");
    pen.write(x, 50.05, 8.0, ".");
    assert_eq!(pen.lines(), ["2.04"]);
}

#[test]
fn tight_headings_are_words_and_columns_are_lines() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "Typ.");
    let x = pen.write(x + 1.5, 50.0, 8.0, "Max.");
    let x = pen.write(x + 1.4, 50.0, 8.0, "Units");
    pen.write(x + 14.0, 50.0, 8.0, "Conditions");
    assert_eq!(pen.lines(), ["Typ. Max. Units", "Conditions"]);
}

#[test]
fn a_narrow_blank_parts_and_kerning_does_not() {
    let mut pen = Pen::new();
    pen.put((100.0, 50.0), 10.0, 0.0, -0.9, "to be");
    pen.put((100.0, 80.0), 10.0, 0.0, 0.6, "Reverse");
    assert_eq!(pen.lines(), ["to be", "Reverse"]);
}

#[test]
fn scripts_are_smaller_and_moved() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "V");
    let x = pen.write(x, 51.6, 6.0, "GS(th)");
    pen.write(x, 50.0, 8.0, " = 10 V");
    // The subscript was set into a gap that blanks had made.
    let x = pen.write(100.0, 80.0, 8.0, "T");
    pen.write(x, 80.0, 8.0, "   = 25");
    pen.write(x + 0.2, 82.0, 7.3, "J");
    let lines = read(&pen.page).lines;
    assert_eq!(lines.iter().map(Line::text).collect::<Vec<_>>(), ["VGS(th) = 10 V", "TJ = 25"]);
    assert_eq!(scripts(&lines[0].words[0]), [run("V", Script::Normal), run("GS(th)", Script::Sub)]);
    assert_eq!(scripts(&lines[1].words[0]), [run("T", Script::Normal), run("J", Script::Sub)]);
    assert_eq!(lines[0].baseline, 50.0);
    assert_eq!(lines[0].size, 8.0);
}

#[test]
fn powers_keep_their_meaning_and_notes_leave_the_text() {
    // Full-size text, raised text, the word's text, its notes.
    let cases: [(&str, &str, &str, &[&str]); 14] = [
        ("10", "-1", "10^-1", &[]),
        ("10", "3", "10^3", &[]),
        ("mm", "2", "mm^2", &[]),
        ("mA", "2)", "mA", &["2"]),
        ("100", "1", "100", &["1"]),
        ("100", "(1)(2)", "100", &["1", "2"]),
        ("Voltage", "1,3", "Voltage", &["1", "3"]),
        ("VF", "*8", "VF", &["*8"]),
        ("VF", "†", "VF", &["†"]),
        ("VF", "a", "VF", &["a"]),
        ("25", "th", "25th", &[]),
        ("10", "1)", "10", &["1"]),
        ("Trench", "TM", "TrenchTM", &[]),
        ("V", "+", "V+", &[]),
    ];
    for (base, mark, text, notes) in cases {
        let mut pen = Pen::new();
        // The exponent is shown first, by itself.
        let end = 100.0 + base.chars().map(width).sum::<f64>() * 8.0;
        pen.write(end + 0.3, 46.8, 5.5, mark);
        pen.write(100.0, 50.0, 8.0, base);
        let words = pen.words();
        assert_eq!(words.len(), 1, "{base} {mark}: {words:?}");
        assert_eq!(
            (words[0].text.as_str(), &words[0].notes[..]),
            (text, &notes.iter().map(ToString::to_string).collect::<Vec<_>>()[..])
        );
    }
}

#[test]
fn stacked_scripts_read_lower_first() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 10.0, "t");
    pen.write(x, 46.0, 6.0, "2)");
    pen.write(x, 52.0, 6.0, "rr");
    let words = pen.words();
    assert_eq!((words[0].text.as_str(), &words[0].notes[..]), ("trr", &["2".to_string()][..]));
}

#[test]
fn a_raised_mark_before_its_note_stays_a_word() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 47.0, 5.0, "1)");
    pen.write(x + 1.0, 50.0, 8.0, "Pulse test");
    assert_eq!(pen.lines(), ["1) Pulse test"]);
}

#[test]
fn degrees_set_as_raised_letters_are_degrees() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "25");
    let x = pen.write(x, 47.0, 5.0, "o");
    pen.write(x, 50.0, 8.0, "C");
    assert_eq!(pen.lines(), ["25°C"]);
}

#[test]
fn text_turned_or_set_glyph_by_glyph_reads_along_its_baseline() {
    for angle in [90.0, 180.0, 270.0, 30.0] {
        let mut pen = Pen::new();
        let (sin, cos) = f64::to_radians(angle).sin_cos();
        let at = (300.0, 400.0);
        // Each glyph by itself, in reverse.
        let text = "Current (A)";
        let mut places = Vec::new();
        let mut run = 0.0;
        for c in text.chars() {
            places.push((c, run));
            run += width(c) * 8.0;
        }
        for (c, run) in places.into_iter().rev() {
            pen.put((at.0 + run * cos, at.1 - run * sin), 8.0, angle, 0.0, &c.to_string());
        }
        let page = read(&pen.page);
        assert_eq!(page.lines.len(), 1, "{angle}");
        assert_eq!(page.lines[0].text(), text, "{angle}");
        assert_eq!(page.lines[0].angle, angle);
    }
}

#[test]
fn upright_letters_below_each_other_are_no_line() {
    let mut pen = Pen::new();
    for (i, c) in "VOLT".chars().enumerate() {
        pen.write(100.0, 50.0 + 9.0 * i as f64, 8.0, &c.to_string());
    }
    assert_eq!(pen.lines(), ["V", "O", "L", "T"]);
}

#[test]
fn letter_spacing_joins_letters_but_no_numbers() {
    let mut pen = Pen::new();
    pen.put((50.0, 50.0), 10.0, 0.0, 3.0, "TYPICAL");
    pen.put((50.0, 80.0), 10.0, 0.0, 0.0, "T Y P I C A L   D A T A");
    pen.put((50.0, 110.0), 10.0, 0.0, 4.0, "12345");
    assert_eq!(pen.lines(), ["TYPICAL", "TYPICAL DATA", "1 2 3 4 5"]);
}

#[test]
fn bold_by_painting_twice_is_read_once() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "1.11");
    pen.write(100.3, 50.0, 8.0, "1.11");
    pen.write(100.0, 80.0, 20.0, "TITLE");
    pen.write(101.5, 81.5, 20.0, "TITLE");
    assert_eq!(pen.lines(), ["1.11", "TITLE"]);
}

#[test]
fn signs_made_of_two_glyphs_are_one() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "_");
    let x = pen.write(100.0, 50.0, 8.0, "+");
    pen.write(x, 50.0, 8.0, "20");
    assert_eq!(pen.lines(), ["±20"]);
}

#[test]
fn hidden_text_is_kept_apart() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "seen");
    pen.write(100.0, 80.0, 8.0, "hidden");
    pen.page.glyphs.iter_mut().skip(4).for_each(|g| g.visible = false);
    let page = read(&pen.page);
    assert_eq!(page.lines.iter().map(Line::text).collect::<Vec<_>>(), ["seen"]);
    assert_eq!(page.hidden.iter().map(Line::text).collect::<Vec<_>>(), ["hidden"]);
}

#[test]
fn a_rule_in_a_gap_ends_the_line_but_not_in_a_blank() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "Min.");
    pen.write(x + 6.0, 50.0, 8.0, "Typ.");
    let y = pen.write(100.0, 80.0, 8.0, "of");
    pen.write(y, 80.0, 8.0, " it");
    for (x, y) in [(x + 3.0, 50.0), (y + 1.0, 80.0)] {
        let line = Subpath {
            start: Point::new(x, y - 12.0),
            segments: vec![Segment::Line(Point::new(x, y + 4.0))],
            closed: false,
        };
        pen.page.paths.push(PathObject {
            area: Rect::new(line.start, Point::new(x, y + 4.0)),
            subpaths: vec![line],
            fill: None,
            even_odd: false,
            stroke: Some(Stroke { color: Color::BLACK, width: 0.5, dash: Vec::new() }),
            clip: 0,
            order: 1000,
        });
    }
    assert_eq!(pen.lines(), ["Min.", "Typ.", "of it"]);
}

#[test]
fn rows_read_from_left_to_right_though_their_baselines_differ_a_little() {
    let mut pen = Pen::new();
    pen.write(300.0, 49.8, 8.0, "right");
    pen.write(100.0, 50.1, 8.0, "left");
    pen.write(100.0, 60.0, 8.0, "below");
    assert_eq!(pen.lines(), ["left", "right", "below"]);
}

#[test]
fn unknown_glyphs_and_nonsense_places_do_no_harm() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "10 xA");
    pen.page.glyphs[3].text = None;
    pen.write(f64::NAN, 50.0, 8.0, "a");
    pen.write(1e300, 50.0, 8.0, "a");
    pen.write(100.0, f64::INFINITY, 8.0, "a");
    let words = pen.words();
    assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["10", "\u{fffd}A"]);
    assert!(words[1].is_unsure());
}

#[test]
fn a_hundred_thousand_glyphs_on_one_spot_take_no_time_to_speak_of() {
    let mut pen = Pen::new();
    for i in 0..20_000u32 {
        pen.write(100.0, 50.0, 8.0, ["a", "b", "c"][i as usize % 3]);
        pen.write(100.0 + f64::from(i % 7), 50.0 + f64::from(i % 11) / 4.0, 4.0, "2");
    }
    assert!(!pen.lines().is_empty());
}

#[test]
fn subscripts_in_holes_of_full_size_text_are_found() {
    // In a gap narrower than a blank.
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "T");
    pen.write(x + 0.05, 52.2, 3.0, "j");
    pen.write(x + 1.1, 50.0, 8.0, "=25");
    // As large as its symbol, over blanks.
    let x = pen.write(100.0, 80.0, 8.0, "I");
    pen.write(x, 80.0, 8.0, "    = 50");
    pen.write(x + 2.0, 82.8, 8.0, "C");
    let found: Vec<_> = pen.words().iter().map(|w| (w.text.clone(), scripts(w).len())).collect();
    let expected = [("Tj=25", 3), ("IC", 2), ("=", 1), ("50", 1)];
    assert_eq!(found, expected.map(|(t, n)| (t.to_string(), n)));
}

#[test]
fn an_axis_title_beside_a_tick_label_is_no_exponent() {
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 6.0, "1.E+02");
    pen.write(x + 0.5, 46.0, 5.0, "IR");
    pen.write(340.0, 80.0, 7.0, "3.5");
    pen.write(350.0, 82.5, 11.0, "ID");
    assert_eq!(pen.lines(), ["IR", "1.E+02", "3.5", "ID"]);
}

#[test]
fn blanks_count_where_they_are_seen() {
    // A degree sign over the blank, and a micro sign behind it.
    let mut pen = Pen::new();
    let x = pen.write(100.0, 50.0, 8.0, "175");
    pen.write(x, 50.0, 8.0, " C");
    pen.write(x + 0.3, 49.0, 7.0, "°");
    pen.page.glyphs.last_mut().unwrap().advance.x = 1.5;
    let x = pen.write(100.0, 80.0, 8.0, "10 ");
    pen.write(x, 80.5, 8.0, "µ");
    pen.write(x + 4.8, 80.0, 8.0, "s");
    assert_eq!(pen.lines(), ["175°C", "10 µs"]);
}

#[test]
fn boxes_under_labels_are_no_text() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "xy");
    let wide = &mut pen.page.glyphs[0];
    (wide.text, wide.advance.x) = (None, 30.0);
    assert_eq!(pen.lines(), ["y"]);
}

fn contour(x0: f64, y0: f64, x1: f64, y1: f64, round: bool) -> Subpath {
    let corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| Point::new(x, y));
    let segments = corners
        .iter()
        .skip(1)
        .chain(&corners[..1])
        .map(|&p| if round { Segment::Curve(p, p, p) } else { Segment::Line(p) });
    Subpath { start: corners[0], segments: segments.collect(), closed: true }
}

#[test]
fn a_bar_is_read_by_what_stands_beside_it_anywhere() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "MIN ID");
    pen.write(100.0, 80.0, 8.0, "level");
    pen.write(100.0, 110.0, 8.0, "1|0");
    let bar = Arc::new(vec![contour(0.1, 0.0, 0.2, 0.72, false)]);
    for glyph in &mut pen.page.glyphs {
        if matches!(glyph.text.as_deref(), Some("I" | "l" | "|")) {
            (glyph.text, glyph.outline) = (None, Some(bar.clone()));
        }
    }
    assert_eq!(pen.lines(), ["MIN ID", "level", "1\u{fffd}0"]);
}

#[test]
fn circled_marks_without_a_meaning_are_notes() {
    let mut pen = Pen::new();
    pen.write(100.0, 50.0, 8.0, "16AX");
    let mark = pen.page.glyphs.last_mut().unwrap();
    mark.text = None;
    mark.outline = Some(Arc::new(vec![
        contour(0.0, 0.0, 0.8, 0.8, true),
        contour(0.05, 0.05, 0.75, 0.75, true),
        contour(0.3, 0.2, 0.5, 0.6, false),
    ]));
    let words = pen.words();
    assert_eq!((words[0].text.as_str(), &words[0].notes[..]), ("16A", &["◯88".to_string()][..]));
}
