"""Writing items into an archive and reading it again, whole or damaged."""

from __future__ import annotations

import io
import itertools
import json
import random
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from services.core.errors import InputError
from services.core.importing.archive import Refusal, write_archive
from tests.core.importing.archives import (
    PICTURES,
    entries_of,
    facts,
    facts_of,
    item,
    kept,
    opened,
    packed,
    refusal,
    zipped,
)
from tests.fakes import DIM, MODEL


def test_what_was_written_is_read_again_item_by_item_and_picture_by_picture() -> None:
    items = [
        item("mug", b"from above", b"from behind", title="Anna's \u202e cup", metadata={"a\nb": "ü"}),
        item("bowl", link=None, metadata={}),
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

    pieces = write_archive(endless(), PICTURES.open, model=MODEL)
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
        # A changed byte that is not read, for example of a date.
        assert found == expected
    assert 400 < refused < 600


def test_a_bad_line_takes_no_other_with_it() -> None:
    entries = entries_of(packed(item("a"), item("b"), item("c")))
    lines = entries["items.jsonl"].split(b"\n")
    entries["items.jsonl"] = b"\n".join([lines[0], b'{"id":7}', lines[2], b""])
    found = list(opened(zipped(entries)).items())
    assert [each for each in found if isinstance(each, Refusal)] == [Refusal(2, "id is 7; expected text")]
    assert [each[1].id for each in found if isinstance(each, tuple)] == ["a", "c"]
