//! Types that hold what must not be seen by accident have no `Debug` and no `Display` that shows it, read
//! from the source: a derived one would put a case into the first log line that prints it.

use crate::architecture::files_under;
use crate::architecture::source::SourceFile;
use crate::kit::schema::SCHEMA;
use relais::policy::table::{Class, Table};
use std::collections::BTreeSet;

/// Types whose whole content is of class D2 or above, beside those that the policy's classes name.
const BY_NAME: [&str; 11] = [
    "FileNumber",
    "IssuedToken",
    "OpenCase",
    "Profile",
    "ProfileInput",
    "Project",
    "Protected",
    "SearchServices",
    "Sensitive",
    "SpokenCode",
    "Told",
];

/// What a view, a row or an input of a type is called.
const FORMS: [&str; 5] = ["", "View", "Row", "Facts", "Input"];

fn is_sensitive(class: Class) -> bool {
    matches!(class, Class::Contact | Class::Person | Class::Sensitive)
}

/// Every field of the schema with its class. What a refusal tells is the caller's own input.
fn classed() -> impl Iterator<Item = (&'static str, &'static str, Class)> {
    let objects = SCHEMA.objects.iter().filter(|(name, _)| !name.ends_with("Error"));
    objects.flat_map(|(name, fields)| {
        let class = |field: &'static str| Some((name.as_str(), field, Table::standard().class_of(name, field)?));
        fields.iter().filter_map(move |field| class(&field.name))
    })
}

/// Types, by name: those above, and those of the schema with a field of class D2 or above, in each form.
fn sensitive_types() -> BTreeSet<String> {
    let of_policy = classed().filter(|(.., class)| is_sensitive(*class)).map(|(name, ..)| name);
    let names = BY_NAME.into_iter().chain(of_policy);
    names.flat_map(|name| FORMS.map(|form| format!("{name}{form}"))).collect()
}

/// Names that things of many kinds have, so that they tell nothing by themselves; the types of the policy that have
/// such a field are found by their own names.
const ORDINARY: [&str; 13] = [
    "asked_at",
    "channel",
    "code",
    "day",
    "event",
    "expires_at",
    "language",
    "own_team_days",
    "party",
    "referral_id",
    "review_on",
    "set_at",
    "stage",
];

/// Fields by which a struct is known to hold such a value, whatever it is called: those that no type of the
/// schema has with a lower class.
fn sensitive_fields() -> BTreeSet<String> {
    let snake = |field: &str| {
        let letter = |c: char| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() };
        field.chars().map(letter).collect::<String>()
    };
    let (high, low): (Vec<_>, Vec<_>) = classed().partition(|(.., class)| is_sensitive(*class));
    let low: BTreeSet<&str> = low.into_iter().map(|(_, field, _)| field).collect();
    let names = high.into_iter().filter(|(_, field, _)| !low.contains(field)).map(|(_, field, _)| snake(field));
    names.filter(|name| !ORDINARY.contains(&name.as_str())).collect()
}

/// A struct or an enum: its name, its line, what it derives, and the names of its fields.
struct Definition {
    name: String,
    line: usize,
    derived: Vec<String>,
    fields: Vec<String>,
}

/// The index behind the bracket that closes the one at `open`.
fn closed(file: &SourceFile, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in file.tokens[open..].iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    file.tokens.len()
}

fn definitions(file: &SourceFile) -> Vec<Definition> {
    let text = |at: usize| file.tokens.get(at).map_or("", |token| token.text.as_str());
    let words = |from: usize, to: usize| file.tokens[from..to].iter().map(|token| token.text.clone()).collect();
    let mut found = Vec::new();
    let mut derived: Vec<String> = Vec::new();
    let mut at = 0;
    while at < file.tokens.len() {
        match text(at) {
            "#" if text(at + 1) == "[" => {
                let end = closed(file, at + 1);
                // What only the unit tests derive is in no binary.
                if text(at + 2) == "derive" || (text(at + 2) == "cfg_attr" && text(at + 4) != "test") {
                    let names: Vec<String> = words(at + 3, end);
                    derived.extend(names);
                }
                at = end;
                continue;
            }
            "struct" | "enum" => {
                let body = (at..file.tokens.len()).find(|index| matches!(text(*index), "{" | "(" | ";"));
                let body = body.unwrap_or(at);
                let end = if text(body) == ";" { body } else { closed(file, body) };
                // A name before a single colon; paths have double ones.
                let fields = (body..end).filter(|index| text(index + 1) == ":").map(|index| text(index).to_owned());
                found.push(Definition {
                    name: text(at + 1).to_owned(),
                    line: file.tokens[at].line,
                    derived: std::mem::take(&mut derived),
                    fields: fields.collect(),
                });
                at = end;
                continue;
            }
            "fn" | "impl" | "mod" | "const" => derived.clear(),
            _ => {}
        }
        at += 1;
    }
    found
}

/// Derived implementations that print a sensitive type, and written ones that look into it.
fn printing(file: &SourceFile) -> Vec<String> {
    let (types, fields) = (sensitive_types(), sensitive_fields());
    let mut found = Vec::new();
    for Definition { name, line, derived, fields: own } in definitions(file) {
        let field = own.iter().find(|field| fields.contains(*field));
        if derived.iter().any(|derived| derived == "Debug") && (types.contains(&name) || field.is_some()) {
            let field = field.map(|field| format!(", which holds {field}")).unwrap_or_default();
            found.push(format!("{}:{line}: {name} derives Debug{field}", file.path));
        }
    }
    for (at, token) in file.tokens.iter().enumerate().filter(|(_, token)| token.text == "impl") {
        let Some(body) = (at..file.tokens.len()).find(|index| file.tokens[*index].text == "{") else { continue };
        let head: Vec<&str> = file.tokens[at..body].iter().map(|token| token.text.as_str()).collect();
        let Some(of) = head.iter().position(|word| *word == "for") else { continue };
        let prints = head[..of].iter().any(|word| matches!(*word, "Debug" | "Display"));
        let names_it = head[of..].iter().find(|word| types.contains(**word));
        let looks_inside = || {
            let inside = &file.tokens[body..closed(file, body)];
            // The receiver is `&self`; any other `self` reads the value.
            inside.windows(2).any(|pair| pair[1].text == "self" && pair[0].text != "&")
        };
        if let Some(name) = names_it.filter(|_| prints && looks_inside()) {
            found.push(format!("{}:{}: {name} prints what is in it", file.path, token.line));
        }
    }
    found
}

#[test]
fn no_type_that_holds_d2_or_above_prints_it() {
    let (types, fields) = (sensitive_types(), sensitive_fields());
    for expected in ["CaseReference", "Consent", "Offer", "Referral", "Service", "CaseReferenceRow", "OfferView"] {
        assert!(types.contains(expected), "{expected} is not among {types:?}");
    }
    for expected in ["spoken_code", "file_number", "admin_status", "protection_flags", "phones", "email", "alias"] {
        assert!(fields.contains(expected), "{expected} is not among {fields:?}");
    }
    assert!(!types.contains("Account") && !fields.contains("id") && !fields.contains("status"), "{types:?} {fields:?}");
    let files = files_under("src");
    let found: Vec<String> = files.iter().flat_map(printing).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// Names under which goes what proves who somebody is: passwords, codes, the secrets of sessions and providers.
const SECRETS: [&str; 12] = [
    "browser_secret",
    "client_secret",
    "form_secret",
    "new_form_secret",
    "password",
    "present",
    "proof",
    "recovery_codes",
    "refresh_token",
    "repeated",
    "secret",
    "session_secret",
];

/// Types that hold a secret under a name that others have too.
const HOLDERS: [(&str, &str); 4] =
    [("EnrolmentCode", "code"), ("IssuedToken", "token"), ("MadeToken", "text"), ("RecoveryCodesPage", "codes")];

/// Where the bare text is read: it is judged, hashed and compared there, and sealed.
const READ_IN: [&str; 4] =
    ["src/identity/code.rs", "src/identity/mod.rs", "src/identity/password.rs", "src/store/provider.rs"];

/// The words of the type that stands behind the colon at `colon`.
fn type_at(file: &SourceFile, colon: usize) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut words = Vec::new();
    for token in &file.tokens[colon + 1..] {
        match token.text.as_str() {
            "<" | "(" | "[" => depth += 1,
            ">" | ")" | "]" if depth > 0 => depth -= 1,
            "," | ")" | "}" | ";" | "=" | "{" | ">" | "]" if depth == 0 => break,
            _ => {}
        }
        words.push(token.text.as_str());
    }
    words
}

/// Fields and parameters that hold a secret as a plain text.
fn bare_secrets(file: &SourceFile) -> Vec<String> {
    let text = |at: usize| file.tokens.get(at).map_or("", |token| token.text.as_str());
    let is_bare = |colon: usize| {
        let words = type_at(file, colon);
        words.iter().any(|word| matches!(*word, "String" | "str")) && !words.contains(&"Sensitive")
    };
    let mut found = Vec::new();
    for (at, token) in file.tokens.iter().enumerate() {
        if SECRETS.contains(&token.text.as_str()) && text(at + 1) == ":" && is_bare(at + 1) {
            found.push(format!("{}:{}: {} is no Sensitive", file.path, token.line, token.text));
        }
        let Some((holder, field)) =
            HOLDERS.iter().find(|(holder, _)| token.text == "struct" && text(at + 1) == *holder)
        else {
            continue;
        };
        let body = (at..file.tokens.len()).find(|index| text(*index) == "{").unwrap_or(at);
        let end = closed(file, body);
        let colon = (body..end).find(|index| text(*index) == *field && text(index + 1) == ":").map(|index| index + 1);
        if colon.is_none_or(is_bare) {
            found.push(format!("{}:{}: {holder} holds no Sensitive {field}", file.path, token.line));
        }
    }
    found
}

#[test]
fn what_proves_who_somebody_is_goes_through_the_code_as_sensitive() {
    let files = files_under("src");
    let read = files.iter().filter(|file| !READ_IN.contains(&file.path.as_str()));
    let found: Vec<String> = read.flat_map(bare_secrets).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    let all: Vec<&str> = files.iter().flat_map(|file| &file.tokens).map(|token| token.text.as_str()).collect();
    for (holder, _) in HOLDERS {
        assert!(all.windows(2).any(|pair| pair == ["struct", holder]), "{holder} is a type no more");
    }
    for (planted, is_found) in [
        ("pub async fn open(context: &Context, password: &str) {}", true),
        ("struct Visit { session_secret: Option<String>, other: u8 }", true),
        ("struct MadeToken { text: String, token: ApiToken }", true),
        ("struct MadeToken { token: ApiToken }", true),
        ("struct MadeToken { text: Sensitive<String>, token: ApiToken }", false),
        ("fn open(secret: &Sensitive<String>, handle: &str) {}", false),
        ("fn open() { let opened = Opened { secret: made, name: String::new() }; }", false),
        ("fn open(recovery_codes: &[Sensitive<String>], recovery_codes_left: String) {}", false),
    ] {
        assert_eq!(!bare_secrets(&SourceFile::read("src/planted.rs", planted)).is_empty(), is_found, "{planted}");
    }
}

#[test]
fn a_planted_debug_is_found() {
    for (text, expected) in [
        ("#[derive(Clone, Debug)]\npub struct Consent { id: u8 }", Some("Consent derives Debug")),
        ("#[derive(Debug)] struct Kept { found: Vec<u8>, file_number: Option<String> }", Some("holds file_number")),
        (
            "#[derive(Debug)] pub(crate) struct Kept { pub(super) admin_status: Option<crate::AdminStatus> }",
            Some("holds admin_status"),
        ),
        (
            "#[derive(Debug)]\n#[serde(default)]\nenum Way { One { spoken_code: SpokenCode }, Other }",
            Some("holds spoken_code"),
        ),
        ("#[derive(Debug)] struct OfferView(Vec<u8>);", Some("OfferView derives Debug")),
        ("#[cfg_attr(feature = \"x\", derive(Debug))] struct Referral;", Some("Referral derives Debug")),
        (
            "impl fmt::Display for SpokenCode { fn fmt(&self, f: F) { write!(f, \"{}\", self.0) } }",
            Some("SpokenCode prints"),
        ),
        ("impl<'a> std::fmt::Debug for ReferralFacts<'a> { fn fmt(&self) { self.0 } }", Some("ReferralFacts prints")),
        ("#[cfg_attr(test, derive(Debug))] struct Referral;", None),
        ("#[derive(Debug)] struct Account { id: u8 } #[derive(Clone)] struct Profile { admin_status: u8 }", None),
        ("impl fmt::Debug for Profile { fn fmt(&self, f: F) { f.write_str(\"Profile\") } }", None),
        ("#[derive(Debug)] struct Plain; struct Kept { of: Referral, path: a::spoken_code::X }", None),
    ] {
        let found = printing(&SourceFile::read("src/planted.rs", text)).join("\n");
        assert!(expected.map_or(found.is_empty(), |expected| found.contains(expected)), "{text}: {found}");
    }
}
