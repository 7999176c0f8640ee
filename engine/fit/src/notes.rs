use crate::{CurveStatistics, End, Fit, Statistics, Stop};
use espice_base::{Code, Diagnostic, Diagnostics};

/// What a person should know about a fit, in words. The diagnostics carry no places: the caller
/// knows which stage, curve or row they belong to.
pub fn notes(fit: &Fit, statistics: &Statistics) -> Diagnostics {
    let mut notes = Diagnostics::new();
    match fit.stop {
        Stop::Converged(_) => {}
        Stop::NonFinite => {
            let message = "the model has no finite value at the start of the fit";
            notes.push(
                Diagnostic::error(Code::FIT_NON_FINITE, message)
                    .help("check the seeds and the ranges of the parameters"),
            );
            return notes;
        }
        stop => {
            let message = format!("the fit {}", stop.words());
            notes.push(Diagnostic::warning(Code::FIT_NOT_CONVERGED, message));
        }
    }
    if statistics.degrees_of_freedom < 0.5 && !statistics.parameters.is_empty() {
        let counted = |count: &str, what: &str| {
            if count == "1" { format!("1 {what}") } else { format!("{count} {what}s") }
        };
        let points = espice_units::plain(statistics.effective_points, 3);
        let message = format!(
            "no interval can be given for {} fitted to {}",
            counted(&statistics.parameters.len().to_string(), "parameter"),
            counted(&points, "independent point")
        );
        notes.push(
            Diagnostic::warning(Code::FIT_TOO_FEW_POINTS, message)
                .help("fix parameters that these data can't show, or add data"),
        );
    }
    for direction in &statistics.weak {
        notes.push(
            Diagnostic::warning(Code::FIT_NOT_IDENTIFIED, direction.sentence())
                .help(match direction.unidentified.len() {
                    1 => "add data in which it acts more, or otherwise than the others",
                    _ => "add data in which they act differently: until then only what they do together is known",
                }),
        );
    }
    for parameter in &statistics.parameters {
        let Some(end) = parameter.at_bound else { continue };
        let end = match end {
            End::Low => "lower",
            End::High => "upper",
        };
        let message = format!(
            "`{}` ended on the {end} end of its range, {}",
            parameter.name,
            espice_units::plain(parameter.value, 6)
        );
        notes.push(Diagnostic::warning(Code::FIT_AT_BOUND, message));
    }
    notes.extend(systematic(statistics));
    notes
}

/// One note for all curves that the model errs along, the worst named.
fn systematic(statistics: &Statistics) -> Option<Diagnostic> {
    let all = statistics.curves.iter().filter(|c| c.misfit.systematic);
    let count = all.clone().count();
    let worst = all.fold(None, |worst: Option<&CurveStatistics>, c| match worst {
        Some(w) if w.misfit.lag_one >= c.misfit.lag_one => Some(w),
        _ => Some(c),
    })?;
    let name = &worst.name;
    let which = match count {
        1 => format!("`{name}`"),
        n => format!("{n} of {} curves, most along `{name}`", statistics.curves.len()),
    };
    let agreement = espice_units::plain(worst.misfit.lag_one, 2);
    let message = format!(
        "the model errs systematically along {which}: neighbouring residuals agree by {agreement}"
    );
    Some(
        Diagnostic::note(Code::FIT_SYSTEMATIC, message)
            .help("intervals take this into account, but the model may lack an effect"),
    )
}
