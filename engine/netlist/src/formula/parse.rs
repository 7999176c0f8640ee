//! Pieces to a tree, by precedence.

use super::scan::{Kind, Piece, pieces};
use super::{Formula, FormulaError, Infix, Prefix};

/// How deep a formula may nest: whoever walks over it calls itself so often.
const DEPTH: usize = 150;

/// How deep brackets may nest: each goes through every level of precedence.
const BRACKETS: usize = 50;

/// Signs by how tightly they bind, loosest first.
const LEVELS: [&[(&str, Infix)]; 5] = [
    &[("||", Infix::Or), ("|", Infix::Or)],
    &[("&&", Infix::And), ("&", Infix::And)],
    &[
        ("==", Infix::Equal),
        ("!=", Infix::NotEqual),
        ("<>", Infix::NotEqual),
        ("<=", Infix::LessEqual),
        (">=", Infix::GreaterEqual),
        ("<", Infix::Less),
        (">", Infix::Greater),
    ],
    &[("+", Infix::Add), ("-", Infix::Subtract)],
    &[("*", Infix::Multiply), ("/", Infix::Divide)],
];

/// A tree with its depth.
type Grown = (Formula, usize);

pub(super) fn parse(text: &str) -> Result<Formula, FormulaError> {
    let list = pieces(text)?;
    let mut parser = Parser { list: &list, next: 0, end: text.len(), nesting: 0 };
    let (formula, _) = parser.choice()?;
    match parser.peek() {
        None => Ok(formula),
        Some(_) => Err(parser.wrong("the formula does not end here")),
    }
}

struct Parser<'p, 't> {
    list: &'p [Piece<'t>],
    next: usize,
    end: usize,
    nesting: usize,
}

impl<'t> Parser<'_, 't> {
    fn peek(&self) -> Option<Kind<'t>> {
        self.list.get(self.next).map(|p| p.kind)
    }

    fn wrong(&self, reason: &str) -> FormulaError {
        let at = self.list.get(self.next).map_or(self.end, |p| p.at);
        FormulaError { at, reason: reason.into() }
    }

    /// Takes a sign if it comes next.
    fn takes(&mut self, sign: &str) -> bool {
        let comes = self.peek() == Some(Kind::Sign(sign));
        self.next += usize::from(comes);
        comes
    }

    fn needs(&mut self, sign: &str) -> Result<(), FormulaError> {
        if self.takes(sign) { Ok(()) } else { Err(self.wrong(&format!("`{sign}` is missing"))) }
    }

    /// Puts a node above others.
    fn above<const N: usize>(
        &self,
        inner: [Grown; N],
        make: impl FnOnce([Box<Formula>; N]) -> Formula,
    ) -> Result<Grown, FormulaError> {
        let depth = 1 + inner.iter().map(|g| g.1).max().unwrap_or(0);
        if depth > DEPTH {
            return Err(self.wrong("the formula nests too deep"));
        }
        Ok((make(inner.map(|g| Box::new(g.0))), depth))
    }

    fn choice(&mut self) -> Result<Grown, FormulaError> {
        self.nesting += 1;
        if self.nesting > BRACKETS {
            return Err(self.wrong("the formula nests too deep"));
        }
        let condition = self.level(0)?;
        let found = if self.takes("?") {
            let then = self.choice()?;
            self.needs(":")?;
            let otherwise = self.choice()?;
            self.above([condition, then, otherwise], |[c, a, b]| Formula::Choose(c, a, b))?
        } else {
            condition
        };
        self.nesting -= 1;
        Ok(found)
    }

    fn level(&mut self, level: usize) -> Result<Grown, FormulaError> {
        let Some(signs) = LEVELS.get(level) else { return self.prefixed() };
        let mut left = self.level(level + 1)?;
        loop {
            let Some((sign, infix)) =
                signs.iter().find(|(sign, _)| self.peek() == Some(Kind::Sign(sign)))
            else {
                return Ok(left);
            };
            self.needs(sign)?;
            let right = self.level(level + 1)?;
            left = self.above([left, right], |[a, b]| Formula::Binary(*infix, a, b))?;
        }
    }

    fn prefixed(&mut self) -> Result<Grown, FormulaError> {
        let mut signs = Vec::new();
        loop {
            if self.takes("-") {
                signs.push(Prefix::Minus);
            } else if self.takes("!") {
                signs.push(Prefix::Not);
            } else if !self.takes("+") {
                break;
            }
        }
        let mut found = self.power()?;
        while let Some(sign) = signs.pop() {
            found = self.above([found], |[a]| Formula::Unary(sign, a))?;
        }
        Ok(found)
    }

    fn power(&mut self) -> Result<Grown, FormulaError> {
        let mut left = self.operand()?;
        while self.takes("^") || self.takes("**") {
            let minus = self.takes("-");
            let mut right = self.operand()?;
            if minus {
                right = self.above([right], |[a]| Formula::Unary(Prefix::Minus, a))?;
            }
            left = self.above([left, right], |[a, b]| Formula::Binary(Infix::Power, a, b))?;
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Grown, FormulaError> {
        let Some(kind) = self.peek() else { return Err(self.wrong("the formula ends too early")) };
        match kind {
            Kind::Number(value) => {
                self.next += 1;
                Ok((Formula::Number(value), 1))
            }
            Kind::Probe(letter, inner) => {
                let found = probe(letter, inner).ok_or_else(|| {
                    self.wrong("one or two nodes, or one source, stand in these brackets")
                })?;
                self.next += 1;
                Ok((found, 1))
            }
            Kind::Sign("(") => {
                self.next += 1;
                let inner = self.choice()?;
                self.needs(")")?;
                Ok(inner)
            }
            Kind::Sign(_) => Err(self.wrong("a value is missing")),
            Kind::Name(name) => {
                self.next += 1;
                if self.takes("(") { self.call(name) } else { Ok((Formula::Name(name.into()), 1)) }
            }
        }
    }

    fn call(&mut self, name: &str) -> Result<Grown, FormulaError> {
        let mut arguments = Vec::new();
        let mut depth = 0;
        while !self.takes(")") {
            if !arguments.is_empty() {
                self.needs(",")?;
            }
            let (argument, below) = self.choice()?;
            depth = depth.max(below);
            arguments.push(argument);
        }
        let name = name.to_ascii_lowercase();
        let found = match <[Formula; 3]>::try_from(arguments) {
            Ok([c, a, b]) if matches!(name.as_str(), "if" | "ternary_fcn") => {
                Formula::Choose(Box::new(c), Box::new(a), Box::new(b))
            }
            Ok(three) => Formula::Call(name, three.into()),
            Err(arguments) => Formula::Call(name, arguments),
        };
        if depth >= DEPTH {
            return Err(self.wrong("the formula nests too deep"));
        }
        Ok((found, depth + 1))
    }
}

fn probe(letter: char, inner: &str) -> Option<Formula> {
    let names: Vec<&str> = inner.split(',').map(str::trim).collect();
    if names.iter().any(|n| n.is_empty()) {
        return None;
    }
    match (letter, names.as_slice()) {
        ('v', [a]) => Some(Formula::Voltage((*a).into(), None)),
        ('v', [a, b]) => Some(Formula::Voltage((*a).into(), Some((*b).into()))),
        ('i', [source]) => Some(Formula::Current((*source).into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula with all of its brackets.
    fn shown(formula: &Formula) -> String {
        match formula {
            Formula::Number(v) => format!("{v}"),
            Formula::Name(n) => n.clone(),
            Formula::Voltage(a, None) => format!("v[{a}]"),
            Formula::Voltage(a, Some(b)) => format!("v[{a},{b}]"),
            Formula::Current(v) => format!("i[{v}]"),
            Formula::Call(f, list) => {
                format!("{f}({})", list.iter().map(shown).collect::<Vec<_>>().join(","))
            }
            Formula::Unary(p, a) => format!("({p:?} {})", shown(a)),
            Formula::Binary(op, a, b) => format!("({} {op:?} {})", shown(a), shown(b)),
            Formula::Choose(c, a, b) => format!("({} ? {} : {})", shown(c), shown(a), shown(b)),
        }
    }

    #[test]
    fn signs_bind_as_simulators_have_them() {
        for (text, wanted) in [
            ("1 + 2*3", "(1 Add (2 Multiply 3))"),
            ("{75m / {Ron1}}", "(0.075 Divide Ron1)"),
            ("'-2^2'", "(Minus (2 Power 2))"),
            ("2**-x", "(2 Power (Minus x))"),
            ("V(9, 7) * i(VFI2)", "(v[9,7] Multiply i[VFI2])"),
            ("a<b && c ? 1k : IF(d, 2meg, 3)", "(((a Less b) And c) ? 1000 : (d ? 2000000 : 3))"),
            ("max( a , -{b}) - - c", "(max(a,(Minus b)) Subtract (Minus c))"),
            ("f()", "f()"),
            ("a-b-c", "((a Subtract b) Subtract c)"),
            ("1e-3-2", "(0.001 Subtract 2)"),
        ] {
            let got = shown(&Formula::parse(text).unwrap());
            assert_eq!(got, wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_formula_is_refused_where_it_ends() {
        let at = |text: &str| Formula::parse(text).unwrap_err().at;
        assert_eq!(at("1 +"), 3);
        assert_eq!(at("1 2"), 2);
        assert_eq!(at("(1"), 2);
        assert_eq!(at("a # b"), 2);
        assert_eq!(at("v(a,b,c)"), 0);
        assert_eq!(at("f(1 2)"), 4);
        for deep in ["(".repeat(4000), "-".repeat(4000) + "1", "1+".repeat(4000) + "1"] {
            assert!(Formula::parse(&deep).is_err());
        }
    }
}
