//! Mutations: one per act, named after its object. Each takes one `input` and answers a payload with the
//! object, or with errors that a person can mend. To add one: a use case in `actions`, an input and a
//! payload here, a union in `user_errors`, rows in `policy::table`, then refresh `schema.graphql`.

/// The payloads of acts on one object: the object after the act, or why it did not happen.
macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $name:ident { $field:ident: $object:ty, $error:ty })+) => {$(
        $(#[doc = $doc])+
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// The object after the act; null when it did not happen.
            $field: Option<$object>,
            /// Why it did not happen.
            errors: Vec<$error>,
        }
    )+};
}

mod capacity_check;
mod case;
mod consent;
mod consent_override;
mod demand;
mod device;
mod directory;
mod directory_changes;
mod duplicates;
mod handover;
mod incident;
mod legal_hold;
mod message;
mod organization;
mod partner_offer;
mod protection;
mod referral;
mod referral_make;
mod revocation;
mod round;
mod statutory_report;
mod webhook;

use async_graphql::MergedObject;

/// Everything that can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    case::CaseMutations,
    consent::ConsentMutations,
    consent_override::ConsentOverrideMutations,
    referral::ReferralMutations,
    referral_make::ReferralMakeMutations,
    handover::HandoverMutations,
    incident::IncidentMutations,
    round::RoundMutations,
    capacity_check::CapacityCheckMutations,
    partner_offer::PartnerOfferMutations,
    message::MessageMutations,
    demand::DemandMutations,
    directory::DirectoryMutations,
    duplicates::DuplicateMutations,
    organization::OrganizationMutations,
    legal_hold::LegalHoldMutations,
    protection::ProtectionMutations,
    revocation::RevocationMutations,
    statutory_report::StatutoryReportMutations,
    webhook::WebhookMutations,
    device::DeviceMutations,
);
