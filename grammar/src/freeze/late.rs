//! Parts of a tree that are thawed when someone looks at them.

use super::{Frozen, Ice, Melt};
use espice_base::FileId;
use std::ops::Deref;
use std::sync::OnceLock;

/// A part of a tree that may still be frozen; looking at it thaws it.
pub struct Late<T> {
    ready: OnceLock<Box<T>>,
    frost: Option<Frost>,
}

/// A frozen part of the tree of a text.
#[derive(Clone, Copy)]
struct Frost {
    bytes: &'static [u8],
    text: &'static str,
    file: FileId,
}

impl Frost {
    fn thaw<T: Frozen>(&self) -> Option<T> {
        let mut melt =
            Melt { bytes: self.bytes, text: self.text, file: self.file, last: 0, depth: 0 };
        T::thaw(&mut melt).filter(|_| melt.bytes.is_empty())
    }
}

impl<T> From<T> for Late<T> {
    fn from(value: T) -> Self {
        Late { ready: OnceLock::from(Box::new(value)), frost: None }
    }
}

impl<T: Frozen + Default> Deref for Late<T> {
    type Target = T;

    /// Bytes that are damaged, which no build writes, give an empty part.
    fn deref(&self) -> &T {
        let thaw = || self.frost.as_ref().and_then(Frost::thaw).unwrap_or_default();
        self.ready.get_or_init(|| Box::new(thaw()))
    }
}

impl<T: Clone> Clone for Late<T> {
    fn clone(&self) -> Self {
        Late { ready: self.ready.clone(), frost: self.frost }
    }
}

impl<T: Frozen + Default + PartialEq> PartialEq for Late<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Frozen + Default + std::fmt::Debug> std::fmt::Debug for Late<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// As bytes on their own, behind their number, so that they can be passed over.
impl<T: Frozen + Default> Frozen for Late<T> {
    fn freeze(&self, ice: &mut Ice<'_>) {
        let mut own = Ice { text: ice.text, last: 0, bytes: Vec::new() };
        (**self).freeze(&mut own);
        ice.number(own.bytes.len() as u64);
        ice.bytes.append(&mut own.bytes);
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        let length = melt.length()?;
        let (own, rest) = melt.bytes.split_at_checked(length)?;
        melt.bytes = rest;
        let frost = Frost { bytes: own, text: melt.text, file: melt.file };
        Some(Late { ready: OnceLock::new(), frost: Some(frost) })
    }
}
