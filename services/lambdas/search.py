"""The search function: observations of an IoT rule in, match records out."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.bootstrap.lambdas.search import SearchFunctionParts, search_parts
from services.core.search.answer import Outcome, Pushed
from services.core.search.drops import Dropped
from services.core.search.intake import BATCH
from services.core.search.messages import TopicMessage, answer_topic_messages
from services.lambdas.hosting import Context, Host, left_s, log_counts
from services.lambdas.topic_events import read_messages

log = logging.getLogger(__name__)


class SearchFunction:
    """Answers the observations of each event by the use case that the search process calls."""

    def __init__(self, parts: SearchFunctionParts) -> None:
        self._core, self._following, self._keeper = parts.core, parts.following, parts.keeper

    def __call__(self, event: object, context: Context) -> dict[str, Any]:
        """The number of records that were pushed, and of messages that were not answered, by reason."""
        drops = self._core.drops
        refused: list[Dropped] = []
        messages = read_messages(
            event, lambda text: refused.append(drops.note("event", text, about="event refused"))
        )
        outcomes: list[Outcome] = [*refused]
        if messages:
            self._following.turn(within_s=left_s(context))
        for start in range(0, len(messages), BATCH):
            outcomes += self._answered(messages[start : start + BATCH])
        self._keep(outcomes)
        dropped = Counter[str](each.reason for each in outcomes if isinstance(each, Dropped))
        log_counts(dropped)
        return {"pushed": len(outcomes) - dropped.total(), "dropped": dict(dropped)}

    def _keep(self, outcomes: Sequence[Outcome]) -> None:
        """Let the history take the records, which others can read already."""
        if self._keeper is not None:
            for each in outcomes:
                if isinstance(each, Pushed):
                    self._keeper.take({**json.loads(each.record.to_json()), "id": each.id})

    def _answered(self, batch: Sequence[TopicMessage]) -> list[Outcome]:
        try:
            return answer_topic_messages(batch, self._core.answerer, self._core.drops)
        except Exception:  # the next event may fare better
            log.exception("%d messages were not answered", len(batch))
            return [self._core.drops.count("fault", "a fault of ours") for _ in batch]


handler = Host("search", lambda: SearchFunction(search_parts()))
handler.warm_up()
