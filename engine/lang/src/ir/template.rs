use super::{CardIr, ExprId, Graph};
use espice_base::Span;
use espice_syntax::ast::BranchKind;
use espice_units::{Dimension, Unit};

/// The working scale of a parameter in a fit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParameterScale {
    /// As it is.
    Linear,
    /// Its logarithm; the range must be positive, except that the default may be zero, which
    /// switches the effect off.
    Log,
}

/// A parameter of a template; values are SI.
#[derive(Clone, PartialEq, Debug)]
pub struct ParameterIr {
    /// Name.
    pub name: String,
    /// Dimension.
    pub dimension: Dimension,
    /// The unit on the card.
    pub card_unit: Unit,
    /// Default.
    pub default: f64,
    /// Lower bound; minus infinity when none is stated.
    pub low: f64,
    /// Upper bound; infinity when none is stated.
    pub high: f64,
    /// Scale.
    pub scale: ParameterScale,
    /// Never fitted.
    pub fixed: bool,
    /// Stands on the line of the element instead of the model card; such a one is `fixed`.
    pub instance: bool,
    /// What it is, in prose; may be empty.
    pub because: String,
    /// Where it is declared.
    pub span: Span,
}

impl ParameterIr {
    /// Whether zero switches its effect off, so that cards leave it out then: on a log scale, or
    /// where fits leave a default of zero alone. Elements state theirs.
    pub fn is_off_at_zero(&self) -> bool {
        self.scale == ParameterScale::Log || (self.fixed && !self.instance && self.default == 0.0)
    }
}

/// A table of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableIr {
    /// Name.
    pub name: String,
    /// The parameters that are its values at the knots, by index.
    pub parameters: Vec<usize>,
}

/// A node of the template: pins first, then internal nodes.
pub type NodeRef = u32;

/// A branch: what flows from one node through it to the other.
#[derive(Clone, PartialEq, Debug)]
pub struct BranchIr {
    /// What flows; a resistor's value is its resistance in Ohm (it depends on parameters and
    /// temperature only, and zero joins its nodes for the whole batch).
    pub kind: BranchKind,
    /// From.
    pub from: NodeRef,
    /// To.
    pub to: NodeRef,
    /// The value.
    pub value: ExprId,
    /// Where it is written.
    pub span: Span,
}

/// An unknown found from an equation.
#[derive(Clone, PartialEq, Debug)]
pub struct SolveIr {
    /// Name.
    pub name: String,
    /// Lower end of the search.
    pub low: ExprId,
    /// Upper end of the search.
    pub high: ExprId,
    /// What must become zero; may hold the unknown and earlier unknowns.
    pub residual: ExprId,
    /// Where it is written.
    pub span: Span,
}

/// What a function of numbers depends on.
#[derive(Clone, PartialEq, Debug)]
pub struct InputIr {
    /// Name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// What it is, in prose; may be empty.
    pub because: String,
    /// Where it is declared.
    pub span: Span,
}

/// What a function of numbers gives.
#[derive(Clone, PartialEq, Debug)]
pub struct ResultIr {
    /// Name.
    pub name: String,
    /// Dimension.
    pub dimension: Dimension,
    /// The value; inputs stand in it as arguments.
    pub value: ExprId,
    /// What it is, in prose; may be empty.
    pub because: String,
    /// Where it is declared.
    pub span: Span,
}

/// A checked template.
#[derive(Clone, Debug)]
pub struct TemplateIr {
    /// Name.
    pub name: String,
    /// The pack that declares it.
    pub pack: String,
    /// Device kind; empty for a function of numbers, which has no pins.
    pub kind: String,
    /// Documentation.
    pub doc: String,
    /// Pins in card order; equal in number to those of the kind.
    pub pins: Vec<String>,
    /// The polarity whose equations these are, then that of their mirror image, in which all
    /// voltages, currents and charges have the other sign; empty where the device has none.
    pub polarities: Vec<String>,
    /// The simulator that has the equations of the device on the template's card; `None` when
    /// they are the branches below.
    pub simulator: Option<String>,
    /// Internal nodes.
    pub nodes: Vec<String>,
    /// Parameters.
    pub parameters: Vec<ParameterIr>,
    /// Tables, whose values at the knots are parameters.
    pub tables: Vec<TableIr>,
    /// The expressions of everything below.
    pub graph: Graph,
    /// Currents, charges and resistors.
    pub branches: Vec<BranchIr>,
    /// Implicit unknowns in the order of writing.
    pub solves: Vec<SolveIr>,
    /// Inputs of a function of numbers.
    pub inputs: Vec<InputIr>,
    /// Outputs of a function of numbers; a device has none.
    pub outputs: Vec<ResultIr>,
    /// Cards by family of dialects.
    pub cards: Vec<CardIr>,
    /// Where it is declared.
    pub span: Span,
}

impl TemplateIr {
    /// A template of nothing, for devices that are known by their pins alone.
    pub fn empty() -> TemplateIr {
        TemplateIr {
            name: String::new(),
            pack: String::new(),
            kind: String::new(),
            doc: String::new(),
            pins: Vec::new(),
            polarities: Vec::new(),
            simulator: None,
            nodes: Vec::new(),
            parameters: Vec::new(),
            tables: Vec::new(),
            graph: Graph::default(),
            branches: Vec::new(),
            solves: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            cards: Vec::new(),
            span: Span::default(),
        }
    }

    /// The index of a parameter.
    pub fn parameter(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|p| p.name == name)
    }

    /// Whether it is a function of numbers: without pins, with outputs.
    pub fn is_function(&self) -> bool {
        self.pins.is_empty() && !self.outputs.is_empty()
    }

    /// The index of a polarity, 0 or 1.
    pub fn polarity(&self, name: &str) -> Option<usize> {
        self.polarities.iter().position(|p| p == name)
    }

    /// The defaults of all parameters, SI.
    pub fn defaults(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.default).collect()
    }
}
