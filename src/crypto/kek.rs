//! The key-encryption key and the file that holds it.
//!
//! A file holds one key or, while a rotation is under way, several: a line each, in any order. Which one is in
//! force is for the key store to say.

use super::key::{Key, NONCE_BYTES};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

const LINE_START: &str = "relais-kek-1";

/// The check value of a KEK, by which rows say under which one they stand; it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KekId(String);

impl KekId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key-encryption key.
pub struct Kek {
    key: Key,
    id: KekId,
}

/// The text is not that of a KEK file. What it holds is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKekFile {
    /// A line is not a key.
    #[error("line {0} is not a key: each line is `relais-kek-1` and 43 characters, as `relais keys init` writes it")]
    Line(usize),
    /// There is no key.
    #[error("it holds no key: `relais keys init` makes one")]
    Empty,
}

impl Kek {
    /// The KEK of these random bytes.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let key = Key::from_random(bytes);
        let id = KekId(HEXLOWER.encode(&key.check_value()));
        Self { key, id }
    }

    /// By which rows name it.
    pub const fn id(&self) -> &KekId {
        &self.id
    }

    /// The key itself, to wrap and unwrap epoch keys.
    pub const fn key(&self) -> &Key {
        &self.key
    }
}

/// The keys of a KEK file; blank lines and those that begin with `#` do not count.
pub fn read_kek_file(text: &str) -> Result<Vec<Kek>, InvalidKekFile> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let keks: Vec<Kek> =
        lines.map(|(index, line)| read_line(line).ok_or(InvalidKekFile::Line(index + 1))).collect::<Result<_, _>>()?;
    if keks.is_empty() { Err(InvalidKekFile::Empty) } else { Ok(keks) }
}

fn read_line(line: &str) -> Option<Kek> {
    let text = line.trim().strip_prefix(LINE_START)?.strip_prefix(' ')?;
    let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
    Some(Kek::from_random(bytes.as_slice().try_into().ok()?))
}

/// The text of a file with this KEK.
pub fn write_kek_file(kek: &Kek) -> Zeroizing<String> {
    Zeroizing::new(format!("{LINE_START} {}\n", BASE64URL_NOPAD.encode(kek.key.bytes())))
}

const _: () = assert!(NONCE_BYTES == 24, "a nonce that is drawn at random must be that long");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let (one, other) = (Kek::from_random([1; 32]), Kek::from_random([2; 32]));
        let text = format!("# two keys\n{}\n{}", *write_kek_file(&one), *write_kek_file(&other));
        let read = read_kek_file(&text).unwrap_or_default();
        let ids: Vec<&KekId> = read.iter().map(Kek::id).collect();
        assert_eq!(ids, [one.id(), other.id()]);
        assert_ne!(one.id(), other.id());
        assert!(!text.contains(one.id().as_str()));
    }

    #[test]
    fn another_file_is_refused_without_repeating_it() {
        let good = write_kek_file(&Kek::from_random([1; 32]));
        let cases = [
            (String::new(), InvalidKekFile::Empty),
            ("# nothing\n\n".to_owned(), InvalidKekFile::Empty),
            (format!("{}secret", *good), InvalidKekFile::Line(2)),
            (good[..good.len() - 2].to_owned(), InvalidKekFile::Line(1)),
            (good.replace("relais-kek-1", "relais-kek-2"), InvalidKekFile::Line(1)),
            ("hunter2".to_owned(), InvalidKekFile::Line(1)),
        ];
        for (text, expected) in cases {
            let refused = read_kek_file(&text).err();
            assert_eq!(refused, Some(expected));
            assert!(!expected.to_string().contains("hunter2"));
        }
    }
}
