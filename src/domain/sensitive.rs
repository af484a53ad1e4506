//! Values that must not be seen by accident: secrets, and what is linked to a person or a contact.
//!
//! Invariant: a [`Sensitive`] has no `Debug`, no `Display` and no `Serialize`, so that a line of log, an error
//! or an answer that holds one does not compile. Whoever needs the value says [`expose`](Sensitive::expose).

use std::hash::{Hash, Hasher};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A value that is wiped from memory when it is dropped, and that nothing prints.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Takes a value in.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: for handing it to what has to read it, never for a message.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl Sensitive<String> {
    /// True where there is nothing to be seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// In constant time for equal lengths, so that comparing a secret tells nothing of it.
impl<T: Zeroize + AsRef<[u8]>> PartialEq for Sensitive<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().ct_eq(other.0.as_ref()).into()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Sensitive<T> {}

/// For keyed fingerprints; a plain hash of something guessable would be the thing itself.
impl<T: Zeroize + Hash> Hash for Sensitive<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Gives a type a `Debug` that tells its name and nothing of what is in it: for types whose fields are of
/// class D2 or above. A test refuses a derived one there.
macro_rules! hidden_debug {
    ($($name:ident $(<$lifetime:lifetime>)?),+ $(,)?) => {$(
        impl $(<$lifetime>)? std::fmt::Debug for $name $(<$lifetime>)? {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
pub(crate) use hidden_debug;

/// Does not compile once `Sensitive` can be printed or serialised: with a second implementation of this
/// trait the `_` below would have two meanings.
const _: () = {
    trait TellsNothing<Way> {
        fn holds() {}
    }
    impl<T: ?Sized> TellsNothing<()> for T {}
    impl<T: ?Sized + std::fmt::Debug> TellsNothing<u8> for T {}
    impl<T: ?Sized + std::fmt::Display> TellsNothing<u16> for T {}
    impl<T: ?Sized + serde::Serialize> TellsNothing<u32> for T {}
    let _: fn() = <Sensitive<String> as TellsNothing<_>>::holds;
};

#[cfg(test)]
mod tests {
    use super::*;

    struct Told;
    hidden_debug!(Told);

    #[test]
    fn a_hidden_type_tells_its_name_only() {
        assert_eq!(format!("{:?} {:#?}", Told, Some(Told)), "Told(…) Some(\n    Told(…),\n)");
    }

    #[test]
    fn sensitive_values_are_compared_whole() {
        let one = Sensitive::new("one".to_owned());
        assert!(one == one.clone() && one.expose() == "one");
        for other in ["on", "onf", "", "one "] {
            assert!(one != Sensitive::new(other.to_owned()), "{other}");
        }
    }

    #[test]
    fn a_wiped_value_is_gone() {
        let mut secret = Sensitive::new([7_u8; 4]);
        secret.zeroize();
        assert_eq!(secret.expose(), &[0; 4]);
    }
}
