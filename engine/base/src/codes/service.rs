//! E11xx: the engine as a backend of other programs.

super::codes! {
    UNKNOWN_OPERATION "E1101" "there is no operation of this name"
"Other programs ask the engine for operations by name, with a request in JSON. The name is none of them.

Wrong:  service.call(\"model\", …)
Right:  service.call(\"model.make\", …)";

    BAD_REQUEST "E1102" "a request cannot be carried out as it is written"
"A request is one JSON object with the fields that the schema of its operation names. A field that is
missing, misspelt or of another type is told with its place; nothing is guessed.

Wrong:  {\"source\": \"BAT54.csv\"}
Right:  {\"sources\": [\"BAT54.csv\"]}";

    PACKS_REFUSED "E1103" "packs with mistakes do not become active"
"An engine that serves others holds the packs that it has until new ones load and check without an
error. What is wrong with the new ones is told beside; calls go on with the old ones.

Wrong:  a rule that compares volts with amperes, and a reload
Right:  `espice check` of the pack first, then the reload";

    ENGINE_FAULT "E1104" "the engine has a fault"
"A call met a state that the engine's makers took for impossible. The call has no result; the engine
goes on and serves the next one. Please report it with the request and the sources.

Wrong:  a result that was made up
Right:  this error, and a report of the fault";
}
