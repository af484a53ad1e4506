//! Expected refusals: what a person can be told, and mend. Each is data; its words live in the locale
//! files. Everything else that goes wrong is a fault, not a refusal.

use super::code::code_list;
use super::consent::ConsentField;
use super::directory::KnownConsequence;
use super::lifecycle::{Event, IllegalTransition, Status};
use super::linter::Finding;
use super::message::{IdentityAsked, QuestionTemplate};

code_list! {
    /// What is wrong with an input.
    InputProblem {
        Latitude = "latitude": "latitude is not a number from -90 to 90",
        Longitude = "longitude": "longitude is not a number from -180 to 180",
        Radius = "radius": "the radius is not a number of metres above 0 and up to 20,100,000",
        Box = "box": "the south of a box lies north of its north",
        PolygonEmpty = "polygon_empty": "a polygon has at least one ring",
        PolygonTooLarge = "polygon_too_large": "a polygon has at most 1,000 vertices",
        RingTooShort = "ring_too_short": "it has fewer than four positions, of which the last repeats the first",
        RingNotClosed = "ring_not_closed": "it is not closed: its last position repeats its first",
        RingEdgeTooLong = "ring_edge_too_long": "an edge spans 180 degrees of longitude: put a vertex between its ends",
        RingAroundPole = "ring_around_pole": "it goes round a pole: use a box instead",
        RingCrossesItself = "ring_crosses_itself": "it touches or crosses itself",
        RingWithoutInside = "ring_without_inside": "it encloses nothing",
        PlaceTwice = "place_twice": "a search is near one place: by its point or by its name",
        PlaceUnknown = "place_unknown": "no place of this name is known",
        RegionTwice = "region_twice": "a search is within one box, one polygon or one area",
        OpenTwice = "open_twice": "a search is for now or for an instant",
        Words = "words": "words to be found are 1 to 12, of 200 characters in all",
        AreaCode = "area_code": "not the code of an area",
        Language = "language": "not a BCP 47 language tag",
        TeamNeeded = "team_needed": "who is of several teams names the one that follows the case",
        SpokenCode = "spoken_code": "not a spoken code, or one character is wrong",
        FileNumber = "file_number": "a file number has 2 to 24 letters, digits, dashes, slashes or dots, a digit among them",
        IdempotencyKey = "idempotency_key": "an idempotency key has 8 to 64 letters, digits, dashes or underscores",
        UnusableText = "unusable_text": "the text holds a control character",
        Month = "month": "a month is written 2026-11",
        MonthRange = "month_range": "the first month lies after the last one, or more than 24 months are asked for",
        PageSize = "page_size": "a page has 1 to 100 entries",
        Cursor = "cursor": "the cursor is of another query, or is not one of ours",
        DeadlinePast = "deadline_past": "the deadline lies in the past",
        ConsentExpiry = "consent_expiry": "a consent expires in the future, at most 365 days ahead",
        ConsentScopeEmpty = "consent_scope_empty": "the consent names no field that may be told",
        ExplanationMissing = "explanation_missing": "risks, recipients, the right to refuse and withdrawal must have been explained",
        BasisForAdult = "basis_for_adult": "this ground of consent is for children",
        BasisOfAge = "basis_of_age": "nobody of this age consents on this ground",
        GiverOfBasis = "giver_of_basis": "this consent is not given by this person",
        AssentOfAge = "assent_of_age": "at this age the child's own word is another",
        AssentInWriting = "assent_in_writing": "from 12 to 14 the child agrees in writing",
        RecipientsOfConversation = "recipients_of_conversation": "a conversation names one to three recipients, each once",
        NobodyAccepted = "nobody_accepted": "the person accepted none of the recipients: nothing is told, and nothing recorded",
        RecipientRestricted = "recipient_restricted": "the same organisation is to be told and must not be",
        ServiceToName = "service_to_name": "the organisation has no service for this need, or several: name one",
        NeedNotOffered = "need_not_offered": "the service does not answer this need",
        PlaceOfService = "place_of_service": "the service is not given at this place",
        StartInFuture = "start_in_future": "a service cannot have started in the future, nor before it was accepted",
        DeclineCodeSide = "decline_code_side": "this reason is the other side's: the recipient's or the person's",
        OutcomeOfEvent = "outcome_of_event": "this outcome belongs to another end of a referral",
        ExpectedWait = "expected_wait": "an expected wait is 1 to 730 days",
        SlipForbidden = "slip_forbidden": "in a project at severe risk nobody carries a slip",
        SlipWithoutContact = "slip_without_contact": "whom nobody may contact is handed over between the two sides, not by a slip",
        NotAccepted = "not_accepted": "the referral is not accepted, or no longer, or was told by a call",
        AnswerCode = "answer_code": "not the code that was spoken for this referral, or no longer one",
        SlipCode = "slip_code": "not the code of a slip for this referral, or no longer one",
        ToldByPerson = "told_by_person": "only the case's team can say that the person told it",
        FollowedReferral = "followed_referral": "a follow-up names an ended referral of the same case to the same recipient; nothing else does",
        ResultOfRecord = "result_of_record": "this result comes from a referral and cannot be recorded by hand",
        People = "people": "people are counted from 1 to 1,000 at a time",
        ClinicalFact = "clinical_fact": "this installation keeps needs and no clinical facts",
        NoAppeal = "no_appeal": "the case has no open appeal of age, or this status leaves it open",
        BasisNeedsTwo = "basis_needs_two": "this ground is no consent: two people ask for an override",
        ReasonOfBasis = "reason_of_basis": "this reason belongs to another ground",
        ReportDay = "report_day": "the day of a report lies in the future",
        AppealOpen = "appeal_open": "the age is contested until the last appeal has ended: say then what it rests on",
        ReviewDate = "review_date": "a hold is reviewed after today and within a year",
        TextEmpty = "text_empty": "the text cannot be empty",
        TextTooLong = "text_too_long": "a name has at most 200 characters, another text 4,000",
        ListTooLong = "list_too_long": "a list has at most 50 entries, one of areas 500",
        TimeZone = "time_zone": "not the name of a time zone, such as Africa/Tunis",
        Country = "country": "not the two letters of a country, such as TN",
        OpeningHours = "opening_hours": "hours are written as in OpenStreetMap, such as Mo-Fr 09:00-17:00",
        Mailbox = "mailbox": "not a mailbox, such as desk@example.org",
        PhoneNumber = "phone_number": "a phone number has 2 to 15 digits; an international one begins with +",
        OneOfTwo = "one_of_two": "name a place or a phone, not both",
        AboveMaximum = "above_maximum": "more are free than there are in all",
        AgesCross = "ages_cross": "the youngest age lies above the oldest",
        NoChange = "no_change": "nothing would change",
        NotOfEntry = "not_of_entry": "the service has no such place or phone",
        NotOfProposal = "not_of_proposal": "the proposal is about no such service",
        NotMarked = "not_marked": "nobody has marked this as not to be used",
        MarkUndecided = "mark_undecided": "the mark waits for its decision: refuse the proposal to lift it",
        DaysCross = "days_cross": "the first day lies behind the last one",
        LanguageTwice = "language_twice": "a language is told twice",
        AuthorityStays = "authority_stays": "a body that never receives a referral stays one",
        Website = "website": "not the whole address of a web page, with https before it",
        WaysOfGuarded = "ways_of_guarded": "how to reach an organisation with a guarded service is not changed by one person",
        EditorsOnly = "editors_only": "this field is changed by an editor of the directory only",
        SameEntry = "same_entry": "an entry cannot be merged into itself",
        PairOfOne = "pair_of_one": "a pair is made of two entries",
        MergedElsewhere = "merged_elsewhere": "this entry is merged into another one already",
        NotMerged = "not_merged": "this entry is merged into no other",
        ForFewerPeople = "for_fewer_people": "the merged entry is for fewer people than the kept one: take nothing from it, or keep it",
        SetByPeople = "set_by_people": "people have set this field of the kept entry: change it by an edit",
        NotTakeable = "not_takeable": "tier and status are not taken from another entry",
        ReasonNeeded = "reason_needed": "say why it is refused",
        AreaOfRedacted = "area_of_redacted": "a place that must not be found needs the code of its area",
        StillAsked = "still_asked": "the need is still being asked elsewhere: in the same round, or in the place of this referral",
        RoundSize = "round_size": "a round has two or three drafts",
        RoundOfOneNeed = "round_of_one_need": "the drafts of a round are of one case and one need",
        RoundTwice = "round_twice": "each draft of a round asks another service, on a consent of its own",
        Quantity = "quantity": "a question is for 1 to 500 places",
        CheckPeriod = "check_period": "places are asked for from a time to a later one, within seven days from now",
        WebhookAddress = "webhook_address": "not the https address, at port 443 and without a user name or a part after #, of a host on the internet; at most 500 characters",
        WebhookCount = "webhook_count": "an organisation has at most five webhooks",
        WebhookDisabled = "webhook_disabled": "the webhook is disabled: enable it first",
        AvailablePlaces = "available_places": "1 to 500 free places are told with a yes or with some, and none with the others",
        MessageTooLong = "message_too_long": "a message has at most 500 characters",
        NotAcceptedNow = "not_accepted_now": "a text goes with a referral once it is accepted, while it is open and its consent is live",
        AnswerOfQuestion = "answer_of_question": "this is no answer to the question, or lies outside of what it may say",
        MessagesFull = "messages_full": "a referral holds at most a hundred messages",
        PersonAgrees = "person_agrees": "nobody is offered without their word: ask the person first",
        NoReception = "no_reception": "no team answers what is offered to this service",
        OfferNotAccepted = "offer_not_accepted": "the offer was not accepted yet: accept or decline it",
        OffersFull = "offers_full": "twenty of your offers wait for an answer: call, or take one back",
        OffersOfDay = "offers_of_day": "your organisation has offered sixty persons here within a day: call",
        ReceptionOfOthers = "reception_of_others": "a team answers for the services of its own organisation only",
        DeviceName = "device_name": "a phone has a name of 1 to 40 characters",
        DeviceCount = "device_count": "a team has at most ten phones",
        AreaUnknown = "area_unknown": "a case needs the code of an area, were it as large as a country",
    }
}

code_list! {
    /// What is missing for a consent to carry the act.
    ConsentProblem {
        OtherRecipient = "other_recipient": "the consent names another recipient",
        OtherCase = "other_case": "the consent is of another case",
        Expired = "expired": "the consent has lapsed",
        Withdrawn = "withdrawn": "the consent was withdrawn",
        FieldsMissing = "fields_missing": "the consent does not allow every field that the offer tells",
        ConsequencesNotExplained = "consequences_not_explained": "the known consequences of this service were not explained",
        Unconfirmed = "unconfirmed": "nobody else has confirmed it yet: it takes two people",
        OtherPurpose = "other_purpose": "the consent is for another purpose than this request",
        RecipientRestricted = "recipient_restricted": "a later conversation says that this organisation must not be told",
        ThirdCountry = "third_country": "the recipient's country protects data less: explain the risks, and acknowledge it",
        NobodyNamed = "nobody_named": "the conversation names nobody else who may be told: record a new consent",
    }
}

code_list! {
    /// Why this recipient cannot be referred to now.
    RecipientProblem {
        NeverARecipient = "never_a_recipient": "police, border and detention bodies never receive a referral",
        NotVetted = "not_vetted": "the organisation is not vetted, or its information-sharing protocol has lapsed",
        ServiceNotOpen = "service_not_open": "the service is not open, or is gone from the directory",
        CapacityToConfirm = "capacity_to_confirm": "the service is full or has told no capacity: confirm that you send all the same",
        TrainingNeeded = "training_needed": "this service is referred to by trained staff only",
        SpecialisationNeeded = "specialisation_needed": "this need is referred to specialised services only",
        MergedElsewhere = "merged_elsewhere": "the entry was merged into another one: draft the referral to that one",
        DoNotUse = "do_not_use": "somebody has marked the service or the place as not to be used, until an editor decides",
        CallNeeded = "call_needed": "an emergency is announced by phone first",
        ByCallOnly = "by_call_only": "a redirection is a phone call: nothing is sent",
        PartnerRevoked = "partner_revoked": "the project works with this organisation no more, until two people say otherwise",
    }
}

code_list! {
    /// Why an act of protection, or an act that protection forbids, did not happen.
    ProtectionProblem {
        ProjectFrozen = "project_frozen": "the project is frozen: its staff read, and do nothing else",
        ProjectNotFrozen = "project_not_frozen": "the project is not frozen",
        ThawNotRequested = "thaw_not_requested": "nobody has asked to thaw the project yet",
        SecondPersonNeeded = "second_person_needed": "this takes two people, and the other one was you",
        DeskUnfit = "desk_unfit": "a desk is a team of another project of the same organisation",
        SecondFactorNeeded = "second_factor_needed": "show your second factor again, within the last five minutes",
        GlassTooOften = "glass_too_often": "the glass is broken at most three times in 24 hours",
        ReviewOverdue = "review_overdue": "an earlier opening waits for its review for more than 72 hours",
        AlreadyReviewed = "already_reviewed": "it was reviewed before",
        AlreadyAnswered = "already_answered": "it was answered before",
        AlreadyClosed = "already_closed": "it is closed: nothing is asked any more",
        AlreadyConfirmed = "already_confirmed": "it was confirmed before",
        AlreadyDecided = "already_decided": "it was decided before",
        EntryChanged = "entry_changed": "the entry says something else since it was proposed: refuse it, and propose anew",
        ConsentEnded = "consent_ended": "the consent has lapsed, or was withdrawn",
        OverrideEnded = "override_ended": "the override was not confirmed in time, has run out, or was ended",
        OwnOrganization = "own_organization": "a project does not revoke the organisation that runs it",
        PhoneAtSevereRisk = "phone_at_severe_risk": "at severe risk nobody shares a phone: everybody signs in with password and second factor",
        EndNotRequested = "end_not_requested": "nobody has asked to end the revocation yet",
        RevocationEnded = "revocation_ended": "the revocation has ended",
    }
}

/// A refusal, with what a person needs to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An argument cannot be used.
    Input {
        /// The input field, as it stands in the schema; a dot leads into a nested input.
        field: &'static str,
        /// What is wrong with it.
        problem: InputProblem,
    },
    /// A ring of a drawn polygon cannot be used.
    Ring {
        /// Which one, counted from 1; the first is the outer one.
        ring: usize,
        /// What is wrong with it, or with one of its vertices.
        problem: InputProblem,
    },
    /// Somebody else changed the object first.
    Conflict {
        /// The version to read again and decide on.
        current_version: i64,
    },
    /// The event is not possible in this state.
    Transition {
        /// The state; `None` where there is nothing yet.
        status: Option<Status>,
        /// What was tried.
        event: Event,
    },
    /// The referral was closed meanwhile, and whoever answers is not told why.
    ClosedMeanwhile {
        /// What was tried.
        event: Event,
    },
    /// The consent does not carry the act.
    Consent {
        /// What is missing.
        problem: ConsentProblem,
        /// The fields it does not allow, where that is the problem.
        missing: Vec<ConsentField>,
    },
    /// Not every known consequence of the service was explained.
    Consequences {
        /// Those that were not.
        missing: Vec<KnownConsequence>,
    },
    /// The recipient cannot be referred to now.
    Recipient(RecipientProblem),
    /// A question in own words tells of a person, or asks who she is.
    Text {
        /// What the linter has found in it.
        findings: Vec<Finding>,
        /// What of an identity it asks for.
        asked: Vec<IdentityAsked>,
        /// A question of the list to ask instead.
        suggestion: QuestionTemplate,
    },
    /// The idempotency key was used for something else.
    KeyReused,
    /// Protection stands in the way.
    Protection(ProtectionProblem),
}

/// Where the rings of a polygon stand in an input.
pub const RINGS: &str = "polygon.rings";

impl Refusal {
    /// A refusal of one input field.
    pub const fn input(field: &'static str, problem: InputProblem) -> Self {
        Self::Input { field, problem }
    }

    /// A consent problem that concerns no single field.
    pub const fn consent(problem: ConsentProblem) -> Self {
        Self::Consent { problem, missing: Vec::new() }
    }
}

impl From<IllegalTransition> for Refusal {
    fn from(illegal: IllegalTransition) -> Self {
        Self::Transition { status: illegal.status, event: illegal.event }
    }
}
