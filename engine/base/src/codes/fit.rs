//! E07xx: templates, fits, cards and simulators.

super::codes! {
    FIT_RANGE "E0700" "a parameter of a fit has no usable range or start"
"A free parameter needs a finite start and a range whose lower end lies below its upper end. A
parameter that is not to be searched is declared fixed instead.

Wrong:  param N : 1 = 1 in 5 .. 0.5
Right:  param N : 1 = 1 in 0.5 .. 5";
    FIT_SCALE "E0701" "a parameter's range does not suit its scale"
"A log scale searches the logarithm, which exists above zero only, so the whole range must be
positive. A logit scale needs two finite ends.

Wrong:  param IS : A = 10 fA in 0 A .. 1 mA scale log
Right:  param IS : A = 10 fA in 1e-30 A .. 1 mA scale log";
    FIT_START "E0702" "a start lies outside its range"
"The seed of a parameter, or its declared value, lies outside the declared range. The search
begins at the nearer end, which is often a poor place; a seed that falls outside usually means
that the window of its data is wrong or that a unit slipped.

Wrong:  param RS : Ohm = 2 kOhm in 0 Ohm .. 1 kOhm
Right:  param RS : Ohm = 2 Ohm in 0 Ohm .. 1 kOhm";
    FIT_TIE "E0703" "a tie names no free or fixed parameter"
"A tied parameter follows a parameter of the same model that is free or fixed itself. Ties of
ties are not followed, so that no circle can arise.

Wrong:  NR tied to NE, where the template has no NE
Right:  NR tied to N";
    FIT_NON_FINITE "E0710" "the model has no finite value at the start"
"Residuals or derivatives at the first point of the fit are infinite or not a number, so there is
no direction to search. The seeds are far off, a range allows values that the equations can't
take, or a point of the data has a bias that they can't take. A template of which this is told is no
candidate for the data, however well the rest of its model follows them.

Wrong:  a residual on a log scale where the model's current is zero
Right:  a window that leaves out the points below the noise floor";
    FIT_NOT_CONVERGED "E0711" "a fit ended before it converged"
"The solver used up its evaluations, was cancelled, or could not lower the cost although the
gradient says that it can fall. The values are the best found, not a minimum: intervals are not
to be trusted.

Wrong:  taking the card of a fit that stalled as it is
Right:  better seeds, fewer free parameters in the stage, or a model with exact derivatives";
    FIT_TOO_FEW_POINTS "E0712" "a fit has no points to spare"
"There are at most as many independent points as parameters. The model then goes through the
points whatever they are, and nothing is left to tell how wrong it is. Points read off one drawn
curve count as a few independent ones only.

Wrong:  fit IS, N, RS to a table of two rows
Right:  fit IS, N to it, with RS fixed, or add a curve";
    FIT_NOT_IDENTIFIED "E0713" "the data do not determine a parameter"
"The predicted standard error of the parameter is above the limit that was declared before the
fit. Where several parameters change the residuals in nearly the same way, they are named
together: the data fix a combination of them only. The values are printed, but they stand for
that combination, not for themselves.

Wrong:  fitting IKF and RS to a curve that ends below high injection
Right:  a curve up to currents at which they act differently";
    FIT_AT_BOUND "E0714" "a parameter ended on an end of its range"
"The data pull the parameter out of its declared range. Either the range is too narrow, or the
model lacks an effect that this parameter is made to imitate, or the data hold a slip.

Wrong:  N at 0.5 after a fit to currents that were given in mA but read as A
Right:  the unit corrected, N inside its range";
    FIT_SYSTEMATIC "E0715" "the model does not follow a curve"
"Neighbouring residuals have the same sign more often than chance allows: the error is a shape, not
noise. Intervals are widened for it, since such points are not independent. An effect may be
missing in the model, or its data window is too wide.

Wrong:  an ideal diode fitted to a curve with visible recombination current
Right:  a template with ISR and NR, or a window above the recombination region";
    TEMPLATE_NOT_EVALUABLE "E0740" "the equations of a template are not a network"
"Every pin and inner node of a template is a node of an electrical network. An inner node needs a
branch that carries its current, a branch ends at nodes that exist, and equations hold parameters,
voltages, temperature and unknowns of `solve` only; what quantities measure (`I(a)`, `C(a, k)`) comes
out of the network and cannot go into it.

Wrong:  nodes j                        and no branch that touches j
Right:  nodes j
        resistor a, j = RS
        current  j, k = id";
    QUANTITY_DRIVES "E0741" "the drives of a quantity contradict each other"
"A quantity is measured by forcing voltages between pins and currents into pins; the last pin of the
kind is the reference, and pins that no drive mentions carry no current. Voltages that form a loop,
two currents into one pin, or a current into a pin whose voltage is known while nothing floats
cannot all hold.

Wrong:  quantity X(VF, IF) = V(a, k) with V(a, k) = VF, I(a) = IF
Right:  quantity VF(IF) = V(a, k) with I(a) = IF";
    QUANTITY_PINS "E0742" "a quantity does not fit the template"
"Quantities belong to a device kind and are measured at its pins, by index. A template of another
kind, or one with fewer pins than the kind, cannot be measured this way.

Wrong:  measuring IC(VCE; IB) of kind bjt on a template of kind diode
Right:  measuring IF(VF) of kind diode on it";
    CARD_CONTINUATION "E0750" "a continuation line continues nothing"
"In a card a line that begins with `+` belongs to the statement above it. Here no statement is
open: the file begins with it, or a control block stands in between. The line is left out,
because what it belongs to can only be guessed.

Wrong:  + RS=0.5
Right:  .model d1 D (IS=1e-14
        + RS=0.5)";
    CARD_STATEMENT "E0751" "this line of a card is not a statement"
"A statement begins with a letter (an element and what it connects to) or a dot (a directive). Anything else is
usually a comment that lost its `*` or a continuation that lost its `+`. The line is left out.

Wrong:  1N4148 from the maker
Right:  * 1N4148 from the maker";
    CARD_MODEL "E0752" "a model card lacks its name or its type"
"A model card names the model and the device type that its parameters belong to; without either no
simulator can use it.

Wrong:  .model D1N4148 (IS=1e-14)
Right:  .model D1N4148 D (IS=1e-14)";
    CARD_PARAMETER "E0753" "a parameter of a card has no usable value"
"A parameter is a name, `=` and one value: a number, or an expression in braces. A value that is
missing, that is broken by blanks, or that holds a comment sign would be read differently by
every simulator, so it is left out.

Wrong:  .model d1 D (IS= N=1.05)
Right:  .model d1 D (IS=1e-14 N=1.05)";
    CARD_BRACKETS "E0754" "a bracket or quote of a card has no partner"
"Brackets, braces and quotes hold lists and expressions together. Where one is missing, everything
up to the end of the statement is taken as its inside, which is rarely what was meant.

Wrong:  .model d1 D (IS=1e-14 N=1.05
Right:  .model d1 D (IS=1e-14 N=1.05)";
    CARD_SUBCIRCUIT "E0755" "a subcircuit does not begin and end as it should"
"Each `.subckt NAME pins` needs its `.ends`, in the same order when they are nested. A missing one
makes all that follows part of the subcircuit.

Wrong:  .subckt part a k
        D1 a k dm
Right:  .subckt part a k
        D1 a k dm
        .ends part";
    CARD_DUPLICATE "E0756" "a name is given twice"
"Two models or subcircuits of one name, or one parameter given twice in a card. Simulators differ
in which one they take, so the same file gives different results.

Wrong:  .model d1 D (CJO=125p M=0.7 CJO=10p)
Right:  .model d1 D (CJO=125p M=0.7)";
    CARD_UNKNOWN_PARAMETER "E0757" "the dialect's simulator does not know a parameter"
"Simulators of one family accept different parameters. One that a simulator does not know is ignored with
a line in its log, or ends the run; either way the model is not the one that was meant. espice
writes nothing silently away: it names the parameter, and the card must be corrected.

Wrong:  .model d1 D (IS=1e-14 IBVL=1u)     for ngspice, which has no IBVL
Right:  .model d1 D (IS=1e-14 BV=50 IBV=1u)";
    CARD_NUMBER "E0758" "simulators do not agree about a number"
"Some simulators read digits after the scale letter as decimals (`4k7` is 4700), others drop them
(`4k7` is 4000). The value is read as the chosen dialect reads it.

Wrong:  R1 a b 4k7
Right:  R1 a b 4.7k";
    CARD_NAME "E0759" "a name was changed for the dialect"
"Names of models and subcircuits with blanks, brackets, slashes or letters beyond ASCII break
cards. The text carries a similar legal name; the outcome lists both.

Wrong:  .model BAT54/A D (IS=1e-7)
Right:  .model BAT54_A D (IS=1e-7)";
    CARD_NOT_FINITE "E0760" "a value of a card is not finite"
"NaN and infinity can't be written into a card. They come from an earlier stage that failed, and
a card without the parameter would silently mean its default.

Wrong:  .model d1 D (IS=NaN)
Right:  .model d1 D (IS=1e-14)";
    CARD_FLAG_OUTSIDE "E0761" "a word stands outside the brackets of a model card"
"LTspice accepts `VDMOS Pchan (…)`; ngspice 39 hangs while it reads the same line. Inside the
brackets every simulator reads the word.

Wrong:  .model m1 VDMOS Pchan (VTO=-3)
Right:  .model m1 VDMOS (Pchan VTO=-3)";
    SIMULATOR_MISSING "E0770" "the simulator could not be started"
"The command of the simulator was not found or may not be run. Nothing was simulated, and the outcome
says so instead of giving a verdict.

Wrong:  a simulator whose command is `ngspice-99`, which is not installed
Right:  install it, or name the command's full path";
    SIMULATOR_TIMEOUT "E0771" "the simulator did not end in time"
"The run was ended after the time that it was given. Some decks make a simulator hang while it
reads them (a `VDMOS Pchan (…)` card in ngspice 39), others converge too slowly.

Wrong:  waiting without a limit
Right:  give a longer limit only when the log shows progress";
    SIMULATOR_CRASHED "E0772" "the simulator ended abnormally"
"The process was ended by a signal or returned a failure that its log does not explain. Its results, if
any were written, are not used.

Wrong:  trusting a table that a crashed run left behind
Right:  run the deck by hand and look at the last lines of its log";
    SIMULATOR_NO_CONVERGENCE "E0773" "the simulator found no operating point"
"Newton's method and its homotopies failed. In a batch of bias points the deck is halved until the
point that fails is known; that point is listed as without reference, the others are used.

Wrong:  a diode card with RS=0 driven by 100 V
Right:  a bias that the device can carry";
    SIMULATOR_UNKNOWN_PARAMETER "E0774" "the simulator ignored a parameter"
"The log of the run names a parameter that the simulator did not recognise. The simulated model is
then not the one on the card, so a comparison with it proves nothing about the parameter.

Wrong:  .model d1 D (IS=1e-14 IBVL=1u)     for ngspice
Right:  .model d1 D (IS=1e-14 IBV=1u)";
    SIMULATOR_OUTPUT "E0775" "the simulator wrote more than it may"
"Log or results grew beyond the limit of the run, and the run was ended. A simulator that repeats one
warning without end is the usual cause.

Wrong:  a deck that prints every iteration
Right:  a deck that writes only the vectors it needs";
    SIMULATOR_RESULT "E0776" "the simulator's result cannot be read"
"The result file is missing, has another shape than the deck asked for, or holds text where numbers
belong. No value is taken from it.

Wrong:  a `wrdata` table that was written without `set wr_singlescale`
Right:  `set wr_singlescale` and `set numdgt=16` before `wrdata`";
    SIMULATOR_FOLDER "E0777" "the working folder of the simulator cannot be used"
"Deck, log and results are files in a working folder that the caller names. It must exist and be
writable.

Wrong:  a folder on a full or read-only disk
Right:  a temporary folder of this run";
    SIMULATOR_CANCELLED "E0778" "the simulation was cancelled"
"The caller asked the run to stop; the simulator was ended and its results are not used.

Wrong:  treating points without result as failed
Right:  run again";
    SIMULATOR_DECK "E0779" "the simulator refused the deck"
"The simulator could not read a line of the deck. Its own words are in the message. Nothing was
simulated.

Wrong:  .model d1 D (mfg=abc)     ngspice 39 ends with an undefined parameter
Right:  * d1: mfg=abc
        .model d1 D (IS=1e-14)";
    SIMULATOR_REQUEST "E0780" "a bias point cannot be simulated"
"A bias point names a card by its place in the list, one finite voltage for each terminal of its device and
a temperature above 0 K. Another number of terminals, an unknown device type or a simulator for
which no deck can be made is an error of the caller.

Wrong:  three voltages for a diode
Right:  two voltages: anode and cathode";
}
