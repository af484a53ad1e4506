//! The schema as a text that people read: in step with the code, described everywhere, named by one rule.

use crate::kit::installation::file;
use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use relais::graphql::sdl;
use std::collections::BTreeMap;

/// How to write `schema.graphql` again.
const REFRESH: &str = "UPDATE_SCHEMA=1 cargo test schema_file";

#[test]
fn the_schema_file_is_current() {
    let path = file("schema.graphql");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, sdl()).expect("the file can be written");
    }
    let current = sdl();
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let lines = (1..).zip(committed.lines().map(Some).chain(std::iter::repeat(None)));
    let differing = lines.zip(current.lines()).find(|((_, old), new)| *old != Some(new));
    if let Some(((line, old), new)) = differing {
        panic!("schema.graphql is old at line {line}: it has {old:?} and the code {new:?}; run {REFRESH}");
    }
    assert!(committed == current, "schema.graphql goes on behind its end; run {REFRESH}");
}

/// The types of a schema text, by name.
struct Types(BTreeMap<String, TypeDefinition>);

impl Types {
    fn of(text: &str) -> Self {
        let document = parse_schema(text).expect("the text is a schema");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some((definition.node.name.to_string(), definition.node)),
            _ => None,
        });
        Self(types.collect())
    }

    fn get(&self, name: &str) -> Option<&TypeDefinition> {
        self.0.get(name)
    }

    fn implements(&self, name: &str, interface: &str) -> bool {
        self.get(name).is_some_and(|definition| match &definition.kind {
            TypeKind::Object(object) => object.implements.iter().any(|implemented| implemented.node == interface),
            _ => false,
        })
    }

    /// Everything that has a description, by the path under which people would look for it.
    fn elements(&self) -> Vec<Element<'_>> {
        let mut elements = Vec::new();
        for (name, definition) in &self.0 {
            elements.push(Element::new(name.clone(), definition.description.as_ref(), &definition.directives));
            match &definition.kind {
                TypeKind::Object(object) => fields(name, &object.fields, &mut elements),
                TypeKind::Interface(interface) => fields(name, &interface.fields, &mut elements),
                TypeKind::InputObject(input) => inputs(name, &input.fields, &mut elements),
                TypeKind::Enum(values) => elements.extend(values.values.iter().map(|value| {
                    let (path, value) = (format!("{name}.{}", value.node.value.node), &value.node);
                    Element::new(path, value.description.as_ref(), &value.directives)
                })),
                TypeKind::Scalar | TypeKind::Union(_) => {}
            }
        }
        elements
    }
}

struct Element<'a> {
    path: String,
    description: &'a str,
    directives: &'a [Positioned<ConstDirective>],
    /// The type of a field, an argument or an input field.
    type_: Option<&'a Type>,
}

impl<'a> Element<'a> {
    fn new(
        path: String,
        description: Option<&'a Positioned<String>>,
        directives: &'a [Positioned<ConstDirective>],
    ) -> Self {
        Self { path, description: description.map_or("", |text| text.node.trim()), directives, type_: None }
    }
}

fn fields<'a>(name: &str, fields: &'a [Positioned<FieldDefinition>], elements: &mut Vec<Element<'a>>) {
    for field in fields.iter().map(|field| &field.node) {
        let path = format!("{name}.{}", field.name.node);
        inputs(&path, &field.arguments, elements);
        let element = Element::new(path, field.description.as_ref(), &field.directives);
        elements.push(Element { type_: Some(&field.ty.node), ..element });
    }
}

fn inputs<'a>(name: &str, inputs: &'a [Positioned<InputValueDefinition>], elements: &mut Vec<Element<'a>>) {
    for input in inputs.iter().map(|input| &input.node) {
        let path = format!("{name}.{}", input.name.node);
        let element = Element::new(path, input.description.as_ref(), &input.directives);
        elements.push(Element { type_: Some(&input.ty.node), ..element });
    }
}

/// Texts of the library's connections, which have no full stop; their meaning is the cursor specification's.
const OF_THE_LIBRARY: [&str; 3] = [
    "Information about pagination in a connection",
    "The item at the end of the edge",
    "A cursor for use in pagination",
];

/// Why a description is none.
fn fault_of_description(path: &str, text: &str) -> Option<&'static str> {
    let is_connection = path.ends_with("Connection") && !path.contains('.');
    if OF_THE_LIBRARY.contains(&text) || (is_connection && text.is_empty()) {
        return None;
    }
    let name = path.rsplit('.').next().unwrap_or_default();
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    if letters(text) == letters(name) {
        return Some("only repeats the name");
    }
    if text.split_whitespace().count() < 3 {
        return Some("has fewer than three words");
    }
    // A question is how the library describes two fields of PageInfo.
    (!text.ends_with(['.', '?'])).then_some("does not end as a sentence does")
}

#[test]
fn everything_is_described_in_a_sentence() {
    for (path, text, is_faulty) in [
        ("Service.name", "", true),
        ("Service.name", "Name.", true),
        ("Service.name", "The name", true),
        ("Urgency.EMERGENCY", "Emergency", true),
        ("Service.name", "The service's name", true),
        ("Service.name", "Name, as its source writes it.", false),
        ("ServiceConnection", "", false),
        ("ServiceConnection.total", "", true),
    ] {
        assert_eq!(fault_of_description(path, text).is_some(), is_faulty, "{path}: {text}");
    }
    let types = Types::of(&sdl());
    let elements = types.elements();
    assert!(elements.len() > 500, "the walk reaches everything: {}", elements.len());
    let faults = elements.iter().filter_map(|Element { path, description, .. }| {
        Some(format!("{path} {}: {description:?}", fault_of_description(path, description)?))
    });
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{} texts\n{}", faults.len(), faults.join("\n"));
}

fn is_camel_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Every list of a type holds no nulls.
fn holds_no_nulls(type_: &Type) -> bool {
    match &type_.base {
        BaseType::Named(_) => true,
        BaseType::List(inner) => !inner.nullable && holds_no_nulls(inner),
    }
}

fn is_dated(reason: &str) -> bool {
    let is_date = |word: &str| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(|part| part.parse::<u32>().is_ok())
    };
    reason.split(|c: char| !c.is_ascii_digit() && c != '-').any(is_date)
}

/// What is wrong with the names and types of anything but mutations.
fn faults_of_names(types: &Types) -> Vec<String> {
    let mut faults = Vec::new();
    for Element { path, type_, directives, .. } in types.elements() {
        let name = path.rsplit('.').next().unwrap_or_default();
        if type_.is_some() && !is_camel_case(name) {
            faults.push(format!("{path} is not camelCase"));
        }
        if type_.is_none() && path.contains('.') && name.chars().any(|c| c.is_ascii_lowercase()) {
            faults.push(format!("{path} is not CONSTANT_CASE"));
        }
        if type_.is_some_and(|type_| !holds_no_nulls(type_)) {
            faults.push(format!("{path} is a list that may hold nulls"));
        }
        for directive in directives.iter().filter(|directive| directive.node.name.node == "deprecated") {
            let reason = directive.node.get_argument("reason").map(|reason| reason.node.to_string());
            if !reason.as_deref().is_some_and(is_dated) {
                faults.push(format!("{path} is deprecated without a date"));
            }
        }
    }
    faults
}

/// What is wrong with the mutations: `objectAct(input: ObjectActInput!): ObjectActPayload!`, the payload
/// of the nullable object and the errors, each of which is a `UserError`; between them stands at most what waits for
/// a second person.
fn faults_of_mutations(types: &Types) -> Vec<String> {
    let Some(TypeKind::Object(mutation)) = types.get("Mutation").map(|definition| &definition.kind) else {
        return vec!["there is no type Mutation".to_owned()];
    };
    mutation.fields.iter().flat_map(|field| faults_of_mutation(types, &field.node)).collect()
}

fn faults_of_mutation(types: &Types, field: &FieldDefinition) -> Vec<String> {
    let name = field.name.node.as_str();
    let capitalised = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let mut faults = Vec::new();
    let mut expect = |is_so: bool, what: String| {
        if !is_so {
            faults.push(format!("{name}: {what}"));
        }
    };
    let arguments: Vec<String> = field
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.node.name.node, argument.node.ty.node))
        .collect();
    expect(arguments == [format!("input: {capitalised}Input!")], format!("takes {arguments:?}"));
    let payload = format!("{capitalised}Payload");
    expect(field.ty.node.to_string() == format!("{payload}!"), format!("answers {}", field.ty.node));

    let Some(TypeKind::Object(payload)) = types.get(&payload).map(|definition| &definition.kind) else {
        expect(false, format!("{payload} is no object"));
        return faults;
    };
    let [entity, further @ .., errors] = &payload.fields[..] else {
        expect(false, "the payload has fewer fields than the object and the errors".to_owned());
        return faults;
    };
    let further: Vec<String> =
        further.iter().map(|field| format!("{}: {}", field.node.name.node, field.node.ty.node)).collect();
    let known = [
        "secret: WebhookSecret",
        "code: DeviceCode",
        "waiting: [ServiceField!]!",
        "warnings: [LinterFinding!]!",
        "confirmed: Boolean!",
    ];
    let tells_more = further.iter().any(|field| !known.contains(&field.as_str()));
    expect(!tells_more, format!("the payload has other fields than the object and the errors: {further:?}"));
    let (object, of) = (entity.node.name.node.as_str(), entity.node.ty.node.base.to_string());
    // What is done to several at once answers all of them.
    let one = if of.starts_with('[') { object.trim_end_matches('s') } else { object };
    let act = name.strip_prefix(one);
    let is_act = act.is_some_and(|act| act.starts_with(|c: char| c.is_ascii_uppercase()));
    // The code of a slip, or one to be spoken, is told once, and is no object of its own.
    let is_of_slip = ["HandoverSlip", "AnswerCode"].contains(&of.as_str());
    expect(is_act || is_of_slip, format!("is not an act on the payload's `{object}`"));
    expect(entity.node.ty.node.nullable, format!("`{object}` is there when it failed"));
    let entity = of.trim_matches(['[', ']', '!']);
    // A hold is of its case and has no id of its own.
    let is_known = types.implements(entity, "Node") || entity == "LegalHold" || is_of_slip;
    expect(is_known, format!("{entity} is no Node"));
    let union = format!("{capitalised}Error");
    let of_errors = format!("{}: {}", errors.node.name.node, errors.node.ty.node);
    expect(of_errors == format!("errors: [{union}!]!"), format!("has {of_errors}"));
    match types.get(&union).map(|definition| &definition.kind) {
        Some(TypeKind::Union(union)) => {
            let strangers = union.members.iter().filter(|member| !types.implements(&member.node, "UserError"));
            let strangers: Vec<&str> = strangers.map(|member| member.node.as_str()).collect();
            expect(strangers.is_empty(), format!("{strangers:?} are no UserError"));
        }
        _ => expect(false, format!("{union} is no union")),
    }
    faults
}

/// A small schema in which everything is as it should be, to plant faults in.
const RIGHT: &str = "
    interface Node { id: ID! }
    interface UserError { message: String! }
    type Case implements Node { id: ID! old: Int @deprecated(reason: \"Use `id`. Removed after 2027-01-01.\") }
    type InputError implements UserError { message: String! }
    union CaseOpenError = InputError
    input CaseOpenInput { flags: [Flag!]! }
    enum Flag { RED_FLAG }
    type CaseOpenPayload { case: Case errors: [CaseOpenError!]! }
    type Mutation { caseOpen(input: CaseOpenInput!): CaseOpenPayload! }
";

#[test]
fn mutations_inputs_payloads_and_errors_follow_one_pattern() {
    assert_eq!(faults_of_mutations(&Types::of(RIGHT)), Vec::<String>::new());
    for (right, wrong, told) in [
        ("caseOpen(", "openCase(", "openCase: takes"),
        ("(input: CaseOpenInput!)", "(input: CaseOpenInput)", "takes"),
        ("(input: CaseOpenInput!)", "(input: CaseOpenInput!, force: Boolean)", "takes"),
        ("): CaseOpenPayload!", "): CaseOpenPayload", "answers"),
        ("{ case: Case errors", "{ case: Case! errors", "is there when it failed"),
        ("{ case: Case errors", "{ opened: Case errors", "is not an act on"),
        ("{ case: Case errors", "{ ok: Int case: Case errors", "other fields"),
        ("type Case implements Node", "type Case", "is no Node"),
        ("errors: [CaseOpenError!]!", "errors: [CaseOpenError!]", "has errors"),
        ("type InputError implements UserError", "type InputError", "are no UserError"),
    ] {
        let faults = faults_of_mutations(&Types::of(&RIGHT.replace(right, wrong)));
        assert!(faults.iter().any(|fault| fault.contains(told)), "{wrong}: {faults:?}");
    }
    let faults = faults_of_mutations(&Types::of(&sdl()));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn names_lists_and_deprecations_follow_the_rules() {
    assert_eq!(faults_of_names(&Types::of(RIGHT)), Vec::<String>::new());
    for (right, wrong, told) in [
        ("flags: [Flag!]!", "flags: [Flag]!", "CaseOpenInput.flags is a list that may hold nulls"),
        ("flags: [Flag!]!", "flags: [[Flag!]]!", "CaseOpenInput.flags is a list that may hold nulls"),
        ("old: Int", "very_old: Int", "Case.very_old is not camelCase"),
        ("RED_FLAG", "redFlag", "Flag.redFlag is not CONSTANT_CASE"),
        ("after 2027-01-01", "soon", "Case.old is deprecated without a date"),
        ("(reason: \"Use `id`. Removed after 2027-01-01.\")", "", "Case.old is deprecated without a date"),
    ] {
        assert_eq!(faults_of_names(&Types::of(&RIGHT.replace(right, wrong))), [told]);
    }
    let faults = faults_of_names(&Types::of(&sdl()));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
