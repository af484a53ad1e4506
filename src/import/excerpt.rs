//! Text of a source, made fit to be shown.

use std::fmt;

/// A few characters of source text, safe to print.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Excerpt(String);

impl Excerpt {
    /// Characters kept, an ellipsis included.
    pub const LIMIT: usize = 80;

    /// Cuts the text and replaces what could steer a terminal or turn the direction of a line.
    pub fn of(text: &str) -> Self {
        let safe = |c: char| if c.is_control() || turns_direction(c) { '\u{fffd}' } else { c };
        let mut kept: String = text.chars().take(Self::LIMIT).map(safe).collect();
        if text.chars().nth(Self::LIMIT).is_some() {
            kept.pop();
            kept.push('…');
        }
        Self(kept)
    }
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_cannot_steer_a_terminal() {
        assert_eq!(Excerpt::of("a\u{1b}[2J\u{202e}b\n").to_string(), "a\u{fffd}[2J\u{fffd}b\u{fffd}");
        let long = Excerpt::of(&"é".repeat(500)).to_string();
        assert_eq!(long.chars().count(), Excerpt::LIMIT);
        assert!(long.ends_with('…'));
        assert_eq!(Excerpt::of(&"x".repeat(80)).to_string(), "x".repeat(80));
    }
}
