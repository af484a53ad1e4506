//! The only sender of mail: to the one server that the operator configured, encrypted or not at all.
//!
//! Invariants: before the connection is encrypted, and its certificate trusted for the configured name, a server hears
//! our name and the wish for encryption, and nothing it says counts afterwards; an attempt ends within its time; a fault
//! says what happened and holds neither an address nor a word of the server's.

mod byte_by_byte;
mod message;

pub use self::message::{Parcel, SIZE_CLASS_BYTES};

use self::byte_by_byte::ByteByByte;
use crate::domain::delivery::AttemptResult;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How the connection to a mail server is encrypted; there is no third way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// From its first byte on (port 465).
    #[default]
    Tls,
    /// After a word in clear (port 587); without it nothing is sent.
    StartTls,
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailLimits {
    /// From the first packet to an open connection, for each address of the server.
    pub connect: Duration,
    /// From the start until the server has taken the mail.
    pub total: Duration,
}

impl MailLimits {
    /// The limits in force.
    pub const STANDARD: Self = Self { connect: Duration::from_secs(5), total: Duration::from_secs(20) };
}

/// What a server is told before it lets us go, and no longer: the mail is delivered by then.
const GOODBYE: Duration = Duration::from_secs(1);

/// Who we are at a mail server.
#[derive(Clone)]
pub struct MailLogin {
    /// Our name there.
    pub username: String,
    /// What proves it.
    pub password: Sensitive<String>,
}

/// A mail server, as the operator describes it.
#[derive(Clone)]
pub struct MailServer {
    /// Its name, for which its certificate has to be.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub encryption: MailEncryption,
    /// Who we are there; without it, nobody in particular.
    pub login: Option<MailLogin>,
    /// From whom mails are: an address, or a name with an address in angle brackets.
    pub from: String,
    /// The name by which we greet; empty for the host of `from`.
    pub hello_name: String,
    /// Certificates (PEM) of the only authorities to be trusted; without them those of the system.
    pub authorities: Option<Vec<u8>>,
}

hidden_debug!(MailLogin, MailServer, Mailer);

/// Why no mail can be sent to a server as it is described. It names the key of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailServerProblem {
    /// A certificate could not be for such a host.
    #[error("smtp.host: the name of a host, or its address, is expected")]
    Host,
    /// Mail could not be answered, nor returned.
    #[error("smtp.from: an address such as relais@example.org is expected, or a name with it in angle brackets")]
    From,
    /// Nobody would be trusted.
    #[error("smtp.ca_file: certificates in PEM are expected")]
    Authorities,
}

/// Why a mail has not left. It holds no address and nothing that the server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// Nobody who speaks SMTP is there, or the connection broke.
    #[error("the mail server cannot be reached")]
    Unreachable,
    /// Its certificate is not one of a trusted authority, for its name and for today.
    #[error("the mail server's certificate is not to be trusted")]
    NotTrusted,
    /// It offers no encryption, or none that we speak.
    #[error("the mail server offers no encryption")]
    NotEncrypted,
    /// It was not done in time.
    #[error("the mail server did not answer in time")]
    TimedOut,
    /// It does not know us, or not by this password.
    #[error("the mail server refuses our name or password")]
    LoginRefused,
    /// It does not take this now, or does not take our mail.
    #[error("the mail server does not take it now")]
    Refused,
    /// It never takes this for this recipient.
    #[error("the mail server never takes it")]
    Rejected,
    /// There is no address to which it could be sent.
    #[error("the address is none to which a mail can be sent")]
    Unsendable,
}

impl MailFault {
    /// What came of the attempt, in the words of the outbox. What is wrong between us and our server is tried again: it
    /// says nothing of the recipient.
    pub const fn result(self) -> AttemptResult {
        match self {
            Self::Unreachable | Self::NotTrusted => AttemptResult::Unreachable,
            Self::NotEncrypted => AttemptResult::NotEncrypted,
            Self::TimedOut => AttemptResult::TimedOut,
            Self::LoginRefused | Self::Refused => AttemptResult::Refused,
            Self::Rejected => AttemptResult::Rejected,
            Self::Unsendable => AttemptResult::NoAddress,
        }
    }

    /// The same, where the server has not heard of the recipient yet: it is not for good.
    const fn before_the_recipient(self) -> Self {
        if matches!(self, Self::Rejected) { Self::Refused } else { self }
    }
}

/// Sends mail by one server, one connection a mail.
#[derive(Clone)]
pub struct Mailer {
    host: String,
    port: u16,
    encryption: MailEncryption,
    login: Option<MailLogin>,
    from: Mailbox,
    hello_name: ClientId,
    tls: TlsParameters,
    limits: MailLimits,
}

impl Mailer {
    /// Makes it of a server's description; nothing is connected yet.
    pub fn new(server: MailServer, limits: MailLimits) -> Result<Self, MailServerProblem> {
        if ServerName::try_from(server.host.as_str()).is_err() {
            return Err(MailServerProblem::Host);
        }
        let from: Mailbox = server.from.parse().map_err(|_| MailServerProblem::From)?;
        if !from.email.to_string().is_ascii() {
            return Err(MailServerProblem::From);
        }
        let hello_name = Some(server.hello_name).filter(|name| !name.is_empty());
        let hello_name = ClientId::Domain(hello_name.unwrap_or_else(|| from.email.domain().to_owned()));
        let tls = tls_parameters(&server.host, server.authorities.as_deref())?;
        let MailServer { host, port, encryption, login, .. } = server;
        Ok(Self { host, port, encryption, login, from, hello_name, tls, limits })
    }

    /// Sends one mail. `Ok` says that the server has taken it upon itself.
    pub async fn send(&self, parcel: &Parcel) -> Result<(), MailFault> {
        let to = message::recipient(parcel)?;
        let message = message::assembled(&self.from, &to, parcel)?;
        self.within_its_time(async {
            let mut connection = self.connect().await?;
            let sender = Mail::new(Some(self.from.email.clone()), Vec::new());
            connection.command(sender).await.map_err(|error| fault_of(&error).before_the_recipient())?;
            connection.command(Rcpt::new(to.email.clone(), Vec::new())).await.map_err(|error| fault_of(&error))?;
            connection.command(Data).await.map_err(|error| fault_of(&error))?;
            connection.message(&message).await.map_err(|error| fault_of(&error))?;
            Ok(connection)
        })
        .await
    }

    /// Does everything but sending: connects, encrypts, logs in, and asks whether the server is there.
    pub async fn check(&self) -> Result<(), MailFault> {
        self.within_its_time(async {
            let mut connection = self.connect().await?;
            connection.command(Noop).await.map_err(|error| fault_of(&error).before_the_recipient())?;
            Ok(connection)
        })
        .await
    }

    async fn within_its_time(
        &self,
        attempt: impl Future<Output = Result<AsyncSmtpConnection, MailFault>>,
    ) -> Result<(), MailFault> {
        let mut connection = timeout(self.limits.total, attempt).await.map_err(|_| MailFault::TimedOut)??;
        // Whatever becomes of the goodbye, what was taken is taken.
        let _ = timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailFault> {
        let mut connection = match self.encryption {
            MailEncryption::Tls => self.connect_by_tls().await?,
            MailEncryption::StartTls => self.connect_by_starttls().await?,
        };
        if let Some(login) = &self.login {
            let credentials = Credentials::new(login.username.clone(), login.password.expose().clone());
            let answered = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            answered.map_err(|error| login_fault_of(&error))?;
        }
        Ok(connection)
    }

    async fn connect_by_tls(&self) -> Result<AsyncSmtpConnection, MailFault> {
        let server = (self.host.as_str(), self.port);
        let (connect, tls) = (Some(self.limits.connect), Some(self.tls.clone()));
        let connected = AsyncSmtpConnection::connect_tokio1(server, connect, &self.hello_name, tls, None).await;
        connected.map_err(|error| fault_of(&error).before_the_recipient())
    }

    async fn connect_by_starttls(&self) -> Result<AsyncSmtpConnection, MailFault> {
        let connecting = timeout(self.limits.connect, TcpStream::connect((self.host.as_str(), self.port)));
        let stream = connecting.await.map_err(|_| MailFault::TimedOut)?.map_err(|_| MailFault::Unreachable)?;
        let stream = Box::new(ByteByByte::of(stream));
        let connected = AsyncSmtpConnection::connect_with_transport(stream, &self.hello_name).await;
        let mut connection = connected.map_err(|error| fault_of(&error).before_the_recipient())?;
        if !connection.can_starttls() {
            return Err(MailFault::NotEncrypted);
        }
        match connection.starttls(self.tls.clone(), &self.hello_name).await {
            Ok(()) if connection.is_encrypted() => Ok(connection),
            Ok(()) => Err(MailFault::NotEncrypted),
            // "Not now", said to the wish for encryption.
            Err(error) if error.status().is_some() => Err(MailFault::NotEncrypted),
            Err(error) => Err(fault_of(&error)),
        }
    }
}

/// Whom we trust: the named authorities and nobody else, or those of the system.
fn tls_parameters(host: &str, authorities: Option<&[u8]>) -> Result<TlsParameters, MailServerProblem> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authorities {
        // A text without a certificate is none to the reader, but would trust nobody.
        if !pem.windows(BEGIN_CERTIFICATE.len()).any(|window| window == BEGIN_CERTIFICATE) {
            return Err(MailServerProblem::Authorities);
        }
        let certificates = Certificate::from_pem(pem).map_err(|_| MailServerProblem::Authorities)?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificates);
    }
    builder.build_rustls().map_err(|_| MailServerProblem::Authorities)
}

const BEGIN_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The kind of the error, without its text: that holds what the server said.
fn fault_of(error: &Error) -> MailFault {
    if error.is_permanent() {
        MailFault::Rejected
    } else if error.is_transient() {
        MailFault::Refused
    } else if error.is_timeout() {
        MailFault::TimedOut
    } else {
        match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(_)) => MailFault::NotTrusted,
            Some(_) => MailFault::NotEncrypted,
            None => MailFault::Unreachable,
        }
    }
}

/// A client's error is that the server offers no way to log in.
fn login_fault_of(error: &Error) -> MailFault {
    if error.is_client() || error.is_permanent() { MailFault::LoginRefused } else { fault_of(error) }
}

/// The word of rustls in the causes of an error; it stands inside one of input and output.
fn tls_error(error: &Error) -> Option<&rustls::Error> {
    let causes = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |cause| cause.source());
    let mut of_input = causes.filter_map(|cause| cause.downcast_ref::<io::Error>());
    of_input.find_map(|cause| cause.get_ref()?.downcast_ref::<rustls::Error>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> MailServer {
        MailServer {
            host: "mail.example.org".to_owned(),
            port: 465,
            encryption: MailEncryption::Tls,
            login: None,
            from: "Relais <relais@example.org>".to_owned(),
            hello_name: String::new(),
            authorities: None,
        }
    }

    #[test]
    fn a_server_that_could_not_be_used_is_refused_by_its_key() {
        use MailServerProblem::{Authorities, From, Host};
        let not_a_certificate = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
        for (server, expected) in [
            (server(), None),
            (MailServer { host: "192.0.2.1".to_owned(), ..server() }, None),
            (MailServer { host: String::new(), ..server() }, Some(Host)),
            (MailServer { host: "mail.example.org:465".to_owned(), ..server() }, Some(Host)),
            (MailServer { from: "relais".to_owned(), ..server() }, Some(From)),
            (MailServer { from: "rélais@example.org".to_owned(), ..server() }, Some(From)),
            (MailServer { authorities: Some(b"nothing".to_vec()), ..server() }, Some(Authorities)),
            (MailServer { authorities: Some(not_a_certificate), ..server() }, Some(Authorities)),
        ] {
            let (host, from) = (server.host.clone(), server.from.clone());
            assert_eq!(Mailer::new(server, MailLimits::STANDARD).err(), expected, "{host} {from}");
        }
    }

    #[test]
    fn what_is_wrong_between_us_and_our_server_is_not_for_good() {
        assert_eq!(MailFault::Rejected.before_the_recipient().result(), AttemptResult::Refused);
        assert_eq!(MailFault::LoginRefused.result(), AttemptResult::Refused);
        assert_eq!(MailFault::Rejected.result(), AttemptResult::Rejected);
    }
}
