"""Pictures of few bytes that take much memory or time to decode."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def many_scans(width: int, height: int, scans: int, *, extra: bytes = b"") -> bytes:
    """A progressive JPEG of this many scans; an encoder makes 10, and `extra` is before each other one."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 60, 10)).save(file, "JPEG", progressive=True, quality=20)
    content = file.getvalue()
    last = extra + content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * (scans - content.count(b"\xff\xda")) + b"\xff\xd9"


def png_chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def flat_png(width: int, height: int, *, bits: int = 8, colours: int = 2, extra: bytes = b"") -> bytes:
    """A PNG of zeros of this depth and colour type, with `extra` chunks before the picture."""
    row = bytes(1 + (width * bits * _CHANNELS[colours] + 7) // 8)
    pack = zlib.compressobj(6)
    rows = max(1, (1 << 22) // len(row))
    blocks = [pack.compress(row * min(rows, height - top)) for top in range(0, height, rows)]
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    palette = png_chunk(b"PLTE", bytes(768)) if colours == 3 else b""
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            palette,
            extra,
            png_chunk(b"IDAT", b"".join(blocks) + pack.flush()),
            png_chunk(b"IEND", b""),
        ]
    )
