//! Cells of tables that people open in a spreadsheet.
//!
//! Invariant: no text of a source is run as a formula. OWASP's list of what starts one (`=`, `+`, `-`, `@`, tab,
//! carriage return) decides; an apostrophe before it makes a text of it in every spreadsheet. The texts come from
//! feeds, and whoever opens the table trusts Relais.

use super::record::Value;

/// What a spreadsheet may take for the beginning of a formula.
const STARTS_A_FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Between two values of one cell.
const SEPARATOR: &str = "; ";

/// A value as a cell. A number is written by us and stays a number, also below zero.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
        Value::Text(text) => guarded(text),
        Value::List(texts) => guarded(&texts.join(SEPARATOR)),
    }
}

/// A text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> String {
    let starts = text.starts_with(STARTS_A_FORMULA);
    if starts { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Number;

    #[test]
    fn texts_that_start_a_formula_are_disarmed_and_numbers_stay_numbers() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+33199000001", "'+33199000001"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("a=1", "a=1"),
            ("", ""),
            ("'=1", "'=1"),
        ] {
            assert_eq!(cell(&Value::Text(text.to_owned())), expected);
        }
        assert_eq!(cell(&Value::List(vec!["=a".to_owned(), "=b".to_owned()])), "'=a; =b");
        assert_eq!(cell(&Value::Number(Number::from_f64(-0.58).expect("a number"))), "-0.58");
        assert_eq!((cell(&Value::Nothing), cell(&Value::Truth(true))), (String::new(), "true".to_owned()));
    }

    proptest! {
        #[test]
        fn no_text_starts_a_formula(text in "\\PC{0,5}|[=+@\t\r-]\\PC{0,5}") {
            prop_assert!(!cell(&Value::Text(text.clone())).starts_with(STARTS_A_FORMULA));
            prop_assert!(cell(&Value::Text(text.clone())).ends_with(&text));
        }
    }
}
