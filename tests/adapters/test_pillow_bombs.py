"""Pictures that would take too much memory."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL.PngImagePlugin import PngInfo

from services.adapters.pillow_pictures import decode, suffix_of
from services.core.errors import InputError
from tests.adapters.picture_files import (
    gif_header,
    jpeg_header,
    left_red_right_blue,
    png_header,
    saved,
    webp_header,
)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png_header(9000, 9000), "9000 x 9000"),
        (png_header(64_000_001, 1), "64000001 x 1"),
        (webp_header(9000, 9000), "9000 x 9000"),
        (webp_header(16383, 16383), "268402689"),
        (gif_header(9000, 9000), "9000 x 9000"),
        (gif_header(65535, 65535), "4294836225"),
        (gif_header(10, 10, frame=(9000, 9000)), "9000 x 9000"),
        (gif_header(10, 10, frame=(65535, 65535)), "4294836225"),
        (jpeg_header(9000, 9000), "9000 x 9000"),
        (jpeg_header(65000, 65000), "4225000000"),
    ],
)
@pytest.mark.parametrize("read", [decode, suffix_of])
def test_a_bomb_of_any_kind_is_refused_by_its_size_alone(
    read: Callable[[bytes], object], content: bytes, size: str
) -> None:
    """None of these has pixels: decoding one would call it damaged instead."""
    with pytest.raises(InputError, match=f"{size} pixels.*at most 64 megapixels"):
        read(content)


def test_a_bomb_hidden_in_a_pngs_text_is_refused() -> None:
    text = PngInfo()
    text.add_text("Comment", "x" * 50_000_000, zip=True)
    content = saved(left_red_right_blue(), "PNG", pnginfo=text)
    assert len(content) < 100_000
    with pytest.raises(InputError, match="damaged"):
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
