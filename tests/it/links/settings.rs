//! What a command file says of mailboxes, and may not say: how they are written to, and by whom nobody acts but who came by
//! a link.

use super::sent_with_link;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::actions::commands::{self, Tokens};
use relais::domain::delivery::MailboxSettings;
use relais::domain::id::{Identifier as _, ServiceId};
use serde_json::{Value, json};

async fn kept(world: &World) -> MailboxSettings {
    let service = ServiceId::derived("corridor", MINORITY_APPEAL);
    world.app.context().store.find_mailbox_settings(service).await.expect("settings")
}

fn file(over: &Value) -> String {
    let mut file = json!({ "source": "corridor" });
    file.as_object_mut().expect("an object").extend(over.as_object().expect("an object").clone());
    file.to_string()
}

async fn refused(world: &World, over: Value) -> String {
    let before = world.tables().await;
    let told = match commands::read(&file(&over)) {
        Err(error) => error.to_string(),
        Ok(file) => {
            let applied = commands::apply(world.app.context(), &file, Tokens::OfAllAccounts).await;
            applied.err().expect("a refusal").to_string()
        }
    };
    assert_eq!(world.tables().await, before, "nothing is changed");
    told
}

on_both_databases! {
    async fn a_command_file_says_how_a_mailbox_is_written_to(world: World) {
        sent_with_link(&world).await;
        let account = "SELECT account_id FROM partner_mailboxes".to_owned();
        let by = world.texts(account.clone()).await;
        let applied = || world.texts("SELECT object FROM audit_events WHERE action = 'commands_applied'".to_owned());
        let count = applied().await.len();
        let said = json!({ "mailboxes": [
            { "service": MINORITY_APPEAL, "language": "ar", "tag": "PASSERELLES", "phone_only": true }
        ] });
        world.apply(&file(&said)).await;
        let expected = MailboxSettings {
            language: Some("ar".to_owned()),
            tag: Some("PASSERELLES".to_owned()),
            is_phone_only: true,
        };
        assert_eq!(kept(&world).await, expected);
        assert_eq!(world.texts(account).await, by, "who opens its links goes on acting by the same account");
        assert_eq!(applied().await.len(), count + 1, "it is on record");
        world.apply(&file(&json!({ "mailboxes": [{ "service": MINORITY_APPEAL }] }))).await;
        assert_eq!(kept(&world).await, MailboxSettings::default());
    }

    async fn what_no_mailbox_can_be_is_refused_at_its_place(world: World) {
        for (over, expected) in [
            (json!({ "service": "nowhere" }), "mailboxes[0]: there is no service with the key `nowhere`"),
            (json!({ "service": LAWYERS }), "mailboxes[0]: there is no service"),
            (json!({ "language": "de" }), "mailboxes[0]: mails are written in ar, en or fr, and not in `de`"),
            (json!({ "tag": "a\r\nBcc: x" }), "mailboxes[0]: a tag has at most 16 letters"),
            (json!({ "tag": "much longer than one" }), "mailboxes[0]: a tag has at most 16 letters"),
            (json!({ "tag": " " }), "mailboxes[0]: a tag has at most 16 letters"),
            (json!({ "phone": true }), "unknown field `phone`"),
        ] {
            let mut command = json!({ "service": MINORITY_APPEAL });
            command.as_object_mut().expect("an object").extend(over.as_object().expect("an object").clone());
            let told = refused(&world, json!({ "mailboxes": [command] })).await;
            assert!(told.contains(expected), "{over}: {told}");
        }
        assert_eq!(kept(&world).await, MailboxSettings::default());
    }

    async fn a_command_file_names_no_account_of_a_mailbox(world: World) {
        sent_with_link(&world).await;
        let handles = world.texts("SELECT handle FROM accounts WHERE handle LIKE 'mailbox-%'".to_owned()).await;
        for handle in [handles[0].as_str(), "mailbox-2"] {
            let account = json!({ "handle": handle, "role": "partner_agent", "organization": LAWYERS });
            let told = refused(&world, json!({ "accounts": [account] })).await;
            assert_eq!(told, format!(
                "accounts[0]: the handle `{handle}` is kept for mailboxes: take one that does not begin with `mailbox-`"
            ));
        }
    }

    async fn the_number_of_a_project_is_one_that_can_be_dialled(world: World) {
        let file: Value = serde_json::from_str(include_str!("../kit/world.json")).expect("the world is JSON");
        for unfit in ["soon", "call us", ""] {
            let mut project = file["projects"][0].clone();
            project["phone"] = json!(unfit);
            let told = refused(&world, json!({ "projects": [project] })).await;
            assert!(told.starts_with("projects[0]: the phone is no number"), "{unfit}: {told}");
        }
    }
}
