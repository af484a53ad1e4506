//! Marks, and where any of them turns up again: as it is, or in a form into which text is usually brought.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Texts that occur nowhere else, each for one place where a caller can put something.
#[derive(Default)]
pub struct Marks {
    /// Where their numbers begin, so that two runs over one database have none in common.
    first: usize,
    all: Vec<(String, String)>,
}

impl Marks {
    /// None yet; the first has this number.
    pub fn from(first: usize) -> Self {
        Self { first, all: Vec::new() }
    }

    /// A fresh mark of letters and digits.
    pub fn latin(&mut self, place: &str) -> String {
        let mark = format!("Zq7vKx{:03}Wj4", self.first + self.all.len());
        self.note(place, &mark);
        mark
    }

    /// A fresh mark in Arabic letters.
    pub fn arabic(&mut self, place: &str) -> String {
        const LETTERS: [char; 10] = ['ض', 'ص', 'ث', 'ق', 'ف', 'غ', 'ع', 'ه', 'خ', 'ح'];
        let number = format!("{:03}", self.first + self.all.len());
        let letters: String = number.bytes().map(|digit| LETTERS[usize::from(digit - b'0')]).collect();
        let mark = format!("مخيم{letters}أزرق");
        self.note(place, &mark);
        mark
    }

    /// Notes a text that came from elsewhere, such as a code that the server has drawn.
    pub fn note(&mut self, place: &str, mark: &str) {
        self.all.push((place.to_owned(), mark.to_owned()));
    }

    pub fn scanner(&self) -> Scanner {
        let needles = self.all.iter().flat_map(|(place, mark)| {
            forms(mark).into_iter().map(move |(form, text)| (format!("{place}, {form}"), text))
        });
        let (names, texts): (Vec<String>, Vec<String>) = needles.unzip();
        Scanner { names, automaton: AhoCorasick::new(texts).expect("texts that can be looked for") }
    }
}

/// Every mark in every form.
pub struct Scanner {
    names: Vec<String>,
    automaton: AhoCorasick,
}

impl Scanner {
    /// What is found in a text: the place of the mark and its form.
    pub fn found(&self, text: &str) -> BTreeSet<&str> {
        self.automaton
            .find_overlapping_iter(text)
            .map(|found| self.names[found.pattern().as_usize()].as_str())
            .collect()
    }

    /// Number of texts looked for.
    pub fn needles(&self) -> usize {
        self.names.len()
    }
}

/// The forms of a text, by name.
pub fn forms(mark: &str) -> Vec<(&'static str, String)> {
    let bytes = mark.as_bytes();
    let joined = |each: &dyn Fn(u8) -> String| bytes.iter().map(|byte| each(*byte)).collect::<String>();
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let percent = |upper: bool, all: bool| {
        joined(&|byte| match (is_unreserved(byte) && !all, upper) {
            (true, _) => char::from(byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        })
    };
    let escaped = |upper: bool| {
        let mut text = String::new();
        for unit in mark.encode_utf16() {
            match u8::try_from(unit).ok().filter(u8::is_ascii) {
                Some(letter) => text.push(char::from(letter)),
                None if upper => write!(text, "\\u{unit:04X}").expect("a text takes all"),
                None => write!(text, "\\u{unit:04x}").expect("a text takes all"),
            }
        }
        text
    };
    let mut forms = vec![
        ("as it is", mark.to_owned()),
        ("in capitals", mark.to_uppercase()),
        ("in small letters", mark.to_lowercase()),
        ("hexadecimal", joined(&|byte| format!("{byte:02x}"))),
        ("hexadecimal in capitals", joined(&|byte| format!("{byte:02X}"))),
        ("URL-encoded", percent(true, false)),
        ("URL-encoded in small letters", percent(false, false)),
        ("URL-encoded to the last letter", percent(true, true)),
        ("JSON-escaped", escaped(false)),
        ("JSON-escaped in capitals", escaped(true)),
        (
            "escaped by Rust",
            mark.chars().map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() }).collect(),
        ),
        (
            "escaped bytes",
            joined(&|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }),
        ),
        ("a list of bytes", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
    ];
    for (offset, skipped) in [(0, 0), (1, 2), (2, 3)] {
        // The letters that are decided by the mark alone, whatever stands before and behind it.
        let whole = [&vec![0; offset][..], bytes].concat();
        let decided = whole.len() * 8 / 6;
        for (name, engine) in [("base64", STANDARD), ("base64 for URLs", URL_SAFE)] {
            forms.push((name, engine.encode(&whole)[skipped..decided].to_owned()));
        }
    }
    forms
}

/// The control: a mark is found wherever it stands in each form, with anything around it.
#[test]
fn a_planted_leak_is_found_in_every_form() {
    let mut marks = Marks::default();
    let planted = [marks.latin("a field"), marks.arabic("a header")];
    marks.note("a code", "7K4M-ضX");
    let scanner = marks.scanner();
    assert!(scanner.needles() >= 3 * 19);
    for mark in planted.iter().map(String::as_str).chain(["7K4M-ضX"]) {
        for (form, text) in forms(mark) {
            let found = scanner.found(&format!("before {text}after"));
            assert!(!found.is_empty(), "{mark}, {form}: {text}");
        }
        for before in ["", "x", "xy", "xyz", "é"] {
            for engine in [STANDARD, URL_SAFE] {
                let text = engine.encode(format!("{before}{mark}, and so on"));
                let found = scanner.found(&text);
                assert!(found.iter().any(|name| name.contains("base64")), "{before}{mark} in {text}: {found:?}");
            }
        }
        let url: String = url::form_urlencoded::byte_serialize(mark.as_bytes()).collect();
        assert!(!scanner.found(&url).is_empty(), "{url}");
        assert!(!scanner.found(&format!("{:?}", mark.as_bytes())).is_empty(), "{mark}");
        assert!(!scanner.found(&serde_json::json!({ "a": [mark] }).to_string()).is_empty(), "{mark}");
    }
    assert_eq!(scanner.found("nothing of the kind: Zq7vKx"), BTreeSet::new());
}
