//! E08xx: the program itself: files that it writes, words that it is asked about.

super::codes! {
    OUTPUT "E0801" "a result cannot be written"
"The results of a run are files in a folder that the caller names. The folder is made when it is
missing; the system refused to make it or to write into it. Nothing that was written before is
damaged: files are replaced as a whole.

Wrong:  espice model bat54.csv -o /proc/models
Right:  espice model bat54.csv -o models";

    NOTHING_TO_EXPLAIN "E0802" "there is nothing of this name to explain"
"`espice explain` tells about a code of a diagnostic or about a rule of the packs that are loaded.
Codes are written as they are printed, rules by their name or by `pack::name`.

Wrong:  espice explain E9999
Right:  espice explain E0305";

    NO_FILES "E0803" "a path leads to no file of the language"
"Commands that work on packs take files that end in `.espice` and folders that hold such files at
any depth. A path without one is most likely misspelt, and silence would look like success.

Wrong:  espice fmt rulez
Right:  espice fmt rules";

    PATH "E0804" "a path cannot be read"
"The path does not exist, the system refuses to read it, or it is larger than what is read at most.
Paths are relative to the folder in which the program was started.

Wrong:  espice fmt rules/diode.espise
Right:  espice fmt rules/diode.espice";
    EVALUATION_BIASES "E0805" "the biases of an evaluation cannot be used"
"Potentials belong to pins of the model, each given once, as numbers in volts; temperatures are above
absolute zero. Pins that are not named are at 0 V. In a table every column has a heading.

Wrong:  espice eval 2N3904.lib --at x=5
Right:  espice eval 2N3904.lib --at c=5 --at b=0.5:0.8:0.01";
    WHICH_MODEL "E0806" "the model is not named, or the file does not hold it"
"A file of cards often holds many models. One is evaluated at a time, and which one is never guessed.

Wrong:  espice eval BJT.lib --at c=5
Right:  espice eval BJT.lib --model 2N3904 --at c=5";

    SOURCE_NOT_FOUND "E0660" "a source cannot be read"
"The path that was given names no file, or the system refuses it. Nothing was read from it, and no
model is made from what is left.

Wrong:  espice model diod.csv -o out       and the file is called diode.csv
Right:  espice model diode.csv -o out";
    KIND_NOT_STATED "E0661" "the kind of device is not stated"
"Templates and rules belong to a kind of device. Raw sweeps show their kind by the `recognise` clauses
of the packs; rows and curves show it when all their symbols belong to one kind only.

Wrong:  a CSV with the heading `V (V),I (A)`
Right:  # kind: diode
        VF (V),IF (A)";
    UNKNOWN_DEVICE_KIND "E0662" "no pack declares this kind of device"
"Kinds are declared in packs by `kind NAME { … }`. The word that a source or the command line gives must
be one of them.

Wrong:  kind = \"Diode\"
Right:  kind = \"diode\"";
    PART_NOT_CHOSEN "E0663" "it is open which part of the sources is meant"
"A sheet for a family holds rows and curves of several parts. A model is a model of one: it is chosen
with --part, or by a file name that is the part's name. Whatever is chosen is a part of the sources or
an ordering code of one: what a sheet of one part says is never taken for what another part does. Only
sources that name no part, such as measurements in a CSV, are of the part that --part names.

Wrong:  espice model bc546-bc550.toml -o out
Right:  espice model bc546-bc550.toml --part BC547 -o out";
    TEMPERATURE_ASSUMED "E0664" "a source states no temperature"
"Curves without a temperature are taken to hold at 25 °C (298.15 K). Forward voltages move by about
-2 mV/K and leakage doubles every 10 K, so a wrong guess moves IS by per cents a kelvin.

Wrong:  VF (V),IF (A)              measured at 85 °C
Right:  # TJ: 85 degC
        VF (V),IF (A)";
    CARD_WITHOUT_TEMPLATE "E0680" "no template has the equations of a card"
"A card names a device type and a level of the simulator; the native evaluator has the equations that
templates of the loaded packs state. A card of another device is not evaluated with similar ones.

Wrong:  espice eval bsim4.lib                  while no loaded pack has a template for level 14
Right:  a template with `card spice \"NMOS\" for nmos with LEVEL = 14 { … }`, given with --pack";
    CARD_VALUE_OPEN "E0681" "a value of a card is not a number"
"Expressions and references to parameters of a library are for the simulator to evaluate, and a model
may start from another one that the file must hold.

Wrong:  .model d1 D (IS={is0*2})
Right:  .model d1 D (IS=2e-14)";
    CARD_PARAMETER_NOT_MODELLED "E0682" "the template does not know a parameter of the card"
"Cards carry parameters of other simulators, of noise, or remarks about the part. The values are those of
the device without them; where the simulator uses one of them, it gives others.

Wrong:  taking the values of a card with QUASIMOD=1 for those of its simulator
Right:  comparing them with --with ngspice";
    EVALUATION_WITHOUT_SOLUTION "E0683" "a bias has no solution"
"The potentials of the inner nodes could not be found at this bias; its row has no values. Far outside
the range that a card was made for this is no surprise; inside it, please report the card.

Wrong:  a silicon diode at 100 V in forward direction without series resistance
Right:  biases that the device survives";
    SUBCIRCUIT_NOT_EVALUABLE "E0684" "an element of a subcircuit cannot be evaluated"
"A subcircuit is evaluated as what it is made of: devices that templates of the loaded packs describe,
resistors, capacitors, inductors, sources and further subcircuits. Switches, digital and behavioural
elements of one simulator, sources that vary with the time, loops of voltage sources and values that
depend on themselves are not among them; nothing is put in their place.

Wrong:  S1 d s g 0 switch
Right:  B1 d s I=V(d,s)/1k*(V(g)>1 ? 1 : 0)";
    SUBCIRCUIT_STATIC "E0685" "charges of a subcircuit lack some of its elements"
"Currents at rest are those of the whole subcircuit. Its small-signal capacitances are not: inductances
act on them as L times the square of a conductance, and a formula that reads the current of a source
sees no displacement current.

Wrong:  taking C(d,s) of a package with inductors for that of its chip
Right:  the capacitances of the subcircuit without its package";
    SIMULATED_TEMPLATE "E0686" "what the simulator of a template cannot be asked for"
"A template that names a simulator in place of equations is the device on its one card: it has no
branches, parts or nodes of its own. The simulator tells currents, conductances and capacitances; charges
are integrals of its capacitances from no bias on, and circuits are run by it. Small signals at a frequency
are for templates that state their equations.

Wrong:  simulator ngspice
        current d, s = BETA * V(g, s)
Right:  simulator ngspice
        card spice \"NMOS\" for nmos, \"PMOS\" for pmos with LEVEL = 14 { VTH0 signed, U0 }";
    SIMULATED_WITHOUT_SIMULATOR "E0687" "the simulator of a template is not there"
"A template that names a simulator is evaluated by it alone. It must be one that this program knows, and
be set up: found on the machine, or given with --simulator.

Wrong:  espice eval bsim4.lib --at d=1 --at g=1                  on a machine without ngspice
Right:  espice eval bsim4.lib --at d=1 --at g=1 --with ngspice --simulator /opt/ngspice/bin/ngspice";
    TARGET_NOT_MEASURED "E0688" "nothing measures what a recipe fits to"
"A target of a fit names a quantity of the kind with its arguments, or an output of a circuit with its
conditions: what is measured that way on the template is compared with the data. A target that no
quantity and no circuit measures takes no data at all.

Wrong:  fit RC to VCE(sat)(IC, VBE)
Right:  fit RC to VCE(sat)(IC; IB)";
    CIRCUIT_UNSOLVED "E0689" "a circuit has no solution with a model"
"A quantity that is measured in time is found by solving its circuit around the model. With these
parameters the equations have no operating point, or from some moment on no solution: the quantity has
no value, and rules that need it are undecided.

Wrong:  a transistor with charges but currents of 1e30 A
Right:  parameters that a device of this size may have";
    CIRCUIT_BUDGET "E0690" "a circuit took more steps than it may"
"Steps in time and rounds of the search are limited, so that a model which is stiff beyond measure, or
oscillates, ends its run instead of the patience of whoever waits. The quantity has no value.

Wrong:  a gate capacitance of 1 F behind 1 MOhm in a circuit that runs for 10 ms
Right:  capacitances and resistances as real devices have them";
    CIRCUIT_EVENT_MISSED "E0691" "what a circuit waits for does not happen"
"A circuit measures between events, such as the drain falling through a tenth of its supply. The model
does not do so before the circuit's time ends: its threshold lies above the drive, its resistance is too
high, or it leaks more than the level that is waited for. The quantity has no value.

Wrong:  switching times at VGS = 4.5 V of a model whose threshold is 5 V
Right:  a model that conducts at the conditions of the sheet";
    CARD_VALUE_OUTSIDE "E0692" "a value of a card is outside of its template's range"
"A template declares for each parameter what devices can have. A negative saturation current, or an
emission coefficient of zero, makes equations that mean nothing: values at biases come out as they may,
or do not come out. Values that are only unusual are told as a note; they are used all the same.

Wrong:  .model d1 D (IS=-1e-14 N=0)
Right:  .model d1 D (IS=1e-14 N=1)";
    NO_TEMPLATE_FOR_KIND "E0720" "no template can model this kind of device"
"The kind of the device is known, by statement or by its sweeps, but no loaded pack has a template for
it. Nothing is fitted: a model of another kind would be wrong without saying so.

Wrong:  fitting a diode to the sweeps of a transistor because it has a junction
Right:  adding a template of the kind to a pack and giving the pack with --pack";
    TEMPLATE_WITHOUT_RECIPE "E0721" "a template has no recipe"
"A recipe says what is fitted to which curves and rows. Without one a template can be evaluated and
judged, not fitted.

Wrong:  template t : diode { pins a, k; param R : Ohm = 1 Ohm; resistor a, k = R }
Right:  the same with `recipe { stage all { fit R to IF(VF) } }`";
    NOTHING_TO_FIT "E0722" "the sources hold nothing that the template could be fitted to"
"No target of the template's recipe found a curve or a row in the sources: the quantities have other
names, their conditions are missing, or screening left no points.

Wrong:  fit IS to IF(VF)      and the only source has CJ(VR)
Right:  a source with IF(VF), or rows of VF with their IF";
    CANDIDATE_BROKE_RULES "E0723" "a candidate broke error rules and was dropped"
"The template was fitted; then rules `on model` of severity error failed. Such a candidate is never
emitted. The record of the candidates says which rules it broke and by how much.

Wrong:  raising a limit until a fit passes
Right:  looking at the first rule that failed: its data and its margin are in the report";
    TEMPLATE_WITHOUT_CARD "E0724" "a template cannot be written as a card"
"A `card` statement says how the parameters of a template are called in a simulator. A template without
one is written as a subcircuit of controlled sources; where its equations solve for an unknown at every
bias, or are very long, it can be fitted and judged, but no library file comes out.

Wrong:  template t : diode { … solve x : V … where x == V(a, k) … }      and a model is asked for
Right:  template t : diode { … solve x : V … where x == V(a, k) … card spice \"D\" { IS, N, RS } }";
    UNKNOWN_DIALECT "E0725" "there is no such dialect"
"Cards are written in the dialects that the engine knows; each is a simulator's way to write them.

Wrong:  --dialect pspice9
Right:  --dialect ngspice";
    NO_CURVE_TO_WITHHOLD "E0781" "there is no such curve to withhold"
"--withhold names curves as reports and outcomes do: by quantity, by signature, or one of a family by
its signature and values. A name that fits no curve would leave the fit as it is without a word.

Wrong:  --withhold \"IC(VCE)\"                       and the sources have IC(VCE; IB)
Right:  --withhold \"IC(VCE; IB) at IB = 50 uA\"";
    CARD_READ_BACK "E0726" "a written card does not read back equal"
"Every card is read back after writing, compared bit by bit with what was meant, and written again. A
difference is a fault of the dialect's writer or reader; the card is not emitted.

Wrong:  using a card that says something else than the fit
Right:  reporting the card with the values of its fit";
    SIMULATOR_DISAGREES "E0727" "the simulator and the native evaluator disagree"
"The emitted card was simulated at the bias points of the sources and its terminal currents differ from
those of the evaluator by more than 1e-6 of the current plus 1e-12 A. Fit and verdict hold for the
evaluator; the card does not behave like it there.

Wrong:  trusting the report's errors for the simulator
Right:  looking at the deviation in the report, and reporting the card";
    CARD_LACKS_PARAMETER "E0728" "a card cannot carry the fitted model"
"The card statement of the template leaves out a parameter that was fitted. The simulator's device would
run without it and give other currents than the model that was judged, so no card is written.

Wrong:  card spice \"NMOS\" { VTO, KP }          and the recipe fits a slope factor N as well
Right:  a card with every fitted parameter, of a device that has the template's equations";
    SEED_WITHOUT_VALUE "E0729" "a fitted parameter had no seed"
"The recipe has a seed for the parameter, but none of its expressions had a value with these sources, so
the fit started from the template's default. A fit from a default may end somewhere else.

Wrong:  seed VTO = intercept(root)                    and the curve that `root` needs is not there
Right:  seed VTO = intercept(root) otherwise 1 V because \"a usual threshold\"";
    CARD_NOT_CHECKED "E0730" "a card could not be checked in the simulator"
"A simulator was there, but it could not answer for this card: the device on the card has other terminals
than the template, or no bias point could be made or solved. The card is written all the same; nothing
but the read-back vouches for it.

Wrong:  card spice \"NMOS\" on a kind of three pins   the simulator's device has four
Right:  a card whose device has the pins of the kind";
    FIT_MISSES "E0731" "a fit misses its data"
"The fit ended, but the residuals are as large as the data: their root mean square is above 0.5 in
natural logarithms or relative units. Such a model describes another device; the candidate is dropped.

Wrong:  a template whose equations cannot take the shape of the curve
Right:  look at the residuals of each stage in the report; check signs, units and seeds";
    FIT_FUNCTION "E0807" "what shall be fitted does not exist"
"A plain curve fit needs a template that is a function of numbers, and names of its own parameters and
outputs. Templates of devices are fitted by their recipes: espice model.

Wrong:  espice fit decay data.csv --start tau=2      and the template calls it `t0`
Right:  espice fit decay data.csv --start t0=2";
    FIT_TABLE "E0808" "a table does not hold what a function needs"
"Every input and the output that is fitted have a column of their name, with a unit of the right
dimension in brackets or none, then SI counts. A column `sigma(y)` holds standard errors of y; other
columns are not looked at.

Wrong:  time,value                   for a function with `input x : 1` and `output y = …`
Right:  x,y,sigma(y)";
    CARD_OF_EARLIER_RUN "E0809" "a card beside the results is of an earlier run"
"The folder of the results holds a card of this part that this run did not write: no model came out, or
other dialects were asked for. It was left as it is, and says nothing about the report beside it.

Wrong:  taking the card of yesterday's fit for that of today's sources, which gave no model
Right:  deleting it, or asking for its dialect again";
    NO_DEVICES "E0810" "there are no devices to fit"
"A population is made of the files that are named, and of the files .mdm, .csv, .tsv, .toml and .pdf in
the folders that are named. None of them was there.

Wrong:  espice batch results/ -o out          and results/ holds spreadsheets
Right:  espice batch wafer17/*.mdm -o out";
    SHARD "E0811" "a shard is not one of the whole"
"Several machines share a population: each fits the devices of one shard, all write into the same folder.
The first of four shards is 1/4, the last 4/4.

Wrong:  espice batch wafer17 -o out --shard 0/4
Right:  espice batch wafer17 -o out --shard 1/4";
}
