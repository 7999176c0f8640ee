//! E01xx: text that does not parse. E02xx: names. E03xx: types and dimensions.

super::codes! {
    SYNTAX "E0101" "this text is not part of the language"
"The parser met text that no item, statement or expression can start or continue with. Only the
statement that holds the mistake is dropped; everything else in the file is still checked.

Wrong:  rule r on data error { check VF != 1 V }
Right:  rule r : error on data { check VF != 1 V }";

    UNKNOWN_STATEMENT "E0102" "this word starts nothing here"
"Every item and every statement starts with a word that says what it is, and some words, such as a
severity, come from a short list. This one is not known at this place. A likely spelling is offered
and taken for the rest of the check, so that one slip gives one message.

Wrong:  rule r : error on data { chek VF > 0 V }
Right:  rule r : error on data { check VF > 0 V }";

    UNCLOSED "E0103" "brackets or braces do not match"
"A bracket or brace was opened and never closed, or closed and never opened. The place that is shown
first is the opening one. When a brace is missing, the indentation of the lines decides where the
block was meant to end, and the text after it is read as if the brace stood there.

Wrong:  check max(abs(s.I) < 1 mA
Right:  check max(abs(s.I)) < 1 mA";

    TOO_DEEP "E0104" "this is nested too deeply"
"Brackets, blocks, `if` and `every` may be nested 64 deep; operators whose operands are operations
again may be 96 deep, a plain sum or product may have 256 terms. The limits keep every later step,
which walks the expression, within a known amount of memory; text that a person wrote stays far
below.

Wrong:  check ((((… 65 brackets …))))
Right:  let part = …
        check part > 0 V";

    FOREIGN_SPELLING "E0105" "this spelling belongs to another language"
"The text uses an operator, a quote, a comment or a word of another language, or a character that a
word processor put in the place of a plain one. What was meant is clear, and the help says how it is
written here; there is one way to say a thing.

Wrong:  check VF > 0 V && IF <> 0 A     # both
Right:  check VF > 0 V and IF != 0 A    // both";

    BAD_TEXT "E0106" "this quoted text does not read"
"Text stands in double quotes on one line. A backslash stands only before `\"` and `\\`, and in `say`
also before `{` and `}`; there `{…}` holds an expression whose value is put into the message.

Wrong:  say \"VF is {worst.typ\"
Right:  say \"VF is {worst.typ}\"";

    INCOMPLETE "E0107" "something is missing at the end"
"A statement ended before it was complete: a block, a value or a closing word is missing. A statement
ends at the end of its line, unless a bracket is open or the line ends in an operator, a comma, a
colon, or a word such as `and` that needs something after it.

Wrong:  limit vmax : V
Right:  limit vmax : V = 5 V because \"table 3\"";

    REPEATED "E0108" "this stands twice"
"A part that may stand once, such as `say` in a rule or a condition inside `at (…)`, was written
twice. Neither is quietly preferred, because the reader could not know which one counts.

Wrong:  rule r : error on data { check VF > 0 V; say \"low\"; say \"too low\" }
Right:  rule r : error on data { check VF > 0 V; say \"too low\" }";

    BAD_NUMBER "E0109" "this number or date is misspelt"
"A number has digits on both sides of its decimal point, one blank before its unit, and `*` before
another factor; only the token right after a number is a unit. A date is written year-month-day.

Wrong:  limit vmax : V = 1,5V
Right:  limit vmax : V = 1.5 V";

    UNKNOWN_NAME "E0201" "this name is not known here"
"A name in an expression must be a parameter, a definition, an argument, or one of the language's
own (`vt`, `T`, `TNOM`, `k`, `q`, `eps0`). Names are case-sensitive.

Wrong:  let id = Is * (exp(V(a, k) / vt) - 1)      // the parameter is IS
Right:  let id = IS * (exp(V(a, k) / vt) - 1)";

    UNKNOWN_SYMBOL "E0202" "no such symbol"
"Quantities carry the canonical names of the symbol table; a pack declares a new one with
`symbol NAME : UNIT`. Synonyms serve readers of sources, not rules and templates.

Wrong:  needs Vf
Right:  needs VF";

    UNKNOWN_KIND "E0203" "no such device kind"
"Templates, rules, symbols and selections name the kind of device they are about. A pack declares
a new one with `kind NAME { pins … }`.

Wrong:  template my_diode : diod { … }
Right:  template my_diode : diode { … }";

    UNKNOWN_TEMPLATE "E0204" "no such template"
"A template that is extended, selected or expected must be declared in the pack or in one that it
extends; otherwise the clause would silently never act.

Wrong:  select for diode { consider juction_diode }
Right:  select for diode { consider junction_diode }";

    UNKNOWN_RULE "E0205" "no such rule"
"Overrides, waivers and tests name a rule by its name, by `pack::name`, or by a name that it had
before (`formerly`). One that names no rule would silently do nothing.

Wrong:  waive vf_plausable for part \"X\" until 2027-01-01 owner \"lab\" because \"misprint\"
Right:  waive vf_plausible for part \"X\" until 2027-01-01 owner \"lab\" because \"misprint\"";

    UNKNOWN_FUNCTION "E0206" "no such function"
"A call names a function of the language, a `fn` of the pack or of one it extends, or, in a rule,
a `script fn`. Powers are written with `^`, logarithms as `ln` or `log10`.

Wrong:  let id = IS * pow(V(a, k) / 1 V, 2)
Right:  let id = IS * (V(a, k) / 1 V) ^ 2";

    UNKNOWN_PARAMETER "E0207" "the template has no such parameter"
"Cards, recipes and given models list parameters of their template, under the names declared with
`param`.

Wrong:  card spice \"D\" { IS, N, RSS }
Right:  card spice \"D\" { IS, N, RS }";

    UNKNOWN_PIN "E0208" "no such pin or node"
"Voltages and branches join the pins of the template and the internal nodes it declares with
`nodes`; quantities of a kind see its pins only. A voltage always names two nodes.

Wrong:  current a, kk = id
Right:  current a, k = id";

    DECLARED_TWICE "E0209" "declared twice"
"A name means one thing: within its pack, its template, its rule. Both places are pointed at.

Wrong:  param N : 1 = 1
        param N : 1 = 1.5
Right:  param N : 1 = 1
        param NR : 1 = 2";

    INHERITED_NAME "E0210" "this name is inherited"
"A pack cannot give a second meaning to a name of a pack that it extends: readers of either would
be misled. Change a rule with `override`, a template by extending it under a new name.

Wrong:  rule vf_plausible : error on data { … }        // std has this rule
Right:  override std::vf_plausible { most = 3 V; because \"our parts are silicon\" }";

    RESERVED_NAME "E0211" "this name belongs to the language"
"Constants and functions of the language keep their meaning everywhere, so that an equation can be
read without looking for a declaration that changes it.

Wrong:  param vt : V = 25.85 mV
Right:  param VTH : V = 25.85 mV";

    UNUSED_PARAMETER "E0212" "a parameter has no effect"
"No current, charge, resistor or equation depends on this parameter, so no data could ever
determine it. It is either a misspelling elsewhere or a leftover.

Wrong:  param IKF : A = 1 A          // and no equation holds IKF
Right:  let id = i / (1 + sqrt(i / IKF))";

    UNUSED_DEFINITION "E0213" "a definition is not used"
"Nothing refers to this `let`. It is either a misspelling elsewhere or a leftover. A name that
starts with `_` is kept without a warning.

Wrong:  let vte = N * vt
        let id = IS * (exp(V(a, k) / vt) - 1)
Right:  let vte = N * vt
        let id = IS * (exp(V(a, k) / vte) - 1)";

    NOT_ON_CARD "E0214" "a parameter stands on no card"
"The template has cards, but none of them carries this parameter: its fitted value would be lost
when the model is written.

Wrong:  param EG : 1 = 1.11          // and card spice \"D\" { IS, N }
Right:  card spice \"D\" { IS, N, EG }";

    CARDS_OF_DEVICE "E0223" "these cards do not make one device"
"A device is one card, or a subcircuit of several, each of which says with `on` what it lies
between. A second card of the same family that does not say it would be a second device.

Wrong:  card spice \"D\" { IS, N }
        card spice \"D\" { ISG as IS, NG as N }
Right:  card spice \"D\" on a, k { IS, N }
        card spice \"D\" on a, k { ISG as IS, NG as N }";

    POLARITY "E0225" "this is no polarity of the template's kind"
"A template's equations are those of its first polarity; the second is the mirror image, in which all
voltages, currents and charges change sign. The words are those that the kind lists under `polarity`.

Wrong:  template gummel_poon : bjt { pins c, b, e; polarity nmos, pmos … }
Right:  template gummel_poon : bjt { pins c, b, e; polarity npn, pnp … }";

    CARD_POLARITY "E0226" "the card and the polarities do not go together"
"A card names one device type for every polarity of the template, or a single one for all. A setting
after `with` may be for one of them.

Wrong:  polarity npn, pnp            // and card spice \"NPN\" for npn { IS, BF }
Right:  card spice \"NPN\" for npn, \"PNP\" for pnp { IS, BF }";

    POLARITY_NOT_STATED "E0227" "the polarity of the part is not known"
"The template describes two polarities that are mirror images, whose cards differ in the device type
and in the sign of some parameters. Where no source states the polarity, or one that the template
does not describe, no card is written: the wrong one would be another device.

Wrong:  a CSV of curves without a polarity
Right:  # polarity: npn";

    TABLE_KNOTS "E0228" "these are no knots of a table"
"A table goes through its values at two to 64 abscissas of the dimension after `over`, each above the
one before. Between them it is a monotone cubic, outside it keeps its end values.

Wrong:  table cgd : F over V at 0 V, 30 V, 10 V = 10 pF in 1 fF .. 10 nF scale log
Right:  table cgd : F over V at 0 V, 10 V, 30 V = 10 pF in 1 fF .. 10 nF scale log";

    PART "E0229" "this part does not fit"
"A part is another template between nodes of this one: it names a node for each pin of that template,
and gives values to its parameters that depend on parameters of this one only. Temperature and bias
are the part's own business.

Wrong:  part q1 = gummel_poon on c, b { IS = IS1 * T / TNOM }
Right:  part q1 = gummel_poon on c, b, e { IS = IS1 }";

    UNKNOWN_LIMIT "E0215" "the rule has no such limit"
"An override sets limits that the rule declares with `limit`; nothing else of a rule can be changed
from outside but its severity.

Wrong:  override std::vf_plausible { mots = 3 V; because \"our parts\" }
Right:  override std::vf_plausible { most = 3 V; because \"our parts\" }";

    UNKNOWN_WORD "E0216" "this word is not one of those that fit here"
"Some places take one word of a fixed list: severities, phases, scales, measures, outcomes. The help
names the list.

Wrong:  rule r : eror on data { … }
Right:  rule r : error on data { … }";

    CIRCULAR_DEFINITION "E0217" "a definition refers to itself"
"Functions are inlined and definitions are evaluated in the order of writing, so neither may refer
to itself, directly or through others. An unknown that is given by an equation is a `solve`.

Wrong:  fn f(x : 1) -> 1 = f(x / 2)
Right:  solve x : 1 in 0 .. 1 where x == cos(x)";

    UNKNOWN_UNIT "E0301" "not a unit"
"A unit is the word right after a number, and what follows the colon of a declaration. Units are
written without blanks, with SI prefixes, `/`, `*` and exponents; dimensions are types, so a unit
that cannot be read leaves nothing to check against.

Wrong:  param IS : Amp = 10 fAmp
Right:  param IS : A = 10 fA";

    SUFFIX_WITHOUT_UNIT "E0302" "a number with a scale suffix needs its unit"
"In packs `1MEG` or `4k7` must carry a unit: without one the reader cannot see whether the letter
scales the number or names a unit, and cards and datasheets read the same letters differently.

Wrong:  param R : Ohm = 4k7
Right:  param R : Ohm = 4k7 Ohm";

    NOT_A_NUMBER "E0303" "not a number"
"Numbers are digits with a decimal point and an exponent, or with one scale suffix; they must be
finite and fit a 64-bit floating number.

Wrong:  limit vmax : V = 1.5.2 V
Right:  limit vmax : V = 1.5 V";

    TYPE_NOT_ALLOWED "E0304" "this type cannot stand here"
"Parameters, definitions and limits are numbers with a unit. Curves and text exist only for
functions written as scripts and for values that rules look at.

Wrong:  param IS : text = 10 fA
Right:  param IS : A = 10 fA";

    DIMENSION_MISMATCH "E0305" "dimensions do not go together"
"Only values of one dimension can be compared, added, or stand for each other. Both operands are
pointed at; where exactly one factor separates them, the help names it.

Wrong:  check VF < 10 mA
Right:  check VF < 10 mA * RS";

    NOT_PURE "E0306" "a pure number is needed"
"Exponentials, logarithms and trigonometric functions are defined on pure numbers: the exponential
of a voltage changes its meaning with the unit it is written in. Divide by a reference first.

Wrong:  let id = IS * exp(V(a, k))
Right:  let id = IS * exp(V(a, k) / vt)";

    EXPONENT "E0307" "this exponent cannot be used"
"The exponent decides the dimension of a power, so it must be a constant ratio of small whole
numbers when the base has a dimension. A varying exponent needs a pure base.

Wrong:  let c = (V(a, k) + VJ) ^ M
Right:  let c = (1 + V(a, k) / VJ) ^ M";

    TEMPERATURE_POINT "E0308" "a temperature point is not a difference"
"`degC` names a point of the Celsius scale; it can be compared, given as a condition, and
subtracted from another temperature, but not added, multiplied or divided. Differences and
coefficients are in kelvin.

Wrong:  let t = T + 10 degC
Right:  let t = T + 10 K";

    DIMENSION_RANGE "E0309" "the dimension leaves its range"
"Exponents of dimensions are ratios of numbers below about thirty thousand. A value whose
dimension is beyond that is a mistake in an equation.

Wrong:  let x = (((V(a, k) ^ 1000) ^ 1000)
Right:  let x = (V(a, k) / VJ) ^ 1000";

    CONDITION "E0310" "a condition and a number are not the same"
"`if`, `and`, `or`, `not` and checks take conditions, which comparisons make; sums and functions take
numbers. A number is never taken for yes or no.

Wrong:  let i = if V(a, k) then IS else 0 A
Right:  let i = if V(a, k) > 0 V then IS else 0 A";

    ARGUMENT_COUNT "E0311" "wrong number of arguments"
"A function takes exactly the arguments it declares; `min` and `max` take two or more.

Wrong:  let x = exp(V(a, k) / vt, 2)
Right:  let x = exp(V(a, k) / vt)";

    NOT_CONSTANT "E0312" "a constant must stand here"
"Defaults, ranges, limits and given values are numbers that are known when the pack is loaded: literals
and arithmetic on literals.

Wrong:  param NR : 1 = 2 * N
Right:  param NR : 1 = 2";

    RANGE "E0313" "a range that cannot be met"
"The lower end of a range lies below its upper end, and a default lies inside the range of its
parameter; otherwise the fit would start where it is not allowed to be. The default of a parameter
with `scale log` may also be zero, which switches its effect off.

Wrong:  param N : 1 = 1 in 2 .. 0.5
Right:  param N : 1 = 1 in 0.5 .. 2";

    LOG_SCALE "E0314" "a logarithmic scale needs a positive range"
"`scale log` fits the logarithm of the parameter, so both ends of its range must be stated and
positive.

Wrong:  param IS : A = 10 fA in 0 A .. 1 mA scale log
Right:  param IS : A = 10 fA in 1e-30 A .. 1 mA scale log";

    FORM_NOT_ALLOWED "E0315" "this form has no meaning here"
"Equations of templates, functions and quantities are formulas in numbers: arithmetic, functions,
comparisons, `if`, `x in lo .. hi`. Lists, curves, text and comprehensions belong to rules, readings
and recipes.

Wrong:  let i = sum(x in [1 A, 2 A]: x)
Right:  let i = 1 A + 2 A";

    TOO_LARGE "E0317" "the equations are too large"
"Functions are inlined, so a few lines can stand for a very large formula. Expressions nest at most
256 deep with everything inlined, and a template holds at most 100 000 operations.

Wrong:  fn f(x : 1) -> 1 = g(x) + g(x + 1)      // and g, h, … alike, twenty deep
Right:  solve, or a closed form, in place of the repeated halving";

    MISSING_PART "E0318" "a declaration is incomplete"
"A parameter states its unit and a default, unless it overrides a parameter of the template that is
extended; a fit needs a start, a card a value.

Wrong:  param IS : A
Right:  param IS : A = 10 fA";

    PINS_OF_KIND "E0319" "a template does not fit its kind"
"A template has as many pins as its kind, in the same order, because quantities are measured at the
pins of the kind. A template that extends another is of the same kind and has the same pins.

Wrong:  template d : diode { pins a, k, s … }
Right:  template d : diode { pins a, k … }";

    BRANCH "E0320" "a branch that cannot carry anything"
"A current, charge or resistor joins two different nodes, and every internal node is reached by a
current or a resistor: otherwise its voltage is not determined.

Wrong:  current j, j = id
Right:  current j, k = id";

    QUANTITY "E0321" "a quantity that cannot be measured so"
"A quantity of a kind forces voltages and currents (`with V(a, k) = VF`) and observes one value
(`I(a)`). Its arguments and its value are symbols of matching dimension, every argument takes part,
and a drive is a formula of arguments only; the temperature is always set beside.

Wrong:  quantity IF(VF) = I(a) with V(a, k) = I(k)
Right:  quantity IF(VF) = I(a) with V(a, k) = VF";

    NO_FIELD "E0350" "there is no such field"
"Rows have `min`, `typ`, `max`, `target`, `limits`, `conditions` and the values of condition
symbols; curves have `x`, `y`, `conditions`, `noise_floor`, `temperature`; sweeps have `swept`,
`columns`, `currents`, `I`, `V`. A list has none of them: a loop takes one entry at a time.

Wrong:  check data.rows(VF).typ < 1 V
Right:  check every r in data.rows(VF): r.typ < 1 V";

    VALUE_TYPE "E0351" "this kind of value cannot be used here"
"A row, a curve, a text and a number are different things, and nothing turns one into another
silently. The labels say what stands where; the help says how to take a number from it.

Wrong:  check data.row(VF) < 1 V
Right:  check data.row(VF).typ < 1 V";

    ARGUMENT "E0352" "a function cannot take this argument"
"Each function of the language takes numbers, series or curves; `slope`, `rising` and their like
need a curve, `quantile` and `median` a series.

Wrong:  slope(c.y)
Right:  slope(c.y over c.x)";

    CONDITIONS "E0353" "these conditions do not fit"
"`at (…)` gives a model the values of condition symbols, or a curve one value of its abscissa.
Each symbol stands there once, in its own dimension.

Wrong:  data.curve(IF(VF)) at (VF = 0.7 V, TJ = 25 degC)
Right:  data.curve(IF(VF)) at (VF = 0.7 V)";

    POINTWISE "E0354" "`where` chooses point by point"
"After a series or a curve, `where` needs a condition that has a truth for each point: it compares
a series of equal length, or `x` and `y` of the curve itself. Rows and sweeps are chosen in a loop.

Wrong:  data.rows(VF) where r.max > 1 V
Right:  every r in data.rows(VF) where r.max > 1 V: r.typ < r.max";

    MANY_TRUTHS "E0355" "many truths where one is needed"
"Comparing a series gives one truth for each point. A rule, a loop and `if` need one truth, and
the language does not guess whether all points are meant or some.

Wrong:  check c.y > 0 A
Right:  check every p in c: p.y > 0 A
Right:  check min(c.y) > 0 A";
}
