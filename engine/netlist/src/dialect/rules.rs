/// The parameters that a simulator's model accepts.
#[derive(Debug)]
pub struct ParameterSet {
    /// Device types as cards write them, upper case.
    pub(crate) device_types: &'static [&'static str],
    /// The levels that this holds for; a card without a level is the first of the set that
    /// lists its device type first.
    pub(crate) levels: &'static [u32],
    /// Parameter names in lower case, separated by blanks.
    pub(crate) names: &'static str,
    /// Words without a value in lower case, separated by blanks.
    pub(crate) flags: &'static str,
    /// Second names of parameters in lower case, as `second=first`, separated by blanks.
    pub(crate) aliases: &'static str,
}

impl ParameterSet {
    /// Every parameter name, in lower case.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.split_ascii_whitespace()
    }

    /// Whether a parameter is known, case ignored.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// The first name of a parameter that may go by several, in lower case.
    pub fn canonical(&self, name: &str) -> String {
        let name = name.to_ascii_lowercase();
        let pairs = self.aliases.split_ascii_whitespace().filter_map(|a| a.split_once('='));
        let first = pairs.filter(|(second, _)| *second == name).map(|(_, first)| first).next();
        first.map_or(name, String::from)
    }

    /// Whether a word without a value is known, case ignored.
    pub fn has_flag(&self, word: &str) -> bool {
        self.flags.split_ascii_whitespace().any(|f| f.eq_ignore_ascii_case(word))
    }
}

/// How controlled sources write their expressions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sources {
    /// The temperature of the circuit in °C.
    pub temperature: &'static str,
    /// Whether a choice is `if(c,a,b)` instead of `(c)?(a):(b)`.
    pub(crate) choice_is_a_function: bool,
}

impl Sources {
    /// A choice by a comparison.
    pub fn choose(&self, question: &str, then: &str, otherwise: &str) -> String {
        if self.choice_is_a_function {
            format!("if({question},{then},{otherwise})")
        } else {
            format!("(({question})?({then}):({otherwise}))")
        }
    }
}

/// What tells dialects of the SPICE family apart.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The dialect's name.
    pub(crate) name: &'static str,
    /// The simulator as messages call it.
    pub(crate) simulator: &'static str,
    /// Longest line that is written, in characters, where a statement can be broken.
    pub(crate) width: usize,
    /// Whether `$` after a blank begins a comment.
    pub(crate) dollar_comments: bool,
    /// Whether `//` begins a comment.
    pub(crate) slash_comments: bool,
    /// Whether `4k7` means 4700.
    pub(crate) infix_scale: bool,
    /// Words about the part that other simulators' cards carry as parameters (`mfg=…`); where
    /// this simulator refuses them they are written as comments. Lower case, by blanks.
    pub(crate) remarks: &'static str,
    /// Expressions of controlled sources.
    pub(crate) sources: Sources,
    /// Parameter knowledge.
    pub(crate) parameters: &'static [ParameterSet],
}

impl Rules {
    /// The parameter set of a device type at a level, where it is on record.
    pub(crate) fn parameters(
        &self,
        device_type: &str,
        level: Option<u32>,
    ) -> Option<&'static ParameterSet> {
        let mut of_type = self
            .parameters
            .iter()
            .filter(|s| s.device_types.iter().any(|t| t.eq_ignore_ascii_case(device_type)));
        match level {
            None => of_type.next(),
            Some(level) => of_type.find(|s| s.levels.contains(&level)),
        }
    }

    /// Whether a parameter is a remark about the part that this simulator refuses.
    pub(crate) fn is_remark(&self, name: &str) -> bool {
        self.remarks.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(name))
    }

    /// Whether a name can stand for a model or a subcircuit.
    pub(crate) fn is_legal_name(&self, name: &str) -> bool {
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(legal)
    }
}
