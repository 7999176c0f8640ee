//! The axes of a sheet's plots beside each other: a misprinted unit stands out.

use super::traces::settle;
use super::{Axis, Panel};
use espice_facts::Status;

/// An axis that reaches this many times farther than any other of its symbol is in doubt.
const FARTHER: f64 = 100.0;
/// What a prefix left out makes of a value.
const THOUSAND: f64 = 1000.0;
/// An axis in the unit of the others reaches about as far as they do: by these factors at most.
const AS_FAR: std::ops::RangeInclusive<f64> = 0.1..=3.0;

/// How far an axis reaches.
struct Reach {
    symbol: String,
    /// The greatest value at its ticks, in SI.
    far: f64,
    /// Unit as printed.
    unit: String,
    /// SI value of one printed unit.
    factor: f64,
}

/// What is wrong with an axis.
struct Doubt {
    /// 0 of x, 1 of y.
    side: usize,
    /// In words.
    text: String,
    /// By what its values are to be multiplied, where that is certain enough to look at.
    mend: Option<f64>,
}

/// Compares the axes of all plots of a sheet: where one reaches a hundred times farther than any
/// other of the same quantity, its unit is more likely misprinted than meant. Where the unit of
/// the others, its own with a prefix before it, makes it reach as far as they do, it is taken in
/// that one and left for review; else its curves are refused.
pub fn compare_axes(panels: &mut [Panel]) {
    let all: Vec<[Option<Reach>; 2]> = panels.iter().map(|p| [reach(&p.x), reach(&p.y)]).collect();
    for (i, panel) in panels.iter_mut().enumerate() {
        let doubts: Vec<Doubt> = (0..2).filter_map(|side| doubt(&all, i, side)).collect();
        for Doubt { side, text, mend } in doubts {
            match mend {
                Some(factor) => rescale(panel, side, factor),
                None => panel.traces.iter_mut().for_each(|t| t.status = Status::Refused),
            }
            for trace in &mut panel.traces {
                trace.status = trace.status.max(Status::Review);
                trace.reasons.push(text.clone());
            }
            panel.status = panel.status.max(Status::Review);
            panel.reasons.push(text);
        }
        settle(panel);
    }
}

fn reach(axis: &Axis) -> Option<Reach> {
    let [factor, _] = axis.to_si?;
    let far = axis.ticks.iter().map(|t| (t.value * factor).abs()).fold(0.0, f64::max);
    Some(Reach { symbol: axis.symbol.clone()?, far, unit: axis.unit.clone(), factor })
}

/// What the other plots say against an axis of one.
fn doubt(all: &[[Option<Reach>; 2]], panel: usize, side: usize) -> Option<Doubt> {
    let own = all.get(panel)?.get(side)?.as_ref()?;
    let others: Vec<&Reach> = all
        .iter()
        .enumerate()
        .filter(|(j, _)| *j != panel)
        .flat_map(|(_, axes)| axes.iter().flatten())
        .filter(|r| r.symbol == own.symbol)
        .collect();
    let most = others.iter().map(|r| r.far).fold(0.0, f64::max);
    if others.len() < 2 || most <= 0.0 || own.far <= FARTHER * most {
        return None;
    }
    let Reach { symbol, far, unit, .. } = own;
    let prefixed = others.iter().find(|r| {
        let factor = r.factor / own.factor;
        let thousandth = (factor * THOUSAND - 1.0).abs() < 1e-6;
        let printed = r.unit.trim().ends_with(unit.trim()) && !unit.trim().is_empty();
        thousandth && printed && AS_FAR.contains(&(far * factor / most))
    });
    Some(match prefixed {
        Some(other) => Doubt {
            side,
            text: format!(
                "the axis of {symbol} prints {unit}, where all other plots print {}: taken for that, since it reaches a hundred times farther than they else",
                other.unit
            ),
            mend: Some(other.factor / own.factor),
        },
        None => Doubt {
            side,
            text: format!(
                "the axis of {symbol} reaches {far:e} in SI where no other plot passes {most:e}: its unit may be misprinted"
            ),
            mend: None,
        },
    })
}

/// Takes an axis in another unit, and the values that were read on it.
fn rescale(panel: &mut Panel, side: usize, factor: f64) {
    let axis = if side == 0 { &mut panel.x } else { &mut panel.y };
    if let Some(si) = &mut axis.to_si {
        si.iter_mut().for_each(|v| *v *= factor);
    }
    for trace in panel.traces.iter_mut().filter(|t| side == 0 || t.axis == 0) {
        for value in trace.points.iter_mut().filter_map(|p| p.get_mut(side)) {
            *value *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tick;
    use super::super::name::tests::axis;
    use super::*;
    use espice_facts::Conditions;
    use espice_pdf::Rect;

    /// A plot over IC whose axis ends at 1000 of a unit.
    fn plot(unit: &str, factor: f64) -> Panel {
        let mut x = axis(&format!("IC ({unit})"), unit);
        let tick = |value| Tick { at: 0.0, value, label: Rect::default(), seated: true };
        (x.ticks, x.symbol, x.to_si) =
            (vec![tick(1.0), tick(1000.0)], Some("IC".into()), Some([factor, 0.0]));
        let trace = super::super::Trace {
            line: Vec::new(),
            orders: Vec::new(),
            axis: 0,
            label: None,
            signature: None,
            conditions: Conditions::none(),
            parts: Vec::new(),
            points: vec![[factor, 0.5], [1000.0 * factor, 0.7]],
            held_back: None,
            status: Status::Served,
            reasons: Vec::new(),
        };
        Panel {
            page: 1,
            frame: Rect::default(),
            area: Rect::default(),
            title: String::new(),
            x,
            y: axis("VBE (V)", "V"),
            y2: None,
            traces: vec![trace],
            conditions: Conditions::none(),
            parts: Vec::new(),
            status: Status::Served,
            reasons: Vec::new(),
        }
    }

    #[test]
    fn a_unit_without_its_prefix_is_taken_as_in_the_other_plots() {
        let milli = || plot("mA", 1e-3);
        let mut panels = [milli(), plot("A", 1.0), milli()];
        compare_axes(&mut panels);
        let [first, odd, _] = &panels;
        assert_eq!((first.status, first.traces[0].points[1][0]), (Status::Served, 1.0));
        assert_eq!((odd.status, odd.traces[0].status), (Status::Review, Status::Review));
        assert_eq!(odd.traces[0].points, [[1e-3, 0.5], [1.0, 0.7]]);
        assert!(odd.reasons[0].contains("prints A"), "{:?}", odd.reasons);
        // Where the others print the same unit nothing tells what is meant.
        let mut panels = [plot("A", 1e-3), plot("A", 1.0), plot("A", 1e-3)];
        compare_axes(&mut panels);
        assert_eq!(panels[1].traces[0].points[1][0], 1.0);
        // One other plot alone proves nothing.
        let mut panels = [milli(), plot("A", 1.0)];
        compare_axes(&mut panels);
        assert_eq!(panels[1].status, Status::Served);
    }
}
