use crate::numbers::{self, Script};
use espice_units::constants::ICE_POINT;

/// A tick of an axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tick {
    /// Position on the page.
    pub(super) at: f64,
    /// Label; empty for minor ticks.
    pub(super) label: String,
}

/// The map from values to places on one axis, with its ticks.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Scale {
    log: bool,
    /// What is subtracted from values before anything else; not zero for temperatures alone.
    offset: f64,
    /// Ends of the axis, as values, or as decimal logarithms of values on log axes.
    low: f64,
    high: f64,
    /// Places of the ends.
    from: f64,
    to: f64,
    unit: String,
    /// The step of a residual axis, which labels its ends and zero alone.
    step: Option<f64>,
}

impl Scale {
    /// A scale that covers the values, with a little air; values that a log axis cannot show
    /// are left out. `None` when there is nothing to show.
    pub(super) fn covering(
        values: impl Iterator<Item = f64>,
        log: bool,
        unit: &str,
        from: f64,
        to: f64,
    ) -> Option<Scale> {
        // Temperature axes are drawn in degrees Celsius.
        let offset = if unit == "K" && !log { ICE_POINT } else { 0.0 };
        let shown = values.filter_map(|v| inner(v, log, offset));
        let (low, high) =
            shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        let (low, high) = if log { air_log(low, high) } else { air_linear(low, high) };
        Some(Scale { log, offset, low, high, from, to, unit: String::from(unit), step: None })
    }

    /// A scale that is symmetric about zero and reaches at least `reach` (positive).
    pub(super) fn symmetric(reach: f64, from: f64, to: f64) -> Scale {
        let step = nice_step(reach.max(1e-12), 2.0);
        let end = (reach / step - 1e-9).ceil().max(1.0) * step;
        Scale {
            log: false,
            offset: 0.0,
            low: -end,
            high: end,
            from,
            to,
            unit: String::from("1"),
            step: Some(step),
        }
    }

    /// Where a value stands; `None` when a log axis cannot show it.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let v = inner(value, self.log, self.offset)?;
        Some(self.spot(v))
    }

    /// Whether a place lies on the axis.
    pub(super) fn holds(&self, place: f64) -> bool {
        let (a, b) = (self.from.min(self.to), self.from.max(self.to));
        (a - 0.05..=b + 0.05).contains(&place)
    }

    /// The ends of the axis in places, the smaller first.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    /// The unit that the labels of a linear axis are in, with its prefix; empty for pure numbers
    /// and for log axes, whose labels carry it themselves.
    pub(super) fn title_unit(&self) -> String {
        let bare = self.unit.is_empty() || self.unit == "1";
        if bare || (self.log && numbers::takes_prefix(&self.unit)) {
            return String::new();
        }
        if self.unit == "K" && self.offset != 0.0 {
            return String::from("°C");
        }
        numbers::prefixed_unit(self.exponent(), &self.unit)
    }

    /// The ticks, about `wanted` of them labelled.
    pub(super) fn ticks(&self, wanted: f64) -> Vec<Tick> {
        match self.step {
            Some(step) => self.residual_ticks(step),
            None if self.log => self.log_ticks(wanted),
            None => self.linear_ticks(wanted),
        }
    }

    fn spot(&self, v: f64) -> f64 {
        self.from + (v - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    fn exponent(&self) -> i32 {
        if self.log {
            return 0;
        }
        let size = self.low.abs().max(self.high.abs());
        // Tenths of a unit read better than hundreds of the next smaller one.
        if (0.1..1.0).contains(&size) { 0 } else { numbers::prefix_exponent(size, &self.unit) }
    }

    fn linear_ticks(&self, wanted: f64) -> Vec<Tick> {
        let step = nice_step(self.high - self.low, wanted);
        let scale = 10f64.powi(self.exponent());
        let decimals = decimals_of(step / scale);
        steps(self.low, self.high, step)
            .map(|v| Tick {
                at: self.spot(v),
                label: minus(&format!("{:.decimals$}", zero(v / scale, decimals))),
            })
            .collect()
    }

    /// Labels at the ends and at zero; the steps between are lines only.
    fn residual_ticks(&self, step: f64) -> Vec<Tick> {
        let decimals = decimals_of(step);
        steps(self.low, self.high, step)
            .map(|v| {
                let labelled = v.abs() < 0.5 * step || v.abs() > self.high - 0.5 * step;
                let value = minus(&format!("{:.decimals$}", zero(v, decimals)));
                Tick { at: self.spot(v), label: if labelled { value } else { String::new() } }
            })
            .collect()
    }

    fn log_ticks(&self, wanted: f64) -> Vec<Tick> {
        let span = self.high - self.low;
        if span < 0.6 {
            return self.short_log_ticks(wanted);
        }
        // Whole decades, thinned so that the labels stay apart; 1-2-5 where there are few.
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        let stride =
            [1, 2, 3, 6, 12].into_iter().find(|s| span / f64::from(*s) <= wanted).unwrap_or(24);
        let mut ticks = Vec::new();
        for decade in first - 1..=last {
            for digit in 1..=9 {
                let v = f64::from(decade) + f64::from(digit).log10();
                if v < self.low - 1e-9 || v > self.high + 1e-9 {
                    continue;
                }
                let whole = digit == 1 && decade.rem_euclid(stride) == 0;
                let between = span < 2.2 && matches!(digit, 2 | 5);
                if whole || between {
                    let value = f64::from(digit) * 10f64.powi(decade);
                    ticks.push(Tick { at: self.spot(v), label: self.log_label(value) });
                } else if digit == 1 || span < 4.5 {
                    ticks.push(Tick { at: self.spot(v), label: String::new() });
                }
            }
        }
        ticks
    }

    /// Less than about half a decade: ticks at round values of a linear step.
    fn short_log_ticks(&self, wanted: f64) -> Vec<Tick> {
        let (low, high) = (10f64.powf(self.low), 10f64.powf(self.high));
        let step = nice_step(high - low, wanted);
        steps(low, high, step)
            .filter(|v| *v > 0.0)
            .map(|v| Tick { at: self.spot(v.log10()), label: self.log_label(v) })
            .collect()
    }

    fn log_label(&self, value: f64) -> String {
        if numbers::takes_prefix(&self.unit) {
            numbers::quantity(value, &self.unit, Script::Fine)
        } else {
            numbers::number(value, 3, Script::Fine)
        }
    }
}

/// The value as the axis sees it.
fn inner(value: f64, log: bool, offset: f64) -> Option<f64> {
    let v = if log { value.log10() } else { value - offset };
    v.is_finite().then_some(v)
}

fn air_linear(low: f64, high: f64) -> (f64, f64) {
    if low == high {
        let half = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        return (low - half, high + half);
    }
    let air = (high - low) * 0.04;
    // An axis that almost starts at zero starts there.
    let low = if low >= 0.0 && low < 0.25 * high { 0.0 } else { low - air };
    let high = if high <= 0.0 && high > 0.25 * low { 0.0 } else { high + air };
    (low, high)
}

fn air_log(low: f64, high: f64) -> (f64, f64) {
    let air = ((high - low) * 0.04).max(0.05);
    (low - air, high + air)
}

/// The step of 1, 2 or 5 times a power of ten that gives about `wanted` steps, at most a quarter
/// more.
fn nice_step(range: f64, wanted: f64) -> f64 {
    let rough = range / wanted;
    let power = 10f64.powf(rough.log10().floor());
    let digit = [1.0, 2.0, 5.0, 10.0].into_iter().find(|d| d * power >= rough * 0.8);
    digit.unwrap_or(10.0) * power
}

/// The multiples of a step within a range.
fn steps(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    let n = if last >= first { (last - first) as usize + 1 } else { 0 };
    (0..n.min(200)).map(move |i| (first + i as f64) * step)
}

/// Decimals that show multiples of a step without rounding them.
fn decimals_of(step: f64) -> usize {
    ((-step.log10() - 1e-9).ceil().clamp(0.0, 9.0)) as usize
}

/// A value that rounds to zero is zero, without a sign.
fn zero(value: f64, decimals: usize) -> f64 {
    if value.abs() < 0.5 * 10f64.powi(-(decimals as i32)) { 0.0 } else { value }
}

fn minus(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, log: bool, unit: &str) -> Vec<String> {
        let scale = Scale::covering([low, high].into_iter(), log, unit, 0.0, 100.0).unwrap();
        scale.ticks(6.0).into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn linear_axes_have_round_ticks() {
        assert_eq!(labels(0.0, 0.95, false, "V"), ["0.0", "0.2", "0.4", "0.6", "0.8"]);
        assert_eq!(labels(0.0, 20.0, false, "V"), ["0", "5", "10", "15", "20"]);
        assert_eq!(labels(298.15, 423.15, false, "K"), ["0", "50", "100", "150"]);
        assert_eq!(labels(1.0, 1.05, false, "1"), ["1.00", "1.01", "1.02", "1.03", "1.04", "1.05"]);
    }

    #[test]
    fn log_axes_label_decades_with_their_unit() {
        let nbsp = |s: &str| s.replace(' ', "\u{a0}");
        assert_eq!(labels(1e-9, 1e-3, true, "A"), ["10 nA", "1 µA", "100 µA"].map(nbsp),);
        assert_eq!(
            labels(1e-6, 3e-5, true, "A"),
            ["1 µA", "2 µA", "5 µA", "10 µA", "20 µA"].map(nbsp),
        );
        assert_eq!(labels(2.0, 4.0, true, "F").len(), 5);
    }

    #[test]
    fn every_tick_lies_on_the_axis_and_places_are_monotone() {
        for (low, high, log) in [
            (-3.0, 7.5, false),
            (1e-14, 2.0, true),
            (5.0, 5.0, false),
            (5.0, 5.0, true),
            (-2.0, -1.9, false),
        ] {
            let scale = Scale::covering([low, high].into_iter(), log, "A", 10.0, 210.0).unwrap();
            for tick in scale.ticks(6.0) {
                assert!(scale.holds(tick.at), "{low} {high} {log}: {tick:?}");
            }
            assert!(scale.place(low).unwrap() <= scale.place(high).unwrap());
        }
        assert_eq!(Scale::covering([-1.0, 0.0].into_iter(), true, "A", 0.0, 1.0), None);
        assert_eq!(Scale::covering([f64::NAN].into_iter(), false, "A", 0.0, 1.0), None);
    }

    #[test]
    fn residual_axes_are_symmetric() {
        let scale = Scale::symmetric(0.013, 100.0, 0.0);
        let labels: Vec<_> = scale.ticks(4.0).into_iter().map(|t| t.label).collect();
        assert_eq!(labels, ["\u{2212}0.02", "", "0.00", "", "0.02"]);
    }
}
