//! Links by which partners answer without an account: made when a mail is prepared, opened by whoever holds one, ended
//! with the referral.
//!
//! Invariants: only the SHA-256 of a token and of a visit's secret are stored. Opening changes nothing of the referral.
//! Who opens a link acts by the account of the mailbox, which has no credential and nobody's name, and reaches what that
//! mailbox was sent, nothing else of its organisation. Link, account and risk are read at every look-up.

use super::account::may_act;
use super::referral::answer_code_event;
use super::session::event;
use super::{ActionError, Context, hidden};
use crate::domain::account::{Account, MAILBOX_HANDLE, RiskProfile, Role};
use crate::domain::answer_code::{AnswerCode, AnswerCodeTried};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::id::{AccountId, OrganizationId, ReferralId};
use crate::domain::link::{Link, LinkObject, LinkSession, LinkState, is_token, may_read_end, may_renew};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::identity::digest;
use crate::policy::access::{Access, Confinement, Viewer};
use crate::policy::rules::{Action, permit};
use crate::store::{StoredLink, Tx};

/// Characters by which the handles of mailboxes differ.
const HANDLE_CHARACTERS: usize = 10;

/// Keeps a link to the mailbox of a service of this organisation, in the commit of whatever sends it: gives its token, which is
/// not stored. The mailbox gets the account by which whoever opens the link acts, unless it has one.
pub(in crate::actions) async fn issue(
    context: &Context,
    tx: &mut Tx,
    link: &Link,
    organization: OrganizationId,
) -> Result<Sensitive<String>, ActionError> {
    let (service, token) = (link.service_id, fresh_secret(context));
    let existing = tx.lock_mailbox_account(service, organization).await?;
    tx.insert_link(&digest(token.expose()), link).await?;
    if existing.is_none() {
        let account = mailbox_account(context, organization);
        tx.save_account(&account).await?;
        tx.save_mailbox_account(service, account.id).await?;
        let added = event(AuditAction::AccountAdded, link.created_at, None, account.id.to_string());
        tx.append_audit(&[AuditEvent { fields: vec!["role", "organization"], ..added }]).await?;
    }
    Ok(token)
}

/// An account that answers for an organisation, with no project, team or credential. Its handle tells nothing.
fn mailbox_account(context: &Context, organization: OrganizationId) -> Account {
    let id: AccountId = context.fresh_id();
    let random: String = id.to_string().chars().skip_while(|c| *c != '_').skip(1).take(HANDLE_CHARACTERS).collect();
    Account {
        id,
        handle: format!("{MAILBOX_HANDLE}{random}"),
        role: Role::PartnerAgent,
        organization_id: organization,
        project_id: None,
        team_ids: Vec::new(),
        is_trained: false,
    }
}

fn fresh_secret(context: &Context) -> Sensitive<String> {
    Sensitive::new(data_encoding::BASE64URL_NOPAD.encode(&context.chance.key()))
}

/// Whether there is or was a link of this token.
pub async fn is_known(context: &Context, token: &Sensitive<String>) -> Result<bool, ActionError> {
    Ok(stored(context, token).await?.is_some())
}

async fn stored(context: &Context, token: &Sensitive<String>) -> Result<Option<StoredLink>, ActionError> {
    if !is_token(token.expose()) {
        return Ok(None);
    }
    Ok(context.store.find_link(&digest(token.expose())).await?)
}

/// What was offered to a project that is at severe risk by now is told by no link.
fn is_told(stored: &StoredLink) -> bool {
    stored.link.object.referral().is_some() || stored.risk != RiskProfile::Severe
}

/// By whom somebody acts who holds this link, while it can be opened.
async fn account_of(context: &Context, stored: &StoredLink) -> Result<Option<Account>, ActionError> {
    // A link may be made when its referral has just ended: a mail says that there is news, and there is nothing to open.
    let opens = stored.is_open && is_told(stored) && stored.link.state(context.now()) == LinkState::Open;
    let Some(id) = stored.account_id.filter(|_| opens) else {
        return Ok(None);
    };
    let account = context.store.find_account(id).await?;
    Ok(account.filter(|account| may_act(context, account)))
}

/// What came of opening a link.
pub enum Opening {
    /// There is no such link, and there never was.
    Unknown,
    /// It opens nothing any more.
    Over,
    /// It opened a visit; this is what its cookie is to hold, told once and not stored, and because of what it was sent.
    Opened(Sensitive<String>, LinkObject),
}

/// Opens a visit by a link, as often as somebody wants; nothing else changes by it.
pub async fn open(context: &Context, token: &Sensitive<String>) -> Result<Opening, ActionError> {
    let Some(stored) = stored(context, token).await? else { return Ok(Opening::Unknown) };
    let Some(account) = account_of(context, &stored).await? else { return Ok(Opening::Over) };
    let (secret, now) = (fresh_secret(context), context.now());
    let (session, object) = (LinkSession::begun(stored.link.id, now), stored.link.id.to_string());
    context
        .store
        .write(async |tx| {
            tx.insert_link_session(&digest(secret.expose()), &session).await?;
            Ok::<_, ActionError>(
                tx.append_audit(&[event(AuditAction::SessionOpened, now, Some(&account), object)]).await?,
            )
        })
        .await?;
    Ok(Opening::Opened(secret, stored.link.object))
}

/// Has a new link sent to the mailbox that the old one was sent to, unless that was ended by hand, while its referral is open and
/// not too often. Says only whether there is or was such a link: whoever asks is told nothing else.
pub async fn renew(context: &Context, token: &Sensitive<String>) -> Result<bool, ActionError> {
    let Some(stored) = stored(context, token).await? else { return Ok(false) };
    let is_told = is_told(&stored);
    let StoredLink { link, is_open, offer_ended_at, organization_id, version, .. } = stored;
    // What was shut by hand, such as by a partner's revocation, is opened by nobody's asking.
    let is_over = !is_open || offer_ended_at.is_some_and(|at| !may_read_end(at, context.now()));
    if is_over || !is_told || link.revoked_at.is_some() {
        return Ok(true);
    }
    let (service, object, now) = (link.service_id, link.object.to_string(), context.now());
    let renewed = context.store.write(async |tx| {
        // One after the other, so that each counts those before it.
        tx.lock_mailbox_account(service, organization_id).await?;
        let earlier = tx.list_renewals(service).await?;
        let times: Vec<Timestamp> = earlier.iter().map(|(_, _, at)| *at).collect();
        if !may_renew(&times, now) {
            return Ok(());
        }
        let before = earlier.iter().filter(|(of, _, _)| *of == object).map(|(_, sequence, _)| sequence + 1).max();
        let about = (object.as_str(), before.map_or(version, |next| next.max(version)));
        let mail = Delivery::new(&service.to_string(), DeliveryKind::LinkRenewed, about, now);
        Ok::<_, ActionError>(tx.insert_mail(service, organization_id, &mail).await?)
    });
    renewed.await.map(|()| true)
}

/// Somebody who came by a link, with a visit that still counts.
#[derive(Clone, Debug)]
pub struct LinkVisitor {
    account: Account,
    session: LinkSession,
    stored: StoredLink,
    /// By what the visit is found.
    hash: String,
}

impl LinkVisitor {
    /// The access of this visitor for one request.
    pub fn access(&self, context: &Context) -> Access {
        confined(context, self.account.clone(), &self.stored, self.session.proved)
    }

    /// Whether this visitor has proved, in this visit and for this referral, to be at the directory's number.
    pub fn is_proved_for(&self, referral: ReferralId) -> bool {
        self.session.proved == Some(referral)
    }
}

/// The access of whoever will open this link, and how dangerous a leak of its referral would be; `None` where it opens
/// nothing.
pub(in crate::actions) async fn access_by(
    context: &Context,
    token: &Sensitive<String>,
) -> Result<Option<(Access, RiskProfile)>, ActionError> {
    let Some(stored) = stored(context, token).await? else { return Ok(None) };
    let account = account_of(context, &stored).await?;
    Ok(account.map(|account| (confined(context, account, &stored, None), stored.risk)))
}

/// What somebody reaches who came by a link.
fn confined(context: &Context, account: Account, stored: &StoredLink, proved: Option<ReferralId>) -> Access {
    let StoredLink { link, risk, .. } = stored;
    Access::new(Viewer::Staff(account), context.table).confined_to(Confinement {
        service: link.service_id,
        referral: link.object.referral().filter(|_| *risk == RiskProfile::Severe),
        proved,
    })
}

/// Who holds this secret, if it is that of a visit that still counts. One that does not, because its link opens nothing
/// any more, is ended.
pub async fn find(context: &Context, secret: &Sensitive<String>) -> Result<Option<LinkVisitor>, ActionError> {
    find_by(context, digest(secret.expose())).await
}

/// Whether a visit has ended by what was done in it.
pub async fn has_ended(context: &Context, visitor: &LinkVisitor) -> Result<bool, ActionError> {
    Ok(find_by(context, visitor.hash.clone()).await?.is_none())
}

async fn find_by(context: &Context, hash: String) -> Result<Option<LinkVisitor>, ActionError> {
    let Some((session, stored)) = context.store.find_link_session(&hash).await? else { return Ok(None) };
    let now = context.now();
    let account = account_of(context, &stored).await?.filter(|_| session.is_alive(stored.risk, now));
    let Some(account) = account else {
        context.store.write(async |tx| tx.delete_link_session(&hash).await).await?;
        return Ok(None);
    };
    if session.is_seen_anew(now) {
        context.store.write(async |tx| tx.touch_link_session(&hash, now).await).await?;
    }
    Ok(Some(LinkVisitor { account, session, stored, hash }))
}

/// Takes the code that was spoken on a call to the directory's number: from then on this visit reads what an acceptance
/// opens, and no other does. A wrong code counts, and all that prove nothing are refused alike; what is no code at all
/// counts as none.
pub async fn prove(
    context: &Context,
    visitor: &LinkVisitor,
    referral: ReferralId,
    typed: &Sensitive<String>,
) -> Result<(), ActionError> {
    let access = visitor.access(context);
    permit(&access, Action::AnswerReferral)?;
    let (code, now) = (AnswerCode::parse(typed.expose()), context.now());
    let is_proved = context
        .store
        .write(async |tx| {
            let found = tx.find_referral(&access.scope(), referral).await?.ok_or_else(|| hidden(&access, referral))?;
            let tried = match code {
                Some(code) => tx.try_answer_code(referral, code, now).await?,
                None => AnswerCodeTried::Wrong,
            };
            let is_proved = tried == AnswerCodeTried::Proved;
            if is_proved {
                tx.prove_link_session(&visitor.hash, referral).await?;
            }
            let told = if is_proved { AuditAction::AnswerCodeTaken } else { AuditAction::AnswerCodeRefused };
            tx.append_audit(&[answer_code_event(&access, &found, told, now)]).await?;
            Ok::<_, ActionError>(is_proved)
        })
        .await?;
    if is_proved { Ok(()) } else { Err(Refusal::input("code", InputProblem::AnswerCode).into()) }
}

/// Ends a visit, for whoever leaves.
pub async fn leave(context: &Context, visitor: &LinkVisitor) -> Result<(), ActionError> {
    context.store.write(async |tx| Ok(tx.delete_link_session(&visitor.hash).await?)).await
}
