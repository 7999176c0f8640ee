//! Completion of names in prompts and resources.

use crate::resources::engine;
use crate::server::Server;
use espice::Listed;
use espice_base::all_codes;
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, ErrorData, Reference};

/// Names that begin with what was written first, then those that hold it.
///
/// # Errors
/// More names came out than an answer holds, which cannot be.
pub(crate) fn complete(
    server: &Server,
    request: &CompleteRequestParams,
) -> Result<CompleteResult, ErrorData> {
    let written = request.argument.value.to_lowercase();
    let chosen = request.context.as_ref().and_then(|c| c.get_argument("kind"));
    let names = names(server, &request.r#ref, &request.argument.name, chosen.map(String::as_str));
    let (mut first, then): (Vec<String>, Vec<String>) = names
        .into_iter()
        .filter(|n| n.to_lowercase().contains(&written))
        .partition(|n| n.to_lowercase().starts_with(&written));
    first.extend(then);
    let total = first.len();
    first.truncate(CompletionInfo::MAX_VALUES);
    let has_more = total > first.len();
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    let info = CompletionInfo::with_pagination(first, Some(total), has_more);
    info.map(CompleteResult::new).map_err(|e| ErrorData::internal_error(e, None))
}

/// The names that an argument can have, sorted. Rules and templates are those of the kind of device
/// that the client has chosen already, if it has.
fn names(server: &Server, asked: &Reference, argument: &str, kind: Option<&str>) -> Vec<String> {
    let listed = |what| {
        let entries = engine(server).list(what).into_iter().filter(|e| is_for(what, &e.of, kind));
        let mut names: Vec<String> = entries.map(|e| e.name).collect();
        names.sort();
        names.dedup();
        names
    };
    let of_resource = |uri: &str| match uri.split('/').nth(2).unwrap_or_default() {
        "diagnostic" => all_codes().map(|c| c.code.as_str().to_string()).collect(),
        "pack" => listed(Listed::Packs),
        "outcome" | "report" => server.reports.names(),
        "rule" => listed(Listed::Rules),
        "template" => listed(Listed::Templates),
        _ => Vec::new(),
    };
    match asked {
        Reference::Resource(resource) => of_resource(&resource.uri),
        _ => match argument {
            "kind" | "device" => listed(Listed::Kinds),
            "rule" => listed(Listed::Rules),
            "foundry" | "pack" => listed(Listed::Packs),
            "parameter" | "symbol" => listed(Listed::Symbols),
            "template" => listed(Listed::Templates),
            _ => Vec::new(),
        },
    }
}

/// Whether what a list says of an entry lets it serve a kind of device.
fn is_for(what: Listed, of: &str, kind: Option<&str>) -> bool {
    match (what, kind) {
        (Listed::Templates, Some(kind)) => of == kind,
        (Listed::Rules, Some(kind)) => {
            of.split_once(" for ").is_none_or(|(_, kinds)| kinds.split(", ").any(|k| k == kind))
        }
        _ => true,
    }
}
