//! What is told of a person before anybody is named.

/// An object that tells what a view has under `offer`; what is read of it is recorded in the view.
macro_rules! told_of_person {
    ($(#[doc = $doc:literal])+ $name:ident of $view:ty) => {
        $(#[doc = $doc])+
        #[derive(async_graphql::Description)]
        pub struct $name(std::sync::Arc<$crate::policy::visible::Visible<$view>>);

        #[async_graphql::Object(use_type_description)]
        impl $name {
            /// Age band; null when not told.
            async fn age_band(&self) -> Option<$crate::domain::profile::AgeBand> {
                self.0.reveal(&self.0.offer.age_band).copied()
            }

            /// Gender, where the service restricts by it; null when not told.
            async fn gender(&self) -> Option<$crate::domain::profile::Gender> {
                self.0.reveal(&self.0.offer.gender).copied()
            }

            /// Household, where the service restricts by it; null when not told.
            async fn household(&self) -> Option<$crate::domain::profile::Household> {
                self.0.reveal(&self.0.offer.household).copied()
            }

            /// Administrative status, where the service restricts by it; null when not told.
            async fn admin_status(&self) -> Option<$crate::domain::profile::AdminStatus> {
                self.0.reveal(&self.0.offer.admin_status).copied()
            }

            /// Living situation, where the service restricts by it, and never detention; null when not told.
            async fn situation(&self) -> Option<$crate::domain::profile::Situation> {
                self.0.reveal(&self.0.offer.situation).copied()
            }

            /// Languages spoken, as BCP 47 tags; null when not told.
            async fn languages(&self) -> Option<Vec<&str>> {
                let languages = self.0.reveal(&self.0.offer.languages)?;
                Some(languages.iter().map(|language| language.as_str()).collect())
            }

            /// Code of the commune or larger area; null when not told.
            async fn area(&self) -> Option<&str> {
                self.0.reveal(&self.0.offer.area).map(|area| area.as_str())
            }
        }
    };
}
pub(super) use told_of_person;
