"""The newest preview of each camera, and when cameras are asked for previews."""

import json
import logging
import threading

import pytest

from common.picture_stamp import Stamp, stamped
from services.core.cameras.previews import (
    ASK_AGAIN_S,
    MAX_BYTES,
    MAX_CAMERAS,
    MAX_OBSERVED_BYTES,
    WATCH_COMMAND,
    Previews,
)
from tests.fakes import FakeClock

TOPIC = "lookalike/cam-1/preview"


def jpeg(body: bytes) -> bytes:
    """Bytes that begin like a JPEG; these tests look no further."""
    return b"\xff\xd8\xff" + body


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def previews(clock: FakeClock) -> Previews:
    return Previews(clock=clock)


def newest(previews: Previews, thing: str = "cam-1", *, within_s: float = 2.0) -> bytes | None:
    preview = previews.newest(thing, within_s=within_s)
    return None if preview is None else preview.jpeg


def test_the_newest_of_each_camera_is_given(previews: Previews) -> None:
    previews.receive(TOPIC, jpeg(b"old"))
    previews.receive("lookalike/cam-2/preview", jpeg(b"other"))
    previews.receive(TOPIC, jpeg(b"new"))
    assert (newest(previews), newest(previews, "cam-2")) == (jpeg(b"new"), jpeg(b"other"))
    assert newest(previews, "cam-3") is None


def test_each_has_a_tag_of_its_own_even_when_it_shows_the_same(previews: Previews) -> None:
    tags = set()
    for _ in range(3):
        previews.receive(TOPIC, jpeg(b"still"))
        preview = previews.newest("cam-1")
        assert preview is not None
        tags.add(preview.tag)
    assert len(tags) == 3


def test_one_older_than_two_seconds_is_not_given_and_after_ten_it_is_gone(
    previews: Previews, clock: FakeClock
) -> None:
    previews.receive(TOPIC, jpeg(b"x"))
    clock.now_s += 2
    assert newest(previews) == jpeg(b"x")
    clock.now_s += 0.01
    assert newest(previews) is None
    assert newest(previews, within_s=10) == jpeg(b"x")
    clock.now_s += 8
    assert newest(previews, within_s=1e9) is None


def test_of_too_many_cameras_the_one_that_was_heard_longest_ago_is_forgotten(previews: Previews) -> None:
    for number in range(MAX_CAMERAS):
        previews.receive(f"lookalike/cam-{number}/preview", jpeg(b"x"))
    previews.receive("lookalike/cam-0/preview", jpeg(b"again"))
    previews.receive("lookalike/one-more/preview", jpeg(b"x"))
    assert newest(previews, "cam-0") == jpeg(b"again")
    assert newest(previews, "cam-1") is None
    assert all(newest(previews, f"cam-{number}") for number in range(2, MAX_CAMERAS))


@pytest.mark.parametrize(
    ("topic", "payload", "says"),
    [
        (TOPIC, b"", "is no JPEG"),
        (TOPIC, b"\x89PNG\r\n\x1a\n", "is no JPEG"),
        (TOPIC, jpeg(bytes(MAX_BYTES - 2)), f"expected at most {MAX_BYTES}"),
        ("lookalike/../preview", jpeg(b"x"), "is not lookalike/<thing>"),
    ],
)
def test_what_is_no_small_jpeg_is_logged_and_changes_nothing(
    previews: Previews, topic: str, payload: bytes, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    previews.receive(TOPIC, jpeg(b"good"))
    with caplog.at_level(logging.WARNING):
        previews.receive(topic, payload)
    assert newest(previews) == jpeg(b"good")
    assert says in caplog.text


def test_the_largest_is_taken(previews: Previews) -> None:
    largest = jpeg(bytes(MAX_BYTES - 3))
    previews.receive(TOPIC, largest)
    assert newest(previews) == largest


def test_a_camera_is_asked_again_after_a_while_and_each_on_its_own(
    previews: Previews, clock: FakeClock
) -> None:
    asked = [previews.must_ask("cam-1"), previews.must_ask("cam-1"), previews.must_ask("cam-2")]
    clock.now_s += ASK_AGAIN_S - 0.01
    asked.append(previews.must_ask("cam-1"))
    clock.now_s += 0.01
    asked += [previews.must_ask("cam-1"), previews.must_ask("cam-1")]
    assert asked == [True, False, True, False, True, False]


def test_previews_last_longer_than_it_takes_to_ask_again() -> None:
    command = json.loads(WATCH_COMMAND)
    assert command == {"do": "watch", "for_s": command["for_s"]}
    assert command["for_s"] > 2 * ASK_AGAIN_S


def test_memory_for_observed_frames_is_bounded(previews: Previews) -> None:
    largest = jpeg(bytes(MAX_BYTES - 200))
    most = MAX_OBSERVED_BYTES // MAX_BYTES
    for seq in range(most + 20):
        previews.receive(TOPIC, stamped(largest, Stamp("0123abcd", seq, 0.0)))
    kept = [seq for seq in range(most + 20) if previews.of("cam-1", "0123abcd", seq)]
    assert most <= len(kept) <= most + 1
    assert kept[-1] == most + 19


def test_listeners_are_told_of_their_camera_until_they_leave(previews: Previews) -> None:
    told: list[str] = []
    with previews.listening("cam-1", lambda: told.append("a")):
        with previews.listening("cam-1", lambda: told.append("b")):
            previews.receive(TOPIC, jpeg(b"x"))
            previews.receive("lookalike/cam-2/preview", jpeg(b"x"))
        previews.receive(TOPIC, jpeg(b"x"))
    previews.receive(TOPIC, jpeg(b"x"))
    assert (told.count("a"), told.count("b"), len(told)) == (2, 1, 3)


def test_a_listener_may_ask_for_what_it_was_told_of(previews: Previews) -> None:
    found: list[bytes | None] = []
    with previews.listening("cam-1", lambda: found.append(newest(previews))):
        # In a thread that dies with the test, since a held lock would hang it.
        receiving = threading.Thread(target=previews.receive, args=(TOPIC, jpeg(b"x")), daemon=True)
        receiving.start()
        receiving.join(60)
    assert found == [jpeg(b"x")]
