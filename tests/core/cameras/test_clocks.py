"""The clocks that are off are asked for now and then, not at each call."""

import pytest

from services.core.cameras.clocks import ClockOffsets
from services.core.errors import UnavailableError
from tests.fakes import BAD_CLOCKS, FakeQueue


def test_offsets_are_asked_for_at_most_once_a_second() -> None:
    queue, now_s = FakeQueue(), [100.0]
    clocks = ClockOffsets(queue, clock=lambda: now_s[0])
    assert clocks.of(["cam-1"]) == {}
    for _ in range(BAD_CLOCKS):
        queue.note_clock("cam-1", offset_s=60.0)
    assert clocks.of(["cam-1"]) == {}
    now_s[0] += 1.0
    assert clocks.of(["cam-1"]) == {"cam-1": 60.0}


def test_without_an_answer_it_is_asked_for_again() -> None:
    queue = FakeQueue()
    clocks = ClockOffsets(queue)
    queue.down = True
    for _ in range(2):
        with pytest.raises(UnavailableError):
            clocks.of(["cam-1"])
    queue.down = False
    assert clocks.of(["cam-1"]) == {}
