use super::Interpreter;
use super::color::Space;
use crate::FontInfo;
use crate::font::Font;
use crate::notes::Problem;
use crate::objects::{as_dict, get, get_dict, get_number, numbers, resolve};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// What dashes of a graphics state cost, in operators: their list is read each time.
const DASH_COST: u32 = 20;

/// The fonts of a document that were loaded, shared by its pages.
#[derive(Default, Debug)]
pub(crate) struct FontCache(Mutex<BTreeMap<ObjectId, Arc<Font>>>);

/// The fonts of one page.
pub(super) struct Fonts<'a> {
    document: &'a Document,
    cache: &'a FontCache,
    all: Vec<Arc<Font>>,
    by_id: BTreeMap<ObjectId, u32>,
}

impl<'a> Fonts<'a> {
    pub(super) fn new(document: &'a Document, cache: &'a FontCache) -> Fonts<'a> {
        Fonts { document, cache, all: Vec::new(), by_id: BTreeMap::new() }
    }

    pub(super) fn get(&self, font: u32) -> Option<Arc<Font>> {
        self.all.get(font as usize).cloned()
    }

    pub(super) fn infos(&self) -> Vec<Arc<FontInfo>> {
        self.all.iter().map(|f| f.info.clone()).collect()
    }

    /// The font of a resource entry.
    fn load(&mut self, entry: &Object) -> Option<u32> {
        let id = entry.as_reference().ok();
        if let Some(known) = id.and_then(|id| self.by_id.get(&id)) {
            return Some(*known);
        }
        let dict = as_dict(resolve(self.document, entry)?)?;
        let font = match id {
            Some(id) => {
                let cached =
                    self.cache.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
                cached.unwrap_or_else(|| {
                    let font = Arc::new(Font::load(self.document, dict));
                    self.cache
                        .0
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(id, font.clone());
                    font
                })
            }
            None => Arc::new(Font::load(self.document, dict)),
        };
        let index = u32::try_from(self.all.len()).ok()?;
        self.all.push(font);
        if let Some(id) = id {
            self.by_id.insert(id, index);
        }
        Some(index)
    }
}

/// The resources of a stream, and of the stream that it is called from: old writers leave out
/// what the page has.
pub(super) struct Scope<'s> {
    own: Option<&'s Dictionary>,
    outer: Option<&'s Scope<'s>>,
    fonts: BTreeMap<Vec<u8>, Option<u32>>,
    spaces: BTreeMap<Vec<u8>, Option<Rc<Space>>>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(own: Option<&'s Dictionary>, outer: Option<&'s Scope<'s>>) -> Scope<'s> {
        Scope { own, outer, fonts: BTreeMap::new(), spaces: BTreeMap::new() }
    }

    /// A resource of a category by name, its references still to be followed.
    pub(super) fn find<'r>(
        &'r self,
        document: &'r Document,
        category: &[u8],
        name: &[u8],
    ) -> Option<&'r Object> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            let own = here.own.and_then(|own| get_dict(document, own, category)?.get(name).ok());
            if own.is_some() {
                return own;
            }
            scope = here.outer;
        }
        None
    }
}

impl Interpreter<'_> {
    /// `Tf`: the font of a name.
    pub(super) fn font(&mut self, name: &[u8], scope: &mut Scope<'_>) -> Option<u32> {
        if let Some(known) = scope.fonts.get(name) {
            return *known;
        }
        let found = scope.find(self.document, b"Font", name).cloned();
        let font = found.and_then(|entry| self.fonts.load(&entry));
        if font.is_none() {
            self.missing("font", name);
        }
        scope.fonts.insert(name.to_vec(), font);
        font
    }

    /// `cs`, `CS`.
    pub(super) fn color_space(&mut self, name: &[u8], scope: &mut Scope<'_>, stroke: bool) {
        let space = match scope.spaces.get(name) {
            Some(known) => known.clone(),
            None => {
                let space = match Space::named(name) {
                    Some(space) => Some(Rc::new(space)),
                    None => scope
                        .find(self.document, b"ColorSpace", name)
                        .and_then(|object| self.loaded_space(object)),
                };
                if space.is_none() {
                    self.missing("colour space", name);
                }
                scope.spaces.insert(name.to_vec(), space.clone());
                space
            }
        };
        let paint = if stroke { &mut self.state.stroke } else { &mut self.state.fill };
        paint.space = space.unwrap_or_else(|| Rc::new(Space::Tint(1, None)));
        paint.color = paint.space.first();
    }

    /// A colour space of the resources: forms that are painted often bring theirs every time.
    pub(super) fn loaded_space(&mut self, object: &Object) -> Option<Rc<Space>> {
        let object = resolve(self.document, object)?;
        let address = std::ptr::from_ref(object) as usize;
        if let Some(known) = self.spaces.get(&address) {
            return known.clone();
        }
        let space = Space::load(self.document, object, 0).map(Rc::new);
        self.spaces.insert(address, space.clone());
        space
    }

    /// `gs`.
    pub(super) fn named_state(&mut self, name: &[u8], scope: &mut Scope<'_>) {
        let document = self.document;
        let Some(dict) = scope
            .find(document, b"ExtGState", name)
            .and_then(|object| as_dict(resolve(document, object)?))
        else {
            return self.missing("graphics state", name);
        };
        if let Some(width) = get_number(document, dict, b"LW") {
            self.state.width = width.abs();
        }
        if let Some(Object::Array(dash)) = get(document, dict, b"D")
            && let Some(lengths) = dash.first()
        {
            self.operators = self.operators.saturating_add(DASH_COST);
            let lengths: Rc<[f64]> =
                numbers(document, lengths, 64).iter().map(|l| l.abs()).collect();
            let solid = lengths.iter().all(|l| *l == 0.0);
            self.state.dash = if solid { Rc::new([]) } else { lengths };
        }
        if let Some(alpha) = get_number(document, dict, b"ca") {
            self.state.fill.alpha = alpha;
        }
        if let Some(alpha) = get_number(document, dict, b"CA") {
            self.state.stroke.alpha = alpha;
        }
        if let Some(Object::Array(font)) = get(document, dict, b"Font")
            && let [entry, size] = font.as_slice()
            && let Some(size) = resolve(document, size).and_then(crate::objects::as_number)
        {
            self.state.text.font = self.fonts.load(entry);
            self.state.text.size = size;
        }
    }

    /// Notes a resource that is not there or cannot be used.
    pub(super) fn missing(&mut self, kind: &str, name: &[u8]) {
        self.notes.add(Problem::Resource, || {
            let name = String::from_utf8_lossy(name.get(..name.len().min(40)).unwrap_or_default());
            format!("uses the {kind} `{}`, which is not there", name.escape_default())
        });
    }
}
