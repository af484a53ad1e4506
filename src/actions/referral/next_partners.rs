//! Whom to ask next where a recipient has not answered, or cannot.

use crate::actions::input::ProfileInput;
use crate::actions::search::{FoundPage, JudgeFit, SearchServices, search};
use crate::actions::{ActionError, Context, hidden};
use crate::domain::case::CaseReference;
use crate::domain::id::ReferralId;
use crate::domain::need::Need;
use crate::domain::ranking::ServiceOrder;
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;

/// Services that are looked at in one step.
const STEP: usize = 100;
/// Most steps: a search by what suits best holds no more than two hundred.
const MOST_STEPS: usize = 3;

/// The services for the need of a referral and the person of its case, best first around the case's area, without the
/// organisations that were asked already, must not be told or were revoked. For the case's team.
pub async fn next_partners(
    context: &Context,
    access: &Access,
    id: ReferralId,
    first: usize,
) -> Result<(FoundPage, Need), ActionError> {
    permit(access, Action::CreateReferral)?;
    let scope = access.scope();
    let referral = context.store.find_referral(&scope, id).await?;
    let referral = referral.filter(|referral| access.relation_to_referral(referral) == Relation::Team);
    let referral = referral.ok_or_else(|| hidden(access, id))?;
    let case = context.store.find_case(&scope, referral.case_id).await?.ok_or_else(|| hidden(access, id))?;
    let mut asked = context.store.list_asked_in_chain(&referral).await?;
    asked.push(referral.recipient_id);
    asked.extend(context.store.list_restricted(referral.case_id).await?);
    asked.extend(context.store.list_revoked(referral.project_id, scope.project).await?);
    let wanted = wanted(context, &case, referral.need);
    let mut page = search(context, access, &wanted, STEP, None)?;
    let mut found = Vec::new();
    for step in 1..=MOST_STEPS {
        let behind = page.found.last().map(|last| page.cursor_of(last)).filter(|_| page.has_more);
        let news = std::mem::take(&mut page.found).into_iter();
        found.extend(news.filter(|found| !asked.contains(&found.organization_id())));
        match behind.filter(|_| step < MOST_STEPS && found.len() <= first) {
            Some(behind) => page = search(context, access, &wanted, STEP, Some(&behind))?,
            None => break,
        }
    }
    page.has_more |= found.len() > first;
    found.truncate(first);
    page.found = found;
    Ok((page, referral.need))
}

/// What is looked for. Where nobody knows the middle of the case's area, all services stand in the order of their fit.
fn wanted(context: &Context, case: &CaseReference, need: Need) -> SearchServices {
    let geography = context.geography.snapshot();
    let area = case.profile.area.as_ref().and_then(|code| geography.areas.find(code.as_str()));
    let middle = area.and_then(|known| known.area.center);
    SearchServices {
        near: middle.map(|middle| (middle.latitude(), middle.longitude())),
        fit: JudgeFit { need: Some(need), profile: ProfileInput::from(&case.profile), ..JudgeFit::default() },
        order: ServiceOrder::Best,
        ..SearchServices::default()
    }
}
