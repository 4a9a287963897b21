"""Recognition of files by their first bytes: the pictures that are taken, and names for what is not."""

from __future__ import annotations

# Brands of the container that HEIC, AVIF and videos share.
_BRANDS = {
    b"heic": "a HEIC picture",
    b"heix": "a HEIC picture",
    b"heim": "a HEIC picture",
    b"heis": "a HEIC picture",
    b"hevc": "a HEIC picture",
    b"hevx": "a HEIC picture",
    b"avif": "an AVIF picture",
    b"avis": "an AVIF picture",
    b"crx ": "a RAW picture",
}
# "HEIF of some codec"; further brands say which.
_ANY_CODEC = (b"mif1", b"msf1", b"miaf")
_STARTS = (
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF or RAW picture"),
    (b"MM\0*", "a TIFF or RAW picture"),
    (b"II+\0", "a TIFF picture"),
    (b"MM\0+", "a TIFF picture"),
    (b"IIU\0", "a RAW picture"),
    (b"IIRO", "a RAW picture"),
    (b"FUJIFILMCCD-RAW", "a RAW picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\1\0", "an icon (ICO)"),
    (b"8BPS", "a Photoshop file"),
    (b"gimp xcf", "a GIMP file"),
    (b"\x8aMNG", "an MNG animation"),
    (b"qoif", "a QOI picture"),
    (b"DDS ", "a DDS picture"),
    (b"v/1\1", "an OpenEXR picture"),
    (b"%!PS", "a PostScript file"),
    (b"%PDF", "a PDF document"),
    (b"PK\3\4", "a ZIP file or office document"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    *((b"P%d" % number, "a PNM picture") for number in range(1, 7)),
)
_RIFF = {b"AVI ": "a video", b"WAVE": "a sound"}
_TEXTS = ((b"<svg", "an SVG drawing"), (b"<!doctype html", "a web page"), (b"<html", "a web page"))


def kind_of(content: bytes) -> str | None:
    """JPEG, PNG, WEBP or GIF, or None for anything else."""
    if content.startswith(b"\xff\xd8"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    return "WEBP" if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else None


def name_of(content: bytes) -> str | None:
    """A name for a file that is not taken as a picture, None if its first bytes say nothing."""
    if content[4:8] == b"ftyp":
        return _name_of_container(content)
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12])
    for start, name in _STARTS:
        if content.startswith(start):
            return name
    text = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<"):
        return next((name for sign, name in _TEXTS if sign in text), None)
    return None


def _name_of_container(content: bytes) -> str:
    length = min(int.from_bytes(content[:4]), 256)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, length, 4))]
    if brands[0] in _BRANDS:
        return _BRANDS[brands[0]]
    if brands[0] in _ANY_CODEC:
        # HEVC where nothing else is said, as phones do.
        return next((_BRANDS[each] for each in brands if each in _BRANDS), "a HEIC picture")
    return "a video"
