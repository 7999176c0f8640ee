//! Literals and dimensions, shared by everything that checks expressions: a number and its unit
//! word become an SI value, and two dimensions that do not go together become one diagnostic
//! with a label on both operands and the missing factor where there is exactly one.

use espice_base::{Code, Diagnostic, Diagnostics, Span, did_you_mean};
use espice_syntax::ast::{Expr, ExprKind, Type, UnaryOp, Word};
use espice_units::{Dimension, Exponent, Unit, UnitError, pack, parse_unit};

/// A number of a pack in SI.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Literal {
    /// Value in SI; a temperature point (`25 degC`) in kelvin.
    pub(crate) value: f64,
    /// Its dimension.
    pub(crate) dimension: Dimension,
    /// Whether it names a point of a scale (`25 degC`), which cannot be added or multiplied.
    pub(crate) is_point: bool,
    /// Whether it stands without a unit.
    pub(crate) is_bare: bool,
}

/// The parts of a literal as written: sign, number, unit. `-40 degC` is one literal, because
/// the negative of a point of a scale is not what it says.
pub(crate) fn literal_parts(expr: &Expr) -> Option<(bool, &Word, Option<&Word>)> {
    match &expr.kind {
        ExprKind::Number { number, unit } => Some((false, number, unit.as_ref())),
        ExprKind::Unary(UnaryOp::Negate, inner) => match &inner.kind {
            ExprKind::Number { number, unit } => Some((true, number, unit.as_ref())),
            _ => None,
        },
        _ => None,
    }
}

/// Reads a literal. `None` when it was diagnosed.
pub(crate) fn literal(
    negative: bool,
    number: &Word,
    unit: Option<&Word>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let Some(read) = pack::parse_number(&number.text) else {
        diagnostics.push(
            Diagnostic::error(Code::NOT_A_NUMBER, format!("`{}` is not a number", number.text))
                .at(number.span)
                .help("write digits, a decimal point and an exponent: `1.5e-3`"),
        );
        return None;
    };
    let value = if negative { -read.value } else { read.value };
    let Some(word) = unit else {
        if read.suffixed {
            diagnostics.push(
                Diagnostic::error(
                    Code::SUFFIX_WITHOUT_UNIT,
                    format!("`{}` has a scale suffix but no unit", number.text),
                )
                .at(number.span)
                .help(format!(
                    "write the unit after a blank, as in `{} Ohm`, or write `{}`",
                    number.text,
                    espice_units::exact(read.value)
                )),
            );
            return None;
        }
        return Some(Literal { value, dimension: Dimension::NONE, is_point: false, is_bare: true });
    };
    let unit = unit_word(word, diagnostics)?;
    let value = unit.to_si(value);
    if !value.is_finite() {
        diagnostics.push(
            Diagnostic::error(Code::NOT_A_NUMBER, "this number is too large to hold")
                .at(number.span.to(word.span)),
        );
        return None;
    }
    Some(Literal { value, dimension: unit.dimension, is_point: unit.is_point(), is_bare: false })
}

/// Reads an expression that is a literal: `None` when it is none, `Some(None)` when it was
/// diagnosed.
pub(crate) fn literal_of(expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Option<Literal>> {
    let (negative, number, unit) = literal_parts(expr)?;
    Some(literal(negative, number, unit, diagnostics))
}

/// Reads a unit. `None` when it was diagnosed.
pub(crate) fn unit_word(word: &Word, diagnostics: &mut Diagnostics) -> Option<Unit> {
    let error = match parse_unit(&word.text) {
        Ok(unit) => return Some(unit),
        Err(error) => error,
    };
    let text = &word.text;
    diagnostics.push(match error {
        UnitError::Unknown(part, likely) => {
            let message = if part == *text {
                format!("`{text}` is not a unit")
            } else {
                format!("`{part}` in `{text}` is not a unit")
            };
            let likely = wrong_unit(&part).or(likely.map(|l| wrong_unit(l).unwrap_or(l)));
            Diagnostic::error(Code::UNKNOWN_UNIT, message)
                .at(word.span)
                .maybe_help(likely.map(|l| format!("did you mean `{l}`?")))
        }
        UnitError::Exponent(part) => {
            Diagnostic::error(Code::UNKNOWN_UNIT, format!("`{part}` has no exponent to read"))
                .at(word.span)
                .help("exponents are whole numbers or fractions in brackets: `V^2`, `V^(1/2)`")
        }
        UnitError::PointInProduct => Diagnostic::error(
            Code::TEMPERATURE_POINT,
            format!("`{text}` multiplies a point of the temperature scale"),
        )
        .at(word.span)
        .help("differences and coefficients are in kelvin: write `K`"),
    });
    None
}

/// Spellings that are near nothing but common, and words in place of symbols.
fn wrong_unit(text: &str) -> Option<&'static str> {
    const WRONG: [(&str, &str); 12] = [
        ("volts", "V"),
        ("amps", "A"),
        ("sec", "s"),
        ("ohms", "Ohm"),
        ("Volt", "V"),
        ("Amp", "A"),
        ("ampere", "A"),
        ("Farad", "F"),
        ("second", "s"),
        ("celsius", "degC"),
        ("percent", "%"),
        ("R", "Ohm"),
    ];
    WRONG.iter().find(|w| w.0.eq_ignore_ascii_case(text)).map(|w| w.1)
}

/// Reads a type that must be a unit. `None` when it was diagnosed.
pub(crate) fn type_unit(unit: &Type, diagnostics: &mut Diagnostics) -> Option<Unit> {
    let (span, what) = match unit {
        Type::Unit(word) => return unit_word(word, diagnostics),
        Type::Curve(signature) => (signature.span, "a curve"),
        Type::Text(span) => (*span, "text"),
        Type::Truth(span) => (*span, "yes or no"),
    };
    diagnostics.push(
        Diagnostic::error(Code::TYPE_NOT_ALLOWED, format!("a unit must stand here, not {what}"))
            .at(span)
            .help("write a unit such as `V`, `A/V^2`, or `1` for a pure number"),
    );
    None
}

/// What two operands were brought together for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Together {
    /// `a < b`, `a == b`.
    Compare,
    /// `a + b`.
    Add,
    /// `a - b`.
    Subtract,
    /// `if c then a else b`.
    Arms,
    /// `a .. b`.
    Ends,
    /// `x in lo .. hi`.
    Within,
    /// `min(a, b)`, `[a, b]`.
    Alike,
}

/// An operand of a check: its place, its dimension, and whether it is a number without unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Operand<'a> {
    /// Its place.
    pub(crate) span: Span,
    /// Its dimension.
    pub(crate) dimension: Dimension,
    /// The number as written when it is a literal without unit.
    pub(crate) bare: Option<&'a str>,
}

impl<'a> Operand<'a> {
    /// An operand that is the value of an expression.
    pub(crate) fn of(expr: &'a Expr, dimension: Dimension) -> Self {
        let bare = match literal_parts(expr) {
            Some((_, number, None)) => Some(number.text.as_str()),
            _ => None,
        };
        Operand { span: expr.span, dimension, bare }
    }
}

/// The diagnostic of two operands whose dimensions differ.
pub(crate) fn mismatch(together: Together, left: Operand<'_>, right: Operand<'_>) -> Diagnostic {
    let (l, r) = (phrase(left.dimension), phrase(right.dimension));
    let message = match together {
        Together::Compare => format!("cannot compare {l} with {r}"),
        Together::Add => format!("cannot add {l} and {r}"),
        Together::Subtract => format!("cannot subtract {r} from {l}"),
        Together::Arms => format!("one arm of `if` is {l}, the other {r}"),
        Together::Ends => format!("a range cannot go from {l} to {r}"),
        Together::Within => format!("{l} cannot lie in a range of {r}"),
        Together::Alike => format!("{l} and {r} cannot stand side by side"),
    };
    Diagnostic::error(Code::DIMENSION_MISMATCH, message)
        .label(left.span, left.dimension.describe())
        .label(right.span, right.dimension.describe())
        .maybe_help(repair(left, right))
}

/// The diagnostic of a value that does not have the dimension its place demands.
///
/// `what` names the place (`a resistor`, `` `IS` ``); `wanted` is where the demand is written,
/// when it is written at all.
pub(crate) fn unexpected(
    what: &str,
    wanted: Option<Span>,
    dimension: Dimension,
    value: Operand<'_>,
) -> Diagnostic {
    let message = format!("{what} must be {}, not {}", phrase(dimension), phrase(value.dimension));
    let left = Operand { span: wanted.unwrap_or(value.span), dimension, bare: None };
    let diagnostic = Diagnostic::error(Code::DIMENSION_MISMATCH, message)
        .label(value.span, value.dimension.describe());
    let diagnostic = match wanted {
        Some(span) => diagnostic.label(span, dimension.describe()),
        None => diagnostic,
    };
    diagnostic.maybe_help(repair_value(left, value))
}

/// The diagnostic of an argument that must be a pure number; `wanted` is what demands it.
pub(crate) fn not_pure(what: &str, wanted: Option<Span>, value: Operand<'_>) -> Diagnostic {
    let dimension = value.dimension;
    let by = dimension.name().map_or_else(
        || format!("divide it by a value in `{dimension}`"),
        |_| {
            let example = (dimension == Dimension::VOLTAGE).then_some(", for example `vt`");
            format!("divide it by {} ({dimension}){}", phrase(dimension), example.unwrap_or(""))
        },
    );
    let told = Diagnostic::error(
        Code::NOT_PURE,
        format!("{what} must be a pure number, not {}", phrase(dimension)),
    )
    .label(value.span, dimension.describe());
    let told = wanted.into_iter().fold(told, |d, span| d.label(span, "takes a pure number"));
    told.help(by)
}

/// The word that a statement starts with.
pub(crate) fn first_word(statement: Span, word: &str) -> Span {
    let length = u32::try_from(word.len()).unwrap_or(0);
    Span { end: (statement.start + length).min(statement.end), ..statement }
}

/// The dimension of `base ^ exponent`; `None` when the exponent is no ratio of small numbers
/// or the result leaves the range of exponents.
pub(crate) fn power(base: Dimension, exponent: f64) -> Option<Dimension> {
    if base.is_none() {
        return Some(Dimension::NONE);
    }
    base.power(Exponent::from_f64(exponent)?)
}

/// The diagnostic of a product or quotient whose exponents leave their range.
pub(crate) fn out_of_range(span: Span) -> Diagnostic {
    Diagnostic::error(Code::DIMENSION_RANGE, "the dimension of this value is out of range")
        .at(span)
        .help("divide by reference values first, so that pure numbers are multiplied")
}

/// The help of a misspelt name.
pub(crate) fn likely<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    did_you_mean(name, candidates).map(|c| format!("did you mean `{c}`?"))
}

/// A dimension with its article: `a voltage`, `an energy`, `a value in A/V^2`.
pub(crate) fn phrase(dimension: Dimension) -> String {
    match dimension.name() {
        Some("dimensionless") => String::from("a pure number"),
        Some(name) if name.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {name}"),
        Some(name) => format!("a {name}"),
        None => format!("a value in `{dimension}`"),
    }
}

fn noun(dimension: Dimension) -> String {
    match dimension.name() {
        Some("dimensionless") => String::from("pure number"),
        Some(name) => String::from(name),
        None => format!("value in `{dimension}`"),
    }
}

/// Which factor is offered when both operands could be repaired: what engineers think in first.
const FACTORS: [&str; 13] = [
    "voltage",
    "current",
    "resistance",
    "time",
    "length",
    "temperature",
    "capacitance",
    "charge",
    "frequency",
    "conductance",
    "area",
    "energy",
    "power",
];

/// How one of two operands becomes what the other is, when exactly one factor separates them.
fn repair(left: Operand<'_>, right: Operand<'_>) -> Option<String> {
    if let Some(help) =
        give_unit(left.dimension, right).or_else(|| give_unit(right.dimension, left))
    {
        return Some(help);
    }
    [(left, right), (right, left)]
        .into_iter()
        .enumerate()
        .filter_map(|(order, (want, got))| {
            let (rank, help) = missing_factor(want.dimension, got.dimension)?;
            Some((rank, order, help))
        })
        .min()
        .map(|(_, _, help)| help)
}

/// How a value becomes what its place demands.
fn repair_value(want: Operand<'_>, got: Operand<'_>) -> Option<String> {
    let reciprocal = || {
        let product = got.dimension.times(want.dimension)?;
        (product.is_none() && !got.dimension.is_none())
            .then(|| String::from("take its reciprocal: `1 / (…)`"))
    };
    give_unit(want.dimension, got)
        .or_else(reciprocal)
        .or_else(|| missing_factor(want.dimension, got.dimension).map(|(_, help)| help))
}

fn give_unit(wanted: Dimension, got: Operand<'_>) -> Option<String> {
    let number = got.bare.filter(|_| !wanted.is_none())?;
    Some(format!("give the number its unit: `{number} {wanted}`"))
}

fn missing_factor(want: Dimension, got: Dimension) -> Option<(usize, String)> {
    let rank = |d: Dimension| {
        let name = d.name()?;
        FACTORS.iter().position(|f| *f == name)
    };
    let factor = want.per(got)?;
    let divisor = got.per(want)?;
    let multiply = rank(factor)
        .map(|r| (r, format!("multiply the {} by {} ({factor})", noun(got), phrase(factor))));
    let divide = rank(divisor)
        .map(|r| (r, format!("divide the {} by {} ({divisor})", noun(got), phrase(divisor))));
    // Both exist for V and A; the higher-ranked factor reads better, and multiplying wins ties.
    match (multiply, divide) {
        (Some(m), Some(d)) => Some(if d.0 < m.0 { d } else { m }),
        (m, d) => m.or(d),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::FileId;

    fn word(text: &str) -> Word {
        Word { text: text.into(), span: Span::new(FileId(0), 0, text.len()) }
    }

    fn read(negative: bool, number: &str, unit: Option<&str>) -> (Option<Literal>, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let unit = unit.map(word);
        let literal = literal(negative, &word(number), unit.as_ref(), &mut diagnostics);
        let codes = diagnostics.iter().map(|d| d.code.to_string()).collect();
        (literal, codes)
    }

    #[test]
    fn literals_become_si_values() {
        for (negative, number, unit, value, dimension) in [
            (false, "10", Some("fA"), 1e-14, Dimension::CURRENT),
            (true, "40", Some("degC"), -40.0 + 273.15, Dimension::TEMPERATURE),
            (false, "4k7", Some("Ohm"), 4700.0, Dimension::RESISTANCE),
            (false, "5", Some("uA"), 5e-6, Dimension::CURRENT),
            (false, "5", Some("%"), 0.05, Dimension::NONE),
            (true, "2.5", None, -2.5, Dimension::NONE),
        ] {
            let (literal, codes) = read(negative, number, unit);
            let literal = literal.unwrap();
            assert_eq!((literal.value, literal.dimension), (value, dimension), "{number} {unit:?}");
            assert!(codes.is_empty());
        }
    }

    #[test]
    fn wrong_literals_are_answered() {
        for (number, unit, code) in [
            ("1MEG", None, Code::SUFFIX_WITHOUT_UNIT),
            ("4k7k", Some("Ohm"), Code::NOT_A_NUMBER),
            ("10", Some("mX"), Code::UNKNOWN_UNIT),
            ("10", Some("V^x"), Code::UNKNOWN_UNIT),
            ("10", Some("V/degC"), Code::TEMPERATURE_POINT),
            ("9e307", Some("kV"), Code::NOT_A_NUMBER),
        ] {
            let (literal, codes) = read(false, number, unit);
            assert_eq!((literal, codes), (None, vec![code.to_string()]), "{number} {unit:?}");
        }
    }

    #[test]
    fn a_missing_factor_is_named_once() {
        let span = Span::default();
        let operand = |dimension| Operand { span, dimension, bare: None };
        let help = |a, b| mismatch(Together::Compare, operand(a), operand(b)).help.join(" ");
        let (v, a) = (Dimension::VOLTAGE, Dimension::CURRENT);
        assert_eq!(help(v, a), "multiply the current by a resistance (Ohm)");
        assert_eq!(help(a, v), "divide the voltage by a resistance (Ohm)");
        assert_eq!(help(Dimension::CHARGE, a), "multiply the current by a time (s)");
        assert_eq!(help(v, Dimension::of([0, 0, 0, 3, 0])), "");
        let bare = Operand { span, dimension: Dimension::NONE, bare: Some("5") };
        let told = mismatch(Together::Compare, operand(v), bare);
        assert_eq!(told.help.join(" "), "give the number its unit: `5 V`");
        assert_eq!(told.message, "cannot compare a voltage with a pure number");
        assert_eq!(told.labels.len(), 2);
    }
}
