//! Factors that stand at an axis' end and hold for all its labels: `×10⁻³`, `1e6`.

use super::marks::Side;
use super::number::quarter;
use crate::sheet::text::TextPage;
use espice_pdf::Rect;

/// The factor at the end of an axis, as printed: at the upper left corner for the ordinate, below
/// the right corner for the abscissa. `labels` is the box around the tick labels.
pub(super) fn factor(
    text: &TextPage,
    frame: &Rect,
    side: Side,
    labels: Option<Rect>,
) -> Option<String> {
    let zone = match side {
        Side::Left => {
            Rect { x0: frame.x0 - 34.0, y0: frame.y0 - 24.0, x1: frame.x0 + 40.0, y1: frame.y0 }
        }
        Side::Right => {
            Rect { x0: frame.x1 - 40.0, y0: frame.y0 - 24.0, x1: frame.x1 + 34.0, y1: frame.y0 }
        }
        Side::Bottom => {
            let row = labels.map_or(frame.y1, |l| l.y1);
            Rect { x0: frame.x1 - 45.0, y0: row - 1.0, x1: frame.x1 + 30.0, y1: row + 22.0 }
        }
        Side::Top => return None,
    };
    text.lines
        .iter()
        .filter(|l| quarter(l.angle) == 0 && l.words.len() <= 2 && zone.contains(l.area.center()))
        .map(|l| l.words.iter().map(|w| w.text.as_str()).collect::<String>())
        .find(|t| is_factor(t))
}

/// `×10-3`, `x1000`, `1e6`, `10-6x`.
fn is_factor(text: &str) -> bool {
    let text = text.trim().trim_matches(['(', ')', '[', ']']);
    let digit = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    if let Some(rest) = text.strip_prefix(['×', 'x', 'X', '*', '·']) {
        return digit(rest.trim());
    }
    let exponent = text.strip_prefix("1e").or(text.strip_prefix("1E"));
    exponent.is_some_and(|e| {
        let e = e.trim_start_matches(['-', '+']);
        digit(e) && e.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_told_from_other_text() {
        for text in ["×10-3", "x10-3", "x1000", "1e6", "1e-5", "(x10)"] {
            assert!(is_factor(text), "{text}");
        }
        for text in ["10", "1", "xy", "ID", "1N4148", "100", "x"] {
            assert!(!is_factor(text), "{text}");
        }
    }
}
