//! `espice batch`: many devices in one run.

use super::Context;
use crate::arguments::Format;
use crate::exit::Exit;
use crate::store::Folder;
use espice::Engine;
use espice_base::{Diagnostic, SourceMap};
use espice_batch::{
    Device, Group, Grouping, Job, Observer, Population, Record, Shard, Store, collect, csv, html,
    json, keys, run as fit,
};
use espice_units::engineering;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Fits many devices of one kind and says what they have in common.
///
/// Every device gets a card in models/ and a record in records/. When all devices have theirs,
/// summary.json (statistics and corners), parameters.csv, corners.lib and report.html follow. A
/// run that was interrupted goes on where it was; a device without a model is listed with the
/// reason and stops nothing.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Files and folders: MDM, CSV (also one table with a column of devices), PDF, facts TOML
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
    /// Folder for the results; made when missing
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// What makes files one device
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    group: By,
    /// The kind of device, where the sources leave it open
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Fit the devices of one shard only, such as 2/8; all shards write into the same folder
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Dialect of the cards [default: ngspice]
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,
    /// Seed of the random starts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// What makes files one device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum By {
    /// What headers say, else what file names have in common
    #[default]
    Told,
    /// Every file is a device
    File,
    /// The files of a folder are a device
    Folder,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let refuse = |why: Diagnostic| {
        context.console.report_one(&why);
        Exit::of_diagnostics(&[why].into_iter().collect())
    };
    let shard = match arguments.shard.as_deref().map(Shard::read) {
        None => Shard::default(),
        Some(Ok(shard)) => shard,
        Some(Err(why)) => return refuse(why),
    };
    let grouping = match arguments.group {
        By::Told => Grouping::Told,
        By::File => Grouping::File,
        By::Folder => Grouping::Folder,
    };
    let (world, devices, said) = collect(context.world, &arguments.sources, grouping);
    context.console.report(&said, &SourceMap::default());
    if said.has_errors() {
        return Exit::of_diagnostics(&said);
    }
    let threads = context.global.threads.map_or(1, usize::from);
    let config = espice::Config {
        packs: context.global.packs.clone(),
        foundry: context.global.foundry.clone(),
        seed: arguments.seed,
        ..espice::Config::default()
    };
    let settings = format!("{:?} {:?}", config.foundry, config.seed);
    let (engine, complaints) = Engine::new(&world, config);
    context.console.report(&complaints, engine.sources());
    if complaints.has_errors() {
        return Exit::of_diagnostics(&complaints);
    }
    let folder = match Folder::open(&arguments.out) {
        Ok(folder) => folder,
        Err(why) => return refuse(why),
    };
    let job = Job { kind: arguments.kind.clone(), dialect: arguments.dialect.clone(), shard };
    let keys = keys(&engine, &settings, &job, &world, &devices);
    let engines = vec![engine.clone(); threads];
    let total = (0..devices.len()).filter(|i| shard.holds(*i)).count();
    let clock = Clock {
        context,
        total,
        done: AtomicUsize::new(0),
        found: AtomicUsize::new(0),
        start: Instant::now(),
    };
    if let Err(why) = fit(engines, &job, &devices, &keys, &folder, &clock) {
        return refuse(why);
    }
    if context.is_cancelled() {
        return Exit::Cancelled;
    }
    let found = clock.found.load(Ordering::Relaxed);
    finish(context, &engine, &folder, &devices, &keys, found).unwrap_or_else(refuse)
}

/// Tells how far the run is, and how long it will take.
struct Clock<'c> {
    context: &'c Context<'c>,
    total: usize,
    done: AtomicUsize,
    found: AtomicUsize,
    start: Instant,
}

impl Observer for Clock<'_> {
    fn done(&self, device: &str, found: bool) {
        let found =
            self.found.fetch_add(usize::from(found), Ordering::Relaxed) + usize::from(found);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let seconds = self.start.elapsed().as_secs_f64();
        // Records of earlier runs take no time and say nothing of the others.
        let rate = done.saturating_sub(found) as f64 / seconds.max(1e-3);
        let left = self.total.saturating_sub(done) as f64 / rate;
        let left = if rate > 0.0 { format!(", {} left", duration(left)) } else { String::new() };
        self.context
            .console
            .progress(&format!("fit {done}/{} {rate:.1}/s{left}  {device}", self.total));
    }
}

/// `45 s`, `3 min`, `2 h 10 min`.
fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).ceil();
    if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else if minutes < 100.0 {
        format!("{minutes:.0} min")
    } else {
        format!("{:.0} h {:.0} min", (minutes / 60.0).floor(), minutes % 60.0)
    }
}

/// Writes what all devices have in common, when all have their records.
fn finish(
    context: &Context<'_>,
    engine: &Engine<'_>,
    folder: &Folder,
    devices: &[Device],
    keys: &[String],
    found: usize,
) -> Result<Exit, Diagnostic> {
    // Always from their texts, so that a run that was interrupted gives the same bytes.
    let read = |key: &String| serde_json::from_str::<Record>(&folder.find(key)?).ok();
    let records: Vec<Record> = keys.iter().filter_map(read).collect();
    let console = context.console;
    if records.len() < devices.len() {
        console.say(&format!(
            "{} of {} devices have their records; the summary follows with the last shard\n",
            records.len(),
            devices.len()
        ));
        return Ok(Exit::Ok);
    }
    let population = Population::of(&records, engine);
    let text = json(&population).map_err(|e| {
        Diagnostic::error(espice_base::Code::OUTPUT, format!("the summary cannot be written: {e}"))
    })?;
    folder.write("summary.json", &text)?;
    folder.write("parameters.csv", &csv(&records))?;
    folder.write("report.html", &html(&population, &records))?;
    let corners = espice_batch::cards(&population, engine, "ngspice");
    match &corners {
        Some(cards) => folder.write("corners.lib", cards)?,
        None => folder.remove("corners.lib"),
    }
    match context.global.format {
        Format::Json => console.say(&text),
        _ => {
            console.say(&account(&population, found));
            let mut names = vec!["summary.json", "parameters.csv", "report.html"];
            names.extend(corners.map(|_| "corners.lib"));
            for name in names {
                console.say(&format!("wrote {}\n", folder.path(name).display()));
            }
        }
    }
    Ok(if population.sound == 0 { Exit::NoCandidate } else { Exit::Ok })
}

/// What came out, for people.
fn account(population: &Population, found: usize) -> String {
    let mut out = format!(
        "{} devices: {} sound, {} refused by a rule, {} without a model",
        population.devices, population.sound, population.refused, population.failed
    );
    if found > 0 {
        out += &format!(" ({found} known from an earlier run)");
    }
    out.push('\n');
    for (device, reasons) in population.unsound.iter().take(MOST_SHOWN) {
        out += &format!("  {device}: {}\n", reasons.first().map_or("", String::as_str));
    }
    if population.unsound.len() > MOST_SHOWN {
        out += &format!("  and {} more\n", population.unsound.len() - MOST_SHOWN);
    }
    for group in &population.groups {
        out += &group_account(group);
    }
    out
}

/// Devices that the terminal lists.
const MOST_SHOWN: usize = 20;

fn group_account(group: &Group) -> String {
    let polarity = group.polarity.as_deref().map_or(String::new(), |p| format!(" {p}"));
    let mut out = format!(
        "\n{}{polarity}{}: {} devices\n",
        group.template,
        if group.geometry.is_empty() { String::new() } else { format!(" {}", group.geometry) },
        group.devices.len()
    );
    for (device, reasons) in group.outliers.iter().take(MOST_SHOWN) {
        out += &format!("  unlike the others: {device}: {}\n", reasons.first().map_or("", |r| r));
    }
    for p in &group.parameters {
        let s = &p.summary;
        let spread = match (s.log_sd.filter(|_| p.log), s.sd) {
            (Some(log), _) => format!("{} %", espice_units::plain(100.0 * log, 3)),
            (None, Some(sd)) => engineering(sd, &p.unit),
            (None, None) => String::from("-"),
        };
        let value = engineering(s.median, &p.unit);
        let (low, high) = (engineering(s.min, &p.unit), engineering(s.max, &p.unit));
        out += &format!("  {:6} {value:>12}  sd {spread:>10}  {low} .. {high}\n", p.name);
    }
    match &group.corners {
        None => out += &format!("  no corners: {}\n", group.without_corners),
        Some(corners) => {
            let f = &corners.figure;
            let all: Vec<String> = corners
                .corners
                .iter()
                .map(|c| format!("{} {}", c.name, engineering(c.figure, &f.unit)))
                .collect();
            out += &format!("  corners by {}: {}\n", f.quantity, all.join(", "));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_say_them() {
        assert_eq!(duration(12.4), "12 s");
        assert_eq!(duration(150.0), "3 min");
        assert_eq!(duration(7_800.0), "2 h 10 min");
    }
}
