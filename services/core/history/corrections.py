"""Corrections: what showings were taken for, and what they really were, as people said."""

from __future__ import annotations

from collections.abc import Iterator

from services.core.history.ports import HistoryStore, Wanted, all_of
from services.core.history.showing import SaidOf


def corrections(store: HistoryStore) -> Iterator[tuple[str, str]]:
    """The ids of the item that was shown and of the one that it was, of each showing that was put right."""
    for showing in all_of(store, Wanted(feedback=SaidOf.WRONG)):
        if showing.item is not None and showing.said.reviewed_item is not None:
            yield showing.item.id, showing.said.reviewed_item
