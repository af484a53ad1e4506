//! Cursors of a search.

use crate::directory::SearchKey;
use crate::domain::id::{Identifier, ServiceId};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Where a page ended: behind which key, judged at what time. Opaque to callers. It begins with a short
/// hash of the question and of the rest of it, so that one of another question and one that was changed on
/// its way are told apart. Whoever forges one only sees what is theirs to see, judged at another time.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    pub key: SearchKey,
    pub evaluated_at: Timestamp,
}

const CURSOR_VERSION: u8 = 1;
const CURSOR_BYTES: usize = 1 + 8 + 8 + 16 + 8;

impl Cursor {
    pub fn write(self, question: &[u8; 32]) -> String {
        let mut bytes = vec![CURSOR_VERSION; 9];
        bytes.extend(self.key.distance_meters().to_be_bytes());
        bytes.extend(self.key.service().bytes());
        bytes.extend(self.evaluated_at.microseconds().to_be_bytes());
        let hash = cursor_hash(question, &bytes[9..]);
        bytes[1..9].copy_from_slice(&hash);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn read(text: &str, question: &[u8; 32]) -> Result<Self, Refusal> {
        let refused = Refusal::input("after", InputProblem::Cursor);
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| {
            bytes.len() == CURSOR_BYTES
                && bytes[0] == CURSOR_VERSION
                && bytes[1..9] == cursor_hash(question, &bytes[9..])
        });
        let cursor = bytes.and_then(|bytes| {
            Some(Self {
                key: SearchKey::new(
                    f64::from_be_bytes(bytes[9..17].try_into().ok()?),
                    ServiceId::from_bytes(bytes[17..33].try_into().ok()?),
                ),
                evaluated_at: Timestamp::from_microseconds(i64::from_be_bytes(bytes[33..41].try_into().ok()?)),
            })
        });
        cursor.filter(|cursor| cursor.key.distance_meters() >= 0.0).ok_or(refused)
    }
}

fn cursor_hash(question: &[u8; 32], rest: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(question).chain_update(rest).finalize();
    let mut short = [0; 8];
    short.copy_from_slice(&digest[..8]);
    short
}
