//! The six months that the demonstration makes up: every state, the same ones again, and nothing left without an end.

use crate::kit::postgres::{PostgresDatabase, fresh_database};
use crate::kit::world::BEGINNING;
use relais::actions::audit::verify;
use relais::actions::demand::gaps;
use relais::actions::jobs::{Worker, enlist, run_due};
use relais::app::App;
use relais::clock::Fixed;
use relais::demo::{Made, SixMonths, load, make_up};
use relais::domain::clocks::timers_of;
use relais::domain::code::CodeList as _;
use relais::domain::job::{JobKind, name_of};
use relais::domain::lifecycle::Status;
use relais::domain::referral::Referral;
use relais::domain::time::Timestamp;
use relais::policy::access::{Access, Viewer};
use relais::policy::table::Table;
use relais::seal::Anchors;
use relais::store::{Location, Selection};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Enough for every state to be there.
const FEW: SixMonths = SixMonths { seed: 7, cases: 56 };
/// The places of the seeds, as their projects are called in the command file.
const PLACES: [&str; 9] =
    ["paris", "calais", "marseille", "tripoli", "zuwara", "tunis", "sicily", "nouakchott", "dakar"];

/// A node in whose database nothing has happened yet.
struct New {
    app: App,
    _postgres: Option<PostgresDatabase>,
    _folder: Option<tempfile::TempDir>,
}

impl New {
    async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("relais.db").display());
        Self { app: node(Location::from(&url)).await, _postgres: None, _folder: Some(folder) }
    }

    async fn on_postgres() -> Option<Self> {
        let database = fresh_database().await?;
        let location = Location { kek_file: Some(database.kek_file()), ..Location::from(&database.url()) };
        Some(Self { app: node(location).await, _postgres: Some(database), _folder: None })
    }

    async fn make_up(&self, wanted: SixMonths) -> Option<Made> {
        make_up(self.app.context(), wanted, &mut |_, _| {}).await.expect("six months")
    }

    async fn access(&self, handle: &str) -> Access {
        let found = self.app.context().store.find_account_by_handle(handle).await.expect("an answer");
        Access::new(Viewer::Staff(found.unwrap_or_else(|| panic!("nobody is called {handle}"))), Table::standard())
    }

    /// Every referral, by its project.
    async fn referrals(&self) -> Vec<Referral> {
        let mut referrals = Vec::new();
        for place in PLACES {
            let scope = self.access(&format!("coordinator-{place}")).await.scope();
            let all = Selection { open: None, case_id: None, to_ending_services: false, after: None, limit: 10_000 };
            let sent = self.app.context().store.list_sent_referrals(&scope, all).await.expect("a list");
            assert!(!sent.is_empty(), "{place} has referrals");
            referrals.extend(sent);
        }
        referrals
    }
}

async fn node(location: Location) -> App {
    node_at(location, BEGINNING).await
}

async fn node_at(location: Location, at: &str) -> App {
    let clock = Arc::new(Fixed::at(Timestamp::parse(at).expect("an instant")));
    App::open(location, clock.clone(), clock).await.expect("an open database")
}

/// Everything of a referral that chance, time or the actions decide.
fn told(referral: &Referral) -> String {
    let Referral { id, version, chain_id, status, status_at, requested_at, need, urgency, decline_code, .. } = referral;
    let (service_id, consent_id, case_id) = (referral.service_id, referral.consent_id, referral.case_id);
    format!(
        "{id} {version} {chain_id} {status} {status_at} {requested_at:?} {need} {urgency} {decline_code:?} {:?} {service_id} \
         {consent_id} {case_id}",
        referral.outcome_code
    )
}

/// What the six months leave is looked at on the node that made them.
async fn look_at(new: &New, made: &Made) {
    let context = new.app.context();
    let referrals = new.referrals().await;
    assert_eq!(made.referrals(), referrals.len());
    let states: BTreeSet<Status> = referrals.iter().map(|referral| referral.status).collect();
    let missing: Vec<&Status> = Status::ALL.iter().filter(|status| !states.contains(status)).collect();
    assert!(missing.is_empty(), "no referral is {missing:?}: {made}");
    assert!(made.needs_without_service > 0 && made.steps_refused < made.referrals() as u64 / 4, "{made:?}");

    // Whatever waits for somebody has something that ends it.
    for referral in referrals.iter().filter(|referral| !referral.status.is_terminal()) {
        let mut ends = referral.status == Status::Draft;
        for timer in timers_of(referral.status) {
            let name = name_of(JobKind::ReferralTimer, &format!("{} {timer}", referral.id));
            ends |= context.store.find_job(&name).await.expect("an answer").is_some();
        }
        assert!(ends, "nothing ends {}", told(referral));
    }
    assert!(
        context.store.find_next_due().await.expect("an answer") > Some(context.clock.now()),
        "what was due is done"
    );

    let anchors = Anchors::default();
    let verdicts = verify(context, &[], &anchors, &mut |_, _| {}).await.expect("verdicts");
    assert!(verdicts.len() >= PLACES.len() && verdicts.iter().all(|verdict| verdict.finding.is_none()));
    let mut told_of_gaps = 0;
    for place in PLACES {
        let coordinator = new.access(&format!("coordinator-{place}")).await;
        let shown = gaps(context, &coordinator, "2026-05", "2026-11").await.expect("a table");
        told_of_gaps += shown.outreach.len() + shown.cells.len();
    }
    assert!(told_of_gaps > PLACES.len(), "{told_of_gaps}");

    // The seeds are loaded anew at each start, and what serves looks at what is due: nothing of it is lost by that.
    load(context).await.expect("the seeds");
    enlist(context).await.expect("listed");
    for ran in run_due(context, &Worker::new(context.chance.as_ref())).await.expect("what was due") {
        assert!(ran.error.is_none(), "{ran:?}");
    }
    let left: Vec<String> = new.referrals().await.iter().map(told).collect();
    assert_eq!(left, referrals.iter().map(told).collect::<Vec<_>>());
    assert_eq!(new.make_up(FEW).await, None, "a past is made up once");
}

#[tokio::test]
async fn six_months_have_every_state_and_an_end_for_each_referral_on_sqlite() {
    let new = New::on_sqlite().await;
    let made = new.make_up(FEW).await.expect("something");
    look_at(&new, &made).await;
}

/// As many as the demonstration makes up, up to a day on which some service takes nobody: it is called then.
#[tokio::test]
async fn as_many_as_the_demonstration_makes_up_go_to_their_end_on_another_day() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("relais.db").display());
    let app = node_at(Location::from(&url), "2026-11-28T10:31:00Z").await;
    let new = New { app, _postgres: None, _folder: Some(folder) };
    let made = new.make_up(SixMonths::STANDARD).await;
    assert!(made.is_some());
}

#[tokio::test]
async fn six_months_have_every_state_and_an_end_for_each_referral_on_postgres() {
    let Some(new) = New::on_postgres().await else { return };
    let made = new.make_up(FEW).await.expect("something");
    look_at(&new, &made).await;
}

#[tokio::test]
async fn the_same_seed_makes_the_same_referrals_and_another_one_others() {
    let (wanted, other) = (SixMonths { seed: 7, cases: 24 }, SixMonths { seed: 8, cases: 24 });
    let mut all = Vec::new();
    for wanted in [wanted, wanted, other] {
        let new = New::on_sqlite().await;
        let made = new.make_up(wanted).await.expect("something");
        let mut told: Vec<String> = Vec::new();
        for place in ["paris", "calais", "marseille"] {
            let scope = new.access(&format!("coordinator-{place}")).await.scope();
            let part = Selection { open: None, case_id: None, to_ending_services: false, after: None, limit: 10_000 };
            let sent = new.app.context().store.list_sent_referrals(&scope, part).await.expect("a list");
            told.extend(sent.iter().map(self::told));
        }
        all.push((made, told));
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0].1, all[2].1);
}

#[tokio::test]
async fn nothing_is_made_up_where_something_has_happened_or_nothing_is_wanted() {
    let new = New::on_sqlite().await;
    assert_eq!(new.make_up(SixMonths { cases: 0, ..FEW }).await, None);
    load(new.app.context()).await.expect("the seeds");
    assert_eq!(new.make_up(FEW).await, None, "somebody may have used it");
}
