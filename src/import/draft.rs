//! A row of a flat format on its way to a document: what every such format does alike with phones, hours,
//! points and organisations.
//!
//! Start at [`Draft`] for one row and at [`Gathering`] for all of them.

use super::check::email;
use super::context::{Commune, FeedContext};
use super::fingerprint::Fingerprint;
use super::parts_of_france::postcode;
use super::problem::{Excerpt, Fault, ProblemReason};
use super::text::{Refusal, line};
use super::{Feed, Parsed, SourceName, hours, point};
use crate::domain::directory::{LocationKind, Organization, Phone, Place, Precision, Service};
use crate::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use crate::domain::place::Position;
use std::collections::HashMap;

/// One service of a row, with what is still to be read by the rules of all formats.
pub(super) struct Draft {
    /// Key at the source.
    pub key: String,
    /// The service; its phones, hours and places are filled by [`Draft::settle`].
    pub service: Service,
    /// Key of the organisation at the source.
    pub organization_key: String,
    /// The organisation.
    pub organization: Organization,
    /// Cells with phones.
    pub phones: Vec<String>,
    /// Texts that tell hours.
    pub hours: Vec<String>,
    /// Texts that tell days on which the hours are others.
    pub holidays: Vec<String>,
    /// Where it is.
    pub site: Site,
    /// Warnings of the row.
    pub warnings: Vec<ProblemReason>,
}

/// Where a service is given, as a flat row tells it.
#[derive(Default)]
pub(super) struct Site {
    /// Key of the place, where the source has one.
    pub key: Option<String>,
    /// Name of the place.
    pub name: Option<String>,
    /// Address without postcode and commune, or all of it.
    pub address: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Name of the commune.
    pub commune: Option<String>,
    /// Code of the commune.
    pub commune_code: Option<String>,
    /// Latitude and longitude in degrees, as numbers of whatever size.
    pub point: Option<(f64, f64)>,
    /// How near the point is.
    pub precision: Option<Precision>,
}

impl Draft {
    /// A draft with the names that every entry needs.
    pub(super) fn named(source: &SourceName, key: String, name: String, organization: (String, String)) -> Self {
        let (organization_key, organization) = organization;
        let id = OrganizationId::derived(source.as_str(), &organization_key);
        Self {
            service: Service::named(ServiceId::derived(source.as_str(), &key), id, name),
            key,
            organization: Organization::named(id, organization),
            organization_key,
            phones: Vec::new(),
            hours: Vec::new(),
            holidays: Vec::new(),
            site: Site::default(),
            warnings: Vec::new(),
        }
    }

    /// Keeps an e-mail address where it is one.
    pub(super) fn set_email(&mut self, path: &str, text: &str) {
        match email(text) {
            Ok(email) => drop(self.service.email.get_or_insert(email)),
            Err(fault) => self.leave_out(path, fault),
        }
    }

    /// Warns that a value is left out.
    pub(super) fn leave_out(&mut self, path: &str, fault: Fault) {
        self.warnings.push(ProblemReason::LeftOut { path: Excerpt::of(path), fault });
    }

    /// Reads what all formats read alike.
    fn settle(&mut self, source: &SourceName, context: &FeedContext<'_>) {
        for cell in std::mem::take(&mut self.phones) {
            self.read_phones(&cell, context);
        }
        let (told, holidays) = (std::mem::take(&mut self.hours), std::mem::take(&mut self.holidays));
        hours::keep(told, holidays, &mut self.service);
        let site = std::mem::take(&mut self.site);
        let overseas =
            [&site.commune_code, &site.postcode].into_iter().flatten().find_map(|code| context.overseas(code));
        self.service.country = self.service.country.or(overseas);
        let place = site.place(source, context, &mut self.warnings);
        self.service.places.extend(place);
    }

    fn read_phones(&mut self, cell: &str, context: &FeedContext<'_>) {
        let mailbox = |word: &&str| email(word.trim_matches(|c: char| "<>()[],;:".contains(c))).is_ok();
        let parts = |c: char| c.is_whitespace() || "/;|,<>".contains(c);
        let mut numbers = cell.to_owned();
        for found in cell.split(parts).filter(mailbox) {
            self.warnings.push(ProblemReason::EmailAmongPhones);
            self.service.email.get_or_insert_with(|| found.trim_matches(|c: char| "()[]:".contains(c)).to_owned());
            numbers = numbers.replace(&format!("<{found}>"), " ").replace(found, " ");
        }
        for phone in Phone::read_all(&numbers, context.country) {
            let says_nothing = line(&phone.typed).is_none();
            if says_nothing || self.service.phones.iter().any(|held| held.typed == phone.typed) {
                continue;
            }
            if phone.number.is_none() && context.country.is_some() {
                self.warnings.push(ProblemReason::PhoneUnread);
            }
            self.service.phones.push(phone);
        }
    }
}

impl Site {
    fn place(
        mut self,
        source: &SourceName,
        context: &FeedContext<'_>,
        warnings: &mut Vec<ProblemReason>,
    ) -> Option<Place> {
        self.mend_codes(context);
        let told = self.told_point(warnings);
        let (position, precision) = match told {
            Some(at) => (Some(at), self.precision),
            None => (self.point_of_commune(context, warnings), Some(Precision::Area)),
        };
        let address = self.full_address();
        if position.is_none() && address.is_none() && self.name.is_none() {
            return None;
        }
        let key = self.key.clone().unwrap_or_else(|| {
            let at = told.map(|at| format!("{},{}", at.latitude(), at.longitude())).unwrap_or_default();
            format!("{}|{}|{at}", self.name.as_deref().unwrap_or_default(), address.as_deref().unwrap_or_default())
        });
        Some(Place {
            name: self.name,
            position,
            address,
            precision: position.and(precision),
            ..Place::new(LocationId::derived(source.as_str(), &key), LocationKind::Physical)
        })
    }

    /// Spreadsheets take the leading zero of French codes, which all have five characters.
    fn mend_codes(&mut self, context: &FeedContext<'_>) {
        if context.country.is_some_and(|country| country.as_str() == "FR") {
            for code in [&mut self.postcode, &mut self.commune_code].into_iter().flatten() {
                if code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()) {
                    code.insert(0, '0');
                }
            }
        }
    }

    fn told_point(&self, warnings: &mut Vec<ProblemReason>) -> Option<Position> {
        let (latitude, longitude) = self.point?;
        point(latitude, longitude).map_err(|reason| warnings.push(reason)).ok()
    }

    fn point_of_commune(&self, context: &FeedContext<'_>, warnings: &mut Vec<ProblemReason>) -> Option<Position> {
        let inside = self.address.as_deref().and_then(postcode_and_commune);
        let (postcode, name) = match (&self.postcode, &self.commune) {
            (None, None) => inside.unzip(),
            (postcode, name) => (postcode.as_deref(), name.as_deref()),
        };
        let commune = Commune { code: self.commune_code.as_deref(), postcode, name };
        let found = (commune != Commune::default()).then(|| context.places.position_of_commune(&commune)).flatten();
        warnings.push(if found.is_some() { ProblemReason::PointOfCommune } else { ProblemReason::PointMissing });
        found
    }

    fn full_address(&self) -> Option<String> {
        let town =
            [&self.postcode, &self.commune].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let parts = [self.address.as_deref(), Some(town.as_str())];
        let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        line(&parts.join(", "))
    }
}

/// The postcode of five digits that stands last in an address, and the name after it.
fn postcode_and_commune(address: &str) -> Option<(&str, &str)> {
    let postcode = postcode(address)?;
    let (_, after) = address.rsplit_once(postcode)?;
    let name = after.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let name = name.split([',', '(', '\n']).next().unwrap_or_default().trim();
    (!name.is_empty()).then_some((postcode, name))
}

/// The entries of a flat feed, each key once.
pub(super) struct Gathering<'a> {
    pub source: &'a SourceName,
    pub context: &'a FeedContext<'a>,
    pub feed: Feed,
    kept: HashMap<String, (usize, Fingerprint)>,
    organizations: HashMap<String, (usize, Organization)>,
}

impl<'a> Gathering<'a> {
    /// Nothing yet.
    pub(super) fn new(source: &'a SourceName, context: &'a FeedContext<'a>) -> Self {
        Self { source, context, feed: Feed::default(), kept: HashMap::new(), organizations: HashMap::new() }
    }

    /// Keeps what a row gives, or refuses the row; `path` is where it stands in the file.
    pub(super) fn take(
        &mut self,
        row: usize,
        path: &str,
        key: Option<String>,
        fingerprint: Fingerprint,
        read: Result<Draft, Refusal>,
    ) {
        match read {
            Ok(draft) => self.keep(row, fingerprint, draft),
            Err(refusal) => self.feed.refuse_value(row, key, path, refusal),
        }
    }

    fn keep(&mut self, row: usize, fingerprint: Fingerprint, mut draft: Draft) {
        if let Some((first, kept)) = self.kept.get(&draft.key) {
            let reason = kept.repeats(*first, &fingerprint);
            return self.feed.refuse(row, Some(draft.key), reason);
        }
        self.kept.insert(draft.key.clone(), (row, fingerprint));
        draft.settle(self.source, self.context);
        for reason in draft.warnings {
            self.feed.warn(row, &draft.key, reason);
        }
        match self.organizations.get(&draft.organization_key) {
            Some((_, kept)) if *kept == draft.organization => {}
            Some((first, _)) => self.feed.warn(row, &draft.key, ProblemReason::OrganizationDiffers(*first)),
            None => {
                let (key, document) = (draft.organization_key, draft.organization);
                self.organizations.insert(key.clone(), (row, document.clone()));
                self.feed.organizations.push(Parsed { row, key, document });
            }
        }
        self.feed.services.push(Parsed { row, key: draft.key, document: draft.service });
    }
}

#[cfg(test)]
mod tests;
