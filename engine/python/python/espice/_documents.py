"""Documents: dictionaries as every front end of the engine gives them, with shortcuts."""

from __future__ import annotations

import json
from typing import Any


class Error(Exception):
    """There is no document. `code` has a page (`espice explain CODE`), `help` says what to do."""

    def __init__(self, document: str) -> None:
        error = json.loads(document)["error"]
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.help: list[str] = error.get("help", [])
        self.diagnostics: list[dict[str, Any]] = error.get("diagnostics", [])


class Document(dict[str, Any]):
    """A document; `text` is the JSON that it was read from."""

    def __init__(self, text: str) -> None:
        super().__init__(json.loads(text))
        self.text = text

    @property
    def errors(self) -> list[str]:
        """Errors in words, each with its code."""
        told = self.get("diagnostics", [])
        return [f"{d['code']}: {d['message']}" for d in told if d["severity"] == "error"]

    def frame(self, path: str) -> Any:
        """A list of the document as a data frame of pandas: `frame("fit.parameters")`."""
        import pandas

        found: Any = self
        for name in path.split("."):
            found = found[name]
        return pandas.json_normalize(found)


class Outcome(Document):
    """What came of sources: facts, candidates, fit, verdict, models."""

    @property
    def passed(self) -> bool:
        """Whether a model came out that no rule refuses."""
        return bool(self["verdict"]["status"] == "passed")

    @property
    def card(self) -> str:
        """The first card. Raises `ValueError` where no model came out."""
        if not self["models"]:
            raise ValueError("no model came out: " + "; ".join(self.errors or ["see `candidates`"]))
        return str(self["models"][0]["text"])

    @property
    def parameters(self) -> dict[str, float]:
        """The fitted parameters, SI."""
        fit = self["fit"] or {"parameters": []}
        return {p["name"]: p["value"] for p in fit["parameters"]}


class Fit(Document):
    """A function fitted to a table."""

    @property
    def parameters(self) -> dict[str, float]:
        """The fitted values, SI."""
        return {p["name"]: p["value"] for p in self["parameters"]}
