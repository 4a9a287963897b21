"""Writing items into an archive, and reading archives of all kinds."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import random
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.core.archive import Archive, Refusal, write_archive
from services.core.domain import InputError, Item
from services.core.packed import item_line, parse_line
from services.core.rows import MAX_PICTURE_BYTES
from tests.fakes import DIM, MODEL, FakePictures, make_item, vectors

PICTURES = FakePictures()


def kept(content: bytes, suffix: str = ".jpg") -> str:
    return PICTURES.put(content, suffix=suffix)


def item(name: str = "mug", *more: bytes, **changes: Any) -> Item:
    """An item of float16 vectors, as a store gives it, with pictures in PICTURES."""
    rounded = vectors(2, seed=len(name)).astype(np.float16).astype(np.float32)
    pictures = {
        "picture": kept(name.encode()),
        "more_pictures": tuple(kept(content, ".png") for content in more),
    }
    return replace(make_item(name, rounded, probes=rounded[:1]), **{**pictures, **changes})


def packed(*items: Item) -> bytes:
    return b"".join(write_archive(items, PICTURES.get, model=MODEL))


def opened(content: bytes) -> Archive:
    archive = Archive(io.BytesIO(content))
    archive.verify()
    return archive


def facts(item: Item) -> tuple[object, ...]:
    arrays = item.vectors.tobytes(), item.vectors.shape, item.probes.tobytes(), item.probes.shape
    return item.id, item.title, item.link, dict(item.metadata), item.pictures, item.model, *arrays


def facts_of(archive: Archive) -> list[tuple[int, tuple[object, ...]]]:
    """All items with their numbers, of which none may be refused."""
    return [(number, facts(each)) for number, each in archive.items()]  # type: ignore[misc]


def zipped(entries: Mapping[str, bytes], *, packing: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP of any content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def entries_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as refused:
        opened(content)
    return str(refused.value)


def test_what_was_written_is_read_again_item_by_item_and_picture_by_picture() -> None:
    items = [
        item("mug", b"from above", b"from behind", title="Anna's \u2028 cup", metadata={"a\nb": "ü"}),
        item("bowl", link=None, metadata={}, probes=np.empty((0, DIM), np.float32)),
    ]
    archive = opened(packed(*items))
    assert facts_of(archive) == [(number, facts(each)) for number, each in enumerate(items, 1)]
    assert [archive.picture(key) for key in items[0].pictures] == [b"mug", b"from above", b"from behind"]


def test_an_archive_of_nothing_is_one_too() -> None:
    assert list(opened(packed()).items()) == []


def test_a_picture_of_several_items_is_in_it_once() -> None:
    shared = kept(b"shared")
    names = entries_of(packed(*(item(name, picture=shared) for name in "abc")))
    assert sorted(names) == ["items.jsonl", "manifest.json", f"pictures/{shared}"]


def test_it_is_written_while_the_items_come() -> None:
    taken: list[int] = []

    def endless() -> Any:
        for number in itertools.count():
            taken.append(number)
            yield item(str(number))

    pieces = write_archive(endless(), PICTURES.get, model=MODEL)
    assert len(b"".join(itertools.islice(pieces, 10))) > 0
    pieces.close()
    assert len(taken) == 10


def test_any_zip_program_can_open_it_and_its_manifest_says_what_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(item()))) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("manifest.json")) == {
            "format": "lookalike-items", "version": 1, "model": MODEL, "dim": DIM, "count": 1,
        }  # fmt: skip
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_an_item_whose_picture_is_gone_is_refused_alone() -> None:
    gone = replace(item("gone"), picture=f"{1:064x}.jpg")
    first, second = opened(packed(gone, item())).items()
    assert first == Refusal(1, f"the picture {1:064x}.jpg of item 'gone' is not in the archive")
    assert isinstance(second, tuple)


def test_the_second_item_of_an_id_is_refused() -> None:
    _, second, third = opened(packed(item(), item(title="Another"), item("bowl"))).items()
    assert second == Refusal(2, "its id 'mug' is that of item 1 already")
    assert isinstance(third, tuple)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_one_that_is_cut_short_is_refused_before_anything_is_read(share: float) -> None:
    whole = packed(*(item(str(number)) for number in range(20)))
    told = refusal(whole[: int(len(whole) * share)])
    assert "not an archive of items, or one that is cut short" in told
    assert "`lookalike items export`" in told


def test_damage_anywhere_gives_a_refusal_and_never_another_item() -> None:
    whole = packed(item("mug", b"behind"), item("bowl"))
    expected = facts_of(opened(whole))
    chance, refused = random.Random(3), 0
    for _ in range(600):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            found = facts_of(opened(bytes(damaged)))
        except InputError:
            refused += 1
            continue
        # A date or another thing that nobody reads.
        assert found == expected
    assert 400 < refused < 600


NAME = hashlib.sha256(b"mug").hexdigest()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"../../evil": b"x"}, "holds '../../evil', which no archive of items does"),
        ({"/etc/passwd": b"x"}, "holds '/etc/passwd'"),
        ({"pictures/../x.jpg": b"x"}, "holds 'pictures/../x.jpg'"),
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
    assert "is packed; expected it as it is" in refusal(zipped(entries, packing=zipfile.ZIP_DEFLATED))


def test_a_name_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO(packed(item()))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("items.jsonl", b"")
    assert "holds items.jsonl twice" in refusal(file.getvalue())


def test_entries_that_share_their_bytes_are_refused() -> None:
    """The trick of a bomb: a directory that names the same part of the file again and again."""
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


def line(**changes: object) -> bytes:
    fields = json.loads(item_line(item()))
    return json.dumps({**fields, **changes}).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "a JSON list; expected an object"),
        (line(id=7), "id is 7; expected text"),
        (line(id=""), "id is empty"),
        (line(id="../x"), "item id '../x' is not allowed"),
        (line(title=None), "title is None; expected text"),
        (line(title=""), "the title has 0 characters"),
        (line(link=1), "link is 1; expected text or null"),
        (line(link="javascript:1"), "is not an http or https address"),
        (line(metadata=[]), "metadata is []; expected an object of texts"),
        (line(metadata={"a": 1}), "expected an object of texts"),
        (line(pictures=[]), "pictures is []; expected a list of 1 to 16 keys"),
        (line(pictures="x"), "pictures is 'x'"),
        (line(pictures=[f"{1:064x}.jpg"] * 17), "expected a list of 1 to 16 keys"),
        (line(pictures=["../../etc/passwd"]), "pictures holds '../../etc/passwd'; expected 64 hex digits"),
        (line(pictures=[f"{1:064x}.jpg/x"]), "expected 64 hex digits"),
        (line(model="x"), "model is 'x'; expected 12 hex digits"),
        (line(dim=0), "dim is 0; expected a whole number from 1"),
        (line(dim=True), "dim is True"),
        (line(dim=10**9), "dim is 1000000000"),
        (line(dim=7), "vectors holds 32 bytes; expected 14 for each of at most"),
        (line(vectors=""), "vectors is empty; expected one at least"),
        (line(vectors=1), "vectors is 1; expected text in base64"),
        (line(vectors="ä"), "vectors is not base64"),
        (line(vectors="AAAA" * 16, dim=8), "vectors holds one that is not of length 1"),
        (line(probes="AH4A" * 16, dim=8), "probes holds one that is not of length 1"),
        (line(probes="AHwA" * 16, dim=8), "probes holds one that is not of length 1"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_item_is_refused_with_what_was_expected(content: bytes, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_line(content)
    assert says in str(refused.value)


def test_a_bad_line_takes_no_other_with_it() -> None:
    entries = entries_of(packed(item("a"), item("b"), item("c")))
    lines = entries["items.jsonl"].split(b"\n")
    entries["items.jsonl"] = b"\n".join([lines[0], b'{"id":7}', lines[2], b""])
    found = list(opened(zipped(entries)).items())
    assert [each for each in found if isinstance(each, Refusal)] == [Refusal(2, "id is 7; expected text")]
    assert [each[1].id for each in found if isinstance(each, tuple)] == ["a", "c"]
