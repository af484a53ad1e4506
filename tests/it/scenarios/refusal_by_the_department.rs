//! Scenario 5: the département refuses to recognise a child, who appeals.

use super::stage::{Request, all_told, every_field_and_the_basis_of_the_age};
use crate::kit::erasing::ended;
use crate::kit::loop_calls::{girl, service, with};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::Service;
use relais::domain::id::{Identifier, OrganizationId};
use relais::domain::need::Need;
use relais::domain::retention::RetentionClock;
use serde_json::{Value, json};

const HOSTS: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";

/// A bed for minors of other hosts, which asks for nothing.
async fn bed(world: &World) -> Service {
    let mut bed = world.like(MINORITY_APPEAL, "Chambres du port");
    bed.organization_id = OrganizationId::derived("corridor", HOSTS);
    bed.needs = [Need::ShelterMinor].into();
    bed.eligibility = Default::default();
    world.publish(&bed).await;
    bed
}

on_both_databases! {
    async fn whose_age_is_contested_stays_a_child_and_the_lawyer_alone_is_told_of_the_contest(world: World) {
        // G: "recognition refused". W: "`age_basis` set to contested and a new legal referral is sent".
        let case = world.open_case("caseworker", girl(), json!({ "ageBasis": "DECLARED" })).await.id();
        let contested = json!({ "caseId": case, "expectedVersion": 1, "ageBasis": "CONTESTED" });
        world.done(&world.person("caseworker"), "caseAgeBasisSet", &contested).await;

        // T: "child guards unchanged (P-29)": a child's consent, for a child's thirty days, and no adult's.
        let everything = json!({ "fieldScope": every_field_and_the_basis_of_the_age() });
        let consent = world.record_consent("caseworker", &case, LAWYERS, everything.clone()).await;
        assert_eq!(consent.done()["expiresAt"], world.now().plus_days(30).to_string());
        let (office, room) = (service(MINORITY_APPEAL), bed(&world).await.id.to_string());
        let legal = Request { who: "caseworker", case: &case, recipient: LAWYERS, service: &office, need: "LEGAL_MINORITY_APPEAL" };
        let shelter = Request { recipient: HOSTS, service: &room, need: "SHELTER_MINOR", ..legal.clone() };
        let to_the_lawyer = legal.sent(&world, &consent.id(), json!({})).await;
        let agreed = shelter.agreed(&world, everything).await;
        let to_the_shelter = shelter.sent(&world, &agreed, json!({})).await;

        // T: "contested value invisible before acceptance, visible to the lawyer after".
        let before = all_told(&world, "lawyer", &to_the_lawyer).await;
        assert!(!before.to_string().contains("CONTESTED"), "{before}");
        let accepted = world.change("lawyer", "referralAccept", &to_the_lawyer, json!({})).await.referral();
        assert_eq!(all_told(&world, "lawyer", &accepted).await["ageBasis"], "CONTESTED");

        // T: "a shelter partner never sees it".
        let hosts = "another partner";
        let mut referral = to_the_shelter;
        for (act, more) in [
            ("referralAcknowledge", json!({})),
            ("referralAccept", json!({})),
            ("referralStart", json!({})),
            ("referralComplete", json!({ "outcome": "SERVICE_RECEIVED" })),
        ] {
            referral = world.change(hosts, act, &referral, more).await.referral();
            let read = all_told(&world, hosts, &referral).await;
            assert_eq!(read["ageBasis"], Value::Null);
            assert!(!read.to_string().contains("CONTESTED"), "{act}: {read}");
        }

        // T: "no retention clock starts while the appeal is open".
        world.move_to_day(800);
        let report = world.retention().await;
        for clock in [RetentionClock::CaseReference, RetentionClock::DecisionDetails] {
            let ended = ended(&report, clock);
            assert_eq!((ended.erased, ended.in_appeal), (0, 1), "{clock}");
        }
        assert_eq!(world.column("cases", "id").await, [case]);
    }

    /// The control of the last line: whom nobody contests goes in time.
    async fn a_case_without_an_appeal_goes_in_time(world: World) {
        let person = with(girl(), json!({ "adminStatus": "UNDOCUMENTED" }));
        world.open_case("caseworker", person, json!({ "ageBasis": "DECLARED" })).await.done();
        world.move_to_day(800);
        assert_eq!(ended(&world.retention().await, RetentionClock::CaseReference).erased, 1);
    }
}
