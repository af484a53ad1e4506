//! data·inclusion: services in the schema of version 1 and in that of 2022, with the structures that give
//! them in a file of their own.
//!
//! Where no structures are given, each service stands under its source, and a warning says so: the service
//! can be found and read, and whoever gives it can be told later under the same key. Where they are given, a
//! service of an unknown structure is refused.

mod needs;

use super::check::{day, day_in_range, url};
use super::context::FeedContext;
use super::draft::{Draft, Gathering, Site};
use super::file::File;
use super::fingerprint::Fingerprint;
use super::problem::{Excerpt, Fault, FeedError, Problem, ProblemReason, Subject};
use super::text::{Refusal, line, make_plain, prose};
use super::{Feed, ReadRows, Row, SourceName};
use crate::domain::directory::{Detail, Eligibility, Organization, OrganizationKind, Service, ServiceMode, Welcome};
use crate::domain::place::AreaCode;
use crate::domain::profile::{Gender, Language};
use crate::domain::time::{Date, Timestamp};
use serde_json::{Map, Value};
use std::collections::HashMap;

const EXPECTED: &str = "data·inclusion services (structure_id, source, nom)";

type Fields = Map<String, Value>;

/// The structures of a file, by source and id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Structures {
    /// Each with its row.
    by_key: HashMap<String, (usize, Fields)>,
    refused: Vec<Problem>,
    is_given: bool,
}

impl Structures {
    /// Reads a file of structures.
    ///
    /// # Errors
    /// [`FeedError`] where the file as a whole cannot be read; rows without id or name are refused in the feed.
    pub fn read(bytes: &[u8]) -> Result<Self, FeedError> {
        let mut structures = Self { is_given: true, ..Self::default() };
        File::open(bytes)?.each_row(&mut |row| structures.add(row))?;
        Ok(structures)
    }

    fn add(&mut self, row: Row) {
        let Row { number, path, mut value } = row;
        let read = make_plain(&mut value).and_then(|_| {
            let fields = value.as_object().ok_or_else(|| Refusal::at("", Fault::Type(Excerpt::of("an object"))))?;
            required(fields, "nom")?;
            Ok((key_of(fields)?, fields.clone()))
        });
        let (key, reason) = match read {
            Ok((key, fields)) if !self.by_key.contains_key(&key) => {
                self.by_key.insert(key, (number, fields));
                return;
            }
            Ok((key, fields)) => {
                let (first, kept) = &self.by_key[&key];
                let reason = Fingerprint::of(kept).repeats(*first, &Fingerprint::of(&fields));
                (Some(key), reason)
            }
            Err(refusal) => (None, ProblemReason::value(&super::join(&path, &refusal.path), refusal.fault)),
        };
        self.refused.push(Problem { subject: Subject::Organization, row: Some(number), key, reason });
    }
}

/// Reads the services of one file.
pub(super) struct Reader<'a> {
    structures: &'a Structures,
    gathering: Gathering<'a>,
    has_services: bool,
}

impl<'a> Reader<'a> {
    /// A reader that looks for organisations among these structures.
    pub(super) fn new(structures: &'a Structures, source: &'a SourceName, context: &'a FeedContext<'a>) -> Self {
        Self { structures, gathering: Gathering::new(source, context), has_services: false }
    }
}

impl ReadRows for Reader<'_> {
    fn read(&mut self, row: Row) {
        self.gathering.feed.rows_read += 1;
        let Row { number, path, mut value } = row;
        let marked_up = match make_plain(&mut value) {
            Ok(marked_up) => marked_up,
            Err(refusal) => return self.gathering.feed.refuse_value(number, None, &path, refusal),
        };
        let Some(fields) = value.as_object().filter(|fields| fields.contains_key("structure_id")) else {
            let reason = ProblemReason::OtherKind { expected: EXPECTED, found: "something else" };
            return self.gathering.feed.refuse(number, None, reason);
        };
        self.has_services = true;
        let key = key_of(fields);
        let read = key.clone().and_then(|key| self.draft(key, fields)).map(|mut draft| {
            draft.warnings.extend(marked_up.iter().map(|path| ProblemReason::Markup(Excerpt::of(path))));
            draft
        });
        let fingerprint = Fingerprint::of(fields);
        self.gathering.take(number, &path, key.ok(), fingerprint, read);
    }

    fn finish(mut self: Box<Self>) -> Result<Feed, FeedError> {
        if !self.has_services {
            return Err(FeedError::OtherDocument { expected: EXPECTED, found: Excerpt::of("other rows") });
        }
        self.gathering.feed.refused.extend(self.structures.refused.iter().cloned());
        Ok(self.gathering.feed)
    }
}

impl Reader<'_> {
    fn draft(&self, key: String, fields: &Fields) -> Result<Draft, Refusal> {
        let name = required(fields, "nom")?;
        let structure = self.structure_of(fields)?;
        let publisher = required(fields, "source")?;
        let (organization_key, organization) = match structure.clone() {
            Some((key, structure)) => (key, required(structure, "nom")?),
            None => (format!("source:{publisher}"), publisher.clone()),
        };
        let mut draft = Draft::named(self.gathering.source, key, name, (organization_key, organization));
        let structure = structure.map(|(_, structure)| structure);
        match structure {
            Some(structure) => fill_organization(&mut draft, structure)?,
            None => draft.warnings.push(ProblemReason::OrganizationOfSource(Excerpt::of(&publisher))),
        }
        fill_words(&mut draft.service, fields)?;
        fill_codes(&mut draft, fields)?;
        fill_contact(&mut draft, fields, structure)?;
        draft.service.verified_on = verified_on(&mut draft.warnings, fields)?;
        draft.site = match (site(fields)?, structure) {
            (Some(own), _) => own,
            (None, Some(structure)) => site(structure)?.unwrap_or_default(),
            (None, None) => Site::default(),
        };
        Ok(draft)
    }

    fn structure_of(&self, fields: &Fields) -> Result<Option<(String, &Fields)>, Refusal> {
        let id = required(fields, "structure_id")?;
        let key = joined(&required(fields, "source")?, &id);
        match self.structures.by_key.get(&key) {
            Some((_, structure)) => Ok(Some((key, structure))),
            None if self.structures.is_given => Err(Refusal::at("structure_id", Fault::UnknownOrganization)),
            None => Ok(None),
        }
    }
}

/// Source and id; the ids of version 1 hold the source already.
fn key_of(fields: &Fields) -> Result<String, Refusal> {
    Ok(joined(&required(fields, "source")?, &required(fields, "id")?))
}

fn joined(source: &str, id: &str) -> String {
    if id.starts_with(&format!("{source}--")) { id.to_owned() } else { format!("{source}--{id}") }
}

fn text(fields: &Fields, name: &str) -> Result<Option<String>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(prose(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Refusal::at(name, Fault::Type(Excerpt::of("a string")))),
    }
}

fn required(fields: &Fields, name: &str) -> Result<String, Refusal> {
    text(fields, name)?.and_then(|text| line(&text)).ok_or_else(|| Refusal::at(name, Fault::Missing))
}

/// The texts of a list; the single value of version 1 where 2022 had a list, and the other way round.
fn texts(fields: &Fields, name: &str) -> Result<Vec<String>, Refusal> {
    match fields.get(name) {
        Some(Value::Array(values)) => {
            let text = |value: &Value| value.as_str().map(line);
            let texts: Option<Vec<Option<String>>> = values.iter().map(text).collect();
            let texts = texts.ok_or_else(|| Refusal::at(name, Fault::Type(Excerpt::of("a list of strings"))))?;
            Ok(texts.into_iter().flatten().collect())
        }
        _ => Ok(text(fields, name)?.and_then(|text| line(&text)).into_iter().collect()),
    }
}

fn fill_organization(draft: &mut Draft, structure: &Fields) -> Result<(), Refusal> {
    let description = match text(structure, "description")? {
        None => text(structure, "presentation_detail")?.or(text(structure, "presentation_resume")?),
        told => told,
    };
    let website = text(structure, "site_web")?.filter(|website| url(website).is_ok());
    let networks = texts(structure, "reseaux_porteurs")?.into_iter().chain(texts(structure, "typologie")?);
    let kind = networks.into_iter().find_map(|network| kind(&network));
    draft.organization = Organization { description, website, kind, ..draft.organization.clone() };
    Ok(())
}

/// The kind that a network or a typology of structures tells for sure.
fn kind(network: &str) -> Option<OrganizationKind> {
    match network.to_lowercase().as_str() {
        "ccas-cias" | "ccas" | "cias" | "departements" | "communes" | "intercommunalites" | "caf" | "cpam"
        | "france-travail" | "france-service" | "mds" | "mdph" => Some(OrganizationKind::PublicSocial),
        "croix-rouge" => Some(OrganizationKind::RedCrossCrescent),
        "asso" => Some(OrganizationKind::Ngo),
        _ => None,
    }
}

fn fill_words(service: &mut Service, fields: &Fields) -> Result<(), Refusal> {
    service.language = Language::parse("fr").ok();
    service.description = match text(fields, "description")? {
        None => text(fields, "presentation_detail")?.or(text(fields, "presentation_resume")?),
        told => told,
    };
    let fees = texts(fields, "frais")?.join(", ");
    let more = text(fields, "frais_precisions")?.or(text(fields, "frais_autres")?);
    let fees: Vec<String> = prose(&fees).into_iter().chain(more).collect();
    service.fees = (!fees.is_empty()).then(|| fees.join(": "));
    let ways = texts(fields, "modes_mobilisation")?.join(", ");
    let ways = [
        prose(&ways),
        text(fields, "mobilisation_precisions")?,
        text(fields, "lien_mobilisation")?,
        text(fields, "prise_rdv")?,
    ];
    let ways: Vec<String> = ways.into_iter().flatten().collect();
    service.application_process = (!ways.is_empty()).then(|| ways.join("\n"));
    for (label, name) in [("Type", "types"), ("Type", "type"), ("Mobilisable par", "mobilisable_par")] {
        let values = texts(fields, name)?;
        if !values.is_empty() {
            service.details.push(Detail { label: label.to_owned(), values });
        }
    }
    if let Some(link) = text(fields, "lien_source")? {
        service.details.push(Detail { label: "Source".to_owned(), values: vec![link] });
    }
    Ok(())
}

fn fill_codes(draft: &mut Draft, fields: &Fields) -> Result<(), Refusal> {
    let thematiques = texts(fields, "thematiques")?;
    (draft.service.needs, draft.service.need_families) = needs::answer(thematiques.iter().map(String::as_str));
    if !thematiques.is_empty() {
        draft.service.details.push(Detail { label: "Thématiques".to_owned(), values: thematiques });
    }
    for mode in texts(fields, "modes_accueil")? {
        match mode.as_str() {
            "en-presentiel" => draft.service.modes.push(ServiceMode::InPerson),
            "a-distance" => draft.service.modes.push(ServiceMode::Remote),
            other => {
                let (field, found) = (Excerpt::of("modes_accueil"), Excerpt::of(other));
                draft.warnings.push(ProblemReason::NotLookedUp { field, found });
            }
        }
    }
    fill_public(&mut draft.service, fields)?;
    fill_areas(draft, fields)
}

/// The areas served. Where one of them cannot be read nobody knows who is served: then all of them are words, and
/// nothing is coded that would make the service a plain match or exclude somebody.
fn fill_areas(draft: &mut Draft, fields: &Fields) -> Result<(), Refusal> {
    let is_region = text(fields, "zone_diffusion_type")?.as_deref() == Some("region");
    let older = if is_region { Vec::new() } else { texts(fields, "zone_diffusion_code")? };
    let zones: Vec<String> = texts(fields, "zone_eligibilite")?.into_iter().chain(older).collect();
    let read: Vec<Option<AreaCode>> = zones.iter().map(|zone| area(zone)).collect();
    let unread = read.iter().filter(|area| area.is_none()).count();
    (0..unread).for_each(|_| draft.leave_out("zone_eligibilite", Fault::AreaCode));
    if unread == 0 {
        draft.service.areas_served = read.into_iter().flatten().collect();
        return Ok(());
    }
    let service = &mut draft.service;
    (service.welcome, service.eligibility) = (None, Eligibility::default());
    let words = format!("Zone: {}", zones.join(", "));
    let told = service.criteria_text.take();
    service.criteria_text = Some(told.into_iter().chain([words]).collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// A zone by the code of INSEE. Two digits are a département; version 1 has no regions, and those of 2022 bear
/// numbers that are also those of départements.
fn area(zone: &str) -> Option<AreaCode> {
    if zone == "france" || zone == "99100" {
        return AreaCode::parse("FR").ok();
    }
    // `99…` of five digits are other countries.
    let is_code = !(zone.len() == 5 && zone.starts_with("99"));
    let is_code =
        is_code && matches!(zone.len(), 2 | 3 | 5 | 9) && zone.bytes().all(|byte| byte.is_ascii_alphanumeric());
    AreaCode::parse(&format!("FR-{zone}")).ok().filter(|_| is_code)
}

/// The public. A list is of people any of whom may come, while each part of an eligibility must be met: so
/// only a public that stands alone is coded, and all of it is kept in words.
fn fill_public(service: &mut Service, fields: &Fields) -> Result<(), Refusal> {
    let publics = texts(fields, "publics")?.into_iter().chain(texts(fields, "profils")?).collect::<Vec<_>>();
    let more = [text(fields, "publics_precisions")?, text(fields, "conditions_acces")?];
    let has_no_conditions = more.iter().all(Option::is_none);
    let words: Vec<String> = prose(&publics.join(", ")).into_iter().chain(more.into_iter().flatten()).collect();
    service.criteria_text = (!words.is_empty()).then(|| words.join("\n"));
    // A condition in words is one that somebody may not meet.
    let is_unconditional = has_no_conditions && publics == ["tous-publics"];
    service.welcome = is_unconditional.then_some(Welcome::Unconditional);
    let eligibility = &mut service.eligibility;
    match publics.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["femmes"] => eligibility.genders = [Gender::Woman].into(),
        ["adultes"] => eligibility.minimum_age = Some(18),
        ["jeunes-16-26"] => (eligibility.minimum_age, eligibility.maximum_age) = (Some(16), Some(26)),
        ["seniors-65"] => eligibility.minimum_age = Some(65),
        _ => {}
    }
    Ok(())
}

fn fill_contact(draft: &mut Draft, fields: &Fields, structure: Option<&Fields>) -> Result<(), Refusal> {
    let own = |name: &str| -> Result<Option<String>, Refusal> {
        match text(fields, name)? {
            None => structure.map_or(Ok(None), |structure| text(structure, name)),
            told => Ok(told),
        }
    };
    draft.phones.extend(own("telephone")?);
    draft.hours.extend(text(fields, "horaires_accueil")?);
    if let Some(email) = own("courriel")? {
        draft.set_email("courriel", &email);
    }
    Ok(())
}

fn verified_on(warnings: &mut Vec<ProblemReason>, fields: &Fields) -> Result<Option<Date>, Refusal> {
    let Some(told) = text(fields, "date_maj")? else { return Ok(None) };
    let read = day(&told).or_else(|fault| Timestamp::parse(&told).map(Timestamp::date).ok_or(fault));
    match read.and_then(day_in_range) {
        Ok(day) => Ok(Some(day)),
        Err(fault) => {
            warnings.push(ProblemReason::LeftOut { path: Excerpt::of("date_maj"), fault });
            Ok(None)
        }
    }
}

/// Where it is; `None` where the row tells nothing of it.
fn site(fields: &Fields) -> Result<Option<Site>, Refusal> {
    let number = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::at(name, Fault::Number)),
        },
    };
    let one = |name: &str| Ok(text(fields, name)?.and_then(|text| line(&text)));
    let address = [one("adresse")?, one("complement_adresse")?].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let site = Site {
        address: line(&address),
        postcode: one("code_postal")?,
        commune: one("commune")?,
        commune_code: one("code_insee")?,
        point: number("latitude")?.zip(number("longitude")?),
        ..Site::default()
    };
    let tells = site.address.is_some() || site.commune.is_some() || site.commune_code.is_some() || site.point.is_some();
    Ok(tells.then_some(site))
}

#[cfg(test)]
mod tests;
