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

    SERVER_BUSY "E1105" "a server has too many calls"
"A server carries out a few calls at the same time and lets some wait for their turn. Whoever comes
beyond that is told so at once, and asks again later; nothing was begun.

Wrong:  a thousand calls at the same time
Right:  a few at a time, each after the answer to the one before";

    OPEN_ADDRESS "E1106" "a server without a key would be open to others"
"A server over HTTP reads files for whoever may call it. Without a key it serves loopback addresses
alone, which nobody on other computers reaches.

Wrong:  espice mcp --http 0.0.0.0:8765
Right:  ESPICE_MCP_KEY=… espice mcp --http 0.0.0.0:8765";

    CANCEL_AMBIGUOUS "E1108" "it is not sure which call is to be cancelled"
"Over HTTP without sessions nobody tells the requests of one client from those of another, and clients
count from the same number. A call is cancelled by its id where no other call has had that id within
two minutes; else nothing is stopped, because it might be somebody else's. Closing the connection
of a call always stops it.

Wrong:  {\"method\": \"notifications/cancelled\", \"params\": {\"requestId\": 1}}   where two have called with id 1
Right:  the connection of the call closed, or ids that nobody else gives";

    NO_FRONT_END "E1107" "the program of a front end is missing"
"The server for agents is a program of its own, `espice-mcp`, so that `espice` stays small. It is looked
for beside `espice`, then where the system finds programs.

Wrong:  espice mcp, with `espice` built alone
Right:  cargo build --release -p espice-mcp, then espice mcp";
}
