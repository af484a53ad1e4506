//! The erasure ledger: a file of its own, only ever added to, that outlives the databases and their backups.
//!
//! Invariants: a line is on the disk before the call that wrote it comes back; one line is written by one
//! process at a time, under a lock on the file. A line that a power cut left unfinished was never confirmed to
//! anybody: it is cut off. Any other line that cannot be read stops the start.

use super::StoreError;
use crate::domain::erasure::LedgerEntry;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A ledger by its file.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    path: Arc<PathBuf>,
}

impl Ledger {
    pub(super) fn at(path: &Path) -> Self {
        Self { path: Arc::new(path.to_owned()) }
    }

    /// Writes entries behind all others, and comes back when they are on the disk.
    pub(super) async fn append(&self, entries: &[LedgerEntry]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let lines: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
        let path = Arc::clone(&self.path);
        let written = tokio::task::spawn_blocking(move || append_lines(&path, &lines)).await;
        written.map_err(|ended| self.failed(io::Error::other(ended)))?.map_err(|error| self.failed(error))
    }

    /// All entries, oldest first; none where there is no file yet.
    pub(super) fn read(&self) -> Result<Vec<LedgerEntry>, StoreError> {
        let text = match std::fs::read_to_string(&*self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failed(error)),
        };
        let finished = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = finished.split('\n').filter(|line| !line.is_empty()).enumerate();
        lines.map(|(index, line)| LedgerEntry::parse(line).ok_or_else(|| self.unreadable(index + 1))).collect()
    }

    fn unreadable(&self, line: usize) -> StoreError {
        let path = self.path.display();
        StoreError::Unsuitable(format!(
            "line {line} of the erasure ledger {path} cannot be read: what was erased could come back; mend it from \
             the copy that is kept elsewhere"
        ))
    }

    fn failed(&self, error: io::Error) -> StoreError {
        StoreError::File { path: self.path.display().to_string(), error }
    }
}

fn append_lines(path: &Path, lines: &str) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    cut_unfinished_line(&mut file)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()?;
    if is_new && let Some(folder) = path.parent() {
        // Without this a power cut could forget the file's name.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn cut_unfinished_line(file: &mut File) -> io::Result<()> {
    let length = file.metadata()?.len();
    // No line is longer than this.
    let tail_start = length.saturating_sub(128);
    file.seek(SeekFrom::Start(tail_start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let finished = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if finished < tail.len() {
        file.set_len(tail_start + finished as u64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::erasure::{ErasureUnit, LedgerEvent};
    use crate::domain::id::{CaseId, Identifier};
    use crate::domain::time::Timestamp;

    fn erased(number: u8) -> LedgerEntry {
        let unit = ErasureUnit::Case(CaseId::from_bytes([number; 16]));
        LedgerEntry { event: LedgerEvent::Erased(unit), at: Timestamp::from_microseconds(number.into()) }
    }

    #[tokio::test]
    async fn what_was_appended_is_read_back_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::at(&folder.path().join("ledger"));
        assert_eq!(ledger.read().expect("no file yet"), []);
        ledger.append(&[erased(1), erased(2)]).await.expect("written");
        ledger.append(&[erased(3)]).await.expect("written");
        assert_eq!(ledger.read().expect("readable"), [erased(1), erased(2), erased(3)]);
    }

    #[tokio::test]
    async fn an_unfinished_line_is_cut_and_a_broken_one_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        let ledger = Ledger::at(&path);
        ledger.append(&[erased(1)]).await.expect("written");
        let whole = std::fs::read_to_string(&path).expect("text");
        for cut in 1..whole.len() {
            std::fs::write(&path, format!("{whole}{}", &whole[..cut])).expect("written");
            assert_eq!(ledger.read().expect("readable"), [erased(1)], "{cut}");
            ledger.append(&[erased(2)]).await.expect("written");
            assert_eq!(ledger.read().expect("readable"), [erased(1), erased(2)], "{cut}");
        }
        std::fs::write(&path, format!("erased nobody 1\n{whole}")).expect("written");
        let told = ledger.read().expect_err("a broken line").to_string();
        assert!(told.contains("line 1"), "{told}");
    }
}
