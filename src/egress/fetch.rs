//! Fetching a document: a conditional request, and a few redirects that are each judged like the first URL.

use super::{Client, EgressError};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use url::Url;

/// How often a document may stand elsewhere.
const MOST_REDIRECTS: usize = 3;

/// Longest validator that is kept, in bytes; a longer one is forgotten, and the next request asks for everything.
const LONGEST_VALIDATOR: usize = 512;

/// By what its host tells whether a document has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`, quotes included.
    pub entity_tag: Option<String>,
    /// `Last-Modified`, as it was written.
    pub last_modified: Option<String>,
}

/// What the host said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The document is the one that was known (304).
    NotModified,
    /// The document as it is now.
    Document {
        /// All of it.
        bytes: Vec<u8>,
        /// By what to ask next time.
        validators: Validators,
    },
}

/// Why there is no document. It names the host, and nothing else of an address that may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {fault}")]
pub struct FetchError {
    /// The host that was asked last: another one than that of the URL after a redirect.
    pub host: String,
    /// What went wrong there.
    pub fault: FetchFault,
}

/// What went wrong at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchFault {
    /// There is no whole answer, or nothing was sent.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The answer is no document.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// A redirect to nowhere.
    #[error("the host redirects without a usable address")]
    RedirectUnusable,
    /// Redirects that do not end, or not soon enough.
    #[error("the host redirects more than {MOST_REDIRECTS} times")]
    TooManyRedirects,
    /// A body that would have to be unpacked, although none was asked for.
    #[error("the host sends a compressed body that was not asked for")]
    Compressed,
}

impl Client {
    /// Fetches a document unless it is the known one. All of it, redirects included, takes no longer than the
    /// client's time.
    ///
    /// # Errors
    /// [`FetchError`] for everything but 200 and, where something is known, 304.
    pub async fn fetch(&self, url: &Url, known: &Validators) -> Result<Fetched, FetchError> {
        let mut url = url.clone();
        let mut asked = host_of(&url);
        let fetched = tokio::time::timeout(self.limits.total, self.follow(&mut url, &mut asked, known)).await;
        let fetched = fetched.unwrap_or(Err(EgressError::TimedOut.into()));
        fetched.map_err(|fault| FetchError { host: asked, fault })
    }

    async fn follow(&self, url: &mut Url, asked: &mut String, known: &Validators) -> Result<Fetched, FetchFault> {
        for _ in 0..=MOST_REDIRECTS {
            *asked = host_of(url);
            let answer = self.exchange(conditional(url.clone(), known)).await?;
            match answer.status() {
                StatusCode::OK => return document(answer),
                StatusCode::NOT_MODIFIED if *known != Validators::default() => return Ok(Fetched::NotModified),
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let next = text(answer.headers(), header::LOCATION).and_then(|next| url.join(&next).ok());
                    let next = next.ok_or(FetchFault::RedirectUnusable)?;
                    // What began encrypted stays so, to whichever host.
                    if url.scheme() == "https" && next.scheme() != "https" {
                        *asked = host_of(&next);
                        return Err(EgressError::NotHttps.into());
                    }
                    *url = next;
                }
                other => return Err(FetchFault::Status(other.as_u16())),
            }
        }
        Err(FetchFault::TooManyRedirects)
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("no host").to_owned()
}

fn conditional(url: Url, known: &Validators) -> reqwest::Request {
    let mut request = reqwest::Request::new(http::Method::GET, url);
    let conditions = [(header::IF_NONE_MATCH, &known.entity_tag), (header::IF_MODIFIED_SINCE, &known.last_modified)];
    for (name, value) in conditions {
        if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
            request.headers_mut().insert(name, value);
        }
    }
    request
}

fn document(answer: Response<Vec<u8>>) -> Result<Fetched, FetchFault> {
    let encoding = answer.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(FetchFault::Compressed);
    }
    let kept = |name| text(answer.headers(), name).filter(|value| value.len() <= LONGEST_VALIDATOR);
    let validators = Validators { entity_tag: kept(header::ETAG), last_modified: kept(header::LAST_MODIFIED) };
    Ok(Fetched::Document { bytes: answer.into_body(), validators })
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
