//! Symbols, kinds, readings, functions, limits tables and scripts.

use super::{Builder, Nodes, Parsed, transpose};
use crate::ast::{
    Called, Drive, Function, Kind, Limits, Quantity, Quoted, Reading, ReadingCurve, Recognise,
    Script, Symbol, Type, Word,
};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;
use espice_base::{Code, Diagnostic};
use pest::iterators::Pair;

impl<'a> Builder<'a> {
    pub(super) fn symbol(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Symbol> {
        let (mut synonyms, mut kinds, mut plausible) = (Vec::new(), Vec::new(), None);
        let (mut names, mut rating) = (Vec::new(), false);
        for (mut s, _) in self.statements(block, Context::Symbol) {
            match s.word {
                "synonyms" => synonyms = self.texts(s.nodes),
                "names" => names = self.texts(s.nodes),
                "rating" => rating = true,
                "for" => kinds = self.names_in(&mut s.nodes),
                _ => plausible = self.next_expr(&mut s.nodes),
            }
        }
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let unit = self.next_type(&mut nodes)?;
        let title = self.next_quoted(&mut nodes);
        Some(Symbol { name, unit, title, synonyms, names, rating, kinds, plausible })
    }

    pub(super) fn kind(&mut self, head: Option<Parsed<'a>>, block: &[Statement]) -> Option<Kind> {
        let (mut pins, mut quantities, mut recognise) = (Vec::new(), Vec::new(), Vec::new());
        let (mut titles, mut classes, mut polarities) = (Vec::new(), Vec::new(), Vec::new());
        let (mut positive, mut negative) = (Vec::new(), Vec::new());
        for (mut s, _) in self.statements(block, Context::Kind) {
            match s.word {
                "pins" => pins = self.names_in(&mut s.nodes),
                "titles" => titles = self.texts(s.nodes),
                "class" => classes.extend(self.called(s)),
                "polarity" => polarities.extend(self.called(s)),
                "positive" => positive = self.names_in(&mut s.nodes),
                "negative" => negative = self.names_in(&mut s.nodes),
                "quantity" => quantities.extend(self.quantity(s)),
                _ => recognise.extend(self.recognise(s)),
            }
        }
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let title = self.next_quoted(&mut nodes);
        Some(Kind {
            name,
            title,
            pins,
            titles,
            classes,
            polarities,
            positive,
            negative,
            quantities,
            recognise,
        })
    }

    fn called(&mut self, mut s: Parsed<'a>) -> Option<Called> {
        let name = self.next_word(&mut s.nodes)?;
        Some(Called { name, words: self.texts(s.nodes) })
    }

    fn quantity(&mut self, mut s: Parsed<'a>) -> Option<Quantity> {
        let mut signature = Nodes::new(s.nodes.next()?.into_inner());
        let symbol = self.next_word(&mut signature)?;
        let (mut arguments, mut defaults) = (Vec::new(), Vec::new());
        for argument in signature {
            let mut nodes = Nodes::new(argument.into_inner());
            arguments.push(self.next_word(&mut nodes)?);
            let default = nodes
                .take_rule(Rule::param_default)
                .map(|p| self.next_expr(&mut Nodes::new(p.into_inner())));
            defaults.push(transpose(default)?);
        }
        let value = self.next_expr(&mut s.nodes)?;
        let mut drives = Vec::new();
        for drive in Nodes::new(s.nodes.next()?.into_inner()) {
            let mut nodes = Nodes::new(drive.into_inner());
            let target = self.next_expr(&mut nodes)?;
            drives.push(Drive { target, value: self.next_expr(&mut nodes)? });
        }
        Some(Quantity { span: s.span, symbol, arguments, defaults, value, drives })
    }

    fn recognise(&mut self, mut s: Parsed<'a>) -> Option<Recognise> {
        let binder = self.next_word(&mut s.nodes)?;
        let condition = self.next_expr(&mut s.nodes)?;
        let because = self.reason(&mut s.nodes);
        Some(Recognise { span: s.span, binder, condition, because })
    }

    pub(super) fn reading(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Reading> {
        let (mut each, mut because) = (None, None);
        let (mut lets, mut curves) = (Vec::new(), Vec::new());
        for (mut s, inner) in self.statements(block, Context::Reading) {
            match s.word {
                "each" => each = s.nodes.next().and_then(|p| self.each(p)),
                "let" => lets.extend(self.let_of(s)),
                "curve" => curves.extend(self.curve(s, inner)),
                _ => because = self.next_quoted(&mut s.nodes),
            }
        }
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let kinds = self.names_in(&mut nodes);
        Some(Reading { name, kinds, each, lets, curves, because })
    }

    fn curve(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<ReadingCurve> {
        let (mut keep, mut noise, mut marks) = (None, None, Vec::new());
        let mut held = Vec::new();
        for (mut s, _) in self.statements(block, Context::Curve) {
            match s.word {
                "held" => held.extend(self.value_of(s)),
                "keep" => keep = self.next_expr(&mut s.nodes),
                "noise" => noise = self.next_expr(&mut s.nodes),
                _ => {
                    let word = self.next_word(&mut s.nodes);
                    marks.extend(word.zip(self.next_expr(&mut s.nodes)));
                }
            }
        }
        let signature = s.nodes.next().and_then(|p| self.signature(p))?;
        let value = self.next_expr(&mut s.nodes)?;
        Some(ReadingCurve { span: s.span, signature, value, held, keep, noise, marks })
    }

    pub(super) fn function(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Function> {
        let (mut lets, mut value) = (Vec::new(), None);
        let mut returned = false;
        for (mut s, _) in self.statements(block, Context::Function) {
            match s.word {
                "let" => lets.extend(self.let_of(s)),
                _ => {
                    returned = true;
                    value = self.next_expr(&mut s.nodes);
                }
            }
        }
        let head = head?;
        let (span, mut nodes) = (head.span, head.nodes);
        let name = self.next_word(&mut nodes)?;
        let parameters = self.parameters(&mut nodes)?;
        let result = self.next_type(&mut nodes)?;
        if let Some(direct) = nodes.next() {
            if returned || !lets.is_empty() {
                self.diagnostics.push(
                    Diagnostic::error(Code::REPEATED, "this function has a value and a block")
                        .at(span)
                        .help("write either `= VALUE` or `{ … return VALUE }`"),
                );
            }
            value = self.expr(direct);
        } else if !returned && !block.iter().any(|s| s.broken || self.is_return(s)) {
            let message = format!("the function `{}` returns nothing", name.text);
            self.missing_part(
                span,
                message,
                "end its block with `return VALUE`, or write `= VALUE`",
            );
        }
        Some(Function { name, parameters, result, lets, value: value? })
    }

    /// Whether a statement is a `return` that did not read.
    fn is_return(&self, s: &Statement) -> bool {
        self.tokens.get(s.first).is_some_and(|t| t.text(self.text) == "return")
    }

    pub(super) fn limits(&mut self, head: Option<Parsed<'a>>) -> Option<Limits> {
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let file = self.next_quoted(&mut nodes)?;
        let sheet = nodes.take_rule(Rule::limits_sheet);
        let sheet = sheet.and_then(|p| self.next_quoted(&mut Nodes::new(p.into_inner())));
        let columns = Nodes::new(nodes.next()?.into_inner()).next()?;
        Some(Limits { name, file, sheet, keys: self.words(columns) })
    }

    pub(super) fn script(&mut self, head: Option<Parsed<'a>>) -> Option<Script> {
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let parameters = self.parameters(&mut nodes)?;
        let result = self.next_type(&mut nodes)?;
        Some(Script { name, parameters, result, file: self.next_quoted(&mut nodes)? })
    }

    // ------------------------------------------------------------------------- shared parts

    /// The names of a `names` pair that comes next.
    pub(super) fn names_in(&mut self, nodes: &mut Nodes<'a>) -> Vec<Word> {
        nodes.take_rule(Rule::names).map_or(Vec::new(), |p| self.words(p))
    }

    fn texts(&mut self, nodes: Nodes<'a>) -> Vec<Quoted> {
        nodes.filter_map(|p: Pair<'a, Rule>| self.quoted(&p)).collect()
    }

    pub(super) fn next_type(&mut self, nodes: &mut Nodes<'a>) -> Option<Type> {
        nodes.take_rule(Rule::type_name).and_then(|p| self.type_of(p))
    }

    /// `(x : V, c : F)`
    fn parameters(&mut self, nodes: &mut Nodes<'a>) -> Option<Vec<(Word, Type)>> {
        let mut parameters: Vec<(Word, Type)> = Vec::new();
        for typed in Nodes::new(nodes.take_rule(Rule::typeds)?.into_inner()) {
            let mut nodes = Nodes::new(typed.into_inner());
            let name = self.next_word(&mut nodes)?;
            parameters.push((name, self.next_type(&mut nodes)?));
        }
        Some(parameters)
    }
}
