//! Who somebody is by the word of an identity provider: the relying party of OpenID Connect.
//!
//! Invariants: an identity is the provider's issuer and subject, never an e-mail address or a name; a token
//! counts only after its signature, its issuer, its audience, its times by **our** clock and its nonce were
//! checked; no key, address or algorithm is taken out of a token; a [`Fault`] names what was wrong and holds
//! nothing of what was said. Who may do what is not decided here: see `actions::provider`.
//!
//! Start at [`RelyingParty`]; `id_token` is where a token is judged.

mod callback;
mod claims;
mod fault;
mod groups;
mod id_token;
mod json;
mod keys;
mod metadata;
mod relying_party;
mod tokens;

pub use self::callback::Callback;
pub use self::fault::Fault;
pub use self::groups::{GroupMap, GroupMapError, GroupRule};
pub use self::relying_party::{Grant, RelyingParty, Settings, SignInSecrets};
