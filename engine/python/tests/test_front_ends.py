"""The same request gives the document that the command line prints."""

import json
import os
import subprocess
import unittest

import espice
from support import ROOT, Folder, table

PROGRAM = os.environ.get("ESPICE", str(ROOT / "target/debug/espice"))


def at(document, pointer):
    if isinstance(document, dict):
        document.pop("run", None)
    for name in (pointer or "").split("/")[1:]:
        document = document[name]
    return document


class FrontEnds(unittest.TestCase):
    maxDiff = None

    def test_python_says_what_the_command_line_says(self):
        rows = table()
        self.assertGreater(len(rows), 5)
        with Folder() as folder:
            engine = espice.Engine(roots=[folder])
            for row in rows:
                command = [PROGRAM, *row["command"], "--format", "json"]
                run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
                wanted = at(json.loads(run.stdout), row.get("of_command"))
                told = at(dict(engine.call(row["operation"], row["request"])), row.get("part"))
                self.assertEqual(told, wanted, row["request"])

    def test_every_operation_has_schemas(self):
        names = [o["name"] for o in espice.operations()]
        self.assertIn("model.make", names)
        for operation in espice.operations():
            self.assertEqual(operation["input"]["type"], "object")
            self.assertEqual(operation["output"]["type"], "object")


if __name__ == "__main__":
    unittest.main()
