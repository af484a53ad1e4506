//! Consents.

use super::organization::Organization;
use crate::actions::directory;
use crate::domain::consent::{
    Assent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ConsentPurpose, ContactRule, Explained,
    Interpreting,
};
use crate::domain::directory::KnownConsequence;
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::person_view::ConsentView;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// What a person agreed to have told to one organisation. The sender's team sees it.
#[derive(Description)]
pub struct Consent(pub Visible<ConsentView>);

#[Object(use_type_description)]
impl Consent {
    /// Identifier, beginning with `con_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Version, one more with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The one organisation that may be told; null when it is gone from the directory.
    async fn recipient(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let id = self.0.reveal(&self.0.recipient_id)?;
        directory::counterpart(&request.context, &request.access, *id).ok().map(Organization)
    }

    /// The ground of the consent.
    async fn basis(&self) -> Option<ConsentBasis> {
        self.0.reveal(&self.0.basis).copied()
    }

    /// What information is told for.
    async fn purpose(&self) -> Option<ConsentPurpose> {
        self.0.reveal(&self.0.purpose).copied()
    }

    /// Who gave it; null where two people decided, or nobody could be asked.
    async fn giver(&self) -> Option<ConsentGiver> {
        self.0.reveal(&self.0.given_by).copied()
    }

    /// What the child said, where somebody else consents.
    async fn assent(&self) -> Option<Assent> {
        self.0.reveal(&self.0.assent).copied()
    }

    /// What may be told.
    async fn field_scope(&self) -> Option<&[ConsentField]> {
        self.0.reveal(&self.0.field_scope).map(Vec::as_slice)
    }

    /// How it was given.
    async fn modality(&self) -> Option<ConsentModality> {
        self.0.reveal(&self.0.modality).copied()
    }

    /// The language in which it was explained, as a BCP 47 tag.
    async fn language(&self) -> Option<&str> {
        self.0.reveal(&self.0.language).map(|language| language.as_str())
    }

    /// What was explained.
    async fn explained(&self) -> Option<&[Explained]> {
        self.0.reveal(&self.0.explained).map(Vec::as_slice)
    }

    /// Who carried the words between two languages.
    async fn interpreter(&self) -> Option<Interpreting> {
        self.0.reveal(&self.0.interpreter).copied()
    }

    /// The known consequences that were explained, one by one.
    async fn consequences(&self) -> Option<&[KnownConsequence]> {
        self.0.reveal(&self.0.consequences).map(Vec::as_slice)
    }

    /// Organisations that must not be told, ids beginning with `org_`.
    async fn restrictions(&self) -> Option<Vec<ID>> {
        self.0.reveal(&self.0.restrictions).map(|ids| ids.iter().map(|id| (*id).into()).collect())
    }

    /// Whether it was explained, and accepted, that the recipient's country protects data less.
    async fn third_country_acknowledged(&self) -> Option<bool> {
        self.0.reveal(&self.0.third_country_acknowledged).copied()
    }

    /// The conversation in which it was given, an id beginning with `cnv_`; consents of one conversation share it.
    async fn conversation_id(&self) -> Option<ID> {
        self.0.reveal(&self.0.conversation_id).map(|id| (*id).into())
    }

    /// Which of the conversation's recipients it names, counted from 1 in the order that the person wants.
    async fn rank(&self) -> Option<i64> {
        self.0.reveal(&self.0.position).copied()
    }

    /// When a second person confirmed it, where it takes two; until then it carries nothing.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.confirmed_at).map(|time| DateTime(*time))
    }

    /// How the recipient may reach the person.
    async fn contact_rule(&self) -> Option<ContactRule> {
        self.0.reveal(&self.0.contact_rule).copied()
    }

    /// When it was given.
    async fn obtained_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.obtained_at).map(|time| DateTime(*time))
    }

    /// When it lapses.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.expires_at).map(|time| DateTime(*time))
    }

    /// When it was withdrawn; null unless it was.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.withdrawn_at).map(|time| DateTime(*time))
    }
}
