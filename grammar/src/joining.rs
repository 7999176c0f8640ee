//! What joins lines: words and signs that need something behind them, words that own a block.

/// Words that need something on both sides, or after them.
pub(crate) fn is_joining(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "at"
            | "by"
            | "over"
            | "where"
            | "then"
            | "else"
            | "otherwise"
            | "with"
            | "to"
            | "from"
            | "because"
    )
}

/// Signs that need something behind them.
pub(crate) fn is_operator(sign: &str) -> bool {
    matches!(
        sign,
        ":" | "="
            | "+"
            | "-"
            | "*"
            | "/"
            | "^"
            | "=="
            | "!="
            | "<"
            | "<="
            | ">"
            | ">="
            | ".."
            | "."
            | "->"
            | "::"
            | ":="
            | "&&"
            | "||"
            | "&"
            | "|"
            | "<>"
            | "**"
            | "!"
    )
}

/// First words of statements that own a block.
pub(crate) const OWNS_BLOCK: [&str; 19] = [
    "card", "case", "circuit", "curve", "fn", "given", "kind", "override", "part", "reading",
    "recipe", "rule", "select", "stage", "sweep", "symbol", "template", "test", "waive",
];
