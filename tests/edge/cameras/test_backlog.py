"""A live stream that comes faster than it is decoded is never looked at late."""

from itertools import pairwise

import pytest

from edge.cameras.sources.backlog import Backlog

_FPS, _SECONDS = 25, 120


class Stream:
    """A camera's packets, and the time at which each is decoded, counted from its coming."""

    def __init__(self, *, decode_s: float, key_every: int, live: bool = True) -> None:
        self.now_s = 0.0
        self.delays_s: list[tuple[float, float]] = []
        backlog = Backlog(clock=lambda: self.now_s)
        for index in range(_FPS * _SECONDS):
            came_s = index / _FPS if live else 0.0
            waited_s = max(0.0001, came_s - self.now_s)
            self.now_s += waited_s
            if backlog.wants(is_key=index % key_every == 0, waited_s=waited_s):
                self.now_s += decode_s
                self.delays_s.append((self.now_s, self.now_s - came_s))


@pytest.mark.parametrize("key_every", [1, 25, 50])
@pytest.mark.parametrize("decode_s", [0.05, 0.1, 0.5])
def test_a_slow_decoder_looks_at_fresh_frames_only(decode_s: float, key_every: int) -> None:
    stream = Stream(decode_s=decode_s, key_every=key_every)
    assert max(delay_s for _, delay_s in stream.delays_s) < 1.0 + 2 * decode_s
    # And there is never a long time without a frame.
    times_s = [at_s for at_s, _ in stream.delays_s]
    pauses_s = [after_s - before_s for before_s, after_s in pairwise(times_s)]
    assert max(pauses_s) < key_every / _FPS + 2 * decode_s + 0.5


def test_a_decoder_that_keeps_up_looks_at_every_frame() -> None:
    assert len(Stream(decode_s=0.02, key_every=50).delays_s) == _FPS * _SECONDS


def test_without_key_frames_or_waits_some_frames_are_looked_at_all_the_same() -> None:
    for stream in (
        Stream(decode_s=0.1, key_every=10**9),
        Stream(decode_s=0.01, key_every=50, live=False),
    ):
        assert len(stream.delays_s) > 50
