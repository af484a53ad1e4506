//! What must not stand in the database: the key that signs the heads of the audit trail, and the file to which
//! each signed head is added.
//!
//! Invariants: the key file is made with mode 0400, and one that others may read is refused; a line is on disk
//! before anybody is told that its head is signed; a line is never changed.

use crate::clock::Chance;
use crate::domain::audit::seal::{PublicKey, Segment, Signed, SignedHead, SignedNote};
use crate::domain::audit::verify::Evidence;
use crate::domain::time::Timestamp;
use data_encoding::HEXLOWER;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why the audit trail cannot be signed or a file of signed heads not be read.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file cannot be used.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Others than the owner may read the key.
    #[error("{}: others may read this key; allow it to its owner only (chmod 400)", .0.display())]
    KeyIsOpen(PathBuf),
    /// The file holds no key.
    #[error("{}: not a key: 64 hexadecimal digits are expected", .0.display())]
    NotAKey(PathBuf),
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> SealError {
    move |source| SealError::File { path: path.to_owned(), source }
}

/// Signs heads and notes, and writes each to its file and to standard output.
pub struct Sealer {
    key: SigningKey,
    heads_file: PathBuf,
}

impl Sealer {
    /// A sealer with the key of this file.
    pub fn open(key_file: &Path, heads_file: PathBuf) -> Result<Self, SealError> {
        Ok(Self { key: read_key(key_file)?, heads_file })
    }

    /// The key by which its signatures are checked.
    pub fn public_key(&self) -> PublicKey {
        self.key.verifying_key()
    }

    /// Signs a head.
    pub fn sign_head(&self, trail: &str, sequence: i64, hash: &str, now: Timestamp) -> SignedHead {
        SignedHead::sign(&self.key, trail, sequence, hash, now)
    }

    /// Signs that the content of a segment is dropped.
    pub fn sign_note(&self, trail: &str, first: i64, before: &str, segment: &Segment, now: Timestamp) -> SignedNote {
        SignedNote::sign(&self.key, trail, first, before, segment, now)
    }

    /// Adds lines to the file and to standard output; they are on disk when this returns.
    pub fn publish(&self, lines: &[Line]) -> Result<(), SealError> {
        let mut text = String::new();
        for line in lines {
            text.push_str(&serde_json::to_string(line).expect("a line is texts and numbers"));
            text.push('\n');
        }
        self.append(&text).map_err(at(&self.heads_file))?;
        let mut output = std::io::stdout().lock();
        // Whoever closed standard output has the file.
        let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        Ok(())
    }

    fn append(&self, text: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o640).open(&self.heads_file)?;
        // A power cut may have left half a line: ours begins on one of its own.
        let begin = if ends_in_a_line(&mut file)? { "" } else { "\n" };
        file.write_all(format!("{begin}{text}").as_bytes())?;
        file.sync_all()
    }
}

fn ends_in_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Makes a key in this file unless there is one; gives whether it did.
pub fn make_key(path: &Path, chance: &dyn Chance) -> Result<bool, SealError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path);
    let mut file = match made {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        made => made.map_err(at(path))?,
    };
    let text = zeroize::Zeroizing::new(format!("{}\n", HEXLOWER.encode(&chance.key())));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))?;
    Ok(true)
}

fn read_key(path: &Path) -> Result<SigningKey, SealError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mode = file.metadata().map_err(at(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(SealError::KeyIsOpen(path.to_owned()));
    }
    let mut text = zeroize::Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(at(path))?;
    let bytes = HEXLOWER.decode(text.trim_end().as_bytes()).ok().map(zeroize::Zeroizing::new);
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    Ok(SigningKey::from_bytes(&bytes.ok_or_else(|| SealError::NotAKey(path.to_owned()))?))
}

/// One line of the file of signed heads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "audit", rename_all = "lowercase", deny_unknown_fields)]
pub enum Line {
    /// A signed head.
    Head {
        /// The trail.
        trail: String,
        /// The entry.
        sequence: i64,
        /// Its hash.
        hash: String,
        /// When it was signed.
        at: String,
        /// The public key.
        key: String,
        /// The signature.
        signature: String,
    },
    /// A signed note over dropped entries.
    Note {
        /// The trail.
        trail: String,
        /// The first entry.
        first: i64,
        /// The last one.
        last: i64,
        /// The hash before the first one.
        hash_before: String,
        /// SHA-256 over their hashes.
        digest: String,
        /// When it was signed.
        at: String,
        /// The public key.
        key: String,
        /// The signature.
        signature: String,
    },
}

impl From<&SignedHead> for Line {
    fn from(head: &SignedHead) -> Self {
        let SignedHead { trail, sequence, hash, at, by: Signed { key, signature } } = head.clone();
        Self::Head { trail, sequence, hash, at: at.to_string(), key, signature }
    }
}

impl From<&SignedNote> for Line {
    fn from(note: &SignedNote) -> Self {
        let SignedNote { trail, first, last, hash_before, digest, at, by: Signed { key, signature } } = note.clone();
        Self::Note { trail, first, last, hash_before, digest, at: at.to_string(), key, signature }
    }
}

/// What a file of signed heads says.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// What was signed of each trail.
    pub evidence: BTreeMap<String, Evidence>,
    /// Numbers of lines that are none of ours.
    pub unreadable_lines: Vec<usize>,
}

/// Reads a file of signed heads. Nothing in it is believed yet: signatures are checked against the entries.
pub fn read_anchors(path: &Path) -> Result<Anchors, SealError> {
    let mut anchors = Anchors::default();
    let file = BufReader::new(File::open(path).map_err(at(path))?);
    for (number, line) in (1..).zip(file.split(b'\n')) {
        let line = line.map_err(at(path))?;
        if line.is_empty() {
            continue;
        }
        if serde_json::from_slice(&line).ok().and_then(|line| anchors.add(line)).is_none() {
            anchors.unreadable_lines.push(number);
        }
    }
    Ok(anchors)
}

impl Anchors {
    fn add(&mut self, line: Line) -> Option<()> {
        match line {
            Line::Head { trail, sequence, hash, at, key, signature } => {
                let at = Timestamp::parse(&at)?;
                let heads = &mut self.evidence.entry(trail.clone()).or_default().heads;
                heads.push(SignedHead { trail, sequence, hash, at, by: Signed { key, signature } });
            }
            Line::Note { trail, first, last, hash_before, digest, at, key, signature } => {
                let at = Timestamp::parse(&at)?;
                let notes = &mut self.evidence.entry(trail.clone()).or_default().notes;
                notes.push(SignedNote { trail, first, last, hash_before, digest, at, by: Signed { key, signature } });
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Fixed;

    #[test]
    fn a_key_is_made_once_for_its_owner_and_no_open_one_is_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.key");
        let chance = Fixed::at(Timestamp::from_microseconds(0));
        assert!(matches!(Sealer::open(&path, PathBuf::new()), Err(SealError::File { .. })));
        assert!(make_key(&path, &chance).expect("made"));
        assert!(!make_key(&path, &chance).expect("kept"));
        let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o400);
        let key = Sealer::open(&path, PathBuf::new()).expect("a sealer").public_key();
        assert_eq!(Sealer::open(&path, PathBuf::new()).expect("again").public_key(), key);
        for open in [0o440, 0o404, 0o600 | 0o020] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(open)).expect("a mode");
            assert!(matches!(Sealer::open(&path, PathBuf::new()), Err(SealError::KeyIsOpen(_))), "{open:o}");
        }
        let other = folder.path().join("other.key");
        for text in ["", "00", "not a key"] {
            std::fs::write(&other, text).expect("a file");
            std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).expect("a mode");
            assert!(matches!(Sealer::open(&other, PathBuf::new()), Err(SealError::NotAKey(_))), "{text}");
        }
    }

    #[test]
    fn lines_come_back_as_they_were_and_a_broken_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, heads) = (folder.path().join("audit.key"), folder.path().join("heads"));
        make_key(&key, &Fixed::at(Timestamp::from_microseconds(0))).expect("made");
        let sealer = Sealer::open(&key, heads.clone()).expect("a sealer");
        let now = Timestamp::from_microseconds(1_700_000_000_123_456);
        let head = sealer.sign_head("network", 3, "ab", now);
        let mut segment = Segment::default();
        segment.add(&[1; 32]);
        let note = sealer.sign_note("prj_x", 1, "cd", &segment, now);
        sealer.publish(&[(&head).into()]).expect("written");
        // Half a line, as a power cut leaves it.
        let mut file = OpenOptions::new().append(true).open(&heads).expect("the file");
        file.write_all(b"{\"audit\":\"he").expect("written");
        sealer.publish(&[(&note).into()]).expect("written");
        let anchors = read_anchors(&heads).expect("read");
        assert_eq!(anchors.unreadable_lines, [2]);
        assert_eq!(anchors.evidence["network"].heads, [head]);
        assert_eq!(anchors.evidence["prj_x"].notes, [note]);
        let nowhere = Sealer::open(&key, folder.path().join("no such folder").join("heads")).expect("a sealer");
        assert!(matches!(nowhere.publish(&[]), Err(SealError::File { .. })), "what cannot be written is told");
    }
}
