//! The loop by mail alone: what the mailbox of a service gets, and what somebody without an account does from its link, until
//! the sender reads the outcome.

mod browser;
mod faults;
mod more_mails;
mod scanner;

use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::{Referral, to_the_lawyers};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use crate::mail::header;
use crate::mail::sink::{Described, Sink};
use crate::partner_pages::{address, assert_sound, done, forms, sends};
use axum::http::StatusCode;
use relais::actions::import::{ImportFeed, import};
use relais::delivery::webhook::LIMITS;
use relais::delivery::{Means, Post};
use relais::domain::code::CodeList as _;
use relais::domain::country::CountryCode;
use relais::domain::delivery::MailboxSettings;
use relais::domain::id::{Identifier as _, OrganizationId, ServiceId};
use relais::egress::mail::{MailEncryption, Mailer};
use relais::egress::{Client, PrivateHosts};
use relais::i18n::{Language, text};
use relais::import::plan::Completeness;
use relais::import::{Format, SourceName};
use relais::store::StoreError;
use serde_json::{Value, json};

/// Under which browsers would reach this world, if it were on the internet.
const PUBLIC_ADDRESS: &str = "https://relais.example";
/// The mailbox of the service that is asked.
const MAILBOX: &str = "recours.tournesol@example.org";
const COOKIE: &str = "__Host-relais-link";

/// A post that writes by this mailer, and calls nobody.
fn post_by(world: &World, mailer: Mailer) -> Post {
    let nobody = PrivateHosts::try_from(String::new()).expect("no hosts");
    let client = Client::to_public_hosts_and(LIMITS, nobody).expect("a client");
    let means = Means { client, mailer: Some(mailer), public_address: PUBLIC_ADDRESS.to_owned() };
    Post::new(world.app.context().clone(), means)
}

fn post_to(world: &World, sink: &Sink) -> Post {
    post_by(world, sink.mailer(MailEncryption::Tls))
}

async fn tell(post: &Post) {
    post.tell_all_due().await.expect("a store");
}

/// The directory of the world again, now with its country: so the services go by the clock of Paris, and a mail can tell a
/// time.
async fn in_france(world: &World) {
    let source = SourceName::parse("corridor").expect("a source name");
    let feed = ImportFeed {
        format: Format::Hsds,
        source: &source,
        bytes: include_bytes!("../../seeds/paris-region.json"),
        translated: None,
        country: Some(CountryCode::parse("FR").expect("a country")),
        completeness: Completeness::Partial,
        accepts_many_gone: false,
        is_dry_run: false,
        turn: None,
    };
    import(world.app.context(), feed, &mut |_, _| {}).await.expect("an import");
}

/// Writes down what was agreed with the partner about its mails.
async fn agreed(world: &World, settings: MailboxSettings) {
    let service = ServiceId::derived("corridor", MINORITY_APPEAL);
    let lawyers = OrganizationId::derived("corridor", LAWYERS);
    let saved = world.app.context().store.write(async |tx| tx.save_mailbox_settings(service, lawyers, &settings).await);
    saved.await.map_err(|error: StoreError| error.to_string()).expect("a store");
}

fn settings(language: Language) -> MailboxSettings {
    let (language, tag) = (Some(language.tag().to_owned()), Some("PASS-2".to_owned()));
    MailboxSettings { language, tag, ..MailboxSettings::default() }
}

/// The path of the link of a mail, which stands alone in a line of its text and once more in its HTML.
#[track_caller]
fn link(mail: &Value) -> String {
    let [text, html] = [0, 1].map(|part| mail["texts"][part].as_str().expect("a text"));
    let links: Vec<&str> = text.lines().filter(|line| line.starts_with(PUBLIC_ADDRESS)).collect();
    assert_eq!(links.len(), 1, "one link: {text}");
    assert!(html.contains(&format!("href=\"{}\"", links[0])), "{html}");
    links[0].strip_prefix(PUBLIC_ADDRESS).expect("ours").to_owned()
}

/// Presses the one button of a link's page.
async fn press(browser: &mut Browser, link: &str) -> Page {
    browser.submit(link, link, &[]).await
}

/// A browser in which the link was opened. Looking at it before does nothing yet.
async fn opened(world: &World, link: &str, language: Language) -> Browser {
    let mut browser = Browser::of(world);
    browser.language = language.tag();
    let page = browser.get(link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains(&format!("lang=\"{}\"", language.tag())), "{}", page.html);
    assert!(!browser.cookies.contains_key(COOKIE), "looking is not opening");
    let page = press(&mut browser, link).await;
    assert_eq!((page.status, page.leads_to()), (StatusCode::SEE_OTHER, "/requests"), "{}", page.text());
    browser
}

/// What became of all that was to be told of a referral, as its sender reads it.
async fn deliveries(world: &World, referral: &Referral) -> Vec<String> {
    let question = "query($id: ID!) { referral(id: $id) { deliveries { channel kind status attempts result } } }";
    let answer = world.ask(&world.person("caseworker"), question, json!({ "id": referral.id })).await;
    let told = answer.at("referral/deliveries").as_array().expect("a list").iter();
    let line = |told: &Value| {
        let [kind, status, result] = ["kind", "status", "result"].map(|name| told[name].as_str().unwrap_or("-"));
        format!("{kind} {status} {} {result}", told["attempts"])
    };
    told.map(line).collect()
}

/// A referral as it stands now, for the next act of its sender.
async fn as_it_stands(world: &World, referral: &Referral) -> Referral {
    let version = world.read("caseworker", referral).await["version"].as_i64().expect("a version");
    Referral { version, ..referral.clone() }
}

/// The mails that a sink has taken in all.
fn mails(sink: Sink) -> usize {
    sink.ended().iter().filter(|line| !line["mail"].is_null()).count()
}

/// Nothing of a mail says what is asked, for whom, where or by whom; only whom it goes to says so to the mail server.
async fn assert_neutral(world: &World, mail: &Value, referral: &Referral) {
    let headers = mail["headers"].as_array().expect("headers").iter();
    let headers = headers.filter(|header| header[0] != "To").map(|header| header[1].as_str().expect("a text"));
    let texts = mail["texts"].as_array().expect("texts").iter().map(|text| text.as_str().expect("a text"));
    let said = headers.chain(texts).collect::<Vec<_>>().join("\n").to_lowercase();
    let own = world.read("caseworker", referral).await;
    let of_case = ["alias", "callPhrase", "senderMailbox", "id"].map(|name| own[name].as_str().map(str::to_lowercase));
    let of_case = of_case.into_iter().flatten().chain([own["case"]["id"].as_str().expect("an id").to_lowercase()]);
    let words = ["minor", "mineur", "قاصر", "legal", "recours", "pantin", "93055", "passerelles", "tournesol", "urgen"];
    for word in of_case.chain(words.map(str::to_owned)) {
        assert!(!said.contains(&word), "{word} in {said}");
    }
}

/// The referral is sent, and the mailbox is written to: once, in its language, with its tag and its time.
async fn written_to(world: &World, sink: &Sink, language: Language) -> (Referral, Value) {
    agreed(world, settings(language)).await;
    let sent = world.sent(&to_the_lawyers()).await;
    tell(&post_to(world, sink)).await;
    let mail = sink.mail();
    assert_eq!(mail["recipients"], json!([MAILBOX]));
    assert_eq!(header(&mail, "Content-Language"), language.tag());
    let subject = match language {
        Language::French => "[PASS-2] Relais : répondre avant mercredi 19:00",
        Language::English => "[PASS-2] Relais: reply before Wednesday 19:00",
        Language::Arabic => "[\u{2068}PASS-2\u{2069}] Relais: يُرجى الرد قبل الأربعاء \u{2068}19:00\u{2069}",
    };
    assert_eq!(header(&mail, "Subject"), subject);
    assert_neutral(world, &mail, &sent).await;
    assert_eq!(deliveries(world, &sent).await, ["REFERRAL_OFFERED DELIVERED 1 TAKEN"]);
    (sent, mail)
}

/// Types the code that somebody of the case's team has spoken, who called the number of the directory.
async fn proves(world: &World, browser: &mut Browser, referral: &Referral) -> Page {
    let accepted = as_it_stands(world, referral).await;
    let made = world.change("caseworker", "referralAnswerCodeCreate", &accepted, json!({})).await;
    let code = made.done()["code"].as_str().expect("a code").to_owned();
    let to = format!("{}/code", address(referral));
    let answer = browser.submit(&address(referral), &to, &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser.get(answer.leads_to()).await
}

/// From the offer to the acceptance, which opens no more than the offer until the code is typed.
async fn accepts(world: &World, browser: &mut Browser, sent: &Referral) {
    let inbox = browser.get("/requests").await;
    assert_sound(&inbox, "inbox");
    assert!(inbox.html.contains(&format!("href=\"{}\"", address(sent))), "{}", inbox.text());
    let offer = browser.get(&address(sent)).await;
    assert_sound(&offer, "offer");
    assert!(forms(&offer).contains(&"decide"), "{}", offer.text());
    done(browser, sent, "decide", &[("choice", "acknowledge")]).await;
    let accepted = done(browser, sent, "decide", &[("choice", "accept")]).await;
    let own = world.read("caseworker", sent).await;
    assert_eq!(own["status"], "ACCEPTED");
    let [alias, phrase] = ["alias", "callPhrase"].map(|name| own[name].as_str().expect("two words").to_owned());
    assert!(accepted.text().contains("passerelles@example.org"), "whom to reach: {}", accepted.text());
    for page in [&offer, &accepted] {
        let text = page.text();
        assert!(!text.contains(&alias) && !text.contains(&phrase), "no more than the offer: {text}");
    }
    let proved = proves(world, browser, sent).await.text();
    assert!(proved.contains(&alias) && proved.contains(&phrase), "{proved}");
}

/// The sender reads what came of it, and who says so of each step.
async fn reads_the_outcome(world: &World, sent: &Referral) {
    let own = world.read("caseworker", sent).await;
    assert_eq!((&own["status"], &own["outcomeCode"]), (&json!("COMPLETED"), &json!("SERVICE_RECEIVED")));
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |line: &Value| ["event", "party", "attestedBy"].map(|name| word(&line[name])).join(" ");
    let steps: Vec<String> = own["timeline"].as_array().expect("steps").iter().map(line).collect();
    let expected = [
        "CREATE SENDER -",
        "SEND SENDER -",
        "ACKNOWLEDGE RECIPIENT PARTNER",
        "ACCEPT RECIPIENT PARTNER",
        "START RECIPIENT PARTNER",
        "COMPLETE RECIPIENT PARTNER",
    ];
    assert_eq!(steps, expected);
    for name in ["acknowledged", "decided", "received"] {
        assert_eq!(own["proof"][name]["attestedBy"], "PARTNER", "{name}: {}", own["proof"]);
    }
}

on_both_databases! {
    async fn a_partner_answers_by_mail_alone_in_three_languages(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        in_france(&world).await;
        for language in Language::ALL {
            let (sent, mail) = written_to(&world, &sink, *language).await;
            let link = link(&mail);
            let mut browser = opened(&world, &link, *language).await;
            accepts(&world, &mut browser, &sent).await;
            done(&mut browser, &sent, "start", &[("choice", "now")]).await;
            // What ends the referral ends the visit: the answer is its last page.
            let last = sends(&mut browser, &sent, "outcome", &[("choice", "service_received")]).await;
            assert_eq!(last.status, StatusCode::OK, "{}", last.text());
            assert!(last.text().contains(&text(*language, "page-link-answered")), "{}", last.text());
            reads_the_outcome(&world, &sent).await;
            assert_eq!(press(&mut Browser::of(&world), &link).await.status, StatusCode::GONE, "{language}");
            assert_eq!(browser.get(&address(&sent)).await.status, StatusCode::GONE, "{language}");
            tell(&post_to(&world, &sink)).await;
            assert_eq!(deliveries(&world, &sent).await, ["REFERRAL_OFFERED DELIVERED 1 TAKEN"], "who answers is not written to");
        }
        assert_eq!(mails(sink), 3, "one mail for each");
    }

    async fn at_severe_risk_nothing_tells_one_mail_from_another(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        in_france(&world).await;
        world.execute("UPDATE projects SET risk_profile = 'severe' WHERE name LIKE 'Passerelles%'").await;
        for (language, subject) in [
            (Language::French, "Relais : quelque chose vous attend"),
            (Language::English, "Relais: something waits for you"),
            (Language::Arabic, "Relais: هناك ما ينتظركم"),
        ] {
            agreed(&world, settings(language)).await;
            let mut said = Vec::new();
            let mut last = None;
            for _ in 0..2 {
                let sent = world.sent(&to_the_lawyers()).await;
                tell(&post_to(&world, &sink)).await;
                let mail = sink.mail();
                assert_eq!(header(&mail, "Subject"), subject);
                assert_neutral(&world, &mail, &sent).await;
                let text = mail["texts"][0].as_str().expect("a text");
                assert!(!text.contains("PASS-2") && !text.contains("19:00"), "{text}");
                said.push(text.replace(&link(&mail), ""));
                last = Some((sent, link(&mail)));
            }
            assert_eq!(said[0], said[1]);
            let (sent, link) = last.expect("a mail");
            let mut browser = opened(&world, &link, language).await;
            let inbox = browser.get("/requests").await;
            assert_eq!(inbox.html.matches("href=\"/requests/ref_").count(), 1, "one request a link: {}", inbox.text());
            done(&mut browser, &sent, "decide", &[("choice", "acknowledge")]).await;
        }
        assert_eq!(mails(sink), 6);
    }

    async fn a_partner_that_is_only_called_is_not_written_to(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        agreed(&world, MailboxSettings { is_phone_only: true, ..settings(Language::French) }).await;
        let sent = world.sent(&to_the_lawyers()).await;
        tell(&post_to(&world, &sink)).await;
        assert_eq!(deliveries(&world, &sent).await, ["REFERRAL_OFFERED DROPPED 1 NOT_WANTED"]);
        assert_eq!(sink.ended(), Vec::<Value>::new(), "the mail server has heard nothing");
    }
}
