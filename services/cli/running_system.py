"""Finds the running system, and writes to the catalogue through its api or, while none runs, directly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import httpx

from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.client_tls import trust
from services.bootstrap.importing import build_maker, open_maker
from services.bootstrap.settings import CliSettings
from services.core.catalogue.items import Catalogue
from services.core.domain import InputError, UnavailableError
from services.core.importing.archive import write_archive
from services.core.importing.item_maker import Made, Maker, keep

# A change is seen by every search within a second; more means that something is wrong.
SEARCHABLE_WITHIN_S = 30.0


class ImportWriter(Protocol):
    """Where finished items go."""

    def keep(self, made: Sequence[Made]) -> Mapping[int, str]:
        """Add or replace items; durable on return. Gives the numbers of those refused, from 1, and why.

        Raises UnavailableError.
        """

    def settle(self) -> None:
        """Return when all that was kept can be found; raises UnavailableError if that takes too long."""


def run_json(settings: CliSettings) -> dict[str, str] | None:
    """The addresses of the system that runs on the data folder, else of LOOKALIKE_API_URL's; None without."""
    try:
        addresses = json.loads((settings.data_dir / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        addresses = None
    if isinstance(addresses, dict):
        return addresses
    if not settings.api_url:
        return None
    return {
        "page": settings.api_url,
        "broker": settings.mqtt_url,
        "redis": settings.redis_url,
        "search": settings.search_url,
    }


def api_client(settings: CliSettings, page: str) -> httpx.Client:
    """A client of the running api, with the key if one is set."""
    key = settings.api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=page, timeout=60, headers=headers, verify=trust(settings, page))


@contextmanager
def open_keeper(settings: CliSettings) -> Iterator[tuple[Maker, ImportWriter]]:
    """What makes items, and what takes them: the api where it runs, because only one process may write."""
    addresses = run_json(settings)
    if addresses is not None:
        with api_client(settings, addresses["page"]) as client:
            maker = open_maker(settings)
            _check_model(client, maker.featurizer.fingerprint)
            yield maker, ApiKeeper(client)
        return
    catalogue = open_catalogue(settings)
    catalogue.check_model()
    yield build_maker(catalogue.featurizer, threads=settings.threads), DirectKeeper(catalogue)


def _check_model(client: httpx.Client, fingerprint: str) -> None:
    """Raise InputError if the running system's catalogue is of another model than the one of our settings."""
    index = ask(client, "GET", "/healthz", allow=(200, 503))["checks"]["index"]
    model = index.get("model")
    if model not in (None, fingerprint):
        raise InputError(
            f"the running system's catalogue is of model {model}, but LOOKALIKE_MODEL is model "
            f"{fingerprint}; set it as it is for the system"
        )


class DirectKeeper:
    """Writes to the stores themselves; the next search process that starts reads them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def keep(self, made: Sequence[Made]) -> Mapping[int, str]:
        """Add or replace items; durable on return."""
        keep(made, pictures=self._catalogue.pictures, store=self._catalogue.store)
        return {}

    def settle(self) -> None:
        """Nothing searches yet."""


class ApiKeeper:
    """Writes through the running api, an archive at a time."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._change = 0

    def keep(self, made: Sequence[Made]) -> Mapping[int, str]:
        """Add or replace items; durable on return. Raises UnavailableError."""
        pictures = {key: content for each in made for key, content in each.pictures.items()}
        archive = write_archive((each.item for each in made), pictures.get, model=made[0].item.model)
        headers = {"Content-Type": "application/zip"}
        answer = ask(self._client, "POST", "/items/archive", content=archive, headers=headers)
        self._change = max(self._change, int(answer["change"]))
        return {int(refused["item"]): str(refused["reason"]) for refused in answer["refused"]}

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
