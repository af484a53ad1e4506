//! Keeping the directory true.

use super::directory_changes::ServiceChangesInput;
use crate::actions::directory_edit::{
    DecideProposal, EditService, Edited, MarkDoNotUse, MergeServices, SuggestCorrection, TellCapacity, confirm, decide,
    edit, lift_do_not_use, mark_do_not_use, merge_services, suggest, tell_capacity, unmerge_service,
};
use crate::domain::directory::{CapacityPeriod, CapacityStatus, CapacityUnit, ServiceField};
use crate::domain::directory_edit::{DoNotUse, ProposalReason};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::directory_edit::DirectoryProposal;
use crate::graphql::types::service::Service;
use crate::graphql::user_errors::{
    DirectoryProposalDecideError, ServiceCapacityUpdateError, ServiceConfirmError, ServiceCorrectionSuggestError,
    ServiceEditError, ServiceLiftDoNotUseError, ServiceMarkDoNotUseError, ServiceMergeError, ServiceUnmergeError,
    settle,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct DirectoryMutations;

#[Object]
impl DirectoryMutations {
    /// Edits a service: an editor any that they can see, staff of an organisation their own. What takes two people (how
    /// to reach a shelter, a child service or one against gender-based violence; a wider tier; an uncovered place)
    /// waits in `directoryProposals` for somebody else; the rest stands at once.
    async fn service_edit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The service, the version read, and what is to stand in it.")] input: ServiceEditInput,
    ) -> Result<ServiceEditPayload, ApiError> {
        let request = request(context);
        let input = EditService {
            service_id: parse_id(&input.service_id)?,
            expected_version: input.expected_version,
            changes: input.changes.try_into()?,
        };
        let (edited, errors) = settle(edit(&request.context, &request.access, input).await, request.language)?;
        let Edited { service, waiting } = edited.unwrap_or_default();
        Ok(ServiceEditPayload { service: service.map(Service), waiting, errors })
    }

    /// Merges an entry into another one, for editors: nobody finds it any more, its source goes on telling it, and the
    /// kept one takes from it what is named. What takes two people waits in `directoryProposals`, as with an edit.
    async fn service_merge(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The two entries, their versions, and what the kept one takes.")] input: ServiceMergeInput,
    ) -> Result<ServiceMergePayload, ApiError> {
        let request = request(context);
        let input = MergeServices {
            kept_id: parse_id(&input.kept_id)?,
            merged_id: parse_id(&input.merged_id)?,
            fields: input.fields,
            expected_versions: [input.expected_kept_version, input.expected_merged_version],
        };
        let merged = merge_services(&request.context, &request.access, input).await;
        let (merged, errors) = settle(merged, request.language)?;
        let Edited { service, waiting } = merged.unwrap_or_default();
        Ok(ServiceMergePayload { service: service.map(Service), waiting, errors })
    }

    /// Undoes a merging, for editors: the entry is found again, and the kept one gives back what it took from it. What
    /// takes two people waits in `directoryProposals`, as with an edit.
    async fn service_unmerge(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The entry that was merged into another.")] input: ServiceUnmergeInput,
    ) -> Result<ServiceUnmergePayload, ApiError> {
        let request = request(context);
        let found = unmerge_service(&request.context, &request.access, parse_id(&input.merged_id)?).await;
        let (found, errors) = settle(found, request.language)?;
        let Edited { service, waiting } = found.unwrap_or_default();
        Ok(ServiceUnmergePayload { service: service.map(Service), waiting, errors })
    }

    /// Suggests a correction of a service, for an editor to accept or refuse. The service stays as it is meanwhile.
    async fn service_correction_suggest(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The service, and what should stand in it.")] input: ServiceCorrectionSuggestInput,
    ) -> Result<ServiceCorrectionSuggestPayload, ApiError> {
        let request = request(context);
        let input = SuggestCorrection { service_id: parse_id(&input.service_id)?, changes: input.changes.try_into()? };
        let (service, errors) = settle(suggest(&request.context, &request.access, input).await, request.language)?;
        Ok(ServiceCorrectionSuggestPayload { service: service.flatten().map(Service), errors })
    }

    /// Marks a service, one place or one phone of it as not to be used: at once it leaves searches and sending, until an
    /// editor decides. Sent again, it changes nothing.
    async fn service_mark_do_not_use(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The service, and which place or phone of it; without either the service as a whole.")]
        input: ServiceMarkDoNotUseInput,
    ) -> Result<ServiceMarkDoNotUsePayload, ApiError> {
        let request = request(context);
        let marked = match marked_thing(&input.service_id, input.place_id.as_ref(), input.phone)? {
            Ok(input) => mark_do_not_use(&request.context, &request.access, input).await,
            Err(refusal) => Err(refusal.into()),
        };
        let (service, errors) = settle(marked, request.language)?;
        Ok(ServiceMarkDoNotUsePayload { service: service.flatten().map(Service), errors })
    }

    /// Lifts a confirmed mark that a place or a phone is not to be used, for editors: at once, and of what is guarded by a
    /// second person in `directoryProposals`. A mark that waits for its decision is lifted by refusing it, and the mark
    /// on a whole service by `serviceEdit` of its status.
    async fn service_lift_do_not_use(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The service, and which place or phone of it may be used again.")]
        input: ServiceLiftDoNotUseInput,
    ) -> Result<ServiceLiftDoNotUsePayload, ApiError> {
        let request = request(context);
        let lifted = match marked_thing(&input.service_id, input.place_id.as_ref(), input.phone)? {
            Ok(input) => lift_do_not_use(&request.context, &request.access, input).await,
            Err(refusal) => Err(refusal.into()),
        };
        let (lifted, errors) = settle(lifted, request.language)?;
        let Edited { service, waiting } = lifted.unwrap_or_default();
        Ok(ServiceLiftDoNotUsePayload { service: service.map(Service), waiting, errors })
    }

    /// Tells how many a service can take now; staff of a partner for their own organisation. The last word counts.
    async fn service_capacity_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The service, and its capacity as a whole.")] input: ServiceCapacityUpdateInput,
    ) -> Result<ServiceCapacityUpdatePayload, ApiError> {
        let request = request(context);
        let input = TellCapacity {
            service_id: parse_id(&input.service_id)?,
            status: input.status,
            unit: input.unit,
            available: input.available,
            maximum: input.maximum,
            per: input.per,
            expected_wait_days: input.expected_wait_days,
        };
        let told = tell_capacity(&request.context, &request.access, input).await;
        let (service, errors) = settle(told, request.language)?;
        Ok(ServiceCapacityUpdatePayload { service: service.flatten().map(Service), errors })
    }

    /// Confirms that what is told of a service is still true: as of today, until its next review in 180 days, or 90
    /// where a project at severe risk uses it. With `fields` it is they alone, one question after the other; with the
    /// last of `questions` the whole is confirmed, as of the oldest answer.
    async fn service_confirm(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which service is as it is told, or what of it.")] input: ServiceConfirmInput,
    ) -> Result<ServiceConfirmPayload, ApiError> {
        let request = request(context);
        let (id, fields) = (parse_id(&input.service_id)?, input.fields.as_deref());
        let confirmed = confirm(&request.context, &request.access, id, fields).await;
        let (service, errors) = settle(confirmed, request.language)?;
        Ok(ServiceConfirmPayload { service: service.flatten().map(Service), errors })
    }

    /// Accepts or refuses a proposed change, of all its services or of some of them. Nobody accepts the own one; refusing the own one takes it back. Accepting a
    /// mark suspends the service, refusing it lifts the mark.
    async fn directory_proposal_decide(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proposal, and what becomes of it.")] input: DirectoryProposalDecideInput,
    ) -> Result<DirectoryProposalDecidePayload, ApiError> {
        let request = request(context);
        let input = DecideProposal {
            id: parse_id(&input.directory_proposal_id)?,
            accepts: input.accept,
            except: input.except_service_ids.iter().map(parse_id).collect::<Result<_, _>>()?,
            reason: input.reason,
        };
        let decided = decide(&request.context, &request.access, input).await;
        let (proposal, errors) = settle(decided, request.language)?;
        Ok(DirectoryProposalDecidePayload { directory_proposal: proposal.flatten().map(DirectoryProposal), errors })
    }
}

/// What an edit takes.
#[derive(InputObject)]
pub struct ServiceEditInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The version that you have read.
    expected_version: i64,
    /// What is to stand in it.
    changes: ServiceChangesInput,
}

/// The service after an edit, or why it is as before.
#[derive(SimpleObject)]
pub struct ServiceEditPayload {
    /// The service; null when it was not edited, and when you may not know of it any more.
    service: Option<Service>,
    /// Fields of which something waits for a second person, in `directoryProposals`.
    waiting: Vec<ServiceField>,
    /// Why it was not edited.
    errors: Vec<ServiceEditError>,
}

/// What a merging takes.
#[derive(InputObject)]
pub struct ServiceMergeInput {
    /// The entry that people find afterwards, an id beginning with `svc_`.
    kept_id: ID,
    /// The entry that is merged into it, an id beginning with `svc_`.
    merged_id: ID,
    /// The version of the kept entry that you have read.
    expected_kept_version: i64,
    /// The version of the merged entry that you have read.
    expected_merged_version: i64,
    /// What the kept entry takes from the merged one; nothing unless said.
    #[graphql(default)]
    fields: Vec<ServiceField>,
}

/// The kept service after a merging, or why both are as before.
#[derive(SimpleObject)]
pub struct ServiceMergePayload {
    /// The kept service; null when nothing was merged, and when you may not know of it any more.
    service: Option<Service>,
    /// Fields of which what is taken over waits for a second person, in `directoryProposals`.
    waiting: Vec<ServiceField>,
    /// Why nothing was merged.
    errors: Vec<ServiceMergeError>,
}

/// What undoing a merging takes.
#[derive(InputObject)]
pub struct ServiceUnmergeInput {
    /// The entry that was merged into another, an id beginning with `svc_`.
    merged_id: ID,
}

/// The service that is found again, or why it is not.
#[derive(SimpleObject)]
pub struct ServiceUnmergePayload {
    /// The service; null when nothing was undone.
    service: Option<Service>,
    /// Fields of the kept entry of which what it gives back waits for a second person, in `directoryProposals`.
    waiting: Vec<ServiceField>,
    /// Why nothing was undone.
    errors: Vec<ServiceUnmergeError>,
}

/// What a suggestion takes.
#[derive(InputObject)]
pub struct ServiceCorrectionSuggestInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// What should stand in it.
    changes: ServiceChangesInput,
}

/// The service as it stands, or why nothing was suggested.
#[derive(SimpleObject)]
pub struct ServiceCorrectionSuggestPayload {
    /// The service; null when nothing was suggested.
    service: Option<Service>,
    /// Why nothing was suggested.
    errors: Vec<ServiceCorrectionSuggestError>,
}

/// What marking takes.
#[derive(InputObject)]
pub struct ServiceMarkDoNotUseInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The place of it that is not to be gone to, an id beginning with `loc_`.
    place_id: Option<ID>,
    /// The phone of it that is not to be called, as it is typed there or in E.164.
    phone: Option<String>,
}

/// What of a service a mark is on, as it comes in.
fn marked_thing(
    service: &ID,
    place: Option<&ID>,
    phone: Option<String>,
) -> Result<Result<MarkDoNotUse, Refusal>, ApiError> {
    let service_id = parse_id(service)?;
    let target = match (place, phone) {
        (None, None) => DoNotUse::Service,
        (Some(place), None) => DoNotUse::Place(parse_id(place)?),
        (None, Some(phone)) => DoNotUse::Phone(phone),
        (Some(_), Some(_)) => return Ok(Err(Refusal::input("phone", InputProblem::OneOfTwo))),
    };
    Ok(Ok(MarkDoNotUse { service_id, target }))
}

/// The service with its marks, or why nothing was marked.
#[derive(SimpleObject)]
pub struct ServiceMarkDoNotUsePayload {
    /// The service; null when nothing was marked.
    service: Option<Service>,
    /// Why nothing was marked.
    errors: Vec<ServiceMarkDoNotUseError>,
}

/// What lifting a mark takes.
#[derive(InputObject)]
pub struct ServiceLiftDoNotUseInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The place of it that may be gone to again, an id beginning with `loc_`.
    place_id: Option<ID>,
    /// The phone of it that may be called again, as it is typed there or in E.164.
    phone: Option<String>,
}

/// The service with the marks that it has left, or why none was lifted.
#[derive(SimpleObject)]
pub struct ServiceLiftDoNotUsePayload {
    /// The service; null when nothing was lifted.
    service: Option<Service>,
    /// Fields in which the mark waits for a second person, in `directoryProposals`.
    waiting: Vec<ServiceField>,
    /// Why nothing was lifted.
    errors: Vec<ServiceLiftDoNotUseError>,
}

/// What telling capacity takes.
#[derive(InputObject)]
pub struct ServiceCapacityUpdateInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// Whether it can take somebody now.
    status: CapacityStatus,
    /// In what it is counted.
    unit: Option<CapacityUnit>,
    /// How many are free.
    available: Option<u32>,
    /// How many there are in all.
    maximum: Option<u32>,
    /// Over which time it is counted.
    per: Option<CapacityPeriod>,
    /// How many days somebody who comes now waits.
    expected_wait_days: Option<u16>,
}

/// The service with its capacity, or why none was told.
#[derive(SimpleObject)]
pub struct ServiceCapacityUpdatePayload {
    /// The service; null when nothing was told.
    service: Option<Service>,
    /// Why nothing was told.
    errors: Vec<ServiceCapacityUpdateError>,
}

/// What confirming takes.
#[derive(InputObject)]
pub struct ServiceConfirmInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The fields that are as they are told, of those that `questions` of the service asks about; without it everything.
    fields: Option<Vec<ServiceField>>,
}

/// The service, or why it was not confirmed.
#[derive(SimpleObject)]
pub struct ServiceConfirmPayload {
    /// The service; null when it was not confirmed.
    service: Option<Service>,
    /// Why it was not confirmed.
    errors: Vec<ServiceConfirmError>,
}

/// What deciding takes.
#[derive(InputObject)]
pub struct DirectoryProposalDecideInput {
    /// The proposal, an id beginning with `prp_`.
    directory_proposal_id: ID,
    /// True to accept it, false to refuse it.
    accept: bool,
    /// Services of the proposal, ids beginning with `svc_`, of which the opposite becomes: some of what one import tells
    /// is accepted and the rest refused by one call. None unless said.
    #[graphql(default)]
    except_service_ids: Vec<ID>,
    /// Why it is refused; needed unless a mark is lifted or the own proposal taken back.
    reason: Option<ProposalReason>,
}

/// The proposal with what has become of it, or why it was not decided.
#[derive(SimpleObject)]
pub struct DirectoryProposalDecidePayload {
    /// The proposal; null when it was not decided, and when you may not know of its service any more.
    directory_proposal: Option<DirectoryProposal>,
    /// Why it was not decided.
    errors: Vec<DirectoryProposalDecideError>,
}
