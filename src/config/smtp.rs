//! The section `smtp`: the mail server by which partners are written to.

use super::ConfigError;
use super::secret_file::read_secret;
use crate::egress::mail::{MailEncryption, MailLogin, MailServer};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The mail server by which partners are written to. Without a host no mail leaves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// The name of the server, for which its certificate has to be.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted, which it always is.
    pub security: MailEncryption,
    /// Our name at the server; empty where it asks for none.
    pub username: String,
    /// The file that holds our password there, readable by its owner alone.
    pub password_file: PathBuf,
    /// From whom mails are.
    pub from: String,
    /// Certificates (PEM) of the only authorities to be trusted; empty for those of the system.
    pub ca_file: PathBuf,
    /// The name by which we greet the server; empty for the host of `from`.
    pub hello_name: String,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 465,
            security: MailEncryption::Tls,
            username: String::new(),
            password_file: PathBuf::new(),
            from: String::new(),
            ca_file: PathBuf::new(),
            hello_name: String::new(),
        }
    }
}

const fn refused(key: &'static str, reason: &'static str) -> ConfigError {
    ConfigError::Unusable { key, reason }
}

fn is_named(file: &Path) -> bool {
    !file.as_os_str().is_empty()
}

impl Smtp {
    /// Whether mail leaves.
    pub fn is_on(&self) -> bool {
        !self.host.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.is_on() {
            let is_untouched = *self == Self::default();
            return if is_untouched { Ok(()) } else { Err(refused("smtp.host", "the section names no host")) };
        }
        if self.from.is_empty() {
            return Err(refused("smtp.from", "a mail is from somebody: give an address"));
        }
        if self.username.is_empty() == is_named(&self.password_file) {
            return Err(refused("smtp.password_file", "a name and a password come together, or neither"));
        }
        Ok(())
    }

    /// The server as it is described, with what its files hold; `None` where no mail leaves.
    pub fn server(&self) -> Result<Option<MailServer>, ConfigError> {
        if !self.is_on() {
            return Ok(None);
        }
        let login = if is_named(&self.password_file) {
            let password = read_secret(&self.password_file).map_err(|reason| refused("smtp.password_file", reason))?;
            Some(MailLogin { username: self.username.clone(), password })
        } else {
            None
        };
        let authorities = if is_named(&self.ca_file) {
            let read = std::fs::read(&self.ca_file);
            Some(read.map_err(|_| refused("smtp.ca_file", "the file cannot be read"))?)
        } else {
            None
        };
        Ok(Some(MailServer {
            host: self.host.clone(),
            port: self.port,
            encryption: self.security,
            login,
            from: self.from.clone(),
            hello_name: self.hello_name.clone(),
            authorities,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Smtp {
        Smtp { host: "mail.example.org".to_owned(), from: "Relais <relais@example.org>".to_owned(), ..Smtp::default() }
    }

    #[test]
    fn a_section_that_is_half_written_is_refused_by_its_key() {
        let file = PathBuf::from("nowhere/password");
        for (smtp, expected) in [
            (Smtp::default(), None),
            (whole(), None),
            (Smtp { username: "relais".to_owned(), password_file: file.clone(), ..whole() }, None),
            (Smtp { host: String::new(), ..whole() }, Some("smtp.host")),
            (Smtp { from: String::new(), ..whole() }, Some("smtp.from")),
            (Smtp { username: "relais".to_owned(), ..whole() }, Some("smtp.password_file")),
            (Smtp { password_file: file, ..whole() }, Some("smtp.password_file")),
        ] {
            let told = smtp.check().err().map(|error| error.to_string());
            assert_eq!(told.is_some(), expected.is_some(), "{smtp:?}: {told:?}");
            assert!(told.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{smtp:?}");
        }
    }

    #[test]
    fn without_a_host_there_is_no_server_and_without_its_files_none_that_can_be_used() {
        assert!(Smtp::default().server().expect("no files are named").is_none());
        assert!(whole().server().expect("no files are named").is_some());
        let nowhere = PathBuf::from("nowhere/at/all");
        for smtp in [
            Smtp { username: "relais".to_owned(), password_file: nowhere.clone(), ..whole() },
            Smtp { ca_file: nowhere, ..whole() },
        ] {
            assert!(smtp.server().is_err(), "{smtp:?}");
        }
    }
}
