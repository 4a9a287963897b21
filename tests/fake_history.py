"""Fakes of the history's ports, and match records as the queue has them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from common.wire import to_iso
from services.core.errors import UnavailableError
from services.core.history.asked_pictures import AskedPicture
from services.core.history.log import Change
from services.core.history.ports import Position, Wanted
from services.core.history.showing import Said, Showing

BEGAN_S = 1_764_423_000.0


class FakeHistory:
    """A HistoryStore in memory, which fails while it has a `trouble`."""

    def __init__(self) -> None:
        self.rows: dict[int, Showing] = {}
        self.trouble: str | None = None
        self.on_write: Callable[[], object] | None = None

    def _check(self) -> None:
        if self.trouble is not None:
            raise UnavailableError(self.trouble)

    def write(self, begun: Sequence[Showing], moved: Sequence[Showing]) -> None:
        if self.on_write is not None:
            self.on_write()
        self._check()
        for each in begun:
            self.rows.setdefault(each.id, replace(each, said=Said(), has_picture=False))
        for each in (*begun, *moved):
            if (old := self.rows.get(each.id)) is not None:
                self.rows[each.id] = replace(each, said=old.said, has_picture=old.has_picture)

    def say(self, said: Mapping[int, Said]) -> None:
        self._check()
        for number in said.keys() & self.rows.keys():
            self.rows[number] = replace(self.rows[number], said=said[number])

    def note_pictures(self, ids: Sequence[int]) -> None:
        for number in self.rows.keys() & set(ids):
            self.rows[number] = replace(self.rows[number], has_picture=True)

    def get_many(self, ids: Sequence[int]) -> list[Showing]:
        return [self.rows[each] for each in ids if each in self.rows]

    def page(self, wanted: Wanted, *, after: Position | None = None, limit: int = 100) -> list[Showing]:
        self._check()
        rows = sorted(filter(wanted.takes, self.rows.values()), key=_place, reverse=True)
        end = (after.began_ms, after.id) if after else (float("inf"), 0)
        return [each for each in rows if _place(each) < end][:limit]

    def opened(self) -> list[Showing]:
        return [each for each in self.rows.values() if not each.ended]

    def with_record(self, thing: str, record_id: int) -> Showing | None:
        own = (each for each in self.rows.values() if each.thing == thing)
        return next((each for each in own if each.id <= record_id <= each.last_record), None)

    def delete(self, ids: Sequence[int], /) -> int:
        return sum(self.rows.pop(each, None) is not None for each in ids)

    def count(self, wanted: Wanted) -> int:
        return sum(map(wanted.takes, self.rows.values()))

    def shown(self) -> Mapping[str, int]:
        return Counter(each.item.id for each in self.rows.values() if each.item)

    def check_write(self) -> None:
        self._check()


class FakeHistoryPictures:
    """HistoryPictures in memory."""

    def __init__(self) -> None:
        self.kept: dict[int, bytes] = {}

    def put(self, showing_id: int, jpeg: bytes, /) -> None:
        self.kept[showing_id] = jpeg

    def get(self, showing_id: int, /) -> bytes | None:
        return self.kept.get(showing_id)

    def delete(self, ids: Sequence[int], /) -> None:
        for each in ids:
            self.kept.pop(each, None)


class FakeStates:
    """ShowingStates in memory, which fail while they have a `trouble`.

    `before_replace` is called once before the next replacement, as another function that is faster.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.trouble: str | None = None
        self.before_replace: Callable[[], object] | None = None

    def _check(self) -> None:
        if self.trouble is not None:
            raise UnavailableError(self.trouble)

    def get(self, thing: str) -> str | None:
        self._check()
        return self.texts.get(thing)

    def all(self) -> dict[str, str]:
        self._check()
        return dict(self.texts)

    def replace(self, thing: str, before: str | None, after: str | None) -> bool:
        self._check()
        if (action := self.before_replace) is not None:
            self.before_replace = None
            action()
        if self.texts.get(thing) != before:
            return False
        if after is None:
            self.texts.pop(thing, None)
        else:
            self.texts[thing] = after
        return True


class FakeAskedPictures:
    """AskedPictures in memory."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str], AskedPicture] = {}

    def note(self, thing: str, token: str, asked: AskedPicture, /) -> None:
        self.asked[thing, token] = asked

    def taken(self, thing: str, token: str, /) -> AskedPicture | None:
        return self.asked.pop((thing, token), None)


class Heard:
    """A ShowingListener that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[Showing, Change]] = []

    def on_showing(self, showing: Showing, change: Change, /) -> None:
        self.told.append((showing, change))


def record(
    number: int, at_s: float, best: str | None = "mug", verdict: str = "match", **more: Any
) -> dict[str, Any]:
    """A match record `at_s` seconds after BEGAN_S, searched 50 ms later; `more` are or replace its fields."""
    ids = [] if best is None else [best, "bowl" if best != "bowl" else "vase", "dust"]
    scores = [0.9, 0.05, 0.001]
    matches = [
        {"id": item, "title": item.title(), "link": None, "score": score, "metadata": {"price": "3.50"}}
        for item, score in zip(ids, scores, strict=False)
    ]
    captured_s = BEGAN_S + at_s
    return {
        "id": number,
        "thing": "cam-1",
        "session": "5f3a9c01",
        "seq": number,
        "captured_at": to_iso(captured_s),
        "searched_at": to_iso(captured_s + 0.05),
        "expires_at": to_iso(captured_s + 5),
        "verdict": verdict,
        "matches": matches,
        "box": [0.25, 0.1, 0.5, 0.8],
        **more,
    }


def _place(showing: Showing) -> tuple[int, int]:
    return round(showing.began_at_s * 1000), showing.id
