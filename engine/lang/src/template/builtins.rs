//! The constants and functions that belong to the language, as data.

use crate::ir::{Binary, Leaf, PhysicalConstant, Unary};
use espice_units::Dimension;

/// How a function treats the dimensions of its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    /// A pure number to a pure number.
    Pure(Unary),
    /// Any number to one of its dimension.
    Same(Unary),
    /// Any number to a pure one.
    Sign(Unary),
    /// The square root.
    Root,
    /// The logarithm to base ten.
    DecadicLogarithm,
    /// Two or more numbers of one dimension to one of them.
    Fold(Binary),
    /// The smaller or larger of two numbers, rounded where they are nearer than a third.
    Smooth(Binary),
}

/// Functions by name.
const FUNCTIONS: [(&str, Rule); 21] = [
    ("abs", Rule::Same(Unary::Absolute)),
    ("atan", Rule::Pure(Unary::ArcTangent)),
    ("cos", Rule::Pure(Unary::Cosine)),
    ("cosh", Rule::Pure(Unary::Cosh)),
    ("exp", Rule::Pure(Unary::Exponential)),
    ("expm1", Rule::Pure(Unary::ExponentialMinusOne)),
    ("limexp", Rule::Pure(Unary::LimitedExponential)),
    ("ln", Rule::Pure(Unary::Logarithm)),
    ("ln1p", Rule::Pure(Unary::LogarithmOnePlus)),
    ("log10", Rule::DecadicLogarithm),
    ("log1p", Rule::Pure(Unary::LogarithmOnePlus)),
    ("max", Rule::Fold(Binary::Maximum)),
    ("min", Rule::Fold(Binary::Minimum)),
    ("sign", Rule::Sign(Unary::Sign)),
    ("sin", Rule::Pure(Unary::Sine)),
    ("sinh", Rule::Pure(Unary::Sinh)),
    ("smoothmax", Rule::Smooth(Binary::Maximum)),
    ("smoothmin", Rule::Smooth(Binary::Minimum)),
    ("softplus", Rule::Pure(Unary::Softplus)),
    ("sqrt", Rule::Root),
    ("tanh", Rule::Pure(Unary::Tanh)),
];

/// Names that other languages give to what is written differently here, with the answer.
const ANSWERS: [(&str, &str); 12] = [
    ("fabs", "write `abs(x)`"),
    ("pow", "write `x ^ y`"),
    ("pwr", "write `x ^ y`"),
    ("log2", "write `ln(x) / ln(2)`"),
    ("sqr", "write `x ^ 2`"),
    ("square", "write `x ^ 2`"),
    ("tan", "write `sin(x) / cos(x)`"),
    ("sgn", "write `sign(x)`"),
    ("arctan", "write `atan(x)`"),
    ("ddt", "a derivative by time is a `charge` branch"),
    ("lexp", "write `limexp(x)`"),
    ("iif", "write `if c then a else b`"),
];

/// What can be probed, with the number of nodes and what it gives.
pub(crate) const PROBES: [&str; 5] = ["V", "I", "Q", "C", "G"];

/// The names of constants that no declaration may take.
pub(crate) const CONSTANTS: [&str; 7] = ["vt", "T", "TNOM", "k", "q", "eps0", "mirror"];

/// A function of the language.
pub(crate) fn function(name: &str) -> Option<Rule> {
    FUNCTIONS.iter().find(|f| f.0 == name).map(|f| f.1)
}

/// All function names.
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|f| f.0)
}

/// The answer to a name that other languages use.
pub(crate) fn answer(name: &str) -> Option<&'static str> {
    ANSWERS.iter().find(|a| a.0.eq_ignore_ascii_case(name)).map(|a| a.1)
}

/// A constant that is one leaf; `vt` is made of three.
pub(crate) fn constant(name: &str) -> Option<(Leaf, Dimension)> {
    let physical = |c, e| (Leaf::Physical(c), Dimension::of(e));
    Some(match name {
        "T" => (Leaf::Temperature, Dimension::TEMPERATURE),
        "TNOM" => (Leaf::NominalTemperature, Dimension::TEMPERATURE),
        "mirror" => (Leaf::Mirror, Dimension::NONE),
        "k" => physical(PhysicalConstant::Boltzmann, [1, 1, 1, 0, -1]),
        "q" => physical(PhysicalConstant::Charge, [0, 1, 1, 0, 0]),
        "eps0" => physical(PhysicalConstant::Permittivity, [-1, 1, 1, -1, 0]),
        _ => return None,
    })
}

/// Whether a declaration would hide a constant of the language.
pub(crate) fn is_reserved(name: &str) -> bool {
    CONSTANTS.contains(&name)
}

/// Whether a function may not be declared under this name.
pub(crate) fn is_reserved_function(name: &str) -> bool {
    function(name).is_some() || PROBES.contains(&name) || answer(name).is_some() || name == "log"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reserved_constant_has_a_meaning() {
        for name in CONSTANTS {
            assert!(name == "vt" || constant(name).is_some(), "{name}");
        }
    }

    #[test]
    fn no_function_is_also_answered() {
        for name in function_names() {
            assert_eq!(answer(name), None, "{name}");
        }
    }
}
