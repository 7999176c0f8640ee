//! Elements of subcircuits, those of the subcircuits that they call included, as edges and flows.

use super::device::Device;
use super::net::{At, Call, Drive, Edge, Flow, Net, Place, Refusal};
use super::sources::sensed_charge;
use crate::evaluate::CardModel;
use espice_netlist::{Element, Formula, Item, ModelCard, Subcircuit, Value};
use espice_syntax::ast::BranchKind;

/// How deep calls may nest.
const DEPTH: usize = 20;
/// Most elements.
const MOST: usize = 2000;

/// Parameters of elements that say nothing about the operating point.
const PASSED: [&str; 4] = ["ic", "off", "noisy", "noise"];

impl<'c> Net<'c, '_> {
    /// Takes in all elements of a subcircuit.
    pub(super) fn call(
        &mut self,
        subcircuit: &'c Subcircuit,
        call: usize,
        scope: usize,
        depth: usize,
    ) -> Result<(), Refusal> {
        if depth > DEPTH {
            return Err(Refusal::whole("subcircuits call each other without end"));
        }
        let at = At { scope, call };
        let elements = || {
            subcircuit.items.iter().filter_map(|item| match item {
                Item::Element(element) => Some(element),
                _ => None,
            })
        };
        // What reads a current names a source that may stand below.
        for element in elements() {
            let place = self.place(at, element);
            self.edge(element, at, &place)
                .map_err(|reason| Refusal { place: Some(place.clone()), reason })?;
        }
        for element in elements() {
            let place = self.place(at, element);
            if self.flows.len() + self.edges.len() > MOST {
                return Err(Refusal::whole(format!("it has more than {MOST} elements")));
            }
            let kind = element.name.chars().next().unwrap_or(' ').to_ascii_lowercase();
            if kind == 'x' {
                self.inner(element, at, &place, depth)?;
                continue;
            }
            self.element(kind, element, at, &place)
                .map_err(|reason| Refusal { place: Some(place.clone()), reason })?;
        }
        Ok(())
    }

    fn place(&self, at: At, element: &Element) -> Place {
        let call = self.calls.get(at.call);
        Place {
            subcircuit: call.map(|c| c.subcircuit.clone()).unwrap_or_default(),
            path: format!("{}{}", call.map_or("", |c| c.prefix.as_str()), element.name),
            element: element.name.clone(),
        }
    }

    /// The node of this name in a call; a new one where there is none.
    pub(super) fn node_of(&mut self, at: At, name: &str) -> usize {
        let name = name.to_lowercase();
        if name == "0" || name == "gnd" {
            return self.ground();
        }
        let next = self.nodes.len();
        let Some(call) = self.calls.get_mut(at.call) else { return self.pins };
        if let Some(known) = call.nodes.get(&name) {
            return *known;
        }
        self.nodes.push(format!("{}{name}", call.prefix));
        call.nodes.insert(name, next);
        next
    }

    /// Sources of voltages and inductors: what forces the voltage between two nodes.
    fn edge(&mut self, element: &Element, at: At, place: &Place) -> Result<(), String> {
        let kind = element.name.chars().next().unwrap_or(' ').to_ascii_lowercase();
        let by_formula = element.parameters.iter().any(|(n, _)| n.eq_ignore_ascii_case("v"));
        let forces = matches!(kind, 'v' | 'e' | 'h' | 'l') || (kind == 'b' && by_formula);
        if !forces {
            return Ok(());
        }
        let [plus, minus, ..] = element.fields.as_slice() else {
            return Err(String::from("it lacks a node"));
        };
        let (plus, minus) = (self.node_of(at, plus), self.node_of(at, minus));
        let edge = Edge { plus, minus, drive: None, forced: true, element: place.clone() };
        let index = self.edges.len();
        self.edges.push(edge);
        if let Some(call) = self.calls.get_mut(at.call) {
            call.edges.insert(element.name.to_lowercase(), index);
        }
        Ok(())
    }

    /// The call of another subcircuit.
    fn inner(
        &mut self,
        element: &'c Element,
        at: At,
        place: &Place,
        depth: usize,
    ) -> Result<(), Refusal> {
        let refuse = |reason: String| Refusal { place: Some(place.clone()), reason };
        let Some((name, nodes)) = element.fields.split_last() else {
            return Err(refuse("it names no subcircuit".into()));
        };
        let Some((subcircuit, home)) = self.scopes.subcircuit(at.scope, name) else {
            return Err(refuse(format!("the file holds no subcircuit `{name}`")));
        };
        if subcircuit.pins.len() != nodes.len() {
            let (has, given) = (subcircuit.pins.len(), nodes.len());
            return Err(refuse(format!(
                "`{name}` has {has} terminals, but {given} nodes are given"
            )));
        }
        let joined: Vec<usize> = nodes.iter().map(|n| self.node_of(at, n)).collect();
        let scope = self.scopes.open(Some(home), &subcircuit.items);
        self.scopes.call(scope, &subcircuit.parameters, &element.parameters, at.scope);
        let (prefix, outer) = self
            .calls
            .get(at.call)
            .map_or((String::new(), 1.0), |c| (c.prefix.clone(), c.multiplier));
        let multiplier = self.multiplier(element, at).map_err(refuse)?;
        let call = Call {
            prefix: format!("{prefix}{}.", element.name),
            subcircuit: subcircuit.name.clone(),
            nodes: subcircuit.pins.iter().map(|p| p.to_lowercase()).zip(joined).collect(),
            multiplier: outer * multiplier,
            ..Call::default()
        };
        self.calls.push(call);
        self.call(subcircuit, self.calls.len() - 1, scope, depth + 1)
    }

    /// `m=` of an element.
    fn multiplier(&mut self, element: &Element, at: At) -> Result<f64, String> {
        match element.parameters.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case("m")) {
            Some((_, value)) => self.number(value, at),
            None => Ok(1.0),
        }
    }

    fn element(
        &mut self,
        kind: char,
        element: &'c Element,
        at: At,
        place: &Place,
    ) -> Result<(), String> {
        match kind {
            'r' => self.resistor(element, at, place),
            'c' => self.capacitor(element, at, place),
            'l' => {
                let note = format!("the inductance of `{}`", place.path);
                self.static_only.push(note);
                Ok(())
            }
            // A coupling of inductors does nothing to direct currents.
            'k' => Ok(()),
            'v' => {
                let drive = Drive::Plain(self.independent(element, at)?);
                self.force(element, at, drive)
            }
            'i' => {
                let drive = Drive::Plain(self.independent(element, at)?);
                self.between(BranchKind::Current, element, at, place, drive)
            }
            'e' | 'g' | 'f' | 'h' => {
                let drive = self.controlled(kind, element, at)?;
                if matches!(kind, 'e' | 'h') {
                    return self.force(element, at, drive);
                }
                let charge = sensed_charge(&drive);
                self.between(BranchKind::Current, element, at, place, drive)?;
                match charge {
                    Some(charge) => self.between(BranchKind::Charge, element, at, place, charge),
                    None => Ok(()),
                }
            }
            'b' => {
                let of = |name: &str| {
                    element.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))
                };
                if let Some((_, value)) = of("v") {
                    let drive = self.formula_of(value, at)?;
                    self.force(element, at, drive)
                } else if let Some((_, value)) = of("i") {
                    let drive = self.formula_of(value, at)?;
                    self.between(BranchKind::Current, element, at, place, drive)
                } else {
                    Err(String::from("a source states `V=` or `I=`"))
                }
            }
            'd' | 'q' | 'j' | 'z' | 'm' => self.device(kind, element, at, place),
            _ => Err(format!("elements `{}` are not evaluated", kind.to_ascii_uppercase())),
        }
    }

    /// Adds a flow between the first two nodes of an element.
    fn between(
        &mut self,
        kind: BranchKind,
        element: &Element,
        at: At,
        place: &Place,
        drive: Drive,
    ) -> Result<(), String> {
        let [from, to, ..] = element.fields.as_slice() else {
            return Err(String::from("it lacks a node"));
        };
        let (from, to) = (self.node_of(at, from), self.node_of(at, to));
        let outer = self.calls.get(at.call).map_or(1.0, |c| c.multiplier);
        let multiplier = outer * self.multiplier(element, at)?;
        self.flows.push(Flow { kind, from, to, drive, multiplier, element: place.clone() });
        Ok(())
    }

    /// Gives an edge, which is there already, its value.
    fn force(&mut self, element: &Element, at: At, drive: Drive) -> Result<(), String> {
        let name = element.name.to_lowercase();
        let index = self.calls.get(at.call).and_then(|c| c.edges.get(&name).copied());
        match index.and_then(|i| self.edges.get_mut(i)) {
            Some(edge) => {
                edge.drive = Some(drive);
                Ok(())
            }
            None => Err(String::from("it lacks a node")),
        }
    }

    fn resistor(&mut self, element: &Element, at: At, place: &Place) -> Result<(), String> {
        let mut laws: Vec<(String, Value)> = element.parameters.clone();
        let mut value = None;
        for field in element.fields.iter().skip(2) {
            match self.scopes.model(at.scope, field) {
                Some(card) => {
                    laws.extend(
                        card.parameters
                            .iter()
                            .filter(|(name, _)| {
                                !element
                                    .parameters
                                    .iter()
                                    .any(|(n, _)| n.eq_ignore_ascii_case(name))
                            })
                            .cloned(),
                    );
                }
                None => value = value.or(Some(Value::from(field.as_str()))),
            }
        }
        let of = |name: &str| laws.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        let value = value
            .or_else(|| ["r", "resistance"].iter().find_map(|n| of(n)).map(|(_, v)| v.clone()));
        let value = value.ok_or("it has no value")?;
        let laws: [Option<Value>; 3] = ["tc1", "tc2", "tc"].map(|n| of(n).map(|(_, v)| v.clone()));
        let drive = self.formula_of(&value, at)?;
        let [tc1, tc2, both] = laws;
        let mut rises = Vec::new();
        match (both, tc1, tc2) {
            (Some(both), _, _) => {
                for part in text(&both).split(',') {
                    rises.push(self.number(&Value::from(part), at)?);
                }
            }
            (None, first, second) => {
                for value in [first, second] {
                    rises.push(value.map_or(Ok(0.0), |v| self.number(&v, at))?);
                }
            }
        }
        let drive = match drive {
            Drive::Plain(value) => {
                // As simulators have it.
                let value = match value.known {
                    Some(0.0) => self.algebra.constant(1e-3),
                    _ => value,
                };
                Drive::Plain(self.risen(value, &rises))
            }
            other if rises.iter().all(|r| *r == 0.0) => other,
            _ => return Err(String::from("its value depends on the circuit and on temperature")),
        };
        self.between(BranchKind::Resistor, element, at, place, drive)
    }

    fn capacitor(&mut self, element: &Element, at: At, place: &Place) -> Result<(), String> {
        let by_charge = element.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case("q"));
        if let Some((_, value)) = by_charge {
            let drive = self.formula_of(value, at)?;
            return self.between(BranchKind::Charge, element, at, place, drive);
        }
        let stated = element.fields.get(2).map(|f| Value::from(f.as_str())).or_else(|| {
            let of =
                |name: &&str| element.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            ["c", "capacitance"].iter().find_map(of).map(|(_, v)| v.clone())
        });
        match self.formula_of(&stated.ok_or("it has no value")?, at)? {
            Drive::Plain(value) => {
                self.between(BranchKind::Charge, element, at, place, Drive::Capacitor(value))
            }
            _ => Err(String::from("a capacitance that depends on the circuit is not evaluated")),
        }
    }

    /// A number, a law of temperature, or else the formula itself.
    pub(super) fn formula_of(&mut self, value: &Value, at: At) -> Result<Drive, String> {
        let formula = match value {
            Value::Number(number) => return Ok(Drive::Plain(self.algebra.constant(*number))),
            Value::Text(text) => parsed(text)?,
        };
        match self.plain(&formula, at)? {
            Some(value) => Ok(Drive::Plain(value)),
            None => Ok(Drive::Formula(formula, at)),
        }
    }

    /// A number that cards and elements need before anything is evaluated.
    pub(super) fn number(&mut self, value: &Value, at: At) -> Result<f64, String> {
        let words = text(value);
        let plain = match value {
            Value::Number(number) => return Ok(*number),
            Value::Text(text) => self.plain(&parsed(text)?, at)?,
        };
        plain
            .and_then(|v| v.known)
            .filter(|v| v.is_finite())
            .ok_or_else(|| format!("`{words}` is no number before the circuit is solved"))
    }

    fn device(
        &mut self,
        kind: char,
        element: &'c Element,
        at: At,
        place: &Place,
    ) -> Result<(), String> {
        let least = if matches!(kind, 'd') { 2 } else { 3 };
        let fields = element.fields.iter().enumerate().skip(least);
        let found = fields.filter_map(|(i, f)| Some((i, self.scopes.model(at.scope, f)?))).next();
        let found = match found {
            Some(found) => Some(found),
            None => self.binned(element, least, at)?,
        };
        let Some((position, card)) = found else {
            let name = element.fields.get(least).map_or("", String::as_str);
            return Err(format!("the file holds no model `{name}`"));
        };
        let card = self.closed(card, at)?;
        let mut model = CardModel::of_card(card, self.library).map_err(|d| d.message)?;
        let own = model.passed_over.iter().map(|p| format!("{p} of `{}`", place.path));
        self.passed_over.extend(own);
        let mut nodes: Vec<usize> = Vec::new();
        for field in element.fields.iter().take(position) {
            nodes.push(self.node_of(at, field));
        }
        // The substrate of a bipolar transistor carries no current in these templates.
        if kind == 'q' {
            nodes.truncate(3);
        }
        if nodes.len() != model.template.pins.len() {
            let (given, has) = (nodes.len(), model.template.pins.len());
            return Err(format!(
                "{given} nodes are given, but `{}` has {has}",
                model.template.name
            ));
        }
        let mut multiplier = self.calls.get(at.call).map_or(1.0, |c| c.multiplier);
        let mut settings = element.parameters.clone();
        for field in element.fields.iter().skip(position + 1) {
            match field {
                word if word.eq_ignore_ascii_case("off") => {}
                number => settings.push(("area".into(), Value::from(number.as_str()))),
            }
        }
        for (name, value) in &settings {
            let lower = name.to_lowercase();
            if PASSED.contains(&lower.as_str()) {
                continue;
            }
            let number = self.number(value, at)?;
            if model.set_instance(name, number) {
                continue;
            }
            match lower.as_str() {
                "m" => multiplier *= number,
                // A larger junction is so many in parallel.
                "area" if matches!(kind, 'd' | 'q') => multiplier *= number,
                // What the template does not name its simulator may.
                _ if model.template.simulator.is_some() => {}
                _ => {
                    let template = &model.template.name;
                    return Err(format!("template `{template}` knows no `{name}` of the element"));
                }
            }
        }
        if let Some(simulator) = model.template.simulator.clone() {
            for (name, value) in &settings {
                let number = self.number(value, at)?;
                model.instance.push((name.clone(), number));
            }
            let name = model.template.name.clone();
            self.alone = Some((model, nodes));
            return Err(format!(
                "`{name}` is evaluated by {simulator}, and only as a device alone"
            ));
        }
        let template = model.pack_template(self.library).ok_or("its template is not in a pack")?;
        let inner: Vec<usize> = template
            .nodes
            .iter()
            .map(|n| {
                self.nodes.push(format!("{}.{n}", place.path.to_lowercase()));
                self.nodes.len() - 1
            })
            .collect();
        nodes.extend(inner);
        let index = self.devices.len();
        let device = Device::new(template, &model, nodes, self.unknowns);
        self.unknowns += u32::try_from(template.solves.len()).unwrap_or(0);
        for (number, branch) in template.branches.iter().enumerate() {
            let (from, to) = (device.node(branch.from), device.node(branch.to));
            if branch.kind == BranchKind::Resistor && device.known(branch.value) == Some(0.0) {
                let element = place.clone();
                let join = Edge { plus: from, minus: to, drive: None, forced: false, element };
                self.edges.push(join);
                continue;
            }
            // What flows in a mirror image flows the other way.
            let flips =
                device.mirrored && matches!(branch.kind, BranchKind::Current | BranchKind::Charge);
            let (from, to) = if flips { (to, from) } else { (from, to) };
            let drive = Drive::Device(index, number);
            let flow =
                Flow { kind: branch.kind, from, to, drive, multiplier, element: place.clone() };
            self.flows.push(flow);
        }
        self.devices.push(device);
        Ok(())
    }

    /// The model of a family, `NAME.0` and so on, whose ranges hold the size of the element.
    fn binned(
        &mut self,
        element: &'c Element,
        least: usize,
        at: At,
    ) -> Result<Option<(usize, &'c ModelCard)>, String> {
        let mut size = [None, None];
        for (slot, wanted) in size.iter_mut().zip(["l", "w"]) {
            let stated = element.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(wanted));
            *slot = stated.map(|(_, value)| self.number(value, at)).transpose()?;
        }
        let [Some(l), Some(w)] = size else { return Ok(None) };
        for (position, field) in element.fields.iter().enumerate().skip(least) {
            let mut any = false;
            for card in self.scopes.family(at.scope, field) {
                any = true;
                let mut ends = [0.0; 4];
                for (slot, name) in ends.iter_mut().zip(["lmin", "lmax", "wmin", "wmax"]) {
                    let stated = card.value(name).cloned().ok_or("a bin has no range")?;
                    *slot = self.number(&stated, at)?;
                }
                let [lmin, lmax, wmin, wmax] = ends;
                if (lmin..lmax).contains(&l) && (wmin..wmax).contains(&w) {
                    return Ok(Some((position, card)));
                }
            }
            if any {
                return Err(format!("no bin of `{field}` holds W = {w} and L = {l}"));
            }
        }
        Ok(None)
    }

    /// A card with numbers in the place of its formulas.
    fn closed(&mut self, card: &ModelCard, at: At) -> Result<ModelCard, String> {
        let mut card =
            crate::evaluate::with_bases(self.cards, card).map_err(|complaint| complaint.message)?;
        for (name, value) in &mut card.parameters {
            let is_formula = matches!(value, Value::Text(t) if t.starts_with(['{', '\'', '"']));
            if is_formula {
                let number = self.number(value, at).map_err(|r| format!("{name}: {r}"))?;
                *value = Value::Number(number);
            }
        }
        Ok(card)
    }
}

fn parsed(text: &str) -> Result<Formula, String> {
    Formula::parse(text).map_err(|e| {
        let word: String = text.chars().take(60).collect();
        format!("`{word}` is no formula: {}", e.reason)
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.trim_matches(['{', '}', '\'', '"']).into(),
    }
}
