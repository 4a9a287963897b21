"""Small pictures: size, orientation, ground, and refusals."""

import io

import pytest
from PIL import Image

from services.adapters.pillow_pictures import shrink
from services.core.errors import InputError
from tests.adapters.picture_files import jpeg_header, left_red_right_blue, png_header, saved

ORIENTATION = 0x0112


def shrunk(content: bytes, side_px: int = 160) -> Image.Image:
    image = Image.open(io.BytesIO(shrink(content, side_px=side_px)))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    return image


def is_near(pixel: object, colour: tuple[int, int, int], *, within: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= within for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize(
    ("size", "expected"),
    [((800, 400), (160, 80)), ((400, 800), (80, 160)), ((2000, 50), (160, 4)), ((64, 32), (64, 32))],
)
def test_it_fits_in_keeps_its_shape_and_is_never_made_larger(
    kind: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    small = shrunk(saved(left_red_right_blue().resize(size), kind))
    assert small.size == expected
    if min(expected) > 8:
        assert is_near(small.getpixel((4, expected[1] // 2)), (254, 0, 0))
        assert is_near(small.getpixel((expected[0] - 5, expected[1] // 2)), (0, 0, 254))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(3000, 1), (1, 3000), (1, 1)])
def test_a_line_and_a_point_are_pictures_too(kind: str, size: tuple[int, int]) -> None:
    assert shrunk(saved(Image.new("RGB", size), kind)).size == tuple(min(side, 160) for side in size)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"), [(3, (160, 80), (150, 40)), (6, (80, 160), (40, 8))]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_one_that_was_taken_sideways_is_upright(
    kind: str, orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    small = shrunk(saved(left_red_right_blue().resize((800, 400)), kind, exif=exif))
    assert small.size == size
    assert is_near(small.getpixel(red_at), (254, 0, 0))
    assert small.getexif().get(ORIENTATION, 1) == 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_parts_are_white(kind: str) -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (200, 0, 400, 400))
    small = shrunk(saved(image, kind))
    assert is_near(small.getpixel((40, 80)), (255, 255, 255))
    assert is_near(small.getpixel((120, 80)), (254, 0, 0))


def test_a_photograph_becomes_a_few_kilobytes() -> None:
    noise = Image.effect_noise((3000, 2000), 60).convert("RGB")
    assert len(shrink(saved(noise, "JPEG"), side_px=160)) < 12_000


@pytest.mark.parametrize("content", [png_header(9000, 9000), jpeg_header(65000, 65000)])
def test_a_bomb_is_refused_by_its_size_alone(content: bytes) -> None:
    with pytest.raises(InputError, match=r"at most (40|64) megapixels"):
        shrink(content, side_px=160)


@pytest.mark.parametrize("content", [b"", b"no picture", saved(left_red_right_blue(), "PNG")[:80]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        shrink(content, side_px=160)
