//! Each bound from both sides, and the memoised cost against a plain walk.

use super::*;
use async_graphql::parser::parse_query;
use proptest::prelude::*;

const LIMITS: Limits = Limits::STANDARD;

fn measured(text: &str) -> Result<Cost, Refused> {
    measure(&parse_query(text).expect("the test's own grammar"), None, &LIMITS)
}

fn over(bound: Bound) -> Refused {
    Refused::Over { bound, maximum: bound.maximum(&LIMITS) }
}

fn chain(levels: usize) -> String {
    "{a".repeat(levels) + &"}".repeat(levels)
}

/// `fragments` that each spread the next one `times`, the last one with one field.
fn fan(fragments: usize, times: usize) -> String {
    let mut text = "{a{...F0}}".to_owned();
    for index in 0..fragments {
        let body = match index + 1 {
            next if next < fragments => format!("...F{next} ").repeat(times),
            _ => "a".to_owned(),
        };
        text += &format!("fragment F{index} on T{{{body}}}");
    }
    text
}

#[test]
fn the_edge_of_each_bound() {
    let fields = |count: usize, text: &str| format!("{{x{{{}}}}}", text.repeat(count));
    let variables = |count| format!("query({}){{a}}", "$a:Int ".repeat(count));
    let fragments =
        |count| format!("{{a}}{}", (0..count).map(|index| format!("fragment F{index} on T{{a}}")).collect::<String>());
    for (bound, within, beyond) in [
        (Bound::Depth, chain(16), chain(17)),
        (Bound::ExpandedSelections, fields(999, "a "), fields(1_000, "a ")),
        (Bound::Aliases, fields(30, "b:a "), fields(31, "b:a ")),
        (Bound::RootFields, format!("{{{}}}", "a ".repeat(10)), format!("{{{}}}", "a ".repeat(11))),
        (
            Bound::RootFields,
            "{...on Q{...on Q{a b c d e f g h i j}}}".into(),
            "{...on Q{...on Q{a b c d e f g h i j}} k}".into(),
        ),
        (Bound::Directives, fields(20, "a @s "), fields(21, "a @s ")),
        (Bound::DirectivesPerPlace, format!("{{a {}}}", "@s ".repeat(5)), format!("{{a {}}}", "@s ".repeat(6))),
        (Bound::Operations, "query A{a}".into(), "query A{a}query B{a}".into()),
        (Bound::Fragments, fragments(20), fragments(21)),
        (Bound::Variables, variables(30), variables(31)),
        (Bound::RootMutations, "mutation{a{b c}}".into(), "mutation{a b}".into()),
        (Bound::RootMutations, "mutation{...{a}}".into(), "mutation{...F}fragment F on M{a b}".into()),
    ] {
        assert!(measured(&within).is_ok(), "{bound:?}: {:?}", measured(&within));
        assert_eq!(measured(&beyond), Err(over(bound)), "{bound:?}");
    }
}

/// async-graphql 7.2.1 answers the last of these, 2 KB long, with 1.4 million errors in
/// 307 MB.
#[test]
fn conflicts_are_bounded_before_they_are_reported() {
    let text = |inline: usize, arguments: usize, fields: usize| {
        let arguments: String = (0..arguments).map(|index| format!("a{index}:1 ")).collect();
        let (open, close) = ("{...".repeat(inline), "}".repeat(inline));
        format!("{{x{open}{{a({arguments}) {}}}{close}}}", "a ".repeat(fields))
    };
    assert!(measured(&text(0, 20, 450)).is_ok());
    for beyond in [text(0, 20, 455), text(1, 20, 230), text(18, 150, 500)] {
        assert_eq!(measured(&beyond), Err(over(Bound::MergeComparisons)));
    }
}

#[test]
fn fragments_count_as_often_as_they_are_spread() {
    assert_eq!(measured(&fan(4, 2)).map(|cost| cost.selections), Ok(1 + 1 + 2 + 4 + 8 + 8));
    assert_eq!(measured(&fan(20, 30)), Err(over(Bound::ExpandedSelections)), "30^19 saturates");
    let deep = "{a{...F}}fragment F on T{b{c{...G}}}fragment G on T{d{e}}";
    assert_eq!(measured(deep).map(|cost| cost.depth), Ok(5));
    let wide = "query{...F...F}fragment F on Q{a b c d e f}";
    assert_eq!(measured(wide), Err(over(Bound::RootFields)));
}

#[test]
fn cycles_and_unknown_fragments_do_not_hang() {
    for text in [
        "{...F}fragment F on T{a ...F}",
        "{a}fragment F on T{...G}fragment G on T{b{...F}}",
        "{...H}fragment F on T{...G}fragment G on T{...F}fragment H on T{a}",
    ] {
        assert_eq!(measured(text), Err(Refused::FragmentCycle), "{text}");
    }
    assert!(measured("{...Nobody}").is_ok());
    assert!(measured("{...F}fragment F on T{...Nobody}").is_ok());
}

#[test]
fn the_operation_is_the_one_named() {
    let limits = Limits { operations: 3, ..LIMITS };
    let document = parse_query("query A{a}mutation B{b}").expect("valid");
    let kind = |name| measure(&document, name, &limits).map(|cost| cost.kind);
    assert_eq!(kind(Some("A")), Ok(OperationType::Query));
    assert_eq!(kind(Some("B")), Ok(OperationType::Mutation));
    assert_eq!(kind(Some("C")), Err(Refused::OperationUnknown));
    assert_eq!(kind(None), Err(Refused::OperationUnnamed));
    let single = parse_query("{a}").expect("valid");
    assert_eq!(measure(&single, Some("A"), &limits), Err(Refused::OperationUnknown));
}

/// The walk that async-graphql makes: right, but exponential.
fn naive(document: &ExecutableDocument, set: &SelectionSet, level: usize) -> (usize, usize) {
    set.items.iter().fold((0, 0), |(count, depth), selection| {
        let (inner, below) = match &selection.node {
            Selection::Field(field) => {
                let (inner, below) = naive(document, &field.node.selection_set.node, level + 1);
                (inner, below.max(level))
            }
            Selection::InlineFragment(inline) => naive(document, &inline.node.selection_set.node, level),
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node];
                naive(document, &fragment.node.selection_set.node, level)
            }
        };
        (count + 1 + inner, depth.max(below))
    })
}

proptest! {
    #[test]
    fn the_memoised_cost_is_the_walked_cost(
        bodies in proptest::collection::vec(
            proptest::collection::vec((0_usize..4, 0_usize..6), 1..5), 1..6),
    ) {
        // Fragment i spreads only later ones, so there is no cycle.
        let mut text = "{...F0}".to_owned();
        for (index, body) in bodies.iter().enumerate() {
            let items: String = body.iter().map(|(kind, to)| match (kind, index + 1 + to) {
                (0, next) if next < bodies.len() => format!("...F{next} "),
                (1, next) if next < bodies.len() => format!("a{{...F{next}}} "),
                (2, _) => "...on T{a b{c}} ".to_owned(),
                _ => "a ".to_owned(),
            }).collect();
            text += &format!("fragment F{index} on T{{{items}}}");
        }
        let document = parse_query(&text).expect("generated grammar");
        let unlimited = Limits { root_fields: usize::MAX, expanded_selections: usize::MAX, merge_comparisons: usize::MAX, depth_levels: usize::MAX, ..LIMITS };
        let cost = measure(&document, None, &unlimited).expect("no limit");
        let (_, operation) = document.operations.iter().next().expect("one");
        let walked = naive(&document, &operation.node.selection_set.node, 1);
        prop_assert_eq!((cost.selections, cost.depth), walked);
    }
}
