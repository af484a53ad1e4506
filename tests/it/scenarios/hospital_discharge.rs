//! Scenario 16: in Tripoli somebody leaves the hospital and may be detained.

use super::stage::{Request, all_told, libya, of_herself};
use crate::kit::people::is_signed_in;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::organization_id;
use crate::kit::world::{World, on_both_databases};
use relais::actions::export::{Audience, ExportRequest, prepare};
use relais::actions::people::NewAccount;
use relais::domain::account::Role;
use relais::domain::directory::{Capacity, CapacityStatus, Service, Tier};
use relais::domain::id::{Identifier, OrganizationId, ProjectId};
use relais::export::ExportFormat;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DAR_EL_MERSA: &str = "731aeefb-dc6e-4362-828a-980af92a2e76";
const PROJECT: &str = "Dar El Mersa west coast";
const SHELTER_OF: &str = "2d488634-4ba8-41ed-a430-c25e6c73d729";
const RESPITE: &str = "68d8d013-9c0f-4514-8bc2-21c72f747428";

/// A shelter of another organisation, for the project alone, which takes whoever leaves a hospital or a detention.
async fn shelter(world: &World) -> Service {
    let mut shelter = world.like(RESPITE, "Quiet rooms");
    shelter.organization_id = OrganizationId::derived("corridor", SHELTER_OF);
    shelter.tier = Tier::Project;
    shelter.projects = [ProjectId::derived("corridor", "tripoli")].into_iter().collect();
    let updated_at_microseconds = Some(world.now().plus_hours(-1).microseconds());
    shelter.capacity = Some(Capacity { updated_at_microseconds, ..Capacity::of(CapacityStatus::Open) });
    shelter.email = Some("rooms@example.org".to_owned());
    world.publish(&shelter).await;
    shelter
}

fn man(situation: &str) -> Value {
    json!({ "ageBand": "AGE_25_59", "gender": "MAN", "household": "ALONE", "situation": situation, "languages": ["ar"], "area": "LY-TB" })
}

on_both_databases! {
    async fn at_severe_risk_nothing_is_carried_named_or_handed_out(world: World) {
        // G: "severe profile, Org-H shelter".
        let world = libya(world).await;
        let rooms = shelter(&world).await.id.to_string();
        let sent = async |situation: &str| {
            let case = world.open_case("caseworker in Tripoli", man(situation), json!({})).await.id();
            let respite = Request { who: "caseworker in Tripoli", case: &case, recipient: SHELTER_OF, service: &rooms, need: "SHELTER_MEDICAL" };
            let mut said = of_herself(&[]);
            said["contactRule"] = json!("VIA_CASEWORKER");
            let consent = respite.agreed(&world, said).await;
            respite.sent(&world, &consent, json!({ "urgency": "URGENT" })).await
        };

        // W: "send with contact_rule via_caseworker". T: "situation `detention` never in stage 1".
        let leaving_hospital = sent("HOSPITAL").await;
        let read = all_told(&world, "agent of the shelter", &leaving_hospital).await;
        assert_eq!((&read["offer"]["situation"], &read["contactRule"]), (&json!("HOSPITAL"), &json!("VIA_CASEWORKER")));
        let detained = sent("DETENTION").await;
        let read = all_told(&world, "agent of the shelter", &detained).await;
        assert_eq!((&read["stage"], &read["offer"]["situation"]), (&json!("OFFER"), &Value::Null));
        assert!(!read["offer"].to_string().contains("DETENTION"), "{read}");

        // T: "slip and sealed note refused": there is no such thing as a note, and a slip is forbidden.
        let accepted = world.change("agent of the shelter", "referralAccept", &leaving_hospital, json!({})).await.referral();
        let refusal = world.refused("caseworker in Tripoli", "referralSlipCreate", accepted.input(json!({}))).await;
        assert_eq!(refusal, "InputError SLIP_FORBIDDEN referralId");
        let by_slip = accepted.input(json!({ "mode": "PERSON_CARRIES_SLIP" }));
        let refusal = world.refused("caseworker in Tripoli", "referralHandOver", by_slip).await;
        assert_eq!(refusal, "InputError SLIP_FORBIDDEN mode");
        let mut names = SCHEMA.inputs.keys().chain(SCHEMA.objects.keys());
        assert!(!names.any(|name| name.contains("Note") && !name.contains("Notice")), "no note in the schema");

        // T: "directory shows role mailbox without names".
        let query = "query($id: ID!) { service(id: $id) { email } }";
        let shown = world.ask(&world.person("caseworker in Tripoli"), query, json!({ "id": rooms })).await;
        assert_eq!(shown.at("service/email"), "rooms@example.org");
        for of in ["Service", "Organization", "Phone", "Place"] {
            let people = ["contact", "staff", "person"];
            let told = SCHEMA.objects[of].iter().find(|field| people.iter().any(|word| field.name.to_lowercase().contains(word)));
            assert!(told.is_none(), "{of} tells people");
        }

        // T: "export mutation refused": there is none, and no copy is made for the project either.
        assert!(SCHEMA.objects["Mutation"].iter().all(|field| !field.name.to_lowercase().contains("export")));
        let licences = BTreeMap::new();
        let audience = Audience::Network { project: Some(PROJECT) };
        let copy = ExportRequest { format: ExportFormat::CommaSeparated, audience, licences: &licences };
        let refused = prepare(world.app.context(), copy).await.map(drop).expect_err("no copy");
        assert!(refused.to_string().contains("severe risk"), "{refused}");

        // T: "session dies at 15 min".
        let signing_in = NewAccount {
            handle: "desk-1".to_owned(),
            role: Role::Caseworker,
            organization: organization_id(DAR_EL_MERSA),
            project: Some(PROJECT.to_owned()),
            teams: Vec::new(),
            is_trained: false,
        };
        let code = world.added(&signing_in).await;
        let enrolled = world.enrol("desk-1", &code).await;
        world.pass_minutes(14);
        assert!(is_signed_in(&enrolled.browser).await);
        world.pass_minutes(15);
        assert!(!is_signed_in(&enrolled.browser).await);
    }
}
