"""The running system, and the writers to its catalogue."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from services.adapters.running_api import ApiImportWriter, ask, index_check
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.client_tls import trust
from services.bootstrap.importing import build_maker, open_maker
from services.bootstrap.own_clients import own_client
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import tell
from services.core.errors import InputError, UnavailableError
from services.core.importing.import_run import ImportWriter
from services.core.importing.item_maker import Maker
from services.core.importing.store_writer import StoreWriter


def run_json(settings: CliSettings) -> dict[str, str] | None:
    """The addresses of the system on the data folder, else of the one at LOOKALIKE_API_URL; else None."""
    addresses = _of_run(settings.data_dir)
    if addresses is not None:
        return addresses
    if not settings.api_url:
        return None
    return {
        "page": settings.api_url,
        "broker": settings.mqtt_url,
        "redis": settings.redis_url,
        "search": settings.search_url,
    }


def _of_run(data_dir: Path) -> dict[str, str] | None:
    """The addresses of the run on this data folder; a run.json that a killed one left counts for nothing."""
    try:
        addresses = json.loads((data_dir / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return addresses if isinstance(addresses, dict) and not _was_killed(data_dir) else None


def _was_killed(data_dir: Path) -> bool:
    """Whether the run that wrote run.json has ended without removing it: a run keeps run.lock locked."""
    try:
        with (data_dir / "run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # locked, or no run of `make run`
        return False
    return True


def runs_here(settings: CliSettings) -> bool:
    """Whether `make run` runs on the data folder."""
    return _of_run(settings.data_dir) is not None


def tell_store(settings: CliSettings) -> None:
    """Name the catalogue that a command has worked on, as its last line."""
    addresses = run_json(settings)
    if _of_run(settings.data_dir) is not None or not settings.api_url:
        store = settings.store if settings.store.startswith("dynamodb://") else settings.store_path
        told = f"store: {store}"
    else:
        told = "store: that of the system"
    through = "" if addresses is None else f", through {addresses['page']}"
    tell(f"{told}{through}")


def api_client(settings: CliSettings, page: str) -> httpx.Client:
    """A client of the running api, with the key if one is set."""
    key = settings.api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return own_client(page, timeout_s=60, headers=headers, verify=trust(settings, page))


def ask_system(method: str, path: str, **options: Any) -> Any:
    """An answer of the running system's api; raises UnavailableError if nothing runs."""
    settings = load(CliSettings)
    addresses = run_json(settings)
    if addresses is None:
        raise UnavailableError(f"nothing runs on {settings.data_dir}; start it with `make run`")
    with api_client(settings, addresses["page"]) as client:
        return ask(client, method, path, **options)


@contextmanager
def open_writer(settings: CliSettings) -> Iterator[tuple[Maker, ImportWriter]]:
    """The maker of items, and their writer: the api's if it runs, as only one process may write."""
    addresses = run_json(settings)
    if addresses is not None:
        with api_client(settings, addresses["page"]) as client:
            maker = open_maker(settings)
            _check_model(client, maker.featurizer.fingerprint)
            yield maker, ApiImportWriter(client)
        return
    catalogue = open_catalogue(settings)
    catalogue.check_model()
    maker = build_maker(catalogue.featurizer, threads=settings.threads)
    yield maker, StoreWriter(catalogue.pictures, catalogue.store)


def _check_model(client: httpx.Client, fingerprint: str) -> None:
    """Raise InputError if the running system's catalogue is not of this model."""
    model = index_check(client).get("model")
    if model not in (None, fingerprint):
        raise InputError(
            f"the running system's catalogue is of model {model}, but LOOKALIKE_MODEL is model "
            f"{fingerprint}; set it as it is for the system"
        )
