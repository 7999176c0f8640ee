//! What the outside does to the pins: potentials that are known, potentials that are not, and
//! the equations for the latter.

use crate::dag::{Dag, Id, Input};
use crate::device::Device;
use crate::lower::{Decided, lower};
use crate::network::Network;
use espice_base::{Code, Diagnostic};
use espice_lang::ir::{DriveTarget, ExprId, Leaf, QuantityIr, Unary};

/// An equation for pins: the currents into these pins add up to the value.
#[derive(Clone, Debug)]
pub(crate) struct PinEquation {
    /// The pins.
    pub pins: Vec<usize>,
    /// What their currents add up to, A.
    pub value: Id,
}

/// The pins as driven.
#[derive(Clone, Debug)]
pub(crate) struct Driven {
    /// The potential of each pin; unknown ones hold `Input::Node`.
    pub potentials: Vec<Id>,
    /// Pins whose potentials are unknowns.
    pub unknowns: Vec<usize>,
    /// As many equations.
    pub equations: Vec<PinEquation>,
}

impl Driven {
    /// Every pin at the voltage of the argument with its index, or at its opposite.
    pub(crate) fn by_arguments(dag: &mut Dag, pins: usize, mirrored: bool) -> Driven {
        let potentials = (0..pins)
            .map(|p| {
                let volts = dag.input(Input::Argument(p as u32));
                if mirrored { dag.unary(Unary::Negate, volts) } else { volts }
            })
            .collect();
        Driven { potentials, unknowns: Vec::new(), equations: Vec::new() }
    }

    /// The pins under the drives of a quantity. The last pin is at 0 V; pins that voltage drives
    /// do not tie to it have unknown potentials, one for each group that they tie together.
    pub(crate) fn by_quantity(
        device: &Device,
        dag: &mut Dag,
        quantity: &QuantityIr,
    ) -> Result<Driven, Diagnostic> {
        let pins = device.template.pins.len();
        let values = drive_values(device, dag, quantity)?;
        let (group, offset) = groups(device, dag, quantity, &values)?;
        let ground = group.last().copied().unwrap_or(0);
        let mut injected: Vec<Option<Id>> = vec![None; pins];
        for (drive, &value) in quantity.drives.iter().zip(&values) {
            if let DriveTarget::Current(pin) = drive.target {
                let slot =
                    injected.get_mut(pin as usize).ok_or_else(|| no_pin(device, quantity))?;
                if slot.replace(value).is_some() {
                    return Err(over_determined(quantity, "a pin has two forced currents"));
                }
            }
        }
        let members =
            |g: usize| -> Vec<usize> { (0..pins).filter(|p| group.get(*p) == Some(&g)).collect() };
        let roots: Vec<usize> =
            (0..pins).filter(|&p| group.get(p) == Some(&p) && p != ground).collect();
        // Currents forced into pins whose potential is known stand for what floats.
        let mut extra: std::collections::VecDeque<PinEquation> = members(ground)
            .into_iter()
            .filter_map(|p| {
                let value = injected.get(p).copied().flatten()?;
                Some(PinEquation { pins: vec![p], value })
            })
            .collect();
        let mut equations = Vec::new();
        let zero = dag.constant(0.0);
        for &root in &roots {
            let pins = members(root);
            let forced: Vec<Id> =
                pins.iter().filter_map(|p| injected.get(*p).copied().flatten()).collect();
            if forced.is_empty()
                && let Some(equation) = extra.pop_front()
            {
                equations.push(equation);
                continue;
            }
            let value = forced.into_iter().fold(zero, |sum, v| dag.add(sum, v));
            equations.push(PinEquation { pins, value });
        }
        if !extra.is_empty() {
            return Err(over_determined(
                quantity,
                "a pin has a forced voltage and a forced current",
            ));
        }
        let mut potentials = Vec::with_capacity(pins);
        for pin in 0..pins {
            let root = group.get(pin).copied().unwrap_or(pin);
            let base = if root == ground { zero } else { dag.input(Input::Node(root as u32)) };
            let above = offset.get(pin).copied().unwrap_or(zero);
            potentials.push(dag.add(base, above));
        }
        Ok(Driven { potentials, unknowns: roots, equations })
    }

    /// Eliminates unknown pins that hang on nothing but one resistor: the current through it is
    /// known, so the pin is an inner node's potential plus a known drop.
    pub(crate) fn eliminate_pendants(&mut self, dag: &mut Dag, network: &Network) {
        let candidates: Vec<(usize, PinEquation)> =
            self.unknowns.iter().copied().zip(self.equations.iter().cloned()).collect();
        for (pin, equation) in candidates {
            let alone = equation.pins[..] == [pin]
                && !network.current_branches.iter().any(|&(a, b)| a == pin || b == pin);
            let mut ways = network.resistors.iter().filter(|r| r.from == pin || r.to == pin);
            let (Some(way), None) = (ways.next(), ways.next()) else { continue };
            let other = if way.from == pin { way.to } else { way.from };
            // A resistance that depends on the pin's own potential gives an equation for it.
            let own = dag.uses(&[way.value], Input::Node(pin as u32));
            if !alone || own || !network.inner.contains(&other) {
                continue;
            }
            let inner = dag.input(Input::Node(other as u32));
            let drop = dag.mul(way.value, equation.value);
            let potential = dag.add(inner, drop);
            if let Some(slot) = self.potentials.get_mut(pin) {
                *slot = potential;
            }
            if let Some(at) = self.unknowns.iter().position(|u| *u == pin) {
                self.unknowns.remove(at);
                self.equations.remove(at);
            }
        }
    }
}

/// Values of the drives, in order.
fn drive_values(
    device: &Device,
    dag: &mut Dag,
    quantity: &QuantityIr,
) -> Result<Vec<Id>, Diagnostic> {
    let roots: Vec<ExprId> = quantity.drives.iter().map(|d| d.value).collect();
    lower(&quantity.graph, &roots, &Decided::new(), dag, &mut |dag, leaf| match leaf {
        Leaf::Argument(a) => Some(dag.input(Input::Argument(a))),
        Leaf::Parameter(_) | Leaf::Unknown(_) => None,
        _ => device.common_leaf(dag, leaf),
    })
    .map_err(|_| over_determined(quantity, "a drive holds something that is only known afterwards"))
}

/// By pin: the first pin that voltage drives tie it to (the last pin's group has the last pin),
/// and its potential above that pin.
fn groups(
    device: &Device,
    dag: &mut Dag,
    quantity: &QuantityIr,
    values: &[Id],
) -> Result<(Vec<usize>, Vec<Id>), Diagnostic> {
    let pins = device.template.pins.len();
    let zero = dag.constant(0.0);
    let mut group: Vec<Option<usize>> = vec![None; pins];
    let mut offset = vec![zero; pins];
    let mut used = vec![false; values.len()];
    // The reference first, so that its group is known by it.
    for start in std::iter::once(pins.saturating_sub(1)).chain(0..pins) {
        match group.get_mut(start) {
            Some(slot @ None) => *slot = Some(start),
            _ => continue,
        }
        let mut queue = vec![start];
        while let Some(pin) = queue.pop() {
            for (index, (drive, &value)) in quantity.drives.iter().zip(values).enumerate() {
                let DriveTarget::Voltage(a, b) = drive.target else { continue };
                let (a, b) = (a as usize, b as usize);
                if a >= pins || b >= pins {
                    return Err(no_pin(device, quantity));
                }
                if used.get(index) == Some(&true) || (a != pin && b != pin) {
                    continue;
                }
                if let Some(flag) = used.get_mut(index) {
                    *flag = true;
                }
                let here = offset.get(pin).copied().unwrap_or(zero);
                let (next, there) =
                    if a == pin { (b, dag.sub(here, value)) } else { (a, dag.add(here, value)) };
                match (group.get_mut(next), offset.get_mut(next)) {
                    (Some(slot @ None), Some(above)) => {
                        *slot = Some(start);
                        *above = there;
                        queue.push(next);
                    }
                    _ => {
                        return Err(over_determined(quantity, "voltages form a loop"));
                    }
                }
            }
        }
    }
    Ok((group.into_iter().enumerate().map(|(p, g)| g.unwrap_or(p)).collect(), offset))
}

fn over_determined(quantity: &QuantityIr, why: &str) -> Diagnostic {
    Diagnostic::error(
        Code::QUANTITY_DRIVES,
        format!("the drives of `{}` contradict each other: {why}", quantity.symbol),
    )
    .at(quantity.span)
    .help("force one voltage or one current at each pin, and leave the last pin as the reference")
}

fn no_pin(device: &Device, quantity: &QuantityIr) -> Diagnostic {
    Diagnostic::error(
        Code::QUANTITY_PINS,
        format!(
            "`{}` is measured at a pin that template `{}` does not have",
            quantity.symbol, device.template.name
        ),
    )
    .at(quantity.span)
    .label(device.template.span, "the template")
}
