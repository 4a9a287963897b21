"""The task that keeps the search by words in step with the item store, so that who asks need not wait."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool

from services.core.catalogue.finder import ItemFinder
from services.core.errors import LoadingError, UnavailableError

EVERY_S, AFTER_FAULT_S = 1.0, 10.0

log = logging.getLogger(__name__)


async def follow_items(finder: ItemFinder) -> None:
    """Read the store's changes each second, until cancelled."""
    wait_s = EVERY_S
    while True:
        await asyncio.sleep(wait_s)
        wait_s = EVERY_S
        try:
            await run_in_threadpool(finder.catch_up)
        except LoadingError as error:
            log.info("the search by words: %s", error.loading)
        except UnavailableError as error:
            log.warning("the search by words is not kept up to date: %s", error)
            wait_s = AFTER_FAULT_S
