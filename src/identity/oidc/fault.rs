//! Why the word of a provider, or of a browser that claims to bring it, does not count.

use crate::egress::EgressError;

/// What was wrong. It names the check and holds nothing of what was said, so it may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub enum Fault {
    /// The callback's query is too long, or gives a parameter twice.
    CallbackUnreadable,
    /// The callback has no state.
    StateMissing,
    /// The state was never given out, or was used.
    StateUnknown,
    /// The sign-in was begun too long ago.
    StateExpired,
    /// The sign-in was begun in another browser.
    OtherBrowser,
    /// The callback does not say whose it is, although the provider announces that it does.
    CallbackIssuerMissing,
    /// The callback is another provider's.
    CallbackIssuerOther,
    /// The callback has no code.
    CodeMissing,
    /// The provider says that nobody was signed in.
    Declined,
    /// The provider gave no whole answer.
    NoAnswer(EgressError),
    /// The provider answered that something is wrong with itself.
    ProviderFailed,
    /// The provider's description of itself cannot be read.
    DiscoveryUnreadable,
    /// The description is of another issuer.
    DiscoveryIssuerOther,
    /// The description names an address without encryption.
    DiscoveryInsecure,
    /// The provider's keys cannot be read.
    KeysUnreadable,
    /// The provider publishes a private or a shared key.
    KeyNotPublic,
    /// The provider has a key that is too short.
    KeyWeak,
    /// The provider does not take the code or the refresh token (any more).
    GrantRefused,
    /// The answer to a code or refresh token cannot be read.
    AnswerUnreadable,
    /// The answer has no ID token.
    TokenMissing,
    /// The ID token is none, or larger than one may be.
    TokenUnreadable,
    /// The ID token is encrypted.
    TokenEncrypted,
    /// A name stands twice in the ID token.
    DuplicateName,
    /// The header asks for something that we do not know.
    HeaderCritical,
    /// The header brings a key, or says where one is.
    HeaderBringsKey,
    /// The algorithm is none of those that we take.
    AlgorithmForbidden,
    /// The provider has no key of that name.
    KeyUnknown,
    /// The header names no key, and the provider has several.
    KeyAmbiguous,
    /// The key is not for this algorithm.
    KeyUnsuitable,
    /// The signature is not of this key over this text.
    SignatureWrong,
    /// A claim is missing that each token has, or is not of its type.
    ClaimUnreadable,
    /// The token is another issuer's.
    IssuerOther,
    /// The token is for somebody else.
    AudienceOther,
    /// The token is for several, and does not say who asked for it.
    AuthorizedPartyMissing,
    /// Somebody else asked for the token.
    AuthorizedPartyOther,
    /// The token does not say until when it holds.
    ExpiryMissing,
    /// The token has run out.
    Expired,
    /// The token does not hold yet.
    NotYetValid,
    /// The token does not say when it was made.
    IssueTimeMissing,
    /// The token says that it was made in the future.
    IssuedInFuture,
    /// The token has no nonce.
    NonceMissing,
    /// The nonce is of another sign-in.
    NonceOther,
    /// The subject is missing, empty or too long.
    SubjectUnusable,
    /// The access token is not the one that belongs to the ID token.
    AccessTokenOther,
    /// On renewal: the token is about somebody else than before.
    SubjectChanged,
    /// Nobody has linked this identity, and none of its groups is in the map.
    IdentityUnknown,
    /// The account of this identity is disabled, or is not one that may be mapped.
    AccountUnavailable,
}

impl Fault {
    /// True when the provider cannot be asked now: nobody goes on without its word, but what was granted
    /// is not taken back by it.
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::NoAnswer(_) | Self::ProviderFailed)
    }
}

impl From<EgressError> for Fault {
    fn from(error: EgressError) -> Self {
        Self::NoAnswer(error)
    }
}
