//! The machine is seized: whoever holds the files of a killed server, its backups among them, and not its key reads
//! nothing that is sealed.

use crate::kit::client::Client;
use crate::kit::installation::{Installation, file};
use crate::kit::loop_calls::{fresh_key, organization, service};
use crate::kit::people::PASSWORD;
use crate::kit::server::Server;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use crate::oidc::provider::{ACCESS_TOKEN, CLIENT_SECRET, CODE, REFRESH_TOKEN};
use crate::oidc::stage::Stage;
use relais::domain::account::Role;
use relais::identity::one_time::OneTimeKey;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};

const PHONE: &str = "01 99 00 31 41";
const MAILBOX_OF_SERVICE: &str = "marque-cerisier@example.org";
const MAILBOX_OF_PROJECT: &str = "marque-passerelles@example.org";
const FILE_NUMBER: &str = "ZQ-7731/MARQUE.9";
const LANGUAGE: &str = "ckb-Arab-IQ";

/// Marks that are in no public text, with the class of data that each stands for.
const MARKS: [(&str, &str); 12] = [
    ("D2 phone of a service", PHONE),
    ("D2 mailbox of a service", MAILBOX_OF_SERVICE),
    ("D2 mailbox of a project", MAILBOX_OF_PROJECT),
    ("D3 file number", FILE_NUMBER),
    ("D3 language, of the case and of the offer", LANGUAGE),
    ("D4 status", "regular"),
    ("D4 basis of the age", "contested"),
    ("D4 situation", "at_landing_point"),
    ("D4 concern", "self_harm_risk"),
    ("D4 concern", "chronic_illness"),
    ("D4 concern", "lgbtqi"),
    ("D4 concern", "child_labour"),
];

/// Every file under a folder, with its bytes as a text in which all that is ASCII stands as it was: such a text is
/// searched much faster than bytes are.
fn texts_under(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts.extend(texts_under(&path));
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            texts.push((path, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    texts
}

/// How a text may lie in a file: as it is, in other cases, in hexadecimal, and in base64 at each of its three
/// alignments.
fn forms(mark: &str) -> Vec<String> {
    let hexadecimal = data_encoding::HEXLOWER.encode(mark.as_bytes());
    let mut forms = vec![mark.to_owned(), mark.to_uppercase(), mark.to_lowercase(), hexadecimal];
    for alphabet in [data_encoding::BASE64_NOPAD, data_encoding::BASE64URL_NOPAD] {
        for shift in 0..3 {
            let encoded = alphabet.encode(&[&b"\0\0"[..shift], mark.as_bytes()].concat());
            // The first and the last group depend on what stands around.
            let inner = &encoded[4 * shift.div_ceil(2)..];
            forms.push(inner[..inner.len() / 4 * 4 - 4].to_owned());
        }
    }
    // Of a short mark too little is left in base64 to be told from chance.
    forms.retain(|form| form.len() >= mark.len().min(8));
    forms
}

/// Where a mark lies, in any form.
fn hits(texts: &[(PathBuf, String)], mark: &str) -> Vec<String> {
    let found = forms(mark).into_iter().flat_map(|form| {
        let holders = texts.iter().filter(|(_, text)| text.contains(&form)).map(|(path, _)| path.display().to_string());
        holders.map(|path| format!("{path}: {form}")).collect::<Vec<_>>()
    });
    found.collect()
}

async fn act(client: &Client, name: &str, wanted: &str, input: Value) -> Value {
    let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {wanted} errors {{ ... on UserError {{ message }} }} }} }}"
    );
    let answer = client.ask(&query, json!({ "input": input })).await;
    assert_eq!(answer[name]["errors"], json!([]), "{name}: {answer}");
    answer[name].clone()
}

/// Publishes a service and a project that are reached at marks; gives the tokens of everybody.
fn settle(here: &Installation) -> std::collections::BTreeMap<String, String> {
    let mut feed: Value = serde_json::from_str(include_str!("../../seeds/paris-region.json")).expect("a feed");
    let first = feed["contents"].as_array_mut().expect("services").first_mut().expect("a service");
    first["phones"] = json!([{ "id": "5f0c3a52-8c6e-4c8e-9a55-0d8f3f3f7aff", "number": PHONE }]);
    first["email"] = json!(MAILBOX_OF_SERVICE);
    // The feed and the command file are the operator's, and not part of what is seized.
    let apart = tempfile::tempdir().expect("a folder");
    let path = apart.path().join("feed.json");
    std::fs::write(&path, feed.to_string()).expect("a file");
    here.import("corridor", &path.to_string_lossy());
    let commands = std::fs::read_to_string(file("tests/it/kit/world.json")).expect("a command file");
    let path = apart.path().join("commands.json");
    std::fs::write(&path, commands.replace("passerelles@example.org", MAILBOX_OF_PROJECT)).expect("a file");
    here.apply(&[&path.to_string_lossy()])
}

/// Opens a case with a mark in every field and refers it to the end; gives its spoken code.
async fn whole_loop(caseworker: &Client, lawyer: &Client) -> String {
    let opened = act(
        caseworker,
        "caseOpen",
        "case { id spokenCode fileNumber }",
        json!({
        "idempotencyKey": fresh_key(), "fileNumber": FILE_NUMBER,
        "ageBasis": "CONTESTED", "protectionFlags": ["SELF_HARM_RISK", "CHRONIC_ILLNESS", "LGBTQI", "CHILD_LABOUR"],
        "person": { "ageBand": "AGE_15_17", "gender": "OTHER", "household": "SEPARATED_CHILD",
            "adminStatus": "REGULAR", "situation": "AT_LANDING_POINT", "languages": [LANGUAGE],
            "area": "FR-93055" } }),
    )
    .await;
    assert_eq!(opened["case"]["fileNumber"], FILE_NUMBER);
    let case = opened["case"]["id"].clone();
    let consent = act(caseworker, "consentRecord", "consent { id }", json!({
        "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization(LAWYERS),
        "basis": "CHILD_CONSENT_MATURE", "modality": "INTERPRETER", "language": "bm",
        "fieldScope": ["AGE_BAND", "GENDER", "HOUSEHOLD", "ADMIN_STATUS", "SITUATION", "LANGUAGES", "AREA", "PROTECTION_FLAGS"],
        "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] })).await;
    let drafted = act(
        caseworker,
        "referralCreate",
        "referral { id version }",
        json!({
        "idempotencyKey": fresh_key(), "caseId": case, "serviceId": service(MINORITY_APPEAL),
        "need": "LEGAL_MINORITY_APPEAL", "consentId": consent["consent"]["id"] }),
    )
    .await;
    let id = drafted["referral"]["id"].clone();
    let steps = [
        (caseworker, "referralSend", json!({ "capacityConfirmed": true })),
        (lawyer, "referralAcknowledge", json!({})),
        (lawyer, "referralAccept", json!({})),
        (lawyer, "referralStart", json!({})),
        (lawyer, "referralComplete", json!({ "outcome": "SERVICE_RECEIVED" })),
    ];
    for (version, (who, step, mut input)) in (1..).zip(steps) {
        input["referralId"] = id.clone();
        input["expectedVersion"] = json!(version);
        act(who, step, "referral { id offer { languages adminStatus } }", input).await;
    }
    opened["case"]["spokenCode"].as_str().expect("a code").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_killed_server_and_its_backups_tell_nothing_without_the_key() {
    let here = Installation::on_sqlite();
    let tokens = settle(&here);
    let temporary = here.folder().join("temporary");
    std::fs::create_dir(&temporary).expect("a folder");
    let mut environment = here.environment();
    environment.push(("TMPDIR", temporary.to_string_lossy().into_owned()));
    environment.push(("RELAIS_HOSTING__CLINICAL_FACTS", "true".to_owned()));
    let server = Server::spawn(&["serve", "--listen", "127.0.0.1:0"], &environment);
    let client = |who: &str| Client::of(server.address(), tokens.get(who).map(String::as_str));
    let (caseworker, lawyer) = (client("caseworker"), client("lawyer"));
    let code = whole_loop(&caseworker, &lawyer).await;
    let backups = here.folder().join("backups").to_string_lossy().into_owned();
    tokio::task::block_in_place(|| here.run(&["backup", &backups])).succeeded();
    whole_loop(&caseworker, &lawyer).await;
    let home = hits(&texts_under(server.home()), FILE_NUMBER);
    assert!(home.is_empty(), "{home:?}");
    server.kill();

    let seized = here.folder();
    for log in ["relais.db-wal", "relais-keys.db-wal"] {
        let length = std::fs::metadata(seized.join(log)).expect("a log").len();
        assert!(length > 0, "the control: {log} was not emptied by an orderly end");
    }
    let texts = texts_under(seized);
    assert!(texts.len() >= 10 && texts.iter().any(|(path, _)| path.to_string_lossy().contains("backups/keys")));
    for (class, mark) in MARKS.into_iter().chain([("D3 spoken code", code.as_str())]) {
        let found = hits(&texts, mark);
        assert!(found.is_empty(), "{class}: {found:#?}");
    }

    // The controls: what is in the clear is found, what was sealed is there with the key, and a mark that somebody
    // leaves is found wherever it lies.
    assert!(!hits(&texts, "FR-93055").is_empty() && !hits(&texts, "legal.minority_appeal").is_empty());
    let again = here.serve();
    let caseworker = Client::of(again.address(), tokens.get("caseworker").map(String::as_str));
    let query = "query($n: String!) { casesByFileNumber(fileNumber: $n) { fileNumber languages } }";
    let found = caseworker.ask(query, json!({ "n": FILE_NUMBER })).await;
    assert_eq!(found["casesByFileNumber"].as_array().map(Vec::len), Some(2), "{found}");
    again.kill();
    let url = here.url();
    let mut database = SqliteConnection::connect(&url).await.expect("the file opens");
    for planted in [FILE_NUMBER.to_owned(), data_encoding::BASE64.encode(format!("x{FILE_NUMBER}y").as_bytes())] {
        sqlx::query("UPDATE projects SET name = $1").bind(&planted).execute(&mut database).await.expect("planted");
        assert!(!hits(&texts_under(seized), FILE_NUMBER).is_empty(), "{planted} was planted and not seen");
        sqlx::query("UPDATE projects SET name = 'x'").execute(&mut database).await.expect("taken away");
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut database).await.expect("emptied");
    }
    std::fs::write(temporary.join("planted"), LANGUAGE.to_uppercase()).expect("planted");
    assert!(!hits(&texts_under(seized), LANGUAGE).is_empty());
}

/// Everything that somebody holds who takes the machine: the files of an embedded database with its key store, log
/// and ledger, or every row on a server; and a backup of both.
async fn seized(world: &World, backups: &Path) -> Vec<(PathBuf, String)> {
    let store = &world.app.context().store;
    store.backup(&world.location(), backups, world.now()).await.expect("a backup");
    let mut texts = texts_under(backups);
    if let Some(file) = world.sqlite_file() {
        texts.extend(texts_under(file.parent().expect("a folder")));
    }
    let rows = world.every_row().await;
    texts.extend(rows.into_iter().map(|(table, rows)| (PathBuf::from(table), rows.join("\n"))));
    for table in ["data_keys", "epoch_keys", "pseudonym_keys"] {
        let wrapped = world.key_texts(&format!("SELECT wrapped FROM {table}")).await;
        texts.push((PathBuf::from(table), wrapped.join("\n")));
    }
    texts
}

/// The key of an authenticator as somebody could find it: spelled, in hexadecimal and in base64.
fn spellings(key: &OneTimeKey) -> Vec<String> {
    let spelled = key.spelled();
    let bytes = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).expect("base32");
    let hexadecimal = data_encoding::HEXLOWER.encode(&bytes);
    vec![spelled, hexadecimal, data_encoding::BASE64.encode(&bytes), data_encoding::BASE64URL_NOPAD.encode(&bytes)]
}

on_both_databases! {
    /// What proves who somebody is, and what Relais proves to a provider who it is.
    async fn what_signs_people_in_is_in_no_file_and_no_row_without_the_key(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let browser = enrolled.signs_in(&world).await;
        let under_way = world.added(&crate::kit::people::new_account("caseworker-8", Role::Caseworker)).await;
        let stage = Stage::open(world).await;
        let opened = stage.sign_in().await.expect("a sign-in at the provider");
        // One that is still under way, whose nonce and verifier wait in a row.
        stage.date_claims();
        let trip = stage.begin().await.expect("a beginning");
        let (nonce, world) = (stage.fake.script().nonce.clone(), &stage.world);
        let store = &world.app.context().store;
        let kept = store.find_provider_session(opened.session.id).await.expect("a store").expect("what binds it");
        assert_eq!(kept.refresh_token.expect("a refresh token").expose(), REFRESH_TOKEN, "the control: it is kept");
        let account = store.find_account_by_handle("caseworker-9").await.expect("a store").expect("an account");
        let factor = store.find_second_factor(account.id, true).await.expect("a store").expect("a second factor");
        assert_eq!(factor.key, enrolled.key.spelled(), "the control: it is kept");

        let backups = tempfile::tempdir().expect("a folder");
        let texts = seized(world, backups.path()).await;
        let session = browser.cookies.get("__Host-relais").expect("a session").clone();
        let mut marks: Vec<(&str, String)> = vec![
            ("refresh token", REFRESH_TOKEN.to_owned()),
            ("client secret", CLIENT_SECRET.to_owned()),
            ("access token", ACCESS_TOKEN.to_owned()),
            ("code of the provider", CODE.to_owned()),
            ("nonce", nonce),
            ("state", trip.state),
            ("secret of a browser under way", trip.begun.browser_secret.expose().clone()),
            ("secret of a session of the provider", opened.secret.expose().clone()),
            ("secret of a session", session),
            ("password", PASSWORD.to_owned()),
            ("enrolment code", under_way),
            ("token", world.person("caseworker").token.expect("a token")),
        ];
        marks.extend(spellings(&enrolled.key).into_iter().map(|spelling| ("key of the authenticator", spelling)));
        marks.extend(enrolled.recovery_codes.iter().map(|code| ("recovery code", code.clone())));
        for (kind, mark) in &marks {
            let found = hits(&texts, mark);
            assert!(found.is_empty(), "{kind}: {found:#?}");
        }

        // The control: each is found wherever it would lie.
        for (kind, mark) in &marks {
            let planted = vec![(PathBuf::from("planted"), format!("x{mark}y"))];
            assert!(!hits(&planted, mark).is_empty(), "{kind} was planted and not seen");
        }
        assert!(!hits(&texts, "caseworker-9").is_empty(), "what is in the clear is found");
    }
}
