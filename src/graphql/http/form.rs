//! The form of variables: their keys, and of which kind each value is; never what a value says.
//!
//! Whether a document fits the schema depends on nothing else of them, but for the codes and the ranges that are looked at
//! once more when an argument is read.

use serde_json::{Map, Value};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

/// Forms kept of one document: those with more or fewer of the parts that a person is told by.
const MOST: usize = 32;

/// The form of the variables of one request, as a number that only its own process can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form(u64);

/// Makes forms.
#[derive(Default)]
pub(super) struct FormMaker(RandomState);

impl FormMaker {
    /// The form of these variables.
    pub(super) fn form_of(&self, variables: &Map<String, Value>) -> Form {
        let mut hasher = self.0.build_hasher();
        feed_members(variables, &mut hasher);
        Form(hasher.finish())
    }
}

fn feed_members(members: &Map<String, Value>, hasher: &mut DefaultHasher) {
    members.len().hash(hasher);
    for (key, value) in members {
        key.hash(hasher);
        feed(value, hasher);
    }
}

/// serde_json has bounded the nesting.
fn feed(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => 0_u8.hash(hasher),
        Value::Bool(_) => 1_u8.hash(hasher),
        Value::Number(number) if number.is_f64() => 2_u8.hash(hasher),
        Value::Number(_) => 3_u8.hash(hasher),
        Value::String(_) => 4_u8.hash(hasher),
        Value::Array(items) => {
            (5_u8, items.len()).hash(hasher);
            items.iter().for_each(|item| feed(item, hasher));
        }
        Value::Object(members) => {
            6_u8.hash(hasher);
            feed_members(members, hasher);
        }
    }
}

/// The forms under which a document was found to fit, the latest at the end.
#[derive(Debug, Default)]
pub(super) struct Forms(Vec<Form>);

impl Forms {
    /// True where the document has fitted with variables of this form.
    pub(super) fn hold(&self, form: Form) -> bool {
        self.0.contains(&form)
    }

    /// Keeps a form; the oldest goes where there are too many.
    pub(super) fn keep(&mut self, form: Form) {
        if !self.hold(form) {
            if self.0.len() >= MOST {
                self.0.remove(0);
            }
            self.0.push(form);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_is_of_keys_and_kinds_alone() {
        let maker = FormMaker::default();
        let form = |value: Value| match value {
            Value::Object(members) => maker.form_of(&members),
            _ => unreachable!("every case is an object"),
        };
        let one = form(json!({ "f": { "n": 1, "t": "a", "l": ["x"], "b": true, "o": null, "d": 0.5 } }));
        assert_eq!(one, form(json!({ "f": { "n": 2, "t": "Aminata", "l": ["y"], "b": false, "o": null, "d": 48.9 } })));
        for other in [
            json!({ "f": { "n": 1.5, "t": "a", "l": ["x"], "b": true, "o": null, "d": 0.5 } }),
            json!({ "f": { "n": 1, "t": 3, "l": ["x"], "b": true, "o": null, "d": 0.5 } }),
            json!({ "f": { "n": 1, "t": "a", "l": [["x"]], "b": true, "o": null, "d": 0.5 } }),
            json!({ "f": { "n": 1, "t": "a", "l": ["x"], "b": null, "o": null, "d": 0.5 } }),
            json!({ "f": { "n": 1, "t": "a", "l": ["x"], "b": true, "p": null, "d": 0.5 } }),
            json!({ "f": { "n": 1, "t": "a", "l": ["x"], "b": true, "o": null } }),
            json!({ "f": {}, "n": 1, "t": "a", "l": ["x"], "b": true, "o": null, "d": 0.5 }),
            json!({}),
        ] {
            assert_ne!(one, form(other.clone()), "{other}");
        }
        assert_ne!(one, {
            let other = FormMaker::default();
            let Value::Object(members) =
                json!({ "f": { "n": 1, "t": "a", "l": ["x"], "b": true, "o": null, "d": 0.5 } })
            else {
                unreachable!("an object")
            };
            other.form_of(&members)
        });
    }

    #[test]
    fn the_oldest_form_goes() {
        let mut forms = Forms::default();
        (0..=MOST as u64).for_each(|number| forms.keep(Form(number)));
        assert!(!forms.hold(Form(0)) && forms.hold(Form(1)) && forms.hold(Form(MOST as u64)));
        forms.keep(Form(1));
        assert_eq!(forms.0.len(), MOST);
    }
}
