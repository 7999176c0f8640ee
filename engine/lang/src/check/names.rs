//! Who declares which name, and which pack may see it.

use super::dims::likely;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::Word;
use std::collections::{BTreeMap, BTreeSet};

/// What a name can stand for; each class has names of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Class {
    /// A quantity such as `VF`.
    Symbol,
    /// A device kind.
    Kind,
    /// A device model.
    Template,
    /// A function, in the language or as a script.
    Function,
    /// A limits table.
    Table,
    /// A rule.
    Rule,
    /// A reading.
    Reading,
    /// A circuit.
    Circuit,
    /// A test.
    Test,
}

impl Class {
    /// The word of a diagnostic.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Class::Symbol => "symbol",
            Class::Kind => "kind",
            Class::Template => "template",
            Class::Function => "function",
            Class::Table => "limits table",
            Class::Rule => "rule",
            Class::Reading => "reading",
            Class::Circuit => "circuit",
            Class::Test => "test",
        }
    }

    fn unknown(self) -> Code {
        match self {
            Class::Symbol => Code::UNKNOWN_SYMBOL,
            Class::Kind => Code::UNKNOWN_KIND,
            Class::Template => Code::UNKNOWN_TEMPLATE,
            Class::Function => Code::UNKNOWN_FUNCTION,
            Class::Rule => Code::UNKNOWN_RULE,
            Class::Table | Class::Reading | Class::Circuit | Class::Test => Code::UNKNOWN_NAME,
        }
    }

    /// Whether packs that do not see each other may use one name: such items are always known
    /// together with their pack.
    fn is_per_pack(self) -> bool {
        matches!(self, Class::Rule | Class::Reading | Class::Test)
    }
}

#[derive(Clone, Copy, Debug)]
struct Declared {
    pack: usize,
    span: Span,
}

/// What is known of a name from within a pack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lookup {
    /// Declared in this pack, at this place.
    Found(usize, Span),
    /// Declared in a pack that is not extended.
    Hidden(usize),
    /// Its declaration was lost in a mistake that is already reported.
    Forgiven,
    /// Unknown.
    Unknown,
}

/// All declared names, with the packs that declare them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    packs: Vec<String>,
    /// By pack: itself and all that it extends, directly or not.
    reach: Vec<BTreeSet<usize>>,
    /// By pack: whether something that it extends is missing.
    incomplete: Vec<bool>,
    declared: BTreeMap<Class, BTreeMap<String, Vec<Declared>>>,
    /// Names in statements that did not parse.
    broken: BTreeSet<String>,
    /// Heads of items that hold a statement that did not parse.
    damaged: BTreeSet<Span>,
}

impl Names {
    /// Adds a pack after all that it extends and returns its index.
    pub(crate) fn add_pack(&mut self, name: &str, extends: &[usize], is_missing: bool) -> usize {
        let index = self.packs.len();
        let mut reach = BTreeSet::from([index]);
        let mut incomplete = is_missing;
        for &base in extends {
            reach.extend(self.reach.get(base).into_iter().flatten());
            incomplete |= self.incomplete.get(base).copied().unwrap_or(false);
        }
        self.packs.push(name.to_string());
        self.reach.push(reach);
        self.incomplete.push(incomplete);
        index
    }

    /// Notes that an item lacks a statement that did not parse, by the place of its name.
    pub(crate) fn add_damaged(&mut self, head: Span) {
        self.damaged.insert(head);
    }

    /// Whether an item lacks a statement that did not parse; then what it seems to lack is no
    /// mistake of its own.
    pub(crate) fn is_damaged(&self, head: Span) -> bool {
        self.damaged.contains(&head)
    }

    /// Notes that a statement which may declare this name did not parse.
    pub(crate) fn add_broken(&mut self, name: &str) {
        self.broken.insert(name.to_string());
    }

    /// Declares a name.
    ///
    /// # Errors
    /// The diagnostic when the name is taken in this pack or inherited.
    pub(crate) fn declare(
        &mut self,
        class: Class,
        word: &Word,
        pack: usize,
    ) -> Result<(), Box<Diagnostic>> {
        let none = BTreeSet::new();
        let reach = self.reach.get(pack).unwrap_or(&none);
        let taken = self.declared.entry(class).or_default().entry(word.text.clone()).or_default();
        let of_this = taken.iter().find(|d| d.pack == pack);
        let inherited = taken.iter().find(|d| reach.contains(&d.pack));
        let other = taken.first().filter(|_| !class.is_per_pack());
        let Some(before) = of_this.or(inherited).or(other) else {
            taken.push(Declared { pack, span: word.span });
            return Ok(());
        };
        let what = class.word();
        let name = &word.text;
        let owner = self.packs.get(before.pack).map_or("", String::as_str);
        let diagnostic = if before.pack == pack {
            Diagnostic::error(
                Code::DECLARED_TWICE,
                format!("the {what} `{name}` is declared twice"),
            )
        } else if reach.contains(&before.pack) {
            Diagnostic::error(
                Code::INHERITED_NAME,
                format!("the {what} `{name}` is inherited from `{owner}`"),
            )
            .help(match class {
                Class::Rule => format!("change it with `override {owner}::{name}`"),
                Class::Template => {
                    format!("give it another name and start it with `extends {name}`")
                }
                _ => String::from("give it another name"),
            })
        } else {
            Diagnostic::error(
                Code::DECLARED_TWICE,
                format!("the {what} `{name}` is also declared in `{owner}`"),
            )
        };
        Err(Box::new(
            diagnostic.label(word.span, "declared again").label(before.span, "declared first"),
        ))
    }

    /// Looks a name up from within a pack.
    pub(crate) fn find(&self, class: Class, name: &str, from: usize) -> Lookup {
        let declared = self.declared.get(&class).and_then(|names| names.get(name));
        let sees = |d: &&Declared| self.sees(from, d.pack);
        if let Some(d) = declared.and_then(|all| all.iter().find(sees)) {
            Lookup::Found(d.pack, d.span)
        } else if self.is_forgiven(name, from) {
            Lookup::Forgiven
        } else {
            match declared.and_then(|all| all.first()) {
                Some(d) => Lookup::Hidden(d.pack),
                None => Lookup::Unknown,
            }
        }
    }

    /// Whether an unknown name may be the consequence of a mistake that is already reported.
    pub(crate) fn is_forgiven(&self, name: &str, from: usize) -> bool {
        self.incomplete.get(from).copied().unwrap_or(false) || self.broken.contains(name)
    }

    /// Whether a name stands in a statement that did not parse.
    pub(crate) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// Hands on what unknown names are forgiven for: lost names and incomplete packs.
    pub(crate) fn losses(&self) -> (BTreeSet<String>, BTreeSet<usize>) {
        let incomplete = self.incomplete.iter().enumerate().filter(|(_, is)| **is);
        (self.broken.clone(), incomplete.map(|(pack, _)| pack).collect())
    }

    /// Whether one pack sees the names of another.
    pub(crate) fn sees(&self, from: usize, pack: usize) -> bool {
        self.reach.get(from).is_some_and(|r| r.contains(&pack))
    }

    /// The name of a pack.
    pub(crate) fn pack(&self, pack: usize) -> &str {
        self.packs.get(pack).map_or("", String::as_str)
    }

    /// Demands that a name is known. `None` when it is not; then it was diagnosed or forgiven.
    pub(crate) fn require(
        &self,
        class: Class,
        word: &Word,
        from: usize,
        diagnostics: &mut Diagnostics,
    ) -> Option<usize> {
        match self.find(class, &word.text, from) {
            Lookup::Found(pack, _) => Some(pack),
            Lookup::Forgiven => None,
            Lookup::Hidden(pack) => {
                diagnostics.push(self.hidden(class, word, from, pack));
                None
            }
            Lookup::Unknown => {
                diagnostics.push(
                    Diagnostic::error(
                        class.unknown(),
                        format!("there is no {} `{}`", class.word(), word.text),
                    )
                    .at(word.span)
                    .maybe_help(
                        likely(&word.text, self.visible(class, from))
                            .or_else(|| self.other_class(word, from)),
                    ),
                );
                None
            }
        }
    }

    /// What else a name stands for.
    fn other_class(&self, word: &Word, from: usize) -> Option<String> {
        const CLASSES: [Class; 4] = [Class::Kind, Class::Template, Class::Symbol, Class::Rule];
        let name = &word.text;
        let is = |class: &&Class| matches!(self.find(**class, name, from), Lookup::Found(..));
        CLASSES.iter().find(is).map(|class| format!("`{name}` is a {}", class.word()))
    }

    /// The diagnostic of a name that another pack declares.
    pub(crate) fn hidden(
        &self,
        class: Class,
        word: &Word,
        from: usize,
        in_pack: usize,
    ) -> Diagnostic {
        let (own, other) = (self.pack(from), self.pack(in_pack));
        Diagnostic::error(
            class.unknown(),
            format!(
                "the {} `{}` belongs to `{other}`, which `{own}` does not extend",
                class.word(),
                word.text
            ),
        )
        .at(word.span)
        .help(format!("add `{other}` to `extends` in the pack.toml of `{own}`"))
    }

    /// The names of a class that a pack sees, in order.
    pub(crate) fn visible(&self, class: Class, from: usize) -> impl Iterator<Item = &str> {
        self.declared
            .get(&class)
            .into_iter()
            .flatten()
            .filter(move |(_, all)| all.iter().any(|d| self.sees(from, d.pack)))
            .map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::FileId;

    fn word(text: &str) -> Word {
        Word { text: text.into(), span: Span::new(FileId(0), 0, text.len()) }
    }

    #[test]
    fn packs_see_what_they_extend_and_nothing_else() {
        let mut names = Names::default();
        let std = names.add_pack("std", &[], false);
        let acme = names.add_pack("acme", &[std], false);
        let other = names.add_pack("other", &[std], false);
        assert!(names.declare(Class::Kind, &word("diode"), std).is_ok());
        assert!(names.declare(Class::Kind, &word("relay"), acme).is_ok());
        let twice = names.declare(Class::Kind, &word("diode"), acme).unwrap_err();
        assert_eq!(twice.code, Code::INHERITED_NAME);
        assert_eq!(names.find(Class::Kind, "relay", other), Lookup::Hidden(acme));
        assert!(matches!(names.find(Class::Kind, "diode", other), Lookup::Found(0, _)));
        let mut told = Diagnostics::new();
        assert_eq!(names.require(Class::Kind, &word("diod"), acme, &mut told), None);
        assert_eq!(told.into_vec()[0].help, ["did you mean `diode`?"]);
        // Unrelated packs may both have a rule of one name, but not a kind.
        assert!(names.declare(Class::Rule, &word("r"), acme).is_ok());
        assert!(names.declare(Class::Rule, &word("r"), other).is_ok());
        assert!(names.declare(Class::Kind, &word("relay"), other).is_err());
    }

    #[test]
    fn one_mistake_forgives_its_consequences() {
        let mut names = Names::default();
        let lost = names.add_pack("lost", &[], true);
        let child = names.add_pack("child", &[lost], false);
        let whole = names.add_pack("whole", &[], false);
        names.add_broken("half");
        assert_eq!(names.find(Class::Rule, "anything", child), Lookup::Forgiven);
        assert_eq!(names.find(Class::Template, "half", whole), Lookup::Forgiven);
        assert_eq!(names.find(Class::Template, "none", whole), Lookup::Unknown);
    }
}
