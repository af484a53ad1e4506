//! One mail as the bytes of RFC 5322: text and HTML of the same, and as long as every other.

use super::MailFault;
use crate::domain::id::DeliveryId;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, SystemTime};

/// Every mail is as long as a multiple of this, whatever it says in whichever language: its length tells nothing. Twice
/// 4096 bytes, because Arabic takes more than once.
pub const SIZE_CLASS_BYTES: usize = 2 * 4096;

/// One mail to be sent.
#[derive(Clone)]
pub struct Parcel {
    /// The same through every attempt; the Message-ID is made of it, so that a mail sent twice is seen to be one.
    pub id: DeliveryId,
    /// The address.
    pub to: Sensitive<String>,
    /// Its date.
    pub date: Timestamp,
    /// The language it is in, as a BCP 47 tag.
    pub language_tag: &'static str,
    /// Its subject.
    pub subject: String,
    /// What it says, as plain text.
    pub text: Sensitive<String>,
    /// What it says, as HTML.
    pub html: Sensitive<String>,
}

hidden_debug!(Parcel);

/// To whom it goes. Addresses beyond ASCII need what few servers offer, so they count as none.
pub(super) fn recipient(parcel: &Parcel) -> Result<Mailbox, MailFault> {
    let address = parcel.to.expose().trim();
    if !address.is_ascii() {
        return Err(MailFault::Unsendable);
    }
    address.parse::<Address>().map(|address| Mailbox::new(None, address)).map_err(|_| MailFault::Unsendable)
}

/// The whole mail. Nothing of it comes by chance or from a clock: the same parcel is the same bytes.
pub(super) fn assembled(from: &Mailbox, to: &Mailbox, parcel: &Parcel) -> Result<Vec<u8>, MailFault> {
    let microseconds = u64::try_from(parcel.date.microseconds()).unwrap_or(0);
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}", parcel.id))
        .singlepart(SinglePart::plain(parcel.text.expose().clone()))
        .singlepart(SinglePart::html(parcel.html.expose().clone()));
    let message = Message::builder()
        .from(from.clone())
        .to(to.clone())
        .subject(parcel.subject.as_str())
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(microseconds))
        .message_id(Some(format!("<{}@{}>", parcel.id, from.email.domain())))
        .raw_header(header("Content-Language", parcel.language_tag))
        // Neither a holiday notice nor another robot is to answer.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .multipart(parts)
        .map_err(|_| MailFault::Unsendable)?;
    Ok(padded(message.formatted()))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The bytes, filled up behind their last part, where nobody's mail program shows anything (RFC 2046 §5.1.1: the epilogue).
fn padded(mut message: Vec<u8>) -> Vec<u8> {
    const LINE: &[u8] = b"~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\r\n";
    // SMTP puts an end of line of its own behind the message, which belongs to it from then on.
    let wanted = (message.len() + 2).next_multiple_of(SIZE_CLASS_BYTES) - 2;
    message.extend(LINE.iter().cycle().take(wanted - message.len()));
    // Half of an end of line is none.
    if let Some(last) = message.last_mut().filter(|last| **last == b'\r') {
        *last = b'~';
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(subject: &str, words: usize) -> Parcel {
        let text = "something new ".repeat(words);
        Parcel {
            id: crate::domain::id::Identifier::from_bytes([7; 16]),
            to: Sensitive::new("accueil@example.org".to_owned()),
            date: Timestamp::parse("2026-11-26T16:00:00Z").expect("an instant"),
            language_tag: "fr",
            subject: subject.to_owned(),
            html: Sensitive::new(format!("<p>{text}</p>")),
            text: Sensitive::new(text),
        }
    }

    fn bytes(parcel: &Parcel) -> Vec<u8> {
        let from: Mailbox = "Relais <relais@example.org>".parse().expect("a mailbox");
        assembled(&from, &recipient(parcel).expect("an address"), parcel).expect("a mail")
    }

    #[test]
    fn every_mail_is_of_one_length_to_the_byte() {
        for words in 0..80 {
            let message = bytes(&parcel("Relais", words));
            assert_eq!(message.len() + 2, SIZE_CLASS_BYTES, "{words}");
            let ends_in_half_a_line = message.ends_with(b"\r");
            assert!(!ends_in_half_a_line, "{words}");
        }
        assert_eq!(bytes(&parcel("Relais", 400)).len() + 2, 2 * SIZE_CLASS_BYTES, "the next class");
    }

    #[test]
    fn the_same_parcel_is_the_same_bytes() {
        assert!(bytes(&parcel("Relais", 9)) == bytes(&parcel("Relais", 9)));
    }

    #[test]
    fn a_subject_adds_no_header() {
        let message = String::from_utf8(bytes(&parcel("tag\r\nBcc: other@example.org\r\n\r\nx", 1))).expect("ASCII");
        assert!(!message.lines().any(|line| line.starts_with("Bcc:") || line == "x"), "{message}");
    }

    #[test]
    fn what_is_no_address_is_sent_nowhere() {
        for address in
            ["", "accueil", "a@b@c", "accueil@example.org, other@example.org", "<>", "é@example.org", "a b@example.org"]
        {
            let parcel = Parcel { to: Sensitive::new(address.to_owned()), ..parcel("Relais", 1) };
            assert_eq!(recipient(&parcel).err(), Some(MailFault::Unsendable), "{address}");
        }
    }
}
