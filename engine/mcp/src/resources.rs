//! Resources: what packs hold, as pages.

use crate::call::{self, Refusal};
use crate::server::{HOUR, Server};
use espice::{Config, Engine};
use espice_base::{Code, CodeInfo, all_codes};
use rmcp::RoleServer;
use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use rmcp::service::RequestContext;
use serde_json::json;

/// What begins every URI.
const SCHEME: &str = "espice://";
/// Lists that are resources: name of the resource, and title.
const LISTS: [(&str, &str); 8] = [
    ("diagnostics", "Codes of diagnostics"),
    ("kinds", "Kinds of devices"),
    ("packs", "Packs with their digests"),
    ("quantities", "What can be measured at a kind"),
    ("reports", "Reports of the models that were made lately"),
    ("rules", "Rules"),
    ("symbols", "Symbols of quantities"),
    ("templates", "Device models"),
];

/// The lists of what the packs hold.
pub(crate) fn all(_: &Server) -> Vec<Resource> {
    let one = |(name, title): &(&str, &str)| {
        Resource::new(format!("{SCHEME}list/{name}"), *name)
            .with_title(*title)
            .with_mime_type("application/json")
    };
    LISTS.iter().map(one).collect()
}

/// The pages.
pub(crate) fn templates() -> Vec<ResourceTemplate> {
    let page = |name: &str, title: &str, about: &str| {
        ResourceTemplate::new(format!("{SCHEME}{name}/{{name}}"), name)
            .with_title(title)
            .with_description(about)
            .with_mime_type("text/markdown")
    };
    vec![
        page(
            "diagnostic",
            "A diagnostic's code",
            "What a code such as E0305 means, and what to do",
        ),
        page(
            "outcome",
            "An outcome",
            "The whole document of a model that was made lately, as JSON",
        )
        .with_mime_type("application/json"),
        page("pack", "A pack", "Version, digest, and the rules that it brings"),
        page("report", "A report", "What came of a model that this server has made lately"),
        page("rule", "A rule", "What a rule such as std::vf_plausible says, and why"),
        page("template", "A device model", "Parameters, equations and recipe of a template"),
    ]
}

/// Reads a resource.
///
/// # Errors
/// There is none under this URI.
pub(crate) async fn read(
    server: &Server,
    uri: &str,
    context: &RequestContext<RoleServer>,
) -> Result<ReadResourceResult, ErrorData> {
    let missing = || {
        let message = format!("there is no resource `{uri}`");
        ErrorData::resource_not_found(message, Some(json!({ "uri": uri })))
    };
    let path = uri.strip_prefix(SCHEME).ok_or_else(missing)?;
    let (sort, name) = path.split_once('/').ok_or_else(missing)?;
    let (text, form) = match sort {
        "list" if name == "diagnostics" => (entries(diagnostics()), "application/json"),
        "list" if name == "reports" => (entries(server.reports.list()), "application/json"),
        "list" if LISTS.iter().any(|(n, _)| *n == name) => (
            asked(server, "pack.list", json!({ "what": name }), context).await?,
            "application/json",
        ),
        "diagnostic" => (diagnostic(name).ok_or_else(missing)?, "text/markdown"),
        "outcome" => (server.reports.outcome(name).ok_or_else(missing)?, "application/json"),
        "pack" => (pack(server, name).ok_or_else(missing)?, "text/markdown"),
        "report" => (server.reports.find(name).ok_or_else(missing)?, "text/markdown"),
        "rule" => (rule(server, name, context).await?.ok_or_else(missing)?, "text/markdown"),
        "template" => (template(server, name).ok_or_else(missing)?, "text/markdown"),
        _ => return Err(missing()),
    };
    let contents = ResourceContents::text(text, uri).with_mime_type(form);
    let life = if path == "list/reports" { 0 } else { HOUR };
    Ok(ReadResourceResult::new(vec![contents]).with_ttl_ms(life))
}

/// A list of what no pack holds, in the form of those of packs: name, what it is of, words.
fn entries(all: impl Iterator<Item = (String, String, String)>) -> String {
    let entry = |(name, of, about)| json!({ "name": name, "of": of, "about": about });
    format!("{:#}\n", json!({ "entries": all.map(entry).collect::<Vec<_>>() }))
}

fn diagnostics() -> impl Iterator<Item = (String, String, String)> {
    let entry =
        |c: &CodeInfo| (c.code.to_string(), String::from("diagnostic"), String::from(c.title));
    all_codes().map(entry)
}

/// The document of an operation.
async fn asked(
    server: &Server,
    operation: &'static str,
    request: serde_json::Value,
    context: &RequestContext<RoleServer>,
) -> Result<String, ErrorData> {
    match call::call(server, operation, request.to_string(), context).await {
        Ok(reply) => Ok(reply.document),
        Err(Refusal::Busy) => Err(ErrorData::internal_error("too many calls wait", None)),
        Err(Refusal::Engine(error)) => Err(ErrorData::internal_error(error.to_string(), None)),
    }
}

fn diagnostic(name: &str) -> Option<String> {
    let info = Code::find(name)?.info()?;
    Some(format!("# {}: {}\n\n{}\n", info.code, info.title, info.explanation.trim_end()))
}

/// An engine with the active packs; it reads nothing.
pub(crate) fn engine(server: &Server) -> Engine<'_> {
    let service = server.host.service();
    service.packs().engine(service.world().as_ref(), Config::default())
}

fn pack(server: &Server, name: &str) -> Option<String> {
    let digests = server.host.service().packs().digests();
    let pack = digests.iter().find(|p| p.name == name)?;
    let mut text =
        format!("# {} {}\n\nSHA-256 {}\n\n## Rules\n\n", pack.name, pack.version, pack.digest);
    let mine = format!("{name}::");
    for rule in engine(server).list(espice::Listed::Rules) {
        if rule.name.starts_with(&mine) {
            text += &format!("- `{}`, {}: {}\n", rule.name, rule.of, rule.about);
        }
    }
    Some(text)
}

async fn rule(
    server: &Server,
    name: &str,
    context: &RequestContext<RoleServer>,
) -> Result<Option<String>, ErrorData> {
    let own = format!("::{name}");
    let rules = engine(server).list(espice::Listed::Rules);
    if !rules.iter().any(|r| r.name == name || r.name.ends_with(&own)) {
        // The operation explains codes and templates, too.
        return Ok(None);
    }
    let document = asked(server, "rule.explain", json!({ "rule": name }), context).await?;
    let document: serde_json::Value = serde_json::from_str(&document)
        .map_err(|e| ErrorData::internal_error(e.to_string(), None))?;
    let lines = document["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines: Vec<&str> = lines.iter().filter_map(|l| l.as_str()).collect();
    Ok((!lines.is_empty()).then(|| lines.join("\n") + "\n"))
}

fn template(server: &Server, name: &str) -> Option<String> {
    engine(server).template_page(name, 1)
}
