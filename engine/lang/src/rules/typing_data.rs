//! Types of what reaches outside an expression: data, models, tables, functions, scripts.

use super::expr::{ExprKind as Kind, TypedExpr, Wanted};
use super::fields;
use super::functions::{self, Refusal};
use super::scope::{Callable, Checker};
use super::types::{Root, Type};
use super::typing::node;
use crate::check::dims::{self, Operand};
use espice_base::{Code, Diagnostic, Span};
use espice_syntax::ast::{self, Expr, ExprKind, Word};

impl Checker<'_> {
    pub(crate) fn call(&mut self, span: Span, name: &Word, args: &[Expr], d: usize) -> TypedExpr {
        if name.text == "list" {
            return self.list(span, args, d);
        }
        if let Some(entry) = functions::find(&name.text) {
            return self.builtin(span, entry, name, args, d);
        }
        let functions = self.functions;
        if let Some((i, f)) = functions.iter().enumerate().find(|(_, f)| f.name == name.text) {
            let (typed, evidence) = self.arguments(f, name, args, d);
            return node(span, f.result.clone(), evidence, Kind::Call(i, typed));
        }
        let scripts = self.scripts;
        if let Some((i, f)) = scripts.iter().enumerate().find(|(_, f)| f.name == name.text) {
            let (typed, evidence) = self.arguments(f, name, args, d);
            return node(span, f.result.clone(), evidence, Kind::Script(i, typed));
        }
        if self.library.symbols.symbol(&name.text).is_some() {
            return self.lone_signature(span, &name.text);
        }
        if self.library.is_forgiven(self.pack, &name.text) {
            self.forgiven = true;
            return TypedExpr::poison(span);
        }
        let known = functions::FUNCTIONS.iter().map(|f| f.name);
        let all = known.chain(functions.iter().chain(scripts).map(|f| f.name.as_str()));
        let help = functions::elsewhere(&name.text)
            .map(String::from)
            .or_else(|| dims::likely(&name.text, all));
        self.diagnostics.push(
            Diagnostic::error(
                Code::UNKNOWN_FUNCTION,
                format!("there is no function `{}`", name.text),
            )
            .at(name.span)
            .maybe_help(help),
        );
        // The arguments are checked all the same: they may hold mistakes of their own.
        for a in args {
            self.deep(a, d);
        }
        TypedExpr::poison(span)
    }

    /// A curve's signature where a value must stand.
    pub(crate) fn lone_signature(&mut self, span: Span, quantity: &str) -> TypedExpr {
        self.refuse(
            Code::VALUE_TYPE,
            span,
            format!("a signature of `{quantity}` is not a value"),
            "write `data.curve(…)` for the curve nearest 25 degC, `data.curves(…)` for all of them",
        );
        TypedExpr::poison(span)
    }

    fn builtin(
        &mut self,
        span: Span,
        entry: &functions::Entry,
        name: &Word,
        args: &[Expr],
        d: usize,
    ) -> TypedExpr {
        let typed: Vec<TypedExpr> = args.iter().map(|a| self.deep(a, d)).collect();
        if args.len() < entry.fewest || args.len() > entry.most {
            let help = format!("it is written `{}`", entry.usage);
            let message = format!("`{}` cannot take {} arguments", entry.name, args.len());
            self.refuse(Code::ARGUMENT_COUNT, span, message, &help);
            return TypedExpr::poison(span);
        }
        let types: Vec<Type> = typed.iter().map(|t| t.ty.clone()).collect();
        match functions::result(entry.function, &types) {
            Ok(ty) => {
                let evidence = typed.iter().any(|t| t.evidence);
                node(span, ty, evidence, Kind::Builtin(entry.function, typed))
            }
            Err(refusal) => {
                self.refused(entry, name, args, &typed, &refusal);
                TypedExpr::poison(span)
            }
        }
    }

    fn refused(
        &mut self,
        entry: &functions::Entry,
        name: &Word,
        args: &[Expr],
        typed: &[TypedExpr],
        refusal: &Refusal,
    ) {
        let at = |i: usize| typed.get(i).map_or(name.span, |t| t.span);
        let ty = |i: usize| typed.get(i).map(|t| t.ty.clone()).unwrap_or(Type::Unknown);
        let what = |i: usize| match entry.most {
            1 => format!("the argument of `{}`", entry.name),
            _ => format!("argument {} of `{}`", i + 1, entry.name),
        };
        let diagnostic = match refusal {
            Refusal::Pure(i) => match (ty(*i).dimension(), args.get(*i)) {
                (Some(dimension), Some(written)) => {
                    dims::not_pure(&what(*i), Some(name.span), Operand::of(written, dimension))
                }
                _ => wrong_argument(&what(*i), "a pure number", &ty(*i), at(*i), entry),
            },
            Refusal::Needs(i, needed) => wrong_argument(&what(*i), needed, &ty(*i), at(*i), entry),
            Refusal::Level(wanted) => match (ty(1).dimension(), args.get(1)) {
                (Some(got), Some(written)) => {
                    let what = format!("what `{}` looks for", entry.name);
                    dims::unexpected(&what, Some(at(0)), *wanted, Operand::of(written, got))
                }
                _ => wrong_argument(&what(1), "a value of y", &ty(1), at(1), entry),
            },
            Refusal::Differ(i, j) => {
                let pair = (ty(*i).dimension(), ty(*j).dimension(), args.get(*i), args.get(*j));
                match pair {
                    (Some(x), Some(y), Some(a), Some(b)) if x != y => {
                        dims::mismatch(dims::Together::Alike, Operand::of(a, x), Operand::of(b, y))
                    }
                    _ => Diagnostic::error(
                        Code::ARGUMENT,
                        format!("the arguments of `{}` differ in type", entry.name),
                    )
                    .label(at(*i), ty(*i).describe())
                    .label(at(*j), ty(*j).describe()),
                }
            }
        };
        self.diagnostics.push(diagnostic);
    }

    fn arguments(
        &mut self,
        callable: &Callable,
        name: &Word,
        args: &[Expr],
        d: usize,
    ) -> (Vec<TypedExpr>, bool) {
        if args.len() != callable.parameters.len() {
            let takes = callable.parameters.len();
            self.diagnostics.push(
                Diagnostic::error(
                    Code::ARGUMENT_COUNT,
                    format!("`{}` takes {takes} arguments, not {}", name.text, args.len()),
                )
                .at(name.span)
                .label(callable.span, "declared here"),
            );
        }
        let mut typed = Vec::new();
        for (i, written) in args.iter().enumerate() {
            let mut value = self.deep(written, d);
            if let Some((parameter, wanted)) = callable.parameters.get(i) {
                let what = format!("`{parameter}` of `{}`", callable.name);
                self.expect(&mut value, written, wanted, &what, Some(callable.span));
            }
            typed.push(value);
        }
        let evidence = typed.iter().any(|t| t.evidence);
        (typed, evidence)
    }

    pub(crate) fn method(
        &mut self,
        span: Span,
        value: &Expr,
        method: &Word,
        args: &[Expr],
        d: usize,
    ) -> TypedExpr {
        let receiver = self.deep(value, d);
        if receiver.ty == Type::Unknown {
            return TypedExpr::poison(span);
        }
        if receiver.ty != Type::Root(Root::Data) {
            let message = format!("{} has no `{}(…)`", receiver.ty.describe(), method.text);
            let help = "functions are written in front: `count(xs)`, `max(xs)`";
            self.refuse(Code::NO_FIELD, method.span, message, help);
            return TypedExpr::poison(span);
        }
        let name = method.text.as_str();
        let [argument] = args else {
            let message = format!("`data.{name}` takes one argument, not {}", args.len());
            let help = "write `data.rows(VF)`, `data.curves(IF(VF))`";
            self.refuse(Code::ARGUMENT_COUNT, span, message, help);
            return TypedExpr::poison(span);
        };
        match name {
            "rows" | "row" => {
                let ExprKind::Name(symbol) = &argument.kind else {
                    let message = format!("`data.{name}` takes the name of a symbol");
                    self.refuse(Code::ARGUMENT, argument.span, message, "write `data.rows(VF)`");
                    return TypedExpr::poison(span);
                };
                let word = Word { text: symbol.clone(), span: argument.span };
                let Some(value) = self.symbol_type(&word) else { return TypedExpr::poison(span) };
                let row = Type::Row(Box::new(value));
                if name == "rows" {
                    node(span, row.list(), true, Kind::Rows(Some(symbol.clone())))
                } else {
                    node(span, row, true, Kind::Row(symbol.clone()))
                }
            }
            "curves" | "curve" => {
                let Some((wanted, ty)) = self.wanted(argument) else {
                    return TypedExpr::poison(span);
                };
                if name == "curves" {
                    node(span, ty.list(), true, Kind::Curves(wanted))
                } else {
                    node(span, ty, true, Kind::Curve(wanted))
                }
            }
            _ => {
                let help = dims::likely(name, ["rows", "row", "curves", "curve"]);
                let message = format!("`data` has no `{name}(…)`");
                let help = help.unwrap_or_else(|| {
                    String::from(
                        "it has `rows(VF)`, `row(VF)`, `curves(IF(VF))`, `curve(IF(VF))`, `sweeps`",
                    )
                });
                self.refuse(Code::NO_FIELD, method.span, message, &help);
                TypedExpr::poison(span)
            }
        }
    }

    /// The curve that `IF(VF)` or `IC(VCE; IB)` names, and its type.
    pub(crate) fn wanted(&mut self, e: &Expr) -> Option<(Wanted, Type)> {
        let (quantity, arguments, family) = match &e.kind {
            ExprKind::Signature(s) => (s.quantity.clone(), s.arguments.clone(), s.family.clone()),
            ExprKind::Call { function, arguments } => {
                let mut words = Vec::new();
                for a in arguments {
                    match &a.kind {
                        ExprKind::Name(n) => words.push(Word { text: n.clone(), span: a.span }),
                        _ => return self.no_signature(e),
                    }
                }
                (function.clone(), words, Vec::new())
            }
            _ => return self.no_signature(e),
        };
        self.signature(&ast::Signature { span: e.span, quantity, arguments, family })
    }

    /// A checked signature.
    pub(crate) fn signature(&mut self, s: &ast::Signature) -> Option<(Wanted, Type)> {
        let y = self.symbol_type(&s.quantity);
        let (x_word, more) = s.arguments.split_first()?;
        let x = self.symbol_type(x_word);
        let mut family: Vec<String> = Vec::new();
        for word in more.iter().chain(&s.family) {
            self.symbol_type(word)?;
            family.push(word.text.clone());
        }
        family.sort();
        let (y, x) = (y?, x?);
        let ty = Type::curve(y, x, Some([s.quantity.text.clone(), x_word.text.clone()]));
        Some((Wanted { quantity: s.quantity.text.clone(), x: x_word.text.clone(), family }, ty))
    }

    fn no_signature(&mut self, e: &Expr) -> Option<(Wanted, Type)> {
        let help = "write `IF(VF)`, or `IC(VCE; IB)` with the family after a semicolon";
        self.refuse(Code::ARGUMENT, e.span, "a curve is named by its signature", help);
        None
    }

    pub(crate) fn field(&mut self, span: Span, value: &Expr, name: &Word, d: usize) -> TypedExpr {
        let base = self.deep(value, d);
        let text = name.text.as_str();
        match &base.ty {
            t if t.is_open() => return TypedExpr::poison(span),
            Type::Root(Root::Data) => return self.data_field(span, name),
            Type::Root(Root::Param) => return self.parameter(span, name),
            Type::Root(Root::Model) if text != "template" => return self.measure(span, name),
            Type::TableRow(table) => {
                let column = self
                    .library
                    .tables
                    .get(*table)
                    .and_then(|t| t.columns.iter().enumerate().find(|(_, c)| c.name == text));
                if let Some((i, column)) = column {
                    let own = Type::of_unit(column.unit);
                    let ty = if column.is_range { Type::Range(Box::new(own)) } else { own };
                    return node(span, ty, false, Kind::Cell(Box::new(base), i));
                }
            }
            ty => {
                if let Some((id, ty)) = fields::field(ty, text) {
                    return node(span, ty, true, Kind::Field(Box::new(base), id));
                }
                let is_pin = || self.library.kinds.iter().any(|k| k.pins.iter().any(|p| p == text));
                if *ty == Type::Sweep && is_pin() {
                    let kind = Kind::Terminal(Box::new(base), text.to_string());
                    return node(span, Type::Column, true, kind);
                }
                let holds_conditions =
                    matches!(ty, Type::Row(_) | Type::Curve(_) | Type::Conditions);
                if holds_conditions && let Some(symbol) = self.library.symbols.symbol(text) {
                    let ty = Type::of_symbol(symbol.dimension);
                    return node(span, ty, true, Kind::Condition(Box::new(base), text.to_string()));
                }
            }
        }
        self.no_field(&base, name);
        TypedExpr::poison(span)
    }

    fn no_field(&mut self, base: &TypedExpr, name: &Word) {
        let mut known: Vec<&str> = fields::names(&base.ty).collect();
        if let Type::TableRow(table) = base.ty
            && let Some(table) = self.library.tables.get(table)
        {
            known.extend(table.columns.iter().map(|c| c.name.as_str()));
        }
        let help = match &base.ty {
            Type::List(e) if matches!(**e, Type::Row(_) | Type::Curve(_) | Type::Sweep) => {
                Some(String::from("there are several: write `every r in …: r.…`"))
            }
            Type::Conditions => {
                self.library.symbols.suggest(&name.text).map(|s| format!("did you mean `{s}`?"))
            }
            _ if known.is_empty() => None,
            _ => dims::likely(&name.text, known.iter().copied())
                .or_else(|| Some(format!("it has `{}`", known.join("`, `")))),
        };
        self.diagnostics.push(
            Diagnostic::error(
                Code::NO_FIELD,
                format!("{} has no `{}`", base.ty.describe(), name.text),
            )
            .at(name.span)
            .maybe_help(help),
        );
    }

    fn data_field(&mut self, span: Span, name: &Word) -> TypedExpr {
        let text = name.text.as_str();
        match text {
            "sweeps" => return node(span, Type::Sweep.list(), true, Kind::Sweeps),
            "rows" => {
                let ty = Type::Row(Box::new(Type::Own)).list();
                return node(span, ty, true, Kind::Rows(None));
            }
            _ => {}
        }
        let help = if self.library.symbols.symbol(text).is_some() {
            format!(
                "write `data.rows({text})` for all its rows, `data.row({text})` for the one nearest 25 degC"
            )
        } else if matches!(text, "curves" | "curve") {
            format!("say which: `data.{text}(IF(VF))`")
        } else {
            dims::likely(text, ["sweeps", "rows"]).unwrap_or_else(|| {
                String::from("it has `rows`, `rows(VF)`, `row(VF)`, `curves(IF(VF))`, `curve(IF(VF))`, `sweeps`")
            })
        };
        self.refuse(Code::NO_FIELD, name.span, format!("`data` has no `{text}`"), &help);
        TypedExpr::poison(span)
    }

    /// `param.IS`: the templates of the rule's kinds know the dimension.
    fn parameter(&mut self, span: Span, name: &Word) -> TypedExpr {
        let library = self.library;
        let kinds = self.kinds.clone();
        let of_kind = move |kind: &str| kinds.is_empty() || kinds.iter().any(|k| k == kind);
        if library.templates.is_settled(self.pack)
            && let Some(dimension) = library.templates.dimension(&name.text, &of_kind)
        {
            // No template has to be checked for a rule that is known to be sound.
            let kind = Kind::ModelParameter(name.text.clone());
            return node(span, Type::Number(dimension), true, kind);
        }
        let parameters =
            || library.templates.iter().filter(|t| of_kind(&t.kind)).flat_map(|t| &t.parameters);
        let mut found = parameters().filter(|p| p.name == name.text);
        let Some(first) = found.next() else {
            // A template that was lost may have had it.
            if !library.lost_names.is_empty() || library.is_forgiven(self.pack, &name.text) {
                self.forgiven = true;
                return TypedExpr::poison(span);
            }
            let help = dims::likely(&name.text, parameters().map(|p| p.name.as_str()));
            self.diagnostics.push(
                Diagnostic::error(
                    Code::UNKNOWN_PARAMETER,
                    format!("no template in question has a parameter `{}`", name.text),
                )
                .at(name.span)
                .maybe_help(help),
            );
            return TypedExpr::poison(span);
        };
        if let Some(other) = found.find(|p| p.dimension != first.dimension) {
            self.diagnostics.push(
                Diagnostic::error(
                    Code::VALUE_TYPE,
                    format!("templates differ in the dimension of `{}`", name.text),
                )
                .at(name.span)
                .label(first.span, first.dimension.describe())
                .label(other.span, other.dimension.describe())
                .help("restrict the rule with `for KIND`"),
            );
            return TypedExpr::poison(span);
        }
        let kind = Kind::ModelParameter(name.text.clone());
        node(span, Type::Number(first.dimension), true, kind)
    }

    fn measure(&mut self, span: Span, name: &Word) -> TypedExpr {
        if self.symbol_type(name).is_none() {
            return TypedExpr::poison(span);
        }
        let kinds = &self.kinds;
        let of_kind = |kind: &str| kinds.is_empty() || kinds.iter().any(|k| k == kind);
        let known: Vec<&str> = self
            .library
            .kinds
            .iter()
            .filter(|k| of_kind(&k.name))
            .flat_map(|k| {
                let outputs = k.circuits.iter().flat_map(|c| &c.outputs);
                let measured = k.quantities.iter().map(|q| q.symbol.as_str());
                measured.chain(outputs.map(|o| o.symbol.as_str()))
            })
            .collect();
        if !known.contains(&name.text.as_str()) {
            if !self.library.lost_names.is_empty() {
                self.forgiven = true;
                return TypedExpr::poison(span);
            }
            let help = dims::likely(&name.text, known.iter().copied())
                .unwrap_or_else(|| format!("`{}` can be measured", known.join("`, `")));
            let message = format!("no kind in question says how `{}` is measured", name.text);
            self.refuse(Code::NO_FIELD, name.span, message, &help);
            return TypedExpr::poison(span);
        }
        node(span, Type::Measure(name.text.clone()), true, Kind::Missing)
    }

    pub(crate) fn index(&mut self, span: Span, value: &Expr, keys: &[Expr], d: usize) -> TypedExpr {
        let base = self.deep(value, d);
        let typed: Vec<TypedExpr> = keys.iter().map(|k| self.deep(k, d)).collect();
        let Type::Table(index) = base.ty else {
            if !base.ty.is_open() {
                let message = format!("{} is not looked up with `[…]`", base.ty.describe());
                let help =
                    "`[…]` looks up a row of a limits table; `first(xs)`, `last(xs)` take ends";
                self.refuse(Code::VALUE_TYPE, base.span, message, help);
            }
            return TypedExpr::poison(span);
        };
        let Some(table) = self.library.tables.get(index) else { return TypedExpr::poison(span) };
        let (wanted, table_span) = (table.keys.join(", "), table.span);
        if typed.len() != table.keys.len() {
            self.diagnostics.push(
                Diagnostic::error(
                    Code::ARGUMENT_COUNT,
                    format!(
                        "`{}` is looked up by {} keys, not {}",
                        table.name,
                        table.keys.len(),
                        typed.len()
                    ),
                )
                .at(span)
                .label(table_span, format!("keys: {wanted}")),
            );
            return TypedExpr::poison(span);
        }
        for key in &typed {
            if !key.ty.agrees(&Type::Text) {
                let message =
                    format!("a key of a limits table is a text, not {}", key.ty.describe());
                let at = key.span;
                self.refuse(Code::VALUE_TYPE, at, message, "write `table[device.part]`");
                return TypedExpr::poison(span);
            }
        }
        node(span, Type::TableRow(index), false, Kind::TableRow(index, typed))
    }
}

fn wrong_argument(
    what: &str,
    needed: &str,
    got: &Type,
    span: Span,
    entry: &functions::Entry,
) -> Diagnostic {
    Diagnostic::error(Code::ARGUMENT, format!("{what} must be {needed}, not {}", got.describe()))
        .label(span, got.describe())
        .help(format!("it is written `{}`", entry.usage))
}
