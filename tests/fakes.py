"""In-memory fakes of the ports of services/core/ports.py, and makers of small domain objects."""

import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from common.local_points import LocalPoints, encode_points
from common.wire import Observation, Vectors, unit
from services.core.camera_mean import SEEN_EVERY_S, SEEN_FRAMES, CameraMean, SeenFrame, last_minute
from services.core.domain import IndexChange, Item
from services.core.errors import UnavailableError
from services.core.evidence import Vote
from services.core.index_state import IndexState
from services.core.ports import Boxes, KnnIndex, Memory, Picture
from services.core.records import Match, MatchRecord, Neighbour, Verdict
from services.core.search.admission import MAX_AHEAD_S
from services.core.search.tally import DropReason, LookEnd
from services.core.search.votes import KEPT
from tests.fake_stores import FakeItems as FakeItems
from tests.fake_stores import FakePictures as FakePictures
from tests.points import random_points

MODEL = "0123456789ab"
OTHER_MODEL = "ba9876543210"
SESSION = "0a1b2c3d"
DIM = 8
BAD_CLOCKS = 5


class FakeQueue:
    """A MatchQueue; every call fails while `down`."""

    def __init__(self, *, keep: int = 600, keep_each: int = 100) -> None:
        self._keep, self._keep_each = keep, keep_each
        self._remembered: dict[int, str] = {}
        self._ids = itertools.count(1)
        self._lists: dict[str | None, list[tuple[int, str]]] = {}
        self._newest: dict[str, Observation] = {}
        self._votes: dict[str, list[Vote]] = {}
        self._means: dict[str, CameraMean | None] = {}
        self._seen: dict[str, list[SeenFrame]] = {}
        self.clocks: dict[str, list[float]] = {}
        self.down = False

    def push(self, record: MatchRecord) -> int | None:
        self._check()
        seen = record.observation
        if _is_behind(seen, self._newest.get(seen.thing)):
            return None
        self._newest[seen.thing] = seen
        self.clocks.pop(seen.thing, None)
        number = next(self._ids)
        text = f'{{"id":{number},{record.to_json()[1:]}'
        for key, keep in ((None, self._keep), (seen.thing, self._keep_each)):
            self._lists[key] = [(number, text), *self._lists.get(key, [])][:keep]
        if record.vote:
            # As JSON stores it.
            vote = Vote.from_json(record.vote.to_json())
            self._votes[seen.thing] = [vote, *self._votes.get(seen.thing, [])][:KEPT]
        if record.mean:
            self._means[seen.thing] = CameraMean.from_json(record.mean.to_json())
        self._see(seen.thing, record.seen_frame)
        return number

    def _see(self, thing: str, frame: SeenFrame | None) -> None:
        kept = self._seen.get(thing, [])
        if frame is not None and (
            not kept or not 0 <= frame.captured_at_s - kept[0].captured_at_s < SEEN_EVERY_S
        ):
            self._seen[thing] = [SeenFrame.from_json(frame.to_json()), *kept][:SEEN_FRAMES]

    def push_many(self, records: Sequence[MatchRecord]) -> list[int | None]:
        return [self.push(record) for record in records]

    def memories(self, things: Sequence[str]) -> dict[str, Memory]:
        self._check()
        return {thing: Memory(self._votes.get(thing, []), self._means.get(thing)) for thing in things}

    def seen(self, thing: str) -> list[SeenFrame]:
        self._check()
        return last_minute(self._seen.get(thing, []))

    def latest(self, *, thing: str | None = None, limit: int = 1, after: int = 0) -> list[str]:
        self._check()
        return [text for number, text in self._lists.get(thing, [])[:limit] if number > after]

    def newest_matches(self) -> str | None:
        return next(iter(self.latest()), None)

    def get(self, record_id: int, /) -> str | None:
        self._check()
        return (dict(self._lists.get(None, [])) | self._remembered).get(record_id)

    def remember(self, record: str, /) -> None:
        self._check()
        self._remembered[json.loads(record)["id"]] = record

    def note_clock(self, thing: str, *, offset_s: float) -> None:
        self._check()
        self.clocks.setdefault(thing, []).append(offset_s)

    def clock_offsets_s(self, things: Sequence[str]) -> dict[str, float]:
        self._check()
        noted = {thing: self.clocks.get(thing, []) for thing in things}
        return {thing: offsets_s[-1] for thing, offsets_s in noted.items() if len(offsets_s) >= BAD_CLOCKS}

    def check(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.down:
            raise UnavailableError("Redis: is down")


class FakeIndex:
    """A KnnIndex by brute force: all distances, the nearest first; of equal ones the first added."""

    def __init__(self, *, dim: int = DIM) -> None:
        self._dim = dim
        # The number of each item's first row, and its vectors; replaced whole, so that a search in
        # another thread goes on over the old ones.
        self._items: dict[str, tuple[int, Vectors]] = {}
        self._next_row = 0
        self.cursor = 0
        # Places of a base, as it says.
        self.base = 0

    def __len__(self) -> int:
        return len(self._items)

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        for change in changes:
            shape = None if change.vectors is None else change.vectors.shape
            if shape is not None and (len(shape) != 2 or shape[1] != self._dim):
                raise ValueError(f"vectors of shape {shape}; expected [views, {self._dim}]")
        items = self._items.copy()
        for item_id, vectors in {change.item_id: change.vectors for change in changes}.items():
            items.pop(item_id, None)
            if vectors is not None and len(vectors):
                items[item_id] = self._next_row, vectors
                self._next_row += len(vectors)
        self._items, self.cursor = items, cursor

    def state(self) -> IndexState:
        rows = sum(len(vectors) for _, vectors in self._items.values())
        return IndexState("exact", len(self), rows, base=self.base, delta=rows, tombstones=0, recall=1.0)

    def frozen(self) -> "FakeIndex":
        copy = FakeIndex(dim=self._dim)
        copy._items, copy._next_row, copy.cursor = self._items, self._next_row, self.cursor
        return copy

    @property
    def file_bytes(self) -> int:
        return 0

    def save(self, folder: Path, /, *, breathe: Callable[[], object]) -> None:
        raise NotImplementedError(f"a fake has no files for {folder}: FakeSnapshots keeps it as it is")

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        items = self._items
        if not items:
            return [[] for _ in vectors]
        ids, firsts = list(items), [first for first, _ in items.values()]
        rows = np.concatenate([views for _, views in items.values()]).astype(np.float64)
        ends = np.cumsum([len(views) for _, views in items.values()])
        found = []
        for query in vectors:
            distances = np.split(np.linalg.norm(rows - query, axis=1), ends[:-1])
            near = [
                Neighbour(
                    item_id, float(own.min()), first + int(own.argmin()), items[item_id][1][int(own.argmin())]
                )
                for item_id, first, own in zip(ids, firsts, distances, strict=True)
            ]
            found.append(sorted(near, key=lambda neighbour: (neighbour.distance, neighbour.row))[:k])
        return found


def filled(index: KnnIndex, items: Mapping[str, Vectors | None], *, cursor: int = 1) -> None:
    """Apply the vectors of some items to an index, in one step."""
    index.apply([IndexChange(item_id, vectors) for item_id, vectors in items.items()], cursor=cursor)


class FakeFeaturizer:
    """A Featurizer: (mean blue, green, red, 1) at unit length; remembers how many pictures it embedded."""

    dim = 4

    def __init__(self, fingerprint: str = MODEL) -> None:
        self.fingerprint = fingerprint
        self.embedded = 0

    def embed(self, pictures: Sequence[Picture], /) -> Vectors:
        self.embedded += len(pictures)
        means = [[*(picture.mean(axis=(0, 1)) / 255), 1.0] for picture in pictures]
        return unit(np.array(means, np.float32).reshape(-1, self.dim))

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        whole = np.tile(np.array([0, 0, 1, 1], np.float32), (len(pictures), 1))
        if boxes is None:
            return self.embed(pictures), whole
        cuts = [_cut(*pair) for pair in zip(pictures, boxes, strict=True)]
        return self.embed(cuts), boxes


def _cut(picture: Picture, box: Boxes) -> Picture:
    height, width = picture.shape[:2]
    x, y, w, h = (box * np.array([width, height, width, height])).round().astype(int)
    return picture[y : y + max(1, h), x : x + max(1, w)]


class FakeDescriber:
    """A PointDescriber: points that depend on all pixels of the picture, none of a plain one."""

    def describe(self, picture: Picture, /, box: Sequence[float] | None = None) -> bytes:
        if not picture.std():
            return b""
        seed = int.from_bytes(hashlib.sha256(picture.tobytes() + repr(box).encode()).digest()[:4])
        return encode_points(random_points(60, seed=seed))

    def describe_thing(self, picture: Picture, /, box: Sequence[float]) -> bytes:
        return self.describe(picture, box=tuple(box))


class FakeMatcher:
    """A PointMatcher: the number of descriptors that both have; it calls `before` first."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self._before = before
        self.compared = 0

    def inliers(self, seen: LocalPoints, known: LocalPoints, /) -> int:
        self._before()
        self.compared += 1
        return len({row.tobytes() for row in seen.descriptors} & {row.tobytes() for row in known.descriptors})


class FakeTally:
    """Counts dropped messages by reason, and asks and second looks, and keeps the answered records."""

    def __init__(self) -> None:
        self.drops: Counter[str] = Counter()
        self.records: list[MatchRecord] = []
        self.asks = 0
        self.looks: Counter[str] = Counter()
        self.took_s: list[float] = []

    def dropped(self, reason: DropReason) -> None:
        self.drops[reason] += 1

    def asked(self) -> None:
        self.asks += 1

    def looked(self, end: LookEnd, *, took_s: float | None = None) -> None:
        self.looks[end] += 1
        self.took_s += [] if took_s is None else [took_s]

    def answered(self, record: MatchRecord) -> None:
        self.records.append(record)


def _is_behind(seen: Observation, newest: Observation | None) -> bool:
    if newest is None or newest.captured_at_s > time.time() + MAX_AHEAD_S:
        return False
    same = seen.session is not None and seen.session == newest.session
    counted_on = same and (seen.seq or 0) > (newest.seq or 0)
    if seen.captured_at_s == newest.captured_at_s:
        return same and not counted_on
    return seen.captured_at_s < newest.captured_at_s and not counted_on


def vectors(count: int = 1, *, seed: int = 0, dim: int = DIM) -> Vectors:
    """Random directions, float32 [count, dim] of unit length."""
    return unit(np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32))


def make_item(
    item_id: str = "mug",
    views: Vectors | None = None,
    *,
    model: str = MODEL,
    title: str = "A mug",
    more_pictures: tuple[str, ...] = (),
) -> Item:
    """An item with a vector of its own."""
    seed = int.from_bytes(hashlib.sha256(item_id.encode()).digest()[:4])
    own = vectors(seed=seed) if views is None else views
    item = Item(item_id, title, f"{seed:064x}.jpg", model, own, "https://shop.example/mug", {"kind": "mug"})
    return replace(item, more_pictures=more_pictures)


def make_observation(
    views: Vectors | None = None,
    *,
    thing: str = "cam-1",
    at_s: float = 1_000_000_000.0,
    seq: int | None = 1,
    session: str | None = SESSION,
    model: str | None = MODEL,
    timings_ms: Mapping[str, float] | None = None,
) -> Observation:
    """An observation of the current contract; with `session` and `seq` None, of that of 2018."""
    own = vectors() if views is None else views
    return Observation(thing, own, at_s, session, seq, model, None, timings_ms or {})


def make_record(
    seen: Observation | None = None, *, title: str = "A mug", vote: Vote | None = None
) -> MatchRecord:
    """A record with one match."""
    seen = seen or make_observation()
    url = "http://127.0.0.1:8080/items/mug/image"
    match = Match(make_item(title=title).facts, Neighbour("mug", 0.5), url, 0.9)
    at_s = seen.captured_at_s
    record = MatchRecord(seen, MODEL, Verdict.MATCH, (match,), at_s + 0.1, at_s + 5, {"search": 1.0})
    return replace(record, vote=vote)


class FakeClock:
    """Seconds that a test lets pass."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class FakeFramePictures:
    """FramePictures that were given to it, by camera, session and seq; each request is remembered."""

    def __init__(self, pictures: Mapping[tuple[str, str, int], bytes] | None = None) -> None:
        self.pictures = dict(pictures or {})
        self.asked: list[tuple[str, str, int]] = []

    def of(self, thing: str, session: str, seq: int) -> bytes | None:
        self.asked.append((thing, session, seq))
        return self.pictures.get((thing, session, seq))
