"""Turns at decoding pictures, which takes much memory and time: only a few are decoded at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class DecodeTurns:
    """Runs `at_once` calls at a time, whichever they are, in threads of its own.

    A system's allocator keeps memory for each thread that once took much of it. With 0 calls run in their
    callers' threads: for a host that has one request at a time.
    """

    def __init__(self, *, at_once: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="decode") if at_once else None

    def of(self, call: Callable[P, R]) -> Callable[P, R]:
        """The same call, which waits for its turn; none of these may call another one."""
        pool = self._pool
        if pool is None:
            return call

        def in_turn(*args: P.args, **more: P.kwargs) -> R:
            return pool.submit(partial(call, *args, **more)).result()

        return in_turn
