//! A filter of mail that follows whatever it finds: it looks at every address and sends every form as it stands, and nobody
//! has decided anything by that.

use super::{link, post_to, tell};
use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::watch::Watch;
use crate::kit::world::{World, on_both_databases};
use crate::mail::sink::{Described, Sink};
use axum::body::Body;
use axum::http::{Request, header};
use std::collections::BTreeSet;
use tower::ServiceExt as _;

/// More than the pages of a partner have addresses and forms together.
const MOST_STEPS: usize = 200;

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// One form: where it goes, and what a browser would send that has touched nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Untouched {
    to: String,
    fields: Vec<(String, String)>,
}

fn forms(page: &Page, place: &str) -> Vec<Untouched> {
    let forms = page.html.split("<form").skip(1).filter_map(|rest| rest.split_once("</form>"));
    let form = |(form, _): (&str, &str)| {
        let opening = format!(" {}", form.split('>').next().unwrap_or_default());
        let tags =
            form.split('<').filter(|tag| ["input ", "textarea ", "select "].iter().any(|name| tag.starts_with(name)));
        let sent = tags.filter(|tag| attribute(tag, "type") != Some("radio") || tag.contains(" checked"));
        let field = |tag: &str| {
            Some((attribute(tag, "name")?.to_owned(), attribute(tag, "value").unwrap_or_default().to_owned()))
        };
        let fields = sent.filter_map(field).filter(|(name, _)| name != "form_token").collect();
        Untouched { to: attribute(&opening, "action").unwrap_or(place).to_owned(), fields }
    };
    forms.map(form).collect()
}

async fn head(world: &World, browser: &Browser, path: &str) {
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::head(path).header(header::COOKIE, cookies.join("; ")).body(Body::empty());
    world.router().oneshot(request.expect("a request")).await.expect("an answer");
}

/// Follows all that it finds from an address on; leaves at last. Gives how many forms it has sent.
async fn scan(world: &World, start: &str) -> usize {
    let mut browser = Browser::of(world);
    let (mut seen, mut sent) = (BTreeSet::new(), BTreeSet::new());
    let mut ahead = vec![start.to_owned()];
    while let Some(path) = ahead.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() < MOST_STEPS, "{seen:?}");
        head(world, &browser, &path).await;
        let page = browser.get(&path).await;
        let addresses = page.html.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        ahead.extend(addresses.filter(|to| to.starts_with('/')).map(str::to_owned));
        for form in forms(&page, &path).into_iter().filter(|form| form.to != "/leave") {
            if sent.insert(form.clone()) {
                let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let answer = browser.submit(&path, &form.to, &fields).await;
                ahead.extend(Some(answer.leads_to().to_owned()).filter(|to| to.starts_with('/')));
            }
        }
    }
    browser.submit("/requests", "/leave", &[]).await;
    assert!(seen.iter().any(|path| path.starts_with("/requests/ref_")), "it has seen the request: {seen:?}");
    sent.len()
}

on_both_databases! {
    async fn who_follows_every_link_and_sends_every_form_decides_nothing(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        let post = post_to(&world, &sink);
        world.sent(&to_the_lawyers()).await;
        tell(&post).await;
        let offered = link(&sink.mail());
        let accepted = world.sent(&to_the_lawyers()).await;
        world.change("lawyer", "referralAccept", &accepted, serde_json::json!({})).await.done();
        let before = (world.rows("referrals").await, world.rows("referral_events").await);
        let mut watch = Watch::on(&world).await;
        let sent = scan(&world, &offered).await;
        assert!(sent >= 10, "{sent} forms");
        let changed = watch.changes().await;
        assert_eq!(changed, ["link_sessions delete", "link_sessions insert"], "it came and it went");
        assert_eq!((world.rows("referrals").await, world.rows("referral_events").await), before);
        tell(&post).await;
    }
}
