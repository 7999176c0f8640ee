//! Quantities that force a current, in a simulator: the operating point of a
//! circuit of sources gives the potentials of the pins, at which all else is asked for.

use super::{CircuitRun, Sight};
use crate::device::Device;
use espice_lang::ir::{
    Binary, CircuitArgument, CircuitIr, DriveIr, DriveTarget, ElementIr, ElementKind, EventIr,
    ExprId, Graph, Leaf, Node, OutputIr, QuantityIr, Way,
};
use espice_units::Dimension;

/// A quantity as a circuit that has an operating point alone: the last pin is the ground, voltages
/// are sources. Where one pin is free to take a forced current, that is a source; where several
/// that voltages tie together are, the source brings the current of the others, too. A current
/// into a pin whose potential is known leaves open the potential of another that no drive speaks
/// of: a node whose current is what the pin lacks gives it.
pub(super) fn as_circuit(device: &Device, quantity: &QuantityIr) -> CircuitIr {
    let pins = device.template.pins.len() as u32;
    let ground = pins.saturating_sub(1);
    let groups = groups(pins, quantity);
    let group = |pin: u32| groups.get(pin as usize).copied().unwrap_or(pin);
    let is_fed = |of: u32| {
        let fed = |d: &DriveIr| matches!(d.target, DriveTarget::Current(p) if group(p) == of);
        quantity.drives.iter().any(fed)
    };
    let mut open: Vec<u32> =
        (0..pins).rev().filter(|p| group(*p) == *p && *p != group(ground) && !is_fed(*p)).collect();
    let span = quantity.span;
    let mut graph = quantity.graph.clone();
    let current = |graph: &mut Graph, pin: u32| {
        graph.add(Node::Leaf(Leaf::PinCurrent(pin)), Dimension::CURRENT, span)
    };
    let (mut elements, mut nodes) = (Vec::new(), Vec::new());
    let mut element = |kind: ElementKind, from: u32, to: u32, value: ExprId| {
        elements.push(ElementIr { kind, from, to, value, span });
    };
    for drive in &quantity.drives {
        let pin = match drive.target {
            DriveTarget::Voltage(a, b) => {
                element(ElementKind::Voltage, a, b, drive.value);
                continue;
            }
            DriveTarget::Current(pin) => pin,
        };
        if group(pin) != group(ground) {
            let mut value = drive.value;
            for other in (0..pins).filter(|p| *p != pin && group(*p) == group(pin)) {
                let more = current(&mut graph, other);
                let sum = Node::Binary(Binary::Add, value, more);
                value = graph.add(sum, Dimension::CURRENT, span);
            }
            element(ElementKind::Current, ground, pin, value);
            continue;
        }
        // More drives than pins are refused where the quantity is checked.
        let Some(free) = open.pop() else { continue };
        let node = pins + nodes.len() as u32;
        nodes.push(format!("free{free}"));
        let own = current(&mut graph, pin);
        let lack = Node::Binary(Binary::Subtract, drive.value, own);
        let lack = graph.add(lack, Dimension::CURRENT, span);
        element(ElementKind::Current, ground, node, lack);
        let volts = Node::Leaf(Leaf::Voltage(node, ground));
        let volts = graph.add(volts, Dimension::VOLTAGE, span);
        element(ElementKind::Voltage, free, ground, volts);
    }
    let event = |name: &str| EventIr {
        name: name.into(),
        value: None,
        way: Way::Rises,
        after: EventIr::START,
        span: quantity.span,
    };
    CircuitIr {
        name: quantity.symbol.clone(),
        pack: String::new(),
        kind: quantity.kind.clone(),
        doc: String::new(),
        arguments: quantity
            .arguments
            .iter()
            .zip(&quantity.argument_dimensions)
            .enumerate()
            .map(|(index, (name, dimension))| CircuitArgument {
                name: name.clone(),
                others: Vec::new(),
                dimension: *dimension,
                default: quantity.default(index),
                span: quantity.span,
            })
            .collect(),
        pins,
        nodes,
        ground,
        graph,
        elements,
        starts: Vec::new(),
        stop: None,
        events: vec![event("start"), event("end")],
        observations: Vec::new(),
        outputs: vec![OutputIr {
            symbol: quantity.symbol.clone(),
            dimension: quantity.dimension,
            value: quantity.value,
            span: quantity.span,
        }],
        span: quantity.span,
    }
}

/// By pin: the lowest of those that voltages tie to it.
fn groups(pins: u32, quantity: &QuantityIr) -> Vec<u32> {
    let mut groups: Vec<u32> = (0..pins).collect();
    for drive in &quantity.drives {
        let DriveTarget::Voltage(a, b) = drive.target else { continue };
        let of = |p: u32| groups.get(p as usize).copied().unwrap_or(p);
        let (keep, gone) = (of(a).min(of(b)), of(a).max(of(b)));
        groups.iter_mut().filter(|g| **g == gone).for_each(|g| *g = keep);
    }
    groups
}

/// The potential of each pin that the drives of a quantity lead to, V; `None` where the simulator
/// finds none.
pub(super) fn potentials(
    device: &Device,
    circuit: &CircuitIr,
    at: &Sight,
    parameters: &[f64],
) -> Option<Vec<f64>> {
    let run = CircuitRun {
        circuit,
        parameters,
        polarity: usize::from(device.mirror < 0.0),
        conditions: &at.arguments,
        kelvin: at.kelvin,
        constants: device.constants,
        end: None,
        kinks: Vec::new(),
    };
    let rows = device.simulation.as_ref()?.follow(&run)?;
    let pins = circuit.pins as usize;
    let volts: Vec<f64> = rows.first()?.iter().skip(1).take(pins).copied().collect();
    (volts.len() == pins && volts.iter().all(|v| v.is_finite())).then_some(volts)
}
