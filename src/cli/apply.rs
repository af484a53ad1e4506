//! `relais apply`: a command file.

use super::open;
use crate::actions::commands::{self, IssuedToken, Tokens};
use crate::config::Config;
use anyhow::Context as _;
use std::path::Path;

pub(super) async fn run_apply(config: &Config, file: &Path, renew_tokens: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).context("cannot read the command file")?;
    let commands = commands::read(&text)?;
    let app = open(config).await?;
    let tokens = if renew_tokens { Tokens::OfAllAccounts } else { Tokens::OfNewAccounts };
    let issued = commands::apply(app.context(), &commands, tokens).await.context("nothing was changed")?;
    app.close().await;
    println!(
        "applied: {} projects, {} vettings, {} grants, {} accounts",
        commands.projects.len(),
        commands.vettings.len(),
        commands.grants.len(),
        commands.accounts.len()
    );
    for IssuedToken { handle, role, token } in issued {
        println!("{handle} ({role}): {}", token.expose());
    }
    Ok(())
}
