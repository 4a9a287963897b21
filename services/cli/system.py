"""Finds the running system, and writes to the catalogue through its api or, while none runs, directly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import httpx

from services.bootstrap.settings import CliSettings
from services.bootstrap.stores import open_catalogue
from services.core.catalogue import Catalogue, Draft
from services.core.domain import InputError, UnavailableError

# A change is seen by every search within a second; more means that something is wrong.
SEARCHABLE_WITHIN_S = 30.0


class Writer(Protocol):
    """Adds items."""

    def add(self, draft: Draft, content: bytes) -> None:
        """Add or replace an item; durable on return. Raises InputError."""

    def settle(self) -> None:
        """Return when all that was added can be found."""


def run_json(settings: CliSettings) -> dict[str, str] | None:
    """The addresses of the system that runs on the data folder, None if none says that it does."""
    try:
        addresses = json.loads((settings.data_dir / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return addresses if isinstance(addresses, dict) else None


def api_client(settings: CliSettings, page: str) -> httpx.Client:
    """A client of the running api, with the key if one is set."""
    key = settings.api_key.get_secret_value()
    return httpx.Client(base_url=page, timeout=60, headers={"Authorization": f"Bearer {key}"} if key else {})


@contextmanager
def open_writer(settings: CliSettings) -> Iterator[Writer]:
    """Through the api where it runs, because only one process may write."""
    addresses = run_json(settings)
    if addresses is not None:
        with api_client(settings, addresses["page"]) as client:
            yield ApiWriter(client)
    else:
        catalogue = open_catalogue(
            settings.store_path, settings.pictures_path, model=settings.model, threads=settings.threads
        )
        catalogue.check_model()
        yield DirectWriter(catalogue)


class DirectWriter:
    """Writes to the stores themselves; the next search process that starts reads them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def add(self, draft: Draft, content: bytes) -> None:
        """Add or replace an item; durable on return. Raises InputError."""
        self._catalogue.add(draft, content)

    def settle(self) -> None:
        """Nothing searches yet."""


class ApiWriter:
    """Writes through the running api."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._change = 0

    def add(self, draft: Draft, content: bytes) -> None:
        """Add or replace an item; durable on return. Raises InputError, or UnavailableError."""
        fields = {"title": draft.title, "id": draft.id, "link": draft.link, **draft.metadata}
        data = {name: value for name, value in fields.items() if value}
        response = ask(self._client, "POST", "/items", data=data, files={"image": ("picture", content)})
        self._change = max(self._change, int(response["change"]))

    def settle(self) -> None:
        """Return when the search has read the last change; raises UnavailableError if it does not."""
        deadline_s = time.monotonic() + SEARCHABLE_WITHIN_S
        while time.monotonic() < deadline_s:
            index = ask(self._client, "GET", "/healthz", allow=(200, 503))["checks"]["index"]
            if index["ok"] and index["cursor"] >= self._change:
                return
            time.sleep(0.1)
        raise UnavailableError(
            f"the items are kept, but the search has not read them in {SEARCHABLE_WITHIN_S:g} s; "
            "run `lookalike doctor`"
        )


def ask(
    client: httpx.Client, method: str, path: str, *, allow: tuple[int, ...] = (200, 201), **options: Any
) -> Any:
    """An answer of the api as JSON; raises InputError for 4xx, UnavailableError for the rest."""
    try:
        response = client.request(method, path, **options)
    except httpx.HTTPError as error:
        raise UnavailableError(f"the api at {client.base_url} does not answer: {error}") from None
    if response.status_code in allow:
        return response.json()
    try:
        detail = response.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = response.text[:200]
    if response.status_code < 500:
        raise InputError(str(detail))
    raise UnavailableError(f"the api answers {response.status_code}: {detail}")
