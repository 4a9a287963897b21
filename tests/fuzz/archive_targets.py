"""Damaged archives of items."""

from __future__ import annotations

import io
import random
import zipfile

from services.core.errors import InputError
from services.core.importing.archive import Archive, Refusal
from tests.core.importing.archives import entries_of, item, packed, zipped
from tests.fuzz.campaign import Target
from tests.fuzz.mutations import Mutator

_TOKENS = [
    *(
        b"PK\x01\x02",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"manifest.json",
        b"items.jsonl",
    ),
    *(
        b'"count":1000000',
        b'"version":2',
        b'"dim":0',
        b'"vectors":""',
        b"null",
        b"NaN",
        b"[" * 2000,
        b"9" * 400,
    ),
    *(b"../../etc/passwd", b"pictures/", b'"pictures":[]', b"\\ud800", b"\n"),
]
_ARCHIVE = packed(item("mug"), item("bowl", b"one more"))
_ENTRIES = entries_of(_ARCHIVE)
_WHOLE = Mutator([_ARCHIVE], _TOKENS)
_PARTS = {name: Mutator([content], _TOKENS) for name, content in _ENTRIES.items()}


def case(seed: int, number: int) -> bytes:
    """A damaged file, or a sound one of damaged parts, which the ZIP's checksums would not let through."""
    if number % 2:
        return _WHOLE.case(seed, number)
    name = random.Random(f"{seed}/{number}/part").choice(list(_PARTS))
    return zipped({**_ENTRIES, name: _PARTS[name].case(seed, number)}, packing=zipfile.ZIP_STORED)


def _read(content: bytes) -> None:
    archive = Archive(io.BytesIO(content))
    archive.verify()
    for found in archive.items():
        if not isinstance(found, Refusal):
            for key in found[1].pictures:
                archive.picture(key)


ARCHIVES = Target("archives", 0.1, case, _read, (InputError,))
