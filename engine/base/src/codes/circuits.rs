//! E024x: circuits.

super::codes! {
    CIRCUIT "E0240" "a circuit is not complete"
"A circuit names the node at 0 V, connects elements between its pins and nodes, and gives each of its
outputs one `measure`. Every node of its own is reached by an element. A circuit without `stop` is
solved for its operating point alone, so it has no events.

Wrong:  circuit c(IC : A) -> VCE(sat) : V for bjt { current e, c = IC }
Right:  circuit c(IC : A) -> VCE(sat) : V for bjt {
          ground e
          current e, c = IC
          measure VCE(sat) = V(c, e)
        }";

    CIRCUIT_VALUE "E0241" "a value of a circuit holds what it cannot know"
"Voltages, currents and clamps of a circuit may depend on its conditions, on the time and on voltages
between its nodes. Resistors, capacitors, inductors, starts and the end of the run depend on the
conditions alone. Currents into the pins of the device, `I(a)`, and what was noted at events are
known to events and measures only; charges and small-signal values belong to quantities.

Wrong:  resistor supply, d = V(d, s) / 1 A
Right:  current supply, d = V(supply, d) / 1 Ohm";

    CIRCUIT_EVENT "E0242" "there is no such event"
"`X at EVENT`, `integral(X, FROM, TO)`, `peak(X, FROM, TO)` and `after EVENT` name events of the same
circuit that are declared above. `start` is the moment at which the time starts, `end` that at which
the run ends.

Wrong:  measure trr = time at recoverd
Right:  event recovered when I(a) rises through -irr after reversed
        measure trr = time at recovered";

    CIRCUIT_SYMBOL "E0243" "a condition or output of a circuit is no symbol of this dimension"
"Conditions and outputs of a circuit are symbols: rows of data state the conditions, recipes and
rules name the outputs. So each has the dimension of its symbol. A temperature is never among the
conditions, because it is always set beside them.

Wrong:  circuit c(IF : V) -> trr : s for diode { … }
Right:  circuit c(IF : A) -> trr : s for diode { … }";
}
