//! Countries by their code.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A country as ISO 3166-1 alpha-2 writes it, such as `FR`. The shape is checked, not whether the code is assigned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

/// The text is no two capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a country is two capital letters of ISO 3166-1, such as FR")]
pub struct InvalidCountryCode;

impl CountryCode {
    /// Reads exactly two capital letters; nothing is trimmed or raised to capitals.
    pub fn parse(text: &str) -> Result<Self, InvalidCountryCode> {
        match *text.as_bytes() {
            [first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase() => Ok(Self([first, second])),
            _ => Err(InvalidCountryCode),
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl TryFrom<String> for CountryCode {
    type Error = InvalidCountryCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_two_capitals_and_nothing_else() {
        assert_eq!(CountryCode::parse("LY").map(|code| code.to_string()).as_deref(), Ok("LY"));
        for text in ["", "F", "fr", "FRA", "F1", "É", " FR", "FR "] {
            assert_eq!(CountryCode::parse(text), Err(InvalidCountryCode), "{text}");
        }
        let written = serde_json::to_string(&CountryCode::parse("SN").unwrap()).unwrap();
        assert_eq!(written, "\"SN\"");
        assert_eq!(serde_json::from_str::<CountryCode>(&written).unwrap().as_str(), "SN");
        assert!(serde_json::from_str::<CountryCode>("\"sn\"").is_err());
    }
}
