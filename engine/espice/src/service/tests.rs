use super::*;
use espice_base::{Cancellation, Date, Limits, MemoryWorld, Progress, ReadError};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const DAY: Date = Date { year: 2026, month: 11, day: 21 };
const CARD: &str = ".model d1 D(IS=1e-14 N=1 RS=0.1 CJO=1p)\n";

fn service(world: MemoryWorld) -> Service {
    Service::new(world, Config::default()).unwrap()
}

fn ask(service: &Service, name: &str, request: &Value) -> Value {
    let reply = service.call(name, &request.to_string(), &()).unwrap();
    assert!(reply.document.ends_with("}\n"));
    assert_eq!(reply.packs, service.packs().digests());
    let document: Value = serde_json::from_str(&reply.document).unwrap();
    let digest = document["espice"]["packs"][0]["digest"].as_str().map(String::from);
    let first = reply.packs.first().map(|p| p.digest.clone());
    if !["pack.check", "pack.test"].contains(&name) {
        assert_eq!(digest, first, "{name}");
    }
    document
}

/// An IV curve of an ideal diode with a series resistance.
fn diode() -> String {
    let mut text = String::from("# part: X1\n# kind: diode\nVF (V),IF (A)\n");
    for i in 0..40 {
        let current = 1e-8 * 10f64.powf(f64::from(i) * 0.15);
        let voltage = 1.5 * 0.025_852 * (current / 1e-11f64).ln_1p() + 0.8 * current;
        text += &format!("{voltage:.6},{current:.6e}\n");
    }
    text
}

#[test]
fn a_request_gives_the_document_of_its_operation() {
    let service = service(MemoryWorld::new(DAY).with("x.csv", diode()).with("d.lib", CARD));
    let made = ask(&service, "model.make", &json!({ "sources": ["x.csv"] }));
    assert_eq!(made["device"]["part"], "X1");
    assert_eq!(made["fit"]["template"], "junction_diode", "{}", made["candidates"]);
    assert!(made["models"][0]["text"].as_str().unwrap().contains(".model"));

    let read = ask(&service, "datasheet.extract", &json!({ "sources": ["x.csv"] }));
    assert_eq!(read["facts"]["curves"][0]["points"].as_array().unwrap().len(), 40);
    assert!(read["fit"].is_null());

    let selected = ask(&service, "model.select", &json!({ "sources": ["x.csv"] }));
    let first = &selected["candidates"][0];
    assert_eq!(
        (&first["template"], &first["status"]),
        (&json!("junction_diode"), &json!("eligible"))
    );
    assert_eq!(selected["device"], made["device"]);

    let request = json!({ "card": "d.lib", "at": [{ "pin": "a", "volts": [0.5, 0.6] }],
                          "also": ["charges", "conductances"] });
    let values = ask(&service, "model.eval", &request);
    let current = values["columns"].as_array().unwrap().iter().position(|c| c["name"] == "I(a)");
    let current = values["rows"][1][current.unwrap()].as_f64().unwrap();
    assert!((1e-4..2e-4).contains(&current), "{current}");

    let judged = ask(&service, "model.judge", &json!({ "sources": ["x.csv"], "card": "d.lib" }));
    assert!(judged["verdict"]["rules"]["loaded"].as_u64().unwrap() > 10);

    let explained = ask(&service, "rule.explain", &json!({ "rule": "std::vf_plausible" }));
    assert!(!explained["lines"].as_array().unwrap().is_empty());
    let pages = [("E0663", "E0663: "), ("junction_diode", "# junction_diode")];
    for (word, start) in pages {
        let page = ask(&service, "rule.explain", &json!({ "rule": word }));
        assert!(page["lines"][0].as_str().unwrap().starts_with(start), "{page}");
    }
    let unknown = ask(&service, "rule.explain", &json!({ "rule": "std::vf_plausble" }));
    assert_eq!(unknown["diagnostics"][0]["code"], "E0802");
    assert_eq!(unknown["diagnostics"][0]["help"][0], "did you mean `std::vf_plausible`?");

    let kinds = ask(&service, "pack.list", &json!({ "what": "kinds" }));
    assert!(kinds["entries"].as_array().unwrap().iter().any(|k| k["name"] == "mosfet"));
}

#[test]
fn a_function_is_fitted_to_a_table_that_comes_with_the_request() {
    let service = service(MemoryWorld::new(DAY));
    let function = "template line {\n  input x : 1\n  param a : 1 = 0\n  param b : 1 = 0\n  \
                    output y = a + b * x\n}\n";
    let request = json!({
        "template": "line.espice", "table": "t.csv", "loss": { "soft_l1": 10.0 },
        "files": { "line.espice": function, "t.csv": "x,y\n0,1\n1,3\n2,5\n3,7.001\n4,9\n" },
    });
    let fit = ask_unpacked(&service, "model.fit", &request);
    let slope = fit["parameters"][1]["value"].as_f64().unwrap_or(f64::NAN);
    assert!((slope - 2.0).abs() < 1e-3, "{fit:#}");
}

#[test]
fn rows_without_a_number_are_left_out_of_a_fit_and_counted() {
    let service = service(MemoryWorld::new(DAY));
    let function = "template line {\n  input x : 1\n  param b : 1 = 0\n  output y = b * x\n}\n";
    let fitted = |holes: &[(usize, &str)]| {
        let cell =
            |i: usize| holes.iter().find(|h| h.0 == i).map_or((2 * i).to_string(), |h| h.1.into());
        let rows: Vec<String> = (0..40).map(|i| format!("{i},{},", cell(i))).collect();
        let table = format!("# measured\nx,y,note\n{}\n", rows.join("\n"));
        let files = json!({ "line.espice": function, "t.csv": table });
        let request = json!({ "template": "line.espice", "table": "t.csv", "files": files });
        ask_unpacked(&service, "model.fit", &request)
    };
    // A column that nobody looks at may be empty.
    let whole = fitted(&[]);
    assert_eq!((&whole["points"], &whole["diagnostics"]), (&json!(40), &json!([])));
    let holed = fitted(&[(3, "nan"), (7, ""), (9, "-inf")]);
    assert_eq!(holed["points"], 37);
    let told = &holed["diagnostics"][0];
    assert_eq!((&told["code"], &told["severity"]), (&json!("E0605"), &json!("warning")));
    assert_eq!(told["message"], "3 of 40 rows hold no number and are left out, row 4 first");
    assert_eq!(told["span"]["line"], 6);
    assert!((holed["parameters"][0]["value"].as_f64().unwrap() - 2.0).abs() < 1e-9);
    let lost = fitted(&[(0, ""), (1, ""), (2, ""), (3, "NA"), (4, "")]);
    assert_eq!(lost["diagnostics"][0]["code"], "E0606", "{lost}");
    assert!(lost["parameters"].as_array().unwrap().is_empty());
    // What somebody wrote and no program did is a mistake.
    let typed = fitted(&[(3, "6,0")]);
    assert_eq!(typed["diagnostics"][0]["code"], "E0808");
    assert_eq!(fitted(&[(3, "six")])["diagnostics"][0]["code"], "E0808");
}

/// As [`ask`] for operations that load packs of their own.
fn ask_unpacked(service: &Service, name: &str, request: &Value) -> Value {
    let reply = service.call(name, &request.to_string(), &()).unwrap();
    serde_json::from_str(&reply.document).unwrap()
}

#[test]
fn packs_are_checked_and_tested() {
    let manifest = "name = \"acme\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let rule = "rule forward : error on model {\n  for diode\n  check model.VF at (IF = 10 mA) <= 0.9 V\n  \
                say \"no\"\n  because \"the supply leaves no more\"\n}\n\
                test fine {\n  given model junction_diode { IS = 1 pA }\n  expect pass forward\n}\n\
                test wrong {\n  given model junction_diode { IS = 1 pA }\n  expect error forward\n}\n";
    let world = MemoryWorld::new(DAY)
        .with("acme/pack.toml", manifest)
        .with("acme/a.espice", rule)
        .with("bad/pack.toml", manifest)
        .with("bad/a.espice", rule.replace("0.9 V", "0.9 A"));
    let service = service(world);
    let checked = ask(&service, "pack.check", &json!({ "paths": ["acme"] }));
    assert_eq!(checked["sound"], true, "{checked:#}");
    assert_eq!(checked["espice"]["packs"][1]["name"], "acme");
    let tested = ask(&service, "pack.test", &json!({ "paths": ["acme"] }));
    assert_eq!((&tested["passed"], &tested["failed"]), (&json!(1), &json!(1)), "{tested:#}");
    let bad = ask(&service, "pack.check", &json!({ "paths": ["bad"] }));
    assert_eq!(bad["sound"], false);
    assert_eq!(bad["diagnostics"][0]["span"]["file"], "bad/a.espice");
    let untested = ask(&service, "pack.test", &json!({ "paths": ["bad"] }));
    assert!(untested["tests"].as_array().unwrap().is_empty());
    assert_eq!(untested["diagnostics"], bad["diagnostics"]);
}

#[test]
fn what_cannot_be_carried_out_is_told_with_a_code() {
    let service = service(MemoryWorld::new(DAY));
    for (name, request, code, words) in [
        ("model.mak", "{}", "E1101", "no operation `model.mak`"),
        ("model.make", "{", "E1102", "line 1 column 1"),
        ("model.make", "{}", "E1102", "missing field `sources`"),
        ("model.make", r#"{"sources": [], "sorces": 1}"#, "E1102", "unknown field `sorces`"),
        ("model.eval", r#"{"card": "x", "points": "p", "kelvin": [300]}"#, "E1102", "in place of"),
        ("model.fit", r#"{"template": "x", "table": "t", "level": 2}"#, "E1102", "`level` is 2"),
        ("model.judge", "{}", "E1102", "neither a source nor a card"),
        ("tool.find", r#"{"query": "x", "limit": 0}"#, "E1102", "`limit` is 0"),
    ] {
        let error = service.call(name, request, &()).unwrap_err();
        assert_eq!(error.code().as_str(), code);
        assert!(error.to_string().contains(words), "{error}");
        let document: Value = serde_json::from_str(&error.document()).unwrap();
        assert_eq!(document["error"]["code"], code);
    }
    let near = service.call("model.mak", "{}", &()).unwrap_err().document();
    assert!(near.contains("did you mean `model.make`?"));
    // A source that is not there is part of the outcome.
    let made = ask(&service, "model.make", &json!({ "sources": ["none.csv"] }));
    assert_eq!(made["diagnostics"][0]["code"], "E0660");
}

#[test]
fn operations_are_sorted_and_have_schemas_of_objects() {
    let names: Vec<&str> = operations().iter().map(|o| o.name).collect();
    assert!(names.is_sorted());
    for operation in operations() {
        for schema in [operation.input(), operation.output()] {
            let schema = schema.to_value();
            assert_eq!(schema["type"], "object", "{}", operation.name);
            assert!(schema["properties"].is_object() && schema["title"].is_string());
        }
    }
}

/// Stops the call when the fit begins, and notes when that was.
#[derive(Default)]
struct AtFit {
    cancellation: Cancellation,
    since: Mutex<Option<Instant>>,
}

impl Watch for AtFit {
    fn progress(&self, progress: Progress<'_>) {
        if progress.stage == "fit" {
            self.since.lock().unwrap().get_or_insert(Instant::now());
            self.cancellation.cancel();
        }
    }

    fn cancellation(&self) -> Option<Cancellation> {
        Some(self.cancellation.clone())
    }
}

#[test]
fn a_fit_that_runs_is_stopped() {
    let service = service(MemoryWorld::new(DAY).with("x.csv", diode()));
    let stopped = || {
        let watch = AtFit::default();
        let stopped = service.call("model.make", r#"{"sources": ["x.csv"]}"#, &watch);
        assert_eq!(stopped, Err(ServiceError::Cancelled));
        let since = *watch.since.lock().unwrap();
        since.unwrap().elapsed()
    };
    // Other tests take the processor, too: the shortest time tells what is left to be done.
    let least = (0..5).map(|_| stopped()).min().unwrap();
    assert!(least < Duration::from_millis(200), "{least:?}");
    ask(&service, "model.make", &json!({ "sources": ["x.csv"] }));
}

/// Notes all that is told.
#[derive(Default)]
struct Steps(Mutex<Vec<(String, String)>>);

impl Watch for Steps {
    fn progress(&self, progress: Progress<'_>) {
        self.0.lock().unwrap().push((progress.stage.into(), progress.detail.into()));
    }
}

const LINE: &str = "template line {\n  input x : 1\n  param a : 1 = 0\n  param b : 1 = 0\n  \
                    output y = a + b * x\n}\n";

#[test]
fn a_curve_fit_tells_how_far_it_is() {
    let rows: String = (0..20_000).map(|x| format!("{x},{}\n", 3 + 2 * x)).collect();
    let world = MemoryWorld::new(DAY).with("f.espice", LINE).with("t.csv", format!("x,y\n{rows}"));
    let (service, steps) = (service(world), Steps::default());
    let request = r#"{"template": "f.espice", "table": "t.csv", "profile": true}"#;
    service.call("model.fit", request, &steps).unwrap();
    let steps = steps.0.into_inner().unwrap();
    let mut stages: Vec<&str> = steps.iter().map(|s| s.0.as_str()).collect();
    stages.dedup();
    assert_eq!(stages, ["read", "fit", "profile"]);
    let is_told = |detail: &str| steps.iter().any(|s| s.0 == "fit" && s.1 == detail);
    assert!(is_told("line") && is_told("line: 10 evaluations"), "{steps:?}");
}

#[test]
fn tables_have_so_many_rows_and_no_more() {
    let limits = Limits { rows: 40, ..Limits::default() };
    let mut wide = String::from("template wide {\n  input x : 1\n");
    for k in 0..11 {
        wide += &format!("  param p{k} : 1 = {k}\n");
    }
    wide += "  output y = p0 + p1 * x\n}\n";
    let rows = |count: usize| {
        let lines: String = (0..count).map(|x| format!("{x},{}\n", 3 * x)).collect();
        format!("x,y\n{lines}")
    };
    let world = MemoryWorld::new(DAY)
        .with_limits(limits)
        .with("x.csv", diode())
        .with("one.csv", diode().replace("X1", "X2") + "0.9,1\n")
        .with("f.espice", LINE)
        .with("wide.espice", wide)
        .with("40.csv", rows(40))
        .with("41.csv", rows(41))
        .with("20.csv", rows(20))
        .with("21.csv", rows(21));
    let service = service(world);
    for (name, request, is_refused) in [
        ("datasheet.extract", json!({ "sources": ["x.csv"] }), false),
        ("datasheet.extract", json!({ "sources": ["one.csv"] }), true),
        ("datasheet.extract", json!({ "sources": ["x.csv", "x.csv"] }), true),
        ("model.make", json!({ "sources": ["one.csv"] }), true),
        ("model.judge", json!({ "sources": ["one.csv"] }), true),
        ("model.fit", json!({ "template": "f.espice", "table": "40.csv" }), false),
        ("model.fit", json!({ "template": "f.espice", "table": "41.csv" }), true),
        // A row with eleven derivatives counts twice.
        ("model.fit", json!({ "template": "wide.espice", "table": "20.csv" }), false),
        ("model.fit", json!({ "template": "wide.espice", "table": "21.csv" }), true),
    ] {
        let document = ask_unpacked(&service, name, &request);
        let told = document["diagnostics"].as_array().unwrap();
        let found = told.iter().any(|d| d["code"] == "E0603");
        assert_eq!(found, is_refused, "{name} {request}: {document:#}");
    }
}

/// A world whose files change.
struct Changing(RwLock<MemoryWorld>);

impl Changing {
    fn write(&self, path: &str, text: &str) {
        let mut world = self.0.write().unwrap();
        *world = world.clone().with(path, text);
    }
}

impl World for Changing {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.read().unwrap().read(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.0.read().unwrap().list(folder)
    }

    fn today(&self) -> Date {
        DAY
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }
}

const HOUSE: &str = "name = \"house\"\nversion = \"1.0.0\"\n";

#[test]
fn packs_are_swapped_as_a_whole_while_calls_run() {
    let manifest =
        HOUSE.replace("version = \"1.0.0\"\n", "version = \"1.0.0\"\nextends = [\"std\"]\n");
    let world = Arc::new(Changing(RwLock::new(
        MemoryWorld::new(DAY).with("d.lib", CARD).with("house/pack.toml", manifest.as_str()),
    )));
    let rule = |limit: usize, unit: &str| {
        format!(
            "rule forward : error on model {{\n  for diode\n  check model.VF at (IF = 10 mA) <= {limit} {unit}\n  \
             say \"no\"\n  because \"a limit of the house\"\n}}\n"
        )
    };
    world.write("house/a.espice", &rule(1, "V"));
    let config = Config { packs: vec!["house".into()], ..Config::default() };
    let service = Service::shared(world.clone(), config).unwrap();
    let sound: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let note = |packs: &[Pack]| sound.lock().unwrap().insert(packs[1].digest.clone());
    note(&service.packs().digests());
    let asked = AtomicUsize::new(0);
    let swapping = AtomicUsize::new(0);
    let seen: BTreeSet<String> = std::thread::scope(|scope| {
        let work = || {
            let mut seen = BTreeSet::new();
            // A thousand calls at least, and on until the last swap is done.
            while asked.fetch_add(1, Ordering::Relaxed) < 1000
                || swapping.load(Ordering::Relaxed) < 20
            {
                let request = r#"{"card": "d.lib", "at": [{"pin": "a", "volts": [0.6]}]}"#;
                let reply = service.call("model.eval", request, &()).unwrap();
                let document: Value = serde_json::from_str(&reply.document).unwrap();
                let stated = document["espice"]["packs"][1]["digest"].as_str().unwrap();
                assert_eq!(stated, reply.packs[1].digest);
                assert!(document["rows"][0][2].as_f64().unwrap() > 0.0, "{document:#}");
                seen.insert(String::from(stated));
            }
            seen
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        for swap in 0..20 {
            let before = service.packs().digests();
            if swap % 4 == 3 {
                world.write("house/a.espice", &rule(swap, "A"));
                let error = service.reload().unwrap_err();
                assert_eq!(error.code().as_str(), "E1103");
                assert!(error.to_string().contains("the packs have 1 mistake: "), "{error}");
                assert_eq!(service.packs().digests(), before, "broken packs never become active");
            } else {
                world.write("house/a.espice", &rule(swap + 2, "V"));
                note(&service.reload().unwrap());
            }
            swapping.fetch_add(1, Ordering::Relaxed);
        }
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    let sound = sound.into_inner().unwrap();
    assert_eq!(sound.len(), 16);
    assert!(seen.is_subset(&sound) && seen.len() > 1, "{seen:?}");
    assert!(asked.into_inner() >= 1000);
}

#[test]
fn packs_with_mistakes_open_no_service() {
    let world = MemoryWorld::new(DAY)
        .with("house/pack.toml", HOUSE)
        .with("house/a.espice", "rule broken : error on data {\n  check 1 V < 1 A\n}\n");
    let config = Config { packs: vec!["house".into()], ..Config::default() };
    let Err(error) = Service::new(world, config) else { panic!("a service of broken packs") };
    assert_eq!(error.code().as_str(), "E1103");
    let document: Value = serde_json::from_str(&error.document()).unwrap();
    let first = &document["error"]["diagnostics"][0];
    assert_eq!(first["span"]["file"], "house/a.espice", "{document:#}");
}

#[test]
fn sessions_ask_again_only_what_a_change_concerns() {
    let manifest = HOUSE.replace("\"1.0.0\"\n", "\"1.0.0\"\nextends = [\"std\"]\n");
    let world = MemoryWorld::new(DAY)
        .with("house/pack.toml", manifest)
        .with("house/a.espice", "// one\n")
        .with("d.lib", CARD)
        .with("e.lib", CARD);
    let config = Config { packs: vec!["house".into()], ..Config::default() };
    let service = Service::new(world, config).unwrap();
    let mut session = service.session();
    let request =
        |card: &str| json!({ "card": card, "at": [{ "pin": "a", "volts": [0.6] }] }).to_string();
    let both = |session: &mut Session<'_>| {
        ["d.lib", "e.lib"].map(|c| session.call("model.eval", &request(c), &()).unwrap())
    };
    let before = both(&mut session);
    assert_eq!((both(&mut session), session.carried_out()), (before.clone(), 2));
    // Another card concerns the calls that read it.
    session.replace("d.lib", CARD.replace("1e-14", "2e-14"));
    let after = both(&mut session);
    assert_eq!(session.carried_out(), 3);
    assert!(after[0] != before[0] && after[1] == before[1]);
    session.restore("d.lib");
    assert_eq!(both(&mut session), before);
    assert_eq!(session.carried_out(), 4);
    // Packs concern all of them; broken ones change nothing.
    session.replace("house/a.espice", "rule broken : error on data {\n  check 1 V < 1 A\n}\n");
    assert_eq!(both(&mut session), before);
    assert_eq!(session.mistakes().map(|m| m.code().as_str()), Some("E1103"));
    session.replace("house/a.espice", "// two\n");
    assert_ne!(both(&mut session)[1].packs, before[1].packs);
    assert_eq!(session.mistakes(), None);
    assert_eq!(session.carried_out(), 6);
    // A file that was missing and comes to be concerns who looked for it.
    let missing = session.call("model.eval", &request("f.lib"), &()).unwrap();
    session.replace("f.lib", CARD);
    assert_ne!(session.call("model.eval", &request("f.lib"), &()).unwrap(), missing);
}

/// A world that breaks its contract for one file.
struct Faulty(MemoryWorld);

impl World for Faulty {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        assert_ne!(path, "fault.lib", "a file that must not be read");
        self.0.read(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.0.list(folder)
    }

    fn today(&self) -> Date {
        DAY
    }
}

#[test]
fn a_fault_ends_its_call_alone() {
    let world = Faulty(MemoryWorld::new(DAY).with("d.lib", CARD));
    let service = Service::new(world, Config::default()).unwrap();
    let request = |card: &str| json!({ "card": card, "at": [{ "pin": "a", "volts": [0.6] }] });
    let error = service.call("model.eval", &request("fault.lib").to_string(), &()).unwrap_err();
    assert_eq!(error.code().as_str(), "E1104");
    assert!(error.document().contains("a file that must not be read"), "{error}");
    ask(&service, "model.eval", &request("d.lib"));
}
