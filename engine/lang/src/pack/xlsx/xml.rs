//! The little of XML that spreadsheets are written in: tags, attributes, text, entities.

/// What comes next in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Event<'a> {
    /// `<name …>` or `<name …/>`: name without prefix, attributes as written, whether it ends at
    /// once.
    Open(&'a str, &'a str, bool),
    /// `</name>`.
    Close(&'a str),
    /// Text with its entities resolved.
    Text(String),
}

/// Events of a text, in order. What is no markup is passed over.
pub(super) struct Events<'a> {
    rest: &'a str,
}

impl<'a> Events<'a> {
    pub(super) fn new(text: &'a str) -> Events<'a> {
        Events { rest: text }
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            let rest = self.rest;
            if rest.is_empty() {
                return None;
            }
            let Some(tag) = rest.strip_prefix('<') else {
                let end = rest.find('<').unwrap_or(rest.len());
                let (text, after) = rest.split_at(end);
                self.rest = after;
                return Some(Event::Text(plain(text)));
            };
            if let Some(cdata) = tag.strip_prefix("![CDATA[") {
                let (text, after) = cdata.split_once("]]>").unwrap_or((cdata, ""));
                self.rest = after;
                return Some(Event::Text(text.to_string()));
            }
            if let Some(comment) = tag.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
            self.rest = after;
            if tag.starts_with(['?', '!']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Event::Close(local(name.trim())));
            }
            let (tag, ends) = tag.strip_suffix('/').map_or((tag, false), |t| (t, true));
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            return Some(Event::Open(local(name), attributes, ends));
        }
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The value of an attribute; a prefix of its name makes no difference.
pub(super) fn attribute(attributes: &str, wanted: &str) -> Option<String> {
    let mut rest = attributes;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| ['"', '\''].contains(c))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        if local(name.trim()) == wanted {
            return Some(plain(value));
        }
        rest = after;
    }
    None
}

/// A text with its entities resolved.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out += before;
        let Some((entity, after)) = after.split_once(';').filter(|(e, _)| e.len() <= 10) else {
            out.push('&');
            rest = after;
            continue;
        };
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let code = match entity.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(hex) => number(hex, 16),
                None => number(digits, 10),
            },
            None => [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')]
                .iter()
                .find(|(name, _)| *name == entity)
                .map(|(_, c)| u32::from(*c)),
        };
        out.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = after;
    }
    out + rest
}
