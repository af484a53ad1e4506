//! From columns to domain values: what a column holds is checked on the way out, and a value that the
//! code never wrote is a fault with the table's name, not a panic.

use super::StoreError;
use crate::domain::code::CodeList;
use crate::domain::id::Identifier;
use crate::domain::time::Timestamp;

/// Reads columns of one table.
#[derive(Clone, Copy)]
pub(super) struct Table(pub(super) &'static str);

impl Table {
    pub(super) fn corrupt(self, value: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.0, value }
    }

    pub(super) fn id<T: Identifier>(self, text: &str) -> Result<T, StoreError> {
        T::parse(text).map_err(|_| self.corrupt(T::PREFIX))
    }

    pub(super) fn optional_id<T: Identifier>(self, text: Option<&str>) -> Result<Option<T>, StoreError> {
        text.map(|text| self.id(text)).transpose()
    }

    pub(super) fn code<T: CodeList>(self, text: &str) -> Result<T, StoreError> {
        T::from_code(text).ok_or_else(|| self.corrupt(T::NAME))
    }

    pub(super) fn optional_code<T: CodeList>(self, text: Option<&str>) -> Result<Option<T>, StoreError> {
        text.map(|text| self.code(text)).transpose()
    }

    pub(super) fn codes<T: CodeList>(self, text: &str) -> Result<Vec<T>, StoreError> {
        text.split_ascii_whitespace().map(|code| self.code(code)).collect()
    }

    pub(super) fn parsed<T, E>(self, value: &'static str, result: Result<T, E>) -> Result<T, StoreError> {
        result.map_err(|_| self.corrupt(value))
    }
}

/// Codes as one text, separated by blanks; no code holds a blank.
pub(super) fn joined<T: CodeList>(codes: &[T]) -> String {
    codes.iter().map(|code| code.code()).collect::<Vec<_>>().join(" ")
}

pub(super) fn optional_text<T: std::fmt::Display>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

pub(super) fn optional_time(microseconds: Option<i64>) -> Option<Timestamp> {
    microseconds.map(Timestamp::from_microseconds)
}
