//! A smooth MOSFET of ten parameters: as template text, and as an engineer writes value and
//! adjoint by hand.

use espice_base::{Date, MemoryWorld, Severity, SourceMap};
use espice_lang::PackRoot;
use espice_lang::ir::TemplateIr;

/// The thermal voltage of the benchmark, V.
pub const VT: f64 = 0.025852;

/// VTO, GAMMA, PHI, N, KP, THETA, SMOOTH, LAMBDA, ETA, VC.
pub const PARAMETERS: [f64; 10] = [0.45, 0.5, 0.8, 1.3, 2.5e-4, 0.25, 2.2, 0.05, 0.03, 1.4];

/// The template's text; `NAMES` below are in its order.
pub const TEXT: &str = r#"
kind mosfet4 "transistor of the benchmark" {
  pins d, g, s, b
}
/// A charge-sheet-like transistor that is smooth everywhere.
template smooth_mos : mosfet4 {
  pins d, g, s, b
  param VTO : V = 0.45 V in -5 V .. 5 V because "threshold voltage"
  param GAMMA : V^(1/2) = 0.5 V^(1/2) in 0.01 V^(1/2) .. 5 V^(1/2) scale log because "body effect"
  param PHI : V = 0.8 V in 0.2 V .. 2 V because "surface potential"
  param N : 1 = 1.3 in 1 .. 4 because "slope below the threshold"
  param KP : A/V^2 = 0.25 mA/V^2 in 1e-7 A/V^2 .. 1 A/V^2 scale log because "transconductance"
  param THETA : 1/V = 0.25 1/V in 0 1/V .. 10 1/V because "fall of the mobility"
  param SMOOTH : 1 = 2.2 in 1 .. 8 because "sharpness of saturation"
  param LAMBDA : 1/V = 0.05 1/V in 0 1/V .. 1 1/V because "channel length modulation"
  param ETA : 1 = 0.03 in 0 .. 1 because "static feedback"
  param VC : V = 1.4 V in 0.05 V .. 100 V scale log because "voltage of velocity saturation"
  let vds = V(d, s)
  let vth = VTO + GAMMA * (sqrt(PHI + V(s, b)) - sqrt(PHI)) - ETA * vds
  let w = N * vt
  let ov = w * softplus((V(g, s) - vth) / w)
  let bent = 1 + (vds / ov) ^ SMOOTH
  let vde = vds * bent ^ (-1 / SMOOTH)
  let mobility = KP / ((1 + THETA * ov) * (1 + vde / VC))
  current d, s = mobility * (ov - vde / 2) * vde * (1 + LAMBDA * vds)
}
"#;

/// The template from its text.
pub fn template() -> TemplateIr {
    template_of(TEXT)
}

/// The text with a longer current, so that its graph has 200 nodes or a few more.
pub fn long_text() -> String {
    let (head, current) = TEXT.split_once("  current d, s = ").expect("an equation");
    let link = |k: usize| {
        let next = k + 1;
        format!("  let x{next} = x{k} + {next}e-3 * sqrt(1 + x{k} * x{k}) * exp(-x{k})\n")
    };
    let links: String = (0..LINKS).map(link).collect();
    format!("{head}  let x0 = vds / VC\n{links}  current d, s = x{LINKS} * {current}")
}

/// How many times the pure number of [`long_text`] is made of the one before.
const LINKS: usize = 17;

/// A template from a text that has one of this name.
pub fn template_of(text: &str) -> TemplateIr {
    let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with("pack/pack.toml", b"name = \"bench\"\nversion = \"1.0.0\"\n".to_vec())
        .with("pack/mos.espice", text.as_bytes().to_vec());
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("pack".into())];
    let (library, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let wrong = diagnostics.iter().find(|d| d.severity == Severity::Error);
    assert!(wrong.is_none(), "{wrong:?}");
    library.template("smooth_mos").expect("the template").clone()
}

/// Potentials of drain, gate, source and bulk at 1000 points, V.
pub fn volts() -> [Vec<f64>; 4] {
    let mut all = [const { Vec::new() }; 4];
    for i in 0..1000u32 {
        let (d, g, b) = (i % 20, i / 20 % 10, i / 200);
        let point = [
            0.05 + 1.75 * f64::from(d) / 19.0,
            0.2 + 1.6 * f64::from(g) / 9.0,
            0.0,
            -0.4 * f64::from(b),
        ];
        for (column, value) in all.iter_mut().zip(point) {
            column.push(value);
        }
    }
    all
}

/// The drain current and its ten derivatives, row by row.
pub fn by_hand(p: &[f64; 10], volts: &[Vec<f64>; 4], out: &mut [f64]) {
    let &[vto, gamma, phi, n, kp, theta, a, lambda, eta, vc] = p;
    let [vd, vg, vs, vb] = volts;
    let root = phi.sqrt();
    let w = n * VT;
    for ((((&vd, &vg), &vs), &vb), row) in
        vd.iter().zip(vg).zip(vs).zip(vb).zip(out.chunks_exact_mut(11))
    {
        let vds = vd - vs;
        let sp = (phi + vs - vb).sqrt();
        let vth = vto + gamma * (sp - root) - eta * vds;
        let u = (vg - vs - vth) / w;
        let e = (-u.abs()).exp();
        let soft = u.max(0.0) + e.ln_1p();
        let sigma = if u > 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
        let ov = w * soft;
        let q = vds / ov;
        let p1 = q.powf(a);
        let bent = 1.0 + p1;
        let p2 = bent.powf(-1.0 / a);
        let vde = vds * p2;
        let fm = 1.0 / (1.0 + theta * ov);
        let fv = 1.0 / (1.0 + vde / vc);
        let h = ov - 0.5 * vde;
        let c = 1.0 + lambda * vds;
        let front = kp * fm * fv;
        let id = front * h * vde * c;
        // Backwards.
        let h_bar = front * vde * c;
        let fv_bar = id / fv;
        let fm_bar = id / fm;
        let vde_bar = front * h * c - 0.5 * h_bar - fv_bar * fv * fv / vc;
        let mut ov_bar = h_bar - fm_bar * fm * fm * theta;
        let p2_bar = vde_bar * vds;
        let bent_bar = -p2_bar * p2 / (a * bent);
        let a_bar = p2_bar * p2 * bent.ln() / (a * a) + bent_bar * p1 * q.ln();
        let q_bar = bent_bar * a * p1 / q;
        ov_bar -= q_bar * q / ov;
        let vth_bar = -ov_bar * sigma;
        let w_bar = ov_bar * (soft - sigma * u);
        row.copy_from_slice(&[
            id,
            vth_bar,
            vth_bar * (sp - root),
            vth_bar * gamma * 0.5 * (1.0 / sp - 1.0 / root),
            w_bar * VT,
            id / kp,
            -fm_bar * fm * fm * ov,
            a_bar,
            id / c * vds,
            -vth_bar * vds,
            fv_bar * fv * fv * vde / (vc * vc),
        ]);
    }
}
