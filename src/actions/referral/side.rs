//! Whom somebody acts for who tells what became of a referral.

use super::{Target, require_version};
use crate::actions::{ActionError, hidden};
use crate::domain::lifecycle::Party;
use crate::domain::referral::Referral;
use crate::domain::refusal::{InputProblem, RecipientProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::store::Tx;

/// The referral as it stands in this transaction, and the party for which the viewer acts on it: the recipient, the
/// case's team, or who leads the project.
///
/// Who is of the team acts for the team, and records what the recipient has told. Where the team's own organisation is
/// the recipient and reads the referral, the same person answers for it, unless it is what the person has told: nobody
/// is told something by oneself.
pub(super) async fn find_side(
    tx: &mut Tx,
    access: &Access,
    target: Target,
    is_told_by_person: bool,
) -> Result<(Referral, Party), ActionError> {
    tx.lock_round_of(target.id).await?;
    let referral = tx.find_referral(&access.scope(), target.id).await?.ok_or_else(|| hidden(access, target.id))?;
    let is_own_recipient = access.account().is_some_and(|account| account.organization_id == referral.recipient_id)
        && referral.is_told_electronically();
    let (party, act) = match access.relation_to_referral(&referral) {
        Relation::Recipient => (Party::Recipient, Action::AnswerReferral),
        Relation::Team if is_own_recipient && !is_told_by_person => (Party::Recipient, Action::AnswerReferral),
        Relation::Team => (Party::Sender, Action::FollowReferral),
        Relation::Coordinator | Relation::ProtectionLead => (Party::Coordinator, Action::ReopenReferral),
        _ => return Err(hidden(access, target.id)),
    };
    permit(access, act)?;
    if is_told_by_person && party != Party::Sender {
        return Err(Refusal::input("toldByPerson", InputProblem::ToldByPerson).into());
    }
    require_version(&referral, target, party == Party::Recipient)?;
    Ok((referral, party))
}

/// Refuses to bring a person, or word of her, to a recipient that a project has revoked: who answers there may be somebody
/// else by now.
pub(super) async fn require_partner(tx: &mut Tx, access: &Access, referral: &Referral) -> Result<(), ActionError> {
    if tx.is_revoked(referral.recipient_id, referral.project_id, access.scope().project).await? {
        return Err(Refusal::Recipient(RecipientProblem::PartnerRevoked).into());
    }
    Ok(())
}
