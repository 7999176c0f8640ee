//! Forced currents: the voltages that they make, at pins and at floating gates.

use super::build::{full_diode, mosfet, quantity};
use super::{column_error, evaluator, relative_error};
use crate::*;
use espice_lang::ir::{DriveTarget, Leaf};
use espice_units::constants::SPICE39;

#[test]
fn forced_currents_find_their_voltage() {
    let t = full_diode();
    let e = evaluator(&t, Mode::Portable);
    let forward = quantity("diode", "VF", &[(DriveTarget::Current(0), 1.0)], |m| m.v(0, 1));
    let zener = quantity("diode", "VZ", &[(DriveTarget::Current(0), -1.0)], |m| {
        let v = m.v(0, 1);
        m.neg(v)
    });
    let slope = quantity("diode", "ZZ", &[(DriveTarget::Current(0), -1.0)], |m| {
        let (one, g) = (m.c(1.0), m.leaf(Leaf::PinConductance(0, 0)));
        m.div(one, g)
    });
    let direct = quantity("diode", "IF", &[(DriveTarget::Voltage(0, 1), 1.0)], |m| {
        m.leaf(Leaf::PinCurrent(0))
    });
    let current = e.measurement(&direct).expect("IF");
    let free: Vec<usize> = (0..16).collect();
    for rs in [0.0, 0.5, 1e3] {
        for bv in [40.0, 5.0, 1500.0] {
            let mut p = t.defaults();
            (p[2], p[10]) = (rs, bv);
            for (q, sign, amperes) in [
                (&forward, 1.0, (0..60).map(|i| 1e-13 * 1.6f64.powi(i)).collect::<Vec<f64>>()),
                (&zener, -1.0, (0..40).map(|i| 1e-10 * 1.7f64.powi(i)).collect()),
            ] {
                let m = e.measurement(q).expect("measurement");
                let mut plan = m.plan(&free, true).expect("plan");
                plan.run(&p, &[&amperes], Kelvin::Uniform(300.15));
                assert_eq!(plan.unsolved(), 0, "{} RS {rs} BV {bv}", q.symbol);
                let volts: Vec<f64> = plan.values().iter().map(|v| sign * v).collect();
                let mut back = current.plan(&free, true).expect("plan");
                back.run(&p, &[&volts], Kelvin::Uniform(300.15));
                for (i, &wanted) in amperes.iter().enumerate() {
                    // A voltage has 16 digits, and the current follows it by the slope.
                    let di = back.by_argument(0)[i];
                    let slack = 1e-10 * wanted + 8.0 * f64::EPSILON * volts[i].abs() * di;
                    let found = sign * back.values()[i];
                    assert!(
                        (found - wanted).abs() <= slack,
                        "{} {wanted}: {found} RS {rs} BV {bv} at {} slope {di}",
                        q.symbol,
                        volts[i]
                    );
                    // dV/dp = -I_p / I_V.
                    let expected = sign / di;
                    let by_x = plan.by_argument(0)[i] * sign * sign;
                    assert!(
                        (by_x - expected * sign).abs() <= 1e-6 * expected.abs(),
                        "{} {i} RS {rs} {wanted} {found} {by_x} {expected} at {}",
                        q.symbol,
                        volts[i]
                    );
                }
                for (k, parameter) in p.iter().enumerate() {
                    let wanted: Vec<f64> = (0..amperes.len())
                        .map(|i| -sign * back.by_parameter(k)[i] / back.by_argument(0)[i])
                        .collect();
                    let error = column_error(plan.by_parameter(k), &wanted);
                    // VZ hardly depends on IS: what is left of its derivative is rounding.
                    let top = wanted.iter().fold(0.0_f64, |m, x| m.max(x.abs())) * parameter;
                    assert!(
                        error < 1e-6 || error * top < 1e-9,
                        "{} RS {rs} BV {bv} by {k}: {error:e} of {top:e} V",
                        q.symbol
                    );
                }
            }
        }
    }
    let p = t.defaults();
    let z = e.measurement(&slope).expect("ZZ");
    let amperes = [1e-3, 5e-3, 2e-2];
    let found = z.values(&p, &[&amperes], Kelvin::Uniform(300.15));
    for (i, ohm) in amperes.iter().zip(found) {
        let wanted = p[2] + p[12] * SPICE39.thermal_voltage(300.15) / i;
        assert!((ohm / wanted - 1.0).abs() < 1e-9, "{ohm} {wanted}");
    }
}

#[test]
fn a_current_at_a_driven_pin_finds_the_floating_gate() {
    let t = mosfet();
    let e = evaluator(&t, Mode::Portable);
    let drives = [(DriveTarget::Current(0), 1.0), (DriveTarget::Voltage(0, 2), 1.0)];
    let vgs = e.measurement(&quantity("mosfet", "VGS", &drives, |m| m.v(1, 2))).expect("VGS");
    let drives = [(DriveTarget::Voltage(1, 2), 1.0), (DriveTarget::Voltage(0, 2), 1.0)];
    let id = e
        .measurement(&quantity("mosfet", "ID", &drives, |m| m.leaf(Leaf::PinCurrent(0))))
        .expect("ID");
    let drives = [(DriveTarget::Current(0), 1.0), (DriveTarget::Voltage(1, 2), 1.0)];
    let ron = e
        .measurement(&quantity("mosfet", "RDS(on)", &drives, |m| {
            let (v, i) = (m.v(0, 2), m.leaf(Leaf::Argument(0)));
            m.div(v, i)
        }))
        .expect("RDS(on)");
    let p = t.defaults();
    let amperes: Vec<f64> =
        (0..40).map(|i| 1e-9 * 1.7f64.powi(i)).take_while(|i| *i < 2.0).collect();
    let vds = vec![5.0; amperes.len()];
    let volts = vgs.values(&p, &[&amperes, &vds], Kelvin::Uniform(300.0));
    let back = id.values(&p, &[&volts, &vds], Kelvin::Uniform(300.0));
    assert!(relative_error(&back, &amperes) < 1e-9, "{volts:?} {back:?}");
    let (i, v) = (vec![0.1, 0.5], vec![4.0, 6.0]);
    let ohms = ron.values(&p, &[&i, &v], Kelvin::Uniform(300.0));
    let drop: Vec<f64> = ohms.iter().zip(&i).map(|(r, i)| r * i).collect();
    assert!(relative_error(&id.values(&p, &[&v, &drop], Kelvin::Uniform(300.0)), &i) < 1e-9);
}
