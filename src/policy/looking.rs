//! One viewer looking at one object: how a view asks the table for its fields.

use super::access::Access;
use super::table::{Class, Facts, Mask, Relation, Sight, Standing, Table};
use super::visible::{Protected, Told};

/// A viewer before an object, with the facts of this moment.
#[derive(Clone, Copy)]
pub(super) struct Looking {
    table: &'static Table,
    facts: Facts,
}

impl Looking {
    pub(super) fn new(access: &Access, facts: Facts) -> Self {
        Self::by(access.table(), facts)
    }

    /// What anybody under these facts is told by a table.
    pub(super) const fn by(table: &'static Table, facts: Facts) -> Self {
        Self { table, facts }
    }

    /// True of the organisation that has received the object.
    pub(super) fn is_recipient(&self) -> bool {
        self.facts.relation == Relation::Recipient
    }

    /// True where the object stands so to the viewer.
    pub(super) fn is_at(&self, standing: Standing) -> bool {
        self.facts.standing == standing
    }

    /// What is told of a field.
    pub(super) fn sight(&self, name: &'static str) -> Sight {
        self.table.decide(name, &self.facts)
    }

    /// True when something of the field is told.
    pub(super) fn sees(&self, name: &'static str) -> bool {
        self.sight(name) != Sight::Absent
    }

    /// True when something of each field is told. A field that the schema promises cannot be left out: who
    /// may not have it may not have the object.
    pub(super) fn sees_all(&self, names: &[&'static str]) -> bool {
        names.iter().all(|name| self.sees(name))
    }

    /// A value that only its sight decides about; a masked one is absent.
    pub(super) fn value<T>(&self, name: &'static str, value: Option<T>) -> Option<T> {
        value.filter(|_| self.sight(name) == Sight::Shown)
    }

    /// A field of a view, with the value that the viewer may have.
    pub(super) fn field<T>(&self, name: &'static str, value: Option<T>) -> Protected<T> {
        Protected::new(short(name), self.value(name, value), self.is_recorded(name))
    }

    /// A field of a view of which something else may be told in place of the value.
    pub(super) fn masked<T>(
        &self,
        name: &'static str,
        value: Option<T>,
        mask: impl Fn(Mask, T) -> Option<T>,
    ) -> Protected<T> {
        let told = match self.sight(name) {
            Sight::Absent => None,
            Sight::Masked(instead) => value.and_then(|value| mask(instead, value)),
            Sight::Shown => value,
        };
        Protected::new(short(name), told, self.is_recorded(name))
    }

    /// A field that everybody has who sees the object; [`Looking::sees_all`] has made sure of it.
    pub(super) fn told<T>(&self, name: &'static str, value: T) -> Told<T> {
        Told::new(short(name), value, self.is_recorded(name))
    }

    fn is_recorded(&self, name: &str) -> bool {
        // What nobody has classed is recorded like the worst.
        self.table.row(name).map_or(Class::Sensitive, |row| row.class).is_recorded()
    }
}

/// The name by which the trail knows a field: the one that it has in its object.
fn short(name: &'static str) -> &'static str {
    name.rsplit_once('.').map_or(name, |(_, field)| field)
}
