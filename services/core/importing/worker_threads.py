"""The threads of a bulk import: one kind works ahead, another sends chunks."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, Self, TypeVar

CHUNK_ITEMS, CHUNK_BYTES, CHUNK_S = 16, 32 * 1024 * 1024, 2.0
# Time in which a picture is done on any machine.
_END_S = 5.0
A = TypeVar("A")
B = TypeVar("B")


def ahead(call: Callable[[A], B], things: Iterable[A], *, threads: int, waiting: int) -> Generator[B]:
    """The results of `call` in the order in which they are done, at most `waiting` ahead of the caller.

    The threads are daemons: a process can end while one waits for somebody else. A short wait lets those that
    work end first, because a process that ends within OpenCV's code aborts.
    """
    todo: queue.SimpleQueue[A | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Future[B]] = queue.SimpleQueue()
    workers = [threading.Thread(target=_work, args=(call, todo, done), daemon=True) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        count = 0
        for thing in things:
            todo.put(thing)
            count += 1
            if count == waiting:
                yield done.get().result()
                count -= 1
        for _ in range(count):
            yield done.get().result()
    finally:
        with suppress(queue.Empty):
            while True:
                todo.get_nowait()
        for _ in workers:
            todo.put(None)
        until_s = time.monotonic() + _END_S
        for worker in workers:
            worker.join(max(0.0, until_s - time.monotonic()))


def _work(
    call: Callable[[A], B], todo: queue.SimpleQueue[A | None], done: queue.SimpleQueue[Future[B]]
) -> None:
    while (thing := todo.get()) is not None:
        result: Future[B] = Future()
        try:
            result.set_result(call(thing))
        except Exception as error:  # raised where the result is taken
            result.set_exception(error)
        done.put(result)


class Chunks(Generic[A]):
    """Sends things in chunks, in a thread of its own, while others are being made."""

    def __init__(
        self,
        send: Callable[[Sequence[A]], None],
        *,
        size: Callable[[A], int],
        most: int = CHUNK_ITEMS,
        most_bytes: int = CHUNK_BYTES,
        most_s: float = CHUNK_S,
    ) -> None:
        """A chunk is full with `most` things, or when their sizes add up to `most_bytes`.

        After `most_s` seconds it is sent before it is full, if no other is being sent. The next `add` or
        `close` raises the error of `send`; nothing is sent after that.
        """
        self._send, self._size = send, size
        self._most, self._most_bytes, self._most_s = most, most_bytes, most_s
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None
        self._chunk: list[A] = []
        self._bytes = 0
        self._since_s = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._thread.shutdown()

    def add(self, thing: A) -> None:
        """Take a thing; waits if the chunk is full and the one before it is still being sent."""
        self._chunk.append(thing)
        self._bytes += self._size(thing)
        full = len(self._chunk) >= self._most or self._bytes >= self._most_bytes
        idle = self._under_way is None or self._under_way.done()
        if full or (idle and time.monotonic() - self._since_s >= self._most_s):
            self._flush()

    def close(self) -> None:
        """Send the rest, and return when all of it is done."""
        try:
            self._flush()
            self._wait()
        finally:
            self._thread.shutdown()

    def _flush(self) -> None:
        self._wait()
        chunk, self._chunk, self._bytes = self._chunk, [], 0
        self._since_s = time.monotonic()
        if chunk:
            self._under_way = self._thread.submit(self._send, chunk)

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()
