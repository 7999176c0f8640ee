//! Potentials, flows and formulas as expressions, each worked out when another asks for it.

use super::algebra::Val;
use super::net::{Drive, Lazy, Net, Sensor};
use espice_lang::ir::{Binary, ExprId, Leaf, Node, Unary};
use espice_syntax::ast::BranchKind;

impl Net<'_, '_> {
    /// The voltage between two nodes.
    pub(super) fn voltage(&mut self, a: usize, b: usize) -> Result<Val, String> {
        if a == b {
            return Ok(self.algebra.constant(0.0));
        }
        let number = |n: usize| self.numbers.get(n).copied().filter(|k| *k != u32::MAX);
        let (Some(x), Some(y)) = (number(a), number(b)) else {
            return Err(String::from("it looks at a node that no element reaches"));
        };
        let (above, below) = (self.offset(a)?, self.offset(b)?);
        let roots = match x == y {
            true => self.algebra.constant(0.0),
            false => self.algebra.node(Node::Leaf(Leaf::Voltage(x, y)), None),
        };
        let difference = self.algebra.binary(Binary::Subtract, above, below);
        Ok(self.algebra.binary(Binary::Add, roots, difference))
    }

    /// How far a node lies above its root, V.
    pub(super) fn offset(&mut self, node: usize) -> Result<Val, String> {
        let mut sum = self.algebra.constant(0.0);
        let mut at = node;
        while let Some(index) = self.parents.get(at).copied().flatten() {
            let value = self.edge_value(index)?;
            let Some(edge) = self.edges.get(index) else { break };
            let (op, above) = match edge.plus == at {
                true => (Binary::Add, edge.minus),
                false => (Binary::Subtract, edge.plus),
            };
            sum = self.algebra.binary(op, sum, value);
            at = above;
        }
        Ok(sum)
    }

    fn edge_value(&mut self, index: usize) -> Result<Val, String> {
        match self.edge_values.get(index) {
            Some(Lazy::Done(value)) => return Ok(*value),
            Some(Lazy::Open) => {}
            _ => return Err(self.circle(self.edges.get(index).map(|e| &e.element))),
        }
        self.set_edge(index, Lazy::Busy);
        let edge = self.edges.get(index).cloned();
        let (plus, minus) = edge.as_ref().map_or((0, 0), |e| (e.plus, e.minus));
        let value = match edge.and_then(|e| e.drive) {
            None => self.algebra.constant(0.0),
            Some(drive) => self.drive(&drive, plus, minus)?,
        };
        self.set_edge(index, Lazy::Done(value));
        Ok(value)
    }

    fn set_edge(&mut self, index: usize, state: Lazy<Val>) {
        if let Some(slot) = self.edge_values.get_mut(index) {
            *slot = state;
        }
    }

    fn circle(&self, place: Option<&super::net::Place>) -> String {
        let path = place.map_or("", |p| p.path.as_str());
        format!("the value of `{path}` depends on itself without delay")
    }

    /// What a flow amounts to: A, C or F; of a resistor its current.
    pub(super) fn flow_value(&mut self, index: usize) -> Result<Val, String> {
        match self.flow_values.get(index) {
            Some(Lazy::Done(value)) => return Ok(*value),
            Some(Lazy::Open) => {}
            _ => return Err(self.circle(self.flows.get(index).map(|f| &f.element))),
        }
        if let Some(slot) = self.flow_values.get_mut(index) {
            *slot = Lazy::Busy;
        }
        let Some(flow) = self.flows.get(index).cloned() else {
            return Ok(self.algebra.constant(0.0));
        };
        let mut value = self.drive(&flow.drive, flow.from, flow.to)?;
        if flow.kind == BranchKind::Resistor {
            let across = self.voltage(flow.from, flow.to)?;
            value = self.algebra.binary(Binary::Divide, across, value);
        }
        let value = self.times(value, flow.multiplier);
        if let Some(slot) = self.flow_values.get_mut(index) {
            *slot = Lazy::Done(value);
        }
        Ok(value)
    }

    pub(super) fn times(&mut self, value: Val, factor: f64) -> Val {
        if factor == 1.0 {
            return value;
        }
        let factor = self.algebra.constant(factor);
        self.algebra.binary(Binary::Multiply, factor, value)
    }

    pub(super) fn drive(&mut self, drive: &Drive, from: usize, to: usize) -> Result<Val, String> {
        match drive {
            Drive::Plain(value) => Ok(*value),
            Drive::Formula(formula, at) => self.formula(formula, *at),
            Drive::Polynomial(sensors, coefficients) => self.polynomial(sensors, coefficients),
            Drive::SensedCharge(terms) => {
                let mut sum = self.algebra.constant(0.0);
                for (edge, gain) in terms {
                    let charge = self.sensed(*edge, true)?;
                    let term = self.times(charge, *gain);
                    sum = self.algebra.binary(Binary::Add, sum, term);
                }
                Ok(sum)
            }
            Drive::Capacitor(capacitance) => {
                let across = self.voltage(from, to)?;
                Ok(self.algebra.binary(Binary::Multiply, *capacitance, across))
            }
            Drive::Device(device, branch) => {
                let value = self
                    .devices
                    .get(*device)
                    .and_then(|d| d.template.branches.get(*branch))
                    .map(|b| b.value);
                let id = value.ok_or("a branch is missing")?;
                self.copy(*device, id)
            }
        }
    }

    /// `p0 + p1 x1 + … + pn xn + p11 x1² + p12 x1 x2 + …`, as SPICE2 has it.
    fn polynomial(&mut self, sensors: &[Sensor], coefficients: &[f64]) -> Result<Val, String> {
        let mut inputs = Vec::new();
        for sensor in sensors {
            inputs.push(match *sensor {
                Sensor::Voltage(a, b) => self.voltage(a, b)?,
                Sensor::Current(edge) => self.sensed(edge, false)?,
            });
        }
        let one = self.algebra.constant(1.0);
        // Products of one degree with the last factor of each, from which the next degree goes on.
        let mut products: Vec<(Val, usize)> = vec![(one, 0)];
        let mut sum = self.algebra.constant(0.0);
        let mut rest = coefficients;
        while !rest.is_empty() {
            for (product, _) in &products {
                let Some((first, others)) = rest.split_first() else { break };
                rest = others;
                if *first != 0.0 {
                    let term = self.times(*product, *first);
                    sum = self.algebra.binary(Binary::Add, sum, term);
                }
            }
            if rest.is_empty() {
                break;
            }
            let mut next = Vec::new();
            for (product, last) in &products {
                for (index, input) in inputs.iter().enumerate().skip(*last) {
                    if next.len() < rest.len() {
                        next.push((self.algebra.binary(Binary::Multiply, *product, *input), index));
                    }
                }
            }
            if next.is_empty() {
                return Err(String::from("a polynomial has more coefficients than terms"));
            }
            products = next;
        }
        Ok(sum)
    }

    /// The current through a forced voltage from plus to minus inside it, or the charge that went
    /// with it.
    pub(super) fn sensed(&mut self, edge: usize, charge: bool) -> Result<Val, String> {
        let path = self.edges.get(edge).map_or("", |e| e.element.path.as_str()).to_string();
        let Some((nodes, holds_plus)) = self.behind(edge) else {
            return Err(format!("the current through `{path}` cannot be told"));
        };
        let crossing: Vec<(usize, bool, BranchKind)> = self
            .flows
            .iter()
            .enumerate()
            .filter_map(|(index, flow)| {
                match (nodes.contains(&flow.from), nodes.contains(&flow.to)) {
                    (true, false) => Some((index, true, flow.kind)),
                    (false, true) => Some((index, false, flow.kind)),
                    _ => None,
                }
            })
            .collect();
        let mut leaving = self.algebra.constant(0.0);
        for (index, out, kind) in crossing {
            let is_charge = match kind {
                BranchKind::Charge => true,
                BranchKind::Current | BranchKind::Resistor => false,
                _ => {
                    let note = format!("a displacement current through `{path}`");
                    if !self.static_only.contains(&note) {
                        self.static_only.push(note);
                    }
                    continue;
                }
            };
            if is_charge == charge {
                let value = self.flow_value(index)?;
                let op = if out { Binary::Add } else { Binary::Subtract };
                leaving = self.algebra.binary(op, leaving, value);
            }
        }
        // What leaves the nodes behind through flows came in through the source.
        Ok(match holds_plus {
            true => self.algebra.unary(Unary::Negate, leaving),
            false => leaving,
        })
    }

    /// Copies an expression of a device.
    pub(super) fn copy(&mut self, device: usize, root: ExprId) -> Result<Val, String> {
        let mut waiting = vec![root];
        while let Some(&id) = waiting.last() {
            let Some(own) = self.devices.get(device) else { break };
            if own.copy(id).is_some() {
                waiting.pop();
                continue;
            }
            let open: Vec<ExprId> =
                own.operands(id).into_iter().filter(|o| own.copy(*o).is_none()).collect();
            if !open.is_empty() {
                waiting.extend(open);
                continue;
            }
            waiting.pop();
            let copied = self.copied(device, id)?;
            if let Some(slot) =
                self.devices.get_mut(device).and_then(|d| d.copies.get_mut(id.0 as usize))
            {
                *slot = Some(copied);
            }
        }
        let own = self.devices.get(device);
        let found = own.and_then(|d| Some(Val { id: d.copy(root)?, known: d.known(root) }));
        found.ok_or_else(|| String::from("an equation of its template is missing"))
    }

    /// Copies a node whose operands are copied.
    fn copied(&mut self, device: usize, id: ExprId) -> Result<ExprId, String> {
        let Some(own) = self.devices.get(device) else { return Ok(id) };
        let graph = &own.template.graph;
        let (node, dimension, span) = (graph.node(id), graph.dimension(id), graph.span(id));
        let of = |id: ExprId| own.copy(id).unwrap_or(id);
        let node = match node {
            Node::Leaf(leaf) => match leaf {
                Leaf::Voltage(a, b) => {
                    let (a, b) = (own.node(a), own.node(b));
                    let (a, b) = if own.mirrored { (b, a) } else { (a, b) };
                    return Ok(self.voltage(a, b)?.id);
                }
                Leaf::Parameter(_) | Leaf::NominalTemperature | Leaf::Mirror => {
                    let value = own.known(id).unwrap_or(f64::NAN);
                    Node::Leaf(Leaf::Constant(value.to_bits()))
                }
                Leaf::Unknown(k) => Node::Leaf(Leaf::Unknown(own.first_unknown + k)),
                other => Node::Leaf(other),
            },
            Node::Unary(op, a) => Node::Unary(op, of(a)),
            Node::Binary(op, a, b) => Node::Binary(op, of(a), of(b)),
            Node::Compare(op, a, b) => Node::Compare(op, of(a), of(b)),
            Node::Select(c, a, b) => match own.known(c) {
                Some(holds) => return Ok(of(if holds != 0.0 { a } else { b })),
                None => Node::Select(of(c), of(a), of(b)),
            },
        };
        Ok(self.algebra.graph.add(node, dimension, span))
    }

    /// A value with its rise per kelvin above 27 °C, and per square kelvin.
    pub(super) fn risen(&mut self, value: Val, rises: &[f64]) -> Val {
        if rises.iter().all(|r| *r == 0.0) {
            return value;
        }
        let a = &mut self.algebra;
        let kelvin = a.node(Node::Leaf(Leaf::Temperature), None);
        let nominal = a.constant(espice_units::constants::TNOM);
        let warmer = a.binary(Binary::Subtract, kelvin, nominal);
        let mut factor = a.constant(1.0);
        let mut power = warmer;
        for rise in rises {
            let rise = a.constant(*rise);
            let term = a.binary(Binary::Multiply, rise, power);
            factor = a.binary(Binary::Add, factor, term);
            power = a.binary(Binary::Multiply, power, warmer);
        }
        a.binary(Binary::Multiply, value, factor)
    }
}
