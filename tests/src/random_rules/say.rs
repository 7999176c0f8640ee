//! Rules and records of these tests as they are made: a tree of its own, written out as text
//! for the engine and evaluated by [`super::meaning`] for comparison.

use std::fmt;

/// What a quantity is measured in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Volt,
    Ampere,
    Pure,
}

impl Unit {
    pub(super) fn text(self) -> &'static str {
        match self {
            Unit::Volt => "V",
            Unit::Ampere => "A",
            Unit::Pure => "1",
        }
    }
}

/// The symbols of the test's pack.
pub(super) const SYMBOLS: [(&str, Unit); 4] =
    [("VF", Unit::Volt), ("VR", Unit::Volt), ("IF", Unit::Ampere), ("IR", Unit::Ampere)];

/// The range that the pack calls plausible for `VF`; other symbols have none.
pub(super) const PLAUSIBLE: (f64, f64) = (0.0, 2.0);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    Min,
    Typ,
    Max,
    Target,
    Confidence,
}

impl Field {
    pub(super) const ALL: [Field; 4] = [Field::Min, Field::Typ, Field::Max, Field::Target];

    fn text(self) -> &'static str {
        match self {
            Field::Min => "min",
            Field::Typ => "typ",
            Field::Max => "max",
            Field::Target => "target",
            Field::Confidence => "confidence",
        }
    }
}

/// The row that a value is taken from: the nearest of a symbol, or that of a loop.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Of {
    Nearest(usize),
    Each(String),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Number {
    /// A literal; the unit as written, which a slip may have changed.
    Literal(f64, Unit),
    Limit(usize),
    Let(usize),
    Field(Of, Field),
    /// The value of a condition symbol.
    At(Of, usize),
    Negate(Box<Number>),
    Join(char, Box<Number>, Box<Number>),
    /// `abs`, `sqrt`, …
    Apply(&'static str, Box<Number>),
    /// `min`, `max` of several.
    Extreme(bool, Vec<Number>),
    Decades(Box<Number>, Box<Number>),
    If(Box<Truth>, Box<Number>, Box<Number>),
    /// A call of a function of the pack, by index into [`FUNCTIONS`].
    Call(usize, Vec<Number>),
    Count(Box<Loop>, Box<Truth>),
    /// `sum`, `max`, `min` over rows.
    Fold(&'static str, Box<Loop>, Box<Number>),
}

/// Functions of the pack: name, how it is declared.
pub(super) const FUNCTIONS: [(&str, &str); 2] = [
    ("lift", "fn lift(v : V, part : 1) -> V = v + abs(v) * part"),
    (
        "first_of",
        "fn first_of(v : V, unused : A) -> V {\n  let twice = 2 * v\n  return twice - v\n}",
    ),
];

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Loop {
    pub(super) binder: String,
    pub(super) symbol: usize,
    pub(super) condition: Option<Truth>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Truth {
    Literal(bool),
    Let(usize),
    Compare(Vec<Number>, Vec<&'static str>),
    In(Number, Number, Number, bool),
    /// `in r.limits`, `in r.plausible`.
    InOwn(Number, Of, bool),
    Not(Box<Truth>),
    And(Box<Truth>, Box<Truth>),
    Or(Box<Truth>, Box<Truth>),
    If(Box<Truth>, Box<Truth>, Box<Truth>),
    IsMissing(Number, bool),
    Same(Number, Number),
    Every(Box<Loop>, Box<Truth>),
    Some(Box<Loop>, Box<Truth>),
    /// `device.package is wafer`, or is not.
    IsWafer(bool),
    /// `device.part == "X1"`.
    IsPart,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Definition {
    Number(Number),
    Truth(Truth),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) for_diode: bool,
    pub(super) limits: Vec<(f64, Unit)>,
    pub(super) lets: Vec<Definition>,
    pub(super) needs: Vec<usize>,
    pub(super) when: Option<Truth>,
    pub(super) checks: Vec<Truth>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    pub(super) symbol: usize,
    pub(super) min: Option<f64>,
    pub(super) typ: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) conditions: Vec<(usize, f64)>,
    /// Junction temperature, K.
    pub(super) temperature: Option<f64>,
    pub(super) refused: bool,
    pub(super) part: Option<&'static str>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Record {
    pub(super) kind: Option<&'static str>,
    pub(super) part: Option<&'static str>,
    pub(super) package: Option<&'static str>,
    pub(super) rows: Vec<Row>,
}

struct Quantity(f64, Unit);

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Quantity(value, unit) = self;
        let sign = if value.is_sign_negative() { "-" } else { "" };
        write!(f, "{sign}{:e}", value.abs())?;
        if *unit == Unit::Pure { Ok(()) } else { write!(f, " {}", unit.text()) }
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Of::Nearest(symbol) => write!(f, "data.row({})", SYMBOLS[*symbol].0),
            Of::Each(binder) => f.write_str(binder),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |items: &[Number]| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            // A sign binds less than a power does: `-1 ^ x` would be another number.
            Number::Literal(v, unit) if v.is_sign_negative() => {
                write!(f, "({})", Quantity(*v, *unit))
            }
            Number::Literal(v, unit) => write!(f, "{}", Quantity(*v, *unit)),
            Number::Limit(i) => write!(f, "limit{i}"),
            Number::Let(i) => write!(f, "let{i}"),
            Number::Field(of, field) => write!(f, "{of}.{}", field.text()),
            Number::At(of, symbol) => write!(f, "{of}.{}", SYMBOLS[*symbol].0),
            Number::Negate(a) => write!(f, "(-{a})"),
            Number::Join(op, a, b) => write!(f, "({a} {op} {b})"),
            Number::Apply(name, a) => write!(f, "{name}({a})"),
            Number::Extreme(most, items) => {
                write!(f, "{}({})", if *most { "max" } else { "min" }, list(items))
            }
            Number::Decades(a, b) => write!(f, "decades({a}, {b})"),
            Number::If(c, a, b) => write!(f, "(if {c} then {a} else {b})"),
            Number::Call(i, args) => write!(f, "{}({})", FUNCTIONS[*i].0, list(args)),
            Number::Count(l, body) => write!(f, "count({l}: {body})"),
            Number::Fold(name, l, body) => write!(f, "{name}({l}: {body})"),
        }
    }
}

impl fmt::Display for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in data.rows({})", self.binder, SYMBOLS[self.symbol].0)?;
        self.condition.as_ref().map_or(Ok(()), |c| write!(f, " where {c}"))
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Truth::Literal(t) => f.write_str(if *t { "yes" } else { "no" }),
            Truth::Let(i) => write!(f, "let{i}"),
            Truth::Compare(operands, operators) => {
                write!(f, "(")?;
                for (i, operand) in operands.iter().enumerate() {
                    if let Some(op) = i.checked_sub(1).and_then(|i| operators.get(i)) {
                        write!(f, " {op} ")?;
                    }
                    write!(f, "{operand}")?;
                }
                write!(f, ")")
            }
            Truth::In(v, low, high, inside) => {
                write!(f, "({v} {} {low} .. {high})", if *inside { "in" } else { "not in" })
            }
            Truth::InOwn(v, of, limits) => {
                write!(f, "({v} in {of}.{})", if *limits { "limits" } else { "plausible" })
            }
            Truth::Not(a) => write!(f, "(not {a})"),
            Truth::And(a, b) => write!(f, "({a} and {b})"),
            Truth::Or(a, b) => write!(f, "({a} or {b})"),
            Truth::If(c, a, b) => write!(f, "(if {c} then {a} else {b})"),
            Truth::IsMissing(a, is) => {
                write!(f, "({a} is {}missing)", if *is { "" } else { "not " })
            }
            Truth::Same(a, b) => write!(f, "same({a}, {b})"),
            Truth::Every(l, body) => write!(f, "(every {l}: {body})"),
            Truth::Some(l, body) => write!(f, "(some {l}: {body})"),
            Truth::IsWafer(is) => {
                write!(f, "(device.package is {}wafer)", if *is { "" } else { "not " })
            }
            Truth::IsPart => f.write_str("(device.part == \"X1\")"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rule {} : error on data {{", self.name)?;
        if self.for_diode {
            writeln!(f, "  for diode")?;
        }
        for (i, (value, unit)) in self.limits.iter().enumerate() {
            let quantity = Quantity(*value, *unit);
            writeln!(f, "  limit limit{i} : {} = {quantity} because \"made\"", unit.text())?;
        }
        for (i, definition) in self.lets.iter().enumerate() {
            match definition {
                Definition::Number(n) => writeln!(f, "  let let{i} = {n}")?,
                Definition::Truth(t) => writeln!(f, "  let let{i} = {t}")?,
            }
        }
        for need in &self.needs {
            writeln!(f, "  needs {}", SYMBOLS[*need].0)?;
        }
        if let Some(when) = &self.when {
            writeln!(f, "  when {when}")?;
        }
        for check in &self.checks {
            writeln!(f, "  check {check}")?;
        }
        writeln!(f, "}}")
    }
}
