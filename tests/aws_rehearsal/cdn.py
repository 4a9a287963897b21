"""The page of a deployment at its own address, as CloudFront serves it together with the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from services.adapters.stack_outputs import stack_outputs
from tests.aws_rehearsal.kit import AT_ONCE, Deployment, know_host
from tests.aws_rehearsal.queueing import queue_before

# The emulator ends TLS, but hears of it by this header alone.
BY_TLS = {"X-Forwarded-Proto": "https"}


@contextmanager
def served_page(deployment: Deployment) -> Iterator[str]:
    """The page's address, which this machine serves meanwhile.

    The emulator's CDN does what its settings say (paths, headers, keys), but connects to no address of AWS:
    so the API is given the emulator's own name, the only setting that changes. A page asks for much at once,
    which waits, because each call at the same time takes a function more.
    """
    outputs = stack_outputs(deployment.account.client("cloudformation"), deployment.choices.name)
    know_host(httpx.URL(outputs["PageUrl"]).host)
    with queue_before(443, at_once=AT_ONCE["api"]) as port:
        _lead_to_api(deployment.account.client("cloudfront"), outputs["Distribution"], port)
        yield outputs["PageUrl"]


def _lead_to_api(cloudfront: Any, distribution: str, port: int) -> None:
    found = cloudfront.get_distribution_config(Id=distribution)
    settings: dict[str, Any] = found["DistributionConfig"]
    (api,) = [origin for origin in settings["Origins"]["Items"] if origin["Id"] == "api"]
    api["DomainName"] = f"{api['DomainName'].partition('.')[0]}.execute-api.localhost"
    api["CustomOriginConfig"] |= {"HTTPPort": 80, "HTTPSPort": port}
    cloudfront.update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=settings)
    know_host(api["DomainName"])
