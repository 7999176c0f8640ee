use espice_facts::Conditions;

/// What rules may ask about a fitted or given model. The facade implements it; the language
/// knows nothing else of fits and evaluators.
pub trait Quantities {
    /// The template's name.
    fn template(&self) -> &str;

    /// A parameter's value in SI; `None` when the template has no such parameter.
    fn parameter(&self, name: &str) -> Option<f64>;

    /// A quantity at conditions, in SI: `IF` at `VF = 0.7 V`. Temperature symbols among the
    /// conditions (TJ before Tcase before Tamb) set the device temperature.
    ///
    /// `None` when the kind has no way to measure it at these conditions; NaN when the solver
    /// found no answer.
    fn value(&self, symbol: &str, conditions: &Conditions) -> Option<f64>;

    /// [`Quantities::value`] for many conditions at once; an implementation may batch.
    fn values(&self, symbol: &str, conditions: &[Conditions]) -> Vec<Option<f64>> {
        conditions.iter().map(|c| self.value(symbol, c)).collect()
    }
}
