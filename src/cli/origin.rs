//! Where an import comes from, a file or an address, and the turn in which it runs.
//!
//! Invariant: an address may hold a key, so no message and no error repeats more of it than its host.

use crate::actions::Context;
use crate::actions::import_turn::{Ingredients, Turn, body_digest, end_turn, recall, take_turn};
use crate::config::Config;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use crate::egress::{Client, EgressError, FetchError, FetchFault, Fetched, Limits, Validators};
use crate::import::{LARGEST, SourceName};
use crate::store::{ImportKind, ImportedCopy};
use anyhow::Context as _;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use url::Url;

/// Where the bytes are, as it was typed.
#[derive(Clone)]
pub(super) enum Origin {
    File(PathBuf),
    Url(String),
}

hidden_debug!(Origin);

impl From<OsString> for Origin {
    /// What begins like `word://` is an address, whether or not it may be fetched; anything else is a path.
    fn from(typed: OsString) -> Self {
        let is_scheme = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        match typed.to_str() {
            Some(text) if text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) => {
                Self::Url(text.to_owned())
            }
            _ => Self::File(typed.into()),
        }
    }
}

/// Bytes that are there, or that are to be fetched when it is their turn.
pub(super) enum Found {
    Bytes(Vec<u8>),
    At(Url),
}

impl Origin {
    /// The folder in which a file lies; an address has none.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(path) => path.parent(),
            Self::Url(_) => None,
        }
    }

    /// Reads a file, of which `what` is said where it cannot be; an address is only looked at.
    pub(super) fn find(&self, what: &'static str) -> anyhow::Result<Found> {
        match self {
            Self::File(path) => {
                std::fs::read(path).map(Found::Bytes).with_context(|| format!("cannot read the {what}"))
            }
            Self::Url(text) => Url::parse(text)
                .map(Found::At)
                .with_context(|| format!("the address of the {what} is no URL; write https://HOST/PATH")),
        }
    }
}

/// What is to be imported.
pub(super) struct Order<'a> {
    pub(super) found: Found,
    pub(super) source: &'a SourceName,
    pub(super) kind: ImportKind,
    /// Everything but the bytes and their address that the result depends on.
    pub(super) made_of: Ingredients,
    pub(super) is_dry_run: bool,
    /// True to import what is the same as the last time.
    pub(super) again: bool,
}

/// What an order came to.
pub(super) enum Came<T> {
    Imported(T),
    /// The source says what it said then, and nothing was done.
    Unchanged(Timestamp),
}

impl<T> Came<T> {
    /// What was imported; where nothing was, says so.
    pub(super) fn told(self, source: &SourceName) -> Option<T> {
        match self {
            Self::Imported(imported) => Some(imported),
            Self::Unchanged(since) => {
                let day = since.date();
                println!("{source}: unchanged since {day}; nothing was done (--again imports it all the same)");
                None
            }
        }
    }
}

/// Imports while no other import of the source runs; a dry run waits for nobody and leaves nothing. `import` is handed
/// the bytes and the turn.
pub(super) async fn in_turn<T>(
    config: &Config,
    context: &Context,
    order: Order<'_>,
    import: impl AsyncFnOnce(&[u8], Option<&Turn>) -> anyhow::Result<T>,
) -> anyhow::Result<Came<T>> {
    if order.is_dry_run {
        return match obtain(config, order.found, order.made_of, None).await? {
            Obtained::Bytes { bytes, .. } => import(&bytes, None).await.map(Came::Imported),
            Obtained::Unchanged(since) => Ok(Came::Unchanged(since)),
        };
    }
    let turn = take_turn(context, order.source).await.context("nothing was imported")?;
    let came = in_this_turn(config, context, order, &turn, import).await;
    if let Err(error) = end_turn(context, &turn).await {
        let cause = error.to_string();
        tracing::warn!(cause, "the turn of the source could not be given back; it ends by itself");
    }
    came
}

async fn in_this_turn<T>(
    config: &Config,
    context: &Context,
    order: Order<'_>,
    turn: &Turn,
    import: impl AsyncFnOnce(&[u8], Option<&Turn>) -> anyhow::Result<T>,
) -> anyhow::Result<Came<T>> {
    let known = if order.again { None } else { recall(context, order.source, order.kind).await? };
    match obtain(config, order.found, order.made_of, known).await? {
        Obtained::Unchanged(since) => Ok(Came::Unchanged(since)),
        Obtained::Bytes { bytes, copy } => {
            let turn = copy.map_or_else(|| turn.clone(), |copy| turn.clone().with_copy(copy));
            import(&bytes, Some(&turn)).await.map(Came::Imported)
        }
    }
}

enum Obtained {
    Bytes {
        bytes: Vec<u8>,
        /// What is remembered of them; nothing of a file.
        copy: Option<ImportedCopy>,
    },
    Unchanged(Timestamp),
}

async fn obtain(
    config: &Config,
    found: Found,
    made_of: Ingredients,
    known: Option<(ImportedCopy, Timestamp)>,
) -> anyhow::Result<Obtained> {
    let url = match found {
        Found::Bytes(bytes) => return Ok(Obtained::Bytes { bytes, copy: None }),
        Found::At(url) => url,
    };
    let options_digest = made_of.with(url.as_str().as_bytes()).digest();
    // What was made of other things says nothing of what would be made of the same body now.
    let known = known.filter(|(copy, _)| copy.options_digest == options_digest);
    let validators = known.as_ref().map_or_else(Validators::default, |(copy, _)| Validators {
        entity_tag: copy.entity_tag.clone(),
        last_modified: copy.last_modified.clone(),
    });
    let client = Client::to_public_hosts_and(Limits::of_document(LARGEST), config.import.private_hosts.clone())?;
    let fetched = client.fetch(&url, &validators).await;
    let told = |error| anyhow::anyhow!("{error}; {}", advice(&error)).context("nothing was imported");
    let fetched = fetched.map_err(told)?;
    match (fetched, known) {
        (Fetched::NotModified, Some((_, applied_at))) => Ok(Obtained::Unchanged(applied_at)),
        (Fetched::NotModified, None) => anyhow::bail!("the host says that nothing has changed, and nothing is known"),
        (Fetched::Document { bytes, validators }, known) => {
            let body_digest = body_digest(&bytes);
            if let Some((copy, applied_at)) = known
                && copy.body_digest == body_digest
            {
                return Ok(Obtained::Unchanged(applied_at));
            }
            let Validators { entity_tag, last_modified } = validators;
            Ok(Obtained::Bytes {
                bytes,
                copy: Some(ImportedCopy { options_digest, body_digest, entity_tag, last_modified }),
            })
        }
    }
}

/// What an operator does about it.
fn advice(error: &FetchError) -> &'static str {
    match error.fault {
        FetchFault::Egress(EgressError::NotHttps) => {
            "give its https address (http is for hosts in import.private_hosts only)"
        }
        FetchFault::Egress(EgressError::OtherPort) => {
            "give an address at port 443, or name the host with its port in import.private_hosts"
        }
        FetchFault::Egress(EgressError::NotPublic) => {
            "give the address of a public host, or name this one in import.private_hosts if it is your own"
        }
        FetchFault::Egress(EgressError::UserInformation) => {
            "take the name and the password out of the address, or fetch the file by other means and import it"
        }
        FetchFault::Egress(EgressError::TooLarge) => {
            "256 MiB is the most; ask the source for a smaller selection, or split it"
        }
        FetchFault::Egress(EgressError::TimedOut) => {
            "two minutes is the longest; try again later, or fetch the file by other means and import it"
        }
        FetchFault::Egress(EgressError::Unreachable | EgressError::Broken) => {
            "check the name of the host and its certificate, or try again later"
        }
        FetchFault::Egress(EgressError::Unsendable) => "check the address",
        FetchFault::Egress(EgressError::NoClient) => "check the certificates of this machine",
        FetchFault::Status(401 | 403) => "ask its publisher for access, or check the key in its address",
        FetchFault::Status(404 | 410) => "look up where its publisher has moved it",
        FetchFault::Status(429 | 500..=599) => "try again later",
        FetchFault::Status(_) | FetchFault::Compressed => "fetch the file by other means and import it",
        FetchFault::RedirectUnusable | FetchFault::TooManyRedirects => "give the address at which the file is",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_path_and_never_shown() {
        for (typed, is_url) in [
            ("https://feeds.example/a?key=swordfish", true),
            ("HTTPS://feeds.example/a", true),
            ("http://feeds.example/a", true),
            ("ftp://feeds.example/a", true),
            ("file:///etc/passwd", true),
            ("feed.json", false),
            ("./https:/feed.json", false),
            ("folder/https://feed.json", false),
            ("-", false),
        ] {
            let origin = Origin::from(OsString::from(typed));
            assert_eq!(matches!(origin, Origin::Url(_)), is_url, "{typed}");
            assert!(!format!("{origin:?}").contains("swordfish"));
        }
        let unreadable = Origin::Url("https://feeds.example:swordfish/".to_owned()).find("feed").err();
        let told = format!("{:#}", unreadable.expect("no port"));
        assert!(told.contains("write https://") && !told.contains("swordfish"), "{told}");
    }
}
