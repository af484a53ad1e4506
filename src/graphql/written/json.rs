//! The text of an answer while it is written.

use super::{Asked, AskedField, Written};
use crate::domain::code::{CodeList, byte_of_symbol};
use crate::domain::code_set::CodeSet;
use crate::domain::time::{Date, Timestamp};
use crate::graphql::request::RequestContext;
use serde::Serialize;
use std::fmt::Display;
use std::io::Write as _;
use thin_vec::ThinVec;

/// The text of an answer while it is written: JSON by RFC 8259, without spaces.
#[derive(Default)]
pub struct Json {
    bytes: Vec<u8>,
}

impl Json {
    /// Nothing yet, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    /// The text written so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A value as serde writes it.
    pub fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Option<()> {
        serde_json::to_writer(&mut self.bytes, value).ok()
    }

    /// A text of letters, digits and signs that need no escape, such as an id.
    pub fn plain(&mut self, text: impl Display) -> Option<()> {
        write!(self.bytes, "\"{text}\"").ok()
    }

    /// The symbol of a code, as [`CodeList::symbol`] has it.
    pub fn symbol<T: CodeList>(&mut self, code: T) -> Option<()> {
        self.bytes.push(b'"');
        self.bytes.extend(T::SYMBOL_PREFIX.bytes());
        self.bytes.extend(code.code().bytes().map(byte_of_symbol));
        self.bytes.push(b'"');
        Some(())
    }

    /// An object: `write` writes the value of one field, `None` where it cannot.
    pub fn object(
        &mut self,
        type_name: &str,
        asked: &Asked<'_>,
        mut write: impl FnMut(&AskedField<'_>, &mut Self) -> Option<()>,
    ) -> Option<()> {
        // An object of which nothing is left is null, which the resolvers know.
        asked.fields.first()?;
        let mut separator = b'{';
        for field in &asked.fields {
            self.bytes.extend([separator, b'"']);
            self.bytes.extend(field.key.bytes());
            self.bytes.extend(b"\":");
            separator = b',';
            match field.name {
                _ if field.has_arguments => return None,
                "__typename" => self.plain(type_name)?,
                _ => write(field, self)?,
            }
        }
        self.bytes.push(b'}');
        Some(())
    }

    /// A list: `write` writes one item of it.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(T, &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.bytes.push(b'[');
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.bytes.push(b',');
            }
            write(item, self)?;
        }
        self.bytes.push(b']');
        Some(())
    }
}

impl<T: Written> Written for Option<T> {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        match self {
            Some(value) => value.write(asked, request, json),
            None => json.value(&()),
        }
    }
}

impl<T: Written> Written for [T] {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        json.list(self, |item, json| item.write(asked, request, json))
    }
}

impl<T: CodeList> Written for CodeSet<T> {
    fn write(&self, _: &Asked<'_>, _: &RequestContext, json: &mut Json) -> Option<()> {
        json.list(self, |code, json| json.symbol(*code))
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        self.as_slice().write(asked, request, json)
    }
}

impl<T: Written> Written for ThinVec<T> {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        self.as_slice().write(asked, request, json)
    }
}

macro_rules! written_as_serde_has_it {
    ($($name:ty),+) => {$(
        impl Written for $name {
            fn write(&self, _: &Asked<'_>, _: &RequestContext, json: &mut Json) -> Option<()> {
                json.value(self)
            }
        }
    )+};
}

written_as_serde_has_it!(&str, String, bool, u8, u16, u32, i64, f64);

impl<T: CodeList> Written for T {
    fn write(&self, _: &Asked<'_>, _: &RequestContext, json: &mut Json) -> Option<()> {
        json.symbol(*self)
    }
}

macro_rules! written_as_plain_text {
    ($($name:ty),+) => {$(
        impl Written for $name {
            fn write(&self, _: &Asked<'_>, _: &RequestContext, json: &mut Json) -> Option<()> {
                json.plain(self)
            }
        }
    )+};
}

written_as_plain_text!(Timestamp, Date);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::need::Need;
    use crate::domain::profile::AgeBand;

    #[test]
    fn a_code_is_written_like_its_symbol() {
        fn all<T: CodeList>() {
            for code in T::ALL {
                let mut json = Json::default();
                json.symbol(*code).expect("written");
                assert_eq!(json.into_bytes(), format!("\"{}\"", code.symbol()).into_bytes());
            }
        }
        all::<Need>();
        all::<AgeBand>();
    }

    #[test]
    fn lists_and_texts_are_written_as_json() {
        let mut json = Json::default();
        json.list(["a\"b", "\u{1}é"], |text, json| json.value(text)).expect("written");
        json.list(std::iter::empty::<&str>(), |text, json| json.value(text)).expect("written");
        assert_eq!(json.into_bytes(), "[\"a\\\"b\",\"\\u0001é\"][]".as_bytes());
    }
}
