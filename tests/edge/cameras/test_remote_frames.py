"""JPEG files from outside: turns among cameras, and decoding ahead."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from common.wire import MAX_MESSAGE_BYTES
from edge.cameras.decode_ahead import DecodeAhead
from edge.cameras.fair_queue import MAX_THINGS, FairQueue
from edge.picture.jpeg import JpegError, decode
from tests.edge.jpegs import JPEG, claiming, encode
from tests.edge.kit import grey
from tests.servers import until


def test_a_jpeg_becomes_a_picture_in_bgr() -> None:
    blue = np.zeros((40, 60, 3), np.uint8)
    blue[..., 0] = 200
    picture = decode(encode(blue))
    assert picture.shape == (40, 60, 3)
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - blue).max() < 10


def test_it_is_turned_as_its_camera_was_held() -> None:
    upright = Image.new("RGB", (60, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", exif=exif)
    assert decode(buffer.getvalue()).shape == (60, 40, 3)


@pytest.mark.parametrize("format_", ["grey", "progressive", "padded", "more behind its end"])
def test_other_forms_of_jpeg_are_pictures_too(format_: str) -> None:
    buffer = io.BytesIO()
    mode = "L" if format_ == "grey" else "RGB"
    Image.new(mode, (60, 40)).save(buffer, "JPEG", progressive=format_ == "progressive")
    content = buffer.getvalue()
    if format_ == "padded":
        content = content[:2] + b"\xff\xff\xff" + content[2:]
    if format_ == "more behind its end":
        content += bytes(100)
    assert decode(content).shape == (40, 60, 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a JPEG; expected the bytes FF D8 at its start"),
        (b"no picture", "not a JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not a JPEG"),
        (JPEG[:2], "truncated or damaged JPEG"),
        (JPEG[:100], "truncated or damaged JPEG"),
        (JPEG[:-1], "truncated JPEG"),
        (JPEG[:-20], "truncated JPEG"),
        (JPEG[:2] + JPEG[-300:], "truncated or damaged JPEG"),
        (JPEG[:2] + b"\xff\xda\x00\x08" + bytes(20) + b"\xff\xd9", "no size before the picture's data"),
        (JPEG + bytes(MAX_MESSAGE_BYTES), "more than 524288 bytes"),
        (claiming(65_000, 65_000), "65000 x 65000 pixels; expected 1 to 40000000"),
        (claiming(8_000, 5_001), "8000 x 5001 pixels"),
        (claiming(0, 40), "0 x 40 pixels"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(JpegError, match=words):
        decode(content)


def test_a_damaged_table_is_refused() -> None:
    at = JPEG.index(b"\xff\xc4")
    with pytest.raises(JpegError, match="damaged JPEG"):
        decode(JPEG[: at + 5] + b"\xff" * 16 + JPEG[at + 21 :])


def served(queue: FairQueue, count: int) -> list[tuple[str, bytes]]:
    taken = [queue.next(0) for _ in range(count)]
    return [(arrived.thing, arrived.content) for arrived in taken if arrived]


def test_of_each_thing_the_freshest_frame_is_served_once() -> None:
    queue = FairQueue(max_age_s=5)
    for content in (b"1", b"2", b"3"):
        queue.put("a", content)
    assert served(queue, 2) == [("a", b"3")]


def test_things_take_turns_and_a_fast_one_starves_no_other() -> None:
    queue = FairQueue(max_age_s=5)
    order = ""
    for _ in range(6):
        for thing in "aaab":
            queue.put(thing, b"")
        queue.put("c", b"")
        order += "".join(thing for thing, _ in served(queue, 1))
    assert order == "abcabc"


def test_a_frame_that_waited_too_long_is_not_served() -> None:
    queue = FairQueue(max_age_s=0.02)
    queue.put("a", b"old")
    old_at_s = time.time() + 0.03
    until(lambda: time.time() > old_at_s)
    queue.put("b", b"new")
    assert served(queue, 2) == [("b", b"new")]
    queue.put("a", b"again")
    assert served(queue, 2) == [("a", b"again")]


def test_one_thing_too_many_is_refused_until_there_is_room() -> None:
    queue = FairQueue(max_age_s=5)
    assert all(queue.put(f"cam-{number}", b"") for number in range(MAX_THINGS))
    assert not queue.put("more", b"")
    assert queue.put("cam-0", b"")
    queue.forget("cam-0")
    assert queue.put("more", b"")
    assert not queue.put("cam-0", b"")


@pytest.fixture
def judged() -> list[tuple[str, str | None]]:
    return []


@pytest.fixture
def queue() -> FairQueue:
    return FairQueue(max_age_s=5)


@pytest.fixture
def ahead(queue: FairQueue, judged: list[tuple[str, str | None]]) -> DecodeAhead:
    return DecodeAhead(queue, max_age_s=5, judge=lambda thing, wrong: judged.append((thing, wrong)))


def level(ahead: DecodeAhead) -> int | None:
    """The grey of the next picture."""
    picture = ahead.take(0)
    return None if picture is None else round(float(picture.frame.mean()))


def test_the_next_frame_is_decoded_while_the_last_is_looked_at(
    queue: FairQueue, ahead: DecodeAhead, judged: list[tuple[str, str | None]]
) -> None:
    assert not ahead.wait(0)
    before_s = time.time()
    queue.put("a", encode(grey(10)))
    ahead.work(0)
    picture = ahead.take(0)
    assert picture is not None
    assert picture.thing == "a"
    assert before_s <= picture.captured_at_s <= time.time()
    queue.put("b", encode(grey(20)))
    ahead.work(0)  # nobody has asked for a frame yet
    assert ahead.wait(0)
    queue.put("a", encode(grey(30)))
    ahead.work(0)  # one ahead, no more
    assert judged == [("a", None), ("b", None)]
    assert level(ahead) == 20
    ahead.work(0)
    assert level(ahead) == 30
    assert level(ahead) is None


def test_a_bad_frame_is_judged_and_the_next_one_taken(
    queue: FairQueue, ahead: DecodeAhead, judged: list[tuple[str, str | None]]
) -> None:
    queue.put("a", b"no picture")
    ahead.work(0)
    assert level(ahead) is None
    queue.put("a", encode(grey(40)))
    ahead.work(0)
    assert level(ahead) == 40
    assert [(thing, bool(wrong)) for thing, wrong in judged] == [("a", True), ("a", False)]


def test_a_slow_loop_gets_a_fresher_frame_than_the_one_decoded_ahead(
    queue: FairQueue, ahead: DecodeAhead
) -> None:
    queue.put("a", encode(grey(50)))
    ahead.work(0)
    later_s = time.time() + 0.6
    until(lambda: time.time() > later_s)
    queue.put("a", encode(grey(60)))
    queue.put("b", encode(grey(70)))
    assert level(ahead) == 60
    ahead.work(0)
    assert level(ahead) == 70


def test_a_picture_that_waited_too_long_is_not_taken(queue: FairQueue) -> None:
    ahead = DecodeAhead(queue, max_age_s=0.55, judge=lambda _thing, _wrong: None)
    queue.put("a", encode(grey(50)))
    ahead.work(0)
    later_s = time.time() + 0.6
    until(lambda: time.time() > later_s)
    assert level(ahead) is None
