"""The two files that a training leaves: facts of items in JSON, numbers in numpy's form."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from services.core.errors import InputError
from services.core.search.distances import Distances
from services.core.search.kept_parts import facts_json, facts_of, space_arrays, space_json, space_of
from services.core.search.sketches import SKETCH_DIM
from services.core.search.space import Standing
from services.core.search.trained import TrainedIndex

# Raise it when the files change; a process of another version then says so.
_VERSION = 1
_DAMAGED = (ValueError, KeyError, TypeError, IndexError, RecursionError, EOFError, zipfile.BadZipFile)


def encode_trained(trained: TrainedIndex) -> tuple[bytes, bytes]:
    """The JSON and the numbers."""
    ids = [item.id for item in trained.facts]
    told = {
        "version": _VERSION,
        "training": trained.training,
        "model": trained.model,
        "dim": trained.dim,
        "cursor": trained.cursor,
        "rows_answered": trained.rows_answered,
        "distances": trained.distances,
        "measured": [trained.breadth, trained.recall, trained.rate],
        "other_recipe": sorted(trained.other_recipe),
        "damaged": dict(trained.damaged),
        "items": [facts_json(item) for item in trained.facts],
    } | space_json(trained.space)
    arrays: dict[str, Any] = {"row_counts": trained.row_counts, "sketches": trained.sketches}
    if trained.standings:
        # Every item has one, or none has.
        kept = [trained.standings[item_id] for item_id in ids]
        arrays["standings"] = np.array([[each.gain, each.offset] for each in kept], np.float64)
    arrays |= space_arrays(trained.space)
    content = io.BytesIO()
    np.savez(content, **arrays)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), content.getvalue()


def decode_trained(facts: bytes, numbers: bytes) -> TrainedIndex:
    """Read what `encode_trained` made; raises InputError for anything else."""
    try:
        told = json.loads(facts)
        if told["version"] != _VERSION:
            raise InputError(f"a training in form {told['version']}; expected {_VERSION}: train again")
        with np.load(io.BytesIO(numbers), allow_pickle=False) as arrays:
            return _trained(told, {name: arrays[name] for name in arrays.files})
    except _DAMAGED as error:
        raise InputError(f"what the training left can't be read ({str(error)[:100]}): train again") from None


def _trained(told: dict[str, Any], arrays: dict[str, Any]) -> TrainedIndex:
    items = tuple(facts_of(each, told["model"]) for each in told["items"])
    counts = np.asarray(arrays["row_counts"], np.int64)
    breadth, recall, rate = told.get("measured", (0, None, None))
    pairs = arrays["standings"].tolist() if "standings" in arrays else []
    sketches = np.asarray(arrays["sketches"], np.int8)
    if sketches.shape != (counts.sum(), SKETCH_DIM):
        raise ValueError(f"sketches of shape {sketches.shape}; expected [{counts.sum()}, {SKETCH_DIM}]")
    if len(counts) != len(items) or len(pairs) not in (0, len(items)):
        raise ValueError(f"numbers of {len(counts)} and {len(pairs)} items; expected {len(items)}")
    return TrainedIndex(
        training=told["training"],
        model=told["model"],
        dim=told["dim"],
        cursor=told["cursor"],
        facts=items,
        row_counts=counts,
        sketches=sketches,
        space=space_of(told, arrays),
        standings={
            item.id: Standing(gain, offset) for item, (gain, offset) in zip(items, pairs, strict=False)
        },
        other_recipe=frozenset(told["other_recipe"]),
        damaged=told["damaged"],
        rows_answered=told["rows_answered"],
        distances=Distances(told["distances"]),
        breadth=breadth,
        recall=recall,
        rate=rate,
    )
