//! What the tests of the server need: clients that write what no library would, and a judge of
//! documents by their schemas.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The newest version of the protocol.
pub(crate) const NEWEST: &str = "2026-07-28";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of the table of front ends, with a file outside, in a folder of one test.
pub(crate) struct Files(pub(crate) PathBuf);

impl Files {
    pub(crate) fn new(name: &str) -> Files {
        let folder = std::env::temp_dir().join(format!("espice-mcp-{}-{name}", std::process::id()));
        copy(&root().join("tests/front_ends"), &folder.join("inside"));
        copy(&root().join("tests/examples/EX41"), &folder.join("inside"));
        copy(&root().join("tests/bad/family_without_part"), &folder.join("inside"));
        std::fs::write(folder.join("secret.csv"), "# kind: diode\nVF (V),IF (A)\n0.5,1\n").unwrap();
        Files(folder)
    }

    pub(crate) fn inside(&self) -> PathBuf {
        self.0.join("inside")
    }

    /// The requests that every front end is asked.
    pub(crate) fn table(&self) -> Vec<Value> {
        #[expect(clippy::disallowed_methods, reason = "tests read their tables")]
        let text = std::fs::read_to_string(self.inside().join("requests.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The server. glibc keeps a heap for each of several threads, a share of which stays after a call:
/// with one heap for all, what stays is what the server holds.
pub(crate) fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_espice-mcp"));
    program.env("MALLOC_ARENA_MAX", "1");
    program
}

/// A request of the newest version, which carries all about itself.
pub(crate) fn newest(id: u64, method: &str, mut params: Value) -> Value {
    let meta = params["_meta"].as_object().cloned().unwrap_or_default();
    let mut meta = Value::Object(meta);
    meta["io.modelcontextprotocol/protocolVersion"] = json!(NEWEST);
    meta["io.modelcontextprotocol/clientInfo"] = json!({ "name": "test", "version": "1" });
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    params["_meta"] = meta;
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A client over standard input and output.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    /// Whether requests are those of the newest version, or those after a handshake.
    pub(crate) is_newest: bool,
    /// What the client says that it can do.
    pub(crate) capabilities: Value,
}

impl Client {
    /// Starts a server below some folder; without a handshake.
    pub(crate) fn new(folder: &Path, words: &[&str]) -> Client {
        let mut child = program()
            .args(words)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Client {
            child,
            input,
            output: BufReader::new(output),
            next: 0,
            is_newest: true,
            capabilities: json!({}),
        }
    }

    /// Shakes hands as clients of the version before do.
    pub(crate) fn shake_hands(&mut self) -> Value {
        self.is_newest = false;
        let about = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": self.capabilities, "clientInfo": about });
        let answer = self.ask("initialize", params);
        self.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string());
        answer
    }

    pub(crate) fn write(&mut self, line: &str) {
        write(self.input.as_mut().unwrap(), line);
    }

    /// Where another thread may write.
    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.input.take().unwrap()
    }

    /// Gives it back.
    pub(crate) fn give_input(&mut self, input: ChildStdin) {
        self.input = Some(input);
    }

    /// Writes a part of a line.
    pub(crate) fn write_part(&mut self, text: &str) {
        self.input.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// The next line, as it stands.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn message(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"))
    }

    /// Sends a request and gives its id.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> u64 {
        self.next += 1;
        let request = match self.is_newest {
            true => {
                let mut request = newest(self.next, method, params);
                let meta = &mut request["params"]["_meta"];
                meta["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
                request
            }
            false => {
                json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params })
            }
        };
        self.write(&request.to_string());
        self.next
    }

    /// Sends a request and gives the answer, passing over notifications.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        loop {
            let message = self.message();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// The result of a tool.
    pub(crate) fn call(&mut self, name: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", json!({ "name": name, "arguments": arguments }));
        assert!(answer["error"].is_null(), "{name}: {answer}");
        answer["result"].clone()
    }

    /// The most memory that the server has held, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        memory(&self.child)
    }

    /// The memory that the server holds now, in KiB.
    pub(crate) fn resident(&self) -> u64 {
        resident(&self.child)
    }

    /// Closes the server's input, and gives how it ended.
    pub(crate) fn close(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().unwrap().code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a line.
pub(crate) fn write(input: &mut ChildStdin, line: &str) {
    input.write_all(line.as_bytes()).unwrap();
    input.write_all(b"\n").unwrap();
    input.flush().unwrap();
}

/// The most memory that a process has held, in KiB; 0 where the system does not tell.
pub(crate) fn memory(child: &Child) -> u64 {
    told(child, "VmHWM:")
}

/// The memory that a process holds now, in KiB; 0 where the system does not tell.
pub(crate) fn resident(child: &Child) -> u64 {
    told(child, "VmRSS:")
}

fn told(child: &Child, name: &str) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the system tells it in a file")]
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// A fit that takes minutes and much memory, of files that are written below a folder: three decays
/// that are hard to tell apart, and many points.
pub(crate) fn long_fit(folder: &Path) -> Value {
    let law = "template sum {\n  input x : 1\n  param p1 : 1 = 1.2\n  param p2 : 1 = 0.3\n  \
               param p3 : 1 = 5.6\n  param p4 : 1 = 5.5\n  param p5 : 1 = 6.5\n  \
               param p6 : 1 = 7.6\n  output y = p1 * exp(-p2 * x) + p3 * exp(-p4 * x) \
               + p5 * exp(-p6 * x)\n}\n";
    let mut table = String::from("x,y\n");
    for k in 0..100_000 {
        let x = f64::from(k) / 50_000.0;
        let noise = 1e-3 * (97.0 * f64::from(k)).sin();
        let _ = writeln!(table, "{x:e},{:e}", 2.5 / (1.0 + 3.0 * x) + noise);
    }
    std::fs::write(folder.join("sum.espice"), law).unwrap();
    std::fs::write(folder.join("table.csv"), table).unwrap();
    let arguments = json!({
        "template": "sum.espice", "table": "table.csv", "search": "always", "profile": true,
    });
    json!({ "name": "model.fit", "arguments": arguments })
}

/// A call that takes a moment, and waits for its turn among those that take long.
pub(crate) fn waiting() -> Value {
    json!({ "name": "datasheet.extract", "arguments": { "sources": ["family.toml"] } })
}

/// Several times: a fit begins, runs until it has taken memory, and is stopped. Holds that the
/// server lets go of the memory. Gives KiB before, at most and after, of each.
pub(crate) fn stopped_fits(
    resident: impl Fn() -> u64,
    mut begin: impl FnMut(),
    mut stop_and_ask: impl FnMut(),
) -> Vec<[u64; 3]> {
    let mut all: Vec<[u64; 3]> = Vec::new();
    for round in 0..6 {
        let (before, mut most) = (resident(), 0);
        begin();
        for _ in 0..250 {
            std::thread::sleep(Duration::from_millis(10));
            most = most.max(resident());
        }
        stop_and_ask();
        assert!(most > before + (16 << 10), "the fit takes too little to tell anything");
        // What the first calls make ready for all later ones stays; a call that has been answered
        // may still be tidying up.
        let first = all.iter().take(2).map(|held| held[2]).max().unwrap_or(0);
        let allowed = if round < 2 { u64::MAX } else { first + (most - all[0][0]) / 4 };
        let until = Instant::now() + Duration::from_secs(5);
        while resident() > allowed && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        let after = resident();
        all.push([before, most, after]);
        assert!(after <= allowed, "{all:?}");
    }
    all
}

/// Tries until a call that was stopped made room within 200 ms: the machine has other work. Gives
/// what the trials took.
pub(crate) fn promptly(mut trial: impl FnMut() -> Duration) -> Vec<Duration> {
    let mut times = Vec::new();
    while times.iter().all(|t| *t >= Duration::from_millis(200)) {
        assert!(times.len() < 8, "{times:?}");
        times.push(trial());
    }
    times
}

/// What a document has against a schema; empty where it conforms. Knows the keywords that the
/// schemas of this server use, and stops at one that it does not know.
pub(crate) fn against(schema: &Value, document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    check(schema, schema, document, "", &mut wrong);
    wrong
}

fn check(whole: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let Some(keywords) = schema.as_object() else {
        if schema == &Value::Bool(false) {
            wrong.push(format!("{at}: nothing is allowed"));
        }
        return;
    };
    for (keyword, says) in keywords {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => {}
            "$ref" => {
                let path = says.as_str().unwrap().trim_start_matches('#');
                check(whole, whole.pointer(path).unwrap(), value, at, wrong);
            }
            "type" => {
                let one = |name: &Value| is_of(name.as_str().unwrap(), value);
                let fits = says.as_array().map_or_else(|| one(says), |all| all.iter().any(one));
                if !fits {
                    wrong.push(format!("{at}: {value} is no {says}"));
                }
            }
            "properties" => {
                for (name, schema) in says.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        check(whole, schema, inner, &format!("{at}/{name}"), wrong);
                    }
                }
            }
            "required" => {
                for name in says.as_array().unwrap().iter().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        wrong.push(format!("{at}: `{name}` is missing"));
                    }
                }
            }
            "additionalProperties" => {
                let known = |name: &String| schema["properties"].get(name).is_some();
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if !known(name) {
                        check(whole, says, inner, &format!("{at}/{name}"), wrong);
                    }
                }
            }
            "items" => {
                for (place, inner) in value.as_array().into_iter().flatten().enumerate() {
                    check(whole, says, inner, &format!("{at}/{place}"), wrong);
                }
            }
            "prefixItems" => {
                let pairs =
                    says.as_array().unwrap().iter().zip(value.as_array().into_iter().flatten());
                for (place, (schema, inner)) in pairs.enumerate() {
                    check(whole, schema, inner, &format!("{at}/{place}"), wrong);
                }
            }
            "minItems" | "maxItems" => {
                let count = value.as_array().map_or(0, Vec::len) as u64;
                let limit = says.as_u64().unwrap();
                if value.is_array()
                    && (if keyword == "minItems" { count < limit } else { count > limit })
                {
                    wrong.push(format!("{at}: {count} elements"));
                }
            }
            "minLength" => {
                let count = value.as_str().map_or(u64::MAX, |text| text.chars().count() as u64);
                if count < says.as_u64().unwrap() {
                    wrong.push(format!("{at}: {count} letters"));
                }
            }
            "exclusiveMinimum" | "exclusiveMaximum" => {
                let limit = says.as_f64().unwrap();
                let is_least = keyword == "exclusiveMinimum";
                let fits = |v: f64| if is_least { v > limit } else { v < limit };
                if value.as_f64().is_some_and(|v| !fits(v)) {
                    wrong.push(format!("{at}: {value} is not within {limit}"));
                }
            }
            "minimum" | "maximum" => {
                let limit = says.as_f64().unwrap();
                let value = value.as_f64().unwrap_or(limit);
                if if keyword == "minimum" { value < limit } else { value > limit } {
                    wrong.push(format!("{at}: {value} is beyond {limit}"));
                }
            }
            "enum" => {
                if !says.as_array().unwrap().contains(value) {
                    wrong.push(format!("{at}: {value} is none of {says}"));
                }
            }
            "const" if says == value => {}
            "anyOf" | "oneOf" => {
                let fits = says.as_array().unwrap().iter().filter(|schema| {
                    let mut none = Vec::new();
                    check(whole, schema, value, at, &mut none);
                    none.is_empty()
                });
                if fits.count() == 0 {
                    wrong.push(format!("{at}: {value} is nothing of what is allowed"));
                }
            }
            other => wrong.push(format!("{at}: the keyword `{other}` is not known")),
        }
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    }
}
