//! The one table of need to know: who is told which field, when, and who may do what.
//!
//! It is a value: the views and acts of a request decide by the table that its
//! [`Access`](super::access::Access) carries, `relais policy` prints it, and a test can run a whole
//! Relais with one cell of it flipped. Invariants: what has no row is not told, not done and not served; a
//! decision is a pure function of the row and its facts; nothing outside this folder says who sees what.
//!
//! To add a field: one row in the file of its area. To add an act: an [`Action`], its row in `acts`, and
//! its doors in `doors`. The test `policy` names what has no row, and rows that are of nothing.

mod account;
mod acts;
mod audit;
mod capacity_check;
mod case;
mod device;
mod directory;
mod doors;
mod incoming;
mod objects;
mod pages;
mod partner_offer;
mod plumbing;
mod protection;
mod referral;
mod row;
mod terms;
mod webhook;

pub use self::incoming::{INCOMING, class_of_incoming};
pub use self::objects::{OBJECTS, Object, object_of};
pub use self::plumbing::is_plumbing;
pub use self::row::{Act, ActFacts, Action, Cell, Denied, Door, Entry, Row, Tie};
pub use self::terms::{Class, Facts, Guard, Guards, Mask, Relation, Sight, Standing, Standings};

use super::directory_view::EntrySights;
use crate::domain::account::{Role, TokenScope};
use crate::domain::code::CodeList as _;
use std::collections::HashMap;
use std::sync::LazyLock;

static STANDARD: LazyLock<Table> = LazyLock::new(|| Table::new(Content::standard()));

/// Everything that the table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Fields.
    pub rows: Vec<Row>,
    /// Acts.
    pub acts: Vec<Act>,
    /// Which roles can be something to an object.
    pub ties: Vec<Tie>,
    /// The ways in.
    pub doors: Vec<Door>,
}

impl Content {
    /// The table as it is written down.
    pub fn standard() -> Self {
        let areas = [
            directory::rows(),
            case::rows(),
            referral::rows(),
            account::rows(),
            audit::rows(),
            pages::rows(),
            protection::rows(),
            capacity_check::rows(),
            partner_offer::rows(),
            webhook::rows(),
            device::rows(),
        ];
        Self {
            rows: areas.into_iter().flatten().collect(),
            acts: acts::acts(),
            ties: acts::ties(),
            doors: doors::doors(),
        }
    }
}

/// The table, ready to be asked.
#[derive(Debug)]
pub struct Table {
    content: Content,
    positions: HashMap<&'static str, usize>,
    entry_sights: EntrySights,
}

impl Table {
    /// The table by which Relais decides.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// A table with this content.
    pub fn new(content: Content) -> Self {
        let positions = content.rows.iter().enumerate().map(|(position, row)| (row.name, position)).collect();
        Self { content, positions, entry_sights: EntrySights::default() }
    }

    /// What it has answered about services before.
    pub(super) const fn entry_sights(&self) -> &EntrySights {
        &self.entry_sights
    }

    /// Everything that it says.
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// The row of a field.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.positions.get(name).map(|position| &self.content.rows[*position])
    }

    /// What somebody is told of a field under these facts; nothing of a field without a row.
    pub fn decide(&self, name: &str, facts: &Facts) -> Sight {
        self.row(name).map_or(Sight::Absent, |row| row.decide(facts))
    }

    /// The class of a field of the schema, by the name of its type; `None` for a field without one.
    pub fn class_of(&self, type_name: &str, field: &str) -> Option<Class> {
        let row = self.row(&format!("{type_name}.{field}"));
        row.map(|row| row.class).or_else(|| is_plumbing(type_name, field).then_some(Class::Internal))
    }

    /// Whether somebody may do it. An act without a row is nobody's.
    pub fn permit(&self, action: Action, facts: &ActFacts<'_>) -> Result<(), Denied> {
        let act = self.content.acts.iter().find(|act| act.action == action);
        act.map_or(Err(Denied::Forbidden), |act| act.decide(facts))
    }

    /// What a token of this role can be good for: what its acts ask of a token.
    pub fn token_scopes(&self, role: Role) -> Vec<TokenScope> {
        let asks_for = |scope: &TokenScope| {
            self.content.acts.iter().any(|act| act.token_scope == Some(*scope) && act.roles.contains(&role))
        };
        TokenScope::ALL.iter().copied().filter(asks_for).collect()
    }

    /// Whether the role can be this to an object.
    pub fn can_be(&self, role: Role, relation: Relation) -> bool {
        self.content.ties.iter().any(|tie| tie.relation == relation && tie.roles.contains(&role))
    }

    /// The way in with this name.
    pub fn door(&self, name: &str) -> Option<&Door> {
        self.content.doors.iter().find(|door| door.name == name)
    }
}
