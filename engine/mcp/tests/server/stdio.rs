//! Over standard input and output.

use super::support::{Client, Files, against, long_fit, promptly, stopped_fits, waiting};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::time::Instant;

/// The tools that the server is asked for by name.
const TOOLS: [&str; 13] = [
    "datasheet.extract",
    "model.eval",
    "model.fit",
    "model.judge",
    "model.make",
    "model.select",
    "pack.check",
    "pack.list",
    "pack.test",
    "pdf_processing",
    "rule.explain",
    "spice_generation",
    "tool.find",
];

/// What a tool's schema says of its document.
fn held_to_its_schema(tools: &Value, name: &str, result: &Value) -> Value {
    let tool = tools.as_array().unwrap().iter().find(|t| t["name"] == name).unwrap();
    let document = &result["structuredContent"];
    assert_eq!(result["isError"], false, "{name}: {result}");
    let wrong = against(&tool["outputSchema"], document);
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(&text, document, "{name}");
    document.clone()
}

#[test]
fn both_versions_of_the_protocol_are_spoken() {
    let files = Files::new("versions");
    let mut client = Client::new(&files.inside(), &[]);
    let found = client.ask("server/discover", json!({}));
    let versions = found["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")) && versions.contains(&json!("2025-11-25")));
    let listed = client.ask("tools/list", json!({}));
    assert_eq!(listed["result"]["ttlMs"], 3_600_000, "{listed}");
    assert_eq!(client.close(), Some(0));
    let mut client = Client::new(&files.inside(), &[]);
    let shaken = client.shake_hands();
    assert_eq!(shaken["result"]["protocolVersion"], "2025-11-25", "{shaken}");
    assert_eq!(shaken["result"]["serverInfo"]["name"], "espice");
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    assert_eq!(client.close(), Some(0));
}

#[test]
fn the_list_of_tools_is_the_same_byte_for_byte() {
    let files = Files::new("list");
    let mut lists = Vec::new();
    for _ in 0..2 {
        let mut client = Client::new(&files.inside(), &[]);
        client.shake_hands();
        let mut seen: Vec<String> = (0..50)
            .map(|_| {
                let id = client.send("tools/list", json!({}));
                client.line().replacen(&format!("\"id\":{id},"), "", 1)
            })
            .collect();
        seen.dedup();
        assert_eq!(seen.len(), 1);
        lists.extend(seen);
    }
    assert_eq!(lists[0], lists[1]);
    let list: Value = serde_json::from_str(&lists[0]).unwrap();
    let tools = list["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, TOOLS);
    for tool in tools {
        let name = &tool["name"];
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{name}");
        assert_eq!(tool["annotations"]["openWorldHint"], false, "{name}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{name}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{name}");
        assert!(tool["description"].as_str().unwrap().len() > 60, "{name}");
    }
}

#[test]
fn tools_answer_as_the_service_and_as_their_schemas_say() {
    let files = Files::new("tools");
    let mut client = Client::new(&files.inside(), &[]);
    client.shake_hands();
    let tools = client.ask("tools/list", json!({}))["result"]["tools"].clone();
    let options = json!({ "roots": [files.inside()] }).to_string();
    let host = espice_host::open(&options).unwrap();
    let more = [
        ("model.select", json!({ "sources": ["EX41.csv"] })),
        ("rule.explain", json!({ "rule": "std::vf_plausible", "sources": ["EX41.csv"] })),
        ("tool.find", json!({ "query": "reverse recovery of a diode" })),
    ];
    let rows = files.table();
    let rows = rows.iter().map(|r| (r["operation"].as_str().unwrap(), r["request"].clone()));
    for (name, request) in rows.chain(more) {
        // An agent is told briefly what is long, unless it asks for all.
        let mut asked = request.clone();
        if ["datasheet.extract", "model.make"].contains(&name) {
            asked["detail"] = json!("full");
        }
        let result = client.call(name, asked);
        let mut document = held_to_its_schema(&tools, name, &result);
        let reply = host.service().call(name, &request.to_string(), &()).unwrap();
        let mut wanted: Value = serde_json::from_str(&reply.document).unwrap();
        for document in [&mut document, &mut wanted] {
            document.as_object_mut().unwrap().remove("run");
        }
        assert_eq!(document, wanted, "{name} {request}");
    }
}

#[test]
fn what_is_long_is_told_briefly_and_in_full_on_request() {
    let files = Files::new("brief");
    let mut client = Client::new(&files.inside(), &[]);
    client.shake_hands();
    let tools = client.ask("tools/list", json!({}))["result"]["tools"].clone();
    for name in ["datasheet.extract", "model.make"] {
        let asked = |detail: Value| json!({ "sources": ["EX41.pdf"], "detail": detail });
        let full = client.call(name, asked(json!("full")));
        let full = held_to_its_schema(&tools, name, &full);
        assert!(full["left_out"].is_null());
        let result = client.call(name, json!({ "sources": ["EX41.pdf"] }));
        let brief = held_to_its_schema(&tools, name, &result);
        let size = |document: &Value| document.to_string().len();
        assert!(size(&brief) * 3 < size(&full), "{name}: {} of {}", size(&brief), size(&full));
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(!text.contains('\n') && text.len() == size(&brief), "{name}");
        eprintln!("{name}: {} bytes briefly, {} in full", size(&brief), size(&full));
        // What an agent acts on is all there.
        for path in [
            "/device",
            "/diagnostics",
            "/models",
            "/fit/parameters",
            "/fit/rated",
            "/verdict/rules",
        ] {
            assert_eq!(brief.pointer(path), full.pointer(path), "{name} {path}");
        }
        let left_out = brief["left_out"].as_array().unwrap();
        assert!(left_out.len() > 1, "{left_out:?}");
        assert_eq!(client.call(name, asked(json!("some")))["isError"], true);
        let last = left_out.last().unwrap().as_str().unwrap();
        if name == "model.make" {
            let uri = last.rsplit(' ').next().unwrap();
            let read = client.ask("resources/read", json!({ "uri": uri }));
            let text = read["result"]["contents"][0]["text"].as_str().unwrap();
            let mut whole: Value = serde_json::from_str(text).unwrap();
            let mut full = full;
            for document in [&mut whole, &mut full] {
                document.as_object_mut().unwrap().remove("run");
            }
            assert_eq!(whole, full);
        }
    }
}

#[test]
fn aliases_say_the_same_in_their_own_words() {
    let files = Files::new("aliases");
    let mut client = Client::new(&files.inside(), &[]);
    client.shake_hands();
    let tools = client.ask("tools/list", json!({}))["result"]["tools"].clone();
    let arguments = json!({ "file_path": "EX41.pdf", "extract_images": true });
    let read = client.call("pdf_processing", arguments);
    let read = held_to_its_schema(&tools, "pdf_processing", &read);
    assert_eq!(read["success"], true, "{read}");
    let table = &read["tables"][0];
    assert_eq!(table["headers"][0], "Symbol");
    assert!(table["pageNumber"].as_u64() >= Some(1) && !table["rows"][0][0].is_null());
    assert_eq!(read["file_path"], "EX41.pdf");
    assert!(read["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "VF"));
    assert!(!read["images"].as_array().unwrap().is_empty());

    let at = |current: &str, volts: f64| json!({ "name": "VF", "value": volts, "unit": "mV", "conditions": { "IF": current } });
    let rows = [at("100 uA", 520.0), at("1 mA", 590.0), at("10 mA", 670.0), at("100 mA", 820.0)];
    let arguments = json!({ "device_name": "X \"1\"", "device_type": "diode", "parameters": rows });
    let made = client.call("spice_generation", arguments);
    let made = held_to_its_schema(&tools, "spice_generation", &made);
    assert!(made["modelCode"].as_str().unwrap().contains(".model"), "{made:#}");
    assert_eq!(made["exportFormats"], json!(["ngspice", "ltspice"]));
    assert_eq!((&made["device_name"], &made["device_type"]), (&json!("X \"1\""), &json!("diode")));
    for parameter in made["parameters"].as_array().unwrap() {
        assert!(!parameter["description"].as_str().unwrap().is_empty(), "{parameter}");
        let is_sure = parameter["confidence"].as_f64().unwrap() > 0.0;
        assert!(
            !is_sure || parameter["low"].as_f64() <= parameter["value"].as_f64(),
            "{parameter}"
        );
        assert_eq!(
            parameter["source"] == "default",
            !parameter["source"].as_str().unwrap().contains(" in "),
            "{parameter}"
        );
    }
    assert!(!made["validationResults"].as_array().unwrap().is_empty());
    let gain =
        json!([{ "name": "hFE", "value": 200, "conditions": { "IC": "2 mA", "VCE": "5 V" } }]);
    let bjt =
        json!({ "device_name": "Q1", "device_type": "bjt", "polarity": "pnp", "parameters": gain });
    let made = client.call("spice_generation", bjt);
    assert!(made["structuredContent"]["modelCode"].as_str().unwrap().contains("PNP"), "{made:#}");
    let bjts = json!({ "device_name": "Q1", "device_type": "bjts", "parameters": gain });
    let told = client.call("spice_generation", bjts)["structuredContent"]["errors"][0].clone();
    assert!(told.as_str().unwrap().contains("did you mean `bjt`?"), "{told}");
    let wrong = client.call("spice_generation", json!({ "device_name": "x", "parameters": [] }));
    assert_eq!(wrong["isError"], true);
    assert!(wrong["content"][0]["text"].as_str().unwrap().contains("E1102"));
}

#[test]
fn resources_prompts_and_completions_are_served() {
    let files = Files::new("resources");
    let mut client = Client::new(&files.inside(), &["--pack", "acme"]);
    let listed = client.ask("resources/list", json!({}));
    let uris: Vec<&str> = listed["result"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["uri"].as_str().unwrap())
        .collect();
    assert!(uris.contains(&"espice://list/rules") && uris.is_sorted());
    let pages = [
        "espice://diagnostic/E0305",
        "espice://pack/acme",
        "espice://rule/acme::forward_drop",
        "espice://template/junction_diode",
    ];
    for uri in uris.into_iter().chain(pages) {
        let answer = client.ask("resources/read", json!({ "uri": uri }));
        let text = answer["result"]["contents"][0]["text"].as_str();
        // No model has been made yet.
        let least = if uri == "espice://list/reports" { 10 } else { 40 };
        assert!(text.is_some_and(|t| t.len() > least), "{uri}: {answer}");
    }
    for uri in [
        "espice://rule/E0305",
        "espice://outcome/none",
        "espice://rule/none",
        "espice://list/files",
        "file:///etc/passwd",
        "x",
    ] {
        let answer = client.ask("resources/read", json!({ "uri": uri }));
        assert_eq!(answer["error"]["code"], -32602, "{uri}: {answer}");
    }
    let templates = client.ask("resources/templates/list", json!({}));
    assert_eq!(templates["result"]["resourceTemplates"].as_array().unwrap().len(), 6);

    let prompts = client.ask("prompts/list", json!({}))["result"]["prompts"].clone();
    assert_eq!(prompts.as_array().unwrap().len(), 4);
    for prompt in prompts.as_array().unwrap() {
        let mut arguments = json!({});
        for argument in prompt["arguments"].as_array().unwrap() {
            arguments[argument["name"].as_str().unwrap()] = json!("VALUE");
        }
        let params = json!({ "name": prompt["name"], "arguments": arguments });
        let got = client.ask("prompts/get", params);
        let text = got["result"]["messages"][0]["content"]["text"].as_str().unwrap();
        assert!(text.contains("VALUE") && !text.contains('{'), "{text}");
    }
    let params = json!({ "name": "review-pack", "arguments": {} });
    assert_eq!(client.ask("prompts/get", params)["error"]["code"], -32602);

    let rule = json!({ "type": "ref/resource", "uri": "espice://rule/{name}" });
    let author = json!({ "type": "ref/prompt", "name": "author-a-rule" });
    let explain = json!({ "type": "ref/prompt", "name": "explain-rejection" });
    for (of, name, value, wanted) in [
        (&rule, "name", "acme::", "acme::forward_drop"),
        (&author, "kind", "dio", "diode"),
        (&author, "foundry", "ac", "acme"),
        (&author, "parameter", "VF", "VF"),
        (&explain, "rule", "acme::f", "acme::forward_drop"),
    ] {
        let params = json!({ "ref": of, "argument": { "name": name, "value": value } });
        let answer = client.ask("completion/complete", params);
        assert_eq!(answer["result"]["completion"]["values"][0], wanted, "{answer}");
    }
    // What was chosen before narrows what is left.
    let params = json!({
        "ref": { "type": "ref/prompt", "name": "fit-from-datasheet" },
        "argument": { "name": "template", "value": "" },
        "context": { "arguments": { "kind": "jfet" } },
    });
    let answer = client.ask("completion/complete", params);
    let values = answer["result"]["completion"]["values"].as_array().unwrap();
    assert!(values.contains(&json!("square_law_jfet")), "{answer}");
    assert!(!values.contains(&json!("junction_diode")), "{answer}");
}

#[test]
fn what_cannot_be_done_is_told_and_the_next_request_served() {
    let files = Files::new("hostile");
    #[cfg(unix)]
    std::os::unix::fs::symlink(files.0.join("secret.csv"), files.inside().join("link.csv"))
        .unwrap();
    let mut client = Client::new(&files.inside(), &[]);
    client.shake_hands();
    for path in ["../secret.csv", "link.csv", "/etc/passwd", "acme/../../secret.csv"] {
        let result = client.call("datasheet.extract", json!({ "sources": [path] }));
        let first = &result["structuredContent"]["diagnostics"][0];
        assert_eq!(first["code"], "E0660", "{path}: {result}");
        let card = client.call("model.eval", json!({ "card": path }));
        assert_eq!(card["structuredContent"]["diagnostics"][0]["code"], "E0660", "{path}");
    }
    let checked = client.call("pack.check", json!({ "paths": [".."] }));
    assert_eq!(checked["structuredContent"]["sound"], false);
    let wrong = client.call("model.make", json!({ "source": "x" }));
    assert_eq!(wrong["isError"], true);
    assert!(wrong["content"][0]["text"].as_str().unwrap().contains("unknown field `source`"));
    let unknown = client.ask("tools/call", json!({ "name": "model.mak", "arguments": {} }));
    assert_eq!(unknown["error"]["code"], -32602);
    assert_eq!(client.ask("models/make", json!({}))["error"]["code"], -32601);

    // What is no message at all is answered with an error, and never ends the server.
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let known = ["{", "[]", "null", "{\"jsonrpc\":\"2.0\"}", "\u{0}\u{1}", "{\"id\":{}}", &deep];
    for line in known {
        client.write(line);
        assert_eq!(client.message()["error"]["code"], -32600, "{line}");
    }
    let pinged = client.ask("ping", json!({}));
    assert_eq!(pinged["result"], json!({}), "{pinged}");
    // A gibibyte without a line's end.
    let part = "x".repeat(1 << 20);
    client.write_part(&format!("{{\"a\":\"{part}"));
    for _ in 0..1024 {
        client.write_part(&part);
    }
    client.write("\"}");
    assert_eq!(client.message()["error"]["code"], -32600);
    // Messages that are short enough, and of so many parts that they would take gibibytes.
    for part in ["{\"a\":1}", "[1]", "\"\"", "[[[]]]"] {
        let parts = vec![part; (8_000_000) / (part.len() + 1)].join(",");
        let arguments = format!("{{\"what\":[{parts}]}}");
        client.write(&format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\
             \"params\":{{\"name\":\"pack.list\",\"arguments\":{arguments}}}}}"
        ));
        assert_eq!(client.message()["error"]["code"], -32600, "{part}");
    }
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    let memory = client.memory();
    assert!(memory < 512 << 10, "{memory} KiB");
}

#[test]
fn a_call_that_is_cancelled_makes_room_at_once() {
    let files = Files::new("cancel");
    let mut client = Client::new(&files.inside(), &["--calls", "1"]);
    client.shake_hands();
    let times = promptly(|| {
        let params = json!({
            "name": "model.make",
            "arguments": { "sources": ["EX41.pdf"] },
            "_meta": { "progressToken": "p" },
        });
        let id = client.send("tools/call", params);
        let mut last = 0.0;
        loop {
            let message = client.message();
            // What was under way when the call before was cancelled.
            if message["id"].is_u64() {
                continue;
            }
            assert_eq!(message["method"], "notifications/progress", "{message}");
            assert_eq!(message["params"]["progressToken"], "p");
            let progress = message["params"]["progress"].as_f64().unwrap();
            assert!(progress > last);
            last = progress;
            if message["params"]["message"].as_str().unwrap().starts_with("fit") {
                break;
            }
        }
        let since = Instant::now();
        let params = json!({ "requestId": id, "reason": "enough" });
        let method = "notifications/cancelled";
        let told = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        client.write(&told.to_string());
        // The only place is free again: a call that needs it is answered.
        let listed = client.ask("tools/call", waiting())["result"].clone();
        assert_eq!(listed["isError"], false);
        since.elapsed()
    });
    eprintln!("a call that was stopped made room after {times:?}");
}

#[test]
fn a_fit_that_is_cancelled_gives_its_memory_back() {
    let files = Files::new("memory");
    let fit = long_fit(&files.inside());
    let client = RefCell::new(Client::new(&files.inside(), &["--calls", "1"]));
    client.borrow_mut().shake_hands();
    let id = Cell::new(0);
    let begin = || id.set(client.borrow_mut().send("tools/call", fit.clone()));
    let stop_and_ask = || {
        let params = json!({ "requestId": id.get() });
        let method = "notifications/cancelled";
        let told = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        let mut client = client.borrow_mut();
        client.write(&told.to_string());
        assert_eq!(client.ask("tools/call", waiting())["result"]["isError"], false);
    };
    let held = stopped_fits(|| client.borrow().resident(), begin, stop_and_ask);
    eprintln!("KiB before, at most and after: {held:?}");
}

#[test]
fn what_is_looked_up_does_not_wait_for_fits() {
    let files = Files::new("lanes");
    let fit = long_fit(&files.inside());
    let mut client = Client::new(&files.inside(), &["--calls", "1"]);
    // One runs for minutes, as many wait as may, and one more is refused.
    let fits: Vec<u64> = (0..66).map(|_| client.send("tools/call", fit.clone())).collect();
    let refused = client.message();
    assert!(fits.contains(&refused["id"].as_u64().unwrap()), "{refused}");
    let text = refused["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("E1105"), "{refused}");
    for (name, arguments) in [
        ("pack.list", json!({ "what": "kinds" })),
        ("tool.find", json!({ "query": "diode" })),
        ("rule.explain", json!({ "rule": "std::vf_plausible" })),
        ("model.eval", json!({ "card": "d.lib", "at": [{ "pin": "a", "volts": [0.6] }] })),
    ] {
        let since = Instant::now();
        assert_eq!(client.call(name, arguments)["isError"], false, "{name}");
        eprintln!("{name} beside 65 fits took {:?}", since.elapsed());
    }
    let answered = client.ask("resources/read", json!({ "uri": "espice://list/kinds" }));
    assert!(answered["result"]["contents"][0]["text"].is_string(), "{answered}");
}
