//! E06xx: source data: MDM, CSV, facts.

super::codes! {
    SOURCE_EMPTY "E0601" "the source holds no data"
"The file is empty, or holds nothing but comments, a header or damaged rows. A model cannot be
made of nothing, so this is an error and not a source without findings.

Wrong:  a file with the one line `VF (V), IF (mA)`
Right:  VF (V), IF (mA)
        0.60, 1.0
        0.65, 3.1";
    SOURCE_FORM "E0602" "the form of the source is not known"
"The content is looked at first and the file's name second: BEGIN_HEADER or ICCAP_INPUTS makes an
IC-CAP MDM file, [device], [[parameter]] or [[curve]] a facts TOML, a heading line with commas,
semicolons or tabs a CSV. Binary files are not read.

Wrong:  a spreadsheet (.xlsx) given as it is
Right:  the same sheet saved as CSV, each heading with its unit";
    SOURCE_TOO_LARGE "E0603" "more data than a source may hold"
"A source is read whole and every number is kept with its place, so size, columns, numbers and
curves are limited; hostile or runaway files end here instead of in the machine's swap. Files
that people measure are far below the limits.

Wrong:  one CSV with a million columns
Right:  one file for each set-up, in long form: one column for each quantity";
    ROW_CELLS "E0604" "a row has a wrong number of cells"
"Each row needs one cell for each heading. Which cell is missing cannot be known, so the row is
left out and named. A decimal comma in a file separated by commas gives this, too.

Wrong:  VF (V), IF (mA)
        0,65, 3,1
Right:  VF (V); IF (mA)
        0,65; 3,1";
    CELL_NOT_A_NUMBER "E0605" "a cell is not a number"
"Among numbers there is text, NaN, an infinity or the number with which an instrument reports an
overflow or a missing reading (9.9e37 and 9.91e37, SCPI-99 volume 1, 7.2.1). The row is left out
and named; nothing is put in its place.

Wrong:  0.65, NaN
Right:  delete the row, or write the value that was read";
    ROWS_LOST "E0606" "too many rows are damaged"
"When more than a tenth of the rows cannot be used, the file is more likely misread or broken than
slightly dirty, and a fit to the rest would look better than it is.

Wrong:  a log whose every second line holds the text `overload`
Right:  the same log without these lines, or measured again in range";
    MDM_HEADER "E0610" "the header of the MDM file is damaged"
"An MDM file starts with BEGIN_HEADER, lists inputs under ICCAP_INPUTS (name, mode, nodes, unit,
compliance, sweep) and outputs under ICCAP_OUTPUTS (name, mode, nodes, unit, kind), and ends the
header with END_HEADER (IC-CAP User's Guide, MDM File Structure). Without it the columns have no
meaning.

Wrong:  vd V
Right:  vd V D GROUND SMU1 0.1 LIN 1 0 1.35 28 0.05";
    MDM_TRUNCATED "E0611" "the MDM file ends too early"
"A block that was begun has no END_DB. What stands before the cut is kept, except a last line that
may have been cut inside a number: 0.00028 is a fine number that was 0.00028807 before the cut.

Wrong:  a file that stops in the middle of a row
Right:  the whole file, copied again from the instrument";
    MDM_COUNT "E0612" "the MDM file holds another number of points or blocks than its header says"
"The header declares how many points each sweep has. Fewer or more mean an aborted measurement, a
file put together by hand, or a lost part; the points that are there are used.

Wrong:  LIN 1 0 1 11 0.1 followed by 9 rows
Right:  LIN 1 0 0.8 9 0.1 followed by 9 rows";
    MDM_COLUMN "E0613" "a column of the MDM file does not agree with its header"
"Every column of a block must be an input or an output of the header, and every output must have
its column. A column that the header does not know is kept without meaning.

Wrong:  ICCAP_OUTPUTS lists ic and ib, the block's line is `#vb ic`
Right:  #vb ic ib";
    MDM_VALUES "E0614" "swept values differ from the header"
"The values of the innermost sweep in the rows are not those that its LIN or LIST line declares.
IC-CAP itself believes the header then; espice uses the rows and warns, because one of the two was
edited by hand.

Wrong:  LIN 1 0 1 11 0.1 with rows 0, 0.2, 0.4, …
Right:  LIN 1 0 2 11 0.2";
    MDM_NODES "E0615" "names of nodes and columns contradict each other"
"A column is called after one terminal and its node after another, as when the matrix of the
instrument was wired for another device. Readings take the names of voltages and currents, `VG`, `ID`,
before those of nodes; look whether that is what was measured.

Wrong:  VG V B GROUND …   and   VD V S GROUND …
Right:  VG V G GROUND …   and   VD V D GROUND …";
    UNIT_MISSING "E0620" "a value or heading has no unit"
"A number without a unit is not a measurement: IF may be in A, mA or uA, and a wrong guess gives a
model that is wrong by a thousand. Only pure numbers stand without.

Wrong:  VF, IF
Right:  VF (V), IF (mA)";
    UNIT_UNKNOWN "E0621" "this is not a unit"
"Units are SI units with their prefixes and the usual engineering ones (degC, mil, eV, %). Letters
are case-sensitive: mA is a thousandth, MA a million amperes.

Wrong:  IF (mAmp)
Right:  IF (mA)";
    SYMBOL_UNKNOWN "E0622" "an unknown symbol"
"Quantities are those of the symbol table, by canonical name or synonym. A name that is not there
cannot be checked, fitted or judged.

Wrong:  VFF (V), IF (mA)
Right:  VF (V), IF (mA)";
    UNIT_DIMENSION "E0623" "the unit does not fit the symbol"
"The symbol table gives each symbol a dimension; a forward voltage in amperes is two exchanged
columns or a misread row.

Wrong:  VF (mA), IF (V)
Right:  VF (V), IF (mA)";
    COLUMN_TWICE "E0624" "a quantity stands in two columns"
"Two columns with one meaning leave open which of them is meant. Several curves go below each
other with a column that tells them apart, not beside each other.

Wrong:  VF (V), IF (mA), IF (mA)
Right:  VF (V), IF (mA), TJ (degC)";
    NO_QUANTITY "E0625" "no device kind measures these columns together"
"Some column must be a quantity that depends on the others: `ID` on `VGS` and `VDS`. The device
kinds of the symbol table list what can be measured over what.

Wrong:  VR (V), IF (mA)
Right:  VR (V), IR (uA)";
    DECIMALS_MIXED "E0626" "decimal point and decimal comma are mixed"
"In one file `1.250` and `1,250` cannot both be meant; one of them would be a thousand times the
other.

Wrong:  0.60; 1,5
Right:  0.60; 1.5   or   0,60; 1,5";
    CURVES_SHATTERED "E0627" "the rows fall apart into curves of one point"
"The columns that tell the curves of a family apart have a new value in almost every row. Usually
the held quantity was read back with its noise instead of written as it was set.

Wrong:  VDS (V), VGS (V), ID (A) with VGS 1.9998, 2.0003, 2.0001, …
Right:  the same rows with VGS 2";
    PREAMBLE_VALUE "E0628" "a preamble line cannot be read"
"Lines `# name: value` before the heading say what holds for all rows: part, kind, maker, package,
polarity, origin, axis_error, title, and conditions by symbol with their unit.

Wrong:  # TJ: 25
Right:  # TJ: 25 degC";
    FACTS_SYNTAX "E0640" "this is not TOML"
"The facts file is TOML 1.1 (toml.io). Texts stand in quotes, and so do keys that hold brackets.

Wrong:  [[parameter]]
        symbol = RDS(on)
Right:  [[parameter]]
        symbol = \"RDS(on)\"";
    FACTS_KEY "E0641" "an unknown key"
"A key that is not known would be ignored silently, and with it what it says.

Wrong:  [[parameter]]
        sybol = \"VF\"
Right:  [[parameter]]
        symbol = \"VF\"";
    FACTS_TYPE "E0642" "a key has a value of the wrong kind"
"Each key takes one kind of value: text, number, list or table. Values with a unit are texts.

Wrong:  page = \"two\"
Right:  page = 2";
    FACTS_VALUE "E0643" "a value cannot be read"
"A value is a number with its unit in one text. Conditions may also be a range or a multiple of
another symbol.

Wrong:  max = \"about 1 V\"
Right:  max = \"1 V\"
        conditions = { IF = \"10 mA\", VR = \"5 V .. 20 V\", IR = \"0.1 * IF\" }";
    FACTS_ORDER "E0644" "minimum, typical and maximum are out of order"
"min <= typ <= max must hold, as numbers with their sign, or by magnitude where all are negative
(-0.5 V to -6 V); so must the ends of a range. Exchanged columns or a lost minus are the usual
cause.

Wrong:  min = \"1.2 V\", max = \"0.8 V\"
Right:  min = \"0.8 V\", max = \"1.2 V\"";
    FACTS_MISSING "E0645" "something is missing"
"An entry says too little to be used: a parameter needs its symbol and at least one of min, typ
and max; a curve needs its quantity, units and points.

Wrong:  [[parameter]]
        symbol = \"VF\"
Right:  [[parameter]]
        symbol = \"VF\"
        max = \"1 V\"";
    FACTS_SIGNATURE "E0646" "this is not a curve's signature"
"A curve's quantity is written like a function: the dependent symbol, then the abscissa, then after
a semicolon the symbols that tell the curves of a family apart.

Wrong:  quantity = \"IF over VF\"
Right:  quantity = \"IF(VF; TJ)\"";
    WILD_POINTS "E0647" "points of a curve lie far off their neighbours"
"Misread digits and glitches of an instrument err alone, while a model that does not follow its data
errs alike at neighbouring points. Where there are such points the fit is repeated with Cauchy's
loss, for which a point counts the less the farther it lies off. They stay in the report's plots.

Wrong:  IF(VF) with 1.1 mA, 12 mA, 1.3 mA at neighbouring voltages
Right:  1.1 mA, 1.2 mA, 1.3 mA";
    SOURCES_DISAGREE "E0650" "two sources disagree about the device"
"Several sources were given for one device, and they name it differently. The first one counts.

Wrong:  espice model BAT54.toml 1N4148.csv
Right:  espice model 1N4148.toml 1N4148.csv";
    CONDITION_ASSUMED "E0667" "a source leaves a condition open"
"A quantity is measured at conditions. Where a source leaves one of them open, and the kind says
what the field takes for granted then, that is assumed: a nominal capacitance holds without a bias,
a nominal inductance without a direct current. State the condition where the sheet has another.

Wrong:  symbol = \"Cap\"
        typ = \"10 uF\"
Right:  symbol = \"Cap\"
        typ = \"10 uF\"
        conditions = { VDC = \"0 V\" }";
    DIGITISED_FORM "E0665" "this is no document of digitised curves"
"A JSON document of the transistordatabase has a `type` that is known (MOSFET, SiC-MOSFET,
GaN-Transistor, IGBT) and members such as `c_rss` and `switch`, whose graphs are pairs of lists.

Wrong:  {\"type\": \"Thyristor\", \"switch\": {\"channel\": []}}
Right:  {\"type\": \"IGBT\", \"switch\": {\"channel\": [{\"t_j\": 25, \"v_g\": 15,
        \"graph_v_i\": [[0.0, 1.2], [0.0, 90.0]]}]}}";
    DIGITISED_GRAPH "E0666" "a digitised graph is in doubt"
"A graph is a list of abscissas and one of as many ordinates. Of a resistance over temperature it must be
known whether it is in ohms (`t_r`) or in multiples of a nominal one (`t_factor`); two curves of one
plot that have the same points although they were drawn for different conditions are a slip of
whoever saved them.

Wrong:  \"graph_v_i\": [[0.0, 1.2, 1.4], [0.0, 90.0]]
Right:  \"graph_v_i\": [[0.0, 1.2], [0.0, 90.0]]";
}
