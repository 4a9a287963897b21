"""The contract of the cameras' previews, in memory and on Redis."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from common.picture_stamp import Stamp, stamped
from services.adapters.redis_shared import RedisPreviews
from services.core.cameras.ports import PreviewStore
from services.core.cameras.previews import KEPT_S, MAX_BYTES, Previews
from services.core.errors import UnavailableError
from tests.adapters.redis_kinds import RedisPlace
from tests.fakes import FakeClock
from tests.servers import Server

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
TOPIC = "lookalike/cam-1/preview"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "single", "cluster"])
def previews(
    request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace], clock: FakeClock
) -> PreviewStore:
    """An empty store."""
    if request.param == "memory":
        return Previews(clock=clock)
    place = redis_of(request.param)
    return RedisPreviews(place.client, keys=place.keys, clock=clock)


def test_the_newest_is_given_while_it_is_fresh(previews: PreviewStore, clock: FakeClock) -> None:
    assert previews.newest("cam-1") is None
    tags = []
    for number in range(2):
        previews.receive(TOPIC, JPEG + b"%d" % number)
        clock.now_s += 0.2
        newest = previews.newest("cam-1")
        assert newest is not None
        assert newest.jpeg == JPEG + b"%d" % number
        tags.append(newest.tag)
    assert len(set(tags)) == 2
    assert previews.newest("cam-2") is None
    clock.now_s += 3
    assert previews.newest("cam-1") is None
    assert previews.newest("cam-1", within_s=10) is not None
    clock.now_s += 8
    assert previews.newest("cam-1", within_s=60) is None


def stamped_preview(previews: PreviewStore, stamp: Stamp, *, thing: str = "cam-1") -> bytes:
    content = stamped(JPEG[:4] + b"\x00\x04xx" + JPEG[4:], stamp)
    previews.receive(f"lookalike/{thing}/preview", content)
    return content


def test_the_preview_of_an_observed_frame_is_given_by_its_number(
    previews: PreviewStore, clock: FakeClock
) -> None:
    sent = [stamped_preview(previews, Stamp("0123abcd", seq, float(seq))) for seq in range(8)]
    stamped_preview(previews, Stamp("0123abcd", None, 9.0))
    stamped_preview(previews, Stamp("0123abcd", 3, 0.0), thing="cam-2")
    found = [previews.of("cam-1", "0123abcd", seq) for seq in range(8)]
    assert [each and each.jpeg for each in found] == sent
    assert [each and each.stamp for each in found] == [Stamp("0123abcd", seq, float(seq)) for seq in range(8)]
    assert previews.of("cam-1", "0123abcd", 8) is None
    assert previews.of("cam-1", "0123abce", 3) is None
    assert previews.of("cam-3", "0123abcd", 3) is None
    newest = previews.newest("cam-1")
    assert newest is not None
    assert newest.stamp == Stamp("0123abcd", None, 9.0)
    clock.now_s += KEPT_S + 0.01
    assert previews.of("cam-1", "0123abcd", 7) is None


@pytest.mark.parametrize(
    ("topic", "payload"),
    [(TOPIC, b"no JPEG"), (TOPIC, JPEG * (MAX_BYTES // 100)), ("lookalike/a b/preview", JPEG), (TOPIC, b"")],
)
def test_anything_but_a_small_jpeg_changes_nothing(
    previews: PreviewStore, topic: str, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        previews.receive(topic, payload)
    assert previews.newest("cam-1") is None
    assert "refused" in caplog.text


def test_of_several_who_ask_one_tells_the_camera(previews: PreviewStore) -> None:
    assert previews.must_ask("cam-1")
    assert not previews.must_ask("cam-1")
    assert previews.must_ask("cam-2")


def test_who_waits_is_told_or_looks_again(previews: PreviewStore) -> None:
    told: list[int] = []
    with previews.listening("cam-1", lambda: told.append(1)):
        previews.receive(TOPIC, JPEG)
    assert bool(told) == (previews.look_every_s is None)


def test_without_redis_the_error_is_plain(mortal_redis: Server) -> None:
    previews = RedisPreviews(RedisPlace.at(mortal_redis.url).client)
    mortal_redis.kill()
    with pytest.raises(UnavailableError):
        previews.newest("cam-1")
    with pytest.raises(UnavailableError):
        previews.receive(TOPIC, JPEG)
