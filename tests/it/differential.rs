//! A second, naive answer to who may know what, written by hand from the reviewed table of need to know, and held
//! against the house's own on facts drawn at random: past the store and past the API, so that no second lock hides
//! a hole in the first.

mod facts;

use self::facts::{Chance, Drawn};
use crate::kit::requirement::{announce, is_full};
use relais::domain::account::Role;
use relais::domain::code::CodeList;
use relais::domain::directory::Tier;
use relais::domain::lifecycle::Status;
use relais::domain::need::NeedFamily;
use relais::domain::referral::Channel;
use relais::policy::directory_view::show_service;
use relais::policy::person_view::{show_case, show_consent, show_demand};
use relais::policy::referral_view::{ReferralStatus, ReferralView, show_referral};
use relais::policy::table::{Content, Relation, Table};
use relais::policy::visible::{Protected, Visible};
use std::fmt::Debug;

/// Fewest decisions of a run; of a full one twenty times as many.
const FEWEST_DECISIONS: usize = 50_000;

/// What is told of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Something,
    /// An instant by the hour, or that a referral is closed.
    Less,
}

/// From where somebody looks at a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Team,
    Leading,
    Recipient,
    Nobody,
}

/// How far a referral is open to its recipient, by the reviewed table: 0 not sent, 1 offered, 2 accepted, 3
/// handed over, 4 ended, 5 closed.
fn stage(drawn: &Drawn) -> u8 {
    match drawn.referral.status {
        Status::Draft => 0,
        Status::Requested | Status::Acknowledged | Status::Clarifying | Status::Waitlisted => 1,
        Status::Accepted if drawn.consent_is_live() => 2,
        Status::HandedOver | Status::InService if drawn.consent_is_live() => 3,
        Status::Accepted | Status::HandedOver | Status::InService => 1,
        Status::Completed | Status::Declined | Status::NotRealised | Status::Expired => 4,
        Status::Cancelled | Status::Withdrawn | Status::EnteredInError => 5,
    }
}

fn side(drawn: &Drawn) -> Side {
    let Some(account) = &drawn.account else { return Side::Nobody };
    let referral = &drawn.referral;
    let is_of_project = account.project_id == Some(referral.project_id);
    let works = matches!(account.role, Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin);
    // Who was called reads nothing.
    let was_sent = referral.channel == Some(Channel::Electronic);
    let leads_unit = account.project_id.is_none() && account.organization_id == referral.sender_id;
    if works && account.project_id.is_some() && account.team_ids.contains(&referral.team_id) {
        return Side::Team;
    }
    match account.role {
        Role::Coordinator if is_of_project => Side::Leading,
        Role::ProtectionLead if is_of_project || leads_unit => Side::Leading,
        _ if works && account.organization_id == referral.recipient_id && was_sent => Side::Recipient,
        _ => Side::Nobody,
    }
}

/// Whether somebody may find the service: by its tier, and by training where violence is concerned.
fn finds_service(drawn: &Drawn) -> bool {
    let service = &drawn.service;
    let trained = drawn.is_trained();
    if service.concerns_gender_based_violence() && !trained {
        return false;
    }
    let Some(account) = &drawn.account else { return service.tier == Tier::Public };
    if account.organization_id == service.organization_id {
        return true;
    }
    match service.tier {
        Tier::Public | Tier::Network => true,
        Tier::Project => account.project_id.is_some_and(|project| service.projects.contains(&project)),
        Tier::Restricted => trained,
        Tier::Sealed => matches!(account.role, Role::Coordinator | Role::ProtectionLead),
    }
}

/// What the reviewed table says of a field of a referral that somebody sees at all.
fn naive(field: &str, drawn: &Drawn, side: Side) -> Told {
    let stage = stage(drawn);
    let tell = |is_told: bool| if is_told { Told::Something } else { Told::Nothing };
    let by_side = |recipient: bool| tell(side != Side::Recipient || recipient);
    let is_violent = drawn.referral.need.concerns_gender_based_violence();
    match field {
        "status" if side == Side::Recipient && stage == 5 => Told::Less,
        "status" | "stage" | "recipient" => Told::Something,
        "service" => tell((side != Side::Recipient || stage <= 4) && finds_service(drawn)),
        "need" => tell((side != Side::Recipient || stage <= 4) && (drawn.is_trained() || !is_violent)),
        "location" | "decline" | "outcome" | "timeline" | "proof" | "kind" | "wait" | "handover" => by_side(stage <= 4),
        "follows" => by_side(matches!(stage, 2 | 3)),
        "channel" | "reroute" | "chain" | "round" => tell(side != Side::Recipient),
        "messages" => tell(side == Side::Team || (side == Side::Recipient && stage <= 3)),
        "statusAt" | "requestedAt" | "startedAt" if side == Side::Recipient => {
            if stage <= 4 {
                Told::Less
            } else {
                Told::Nothing
            }
        }
        "statusAt" | "requestedAt" | "startedAt" => Told::Something,
        // The hard deadline of the drawn one cuts a clock: then a recipient reads none.
        "acknowledgeBy" | "decideBy" | "serveBy" | "expiresAt" => tell(side != Side::Recipient),
        "neededBy" | "waitExceeds" => tell(side != Side::Recipient),
        // The offer, while the referral is open.
        "urgency" | "deadline" | "contact" | "sender" | "project" | "mailbox" | "phone" | "age" | "gender"
        | "household" | "languages" | "area" => by_side(stage <= 3),
        "admin" | "situation" => tell(side == Side::Team || (side == Side::Recipient && stage <= 3)),
        "flags" | "scope" => tell(side == Side::Team || (side == Side::Recipient && matches!(stage, 2 | 3))),
        "phrase" => {
            let is_said = drawn.referral.channel == Some(Channel::Electronic) && matches!(stage, 2 | 3);
            tell(is_said && side != Side::Leading)
        }
        "basis" => {
            let is_legal = drawn.referral.need.family() == NeedFamily::Legal;
            tell(is_legal && (side == Side::Team || (side == Side::Recipient && matches!(stage, 2 | 3))))
        }
        "validUntil" if side == Side::Recipient => {
            if matches!(stage, 2 | 3) {
                Told::Less
            } else {
                Told::Nothing
            }
        }
        "validUntil" | "case" | "consent" => tell(side == Side::Team),
        "alias" => tell(side == Side::Team || (side == Side::Recipient && is_named(drawn, stage))),
        other => panic!("the reviewed table has no {other}"),
    }
}

/// The recipient's name for the case: while accepted, and thirty days beyond for reopening.
fn is_named(drawn: &Drawn, stage: u8) -> bool {
    let was_accepted = matches!(drawn.referral.status, Status::Completed | Status::NotRealised);
    matches!(stage, 2 | 3) || (stage == 4 && was_accepted && drawn.ended_days_ago < 30 && drawn.consent_is_live())
}

fn told<T: Debug>(view: &Visible<ReferralView>, field: &Protected<T>) -> Told {
    match view.reveal(field).map(|value| format!("{value:?}")) {
        None => Told::Nothing,
        Some(text) if is_on_the_hour(&text) => Told::Less,
        Some(_) => Told::Something,
    }
}

fn is_on_the_hour(text: &str) -> bool {
    let microseconds = text.strip_prefix("Timestamp(").and_then(|text| text.strip_suffix(')'));
    microseconds.and_then(|text| text.parse::<i64>().ok()).is_some_and(|time| time % 3_600_000_000 == 0)
}

/// What the house tells of each field.
fn house(view: &Visible<ReferralView>) -> Vec<(&'static str, Told)> {
    let status = *view.tell(&view.status);
    let there = |is_there: bool| if is_there { Told::Something } else { Told::Nothing };
    vec![
        ("status", if status == ReferralStatus::Closed { Told::Less } else { Told::Something }),
        ("stage", Told::Something),
        ("kind", told(view, &view.kind)),
        ("channel", told(view, &view.channel)),
        ("reroute", told(view, &view.reroute_of)),
        ("chain", told(view, &view.chain_id)),
        ("follows", told(view, &view.follows)),
        ("round", told(view, &view.round_id)),
        ("wait", told(view, &view.expected_wait_days)),
        ("waitExceeds", told(view, &view.wait_exceeds_deadline)),
        ("handover", told(view, &view.handover_mode)),
        ("recipient", told(view, &view.recipient_id)),
        ("service", told(view, &view.service_id)),
        ("location", told(view, &view.location_id)),
        ("statusAt", told(view, &view.status_at)),
        ("requestedAt", told(view, &view.requested_at)),
        ("need", told(view, &view.need)),
        ("urgency", told(view, &view.urgency)),
        ("neededBy", told(view, &view.needed_by)),
        ("acknowledgeBy", told(view, &view.acknowledge_by)),
        ("decideBy", told(view, &view.decide_by)),
        ("serveBy", told(view, &view.serve_by)),
        ("expiresAt", told(view, &view.expires_at)),
        ("deadline", told(view, &view.deadline_band)),
        ("contact", told(view, &view.contact_rule)),
        ("sender", told(view, &view.sender_id)),
        ("project", told(view, &view.sender_project)),
        ("mailbox", told(view, &view.sender_mailbox)),
        ("phone", told(view, &view.sender_phone)),
        ("age", told(view, &view.offer.age_band)),
        ("gender", told(view, &view.offer.gender)),
        ("household", told(view, &view.offer.household)),
        ("admin", told(view, &view.offer.admin_status)),
        ("situation", told(view, &view.offer.situation)),
        ("languages", told(view, &view.offer.languages)),
        ("area", told(view, &view.offer.area)),
        ("alias", told(view, &view.alias)),
        ("phrase", told(view, &view.call_phrase)),
        ("validUntil", told(view, &view.consent_valid_until)),
        ("scope", told(view, &view.consent_scope)),
        ("flags", told(view, &view.protection_flags)),
        ("basis", told(view, &view.age_basis)),
        ("startedAt", told(view, &view.service_started_at)),
        ("decline", told(view, &view.decline_code)),
        ("outcome", told(view, &view.outcome_code)),
        ("timeline", there(view.reveal(&view.timeline).is_some())),
        ("proof", there(view.reveal(&view.proof).is_some())),
        ("messages", there(view.reveal(&view.messages).is_some())),
        ("case", there(view.case.is_some())),
        ("consent", there(view.consent.is_some())),
    ]
}

/// Compares one draw; gives how many decisions that were.
fn compare(drawn: &Drawn) -> usize {
    let access = drawn.access();
    let side = side(drawn);
    let view = show_referral(&access, drawn.facts());
    let is_there = match side {
        Side::Nobody => false,
        Side::Recipient => stage(drawn) > 0,
        Side::Team | Side::Leading => true,
    };
    assert_eq!(view.is_some(), is_there, "{side:?} {drawn:#?}");
    let mut decisions = 1;
    for (field, told) in view.iter().flat_map(house) {
        // A value that there is not is told to nobody.
        let expected = if drawn.has(field) { naive(field, drawn, side) } else { Told::Nothing };
        assert_eq!(told, expected, "{field} for {side:?} at stage {}: {drawn:#?}", stage(drawn));
        decisions += 1;
    }
    let is_of_team = side == Side::Team;
    assert_eq!(show_case(&access, &drawn.case).is_some(), is_of_team, "{drawn:#?}");
    assert_eq!(show_consent(&access, &drawn.consent).is_some(), is_of_team, "{drawn:#?}");
    let demand = show_demand(&access, &drawn.demand);
    assert_eq!(demand.is_some(), is_of_team, "{drawn:#?}");
    let need = demand.and_then(|demand| demand.reveal(&demand.need).copied());
    let may_be_named = drawn.is_trained() || !drawn.demand.need.concerns_gender_based_violence();
    assert_eq!(need.is_some(), is_of_team && may_be_named, "{drawn:#?}");
    let service = show_service(&access, &drawn.service, None);
    assert_eq!(service.is_some(), finds_service(drawn), "{drawn:#?}");
    let has_phones = service.is_some_and(|service| !service.service.phones.is_empty());
    assert_eq!(has_phones, finds_service(drawn) && drawn.account.is_some(), "{drawn:#?}");
    decisions + 6
}

#[test]
fn a_naive_reading_of_the_reviewed_table_decides_like_the_house() {
    let fewest = if is_full() { 20 * FEWEST_DECISIONS } else { FEWEST_DECISIONS };
    let mut chance = Chance::new();
    let (mut decisions, mut sides) = (0, [0; 4]);
    while decisions < fewest {
        let drawn = Drawn::draw(&mut chance);
        sides[side(&drawn) as usize] += 1;
        decisions += compare(&drawn);
    }
    announce(&format!("{decisions} decisions, 0 differences; by side {sides:?}"));
    assert!(sides.iter().all(|drawn| *drawn > fewest / 1_000), "every side is drawn often: {sides:?}");
}

/// What a viewer is to everything that was drawn, and what follows.
fn told_under(table: &'static Table, drawn: &Drawn) -> String {
    let access = drawn.access_under(table);
    let view = show_referral(&access, drawn.facts());
    let told: Vec<_> = view.iter().flat_map(house).collect();
    format!("{told:?} {} {:?}", drawn.relations(&access), access.scope())
}

/// A role that could suddenly be something to an object, or no longer, is noticed.
#[test]
fn no_tie_of_a_role_can_be_turned_unnoticed() {
    let standard = Table::standard().content();
    let mut chance = Chance::new();
    let draws: Vec<Drawn> = (0..4_000).map(|_| Drawn::draw(&mut chance)).collect();
    let before: Vec<String> = draws.iter().map(|drawn| told_under(Table::standard(), drawn)).collect();
    let mut turned = 0;
    for (position, tie) in standard.ties.iter().enumerate() {
        for role in Role::ALL {
            // Who leads a project is nearer to it than who works in it, whatever else they are.
            if tie.relation == Relation::Staff && matches!(role, Role::Coordinator | Role::ProtectionLead) {
                continue;
            }
            let mut content: Content = standard.clone();
            let roles = &mut content.ties[position].roles;
            match roles.iter().position(|tied| tied == role) {
                Some(at) => drop(roles.remove(at)),
                None => roles.push(*role),
            }
            // Leaked on purpose: a table lives as long as the process.
            let table: &'static Table = Box::leak(Box::new(Table::new(content)));
            let notices = |(drawn, before): (&Drawn, &String)| told_under(table, drawn) != *before;
            assert!(draws.iter().zip(&before).any(notices), "{role} as {} is noticed by nobody", tie.relation);
            turned += 1;
        }
    }
    announce(&format!("{turned} ties of roles were turned"));
}
