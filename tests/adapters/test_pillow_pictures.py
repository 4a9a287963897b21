"""Decoding of pictures of all kinds, and of files that only look like one."""

import numpy as np
import pytest
from PIL import Image

from services.adapters.pillow_pictures import ENOUGH_PX, decode, suffix_of
from services.core.errors import InputError
from services.core.ports import Picture
from tests.adapters.picture_files import left_red_right_blue, png_header, saved

RED_BGR = (0, 0, 255)
ORIENTATION = 0x0112


def is_near(pixel: Picture, bgr: tuple[int, int, int], *, within: int = 12) -> bool:
    return bool(np.abs(pixel.astype(int) - bgr).max() <= within)


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("GIF", ".gif")]
)
def test_each_kind_gives_bgr_of_its_size_and_its_suffix(kind: str, suffix: str) -> None:
    picture, found = decode(saved(left_red_right_blue(), kind))
    assert (picture.shape, str(picture.dtype), found) == ((32, 64, 3), "uint8", suffix)
    assert is_near(picture[16, 8], RED_BGR)
    assert is_near(picture[16, 56], (255, 0, 0))
    assert picture.flags.c_contiguous


@pytest.mark.parametrize(
    ("orientation", "shape", "red_at"),
    [
        (1, (32, 64, 3), (16, 8)),
        (3, (32, 64, 3), (16, 56)),
        (6, (64, 32, 3), (8, 16)),
        (8, (64, 32, 3), (56, 16)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_taken_sideways_is_upright(
    kind: str, orientation: int, shape: tuple[int, ...], red_at: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture, _ = decode(saved(left_red_right_blue(), kind, exif=exif))
    assert picture.shape == shape
    assert is_near(picture[red_at], RED_BGR)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_parts_become_white_and_half_transparent_ones_lighter(kind: str) -> None:
    image = Image.new("RGBA", (30, 10), (255, 0, 0, 0))
    image.paste((255, 0, 0, 128), (10, 0, 20, 10))
    image.paste((255, 0, 0, 255), (20, 0, 30, 10))
    picture, _ = decode(saved(image, kind, lossless=True) if kind == "WEBP" else saved(image, kind))
    assert is_near(picture[5, 5], (255, 255, 255))
    assert is_near(picture[5, 15], (127, 127, 255))
    assert is_near(picture[5, 25], RED_BGR)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_with_a_transparent_entry_becomes_white_there(kind: str) -> None:
    image = Image.new("P", (20, 10), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (10, 0, 20, 10))
    picture, _ = decode(saved(image, kind, transparency=1))
    assert is_near(picture[5, 5], RED_BGR)
    assert is_near(picture[5, 15], (255, 255, 255))


def test_a_jpeg_in_cmyk_has_its_colours() -> None:
    image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    assert is_near(decode(saved(image, "JPEG", quality=95))[0][16, 16], RED_BGR)


@pytest.mark.parametrize("level", [0, 64, 128, 250])
def test_a_png_of_16_bits_a_pixel_keeps_its_brightness(level: int) -> None:
    grey = Image.fromarray(np.full((8, 8), level * 257, np.uint16))
    assert is_near(decode(saved(grey, "PNG"))[0][4, 4], (level, level, level), within=2)


@pytest.mark.parametrize(("mode", "colour", "level"), [("L", 77, 77), ("1", 1, 255), ("LA", (77, 255), 77)])
def test_a_grey_picture_has_three_equal_channels(
    mode: str, colour: int | tuple[int, int], level: int
) -> None:
    picture, _ = decode(saved(Image.new(mode, (8, 8), colour), "PNG"))
    assert picture.shape == (8, 8, 3)
    assert is_near(picture[4, 4], (level, level, level), within=0)


def test_of_a_moving_picture_the_first_frame_counts() -> None:
    blue = Image.new("RGB", (8, 8), "blue")
    content = saved(Image.new("RGB", (8, 8), "red"), "GIF", save_all=True, append_images=[blue])
    assert is_near(decode(content)[0][4, 4], RED_BGR)


def test_a_large_jpeg_may_come_smaller_but_never_below_what_a_model_needs() -> None:
    picture, _ = decode(saved(left_red_right_blue().resize((4000, 3000)), "JPEG"))
    assert min(picture.shape[:2]) >= 750
    assert picture.shape[1] / picture.shape[0] == pytest.approx(4 / 3, rel=0.01)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    content = saved(Image.fromarray(noise), kind)
    with pytest.raises(InputError, match="expected a JPEG, PNG, WEBP, GIF picture"):
        decode(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the picture is empty; expected a JPEG"),
        (b"not a picture", "not a picture that can be read; expected a JPEG"),
        (b"\xff\xd8\xff", "the picture is damaged"),
        (png_header(9000, 9000), "9000 x 9000 pixels; expected a PNG picture of at most 40 megapixels"),
        (png_header(60_000, 60_000), "at most 40 megapixels"),
        (png_header(0, 10), "the picture is damaged"),
    ],
)
def test_what_is_no_picture_of_a_sane_size_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        decode(content)


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("GIF", ".gif")]
)
def test_the_suffix_is_that_of_the_content_and_needs_no_more_than_its_beginning(
    kind: str, suffix: str
) -> None:
    content = saved(Image.effect_noise((200, 200), 50).convert("RGB"), kind)
    assert suffix_of(content) == suffix
    assert suffix_of(content[: len(content) // 2]) == suffix
    with pytest.raises(InputError, match="an SVG drawing"):
        suffix_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_far_above_what_is_needed_is_made_smaller(kind: str) -> None:
    image = left_red_right_blue().resize((5 * ENOUGH_PX, 2 * ENOUGH_PX + 100))
    picture, _ = decode(saved(image, kind))
    assert picture.shape == (ENOUGH_PX + 50, 5 * ENOUGH_PX // 2, 3)
    assert is_near(picture[500, 500], RED_BGR)
    assert is_near(picture[500, 2000], (255, 0, 0))


@pytest.mark.parametrize("size", [(2 * ENOUGH_PX - 1, 4000), (9000, 30)])
def test_a_picture_with_one_short_side_keeps_its_size(size: tuple[int, int]) -> None:
    picture, _ = decode(saved(Image.new("RGB", size), "PNG"))
    assert picture.shape == (size[1], size[0], 3)
