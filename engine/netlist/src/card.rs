/// The value of a parameter.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A number; card units are those of the simulator (SI for all but a few parameters, TNOM
    /// in °C).
    Number(f64),
    /// Text as the card writes it, with its braces or quotes: an expression such as `{2*r}`,
    /// a word such as `silicon`. It is passed on, never evaluated.
    Text(String),
}

impl Value {
    /// The number, when it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(v) => Some(*v),
            Value::Text(_) => None,
        }
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Number(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(String::from(text))
    }
}

/// Parameters in the order of the card. Names keep their spelling and compare without case.
pub type Parameters = Vec<(String, Value)>;

/// A `.model NAME TYPE (…)` card.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ModelCard {
    /// The model's name.
    pub name: String,
    /// The simulator's device type, upper case: `D`, `NPN`, `NMOS`, `VDMOS`.
    pub device_type: String,
    /// The model that this one starts from (`ako:NAME` in cards).
    pub base: Option<String>,
    /// The model level, where the card states one.
    pub level: Option<u32>,
    /// Words without a value, such as `Nchan`, in the order given.
    pub flags: Vec<String>,
    /// Parameters in the order given.
    pub parameters: Parameters,
}

impl ModelCard {
    /// A card without parameters.
    pub fn new(name: impl Into<String>, device_type: impl Into<String>) -> Self {
        let device_type = device_type.into().to_ascii_uppercase();
        ModelCard { name: name.into(), device_type, ..Default::default() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a word without a value.
    #[must_use]
    pub fn flag(mut self, word: impl Into<String>) -> Self {
        self.flags.push(word.into());
        self
    }

    /// Sets the level.
    #[must_use]
    pub fn at_level(mut self, level: u32) -> Self {
        self.level = Some(level);
        self
    }

    /// The value of a parameter; where a card repeats one, the last counts, as in simulators.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The number of a parameter; `None` where it is missing or an expression.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name).and_then(Value::number)
    }

    /// Every parameter that is a number, in order.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, f64)> {
        self.parameters.iter().filter_map(|(n, v)| v.number().map(|x| (n.as_str(), x)))
    }

    /// Whether a flag is set, case ignored.
    pub fn has_flag(&self, word: &str) -> bool {
        self.flags.iter().any(|f| f.eq_ignore_ascii_case(word))
    }
}

/// An element line such as `D1 a k dmod area=2`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Element {
    /// The name, whose first letter tells the kind.
    pub name: String,
    /// Nodes, model names, values and function calls in their order, as written; one field may
    /// hold blanks inside brackets, as `PULSE(0 1 1n)` does.
    pub fields: Vec<String>,
    /// What follows as `name=value`.
    pub parameters: Parameters,
}

impl Element {
    /// An element with its fields.
    pub fn new<I>(name: impl Into<String>, fields: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Element {
            name: name.into(),
            fields: fields.into_iter().map(Into::into).collect(),
            parameters: Vec::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }
}

/// A `.subckt` definition.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Subcircuit {
    /// Its name.
    pub name: String,
    /// Its terminals in order.
    pub pins: Vec<String>,
    /// Parameters with their defaults.
    pub parameters: Parameters,
    /// What stands inside.
    pub items: Vec<Item>,
}

/// One statement of a library.
#[derive(Clone, PartialEq, Debug)]
pub enum Item {
    /// A comment line, without its sign.
    Comment(String),
    /// A `.model` card.
    Model(ModelCard),
    /// A `.subckt` definition.
    Subcircuit(Subcircuit),
    /// An element line.
    Element(Element),
    /// A `.param` line.
    Parameters(Parameters),
    /// Any other statement as one line of text, such as `.func` or `.include`; passed on.
    Raw(String),
}

/// A library: what a `.lib` file holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Library {
    /// The comment lines at its beginning, without their sign.
    pub header: Vec<String>,
    /// The statements in order; the first is not a comment (that would be header).
    pub items: Vec<Item>,
}

impl Library {
    /// A library of one card under its provenance.
    pub fn of_model(origin: &Origin, card: ModelCard) -> Self {
        Library { header: origin.lines(), items: vec![Item::Model(card)] }
    }

    /// Every model, those inside subcircuits too, in the order of the text.
    pub fn models(&self) -> Vec<&ModelCard> {
        let mut found = Vec::new();
        walk(&self.items, &mut |item| {
            if let Item::Model(m) = item {
                found.push(m);
            }
        });
        found
    }

    /// Every subcircuit, nested ones too, in the order of the text.
    pub fn subcircuits(&self) -> Vec<&Subcircuit> {
        let mut found = Vec::new();
        walk(&self.items, &mut |item| {
            if let Item::Subcircuit(s) = item {
                found.push(s);
            }
        });
        found
    }

    /// The first model of this name, case ignored.
    pub fn model(&self, name: &str) -> Option<&ModelCard> {
        self.models().into_iter().find(|m| m.name.eq_ignore_ascii_case(name))
    }
}

/// Where a card comes from: the header that every emitted file carries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// The part.
    pub part: String,
    /// The version of espice.
    pub version: String,
    /// The template's full name.
    pub template: String,
    /// Pack names with their digests, in the order of loading.
    pub packs: Vec<(String, String)>,
    /// Further lines, such as what was not checked.
    pub notes: Vec<String>,
}

impl Origin {
    /// The header lines, without a comment sign.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{}: model made by espice {}", self.part, self.version),
            format!("template {}", self.template),
        ];
        lines.extend(self.packs.iter().map(|(name, digest)| format!("pack {name} {digest}")));
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

fn walk<'a>(items: &'a [Item], visit: &mut impl FnMut(&'a Item)) {
    // Reading bounds the nesting, so the recursion is shallow.
    for item in items {
        visit(item);
        if let Item::Subcircuit(s) = item {
            walk(&s.items, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_repeated_parameter_counts() {
        let card = ModelCard::new("x", "d").with("CJO", 1e-12).with("N", "{n}").with("cjo", 2e-12);
        assert_eq!(card.number("Cjo"), Some(2e-12));
        assert_eq!((card.number("N"), card.value("n")), (None, Some(&Value::from("{n}"))));
        assert_eq!(card.numbers().count(), 2);
        assert_eq!(card.device_type, "D");
    }

    #[test]
    fn models_inside_subcircuits_are_found() {
        let inner = Subcircuit {
            name: "s".into(),
            items: vec![Item::Model(ModelCard::new("inner", "D"))],
            ..Default::default()
        };
        let library = Library {
            header: Vec::new(),
            items: vec![Item::Subcircuit(inner), Item::Model(ModelCard::new("outer", "NPN"))],
        };
        assert_eq!(library.models().len(), 2);
        assert_eq!(library.model("OUTER").map(|m| m.device_type.as_str()), Some("NPN"));
    }
}
