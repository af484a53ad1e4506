//! What a recipient's view of a referral tells, as lines of a page. A line that has nothing to say is not there.

use super::words::Words;
use crate::actions::{Context, directory, geography};
use crate::domain::code::CodeList;
use crate::domain::directory::Service;
use crate::domain::id::{LocationId, OrganizationId};
use crate::domain::time::Timestamp;
use crate::i18n::code_key;
use crate::policy::access::Access;
use crate::policy::referral_view::{AttestedView, ReferralView};
use crate::policy::visible::{Protected, Visible};
use std::sync::Arc;

/// Lines of which some have nothing to say.
type Lines = Vec<Option<(String, String)>>;

/// Some lines under a title.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) lines: Vec<(String, String)>,
}

/// What the facts of a view are read with.
pub(super) struct Reading<'a> {
    pub(super) context: &'a Context,
    pub(super) access: &'a Access,
    pub(super) view: &'a Visible<ReferralView>,
    pub(super) service: Option<Arc<Service>>,
    pub(super) words: Words,
}

impl Reading<'_> {
    /// Every section that has a line.
    pub(super) fn sections(&self) -> Vec<Section> {
        self.titled([
            ("partner-wanted", self.wanted()),
            ("partner-person", self.person()),
            ("partner-whom-to-call", self.sender()),
            ("partner-after-accepting", self.after_accepting()),
            ("partner-proof", self.proof()),
        ])
    }

    /// The same for the team that has sent it: what it asks, what of the person the other side reads, what the person has
    /// agreed to, and what is proved.
    pub(super) fn sections_for_sender(&self) -> Vec<Section> {
        self.titled([
            ("work-asked-for", self.wanted()),
            ("work-told", self.person()),
            ("work-agreed", self.agreed()),
            ("partner-after-accepting", self.after_accepting()),
            ("partner-proof", self.proof()),
        ])
    }

    fn titled<const N: usize>(&self, sections: [(&str, Lines); N]) -> Vec<Section> {
        let sections = sections.into_iter().map(|(title, lines)| Section {
            title: self.words.text(title),
            lines: lines.into_iter().flatten().collect(),
        });
        sections.filter(|section| !section.lines.is_empty()).collect()
    }

    /// What the person said, as it stands on record; for the team only.
    fn agreed(&self) -> Vec<Option<(String, String)>> {
        let Some(consent) = &self.view.consent else { return Vec::new() };
        let words = self.words;
        let line = |key: &str, text: Option<String>| text.map(|text| (words.text(key), text));
        let code = |prefix: &str, code: Option<String>| code.map(|code| words.text(&format!("{prefix}-{code}")));
        let spelled = |code: &str| code.replace(['_', '.'], "-");
        vec![
            line("refer-basis", code("basis", consent.reveal(&consent.basis).map(|it| spelled(it.code())))),
            line("refer-giver", code("giver", consent.reveal(&consent.given_by).map(|it| spelled(it.code())))),
            line("refer-assent", code("assent", consent.reveal(&consent.assent).map(|it| spelled(it.code())))),
            line("refer-modality", code("modality", consent.reveal(&consent.modality).map(|it| spelled(it.code())))),
            line("refer-language", consent.reveal(&consent.language).map(|tag| words.language_name(tag))),
            self.code("refer-contact", "contact", &self.view.contact_rule),
            line("work-agreed-on", consent.reveal(&consent.obtained_at).map(|at| words.when(*at))),
            line("fact-consent-until", consent.reveal(&consent.expires_at).map(|at| words.when(*at))),
            line("work-withdrawn", consent.reveal(&consent.withdrawn_at).map(|at| words.when(*at))),
        ]
    }

    fn wanted(&self) -> Vec<Option<(String, String)>> {
        let view = &**self.view;
        vec![
            self.code("fact-need", "need", &view.need),
            self.code("fact-urgency", "urgency", &view.urgency),
            self.code("fact-band", "band", &view.deadline_band),
            self.code("fact-kind", "kind", &view.kind),
            self.code("work-channel", "channel", &view.channel),
            self.time("refer-needed-by", &view.needed_by),
            self.line("fact-service", self.service.as_ref().map(|service| service.name.clone())),
            self.line("fact-place", self.reveal(&view.location_id).and_then(|id| self.place(*id))),
            self.line("fact-recipient", self.reveal(&view.recipient_id).and_then(|id| self.organization(*id))),
            self.time("fact-sent", &view.requested_at),
            self.time("fact-since", &view.status_at),
            self.time("fact-acknowledge-by", &view.acknowledge_by),
            self.time("fact-decide-by", &view.decide_by),
            self.time("fact-serve-by", &view.serve_by),
            self.time("fact-expires", &view.expires_at),
        ]
    }

    fn person(&self) -> Vec<Option<(String, String)>> {
        let offer = &self.view.offer;
        let languages = self.reveal(&offer.languages).filter(|languages| !languages.is_empty());
        let languages = languages.map(|tags| self.words.listed(tags.iter().map(|tag| self.words.language_name(tag))));
        let area =
            self.reveal(&offer.area).map(|area| geography::names_of_areas(self.context, std::slice::from_ref(area)));
        vec![
            self.code("fact-age", "accepted-age", &offer.age_band),
            self.code("fact-gender", "gender", &offer.gender),
            self.code("fact-household", "household", &offer.household),
            self.code("fact-status", "admin-status", &offer.admin_status),
            self.code("fact-situation", "situation", &offer.situation),
            self.line("fact-languages", languages),
            self.line("fact-area", area.map(|names| self.words.listed(names))),
        ]
    }

    fn sender(&self) -> Vec<Option<(String, String)>> {
        let view = &**self.view;
        vec![
            self.line("fact-sender", self.reveal(&view.sender_id).and_then(|id| self.organization(*id))),
            self.line("fact-project", self.reveal(&view.sender_project).cloned()),
            self.line("fact-mailbox", self.reveal(&view.sender_mailbox).cloned()),
            self.line("fact-phone", self.reveal(&view.sender_phone).cloned()),
            self.line("fact-phrase", self.reveal(&view.call_phrase).cloned()),
            self.code("fact-contact", "contact", &view.contact_rule),
        ]
    }

    fn after_accepting(&self) -> Vec<Option<(String, String)>> {
        let (view, words) = (&**self.view, self.words);
        let scope = self.reveal(&view.consent_scope);
        let flags = self.reveal(&view.protection_flags).filter(|flags| !flags.is_empty());
        vec![
            self.line("fact-alias", self.reveal(&view.alias).cloned()),
            self.list("fact-flags", "flag", flags),
            self.code("fact-age-basis", "age-basis", &view.age_basis),
            self.time("fact-consent-until", &view.consent_valid_until),
            self.list("fact-consent-scope", "field", scope),
            self.line("fact-wait", self.reveal(&view.expected_wait_days).map(|days| words.counted("fact-days", *days))),
            self.code("fact-handover", "page-handover", &view.handover_mode),
            self.time("fact-started", &view.service_started_at),
            self.code("fact-decline", "decline", &view.decline_code),
            self.code("fact-outcome", "outcome", &view.outcome_code),
        ]
    }

    fn proof(&self) -> Vec<Option<(String, String)>> {
        let Some(proof) = self.reveal(&self.view.proof) else { return Vec::new() };
        let said = |key, fact: &Option<AttestedView>| {
            let fact = fact.as_ref()?;
            let text = format!("{} – {}", self.words.when(fact.at), self.words.of_side("said", fact.attested_by));
            self.line(key, Some(text))
        };
        vec![
            said("fact-delivered", &proof.delivered),
            said("fact-acknowledged", &proof.acknowledged),
            said("fact-decided", &proof.decided),
            said("fact-received", &proof.received),
        ]
    }

    fn reveal<'a, F>(&'a self, field: &'a Protected<F>) -> Option<&'a F> {
        self.view.reveal(field)
    }

    fn line(&self, key: &str, text: Option<String>) -> Option<(String, String)> {
        text.map(|text| (self.words.text(key), text))
    }

    fn code<T: CodeList>(&self, key: &str, prefix: &str, field: &Protected<T>) -> Option<(String, String)> {
        self.line(key, self.reveal(field).map(|code| self.words.text(&code_key(prefix, *code))))
    }

    fn list<T: CodeList>(&self, key: &str, prefix: &str, codes: Option<&Vec<T>>) -> Option<(String, String)> {
        let names = codes.map(|codes| self.words.listed(codes.iter().map(|code| self.words.code(prefix, *code))));
        self.line(key, names)
    }

    fn time(&self, key: &str, field: &Protected<Timestamp>) -> Option<(String, String)> {
        self.line(key, self.reveal(field).map(|at| self.words.when(*at)))
    }

    fn organization(&self, id: OrganizationId) -> Option<String> {
        directory::counterpart(self.context, self.access, id).ok().map(|organization| organization.name.clone())
    }

    fn place(&self, id: LocationId) -> Option<String> {
        let place = self.service.as_ref()?.places.iter().find(|place| place.id == id)?;
        let parts = [place.name.clone(), place.address.clone()];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Some(text).filter(|text| !text.is_empty())
    }
}

/// The service asked, as far as the viewer may know it.
pub(super) fn service_of(context: &Context, access: &Access, view: &Visible<ReferralView>) -> Option<Arc<Service>> {
    let id = view.reveal(&view.service_id)?;
    directory::service(context, access, *id).ok().map(|view| Arc::clone(&view.service))
}
