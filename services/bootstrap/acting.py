"""The wiring of deliveries to webhooks."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from services.adapters.checked_http import SignedWebhook
from services.adapters.prometheus_deliveries import DeliveryCollector
from services.adapters.redis_shared import RedisDeliveryClaims
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.settings import ApiCoreSettings
from services.core.acting.deliveries import Deliveries
from services.core.acting.rules import Rules
from services.core.history.history import History


def open_deliveries(
    settings: ApiCoreSettings, registry: CollectorRegistry, history: History
) -> tuple[Deliveries, ...]:
    """The deliveries of what the history writes, to each webhook; nothing is connected yet.

    Raises InputError for an address that no post can go to.
    """
    webhooks = settings.all_webhooks
    if not webhooks:
        return ()
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    claims = RedisDeliveryClaims(client, keys=keys_of(settings))
    opened = tuple(
        Deliveries(
            SignedWebhook(
                each.address,
                each.secret,
                allow_private=settings.webhook_private,
                answer_s=settings.webhook_answer_s,
            ),
            claims,
            Rules.parse(each.rules),
            name=each.name,
            newest=history.newest,
        )
        for each in webhooks
    )
    registry.register(DeliveryCollector(opened))
    for deliveries in opened:
        history.keeper.listen(deliveries)
    return opened
