//! `relais audit`: verifying the trail, and where its key and its file of signed heads are.

use super::import::progress_bar;
use super::{make_folder, open};
use crate::actions::audit::{TrailVerdict, verify};
use crate::clock::System;
use crate::config::Config;
use crate::domain::audit::seal::{PublicKey, parse_key};
use crate::domain::code::CodeList;
use crate::seal::{Anchors, Sealer, make_key, read_anchors};
use crate::store::sqlite_file;
use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Verify every trail and every signed head; the first bad entry is named, and the exit code is 1.
    Verify {
        /// A file of signed heads, best one that was kept elsewhere [default: the configured one].
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
        /// Trust signatures of this public key, and of none but those given; may be repeated.
        #[arg(long, value_name = "HEX", value_parser = read_public_key)]
        key: Vec<PublicKey>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the public key by which signed heads are checked.
    Key,
}

fn read_public_key(text: &str) -> Result<PublicKey, &'static str> {
    parse_key(text).ok_or("a public key is 64 hexadecimal digits, as `relais audit key` prints them")
}

/// Where the key and the heads file are: as configured, or beside the embedded database.
struct Files {
    key: PathBuf,
    heads: PathBuf,
    /// True where a key may be made on first use.
    may_make_key: bool,
}

impl Files {
    fn of(config: &Config, url: &str) -> anyhow::Result<Self> {
        let database = sqlite_file(url);
        let beside = |configured: &Path, ending: &str, name: &str| {
            if !configured.as_os_str().is_empty() {
                return Ok(configured.to_owned());
            }
            let database = database.as_ref().with_context(|| {
                format!("{name} must name a file: only beside an SQLite file is there a place for it of itself")
            })?;
            let mut path = database.clone().into_os_string();
            path.push(ending);
            Ok::<_, anyhow::Error>(PathBuf::from(path))
        };
        Ok(Self {
            key: beside(&config.audit.signing_key_file, ".audit-key", "audit.signing_key_file")?,
            heads: beside(&config.audit.heads_file, ".audit-heads", "audit.heads_file")?,
            may_make_key: database.is_some(),
        })
    }
}

/// What signs the heads of this process's database; beside an SQLite database its key is made on first use.
pub(super) fn open_sealer(config: &Config, url: &str) -> anyhow::Result<Sealer> {
    let files = Files::of(config, url)?;
    if files.may_make_key {
        // A demonstration has a folder of its own, and makes none where it is run.
        if url == config.database_url.expose() {
            make_folder(config)?;
        }
        make_key(&files.key, &System).context("the audit key cannot be made")?;
    }
    let sealer = Sealer::open(&files.key, files.heads).context("the audit key cannot be used")?;
    sealer.publish(&[]).context("the file of signed heads cannot be written")?;
    Ok(sealer)
}

pub(super) async fn run(config: &Config, command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify { anchor, key, json } => run_verify(config, anchor, key, json).await,
        AuditCommand::Key => {
            println!("{}", data_encoding::HEXLOWER.encode(public_key(config)?.as_bytes()));
            Ok(())
        }
    }
}

fn public_key(config: &Config) -> anyhow::Result<PublicKey> {
    let files = Files::of(config, config.database_url.expose())?;
    Ok(Sealer::open(&files.key, files.heads).context("the audit key cannot be used")?.public_key())
}

async fn run_verify(
    config: &Config,
    anchor: Option<PathBuf>,
    keys: Vec<PublicKey>,
    as_json: bool,
) -> anyhow::Result<()> {
    let keys = if keys.is_empty() { vec![public_key(config)?] } else { keys };
    let configured = Files::of(config, config.database_url.expose()).ok().map(|files| files.heads);
    let anchor = anchor.or_else(|| configured.filter(|path| path.exists()));
    let anchors = anchor.as_deref().map(read_anchors).transpose().context("the file of signed heads cannot be read")?;
    let app = open(config).await?;
    let bar = progress_bar("entries");
    let mut show = |done: i64, of: i64| {
        bar.set_length(of.unsigned_abs());
        bar.set_position(done.unsigned_abs());
    };
    let verdicts = verify(app.context(), &keys, anchors.as_ref().unwrap_or(&Anchors::default()), &mut show).await;
    bar.finish_and_clear();
    app.close().await;
    let verdicts = verdicts.context("the audit trail cannot be read")?;
    let unreadable = anchors.map(|anchors| anchors.unreadable_lines).unwrap_or_default();
    if as_json {
        println!("{}", report_json(&verdicts, &unreadable));
    } else {
        print_report(&verdicts, &unreadable, anchor.as_deref());
    }
    let bad = verdicts.iter().filter(|verdict| verdict.finding.is_some()).count();
    if bad > 0 || !unreadable.is_empty() {
        anyhow::bail!("{bad} of {} trails are not what was written", verdicts.len());
    }
    Ok(())
}

fn report_json(verdicts: &[TrailVerdict], unreadable: &[usize]) -> serde_json::Value {
    let trail = |TrailVerdict { trail, verified, finding }: &TrailVerdict| {
        json!({
            "trail": trail, "entries": verified.entries, "signedUpTo": verified.sealed, "dropped": verified.dropped,
            "unsealedTail": verified.entries - verified.sealed,
            "finding": finding.map(|found| json!({
                "sequence": found.sequence, "fault": found.fault.code(), "meaning": found.fault.definition(),
            })),
        })
    };
    let is_good = unreadable.is_empty() && verdicts.iter().all(|verdict| verdict.finding.is_none());
    json!({
        "good": is_good, "trails": verdicts.iter().map(trail).collect::<Vec<_>>(), "unreadableAnchorLines": unreadable,
    })
}

fn print_report(verdicts: &[TrailVerdict], unreadable: &[usize], anchor: Option<&Path>) {
    for TrailVerdict { trail, verified, finding } in verdicts {
        if let Some(found) = finding {
            println!("{trail}: BAD at entry {}: {}", found.sequence, found.fault.definition());
            continue;
        }
        let tail = verified.entries - verified.sealed;
        println!("{trail}: good, {} entries, signed up to entry {}", verified.entries, verified.sealed);
        if verified.dropped > 0 {
            println!("  content of {} entries dropped under signed notes", verified.dropped);
        }
        println!("  unsealed tail: {tail}");
    }
    if verdicts.iter().any(|verdict| verdict.finding.is_none() && verdict.verified.entries > verdict.verified.sealed) {
        println!(
            "Entries of an unsealed tail are in order, but whoever owns the database could have written them anew."
        );
    }
    for line in unreadable {
        println!("BAD line {line} of the file of signed heads: it cannot be read");
    }
    match anchor {
        Some(path) => println!("Signed heads of {} were checked too.", path.display()),
        None => println!("No file of signed heads was checked: an old database put back as a whole would look good."),
    }
}
