//! The 27 models, written once for numbers with derivatives.

use super::Dual;
use core::f64::consts::{PI, TAU};
use num_dual::DualNum;

/// The value at parameters `b` and predictors `x`.
pub(crate) type Model = fn(&[Dual], [f64; 2]) -> Dual;

macro_rules! models {
    ($($name:literal $model:expr;)*) => {
        /// Name, file and model of each problem.
        pub(crate) const MODELS: &[(&str, &str, Model)] = &[
            $(($name, include_str!(concat!("../nist_strd/", $name, ".dat")), $model)),*
        ];
    };
}

models! {
    "Bennett5" |b, [x, _]| b[0] * power(b[1] + x, -b[2].recip());
    "BoxBOD" |b, [x, _]| saturating(b, x);
    "Chwirut1" |b, [x, _]| (-b[0] * x).exp() / (b[1] + b[2] * x);
    "Chwirut2" |b, [x, _]| (-b[0] * x).exp() / (b[1] + b[2] * x);
    "DanWood" |b, [x, _]| b[0] * (b[1] * x.ln()).exp();
    "ENSO" enso;
    "Eckerle4" |b, [x, _]| b[0] / b[1] * (square((-b[2] + x) / b[1]) * -0.5).exp();
    "Gauss1" gauss;
    "Gauss2" gauss;
    "Gauss3" gauss;
    "Hahn1" |b, [x, _]| ratio(b, x);
    "Kirby2" |b, [x, _]| (b[0] + b[1] * x + b[2] * x * x) / (b[3] * x + b[4] * x * x + 1.0);
    "Lanczos1" lanczos;
    "Lanczos2" lanczos;
    "Lanczos3" lanczos;
    "MGH09" |b, [x, _]| b[0] * (b[1] * x + x * x) / (b[2] * x + b[3] + x * x);
    "MGH10" |b, [x, _]| b[0] * (b[1] / (b[2] + x)).exp();
    "MGH17" |b, [x, _]| b[0] + b[1] * (-b[3] * x).exp() + b[2] * (-b[4] * x).exp();
    "Misra1a" |b, [x, _]| saturating(b, x);
    "Misra1b" |b, [x, _]| b[0] * (-square(b[1] * x / 2.0 + 1.0).recip() + 1.0);
    "Misra1c" |b, [x, _]| b[0] * (-(b[1] * (2.0 * x) + 1.0).sqrt().recip() + 1.0);
    "Misra1d" |b, [x, _]| b[0] * b[1] * x / (b[1] * x + 1.0);
    "Nelson" |b, [x1, x2]| b[0] - b[1] * x1 * (-b[2] * x2).exp();
    "Rat42" |b, [x, _]| b[0] / ((b[1] - b[2] * x).exp() + 1.0);
    "Rat43" |b, [x, _]| b[0] / power((b[1] - b[2] * x).exp() + 1.0, b[3].recip());
    "Roszman1" |b, [x, _]| b[0] - b[1] * x - (b[2] / (-b[3] + x)).atan() / PI;
    "Thurber" |b, [x, _]| ratio(b, x);
}

fn power(base: Dual, exponent: Dual) -> Dual {
    (base.ln() * exponent).exp()
}

fn square(v: Dual) -> Dual {
    v * v
}

fn saturating(b: &[Dual], x: f64) -> Dual {
    b[0] * (-(-b[1] * x).exp() + 1.0)
}

/// Cubic over cubic.
fn ratio(b: &[Dual], x: f64) -> Dual {
    let above = b[0] + b[1] * x + b[2] * (x * x) + b[3] * (x * x * x);
    above / (b[4] * x + b[5] * (x * x) + b[6] * (x * x * x) + 1.0)
}

fn lanczos(b: &[Dual], [x, _]: [f64; 2]) -> Dual {
    b[0] * (-b[1] * x).exp() + b[2] * (-b[3] * x).exp() + b[4] * (-b[5] * x).exp()
}

fn gauss(b: &[Dual], [x, _]: [f64; 2]) -> Dual {
    let peak =
        |height: Dual, place: Dual, width: Dual| height * (-square((-place + x) / width)).exp();
    b[0] * (-b[1] * x).exp() + peak(b[2], b[3], b[4]) + peak(b[5], b[6], b[7])
}

fn enso(b: &[Dual], [x, _]: [f64; 2]) -> Dual {
    let year = TAU * x / 12.0;
    let wave = |period: Dual, cosine: Dual, sine: Dual| {
        let phase = period.recip() * (TAU * x);
        cosine * phase.cos() + sine * phase.sin()
    };
    b[0] + b[1] * year.cos() + b[2] * year.sin() + wave(b[3], b[4], b[5]) + wave(b[6], b[7], b[8])
}
