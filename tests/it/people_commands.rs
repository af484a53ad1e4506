//! `relais user`, `relais token` and `relais session`, through the binary.

use crate::kit::installation::{Installation, file, installed_on_both_databases};
use serde_json::Value;

/// The last line that a command printed: what is shown once.
fn last_line(printed: &str) -> String {
    printed.lines().last().expect("a line").to_owned()
}

fn rows(printed: &str) -> Vec<Value> {
    serde_json::from_str(printed).expect("a JSON array")
}

const CLINIC: &str = "Passerelles Santé";

installed_on_both_databases! {
    async fn an_operator_keeps_accounts_tokens_and_sessions(here: Installation) {
        here.import("corridor", &file("seeds/paris-region.json"));
        here.run(&["apply", &file("tests/it/kit/world.json")]).succeeded();
        let clinic = organization_of(&here);
        let add = |handle: &str, role: &str, more: &[&str]| {
            here.run(&[&["user", "add", handle, "--role", role, "--organization", &clinic], more].concat())
        };
        let printed = add("admin-1", "sysadmin", &[]);
        let told = printed.succeeded();
        assert!(told.starts_with("added: admin-1 (sysadmin)\nenrolment code, for /enrol, once and within 24 hours:\n"), "{told}");
        let code = last_line(told);
        assert_eq!(code.split('-').count(), 6, "{code}");

        add("admin-1", "sysadmin", &[]).refused(1, &["nothing was changed", "`admin-1` is taken"]);
        add("amina", "sysadmin", &[]).refused(1, &["names a post, not a person"]);
        add("caseworker-9", "caseworker", &[]).refused(1, &["works in a project"]);
        add("caseworker-9", "caseworker", &["--project", "Nowhere"]).refused(1, &["there is no project `Nowhere`"]);
        add("caseworker-9", "king", &[]).refused(2, &["expected one of caseworker, partner_agent"]);
        here.run(&["user", "add", "admin-2", "--role", "sysadmin", "--organization", "org_aaaaaaaaaaaaaaaaaaaaaaaaaa"])
            .refused(1, &["there is no organisation in the directory"]);
        add("caseworker-9", "caseworker", &["--project", "Passerelles Île-de-France", "--trained"]).succeeded();

        let listed = here.run(&["user", "list", "--json"]);
        let accounts = rows(listed.succeeded());
        let added = accounts.iter().find(|row| row["handle"] == "caseworker-9").expect("the account");
        assert_eq!((&added["role"], &added["password"], &added["disabled"]), (&"caseworker".into(), &false.into(), &false.into()));
        assert_eq!(added["teams"].as_array().map(Vec::len), Some(1), "{added}");
        assert!(here.run(&["user", "list"]).succeeded().contains("caseworker-9\tcaseworker\tno\tno\tno\n"));

        let made = here.run(&["token", "create", "caseworker-9", "--name", "night job", "--scope", "directory", "--days", "7"]);
        let token = last_line(made.succeeded());
        assert!(token.starts_with("rls_") && token.len() == 62, "{token}");
        here.run(&["token", "create", "caseworker-9", "--name", "x", "--scope", "figures"]).refused(1, &["beyond its owner's role"]);
        let listed = here.run(&["token", "list", "--user", "caseworker-9", "--json"]);
        let tokens = rows(listed.succeeded());
        assert_eq!((tokens.len(), &tokens[0]["id"]), (1, &token[..12].into()));
        assert!(!listed.stdout.contains(&token));
        assert_eq!(here.run(&["token", "revoke", &token[..12]]).succeeded(), format!("revoked: {}\n", &token[..12]));
        here.run(&["token", "revoke", &token[..12]]).refused(1, &["there is no token"]);

        let renewed = here.run(&["user", "reset", "caseworker-9"]);
        assert!(renewed.succeeded().starts_with("reset: caseworker-9; "), "{renewed:?}");
        assert!(here.run(&["user", "role", "caseworker-9", "--role", "analyst"]).succeeded().starts_with("changed: caseworker-9 is a analyst now"));
        assert_eq!(here.run(&["user", "disable", "lawyer"]).succeeded(), "disabled: lawyer; 0 sessions ended, 1 tokens revoked\n");
        assert_eq!(here.run(&["user", "enable", "lawyer"]).succeeded(), "enabled: lawyer\n");
        here.run(&["user", "disable", "nobody-1"]).refused(1, &["nobody has the handle `nobody-1`"]);
        assert_eq!(rows(here.run(&["session", "list", "--json"]).succeeded()).len(), 0);
        assert_eq!(here.run(&["session", "kill", "--user", "caseworker-9"]).succeeded(), "ended: 0 sessions of caseworker-9\n");
        here.run(&["session", "kill", "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa"]).refused(1, &["there is no session"]);
        here.run(&["session", "kill"]).refused(2, &["required"]);
    }
}

/// The id of the clinic, as the directory has it.
fn organization_of(here: &Installation) -> String {
    let listed = here.run(&["user", "list", "--json"]);
    let accounts = rows(listed.succeeded());
    let caseworker = accounts.iter().find(|row| row["handle"] == "caseworker").expect("the caseworker");
    assert!(!CLINIC.is_empty());
    caseworker["organization"].as_str().expect("an id").to_owned()
}
