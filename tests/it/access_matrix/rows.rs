//! What is asked of whom: a row for each query and each act, with the object that it is about.

use super::*;

pub(super) async fn directory_rows(world: &World) -> Vec<Row> {
    let mut rows = vec![query("viewer", "", json!({})), query("services", "all, first 100", json!({ "first": 100 }))];
    rows.push(query("directoryChanges", "all, first 100", json!({ "first": 100 })));
    rows.push(query("duplicateCandidates", "all", json!({})));
    for (object, service) in publish_tiers(world).await {
        rows.push(query("service", object, json!({ "id": service.id.to_string() })));
    }
    for (object, key) in [("after violence", CARE_AFTER_VIOLENCE), ("against trafficking", ESCAPE_FROM_TRAFFICKING)] {
        rows.push(query("service", format!("restricted, {object}"), json!({ "id": service_id(key) })));
    }
    rows.push(query("serviceHistory", "of the minority appeal", json!({ "serviceId": service_id(MINORITY_APPEAL) })));
    rows.push(query("servicesToReview", "", json!({})));
    rows.push(query("places", "by name", json!({ "name": "Zouara" })));
    rows.push(query("areas", "by name", json!({ "name": "Pantin" })));
    rows.push(query("area", "by code", json!({ "code": "FR-93055" })));
    rows.push(query("directoryProposals", "", json!({})));
    for (object, key) in [("with known services", LAWYERS), ("with a restricted service only", SAFE_HOUSE)] {
        rows.push(query("organization", object, json!({ "id": organization_id(key) })));
    }
    rows
}

/// Queries about persons: objects of Paris, referrals to the lawyers in every state.
pub(super) async fn person_rows(world: &World, ready: &Ready) -> Vec<Row> {
    let mut rows = Vec::new();
    for state in STATES {
        let referred = world.refer(ready, state).await;
        rows.push(query("referral", format!("{state}, Paris to the lawyers"), json!({ "id": referred.id })));
        if state == "REQUESTED" {
            rows.push(query("node", "a referral, requested", json!({ "id": referred.id })));
            rows.push(query("referralNextPartners", "requested", json!({ "referralId": referred.id, "first": 2 })));
        }
    }
    let demand =
        json!({ "idempotencyKey": fresh_key(), "caseId": ready.case, "need": "SOL_ETM", "result": "UNMET_FULL" });
    let demand = world.done(&ready.sender, "demandRecord", &demand).await;
    for (object, id) in [
        ("a service", service_id(MINORITY_APPEAL)),
        ("an organisation", organization_id(LAWYERS)),
        ("a case of Paris", ready.case.clone()),
        ("a consent of Paris", ready.consent.clone()),
        ("a demand of Paris", text(&demand["id"])),
    ] {
        rows.push(query("node", object, json!({ "id": id })));
    }
    let case = world.ask(
        &ready.sender,
        "query($id: ID!) { node(id: $id) { ... on CaseReference { spokenCode } } }",
        json!({ "id": ready.case }),
    );
    let code = text(case.await.at("node/spokenCode"));
    rows.extend([
        query("inbox", "all", json!({})),
        query("sentReferrals", "all", json!({})),
        query("capacityChecks", "asked", json!({})),
        query("capacityChecks", "received", json!({ "received": true })),
        query("partnerOffers", "made", json!({})),
        query("partnerOffers", "received", json!({ "received": true })),
        query("servicesReceivingOffers", "", json!({})),
        query("sentReferrals", "of a case of Paris", json!({ "case": ready.case })),
        query("caseBySpokenCode", "of Paris", json!({ "spokenCode": code })),
        query("casesByFileNumber", "of Paris", json!({ "fileNumber": "PAN-2026/118" })),
        query("whoSawWhat", "a case of Paris", json!({ "case": ready.case })),
        query("auditEvents", "the own ones, first 3", json!({ "first": 3 })),
        query("auditEvents", "of Paris", json!({ "trail": ProjectId::derived("corridor", "paris").to_string() })),
        query("auditEvents", "of the network", json!({ "trail": "network" })),
        query("projects", "", json!({})),
        query("project", "Paris", json!({ "id": project_of_paris() })),
        query("continuityList", "Paris, at work", json!({ "projectId": project_of_paris() })),
        query("partnerRevocations", "Paris", json!({ "projectId": project_of_paris() })),
        query("restartList", "Paris, never frozen", json!({ "projectId": project_of_paris() })),
        query("notices", "", json!({})),
        query("breakGlassReviews", "", json!({})),
        query("breakGlassRate", "Paris", json!({ "projectId": project_of_paris() })),
        query("deletionRequests", "", json!({})),
        query("consentOverrides", "all", json!({})),
        query("statutoryReports", "all", json!({})),
        query("incidents", "all", json!({})),
        query("legalHolds", "all", json!({})),
        query("webhookEndpoints", "of one's own organisation", json!({})),
        query("devices", "of one's own teams", json!({})),
        query("serviceGaps", "of one's own project", json!({ "firstMonth": "2026-11", "lastMonth": "2026-11" })),
    ]);
    rows
}

pub(super) fn mutation_rows(ready: &Ready) -> Vec<Row> {
    let consent = |recipient: &str| {
        json!({ "caseId": ready.case, "recipientId": organization_id(recipient), "basis": "CHILD_CONSENT_MATURE",
            "fieldScope": ["AGE_BAND"], "modality": "VERBAL", "language": "fr",
            "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] })
    };
    let mut conversation = consent(LAWYERS);
    conversation["recipients"] =
        json!([{ "recipientId": organization_id(LAWYERS), "answer": "ACCEPTED", "fieldScope": ["AGE_BAND"] }]);
    for of_one in ["recipientId", "fieldScope"] {
        conversation.as_object_mut().expect("an input").remove(of_one);
    }
    let said = json!({ "basis": "CHILD_CONSENT_MATURE", "modality": "VERBAL", "language": "fr",
        "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
    let made = json!({ "subject": { "caseId": ready.case }, "need": "LEGAL_MINORITY_APPEAL", "conversation": said,
        "recipients": [{ "serviceId": service_id(MINORITY_APPEAL), "answer": "ACCEPTED",
            "fieldScope": ["AGE_BAND", "LANGUAGES", "AREA"] }], "capacityConfirmed": true });
    let mut hidden = ready.draft.clone();
    hidden["serviceId"] = json!(service_id(CARE_AFTER_VIOLENCE));
    hidden["need"] = json!("HEALTH_SEXUAL_VIOLENCE_CARE");
    let demand = json!({ "caseId": ready.case, "need": "SOL_ETM", "result": "UNMET_NO_SERVICE" });
    let close = json!({ "caseId": ready.case, "expectedVersion": 9, "adminStatus": "RECOGNISED_UAM" });
    let asked = json!({ "caseId": ready.case, "recipientId": organization_id(LAWYERS), "basis": "VITAL_INTEREST",
        "reason": "CANNOT_DECIDE" });
    let report = json!({ "caseId": ready.case, "authority": "PROSECUTOR", "reportedOn": "2026-11-20", "information": "INFORMED" });
    let basis = json!({ "caseId": ready.case, "expectedVersion": 9, "ageBasis": "CONTESTED" });
    let hold = json!({ "caseId": ready.case, "reason": "LITIGATION", "reviewOn": "2027-05-01" });
    let places = json!({ "serviceId": service_id(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL", "quantity": 3,
        "until": "2026-11-27T08:00:00Z" });
    let never = json!({ "referralId": ReferralId::from_bytes([7; 16]).to_string(), "expectedVersion": 1 });
    let offer = json!({ "referrals": [never] });
    vec![
        act("caseOpen", "in one's own project", Input::Create(json!({ "person": { "area": "FR-93055" } }))),
        act("consentRecord", "case of Paris, for the lawyers", Input::Create(consent(LAWYERS))),
        act("consentRecord", "case of Paris, for a safe house", Input::Create(consent(SAFE_HOUSE))),
        act("consentConversationRecord", "case of Paris, for the lawyers", Input::Create(conversation)),
        act("statutoryReportRecord", "case of Paris", Input::Create(report)),
        act("consentOverrideRequest", "case of Paris, for the lawyers", Input::Create(asked)),
        act("referralCreate", "case of Paris, to the lawyers", Input::Create(ready.draft.clone())),
        act("referralCreate", "case of Paris, to care after violence", Input::Create(hidden)),
        act("referralMake", "case of Paris, to the lawyers", Input::Create(made)),
        act("referralSend", "DRAFT", Input::Step("DRAFT")),
        act("referralAcknowledge", "REQUESTED", Input::Step("REQUESTED")),
        act("referralAsk", "ACKNOWLEDGED", Input::Step("ACKNOWLEDGED")),
        act("referralAnswerQuestion", "CLARIFYING", Input::Step("CLARIFYING")),
        act("referralMessageSend", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralMessagesRead", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralAccept", "ACKNOWLEDGED", Input::Step("ACKNOWLEDGED")),
        act("referralDecline", "ACKNOWLEDGED", Input::Step("ACKNOWLEDGED")),
        act("referralStart", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralComplete", "IN_SERVICE", Input::Step("IN_SERVICE")),
        act("referralReroute", "DECLINED", Input::Step("DECLINED")),
        act("referralWaitlist", "ACKNOWLEDGED", Input::Step("ACKNOWLEDGED")),
        act("referralNotRealise", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralHandOver", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralSlipCreate", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralAnswerCodeCreate", "ACCEPTED", Input::Step("ACCEPTED")),
        act("referralSlipPresent", "ACCEPTED, a wrong code", Input::Step("ACCEPTED")),
        act("referralReopen", "COMPLETED", Input::Step("COMPLETED")),
        act("capacityCheckAsk", "of the lawyers", Input::Create(places)),
        act("referralOfferToFirst", "never were", Input::Create(offer)),
        act("demandRecord", "case of Paris", Input::Create(demand)),
        act("demandCount", "Paris", Input::Create(json!({ "need": "BASIC_FOOD", "area": "FR-93055", "people": 5 }))),
        act("caseAgeBasisSet", "case of Paris, an old version", Input::Fixed(json!({ "input": basis }))),
        act("caseAppealClose", "case of Paris, an old version", Input::Fixed(json!({ "input": close }))),
        act("legalHoldSet", "case of Paris", Input::Fixed(json!({ "input": hold }))),
        act("legalHoldLift", "case of Paris", Input::Fixed(json!({ "input": { "caseId": ready.case } }))),
    ]
}

/// What is done to the webhooks of one's own organisation.
pub(super) fn webhook_acts() -> Vec<Row> {
    let never = json!({ "webhookEndpointId": WebhookEndpointId::from_bytes([7; 16]).to_string() });
    let of_never = |root| act(root, "never was", Input::Fixed(json!({ "input": never })));
    let url = json!({ "input": { "url": "https://hooks.example.org/relais" } });
    let inside = json!({ "input": { "url": "https://127.0.0.1/relais" } });
    vec![
        act("webhookEndpointCreate", "outside", Input::Fixed(url)),
        act("webhookEndpointCreate", "inside", Input::Fixed(inside)),
        of_never("webhookEndpointRotateSecret"),
        of_never("webhookEndpointEnable"),
        of_never("webhookEndpointTest"),
        of_never("webhookEndpointDelete"),
    ]
}

/// What is done to the phones of teams.
pub(super) fn device_acts() -> Vec<Row> {
    let never = json!({ "input": { "deviceId": DeviceId::from_bytes([7; 16]).to_string() } });
    let of_team = |team: &str| {
        let team = TeamId::derived("corridor", team).to_string();
        Input::Fixed(json!({ "input": { "teamId": team, "name": "phone 1" } }))
    };
    vec![
        act("deviceEnrol", "for the team of Paris", of_team("project paris")),
        act("deviceEnrol", "for a team that never was", of_team("project nowhere")),
        act("deviceRevoke", "never was", Input::Fixed(never)),
    ]
}

/// What keeps the directory true, on a service of the lawyers; the mark on one to which nobody refers.
pub(super) fn directory_acts() -> Vec<Row> {
    let of_service = |more: Value| {
        let service = json!({ "serviceId": service_id(MINORITY_APPEAL) });
        Input::Fixed(json!({ "input": merged(service, &more) }))
    };
    let marked = json!({ "serviceId": ServiceId::derived("test", "tier network").to_string() });
    let edit = json!({ "expectedVersion": 99, "changes": { "fees": "free" } });
    vec![
        act("serviceEdit", "of the lawyers, an old version", of_service(edit)),
        act(
            "organizationEdit",
            "the lawyers, an old version",
            Input::Fixed(json!({ "input": { "organizationId": organization_id(LAWYERS), "expectedVersion": 99,
            "changes": { "description": "Advises." } } })),
        ),
        act(
            "serviceMerge",
            "of the lawyers, old versions",
            Input::Fixed(json!({ "input": { "keptId": service_id(MINORITY_APPEAL),
            "mergedId": marked["serviceId"], "expectedKeptVersion": 99, "expectedMergedVersion": 99 } })),
        ),
        act(
            "serviceUnmerge",
            "of the lawyers",
            Input::Fixed(json!({ "input": { "mergedId": service_id(MINORITY_APPEAL) } })),
        ),
        act(
            "serviceDismissDuplicate",
            "of the lawyers and of the hospital",
            Input::Fixed(json!({ "input": { "serviceId": service_id(MINORITY_APPEAL),
            "otherId": marked["serviceId"] } })),
        ),
        act(
            "serviceRestoreDuplicate",
            "of the lawyers and of the hospital",
            Input::Fixed(json!({ "input": { "serviceId": service_id(MINORITY_APPEAL),
            "otherId": marked["serviceId"] } })),
        ),
        act("serviceCorrectionSuggest", "of the lawyers", of_service(json!({ "changes": { "fees": "free" } }))),
        act("serviceCapacityUpdate", "of the lawyers", of_service(json!({ "status": "OPEN" }))),
        act("serviceConfirm", "of the lawyers", of_service(json!({}))),
        act("directoryProposalDecide", "of a caseworker", Input::Proposal),
        act("serviceLiftDoNotUse", "of the lawyers, unmarked", of_service(json!({ "phone": "0000" }))),
        act("serviceMarkDoNotUse", "of the hospital, tier network", Input::Fixed(json!({ "input": marked }))),
    ]
}

fn never_offered(over: Value) -> Value {
    let id = PartnerOfferId::from_bytes([7; 16]).to_string();
    merged(json!({ "partnerOfferId": id, "expectedVersion": 1 }), &over)
}

fn to_the_clinic() -> Value {
    json!({ "idempotencyKey": "to-the-clinic", "serviceId": service_id(CONSULTATIONS), "need": "HEALTH_PRIMARY",
        "person": { "ageBand": "AGE_15_17" }, "agreed": true })
}

fn never_asked() -> String {
    CapacityCheckId::from_bytes([7; 16]).to_string()
}

fn never_revoked() -> String {
    RevocationId::from_bytes([7; 16]).to_string()
}

fn project_of_paris() -> String {
    ProjectId::derived("corridor", "paris").to_string()
}

/// What protection does: each on something fresh, so that the columns do not depend on each other; the freeze
/// comes last.
pub(super) fn protection_rows() -> Vec<Row> {
    let project = json!({ "projectId": project_of_paris() });
    let fixed = |input: Value| Input::Fixed(json!({ "input": input }));
    let desk =
        json!({ "projectId": project_of_paris(), "teamId": TeamId::derived("corridor", "project paris").to_string() });
    vec![
        act("referralCancel", "REQUESTED", Input::Step("REQUESTED")),
        act("referralMarkError", "COMPLETED", Input::Step("COMPLETED")),
        act("breakGlassOpen", "by a referral, REQUESTED", Input::Glass),
        act(
            "breakGlassReview",
            "never was",
            fixed(json!({ "breakGlassId": GlassId::from_bytes([7; 16]).to_string(), "verdict": "JUSTIFIED" })),
        ),
        act("custodyTake", "never was", fixed(json!({ "referralId": ReferralId::from_bytes([7; 16]).to_string() }))),
        act("noticeSeen", "never was", fixed(json!({ "noticeId": NoticeId::from_bytes([7; 16]).to_string() }))),
        act(
            "deletionAnswer",
            "never was",
            fixed(json!({ "deletionId": DeletionId::from_bytes([7; 16]).to_string(), "answer": "DELETED" })),
        ),
        act("serviceReceptionSet", "of the clinic, nobody", fixed(json!({ "serviceId": service_id(CONSULTATIONS) }))),
        act("partnerOfferMake", "to the clinic, whom nobody receives", fixed(to_the_clinic())),
        act("partnerOfferWithdraw", "never was", fixed(never_offered(json!({})))),
        act("partnerOfferAccept", "never was", fixed(never_offered(json!({})))),
        act("partnerOfferDecline", "never was", fixed(never_offered(json!({ "code": "FULL" })))),
        act("partnerOfferComplete", "never was", fixed(never_offered(json!({ "outcome": "SERVICE_RECEIVED" })))),
        act("capacityCheckAnswer", "never was", fixed(json!({ "capacityCheckId": never_asked(), "answer": "NO" }))),
        act("capacityCheckClose", "never was", fixed(json!({ "capacityCheckId": never_asked() }))),
        act(
            "statutoryReportConfirm",
            "never was",
            fixed(json!({ "statutoryReportId": ReportId::from_bytes([7; 16]).to_string() })),
        ),
        act(
            "incidentClose",
            "never was",
            fixed(json!({ "incidentId": IncidentId::from_bytes([7; 16]).to_string(), "resolution": "REMEDIED" })),
        ),
        act("consentOverrideConfirm", "asked by the caseworker", Input::Override),
        act(
            "consentOverrideTakeBack",
            "never was",
            fixed(json!({ "consentOverrideId": OverrideId::from_bytes([7; 16]).to_string() })),
        ),
        act("consentWithdraw", "of a case of Paris", Input::Withdrawal),
        act("consentConfirm", "never was", fixed(json!({ "consentId": ConsentId::from_bytes([7; 16]).to_string() }))),
        act(
            "partnerRevoke",
            "the hospital, by Paris",
            fixed(
                json!({ "projectId": project_of_paris(), "organizationId": organization_id(HOSPITAL), "reason": "ENDED" }),
            ),
        ),
        act("partnerRevocationEndRequest", "never was", fixed(json!({ "partnerRevocationId": never_revoked() }))),
        act("partnerRevocationEndConfirm", "never was", fixed(json!({ "partnerRevocationId": never_revoked() }))),
        act("projectNameDesk", "the own team", fixed(desk)),
        act("projectThawRequest", "Paris, at work", fixed(project.clone())),
        act("projectThawConfirm", "Paris, at work", fixed(project.clone())),
        act("projectFreeze", "Paris", fixed(project)),
    ]
}
