//! Draws that repeat with the chance they are made of.

use crate::clock::Chance;
use std::sync::Arc;

/// Somebody who throws dice: the same chance gives the same throws.
pub(super) struct Draw(pub(super) Arc<dyn Chance>);

impl Draw {
    /// A number below `limit`, which is not 0; the bias of so few sides is not worth a second throw.
    pub(super) fn below(&self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes) % limit.max(1)
    }

    /// A number from `first` to `last`.
    pub(super) fn between(&self, first: i64, last: i64) -> i64 {
        first.saturating_add_unsigned(self.below(last.abs_diff(first) + 1))
    }

    /// True in so many of a hundred throws.
    pub(super) fn in_hundred(&self, cases: u64) -> bool {
        self.below(100) < cases
    }

    /// One of several, each as likely; none of nothing.
    pub(super) fn one<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        let position = usize::try_from(self.below(of.len() as u64)).unwrap_or_default();
        of.get(position)
    }

    /// One of several, as likely as its weight says; none of nothing.
    pub(super) fn weighted<'a, T>(&self, of: &'a [T], weight: impl Fn(&T) -> u64) -> Option<&'a T> {
        let mut left = self.below(of.iter().map(&weight).sum());
        of.iter().find(|row| {
            let is_it = left < weight(row);
            left = left.saturating_sub(weight(row));
            is_it
        })
    }
}
