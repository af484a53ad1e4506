//! What went wrong with a file, a row or an entry, as typed values with a text for the operator.
//!
//! Invariant: no text repeats more than [`Excerpt::LIMIT`] characters of the source, and none of its
//! control characters, so that a feed can neither flood a terminal nor write on it.

pub use super::excerpt::Excerpt;

use crate::domain::directory::{OrganizationField, ServiceField, Tier};

/// Why a file cannot be read at all. Nothing of such a file is imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// Larger than the reader accepts.
    #[error("the file has {bytes} bytes and the limit is {limit}; split it")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
        /// Size that the reader accepts.
        limit: usize,
    },
    /// Not UTF-8, such as a file saved by a spreadsheet in another encoding.
    #[error("the file is not UTF-8 text (byte {offset}); save it as UTF-8")]
    NotUtf8 {
        /// Bytes before the first one that is not UTF-8.
        offset: usize,
    },
    /// Not JSON, or cut short.
    #[error("the file is not JSON: {message}, line {line}, column {column}; fetch it again")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader stumbled over.
        message: Excerpt,
    },
    /// Not a table of separated fields.
    #[error("the file is no table: {message}, line {line}; fetch it again")]
    NotTable {
        /// Line, from 1.
        line: u64,
        /// What the reader stumbled over.
        message: Excerpt,
    },
    /// A quote that no other one closes: all that follows it would be one field.
    #[error("the quote that opens in line {line} is not closed; close it at the source")]
    UnclosedQuote {
        /// Line of the opening quote, from 1.
        line: usize,
    },
    /// Two columns of one name, of which nobody knows which one is meant.
    #[error("the column `{0}` stands twice in the header; rename one")]
    ColumnTwice(Excerpt),
    /// More columns than the reader accepts.
    #[error("the file has {columns} columns and the limit is {limit}")]
    TooManyColumns {
        /// Columns of the file.
        columns: usize,
        /// Columns that the reader accepts.
        limit: usize,
    },
    /// A column that the mapping asks for and the file has not.
    #[error("`{target}` asks for the column `{column}`, which {file} has not; {}", nearest_columns(.nearest))]
    ColumnMissing {
        /// The field of the mapping.
        target: Excerpt,
        /// The column.
        column: Excerpt,
        /// The file: the main one or a related one.
        file: Excerpt,
        /// The names nearest to it, where there are any.
        nearest: Option<Excerpt>,
    },
    /// A further file that the mapping names and nobody gave.
    #[error("the mapping names the related file {0}, which was not given; put it beside the feed")]
    RelatedMissing(Excerpt),
    /// No row in it. It is an error because a complete feed without rows would end every entry.
    #[error("the file has no row; fetch it again")]
    Empty,
    /// A document of another kind.
    #[error("expected {expected}, found {found}; choose the format that fits the file")]
    OtherDocument {
        /// What the format reads.
        expected: &'static str,
        /// What the file holds.
        found: Excerpt,
    },
}

/// What a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A service, or a row whose service cannot be read.
    Service,
    /// An organisation.
    Organization,
}

/// One refusal or one warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is about.
    pub subject: Subject,
    /// Position of the row in the file, from 1; the line number where a file has one row per line.
    pub row: Option<usize>,
    /// Key of the entry at its source, where it can be read.
    pub key: Option<String>,
    /// What it is.
    pub reason: ProblemReason,
}

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// Required and absent, null or empty.
    #[error("is missing, and every entry needs it")]
    Missing,
    /// Another JSON type than the standard asks for.
    #[error("expected {0}")]
    Type(Excerpt),
    /// Not a UUID with hyphens.
    #[error("must be a UUID with hyphens")]
    Uuid,
    /// Not an e-mail address.
    #[error("must be an e-mail address, such as desk@example.org")]
    Email,
    /// Not a web address.
    #[error("must be a web address that starts with http:// or https://")]
    Url,
    /// Not a calendar day.
    #[error("must be a day, such as 2026-11-23")]
    Day,
    /// Not an instant.
    #[error("must be a time with its offset, such as 2026-11-23T08:03:00Z")]
    Instant,
    /// Not a time of day.
    #[error("must be a time of day, such as 09:30")]
    TimeOfDay,
    /// Not weekdays.
    #[error("must be weekdays in two letters, such as MO,TU")]
    Weekdays,
    /// Not an age.
    #[error("must be a whole number of years from 0 to 130")]
    Age,
    /// The youngest age lies above the oldest.
    #[error("is above maximum_age")]
    AgesCross,
    /// Not a count.
    #[error("must be a whole number from 0 to 4294967295")]
    Count,
    /// Not a language tag.
    #[error("must be a BCP 47 language tag, such as fr, ar or prs")]
    Language,
    /// Not one of the words that the standard allows.
    #[error("must be one of {0}")]
    OneOf(&'static str),
    /// Not a code of one of our lists.
    #[error("`{found}` is not a code for {field}; correct it or leave the attribute out")]
    Code {
        /// The field of our taxonomy.
        field: &'static str,
        /// What stands there.
        found: Excerpt,
    },
    /// Not a field of our taxonomy on this kind of object.
    #[error("`{found}` is not a field of the taxonomy relais on {holder}; see the list in the documentation")]
    Field {
        /// What stands there.
        found: Excerpt,
        /// What holds the attribute.
        holder: &'static str,
    },
    /// A field of our taxonomy that takes one value and has two.
    #[error("`{0}` is given twice; leave one of the two")]
    Twice(&'static str),
    /// Not the code of an area.
    #[error("must be an area code, such as FR-93055, TN-11 or LY002")]
    AreaCode,
    /// Not a point.
    #[error("must be `latitude,longitude` in degrees, such as 36.80,10.18")]
    Point,
    /// Not a length.
    #[error("must be metres, from 1 to 1000000")]
    Meters,
    /// Parts of an area without its code.
    #[error("has area attributes without area_code; add the code")]
    AreaWithoutCode,
    /// Names an organisation that the file does not hold.
    #[error("names no organisation of this file; add it, or embed it as `organization`")]
    UnknownOrganization,
    /// Control characters, most often of a broken export.
    #[error("has a control character; clean it at the source")]
    ControlCharacter,
    /// Longer than any text that people read.
    #[error("has more than 65536 characters; shorten it at the source")]
    TooLong,
    /// Not a number.
    #[error("must be a number, such as 12 or 36.8")]
    Number,
    /// A day before 1971 or after 2199: what exports write for "unknown".
    #[error("must be a day from 1971 to 2199")]
    DayOutOfRange,
    /// A check that is still to come.
    #[error("must be a day that has come; a check of a later day says nothing")]
    DayToCome,
    /// Markup that would take long to read.
    #[error("has more than 500 tags; send it as plain text")]
    TooMuchMarkup,
}

/// What a refusal or a warning says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ProblemReason {
    /// Refusal: a value that the standard or our lists do not allow.
    #[error("{path}: {fault}")]
    Value {
        /// Where in the file.
        path: Excerpt,
        /// What is wrong.
        fault: Fault,
    },
    /// Refusal: a row of another kind between rows of the right kind.
    #[error("expected {expected}, found {found}; take the row out")]
    OtherKind {
        /// What the format reads.
        expected: &'static str,
        /// What the row is.
        found: &'static str,
    },
    /// Refusal: a key that an earlier row has.
    #[error("repeats row {row}, which is kept; {}; give each its own key", differences(*.differing, .fields))]
    Repeats {
        /// The row that is kept.
        row: usize,
        /// How many fields differ.
        differing: usize,
        /// Their names, as far as there is room.
        fields: Excerpt,
    },
    /// Refusal: a row with another number of fields than the header.
    #[error("has {found} fields and the header {expected}; check its quotes and separators")]
    FieldCount {
        /// Columns of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// Warning: a value that cannot be read and that the entry can do without.
    #[error("{path}: {fault}; left out")]
    LeftOut {
        /// Where in the row.
        path: Excerpt,
        /// What is wrong.
        fault: Fault,
    },
    /// Warning: a value that the mapping does not look up.
    #[error("{field}: `{found}` is in no lookup; left out")]
    NotLookedUp {
        /// The field of the mapping.
        field: Excerpt,
        /// What stands there.
        found: Excerpt,
    },
    /// Warning: a mailbox among the phones.
    #[error("an e-mail address stands among the phones; it is taken as e-mail where there is none")]
    EmailAmongPhones,
    /// Warning: a text among the phones that is no number.
    #[error("a phone is no number of the country; it is kept as typed")]
    PhoneUnread,
    /// Warning: a point in another country.
    #[error("the point lies outside the country of the feed; it is kept as told")]
    PointOutside,
    /// Warning: latitude and longitude most likely exchanged.
    #[error("the point lies outside the country, and inside with latitude and longitude exchanged; it is kept as told")]
    PointSwapped,
    /// Warning: the point lies in no area that is known, and one is near.
    #[error("the point lies {0} m outside of every area that is known; it is counted to the nearest one")]
    PointOutsideAreas(u64),
    /// Warning: no point is told, and the commune is known.
    #[error("tells no point; it stands at the middle of its commune")]
    PointOfCommune,
    /// Warning: the point is that of an area.
    #[error("its point stands for an area, by its name or because many organisations have it; so does its distance")]
    PointOfArea,
    /// Warning: the row names no organisation.
    #[error("names no organisation that is known; it stands under `{0}`")]
    OrganizationOfSource(Excerpt),
    /// Warning: two languages of one entry let in different people.
    #[error("the criteria of the two languages disagree; those of the first feed stand, ask the source")]
    CriteriaDisagree,
    /// Warning: no words in the other language.
    #[error("the feed in the other language has no such entry; it stays without a translation")]
    Unpaired,
    /// Warning: words of an entry that the feed does not hold.
    #[error("stands in the feed of the other language alone; it is not imported")]
    UnpairedTranslation,
    /// Warning: a row of the other language's feed that gives no words.
    #[error("in the feed of the other language, not read: {0}")]
    RefusedInOtherLanguage(Box<Self>),
    /// Warning: what was changed or left out of the feed in the other language.
    #[error("in the feed of the other language: {0}")]
    WarnedInOtherLanguage(Box<Self>),
    /// Warning: markup became plain text.
    #[error("{0}: markup became plain text")]
    Markup(Excerpt),
    /// Warning: the row tells no point.
    #[error("tells no point; searches by distance miss it")]
    PointMissing,
    /// Warning: the point 0,0, which stands for "unknown" in many exports.
    #[error("the point 0,0 is dropped; the place is kept without one")]
    PointZero,
    /// Warning: the point is not on the earth.
    #[error("a point outside -90..90, -180..180 is dropped; the place is kept without one")]
    PointOutOfRange,
    /// Warning: a service at a location without the location.
    #[error("{0}: names no location; no place is kept")]
    LocationMissing(Excerpt),
    /// Warning: what could lead to a redacted place.
    #[error("redacted place: its {0} dropped; take them out at the source")]
    RedactedDropped(&'static str),
    /// Warning: another row of the file tells the place as redacted.
    #[error("its place is redacted in another row, so it is redacted here too; take the point out at the source")]
    RedactedElsewhere,
    /// Warning: the centre of an area that could be the place itself.
    #[error(
        "the centre of the area could be the place: its radius is less than a kilometre, or it is the point; left out"
    )]
    AreaTooSmall,
    /// Warning: a redacted place that no search can sort.
    #[error("redacted place without an area with a centre; it is found in no search by distance")]
    RedactedWithoutArea,
    /// Warning: a safe house that has a point.
    #[error("answers shelter.women_safe and shows its place; check whether the place must be redacted")]
    SafeHouseShown,
    /// Warning: a feed may not publish to anyone.
    #[error("tier public is not granted by a feed; imported as network, an editor can publish it")]
    PublicNotGranted,
    /// Warning: a language that only has a name.
    #[error("a language without a code is left out; add its BCP 47 tag")]
    LanguageWithoutCode,
    /// Warning: capacity in a unit that is not ours.
    #[error("capacity unit `{0}` is unknown; the figures are kept without unit")]
    UnknownUnit(Excerpt),
    /// Warning: more free places than places.
    #[error("more capacity available than the maximum; both are kept as told")]
    AvailableAboveMaximum,
    /// Warning: an organisation told in two ways.
    #[error("the organisation differs from row {0}, which is kept")]
    OrganizationDiffers(usize),
    /// Warning: one page of several.
    #[error("the file is one page of several, so it is read as a partial feed: nothing is gone by it")]
    OnePage,
    /// Warning: the store's tier is stricter.
    #[error("stays at tier {kept}; the feed asks for {asked}, which an import does not loosen")]
    TierKept {
        /// Tier of the store.
        kept: Tier,
        /// Tier of the feed.
        asked: Tier,
    },
    /// Warning: the store keeps the place redacted.
    #[error("the place stays redacted; what the feed tells of it beside its area is dropped")]
    RedactionKept,
    /// Warning: the store keeps the service among those for gender-based violence.
    #[error("stays specialised in gender-based violence; the feed no longer says so, an editor can remove it")]
    GbvKept,
    /// Warning: the store keeps the service suspended.
    #[error("stays suspended; the feed tells it is in operation, an editor can reopen it")]
    SuspensionKept,
    /// Warning: the store keeps the organisation out of referrals.
    #[error("stays an authority that never receives referrals; the feed says otherwise")]
    AuthorityKept,
    /// Warning: the entry was gone.
    #[error("was gone and comes back; what people have set, marked and protected in it stands as it did")]
    Returned,
    /// Warning: people have set the field, and the source says something else.
    #[error("{0} stays as people have set it; the feed says something else, which is kept beside it")]
    EditKept(ServiceField),
    /// The same of an organisation.
    #[error("{0} stays as people have set it; the feed says something else, which is kept beside it")]
    OrganizationEditKept(OrganizationField),
    /// Warning: the change takes a second person.
    #[error("{0} waits for a second person, who accepts or refuses it; until then it stays as it is")]
    WaitsForSecondPerson(ServiceField),
    /// Warning: the store goes on guarding the service.
    #[error("stays among the services of which two people tell how to reach them; the feed no longer says why")]
    GuardKept,
    /// Warning: the store keeps a guarded service where it is.
    #[error("stays with its organisation; the feed names another, which it does not change for such a service")]
    OrganizationKept,
    /// Warning: a way to a guarded service stands where nothing can wait.
    #[error("a new number or address among words that no second person is asked about is left out; tell it as a phone")]
    ContactsWithheld,
    /// Warning: absent entries cannot be told from refused rows.
    #[error("{absent} entries are absent, but {unreadable} refused rows have no readable key, so none is marked gone")]
    GoneWithheld {
        /// Entries that no row names.
        absent: usize,
        /// Refused rows without a key.
        unreadable: usize,
    },
}

impl ProblemReason {
    /// A refusal because of one value.
    pub(super) fn value(path: &str, fault: Fault) -> Self {
        Self::Value { path: Excerpt::of(path), fault }
    }

    /// A warning that a point lies this many metres outside of the area that it is counted to.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance of at most 5 km")]
    pub(super) fn outside_of_every_area(meters: f64) -> Self {
        Self::PointOutsideAreas(meters.round() as u64)
    }

    /// The kind in a few words: the heading under which a report counts its warnings.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Value { .. } => "value not allowed",
            Self::OtherKind { .. } => "row of another kind",
            Self::Repeats { .. } => "key repeated",
            Self::FieldCount { .. } => "too few or too many fields",
            Self::LeftOut { .. } => "value left out",
            Self::NotLookedUp { .. } => "value in no lookup",
            Self::EmailAmongPhones => "e-mail among the phones",
            Self::PhoneUnread => "phone that is no number",
            Self::PointOutside => "point outside the country",
            Self::PointSwapped => "latitude and longitude exchanged",
            Self::PointOutsideAreas(_) => "point outside every area, counted to the nearest one",
            Self::PointOfCommune => "point of the commune",
            Self::PointOfArea => "point of an area",
            Self::OrganizationOfSource(_) => "organisation not known",
            Self::CriteriaDisagree => "criteria disagree between the languages",
            Self::Unpaired => "not in the other language",
            Self::UnpairedTranslation => "in the other language alone",
            Self::RefusedInOtherLanguage(_) => "row of the other language not read",
            Self::WarnedInOtherLanguage(_) => "warning of the other language",
            Self::Markup(_) => "markup became plain text",
            Self::PointMissing => "no point",
            Self::PointZero => "point 0,0 dropped",
            Self::PointOutOfRange => "point out of range dropped",
            Self::LocationMissing(_) => "no location",
            Self::RedactedDropped(_) => "redacted place: point, address or phone dropped",
            Self::RedactedElsewhere => "place redacted in another row",
            Self::AreaTooSmall => "centre of an area left out",
            Self::RedactedWithoutArea => "redacted place without an area with a centre",
            Self::SafeHouseShown => "safe house that shows its place",
            Self::PublicNotGranted => "tier public not granted",
            Self::LanguageWithoutCode => "language without a code",
            Self::UnknownUnit(_) => "capacity unit unknown",
            Self::AvailableAboveMaximum => "more available than the maximum",
            Self::OrganizationDiffers(_) => "organisation told in two ways",
            Self::OnePage => "one page of several",
            Self::TierKept { .. } => "stricter tier kept",
            Self::RedactionKept => "redaction kept",
            Self::GbvKept => "specialisation kept",
            Self::SuspensionKept => "suspension kept",
            Self::AuthorityKept => "authority kept out of referrals",
            Self::Returned => "come back",
            Self::EditKept(_) | Self::OrganizationEditKept(_) => "set by people and kept",
            Self::WaitsForSecondPerson(_) => "waits for a second person",
            Self::GuardKept => "guard kept",
            Self::OrganizationKept => "organisation kept",
            Self::ContactsWithheld => "contact among words left out",
            Self::GoneWithheld { .. } => "nothing marked gone",
        }
    }
}

fn nearest_columns(nearest: &Option<Excerpt>) -> String {
    nearest.as_ref().map_or_else(|| "correct the mapping".to_owned(), |nearest| format!("nearest: {nearest}"))
}

fn differences(count: usize, fields: &Excerpt) -> String {
    match count {
        0 => "nothing differs".to_owned(),
        1 => format!("1 field differs: {fields}"),
        _ => format!("{count} fields differ: {fields}"),
    }
}
