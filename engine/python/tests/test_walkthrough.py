"""The walk-through of `docs/python.md` runs as it stands."""

import re
import unittest

from support import ROOT


class Walkthrough(unittest.TestCase):
    def test_it_runs(self):
        try:
            import scipy  # noqa: F401
        except ImportError:
            self.skipTest("there is no scipy")
        text = (ROOT / "docs/python.md").read_text()
        blocks = re.findall(r"^```python\n(.*?)^```", text, re.S | re.M)
        self.assertGreater(len(blocks), 5)
        names = {}
        for block in blocks:
            exec(compile(block, "docs/python.md", "exec"), names)


if __name__ == "__main__":
    unittest.main()
