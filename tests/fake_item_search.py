"""A fake of the search among items by words and details: each question looks at all items."""

from collections import Counter
from collections.abc import Mapping, Sequence

from services.core.catalogue.item_search import FieldCounts, Found, ItemQuery, Sort
from services.core.catalogue.price import price_number
from services.core.catalogue.words import Vocabulary, vocabulary_of, word_key, words_of
from services.core.domain import Change, ItemFacts
from services.core.errors import InputError

Place = tuple[float | str, ...]


class FakeItemSearch:
    """An ItemSearch."""

    def __init__(self) -> None:
        self._identity: str | None = None
        self._cursor = 0
        self._born: dict[str, int] = {}
        self._items: dict[str, ItemFacts] = {}
        self._shown: Mapping[str, int] = {}
        # The field of each facet, also of those that no item has any more.
        self._known: dict[str, str] = {}

    def state(self) -> tuple[str | None, int]:
        return self._identity, self._cursor

    def begin(self, identity: str | None) -> None:
        self._identity, self._cursor, self._born, self._items, self._known = identity, 0, {}, {}, {}

    def apply(self, changes: Sequence[Change], facts: Mapping[str, ItemFacts], *, after: int) -> None:
        if after != self._cursor:
            return
        for change in changes:
            self._born.setdefault(change.item_id, change.cursor)
            self._cursor = change.cursor
            self._items.pop(change.item_id, None)
            if change.item_id in facts:
                self._items[change.item_id] = item = facts[change.item_id]
                self._known |= {f"{name}:{value}": name for name, value in item.metadata.items()}

    def count_shown(self, shown: Mapping[str, int]) -> None:
        self._shown = dict(shown)

    def find(
        self, query: ItemQuery, *, after: Sequence[float | str] | None = None, limit: int = 100
    ) -> list[Found]:
        rows = sorted((self._place(item, query), item.id) for item in self._found(query))
        if after is not None and rows and len(after) != len(rows[0][0]):
            raise InputError("`cursor` is of a list in another order; begin again without it")
        return [Found(i, place) for place, i in rows if after is None or place > tuple(after)][:limit]

    def total(self, query: ItemQuery) -> int:
        return len(self._found(query))

    def facets(self, query: ItemQuery, *, most: int = 20) -> list[FieldCounts]:
        items, chosen = self._found(query), self._chosen(query)
        counts: dict[str, Counter[str]] = {}
        for name in {name for item in self._items.values() for name in item.metadata}:
            others = tuple(f for f in query.facets if f not in chosen.get(name, []))
            among = self._found(ItemQuery(query.q, others)) if name in chosen else items
            counts[name] = Counter(
                item.metadata[name] for item in among if 0 < len(item.metadata.get(name, "")) <= 200
            )
        found = []
        for name, values in counts.items():
            first = sorted(values.items(), key=lambda each: (-each[1], each[0]))[:most]
            if first:
                found.append(FieldCounts(name, tuple(first), len(values) - len(first)))
        return sorted(found, key=lambda each: (-sum(n for _, n in each.values), each.field))

    def _found(self, query: ItemQuery) -> list[ItemFacts]:
        reading, chosen = self._reading(query.q), self._chosen(query)
        return [
            item
            for item in self._items.values()
            if _has(_text(item), reading)
            and all(
                any(f"{name}:{value}" in facets for name, value in item.metadata.items())
                for facets in chosen.values()
            )
        ]

    def _chosen(self, query: ItemQuery) -> dict[str, list[str]]:
        """The facets by field."""
        chosen: dict[str, list[str]] = {}
        for facet in query.facets:
            chosen.setdefault(self._known.get(facet, facet.partition(":")[0]), []).append(facet)
        return chosen

    def _reading(self, q: str) -> list[list[str]]:
        words, texts = words_of(q), [_text(item) for item in self._items.values()]

        def is_there(reading: list[list[str]]) -> bool:
            return any(_has(text, reading) for text in texts)

        if not words or is_there([[word] for word in words]):
            return [[word] for word in words]
        vocabulary = Vocabulary({word for text in texts for word in vocabulary_of(text)})
        near = [list(vocabulary.near(word)) for word in words]
        known = [is_there([[word]]) for word in words]
        pairs = list(zip(words, near, known, strict=True))
        mended = [[word] if is_known else other for word, other, is_known in pairs]
        if not all(known) and is_there(mended):
            return mended
        return [list(dict.fromkeys([word] * is_known + other)) for word, other, is_known in pairs]

    def _place(self, item: ItemFacts, query: ItemQuery) -> Place:
        born, price, shown = self._born[item.id], price_number(item.metadata), self._shown.get(item.id, 0)
        title, reading = word_key(item.title), self._reading(query.q)
        places: dict[Sort | None, Place] = {
            None: (int(not _has(title, reading)), item.id) if reading else (item.id,),
            Sort.NEWEST: (-born,),
            Sort.OLDEST: (born,),
            Sort.TITLE: (title[:60], born),
            Sort.PRICE: (int(price is None), price or 0, -born),
            Sort.PRICE_DOWN: (int(price is None), -(price or 0), -born),
            Sort.SHOWN: (-shown, -born),
            Sort.CONFUSED: (-item.wrong, -shown, -born),
        }
        return places[query.sort]


def _text(item: ItemFacts) -> str:
    return "\x1f".join(map(word_key, (item.id, item.title, *item.metadata.values())))


def _has(text: str, reading: list[list[str]]) -> bool:
    return all(any(word in text for word in meant) for meant in reading)
