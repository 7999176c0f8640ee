//! A quick hasher for maps whose keys are small numbers: the same on every machine and run.
//!
//! Each word is rotated in and multiplied by an odd constant, as in Firefox's hash; the last
//! product is folded, because tables take both its highest and its lowest bits. Whoever chooses the
//! keys could make them collide: graphs are bounded, so that costs time and nothing else.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with that hasher. Nothing may depend on the order of its entries.
pub type MixedMap<K, V> = HashMap<K, V, BuildHasherDefault<Mixing>>;

/// The golden ratio's fraction in 64 bits, which is odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hasher.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mixing(u64);

impl Mixing {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(MULTIPLIER);
    }
}

impl Hasher for Mixing {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        let last = rest.iter().rev().fold(0, |all, byte| (all << 8) | u64::from(*byte));
        if !rest.is_empty() {
            self.mix(last);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.mix(value as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::hash::{BuildHasher, Hash};

    /// Pairs of small numbers, as keys of graphs are, fill the slots of a table of the same size
    /// about as evenly as chance does.
    #[test]
    fn small_keys_are_spread() {
        let builder = BuildHasherDefault::<Mixing>::default();
        let keys: Vec<(u32, u32)> = (0..64).flat_map(|a| (0..64).map(move |b| (a, b))).collect();
        let slots = |of: &dyn Fn(u64) -> u64| {
            keys.iter().map(|k| of(builder.hash_one(k))).collect::<BTreeSet<u64>>().len()
        };
        // Chance leaves 1 - 1/e of 4096 slots, 2589, taken.
        assert!(slots(&|h| h & 4095) > 2400);
        assert!(slots(&|h| h >> 52) > 2400);
        assert_eq!(slots(&|h| h), keys.len());
    }

    #[test]
    fn bytes_are_all_heard() {
        let of = |text: &str| {
            let mut hasher = Mixing::default();
            text.hash(&mut hasher);
            hasher.finish()
        };
        assert_ne!(of("abcdefgh1"), of("abcdefgh2"));
        assert_ne!(of("abc"), of("abd"));
    }
}
