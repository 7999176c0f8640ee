//! Questions to the user, tasks, reports, and many calls at the same time.

use super::support::{Client, Files};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The arguments of a call that asks for a model.
fn make(source: &str) -> Value {
    json!({ "name": "model.make", "arguments": { "sources": [source] } })
}

#[test]
fn the_user_of_a_new_client_is_asked_which_part_is_meant() {
    let files = Files::new("family");
    let mut client = Client::new(&files.inside(), &[]);
    // Who cannot ask is told what is wrong.
    let silent = client.call("model.make", json!({ "sources": ["family.toml"] }));
    assert_eq!(silent["structuredContent"]["diagnostics"][0]["code"], "E0663", "{silent}");
    client.capabilities = json!({ "elicitation": {} });
    let asked = client.ask("tools/call", make("family.toml"));
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    let question = &asked["result"]["inputRequests"]["part"];
    assert_eq!(question["method"], "elicitation/create");
    let choices = &question["params"]["requestedSchema"]["properties"]["part"]["enum"];
    assert_eq!(choices, &json!(["EX41", "EX42"]), "{question}");
    for (answer, part) in [
        (json!({ "action": "accept", "content": { "part": "EX42" } }), "EX42"),
        (json!({ "action": "decline" }), ""),
        (json!({ "action": "accept", "content": { "part": "EX99" } }), ""),
    ] {
        let mut again = make("family.toml");
        again["inputResponses"] = json!({ "part": answer });
        let made = client.ask("tools/call", again);
        let document = &made["result"]["structuredContent"];
        match part {
            "" => assert_eq!(document["diagnostics"][0]["code"], "E0663", "{answer}: {made}"),
            part => assert_eq!(document["device"]["part"], part, "{answer}: {made}"),
        }
    }
}

#[test]
fn the_user_of_an_older_client_is_asked_meanwhile() {
    let files = Files::new("family-older");
    let mut client = Client::new(&files.inside(), &[]);
    client.capabilities = json!({ "elicitation": {} });
    client.shake_hands();
    let id = client.send("tools/call", make("family.toml"));
    let question = client.message();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    let result = json!({ "action": "accept", "content": { "part": "EX41" } });
    let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result });
    client.write(&answer.to_string());
    let made = client.message();
    assert_eq!(made["id"], id);
    assert_eq!(made["result"]["structuredContent"]["device"]["part"], "EX41", "{made}");
}

#[test]
fn a_model_has_a_report_that_can_be_read_later() {
    let files = Files::new("report");
    let mut client = Client::new(&files.inside(), &[]);
    let made = client.call("model.make", json!({ "sources": ["EX41.csv"] }));
    let link = &made["content"][1];
    assert_eq!(link["type"], "resource_link", "{link}");
    let uri = link["uri"].as_str().unwrap();
    let read = client.ask("resources/read", json!({ "uri": uri }));
    let page = read["result"]["contents"][0]["text"].as_str().unwrap();
    for part in ["# EX41", "Verdict: **passed**", "## Parameters of", "## Card, ngspice"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let again = client.call("model.make", json!({ "sources": ["EX41.csv"] }));
    assert_eq!(again["content"][1]["uri"], uri);
    let name = uri.rsplit('/').next().unwrap();
    let listed = client.ask("resources/read", json!({ "uri": "espice://list/reports" }));
    let listed = listed["result"]["contents"][0]["text"].as_str().unwrap();
    let listed: Value = serde_json::from_str(listed).unwrap();
    let entry = json!({ "name": name, "of": "passed", "about": "Report of EX41" });
    assert_eq!(listed["entries"], json!([entry]), "{listed}");
    let reference = json!({ "type": "ref/resource", "uri": "espice://report/{name}" });
    let params = json!({ "ref": reference, "argument": { "name": "name", "value": &name[..4] } });
    let completed = client.ask("completion/complete", params);
    assert_eq!(completed["result"]["completion"]["values"], json!([name]), "{completed}");
}

#[test]
fn a_fit_of_a_table_tells_how_far_it_is_and_long_tables_are_refused() {
    let files = Files::new("table");
    let mut fit = super::support::long_fit(&files.inside());
    fit["_meta"] = json!({ "progressToken": 1 });
    let mut client = Client::new(&files.inside(), &[]);
    client.send("tools/call", fit.clone());
    let told = (0..3).map(|_| client.message()["params"]["message"].clone());
    let told: Vec<String> = told.map(|m| m.as_str().unwrap_or_default().to_string()).collect();
    assert_eq!(told[0], "read table.csv");
    assert!(told[2].starts_with("fit sum: ") && told[2].ends_with(" evaluations"), "{told:?}");
    let mut client = Client::new(&files.inside(), &["--rows", "99999"]);
    let refused = client.ask("tools/call", fit);
    let document = &refused["result"]["structuredContent"];
    assert_eq!(document["diagnostics"][0]["code"], "E0603", "{document:#}");
}

/// Waits until a task has ended, and gives what the server says of it then.
fn ended(client: &mut Client, task: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let found = client.ask("tasks/get", json!({ "taskId": task }));
        let status = found["result"]["status"].as_str().unwrap_or_else(|| panic!("{found}"));
        if status != "working" || Instant::now() > until {
            return found["result"].clone();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Has a server with one place so much to do that whoever comes next waits for a while. The first
/// call has been answered, and all others wait, when this ends.
fn queue(client: &mut Client) -> Vec<u64> {
    let calls: Vec<u64> = (0..30).map(|_| client.send("tools/call", make("EX41.pdf"))).collect();
    let answered = client.message();
    assert!(calls.contains(&answered["id"].as_u64().unwrap()), "{answered}");
    calls
}

#[test]
fn what_takes_long_goes_on_as_a_task() {
    let files = Files::new("task");
    let mut client = Client::new(&files.inside(), &["--calls", "1"]);
    let before = queue(&mut client);
    client.capabilities = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let ids = [(); 2].map(|()| client.send("tools/call", make("EX41.csv")));
    let mut tasks = BTreeMap::new();
    while tasks.len() < 2 {
        let message = client.message();
        let id = message["id"].as_u64().unwrap_or(0);
        if ids.contains(&id) {
            assert_eq!(message["result"]["resultType"], "task", "{message}");
            assert_eq!(message["result"]["status"], "working");
            tasks.insert(id, message["result"]["taskId"].as_str().unwrap().to_string());
        } else {
            assert!(before.contains(&id), "{message}");
        }
    }
    let first = ended(&mut client, &tasks[&ids[0]]);
    assert_eq!(first["status"], "completed", "{first}");
    assert_eq!(first["result"]["structuredContent"]["device"]["part"], "EX41");
    client.send("tasks/cancel", json!({ "taskId": tasks[&ids[1]] }));
    let second = ended(&mut client, &tasks[&ids[1]]);
    assert!(["cancelled", "completed"].contains(&second["status"].as_str().unwrap()), "{second}");
    let none = client.ask("tasks/get", json!({ "taskId": "none" }));
    assert_eq!(none["error"]["code"], -32602, "{none}");
}

#[test]
fn a_task_that_is_cancelled_ends() {
    let files = Files::new("task-cancel");
    let mut client = Client::new(&files.inside(), &["--calls", "1"]);
    queue(&mut client);
    client.capabilities = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let id = client.send("tools/call", make("EX41.pdf"));
    let task = loop {
        let message = client.message();
        if message["id"] == id {
            break message["result"]["taskId"].as_str().unwrap().to_string();
        }
    };
    let since = Instant::now();
    let answer = client.ask("tasks/cancel", json!({ "taskId": task }));
    assert!(answer["error"].is_null(), "{answer}");
    assert_eq!(ended(&mut client, &task)["status"], "cancelled");
    assert!(since.elapsed() < Duration::from_millis(500), "{:?}", since.elapsed());
}

#[test]
fn ten_thousand_calls_at_once_are_answered_or_refused() {
    let files = Files::new("flood");
    let mut client = Client::new(&files.inside(), &["--calls", "2"]);
    let kinds = json!({ "name": "pack.list", "arguments": { "what": "kinds" } });
    let last = std::thread::scope(|scope| {
        let mut input = client.take_input();
        let writer = scope.spawn(move || {
            for id in 1..=10_000 {
                let request = super::support::newest(id, "tools/call", kinds.clone());
                super::support::write(&mut input, &request.to_string());
            }
            input
        });
        let (mut served, mut refused) = (0, 0);
        while served + refused < 10_000 {
            let message = client.message();
            match message["result"]["isError"] == false {
                true => served += 1,
                false => {
                    let text = message["result"]["content"][0]["text"].as_str();
                    assert!(text.is_some_and(|t| t.contains("E1105")), "{message}");
                    refused += 1;
                }
            }
        }
        assert!(served > 60, "{served} served, {refused} refused");
        writer.join().unwrap()
    });
    client.give_input(last);
    assert_eq!(client.call("pack.list", json!({ "what": "kinds" }))["isError"], false);
    let memory = client.memory();
    assert!(memory < 512 << 10, "{memory} KiB");
}
