"""What AWS has billed so far, from Cost Explorer, with boto3's client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.core.errors import UnavailableError

# AWS takes this for each request.
REQUEST_DOLLARS = 0.01
_TAG = "lookalike:name"


@dataclass(frozen=True, slots=True)
class Billed:
    """Dollars of a month so far by service: those of a deployment, and those that AWS counts by no tag."""

    since: date
    tagged: Mapping[str, float] = field(default_factory=dict)
    untagged: Mapping[str, float] = field(default_factory=dict)


def billed_in_month(client: Any, deployment: str, *, today: date) -> Billed:
    """What is billed of this month; `client` is botocore's for ce. Costs money; raises UnavailableError."""
    since = today.replace(day=1)
    asked: dict[str, Any] = {
        "TimePeriod": {
            "Start": since.isoformat(),
            "End": (since + timedelta(days=31)).replace(day=1).isoformat(),
        },
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "TAG", "Key": _TAG}],
    }
    tagged, untagged = defaultdict[str, float](float), defaultdict[str, float](float)
    while True:
        answer = _ask(client, asked)
        for group in (each for period in answer["ResultsByTime"] for each in period["Groups"]):
            service, tag = group["Keys"]
            dollars = float(group["Metrics"]["UnblendedCost"]["Amount"])
            value = tag.removeprefix(f"{_TAG}$")
            if dollars and value in ("", deployment):
                (tagged if value else untagged)[service] += dollars
        if not (token := answer.get("NextPageToken")):
            return Billed(since, dict(tagged), dict(untagged))
        asked["NextPageToken"] = token


def _ask(client: Any, asked: dict[str, Any]) -> Any:
    try:
        return client.get_cost_and_usage(**asked)
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(f"Cost Explorer: {error}") from None
