//! The schema as its own text tells it, and selections that ask for everything it has.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The schema of this build.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::read);

/// Types by name, each kind apart.
pub struct Schema {
    pub objects: BTreeMap<String, Vec<Field>>,
    pub inputs: BTreeMap<String, Vec<Argument>>,
    /// Inputs of which exactly one field is given.
    pub one_of: BTreeSet<String>,
    pub members: BTreeMap<String, Vec<String>>,
    pub enums: BTreeMap<String, Vec<String>>,
    pub enum_values: BTreeSet<String>,
    pub scalars: BTreeSet<String>,
}

/// A field of an object, by the name of the type behind lists and exclamation marks.
pub struct Field {
    pub name: String,
    pub type_name: String,
    pub arguments: Vec<Argument>,
}

/// An argument, or a field of an input object.
pub struct Argument {
    pub name: String,
    pub type_name: String,
    pub is_list: bool,
    pub is_required: bool,
    pub description: String,
}

/// Fields not followed when everything is asked for: each leads around in a circle at a price.
const CIRCLES: [(&str, &str); 1] = [("Organization", "services")];

impl Schema {
    fn read() -> Self {
        let document = parse_schema(relais::graphql::sdl()).expect("the schema's own text");
        let mut schema = Self {
            objects: BTreeMap::new(),
            inputs: BTreeMap::new(),
            one_of: BTreeSet::new(),
            members: BTreeMap::new(),
            enums: BTreeMap::new(),
            enum_values: BTreeSet::new(),
            scalars: BTreeSet::new(),
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    for interface in &object.implements {
                        schema.members.entry(interface.node.to_string()).or_default().push(name.clone());
                    }
                    let fields = object.fields.into_iter().map(|field| Field {
                        name: field.node.name.node.to_string(),
                        type_name: named(&field.node.ty.node),
                        arguments: field.node.arguments.into_iter().map(|it| argument(it.node)).collect(),
                    });
                    schema.objects.insert(name, fields.collect());
                }
                TypeKind::InputObject(input) => {
                    if definition.node.directives.iter().any(|directive| directive.node.name.node == "oneOf") {
                        schema.one_of.insert(name.clone());
                    }
                    let fields = input.fields.into_iter().map(|field| argument(field.node));
                    schema.inputs.insert(name, fields.collect());
                }
                TypeKind::Union(union) => {
                    let members = union.members.into_iter().map(|member| member.node.to_string());
                    schema.members.insert(name, members.collect());
                }
                TypeKind::Enum(list) => {
                    let values = list.values.into_iter().map(|value| value.node.value.node.to_string());
                    schema.enums.insert(name.clone(), values.collect());
                    schema.enum_values.extend(schema.enums[&name].iter().cloned());
                }
                TypeKind::Scalar => drop(schema.scalars.insert(name)),
                TypeKind::Interface(_) => {}
            }
        }
        schema
    }

    /// A field of an object.
    #[track_caller]
    pub fn field(&self, type_name: &str, field: &str) -> &Field {
        let fields = self.objects.get(type_name).unwrap_or_else(|| panic!("no type {type_name}"));
        fields.iter().find(|it| it.name == field).unwrap_or_else(|| panic!("no field {type_name}.{field}"))
    }

    /// Everything that can be read of a type, down to where a type would come again.
    pub fn everything(&self, type_name: &str) -> String {
        self.selection(type_name, &mut Vec::new()).expect("a type with fields")
    }

    /// Everything of the kind of object that an id is of, below the root's `node`: of all kinds it would be too much.
    pub fn everything_of_node(&self, id: &str) -> String {
        let kind = match id.split('_').next().unwrap_or_default() {
            "svc" => "Service",
            "org" => "Organization",
            "ref" => "Referral",
            "cas" => "CaseReference",
            "con" => "Consent",
            "dem" => "Demand",
            "cap" => "CapacityCheck",
            "pof" => "PartnerOffer",
            "prj" => "Project",
            "ntc" => "Notice",
            "cus" => "Custody",
            "rvk" => "PartnerRevocation",
            "gla" => "BreakGlass",
            "del" => "Deletion",
            "inc" => "Incident",
            "rep" => "StatutoryReport",
            "ovr" => "ConsentOverride",
            "prp" => "DirectoryProposal",
            "whk" => "WebhookEndpoint",
            "dev" => "Device",
            other => panic!("no kind {other}"),
        };
        format!("{{ __typename ... on {kind} {} }}", self.everything(kind))
    }

    /// The same in as many selections as are told here, each with the id, for where one alone would cost too much.
    pub fn everything_in_parts(&self, type_name: &str, parts: usize) -> Vec<String> {
        let fields = &self.objects[type_name];
        let size = fields.len().div_ceil(parts);
        let part = |fields: &[Field]| {
            let mut path = vec![type_name.to_owned()];
            let selected =
                fields.iter().filter(|it| it.name != "id").filter_map(|it| self.selected(type_name, it, &mut path));
            format!("{{ id {} }}", selected.collect::<Vec<_>>().join(" "))
        };
        fields.chunks(size).map(part).collect()
    }

    /// Where each value of [`Schema::everything`] stands, as paths of field names.
    pub fn leaves(&self, type_name: &str) -> Vec<Vec<String>> {
        let mut leaves = Vec::new();
        self.walk(type_name, &mut Vec::new(), &mut Vec::new(), &mut leaves);
        leaves
    }

    fn walk(&self, type_name: &str, types: &mut Vec<String>, names: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
        if types.iter().any(|before| before == type_name) {
            return;
        }
        types.push(type_name.to_owned());
        for member in self.members.get(type_name).into_iter().flatten() {
            self.walk(member, types, names, leaves);
        }
        for field in self.objects.get(type_name).into_iter().flatten() {
            names.push(field.name.clone());
            if self.is_leaf(&field.type_name) {
                leaves.push(names.clone());
            } else if !CIRCLES.contains(&(type_name, field.name.as_str())) {
                self.walk(&field.type_name, types, names, leaves);
            }
            names.pop();
        }
        types.pop();
    }

    fn selection(&self, type_name: &str, path: &mut Vec<String>) -> Option<String> {
        if path.iter().any(|before| before == type_name) {
            return None;
        }
        path.push(type_name.to_owned());
        let mut parts = vec!["__typename".to_owned()];
        for member in self.members.get(type_name).into_iter().flatten() {
            parts.extend(self.selection(member, path).map(|fields| format!("... on {member} {fields}")));
        }
        for field in self.objects.get(type_name).into_iter().flatten() {
            parts.extend(self.selected(type_name, field, path));
        }
        path.pop();
        Some(format!("{{ {} }}", parts.join(" ")))
    }

    /// A field with all that can be read under it; nothing where its type would come again.
    fn selected(&self, type_name: &str, field: &Field, path: &mut Vec<String>) -> Option<String> {
        if self.is_leaf(&field.type_name) {
            return Some(field.name.clone());
        }
        let is_circle = CIRCLES.contains(&(type_name, field.name.as_str()));
        let fields = (!is_circle).then(|| self.selection(&field.type_name, path)).flatten()?;
        Some(format!("{} {fields}", field.name))
    }

    fn is_leaf(&self, type_name: &str) -> bool {
        !self.objects.contains_key(type_name) && !self.members.contains_key(type_name)
    }
}

fn argument(definition: InputValueDefinition) -> Argument {
    let of = &definition.ty.node;
    Argument {
        name: definition.name.node.to_string(),
        type_name: named(of),
        is_list: matches!(of.base, BaseType::List(_)),
        is_required: !of.nullable && definition.default_value.is_none(),
        description: definition.description.map_or_else(String::new, |text| text.node),
    }
}

fn named(of: &Type) -> String {
    match &of.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}
