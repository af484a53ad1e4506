//! The chain of a trail: each entry's hash covers the entry and the hash before it.
//!
//! `h_n = SHA-256("relais/audit/1" ‖ h_{n-1} ‖ canonical(event))`, and `h_0` is 32 zero bytes. The canonical
//! form is made of the columns as they are stored, in the order of [`EventColumns`] behind the trail and the
//! sequence: a number as 8 bytes with the sign, most significant first; a text as its length in 8 bytes and its
//! UTF-8 bytes; a column that may be empty as one byte, 0 for nothing and 1 before a value. So no two rows have
//! one form, and a byte changed in any column changes the hash.

use super::AuditEvent;
use sha2::{Digest, Sha256};

/// What every entry's hash begins with; another canonical form would have another number.
const TAG: &[u8] = b"relais/audit/1";

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash before the first entry.
pub const BEGINNING: Hash = [0; 32];

/// What a trail keeps of an event, column by column, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EventColumns {
    /// Microseconds of UTC.
    pub at: i64,
    /// The account.
    pub actor_id: Option<String>,
    /// The account's role, then.
    pub actor_role: Option<String>,
    /// The account's organisation.
    pub organization_id: Option<String>,
    /// Code of the action.
    pub action: String,
    /// The object, by its id or name.
    pub object: String,
    /// Names of fields, separated by blanks.
    pub fields: String,
    /// Code of the purpose.
    pub purpose: String,
    /// Code of the reason.
    pub reason: Option<String>,
    /// The consent.
    pub consent_id: Option<String>,
}

impl From<&AuditEvent> for EventColumns {
    fn from(event: &AuditEvent) -> Self {
        Self {
            at: event.at.microseconds(),
            actor_id: event.actor_id.map(|id| id.to_string()),
            actor_role: event.actor_role.map(|role| role.to_string()),
            organization_id: event.organization_id.map(|id| id.to_string()),
            action: event.action.to_string(),
            object: event.object.clone(),
            fields: event.fields.join(" "),
            purpose: event.purpose.to_string(),
            reason: event.reason.map(str::to_owned),
            consent_id: event.consent_id.map(|id| id.to_string()),
        }
    }
}

/// One entry of a trail as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The project's id, or `network`.
    pub trail: String,
    /// Its number in the trail, from 1 without a gap.
    pub sequence: i64,
    /// Its hash, in lower-case hexadecimal.
    pub hash: String,
    /// What it tells.
    pub body: Body,
}

/// What is left of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// All of it.
    Kept(Box<EventColumns>),
    /// Nothing but the hash: it was kept long enough.
    Dropped,
    /// Something that the code never writes.
    Unreadable,
}

/// The hash of an entry behind another.
pub fn link(previous: &Hash, trail: &str, sequence: i64, columns: &EventColumns) -> Hash {
    let mut bytes = Vec::with_capacity(512);
    bytes.extend_from_slice(TAG);
    bytes.extend_from_slice(previous);
    write_canonical(&mut bytes, trail, sequence, columns);
    Sha256::digest(&bytes).into()
}

/// Writes the canonical form of an entry behind what is in `bytes`.
pub fn write_canonical(bytes: &mut Vec<u8>, trail: &str, sequence: i64, columns: &EventColumns) {
    // Named one by one, so that a new column cannot be left out of the chain unnoticed.
    let EventColumns { at, actor_id, actor_role, organization_id, action, object, fields, purpose, reason, consent_id } =
        columns;
    write_text(bytes, trail);
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&at.to_be_bytes());
    write_optional(bytes, actor_id.as_deref());
    write_optional(bytes, actor_role.as_deref());
    write_optional(bytes, organization_id.as_deref());
    write_text(bytes, action);
    write_text(bytes, object);
    write_text(bytes, fields);
    write_text(bytes, purpose);
    write_optional(bytes, reason.as_deref());
    write_optional(bytes, consent_id.as_deref());
}

fn write_optional(bytes: &mut Vec<u8>, text: Option<&str>) {
    bytes.push(u8::from(text.is_some()));
    if let Some(text) = text {
        write_text(bytes, text);
    }
}

/// Writes a text so that its end is known before it is read.
pub(super) fn write_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// A hash as it is stored.
pub fn hexadecimal(hash: &Hash) -> String {
    data_encoding::HEXLOWER.encode(hash)
}

/// Reads a hash in the one spelling that is stored.
pub fn parse_hash(text: &str) -> Option<Hash> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn text() -> impl Strategy<Value = String> {
        // Few letters, so that pieces moved across a border are met often.
        "[ab \u{0}é]{0,4}"
    }

    prop_compose! {
        fn columns()(
            at in -2_i64..3,
            optional in prop::array::uniform5(prop::option::of(text())),
            texts in prop::array::uniform4(text()),
        ) -> EventColumns {
            let [actor_id, actor_role, organization_id, reason, consent_id] = optional;
            let [action, object, fields, purpose] = texts;
            EventColumns { at, actor_id, actor_role, organization_id, action, object, fields, purpose, reason, consent_id }
        }
    }

    fn canonical(trail: &str, sequence: i64, columns: &EventColumns) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_canonical(&mut bytes, trail, sequence, columns);
        bytes
    }

    proptest! {
        #[test]
        fn two_rows_have_one_form_only_when_they_are_equal(
            one in (text(), 0_i64..3, columns()),
            other in (text(), 0_i64..3, columns()),
        ) {
            let are_equal = canonical(&one.0, one.1, &one.2) == canonical(&other.0, other.1, &other.2);
            prop_assert_eq!(are_equal, one == other);
        }
    }

    #[test]
    fn every_column_and_its_absence_count() {
        let full = EventColumns {
            at: 7,
            actor_id: Some("a".into()),
            actor_role: Some("a".into()),
            organization_id: Some("a".into()),
            action: "a".into(),
            object: "a".into(),
            fields: "a".into(),
            purpose: "a".into(),
            reason: Some("a".into()),
            consent_id: Some("a".into()),
        };
        let some = |text: &str| Some(text.to_owned());
        let mut rows = vec![full.clone(), EventColumns { at: 8, ..full.clone() }];
        for other in [some("b"), some(""), some("aa"), None] {
            rows.push(EventColumns { actor_id: other.clone(), ..full.clone() });
            rows.push(EventColumns { actor_role: other.clone(), ..full.clone() });
            rows.push(EventColumns { organization_id: other.clone(), ..full.clone() });
            rows.push(EventColumns { reason: other.clone(), ..full.clone() });
            rows.push(EventColumns { consent_id: other, ..full.clone() });
        }
        for other in ["b", "", "aa"] {
            rows.push(EventColumns { action: other.into(), ..full.clone() });
            rows.push(EventColumns { object: other.into(), ..full.clone() });
            rows.push(EventColumns { fields: other.into(), ..full.clone() });
            rows.push(EventColumns { purpose: other.into(), ..full.clone() });
        }
        let hash = |row| link(&BEGINNING, "network", 1, row);
        let hashes: BTreeSet<Hash> = rows.iter().map(hash).collect();
        assert_eq!(hashes.len(), rows.len());
        assert_ne!(hash(&full), link(&BEGINNING, "prj_x", 1, &full));
        assert_ne!(hash(&full), link(&BEGINNING, "network", 2, &full));
        assert_ne!(hash(&full), link(&hash(&full), "network", 1, &full));
    }

    #[test]
    fn the_form_never_changes_unnoticed() {
        let columns =
            EventColumns { at: 1, action: "disclosed".into(), reason: Some(String::new()), ..Default::default() };
        // Computed once by another program (Python's hashlib) over the form that this module describes.
        let expected = "93368f6475a715d1c2e2366a35024cefebd0a1c80a458588a199234cc7556a38";
        assert_eq!(hexadecimal(&link(&BEGINNING, "network", 1, &columns)), expected);
        assert_eq!(parse_hash(expected), Some(link(&BEGINNING, "network", 1, &columns)));
        assert_eq!(parse_hash(&expected.to_uppercase()), None);
    }
}
