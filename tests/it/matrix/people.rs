//! Everybody who may ask: each role, from each side, with and without a tie to what is asked about.

use crate::kit::steps::organization_id;
use crate::kit::world::{LAWYERS, Person, World};
use relais::domain::account::TokenScope;
use relais::domain::code::CodeList;
use relais::domain::id::{AccountId, Identifier, TeamId};
use serde_json::{Value, json};

pub const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
const CLINIC: &str = "efc43c01-4b2a-472d-b3b3-06332930321e";
const DAY_CENTRE: &str = "241042b0-bdff-4316-9ca7-4c214e1f3b23";

/// Handles and what they are; the first ones are of `world.json`.
pub const PEOPLE: [&str; 27] = [
    "nobody",
    "caseworker",
    "untrained caseworker",
    "colleague of another team",
    "coordinator",
    "untrained coordinator",
    "protection lead",
    "protection lead of Paris",
    "untrained protection lead of Paris",
    "protection lead of another organisation",
    "caseworker of another project",
    "coordinator of another project",
    "lawyer",
    "admin of the lawyers",
    "another partner",
    "agent of the hospital",
    "untrained agent of the hospital",
    "directory editor",
    "analyst",
    "untrained analyst",
    "auditor",
    "system administrator",
    "auditor without a project",
    "directory editor of the lawyers",
    "agent with a project",
    "admin with a project",
    "analyst without a project",
];

/// Accounts whose role opens nothing, put into the very team and project: nothing but the role keeps them out.
const IN_THE_TEAM: [&str; 5] = ["directory editor", "analyst", "untrained analyst", "auditor", "system administrator"];

fn accounts() -> Value {
    let account = |handle: &str, role: &str, organization: &str, project: Option<&str>, is_trained: bool| json!({ "handle": handle, "role": role, "organization": organization, "project": project, "is_trained": is_trained });
    let paris = Some("paris");
    let mut colleague = account("colleague of another team", "caseworker", CLINIC, paris, true);
    colleague["teams"] = json!(["night"]);
    json!([
        colleague,
        account("untrained coordinator", "coordinator", CLINIC, paris, false),
        account("protection lead", "protection_lead", CLINIC, None, true),
        account("protection lead of Paris", "protection_lead", CLINIC, paris, true),
        account("untrained protection lead of Paris", "protection_lead", CLINIC, paris, false),
        account("protection lead of another organisation", "protection_lead", DAY_CENTRE, None, true),
        account("admin of the lawyers", "partner_admin", LAWYERS, None, false),
        account("agent of the hospital", "partner_agent", HOSPITAL, None, true),
        account("untrained agent of the hospital", "partner_agent", HOSPITAL, None, false),
        account("directory editor", "directory_editor", CLINIC, paris, true),
        account("analyst", "analyst", CLINIC, paris, true),
        account("untrained analyst", "analyst", CLINIC, paris, false),
        account("auditor", "auditor", CLINIC, paris, true),
        account("system administrator", "sysadmin", CLINIC, paris, true),
        account("auditor without a project", "auditor", LAWYERS, None, true),
        account("agent with a project", "partner_agent", DAY_CENTRE, paris, true),
        account("admin with a project", "partner_admin", DAY_CENTRE, paris, true),
        account("analyst without a project", "analyst", CLINIC, None, true),
        account("directory editor of the lawyers", "directory_editor", LAWYERS, None, true),
    ])
}

/// Makes everybody who is not of `world.json`; gives all of [`PEOPLE`] in their order.
pub async fn settle(world: &World) -> Vec<(&'static str, Person)> {
    let project = |key: &str, organization: &str, name: &str, mailbox: &str| json!({ "key": key, "organization": organization, "name": name, "country": "FR", "risk_profile": "standard", "mailbox": mailbox, "phone": "+33 1 99 00 00 70" });
    let file = json!({
        "source": "corridor",
        "projects": [project("paris", CLINIC, "Passerelles Île-de-France", "passerelles@example.org")],
        "teams": [{ "key": "night", "project": "paris", "name": "Maraude de nuit" }],
        "accounts": accounts(),
    });
    let made = world.apply(&file.to_string()).await;
    let team = TeamId::derived("corridor", "project paris");
    for handle in IN_THE_TEAM {
        let account = AccountId::derived("corridor", handle);
        world.execute(&format!("INSERT INTO team_members (team_id, account_id) VALUES ('{team}', '{account}')")).await;
    }
    // Tokens that are good for everything, so that nothing but the role decides.
    let scopes: Vec<&str> = TokenScope::ALL.iter().map(|scope| scope.code()).collect();
    world.execute(&format!("UPDATE tokens SET scopes = '{}'", scopes.join(" "))).await;
    let person = |handle: &str| made.get(handle).cloned().unwrap_or_else(|| world.person(handle));
    PEOPLE.map(|handle| (handle, person(handle))).into()
}

/// The organisation of the hospital, as its id.
pub fn hospital() -> String {
    organization_id(HOSPITAL)
}
