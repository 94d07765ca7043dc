//! A client that talks to the app through the front door.

use std::fmt::Display;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tickbox::http::FrontDoor;

use super::{Answer, conformance};

/// Sends requests through the front door, with a token if it has one.
#[derive(Clone)]
pub(crate) struct Client {
    pub(super) door: FrontDoor,
    pub(crate) token: Option<String>,
    /// The path of this user's tasks.
    pub(crate) tasks: String,
}

impl Client {
    /// The same client with another token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// Sends, and fails if the answer is not what the `OpenAPI` document says.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let answer = Answer::read(self.receive(request).await).await;
        conformance::check(&method, uri.path(), &answer);
        answer
    }

    /// Sends, and leaves the body of the answer to be read.
    pub(crate) async fn receive(&self, mut request: Request<Body>) -> Response<Body> {
        if let Some(token) = &self.token
            && !request.headers().contains_key(AUTHORIZATION)
        {
            let value = format!("Bearer {token}").parse().expect("a token is ASCII");
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        self.door.handle(request).await
    }

    /// Sends a body as JSON, whatever it is.
    pub(crate) async fn send_text(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("a good request");
        self.send(request).await
    }

    /// Sends a body as JSON, unless it is null, with one more header.
    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        (name, value): (&str, &str),
        body: Value,
    ) -> Answer {
        let body = if body.is_null() {
            Body::empty()
        } else {
            body.to_string().into()
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(body)
            .expect("a good request");
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .body(Body::empty())
            .expect("a good request");
        self.send(request).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        let request = Request::delete(path)
            .body(Body::empty())
            .expect("a good request");
        self.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_text(Method::POST, path, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_text(Method::PUT, path, body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_text(Method::PATCH, path, body.to_string()).await
    }

    /// Creates a task of this user, and gives its path and itself.
    pub(crate) async fn create(&self, body: Value) -> (String, Value) {
        let created = self
            .post(&self.tasks, body)
            .await
            .expect(StatusCode::CREATED);
        let path = format!("{}/{}", self.tasks, created["id"].as_str().expect("an id"));
        (path, created)
    }

    /// Every task of this user.
    pub(crate) async fn list(&self) -> Value {
        self.get(&self.tasks).await.expect(StatusCode::OK)
    }

    pub(crate) async fn batch(&self, body: Value) -> Answer {
        self.post(&format!("{}/batch", self.tasks), body).await
    }

    /// Does operations, and gives what came of each.
    pub(crate) async fn operate(&self, operations: Value) -> Value {
        let answer = self.batch(json!({"operations": operations})).await;
        answer.expect(StatusCode::OK)["results"].take()
    }

    /// Undoes a change of this user.
    pub(crate) async fn undo(&self, seq: impl Display) -> Answer {
        let changes = self.tasks.replace("/tasks", "/changes");
        let path = format!("{changes}/{seq}/undo");
        self.post(&path, Value::Null).await
    }

    /// Undoes the latest change of a task.
    pub(crate) async fn undo_latest(&self, path: &str) -> Answer {
        let history = self.get(&format!("{path}/history")).await;
        let history = history.expect(StatusCode::OK);
        self.undo(&history["history"][0]["seq"]).await
    }
}
