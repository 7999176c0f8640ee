//! `mutants.toml`: mutants that behave as the rule itself does, each with its reason.

use super::{Fate, Mutant};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mutant that is declared to be no other rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Equivalent {
    /// The rule, without its pack.
    pub rule: String,
    /// The text that is changed, on one line.
    pub was: String,
    /// The text that takes its place.
    pub becomes: String,
    /// Why no test can tell.
    pub because: String,
    /// Where it is declared.
    pub span: Span,
}

impl Equivalent {
    /// Whether it speaks of a mutant.
    pub fn is(&self, mutant: &Mutant) -> bool {
        self.rule == mutant.rule && self.was == mutant.was && self.becomes == mutant.becomes
    }

    /// Reads the list of a pack; entries with mistakes stand in the diagnostics alone.
    pub fn read(text: &str, file: FileId) -> (Vec<Equivalent>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut wrong = |message: String, range: Range<usize>| {
            let span = Span::new(file, range.start, range.end);
            let help = "an entry has `rule`, `was`, `becomes` and `because`, each a text";
            let found = Diagnostic::error(Code::BAD_EQUIVALENTS, message).at(span).help(help);
            diagnostics.push(found);
        };
        for error in &errors {
            let message = error.message().lines().next().unwrap_or("");
            wrong(format!("this is no TOML: {message}"), error.span().unwrap_or(0..0));
        }
        let mut found = Vec::new();
        for (key, value) in table.get_ref() {
            let entries = match (key.get_ref().as_ref(), value.get_ref()) {
                ("equivalent", DeValue::Array(entries)) => entries,
                (other, _) => {
                    wrong(format!("`{other}` is no list of mutants"), key.span());
                    continue;
                }
            };
            for entry in entries {
                match Equivalent::of(entry, file) {
                    Ok(entry) => found.push(entry),
                    Err((message, range)) => wrong(message, range),
                }
            }
        }
        (found, diagnostics)
    }

    fn of(
        entry: &Spanned<DeValue<'_>>,
        file: FileId,
    ) -> Result<Equivalent, (String, Range<usize>)> {
        const KEYS: [&str; 4] = ["rule", "was", "becomes", "because"];
        let Some(table) = entry.get_ref().as_table() else {
            return Err((String::from("an entry is a table"), entry.span()));
        };
        let stranger = table.iter().find(|(k, _)| !KEYS.contains(&k.get_ref().as_ref()));
        if let Some((key, _)) = stranger {
            return Err((format!("`{}` is no key of an entry", key.get_ref()), key.span()));
        }
        let [rule, was, becomes, because] = KEYS.map(|wanted| {
            let value = table.iter().find(|(k, _)| k.get_ref() == wanted);
            let text = value.and_then(|(_, v)| v.get_ref().as_str());
            text.map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "))
        });
        let lacks = |key: &str| (format!("the entry gives no `{key}`"), entry.span());
        let because = because.filter(|b| !b.is_empty()).ok_or_else(|| lacks("because"))?;
        Ok(Equivalent {
            rule: rule.ok_or_else(|| lacks("rule"))?,
            was: was.ok_or_else(|| lacks("was"))?,
            becomes: becomes.ok_or_else(|| lacks("becomes"))?,
            because,
            span: Span::new(file, entry.span().start, entry.span().end),
        })
    }
}

/// Entries that no surviving mutant needs.
pub fn unused(equivalents: &[Equivalent], mutants: &[Mutant], fates: &[Fate]) -> Diagnostics {
    let needed = |e: &Equivalent| {
        mutants.iter().zip(fates).any(|(m, f)| !matches!(f, Fate::Killed(_)) && e.is(m))
    };
    let idle = equivalents.iter().filter(|e| !needed(e));
    idle.map(|e| {
        let killed = mutants.iter().any(|m| e.is(m));
        let message = if killed {
            format!("a test tells this mutant from the rule `{}`", e.rule)
        } else {
            format!("the rule `{}` has no such mutant", e.rule)
        };
        Diagnostic::warning(Code::EQUIVALENT_UNUSED, message).at(e.span).help("take the entry away")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_with_mistakes_are_told_and_the_others_count() {
        let text = "[[equivalent]]\nrule = \"r\"\nwas = \"a <\\n b\"\nbecomes = \"a <= b\"\nbecause = \"never equal\"\n\
                    [[equivalent]]\nrule = \"r\"\nwas = \"x\"\nbecomes = \"\"\n\
                    [[equivalent]]\nrule = \"r\"\nreason = \"x\"\n";
        let (found, diagnostics) = Equivalent::read(text, FileId(3));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].was, "a < b");
        let told: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert!(diagnostics.iter().all(|d| d.code == Code::BAD_EQUIVALENTS));
        let idle = unused(&found, &[], &[]);
        assert!(idle.iter().all(|d| d.code == Code::EQUIVALENT_UNUSED) && !idle.is_empty());
        assert_eq!(told, ["the entry gives no `because`", "`reason` is no key of an entry"]);
        assert!(!Equivalent::read("x = 1", FileId(0)).1.is_empty());
        assert!(!Equivalent::read("[[", FileId(0)).1.is_empty());
    }
}
