//! JSON from outside, read strictly: a name that stands twice in an object is an error, because two readers
//! may take different ones of the two.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Why a text is not strict JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    /// It is no JSON, or nested too deeply.
    Unreadable,
    /// A name stands twice.
    DuplicateName,
}

/// Reads a whole text.
pub(super) fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    let mut has_duplicate = false;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = Strict(&mut has_duplicate).deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    read.map_err(|_| if has_duplicate { JsonError::DuplicateName } else { JsonError::Unreadable })
}

/// Reads a whole text that is an object.
pub(super) fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    match read(bytes)? {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::Unreadable),
    }
}

/// Reads a value; tells aside when it fails because of a name that stands twice.
struct Strict<'a>(&'a mut bool);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Strict(self.0))? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Strict(self.0))?;
            if object.insert(name, value).is_some() {
                *self.0 = true;
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_refused_at_every_depth() {
        for (text, expected) in [
            (r#"{"a": 1, "b": [true, null, -2, 1.5, "x"], "c": {"a": {}}}"#, None),
            (r#"{"a": 1, "a": 1}"#, Some(JsonError::DuplicateName)),
            (r#"{"a": 1, "\u0061": 2}"#, Some(JsonError::DuplicateName)),
            (r#"{"a": [{"b": {"c": 1, "c": 2}}]}"#, Some(JsonError::DuplicateName)),
            (r#"{"a": 1} x"#, Some(JsonError::Unreadable)),
            (r#"{"a": 1"#, Some(JsonError::Unreadable)),
            ("", Some(JsonError::Unreadable)),
            (&"[".repeat(100_000), Some(JsonError::Unreadable)),
        ] {
            let read = read(text.as_bytes());
            assert_eq!(read.as_ref().err().copied(), expected, "{:.40}", text);
            if let Ok(value) = read {
                assert_eq!(value, serde_json::from_str::<Value>(text).expect("JSON"), "the same value");
            }
        }
        assert_eq!(read_object(b"[]"), Err(JsonError::Unreadable));
    }
}
