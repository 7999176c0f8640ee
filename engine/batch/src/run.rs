//! The run: devices in, records out, by any number of threads.

use crate::devices::{Device, Slices};
use crate::record::{FORM, Record};
use espice::{Engine, Request};
use espice_base::{Code, Diagnostic, Digest, World};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stack of a thread: packs and nested expressions are read by recursion of bounded depth.
const STACK: usize = 16 << 20;

/// Sources that name their part.
const NAMED: [&str; 2] = [".pdf", ".toml"];

/// Where records are kept. What is found under a key was written as a whole.
pub trait Store: Sync {
    /// The record under a key; `None` when there is none.
    fn find(&self, key: &str) -> Option<String>;
    /// Keeps a record, after the card that belongs to it: a record that is there says that the
    /// card is there too.
    ///
    /// # Errors
    /// What the system said.
    fn keep(
        &self,
        key: &str,
        device: &str,
        card: Option<&str>,
        record: &str,
    ) -> Result<(), Diagnostic>;
}

/// Who wants to know how far a run is.
pub trait Observer: Sync {
    /// A device is done; `found` says that its record was there from an earlier run.
    fn done(&self, device: &str, found: bool);
}

/// Which devices of the whole a run fits: number `index` of `count`, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Default for Shard {
    fn default() -> Self {
        Shard { index: 1, count: 1 }
    }
}

impl Shard {
    /// Reads `2/8`.
    ///
    /// # Errors
    /// It is not the number of a shard and how many there are.
    pub fn read(text: &str) -> Result<Shard, Diagnostic> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(i, n)| {
            Some((i.trim().parse::<usize>().ok()?, n.trim().parse::<usize>().ok()?))
        });
        match numbers {
            Some((index, count)) if index >= 1 && index <= count => Ok(Shard { index, count }),
            _ => Err(Diagnostic::error(
                Code::SHARD,
                format!("`{text}` is not a shard and how many there are"),
            )
            .help("write the first of four as 1/4, the last as 4/4")),
        }
    }

    /// Whether the device of this number, from 0, is one of the shard.
    pub fn holds(self, device: usize) -> bool {
        device % self.count == self.index - 1
    }

    /// Whether it is the whole.
    pub fn is_whole(self) -> bool {
        self.count == 1
    }
}

/// What is done with every device.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Job {
    /// The kind, where sources leave it open.
    pub kind: Option<String>,
    /// The dialect of the cards; `None` is ngspice.
    pub dialect: Option<String>,
    /// The devices of this run.
    pub shard: Shard,
}

/// The keys of devices: digests of all that a record depends on.
pub fn keys(
    engine: &Engine<'_>,
    settings: &str,
    job: &Job,
    world: &Slices<'_>,
    devices: &[Device],
) -> Vec<String> {
    let mut common = espice_base::Hasher::new();
    common.part(format!("population {FORM} {}", env!("CARGO_PKG_VERSION")).as_bytes());
    for (name, digest) in engine.pack_digests() {
        common.part(name.as_bytes());
        common.part(digest.as_bytes());
    }
    for word in [settings, job.kind.as_deref().unwrap_or(""), job.dialect.as_deref().unwrap_or("")]
    {
        common.part(word.as_bytes());
    }
    let common = common.finish().to_string();
    let key = |device: &Device| {
        let mut hasher = espice_base::Hasher::new();
        hasher.part(common.as_bytes());
        hasher.part(device.name.as_bytes());
        hasher.part(format!("{:?}", device.place).as_bytes());
        for path in &device.sources {
            hasher.part(path.rsplit('/').next().unwrap_or(path).as_bytes());
            let bytes = world.read(path).unwrap_or_default();
            hasher.part(Digest::of(&bytes).to_string().as_bytes());
        }
        hasher.finish().short(32)
    };
    devices.iter().map(key).collect()
}

/// Fits the devices of a shard whose records are not there yet. Each engine is used by a thread
/// of its own; what comes out does not depend on how many there are.
///
/// # Errors
/// A record that could not be kept, or no thread could be started. What was kept stays.
pub fn run(
    engines: Vec<Engine<'_>>,
    job: &Job,
    devices: &[Device],
    keys: &[String],
    store: &dyn Store,
    observer: &dyn Observer,
) -> Result<(), Diagnostic> {
    let wanted: Vec<(&Device, &String)> = devices
        .iter()
        .zip(keys)
        .enumerate()
        .filter(|(i, _)| job.shard.holds(*i))
        .map(|(_, pair)| pair)
        .collect();
    let threads = engines.len().max(1);
    let slots: Vec<Mutex<Option<Engine<'_>>>> =
        engines.into_iter().map(|e| Mutex::new(Some(e))).collect();
    let next = AtomicUsize::new(0);
    let trouble: Mutex<Option<Diagnostic>> = Mutex::new(None);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
    let pool = pool
        .map_err(|e| Diagnostic::error(Code::OUTPUT, format!("no threads can be started: {e}")))?;
    let work = |thread: usize| {
        let taken = slots.get(thread).and_then(|s| s.lock().ok()?.take());
        let Some(mut engine) = taken else { return };
        while let Some((device, key)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            if engine.is_cancelled() || trouble.lock().is_ok_and(|t| t.is_some()) {
                return;
            }
            let found = store.find(key).is_some();
            if !found && let Err(why) = one(&mut engine, job, device, key, store) {
                if let Ok(mut trouble) = trouble.lock() {
                    trouble.get_or_insert(why);
                }
                return;
            }
            observer.done(&device.name, found);
        }
    };
    pool.broadcast(|context| work(context.index()));
    match trouble.into_inner() {
        Ok(Some(why)) => Err(why),
        _ => Ok(()),
    }
}

/// Fits one device and keeps its record.
fn one(
    engine: &mut Engine<'_>,
    job: &Job,
    device: &Device,
    key: &str,
    store: &dyn Store,
) -> Result<(), Diagnostic> {
    // Sheets and facts name their parts themselves.
    let unnamed = |path: &String| !NAMED.iter().any(|e| path.to_lowercase().ends_with(e));
    let request = Request {
        sources: device.sources.clone(),
        part: device.sources.iter().all(unnamed).then(|| device.name.clone()),
        kind: job.kind.clone(),
        dialects: job.dialect.iter().cloned().collect(),
        template: None,
        withhold: Vec::new(),
    };
    let outcome = engine.model(&request);
    engine.forget_requests();
    if engine.is_cancelled() {
        // A run that was stopped says nothing about its device.
        return Ok(());
    }
    let record = Record::of(device, &outcome);
    let card = outcome.models.first().filter(|_| record.is_sound()).map(|m| m.text.as_str());
    let text = serde_json::to_string_pretty(&record).map_err(|e| {
        let message = format!("the record of `{}` cannot be written: {e}", device.name);
        Diagnostic::error(Code::OUTPUT, message)
    })?;
    store.keep(key, &device.name, card, &(text + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_part_the_whole() {
        let shards = ["1/3", "2/3", " 3/3 "].map(|s| Shard::read(s).unwrap());
        for device in 0..10 {
            assert_eq!(shards.iter().filter(|s| s.holds(device)).count(), 1);
        }
        assert!(Shard::default().is_whole() && Shard::default().holds(7));
        for wrong in ["0/3", "4/3", "1", "a/b", "1/0", ""] {
            assert_eq!(Shard::read(wrong).unwrap_err().code, Code::SHARD, "{wrong}");
        }
    }
}
