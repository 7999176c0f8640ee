/// The candidate closest to `word`, when it is close enough to be a likely misspelling.
///
/// Close means a Damerau-Levenshtein distance (optimal string alignment, case ignored) of at
/// most a third of the word's length, at least one; words of one or two letters begin alike, and
/// those of one differ in case alone. Ties go to the candidate that sorts first.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let folded = fold(word);
    candidates
        .into_iter()
        .filter(|c| *c != word)
        .filter_map(|c| Some((distance(&folded, &fold(c), limit)?, c)))
        .filter(|&(d, c)| d == 0 || is_like(word, c))
        .min()
        .map(|(_, c)| c)
}

/// Whether short words have enough in common for one to be the other.
fn is_like(word: &str, candidate: &str) -> bool {
    let mut letters = word.chars();
    let (first, second, third) = (letters.next(), letters.next(), letters.next());
    let fold = |c: Option<char>| c.map(|c| c.to_ascii_lowercase());
    third.is_some() || (second.is_some() && fold(first) == fold(candidate.chars().next()))
}

fn fold(s: &str) -> Vec<char> {
    s.chars().flat_map(char::to_lowercase).collect()
}

/// The distance, when it is at most a limit.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let width = b.len() + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..width).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let at = |r: &[usize], k: usize| r.get(k).copied().unwrap_or(usize::MAX / 2);
            let substitute = at(&last, j) + usize::from(ca != cb);
            let mut best = substitute.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|d| *d <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_close() {
        let names = ["VF", "IF", "RDS(on)", "leakage_limit"];
        assert_eq!(did_you_mean("leakge_limit", names), Some("leakage_limit"));
        assert_eq!(did_you_mean("vf", names), Some("VF"));
        assert_eq!(did_you_mean("RSD(on)", names), Some("RDS(on)"));
        assert_eq!(did_you_mean("capacitance", names), None);
        assert_eq!(did_you_mean("VG", names), Some("VF"));
        assert_eq!(did_you_mean("Q", ["M", "q"]), Some("q"));
        assert_eq!((did_you_mean("Q", ["M"]), did_you_mean("IQ", ["q"])), (None, None));
    }
}
