//! What helps where Newton's method alone finds no solution: conductances to ground that shrink,
//! sources that grow, and a pseudo-transient, in which every node is tied to where it was by a
//! conductance that is let go as the search advances (C. T. Kelley and D. E. Keyes, SIAM J.
//! Numer. Anal. 35, 1998).

use super::newton::{Machine, Rates};

/// Source steps.
const SOURCE_STEPS: u32 = 24;
/// The first conductance of a pseudo-transient, S.
const FIRST_HOLD: f64 = 1.0;
/// Conductance of a pseudo-transient that no longer matters, S.
const LAST_HOLD: f64 = 1e-14;
/// Conductance at which a pseudo-transient gives up, S.
const STIFFEST: f64 = 1e9;
/// Steps of a pseudo-transient.
const HOLD_STEPS: usize = 120;

impl Machine<'_> {
    /// The operating point at time zero, starts held: directly, else with help.
    pub(super) fn operating_point(&mut self, x: &mut [f64], charges: &mut [f64]) -> bool {
        let held = self.system.hold;
        let past = vec![0.0; charges.len()];
        let rates = Rates { factor: 0.0, past: &past };
        self.set(held, 1.0);
        self.begin(x, 1.0);
        let found = self.solve_gently(x, rates, charges)
            || self.by_conductance(x, rates, charges)
            || self.by_sources(x, rates, charges)
            || {
                self.begin(x, 1.0);
                self.by_holding(x, rates, charges)
            };
        self.set(held, 0.0);
        self.set(self.system.share, 1.0);
        found
    }

    fn begin(&mut self, x: &mut [f64], share: f64) {
        x.fill(0.0);
        self.forget();
        self.set(self.system.share, share);
    }

    fn by_conductance(&mut self, x: &mut [f64], rates: Rates<'_>, charges: &mut [f64]) -> bool {
        self.begin(x, 1.0);
        let found = (2..=12).all(|decade| {
            self.ease = 10f64.powi(-decade);
            self.solve(x, rates, charges)
        });
        self.ease = 0.0;
        found && self.solve(x, rates, charges)
    }

    fn by_sources(&mut self, x: &mut [f64], rates: Rates<'_>, charges: &mut [f64]) -> bool {
        self.begin(x, 0.0);
        (0..=SOURCE_STEPS).all(|step| {
            self.set(self.system.share, f64::from(step) / f64::from(SOURCE_STEPS));
            self.solve(x, rates, charges)
        })
    }

    /// A pseudo-transient from where the unknowns are.
    pub(super) fn by_holding(
        &mut self,
        x: &mut [f64],
        rates: Rates<'_>,
        charges: &mut [f64],
    ) -> bool {
        let mut conductance = FIRST_HOLD;
        let mut found = false;
        for _ in 0..HOLD_STEPS {
            self.hold.0 = conductance;
            self.hold.1.copy_from_slice(x);
            if self.solve(x, rates, charges) {
                if conductance < LAST_HOLD {
                    self.hold.0 = 0.0;
                    found = self.solve(x, rates, charges);
                    break;
                }
                conductance /= 4.0;
            } else {
                conductance *= 16.0;
                if conductance > STIFFEST {
                    break;
                }
            }
        }
        self.hold.0 = 0.0;
        found
    }
}
