//! Curves that no fit sees: those that a request withholds, which show how well a model predicts,
//! and those that are left out in turn to choose among candidates.
//!
//! Leaving out in turn is cross-validation (M. Stone, "Cross-validatory choice and assessment of
//! statistical predictions", Journal of the Royal Statistical Society B 36, 1974), by whole curves:
//! neighbouring points of one curve share their errors, so points left out singly would tell
//! nothing of how a model predicts.

use crate::candidate::Fitted;
use crate::engine::Engine;
use crate::extraction::Origins;
use espice_base::{Code, Diagnostic, did_you_mean};
use espice_facts::{Curve, Facts, Quantity, Status, size_symbol};
use espice_fit::measures;
use std::collections::{BTreeMap, BTreeSet};

/// In how many parts the curves of a plot are left out in turn, at most.
const PARTS: usize = 3;
/// What a curve counts that a candidate has no value for, or that cannot be fitted without it.
const NO_VALUE: f64 = 1.0;
/// Ordinates that span more than this are compared by their logarithms.
const DECADE: f64 = 10.0;
/// How near a value of a family is to the one that was asked for, relative.
const SAME: f64 = 1e-3;

/// The facts without some curves. Their places stay, so that indices go on to hold.
pub(crate) fn without(facts: &Facts, left_out: &BTreeSet<usize>) -> Facts {
    let mut rest = facts.clone();
    for (index, curve) in rest.curves.iter_mut().enumerate() {
        if left_out.contains(&index) {
            curve.status = Status::Refused;
        }
    }
    rest
}

/// The curves that a request names: by quantity, `IC`, by signature, `IC(VCE; IB)`, one of a
/// family, `IC(VCE; IB) at IB = 50 uA`, or all at such conditions, `at W = 2 um, L = 130 nm`.
///
/// # Errors
/// The first name that no curve has.
pub(crate) fn named(names: &[String], facts: &Facts) -> Result<BTreeSet<usize>, Diagnostic> {
    let mut found = BTreeSet::new();
    for name in names {
        let before = found.len();
        // Without a plot, every one: `at W = 7 um, L = 8 um`.
        let (plot, at) = match name.strip_prefix("at ").map(|at| ("", at)) {
            Some(all) => Some(all),
            None => name.split_once(" at "),
        }
        .map_or((name.as_str(), Some(Vec::new())), |(plot, at)| {
            (plot, at.split(',').map(condition).collect())
        });
        let plot: String = plot.split_whitespace().collect();
        for (index, curve) in facts.curves.iter().enumerate() {
            let signature: String = curve.signature.to_string().split_whitespace().collect();
            let is_of_plot =
                plot.is_empty() || plot == signature || plot == curve.signature.quantity;
            let holds = at.as_ref().is_some_and(|at| at.iter().all(|c| holds(curve, c)));
            if is_of_plot && holds && curve.status != Status::Refused {
                found.insert(index);
            }
        }
        if found.len() == before {
            return Err(unknown(name, facts));
        }
    }
    Ok(found)
}

/// `IB = 50 uA` as symbol and SI value.
fn condition(text: &str) -> Option<(String, f64)> {
    let (symbol, value) = text.split_once('=')?;
    let quantity = Quantity::parse(value.trim()).ok()?;
    Some((symbol.trim().to_string(), quantity.value))
}

fn holds(curve: &Curve, (symbol, value): &(String, f64)) -> bool {
    let all = curve.all_conditions();
    // Sizes of devices go by their plain names here: `L` is never an inductance.
    let stated = all.value(&size_symbol(symbol)).or_else(|| all.value(symbol));
    stated.is_some_and(|s| (s - value).abs() <= SAME * value.abs().max(f64::MIN_POSITIVE))
}

fn unknown(name: &str, facts: &Facts) -> Diagnostic {
    let served = facts.curves.iter().filter(|c| c.status != Status::Refused);
    let offered: BTreeSet<String> = served.map(|c| c.signature.to_string()).collect();
    let list = offered.iter().map(String::as_str).collect::<Vec<_>>();
    let near = did_you_mean(name, list.iter().copied());
    let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
    let offered = if list.is_empty() { String::from("none") } else { list.join(", ") };
    Diagnostic::error(Code::NO_CURVE_TO_WITHHOLD, format!("no curve is called `{name}`"))
        .help(format!("{near}the sources have {offered}"))
        .help("one of a family is named with its value: `IC(VCE; IB) at IB = 50 uA`")
        .help("all of a device among several with its size: `at W = 2 um, L = 130 nm`")
}

/// How far a candidate is from some curves: the root mean square over them of the log RMS error
/// (natural logarithm) where a curve spans more than a decade, of the NRMSE of its range
/// elsewhere. `None` where none of the curves has a usable point.
pub(crate) fn error_of(
    fitted: &Fitted<'_>,
    facts: &Facts,
    curves: &BTreeSet<usize>,
) -> Option<f64> {
    let errors = errors_of(fitted, facts, curves);
    mean_square_root(errors.values().copied())
}

fn mean_square_root(errors: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = errors.fold((0.0, 0usize), |(s, n), e| (s + e * e, n + 1));
    (count > 0).then(|| (sum / count as f64).sqrt())
}

fn errors_of(fitted: &Fitted<'_>, facts: &Facts, curves: &BTreeSet<usize>) -> BTreeMap<usize, f64> {
    let with_index: Vec<(usize, &Curve)> =
        curves.iter().filter_map(|i| Some((*i, facts.curves.get(*i)?))).collect();
    let all: Vec<&Curve> = with_index.iter().map(|(_, curve)| *curve).collect();
    let models = fitted.along(&all);
    let with_model = with_index.into_iter().zip(models);
    with_model.filter_map(|((i, curve), m)| Some((i, error_along(curve, &m)?))).collect()
}

fn error_along(curve: &Curve, model: &[Option<f64>]) -> Option<f64> {
    let (places, points): (Vec<usize>, Vec<[f64; 2]>) = curve.good_points().unzip();
    if points.is_empty() {
        return None;
    }
    let model = places.iter().map(|i| model.get(*i).copied().flatten());
    let Some(model) = model.collect::<Option<Vec<f64>>>() else {
        return Some(NO_VALUE);
    };
    let data: Vec<f64> = points.iter().map(|p| p[1]).collect();
    let low = data.iter().copied().fold(f64::INFINITY, f64::min);
    let high = data.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let error = if low > 0.0 && high > DECADE * low {
        let logs = measures::log_rms(&model, &data).filter(|l| l.left_out == 0);
        logs.map(|l| l.decades * std::f64::consts::LN_10)
    } else {
        measures::nrmse_of_range(&model, &data)
    };
    Some(error.unwrap_or(NO_VALUE))
}

/// Which curves are left out together: every plot's curves in turn, by the order of their
/// families. A plot of one curve is never left out: without it nothing tells its parameters.
fn parts(facts: &Facts, survivors: &[(usize, Fitted<'_>)]) -> Vec<BTreeSet<usize>> {
    let used: BTreeSet<usize> = survivors
        .iter()
        .flat_map(|(_, f)| &f.origins)
        .filter_map(|o| match o {
            Origins::Curve { curve, .. } => Some(*curve),
            Origins::Rows { .. } => None,
        })
        .collect();
    let mut plots: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for index in used {
        let Some(curve) = facts.curves.get(index) else { continue };
        plots.entry(curve.signature.to_string()).or_default().push(index);
    }
    plots.retain(|_, curves| curves.len() > 1);
    let count = plots.values().map(Vec::len).max().unwrap_or(0).min(PARTS);
    let family = |i: &usize| facts.curves.get(*i).map(|c| c.family.values().copied().collect());
    for curves in plots.values_mut() {
        let order = |a: &usize, b: &usize| {
            let (a, b): (Option<Vec<f64>>, Option<Vec<f64>>) = (family(a), family(b));
            a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal)
        };
        curves.sort_by(order);
    }
    let part = |k: usize| {
        let of_plot = plots.values().flat_map(|c| c.iter().skip(k).step_by(count.max(1)));
        of_plot.copied().collect()
    };
    (0..count).map(part).collect()
}

impl Engine<'_> {
    /// The error of each survivor on curves that it was fitted without, each curve left out once;
    /// empty where there is nothing to choose or no plot has two curves.
    pub(crate) fn cross_validate(
        &self,
        survivors: &[(usize, Fitted<'_>)],
        facts: &Facts,
    ) -> Vec<f64> {
        if survivors.len() < 2 {
            return Vec::new();
        }
        let parts = parts(facts, survivors);
        let error = |fitted: &Fitted<'_>| {
            let mut errors: BTreeMap<usize, f64> = BTreeMap::new();
            for part in &parts {
                let kind = self.library.kind(&fitted.template.kind)?;
                let rest = without(facts, part);
                match self.try_template(fitted.template, kind, &rest, &rest) {
                    Ok(again) => errors.extend(errors_of(&again, facts, part)),
                    Err(_) => errors.extend(part.iter().map(|i| (*i, NO_VALUE))),
                }
            }
            mean_square_root(errors.into_values())
        };
        survivors.iter().map(|(_, f)| error(f)).collect::<Option<Vec<f64>>>().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_in_their_units() {
        assert_eq!(condition(" IB = 50 uA"), Some((String::from("IB"), 5e-5)));
        assert_eq!(condition("TJ = 25 °C"), Some((String::from("TJ"), 298.15)));
        assert_eq!(condition("n=2"), Some((String::from("n"), 2.0)));
        for wrong in ["IB", "IB = ", "IB = x A", "IB = 5 furlong"] {
            assert_eq!(condition(wrong), None, "{wrong}");
        }
    }
}
