//! Types of the forms that every expression is made of: numbers, arithmetic, comparisons,
//! ranges, lists. Access to data, models and tables stands in `typing_data`.

use super::expr::{ExprKind as Kind, TypedExpr};
use super::fields::FieldId;
use super::scope::{Checker, POINT_HELP, as_point};
use super::types::{self, Clash, Type};
use crate::check::dims::{self, Operand, Together};
use espice_base::{Code, Diagnostic, Span};
use espice_syntax::ast::{BinaryOp, CompareOp, Expr, ExprKind, UnaryOp, Word};
use espice_units::Dimension;

/// Nesting beyond which an expression is refused; the parser's own limit is lower.
const DEPTH: usize = 400;

impl Checker<'_> {
    /// Checks an expression.
    pub(crate) fn expr(&mut self, e: &Expr) -> TypedExpr {
        self.deep(e, 0)
    }

    pub(crate) fn deep(&mut self, e: &Expr, depth: usize) -> TypedExpr {
        if depth > DEPTH {
            self.refuse(Code::VALUE_TYPE, e.span, "this expression is nested too deeply", "");
            return TypedExpr::poison(e.span);
        }
        let d = depth + 1;
        if let Some(literal) = dims::literal_of(e, &mut self.diagnostics) {
            return literal.map_or_else(
                || TypedExpr::poison(e.span),
                |l| {
                    let ty = if l.is_point { Type::Point } else { Type::Number(l.dimension) };
                    node(e.span, ty, false, Kind::Number(l.value))
                },
            );
        }
        match &e.kind {
            ExprKind::Number { .. } => TypedExpr::poison(e.span),
            ExprKind::Text(t) => node(e.span, Type::Text, false, Kind::Text(t.clone())),
            ExprKind::Truth(t) => node(e.span, Type::Truth, false, Kind::Truth(*t)),
            ExprKind::Missing => node(e.span, Type::Missing, false, Kind::Missing),
            ExprKind::Name(name) => self.name(name, e.span),
            ExprKind::Unary(op, inner) => self.unary(e.span, *op, inner, d),
            ExprKind::Binary(op, _, a, b) => self.binary(e.span, *op, a, b, d),
            ExprKind::Compare { first, rest } => self.compare(e.span, first, rest, d),
            ExprKind::In { value, set, negated } => self.within(e.span, value, set, *negated, d),
            ExprKind::Is { value, word, negated } => self.is(e.span, value, word, *negated, d),
            ExprKind::Range { low, high, step } => {
                self.range(e.span, low, high, step.as_deref(), d)
            }
            ExprKind::If { condition, then, otherwise } => {
                self.choice(e.span, condition, then, otherwise, d)
            }
            ExprKind::List(items) => self.list(e.span, items, d),
            ExprKind::Point(..) => {
                self.refuse(
                    Code::VALUE_TYPE,
                    e.span,
                    "a pair of values can only stand in a list of points",
                    "write `[(x, y), (x, y)]`",
                );
                TypedExpr::poison(e.span)
            }
            ExprKind::Over(y, x) => self.over(e.span, y, x, d),
            ExprKind::Where(value, condition) => self.filtered(e.span, value, condition, d),
            ExprKind::Comprehension { kind, each, body } => {
                self.comprehension(e.span, *kind, each, body, d)
            }
            ExprKind::Call { function, arguments } => self.call(e.span, function, arguments, d),
            ExprKind::Method { value, method, arguments } => {
                self.method(e.span, value, method, arguments, d)
            }
            ExprKind::Signature(s) => self.lone_signature(e.span, &s.quantity.text),
            ExprKind::Field { value, field } => self.field(e.span, value, field, d),
            ExprKind::Index { value, keys } => self.index(e.span, value, keys, d),
            ExprKind::AtBindings { value, bindings } => {
                self.at_bindings(e.span, value, bindings, d)
            }
            ExprKind::At { value, conditions } => self.at_record(e.span, value, conditions, d),
            ExprKind::Grid(bindings) => self.grid(e.span, bindings, d),
        }
    }

    /// Pushes an error with one place; an empty help is left out.
    pub(crate) fn refuse(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: &str,
    ) {
        let help = (!help.is_empty()).then_some(help);
        self.diagnostics.push(Diagnostic::error(code, message).at(span).maybe_help(help));
    }

    fn unary(&mut self, span: Span, op: UnaryOp, inner: &Expr, d: usize) -> TypedExpr {
        let value = self.deep(inner, d);
        let evidence = value.evidence;
        match op {
            UnaryOp::Not => {
                let ty = self.truths(&value, "what `not` turns round");
                node(span, ty, evidence, Kind::Not(Box::new(value)))
            }
            UnaryOp::Negate => {
                let ok = match value.ty.element().0 {
                    Type::Number(_) | Type::Own => true,
                    t => t.is_open(),
                };
                if !ok {
                    self.clash(Clash::Points, "negate", (inner, &value), (inner, &value));
                    return TypedExpr::poison(span);
                }
                let ty = value.ty.clone();
                node(span, ty, evidence, Kind::Negate(Box::new(value)))
            }
        }
    }

    /// The truth type of an operand of `and`, `or`, `not`; many truths stay many.
    fn truths(&mut self, value: &TypedExpr, what: &str) -> Type {
        match &value.ty {
            Type::Series(e) if **e == Type::Truth => value.ty.clone(),
            _ => {
                self.expect_truth(value, what);
                Type::Truth
            }
        }
    }

    fn binary(
        &mut self,
        span: Span,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        d: usize,
    ) -> TypedExpr {
        let mut a = self.deep(left, d);
        let mut b = self.deep(right, d);
        let evidence = a.evidence || b.evidence;
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            let word =
                if op == BinaryOp::And { "an operand of `and`" } else { "an operand of `or`" };
            let (x, y) = (self.truths(&a, word), self.truths(&b, word));
            let is_lost = [&a, &b].iter().any(|o| *o.ty.element().0 == Type::Unknown);
            let ty = match x {
                _ if is_lost => Type::Unknown,
                Type::Truth => y,
                _ => x,
            };
            return node(span, ty, evidence, Kind::Binary(op, Box::new(a), Box::new(b)));
        }
        if op == BinaryOp::Power {
            return self.power(span, (left, a), (right, b));
        }
        // A sum or difference never turns a literal in kelvin into a point.
        if matches!(op, BinaryOp::Multiply | BinaryOp::Divide) {
            for value in [&a, &b] {
                if value.ty == Type::Point && matches!(value.kind, Kind::Number(_)) {
                    self.diagnostics.push(
                        Diagnostic::error(
                            Code::TEMPERATURE_POINT,
                            "a temperature in degrees Celsius cannot be a factor",
                        )
                        .label(value.span, value.ty.describe())
                        .help("write the absolute temperature in `K`"),
                    );
                    return TypedExpr::poison(span);
                }
            }
        }
        let (ea, sa) = split(&a.ty);
        let (eb, sb) = split(&b.ty);
        match types::arithmetic(op, &ea, &eb) {
            Ok(t) => {
                let ty = if sa || sb { t.series() } else { t };
                simplify(&mut a);
                simplify(&mut b);
                node(span, ty, evidence, Kind::Binary(op, Box::new(a), Box::new(b)))
            }
            Err(clash) => {
                let verb = match op {
                    BinaryOp::Add => "add",
                    BinaryOp::Subtract => "subtract",
                    BinaryOp::Multiply => "multiply",
                    _ => "divide",
                };
                self.clash(clash, verb, (left, &a), (right, &b));
                TypedExpr::poison(span)
            }
        }
    }

    fn power(
        &mut self,
        span: Span,
        (left, base): (&Expr, TypedExpr),
        (right, exponent): (&Expr, TypedExpr),
    ) -> TypedExpr {
        let (element, series) = split(&base.ty);
        if !exponent.ty.agrees(&Type::PURE) {
            match exponent.ty.dimension() {
                Some(d) => {
                    let told =
                        dims::not_pure("an exponent", Some(left.span), Operand::of(right, d));
                    self.diagnostics.push(told);
                }
                None => self.clash(Clash::NotNumbers, "raise", (left, &base), (right, &exponent)),
            }
            return TypedExpr::poison(span);
        }
        match types::power(&element, exponent.constant()) {
            Ok(t) => {
                let ty = if series { t.series() } else { t };
                let evidence = base.evidence || exponent.evidence;
                node(span, ty, evidence, Kind::Power(Box::new(base), Box::new(exponent)))
            }
            Err(Clash::Exponent) => {
                self.refuse(
                    Code::EXPONENT,
                    right.span,
                    "a quantity can only be raised to a constant ratio of small numbers",
                    "divide the base by a reference value first, or write the exponent as a number",
                );
                TypedExpr::poison(span)
            }
            Err(clash) => {
                self.clash(clash, "raise", (left, &base), (right, &exponent));
                TypedExpr::poison(span)
            }
        }
    }

    /// Diagnoses operands that do not go together in arithmetic.
    fn clash(
        &mut self,
        clash: Clash,
        verb: &str,
        (left, a): (&Expr, &TypedExpr),
        (right, b): (&Expr, &TypedExpr),
    ) {
        let together = if verb == "subtract" { Together::Subtract } else { Together::Add };
        let diagnostic = match (clash, a.ty.dimension(), b.ty.dimension()) {
            (Clash::Dimensions, Some(x), Some(y)) if x != y => {
                dims::mismatch(together, Operand::of(left, x), Operand::of(right, y))
            }
            (Clash::Points | Clash::Dimensions, Some(_), Some(_)) => {
                let message = match verb {
                    "add" => "two temperatures cannot be added",
                    "subtract" => "a temperature cannot be subtracted from a difference",
                    "negate" => "a temperature has no negative",
                    _ => "a temperature cannot be multiplied, divided or raised",
                };
                let told = Diagnostic::error(Code::TEMPERATURE_POINT, message)
                    .label(a.span, a.ty.describe());
                let told =
                    if b.span == a.span { told } else { told.label(b.span, b.ty.describe()) };
                told.help(POINT_HELP)
            }
            (Clash::Range, _, _) => dims::out_of_range(a.span.to(b.span)),
            _ => {
                let wrong = if a.ty.element().0.is_scalar() { b } else { a };
                let help = match &wrong.ty {
                    Type::Curve(_) => Some("take its values: `.y` or `.x`"),
                    Type::Row(_) => Some("take one of its values: `.typ`, `.min`, `.max`"),
                    Type::Measure(_) => Some("say where: `at (…)`"),
                    _ => None,
                };
                Diagnostic::error(
                    Code::VALUE_TYPE,
                    format!("cannot {verb} {}", wrong.ty.describe()),
                )
                .label(wrong.span, wrong.ty.describe())
                .maybe_help(help)
            }
        };
        self.diagnostics.push(diagnostic);
    }

    /// Brings two operands together that must be alike; gives the type of one element and
    /// whether any is a series. `None` when it was diagnosed.
    pub(crate) fn alike(
        &mut self,
        together: Together,
        (left, a): (&Expr, &mut TypedExpr),
        (right, b): (&Expr, &mut TypedExpr),
    ) -> Option<(Type, bool)> {
        as_point(a, &b.ty);
        as_point(b, &a.ty);
        let ((ea, sa), (eb, sb)) = (split(&a.ty), split(&b.ty));
        if ea.agrees(&eb) {
            return Some((if ea.is_open() { eb } else { ea }, sa || sb));
        }
        let diagnostic = match (ea.dimension(), eb.dimension()) {
            (Some(x), Some(y)) if x != y => {
                dims::mismatch(together, Operand::of(left, x), Operand::of(right, y))
            }
            (Some(_), Some(_)) => Diagnostic::error(
                Code::TEMPERATURE_POINT,
                "a temperature and a difference of temperatures do not go together",
            )
            .label(a.span, a.ty.describe())
            .label(b.span, b.ty.describe())
            .help(POINT_HELP),
            _ => {
                let (x, y) = (a.ty.describe(), b.ty.describe());
                let message = match together {
                    Together::Compare => format!("cannot compare {x} with {y}"),
                    Together::Arms => format!("one arm of `if` is {x}, the other {y}"),
                    Together::Within => format!("{x} cannot lie in {y}"),
                    _ => format!("{x} and {y} do not go together"),
                };
                Diagnostic::error(Code::VALUE_TYPE, message).label(a.span, x).label(b.span, y)
            }
        };
        self.diagnostics.push(diagnostic);
        None
    }

    fn compare(
        &mut self,
        span: Span,
        first: &Expr,
        rest: &[(CompareOp, Span, Expr)],
        d: usize,
    ) -> TypedExpr {
        let mut operands = Vec::with_capacity(rest.len() + 1);
        let mut written = Vec::with_capacity(rest.len() + 1);
        let mut operators = Vec::with_capacity(rest.len());
        operands.push(self.deep(first, d));
        written.push(first);
        for (op, _, right) in rest {
            operands.push(self.deep(right, d));
            written.push(right);
            operators.push(*op);
        }
        let mut many = false;
        let mut sound = true;
        for i in 0..operators.len() {
            let (left, right) = operands.split_at_mut(i + 1);
            let (Some(a), Some(b)) = (left.last_mut(), right.first_mut()) else { continue };
            let (Some(wa), Some(wb)) = (written.get(i), written.get(i + 1)) else { continue };
            match self.alike(Together::Compare, (wa, a), (wb, b)) {
                Some((element, series)) => {
                    many |= series;
                    let order = operators.get(i).copied().unwrap_or(CompareOp::Equal);
                    sound &= self.comparable(order, &element, a, b);
                    self.known_text(a, b);
                }
                None => sound = false,
            }
        }
        let is_lost = |o: &TypedExpr| *o.ty.element().0 == Type::Unknown;
        if !sound || operands.iter().any(is_lost) {
            // Truths or one truth: nobody knows, so that one mistake stays one diagnostic.
            return TypedExpr { ty: Type::Unknown, ..TypedExpr::poison(span) };
        }
        let evidence = operands.iter().any(|o| o.evidence);
        let ty = if many { Type::Truth.series() } else { Type::Truth };
        node(span, ty, evidence, Kind::Compare(operands, operators))
    }

    /// Whether values of a type can be compared this way.
    fn comparable(&mut self, op: CompareOp, ty: &Type, a: &TypedExpr, b: &TypedExpr) -> bool {
        let equality = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        let fine = match ty {
            Type::Text | Type::Truth => equality,
            Type::Missing => false,
            t => t.is_scalar() || *t == Type::Unknown,
        };
        if fine {
            return true;
        }
        let help = match ty {
            Type::Missing => "ask `x is missing` or `x is not missing`",
            Type::Text | Type::Truth => "texts and truths are only equal or not: `==`, `!=`",
            Type::Measure(_) => "say where the model is asked: `at (…)`",
            Type::Row(_) => "compare one of its values: `.typ`, `.min`, `.max`",
            Type::Curve(_) => "compare its values point by point: `every p in curve: p.y …`",
            _ => "",
        };
        let message = format!("cannot compare {} with {}", a.ty.describe(), b.ty.describe());
        self.refuse(Code::VALUE_TYPE, a.span.to(b.span), message, help);
        false
    }

    fn within(
        &mut self,
        span: Span,
        value: &Expr,
        set: &Expr,
        negated: bool,
        d: usize,
    ) -> TypedExpr {
        let mut v = self.deep(value, d);
        let mut s = self.deep(set, d);
        let evidence = v.evidence || s.evidence;
        let element = match &s.ty {
            Type::Range(e) | Type::List(e) | Type::Series(e) => (**e).clone(),
            t if t.is_open() => Type::Unknown,
            other => {
                let message = format!("`in` needs a range or a list, not {}", other.describe());
                self.refuse(Code::VALUE_TYPE, s.span, message, "write `x in lo .. hi`");
                return TypedExpr::poison(span);
            }
        };
        // The ends stand for the set, so that a literal in kelvin fits temperatures.
        if let Kind::Range(low, high, _) = &mut s.kind {
            as_point(low, v.ty.element().0);
            as_point(high, v.ty.element().0);
        }
        let element = match &s.kind {
            Kind::Range(low, ..) => low.ty.clone(),
            _ => element,
        };
        let mut probe = node(s.span, element, s.evidence, Kind::Missing);
        match self.alike(Together::Within, (value, &mut v), (set, &mut probe)) {
            Some(_) if *v.ty.element().0 == Type::Unknown => TypedExpr::poison(span),
            Some((_, many)) => {
                let ty = if many { Type::Truth.series() } else { Type::Truth };
                let kind = Kind::In { value: Box::new(v), set: Box::new(s), negated };
                node(span, ty, evidence, kind)
            }
            None => TypedExpr::poison(span),
        }
    }

    fn is(&mut self, span: Span, value: &Expr, word: &Word, negated: bool, d: usize) -> TypedExpr {
        let v = self.deep(value, d);
        let evidence = v.evidence;
        if word.text == "missing" {
            let kind = Kind::IsMissing { value: Box::new(v), negated };
            return node(span, Type::Truth, evidence, kind);
        }
        if !v.ty.agrees(&Type::Text) {
            let message = format!("`is {}` asks for a word, not {}", word.text, v.ty.describe());
            let help = "`is` goes with texts such as `device.package`, and with `missing`";
            self.refuse(Code::VALUE_TYPE, v.span, message, help);
            return TypedExpr::poison(span);
        }
        if !self.known_word(&v, word)
            && let Some(likely) = dims::likely(&word.text, ["missing"])
        {
            let message = format!("`{}` is no word that is asked for", word.text);
            self.refuse(Code::UNKNOWN_WORD, word.span, message, &likely);
        }
        let kind = Kind::IsWord { value: Box::new(v), word: word.text.clone(), negated };
        node(span, Type::Truth, evidence, kind)
    }

    /// A class, kind, polarity or template that nothing declares would never be met, and quietly.
    /// Whether there is a list of the words that can be met.
    fn known_word(&mut self, value: &TypedExpr, word: &Word) -> bool {
        let Kind::Field(_, id) = &value.kind else { return false };
        let (library, kinds) = (self.library, &self.kinds);
        let of_scope = |k: &&espice_facts::KindInfo| kinds.is_empty() || kinds.contains(&k.name);
        let (what, known): (_, Vec<&str>) = match id {
            FieldId::DeviceKind => {
                ("device kind", library.symbols.kinds().map(|k| k.name.as_str()).collect())
            }
            FieldId::DeviceClass => {
                let classes = library.symbols.kinds().filter(of_scope).flat_map(|k| &k.classes);
                ("class of these devices", classes.map(|c| c.0.as_str()).collect())
            }
            FieldId::DevicePolarity => {
                let words = library.symbols.kinds().filter(of_scope).flat_map(|k| &k.polarities);
                ("polarity of these devices", words.map(|p| p.0.as_str()).collect())
            }
            FieldId::ModelTemplate => ("template", library.templates.names().collect()),
            _ => return false,
        };
        if known.contains(&word.text.as_str()) || library.is_forgiven(self.pack, &word.text) {
            return true;
        }
        let help = dims::likely(&word.text, known.iter().copied());
        let help = help.unwrap_or_else(|| match known.as_slice() {
            [] => String::from("none is declared"),
            known => format!("known are {}", known.join(", ")),
        });
        let message = format!("there is no {what} `{}`", word.text);
        self.refuse(Code::UNKNOWN_WORD, word.span, message, &help);
        true
    }

    /// A quoted word that is compared with what has a list of words.
    fn known_text(&mut self, left: &TypedExpr, right: &TypedExpr) {
        for (field, text) in [(left, right), (right, left)] {
            if let Kind::Text(word) = &text.kind {
                let word = Word { text: word.to_string(), span: text.span };
                self.known_word(field, &word);
            }
        }
    }

    fn range(
        &mut self,
        span: Span,
        low: &Expr,
        high: &Expr,
        step: Option<&Expr>,
        d: usize,
    ) -> TypedExpr {
        let (mut a, mut b) = (self.deep(low, d), self.deep(high, d));
        let evidence = a.evidence || b.evidence;
        let Some((element, many)) = self.alike(Together::Ends, (low, &mut a), (high, &mut b))
        else {
            return TypedExpr::poison(span);
        };
        if many || !(element.is_scalar() || element.is_open()) {
            let wrong = if a.ty.is_scalar() { &b } else { &a };
            let message = format!("an end of a range is a number, not {}", wrong.ty.describe());
            let at = wrong.span;
            self.refuse(Code::VALUE_TYPE, at, message, "");
            return TypedExpr::poison(span);
        }
        let step = step.map(|written| {
            let mut value = self.deep(written, d);
            let wanted = match &element {
                Type::Point => Type::Number(Dimension::TEMPERATURE),
                other => other.clone(),
            };
            self.expect(&mut value, written, &wanted, "the step", Some(a.span));
            Box::new(value)
        });
        let ty = Type::Range(Box::new(element));
        node(span, ty, evidence, Kind::Range(Box::new(a), Box::new(b), step))
    }

    fn choice(
        &mut self,
        span: Span,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        d: usize,
    ) -> TypedExpr {
        let c = self.deep(condition, d);
        self.expect_truth(&c, "the condition of `if`");
        let (mut a, mut b) = (self.deep(then, d), self.deep(otherwise, d));
        let evidence = c.evidence || a.evidence || b.evidence;
        if matches!((&a.ty, &b.ty), (Type::Series(_), t) | (t, Type::Series(_)) if t.is_scalar()) {
            let message = "one arm of `if` is a series, the other one value";
            self.refuse(Code::VALUE_TYPE, a.span.to(b.span), message, "");
            return TypedExpr::poison(span);
        }
        let Some((element, many)) = self.alike(Together::Arms, (then, &mut a), (otherwise, &mut b))
        else {
            return TypedExpr::poison(span);
        };
        let ty = if many { element.series() } else { element };
        node(span, ty, evidence, Kind::If(Box::new(c), Box::new(a), Box::new(b)))
    }
}

fn split(ty: &Type) -> (Type, bool) {
    let (e, s) = ty.element();
    (e.clone(), s)
}

/// Turns a negated literal into one number.
fn simplify(e: &mut TypedExpr) {
    if let Kind::Negate(_) = &e.kind
        && let Some(v) = e.constant()
    {
        e.kind = Kind::Number(v);
    }
}

pub(crate) fn node(span: Span, ty: Type, evidence: bool, kind: Kind) -> TypedExpr {
    TypedExpr { span, ty, evidence, kind }
}
