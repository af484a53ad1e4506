//! The pages of a team: from a need to a referral that waits for its answer, by forms alone; what a page tells and what it
//! never does; and what is sent twice.

pub mod browser;
mod equals_query;
mod following;
mod maps;

use crate::kit::browser::{Browser, Page};
use crate::kit::people::Enrolled;
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use crate::pages::{assert_hardened, assert_well_formed};
use axum::http::StatusCode;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, ServiceId};
use std::fmt::Write as _;

const LANGUAGES: [&str; 3] = ["fr", "en", "ar"];
/// What a page may weigh without its styles.
const MOST_BYTES: usize = 30_000;

/// What is said of a girl of sixteen who appeals.
const GIRL: [(&str, &str); 6] = [
    ("need", "legal.minority_appeal"),
    ("age", "15_17"),
    ("gender", "woman"),
    ("household", "unaccompanied_child"),
    ("status", "minor_in_appeal"),
    ("language", "bm"),
];

/// What every page of a team is, whatever stands on it.
#[track_caller]
fn assert_sound(page: &Page, place: &str) {
    assert_hardened(page, place);
    assert_well_formed(&page.html, place);
    assert!(!page.html.contains("Unknown localization"), "{place}: {}", page.html);
    assert!(page.html.len() < MOST_BYTES, "{place}: {} bytes", page.html.len());
}

async fn worker(world: &World) -> Enrolled {
    world.enrolled("caseworker-9", Role::Caseworker).await
}

/// Looks for somebody; the address of what was found, and the page.
async fn find(browser: &mut Browser, fields: &[(&str, &str)]) -> (String, Page) {
    let answer = browser.submit("/find", "/find", fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let address = answer.leads_to().to_owned();
    let page = browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    (address, page)
}

fn lawyers() -> String {
    ServiceId::derived("corridor", MINORITY_APPEAL).to_string()
}

/// Chooses services of a page of results; where that leads.
async fn choose(browser: &mut Browser, address: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit(address, address, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.leads_to().to_owned()
}

/// The form by which the girl is referred to the lawyers.
async fn refer_form(browser: &mut Browser) -> (String, Page) {
    let (address, _) = find(browser, &GIRL).await;
    let address = choose(browser, &address, &[("one", &lawyers())]).await;
    let page = browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    (address, page)
}

/// The value that a field of a page has.
#[track_caller]
fn value_of(page: &Page, name: &str) -> String {
    page.after(&format!("name=\"{name}\" value=\""))
}

/// Everything that the person says, and how; the usual values stand on the page already.
fn said<'a>(page: &'a Page, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let read_aloud = |name: &str| {
        let mark = format!("name=\"{name}\" value=\"");
        page.html.split(&*mark).nth(1).and_then(|rest| rest.split('"').next()).expect("what is read aloud")
    };
    let usual = [
        ("told-0", read_aloud("told-0")),
        ("organization-0", read_aloud("organization-0")),
        ("basis", "child_consent_mature"),
        ("assent", "not_applicable"),
        ("modality", "verbal"),
        ("interpreter", "none"),
        ("language", "bm"),
        ("contact", "via_caseworker"),
        ("urgency", "normal"),
        ("explained", "yes"),
        ("answer-0", "accepted"),
        ("capacity", "yes"),
        ("channel", "electronic"),
    ];
    let others = usual.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    others.chain(more.iter().copied()).collect()
}

/// Refers the girl to the lawyers; the address of the referral.
async fn referred(browser: &mut Browser) -> String {
    let (address, page) = refer_form(browser).await;
    let answer = browser.post(&address, &page.form_token(), &said(&page, &[])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.leads_to().split('?').next().expect("an address").to_owned()
}

on_both_databases! {
    async fn a_girl_is_referred_from_her_need_by_forms_alone_in_three_languages(world: World) {
        let mut worker = worker(&world).await;
        for language in LANGUAGES {
            let browser = &mut worker.browser;
            browser.language = language;
            let page = browser.get(&format!("/find?language={language}")).await;
            assert_sound(&page, "what is looked for");
            let (found, page) = find(browser, &GIRL).await;
            assert_sound(&page, "what was found");
            assert!(page.html.contains(&lawyers()), "{language}: {}", page.text());
            let refer = choose(browser, &found, &[("one", &lawyers())]).await;
            let page = browser.get(&refer).await;
            assert_sound(&page, "what is said");
            let answer = browser.post(&refer, &page.form_token(), &said(&page, &[])).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{language}: {}", answer.text());
            assert!(answer.leads_to().ends_with("?done=electronic"), "{}", answer.leads_to());
            let page = browser.get(answer.leads_to()).await;
            assert_sound(&page, "what was sent");
            assert!(page.html.contains("role=\"status\""), "{language}: it says that it was sent");
            let work = browser.get("/work").await;
            assert_sound(&work, "what waits");
            assert!(work.html.contains(answer.leads_to().split('?').next().expect("an address")));
        }
        let statuses = world.texts("SELECT status FROM referrals".to_owned()).await;
        assert_eq!(statuses, ["requested"; 3]);
    }

    async fn nothing_that_the_person_says_is_ticked_beforehand(world: World) {
        let mut worker = worker(&world).await;
        let (_, page) = refer_form(&mut worker.browser).await;
        assert!(!page.html.contains(" checked"), "{}", page.html);
        assert!(page.text().contains("Your name only later, by voice"), "{}", page.text());
    }

    async fn a_form_that_is_sent_twice_refers_once_and_says_so_of_other_answers(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (address, page) = refer_form(browser).await;
        let token = page.form_token();
        let first = browser.post(&address, &token, &said(&page, &[])).await;
        let again = browser.post(&address, &token, &said(&page, &[])).await;
        let told = first.leads_to().replace("electronic", "again");
        assert_eq!((again.status, again.leads_to()), (StatusCode::SEE_OTHER, told.as_str()));
        assert!(browser.get(&told).await.text().contains("nothing went out a second time"), "whoever meant another person is told so");
        // Going back loads the form anew: it is still the same act.
        let page = browser.get(&address).await;
        assert!(page.text().contains("This form was sent already") && page.text().contains("For another person"), "{}", page.text());
        let later = browser.post(&address, &page.form_token(), &said(&page, &[])).await;
        assert_eq!(later.leads_to(), told);
        let other = browser.post(&address, &token, &said(&page, &[("urgency", "urgent")])).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(other.text().contains("was used before"), "{}", other.text());
        assert_eq!(world.rows("referrals").await.len(), 1);
        assert_eq!(world.rows("cases").await.len(), 1);
    }

    async fn what_is_missing_is_said_and_what_was_said_stays(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (address, page) = refer_form(browser).await;
        let token = page.form_token();
        for (more, says) in [
            (vec![("explained", "")], "Read the sentences aloud"),
            (vec![("answer-0", "")], "Ask the person about each"),
            (vec![("answer-0", "refused")], "The person accepts nobody"),
            (vec![("basis", "guardian_plus_assent")], "Choose an answer"),
            (vec![("basis", "guardian_plus_assent"), ("giver", "guardian")], "own word"),
            (vec![("number", "Aminata")], "a digit among them"),
            (vec![("needed", "soon")], "Give a day"),
            (vec![("urgency", "")], "urgen"),
            (vec![("organization-0", "org_another")], "has changed since you read"),
            (vec![("told-0", "age_band")], "does not allow everything"),
        ] {
            let page = browser.post(&address, &token, &said(&page, &more)).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}");
            assert!(page.text().contains(says), "{more:?}: {}", page.text());
            assert_sound(&page, says);
            let is_other = ["explained", "told-0", "organization-0"].contains(&more[0].0);
            let keeps = is_other || page.html.contains("name=\"explained\" type=\"checkbox\" value=\"yes\" checked");
            assert!(keeps, "{more:?}: what was ticked stays");
        }
        assert_eq!(world.rows("cases").await.len(), 0, "nothing is half written");
        let done = browser.post(&address, &token, &said(&page, &[])).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    }

    async fn a_call_that_happened_is_logged_and_nothing_goes_out(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (address, page) = refer_form(browser).await;
        let fields = said(&page, &[("channel", "call"), ("capacity", "")]);
        let answer = browser.post(&address, &page.form_token(), &fields).await;
        assert!(answer.leads_to().ends_with("?done=call"), "{} {}", answer.leads_to(), answer.text());
        assert_eq!(world.texts("SELECT channel FROM referrals".to_owned()).await, ["call"]);
        assert_eq!(world.rows("deliveries").await.len(), 0);
    }

    async fn an_address_tells_nothing_and_opens_in_its_own_session_only(world: World) {
        let mut one = worker(&world).await;
        let (found, page) = find(&mut one.browser, &GIRL).await;
        let service = page.html.split("href=\"/services/").nth(1).and_then(|rest| rest.split('"').next()).expect("a service");
        let (refer, _) = refer_form(&mut one.browser).await;
        for address in [&found, &format!("/services/{service}"), &refer] {
            for told in ["minority", "woman", "svc_", "legal", "15_17", "bm&"] {
                assert!(!address.contains(told), "{address} tells {told}");
            }
            assert!(address.len() < 600, "{address}");
        }
        let mut other = world.enrolled("caseworker-8", Role::Caseworker).await;
        for address in [&found, &refer, &format!("{found}x")] {
            let page = other.browser.get(address).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text());
            assert!(page.text().contains("no longer open"), "{}", page.text());
        }
        let later = one.signs_in(&world).await.get(&found).await;
        assert_eq!(later.status, StatusCode::NOT_FOUND, "a new session does not open it");
    }

    async fn who_does_not_take_the_person_stands_folded_with_the_reason(world: World) {
        let mut worker = worker(&world).await;
        let man = [("need", "legal.minority_appeal"), ("age", "25_59"), ("gender", "man")];
        let (_, page) = find(&mut worker.browser, &man).await;
        let folded = page.html.split("<details").nth(1).expect("a folded part");
        assert!(folded.contains("class=\"why\""), "{}", page.html);
        assert!(page.text().contains("do not take her"), "{}", page.text());
        let (_, nothing) = find(&mut worker.browser, &[("need", "sol.etm")]).await;
        assert!(nothing.text().contains("Nobody known can take her"), "{}", nothing.text());
        let missing = worker.browser.submit("/find", "/find", &[("age", "15_17")]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let unknown = find_place(&mut worker.browser, "Nowhere-sur-Rien").await;
        assert!(unknown.text().contains("No place of this name"), "{}", unknown.text());
    }

    async fn three_are_named_at_most_and_eight_compared(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (found, _) = find(browser, &[("words", "paris")]).await;
        let ids: Vec<String> = PUBLIC.iter().map(|key| ServiceId::derived("corridor", key).to_string()).collect();
        let of = |number: usize, what: &'static str| {
            let mut fields: Vec<(&str, &str)> = ids[..number].iter().map(|id| ("service", id.as_str())).collect();
            fields.push(("do", what));
            fields
        };
        for (fields, says) in [
            (vec![("do", "refer")], "Select at least one"),
            (of(4, "refer"), "Three services at most"),
            (of(9, "sheet"), "eight services at most"),
        ] {
            let page = browser.submit(&found, &found, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.text().contains(says), "{says}: {}", page.text());
        }
        let sheet = choose(browser, &found, &of(8, "sheet")).await;
        assert!(sheet.starts_with("/share/"), "{sheet}");
    }

    async fn a_sheet_tells_the_public_entries_and_nothing_of_who_asked(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (found, page) = find(browser, &[("need", "health.primary"), ("age", "15_17"), ("language", "ar")]).await;
        let ids: Vec<&str> = page.html.split("name=\"service\" type=\"checkbox\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let sheet = choose(browser, &found, &[("service", ids[0]), ("do", "sheet")]).await;
        let page = browser.get(&sheet).await;
        for (tag, says) in [("fr", "Où aller"), ("en", "Where to go"), ("ar", "إلى أين تذهب"), ("es", "Adónde ir"), ("it", "Dove andare"), ("pt", "Aonde ir")] {
            let link = page.html.split(&*format!("\" lang=\"{tag}\"")).next().and_then(|before| before.rsplit("href=\"").next());
            let address = link.filter(|link| link.starts_with("/share/") && !link.contains('<')).unwrap_or(&sheet);
            assert!(!address.contains('?'), "{address}: which language it is stands in no address");
            let page = browser.get(address).await;
            assert_sound(&page, tag);
            let article = page.html.split("<article").nth(1).and_then(|rest| rest.split("</article>").next()).expect("a sheet");
            assert!(article.contains(says), "{tag}: {article}");
            for told in ["caseworker", "Passerelles Île-de-France", "15", "svc_"] {
                assert!(!article.contains(told) || told == "15", "{tag} tells {told}");
            }
        }
        // In the language of the person unless said otherwise.
        assert!(browser.get(&sheet).await.html.contains("lang=\"ar\" dir=\"rtl\""));
        let hidden = ServiceId::derived("corridor", "8c84ddf7").to_string();
        let only_hidden = choose(browser, &found, &[("service", &hidden), ("do", "sheet")]).await;
        let page = browser.get(&only_hidden).await;
        assert!(page.text().contains("left out because they are not public: 1"), "{}", page.text());
    }

    async fn people_who_were_only_told_something_are_counted_once(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let page = browser.get("/tally").await;
        assert_sound(&page, "tally");
        let (key, token) = (value_of(&page, "key"), page.form_token());
        let fields = [("key", key.as_str()), ("need", "basic.food"), ("age", "18_24"), ("gender", "man"), ("people", "3"), ("area", "FR-93055")];
        for _ in 0..2 {
            let answer = browser.post("/tally", &token, &fields).await;
            assert_eq!(answer.leads_to(), "/tally?done=counted", "{}", answer.text());
        }
        assert_eq!(world.rows("demands").await.len(), 1, "sent twice, counted once");
        for (fields, says) in [
            ([("key", "another-key"), ("need", ""), ("people", "1"), ("area", "FR")], "need"),
            ([("key", "another-key"), ("need", "basic.food"), ("people", "0"), ("area", "FR")], "1,000"),
            ([("key", "another-key"), ("need", "basic.food"), ("people", "1"), ("area", "?")], "code of an area"),
        ] {
            let page = browser.post("/tally", &token, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.text().to_lowercase().contains(says), "{says}: {}", page.text());
        }
    }

    async fn a_case_is_found_by_its_code_or_number_and_leads_on(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (address, page) = refer_form(browser).await;
        let numbered = said(&page, &[("number", "PAN-7")]);
        let sent = browser.post(&address, &page.form_token(), &numbered).await;
        let page = browser.get(sent.leads_to()).await;
        let case = page.html.split("href=\"/cases/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case").to_owned();
        let case = format!("/cases/{case}");
        let page = browser.get(&case).await;
        assert_sound(&page, "case");
        assert!(page.text().contains("PAN-7") && page.html.contains("/work/ref_"), "{}", page.text());
        let code = page.html.split("<h1>").nth(1).and_then(|rest| rest.split("<bdi dir=\"ltr\">").nth(1)).and_then(|rest| rest.split('<').next()).expect("a code").to_owned();
        for typed in [code.as_str(), &code.to_lowercase(), "PAN-7"] {
            let answer = browser.submit("/cases", "/cases", &[("code", typed)]).await;
            assert_eq!(answer.leads_to(), case, "{typed}: {}", answer.text());
        }
        for typed in ["PAN-8", "", "?"] {
            let answer = browser.submit("/cases", "/cases", &[("code", typed)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        }
        // Somebody else for the same person: the case is taken, and no other opened.
        let answer = browser.submit(&case, &case, &[("do", "find")]).await;
        let page = browser.get(answer.leads_to()).await;
        assert!(page.text().contains("For a person already known"), "{}", page.text());
        let from = value_of(&page, "from");
        let fields = [("from", from.as_str()), ("need", "health.primary")];
        let answer = browser.post("/find", &page.form_token(), &fields).await;
        let found = browser.get(answer.leads_to()).await;
        let id = found.html.split("name=\"one\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a service").to_owned();
        let refer = choose(browser, answer.leads_to(), &[("one", &id)]).await;
        let page = browser.get(&refer).await;
        let answer = browser.post(&refer, &page.form_token(), &said(&page, &[("channel", "call")])).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!((world.rows("cases").await.len(), world.rows("referrals").await.len()), (1, 2));
        // A need of hers that met nothing.
        let page = browser.get(&case).await;
        let key = value_of(&page, "key");
        let fields = [("do", "count"), ("key", key.as_str()), ("need", "shelter.minor"), ("result", "unmet_full")];
        let answer = browser.post(&case, &page.form_token(), &fields).await;
        assert!(answer.leads_to().ends_with("?done=counted"), "{}", answer.text());
    }

    async fn the_pages_read_as_reviewed(world: World) {
        let mut worker = worker(&world).await;
        for language in ["fr", "ar"] {
            let browser = &mut worker.browser;
            browser.language = language;
            let mut told = String::new();
            let form = browser.get(&format!("/find?language={language}")).await;
            let (_, found) = find(browser, &GIRL).await;
            let (_, refer) = refer_form(browser).await;
            for page in [&form, &found, &refer, &browser.get("/tally").await, &browser.get("/cases").await] {
                writeln!(told, "{}\n---", page.text()).expect("a string takes all");
            }
            insta::assert_snapshot!(format!("team_pages_{language}"), told);
        }
    }
}

/// Nine services of the seeds.
const PUBLIC: [&str; 9] = [
    "f32d189a-d6de-4be1-9e7d-7b2eb1fe87e4",
    "8c2250e9-01d9-4042-bbcd-3ce7c025a7b2",
    "f9be5b7e-9e13-4204-8867-d650ed2c1d4d",
    "61371c80-ecfe-4a23-b1e2-ca79d15cadd7",
    "63dd21de-fde0-43fc-bbd1-95f3724957ef",
    "b1f5cb5e-1667-464f-8035-7608a7913a5d",
    "f3622e4d-c57d-4985-ada1-de4638360bee",
    "7a312538-ce8a-4db3-bc37-30839d3c4ef2",
    "c43fc033-ec0f-4e7e-83ad-ad03b74f0d7f",
];

async fn find_place(browser: &mut Browser, place: &str) -> Page {
    let fields = [("need", "health.primary"), ("place", place)];
    let answer = browser.submit("/find", "/find", &fields).await;
    browser.get(answer.leads_to()).await
}
