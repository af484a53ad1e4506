//! Mail, at a real server on loopback: what arrives, and what does not leave.

pub mod sink;

use self::sink::{Described, PATIENT, Shows, Sink};
use crate::kit::installation::installed_on_both_databases;
use relais::delivery::letter::{Letter, LetterFacts, ReplyBy, compose};
use relais::domain::clocks::Weekday;
use relais::domain::code::CodeList as _;
use relais::domain::delivery::AttemptResult;
use relais::domain::id::{DeliveryId, Identifier as _};
use relais::domain::sensitive::Sensitive;
use relais::domain::time::Timestamp;
use relais::egress::mail::{MailEncryption, MailFault, MailLimits, MailServer, Mailer, Parcel, SIZE_CLASS_BYTES};
use relais::i18n::Language;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

const LINK: &str = "https://relais.example.org/o/mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiy";
const HURRIED: MailLimits = MailLimits { connect: Duration::from_millis(300), total: Duration::from_millis(600) };

fn letter(language: Language, tag: Option<&str>, is_dated: bool) -> Letter {
    let thursday = ReplyBy { weekday: Weekday::Thursday, hour: 17, minute: 0 };
    compose(&LetterFacts {
        language,
        tag: tag.map(str::to_owned),
        reply_by: is_dated.then_some(thursday),
        link: Sensitive::new(LINK.to_owned()),
    })
}

fn parcel(language: Language, letter: Letter) -> Parcel {
    Parcel {
        id: DeliveryId::from_bytes([0xD1; 16]),
        to: Sensitive::new("accueil@partner.example".to_owned()),
        date: Timestamp::parse("2026-11-26T09:30:00Z").expect("an instant"),
        language_tag: language.tag(),
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
    }
}

fn any_parcel() -> Parcel {
    parcel(Language::French, letter(Language::French, None, false))
}

pub fn header<'a>(mail: &'a Value, name: &str) -> &'a str {
    let headers = mail["headers"].as_array().expect("headers");
    let found = headers.iter().find(|header| header[0] == name).unwrap_or_else(|| panic!("no {name} in {mail:#}"));
    found[1].as_str().expect("a text")
}

/// A mail as somebody reads it.
fn shown(mail: &Value) -> String {
    let headers = mail["headers"].as_array().expect("headers").iter();
    let headers: Vec<String> =
        headers.map(|header| format!("{}: {}", header[0].as_str().unwrap(), header[1].as_str().unwrap())).collect();
    let parts = mail["texts"].as_array().expect("parts").iter().map(|part| part.as_str().expect("a text"));
    format!("{}\n\n{}", headers.join("\n"), parts.collect::<Vec<_>>().join("\n----\n"))
}

#[tokio::test]
async fn a_mail_arrives_whole_in_each_language() {
    let Some(sink) = Sink::start(&Described::by("starttls")) else { return };
    let mailer = sink.mailer(MailEncryption::StartTls);
    for language in Language::ALL {
        mailer.send(&parcel(*language, letter(*language, Some("PASS-2"), true))).await.expect("it is taken");
        let mail = sink.mail();
        assert_eq!(mail["sender"], "relais@example.org");
        assert_eq!(mail["recipients"], json!(["accueil@partner.example"]));
        assert_eq!(mail["kinds"], json!(["multipart/alternative", "text/plain", "text/html"]));
        assert_eq!(mail["charsets"], json!(["utf-8", "utf-8"]));
        assert_eq!(mail["defects"], json!([]));
        let id = DeliveryId::from_bytes([0xD1; 16]);
        assert_eq!(header(&mail, "Message-ID"), format!("<{id}@example.org>"));
        assert_eq!(header(&mail, "Date"), "Thu, 26 Nov 2026 09:30:00 +0000");
        assert_eq!(header(&mail, "Content-Language"), language.tag());
        assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
        assert_eq!(header(&mail, "X-Auto-Response-Suppress"), "All");
        assert!(mail["texts"][0].as_str().expect("a text").contains(LINK));
        insta::assert_snapshot!(format!("mail_in_{}", language.tag()), shown(&mail));
    }
    let heard = sink.ended();
    assert!(heard.iter().filter(|line| line["heard"] == "MAIL").all(|line| line["encrypted"] == true), "{heard:?}");
}

#[tokio::test]
async fn every_mail_is_of_one_length_and_says_nothing_of_what_it_is_about() {
    let Some(sink) = Sink::start(&Described::by("tls")) else { return };
    let mailer = sink.mailer(MailEncryption::Tls);
    for language in Language::ALL {
        let mut subjects = Vec::new();
        for (tag, is_dated) in [(None, false), (Some("T"), false), (Some("a longer tag of a partner"), true)] {
            mailer.send(&parcel(*language, letter(*language, tag, is_dated))).await.expect("it is taken");
            let mail = sink.mail();
            assert_eq!(mail["length"], SIZE_CLASS_BYTES, "{language} {tag:?}");
            subjects.push(header(&mail, "Subject").to_owned());
            if tag.is_none() {
                let told = shown(&mail).to_lowercase();
                let of_a_case =
                    ["violence", "mineur", "minor", "hébergement", "shelter", "urgen", "paris", "17:00", "pass-2"];
                assert!(of_a_case.iter().all(|word| !told.contains(word)), "{told}");
            }
        }
        assert!(subjects[0].starts_with("Relais"), "at severe risk nothing tells mails apart: {subjects:?}");
    }
}

#[tokio::test]
async fn what_a_server_answers_is_what_comes_of_it() {
    use AttemptResult::{Refused, Rejected};
    for (answer, expected, result) in [
        ("RCPT=451 4.7.1 accueil@partner.example: greylisted", MailFault::Refused, Refused),
        ("RCPT=550 5.1.1 accueil@partner.example: no such user", MailFault::Rejected, Rejected),
        ("DATA=451 4.3.0 accueil is busy", MailFault::Refused, Refused),
        ("DATA=550 5.7.1 accueil refuses this", MailFault::Rejected, Rejected),
        // Not the recipient's word: it has not been named yet.
        ("MAIL=550 5.7.1 accueil does not know relais@example.org", MailFault::Refused, Refused),
        ("MAIL=451 4.3.0 later", MailFault::Refused, Refused),
    ] {
        let Some(sink) = Sink::start(&Described { answers: &[answer], ..Described::by("starttls") }) else { return };
        let fault = sink.mailer(MailEncryption::StartTls).send(&any_parcel()).await.expect_err(answer);
        assert_eq!((fault, fault.result()), (expected, result), "{answer}");
        let told = format!("{fault} {fault:?}");
        assert!(!told.contains("accueil") && !told.contains("127.0.0.1") && !told.contains("5.7"), "{told}");
        assert!(sink.ended().iter().all(|line| line["mail"].is_null()), "{answer}");
    }
}

#[tokio::test]
async fn a_server_is_told_who_we_are_within_the_encryption_only() {
    let Some(sink) = Sink::start(&Described::by("login")) else { return };
    let right = sink.mailer_of("relais", "swordfish");
    right.check().await.expect("it lets us in");
    right.send(&any_parcel()).await.expect("it is taken");
    assert_eq!(sink.mail()["sender"], "relais@example.org");
    let wrong = sink.mailer_of("relais", "herring");
    assert_eq!(wrong.check().await, Err(MailFault::LoginRefused));
    let fault = wrong.send(&any_parcel()).await.expect_err("a wrong password");
    assert_eq!(fault.result(), AttemptResult::Refused, "it says nothing of the recipient, and is tried again");
    let nobody = sink.mailer(MailEncryption::StartTls).send(&any_parcel()).await;
    assert_eq!(nobody.map_err(MailFault::result), Err(AttemptResult::Refused));
    // A server that knows nobody by a name.
    let Some(other) = Sink::start(&Described::by("starttls")) else { return };
    assert!(other.mailer_of("relais", "swordfish").check().await.is_err());
}

#[tokio::test]
async fn nothing_is_sent_in_clear() {
    for encryption in [MailEncryption::StartTls, MailEncryption::Tls] {
        let Some(sink) = Sink::start(&Described::by("plain")) else { return };
        // With a password to lose.
        let mailer = Mailer::new(
            MailServer {
                login: Some(relais::egress::mail::MailLogin {
                    username: "relais".to_owned(),
                    password: Sensitive::new("swordfish".to_owned()),
                }),
                ..sink.server(encryption)
            },
            MailLimits { total: Duration::from_secs(10), ..PATIENT },
        )
        .expect("a mailer");
        let fault = mailer.send(&any_parcel()).await.expect_err("no encryption");
        assert_eq!((fault, fault.result()), (MailFault::NotEncrypted, AttemptResult::NotEncrypted), "{encryption:?}");
        assert_eq!(mailer.check().await, Err(MailFault::NotEncrypted));
        assert_eq!(sink.ended(), Vec::<Value>::new(), "it has heard no MAIL");
    }
}

#[tokio::test]
async fn a_certificate_counts_by_name_day_and_authority() {
    for (transport, encryption) in [("tls", MailEncryption::Tls), ("starttls", MailEncryption::StartTls)] {
        for shows in [Shows::OtherHost, Shows::Expired, Shows::Right] {
            let Some(sink) = Sink::start(&Described { shows, ..Described::by(transport) }) else { return };
            let mut server = sink.server(encryption);
            if shows == Shows::Right {
                // Somebody else's authority, and then that of the system.
                server.authorities = Some(sink::Authority::new().pem.into_bytes());
                let of_the_system = MailServer { authorities: None, ..server.clone() };
                let of_the_system = Mailer::new(of_the_system, PATIENT).expect("a mailer");
                assert_eq!(of_the_system.send(&any_parcel()).await, Err(MailFault::NotTrusted));
            }
            let fault = Mailer::new(server, PATIENT).expect("a mailer").send(&any_parcel()).await;
            assert_eq!(fault, Err(MailFault::NotTrusted), "{transport}");
            assert_eq!(sink.ended(), Vec::<Value>::new(), "it has heard no MAIL");
        }
    }
    assert_eq!(MailFault::NotTrusted.result(), AttemptResult::Unreachable);
}

#[tokio::test]
async fn what_hangs_is_cut_off_at_its_time() {
    let Some(sink) = Sink::start(&Described { answers: &["DATA=hang"], ..Described::by("tls") }) else { return };
    let limits = MailLimits { total: Duration::from_secs(3), ..PATIENT };
    let mailer = Mailer::new(sink.server(MailEncryption::Tls), limits).expect("a mailer");
    let fault = mailer.send(&any_parcel()).await.expect_err("no answer");
    assert_eq!((fault, fault.result()), (MailFault::TimedOut, AttemptResult::TimedOut));
    let heard = sink.ended();
    assert_eq!(heard.len(), 1, "it has heard MAIL and taken nothing: {heard:?}");
}

/// A server without TLS that says one thing after another, each after a line of the client's; gives what it heard at last.
async fn scripted(answers: &'static [&'static str]) -> (MailServer, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().expect("an address").port(),
        encryption: MailEncryption::StartTls,
        login: None,
        from: "relais@example.org".to_owned(),
        hello_name: String::new(),
        authorities: None,
    };
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        let mut stream = BufReader::new(stream);
        let mut heard = Vec::new();
        for (number, answer) in answers.iter().enumerate() {
            if number > 0 {
                stream.read_until(b'\n', &mut heard).await.expect("a line");
            }
            stream.write_all(answer.as_bytes()).await.expect("the client listens");
        }
        // Until the client hangs up; what it says within an encryption that never was is no line.
        let _ = stream.read_to_end(&mut heard).await;
        heard
    });
    (server, heard)
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for() {
    let (server, _) = scripted(&[]).await;
    let mailer = Mailer::new(server.clone(), HURRIED).expect("a mailer");
    assert_eq!(mailer.send(&any_parcel()).await, Err(MailFault::TimedOut), "no greeting");
    let (server, _) = scripted(&[]).await;
    let server = MailServer { encryption: MailEncryption::Tls, ..server };
    let mailer = Mailer::new(server, HURRIED).expect("a mailer");
    assert_eq!(mailer.send(&any_parcel()).await, Err(MailFault::TimedOut), "no handshake");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    for encryption in [MailEncryption::Tls, MailEncryption::StartTls] {
        let (server, _) = scripted(&[]).await;
        let mailer = Mailer::new(MailServer { port, encryption, ..server }, PATIENT).expect("a mailer");
        assert_eq!(mailer.check().await, Err(MailFault::Unreachable), "a closed port");
    }
}

/// Somebody on the line answers STARTTLS and says in clear, at once, what the server would say within the encryption.
#[tokio::test]
async fn what_is_said_in_clear_behind_the_wish_for_encryption_counts_for_nothing() {
    let (server, heard) = scripted(&[
        "220 mail.example.org\r\n",
        "250-mail.example.org\r\n250 STARTTLS\r\n",
        "220 go\r\n250 mail.example.org\r\n250 sender\r\n250 recipient\r\n354 go\r\n250 taken\r\n",
    ])
    .await;
    let mailer = Mailer::new(server, PATIENT).expect("a mailer");
    assert_eq!(mailer.send(&any_parcel()).await, Err(MailFault::NotEncrypted));
    let heard = heard.await.expect("the server ends");
    assert!(heard.starts_with(b"EHLO example.org\r\nSTARTTLS\r\n"));
    assert!(!heard.windows(4).any(|word| word == b"MAIL"), "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_now_or_babbles_is_not_sent_to() {
    for (answers, expected) in [
        (
            &["220 hello\r\n", "250-hello\r\n250 STARTTLS\r\n", "454 TLS not available\r\n", "221 bye\r\n"][..],
            MailFault::NotEncrypted,
        ),
        (&["554 no mail here\r\n"], MailFault::Refused),
        (&["HTTP/1.1 400 Bad Request\r\n\r\n"], MailFault::Unreachable),
    ] {
        let (server, heard) = scripted(answers).await;
        let mailer = Mailer::new(server, MailLimits { total: Duration::from_secs(10), ..PATIENT }).expect("a mailer");
        assert_eq!(mailer.send(&any_parcel()).await, Err(expected), "{answers:?}");
        let heard = heard.await.expect("the server ends");
        assert!(!heard.windows(4).any(|word| word == b"MAIL"));
    }
}

installed_on_both_databases! {
    async fn the_doctor_says_what_works_and_what_to_do(here: Installation) {
        let ran = here.run(&["doctor"]);
        let told: Vec<&str> = ran.succeeded().lines().collect();
        assert_eq!(told[0], "ok       database  reachable, its schema is current");
        assert_eq!(told[1], "ok       clock     this machine and the database agree");
        assert_eq!(told[2], "ok       outbox    nothing waits");
        assert!(told[3].starts_with("warning  mail      no mail server is configured: set RELAIS_SMTP__HOST"), "{told:?}");

        here.execute("INSERT INTO delivery_queues (id, channel, organization_id, served_at, not_before, leased_until) VALUES ('svc_1', 'mail', 'o', 0, 0, 0)").await;
        for (id, status, created_at) in [("1", "waiting", 3_600_000_000_i64), ("2", "delivered", 0), ("3", "waiting", 7_200_000_000)] {
            here.execute(&format!(
                "INSERT INTO deliveries VALUES ('{id}', 'svc_1', 'referral.offered', 'ref_1', {id}, {created_at}, NULL, 0, '{status}', NULL, NULL)"
            ))
            .await;
        }
        let ran = here.run(&["doctor", "--json"]);
        let findings: Value = serde_json::from_str(ran.succeeded()).expect("JSON");
        let outbox = &findings["findings"][2];
        assert_eq!((&outbox["about"], &outbox["state"]), (&json!("outbox"), &json!("warning")));
        assert!(outbox["told"].as_str().expect("a text").starts_with("waiting: 2, the oldest for "), "{outbox}");
    }

    async fn the_doctor_fails_where_mail_or_the_database_does(here: Installation) {
        let mut environment = here.environment();
        environment.push(("RELAIS_SMTP__HOST", "127.0.0.1".to_owned()));
        environment.push(("RELAIS_SMTP__FROM", "relais@example.org".to_owned()));
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let closed = [environment.clone(), vec![("RELAIS_SMTP__PORT", port.to_string())]].concat();
        let ran = crate::kit::installation::run_in(here.folder(), &["doctor"], &closed);
        ran.refused(1, &["what fails: 1"]);
        assert!(ran.stdout.contains("failure  mail      the mail server cannot be reached: see RELAIS_SMTP__HOST"), "{ran:#?}");
        let wrong = [environment.clone(), vec![("RELAIS_SMTP__CA_FILE", "nowhere.pem".to_owned())]].concat();
        let ran = crate::kit::installation::run_in(here.folder(), &["doctor"], &wrong);
        assert!(ran.stdout.contains("failure  mail      smtp.ca_file"), "{ran:#?}");
        let lost = [("RELAIS_DATABASE_URL", "sqlite:nowhere/at/all/relais.db".to_owned())];
        let ran = crate::kit::installation::run_in(here.folder(), &["doctor"], &lost);
        ran.refused(1, &["what fails: 1"]);
        assert!(ran.stdout.starts_with("failure  database"), "{ran:#?}");

        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        environment.push(("RELAIS_SMTP__PORT", sink.port.to_string()));
        environment.push(("RELAIS_SMTP__CA_FILE", sink.ca_file()));
        environment.push(("RELAIS_SERVER__PUBLIC_URL", "https://relais.example.org".to_owned()));
        let ran = crate::kit::installation::run_in(here.folder(), &["doctor"], &environment);
        assert!(ran.succeeded().contains("ok       mail      the mail server answers, encrypted, and lets us in"), "{ran:#?}");
        assert!(ran.stdout.contains("ok       links     in mails they lead to https://relais.example.org"), "{ran:#?}");
        assert_eq!(sink.ended(), Vec::<Value>::new(), "no mail was sent");
    }
}
