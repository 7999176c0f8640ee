//! The report of a population: one page that needs nothing else.

use crate::corners::Corners;
use crate::plot::{Chip, histogram, strips, wafer};
use crate::population::{Group, Parameter, Population};
use crate::record::Record;
use espice_report::html::{Section, escape, sectioned, table_of as table};
use espice_units::{engineering, plain};
use std::collections::BTreeMap;

/// Devices that the page lists; the table of all parameters has them all.
const MOST_LISTED: usize = 2_000;

const STYLE: &str = "<style>
svg.hist{width:220px;height:70px}svg.hist rect,svg.strips circle{fill:#2f6fb0}
svg.hist text,svg.strips text{font-size:11px;fill:currentColor}
svg.strips{max-width:560px}svg.strips path{stroke:#c2410c;stroke-width:2}
svg.wafer{width:340px;height:340px}svg.wafer rect{stroke:#8888;stroke-width:.6}
svg.wafer .none{fill:none}svg.wafer .s0{fill:#08306b}svg.wafer .s1{fill:#08519c}
svg.wafer .s2{fill:#2171b5}svg.wafer .s3{fill:#6baed6}svg.wafer .s4{fill:#d9d9d9}
svg.wafer .s5{fill:#fdae6b}svg.wafer .s6{fill:#f16913}svg.wafer .s7{fill:#d94801}
svg.wafer .s8{fill:#8c2d04}
</style>
";

/// The report. Its bytes depend on nothing but the population and its records.
pub fn render(population: &Population, records: &[Record]) -> String {
    let mut sections = Vec::new();
    let mut add = |id, title, body: String| {
        if !body.is_empty() {
            sections.push(Section { id, title, body });
        }
    };
    let by_name: BTreeMap<&str, &Record> = records.iter().map(|r| (r.device.as_str(), r)).collect();
    let all = |of: fn(&Group, &BTreeMap<&str, &Record>) -> String| -> String {
        let parts = population.groups.iter().map(|g| (g, of(g, &by_name)));
        parts.filter(|(_, b)| !b.is_empty()).map(|(g, b)| format!("{}{b}", heading(g))).collect()
    };
    add("parameters", "Parameters", all(parameters));
    add("corners", "Corners", all(|g, _| corners(g)));
    add("wafers", "Lots and wafers", all(places));
    add("outliers", "Devices unlike the others", all(|g, _| outliers(g)));
    add("unsound", "Devices without a sound model", unsound(population));
    add("devices", "Devices", devices(records));
    let title = format!("{} devices", population.devices);
    let head = format!(
        "{STYLE}<header>\n<h1>{title}</h1>\n<p>{} sound, {} refused by a rule, {} without a model.</p>\n</header>\n",
        population.sound, population.refused, population.failed
    );
    let packs: Vec<String> = population
        .packs
        .iter()
        .map(|(name, digest)| {
            format!("{} {}", escape(name), digest.chars().take(12).collect::<String>())
        })
        .collect();
    let foot = format!(
        "<footer><p>espice {}, packs {}</p></footer>\n",
        escape(&population.espice),
        packs.join(", ")
    );
    sectioned(&title, &head, &sections, &foot)
}

fn heading(group: &Group) -> String {
    let words = [Some(group.template.as_str()), group.polarity.as_deref(), Some(&group.geometry)];
    let words: Vec<&str> = words.into_iter().flatten().filter(|w| !w.is_empty()).collect();
    format!("<h3>{}, {} devices</h3>\n", escape(&words.join(" ")), group.devices.len())
}

/// The values of a parameter over the devices of a group, by name.
fn values<'r>(
    group: &Group,
    by_name: &BTreeMap<&str, &'r Record>,
    name: &str,
) -> Vec<(&'r Record, f64)> {
    let of = |device: &String| {
        let record = by_name.get(device.as_str())?;
        Some((*record, record.value(name)?))
    };
    group.devices.iter().filter_map(of).collect()
}

fn parameters(group: &Group, by_name: &BTreeMap<&str, &Record>) -> String {
    let row = |p: &Parameter| {
        let s = &p.summary;
        let number = |v: f64| escape(&engineering(v, &p.unit));
        let spread = match (s.log_sd.filter(|_| p.log), s.sd) {
            (Some(log), _) => format!("{} %", plain(100.0 * log, 3)),
            (None, Some(sd)) => number(sd),
            (None, None) => String::from("–"),
        };
        let raw: Vec<f64> = values(group, by_name, &p.name).into_iter().map(|v| v.1).collect();
        let (low, high) = (engineering(s.min, &p.unit), engineering(s.max, &p.unit));
        let [.., q5, _, _, q95, _] = s.quantiles;
        vec![
            format!("<abbr title=\"{}\">{}</abbr>", escape(&p.title), escape(&p.name)),
            s.n.to_string(),
            number(s.mean),
            number(s.median),
            spread,
            number(q5),
            number(q95),
            p.identified.to_string(),
            p.at_bound.to_string(),
            histogram(&raw, p.log, &low, &high),
        ]
    };
    let rows: Vec<Vec<String>> = group.parameters.iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [
        ("parameter", false),
        ("n", true),
        ("mean", true),
        ("median", true),
        ("sd", true),
        ("5 %", true),
        ("95 %", true),
        ("identified", true),
        ("at bound", true),
        ("distribution", false),
    ];
    let caption = "Standard deviations of parameters on a logarithmic scale are relative";
    table(caption, &columns, &rows)
}

fn corners(group: &Group) -> String {
    let Some(corners) = &group.corners else {
        return format!("<p>No corners: {}.</p>\n", escape(&group.without_corners));
    };
    let f = &corners.figure;
    let mut out = format!(
        "<p>Devices are ordered by {}. A corner lies {} standard deviations of its {} from the \
         median; each parameter follows by regression on it.</p>\n",
        escape(&stated(corners)),
        plain(corners.sigmas, 3),
        if f.log { "logarithm" } else { "values" },
    );
    let columns =
        [("corner", false), ("wanted", true), ("of its card", true), ("parameters", false)];
    let shown: Vec<&str> = group.parameters.iter().map(|p| p.name.as_str()).collect();
    let rows: Vec<Vec<String>> = corners
        .corners
        .iter()
        .map(|c| {
            let list: Vec<String> = c
                .parameters
                .iter()
                .filter(|(n, _)| shown.contains(&n.as_str()))
                .map(|(n, v)| format!("{n} = {}", plain(*v, 5)))
                .collect();
            vec![
                escape(&c.name),
                escape(&engineering(c.wanted, &f.unit)),
                escape(&engineering(c.figure, &f.unit)),
                escape(&list.join(", ")),
            ]
        })
        .collect();
    out += &table("Corner cards, parameters in SI units", &columns, &rows);
    out
}

fn stated(corners: &Corners) -> String {
    let f = &corners.figure;
    let at: Vec<String> =
        f.conditions.iter().map(|(s, v)| format!("{s} = {}", plain(*v, 4))).collect();
    format!("{} at {} (SI units)", f.quantity, at.join(", "))
}

/// Maps and strips of what orders the devices, else of the first parameter.
fn places(group: &Group, by_name: &BTreeMap<&str, &Record>) -> String {
    let (name, unit, log, list) = shown(group, by_name);
    if list.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let ends = list
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (_, v)| (a.min(*v), b.max(*v)));
    let (low, high) = (engineering(ends.0, &unit), engineering(ends.1, &unit));
    let mut wafers: BTreeMap<String, Vec<(&Record, f64)>> = BTreeMap::new();
    for (record, v) in &list {
        let words = [&record.place.lot, &record.place.wafer];
        let words: Vec<String> = words.into_iter().flatten().cloned().collect();
        wafers.entry(words.join(" ")).or_default().push((record, *v));
    }
    let groups: Vec<(String, Vec<f64>)> = wafers
        .iter()
        .map(|(name, list)| (name.clone(), list.iter().map(|(_, v)| *v).collect()))
        .collect();
    let drawn = strips(&groups, log, &low, &high);
    if !drawn.is_empty() {
        out += &format!("<h4>{name} by lot and wafer</h4>\n{drawn}\n");
    }
    for (wafer_name, list) in &wafers {
        let chip = |(record, v): &(&Record, f64)| {
            Some(Chip {
                x: record.place.x?,
                y: record.place.y?,
                value: Some(*v),
                title: format!("{}: {}", record.device, engineering(*v, &unit)),
            })
        };
        let mut chips: Vec<Chip> = list.iter().filter_map(chip).collect();
        let hollow = by_name.values().filter(|r| !group.devices.contains(&r.device));
        chips.extend(hollow.filter_map(|r| {
            let words = [&r.place.lot, &r.place.wafer];
            let words: Vec<String> = words.into_iter().flatten().cloned().collect();
            let title = format!("{}: {}", r.device, r.status);
            let here = words.join(" ") == *wafer_name;
            here.then_some(Chip { x: r.place.x?, y: r.place.y?, value: None, title })
        }));
        let drawn = wafer(&chips, &format!("{name} over wafer {wafer_name}"));
        if !drawn.is_empty() {
            out += &format!(
                "<h4>{name} over wafer {}: from {} (blue) to {} (brown)</h4>\n{drawn}\n",
                escape(wafer_name),
                escape(&low),
                escape(&high)
            );
        }
    }
    out
}

/// What maps show: its name as markup, its unit, whether on a logarithmic scale, its values.
fn shown<'r>(
    group: &Group,
    by_name: &BTreeMap<&str, &'r Record>,
) -> (String, String, bool, Vec<(&'r Record, f64)>) {
    if let Some(corners) = &group.corners
        && group.figures.len() == group.devices.len()
    {
        let f = &corners.figure;
        let of = |(device, v): (&String, &f64)| Some((*by_name.get(device.as_str())?, *v));
        let list = group.devices.iter().zip(&group.figures).filter_map(of).collect();
        return (escape(&f.quantity), f.unit.clone(), f.log, list);
    }
    match group.parameters.first() {
        Some(p) => (escape(&p.name), p.unit.clone(), p.log, values(group, by_name, &p.name)),
        None => (String::new(), String::new(), false, Vec::new()),
    }
}

fn outliers(group: &Group) -> String {
    let rows: Vec<Vec<String>> = group
        .outliers
        .iter()
        .map(|(device, why)| vec![escape(device), escape(&why.join("; "))])
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table("They count in no statistics and corners", &[("device", false), ("why", false)], &rows)
}

fn unsound(population: &Population) -> String {
    let rows: Vec<Vec<String>> = population
        .unsound
        .iter()
        .map(|(device, why)| vec![escape(device), escape(&why.join("; "))])
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table("Refused by a rule, or without a model", &[("device", false), ("why", false)], &rows)
}

fn devices(records: &[Record]) -> String {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by(|a, b| a.device.cmp(&b.device));
    let row = |r: &&Record| {
        let worst = |withheld: bool| {
            let errors = r.curves.iter().filter(|c| c.withheld == withheld);
            let worst = errors
                .filter_map(|c| c.nrmse)
                .fold(None, |a: Option<f64>, v| Some(a.map_or(v, |a| a.max(v))));
            worst.map_or(String::from("–"), |v| format!("{} %", plain(100.0 * v, 3)))
        };
        vec![
            escape(&r.device),
            escape(&r.status),
            escape(r.template.as_deref().unwrap_or("–")),
            worst(false),
            worst(true),
            escape(&r.warnings.join("; ")),
        ]
    };
    let rows: Vec<Vec<String>> = sorted.iter().take(MOST_LISTED).map(row).collect();
    let columns = [
        ("device", false),
        ("status", false),
        ("template", false),
        ("worst curve", true),
        ("worst withheld", true),
        ("warnings", false),
    ];
    let caption = "Errors are root mean squares over the range of the curve";
    let mut out = table(caption, &columns, &rows);
    if sorted.len() > MOST_LISTED {
        out += &format!(
            "<p>The first {MOST_LISTED} of {}; parameters.csv has them all.</p>\n",
            sorted.len()
        );
    }
    out
}
