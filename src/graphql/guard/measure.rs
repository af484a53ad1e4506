//! The cost of a parsed document, with every fragment counted once and remembered.
//!
//! Each definition is first summed up alone, spreads noted by name; then fragments are
//! added up in the order of their dependence. So the price is that of reading the text
//! once, however often fragments multiply.

use std::collections::{BTreeMap, HashMap};

use async_graphql::Positioned;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};

use super::{Bound, Refused};
use crate::graphql::limits::Limits;

/// What a document within the limits will cost to validate and, at least, to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Whether the chosen operation reads or writes.
    pub kind: OperationType,
    /// Fields below one another.
    pub depth: usize,
    /// Selections with fragments written out.
    pub selections: usize,
    /// Fields at the top of the chosen operation.
    pub root_fields: usize,
}

/// Adds the document up and refuses it when it is over a limit.
///
/// A spread of an unknown fragment costs nothing here: the validator reports it.
///
/// # Errors
/// The bound exceeded, a fragment cycle, or an operation name that fits no operation.
pub fn measure(document: &ExecutableDocument, operation_name: Option<&str>, limits: &Limits) -> Result<Cost, Refused> {
    Bound::Operations.check(document.operations.iter().len(), limits)?;
    Bound::Fragments.check(document.fragments.len(), limits)?;
    let chosen = choose(&document.operations, operation_name)?;

    let mut tally = Tally::default();
    let mut fragments = HashMap::with_capacity(document.fragments.len());
    for (name, fragment) in &document.fragments {
        tally.directives_at(fragment.node.directives.len());
        let summary = Summary::of(&fragment.node.selection_set.node, &mut tally);
        fragments.insert(name.as_str(), summary);
    }
    let known = add_up(&fragments)?;

    let mut comparisons = fragments.values().fold(0, |sum, summary| plus(sum, summary.comparisons(&known)));
    let mut cost = Cost { kind: chosen.node.ty, depth: 0, selections: 0, root_fields: 0 };
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        Bound::Variables.check(operation.variable_definitions.len(), limits)?;
        tally.declaration(operation);
        let summary = Summary::of(&operation.selection_set.node, &mut tally);
        let total = summary.total(&known);
        comparisons = plus(comparisons, summary.comparisons(&known));
        // The validator walks every operation, whichever is chosen.
        cost.depth = cost.depth.max(total.depth);
        cost.selections = plus(cost.selections, total.selections);
        cost.root_fields = cost.root_fields.max(total.top_fields);
        if operation.ty == OperationType::Mutation {
            Bound::RootMutations.check(total.top_fields, limits)?;
        }
    }
    Bound::Depth.check(cost.depth, limits)?;
    Bound::ExpandedSelections.check(cost.selections, limits)?;
    Bound::RootFields.check(cost.root_fields, limits)?;
    tally.check(comparisons, limits)?;
    Ok(cost)
}

fn choose<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Refused> {
    match (operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Single(_), Some(_)) => Err(Refused::OperationUnknown),
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name).ok_or(Refused::OperationUnknown),
        (DocumentOperations::Multiple(named), None) => match named.len() {
            1 => named.values().next().ok_or(Refused::OperationUnknown),
            _ => Err(Refused::OperationUnnamed),
        },
    }
}

/// Counts over the whole text, fragments not written out.
#[derive(Default)]
struct Tally {
    aliases: usize,
    directives: usize,
    most_directives: usize,
    most_arguments: usize,
}

impl Tally {
    fn directives_at(&mut self, count: usize) {
        self.directives = plus(self.directives, count);
        self.most_directives = self.most_directives.max(count);
    }

    fn declaration(&mut self, operation: &OperationDefinition) {
        self.directives_at(operation.directives.len());
        for variable in &operation.variable_definitions {
            self.directives_at(variable.node.directives.len());
        }
    }

    fn check(&self, comparisons: usize, limits: &Limits) -> Result<(), Refused> {
        Bound::Aliases.check(self.aliases, limits)?;
        Bound::DirectivesPerPlace.check(self.most_directives, limits)?;
        Bound::Directives.check(self.directives, limits)?;
        // Each repeated field is compared by name, by number of arguments and then by each
        // argument; every one of these can become an error message.
        let each = plus(self.most_arguments, 2);
        Bound::MergeComparisons.check(comparisons.saturating_mul(each), limits)
    }
}

/// One definition alone, with its spreads still unresolved.
#[derive(Default)]
struct Summary<'a> {
    selections: usize,
    depth: usize,
    top_fields: usize,
    /// Sum over all fields of how many selection sets reach them without passing a field.
    merges: usize,
    spreads: BTreeMap<&'a str, Spread>,
}

/// All spreads of one fragment within one definition.
#[derive(Default)]
struct Spread {
    times: usize,
    times_at_top: usize,
    deepest: usize,
    merges: usize,
}

/// Where a selection set stands in its definition.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// This set and the inline fragments around it, up to the nearest field.
    sets: usize,
    at_top: bool,
}

/// One definition with its fragments written out.
struct Total {
    selections: usize,
    depth: usize,
    top_fields: usize,
}

impl<'a> Summary<'a> {
    fn of(root: &'a SelectionSet, tally: &mut Tally) -> Self {
        let mut summary = Self::default();
        let mut pending = vec![(root, Place { depth: 1, sets: 1, at_top: true })];
        while let Some((set, place)) = pending.pop() {
            for selection in &set.items {
                tally.directives_at(selection.node.directives().len());
                if let Some(inner) = summary.add(&selection.node, place, tally) {
                    pending.push(inner);
                }
            }
        }
        summary
    }

    /// Counts one selection and hands back the set inside it, if there is one.
    fn add(&mut self, selection: &'a Selection, place: Place, tally: &mut Tally) -> Option<(&'a SelectionSet, Place)> {
        self.selections = plus(self.selections, 1);
        match selection {
            Selection::Field(field) => {
                tally.aliases += usize::from(field.node.alias.is_some());
                tally.most_arguments = tally.most_arguments.max(field.node.arguments.len());
                self.depth = self.depth.max(place.depth);
                self.top_fields += usize::from(place.at_top);
                self.merges = plus(self.merges, place.sets);
                let inner = Place { depth: place.depth + 1, sets: 1, at_top: false };
                Some((&field.node.selection_set.node, inner))
            }
            Selection::InlineFragment(fragment) => {
                let inner = Place { sets: place.sets + 1, ..place };
                Some((&fragment.node.selection_set.node, inner))
            }
            Selection::FragmentSpread(spread) => {
                let spread = self.spreads.entry(&spread.node.fragment_name.node).or_default();
                spread.times = plus(spread.times, 1);
                spread.times_at_top += usize::from(place.at_top);
                spread.deepest = spread.deepest.max(place.depth);
                spread.merges = plus(spread.merges, place.sets);
                None
            }
        }
    }

    fn total(&self, known: &HashMap<&str, Total>) -> Total {
        let mut total = Total { selections: self.selections, depth: self.depth, top_fields: self.top_fields };
        for (spread, fragment) in self.resolved(known) {
            let expanded = spread.times.saturating_mul(fragment.selections);
            let at_top = spread.times_at_top.saturating_mul(fragment.top_fields);
            total.selections = plus(total.selections, expanded);
            total.top_fields = plus(total.top_fields, at_top);
            // The fragment's first level stands at the level of its spread.
            total.depth = total.depth.max(plus(spread.deepest - 1, fragment.depth));
        }
        total
    }

    fn comparisons(&self, known: &HashMap<&str, Total>) -> usize {
        self.resolved(known)
            .fold(self.merges, |sum, (spread, fragment)| plus(sum, spread.merges.saturating_mul(fragment.top_fields)))
    }

    fn resolved<'b>(&'b self, known: &'b HashMap<&str, Total>) -> impl Iterator<Item = (&'b Spread, &'b Total)> {
        self.spreads.iter().filter_map(|(name, spread)| Some((spread, known.get(name)?)))
    }
}

/// Totals of all fragments, each computed once, after those it spreads.
///
/// The number of fragments is already bounded, so the passes over them are few.
fn add_up<'a>(fragments: &HashMap<&'a str, Summary<'a>>) -> Result<HashMap<&'a str, Total>, Refused> {
    let mut known: HashMap<&str, Total> = HashMap::with_capacity(fragments.len());
    while known.len() < fragments.len() {
        let before = known.len();
        for (name, summary) in fragments {
            let ready = |spread: &&str| known.contains_key(spread) || !fragments.contains_key(spread);
            if !known.contains_key(name) && summary.spreads.keys().all(ready) {
                let total = summary.total(&known);
                known.insert(name, total);
            }
        }
        if known.len() == before {
            return Err(Refused::FragmentCycle);
        }
    }
    Ok(known)
}

const fn plus(left: usize, right: usize) -> usize {
    left.saturating_add(right)
}

#[cfg(test)]
mod tests;
