//! `relais keys`: the key file, and rotation.

use super::import::progress_bar;
use super::{location, open_at};
use crate::actions::upkeep::rotate_keys;
use crate::clock::System;
use crate::config::Config;
use crate::store::{make_kek_file, read_kek_id};
use anyhow::Context as _;
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a key file, for RELAIS_KEK_FILE. Keep a copy on paper or in a safe: without it nothing can be read.
    Init {
        /// The file; it must not exist.
        file: PathBuf,
    },
    /// Wrap every key anew and destroy the old epoch keys. Stopped half-way, it goes on when it is run again.
    Rotate {
        /// From now on everything stands under the key in this file.
        #[arg(long, value_name = "FILE")]
        new_kek: Option<PathBuf>,
    },
}

/// Runs a command on keys.
pub(super) async fn run(config: &Config, command: KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::Init { file } => {
            make_kek_file(&file, &System).context("no key file was made")?;
            println!("made {}: keep it, and a copy elsewhere; without it nothing can be read", file.display());
            Ok(())
        }
        KeysCommand::Rotate { new_kek } => rotate(config, new_kek.as_deref()).await,
    }
}

async fn rotate(config: &Config, new_kek: Option<&Path>) -> anyhow::Result<()> {
    // Before anything is opened: a file that holds no key is told first.
    new_kek.map(read_kek_id).transpose().context("nothing was changed")?;
    let mut place = location(config, &config.database_url);
    place.other_kek_file = new_kek.map(Path::to_owned);
    let app = open_at(config, place).await?;
    let bar = progress_bar("keys");
    let mut progress = |left: i64| {
        let left = u64::try_from(left).unwrap_or_default();
        bar.set_length(bar.length().unwrap_or_default().max(bar.position() + left));
        bar.set_position(bar.length().unwrap_or_default() - left);
    };
    let rotated = rotate_keys(app.context(), new_kek, &mut progress).await;
    bar.finish_and_clear();
    app.close().await;
    rotated?.context("nothing was changed")?;
    println!("every key is wrapped anew, the old epoch keys are destroyed");
    if let Some(file) = new_kek {
        println!("put {} in the place of the old key file, then destroy the old one and its copies", file.display());
    }
    Ok(())
}
