"""Preparations before the processes start: the data folder, a free port, and the model."""

from __future__ import annotations

import errno
import fcntl
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import ModelError
from models.locate import resolve
from services.bootstrap.settings import RunSettings
from services.bootstrap.stores import make_folder
from services.bootstrap.tls import open_tls
from services.core.errors import InputError
from services.run.plan import Plan
from services.run.waiting import place_of, trouble_of

log = logging.getLogger(__name__)


@contextmanager
def lock_data_folder(settings: RunSettings) -> Iterator[None]:
    """Lock the data folder against a second run, and remove what a killed run left; raises InputError."""
    make_folder(settings.data_dir)
    # A folder of an older version may be open to others.
    settings.data_dir.chmod(0o700)
    with (settings.data_dir / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            why = f"another `make run` works on {settings.data_dir}"
            raise InputError(f"{why}; a second needs its own LOOKALIKE_DATA_DIR and LOOKALIKE_PORT") from None
        (settings.data_dir / "run.json").unlink(missing_ok=True)
        yield


def prepare(settings: RunSettings, plan: Plan) -> None:
    """Check the port, and make certificate and model if they are missing; raises InputError."""
    _check_port(settings)
    open_tls(settings)
    _say_what_is_not_there(settings, plan)
    try:
        _resolve_model(settings.model)
    except ModelError as error:
        raise InputError(f"LOOKALIKE_MODEL: {error}") from None


def _say_what_is_not_there(settings: RunSettings, plan: Plan) -> None:
    """Log which servers of the settings can't be reached, before what takes a while and may be in vain."""
    for given, name, server in (
        (settings.mqtt_url, "broker", "the broker"),
        (settings.redis_url, "redis", "Redis"),
    ):
        if given and (why := trouble_of(plan.addresses[name])):
            log.warning("%s at %s can't be reached yet: %s", server, place_of(given), why)


def _resolve_model(model: str) -> None:
    try:
        resolve(model, build=False)
    except ModelError:
        log.info("building the model %s, once; this takes some seconds", model)
        resolve(model, build=True)


def _check_port(settings: RunSettings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.create_server((settings.host, settings.port), family=family):
            pass
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text = f"port {settings.port} on {settings.host} is in use; set LOOKALIKE_PORT to another"
        else:
            text = f"can't listen on {settings.host} port {settings.port}: {error.strerror}"
        raise InputError(text) from None
