//! The pages: who opens which, forms from elsewhere, headers, and what they say in three languages.

use crate::kit::browser::{Browser, Page};
use crate::kit::people::{PASSWORD, is_signed_in, new_account};
use crate::kit::world::{World, on_both_databases};
use axum::http::{StatusCode, header};
use relais::domain::account::Role;
use relais::policy::table::{Entry, Table};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The doors of the pages: method, path, and who may come through.
fn doors() -> impl Iterator<Item = (&'static str, &'static str, &'static Entry)> {
    let doors = Table::standard().content().doors.iter();
    let routes = doors.filter_map(|door| Some((door.name.split_once(' ')?, &door.entry)));
    let others =
        ["/graphql", "/healthz", "/readyz", "/schema.graphql", "/metrics", "/static/relais.css", "/static/team.css"];
    routes.map(|((method, path), entry)| (method, path, entry)).filter(move |(method, path, _)| {
        matches!(*method, "GET" | "POST") && path.starts_with('/') && !others.contains(path)
    })
}

#[track_caller]
pub fn assert_hardened(page: &Page, place: &str) {
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().expect("text"));
    assert_eq!(header("cache-control"), "no-store", "{place}");
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{place}: {policy}");
    }
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")] {
        assert_eq!(header(name), value, "{place}");
    }
    for cookie in page.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().expect("text");
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["HttpOnly", "Secure", "SameSite=", "Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    // Nothing of another host is loaded, nothing runs, nothing is styled in place.
    for foreign in ["<script", "<iframe", "style=", "onclick", "src=\"http", "//cdn"] {
        assert!(!page.html.contains(foreign), "{place}: {foreign}");
    }
    if page.html.contains("<html") {
        assert!(page.html.contains("<title>Relais</title>"), "{place}: a title tells nothing");
    }
}

/// Every opened element is closed in order, every field has its label, and no id stands twice.
#[track_caller]
pub fn assert_well_formed(html: &str, place: &str) {
    const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut labelled = BTreeSet::new();
    let mut fields = Vec::new();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
        let name = tag.split_whitespace().next().expect("a name");
        let attribute = |key: &str| {
            let rest = tag.split_once(&format!(" {key}=\""))?.1;
            rest.split('"').next()
        };
        if let Some(id) = attribute("id") {
            assert!(ids.insert(id), "{place}: the id {id} stands twice");
        }
        match name {
            "label" => labelled.extend(attribute("for")),
            "input" if attribute("type") != Some("hidden") => fields.push(attribute("id").expect("an id")),
            "select" => fields.push(attribute("id").expect("an id")),
            "img" => assert!(attribute("alt").is_some_and(|alt| !alt.is_empty()), "{place}: {tag}"),
            _ => {}
        }
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{place}"),
            None if !VOID.contains(&name) => open.push(name),
            None => {}
        }
    }
    assert!(open.is_empty(), "{place}: {open:?} stay open");
    for field in fields {
        assert!(labelled.contains(field), "{place}: {field} has no label");
    }
    for (reference, _) in html.match_indices("aria-describedby=\"") {
        let described = html[reference + 18..].split('"').next().expect("ids");
        for id in described.split(' ') {
            assert!(ids.contains(id), "{place}: {id}");
        }
    }
}

on_both_databases! {
    async fn who_is_not_signed_in_opens_nothing_that_is_for_who_is(world: World) {
        assert!(doors().count() > 15, "there is something to open");
        for (method, path, entry) in doors() {
            let mut browser = Browser::of(&world);
            let page = if method == "GET" {
                browser.get(path).await
            } else {
                browser.submit("/sign-in", path, &[("code", "123456")]).await
            };
            let expected = match entry {
                Entry::Acts(_) => "/sign-in",
                Entry::Unfinished if path.starts_with("/enrol") => "/enrol",
                Entry::Unfinished => "/sign-in",
                _ if path == "/sign-out" => "/sign-in",
                _ => "",
            };
            assert_eq!(page.leads_to(), expected, "{method} {path}: {}", page.status);
            assert_hardened(&page, path);
        }
        let gone = Browser::of(&world).get("/account/secrets").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    }

    async fn a_form_from_elsewhere_is_refused(world: World) {
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        // Offering persons is a partner's.
        let agent = world.enrolled("agent-9", Role::PartnerAgent).await;
        let of_nobody = Browser::of(&world).get("/sign-in").await.form_token();
        let of_another = world.enrolled("caseworker-8", Role::Caseworker).await.browser.get("/account").await.form_token();
        let own = enrolled.browser.get("/account").await.form_token();
        // And leading is a coordinator's.
        let lead = world.enrolled("coordinator-9", Role::Coordinator).await;
        let led = ["/reviews/openings", "/reviews/incidents", "/reviews/proposals", "/projects/{id}"];
        let mut visitors =
            [enrolled.browser.clone(), agent.browser, lead.browser].map(|browser| (browser, String::new()));
        for (browser, own) in &mut visitors {
            *own = browser.get("/account").await.form_token();
        }
        let same = [("sec-fetch-site", "same-origin")];
        let posts = doors().filter(|(method, _, _)| *method == "POST");
        let before = world.tables().await;
        for (_, route, _) in posts {
            let (browser, own) = &mut visitors[if led.contains(&route) { 2 } else { usize::from(route.starts_with("/offers")) }];
            for (case, token, headers) in [
                ("no token", "", &same[..]),
                ("a token of nobody", of_nobody.as_str(), &same[..]),
                ("a token of somebody else", of_another.as_str(), &same[..]),
                ("another site", own.as_str(), &[("sec-fetch-site", "cross-site")][..]),
                ("a neighbour", own.as_str(), &[("sec-fetch-site", "same-site")][..]),
                ("another origin", own.as_str(), &[("origin", "https://evil.example")][..]),
                ("an origin that looks alike", own.as_str(), &[("origin", "https://relais.example.evil.example")][..]),
                ("a text", own.as_str(), &[("sec-fetch-site", "same-origin"), ("content-type", "text/plain")][..]),
            ] {
                let fields = [("handle", "caseworker-9"), ("password", PASSWORD), ("language", "ar"), ("days", "1")];
                let page = browser.post_with(route, token, &fields, headers).await;
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{route}, {case}: {}", page.html);
                assert_hardened(&page, route);
            }
        }
        assert_eq!(world.tables().await, before);
        assert!(is_signed_in(&enrolled.browser).await);
        // Browsers that say nothing of where a form comes from are judged by its token, and by the origin.
        for headers in [&[][..], &[("origin", "null")][..], &[("origin", "https://relais.example")][..]] {
            let page = enrolled.browser.post_with("/account/language", &own, &[("language", "en")], headers).await;
            assert_eq!(page.leads_to(), "/account", "{headers:?}");
        }
    }

    async fn a_form_is_bounded(world: World) {
        let mut browser = Browser::of(&world);
        let token = browser.get("/sign-in").await.form_token();
        let page = browser.post("/sign-in", &token, &[("handle", &"h".repeat(20_000)), ("password", "p")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let page = browser.post("/sign-in", &token, &[("handle", "h\u{0}\n"), ("password", "\u{0}")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
    }

    async fn a_language_is_chosen_by_a_link_and_kept_by_an_account(world: World) {
        let mut browser = Browser::of(&world);
        browser.language = "de";
        assert!(browser.get("/sign-in").await.html.contains("<html lang=\"fr\" dir=\"ltr\">"));
        assert!(browser.get("/sign-in?language=ar").await.html.contains("<html lang=\"ar\" dir=\"rtl\">"));
        assert!(browser.get("/enrol").await.html.contains("<html lang=\"ar\" dir=\"rtl\">"), "it is remembered");
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        enrolled.browser.submit("/account", "/account/language", &[("language", "ar")]).await;
        assert!(enrolled.browser.get("/account").await.html.contains("حسابي"));
        let mut later = enrolled.signs_in(&world).await;
        assert!(later.get("/account").await.html.contains("حسابي"), "on every browser");
        let page = enrolled.browser.submit("/account", "/account/language", &[("language", "xx")]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }
}

/// The pages of somebody's first day, each with its name.
async fn first_day(language: &'static str) -> Vec<(&'static str, Page)> {
    let world = World::on_sqlite().await;
    let code = world.added(&new_account("agent-1", Role::PartnerAgent)).await;
    let mut browser = Browser::of(&world);
    browser.language = language;
    let mut pages = vec![("sign-in", browser.get("/sign-in").await), ("enrol", browser.get("/enrol").await)];
    let wrong = [("code", code.as_str()), ("password", "short"), ("repeated", "short")];
    pages.push(("enrol, refused", browser.submit("/enrol", "/enrol", &wrong).await));
    let fields = [("code", code.as_str()), ("password", PASSWORD), ("repeated", PASSWORD)];
    browser.submit("/enrol", "/enrol", &fields).await;
    let page = browser.get("/enrol/second-factor").await;
    let key = relais::identity::one_time::OneTimeKey::parse(&page.codes()[0].replace(' ', "")).expect("a key");
    let token = page.form_token();
    pages.push(("enrol, second factor", page));
    pages.push((
        "recovery codes",
        browser.post("/enrol/second-factor", &token, &[("code", &key.code_at(world.now()))]).await,
    ));
    pages.push(("account", browser.get("/account").await));
    let fields = [("name", "inbox"), ("scope", "directory"), ("days", "30")];
    pages.push(("token", browser.submit("/account", "/account/tokens", &fields).await));
    pages.push(("account with a token", browser.get("/account").await));
    pages.push(("confirm", browser.get("/confirm").await));
    let mut other = Browser::of(&world);
    other.language = language;
    let fields = [("handle", "agent-1"), ("password", "wrong")];
    pages.push(("sign-in, refused", other.submit("/sign-in", "/sign-in", &fields).await));
    other.submit("/sign-in", "/sign-in", &[("handle", "agent-1"), ("password", PASSWORD)]).await;
    pages.push(("code", other.get("/sign-in/code").await));
    pages.push(("form refused", other.post("/sign-in", "", &[]).await));
    pages
}

#[tokio::test]
async fn the_pages_say_what_they_say_in_three_languages() {
    for (language, name) in [("fr", "pages_in_french"), ("en", "pages_in_english"), ("ar", "pages_in_arabic")] {
        let mut told = String::new();
        for (name, page) in first_day(language).await {
            assert_hardened(&page, name);
            assert_well_formed(&page.html, name);
            assert!(!page.html.contains("Unknown localization"), "{name}: {}", page.html);
            // What is drawn by chance is no part of what a page says.
            let text = page.codes().iter().fold(page.text(), |text, code| text.replace(code.as_str(), "…"));
            let known =
                |line: &str| if line.starts_with("rls_") { "rls_…\n".to_owned() } else { format!("{line}\n") };
            let text: String = text.lines().map(known).collect();
            write!(told, "== {name} ({})\n{text}", page.status.as_u16()).expect("a string takes all");
        }
        insta::assert_snapshot!(name, told);
    }
}
