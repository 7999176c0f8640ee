//! Hostile input: deep nesting, long chains and near-exponential shapes end with a diagnostic, on
//! the 2 MiB stack that threads have, and in time that grows with the text.
#![cfg(test)]

use espice_base::{Code, FileId};
use espice_syntax::{format, parse, parse_expression};

/// Parses on a thread with the smallest usual stack and gives the codes that were found.
fn codes(text: String) -> Vec<Code> {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            let (_, diagnostics) = parse(&text, FileId(0));
            let _ = format(&text);
            diagnostics.iter().map(|d| d.code).collect()
        })
        .unwrap()
        .join()
        .unwrap()
}

fn rule(check: &str) -> String {
    format!("rule r : error on data {{\n  check {check}\n}}\n")
}

#[test]
fn what_is_too_deep_is_said_once() {
    let many = 3_000;
    for (what, check) in [
        ("brackets", "(".repeat(many)),
        ("closed brackets", format!("{}x{}", "(".repeat(many), ")".repeat(many))),
        ("calls", format!("{}x{}", "f(".repeat(many), ")".repeat(many))),
        ("lists", format!("{}x{}", "[".repeat(many), "]".repeat(many))),
        ("not", format!("{}x", "not ".repeat(many))),
        ("minus", format!("{}x", "-".repeat(many))),
        ("powers", format!("{}x", "x ^ ".repeat(many))),
        ("where", format!("{}x", "x where ".repeat(many))),
        ("if", format!("{}x", "if x then 1 else ".repeat(many))),
        ("every", format!("{}x", "every x in y: ".repeat(many))),
        ("sum", format!("{}x", "x + ".repeat(many))),
        ("fields", format!("x{}", ".y".repeat(many))),
        ("fields of conditions", format!("x at x{}", ".y".repeat(many))),
        ("indices", format!("x{}", "[1]".repeat(many))),
    ] {
        assert_eq!(codes(rule(&check)), [Code::TOO_DEEP], "{what}");
    }
}

#[test]
fn blocks_nest_to_a_limit() {
    let deep = "rule r : error on data { check x ".repeat(1000);
    assert!(codes(deep).contains(&Code::TOO_DEEP));
}

#[test]
fn what_a_person_may_write_is_not_too_deep() {
    for check in [
        format!("{}x{} > 1", "(".repeat(60), ")".repeat(60)),
        format!("{}x{} > 1", "f(1 + ".repeat(30), ")".repeat(30)),
        format!("{}1", "if x then 1 + 2 else ".repeat(60)),
        format!("{}x", "x + ".repeat(200)),
        format!("[{}(1 V, 2 A)][1] > 0 V", "(1 V, 2 A), ".repeat(20_000)),
    ] {
        assert_eq!(codes(rule(&check)), [], "{}", &check[..40]);
    }
}

#[test]
fn nothing_is_tried_twice_per_level() {
    // Each would take 2^60 steps if an alternative were read again at every level.
    for open in ["max(", "max(r in ", "grid(x = ", "x at (x = ", "[(", "f(x, ", "IC(x, ", "(not "] {
        let close: String = open
            .chars()
            .rev()
            .filter(|c| "([".contains(*c))
            .map(|c| if c == '(' { ')' } else { ']' })
            .collect();
        let levels = 60 / close.len();
        let check = format!("{}1 2{}", open.repeat(levels), close.repeat(levels));
        assert_eq!(codes(rule(&check)).len(), 1, "{open}");
    }
}

#[test]
fn time_grows_with_the_text() {
    // Quadratic work over half a megabyte would take minutes.
    let size = 200_000;
    for unit in
        ["\"", "\n", "(\n", "{", "}", "x ", "f(", "// c\n", "'", "\\", "@ ", "a;b\n", "/*", "é"]
    {
        let text = unit.repeat(size / unit.len());
        let (_, diagnostics) = parse(&text, FileId(0));
        assert!(unit == "\n" || unit.starts_with("//") || !diagnostics.is_empty(), "{unit}");
    }
}

#[test]
fn any_text_gives_a_tree() {
    let whole = include_str!("../../tests/spec/every_construct.espice");
    // Cut the file everywhere, and take out every byte range of a few lengths.
    for at in (0..whole.len()).step_by(23) {
        let (Some(head), Some(tail)) = (whole.get(..at), whole.get(at..)) else { continue };
        let tail = tail.get(..400.min(tail.len())).unwrap_or("");
        for text in [head.get(at.saturating_sub(400)..).unwrap_or(""), tail] {
            let (_, diagnostics) = parse(text, FileId(0));
            for found in &diagnostics {
                assert!(!found.message.contains('\n'), "{}", found.message);
                assert!(!found.labels.is_empty(), "{}", found.message);
            }
            let (expr, diagnostics) = parse_expression(text, FileId(0), 0);
            assert!(expr.is_some() || !diagnostics.is_empty(), "{text}");
        }
    }
}
