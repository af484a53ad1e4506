//! What an operator does to keys and copies is told in the trail, and the trail still holds.

use crate::kit::installation::{Installation, installed_on_both_databases};

/// What the network's trail tells of keys and copies, in its order: the act and its object.
async fn acts_of(here: &Installation) -> Vec<String> {
    let acts = "'rotation_begun', 'keys_rotated', 'backup_begun', 'backup_restored'";
    let sql = format!(
        "SELECT action || ' ' || object FROM audit_events WHERE trail = 'network' AND action IN ({acts}) ORDER BY sequence"
    );
    here.texts(&sql).await
}

installed_on_both_databases! {
    async fn rotation_backup_and_restore_stand_in_the_trail_which_still_holds(here: Installation) {
        here.settle();
        let signed = || assert_eq!(here.serve().terminate(), Some(0), "a server signs when it ends");
        signed();
        here.run(&["keys", "rotate"]).succeeded();
        assert_eq!(acts_of(&here).await, ["rotation_begun keys", "keys_rotated keys"]);
        let new = here.path("new.kek");
        here.run(&["keys", "rotate", "--new-kek", "nowhere.kek"]).refused(1, &["nothing was changed"]);
        assert_eq!(acts_of(&here).await.len(), 2, "what was refused was not begun");

        let folder = here.path("backups");
        here.run(&["backup", &folder]).succeeded();
        let of_backup = acts_of(&here).await;
        assert_eq!(of_backup[2..], ["backup_begun data and keys"]);
        here.import("corridor", &crate::kit::installation::file("seeds/paris-region.json"));
        let restored = here.run(&["restore", &folder, "--replace"]);
        assert!(restored.succeeded().contains("restored the data of "), "{restored:?}");
        let after = acts_of(&here).await;
        assert_eq!(after[..3], of_backup, "the backup tells of itself");
        let of = restored.stdout.split("the data of ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a time");
        assert_eq!(after[3..], [format!("backup_restored {of}")]);

        let verified = here.run(&["audit", "verify"]);
        assert!(verified.succeeded().contains("network: good"), "{verified:?}");
        signed();
        here.run(&["keys", "init", &new]).succeeded();
        here.run(&["keys", "rotate", "--new-kek", &new]).succeeded();
        assert!(acts_of(&here).await[4].starts_with("rotation_begun ") && !acts_of(&here).await[4].ends_with(" keys"), "it names the key");
        let mut environment = here.environment();
        environment.retain(|(name, _)| *name != "RELAIS_KEK_FILE");
        environment.push(("RELAIS_KEK_FILE", new));
        let verified = crate::kit::installation::run_in(here.folder(), &["audit", "verify"], &environment);
        assert!(verified.succeeded().contains("unsealed tail: 2"), "{verified:?}");
        let who = here.texts("SELECT coalesce(actor_id, 'nobody') || ' ' || purpose FROM audit_events WHERE action = 'backup_restored'");
        assert_eq!(who.await, ["nobody security"]);
    }
}
