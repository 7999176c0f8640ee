//! Texts become trees, side by side.

use super::collect::{Parsed, Unparsed};
use crate::threads;
use espice_base::Diagnostics;
use espice_syntax::ast::File;
use espice_syntax::{Draft, Part};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes to be parsed that are worth a thread.
const WORTH_A_THREAD: usize = 8 << 10;
/// How much of a text is parsed at once, bytes.
const PIECE: usize = 2 << 10;

/// Parses texts, on several threads when there is much to do. The order is that of the texts.
pub(super) fn parse_all(texts: &[Unparsed<'_>]) -> Vec<Parsed> {
    // Most of a tree that came with its text is thawed later, if ever.
    let weight = |text: &Unparsed<'_>| text.text.len() / if text.is_frozen() { 20 } else { 1 };
    let threads = threads::worth(texts.iter().map(weight).sum(), WORTH_A_THREAD);
    let reading = Reading::of(texts);
    let mut parts: Vec<_> =
        threads::together(threads, || reading.work()).into_iter().flatten().collect();
    parts.sort_by_key(|(number, ..)| *number);
    let mut by_text: Vec<Vec<Part>> = texts.iter().map(|_| Vec::new()).collect();
    for (_, place, part) in parts {
        if let Some(parts) = by_text.get_mut(place) {
            parts.push(part);
        }
    }
    let opened = reading.opened.into_iter().zip(by_text).zip(texts);
    opened
        .map(|((opened, parts), text)| match opened.into_inner() {
            Some(Opened::Tree(tree)) => (tree, Diagnostics::new()),
            Some(Opened::Draft(draft)) => draft.join(parts),
            None => espice_syntax::parse(&text.text, text.file),
        })
        .collect()
}

/// A text after the first look at it.
enum Opened<'t> {
    /// Its tree came with it.
    Tree(File),
    /// Its items are found.
    Draft(Draft<'t>),
}

/// Texts that are being read by several threads: each text is opened, and when all are, their
/// items are read in pieces. A thread that comes late finds less to do.
struct Reading<'t, 'f> {
    texts: &'t [Unparsed<'f>],
    /// Texts that have no trees come first: they take longer.
    order: Vec<usize>,
    opened: Vec<OnceLock<Opened<'t>>>,
    begun: AtomicUsize,
    ended: AtomicUsize,
    pieces: OnceLock<Vec<(usize, Range<usize>)>>,
    taken: AtomicUsize,
}

/// Counts as done when it goes, however the work ended.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

impl<'t, 'f> Reading<'t, 'f> {
    fn of(texts: &'t [Unparsed<'f>]) -> Self {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|place| texts.get(*place).is_some_and(Unparsed::is_frozen));
        Reading {
            texts,
            order,
            opened: texts.iter().map(|_| OnceLock::new()).collect(),
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            pieces: OnceLock::new(),
            taken: AtomicUsize::new(0),
        }
    }

    /// Does what is left to be done: number and text of each piece, and what it holds.
    fn work(&self) -> Vec<(usize, usize, Part)> {
        while let Some(place) = self.order.get(self.begun.fetch_add(1, Ordering::Relaxed)) {
            let _done = Done(&self.ended);
            let (Some(text), Some(slot)) = (self.texts.get(*place), self.opened.get(*place)) else {
                continue;
            };
            slot.get_or_init(|| text.open());
        }
        // Others open what they have begun with: a tree takes microseconds.
        while self.ended.load(Ordering::Acquire) < self.order.len() {
            std::thread::yield_now();
        }
        let pieces = self.pieces.get_or_init(|| self.cut());
        let mut done = Vec::new();
        loop {
            let number = self.taken.fetch_add(1, Ordering::Relaxed);
            let Some((place, items)) = pieces.get(number) else { return done };
            let opened = self.opened.get(*place).and_then(OnceLock::get);
            if let Some(Opened::Draft(draft)) = opened {
                done.push((number, *place, draft.read(items.clone())));
            }
        }
    }

    /// Items of about equal length; a text is read in pieces worth handing to a thread.
    fn cut(&self) -> Vec<(usize, Range<usize>)> {
        let mut cut = Vec::new();
        for (place, (text, opened)) in self.texts.iter().zip(&self.opened).enumerate() {
            let Some(Opened::Draft(draft)) = opened.get() else { continue };
            let pieces = (text.text.len() / PIECE).max(1);
            let size = draft.count().div_ceil(pieces).max(1);
            let starts = (0..draft.count().max(1)).step_by(size);
            cut.extend(
                starts.map(|from| (place, from..from.saturating_add(size).min(draft.count()))),
            );
        }
        cut
    }
}

impl Unparsed<'_> {
    fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    fn open(&self) -> Opened<'_> {
        let tree = self.frozen.and_then(|(text, tree)| espice_syntax::thaw(tree, text, self.file));
        // Bytes beside a text may be of another version.
        tree.map_or_else(|| Opened::Draft(Draft::new(&self.text, self.file)), Opened::Tree)
    }
}
