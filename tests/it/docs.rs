//! What the README says of the configuration, the limits and the commands is what the binary does.

use crate::kit::installation::{file, run_in};
use relais::config::{Config, Flags};
use relais::graphql::limits::Limits;
use serde::Deserialize as _;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::cell::RefCell;
use std::collections::BTreeMap;

const README: &str = include_str!("../../README.md");

/// The cells of the first table under a heading `## …`, without its head; `None` without the section.
fn table(heading: &str) -> Option<Vec<Vec<String>>> {
    let section = README.split(&format!("\n## {heading}\n")).nth(1)?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().map(str::trim).filter(|line| line.starts_with('|'));
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    let rows = rows.map(|row| row.trim_matches('|').split('|').map(cell).collect());
    // The head and the line under it.
    Some(rows.skip(2).collect())
}

type Failure = serde::de::value::Error;

/// Follows `path` into the configuration's type and writes down which keys it finds there. The type itself
/// answers, through serde: nothing here knows a key.
struct Explorer<'a> {
    path: &'a [&'static str],
    keys: &'a RefCell<Option<&'static [&'static str]>>,
}

impl<'de> Deserializer<'de> for Explorer<'_> {
    type Error = Failure;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if self.path.is_empty() {
            self.keys.replace(Some(keys));
            return Err(Failure::custom("explored"));
        }
        MapAccessDeserializer::new(OneKey(Some(self))).deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Failure> {
        Err(Failure::custom("a value"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The one entry of a map that leads along the path.
struct OneKey<'a>(Option<Explorer<'a>>);

impl<'de> MapAccess<'de> for OneKey<'_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        let key = self.0.as_ref().and_then(|explorer| explorer.path.first());
        key.map(|key| seed.deserialize(StrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let Some(Explorer { path, keys }) = self.0.take() else { return Err(Failure::custom("no more")) };
        seed.deserialize(Explorer { path: &path[1..], keys })
    }
}

/// Every key of the configuration that has a value of its own, as its path.
fn keys_under(path: &[&'static str], found: &mut Vec<String>) {
    let keys = RefCell::new(None);
    let explored = Config::deserialize(Explorer { path, keys: &keys });
    assert!(explored.is_err(), "an explorer gives no value");
    match keys.into_inner() {
        None => found.push(path.join(".")),
        Some(keys) => keys.iter().for_each(|key| keys_under(&[path, &[*key]].concat(), found)),
    }
}

/// `server.listen` is `RELAIS_SERVER__LISTEN`.
fn variable(key: &str) -> String {
    format!("RELAIS_{}", key.replace('.', "__").to_uppercase())
}

#[test]
fn the_configuration_table_has_every_key_with_its_default() {
    let mut keys = Vec::new();
    keys_under(&[], &mut keys);
    assert!(keys.contains(&"server.listen".to_owned()) && keys.contains(&"database_url".to_owned()), "{keys:?}");

    let rows = table("Configuration").expect("the README has a section Configuration");
    let named: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(named, keys.iter().map(|key| variable(key)).collect::<Vec<_>>(), "in the order of src/config.rs");
    assert!(rows.iter().all(|row| row.len() == 3 && row[2].split_whitespace().count() >= 3), "{rows:?}");

    // Writing every default of the table out is the same as writing nothing.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("relais.toml");
    let mut sections: BTreeMap<&str, String> = BTreeMap::new();
    for (key, row) in keys.iter().zip(&rows) {
        let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
        let is_bare = row[1].parse::<u64>().is_ok() || row[1].parse::<bool>().is_ok();
        let value = if is_bare { row[1].clone() } else { format!("{:?}", row[1]) };
        *sections.entry(section).or_default() += &format!("{name} = {value}\n");
    }
    let section = |(name, lines): (&&str, &String)| {
        if name.is_empty() { lines.clone() } else { format!("[{name}]\n{lines}") }
    };
    std::fs::write(&path, sections.iter().map(section).collect::<String>()).expect("a file");
    let load = |file| Config::load(&Flags { file, listen: None }).expect("a usable configuration");
    assert_eq!(load(Some(path)), load(None));

    // And the binary takes each variable under the name that the table gives it.
    let environment: Vec<(&str, String)> = rows.iter().map(|row| (row[0].as_str(), row[1].clone())).collect();
    run_in(folder.path(), &["migrate"], &environment).succeeded();
    assert!(folder.path().join("data/relais.db").is_file(), "the default database");
}

/// `documentBytes` and `document_bytes` are one name, `16,384`, `16 384` and `16384` one number.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

#[test]
fn a_limits_table_tells_the_limits_in_force() {
    // The type's own Debug is the list: a limit that is added is in it without a change here.
    let limits = format!("{:?}", Limits::STANDARD);
    let limits = limits.trim_start_matches("Limits {").trim_end_matches('}');
    let limits: BTreeMap<String, String> = limits
        .split(',')
        .filter_map(|limit| limit.split_once(':'))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect();
    assert_eq!(limits.get("tokens").map(String::as_str), Some("1500"), "{limits:?}");
    for row in table("Limits").unwrap_or_default() {
        let limit = limits.get(&plain(&row[0])).unwrap_or_else(|| panic!("there is no limit {}", row[0]));
        let units = ["", "b", "bytes", "s", "seconds"].map(|unit| format!("{}{unit}", limit.trim_end_matches('s')));
        assert!(units.contains(&plain(&row[1])), "{} is {limit}, not {}", row[0], row[1]);
    }
}

#[test]
fn the_readme_names_every_command() {
    let help = run_in(std::env::temp_dir().as_path(), &["--help"], &[]);
    let commands = help.succeeded().split("Commands:\n").nth(1).expect("commands").split("\n\n").next();
    let commands = commands.unwrap_or_default().lines().filter_map(|line| line.split_whitespace().next());
    let commands: Vec<&str> = commands.filter(|command| *command != "help").collect();
    assert!(commands.contains(&"import") && commands.len() >= 6, "{commands:?}");
    let unnamed: Vec<_> = commands.iter().filter(|command| !README.contains(&format!("relais {command}"))).collect();
    assert!(unnamed.is_empty(), "the README does not name {unnamed:?}; see {}", file("src/cli.rs"));
}
