//! Digests of structured values, without making a text of them first.
//!
//! Should another version of Relais tell a value in other bytes, digests kept from before fit nothing any
//! more; two different values are never taken for one.

use std::hash::{Hash, Hasher};

/// Gives `update` what `Hash` tells of a value, integers in one width and order, so that two nodes on different
/// machines agree.
pub(crate) fn feed(value: &impl Hash, update: impl FnMut(&[u8])) {
    value.hash(&mut Feed(update));
}

struct Feed<F>(F);

impl<F: FnMut(&[u8])> Hasher for Feed<F> {
    fn write(&mut self, bytes: &[u8]) {
        (self.0)(bytes);
    }

    fn write_u16(&mut self, value: u16) {
        self.write(&value.to_le_bytes());
    }

    fn write_u32(&mut self, value: u32) {
        self.write(&value.to_le_bytes());
    }

    fn write_u64(&mut self, value: u64) {
        self.write(&value.to_le_bytes());
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    /// What was fed has gone on to the digest: there is nothing of our own to tell.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(value: &impl Hash) -> Vec<u8> {
        let mut bytes = Vec::new();
        feed(value, |part| bytes.extend_from_slice(part));
        bytes
    }

    #[test]
    fn one_value_is_told_in_one_way_and_no_other_value_in_the_same() {
        let asked = || (Some("PAN-7"), vec!["bm", "fr"], 7_i64);
        assert_eq!(fed(&asked()), fed(&asked()));
        for other in [
            (Some("PAN-"), vec!["7bm", "fr"], 7),
            (Some("PAN-7"), vec!["bmfr"], 7),
            (Some("PAN-7"), vec!["fr", "bm"], 7),
            (None, vec!["PAN-7", "bm", "fr"], 7),
            (Some("PAN-7"), vec!["bm", "fr"], -7),
        ] {
            assert_ne!(fed(&asked()), fed(&other), "{other:?}");
        }
        assert_eq!(fed(&1_usize), [1, 0, 0, 0, 0, 0, 0, 0], "in one width and order");
    }
}
