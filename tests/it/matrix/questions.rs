//! A question through each door of the API, made from the schema's own text: about what never was, so that nothing
//! happens to whoever may ask it.

use crate::kit::schema::{Argument, Field, SCHEMA};
use relais::domain::id::{
    CaseId, ConsentId, CustodyId, DeletionId, DemandId, DeviceId, GlassId, Identifier, IncidentId, NoticeId,
    OverrideId, ProjectId, ProposalId, ReferralId, ReportId, ServiceId, WebhookEndpointId,
};
use relais::policy::table::{Action, Entry, Table};
use serde_json::{Map, Value, json};

/// A question through one door.
pub struct Question {
    pub door: String,
    pub action: Action,
    /// Further acts of which any one opens the door too.
    pub or: Vec<Action>,
    pub document: String,
    pub variables: Value,
}

/// What `node` leads to, by the kind of the id.
fn of_node() -> [(Action, String); 16] {
    [
        (Action::SearchDirectory, never::<ServiceId>()),
        (Action::ReadReferral, never::<ReferralId>()),
        (Action::ReadCase, never::<CaseId>()),
        (Action::RecordConsent, never::<ConsentId>()),
        (Action::RecordDemand, never::<DemandId>()),
        (Action::ReadProject, never::<ProjectId>()),
        (Action::ReadNotices, never::<NoticeId>()),
        (Action::TakeCustody, never::<CustodyId>()),
        (Action::ReviewGlass, never::<GlassId>()),
        (Action::ReadDeletions, never::<DeletionId>()),
        (Action::ReadOverrides, never::<OverrideId>()),
        (Action::ReadReports, never::<ReportId>()),
        (Action::ReadProposals, never::<ProposalId>()),
        (Action::ReadIncidents, never::<IncidentId>()),
        (Action::KeepWebhooks, never::<WebhookEndpointId>()),
        (Action::KeepDevices, never::<DeviceId>()),
    ]
}

/// The id of an object that never was.
pub fn never<T: Identifier>() -> String {
    T::from_bytes([0xA7; 16]).to_string()
}

/// The id of one of the kind that a description tells by its prefix.
fn never_of(description: &str) -> String {
    let prefix = description.split('`').find(|word| word.len() == 4 && word.ends_with('_'));
    let (_, number) = never::<CaseId>().split_once('_').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("an id");
    format!("{}{number}", prefix.unwrap_or("cas_"))
}

/// A value that can be read, for an argument or an input field.
fn value(of: &Argument) -> Value {
    let one = match of.type_name.as_str() {
        "ID" => json!(never_of(&of.description)),
        "Int" => json!(1),
        "Float" => json!(1.0),
        "Boolean" => json!(true),
        "DateTime" => json!("2026-12-01T08:00:00Z"),
        "Date" => json!("2026-12-01"),
        "String" if of.name.ends_with("Month") => json!("2026-11"),
        "String" => json!("question-1"),
        name if SCHEMA.enums.contains_key(name) => json!(SCHEMA.enums[name][0]),
        name if SCHEMA.one_of.contains(name) => {
            json!({ (&SCHEMA.inputs[name][0].name): value(&SCHEMA.inputs[name][0]) })
        }
        name => object(&SCHEMA.inputs[name]),
    };
    if of.is_list { json!([one]) } else { one }
}

/// What an input takes at least.
fn object(fields: &[Argument]) -> Value {
    let needed = fields.iter().filter(|field| field.is_required);
    Value::Object(needed.map(|field| (field.name.clone(), value(field))).collect::<Map<_, _>>())
}

fn ask(root: &str, field: &Field, action: Action, arguments: &Map<String, Value>) -> Question {
    let declared = |of: &Argument| {
        let name = if of.is_list { format!("[{}!]!", of.type_name) } else { format!("{}!", of.type_name) };
        format!("${}: {name}", of.name)
    };
    let given: Vec<&Argument> = field.arguments.iter().filter(|it| arguments.contains_key(&it.name)).collect();
    let (mut head, mut call) = (String::new(), String::new());
    if !given.is_empty() {
        head = format!("({})", given.iter().map(|it| declared(it)).collect::<Vec<_>>().join(", "));
        call = format!("({})", given.iter().map(|it| format!("{0}: ${0}", it.name)).collect::<Vec<_>>().join(", "));
    }
    let selection = if SCHEMA.members.contains_key(&field.type_name) || SCHEMA.objects.contains_key(&field.type_name) {
        "{ __typename }"
    } else {
        ""
    };
    let kind = root.to_lowercase();
    Question {
        door: format!("{root}.{}", field.name),
        action,
        or: Vec::new(),
        document: format!("{kind}{head} {{ {}{call} {selection} }}", field.name),
        variables: Value::Object(arguments.clone()),
    }
}

/// A question for each act behind each door of the API.
pub fn questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for root in ["Query", "Mutation"] {
        for field in &SCHEMA.objects[root] {
            let door = Table::standard().door(&format!("{root}.{}", field.name));
            let Some(Entry::Acts(acts)) = door.map(|door| &door.entry) else {
                panic!("{root}.{} is a door to no act", field.name)
            };
            let arguments = object(&field.arguments).as_object().cloned().unwrap_or_default();
            if field.name == "node" {
                let of_node = of_node();
                assert_eq!(acts[..], of_node.clone().map(|(action, _)| action), "what lies behind node");
                for (action, id) in of_node {
                    questions.push(ask(
                        root,
                        field,
                        action,
                        &json!({ "id": id }).as_object().cloned().expect("an object"),
                    ));
                }
                continue;
            }
            let or = acts[1..].to_vec();
            questions.push(Question { or, ..ask(root, field, acts[0], &arguments) });
        }
    }
    questions
}
