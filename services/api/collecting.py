"""The task that collects pictures which no item names any more."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool

from services.bootstrap.api import ApiParts
from services.core.errors import UnavailableError

FIRST_S, EVERY_S = 5.0, 600.0

log = logging.getLogger(__name__)


async def collect_pictures(parts: ApiParts) -> None:
    """Collect now and then, until cancelled."""
    wait_s = FIRST_S
    while True:
        await asyncio.sleep(wait_s)
        wait_s = EVERY_S
        try:
            count = await run_in_threadpool(parts.unused.collect) if parts.unused else 0
        except UnavailableError as error:
            log.warning("pictures of deleted items can't be collected now: %s", error)
            continue
        if count:
            log.info("%d pictures that no item has any more were deleted", count)
