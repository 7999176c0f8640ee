//! The statements of the language: where each may stand, the rule that reads it, the block that
//! it opens, and how it is written.

use crate::rules::Rule;

/// Where a statement stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Context {
    File,
    Symbol,
    Kind,
    Reading,
    Curve,
    Function,
    Template,
    Circuit,
    Recipe,
    Stage,
    Card,
    Part,
    Rule,
    Override,
    Waiver,
    Select,
    Test,
    Case,
    Data,
    Sweep,
    Model,
}

impl Context {
    /// The place in words, as in "`x` is no statement of a rule".
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Context::File => "a file",
            Context::Symbol => "a symbol",
            Context::Kind => "a kind",
            Context::Reading => "a reading",
            Context::Curve => "a curve of a reading",
            Context::Function => "a function",
            Context::Template => "a template",
            Context::Circuit => "a circuit",
            Context::Recipe => "a recipe",
            Context::Stage => "a stage",
            Context::Card => "a card",
            Context::Part => "a part",
            Context::Rule => "a rule",
            Context::Override => "an override",
            Context::Waiver => "a waiver",
            Context::Select => "a select block",
            Context::Test => "a test",
            Context::Case => "a case of a test",
            Context::Data => "given data",
            Context::Sweep => "a sweep",
            Context::Model => "a given model",
        }
    }

    /// The statements that may stand here.
    pub(crate) fn forms(self) -> &'static [Form] {
        match self {
            Context::File => ITEMS,
            Context::Symbol => SYMBOL,
            Context::Kind => KIND,
            Context::Reading => READING,
            Context::Curve => CURVE,
            Context::Function => FUNCTION,
            Context::Template => TEMPLATE,
            Context::Circuit => CIRCUIT,
            Context::Recipe => RECIPE,
            Context::Stage => STAGE,
            Context::Card => CARD,
            Context::Part => PART,
            Context::Rule => RULE,
            Context::Override => OVERRIDE,
            Context::Waiver => WAIVER,
            Context::Select => SELECT,
            Context::Test => TEST,
            Context::Case => CASE,
            Context::Data => DATA,
            Context::Sweep => SWEEP,
            Context::Model => MODEL,
        }
    }

    /// The form that starts with a word, else the form without one of its own.
    pub(crate) fn form(self, word: &str) -> Option<&'static Form> {
        let find = |w: &str| self.forms().iter().find(|f| f.word == w);
        find(word).filter(|f| !f.word.is_empty()).or_else(|| find(""))
    }
}

/// Whether a statement has a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Body {
    None,
    Optional(Context),
    Required(Context),
}

/// One kind of statement.
#[derive(Debug)]
pub(crate) struct Form {
    /// Its first word; empty when it starts with a name.
    pub(crate) word: &'static str,
    /// The rule that reads it.
    pub(crate) rule: Rule,
    /// Its block.
    pub(crate) body: Body,
    /// Whether it may stand only once in its block.
    pub(crate) once: bool,
    /// How it is written.
    pub(crate) usage: &'static str,
}

const fn form(word: &'static str, rule: Rule, usage: &'static str) -> Form {
    Form { word, rule, body: Body::None, once: false, usage }
}

const fn once(word: &'static str, rule: Rule, usage: &'static str) -> Form {
    Form { word, rule, body: Body::None, once: true, usage }
}

const fn block(word: &'static str, rule: Rule, body: Context, usage: &'static str) -> Form {
    Form { word, rule, body: Body::Required(body), once: false, usage }
}

const LET: Form = form("let", Rule::let_statement, "let NAME = VALUE");
const BECAUSE: Form = once("because", Rule::text_statement, "because \"…\"");

/// The word of a statement that files and items may hold.
pub(crate) const ALLOW: &str = "allow";

const ALLOWED: Form = form(ALLOW, Rule::allow_statement, "allow LINT because \"…\"");

const ITEMS: &[Form] = &[
    Form {
        word: "symbol",
        rule: Rule::symbol_item,
        body: Body::Optional(Context::Symbol),
        once: false,
        usage: "symbol NAME : UNIT \"name in prose\" { … }",
    },
    block("kind", Rule::kind_item, Context::Kind, "kind NAME \"name in prose\" { … }"),
    block("reading", Rule::reading_item, Context::Reading, "reading NAME for KIND { … }"),
    Form {
        word: "fn",
        rule: Rule::function_item,
        body: Body::Optional(Context::Function),
        once: false,
        usage: "fn NAME(x : UNIT) -> UNIT = VALUE",
    },
    block("template", Rule::template_item, Context::Template, "template NAME : KIND { … }"),
    block(
        "circuit",
        Rule::circuit_item,
        Context::Circuit,
        "circuit NAME(IF : A, RL : Ohm = 100 Ohm) -> trr : s for KIND { … }",
    ),
    form("limits", Rule::limits_item, "limits NAME from \"FILE.csv\" key (COLUMN)"),
    form("script", Rule::script_item, "script fn NAME(x : UNIT) -> UNIT from \"FILE.rhai\""),
    block("rule", Rule::rule_item, Context::Rule, "rule NAME : error on data { … }"),
    block("override", Rule::override_item, Context::Override, "override PACK::RULE { … }"),
    block("select", Rule::select_item, Context::Select, "select for KIND { … }"),
    block("test", Rule::test_item, Context::Test, "test NAME { … }"),
    Form {
        word: "waive",
        rule: Rule::waive_item,
        body: Body::Optional(Context::Waiver),
        once: false,
        usage: "waive RULE for part \"PART\" until 2027-03-31 owner \"…\" because \"…\"",
    },
    ALLOWED,
];

const SYMBOL: &[Form] = &[
    once("synonyms", Rule::synonyms_statement, "synonyms \"V_F\", \"VFM\""),
    once("names", Rule::synonyms_statement, "names \"forward voltage drop\""),
    once("rating", Rule::flag_statement, "rating"),
    once("for", Rule::names_statement, "for KIND, KIND"),
    once("plausible", Rule::plausible_statement, "plausible LOW .. HIGH"),
    ALLOWED,
];

const KIND: &[Form] = &[
    once("pins", Rule::names_statement, "pins a, k"),
    once("titles", Rule::synonyms_statement, "titles \"rectifier\", \"switching diode\""),
    form("class", Rule::called_statement, "class schottky \"Schottky\", \"SBD\""),
    form("polarity", Rule::called_statement, "polarity npn \"NPN\""),
    once("positive", Rule::names_statement, "positive VDS, ID"),
    once("negative", Rule::names_statement, "negative VGS(off)"),
    form("quantity", Rule::quantity_statement, "quantity IF(VF) = I(a) with V(a, k) = VF"),
    form("recognise", Rule::recognise_statement, "recognise s when CONDITION because \"…\""),
    ALLOWED,
];

const READING: &[Form] = &[
    once("each", Rule::each_statement, "each s in data.sweeps where CONDITION"),
    LET,
    Form {
        word: "curve",
        rule: Rule::curve_statement,
        body: Body::Optional(Context::Curve),
        once: false,
        usage: "curve IF(VF) = Y over X { … }",
    },
    BECAUSE,
    ALLOWED,
];

const CURVE: &[Form] = &[
    form("held", Rule::held_statement, "held SYMBOL = VALUE"),
    once("keep", Rule::keep_statement, "keep where CONDITION"),
    once("noise", Rule::noise_statement, "noise = VALUE"),
    form("mark", Rule::mark_statement, "mark WORD where CONDITION"),
];

const FUNCTION: &[Form] = &[LET, once("return", Rule::expr_statement, "return VALUE"), ALLOWED];

const TEMPLATE: &[Form] = &[
    once("extends", Rule::name_statement, "extends TEMPLATE"),
    once("pins", Rule::names_statement, "pins a, k"),
    once("polarity", Rule::names_statement, "polarity npn, pnp"),
    once("simulator", Rule::name_statement, "simulator ngspice"),
    form("nodes", Rule::nodes_statement, "nodes j because \"…\""),
    form(
        "param",
        Rule::param_statement,
        "param NAME : UNIT card UNIT = DEFAULT in LOW .. HIGH scale log fixed because \"…\"",
    ),
    form(
        "table",
        Rule::table_statement,
        "table NAME : UNIT over UNIT at X, X = DEFAULT in LOW .. HIGH scale log because \"…\"",
    ),
    LET,
    form("solve", Rule::solve_statement, "solve NAME : UNIT in LOW .. HIGH where A == B"),
    form("input", Rule::input_statement, "input x : UNIT because \"…\""),
    form("output", Rule::result_statement, "output y = VALUE because \"…\""),
    form("resistor", Rule::branch_statement, "resistor a, j = RS"),
    form("current", Rule::branch_statement, "current a, k = VALUE"),
    form("charge", Rule::branch_statement, "charge a, k = VALUE"),
    form("capacitance", Rule::branch_statement, "capacitance g, s = VALUE"),
    Form {
        word: "part",
        rule: Rule::part_statement,
        body: Body::Optional(Context::Part),
        once: false,
        usage: "part NAME = TEMPLATE on a, k { IS = VALUE; BF as BF1 }",
    },
    Form {
        word: "recipe",
        rule: Rule::flag_statement,
        body: Body::Required(Context::Recipe),
        once: true,
        usage: "recipe { … }",
    },
    block("card", Rule::card_statement, Context::Card, "card spice \"D\" { IS, N }"),
    ALLOWED,
];

const CIRCUIT: &[Form] = &[
    once("ground", Rule::name_statement, "ground k"),
    form("nodes", Rule::nodes_statement, "nodes supply because \"…\""),
    LET,
    form("voltage", Rule::branch_statement, "voltage supply, k = VALUE"),
    form("current", Rule::branch_statement, "current k, a = VALUE"),
    form("resistor", Rule::branch_statement, "resistor supply, a = VALUE"),
    form("capacitor", Rule::branch_statement, "capacitor a, k = VALUE"),
    form("inductor", Rule::branch_statement, "inductor supply, a = VALUE"),
    form("clamp", Rule::branch_statement, "clamp d, s = VALUE"),
    form("start", Rule::start_statement, "start V(g, s) = 0 V"),
    once("stop", Rule::stop_statement, "stop at 1 ms"),
    form("event", Rule::event_statement, "event NAME when I(a) falls through 0 A after EVENT"),
    form("measure", Rule::output_statement, "measure trr = VALUE"),
    ALLOWED,
];

const RECIPE: &[Form] = &[
    LET,
    block("stage", Rule::name_statement, Context::Stage, "stage NAME { … }"),
    once("polish", Rule::flag_statement, "polish"),
];

const STAGE: &[Form] = &[
    LET,
    form("seed", Rule::seed_statement, "seed NAME = VALUE otherwise VALUE because \"…\""),
    form("bound", Rule::bound_statement, "bound NAME in LOW .. HIGH because \"…\""),
    form("fit", Rule::fit_statement, "fit IS, N to IF(VF) in log where CONDITION"),
    form("try", Rule::try_statement, "try NAME from VALUE keep when improves 5 %"),
];

const PART: &[Form] = &[form("", Rule::part_entry, "IS = VALUE, or BF, or VAF as VA")];

const CARD: &[Form] = &[form("", Rule::card_list, "IS, N, CJO as CJ0")];

const RULE: &[Form] = &[
    form("formerly", Rule::names_statement, "formerly OLD_NAME"),
    form("for", Rule::names_statement, "for KIND, KIND"),
    form("limit", Rule::limit_statement, "limit NAME : UNIT = VALUE because \"…\""),
    once("when", Rule::expr_statement, "when CONDITION"),
    form("needs", Rule::needs_statement, "needs VF, IF(VF)"),
    LET,
    form("check", Rule::expr_statement, "check CONDITION"),
    once("say", Rule::text_statement, "say \"VF is {worst.typ}\""),
    BECAUSE,
    once("help", Rule::text_statement, "help \"…\""),
    once("unwaivable", Rule::off_statement, "unwaivable because \"…\""),
    ALLOWED,
];

const OVERRIDE: &[Form] = &[
    once("severity", Rule::name_statement, "severity warning"),
    once("off", Rule::off_statement, "off because \"…\""),
    BECAUSE,
    ALLOWED,
    form("", Rule::value_statement, "LIMIT = VALUE"),
];

const WAIVER: &[Form] = &[
    form("for", Rule::called_statement, "for part \"BAT54*\", \"BAT55\""),
    once("when", Rule::expr_statement, "when CONDITION"),
    once("within", Rule::within_statement, "within 10 % of 0.72 V"),
    once("until", Rule::until_statement, "until 2027-03-31"),
    once("owner", Rule::text_statement, "owner \"…\""),
    once("ticket", Rule::text_statement, "ticket \"…\""),
    BECAUSE,
    ALLOWED,
];

const SELECT: &[Form] = &[
    form("consider", Rule::template_condition, "consider TEMPLATE when CONDITION because \"…\""),
    form("reject", Rule::template_condition, "reject TEMPLATE when CONDITION because \"…\""),
    form(
        "prefer",
        Rule::prefer_statement,
        "prefer TEMPLATE over TEMPLATE when CONDITION because \"…\"",
    ),
    once("rank", Rule::rank_statement, "rank by withheld_error then parameter_count"),
    ALLOWED,
];

const TEST: &[Form] = &[
    Form {
        word: "given",
        rule: Rule::given_statement,
        body: Body::Optional(Context::Data),
        once: false,
        usage: "given KIND { … }",
    },
    form("expect", Rule::expect_statement, "expect error RULE"),
    block("case", Rule::name_statement, Context::Case, "case NAME { … }"),
    once("todo", Rule::todo_statement, "todo because \"…\""),
    once("skip", Rule::todo_statement, "skip because \"…\""),
    ALLOWED,
];

const PART_OF_DATA: Form = once("part", Rule::text_statement, "part \"BAT54\"");
const MAKER: Form = once("maker", Rule::text_statement, "maker \"ACME\"");
const CLASS: Form = once("class", Rule::text_statement, "class \"varactor\"");
const PACKAGE: Form = once("package", Rule::text_statement, "package \"SOD-323\"");
const SWEEP_OF_DATA: Form = block("sweep", Rule::flag_statement, Context::Sweep, "sweep { … }");
const FACT: Form =
    form("", Rule::fact_statement, "VF min 0.6 V typ 0.7 V max 0.8 V at (IF = 10 mA)");

const DATA: &[Form] = &[PART_OF_DATA, MAKER, CLASS, PACKAGE, SWEEP_OF_DATA, FACT];

const CASE: &[Form] = &[
    form("without", Rule::names_statement, "without VF, IR"),
    form("expect", Rule::expect_statement, "expect error RULE"),
    PART_OF_DATA,
    MAKER,
    CLASS,
    PACKAGE,
    SWEEP_OF_DATA,
    FACT,
];

const SWEEP: &[Form] = &[
    once("compliance", Rule::expr_statement, "compliance 10 mA"),
    once("siblings", Rule::expr_statement, "siblings 3"),
    form("", Rule::column_statement, "V(a) swept = [0 V, 1 V]"),
];

const MODEL: &[Form] = &[form("", Rule::model_statement, "IS = 1 fA, or CJ = 0 F at (VR = 5 V)")];

/// Statements that a reason on the next line still belongs to; after every other one a line
/// that starts with `because` is a statement of its own.
pub(crate) const TAKES_REASON: [&str; 16] = [
    "allow",
    "bound",
    "consider",
    "limit",
    "nodes",
    "off",
    "param",
    "prefer",
    "recognise",
    "reject",
    "seed",
    "skip",
    "table",
    "todo",
    "unwaivable",
    "waive",
];

/// Words that a later version of the language uses.
pub(crate) const RESERVED_FOR_LATER: [&str; 3] = ["exchange", "simulator", "source"];

/// First words of other languages, and what is written instead.
pub(crate) const FOREIGN_WORDS: [(&str, &str); 20] = [
    ("assert", "check"),
    ("const", "let"),
    ("def", "fn"),
    ("device", "kind"),
    ("expect_lint", "allow"),
    ("func", "fn"),
    ("function", "fn"),
    ("ignore", "allow"),
    ("message", "say"),
    ("model", "template"),
    ("module", "template"),
    ("print", "say"),
    ("reason", "because"),
    ("require", "check"),
    ("requires", "needs"),
    ("subckt", "template"),
    ("suppress", "waive"),
    ("unless", "when"),
    ("var", "let"),
    ("why", "because"),
];

/// Every first word of a statement inside a block.
pub(crate) fn is_statement_word(word: &str) -> bool {
    const BLOCKS: [Context; 16] = [
        Context::Symbol,
        Context::Kind,
        Context::Reading,
        Context::Curve,
        Context::Function,
        Context::Template,
        Context::Circuit,
        Context::Recipe,
        Context::Stage,
        Context::Rule,
        Context::Waiver,
        Context::Select,
        Context::Test,
        Context::Case,
        Context::Data,
        Context::File,
    ];
    !word.is_empty() && BLOCKS.iter().any(|c| c.forms().iter().any(|f| f.word == word))
}
