//! Mistakes in a mapping are told by line and key.

use super::*;

const LEAST: &str = "key = 'id'\nname = 'nom'\norganization = { constant = 'Maison' }\n";

fn error(text: &str) -> String {
    Mapping::read(text).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn mistakes_are_told_by_line_and_key() {
    for (more, expected) in [
        ("", ""),
        ("phnes = 'tel'", "the mapping, line 4, `phnes`: is not known; nearest: phones, fees, modes"),
        ("phones = 5", "the mapping, line 4, `phones`: expected the name of a column, a list of them, or a table"),
        (
            "phones = { colunm = 'tel' }",
            "the mapping, line 4, `phones.colunm`: is not known; nearest: column, columns, join",
        ),
        ("phones = {}", "the mapping, line 4, `phones`: takes either columns or a constant"),
        (
            "\nneeds = { column = 'x', values = { A = 'legal.asilum' } }",
            "the mapping, line 5, `needs`: `legal.asilum` is no value of it; needs are codes such as legal.asylum, or a family such as legal",
        ),
        (
            "needs = { column = 'x', values = { A = 5 } }",
            "the mapping, line 4, `needs.values.A`: expected a text or a list of texts",
        ),
        (
            "needs = { column = 'x', values = { A = 'legal', ' a' = 'legal' } }",
            "the mapping, line 4, `needs.values.A`: is empty, or stands twice but for case and spaces",
        ),
        (
            "verified_on = { column = 'x', formats = 'dd/mm/yyyy' }",
            "the mapping, line 4, `verified_on`: formats are written like %d/%m/%Y",
        ),
        (
            "language = 'français'",
            "the mapping, line 4, `language`: a language is a BCP 47 tag such as fr, ar, ti or prs",
        ),
        ("[[related]]\nname = 'a'", "the mapping, line 4, `related.file`: is missing"),
        (
            "[[related]]\nname = 'a'\nfile = '../a.csv'\nkey = 'x'\non = 'y'",
            "the mapping, line 4, `related.file`: is the name of a file beside the feed, without a folder",
        ),
        (
            "[[detail]]\nlabel = 'a'\nform = 'x'",
            "the mapping, line 6, `detail.form`: is not known; nearest: from, label",
        ),
        ("hours = ", "the mapping, line 4, ``: string values must be quoted, expected literal string"),
    ] {
        assert_eq!(error(&format!("{LEAST}{more}")), expected, "{more}");
    }
    assert_eq!(error("name = 'nom'"), "the mapping, line 1, `key`: is missing, and every mapping needs it");
    let many = (0..=MOST_LOOKUPS).map(|index| format!("v{index} = 'legal'\n")).collect::<String>();
    let large = format!("{LEAST}[needs]\ncolumn = 'x'\n[needs.values]\n{many}");
    assert_eq!(error(&large), "the mapping, line 6, `needs.values`: more than 5000 values");
    assert!(error(&format!("{LEAST}#{}", "x".repeat(LARGEST))).contains("larger than"));
}
