//! The choice among the candidates that were fitted and are sound.

use crate::candidate::Fitted;
use crate::engine::Engine;
use crate::fitted::attempt;
use crate::outcome as out;
use crate::wire;
use espice_facts::Facts;
use espice_lang::rules::RankKey;

/// Candidates whose residuals are at most this many times the least are alike. Errors on curves that
/// were left out have no such allowance: they hold what a further parameter costs.
const ALIKE: f64 = 1.2;
/// Residuals (natural logarithms or relative units) that count as none: what a reading errs by.
const NEGLIGIBLE: f64 = 0.01;

impl Engine<'_> {
    /// Puts the survivors in the order of the keys.
    pub(crate) fn rank(
        &self,
        survivors: &mut Vec<(usize, Fitted<'_>)>,
        keys: &[RankKey],
        facts: &Facts,
        candidates: &mut [out::Candidate],
    ) {
        let mut alike = ALIKE;
        let mut errors: Vec<f64> = survivors.iter().map(|(_, f)| f.error()).collect();
        if keys.contains(&RankKey::WithheldError) {
            // Where no plot has curves to leave out, the error on the fitted points stands in.
            let validated = self.cross_validate(survivors, facts);
            for ((place, _), error) in survivors.iter().zip(&validated) {
                let Some(entry) = candidates.get_mut(*place) else { continue };
                entry.score = wire::finite(*error);
                entry.scored_by = Some(String::from("withheld_error"));
            }
            if !validated.is_empty() {
                errors = validated;
                alike = 1.0;
            }
        }
        // A gain that no one would notice is none: the simpler model then goes first.
        let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
        let good_enough = alike * least.max(NEGLIGIBLE);
        let mut order: Vec<usize> = (0..survivors.len()).collect();
        let key = |index: usize, key: &RankKey| {
            let Some((place, fitted)) = survivors.get(index) else { return 0.0 };
            match key {
                RankKey::WithheldError | RankKey::FitError => {
                    errors.get(index).map_or(f64::INFINITY, |e| e.max(good_enough))
                }
                RankKey::ParameterCount => fitted.staged.free.len() as f64,
                RankKey::Order => *place as f64,
            }
        };
        order.sort_by(|a, b| {
            let by_keys = keys.iter().map(|k| key(*a, k).total_cmp(&key(*b, k)));
            by_keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.cmp(b))
        });
        let mut taken: Vec<Option<_>> = survivors.drain(..).map(Some).collect();
        let ranked = order.into_iter().filter_map(|i| taken.get_mut(i)?.take());
        survivors.extend(ranked);
    }
}

/// Takes the first of the ranked survivors and tells the others that they are behind.
pub(crate) fn choose<'e>(
    survivors: &mut Vec<(usize, Fitted<'e>)>,
    candidates: &mut [out::Candidate],
) -> Option<Fitted<'e>> {
    if survivors.is_empty() {
        return None;
    }
    let (place, best) = survivors.remove(0);
    for (other, fitted) in survivors.iter() {
        if let Some(entry) = candidates.get_mut(*other) {
            entry.attempt = Some(attempt(fitted.template, &fitted.staged));
            entry.reason = format!(
                "fitted and sound, but ranked behind {}: {}",
                best.template.name, entry.reason
            );
        }
    }
    if let Some(entry) = candidates.get_mut(place) {
        entry.status = "chosen".into();
    }
    Some(best)
}
