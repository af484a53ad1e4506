//! Services and their places.

use super::capacity::Capacity;
use super::directory_edit::FieldProvenance;
use super::organization::Organization;
use super::place::Place;
use crate::actions::directory_edit::review_questions;
use crate::actions::{directory, search};
use crate::domain::clocks::reception_deadlines;
use crate::domain::directory as entry;
use crate::domain::directory::{
    Accessibility, KnownConsequence, ServiceField, ServiceMode, ServiceStatus, Specialisation, Teller, Tier, Welcome,
};
use crate::domain::freshness::{FreshnessState, freshness};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Situation};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::request::request;
use crate::graphql::scalars::{DateTime, Day};
use crate::graphql::search::{FitInput, OpeningState, ServiceCheck};
use crate::policy::directory_view::ServiceView;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object, SimpleObject};

/// A service of the directory, given at one place or several.
#[derive(Description)]
pub struct Service(pub Visible<ServiceView>);

#[Object(use_type_description)]
impl Service {
    /// Identifier, beginning with `svc_`.
    pub async fn id(&self) -> ID {
        self.0.service.id.into()
    }

    /// Name, as its source writes it.
    async fn name(&self) -> &str {
        &self.0.service.name
    }

    /// Another name, often in another script; null when there is none.
    async fn alternate_name(&self) -> Option<&str> {
        self.0.service.alternate_name.as_deref()
    }

    /// What it does; null when its source does not say.
    async fn description(&self) -> Option<&str> {
        self.0.service.description.as_deref()
    }

    /// The organisation that gives it; null while the directory does not have it.
    async fn organization(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let organization = self.0.organization.as_ref()?;
        directory::counterpart(&request.context, &request.access, organization.id).ok().map(Organization)
    }

    /// Needs that it answers.
    async fn needs(&self) -> Vec<Need> {
        self.0.service.needs.into()
    }

    /// Families of needs where its source says no more; they match as "to confirm".
    async fn need_families(&self) -> Vec<NeedFamily> {
        self.0.service.need_families.into()
    }

    /// Whether it works at present.
    async fn status(&self) -> ServiceStatus {
        self.0.service.status
    }

    /// Day from which it takes nobody any more; null where none is announced.
    async fn closes_on(&self) -> Option<Day> {
        self.0.service.closes_on.map(Day)
    }

    /// How it treats people outside its public; null when nobody has told.
    async fn welcome(&self) -> Option<Welcome> {
        self.0.service.welcome
    }

    /// Its public, as far as it is coded.
    async fn eligibility(&self) -> Eligibility {
        Eligibility::from(&self.0.service.eligibility)
    }

    /// Its criteria in its source's own words; null when it gives none.
    async fn criteria_text(&self) -> Option<&str> {
        self.0.service.criteria_text.as_deref()
    }

    /// True while its source tells other criteria in another of its languages, and nobody has said which hold: then they
    /// exclude nobody, and whoever refers asks first. It ends with an edit of them, or when somebody confirms them.
    async fn criteria_disagree(&self) -> bool {
        self.0.service.criteria_disagree
    }

    /// Practical facts in its source's own words.
    async fn details(&self) -> Vec<ServiceDetail> {
        self.0.service.details.iter().map(ServiceDetail::from).collect()
    }

    /// Languages spoken there, as BCP 47 tags.
    async fn languages(&self) -> Vec<&str> {
        self.0.service.languages.iter().map(|language| language.as_str()).collect()
    }

    /// How one asks for it; null when its source does not say.
    async fn application_process(&self) -> Option<&str> {
        self.0.service.application_process.as_deref()
    }

    /// What it costs; null when its source does not say.
    async fn fees(&self) -> Option<&str> {
        self.0.service.fees.as_deref()
    }

    /// A warning to be read first; null when there is none.
    async fn alert(&self) -> Option<&str> {
        self.0.service.alert.as_deref()
    }

    /// Phone numbers; empty when there are none, or for whoever is not signed in.
    async fn phones(&self) -> Vec<Phone> {
        self.0.service.phones.iter().map(Phone::from).collect()
    }

    /// Role mailbox; null when there is none, or for whoever is not signed in.
    async fn email(&self) -> Option<&str> {
        self.0.service.email.as_deref()
    }

    /// What may follow from turning to it, to be explained before consent.
    async fn known_consequences(&self) -> Vec<KnownConsequence> {
        self.0.service.known_consequences.into()
    }

    /// What it is specialised in.
    async fn specialisations(&self) -> Vec<Specialisation> {
        self.0.service.specialisations.into()
    }

    /// Capacity as last told, and what it is worth now; null when none was told.
    async fn capacity(&self, context: &Context<'_>) -> Option<Capacity> {
        Capacity::of(&self.0, request(context).now)
    }

    /// The language of its name, description and other words, as a BCP 47 tag; null when its source does not say.
    async fn language(&self) -> Option<&str> {
        self.0.service.language.as_ref().map(|language| language.as_str())
    }

    /// Name and description in further languages.
    async fn translations(&self) -> Vec<Translation> {
        self.0.service.translations.iter().map(Translation::from).collect()
    }

    /// How it reaches people; empty when its source does not say.
    async fn modes(&self) -> Vec<ServiceMode> {
        self.0.service.modes.into()
    }

    /// What it offers to whom a body or a language bars the way; what is not named is not known.
    async fn accessibility(&self) -> Vec<Accessibility> {
        self.0.service.accessibility.into()
    }

    /// Codes of the areas whose people it serves, each with all areas inside; empty where it is not restricted.
    async fn areas_served(&self) -> Vec<&str> {
        self.0.service.areas_served.iter().map(|code| code.as_str()).collect()
    }

    /// Its hours in the syntax of OpenStreetMap's `opening_hours`; null where nobody has coded them.
    async fn opening_hours(&self) -> Option<&str> {
        self.0.service.opening_hours.as_deref()
    }

    /// The IANA time zone that its hours are told in; null when its source does not say.
    async fn time_zone(&self) -> Option<&str> {
        self.0.service.time_zone.map(|zone| zone.name())
    }

    /// ISO 3166-1 code of the country whose holidays it keeps; null when that is not known.
    async fn country(&self) -> Option<&str> {
        self.0.service.country.as_ref().map(|country| country.as_str())
    }

    /// Days on which it is closed for a time.
    async fn closures(&self) -> Vec<Closure> {
        self.0.service.closures.iter().map(Into::into).collect()
    }

    /// Hours that hold on some days instead of the ordinary ones, such as those of Ramadan.
    async fn dated_hours(&self) -> Vec<DatedHours> {
        self.0.service.dated_hours.iter().map(Into::into).collect()
    }

    /// Whether it is open at an instant, and until when; null where the viewer is not told its hours.
    async fn opening(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The instant; now unless said.")] at: Option<DateTime>,
    ) -> Option<OpeningState> {
        let at = at.map(|DateTime(at)| at);
        search::opening_of(&request(context).context, &self.0, at).map(OpeningState::from)
    }

    /// Whether it takes this person then, and why not.
    async fn check(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For whom, for what and when; anybody and now unless said.")] filter: Option<FitInput>,
    ) -> Nullable<ServiceCheck> {
        let request = request(context);
        let found =
            search::check(&request.context, &request.access, self.0.service.id, &filter.unwrap_or_default().into());
        nullable(Ok(found), |found| ServiceCheck::new(&found, request))
    }

    /// Weekly openings, as its source tells them.
    async fn schedules(&self) -> Vec<Schedule> {
        self.0.service.schedules.iter().map(Schedule::from).collect()
    }

    /// Places where it is given.
    async fn places(&self) -> Vec<Place> {
        self.0.service.places.iter().map(Place::from).collect()
    }

    /// How fresh the entry is today.
    async fn freshness(&self, context: &Context<'_>) -> Freshness {
        let found = freshness(&self.0.service, request(context).now.date());
        Freshness {
            state: found.state,
            score: found.score,
            verified_on: self.0.service.verified_on.map(Day),
            valid_until: self.0.service.valid_until.map(Day),
        }
    }

    /// Deadlines to propose where a child is received there from now on while the age is assessed: the end of the reception
    /// that the law gives, and that of each renewal. Empty for every other service.
    async fn proposed_deadlines(&self, context: &Context<'_>) -> Vec<DateTime> {
        let ends = reception_deadlines(&self.0.service, request(context).now);
        ends.into_iter().map(DateTime).collect()
    }

    /// Who may know that it exists.
    async fn tier(&self) -> Tier {
        self.0.service.tier
    }

    /// True while somebody has marked it as not to be used: no search finds it, and nobody refers to it.
    async fn do_not_use(&self) -> bool {
        self.0.service.do_not_use
    }

    /// The entry that people find in its place since it was merged into another one, by its id; null for one that stands
    /// for itself, and where the viewer may not know of the other.
    async fn merged_into(&self, context: &Context<'_>) -> Option<ID> {
        let request = request(context);
        directory::merged_into(&request.context, &request.access, &self.0).map(ID::from)
    }

    /// The day by which somebody should confirm it again; null when nobody has set one.
    async fn next_review_on(&self) -> Option<Day> {
        self.0.service.next_review_on.map(Day)
    }

    /// What a review of it still asks, one question at a time, in the order of the harm that a wrong answer does; empty
    /// for whoever is not signed in, and where all was confirmed in the last 30 days.
    async fn questions(&self, context: &Context<'_>) -> Vec<ServiceField> {
        review_questions(&self.0, request(context).now)
    }

    /// Who last checked it, by what they are to it; null when nobody has told.
    async fn verified_by(&self) -> Option<Teller> {
        self.0.service.verified_by
    }

    /// The version to name when editing it; null for whoever is not signed in.
    async fn version(&self) -> Option<i64> {
        self.0.version()
    }

    /// Whose record it is, as far as that is kept; null for whoever is not signed in.
    async fn source(&self) -> Option<ServiceSource> {
        self.0.source().as_ref().map(ServiceSource::from)
    }

    /// The fields that people have set over what its source says; all others are as the source says.
    async fn provenance(&self) -> Vec<FieldProvenance> {
        self.0.service.edits.iter().map(FieldProvenance::from).collect()
    }
}

/// Whose record a service is.
#[derive(SimpleObject)]
pub struct ServiceSource {
    /// Name of the source, as its imports call it.
    name: String,
    /// The source's own id of the record; null where it would lead to a place that must not be found.
    record_id: Option<String>,
    /// The day that the source itself gives for its record; null where it gives none, and where people have checked the
    /// entry since.
    told_on: Option<Day>,
}

impl From<&entry::SourceRecord> for ServiceSource {
    fn from(record: &entry::SourceRecord) -> Self {
        let entry::SourceRecord { source, key, told_on } = record;
        Self { name: source.to_string(), record_id: key.as_deref().map(str::to_owned), told_on: told_on.map(Day) }
    }
}

/// A phone number.
#[derive(SimpleObject)]
pub struct Phone {
    /// The number as its source types it.
    typed: String,
    /// The number in E.164, or a short number such as `115`; null where what is typed is no number there.
    number: Option<String>,
    /// True while somebody has marked it as not to be called.
    do_not_use: bool,
}

impl From<&entry::Phone> for Phone {
    fn from(phone: &entry::Phone) -> Self {
        let entry::Phone { typed, number, do_not_use } = phone.clone();
        Self { typed, number, do_not_use }
    }
}

/// The public that a service accepts. An empty list restricts nothing.
#[derive(SimpleObject)]
pub struct Eligibility {
    /// Youngest age accepted, in whole years; null when it is not restricted.
    minimum_age: Option<u8>,
    /// Oldest age accepted, in whole years; null when it is not restricted.
    maximum_age: Option<u8>,
    /// Age bands accepted, beside the ages.
    age_bands: Vec<AgeBand>,
    /// The genders accepted.
    genders: Vec<Gender>,
    /// The households accepted.
    households: Vec<Household>,
    /// Administrative statuses accepted.
    admin_statuses: Vec<AdminStatus>,
    /// Living situations accepted.
    situations: Vec<Situation>,
}

impl From<&entry::Eligibility> for Eligibility {
    fn from(public: &entry::Eligibility) -> Self {
        Self {
            minimum_age: public.minimum_age,
            maximum_age: public.maximum_age,
            age_bands: public.age_bands.into(),
            genders: public.genders.into(),
            households: public.households.into(),
            admin_statuses: public.admin_statuses.into(),
            situations: public.situations.into(),
        }
    }
}

/// A labelled fact in its source's own words.
#[derive(SimpleObject)]
pub struct ServiceDetail {
    /// The source's own label.
    label: String,
    /// The source's own words, one per value.
    values: Vec<String>,
}

impl From<&entry::Detail> for ServiceDetail {
    fn from(detail: &entry::Detail) -> Self {
        Self { label: detail.label.clone(), values: detail.values.clone() }
    }
}

/// One weekly opening.
#[derive(SimpleObject)]
pub struct Schedule {
    /// Weekdays as two-letter codes of RFC 5545, such as `MO,TU`; null when not told.
    weekdays: Option<String>,
    /// Local time of opening, `HH:MM`; null when not told.
    opens_at: Option<String>,
    /// Local time of closing, `HH:MM`; null when not told.
    closes_at: Option<String>,
    /// The source's own words; null when there are none.
    text: Option<String>,
}

impl From<&entry::Schedule> for Schedule {
    fn from(schedule: &entry::Schedule) -> Self {
        let entry::Schedule { weekdays, opens_at, closes_at, text } = schedule.clone();
        Self { weekdays, opens_at, closes_at, text }
    }
}

/// Name and description in another language.
#[derive(SimpleObject)]
pub struct Translation {
    /// The language, as a BCP 47 tag.
    language: String,
    /// The name in it; null where there is none.
    name: Option<String>,
    /// The description in it; null where there is none.
    description: Option<String>,
}

impl From<&entry::Translation> for Translation {
    fn from(translation: &entry::Translation) -> Self {
        let entry::Translation { language, name, description } = translation.clone();
        Self { language: language.into(), name, description }
    }
}

/// Days on which a service is closed for a time.
#[derive(SimpleObject)]
pub struct Closure {
    /// The first day of it.
    from: Day,
    /// The last day of it.
    until: Day,
}

impl From<&opening::Closure> for Closure {
    fn from(closure: &opening::Closure) -> Self {
        Self { from: Day(closure.from), until: Day(closure.until) }
    }
}

/// Hours that hold on some days.
#[derive(SimpleObject)]
pub struct DatedHours {
    /// The first day of them.
    from: Day,
    /// The last day of them.
    until: Day,
    /// The hours, in the syntax of OpenStreetMap's `opening_hours`.
    opening_hours: String,
}

impl From<&opening::DatedHours> for DatedHours {
    fn from(hours: &opening::DatedHours) -> Self {
        let opening_hours = hours.opening_hours.text().to_owned();
        Self { from: Day(hours.from), until: Day(hours.until), opening_hours }
    }
}

/// How fresh an entry is.
#[derive(SimpleObject)]
pub struct Freshness {
    /// The state in words.
    state: FreshnessState,
    /// 1 (fresh) down to 0 (stale); null where nothing is known.
    score: Option<f64>,
    /// Day on which somebody last checked the entry; null when its source does not say.
    verified_on: Option<Day>,
    /// Last day that its source vouches for; null when its source does not say.
    valid_until: Option<Day>,
}
