//! A real mail server on loopback (PyPI `aiosmtpd`, driven by `sink.py`), and the certificates that it shows.

use crate::kit::installation::file;
use crate::kit::process::Lines;
use crate::kit::requirement::{announce, is_required};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use relais::domain::sensitive::Sensitive;
use relais::egress::mail::{MailEncryption, MailLimits, MailLogin, MailServer, Mailer};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Long enough for a machine that is busy; nothing waits for it but what fails.
pub const PATIENT: MailLimits = MailLimits { connect: Duration::from_secs(20), total: Duration::from_secs(60) };

/// Which certificate a sink shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// One that is in order.
    Right,
    /// One of another host.
    OtherHost,
    /// One of last year.
    Expired,
}

/// An authority of a test's own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    /// A certificate of this host and its key, in PEM.
    pub fn certify_host(&self, host: &str) -> (String, String) {
        self.certify_for(host, Shows::Right)
    }

    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut of = CertificateParams::new(Vec::new()).expect("parameters");
        of.distinguished_name.push(DnType::CommonName, "An authority of a test");
        of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = of.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(of, key), pem }
    }

    /// A certificate and its key, in PEM.
    fn certify(&self, shows: Shows) -> (String, String) {
        let host = if shows == Shows::OtherHost { "other.example.org" } else { "127.0.0.1" };
        self.certify_for(host, shows)
    }

    fn certify_for(&self, host: &str, shows: Shows) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut of = CertificateParams::new(vec![host.to_owned()]).expect("parameters");
        of.distinguished_name.push(DnType::CommonName, "A mail server of a test");
        if shows == Shows::Expired {
            (of.not_before, of.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(2025, 1, 1));
        }
        (of.signed_by(&key, &self.issuer).expect("a certificate").pem(), key.serialize_pem())
    }
}

/// What a sink is to be.
pub struct Described<'a> {
    /// `tls`, `starttls`, `plain` or `login`.
    pub transport: &'a str,
    pub shows: Shows,
    /// `COMMAND=ANSWER`.
    pub answers: &'a [&'a str],
}

impl<'a> Described<'a> {
    pub fn by(transport: &'a str) -> Self {
        Self { transport, shows: Shows::Right, answers: &[] }
    }
}

/// A mail server that is running; it ends when dropped.
pub struct Sink {
    child: Child,
    lines: Lines,
    folder: TempDir,
    pub authority: Authority,
    pub port: u16,
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself, which a test has noticed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python of the virtual environment; `None` where it is missing, which has been said then.
fn python() -> Option<PathBuf> {
    let python = PathBuf::from(file(".ci/mail/.venv/bin/python"));
    let has_library = Command::new(&python)
        .args(["-c", "import aiosmtpd.smtp"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if has_library {
        return Some(python);
    }
    let line = "no aiosmtpd; run `python3 -m venv .ci/mail/.venv && .ci/mail/.venv/bin/pip install -r .ci/mail/requirements.txt`";
    assert!(!is_required("mail"), "required, but {line}");
    announce(&format!("relais tests: mail at a real server is skipped: {line}"));
    None
}

impl Sink {
    /// `None` where Python or the package is missing; that has been said then.
    pub fn start(described: &Described<'_>) -> Option<Self> {
        let python = python()?;
        let authority = Authority::new();
        let (certificate, key) = authority.certify(described.shows);
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        write("ca.pem", &authority.pem);
        let mut child = Command::new(python)
            .args([file("tests/it/mail/sink.py"), described.transport.to_owned()])
            .args([write("certificate.pem", &certificate), write("key.pem", &key)])
            .args(described.answers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let lines = Lines::of(child.stdout.take().expect("standard output is a pipe"));
        let port = told(&lines, "port").as_u64().expect("a number");
        Some(Self { child, lines, folder, authority, port: u16::try_from(port).expect("a port") })
    }

    /// The file of the certificates by which it is trusted.
    pub fn ca_file(&self) -> String {
        self.folder.path().join("ca.pem").to_string_lossy().into_owned()
    }

    /// Its description for a mailer that trusts it.
    pub fn server(&self, encryption: MailEncryption) -> MailServer {
        MailServer {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            encryption,
            login: None,
            from: "Relais <relais@example.org>".to_owned(),
            hello_name: String::new(),
            authorities: Some(self.authority.pem.clone().into_bytes()),
        }
    }

    pub fn mailer(&self, encryption: MailEncryption) -> Mailer {
        Mailer::new(self.server(encryption), PATIENT).expect("a mailer")
    }

    /// The same with a name and a password.
    pub fn mailer_of(&self, username: &str, password: &str) -> Mailer {
        let login = Some(MailLogin { username: username.to_owned(), password: Sensitive::new(password.to_owned()) });
        let server = MailServer { login, ..self.server(MailEncryption::StartTls) };
        Mailer::new(server, PATIENT).expect("a mailer")
    }

    /// The next mail that it takes.
    pub fn mail(&self) -> Value {
        told(&self.lines, "mail")
    }

    /// The next mail that it has seen and refuses.
    pub fn refused(&self) -> Value {
        told(&self.lines, "refused")
    }

    /// Ends it, and gives all that it has said of MAIL commands and mails.
    pub fn ended(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("it ends").success(), "it ends by itself");
        // The stream ends with it.
        let end = self.lines.wait_for(Duration::from_secs(60), |_| None::<()>);
        assert_eq!(end, Err(crate::kit::process::Missing::Ended));
        let seen = self.lines.seen();
        let lines = seen.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.filter(|line| line["port"].is_null()).collect()
    }
}

fn told(lines: &Lines, key: &str) -> Value {
    let found = lines.wait_for(Duration::from_secs(60), |line| {
        let value: Value = serde_json::from_str(line).ok()?;
        value.get(key).cloned()
    });
    found.expect("it says so")
}
