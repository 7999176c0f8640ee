use std::ops::Range;

/// One operand; texts and lists lie in the [`Operands`] that hold it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Operand {
    /// A number.
    Number(f64),
    /// A name without its solidus, `#` sequences resolved.
    Name(Range<usize>),
    /// A string, unescaped.
    Text(Range<usize>),
    /// An array.
    Array(Range<usize>),
    /// A dictionary: keys and values in turn.
    Dict(Range<usize>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`, and what is nested too deeply.
    Null,
}

/// The operands before an operator, reused from operator to operator without allocations.
#[derive(Default, Debug)]
pub(crate) struct Operands {
    pub(super) top: Vec<Operand>,
    pub(super) items: Vec<Operand>,
    pub(super) bytes: Vec<u8>,
}

impl Operands {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.top.clear();
        self.items.clear();
        self.bytes.clear();
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.top.len()
    }

    /// The operands themselves.
    pub(crate) fn all(&self) -> &[Operand] {
        &self.top
    }

    /// The last `N` operands as numbers: those before them were left behind by something
    /// malformed.
    pub(crate) fn numbers<const N: usize>(&self) -> Option<[f64; N]> {
        let last = self.top.get(self.top.len().checked_sub(N)?..)?;
        let mut numbers = [0.0; N];
        for (number, operand) in numbers.iter_mut().zip(last) {
            let Operand::Number(value) = *operand else { return None };
            *number = value;
        }
        Some(numbers)
    }

    /// The last operand as a name.
    pub(crate) fn name(&self) -> Option<&[u8]> {
        self.as_name(self.top.last()?)
    }

    /// The last operand as a string.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        self.as_text(self.top.last()?)
    }

    /// The bytes of a name.
    pub(crate) fn as_name(&self, operand: &Operand) -> Option<&[u8]> {
        match operand {
            Operand::Name(at) => self.bytes.get(at.clone()),
            _ => None,
        }
    }

    /// The bytes of a string.
    pub(crate) fn as_text(&self, operand: &Operand) -> Option<&[u8]> {
        match operand {
            Operand::Text(at) => self.bytes.get(at.clone()),
            _ => None,
        }
    }

    /// The elements of an array, or keys and values of a dictionary.
    pub(crate) fn list(&self, operand: &Operand) -> &[Operand] {
        match operand {
            Operand::Array(at) | Operand::Dict(at) => {
                self.items.get(at.clone()).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// A value of a dictionary by the first of some keys that is there.
    pub(crate) fn value(&self, dict: &Operand, keys: &[&[u8]]) -> Option<&Operand> {
        let list = self.list(dict);
        keys.iter().find_map(|key| {
            list.chunks_exact(2).find_map(|pair| match pair {
                [name, value] if self.as_name(name) == Some(key) => Some(value),
                _ => None,
            })
        })
    }
}
