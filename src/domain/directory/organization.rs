//! Organisations, and the fields of them that people may set over what their source says.

use super::codes::{AuthorityLink, OrganizationKind, Teller};
use super::service::Translation;
use crate::domain::code::code_list;
use crate::domain::id::OrganizationId;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// An organisation of the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier, derived from source and key.
    pub id: OrganizationId,
    /// Name as its source writes it.
    pub name: String,
    /// Another name, often in another script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_name: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Website, as its source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Kind, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrganizationKind>,
    /// Tie with public authority, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_link: Option<AuthorityLink>,
    /// Name and description in further languages.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub translations: ThinVec<Translation>,
    /// The fields that people have set over what the source says.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub edits: ThinVec<OrganizationEdit>,
    /// How often the entry was written, as the store counts; 0 where it was not read from there.
    #[serde(skip)]
    pub version: i64,
}

impl Organization {
    /// An organisation of which only the name is known.
    pub fn named(id: OrganizationId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            alternate_name: None,
            description: None,
            website: None,
            kind: None,
            authority_link: None,
            translations: ThinVec::new(),
            edits: ThinVec::new(),
            version: 0,
        }
    }

    /// False for police, border and detention bodies: they are mapped and never a recipient (P-10).
    pub fn may_receive_referrals(&self) -> bool {
        self.kind != Some(OrganizationKind::AuthorityEnforcement)
            && self.authority_link != Some(AuthorityLink::PoliceImmigration)
    }
}

/// Declares the fields once: the list of their codes, their values, and where each stands in an organisation.
macro_rules! organization_fields {
    ($($variant:ident = $code:literal : $definition:literal, $type:ty => $field:ident;)+) => {
        code_list! {
            /// A field of an organisation that people may set over what its source says.
            OrganizationField {
                $($variant = $code: $definition),+
            }
        }

        /// A value of one of these fields.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "field", content = "value", rename_all = "snake_case")]
        pub enum OrganizationValue {
            $(#[doc = $definition] $variant($type)),+
        }

        impl OrganizationValue {
            /// Which field it is of.
            pub const fn field(&self) -> OrganizationField {
                match self { $(Self::$variant(_) => OrganizationField::$variant),+ }
            }

            /// What the field of this organisation holds.
            pub fn of(organization: &Organization, field: OrganizationField) -> Self {
                match field { $(OrganizationField::$variant => Self::$variant(organization.$field.clone())),+ }
            }

            /// Puts the value into the organisation.
            pub fn put_into(self, organization: &mut Organization) {
                match self { $(Self::$variant(value) => organization.$field = value),+ }
            }
        }
    };
}

organization_fields! {
    Name = "name": "what it is called", String => name;
    AlternateName = "alternate_name": "another name of it", Option<String> => alternate_name;
    Description = "description": "what it does", Option<String> => description;
    Website = "website": "its website", Option<String> => website;
    Kind = "kind": "what kind of organisation it is", Option<OrganizationKind> => kind;
}

/// That people have set a field of an organisation over what the source says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganizationEdit {
    /// Who told the value, by what they are to the organisation.
    pub told_by: Teller,
    /// When, in microseconds of UTC.
    pub at_microseconds: i64,
    /// What the source says of the field, by which an import tells what is news.
    pub source_says: OrganizationValue,
}
