"""The files of a snapshot but its index's; facts are read when they are needed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from services.core.domain import Change
from services.core.errors import InputError
from services.core.search.code_book import CodePlaces, kept_codes
from services.core.search.hubs import Hubs
from services.core.search.kept_parts import facts_json, space_arrays, space_json, space_of
from services.core.search.kept_values import KeptFacts, KeptStandings
from services.core.search.layered import Layered
from services.core.search.snapshot import Snapshot
from services.core.search.space_fit import KeptStatistics, TaughtVectors

# Raise it when the files change.
VERSION = 2
# Items between two pauses.
_STEP = 200
_DAMAGED = (ValueError, KeyError, TypeError, IndexError, RecursionError, EOFError, zipfile.BadZipFile)
_STATE, _NUMBERS, _IDS = "state.json", "numbers.npz", "ids.json"
_FACTS, _ENDS, _STANDINGS = "facts.jsonl", "facts.ends", "standings.f64"

# The files that are read piece by piece as they are needed.
MAPPED = frozenset({_FACTS})

# The content of a file by its name; those in MAPPED may be mapped.
ReadFile = Callable[[str], memoryview]


def encoded_files(snapshot: Snapshot) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each file's name and its content in pieces, to be taken in this order, each to its end."""
    ids, ends, codes = list[str](), list[int](), CodePlaces()
    yield _FACTS, _facts(snapshot, ids, ends, codes)
    yield _IDS, _ids(ids)
    yield _ENDS, iter([np.array(ends, "<i8").tobytes()])
    yield _STANDINGS, _standings(snapshot, ids)
    yield _NUMBERS, iter([_numbers(snapshot, codes)])
    yield _STATE, iter([_state(snapshot)])


def decoded(read: ReadFile) -> Snapshot:
    """The snapshot of these files; raises InputError for others. Facts are read when they are asked for."""
    try:
        told = json.loads(bytes(read(_STATE)))
        with np.load(io.BytesIO(read(_NUMBERS)), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        return _decoded(told, arrays, read)
    except _DAMAGED as error:
        raise InputError(f"it can't be read ({type(error).__name__}: {str(error)[:100]})") from None


def _facts(snapshot: Snapshot, ids: list[str], ends: list[int], codes: CodePlaces) -> Iterator[bytes]:
    end, lines = 0, list[bytes]()
    for item_id, facts in snapshot.facts.items():
        line = json.dumps(facts_json(facts), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        end += len(line)
        codes.add(facts, place=len(ids))
        ids.append(item_id)
        ends.append(end)
        lines.append(line)
        if len(lines) == _STEP:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _ids(ids: list[str]) -> Iterator[bytes]:
    """The ids as a list in JSON, whatever is in them."""
    between = b"["
    for start in range(0, len(ids), 10 * _STEP):
        yield between + json.dumps(ids[start : start + 10 * _STEP])[1:-1].encode()
        between = b","
    yield b"]" if ids else b"[]"


def _standings(snapshot: Snapshot, ids: list[str]) -> Iterator[bytes]:
    """Gain and offset of each item, not a number for one that has none."""
    for start in range(0, len(ids) if snapshot.standings else 0, _STEP):
        found = [snapshot.standings.get(item_id) for item_id in ids[start : start + _STEP]]
        yield np.array([(s.gain, s.offset) if s else (np.nan, np.nan) for s in found], "<f8").tobytes()


def _numbers(snapshot: Snapshot, codes: CodePlaces) -> bytes:
    statistics = snapshot.statistics
    taught = list(statistics.taught.values())
    none = np.empty((0, snapshot.dim), np.float16)
    arrays = space_arrays(snapshot.space) | {
        **codes.arrays(),
        "total": statistics.total,
        "taught_total": statistics.taught_total,
        "taught_rows": np.concatenate([none, *(each.taught for each in taught)]),
        "other_rows": np.concatenate([none, *(each.catalogue for each in taught)]),
        "row_counts": np.array([(len(e.taught), len(e.catalogue)) for e in taught], np.int64).reshape(-1, 2),
    }
    if snapshot.cameras is not None:
        arrays["cameras"] = snapshot.cameras
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def _state(snapshot: Snapshot) -> bytes:
    told = {
        "store": snapshot.store,
        "made_by": snapshot.made_by,
        "model": snapshot.model,
        "dim": snapshot.dim,
        "cursor": snapshot.cursor,
        "history": [[change.cursor, change.item_id] for change in snapshot.history],
        "leaning": dict(snapshot.leaning),
        "other_recipe": sorted(snapshot.other_recipe),
        "damaged": dict(snapshot.damaged),
        "hubs": asdict(snapshot.hubs),
        "count": snapshot.statistics.count,
        "taught_count": snapshot.statistics.taught_count,
        "taught_ids": list(snapshot.statistics.taught),
    }
    # Damaged rows may hold texts that are no UTF-8: these are escaped.
    return json.dumps(told | space_json(snapshot.space), separators=(",", ":")).encode()


def _decoded(told: dict[str, Any], arrays: Mapping[str, Any], read: ReadFile) -> Snapshot:
    ids: list[str] = json.loads(bytes(read(_IDS)))
    places = dict(zip(ids, range(len(ids)), strict=True))
    ends = np.frombuffer(read(_ENDS), "<i8")
    if not len(ids) == len(places) == len(ends):
        raise ValueError(f"{len(places)} ids and facts of {len(ends)} items")
    standings = np.frombuffer(read(_STANDINGS), "<f8").reshape(-1, 2)
    if len(standings) not in (0, len(ids)):
        raise ValueError(f"standings of {len(standings)} items; expected {len(ids)}")
    return Snapshot(
        **{name: told[name] for name in ("store", "made_by", "model", "dim", "cursor", "leaning", "damaged")},
        history=tuple(Change(cursor, item_id) for cursor, item_id in told["history"]),
        facts=Layered(KeptFacts(told["model"], places, ends, read(_FACTS))),
        standings=Layered(KeptStandings(places, standings)),
        other_recipe=frozenset(told["other_recipe"]),
        hubs=Hubs(told["hubs"]["count"], tuple(told["hubs"]["first"])),
        space=space_of(told, arrays),
        statistics=_statistics(told, arrays),
        cameras=arrays.get("cameras"),
        codes=kept_codes(arrays, ids),
    )


def _statistics(told: Mapping[str, Any], arrays: Mapping[str, Any]) -> KeptStatistics:
    ends = np.cumsum(arrays["row_counts"], axis=0)[:-1]
    taught = np.split(arrays["taught_rows"], ends[:, 0])
    others = np.split(arrays["other_rows"], ends[:, 1])
    pairs = [TaughtVectors(*pair) for pair in zip(taught, others, strict=True)]
    ids = told["taught_ids"]
    return KeptStatistics(
        total=arrays["total"],
        count=told["count"],
        taught=dict(zip(ids, pairs, strict=True)) if ids else {},
        taught_total=arrays["taught_total"],
        taught_count=told["taught_count"],
    )
