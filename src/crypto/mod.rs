//! Encryption at rest: keys that wrap keys, and sealed fields. Pure: every random value is a parameter.
//!
//! ```text
//!   KEK (a file outside the database)
//!    └─ epoch key: random, one per project and month        wrapped by the KEK
//!        └─ data key: random, one per unit of erasure        wrapped by the epoch key
//!            └─ field: XChaCha20-Poly1305, bound to its table, column, row, unit and generation
//! ```
//!
//! Invariants: keys have neither `Debug` nor `Clone` and are wiped when dropped. No key is ever used as it is:
//! encryption and check value each have their own, derived by HKDF. Every ciphertext carries the check value of
//! its key, because the cipher alone does not commit to one. Nothing that fails to open says why.

mod cursor;
mod envelope;
mod field;
mod index;
mod kek;
mod key;

pub use self::cursor::{open_cursor, seal_cursor};
pub use self::envelope::{Wrapping, unwrap_key, wrap_key};
pub use self::field::{FieldPlace, open_field, seal_field};
pub use self::index::blind_index;
pub use self::kek::{InvalidKekFile, Kek, KekId, read_kek_file, write_kek_file};
pub use self::key::{Key, KeyCipher, NONCE_BYTES, Nonce, WontOpen};
