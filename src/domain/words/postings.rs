//! Two compact tables: texts in order, and lists of ascending ranks.

/// Distinct texts in ascending order, in one piece of memory.
#[derive(Default)]
pub(super) struct TextTable {
    text: String,
    ends: Vec<u32>,
}

impl TextTable {
    /// Takes texts that are sorted and distinct.
    ///
    /// # Panics
    /// When they have more than 4 GiB together.
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut table = Self::default();
        for text in texts {
            table.text.push_str(text);
            table.ends.push(u32::try_from(table.text.len()).expect("distinct words have less than 4 GiB together"));
        }
        table.text.shrink_to_fit();
        table.ends.shrink_to_fit();
        table
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[number] as usize]
    }

    /// Number of the first text for which `is_before` is false.
    pub(super) fn partition_point(&self, is_before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if is_before(self.get(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    pub(super) fn find(&self, text: &str) -> Option<usize> {
        let number = self.partition_point(|other| other < text);
        (number < self.len() && self.get(number) == text).then_some(number)
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// One list while it grows: each rank as its distance from the one before, seven bits a byte, low ones first.
#[derive(Default)]
pub(super) struct GrowingList {
    bytes: Vec<u8>,
    /// The last rank and one more; 0 for an empty list.
    next: u32,
}

impl GrowingList {
    /// Adds a rank that is no lower than the last one; the last one again adds nothing.
    pub(super) fn add(&mut self, rank: u32) {
        if rank + 1 == self.next {
            return;
        }
        let mut distance = rank - self.next;
        self.next = rank + 1;
        while distance >= 0x80 {
            self.bytes.push((distance & 0x7f) as u8 | 0x80);
            distance >>= 7;
        }
        self.bytes.push(distance as u8);
    }
}

/// Many lists in one piece of memory.
#[derive(Default)]
pub(super) struct Postings {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Postings {
    /// These lists, in no more memory than they need.
    pub(super) fn new<'l>(lists: impl Iterator<Item = &'l GrowingList>) -> Self {
        let mut postings = Self::default();
        lists.for_each(|list| postings.push(list));
        postings.bytes.shrink_to_fit();
        postings.ends.shrink_to_fit();
        postings
    }

    fn push(&mut self, list: &GrowingList) {
        self.bytes.extend(&list.bytes);
        self.ends.push(self.bytes.len());
    }

    /// How many bytes one list has: at least one for each rank.
    pub(super) fn list_bytes(&self, number: usize) -> usize {
        self.ends[number] - number.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The ranks of one list, ascending.
    pub(super) fn list(&self, number: usize) -> impl Iterator<Item = u32> {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut bytes = self.bytes[start..self.ends[number]].iter();
        let mut next = 0;
        std::iter::from_fn(move || {
            let (mut distance, mut shift) = (0, 0);
            loop {
                let byte = bytes.next()?;
                distance |= u32::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let rank = next + distance;
            next = rank + 1;
            Some(rank)
        })
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn lists_come_back_as_they_went_in(lists in proptest::collection::vec(proptest::collection::btree_set(0..3_000_000_u32, 0..20), 0..5)) {
            let mut postings = Postings::default();
            for list in &lists {
                let mut growing = GrowingList::default();
                list.iter().for_each(|rank| { growing.add(*rank); growing.add(*rank); });
                postings.push(&growing);
            }
            for (number, list) in lists.iter().enumerate() {
                prop_assert_eq!(&postings.list(number).collect::<BTreeSet<_>>(), list);
            }
        }

        #[test]
        fn texts_are_found_where_they_are(texts in proptest::collection::btree_set("[ab]{0,4}", 0..12), wanted in "[ab]{0,4}") {
            let table = TextTable::new(texts.iter().map(String::as_str));
            prop_assert_eq!(table.find(&wanted), texts.iter().position(|text| *text == wanted));
        }
    }
}
