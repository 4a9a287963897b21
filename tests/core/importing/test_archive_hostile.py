"""Archives that our own code would never write."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from services.core.importing.import_rows import MAX_PICTURE_BYTES
from tests.core.importing.archives import entries_of, item, packed, refusal, zipped

NAME = hashlib.sha256(b"mug").hexdigest()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"../../evil": b"x"}, "holds '../../evil'; expected a ZIP that"),
        ({"/etc/passwd": b"x"}, "holds '/etc/passwd'"),
        (
            {"pictures/../x.jpg": b"x"},
            "this ZIP holds pictures, not an export",
        ),
        ({"pictures/": b""}, "holds 'pictures/'"),
        ({f"pictures/{NAME}.svg": b"mug"}, f"holds 'pictures/{NAME}.svg'"),
        ({f"pictures/{NAME}.jpg": b"pig"}, "is not the picture that its name says"),
        ({f"pictures/{0:064x}.jpg": b"mug"}, "is not the picture that its name says"),
        ({"manifest.json": b""}, "not an archive of items"),
        ({"manifest.json": b"[" * 60_000}, "not an archive of items"),
        ({"manifest.json": b"{}"}, "names no format of ours"),
        ({"manifest.json": b" " * 70_000}, "manifest.json has 70000 bytes; expected at most 65536"),
        (
            {"manifest.json": b'{"format":"lookalike-items","version":2}'},
            "is of version '2'; this Lookalike reads 1",
        ),
        ({"manifest.json": b'{"format":"lookalike-items","version":1,"count":-1}'}, "counts '-1' items"),
        ({"manifest.json": b'{"format":"lookalike-items","version":1,"count":true}'}, "counts 'True' items"),
        (
            {"manifest.json": b'{"format":"lookalike-items","version":1,"count":7}'},
            "holds 1 items; expected 7",
        ),
        ({"items.jsonl": b""}, "holds 0 items; expected 1"),
        ({f"pictures/{NAME}.jpg": b"x" * (MAX_PICTURE_BYTES + 1)}, f"expected at most {MAX_PICTURE_BYTES}"),
    ],
)
def test_what_no_archive_of_ours_holds_is_refused_whole(changes: dict[str, bytes], says: str) -> None:
    assert says in refusal(zipped(entries_of(packed(item())) | changes))


@pytest.mark.parametrize("name", ["manifest.json", "items.jsonl"])
def test_one_without_a_part_is_refused_by_its_name(name: str) -> None:
    entries = entries_of(packed(item()))
    del entries[name]
    assert f"the archive has no {name}" in refusal(zipped(entries))


def test_packed_entries_are_refused_because_they_may_burst() -> None:
    entries = entries_of(packed(item())) | {"items.jsonl": b"\0" * 10_000_000}
    assert "must be stored uncompressed in the ZIP" in refusal(zipped(entries, packing=zipfile.ZIP_DEFLATED))


def test_a_name_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO(packed(item()))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("items.jsonl", b"")
    assert "holds items.jsonl twice" in refusal(file.getvalue())


def test_entries_that_share_their_bytes_are_refused() -> None:
    """A bomb's trick: a directory that names the same part of the file again and again."""
    content = b"mug" * 10_000
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in entries_of(packed(item())).items():
            archive.writestr(name, part)
        archive.writestr(first := zipfile.ZipInfo(f"pictures/{1:064x}.jpg"), content)
        for number in range(2, 100):
            again = zipfile.ZipInfo(f"pictures/{number:064x}.jpg")
            again.file_size = again.compress_size = len(content)
            again.header_offset, again.CRC = first.header_offset, first.CRC
            archive.filelist.append(again)
    assert "but it has" in refusal(file.getvalue())


def test_a_directory_that_claims_more_than_memory_is_refused_without_reading_it() -> None:
    whole = bytearray(packed(item()))
    end = whole.rindex(b"PK\x05\x06")
    whole[end + 12 : end + 16] = (300 * 1024 * 1024).to_bytes(4, "little")
    assert "cut short" in refusal(bytes(whole))
