//! Prompts: the jobs that people ask agents for, told so that the tools are used well.

use rmcp::model::{
    ErrorData, GetPromptRequestParams, GetPromptResult, Prompt, PromptArgument, PromptMessage, Role,
};

/// A prompt: `{name}` in its text stands for an argument.
struct Told {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    /// Name, what it is, whether it must be given.
    arguments: &'static [(&'static str, &'static str, bool)],
    text: &'static str,
}

const PROMPTS: [Told; 4] = [
    Told {
        name: "author-a-rule",
        title: "Write a rule for a pack",
        about: "From a requirement in plain words to a rule that checks and has tests",
        arguments: &[
            ("kind", "Kind of device, such as diode", true),
            ("requirement", "What must hold, in plain words", true),
            ("parameter", "Quantity or parameter that it is about, such as VF", false),
            ("foundry", "Pack that the rule shall belong to", false),
        ],
        text: "\
Write an espice rule for devices of the kind `{kind}` that holds this requirement: {requirement}
{parameter} {foundry}

1. Ask tool.find for rules like it, and read the nearest ones as resources espice://rule/NAME.
2. Ask pack.list for quantities and symbols of the kind; use their names.
3. Write the rule with `check`, `say`, `because`, named limits with units, and two tests: one model \
or set of data right inside the limit, one right outside.
4. Run pack.check and pack.test with the pack in `files`, and mend what they tell, until the check is \
sound and both tests pass. Show the rule, its tests and what was checked.",
    },
    Told {
        name: "explain-rejection",
        title: "Explain why a model or a rule was rejected",
        about: "From a verdict to its cause in the data",
        arguments: &[
            ("source", "Path of the source", true),
            ("rule", "The rule that failed; the gravest of all unless said", false),
        ],
        text: "\
Explain why `{source}` was rejected. {rule}

1. Run model.make on the source and read verdict.findings, candidates and diagnostics.
2. For the rule in question (the first failed one of severity error where none is named) run \
rule.explain with the source and why_not true.
3. Say in plain words what the rule demands and why, what the data say and where they say it (page, \
box or line), and the smallest change that would turn the verdict. Tell a misread value from a device \
that really breaks the rule: look at the status and the confidence of what was extracted.",
    },
    Told {
        name: "fit-from-datasheet",
        title: "Make a model from a datasheet",
        about: "From a PDF to a card, with what can be trusted and what cannot",
        arguments: &[
            ("source", "Path of the datasheet", true),
            ("part", "The part, of a sheet for several", false),
            ("kind", "Kind of device, where the sheet leaves it open", false),
            ("template", "Device model to fit, in place of the best", false),
        ],
        text: "\
Make a SPICE model from the datasheet `{source}`. {part} {kind} {template}

1. Run datasheet.extract. If the sheet speaks of several parts and none is named, ask which one is \
meant. Say what was refused and what is for review.
2. Run model.make. If no candidate survived, say why from candidates and verdict, and stop there.
3. Show the card, the rated points with their errors, and in plain words what the data could not \
identify (fit.unidentified, parameters that are not identified or at a bound). Never present a value \
that is only a default as if it had been measured.",
    },
    Told {
        name: "review-pack",
        title: "Review a pack of rules",
        about: "What is wrong with a pack, what its tests leave open",
        arguments: &[("path", "Folder of the pack", true)],
        text: "\
Review the espice pack in `{path}`.

1. Run pack.check; every diagnostic has a page under espice://diagnostic/CODE.
2. Run pack.test and read what failed.
3. For each rule read rule.explain: is the reason a reason, is the limit sourced, does the message \
show the value, is there a test on each side of each limit?
4. Report by gravity: what is wrong, what is untested, what will trouble the next reader. Propose texts \
that pack.check accepts.",
    },
];

/// All prompts, by name.
pub(crate) fn all() -> Vec<Prompt> {
    let argument = |(name, about, required): &(&str, &str, bool)| {
        PromptArgument::new(*name).with_description(*about).with_required(*required)
    };
    let prompt = |told: &Told| {
        let arguments = told.arguments.iter().map(argument).collect();
        Prompt::new(told.name, Some(told.about), Some(arguments)).with_title(told.title)
    };
    PROMPTS.iter().map(prompt).collect()
}

/// A prompt with its arguments put in.
///
/// # Errors
/// There is no such prompt, or an argument that it needs is missing.
pub(crate) fn get(request: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
    let Some(told) = PROMPTS.iter().find(|p| p.name == request.name) else {
        let message = format!("there is no prompt `{}`", request.name);
        return Err(ErrorData::invalid_params(message, None));
    };
    let mut text = String::from(told.text);
    for (name, about, required) in told.arguments {
        let given = request.arguments.as_ref().and_then(|a| a.get(*name)).and_then(|v| v.as_str());
        let given = given.filter(|v| !v.trim().is_empty());
        let words = match (given, required) {
            (Some(value), true) => value.to_string(),
            (Some(value), false) => format!("The {name} is `{value}`."),
            (None, false) => String::new(),
            (None, true) => {
                let message = format!("`{}` needs `{name}`: {about}", told.name);
                return Err(ErrorData::invalid_params(message, None));
            }
        };
        text = text.replace(&format!("{{{name}}}"), &words);
    }
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(told.about))
}
