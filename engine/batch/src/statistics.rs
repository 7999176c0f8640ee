//! Statistics of one number over a population, and which of its values do not belong to it.

use serde::{Deserialize, Serialize};

/// Fewer values than these tell nothing of what is usual.
pub(crate) const LEAST: usize = 5;
/// A value this many robust deviations from the median may be an outlier (B. Iglewicz and
/// D. C. Hoaglin, How to Detect and Handle Outliers, 1993).
const FAR: f64 = 3.5;
/// The median absolute deviation of few values is small by chance; the threshold is widened by
/// `1 + SMALL / n`. With it, at most two of a hundred sound populations of 5 to 200 normal values
/// show an outlier.
const SMALL: f64 = 12.0;
/// Standard deviations of a normal distribution per median absolute deviation.
const PER_MAD: f64 = 1.482_602_218_505_602;

/// Statistics of one number. Quantiles are those between order statistics (Hyndman and Fan,
/// definition 7).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// How many values.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Median.
    pub median: f64,
    /// Standard deviation of the sample; null of fewer than two.
    pub sd: Option<f64>,
    /// Standard deviation of the natural logarithm; null where not all values are positive.
    pub log_sd: Option<f64>,
    /// Least.
    pub min: f64,
    /// Greatest.
    pub max: f64,
    /// Quantiles at 1, 5, 25, 75, 95 and 99 %.
    pub quantiles: [f64; 6],
}

/// The shares of [`Summary::quantiles`].
pub(crate) const SHARES: [f64; 6] = [0.01, 0.05, 0.25, 0.75, 0.95, 0.99];

impl Summary {
    /// Statistics of finite values; `None` of none.
    pub fn of(values: &[f64]) -> Option<Summary> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let logs: Vec<f64> = sorted.iter().map(|v| v.ln()).collect();
        Some(Summary {
            n: sorted.len(),
            mean: mean(&sorted),
            median: quantile(&sorted, 0.5),
            sd: deviation(&sorted),
            log_sd: if min > 0.0 { deviation(&logs) } else { None },
            min,
            max,
            quantiles: SHARES.map(|share| quantile(&sorted, share)),
        })
    }
}

/// The arithmetic mean; 0 of no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The standard deviation of a sample.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values);
    let sum: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some((sum / (values.len() - 1) as f64).sqrt())
}

/// A quantile of sorted values; 0 of none.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |i: usize| sorted.get(i).or(sorted.last()).copied().unwrap_or(0.0);
    // Within the number of values: the cast is exact.
    let below = place.floor() as usize;
    at(below) + (place - place.floor()) * (at(below + 1) - at(below))
}

/// The median; 0 of no values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// How far each value is from the median, in robust standard deviations, where that is further
/// than chance explains; `None` for values that belong to the others, and for all where there are
/// too few. Values that spread by less than `least` (in their own unit) belong together.
pub fn outliers(values: &[f64], least: f64) -> Vec<Option<f64>> {
    let n = values.len();
    if n < LEAST {
        return vec![None; n];
    }
    let middle = median(values);
    let away: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
    let sigma = (PER_MAD * median(&away)).max(least);
    let limit = threshold(n);
    let far = |v: &f64| {
        let distance = (v - middle) / sigma;
        (distance.abs() > limit && distance.is_finite()).then_some(distance)
    };
    values.iter().map(far).collect()
}

/// From where on a value is an outlier: further out where there are many values, of which some
/// are far by chance, and where there are few, whose spread is uncertain.
fn threshold(n: usize) -> f64 {
    // The largest of n normal values (H. Cramér, Mathematical Methods of Statistics, 1946, 28.6).
    let largest = (2.0 * (20.0 * n as f64).ln()).sqrt();
    largest.max(FAR) * (1.0 + SMALL / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Normal values from a fixed sequence (P. L'Ecuyer's multiplier, Box and Muller).
    struct Normal(u64);

    impl Normal {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        }

        fn next(&mut self) -> f64 {
            let (a, b) = (self.uniform(), self.uniform());
            (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        }
    }

    #[test]
    fn known_statistics() {
        let s = Summary::of(&[4.0, 1.0, 3.0, 2.0, f64::NAN]).unwrap();
        assert_eq!((s.n, s.mean, s.median, s.min, s.max), (4, 2.5, 2.5, 1.0, 4.0));
        assert!((s.sd.unwrap() - (5.0f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(s.quantiles[2], 1.75);
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[-1.0, 2.0]).unwrap().log_sd, None);
        assert_eq!(Summary::of(&[1.0]).unwrap().sd, None);
    }

    #[test]
    fn sound_populations_show_hardly_any_outliers_and_broken_devices_are_found() {
        let mut normal = Normal(7);
        for n in [5, 8, 15, 40, 200] {
            let (mut alarms, mut found) = (0, 0);
            for _ in 0..400 {
                let mut values: Vec<f64> = (0..n).map(|_| normal.next()).collect();
                alarms += usize::from(outliers(&values, 1e-9).iter().any(Option::is_some));
                values[0] = 60.0;
                found += usize::from(outliers(&values, 1e-9)[0].is_some());
            }
            assert!(alarms <= 8, "{alarms} false alarms in 400 populations of {n}");
            assert!(found >= 396, "{found} of 400 found among {n}");
        }
    }

    #[test]
    fn what_hardly_spreads_belongs_together() {
        let values = [1.0, 1.0, 1.0, 1.0, 1.0, 1.001];
        assert!(outliers(&values, 0.01).iter().all(Option::is_none));
        assert!(outliers(&values, 1e-6)[5].is_some());
        assert_eq!(outliers(&[1.0, 2.0, 900.0], 0.0), [None; 3]);
    }
}
