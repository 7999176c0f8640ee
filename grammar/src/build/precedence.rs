//! Expressions: the flat list of operands and operators that the grammar gives → a tree.
//!
//! Precedence climbing (Clarke, "The top-down parsing of expressions", 1986). The ranks, loosest
//! first: `or` · `and` · `not` · comparisons, `in`, `is` · `where` · `over` · `..` and `by` ·
//! `+ -` · `* /` · unary `-` · `^`.

use super::{Builder, Nodes, transpose};
use crate::ast::{BinaryOp, CompareOp, ComprehensionKind, Expr, ExprKind, UnaryOp, Word};
use crate::rules::Rule;
use espice_base::{Code, Diagnostic, Span};
use pest::iterators::Pair;
use std::iter::Peekable;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const WHERE: u8 = 5;
const OVER: u8 = 6;
const RANGE: u8 = 7;
const SUM: u8 = 8;
const PRODUCT: u8 = 9;
const NEGATE: u8 = 10;
const POWER: u8 = 11;

/// Deepest tree; a sum of this many terms is as deep. Everything that walks a tree by recursion
/// relies on it.
const TREE_LIMIT: u32 = 256;

/// Deepest recursion of the climbing itself: half of a 2 MiB stack in an unoptimised build.
const LEVEL_LIMIT: u32 = 96;

/// A tree with its depth.
type Deep = (Expr, u32);

type Parts<'i> = Peekable<pest::iterators::Pairs<'i, Rule>>;

impl<'a> Builder<'a> {
    /// Builds what `expr`, `source`, `arith`, `fact`, `span_of_values` or a primary gives.
    pub(super) fn expr(&mut self, pair: Pair<'a, Rule>) -> Option<Expr> {
        if self.level == 0 {
            self.deep = false;
        }
        self.deep_expr(pair).map(|(expr, _)| expr)
    }

    pub(super) fn deep_expr(&mut self, pair: Pair<'a, Rule>) -> Option<Deep> {
        match pair.as_rule() {
            Rule::expr | Rule::source | Rule::arith | Rule::fact => {
                let mut parts = pair.into_inner().peekable();
                self.climb(&mut parts, 0)
            }
            Rule::span_of_values => self.span_of_values(pair),
            _ => self.primary(pair),
        }
    }

    fn span_of_values(&mut self, pair: Pair<'a, Rule>) -> Option<Deep> {
        let span = self.span(&pair);
        let mut nodes = Nodes::new(pair.into_inner());
        let (low, a) = self.deep_next(&mut nodes)?;
        let (high, b) = self.deep_next(&mut nodes)?;
        let step = transpose(nodes.next().map(|p| self.expr(p)))?.map(Box::new);
        let kind = ExprKind::Range { low: Box::new(low), high: Box::new(high), step };
        Some((Expr { span, kind }, a.max(b) + 1))
    }

    fn deep_next(&mut self, nodes: &mut Nodes<'a>) -> Option<Deep> {
        let pair = nodes.next()?;
        self.deep_expr(pair)
    }

    /// An operand and all operators after it that bind at least as tightly as `minimum`.
    fn climb(&mut self, parts: &mut Parts<'a>, minimum: u8) -> Option<Deep> {
        if self.level >= LEVEL_LIMIT {
            let span = parts.peek().map_or(Span::default(), |p| self.span(p));
            self.too_deep(span);
            return None;
        }
        self.level += 1;
        let deep = self.climb_on(parts, minimum);
        self.level -= 1;
        deep
    }

    fn climb_on(&mut self, parts: &mut Parts<'a>, minimum: u8) -> Option<Deep> {
        let (mut left, mut depth) = self.prefixed(parts)?;
        loop {
            let Some(next) = parts.peek() else { return Some((left, depth)) };
            let rank = rank(next);
            if rank < minimum || rank == 0 {
                return Some((left, depth));
            }
            let operator = parts.next()?;
            let (tree, right_depth) = self.apply(left, operator, rank, parts)?;
            left = tree;
            depth = self.grow(depth.max(right_depth), left.span)?;
        }
    }

    /// One level more; `None` with a diagnostic when that is too deep.
    fn grow(&mut self, depth: u32, span: Span) -> Option<u32> {
        if depth < TREE_LIMIT {
            return Some(depth + 1);
        }
        self.too_deep(span);
        None
    }

    fn too_deep(&mut self, span: Span) {
        if self.deep {
            return;
        }
        self.deep = true;
        let message = "this expression has too many operations inside each other";
        self.diagnostics.push(
            Diagnostic::error(Code::TOO_DEEP, message).at(span).help("name parts of it with `let`"),
        );
    }

    /// Prefix operators, a primary and what follows it without blanks.
    fn prefixed(&mut self, parts: &mut Parts<'a>) -> Option<Deep> {
        let pair = parts.next()?;
        let span = self.span(&pair);
        let (op, rank) = match pair.as_rule() {
            Rule::op_minus => (UnaryOp::Negate, NEGATE),
            Rule::kw_not => (UnaryOp::Not, NOT),
            Rule::bad_not => {
                self.foreign(span, "`!` negates nothing", "write `not`");
                (UnaryOp::Not, NOT)
            }
            _ => return self.postfixed(pair, parts),
        };
        let (value, depth) = self.climb(parts, rank)?;
        let span = span.to(value.span);
        let kind = ExprKind::Unary(op, Box::new(value));
        Some((Expr { span, kind }, self.grow(depth, span)?))
    }

    fn postfixed(&mut self, pair: Pair<'a, Rule>, parts: &mut Parts<'a>) -> Option<Deep> {
        let (mut value, mut depth) = self.primary(pair)?;
        while let Some(pair) = parts.next_if(|p| is_postfix(p.as_rule())) {
            let span = value.span.to(self.span(&pair));
            let rule = pair.as_rule();
            let boxed = Box::new(value);
            let mut nodes = Nodes::new(pair.into_inner());
            let kind = match rule {
                Rule::field => ExprKind::Field { value: boxed, field: self.next_word(&mut nodes)? },
                Rule::method => {
                    let method = self.next_word(&mut nodes)?;
                    let (arguments, inner) = self.list(nodes.next()?)?;
                    depth = depth.max(inner);
                    ExprKind::Method { value: boxed, method, arguments }
                }
                Rule::index => {
                    let mut keys = Vec::new();
                    for node in nodes {
                        let (key, inner) = self.deep_expr(node)?;
                        depth = depth.max(inner);
                        keys.push(key);
                    }
                    ExprKind::Index { value: boxed, keys }
                }
                Rule::at_bindings => {
                    let bindings = self.bindings(nodes.next()?);
                    depth = depth.max(self.inner_depth);
                    ExprKind::AtBindings { value: boxed, bindings }
                }
                _ => {
                    let conditions = Box::new(self.at_path(nodes)?);
                    ExprKind::At { value: boxed, conditions }
                }
            };
            value = Expr { span, kind };
            depth = self.grow(depth, span)?;
        }
        Some((value, depth))
    }

    fn at_path(&mut self, mut nodes: Nodes<'a>) -> Option<Expr> {
        let first = self.next_word(&mut nodes)?;
        let mut value = Expr { span: first.span, kind: ExprKind::Name(first.text) };
        for (n, pair) in nodes.enumerate() {
            let field = self.word(&pair);
            let span = value.span.to(field.span);
            value = Expr { span, kind: ExprKind::Field { value: Box::new(value), field } };
            self.grow(u32::try_from(n).unwrap_or(u32::MAX), span)?;
        }
        Some(value)
    }

    /// Applies an infix operator to its left operand.
    fn apply(
        &mut self,
        left: Expr,
        operator: Pair<'a, Rule>,
        rank: u8,
        parts: &mut Parts<'a>,
    ) -> Option<Deep> {
        if operator.as_rule() == Rule::is_test {
            return self.is_test(left, operator);
        }
        let operator = inner_operator(operator);
        let at = self.span(&operator);
        let rule = operator.as_rule();
        let right = |b: &mut Self, parts: &mut Parts<'a>, minimum| b.climb(parts, minimum);
        match rule {
            Rule::kw_in | Rule::not_in => {
                let (set, depth) = right(self, parts, rank + 1)?;
                let span = left.span.to(set.span);
                if is_relation(&left) {
                    self.not_a_chain(at, left.span);
                }
                let negated = rule == Rule::not_in;
                let kind = ExprKind::In { value: Box::new(left), set: Box::new(set), negated };
                Some((Expr { span, kind }, depth))
            }
            // The condition reaches as far as it can: `a where b > 1 V and c > 2 V`.
            Rule::kw_where => Some(pair_of(left, right(self, parts, OR)?, ExprKind::Where)),
            Rule::kw_over => Some(pair_of(left, right(self, parts, rank + 1)?, ExprKind::Over)),
            Rule::op_range => {
                let (high, depth) = right(self, parts, rank + 1)?;
                let span = left.span.to(high.span);
                let kind =
                    ExprKind::Range { low: Box::new(left), high: Box::new(high), step: None };
                Some((Expr { span, kind }, depth))
            }
            Rule::kw_by => {
                let step = right(self, parts, rank + 1)?;
                self.step(left, at, step)
            }
            Rule::op_power | Rule::bad_power => {
                if rule == Rule::bad_power {
                    self.foreign(at, "`**` raises nothing", "write `^`");
                }
                // Right associative, and the exponent may have a sign.
                let right = right(self, parts, POWER)?;
                self.binary(BinaryOp::Power, at, left, right)
            }
            _ => match compare_op(rule) {
                Some(op) => {
                    self.answer_comparison(rule, at);
                    let right = right(self, parts, rank + 1)?;
                    self.compare(left, op, at, right)
                }
                None => {
                    let op = self.binary_op(rule, at)?;
                    let right = right(self, parts, rank + 1)?;
                    self.binary(op, at, left, right)
                }
            },
        }
    }

    fn binary(&mut self, op: BinaryOp, at: Span, left: Expr, (right, depth): Deep) -> Option<Deep> {
        let span = left.span.to(right.span);
        let kind = ExprKind::Binary(op, at, Box::new(left), Box::new(right));
        Some((Expr { span, kind }, depth))
    }

    fn compare(
        &mut self,
        left: Expr,
        op: CompareOp,
        at: Span,
        (right, depth): Deep,
    ) -> Option<Deep> {
        let span = left.span.to(right.span);
        let kind = match left.kind {
            ExprKind::Compare { first, mut rest } if left.span.start == first.span.start => {
                rest.push((op, at, right));
                ExprKind::Compare { first, rest }
            }
            kind => {
                let left = Expr { span: left.span, kind };
                if is_relation(&left) {
                    self.not_a_chain(at, left.span);
                }
                ExprKind::Compare { first: Box::new(left), rest: vec![(op, at, right)] }
            }
        };
        Some((Expr { span, kind }, depth))
    }

    fn step(&mut self, left: Expr, at: Span, (step, depth): Deep) -> Option<Deep> {
        let span = left.span.to(step.span);
        match left.kind {
            ExprKind::Range { low, high, step: None } => {
                let kind = ExprKind::Range { low, high, step: Some(Box::new(step)) };
                Some((Expr { span, kind }, depth))
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::SYNTAX,
                        "`by` gives the step of a range, and there is no range before it",
                    )
                    .at(at)
                    .help("write `LOW .. HIGH by STEP`"),
                );
                None
            }
        }
    }

    fn is_test(&mut self, left: Expr, pair: Pair<'a, Rule>) -> Option<Deep> {
        let span = left.span.to(self.span(&pair));
        let mut nodes = Nodes::new(pair.into_inner());
        nodes.next()?; // `is` itself
        let negated = nodes.take_rule(Rule::kw_not).is_some();
        let word = self.next_word(&mut nodes)?;
        if is_relation(&left) {
            self.not_a_chain(word.span, left.span);
        }
        Some((Expr { span, kind: ExprKind::Is { value: Box::new(left), word, negated } }, 1))
    }

    fn not_a_chain(&mut self, at: Span, left: Span) {
        self.diagnostics.push(
            Diagnostic::error(Code::SYNTAX, "only `<`, `<=`, `>`, `>=`, `==` and `!=` form chains")
                .at(at)
                .label(left, "this is already a comparison")
                .help("join the two with `and`"),
        );
    }

    fn binary_op(&mut self, rule: Rule, at: Span) -> Option<BinaryOp> {
        Some(match rule {
            Rule::op_plus => BinaryOp::Add,
            Rule::op_minus => BinaryOp::Subtract,
            Rule::op_times => BinaryOp::Multiply,
            Rule::op_divide => BinaryOp::Divide,
            Rule::kw_and => BinaryOp::And,
            Rule::kw_or => BinaryOp::Or,
            Rule::bad_and => {
                self.foreign(at, "`&&` joins nothing", "write `and`");
                BinaryOp::And
            }
            Rule::bad_or => {
                self.foreign(at, "`||` joins nothing", "write `or`");
                BinaryOp::Or
            }
            _ => return None,
        })
    }

    fn answer_comparison(&mut self, rule: Rule, at: Span) {
        match rule {
            Rule::bad_equal => self.foreign(at, "`=` defines, it does not compare", "write `==`"),
            Rule::bad_unequal => self.foreign(at, "`<>` compares nothing", "write `!=`"),
            _ => {}
        }
    }

    pub(super) fn foreign(&mut self, at: Span, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::FOREIGN_SPELLING, message).at(at).help(help));
    }

    // ---------------------------------------------------------------------------- primaries

    fn primary(&mut self, pair: Pair<'a, Rule>) -> Option<Deep> {
        let span = self.span(&pair);
        let leaf = |kind| Some((Expr { span, kind }, 1));
        match pair.as_rule() {
            Rule::number_literal => {
                let kind = self.number(pair)?;
                leaf(kind)
            }
            Rule::text => leaf(ExprKind::Text(self.quoted(&pair)?.text)),
            Rule::kw_yes => leaf(ExprKind::Truth(true)),
            Rule::kw_no => leaf(ExprKind::Truth(false)),
            Rule::kw_missing => leaf(ExprKind::Missing),
            Rule::name => leaf(self.name(pair.as_str(), span)),
            Rule::curve_signature => {
                let inner = pair.into_inner().next()?;
                leaf(ExprKind::Signature(self.signature(inner)?))
            }
            Rule::group => self.group(pair),
            Rule::list => {
                let mut items = Vec::new();
                let mut depth = 0;
                for node in Nodes::new(pair.into_inner()) {
                    let (item, inner) = self.list_item(node)?;
                    depth = depth.max(inner);
                    items.push(item);
                }
                Some((Expr { span, kind: ExprKind::List(items) }, self.grow(depth, span)?))
            }
            Rule::call => {
                let mut nodes = Nodes::new(pair.into_inner());
                let function = self.next_word(&mut nodes)?;
                if function.text == "log" {
                    self.foreign(
                        function.span,
                        "`log` does not say its base",
                        "write `ln` or `log10`",
                    );
                }
                let (arguments, depth) = self.list(nodes.next()?)?;
                let kind = ExprKind::Call { function, arguments };
                Some((Expr { span, kind }, self.grow(depth, span)?))
            }
            Rule::grid => {
                let bindings = self.bindings(Nodes::new(pair.into_inner()).next()?);
                let depth = self.inner_depth;
                Some((Expr { span, kind: ExprKind::Grid(bindings) }, self.grow(depth, span)?))
            }
            Rule::if_expr => {
                let mut nodes = Nodes::new(pair.into_inner());
                let (condition, a) = self.deep_next(&mut nodes)?;
                let (then, b) = self.deep_next(&mut nodes)?;
                let (otherwise, c) = self.deep_next(&mut nodes)?;
                let kind = ExprKind::If {
                    condition: Box::new(condition),
                    then: Box::new(then),
                    otherwise: Box::new(otherwise),
                };
                Some((Expr { span, kind }, self.grow(a.max(b).max(c), span)?))
            }
            Rule::quantified | Rule::comprehension => {
                let mut nodes = Nodes::new(pair.into_inner());
                let kind = comprehension_kind(nodes.next()?.as_str())?;
                let each = nodes.next().and_then(|p| self.each(p));
                let outer = self.inner_depth;
                let (body, depth) = self.deep_next(&mut nodes)?;
                let depth = depth.max(outer);
                let kind =
                    ExprKind::Comprehension { kind, each: Box::new(each?), body: Box::new(body) };
                Some((Expr { span, kind }, self.grow(depth, span)?))
            }
            _ => None,
        }
    }

    /// Brackets leave no node behind, but their place stays with what they hold.
    fn group(&mut self, pair: Pair<'a, Rule>) -> Option<Deep> {
        let span = self.span(&pair);
        let mut nodes = Nodes::new(pair.into_inner());
        let (first, depth) = self.deep_next(&mut nodes)?;
        if nodes.next().is_some() {
            self.diagnostics.push(
                Diagnostic::error(Code::SYNTAX, "a point `(x, y)` stands only inside a list")
                    .at(span)
                    .help("write `[(x, y), …]`"),
            );
            return None;
        }
        Some((Expr { span, kind: first.kind }, depth))
    }

    /// An element of a list, which may be a point.
    fn list_item(&mut self, pair: Pair<'a, Rule>) -> Option<Deep> {
        let mut inner = pair.clone().into_inner();
        let only = inner.next().filter(|p| p.as_rule() == Rule::group && inner.next().is_none());
        let Some(group) = only else { return self.deep_expr(pair) };
        let span = self.span(&group);
        let mut nodes = Nodes::new(group.clone().into_inner());
        let x = nodes.next()?;
        let Some(y) = nodes.next() else { return self.deep_expr(pair) };
        let (x, a) = self.deep_expr(x)?;
        let (y, b) = self.deep_expr(y)?;
        let kind = ExprKind::Point(Box::new(x), Box::new(y));
        Some((Expr { span, kind }, self.grow(a.max(b), span)?))
    }

    fn list(&mut self, args: Pair<'a, Rule>) -> Option<(Vec<Expr>, u32)> {
        let mut values = Vec::with_capacity(1);
        let mut depth = 0;
        for node in Nodes::new(args.into_inner()) {
            let (value, inner) = self.deep_expr(node)?;
            depth = depth.max(inner);
            values.push(value);
        }
        Some((values, depth))
    }

    fn name(&mut self, text: &str, span: Span) -> ExprKind {
        match text {
            "true" => {
                self.foreign(span, "`true` is spelled `yes` here", "write `yes`");
                ExprKind::Truth(true)
            }
            "false" => {
                self.foreign(span, "`false` is spelled `no` here", "write `no`");
                ExprKind::Truth(false)
            }
            "null" | "none" | "None" | "nan" | "NaN" => {
                let message = format!("`{text}` is no value");
                self.foreign(span, &message, "write `missing`");
                ExprKind::Missing
            }
            _ => ExprKind::Name(text.to_string()),
        }
    }

    fn number(&mut self, pair: Pair<'a, Rule>) -> Option<ExprKind> {
        let mut nodes = Nodes::new(pair.into_inner());
        let number = self.next_word(&mut nodes)?;
        let unit = nodes.next().map(|p| self.word(&p));
        let Some((right, glued)) = super::text::repair_number(&number.text) else {
            return Some(ExprKind::Number { number, unit });
        };
        let whole = match (&glued, &unit) {
            (Some(glued), None) => format!("{right} {glued}"),
            (None, Some(unit)) => format!("{right} {}", unit.text),
            _ => right.clone(),
        };
        let message = match &glued {
            Some(_) => "a blank stands between a number and its unit",
            None => "a number has digits on both sides of its decimal point",
        };
        self.diagnostics.push(
            Diagnostic::error(Code::BAD_NUMBER, message)
                .at(number.span)
                .help(format!("write `{whole}`")),
        );
        let span = number.span;
        let glued = glued.map(|text| Word { text, span });
        Some(ExprKind::Number { number: Word { text: right, span }, unit: unit.or(glued) })
    }
}

/// How tightly an operator binds; 0 when the pair is none.
fn rank(pair: &Pair<'_, Rule>) -> u8 {
    match inner_operator(pair.clone()).as_rule() {
        Rule::kw_or | Rule::bad_or => OR,
        Rule::kw_and | Rule::bad_and => AND,
        Rule::is_test | Rule::kw_in | Rule::not_in => COMPARE,
        Rule::kw_where => WHERE,
        Rule::kw_over => OVER,
        Rule::op_range | Rule::kw_by => RANGE,
        Rule::op_plus | Rule::op_minus => SUM,
        Rule::op_times | Rule::op_divide => PRODUCT,
        Rule::op_power | Rule::bad_power => POWER,
        rule if compare_op(rule).is_some() => COMPARE,
        _ => 0,
    }
}

fn pair_of(left: Expr, (right, depth): Deep, form: fn(Box<Expr>, Box<Expr>) -> ExprKind) -> Deep {
    let span = left.span.to(right.span);
    (Expr { span, kind: form(Box::new(left), Box::new(right)) }, depth)
}

fn inner_operator(pair: Pair<'_, Rule>) -> Pair<'_, Rule> {
    match pair.as_rule() {
        Rule::infix | Rule::source_infix | Rule::arith_infix => {
            pair.clone().into_inner().next().unwrap_or(pair)
        }
        _ => pair,
    }
}

fn compare_op(rule: Rule) -> Option<CompareOp> {
    Some(match rule {
        Rule::op_lt => CompareOp::Less,
        Rule::op_le => CompareOp::LessEqual,
        Rule::op_gt => CompareOp::Greater,
        Rule::op_ge => CompareOp::GreaterEqual,
        Rule::op_eq | Rule::bad_equal => CompareOp::Equal,
        Rule::op_ne | Rule::bad_unequal => CompareOp::NotEqual,
        _ => return None,
    })
}

fn comprehension_kind(word: &str) -> Option<ComprehensionKind> {
    Some(match word {
        "every" => ComprehensionKind::Every,
        "some" => ComprehensionKind::Some,
        "count" => ComprehensionKind::Count,
        "sum" => ComprehensionKind::Sum,
        "max" => ComprehensionKind::Max,
        "min" => ComprehensionKind::Min,
        "list" => ComprehensionKind::List,
        "curve" => ComprehensionKind::Curve,
        _ => return None,
    })
}

fn is_postfix(rule: Rule) -> bool {
    matches!(rule, Rule::field | Rule::method | Rule::index | Rule::at_bindings | Rule::at_path)
}

/// Whether an expression is `a in b` or `a is b` without brackets around it; these do not chain.
/// Brackets show in the span, which then starts before the first operand.
fn is_relation(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::In { value, .. } | ExprKind::Is { value, .. } => {
            expr.span.start == value.span.start
        }
        _ => false,
    }
}
