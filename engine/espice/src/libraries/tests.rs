use super::*;
use espice_base::MemoryWorld;

const BINS: &str = "* two bins and a card that is none\n\
    .param u = 0.03\n.param off = 0\n\
    .subckt nfet d g s b\n.param w = 1 l = 1\n\
    .model nfet__m.0 nmos level=54 lmin=1.5e-7 lmax=1e-6 wmin=4e-7 wmax=1e-6\n\
    + tnom=30 u0={u*2} vth0={0.5+off*(slope/sqrt(l*w))}\n\
    .model nfet__m.1 nmos level=54 lmin=1e-6 lmax=1e-4 wmin=4e-7 wmax=1e-6\n\
    + tnom=27 u0={u} vth0={0.5+slope}\n\
    .ends nfet\n.model spare d is=1e-14\n";

fn symbols() -> SymbolTable {
    let world = MemoryWorld::new(espice_base::Date::parse("2030-01-01").expect("a date"))
        .with(
            "own/pack.toml",
            "name = \"own\"\nversion = \"1.0.0\"\ndescription = \"x\"\nlicense = \"MIT\"\nextends = [\"std\"]\n",
        )
        .with(
            "own/own.espice",
            "symbol U0 : m^2/V/s \"mobility\" { for mos }\nsymbol VTH0 : V \"threshold\" { for mos }\n",
        );
    let config = crate::Config { packs: vec!["own".into()], ..Default::default() };
    let (engine, complaints) = crate::Engine::new(&world, config);
    assert!(!complaints.has_errors(), "{complaints:?}");
    engine.library.symbols.clone()
}

fn read_bins(name: &str) -> Facts {
    let mut sources = SourceMap::default();
    let (facts, complaints) = read(BINS.as_bytes(), name, &mut sources, &symbols());
    assert!(complaints.is_empty(), "{complaints:?}");
    facts
}

#[test]
fn bins_and_their_parameters_become_rows() {
    let facts = read_bins("cells/nfet__ss.pm3.spice");
    assert_eq!(facts.device.part.as_deref(), Some("nfet"));
    assert_eq!(facts.device.kind.as_deref(), Some("mos"));
    let of = |symbol: &str| -> Vec<&Parameter> {
        facts.parameters.iter().filter(|p| p.symbol == symbol).collect()
    };
    let bins = of("bin");
    assert_eq!(bins.iter().map(|b| b.typ).collect::<Vec<_>>(), [Some(0.0), Some(1.0)]);
    for (symbol, value) in
        [("corner", -1.0), ("Wmin", 4e-7), ("Wmax", 1e-6), ("Lmin", 1e-6), ("Lmax", 1e-4)]
    {
        assert_eq!(bins[1].conditions.value(symbol), Some(value), "{symbol}");
    }
    assert_eq!(of("U0").iter().map(|p| p.typ).collect::<Vec<_>>(), [Some(0.06), Some(0.03)]);
    // What is switched off by a zero may hang on an open name; what is not, not.
    let thresholds = of("VTH0");
    assert_eq!((thresholds[0].typ, thresholds[0].status), (Some(0.5), Status::Served));
    assert_eq!((thresholds[1].typ, thresholds[1].status), (None, Status::Refused));
    assert!(thresholds[1].reasons[0].contains("`slope`"), "{:?}", thresholds[1].reasons);
    let lines: Vec<usize> = bins
        .iter()
        .filter_map(|b| match b.provenance.place {
            Place::Text(span) => Some(BINS[..span.start as usize].lines().count() + 1),
            _ => None,
        })
        .collect();
    assert_eq!(lines, [6, 8]);
}

#[test]
fn the_corner_is_a_word_of_the_name() {
    for (name, n, p) in [
        ("a__tt.spice", Some(0.0), Some(0.0)),
        ("a_sf_b.lib", Some(-1.0), Some(1.0)),
        ("fs.lib", Some(1.0), Some(-1.0)),
        ("slow.lib", Some(-1.0), Some(-1.0)),
        ("assembly.lib", None, None),
    ] {
        assert_eq!((corner(name, false), corner(name, true)), (n, p), "{name}");
    }
}

#[test]
fn a_library_is_told_by_its_name_and_a_card() {
    assert!(is_library("x/y.LIB", b"* c\n  .MODEL a d\n"));
    assert!(!is_library("x/y.lib", b"* c\n.subckt a b\n"));
    assert!(!is_library("x/y.csv", b".model a d\n"));
    assert!(!is_library("lib", b".model a d\n"));
}
