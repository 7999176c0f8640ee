use espice_syntax::ast;
use espice_units::{Dimension, Exponent, Unit};

/// The type of an expression of the rule language. Every value may also be missing.
#[derive(Clone, PartialEq, Debug)]
pub enum Type {
    /// A quantity, SI.
    Number(Dimension),
    /// A quantity in the unit of the row that it comes from (`data.rows`, all symbols).
    Own,
    /// A point of the temperature scale, K.
    Point,
    /// Yes or no.
    Truth,
    /// A text.
    Text,
    /// The literal `missing`, which goes with everything.
    Missing,
    /// Already diagnosed; goes with everything.
    Unknown,
    /// Values in the order of the source; the elements are numbers, points or truths.
    Series(Box<Type>),
    /// y over x.
    Curve(Box<CurveType>),
    /// One point of a curve, with `x` and `y`.
    Sample(Box<CurveType>),
    /// `lo .. hi`, with or without a step.
    Range(Box<Type>),
    /// A list of anything.
    List(Box<Type>),
    /// Values of condition symbols.
    Conditions,
    /// A table row whose values have this type.
    Row(Box<Type>),
    /// A raw sweep.
    Sweep,
    /// A column of a sweep.
    Column,
    /// The swept columns; stands for the column when there is exactly one.
    Columns,
    /// A row of the limits table with this index.
    TableRow(usize),
    /// The limits table with this index.
    Table(usize),
    /// `data`, `model`, `param`, `device`.
    Root(Root),
    /// `model.VF`, which needs conditions.
    Measure(String),
}

/// The words that name what a rule may look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    /// The facts.
    Data,
    /// The model at hand.
    Model,
    /// Its parameters.
    Param,
    /// What the sources say the device is.
    Device,
}

/// The types of a curve's axes.
#[derive(Clone, PartialEq, Debug)]
pub struct CurveType {
    /// Values.
    pub y: Type,
    /// Abscissa.
    pub x: Type,
    /// The symbols of y and x, when they are known.
    pub symbols: Option<[String; 2]>,
}

impl Type {
    /// A pure number.
    pub(crate) const PURE: Type = Type::Number(Dimension::NONE);

    /// The type of a quantity with this unit: `degC` makes a point, `K` a difference.
    pub(crate) fn of_unit(unit: Unit) -> Type {
        if unit.is_point() { Type::Point } else { Type::Number(unit.dimension) }
    }

    /// The type of a symbol's values: temperatures are points.
    pub(crate) fn of_symbol(dimension: Dimension) -> Type {
        if dimension == Dimension::TEMPERATURE { Type::Point } else { Type::Number(dimension) }
    }

    /// A series of this type.
    pub(crate) fn series(self) -> Type {
        Type::Series(Box::new(self))
    }

    /// A list of this type.
    pub(crate) fn list(self) -> Type {
        Type::List(Box::new(self))
    }

    /// A curve of y over x.
    pub(crate) fn curve(y: Type, x: Type, symbols: Option<[String; 2]>) -> Type {
        Type::Curve(Box::new(CurveType { y, x, symbols }))
    }

    /// Whether it is a single number, point or own value.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Type::Number(_) | Type::Point | Type::Own)
    }

    /// Whether a check of it has already failed, or it is `missing`.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Type::Unknown | Type::Missing)
    }

    /// The element of a series, or itself; and whether it was a series.
    pub(crate) fn element(&self) -> (&Type, bool) {
        match self {
            Type::Series(inner) => (inner, true),
            other => (other, false),
        }
    }

    /// The dimension of a scalar or of the elements of a series; points are kelvin.
    pub(crate) fn dimension(&self) -> Option<Dimension> {
        match self.element().0 {
            Type::Number(d) => Some(*d),
            Type::Point => Some(Dimension::TEMPERATURE),
            _ => None,
        }
    }

    /// Whether values of both types may stand for each other.
    pub(crate) fn agrees(&self, other: &Type) -> bool {
        match (self, other) {
            (a, b) if a.is_open() || b.is_open() => true,
            (Type::Series(a), Type::Series(b))
            | (Type::Range(a), Type::Range(b))
            | (Type::List(a), Type::List(b))
            | (Type::Row(a), Type::Row(b)) => a.agrees(b),
            (Type::Curve(a), Type::Curve(b)) | (Type::Sample(a), Type::Sample(b)) => {
                a.y.agrees(&b.y) && a.x.agrees(&b.x)
            }
            (a, b) => a == b,
        }
    }

    /// How a diagnostic names it, with its article.
    pub(crate) fn describe(&self) -> String {
        match self {
            Type::Number(d) if *d == Dimension::TEMPERATURE => {
                String::from("a difference of temperatures (K)")
            }
            Type::Number(d) => d.name().map_or_else(
                || format!("a value in `{d}`"),
                |_| {
                    let text = d.describe();
                    let an = text.starts_with(['a', 'e', 'i', 'o', 'u']) && !text.starts_with("a ");
                    if text.starts_with("a ") {
                        text
                    } else {
                        format!("{} {text}", if an { "an" } else { "a" })
                    }
                },
            ),
            Type::Own => String::from("a value in its row's own unit"),
            Type::Point => String::from("a temperature"),
            Type::Truth => String::from("yes or no"),
            Type::Text => String::from("a text"),
            Type::Missing => String::from("`missing`"),
            Type::Unknown => String::from("something unknown"),
            Type::Series(e) => format!("a series of {}", plural(e)),
            Type::Curve(c) => format!("a curve of {} over {}", plural(&c.y), plural(&c.x)),
            Type::Sample(_) => String::from("a point of a curve"),
            Type::Range(e) => format!("a range of {}", plural(e)),
            Type::List(e) => format!("a list of {}", plural(e)),
            Type::Conditions => String::from("a set of conditions"),
            Type::Row(_) => String::from("a table row"),
            Type::Sweep => String::from("a sweep"),
            Type::Column => String::from("a column"),
            Type::Columns => String::from("the swept columns"),
            Type::TableRow(_) => String::from("a row of a limits table"),
            Type::Table(_) => String::from("a limits table"),
            Type::Root(Root::Data) => String::from("`data` as a whole"),
            Type::Root(Root::Model) => String::from("`model` as a whole"),
            Type::Root(Root::Param) => String::from("`param` as a whole"),
            Type::Root(Root::Device) => String::from("`device` as a whole"),
            Type::Measure(s) => format!("`{s}` of the model without conditions"),
        }
    }
}

fn plural(element: &Type) -> String {
    match element {
        Type::Number(d) if d.is_none() => String::from("pure numbers"),
        Type::Number(d) => format!("values in {d}"),
        Type::Own => String::from("values in its own unit"),
        Type::Point => String::from("temperatures"),
        Type::Truth => String::from("truths"),
        Type::Text => String::from("texts"),
        Type::Row(_) => String::from("table rows"),
        Type::Curve(_) => String::from("curves"),
        Type::Sweep => String::from("sweeps"),
        Type::Column => String::from("columns"),
        Type::Conditions => String::from("conditions"),
        Type::Series(_) => String::from("series"),
        _ => String::from("values"),
    }
}

/// Why two scalars do not go together in a sum, product or power.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clash {
    /// Their dimensions differ.
    Dimensions,
    /// Two points of the temperature scale were added, or one was multiplied or negated.
    Points,
    /// One is no number at all.
    NotNumbers,
    /// The exponents left their range.
    Range,
    /// A quantity was raised to something that is no constant ratio.
    Exponent,
}

/// The type of `a op b` for scalars.
pub(crate) fn arithmetic(op: ast::BinaryOp, a: &Type, b: &Type) -> Result<Type, Clash> {
    use ast::BinaryOp::{Add, Divide, Multiply, Subtract};
    const KELVIN: Type = Type::Number(Dimension::TEMPERATURE);
    if a.is_open() || b.is_open() {
        return Ok(Type::Unknown);
    }
    if !a.is_scalar() || !b.is_scalar() {
        return Err(Clash::NotNumbers);
    }
    let product = |x: Dimension, y: Dimension| match op {
        Multiply => x.times(y),
        _ => x.per(y),
    };
    match (op, a, b) {
        (Add | Subtract, Type::Number(x), Type::Number(y)) if x == y => Ok(a.clone()),
        (Add | Subtract, Type::Own, Type::Own) => Ok(Type::Own),
        (Subtract, Type::Point, Type::Point) => Ok(KELVIN),
        (Add, Type::Point, Type::Point) => Err(Clash::Points),
        (Add | Subtract, Type::Point, t) if *t == KELVIN => Ok(Type::Point),
        (Add, t, Type::Point) if *t == KELVIN => Ok(Type::Point),
        (Add | Subtract, _, _) => Err(Clash::Dimensions),
        (Divide, Type::Own, Type::Own) => Ok(Type::PURE),
        (Multiply | Divide, Type::Own, t) | (Multiply, t, Type::Own) if *t == Type::PURE => {
            Ok(Type::Own)
        }
        (Multiply | Divide, Type::Own, _) | (Multiply | Divide, _, Type::Own) => {
            Err(Clash::Dimensions)
        }
        (Multiply | Divide, _, _) => match (a.dimension(), b.dimension()) {
            (Some(x), Some(y)) => product(x, y).map(Type::Number).ok_or(Clash::Range),
            _ => Err(Clash::NotNumbers),
        },
        _ => Err(Clash::NotNumbers),
    }
}

/// The type of `base ^ exponent`, the exponent being known when it is constant.
pub(crate) fn power(base: &Type, exponent: Option<f64>) -> Result<Type, Clash> {
    match base {
        t if t.is_open() => Ok(Type::Unknown),
        Type::Number(d) if d.is_none() => Ok(Type::PURE),
        Type::Number(d) => {
            let exponent = exponent.and_then(Exponent::from_f64).ok_or(Clash::Exponent)?;
            d.power(exponent).map(Type::Number).ok_or(Clash::Range)
        }
        Type::Point => Err(Clash::Points),
        Type::Own => Err(Clash::Exponent),
        _ => Err(Clash::NotNumbers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ast::BinaryOp::{Add, Divide, Multiply, Subtract};

    #[test]
    fn temperatures_are_points_and_differences() {
        let kelvin = Type::Number(Dimension::TEMPERATURE);
        for (op, a, b, want) in [
            (Subtract, Type::Point, Type::Point, Ok(kelvin.clone())),
            (Add, Type::Point, kelvin.clone(), Ok(Type::Point)),
            (Add, kelvin.clone(), Type::Point, Ok(Type::Point)),
            (Add, Type::Point, Type::Point, Err(Clash::Points)),
            (Subtract, kelvin.clone(), Type::Point, Err(Clash::Dimensions)),
            (Divide, Type::Own, Type::Own, Ok(Type::PURE)),
            (Multiply, Type::Own, Type::PURE, Ok(Type::Own)),
        ] {
            assert_eq!(arithmetic(op, &a, &b), want, "{op:?} {a:?} {b:?}");
        }
    }

    #[test]
    fn products_and_powers_follow_the_dimensions() {
        let (v, a) = (Type::Number(Dimension::VOLTAGE), Type::Number(Dimension::CURRENT));
        assert_eq!(arithmetic(Divide, &v, &a), Ok(Type::Number(Dimension::RESISTANCE)));
        assert_eq!(arithmetic(Add, &v, &a), Err(Clash::Dimensions));
        assert_eq!(power(&v, None), Err(Clash::Exponent));
        assert_eq!(arithmetic(Multiply, &v, &Type::Text), Err(Clash::NotNumbers));
    }
}
