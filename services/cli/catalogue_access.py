"""The catalogue as the command line reaches it: through the running system, else its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from services.adapters.running_api import ask, lines_of
from services.bootstrap.own_catalogue import OwnCatalogue, open_own_catalogue
from services.bootstrap.settings import CliSettings
from services.cli.running_system import api_client, run_json
from services.core.catalogue.batches import BatchEdit
from services.core.catalogue.item_search import ItemQuery
from services.core.catalogue.item_table import table_lines

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change of many items; `undo` is None if it can't be taken back."""

    changed: int
    refused: Mapping[str, str]
    undo: str | None


class CatalogueAccess(Protocol):
    """What the command line does with many items."""

    def find(self, query: ItemQuery) -> Iterator[tuple[str, str]]:
        """Ids and titles."""

    def edit(self, ids: Sequence[str], edit: BatchEdit) -> Outcome:
        """Change metadata."""

    def delete(self, ids: Sequence[str]) -> Outcome:
        """Delete items."""

    def table(self, query: ItemQuery) -> Iterator[str]:
        """The lines of a table of what is found."""


@contextmanager
def open_access(settings: CliSettings, *, writable: bool = False) -> Iterator[CatalogueAccess]:
    """The catalogue; without a running system this process is its one writer if it is `writable`."""
    addresses = run_json(settings)
    if addresses is None:
        yield _Files(open_own_catalogue(settings, writable=writable))
    else:
        with api_client(settings, addresses["page"]) as client:
            yield _Running(client)


class _Running:
    """The catalogue of the running system."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def find(self, query: ItemQuery) -> Iterator[tuple[str, str]]:
        """Ids and titles, read a page at a time."""
        cursor: str | None = ""
        while cursor is not None:
            params = {**_params(query), "limit": _PAGE, "cursor": cursor}
            page = ask(self._client, "GET", "/items", params=params)
            yield from ((str(each["id"]), str(each["title"])) for each in page["items"])
            cursor = page["next"]

    def edit(self, ids: Sequence[str], edit: BatchEdit) -> Outcome:
        """Change metadata."""
        return self._batch({"ids": ids, "set": edit.to_set, "remove": edit.to_remove})

    def delete(self, ids: Sequence[str]) -> Outcome:
        """Delete items."""
        return self._batch({"ids": ids, "delete": True})

    def table(self, query: ItemQuery) -> Iterator[str]:
        """The lines of a table."""
        return lines_of(self._client, "/items/export", params=_params(query))

    def _batch(self, body: dict[str, Any]) -> Outcome:
        answer = ask(self._client, "POST", "/items/batch", json=body)
        refused = {str(each["id"]): str(each["detail"]) for each in answer["refused"]}
        return Outcome(int(answer["changed"]), refused, answer["undo"])


class _Files:
    """The catalogue in its files, while nothing runs; no change can be taken back."""

    def __init__(self, own: OwnCatalogue) -> None:
        self._own = own

    def find(self, query: ItemQuery) -> Iterator[tuple[str, str]]:
        """Ids and titles."""
        return ((each.id, each.title) for each in self._own.finder.all(query))

    def edit(self, ids: Sequence[str], edit: BatchEdit) -> Outcome:
        """Change metadata."""
        changed = self._own.batches.edit(ids, edit)
        return Outcome(changed.changed, changed.refused, None)

    def delete(self, ids: Sequence[str]) -> Outcome:
        """Delete items."""
        changed = self._own.batches.delete(ids)
        return Outcome(changed.changed, changed.refused, None)

    def table(self, query: ItemQuery) -> Iterator[str]:
        """The lines of a table, without addresses of pictures, which only a running system has."""
        return table_lines(lambda: self._own.finder.all(query), url=lambda _item: "")


def _params(query: ItemQuery) -> dict[str, Any]:
    params: dict[str, Any] = {"q": query.q, "facet": list(query.facets)}
    return params if query.sort is None else {**params, "sort": query.sort.value}
