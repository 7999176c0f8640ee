//! Over HTTP.

use super::support::{
    Files, NEWEST, long_fit, memory, newest, program, promptly, resident, stopped_fits, waiting,
};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A server, and where it is.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn new(folder: &Path, words: &[&str], key: Option<&str>) -> Server {
        let mut command = program();
        command.args(["--http", "127.0.0.1:0"]).args(words).current_dir(folder);
        command.env_remove("ESPICE_MCP_KEY");
        if let Some(key) = key {
            command.env("ESPICE_MCP_KEY", key);
        }
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("serving http://").expect(&line);
        let address = address.strip_suffix("/mcp").unwrap().parse().unwrap();
        Server { child, address }
    }

    fn open(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        stream
    }

    /// Sends a request and gives status and body.
    fn post(&self, message: &Value, more: &[(&str, &str)]) -> (u16, String) {
        let mut stream = self.open();
        // Who is refused may find the door shut before all is said; the answer tells.
        let _ = stream.write_all(&self.request(message, more));
        answer(&mut stream)
    }

    /// The bytes of a request.
    fn request(&self, message: &Value, more: &[(&str, &str)]) -> Vec<u8> {
        let mut headers: Vec<(String, String)> = [
            ("Host", self.address.to_string()),
            ("Content-Type", "application/json".into()),
            ("Accept", "application/json, text/event-stream".into()),
            ("MCP-Protocol-Version", NEWEST.into()),
            ("Mcp-Method", message["method"].as_str().unwrap_or_default().into()),
            ("Connection", "close".into()),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .to_vec();
        if let Some(name) = message["params"]["name"].as_str() {
            headers.push(("Mcp-Name".into(), name.into()));
        }
        for (name, value) in more {
            headers.retain(|h| !h.0.eq_ignore_ascii_case(name));
            headers.push((String::from(*name), String::from(*value)));
        }
        let body = message.to_string();
        let lines: String = headers.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
        let length = body.len();
        format!("POST /mcp HTTP/1.1\r\n{lines}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    }

    fn kinds(&self, id: u64) -> Value {
        let params = json!({ "name": "pack.list", "arguments": { "what": "kinds" } });
        newest(id, "tools/call", params)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    // Who is turned away may be cut off while it still writes.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    (status, text)
}

/// The answer to a request among the events of a body.
fn result(body: &str) -> Value {
    let data = body.lines().filter_map(|l| l.strip_prefix("data: ").or(Some(l)));
    let messages = data.filter_map(|d| serde_json::from_str::<Value>(d).ok());
    messages.into_iter().rfind(|m| m.get("id").is_some()).unwrap_or_else(|| panic!("{body}"))
}

#[test]
fn calls_are_answered() {
    let files = Files::new("http");
    let server = Server::new(&files.inside(), &[], None);
    let (status, body) = server.post(&server.kinds(7), &[]);
    assert_eq!(status, 200, "{body}");
    let answer = result(&body);
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!(7), &json!(false)),
        "{answer}"
    );
}

#[test]
fn pages_of_other_origins_and_other_names_are_refused() {
    let files = Files::new("origin");
    let origin = "https://tools.example.com:443";
    let server = Server::new(&files.inside(), &["--origin", origin], None);
    let status = |more: &[(&str, &str)]| server.post(&server.kinds(1), more).0;
    assert_eq!(status(&[("Origin", "https://evil.example")]), 403);
    assert_eq!(status(&[("Origin", "null")]), 403);
    assert_eq!(status(&[("Host", "evil.example")]), 403);
    assert_eq!(status(&[("Origin", origin)]), 200);
    assert_eq!(status(&[("Origin", &format!("http://{}", server.address))]), 200);
    assert_eq!(status(&[("Origin", "http://127.0.0.1:1")]), 403);
    let bare = Server::new(&files.inside(), &[], None);
    assert_eq!(bare.post(&bare.kinds(1), &[("Origin", origin)]).0, 403);
}

#[test]
fn a_key_is_asked_for_where_there_is_one() {
    let files = Files::new("key");
    let server = Server::new(&files.inside(), &[], Some("s3cret"));
    let status = |more: &[(&str, &str)]| server.post(&server.kinds(1), more).0;
    assert_eq!(status(&[]), 401);
    assert_eq!(status(&[("Authorization", "Bearer s3creT")]), 401);
    assert_eq!(status(&[("Authorization", "Bearer s3cret")]), 200);
    let open =
        program().args(["--http", "0.0.0.0:0"]).env_remove("ESPICE_MCP_KEY").output().unwrap();
    assert_eq!(open.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&open.stderr).contains("E1106"));
}

#[test]
fn large_malformed_and_many_requests_are_refused_and_the_next_one_served() {
    let files = Files::new("many");
    let server = Server::new(&files.inside(), &[], None);
    // A message that says it is a gibibyte, and one that is nine mebibytes.
    let mut stream = server.open();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: 1073741824\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let part = vec![b'x'; 1 << 20];
    for _ in 0..1024 {
        if stream.write_all(&part).is_err() {
            break;
        }
    }
    assert!([0, 413].contains(&answer(&mut stream).0));
    let mut large = server.kinds(1);
    large["params"]["arguments"]["x"] = json!("x".repeat(9 << 20));
    assert!([0, 413].contains(&server.post(&large, &[]).0));
    // One that is short enough, and of so many parts that it would take gibibytes.
    let mut wide = server.kinds(1);
    wide["params"]["arguments"]["x"] = json!(vec![json!({ "a": 1 }); 900_000]);
    let (status, body) = server.post(&wide, &[]);
    assert!([0, 413].contains(&status), "{status} {body}");
    for body in ["{", "[]", "null", "{\"jsonrpc\":\"2.0\"}"] {
        let mut stream = server.open();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            server.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let (status, text) = answer(&mut stream);
        assert!((400..500).contains(&status), "{body}: {text}");
    }
    // As many at once as one process may open here.
    let mut open: Vec<TcpStream> = Vec::new();
    for id in 0..900 {
        let mut stream = server.open();
        stream.write_all(&server.request(&server.kinds(id), &[])).unwrap();
        open.push(stream);
    }
    let mut served = 0;
    for stream in &mut open {
        let (status, body) = answer(stream);
        assert!([200, 503].contains(&status), "{body}");
        served += usize::from(status == 200);
    }
    assert!(served > 0);
    drop(open);
    assert_eq!(server.post(&server.kinds(1), &[]).0, 200);
    let memory = memory(&server.child);
    assert!(memory < 512 << 10, "{memory} KiB");
}

#[test]
fn a_client_that_goes_away_stops_its_call() {
    let files = Files::new("gone");
    let server = Server::new(&files.inside(), &["--calls", "1"], None);
    let arguments = json!({ "sources": ["EX41.pdf"] });
    let meta = json!({ "progressToken": 1 });
    let params = json!({ "name": "model.make", "arguments": arguments, "_meta": meta });
    let request = newest(1, "tools/call", params);
    let times = promptly(|| {
        let mut stream = server.open();
        stream.write_all(&server.request(&request, &[])).unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let begun = lines.any(|l| l.is_ok_and(|l| l.contains("\"fit ")));
        assert!(begun, "the fit was never told of");
        drop(lines);
        stream.shutdown(std::net::Shutdown::Both).unwrap();
        drop(stream);
        let since = Instant::now();
        assert_eq!(server.post(&newest(2, "tools/call", waiting()), &[]).0, 200);
        since.elapsed()
    });
    eprintln!("a call that was stopped made room after {times:?}");
}

#[test]
fn a_fit_whose_client_goes_away_gives_its_memory_back() {
    let files = Files::new("memory-http");
    let fit = newest(1, "tools/call", long_fit(&files.inside()));
    let server = Server::new(&files.inside(), &["--calls", "1"], None);
    let stream = Cell::new(None);
    let begin = || {
        let mut opened = server.open();
        opened.write_all(&server.request(&fit, &[])).unwrap();
        stream.set(Some(opened));
    };
    let stop_and_ask = || {
        drop(stream.take());
        assert_eq!(server.post(&newest(2, "tools/call", waiting()), &[]).0, 200);
    };
    let held = stopped_fits(|| resident(&server.child), begin, stop_and_ask);
    eprintln!("KiB before, at most and after: {held:?}");
}

/// The version before the newest, whose clients cancel by the id of their request.
const OLDER: [(&str, &str); 1] = [("MCP-Protocol-Version", "2025-11-25")];

fn older(id: u64, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

fn cancel(id: u64) -> Value {
    let params = json!({ "requestId": id, "reason": "enough" });
    json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params })
}

/// Sends a call that goes on for minutes, and waits until the server works on it.
fn begun(server: &Server, message: &Value, more: &[(&str, &str)]) -> TcpStream {
    let mut message = message.clone();
    message["params"]["_meta"]["progressToken"] = json!(1);
    let mut stream = server.open();
    stream.write_all(&server.request(&message, more)).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    assert!(lines.any(|l| l.is_ok_and(|l| l.contains("\"fit "))), "the fit was never told of");
    stream
}

#[test]
fn an_older_client_that_goes_away_stops_its_call() {
    let files = Files::new("older-gone");
    let fit = older(1, &long_fit(&files.inside()));
    let server = Server::new(&files.inside(), &["--calls", "1"], None);
    let times = promptly(|| {
        let stream = begun(&server, &fit, &OLDER);
        stream.shutdown(std::net::Shutdown::Both).unwrap();
        drop(stream);
        let since = Instant::now();
        assert_eq!(server.post(&older(2, &waiting()), &OLDER).0, 200);
        since.elapsed()
    });
    eprintln!("a call that was stopped made room after {times:?}");
}

#[test]
fn a_call_without_a_session_is_cancelled_by_its_id() {
    let files = Files::new("older-cancel");
    let fit = long_fit(&files.inside());
    let server = Server::new(&files.inside(), &["--calls", "1"], None);
    let mut id = 100;
    let times = promptly(|| {
        id += 1;
        let mut stream = begun(&server, &older(id, &fit), &OLDER);
        let since = Instant::now();
        assert_eq!(server.post(&cancel(id), &OLDER).0, 202);
        assert_eq!(server.post(&older(2, &waiting()), &OLDER).0, 200);
        let took = since.elapsed();
        // Its answer ends without having said anything.
        let (_, rest) = answer(&mut stream);
        assert!(!rest.contains("\"result\""), "{rest}");
        took
    });
    eprintln!("a call that was cancelled made room after {times:?}");
    // What has ended, or was never begun, is no mistake of who cancels.
    assert_eq!(server.post(&cancel(id), &OLDER).0, 202);
    assert_eq!(server.post(&cancel(9999), &OLDER).0, 202);
}

#[test]
fn nobody_cancels_the_call_of_somebody_else() {
    let files = Files::new("older-twice");
    let fit = older(7, &long_fit(&files.inside()));
    let server = Server::new(&files.inside(), &["--calls", "2"], None);
    // Two clients count from the same number.
    let (mut one, mut two) = (begun(&server, &fit, &OLDER), begun(&server, &fit, &OLDER));
    let (status, told) = server.post(&cancel(7), &OLDER);
    assert_eq!(status, 409, "{told}");
    let told = result_of_error(&told);
    assert_eq!(told["error"]["data"]["code"], "E1108", "{told}");
    for stream in [&mut one, &mut two] {
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        // It goes on: there is no end within that time, but beats.
        let mut bytes = [0; 1 << 16];
        let until = Instant::now() + Duration::from_millis(500);
        while Instant::now() < until {
            assert_ne!(stream.read(&mut bytes).unwrap(), 0, "the call was stopped");
        }
    }
    // One has ended: who has its id may still be meant.
    drop(one);
    while server.post(&older(8, &waiting()), &OLDER).0 != 200 {}
    assert_eq!(server.post(&cancel(7), &OLDER).0, 409);
    // A page of another origin cancels nothing.
    let third = begun(&server, &older(31, &fit["params"]), &OLDER);
    let foreign = [OLDER[0], ("Origin", "https://evil.example")];
    assert_eq!(server.post(&cancel(31), &foreign).0, 403);
    let mut third = third;
    third.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = [0; 1 << 16];
    for _ in 0..4 {
        assert_ne!(third.read(&mut bytes).unwrap(), 0, "the call was stopped");
    }
}

fn result_of_error(body: &str) -> Value {
    let json = body.split("\r\n\r\n").nth(1).unwrap_or_default();
    serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {body}"))
}
