use super::{Interpreter, Scope};
use crate::content::{Operand, Operands};
use crate::notes::Problem;
use crate::objects::{as_dict, get, get_name, resolve};
use lopdf::{Object, StringFormat};

/// Marked content within marked content.
const DEPTH: usize = 1 << 12;

/// Groups of a membership, and bytes of a replacement text, that are looked at.
const GROUPS: usize = 64;
const TEXT: usize = 256;

/// Marked content that is open.
pub(super) struct Marked {
    /// Whether it belongs to optional content that is off.
    hides: bool,
    /// What its glyphs say together, and the first of them.
    says: Option<(String, usize)>,
}

impl Interpreter<'_> {
    /// `BMC`, and `BDC` with its properties.
    pub(super) fn begin_marked(
        &mut self,
        properties: Option<&Operand>,
        args: &Operands,
        scope: &Scope<'_>,
    ) {
        if self.marked.len() >= DEPTH {
            return self.cut("its marked content is nested too deeply");
        }
        let tag = args.all().first().and_then(|tag| args.as_name(tag));
        let named = properties
            .and_then(|p| args.as_name(p))
            .and_then(|name| scope.find(self.document, b"Properties", name));
        let hides = tag == Some(b"OC") && named.is_some_and(|group| self.is_hidden(group));
        let text = match properties {
            Some(dict @ Operand::Dict(_)) => args
                .value(dict, &[b"ActualText"])
                .and_then(|text| args.as_text(text))
                .filter(|text| text.len() <= TEXT)
                .map(|bytes| Object::String(bytes.to_vec(), StringFormat::Literal)),
            _ => named
                .and_then(|object| as_dict(resolve(self.document, object)?))
                .and_then(|dict| get(self.document, dict, b"ActualText"))
                .filter(|text| text.as_str().is_ok_and(|text| text.len() <= TEXT))
                .cloned(),
        };
        let says = text.and_then(|text| lopdf::decode_text_string(&text).ok());
        let says = says.map(|text| (text, self.page.glyphs.len()));
        self.marked.push(Marked { hides, says });
        self.hidden += usize::from(hides);
    }

    /// `EMC`.
    pub(super) fn end_marked(&mut self) {
        let Some(Marked { hides, says }) = self.marked.pop() else {
            let what = || String::from("marked content ends that did not begin");
            return self.notes.add(Problem::Nesting, what);
        };
        self.hidden = self.hidden.saturating_sub(usize::from(hides));
        let Some((text, first)) = says else { return };
        // The replacement speaks for all glyphs together, so it tells what one of them says only
        // where there is a character for each. It never overrides what a glyph itself says.
        let glyphs = self.page.glyphs.get_mut(first..).unwrap_or_default();
        if glyphs.len() == text.chars().count() {
            for (glyph, char) in glyphs.iter_mut().zip(text.chars()) {
                if glyph.text.is_none() && !char.is_control() {
                    glyph.text = Some(char.to_string().into());
                }
            }
        }
    }

    /// Whether optional content is off by default: a group, or a membership of groups
    /// (ISO 32000-1, 8.11.2.2).
    pub(super) fn is_hidden(&self, group: &Object) -> bool {
        let document = self.document;
        let off = |object: &Object| {
            object.as_reference().is_ok_and(|id| self.hidden_groups.contains(&id))
        };
        if self.hidden_groups.is_empty() {
            return false;
        }
        if off(group) {
            return true;
        }
        let Some(dict) = resolve(document, group).and_then(as_dict) else { return false };
        let groups: Vec<&Object> = match dict.get(b"OCGs") {
            Ok(Object::Array(groups)) => groups.iter().take(GROUPS).collect(),
            Ok(one @ Object::Reference(id)) => match document.objects.get(id) {
                Some(Object::Array(groups)) => groups.iter().take(GROUPS).collect(),
                _ => vec![one],
            },
            _ => return false,
        };
        if groups.is_empty() {
            return false;
        }
        let all_off = groups.iter().all(|g| off(g));
        let any_off = groups.iter().any(|g| off(g));
        match get_name(document, dict, b"P") {
            Some(b"AllOn") => any_off,
            Some(b"AnyOff") => !any_off,
            Some(b"AllOff") => !all_off,
            _ => all_off,
        }
    }
}
