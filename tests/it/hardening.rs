//! The table of bounds, row by row, and which test shows what.
//!
//! | row | shown by |
//! |---|---|
//! | document bytes, tokens, nesting, depth, expanded selections, aliases, root fields, directives, operations, fragments, variables, mutations, comparisons | here: each bound lets its value through and refuses the next; `hostile`: ten thousand documents over them |
//! | nesting far beyond, process alive | here; `hostile`, on a thread with an ordinary stack |
//! | complexity, page size | `search::pages`, `schema` (every list has a weight) |
//! | batches, bodies that are no request | `transport::bodies_that_are_no_request_are_bad_requests` |
//! | body, chunked or declared; URL | here (values); `transport::a_body_is_counted_while_it_is_read` |
//! | header lines and bytes; silent, half-sent, idle, slow and stalled connections; connections in all | `sockets` |
//! | methods and content types, GET never changes anything | `transport`, `cross_site` |
//! | cross-site requests, cookies, preflights, headers of every route | `cross_site` |
//! | requests in flight, the lane for emergencies | `emergencies` |
//! | rates, forwarding headers | `rates`; signing in: `edge::rates` |
//! | errors repeat nothing of the caller's; faults tell an incident | `echo`, `errors`, `silence` |
//! | panics | `transport::every_answer_is_hardened_even_a_panic`, `silence::a_panic_tells_where_and_never_what` |
//! | guessed ids | `guessing`, `strangers` |

use crate::kit::bare::Bare;
use crate::transport::{NEW, post, send_to};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use relais::graphql::limits::Limits;
use serde_json::json;

const LIMITS: Limits = Limits::STANDARD;

/// A document of `count` things of one kind.
type Build = fn(usize) -> String;

/// Each bound, how many of its things pass, and a document with that many or more.
const BOUNDS: [(&str, usize, Build); 14] = [
    ("documentBytes", LIMITS.document_bytes, |count| format!("{:#<count$}", "{__typename} ")),
    ("tokens", LIMITS.tokens, |count| format!("{{a(b:[{}])}}", "1 ".repeat(count - 9))),
    ("nesting", LIMITS.nesting_levels, |count| format!("{{a(b:{}1{})}}", "[".repeat(count - 2), "]".repeat(count - 2))),
    ("depth", LIMITS.depth_levels, |count| format!("{}{}", "{a".repeat(count), "}".repeat(count))),
    ("expandedSelections", LIMITS.expanded_selections, |count| format!("{{x{{{}}}}}", "a ".repeat(count - 1))),
    ("aliases", LIMITS.aliases, |count| {
        format!("{{x{{{}}}}}", (0..count).map(|number| format!("b{number}:a ")).collect::<String>())
    }),
    ("rootFields", LIMITS.root_fields, |count| format!("{{{}}}", "__typename ".repeat(count))),
    ("directives", LIMITS.directives, |count| format!("{{x{{{}}}}}", "a @include(if:true) ".repeat(count))),
    ("directivesPerPlace", LIMITS.directives_per_place, |count| format!("{{a {}}}", "@skip(if:false) ".repeat(count))),
    ("operations", LIMITS.operations, |count| {
        (0..count).map(|number| format!("query Q{number}{{__typename}}")).collect()
    }),
    ("fragments", LIMITS.fragments, |count| {
        let fragments: String = (0..count).map(|number| format!("fragment F{number} on Query{{__typename}}")).collect();
        format!("{{__typename}}{fragments}")
    }),
    ("variables", LIMITS.variables, |count| {
        let variables: String = (0..count).map(|number| format!("$v{number}:Int ")).collect();
        format!("query({variables}){{__typename}}")
    }),
    ("rootMutations", LIMITS.root_mutations, |count| format!("mutation{{{}}}", "a ".repeat(count))),
    // Two for each field, once for each of the six sets around it: 9,996 inside, and two for each at the top.
    ("mergeComparisons", LIMITS.merge_comparisons, |count| {
        let (open, close) = ("{...".repeat(5), "}".repeat(5));
        format!("{{x{open}{{{}}}{close} {}}}", "a ".repeat(833), "z ".repeat(count.div_ceil(2) - 4_999))
    }),
];

#[tokio::test]
async fn each_bound_lets_its_value_through_and_refuses_the_next() {
    let bare = Bare::open().await;
    let asked = |text: String| send_to(bare.router(), post(NEW, json!({ "query": text }).to_string()));
    for (bound, most, build) in BOUNDS {
        let passes = asked(build(most)).await;
        assert_ne!(passes.body["errors"][0]["extensions"]["limit"], bound, "{bound} at {most}: {}", passes.body);
        let refused = asked(build(most + 1)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bound}");
        let extensions = &refused.body["errors"][0]["extensions"];
        assert_eq!((&extensions["limit"], &extensions["maximum"]), (&json!(bound), &json!(most)), "{}", refused.body);
    }
}

#[tokio::test]
async fn a_document_nested_a_hundred_thousand_deep_is_refused_and_the_next_one_answered() {
    let bare = Bare::open().await;
    for (open, close) in [("[", "]"), ("{a:", "}"), ("(", ")"), ("{", "}")] {
        let text = format!("{{a(b:{}1{})}}", open.repeat(100_000), close.repeat(100_000));
        let answer = send_to(bare.router(), post(NEW, json!({ "query": text }).to_string())).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::PAYLOAD_TOO_LARGE, "QUERY_TOO_LARGE"), "{open}");
        let text: String = text.chars().take(10_000).collect();
        let answer = send_to(bare.router(), post(NEW, json!({ "query": text }).to_string())).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "QUERY_TOO_DEEP"), "{open}");
        let next = send_to(bare.router(), post(NEW, json!({ "query": "{__typename}" }).to_string())).await;
        assert_eq!(next.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_body_and_an_address_may_be_as_long_as_they_may_and_no_longer() {
    let bare = Bare::open().await;
    let body = |length: usize| {
        let body = json!({ "query": "{__typename}" }).to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let declared = |length: usize| {
        let mut request = post(NEW, body(length));
        request.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        request
    };
    for (length, expected) in
        [(LIMITS.body_bytes, StatusCode::OK), (LIMITS.body_bytes + 1, StatusCode::PAYLOAD_TOO_LARGE)]
    {
        for request in [declared(length), post(NEW, body(length))] {
            assert_eq!(send_to(bare.router(), request).await.status, expected, "{length}");
        }
    }
    let address = |length: usize| {
        let path = "/graphql?query=%7B__typename%7D&x=";
        let path = format!("{path}{}", "y".repeat(length - path.len()));
        Request::get(path).header(header::ACCEPT, NEW).body(Body::empty()).expect("a request")
    };
    for (length, expected) in [(LIMITS.url_bytes, StatusCode::OK), (LIMITS.url_bytes + 1, StatusCode::URI_TOO_LONG)] {
        assert_eq!(send_to(bare.router(), address(length)).await.status, expected, "{length}");
    }
}
