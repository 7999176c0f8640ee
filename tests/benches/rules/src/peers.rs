//! The same range rules in other engines, each prepared as well as it allows: rules compiled,
//! records in its own form.

use crate::packs::{RULES, limits};
use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

type Run<'a> = Box<dyn FnMut() -> usize + 'a>;

/// Every rule an AST of its own, every record a scope.
pub fn rhai(data: &[Vec<f64>]) -> Run<'static> {
    let engine = rhai::Engine::new();
    let rule = |i: usize| {
        let (low, high) = limits(i);
        let text = format!("p{i} < {low:?} || p{i} > {high:?}");
        engine.compile_expression(text).expect("a rule")
    };
    let rules: Vec<rhai::AST> = (0..RULES).map(rule).collect();
    let mut scopes: Vec<rhai::Scope<'static>> = data
        .iter()
        .map(|record| {
            let mut scope = rhai::Scope::new();
            for (i, value) in record.iter().enumerate() {
                scope.push(format!("p{i}"), *value);
            }
            scope
        })
        .collect();
    Box::new(move || {
        let mut count = 0;
        for scope in &mut scopes {
            for rule in &rules {
                count +=
                    usize::from(engine.eval_ast_with_scope::<bool>(scope, rule).expect("a truth"));
            }
        }
        count
    })
}

pub fn regorus(data: &[Vec<f64>]) -> Run<'static> {
    let mut text = String::from("package range\n");
    for i in 0..RULES {
        let (low, high) = limits(i);
        let _ = writeln!(text, "deny contains {i} if input.p{i} < {low:?}");
        let _ = writeln!(text, "deny contains {i} if input.p{i} > {high:?}");
    }
    let mut engine = regorus::Engine::new();
    engine.add_policy("range.rego".into(), text).expect("a policy");
    let inputs: Vec<regorus::Value> = data
        .iter()
        .map(|record| {
            let members: Vec<String> =
                record.iter().enumerate().map(|(i, v)| format!("\"p{i}\": {v:?}")).collect();
            let json = format!("{{{}}}", members.join(", "));
            regorus::Value::from_json_str(&json).expect("a record")
        })
        .collect();
    Box::new(move || {
        let mut count = 0;
        for input in &inputs {
            engine.set_input(input.clone());
            let denied = engine.eval_rule("data.range.deny".into()).expect("a verdict");
            count += denied.as_set().map_or(0, |s| s.len());
        }
        count
    })
}

pub fn cel(data: &[Vec<f64>]) -> Run<'static> {
    let rule = |i: usize| {
        let (low, high) = limits(i);
        cel::Program::compile(&format!("p{i} < {low:?} || p{i} > {high:?}")).expect("a rule")
    };
    let rules: Vec<cel::Program> = (0..RULES).map(rule).collect();
    let contexts: Vec<cel::Context<'static, 'static>> = data
        .iter()
        .map(|record| {
            let mut context = cel::Context::default();
            for (i, value) in record.iter().enumerate() {
                context.add_variable_from_value(format!("p{i}"), *value);
            }
            context
        })
        .collect();
    Box::new(move || {
        let broken = |rule: &cel::Program, context: &cel::Context<'static, 'static>| {
            rule.execute(context).expect("a truth") == cel::Value::Bool(true)
        };
        contexts.iter().map(|c| rules.iter().filter(|r| broken(r, c)).count()).sum()
    })
}

/// The median time of numpy over the same values, in milliseconds.
pub fn numpy(expected: usize) -> Option<f64> {
    let python = std::env::var("PEERS").ok()?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/range_peer.py");
    let output = Command::new(python).arg(script).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (found, ms) = text.trim().split_once(' ')?;
    assert_eq!(found.parse(), Ok(expected), "numpy finds the same");
    ms.parse().ok()
}

/// The time of one process of cfn-guard over one file with all records, in milliseconds.
pub fn cfn_guard(data: &[Vec<f64>]) -> Option<f64> {
    let program = std::env::var("CFN_GUARD").ok()?;
    let folder = std::env::temp_dir().join(format!("espice-range-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let mut rules = String::new();
    for i in 0..RULES {
        let (low, high) = limits(i);
        let _ = writeln!(
            rules,
            "rule r{i} {{ records[*].p{i} >= {low:?}\n records[*].p{i} <= {high:?} }}"
        );
    }
    let records: Vec<String> = data
        .iter()
        .map(|r| {
            let members: Vec<String> =
                r.iter().enumerate().map(|(i, v)| format!("\"p{i}\": {v:?}")).collect();
            format!("{{{}}}", members.join(", "))
        })
        .collect();
    std::fs::write(folder.join("range.guard"), rules).ok()?;
    std::fs::write(folder.join("data.json"), format!("{{\"records\": [{}]}}", records.join(",")))
        .ok()?;
    let start = Instant::now();
    let output = Command::new(program)
        .args(["validate", "--show-summary", "none", "--structured", "-o", "json", "-r"])
        .arg(folder.join("range.guard"))
        .arg("-d")
        .arg(folder.join("data.json"))
        .output()
        .ok()?;
    let time = start.elapsed().as_secs_f64() * 1e3;
    std::fs::remove_dir_all(&folder).ok()?;
    (!output.stdout.is_empty()).then_some(time)
}
