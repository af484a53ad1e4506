//! `relais retention`: ends what has been kept for as long as it may be.

use super::audit::open_sealer;
use super::open;
use crate::actions::retention::{Ended, Order, Report, RetentionError, run};
use crate::config::Config;
use crate::domain::code::CodeList as _;
use crate::domain::retention::RetentionClock;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Debug, Subcommand)]
pub(super) enum RetentionCommand {
    /// Run every clock once, as `relais serve` and `relais worker` do each hour.
    Run(RunArguments),
}

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Show what would be erased, and erase nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of lines for people.
    #[arg(long)]
    json: bool,
    /// You have compared this machine's clock with another source, and both agree.
    #[arg(long)]
    clock_is_right: bool,
}

/// Runs retention once.
pub(super) async fn run_retention(config: &Config, command: RetentionCommand) -> anyhow::Result<()> {
    let RetentionCommand::Run(arguments) = command;
    // What goes of the audit trail goes under a signed note.
    let sealer = if arguments.dry_run { None } else { Some(open_sealer(config, config.database_url.expose())?) };
    let app = open(config).await?;
    let app = if let Some(sealer) = sealer { app.sealing(sealer) } else { app };
    let bar = spinner();
    let mut show = |clock: RetentionClock, done: u64| {
        bar.set_message(clock.definition());
        bar.set_position(done);
    };
    let order = Order { is_dry_run: arguments.dry_run, clock_is_right: arguments.clock_is_right };
    let report = run(app.context(), order, &mut show).await;
    bar.finish_and_clear();
    app.close().await;
    let report = match report {
        Err(RetentionError::Clock(jump)) => anyhow::bail!(
            "{jump}. Compare this machine's clock with another source; if both agree, run again with --clock-is-right"
        ),
        other => other.context("what was erased stays erased; run it again")?,
    };
    if arguments.json {
        println!("{}", as_json(&report, arguments.dry_run));
    } else {
        print!("{report}");
        if arguments.dry_run {
            println!("dry run: nothing was erased");
        }
    }
    Ok(())
}

fn as_json(report: &Report, is_dry_run: bool) -> serde_json::Value {
    let clock = |ended: &Ended| {
        serde_json::json!({
            "clock": ended.clock.code(), "erased": ended.erased, "held": ended.held, "in_appeal": ended.in_appeal,
            "next_due_at": ended.next_due_at.map(|due| due.to_string()),
        })
    };
    let clocks: Vec<_> = report.clocks.iter().map(clock).collect();
    serde_json::json!({ "at": report.at.to_string(), "dry_run": is_dry_run, "clocks": clocks })
}

/// A spinner on a terminal; nothing in a pipe.
fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos} {msg}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
