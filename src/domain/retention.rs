//! For how long what is kept, and what becomes of it then (P-21): one table of clocks, and one of tables.
//!
//! Invariants: every table of the database has its row in [`TABLES`] (a test), so nothing is kept without a
//! clock or a reason. No clock of a case runs while it is held (P-22) or while an appeal of age is open (P-29).
//! The clocks run on in a frozen project. An appeal is closed by its team, which records the status that it
//! led to (`caseAppealClose`); that is a contact, and the case's clock starts from it.

use super::case::CaseReference;
use super::code::code_list;
use super::directory::Document;
use super::time::Timestamp;

code_list! {
    /// What is kept for a time.
    RetentionClock {
        MonthKey = "month_key": "keys by which a month's demands could be linked to cases",
        DecisionDetails = "decision_details": "codes on the timelines of ended referrals",
        CaseReference = "case_reference": "case references with their consents, referrals and timelines",
        IdempotencyKey = "idempotency_key": "keys of repeated calls",
        Token = "token": "tokens that have run out",
        Session = "session": "sessions of the pages",
        SignInAttempt = "sign_in_attempt": "failed attempts to sign in",
        Device = "device": "shared phones that were revoked, or whose time is over",
        DeviceSignIn = "device_sign_in": "who has signed in fully on a shared phone",
        Enrolment = "enrolment": "codes of enrolment that have run out",
        Notice = "notice": "notices, with who has seen them",
        Delivery = "delivery": "what was told to endpoints, with its attempts",
        Link = "link": "links by which partners answer, with their sessions",
        SpokenCode = "spoken_code": "codes that a sender speaks on a call",
        CapacityCheck = "capacity_check": "questions for places, with their answers",
        PartnerOffer = "partner_offer": "offers of partners, with their answers",
        CaseOpening = "case_opening": "who opened which case, as the reveal budget counts it",
        DirectoryContact = "directory_contact": "phones and mailboxes of services that are gone",
        AuditBody = "audit_body": "content of the audit trail, and overrides of consent",
        Alias = "alias": "aliases of ended referrals",
        Message = "message": "messages on referrals",
        Slip = "slip": "slip codes",
        SealedNote = "sealed_note": "sealed notes",
    }
}

/// How a clock is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A run of retention ends it.
    ByRetention,
    /// A rule of the view ends it at the moment; there is no row.
    ByView,
    /// There is no such row yet.
    NoRowsUntil(&'static str),
}

/// One clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// What is kept.
    pub code: RetentionClock,
    /// From when on the days are counted.
    pub counted_from: &'static str,
    /// For how many days.
    pub days: i64,
    /// What happens then.
    pub then: &'static str,
    /// Where the time comes from.
    pub source: &'static str,
    /// How it is kept.
    pub kept: Kept,
}

/// Every clock, in the order in which a run goes through them: the months first, because a demand whose month
/// is over is linked to no case that a later clock erases.
pub const CLOCKS: &[Clock] = &[
    Clock {
        code: RetentionClock::MonthKey,
        counted_from: "end of the month",
        days: 60,
        then: "the key is destroyed, the records get fresh ids and person keys; counts stay as they are",
        source: "P-21; GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::DecisionDetails,
        counted_from: "end of the referral",
        days: 90,
        then: "the codes of its timeline are erased; the coded outcome stays",
        source: "P-21; CNIL 2021-028",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::CaseReference,
        counted_from: "last contact",
        days: 730,
        then: "ledger, keys and rows are erased; counts in the demand ledger stay",
        source: "P-21; CNIL 2021-028, 2022-008: two years after the last contact",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::IdempotencyKey,
        counted_from: "the call",
        days: 7,
        then: "the row is erased",
        source: "longer than any client repeats a call",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Token,
        counted_from: "its expiry",
        days: 7,
        then: "the row is erased",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Session,
        counted_from: "the sign-in",
        days: 1,
        then: "the row is erased",
        source: "twice its longest life",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::SignInAttempt,
        counted_from: "the last one",
        days: 1,
        then: "the row is erased",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Device,
        counted_from: "its end or its revocation",
        days: 90,
        then: "the row is erased; the audit trail keeps the acts",
        source: "as long as somebody may ask what became of a phone",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::DeviceSignIn,
        counted_from: "the end of its day",
        days: 1,
        then: "the row is erased",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Enrolment,
        counted_from: "its expiry",
        days: 7,
        then: "the row is erased",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Notice,
        counted_from: "its writing",
        days: 90,
        then: "the row is erased; the audit trail keeps the act",
        source: "as long as a referral's details",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Delivery,
        counted_from: "its listing",
        days: 30,
        then: "the rows are erased; the timeline keeps what became of the referral",
        source: "as long as somebody may ask whether a partner was told",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Link,
        counted_from: "its expiry",
        days: 7,
        then: "the rows are erased",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::SpokenCode,
        counted_from: "its expiry",
        days: 7,
        then: "the row is erased",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::CapacityCheck,
        counted_from: "the end of what it asks about",
        days: 90,
        then: "the row is erased",
        source: "as long as a referral's details",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::PartnerOffer,
        counted_from: "its end, with which goes what it told of the person",
        days: 90,
        then: "the row is erased",
        source: "as long as a referral's details",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::CaseOpening,
        counted_from: "the opening",
        days: 2,
        then: "the row is erased; the audit trail keeps the reading",
        source: "twice what the budget looks back",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::DirectoryContact,
        counted_from: "the day the service is gone",
        days: 30,
        then: "phones and mailbox are taken out of every version",
        source: "GDPR 5(1)(e)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::AuditBody,
        counted_from: "the entry",
        days: 365,
        then: "the content goes under a signed note, the hashes stay; by whole days, once a head is signed",
        source: "P-21; CNIL 2021-122: 6 to 12 months, up to 3 years where misuse is a documented risk (`retention.audit_days`)",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Alias,
        counted_from: "end of the referral",
        days: 30,
        then: "the recipient no longer reads it",
        source: "release stage 4",
        kept: Kept::ByView,
    },
    Clock {
        code: RetentionClock::Message,
        counted_from: "end of the referral",
        days: 90,
        then: "the rows are erased; at once where it was cancelled, withdrawn or in error",
        source: "P-07, P-21",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::Slip,
        counted_from: "its making",
        days: 30,
        then: "the row is erased, which holds a keyed hash of the code",
        source: "P-21",
        kept: Kept::ByRetention,
    },
    Clock {
        code: RetentionClock::SealedNote,
        counted_from: "its making",
        days: 7,
        then: "the note is erased, 72 hours after it was read at the latest",
        source: "P-21",
        kept: Kept::NoRowsUntil("the module of sealed notes exists"),
    },
];

/// The clock of this code; every code has one.
pub fn clock(code: RetentionClock) -> Option<&'static Clock> {
    CLOCKS.iter().find(|clock| clock.code == code)
}

/// What becomes of the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// A clock ends them.
    Ends(RetentionClock),
    /// They stay, for this reason.
    Stays(&'static str),
}

/// Every table of the database.
pub const TABLES: &[(&str, Keeping)] = &[
    ("accounts", Keeping::Stays("staff by handle; who leaves is taken out by an administrator")),
    ("answering_figures", Keeping::Stays("counts of five referrals and more, replaced every month; of no person")),
    ("answering_months", Keeping::Stays("which month was counted last, of no person")),
    ("areas", Keeping::Stays("administrative areas, of no person")),
    ("audit_events", Keeping::Ends(RetentionClock::AuditBody)),
    ("audit_heads", Keeping::Stays("one count per trail, of no person")),
    ("audit_signed_heads", Keeping::Stays("signatures, of no person")),
    ("audit_signed_notes", Keeping::Stays("signatures, of no person")),
    ("capacity_checks", Keeping::Ends(RetentionClock::CapacityCheck)),
    ("case_openings", Keeping::Ends(RetentionClock::CaseOpening)),
    ("cases", Keeping::Ends(RetentionClock::CaseReference)),
    ("consent_overrides", Keeping::Ends(RetentionClock::AuditBody)),
    ("consents", Keeping::Ends(RetentionClock::CaseReference)),
    ("custodies", Keeping::Ends(RetentionClock::CaseReference)),
    ("deletion_requests", Keeping::Ends(RetentionClock::CaseReference)),
    ("deliveries", Keeping::Ends(RetentionClock::Delivery)),
    ("delivery_attempts", Keeping::Ends(RetentionClock::Delivery)),
    ("delivery_queues", Keeping::Stays("which endpoints there are and how they do, of no person")),
    ("demands", Keeping::Ends(RetentionClock::MonthKey)),
    ("desks", Keeping::Stays("which team takes over, of no person")),
    ("device_sign_ins", Keeping::Ends(RetentionClock::DeviceSignIn)),
    ("devices", Keeping::Ends(RetentionClock::Device)),
    ("directory_documents", Keeping::Ends(RetentionClock::DirectoryContact)),
    ("directory_head", Keeping::Stays("one count, of no person")),
    (
        "directory_proposal_items",
        Keeping::Stays(
            "of which service; the values go when the proposal is decided, or with the organisation's contacts",
        ),
    ),
    ("directory_proposals", Keeping::Stays("who of the staff proposed and decided what, of no person served")),
    (
        "dismissed_pairs",
        Keeping::Stays("which two entries are two services, until somebody takes it back; of no person"),
    ),
    ("enrolments", Keeping::Ends(RetentionClock::Enrolment)),
    ("external_identities", Keeping::Stays("who of the staff is who at the provider, for as long as the account")),
    ("freezes", Keeping::Stays("when a project stood still, of no person")),
    ("gazetteer_places", Keeping::Stays("towns and villages, of no person")),
    ("geography_head", Keeping::Stays("one count, of no person")),
    ("glasses", Keeping::Ends(RetentionClock::CaseReference)),
    ("holidays", Keeping::Stays("public days, of no person")),
    ("idempotency_keys", Keeping::Ends(RetentionClock::IdempotencyKey)),
    ("import_leases", Keeping::Stays("while an import of the source runs, of no person")),
    ("imported_copies", Keeping::Stays("digests of one file of each source, of no person")),
    ("incidents", Keeping::Ends(RetentionClock::CaseReference)),
    ("jobs", Keeping::Stays("work of the house; what is about an object goes when it is done, or with its case")),
    ("key_store_mark", Keeping::Stays("which key store belongs to the database")),
    ("legal_holds", Keeping::Stays("until the protection lead lifts them; reviewed every year")),
    ("link_sessions", Keeping::Ends(RetentionClock::Link)),
    ("links", Keeping::Ends(RetentionClock::Link)),
    ("messages", Keeping::Ends(RetentionClock::Message)),
    ("notice_readings", Keeping::Ends(RetentionClock::Notice)),
    ("notices", Keeping::Ends(RetentionClock::Notice)),
    ("partner_mailboxes", Keeping::Stays("how a service wants its mail, of no person served")),
    ("partner_offers", Keeping::Ends(RetentionClock::PartnerOffer)),
    ("passwords", Keeping::Stays("staff's, for as long as the account")),
    ("pending_sign_ins", Keeping::Stays("ten minutes, deleted by the next sign-in that begins; staff's")),
    ("pins", Keeping::Stays("staff's, sealed, for as long as the account")),
    ("projects", Keeping::Stays("what a project is, of no person")),
    ("provider_sessions", Keeping::Ends(RetentionClock::Session)),
    ("recovery_codes", Keeping::Stays("staff's, for as long as the second factor")),
    ("referral_events", Keeping::Ends(RetentionClock::CaseReference)),
    ("referral_firings", Keeping::Ends(RetentionClock::CaseReference)),
    ("referral_rounds", Keeping::Ends(RetentionClock::CaseReference)),
    ("referrals", Keeping::Ends(RetentionClock::CaseReference)),
    ("reveal_alerts", Keeping::Stays("when an account was last told of, of no person served")),
    ("revocations", Keeping::Stays("which partners a project has revoked, of no person served")),
    ("second_factors", Keeping::Stays("staff's, for as long as the account")),
    ("service_receptions", Keeping::Stays("which team answers for a service, of no person")),
    ("sessions", Keeping::Ends(RetentionClock::Session)),
    ("sign_in_attempts", Keeping::Ends(RetentionClock::SignInAttempt)),
    ("slips", Keeping::Ends(RetentionClock::Slip)),
    ("spoken_codes", Keeping::Ends(RetentionClock::SpokenCode)),
    ("statutory_reports", Keeping::Ends(RetentionClock::CaseReference)),
    ("team_members", Keeping::Stays("which accounts a team has now")),
    ("teams", Keeping::Stays("what a team is, of no person")),
    ("tokens", Keeping::Ends(RetentionClock::Token)),
    ("vettings", Keeping::Stays("of organisations, of no person")),
    ("webhook_endpoints", Keeping::Stays("addresses of partners' own systems, sealed, until they take them back")),
];

/// Every table of the key store.
pub const KEY_TABLES: &[(&str, Keeping)] = &[
    ("data_keys", Keeping::Ends(RetentionClock::CaseReference)),
    ("epoch_keys", Keeping::Stays("of a project and month, of no person; a rotation takes those that wrap nothing")),
    ("erased_units", Keeping::Stays("random ids and times, so that nothing that was erased comes back")),
    ("key_store", Keeping::Stays("which key store it is")),
    ("pseudonym_keys", Keeping::Ends(RetentionClock::MonthKey)),
];

/// Why the clocks of a case stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standstill {
    /// The protection lead holds it.
    Held,
    /// An appeal of age is open.
    Appeal,
}

/// Whether the clocks of a case stand still, and why. A hold is told first: it is the one that somebody set.
pub fn standstill(case: &CaseReference, is_held: bool) -> Option<Standstill> {
    if is_held {
        Some(Standstill::Held)
    } else if case.has_open_appeal() {
        Some(Standstill::Appeal)
    } else {
        None
    }
}

/// How far time may have gone on since the last run before somebody has to say that the clock is right.
pub const LONGEST_GAP_HOURS: i64 = 24;

/// The clock is further ahead than anything on record explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock is {hours} hours ahead of the last time on record, {last}: nothing was erased")]
pub struct ClockJump {
    /// Whole hours between the two.
    pub hours: i64,
    /// The last time on record.
    pub last: Timestamp,
}

/// Refuses to erase by a clock that nothing vouches for. What vouches is the last run that went well, and
/// before the first one the newest audit event: an event that was written under the clock in question says
/// nothing about it. Without either there is nothing to erase.
pub fn check_clock(
    now: Timestamp,
    last_run: Option<Timestamp>,
    newest_event: Option<Timestamp>,
) -> Result<(), ClockJump> {
    let Some(last) = last_run.or(newest_event) else { return Ok(()) };
    if now > last.plus_hours(LONGEST_GAP_HOURS) {
        return Err(ClockJump { hours: now.hours_since(last), last });
    }
    Ok(())
}

/// The document without phones and mailbox; `None` where it has none.
pub fn without_contacts(document: &Document) -> Option<Document> {
    match document {
        Document::Service(service)
            if !service.phones.is_empty() || !service.former_phones.is_empty() || service.email.is_some() =>
        {
            let mut service = service.clone();
            service.phones.clear();
            service.former_phones.clear();
            service.email = None;
            Some(Document::Service(service))
        }
        Document::Service(_) | Document::Organization(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;

    #[test]
    fn every_code_has_one_clock_and_every_table_a_clock_that_retention_keeps() {
        for code in RetentionClock::ALL {
            assert_eq!(CLOCKS.iter().filter(|clock| clock.code == *code).count(), 1, "{code}");
        }
        for (table, keeping) in TABLES {
            if let Keeping::Ends(code) = keeping {
                assert_eq!(clock(*code).map(|clock| clock.kept), Some(Kept::ByRetention), "{table}");
            }
        }
    }

    #[test]
    fn a_clock_that_jumped_erases_nothing() {
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let (run, event) = (at("2026-11-23T00:00:00Z"), at("2026-12-23T00:00:00Z"));
        for (now, last_run, newest_event, hours) in [
            ("2026-11-24T00:00:00Z", Some(run), None, None),
            ("2026-11-24T01:00:00Z", Some(run), None, Some(25)),
            ("2026-12-23T00:00:00Z", Some(run), Some(event), Some(720)),
            ("2026-12-23T12:00:00Z", None, Some(event), None),
            ("2026-12-25T00:00:00Z", None, Some(event), Some(48)),
            ("2020-01-01T00:00:00Z", Some(run), Some(event), None),
            ("2099-01-01T00:00:00Z", None, None, None),
        ] {
            let refused = check_clock(at(now), last_run, newest_event).err().map(|jump| jump.hours);
            assert_eq!(refused, hours, "{now}");
        }
    }
}
