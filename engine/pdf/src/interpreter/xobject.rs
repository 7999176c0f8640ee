use super::paint::is_near;
use super::state::State;
use super::{Interpreter, Scope};
use crate::content::{Lexer, Operand, Operands, is_blank};
use crate::notes::Problem;
use crate::objects::{
    as_dict, as_number, cost, get, get_dict, get_matrix, get_name, get_number, get_rect, resolve,
    unpack,
};
use crate::{Image, Matrix, Point, Rect};
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::rc::Rc;

/// What painting a form costs, in operators: forms that only paint forms must end, too.
const FORM_COST: u32 = 20;

/// Annotations of a page.
const ANNOTATIONS: usize = 10_000;

/// Flags of annotations (ISO 32000-1, table 165).
const HIDDEN: u32 = 1 << 1;
const NO_VIEW: u32 = 1 << 5;

impl Interpreter<'_> {
    /// `Do`.
    pub(super) fn paint_object(&mut self, name: &[u8], scope: &mut Scope<'_>) {
        let document = self.document;
        let entry = scope.find(document, b"XObject", name);
        let id = entry.and_then(|e| e.as_reference().ok());
        let Some(Object::Stream(stream)) = entry.and_then(|e| resolve(document, e)) else {
            return self.missing("form or image", name);
        };
        if stream.dict.get(b"OC").is_ok_and(|group| self.is_hidden(group)) {
            return;
        }
        match get_name(document, &stream.dict, b"Subtype") {
            Some(b"Image") => self.image(&stream.dict),
            Some(b"PS") => {}
            // Old writers leave the type away.
            _ => self.form(stream, id, scope),
        }
    }

    /// Paints what annotations look like over the page (ISO 32000-1, 12.5.5): stamps, notes and
    /// filled-in fields are part of what people see.
    pub(super) fn annotations(&mut self, list: &[Object]) {
        let document = self.document;
        let base = self.state.ctm;
        for annotation in list.iter().take(ANNOTATIONS) {
            let Some(dict) = resolve(document, annotation).and_then(as_dict) else { continue };
            let flags = get(document, dict, b"F").and_then(as_number).unwrap_or(0.0) as u32;
            let unseen = flags & (HIDDEN | NO_VIEW) != 0
                || get_name(document, dict, b"Subtype") == Some(b"Popup")
                || dict.get(b"OC").is_ok_and(|group| self.is_hidden(group));
            let look = get_dict(document, dict, b"AP").and_then(|ap| ap.get(b"N").ok());
            let (Some(mut look), false) = (look, unseen) else { continue };
            if let Some(Object::Dictionary(states)) = resolve(document, look) {
                let state = get_name(document, dict, b"AS").and_then(|name| states.get(name).ok());
                let Some(state) = state else { continue };
                look = state;
            }
            let Some(Object::Stream(stream)) = resolve(document, look) else { continue };
            let Some(to) = get_rect(document, dict, b"Rect") else { continue };
            let Some(from) = get_rect(document, &stream.dict, b"BBox") else { continue };
            let matrix = get_matrix(document, &stream.dict, b"Matrix").unwrap_or(Matrix::IDENTITY);
            let corner = |x, y| matrix.apply(Point::new(x, y));
            let corners = [
                corner(from.x0, from.y0),
                corner(from.x1, from.y0),
                corner(from.x1, from.y1),
                corner(from.x0, from.y1),
            ];
            let Some(from) = Rect::around(corners) else { continue };
            if from.width() <= 0.0 || from.height() <= 0.0 {
                continue;
            }
            let (sx, sy) = (to.width() / from.width(), to.height() / from.height());
            let fit = Matrix { m: [sx, 0.0, 0.0, sy, to.x0 - from.x0 * sx, to.y0 - from.y0 * sy] };
            self.state = State::new(fit.then(base));
            self.form(stream, look.as_reference().ok(), &Scope::new(None, None));
        }
    }

    fn form(&mut self, stream: &Stream, id: Option<ObjectId>, scope: &Scope<'_>) {
        if self.forms.len() >= self.limits.form_depth
            || id.is_some_and(|id| self.forms.contains(&id))
        {
            let what = || String::from("forms contain each other or are nested too deeply");
            return self.notes.add(Problem::Nesting, what);
        }
        let document = self.document;
        self.operators = self.operators.saturating_add(FORM_COST);
        let Some(content) = self.form_content(stream, id) else { return };
        let outer_state = self.state.clone();
        let outer_path = std::mem::take(&mut self.path);
        let outer_clipping = std::mem::take(&mut self.clipping);
        let outer_matrices = (self.tm, self.tlm);
        let outer_marks = std::mem::take(&mut self.marked);
        let outer_hidden = self.hidden;
        if let Some(matrix) = get_matrix(document, &stream.dict, b"Matrix") {
            self.state.ctm = matrix.then(self.state.ctm);
        }
        if let Some(area) = get_rect(document, &stream.dict, b"BBox") {
            self.clip_to(area);
        }
        self.forms.push(id.unwrap_or_default());
        let own = get_dict(document, &stream.dict, b"Resources");
        let mut inner = Scope::new(own, Some(scope));
        self.run(&content, &mut inner);
        self.forms.pop();
        self.state = outer_state;
        self.path = outer_path;
        self.clipping = outer_clipping;
        (self.tm, self.tlm) = outer_matrices;
        self.marked = outer_marks;
        self.hidden = outer_hidden;
    }

    /// The unpacked content of a form, kept for the next time that it is painted.
    fn form_content(&mut self, stream: &Stream, id: Option<ObjectId>) -> Option<Rc<Vec<u8>>> {
        if let Some(known) = id.and_then(|id| self.unpacked.get(&id)) {
            return Some(known.clone());
        }
        if self.content == 0 {
            self.cut("its content is too long");
            return None;
        }
        let limit = self.limits.stream.min(self.content);
        let unpacked = unpack(self.document, stream, limit);
        if unpacked.bytes.len() >= limit {
            self.cut("its content is too long");
        } else if unpacked.damaged {
            self.stream_damaged("a form");
        }
        self.content = self.content.saturating_sub(cost(stream, &unpacked));
        let content = Rc::new(unpacked.bytes);
        if let Some(id) = id {
            self.unpacked.insert(id, content.clone());
        }
        Some(content)
    }

    pub(super) fn stream_damaged(&mut self, what: &str) {
        self.notes.add(Problem::Stream, || String::from(what));
    }

    /// Narrows the clip to a box of the current space.
    fn clip_to(&mut self, area: Rect) {
        if self.glyph.is_some() {
            return;
        }
        let ctm = self.state.ctm;
        let corner = |x, y| ctm.apply(Point::new(x, y));
        let [a, b, c, d] = [
            corner(area.x0, area.y0),
            corner(area.x1, area.y0),
            corner(area.x1, area.y1),
            corner(area.x0, area.y1),
        ];
        let [ma, mb, mc, md, ..] = ctm.m;
        let upright = (mb == 0.0 && mc == 0.0) || (ma == 0.0 && md == 0.0);
        let bounds = Rect::new(a, b).union(Rect::new(c, d));
        self.state.clip = self.clips.narrowed_to(self.state.clip, Some(bounds), upright);
    }

    /// An image of the resources.
    fn image(&mut self, dict: &Dictionary) {
        let document = self.document;
        let count =
            |key: &[u8]| get_number(document, dict, key).map_or(0, |n| n.clamp(0.0, 1e9) as u32);
        let filter = match get(document, dict, b"Filter") {
            Some(Object::Array(all)) => {
                all.last().and_then(|f| resolve(document, f)?.as_name().ok()).unwrap_or_default()
            }
            Some(one) => one.as_name().unwrap_or_default(),
            None => b"",
        };
        let mask = matches!(get(document, dict, b"ImageMask"), Some(Object::Boolean(true)));
        let bits = if mask { 1 } else { count(b"BitsPerComponent").min(32) as u8 };
        self.add_image(count(b"Width"), count(b"Height"), bits, mask, filter);
    }

    fn add_image(&mut self, width: u32, height: u32, bits: u8, mask: bool, filter: &[u8]) {
        let order = self.next_order();
        if self.hidden > 0 || !self.state.fill.is_seen() {
            return;
        }
        let unit = Rect { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };
        if self.glyph.is_some() {
            self.glyph_painted = true;
            return self.add_glyph_area(unit);
        }
        let matrix = self.state.ctm;
        let corner = |x, y| matrix.apply(Point::new(x, y));
        let Some(area) =
            Rect::around([corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0)])
        else {
            return;
        };
        if !is_near(area) || area.intersection(self.clips.area(self.state.clip)).is_none() {
            return;
        }
        if self.page.images.len() >= self.limits.paths {
            return self.cut("it has too many images");
        }
        self.page.images.push(Image {
            matrix,
            area,
            width,
            height,
            bits,
            mask,
            filter: String::from_utf8_lossy(filter).into_owned(),
            clip: self.state.clip,
            order,
        });
    }

    /// `BI` to `EI`. Never fails for its operands.
    pub(super) fn inline_image(
        &mut self,
        lexer: &mut Lexer<'_>,
        operands: &mut Operands,
        scope: &mut Scope<'_>,
    ) -> Option<()> {
        let Some(dict) = lexer.inline_dict(operands) else { return Some(()) };
        let value = |keys: &[&[u8]]| operands.value(&dict, keys);
        let count = |keys: &[&[u8]]| match value(keys) {
            Some(Operand::Number(n)) => n.clamp(0.0, 1e9) as usize,
            _ => 0,
        };
        let (width, height) = (count(&[b"W", b"Width"]), count(&[b"H", b"Height"]));
        let mask = matches!(value(&[b"IM", b"ImageMask"]), Some(Operand::Bool(true)));
        let bits = if mask { 1 } else { count(&[b"BPC", b"BitsPerComponent"]) };
        let filters: Vec<&[u8]> = match value(&[b"F", b"Filter"]) {
            Some(list @ Operand::Array(_)) => {
                operands.list(list).iter().filter_map(|f| operands.as_name(f)).collect()
            }
            Some(one) => operands.as_name(one).into_iter().collect(),
            None => Vec::new(),
        };
        let components = match value(&[b"CS", b"ColorSpace"]).map(|cs| operands.as_name(cs)) {
            None if mask => Some(1),
            Some(Some(b"G" | b"DeviceGray" | b"CalGray")) => Some(1),
            Some(Some(b"RGB" | b"DeviceRGB" | b"CalRGB")) => Some(3),
            Some(Some(b"CMYK" | b"DeviceCMYK")) => Some(4),
            // An indexed space in place.
            Some(None) => Some(1),
            Some(Some(name)) => self.inline_components(name, scope),
            None => None,
        };
        let raw = components.filter(|_| filters.is_empty()).and_then(|components| {
            width.checked_mul(components)?.checked_mul(bits)?.div_ceil(8).checked_mul(height)
        });
        let declared = raw.or(match count(&[b"L", b"Length"]) {
            0 => None,
            length => Some(length),
        });
        let filter = filters.last().map_or(Vec::new(), |f| f.to_vec());
        let window = lexer.rest();
        let window = window.get(..window.len().min(self.inline)).unwrap_or_default();
        let (end, looked) = end_of_inline(window, declared);
        self.inline -= looked.min(self.inline);
        match end {
            Some(len) => lexer.skip(len),
            None if self.inline == 0 => self.cut("its inline images are too long"),
            None => {
                self.notes.add(Problem::Nesting, || String::from("an inline image has no end"));
                lexer.skip(usize::MAX / 2);
            }
        }
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.add_image(narrow(width), narrow(height), bits.min(32) as u8, mask, &filter);
        Some(())
    }

    /// Components of a named colour space of the resources.
    fn inline_components(&mut self, name: &[u8], scope: &Scope<'_>) -> Option<usize> {
        let object = scope.find(self.document, b"ColorSpace", name)?;
        self.loaded_space(object).map(|space| space.components())
    }
}

/// How many bytes an inline image takes up to and with its `EI`.
///
/// The image's data may hold the letters EI, so they count only between blanks and when what
/// follows looks like content. Where the length is known, only its end is looked at first.
/// Also tells how many bytes had to be looked at.
fn end_of_inline(bytes: &[u8], declared: Option<usize>) -> (Option<usize>, usize) {
    if let Some(length) = declared
        && let Some(rest) = bytes.get(length..)
    {
        let blanks = rest.iter().take(8).take_while(|b| is_blank(**b)).count();
        if rest.get(blanks..).is_some_and(is_end) {
            return (Some(length + blanks + 2), 0);
        }
    }
    let mut fallback = None;
    for (i, pair) in bytes.windows(2).enumerate() {
        if pair != b"EI" || !bytes.get(i..).is_some_and(is_end) {
            continue;
        }
        let after = i == 0 || bytes.get(i - 1).is_some_and(|b| is_blank(*b));
        if after && is_content(bytes.get(i + 2..).unwrap_or_default()) {
            return (Some(i + 2), i);
        }
        // ASCII filters end in `>`, and some writers put no blank before EI.
        if fallback.is_none() && is_content(bytes.get(i + 2..).unwrap_or_default()) {
            fallback = Some(i + 2);
        }
    }
    (fallback, bytes.len())
}

/// Whether `EI` stands here as a word.
fn is_end(bytes: &[u8]) -> bool {
    bytes.starts_with(b"EI") && bytes.get(2).is_none_or(|b| is_blank(*b))
}

/// Whether bytes look like operators and operands: printable, as data hardly ever is.
fn is_content(bytes: &[u8]) -> bool {
    bytes.iter().take(24).all(|b| matches!(b, 9 | 10 | 13 | 32..=126))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_images_end_where_content_goes_on() {
        let cases: &[(&[u8], Option<usize>, Option<usize>)] = &[
            (b"\x01\x02\x03\nEI\nQ", Some(3), Some(6)),
            (b"\x01EI \x02\x80 EI Q q 1 0 0 1 0 0 cm", None, Some(9)),
            (b"ab EI\n/F1 9 Tf", Some(900), Some(5)),
            (b"FFEI Q", None, Some(4)),
            (b"no end", None, None),
            (b"x EI", None, Some(4)),
            (b"\xffEIa EI\n", None, Some(7)),
        ];
        for (bytes, declared, end) in cases {
            assert_eq!(end_of_inline(bytes, *declared).0, *end, "{bytes:?}");
        }
    }
}
