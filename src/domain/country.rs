//! Countries by their code.

use serde::{Deserialize, Serialize};

/// A country or territory by its two letters of ISO 3166-1, such as `FR`, `LY` or `RE`. Only the form is
/// checked: the list changes, and a code of no country finds nothing anywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

/// The text is not the code of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a country is two letters of ISO 3166-1, such as FR, LY or TN")]
pub struct InvalidCountryCode;

impl CountryCode {
    /// Checks and keeps the code; lower-case letters are raised.
    pub fn parse(text: &str) -> Result<Self, InvalidCountryCode> {
        match text.trim().as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => Err(InvalidCountryCode),
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Two ASCII letters are text always; the empty text would be a code of no country.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for CountryCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::fmt::Debug for CountryCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl TryFrom<String> for CountryCode {
    type Error = InvalidCountryCode;
    fn try_from(text: String) -> Result<Self, InvalidCountryCode> {
        Self::parse(&text)
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_letters() {
        for (text, expected) in [
            ("FR", Some("FR")),
            (" ly ", Some("LY")),
            ("F", None),
            ("FRA", None),
            ("F1", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(CountryCode::parse(text).ok().map(String::from).as_deref(), expected, "{text}");
        }
    }
}
