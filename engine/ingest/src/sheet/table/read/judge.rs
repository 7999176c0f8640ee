//! What the values of rows must satisfy before they are served: the order of limits, the
//! plausible range of the quantity, and each other.

use super::row::Draft;
use espice_base::Code;
use espice_facts::Condition;
use espice_units::engineering;
use std::collections::BTreeMap;

/// Factors by which a unit read wrongly is off.
const SLIPS: [f64; 4] = [1e3, 1e-3, 1e6, 1e-6];

/// Between rows of one quantity in one table: beyond this ratio one of them is misread. Leakage
/// may spread further, since it grows by temperature.
const SPREAD: f64 = 400.0;
const LEAKAGE_SPREAD: f64 = 5e4;

/// Checks a row by itself.
pub(super) fn alone(draft: &mut Draft<'_>) {
    let limits = &draft.limits;
    let given: Vec<f64> = limits.values().collect();
    let rising = given.is_sorted();
    // Limits of negative quantities are often printed by magnitude.
    let falling = given.iter().all(|v| *v <= 0.0) && given.is_sorted_by(|a, b| a >= b);
    if !rising && !falling {
        draft.doubt(Code::ROW_ORDER, String::from("minimum, typical and maximum are out of order"));
    }
    let Some([low, high]) = draft.info.and_then(|i| i.plausible) else { return };
    let inside = |v: f64| v == 0.0 || (low..=high).contains(&v.abs());
    let unit = draft.dimension.to_string();
    let title = draft.info.map_or("", |i| i.title.as_str()).to_string();
    for value in given {
        if inside(value) {
            continue;
        }
        let slip = SLIPS.iter().find(|s| inside(value * **s));
        let hint = match slip {
            Some(slip) => {
                let meant = engineering(value * slip, &unit);
                format!("; {meant} would be, so its unit may be misread")
            }
            None => String::new(),
        };
        let text = format!("{} is not plausible as {title}{hint}", engineering(value, &unit));
        draft.doubt(Code::ROW_IMPLAUSIBLE, text);
        return;
    }
}

/// Doubts rows that say the same of their values and differ in them: what tells them apart was not
/// read.
fn contradictions(drafts: &mut [Draft<'_>]) {
    let key = |d: &Draft<'_>| {
        let said = format!("{}; {}", d.conditions, d.conditions.text);
        (d.symbol.clone(), d.parts.clone(), d.name.clone(), said)
    };
    let mut alike = BTreeMap::<_, Vec<usize>>::new();
    for (at, draft) in drafts.iter().enumerate() {
        alike.entry(key(draft)).or_default().push(at);
    }
    let bound = |d: &Draft<'_>| [d.limits.min, d.limits.typ, d.limits.max];
    for rows in alike.into_values().filter(|rows| rows.len() > 1) {
        let differ = (0..3).any(|b| {
            let mut values = rows.iter().filter_map(|&r| drafts.get(r).and_then(|d| bound(d)[b]));
            let first = values.next();
            values.any(|v| Some(v) != first)
        });
        for at in rows.into_iter().filter(|_| differ) {
            if let Some(draft) = drafts.get_mut(at) {
                let text = String::from("what tells it from another row was not read");
                draft.doubt(Code::ROW_SIBLINGS, text);
            }
        }
    }
}

/// Checks the rows of one table against each other.
pub(super) fn together(drafts: &mut [Draft<'_>]) {
    let mut doubts: Vec<usize> = Vec::new();
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by(|a, b| {
        let symbol = |i: &usize| drafts.get(*i).map_or("", |d| d.symbol.as_str());
        symbol(a).cmp(symbol(b)).then(a.cmp(b))
    });
    let same = |a: &usize, b: &usize| matches!((drafts.get(*a), drafts.get(*b)), (Some(a), Some(b)) if a.symbol == b.symbol);
    for rows in order.chunk_by(same) {
        let mut magnitudes: Vec<(f64, usize)> = Vec::new();
        let mut allowed = SPREAD;
        for &at in rows {
            let Some(draft) = drafts.get(at) else { continue };
            if draft.dimension == espice_units::Dimension::CURRENT {
                allowed = LEAKAGE_SPREAD;
            }
            if draft.dimension == espice_units::Dimension::TEMPERATURE {
                allowed = f64::INFINITY;
            }
            let largest = draft.limits.values().map(f64::abs).fold(0.0, f64::max);
            if largest > 0.0 {
                magnitudes.push((largest, at));
            }
        }
        magnitudes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let (Some(least), Some(most)) = (magnitudes.first(), magnitudes.last())
            && most.0 / least.0 > allowed
        {
            // Of two alike and one apart, the one is in doubt; of two, both are.
            let middle = magnitudes.get(magnitudes.len() / 2).map_or(least.0, |m| m.0);
            for (value, at) in &magnitudes {
                let ratio = value / middle;
                let apart = ratio > allowed.sqrt() || ratio < 1.0 / allowed.sqrt();
                if magnitudes.len() < 3 || apart {
                    doubts.push(*at);
                }
            }
        }
    }
    contradictions(drafts);
    for at in doubts {
        if let Some(draft) = drafts.get_mut(at) {
            let text = String::from("rows of the same quantity differ as if a unit were misread");
            draft.doubt(Code::ROW_SIBLINGS, text);
        }
    }
}

/// What a test sets and the ratings that say how large that may be.
const RATINGS: &[(&str, &[&str])] = &[
    ("IF", &["IF", "IF(AV)", "IFRM", "IFSM"]),
    ("VR", &["VRRM", "VR", "VRWM", "VRSM", "VBR"]),
    ("IC", &["IC", "ICM"]),
    ("IB", &["IB", "IBM", "IC", "ICM"]),
    ("IE", &["IE", "IC", "ICM"]),
    ("VCE", &["VCEO", "VCES", "VCBO"]),
    ("VCB", &["VCBO", "VCES", "VCEO"]),
    ("ID", &["ID", "IDM"]),
    ("IS", &["IS", "ISM", "ID", "IDM"]),
    ("VDS", &["VDSS"]),
    ("VGS", &["VGSS", "VGSM"]),
    ("IT", &["IT(RMS)", "IT(AV)", "ITSM", "ITRM"]),
];

/// A test beyond so many times the largest rating is misread: pulses go to ten times, a unit slips
/// by a thousand.
const BEYOND: f64 = 30.0;

/// Checks the conditions of a sheet's rows against its ratings.
pub(super) fn conditions(drafts: &mut [Draft<'_>]) {
    let mut largest: BTreeMap<String, f64> = BTreeMap::new();
    for draft in drafts.iter().filter(|d| d.doubts.is_empty()) {
        let value = draft.limits.values().map(f64::abs).fold(0.0, f64::max);
        let known = largest.entry(draft.symbol.clone()).or_insert(0.0);
        *known = known.max(value);
    }
    let most = |symbol: &str| {
        let (_, ratings) = RATINGS.iter().find(|r| r.0 == symbol)?;
        let most = ratings.iter().filter_map(|r| largest.get(*r)).copied().fold(0.0, f64::max);
        (most > 0.0).then_some(BEYOND * most)
    };
    for draft in drafts.iter_mut() {
        let beyond = draft.conditions.by_symbol.iter().find_map(|(symbol, condition)| {
            let Condition::Value(value) = condition else { return None };
            most(symbol).filter(|most| value.abs() > *most).map(|_| symbol.clone())
        });
        if let Some(symbol) = beyond {
            let text = format!("the condition `{symbol}` is far beyond what the part bears");
            draft.doubt(Code::ROW_CONDITION, text);
        }
    }
}
