"""The contract of a match queue: what is remembered of cameras, on the fake and each kind of Redis."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from services.core.camera_mean import SEEN_FRAMES, learned
from services.core.ports import MatchQueue, Memory
from services.core.records import MatchRecord
from tests.adapters.redis_kinds import KINDS, RedisPlace
from tests.fakes import MODEL, FakeQueue, make_observation, make_record, vectors


@pytest.fixture(params=["fake", *KINDS])
def queue(request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace]) -> MatchQueue:
    return FakeQueue() if request.param == "fake" else redis_of(request.param).queue()


def seen(seq: int, *, at_s: float, thing: str = "cam-1", means: bool = True) -> MatchRecord:
    record = make_record(make_observation(vectors(seed=seq), thing=thing, seq=seq, at_s=at_s))
    mean = learned(None, MODEL, record.observation.vectors, None)
    return replace(record, mean=mean if means else None)


def times(queue: MatchQueue, thing: str = "cam-1") -> list[float]:
    return [frame.captured_at_s - 1e9 for frame in queue.seen(thing)]


def test_nothing_is_remembered_of_a_camera_without_records(queue: MatchQueue) -> None:
    assert queue.memories(["a"]) == {"a": Memory([])}
    assert (queue.memories([]), queue.seen("a")) == ({}, [])


def test_a_mean_stays_until_another_comes_each_cameras_own(queue: MatchQueue) -> None:
    first, second = seen(1, at_s=1e9), seen(3, at_s=1e9 + 2)
    queue.push_many([first, seen(2, at_s=1e9 + 1, means=False), seen(1, at_s=1e9, thing="b")])
    for record in (first, second):
        queue.push(record)
        found = queue.memories(["cam-1", "b", "c"])
        mean, other = found["cam-1"].mean, found["b"].mean
        assert record.mean is not None
        assert mean is not None
        assert other is not None
        np.testing.assert_array_equal(mean.total, record.mean.total)
        assert found["c"].mean is None


def test_the_mean_of_a_record_that_is_dropped_is_not_kept(queue: MatchQueue) -> None:
    queue.push(seen(5, at_s=1e9 + 5, means=False))
    assert queue.push(seen(4, at_s=1e9 + 4)) is None
    assert queue.memories(["cam-1"])["cam-1"].mean is None
    assert times(queue) == [5]


def test_the_last_minutes_frames_are_a_second_apart_newest_first(queue: MatchQueue) -> None:
    for seq in range(40):
        queue.push(seen(seq, at_s=1e9 + seq / 4))
    assert times(queue) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    frame = queue.seen("cam-1")[0]
    assert (frame.best_id, frame.verdict, frame.model) == ("mug", "match", MODEL)
    assert float(frame.vector @ vectors(seed=36)[0]) > 0.999
    assert queue.seen("b") == []


def test_no_more_frames_are_kept_than_a_minute_has(queue: MatchQueue) -> None:
    for seq in range(SEEN_FRAMES + 10):
        queue.push(seen(seq, at_s=1e9 + 1.5 * seq))
    assert times(queue) == [103.5 - 1.5 * n for n in range(41)]


def test_a_clock_that_is_set_back_begins_again(queue: MatchQueue) -> None:
    queue.push(seen(1, at_s=1e9 + 500))
    queue.push(seen(2, at_s=1e9))
    queue.push(seen(3, at_s=1e9 + 0.5))
    assert times(queue)[0] == 0


def test_what_is_remembered_in_redis_expires(redis_place: RedisPlace) -> None:
    queue, client = redis_place.queue(), redis_place.client
    frames, mean = redis_place.keys.of("seen:cam-1"), redis_place.keys.of("mean:cam-1")
    queue.push(seen(1, at_s=1e9))
    assert 0 < client.ttl(frames) <= 60
    client.expire(mean, 5)
    queue.push(seen(2, at_s=1e9 + 1, means=False))  # each record begins the week again
    assert 6 * 86400 < client.ttl(mean) <= 7 * 86400
    client.set(mean, "of another version")
    assert queue.memories(["cam-1"])["cam-1"].mean is None
