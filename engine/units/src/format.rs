//! How values are printed for people, and exactly for machines.

/// A value with an SI prefix and three to four significant digits: `4.7 kOhm`, `12.3 pA`.
///
/// `unit` is the SI unit; pure numbers (`1`) and powers take no prefix.
pub fn engineering(value: f64, unit: &str) -> String {
    let mut text = String::with_capacity(16);
    add_engineering(value, unit, &mut text);
    text
}

/// Adds [`engineering`] to a text.
pub fn add_engineering(value: f64, unit: &str, text: &mut String) {
    let bare = unit.is_empty() || unit == "1";
    let prefixable = !bare && unit != "K" && !unit.contains(['/', '^', '*', '%']);
    if !value.is_finite() || value == 0.0 || !prefixable {
        add_plain(value, 4, text);
        if !bare {
            text.push(' ');
            text.push_str(unit);
        }
        return;
    }
    let exponent = decade(value.abs()).unwrap_or_else(|| {
        let digits = format!("{:.3e}", value.abs());
        digits.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
    });
    let group = (exponent.div_euclid(3) * 3).clamp(-18, 9);
    add_plain(value / power(group), 4, text);
    text.push(' ');
    text.push_str(crate::prefix::prefix(group).unwrap_or(""));
    text.push_str(unit);
}

/// Powers of ten of the sizes that usual values have, from the 24th part to the 22nd power.
const DECADES: [f64; 47] = [
    1e-24, 1e-23, 1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12,
    1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4,
    1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The power of ten of the first digit; `None` where rounding may decide it, and for values of
/// unusual size.
fn decade(magnitude: f64) -> Option<i32> {
    let above = DECADES.partition_point(|d| *d <= magnitude);
    let below = above.checked_sub(1)?;
    let first = magnitude / DECADES.get(below)?;
    let is_sure = (1.000_001..9.99).contains(&first);
    is_sure.then_some(below as i32 - 24)
}

/// Ten to a whole power.
fn power(exponent: i32) -> f64 {
    let at = usize::try_from(exponent + 24).ok();
    at.and_then(|at| DECADES.get(at)).copied().unwrap_or_else(|| 10f64.powi(exponent))
}

/// Adds what [`plain`] gives for usual numbers, by arithmetic on integers: findings print a great
/// many. `None`, and nothing added, where a digit may depend on how the decimal digits go on, and
/// for unusual numbers.
fn quick(value: f64, digits: usize, into: &mut String) -> Option<()> {
    let magnitude = value.abs();
    if !(3..=6).contains(&digits) || !(1e-4..1e6).contains(&magnitude) {
        return None;
    }
    let wanted = digits as i32 - 1 - decade(magnitude)?;
    let mut decimals = usize::try_from(wanted).unwrap_or(0);
    // Powers of ten are exact up to the 22nd, and so is the product but for its last bit.
    let scaled = magnitude * power(wanted.max(0));
    let part = scaled.fract();
    if (part - 0.5).abs() < 1e-6 {
        return None;
    }
    let mut number = scaled as u64 + u64::from(part > 0.5);
    while decimals > 0 && number.is_multiple_of(10) {
        number /= 10;
        decimals -= 1;
    }
    // From the last digit to the first; at most nine decimals and seven digits before them.
    let mut reversed = [0_u8; 24];
    let (mut length, mut place) = (0, 0);
    let mut put = |byte: u8| {
        *reversed.get_mut(length)? = byte;
        length += 1;
        Some(())
    };
    while number > 0 || place <= decimals {
        if place == decimals && place > 0 {
            put(b'.')?;
        }
        put(b'0' + (number % 10) as u8)?;
        number /= 10;
        place += 1;
    }
    if value < 0.0 {
        put(b'-')?;
    }
    into.extend(reversed.get(..length)?.iter().rev().map(|b| char::from(*b)));
    Some(())
}

/// A number with at most `digits` significant digits, without trailing zeros; exponents only
/// where a plain number would be long.
pub fn plain(value: f64, digits: usize) -> String {
    let mut text = String::with_capacity(12);
    add_plain(value, digits, &mut text);
    text
}

/// Adds [`plain`] to a text.
fn add_plain(value: f64, digits: usize, text: &mut String) {
    if !value.is_finite() {
        text.push_str(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        });
    } else if value == 0.0 {
        text.push('0');
    } else if quick(value, digits, text).is_none() {
        text.push_str(&printed(value, digits.max(1)));
    }
}

/// [`plain`] by printing the number in full.
fn printed(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if (-4..=5).contains(&exponent) {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        trim(&format!("{value:.decimals$}")).to_string()
    } else {
        let (mantissa, e) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        format!("{}e{e}", trim(mantissa))
    }
}

/// The shortest text that reads back as the same `f64`.
pub fn exact(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e6).contains(&magnitude) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// The number with this many significant decimal digits that is nearest.
pub fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.max(1) - 1).parse().unwrap_or(value)
}

fn trim(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every size, and those beside where rounding decides.
    #[test]
    fn arithmetic_prints_what_printing_in_full_does() {
        let mut state = 1_u64;
        let (mut quick_ones, mut all) = (0, 0);
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let exponent = f64::from((state >> 40) as u32 % 13) - 6.0;
            let share = (state >> 11) as f64 / (1_u64 << 53) as f64;
            let value = (0.9 + 9.2 * share) * 10f64.powf(exponent);
            let step = 10f64.powf(exponent - 3.0) / 2.0;
            let middle = (value / step).round() * step;
            for value in [value, -value, middle, middle.next_up(), middle.next_down()] {
                for digits in [2, 3, 4, 5, 6] {
                    let mut text = String::new();
                    all += 1;
                    if quick(value, digits, &mut text).is_some() {
                        quick_ones += 1;
                        assert_eq!(text, printed(value, digits), "{value:e} in {digits} digits");
                    } else {
                        assert_eq!(text, "");
                    }
                }
            }
            let digits = format!("{:.3e}", value.abs());
            let told = digits.split_once('e').and_then(|(_, e)| e.parse().ok());
            assert!(decade(value.abs()).is_none_or(|d| Some(d) == told), "{value:e}");
        }
        assert!(quick_ones * 3 > all, "{quick_ones} of {all}");
    }

    #[test]
    fn values_print_as_engineers_write_them() {
        assert_eq!(engineering(4700.0, "Ohm"), "4.7 kOhm");
        assert_eq!(engineering(-1.2345e-11, "A"), "-12.35 pA");
        assert_eq!(engineering(999.96e-3, "V"), "1 V");
        assert_eq!(engineering(0.0, "V"), "0 V");
        assert_eq!(engineering(1.75, "1"), "1.75");
        assert_eq!(engineering(298.15, "K"), "298.1 K");
        assert_eq!(plain(1.0e-15, 4), "1e-15");
        assert_eq!(plain(123456.0, 3), "123456");
    }

    #[test]
    fn rounded_values_are_short() {
        assert_eq!(exact(rounded(100.0 * 1.15, 8)), "115");
        assert_eq!(exact(rounded(5.139020681392326e-14, 8)), "5.1390207e-14");
        assert_eq!(exact(rounded(-2.0 / 3.0, 3)), "-0.667");
        assert!(rounded(f64::NAN, 8).is_nan() && rounded(f64::INFINITY, 8) == f64::INFINITY);
    }

    #[test]
    fn exact_text_reads_back() {
        for v in [1e-14, 0.1, 1.0 / 3.0, 1e300, -2.5e-9, 0.0, 12345.678] {
            assert_eq!(exact(v).parse::<f64>().unwrap(), v);
        }
    }
}
