//! The byte scan: everything that must be known before the parser may run.
//!
//! It is a lexer that keeps no tokens. Where async-graphql's grammar is laxer than the
//! specification (it reads `truetrue` as two values and `007` as three), the scan counts or
//! refuses what that parser would see, so that the count is never too low.

use super::{Bound, Refused};
use crate::graphql::limits::Limits;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Refuses a text that is too long, too finely cut, too deeply nested, holds U+0000 or
/// leaves a string open.
///
/// # Errors
/// The first fault met, from left to right, the length first of all.
pub fn scan(text: &str, limits: &Limits) -> Result<(), Refused> {
    Bound::DocumentBytes.check(text.len(), limits)?;
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, tokens: 0, open: 0 };
    while scanner.step(limits)? {}
    Ok(())
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: usize,
    open: usize,
}

impl Scanner<'_> {
    /// Passes one token or one piece of white space; false at the end.
    fn step(&mut self, limits: &Limits) -> Result<bool, Refused> {
        let Some(&byte) = self.bytes.get(self.at) else {
            return Ok(false);
        };
        let (length, tokens) = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => (1, 0),
            b'#' => (self.comment_length()?, 0),
            b'"' => (self.string_length()?, 1),
            b'(' | b'[' | b'{' => {
                self.open += 1;
                Bound::Nesting.check(self.open, limits)?;
                (1, 1)
            }
            b')' | b']' | b'}' => {
                // A closing bracket too many is the parser's to report.
                self.open = self.open.saturating_sub(1);
                (1, 1)
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.name(),
            b'0'..=b'9' => (self.number_length()?, 1),
            // The sign belongs to the number, which the next step counts.
            b'-' if self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit) => (1, 0),
            b'.' if self.rest().starts_with(b"...") => (3, 1),
            0 => return Err(Refused::NulCharacter),
            _ if self.rest().starts_with(BYTE_ORDER_MARK) => (BYTE_ORDER_MARK.len(), 0),
            _ => (1, 1),
        };
        self.at += length;
        self.tokens += tokens;
        Bound::Tokens.check(self.tokens, limits)?;
        Ok(true)
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn comment_length(&self) -> Result<usize, Refused> {
        let line = self.rest().split(|byte| matches!(byte, b'\n' | b'\r')).next();
        let line = line.unwrap_or_default();
        if line.contains(&0) { Err(Refused::NulCharacter) } else { Ok(line.len()) }
    }

    /// Length of a name and how many tokens async-graphql makes of it.
    fn name(&self) -> (usize, usize) {
        let rest = self.rest();
        let length = run_length(rest, |byte| byte == b'_' || byte.is_ascii_alphanumeric());
        let (mut name, mut tokens) = (&rest[..length], 1);
        while let Some(tail) = [&b"true"[..], b"false", b"null"].iter().find_map(|literal| name.strip_prefix(*literal))
        {
            name = tail;
            tokens += usize::from(!tail.is_empty());
        }
        (length, tokens)
    }

    fn number_length(&self) -> Result<usize, Refused> {
        let rest = self.rest();
        if rest.len() > 1 && rest[0] == b'0' && rest[1].is_ascii_digit() {
            return Err(self.unreadable());
        }
        Ok(run_length(rest, |byte| byte == b'_' || byte == b'.' || byte.is_ascii_alphanumeric()))
    }

    fn string_length(&self) -> Result<usize, Refused> {
        let rest = self.rest();
        if rest.starts_with(b"\"\"\"") { self.block_length(rest) } else { self.line_length(rest) }
    }

    fn line_length(&self, rest: &[u8]) -> Result<usize, Refused> {
        let mut at = 1;
        loop {
            match rest.get(at) {
                Some(b'"') => return Ok(at + 1),
                None | Some(b'\n' | b'\r') => return Err(self.unreadable()),
                Some(0) => return Err(Refused::NulCharacter),
                Some(b'\\') if rest[at + 1..].starts_with(b"u0000") => {
                    return Err(Refused::NulCharacter);
                }
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
    }

    fn block_length(&self, rest: &[u8]) -> Result<usize, Refused> {
        let mut at = 3;
        while let Some(&byte) = rest.get(at) {
            let here = &rest[at..];
            match byte {
                b'"' if here.starts_with(b"\"\"\"") => return Ok(at + 3),
                b'\\' if here.starts_with(b"\\\"\"\"") => at += 4,
                0 => return Err(Refused::NulCharacter),
                _ => at += 1,
            }
        }
        Err(self.unreadable())
    }

    fn unreadable(&self) -> Refused {
        let before = &self.bytes[..self.at];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let characters = String::from_utf8_lossy(&before[line_start..]).chars().count();
        Refused::Unreadable { line: before.iter().filter(|byte| **byte == b'\n').count() + 1, column: characters + 1 }
    }
}

fn run_length(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits::STANDARD;

    fn over(bound: Bound) -> Result<(), Refused> {
        Err(Refused::Over { bound, maximum: bound.maximum(&LIMITS) })
    }

    #[test]
    fn the_edge_of_each_bound() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let text = |bytes: usize| format!("#{}", "x".repeat(bytes - 1));
        for (document, expected) in [
            (text(16 * 1024), Ok(())),
            (text(16 * 1024 + 1), over(Bound::DocumentBytes)),
            (nested(24), Ok(())),
            (nested(25), over(Bound::Nesting)),
            ("{".repeat(16_000), over(Bound::Nesting)),
            ("({[".repeat(9), over(Bound::Nesting)),
            ("a ".repeat(1_500), Ok(())),
            ("a ".repeat(1_501), over(Bound::Tokens)),
            ("1 ".repeat(1_501), over(Bound::Tokens)),
            ("\"\" ".repeat(1_501), over(Bound::Tokens)),
            (":".repeat(1_501), over(Bound::Tokens)),
            ("... ".repeat(1_500), Ok(())),
            ("-1.5 ".repeat(1_500), Ok(())),
            (", \u{feff}\t\r\n".repeat(1_501), Ok(())),
            ("true".repeat(1_500), Ok(())),
            ("truefalsenull".repeat(501), over(Bound::Tokens)),
        ] {
            assert_eq!(scan(&document, &LIMITS), expected, "{:.40}", document);
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "([{".repeat(100);
        for document in [
            format!("{{a(b:\"{brackets}\")}}"),
            format!("{{a(b:\"\\\"{brackets}\")}}"),
            format!("{{a(b:\"\"\"{brackets}\\\"\"\"{brackets}\n\"\"\")}}"),
            format!("#{brackets}\n{{a}}#{brackets}"),
            format!("#{brackets}\r{{a}}"),
            format!("{{a(b:\"#\")}}#{brackets}"),
        ] {
            assert_eq!(scan(&document, &LIMITS), Ok(()), "{document}");
            assert!(parse_query(&document).is_ok(), "{document}");
        }
        for document in ["\"\"", "\"\\\\\"", "\"\"\"\"\"\"", "\"\"\"\\\"\"\"\"\"\""] {
            let bomb = format!("{{a(b:{document}){}", "{".repeat(30));
            assert_eq!(scan(&bomb, &LIMITS), over(Bound::Nesting), "{bomb}");
        }
    }

    #[test]
    fn what_no_parser_needs_to_see() {
        for (document, expected) in [
            ("{a\0}", Refused::NulCharacter),
            ("{a(b:\"\0\")}", Refused::NulCharacter),
            ("{a(b:\"\\u0000\")}", Refused::NulCharacter),
            ("{a(b:\"\"\"\0\"\"\")}", Refused::NulCharacter),
            ("#\0", Refused::NulCharacter),
            ("{\n  é(b:\"", Refused::Unreadable { line: 2, column: 7 }),
            ("{a(b:\"\n\")}", Refused::Unreadable { line: 1, column: 6 }),
            ("\"\"\" \"\"", Refused::Unreadable { line: 1, column: 1 }),
            ("{a(b:\"\\", Refused::Unreadable { line: 1, column: 6 }),
            ("{a(b:007)}", Refused::Unreadable { line: 1, column: 6 }),
        ] {
            assert_eq!(scan(document, &LIMITS), Err(expected), "{document:?}");
        }
        assert_eq!(scan("{a(b:\"\\\\u0000\")}", &LIMITS), Ok(()), "an escaped backslash");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,300}") {
            let _ = scan(&text, &LIMITS);
        }

        #[test]
        fn what_passes_can_be_parsed_without_harm(
            text in r#"([\[\]{}()":,.!$@#=a-c0-2 \n\\-]|true|"""|\.\.\.|on |query ){0,200}"#,
        ) {
            if scan(&text, &LIMITS).is_ok() {
                let _ = parse_query(&text);
            }
        }

        #[test]
        fn nesting_is_never_underestimated(levels in 0_usize..60, kind in 0_usize..3) {
            let (open, close) = [("{a", "}"), ("{a(b:[", "])}"), ("{a(b:{c:", "})}")][kind];
            let text = open.repeat(levels) + &close.repeat(levels);
            let brackets = open.matches(['(', '[', '{']).count() * levels;
            prop_assert_eq!(scan(&text, &LIMITS).is_err(), brackets > LIMITS.nesting_levels);
        }
    }
}
