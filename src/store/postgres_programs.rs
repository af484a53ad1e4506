//! PostgreSQL's own programs for backups, where they are installed.

use super::StoreError;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use url::Url;

/// Writes one schema of a database into a file.
pub(super) fn dump(url: &str, schema: &str, file: &Path) -> Result<(), StoreError> {
    let schema = format!("--schema=\"{schema}\"");
    let arguments = ["--format=custom".as_ref(), "--no-owner".as_ref(), "--no-privileges".as_ref(), schema.as_ref()];
    run("pg_dump", url, &[&arguments[..], &["--file".as_ref(), file.as_os_str()]].concat())
}

/// Reads a file that [`dump`] wrote back into a database that has no such schema.
pub(super) fn load(url: &str, file: &Path) -> Result<(), StoreError> {
    let arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"];
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).chain([file.as_os_str()]).collect();
    run("pg_restore", url, &arguments)
}

fn run(program: &'static str, url: &str, arguments: &[&OsStr]) -> Result<(), StoreError> {
    let (url, password) = without_password(url)?;
    let mut command = Command::new(program);
    command.arg("--dbname").arg(url).args(arguments).stdin(Stdio::null());
    if let Some(password) = password {
        // Not as an argument: every user of the machine can read those.
        command.env("PGPASSWORD", password);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::Unsuitable(format!(
                "{program} is not installed: install PostgreSQL's client programs of the server's version, or back \
                 the server up by its own means, the schema of the keys apart and for seven days only"
            )));
        }
        Err(error) => return Err(StoreError::File { path: program.to_owned(), error }),
    };
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let first = told.lines().next().unwrap_or("it ended without a word");
    Err(StoreError::Unsuitable(format!("{program} failed: {first}")))
}

/// A URL that may be shown, and the password that it held.
fn without_password(url: &str) -> Result<(String, Option<String>), StoreError> {
    let unsuitable = || StoreError::Unsuitable("the database URL cannot be read".to_owned());
    let mut url = Url::parse(url).map_err(|_| unsuitable())?;
    let password = url.password().map(decoded);
    url.set_password(None).map_err(|()| unsuitable())?;
    Ok((url.to_string(), password))
}

/// A part of a URL with its `%xx` undone.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.first_chunk::<2>().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &behind[2..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_url() {
        let (url, password) = without_password("postgres://relais:p%40ss%25@db/relais?sslmode=require").expect("a URL");
        assert_eq!(url, "postgres://relais@db/relais?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss%"));
        let (url, password) = without_password("postgres://relais@db/relais").expect("a URL");
        assert_eq!((url.as_str(), password), ("postgres://relais@db/relais", None));
    }

    #[test]
    fn what_looks_like_an_escape_and_is_none_stays() {
        assert_eq!(decoded("50%"), "50%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
