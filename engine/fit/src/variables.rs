use crate::{Bounds, Evaluation, LeastSquares};
use espice_base::{Code, Diagnostic, Diagnostics, did_you_mean};

/// The scale in which a parameter is searched.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Working {
    /// The parameter itself.
    #[default]
    Linear,
    /// Its natural logarithm: for quantities that range over decades. Needs a positive range.
    Log,
    /// `ln((p - low) / (high - p))`: keeps the parameter strictly inside a finite range.
    Logit,
}

/// What a fit does with a parameter.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Role {
    /// It is searched.
    #[default]
    Free,
    /// It keeps its start.
    Fixed,
    /// It follows another parameter: `factor * other + offset`.
    Tied {
        /// Name of the other parameter, which is free or fixed.
        to: String,
        /// Factor.
        factor: f64,
        /// Offset in SI.
        offset: f64,
    },
}

/// One parameter of a model as the fit sees it. Values are raw, in SI.
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The scale in which it is searched.
    pub scale: Working,
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
    /// Where the search begins.
    pub start: f64,
    /// What the fit does with it.
    pub role: Role,
}

impl Variable {
    /// A free parameter on a linear scale without bounds.
    pub fn free(name: impl Into<String>, start: f64) -> Self {
        Variable {
            name: name.into(),
            scale: Working::Linear,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
            start,
            role: Role::Free,
        }
    }

    /// Sets the range.
    #[must_use]
    pub fn within(mut self, low: f64, high: f64) -> Self {
        (self.low, self.high) = (low, high);
        self
    }

    /// Searches in the logarithm.
    #[must_use]
    pub fn log(mut self) -> Self {
        self.scale = Working::Log;
        self
    }

    /// Searches in the logit of the range.
    #[must_use]
    pub fn logit(mut self) -> Self {
        self.scale = Working::Logit;
        self
    }

    /// Gives it another role.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The working value of a raw one.
    pub fn working(&self, raw: f64) -> f64 {
        match self.scale {
            Working::Linear => raw,
            Working::Log => raw.ln(),
            Working::Logit => ((raw - self.low) / (self.high - raw)).ln(),
        }
    }

    /// The raw value of a working one, never outside the range.
    pub fn raw(&self, working: f64) -> f64 {
        let raw = match self.scale {
            Working::Linear => working,
            Working::Log => working.exp(),
            Working::Logit => self.low + (self.high - self.low) / (1.0 + (-working).exp()),
        };
        if raw < self.low {
            self.low
        } else if raw > self.high {
            self.high
        } else {
            raw
        }
    }

    /// Derivative of the raw value by the working one, at a raw value.
    pub fn slope(&self, raw: f64) -> f64 {
        match self.scale {
            Working::Linear => 1.0,
            Working::Log => raw,
            Working::Logit => (raw - self.low) * (self.high - raw) / (self.high - self.low),
        }
    }

    /// The range in working values.
    fn working_range(&self) -> (f64, f64) {
        match self.scale {
            Working::Logit => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (self.working(self.low), self.working(self.high)),
        }
    }

    /// What is wrong with the declaration.
    fn check(&self) -> Option<Diagnostic> {
        let name = &self.name;
        let range = || format!("{} .. {}", show(self.low), show(self.high));
        if !self.start.is_finite() {
            let message = format!("the start of `{name}` is not a number");
            return Some(Diagnostic::error(Code::FIT_RANGE, message));
        }
        if self.role != Role::Free {
            return None;
        }
        if self.low.is_nan() || self.high.is_nan() || self.low >= self.high {
            let message = format!("the range {} of `{name}` holds nothing to search", range());
            return Some(
                Diagnostic::error(Code::FIT_RANGE, message)
                    .help("give a lower end below the upper one, or declare it fixed"),
            );
        }
        let fault = match self.scale {
            Working::Log if self.low <= 0.0 => "a log scale needs a range above zero",
            Working::Logit if !(self.high - self.low).is_finite() => {
                "a logit scale needs a finite range"
            }
            _ => return None,
        };
        let message = format!("`{name}` ranges over {}, but {fault}", range());
        Some(Diagnostic::error(Code::FIT_SCALE, message).help("change the range or the scale"))
    }
}

fn show(value: f64) -> String {
    espice_units::plain(value, 6)
}

/// The parameters of one fit, checked.
#[derive(Clone, PartialEq, Debug)]
pub struct Variables {
    all: Vec<Variable>,
    /// Raw indices of the free parameters, in order.
    free: Vec<usize>,
    /// `(target, source, factor, offset)` in raw indices.
    ties: Vec<(usize, usize, f64, f64)>,
    /// Raw indices whose derivatives are needed: the free ones, then ties to free ones.
    wanted: Vec<usize>,
}

impl Variables {
    /// Checks the declarations. Starts outside their range are moved into it and reported as
    /// warnings.
    ///
    /// # Errors
    /// One error for each parameter whose range, scale or tie can't be used.
    pub fn new(mut all: Vec<Variable>) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let mut ties = Vec::new();
        for (target, variable) in all.iter().enumerate() {
            diagnostics.extend(variable.check());
            let Role::Tied { to, factor, offset } = &variable.role else { continue };
            match all.iter().position(|v| v.name == *to && !matches!(v.role, Role::Tied { .. })) {
                Some(source) if source != target => ties.push((target, source, *factor, *offset)),
                _ => diagnostics.push(unknown_tie(&all, variable, to)),
            }
        }
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        for variable in all.iter_mut().filter(|v| v.role == Role::Free) {
            let moved = variable.start.max(variable.low).min(variable.high);
            if moved != variable.start {
                let message = format!(
                    "the start {} of `{}` lies outside {} .. {}",
                    show(variable.start),
                    variable.name,
                    show(variable.low),
                    show(variable.high)
                );
                let help = format!("the search begins at {}", show(moved));
                diagnostics.push(Diagnostic::warning(Code::FIT_START, message).help(help));
                variable.start = moved;
            }
            if variable.scale == Working::Logit {
                // The ends themselves are infinitely far away.
                let margin = 1e-3 * (variable.high - variable.low);
                variable.start =
                    variable.start.max(variable.low + margin).min(variable.high - margin);
            }
        }
        let free: Vec<usize> = (0..all.len()).filter(|&i| all[i].role == Role::Free).collect();
        let mut wanted = free.clone();
        wanted.extend(ties.iter().filter(|t| free.contains(&t.1)).map(|t| t.0));
        Ok((Variables { all, free, ties, wanted }, diagnostics))
    }

    /// All parameters in the order of the model.
    pub fn all(&self) -> &[Variable] {
        &self.all
    }

    /// The free parameters in the order of the working variables.
    pub fn free(&self) -> impl ExactSizeIterator<Item = &Variable> {
        self.free.iter().map(|&i| &self.all[i])
    }

    /// The raw index of a free parameter.
    pub fn index_of_free(&self, j: usize) -> Option<usize> {
        self.free.get(j).copied()
    }

    /// Raw indices of the parameters whose derivatives the model must give, in the order in
    /// which it gives them.
    pub fn wanted(&self) -> &[usize] {
        &self.wanted
    }

    /// The working values of the starts.
    pub fn start(&self) -> Vec<f64> {
        self.free().map(|v| v.working(v.start)).collect()
    }

    /// The working values of raw parameters in the order of the model.
    pub fn working(&self, raw: &[f64]) -> Vec<f64> {
        self.free.iter().filter_map(|&i| Some(self.all[i].working(*raw.get(i)?))).collect()
    }

    /// The ranges of the working values.
    pub fn bounds(&self) -> Bounds {
        let pairs: Vec<_> = self.free().map(Variable::working_range).collect();
        Bounds::of(&pairs)
    }

    /// All raw parameters at these working values.
    pub fn raw(&self, working: &[f64]) -> Vec<f64> {
        let mut raw = vec![0.0; self.all.len()];
        self.write_raw(working, &mut raw);
        raw
    }

    /// Writes all raw parameters at these working values.
    pub fn write_raw(&self, working: &[f64], raw: &mut [f64]) {
        for (slot, variable) in raw.iter_mut().zip(&self.all) {
            *slot = variable.start;
        }
        for (&i, w) in self.free.iter().zip(working) {
            raw[i] = self.all[i].raw(*w);
        }
        for &(target, source, factor, offset) in &self.ties {
            raw[target] = factor * raw[source] + offset;
        }
    }
}

fn unknown_tie(all: &[Variable], variable: &Variable, to: &str) -> Diagnostic {
    let message =
        format!("`{}` is tied to `{to}`, which is no free or fixed parameter", variable.name);
    let others = all.iter().filter(|v| !matches!(v.role, Role::Tied { .. }));
    let near = did_you_mean(to, others.map(|v| v.name.as_str()));
    Diagnostic::error(Code::FIT_TIE, message)
        .maybe_help(near.map(|n| format!("did you mean `{n}`?")))
}

/// A model in raw parameters.
pub trait RawModel {
    /// Number of residuals.
    fn residuals(&self) -> usize;

    /// Writes the weighted residuals at the raw parameters and, when asked, their derivatives:
    /// column `k` of the column-major matrix belongs to the parameter `wanted[k]`.
    fn evaluate(
        &mut self,
        raw: &[f64],
        residuals: &mut [f64],
        derivatives: Option<&mut [f64]>,
        wanted: &[usize],
    ) -> Evaluation;
}

/// A model searched in its working variables.
#[derive(Clone, Debug)]
pub struct Mapped<'a, M> {
    model: M,
    variables: &'a Variables,
    raw: Vec<f64>,
    derivatives: Vec<f64>,
}

impl<'a, M: RawModel> Mapped<'a, M> {
    /// Joins a model and its parameters.
    pub fn new(model: M, variables: &'a Variables) -> Self {
        let tied = variables.wanted.len() > variables.free.len();
        let room = if tied { variables.wanted.len() * model.residuals() } else { 0 };
        let raw = vec![0.0; variables.all.len()];
        Mapped { model, variables, raw, derivatives: vec![0.0; room] }
    }

    /// Gives the model back.
    pub fn into_model(self) -> M {
        self.model
    }
}

impl<M: RawModel> LeastSquares for Mapped<'_, M> {
    fn parameters(&self) -> usize {
        self.variables.free.len()
    }

    fn residuals(&self) -> usize {
        self.model.residuals()
    }

    fn evaluate(&mut self, x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) -> Evaluation {
        let v = self.variables;
        v.write_raw(x, &mut self.raw);
        let Some(jacobian) = jacobian else {
            return self.model.evaluate(&self.raw, r, None, &v.wanted);
        };
        let m = r.len();
        let done = if self.derivatives.is_empty() {
            self.model.evaluate(&self.raw, r, Some(&mut *jacobian), &v.wanted)
        } else {
            let done = self.model.evaluate(&self.raw, r, Some(&mut self.derivatives), &v.wanted);
            let own = jacobian.len();
            jacobian.copy_from_slice(&self.derivatives[..own]);
            for (k, target) in v.wanted.iter().enumerate().skip(v.free.len()) {
                let tie = v.ties.iter().find(|t| t.0 == *target);
                let Some(&(_, source, factor, _)) = tie else { continue };
                let Some(j) = v.free.iter().position(|i| *i == source) else { continue };
                let column = &self.derivatives[k * m..(k + 1) * m];
                crate::numeric::add_scaled(&mut jacobian[j * m..(j + 1) * m], factor, column);
            }
            done
        };
        for (j, &i) in
            v.free.iter().enumerate().filter(|(_, i)| v.all[**i].scale != Working::Linear)
        {
            let slope = v.all[i].slope(self.raw[i]);
            crate::numeric::column_mut(jacobian, m, j).iter_mut().for_each(|d| *d *= slope);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SplitMix;

    /// `r = a² + b c, a b, c` with all derivatives.
    struct Toy;
    impl RawModel for Toy {
        fn residuals(&self) -> usize {
            3
        }
        fn evaluate(
            &mut self,
            p: &[f64],
            r: &mut [f64],
            derivatives: Option<&mut [f64]>,
            wanted: &[usize],
        ) -> Evaluation {
            let (a, b, c) = (p[0], p[1], p[2]);
            r.copy_from_slice(&[a * a + b * c, a * b, c]);
            let all = [[2.0 * a, b, 0.0], [c, a, 0.0], [b, 0.0, 1.0]];
            for (k, column) in derivatives.into_iter().flat_map(|d| d.chunks_mut(3)).enumerate() {
                column.copy_from_slice(&all[wanted[k]]);
            }
            Evaluation::Done
        }
    }

    #[test]
    fn working_values_come_back_and_derivatives_follow() {
        let tied = Role::Tied { to: "a".into(), factor: 3.0, offset: 0.5 };
        let (variables, notes) = Variables::new(vec![
            Variable::free("a", 2e-3).within(1e-6, 1.0).log(),
            Variable::free("b", 0.3).within(-1.0, 2.0).logit(),
            Variable::free("c", 0.0).role(tied),
        ])
        .unwrap();
        assert!(notes.is_empty());
        let mut problem = Mapped::new(Toy, &variables);
        let mut random = SplitMix::new(3);
        for _ in 0..20 {
            let x = [-3.0 * random.unit(), random.normal()];
            let raw = variables.raw(&x);
            assert!((raw[2] - (3.0 * raw[0] + 0.5)).abs() < 1e-15);
            for (found, expected) in variables.working(&raw).iter().zip(x) {
                assert!((found - expected).abs() < 1e-12);
            }
            let (mut r, mut jacobian) = ([0.0; 3], [0.0; 6]);
            assert_eq!(problem.evaluate(&x, &mut r, Some(&mut jacobian)), Evaluation::Done);
            for j in 0..2 {
                let (mut up, mut down) = ([0.0; 3], [0.0; 3]);
                let mut moved = x;
                moved[j] += 1e-6;
                assert_eq!(problem.evaluate(&moved, &mut up, None), Evaluation::Done);
                moved[j] -= 2e-6;
                assert_eq!(problem.evaluate(&moved, &mut down, None), Evaluation::Done);
                for i in 0..3 {
                    let numeric = (up[i] - down[i]) / 2e-6;
                    assert!((numeric - jacobian[j * 3 + i]).abs() < 1e-8);
                }
            }
        }
    }

    #[test]
    fn wrong_declarations_are_named() {
        let wrong = [
            (Variable::free("a", 1.0).within(2.0, 1.0), "E0700"),
            (Variable::free("a", f64::NAN), "E0700"),
            (Variable::free("a", 1.0).within(0.0, 2.0).log(), "E0701"),
            (Variable::free("a", 1.0).logit(), "E0701"),
            (
                Variable::free("a", 1.0).role(Role::Tied {
                    to: "b".into(),
                    factor: 1.0,
                    offset: 0.0,
                }),
                "E0703",
            ),
        ];
        for (variable, code) in wrong {
            let errors = Variables::new(vec![variable]).unwrap_err().into_vec();
            assert_eq!(errors.iter().map(|d| d.code.as_str()).collect::<Vec<_>>(), [code]);
        }
        let (moved, notes) =
            Variables::new(vec![Variable::free("a", 5.0).within(0.0, 2.0)]).unwrap();
        assert_eq!((moved.start(), notes.len()), (vec![2.0], 1));
    }
}
