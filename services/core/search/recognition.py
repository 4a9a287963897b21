"""Whether a snapshot is one of this item store, as it was at some moment."""

from __future__ import annotations

import logging
from collections.abc import Callable

from services.core.domain import Change, ItemFacts
from services.core.ports import ItemStore
from services.core.search.snapshot import LoadedSnapshot, Snapshot, SnapshotStore, made_by
from services.core.search.space import ModelSpace

# Changes by which a store is recognised, and changes since then up to which their items are compared too.
_HISTORY, _LATER = 64, 1000

log = logging.getLogger(__name__)


def history(store: ItemStore, cursor: int) -> tuple[Change, ...]:
    """The store's last changes up to a cursor, which stay what they are."""
    return tuple(store.changes(after=max(0, cursor - _HISTORY), limit=min(_HISTORY, cursor)))


def why_foreign(kept: Snapshot, store: ItemStore, shipped: ModelSpace | None) -> str:
    """The reason why the search can't go on from a snapshot, "" if it can; may raise UnavailableError."""
    if kept.made_by != (mine := made_by(shipped)):
        return f"it was made by version {kept.made_by}; this is {mine}"
    if kept.store != store.identity():
        return "it is of another item store, or of another model's time"
    head, model = store.state()
    if model not in (None, kept.model):
        return f"it is of model {kept.model}; the catalogue is of {model}"
    if head < kept.cursor:
        return f"it is as of change {kept.cursor}; the item store's newest is {head}: is that a backup?"
    if history(store, kept.cursor) != kept.history:
        return "the item store had other changes: is that a backup?"
    return _why_other_items(kept, store)


def _why_other_items(kept: Snapshot, store: ItemStore) -> str:
    """The reason why the items of the last changes are not those of the snapshot, "" if they are.

    A backup that was changed again may have had the same changes, of other content.
    """
    ids = list(dict.fromkeys(change.item_id for change in kept.history))
    now = dict(zip(ids, store.facts(ids), strict=True))
    # Asked for last, as an item may change meanwhile.
    later = store.changes(after=kept.cursor, limit=_LATER)
    if len(later) == _LATER:
        return ""
    same = set(ids).difference(change.item_id for change in later)
    others = [item_id for item_id in same if not _is_same(now[item_id], item_id, kept)]
    return f"item {min(others)!a} is another in the item store: is that a backup?" if others else ""


def _is_same(now: ItemFacts | None, item_id: str, kept: Snapshot) -> bool:
    if item_id in kept.damaged:  # it may be mended without a change
        return True
    own = now if now is not None and not now.damage and now.model == kept.model else None
    return own == kept.facts.get(item_id)


def resumable(
    snapshots: SnapshotStore, store: ItemStore, space_of: Callable[[str], ModelSpace | None]
) -> LoadedSnapshot | None:
    """The newest snapshot if it is one of this store; another is told of in the log, and dropped.

    Raises UnavailableError while the store does not answer.
    """
    store.state()  # before a large snapshot is opened for nothing
    loaded = snapshots.load()
    if loaded is None:
        return None
    if why := why_foreign(loaded.snapshot, store, space_of(loaded.snapshot.model)):
        log.warning("snapshot %s: %s; all items are read instead", loaded.name, why)
        snapshots.drop(loaded.name)
        return None
    return loaded
