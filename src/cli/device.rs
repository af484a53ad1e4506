//! `relais device`: the phones that teams share.

use super::open;
use super::people::print_rows;
use crate::actions::{Context, device};
use crate::config::Config;
use crate::domain::device::SharedDevice;
use crate::domain::id::{DeviceId, Identifier as _};
use crate::domain::time::Timestamp;
use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// List the phones that teams share.
    List {
        /// As one JSON array.
        #[arg(long)]
        json: bool,
    },
    /// End a phone at once, such as a lost one: every session on it is over, and it opens nothing any more.
    Revoke {
        /// The phone, such as `dev_…`.
        #[arg(value_parser = device_id)]
        id: DeviceId,
    },
}

fn device_id(text: &str) -> Result<DeviceId, String> {
    DeviceId::parse(text).map_err(|invalid| invalid.to_string())
}

pub(super) async fn run(config: &Config, command: DeviceCommand) -> anyhow::Result<()> {
    let app = open(config).await?;
    let done = work(app.context(), command).await;
    app.close().await;
    done.context("nothing was changed")
}

async fn work(context: &Context, command: DeviceCommand) -> anyhow::Result<()> {
    match command {
        DeviceCommand::List { json } => {
            print_devices(&device::list_all(context).await?, context.clock.now(), json);
        }
        DeviceCommand::Revoke { id } => {
            let revoked = device::revoke_by_operator(context, id).await?;
            revoked.with_context(|| format!("there is no phone `{id}`; see `relais device list`"))?;
            println!("revoked: {id}; its sessions ended");
        }
    }
    Ok(())
}

fn print_devices(devices: &[SharedDevice], now: Timestamp, as_json: bool) {
    let rows = devices.iter().map(|shared| {
        let device = &shared.device;
        json!({
            "id": device.id.to_string(), "name": device.name, "team": shared.team.name,
            "team_id": shared.team.id.to_string(), "status": device.status(now),
            "enrolled_on": device.enrolled_at.date().to_string(), "enrolled_by": shared.enrolled_by_handle,
            "opened_on": device.opened_at.map(|at| at.date().to_string()),
            "last_seen_on": device.seen_on.map(|day| day.to_string()),
            "revoked_on": device.revoked_at.map(|at| at.date().to_string()),
        })
    });
    print_rows(rows, &["id", "name", "team", "status", "last_seen_on", "enrolled_by"], as_json);
}
