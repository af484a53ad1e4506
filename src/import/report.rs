//! A plan as plain text for a terminal.

use super::plan::Plan;
use super::problem::{Excerpt, Problem, Subject};
use std::collections::BTreeMap;
use std::fmt;

/// Rows shown of each kind of warning, where not all are asked for; refused rows are all shown.
const SHOWN: usize = 3;

/// Shows a plan: its counts, every refused row, warnings by kind, and how many services no search by
/// need would find.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The plan to show.
    pub plan: &'a Plan,
    /// True to show every row of each kind of warning, for whoever goes through them one by one.
    pub shows_every_row: bool,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.plan;
        writeln!(formatter, "{} rows read\n", plan.rows_read)?;
        self.table(formatter)?;
        if let Err(refused) = plan.admit(false) {
            writeln!(formatter, "\nStop: {refused}.")?;
        }
        if plan.unmapped > 0 {
            writeln!(formatter, "\nServices without any need code: {} (found by words alone)", plan.unmapped)?;
        }
        if !plan.refused.is_empty() {
            writeln!(formatter, "\nRefused: these rows are not imported, and what they name stays as it is.")?;
            for problem in &plan.refused {
                line(formatter, problem)?;
            }
        }
        self.warnings(formatter)
    }
}

impl Report<'_> {
    fn table(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { services, organizations, refused, .. } = self.plan;
        let refused = |subject| refused.iter().filter(|problem| problem.subject == subject).count();
        writeln!(formatter, "            services  organizations")?;
        for (name, services, organizations) in [
            ("added", services.added.len(), organizations.added.len()),
            ("updated", services.updated.len(), organizations.updated.len()),
            ("unchanged", services.unchanged, organizations.unchanged),
            ("gone", services.gone.len(), organizations.gone.len()),
            ("refused", refused(Subject::Service), refused(Subject::Organization)),
        ] {
            writeln!(formatter, "{name:<12}{services:>8}{organizations:>15}")?;
        }
        Ok(())
    }

    fn warnings(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
        for warning in &self.plan.warnings {
            kinds.entry(warning.reason.kind()).or_default().push(warning);
        }
        if !kinds.is_empty() {
            writeln!(formatter, "\nWarnings: these rows are imported.")?;
        }
        for (kind, warnings) in kinds {
            writeln!(formatter, "  {kind}: {}", warnings.len())?;
            let shown = if self.shows_every_row { warnings.len() } else { warnings.len().min(SHOWN) };
            for warning in warnings.iter().take(shown) {
                write!(formatter, "  ")?;
                line(formatter, warning)?;
            }
            if warnings.len() > shown {
                writeln!(formatter, "    and {} more (--every-row)", warnings.len() - shown)?;
            }
        }
        Ok(())
    }
}

fn line(formatter: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
    match (problem.row, problem.key.as_deref().map(Excerpt::of)) {
        (Some(row), Some(key)) => write!(formatter, "  row {row}, key {key}: ")?,
        (Some(row), None) => write!(formatter, "  row {row}, no key: ")?,
        (None, _) => write!(formatter, "  the file: ")?,
    }
    writeln!(formatter, "{}", problem.reason)
}
