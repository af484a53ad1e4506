//! The four parameters of a GraphQL request, from a JSON body or from a query string.
//!
//! Invariant: what comes out is typed and free of U+0000, and no message repeats a byte of
//! what came in.

use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A parameter set whose types are right; the document in it is still unread.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parameters {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    variables: Map<String, Value>,
}

/// What a request body may hold. Each member is read as any value first, because serde's
/// own complaint about a wrong type would repeat the value.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    query: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

const NO_QUERY: &str = "The parameter \"query\" is missing: it holds the GraphQL document.";
const NUL: &str = "U+0000 is not accepted in text. Remove it.";

impl Parameters {
    /// Reads a request body.
    pub(super) fn from_json(body: &[u8]) -> Result<Self, &'static str> {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            None => return Err("The body is empty: send a JSON object with \"query\"."),
            Some(b'{') => {}
            Some(b'[') => return Err("Batches are not accepted: send one JSON object."),
            Some(_) => return Err("The body must be a JSON object."),
        }
        let members: Members =
            serde_json::from_slice(body).map_err(|_| "The body is not a JSON object with each parameter once.")?;
        Self::from_members(members)
    }

    /// Reads a query string; `variables` and `extensions` hold JSON there.
    pub(super) fn from_query_string(text: &str) -> Result<Self, &'static str> {
        let mut members = Members { query: None, operation_name: None, variables: None, extensions: None };
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let malformed = "The query string is not URL-encoded UTF-8.";
            let value = decode(value).ok_or(malformed)?;
            let json =
                |text: &str| serde_json::from_str(text).map_err(|_| "\"variables\" and \"extensions\" must hold JSON.");
            let (member, value) = match decode(name).ok_or(malformed)?.as_str() {
                "query" => (&mut members.query, Value::String(value)),
                // An empty name is what an empty form field sends.
                "operationName" if value.is_empty() => continue,
                "operationName" => (&mut members.operation_name, Value::String(value)),
                "variables" => (&mut members.variables, json(&value)?),
                "extensions" => (&mut members.extensions, json(&value)?),
                _ => continue,
            };
            if member.replace(value).is_some() {
                return Err("Each parameter may stand in the query string once.");
            }
        }
        Self::from_members(members)
    }

    fn from_members(members: Members) -> Result<Self, &'static str> {
        let query = match members.query {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) => return Err(NO_QUERY),
            Some(_) => return Err("\"query\" must be a string."),
        };
        let operation_name = match members.operation_name {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err("\"operationName\" must be a string or null."),
        };
        let variables = match members.variables {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(variables)) => variables,
            Some(_) => return Err("\"variables\" must be an object or null."),
        };
        if !matches!(members.extensions, None | Some(Value::Null | Value::Object(_))) {
            return Err("\"extensions\" must be an object or null.");
        }
        if variables.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)) {
            return Err(NUL);
        }
        Ok(Self { query, operation_name, variables })
    }

    /// The request as async-graphql takes it. Extensions are checked and dropped: nothing
    /// here reads one.
    pub(super) fn into_request(self) -> Request {
        let mut request = Request::new(self.query);
        request.operation_name = self.operation_name;
        request.variables(Variables::from_json(Value::Object(self.variables)))
    }
}

/// Whether U+0000 stands in any string or key; PostgreSQL would answer it with an error of
/// its own. serde_json bounds the nesting, the list of pending values makes it irrelevant.
fn holds_nul(value: &Value) -> bool {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Value::String(text) if text.contains('\0') => return true,
            Value::Array(items) => pending.extend(items),
            Value::Object(members) => {
                if members.keys().any(|key| key.contains('\0')) {
                    return true;
                }
                pending.extend(members.values());
            }
            _ => {}
        }
    }
    false
}

/// Undoes `application/x-www-form-urlencoded` for one name or value.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(rest.next()?)? * 16 + hex_digit(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_object_with_typed_members() {
        let deep = format!("{{\"query\":\"{{a}}\",\"variables\":{}", "[".repeat(60_000));
        for (body, expected) in [
            (r#"{"query":"{a}"}"#, true),
            (r#" {"query":"{a}","variables":null,"operationName":null,"extensions":null}"#, true),
            (r#"{"query":"{a}","variables":{"b":[1]},"extensions":{"c":1},"other":1}"#, true),
            ("", false),
            ("  ", false),
            ("[]", false),
            (r#"[{"query":"{a}"}]"#, false),
            (r#""{a}""#, false),
            ("{", false),
            (r#"{"query":"{a}"} {}"#, false),
            (r#"{"query":"{a}","query":"{b}"}"#, false),
            (r#"{"query":1}"#, false),
            (r#"{"query":null}"#, false),
            (r#"{"qeury":"{a}"}"#, false),
            (r#"{"query":"{a}","operationName":[]}"#, false),
            (r#"{"query":"{a}","variables":[]}"#, false),
            (r#"{"query":"{a}","variables":"{}"}"#, false),
            (r#"{"query":"{a}","extensions":0}"#, false),
            (r#"{"query":"{a}","variables":{"b":"\u0000"}}"#, false),
            (r#"{"query":"{a}","variables":{"b":[{"c\u0000":1}]}}"#, false),
            (r#"{"query":"{a}","variables":{"b":"\ud800"}}"#, false),
            (&deep, false),
        ] {
            assert_eq!(Parameters::from_json(body.as_bytes()).is_ok(), expected, "{body:.80}");
        }
        assert!(Parameters::from_json(b"{\"query\":\"\xff\"}").is_err());
    }

    #[test]
    fn a_query_string_says_the_same() {
        let read = |text| Parameters::from_query_string(text);
        let expected = Parameters {
            query: "{ a(b: \"é\") }".into(),
            operation_name: None,
            variables: Map::from_iter([("c".into(), Value::from(1))]),
        };
        let text = "query=%7B+a%28b%3a+%22%C3%A9%22) }&variables=%7B%22c%22:1}&operationName=&x=y";
        assert_eq!(read(text), Ok(expected));
        for text in [
            "",
            "query",
            "query=a&query=b",
            "query=%f",
            "query=%zz",
            "query=%ff",
            "query=a&variables=",
            "query=a&variables=[]",
            "query=a&extensions=1",
        ] {
            let answer = read(text);
            let empty = text == "query";
            assert_eq!(answer.is_ok(), empty, "{text}: an empty document is the parser's affair");
        }
    }
}
