//! Somebody who asks a running server.

use serde_json::{Value, json};
use std::net::SocketAddr;

/// A client of one server, with or without a token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
}

impl Client {
    pub fn of(address: SocketAddr, token: Option<&str>) -> Self {
        // Needed of whoever makes a client; the first to come installs it for all.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The machine's proxy is for other servers than this one.
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without TLS");
        Self { http, address, token: token.map(str::to_owned) }
    }

    /// Sends one GraphQL request; an error means that no whole answer came.
    pub async fn try_ask(&self, query: &str, variables: Value) -> reqwest::Result<Value> {
        let request = self.http.post(format!("http://{}/graphql", self.address));
        let request = request.header("accept-language", "en").json(&json!({ "query": query, "variables": variables }));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await?.json().await
    }

    /// Sends one GraphQL request that is answered without an error; gives its data.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.try_ask(query, variables).await.expect("the server answers");
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answer["data"].take()
    }
}
