use crate::{Code, Diagnostic, Diagnostics, Place, Severity};
use std::collections::BTreeMap;

/// Collects diagnostics of a source without drowning the reader: of each code the first few are
/// kept, the rest are counted and named in one last diagnostic.
///
/// A damaged file of a million rows thus gives a page of text and bounded memory, while
/// [`Diagnostics::has_errors`] stays true when any error was left out.
#[derive(Clone, Debug)]
pub struct Capped {
    shown: Diagnostics,
    limit: usize,
    counts: BTreeMap<Code, Count>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: usize,
    first_hidden: Option<(Place, Severity)>,
}

impl Count {
    fn hide(&mut self, place: Place, severity: Severity) {
        let (first, worst) = self.first_hidden.unwrap_or((place, severity));
        self.first_hidden = Some((first, worst.max(severity)));
    }
}

impl Default for Capped {
    /// Shows twenty of each code.
    fn default() -> Self {
        Self::new(20)
    }
}

impl Capped {
    /// Shows at most `limit` diagnostics of each code.
    pub fn new(limit: usize) -> Self {
        Capped { shown: Diagnostics::new(), limit, counts: BTreeMap::new() }
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = self.counts.entry(diagnostic.code).or_default();
        count.all += 1;
        if count.all <= self.limit {
            self.shown.push(diagnostic);
            return;
        }
        if let Some(place) = diagnostic.place() {
            count.hide(place, diagnostic.severity);
        }
    }

    /// Adds the one that `make` builds at `place`, without building it when it would not be
    /// shown; for complaints about each of a million rows.
    pub fn push_with(
        &mut self,
        code: Code,
        severity: Severity,
        place: impl Into<Place>,
        make: impl FnOnce() -> Diagnostic,
    ) {
        match self.counts.get_mut(&code).filter(|c| c.all >= self.limit) {
            Some(count) => {
                count.all += 1;
                count.hide(place.into(), severity);
            }
            None => self.push(make()),
        }
    }

    /// Takes all of another stage's.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        other.into_iter().for_each(|d| self.push(d));
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many of a code were added, shown or not.
    pub fn count(&self, code: Code) -> usize {
        self.counts.get(&code).map_or(0, |c| c.all)
    }

    /// The kept diagnostics in stable order, then one for each code that was cut short.
    pub fn finish(self) -> Diagnostics {
        let mut all = self.shown;
        all.sort();
        for (code, count) in &self.counts {
            let Some((place, severity)) = count.first_hidden else { continue };
            let title = code.info().map_or("of this kind", |i| i.title);
            let more = count.all.saturating_sub(self.limit);
            let message = format!("and {more} more like these: {title}");
            all.push(Diagnostic::new(*code, severity, message).label(place, "the next one"));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Span};

    #[test]
    fn repeats_are_counted_and_the_gravest_is_kept() {
        let mut capped = Capped::new(2);
        let at = |n| Span::new(FileId(0), n, n + 1);
        for n in 0..5 {
            let severity = if n == 4 { Severity::Error } else { Severity::Warning };
            capped.push(Diagnostic::new(Code::SYNTAX, severity, format!("row {n}")).at(at(n)));
        }
        let all = capped.finish().into_vec();
        assert_eq!(all.len(), 3);
        assert!(all[2].message.starts_with("and 3 more"), "{}", all[2].message);
        assert_eq!(all[2].severity, Severity::Error);
        assert_eq!(all[2].place(), Some(at(2).into()));
    }
}
