"""Work that runs ahead in threads, and chunks that are sent behind."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence

import pytest

from services.core.importing.worker_threads import Chunks, ahead
from tests.servers import until


def test_each_thing_comes_out_once_and_no_more_are_taken_than_may_wait() -> None:
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    results = ahead(lambda number: number * 2, things(), threads=4, waiting=6)
    found = {next(results)}
    assert len(taken) == 6
    assert sorted([*found, *results]) == [number * 2 for number in range(50)]


def test_a_slow_one_holds_no_other_up() -> None:
    free = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert free.wait(60)
        return number

    results = ahead(work, range(6), threads=2, waiting=4)
    assert sorted(itertools.islice(results, 5)) == [1, 2, 3, 4, 5]
    free.set()
    assert list(results) == [0]


def test_a_fault_is_raised_where_the_result_is_taken() -> None:
    def work(number: int) -> int:
        return 1 // number

    results = ahead(work, [1, 0, 1], threads=1, waiting=1)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_its_threads_end_with_it_and_what_was_not_begun_is_left() -> None:
    began: list[int] = []
    free = threading.Event()

    def work(number: int) -> int:
        began.append(number)
        assert free.wait(60) or number < 0
        return number

    before = set(threading.enumerate())
    free.set()
    results = ahead(work, range(100), threads=3, waiting=5)
    next(results)
    free.clear()
    results.close()
    free.set()
    until(lambda: set(threading.enumerate()) <= before, what="the threads have ended")
    assert len(began) < 12


class Sink:
    """Keeps the chunks that are sent; each waits for `free`."""

    def __init__(self) -> None:
        self.chunks: list[list[str]] = []
        self.free = threading.Event()
        self.free.set()

    def send(self, chunk: Sequence[str]) -> None:
        assert self.free.wait(60)
        if "bad" in chunk:
            raise ConnectionError("away")
        self.chunks.append(list(chunk))


def test_chunks_are_full_by_number_or_by_size_and_keep_their_order() -> None:
    sink = Sink()
    with Chunks(sink.send, size=len, most=3, most_bytes=10, most_s=60) as chunks:
        for thing in ("a", "b", "c", "d" * 10, "e", "f"):
            chunks.add(thing)
    assert sink.chunks == [["a", "b", "c"], ["d" * 10], ["e", "f"]]


def test_nothing_is_sent_for_nothing() -> None:
    sink = Sink()
    with Chunks(sink.send, size=len):
        pass
    assert sink.chunks == []


def test_one_chunk_is_under_way_while_the_next_one_fills() -> None:
    sink = Sink()
    sink.free.clear()
    with Chunks(sink.send, size=len, most=2, most_s=60) as chunks:
        for thing in "abc":
            chunks.add(thing)
        assert sink.chunks == []
        sink.free.set()
    assert sink.chunks == [["a", "b"], ["c"]]


def test_a_chunk_that_has_waited_goes_when_none_is_under_way() -> None:
    sink = Sink()
    sink.free.clear()
    with Chunks(sink.send, size=len, most=3, most_s=0) as chunks:
        for thing in "abc":
            chunks.add(thing)
        sink.free.set()
        until(lambda: sink.chunks == [["a"]], what="the first one is sent")
        chunks.add("d")
        until(lambda: len(sink.chunks) == 2, what="the second one is sent")
    assert sink.chunks == [["a"], ["b", "c", "d"]]


def sent(sink: Sink, *things: str, most: int, interrupted: bool = False) -> None:
    with Chunks(sink.send, size=len, most=most, most_s=60) as chunks:
        for thing in things:
            chunks.add(thing)
        if interrupted:
            raise KeyboardInterrupt


def test_what_went_wrong_is_raised_and_nothing_is_sent_after_it() -> None:
    sink = Sink()
    with pytest.raises(ConnectionError):
        sent(sink, "bad", "b", most=1)
    assert sink.chunks == []


def test_an_interruption_waits_for_the_chunk_that_is_under_way_and_drops_the_rest() -> None:
    sink = Sink()
    with pytest.raises(KeyboardInterrupt):
        sent(sink, "a", "b", "c", most=2, interrupted=True)
    assert sink.chunks == [["a", "b"]]
