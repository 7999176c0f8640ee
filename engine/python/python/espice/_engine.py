"""An engine with its packs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike

from . import _espice
from ._device import ROOM, Device, Values, Volts, texts
from ._documents import Document, Error, Fit, Outcome, TypeRefused, ValueRefused, translated
from ._progress import Progress, followed

Path = Union[str, "os.PathLike[str]"]
#: A path, a data frame of pandas, or columns by header (`"VF (V)"`).
Source = Union[Path, Mapping[str, ArrayLike], Any]

#: How the text of a card begins, and no path.
CARD = re.compile(r"\s*\.(model|subckt)\s", re.IGNORECASE)
#: The codes of a file that is not there, and of a template.
NO_FILE, NO_TEMPLATE = "E0660", "E0720"


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
            "packs": _paths("packs", packs),
            "foundry": foundry,
            "seed": seed,
            "threads": threads,
            "simulator": simulator,
            "roots": _paths("roots", roots),
            "rows": rows,
        }
        self._native = translated(_espice.Engine, _json(options))

    def call(self, operation: str, request: Mapping[str, Any], progress: Progress = None) -> Document:
        """Carries out an operation with a request, as in every front end."""
        return Document(self._call(operation, request, progress))

    def _call(self, operation: str, request: Mapping[str, Any], progress: Progress = None) -> str:
        words = {n: v for n, v in _mapping("request", request).items() if v is not None}
        with followed(progress) as tell:
            return str(translated(self._native.call, operation, _json(words), tell))

    def reload(self) -> list[dict[str, str]]:
        """Loads the packs again, all or none, and names the active ones."""
        return list(json.loads(translated(self._native.reload)))

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
            dialects=texts("dialects", dialects),
            template=template,
            withhold=texts("withhold", withhold),
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
        card = None if card is None else _path("card", card)
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
        template = _path("template", template)
        if "{" in template:
            with_text["function.espice"], template = template, "function.espice"
        request = {
            "template": template,
            "table": whole["sources"][0],
            "files": with_text,
            "function": function,
            "output": output,
            "start": _mapping("start", start or {}),
            "fixed": texts("fixed", fixed),
            "loss": loss,
            "search": search,
            "seed": seed,
            "level": level,
            "profile": profile,
        }
        return Fit(self._call("model.fit", request, progress))

    def check(self, *paths: Path, files: Mapping[str, str] | None = None) -> Document:
        """Checks packs and single files; `sound` says whether there is no mistake."""
        request = {"paths": _paths("paths", paths), "files": _mapping("files", files or {})}
        return self.call("pack.check", request)

    def test(self, *paths: Path, files: Mapping[str, str] | None = None) -> Document:
        """Runs the tests of packs."""
        request = {"paths": _paths("paths", paths), "files": _mapping("files", files or {})}
        return self.call("pack.test", request)

    def explain(self, rule: str, *sources: Source, why_not: bool = False) -> str:
        """Explains a rule, or how it comes out for sources; or the code of an error, or a template.
        Raises `Error` where there is nothing of this name, or sources cannot be used."""
        request = _request(sources, None, rule=rule, why_not=why_not)
        explained = self.call("rule.explain", request)
        for told in explained["diagnostics"]:
            if told["severity"] == "error":
                raise Error.of(told["message"], told["code"], told["help"])
        return "\n".join(explained["lines"])

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
            raise TypeRefused.of("a device is made of a card or of a template, and of one of them")
        if card is None:
            return Device(translated(self._native.template, _text("template", template), polarity))
        path, with_text = _path("card", card), _mapping("files", files or {})
        if _is_text(path):
            with_text["card.lib"], path = path, "card.lib"
        words = [(name, str(value)) for name, value in _mapping("instance", instance or {}).items()]
        try:
            return Device(
                translated(self._native.card, path, dialect, model, words, with_text)
            )
        except Error as error:
            if error.code == NO_FILE:
                error.help.append("the text of a card begins with `.model` or `.subckt`")
            raise

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
            word = _path("device", device)
            found = None
            if not (_is_text(word) or word in (files or {}) or os.path.exists(word)):
                found = self._template(word, polarity)
            try:
                device = found or self.device(
                    word, model=model, dialect=dialect, instance=instance, files=files
                )
            except Error as error:
                if error.code != NO_FILE:
                    raise
                message = f"`{word}` is neither a template nor the path or text of a card"
                raise Error.of(message, NO_TEMPLATE, error.help) from None
        return device.eval(volts, want, kelvin=kelvin, parameters=parameters)

    def _template(self, name: str, polarity: str | None) -> Device | None:
        """The template of this name, if there is one."""
        try:
            return self.device(template=name, polarity=polarity)
        except Error as error:
            if error.code == NO_TEMPLATE:
                return None
            raise


def _is_text(word: str) -> bool:
    """Whether a word is the text of a card, and no path."""
    return "\n" in word or CARD.match(word) is not None


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise TypeRefused.of(f"`{name}` is a text, and {given!r} is none")
    return given


def _path(name: str, given: Any) -> str:
    if not isinstance(given, (str, os.PathLike)):
        raise TypeRefused.of(f"`{name}` is a path or a text, and {given!r} is none")
    return os.fsdecode(given)


def _paths(name: str, given: Any) -> list[str]:
    """Paths. One alone is no list of them: it would be taken letter by letter."""
    if isinstance(given, (str, bytes, os.PathLike)) or not isinstance(given, Iterable):
        raise TypeRefused.of(f"`{name}` is a list of paths, and {given!r} is none")
    return [_path(name, path) for path in given]


def _mapping(name: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise TypeRefused.of(f"`{name}` is a dictionary, and {given!r} is none")
    return dict(given)


def _json(request: Mapping[str, Any]) -> str:
    """A request as JSON; numbers and arrays of numpy, paths and sets are what they are elsewhere."""

    def plain(value: Any) -> Any:
        if isinstance(value, (np.generic, np.ndarray)):
            return value.tolist()
        if isinstance(value, os.PathLike):
            return os.fsdecode(value)
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeRefused.of(f"a request cannot hold {value!r}")

    return json.dumps(request, default=plain)


def _request(
    sources: Sequence[Source], files: Mapping[str, str] | None, **fields: Any
) -> dict[str, Any]:
    """A request with sources, of which tables go along as files."""
    with_text, paths = _mapping("files", files or {}), []
    for number, source in enumerate(sources, 1):
        if isinstance(source, (str, os.PathLike)):
            paths.append(os.fsdecode(source))
            continue
        path = f"table-{number}.csv"
        with_text[path] = _csv(source)
        paths.append(path)
    return {"sources": paths, "files": with_text, **fields}


def _csv(table: Any) -> str:
    """Columns by header, or a data frame, as CSV with all digits."""
    if not isinstance(table, Mapping):
        if not hasattr(table, "columns"):
            ways = "a path, columns by header, or a data frame"
            raise TypeRefused.of(f"a source is {ways}, and {table!r} is none")
        table = {str(name): table[name].to_numpy() for name in table.columns}
    columns = [_column(str(name), column) for name, column in table.items()]
    if len({len(column) for column in columns}) != 1:
        raise ValueRefused.of("the columns of a table have one length, and there is one at least")
    lines = [",".join(str(name) for name in table)]
    lines += [",".join(_word(value) for value in row) for row in zip(*columns)]
    return "\n".join(lines) + "\n"


def _column(name: str, column: Any) -> Any:
    if isinstance(column, np.ma.MaskedArray):
        column = np.ma.filled(column.astype(np.float64), np.nan)
    try:
        array = np.asarray(column)
    except ValueError as error:
        raise ValueRefused.of(f"column `{name}` is no array: {error}") from None
    if array.ndim != 1:
        raise ValueRefused.of(f"a column has one dimension, and `{name}` has {array.ndim}")
    if array.dtype.kind == "c":
        raise TypeRefused.of(f"the numbers of column `{name}` are complex")
    return array


def _word(value: Any) -> str:
    """A cell. What is missing is an empty one."""
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return "" if value is None or repr(value) == "<NA>" else str(value)
