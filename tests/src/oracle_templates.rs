//! Every template of a device that ngspice has, against ngspice, at the points of its plan in
//! `tests/oracle`.
//!
//! `ESPICE_ORACLE_POINTS` sets how many points each test takes; 2 000 otherwise.

use crate::sampled::{Purpose, compare, correct, deck, plan_of};
use crate::support;

fn agrees(template: &str, purpose: Purpose) {
    let label = format!("{template}-{purpose:?}");
    let Some(config) = support::ngspice(&label) else { return };
    let asked = support::variable("ESPICE_ORACLE_POINTS");
    let count = asked.map_or(2_000, |n| n.parse().expect("ESPICE_ORACLE_POINTS is a number"));
    let library = support::library();
    let ir = library.template(template).expect("a shipped template");
    let plan = plan_of(&support::root(), template).unwrap_or_else(|e| panic!("{e}"));
    let mut compared =
        compare(ir, &plan, &config, purpose, count, 39).unwrap_or_else(|e| panic!("{e}"));
    let as_it_is = compared.judge().misses;
    let faulty = correct(ir, &plan, purpose, &mut compared);
    let judged = compared.judge();
    for (share, point, value) in judged.ranked.iter().take(3) {
        let name = &compared.names[*value];
        println!("* point {point}: {name} at {share:.3} of its tolerance");
        println!("{}", deck(&compared, *point));
    }
    println!(
        "{template}, {purpose:?}: {} of {count} points miss, {as_it_is} before the simulator's \
         faults at {faulty} points were taken off, {} are without reference",
        judged.misses, judged.without
    );
    let with = count - judged.without;
    assert!(judged.misses as f64 <= 1e-3 * with as f64, "{} of {count} points miss", judged.misses);
    assert!(
        judged.without as f64 <= 5e-3 * count as f64,
        "{} of {count} are without reference",
        judged.without
    );
}

macro_rules! templates {
    ($($name:ident),*) => {
        $(mod $name {
            use super::{Purpose, agrees};

            #[test]
            fn has_the_currents_of_ngspice() {
                agrees(stringify!($name), Purpose::Currents);
            }

            #[test]
            fn has_the_capacitances_of_ngspice() {
                agrees(stringify!($name), Purpose::Capacitances);
            }
        })*

        /// A plan that no test runs would rot.
        #[test]
        fn every_plan_is_run() {
            let folder = support::root().join("tests/oracle");
            for plan in support::files_under(&folder) {
                let stem = plan.file_stem().expect("a file name").to_string_lossy().into_owned();
                assert!([$(stringify!($name)),*].contains(&stem.as_str()), "{stem}");
            }
        }
    };
}

templates!(gummel_poon, mos1, mos2, mos3, parker_skellern, square_law_jfet, statz_mesfet, vdmos);
