//! What is made of a text before the grammar sees it: three spellings whose plain reading would be wrong.
//!
//! - A comment alone, `Mo-Fr "by appointment"`, is said by the specification to mean *unknown*; the library reads *open*.
//! - `Mo, We 10:00-12:00` is a list of days to whoever wrote it; the grammar reads "Monday all day, and …".
//! - A last `;` says nothing.

use super::hours::InvalidOpeningHours;

/// The text as the grammar is to read it.
pub(super) fn mend(text: &str) -> Result<String, InvalidOpeningHours> {
    let text = text.trim().trim_end_matches([';', ' ']);
    let mut mended = Mended { text: String::with_capacity(text.len() + 16), rule_start: 0 };
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (_, after) = rest.split_at(next.len_utf8());
        rest = match next {
            '"' => mended.comment(after)?,
            ';' => mended.separator(";", after),
            '|' if after.starts_with('|') => mended.separator("||", after.strip_prefix('|').unwrap_or(after)),
            ',' => mended.comma(after),
            other => {
                mended.text.push(other);
                after
            }
        };
    }
    Ok(mended.text)
}

/// How often holidays and weekdays are joined by a space, as in `SH Mo-Fr` or `Mo-We PH -1 day`.
pub(super) fn joined_by_space(mended: &str) -> usize {
    // Every second piece lies between quotes.
    let unquoted: Vec<&str> = mended.split('"').step_by(2).collect();
    let words: Vec<&str> = unquoted.iter().flat_map(|piece| piece.split(' ')).filter(|word| !word.is_empty()).collect();
    let ends_in_holiday = |word: &str| word.ends_with("PH") || word.ends_with("SH");
    let is_joint = |index: usize| {
        let word = |index: usize| words.get(index).copied().unwrap_or_default();
        let (left, right) = (word(index), word(index + 1));
        let after_offset = ["day", "days"].contains(&left) && index >= 2 && ends_in_holiday(word(index - 2));
        let starts_with_holiday = right.starts_with("PH") || right.starts_with("SH");
        ((ends_in_holiday(left) || after_offset) && starts_with_weekday(right))
            || (starts_with_holiday && ends_in_weekday(left))
    };
    (0..words.len()).filter(|index| is_joint(*index)).count()
}

const WEEKDAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

fn starts_with_weekday(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let after = WEEKDAYS.iter().find_map(|weekday| word.strip_prefix(weekday));
    after.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
}

fn ends_in_weekday(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let word = word.split_once('[').map_or(word.as_str(), |(day, _)| day);
    WEEKDAYS.iter().any(|weekday| word.ends_with(weekday))
}

struct Mended {
    text: String,
    /// Where in `text` the rule that is being read begins.
    rule_start: usize,
}

impl Mended {
    /// Takes a comment, whose opening quote was read.
    fn comment<'a>(&mut self, after: &'a str) -> Result<&'a str, InvalidOpeningHours> {
        let (comment, rest) = after.split_once('"').ok_or(InvalidOpeningHours::Syntax)?;
        if rest.trim_start().starts_with(':') {
            return Err(InvalidOpeningHours::ConditionInWords);
        }
        let rule = self.text.get(self.rule_start..).unwrap_or_default().trim_end();
        let word_start = rule.rfind(|letter: char| !letter.is_ascii_alphabetic()).map_or(0, |index| index + 1);
        let word = rule.get(word_start..).unwrap_or_default().to_ascii_lowercase();
        if !["open", "off", "closed", "unknown"].contains(&word.as_str()) {
            if !rule.is_empty() && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            self.text.push_str("unknown ");
        }
        self.text.push('"');
        self.text.push_str(comment);
        self.text.push('"');
        Ok(rest)
    }

    fn separator<'a>(&mut self, separator: &str, after: &'a str) -> &'a str {
        self.text.push_str(separator);
        self.rule_start = self.text.len();
        after
    }

    fn comma<'a>(&mut self, after: &'a str) -> &'a str {
        let rest = after.trim_start_matches(' ');
        if rest.len() == after.len() {
            self.text.push(',');
        } else if self.names_days_only() {
            self.text.truncate(self.text.trim_end().len());
            self.text.push(',');
        } else {
            self.text.push_str(", ");
            if !rest.starts_with(|first: char| first.is_ascii_digit() || first == '(') {
                self.rule_start = self.text.len();
            }
        }
        rest
    }

    /// True when the rule that is being read has named days so far, and neither a time nor what holds then.
    fn names_days_only(&self) -> bool {
        let rule = self.text.get(self.rule_start..).unwrap_or_default().trim().to_ascii_lowercase();
        let bytes = rule.as_bytes();
        let has_time =
            bytes.windows(3).any(|three| matches!(three, [a, b':', b] if a.is_ascii_digit() && b.is_ascii_digit()));
        let says = ["24/7", "\"", "open", "off", "closed", "unknown", "sun", "dawn", "dusk"];
        // `sun` is the start of sunrise and sunset; a Sunday is written `su`.
        !rule.is_empty() && !has_time && !says.iter().any(|word| rule.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_spellings_change() {
        let cases = [
            ("Mo-Fr 09:00-12:00, 14:00-18:00; PH off", "Mo-Fr 09:00-12:00, 14:00-18:00; PH off"),
            ("Mo-Fr 09:00-12:00, Sa 10:00-12:00", "Mo-Fr 09:00-12:00, Sa 10:00-12:00"),
            ("Mo, We 10:00-12:00", "Mo,We 10:00-12:00"),
            ("Mo-Tu , Sa 10:00-12:00; Fr, Su off", "Mo-Tu,Sa 10:00-12:00; Fr,Su off"),
            ("Dec 25, Jan 01 off", "Dec 25,Jan 01 off"),
            ("Mo off, Tu 10:00-12:00", "Mo off, Tu 10:00-12:00"),
            ("24/7, PH off", "24/7, PH off"),
            (
                "Mo-Fr 10:00-12:00 \"ring twice, please; thanks\"",
                "Mo-Fr 10:00-12:00 unknown \"ring twice, please; thanks\"",
            ),
            ("Mo-Fr\"on request\"", "Mo-Fr unknown \"on request\""),
            ("\"by appointment\"", "unknown \"by appointment\""),
            ("Mo open \"x\"; Tu off \"y\" || \"z\"", "Mo open \"x\"; Tu off \"y\" || unknown \"z\""),
            ("Mo 10:00-12:00 ; ", "Mo 10:00-12:00"),
        ];
        for (text, mended) in cases {
            assert_eq!(mend(text).as_deref(), Ok(mended), "{text}");
        }
        for (text, joints) in [
            ("SH Mo-Fr 09:00-12:00", 1),
            ("Mo-We PH -1 day", 1),
            ("PH -1 day Mo-We; SH Sa[1] off", 2),
            ("PH,Mo-Fr 09:00-12:00; Su,PH off; easter -2 days Mo off", 0),
            ("Mo-Fr 09:00-12:00 open \"SH Mo\"; PH off", 0),
            ("PH sunrise-sunset", 0),
        ] {
            assert_eq!(joined_by_space(text), joints, "{text}");
        }
        assert_eq!(mend("\"in Ramadan\": Mo-Fr 10:00-12:00"), Err(InvalidOpeningHours::ConditionInWords));
        assert_eq!(mend("Mo \"half a comment"), Err(InvalidOpeningHours::Syntax));
    }
}
