//! What the fields and inputs of the schema are called: no name among them is one of who somebody is.

use super::*;

/// Words that name what no field about a person may hold (P-02).
const DENIED: &str = "address alien bank biometric biometrics birth birthday birthplace born body comment comments date \
    dob document email face facebook father fax file fingerprint given iban identity image latitude \
    longitude mail mobile mother name names nationality note notes number passport person phone phones \
    photo picture position signature street surname text";

/// Fields with such a word that are of organisations, services and places, or of the caller's own page.
const OF_NO_PERSON: [&str; 80] = [
    // The list of who saw what, in words of our own: field names and days, never a value.
    "CaseReadings.text",
    // What two organisations write each other: short, linted, sealed, and purged with the referral.
    "Message.text",
    "QuestionInput.text",
    "ReferralMessageSendInput.text",
    // The role number of a sending team, which the command file sets.
    "Referral.senderPhone",
    "Team.name",
    "Project.name",
    // Whoever names a desk names a team.
    "Mutation.projectNameDesk",
    "Organization.name",
    "Organization.alternateName",
    "Service.name",
    "Service.alternateName",
    "ServiceSource.name",
    "Service.criteriaText",
    "Service.phones",
    "Phone.number",
    "Service.email",
    "Schedule.text",
    "Place.name",
    "Place.latitude",
    "Place.longitude",
    "Place.address",
    "Place.areaName",
    "NearInput.latitude",
    "NearInput.longitude",
    // What maps tell of towns and areas, and the shapes that somebody draws on one.
    "AdminArea.name",
    "AdminArea.latitude",
    "AdminArea.longitude",
    "NamedPlace.name",
    "NamedPlace.latitude",
    "NamedPlace.longitude",
    "NamedPlace.alternateNames",
    "MeasuredFrom.latitude",
    "MeasuredFrom.longitude",
    "MeasuredFrom.placeName",
    "FocalPoint.name",
    "Translation.name",
    "TranslationInput.name",
    "NearPlaceInput.name",
    "VertexInput.latitude",
    "VertexInput.longitude",
    "FitInput.person",
    "areas.name",
    "places.name",
    // Whether the recipient was called: no number.
    "ReferralMakeInput.phoneCalled",
    "ReferralRerouteInput.phoneCalled",
    "ReferralSendInput.phoneCalled",
    // Whose word it is: true or false.
    "ReferralAcceptInput.toldByPerson",
    "ReferralAcknowledgeInput.toldByPerson",
    "ReferralCompleteInput.toldByPerson",
    "ReferralDeclineInput.toldByPerson",
    "ReferralNotRealiseInput.toldByPerson",
    "ReferralStartInput.toldByPerson",
    "ReferralWaitlistInput.toldByPerson",
    "ReferralOfferToFirstInput.phoneCalled",
    // What a team calls a phone that it shares, and what the team is called.
    "Device.name",
    "Device.teamName",
    "DeviceEnrolInput.name",
    // What people put into an entry of the directory, about a service and its places.
    "DirectoryProposalChange.serviceName",
    "OrganizationChangesInput.name",
    "OrganizationChangesInput.alternateName",
    "ServiceChangesInput.name",
    "ServiceChangesInput.alternateName",
    "ServiceChangesInput.criteriaText",
    "ServiceChangesInput.phones",
    "ServiceChangesInput.email",
    "ServiceMarkDoNotUseInput.phone",
    "ServiceLiftDoNotUseInput.phone",
    "ServicePlaceInput.name",
    "ServicePlaceInput.latitude",
    "ServicePlaceInput.longitude",
    "ServicePlaceInput.address",
    // The profile in coarse bands, whose own fields are judged one by one.
    "ServiceFilter.person",
    "CaseOpenInput.person",
    "PartnerOfferMakeInput.person",
    // The number of the team.
    "PartnerOffer.receiverPhone",
    // The team's own number of a paper file: it never leaves the team, and a name is refused.
    "CaseReference.fileNumber",
    "CaseOpenInput.fileNumber",
    "ReferredPersonInput.fileNumber",
    "ReferralSubjectInput.person",
];

fn is_denied(word: &String) -> bool {
    DENIED.split(' ').any(|denied| denied == word)
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            words.push(String::new());
        }
        words.last_mut().expect("there is always one").push(letter.to_ascii_lowercase());
    }
    words
}

/// Every name in the schema behind which a value stands: fields, arguments and input fields.
fn all_names() -> Vec<(String, String)> {
    let mut names = Vec::new();
    for (type_name, fields) in &SCHEMA.objects {
        for field in fields {
            names.push((format!("{type_name}.{}", field.name), field.type_name.clone()));
            for argument in &field.arguments {
                names.push((format!("{}.{}", field.name, argument.name), argument.type_name.clone()));
            }
        }
    }
    for (type_name, fields) in &SCHEMA.inputs {
        names.extend(fields.iter().map(|field| (format!("{type_name}.{}", field.name), field.type_name.clone())));
    }
    names
}

#[test]
fn no_field_or_input_can_hold_who_a_person_is() {
    let names = all_names();
    let arguments_of_no_person = ["casesByFileNumber.fileNumber", "Query.casesByFileNumber"];
    for (name, _) in &names {
        let field = name.rsplit('.').next().expect("a name");
        let is_found = words(field).iter().any(is_denied);
        let is_excepted = OF_NO_PERSON.contains(&name.as_str()) || arguments_of_no_person.contains(&name.as_str());
        assert!(!is_found || is_excepted, "{name} could hold who a person is");
    }
    for excepted in OF_NO_PERSON {
        assert!(names.iter().any(|(name, _)| name == excepted), "{excepted} is not there and needs no exception");
    }
    for denied in ["birthDate", "phoneNumber", "fullName", "passport", "homeAddress", "photoUrl"] {
        assert!(words(denied).iter().any(is_denied), "{denied} would be found");
    }
}

#[test]
fn no_input_takes_free_text_or_files() {
    // Each is checked against a form of its own: a key, a code of an area, a tag, a number, a cursor. Words are only
    // taken for entries of the directory, which are of no person, and are read by whoever finds them; and for messages,
    // which the linter reads first. An address of a system is read as a URL.
    let checked = [
        "CapacityCheckAskInput.idempotencyKey",
        "CaseOpenInput.fileNumber",
        "CaseOpenInput.idempotencyKey",
        "ConsentConversationRecordInput.idempotencyKey",
        "ConsentConversationRecordInput.language",
        "ConsentOverrideRequestInput.idempotencyKey",
        "ConsentRecordInput.idempotencyKey",
        "ConsentRecordInput.language",
        "DatedHoursInput.openingHours",
        "DemandCountInput.area",
        "DemandCountInput.idempotencyKey",
        "DemandRecordInput.area",
        "DemandRecordInput.idempotencyKey",
        "DeviceEnrolInput.name",
        "GlassCaseInput.spokenCode",
        "NearPlaceInput.country",
        "NearPlaceInput.name",
        "OrganizationChangesInput.alternateName",
        "OrganizationChangesInput.description",
        "OrganizationChangesInput.name",
        "OrganizationChangesInput.website",
        "PartnerOfferMakeInput.idempotencyKey",
        "ProfileInput.area",
        "ProfileInput.languages",
        "QuestionAnswerInput.language",
        "QuestionInput.text",
        "ReferralCreateInput.idempotencyKey",
        "ConversationInput.language",
        "ReferralMakeInput.idempotencyKey",
        "ReferredPersonInput.fileNumber",
        "ReferralRerouteInput.idempotencyKey",
        "ReferralSlipPresentInput.code",
        "ReferralOfferToFirstInput.idempotencyKey",
        "ReferralMessageSendInput.text",
        "ServiceChangesInput.alert",
        "ServiceChangesInput.alternateName",
        "ServiceChangesInput.applicationProcess",
        "ServiceChangesInput.areasServed",
        "ServiceChangesInput.country",
        "ServiceChangesInput.criteriaText",
        "ServiceChangesInput.description",
        "ServiceChangesInput.email",
        "ServiceChangesInput.fees",
        "ServiceChangesInput.languages",
        "ServiceChangesInput.name",
        "ServiceChangesInput.openingHours",
        "ServiceChangesInput.phones",
        "ServiceChangesInput.timeZone",
        "ServiceFilter.area",
        "ServiceFilter.words",
        "ServiceLiftDoNotUseInput.phone",
        "ServiceMarkDoNotUseInput.phone",
        "ServicePlaceInput.address",
        "ServicePlaceInput.areaCode",
        "ServicePlaceInput.name",
        "WebhookEndpointCreateInput.url",
        "StatutoryReportRecordInput.idempotencyKey",
        "TranslationInput.description",
        "TranslationInput.language",
        "TranslationInput.name",
        "area.code",
        "areas.name",
        "auditEvents.after",
        "capacityChecks.after",
        "caseBySpokenCode.spokenCode",
        "casesByFileNumber.fileNumber",
        "directoryChanges.after",
        "directoryProposals.after",
        "duplicateCandidates.after",
        "inbox.after",
        "partnerOffers.after",
        "places.country",
        "places.name",
        "sentReferrals.after",
        "serviceGaps.firstMonth",
        "serviceGaps.lastMonth",
        "services.after",
        "servicesToReview.after",
    ];
    let outputs: BTreeSet<&str> = SCHEMA.objects.keys().map(String::as_str).collect();
    let is_input = |name: &str| !outputs.contains(name.split('.').next().expect("a name"));
    let texts: BTreeSet<String> =
        all_names().into_iter().filter(|(name, of)| of == "String" && is_input(name)).map(|(name, _)| name).collect();
    assert_eq!(texts, checked.map(str::to_owned).into_iter().collect());
    let scalars: Vec<&str> = SCHEMA.scalars.iter().map(String::as_str).collect();
    assert_eq!(scalars, ["Date", "DateTime"], "a scalar for files would have no place here");
}
