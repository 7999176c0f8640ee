//! Sessions: files that an editor or a program replaces, and calls that are carried out again
//! only where a replacement can concern them.

use super::watch::Watch;
use super::{Reply, Service, loaded};
use crate::packs::Packs;
use crate::service::ServiceError;
use espice_base::{Cancellation, Date, Digest, Limits, Progress, ReadError, World};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most replies that a session keeps.
const KEPT: usize = 256;

/// What somebody looked at, and what was there.
type Seen = BTreeMap<Look, Digest>;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Look {
    File(String),
    Folder(String),
}

/// A session over the world of a service, with files that stand in place of those of the world.
///
/// A reply is given again as long as everything that its call read is as it was: the packs, each
/// file, each listing of a folder, the date. Packs are loaded again when a file of theirs has
/// changed; while they have mistakes, calls go on with those of before, and
/// [`Session::mistakes`] tells the mistakes.
///
/// ```
/// use espice::{Config, Service};
/// use espice_base::{Cancellation, Date, MemoryWorld};
///
/// let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
/// let service = Service::new(world, Config::default()).expect("the built-in packs load");
/// let mut session = service.session();
/// session.replace("d.lib", ".model d1 D(IS=1e-14)\n");
/// let request = r#"{ "card": "d.lib", "at": [{ "pin": "a", "volts": [0.6] }] }"#;
/// let first = session.call("model.eval", request, &()).expect("an evaluation");
/// let again = session.call("model.eval", request, &()).expect("an evaluation");
/// assert_eq!((&first, session.carried_out()), (&again, 1));
/// session.replace("d.lib", ".model d1 D(IS=2e-14)\n");
/// assert_ne!(session.call("model.eval", request, &()), Ok(first));
/// assert_eq!(session.carried_out(), 2);
/// ```
pub struct Session<'s> {
    service: &'s Service,
    files: BTreeMap<String, Vec<u8>>,
    packs: Arc<Packs>,
    /// What was looked at when the packs were loaded; empty while they are those of the service.
    of_packs: Option<Seen>,
    mistakes: Option<ServiceError>,
    kept: BTreeMap<(String, String, Date), (Seen, Reply)>,
    carried_out: usize,
}

impl<'s> Session<'s> {
    pub(super) fn new(service: &'s Service) -> Session<'s> {
        Session {
            service,
            files: BTreeMap::new(),
            packs: service.packs(),
            of_packs: None,
            mistakes: None,
            kept: BTreeMap::new(),
            carried_out: 0,
        }
    }

    /// Puts a file of a pack, a source or a card in place of the world's.
    pub fn replace(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Gives the world's file back its place.
    pub fn restore(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// Carries out an operation, or gives the reply of before where nothing that it rests on has
    /// changed.
    ///
    /// # Errors
    /// As [`Service::call`].
    pub fn call(
        &mut self,
        name: &str,
        request: &str,
        watch: &dyn Watch,
    ) -> Result<Reply, ServiceError> {
        self.refresh();
        let world = self.overlay();
        let key = (String::from(name), String::from(request), world.today());
        if let Some((seen, reply)) = self.kept.get(&key)
            && reply.packs == self.packs.digests()
            && is_as_seen(seen, &world)
        {
            return Ok(reply.clone());
        }
        let reply = self.service.call_with(&self.packs, &world, name, request, watch)?;
        let seen = world.seen();
        self.carried_out += 1;
        if self.kept.len() >= KEPT {
            self.kept.clear();
        }
        self.kept.insert(key, (seen, reply.clone()));
        Ok(reply)
    }

    /// What is wrong with the packs as they are now; the active ones are then older.
    pub fn mistakes(&mut self) -> Option<&ServiceError> {
        self.refresh();
        self.mistakes.as_ref()
    }

    /// How many calls were carried out, and not answered from what was kept.
    pub fn carried_out(&self) -> usize {
        self.carried_out
    }

    fn overlay(&self) -> Overlay<'_> {
        Overlay {
            base: self.service.world.as_ref(),
            files: &self.files,
            seen: Mutex::new(Seen::new()),
        }
    }

    /// Loads the packs again where a file of theirs has changed.
    fn refresh(&mut self) {
        let world = self.overlay();
        if self.of_packs.as_ref().is_some_and(|seen| is_as_seen(seen, &world)) {
            return;
        }
        world.forget();
        let found = loaded(&world, &self.service.config);
        let seen = world.seen();
        self.of_packs = Some(seen);
        match found {
            Ok(packs) => {
                self.packs = Arc::new(packs);
                self.mistakes = None;
            }
            Err(error) => self.mistakes = Some(error),
        }
    }
}

/// Whether everything that was looked at is as it was.
fn is_as_seen(seen: &Seen, world: &Overlay<'_>) -> bool {
    seen.iter().all(|(look, digest)| {
        *digest
            == match look {
                Look::File(path) => of_file(&world.look(path)),
                Look::Folder(path) => of_folder(&world.look_into(path)),
            }
    })
}

fn of_file(found: &Result<Vec<u8>, ReadError>) -> Digest {
    match found {
        Ok(bytes) => Digest::of(bytes),
        Err(error) => Digest::of(format!("\0{error:?}").as_bytes()),
    }
}

fn of_folder(found: &Result<Vec<String>, ReadError>) -> Digest {
    Digest::of(format!("{found:?}").as_bytes())
}

/// A world with other files in front, which notes what is looked at.
struct Overlay<'o> {
    base: &'o dyn World,
    files: &'o BTreeMap<String, Vec<u8>>,
    seen: Mutex<Seen>,
}

impl Overlay<'_> {
    fn seen(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn note(&self, look: Look, digest: Digest) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(look, digest);
    }

    fn look(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let Some(bytes) = self.files.get(path) else { return self.base.read(path) };
        let limit = self.base.limits().file_bytes;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes.clone()) }
    }

    fn look_into(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let own: Vec<String> =
            self.files.keys().filter_map(|p| p.strip_prefix(&prefix)).map(String::from).collect();
        let found = self.base.list(folder);
        if own.is_empty() {
            return found;
        }
        let mut all = found.unwrap_or_default();
        all.extend(own);
        all.sort();
        all.dedup();
        Ok(all)
    }
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let found = self.look(path);
        self.note(Look::File(path.into()), of_file(&found));
        found
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let found = self.look_into(folder);
        self.note(Look::Folder(folder.into()), of_folder(&found));
        found
    }

    fn today(&self) -> Date {
        self.base.today()
    }

    fn limits(&self) -> Limits {
        self.base.limits()
    }

    fn cancellation(&self) -> Cancellation {
        self.base.cancellation()
    }

    fn progress(&self, progress: Progress<'_>) {
        self.base.progress(progress);
    }
}
