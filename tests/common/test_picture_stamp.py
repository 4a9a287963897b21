"""The stamp of a picture: written and read, and files that have none."""

import io

import pytest
from PIL import Image

from common.picture_stamp import STAMP_BYTES, Stamp, stamp_of, stamped

STAMP = Stamp("0123abcd", 42, 1_800_000_000.125)


def jpeg(**options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), (200, 90, 30)).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("stamp", [STAMP, Stamp("ffffffff", None, 0.0), Stamp("0" * 8, 2**53, 2e9 + 0.999)])
def test_what_is_written_is_read_and_the_picture_stays_the_same(stamp: Stamp) -> None:
    plain = jpeg()
    with_stamp = stamped(plain, stamp)
    assert stamp_of(with_stamp) == stamp
    assert len(with_stamp) - len(plain) <= STAMP_BYTES
    before, after = (Image.open(io.BytesIO(content)) for content in (plain, with_stamp))
    assert after.info["jfif_version"] == before.info["jfif_version"]
    assert after.tobytes() == before.tobytes()


def test_a_picture_of_other_programs_has_none() -> None:
    assert stamp_of(jpeg()) is None
    assert stamp_of(jpeg(comment=b"CREATOR: gd-jpeg v1.0")) is None
    assert stamp_of(stamped(jpeg(comment=b"CREATOR: gd-jpeg v1.0"), STAMP)) == STAMP


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"7",
        b'{"session":"0123abcd","seq":1}',
        b'{"session":"0123ABCD","seq":1,"captured_at":"2026-11-23T10:00:00Z"}',
        b'{"session":7,"seq":1,"captured_at":"2026-11-23T10:00:00Z"}',
        b'{"session":"0123abcd","seq":true,"captured_at":"2026-11-23T10:00:00Z"}',
        b'{"session":"0123abcd","seq":-1,"captured_at":"2026-11-23T10:00:00Z"}',
        b'{"session":"0123abcd","seq":1.5,"captured_at":"2026-11-23T10:00:00Z"}',
        b'{"session":"0123abcd","seq":1,"captured_at":"2026-11-23T10:00:00"}',
        b'{"session":"0123abcd","seq":1,"captured_at":7}',
    ],
)
def test_a_comment_that_is_no_stamp_is_passed_over(text: bytes) -> None:
    assert stamp_of(jpeg(comment=text)) is None


@pytest.mark.parametrize("end", [0, 1, 2, 3, 4, 20, 40, 60])
def test_a_file_that_is_cut_off_does_no_harm(end: int) -> None:
    assert stamp_of(stamped(jpeg(), STAMP)[:end]) is None
