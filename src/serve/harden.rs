//! What every answer carries, and what a panic becomes.

use std::any::Any;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::map_response;
use tower_http::catch_panic::CatchPanicLayer;

/// The body that stands for anything that went wrong on our side.
const INTERNAL_ERROR: &str = r#"{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL"}}]}"#;

const TIMED_OUT: &str = r#"{"errors":[{"message":"The request took too long. Ask for less, or try again later.","extensions":{"code":"UNAVAILABLE"}}]}"#;

/// On every answer, unless it sets its own: what is the same for everybody, such as a style sheet, may be kept.
const LOOSENABLE: [(HeaderName, HeaderValue); 1] = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// On every answer, whatever it says itself.
const FIXED: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    // A year. Browsers heed it only over TLS, which is the proxy's.
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), ambient-light-sensor=(), attribution-reporting=(), autoplay=(), battery=(), bluetooth=(), \
             browsing-topics=(), camera=(), clipboard-read=(), clipboard-write=(), compute-pressure=(), \
             cross-origin-isolated=(), display-capture=(), document-domain=(), encrypted-media=(), fullscreen=(), \
             gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), interest-cohort=(), \
             keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), \
             picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), \
             screen-wake-lock=(), serial=(), speaker-selection=(), storage-access=(), sync-xhr=(), unload=(), usb=(), \
             web-share=(), window-management=(), xr-spatial-tracking=()",
        ),
    ),
];

/// Puts the security headers on every answer of `router`, and an answer in the place of
/// every panic. To be applied last, around all routes.
pub fn harden(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(panicked)).layer(map_response(async |response| secure(response)))
}

/// The answer to a panic. The payload is dropped unread: it may quote a value.
fn panicked(_payload: Box<dyn Any + Send>) -> Response<Body> {
    plain(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR)
}

/// The answer to a request whose handler did not end in time.
pub(super) fn timed_out() -> Response<Body> {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, TIMED_OUT);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    // The request's body may still be on its way.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    secure(response)
}

fn plain(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn secure(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    for (name, value) in LOOSENABLE {
        headers.entry(name).or_insert(value);
    }
    for (name, value) in FIXED {
        // `extend` would leave the answer's own beside it.
        headers.insert(name, value);
    }
    response
}
