"""The journal of an import, kept over an interruption."""

import os
from pathlib import Path

import pytest

from services.core.errors import InputError
from services.core.importing.journal import Journal, mark_of


def test_what_was_noted_is_known_to_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "imports" / "a.journal"
    with Journal(path) as journal:
        assert "m1" not in journal
        journal.note([("m1", "mug"), ("m2", "Schüssel\n")])
        assert path.read_text().splitlines() == [
            '{"item": "mug", "mark": "m1"}',
            '{"item": "Sch\\u00fcssel\\n", "mark": "m2"}',
        ]
    with Journal(path) as journal:
        assert "m1" in journal
        assert "m2" in journal
        assert "m3" not in journal


@pytest.mark.parametrize(
    "torn", ['{"item": "bo', '{"item": "bowl", "mark": "m', "\0\0\0", "[]", "7", "\ufffd"]
)
def test_a_line_that_a_crash_has_torn_is_forgotten_and_spoils_no_other(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "a.journal"
    path.write_text(f'{{"item": "mug", "mark": "m1"}}\n{torn}')
    with Journal(path) as journal:
        assert "m1" in journal
        journal.note([("m2", "bowl")])
    with Journal(path) as journal:
        assert "m1" in journal
        assert "m2" in journal


def test_a_mark_is_on_the_disk_when_note_returns(tmp_path: Path) -> None:
    """As after a kill of the process: nothing is closed."""
    path = tmp_path / "a.journal"
    child = os.fork()
    if child == 0:
        Journal(path).note([("m1", "mug")])
        os._exit(0)
    os.waitpid(child, 0)
    with Journal(path) as journal:
        assert "m1" in journal


def test_two_imports_of_the_same_do_not_run_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with Journal(path), pytest.raises(InputError, match="another import of the same is running"):
        Journal(path)
    with Journal(path):
        pass


def test_a_finished_import_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with Journal(path) as journal:
        journal.note([("m1", "mug")])
        journal.finish()
    assert list(tmp_path.iterdir()) == []


def test_marks_tell_facts_apart_and_not_their_order() -> None:
    facts: list[tuple[object, ...]] = [
        ("a", "b"), ("ab",), ("a", None), ("a", "None"), ({"a": "b"},), ({"a": "c"},), (Path("a"), (1, 2)),
    ]  # fmt: skip
    assert len({mark_of(*each) for each in facts}) == len(facts)
    assert mark_of({"a": "1", "b": "2"}) == mark_of({"b": "2", "a": "1"})


def test_an_import_that_ended_before_its_first_item_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "imports" / "a.journal"
    with pytest.raises(ZeroDivisionError), Journal(path):
        raise ZeroDivisionError
    assert not path.exists()
