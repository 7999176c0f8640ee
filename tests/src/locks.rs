//! Lock files: what was locked holds, and what changed is told.

use espice::{Config, Engine, LOCK_FILE};
use espice_base::{Code, Date, MemoryWorld};

const RULE: &str = "rule drop : error on data { limit most : V = 2 V; for diode; \
     check every r in data.rows(VF): r.typ < most; because \"x\" }\n";

fn world(base: &str, version: &str, wanted: &str) -> MemoryWorld {
    MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with(
            "base/pack.toml",
            format!("name = \"base\"\nversion = \"{version}\"\nextends = [\"std\"]\n"),
        )
        .with("base/rules.espice", base)
        .with(
            "house/pack.toml",
            format!("name = \"house\"\nversion = \"1.0.0\"\nextends = [\"base{wanted}\"]\n"),
        )
        .with(
            "house/rules.espice",
            "override base::drop { most = 1 V; severity warning; because \"tighter\" }\n",
        )
}

fn engine(world: &MemoryWorld) -> (Engine<'_>, Vec<Code>) {
    let packs = vec!["base".into(), "house".into()];
    let (engine, told) = Engine::new(world, Config { packs, ..Config::default() });
    (engine, told.iter().map(|d| d.code).collect())
}

#[test]
fn a_lock_holds_until_something_changes() {
    let before = world(RULE, "1.2.0", "");
    let (first, told) = engine(&before);
    assert!(told.is_empty(), "{told:?}");
    let lock = first.lock("house").unwrap();
    assert_eq!(lock.lines().filter(|l| !l.starts_with('#')).count(), 2, "{lock}");
    let locked = |world: MemoryWorld| {
        let world = world.with(format!("house/{LOCK_FILE}"), lock.as_str());
        let (mut engine, _) = engine(&world);
        let told = engine.locked("house", "house");
        assert!(told.iter().all(|d| d.code == Code::PACK_LOCK));
        told.iter().map(|d| d.message.clone()).collect::<Vec<_>>()
    };
    assert!(locked(world(RULE, "1.2.0", " ^1.0")).is_empty(), "the own text is not locked");
    let changed = RULE.replace("2 V", "3 V");
    assert_eq!(
        locked(world(&changed, "1.2.0", "")),
        ["`base` 1.2.0 is not what was locked: its text has changed"]
    );
    assert_eq!(
        locked(world(RULE, "1.3.0", "")),
        ["`base` was locked at 1.2.0, and 1.3.0 is at hand"]
    );
    let (mut without, _) = engine(&before);
    assert_eq!(without.locked("house", "house").len(), 1, "a lock that is not there is told");
}

#[test]
fn versions_are_held_to_what_a_pack_asks_for() {
    for (wanted, codes) in [
        (" >=1.0, <2", vec![]),
        (" ^1.3", vec![Code::PACK_VERSION]),
        (" 1.2", vec![Code::BAD_MANIFEST]),
    ] {
        let world = world(RULE, "1.2.0", wanted);
        let (_, told) = engine(&world);
        assert_eq!(told.first(), codes.first(), "{wanted}: {told:?}");
    }
}

#[test]
fn overrides_are_listed_with_what_held_before() {
    let world = world(RULE, "1.2.0", "");
    let (engine, _) = engine(&world);
    let own: Vec<_> = engine.overrides().into_iter().filter(|o| o.by == "house").collect();
    let said: Vec<_> =
        own.iter().map(|o| (o.what.as_str(), o.from.as_str(), o.to.as_str())).collect();
    assert_eq!(said, [("severity", "error", "warning"), ("limit most", "2 V", "1 V")]);
    assert!(own.iter().all(|o| o.rule == "base::drop" && o.because == "tighter"));
}
