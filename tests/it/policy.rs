//! The one table of need to know: nothing is told, done or served without a row, no row is of nothing, and its
//! pages are what people have reviewed.

use crate::kit::installation::{file, run_in};
use crate::kit::schema::SCHEMA;
use relais::app::App;
use relais::domain::account::Role;
use relais::domain::code::CodeList;
use relais::policy::table::{
    Action, Entry, INCOMING, OBJECTS, Standing, Table, class_of_incoming, is_plumbing, object_of,
};
use std::collections::BTreeSet;
use std::path::Path;

fn table() -> &'static Table {
    Table::standard()
}

fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    SCHEMA.objects.iter().flat_map(|(of, fields)| fields.iter().map(|field| (of.as_str(), field.name.as_str())))
}

/// Rows of fields that no schema has, because a page or an export shows them.
fn is_of_a_page(name: &str) -> bool {
    name.starts_with("page:") || name.starts_with("export:")
}

#[test]
fn every_field_has_one_row_and_every_row_is_of_a_field() {
    let missing: Vec<String> = fields()
        .filter(|(of, field)| !is_plumbing(of, field) && table().row(&format!("{of}.{field}")).is_none())
        .map(|(of, field)| format!("{of}.{field}"))
        .collect();
    assert!(missing.is_empty(), "nobody has said who sees {missing:?}: add rows in src/policy/table");
    let known: BTreeSet<String> = fields().map(|(of, field)| format!("{of}.{field}")).collect();
    let mut seen = BTreeSet::new();
    for row in &table().content().rows {
        assert!(seen.insert(row.name), "{} stands twice", row.name);
        assert!(known.contains(row.name) || is_of_a_page(row.name), "{} is not there", row.name);
        assert!(!row.cells.is_empty(), "{} is for nobody: then it should not be there", row.name);
        let (of, field) = row.name.split_once('.').expect("a type and a field");
        assert!(!is_plumbing(of, field), "{} leads on only, and needs no row", row.name);
        let object = object_of(row.name);
        assert!(object.is_some(), "{} is of no object that a page shows: add its type to OBJECTS", row.name);
    }
    for of in OBJECTS.iter().flat_map(|object| object.types).filter(|of| !of.ends_with(':')) {
        assert!(SCHEMA.objects.contains_key(*of), "{of} is not there");
    }
}

#[test]
fn everything_that_comes_in_and_every_list_of_values_has_a_class() {
    let mut names: BTreeSet<String> = SCHEMA.enums.keys().cloned().collect();
    for (of, fields) in &SCHEMA.inputs {
        names.extend(fields.iter().map(|field| format!("{of}.{}", field.name)));
    }
    for field in SCHEMA.objects.values().flatten() {
        names.extend(field.arguments.iter().map(|argument| format!("{}.{}", field.name, argument.name)));
    }
    let missing: Vec<&String> = names.iter().filter(|name| class_of_incoming(name).is_none()).collect();
    assert!(missing.is_empty(), "no class: {missing:?}; add it to src/policy/table/incoming.rs");
    let mut before = "";
    for (name, _) in INCOMING {
        assert!(names.contains(*name), "{name} is not there");
        assert!(before < *name, "{name} stands behind {before}");
        before = name;
    }
}

#[test]
fn every_way_in_is_a_door_and_every_door_leads_in() {
    let roots = fields()
        .filter(|(of, _)| matches!(*of, "Query" | "Mutation" | "Subscription"))
        .map(|(of, field)| format!("{of}.{field}"));
    let mut ways: BTreeSet<String> = roots.collect();
    ways.extend(App::doors());
    ways.extend(App::inside_doors());
    let help = run_in(Path::new(&file("")), &["--help"], &[]);
    let commands = help.succeeded().split("\nCommands:\n").nth(1).expect("commands").split("\n\n").next();
    let names = commands.into_iter().flat_map(str::lines).filter_map(|line| line.split_whitespace().next());
    ways.extend(names.filter(|name| *name != "help").map(|name| format!("relais {name}")));
    let doors: BTreeSet<String> = table().content().doors.iter().map(|door| door.name.to_owned()).collect();
    assert_eq!(ways, doors);
    assert_eq!(doors.len(), table().content().doors.len(), "a door stands once");
}

#[test]
fn every_act_has_one_row_and_a_door() {
    for action in Action::ALL {
        let rows = table().content().acts.iter().filter(|act| act.action == *action).count();
        assert_eq!(rows, 1, "{action}");
        let leads = |entry: &Entry| matches!(entry, Entry::Acts(acts) if acts.contains(action));
        assert!(table().content().doors.iter().any(|door| leads(&door.entry)), "no door leads to {action}");
    }
}

/// Rights are read for each request, and a stream is a request for each of its events. `live::rights` shows of these two that
/// they decide again each time and end within a second of the loss of a right; whoever adds one shows it there too.
#[test]
fn every_stream_is_known_to_decide_again_for_each_event() {
    let streams: Vec<&str> = SCHEMA.objects["Subscription"].iter().map(|field| field.name.as_str()).collect();
    assert_eq!(streams, ["referralChanged", "inboxChanged"]);
}

#[test]
fn what_has_no_row_is_told_to_nobody() {
    use relais::policy::table::{Facts, Guard, Relation, Sight};
    for relation in Relation::ALL {
        for standing in Standing::ALL {
            let facts = Guard::ALL.iter().fold(Facts::new(*relation, *standing), |facts, it| facts.holding(*it, true));
            assert_eq!(table().decide("Referral.nameOfThePerson", &facts), Sight::Absent);
        }
    }
}

fn printed(arguments: &[&str]) -> String {
    run_in(Path::new(&file("")), &[&["policy"], arguments].concat(), &[]).succeeded().to_owned()
}

#[test]
fn the_table_prints_itself_as_a_page_for_each_role_in_french_and_english() {
    let french = printed(&[]);
    insta::assert_snapshot!("pages_in_french", french);
    let english = printed(&["--language", "en"]);
    insta::assert_snapshot!("pages_in_english", english);
    for (all, language) in [(&french, "fr"), (&english, "en")] {
        let roles = std::iter::once("nobody").chain(Role::ALL.iter().map(|role| role.code()));
        let pages: Vec<String> = roles.map(|role| printed(&["--role", role, "--language", language])).collect();
        assert_eq!(pages.join("\n"), **all, "each role has its page");
        assert!(!all.contains("policy-"), "every word is a text");
    }
    let refused = run_in(Path::new(&file("")), &["policy", "--role", "king"], &[]);
    refused.refused(1, &["there is no role `king`", "partner_agent"]);
    run_in(Path::new(&file("")), &["policy", "--language", "de"], &[]).refused(1, &["it is fr or en"]);
}
