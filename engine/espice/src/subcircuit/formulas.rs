//! Formulas of cards as expressions.

use super::algebra::Val;
use super::net::{At, Net};
use espice_lang::ir::{Binary, Comparison, Leaf, Node, Unary};
use espice_netlist::{Formula, Infix, Prefix, Value};
use espice_units::constants::SPICE39;
use std::collections::BTreeMap;

/// How deep parameters and functions may refer to each other.
const DEPTH: usize = 40;

/// Functions of one argument.
const FUNCTIONS: [(&str, Unary); 13] = [
    ("abs", Unary::Absolute),
    ("sqrt", Unary::SquareRoot),
    ("exp", Unary::Exponential),
    ("ln", Unary::Logarithm),
    ("log", Unary::Logarithm),
    ("sin", Unary::Sine),
    ("cos", Unary::Cosine),
    ("atan", Unary::ArcTangent),
    ("arctan", Unary::ArcTangent),
    ("sinh", Unary::Sinh),
    ("cosh", Unary::Cosh),
    ("tanh", Unary::Tanh),
    ("sgn", Unary::Sign),
];

/// A function of a number.
type OfNumber = fn(f64) -> f64;

/// Functions that are known of numbers only.
const OF_NUMBERS: [(&str, OfNumber); 6] = [
    ("int", f64::trunc),
    ("floor", f64::floor),
    ("ceil", f64::ceil),
    ("nint", f64::round_ties_even),
    ("asin", f64::asin),
    ("acos", f64::acos),
];

/// Numbers with names.
const NAMED: [(&str, f64); 4] = [
    ("pi", std::f64::consts::PI),
    ("boltz", SPICE39.k),
    ("echarge", SPICE39.q),
    ("kelvin", -SPICE39.celsius_zero),
];

/// What a formula may look at beside its scope.
struct Sight<'a> {
    at: At,
    arguments: &'a BTreeMap<String, Val>,
    /// Whether nodes and currents have values yet.
    solved: bool,
    depth: usize,
}

/// Why a formula has no value.
enum Trouble {
    /// It speaks of the circuit, which has no values yet.
    Later,
    Wrong(String),
}

impl From<String> for Trouble {
    fn from(reason: String) -> Trouble {
        Trouble::Wrong(reason)
    }
}

impl Net<'_, '_> {
    /// A formula that speaks of nothing in the circuit; `None` where it does.
    pub(super) fn plain(&mut self, formula: &Formula, at: At) -> Result<Option<Val>, String> {
        let none = BTreeMap::new();
        match self.read(formula, &Sight { at, arguments: &none, solved: false, depth: 0 }) {
            Ok(value) => Ok(Some(value)),
            Err(Trouble::Later) => Ok(None),
            Err(Trouble::Wrong(reason)) => Err(reason),
        }
    }

    /// A formula of the circuit.
    pub(super) fn formula(&mut self, formula: &Formula, at: At) -> Result<Val, String> {
        let none = BTreeMap::new();
        match self.read(formula, &Sight { at, arguments: &none, solved: true, depth: 0 }) {
            Ok(value) => Ok(value),
            Err(Trouble::Later) => Err(String::from("it depends on what is not known here")),
            Err(Trouble::Wrong(reason)) => Err(reason),
        }
    }

    fn read(&mut self, formula: &Formula, sight: &Sight<'_>) -> Result<Val, Trouble> {
        Ok(match formula {
            Formula::Number(value) => self.algebra.constant(*value),
            Formula::Name(name) => self.named(name, sight)?,
            Formula::Voltage(a, b) => {
                let x = self.node_of(sight.at, a);
                let y = match b {
                    Some(b) => self.node_of(sight.at, b),
                    None => {
                        self.uses_ground = true;
                        self.ground()
                    }
                };
                if !sight.solved {
                    return Err(Trouble::Later);
                }
                self.voltage(x, y)?
            }
            Formula::Current(source) => {
                let edge = self.edge_of(sight.at, source)?;
                if !sight.solved {
                    return Err(Trouble::Later);
                }
                self.note_displacement(edge);
                self.sensed(edge, false)?
            }
            Formula::Unary(prefix, a) => {
                let a = self.read(a, sight)?;
                let op = match prefix {
                    Prefix::Minus => Unary::Negate,
                    Prefix::Not => Unary::Not,
                };
                self.algebra.unary(op, a)
            }
            Formula::Binary(infix, a, b) => {
                let (a, b) = (self.read(a, sight), self.read(b, sight));
                let (a, b) = (a?, b?);
                self.operation(*infix, a, b)
            }
            Formula::Choose(c, a, b) => {
                let (c, a, b) = (self.read(c, sight), self.read(a, sight), self.read(b, sight));
                let (c, a, b) = (c?, a?, b?);
                self.choose(c, a, b)
            }
            Formula::Call(name, arguments) => self.called(name, arguments, sight)?,
        })
    }

    /// Charges that go through a source whose current a formula reads are not followed.
    fn note_displacement(&mut self, edge: usize) {
        let path = self.edges.get(edge).map_or("", |e| e.element.path.as_str());
        let note = format!("a displacement current through `{path}`");
        if !self.static_only.contains(&note) {
            self.static_only.push(note);
        }
    }

    fn choose(&mut self, condition: Val, a: Val, b: Val) -> Val {
        let zero = self.algebra.constant(0.0);
        let is_condition = matches!(
            self.algebra.graph.node(condition.id),
            Node::Compare(..)
                | Node::Unary(Unary::Not, _)
                | Node::Binary(Binary::And | Binary::Or, ..)
        );
        if is_condition {
            return self.algebra.select(condition, a, b);
        }
        let is_zero = self.algebra.compare(Comparison::Equal, condition, zero);
        self.algebra.select(is_zero, b, a)
    }

    fn operation(&mut self, infix: Infix, a: Val, b: Val) -> Val {
        let algebra = &mut self.algebra;
        match infix {
            Infix::Add => algebra.binary(Binary::Add, a, b),
            Infix::Subtract => algebra.binary(Binary::Subtract, a, b),
            Infix::Multiply => algebra.binary(Binary::Multiply, a, b),
            Infix::Divide => algebra.binary(Binary::Divide, a, b),
            // ngspice raises the magnitude.
            Infix::Power => {
                let a = algebra.unary(Unary::Absolute, a);
                algebra.binary(Binary::Power, a, b)
            }
            Infix::Less => algebra.compare(Comparison::Less, a, b),
            Infix::LessEqual => algebra.compare(Comparison::LessEqual, a, b),
            Infix::Greater => algebra.compare(Comparison::Less, b, a),
            Infix::GreaterEqual => algebra.compare(Comparison::LessEqual, b, a),
            Infix::Equal => algebra.compare(Comparison::Equal, a, b),
            Infix::NotEqual => {
                let equal = algebra.compare(Comparison::Equal, a, b);
                algebra.unary(Unary::Not, equal)
            }
            Infix::And => algebra.binary(Binary::And, a, b),
            Infix::Or => algebra.binary(Binary::Or, a, b),
        }
    }

    fn named(&mut self, name: &str, sight: &Sight<'_>) -> Result<Val, Trouble> {
        let name = name.to_lowercase();
        if let Some(value) = sight.arguments.get(&name) {
            return Ok(*value);
        }
        if let Some(bound) = self.scopes.parameter(sight.at.scope, &name) {
            if sight.depth >= DEPTH {
                return Err(format!("the parameter `{name}` depends on itself").into());
            }
            let text = match bound.value {
                Value::Number(value) => return Ok(self.algebra.constant(value)),
                Value::Text(text) => text,
            };
            let formula = Formula::parse(&text)
                .map_err(|e| format!("the parameter `{name}` is no formula: {}", e.reason))?;
            let none = BTreeMap::new();
            let at = At { scope: bound.scope, ..sight.at };
            let inner =
                Sight { at, arguments: &none, solved: sight.solved, depth: sight.depth + 1 };
            return self.read(&formula, &inner);
        }
        match name.as_str() {
            "temper" | "temp" => {
                let kelvin = self.algebra.node(Node::Leaf(Leaf::Temperature), None);
                let zero = self.algebra.constant(SPICE39.celsius_zero);
                Ok(self.algebra.binary(Binary::Subtract, kelvin, zero))
            }
            // At rest the time has not started.
            "time" => Ok(self.algebra.constant(0.0)),
            _ => match NAMED.iter().find(|(n, _)| *n == name) {
                Some((_, value)) => Ok(self.algebra.constant(*value)),
                None => Err(format!("`{name}` is no parameter that the file sets").into()),
            },
        }
    }

    fn called(
        &mut self,
        name: &str,
        arguments: &[Formula],
        sight: &Sight<'_>,
    ) -> Result<Val, Trouble> {
        // All of them are read, so that the nodes that they name are known.
        let values: Vec<_> = arguments.iter().map(|a| self.read(a, sight)).collect();
        let values: Vec<Val> = values.into_iter().collect::<Result<_, _>>()?;
        if let Some(function) = self.scopes.function(sight.at.scope, name) {
            if function.arguments.len() != values.len() || sight.depth >= DEPTH {
                return Err(format!("`{name}` is not called as it is defined").into());
            }
            let given = function.arguments.iter().cloned().zip(values).collect();
            let at = At { scope: function.scope, ..sight.at };
            let inner =
                Sight { at, arguments: &given, solved: sight.solved, depth: sight.depth + 1 };
            return self.read(&function.body, &inner);
        }
        let algebra = &mut self.algebra;
        let unary = FUNCTIONS.iter().find(|(n, _)| *n == name);
        let of_number = OF_NUMBERS.iter().find(|(n, _)| *n == name);
        Ok(match (name, values.as_slice()) {
            (_, [a]) if unary.is_some() => {
                algebra.unary(unary.map_or(Unary::Negate, |(_, op)| *op), *a)
            }
            (_, [Val { known: Some(x), .. }]) if of_number.is_some() => {
                algebra.constant(of_number.map_or(f64::NAN, |(_, f)| f(*x)))
            }
            ("log10", [a]) => {
                let natural = algebra.unary(Unary::Logarithm, *a);
                let ten = algebra.constant(std::f64::consts::LN_10);
                algebra.binary(Binary::Divide, natural, ten)
            }
            ("tan", [a]) => {
                let (sine, cosine) =
                    (algebra.unary(Unary::Sine, *a), algebra.unary(Unary::Cosine, *a));
                algebra.binary(Binary::Divide, sine, cosine)
            }
            ("uramp", [a]) => {
                let zero = algebra.constant(0.0);
                algebra.binary(Binary::Maximum, *a, zero)
            }
            ("u" | "stp", [a]) => {
                let (zero, one) = (algebra.constant(0.0), algebra.constant(1.0));
                let above = algebra.compare(Comparison::Less, zero, *a);
                algebra.select(above, one, zero)
            }
            ("min", [a, b]) => algebra.binary(Binary::Minimum, *a, *b),
            ("max", [a, b]) => algebra.binary(Binary::Maximum, *a, *b),
            ("limit", [x, a, b]) => {
                let (low, high) = (
                    algebra.binary(Binary::Minimum, *a, *b),
                    algebra.binary(Binary::Maximum, *a, *b),
                );
                let above = algebra.binary(Binary::Maximum, *x, low);
                algebra.binary(Binary::Minimum, above, high)
            }
            ("pow" | "pwr", [a, b]) => {
                let magnitude = algebra.unary(Unary::Absolute, *a);
                let raised = algebra.binary(Binary::Power, magnitude, *b);
                match (name, a.known) {
                    // Among numbers `pow` is the power itself and `pwr` that of the magnitude;
                    // among voltages it is the other way round.
                    ("pow", Some(_)) => algebra.binary(Binary::Power, *a, *b),
                    ("pwr", None) => {
                        let sign = algebra.unary(Unary::Sign, *a);
                        algebra.binary(Binary::Multiply, sign, raised)
                    }
                    _ => raised,
                }
            }
            (_, list) => {
                let count = list.len();
                return Err(
                    format!("the function `{name}` of {count} values is not evaluated").into()
                );
            }
        })
    }
}
