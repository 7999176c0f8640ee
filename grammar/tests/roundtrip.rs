//! Properties of the formatter over random trees in random layout: laying out keeps the tree, and
//! laying out twice is laying out once.
#![cfg(test)]

use espice_base::FileId;
use espice_syntax::{format, parse};

/// How a token may stand after the one before it.
#[derive(Clone, Copy, PartialEq)]
enum Glue {
    /// Touching.
    Tight,
    /// Blanks on the same line.
    Blank,
    /// Blanks, or inside brackets a line break.
    Apart,
    /// Anything or nothing.
    Free,
    /// At the start of a line or after `;`.
    Statement,
}

/// A small deterministic generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn one<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// Writes random tokens with the glue that the language asks for.
struct Generator {
    random: Random,
    tokens: Vec<(Glue, String)>,
}

impl Generator {
    fn put(&mut self, glue: Glue, text: &str) {
        self.tokens.push((glue, text.to_string()));
    }

    fn statement(&mut self, words: &str) {
        for (n, word) in words.split(' ').enumerate() {
            self.put(if n == 0 { Glue::Statement } else { Glue::Apart }, word);
        }
    }

    fn name(&mut self, glue: Glue) {
        let name = self.random.one(&["x", "VF", "VGS(th)", "V(BR)DSS", "fit", "data", "E1"]);
        self.put(glue, name);
    }

    fn number(&mut self, glue: Glue) {
        let number = self.random.one(&["1", "0.5", "1e-3", "4k7", "1MEG", "2.5E+6"]);
        self.put(glue, number);
        if self.random.below(2) == 0 {
            let unit =
                self.random.one(&["V", "mA", "A/V^2", "1/cm^3", "V^(1/2)", "%", "degC", "µA"]);
            self.put(Glue::Blank, unit);
        }
    }

    fn arguments(&mut self, depth: u64) {
        for n in 0..1 + self.random.below(2) {
            if n > 0 {
                self.put(Glue::Free, ",");
            }
            self.expression(Glue::Free, depth);
        }
    }

    fn bindings(&mut self, depth: u64) {
        for (n, name) in ["IF", "TJ"].iter().take(1 + self.random.below(2) as usize).enumerate() {
            if n > 0 {
                self.put(Glue::Free, ",");
            }
            self.put(Glue::Free, name);
            self.put(Glue::Free, "=");
            self.expression(Glue::Free, depth);
        }
    }

    fn primary(&mut self, glue: Glue, depth: u64) {
        let deeper = depth.saturating_sub(1);
        let choice = if depth == 0 { self.random.below(3) } else { self.random.below(14) };
        match choice {
            0 => self.number(glue),
            1 => self.name(glue),
            2 => {
                let word =
                    self.random.one(&["yes", "no", "missing", "\"quoted {text} // \\\" ;\""]);
                self.put(glue, word);
            }
            3 | 4 => {
                self.put(glue, "(");
                self.expression(Glue::Free, deeper);
                self.put(Glue::Free, ")");
            }
            5 => {
                self.put(glue, "f");
                self.put(Glue::Tight, "(");
                self.arguments(deeper);
                self.put(Glue::Free, ")");
            }
            6 => {
                let words = self.random.one(&["count", "sum", "max", "list"]);
                self.put(glue, words);
                self.put(Glue::Tight, "(");
                self.each(Glue::Free, deeper);
                self.put(Glue::Free, ")");
            }
            7 => {
                self.put(glue, "[");
                self.put(Glue::Free, "(");
                self.expression(Glue::Free, deeper);
                self.put(Glue::Free, ",");
                self.expression(Glue::Free, deeper);
                self.put(Glue::Free, ")");
                self.put(Glue::Free, "]");
            }
            8 => {
                self.put(glue, "data");
                self.put(Glue::Free, ".");
                self.put(Glue::Free, "from");
                self.put(Glue::Tight, "(");
                self.arguments(deeper);
                self.put(Glue::Free, ")");
                self.put(Glue::Free, ".");
                self.name(Glue::Free);
            }
            9 => {
                self.name(glue);
                self.put(Glue::Free, "[");
                self.arguments(deeper);
                self.put(Glue::Free, "]");
            }
            10 => {
                self.put(glue, "if");
                self.expression(Glue::Apart, deeper);
                self.put(Glue::Apart, "then");
                self.expression(Glue::Apart, deeper);
                self.put(Glue::Apart, "else");
                self.expression(Glue::Apart, 0);
            }
            11 => {
                self.name(glue);
                self.put(Glue::Apart, "at");
                self.put(Glue::Free, "(");
                self.bindings(deeper);
                self.put(Glue::Free, ")");
            }
            12 => {
                self.put(glue, "grid");
                self.put(Glue::Tight, "(");
                self.bindings(deeper);
                self.put(Glue::Free, ")");
            }
            _ => {
                self.put(glue, "IC");
                self.put(Glue::Tight, "(");
                self.put(Glue::Free, "VCE");
                self.put(Glue::Free, ";");
                self.put(Glue::Free, "IB");
                self.put(Glue::Free, ")");
            }
        }
    }

    fn each(&mut self, glue: Glue, depth: u64) {
        self.put(glue, "r");
        self.put(Glue::Apart, "in");
        self.primary(Glue::Apart, depth);
        if self.random.below(2) == 0 {
            self.put(Glue::Apart, "where");
            self.expression(Glue::Apart, depth);
        }
        self.put(Glue::Free, ":");
        self.expression(Glue::Free, depth);
    }

    fn expression(&mut self, glue: Glue, depth: u64) {
        let mut glue = glue;
        if self.random.below(8) == 0 {
            self.put(glue, "not");
            glue = Glue::Apart;
        }
        if self.random.below(6) == 0 {
            self.put(glue, "-");
            glue = Glue::Free;
        }
        self.primary(glue, depth);
        let terms = if depth == 0 { 0 } else { self.random.below(3) };
        for _ in 0..terms {
            let op = self.random.one(&[
                "+", "-", "*", "/", "^", "<", ">=", "==", "!=", "..", "and", "or", "over", "where",
            ]);
            self.put(Glue::Apart, op);
            self.primary(Glue::Apart, depth - 1);
        }
    }

    fn file(&mut self) {
        let rules = 1 + self.random.below(3);
        for n in 0..rules {
            self.put(Glue::Statement, "rule");
            self.put(Glue::Blank, &format!("r{n}"));
            self.statement_tail(": error on data");
            self.put(Glue::Free, "{");
            for _ in 0..self.random.below(4) {
                match self.random.below(6) {
                    0 => {
                        self.statement("let y");
                        self.put(Glue::Free, ":");
                        self.put(Glue::Free, "A/V^2");
                        self.put(Glue::Apart, "=");
                        self.expression(Glue::Free, 2);
                    }
                    1 => self.statement("for diode"),
                    2 => {
                        self.statement("limit z : 1/m^3 = 1 1/m^3");
                        if self.random.below(2) == 0 {
                            self.statement_tail("because \"reason\"");
                        }
                    }
                    _ => {
                        self.statement("check");
                        self.expression(Glue::Apart, 3);
                    }
                }
            }
            if self.random.below(2) == 0 {
                self.put(Glue::Statement, "because");
                self.put(Glue::Blank, "\"why\"");
            }
            self.put(Glue::Free, "}");
        }
    }

    fn statement_tail(&mut self, words: &str) {
        for word in words.split_whitespace() {
            self.put(Glue::Blank, word);
        }
    }

    /// Joins the tokens in a random layout that reads the same.
    fn text(&mut self) -> String {
        let mut out = String::new();
        let mut brackets = 0_usize;
        let mut braces = 0_usize;
        let tokens = std::mem::take(&mut self.tokens);
        for (n, (glue, text)) in tokens.iter().enumerate() {
            let after_unit = n > 0 && tokens[n - 1].0 == Glue::Blank;
            match glue {
                Glue::Tight => {}
                Glue::Statement if n == 0 => {}
                Glue::Statement => {
                    let after_brace = tokens[n - 1].1 == "{";
                    let space = if text == "because" && !after_brace {
                        // A reason on the next line would join a limit.
                        self.random.one(&[";", " ; ", ";\n"])
                    } else if after_brace {
                        self.random.one(&["", " ", "\n", " // note\n\n\n", "\n/// doc\n"])
                    } else if braces == 0 {
                        self.random.one(&["\n", "\n\n\n", " // note\n", "\n// own line\n"])
                    } else {
                        self.random.one(&[
                            "\n",
                            ";",
                            "; ",
                            " ;\n",
                            "\n\n\n",
                            " // x = \"y\"\n",
                            "\n\t// own\n",
                        ])
                    };
                    out.push_str(space);
                }
                Glue::Blank => out.push_str(self.random.one(&[" ", "  ", "\t"])),
                Glue::Apart | Glue::Free if brackets > 0 && self.random.below(12) == 0 => {
                    out.push_str(self.random.one(&["\n", " // inside\n  ", "\n\n\n"]));
                }
                Glue::Apart => out.push_str(self.random.one(&[" ", "   "])),
                Glue::Free if after_unit || text.starts_with('"') => out.push(' '),
                Glue::Free if text == "}" && tokens[n - 1].1 == "{" => {
                    out.push_str(self.random.one(&["", " ", "\n\n", " // nothing\n"]));
                }
                Glue::Free if text == "}" => {
                    out.push_str(self.random.one(&["", " ", "\n", ";\n", " // end\n"]));
                }
                Glue::Free => out.push_str(self.random.one(&["", "", " ", "  "])),
            }
            match text.as_str() {
                "(" | "[" => brackets += 1,
                ")" | "]" => brackets -= 1,
                "{" => braces += 1,
                "}" => braces -= 1,
                _ => {}
            }
            out.push_str(text);
        }
        out.push('\n');
        out
    }
}

/// The tree as text without its places.
fn tree(text: &str) -> String {
    let (file, diagnostics) = parse(text, FileId(0));
    assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
    let mut shown = format!("{file:?}");
    while let Some(at) = shown.find("Span {") {
        let end = shown[at..].find('}').map_or(shown.len(), |n| at + n + 1);
        shown.replace_range(at..end, "_");
    }
    shown
}

#[test]
fn layout_keeps_the_tree_and_is_idempotent() {
    for seed in 0..300 {
        let mut generator = Generator { random: Random(seed), tokens: Vec::new() };
        generator.file();
        let text = generator.text();
        let before = tree(&text);
        let once = format(&text).unwrap();
        assert_eq!(tree(&once), before, "seed {seed}\n{text}\n-----\n{once}");
        assert_eq!(format(&once).unwrap(), once, "seed {seed}\n{text}\n-----\n{once}");
    }
}

/// However many blanks stand between a number and a word that goes on with the statement, the
/// word is no unit, and stays none in the layout.
#[test]
fn a_word_after_a_number_stays_a_word() {
    for text in [
        "waive r { for part \"X\"; within 10   of 0 V; until 2030-01-01; owner \"m\"; because \"b\" }",
        "test t { given diode { VF min 1   typ 2   max 3   at (IF = 1 A) } }",
        "template t { param a : 1 = 1   fixed; param b : 1 = 1   scale log because \"b\" }",
        "circuit c() -> q : s for diode { event e when x rises through 1   after f; stop at 1   }",
        "test t { given diode; expect pass r with limit == 1   , row VF; expect error q above 1   with margin == 1 }",
    ] {
        let read = |text: &str| parse(text, FileId(0));
        let (_, before) = read(text);
        let once = format(text);
        assert!(before.is_empty(), "{text}");
        let once = once.unwrap();
        let (_, again) = read(&once);
        assert!(
            again.is_empty(),
            "{once}\n{:?}",
            again.iter().map(|d| &d.message).collect::<Vec<_>>()
        );
        assert_eq!(format(&once).as_ref(), Ok(&once));
    }
}

/// Words that are statements elsewhere are names where a bracket makes a curve of them.
#[test]
fn a_curve_may_be_called_like_a_statement() {
    for word in ["compliance", "check", "needs", "key", "card", "through"] {
        let text =
            format!("test t {{\n  given diode {{\n    {word}(VF) = [(0.6 V, 1 mA)]\n  }}\n}}\n");
        let (_, told) = parse(&text, FileId::default());
        assert!(told.is_empty(), "{text}");
        assert_eq!(format(&text).as_deref(), Ok(text.as_str()));
    }
}
