use super::*;
use espice_base::{Severity, SourceMap};
use espice_facts::SymbolInfo;
use espice_units::Dimension;

fn read_text(text: &str) -> (Facts, Diagnostics) {
    let mut symbols = SymbolTable::default();
    for (name, dimension) in [
        ("ID", Dimension::CURRENT),
        ("VDS", Dimension::VOLTAGE),
        ("VGS", Dimension::VOLTAGE),
        ("VDSS", Dimension::VOLTAGE),
        ("Crss", Dimension::CAPACITANCE),
        ("RDS(on)", Dimension::RESISTANCE),
        ("TJ", Dimension::TEMPERATURE),
        ("RG", Dimension::RESISTANCE),
    ] {
        symbols.add_symbol(SymbolInfo {
            name: name.into(),
            dimension,
            title: name.into(),
            synonyms: Vec::new(),
            names: Vec::new(),
            rating: false,
            kinds: Vec::new(),
            plausible: None,
            span: Span::default(),
        });
    }
    let mut sources = SourceMap::default();
    let file = sources.add("q.json", text);
    read(text, file, "q.json", &symbols)
}

/// A device with two output curves and what else is said of it.
fn device(more: &str) -> String {
    format!(
        "{{\"name\": \"Maker_Q1\", \"type\": \"SiC-MOSFET\", \"manufacturer\": \"Maker\",\n\
         \"v_abs_max\": 900, \"r_g_int\": 3.5, \"c_iss\": null,\n\
         \"c_rss\": [{{\"t_j\": 25, \"graph_v_c\": [[0, 10], [1e-10, 2e-11]]}}],\n\
         \"switch\": {{ \"channel\": [\n\
         {{\"t_j\": 25, \"v_g\": 10, \"graph_v_i\": [[0.0, 1.5], [0.0, 20.0]]}},\n\
         {{\"t_j\": 150, \"v_g\": 10, \"graph_v_i\": [[0.0, 1.5], [0.0, 14.0]]}}]{more}}}}}\n"
    )
}

#[test]
fn graphs_become_curves_with_their_places() {
    let text = device("");
    let (facts, told) = read_text(&text);
    assert!(told.is_empty(), "{told:?}");
    let device = &facts.device;
    assert_eq!(device.part.as_deref(), Some("Q1"));
    assert_eq!(device.kind.as_deref(), Some("mosfet"));
    assert_eq!(device.polarity.as_deref(), Some("nmos"));
    let names: Vec<String> = facts.curves.iter().map(|c| c.signature.to_string()).collect();
    assert_eq!(names, ["Crss(VDS; TJ)", "ID(VDS; TJ, VGS)", "ID(VDS; TJ, VGS)"]);
    let hot = &facts.curves[2];
    assert_eq!(hot.family["TJ"], 423.15);
    assert_eq!(hot.points, [[0.0, 0.0], [1.5, 14.0]]);
    assert_eq!(hot.origin, Origin::Digitised);
    let Place::Text(span) = hot.provenance.place else { panic!("{:?}", hot.provenance) };
    assert_eq!(&text[span.start as usize..span.end as usize], "[[0.0, 1.5], [0.0, 14.0]]");
    let rows: Vec<(&str, Option<f64>, Option<f64>)> =
        facts.parameters.iter().map(|p| (p.symbol.as_str(), p.typ, p.max)).collect();
    assert_eq!(rows, [("VDSS", None, Some(900.0)), ("RG", Some(3.5), None)]);
    assert!(facts.parameters[0].is_rating() && !facts.parameters[1].is_rating());
}

#[test]
fn resistances_are_ohms_or_multiples_or_refused() {
    for (kind, nominal, status, resistance) in [
        ("t_r", "1", Status::Served, 0.1),
        ("t_r", "0.06", Status::Served, 0.1),
        ("t_factor", "0.06", Status::Served, 0.006),
        ("I_r", "0.06", Status::Refused, 0.1),
        ("t_factor", "null", Status::Refused, 0.1),
    ] {
        let more = format!(
            ", \"r_channel_th\": [{{\"i_channel\": 20, \"v_g\": 15, \"dataset_type\": \"{kind}\", \
             \"r_channel_nominal\": {nominal}, \"graph_t_r\": [[-50, 150], [0.1, 0.2]]}}]"
        );
        let (facts, told) = read_text(&device(&more));
        let curve = facts.curves.last().unwrap();
        assert_eq!(curve.signature.to_string(), "RDS(on)(TJ; VGS)");
        assert_eq!(curve.status, status, "{kind}");
        assert_eq!(curve.conditions.value("ID"), Some(20.0));
        assert!((curve.points[0][0] - 223.15).abs() < 1e-9);
        assert!((curve.points[0][1] - resistance).abs() < 1e-12, "{kind}");
        assert_eq!(told.len(), usize::from(status == Status::Refused), "{kind}: {told:?}");
    }
}

#[test]
fn curves_that_are_copies_are_for_review() {
    let text = device("").replace("[0.0, 14.0]", "[0.0, 20.0]");
    let (facts, told) = read_text(&text);
    let codes: Vec<Code> = told.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::DIGITISED_GRAPH]);
    let status: Vec<Status> = facts.curves.iter().map(|c| c.status).collect();
    assert_eq!(status, [Status::Served, Status::Review, Status::Review]);
}

#[test]
fn damage_is_told_where_it_is() {
    for (wrong, code, severity, curves) in [
        ("{", Code::DIGITISED_FORM, Severity::Error, 0),
        ("[1, 2]", Code::DIGITISED_FORM, Severity::Error, 0),
        ("{\"type\": \"MOSFET\"}", Code::SOURCE_EMPTY, Severity::Error, 0),
        (&device("").replace("SiC-MOSFET", "Thyristor"), Code::DIGITISED_FORM, Severity::Error, 0),
        (&device("").replace("[0.0, 14.0]", "[0.0]"), Code::DIGITISED_GRAPH, Severity::Warning, 2),
        (&device("").replace("[0.0, 14.0]", "\"x\""), Code::DIGITISED_GRAPH, Severity::Warning, 2),
        (
            &device("").replace("[[0.0, 1.5], [0.0, 14.0]]", "[[], []]"),
            Code::DIGITISED_GRAPH,
            Severity::Warning,
            2,
        ),
        (&device("").replace(", [0.0, 14.0]]", "]"), Code::DIGITISED_GRAPH, Severity::Warning, 2),
    ] {
        let (facts, told) = read_text(wrong);
        let found: Vec<(Code, Severity)> = told.iter().map(|d| (d.code, d.severity)).collect();
        assert_eq!(found, [(code, severity)], "{wrong}");
        assert_eq!(facts.curves.len(), curves, "{wrong}");
    }
}
