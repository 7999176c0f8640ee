//! The implicit diode, 200 points: solve, value and five derivatives from a cold start.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use espice_benches::{PARAMETERS, by_hand, kelvin, template, volts};
use espice_model::{Bias, Column, Evaluator, Kelvin, Mode, Output, Workspace};
use espice_units::constants::SPICE39;

fn main() {
    agreement();
    divan::main();
}

fn columns() -> Vec<Column> {
    let mut list = vec![Column::Current(0)];
    list.extend((0..5).map(|p| Column::CurrentByParameter(0, p)));
    list
}

/// Both sides give the same numbers; a race between different answers proves nothing.
fn agreement() {
    let v = volts();
    let zero = vec![0.0; v.len()];
    let e = Evaluator::new(&template(), Mode::Portable, SPICE39).expect("evaluable");
    let kernel = e.kernel_of(&columns()).expect("kernel");
    let (mut workspace, mut output) = (Workspace::default(), Output::default());
    let bias = Bias { volts: &[&v, &zero], kelvin: Kelvin::Uniform(kelvin()) };
    kernel.run(&PARAMETERS, bias, &mut workspace, &mut output);
    let mut hand = vec![0.0; 6 * v.len()];
    by_hand(&PARAMETERS, &v, &mut hand);
    for (c, column) in columns().into_iter().enumerate() {
        let found = kernel.column(&output, column).expect("column");
        let top = hand.iter().skip(c).step_by(6).fold(0.0_f64, |m, x| m.max(x.abs()));
        for (f, h) in found.iter().zip(hand.iter().skip(c).step_by(6)) {
            assert!((f - h).abs() < 1e-9 * top, "{column:?}: {f} {h}");
        }
    }
}

fn engine(bencher: Bencher<'_, '_>, mode: Mode) {
    let v = volts();
    let zero = vec![0.0; v.len()];
    let e = Evaluator::new(&template(), mode, SPICE39).expect("evaluable");
    let kernel = e.kernel_of(&columns()).expect("kernel");
    let (mut workspace, mut output) = (Workspace::default(), Output::default());
    let t = kelvin();
    bencher.counter(ItemsCount::new(v.len())).bench_local(|| {
        let bias = Bias { volts: &[&v, &zero], kelvin: Kelvin::Uniform(t) };
        kernel.run(black_box(&PARAMETERS), bias, &mut workspace, &mut output);
        output.unsolved()
    });
}

#[divan::bench]
fn portable(bencher: Bencher<'_, '_>) {
    engine(bencher, Mode::Portable);
}

#[divan::bench]
fn fast(bencher: Bencher<'_, '_>) {
    engine(bencher, Mode::Fast);
}

#[divan::bench]
fn hand_written(bencher: Bencher<'_, '_>) {
    let v = volts();
    let mut out = vec![0.0; 6 * v.len()];
    bencher.counter(ItemsCount::new(v.len())).bench_local(|| {
        by_hand(black_box(&PARAMETERS), black_box(&v), &mut out);
        out[0]
    });
}

/// Template to ready kernel.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let t = template();
    bencher.bench_local(|| {
        let e = Evaluator::new(black_box(&t), Mode::Portable, SPICE39).expect("evaluable");
        e.kernel_of(&columns()).expect("kernel")
    });
}
