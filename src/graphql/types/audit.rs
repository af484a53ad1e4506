//! Events of the audit trail, and who saw what of a case.

use super::organization::Organization;
use crate::actions::directory;
use crate::domain::account::Role;
use crate::domain::audit::readings::Reading;
use crate::domain::audit::{AuditAction, AuditPurpose};
use crate::graphql::request::{RequestContext, request};
use crate::graphql::scalars::{DateTime, Day};
use crate::i18n::{Language, code_key, isolated, known_text, seen_key, text, text_with};
use crate::policy::audit_view::{EventView, ReadingsView};
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// One entry of an audit trail: who did or read what, by ids, codes and names of fields. No entry holds what
/// somebody typed, nor a value of a person.
#[derive(Description)]
pub struct AuditEvent(pub Visible<EventView>);

#[Object(use_type_description)]
impl AuditEvent {
    /// The trail that it stands in, a project's id or `network`; null unless an auditor asks.
    async fn trail(&self) -> Option<ID> {
        self.0.trail.clone().map(Into::into)
    }

    /// Its number in the trail, from 1 without a gap; null unless an auditor asks.
    async fn sequence(&self) -> Option<i64> {
        self.0.sequence
    }

    /// When it happened; for the own acts the hour.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// The account that acted; null for an operator at the command line.
    async fn actor_id(&self) -> Option<ID> {
        self.0.actor_id.map(Into::into)
    }

    /// What that account was for, then.
    async fn actor_role(&self) -> Option<Role> {
        self.0.actor_role
    }

    /// The organisation of that account.
    async fn organization_id(&self) -> Option<ID> {
        self.0.organization_id.map(Into::into)
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.0.action()
    }

    /// The object, by its id or its name; empty where there was none.
    async fn object(&self) -> &str {
        self.0.object()
    }

    /// Names of the fields that were read or changed, as they stand in this schema.
    async fn fields(&self) -> &[String] {
        self.0.fields()
    }

    /// What it was for.
    async fn purpose(&self) -> AuditPurpose {
        self.0.purpose()
    }

    /// Why, as a code; null where a purpose says enough.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The consent that it rests on; null where it rests on none, and unless an auditor asks.
    async fn consent_id(&self) -> Option<ID> {
        self.0.consent_id.map(Into::into)
    }
}

/// Who saw what of a case, to be given to the person: by organisation, role and day, never by name. Asking for
/// it is an entry of the audit trail itself.
#[derive(Description)]
pub struct CaseReadings {
    /// The view.
    pub view: Visible<ReadingsView>,
    /// In which language its words are.
    pub language: Language,
}

#[Object(use_type_description)]
impl CaseReadings {
    /// On how many days the case's own team read of it.
    async fn own_team_days(&self) -> i32 {
        i32::try_from(self.view.tell(&self.view.own_team).0).unwrap_or(i32::MAX)
    }

    /// The first of those days; null when there is none.
    async fn own_team_first_day(&self) -> Option<Day> {
        self.view.tell(&self.view.own_team).1.map(|(first, _)| Day(first))
    }

    /// The last of those days; null when there is none.
    async fn own_team_last_day(&self) -> Option<Day> {
        self.view.tell(&self.view.own_team).1.map(|(_, last)| Day(last))
    }

    /// What everybody else read, last day first.
    #[graphql(complexity = "20 * child_complexity")]
    async fn readings(&self) -> Vec<CaseReading> {
        let readings = &self.view.tell(&self.view.readings).others;
        readings.iter().map(|reading| CaseReading::of(reading, &self.view, self.language)).collect()
    }

    /// All of it as a page of text for the person, in the language asked for.
    async fn text(&self, context: &Context<'_>) -> String {
        page(request(context), &self.view, self.language)
    }
}

/// What people of one organisation and role read on one day, for one purpose.
#[derive(Description)]
pub struct CaseReading {
    reading: Reading,
    consent: Option<Day>,
    language: Language,
}

impl CaseReading {
    fn of(reading: &Reading, view: &ReadingsView, language: Language) -> Self {
        let ground = reading.consent_id.and_then(|id| view.consents.get(&id)).filter(|ground| ground.is_consent);
        let consent = ground.map(|ground| Day(ground.on));
        Self { reading: reading.clone(), consent, language }
    }
}

#[Object(use_type_description)]
impl CaseReading {
    /// The day, in universal time.
    async fn day(&self) -> Day {
        Day(self.reading.day)
    }

    /// The organisation whose people read it; null while the directory does not have it.
    async fn organization(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let id = self.reading.organization_id?;
        directory::organization(&request.context, &request.access, id).ok().map(Organization)
    }

    /// What their accounts were for, then.
    async fn role(&self) -> Option<Role> {
        self.reading.role
    }

    /// What they read, in words that people understand.
    async fn fields(&self) -> Vec<String> {
        words(&self.reading, self.language)
    }

    /// What they read it for.
    async fn purpose(&self) -> AuditPurpose {
        self.reading.purpose
    }

    /// The day on which the consent was given that the reading rests on; null where it rests on none.
    async fn consented_on(&self) -> Option<Day> {
        self.consent
    }
}

/// The fields of a reading in words. A field that is no longer in the schema has no words of its own any more.
fn words(reading: &Reading, language: Language) -> Vec<String> {
    let word = |field: &String| known_text(language, &seen_key(field)).unwrap_or_else(|| text(language, "seen-other"));
    let mut words: Vec<String> = reading.fields.iter().map(word).collect();
    words.dedup();
    words
}

fn page(request: &RequestContext, view: &Visible<ReadingsView>, language: Language) -> String {
    let (days, span) = view.tell(&view.own_team);
    let day = |day: &dyn ToString| isolated(language, &day.to_string());
    let mut lines = vec![text(language, "readings-title"), String::new(), text(language, "readings-introduction")];
    lines.push(String::new());
    lines.push(match span {
        None => text(language, "readings-own-team-none"),
        Some((first, last)) => {
            let arguments = [("days", days.to_string()), ("first", day(first)), ("last", day(last))];
            text_with(language, "readings-own-team", &arguments)
        }
    });
    let others = &view.tell(&view.readings).others;
    lines.push(String::new());
    lines.push(text(language, if others.is_empty() { "readings-others-none" } else { "readings-others" }));
    for reading in others {
        let organization = reading
            .organization_id
            .and_then(|id| directory::organization(&request.context, &request.access, id).ok())
            .map_or_else(|| text(language, "readings-unknown-organization"), |found| isolated(language, &found.name));
        let role = reading
            .role
            .map_or_else(|| text(language, "readings-unknown-role"), |role| text(language, &code_key("role", role)));
        let who = [("day", day(&reading.day)), ("organization", organization), ("role", role)];
        lines.push(String::new());
        lines.push(text_with(language, "readings-who", &who));
        let separator = text(language, "readings-separator");
        let what = words(reading, language).join(&format!("{separator} "));
        lines.push(text_with(language, "readings-what", &[("fields", what)]));
        let purpose = text(language, &code_key("purpose", reading.purpose));
        lines.push(text_with(language, "readings-purpose", &[("purpose", purpose)]));
        if let Some(ground) = reading.consent_id.and_then(|id| view.consents.get(&id)) {
            let key = if ground.is_consent { "readings-consent" } else { "readings-without-consent" };
            lines.push(text_with(language, key, &[("day", day(&ground.on))]));
        }
    }
    lines.push(String::new());
    lines.push(text(language, "readings-rights"));
    lines.join("\n")
}
