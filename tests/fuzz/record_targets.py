"""Damaged match records for the history, as another program may have left them in the queue's list."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

from common.compact_json import read_message
from services.adapters.sqlite_history import SqliteHistory
from services.api.history import showing_answer
from services.api.history_export import as_csv, as_json
from services.core.acting.delivery import Delivery
from services.core.history.log import ShowingChange, ShowingLog
from services.core.history.showing import Showing
from tests.fuzz.campaign import Target
from tests.fuzz.mutations import Mutator

_MATCH = {
    "id": 1764423000123,
    "thing": "cam-1",
    "session": "0123abcd",
    "seq": 42,
    "captured_at": "2026-11-29T13:30:00.123Z",
    "searched_at": "2026-11-29T13:30:00.223Z",
    "expires_at": "2026-11-29T13:30:05.123Z",
    "model": "0123456789ab",
    "verdict": "match",
    "frames": 3,
    "margin": 0.5,
    "equals": ["mug-7", "mug-8"],
    "matches": [
        {
            "id": each,
            "title": "A mug",
            "url": "https://shop.example/items/7/image",
            "link": "https://shop.example/7",
            "score": 0.93,
            "distance": 0.4,
            "metadata": {"price": "12.00", "category": "Mugs"},
        }
        for each in ("mug-7", "mug-8")
    ],
    "box": [0.1, 0.2, 0.5, 0.6],
    "codes": [{"kind": "qr", "text": None, "box": [0.1, 0.2, 0.1, 0.1], "item": None}],
    "code": None,
    "timings_ms": {"capture": 1.0, "embed": 30.0, "transport": 4.0, "search": 2.0},
}
_OTHERS = [
    {**_MATCH, "verdict": "unsure", "equals": [], "session": None, "seq": None, "box": None},
    {**_MATCH, "verdict": "no_match", "matches": []},
]
_TOKENS = [
    *(b"NaN", b"Infinity", b"1e400", b"-1", b"9" * 30, b"9" * 400, b"0", b"null", b"true", b'""', b'"x"'),
    *(b"[]", b"{}", b"[[]]", b'"\\ud800"', b"\\u0000", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z"),
    *(b"unsure", b"no_match", b'"verdict":"no_match"', b'"matches":[]', b'"box":[1]', b'"seq":"7"'),
]
# Unix seconds at which each answer has held for long enough.
_LATER_S = 4e11


@cache
def _store() -> SqliteHistory:
    folder = tempfile.mkdtemp(prefix="fuzzed-history-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return SqliteHistory(Path(folder) / "history.sqlite")


def _keep(content: bytes) -> None:
    """The record as the history's keeper takes it, its row, and all that is made of the row."""
    changes = _changes(content)
    showings = [each.showing for each in changes]
    _store().write(showings, [])
    kept = _store().get_many([each.id for each in showings])
    assert len(kept) == len(showings)
    _store().delete([each.id for each in kept])
    _tell(kept)


class _PassedOverError(Exception):
    """The keeper passes this record over."""


def _changes(content: bytes) -> list[ShowingChange]:
    log = ShowingLog()
    try:
        log.take(read_message(content))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise _PassedOverError from error
    return log.passed(_LATER_S)[:1]


def _tell(kept: list[Showing]) -> None:
    for showing in kept:
        json.loads(Delivery(showing).message.body)
    answers = [showing_answer(each) for each in kept]
    for write in (as_csv, as_json):
        "".join(write(answers)).encode()


RECORDS = Target(
    "records",
    0.05,
    Mutator([json.dumps(each).encode() for each in (_MATCH, *_OTHERS)], _TOKENS, most_changes=3).case,
    _keep,
    (_PassedOverError,),
)
