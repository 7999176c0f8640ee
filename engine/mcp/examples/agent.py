"""The whole job as an agent does it, through the official Python client (`pip install mcp`).

    python engine/mcp/examples/agent.py PROGRAM... -- SHEET [FAMILY]

PROGRAM is `espice mcp` with its options, SHEET a path below its roots, FAMILY that of a source for
several parts. Finds the tools, reads the sheet, asks which templates come into question, makes a
model, holds the sheet and the card to the rules, evaluates the card, has a rule explained, reads the
report; for a family the server asks which part is meant. The client holds every result to the
schema of its tool. Done once by the newest protocol and once by that before it.
"""

import asyncio
import json
import sys

import mcp_types as types
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters


async def tell(progress, total, message):
    print(f"  … {message}")


async def choose(context, params):
    """Stands for the user: takes the first part."""
    schema = params.model_dump(by_alias=True)["requestedSchema"]
    choices = schema["properties"]["part"]["enum"]
    print(f"{params.message} {', '.join(choices)}")
    return types.ElicitResult(action="accept", content={"part": choices[0]})


async def job(client, sheet, family):
    async def call(name, **arguments):
        result = await client.call_tool(name, arguments, progress_callback=tell)
        assert not result.is_error and result.structured_content is not None, result
        return result.structured_content, result

    tools = {tool.name for tool in (await client.list_tools()).tools}
    found, _ = await call("tool.find", query="make a model from a datasheet", limit=3)
    assert found["matches"][0]["name"] in tools, found
    print("tools that fit:", ", ".join(m["name"] for m in found["matches"]))

    read, _ = await call("datasheet.extract", sources=[sheet])
    facts = read["facts"]
    print(f"{read['device']['part']}: {len(facts['parameters'])} rows, {len(facts['curves'])} curves")
    chosen, _ = await call("model.select", sources=[sheet])
    names = [c["template"] for c in chosen["candidates"] if c["status"] == "eligible"]
    assert names, chosen
    print("would try:", ", ".join(names))

    made, result = await call("model.make", sources=[sheet])
    assert made["models"], made["diagnostics"]
    card = made["models"][0]["text"]
    print(f"{made['fit']['template']}, verdict {made['verdict']['status']}\n{card}")
    link = next(c for c in result.content if c.type == "resource_link")
    report = (await client.read_resource(str(link.uri))).contents[0].text
    assert report.startswith(f"# {made['device']['part']}") and "## Card" in report, report

    files = {"made.lib": card}
    judged, _ = await call("model.judge", sources=[sheet], card="made.lib", files=files)
    print("judged:", judged["verdict"]["rules"])
    at = [{"pin": "a", "volts": [0.1, 0.2, 0.3]}]
    values, _ = await call("model.eval", card="made.lib", files=files, at=at)
    assert len(values["rows"]) == 3, values
    # Rules that hold are no part of the brief answer, which says where the whole one is.
    print("left out:", "; ".join(made["left_out"]))
    uri = made["left_out"][-1].split()[-1]
    whole = json.loads((await client.read_resource(uri)).contents[0].text)
    findings = whole["verdict"]["findings"]
    decided = next(f for f in findings if f["status"] != "not_applicable")
    rule = f"{decided['pack']}::{decided['rule']}"
    explained, _ = await call("rule.explain", rule=rule, sources=[sheet])
    print("\n".join(explained["lines"]))
    prompt = await client.get_prompt("fit-from-datasheet", {"source": sheet})
    assert sheet in prompt.messages[0].content.text
    if family:
        made, _ = await call("model.make", sources=[family])
        assert made["models"], made["diagnostics"]
        print("made:", made["device"]["part"], "of", ", ".join(made["device"]["parts"]))


async def main(command, sheet, family=None):
    server = StdioServerParameters(command=command[0], args=command[1:])
    for mode in ["auto", "legacy"]:
        async with Client(server, mode=mode, elicitation_callback=choose) as client:
            print(f"== protocol {client.session.protocol_version}")
            await job(client, sheet, family)


if __name__ == "__main__":
    at = sys.argv.index("--")
    asyncio.run(main(sys.argv[1:at], *sys.argv[at + 1 :]))
