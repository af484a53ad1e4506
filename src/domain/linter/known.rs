//! What the directory tells of the two organisations anyway.

use crate::domain::directory::Phone;
use std::collections::BTreeSet;

/// Numbers and mailboxes of organisations, which a text may repeat in any spelling.
#[derive(Default)]
pub struct KnownNumbers {
    phones: Vec<Phone>,
    mailboxes: BTreeSet<String>,
}

impl KnownNumbers {
    /// Reads them as the directory has them typed; what has an at sign is a mailbox.
    pub fn of<S: AsRef<str>>(ways: impl IntoIterator<Item = S>) -> Self {
        let mut known = Self::default();
        for way in ways {
            let way = way.as_ref();
            if way.contains('@') {
                known.mailboxes.insert(way.trim().to_lowercase());
            } else {
                // A cell of the directory may hold several.
                let phones = Phone::read_all(&super::phone::plainly_typed(way), None);
                known.phones.extend(phones.into_iter().map(|phone| Phone::as_typed(phone.typed)));
            }
        }
        known
    }

    /// Whether these digits are a number of the directory, with or without its country.
    pub(super) fn has_phone(&self, digits: &str) -> bool {
        let phone = Phone::as_typed(digits);
        self.phones.iter().any(|known| known.is_same(&phone))
    }

    pub(super) fn has_mailbox(&self, mailbox: &str) -> bool {
        self.mailboxes.contains(&mailbox.to_lowercase())
    }
}
