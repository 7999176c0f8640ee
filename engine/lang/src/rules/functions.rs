use super::types::Type;
use espice_units::{Dimension, Exponent};

/// The language's own functions over numbers, series and curves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Function {
    Abs,
    Sign,
    Sqrt,
    Exp,
    Ln,
    Log10,
    Tanh,
    Min,
    Max,
    Count,
    First,
    Last,
    Sum,
    Mean,
    Median,
    Quantile,
    Spread,
    SpanDecades,
    Decades,
    Differences,
    Ratios,
    Rising,
    Falling,
    Monotonic,
    Slope,
    Intercept,
    Deviation,
    Derivative,
    Integral,
    Crossing,
    Knot,
    Peak,
    ThermalVoltage,
    Same,
}

/// Whether a function of the language has this name.
pub(crate) fn is_named(name: &str) -> bool {
    FUNCTIONS.iter().any(|f| f.name == name)
}

/// Name, function, fewest and most arguments, how it is written.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) function: Function,
    pub(crate) fewest: usize,
    pub(crate) most: usize,
    pub(crate) usage: &'static str,
}

const fn entry(
    name: &'static str,
    function: Function,
    fewest: usize,
    most: usize,
    usage: &'static str,
) -> Entry {
    Entry { name, function, fewest, most, usage }
}

/// Every function of the language that expressions of rules may call.
pub(crate) const FUNCTIONS: [Entry; 34] = [
    entry("abs", Function::Abs, 1, 1, "abs(number or series)"),
    entry("sign", Function::Sign, 1, 1, "sign(number or series): -1, 0 or 1"),
    entry("sqrt", Function::Sqrt, 1, 1, "sqrt(number or series)"),
    entry("exp", Function::Exp, 1, 1, "exp(pure number or series)"),
    entry("ln", Function::Ln, 1, 1, "ln(number or series), of a quantity in its SI unit"),
    entry("log10", Function::Log10, 1, 1, "log10(number or series), of a quantity in its SI unit"),
    entry("tanh", Function::Tanh, 1, 1, "tanh(pure number or series)"),
    entry("min", Function::Min, 1, 16, "min(series) or min(a, b, …)"),
    entry("max", Function::Max, 1, 16, "max(series) or max(a, b, …)"),
    entry("count", Function::Count, 1, 1, "count(list, series or curve)"),
    entry("first", Function::First, 1, 1, "first(series)"),
    entry("last", Function::Last, 1, 1, "last(series)"),
    entry("sum", Function::Sum, 1, 1, "sum(series), or of a list of series point by point"),
    entry("mean", Function::Mean, 1, 1, "mean(series)"),
    entry("median", Function::Median, 1, 1, "median(series)"),
    entry("quantile", Function::Quantile, 2, 2, "quantile(series, share)"),
    entry("spread", Function::Spread, 1, 1, "spread(series): largest less smallest"),
    entry("span_decades", Function::SpanDecades, 1, 1, "span_decades(series)"),
    entry("decades", Function::Decades, 2, 2, "decades(a, b): from a to b"),
    entry("differences", Function::Differences, 1, 1, "differences(series) of neighbours"),
    entry("ratios", Function::Ratios, 1, 1, "ratios(series) of neighbours"),
    entry("rising", Function::Rising, 1, 1, "rising(curve)"),
    entry("falling", Function::Falling, 1, 1, "falling(curve)"),
    entry("monotonic", Function::Monotonic, 1, 1, "monotonic(curve)"),
    entry("slope", Function::Slope, 1, 1, "slope(curve) of the least-squares line"),
    entry("intercept", Function::Intercept, 1, 1, "intercept(curve) of the least-squares line"),
    entry(
        "deviation",
        Function::Deviation,
        1,
        1,
        "deviation(curve): largest distance in y from the line",
    ),
    entry("derivative", Function::Derivative, 1, 1, "derivative(curve) between neighbours"),
    entry("integral", Function::Integral, 1, 1, "integral(curve), trapezia"),
    entry(
        "crossing",
        Function::Crossing,
        2,
        2,
        "crossing(curve, y): the x where it first passes y",
    ),
    entry(
        "knot",
        Function::Knot,
        3,
        3,
        "knot(curve, place, places): the x of one of as many knots of a cubic that follows it",
    ),
    entry("peak", Function::Peak, 1, 1, "peak(curve): the x of its largest y"),
    entry("vt", Function::ThermalVoltage, 1, 1, "vt(temperature)"),
    entry("same", Function::Same, 2, 2, "same(a, b): equal, or both missing"),
];

/// The function with this name.
pub(crate) fn find(name: &str) -> Option<&'static Entry> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

/// Spellings of other tools and what this language calls them.
pub(crate) fn elsewhere(name: &str) -> Option<&'static str> {
    const ELSEWHERE: [(&str, &str); 12] = [
        ("log", "`ln` is the natural logarithm, `log10` the decimal one"),
        ("avg", "write `mean`"),
        ("average", "write `mean`"),
        ("len", "write `count`"),
        ("length", "write `count`"),
        ("pow", "write `x ^ y`"),
        ("diff", "write `differences` of a series or `derivative` of a curve"),
        ("std", "write `spread`, or `quantile` for what is robust"),
        ("all", "write `every x in xs: …`"),
        ("any", "write `some x in xs: …`"),
        ("range", "write `lo .. hi`"),
        ("if", "write `if c then a else b`"),
    ];
    ELSEWHERE.iter().find(|e| e.0 == name).map(|e| e.1)
}

/// Why a function does not take its arguments; the index is that of the argument.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Refusal {
    /// The argument must be what the text says.
    Needs(usize, &'static str),
    /// The argument must be a pure number.
    Pure(usize),
    /// The second argument must be like the y of the curve, which has this dimension.
    Level(Dimension),
    /// The arguments with these indices differ in type.
    Differ(usize, usize),
}

/// The type of the result.
pub(crate) fn result(function: Function, arguments: &[Type]) -> Result<Type, Refusal> {
    let Some(first) = arguments.first() else { return Err(Refusal::Needs(0, "a value")) };
    if arguments.contains(&Type::Unknown) {
        return Ok(Type::Unknown);
    }
    if function == Function::Same {
        return same(arguments);
    }
    if *first == Type::Missing {
        return Ok(Type::Missing);
    }
    match function {
        Function::Abs
        | Function::Sign
        | Function::Sqrt
        | Function::Exp
        | Function::Ln
        | Function::Log10
        | Function::Tanh => elementwise(function, first),
        Function::Min | Function::Max => extreme(arguments),
        Function::Count => match first {
            Type::List(_) | Type::Series(_) | Type::Curve(_) | Type::Columns => Ok(Type::PURE),
            _ => Err(Refusal::Needs(0, "a list, a series or a curve")),
        },
        Function::First | Function::Last => match first {
            Type::Series(e) | Type::List(e) => Ok((**e).clone()),
            _ => Err(Refusal::Needs(0, "a series or a list")),
        },
        Function::Sum => match first {
            Type::List(e) if matches!(**e, Type::Series(_)) => Ok((**e).clone()),
            _ => reduced(first),
        },
        Function::Mean | Function::Median => reduced(first),
        Function::Quantile => {
            let element = reduced(first)?;
            if arguments.get(1) != Some(&Type::PURE) {
                return Err(Refusal::Pure(1));
            }
            Ok(element)
        }
        Function::Spread => reduced(first).map(difference),
        Function::SpanDecades => reduced(first).map(|_| Type::PURE),
        Function::Decades => {
            let second = arguments.get(1).ok_or(Refusal::Needs(1, "a number"))?;
            match (first.is_scalar(), second.is_scalar()) {
                (false, _) => Err(Refusal::Needs(0, "a number")),
                (_, false) => Err(Refusal::Needs(1, "a number")),
                _ if first.agrees(second) => Ok(Type::PURE),
                _ => Err(Refusal::Differ(0, 1)),
            }
        }
        Function::Differences => reduced(first).map(|e| difference(e).series()),
        Function::Ratios => reduced(first).map(|_| Type::PURE.series()),
        Function::ThermalVoltage => match first {
            Type::Point => Ok(Type::Number(Dimension::VOLTAGE)),
            Type::Number(d) if *d == Dimension::TEMPERATURE => Ok(Type::Number(Dimension::VOLTAGE)),
            _ => Err(Refusal::Needs(0, "a temperature")),
        },
        _ => of_curve(function, arguments),
    }
}

fn same(arguments: &[Type]) -> Result<Type, Refusal> {
    for (i, a) in arguments.iter().enumerate() {
        if !(a.is_scalar() || a.is_open() || *a == Type::Text) {
            return Err(Refusal::Needs(i, "a number or a text"));
        }
    }
    match arguments {
        [a, b] if !a.agrees(b) => Err(Refusal::Differ(0, 1)),
        _ => Ok(Type::Truth),
    }
}

fn elementwise(function: Function, argument: &Type) -> Result<Type, Refusal> {
    if let Type::List(inner) = argument {
        return match &**inner {
            Type::Series(_) => Ok(elementwise(function, inner)?.list()),
            _ => Err(Refusal::Needs(0, "a number or a series")),
        };
    }
    let (element, series) = argument.element();
    let result = match (function, element) {
        (_, e) if !e.is_scalar() => return Err(Refusal::Needs(0, "a number or a series")),
        (Function::Abs, Type::Point) => {
            return Err(Refusal::Needs(0, "a number, not a point of the temperature scale"));
        }
        (Function::Abs, e) => e.clone(),
        (Function::Sign | Function::Ln | Function::Log10, _) => Type::PURE,
        (Function::Sqrt, Type::Number(d)) => {
            let half = Exponent::new(1, 2).and_then(|h| d.power(h));
            Type::Number(half.ok_or(Refusal::Needs(0, "a value whose dimension has a root"))?)
        }
        (Function::Exp | Function::Tanh, e) if *e == Type::PURE => Type::PURE,
        _ => return Err(Refusal::Pure(0)),
    };
    Ok(if series { result.series() } else { result })
}

fn extreme(arguments: &[Type]) -> Result<Type, Refusal> {
    if let [only] = arguments {
        return reduced(only);
    }
    let mut result: Option<&Type> = None;
    for (i, a) in arguments.iter().enumerate() {
        if a.is_open() {
            continue;
        }
        if !a.element().0.is_scalar() {
            return Err(Refusal::Needs(i, "a number or a series"));
        }
        match result {
            None => result = Some(a),
            Some(r) if r.element().0.agrees(a.element().0) => {
                if a.element().1 {
                    result = Some(a);
                }
            }
            Some(_) => return Err(Refusal::Differ(0, i)),
        }
    }
    Ok(result.cloned().unwrap_or(Type::Unknown))
}

fn reduced(argument: &Type) -> Result<Type, Refusal> {
    match argument {
        Type::Series(e) | Type::List(e) if e.is_scalar() => Ok((**e).clone()),
        // Several series are taken together.
        Type::List(e) if matches!(**e, Type::Series(_)) => reduced(e),
        _ => Err(Refusal::Needs(0, "a series of numbers")),
    }
}

/// What the difference of two such values is.
fn difference(element: Type) -> Type {
    match element {
        Type::Point => Type::Number(Dimension::TEMPERATURE),
        other => other,
    }
}

fn of_curve(function: Function, arguments: &[Type]) -> Result<Type, Refusal> {
    let Some(Type::Curve(curve)) = arguments.first() else {
        return Err(Refusal::Needs(0, "a curve, as in `y over x`"));
    };
    let (y, x) = (difference(curve.y.clone()), difference(curve.x.clone()));
    let dimensions = (y.dimension(), x.dimension());
    let ratio = || match dimensions {
        (Some(y), Some(x)) => y.per(x).map_or(Type::Unknown, Type::Number),
        _ => Type::Unknown,
    };
    Ok(match function {
        Function::Rising | Function::Falling | Function::Monotonic => Type::Truth,
        Function::Slope => ratio(),
        Function::Intercept => curve.y.clone(),
        Function::Deviation => y,
        Function::Derivative => Type::curve(ratio(), curve.x.clone(), None),
        Function::Integral => match dimensions {
            (Some(y), Some(x)) => y.times(x).map_or(Type::Unknown, Type::Number),
            _ => Type::Unknown,
        },
        Function::Crossing => {
            let level = arguments.get(1).ok_or(Refusal::Needs(1, "a value of y"))?;
            if !level.agrees(&curve.y) {
                if let (Some(y), Some(_)) = (curve.y.dimension(), level.dimension()) {
                    return Err(Refusal::Level(y));
                }
                return Err(Refusal::Needs(1, "a value like the y of the curve"));
            }
            curve.x.clone()
        }
        Function::Knot => match (1..=2).find(|i| arguments.get(*i) != Some(&Type::PURE)) {
            Some(other) => return Err(Refusal::Pure(other)),
            None => curve.x.clone(),
        },
        _ => curve.x.clone(),
    })
}
