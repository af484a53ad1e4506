//! The French official register: regions, departments and communes, each with the area above it.
//!
//! A commune that was absorbed is no area of its own any more: its code becomes an alias of the commune that absorbed
//! it, and its name another name. A former code that another commune has today means that one.

use super::features::{REGION_PREFIX, region_iso};
use super::{Collector, Faulty, RefusedRow, RowFault, Rows, add_new, area_code, each_json_row, missing, name};
use crate::domain::geography::AdminArea;
use crate::domain::place::AreaCode;
use crate::import::problem::{Excerpt, FeedError};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// A commune of former times.
struct Former {
    row: usize,
    code: AreaCode,
    name: Option<String>,
    absorbed_by: AreaCode,
}

enum Read {
    Area(AdminArea),
    Former(AreaCode, Option<String>, AreaCode),
}

pub(super) fn parse(bytes: &[u8], progress: &mut dyn FnMut(usize, usize)) -> Result<Rows<AdminArea>, FeedError> {
    let (mut collector, mut formers) = (Collector::default(), Vec::new());
    each_json_row(bytes, progress, &mut |row| match read(&row.value) {
        Ok(Read::Area(area)) => collector.take(row.number, Ok((area.code.to_string(), area))),
        Ok(Read::Former(code, name, absorbed_by)) => {
            formers.push(Former { row: row.number, code, name, absorbed_by });
            collector.rows_read += 1;
        }
        Err(faulty) => collector.take(row.number, Err(faulty)),
    })?;
    let mut rows = collector.finish();
    absorb(&mut rows, formers);
    Ok(rows)
}

fn absorb(rows: &mut Rows<AdminArea>, formers: Vec<Former>) {
    let places: HashMap<AreaCode, usize> =
        rows.rows.iter().enumerate().map(|(place, area)| (area.code.clone(), place)).collect();
    for Former { row, code, name, absorbed_by } in formers {
        let Some(place) = places.get(&absorbed_by) else {
            let fault = RowFault::OtherKind("a former commune of a commune that the file does not hold");
            rows.refused.push(RefusedRow { row, key: Some(code.to_string()), fault });
            continue;
        };
        let area = &mut rows.rows[*place];
        if code != area.code {
            add_new(&mut area.aliases, code);
        }
        let name = name.filter(|name| area.name.as_ref() != Some(name));
        name.into_iter().for_each(|name| add_new(&mut area.other_names, name));
    }
    rows.refused.sort_by_key(|refused| refused.row);
    // A code leads to one area: to the one that has it today, else to the first one that had it.
    let mut taken: HashSet<AreaCode> = places.into_keys().collect();
    for area in &mut rows.rows {
        area.aliases.retain(|alias| taken.insert(alias.clone()));
    }
}

fn read(value: &Value) -> Result<Read, Faulty> {
    let fields = value.as_object().ok_or((None, RowFault::OtherKind("no object")))?;
    let number = text(fields, "code").and_then(|code| code.ok_or_else(|| missing("code")));
    let number = number.map_err(|fault| (None, fault))?;
    describe(fields, number).map_err(|fault| (Some(key_of(fields, number)), fault))
}

/// The code under which a refused row may be held, so that what it names stays: regions alone have neither a type nor
/// anything above them.
fn key_of(fields: &Map<String, Value>, number: &str) -> String {
    let is_region = ["type", "departement", "region"].iter().all(|field| !fields.contains_key(*field));
    format!("{}{number}", if is_region { REGION_PREFIX } else { "FR-" })
}

fn describe(fields: &Map<String, Value>, number: &str) -> Result<Read, RowFault> {
    let found_name = text(fields, "nom")?.map(|text| name("nom", text)).transpose()?.flatten();
    let french = |number: &str| area_code(&format!("FR-{number}"));
    let named = |code, level, parent| AdminArea {
        level: Some(level),
        name: found_name.clone(),
        parent,
        ..AdminArea::new(code)
    };
    let Some(kind) = text(fields, "type")? else {
        if fields.contains_key("departement") {
            return Err(RowFault::OtherKind("an arrondissement; areas are regions, departments and communes"));
        }
        let Some(region) = text(fields, "region")? else {
            let code = area_code(&format!("{REGION_PREFIX}{number}"))?;
            let region = named(code, 1, AreaCode::parse("FR").ok());
            return Ok(Read::Area(AdminArea { aliases: region_iso(number).into_iter().collect(), ..region }));
        };
        return Ok(Read::Area(named(french(number)?, 2, Some(area_code(&format!("{REGION_PREFIX}{region}"))?))));
    };
    let above = |field| text(fields, field)?.map(french).transpose();
    let mut area = match kind {
        "commune-actuelle" => named(french(number)?, 3, above("departement")?),
        "arrondissement-municipal" => named(french(number)?, 4, above("commune")?),
        "commune-deleguee" | "commune-associee" => {
            let absorbed_by = above("chefLieu")?.ok_or_else(|| missing("chefLieu"))?;
            return Ok(Read::Former(french(number)?, found_name, absorbed_by));
        }
        _ => return Err(RowFault::OtherKind("a type that the register did not have in 2026")),
    };
    for postcode in texts(fields, "codesPostaux")? {
        add_new(&mut area.postcodes, postcode.to_owned());
    }
    for former in texts(fields, "anciensCodes")? {
        let former = french(former)?;
        if former != area.code {
            add_new(&mut area.aliases, former);
        }
    }
    area.population = fields.get("population").and_then(Value::as_u64);
    Ok(Read::Area(area))
}

/// A text that is code or name; a number there has lost its zeros.
fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<Option<&'a str>, RowFault> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(RowFault::NumericCode(Excerpt::of(field))),
    }
}

fn texts<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<Vec<&'a str>, RowFault> {
    let values = fields.get(field).and_then(Value::as_array).into_iter().flatten();
    values.map(|value| value.as_str().ok_or_else(|| RowFault::NumericCode(Excerpt::of(field)))).collect()
}
