//! A quote that is missing in a line: where it was meant to stand.
//!
//! Quoted text ends on its line, so that an odd number of quotes in a line is a mistake of this
//! line. Where the missing one belongs is seen by the words that quoted text follows.

/// Words that quoted text follows.
const BEFORE_TEXT: [&str; 14] = [
    "because", "from", "help", "maker", "message", "names", "owner", "package", "part", "say",
    "sheet", "synonyms", "ticket", "titles",
];

/// The quote that a line lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lacks {
    /// One before the text that starts at this byte of the line.
    Opening(usize),
    /// One that closes the text which starts at the first byte, before the second.
    Closing(usize, usize),
}

/// What a line lacks that has an odd number of quotes, the last of them at `last`. `quotes` are
/// the places of all that no backslash takes back; `braces` is how many `{` of the line are open
/// before the last quote.
pub(crate) fn lacking(line: &str, quotes: &[usize], last: usize, braces: usize) -> Lacks {
    let outside = |at: usize| quotes.iter().filter(|q| **q < at).count().is_multiple_of(2);
    let opens = |at: &usize| {
        let next = line.get(*at..).and_then(|r| r.chars().next());
        outside(*at) && *at < last && next.is_some_and(|c| !matches!(c, '"' | '(' | '=' | ','))
    };
    let opening = after_words(line).find(opens);
    // A text that ends in `, ` or `because `: it was to end before, and the next to start here.
    for pair in quotes.chunks_exact(2) {
        let &[start, end] = pair else { continue };
        if opening.is_some_and(|at| at < start) {
            break;
        }
        let inner = line.get(start + 1..end).unwrap_or("");
        let said = inner.trim_end();
        // What stands between two texts was read as one: the text before it was never opened.
        let before = quotes.iter().rev().find(|q| **q < start);
        if said.trim() == ","
            && let Some(before) = before
        {
            let gap = line.get(before + 1..).unwrap_or("");
            let at = before + 1 + (gap.len() - gap.trim_start_matches([',', ' ']).len());
            return Lacks::Opening(at);
        }
        if said.trim_start().starts_with('{')
            && let Some(at) = after_head(line)
        {
            return Lacks::Opening(at);
        }
        let list = said.strip_suffix(',').filter(|b| !b.trim().is_empty());
        let word = BEFORE_TEXT.iter().find_map(|w| said.strip_suffix(w));
        let word = word.filter(|b| inner.len() > said.len() && b.ends_with([' ', ';', '{']));
        let word = word.map(|b| b.trim_end_matches([' ', ';', '{'])).filter(|b| !b.is_empty());
        if let Some(before) = list.or(word) {
            return Lacks::Closing(start, start + 1 + before.len());
        }
    }
    if let Some(at) = opening {
        return Lacks::Opening(at);
    }
    let rest = line.get(last + 1..).unwrap_or("");
    let ends = |c| matches!(c, ' ' | '\t' | '\r' | '}' | ';' | ',' | ')');
    let is_last = rest.trim_start().starts_with('{') || rest.chars().all(ends);
    let comma = line.rmatch_indices("\", ").map(|(at, _)| at + 3).find(|at| outside(*at));
    if let Some(at) = comma.filter(|at| is_last && opens(at)) {
        return Lacks::Opening(at);
    }
    if is_last && let Some(at) = after_head(line).filter(opens) {
        return Lacks::Opening(at);
    }
    let mut end = line.trim_end().len();
    if line.get(..end).is_some_and(|l| l.ends_with('{')) {
        end -= 1;
    }
    let trimmed = |end: usize| line.get(..end).map_or(0, |l| l.trim_end().len());
    for _ in 0..braces {
        let inner = line.get(..trimmed(end)).unwrap_or("");
        if inner.ends_with('}') && inner.len() > last + 1 {
            end = inner.len() - 1;
        }
    }
    Lacks::Closing(last, trimmed(end).max(last + 1))
}

/// The places behind the words that quoted text follows, and a blank.
fn after_words(line: &str) -> impl Iterator<Item = usize> {
    let mut at = 0;
    line.split_inclusive(' ').filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.strip_suffix(' ')?;
        let begins = start == 0 || line.get(..start).is_some_and(|l| l.ends_with(' '));
        (begins && BEFORE_TEXT.contains(&word)).then_some(at)
    })
}

/// Where the text of a statement starts whose text follows a name: that of a list, of a symbol,
/// of a kind.
fn after_head(line: &str) -> Option<usize> {
    let start = line.len() - line.trim_start().len();
    let words = || line.match_indices(' ').map(|(at, _)| at + 1).filter(move |at| *at > start);
    match line.trim_start().split(' ').next()? {
        "kind" | "class" | "polarity" => words().nth(1),
        "card" => words().nth(1),
        "symbol" => words().nth(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Lacks {
        let quotes: Vec<usize> = line.match_indices('"').map(|(at, _)| at).collect();
        let last = *quotes.last().unwrap();
        lacking(line, &quotes, last, line[..last].matches('{').count())
    }

    #[test]
    fn the_words_before_a_text_tell_where_it_starts() {
        for line in [
            "  because ^few points tell little\"",
            "  say ^VF is {r.max}, too much\"",
            "waive r for part ^X8\" until 2027-03-31 owner \"m\" because \"x\"",
            "waive r for part \"X8\" until 2027-03-31 owner ^m\" because \"x\"",
            "  titles ^lamp\", \"bulb\"",
            "  titles \"lamp\", ^bulb\"",
            "  names \"a b\", \"c d\", ^e f\", \"g\"",
            "symbol Q : C ^pre-threshold charge\" { synonyms \"Q1\"; names \"threshold\" }",
            "kind lamp ^lamp\" {",
            "symbol IQ : A ^current of the house\" { for diode }",
            "  class small ^small\", \"SBD\"",
        ] {
            let at = line.find('^').unwrap();
            assert_eq!(found(&line.replace('^', "")), Lacks::Opening(at), "{line}");
        }
    }

    #[test]
    fn a_text_that_swallows_the_next_ends_before_it() {
        for line in [
            "  because \"few points tell little^",
            "kind lamp \"lamp^ {",
            "  synonyms \"V_Q^, \"VQM\"",
            "waive r for part \"X8\" owner \"m^ because \"x\"",
            "symbol hoe : S \"output^ { synonyms \"h_oe\", \"hOE\" }",
            "test t { given diode { part \"X^ } }",
            "symbol VQ : V \"v\" { synonyms \"V_Q\", \"VQM^ }",
        ] {
            let end = line.find('^').unwrap();
            let start = line[..end].rfind('"').unwrap();
            assert_eq!(found(&line.replace('^', "")), Lacks::Closing(start, end), "{line}");
        }
    }
}
