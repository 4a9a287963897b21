"""The source reader keeps the freshest frame and reconnects."""

import threading
import time
from collections.abc import Generator, Iterator
from functools import partial

import pytest

from edge.cameras.source_reader import SourceReader
from edge.cameras.sources.base import SourceError
from edge.picture.frame_types import Frame, Shot, State
from tests.edge.kit import grey
from tests.pace import limit_s
from tests.servers import PATIENCE_S, until


class FakeSource:
    """Plays a list of rounds; an entry is a frame's grey, an error, or None to hang until released."""

    name = "fake"

    def __init__(self, *rounds: list[int | Exception | None], waits: bool = False) -> None:
        self._rounds, self.waits = list(rounds), waits
        self.given = 0
        self.released = threading.Event()

    def has_given(self, count: int) -> bool:
        return self.given == count

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        for item in self._rounds.pop(0) if self._rounds else []:
            if stop.is_set():
                return
            if item is None:
                self.released.wait()
                self.released.clear()
            elif isinstance(item, Exception):
                raise item
            else:
                self.given += 1
                yield grey(item)


class WatchedSource:
    """A running source reader, and the states that it reported."""

    def __init__(
        self, source: FakeSource | None, *, stall_s: float = 5.0, open_s: float = 5.0, away_s: float = 3.0
    ) -> None:
        self.told: list[tuple[State, str | None]] = []
        self.camera = SourceReader(
            source,
            thing="cam-1",
            stall_s=stall_s,
            open_s=open_s,
            away_s=away_s,
            on_state=lambda *state: self.told.append(state),
        )
        self.camera.start()

    def next_shot(self) -> Shot:
        shot: Shot | None = None
        deadline_s = time.monotonic() + PATIENCE_S
        while shot is None:
            assert time.monotonic() < deadline_s, "no frame"
            shot = self.camera.take(0.05)
        return shot

    def next_level(self) -> int:
        return int(self.next_shot().frame[0, 0, 0])

    def last_told(self) -> tuple[State, str | None]:
        return self.told[-1]


@pytest.fixture
def sources() -> Iterator[list[FakeSource]]:
    made: list[FakeSource] = []
    yield made
    for source in made:
        source.released.set()


def test_only_the_freshest_frame_is_kept_and_given_once(sources: list[FakeSource]) -> None:
    sources.append(FakeSource([1, 2, 3, None]))
    watched = WatchedSource(sources[0])
    until(lambda: ("online", None) in watched.told)
    shot = watched.next_shot()
    while shot.frame[0, 0, 0] != 3:
        shot = watched.next_shot()
    assert abs(shot.captured_at_s - time.time()) < 5
    assert shot.thing == "cam-1"
    assert watched.camera.take(0.01) is None
    watched.camera.stop()


def test_a_lost_source_is_told_with_its_cause_and_tried_again(sources: list[FakeSource]) -> None:
    sources.append(FakeSource([SourceError("no such thing")], [1, OSError("u:secret")], [2, None]))
    watched = WatchedSource(sources[0], away_s=0.3)
    started_s = time.monotonic()
    assert watched.next_level() == 1
    assert watched.next_level() == 2
    # 1 s after the first failure, and 1 s again because there was a frame in between
    assert 1.9 < time.monotonic() - started_s < limit_s(4)
    watched.camera.stop()
    assert watched.told == [
        ("no_camera", "opening fake"),
        ("no_camera", "no such thing"),
        ("online", None),
        ("no_camera", "OSError while reading fake"),
        ("online", None),
    ]


def test_a_source_that_drops_after_each_frame_stays_online_and_is_logged_once(
    sources: list[FakeSource], caplog: pytest.LogCaptureFixture
) -> None:
    broken = MemoryError("no room")
    sources.append(FakeSource([1, SourceError("ended")], [2, broken], [3, broken], [4, None]))
    caplog.set_level("INFO")
    watched = WatchedSource(sources[0])
    assert [watched.next_level() for _ in range(4)] == [1, 2, 3, 4]
    watched.camera.stop()
    assert watched.told == [("no_camera", "opening fake"), ("online", None)]
    assert [record.getMessage() for record in caplog.records] == [
        "camera no_camera: opening fake",
        "camera online",
        "camera lost, to be tried again: ended",
        "reading fake failed",
        "camera lost, to be tried again: MemoryError while reading fake",
    ]


def test_a_source_that_hangs_is_told_and_does_not_hold_up_the_end(sources: list[FakeSource]) -> None:
    sources.append(FakeSource([1, None, 2, None]))
    watched = WatchedSource(sources[0], stall_s=0.3)
    assert watched.next_level() == 1
    until(lambda: watched.camera.take(0.05) is None and watched.last_told()[0] == "stalled")
    assert watched.last_told() == ("stalled", "no frame for 0.3 s")
    sources[0].released.set()
    assert watched.next_level() == 2
    assert watched.last_told() == ("online", None)
    started_s = time.monotonic()
    watched.camera.stop()
    assert time.monotonic() - started_s < limit_s(1)


def test_a_source_that_hangs_before_its_first_frame_is_told(sources: list[FakeSource]) -> None:
    sources.append(FakeSource([SourceError("busy")], [None, 1, None]))
    watched = WatchedSource(sources[0], stall_s=0.1, open_s=0.5)
    until(lambda: watched.camera.take(0.05) is None and watched.last_told()[0] == "stalled")
    assert watched.told[-2:] == [("no_camera", "busy"), ("stalled", "no frame for 0.5 s")]
    sources[0].released.set()
    assert watched.next_level() == 1
    watched.camera.stop()


def test_a_source_that_waits_is_read_one_ahead_and_loses_nothing(sources: list[FakeSource]) -> None:
    levels = list(range(1, 60))
    sources.append(FakeSource([*levels, None], waits=True))
    watched = WatchedSource(sources[0])
    ages_s = []
    for level in levels:
        shot = watched.next_shot()
        assert shot.frame[0, 0, 0] == level
        # One waits in the camera, one in the reader's hand.
        until(partial(sources[0].has_given, min(level + 2, len(levels))), what="reading ahead")
        ages_s.append(time.time() - shot.captured_at_s)
    assert max(ages_s) < limit_s(1)
    watched.camera.stop()


def test_a_reader_that_waits_for_a_taker_does_not_hold_up_the_end(sources: list[FakeSource]) -> None:
    sources.append(FakeSource([1, 2, 3], waits=True))
    watched = WatchedSource(sources[0])
    until(lambda: sources[0].given == 2)
    started_s = time.monotonic()
    watched.camera.stop()
    assert time.monotonic() - started_s < limit_s(0.3)
    assert watched.last_told() == ("online", None)


def test_no_source_is_told_once() -> None:
    watched = WatchedSource(None)
    assert watched.camera.take(0.01) is None
    watched.camera.stop()
    assert watched.told == [("no_camera", "switched off: LOOKALIKE_SOURCE is none")]
