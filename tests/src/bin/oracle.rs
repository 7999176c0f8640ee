//! Compares a template with ngspice at random points and shows where they are farthest apart:
//! `oracle TEMPLATE [--points N] [--seed S] [--capacitances] [--worst K] [--root DIR]`.
//!
//! Templates and plans are read from the folders when it runs. Ends with 1 when more than one
//! point in a thousand is outside the tolerance, or more than five without reference.

use espice_netlist::{Simulator, SimulatorConfig};
use espice_tests::sampled::{Purpose, compare, correct, deck, library, plan_of};
use std::path::PathBuf;
use std::process::ExitCode;

struct Arguments {
    template: String,
    points: usize,
    seed: u64,
    worst: usize,
    purpose: Purpose,
    root: PathBuf,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments {
        template: String::new(),
        points: 2_000,
        seed: 39,
        worst: 3,
        purpose: Purpose::Currents,
        root: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".."),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--points" => found.points = next()?.parse().map_err(|e| format!("{e}"))?,
            "--seed" => found.seed = next()?.parse().map_err(|e| format!("{e}"))?,
            "--worst" => found.worst = next()?.parse().map_err(|e| format!("{e}"))?,
            "--root" => found.root = next()?.into(),
            "--capacitances" => found.purpose = Purpose::Capacitances,
            name => found.template = name.to_string(),
        }
    }
    if found.template.is_empty() {
        return Err("which template?".into());
    }
    Ok(found)
}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn run() -> Result<bool, String> {
    let asked = arguments()?;
    let library = library(&asked.root)?;
    let template = library
        .template(&asked.template)
        .ok_or_else(|| format!("there is no template `{}`", asked.template))?;
    let plan = plan_of(&asked.root, &asked.template)?;
    let label = format!("oracle{}", std::process::id());
    let folder = std::env::temp_dir().join(&label);
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let config = SimulatorConfig::new("ngspice", &folder, &label);
    let version = Simulator::ngspice().version(&config).map_err(|e| e.diagnostic().message)?;
    let mut compared = compare(template, &plan, &config, asked.purpose, asked.points, asked.seed)?;
    let as_it_is = compared.judge().misses;
    correct(template, &plan, asked.purpose, &mut compared);
    let judged = compared.judge();
    let _ = std::fs::remove_dir_all(&folder);
    println!(
        "{} against ngspice {version}, {:?}: {} points, {} outside the tolerance ({} before \
         known faults of the simulator were taken off), {} without reference, worst at {:.3} of it",
        asked.template,
        asked.purpose,
        asked.points,
        judged.misses,
        as_it_is,
        judged.without,
        judged.ranked.first().map_or(0.0, |r| r.0)
    );
    for (share, point, value) in judged.ranked.iter().take(asked.worst) {
        let name = compared.names.get(*value).map_or("", String::as_str);
        println!("\n* point {point}: {name} at {share:.3} of its tolerance");
        print!("{}", deck(&compared, *point));
    }
    let with = asked.points - judged.without;
    Ok(judged.misses as f64 <= 1e-3 * with as f64
        && judged.without as f64 <= 5e-3 * asked.points as f64)
}

#[expect(clippy::print_stderr, reason = "a program for people")]
fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::from(2)
        }
    }
}
