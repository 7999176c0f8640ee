//! What rules mean, written from `docs/language.md` alone: a plain evaluation that shares
//! nothing with the engine.

use super::say::{Definition, Field, Loop, Number, Of, PLAUSIBLE, Record, Row, Rule, Truth};

/// Why something is missing or undecided, from the least grave to the gravest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Gap {
    /// A loop had nothing to run over.
    Empty,
    /// It is not of this device.
    Nothing,
    /// It does not stand there.
    Absent,
    /// It is no number.
    NotANumber,
}

/// How a rule comes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    Passed,
    Failed,
    Undecided,
    NotApplicable,
}

type Value = Result<f64, Gap>;
type Sure = Result<bool, Gap>;

struct Scope<'a> {
    rule: &'a Rule,
    record: &'a Record,
    /// Rows of the loops around, by binder.
    rows: Vec<(&'a str, &'a Row)>,
}

/// How a rule comes out for a record.
pub(super) fn status(rule: &Rule, record: &Record) -> Status {
    if rule.for_diode && record.kind != Some("diode") {
        return Status::NotApplicable;
    }
    let mut scope = Scope { rule, record, rows: Vec::new() };
    if rule.needs.iter().any(|symbol| scope.seen(*symbol).is_empty()) {
        return Status::NotApplicable;
    }
    if rule.when.as_ref().is_some_and(|when| scope.truth(when) != Ok(true)) {
        return Status::NotApplicable;
    }
    // Checks with nothing to run over say nothing.
    let said: Vec<Sure> = rule.checks.iter().map(|c| scope.truth(c)).collect();
    let said: Vec<Sure> = said.into_iter().filter(|s| *s != Err(Gap::Empty)).collect();
    if said.is_empty() {
        return Status::NotApplicable;
    }
    let held = said.contains(&Ok(true));
    match all(said) {
        Ok(true) => Status::Passed,
        Ok(false) => Status::Failed,
        Err(Gap::Nothing) if !held => Status::NotApplicable,
        Err(_) => Status::Undecided,
    }
}

/// A conjunction: one no decides; else the gravest gap; else yes.
fn all(said: impl IntoIterator<Item = Sure>) -> Sure {
    let mut gap = None;
    let mut refused = false;
    for s in said {
        match s {
            Ok(true) => {}
            Ok(false) => refused = true,
            Err(g) => gap = gap.max(Some(g)),
        }
    }
    match (refused, gap) {
        (true, _) => Ok(false),
        (false, Some(gap)) => Err(gap),
        (false, None) => Ok(true),
    }
}

fn any(said: impl IntoIterator<Item = Sure>) -> Sure {
    all(said.into_iter().map(|s| s.map(|t| !t))).map(|t| !t)
}

/// What is computed must be a number.
fn computed(value: f64) -> Value {
    if value.is_finite() { Ok(value) } else { Err(Gap::NotANumber) }
}

/// What the data state, if they state it.
fn stated(value: Option<f64>) -> Value {
    value.map_or(Err(Gap::Absent), computed)
}

impl<'a> Scope<'a> {
    /// The rows of a symbol that hold for the part and are not refused.
    fn seen(&self, symbol: usize) -> Vec<&'a Row> {
        let mine = |r: &&Row| match (r.part, self.record.part) {
            (Some(of), Some(part)) => of == part,
            _ => true,
        };
        let all = self.record.rows.iter();
        all.filter(|r| r.symbol == symbol && !r.refused).filter(mine).collect()
    }

    fn row(&self, of: &Of) -> Result<&'a Row, Gap> {
        match of {
            Of::Each(binder) => {
                let found = self.rows.iter().rev().find(|(name, _)| name == binder);
                Ok(found.expect("a binder in scope").1)
            }
            Of::Nearest(symbol) => {
                let mut best: Option<&Row> = None;
                for row in self.seen(*symbol) {
                    let better = best.is_none_or(|held| {
                        let (a, b) = (target(row).is_none(), target(held).is_none());
                        let away = |r: &Row| (r.temperature.unwrap_or(298.15) - 298.15).abs();
                        if a == b { away(row) < away(held) } else { b }
                    });
                    if better {
                        best = Some(row);
                    }
                }
                best.ok_or(Gap::Nothing)
            }
        }
    }

    fn number(&mut self, e: &'a Number) -> Value {
        match e {
            Number::Literal(v, _) => Ok(*v),
            Number::Limit(i) => Ok(self.rule.limits[*i].0),
            Number::Let(i) => match &self.rule.lets[*i] {
                Definition::Number(n) => self.number(n),
                Definition::Truth(_) => unreachable!("numbers name numbers"),
            },
            Number::Field(of, field) => {
                let row = self.row(of)?;
                stated(match field {
                    Field::Min => row.min,
                    Field::Typ => row.typ,
                    Field::Max => row.max,
                    Field::Target => target(row),
                    Field::Confidence => Some(1.0),
                })
            }
            Number::At(of, symbol) => {
                let row = self.row(of)?;
                stated(row.conditions.iter().find(|c| c.0 == *symbol).map(|c| c.1))
            }
            Number::Negate(a) => self.number(a).and_then(|v| computed(-v)),
            Number::Join(op, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                computed(match op {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    '/' => a / b,
                    _ => a.powf(b),
                })
            }
            Number::Apply(name, a) => {
                let a = self.number(a)?;
                computed(match *name {
                    "abs" => a.abs(),
                    "sqrt" => a.sqrt(),
                    "exp" => a.exp(),
                    "ln" => a.ln(),
                    "log10" => a.log10(),
                    "tanh" => a.tanh(),
                    _ if a > 0.0 => 1.0,
                    _ if a < 0.0 => -1.0,
                    _ => 0.0,
                })
            }
            Number::Extreme(most, items) => {
                let mut result: Option<f64> = None;
                for item in items {
                    let v = self.number(item)?;
                    result = Some(match result {
                        None => v,
                        Some(before) if *most => before.max(v),
                        Some(before) => before.min(v),
                    });
                }
                Ok(result.expect("an argument"))
            }
            Number::Decades(a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                let ratio = b / a;
                if ratio > 0.0 { computed(ratio).map(f64::log10) } else { Err(Gap::NotANumber) }
            }
            Number::If(c, a, b) => {
                let branch = if self.truth(c)? { a } else { b };
                self.number(branch)
            }
            Number::Call(which, args) => {
                let mut values = Vec::new();
                for arg in args {
                    values.push(self.number(arg)?);
                }
                match which {
                    0 => {
                        let share = computed(values[0].abs() * values[1])?;
                        computed(values[0] + share)
                    }
                    _ => {
                        let twice = computed(2.0 * values[0])?;
                        computed(twice - values[0])
                    }
                }
            }
            Number::Count(l, body) => {
                let mut count = 0.0;
                for row in self.seen(l.symbol) {
                    if self.belongs(l, row)? && self.at(l, row, |s| s.truth(body))? {
                        count += 1.0;
                    }
                }
                Ok(count)
            }
            Number::Fold(name, l, body) => {
                let mut values = Vec::new();
                for row in self.seen(l.symbol) {
                    if self.belongs(l, row)? {
                        values.push(self.at(l, row, |s| s.number(body))?);
                    }
                }
                match *name {
                    "sum" if values.is_empty() => Err(Gap::Nothing),
                    "sum" => computed(values.iter().sum()),
                    "max" => values.into_iter().reduce(f64::max).ok_or(Gap::Nothing),
                    _ => values.into_iter().reduce(f64::min).ok_or(Gap::Nothing),
                }
            }
        }
    }

    fn at<T>(&mut self, l: &'a Loop, row: &'a Row, f: impl FnOnce(&mut Self) -> T) -> T {
        self.rows.push((&l.binder, row));
        let result = f(self);
        self.rows.pop();
        result
    }

    fn belongs(&mut self, l: &'a Loop, row: &'a Row) -> Sure {
        match &l.condition {
            Some(condition) => self.at(l, row, |s| s.truth(condition)),
            None => Ok(true),
        }
    }

    fn truth(&mut self, e: &'a Truth) -> Sure {
        match e {
            Truth::Literal(t) => Ok(*t),
            Truth::Let(i) => match &self.rule.lets[*i] {
                Definition::Truth(t) => self.truth(t),
                Definition::Number(_) => unreachable!("truths name truths"),
            },
            Truth::Compare(operands, operators) => {
                let values: Vec<Value> = operands.iter().map(|o| self.number(o)).collect();
                all(operators.iter().zip(values.windows(2)).map(|(op, pair)| {
                    match (pair[0], pair[1]) {
                        (Ok(a), Ok(b)) => Ok(match *op {
                            "<" => a < b,
                            "<=" => a <= b,
                            ">" => a > b,
                            ">=" => a >= b,
                            "==" => a == b,
                            _ => a != b,
                        }),
                        (Err(a), Err(b)) => Err(a.max(b)),
                        (Err(gap), _) | (_, Err(gap)) => Err(gap),
                    }
                }))
            }
            Truth::In(v, low, high, inside) => {
                let v = self.number(v)?;
                let (low, high) = (self.number(low)?, self.number(high)?);
                Ok((v >= low && v <= high) == *inside)
            }
            Truth::InOwn(v, of, limits) => {
                let v = self.number(v)?;
                let row = self.row(of)?;
                let (low, high) = if *limits {
                    match (row.min, row.max) {
                        (None, None) => return Err(Gap::Absent),
                        (Some(a), Some(b)) if b < a => (Some(b), Some(a)),
                        ends => ends,
                    }
                } else if row.symbol == 0 {
                    (Some(PLAUSIBLE.0), Some(PLAUSIBLE.1))
                } else {
                    return Err(Gap::Absent);
                };
                for end in [low, high].into_iter().flatten() {
                    computed(end)?;
                }
                Ok(low.is_none_or(|l| v >= l) && high.is_none_or(|h| v <= h))
            }
            Truth::Not(a) => self.truth(a).map(|t| !t),
            Truth::And(a, b) => all([self.truth(a), self.truth(b)]),
            Truth::Or(a, b) => any([self.truth(a), self.truth(b)]),
            Truth::If(c, a, b) => {
                let branch = if self.truth(c)? { a } else { b };
                self.truth(branch)
            }
            Truth::IsMissing(a, is) => match self.number(a) {
                Ok(_) => Ok(!is),
                Err(Gap::NotANumber) => Err(Gap::NotANumber),
                Err(_) => Ok(*is),
            },
            Truth::Same(a, b) => match (self.number(a), self.number(b)) {
                (Err(Gap::NotANumber), _) | (_, Err(Gap::NotANumber)) => Err(Gap::NotANumber),
                (Ok(a), Ok(b)) => Ok(a == b),
                (a, b) => Ok(a.is_err() && b.is_err()),
            },
            Truth::Every(l, body) => self.quantified(true, l, body),
            Truth::Some(l, body) => self.quantified(false, l, body),
            Truth::IsWafer(is) => match self.record.package {
                Some(package) => Ok((package == "wafer") == *is),
                None => Err(Gap::Absent),
            },
            Truth::IsPart => match self.record.part {
                Some(part) => Ok(part == "X1"),
                None => Err(Gap::Absent),
            },
        }
    }

    /// An element that perhaps does not belong decides only what it cannot change; one for
    /// which an inner loop had nothing to run over says nothing, unless all are so.
    fn quantified(&mut self, every: bool, l: &'a Loop, body: &'a Truth) -> Sure {
        let mut said: Vec<Sure> = Vec::new();
        for row in self.seen(l.symbol) {
            let belongs = self.belongs(l, row);
            if belongs == Ok(false) {
                continue;
            }
            let here = self.at(l, row, |s| s.truth(body));
            said.push(match belongs {
                Err(gap) if here != Ok(every) => Err(gap),
                _ => here,
            });
        }
        said.retain(|s| *s != Err(Gap::Empty));
        match (said.is_empty(), every) {
            (true, _) => Err(Gap::Empty),
            (_, true) => all(said),
            (_, false) => any(said),
        }
    }
}

/// Typical, else the middle of both limits.
fn target(row: &Row) -> Option<f64> {
    row.typ.or_else(|| Some((row.min? + row.max?) / 2.0))
}
