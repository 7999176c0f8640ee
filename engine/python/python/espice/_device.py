"""Devices as functions of arrays."""

from __future__ import annotations

import json
import math
import numbers
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._documents import NameRefused, TypeRefused, ValueRefused, translated
from ._espice import Device as Native
from ._espice import Kernel

Floats = NDArray[np.float64]
Volts = Union[Mapping[str, ArrayLike], Sequence[ArrayLike]]

#: Room temperature, at which parameters hold unless a card says otherwise, K.
ROOM = 300.15


def texts(name: str, given: Any) -> tuple[str, ...]:
    """A sequence of texts. A text alone is none: it would be taken letter by letter."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeRefused.of(f"`{name}` is a list of texts, and {given!r} is none")
    list_of = tuple(given)
    wrong = next((word for word in list_of if not isinstance(word, str)), None)
    if wrong is not None:
        raise TypeRefused.of(f"`{name}` is a list of texts, and {wrong!r} in it is none")
    return list_of


def floats(given: ArrayLike, what: str) -> Floats:
    """Numbers as 64-bit floats. What is masked is NaN; texts and complex numbers are refused."""
    if type(given) is np.ndarray and given.dtype == np.float64:
        return given
    if isinstance(given, np.ma.MaskedArray):
        given = np.ma.filled(given.astype(np.float64), np.nan)
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise ValueRefused.of(f"{what} are no array: {error}") from None
    sort = array.dtype.kind
    if sort not in "fiub" and not (
        sort == "O" and all(isinstance(value, numbers.Real) for value in array.flat)
    ):
        wrong = next((v for v in array.flat if not isinstance(v, numbers.Real)), given)
        raise TypeRefused.of(f"{what} are numbers, and {wrong!r} is none")
    return array.astype(np.float64, copy=False)


def line(given: ArrayLike, what: str) -> Floats:
    """Numbers as kernels take them: contiguous, in one dimension."""
    array = floats(given, what)
    if array.ndim != 1:
        raise ValueRefused.of(f"{what} are arrays of one dimension, and one has {array.ndim}")
    return np.ascontiguousarray(array)


class Values(dict[str, Floats]):
    """Values by name: `I(d)`, `dI(d)/dV(g)`; all of the form that the biases have together."""

    def frame(self) -> Any:
        """The values as a data frame of pandas, a column for each."""
        import pandas

        return pandas.DataFrame({name: value.ravel() for name, value in self.items()})


class Device:
    """A card or a template, ready to be evaluated from any number of threads."""

    def __init__(self, native: Native) -> None:
        self._native = native
        self._kernels: dict[tuple[str, ...], Kernel] = {}
        self._wanted: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.name: str = native.name
        self.template: str = native.template
        self.polarity: str = native.polarity
        self.pins: tuple[str, ...] = tuple(native.pins)
        self._pins = frozenset(self.pins)
        # What stands for pins that are not named.
        self._zeros: Floats = np.zeros(1)
        listed = native.parameters
        #: Values of all parameters, SI.
        self.parameters: dict[str, float] = {name: value for name, value, _, _ in listed}
        #: Units of the parameters.
        self.units: dict[str, str] = {name: unit for name, _, unit, _ in listed}
        #: The parameters that the card states.
        self.stated: tuple[str, ...] = tuple(name for name, _, _, stated in listed if stated)
        #: What was told of the card: values that no device has, parameters without an effect here.
        self.diagnostics: list[dict[str, Any]] = json.loads(native.diagnostics)

    def __repr__(self) -> str:
        return f"<espice.Device {self.name}: {self.template}({', '.join(self.pins)})>"

    def names(self, want: str | Iterable[str]) -> list[str]:
        """Names of values; `currents`, `charges`, `conductances`, `capacitances`, `temperature` and
        `parameters` stand for families."""
        return list(self._names((want,) if isinstance(want, str) else texts("want", want)))

    def _names(self, want: tuple[str, ...]) -> tuple[str, ...]:
        found = self._wanted.get(want)
        if found is None:
            words = [name for word in want for name in self._family(word)]
            found = self._wanted.setdefault(want, tuple(dict.fromkeys(words)))
        return found

    def _family(self, word: str) -> list[str]:
        pins = self.pins
        if word == "currents":
            return [f"I({p})" for p in pins]
        if word == "charges":
            return [f"Q({p})" for p in pins]
        if word == "conductances":
            return [f"dI({a})/dV({b})" for a in pins for b in pins]
        if word == "capacitances":
            return [f"C({a},{b})" for a in pins for b in pins]
        if word == "temperature":
            return [f"dI({p})/dT" for p in pins]
        if word == "parameters":
            return [f"dI({p})/d{name}" for name in self.stated for p in pins]
        return [word]

    def kernel(self, *names: str) -> Kernel:
        """Compiled values: `kernel(volts, kelvin, parameters=None)` takes an array for each pin and
        gives a row for each name. Contiguous arrays of 64-bit floats are the fastest, other numbers
        are converted. Compiled once for the same names."""
        try:
            found = self._kernels.get(names)
        except TypeError:
            found = None
        if found is None:
            made = translated(self._native.kernel, list(texts("names", names)))
            found = self._kernels.setdefault(names, made)
        return found

    def vector(self, parameters: Mapping[str, float] | None = None) -> Floats:
        """All parameters in the order in which kernels take them."""
        changed = dict(self.parameters)
        for name, value in (parameters or {}).items():
            if name not in changed:
                raise NameRefused.of(f"{self.name} has no parameter {name}")
            if not isinstance(value, numbers.Real):
                raise TypeRefused.of(f"the parameter {name} is a number, and {value!r} is none")
            changed[name] = float(value)
        return np.fromiter(changed.values(), np.float64, len(changed))

    def eval(
        self,
        volts: Volts,
        want: str | Iterable[str] = "currents",
        *,
        kelvin: ArrayLike = ROOM,
        parameters: Mapping[str, float] | None = None,
    ) -> Values:
        """Values at biases. `volts` are potentials by pin, V, numbers or arrays that are broadcast
        against each other; pins that are not named are at 0 V. Where there is no solution a value
        is NaN."""
        names = self._names((want,) if isinstance(want, str) else texts("want", want))
        columns, temperature, shape = self._biases(volts, kelvin)
        changed = self.vector(parameters) if parameters else None
        values = self.kernel(*names)(columns, temperature, changed)
        return Values(zip(names, values.reshape((len(names), *shape))))

    def _biases(
        self, volts: Volts, kelvin: ArrayLike
    ) -> tuple[list[Floats], float | Floats, tuple[int, ...]]:
        if not isinstance(volts, Mapping):
            if isinstance(volts, (str, bytes)) or not hasattr(volts, "__len__"):
                raise TypeRefused.of(f"potentials are given by pin, and {volts!r} names none")
            if len(volts) != len(self.pins):
                count = f"{len(volts)} potentials for the pins {', '.join(self.pins)}"
                raise ValueRefused.of(count)
            volts = dict(zip(self.pins, volts))
        if not self._pins.issuperset(volts):
            unknown = next(pin for pin in volts if pin not in self._pins)
            known = ", ".join(self.pins)
            raise NameRefused.of(f"{self.name} has no pin {unknown}, but {known}")
        given = {pin: floats(value, "potentials") for pin, value in volts.items()}
        heat = floats(kelvin, "temperatures")
        # Arrays of one form and numbers are most of what comes, and nothing is made of arrays then.
        shapes = {value.shape for value in given.values()}
        shapes.add(heat.shape)
        shapes.discard(())
        try:
            shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
        except ValueError:
            forms = ", ".join(str(shape) for shape in sorted(shapes))
            raise ValueRefused.of(f"biases of the forms {forms} do not go together") from None
        size = math.prod(shape)

        def column(values: Floats) -> Floats:
            if values.ndim == 1 and values.shape == shape and values.flags.c_contiguous:
                return values
            if values.ndim == 0:
                return np.full(size, values)
            if values.shape != shape:
                values = np.broadcast_to(values, shape)
            return np.ascontiguousarray(values).reshape(-1)

        zeros = self._zeros
        if zeros.size != size:
            zeros = self._zeros = np.zeros(size)
        columns = [column(given[pin]) if pin in given else zeros for pin in self.pins]
        return columns, float(heat) if heat.ndim == 0 else column(heat), shape

    def function(
        self,
        output: str,
        of: Sequence[str],
        volts: Volts,
        *,
        kelvin: ArrayLike = ROOM,
        parameters: Mapping[str, float] | None = None,
    ) -> Function:
        """The output at fixed biases as a function of some parameters, with its exact Jacobian: what
        `scipy.optimize` takes."""
        return Function(self, output, of, volts, kelvin, parameters)


class Function:
    """An output as a function `f(x)` of parameters, with `f.jac(x)`: a row for each bias, a column
    for each parameter. Value and Jacobian of the same `x` are computed together, once."""

    def __init__(
        self,
        device: Device,
        output: str,
        of: Sequence[str],
        volts: Volts,
        kelvin: ArrayLike,
        parameters: Mapping[str, float] | None,
    ) -> None:
        order = list(device.parameters)
        of = texts("of", of)
        unknown = [name for name in of if name not in order]
        if unknown:
            raise NameRefused.of(f"{device.name} has no parameter {unknown[0]}")
        self.names = of
        self._kernel = device.kernel(output, *(f"d{output}/d{name}" for name in of))
        self._all = device.vector(parameters)
        self._at = [order.index(name) for name in of]
        self._columns, self._kelvin, _ = device._biases(volts, kelvin)
        self._last = threading.local()

    @property
    def x0(self) -> Floats:
        """Where the parameters stand now."""
        now: Floats = self._all[self._at]
        return now

    def both(self, x: ArrayLike) -> Floats:
        """The value in the first row, its derivatives in the others."""
        given = floats(x, "parameters")
        if given.shape != (len(self.names),):
            form = f"{given.shape} in place of ({len(self.names)},)"
            raise ValueRefused.of(f"an array of {', '.join(self.names)} has the form {form}")
        last = getattr(self._last, "kept", None)
        if last is not None and np.array_equal(last[0], given):
            kept: Floats = last[1]
            return kept
        parameters = self._all.copy()
        parameters[self._at] = given
        values = self._kernel(self._columns, self._kelvin, parameters)
        self._last.kept = (given.copy(), values)
        return values

    def __call__(self, x: ArrayLike) -> Floats:
        value: Floats = self.both(x)[0].copy()
        return value

    def jac(self, x: ArrayLike) -> Floats:
        return self.both(x)[1:].T.copy()
