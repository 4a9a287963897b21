"""AWS event-stream frames of Greengrass IPC, from the server's side: the SDK has the client's alone."""

import struct
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

# Types of messages; those above APPLICATION_ERROR are of the connection, on stream 0.
MESSAGE, ERROR, PING, PING_RESPONSE, CONNECT, CONNECT_ACK = range(6)
# Flags.
ACCEPTED, TERMINATE = 1, 2
_INT32, _STRING = 4, 7
# Bytes of a header's value by its type, None for those that begin with their length.
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, _INT32: 4, 5: 8, 6: None, _STRING: None, 8: 8, 9: 16}


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a connection; `headers` are the strings among its headers."""

    kind: int
    flags: int = 0
    stream: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    payload: bytes = b""


def encode(frame: Frame) -> bytes:
    """The bytes of a frame."""
    numbers = {":message-type": frame.kind, ":message-flags": frame.flags, ":stream-id": frame.stream}
    parts = [_named(name, _INT32) + struct.pack(">i", number) for name, number in numbers.items()]
    for name, text in frame.headers.items():
        parts.append(_named(name, _STRING) + struct.pack(">H", len(text.encode())) + text.encode())
    headers = b"".join(parts)
    prelude = struct.pack(">II", 16 + len(headers) + len(frame.payload), len(headers))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + frame.payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def read_frame(stream: BinaryIO, *, most_bytes: int) -> Frame | None:
    """The next frame; None at the end of the stream. ValueError for a damaged or too large one."""
    prelude = stream.read(12)
    if len(prelude) < 12:
        return None
    total, headers_bytes, checksum = struct.unpack(">III", prelude)
    if checksum != zlib.crc32(prelude[:8]) or total > most_bytes:
        raise ValueError(f"a frame of {total} bytes; expected at most {most_bytes}, and a right checksum")
    rest = stream.read(total - 12)
    if len(rest) < total - 12:
        return None
    if struct.unpack(">I", rest[-4:])[0] != zlib.crc32(prelude + rest[:-4]):
        raise ValueError("a frame with a wrong checksum")
    found = _read_headers(rest[:headers_bytes])
    numbers = [found.pop(name) for name in (":message-type", ":message-flags", ":stream-id")]
    kind, flags, number = (int(each) for each in numbers)
    return Frame(kind, flags, number, found, rest[headers_bytes:-4])


def _named(name: str, kind: int) -> bytes:
    return bytes([len(name)]) + name.encode() + bytes([kind])


def _read_headers(content: bytes) -> dict[str, str]:
    found, at = {}, 0
    while at < len(content):
        end = at + 1 + content[at]
        name, kind = content[at + 1 : end].decode(), content[end]
        size, at = _SIZES[kind], end + 1
        if size is None:
            (size,) = struct.unpack_from(">H", content, at)
            at += 2
        value, at = content[at : at + size], at + size
        found[name] = value.decode() if kind == _STRING else str(int.from_bytes(value, "big", signed=True))
    return found
