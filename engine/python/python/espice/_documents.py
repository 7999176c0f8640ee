"""Documents: dictionaries as every front end of the engine gives them, with shortcuts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ._espice import Refused

if TYPE_CHECKING:
    from typing_extensions import Self

R = TypeVar("R")


class Error(Exception):
    """There is no document, or no device. `code` has a page (`espice.explain(code)`), `help` says
    what to do. Arguments that cannot be are also a `KeyError`, `TypeError` or `ValueError`."""

    def __init__(self, document: str) -> None:
        super().__init__(document)
        error = json.loads(document)["error"]
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.help: list[str] = error.get("help", [])
        self.diagnostics: list[dict[str, Any]] = error.get("diagnostics", [])

    @classmethod
    def of(cls, message: str, code: str = "E1102", help: Sequence[str] = ()) -> Self:
        """The error of this message."""
        return cls(json.dumps({"error": {"code": code, "message": message, "help": list(help)}}))

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class NameRefused(Error, KeyError):
    """There is nothing of this name."""


class TypeRefused(Error, TypeError):
    """An argument is of another sort than what is asked for."""


class ValueRefused(Error, ValueError):
    """An argument has a value or a form that cannot be."""


def translated(function: Callable[..., R], *words: Any) -> R:
    """What a function of the compiled part gives."""
    try:
        return function(*words)
    except Refused as refused:
        raise Error(refused.args[0]) from None


class Document(dict[str, Any]):
    """A document; `text` is the JSON that it was read from."""

    def __init__(self, text: str) -> None:
        super().__init__(json.loads(text))
        self.text = text

    @property
    def errors(self) -> list[str]:
        """Why there is no model, or why it is refused: diagnostics, each with its code, then rules
        that failed, each with its name. What was waived, warned of or noted is no error."""
        told = [d for d in self.get("diagnostics", []) if d["severity"] == "error"]
        findings = (self.get("verdict") or {}).get("findings", [])
        failed = [f for f in findings if f["status"] == "failed" and f["severity"] == "error"]
        words = [f"{d['code']}: {d['message']}" for d in told]
        return words + [f"{f['pack']}::{f['rule']}: {f['message']}" for f in failed]

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
