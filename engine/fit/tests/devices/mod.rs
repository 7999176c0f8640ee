//! Devices of the shipped templates with synthetic curves, for measurements of the solver.

use espice_base::{Date, MemoryWorld, Severity, SourceMap, render_plain};
use espice_facts::Origin;
use espice_fit::stages::{Joint, Measure, Observations, Target};
use espice_fit::{Mapped, Role, SplitMix, Variable, Variables};
use espice_lang::PackRoot;
use espice_lang::ir::{Library, ParameterScale, TemplateIr};
use espice_model::{Evaluator, Kelvin, Measurement, Mode};
use espice_units::constants::{SPICE39, TNOM};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A class of devices: the template, what is searched with its true value, what else differs from
/// the defaults, and the curves.
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) template: &'static str,
    pub(crate) searched: &'static [(&'static str, f64)],
    pub(crate) given: &'static [(&'static str, f64)],
    pub(crate) sweeps: &'static [Sweep],
}

/// Curves of one quantity: the first argument is swept, the others are held.
pub(crate) struct Sweep {
    pub(crate) quantity: &'static str,
    /// Argument, from, to.
    pub(crate) over: (&'static str, f64, f64),
    pub(crate) points: usize,
    /// Whether the places are evenly spaced on a logarithmic axis.
    pub(crate) by_decade: bool,
    /// One curve for each list of held arguments.
    pub(crate) at: &'static [&'static [(&'static str, f64)]],
    pub(crate) measure: Measure,
}

pub(crate) const CLASSES: [Class; 4] = [
    Class {
        name: "diode",
        template: "junction_diode",
        searched: &[("IS", 2e-14), ("N", 1.05), ("RS", 0.35), ("ISR", 4e-11), ("NR", 2.0)],
        given: &[],
        sweeps: &[Sweep {
            quantity: "IF",
            over: ("VF", 0.15, 1.05),
            points: 120,
            by_decade: false,
            at: &[&[]],
            measure: Measure::Log,
        }],
    },
    Class {
        name: "bjt",
        template: "gummel_poon",
        searched: &[
            ("IS", 3e-15),
            ("BF", 220.0),
            ("NF", 1.0),
            ("VAF", 80.0),
            ("IKF", 0.08),
            ("ISE", 2e-14),
            ("NE", 1.7),
            ("RE", 0.6),
        ],
        given: &[("RB", 10.0), ("RC", 1.0)],
        sweeps: &[
            Sweep {
                quantity: "IC",
                over: ("VBE", 0.4, 0.9),
                points: 60,
                by_decade: false,
                at: &[&[("VCE", 1.0)], &[("VCE", 10.0)]],
                measure: Measure::Log,
            },
            Sweep {
                quantity: "IB",
                over: ("VBE", 0.4, 0.9),
                points: 60,
                by_decade: false,
                at: &[&[("VCE", 1.0)]],
                measure: Measure::Log,
            },
            Sweep {
                quantity: "IC",
                over: ("VCE", 0.5, 20.0),
                points: 30,
                by_decade: false,
                at: &[&[("IB", 10e-6)], &[("IB", 50e-6)], &[("IB", 200e-6)]],
                measure: Measure::Linear,
            },
        ],
    },
    Class {
        name: "mos3",
        template: "mos3",
        searched: &[
            ("VTO", 0.7),
            ("KP", 9e-5),
            ("GAMMA", 0.6),
            ("PHI", 0.75),
            ("THETA", 0.08),
            ("ETA", 0.6),
            ("VMAX", 1.5e5),
            ("NFS", 4e15),
        ],
        given: &[("W", 20e-6), ("L", 2e-6), ("TOX", 25e-9)],
        sweeps: &[
            Sweep {
                quantity: "ID",
                over: ("VGS", 0.3, 5.0),
                points: 40,
                by_decade: false,
                at: &[
                    &[("VDS", 0.1), ("VBS", 0.0)],
                    &[("VDS", 0.1), ("VBS", -3.0)],
                    &[("VDS", 5.0), ("VBS", 0.0)],
                ],
                measure: Measure::Log,
            },
            Sweep {
                quantity: "ID",
                over: ("VDS", 0.1, 5.0),
                points: 40,
                by_decade: false,
                at: &[
                    &[("VGS", 2.0), ("VBS", 0.0)],
                    &[("VGS", 3.5), ("VBS", 0.0)],
                    &[("VGS", 5.0), ("VBS", 0.0)],
                ],
                measure: Measure::Linear,
            },
        ],
    },
    Class {
        name: "vdmos",
        template: "vdmos",
        searched: &[
            ("VTO", 3.2),
            ("KP", 18.0),
            ("LAMBDA", 0.01),
            ("MTRIODE", 0.8),
            ("KSUBTHRES", 0.08),
            ("RD", 0.03),
            ("RS", 0.008),
        ],
        given: &[("IS", 1e-13)],
        sweeps: &[
            Sweep {
                quantity: "ID",
                over: ("VGS", 2.5, 9.0),
                points: 50,
                by_decade: false,
                at: &[&[("VDS", 15.0)]],
                measure: Measure::Log,
            },
            Sweep {
                quantity: "ID",
                over: ("VDS", 0.1, 25.0),
                points: 40,
                by_decade: true,
                at: &[&[("VGS", 4.5)], &[("VGS", 5.5)], &[("VGS", 7.0)], &[("VGS", 10.0)]],
                measure: Measure::Linear,
            },
        ],
    },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_under(&path, found) } else { found.push(path) }
    }
}

/// The shipped rules and templates.
#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
pub(crate) fn library() -> Arc<Library> {
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    let mut files = Vec::new();
    for top in ["rules", "templates"] {
        files_under(&root().join(top), &mut files);
    }
    for file in files {
        let inner = file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        world = world.with(inner, std::fs::read(&file).unwrap());
    }
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("rules".into())];
    let (library, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|d| render_plain(d, &sources)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    library
}

/// A number from the environment, which only measuring tests read.
#[expect(clippy::disallowed_methods, reason = "switches of the test run")]
pub(crate) fn variable(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// A class made ready: measurements of its quantities.
pub(crate) struct Ready<'a> {
    pub(crate) class: &'a Class,
    pub(crate) template: TemplateIr,
    /// One for each sweep, with the names of its arguments.
    measurements: Vec<Measurement>,
}

impl<'a> Ready<'a> {
    pub(crate) fn new(class: &'a Class, library: &Library) -> Self {
        let template = library.template(class.template).unwrap().clone();
        let kind = library.kind(&template.kind).unwrap();
        let evaluator = Evaluator::new(&template, Mode::Portable, SPICE39).unwrap();
        let of = |sweep: &Sweep| {
            let held = sweep.at[0].iter().map(|a| a.0);
            let wanted: Vec<&str> = std::iter::once(sweep.over.0).chain(held).collect();
            let quantity = kind.quantities.iter().find(|q| {
                let same = q.arguments.iter().all(|a| wanted.contains(&a.as_str()));
                q.symbol == sweep.quantity && q.arguments.len() == wanted.len() && same
            });
            evaluator.measurement(quantity.unwrap()).unwrap()
        };
        Ready { measurements: class.sweeps.iter().map(of).collect(), class, template }
    }

    /// All parameters of the template, the searched ones as given.
    pub(crate) fn values(&self, searched: &[f64]) -> Vec<f64> {
        let mut values = self.template.defaults();
        let named = self.class.searched.iter().map(|p| p.0).zip(searched.iter().copied());
        for (name, value) in self.class.given.iter().copied().chain(named) {
            values[self.template.parameter(name).unwrap()] = value;
        }
        values
    }

    /// The curves of a device as they are; values that do not exist are NaN.
    #[allow(dead_code, reason = "the solver's tests need none that fail")]
    pub(crate) fn targets_or_nan(&self, values: &[f64]) -> Vec<Target<'_>> {
        self.curves(values, &mut |_, _| 1.0)
    }

    /// The curves of a device, each value multiplied by what `error` gives.
    pub(crate) fn targets(
        &self,
        values: &[f64],
        error: &mut dyn FnMut(usize, usize) -> f64,
    ) -> Vec<Target<'_>> {
        let targets = self.curves(values, error);
        let all = || targets.iter().flat_map(|t| &t.observations.values);
        assert!(all().all(|v| v.is_finite()), "{values:?}");
        targets
    }

    fn curves(
        &self,
        values: &[f64],
        error: &mut dyn FnMut(usize, usize) -> f64,
    ) -> Vec<Target<'_>> {
        let mut targets: Vec<Target<'_>> = Vec::new();
        for (sweep, measurement) in self.class.sweeps.iter().zip(&self.measurements) {
            let (name, from, to) = sweep.over;
            let places: Vec<f64> = (0..sweep.points)
                .map(|i| {
                    let share = i as f64 / (sweep.points - 1) as f64;
                    if sweep.by_decade {
                        from * (to / from).powf(share)
                    } else {
                        from + share * (to - from)
                    }
                })
                .collect();
            for held in sweep.at {
                let column = |a: &espice_model::Argument| {
                    let fixed = held.iter().find(|h| h.0 == a.symbol);
                    assert!(fixed.is_some() || a.symbol == name);
                    fixed.map_or(places.clone(), |h| vec![h.1; places.len()])
                };
                let arguments: Vec<Vec<f64>> = measurement.arguments().iter().map(column).collect();
                let columns: Vec<&[f64]> = arguments.iter().map(Vec::as_slice).collect();
                let mut observed = measurement.values(values, &columns, Kelvin::Uniform(TNOM));
                for (i, value) in observed.iter_mut().enumerate() {
                    *value *= error(targets.len(), i);
                }
                targets.push(Target {
                    name: format!("{}({name})", sweep.quantity),
                    measurement,
                    instance: Vec::new(),
                    observations: Observations {
                        kelvin: vec![TNOM; places.len()],
                        arguments,
                        values: observed,
                        limits: Vec::new(),
                        noise: 0.0,
                        deviation: 0.0,
                        origin: Origin::Measured,
                        positions: places.clone(),
                        axis_residual: [0.0; 2],
                        logarithmic: [false, false],
                    },
                    measure: sweep.measure,
                });
            }
        }
        targets
    }

    /// The searched parameters within the template's bounds, from these starts.
    pub(crate) fn variables(&self, starts: &[f64]) -> Variables {
        let values = self.values(starts);
        let all = self.template.parameters.iter().zip(values).map(|(p, value)| {
            let v = Variable::free(p.name.as_str(), value);
            if !self.class.searched.iter().any(|s| s.0 == p.name) {
                return v.role(Role::Fixed);
            }
            let v = v.within(p.low, p.high);
            if p.scale == ParameterScale::Log { v.log() } else { v }
        });
        Variables::new(all.collect()).unwrap().0
    }

    /// Starts drawn evenly from the bounds, on the declared scale of each parameter.
    pub(crate) fn random_start(&self, random: &mut SplitMix) -> Vec<f64> {
        let one = |(name, _): &(&str, f64)| {
            let p = &self.template.parameters[self.template.parameter(name).unwrap()];
            let share = random.unit();
            if p.scale == ParameterScale::Log {
                p.low * (p.high / p.low).powf(share)
            } else {
                p.low + share * (p.high - p.low)
            }
        };
        self.class.searched.iter().map(one).collect()
    }
}

/// The whole problem.
pub(crate) fn problem<'a>(
    targets: &'a [Target<'a>],
    variables: &'a Variables,
) -> Mapped<'a, Joint<'a>> {
    let chosen: Vec<&Target<'_>> = targets.iter().collect();
    Mapped::new(Joint::new(&chosen, variables.wanted()).unwrap(), variables)
}
