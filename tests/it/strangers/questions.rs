//! What somebody to whom a thing is nothing asks about it, through every argument that names one.

use super::*;

/// Questions that name a question for places, or what is offered to several at once.
pub(super) fn of_places_and_rounds(paris: &Paris) -> Vec<Question> {
    let ask = |service: &str, need: &str| json!({ "idempotencyKey": "", "serviceId": service, "need": need, "quantity": 3, "until": "2026-11-27T08:00:00Z" });
    let day_centre = ask(&service_id(DAY_CENTRE_SERVICE), "SOCIAL_DAY_CENTRE");
    let team = TeamId::derived("corridor", "project paris").to_string();
    let offer = json!({ "idempotencyKey": "", "referrals": [{ "expectedVersion": paris.draft.version }] });
    let offered = Question {
        place: "referralOfferToFirst.referralId".to_owned(),
        pointer: "/input/referrals/0/referralId".to_owned(),
        ..Question::of_mutation("referralOfferToFirst", "referrals", &offer, &paris.draft.id)
    };
    let person = json!({ "idempotencyKey": "", "need": "SHELTER_WOMEN_SAFE", "person": {}, "agreed": true });
    let reception = json!({ "serviceId": service_id(DAY_CENTRE_SERVICE) });
    let of_offer = |root: &str, over: Value| {
        let input = merged(json!({ "expectedVersion": 2 }), &over);
        Question::of_mutation(root, "partnerOfferId", &input, &paris.offer)
    };
    vec![
        Question::of_query("node", "id", &paris.places),
        Question::of_query("capacityChecks", "after", &cursor("places-asked", &paris.places))
            .instead(cursor("places-asked", &never(&paris.places))),
        Question::of_mutation(
            "capacityCheckAsk",
            "serviceId",
            &ask("", "SHELTER_WOMEN_SAFE"),
            &service_id(SAFE_HOUSE_SERVICE),
        ),
        Question::of_mutation("capacityCheckAsk", "teamId", &day_centre, &team),
        Question::of_query("node", "id", &paris.offer),
        Question::of_query("partnerOffers", "after", &cursor("offers-made", &paris.offer))
            .instead(cursor("offers-made", &never(&paris.offer))),
        Question::of_mutation("partnerOfferMake", "serviceId", &person, &service_id(SAFE_HOUSE_SERVICE)),
        Question::of_mutation("serviceReceptionSet", "serviceId", &json!({}), &service_id(SAFE_HOUSE_SERVICE)),
        Question::of_mutation("serviceReceptionSet", "teamId", &reception, &team),
        of_offer("partnerOfferWithdraw", json!({})),
        of_offer("partnerOfferAccept", json!({})),
        of_offer("partnerOfferDecline", json!({ "code": "FULL" })),
        of_offer("partnerOfferComplete", json!({ "outcome": "SERVICE_RECEIVED" })),
        Question::of_mutation("capacityCheckAnswer", "capacityCheckId", &json!({ "answer": "NO" }), &paris.places),
        Question::of_mutation("capacityCheckClose", "capacityCheckId", &json!({}), &paris.places),
        offered,
    ]
}

/// Questions about an entry that not everybody may know of, and about a proposed change of it.
pub(super) fn of_directory(paris: &Paris) -> Vec<Question> {
    let safe_house = service_id(SAFE_HOUSE_SERVICE);
    let changes = json!({ "changes": { "fees": "free" } });
    let edit = merged(changes.clone(), &json!({ "expectedVersion": 9 }));
    let decide = json!({ "accept": false, "reason": "NOT_TRUE" });
    let merge = |other: &str| json!({ other: ServiceId::from_bytes([9; 16]).to_string(), "expectedKeptVersion": 9, "expectedMergedVersion": 9 });
    let pair = |other: &str| json!({ other: ServiceId::from_bytes([9; 16]).to_string() });
    let place = LocationId::from_bytes([9; 16]).to_string();
    vec![
        Question::of_query("serviceHistory", "serviceId", &safe_house),
        Question::of_query("directoryProposals", "after", &cursor("proposals", &paris.proposal))
            .instead(cursor("proposals", &never(&paris.proposal))),
        Question::of_query("servicesToReview", "after", &cursor("review|2026-01-01", &safe_house))
            .instead(cursor("review|2026-01-01", &never(&safe_house))),
        Question::of_mutation("serviceEdit", "serviceId", &edit, &safe_house),
        Question::of_mutation(
            "organizationEdit",
            "organizationId",
            &json!({ "expectedVersion": 9, "changes": { "name": "x" } }),
            &organization_id(SAFE_HOUSE),
        ),
        Question::of_mutation("serviceMerge", "keptId", &merge("mergedId"), &safe_house),
        Question::of_mutation("serviceMerge", "mergedId", &merge("keptId"), &safe_house),
        Question::of_mutation("serviceUnmerge", "mergedId", &json!({}), &safe_house),
        Question::of_mutation("serviceDismissDuplicate", "serviceId", &pair("otherId"), &safe_house),
        Question::of_mutation("serviceDismissDuplicate", "otherId", &pair("serviceId"), &safe_house),
        Question::of_mutation("serviceRestoreDuplicate", "serviceId", &pair("otherId"), &safe_house),
        Question::of_mutation("serviceRestoreDuplicate", "otherId", &pair("serviceId"), &safe_house),
        Question::of_mutation("serviceCorrectionSuggest", "serviceId", &changes, &safe_house),
        Question::of_mutation("serviceMarkDoNotUse", "placeId", &json!({ "serviceId": safe_house }), &place),
        Question::of_mutation("serviceMarkDoNotUse", "serviceId", &json!({}), &safe_house),
        Question::of_mutation("serviceLiftDoNotUse", "serviceId", &json!({ "phone": "115" }), &safe_house),
        Question::of_mutation("serviceLiftDoNotUse", "placeId", &json!({ "serviceId": safe_house }), &place),
        Question::of_mutation(
            "directoryProposalDecide",
            "exceptServiceIds",
            &json!({ "directoryProposalId": paris.proposal, "accept": true, "reason": "NOT_TRUE" }),
            &safe_house,
        ),
        Question::of_mutation("serviceCapacityUpdate", "serviceId", &json!({ "status": "OPEN" }), &safe_house),
        Question::of_mutation("serviceConfirm", "serviceId", &json!({}), &safe_house),
        Question::of_mutation("directoryProposalDecide", "directoryProposalId", &decide, &paris.proposal),
    ]
}

pub(super) fn cursor(list: &str, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("v1|{list}|{id}"))
}

pub(super) fn questions(paris: &Paris, own: &Own) -> Vec<Question> {
    let Referred { id, version } = &paris.referral;
    let mut questions = vec![
        Question::of_query("service", "id", &service_id(SAFE_HOUSE_SERVICE)),
        Question::of_query("organization", "id", &organization_id(SAFE_HOUSE)),
        Question::of_query("referral", "id", id),
        Question::of_query("referral", "id", &paris.draft.id),
        Question::of_query("referralNextPartners", "referralId", id),
        Question::of_query("sentReferrals", "case", &paris.case),
        Question::of_query("statutoryReports", "case", &paris.case),
        Question::of_query("whoSawWhat", "case", &paris.case),
        Question::of_query("auditEvents", "trail", &ProjectId::derived("corridor", "paris").to_string()),
        Question::of_query("caseBySpokenCode", "spokenCode", &paris.spoken_code)
            .instead(SpokenCode::from_chance(0x00F0_F0F0).spelled()),
        Question::of_query("casesByFileNumber", "fileNumber", "PAN-2026/118").instead("PAN-2099/000".to_owned()),
        Question::of_query("inbox", "after", &cursor("inbox", id)).instead(cursor("inbox", &never(id))),
        Question::of_query("sentReferrals", "after", &cursor("sent", id)).instead(cursor("sent", &never(id))),
    ];
    for id in [
        &service_id(SAFE_HOUSE_SERVICE),
        &organization_id(SAFE_HOUSE),
        id,
        &paris.draft.id,
        &paris.case,
        &paris.consent,
        &paris.demand,
        &paris.glass,
        &paris.notice,
        &paris.deletion,
        &paris.held,
        &paris.report,
        &paris.incident,
    ] {
        questions.push(Question::of_query("node", "id", id));
    }
    questions.push(Question::of_query("node", "id", &paris.proposal));
    questions.push(Question::of_query("node", "id", &paris.webhook));
    questions.push(Question::of_query("node", "id", &paris.phone));
    questions.push(Question::of_mutation("deviceRevoke", "deviceId", &json!({}), &paris.phone));
    let team = TeamId::derived("corridor", "project paris").to_string();
    questions.push(Question::of_mutation("deviceEnrol", "teamId", &json!({ "name": "phone 1" }), &team));
    questions.extend(["RotateSecret", "Enable", "Test", "Delete"].map(|act| {
        let root = format!("webhookEndpoint{act}");
        Question::of_mutation(&root, "webhookEndpointId", &json!({}), &paris.webhook)
    }));
    questions.extend(of_directory(paris));
    questions.extend(of_places_and_rounds(paris));
    questions.extend(of_protection(paris));
    let create = json!({ "idempotencyKey": "", "caseId": own.case, "serviceId": service_id(DAY_CENTRE_SERVICE),
        "need": "SOCIAL_DAY_CENTRE", "consentId": own.consent });
    let consent = json!({ "idempotencyKey": "", "caseId": own.case, "recipientId": organization_id(LAWYERS),
        "basis": "SELF_INFORMED", "fieldScope": ["AGE_BAND"], "modality": "VERBAL", "language": "fr",
        "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
    let named = json!([{ "recipientId": organization_id(LAWYERS), "answer": "ACCEPTED", "fieldScope": ["AGE_BAND"] }]);
    let mut conversation = merged(consent.clone(), &json!({ "recipients": named }));
    for of_one in ["recipientId", "fieldScope"] {
        conversation.as_object_mut().expect("an input").remove(of_one);
    }
    let opened = json!({ "idempotencyKey": "", "person": { "area": "FR-93055" } });
    let demand = json!({ "idempotencyKey": "", "caseId": "", "need": "SOL_ETM", "result": "UNMET_FULL" });
    let close = json!({ "caseId": "", "expectedVersion": 9, "adminStatus": "RECOGNISED_UAM" });
    let basis = json!({ "caseId": "", "expectedVersion": 9, "ageBasis": "CONTESTED" });
    let hold = json!({ "caseId": "", "reason": "LITIGATION", "reviewOn": "2027-05-01" });
    questions.extend([
        Question::of_mutation("caseOpen", "teamId", &opened, &TeamId::derived("corridor", "project paris").to_string()),
        Question::of_mutation("consentRecord", "caseId", &consent, &paris.case),
        Question::of_mutation("consentRecord", "recipientId", &consent, &organization_id(SAFE_HOUSE)),
        Question::of_mutation("consentRecord", "restrictionIds", &consent, &organization_id(SAFE_HOUSE)),
        Question::of_mutation("consentConversationRecord", "caseId", &conversation, &paris.case),
        Question::of_mutation(
            "consentConversationRecord",
            "restrictionIds",
            &conversation,
            &organization_id(SAFE_HOUSE),
        ),
        Question::of_mutation("statutoryReportRecord", "caseId", &report_input(""), &paris.case),
        Question::of_mutation("consentOverrideRequest", "caseId", &override_input(""), &paris.case),
        Question::of_mutation(
            "consentOverrideRequest",
            "recipientId",
            &override_input(&own.case),
            &organization_id(SAFE_HOUSE),
        ),
        Question::of_mutation("referralCreate", "caseId", &create, &paris.case),
        Question::of_mutation("referralCreate", "serviceId", &create, &service_id(SAFE_HOUSE_SERVICE)),
        Question::of_mutation("referralCreate", "locationId", &create, &own.place_elsewhere),
        Question::of_mutation("referralCreate", "consentId", &create, &paris.consent),
        Question::of_mutation(
            "referralCreate",
            "follows",
            &merged(create.clone(), &json!({ "kind": "FOLLOW_UP" })),
            &paris.referral.id,
        ),
        Question::of_mutation(
            "demandCount",
            "teamId",
            &json!({ "idempotencyKey": "", "need": "BASIC_FOOD", "area": "FR-93055", "people": 5 }),
            &TeamId::derived("corridor", "project paris").to_string(),
        ),
        Question::of_mutation("demandRecord", "caseId", &demand, &paris.case),
        Question::of_mutation("caseAgeBasisSet", "caseId", &basis, &paris.case),
        Question::of_mutation("caseAppealClose", "caseId", &close, &paris.case),
        Question::of_mutation("legalHoldSet", "caseId", &hold, &paris.case),
        Question::of_mutation("legalHoldLift", "caseId", &json!({ "caseId": "" }), &paris.case),
    ]);
    let said = json!({ "basis": "SELF_INFORMED", "modality": "VERBAL", "language": "fr",
        "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
    let named = json!({ "serviceId": service_id(DAY_CENTRE_SERVICE), "answer": "ACCEPTED", "fieldScope": ["AREA"] });
    let made = json!({ "idempotencyKey": "", "need": "SOCIAL_DAY_CENTRE", "conversation": said, "recipients": [named],
        "subject": { "caseId": own.case }, "capacityConfirmed": true });
    questions.extend([
        Question::of_mutation("referralMake", "subject/caseId", &made, &paris.case),
        Question::of_mutation("referralMake", "recipients/0/serviceId", &made, &service_id(SAFE_HOUSE_SERVICE)),
        Question::of_mutation("referralMake", "recipients/0/locationId", &made, &own.place_elsewhere),
        Question::of_mutation("referralMake", "conversation/restrictionIds", &made, &organization_id(SAFE_HOUSE)),
    ]);
    let reroute = json!({ "idempotencyKey": "", "referralId": own.declined.id, "expectedVersion": own.declined.version,
        "consentId": own.consent, "serviceId": service_id(DAY_CENTRE_SERVICE) });
    questions.extend([
        Question::of_mutation("referralReroute", "referralId", &reroute, id),
        Question::of_mutation("referralReroute", "consentId", &reroute, &paris.consent),
        Question::of_mutation("referralReroute", "serviceId", &reroute, &service_id(SAFE_HOUSE_SERVICE)),
    ]);
    for step in [
        "Send",
        "Acknowledge",
        "Accept",
        "Decline",
        "Start",
        "Complete",
        "Waitlist",
        "NotRealise",
        "HandOver",
        "SlipCreate",
        "AnswerCodeCreate",
        "SlipPresent",
        "Reopen",
        "Ask",
        "AnswerQuestion",
        "MessageSend",
        "MessagesRead",
    ] {
        // The right version and a wrong one: neither tells that there is something.
        for expected_version in [*version, 9] {
            let input = json!({ "referralId": "", "expectedVersion": expected_version });
            let extra = match step {
                "Decline" => json!({ "code": "FULL" }),
                "Complete" => json!({ "outcome": "SERVICE_RECEIVED" }),
                "Waitlist" => json!({ "expectedWaitDays": 9 }),
                "NotRealise" => json!({ "outcome": "DIED" }),
                "HandOver" => json!({ "mode": "PHONE" }),
                "SlipPresent" => json!({ "code": "23456789" }),
                "Ask" => json!({ "question": { "template": "COMES_ALONE" } }),
                "AnswerQuestion" => json!({ "answer": { "word": "YES" } }),
                "MessageSend" => json!({ "text": "Tuesday." }),
                _ => json!({}),
            };
            questions.push(Question::of_mutation(&format!("referral{step}"), "referralId", &merged(input, &extra), id));
        }
    }
    questions
}

/// Questions of protection. Those that end something come last.
pub(super) fn of_protection(paris: &Paris) -> Vec<Question> {
    let project = ProjectId::derived("corridor", "paris").to_string();
    let team = TeamId::derived("corridor", "project paris").to_string();
    let mut questions = vec![
        Question::of_query("project", "id", &project),
        Question::of_query("node", "id", &project),
        Question::of_query("continuityList", "projectId", &project),
        Question::of_query("breakGlassRate", "projectId", &project),
        Question::of_query("partnerRevocations", "projectId", &project),
        Question::of_query("restartList", "projectId", &project),
        Question::of_query("node", "id", &paris.revocation),
    ];
    for root in ["projectFreeze", "projectThawRequest", "projectThawConfirm"] {
        questions.push(Question::of_mutation(root, "projectId", &json!({}), &project));
    }
    let sureau = ProjectId::derived("corridor", "sureau").to_string();
    let Referred { id, version } = &paris.referral;
    let closing = |reason: &str| json!({ "expectedVersion": version, "reason": reason });
    questions.extend([
        Question::of_mutation("projectNameDesk", "projectId", &json!({ "teamId": team }), &project),
        Question::of_mutation("projectNameDesk", "teamId", &json!({ "projectId": sureau }), &team),
        Question::of_mutation(
            "partnerRevoke",
            "projectId",
            &json!({ "organizationId": organization_id(HOSPITAL), "reason": "ENDED" }),
            &project,
        ),
        Question::of_mutation(
            "partnerRevoke",
            "organizationId",
            &json!({ "projectId": sureau, "reason": "ENDED" }),
            &organization_id(SAFE_HOUSE),
        ),
        Question::of_mutation("partnerRevocationEndRequest", "partnerRevocationId", &json!({}), &paris.revocation),
        Question::of_mutation("partnerRevocationEndConfirm", "partnerRevocationId", &json!({}), &paris.revocation),
        Question::of_mutation("custodyTake", "referralId", &json!({}), id),
        Question::of_mutation("breakGlassReview", "breakGlassId", &json!({ "verdict": "JUSTIFIED" }), &paris.glass),
        Question::of_mutation("noticeSeen", "noticeId", &json!({}), &paris.notice),
        Question::of_mutation("deletionAnswer", "deletionId", &json!({ "answer": "DELETED" }), &paris.deletion),
        Question::of_mutation("statutoryReportConfirm", "statutoryReportId", &json!({}), &paris.report),
        Question::of_mutation("incidentClose", "incidentId", &json!({ "resolution": "REMEDIED" }), &paris.incident),
        Question::of_mutation("consentOverrideConfirm", "consentOverrideId", &json!({}), &paris.held),
        Question::of_mutation("consentOverrideTakeBack", "consentOverrideId", &json!({}), &paris.held),
        Question::of_mutation("consentConfirm", "consentId", &json!({}), &paris.consent),
        Question::of_mutation("consentWithdraw", "consentId", &json!({}), &paris.consent),
        Question::of_mutation("referralCancel", "referralId", &closing("NOT_SAFE"), id),
        Question::of_mutation("referralMarkError", "referralId", &closing("TRIAL"), id),
    ]);
    questions
}
