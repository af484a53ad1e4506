//! What a viewer may hold: views made by this room, whose person-linked fields record their reading.

use crate::domain::audit::AuditPurpose;
use crate::domain::id::{ConsentId, ProjectId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// A view of an object as one viewer may see it. Only this room makes one.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Visible<T> {
    view: T,
    subject: Option<Subject>,
    recorder: Recorder,
}

/// A person-linked object, as the audit trail names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The object's id.
    pub object: String,
    /// The project whose trail it belongs to.
    pub project_id: ProjectId,
    /// The consent that the reading rests on, for a recipient.
    pub consent_id: Option<ConsentId>,
    /// What the viewer reads it for.
    pub purpose: AuditPurpose,
}

/// A field that opens only through [`Visible::reveal`], as every field of class D3 or above does. A value that
/// the viewer may not have is not in it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Protected<F> {
    name: &'static str,
    value: Option<F>,
    is_recorded: bool,
}

impl<F> Protected<F> {
    /// A field under its name in the schema, with the value that the viewer may have, and whether its class
    /// has its reading recorded.
    pub(super) const fn new(name: &'static str, value: Option<F>, is_recorded: bool) -> Self {
        Self { name, value, is_recorded }
    }
}

/// A field of class D3 or above that everybody who sees the object may have: it opens only through
/// [`Visible::tell`].
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Told<F> {
    name: &'static str,
    value: F,
    is_recorded: bool,
}

impl<F> Told<F> {
    /// A field under its name in the schema, and whether its class has its reading recorded.
    pub(super) const fn new(name: &'static str, value: F, is_recorded: bool) -> Self {
        Self { name, value, is_recorded }
    }
}

impl<T> Visible<T> {
    /// A view of something that is linked to no person.
    pub(super) const fn of_directory(view: T, recorder: Recorder) -> Self {
        Self { view, subject: None, recorder }
    }

    /// A view of a person-linked object.
    pub(super) const fn of_subject(view: T, subject: Subject, recorder: Recorder) -> Self {
        Self { view, subject: Some(subject), recorder }
    }

    /// The value of a protected field of this view; that it was read is recorded under the field's
    /// name. `None` discloses nothing and records nothing.
    pub fn reveal<'a, F>(&self, field: &'a Protected<F>) -> Option<&'a F> {
        let value = field.value.as_ref()?;
        self.record(field.name, field.is_recorded);
        Some(value)
    }

    /// The value of a field of this view that is never absent; that it was read is recorded.
    pub fn tell<'a, F>(&self, field: &'a Told<F>) -> &'a F {
        self.record(field.name, field.is_recorded);
        &field.value
    }

    fn record(&self, field: &'static str, is_recorded: bool) {
        if let Some(subject) = self.subject.as_ref().filter(|_| is_recorded) {
            self.recorder.record(subject, field);
        }
    }
}

impl<T> Deref for Visible<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.view
    }
}

/// Collects what was disclosed during one request.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    disclosed: Arc<Mutex<BTreeMap<Subject, BTreeSet<&'static str>>>>,
}

impl Recorder {
    /// Notes that a field of this object was told.
    pub(super) fn record(&self, subject: &Subject, field: &'static str) {
        let mut disclosed = self.disclosed.lock().unwrap_or_else(PoisonError::into_inner);
        disclosed.entry(subject.clone()).or_default().insert(field);
    }

    /// Takes out everything recorded so far: each object with the names of the fields that were read.
    pub fn take(&self) -> Vec<(Subject, Vec<&'static str>)> {
        let mut disclosed = self.disclosed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *disclosed)
            .into_iter()
            .map(|(subject, fields)| (subject, fields.into_iter().collect()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier;

    #[test]
    fn what_is_read_is_recorded_once_and_what_is_absent_never() {
        let recorder = Recorder::default();
        let subject = Subject {
            object: "ref_x".to_owned(),
            project_id: ProjectId::from_bytes([1; 16]),
            consent_id: None,
            purpose: AuditPurpose::Care,
        };
        let visible = Visible::of_subject((), subject.clone(), recorder.clone());
        let (told, hidden) = (Protected::new("need", Some(3), true), Protected::<u8>::new("alias", None, true));
        assert_eq!((visible.reveal(&told), visible.reveal(&told), visible.reveal(&hidden)), (Some(&3), Some(&3), None));
        assert_eq!(visible.tell(&Told::new("status", 4, true)), &4);
        assert_eq!(
            (visible.tell(&Told::new("id", 5, false)), visible.reveal(&Protected::new("offer", Some(6), false))),
            (&5, Some(&6))
        );
        assert_eq!(recorder.take(), [(subject, vec!["need", "status"])]);
        assert!(recorder.take().is_empty());
    }
}
