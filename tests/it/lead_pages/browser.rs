//! These pages in a real Chromium, at the width of a small phone and without scripts, in three languages: no fault of
//! accessibility, nothing wider than the screen, everything reached by keyboard.

use super::{
    coordinator, decision_recorded, harmed, opened, override_asked, project, ready, report_recorded, suggested,
};
use crate::kit::steps::organization_id;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World};
use crate::protection::protected;
use crate::team_pages::browser::{cookie_header, report};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_who_leads_are_for_everybody_in_a_real_browser() {
    let world = protected(World::on_sqlite().await).await;
    let coordinator = coordinator(&world).await;
    let caseworker = world.person("caseworker");
    let ready = ready(&world).await;
    let referral = world.refer(&ready, "REQUESTED").await;
    harmed(&world, &ready, &caseworker).await;
    opened(&world, &world.person("second coordinator"), &referral).await;
    override_asked(&world, &caseworker).await;
    report_recorded(&world, &caseworker).await;
    decision_recorded(&world, &caseworker).await;
    suggested(&world, &world.person("caseworker of another project"), "3 euros").await;
    world.publish(&world.like(MINORITY_APPEAL, "Recours de minorité, autre source")).await;
    let revoked =
        json!({ "projectId": project("paris"), "organizationId": organization_id(LAWYERS), "reason": "OTHER" });
    world.done(&world.person("second coordinator"), "partnerRevoke", &revoked).await;
    let paris = json!({ "projectId": project("paris") });
    let pages = |frozen: bool| {
        let path = format!("/projects/{}", project("paris"));
        let mut pages = vec![json!({ "name": format!("project-{frozen}"), "path": path })];
        if frozen {
            pages.push(json!({ "name": "left", "path": format!("{path}/left") }));
            return pages;
        }
        let parts = ["consents", "overrides", "reports", "openings", "incidents", "proposals", "pairs"];
        pages.extend(parts.map(|part| json!({ "name": part, "path": format!("/reviews/{part}") })));
        pages
            .extend(["notices", "reviews", "projects"].map(|name| json!({ "name": name, "path": format!("/{name}") })));
        pages
    };
    for (frozen, expected) in [(false, 33), (true, 6)] {
        if frozen {
            world.done(&world.person("coordinator"), "projectFreeze", &paris).await;
        }
        let asked = json!({
            "cookie": cookie_header(&coordinator.enrolled.browser), "languages": ["fr", "en", "ar"], "pages": pages(frozen),
        });
        let Some(report) = report(&world, "pages.mjs", asked).await else { return };
        assert_eq!(report["faults"], json!([]));
        assert_eq!(report["pages"], json!(expected), "in three languages");
    }
}
