//! The devices among sources: which files, or which rows of a table, belong to one device.

use crate::header::Header;
use crate::table;
use espice_base::{
    Cancellation, Code, Date, Diagnostic, Diagnostics, Limits, Progress, ReadError, World,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a device lies, as far as its sources say.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// Lot.
    pub lot: Option<String>,
    /// Wafer in the lot.
    pub wafer: Option<String>,
    /// Chip on the wafer.
    pub chip: Option<String>,
    /// Column of the chip on the wafer.
    pub x: Option<f64>,
    /// Row of the chip on the wafer.
    pub y: Option<f64>,
    /// Width and length as printed; empty where they are not stated.
    pub geometry: String,
}

/// One device with its sources.
#[derive(Clone, PartialEq, Debug)]
pub struct Device {
    /// A name that no other device of the run has.
    pub name: String,
    /// Paths of its sources, sorted.
    pub sources: Vec<String>,
    /// Where it lies.
    pub place: Place,
}

/// What makes files one device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Grouping {
    /// What their headers say, else what their names have in common.
    #[default]
    Told,
    /// Every file is a device.
    File,
    /// The files of a folder are a device.
    Folder,
}

/// Extensions of files that are taken from folders; files that are named are always taken.
const EXTENSIONS: [&str; 5] = [".mdm", ".csv", ".tsv", ".toml", ".pdf"];

/// Words in file names that tell what was measured, not on which device.
const MEASUREMENTS: [&str; 34] = [
    "ac",
    "beta",
    "breakdown",
    "cbc",
    "cbe",
    "cj",
    "cv",
    "dc",
    "early",
    "fearly",
    "fg",
    "fgummel",
    "fo",
    "forward",
    "fwd",
    "gummel",
    "hfe",
    "icvc",
    "idvd",
    "idvds",
    "idvg",
    "idvgs",
    "iv",
    "leakage",
    "output",
    "rearly",
    "rev",
    "reverse",
    "rg",
    "rgummel",
    "ro",
    "transfer",
    "vbmin",
    "vth",
];

/// The world with the tables that were cut, each under a path of its own.
pub struct Slices<'w> {
    world: &'w dyn World,
    texts: BTreeMap<String, String>,
}

impl World for Slices<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.world.read(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.world.list(folder)
    }

    fn today(&self) -> Date {
        self.world.today()
    }

    fn limits(&self) -> Limits {
        self.world.limits()
    }

    fn cancellation(&self) -> Cancellation {
        self.world.cancellation()
    }

    fn progress(&self, _progress: Progress<'_>) {
        // Many devices at once: the run tells how many are done.
    }
}

/// Finds the devices among files and folders, sorted by name; the order of the sources makes no
/// difference. Files that cannot be read are told and left out.
pub fn collect<'w>(
    world: &'w dyn World,
    sources: &[String],
    grouping: Grouping,
) -> (Slices<'w>, Vec<Device>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut files: Vec<String> = Vec::new();
    for source in sources {
        match world.list(source) {
            Ok(names) => {
                let known = |n: &&String| {
                    let n = n.to_lowercase();
                    EXTENSIONS.iter().any(|e| n.ends_with(e))
                };
                let folder = source.trim_end_matches('/');
                files.extend(names.iter().filter(known).map(|n| format!("{folder}/{n}")));
            }
            Err(_) => files.push(source.clone()),
        }
    }
    files.sort();
    files.dedup();
    let mut texts = BTreeMap::new();
    let mut devices: BTreeMap<Vec<String>, Device> = BTreeMap::new();
    for path in files {
        let bytes = match world.read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = match error {
                    ReadError::NotFound => "there is no such file",
                    ReadError::TooLarge(_) => "it is too large",
                    ReadError::Denied => "it cannot be read",
                };
                diagnostics.push(Diagnostic::warning(
                    Code::SOURCE_NOT_FOUND,
                    format!("`{path}` is left out: {why}"),
                ));
                continue;
            }
        };
        let text = if bytes.starts_with(b"%PDF") {
            String::new()
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let header = Header::read(&text);
        let is_table = [".csv", ".tsv", ".txt"].iter().any(|e| path.to_lowercase().ends_with(e));
        let cut = if is_table { table::cut(&text) } else { None };
        if let Some((slices, lost)) = cut {
            if lost > 0 {
                diagnostics.push(Diagnostic::warning(
                    Code::ROW_CELLS,
                    format!("{lost} rows of `{path}` name no device and are left out"),
                ));
            }
            for slice in slices {
                let path = format!("{path}#{}", slice.device);
                let key = vec![slice.device.clone(), path.clone()];
                texts.insert(path.clone(), slice.text);
                let (name, place) = (slice.device, slice.place);
                devices.insert(key, Device { name, sources: vec![path], place });
            }
            continue;
        }
        let (key, name) = identity(&path, &header, grouping);
        let device = devices.entry(key).or_insert_with(|| Device {
            name,
            sources: Vec::new(),
            place: place(&header),
        });
        device.sources.push(path);
    }
    let mut devices: Vec<Device> = devices.into_values().collect();
    tell_apart(&mut devices);
    devices.sort_by(|a, b| a.name.cmp(&b.name));
    if devices.is_empty() {
        diagnostics.push(
            Diagnostic::error(Code::NO_DEVICES, "the sources hold no device")
                .help("name files, or folders with .mdm, .csv, .tsv, .toml or .pdf files"),
        );
    }
    (Slices { world, texts }, devices, diagnostics)
}

/// What tells the device of a file from others, and a short name of it.
fn identity(path: &str, header: &Header, grouping: Grouping) -> (Vec<String>, String) {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |s| s.0);
    let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_string();
    match (grouping, &header.device) {
        (Grouping::File, _) => (vec![path.to_string()], stem.to_string()),
        (Grouping::Folder, _) => (vec![folder.to_string()], last(folder)),
        (Grouping::Told, Some(device)) => {
            let told = [&header.lot, &header.wafer, &header.chip, &header.module];
            let mut key = vec![folder.to_string()];
            key.extend(told.into_iter().map(|t| t.clone().unwrap_or_default()));
            key.push(device.clone());
            (key, device.clone())
        }
        (Grouping::Told, None) => {
            let words: Vec<&str> = stem
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
                .filter(|w| !w.is_empty() && !is_measurement(w))
                .collect();
            let name = if words.is_empty() { stem.to_string() } else { words.join("_") };
            (vec![folder.to_string(), name.clone()], name)
        }
    }
}

/// Whether a word of a file name tells what was measured, or at which temperature.
fn is_measurement(word: &str) -> bool {
    let word = word.to_lowercase();
    let degrees = word.strip_suffix('k').or_else(|| word.strip_suffix('c'));
    let temperature = degrees.is_some_and(|d| {
        let digits = d.trim_start_matches('m');
        digits.len() >= 2 && digits.chars().all(|c| c.is_ascii_digit())
    });
    temperature || MEASUREMENTS.contains(&word.as_str())
}

fn place(header: &Header) -> Place {
    let position = header.chip.as_deref().and_then(position);
    Place {
        lot: header.lot.clone(),
        wafer: header.wafer.clone(),
        chip: header.chip.clone(),
        x: position.map(|p| p[0]),
        y: position.map(|p| p[1]),
        geometry: header.geometry(),
    }
}

/// Column and row of a chip that is named by them: `(3.4)`, `x3y-4`, `03_04`.
fn position(chip: &str) -> Option<[f64; 2]> {
    let mut numbers = Vec::new();
    let mut word = String::new();
    for c in chip.chars().chain([' ']) {
        if c.is_ascii_digit() || (c == '-' && word.is_empty()) {
            word.push(c);
        } else if !word.is_empty() {
            numbers.push(word.parse::<f64>().ok()?);
            word.clear();
        }
    }
    match numbers.as_slice() {
        [x, y] => Some([*x, *y]),
        _ => None,
    }
}

/// Gives devices of one name longer ones: with chip, wafer and lot, then with the source's path.
fn tell_apart(devices: &mut [Device]) {
    let longer: [fn(&Device) -> String; 2] = [
        |d| {
            let place = [&d.place.lot, &d.place.wafer, &d.place.chip];
            let mut words: Vec<String> = place.into_iter().flatten().cloned().collect();
            words.push(d.name.clone());
            words.join(" ")
        },
        |d| d.sources.first().cloned().unwrap_or_default(),
    ];
    for rename in longer {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for device in devices.iter() {
            *count.entry(device.name.clone()).or_default() += 1;
        }
        for device in devices.iter_mut().filter(|d| count.get(&d.name).is_some_and(|n| *n > 1)) {
            device.name = rename(device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::MemoryWorld;

    fn world() -> MemoryWorld {
        MemoryWorld::new(Date { year: 2026, month: 1, day: 1 })
    }

    fn mdm(device: &str, chip: &str) -> String {
        format!(
            "BEGIN_HEADER\nICCAP_VALUES\n CHIP \"{chip}\"\n DEV_NAME \"{device}\"\nEND_HEADER\n"
        )
    }

    fn names(devices: &[Device]) -> Vec<(&str, usize)> {
        devices.iter().map(|d| (d.name.as_str(), d.sources.len())).collect()
    }

    #[test]
    fn headers_join_files_and_places_tell_equal_names_apart() {
        let w = world()
            .with("s/fg_1.mdm", mdm("DUT1", "(3.4)"))
            .with("s/fo_1.mdm", mdm("DUT1", "(3.4)"))
            .with("s/fg_2.mdm", mdm("DUT1", "(3.5)"))
            .with("s/fg_3.mdm", mdm("DUT2", "d0406"));
        let (_, devices, said) = collect(&w, &[String::from("s/")], Grouping::Told);
        assert!(said.is_empty());
        assert_eq!(names(&devices), [("(3.4) DUT1", 2), ("(3.5) DUT1", 1), ("DUT2", 1)]);
        assert_eq!((devices[0].place.x, devices[0].place.y), (Some(3.0), Some(4.0)));
        assert_eq!(devices[2].place.x, None, "d0406 is one number");
    }

    #[test]
    fn names_join_files_whose_headers_are_silent() {
        let w =
            ["a_w1_IDVD_", "a_w1_IDVG_", "a_w2_IDVD_", "n~W1~dc_idvd~300K", "n~W1~dc_idvg~233K"]
                .iter()
                .fold(world(), |w, n| w.with(format!("s/{n}.mdm"), "BEGIN_HEADER\n"));
        let sources = [String::from("s")];
        let (_, devices, _) = collect(&w, &sources, Grouping::Told);
        assert_eq!(names(&devices), [("a_w1", 2), ("a_w2", 1), ("n_W1", 2)]);
        let (_, devices, _) = collect(&w, &sources, Grouping::File);
        assert_eq!(devices.len(), 5);
        let (_, devices, _) = collect(&w, &sources, Grouping::Folder);
        assert_eq!(names(&devices), [("s", 5)]);
    }

    #[test]
    fn the_order_of_sources_makes_no_difference_and_what_is_missing_is_told() {
        let w = world()
            .with("b.csv", "VF (V),IF (A)\n")
            .with("a.csv", "part,VF (V),IF (A)\nq,1,1\np,1,1\n");
        let order = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        let (_, one, said) = collect(&w, &order(&["b.csv", "a.csv", "none"]), Grouping::Told);
        let (slices, two, _) = collect(&w, &order(&["a.csv", "none", "b.csv"]), Grouping::Told);
        assert_eq!(one, two);
        assert_eq!(names(&one), [("b", 1), ("p", 1), ("q", 1)]);
        assert_eq!(slices.read("a.csv#p"), Ok(b"VF (V),IF (A)\n1,1\n".to_vec()));
        assert!(said.iter().any(|d| d.message.contains("`none`")));
        let (_, none, said) = collect(&w, &order(&["none"]), Grouping::Told);
        assert!(none.is_empty() && said.has_errors());
    }
}
