//! Sizes of devices of integrated circuits, as files of measurements state them.

use espice_facts::SIZES;
use espice_units::card::parse_number;
use std::collections::BTreeMap;

/// Sizes beyond this are none, m.
const LARGEST: f64 = 1e-2;

/// Takes a variable of a header, `MAIN.W "2.000u"`, when it is a size.
pub(super) fn variable(name: &str, value: &str, sizes: &mut BTreeMap<String, f64>) {
    let last = name.rsplit('.').next().unwrap_or(name);
    let Some((name, _)) = SIZES.iter().find(|s| s.0.eq_ignore_ascii_case(last)) else { return };
    let number = parse_number(value.trim().trim_matches('"').trim());
    if let Some(number) = number.filter(|n| *n >= 0.0 && n.is_finite()) {
        sizes.insert((*name).to_string(), number);
    }
}

/// Width and length in the name of a file, where neither is known: `…_w0p36u_l0p15u_…`,
/// `…~W02u0_L0u13_…`, `W=2u_L=0.13u`. Micrometres are what such names are in; `p` and `u` among
/// the digits stand for the point.
pub(super) fn in_name(name: &str, sizes: &mut BTreeMap<String, f64>) {
    if sizes.contains_key("W") || sizes.contains_key("L") {
        return;
    }
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '=');
    let of = |letter: char| {
        words.clone().find_map(|w| {
            let rest = w.strip_prefix([letter, letter.to_ascii_uppercase()])?;
            micrometres(rest.strip_prefix('=').unwrap_or(rest))
        })
    };
    if let (Some(w), Some(l)) = (of('w'), of('l')) {
        sizes.insert(String::from("W"), w);
        sizes.insert(String::from("L"), l);
    }
}

/// `0p36u`, `02u0`, `0.13u` or `10u` in m.
fn micrometres(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = match lower.split_once('u')? {
        (number, "") => number.split_once(['p', '.']).unwrap_or((number, "0")),
        infix => infix,
    };
    let number: f64 = (digits(whole) && digits(part))
        .then(|| format!("{whole}.{part}").parse().ok())
        .flatten()?;
    Some(number * 1e-6).filter(|m| *m > 0.0 && *m <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stand_in_names() {
        let found = |name: &str| {
            let mut sizes = BTreeMap::new();
            in_name(name, &mut sizes);
            sizes.get("W").copied().zip(sizes.get("L").copied())
        };
        let close = |a: Option<(f64, f64)>, w: f64, l: f64| {
            let (x, y) = a.unwrap();
            assert!((x / w - 1.0).abs() < 1e-12 && (y / l - 1.0).abs() < 1e-12, "{x} {y}");
        };
        close(found("sky130_fd_pr__nfet_01v8_w0p36u_l0p15u_m1_IDVG_.mdm"), 0.36e-6, 0.15e-6);
        close(found("SG13_nmos~W02u0_L0u13_S542_4~dc_idvg~300K"), 2e-6, 0.13e-6);
        close(found("nmos W=10u L=0.5u"), 10e-6, 0.5e-6);
        for none in ["wafer_17_lot_3", "w5_l7", "W2u0", "waferu_lotu", "low_vt_l1u"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn sizes_stand_in_headers() {
        let mut sizes = BTreeMap::new();
        variable("MAIN.W", "\"2.000u\"", &mut sizes);
        variable("MAIN.AD", "\"680.0f\"", &mut sizes);
        variable("DEV_GEOM_W", "\".\"", &mut sizes);
        variable("L", "\"-1\"", &mut sizes);
        let names: Vec<&str> = sizes.keys().map(String::as_str).collect();
        assert_eq!(names, ["AD", "W"]);
        assert!((sizes["W"] / 2e-6 - 1.0).abs() < 1e-12);
    }
}
