//! Statements to tokens: words that may hold brackets and quotes, and `=` on its own.

use super::lines::is_blank;
use std::ops::Range;

/// A token's place in the statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
}

/// The tokens of a statement.
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    /// Where a bracket or quote opens that never closes, or closes that never opened.
    pub(super) unbalanced: Option<usize>,
}

/// What separates words beside blanks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commas {
    /// A comma separates, as in parameter lists.
    Separate,
    /// A comma belongs to its word, and a word that ends in one takes the next along.
    Join,
}

/// Splits `text[from..to]`.
pub(super) fn tokens(text: &str, area: Range<usize>, commas: Commas) -> Tokens {
    let mut scan = Scan { list: Vec::new(), open: None, brackets: Vec::new(), unbalanced: None };
    let slice = text.get(area.clone()).unwrap_or("");
    let mut quote: Option<(char, usize)> = None;
    let mut before = ' ';
    let mut doubled = None;
    for (i, c) in slice.char_indices() {
        let at = area.start + i;
        let after = slice.get(i + c.len_utf8()..).and_then(|s| s.chars().next());
        match (quote, c) {
            (Some((q, _)), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                scan.begin(at);
                quote = Some((c, at));
            }
            (None, '(' | '{' | '[') => {
                scan.begin(at);
                scan.brackets.push((c, at));
            }
            (None, ')' | '}' | ']') => scan.close(c, at),
            _ if !scan.brackets.is_empty() => {}
            // ngspice takes `a==1` for `a=1`; behind an assignment it compares.
            (None, '=') if after == Some('=') && scan.names(text) => {
                scan.end(at);
                scan.list.push(Token { range: at..at + 1 });
                doubled = Some(at + 1);
            }
            (None, '=') if doubled == Some(at) => {}
            (None, '=') if !matches!(before, '=' | '<' | '>' | '!') && after != Some('=') => {
                scan.end(at);
                scan.list.push(Token { range: at..at + 1 });
            }
            (None, ',') if commas == Commas::Separate => scan.end(at),
            (None, c) if is_blank(c) => {
                if !(commas == Commas::Join && before == ',') {
                    scan.end(at);
                }
            }
            (None, _) => scan.begin(at),
        }
        // Blanks after a joining comma do not hide it.
        if !(commas == Commas::Join && before == ',' && is_blank(c)) {
            before = c;
        }
    }
    scan.end(area.start + slice.len());
    if let Some((_, at)) = quote {
        scan.unbalanced.get_or_insert(at);
    }
    if let Some(&(_, at)) = scan.brackets.first() {
        scan.unbalanced.get_or_insert(at);
    }
    Tokens { list: apart(text, scan.list), unbalanced: scan.unbalanced }
}

/// `params:a=1` as `params:` and what follows: nothing needs to stand between them.
fn apart(text: &str, list: Vec<Token>) -> Vec<Token> {
    const MARK: &str = "params:";
    let split = |token: Token| {
        let word = text.get(token.range.clone()).unwrap_or("");
        let marked = word.get(..MARK.len()).is_some_and(|m| m.eq_ignore_ascii_case(MARK));
        if !marked || word.len() == MARK.len() {
            return vec![token];
        }
        let middle = token.range.start + MARK.len();
        let rest = Token { range: middle..token.range.end };
        vec![Token { range: token.range.start..middle }, rest]
    };
    list.into_iter().flat_map(split).collect()
}

/// Whether a text, written where commas mean this, is read back as one word.
pub(crate) fn is_one_token(text: &str, commas: Commas) -> bool {
    let found = tokens(text, 0..text.len(), commas);
    found.unbalanced.is_none()
        && matches!(found.list.as_slice(), [one] if one.range == (0..text.len()))
        && text != "="
}

struct Scan {
    list: Vec<Token>,
    open: Option<usize>,
    brackets: Vec<(char, usize)>,
    unbalanced: Option<usize>,
}

impl Scan {
    /// Whether a word is open that no assignment stands before.
    fn names(&self, text: &str) -> bool {
        let is_assignment = |t: &Token| text.get(t.range.clone()) == Some("=");
        self.open.is_some() && !self.list.last().is_some_and(is_assignment)
    }

    fn begin(&mut self, at: usize) {
        self.open.get_or_insert(at);
    }

    fn end(&mut self, at: usize) {
        if let Some(start) = self.open.take() {
            self.list.push(Token { range: start..at });
        }
    }

    fn close(&mut self, bracket: char, at: usize) {
        let opener = match bracket {
            ')' => '(',
            '}' => '{',
            _ => '[',
        };
        match self.brackets.pop() {
            Some((open, _)) if open == opener => {}
            Some(other) => {
                // A wrong kind of bracket: keep the outer one open, so that the damage stays
                // inside it.
                self.brackets.push(other);
                self.unbalanced.get_or_insert(at);
            }
            None => {
                self.unbalanced.get_or_insert(at);
                self.end(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, commas: Commas) -> Vec<&str> {
        let found = tokens(text, 0..text.len(), commas);
        found.list.iter().map(|t| &text[t.range.clone()]).collect()
    }

    #[test]
    fn words_hold_their_brackets() {
        assert_eq!(
            words("a = {b + 1}, c='x y' d", Commas::Separate),
            ["a", "=", "{b + 1}", "c", "=", "'x y'", "d"]
        );
        assert_eq!(
            words("v 0 PULSE(0 1 1n) x>=1", Commas::Join),
            ["v", "0", "PULSE(0 1 1n)", "x>=1"]
        );
        assert_eq!(words("tc=1, 2 r", Commas::Join), ["tc", "=", "1, 2", "r"]);
        assert_eq!(words("a==b", Commas::Separate), ["a", "=", "b"]);
        assert_eq!(words("s PARAMS:a=1", Commas::Join), ["s", "PARAMS:", "a", "=", "1"]);
        assert_eq!(words("Nk==.648 v=a==b", Commas::Join), ["Nk", "=", ".648", "v", "=", "a==b"]);
    }

    #[test]
    fn unbalanced_brackets_are_found() {
        let place = |t: &str| tokens(t, 0..t.len(), Commas::Separate).unbalanced;
        assert_eq!(place("a (b"), Some(2));
        assert_eq!(place("a) b"), Some(1));
        assert_eq!(place("'a"), Some(0));
        assert_eq!(place("{a)}"), Some(2));
        assert_eq!(place("(a{b}c)"), None);
        let one = |t: &str| is_one_token(t, Commas::Separate);
        assert!(one("{a b}") && !one("a b") && !one("") && !one("1,2"));
        assert!(is_one_token("1, 2", Commas::Join));
    }
}
