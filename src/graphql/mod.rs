//! The API: one schema, served over HTTP by [`http`].
//!
//! Invariants: resolvers hold views that policy made and never see the store's rows; they parse, call one
//! action and shape; an expected refusal is data in the payload, anything else a code. Every enum comes
//! from a code list of the domain. Start at `query` and `mutations`.

pub mod codes;
mod enums;
mod error;
pub mod guard;
pub mod http;
pub mod limits;
mod mutations;
mod node;
mod order;
mod page;
mod protection_query;
mod query;
mod request;
mod scalars;
mod types;
mod user_errors;

use self::codes::ErrorCodes;
use self::http::{Endpoint, EndpointError};
use self::limits::Limits;
use self::mutations::Mutation;
use self::order::RootOrder;
use self::protection_query::ProtectionQuery;
use self::query::LoopQuery;
use self::request::RequestContext;
use crate::actions::{ActionError, Context, account, disclosure, refusal};
use crate::i18n::Language;
use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema};
use std::sync::LazyLock;

type RelaisSchema = Schema<Query, Mutation, EmptySubscription>;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
struct Query(LoopQuery, ProtectionQuery);

/// One for all: it holds nothing of a node, so that nodes of one process share it.
static SCHEMA: LazyLock<RelaisSchema> = LazyLock::new(|| {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<user_errors::UserError>()
        .limit_depth(Limits::STANDARD.depth_levels)
        .limit_complexity(Limits::STANDARD.complexity)
        .disable_suggestions()
        .finish()
});

/// The schema as text, in the order in which it tells the story. Made without a database.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().indent_width(2);
    let text = SCHEMA.sdl_with_options(options);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

/// What answers GraphQL requests.
#[derive(Clone)]
pub struct Api {
    schema: RelaisSchema,
    context: Context,
    codes: ErrorCodes,
}

impl Api {
    /// The API over the actions' context.
    pub fn new(context: Context) -> Self {
        let chance = context.chance.clone();
        let codes = ErrorCodes::new(move || {
            let mut bytes = [0; 8];
            chance.fill(&mut bytes);
            bytes
        })
        .describing(error::describe);
        Self { schema: SCHEMA.clone(), context, codes }
    }
}

impl Endpoint for Api {
    async fn execute(
        &self,
        bearer: Option<String>,
        language: Option<String>,
        mut request: async_graphql::Request,
    ) -> Result<async_graphql::Response, EndpointError> {
        let access = account::access(&self.context, bearer.as_deref()).await;
        if matches!(access, Err(ActionError::Unauthenticated)) {
            refusal::record_failed_sign_in(&self.context).await;
        }
        let access = access.map_err(refused)?;
        let carried = RequestContext {
            context: self.context.clone(),
            access: access.clone(),
            language: Language::negotiate(language.as_deref()),
            now: self.context.clock.now(),
        };
        let order = RootOrder::of(&mut request);
        let mut response = self.schema.execute(request.data(carried)).await;
        order.restore(&mut response);
        // What was told is written down before it is told; what cannot be written down is not told.
        disclosure::record(&self.context, &access).await.map_err(refused)?;
        refusal::record(&self.context, &access, error::has_code(&response, "FORBIDDEN")).await;
        self.codes.stamp(&mut response);
        Ok(response)
    }
}

fn refused(error: ActionError) -> EndpointError {
    if matches!(error, ActionError::Unauthenticated) {
        return EndpointError::Unauthenticated;
    }
    let cause = error::cause_chain(&error);
    tracing::error!(%cause, "a request could not be answered");
    EndpointError::Unavailable
}
