//! People who sign in at the pages.

use super::browser::{Browser, Page};
use super::steps::organization_id;
use super::world::{CLINIC, World};
use axum::http::StatusCode;
use relais::actions::people::{self, NewAccount};
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, TeamId};
use relais::identity::one_time::OneTimeKey;
use serde_json::json;

pub const PASSWORD: &str = "corbeau lampe rivière";
pub const PROJECT: &str = "Passerelles Île-de-France";

/// Somebody who has enrolled and is signed in.
pub struct Enrolled {
    pub handle: String,
    pub browser: Browser,
    pub key: OneTimeKey,
    pub recovery_codes: Vec<String>,
}

/// An account of the clinic, in the project where the role has one.
pub fn new_account(handle: &str, role: Role) -> NewAccount {
    NewAccount {
        handle: handle.to_owned(),
        role,
        organization: organization_id(CLINIC),
        project: role.needs_project().then(|| PROJECT.to_owned()),
        teams: Vec::new(),
        is_trained: true,
    }
}

impl World {
    /// Lets this many seconds pass.
    pub fn pass_seconds(&self, seconds: i64) {
        self.clock.set(self.now().plus_seconds(seconds));
    }

    /// Lets this many minutes pass.
    pub fn pass_minutes(&self, minutes: i64) {
        self.pass_seconds(minutes * 60);
    }

    /// Adds an account; gives its enrolment code.
    pub async fn added(&self, new: &NewAccount) -> String {
        people::add(self.app.context(), new).await.expect("an account is added").code.expose().clone()
    }

    /// Adds an account of the clinic, whose person enrols at the pages with a second factor.
    pub async fn enrolled(&self, handle: &str, role: Role) -> Enrolled {
        let code = self.added(&new_account(handle, role)).await;
        self.enrol(handle, &code).await
    }

    /// Enrols with a code.
    pub async fn enrol(&self, handle: &str, code: &str) -> Enrolled {
        let mut browser = Browser::of(self);
        let fields = [("code", code), ("password", PASSWORD), ("repeated", PASSWORD)];
        let page = browser.submit("/enrol", "/enrol", &fields).await;
        assert_eq!(page.leads_to(), "/enrol/second-factor", "{}", page.html);
        let page = browser.get("/enrol/second-factor").await;
        let key = OneTimeKey::parse(&page.codes()[0].replace(' ', "")).expect("a key as text");
        let code = key.code_at(self.now());
        let page = browser.post("/enrol/second-factor", &page.form_token(), &[("code", &code)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let recovery_codes = page.codes();
        assert_eq!(recovery_codes.len(), 10);
        Enrolled { handle: handle.to_owned(), browser, key, recovery_codes }
    }
}

impl World {
    /// A phone that the team of Paris shares, enrolled by its coordinator.
    pub async fn shared_phone(&self) -> Browser {
        let team = TeamId::derived("corridor", "project paris").to_string();
        let input = json!({ "teamId": team, "name": "phone of the day centre" });
        let enrolled = self.act(&self.person("coordinator"), "deviceEnrol", &input).await;
        let mut phone = Browser::of(self);
        let code = enrolled.text_at("deviceEnrol/code/spelling");
        let page = phone.submit("/phone", "/phone", &[("code", code)]).await;
        assert_eq!(page.leads_to(), "/phone", "{}", page.html);
        phone
    }

    /// The id of the account with this handle, shut out or not.
    pub async fn account_id(&self, handle: &str) -> String {
        self.texts(format!("SELECT id FROM accounts WHERE handle = '{handle}'")).await.pop().expect("an account")
    }
}

impl Enrolled {
    /// Signs in fully at a browser that is there already.
    pub async fn signs_in_at(&self, world: &World, browser: &mut Browser) {
        world.pass_seconds(30);
        let page = self.gives_password(browser).await;
        assert_eq!(page.leads_to(), "/sign-in/code", "{}", page.html);
        let page = self.gives_code(world, browser).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
    }

    /// Sets a PIN at the own browser, just after a proof.
    pub async fn sets_pin(&mut self, pin: &str) {
        let page = self.browser.submit("/account", "/account/pin", &[("pin", pin), ("repeated", pin)]).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
    }

    /// Takes a shared phone over.
    pub async fn takes_over(&self, world: &World, phone: &mut Browser, pin: &str) -> Page {
        let who = world.account_id(&self.handle).await;
        // A phone at which nobody is has no form of its own; whoever means ill takes the token of another page.
        let has_form = phone.get("/phone").await.html.contains("form_token");
        let from = if has_form { "/phone" } else { "/sign-in" };
        phone.submit(from, "/phone/switch", &[("who", &who), ("pin", pin)]).await
    }

    /// Signs in at a browser of its own, with a code that was not used yet.
    pub async fn signs_in(&self, world: &World) -> Browser {
        world.pass_seconds(30);
        let mut browser = Browser::of(world);
        let page = self.gives_password(&mut browser).await;
        assert_eq!(page.leads_to(), "/sign-in/code", "{}", page.html);
        let page = self.gives_code(world, &mut browser).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
        browser
    }

    /// The first step.
    pub async fn gives_password(&self, browser: &mut Browser) -> Page {
        browser.submit("/sign-in", "/sign-in", &[("handle", &self.handle), ("password", PASSWORD)]).await
    }

    /// The second step, with the code of this moment.
    pub async fn gives_code(&self, world: &World, browser: &mut Browser) -> Page {
        let code = self.key.code_at(world.now());
        browser.submit("/sign-in/code", "/sign-in/code", &[("code", &code)]).await
    }
}

/// Whether the browser is signed in, by what its next request gets.
pub async fn is_signed_in(browser: &Browser) -> bool {
    let page = browser.clone().get("/account").await;
    assert!(page.status == StatusCode::OK || page.leads_to() == "/sign-in", "{} {}", page.status, page.html);
    page.status == StatusCode::OK
}
