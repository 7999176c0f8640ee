use super::expr::{Constant, ExprKind, Frame, TypedExpr};
use super::types::{Root, Type};
use crate::check::dims;
use crate::ir::Library;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::{self, Expr, Word};
use espice_units::Dimension;

/// What a local name stands for.
#[derive(Clone, Debug)]
enum Name {
    /// A slot of the frame, its type, whether it is evidence.
    Slot(usize, Type, bool),
    /// A parameter of the recipe's template.
    Parameter(usize, Type),
}

/// What a function or script takes and gives.
#[derive(Clone, Debug)]
pub(crate) struct Callable {
    pub(crate) name: String,
    pub(crate) parameters: Vec<(String, Type)>,
    pub(crate) result: Type,
    pub(crate) span: Span,
}

/// Checks expressions: names become slots, types and dimensions are found, every mistake is
/// diagnosed once.
pub(crate) struct Checker<'l> {
    pub(crate) library: &'l Library,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) functions: &'l [Callable],
    pub(crate) scripts: &'l [Callable],
    /// The pack of the item, which decides which lost names are forgiven.
    pub(crate) pack: usize,
    /// The kinds that the item speaks of; empty means all.
    pub(crate) kinds: Vec<String>,
    /// Whether a name was met that was lost with a mistake told elsewhere: the item cannot be
    /// used, and nothing more is to be said.
    pub(crate) forgiven: bool,
    /// Parameters of the recipe's template whose declaration was diagnosed.
    pub(crate) lost: Vec<String>,
    frame: Frame,
    names: Vec<(String, Name)>,
}

impl<'l> Checker<'l> {
    pub(crate) fn new(
        library: &'l Library,
        functions: &'l [Callable],
        scripts: &'l [Callable],
    ) -> Self {
        Checker {
            library,
            diagnostics: Diagnostics::new(),
            functions,
            scripts,
            pack: 0,
            kinds: Vec::new(),
            forgiven: false,
            lost: Vec::new(),
            frame: Frame::default(),
            names: Vec::new(),
        }
    }

    /// Ends an item: gives its frame and forgets its names.
    pub(crate) fn finish_frame(&mut self) -> Frame {
        self.names.clear();
        self.kinds.clear();
        std::mem::take(&mut self.frame)
    }

    /// Starts an item of a pack; [`Checker::is_sound`] takes what this gives.
    pub(crate) fn start(&mut self, pack: usize) -> usize {
        self.pack = pack;
        self.forgiven = false;
        self.diagnostics.len()
    }

    /// Whether nothing was wrong since the item started.
    pub(crate) fn is_sound(&self, started: usize) -> bool {
        !self.forgiven && self.diagnostics.len() == started
    }

    /// Marks the place to which [`Checker::leave`] returns.
    pub(crate) fn enter(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names that were added since.
    pub(crate) fn leave(&mut self, mark: usize) {
        self.names.truncate(mark);
    }

    /// A new name without definition; returns its slot.
    pub(crate) fn bind(&mut self, name: &str, ty: Type, evidence: bool) -> usize {
        let slot = self.frame.slots.len();
        self.frame.slots.push(None);
        // What is refused keeps its meaning where it is used.
        if !has_value(name) {
            self.names.push((name.to_string(), Name::Slot(slot, ty, evidence)));
        }
        slot
    }

    /// Another name for a slot.
    pub(crate) fn alias(&mut self, name: &str, slot: usize, ty: Type) {
        self.names.push((name.to_string(), Name::Slot(slot, ty, true)));
    }

    /// A name for a parameter of the recipe's template.
    pub(crate) fn bind_parameter(&mut self, name: &str, index: usize, ty: Type) {
        self.names.push((name.to_string(), Name::Parameter(index, ty)));
    }

    /// A new name with its definition; returns its slot.
    pub(crate) fn define(&mut self, name: &str, value: TypedExpr) -> usize {
        let slot = self.bind(name, value.ty.clone(), value.evidence);
        if let Some(place) = self.frame.slots.get_mut(slot) {
            *place = Some(value);
        }
        slot
    }

    /// Refuses a name of its own to what has a meaning everywhere.
    pub(crate) fn keep_meaning(&mut self, name: &Word) {
        if is_reserved(&name.text) {
            let message = format!("`{}` belongs to the language", name.text);
            let told = Diagnostic::error(Code::RESERVED_NAME, message).at(name.span);
            self.diagnostics.push(told.help("give it another name"));
        }
    }

    /// `let NAME : UNIT = EXPR`.
    pub(crate) fn define_let(&mut self, item: &ast::Let) -> usize {
        self.keep_meaning(&item.name);
        let mut value = self.expr(&item.value);
        if let Some(unit) = &item.unit
            && let Some(wanted) = self.declared(unit)
        {
            let what = format!("`{}`", item.name.text);
            self.expect(&mut value, &item.value, &wanted, &what, Some(type_span(unit)));
            value.ty = wanted;
        }
        self.define(&item.name.text, value)
    }

    /// The type that a declaration states; `None` when it was diagnosed.
    pub(crate) fn declared(&mut self, ty: &ast::Type) -> Option<Type> {
        Some(match ty {
            ast::Type::Unit(word) => Type::of_unit(dims::unit_word(word, &mut self.diagnostics)?),
            ast::Type::Text(_) => Type::Text,
            ast::Type::Truth(_) => Type::Truth,
            ast::Type::Curve(signature) => {
                let y = self.symbol_type(&signature.quantity)?;
                let argument = signature.arguments.first()?;
                let x = self.symbol_type(argument)?;
                let symbols = [signature.quantity.text.clone(), argument.text.clone()];
                Type::curve(y, x, Some(symbols))
            }
        })
    }

    /// The type of a canonical symbol; a misspelt one is diagnosed.
    pub(crate) fn symbol_type(&mut self, word: &Word) -> Option<Type> {
        let symbols = &self.library.symbols;
        if let Some(symbol) = symbols.symbol(&word.text) {
            return Some(Type::of_symbol(symbol.dimension));
        }
        if self.library.is_forgiven(self.pack, &word.text) {
            self.forgiven = true;
            return None;
        }
        let help = symbols.resolve(&word.text).map_or_else(
            || symbols.suggest(&word.text).map(|s| format!("did you mean `{s}`?")),
            |s| Some(format!("packs use the canonical name `{}`", s.name)),
        );
        self.diagnostics.push(
            Diagnostic::error(Code::UNKNOWN_SYMBOL, format!("there is no symbol `{}`", word.text))
                .at(word.span)
                .maybe_help(help),
        );
        None
    }

    /// A name in an expression.
    pub(crate) fn name(&mut self, name: &str, span: Span) -> TypedExpr {
        let make = |ty, evidence, kind| TypedExpr { span, ty, evidence, kind };
        match self.names.iter().rev().find(|n| n.0 == name).map(|n| n.1.clone()) {
            Some(Name::Slot(slot, ty, evidence)) => {
                return make(ty, evidence, ExprKind::Local(slot));
            }
            Some(Name::Parameter(index, ty)) => return make(ty, true, ExprKind::Parameter(index)),
            None => {}
        }
        if let Some((_, root)) = ROOTS.iter().find(|r| r.0 == name) {
            return make(Type::Root(*root), true, ExprKind::Missing);
        }
        if let Some((_, constant, dimension)) = constants().into_iter().find(|c| c.0 == name) {
            let ty = match constant {
                Constant::Nominal => Type::Point,
                _ => Type::Number(dimension),
            };
            return make(ty, false, ExprKind::Constant(constant));
        }
        if let Some(table) = self.library.tables.iter().position(|t| t.name == name) {
            return make(Type::Table(table), false, ExprKind::Missing);
        }
        if self.library.is_forgiven(self.pack, name) {
            self.forgiven = true;
        } else {
            self.unknown_name(name, span);
        }
        TypedExpr::poison(span)
    }

    fn unknown_name(&mut self, name: &str, span: Span) {
        let help = if self.library.symbols.symbol(name).is_some() {
            Some(format!(
                "`{name}` is a symbol: write `data.rows({name})` for its table rows, \
                 `model.{name} at (…)` for the model's value"
            ))
        } else if matches!(name, "true" | "false") {
            Some(String::from("truths are `yes` and `no`"))
        } else if espice_units::parse_unit(name).is_ok() {
            Some(format!("`{name}` is a unit, and stands behind a number: `1 {name}`"))
        } else {
            let tables = self.library.tables.iter().map(|t| t.name.as_str());
            let known = ["data", "model", "param", "device", "yes", "no", "missing"];
            let constants = constants().map(|c| c.0);
            let locals = self.names.iter().map(|n| n.0.as_str());
            dims::likely(name, locals.chain(known).chain(constants).chain(tables))
        };
        self.diagnostics.push(
            Diagnostic::error(Code::UNKNOWN_NAME, format!("`{name}` is not known here"))
                .at(span)
                .maybe_help(help),
        );
    }

    /// Demands a type of a value, making a point of a literal in kelvin where a point is
    /// wanted. Returns whether it fits; a misfit is diagnosed.
    pub(crate) fn expect(
        &mut self,
        value: &mut TypedExpr,
        written: &Expr,
        wanted: &Type,
        what: &str,
        declared: Option<Span>,
    ) -> bool {
        as_point(value, wanted);
        if value.ty.agrees(wanted) {
            return true;
        }
        let diagnostic = match (wanted, &value.ty) {
            (Type::Number(d), Type::Number(got)) => {
                dims::unexpected(what, declared, *d, dims::Operand::of(written, *got))
            }
            (Type::Point, Type::Number(d)) | (Type::Number(d), Type::Point)
                if *d == Dimension::TEMPERATURE =>
            {
                temperatures(what, value.span, value.ty == Type::Point)
            }
            (wanted, got) => match inner_clash(wanted, got) {
                Some((part, wanted, got)) => {
                    let what = format!("{part}{what}");
                    dims::unexpected(&what, declared, wanted, dims::Operand::of(written, got))
                }
                None => {
                    let (wanted, got) = (wanted.describe(), got.describe());
                    let message = format!("{what} is {wanted}, not {got}");
                    let told = Diagnostic::error(Code::VALUE_TYPE, message).label(value.span, got);
                    declared.into_iter().fold(told, |d, span| d.label(span, wanted.clone()))
                }
            },
        };
        self.diagnostics.push(diagnostic);
        false
    }

    /// Demands one truth.
    pub(crate) fn expect_truth(&mut self, value: &TypedExpr, what: &str) -> bool {
        if value.ty == Type::Truth || value.ty.is_open() {
            return true;
        }
        let many = matches!(&value.ty, Type::Series(e) if **e == Type::Truth);
        let (code, help) = if many {
            (
                Code::MANY_TRUTHS,
                "say of how many points it must hold: `every p in curve: …`, `some …`, or compare \
                 `min(…)` or `max(…)`",
            )
        } else {
            (Code::VALUE_TYPE, "compare it with something: `<`, `<=`, `==`, `in lo .. hi`")
        };
        let got = if many { String::from("one truth for each point") } else { value.ty.describe() };
        self.diagnostics.push(
            Diagnostic::error(code, format!("{what} is yes or no, not {got}"))
                .label(value.span, got)
                .help(help),
        );
        false
    }
}

/// Whether a name means something in every expression: what data are reached by, a constant, a
/// word of messages, the start of a comprehension. The constants `k` and `q` give way, as letters
/// that loops like to use.
pub(crate) fn is_reserved(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["observed", "limit", "margin", "worst", "count", "sum", "max", "min", "list"];
    WORDS.contains(&name) || has_value(name)
}

/// Whether a reserved name is that of a value.
fn has_value(name: &str) -> bool {
    let is_constant = constants().iter().any(|c| c.0 == name && name.len() > 1);
    is_constant || ROOTS.iter().any(|r| r.0 == name)
}

/// What data are reached by.
const ROOTS: [(&str, Root); 4] = [
    ("data", Root::Data),
    ("model", Root::Model),
    ("param", Root::Param),
    ("device", Root::Device),
];

/// The part of two curves, series, ranges or lists in which their dimensions differ, and both.
fn inner_clash(wanted: &Type, got: &Type) -> Option<(&'static str, Dimension, Dimension)> {
    let part = |what, a: &Type, b: &Type| match (a, b) {
        (Type::Number(a), Type::Number(b)) if a != b => Some((what, *a, *b)),
        _ => None,
    };
    match (wanted, got) {
        (Type::Curve(a), Type::Curve(b)) => {
            part("the y of ", &a.y, &b.y).or_else(|| part("the x of ", &a.x, &b.x))
        }
        (Type::Series(a), Type::Series(b))
        | (Type::Range(a), Type::Range(b))
        | (Type::List(a), Type::List(b)) => part("", a, b),
        _ => None,
    }
}

/// A literal in kelvin becomes a point where a point is wanted.
pub(crate) fn as_point(value: &mut TypedExpr, wanted: &Type) {
    let literal = matches!(value.kind, ExprKind::Number(_));
    let kelvin = value.ty == Type::Number(Dimension::TEMPERATURE);
    if literal && kelvin && *wanted.element().0 == Type::Point {
        value.ty = Type::Point;
    }
}

/// What is to be known of temperatures.
pub(crate) const POINT_HELP: &str =
    "`degC` names a point of the scale, `K` a difference; their sum is a point";

/// The diagnostic of a temperature where a difference must stand, or the reverse.
pub(crate) fn temperatures(what: &str, span: Span, got_point: bool) -> Diagnostic {
    let (wanted, got) = if got_point {
        ("a difference of temperatures", "a temperature")
    } else {
        ("a temperature", "a difference of temperatures")
    };
    Diagnostic::error(Code::TEMPERATURE_POINT, format!("{what} is {wanted}, not {got}"))
        .label(span, got)
        .help(POINT_HELP)
}

/// The place of a declared type.
pub(crate) fn type_span(ty: &ast::Type) -> Span {
    match ty {
        ast::Type::Unit(word) => word.span,
        ast::Type::Curve(signature) => signature.span,
        ast::Type::Text(span) | ast::Type::Truth(span) => *span,
    }
}

fn constants() -> [(&'static str, Constant, Dimension); 6] {
    let per_kelvin = Dimension::ENERGY.per(Dimension::TEMPERATURE);
    let per_metre = Dimension::CAPACITANCE.per(Dimension::LENGTH);
    [
        ("vt", Constant::ThermalVoltage, Dimension::VOLTAGE),
        ("TNOM", Constant::Nominal, Dimension::TEMPERATURE),
        ("k", Constant::Boltzmann, per_kelvin.unwrap_or(Dimension::NONE)),
        ("q", Constant::Charge, Dimension::CHARGE),
        ("eps0", Constant::Permittivity, per_metre.unwrap_or(Dimension::NONE)),
        ("pi", Constant::Pi, Dimension::NONE),
    ]
}
