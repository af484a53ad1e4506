//! The picture by which an authenticator takes a key from the screen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::QrCode;
use qrcode::render::svg;

/// A QR code as the address of an image that holds itself.
pub(super) fn of(text: &str) -> String {
    let drawn =
        QrCode::new(text).map(|code| code.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build());
    // A key has a fixed length that every code holds; without its picture a page still has it as text.
    let drawn = drawn.unwrap_or_default();
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(drawn))
}
