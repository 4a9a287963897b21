"""Pictures of phones and shops that are odd but good, and files that are something else."""

import io
import struct

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from services.adapters.pillow_pictures import decode, shrink, suffix_of
from services.core.errors import InputError
from tests.adapters.picture_files import left_red_right_blue, saved
from tests.bombs import flat_png, png_chunk

SIDEWAYS = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + bytes(4)


def with_exif(kind: str, exif: bytes) -> bytes:
    return saved(left_red_right_blue(), kind, exif=exif)


def test_a_phones_jpeg_with_a_second_picture_is_the_jpeg_that_it_is() -> None:
    content = saved(left_red_right_blue(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 32))])
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "MPO"
    plain, _ = decode(saved(left_red_right_blue(), "JPEG"))
    picture, suffix = decode(content)
    assert (suffix, suffix_of(content)) == (".jpg", ".jpg")
    assert np.array_equal(picture, plain)
    assert shrink(content, side_px=160)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "exif",
    [
        SIDEWAYS[:-20],
        SIDEWAYS[:16],
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0XX" + SIDEWAYS[8:],
        SIDEWAYS.replace(b"\x12\1\3\0", b"\x12\1\2\0"),  # text where a number belongs
        SIDEWAYS.replace(b"\6\0\0\0", b"\x09\0\0\0"),  # no orientation has this number
        bytes(100),
    ],
)
def test_a_picture_with_damaged_exif_is_taken_as_it_lies(kind: str, exif: bytes) -> None:
    assert decode(with_exif(kind, exif))[0].shape == (32, 64, 3)
    assert shrink(with_exif(kind, exif), side_px=160)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_of_either_byte_order_turns_it(kind: str) -> None:
    motorola = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + bytes(4)
    for exif in (SIDEWAYS, motorola):
        assert decode(with_exif(kind, exif))[0].shape == (64, 32, 3)


def test_other_programs_ways_to_write_the_orientation_are_heeded() -> None:
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    packet = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    jpeg = saved(left_red_right_blue(), "JPEG")
    as_segment = b"\xff\xe1" + struct.pack(">H", 2 + len(packet)) + packet
    text = PngInfo()
    exif = SIDEWAYS.hex()
    text.add_text("Raw profile type exif", f"\nexif\n{len(SIDEWAYS):8}\n{exif}\n", zip=True)
    for content in (
        jpeg[:2] + as_segment + jpeg[2:],
        saved(left_red_right_blue(), "WEBP", xmp=xmp),
        flat_png(64, 32, extra=png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)),
        saved(left_red_right_blue(), "PNG", pnginfo=text),
    ):
        assert decode(content)[0].shape == (64, 32, 3)


def _container(brand: bytes, *more: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(more)
    return struct.pack(">I", 4 + len(body)) + body + bytes(40)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (_container(b"heic"), "a HEIC picture"),
        (_container(b"mif1", b"mif1", b"heic"), "a HEIC picture"),
        (_container(b"mif1", b"mif1", b"avif"), "an AVIF picture"),
        (_container(b"avif"), "an AVIF picture"),
        (_container(b"isom"), "a video"),
        (_container(b"qt  "), "a video"),
        (saved(Image.new("RGB", (8, 8)), "BMP"), "a BMP picture"),
        (saved(Image.new("RGB", (8, 8)), "TIFF"), "a TIFF or RAW picture"),
        (saved(Image.new("RGB", (8, 8)), "ICO"), "an icon"),
        (saved(Image.new("RGB", (8, 8)), "PPM"), "a PNM picture"),
        (b"%PDF-1.7 and more", "a PDF document"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<!DOCTYPE html><title>Not found</title>", "a web page"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound"),
    ],
)
def test_what_is_not_taken_is_named(content: bytes, name: str) -> None:
    for read in (decode, suffix_of):
        with pytest.raises(InputError, match=f"^this is {name}.*; expected a JPEG, PNG, WEBP, GIF picture"):
            read(content)


@pytest.mark.parametrize(
    "error", [KeyError("MPO"), struct.error("short"), MemoryError(), RecursionError(), TypeError()]
)
def test_whatever_a_decoder_raises_refuses_the_picture(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_image: PngImageFile) -> None:
        raise error

    monkeypatch.setattr(PngImageFile, "load", load)
    with pytest.raises(InputError, match="the picture is damaged"):
        decode(saved(left_red_right_blue(), "PNG"))


@pytest.mark.parametrize(
    ("bits", "colours", "transparent", "is_white"),
    [
        (1, 0, (0,), True),
        (2, 0, (0,), True),
        (4, 0, (3,), False),
        (8, 0, (0,), True),
        (16, 0, (0,), True),
        (16, 0, (513,), False),
        (8, 2, (0, 0, 0), True),
        (16, 2, (0, 0, 0), True),
        (16, 2, (0, 0, 40_000), False),
    ],
)
def test_a_transparent_colour_is_white_at_every_depth(
    bits: int, colours: int, transparent: tuple[int, ...], is_white: bool
) -> None:
    """The picture is black all over."""
    chunk = png_chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent))
    picture, _ = decode(flat_png(8, 8, bits=bits, colours=colours, extra=chunk))
    assert picture.min() == picture.max() == (255 if is_white else 0)


@pytest.mark.parametrize("size", [(9000, 1000), (1000, 9000)])
def test_a_long_picture_is_made_smaller_too(size: tuple[int, int]) -> None:
    picture, _ = decode(saved(Image.new("RGB", size), "PNG"))
    assert picture.shape == (size[1] // 2, size[0] // 2, 3)


def test_a_large_picture_that_lies_sideways_is_upright() -> None:
    large = left_red_right_blue().resize((4200, 2100))
    picture, _ = decode(saved(large, "PNG", exif=SIDEWAYS))
    assert picture.shape == (2100, 1050, 3)
    assert picture[100, 500].tolist() == [0, 0, 255]
