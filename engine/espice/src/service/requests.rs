//! What callers may ask, as JSON. Fields that are left out have the defaults of the command line.

use crate::config::{Config, Request};
use crate::evaluate::{Biases, EvaluateRequest, Wanted};
use crate::explaining::ExplainRequest;
use crate::function::FitRequest;
use crate::judge::JudgeRequest;
use crate::listing::Listed;
use espice_fit::{Climb, Loss};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Files that come with a request: text by path. They stand before those of the file system.
pub(super) type Files = BTreeMap<String, String>;

/// Sources of one device.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcesCall {
    /// Paths of the sources of one device: PDF datasheet, MDM, CSV, facts TOML or card library.
    #[schemars(length(min = 1))]
    pub sources: Vec<String>,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
    /// The part, of a sheet for several.
    pub part: Option<String>,
    /// The kind of device, where the sources leave it open, such as `diode`.
    pub kind: Option<String>,
    /// The only template to try, whatever the packs select.
    pub template: Option<String>,
    /// Dialects of the cards; none means ngspice.
    #[serde(default)]
    pub dialects: Vec<String>,
    /// Curves that no fit sees, to tell how well the model predicts them: `IC`, `IC(VCE; IB)` or
    /// `IC(VCE; IB) at IB = 50 uA`; all that have a condition: `at W = 2 um, L = 130 nm`.
    #[serde(default)]
    pub withhold: Vec<String>,
    /// Seed of random starts.
    pub seed: Option<u64>,
    /// Whether cards are checked in the simulator, where the service has one; `true` unless said.
    pub simulate: Option<bool>,
}

/// Values of a card at biases.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvalCall {
    /// Path of the card file.
    pub card: String,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
    /// Dialect of the card; ngspice unless said.
    pub dialect: Option<String>,
    /// The model or subcircuit, where the file holds several.
    pub model: Option<String>,
    /// Parameters of the element line as cards write them, such as `"W": "10u"`.
    #[serde(default)]
    pub instance: BTreeMap<String, String>,
    /// Potentials of pins; all combinations are taken, the first pin varies fastest, pins not
    /// named are at 0 V.
    #[serde(default)]
    pub at: Vec<Bias>,
    /// Device temperatures in K; 300.15 K unless said.
    #[serde(default)]
    pub kelvin: Vec<f64>,
    /// CSV with columns `V(pin) (V)` and `T (K)` in place of `at` and `kelvin`.
    pub points: Option<String>,
    /// What is wanted beside the currents.
    #[serde(default)]
    pub also: Vec<Also>,
    /// Frequencies, Hz, at which admittances are wanted, and the impedance of a device of two pins.
    #[serde(default)]
    pub frequencies: Vec<f64>,
    /// Whether the simulator's values shall stand beside.
    #[serde(default)]
    pub with_simulator: bool,
}

/// Potentials of a pin.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bias {
    /// The pin.
    pub pin: String,
    /// Its potentials against ground, V.
    pub volts: Vec<f64>,
}

/// What can be wanted beside currents.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Also {
    /// Charges at the pins, C.
    Charges,
    /// dI(a)/dV(b), S.
    Conductances,
    /// Small-signal capacitances, F.
    Capacitances,
    /// dI/dT, A/K.
    Temperature,
    /// dI/dp for every parameter that the card states.
    Parameters,
}

/// A function of numbers fitted to a table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitCall {
    /// Name of a function of the packs, or a file `*.espice` that holds one.
    pub template: String,
    /// CSV with a column for each input and the output, units in brackets or SI.
    pub table: String,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
    /// The function, where the file holds several.
    pub function: Option<String>,
    /// The output that is fitted; the first unless said.
    pub output: Option<String>,
    /// Where parameters start, SI.
    #[serde(default)]
    pub start: BTreeMap<String, f64>,
    /// Parameters that keep their start.
    #[serde(default)]
    pub fixed: Vec<String>,
    /// How residuals count.
    #[serde(default)]
    pub loss: LossWord,
    /// When other starts are tried.
    #[serde(default)]
    pub search: SearchWord,
    /// Seed of other starts.
    pub seed: Option<u64>,
    /// Probability that an interval holds the truth; 0.9 unless said.
    #[schemars(extend("exclusiveMinimum" = 0.0, "exclusiveMaximum" = 1.0))]
    pub level: Option<f64>,
    /// Whether intervals by profile likelihood stand beside.
    #[serde(default)]
    pub profile: bool,
}

/// How residuals count; sizes are in the output's SI unit, or in standard errors where the table
/// states them.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LossWord {
    /// Least squares.
    #[default]
    Linear,
    /// Quadratic up to this size, linear beyond.
    Huber(#[schemars(extend("exclusiveMinimum" = 0.0))] f64),
    /// A smooth form of Huber's.
    SoftL1(#[schemars(extend("exclusiveMinimum" = 0.0))] f64),
    /// Wild points hardly count.
    Cauchy(#[schemars(extend("exclusiveMinimum" = 0.0))] f64),
}

/// When other starts are tried.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchWord {
    /// Never.
    Never,
    /// Where the first run did not converge, or ended at a bound or where a parameter has no
    /// effect.
    #[default]
    Doubt,
    /// Always.
    Always,
}

/// The rules alone, for sources and cards.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeCall {
    /// Paths of sources and of folders of sources; with a card all of them are one device.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
    /// Only this part.
    pub part: Option<String>,
    /// The kind of device, where the sources leave it open.
    pub kind: Option<String>,
    /// A card file whose model is judged beside the sources.
    pub card: Option<String>,
    /// The model of the card file, where it holds several.
    pub model: Option<String>,
    /// Dialect of the card; ngspice unless said.
    pub dialect: Option<String>,
    /// Whether findings that hold or do not apply are wanted, too.
    #[serde(default)]
    pub all: bool,
}

/// Packs to be checked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckCall {
    /// Folders of packs, and files that end in `.espice`.
    #[schemars(length(min = 1))]
    pub paths: Vec<String>,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
}

/// Packs whose tests are run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCall {
    /// Folders of packs, and files that end in `.espice`.
    #[schemars(length(min = 1))]
    pub paths: Vec<String>,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
    /// Only tests whose names contain this.
    pub filter: Option<String>,
}

/// A rule to be explained.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainCall {
    /// The rule, `name` or `pack::name`; or a diagnostic's code, or a template, for its page.
    pub rule: String,
    /// Sources of one device to evaluate it on.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Files that come with the request, text by path; they stand before those of the disk.
    pub files: Option<Files>,
    /// The part, of a sheet for several.
    pub part: Option<String>,
    /// A card whose model a rule `on model` looks at; without it the sources are fitted.
    pub card: Option<String>,
    /// Whether the smallest change is asked for that gives another outcome.
    #[serde(default)]
    pub why_not: bool,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindCall {
    /// Words of any language that the packs speak: `is the forward voltage plausible`.
    #[schemars(length(min = 1))]
    pub query: String,
    /// Most matches; 10 unless said.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<usize>,
}

/// A list of what the packs hold.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListCall {
    /// What to list.
    pub what: Listed,
}

/// What a request says about the run and not about its subject.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) files: Option<Files>,
    seed: Option<u64>,
    simulate: Option<bool>,
}

impl Settings {
    pub(super) fn files(files: Option<Files>) -> Settings {
        Settings { files, ..Settings::default() }
    }

    pub(super) fn apply(&self, config: &mut Config) {
        config.seed = self.seed.unwrap_or(config.seed);
        if self.simulate == Some(false) {
            config.simulator = None;
        }
    }
}

impl SourcesCall {
    pub(super) fn parts(self) -> (Settings, Request) {
        let SourcesCall {
            sources,
            files,
            part,
            kind,
            template,
            dialects,
            withhold,
            seed,
            simulate,
        } = self;
        let request = Request { sources, part, kind, template, dialects, withhold };
        (Settings { files, seed, simulate }, request)
    }
}

impl EvalCall {
    pub(super) fn parts(self) -> Result<(Settings, EvaluateRequest), String> {
        let biases = match self.points {
            Some(_) if !self.at.is_empty() || !self.kelvin.is_empty() => {
                return Err(String::from("`points` stands in place of `at` and `kelvin`"));
            }
            Some(path) => Biases::Table { path },
            None => Biases::Grid {
                volts: self.at.into_iter().map(|b| (b.pin, b.volts)).collect(),
                kelvin: self.kelvin,
            },
        };
        let also = |what: Also| self.also.contains(&what);
        let request = EvaluateRequest {
            card: self.card,
            dialect: self.dialect,
            model: self.model,
            instance: self.instance.into_iter().collect(),
            biases,
            wanted: Wanted {
                charges: also(Also::Charges),
                conductances: also(Also::Conductances),
                capacitances: also(Also::Capacitances),
                by_temperature: also(Also::Temperature),
                by_parameter: also(Also::Parameters),
            },
            frequencies: self.frequencies,
            with_simulator: self.with_simulator,
        };
        Ok((Settings::files(self.files), request))
    }
}

impl FitCall {
    pub(super) fn parts(self) -> Result<(Settings, FitRequest), String> {
        let defaults = FitRequest::new(self.template, self.table);
        let level = self.level.unwrap_or(defaults.level);
        if !(level > 0.0 && level < 1.0) {
            return Err(format!("`level` is {level}, which is not between 0 and 1"));
        }
        let loss = match self.loss {
            LossWord::Linear => Loss::Linear,
            LossWord::Huber(scale) => Loss::Huber { scale },
            LossWord::SoftL1(scale) => Loss::SoftL1 { scale },
            LossWord::Cauchy(scale) => Loss::Cauchy { scale },
        };
        if let LossWord::Huber(s) | LossWord::SoftL1(s) | LossWord::Cauchy(s) = self.loss
            && !(s > 0.0 && s.is_finite())
        {
            return Err(format!("the size of a loss is {s}, which is not positive"));
        }
        let request = FitRequest {
            function: self.function,
            output: self.output,
            start: self.start.into_iter().collect(),
            fixed: self.fixed,
            loss,
            climb: match self.search {
                SearchWord::Never => Climb::Never,
                SearchWord::Doubt => Climb::WhenSuspicious,
                SearchWord::Always => Climb::Always,
            },
            seed: self.seed.unwrap_or(defaults.seed),
            level,
            profile: self.profile,
            ..defaults
        };
        Ok((Settings::files(self.files), request))
    }
}

impl JudgeCall {
    pub(super) fn parts(self) -> Result<(Settings, JudgeRequest), String> {
        let JudgeCall { sources, files, part, kind, card, model, dialect, all } = self;
        if sources.is_empty() && card.is_none() {
            return Err(String::from("there is neither a source nor a card to judge"));
        }
        let request = JudgeRequest { sources, part, kind, card, model, dialect, all };
        Ok((Settings::files(files), request))
    }
}

impl ExplainCall {
    pub(super) fn parts(self) -> (Settings, ExplainRequest) {
        let ExplainCall { rule, sources, files, part, card, why_not } = self;
        (Settings::files(files), ExplainRequest { rule, sources, part, card, why_not })
    }
}
