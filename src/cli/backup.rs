//! `relais backup` and `relais restore`.

use super::{location, make_folder, open_at};
use crate::actions::upkeep::{back_up, tell_of_restore};
use crate::clock::System;
use crate::config::Config;
use crate::store::Store;
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;

pub(super) async fn run_backup(config: &Config, folder: &Path) -> anyhow::Result<()> {
    let place = location(config, &config.database_url);
    let app = open_at(config, place.clone()).await?;
    let made = back_up(app.context(), &place, folder).await;
    app.close().await;
    let made = made.context("no backup was made")?;
    println!("data: {}", made.data.display());
    println!("keys: {} (may be used for 7 days; keep them apart from the data)", made.keys.display());
    for file in made.deleted {
        println!("deleted: {}", file.display());
    }
    Ok(())
}

pub(super) async fn run_restore(config: &Config, folder: &Path, may_replace: bool) -> anyhow::Result<()> {
    make_folder(config)?;
    let place = location(config, &config.database_url);
    let restored = Store::restore(&place, folder, may_replace, Arc::new(System), Arc::new(System)).await;
    let (store, restored) = restored.context("the backup was not restored")?;
    store.close().await;
    let app = open_at(config, place).await?;
    let told = tell_of_restore(app.context(), &restored).await;
    app.close().await;
    told.context("the backup is restored, and its audit trail could not be told so")?;
    println!("restored the data of {} with the keys of {}", restored.data_made_at, restored.keys_made_at);
    println!("what the erasure ledger names was erased again");
    if restored.ledger_lines_added > 0 {
        println!(
            "the ledger lacked {} lines that the backup had: what was erased after the backup may be missing too, so \
             bring the ledger that was kept elsewhere before you serve",
            restored.ledger_lines_added
        );
    }
    Ok(())
}
