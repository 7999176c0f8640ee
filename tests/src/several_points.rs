//! Transistors with several operating points at the same voltages: strong drain feedback or
//! self-heating of Parker and Skellern's equations behind series resistances. The simulator finds
//! one or another, depending on where it starts, and the evaluator is at one of them.

use crate::support;
use espice::{Biases, Config, Engine, EvaluateRequest};
use espice_netlist::{Simulator, read_wrdata};

/// Found among the random points of `tests/oracle/parker_skellern.draw`.
struct Case {
    name: &'static str,
    card: &'static str,
    area: f64,
    /// RD and RS of the card, Ohm.
    series: [f64; 2],
    /// Drain, gate and source, V.
    volts: [f64; 3],
    celsius: f64,
    /// Where the inner drain and source are in the other operating points, V.
    others: &'static [[f64; 2]],
}

const CASES: [Case; 2] = [
    Case {
        name: "feedback",
        card: "VTO=-7.657381445077533 BETA=0.0023933325984115926 Q=2 P=2.9035911012696127 \
               LAMBDA=0.04371328350039026 LFGAM=0.05926270921187609 LFG2=0.006450218550227692 \
               XI=1000 MXI=0 Z=1.5360505343258972 IS=4.501735139307759e-15 N=1.377807619015989 \
               VBI=1.0327504597398691 TNOM=27",
        area: 0.202_831_295_574_686_02,
        series: [163.635_339_824_378_55, 5.166_416_565_630_156],
        volts: [48.005_428_745_608, 0.157_017_930_368_672_5, -1.089_802_849_493_259_5],
        celsius: 123.909_690_759_812_8,
        others: &[[48.0, -0.77]],
    },
    Case {
        name: "heating",
        card: "VTO=-7.564370764754126 BETA=0.008049721359082815 Q=2.484777583974292 P=2 \
               LAMBDA=0.005563623961991691 LFGAM=0.0014047179814479355 \
               VST=0.04796819698536816 XI=31.49168575854783 Z=0.545323153644978 \
               DELTA=0.8660674697419942 IS=5.073346082660156e-14 N=0.9905902178524055 \
               IBD=1.3392715832189035e-10 VBD=3.3507283323604033 VBI=0.6983416253277542 TNOM=50",
        area: 1.391_385_204_359_689_3,
        series: [54.744_545_411_246_65, 28.643_202_413_212_25],
        volts: [15.792_544_929_390_747, 0.583_656_407_407_380_3, -5.785_412_892_270_966],
        celsius: 11.728_203_653_853_711,
        others: &[[4.735, 0.0], [10.03, -0.23]],
    },
];

/// Currents into drain, gate and source as ngspice finds them, from a start of its own or from
/// given potentials of the inner nodes.
fn simulated(case: &Case, start: Option<[f64; 2]>) -> Option<[f64; 3]> {
    let label = format!("two-points-{}", case.name);
    let config = support::ngspice(&label)?;
    let [d, g, s] = case.volts;
    let [rd, rs] = case.series.map(|r| r / case.area);
    let start = start.map_or(String::new(), |[d, s]| format!(".nodeset v(di)={d:e} v(si)={s:e}\n"));
    let file = config.file_name("op.data");
    let deck = format!(
        "* {label}\n.model m NJF (LEVEL=2 RD=0 RS=0 {})\n\
         j1 di g si m temp={:e} AREA={:e}\nrd d di {rd:e}\nrs s si {rs:e}\n\
         vd d 0 {d:e}\nvg g 0 {g:e}\nvs s 0 {s:e}\n\
         .options gmin=0 reltol=1e-9 abstol=1e-18 vntol=1e-12 itl1=500\n{start}\
         .control\nset numdgt=16\nset wr_singlescale\nop\n\
         wrdata {file} i(vd) i(vg) i(vs)\nquit 0\n.endc\n.end\n",
        case.card, case.celsius, case.area
    );
    let run = Simulator::ngspice().run(&config, &deck, &[file]).unwrap_or_else(|e| panic!("{e}"));
    let table = read_wrdata("op", &run.results[0]).unwrap();
    let row = &table.rows[0];
    Some([-row[row.len() - 3], -row[row.len() - 2], -row[row.len() - 1]])
}

fn native(case: &Case) -> [f64; 3] {
    let [rd, rs] = case.series;
    let text = format!(".model m NJF (LEVEL=2 RD={rd:e} RS={rs:e} {})\n", case.card);
    let world = support::world().with("m.lib", text);
    let (mut engine, _) = Engine::new(&world, Config::default());
    let [d, g, s] = case.volts;
    let request = EvaluateRequest {
        card: "m.lib".into(),
        instance: vec![("AREA".into(), format!("{:e}", case.area))],
        biases: Biases::Grid {
            volts: vec![("d".into(), vec![d]), ("g".into(), vec![g]), ("s".into(), vec![s])],
            kelvin: vec![case.celsius + 273.15],
        },
        ..EvaluateRequest::default()
    };
    let (found, complaints) = engine.evaluate(&request);
    assert!(!complaints.has_errors(), "{complaints:?}");
    let current = |pin: &str| {
        let name = format!("I({pin})");
        let column = found.columns.iter().position(|c| c.name == name).unwrap();
        found.rows[0][column].unwrap()
    };
    ["d", "g", "s"].map(current)
}

fn alike(one: &[f64; 3], other: &[f64; 3]) -> bool {
    let largest = other.iter().fold(0.0_f64, |m, i| m.max(i.abs()));
    one.iter().zip(other).all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs() + 1e-9 * largest)
}

#[test]
fn the_evaluator_is_at_one_of_them() {
    for case in &CASES {
        let starts = [None].into_iter().chain(case.others.iter().copied().map(Some));
        let Some(found) = starts.map(|s| simulated(case, s)).collect::<Option<Vec<_>>>() else {
            return;
        };
        for (i, one) in found.iter().enumerate() {
            let twice = found.iter().skip(i + 1).any(|other| alike(one, other));
            assert!(!twice, "{}: two of these are one: {found:?}", case.name);
        }
        let own = native(case);
        let known = found.iter().any(|one| alike(&own, one));
        assert!(known, "{}: {own:?} is none of {found:?}", case.name);
    }
}
