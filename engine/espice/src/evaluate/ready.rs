//! A device made ready: its values and derivatives at any number of points, again and again, from
//! any number of threads, without the engine that it came from.

use super::EvaluatedParameter;
use crate::engine::Engine;
use crate::wire::finite;
use espice_base::{Code, Diagnostic, Diagnostics, Place};
use espice_model::{Column, Evaluator, Kernel};
use espice_netlist::dialect;
use espice_units::constants::TNOM;

/// A card or a template, ready to be evaluated. Cheap to clone; may be shared among threads.
///
/// ```
/// use espice::{Config, Engine};
/// use espice_base::{Date, MemoryWorld};
/// use espice_model::{Bias, Kelvin, Output, Workspace};
///
/// let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
/// let (engine, _) = Engine::new(&world, Config::default());
/// let diode = engine.ready_template("junction_diode", None).expect("a built-in template");
/// let column = diode.column("I(a)").expect("a pin of it");
/// let kernel = diode.kernel(&[column]).expect("it has equations");
/// let (anode, cathode) = ([0.5, 0.6, 0.7], [0.0; 3]);
/// let bias = Bias { volts: &[&anode, &cathode], kelvin: Kelvin::Uniform(300.15) };
/// let mut output = Output::default();
/// kernel.run(diode.values(), bias, &mut Workspace::default(), &mut output);
/// let current = kernel.column(&output, column).expect("asked for");
/// assert!(current[2] > 10.0 * current[1] && current[1] > 10.0 * current[0]);
/// ```
#[derive(Clone, Debug)]
pub struct ReadyDevice {
    name: String,
    polarity: String,
    pins: Vec<String>,
    values: Vec<f64>,
    stated: Vec<bool>,
    evaluator: Evaluator,
    static_only: Vec<String>,
}

impl Engine<'_> {
    /// Makes a device of a card file ready: the model or subcircuit of this name, or the only
    /// one. `instance` are parameters of its element's line, as cards write them.
    ///
    /// `None` comes with an error: a file that cannot be read, no such model, no equations for it.
    pub fn ready_card(
        &mut self,
        path: &str,
        dialect_name: Option<&str>,
        model: Option<&str>,
        instance: &[(String, String)],
    ) -> (Option<ReadyDevice>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let name = dialect_name.unwrap_or("ngspice");
        let Some(dialect) = dialect(name) else {
            let message = format!("there is no dialect `{name}`");
            diagnostics.push(Diagnostic::error(Code::UNKNOWN_DIALECT, message));
            return (None, diagnostics);
        };
        let Some((file, text)) = self.text_of(path, &mut diagnostics) else {
            return (None, diagnostics);
        };
        let (cards, _) = dialect.read(&text, file);
        let (chosen, words) = self.card_model_in(&cards, Some((file, &text)), model, instance);
        diagnostics.extend(words.into_iter().map(|d| match d.place() {
            Some(_) => d,
            None => d.at(Place::File(file)),
        }));
        let Some(chosen) = chosen else { return (None, diagnostics) };
        if !chosen.is_evaluated() {
            let message = format!("only a simulator has the equations of `{}`", chosen.name);
            diagnostics.push(Diagnostic::error(Code::SIMULATED_WITHOUT_SIMULATOR, message));
            return (None, diagnostics);
        }
        let base = chosen.device.parts.first().map(|part| &part.card);
        let made = self.evaluator(&chosen.template, chosen.nominal, base, &chosen.instance);
        let device = made.map(|(evaluator, _)| ReadyDevice {
            name: chosen.name.clone(),
            polarity: chosen.polarity_word().into(),
            pins: chosen.pins().to_vec(),
            values: chosen.values.clone(),
            stated: chosen.stated.clone(),
            evaluator: evaluator.of_polarity(chosen.polarity),
            static_only: chosen.static_only.clone(),
        });
        match device {
            Ok(device) => (Some(device), diagnostics),
            Err(complaint) => {
                diagnostics.push(complaint);
                (None, diagnostics)
            }
        }
    }

    /// Makes a template ready, with its parameters at their defaults; its first polarity unless
    /// another is named.
    ///
    /// # Errors
    /// No pack has a template of a device of this name, it has no such polarity, or no equations.
    pub fn ready_template(
        &self,
        name: &str,
        polarity: Option<&str>,
    ) -> Result<ReadyDevice, Diagnostic> {
        let found = self.library.template(name).filter(|t| !t.pins.is_empty());
        let Some(template) = found else {
            let message = format!("no pack has a template `{name}` of a device");
            return Err(Diagnostic::error(Code::NO_TEMPLATE_FOR_KIND, message));
        };
        let index = match polarity {
            None => 0,
            Some(word) => template.polarity(word).ok_or_else(|| {
                let message = format!("`{name}` has no polarity `{word}`");
                let known = template.polarities.join(", ");
                Diagnostic::error(Code::POLARITY_NOT_STATED, message)
                    .help(format!("state one of {known}"))
            })?,
        };
        let (evaluator, _) = self.evaluator(template, TNOM, None, &[])?;
        Ok(ReadyDevice {
            name: template.name.clone(),
            polarity: template.polarities.get(index).cloned().unwrap_or_default(),
            pins: template.pins.clone(),
            values: template.defaults(),
            stated: vec![false; template.parameters.len()],
            evaluator: evaluator.of_polarity(index),
            static_only: Vec::new(),
        })
    }
}

impl ReadyDevice {
    /// Name of the model or of the template.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name of the template that has the equations.
    pub fn template(&self) -> &str {
        &self.evaluator.template().name
    }

    /// The polarity; empty for devices without.
    pub fn polarity(&self) -> &str {
        &self.polarity
    }

    /// Names of the terminals, in the order of the first columns of potentials.
    pub fn pins(&self) -> &[String] {
        &self.pins
    }

    /// How many columns of potentials a kernel takes: one for each terminal and, for a subcircuit
    /// that looks at the ground, one more that is 0 V.
    pub fn columns_of_volts(&self) -> usize {
        self.evaluator.template().pins.len()
    }

    /// The parameters in the order of [`ReadyDevice::values`].
    pub fn parameters(&self) -> Vec<EvaluatedParameter> {
        let of = self.evaluator.template().parameters.iter();
        of.zip(self.values.iter().zip(&self.stated))
            .map(|(p, (value, stated))| EvaluatedParameter {
                name: p.name.clone(),
                value: finite(*value),
                unit: p.dimension.to_string(),
                stated: *stated,
            })
            .collect()
    }

    /// What evaluates it: kernels for currents, charges and small signals at the pins, measurements
    /// of quantities, circuits around it. Where a simulator has the equations, that answers.
    pub fn evaluator(&self) -> &Evaluator {
        &self.evaluator
    }

    /// The values of all parameters, SI, as kernels take them.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Why its charges are not those of the whole device, in words; empty where they are.
    pub fn static_only(&self) -> &[String] {
        &self.static_only
    }

    /// Compiles columns.
    ///
    /// # Errors
    /// The network has no meaning for one of them.
    pub fn kernel(&self, columns: &[Column]) -> Result<Kernel, Diagnostic> {
        self.evaluator.kernel_of(columns)
    }

    /// The column of a name: `I(d)` and `Q(d)`, current into a pin and charge; `G(d,g)` and
    /// `C(d,g)`, conductance dI(d)/dV(g) and capacitance; `dI(d)/dV(g)`, `dQ(d)/dV(g)`,
    /// `dI(d)/dT`, `dQ(d)/dT`, and `dI(d)/dVTO`, `dQ(d)/dVTO` by a parameter.
    pub fn column(&self, name: &str) -> Option<Column> {
        let pin = |word: &str| self.pins.iter().position(|p| p == word.trim());
        let inner = |text: &'_ str, letter: char| -> Option<String> {
            let text = text.trim().strip_prefix(letter)?.trim().strip_prefix('(')?;
            Some(text.strip_suffix(')')?.to_string())
        };
        let Some(fraction) = name.trim().strip_prefix('d').filter(|n| n.contains('/')) else {
            if let Some(word) = inner(name, 'I') {
                return Some(Column::Current(pin(&word)?));
            }
            if let Some(word) = inner(name, 'Q') {
                return Some(Column::Charge(pin(&word)?));
            }
            let of_pair = |letter| {
                let pair = inner(name, letter)?;
                let (a, b) = pair.split_once(',')?;
                Some((pin(a)?, pin(b)?))
            };
            let conductance = of_pair('G').map(|(a, b)| Column::Conductance(a, b));
            return conductance.or_else(|| of_pair('C').map(|(a, b)| Column::Capacitance(a, b)));
        };
        let (above, below) = fraction.split_once('/')?;
        let below = below.trim().strip_prefix('d')?;
        let (is_charge, a) = match inner(above, 'I') {
            Some(word) => (false, pin(&word)?),
            None => (true, pin(&inner(above, 'Q')?)?),
        };
        if let Some(b) = inner(below, 'V').and_then(|word| pin(&word)) {
            let by = if is_charge { Column::ChargeByVoltage } else { Column::Conductance };
            return Some(by(a, b));
        }
        if below == "T" {
            let by =
                if is_charge { Column::ChargeByTemperature } else { Column::CurrentByTemperature };
            return Some(by(a));
        }
        let parameter =
            self.evaluator.template().parameters.iter().position(|p| p.name == below)?;
        let by = if is_charge { Column::ChargeByParameter } else { Column::CurrentByParameter };
        Some(by(a, parameter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use espice_base::{Date, MemoryWorld};
    use espice_model::{Bias, Kelvin, Output, Workspace};

    fn world() -> MemoryWorld {
        MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
            .with("d.lib", ".model d1 D(IS=1e-14 N=1 RS=0)\n.model p1 PMOS(LEVEL=3 VTO=-1 KP=1m)\n")
    }

    #[test]
    fn names_of_columns_mean_what_they_say() {
        let world = world();
        let (engine, _) = Engine::new(&world, Config::default());
        let device = engine.ready_template("junction_diode", None).unwrap();
        let is = device.parameters().iter().position(|p| p.name == "IS").unwrap();
        for (name, wanted) in [
            ("I(a)", Some(Column::Current(0))),
            ("Q(k)", Some(Column::Charge(1))),
            ("G(a,k)", Some(Column::Conductance(0, 1))),
            ("C(a, a)", Some(Column::Capacitance(0, 0))),
            ("dI(a)/dV(k)", Some(Column::Conductance(0, 1))),
            ("dQ(a)/dV(a)", Some(Column::ChargeByVoltage(0, 0))),
            ("dI(k)/dT", Some(Column::CurrentByTemperature(1))),
            ("dI(a)/dIS", Some(Column::CurrentByParameter(0, is))),
            ("dQ(a)/dIS", Some(Column::ChargeByParameter(0, is))),
            ("I(x)", None),
            ("dI(a)/dNONE", None),
            ("dI(a)", None),
            ("", None),
            ("dI(a)/V(k)", None),
        ] {
            assert_eq!(device.column(name), wanted, "{name}");
        }
    }

    #[test]
    fn a_card_has_its_own_values_and_its_polarity() {
        let world = world();
        let (mut engine, _) = Engine::new(&world, Config::default());
        let (device, told) = engine.ready_card("d.lib", None, Some("p1"), &[]);
        let device = device.unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!((device.name(), device.pins().len()), ("p1", 4));
        let kernel = device.kernel(&[Column::Current(0)]).unwrap();
        let volts = [[-3.0], [-3.0], [0.0], [0.0]];
        let views: Vec<&[f64]> = volts.iter().map(<[f64; 1]>::as_slice).collect();
        let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(300.15) };
        let mut output = Output::default();
        kernel.run(device.values(), bias, &mut Workspace::default(), &mut output);
        // A p-channel transistor that is on lets current out of its drain.
        assert!(kernel.column(&output, Column::Current(0)).unwrap()[0] < -1e-4);
        let (none, told) = engine.ready_card("d.lib", None, None, &[]);
        assert!(none.is_none() && told.has_errors());
        assert!(engine.ready_card("none.lib", None, None, &[]).1.has_errors());
        assert!(engine.ready_template("junction_diode", Some("npn")).is_err());
        assert!(engine.ready_template("none", None).is_err());
    }
}
