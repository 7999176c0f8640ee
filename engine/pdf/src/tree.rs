//! The tree of pages (ISO 32000-1, 7.7.3).

use crate::objects::{as_dict, get, get_dict, get_name, get_number};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeSet;

/// Attributes that pages inherit (ISO 32000-1, table 30).
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// For each of [`INHERITED`] the node that has it.
type Holders = [Option<ObjectId>; 4];

/// The pages of a document in their order.
#[derive(Default, Debug)]
pub(crate) struct Tree {
    /// Each page with the place of its holders.
    pages: Vec<(ObjectId, u32)>,
    holders: Vec<Holders>,
    /// Pages that the limit left out.
    pub(crate) left_out: usize,
    /// Whether nodes that the tree names are not there.
    pub(crate) missing: bool,
    /// How many pages the root of the tree says that there are.
    pub(crate) promised: usize,
    /// Whether the tree was malformed: cycles, missing nodes, or no tree at all.
    pub(crate) repaired: bool,
}

impl Tree {
    /// Walks the tree without recursion; every node counts once.
    pub(crate) fn read(document: &Document, limit: usize) -> Tree {
        let mut tree = Tree::default();
        let root = document
            .trailer
            .get(b"Root")
            .ok()
            .and_then(|root| as_dict(crate::objects::resolve(document, root)?))
            .and_then(|catalog| catalog.get(b"Pages").ok()?.as_reference().ok());
        if let Some(root) = root {
            tree.promised = document
                .objects
                .get(&root)
                .and_then(|root| get_number(document, as_dict(root)?, b"Count"))
                .map_or(0, |count| count.clamp(0.0, 1e9) as usize);
            tree.walk(document, root, limit);
        }
        if tree.pages.is_empty() {
            tree.repaired = true;
            tree.gather(document, limit);
        }
        tree
    }

    fn walk(&mut self, document: &Document, root: ObjectId, limit: usize) {
        let mut seen = BTreeSet::new();
        self.holders.push([None; 4]);
        // Nodes to visit, the next one last.
        let mut open = vec![(root, 0u32)];
        while let Some((id, above)) = open.pop() {
            let Some(dict) = document.objects.get(&id).and_then(as_dict) else {
                self.repaired = true;
                self.missing = true;
                continue;
            };
            if !seen.insert(id) {
                self.repaired = true;
                continue;
            }
            let kids = match get(document, dict, b"Kids") {
                Some(Object::Array(kids)) if get_name(document, dict, b"Type") != Some(b"Page") => {
                    kids
                }
                _ => {
                    self.add(id, above, limit);
                    continue;
                }
            };
            let mut holders = self.holders.get(above as usize).copied().unwrap_or_default();
            for (holder, key) in holders.iter_mut().zip(INHERITED) {
                if dict.has(key) {
                    *holder = Some(id);
                }
            }
            let own = if self.holders.get(above as usize) == Some(&holders) {
                above
            } else {
                self.holders.push(holders);
                u32::try_from(self.holders.len() - 1).unwrap_or(u32::MAX)
            };
            for kid in kids.iter().rev() {
                match kid.as_reference() {
                    Ok(kid) => open.push((kid, own)),
                    Err(_) => self.repaired = true,
                }
            }
        }
    }

    /// Without a usable tree: all objects that say that they are pages, in their order.
    fn gather(&mut self, document: &Document, limit: usize) {
        self.holders = vec![[None; 4]];
        for (id, object) in &document.objects {
            let page = as_dict(object)
                .is_some_and(|dict| get_name(document, dict, b"Type") == Some(b"Page"));
            if page {
                self.add(*id, 0, limit);
            }
        }
    }

    fn add(&mut self, id: ObjectId, holders: u32, limit: usize) {
        if self.pages.len() < limit {
            self.pages.push((id, holders));
        } else {
            self.left_out += 1;
        }
    }

    /// How many pages there are to read.
    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    /// The dictionary of a page.
    pub(crate) fn page<'a>(&self, document: &'a Document, index: usize) -> Option<&'a Dictionary> {
        as_dict(document.objects.get(&self.pages.get(index)?.0)?)
    }

    /// An attribute of a page, its own or inherited.
    pub(crate) fn attribute<'a>(
        &self,
        document: &'a Document,
        index: usize,
        key: &[u8],
    ) -> Option<&'a Object> {
        let page = self.page(document, index)?;
        if let Some(own) = get(document, page, key) {
            return Some(own);
        }
        let (_, holders) = self.pages.get(index)?;
        let at = INHERITED.iter().position(|name| *name == key)?;
        if let Some(holder) = self.holders.get(*holders as usize)?.get(at).copied().flatten() {
            return get(document, as_dict(document.objects.get(&holder)?)?, key);
        }
        // A tree that could not be walked may still be climbed.
        if !self.repaired {
            return None;
        }
        let mut node = page;
        for _ in 0..32 {
            node = get_dict(document, node, b"Parent")?;
            if let Some(found) = get(document, node, key) {
                return Some(found);
            }
        }
        None
    }
}
