"""Pictures that would take too much memory."""

import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.adapters.pillow_pictures import decode, suffix_of
from services.core.errors import InputError, TooLargeError
from tests.adapters.picture_files import (
    gif_header,
    jpeg_header,
    left_red_right_blue,
    png_header,
    saved,
    webp_header,
)
from tests.bombs import flat_png, many_scans, png_chunk


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (png_header(8000, 5001), "8000 x 5001 pixels; expected a PNG picture of at most 40 megapixels"),
        (png_header(64_000_000, 1), "64000000 x 1 pixels; .* 32768 pixels a side"),
        (png_header(1, 32_769), "1 x 32769 pixels; .* 32768 pixels a side"),
        (webp_header(4000, 4001), "4000 x 4001 pixels; expected a WEBP picture of at most 16 megapixels"),
        (webp_header(16383, 16383), "16383 x 16383"),
        (gif_header(9000, 9000), "9000 x 9000 pixels; expected a GIF picture of at most 40 megapixels"),
        (gif_header(65535, 65535), "65535 x 65535"),
        (gif_header(10, 10, frame=(9000, 9000)), "9000 x 9000"),
        (gif_header(10, 10, frame=(65535, 65535)), "65535 x 65535"),
        (jpeg_header(9000, 9000), "9000 x 9000 pixels; expected a JPEG picture of at most 64 megapixels"),
        (jpeg_header(65000, 65000), "65000 x 65000"),
        (jpeg_header(32_769, 10), "32769 x 10"),
        (many_scans(640, 480, 101), "more than 100 scans of 640 x 480 pixels, which take too long"),
    ],
)
@pytest.mark.parametrize("read", [decode, suffix_of])
def test_a_bomb_of_any_kind_is_refused_by_its_size_alone(
    read: Callable[[bytes], object], content: bytes, says: str
) -> None:
    """None of these has all its pixels: decoding one would call it damaged instead."""
    with pytest.raises(TooLargeError, match=says):
        read(content)


def _ifd_that_names_the_same_bytes(entries: int, size: int) -> bytes:
    """An EXIF block whose entries have all its bytes as their value; a parser copies them for each."""
    rows = [struct.pack("<HHII", 0x9000 + number, 7, size - 8, 8) for number in range(entries)]
    return (b"II*\0\x08\0\0\0" + struct.pack("<H", entries) + b"".join(rows)).ljust(size, b"\0")


def _beside_a_jpeg(marker: int, body: bytes, times: int) -> bytes:
    content = saved(left_red_right_blue(), "JPEG")
    return (
        content[:2]
        + (b"\xff" + bytes([marker]) + struct.pack(">H", 2 + len(body)) + body) * times
        + content[2:]
    )


def _beside_a_gif(extension: bytes) -> bytes:
    content = saved(left_red_right_blue(), "GIF")
    at = content.index(b",")
    return content[:at] + extension + content[at:]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            flat_png(64, 32, extra=png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))), id="text"
        ),
        pytest.param(
            flat_png(64, 32, extra=png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000)))), id="icc"
        ),
        pytest.param(
            flat_png(64, 32, extra=png_chunk(b"eXIf", _ifd_that_names_the_same_bytes(9000, 300_000))),
            id="exif",
        ),
        pytest.param(
            _beside_a_jpeg(0xE1, b"Exif\0\0" + _ifd_that_names_the_same_bytes(5000, 65_000), 100), id="app1"
        ),
        pytest.param(_beside_a_gif(b"!\xfe" + (b"\xff" + bytes(255)) * 15_000 + b"\0"), id="comment"),
    ],
)
def test_what_is_written_beside_the_picture_costs_nothing(content: bytes) -> None:
    """Pillow's own reading of some of these takes seconds and a gigabyte."""
    assert decode(content)[0].shape == (32, 64, 3)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(flat_png(64, 32, extra=png_chunk(b"tEXt", b"a\0b") * 100_000), id="png"),
        pytest.param(_beside_a_jpeg(0xE5, b"", 100_000), id="jpeg"),
        pytest.param(_beside_a_gif(b"!\xfe\1x\0" * 100_000), id="gif"),
        pytest.param(_beside_a_gif(b"!\xfe" + b"\1x" * 100_000 + b"\0"), id="gif-comment"),
        pytest.param(flat_png(64, 32, extra=png_chunk(b"PLTE", bytes(3 * 100_000))), id="palette"),
    ],
)
def test_a_picture_of_very_many_parts_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="the picture is damaged"):
        decode(content)


def test_many_threads_may_decode_at_once() -> None:
    contents = [gif_header(12_000, 9000), saved(left_red_right_blue(), "PNG")] * 50

    def outcome(content: bytes) -> str:
        try:
            return decode(content)[1]
        except InputError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, contents)) == ["refused", ".png"] * 50
