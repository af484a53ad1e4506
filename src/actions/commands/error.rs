//! Why a command file did nothing: each reason says where in the file, and what to do.

use crate::actions::ActionError;
use crate::domain::account::Role;
use crate::domain::clocks::{CalendarProblem, InvalidClocks};
use crate::domain::delivery::TAG_CHARACTERS;
use crate::domain::sign_in::CredentialProblem;
use crate::store::StoreError;

/// Why a command file did nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The file is not a command file; the text says where and what.
    #[error("the command file cannot be read: {0}")]
    Unreadable(String),
    /// The file names something that is not there.
    #[error("{list}[{index}]: there is no {kind} with the key `{key}`; import its source first, or correct the key")]
    Unknown {
        /// The list in the file.
        list: &'static str,
        /// The position in that list, from 0.
        index: usize,
        /// What was looked for.
        kind: &'static str,
        /// Its key.
        key: String,
    },
    /// The table of clocks cannot be used; the text says in which row and column.
    #[error("projects[{index}]: {problem}")]
    Clocks {
        /// The position in the list, from 0.
        index: usize,
        /// What is wrong, and where.
        problem: InvalidClocks,
    },
    /// The number of a project cannot be dialled.
    #[error("projects[{index}]: the phone is no number: write it such as +33 1 99 00 00 01")]
    Phone {
        /// The position in the list, from 0.
        index: usize,
    },
    /// No calendar can be made of the settings.
    #[error("projects[{index}].calendar: {problem}")]
    Calendar {
        /// The position in the list, from 0.
        index: usize,
        /// What is wrong.
        problem: CalendarProblem,
    },
    /// The account needs a project to work in.
    #[error("accounts[{index}]: a {role} works in a project: name one")]
    NoProject {
        /// The position in the list, from 0.
        index: usize,
        /// The role.
        role: Role,
    },
    /// The organisation may never have an account (P-10).
    #[error("accounts[{index}]: police, border and detention bodies never have an account")]
    Enforcement {
        /// The position in the list, from 0.
        index: usize,
    },
    /// A token cannot be made.
    #[error("{}", crate::domain::code::CodeList::definition(*.0))]
    Token(CredentialProblem),
    /// The handle is one of those by which whoever opens the links of a mailbox acts.
    #[error(
        "accounts[{index}]: the handle `{handle}` is kept for mailboxes: take one that does not begin with `mailbox-`"
    )]
    HandleOfMailbox {
        /// The position in the list, from 0.
        index: usize,
        /// The handle.
        handle: String,
    },
    /// Mails are not written in this language.
    #[error("mailboxes[{index}]: mails are written in ar, en or fr, and not in `{language}`")]
    MailboxLanguage {
        /// The position in the list, from 0.
        index: usize,
        /// The language.
        language: String,
    },
    /// The tag cannot stand in a subject.
    #[error("mailboxes[{index}]: a tag has at most {TAG_CHARACTERS} letters, digits, blanks and hyphens")]
    MailboxTag {
        /// The position in the list, from 0.
        index: usize,
    },
    /// The handle belongs to an account of another file.
    #[error("accounts[{index}]: the handle `{handle}` is taken")]
    HandleTaken {
        /// The position in the list, from 0.
        index: usize,
        /// The handle.
        handle: String,
    },
    /// The account of this handle has lost its secrets for good when its organisation was revoked.
    #[error(
        "accounts[{index}]: the account `{handle}` went when its organisation was revoked: give it another handle \
         once two people have ended the revocation, or leave it out"
    )]
    HandlePurged {
        /// The position in the list, from 0.
        index: usize,
        /// The handle.
        handle: String,
    },
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<CredentialProblem> for CommandError {
    fn from(problem: CredentialProblem) -> Self {
        Self::Token(problem)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}
