//! The ways to reach somebody that words tell. Otherwise what takes two people as a phone would take one as a description.

use crate::domain::words::fold;

/// Digits of a number from which on it is taken for a phone whatever stands before it.
const PHONE_DIGITS: usize = 6;
/// Digits of the short numbers of help lines, which are taken for phones behind a word that says so.
const SHORT_DIGITS: std::ops::RangeInclusive<usize> = 3..=5;
/// How words begin that announce a number, in folded letters.
pub(in crate::domain) const CUES: &[&str] = &[
    "tel", "phone", "call", "appel", "numero", "number", "sms", "whatsapp", "signal", "ligne", "line", "هاتف", "اتصل",
    "رقم",
];
/// The zeros of the decimal digits that people write phones in, each followed by its nine: Arabic, Persian, N'Ko, Indic,
/// Thai, Lao, Tibetan, Burmese, Khmer, Mongolian and full width.
const ZEROS: &[u32] = &[
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
    0x17e0, 0x1810, 0xff10,
];
/// So many words stand at most between such a word and its number, the word included.
const CUE_WORDS: usize = 3;

/// The numbers, mailboxes and web addresses in these texts. Digits of every script count, whatever but letters stands
/// between them; times of day such as `09:30` do not.
pub(super) fn ways_told(texts: &[&str]) -> Vec<String> {
    texts.iter().flat_map(|text| numbers(text).into_iter().chain(addresses(text))).collect()
}

fn addresses(text: &str) -> impl Iterator<Item = String> {
    let leads = |word: &&str| {
        word.contains(['@', '\u{ff20}', '\u{fe6b}']) || word.contains("://") || word.to_lowercase().contains("www.")
    };
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    text.split_whitespace().filter(leads).map(bare)
}

fn numbers(text: &str) -> Vec<String> {
    let (mut numbers, mut words, mut digits) = (Vec::new(), Vec::<String>::new(), String::new());
    let mut end_number = |digits: &mut String, words: &[String]| {
        let number = std::mem::take(digits);
        let is_announced = || {
            let before = words.iter().rev().take(CUE_WORDS);
            before.into_iter().any(|word| CUES.iter().any(|cue| word.starts_with(cue)))
        };
        if number.len() >= PHONE_DIGITS || (SHORT_DIGITS.contains(&number.len()) && is_announced()) {
            numbers.push(number);
        }
    };
    let mut is_inside_word = false;
    for c in fold(&without_times(text)).chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            is_inside_word = false;
        } else if c == ' ' {
            is_inside_word = false;
        } else {
            end_number(&mut digits, &words);
            if !is_inside_word {
                words.push(String::new());
            }
            words.last_mut().expect("a word has just begun").push(c);
            is_inside_word = true;
        }
    }
    end_number(&mut digits, &words);
    numbers
}

/// The text with ASCII digits, and with letters in place of times of day, so that a week of hours is no number.
fn without_times(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().map(with_ascii_digit).collect();
    for at in 0..chars.len() {
        if chars[at] == ':' && is_time(&chars, at) {
            let hour = chars[..at].iter().rev().take_while(|c| c.is_ascii_digit()).count();
            chars[at - hour..at + 3].fill('h');
        }
    }
    chars.into_iter().collect()
}

/// Whether hours stand before this colon and minutes behind it, and no further colon around them.
fn is_time(chars: &[char], colon: usize) -> bool {
    let hour: String = chars[..colon].iter().rev().take_while(|c| c.is_ascii_digit()).collect();
    let minute: String = chars[colon + 1..].iter().take_while(|c| c.is_ascii_digit()).collect();
    let is_apart = |index: Option<usize>| index.and_then(|index| chars.get(index)).is_none_or(|c| *c != ':');
    let hour_begins = colon - hour.len();
    let hour: String = hour.chars().rev().collect();
    hour.len() <= 2
        && minute.len() == 2
        && is_apart(hour_begins.checked_sub(1))
        && is_apart(Some(colon + 3))
        && hour.parse::<u8>().is_ok_and(|hour| hour <= 24)
        && minute.parse::<u8>().is_ok_and(|minute| minute < 60)
}

/// The same digit as 0–9, or what is no digit as it is.
pub(in crate::domain) fn with_ascii_digit(c: char) -> char {
    let digit = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero).filter(|digit| *digit < 10));
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_in_every_script_and_with_anything_but_letters_between_its_digits() {
        for (text, told) in [
            ("Appelez le 01 99 00 00 02.", &["0199000002"][..]),
            ("01\u{a0}99\u{202f}00\u{2009}00\u{200b}02", &["0199000002"]),
            ("01_99,00·00|02", &["0199000002"]),
            ("٠١ ٩٩ ٠٠ ٠٠ ٠٢", &["0199000002"]),
            ("۰۱۹۹۰۰۰۰۰۲", &["0199000002"]),
            ("０１９９０００００２", &["0199000002"]),
            ("०१९९०००००२", &["0199000002"]),
            ("01:99:00:00:02", &["0199000002"]),
            ("12:34:50:10:20", &["1234501020"]),
            ("Open 9-17, from 1 May.", &[]),
            ("Mo-Fr 09:00-12:30, 14:00-17:00", &[]),
            ("من ٠٩:٠٠ إلى ١٧:٣٠", &[]),
            ("18 à 25 ans, 2 rue Haute, 75011", &[]),
        ] {
            assert_eq!(ways_told(&[text]), told, "{text}");
        }
    }

    #[test]
    fn a_short_number_is_told_behind_a_word_that_announces_it() {
        for (text, told) in [
            ("Appelez le 115", &["115"][..]),
            ("Tél. : 3919", &["3919"]),
            ("call us at 3919", &["3919"]),
            ("اتصل ب ٣٩١٩", &["3919"]),
            ("Chambre 115", &[]),
            ("call before 12", &[]),
        ] {
            assert_eq!(ways_told(&[text]), told, "{text}");
        }
    }

    #[test]
    fn a_mailbox_or_a_web_address_is_told_whatever_stands_around_it() {
        for (text, told) in [
            ("Ask (desk@example.org).", &["desk@example.org"][..]),
            ("desk＠example.org", &["desk＠example.org"]),
            ("see WWW.example.org", &["WWW.example.org"]),
            ("https://example.org/x", &["https://example.org/x"]),
            ("No way at all.", &[]),
        ] {
            assert_eq!(ways_told(&[text]), told, "{text}");
        }
    }
}
