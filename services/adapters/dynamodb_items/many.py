"""Writes of many items, a transaction for each part of them; those of another revision are left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from services.adapters.dynamodb_items.commit import Commits, Head, Step
from services.adapters.dynamodb_items.item_rows import Laid, chunks, facts_of, update, words_of
from services.adapters.dynamodb_items.layout import Row, item_keys, number
from services.adapters.dynamodb_items.reading import Reading
from services.adapters.dynamodb_items.vector_rows import vector_keys
from services.core.catalogue.conditions import left_of
from services.core.domain import ItemWords, ManyWritten
from services.core.errors import InputError, UnavailableError
from services.core.revision import NO_ITEM

T = TypeVar("T")
# The writes of items that exist (their rows by id), and the number of items that these add.
MakeWrites = Callable[[Mapping[str, Row], Head], tuple[list[dict[str, Any]], int]]


class ManyWrites:
    """Writes of many items to the table."""

    def __init__(self, commits: Commits, reading: Reading, sweep: Callable[[Sequence[Row]], None]) -> None:
        """`sweep` deletes rows of vectors that no item has any more."""
        self._commits, self._reading, self._sweep = commits, reading, sweep

    def revise(self, words: Sequence[ItemWords]) -> ManyWritten:
        """Write new words of items."""
        attributes, refused = dict[str, Row](), dict[str, str]()
        for each in words:
            try:
                attributes[each.id] = words_of(each)
            except InputError as error:
                refused[each.id] = str(error)

        def write(some: Sequence[ItemWords]) -> ManyWritten:
            def writes(rows: Mapping[str, Row], _head: Head) -> tuple[list[dict[str, Any]], int]:
                return [update(row, **attributes[item_id]) for item_id, row in rows.items()], 0

            return self._write({each.id: each.expected for each in some}, writes)

        fitting = [each for each in words if each.id not in refused]
        parts = list(chunks(fitting, lambda each: attributes[each.id]))
        written = _in_parts(parts, write, id_of=lambda each: each.id)
        return replace(written, refused={**refused, **written.refused})

    def delete(self, revisions: Mapping[str, str]) -> ManyWritten:
        """Remove items."""

        def write(some: Sequence[str]) -> ManyWritten:
            unused: list[Row] = []

            def writes(rows: Mapping[str, Row], _head: Head) -> tuple[list[dict[str, Any]], int]:
                unused[:] = [key for row in rows.values() for key in vector_keys(row)]
                return [{"Delete": {"Key": key}} for key in item_keys(rows)], -len(rows)

            written = self._write({each: revisions[each] for each in some}, writes)
            self._sweep(unused)
            return written

        return _in_parts(list(chunks(revisions, lambda _each: {})), write, id_of=str)

    def add(self, laid: Sequence[Laid], put_vectors: Callable[[Sequence[Laid]], None]) -> ManyWritten:
        """Write items whose ids have none; `put_vectors` writes the rows of their vectors."""

        def write(some: Sequence[Laid]) -> ManyWritten:
            put_vectors(some)
            by_id = {item.id: (item, place, row) for item, place, row in some}

            def writes(rows: Mapping[str, Row], head: Head) -> tuple[list[dict[str, Any]], int]:
                first = number(0)
                more = {"right": first, "wrong": first, "born": number(head.cursor + 1)}
                return [{"Put": {"Item": by_id[each][2] | more}} for each in rows], len(rows)

            written = self._write(dict.fromkeys(by_id, NO_ITEM), writes, model=some[0][0].model)
            self._sweep([key for each in written.refused for key in by_id[each][1].keys(each)])
            return written

        return _in_parts(list(chunks(laid, lambda each: each[2])), write, id_of=lambda each: each[0].id)

    def _write(
        self, expected: Mapping[str, str], make_writes: MakeWrites, *, model: str | None = None
    ) -> ManyWritten:
        """Write one part; the first items of a catalogue decide its `model`."""
        refused: dict[str, str] = {}

        def make(head: Head) -> Step | None:
            kept = self._reading.rows(expected)
            now = {each: facts_of(row, model=head.model).revision for each, row in kept.items()}
            refused.clear()
            refused.update(left_of(now, expected))
            rows = {each: kept.get(each, {}) for each in expected if each not in refused}
            if not rows:
                return None
            writes, more = make_writes(rows, head)
            of_all = head.model if head.items or model is None else model
            return Step(writes, list(rows), replace(head, items=head.items + more, model=of_all))

        return ManyWritten(self._commits.write(make).cursor, refused)


def _in_parts(
    parts: Sequence[Sequence[T]], write: Callable[[Sequence[T]], ManyWritten], *, id_of: Callable[[T], str]
) -> ManyWritten:
    """Write part by part; if one fails after others were written, it and the rest are refused."""
    change, refused, is_written = 0, dict[str, str](), False
    for place, part in enumerate(parts):
        try:
            written = write(part)
        except UnavailableError as error:
            if not is_written:
                raise
            rest = [id_of(each) for later in parts[place:] for each in later]
            return ManyWritten(change, refused | dict.fromkeys(rest, str(error)))
        is_written = is_written or len(written.refused) < len(part)
        change = written.change
        refused |= written.refused
    return ManyWritten(change, refused)
