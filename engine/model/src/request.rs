//! What a batch is asked for.

use crate::dag::Input;
use espice_lang::ir::QuantityIr;

/// Something that can be measured at the pins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Target {
    /// The current into a pin.
    Current(u32),
    /// The charge at a pin, that of the nodes behind its resistors included.
    Charge(u32),
    /// dI(a)/dV(b).
    Conductance(u32, u32),
    /// The low-frequency susceptance over ω between two pins.
    Capacitance(u32, u32),
    /// Re(Y(a, b)) at the frequency of an argument.
    ConductanceAt(u32, u32, u32),
    /// Im(Y(a, b)) / ω at the frequency of an argument.
    CapacitanceAt(u32, u32, u32),
    /// The value of the quantity.
    Quantity,
}

/// A result column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Wanted {
    /// The thing itself.
    Value(Target),
    /// Its derivative.
    By(Target, Input),
}

/// Columns, and how the pins are driven: by a quantity's drives, or each by a voltage argument.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The quantity; `None` when argument i is the potential of pin i.
    pub quantity: Option<QuantityIr>,
    /// Whether arguments, currents and charges have the other sign; without a quantity only.
    pub mirrored: bool,
    /// The columns.
    pub columns: Vec<Wanted>,
}

impl Request {
    /// Whether a column is at a frequency of its own argument.
    pub(crate) fn has_frequency(&self) -> bool {
        let at = |t: &Target| matches!(t, Target::ConductanceAt(..) | Target::CapacitanceAt(..));
        self.columns.iter().any(|c| match c {
            Wanted::Value(target) | Wanted::By(target, _) => at(target),
        })
    }

    /// Whether a derivative by a parameter or the temperature is wanted.
    pub(crate) fn wants_derivatives(&self) -> bool {
        self.columns
            .iter()
            .any(|c| matches!(c, Wanted::By(_, Input::Parameter(_) | Input::Temperature)))
    }
}
