//! Some codes of one closed list, in eight bytes.
//!
//! A service holds a dozen such choices and a directory a million services: as lists they would be a dozen pieces of
//! memory each, which a search has to fetch one by one.

use super::code::CodeList;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Some codes of a list of at most 64, each once, in the order of the list. In JSON it is an array of codes, which may be
/// read in any order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeSet<T> {
    bits: u64,
    list: PhantomData<T>,
}

impl<T> Default for CodeSet<T> {
    fn default() -> Self {
        Self { bits: 0, list: PhantomData }
    }
}

impl<T: CodeList> CodeSet<T> {
    const FITS: () = assert!(T::ALL.len() <= 64, "a list of so many codes needs a larger set");

    /// No code at all.
    pub fn new() -> Self {
        Self::default()
    }

    fn bit(code: T) -> u64 {
        let () = Self::FITS;
        1 << code.position()
    }

    /// True where none is in it.
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// How many are in it.
    pub const fn len(&self) -> usize {
        self.bits.count_ones() as usize
    }

    /// True where this code is in it.
    pub fn contains(&self, code: &T) -> bool {
        self.bits & Self::bit(*code) != 0
    }

    /// True where some code is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.bits & other.bits != 0
    }

    /// Puts a code into it.
    pub fn push(&mut self, code: T) {
        self.bits |= Self::bit(code);
    }

    /// Takes out those for which `keeps` is not true.
    pub fn retain(&mut self, mut keeps: impl FnMut(&T) -> bool) {
        *self = self.iter().copied().filter(|code| keeps(code)).collect();
    }

    /// Takes every code out.
    pub const fn clear(&mut self) {
        self.bits = 0;
    }

    /// The codes in the order of their list.
    pub const fn iter(&self) -> Codes<T> {
        Codes { bits: self.bits, list: PhantomData }
    }

    /// The first code in the order of the list.
    pub fn first(&self) -> Option<&'static T> {
        self.iter().next()
    }
}

/// The codes of a [`CodeSet`], one after the other.
#[derive(Clone)]
pub struct Codes<T> {
    bits: u64,
    list: PhantomData<T>,
}

impl<T: CodeList> Iterator for Codes<T> {
    type Item = &'static T;

    fn next(&mut self) -> Option<&'static T> {
        let position = self.bits.trailing_zeros() as usize;
        // The lowest bit is taken out; without one nothing changes.
        self.bits &= self.bits.wrapping_sub(1);
        T::ALL.get(position)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.bits.count_ones() as usize;
        (left, Some(left))
    }
}

impl<T: CodeList> ExactSizeIterator for Codes<T> {}

impl<T: CodeList> IntoIterator for &CodeSet<T> {
    type Item = &'static T;
    type IntoIter = Codes<T>;

    fn into_iter(self) -> Codes<T> {
        self.iter()
    }
}

impl<T: CodeList> IntoIterator for CodeSet<T> {
    type Item = T;
    type IntoIter = std::iter::Copied<Codes<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().copied()
    }
}

impl<T: CodeList> FromIterator<T> for CodeSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(codes: I) -> Self {
        let mut set = Self::new();
        set.extend(codes);
        set
    }
}

impl<T: CodeList> Extend<T> for CodeSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, codes: I) {
        codes.into_iter().for_each(|code| self.push(code));
    }
}

impl<T: CodeList> Extend<&'static T> for CodeSet<T> {
    fn extend<I: IntoIterator<Item = &'static T>>(&mut self, codes: I) {
        self.extend(codes.into_iter().copied());
    }
}

impl<T: CodeList> From<Vec<T>> for CodeSet<T> {
    fn from(codes: Vec<T>) -> Self {
        codes.into_iter().collect()
    }
}

impl<T: CodeList, const N: usize> From<[T; N]> for CodeSet<T> {
    fn from(codes: [T; N]) -> Self {
        codes.into_iter().collect()
    }
}

impl<T: CodeList> From<CodeSet<T>> for Vec<T> {
    fn from(set: CodeSet<T>) -> Self {
        set.into_iter().collect()
    }
}

impl<T: CodeList> fmt::Debug for CodeSet<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(|code| code.code())).finish()
    }
}

impl<T: CodeList> Serialize for CodeSet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|code| code.code()))
    }
}

impl<'de, T: CodeList + Deserialize<'de>> Deserialize<'de> for CodeSet<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reading(PhantomData))
    }
}

struct Reading<T>(PhantomData<T>);

impl<'de, T: CodeList + Deserialize<'de>> Visitor<'de> for Reading<T> {
    type Value = CodeSet<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "codes of the list {}", T::NAME)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut codes: A) -> Result<CodeSet<T>, A::Error> {
        let mut set = CodeSet::new();
        while let Some(code) = codes.next_element()? {
            set.push(code);
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::need::Need;
    use crate::domain::profile::Gender;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_set_holds_what_a_set_of_the_same_codes_holds(
            codes in proptest::collection::vec(proptest::sample::select(Need::ALL), 0..60)
        ) {
            let (set, expected): (CodeSet<Need>, BTreeSet<Need>) =
                (codes.iter().copied().collect(), codes.iter().copied().collect());
            prop_assert_eq!(set.len(), expected.len());
            prop_assert_eq!(set.is_empty(), expected.is_empty());
            prop_assert_eq!(set.first(), expected.first());
            prop_assert!(set.iter().eq(expected.iter()));
            prop_assert!(Need::ALL.iter().all(|code| set.contains(code) == expected.contains(code)));
            prop_assert_eq!(set, CodeSet::from(codes));
            prop_assert!(Need::ALL.iter().all(|code| set.meets([*code].into()) == expected.contains(code)));
        }
    }

    #[test]
    fn it_is_an_array_of_codes_in_any_order() {
        let read: CodeSet<Gender> = serde_json::from_str(r#"["man","woman","man"]"#).expect("codes");
        assert_eq!(serde_json::to_string(&read).expect("written"), r#"["woman","man"]"#.to_owned());
        assert!(serde_json::from_str::<CodeSet<Gender>>(r#"["nobody"]"#).is_err());
        assert_eq!(serde_json::from_str::<CodeSet<Gender>>("[]").expect("none"), CodeSet::new());
    }
}
