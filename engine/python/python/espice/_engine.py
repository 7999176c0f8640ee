"""An engine with its packs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike

from . import _espice
from ._device import ROOM, Device, Values, Volts
from ._documents import Document, Error, Fit, Outcome
from ._progress import Progress, followed

Path = Union[str, "os.PathLike[str]"]
#: A path, a data frame of pandas, or columns by header (`"VF (V)"`).
Source = Union[Path, Mapping[str, ArrayLike], Any]


class Engine:
    """Packs that are loaded once and serve any number of calls from any number of threads.

    `packs` are folders beside the built-in ones, `foundry` the pack that judges, `threads` how many
    one call may use, `simulator` the command that checks cards, such as `"ngspice"`, `roots` the
    folders below which files are read, `rows` how many the tables of one call may have together."""

    def __init__(
        self,
        *,
        packs: Iterable[Path] = (),
        foundry: str | None = None,
        seed: int | None = None,
        threads: int | None = None,
        simulator: str | None = None,
        roots: Iterable[Path] = (),
        rows: int | None = None,
    ) -> None:
        options = {
            "packs": [os.fspath(p) for p in packs],
            "foundry": foundry,
            "seed": seed,
            "threads": threads,
            "simulator": simulator,
            "roots": [os.fspath(r) for r in roots],
            "rows": rows,
        }
        self._native = _translated(_espice.Engine, json.dumps(options))

    def call(self, operation: str, request: Mapping[str, Any], progress: Progress = None) -> Document:
        """Carries out an operation with a request, as in every front end."""
        return Document(self._call(operation, request, progress))

    def _call(self, operation: str, request: Mapping[str, Any], progress: Progress = None) -> str:
        words = {name: value for name, value in request.items() if value is not None}
        with followed(progress) as tell:
            return str(_translated(self._native.call, operation, json.dumps(words), tell))

    def reload(self) -> list[dict[str, str]]:
        """Loads the packs again, all or none, and names the active ones."""
        return list(json.loads(_translated(self._native.reload)))

    def extract(
        self,
        *sources: Source,
        kind: str | None = None,
        part: str | None = None,
        files: Mapping[str, str] | None = None,
        progress: Progress = None,
    ) -> Outcome:
        """Reads sources of one device and screens what they say."""
        request = _request(sources, files, kind=kind, part=part)
        return Outcome(self._call("datasheet.extract", request, progress))

    def model(
        self,
        *sources: Source,
        part: str | None = None,
        kind: str | None = None,
        dialects: Sequence[str] = (),
        template: str | None = None,
        withhold: Sequence[str] = (),
        seed: int | None = None,
        simulate: bool | None = None,
        files: Mapping[str, str] | None = None,
        progress: Progress = None,
    ) -> Outcome:
        """Makes a model of one device and judges it. Columns need the kind of device."""
        request = _request(
            sources,
            files,
            part=part,
            kind=kind,
            dialects=list(dialects),
            template=template,
            withhold=list(withhold),
            seed=seed,
            simulate=simulate,
        )
        return Outcome(self._call("model.make", request, progress))

    def select(
        self,
        *sources: Source,
        kind: str | None = None,
        part: str | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Document:
        """Says which templates come into question."""
        return self.call("model.select", _request(sources, files, kind=kind, part=part))

    def judge(
        self,
        *sources: Source,
        card: Path | None = None,
        model: str | None = None,
        dialect: str | None = None,
        kind: str | None = None,
        part: str | None = None,
        all: bool = False,
        files: Mapping[str, str] | None = None,
        progress: Progress = None,
    ) -> Document:
        """Holds sources and a card to the rules, without a fit."""
        card = None if card is None else os.fspath(card)
        request = _request(
            sources, files, card=card, model=model, dialect=dialect, kind=kind, part=part, all=all
        )
        return self.call("model.judge", request, progress)

    def fit(
        self,
        template: str,
        table: Source,
        *,
        function: str | None = None,
        output: str | None = None,
        start: Mapping[str, float] | None = None,
        fixed: Sequence[str] = (),
        loss: str | Mapping[str, float] = "linear",
        search: str = "doubt",
        seed: int | None = None,
        level: float | None = None,
        profile: bool = False,
        files: Mapping[str, str] | None = None,
        progress: Progress = None,
    ) -> Fit:
        """Fits a function of numbers to a table: a path, columns by header, or a data frame.
        `template` is a function's name, a file that holds one, or its text."""
        whole = _request([table], files)
        with_text = dict(whole["files"])
        if "{" in template:
            with_text["function.espice"], template = template, "function.espice"
        request = {
            "template": template,
            "table": whole["sources"][0],
            "files": with_text,
            "function": function,
            "output": output,
            "start": dict(start or {}),
            "fixed": list(fixed),
            "loss": loss,
            "search": search,
            "seed": seed,
            "level": level,
            "profile": profile,
        }
        return Fit(self._call("model.fit", request, progress))

    def check(self, *paths: Path, files: Mapping[str, str] | None = None) -> Document:
        """Checks packs and single files; `sound` says whether there is no mistake."""
        request = {"paths": [os.fspath(p) for p in paths], "files": dict(files or {})}
        return self.call("pack.check", request)

    def test(self, *paths: Path, files: Mapping[str, str] | None = None) -> Document:
        """Runs the tests of packs."""
        request = {"paths": [os.fspath(p) for p in paths], "files": dict(files or {})}
        return self.call("pack.test", request)

    def explain(self, rule: str, *sources: Source, why_not: bool = False) -> str:
        """Explains a rule, or how it comes out for sources."""
        request = _request(sources, None, rule=rule, why_not=why_not)
        return "\n".join(self.call("rule.explain", request)["lines"])

    def find(self, query: str, limit: int = 10) -> list[dict[str, Any]]:
        """Finds operations, templates, rules, kinds and symbols by words."""
        return list(self.call("tool.find", {"query": query, "limit": limit})["matches"])

    def device(
        self,
        card: Path | None = None,
        *,
        template: str | None = None,
        model: str | None = None,
        polarity: str | None = None,
        dialect: str | None = None,
        instance: Mapping[str, Any] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Device:
        """Makes a card or a template ready for evaluation. `card` is a path or the text of a card;
        `instance` are parameters of the element, such as `{"W": "10u"}`."""
        if (card is None) == (template is None):
            raise TypeError("a device is made of a card or of a template")
        if card is None:
            return Device(_translated(self._native.template, template, polarity))
        path, texts = os.fspath(card), dict(files or {})
        if "\n" in path:
            texts["card.lib"], path = path, "card.lib"
        words = [(name, str(value)) for name, value in (instance or {}).items()]
        return Device(_translated(self._native.card, path, dialect, model, words, texts))

    def eval(
        self,
        device: Device | Path,
        volts: Volts,
        want: str | Iterable[str] = "currents",
        *,
        kelvin: ArrayLike = ROOM,
        parameters: Mapping[str, float] | None = None,
        model: str | None = None,
        polarity: str | None = None,
        dialect: str | None = None,
        instance: Mapping[str, Any] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Values:
        """Values of a device, of a card (path or text) or of a template (name) at biases; see
        `Device.eval`, and `device` for the rest. Whoever evaluates often makes the device once."""
        if not isinstance(device, Device):
            word = os.fspath(device)
            is_card = "\n" in word or word in (files or {}) or os.path.exists(word)
            device = self.device(
                word if is_card else None,
                template=None if is_card else word,
                model=model,
                polarity=polarity,
                dialect=dialect,
                instance=instance,
                files=files,
            )
        return device.eval(volts, want, kelvin=kelvin, parameters=parameters)


def _translated(function: Any, *words: Any) -> Any:
    try:
        return function(*words)
    except _espice.Refused as refused:
        raise Error(refused.args[0]) from None


def _request(
    sources: Sequence[Source], files: Mapping[str, str] | None, **fields: Any
) -> dict[str, Any]:
    """A request with sources, of which tables go along as files."""
    texts, paths = dict(files or {}), []
    for number, source in enumerate(sources, 1):
        if isinstance(source, (str, os.PathLike)):
            paths.append(os.fspath(source))
            continue
        path = f"table-{number}.csv"
        texts[path] = _csv(source)
        paths.append(path)
    return {"sources": paths, "files": texts, **fields}


def _csv(table: Any) -> str:
    """Columns by header, or a data frame, as CSV with all digits."""
    if not isinstance(table, Mapping):
        if not hasattr(table, "columns"):
            raise TypeError("a source is a path, columns by header, or a data frame")
        table = {str(name): table[name].to_numpy() for name in table.columns}
    columns = [np.asarray(column).ravel() for column in table.values()]
    if len({len(column) for column in columns}) != 1:
        raise ValueError("the columns of a table have one length")
    lines = [",".join(str(name) for name in table)]
    lines += [",".join(_word(value) for value in row) for row in zip(*columns)]
    return "\n".join(lines) + "\n"


def _word(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return str(value)
