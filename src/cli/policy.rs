//! `relais policy`: the table of need to know as one page for each role, in the words of people.

use crate::domain::account::Role;
use crate::domain::code::CodeList;
use crate::i18n::{Language, code_key, text, text_with};
use crate::policy::table::{
    Cell, Content, Entry, Guard, Mask, OBJECTS, Object, Relation, Row, Standing, Table, object_of,
};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The name of whoever is not signed in.
const NOBODY: &str = "nobody";

/// Prints the page of one role, or of all.
pub(super) fn print_policy(role: Option<&str>, language: &str) -> anyhow::Result<()> {
    let language = match language {
        "fr" => Language::French,
        "en" => Language::English,
        other => anyhow::bail!("there is no page in `{other}`; it is fr or en"),
    };
    let roles = match role {
        None => std::iter::once(None).chain(Role::ALL.iter().copied().map(Some)).collect(),
        Some(NOBODY) => vec![None],
        Some(code) => {
            let known: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
            let role = Role::from_code(code);
            vec![Some(
                role.with_context(|| format!("there is no role `{code}`; it is {NOBODY}, {}", known.join(", ")))?,
            )]
        }
    };
    let pages: Vec<String> = roles.into_iter().map(|role| page(Table::standard().content(), role, language)).collect();
    print!("{}", pages.join("\n"));
    Ok(())
}

/// One role's page.
fn page(content: &Content, role: Option<Role>, language: Language) -> String {
    let name = role
        .map_or_else(|| text(language, "policy-role-nobody"), |role| text(language, &code_key("policy-role", role)));
    let mut page = format!("# {name}\n\n");
    acts(content, role, language, &mut page);
    for object in OBJECTS {
        let rows: Vec<&Row> = content.rows.iter().filter(|row| object_of(row.name) == Some(object)).collect();
        if !rows.is_empty() {
            object_section(content, role, object, &rows, language, &mut page);
        }
    }
    page
}

/// What the role may do, and by which doors.
fn acts(content: &Content, role: Option<Role>, language: Language, page: &mut String) {
    add(page, &format!("## {}\n", text(language, "policy-acts")));
    let is_theirs =
        |act: &&crate::policy::table::Act| role.map_or(act.is_for_everybody, |role| act.roles.contains(&role));
    for act in content.acts.iter().filter(is_theirs) {
        let mut line = format!("- {}", text(language, &code_key("policy-action", act.action)));
        if act.needs_project {
            line.push_str(&text(language, "policy-in-project"));
        }
        if let (Some(scope), Some(_)) = (act.token_scope, role) {
            line.push_str(&text_with(language, "policy-by-token", &[("scope", format!("`{scope}`"))]));
        }
        if act.needs_session {
            line.push_str(&text(language, "policy-by-no-token"));
        }
        // Who comes by a link acts as an agent of the partner.
        if act.is_by_link && role == Some(Role::PartnerAgent) {
            line.push_str(&text(language, "policy-by-link"));
        }
        let leads = |entry: &Entry| matches!(entry, Entry::Acts(acts) if acts.contains(&act.action));
        let doors: Vec<String> =
            content.doors.iter().filter(|door| leads(&door.entry)).map(|door| format!("`{}`", door.name)).collect();
        add(page, &format!("{line} ({})", doors.join(", ")));
    }
}

/// What the role is told of one kind of object, for each thing that it can be to it.
fn object_section(
    content: &Content,
    role: Option<Role>,
    object: &Object,
    rows: &[&Row],
    language: Language,
    page: &mut String,
) {
    add(page, &format!("\n## {}\n", text(language, &format!("policy-object-{}", object.key))));
    let relations: Vec<Relation> = Relation::ALL
        .iter()
        .copied()
        .filter(|relation| can_be(content, role, object, *relation))
        .filter(|relation| rows.iter().any(|row| row.cells.iter().any(|cell| cell.relation == *relation)))
        .collect();
    if relations.is_empty() {
        add(page, &text(language, "policy-nothing"));
    } else if object.standings.len() > 1 {
        add(page, &format!("{}\n", legend(object, language)));
    }
    for (position, relation) in relations.into_iter().enumerate() {
        let before = if position == 0 { "" } else { "\n" };
        add(page, &format!("{before}### {}\n", text(language, &code_key("policy-relation", relation))));
        relation_section(relation, object, rows, language, page);
    }
}

/// What the words for the standings of an object mean.
fn legend(object: &Object, language: Language) -> String {
    let meaning = |standing: &Standing| {
        let word = text(language, &code_key("policy-standing", *standing));
        format!("*{word}*: {}", text(language, &format!("{}-means", code_key("policy-standing", *standing))))
    };
    object.standings.iter().map(meaning).collect::<Vec<_>>().join("; ")
}

/// Whether somebody of this role can be this to such an object.
fn can_be(content: &Content, role: Option<Role>, object: &Object, relation: Relation) -> bool {
    let Some(role) = role else { return relation == Relation::Anonymous };
    let is_tied = |relation| content.ties.iter().any(|tie| tie.relation == relation && tie.roles.contains(&role));
    let leading = [Relation::Coordinator, Relation::ProtectionLead];
    match relation {
        Relation::Anonymous => false,
        Relation::Oneself | Relation::OwnOrganization => true,
        // Who leads is told of the directory as such.
        Relation::Member => object.key == "service" || object.key == "organization" || object.key == "page",
        Relation::Counterpart => [Relation::Team, Relation::Recipient].into_iter().chain(leading).any(is_tied),
        tie => is_tied(tie),
    }
}

/// Lines of fields that are told alike.
fn relation_section(relation: Relation, object: &Object, rows: &[&Row], language: Language, page: &mut String) {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    let mut never = Vec::new();
    for row in rows {
        let words: Vec<String> = row
            .cells
            .iter()
            .filter(|cell| cell.relation == relation)
            .map(|cell| words(cell, object, language))
            .collect();
        if words.is_empty() {
            never.push(row.name);
            continue;
        }
        let words = words.join(&text(language, "policy-or"));
        match lines.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(row.name),
            None => lines.push((words, vec![row.name])),
        }
    }
    if !never.is_empty() {
        lines.push((text(language, "policy-never"), never));
    }
    for (words, names) in lines {
        add(page, &format!("- {words}: {}", grouped(&names)));
    }
}

/// When a cell tells, and what, in words.
fn words(cell: &Cell, object: &Object, language: Language) -> String {
    let standings: Vec<String> = object
        .standings
        .iter()
        .filter(|standing| cell.standings.has(**standing))
        .map(|standing: &Standing| text(language, &code_key("policy-standing", *standing)))
        .collect();
    let mut words = if standings.len() == object.standings.len() {
        text(language, "policy-sees")
    } else {
        text_with(language, "policy-sees-while", &[("standings", standings.join(" · "))])
    };
    for guard in Guard::ALL.iter().filter(|guard| cell.guards.has(**guard)) {
        words.push_str(&format!(", {}", text(language, &code_key("policy-guard", *guard))));
    }
    if let Some(mask) = cell.mask {
        let mask: Mask = mask;
        words.push_str(&format!(", {}", text(language, &code_key("policy-mask", mask))));
    }
    words
}

/// Fields by their types, each type named once.
fn grouped(names: &[&str]) -> String {
    let mut types: BTreeMap<usize, (&str, Vec<&str>)> = BTreeMap::new();
    for name in names {
        let (type_name, field) = name.split_once('.').unwrap_or((name, ""));
        let known = types.iter().find(|(_, (known, _))| *known == type_name).map(|(position, _)| *position);
        let position = known.unwrap_or(types.len());
        types.entry(position).or_insert((type_name, Vec::new())).1.push(field);
    }
    let groups = types.into_values().map(|(type_name, fields)| format!("{type_name} ({})", fields.join(", ")));
    groups.collect::<Vec<_>>().join("; ")
}

fn add(page: &mut String, line: &str) {
    writeln!(page, "{line}").expect("a string takes all");
}
