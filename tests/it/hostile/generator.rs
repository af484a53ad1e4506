//! Documents that mean harm, the same ones for the same seed.
//!
//! Half are good grammar just over (or far over) exactly one limit and say which; the rest
//! is noise at every distance from GraphQL. Shared by the hostile test and the guard's
//! benchmark.

use relais::graphql::limits::Limits;

/// One document and what must become of it.
pub struct Hostile {
    /// The text to send.
    pub text: String,
    /// What kind it is, for messages and for counting.
    pub kind: &'static str,
    /// `extensions.code` and, for limits, `extensions.limit` of the refusal; `None` when
    /// any answer but a crash is right.
    pub refusal: Option<(&'static str, Option<&'static str>)>,
}

/// Numbers from a seed (SplitMix64), so that a failure can be had again.
pub struct Chance(u64);

impl Chance {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + usize::try_from(self.next() % (high - low + 1) as u64).expect("fits")
    }

    /// One of the choices.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.between(0, choices.len() - 1)]
    }

    /// Just over `limit` most of the time, far over it sometimes.
    fn over(&mut self, limit: usize, far: usize) -> usize {
        if self.between(0, 3) == 0 { self.between(limit + 1, far) } else { limit + 1 }
    }

    fn name(&mut self) -> String {
        const NAMES: [&str; 8] = ["a", "id", "name", "nodes", "__typename", "échec", "x_1", "type"];
        (*self.pick(&NAMES)).replace('é', "e")
    }
}

/// `count` hostile documents.
pub fn documents(seed: u64, count: usize) -> impl Iterator<Item = Hostile> {
    let mut chance = Chance::new(seed);
    (0..count).map(move |index| if index % 2 == 0 { over_a_limit(&mut chance) } else { noise(&mut chance) })
}

const LIMITS: Limits = Limits::STANDARD;

type Builder = fn(&mut Chance) -> String;

const OVER: [(&str, Option<&str>, Builder); 19] = [
    ("QUERY_TOO_LARGE", Some("documentBytes"), too_long),
    ("QUERY_TOO_LARGE", Some("tokens"), too_many_tokens),
    ("QUERY_TOO_DEEP", Some("nesting"), nested_too_deep),
    ("QUERY_TOO_DEEP", Some("depth"), too_deep),
    ("QUERY_TOO_DEEP", Some("depth"), too_deep_by_fragments),
    ("QUERY_TOO_COMPLEX", Some("expandedSelections"), fan_out),
    ("QUERY_TOO_COMPLEX", Some("expandedSelections"), too_many_selections),
    ("QUERY_TOO_COMPLEX", Some("aliases"), too_many_aliases),
    ("QUERY_TOO_COMPLEX", Some("rootFields"), too_many_root_fields),
    ("QUERY_TOO_COMPLEX", Some("directives"), too_many_directives),
    ("QUERY_TOO_COMPLEX", Some("directivesPerPlace"), too_many_directives_in_one_place),
    ("QUERY_TOO_COMPLEX", Some("operations"), too_many_operations),
    ("QUERY_TOO_COMPLEX", Some("fragments"), too_many_fragments),
    ("QUERY_TOO_COMPLEX", Some("variables"), too_many_variables),
    ("QUERY_TOO_COMPLEX", Some("rootMutations"), too_many_mutations),
    ("QUERY_TOO_COMPLEX", Some("mergeComparisons"), too_many_conflicts),
    ("GRAPHQL_VALIDATION_FAILED", None, cycle),
    ("GRAPHQL_PARSE_FAILED", None, open_string),
    ("BAD_USER_INPUT", None, nul),
];

fn over_a_limit(chance: &mut Chance) -> Hostile {
    let (code, limit, build) = *chance.pick(&OVER);
    Hostile { text: build(chance), kind: limit.unwrap_or(code), refusal: Some((code, limit)) }
}

fn too_long(chance: &mut Chance) -> String {
    let padding = chance.pick(&["x", "é", "[", "\"", " "]);
    let length = chance.over(LIMITS.document_bytes, 24 * 1024);
    let mut text = format!("{{{}}} #", chance.name());
    while text.len() < length {
        text += padding;
    }
    text
}

fn too_many_tokens(chance: &mut Chance) -> String {
    let token = *chance.pick(&["a ", "1 ", "$ ", "...", "true", "\"\" ", ": ", "@a", "-1 ", "!"]);
    let list = token.repeat(chance.over(LIMITS.tokens, 2 * LIMITS.tokens));
    format!("{{a(b:[{list}])}}")
}

fn nested_too_deep(chance: &mut Chance) -> String {
    let (open, close) = *chance.pick(&[("[", "]"), ("{a:", "}"), ("[{b:", "}]")]);
    let levels = chance.over(LIMITS.nesting_levels, 2_000);
    let (mut head, mut tail) = ("{a(b:".to_owned(), ")}".to_owned());
    if chance.between(0, 2) == 0 {
        (head, tail) = ("query($a:T=".to_owned(), "){a}".to_owned());
    }
    format!("{head}{}1{}{tail}", open.repeat(levels), close.repeat(levels))
}

fn too_deep(chance: &mut Chance) -> String {
    let levels = chance.over(LIMITS.depth_levels, LIMITS.nesting_levels);
    format!("{}{}", "{a".repeat(levels), "}".repeat(levels))
}

fn too_deep_by_fragments(chance: &mut Chance) -> String {
    let levels = chance.over(LIMITS.depth_levels - 2, LIMITS.fragments - 1);
    let mut text = "{a{...F0}}".to_owned();
    for level in 0..=levels {
        text += &format!("fragment F{level} on T{{a{{...F{}}}}}", level + 1);
    }
    text.replace(&format!("{{...F{}}}", levels + 1), "{b}")
}

fn fan_out(chance: &mut Chance) -> String {
    let fragments = chance.between(3, LIMITS.fragments);
    // Just enough to pass the limit, or as much as the tokens allow.
    let enough = (2..).find(|times: &usize| {
        times.saturating_pow(u32::try_from(fragments - 1).expect("small")) > LIMITS.expanded_selections
    });
    let times = if chance.between(0, 3) == 0 { 33 } else { enough.expect("some") };
    let mut text = "{a{...F0}}".to_owned();
    for index in 0..fragments {
        let body = match index + 1 {
            next if next == fragments => "b".to_owned(),
            next => format!("...F{next} ").repeat(times),
        };
        text += &format!("fragment F{index} on T{{{body}}}");
    }
    text
}

fn too_many_selections(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.expanded_selections - 1, 1_400);
    format!("{{x{{{}}}}}", format!("{} ", chance.name()).repeat(count))
}

fn too_many_aliases(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.aliases, 400);
    let fields: String = (0..count).map(|index| format!("b{index}:{} ", chance.name())).collect();
    format!("{{x{{{fields}}}}}")
}

fn too_many_root_fields(chance: &mut Chance) -> String {
    let fields = "__typename ".repeat(chance.over(LIMITS.root_fields, 500));
    let (head, tail) = *chance.pick(&[("{", "}"), ("{...{", "}}"), ("{...F}fragment F on Q{", "}")]);
    format!("{head}{fields}{tail}")
}

fn too_many_directives(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.directives, 150);
    format!("{{x{{{}}}}}", "a @include(if:true) ".repeat(count))
}

fn too_many_directives_in_one_place(chance: &mut Chance) -> String {
    let directives = "@skip(if:false) ".repeat(chance.over(LIMITS.directives_per_place, 20));
    match chance.between(0, 4) {
        0 => format!("query {directives}{{a}}"),
        1 => format!("query($a:Int {directives}){{a}}"),
        2 => format!("{{...{directives}{{a}}}}"),
        3 => format!("{{...F {directives}}}fragment F on Q{{a}}"),
        _ => format!("{{a {directives}}}"),
    }
}

fn too_many_operations(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.operations, 100);
    (0..count).map(|index| format!("query Q{index}{{a}}")).collect()
}

fn too_many_fragments(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.fragments, 150);
    let fragments: String = (0..count).map(|index| format!("fragment F{index} on T{{a}}")).collect();
    format!("{{a}}{fragments}")
}

fn too_many_variables(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.variables, 200);
    let variables: String = (0..count).map(|index| format!("$v{index}:[Int!] ")).collect();
    format!("query({variables}){{a}}")
}

fn too_many_mutations(chance: &mut Chance) -> String {
    let count = chance.over(LIMITS.root_mutations, LIMITS.root_fields);
    format!("mutation{{{}}}", "a ".repeat(count))
}

fn too_many_conflicts(chance: &mut Chance) -> String {
    let arguments: String = (0..chance.between(60, 150)).map(|index| format!("a{index}:1 ")).collect();
    let fields = format!("a({arguments}) {}", "a ".repeat(chance.between(200, 600)));
    // Each inline fragment around the fields makes the validator compare them once more.
    let inline = chance.between(0, 18);
    format!("{{x{}{{{fields}}}{}}}", "{...".repeat(inline), "}".repeat(inline))
}

fn cycle(chance: &mut Chance) -> String {
    let length = chance.between(1, LIMITS.fragments);
    let mut text = "{...F0}".to_owned();
    for index in 0..length {
        text += &format!("fragment F{index} on T{{a{{...F{}}}}}", (index + 1) % length);
    }
    text
}

fn open_string(chance: &mut Chance) -> String {
    let open = chance.pick(&["\"", "\"\"\"", "\"\\", "\"\"\"\\\"\"\"", "\"\n\""]);
    format!("{{{}(b:{open}{}", chance.name(), "{".repeat(chance.between(0, 500)))
}

fn nul(chance: &mut Chance) -> String {
    (*chance.pick(&["{a\0}", "{a(b:\"\0\")}", "{a(b:\"\\u0000\")}", "#\0", "{a(b:\"\"\"\0\"\"\")}"])).to_owned()
}

const ORDINARY: [&str; 9] = [
    "query Q($filter: ServiceFilter) { services(filter: $filter, first: 3) { edges { verdict node { id ...F } } pageInfo { endCursor } } } fragment F on Service { name(in: 1) places { id } }",
    "{ services(filter: {need: HEALTH_PRIMARY, near: {latitude: 48.89, longitude: 2.41}, person: {languages: [\"bm\"]}}) { nodes { id freshness { state } } } }",
    "mutation { caseOpen(input: {idempotencyKey: \"hostile-1\", person: {area: \"FR-93055\"}}) { case { id } errors { ... on UserError { message path } } } }",
    "query Q($a: Int = 1, $b: [String!]) { node(id: $a) { id ...F @include(if: true) } } fragment F on Node { name(in: $b) }",
    "{ __schema { types { name kind fields(includeDeprecated: true) { name args { name } } } } }",
    "mutation { add(input: {text: \"é \\u00e9 \\\" \", list: [1, -2.5e3, null, ENUM]}) { id } }",
    "{ a: __typename ... on Query { b: __typename } # comment\n }",
    "subscription { s(text: \"\"\"block \\\"\"\" text\"\"\") }",
    "query Type($name: String!) { __type(name: $name) { name ofType { name } } }",
];

const PIECES: [&str; 40] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "$",
    "@",
    "=",
    "|",
    "&",
    "...",
    "..",
    "on",
    "query",
    "mutation",
    "fragment",
    "subscription",
    "true",
    "null",
    "\"",
    "\"\"\"",
    "\\",
    "#",
    "\n",
    " ",
    ",",
    "\u{feff}",
    "a",
    "F",
    "__typename",
    "0",
    "-1",
    "1.5e9",
    "é",
    "\u{202e}",
    "🏊",
    "\u{1}",
];

fn noise(chance: &mut Chance) -> Hostile {
    let (kind, text) = match chance.between(0, 2) {
        0 => ("pieces", (0..chance.between(1, 200)).map(|_| *chance.pick(&PIECES)).collect()),
        1 => ("characters", (0..chance.between(1, 300)).map(|_| character(chance)).collect()),
        _ => ("damaged", damaged(chance)),
    };
    Hostile { text, kind, refusal: None }
}

fn character(chance: &mut Chance) -> char {
    let highest = *chance.pick(&[0x7f, 0x7ff, 0x10_ffff]);
    let code = u32::try_from(chance.between(1, highest)).expect("a code point");
    char::from_u32(code).unwrap_or('\u{fffd}')
}

fn damaged(chance: &mut Chance) -> String {
    let mut text: Vec<char> = chance.pick(&ORDINARY).chars().collect();
    for _ in 0..chance.between(1, 6) {
        let at = chance.between(0, text.len() - 1);
        match chance.between(0, 3) {
            0 if text.len() > 1 => drop(text.remove(at)),
            1 => text.truncate(at.max(1)),
            2 => {
                let piece: Vec<char> = chance.pick(&PIECES).chars().collect();
                text.splice(at..at, piece);
            }
            _ => text.insert(at, character(chance)),
        }
    }
    text.into_iter().collect()
}
