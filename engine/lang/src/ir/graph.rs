use espice_base::Span;
use espice_units::Dimension;
use rustc_hash::FxHashMap;

/// Identifies a node of a [`Graph`]. Operands always have smaller ids than their users.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExprId(pub u32);

/// A physical constant whose value the evaluator takes from its constants set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PhysicalConstant {
    /// Boltzmann constant, J/K.
    Boltzmann,
    /// Elementary charge, C.
    Charge,
    /// Vacuum permittivity, F/m.
    Permittivity,
}

/// What an evaluator supplies from outside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Leaf {
    /// A number in SI, by its bits.
    Constant(u64),
    /// A physical constant.
    Physical(PhysicalConstant),
    /// A parameter of the template by index, in SI.
    Parameter(u32),
    /// The voltage between two nodes by index (pins first, then internal nodes), V.
    Voltage(u32, u32),
    /// The device temperature, K.
    Temperature,
    /// The temperature at which parameters hold, K.
    NominalTemperature,
    /// 1 for the polarity of the equations, -1 for its mirror image.
    Mirror,
    /// The unknown of a `solve` by index.
    Unknown(u32),
    /// The value of an argument of a quantity by index, SI (quantities only).
    Argument(u32),
    /// The current into a pin by index, A (quantities only).
    PinCurrent(u32),
    /// The charge at a pin by index, C (quantities only).
    PinCharge(u32),
    /// `C(a, b)`: Im(Y(a, b)) / ω at low frequency, F; off the diagonal mostly negative
    /// (quantities only).
    PinCapacitance(u32, u32),
    /// `G(a, b)`: dI(a)/dV(b), S (quantities only).
    PinConductance(u32, u32),
    /// `C(a, b, f)`: Im(Y(a, b)) / ω at the frequency that an argument by index gives, F
    /// (quantities only).
    PinCapacitanceAt(u32, u32, u32),
    /// `G(a, b, f)`: Re(Y(a, b)) at that frequency, S (quantities only).
    PinConductanceAt(u32, u32, u32),
}

/// Functions of one argument; arguments of transcendental functions are pure numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unary {
    /// Negation.
    Negate,
    /// Magnitude.
    Absolute,
    /// Square root; of a negative number NaN.
    SquareRoot,
    /// Natural exponential.
    Exponential,
    /// exp(x) - 1, exact near zero.
    ExponentialMinusOne,
    /// exp(x) continued by its tangent above 80, so that Newton steps stay finite.
    LimitedExponential,
    /// Natural logarithm.
    Logarithm,
    /// ln(1 + x), exact near zero.
    LogarithmOnePlus,
    /// Hyperbolic tangent.
    Tanh,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Arc tangent.
    ArcTangent,
    /// Sine.
    Sine,
    /// Cosine.
    Cosine,
    /// ln(1 + exp(x)), exact in both tails.
    Softplus,
    /// -1, 0 or 1; its derivative is zero.
    Sign,
    /// Logical negation.
    Not,
}

/// Functions of two arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binary {
    /// Sum.
    Add,
    /// Difference.
    Subtract,
    /// Product.
    Multiply,
    /// Quotient.
    Divide,
    /// Power; whole constant exponents are multiplied out.
    Power,
    /// The smaller.
    Minimum,
    /// The larger.
    Maximum,
    /// Both conditions hold.
    And,
    /// One of the conditions holds.
    Or,
}

/// Comparisons; they give conditions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `==`
    Equal,
}

/// A node of the graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A value from outside.
    Leaf(Leaf),
    /// A function of one argument.
    Unary(Unary, ExprId),
    /// A function of two arguments.
    Binary(Binary, ExprId, ExprId),
    /// A condition; greater-than is written with its operands exchanged.
    Compare(Comparison, ExprId, ExprId),
    /// `if condition then a else b`; the arm not taken must not poison values or derivatives.
    Select(ExprId, ExprId, ExprId),
}

/// A hash-consed expression graph with a side table of spans and dimensions.
///
/// Equal nodes are stored once; the span and dimension of the first one made are kept.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    dimensions: Vec<Dimension>,
    index: FxHashMap<Node, ExprId>,
}

impl Graph {
    /// Adds a node or finds its equal.
    pub fn add(&mut self, node: Node, dimension: Dimension, span: Span) -> ExprId {
        if let Some(&id) = self.index.get(&node) {
            return id;
        }
        let id = ExprId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.spans.push(span);
        self.dimensions.push(dimension);
        self.index.insert(node, id);
        id
    }

    /// Adds a constant in SI.
    pub fn constant(&mut self, value: f64, dimension: Dimension, span: Span) -> ExprId {
        self.add(Node::Leaf(Leaf::Constant(value.to_bits())), dimension, span)
    }

    /// The node with this id.
    ///
    /// Ids of another graph give the constant zero at worst; they are never out of bounds.
    pub fn node(&self, id: ExprId) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or(Node::Leaf(Leaf::Constant(0)))
    }

    /// Where the node was first written.
    pub fn span(&self, id: ExprId) -> Span {
        self.spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The dimension of the node's value; conditions are pure numbers.
    pub fn dimension(&self, id: ExprId) -> Dimension {
        self.dimensions.get(id.0 as usize).copied().unwrap_or(Dimension::NONE)
    }

    /// All nodes, operands before users.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it holds no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
