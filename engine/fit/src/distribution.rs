//! Student's t distribution.
//!
//! The incomplete beta function by its continued fraction (DLMF 8.17.22, evaluated with the
//! method of Lentz as modified by Thompson and Barnett, J. Comput. Phys. 64, 1986), the gamma
//! function by Stirling's series (DLMF 5.11.1) after shifting the argument above 12.

use core::f64::consts::PI;

/// `ln Γ(x)` for positive `x`.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 1.0);
    while x < 12.0 {
        shift *= x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0];
    let tail = series.iter().rev().fold(0.0, |sum, c| sum * inverse + c) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + tail - shift.ln()
}

/// The regularised incomplete beta function `I_x(a, b)` for `0 ≤ x ≤ 1` and positive `a`, `b`.
pub(crate) fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side of the mean only.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let tiny = 1e-300;
    let guard = |v: f64| if v.abs() < tiny { tiny } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..2000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / guard(1.0 + term * d);
            c = guard(1.0 + term / c);
            change *= c * d;
        }
        fraction *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    let front = a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    front.exp() * fraction / a
}

/// Probability that a t variable with `freedom` degrees lies within `±t`.
pub(crate) fn t_within(t: f64, freedom: f64) -> f64 {
    1.0 - incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The `t` for which a t variable with `freedom` degrees lies within `±t` with probability
/// `level`. `level` is taken between 0 and 1 - 1e-12; without any degree of freedom the answer
/// is infinite.
pub fn t_quantile(level: f64, freedom: f64) -> f64 {
    if freedom.is_nan() || freedom <= 0.0 {
        return f64::INFINITY;
    }
    let level = level.clamp(0.0, 1.0 - 1e-12);
    let mut high = 1.0;
    while t_within(high, freedom) < level && high < 1e280 {
        high *= 2.0;
    }
    let mut low = if high > 1.0 { high / 2.0 } else { 0.0 };
    // Bisection to the last digit is quick enough for a handful of calls and can't fail.
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if t_within(middle, freedom) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_of_known_points() {
        for (x, gamma) in [(1.0, 1.0), (0.5, PI.sqrt()), (5.0, 24.0), (0.1, 9.513507698668732)] {
            assert!((ln_gamma(x) - f64::ln(gamma)).abs() < 1e-14, "{x}");
        }
        assert!((ln_gamma(171.0) / 706.573_062_245_787_4 - 1.0).abs() < 1e-14);
    }

    #[test]
    fn quantiles_of_the_tables() {
        // Two-sided values from the tables in Abramowitz and Stegun 26.10, more digits by R's qt.
        let table = [
            (0.90, 1.0, 6.313751514675043),
            (0.95, 2.0, 4.302652729911275),
            (0.99, 5.0, 4.032142983557536),
            (0.90, 10.0, 1.812461122811676),
            (0.95, 30.0, 2.042272456301238),
            (0.90, 195.0, 1.652705309),
            (0.50, 1.0, 1.0),
        ];
        for (level, freedom, expected) in table {
            let t = t_quantile(level, freedom);
            assert!((t - expected).abs() < 1e-8, "{level} {freedom}: {t}");
            assert!((t_within(t, freedom) - level).abs() < 1e-12);
        }
        assert_eq!(t_quantile(0.9, 0.0), f64::INFINITY);
        // Large freedom is the normal distribution.
        assert!((t_quantile(0.95, 1e8) - 1.959963985).abs() < 1e-7);
    }
}
