//! Streamable HTTP under `/mcp`: loopback unless there is a key, no page of another origin, no
//! message that fills the memory.

use crate::cancel::{Calls, Cancelled, Ticket};
use crate::message::{self, MESSAGE};
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use espice_base::Code;
use http_body::{Frame, SizeHint};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde::Deserialize;
use serde_json::Value;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

/// Requests that are read or answered at the same time; more are refused.
const REQUESTS: usize = 256;

/// How long the body of a request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to serve.
pub(crate) struct Config {
    pub(crate) address: SocketAddr,
    pub(crate) origins: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) key: Option<String>,
    /// Whether clients of older protocols have sessions, in which they can be asked. They cost
    /// memory for as long as nobody ends them.
    pub(crate) sessions: bool,
}

/// Serves until the program is ended.
///
/// # Errors
/// In words: an address that must not or cannot be served.
pub(crate) async fn serve<S: ServerHandler + Clone>(
    server: S,
    config: Config,
) -> Result<(), String> {
    if config.key.is_none() && !config.address.ip().is_loopback() {
        let code = Code::OPEN_ADDRESS;
        return Err(format!(
            "error[{code}]: {} is not loopback, and there is no key\n  help: set ESPICE_MCP_KEY\n",
            config.address
        ));
    }
    let listener = TcpListener::bind(config.address).await;
    let listener = listener.map_err(|e| format!("{} cannot be served: {e}\n", config.address))?;
    let address = listener.local_addr().map_err(|e| format!("{e}\n"))?;
    announce(address);
    let limits = Arc::new(Limits {
        requests: Semaphore::new(REQUESTS),
        room: Semaphore::new(message::PLACES),
        calls: Arc::default(),
    });
    let key: Option<Arc<str>> = config.key.as_deref().map(Arc::from);
    let router = axum::Router::new()
        .nest_service("/mcp", service(server, &config, address.port()))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            guarded(request, next, Arc::clone(&limits), key.clone())
        }));
    let ended = async {
        // Without a handler the signal ends the program all the same.
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, router).with_graceful_shutdown(ended).await.map_err(|e| format!("{e}\n"))
}

fn service<S: ServerHandler + Clone>(
    server: S,
    config: &Config,
    port: u16,
) -> StreamableHttpService<S, LocalSessionManager> {
    let own = ["localhost", "127.0.0.1", "::1"].map(String::from);
    // A page of this very server, and those that were named.
    let pages = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:{port}"));
    let settings = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(config.sessions)
        // A client that has gone is noticed one or two beats later, since the first write after its
        // end may still succeed; its call stops soon after.
        .with_sse_keep_alive(Some(Duration::from_millis(50)))
        .with_allowed_hosts(own.into_iter().chain(config.hosts.iter().cloned()))
        .with_allowed_origins(pages.into_iter().chain(config.origins.iter().cloned()))
        .enforce_origin_validation()
        .with_max_request_body_bytes(MESSAGE);
    let sessions = Arc::new(LocalSessionManager::default());
    StreamableHttpService::new(move || Ok(server.clone()), sessions, settings)
}

/// What may be read and answered at the same time.
struct Limits {
    requests: Semaphore,
    /// Room for bodies.
    room: Semaphore,
    /// Calls without a session.
    calls: Arc<Calls>,
}

/// Turns away who has no key, whoever comes while too many are served, and messages that would fill
/// the memory.
async fn guarded(
    request: Request,
    next: Next,
    limits: Arc<Limits>,
    key: Option<Arc<str>>,
) -> Response {
    let Ok(_place) = limits.requests.try_acquire() else { return busy() };
    if let Some(key) = key {
        let given = request.headers().get(header::AUTHORIZATION).map(|v| v.as_bytes());
        let given = given.and_then(|v| v.strip_prefix(b"Bearer ")).unwrap_or_default();
        if !same(given, key.as_bytes()) {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            return (StatusCode::UNAUTHORIZED, challenge, "a key is needed\n").into_response();
        }
    }
    let (head, body) = request.into_parts();
    let stated = head.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let length = stated.and_then(|v| v.parse().ok()).unwrap_or(MESSAGE);
    if length > MESSAGE {
        return too_large();
    }
    let Ok(_room) = limits.room.try_acquire_many(message::places(length)) else { return busy() };
    match tokio::time::timeout(PATIENCE, to_bytes(body, MESSAGE)).await {
        Ok(Ok(body)) if message::is_small(&body) => {
            let parts = message::places_of_parts(&body);
            let Ok(_more) = limits.room.try_acquire_many(parts) else { return busy() };
            let heading = match head.headers.contains_key(SESSION) {
                true => Heading::default(),
                false => serde_json::from_slice(&body).unwrap_or_default(),
            };
            let request = Request::from_parts(head, Body::from(body));
            match heading {
                Heading { method: Some(method), params: Some(Named { id }), .. }
                    if method == CANCEL =>
                {
                    cancelled(next.run(request).await, &limits.calls, &id)
                }
                Heading { method: Some(_), id: Some(id), .. } => {
                    stoppable(next.run(request), limits.calls.begin(&id)).await
                }
                _ => next.run(request).await,
            }
        }
        Ok(_) => too_large(),
        Err(_) => {
            (StatusCode::REQUEST_TIMEOUT, "the message does not come to its end\n").into_response()
        }
    }
}

/// The header of sessions, and the notification that cancels.
const SESSION: &str = "mcp-session-id";
const CANCEL: &str = "notifications/cancelled";

/// What is needed of a message to find the call that it cancels. No message of the protocol lacks
/// both, and what cannot be read so is answered by who reads all of it.
#[derive(Default, Deserialize)]
struct Heading {
    method: Option<String>,
    id: Option<Value>,
    params: Option<Named>,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default, rename = "requestId")]
    id: Value,
}

/// Stops the call that a notification names, once that was taken.
fn cancelled(taken: Response, calls: &Calls, id: &Value) -> Response {
    if !taken.status().is_success() || calls.cancel(id) != Cancelled::Ambiguous {
        return taken;
    }
    let code = Code::CANCEL_AMBIGUOUS;
    let message = format!(
        "{code}: several calls without a session have the id {id}; close the connection of the one \
         that shall stop"
    );
    let error = serde_json::json!({
        "jsonrpc": "2.0",
        "error": { "code": -32600, "message": message, "data": { "code": code.as_str() } },
    });
    let form = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::CONFLICT, form, error.to_string()).into_response()
}

/// An answer that ends, without having said anything, when its call is cancelled: nobody waits for
/// it then, and whoever works for it stops as for a client that has gone.
async fn stoppable(
    answer: impl Future<Output = Response>,
    (ticket, mut stopped): (Ticket, oneshot::Receiver<()>),
) -> Response {
    tokio::select! {
        answer = answer => {
            let (head, body) = answer.into_parts();
            let body = Stoppable { body: Some(body), stopped: Some(stopped), _ticket: ticket };
            Response::from_parts(head, Body::new(body))
        }
        Ok(()) = &mut stopped => {
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::empty()).into_response()
        }
    }
}

struct Stoppable {
    /// Nothing any more once its call was cancelled.
    body: Option<Body>,
    stopped: Option<oneshot::Receiver<()>>,
    /// The call is under way as long as its answer is.
    _ticket: Ticket,
}

impl HttpBody for Stoppable {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(stopped) = &mut self.stopped
            && let Poll::Ready(told) = Pin::new(stopped).poll(context)
        {
            self.stopped = None;
            if told.is_ok() {
                self.body = None;
            }
        }
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        // Whoever is cancelled says less than was announced.
        SizeHint::default()
    }
}

fn busy() -> Response {
    let text = format!("{}: too many requests at the same time\n", Code::SERVER_BUSY);
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], text).into_response()
}

fn too_large() -> Response {
    let text = format!("a message may have {MESSAGE} bytes, and a million values\n");
    (StatusCode::PAYLOAD_TOO_LARGE, text).into_response()
}

/// Whether two keys are the same; the time that it takes tells only the length.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y)) == 0
}

#[expect(clippy::print_stderr, reason = "whoever started the server looks for its address")]
fn announce(address: SocketAddr) {
    eprintln!("serving http://{address}/mcp");
}
