use crate::jacobi::Jacobi;
use crate::{Criteria, ParameterStatistics};

/// A combination of parameters that the data say too little about.
#[derive(Clone, PartialEq, Debug)]
pub struct Direction {
    /// The parameters that take part, with their weights in the column-scaled direction, the
    /// heaviest first. The weights of all parameters have length one.
    pub members: Vec<(String, f64)>,
    /// Singular value of the column-scaled Jacobian along it; one would be a parameter whose
    /// effect no other can imitate.
    pub singular_value: f64,
    /// The parameters that are not identified because of it.
    pub unidentified: Vec<String>,
    /// The members that the data determine all the same: they act alike, but more strongly.
    pub stronger: Vec<String>,
    /// Whether the member, when there is but one, has any effect on the residuals.
    pub has_effect: bool,
}

impl Direction {
    /// In words: one clause without a final full stop.
    pub fn sentence(&self) -> String {
        let weak = self.members.iter().filter(|(n, _)| !self.stronger.contains(n));
        let names: Vec<String> = weak.map(|(n, _)| format!("`{n}`")).collect();
        match names.as_slice() {
            [] => String::from("a direction of no parameter is not determined"),
            [one] if !self.has_effect => format!("{one} has no effect on these data"),
            [one] if self.stronger.is_empty() => {
                format!("{one} is too weak in these data to be determined")
            }
            [one] => {
                let others: Vec<String> = self.stronger.iter().map(|n| format!("`{n}`")).collect();
                format!(
                    "{one} is too weak in these data to be determined beside {}",
                    listed(&others)
                )
            }
            all => format!("{} are not separable with these data", listed(all)),
        }
    }
}

/// `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The decomposed Jacobian of the parameters inside their range.
pub(crate) struct Directions<'a> {
    pub(crate) svd: &'a Jacobi,
    pub(crate) norms: &'a [f64],
    pub(crate) inside: &'a [usize],
}

/// A parameter is a member when its weight is at least this share of the heaviest.
const MEMBER: f64 = 0.3;

/// For every parameter that is not identified, the direction that adds most to its variance.
pub(crate) fn weak_directions(
    d: &Directions<'_>,
    parameters: &[ParameterStatistics],
    criteria: &Criteria,
) -> Vec<Direction> {
    let mut found: Vec<(usize, Direction)> = Vec::new();
    let mut alone = Vec::new();
    let largest = d.svd.s.iter().copied().fold(0.0, f64::max);
    for (a, &j) in d.inside.iter().enumerate() {
        // What rests on points that nothing checks is not weak: it is exactly what they say.
        let is_weak = |p: &&ParameterStatistics| !p.identified && !p.unchecked;
        let Some(parameter) = parameters.get(j).filter(is_weak) else { continue };
        if d.norms[a] == 0.0 {
            alone.push(Direction {
                members: vec![(parameter.name.clone(), 1.0)],
                singular_value: 0.0,
                unidentified: vec![parameter.name.clone()],
                stronger: Vec::new(),
                has_effect: false,
            });
            continue;
        }
        // Directions below the threshold count as if they lay on it, so that none is infinite.
        let floor = criteria.smallest_singular_value * largest;
        let share = |k: usize| (d.svd.direction(k)[a] / d.svd.s[k].max(floor)).abs();
        let count = d.svd.len();
        let Some(worst) = (0..count).max_by(|k, l| share(*k).total_cmp(&share(*l)).then(l.cmp(k)))
        else {
            continue;
        };
        if let Some((_, direction)) = found.iter_mut().find(|(k, _)| *k == worst) {
            direction.unidentified.push(parameter.name.clone());
            continue;
        }
        let weights = d.svd.direction(worst);
        let heaviest = weights.iter().map(|w| w.abs()).fold(0.0, f64::max);
        let mut members: Vec<(String, f64)> = weights
            .iter()
            .zip(d.inside)
            .filter(|(w, _)| w.abs() >= MEMBER * heaviest)
            .filter_map(|(w, i)| Some((parameters.get(*i)?.name.clone(), *w)))
            .collect();
        // A well-conditioned direction does not mix: the data are simply too few or too noisy.
        if d.svd.s[worst] > 0.1 * largest {
            members = vec![(parameter.name.clone(), weights[a])];
        }
        let is_known = |name: &String| parameters.iter().any(|p| p.name == *name && p.identified);
        let stronger = members.iter().map(|m| m.0.clone()).filter(is_known).collect();
        members.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        found.push((
            worst,
            Direction {
                members,
                singular_value: d.svd.s[worst],
                unidentified: vec![parameter.name.clone()],
                stronger,
                has_effect: true,
            },
        ));
    }
    alone.extend(found.into_iter().map(|(_, direction)| direction));
    alone.sort_by(|a, b| a.singular_value.total_cmp(&b.singular_value));
    alone
}
