//! The linter of short texts against lines that somebody wrote who had never seen it.

use relais::domain::linter::{KnownNumbers, findings};
use std::collections::BTreeMap;

/// Language, kind of finding or `clean`, text.
const LINES: &str = include_str!("linter/lines.tsv");
const CAUGHT_IN_100: usize = 95;
const FALSE_IN_100: usize = 3;

struct Line {
    language: &'static str,
    kind: &'static str,
    text: &'static str,
}

fn lines() -> Vec<Line> {
    let told = LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = told.map(|line| {
        let mut cells = line.splitn(3, '\t');
        let mut cell = || cells.next().expect("a line has three cells");
        Line { language: cell(), kind: cell(), text: cell() }
    });
    read.filter(|line| line.language != "language").collect()
}

#[test]
fn at_least_95_in_100_lines_that_tell_of_a_person_are_caught_and_at_most_3_in_100_others_are() {
    let known = KnownNumbers::default();
    // By language and kind: how many lines there are, and those that were judged wrong.
    let mut groups: BTreeMap<(&str, &str), (usize, Vec<&str>)> = BTreeMap::new();
    for line in lines() {
        let is_hit = !findings(line.text, &known).is_empty();
        let (count, wrong) = groups.entry((line.language, line.kind)).or_default();
        *count += 1;
        if is_hit == (line.kind == "clean") {
            wrong.push(line.text);
        }
    }
    let mut sums = [(0, 0); 2];
    for ((language, kind), (count, wrong)) in &groups {
        println!("{language} {kind}: {} of {count} wrong", wrong.len());
        wrong.iter().for_each(|text| println!("    {text}"));
        let sum = &mut sums[usize::from(*kind == "clean")];
        *sum = (sum.0 + count, sum.1 + wrong.len());
    }
    let [(told, missed), (clean, hit)] = sums;
    println!("caught {} of {told}; hit {hit} of {clean} clean lines", told - missed);
    assert!(told + clean >= 300 && groups.len() == 21, "the set is not the one that was written");
    assert!((told - missed) * 100 >= told * CAUGHT_IN_100, "{missed} of {told} lines were missed");
    assert!(hit * 100 <= clean * FALSE_IN_100, "{hit} of {clean} clean lines were hit");
}
