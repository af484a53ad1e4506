//! Cells of tables that people open in a spreadsheet.
//!
//! Invariant: no text of a source is run as a formula. OWASP's list of what starts one (`=`, `+`, `-`, `@`, their
//! full-width forms, tab, carriage return, line feed) decides; an apostrophe before it makes a text of it in every
//! spreadsheet. Which character ends a cell is for the reader's settings to say (a semicolon where the comma is the decimal
//! sign), and then quotes end nothing: so what stands behind any character that could is guarded like the beginning.
//! The texts come from feeds, and whoever opens the table trusts Relais.

use super::record::Value;

/// What a spreadsheet may take for the beginning of a formula.
const STARTS_A_FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// What is guarded at the beginning of a cell, although it starts no formula by itself.
const STARTS_BLANK: [char; 3] = ['\t', '\r', '\n'];

/// What some spreadsheet may take for the end of a cell.
const ENDS_A_CELL: [char; 6] = [';', ',', '\t', '\n', '\r', '|'];

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

/// A text that no spreadsheet takes for a formula, wherever it ends the cells.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut may_start = true;
    if text.starts_with(STARTS_BLANK) {
        guarded.push('\'');
    }
    for character in text.chars() {
        if may_start && STARTS_A_FORMULA.contains(&character) {
            guarded.push('\'');
        }
        guarded.push(character);
        may_start = ENDS_A_CELL.contains(&character) || (may_start && is_passed_over(character));
    }
    guarded
}

/// Whether a reader may drop it before it looks at how a cell begins.
fn is_passed_over(character: char) -> bool {
    matches!(character, '"' | '\u{feff}') || character.is_whitespace() || character.is_control()
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
            ("\nx", "'\nx"),
            ("\t=x", "'\t'=x"),
            (" =1", " '=1"),
            ("＝1", "'＝1"),
            ("Accueil;=HYPERLINK(\"http://x\";\"y\")", "Accueil;'=HYPERLINK(\"http://x\";\"y\")"),
            ("a; \u{a0}=1", "a; \u{a0}'=1"),
            ("a;\"=1", "a;\"'=1"),
            ("a|@b,-c\n+d", "a|'@b,'-c\n'+d"),
            ("+33 1 99 00 00 01", "'+33 1 99 00 00 01"),
            ("9 h - 12 h", "9 h - 12 h"),
            ("a=1", "a=1"),
            ("", ""),
            ("'=1", "'=1"),
        ] {
            assert_eq!(cell(&Value::Text(text.to_owned())), expected);
        }
        assert_eq!(cell(&Value::List(vec!["=a".to_owned(), "=b".to_owned()])), "'=a; '=b");
        assert_eq!(cell(&Value::Number(Number::from_f64(-0.58).expect("a number"))), "-0.58");
        assert_eq!((cell(&Value::Nothing), cell(&Value::Truth(true))), (String::new(), "true".to_owned()));
    }

    /// What a spreadsheet finds that ends cells at one character and knows no quotes but those around a cell.
    fn first_characters(table: &str, ends: char) -> impl Iterator<Item = char> {
        let bare = |cell: &str| cell.trim_start_matches(|c: char| c == '"' || c.is_whitespace()).chars().next();
        table.split(['\n', '\r', ends]).filter_map(bare).collect::<Vec<_>>().into_iter()
    }

    /// The signs plus, minus, equals and at, by their place in ASCII, and in the block of full-width forms.
    fn is_operator(character: char) -> bool {
        let code = u32::from(character);
        let narrow = if (0xff01..=0xff5e).contains(&code) { code - 0xfee0 } else { code };
        [0x2b, 0x2d, 0x3d, 0x40].contains(&narrow)
    }

    proptest! {
        #[test]
        fn no_cell_begins_like_a_formula_wherever_cells_end(
            texts in prop::collection::vec("([=+@\\-＝＋－＠;,|\t\r\n\" a1']|\\PC){0,12}", 1..4),
        ) {
            let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            table.write_record(texts.iter().map(|text| cell(&Value::Text(text.clone())))).expect("a list takes it");
            table.write_record(["x"; 4].iter().take(texts.len())).expect("a list takes it");
            let table = String::from_utf8(table.into_inner().expect("a list")).expect("text");
            for ends in ";\t,|\n".chars() {
                let found: Vec<char> = first_characters(&table, ends).filter(|first| is_operator(*first)).collect();
                prop_assert!(found.is_empty(), "{table:?} at {ends:?}: {found:?}");
            }
            for text in texts {
                let bare = |text: &str| text.replace('\'', "");
                prop_assert_eq!(bare(&cell(&Value::Text(text.clone()))), bare(&text));
            }
        }
    }
}
