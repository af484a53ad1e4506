//! The README's page of privacy rules names, for each rule, tests that are there.

use crate::kit::installation::file;
use std::path::Path;

fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_rule_has_its_row_and_every_test_named_there_exists() {
    let readme = std::fs::read_to_string(file("README.md")).expect("the README");
    let section = readme.split("\n## Privacy rules and their tests\n").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("a section");
    let mut code = String::new();
    sources(Path::new(&file("tests/it")), &mut code);
    sources(Path::new(&file("src")), &mut code);
    for number in 1..=30 {
        let rule = format!("| P-{number:02} |");
        let row = section.lines().find(|line| line.starts_with(&rule)).unwrap_or_else(|| panic!("no row {rule}"));
        let names: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty() || row.contains("waits for"), "{rule} names no test and no issue: {row}");
        for name in names {
            assert!(
                code.contains(&format!("fn {name}")) || code.contains(&format!("mod {name}")),
                "{rule} names {name}, which is not there"
            );
        }
    }
}
