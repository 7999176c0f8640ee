//! What of every node of the tree is frozen, in which order.

use super::{Frozen, Ice, Melt};
use crate::ast::*;

/// Structs by their fields. Taking them apart by all fields makes the compiler name a field that
/// is missing here.
macro_rules! frozen_structs {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Frozen for $name {
            fn freeze(&self, ice: &mut Ice<'_>) {
                let $name { $($field),* } = self;
                $($field.freeze(ice);)*
            }

            fn thaw(melt: &mut Melt) -> Option<Self> {
                $(let $field = Frozen::thaw(melt)?;)*
                Some($name { $($field),* })
            }
        }
    )*};
}

/// Enums by their variants, each with the byte that stands for it.
macro_rules! frozen_enums {
    ($($name:ident {
        $($byte:literal = $variant:ident $(($($part:ident),*))? $({ $($field:ident),* })?),* $(,)?
    })*) => {$(
        impl Frozen for $name {
            fn freeze(&self, ice: &mut Ice<'_>) {
                match self {
                    $($name::$variant $(($($part),*))? $({ $($field),* })? => {
                        ice.bytes.push($byte);
                        $($($part.freeze(ice);)*)?
                        $($($field.freeze(ice);)*)?
                    })*
                }
            }

            fn thaw(melt: &mut Melt) -> Option<Self> {
                Some(match melt.byte()? {
                    $($byte => {
                        $($(let $part = Frozen::thaw(melt)?;)*)?
                        $($(let $field = Frozen::thaw(melt)?;)*)?
                        $name::$variant $(($($part),*))? $({ $($field),* })?
                    })*
                    _ => return None,
                })
            }
        }
    )*};
}

frozen_structs! {
    Quoted { text, span }
    File { file, items, allows }
    Allow { lint, because, span }
    Item { doc, span, allows, kind }
    Symbol { name, unit, title, synonyms, names, rating, kinds, plausible }
    Kind {
        name, title, pins, titles, classes, polarities, positive, negative, quantities, recognise
    }
    Called { name, words }
    Quantity { span, symbol, arguments, defaults, value, drives }
    Drive { target, value }
    Recognise { span, binder, condition, because }
    Reading { name, kinds, each, lets, curves, because }
    ReadingCurve { span, signature, value, held, keep, noise, marks }
    Function { name, parameters, result, lets, value }
    Let { name, unit, value }
    Limits { name, file, sheet, keys }
    Script { name, parameters, result, file }
    Rule { name, severity, phase, formerly, scope, body }
    RuleBody { limits, when, needs, lets, checks, say, because, help, unwaivable }
    RuleLimit { name, unit, value, because }
    Message { span, parts }
    Path { pack, name }
    Override { target, values, severity, off, because }
    Select { kind, clauses, rank }
    SelectClause { span, action, when, because }
    Binding { name, value }
    Waiver { rule, scope, when, within, until, owner, ticket, because }
    Comprehension { binder, over, condition }
    Circuit { name, arguments, outputs, kind, statements }
    CircuitArgument { names, unit, default }
    Template { name, kind, extends, body }
    TemplateBody { pins, polarity, simulator, statements, recipe, cards }
    Parameter { span, name, unit, card_unit, default, range, scale, fixed, instance, because }
    Table { values, over, knots }
    Part { span, name, template, polarity, nodes, entries }
    PartEntry { name, value, exported }
    Recipe { span, lets, stages, polish }
    Stage { name, statements }
    Target { signature, measure, window }
    Signature { span, quantity, arguments, family }
    Card { span, family, devices, settings, nodes, parameters }
    CardSetting { name, value, polarity }
    CardEntry { name, written, signed }
    Test { name, given, expect, cases, todo, skip }
    Case { name, without, facts, expect }
    GivenColumn { span, sensed, nodes, swept, values }
    Edge { span, side, value }
}

frozen_enums! {
    ItemKind {
        0 = Symbol(a),
        1 = Kind(a),
        2 = Reading(a),
        3 = Function(a),
        4 = Template(a),
        5 = Circuit(a),
        6 = Limits(a),
        7 = Script(a),
        8 = Rule(a),
        9 = Override(a),
        10 = Select(a),
        11 = Test(a),
        12 = Waiver(a),
    }
    Type {
        0 = Unit(a),
        1 = Curve(a),
        2 = Text(a),
        3 = Truth(a),
    }
    MessagePart {
        0 = Text(a),
        1 = Value(a),
    }
    SelectAction {
        0 = Consider(a),
        1 = Reject(a),
        2 = Prefer(a, b),
    }
    ExprKind {
        0 = Number { number, unit },
        1 = Text(a),
        2 = Truth(a),
        3 = Missing,
        4 = Name(a),
        5 = Unary(a, b),
        6 = Binary(a, b, c, d),
        7 = Compare { first, rest },
        8 = In { value, set, negated },
        9 = Is { value, word, negated },
        10 = Range { low, high, step },
        11 = If { condition, then, otherwise },
        12 = Call { function, arguments },
        13 = Method { value, method, arguments },
        14 = Signature(a),
        15 = Field { value, field },
        16 = Index { value, keys },
        17 = AtBindings { value, bindings },
        18 = At { value, conditions },
        19 = Over(a, b),
        20 = Where(a, b),
        21 = Comprehension { kind, each, body },
        22 = List(a),
        23 = Point(a, b),
        24 = Grid(a),
    }
    ComprehensionKind {
        0 = Every,
        1 = Some,
        2 = Count,
        3 = Sum,
        4 = Max,
        5 = Min,
        6 = List,
        7 = Curve,
    }
    UnaryOp {
        0 = Negate,
        1 = Not,
    }
    BinaryOp {
        0 = Add,
        1 = Subtract,
        2 = Multiply,
        3 = Divide,
        4 = Power,
        5 = And,
        6 = Or,
    }
    CompareOp {
        0 = Less,
        1 = LessEqual,
        2 = Greater,
        3 = GreaterEqual,
        4 = Equal,
        5 = NotEqual,
    }
    CircuitStatement {
        0 = Ground(a),
        1 = Nodes(a),
        2 = Let(a),
        3 = Element { span, kind, from, to, value },
        4 = Start { target, value },
        5 = Stop(a, b),
        6 = Event { span, name, value, way, level, after },
        7 = Measure(a, b),
    }
    ElementKind {
        0 = Voltage,
        1 = Current,
        2 = Resistor,
        3 = Capacitor,
        4 = Inductor,
        5 = Clamp,
    }
    Way {
        0 = Rises,
        1 = Falls,
    }
    TemplateStatement {
        0 = Nodes { nodes, because },
        1 = Parameter(a),
        2 = Table(a),
        3 = Part(a),
        4 = Let(a),
        5 = Solve { span, name, unit, range, equation },
        6 = Input { name, unit, because },
        7 = Output { name, value, because },
        8 = Branch { span, kind, from, to, value },
    }
    BranchKind {
        0 = Current,
        1 = Charge,
        2 = Resistor,
        3 = Capacitance,
    }
    StageStatement {
        0 = Let(a),
        1 = Seed { span, parameter, values, because },
        2 = Bound { span, parameter, ranges, because },
        3 = Fit { span, parameters, targets },
        4 = Try { span, parameters, improves },
    }
    Given {
        0 = Data { span, kind, facts },
        1 = File { span, file },
        2 = Model { span, template, values, measured },
    }
    GivenFact {
        0 = Device(a, b),
        1 = Row { span, symbol, min, typ, max, conditions },
        2 = Curve { span, signature, points, conditions },
        3 = Sweep { span, columns, compliance, siblings },
    }
    Expect {
        0 = Outcome { span, outcome, rule, edge, details },
        1 = Nothing(a),
        2 = Chosen { span, template, edge },
        3 = Kind(a),
        4 = Value { span, quantity, conditions, range },
        5 = Tried { span, templates, edge },
        6 = Rejected { span, template, edge, message },
    }
    Side {
        0 = UpTo,
        1 = Below,
        2 = DownTo,
        3 = Above,
    }
    Detail {
        0 = Value { word, value, range },
        1 = Message(a),
        2 = Row { symbol, conditions },
    }
}
