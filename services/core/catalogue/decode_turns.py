"""Turns at decoding pictures, which takes much memory and time: only a few are decoded at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class DecodeTurns:
    """Lets `at_once` calls in at a time, whichever they are; its threads wait for each other."""

    def __init__(self, *, at_once: int) -> None:
        self._free = threading.Semaphore(at_once)

    def of(self, call: Callable[P, R]) -> Callable[P, R]:
        """The same call, which waits for its turn; none of these may call another one."""

        def in_turn(*args: P.args, **more: P.kwargs) -> R:
            with self._free:
                return call(*args, **more)

        return in_turn
