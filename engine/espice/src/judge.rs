//! The rules alone, for many sources at once: what a job that guards a library of data runs.

use crate::config::Request;
use crate::engine::{Engine, stopped};
use crate::evaluate::CardModel;
use crate::library::Library;
use crate::orient::first_polarity;
use crate::outcome as out;
use crate::parts::{choose_part, unknown_part};
use crate::probe::{Bench, OwnedProbe};
use crate::run::article;
use crate::screen::{hit_limit, settle, tell_assumptions};
use crate::wire::{self, Naming};
use espice_base::{
    Code, Diagnostic, Diagnostics, Digest, Hasher, Place, Progress, ReadError, Severity,
};
use espice_facts::{Facts, SourceFormat};
use espice_lang::ir::{Account, Finding, FindingStatus};
use espice_lang::rules::{Phase, WaiverLog, part_of};
use espice_netlist::dialect;
use std::collections::{BTreeMap, BTreeSet};

/// Endings of the files of a folder that are taken for sources; files that are named are read
/// whatever they are called.
const ENDINGS: [&str; 5] = ["pdf", "mdm", "csv", "tsv", "toml"];

/// What is to be judged.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct JudgeRequest {
    /// Paths of sources and of folders that hold sources at any depth. Each file is a device of
    /// its own, or several where it is a sheet for a family; with a card all of them together
    /// are one.
    pub sources: Vec<String>,
    /// Only this part.
    pub part: Option<String>,
    /// The kind, where the sources leave it open.
    pub kind: Option<String>,
    /// A card file whose model is judged beside the sources.
    pub card: Option<String>,
    /// The model of the card file, where it holds several.
    pub model: Option<String>,
    /// The dialect of the card; `None` is ngspice.
    pub dialect: Option<String>,
    /// Whether findings that hold or do not apply are wanted, too.
    pub all: bool,
}

/// What is gathered over the sources.
#[derive(Default)]
struct Gathered {
    /// Whether findings that need no reader are kept, too.
    all: bool,
    /// What was read and is judged together.
    waiting: Vec<Waiting>,
    sources: Vec<out::JudgedSource>,
    passed_over: BTreeSet<String>,
    findings: Vec<out::FindingRecord>,
    /// What rules on a library look at, by kind.
    library: Library,
    /// The sources of each part and maker.
    parts: BTreeMap<(String, String), BTreeSet<String>>,
    /// Whether the part that is asked for was met, and parts that were met in its place.
    is_met: bool,
    others: BTreeSet<String>,
    /// Parts without a row, by the table that rules look them up in.
    without_row: BTreeMap<String, BTreeSet<String>>,
    /// Complaints about devices of which no rule spoke, by kind: one on a library still may.
    unspoken: Vec<(Option<String>, Diagnostic)>,
    /// Place of each fingerprint among the findings.
    seen: BTreeMap<(String, &'static str), usize>,
    rules: out::RuleCount,
    failed: bool,
    waivers: WaiverLog,
    diagnostics: Diagnostics,
}

/// A source that was read, in the order of reading.
pub(crate) enum Waiting {
    /// Nothing to judge came of it.
    Unusable(out::JudgedSource),
    /// A device that the rules are to look at.
    Device(String, Box<Facts>),
}

/// Sources of one part that are named.
const NAMED: usize = 4;

/// How many sources wait for each other.
const TOGETHER: usize = 256;

impl Engine<'_> {
    /// Judges sources, and a card where one is given. What went wrong stands in the document,
    /// and once more as diagnostics with their places.
    pub fn judge(&mut self, request: &JudgeRequest) -> (out::Judged, Diagnostics) {
        let mut gathered = Gathered { all: request.all, ..Gathered::default() };
        let files = self.files_of(request, &mut gathered);
        if request.card.is_some() {
            self.judge_card(request, &files, &mut gathered);
        } else {
            for (done, file) in files.iter().enumerate() {
                if self.is_cancelled() {
                    break;
                }
                let share = done as f64 / files.len().max(1) as f64;
                let progress = Progress { stage: "judge", detail: file, share: Some(share) };
                self.world.progress(progress);
                self.judge_file(file, request, &mut gathered);
                if gathered.waiting.len() >= TOGETHER {
                    self.judge_waiting(&mut gathered);
                }
            }
            self.judge_waiting(&mut gathered);
            if !gathered.is_met && !gathered.others.is_empty() {
                let others: Vec<String> =
                    std::mem::take(&mut gathered.others).into_iter().collect();
                gathered.diagnostics.push(unknown_part(request.part.as_deref(), &others));
            }
        }
        if self.is_cancelled() {
            let done = gathered.sources.len();
            let left = format!("{done} of {} sources were judged", files.len());
            gathered.diagnostics.push(stopped(&left));
        }
        self.judged(gathered)
    }

    fn judged(&self, mut gathered: Gathered) -> (out::Judged, Diagnostics) {
        self.judge_library(&mut gathered);
        tell_repeated(std::mem::take(&mut gathered.parts), &mut gathered.diagnostics);
        let mut diagnostics = std::mem::take(&mut gathered.diagnostics);
        diagnostics.extend(self.rulebook.audit_waivers(&gathered.waivers));
        let rules = gathered.rules;
        let evaluated = rules.passed + rules.failed + rules.undecided + rules.waived;
        if evaluated == 0 && !diagnostics.has_errors() {
            let message = "no rule was evaluated: none of those that were loaded applies";
            let help = "nothing vouches for these sources: name a pack whose rules speak of them";
            diagnostics.push(Diagnostic::error(Code::NOTHING_EVALUATED, message).help(help));
        }
        diagnostics.sort();
        let unusable = diagnostics.has_errors();
        let status = match (gathered.failed, unusable) {
            (true, _) => "failed",
            (false, true) => "none",
            (false, false) => "passed",
        };
        let naming = Naming::Path;
        let judged = out::Judged {
            espice: self.version(),
            source: gathered.sources,
            passed_over: gathered.passed_over.into_iter().collect(),
            without_row: gathered
                .without_row
                .into_iter()
                .map(|(table, parts)| out::WithoutRow { table, parts: parts.into_iter().collect() })
                .collect(),
            verdict: out::Verdict {
                status: status.into(),
                rules,
                findings: gathered.findings,
                waivers: wire::waivers(&gathered.waivers, &self.rulebook, &self.sources, naming),
            },
            baseline: None,
            diagnostics: diagnostics
                .iter()
                .map(|d| wire::diagnostic_with(d, &self.sources, naming))
                .collect(),
            run: out::Run { threads: self.config.threads, ..out::Run::default() },
        };
        (judged, diagnostics)
    }

    /// The files that are meant, in the order of asking, those of a folder by their paths.
    fn files_of(&self, request: &JudgeRequest, gathered: &mut Gathered) -> Vec<String> {
        let mut files = Vec::new();
        let mut seen = BTreeSet::new();
        for path in &request.sources {
            let Ok(mut listed) = self.world.list(path) else {
                // No folder: reading it says what is wrong with it, if anything is.
                if seen.insert(path.clone()) {
                    files.push(path.clone());
                }
                continue;
            };
            // Packs hold tables of their own, which are no sources.
            let packs: Vec<String> = listed
                .iter()
                .filter_map(|p| p.strip_suffix("pack.toml"))
                .map(String::from)
                .collect();
            listed.sort();
            for inner in listed {
                if packs.iter().any(|p| !p.is_empty() && inner.starts_with(p.as_str())) {
                    continue;
                }
                let whole = format!("{}/{inner}", path.trim_end_matches('/'));
                let ending = inner.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
                if !ENDINGS.contains(&ending.as_str()) || !self.is_source(&whole, &ending) {
                    gathered.passed_over.insert(ending);
                } else if seen.insert(whole.clone()) {
                    files.push(whole);
                }
            }
        }
        files
    }

    /// Settings and manifests are written in TOML, too: only files of facts are sources.
    fn is_source(&self, path: &str, ending: &str) -> bool {
        ending != "toml"
            || match self.world.read(path) {
                Ok(bytes) => espice_ingest::detect("", &bytes) == Some(SourceFormat::Facts),
                Err(error) => error != ReadError::NotFound,
            }
    }

    /// Reads one source and judges each part that it speaks of, or the one that is asked for.
    fn judge_file(&mut self, path: &str, request: &JudgeRequest, gathered: &mut Gathered) {
        let reading = self.read(&[path.to_string()]);
        if self.is_cancelled() {
            return;
        }
        let usable = !reading.diagnostics.has_errors();
        gathered.diagnostics.extend(reading.diagnostics);
        let mut facts = reading.facts;
        if !usable {
            gathered.waiting.push(Waiting::Unusable(described(path, &facts)));
            return;
        }
        let asked = Request {
            sources: vec![path.to_string()],
            part: request.part.clone(),
            ..Request::default()
        };
        let mut complaints = Diagnostics::new();
        if choose_part(&mut facts, &asked, &mut complaints) {
            gathered.is_met = true;
            return self.take_device(path, facts, request.kind.as_deref(), gathered);
        }
        if request.part.is_some() {
            // The part is another source's.
            gathered.others.extend(facts.device.parts);
            gathered.others.extend(facts.device.part);
            return;
        }
        for part in facts.device.parts.clone() {
            let mut own = facts.clone();
            own.device.part = Some(part);
            self.take_device(path, own, request.kind.as_deref(), gathered);
        }
    }

    fn take_device(
        &self,
        path: &str,
        mut facts: Facts,
        kind: Option<&str>,
        gathered: &mut Gathered,
    ) {
        settle(&mut facts);
        if let Err(complaints) = self.kind_of(&mut facts, kind) {
            gathered.waiting.push(Waiting::Unusable(described(path, &facts)));
            return gathered.diagnostics.extend(complaints);
        }
        gathered.waiting.push(Waiting::Device(path.to_string(), Box::new(facts)));
    }

    /// Judges what waits: one by one where every finding is wanted, else all together.
    fn judge_waiting(&self, gathered: &mut Gathered) {
        self.look_up(&gathered.waiting, &mut gathered.without_row);
        let mut waiting = std::mem::take(&mut gathered.waiting);
        let mut screened = match gathered.all {
            true => Vec::new(),
            false => self.screen_many(&mut waiting, &mut gathered.diagnostics),
        }
        .into_iter();
        for source in waiting {
            match source {
                Waiting::Unusable(source) => gathered.sources.push(source),
                Waiting::Device(path, mut facts) => {
                    let (account, findings) = screened.next().unwrap_or_else(|| {
                        let mut findings = Vec::new();
                        self.screen_facts(&mut facts, &mut findings, &mut gathered.diagnostics);
                        (Account::of(&findings), findings)
                    });
                    self.gather(&path, &facts, account, findings, gathered);
                }
            }
        }
    }

    /// Notes the devices that have no row in the tables of their limits.
    fn look_up(&self, waiting: &[Waiting], without: &mut BTreeMap<String, BTreeSet<String>>) {
        let lookups = self.rulebook.lookups();
        if lookups.is_empty() {
            return;
        }
        for source in waiting {
            let Waiting::Device(_, facts) = source else { continue };
            for table in lookups.without_row(&self.input(facts)) {
                let name = format!("{}::{}", table.pack, table.name);
                without.entry(name).or_default().insert(part_of(facts));
            }
        }
    }

    /// All sources together as one device, and the model of a card beside them.
    fn judge_card(&mut self, request: &JudgeRequest, files: &[String], gathered: &mut Gathered) {
        let reading = self.read(files);
        if self.is_cancelled() {
            return;
        }
        let usable = !reading.diagnostics.has_errors();
        gathered.diagnostics.extend(reading.diagnostics);
        let mut facts = reading.facts;
        let asked =
            Request { sources: files.to_vec(), part: request.part.clone(), ..Request::default() };
        if !usable || !choose_part(&mut facts, &asked, &mut gathered.diagnostics) {
            return;
        }
        let Some(path) = &request.card else { return };
        let name = request.dialect.as_deref().unwrap_or("ngspice");
        let Some(dialect) = dialect(name) else {
            let message = format!("there is no dialect `{name}`");
            return gathered.diagnostics.push(Diagnostic::error(Code::UNKNOWN_DIALECT, message));
        };
        let Some((file, text)) = self.text_of(path, &mut gathered.diagnostics) else { return };
        let (cards, _) = dialect.read(&text, file);
        let (model, words) = self.card_model(&cards, request.model.as_deref(), &[]);
        gathered.diagnostics.extend(words.into_iter().map(|d| match d.place() {
            Some(_) => d,
            None => d.at(Place::File(file)),
        }));
        let Some(model) = model else { return };
        let stated = request.kind.as_deref().or(facts.device.kind.as_deref());
        if let Some(kind) = stated.filter(|k| *k != model.template.kind) {
            let message = format!(
                "the sources speak of {} {kind}, and `{}` is the card of {} {}",
                article(kind),
                model.name,
                article(&model.template.kind),
                model.template.kind
            );
            return gathered.diagnostics.push(
                Diagnostic::error(Code::CARD_OF_ANOTHER_KIND, message)
                    .at(Place::File(file))
                    .help("name the model of this device (`model`), or give its own sources"),
            );
        }
        facts.device.kind = Some(model.template.kind.clone());
        let polarity = model.polarity_word();
        if facts.device.polarity.is_none() && !polarity.is_empty() {
            facts.device.polarity = Some(polarity.into());
        }
        if facts.device.part.is_none() && files.is_empty() {
            facts.device.part = Some(model.name.clone());
        }
        settle(&mut facts);
        let mut findings = Vec::new();
        if !files.is_empty() {
            self.screen_facts(&mut facts, &mut findings, &mut gathered.diagnostics);
        }
        if let Some(kind) = self.library.kind(&model.template.kind) {
            tell_assumptions(kind, &facts, &mut gathered.diagnostics);
        }
        let probe = match self.probe_of(&model, &facts) {
            Ok(probe) => probe,
            Err(complaint) => return gathered.diagnostics.push(complaint),
        };
        // Quantities are measured on the first polarity.
        let (oriented, _) = first_polarity(&facts, &self.library.symbols);
        let judgement = self.rulebook.run(Phase::Model, &self.input(&oriented).with_model(&probe));
        gathered.diagnostics.extend(judgement.diagnostics);
        let unsolved = probe.bench.unsolved().into_iter();
        gathered.diagnostics.extend(unsolved.map(|d| d.at(Place::File(file))));
        findings.extend(judgement.findings);
        let names: Vec<&str> = files.iter().map(String::as_str).chain([path.as_str()]).collect();
        let account = Account::of(&findings);
        self.gather(&names.join(", "), &facts, account, findings, gathered);
        if let Some(source) = gathered.sources.last_mut() {
            let digest = Digest::of(text.as_bytes()).to_string();
            source.digest =
                if files.is_empty() { digest } else { format!("{} {digest}", source.digest) };
        }
    }

    fn probe_of(&self, model: &CardModel<'_>, facts: &Facts) -> Result<OwnedProbe, Diagnostic> {
        let base = model.device.parts.first().map(|part| &part.card);
        let (evaluator, _) =
            self.evaluator(&model.template, model.nominal, base, &model.instance)?;
        let kind = self.library.kind(&model.template.kind).ok_or_else(|| {
            let message = format!("no pack declares a kind `{}`", model.template.kind);
            Diagnostic::error(Code::UNKNOWN_DEVICE_KIND, message)
        })?;
        let bench = Bench::new(evaluator, kind).around(facts);
        Ok(OwnedProbe { bench, values: model.values.clone() })
    }

    /// Takes the findings of a device: counts all, keeps what needs a reader.
    fn gather(
        &self,
        path: &str,
        facts: &Facts,
        account: Account,
        findings: Vec<Finding>,
        gathered: &mut Gathered,
    ) {
        let account = wire::account(account);
        gathered.waivers.note(&findings);
        let mut source = described(path, facts);
        source.part = part_of(facts);
        source.rules = account;
        if !source.part.is_empty() {
            let maker = facts.device.maker.clone().unwrap_or_default();
            let names = gathered.parts.entry((source.part.clone(), maker)).or_default();
            names.insert(source.name.clone());
        }
        add(&mut gathered.rules, account);
        if account.loaded == account.not_applicable && !hit_limit(&gathered.diagnostics) {
            let message = format!("no rule speaks of `{}`", source.part);
            let place = facts.sources.first().map(|s| Place::File(s.file));
            let complaint = Diagnostic::warning(Code::NO_RULE_APPLIES, message)
                .help("nothing vouches for it: its rows and curves are of nothing that rules name");
            let complaint = match place {
                Some(place) => complaint.at(place),
                None => complaint,
            };
            gathered.unspoken.push((facts.device.kind.clone(), complaint));
        }
        gathered.sources.push(source);
        if self.rulebook.rules().iter().any(|r| r.phase == Phase::Library) {
            gathered.library.add(facts);
        }
        self.keep(&findings, gathered);
    }

    /// Judges all devices of a kind together, by the rules that look at libraries.
    fn judge_library(&self, gathered: &mut Gathered) {
        let mut spoken = BTreeSet::new();
        for facts in std::mem::take(&mut gathered.library).kinds() {
            if self.is_cancelled() {
                break;
            }
            let judgement = self.rulebook.run(Phase::Library, &self.input(&facts));
            gathered.diagnostics.extend(judgement.diagnostics);
            gathered.waivers.note(&judgement.findings);
            let account = Account::of(&judgement.findings);
            if account.loaded > account.not_applicable {
                spoken.insert(facts.device.kind.clone());
            }
            add(&mut gathered.rules, wire::account(account));
            self.keep(&judgement.findings, gathered);
        }
        let unspoken = std::mem::take(&mut gathered.unspoken);
        let left = unspoken.into_iter().filter(|(kind, _)| !spoken.contains(kind));
        gathered.diagnostics.extend(left.map(|(_, complaint)| complaint));
    }

    /// The devices of sources as one library, of the first of some kinds that is among them.
    pub(crate) fn library_of(
        &mut self,
        sources: &[String],
        kinds: &[String],
    ) -> (Facts, Diagnostics) {
        let request = JudgeRequest { sources: sources.to_vec(), ..JudgeRequest::default() };
        let mut gathered = Gathered::default();
        for file in self.files_of(&request, &mut gathered) {
            self.judge_file(&file, &request, &mut gathered);
        }
        let mut library = Library::default();
        for source in gathered.waiting {
            if let Waiting::Device(_, mut facts) = source {
                self.add_readings(&mut facts);
                library.add(&facts);
            }
        }
        let is_wanted = |facts: &Facts| {
            kinds.is_empty() || facts.device.kind.as_ref().is_some_and(|k| kinds.contains(k))
        };
        (library.kinds().find(is_wanted).unwrap_or_default(), gathered.diagnostics)
    }

    /// Keeps what needs a reader, each finding once.
    fn keep(&self, findings: &[Finding], gathered: &mut Gathered) {
        for finding in findings {
            let quiet = [FindingStatus::Passed, FindingStatus::NotApplicable];
            if quiet.contains(&finding.status) && !gathered.all {
                continue;
            }
            gathered.failed |=
                finding.status == FindingStatus::Failed && finding.severity == Severity::Error;
            let key = (finding.fingerprint.clone(), finding.status.word());
            let known = gathered.seen.get(&key).and_then(|i| gathered.findings.get_mut(*i));
            if let Some(first) = known {
                first.times += 1;
                continue;
            }
            gathered.seen.insert(key, gathered.findings.len());
            let (book, sources) = (&self.rulebook, &self.sources);
            gathered.findings.push(wire::finding(finding, book, sources, Naming::Path));
        }
    }
}

/// A source before anything was judged.
fn described(path: &str, facts: &Facts) -> out::JudgedSource {
    let digest = match facts.sources.as_slice() {
        [one] => one.digest.to_string(),
        many => {
            let mut hasher = Hasher::new();
            many.iter().for_each(|s| hasher.part(s.digest.to_string().as_bytes()));
            hasher.finish().to_string()
        }
    };
    out::JudgedSource {
        name: path.to_string(),
        digest,
        part: facts.device.part.clone().unwrap_or_default(),
        kind: facts.device.kind.clone(),
        rules: out::RuleCount::default(),
    }
}

/// Tells the parts that several sources speak of: each source is judged by itself, and findings and
/// baselines know a part by its name and maker.
fn tell_repeated(
    parts: BTreeMap<(String, String), BTreeSet<String>>,
    diagnostics: &mut Diagnostics,
) {
    for ((part, maker), names) in parts.into_iter().filter(|(_, names)| names.len() > 1) {
        let of = if maker.is_empty() { maker } else { format!(" of {maker}") };
        let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
        let more = if names.len() > NAMED { ", …" } else { "" };
        let count = names.len();
        let message = format!("`{part}`{of} stands in {count} sources: {}{more}", named.join(", "));
        diagnostics.push(Diagnostic::warning(Code::PART_REPEATED, message).help(
            "each is judged by itself, and a baseline takes their findings for those of one part: \
             give them names of their own, or one file",
        ));
    }
}

fn add(sum: &mut out::RuleCount, more: out::RuleCount) {
    sum.loaded += more.loaded;
    sum.passed += more.passed;
    sum.failed += more.failed;
    sum.undecided += more.undecided;
    sum.not_applicable += more.not_applicable;
    sum.waived += more.waived;
}
