use espice_base::{Place, Span};
use espice_facts::{Column, Conditions, Curve, Parameter, Sweep};
use espice_units::Dimension;
use std::rc::Rc;

/// Why there is no value. Ordered: the later says more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Lack {
    /// A loop had nothing to run over.
    Empty,
    /// What was asked for is not of this device: no such row, curve, parameter, table entry.
    Nothing,
    /// Something that could stand there does not.
    Absent,
    /// A computed value is not a number.
    NotANumber,
    /// A limit was hit.
    Limit,
}

/// What is missing, and where it was asked for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Why {
    pub(crate) lack: Lack,
    /// A phrase: "`VF` has no typical value".
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A value. Numbers are always finite; what is not becomes missing with the reason. Elements of
/// a series may be NaN: they are holes that a reduction refuses and `where` can remove.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Missing(Rc<Why>),
    Number(f64),
    Truth(bool),
    Text(Rc<str>),
    Series(Rc<[f64]>),
    /// One truth for each point; `None` is undecided.
    Mask(Rc<[Option<bool>]>),
    Curve(Rc<CurveValue<'a>>),
    Sample(f64, f64),
    Range(Option<f64>, Option<f64>, Option<f64>),
    List(Rc<[Value<'a>]>),
    Conditions(Rc<Conditions>),
    Row(&'a Parameter),
    Sweep(&'a Sweep),
    Column(&'a Sweep, &'a Column),
    Columns(Rc<[(&'a Sweep, &'a Column)]>),
    /// Table and row by index.
    TableRow(usize, usize),
}

/// A curve: equal lengths, and the data curve that it was taken from.
#[derive(Clone, Debug)]
pub(crate) struct CurveValue<'a> {
    pub(crate) x: Rc<[f64]>,
    pub(crate) y: Rc<[f64]>,
    pub(crate) source: Option<&'a Curve>,
}

impl Value<'_> {
    /// Where the data behind it stand, for records.
    pub(crate) fn place(&self) -> Option<Place> {
        match self {
            Value::Row(row) => Some(row.provenance.place),
            Value::Curve(curve) => curve.source.map(|c| c.provenance.place),
            Value::Sweep(sweep) | Value::Column(sweep, _) => Some(sweep.provenance.place),
            _ => None,
        }
    }

    /// A short stable name of the data behind it, without values that a new measurement would
    /// change; used in fingerprints.
    pub(crate) fn identity(&self) -> Option<String> {
        match self {
            Value::Row(row) => Some(format!("{} at {}", row.symbol, row.conditions)),
            Value::Curve(curve) => {
                curve.source.map(|c| format!("{} at {}", c.signature, c.all_conditions()))
            }
            Value::Sweep(sweep) => Some(sweep.name.clone()),
            Value::Column(sweep, column) => Some(format!("{} {}", sweep.name, column.name)),
            Value::Conditions(c) => Some(c.to_string()),
            _ => None,
        }
    }
}

/// Yes, no, or undecided for a reason (Kleene's strong three-valued logic).
#[derive(Clone, Debug)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown(Rc<Why>),
}

impl Truth {
    pub(crate) fn known(&self) -> Option<bool> {
        match self {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown(_) => None,
        }
    }
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Truth::Yes } else { Truth::No }
    }
}

/// The comparison that decided, with the records through which it was reached.
#[derive(Clone, Debug)]
pub(crate) struct Decision<'a> {
    pub(crate) observed: f64,
    pub(crate) limit: f64,
    /// Positive when the comparison helped the expression to hold.
    pub(crate) margin: f64,
    pub(crate) dimension: Dimension,
    /// Whether the values are points of the temperature scale.
    pub(crate) is_point: bool,
    pub(crate) span: Span,
    /// Slots of binders with their values, innermost first.
    pub(crate) trail: Vec<(usize, Value<'a>)>,
}

impl Decision<'_> {
    /// Smaller is worse: the margin in units of the limit, then the margin itself.
    fn rank(&self) -> (f64, f64) {
        let scale = if self.limit != 0.0 { self.limit.abs() } else { self.observed.abs() };
        let relative = if scale > 0.0 { self.margin / scale } else { 0.0 };
        (relative, self.margin)
    }

    fn worse_than(&self, other: &Decision<'_>) -> bool {
        let (a, b) = (self.rank(), other.rank());
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).is_lt()
    }
}

/// A truth with the comparison that decided it.
#[derive(Clone, Debug)]
pub(crate) struct Verdict<'a> {
    pub(crate) truth: Truth,
    pub(crate) decision: Option<Decision<'a>>,
}

impl<'a> Verdict<'a> {
    pub(crate) fn of(truth: bool) -> Self {
        Verdict { truth: truth.into(), decision: None }
    }

    pub(crate) fn unknown(why: Rc<Why>) -> Self {
        Verdict { truth: Truth::Unknown(why), decision: None }
    }

    /// `not`: the truth and the margin change sides.
    pub(crate) fn turned(mut self) -> Self {
        self.truth = match self.truth {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            unknown => unknown,
        };
        if let Some(d) = &mut self.decision {
            d.margin = -d.margin;
        }
        self
    }

    /// All hold. The decision is the worst of those that broke it, or else the one nearest to
    /// breaking it.
    pub(crate) fn all(verdicts: impl IntoIterator<Item = Verdict<'a>>) -> Self {
        Self::fold(verdicts, Truth::Yes, |d, best| d.worse_than(best))
    }

    /// At least one holds. The decision is the best of those that hold, or else the one nearest
    /// to holding.
    pub(crate) fn any(verdicts: impl IntoIterator<Item = Verdict<'a>>) -> Self {
        Self::fold(verdicts, Truth::No, |d, best| best.worse_than(d))
    }

    /// Folds with a neutral truth; a verdict with the opposite truth decides, an unknown one
    /// comes next.
    fn fold(
        verdicts: impl IntoIterator<Item = Verdict<'a>>,
        neutral: Truth,
        better: impl Fn(&Decision<'a>, &Decision<'a>) -> bool,
    ) -> Self {
        let neutral_truth = neutral.known();
        let mut result = Verdict { truth: neutral, decision: None };
        for v in verdicts {
            let rank = |t: &Truth| match t {
                Truth::Unknown(why) => (1, Some(why.lack)),
                t if t.known() == neutral_truth => (0, None),
                _ => (2, None),
            };
            let (new, old) = (rank(&v.truth), rank(&result.truth));
            let take = new > old
                || (new == old
                    && match (&v.decision, &result.decision) {
                        (Some(d), Some(best)) => better(d, best),
                        (Some(_), None) => true,
                        _ => false,
                    });
            if take {
                result = v;
            }
        }
        result
    }

    /// Notes through which record the decision was reached.
    pub(crate) fn through(mut self, slot: usize, value: &Value<'a>) -> Self {
        if let Some(d) = &mut self.decision {
            d.trail.push((slot, value.clone()));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(truth: Option<bool>, margin: f64) -> Verdict<'static> {
        let why = Why { lack: Lack::Absent, text: String::new(), span: Span::default() };
        Verdict {
            truth: truth.map_or(Truth::Unknown(Rc::new(why)), Truth::from),
            decision: Some(Decision {
                observed: 1.0,
                limit: 1.0,
                margin,
                dimension: Dimension::NONE,
                is_point: false,
                span: Span::default(),
                trail: Vec::new(),
            }),
        }
    }

    #[test]
    fn kleene_tables() {
        let values = [Some(true), Some(false), None];
        for a in values {
            for b in values {
                let both = Verdict::all([verdict(a, 0.0), verdict(b, 0.0)]).truth.known();
                let one = Verdict::any([verdict(a, 0.0), verdict(b, 0.0)]).truth.known();
                let and = match (a, b) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                assert_eq!(both, and, "{a:?} and {b:?}");
                // De Morgan.
                let turned = Verdict::all([verdict(a, 0.0).turned(), verdict(b, 0.0).turned()]);
                assert_eq!(turned.turned().truth.known(), one, "{a:?} or {b:?}");
            }
        }
    }

    #[test]
    fn the_decisive_comparison_is_the_worst() {
        let all = Verdict::all([verdict(Some(true), 0.5), verdict(Some(true), 0.1)]);
        assert_eq!(all.decision.map(|d| d.margin), Some(0.1));
        let broken = Verdict::all([
            verdict(Some(true), 0.5),
            verdict(Some(false), -0.2),
            verdict(Some(false), -0.7),
        ]);
        assert_eq!(broken.decision.map(|d| d.margin), Some(-0.7));
        let any = Verdict::any([verdict(Some(false), -0.2), verdict(Some(false), -0.7)]);
        assert_eq!(any.decision.map(|d| d.margin), Some(-0.2));
    }
}
