//! One signed call of an organisation's own system, and what its answer means.
//!
//! Invariants: a call ends within its limits, whatever the other side does; a redirect is an answer and is not followed; of what
//! is answered the status and one header count, and nothing of it is kept.

use crate::domain::delivery::AttemptResult;
use crate::domain::id::DeliveryId;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{WebhookSecret, signatures};
use crate::egress::{Client, EgressError, Limits};
use chrono::DateTime;
use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::{Request, StatusCode};

/// How long a call may take, and how much of its answer is read: ten seconds in all, three to connect, 8 KiB.
pub const LIMITS: Limits = Limits::with_body_bytes(8 * 1_024);

/// What an endpoint is told, once.
#[derive(Clone)]
pub struct Call {
    /// The delivery, the same through every attempt.
    pub id: DeliveryId,
    /// Where.
    pub url: Sensitive<String>,
    /// What signs it: one secret, or two while one is replaced.
    pub secrets: Vec<WebhookSecret>,
    /// What is said.
    pub body: String,
}

hidden_debug!(Call);

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it means.
    pub result: AttemptResult,
    /// The status that was answered.
    pub http_status: Option<u16>,
    /// In how many seconds the endpoint asks to be called again. Whatever it says: the schedule says how much of it counts.
    pub retry_after_seconds: Option<i64>,
}

/// Calls an endpoint. `now` is signed, so that a copy of the call is worth nothing later.
pub async fn call(client: &Client, call: &Call, now: Timestamp) -> Answer {
    let Some(request) = request(call, now) else { return Answer::without_status(EgressError::Unsendable) };
    match client.send_and_cut(request).await {
        Ok(answer) => Answer::of(answer.status(), answer.headers(), now),
        Err(error) => Answer::without_status(error),
    }
}

fn request(call: &Call, now: Timestamp) -> Option<Request<Vec<u8>>> {
    let seconds = now.microseconds().div_euclid(1_000_000);
    let id = call.id.to_string();
    Request::post(call.url.expose())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-signature", signatures(&call.secrets, &id, seconds, &call.body))
        .header("webhook-timestamp", seconds)
        .header("webhook-id", id)
        .body(call.body.clone().into_bytes())
        .ok()
}

impl Answer {
    fn of(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Self {
        let result = match status {
            StatusCode::GONE => AttemptResult::Gone,
            status if status.is_success() => AttemptResult::Taken,
            status if status.is_redirection() => AttemptResult::Redirected,
            _ => AttemptResult::Refused,
        };
        let asks = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let asked = headers.get(RETRY_AFTER).filter(|_| asks).and_then(|value| value.to_str().ok());
        let retry_after_seconds = asked.and_then(|text| seconds_asked(text, now));
        Self { result, http_status: Some(status.as_u16()), retry_after_seconds }
    }

    fn without_status(error: EgressError) -> Self {
        let result = match error {
            EgressError::TimedOut => AttemptResult::TimedOut,
            EgressError::NotHttps
            | EgressError::OtherPort
            | EgressError::UserInformation
            | EgressError::NotPublic
            | EgressError::Unsendable => AttemptResult::Forbidden,
            EgressError::NoClient => AttemptResult::Fault,
            // Nothing is too large for a call whose answer is cut.
            EgressError::Unreachable | EgressError::Broken | EgressError::TooLarge => AttemptResult::Unreachable,
        };
        Self { result, http_status: None, retry_after_seconds: None }
    }
}

/// Reads `Retry-After`: seconds, or an HTTP date.
fn seconds_asked(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    let date = || {
        let at = DateTime::parse_from_rfc2822(text).ok()?.timestamp_micros();
        Some(at.saturating_sub(now.microseconds()).div_euclid(1_000_000))
    };
    text.parse().ok().or_else(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant")
    }

    fn answer(status: u16, retry_after: Option<&'static str>) -> Answer {
        let headers = retry_after.map(|text| (RETRY_AFTER, HeaderValue::from_static(text)));
        Answer::of(StatusCode::from_u16(status).expect("a status"), &headers.into_iter().collect(), now())
    }

    #[test]
    fn the_status_says_what_becomes_of_it() {
        use AttemptResult::{Gone, Redirected, Refused, Taken};
        for (statuses, expected) in [
            (&[200, 201, 202, 204, 299][..], Taken),
            (&[300, 301, 302, 303, 304, 307, 308], Redirected),
            (&[410], Gone),
            (&[100, 400, 401, 404, 413, 429, 499, 500, 503, 599, 600, 999], Refused),
        ] {
            for status in statuses {
                let told = answer(*status, None);
                assert_eq!((told.result, told.http_status), (expected, Some(*status)), "{status}");
            }
        }
    }

    #[test]
    fn an_endpoint_may_ask_for_a_time_in_seconds_or_as_a_date() {
        for (text, expected) in [
            ("3600", Some(3_600)),
            ("-1", Some(-1)),
            ("1000000000000", Some(1_000_000_000_000)),
            (" 7 ", Some(7)),
            ("Sat, 28 Nov 2026 10:05:00 GMT", Some(300)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(-1_011_748_223)),
            ("99999999999999999999", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(answer(503, Some(text)).retry_after_seconds, expected, "{text}");
        }
        assert_eq!(answer(429, Some("9")).retry_after_seconds, Some(9));
        assert_eq!(answer(500, Some("9")).retry_after_seconds, None, "only who is busy may ask");
    }

    #[test]
    fn where_nothing_is_sent_is_told_apart_from_where_nobody_answers() {
        use AttemptResult::{Fault, Forbidden, TimedOut, Unreachable};
        for (error, expected) in [
            (EgressError::Unreachable, Unreachable),
            (EgressError::Broken, Unreachable),
            (EgressError::TimedOut, TimedOut),
            (EgressError::NotPublic, Forbidden),
            (EgressError::NotHttps, Forbidden),
            (EgressError::OtherPort, Forbidden),
            (EgressError::UserInformation, Forbidden),
            (EgressError::NoClient, Fault),
        ] {
            assert_eq!(Answer::without_status(error).result, expected, "{error}");
        }
    }
}
