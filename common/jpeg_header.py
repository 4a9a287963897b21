"""The header of a JPEG file, read before any decoder sees it: its size, and what decoding will take."""

from __future__ import annotations

import re
from dataclasses import dataclass

from common.wire import MAX_FRAME_PIXELS, MAX_MESSAGE_BYTES

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN, _STOP = 0xDA, 0xD9
# Frames of Huffman codes, baseline or progressive. No camera or shop gives the other kinds (lossless,
# hierarchical, arithmetic), and they take much longer to decode.
_FRAMES = {0xC0: False, 0xC1: False, 0xC2: True}
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length: restarts, TEM, a second start, and a stuffed byte.
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_FILL = re.compile(rb"\xff+")
# The next marker in a scan's data, where FF00 is a stuffed byte and FFD0 to FFD7 are restarts.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# A JPEG of a camera has about 20 segments, with a large colour profile 300; one of 10 scans has 40 in all.
MAX_SEGMENTS = 2000
# Encoders make about 10 scans. Each costs a pass over the whole picture, however few bytes it has.
MAX_SCANS = 100
# Of a camera's frame: a third of a second of decoding, and the memory of 40 megapixels in the usual colours.
_MAX_FRAME_SCANNED_PIXELS, _MAX_FRAME_HELD_BYTES = 250_000_000, 128_000_000


class JpegError(Exception):
    """Bytes that are refused as a JPEG; the text says why, in the same words each time."""


class JpegCostError(JpegError):
    """A JPEG that would take too much time or memory."""


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """The size of a JPEG in pixels, its number of scans, and where its parts are.

    `held_bytes` is what a decoder keeps of a picture in several scans until the last of them.
    `segments` are the marker, start and end of each segment before the data, which starts at `data_at`.
    """

    width: int
    height: int
    scans: int
    held_bytes: int
    segments: tuple[tuple[int, int, int], ...]
    data_at: int

    def check(self, *, max_pixels: int, max_scanned_pixels: int, max_held_bytes: int) -> None:
        """Raise JpegCostError if decoding would take more than this."""
        pixels = self.width * self.height
        if not 0 < pixels <= max_pixels:
            raise JpegCostError(f"{self.width} x {self.height} pixels; expected 1 to {max_pixels}")
        if self.scans > MAX_SCANS or self.scans * pixels > max_scanned_pixels:
            most = min(MAX_SCANS, max_scanned_pixels // pixels)
            raise JpegCostError(
                f"more than {most} scans of {self.width} x {self.height} pixels, which take too long"
            )
        if self.held_bytes > max_held_bytes:
            held, most = self.held_bytes // 1_000_000, max_held_bytes // 1_000_000
            raise JpegCostError(
                f"several scans of {self.width} x {self.height} pixels, which take {held} MB; "
                f"expected at most {most}"
            )


@dataclass(frozen=True, slots=True)
class _Frame:
    """A start of frame: its size, each component's samples for the densest one's, and its kind."""

    width: int
    height: int
    shares: tuple[float, ...]
    progressive: bool


def is_jpeg(content: bytes) -> bool:
    """Whether the bytes begin as a JPEG does."""
    return content.startswith(_START)


def check_frame(content: bytes) -> None:
    """Check a camera's frame by its header, without decoding it; raises JpegError."""
    if len(content) > MAX_MESSAGE_BYTES:
        raise JpegError(f"more than {MAX_MESSAGE_BYTES} bytes")
    header = read_header(content)
    header.check(
        max_pixels=MAX_FRAME_PIXELS,
        max_scanned_pixels=_MAX_FRAME_SCANNED_PIXELS,
        max_held_bytes=_MAX_FRAME_HELD_BYTES,
    )
    # These bytes cannot be in the data itself; some cameras append more behind them.
    if content.find(_END, header.data_at) < 0:
        raise JpegError("truncated JPEG")


def read_header(content: bytes) -> JpegHeader:
    """The header of a JPEG; raises JpegError for one that no decoder should see."""
    if not is_jpeg(content):
        raise JpegError("not a JPEG; expected the bytes FF D8 at its start")
    segments: list[tuple[int, int, int]] = []
    frame, at = None, len(_START)
    # Some files have a few bytes of nothing between two segments.
    while (found := content.find(b"\xff", at)) >= 0 and len(segments) <= MAX_SEGMENTS:
        at = _last_of_fill(content, found)
        if at + 4 > len(content) or (found > len(_START) and not segments):
            break
        marker, end = content[at + 1], at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if marker in _BARE:
            end = at + 2
        elif marker == _STOP:
            break
        elif marker in _FRAMES or marker in _OTHER_FRAMES:
            if frame is not None:
                raise JpegError("damaged JPEG: two sizes")
            frame = _read_frame(marker, content[at:end])
        elif marker == _SCAN:
            if frame is None:
                raise JpegError("damaged JPEG: no size before the picture's data")
            return _with_scans(content, frame, tuple(segments), at)
        segments.append((marker, at, end))
        at = end
    raise JpegError("truncated or damaged JPEG")


def _last_of_fill(content: bytes, at: int) -> int:
    """The place of the last of the bytes FF that a marker may begin with."""
    fill = _FILL.match(content, at)
    return fill.end() - 1 if fill else at


def _read_frame(marker: int, segment: bytes) -> _Frame:
    if marker in _OTHER_FRAMES:
        raise JpegError(f"a JPEG of a rare kind (FF {marker:02X}); expected a baseline or progressive one")
    count = segment[9] if len(segment) > 9 else 0
    factors = segment[11 : 10 + 3 * count : 3]
    samples = [(each >> 4) * (each & 15) for each in factors]
    if not 1 <= len(samples) == count <= 4 or not all(samples):
        raise JpegError("truncated or damaged JPEG")
    height, width = int.from_bytes(segment[5:7]), int.from_bytes(segment[7:9])
    densest = max(each >> 4 for each in factors) * max(each & 15 for each in factors)
    return _Frame(width, height, tuple(each / densest for each in samples), _FRAMES[marker])


def _with_scans(
    content: bytes, frame: _Frame, segments: tuple[tuple[int, int, int], ...], data_at: int
) -> JpegHeader:
    scans = _count_scans(content, data_at)
    # A decoder draws a single scan as it comes, and keeps two bytes a sample of all others.
    components_first = content[data_at + 4] if data_at + 4 < len(content) else 0
    at_once = not frame.progressive and components_first == len(frame.shares)
    held_bytes = 0 if at_once else round(2 * frame.width * frame.height * sum(frame.shares))
    return JpegHeader(frame.width, frame.height, scans, held_bytes, segments, data_at)


def _count_scans(content: bytes, data_at: int) -> int:
    """The number of scans, at most one above MAX_SCANS; raises JpegError for too many segments."""
    scans, at = 0, data_at
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(content, at)
        if found is None or content[found.start() + 1] == _STOP or scans > MAX_SCANS:
            return scans
        at, marker = found.start() + 2, content[found.start() + 1]
        scans += marker == _SCAN
        if marker not in _BARE:
            at += int.from_bytes(content[at : at + 2])
    raise JpegError(f"more than {MAX_SEGMENTS} segments in the JPEG")
