//! Closed code lists: every enumeration of the domain is one list of codes, each with its English
//! definition. The database, the feeds, the schema and the locale files all read the same list.
//!
//! Invariant: a code is never reused and never renamed; values stand in lifecycle order where there is one.

/// A closed list of codes, such as need codes or referral states.
pub trait CodeList: Copy + Eq + Send + Sync + 'static {
    /// The list's name, as it stands in the schema and in error messages.
    const NAME: &'static str;
    /// One sentence that says what the list is for.
    const DESCRIPTION: &'static str;
    /// Put before the symbol of a code that starts with a digit.
    const SYMBOL_PREFIX: &'static str;
    /// Every value, in the order of the list.
    const ALL: &'static [Self];

    /// The code as stored and exchanged, such as `legal.minority_appeal`.
    fn code(self) -> &'static str;

    /// The English definition of the code.
    fn definition(self) -> &'static str;

    /// Where the value stands in the list, counted from 0.
    fn position(self) -> usize;

    /// The value with exactly this code.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }

    /// The code as an upper-case identifier, such as `LEGAL_MINORITY_APPEAL`.
    fn symbol(self) -> String {
        Self::SYMBOL_PREFIX.chars().chain(self.code().bytes().map(|byte| char::from(byte_of_symbol(byte)))).collect()
    }

    /// The value with exactly this symbol.
    fn from_symbol(symbol: &str) -> Option<Self> {
        let symbol = symbol.strip_prefix(Self::SYMBOL_PREFIX)?;
        Self::ALL.iter().copied().find(|value| value.code().bytes().map(byte_of_symbol).eq(symbol.bytes()))
    }
}

/// The byte of a symbol for one of a code, which is made of ASCII letters, digits and separators.
pub const fn byte_of_symbol(byte: u8) -> u8 {
    match byte {
        b'.' | b'-' => b'_',
        byte => byte.to_ascii_uppercase(),
    }
}

/// Declares a closed code list: an enum, its codes, its definitions and its serde form (the code).
///
/// `named` gives the list another name in the schema, where the module no longer tells what it is of;
/// `prefix` stands before the symbols of codes that start with a digit.
macro_rules! code_list {
    (@name $name:ident $shown:literal) => { $shown };
    (@name $name:ident) => { stringify!($name) };
    (
        $(#[doc = $description:literal])+
        $name:ident $(named $shown:literal)? $(prefix $prefix:literal)? {
            $($variant:ident = $code:literal : $definition:literal),+ $(,)?
        }
    ) => {
        $(#[doc = $description])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $definition] $variant),+
        }

        impl $crate::domain::code::CodeList for $name {
            const NAME: &'static str = $crate::domain::code::code_list!(@name $name $($shown)?);
            const DESCRIPTION: &'static str = concat!($($description),+);
            const SYMBOL_PREFIX: &'static str = concat!($($prefix)?);
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            fn definition(self) -> &'static str {
                match self { $(Self::$variant => $definition),+ }
            }

            fn position(self) -> usize {
                self as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str($crate::domain::code::CodeList::code(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::domain::code::CodeList::code(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                $crate::domain::code::CodeList::from_code(&code).ok_or_else(|| {
                    serde::de::Error::custom(concat!("not a code of the list ", stringify!($name)))
                })
            }
        }
    };
}
pub(crate) use code_list;
