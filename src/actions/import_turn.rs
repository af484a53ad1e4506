//! One import of a source at a time, and what the last one leaves to compare the next with.
//!
//! Invariant: an import that has lost its turn commits nothing (`settle` asks in its transaction), and what is
//! remembered of a source is written in the commit that applied it.

use super::{ActionError, Context};
use crate::domain::time::Timestamp;
use crate::import::SourceName;
use crate::store::{ImportKind, ImportedCopy, RunningImport, StoreError, Tx};
use sha2::{Digest as _, Sha256};

/// Minutes for which a turn is taken: longer than fetching and importing the largest file takes. The run of a process
/// that was killed is in nobody's way after them.
pub const TURN_MINUTES: i64 = 15;

/// The turn of one source, until it is given back by [`end_turn`].
#[derive(Clone, Debug)]
pub struct Turn {
    source: SourceName,
    owner: String,
    copy: Option<ImportedCopy>,
}

/// Why an import may not run.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// Another run of the source has not ended. In both languages, because whoever meets it may not know the other.
    #[error(
        "another import of `{source_name}` has been running since {}; wait until it has ended (one that was killed is in \
         the way until {})\nun autre import de « {source_name} » est en cours depuis {} ; attendez qu'il soit terminé (s'il a été \
         interrompu, il bloque jusqu'à {})", whole_second(.running.since), whole_second(.running.until),
        whole_second(.running.since), whole_second(.running.until)
    )]
    Busy {
        /// Whose turn it is.
        source_name: SourceName,
        /// Since when, and until when at most.
        running: RunningImport,
    },
    /// The run took longer than its turn, and another one has begun.
    #[error(
        "the import took more than {TURN_MINUTES} minutes and another one of its source has begun since; run it again"
    )]
    Lost,
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for TurnError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_microseconds(time.microseconds() - time.microseconds().rem_euclid(1_000_000))
}

/// Takes the turn of a source, or says who has it.
///
/// # Errors
/// [`TurnError::Busy`] while another run of the source lasts, on whichever node.
pub async fn take_turn(context: &Context, source: &SourceName) -> Result<Turn, TurnError> {
    let mut bytes = [0; 8];
    context.chance.fill(&mut bytes);
    let owner = data_encoding::HEXLOWER.encode(&bytes);
    let now = context.now();
    let until = now.plus_minutes(TURN_MINUTES);
    let running =
        context.store.write(async |tx| tx.take_import_turn(source.as_str(), &owner, now, until).await).await?;
    match running {
        Some(running) => Err(TurnError::Busy { source_name: source.clone(), running }),
        None => Ok(Turn { source: source.clone(), owner, copy: None }),
    }
}

/// Gives a turn back, whatever the import came to.
pub async fn end_turn(context: &Context, turn: &Turn) -> Result<(), ActionError> {
    let (source, owner) = (turn.source.as_str(), turn.owner.as_str());
    Ok(context.store.write(async |tx| tx.end_import_turn(source, owner).await).await?)
}

impl Turn {
    /// The same turn for a body that was fetched: what it was made of is remembered once it is applied.
    #[must_use]
    pub fn with_copy(self, copy: ImportedCopy) -> Self {
        Self { copy: Some(copy), ..self }
    }
}

/// What the last applied import of this source was made of, where it was fetched, with the time it was applied.
pub async fn recall(
    context: &Context,
    source: &SourceName,
    kind: ImportKind,
) -> Result<Option<(ImportedCopy, Timestamp)>, ActionError> {
    Ok(context.store.find_imported_copy(source.as_str(), kind).await?)
}

/// In the transaction of an import: makes sure that it still has its turn, and remembers what it was made of. One that
/// was not fetched makes the house forget, because what the host calls unchanged is no longer what is held here.
pub(super) async fn settle(
    context: &Context,
    tx: &mut Tx,
    source: &SourceName,
    kind: ImportKind,
    turn: Option<&Turn>,
) -> Result<(), TurnError> {
    if let Some(turn) = turn
        && !tx.holds_import_turn(source.as_str(), &turn.owner).await?
    {
        return Err(TurnError::Lost);
    }
    let copy = turn.and_then(|turn| turn.copy.as_ref());
    Ok(tx.remember_imported_copy(source.as_str(), kind, copy, context.now()).await?)
}

/// Adds up what the result of an import depends on.
#[derive(Clone)]
pub struct Ingredients(Sha256);

impl Ingredients {
    /// Begins with the release of Relais: the next one may read the same bytes otherwise.
    pub fn new() -> Self {
        Self(Sha256::new()).with(env!("CARGO_PKG_VERSION").as_bytes())
    }

    /// Adds one part, so that where it ends counts too.
    #[must_use]
    pub fn with(mut self, part: &[u8]) -> Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    /// The SHA-256 of all parts in hexadecimal digits.
    pub fn digest(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0.finalize())
    }
}

impl Default for Ingredients {
    fn default() -> Self {
        Self::new()
    }
}

/// The SHA-256 of a body in hexadecimal digits.
pub fn body_digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_part_ends_counts() {
        let digest =
            |parts: &[&str]| parts.iter().fold(Ingredients::new(), |sum, part| sum.with(part.as_bytes())).digest();
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
        let others: [&[&str]; 5] = [&["a", "bc"], &["abc"], &["ab", "c", ""], &["c", "ab"], &[]];
        for other in others {
            assert_ne!(digest(&["ab", "c"]), digest(other), "{other:?}");
        }
    }

    #[test]
    fn who_has_to_wait_is_told_since_when_in_both_languages() {
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let running =
            RunningImport { since: at("2026-11-23T18:50:12.345678Z"), until: at("2026-11-23T19:05:12.345678Z") };
        let source_name = SourceName::parse("ours").expect("a source name");
        let told = TurnError::Busy { source_name, running }.to_string();
        for part in [
            "another import of `ours` has been running since 2026-11-23T18:50:12Z; ",
            "until 2026-11-23T19:05:12Z)\n",
            "un autre import de « ours » est en cours depuis 2026-11-23T18:50:12Z ; ",
            "jusqu'à 2026-11-23T19:05:12Z)",
        ] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
    }
}
