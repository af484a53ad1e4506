//! Italian prisons as entries, and how many people the reception system holds as what it is: a table of numbers.

use super::{kinds, table};
use crate::import_feeds::{apply, counts, data, file, read_in};
use crate::kit::france::France;
use relais::domain::country::CountryCode;
use relais::domain::directory::OrganizationKind;
use relais::import::plan::{Completeness, plan};
use relais::import::{FeedContext, Format, Mapping};
use std::collections::{BTreeMap, BTreeSet};

/// A prison answers no need; it stands in a directory for those who look for somebody, and gets no referral.
pub const PRISONS: &str = "
language = 'it'
key = 'codiceIstituto'
name = { columns = ['tipo', 'titolo'], join = ' ' }
alternate_name = 'nome'
organization = { columns = ['tipo', 'titolo'], join = ' ' }
organization_key = 'codiceIstituto'
organization_kind = { constant = 'authority_enforcement' }
phones = 'telefono'
website = 'url'
verified_on = 'data_aggiornamento'
place_key = 'codiceIstituto'
latitude = 'latitude'
longitude = 'longitude'
address = 'indirizzo'
";

#[test]
fn the_190_prisons_of_italy_import_with_their_points() {
    let Some(folder) = data() else { return };
    let mapping = Mapping::read(PRISONS).unwrap_or_else(|error| panic!("{error}"));
    let context = FeedContext { country: CountryCode::parse("IT").ok(), places: France::read(&folder) };
    let feed = read_in(&context, Format::Csv(&mapping), &file(&folder, "italy-liberiamoli/prisons.csv"));
    let feed = feed.expect("a table");
    assert_eq!((feed.rows_read, feed.services.len(), feed.organizations.len(), feed.unmapped), (190, 190, 190, 190));
    // Three tell further lines by their last digits alone. Venice, Gorizia, Gorgona and Elba lie outside the simplified outline
    // of the country.
    let expected = BTreeMap::from([("phone that is no number", 3), ("point outside the country", 5)]);
    assert_eq!((kinds(&feed.refused), kinds(&feed.warnings)), (BTreeMap::new(), expected));
    let services = || feed.services.iter().map(|parsed| &parsed.document);
    assert!(services().all(|service| service.places.len() == 1 && service.places[0].position.is_some()));
    let with_phone = services().filter(|service| !service.phones.is_empty()).count();
    // 127 have no name of their own and say NULL.
    let named = services().filter(|service| service.alternate_name.is_some()).count();
    assert_eq!((with_phone, named), (190, 63));
    assert!(feed.organizations.iter().all(|parsed| {
        parsed.document.kind == Some(OrganizationKind::AuthorityEnforcement) && !parsed.document.may_receive_referrals()
    }));
    let held = apply(Vec::new(), &plan(feed.clone(), Vec::new(), Completeness::Complete));
    assert_eq!(counts(&plan(feed, held, Completeness::Complete).services), [0, 0, 190, 0]);
}

/// Numbers of people by region and day are no services: nothing here is imported.
#[test]
fn reception_is_told_for_twenty_regions_on_140_days() {
    let Some(folder) = data() else { return };
    let rows = table(&folder, "italy-liberiamoli/reception-by-region.csv");
    let regions: BTreeSet<&str> = rows.iter().map(|row| row["CodiceRegione"].as_str()).collect();
    let days: BTreeSet<&str> = rows.iter().map(|row| row["Data_Report"].as_str()).collect();
    let pairs: BTreeSet<_> = rows.iter().map(|row| (&row["CodiceRegione"], &row["Data_Report"])).collect();
    assert_eq!((rows.len(), regions.len(), days.len(), pairs.len()), (2_800, 20, 140, 2_800));
    // One region in two spellings: with and without its other language.
    let spelled_otherwise = rows.iter().filter(|row| row["Regione"] != row["DenominazioneRegione"]).count();
    assert_eq!(spelled_otherwise, 280);
}
