//! Makes rules and records at random: every form of the language that works on single values
//! and rows, with holes, infinities and values that are no numbers in the data.

use super::say::{
    Definition, FUNCTIONS, Field, Loop, Number, Of, Record, Row, Rule, SYMBOLS, Truth, Unit,
};
use crate::synthetic::random::Random;

/// Values that meet often, so that comparisons are close and equal, and some that overflow.
const VALUES: [f64; 10] = [0.0, 0.5, 1.0, 2.0, -1.0, 1.5, 0.25, 3.0, 1e200, 1e-200];
const UNITS: [Unit; 3] = [Unit::Volt, Unit::Ampere, Unit::Pure];

pub(super) struct Maker {
    random: Random,
    /// Binders of the loops around, with their symbols.
    binders: Vec<(String, usize)>,
    limits: Vec<(f64, Unit)>,
    lets: Vec<(Definition, Option<Unit>)>,
}

impl Maker {
    pub(super) fn new(seed: u64) -> Maker {
        Maker {
            random: Random::new(seed),
            binders: Vec::new(),
            limits: Vec::new(),
            lets: Vec::new(),
        }
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let at = self.below(from.len());
        from[at]
    }

    // -- records -------------------------------------------------------------------------

    pub(super) fn record(&mut self) -> Record {
        let rows = self.below(7);
        Record {
            kind: [
                Some("diode"),
                Some("diode"),
                Some("diode"),
                Some("diode"),
                Some("varistor"),
                None,
            ][self.below(6)],
            part: [Some("X1"), Some("X2"), None][self.below(3)],
            package: [Some("wafer"), Some("SOT23"), None][self.below(3)],
            rows: (0..rows).map(|_| self.row()).collect(),
        }
    }

    fn row(&mut self) -> Row {
        let mut conditions: Vec<(usize, f64)> = Vec::new();
        for _ in 0..self.below(3) {
            let symbol = self.below(SYMBOLS.len());
            if !conditions.iter().any(|c| c.0 == symbol) {
                let value = self.datum();
                conditions.extend(value.map(|v| (symbol, v)));
            }
        }
        Row {
            symbol: self.below(SYMBOLS.len()),
            min: self.datum(),
            typ: self.datum(),
            max: self.datum(),
            conditions,
            temperature: [None, Some(298.15), Some(398.15), Some(233.15)][self.below(4)],
            refused: self.chance(8),
            part: [None, None, Some("X1"), Some("X2")][self.below(4)],
        }
    }

    fn datum(&mut self) -> Option<f64> {
        match self.below(20) {
            0..=4 => None,
            5 => Some(f64::NAN),
            6 => Some([f64::INFINITY, f64::NEG_INFINITY][self.below(2)]),
            7..=9 => Some(self.random.unit() * 3.0),
            _ => Some(self.pick(&VALUES)),
        }
    }

    // -- rules ---------------------------------------------------------------------------

    pub(super) fn rule(&mut self, name: String) -> Rule {
        self.limits = (0..self.below(3)).map(|_| (self.pick(&VALUES), self.pick(&UNITS))).collect();
        self.lets = Vec::new();
        for _ in 0..self.below(3) {
            let made = if self.chance(60) {
                let unit = self.pick(&UNITS);
                (Definition::Number(self.number(unit, 2)), Some(unit))
            } else {
                (Definition::Truth(self.truth(2)), None)
            };
            self.lets.push(made);
        }
        let when = self.chance(15).then(|| self.truth(1));
        let needs = if self.chance(20) { vec![self.below(SYMBOLS.len())] } else { Vec::new() };
        let checks = (0..1 + self.below(8) / 6).map(|_| self.truth(3)).collect();
        Rule {
            name,
            for_diode: self.chance(50),
            limits: std::mem::take(&mut self.limits),
            lets: std::mem::take(&mut self.lets).into_iter().map(|l| l.0).collect(),
            needs,
            when,
            checks,
        }
    }

    fn literal(&mut self, unit: Unit) -> Number {
        Number::Literal(self.pick(&VALUES), unit)
    }

    /// A row to look at; `None` for a value of it that has this unit.
    fn of(&mut self, unit: Unit) -> Option<Of> {
        let bound: Vec<String> =
            self.binders.iter().filter(|b| SYMBOLS[b.1].1 == unit).map(|b| b.0.clone()).collect();
        if !bound.is_empty() && self.chance(75) {
            return Some(Of::Each(bound[self.below(bound.len())].clone()));
        }
        let named: Vec<usize> = (0..SYMBOLS.len()).filter(|s| SYMBOLS[*s].1 == unit).collect();
        (!named.is_empty()).then(|| Of::Nearest(named[self.below(named.len())]))
    }

    fn any_of(&mut self) -> Of {
        let unit = if self.chance(50) { Unit::Volt } else { Unit::Ampere };
        self.of(unit).expect("a symbol of the unit")
    }

    fn leaf(&mut self, unit: Unit) -> Number {
        let choice = self.below(10);
        if choice < 2 {
            return self.literal(unit);
        }
        if choice == 2 {
            let fits: Vec<usize> =
                (0..self.limits.len()).filter(|i| self.limits[*i].1 == unit).collect();
            if !fits.is_empty() {
                return Number::Limit(fits[self.below(fits.len())]);
            }
        }
        if choice == 3 {
            let fits: Vec<usize> =
                (0..self.lets.len()).filter(|i| self.lets[*i].1 == Some(unit)).collect();
            if !fits.is_empty() {
                return Number::Let(fits[self.below(fits.len())]);
            }
        }
        if unit == Unit::Pure {
            if self.chance(30) {
                return Number::Field(self.any_of(), Field::Confidence);
            }
            let other = if self.chance(50) { Unit::Volt } else { Unit::Ampere };
            let (a, b) = (self.leaf(other), self.leaf(other));
            return Number::Join('/', Box::new(a), Box::new(b));
        }
        if choice == 4 {
            let fits: Vec<usize> = (0..SYMBOLS.len()).filter(|s| SYMBOLS[*s].1 == unit).collect();
            let symbol = fits[self.below(fits.len())];
            return Number::At(self.any_of(), symbol);
        }
        match self.of(unit) {
            Some(of) => Number::Field(of, self.pick(&Field::ALL)),
            None => self.literal(unit),
        }
    }

    pub(super) fn number(&mut self, unit: Unit, depth: usize) -> Number {
        if depth == 0 || self.chance(25) {
            return self.leaf(unit);
        }
        let one = |s: &mut Self, unit| Box::new(s.number(unit, depth - 1));
        match self.below(13) {
            0 => Number::Negate(one(self, unit)),
            1 | 2 => {
                let op = self.pick(&['+', '-']);
                Number::Join(op, one(self, unit), one(self, unit))
            }
            3 => Number::Join('*', one(self, Unit::Pure), one(self, unit)),
            4 => Number::Join('/', one(self, unit), one(self, Unit::Pure)),
            5 => Number::Apply("abs", one(self, unit)),
            6 if unit == Unit::Pure => {
                let name = self.pick(&["sqrt", "exp", "ln", "log10", "tanh", "sign"]);
                Number::Apply(name, one(self, unit))
            }
            7 if unit == Unit::Pure => Number::Join('^', one(self, unit), one(self, unit)),
            8 if unit == Unit::Pure => {
                let other = self.pick(&UNITS);
                Number::Decades(one(self, other), one(self, other))
            }
            8 if unit == Unit::Volt => {
                if self.chance(50) {
                    Number::Call(0, vec![*one(self, Unit::Volt), *one(self, Unit::Pure)])
                } else {
                    Number::Call(1, vec![*one(self, Unit::Volt), *one(self, Unit::Ampere)])
                }
            }
            9 => {
                let items = (0..2 + self.below(2)).map(|_| *one(self, unit)).collect();
                Number::Extreme(self.chance(50), items)
            }
            10 => {
                let c = Box::new(self.truth(depth - 1));
                Number::If(c, one(self, unit), one(self, unit))
            }
            11 if self.binders.len() < 2 => {
                let (l, body) = self.looped(depth, |s, depth| s.number(unit, depth));
                Number::Fold(self.pick(&["sum", "max", "min"]), Box::new(l), Box::new(body))
            }
            12 if unit == Unit::Pure && self.binders.len() < 2 => {
                let (l, body) = self.looped(depth, Self::truth);
                Number::Count(Box::new(l), Box::new(body))
            }
            _ => self.leaf(unit),
        }
    }

    fn looped<T>(&mut self, depth: usize, body: impl Fn(&mut Self, usize) -> T) -> (Loop, T) {
        let symbol = self.below(SYMBOLS.len());
        let binder = ["r", "s", "q"][self.binders.len().min(2)].to_string();
        self.binders.push((binder.clone(), symbol));
        let condition = self.chance(40).then(|| self.truth(depth.saturating_sub(2)));
        let body = body(self, depth - 1);
        self.binders.pop();
        (Loop { binder, symbol, condition }, body)
    }

    pub(super) fn truth(&mut self, depth: usize) -> Truth {
        let inner = depth.saturating_sub(1);
        let unit = self.pick(&UNITS);
        let one = |s: &mut Self| Box::new(s.truth(inner));
        let choice = if depth == 0 { self.below(8) } else { self.below(20) };
        match choice {
            0 | 1 | 8 | 9 => {
                let count = if self.chance(15) { 3 } else { 2 };
                let operands = (0..count).map(|_| self.number(unit, inner)).collect();
                let operators =
                    (1..count).map(|_| self.pick(&["<", "<=", ">", ">=", "==", "!="])).collect();
                Truth::Compare(operands, operators)
            }
            2 | 3 | 10 => {
                let v = self.number(unit, inner);
                let (low, high) = (self.number(unit, 0), self.number(unit, 0));
                Truth::In(v, low, high, self.chance(75))
            }
            4 => {
                let of = self.any_of();
                let unit = match &of {
                    Of::Nearest(symbol) => SYMBOLS[*symbol].1,
                    Of::Each(binder) => {
                        let symbol = self.binders.iter().find(|b| b.0 == *binder);
                        SYMBOLS[symbol.expect("a binder").1].1
                    }
                };
                Truth::InOwn(self.number(unit, inner), of, self.chance(60))
            }
            5 => Truth::IsMissing(self.number(unit, inner), self.chance(50)),
            6 => {
                let fits: Vec<usize> =
                    (0..self.lets.len()).filter(|i| self.lets[*i].1.is_none()).collect();
                if fits.is_empty() {
                    [Truth::IsWafer(true), Truth::IsWafer(false), Truth::IsPart][self.below(3)]
                        .clone()
                } else {
                    Truth::Let(fits[self.below(fits.len())])
                }
            }
            7 => {
                if self.chance(20) {
                    Truth::Literal(self.chance(50))
                } else {
                    Truth::Same(self.number(unit, inner), self.number(unit, inner))
                }
            }
            11 => Truth::Not(one(self)),
            12 | 13 => Truth::And(one(self), one(self)),
            14 | 15 => Truth::Or(one(self), one(self)),
            16 => Truth::If(one(self), one(self), one(self)),
            _ if self.binders.len() < 2 => {
                let (l, body) = self.looped(depth, Self::truth);
                if self.chance(65) {
                    Truth::Every(Box::new(l), Box::new(body))
                } else {
                    Truth::Some(Box::new(l), Box::new(body))
                }
            }
            _ => Truth::Not(one(self)),
        }
    }
}

/// The functions of the pack, as text.
pub(super) fn functions() -> String {
    FUNCTIONS.iter().map(|f| format!("{}\n", f.1)).collect()
}
