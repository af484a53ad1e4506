//! Who visits: the session, the language, and the secret to which forms are bound.

use super::frame::Frame;
use super::{HOME, PHONE, SIGN_IN, answer, cookies, partner, team};
use crate::actions::link::{self, LinkVisitor};
use crate::actions::session::{self, SignedIn};
use crate::actions::{ActionError, Context, device};
use crate::domain::device::SharedDevice;
use crate::domain::sensitive::Sensitive;
use crate::i18n::Language;
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Entry;
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use sha2::{Digest, Sha256};

/// One visit: made for one request, and only where the policy lets this visitor open this page.
pub(super) struct Visit {
    /// In which language.
    pub(super) language: Language,
    /// The language that this request chose, to be remembered.
    pub(super) chosen_language: Option<Language>,
    /// What the session's cookie holds, whatever it opens; empty where there is none.
    pub(super) session_secret: Sensitive<String>,
    /// A new secret to which forms are bound, when the visitor brought none.
    pub(super) new_form_secret: Option<Sensitive<String>>,
    /// The shared phone that it comes from, while that counts.
    phone: Option<SharedDevice>,
    /// Whether the visitor brought the cookie of a shared phone, whatever that opens.
    brings_phone: bool,
    signed_in: Option<SignedIn>,
    /// What the cookie of a visit by link holds, whatever it opens; empty where there is none.
    link_secret: Sensitive<String>,
    came_by_link: Option<LinkVisitor>,
    form_secret: Sensitive<String>,
    offers_people: bool,
    team_pages: Vec<(&'static str, &'static str)>,
}

impl FromRequestParts<Context> for Visit {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Self::Rejection> {
        let visit = Self::of(context, parts).await.map_err(|error| answer::unavailable(&error))?;
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        // A page is looked at the same whether its content is sent or not.
        let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
        match context.table.door(&format!("{method} {path}")).map(|door| &door.entry) {
            Some(Entry::Anybody | Entry::Unfinished) => Ok(visit),
            Some(Entry::Acts(acts)) if visit.may_do_one_of(context, acts) => Ok(visit),
            // Who came by a link has nothing to sign in with.
            Some(Entry::Acts(acts))
                if visit.has_left()
                    && acts.iter().any(|act| matches!(act, Action::AnswerReferral | Action::OfferPerson)) =>
            {
                Err(answer::message(&visit, StatusCode::GONE, "link-ended"))
            }
            Some(Entry::Acts(_)) if visit.signed_in.is_none() => Err(answer::redirect(visit.way_in())),
            Some(Entry::Acts(_)) => Err(answer::message(&visit, StatusCode::NOT_FOUND, "not-found")),
            Some(Entry::Operator) | None => Err(answer::message(&visit, StatusCode::NOT_FOUND, "not-found")),
        }
    }
}

impl Visit {
    async fn of(context: &Context, parts: &Parts) -> Result<Self, ActionError> {
        let session_secret = cookies::session_of(&parts.headers).unwrap_or_default();
        let phone_secret = cookies::phone_of(&parts.headers).unwrap_or_default();
        let phone = if phone_secret.is_empty() { None } else { device::of_cookie(context, &phone_secret).await? };
        let signed_in = match session_secret.is_empty() {
            true => None,
            false => session::find_on(context, &session_secret, phone.as_ref()).await?,
        };
        let link_secret = cookies::link_of(&parts.headers).unwrap_or_default();
        let came_by_link = if link_secret.is_empty() { None } else { link::find(context, &link_secret).await? };
        let brought = cookies::form_of(&parts.headers);
        let new_form_secret = match brought {
            Some(_) => None,
            None => Some(Sensitive::new(data_encoding::BASE64URL_NOPAD.encode(&context.chance.key()))),
        };
        let form_secret = brought.or_else(|| new_form_secret.clone()).unwrap_or_default();
        let chosen_language = language_in(&parts.uri);
        let of_account = signed_in.as_ref().and_then(|signed_in| signed_in.language.as_deref());
        let language = chosen_language
            .or_else(|| of_account.and_then(Language::from_tag))
            .unwrap_or_else(|| language_of_browser(&parts.headers, &parts.uri));
        let mut visit = Self {
            language,
            chosen_language,
            session_secret,
            new_form_secret,
            phone,
            brings_phone: !phone_secret.is_empty(),
            signed_in,
            link_secret,
            came_by_link,
            form_secret,
            offers_people: false,
            team_pages: Vec::new(),
        };
        visit.offers_people = visit.offering_access(context).is_some();
        visit.team_pages = visit.pages_of_team(context);
        Ok(visit)
    }

    /// The pages of a team that may be opened. Who is of a partner and follows no cases has pages of the partner's own.
    fn pages_of_team(&self, context: &Context) -> Vec<(&'static str, &'static str)> {
        let Some(access) = self.signed_in.as_ref().map(|signed_in| signed_in.access(context)) else {
            return Vec::new();
        };
        let may = |action: Action| permit(&access, action).is_ok();
        if may(Action::OfferPerson) && !may(Action::FollowReferral) {
            return Vec::new();
        }
        team::PAGES.into_iter().filter(|(path, _)| self.opens(context, path)).collect()
    }

    /// Whether who is signed in may open the page at this path, by the table.
    pub(super) fn opens(&self, context: &Context, path: &str) -> bool {
        let access = self.signed_in.as_ref().map(|signed_in| signed_in.access(context));
        let may = |action: Action| access.as_ref().is_some_and(|access| permit(access, action).is_ok());
        match context.table.door(&format!("GET {path}")).map(|door| &door.entry) {
            Some(Entry::Acts(acts)) => acts.iter().any(|act| may(*act)),
            _ => false,
        }
    }

    /// True for somebody who came by a link, and whose visit is over.
    fn has_left(&self) -> bool {
        self.signed_in.is_none() && self.came_by_link.is_none() && !self.link_secret.is_empty()
    }

    /// Where a page leads back to whose visitor can go on; nowhere for who came by a link that has ended.
    pub(super) fn way_back(&self) -> Option<&'static str> {
        match self.came_by_link {
            Some(_) if self.signed_in.is_none() => Some(partner::INBOX),
            _ => Some(HOME).filter(|_| !self.has_left()),
        }
    }

    /// Where whoever is not signed in begins: on a shared phone with who is here.
    pub(super) const fn way_in(&self) -> &'static str {
        if self.phone.is_some() { PHONE } else { SIGN_IN }
    }

    /// The shared phone that this visit comes from, while it counts.
    pub(super) const fn phone(&self) -> Option<&SharedDevice> {
        self.phone.as_ref()
    }

    /// True on what was a shared phone, and counts no more.
    pub(super) const fn is_on_ended_phone(&self) -> bool {
        self.phone.is_none() && self.brings_phone
    }

    fn may_do_one_of(&self, context: &Context, acts: &[Action]) -> bool {
        let of_account = self.signed_in.as_ref().map(|signed_in| signed_in.access(context));
        let by_link = self.came_by_link.as_ref().map(|visitor| visitor.access(context));
        of_account.iter().chain(&by_link).any(|access| acts.iter().any(|act| permit(access, *act).is_ok()))
    }

    /// The access by which this visitor answers for a partner.
    pub(super) fn partner_access(&self, context: &Context) -> Option<Access> {
        self.access_for(context, Action::AnswerReferral)
    }

    /// The access by which this visitor offers persons. Who is confined to one referral has nothing to do with others.
    pub(super) fn offering_access(&self, context: &Context) -> Option<Access> {
        let access = self.access_for(context, Action::OfferPerson)?;
        let is_of_one = access.confinement().is_some_and(|confinement| confinement.referral.is_some());
        (!is_of_one).then_some(access)
    }

    /// The access by which this visitor may do this: of who is signed in and may, or else of who came by a link, confined to
    /// what the mailbox was sent.
    fn access_for(&self, context: &Context, action: Action) -> Option<Access> {
        let may = |access: &Access| permit(access, action).is_ok();
        let of_account = self.signed_in.as_ref().map(|signed_in| signed_in.access(context)).filter(may);
        // Who has an account reads with it, also after a click on the link of a mail.
        of_account.or_else(|| self.came_by_link.as_ref().map(|visitor| visitor.access(context)).filter(may))
    }

    /// Who came by a link, if the visitor did.
    pub(super) const fn came_by_link(&self) -> Option<&LinkVisitor> {
        self.came_by_link.as_ref()
    }

    /// Who is signed in, if anybody is.
    pub(super) const fn signed_in(&self) -> Option<&SignedIn> {
        self.signed_in.as_ref()
    }

    /// What stands around the page.
    pub(super) fn frame(&self) -> Frame {
        Frame {
            language: self.language,
            is_signed_in: self.signed_in.is_some(),
            is_on_phone: self.phone.is_some(),
            offers_people: self.offers_people,
            team_pages: self.team_pages.clone(),
            form_token: self.form_token(),
        }
    }

    /// What stands around a page that is answered together with a new session.
    pub(super) fn frame_under(&self, session_secret: &Sensitive<String>) -> Frame {
        let form_token = token_of(session_secret, &self.form_secret);
        Frame { is_signed_in: true, form_token, ..self.frame() }
    }

    /// What a form of this visitor carries. Bound to the session where there is one, or to the visit that a link has
    /// opened, so that a form of another one, or of nobody's, is refused.
    pub(super) fn form_token(&self) -> String {
        let bound_to = if self.session_secret.is_empty() { &self.link_secret } else { &self.session_secret };
        token_of(bound_to, &self.form_secret)
    }
}

/// Where a page sends whoever is not signed in, when only members open it.
pub(super) fn sign_in_first() -> Response<Body> {
    answer::redirect(SIGN_IN)
}

fn token_of(session_secret: &Sensitive<String>, form_secret: &Sensitive<String>) -> String {
    let digest = Sha256::new()
        .chain_update("relais/form/1\0")
        .chain_update(session_secret.expose())
        .chain_update("\0")
        .chain_update(form_secret.expose())
        .finalize();
    data_encoding::BASE64URL_NOPAD.encode(&digest)
}

/// In which language a browser wants its pages, as far as it says so itself.
pub(super) fn language_of_browser(headers: &HeaderMap, uri: &Uri) -> Language {
    let spoken = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let chosen = language_in(uri).or_else(|| cookies::language_of(headers));
    chosen.unwrap_or_else(|| Language::negotiate(spoken))
}

/// The language that a link chose, such as `?language=ar`.
fn language_in(uri: &Uri) -> Option<Language> {
    let mut pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(name, tag)| (name == "language").then(|| Language::from_tag(tag)).flatten())
}
