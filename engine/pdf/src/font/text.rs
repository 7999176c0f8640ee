//! Which text a code stands for, and in which form text is told.

/// Text in the one form that the rest of the program knows: ligatures apart, one micro sign, one
/// ohm sign, one blank. `None` for what says nothing: control characters, U+FFFD, private use
/// without a known meaning.
pub(super) fn told(text: &str) -> Option<Box<str>> {
    let mut told = String::with_capacity(text.len());
    for c in text.chars().take(16) {
        match FORMS.iter().find(|(from, _)| *from == c) {
            Some((_, to)) => told.push_str(to),
            None => match c {
                '\u{2000}'..='\u{200A}' => told.push(' '),
                c if nothing(c) => return None,
                c => told.push(c),
            },
        }
    }
    (!told.is_empty()).then(|| told.into_boxed_str())
}

/// Characters with another usual form.
const FORMS: [(char, &str); 24] = [
    ('\u{00A0}', " "),
    ('\u{202F}', " "),
    ('\u{205F}', " "),
    ('\u{3000}', " "),
    ('\t', " "),
    ('\n', " "),
    ('\r', " "),
    ('\u{00AD}', "-"),
    ('\u{2010}', "-"),
    ('\u{2011}', "-"),
    ('\u{03BC}', "µ"),
    ('\u{2126}', "Ω"),
    ('\u{2206}', "Δ"),
    ('\u{2219}', "·"),
    ('\u{22C5}', "·"),
    ('\u{FB00}', "ff"),
    ('\u{FB01}', "fi"),
    ('\u{FB02}', "fl"),
    ('\u{FB03}', "ffi"),
    ('\u{FB04}', "ffl"),
    ('\u{FB05}', "st"),
    ('\u{FB06}', "st"),
    ('\u{2103}', "°C"),
    ('\u{2109}', "°F"),
];

/// Whether a character says nothing about what is seen.
fn nothing(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{FFF0}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
        || c >= '\u{F0000}'
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn text_has_one_form() {
        for (text, form) in [
            ("a", Some("a")),
            ("\u{03BC}", Some("µ")),
            ("\u{2126}", Some("Ω")),
            ("\u{FB01}", Some("fi")),
            ("\u{00A0}", Some(" ")),
            ("\u{0002}", None),
            ("\u{0000}", None),
            ("\u{FFFD}", None),
            ("\u{E001}", None),
            ("\u{F06D}", None),
            ("", None),
        ] {
            assert_eq!(told(text).as_deref(), form, "{text:?}");
        }
    }
}
