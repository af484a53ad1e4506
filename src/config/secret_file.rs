//! A file that holds one secret, readable by its owner alone.

use crate::domain::sensitive::Sensitive;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A secret is shorter; a longer file is another one.
const LONGEST_SECRET: u64 = 4 * 1024;

/// The secret of the file, or what is wrong with the file: missing, empty, not one word, or readable by others.
pub(super) fn read_secret(path: &Path) -> Result<Sensitive<String>, &'static str> {
    let file = fs::metadata(path).map_err(|_| "the file cannot be read")?;
    if !file.is_file() || file.len() > LONGEST_SECRET {
        return Err("a file that holds one secret is expected");
    }
    if file.permissions().mode() & 0o077 != 0 {
        return Err("others than its owner may read the file: chmod 400");
    }
    let text = fs::read_to_string(path).map(Sensitive::new).map_err(|_| "the file cannot be read")?;
    let secret = text.expose().trim();
    let is_one_word = !secret.is_empty() && !secret.chars().any(char::is_whitespace);
    if is_one_word { Ok(Sensitive::new(secret.to_owned())) } else { Err("a file that holds one secret is expected") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        assert!(read_secret(&path).is_err(), "there is none");
        for (text, mode, expected) in [
            ("s3cret\n", 0o400, Some("s3cret")),
            ("s3cret", 0o600, Some("s3cret")),
            ("s3cret", 0o640, None),
            ("s3cret", 0o604, None),
            ("", 0o400, None),
            ("two words", 0o400, None),
        ] {
            let _ = fs::remove_file(&path);
            fs::write(&path, text).expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
            let read = read_secret(&path).ok().map(|secret| secret.expose().clone());
            assert_eq!(read.as_deref(), expected, "{text} {mode:o}");
        }
        let told = read_secret(&path).err().expect("two words");
        assert!(!told.contains("words"), "{told}");
    }
}
