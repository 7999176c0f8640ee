//! From the engine's own types to the outcome document: places become names and lines, NaN and
//! infinity become null.

use crate::outcome as out;
use espice_base::{Diagnostic, Place, SourceMap, Span};
use espice_facts::{
    Axis, Condition, Conditions, Curve, Facts, Mark, Origin, Parameter, Scale, SymbolTable,
};
use espice_ingest::sheet::{Sheet, plot};
use espice_lang::ir::{Account, Finding, FindingStatus, WaiverState};
use espice_lang::rules::{Rulebook, WaiverLog};
use std::collections::{BTreeMap, BTreeSet};

/// A finite number, or nothing.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The file name without folders, so that outcomes do not depend on where they are made.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The sources of facts, in the order of reading.
pub(crate) fn sources(facts: &Facts, sheets: &[Sheet]) -> Vec<out::Source> {
    let of = |s: &espice_facts::Source| out::Source {
        name: s.name.clone(),
        format: s.format.word().into(),
        digest: s.digest.to_string(),
        document: document(sheets.iter().find(|d| d.file == s.file)),
    };
    facts.sources.iter().map(of).collect()
}

/// The device of facts under the name that the outcome gives it.
pub(crate) fn device(facts: &Facts, part: String) -> out::Device {
    let device = &facts.device;
    out::Device {
        part,
        maker: device.maker.clone(),
        kind: device.kind.clone(),
        class: device.class.clone(),
        polarity: device.polarity.clone(),
        parts: device.parts.clone(),
        package: device.package.clone(),
        sizes: device.sizes.clone(),
    }
}

pub(crate) fn facts(
    facts: &Facts,
    sheets: &[Sheet],
    symbols: &SymbolTable,
    sources: &SourceMap,
) -> out::Facts {
    let parameters: Vec<_> = facts.parameters.iter().map(|p| parameter(p, sources)).collect();
    let curves: Vec<_> = facts.curves.iter().map(|c| curve(c, sources)).collect();
    let panels = sheets.iter().flat_map(|s| s.panels.iter().map(|p| panel(p, s))).collect();
    out::Facts { symbols: used_symbols(facts, symbols), parameters, curves, panels }
}

fn used_symbols(facts: &Facts, symbols: &SymbolTable) -> BTreeMap<String, out::Symbol> {
    let mut used = BTreeSet::new();
    for p in &facts.parameters {
        used.insert(p.symbol.as_str());
        used.extend(p.conditions.by_symbol.keys().map(String::as_str));
    }
    for c in &facts.curves {
        used.extend([c.x.symbol.as_str(), c.y.symbol.as_str()]);
        used.extend(c.family.keys().chain(c.conditions.by_symbol.keys()).map(String::as_str));
    }
    let named = |s: &str| {
        let info = symbols.symbol(s)?;
        Some((
            s.to_string(),
            out::Symbol { unit: info.dimension.to_string(), title: info.title.clone() },
        ))
    };
    used.into_iter().filter_map(named).collect()
}

fn parameter(p: &Parameter, sources: &SourceMap) -> out::Parameter {
    out::Parameter {
        symbol: p.symbol.clone(),
        printed: p.printed.clone(),
        name: p.name.clone(),
        section: p.section.word().into(),
        min: p.min,
        typ: p.typ,
        max: p.max,
        unit: p.dimension.to_string(),
        printed_unit: p.printed_unit.clone(),
        conditions: conditions(&p.conditions),
        conditions_text: p.conditions.text.clone(),
        parts: p.parts.clone(),
        status: p.status.word().into(),
        reasons: p.reasons.clone(),
        confidence: p.confidence,
        provenance: provenance(&p.provenance, sources),
    }
}

fn curve(c: &Curve, sources: &SourceMap) -> out::Curve {
    out::Curve {
        quantity: c.signature.to_string(),
        title: c.title.clone(),
        x: axis(&c.x),
        y: axis(&c.y),
        family: c.family.clone(),
        conditions: conditions(&c.conditions),
        points: c.points.clone(),
        marks: c.marks.iter().map(|m| mark(*m)).collect(),
        origin: match c.origin {
            Origin::Measured => "measured".into(),
            Origin::Digitised => "digitised".into(),
        },
        noise_floor: c.noise_floor,
        parts: c.parts.clone(),
        status: c.status.word().into(),
        reasons: c.reasons.clone(),
        axis_residual: c.axis_residual,
        provenance: provenance(&c.provenance, sources),
    }
}

pub(crate) fn document(sheet: Option<&Sheet>) -> Option<out::Document> {
    let sheet = sheet?;
    Some(out::Document {
        pages: sheet.pages.len(),
        revision: sheet.identity.revision.clone(),
        reading: String::from(match sheet.reading {
            espice_pdf::Reading::Strict => "strict",
            espice_pdf::Reading::Lenient => "lenient",
            espice_pdf::Reading::Cut => "cut",
        }),
        encrypted: sheet.quality.encrypted,
        text_share: sheet.quality.text_share,
        unknown_share: sheet.quality.unknown_share,
        scans: sheet.quality.scans,
        raster_plots: sheet.quality.raster_plots,
    })
}

fn panel(p: &plot::Panel, sheet: &Sheet) -> out::Panel {
    let mut axes = vec![panel_axis("x", &p.x), panel_axis("y", &p.y)];
    axes.extend(p.y2.as_ref().map(|a| panel_axis("y2", a)));
    let curve = |t: &plot::Trace| {
        let (status, reasons) = p.standing(t);
        out::PanelCurve {
            quantity: t.signature.as_ref().map(ToString::to_string),
            label: t.label.as_ref().map(|l| l.0.clone()),
            status: status.word().into(),
            reasons,
        }
    };
    out::Panel {
        title: p.title.clone(),
        axes,
        curves: p.traces.iter().map(curve).collect(),
        status: p.status.word().into(),
        reasons: p.reasons.clone(),
        provenance: out::Provenance {
            source: sheet.name.clone(),
            page: Some(p.page),
            area: Some(p.area.to_array()),
            ..out::Provenance::default()
        },
    }
}

fn panel_axis(name: &str, a: &plot::Axis) -> out::PanelAxis {
    out::PanelAxis {
        name: name.into(),
        symbol: a.symbol.clone(),
        title: a.title.clone(),
        unit: a.unit.clone(),
        scale: scale(a.scale),
        ticks: a.ticks.iter().map(|t| [t.at, t.value]).collect(),
        residual: finite(a.residual),
    }
}

fn scale(scale: Scale) -> String {
    String::from(match scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
    })
}

fn axis(a: &Axis) -> out::Axis {
    out::Axis { symbol: a.symbol.clone(), unit: a.dimension.to_string(), scale: scale(a.scale) }
}

fn mark(m: Mark) -> u8 {
    match m {
        Mark::Good => 0,
        Mark::Noise => 1,
        Mark::Compliance => 2,
        Mark::Excluded => 3,
    }
}

pub(crate) fn conditions(c: &Conditions) -> BTreeMap<String, out::Condition> {
    let wire = |c: &Condition| match c {
        Condition::Value(value) => out::Condition::Value { value: *value },
        Condition::Range { min, max } => out::Condition::Range { min: *min, max: *max },
        Condition::Equals { symbol, factor } => {
            out::Condition::Equals { equals: symbol.clone(), factor: *factor }
        }
    };
    c.by_symbol.iter().map(|(s, c)| (s.clone(), wire(c))).collect()
}

pub(crate) fn provenance(p: &espice_facts::Provenance, sources: &SourceMap) -> out::Provenance {
    let file = sources.get(p.place.file());
    let mut wire = out::Provenance {
        source: file.map_or(String::new(), |f| base_name(f.name()).to_string()),
        derived_by: p.derived_by.clone(),
        ..out::Provenance::default()
    };
    match p.place {
        Place::Text(span) => wire.line = file.map(|f| f.line_column(span.start).line),
        Place::Page { page, area, .. } => (wire.page, wire.area) = (Some(page), Some(area)),
        Place::File(_) => {}
    }
    wire
}

/// How places name their files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Naming {
    /// Pack files keep their path within the pack, data files their bare name: documents of one
    /// device do not depend on where they are made.
    Bare,
    /// As the world knows them: tools that mark places need the path.
    Path,
}

/// A place for people and machines.
pub(crate) fn location(place: Place, sources: &SourceMap, naming: Naming) -> Option<out::Location> {
    let file = sources.get(place.file())?;
    let is_pack = file.name().ends_with(".espice") || file.name().ends_with(".rhai");
    let name = if is_pack || naming == Naming::Path { file.name() } else { base_name(file.name()) };
    let span = match place {
        Place::Text(span) => span,
        Place::Page { file, .. } | Place::File(file) => Span::new(file, 0, 0),
    };
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    let cell = file.cell(span.start);
    let (page, area) = match place {
        Place::Page { page, area, .. } => (Some(page), Some(area)),
        _ => (None, None),
    };
    Some(out::Location {
        file: name.to_string(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        cell,
        page,
        area,
    })
}

pub(crate) fn finding(
    f: &Finding,
    rulebook: &Rulebook,
    sources: &SourceMap,
    naming: Naming,
) -> out::FindingRecord {
    let observed = f.observed.as_ref();
    // The one that covers it; else the first that does not any more.
    let told = [WaiverState::Active, WaiverState::Stale, WaiverState::Expired];
    let open = matches!(f.status, FindingStatus::Failed | FindingStatus::Waived);
    let used = told.iter().find_map(|s| f.waivers.iter().find(|w| w.state == *s && open));
    out::FindingRecord {
        rule: f.rule.clone(),
        pack: f.pack.clone(),
        severity: f.severity.word().into(),
        status: f.status.word().into(),
        part: f.part.clone(),
        maker: f.maker.clone(),
        message: f.message.clone(),
        because: f.because.clone(),
        help: f.help.clone(),
        observed: observed.and_then(|o| finite(o.value)),
        limit: observed.and_then(|o| finite(o.limit)),
        margin: observed.and_then(|o| finite(o.margin)),
        unit: observed.map_or(String::new(), |o| o.dimension.to_string()),
        data: f.data.clone(),
        rule_span: location(f.rule_span.into(), sources, naming),
        data_span: f.data_place.and_then(|p| location(p, sources, naming)),
        limit_span: f.limit_place.and_then(|p| location(p, sources, naming)),
        fingerprint: f.fingerprint.clone(),
        former: f.former.clone(),
        times: 1,
        known: false,
        unwaivable: f.unwaivable,
        waiver: used
            .and_then(|u| waiver(u.waiver, u.state, rulebook, sources, naming))
            .map(Box::new),
    }
}

/// A waiver with what it does.
pub(crate) fn waiver(
    index: usize,
    state: WaiverState,
    rulebook: &Rulebook,
    sources: &SourceMap,
    naming: Naming,
) -> Option<out::WaiverRecord> {
    let info = rulebook.waiver(index)?;
    Some(out::WaiverRecord {
        state: state.word().into(),
        rule: info.rule,
        scope: info.scope,
        until: info.until.map(|d| d.to_string()),
        owner: info.owner,
        ticket: info.ticket,
        because: info.because,
        span: location(info.span.into(), sources, naming),
    })
}

/// All waivers of a rulebook with what they did on the whole.
pub(crate) fn waivers(
    log: &WaiverLog,
    rulebook: &Rulebook,
    sources: &SourceMap,
    naming: Naming,
) -> Vec<out::WaiverRecord> {
    (0..rulebook.waiver_count())
        .filter_map(|i| waiver(i, log.state(i), rulebook, sources, naming))
        .collect()
}

pub(crate) fn account(a: Account) -> out::RuleCount {
    out::RuleCount {
        loaded: a.loaded,
        passed: a.passed,
        failed: a.failed,
        undecided: a.undecided,
        not_applicable: a.not_applicable,
        waived: a.waived,
    }
}

pub(crate) fn diagnostic(d: &Diagnostic, sources: &SourceMap) -> out::DiagnosticRecord {
    diagnostic_with(d, sources, Naming::Bare)
}

pub(crate) fn diagnostic_with(
    d: &Diagnostic,
    sources: &SourceMap,
    naming: Naming,
) -> out::DiagnosticRecord {
    out::DiagnosticRecord {
        code: d.code.as_str().into(),
        severity: d.severity.word().into(),
        message: d.message.clone(),
        span: d.place().and_then(|p| location(p, sources, naming)),
        help: d.help.clone(),
        known: false,
    }
}
