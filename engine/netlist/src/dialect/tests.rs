use super::*;
use crate::{Element, Item, ModelCard, Origin, Subcircuit, Value};
use espice_base::{Code, SourceMap};

fn read(dialect: &dyn Dialect, text: &str) -> (Library, Vec<(Code, String)>) {
    let mut map = SourceMap::default();
    let file = map.add("x.lib", text);
    let (library, diagnostics) = dialect.read(text, file);
    let found = diagnostics.iter().map(|d| {
        let snippet = match d.place() {
            Some(espice_base::Place::Text(span)) => map.snippet(span).to_string(),
            _ => panic!("no place: {d:?}"),
        };
        (d.code, snippet)
    });
    (library, found.collect())
}

fn clean(dialect: &dyn Dialect, text: &str) -> Library {
    let (library, diagnostics) = read(dialect, text);
    assert_eq!(diagnostics, [], "{text}");
    library
}

/// A small generator (xorshift64), so that the property tests see the same cases everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }

    fn number(&mut self) -> f64 {
        loop {
            let v = match self.below(3) {
                0 => f64::from_bits(self.roll()),
                1 => self.below(2000) as f64 / 8.0 - 100.0,
                _ => self.roll() as f64 / 1e30,
            };
            if v.is_finite() {
                return v;
            }
        }
    }

    fn value(&mut self) -> Value {
        match self.below(5) {
            0 => Value::from(self.pick(&["{a + b*2}", "'x*y'", "word", "\"a b\"", "f(x,2)"])),
            _ => Value::Number(self.number()),
        }
    }

    fn parameters(&mut self, names: &[&str]) -> Vec<(String, Value)> {
        let count = self.below(names.len() as u64 + 1) as usize;
        names[..count].iter().map(|n| (String::from(*n), self.value())).collect()
    }

    fn card(&mut self, n: usize) -> ModelCard {
        let (kind, flags) = match self.below(3) {
            0 => ("D", vec![]),
            1 => ("VDMOS", vec![String::from("Pchan")]),
            _ => ("BSIMX", vec![String::from("some"), String::from("words")]),
        };
        ModelCard {
            name: format!("{}{n}", self.pick(&["1N4148", "d-", "Model.", "x_"])),
            device_type: kind.into(),
            base: (self.below(6) == 0).then(|| String::from("other")),
            level: (self.below(4) == 0).then(|| self.below(99) as u32),
            flags,
            parameters: self.parameters(&["IS", "n", "RS", "Bv", "ibv", "tt", "CJO", "VJ", "m"]),
        }
    }

    fn items(&mut self, depth: usize, after: bool) -> Vec<Item> {
        let mut items = Vec::new();
        for n in 0..self.below(6) as usize {
            let item = match self.below(if depth < 3 { 6 } else { 5 }) {
                0 if after || !items.is_empty() => {
                    Item::Comment(self.pick(&["", "a note", "  indented; $ + *", "µ"]).into())
                }
                0 | 1 => Item::Model(self.card(n)),
                2 => Item::Element(Element {
                    name: format!("{}{n}", self.pick(&["R", "x", "Q", "d"])),
                    fields: vec!["a".into(), "0".into(), "PULSE(0 1 1n)".into(), "4k7x".into()],
                    parameters: self.parameters(&["area", "m", "temp"]),
                }),
                3 => Item::Parameters(vec![
                    ("p".into(), self.value()),
                    ("q".into(), Value::from("p + 2 * p")),
                ]),
                4 => Item::Raw(self.pick(&[".include \"a b.lib\"", ".func f(x) {x}"]).into()),
                _ => Item::Subcircuit(Subcircuit {
                    name: format!("sub{n}"),
                    pins: vec!["in".into(), "7".into(), "out_".into()],
                    parameters: self.parameters(&["w", "l"]),
                    items: self.items(depth + 1, true),
                }),
            };
            items.push(item);
        }
        items
    }
}

#[test]
fn what_is_written_reads_back_equal() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..2000 {
        let header = (0..dice.below(3)).map(|i| format!("line {i} of the header")).collect();
        let library = Library { header, items: dice.items(0, false) };
        for dialect in dialects() {
            let written = dialect.write(&library);
            let (back, _) = dialect.read(&written.text, FileId::default());
            assert_eq!(back, library, "round {round}, {}:\n{}", dialect.name(), written.text);
            assert_eq!(dialect.write(&back).text, written.text);
        }
    }
}

#[test]
fn a_written_card_looks_like_this() {
    let origin = Origin {
        part: "BAT54".into(),
        version: "0.1.0".into(),
        template: "std::schottky".into(),
        packs: vec![("std".into(), "sha256:12ab".into())],
        notes: vec![],
    };
    let mut card = ModelCard::new("BAT54", "d").with("IS", 1.23456789012345e-7);
    for (name, value) in
        [("N", 1.05), ("RS", 0.25), ("CJO", 1.1e-11), ("VJ", 0.6), ("M", 1.0 / 3.0)]
    {
        card = card.with(name, value);
    }
    let written = NGSPICE.write(&Library::of_model(&origin, card));
    assert_eq!(
        written.text,
        "* BAT54: model made by espice 0.1.0\n* template std::schottky\n* pack std sha256:12ab\n\
         .model BAT54 D (IS=1.23456789012345e-7 N=1.05 RS=0.25 CJO=1.1e-11 VJ=0.6\n\
         + M=0.3333333333333333)\n"
    );
    assert!(written.diagnostics.is_empty() && written.renames.is_empty());
}

#[test]
fn spellings_of_one_card_read_the_same() {
    let wanted = ModelCard::new("D1", "D").with("IS", 1e-14).with("N", 1.5).with("CJO", 4e-12);
    for text in [
        ".model D1 D(IS=1e-14 N=1.5 CJO=4e-12)",
        ".MODEL D1 d ( IS = 1E-14, N=1.5 ,CJO=4p )",
        "\t.Model D1 D\n* a note\n+ IS=0.01p\r\n\r\n+N = 1.5 CJO=4pF ; trailing\n",
        ".model D1 D IS=1e-14 N=1.5 CJO=4pF\u{1a}",
        ".model D1 D(IS=1d-14\n+N=1.5\n+CJO=4p\n+)",
    ] {
        let library = clean(&NGSPICE, text);
        assert_eq!(library.models(), [&wanted], "{text}");
    }
}

#[test]
fn subcircuits_elements_and_directives() {
    let text = "* part\n.subckt part a k params: r=1k\nE1 3 0 TABLE {V(a)} = (0,0) (1,1)\n\
                G1 3 0 poly(2) (3,0) (4,0) 0 .5\nB1 3 0 V=V(a) + 2*I(V1)\nX1 a k sub params: q = {r*2}\n\
                D1 a k dm area=2 off\n.param s = r + 1 t=2u\n.func f(x) {x}\n.model dm ako:base D (RS=1)\n\
                .ends part\n.control\n* kept $ as it is\n.endc\n";
    let library = clean(&NGSPICE, text);
    assert_eq!(library.header, ["part"]);
    let subcircuit = library.subcircuits()[0];
    assert_eq!(subcircuit.pins, ["a", "k"]);
    assert_eq!(subcircuit.parameters, [("r".into(), Value::Number(1e3))]);
    let element = |n: usize| match &subcircuit.items[n] {
        Item::Element(e) => e.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(element(0).fields, ["3", "0", "TABLE", "{V(a)}", "=", "(0,0)", "(1,1)"]);
    assert_eq!(element(1).fields, ["3", "0", "poly(2)", "(3,0)", "(4,0)", "0", ".5"]);
    assert_eq!(element(2), Element::new("B1", ["3", "0"]).with("V", "V(a) + 2*I(V1)"));
    assert_eq!(element(3), Element::new("X1", ["a", "k", "sub"]).with("q", "{r*2}"));
    assert_eq!(element(4), Element::new("D1", ["a", "k", "dm", "off"]).with("area", 2.0));
    assert_eq!(
        subcircuit.items[5],
        Item::Parameters(vec![("s".into(), "r + 1".into()), ("t".into(), Value::Number(2e-6))])
    );
    assert_eq!(subcircuit.items[6], Item::Raw(".func f(x) {x}".into()));
    assert_eq!(library.models()[0].base.as_deref(), Some("base"));
    assert_eq!(library.items.last(), Some(&Item::Raw(".endc".into())));
}

#[test]
fn every_mistake_is_named_at_its_place() {
    let cases: &[(&str, Code, &str)] = &[
        ("+ N=1", Code::CARD_CONTINUATION, "+ N=1"),
        ("?what is this", Code::CARD_STATEMENT, "?what is this"),
        ("R1", Code::CARD_STATEMENT, "R1"),
        (".model d1", Code::CARD_MODEL, ".model d1"),
        (".model d1 D (IS= N=1)", Code::CARD_PARAMETER, "IS"),
        (".model d1 D (IS=1\n+ N=)", Code::CARD_PARAMETER, "N"),
        (".model d1 D (IS=1 5 N=2)", Code::CARD_PARAMETER, "5"),
        (".model d1 D (IS=1", Code::CARD_BRACKETS, "("),
        (".model d1 D IS=1)", Code::CARD_BRACKETS, ")"),
        (".subckt a 1 2\nR1 1 2 5", Code::CARD_SUBCIRCUIT, ".subckt a 1 2"),
        (".ends", Code::CARD_SUBCIRCUIT, ".ends"),
        (".subckt a 1\nR1 1 0 1\n.ends b", Code::CARD_SUBCIRCUIT, ".ends b"),
        (".model d1 D\n.model D1 D (N=1)", Code::CARD_DUPLICATE, ".model D1 D (N=1)"),
        (".model d1 D (N=1 n=2)", Code::CARD_DUPLICATE, "n"),
        (".model d1 D (N=1\n+ IBVL=2)", Code::CARD_UNKNOWN_PARAMETER, "IBVL"),
        (".model d1 D (RS=4k7)", Code::CARD_NUMBER, "4k7"),
        (".model m1 VDMOS Pchan (VTO=-3)", Code::CARD_FLAG_OUTSIDE, "Pchan"),
        (".model m1 VDMOS (VTO=-3) Pchan", Code::CARD_FLAG_OUTSIDE, "Pchan"),
    ];
    for (text, code, place) in cases {
        let tail = "\n.model good D (N=1)\n";
        let (library, found) = read(&NGSPICE, &format!("{text}{tail}"));
        assert_eq!(found, [(*code, String::from(*place))], "{text}");
        assert!(library.model("good").is_some(), "{text}");
    }
}

#[test]
fn what_a_dialect_does_not_know_is_said() {
    let card = |card: ModelCard| Library { header: vec![], items: vec![Item::Model(card)] };
    let low = card(ModelCard::new("d", "D").with("IS", 1e-14).with("IBVL", 1e-6));
    assert!(LTSPICE.write(&low).diagnostics.is_empty());
    let written = NGSPICE.write(&low);
    assert!(written.diagnostics.has_errors() && written.text.contains("IBVL=1e-6"));

    let remark = card(ModelCard::new("d", "D").with("IS", 1e-14).with("mfg", "USSR"));
    assert!(LTSPICE.write(&remark).text.contains("mfg=USSR"));
    let written = NGSPICE.write(&remark);
    assert_eq!(written.text, "* d: mfg=USSR\n.model d D (IS=1e-14)\n");
    assert_eq!(written.diagnostics.len(), 1);

    let broken = card(ModelCard::new("d", "D").with("IS", f64::NAN).with("N", "1 ; 2"));
    let written = NGSPICE.write(&broken);
    let codes: Vec<Code> = written.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::CARD_NOT_FINITE, Code::CARD_PARAMETER]);
    assert_eq!(written.text, ".model d D\n");
}

#[test]
fn names_are_made_legal_and_stay_apart() {
    let library = Library {
        header: vec![],
        items: vec![
            Item::Model(ModelCard::new("BAT54/A", "D")),
            Item::Model(ModelCard::new("bat54_a", "D")),
            Item::Model(ModelCard::new("µ", "D")),
            Item::Element(Element::new("D1", ["a", "k", "BAT54/A"])),
        ],
    };
    let written = NGSPICE.write(&library);
    assert_eq!(
        written.text,
        ".model BAT54_A_2 D\n.model bat54_a D\n.model x_ D\nD1 a k BAT54_A_2\n"
    );
    let pairs: Vec<_> = written.renames.iter().map(|r| (r.from.as_str(), r.to.as_str())).collect();
    assert_eq!(pairs, [("BAT54/A", "BAT54_A_2"), ("µ", "x_")]);
}

#[test]
fn no_text_makes_a_reader_panic() {
    let mut dice = Dice(42);
    let scraps = [
        ".model",
        ".subckt",
        ".ends",
        ".param",
        " ",
        "\n",
        "\n+",
        "(",
        ")",
        "{",
        "}",
        "'",
        "\"",
        "=",
        "==",
        ",",
        ";",
        "$",
        "*",
        "ako:",
        "D",
        "x",
        "1e-14",
        "4k7",
        "µ",
        "\u{fffd}",
        "//",
        "params:",
        "optional:",
        ".control",
        ".endc",
        "B1",
        "\r",
        "\u{1a}",
    ];
    for _ in 0..20_000 {
        let text: String = (0..dice.below(14)).map(|_| dice.pick(&scraps)).collect();
        for dialect in dialects() {
            let (library, _) = dialect.read(&text, FileId::default());
            dialect.write(&library);
        }
    }
}

#[test]
fn dialects_are_found_by_name() {
    assert_eq!(dialect("NGspice").map(|d| d.name()), Some("ngspice"));
    assert!(dialect("unheard").is_none());
    assert!(NGSPICE.parameters("d", None).is_some_and(|p| p.has("nbv") && !p.has("ibvl")));
    assert!(NGSPICE.parameters("NMOS", Some(3)).is_some_and(|p| p.has("kappa")));
    assert!(NGSPICE.parameters("NMOS", Some(54)).is_none());
}

#[test]
fn long_hostile_cards_end_soon() {
    let many: String = (0..20_000).map(|n| format!(" p{n}=1 f{n}")).collect();
    let continued = " a\n+".repeat(20_000);
    for text in [
        format!(".model d D ({many})"),
        format!(".model d D ({continued} N=1)"),
        "(".repeat(300_000),
        format!(".model d D {}", "(".repeat(300_000)),
        ".subckt a 1\n".repeat(50_000),
        format!("R1 {}", "a,".repeat(200_000)),
    ] {
        for dialect in dialects() {
            let (library, diagnostics) = dialect.read(&text, FileId::default());
            assert!(diagnostics.iter().all(|d| d.message.len() < 1000));
            dialect.write(&library);
        }
    }
}
