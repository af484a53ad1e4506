//! Mailboxes: with an at sign, or spelled out to get past those who look for one.

use super::tokens::Text;
use super::vocabulary::MAIL_PROVIDERS;
use super::{Finding, Hit, KnownNumbers};

pub(super) fn find(text: &mut Text<'_>, known: &KnownNumbers) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let Some((start, end, mailbox)) = mailbox(text, at) else {
            at += 1;
            continue;
        };
        if !known.has_mailbox(&mailbox) {
            hits.push(Hit { finding: Finding::Email, range: text.range(start..end) });
        }
        text.take(start..end);
        at = end;
    }
    hits
}

/// The mailbox whose at sign begins here: its tokens, and how it is written plainly.
fn mailbox(text: &Text<'_>, at: usize) -> Option<(usize, usize, String)> {
    let sign = at_sign(text, at)?;
    let start = local_part(text, at)?;
    let (end, dots, providers) = domain(text, sign.behind)?;
    let is_address = match sign.certainty {
        Certainty::Touching => true,
        Certainty::Apart => dots > 0 || providers,
        Certainty::Spelled => (dots > 0 && text.at(sign.behind + 1).is_word()) || providers,
    };
    let plain = |from: usize, to: usize| {
        let dot = |index: usize| if is_dot_word(text, index) { "." } else { &text.at(index).folded };
        (from..to).map(dot).collect::<String>()
    };
    is_address.then(|| (start, end, format!("{}@{}", plain(start, at), plain(sign.behind, end))))
}

/// How sure a sign is to be that of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// `a@b`.
    Touching,
    /// `a @ b`, `a [at] b`.
    Apart,
    /// `a at b`, which may be where somebody is.
    Spelled,
}

struct AtSign {
    behind: usize,
    certainty: Certainty,
}

fn at_sign(text: &Text<'_>, at: usize) -> Option<AtSign> {
    let token = text.at(at);
    if token.is_taken {
        return None;
    }
    if token.is_mark("@") {
        let touches = text.touches(at) && text.touches(at + 1);
        let certainty = if touches { Certainty::Touching } else { Certainty::Apart };
        return Some(AtSign { behind: at + 1, certainty });
    }
    let is_bracketed = token.is_mark("([{<")
        && (text.at(at + 1).is_any(|words| words.at_signs) || text.at(at + 1).is_mark("@"))
        && text.at(at + 2).is_mark(")]}>");
    if is_bracketed {
        return Some(AtSign { behind: at + 3, certainty: Certainty::Apart });
    }
    token.is_any(|words| words.at_signs).then_some(AtSign { behind: at + 1, certainty: Certainty::Spelled })
}

/// Where the part before the sign begins.
fn local_part(text: &Text<'_>, at: usize) -> Option<usize> {
    let is_name = |index: usize| text.at(index).is_word() || text.at(index).is_number();
    let mut start = at.checked_sub(1).filter(|before| is_name(*before))?;
    loop {
        let before = start.checked_sub(1);
        let links = before.filter(|before| text.touches(start) && text.at(*before).is_mark("._-+"));
        let dots = before.filter(|before| is_dot_word(text, *before));
        start = match (before, links.or(dots)) {
            (_, Some(link)) if link > 0 && is_name(link - 1) && (dots.is_some() || text.touches(link)) => link - 1,
            (Some(before), _) if text.touches(start) && is_name(before) => before,
            _ => return Some(start),
        };
    }
}

/// Where the part behind the sign ends, how many dots are in it, and whether it is that of a mail provider.
fn domain(text: &Text<'_>, begin: usize) -> Option<(usize, usize, bool)> {
    let is_name = |index: usize| (text.at(index).is_word() || text.at(index).is_number()) && !text.at(index).is_taken;
    if !is_name(begin) {
        return None;
    }
    let is_provider = text.at(begin).is_of(MAIL_PROVIDERS);
    let (mut end, mut dots) = (begin + 1, 0);
    loop {
        let is_dot = text.at(end).is_mark(".-_") && (text.touches(end) == text.touches(end + 1));
        let is_bracketed = text.at(end).is_mark("([{") && is_dot_word(text, end + 1) && text.at(end + 2).is_mark(")]}");
        let next = match () {
            () if is_bracketed => end + 3,
            // A dot apart from both sides is one of an address; one that is apart from what follows ends the sentence.
            () if (is_dot && text.at(end + 1).is_word() || is_dot_word(text, end)) && is_name(end + 1) => end + 1,
            () if text.touches(end) && is_name(end) => end,
            () => return Some((end, dots, is_provider)),
        };
        dots += usize::from(next > end && !text.at(end).is_mark("-_"));
        end = next + 1;
    }
}

fn is_dot_word(text: &Text<'_>, index: usize) -> bool {
    text.at(index).is_any(|words| words.dots)
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_told;
    use super::*;

    #[test]
    fn a_mailbox_is_told_however_its_signs_are_written() {
        assert_told(&[
            ("Écrire à ali.k-93@example.org.", Some((Finding::Email, "ali.k-93@example.org"))),
            ("ali ＠ example . org", Some((Finding::Email, "ali ＠ example . org"))),
            ("ali [at] example [dot] org", Some((Finding::Email, "ali [at] example [dot] org"))),
            ("ali(at)example.org", Some((Finding::Email, "ali(at)example.org"))),
            ("ali arobase gmail point com", Some((Finding::Email, "ali arobase gmail point com"))),
            ("write to ali at gmail dot com", Some((Finding::Email, "ali at gmail dot com"))),
            ("بريده ali@gmail.com", Some((Finding::Email, "ali@gmail.com"))),
            ("Meet at the desk.", None),
            ("Rendez-vous @ 14h", None),
            ("Une place chez nous", None),
            ("see you at reception. Ask for tea", None),
            ("Écrire à desk@example.org, ou DESK (at) Example.org", None),
        ]);
    }
}
