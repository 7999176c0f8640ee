"""How a call is followed: by a function, by a bar of tqdm, or by words on standard error."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, Union

from ._documents import TypeRefused

Told = Callable[[str, str, Union[float, None]], object]
Progress = Union[bool, Told, Any, None]


@contextlib.contextmanager
def followed(progress: Progress) -> Iterator[Told | None]:
    """The function that is told of steps; a bar that was made here is closed at the end."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            yield _words()
            return
        with tqdm(total=1.0, bar_format="{desc} {bar} {elapsed}") as bar:
            yield _bar(bar)
    elif hasattr(progress, "update") and hasattr(progress, "set_description"):
        yield _bar(progress)
    elif callable(progress):
        yield progress
    else:
        ways = "True, a function of stage, detail and share, or a bar of tqdm"
        raise TypeRefused.of(f"`progress` is {ways}, and {progress!r} is none")


def _bar(bar: Any) -> Told:
    """A bar whose whole is its total, or 1."""
    whole = bar.total or 1.0
    done = 0.0

    def tell(stage: str, detail: str, share: float | None) -> None:
        nonlocal done
        bar.set_description(f"{stage} {detail}".strip())
        if share is not None and share * whole > done:
            bar.update(share * whole - done)
            done = share * whole

    return tell


def _words() -> Told:
    last = ""

    def tell(stage: str, detail: str, share: float | None) -> None:
        nonlocal last
        words = f"{stage} {detail}".strip()
        if words != last:
            last = words
            print(words, file=sys.stderr)

    return tell
