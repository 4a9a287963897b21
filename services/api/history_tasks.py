"""The tasks of the history: rows are written as matches come, and deleted when they are old."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool

from services.core.errors import UnavailableError
from services.core.history.history import History
from services.core.history.keeper import WRITE_EVERY_S

EXPIRE_EVERY_S = 3600.0

log = logging.getLogger(__name__)


async def write_history(history: History) -> None:
    """Write what has changed twice a second, until cancelled."""
    while True:
        await asyncio.sleep(WRITE_EVERY_S)
        try:
            await run_in_threadpool(history.keeper.write)
        except Exception:  # a fault of ours must not end the process, which goes on to show matches
            log.exception("the history was not written")


async def expire_history(history: History) -> None:
    """Delete old showings each hour, until cancelled."""
    while True:
        try:
            count = await run_in_threadpool(history.expire)
        except UnavailableError as error:
            log.warning("old showings can't be deleted now: %s", error)
        else:
            if count:
                log.info("%d showings older than %d days were deleted", count, history.days)
        await asyncio.sleep(EXPIRE_EVERY_S)
