//! Charges of a device whose simulator tells capacitances.
//!
//! The charge at a pin is the integral of its capacitances along the straight way from no bias,
//! where all pins are at the potential of the last one, to the point:
//! `Q(a) = ∫ Σ C(a, b) dV(b)`. Of a model that conserves charge this is the model's own, less what
//! it has at no bias; of one that does not, it is what a charge amplifier would integrate on that
//! way. Gauss-Legendre quadrature with four nodes a panel is exact for polynomials of degree seven.

use super::{SimulatedPoint, SimulatedValues};

/// Longest panel, V of the pin that moves most.
const PANEL: f64 = 0.25;
/// Most panels of a way.
const PANELS: f64 = 48.0;
/// Nodes and weights on -1 .. 1 (Abramowitz and Stegun, table 25.4).
const GAUSS: [(f64, f64); 4] = [
    (-0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
    (-0.339_981_043_584_856_26, 0.652_145_154_862_546_2),
    (0.339_981_043_584_856_26, 0.652_145_154_862_546_2),
    (0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
];

/// The way to one point: where capacitances are asked for, and what they count.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Path {
    /// Share of the way and weight of each node.
    nodes: Vec<(f64, f64)>,
    /// Each pin's voltage against the last one, V.
    over: Vec<f64>,
    /// The potential of the last pin, V.
    last: f64,
}

impl Path {
    /// The way to potentials; `like` are those that decide how finely it is cut, so that points that
    /// differ by a step of a difference are cut alike.
    pub(super) fn new(volts: &[f64], like: &[f64]) -> Path {
        let over = |v: &[f64]| -> Vec<f64> {
            let last = v.last().copied().unwrap_or(0.0);
            v.iter().map(|v| v - last).collect()
        };
        let farthest = over(like).iter().fold(0.0f64, |most, v| most.max(v.abs()));
        let panels = (farthest / PANEL).ceil().clamp(1.0, PANELS);
        let count = panels as usize;
        let of_panel = |k: usize| {
            GAUSS
                .iter()
                .map(move |(x, w)| ((k as f64 + 0.5 * (1.0 + x)) / panels, 0.5 * w / panels))
        };
        Path {
            nodes: (0..count).flat_map(of_panel).collect(),
            over: over(volts),
            last: volts.last().copied().unwrap_or(0.0),
        }
    }

    /// The points at which capacitances are needed.
    pub(super) fn points(&self, at: &SimulatedPoint) -> Vec<SimulatedPoint> {
        let point = |(share, _): &(f64, f64)| SimulatedPoint {
            volts: self.over.iter().map(|v| self.last + share * v).collect(),
            ..at.clone()
        };
        self.nodes.iter().map(point).collect()
    }

    /// The charge at each pin, C; `None` when capacitances are missing.
    pub(super) fn charges(&self, found: &[Option<SimulatedValues>]) -> Option<Vec<f64>> {
        let mut charges = vec![0.0; self.over.len()];
        if found.len() != self.nodes.len() {
            return None;
        }
        for ((_, weight), values) in self.nodes.iter().zip(found) {
            let capacitances = &values.as_ref()?.capacitances;
            if capacitances.len() != charges.len() {
                return None;
            }
            for (charge, row) in charges.iter_mut().zip(capacitances) {
                let slope: f64 = row.iter().zip(&self.over).map(|(c, v)| c * v).sum();
                *charge += weight * slope;
            }
        }
        Some(charges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C(V) of Q = V⁵ between two pins, then of the mirror charge.
    #[test]
    fn a_polynomial_is_integrated_exactly() {
        let path = Path::new(&[1.5, -0.5], &[1.5, -0.5]);
        let at = SimulatedPoint { volts: vec![1.5, -0.5], kelvin: 300.0, parameters: 0 };
        let found: Vec<Option<SimulatedValues>> = path
            .points(&at)
            .iter()
            .map(|p| {
                let c = 5.0 * (p.volts[0] - p.volts[1]).powi(4);
                let capacitances = vec![vec![c, -c], vec![-c, c]];
                Some(SimulatedValues { capacitances, ..SimulatedValues::default() })
            })
            .collect();
        let charges = path.charges(&found).unwrap();
        assert!((charges[0] - 32.0).abs() < 1e-12 && (charges[1] + 32.0).abs() < 1e-12);
        assert_eq!(path.charges(&found[1..]), None);
    }

    #[test]
    fn a_step_of_a_difference_does_not_change_how_the_way_is_cut() {
        let a = Path::new(&[0.5, 0.0], &[0.5, 0.0]);
        let b = Path::new(&[0.500_005, 0.0], &[0.5, 0.0]);
        assert_eq!(a.nodes, b.nodes);
    }
}
