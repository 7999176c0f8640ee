//! Writing: a library to the text of a dialect of the SPICE family.

use crate::dialect::{Rename, Rules, Written};
use crate::read::{Commas, has_no_comment, is_one_token};
use crate::text::{LISTED, listed, one_line, plain, shown};
use crate::{Element, Item, Library, ModelCard, Parameters, Subcircuit, Value};
use espice_base::{Code, Diagnostic, Diagnostics, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

/// Writes a library.
pub(crate) fn write(rules: &Rules, library: &Library) -> Written {
    let mut diagnostics = Diagnostics::new();
    let names = legal_names(rules, library, &mut diagnostics);
    let mut out = Writer { rules, names, diagnostics, text: String::new() };
    for line in &library.header {
        out.comment(line);
    }
    out.items(&library.items);
    let renames = out.names.into_iter().map(|(from, to)| Rename { from, to }).collect();
    Written { text: out.text, renames, diagnostics: out.diagnostics }
}

/// New names for models and subcircuits whose names the dialect cannot hold. They stay unlike
/// every other name, case ignored.
fn legal_names(
    rules: &Rules,
    library: &Library,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, String> {
    let models = library.models().into_iter().map(|m| &m.name);
    let all: Vec<&String> =
        models.chain(library.subcircuits().into_iter().map(|s| &s.name)).collect();
    let mut taken: BTreeSet<String> = all.iter().map(|n| n.to_ascii_lowercase()).collect();
    let mut names = BTreeMap::new();
    for name in all {
        if rules.is_legal_name(name) || names.contains_key(name) {
            continue;
        }
        let legal = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' };
        let mut stem: String = name.chars().map(legal).collect();
        if !stem.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            stem.insert(0, 'x');
        }
        let mut new = stem.clone();
        let mut number = 2;
        while !taken.insert(new.to_ascii_lowercase()) {
            new = format!("{stem}_{number}");
            number += 1;
        }
        diagnostics.push(
            Diagnostic::note(
                Code::CARD_NAME,
                format!(
                    "{} cannot hold the name `{}`, written as `{new}`",
                    rules.simulator,
                    plain(name)
                ),
            )
            .help("use letters, digits, `_`, `-` and `.` in names of models and subcircuits"),
        );
        names.insert(name.clone(), new);
    }
    names
}

/// What a value may be at some place of a card.
#[derive(Clone, Copy)]
enum Words {
    /// Any text, up to the next pair or the end of the line.
    Many,
    /// One word, where commas mean this.
    One(Commas),
}

struct Writer<'a> {
    rules: &'a Rules,
    names: BTreeMap<String, String>,
    diagnostics: Diagnostics,
    text: String,
}

impl Writer<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Comment(text) => self.comment(text),
                Item::Model(card) => self.model(card),
                Item::Subcircuit(subcircuit) => self.subcircuit(subcircuit),
                Item::Element(element) => self.element(element),
                Item::Parameters(list) => {
                    let pieces = self.pairs(".param", list, Words::Many);
                    self.statement(".param", &pieces);
                }
                Item::Raw(text) => {
                    self.text.push_str(&plain(text));
                    self.text.push('\n');
                }
            }
        }
    }

    fn comment(&mut self, text: &str) {
        let text = one_line(text);
        self.text.push_str(if text.is_empty() { "*" } else { "* " });
        self.text.push_str(&text);
        self.text.push('\n');
    }

    fn name(&self, name: &str) -> String {
        self.names.get(name).map_or_else(|| name.to_string(), Clone::clone)
    }

    fn model(&mut self, card: &ModelCard) {
        let (card, remarks) = self.without_remarks(card);
        let card = &card;
        if !remarks.is_empty() {
            self.comment(&format!("{}: {}", card.name, remarks.join(" ")));
        }
        self.check(card);
        let mut pieces = Vec::new();
        pieces.extend(card.level.map(|l| format!("LEVEL={l}")));
        // Flags stand inside the brackets: ngspice 39 hangs on `.model m VDMOS Pchan (…)`.
        pieces.extend(card.flags.iter().map(|f| plain(f)));
        pieces.extend(self.pairs(&card.name, &card.parameters, Words::One(Commas::Separate)));
        if let Some(first) = pieces.first_mut() {
            first.insert(0, '(');
        }
        if let Some(last) = pieces.last_mut() {
            last.push(')');
        }
        let base = card.base.as_deref().map(|b| format!(" ako:{}", self.name(b)));
        let head = format!(
            ".model {}{} {}",
            self.name(&card.name),
            base.unwrap_or_default(),
            plain(&card.device_type)
        );
        self.statement(&head, &pieces);
    }

    /// Takes remarks about the part out of a card where the simulator would refuse them.
    fn without_remarks(&mut self, card: &ModelCard) -> (ModelCard, Vec<String>) {
        let mut kept = card.clone();
        let set = self.rules.parameters(&card.device_type, card.level);
        let remark = |name: &str| self.rules.is_remark(name) && !set.is_some_and(|s| s.has(name));
        kept.parameters.retain(|(name, _)| !remark(name));
        let moved: Vec<String> = card
            .parameters
            .iter()
            .filter(|(name, _)| remark(name))
            .map(|(name, value)| match value {
                Value::Number(v) => format!("{name}={}", espice_units::exact(*v)),
                Value::Text(t) => format!("{name}={t}"),
            })
            .collect();
        if !moved.is_empty() {
            self.diagnostics.push(
                Diagnostic::warning(
                    Code::CARD_UNKNOWN_PARAMETER,
                    format!(
                        "{} takes no remarks in the model `{}`: `{}` became a comment",
                        self.rules.simulator,
                        plain(&card.name),
                        shown(&moved.join(" "))
                    ),
                )
                .help("nothing to do: remarks have no effect on the simulation"),
            );
        }
        (kept, moved)
    }

    /// Complains of what the simulator does not know.
    fn check(&mut self, card: &ModelCard) {
        let Some(set) = self.rules.parameters(&card.device_type, card.level) else { return };
        let parameters = card.parameters.iter().map(|(n, _)| n).filter(|n| !set.has(n));
        let flags = card.flags.iter().filter(|f| !set.has_flag(f));
        let unknown: Vec<&String> = parameters.chain(flags).collect();
        if unknown.is_empty() {
            return;
        }
        let mut diagnostic = Diagnostic::error(
            Code::CARD_UNKNOWN_PARAMETER,
            format!(
                "{} has no {} parameter {} (model `{}`)",
                self.rules.simulator,
                shown(&card.device_type),
                listed(&unknown),
                shown(&card.name)
            ),
        );
        for name in unknown.iter().take(LISTED) {
            let near = did_you_mean(&name.to_ascii_lowercase(), set.names());
            diagnostic = diagnostic.maybe_help(near.map(|n| {
                format!("did you mean `{}` where `{}` stands?", n.to_ascii_uppercase(), shown(name))
            }));
        }
        self.diagnostics.push(
            diagnostic.help("leave it out of this dialect's card, or choose another template"),
        );
    }

    fn subcircuit(&mut self, subcircuit: &Subcircuit) {
        let name = self.name(&subcircuit.name);
        let mut pieces: Vec<String> = subcircuit.pins.iter().map(|p| plain(p)).collect();
        pieces.extend(self.pairs(&subcircuit.name, &subcircuit.parameters, Words::Many));
        self.statement(&format!(".subckt {name}"), &pieces);
        self.items(&subcircuit.items);
        self.statement(&format!(".ends {name}"), &[]);
    }

    fn element(&mut self, element: &Element) {
        let mut pieces: Vec<String> = element.fields.iter().map(|f| plain(&self.name(f))).collect();
        let words = match element.name.starts_with(['b', 'B']) {
            true => Words::Many,
            false => Words::One(Commas::Join),
        };
        pieces.extend(self.pairs(&element.name, &element.parameters, words));
        self.statement(&plain(&element.name), &pieces);
    }

    /// `name=value` pieces; a value that no reader would give back is left out with an error.
    fn pairs(&mut self, owner: &str, list: &Parameters, words: Words) -> Vec<String> {
        let mut pieces = Vec::new();
        for (name, value) in list {
            let text = match value {
                Value::Number(v) if v.is_finite() => espice_units::exact(*v),
                Value::Number(v) => {
                    self.diagnostics.push(
                        Diagnostic::error(
                            Code::CARD_NOT_FINITE,
                            format!(
                                "`{}` of `{}` is {v}, which no card can hold",
                                shown(name),
                                shown(owner)
                            ),
                        )
                        .help("find out which stage computed it; the card must not be used"),
                    );
                    continue;
                }
                Value::Text(t) => plain(t),
            };
            let stands = match words {
                Words::Many => !text.is_empty(),
                Words::One(commas) => is_one_token(&text, commas),
            };
            // The blank stands for what comes before the value on the line.
            if !stands || !has_no_comment(self.rules, &format!(" {text}")) {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::CARD_PARAMETER,
                        format!(
                            "the value of `{}` of `{}` cannot stand in a card",
                            shown(name),
                            shown(owner)
                        ),
                    )
                    .help("put the expression in braces, without comment signs"),
                );
                continue;
            }
            pieces.push(format!("{}={text}", plain(name)));
        }
        pieces
    }

    /// A statement, broken before a piece where the line would grow too long.
    fn statement(&mut self, head: &str, pieces: &[String]) {
        let mut width = head.chars().count();
        self.text.push_str(head);
        for piece in pieces {
            let length = piece.chars().count();
            if width + 1 + length > self.rules.width {
                self.text.push_str("\n+");
                width = 1;
            }
            self.text.push(' ');
            self.text.push_str(piece);
            width += 1 + length;
        }
        self.text.push('\n');
    }
}
