//! What an operator does to keys and copies: rotation, backup, restore; each told in the network's audit trail.

use super::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::time::Timestamp;
use crate::store::{BackupMade, Location, Restored, Rotation, RotationRefused, Store, read_kek_id};
use std::path::Path;

/// Keys of each kind that one transaction wraps anew.
const KEYS_A_STEP: i64 = 200;
/// The object of an event about all keys, where no key file is named.
const ALL_KEYS: &str = "keys";
/// The object of an event about both databases.
const DATA_AND_KEYS: &str = "data and keys";

async fn tell(store: &Store, at: Timestamp, action: AuditAction, object: &str) -> Result<(), ActionError> {
    let event = AuditEvent::of_operator(at, action, object.to_owned());
    store.write(async |tx| Ok(tx.append_audit(std::slice::from_ref(&event)).await?)).await
}

/// Wraps every key anew, under the KEK in this file or the one in force, and destroys the old epoch keys; goes on where one
/// that was stopped left off. `progress` is told how many keys are left.
pub async fn rotate_keys(
    context: &Context,
    new_kek: Option<&Path>,
    progress: &mut (dyn FnMut(i64) + Send),
) -> Result<Result<(), RotationRefused>, ActionError> {
    let store = &context.store;
    let to = new_kek.map(read_kek_id).transpose()?;
    let object = to.as_ref().map_or(ALL_KEYS, |id| id.as_str());
    if let Err(refused) = store.begin_rotation(to.as_ref()).await? {
        return Ok(Err(refused));
    }
    tell(store, context.now(), AuditAction::RotationBegun, object).await?;
    while let Rotation::UnderWay { left } = store.rotate_step(KEYS_A_STEP).await? {
        progress(left);
    }
    tell(store, context.now(), AuditAction::KeysRotated, object).await?;
    Ok(Ok(()))
}

/// Copies data and keys into a folder. It is told before anything is copied: so the copy tells of itself, and who
/// stops the process hides nothing.
pub async fn back_up(context: &Context, place: &Location, folder: &Path) -> Result<BackupMade, ActionError> {
    tell(&context.store, context.now(), AuditAction::BackupBegun, DATA_AND_KEYS).await?;
    Ok(context.store.backup(place, folder, context.now()).await?)
}

/// Tells in the trail that came back with a backup that it came back, and which one it is.
pub async fn tell_of_restore(context: &Context, restored: &Restored) -> Result<(), ActionError> {
    let object = restored.data_made_at.to_string();
    tell(&context.store, context.now(), AuditAction::BackupRestored, &object).await
}
