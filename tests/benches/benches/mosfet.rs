//! A MOSFET of ten parameters at 1000 points: value and Jacobian from its text, beside Rust
//! written by hand; and the way from text to kernel. `mosfet_peers.py` times other tools.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use espice_benches::mosfet::{PARAMETERS, VT, by_hand, long_text, template, template_of, volts};
use espice_model::{Bias, Column, Evaluator, Kelvin, Mode, Output, Workspace};
use espice_units::constants::SPICE39;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    agreement();
    divan::main();
}

fn columns() -> Vec<Column> {
    let mut list = vec![Column::Current(0)];
    list.extend((0..10).map(|p| Column::CurrentByParameter(0, p)));
    list
}

fn kelvin() -> Kelvin<'static> {
    Kelvin::Uniform(VT * SPICE39.q / SPICE39.k)
}

/// Both sides give the same numbers; a race between different answers proves nothing.
fn agreement() {
    let v = volts();
    let rows: Vec<&[f64]> = v.iter().map(Vec::as_slice).collect();
    let mut hand = vec![0.0; 11 * v[0].len()];
    by_hand(&PARAMETERS, &v, &mut hand);
    for mode in [Mode::Portable, Mode::Fast] {
        let kernel = Evaluator::new(&template(), mode, SPICE39)
            .and_then(|e| e.kernel_of(&columns()))
            .expect("a kernel");
        let (mut workspace, mut output) = (Workspace::default(), Output::default());
        let bias = Bias { volts: &rows, kelvin: kelvin() };
        kernel.run(&PARAMETERS, bias, &mut workspace, &mut output);
        for (c, column) in columns().into_iter().enumerate() {
            let found = kernel.column(&output, column).expect("column");
            let top = hand.iter().skip(c).step_by(11).fold(0.0_f64, |m, x| m.max(x.abs()));
            for (f, h) in found.iter().zip(hand.iter().skip(c).step_by(11)) {
                assert!((f - h).abs() < 1e-9 * top, "{column:?}: {f} {h}");
            }
        }
    }
}

fn engine(bencher: Bencher<'_, '_>, mode: Mode, columns: &[Column]) {
    let v = volts();
    let rows: Vec<&[f64]> = v.iter().map(Vec::as_slice).collect();
    let kernel = Evaluator::new(&template(), mode, SPICE39)
        .and_then(|e| e.kernel_of(columns))
        .expect("a kernel");
    let (mut workspace, mut output) = (Workspace::default(), Output::default());
    bencher.counter(ItemsCount::new(v[0].len())).bench_local(|| {
        let bias = Bias { volts: &rows, kelvin: kelvin() };
        kernel.run(black_box(&PARAMETERS), bias, &mut workspace, &mut output);
        output.unsolved()
    });
}

#[divan::bench]
fn portable(bencher: Bencher<'_, '_>) {
    engine(bencher, Mode::Portable, &columns());
}

#[divan::bench]
fn fast(bencher: Bencher<'_, '_>) {
    engine(bencher, Mode::Fast, &columns());
}

#[divan::bench]
fn portable_value_only(bencher: Bencher<'_, '_>) {
    engine(bencher, Mode::Portable, &columns()[..1]);
}

#[divan::bench]
fn hand_written(bencher: Bencher<'_, '_>) {
    let v = volts();
    let mut out = vec![0.0; 11 * v[0].len()];
    bencher.counter(ItemsCount::new(v[0].len())).bench_local(|| {
        by_hand(black_box(&PARAMETERS), black_box(&v), &mut out);
        out[0]
    });
}

/// Text to checked template: parsing, names, dimensions.
#[divan::bench]
fn text_to_template() -> usize {
    template().graph.len()
}

/// Checked template to ready kernel with its ten derivatives.
#[divan::bench]
fn template_to_kernel(bencher: Bencher<'_, '_>) {
    let t = template();
    bencher.bench_local(|| {
        let e = Evaluator::new(black_box(&t), Mode::Portable, SPICE39).expect("evaluable");
        e.kernel_of(&columns()).expect("kernel")
    });
}

/// Text of 200 nodes to ready kernel, value and ten derivatives: parsing, names, dimensions,
/// differentiation, registers.
#[divan::bench]
fn text_of_200_nodes_to_kernel(bencher: Bencher<'_, '_>) {
    let text = long_text();
    let nodes = template_of(&text).graph.len();
    assert!((200..230).contains(&nodes), "{nodes} nodes");
    bencher.bench_local(|| {
        let t = template_of(black_box(&text));
        let e = Evaluator::new(&t, Mode::Portable, SPICE39).expect("evaluable");
        e.kernel_of(&columns()).expect("kernel")
    });
}
