//! The lane that stays open: when every ordinary place is taken, the answer to an emergency referral still
//! gets one.
//!
//! What decides is looked at from cheap to dear, and each look is bounded: the field at the root, which the
//! guard has measured; the id in its input; the token; a reserved place, of which one account holds only a few;
//! then one read of the referral within the account's reach. Whoever is none of these is told to come back, in
//! the same words as everybody.

use super::Api;
use super::http::{Answered, Caller, EndpointError};
use super::operation::first_field;
use crate::actions::emergency::is_emergency;
use crate::domain::id::{Identifier, ReferralId};
use crate::edge::access_line::LineFacts;
use crate::edge::lanes::Place;
use async_graphql::parser::types::OperationType;
use async_graphql::{Name, Request, Value};

/// The mutations that cannot wait, by their field at the root; a test holds them against the schema.
pub const EMERGENCY_OPERATIONS: [(&str, When); 4] = [
    ("consentWithdraw", When::Always),
    ("projectFreeze", When::Always),
    ("referralAccept", When::ReferralIsEmergency),
    ("referralAcknowledge", When::ReferralIsEmergency),
];

/// When an operation goes by the lane for emergencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Whenever an account asks for it: it ends what may be doing harm.
    Always,
    /// When the referral that it answers, the `referralId` of its input, is an emergency.
    ReferralIsEmergency,
}

/// What is asked by that lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    ToEndHarm,
    ToAnswer(ReferralId),
}

/// Answers what is an emergency over connections of their own; tells everybody else that it is full.
pub(super) async fn execute(api: &Api, caller: Caller, mut request: Request, mut told: LineFacts) -> Answered {
    let mut place = None;
    let result = match asked(&mut request) {
        Some(asked) => run(api, &caller, asked, request, &mut told, &mut place).await,
        None => Err(EndpointError::Busy),
    };
    Answered { result, told, place }
}

async fn run(
    api: &Api,
    caller: &Caller,
    asked: Asked,
    request: Request,
    told: &mut LineFacts,
    place: &mut Option<Place>,
) -> Result<async_graphql::Response, EndpointError> {
    let context = api.context.reserved();
    let access = api.admitted(&context, caller, told).await?;
    let account = access.account().ok_or(EndpointError::Busy)?;
    *place = api.edge.lanes.reserved(account.id);
    if place.is_none() {
        return Err(EndpointError::Busy);
    }
    if let Asked::ToAnswer(referral) = asked
        && !is_emergency(&context, &access, referral).await.map_err(super::refused)?
    {
        return Err(EndpointError::Busy);
    }
    api.run(&context, access, caller, request, told).await
}

/// What the request asks, if it is one of the operations that cannot wait.
fn asked(request: &mut Request) -> Option<Asked> {
    let is_mutation = |request: &mut Request| {
        let document = request.parsed_query().ok()?;
        document.operations.iter().next().map(|(_, operation)| operation.node.ty == OperationType::Mutation)
    };
    is_mutation(request).filter(|is_mutation| *is_mutation)?;
    let field = first_field(request)?;
    let (_, when) = EMERGENCY_OPERATIONS.iter().find(|(name, _)| field.name.node == *name)?;
    if *when == When::Always {
        return Some(Asked::ToEndHarm);
    }
    let input = field.get_argument("input")?.node.clone();
    let variables = &request.variables;
    let input = input.into_const_with(|name: Name| variables.get(&name).cloned().ok_or(())).ok()?;
    match input {
        Value::Object(fields) => match fields.get("referralId")? {
            Value::String(id) => ReferralId::parse(id).ok().map(Asked::ToAnswer),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::Variables;
    use serde_json::json;

    #[test]
    fn only_what_cannot_wait_is_looked_at() {
        let id = ReferralId::from_bytes([7; 16]);
        let written = format!(
            "mutation {{ referralAccept(input: {{ referralId: \"{id}\", expectedVersion: 1 }}) {{ errors {{ __typename }} }} }}"
        );
        for (document, variables, is_looked_at) in [
            (written.as_str(), json!({}), true),
            (
                "mutation($i: I!) { a: referralAcknowledge(input: $i) { x } }",
                json!({ "i": { "referralId": id.to_string() } }),
                true,
            ),
            (
                "mutation($r: ID!) { referralAccept(input: { referralId: $r }) { x } }",
                json!({ "r": id.to_string() }),
                true,
            ),
            ("mutation($r: ID!) { referralAccept(input: { referralId: $r }) { x } }", json!({ "r": "ref_x" }), false),
            ("mutation($r: ID!) { referralAccept(input: { referralId: $r }) { x } }", json!({}), false),
            (
                "mutation($r: ID!) { referralSend(input: { referralId: $r }) { x } }",
                json!({ "r": id.to_string() }),
                false,
            ),
            (
                "query($r: ID!) { referralAccept(input: { referralId: $r }) { x } }",
                json!({ "r": id.to_string() }),
                false,
            ),
            ("mutation { referralAccept(input: 1) { x } }", json!({}), false),
            ("mutation { referralAccept { x } }", json!({}), false),
            ("mutation { projectFreeze(input: { projectId: \"prj_x\" }) { x } }", json!({}), true),
            ("mutation Accept { caseOpen(input: {}) { x } }", json!({}), false),
            ("{ referralAccept", json!({}), false),
        ] {
            let mut request = Request::new(document).variables(Variables::from_json(variables));
            assert_eq!(asked(&mut request).is_some(), is_looked_at, "{document}");
        }
    }
}
