//! Elementary functions of the evaluator, written so that loops over them vectorise: no
//! branches, no tables, no calls.
//!
//! With `FMA = false` every operation is a plain IEEE operation in a fixed order, so that the
//! bits are the same on every machine and at every vector width. With `FMA = true` products
//! and sums are fused, which is faster where the processor can do it.
//!
//! Accuracy: a few units in the last place (tests hold 4e-15 relative against the platform's
//! library). NaN stays NaN; clamps are comparisons, because `f64::max` drops NaN.

#![expect(clippy::excessive_precision, reason = "coefficients stand as their sources print them")]

use espice_lang::ir::{Binary, Unary};

/// Above this argument [`limited_exp`] continues by its tangent.
pub(crate) const LIMITED_FROM: f64 = 80.0;

/// 1.5 · 2^52: adding it rounds to the nearest whole number, kept in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
// ln 2 in two parts: the first has 21 trailing zero bits, so that its product with a whole
// number below 2^20 is exact.
const LN2_HIGH: f64 = 6.931_471_803_691_238_16e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_70e-10;

#[inline(always)]
fn fma<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn truth(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

/// `x = k ln 2 + r`: gives `(k, exp(r) - 1)` for x clamped to the range where exp is not 0 or
/// infinite; |r| <= ln 2 / 2.
#[inline(always)]
fn exp_parts<const FMA: bool>(x: f64) -> (f64, f64) {
    // Comparisons with NaN are false, so NaN passes both clamps.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let k = fma::<FMA>(x, std::f64::consts::LOG2_E, ROUNDER) - ROUNDER;
    let r = fma::<FMA>(-k, LN2_LOW, fma::<FMA>(-k, LN2_HIGH, x));
    // exp(r) - 1 = r + r² (1/2! + r/3! + ... + r^11/13!), summed pairwise (Estrin); the first
    // term left out is below 2e-17 of the sum.
    let r2 = r * r;
    let r4 = r2 * r2;
    let a0 = fma::<FMA>(r, 1.0 / 6.0, 0.5);
    let a1 = fma::<FMA>(r, 1.0 / 120.0, 1.0 / 24.0);
    let a2 = fma::<FMA>(r, 1.0 / 5_040.0, 1.0 / 720.0);
    let a3 = fma::<FMA>(r, 1.0 / 362_880.0, 1.0 / 40_320.0);
    let a4 = fma::<FMA>(r, 1.0 / 39_916_800.0, 1.0 / 3_628_800.0);
    let a5 = fma::<FMA>(r, 1.0 / 6_227_020_800.0, 1.0 / 479_001_600.0);
    let b0 = fma::<FMA>(r2, a1, a0);
    let b1 = fma::<FMA>(r2, a3, a2);
    let b2 = fma::<FMA>(r2, a5, a4);
    let p = fma::<FMA>(r4, fma::<FMA>(r4, b2, b1), b0);
    (k, fma::<FMA>(r2, p, r))
}

/// `y · 2^k` for whole k between -1100 and 1100, in two factors so that neither overflows.
#[inline(always)]
fn scale(y: f64, k: f64) -> f64 {
    let half = k * 0.5 + ROUNDER;
    let rest = (k - (half - ROUNDER)) + ROUNDER;
    let first = f64::from_bits((half.to_bits() << 52).wrapping_add(ONE_BITS));
    let second = f64::from_bits((rest.to_bits() << 52).wrapping_add(ONE_BITS));
    y * first * second
}

/// Natural exponential.
#[inline(always)]
pub(crate) fn exp<const FMA: bool>(x: f64) -> f64 {
    let (k, q) = exp_parts::<FMA>(x);
    scale(1.0 + q, k)
}

/// exp(x) - 1, exact near zero.
#[inline(always)]
pub(crate) fn exp_minus_one<const FMA: bool>(x: f64) -> f64 {
    let (k, q) = exp_parts::<FMA>(x);
    let far = scale(1.0 + q, k) - 1.0;
    if k == 0.0 { q } else { far }
}

/// exp(x) continued by its tangent above 80.
#[inline(always)]
pub(crate) fn limited_exp<const FMA: bool>(x: f64) -> f64 {
    let below = if x > LIMITED_FROM { LIMITED_FROM } else { x };
    exp::<FMA>(below) * (1.0 + (x - below))
}

/// Natural logarithm (method of FDLIBM `e_log.c`, Sun Microsystems 1993).
#[inline(always)]
pub(crate) fn ln<const FMA: bool>(x: f64) -> f64 {
    // Subnormal numbers are lifted into the normal range.
    let small = x < f64::MIN_POSITIVE;
    let lifted = if small { x * 18_014_398_509_481_984.0 } else { x };
    let lift = if small { 54.0 } else { 0.0 };
    // x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
    let shifted = lifted.to_bits().wrapping_add(ONE_BITS - 0x3fe6_a09e_667f_3bcd);
    let exponent = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000);
    let k = exponent - (4_503_599_627_370_496.0 + 1_023.0) - lift;
    let mantissa = (shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd);
    let f = f64::from_bits(mantissa) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * fma::<FMA>(
        w,
        fma::<FMA>(w, 1.531_383_769_920_937_332e-1, 2.222_219_843_214_978_396e-1),
        3.999_999_999_940_941_908e-1,
    );
    let odd = z * fma::<FMA>(
        w,
        fma::<FMA>(
            w,
            fma::<FMA>(w, 1.479_819_860_511_658_591e-1, 1.818_357_216_161_805_012e-1),
            2.857_142_874_366_239_149e-1,
        ),
        6.666_666_666_666_735_130e-1,
    );
    let half_square = 0.5 * f * f;
    let tail = fma::<FMA>(s, half_square + (even + odd), k * LN2_LOW);
    let value = k * LN2_HIGH - ((half_square - tail) - f);
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    let value = if x < 0.0 { f64::NAN } else { value };
    // Infinity and NaN give themselves.
    if x < f64::INFINITY { value } else { x }
}

/// ln(1 + x), exact near zero.
#[inline(always)]
pub(crate) fn ln_one_plus<const FMA: bool>(x: f64) -> f64 {
    let u = 1.0 + x;
    // What 1 + x lost to rounding; for large x nothing that matters.
    let lost = if x > 1e15 { 0.0 } else { x - (u - 1.0) };
    let lost = if u > 0.0 { lost / u } else { 0.0 };
    ln::<FMA>(u) + lost
}

/// ln(1 + exp(x)), exact in both tails.
#[inline(always)]
pub(crate) fn softplus<const FMA: bool>(x: f64) -> f64 {
    let above = if x < 0.0 { 0.0 } else { x };
    above + ln_one_plus::<FMA>(exp::<FMA>(-x.abs()))
}

/// Hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh<const FMA: bool>(x: f64) -> f64 {
    let a = x.abs();
    let a = if a > 22.0 { 22.0 } else { a };
    let q = exp_minus_one::<FMA>(2.0 * a);
    (q / (q + 2.0)).copysign(x)
}

/// Hyperbolic sine.
#[inline(always)]
pub(crate) fn sinh<const FMA: bool>(x: f64) -> f64 {
    let q = exp_minus_one::<FMA>(x.abs());
    let half = 0.5 * (q + q / (q + 1.0));
    // inf / inf would make NaN of an overflow.
    let half = if q > 1e30 { 0.5 * q } else { half };
    half.copysign(x)
}

/// Hyperbolic cosine.
#[inline(always)]
pub(crate) fn cosh<const FMA: bool>(x: f64) -> f64 {
    let e = exp::<FMA>(x.abs());
    0.5 * (e + 1.0 / e)
}

/// Arc tangent (method of Cephes `atan.c`, S. L. Moshier).
#[inline(always)]
pub(crate) fn atan<const FMA: bool>(x: f64) -> f64 {
    let a = x.abs();
    let (far, middle) = (a > 2.414_213_562_373_095_048_80, a > 0.66);
    let reduced = if middle { (a - 1.0) / (a + 1.0) } else { a };
    let reduced = if far { -1.0 / a } else { reduced };
    let base = if middle { std::f64::consts::FRAC_PI_4 } else { 0.0 };
    let base = if far { std::f64::consts::FRAC_PI_2 } else { base };
    let more = if middle { 0.5 * 6.123_233_995_736_765_886_130e-17 } else { 0.0 };
    let more = if far { 6.123_233_995_736_765_886_130e-17 } else { more };
    let z = reduced * reduced;
    let p = fma::<FMA>(z, -8.750_608_600_031_904_122_785e-1, -1.615_753_718_733_365_076_637e1);
    let p = fma::<FMA>(z, p, -7.500_855_792_314_704_667_340e1);
    let p = fma::<FMA>(z, p, -1.228_866_684_490_136_173_410e2);
    let p = fma::<FMA>(z, p, -6.485_021_904_942_025_371_773e1);
    let q = z + 2.485_846_490_142_306_297_962e1;
    let q = fma::<FMA>(z, q, 1.650_270_098_316_988_542_046e2);
    let q = fma::<FMA>(z, q, 4.328_810_604_912_902_668_951e2);
    let q = fma::<FMA>(z, q, 4.853_903_996_359_136_964_868e2);
    let q = fma::<FMA>(z, q, 1.945_506_571_482_613_964_425e2);
    let small = fma::<FMA>(reduced, z * p / q, reduced);
    (base + (small + more)).copysign(x)
}

/// Sine and cosine; NaN beyond |x| = 1e5, where the reduction would lose digits.
#[inline(always)]
fn sine_cosine<const FMA: bool>(x: f64) -> (f64, f64) {
    let x = if x.abs() > 1e5 { f64::NAN } else { x };
    // x = n pi/2 + r with pi/2 in three parts (FDLIBM `e_rem_pio2.c`).
    let shifted = fma::<FMA>(x, std::f64::consts::FRAC_2_PI, ROUNDER);
    let n = shifted - ROUNDER;
    let r = fma::<FMA>(-n, 1.570_796_326_734_125_614_17, x);
    let r = fma::<FMA>(-n, 6.077_100_506_303_965_976_60e-11, r);
    let r = fma::<FMA>(-n, 2.022_266_248_795_950_631_54e-21, r);
    let z = r * r;
    // FDLIBM `k_sin.c` and `k_cos.c`.
    let s = fma::<FMA>(z, 1.589_690_995_211_550_102_21e-10, -2.505_076_025_340_686_341_95e-8);
    let s = fma::<FMA>(z, s, 2.755_731_370_707_006_767_89e-6);
    let s = fma::<FMA>(z, s, -1.984_126_982_985_794_931_34e-4);
    let s = fma::<FMA>(z, s, 8.333_333_333_322_489_461_24e-3);
    let s = fma::<FMA>(z, s, -1.666_666_666_666_663_243_48e-1);
    let sine = fma::<FMA>(r * z, s, r);
    let c = fma::<FMA>(z, -1.135_964_755_778_819_482_65e-11, 2.087_572_321_298_174_827_90e-9);
    let c = fma::<FMA>(z, c, -2.755_731_435_139_066_330_35e-7);
    let c = fma::<FMA>(z, c, 2.480_158_728_947_672_941_78e-5);
    let c = fma::<FMA>(z, c, -1.388_888_888_887_410_957_49e-3);
    let c = fma::<FMA>(z, c, 4.166_666_666_666_660_190_37e-2);
    let cosine = 1.0 - (0.5 * z - z * z * c);
    let quadrant = shifted.to_bits();
    let odd = quadrant & 1 != 0;
    let (a, b) = if odd { (cosine, sine) } else { (sine, cosine) };
    let sine = if quadrant & 2 != 0 { -a } else { a };
    let cosine = if quadrant.wrapping_add(1) & 2 != 0 { -b } else { b };
    (sine, cosine)
}

/// The smaller; NaN when either is.
#[inline(always)]
pub(crate) fn minimum(a: f64, b: f64) -> f64 {
    let r = if b < a { b } else { a };
    if b.is_nan() { b } else { r }
}

/// The larger; NaN when either is.
#[inline(always)]
pub(crate) fn maximum(a: f64, b: f64) -> f64 {
    let r = if b > a { b } else { a };
    if b.is_nan() { b } else { r }
}

/// -1, 0 or 1.
#[inline(always)]
pub(crate) fn sign(x: f64) -> f64 {
    let s = if x > 0.0 { 1.0 } else { x };
    if x < 0.0 { -1.0 } else { s }
}

/// Applies a function of one argument; conditions are 0 or 1.
#[inline(always)]
pub(crate) fn unary<const FMA: bool>(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Negate => -x,
        Unary::Absolute => x.abs(),
        Unary::SquareRoot => x.sqrt(),
        Unary::Exponential => exp::<FMA>(x),
        Unary::ExponentialMinusOne => exp_minus_one::<FMA>(x),
        Unary::LimitedExponential => limited_exp::<FMA>(x),
        Unary::Logarithm => ln::<FMA>(x),
        Unary::LogarithmOnePlus => ln_one_plus::<FMA>(x),
        Unary::Tanh => tanh::<FMA>(x),
        Unary::Sinh => sinh::<FMA>(x),
        Unary::Cosh => cosh::<FMA>(x),
        Unary::ArcTangent => atan::<FMA>(x),
        Unary::Sine => sine_cosine::<FMA>(x).0,
        Unary::Cosine => sine_cosine::<FMA>(x).1,
        Unary::Softplus => softplus::<FMA>(x),
        Unary::Sign => sign(x),
        Unary::Not => truth(x == 0.0),
    }
}

/// Applies a function of two arguments.
///
/// A power is exp(b ln a) here; graphs hold none, because they are taken apart before.
#[inline(always)]
pub(crate) fn binary<const FMA: bool>(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Power => exp::<FMA>(b * ln::<FMA>(a)),
        Binary::Minimum => minimum(a, b),
        Binary::Maximum => maximum(a, b),
        Binary::And => truth(a != 0.0 && b != 0.0),
        Binary::Or => truth(a != 0.0 || b != 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = fn(f64) -> f64;

    /// Largest relative difference over a range, plain and fused.
    fn worst(op: Unary, low: f64, high: f64, exact: Function) -> f64 {
        let mut worst = 0.0_f64;
        for i in 0..=40_000 {
            // An irrational step, so that points are not special.
            let x = low + (high - low) * (f64::from(i) / 40_000.0) * 0.999_999_123;
            let e = exact(x);
            for y in [unary::<false>(op, x), unary::<true>(op, x)] {
                worst = worst.max(if e == 0.0 { y.abs() } else { ((y - e) / e).abs() });
            }
        }
        worst
    }

    #[test]
    fn functions_agree_with_the_library() {
        let cases: &[(Unary, f64, f64, Function)] = &[
            (Unary::Exponential, -700.0, 709.0, f64::exp),
            (Unary::Exponential, -1.0, 1.0, f64::exp),
            (Unary::ExponentialMinusOne, -40.0, 300.0, f64::exp_m1),
            (Unary::ExponentialMinusOne, -1e-3, 1e-3, f64::exp_m1),
            (Unary::ExponentialMinusOne, -1.0, 1.0, f64::exp_m1),
            (Unary::Logarithm, 1e-300, 1e-290, f64::ln),
            (Unary::Logarithm, 0.5, 2.0, f64::ln),
            (Unary::Logarithm, 2.0, 1e30, f64::ln),
            (Unary::LogarithmOnePlus, -0.9, 3.0, f64::ln_1p),
            (Unary::LogarithmOnePlus, -1e-9, 1e-9, f64::ln_1p),
            (Unary::Tanh, -30.0, 30.0, f64::tanh),
            (Unary::Tanh, -1e-3, 1e-3, f64::tanh),
            (Unary::Sinh, -50.0, 50.0, f64::sinh),
            (Unary::Cosh, -50.0, 50.0, f64::cosh),
            (Unary::ArcTangent, -10.0, 10.0, f64::atan),
            (Unary::ArcTangent, 10.0, 1e6, f64::atan),
            (Unary::Softplus, -100.0, 100.0, |x| x.exp().ln_1p()),
        ];
        for &(op, low, high, exact) in cases {
            let error = worst(op, low, high, exact);
            assert!(error < 4e-15, "{op:?} on {low}..{high}: {error:e}");
        }
        for (op, exact) in [(Unary::Sine, f64::sin as Function), (Unary::Cosine, f64::cos)] {
            for i in -20_000..20_000 {
                let x = f64::from(i) * 0.031_7;
                assert!((unary::<false>(op, x) - exact(x)).abs() < 4e-15, "{op:?}({x})");
            }
        }
    }

    #[test]
    fn edges_are_those_of_the_library() {
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            710.5,
            -746.5,
            1e300,
            -1e300,
            5e-324,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        let cases: &[(Unary, Function)] = &[
            (Unary::Exponential, f64::exp),
            (Unary::ExponentialMinusOne, f64::exp_m1),
            (Unary::Logarithm, f64::ln),
            (Unary::LogarithmOnePlus, f64::ln_1p),
            (Unary::Tanh, f64::tanh),
            (Unary::Sinh, f64::sinh),
            (Unary::Cosh, f64::cosh),
            (Unary::ArcTangent, f64::atan),
        ];
        for &(op, exact) in cases {
            for x in values {
                let (y, e) = (unary::<false>(op, x), exact(x));
                let same = (y.is_nan() && e.is_nan()) || y == e || ((y - e) / e).abs() < 4e-15;
                assert!(same, "{op:?}({x}) = {y}, library {e}");
            }
        }
        assert!(minimum(f64::NAN, 1.0).is_nan() && minimum(1.0, f64::NAN).is_nan());
        assert!(maximum(f64::NAN, 1.0).is_nan() && maximum(1.0, f64::NAN).is_nan());
        assert!(sign(f64::NAN).is_nan() && sign(-3.0) == -1.0 && sign(0.0) == 0.0);
        assert_eq!(limited_exp::<false>(81.0), 80f64.exp() * 2.0);
    }

    #[test]
    fn powers_keep_their_digits_where_devices_use_them() {
        for i in 1..2_000 {
            let x = f64::from(i) * 0.001_7;
            for y in [-0.5, -0.33, 0.45, 0.67, 1.4, 2.6] {
                let (p, e) = (binary::<false>(Binary::Power, x, y), x.powf(y));
                assert!(((p - e) / e).abs() < 4e-15, "{x}^{y}");
            }
        }
    }
}
