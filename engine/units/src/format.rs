//! How values are printed for people, and exactly for machines.

/// A value with an SI prefix and three to four significant digits: `4.7 kOhm`, `12.3 pA`.
///
/// `unit` is the SI unit; pure numbers (`1`) and powers take no prefix.
pub fn engineering(value: f64, unit: &str) -> String {
    let bare = unit.is_empty() || unit == "1";
    let prefixable = !bare && unit != "K" && !unit.contains(['/', '^', '*', '%']);
    if !value.is_finite() || value == 0.0 || !prefixable {
        let number = plain(value, 4);
        return if bare { number } else { format!("{number} {unit}") };
    }
    let digits = format!("{:.3e}", value.abs());
    let exponent: i32 = digits.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let group = (exponent.div_euclid(3) * 3).clamp(-18, 9);
    let prefix = crate::prefix::prefix(group).unwrap_or("");
    format!("{} {prefix}{unit}", plain(value / 10f64.powi(group), 4))
}

/// A number with at most `digits` significant digits, without trailing zeros; exponents only
/// where a plain number would be long.
pub fn plain(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return String::from(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        });
    }
    if value == 0.0 {
        return String::from("0");
    }
    let digits = digits.max(1);
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
