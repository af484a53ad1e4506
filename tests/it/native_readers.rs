//! Which Arabic texts nobody has read yet whose language it is. A file or a part of one waits from the line
//! `# awaits a native reviewer` on, to the line `# read by a native reviewer`. The numbers change on purpose only: with a
//! text that is added, or read.

use crate::kit::requirement::announce;
use relais::i18n::Language;
use std::collections::{BTreeMap, BTreeSet};

const WAITS: &str = "# awaits a native reviewer";
const READ: &str = "# read by a native reviewer";
const FILES: [&str; 8] = ["lead", "link", "mail", "pages", "partner", "relais", "team", "who-saw-what"];

/// The texts of a file, by their keys, with the names of their arguments, and whether they wait.
fn texts(language: Language, file: &str) -> BTreeMap<String, (BTreeSet<String>, bool)> {
    let path = format!("{}/src/i18n/locales/{}/{file}.ftl", env!("CARGO_MANIFEST_DIR"), language.tag());
    let content = std::fs::read_to_string(&path).expect("a file of texts");
    let (mut found, mut waits, mut last) = (BTreeMap::new(), false, String::new());
    for line in content.lines() {
        if line == WAITS || line == READ {
            waits = line == WAITS;
        } else if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            last = line.split_once(" =").expect("a key and its text").0.to_owned();
            assert!(found.insert(last.clone(), (BTreeSet::new(), waits)).is_none(), "{path}: {last} twice");
        }
        if !line.starts_with('#') {
            let names = line.split('$').skip(1);
            let name =
                |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
            if let Some((arguments, _)) = found.get_mut(&last) {
                arguments.extend(names.map(name));
            }
        }
    }
    found
}

fn arguments(language: Language, file: &str) -> BTreeMap<String, BTreeSet<String>> {
    texts(language, file).into_iter().map(|(key, (arguments, _))| (key, arguments)).collect()
}

#[test]
fn it_is_known_how_many_arabic_texts_await_a_native_reviewer() {
    let waiting = FILES.map(|file| {
        let texts = texts(Language::Arabic, file);
        let waiting = texts.values().filter(|(_, waits)| *waits).count();
        announce(&format!(
            "relais tests: Arabic texts of {file}.ftl that await a native reviewer: {waiting} of {}",
            texts.len()
        ));
        (file, waiting)
    });
    let expected = [
        ("lead", 289),
        ("link", 12),
        ("mail", 19),
        ("pages", 176),
        ("partner", 410),
        ("relais", 241),
        ("team", 317),
        ("who-saw-what", 147),
    ];
    assert_eq!(waiting, expected);
}

#[test]
fn three_languages_say_the_same_and_where_arabic_is_silent_is_known() {
    for file in FILES {
        let [french, english, arabic] =
            [Language::French, Language::English, Language::Arabic].map(|language| arguments(language, file));
        assert_eq!(french, english, "{file}");
        if file != "relais" {
            assert_eq!(french, arabic, "{file}");
            continue;
        }
        assert!(arabic.iter().all(|(key, arguments)| french.get(key) == Some(arguments)), "{file}");
        // What Arabic lacks is told in French: whole families of texts, named by how their keys begin.
        let missing: Vec<&String> = french.keys().filter(|key| !arabic.contains_key(*key)).collect();
        let mut families = BTreeMap::<&str, usize>::new();
        for key in &missing {
            *families.entry(key.split('-').next().expect("a word")).or_default() += 1;
        }
        announce(&format!("relais tests: texts that Arabic lacks, told in French: {} {families:?}", missing.len()));
        insta::assert_snapshot!(
            "texts_that_arabic_lacks",
            missing.iter().map(|key| key.as_str()).collect::<Vec<_>>().join("\n")
        );
    }
}
