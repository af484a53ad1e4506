//! Webhooks: the address of an organisation's own system, the secrets that sign what it is told, and what it is told.
//!
//! Invariants: what is told is the kind, the object and its sequence number, by the hour, and nothing of its content. Each call
//! is signed by the scheme of Standard Webhooks over its id, its time and its body, by every secret that is in force: two of
//! them while one is replaced.

use super::code::code_list;
use super::delivery::{Attempt, Delivery, DeliveryKind, Queue};
use super::id::{AccountId, OrganizationId, WebhookEndpointId};
use super::refusal::{InputProblem, Refusal};
use super::sensitive::{Sensitive, hidden_debug};
use super::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::Url;

/// Most endpoints that an organisation has at a time.
pub const MOST_ENDPOINTS: usize = 5;

/// Most bytes of an address.
pub const URL_BYTES: usize = 500;

/// Hours for which a secret that was replaced goes on signing.
pub const ROTATION_HOURS: i64 = 24;

/// What every secret begins with.
const SECRET_PREFIX: &str = "whsec_";

code_list! {
    /// How an endpoint does.
    WebhookEndpointStatus {
        Active = "active": "it takes what it is told",
        Failing = "failing": "it has taken nothing lately, and is tried again",
        Disabled = "disabled": "it is told nothing more, until somebody enables it again",
    }
}

code_list! {
    /// Why an endpoint is told nothing more.
    WebhookDisabledReason {
        Gone = "gone": "it answered that it is there no more",
        NothingTaken = "nothing_taken": "it has taken nothing for five days",
        Deleted = "deleted": "its organisation took it back",
    }
}

/// What signs the calls of an endpoint; spelled `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Sensitive<[u8; 32]>);

hidden_debug!(WebhookSecret);

impl WebhookSecret {
    /// The secret of these fresh bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Sensitive::new(bytes))
    }

    /// Reads its spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(SECRET_PREFIX)?).ok()?;
        bytes.try_into().ok().map(Self::from_bytes)
    }

    /// Its spelling, as the libraries of Standard Webhooks read it.
    pub fn spelled(&self) -> Sensitive<String> {
        Sensitive::new(format!("{SECRET_PREFIX}{}", STANDARD.encode(self.0.expose())))
    }
}

/// The address of an organisation's own system.
#[derive(Clone)]
pub struct WebhookEndpoint {
    /// Identifier, of its queue too.
    pub id: WebhookEndpointId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Where it is called.
    pub url: Sensitive<String>,
    /// What signs its calls.
    pub secret: WebhookSecret,
    /// What signed them before, and until when it still does.
    pub previous: Option<(WebhookSecret, Timestamp)>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// By which account.
    pub created_by: AccountId,
}

hidden_debug!(WebhookEndpoint);

impl WebhookEndpoint {
    /// The secrets in force, the newest first.
    pub fn secrets(&self, now: Timestamp) -> Vec<WebhookSecret> {
        let previous = self.previous.iter().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(previous).cloned().collect()
    }

    /// The endpoint with a new secret; the one that it replaces goes on signing for a day, an older one ends.
    #[must_use]
    pub fn rotated(self, fresh: WebhookSecret, now: Timestamp) -> Self {
        let previous = Some((self.secret, now.plus_hours(ROTATION_HOURS)));
        Self { secret: fresh, previous, ..self }
    }

    /// The host of its address, and nothing else of it: the rest may hold a key.
    pub fn host(&self) -> String {
        let url = Url::parse(self.url.expose());
        url.ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// An endpoint with how it does, as it is listed.
#[derive(Clone)]
pub struct ListedEndpoint {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// Its queue.
    pub queue: Queue,
    /// Since when and why it is told nothing more.
    pub disabled: Option<(Timestamp, WebhookDisabledReason)>,
    /// What it was told last, the newest attempt first.
    pub attempts: Vec<(DeliveryKind, Attempt)>,
}

hidden_debug!(ListedEndpoint);

impl ListedEndpoint {
    /// How it does, and since when; an endpoint that takes everything does so since nothing happened.
    pub fn status(&self) -> (WebhookEndpointStatus, Option<Timestamp>) {
        match (self.disabled, self.queue.failing_since) {
            (Some((since, _)), _) => (WebhookEndpointStatus::Disabled, Some(since)),
            (None, Some(since)) => (WebhookEndpointStatus::Failing, Some(since)),
            (None, None) => (WebhookEndpointStatus::Active, None),
        }
    }
}

/// Reads an address as somebody types it; gives its one spelling. Whether it leads inside is judged beside this, when it is
/// registered and again at each connection.
pub fn check_url(typed: &str) -> Result<Url, Refusal> {
    let refused = Refusal::Input { field: "url", problem: InputProblem::WebhookAddress };
    // What a parser would drop or turn round in silence is not what was meant.
    let is_plain = typed.len() <= URL_BYTES
        && !typed.chars().any(|letter| letter.is_whitespace() || letter.is_control() || letter == '\\')
        && typed.contains("://");
    let url = Url::parse(typed).ok().filter(|_| is_plain);
    let is_usable = |url: &Url| {
        url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && !typed.split(['/', '?', '#']).nth(2).is_some_and(|authority| authority.contains('@'))
            && url.fragment().is_none()
            && url.as_str().len() <= URL_BYTES
    };
    url.filter(is_usable).ok_or(refused)
}

/// What a call says: of which kind, about which object, its place among all that is told of it, and the hour.
pub fn body(delivery: &Delivery) -> String {
    let Delivery { kind, object, sequence, created_at, .. } = delivery;
    let hour = created_at.start_of_hour();
    format!(r#"{{"type":"{kind}","timestamp":"{hour}","data":{{"id":"{object}","sequence":{sequence}}}}}"#)
}

/// The value of the header `webhook-signature`: one signature for each secret in force.
pub fn signatures(secrets: &[WebhookSecret], id: &str, seconds: i64, body: &str) -> String {
    let signed: Vec<String> = secrets.iter().map(|secret| signature(secret.0.expose(), id, seconds, body)).collect();
    signed.join(" ")
}

fn signature(key: &[u8], id: &str, seconds: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T10:59:59Z").expect("an instant")
    }

    fn secret(byte: u8) -> WebhookSecret {
        WebhookSecret::from_bytes([byte; 32])
    }

    fn endpoint() -> WebhookEndpoint {
        WebhookEndpoint {
            id: WebhookEndpointId::from_bytes([1; 16]),
            organization_id: OrganizationId::from_bytes([2; 16]),
            url: "https://hooks.example.org:443/relais?key=secret".to_owned().into(),
            secret: secret(1),
            previous: None,
            created_at: now(),
            created_by: AccountId::from_bytes([3; 16]),
        }
    }

    /// The vector that the libraries of Standard Webhooks are tested with; its key has 24 bytes.
    #[test]
    fn a_call_is_signed_as_the_standard_says() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_one_spelling_and_no_other_is_read() {
        let spelled = secret(7).spelled();
        assert_eq!(spelled.expose(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(WebhookSecret::parse(spelled.expose()), Some(secret(7)));
        for other in ["", "whsec_", "whsec_BwcH", &spelled.expose()[6..], &format!("{}A", spelled.expose())] {
            assert!(WebhookSecret::parse(other).is_none(), "{other}");
        }
        assert_eq!(format!("{:?} {:?}", secret(7), endpoint()), "WebhookSecret(…) WebhookEndpoint(…)");
    }

    #[test]
    fn a_secret_that_was_replaced_signs_for_a_day_more() {
        let rotated = endpoint().rotated(secret(2), now());
        let in_force = |hours, seconds| rotated.secrets(now().plus_hours(hours).plus_seconds(seconds));
        assert!(in_force(0, 0) == [secret(2), secret(1)] && in_force(24, -1) == [secret(2), secret(1)]);
        assert!(in_force(24, 0) == [secret(2)]);
        let twice = rotated.clone().rotated(secret(3), now().plus_hours(1));
        assert!(twice.secrets(now().plus_hours(1)) == [secret(3), secret(2)], "never more than two");
        let signed = signatures(&in_force(0, 0), "dlv_1", 5, "{}");
        assert_eq!(
            signed.split(' ').collect::<Vec<_>>(),
            [signatures(&[secret(2)], "dlv_1", 5, "{}"), signatures(&[secret(1)], "dlv_1", 5, "{}"),]
        );
    }

    #[test]
    fn a_call_says_what_happened_to_which_object_in_which_hour() {
        let delivery = Delivery::new("whk_1", DeliveryKind::ReferralChanged, ("ref_1", 4), now());
        let expected =
            r#"{"type":"referral.changed","timestamp":"2026-11-28T10:00:00Z","data":{"id":"ref_1","sequence":4}}"#;
        assert_eq!(body(&delivery), expected);
    }

    #[test]
    fn an_address_is_taken_only_as_it_is_meant() {
        for (typed, expected) in [
            ("https://hooks.example.org/relais?key=1", "https://hooks.example.org/relais?key=1"),
            ("HTTPS://Hooks.Example.org", "https://hooks.example.org/"),
            ("https://hooks.example.org:443/@me", "https://hooks.example.org/@me"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(check_url(typed).ok().map(|url| url.to_string()).as_deref(), Some(expected), "{typed}");
        }
        let long = format!("https://hooks.example.org/{}", "a".repeat(URL_BYTES));
        // Short as typed and too long as it is sent.
        let grown = format!("https://hooks.example.org/{}", "é".repeat(200));
        for typed in [
            "",
            "hooks.example.org",
            "https:",
            "https://",
            "https:hooks.example.org",
            "mailto:desk@example.org",
            "data:text/plain,x",
            " https://hooks.example.org/",
            "https://hooks.example.org/\n",
            "https://hooks.exa\tmple.org/",
            "https:\\\\hooks.example.org\\",
            "https://hooks.example.org\\@127.0.0.1/",
            "https://user@hooks.example.org/",
            "https://user:word@hooks.example.org/",
            "https://@hooks.example.org/",
            "https://hooks.example.org/#part",
            "https://hooks.example.org/#",
            "https://256.0.0.1/",
            "https://[::1/",
            "https://hooks example.org/",
            long.as_str(),
            grown.as_str(),
        ] {
            assert!(check_url(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn only_the_host_of_an_address_is_told() {
        assert_eq!(endpoint().host(), "hooks.example.org");
    }

    #[test]
    fn an_endpoint_does_as_its_queue_does() {
        let queue = Queue {
            id: endpoint().id.to_string(),
            channel: crate::domain::delivery::DeliveryChannel::Webhook,
            organization_id: endpoint().organization_id,
            failing_since: None,
        };
        let active = ListedEndpoint { endpoint: endpoint(), queue, disabled: None, attempts: Vec::new() };
        let mut failing = active.clone();
        failing.queue.failing_since = Some(now());
        let disabled = Some((now().plus_days(5), WebhookDisabledReason::NothingTaken));
        let disabled = ListedEndpoint { disabled, ..failing.clone() };
        assert_eq!(active.status(), (WebhookEndpointStatus::Active, None));
        assert_eq!(failing.status(), (WebhookEndpointStatus::Failing, Some(now())));
        assert_eq!(disabled.status(), (WebhookEndpointStatus::Disabled, Some(now().plus_days(5))));
    }
}
