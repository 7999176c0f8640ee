use super::{ExprId, Graph};
use espice_base::Span;
use espice_syntax::ast::{ElementKind, Way};
use espice_units::Dimension;

/// A measurement in a circuit around one device: elements, events, observations and what comes
/// out of them.
///
/// Nodes are numbered as in templates: the pins of the kind, then the circuit's own nodes. In
/// the graph, `Leaf::Argument(i)` stands for the arguments in order, then for the time
/// ([`CircuitIr::time`]), then for the observations ([`CircuitIr::observation`]).
#[derive(Clone, Debug)]
pub struct CircuitIr {
    /// Name.
    pub name: String,
    /// The pack that declares it.
    pub pack: String,
    /// The kind of the device.
    pub kind: String,
    /// Documentation.
    pub doc: String,
    /// The conditions that it is run at.
    pub arguments: Vec<CircuitArgument>,
    /// How many pins the kind has.
    pub pins: u32,
    /// The circuit's own nodes.
    pub nodes: Vec<String>,
    /// The node at 0 V.
    pub ground: u32,
    /// Expressions.
    pub graph: Graph,
    /// What is connected to the device.
    pub elements: Vec<ElementIr>,
    /// Voltages that are held until the time starts.
    pub starts: Vec<StartIr>,
    /// When the run ends at the latest, s; `None` when the operating point is all there is.
    pub stop: Option<ExprId>,
    /// Events; the first two are [`EventIr::START`] and [`EventIr::END`], which have no value of
    /// their own.
    pub events: Vec<EventIr>,
    /// What is noted during the run.
    pub observations: Vec<ObservationIr>,
    /// What comes out.
    pub outputs: Vec<OutputIr>,
    /// Where it is declared.
    pub span: Span,
}

impl CircuitIr {
    /// The argument leaf of the time.
    pub fn time(&self) -> u32 {
        self.arguments.len() as u32
    }

    /// The argument leaf of an observation.
    pub fn observation(&self, index: usize) -> u32 {
        (self.arguments.len() + 1 + index) as u32
    }

    /// The index of an output.
    pub fn output(&self, symbol: &str) -> Option<usize> {
        self.outputs.iter().position(|o| o.symbol == symbol)
    }
}

/// A condition of a circuit.
#[derive(Clone, PartialEq, Debug)]
pub struct CircuitArgument {
    /// A symbol.
    pub name: String,
    /// Other symbols that state the same.
    pub others: Vec<String>,
    /// Its dimension.
    pub dimension: Dimension,
    /// The value that holds where nothing is stated, SI.
    pub default: Option<f64>,
    /// Where it is declared.
    pub span: Span,
}

/// An element between two nodes.
#[derive(Clone, PartialEq, Debug)]
pub struct ElementIr {
    /// What it is.
    pub kind: ElementKind,
    /// From this node, through the element …
    pub from: u32,
    /// … to this one.
    pub to: u32,
    /// Voltage between the nodes in V, current in A, resistance in Ohm, capacitance in F,
    /// inductance in H, largest voltage between the nodes in V. Voltages and currents may hold
    /// the time and voltages, the others arguments only.
    pub value: ExprId,
    /// Where it is written.
    pub span: Span,
}

/// A voltage that is held while the operating point is found, and let go when the time starts.
#[derive(Clone, PartialEq, Debug)]
pub struct StartIr {
    /// This node
    pub from: u32,
    /// against this one.
    pub to: u32,
    /// The voltage, V; arguments only.
    pub value: ExprId,
}

/// A crossing.
#[derive(Clone, PartialEq, Debug)]
pub struct EventIr {
    /// Name.
    pub name: String,
    /// What crosses zero: the watched value less its level. `None` for start and end.
    pub value: Option<ExprId>,
    /// The direction.
    pub way: Way,
    /// The event after which it counts; the start when none is written.
    pub after: usize,
    /// Where it is written.
    pub span: Span,
}

impl EventIr {
    /// The event at time zero.
    pub const START: usize = 0;
    /// The event at the end of the run.
    pub const END: usize = 1;
}

/// What is noted during a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObservationIr {
    /// A value when an event happens.
    At {
        /// The value.
        value: ExprId,
        /// The event.
        event: usize,
    },
    /// The integral of a value over time from one event to another.
    Integral {
        /// The value.
        value: ExprId,
        /// From this event …
        from: usize,
        /// … to this one.
        to: usize,
    },
    /// The largest value from one event to another; until the second, the largest so far.
    Peak {
        /// The value.
        value: ExprId,
        /// From this event …
        from: usize,
        /// … to this one.
        to: usize,
    },
}

impl ObservationIr {
    /// The value that is watched.
    pub fn value(&self) -> ExprId {
        match *self {
            ObservationIr::At { value, .. }
            | ObservationIr::Integral { value, .. }
            | ObservationIr::Peak { value, .. } => value,
        }
    }
}

/// What comes out of a circuit.
#[derive(Clone, PartialEq, Debug)]
pub struct OutputIr {
    /// The symbol.
    pub symbol: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// The value, formed when the run has ended; voltages and currents in it are those at the
    /// end.
    pub value: ExprId,
    /// Where it is declared.
    pub span: Span,
}
