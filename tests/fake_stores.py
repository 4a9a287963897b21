"""In-memory fakes of the item store, the picture store and the import's writer."""

import itertools
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from services.core.catalogue.conditions import check_revision, check_vectors, left_of
from services.core.catalogue.picture_key import picture_key
from services.core.domain import Change, Item, ItemFacts, ItemWords, ManyWritten, fold
from services.core.errors import UnavailableError
from services.core.importing.import_run import Written
from services.core.importing.item_maker import Made
from services.core.ports import OpenPicture
from services.core.revision import NO_ITEM


class FakeItems:
    """An ItemStore; calls of the methods named in `down` fail as a dead store's do."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        # The item once for each model, with the vectors of that model.
        self._items: dict[str, dict[str, Item]] = {}
        self._changes: list[Change] = []
        self._model: str | None = None
        # Shown and true item, by record.
        self._feedback: dict[int, tuple[str | None, str | None]] = {}
        self._lock = threading.RLock()
        self._identity = secrets.token_hex(8)
        self.down: set[str] = set()
        for item in items:
            self.put(item)

    def put(self, item: Item, *, expected: str | None = None) -> int:
        self._check("put")
        with self._lock:
            if expected is not None:
                current = self._counted(item.id) if item.id in self._items else None
                check_revision(item.id, current, expected)
                check_vectors(item, current, model=self._model)
            if not self._items:
                self._model = item.model
            self._items[item.id] = {item.model: item}
            return self._note(item.id)

    def put_many(self, items: Sequence[Item]) -> int:
        self._check("put_many")
        for item in {item.id: item for item in items}.values():
            self.put(item)
        return self.head()

    def delete(self, item_id: str, *, expected: str | None = None) -> int | None:
        self._check("delete")
        with self._lock:
            current = self._counted(item_id) if item_id in self._items else None
            check_revision(item_id, current, expected)
            if self._items.pop(item_id, None) is None:
                return None
            for record_id, said in self._feedback.items():
                self._feedback[record_id] = self._existing(*said)
            return self._note(item_id)

    def revise_many(self, words: Sequence[ItemWords]) -> ManyWritten:
        self._check("revise_many")
        with self._lock:
            refused = self._left({each.id: each.expected for each in words})
            for each in words:
                if each.id not in refused:
                    for model, item in self._items[each.id].items():
                        new = replace(item, title=each.title, link=each.link, metadata=each.metadata)
                        self._items[each.id][model] = new
                    self._note(each.id)
            return ManyWritten(len(self._changes), refused)

    def delete_many(self, revisions: Mapping[str, str]) -> ManyWritten:
        self._check("delete_many")
        with self._lock:
            refused = self._left(revisions)
            for item_id in revisions.keys() - refused.keys():
                self.delete(item_id)
            return ManyWritten(len(self._changes), refused)

    def add_many(self, items: Sequence[Item]) -> ManyWritten:
        self._check("add_many")
        with self._lock:
            refused = self._left({item.id: NO_ITEM for item in items})
            self.put_many([item for item in items if item.id not in refused])
            return ManyWritten(len(self._changes), refused)

    def _left(self, expected: Mapping[str, str]) -> dict[str, str]:
        return left_of({i: self._counted(i).revision for i in expected if i in self._items}, expected)

    def get_many(self, item_ids: Sequence[str], *, points: bool = True) -> list[Item | None]:
        self._check("get_many")
        with self._lock:
            found = [self._counted(item_id) if item_id in self._items else None for item_id in item_ids]
            return found if points else [item and replace(item, points=()) for item in found]

    def points(self, ids: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
        self._check("points")
        return {item.id: item.points for item in self.get_many(ids) if item is not None}

    def facts(self, item_ids: Sequence[str]) -> list[ItemFacts | None]:
        self._check("facts")
        with self._lock:
            return [self._counted(item_id).facts if item_id in self._items else None for item_id in item_ids]

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        self._check("page")
        found = self._page(after, limit, text)
        return found if points else [replace(item, points=()) for item in found]

    def facts_page(self, *, after: str = "", limit: int = 100, text: str = "") -> list[ItemFacts]:
        self._check("facts_page")
        return [item.facts for item in self._page(after, limit, text)]

    def _page(self, after: str, limit: int, text: str) -> list[Item]:
        with self._lock:
            behind = (self._counted(item_id) for item_id in sorted(self._items) if item_id > after)
            return list(itertools.islice((i for i in behind if fold(text) in i.searched_text), limit))

    def count(self) -> int:
        self._check("count")
        return len(self._items)

    def head(self) -> int:
        self._check("head")
        return len(self._changes)

    def state(self) -> tuple[int, str | None]:
        return self.head(), self.model()

    def identity(self) -> str | None:
        self._check("identity")
        return self._identity if self._changes else None

    def changes(self, *, after: int, limit: int = 1000) -> list[Change]:
        self._check("changes")
        return self._changes[after : after + limit]

    def model(self) -> str | None:
        self._check("model")
        return self._model if self._items else None

    def set_model(self, fingerprint: str) -> None:
        self._check("set_model")
        self._model = fingerprint
        self._identity = secrets.token_hex(8)

    def stage(self, item: Item) -> bool:
        self._check("stage")
        with self._lock:
            kept = self._items.get(item.id, {})
            if all(each.pictures != item.pictures for each in kept.values()):
                return False
            old = next(iter(kept.values()))
            kept[item.model] = replace(
                old,
                model=item.model,
                vectors=item.vectors,
                recipe=item.recipe,
                points=item.points,
            )
            if item.model == self._model:
                self._note(item.id)
            return True

    def lacking(self, model: str, recipe: int, *, after: str = "", limit: int = 100) -> list[Item]:
        self._check("lacking")
        with self._lock:
            ids = sorted(i for i in self._items if i > after and self._recipe(i, model) != recipe)
            return [self._counted(item_id) for item_id in ids[:limit]]

    def recipes(self, model: str) -> dict[int | None, int]:
        self._check("recipes")
        with self._lock:
            return dict(Counter(self._recipe(item_id, model) for item_id in self._items))

    def _recipe(self, item_id: str, model: str) -> int | None:
        kept = self._items[item_id]
        return kept[model].recipe if model in kept else None

    def prune(self) -> None:
        self._check("prune")
        with self._lock:
            for item_id, kept in self._items.items():
                if self._model in kept:
                    self._items[item_id] = {self._model: kept[self._model]}

    def check_write(self) -> None:
        self._check("check_write")

    def feedback(self, record_id: int, *, shown: str | None, really: str | None) -> int:
        self._check("feedback")
        with self._lock:
            before = {item_id: self._counted(item_id) for item_id in self._items}
            self._feedback[record_id] = self._existing(shown, really)
            for item_id in sorted(before):
                item = self._counted(item_id)
                if (item.right, item.wrong) != (before[item_id].right, before[item_id].wrong):
                    self._note(item_id)
            return len(self._changes)

    def _existing(self, *ids: str | None) -> tuple[str | None, str | None]:
        shown, really = (item_id if item_id in self._items else None for item_id in ids)
        return shown, really

    def _counted(self, item_id: str) -> Item:
        said = list(self._feedback.values())
        right = sum(really == item_id for _shown, really in said)
        wrong = sum(shown == item_id != really for shown, really in said)
        kept = self._items[item_id]
        return replace(kept[self._model if self._model in kept else min(kept)], right=right, wrong=wrong)

    def _note(self, item_id: str) -> int:
        self._changes.append(Change(len(self._changes) + 1, item_id))
        return len(self._changes)

    def _check(self, method: str) -> None:
        if method in self.down:
            raise UnavailableError(f"item store: {method} is down")


class FakePictures:
    """A PictureStore, whose clock stands still unless a test moves it."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.touched_s: dict[str, float] = {}
        self.now_s = time.time()

    def put(self, content: bytes, *, suffix: str) -> str:
        key = picture_key(content, suffix=suffix)
        self.contents[key] = content
        self.touched_s[key] = self.now_s
        return key

    def touch(self, key: str) -> None:
        if key in self.contents:
            self.touched_s[key] = self.now_s

    def get(self, key: str) -> bytes | None:
        return self.contents.get(key)

    def kept(self) -> Iterator[tuple[str, float]]:
        yield from list(self.touched_s.items())

    def collect(self, key: str, *, before_s: float) -> bool:
        if key not in self.contents or self.touched_s[key] >= before_s:
            return False
        del self.contents[key], self.touched_s[key]
        return True

    def tidy(self, *, before_s: float) -> None: ...

    def open(self, key: str) -> OpenPicture | None:
        content = self.get(key)
        return None if content is None else OpenPicture.of(content)

    def check_write(self) -> None: ...


class FakeImportWriter:
    """An ImportWriter; refuses the items named in `refuses`, and fails while it is `down`."""

    def __init__(self) -> None:
        self.items, self.pictures = FakeItems(), FakePictures()
        self.refuses: dict[str, str] = {}
        self.down = False
        self.writes: list[list[str]] = []

    def write(self, made: Sequence[Made]) -> Written:
        if self.down:
            raise UnavailableError("the writer is down")
        ids = enumerate((each.item.id for each in made), 1)
        refused = {number: self.refuses[each] for number, each in ids if each in self.refuses}
        kept = [each for each in made if each.item.id not in self.refuses]
        for each in kept:
            for key, content in each.pictures.items():
                self.pictures.put(content, suffix=key[64:])
        self.writes.append([each.item.id for each in kept])
        return Written(self.items.put_many([each.item for each in kept]), refused)

    def settle(self, change: int) -> None:
        assert change <= self.items.head()
