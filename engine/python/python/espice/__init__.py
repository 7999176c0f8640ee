"""SPICE models that rules vouch for, from datasheets and measurements.

    import espice

    made = espice.model("BAT54.pdf", progress=True)
    print(made.passed, made.card)

The functions of this module use one engine with the built-in packs; `espice.Engine(packs=[...])`
opens others. Numbers are SI, temperatures kelvin.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from . import _espice
from ._device import ROOM, Device, Function, Values
from ._documents import Document, Error, Fit, Outcome
from ._engine import Engine

__version__ = _espice.version()
__all__ = [
    "ROOM",
    "Device",
    "Document",
    "Engine",
    "Error",
    "Fit",
    "Function",
    "Outcome",
    "Values",
    "call",
    "check",
    "device",
    "eval",
    "explain",
    "extract",
    "find",
    "fit",
    "judge",
    "model",
    "operations",
    "select",
    "test",
]


P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def _engine() -> Engine:
    return Engine()


def operations() -> list[dict[str, Any]]:
    """The operations with the schemas of their requests and documents."""
    return list(json.loads(_espice.operations()))


def _of_engine(method: Callable[Concatenate[Engine, P], R]) -> Callable[P, R]:
    """A method of the engine that everybody shares."""

    @functools.wraps(method)
    def function(*words: P.args, **named: P.kwargs) -> R:
        return method(_engine(), *words, **named)

    # Under its own name it is found again by a process that is sent it.
    function.__module__, function.__qualname__ = __name__, method.__name__
    return function


call = _of_engine(Engine.call)
check = _of_engine(Engine.check)
device = _of_engine(Engine.device)
eval = _of_engine(Engine.eval)
explain = _of_engine(Engine.explain)
extract = _of_engine(Engine.extract)
find = _of_engine(Engine.find)
fit = _of_engine(Engine.fit)
judge = _of_engine(Engine.judge)
model = _of_engine(Engine.model)
select = _of_engine(Engine.select)
test = _of_engine(Engine.test)
