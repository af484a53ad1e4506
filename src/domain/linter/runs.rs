//! Runs of digits: the groups that people part a long number into, put together again.

use super::tokens::{Kind, Text};
use super::{Finding, Hit, KnownNumbers, code_number, phone};
use std::ops::Range;

/// Groups of one run; more are a table.
const MOST_GROUPS: usize = 16;
/// Between two groups stand at most so many marks.
const MOST_MARKS: usize = 3;
/// Digits of a number that stands among others; fewer would be the end of many.
const FEWEST_KNOWN: usize = 8;

/// Groups of digits that belong together.
pub(super) struct Run {
    /// All of its tokens, with the plus before it.
    pub tokens: Range<usize>,
    /// Where its groups are.
    pub groups: Vec<usize>,
    /// Its digits with the plus that stands before them.
    pub digits: String,
}

/// Finds numbers of persons among the runs, and takes those of the directory.
pub(super) fn find(text: &mut Text<'_>, known: &KnownNumbers) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let Some(run) = run(text, at) else {
            at += 1;
            continue;
        };
        let run = match known_part(text, &run, known) {
            Some(part) if part.start == run.tokens.start => {
                at = part.end;
                text.take(part);
                continue;
            }
            Some(part) => part_of(text, &run, run.tokens.start..part.start),
            None => halves(text, run),
        };
        if let Some(finding) = finding(text, &run) {
            hits.push(Hit { finding, range: text.range(run.tokens.clone()) });
            text.take(run.tokens.clone());
        }
        at = run.tokens.end;
    }
    hits
}

fn finding(text: &Text<'_>, run: &Run) -> Option<Finding> {
    if code_number::is_of_organization(text, run) {
        return None;
    }
    if code_number::is_announced(text, run) {
        return Some(Finding::IdentityNumber);
    }
    phone::finding(text, run)
}

/// The run that begins with this token.
fn run(text: &Text<'_>, at: usize) -> Option<Run> {
    let mut first = at;
    while text.at(first).is_mark("+(") && first < at + 2 {
        first += 1;
    }
    if !is_group(text, first) {
        return None;
    }
    let mut groups = vec![first];
    while groups.len() < MOST_GROUPS {
        let last = groups[groups.len() - 1];
        match next_group(text, &groups, last) {
            Some(next) => groups.push(next),
            None => break,
        }
    }
    Some(of_groups(text, at, groups))
}

fn of_groups(text: &Text<'_>, begin: usize, groups: Vec<usize>) -> Run {
    let end = groups.last().map_or(begin, |last| last + 1);
    let plus = if (begin..groups[0]).any(|index| text.at(index).is_mark("+")) { "+" } else { "" };
    // A zero in brackets is dialled at home only.
    let is_bracketed = |group: &usize| {
        *group > begin
            && text.at(*group).folded == "0"
            && text.before(*group, 1).is_mark("(")
            && text.at(group + 1).is_mark(")")
    };
    let told = groups.iter().filter(|group| !is_bracketed(group)).map(|group| digits(text, *group));
    let digits = std::iter::once(plus).chain(told).collect();
    Run { tokens: begin..end, groups, digits }
}

/// A small letter that is typed for a zero counts as one.
fn digits<'t>(text: &'t Text<'_>, at: usize) -> &'t str {
    if text.at(at).is_number() { &text.at(at).folded } else { "0" }
}

fn is_group(text: &Text<'_>, at: usize) -> bool {
    let token = text.at(at);
    let is_letter = token.is_word() && token.folded == "o" && text.touches(at + 1) && text.at(at + 1).is_number();
    !token.is_taken && (token.is_number() || is_letter)
}

/// The group that continues a run whose last group is this one.
fn next_group(text: &Text<'_>, groups: &[usize], last: usize) -> Option<usize> {
    let next = (last + 1..=last + 1 + MOST_MARKS).find(|index| text.at(*index).kind != Kind::Mark)?;
    let marks = last + 1..next;
    let joins = |index: usize| text.at(index).is_mark("-./()·_,:|\u{a0}") && !text.at(index).is_taken;
    let begins_line = (last + 1..=next).any(|index| text.at(index).begins_line);
    if !is_group(text, next) || begins_line || !marks.clone().all(joins) {
        return None;
    }
    let is_apart = |index: usize| text.at(index).is_spaced;
    // A list goes on behind a comma; so do the pairs of a number that somebody dictates.
    let is_list = marks.clone().any(|index| text.at(index).is_mark(",")) && is_apart(next);
    let is_dictated = || {
        let is_pair = |group: &usize| text.at(*group).folded.len() == 2;
        groups.iter().all(is_pair) && is_pair(&next) && text.at(groups[0]).folded.starts_with('0') && groups.len() < 5
    };
    // "This one / that one".
    let is_other = marks.clone().any(|index| text.at(index).is_mark("/|") && is_apart(index)) && is_apart(next);
    // The hour, the dose, the share that stands behind a number begins something else.
    let is_measured =
        is_apart(next) && ((text.touches(next + 1) && text.at(next + 1).is_word()) || text.at(next + 1).is_mark("%€"));
    ((!is_list || is_dictated()) && !is_other && !is_measured).then_some(next)
}

/// The part of a run that is a number of the directory. Among others it has to begin as a number that one dials.
fn known_part(text: &Text<'_>, run: &Run, known: &KnownNumbers) -> Option<Range<usize>> {
    if known.has_phone(&run.digits) {
        return Some(run.tokens.clone());
    }
    let count = run.groups.len();
    let spans = (0..count).flat_map(|start| (start + 1..=count).rev().map(move |end| (start, end)));
    for (start, end) in spans.filter(|(start, end)| end - start < count) {
        let begin = if start == 0 { run.tokens.start } else { run.groups[start] };
        let part = of_groups(text, begin, run.groups[start..end].to_vec());
        let is_dialled =
            part.digits.starts_with(['+', '0']) && part.digits.trim_start_matches(['+', '0']).len() >= FEWEST_KNOWN;
        if is_dialled && known.has_phone(&part.digits) {
            return Some(part.tokens);
        }
    }
    None
}

fn part_of(text: &Text<'_>, run: &Run, tokens: Range<usize>) -> Run {
    let groups: Vec<usize> = run.groups.iter().copied().filter(|group| tokens.contains(group)).collect();
    of_groups(text, tokens.start, groups)
}

/// More digits than any number has are two numbers: the first of them, up to the boundary nearest the middle.
fn halves(text: &Text<'_>, run: Run) -> Run {
    let count = run.digits.len();
    if count <= phone::MOST_DIGITS + 1 || run.groups.len() < 2 {
        return run;
    }
    let mut told = 0;
    let ends = run.groups.iter().map(|group| {
        told += digits(text, *group).len();
        (told.abs_diff(count / 2), *group + 1)
    });
    let end = ends.min().map_or(run.tokens.end, |(_, end)| end);
    let begin = run.tokens.start;
    part_of(text, &run, begin..end)
}
