//! Slips of unit in made rules, and which of them must be refused: a small inference of
//! dimensions of its own.

use super::say::{Definition, Field, Loop, Number, Of, Rule, SYMBOLS, Truth, Unit};

/// Exponents of volt and ampere.
type Dimension = [f64; 2];

const PURE: Dimension = [0.0, 0.0];

/// Why a rule has no types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doubt {
    /// It must be refused.
    Wrong,
    /// The language may find a meaning for it.
    Unsure,
}

type Typed<T> = Result<T, Doubt>;

fn of_unit(unit: Unit) -> Dimension {
    match unit {
        Unit::Volt => [1.0, 0.0],
        Unit::Ampere => [0.0, 1.0],
        Unit::Pure => PURE,
    }
}

fn agree(a: Dimension, b: Dimension) -> Typed<Dimension> {
    if a == b { Ok(a) } else { Err(Doubt::Wrong) }
}

/// Whether every dimension of a rule fits.
pub(super) fn check(rule: &Rule) -> Typed<()> {
    let mut scope = Scope { rule, lets: Vec::new(), binders: Vec::new() };
    // A doubt does not end the search for what is surely wrong.
    let mut unsure = false;
    let mut note = |found: Typed<()>| match found {
        Err(Doubt::Wrong) => Err(Doubt::Wrong),
        Err(Doubt::Unsure) => {
            unsure = true;
            Ok(())
        }
        Ok(()) => Ok(()),
    };
    for definition in &rule.lets {
        let found = match definition {
            Definition::Number(n) => scope.number(n),
            Definition::Truth(t) => scope.truth(t).map(|()| PURE),
        };
        scope.lets.push(found);
        note(found.map(|_| ()))?;
    }
    for truth in rule.when.iter().chain(&rule.checks) {
        note(scope.truth(truth))?;
    }
    if unsure { Err(Doubt::Unsure) } else { Ok(()) }
}

struct Scope<'a> {
    rule: &'a Rule,
    lets: Vec<Typed<Dimension>>,
    binders: Vec<(&'a str, usize)>,
}

impl<'a> Scope<'a> {
    fn symbol(&self, of: &Of) -> usize {
        match of {
            Of::Nearest(symbol) => *symbol,
            Of::Each(binder) => {
                let mut found = self.binders.iter().rev();
                found.find(|b| b.0 == binder).expect("a binder in scope").1
            }
        }
    }

    fn number(&mut self, e: &'a Number) -> Typed<Dimension> {
        Ok(match e {
            Number::Literal(_, unit) => of_unit(*unit),
            Number::Limit(i) => of_unit(self.rule.limits[*i].1),
            // What is wrong with a definition is told where it stands.
            Number::Let(i) => self.lets[*i].map_err(|_| Doubt::Unsure)?,
            Number::Field(_, Field::Confidence) => PURE,
            Number::Field(of, _) => of_unit(SYMBOLS[self.symbol(of)].1),
            Number::At(_, symbol) => of_unit(SYMBOLS[*symbol].1),
            Number::Negate(a) => self.number(a)?,
            Number::Join(op, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                match op {
                    '+' | '-' => agree(a, b)?,
                    '*' => [a[0] + b[0], a[1] + b[1]],
                    '/' => [a[0] - b[0], a[1] - b[1]],
                    _ if b != PURE => return Err(Doubt::Wrong),
                    _ if a != PURE => return Err(Doubt::Unsure),
                    _ => PURE,
                }
            }
            Number::Apply(name, a) => {
                let a = self.number(a)?;
                match *name {
                    "abs" => a,
                    "sqrt" => [a[0] / 2.0, a[1] / 2.0],
                    "exp" | "tanh" => agree(a, PURE)?,
                    _ => PURE,
                }
            }
            Number::Extreme(_, items) => self.alike(items)?,
            Number::Decades(a, b) => {
                agree(self.number(a)?, self.number(b)?)?;
                PURE
            }
            Number::If(c, a, b) => {
                self.truth(c)?;
                agree(self.number(a)?, self.number(b)?)?
            }
            Number::Call(which, args) => {
                let second = if *which == 0 { PURE } else { of_unit(Unit::Ampere) };
                for (arg, wanted) in args.iter().zip([of_unit(Unit::Volt), second]) {
                    agree(self.number(arg)?, wanted)?;
                }
                of_unit(Unit::Volt)
            }
            Number::Count(l, body) => {
                self.looped(l, |s| s.truth(body))?;
                PURE
            }
            Number::Fold(_, l, body) => self.looped(l, |s| s.number(body))?,
        })
    }

    fn alike(&mut self, items: &'a [Number]) -> Typed<Dimension> {
        let mut first: Option<Dimension> = None;
        for item in items {
            let own = self.number(item)?;
            first = Some(first.map_or(Ok(own), |f| agree(f, own))?);
        }
        first.ok_or(Doubt::Unsure)
    }

    fn looped<T>(&mut self, l: &'a Loop, f: impl FnOnce(&mut Self) -> Typed<T>) -> Typed<T> {
        self.binders.push((&l.binder, l.symbol));
        let condition = l.condition.as_ref().map_or(Ok(()), |c| self.truth(c));
        let result = f(self);
        self.binders.pop();
        condition.and(result)
    }

    fn truth(&mut self, e: &'a Truth) -> Typed<()> {
        match e {
            Truth::Literal(_) | Truth::IsWafer(_) | Truth::IsPart => Ok(()),
            Truth::Let(i) => self.lets[*i].map(|_| ()).map_err(|_| Doubt::Unsure),
            Truth::Compare(operands, _) => self.alike(operands).map(|_| ()),
            Truth::In(v, low, high, _) => {
                let v = self.number(v)?;
                agree(v, self.number(low)?)?;
                agree(v, self.number(high)?).map(|_| ())
            }
            Truth::InOwn(v, of, _) => {
                let own = of_unit(SYMBOLS[self.symbol(of)].1);
                agree(self.number(v)?, own).map(|_| ())
            }
            Truth::Not(a) => self.truth(a),
            Truth::And(a, b) | Truth::Or(a, b) => self.truth(a).and(self.truth(b)),
            Truth::If(c, a, b) => self.truth(c).and(self.truth(a)).and(self.truth(b)),
            Truth::IsMissing(a, _) => self.number(a).map(|_| ()),
            Truth::Same(a, b) => agree(self.number(a)?, self.number(b)?).map(|_| ()),
            Truth::Every(l, body) | Truth::Some(l, body) => self.looped(l, |s| s.truth(body)),
        }
    }
}

/// Gives the literal with this number, counted through the rule, the other unit. `false` when
/// there are fewer.
pub(super) fn slip(rule: &mut Rule, nth: usize) -> bool {
    let mut left = nth;
    for definition in &mut rule.lets {
        let done = match definition {
            Definition::Number(n) => in_number(n, &mut left),
            Definition::Truth(t) => in_truth(t, &mut left),
        };
        if done {
            return true;
        }
    }
    rule.when.iter_mut().chain(&mut rule.checks).any(|t| in_truth(t, &mut left))
}

fn in_number(e: &mut Number, left: &mut usize) -> bool {
    match e {
        Number::Literal(_, unit @ (Unit::Volt | Unit::Ampere)) => {
            if *left == 0 {
                *unit = if *unit == Unit::Volt { Unit::Ampere } else { Unit::Volt };
                return true;
            }
            *left -= 1;
            false
        }
        Number::Literal(..) | Number::Limit(_) | Number::Let(_) => false,
        Number::Field(..) | Number::At(..) => false,
        Number::Negate(a) | Number::Apply(_, a) => in_number(a, left),
        Number::Join(_, a, b) | Number::Decades(a, b) => in_number(a, left) || in_number(b, left),
        Number::Extreme(_, items) | Number::Call(_, items) => {
            items.iter_mut().any(|i| in_number(i, left))
        }
        Number::If(c, a, b) => in_truth(c, left) || in_number(a, left) || in_number(b, left),
        Number::Count(l, body) => in_loop(l, left) || in_truth(body, left),
        Number::Fold(_, l, body) => in_loop(l, left) || in_number(body, left),
    }
}

fn in_loop(l: &mut Loop, left: &mut usize) -> bool {
    l.condition.as_mut().is_some_and(|c| in_truth(c, left))
}

fn in_truth(e: &mut Truth, left: &mut usize) -> bool {
    match e {
        Truth::Literal(_) | Truth::Let(_) | Truth::IsWafer(_) | Truth::IsPart => false,
        Truth::Compare(operands, _) => operands.iter_mut().any(|o| in_number(o, left)),
        Truth::In(v, low, high, _) => [v, low, high].into_iter().any(|n| in_number(n, left)),
        Truth::InOwn(v, _, _) | Truth::IsMissing(v, _) => in_number(v, left),
        Truth::Not(a) => in_truth(a, left),
        Truth::And(a, b) | Truth::Or(a, b) => in_truth(a, left) || in_truth(b, left),
        Truth::If(c, a, b) => [c, a, b].into_iter().any(|t| in_truth(t, left)),
        Truth::Same(a, b) => in_number(a, left) || in_number(b, left),
        Truth::Every(l, body) | Truth::Some(l, body) => in_loop(l, left) || in_truth(body, left),
    }
}
