//! Measures of error that engineers believe, each named after what it is relative to.

/// Root mean square of the error over the range of the data (largest less smallest). `None`
/// without points, without a range, or when a value is not finite.
pub fn nrmse_of_range(model: &[f64], data: &[f64]) -> Option<f64> {
    let range = data.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        - data.iter().copied().fold(f64::INFINITY, f64::min);
    let rms = root_mean_square(model.iter().zip(data).map(|(m, d)| m - d))?;
    finite(rms / range).filter(|_| range > 0.0)
}

/// Root mean square of the error of each point relative to its magnitude, which is taken as at
/// least `floor` (in the unit of the data). `None` without points, for a zero without a floor,
/// or when a value is not finite.
pub fn relative_rms(model: &[f64], data: &[f64], floor: f64) -> Option<f64> {
    root_mean_square(model.iter().zip(data).map(|(m, d)| (m - d) / d.abs().max(floor)))
}

/// Root mean square of `log10 |model / data|`, in decades, and the number of points that have a
/// logarithm: both values of one sign and neither zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogRms {
    /// In decades.
    pub decades: f64,
    /// Points counted.
    pub points: usize,
    /// Points left out because a value is zero or the signs differ.
    pub left_out: usize,
}

/// The [`LogRms`] of a curve; `None` when no point has a logarithm.
pub fn log_rms(model: &[f64], data: &[f64]) -> Option<LogRms> {
    let logs = || {
        let ratios = model.iter().zip(data).map(|(m, d)| m / d);
        ratios.filter(|r| r.is_finite() && *r > 0.0).map(f64::log10)
    };
    let points = logs().count();
    let left_out = model.len().min(data.len()) - points;
    Some(LogRms { decades: root_mean_square(logs())?, points, left_out })
}

/// The error of a diode's forward curve within one decade of current.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DecadeError {
    /// The decade: currents from `10^decade` A up to ten times that.
    pub decade: i32,
    /// Points in it.
    pub points: usize,
    /// Root mean square of the voltage error at the measured current, V.
    pub voltage_rms: f64,
    /// Root mean square of the current error at the measured voltage, in decades.
    pub log_rms: f64,
}

/// The errors of a forward curve for each decade of current, lowest first. `voltage` is the
/// model's voltage at the measured current and `current` its current at the measured voltage;
/// each point is `[measured voltage, measured current, voltage, current]` in V and A. Points
/// without positive currents are left out.
pub fn per_decade(points: &[[f64; 4]]) -> Vec<DecadeError> {
    let decade = |p: &[f64; 4]| p[1].log10().floor();
    let usable = |p: &&[f64; 4]| p.iter().all(|v| v.is_finite()) && p[1] > 0.0 && p[3] > 0.0;
    let mut decades: Vec<i32> = points.iter().filter(usable).map(|p| decade(p) as i32).collect();
    decades.sort_unstable();
    decades.dedup();
    let one = |d: i32| {
        let inside = || points.iter().filter(usable).filter(move |p| decade(p) as i32 == d);
        Some(DecadeError {
            decade: d,
            points: inside().count(),
            voltage_rms: root_mean_square(inside().map(|p| p[2] - p[0]))?,
            log_rms: root_mean_square(inside().map(|p| (p[3] / p[1]).log10()))?,
        })
    };
    decades.into_iter().filter_map(one).collect()
}

fn root_mean_square(errors: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0usize);
    for error in errors {
        sum += error * error;
        count += 1;
    }
    if count == 0 { None } else { finite((sum / count as f64).sqrt()) }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_is_relative_to_what_its_name_says() {
        let (model, data) = ([1.1, 2.2, 4.4], [1.0, 2.0, 4.0]);
        let rms = ((0.01 + 0.04 + 0.16) / 3.0f64).sqrt();
        assert!((nrmse_of_range(&model, &data).unwrap() - rms / 3.0).abs() < 1e-15);
        assert!((relative_rms(&model, &data, 0.0).unwrap() - 0.1).abs() < 1e-15);
        assert!(relative_rms(&model, &data, 4.0).unwrap() < 0.1);
        assert!((log_rms(&model, &data).unwrap().decades - 1.1f64.log10()).abs() < 1e-15);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(nrmse_of_range(&[], &[]), None);
        assert_eq!(nrmse_of_range(&[1.0, 1.0], &[2.0, 2.0]), None);
        assert_eq!(relative_rms(&[1.0], &[0.0], 0.0), None);
        assert_eq!(log_rms(&[1.0], &[-1.0]), None);
        let partly = log_rms(&[1.0, 10.0, 3.0], &[1.0, 1.0, 0.0]).unwrap();
        assert_eq!((partly.points, partly.left_out), (2, 1));
    }

    #[test]
    fn decades_are_told_apart() {
        let rows = per_decade(&[
            [0.6, 2e-3, 0.601, 2e-3],
            [0.7, 2e-2, 0.702, 2e-1],
            [0.5, -1.0, 0.5, 1.0],
        ]);
        let decades: Vec<i32> = rows.iter().map(|r| r.decade).collect();
        assert_eq!(decades, [-3, -2]);
        assert!(
            (rows[1].voltage_rms - 2e-3).abs() < 1e-12 && (rows[1].log_rms - 1.0).abs() < 1e-12
        );
    }
}
