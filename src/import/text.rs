//! Source text made plain: markup out, line ends alike, control characters refused, and the several
//! ways in which exports write "nothing" read as nothing.

use super::problem::Fault;
use serde_json::{Map, Value};

/// Longest text accepted, in characters; longer ones are no text that people read.
const LONGEST: usize = 65_536;

/// Most tags in one text. Unclosed tags cost the square of their number, and no text for people has
/// so many.
const MOST_TAGS: usize = 500;

/// A value somewhere in a row that cannot be imported.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    /// Where in the row, such as `phones[0].number`.
    pub path: String,
    /// What is wrong there.
    pub fault: Fault,
}

impl Refusal {
    /// A refusal of the value at this path.
    pub(super) fn at(path: impl Into<String>, fault: Fault) -> Self {
        Self { path: path.into(), fault }
    }
}

/// Makes every text of a value plain, keys included. Returns the paths at which markup was removed.
pub(super) fn make_plain(value: &mut Value) -> Result<Vec<String>, Refusal> {
    let mut marked_up = Vec::new();
    walk(value, &mut String::new(), &mut marked_up)?;
    Ok(marked_up)
}

fn walk(value: &mut Value, path: &mut String, marked_up: &mut Vec<String>) -> Result<(), Refusal> {
    let length = path.len();
    match value {
        Value::String(text) => {
            if let Some(plain) = plain(text).map_err(|fault| Refusal::at(path.clone(), fault))? {
                if has_markup(text) {
                    marked_up.push(path.clone());
                }
                *text = plain;
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter_mut().enumerate() {
                *path += &format!("[{index}]");
                walk(value, path, marked_up)?;
                path.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                walk(value, path, marked_up)?;
                path.truncate(length);
            }
            plain_keys(fields, path, marked_up)?;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// Some feeds carry their texts as keys (`{"Open to all": true}`).
fn plain_keys(fields: &mut Map<String, Value>, path: &str, marked_up: &mut Vec<String>) -> Result<(), Refusal> {
    let mut renamed = Vec::new();
    for key in fields.keys() {
        if let Some(plain) = plain(key).map_err(|fault| Refusal::at(format!("{path}.{key}"), fault))? {
            renamed.push((key.clone(), plain));
        }
    }
    for (key, plain) in renamed {
        if let Some(value) = fields.remove(&key) {
            let name = free_name(fields, &plain);
            if has_markup(&key) || name != plain {
                marked_up.push(format!("{path}.{key}"));
            }
            fields.insert(name, value);
        }
    }
    Ok(())
}

/// The plain name, or with a number behind it where another field has it: two keys that are one once they are plain are
/// two values, of which none is dropped.
fn free_name(fields: &Map<String, Value>, plain: &str) -> String {
    let numbered = (2..=fields.len() + 2).map(|number| format!("{plain} ({number})"));
    let mut names = std::iter::once(plain.to_owned()).chain(numbered);
    names.find(|name| !fields.contains_key(name)).unwrap_or_else(|| plain.to_owned())
}

/// The text without markup and with line feeds alone; `None` where it is plain already.
fn plain(text: &str) -> Result<Option<String>, Fault> {
    if text.len() > LONGEST && text.chars().nth(LONGEST).is_some() {
        return Err(Fault::TooLong);
    }
    if text.matches('<').count() > MOST_TAGS {
        return Err(Fault::TooMuchMarkup);
    }
    let changed = if has_markup(text) {
        Some(nanohtml2text::html2text(text))
    } else {
        text.contains('\r').then(|| text.to_owned())
    };
    let changed = changed.map(|text| text.replace("\r\n", "\n").replace('\r', "\n"));
    let refused = |c: char| c.is_control() && c != '\n' && c != '\t';
    if changed.as_deref().unwrap_or(text).chars().any(refused) {
        return Err(Fault::ControlCharacter);
    }
    Ok(changed.map(|text| text.trim().to_owned()))
}

/// True where the text holds a tag, a comment or an entity. `<desk@example.org>`, `3 < 4` and `R&D`
/// are plain text.
fn has_markup(text: &str) -> bool {
    let tag = text.split('<').skip(1).any(|rest| {
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let closes = name[end..].starts_with(['>', '/', ' ', '\n', '\t', '\r']) && rest.contains('>');
        rest.starts_with("!--") || (end > 0 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && closes)
    });
    let entity = text.split('&').skip(1).any(|rest| {
        let body = rest.strip_prefix('#').unwrap_or(rest);
        let end = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
        end > 0 && body[end..].starts_with(';')
    });
    tag || entity
}

/// The text on one line, trimmed; `None` where it says nothing.
pub(super) fn line(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    says_something(&line).then_some(line)
}

/// The text with its lines, trimmed; `None` where it says nothing.
pub(super) fn prose(text: &str) -> Option<String> {
    let text = text.trim();
    says_something(text).then(|| text.to_owned())
}

fn says_something(text: &str) -> bool {
    !["", "-", "x", "na", "n/a", "null"].contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_markup_is_taken_for_markup() {
        for (text, expected) in [
            ("<p>Legal help</p>", true),
            ("a<br/>b", true),
            ("</b>", true),
            ("<!-- x -->", true),
            ("&amp;", true),
            ("&#39;", true),
            ("<script>alert(1)</script>", true),
            ("R&D", false),
            ("a & b; c", false),
            ("3 < 4 > 2", false),
            ("Ask <desk@example.org>", false),
            ("ages <18", false),
            ("http://example.org/?a=1&b=2", false),
            ("&;", false),
        ] {
            assert_eq!(has_markup(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_become_plain_wherever_they_stand() {
        let mut value = json!({"a": ["<p>one</p>", "two\r\nlines"], "k<b>e</b>y": {"n": 1}});
        assert_eq!(make_plain(&mut value), Ok(vec!["a[0]".to_owned(), ".k<b>e</b>y".to_owned()]));
        assert_eq!(value, json!({"a": ["one", "two\nlines"], "key": {"n": 1}}));
        for (text, fault) in [
            ("a\u{0}b", Fault::ControlCharacter),
            ("<b>\u{7}</b>", Fault::ControlCharacter),
            ("\u{9b}", Fault::ControlCharacter),
        ] {
            assert_eq!(make_plain(&mut json!({"a": text})), Err(Refusal::at("a", fault)));
        }
        assert_eq!(make_plain(&mut json!("é".repeat(LONGEST + 1))), Err(Refusal::at("", Fault::TooLong)));
        assert_eq!(make_plain(&mut json!("<a ".repeat(MOST_TAGS + 1))), Err(Refusal::at("", Fault::TooMuchMarkup)));
        assert_eq!(make_plain(&mut json!("tab\tand\nline")), Ok(Vec::new()));
    }

    #[test]
    fn two_keys_that_become_one_keep_both_values_and_are_told() {
        let mut value = json!({"fees": {"adults": 1, "adults\r": 2, "<b>adults</b>": 3, "children\r": 4}});
        let told = make_plain(&mut value).expect("plain text");
        assert_eq!(value, json!({"fees": {"adults": 1, "adults (2)": 3, "adults (3)": 2, "children": 4}}));
        assert_eq!(told, ["fees.<b>adults</b>", "fees.adults\r"]);
    }

    #[test]
    fn nothing_has_several_spellings() {
        for text in ["", " ", "-", "X", "x", "NA", "n/a", "NULL", "\n"] {
            assert_eq!((line(text), prose(text)), (None, None), "{text:?}");
        }
        assert_eq!(line("  IFH \n NHF "), Some("IFH NHF".to_owned()));
        assert_eq!(prose(" two\n\nlines "), Some("two\n\nlines".to_owned()));
    }
}
