//! The referral loop: draft, send, answer, hand over, end, reopen.

mod answer;
mod answer_code;
pub(super) mod clock;
mod consequences;
mod draft;
mod handover;
mod make;
mod message;
mod next_partners;
mod prefill;
mod reopen;
mod reroute;
mod round;
mod send;
mod sheet;
mod side;
mod write;

pub use answer::{Answer, Told, answer};
pub use answer_code::create_answer_code;
pub(in crate::actions) use answer_code::event as answer_code_event;
pub use draft::{CreateReferral, create};
pub use handover::{create_slip, hand_over, present_slip};
pub use make::{Made, MakeReferral, NamedService, NewPerson, Referred, made_under, make};
pub use message::{TypedAnswer, answer_question, ask, mark_messages_read, send_message};
pub use next_partners::next_partners;
pub use prefill::{Prefill, prefill};
pub use reopen::reopen;
pub use reroute::{RerouteReferral, reroute};
pub use round::{OfferToFirst, offer_to_first};
pub use send::{SendDeclarations, send};
pub(super) use send::{askable, calendar_of};
pub use sheet::{HandoverSheet, SheetError, handover_sheet};
pub(super) use write::{Actor, audit, write};

use super::{ActionError, Context, hidden, referral_facts};
use crate::domain::account::Account;
use crate::domain::id::{CaseId, ReferralId};
use crate::domain::lifecycle::Party;
use crate::domain::referral::{Change, Command, Referral};
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralView, is_closed, show_refusal};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{Selection, StoreError, Tx};

/// Which referral, and the version on which the caller decided.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Target {
    /// The referral.
    pub id: ReferralId,
    /// The version that the caller has read.
    pub expected_version: i64,
}

/// The referral with this id.
pub async fn find(context: &Context, access: &Access, id: ReferralId) -> Result<Visible<ReferralView>, ActionError> {
    permit(access, Action::ReadReferral)?;
    let referral = context.store.find_referral(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
    let mut views = referral_facts::show(context, access, &[referral]).await?;
    views.pop().ok_or_else(|| hidden(access, id))
}

/// Which list of referrals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Those that the viewer's organisation has received.
    Received,
    /// Those that the viewer's project has made.
    Sent,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Only open ones, only ended ones, or both.
    pub open: Option<bool>,
    /// Only those of one case; for lists of sent referrals.
    pub case_id: Option<CaseId>,
    /// Only open ones to services that take nobody any more, or have announced from when on; for lists of sent referrals.
    pub to_ending_services: bool,
    /// Only those behind this one.
    pub after: Option<ReferralId>,
    /// At most this many.
    pub limit: usize,
}

/// A page of a list, with whether there is more behind it.
pub async fn list(
    context: &Context,
    access: &Access,
    list: List,
    part: Part,
) -> Result<(Vec<Visible<ReferralView>>, bool), ActionError> {
    permit(access, Action::ReadReferral)?;
    let scope = access.scope();
    let Part { open, case_id, to_ending_services, after, limit } = part;
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let one_more = Selection { open, case_id, to_ending_services, after, limit: one_more };
    let mut referrals = match list {
        List::Received => context.store.list_received_referrals(&scope, one_more).await?,
        List::Sent => context.store.list_sent_referrals(&scope, one_more).await?,
    };
    let has_more = referrals.len() > limit;
    referrals.truncate(limit);
    Ok((referral_facts::show(context, access, &referrals).await?, has_more))
}

/// The referral as it stands in this transaction, seen from the side that the act needs.
pub(super) async fn find_for_change(
    tx: &mut Tx,
    access: &Access,
    target: Target,
    side: Relation,
) -> Result<Referral, ActionError> {
    tx.lock_round_of(target.id).await?;
    let referral = tx.find_referral(&access.scope(), target.id).await?.ok_or_else(|| hidden(access, target.id))?;
    let may_answer = access.account().is_some_and(|account| account.organization_id == referral.recipient_id);
    match (access.relation_to_referral(&referral), side) {
        (Relation::Member | Relation::Anonymous, _) => Err(hidden(access, target.id)),
        (Relation::Team, Relation::Team) => Ok(()),
        (Relation::Team | Relation::Coordinator | Relation::ProtectionLead, Relation::Coordinator) => Ok(()),
        // Colleagues of one organisation refer to each other: the sender may then answer too.
        (_, Relation::Recipient) if may_answer => Ok(()),
        _ => Err(ActionError::Forbidden),
    }?;
    require_version(&referral, target, side == Relation::Recipient)?;
    Ok(referral)
}

/// Refuses who has decided on a version that is past. Who answers what was closed meanwhile is told that by the act, and
/// not of a version: there is nothing to read again.
fn require_version(referral: &Referral, target: Target, is_recipient: bool) -> Result<(), Refusal> {
    let is_over = is_recipient && is_closed(referral);
    if referral.version == target.expected_version || is_over {
        Ok(())
    } else {
        Err(Refusal::Conflict { current_version: referral.version })
    }
}

/// What the domain decides, refusing in the words that the viewer may hear.
pub(super) fn decide(
    access: &Access,
    referral: &Referral,
    command: &Command<'_>,
    party: Party,
    now: Timestamp,
) -> Result<Change, Refusal> {
    referral.decide(command, party, now).map_err(|refusal| show_refusal(access, referral, refusal))
}

/// Who does something on the sender's side, and when.
pub(super) struct Sender<'a> {
    context: &'a Context,
    access: &'a Access,
    account: &'a Account,
    now: Timestamp,
}

/// The view after a change, or the conflict with somebody who committed first.
pub(super) async fn settle(
    context: &Context,
    access: &Access,
    target: Target,
    written: Result<(), ActionError>,
) -> Result<Visible<ReferralView>, ActionError> {
    or_conflict(context, access, target, written).await?;
    find(context, access, target.id).await
}

/// What was written, or the conflict with somebody who committed first.
async fn or_conflict<T>(
    context: &Context,
    access: &Access,
    target: Target,
    written: Result<T, ActionError>,
) -> Result<T, ActionError> {
    let lost_race = matches!(&written, Err(ActionError::Internal(cause)) if matches!(cause.downcast_ref(), Some(StoreError::Stale)));
    if lost_race {
        let current = find(context, access, target.id).await?;
        return Err(Refusal::Conflict { current_version: current.version }.into());
    }
    written
}
