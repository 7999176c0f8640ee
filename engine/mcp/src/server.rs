//! What the server answers.

use crate::report::Reports;
use crate::{call, completion, message, prompts, resources, tasks, tools};
use espice_host::Host;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams,
    CompleteResult, ErrorData, GetPromptRequestParams, GetPromptResponse, GetTaskParams,
    GetTaskResult, Implementation, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, Tool, UpdateTaskParams,
};
use rmcp::service::RequestContext;
use rmcp::task_manager::TaskManager;
use rmcp::{RoleServer, ServerHandler};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What stays the same while the program runs may be kept by clients for an hour.
pub(crate) const HOUR: u64 = 3_600_000;

const INSTRUCTIONS: &str = "\
espice turns datasheets and measurements into SPICE models that rules vouch for. Start with \
datasheet.extract to see what a source says, model.make to get a model, model.judge to hold data \
or cards to rules. Paths are below the folders that the server was started with; `files` in a \
request carries texts that lie nowhere. Numbers are SI, temperatures kelvin. A rule that fails is \
a result: read verdict.findings. Long documents are told briefly, and in full with detail = full. \
tool.find answers which tool, template or rule fits a question.";

/// The engine, its tools, and how many may use it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) host: Arc<Host>,
    tools: Arc<Vec<Tool>>,
    /// For calls that may take long.
    pub(crate) slow: Lane,
    /// For those that do not, so that they never wait for the others.
    pub(crate) quick: Lane,
    /// Calls that go on without their request.
    pub(crate) tasks: TaskManager,
    /// How many more tasks may be kept.
    pub(crate) kept: Arc<Semaphore>,
    pub(crate) reports: Arc<Reports>,
}

/// Where calls run and wait.
#[derive(Clone)]
pub(crate) struct Lane {
    /// Calls that run.
    pub(crate) running: Arc<Semaphore>,
    /// Calls that run or wait.
    pub(crate) waiting: Arc<Semaphore>,
    /// Room for the requests of calls that run or wait.
    pub(crate) room: Arc<Semaphore>,
}

impl Lane {
    fn new(calls: usize, places: usize) -> Lane {
        Lane {
            running: Arc::new(Semaphore::new(calls)),
            waiting: Arc::new(Semaphore::new(calls + call::WAITING)),
            room: Arc::new(Semaphore::new(places)),
        }
    }
}

impl Server {
    pub(crate) fn new(host: Host, calls: usize) -> Server {
        let calls = calls.max(1);
        Server {
            host: Arc::new(host),
            tools: Arc::new(tools::all()),
            slow: Lane::new(calls, message::PLACES),
            quick: Lane::new(calls, message::PLACES_OF_QUICK),
            tasks: TaskManager::new(),
            kept: Arc::new(Semaphore::new(tasks::KEPT)),
            reports: Arc::default(),
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_prompts()
            .enable_resources()
            .enable_tools()
            .enable_tasks()
            .build();
        let about = Implementation::new("espice", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(capabilities).with_server_info(about).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()).with_ttl_ms(HOUR))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|t| t.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        tools::call(self, request, &context).await
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        self.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(
        &self,
        request: UpdateTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.tasks.cancel_task(&request.task_id)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all(self)).with_ttl_ms(HOUR))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()).with_ttl_ms(HOUR))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(self, &request.uri, &context).await.map(ReadResourceResponse::from)
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::all()).with_ttl_ms(HOUR))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(&request).map(GetPromptResponse::from)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        completion::complete(self, &request)
    }
}
