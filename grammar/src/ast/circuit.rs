//! Circuits.

use super::{Expr, Let, Type, Word};
use espice_base::Span;

/// `circuit NAME(IF : A, RL : Ohm = 100 Ohm) -> trr : s for KIND { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Circuit {
    /// Name.
    pub name: Word,
    /// The conditions that it is run at.
    pub arguments: Vec<CircuitArgument>,
    /// What comes out.
    pub outputs: Vec<(Word, Type)>,
    /// Device kind.
    pub kind: Word,
    /// Everything in the order of writing.
    pub statements: Vec<CircuitStatement>,
}

/// `VDD or VDS : V` or `RL : Ohm = 100 Ohm`
#[derive(Clone, PartialEq, Debug)]
pub struct CircuitArgument {
    /// Its name, then other symbols that state the same.
    pub names: Vec<Word>,
    /// Its unit.
    pub unit: Type,
    /// The value that holds where none is stated.
    pub default: Option<Expr>,
}

/// A statement of a circuit.
#[derive(Clone, PartialEq, Debug)]
pub enum CircuitStatement {
    /// `ground k`
    Ground(Word),
    /// `nodes supply because "…"`
    Nodes(Vec<Word>),
    /// `let …`
    Let(Let),
    /// `voltage supply, k = …`, `resistor supply, a = …` and the like
    Element {
        /// The whole statement.
        span: Span,
        /// Which.
        kind: ElementKind,
        /// From this node, through the element …
        from: Word,
        /// … to this one.
        to: Word,
        /// Its value.
        value: Expr,
    },
    /// `start V(g, s) = 0 V`
    Start {
        /// `V(g, s)`.
        target: Expr,
        /// What it is held at.
        value: Expr,
    },
    /// `stop at 1 ms`: the whole statement, and the moment.
    Stop(Span, Expr),
    /// `event NAME when X rises through Y after OTHER`
    Event {
        /// The whole statement.
        span: Span,
        /// Name.
        name: Word,
        /// What is watched.
        value: Expr,
        /// The direction.
        way: Way,
        /// The level.
        level: Expr,
        /// The event after which it counts.
        after: Option<Word>,
    },
    /// `measure trr = …`
    Measure(Word, Expr),
}

/// Elements of circuits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ElementKind {
    /// A forced voltage.
    Voltage,
    /// A forced current.
    Current,
    /// A resistance.
    Resistor,
    /// A capacitance.
    Capacitor,
    /// An inductance.
    Inductor,
    /// A voltage that is not exceeded.
    Clamp,
}

/// The direction of a crossing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From below.
    Rises,
    /// From above.
    Falls,
}
