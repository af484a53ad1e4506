//! The API: one schema, served over HTTP by [`http`].
//!
//! Invariants: resolvers hold views that policy made and never see the store's rows; they parse, call one
//! action and shape; an expected refusal is data in the payload, anything else a code. Every enum comes
//! from a code list of the domain. Start at `query` and `mutations`.

mod capacity_query;
pub mod codes;
mod device_query;
mod directory_query;
pub mod emergency;
mod enums;
mod error;
pub mod guard;
pub mod http;
pub mod limits;
mod live;
mod mutations;
mod node;
mod operation;
mod order;
mod page;
mod partner_offer_query;
mod protection_query;
mod query;
mod request;
mod scalars;
mod search;
mod sharing_query;
mod subscription;
mod types;
mod user_errors;
mod webhook_query;
mod written;

use self::capacity_query::CapacityQuery;
use self::codes::ErrorCodes;
use self::device_query::DeviceQuery;
use self::directory_query::DirectoryQuery;
use self::http::{Answered, Caller, Endpoint, EndpointError};
use self::limits::Limits;
use self::mutations::Mutation;
use self::operation::operation;
use self::order::RootOrder;
use self::partner_offer_query::PartnerOfferQuery;
use self::protection_query::ProtectionQuery;
use self::query::LoopQuery;
use self::request::RequestContext;
use self::search::SearchQuery;
use self::sharing_query::SharingQuery;
use self::subscription::Subscription;
use self::webhook_query::WebhookQuery;
use crate::actions::{ActionError, Context, account, disclosure, refusal};
use crate::edge::Edge;
use crate::edge::access_line::LineFacts;
use crate::edge::rates::TooMuch;
use crate::i18n::Language;
use crate::policy::access::{Access, Viewer};
use async_graphql::{MergedObject, SDLExportOptions, Schema, Value};
use std::sync::{Arc, LazyLock};

type RelaisSchema = Schema<Query, Mutation, Subscription>;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
struct Query(
    SearchQuery,
    LoopQuery,
    DirectoryQuery,
    SharingQuery,
    ProtectionQuery,
    CapacityQuery,
    PartnerOfferQuery,
    WebhookQuery,
    DeviceQuery,
);

/// One for all: it holds nothing of a node, so that nodes of one process share it.
static SCHEMA: LazyLock<RelaisSchema> = LazyLock::new(|| {
    Schema::build(Query::default(), Mutation::default(), Subscription)
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
    edge: Edge,
}

impl Api {
    /// The API over the actions' context.
    pub fn new(context: Context, edge: Edge) -> Self {
        let chance = context.chance.clone();
        let codes = ErrorCodes::new(move || {
            let mut bytes = [0; 8];
            chance.fill(&mut bytes);
            bytes
        })
        .describing(error::describe);
        Self { schema: SCHEMA.clone(), context, codes, edge }
    }
}

impl Endpoint for Api {
    async fn execute(&self, caller: Caller, mut request: async_graphql::Request) -> Answered {
        let mut told =
            LineFacts { operation: operation(&mut request), cost: caller.cost.selections, ..LineFacts::default() };
        let Some(place) = self.edge.lanes.ordinary() else {
            return emergency::execute(self, caller, request, told).await;
        };
        let result = match self.admitted(&self.context, &caller, &mut told).await {
            Ok(access) => self.run(&self.context, access, &caller, request, &mut told).await,
            Err(refused) => Err(refused),
        };
        Answered { result, told, place: Some(place) }
    }
}

impl Api {
    /// Who asks, unless they have asked too much. A token is counted before it is looked up, and who has none
    /// that opens anything counts as what they are: somebody at an address.
    async fn admitted(
        &self,
        context: &Context,
        caller: &Caller,
        told: &mut LineFacts,
    ) -> Result<Access, EndpointError> {
        let (rates, cost) = (&self.edge.rates, caller.cost.selections);
        let Some(token) = &caller.bearer else {
            rates.anonymous(caller.address, cost).map_err(too_much)?;
            return Ok(Access::new(Viewer::Anonymous, context.table));
        };
        rates.token(token, cost).map_err(too_much)?;
        let access = account::access(context, Some(token)).await;
        if matches!(access, Err(ActionError::Unauthenticated)) {
            refusal::record_failed_sign_in(context).await;
            rates.anonymous(caller.address, cost).map_err(too_much)?;
        }
        let access = access.map_err(refused)?;
        if let Some(account) = access.account() {
            told.account_id = Some(account.id);
            rates.account(account.id, cost).map_err(too_much)?;
        }
        Ok(access)
    }

    async fn run(
        &self,
        context: &Context,
        access: Access,
        caller: &Caller,
        mut request: async_graphql::Request,
        told: &mut LineFacts,
    ) -> Result<async_graphql::Response, EndpointError> {
        let order = RootOrder::of(&mut request);
        let carried = RequestContext {
            context: context.clone(),
            access: access.clone(),
            language: Language::negotiate(caller.language.as_deref()),
            now: context.clock.now(),
            writes_pages: order.is_plain(),
            accepted: Arc::default(),
        };
        let mut response = self.schema.execute(request.data(carried)).await;
        order.restore(&mut response);
        // What was told is written down before it is told; what cannot be written down is not told.
        disclosure::record(context, &access).await.map_err(refused)?;
        refusal::record(context, &access, error::has_code(&response, "FORBIDDEN")).await;
        self.codes.stamp(&mut response);
        told.code = code_of(&response);
        Ok(response)
    }
}

fn too_much(asked: TooMuch) -> EndpointError {
    EndpointError::RateLimited(asked.seconds())
}

/// The code of the first error.
fn code_of(response: &async_graphql::Response) -> Option<String> {
    match response.errors.first()?.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

fn refused(error: ActionError) -> EndpointError {
    if matches!(error, ActionError::Unauthenticated) {
        return EndpointError::Unauthenticated;
    }
    let cause = error::cause_chain(&error);
    tracing::error!(cause, "a request could not be answered");
    EndpointError::Unavailable
}
