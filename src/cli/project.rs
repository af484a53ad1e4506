//! `relais project`: whether a project works, from the machine itself.

use super::open;
use crate::actions::protection::project::{freeze_by_operator, named, thaw_by_operator};
use crate::config::Config;
use crate::domain::account::Project;
use anyhow::Context as _;
use clap::Subcommand;

/// What to do with a project.
#[derive(Debug, Subcommand)]
pub(super) enum ProjectCommand {
    /// Stop a project at once: partners read nothing of it, its staff only read.
    Freeze {
        /// The project's id or name.
        project: String,
    },
    /// Start a frozen project again, on the word of two different people who lead it.
    Thaw {
        /// The project's id or name.
        project: String,
        /// Handle of the account that asks for it.
        #[arg(long, value_name = "HANDLE")]
        requested_by: String,
        /// Handle of the account that confirms it.
        #[arg(long, value_name = "HANDLE")]
        confirmed_by: String,
    },
    /// Show which projects work and which are frozen.
    Status {
        /// The project's id or name; all of them unless said.
        project: Option<String>,
    },
}

pub(super) async fn run(config: &Config, command: ProjectCommand) -> anyhow::Result<()> {
    let app = open(config).await?;
    let context = app.context();
    let shown = match &command {
        ProjectCommand::Freeze { project } => vec![freeze_by_operator(context, project).await?],
        ProjectCommand::Thaw { project, requested_by, confirmed_by } => {
            let thawed = thaw_by_operator(context, project, [requested_by, confirmed_by]).await;
            vec![thawed.context("nothing was changed")?]
        }
        ProjectCommand::Status { project } => named(context, project.as_deref()).await?,
    };
    for Project { id, name, status, .. } in shown {
        println!("{id} {status} {name}");
    }
    app.close().await;
    Ok(())
}
