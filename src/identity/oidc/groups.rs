//! The map from a provider's groups to what an account is for: written by the operator, and the only way in
//! which a provider's word makes an account.

use crate::domain::account::Role;
use serde::Deserialize;

/// The map, as its file holds it. Organisations, projects and teams are named by the keys of the command
/// file of the same source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupMap {
    /// The source whose keys the map uses.
    pub source: String,
    /// The rules; of several that fit, the first counts.
    pub groups: Vec<GroupRule>,
}

/// What the members of one group are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// The group's name in the provider's claim.
    pub group: String,
    /// What their accounts are for.
    pub role: Role,
    /// Key of their organisation.
    pub organization: String,
    /// Key of their project.
    pub project: Option<String>,
    /// Keys of their teams; by default the project's own team, for who follows cases.
    #[serde(default)]
    pub teams: Vec<String>,
    /// True if all members are trained about gender-based violence and safe houses.
    #[serde(default)]
    pub is_trained: bool,
}

/// The map cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupMapError {
    /// It is no map; the text says where and what.
    #[error("the map of groups cannot be read: {0}")]
    Unreadable(String),
    /// A group has no name, or has two rules.
    #[error("groups[{index}]: each group has one name and one rule")]
    Group {
        /// The position in the list, from 0.
        index: usize,
    },
    /// The role needs a project.
    #[error("groups[{index}]: a {role} works in a project: name one")]
    NoProject {
        /// The position in the list, from 0.
        index: usize,
        /// The role.
        role: Role,
    },
    /// An administrator is made at the command line.
    #[error("groups[{index}]: no group makes a system administrator: link the account with `relais user link`")]
    Administrator {
        /// The position in the list, from 0.
        index: usize,
    },
}

impl GroupMap {
    /// Reads and checks a map.
    pub fn read(text: &str) -> Result<Self, GroupMapError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let map: Self = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| GroupMapError::Unreadable(error.to_string()))?;
        for (index, rule) in map.groups.iter().enumerate() {
            if rule.group.is_empty() || map.groups[..index].iter().any(|earlier| earlier.group == rule.group) {
                return Err(GroupMapError::Group { index });
            }
            if rule.role == Role::SystemAdministrator {
                return Err(GroupMapError::Administrator { index });
            }
            if rule.role.needs_project() && rule.project.is_none() {
                return Err(GroupMapError::NoProject { index, role: rule.role });
            }
        }
        Ok(map)
    }

    /// The rule for somebody in these groups; group names are compared letter by letter.
    pub fn rule_for(&self, groups: &[String]) -> Option<&GroupRule> {
        self.groups.iter().find(|rule| groups.contains(&rule.group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_whose_group_fits_counts() {
        let map = GroupMap::read(
            r#"{ "source": "s", "groups": [
                { "group": "Lawyers", "role": "partner_agent", "organization": "o" },
                { "group": "paris", "role": "caseworker", "organization": "o", "project": "p", "teams": ["t"] } ] }"#,
        )
        .expect("a map");
        let role = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            map.rule_for(&groups).map(|rule| rule.role)
        };
        assert_eq!(role(&["paris", "Lawyers"]), Some(Role::PartnerAgent));
        assert_eq!(role(&["other", "paris"]), Some(Role::Caseworker));
        assert_eq!(role(&["lawyers", "Paris", "pari", ""]), None);
        assert_eq!(role(&[]), None);
    }

    #[test]
    fn a_map_that_grants_without_saying_what_is_refused() {
        for (rules, told) in [
            (r#"{ "group": "a", "role": "caseworker", "organization": "o" }"#, "works in a project"),
            (r#"{ "group": "a", "role": "sysadmin", "organization": "o" }"#, "relais user link"),
            (r#"{ "group": "", "role": "analyst", "organization": "o" }"#, "one name"),
            (
                r#"{ "group": "a", "role": "analyst", "organization": "o" }, { "group": "a", "role": "auditor", "organization": "o" }"#,
                "groups[1]",
            ),
            (r#"{ "group": "a", "role": "king", "organization": "o" }"#, "groups[0].role"),
            (r#"{ "group": "a", "role": "analyst", "organisation": "o" }"#, "organisation"),
        ] {
            let text = format!(r#"{{ "source": "s", "groups": [{rules}] }}"#);
            let refused = GroupMap::read(&text).expect_err(rules).to_string();
            assert!(refused.contains(told), "{rules}: {refused}");
        }
    }
}
