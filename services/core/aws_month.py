"""The cost of a month on AWS by parts, each with its arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# us-east-1, on demand, in dollars, without free amounts; to be checked against the price list.
PRICES_AS_OF = "2026-11-29"
# A month as AWS counts it.
HOURS = 730
MONTH_S = HOURS * 3600
IOT_MILLION, IOT_MINUTES_MILLION, RULE_MILLION = 1.00, 0.08, 0.30
CALL_MILLION, GB_S = 0.20, 0.0000133334
HTTP_MILLION, READ_MILLION = 1.00, 0.125
NODE_HOUR, SERVERLESS_MONTH, ZONE_HOUR, DNS_ZONE = 0.0128, 6.25, 0.01, 0.50
# ml.t2.medium is 0.056 to 0.065 by the region.
INSTANCE_HOUR = 0.065
STORED_GB, STORED = 0.25, 0.2
# Seconds between two statuses of a camera, and the time that a call of a function is counted with.
STATUS_EVERY_S = 10
SEARCH_GB_S, STATUS_GB_S, API_GB_S = 0.5 * 0.025, 0.25 * 0.010, 1.0 * 0.015


@dataclass(frozen=True, slots=True)
class Use:
    """What is deployed, and how much it is used.

    `on_endpoint`: SageMaker has the vectors; `serverless`: the Redis is, in place of a node; `commands`:
    functions reach cameras. `queries_s` is that of all cameras, `page_hours` those of a day with a page open,
    and `at_once` the number of search functions that ask the item store for news once in `follow_s`.
    """

    on_endpoint: bool = False
    serverless: bool = False
    commands: bool = False
    devices: int = 1
    queries_s: float = 1.0
    page_hours: float = 8.0
    at_once: int = 1
    follow_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bill, in dollars a month."""

    name: str
    dollars: float
    arithmetic: str


def parts(use: Use) -> list[Part]:
    """All parts that cost something at this use."""
    return [*_messages(use), *_functions(use), *_places(use)]


def total(use: Use) -> float:
    """The sum in dollars a month."""
    return sum(part.dollars for part in parts(use))


def _messages(use: Use) -> Iterator[Part]:
    queries, statuses = use.queries_s * MONTH_S / 1e6, use.devices * MONTH_S / STATUS_EVERY_S / 1e6
    minutes = use.devices * MONTH_S / 60 / 1e6
    yield Part(
        "IoT Core: messages and connections",
        (queries + statuses) * IOT_MILLION + minutes * IOT_MINUTES_MILLION,
        f"({_n(queries)} + {_n(statuses)} M messages) x ${IOT_MILLION:.2f} "
        f"+ {_n(minutes)} M minutes x ${IOT_MINUTES_MILLION:.2f}",
    )
    yield Part(
        "IoT Core: rules and actions",
        (queries + statuses) * RULE_MILLION,
        f"({_n(queries)} + {_n(statuses)} M) x ${RULE_MILLION:.2f}",
    )


def _functions(use: Use) -> Iterator[Part]:
    queries, statuses = use.queries_s * MONTH_S / 1e6, use.devices * MONTH_S / STATUS_EVERY_S / 1e6
    polls = MONTH_S / 1e6 * use.page_hours / 24
    for name, calls, gb_s in (
        ("search", queries, SEARCH_GB_S),
        ("status", statuses, STATUS_GB_S),
        ("api", polls, API_GB_S),
    ):
        yield Part(
            f"Lambda: {name}",
            calls * (CALL_MILLION + gb_s * 1e6 * GB_S),
            f"{_n(calls)} M calls x (${CALL_MILLION:.2f} + {gb_s:g} GB s x ${GB_S * 1e6:.2f})",
        )
    yield Part(
        "HTTP API: pages ask each second, all of them together",
        polls * HTTP_MILLION,
        f"{use.page_hours:g} hours a day, {_n(polls)} M requests x ${HTTP_MILLION:.2f}",
    )


def _places(use: Use) -> Iterator[Part]:
    reads = use.at_once * MONTH_S / use.follow_s / 1e6
    yield Part(
        "DynamoDB: asking for news",
        reads * READ_MILLION,
        f"{use.at_once} x {_n(MONTH_S / use.follow_s / 1e6)} M reads x ${READ_MILLION:g}",
    )
    yield Part("S3, DynamoDB: what is kept", STORED * STORED_GB, f"{STORED:g} GB x ${STORED_GB:g}")
    if not use.serverless:
        yield Part("ElastiCache: Valkey on t4g.micro", HOURS * NODE_HOUR, f"{HOURS} h x ${NODE_HOUR:g}")
    else:
        yield Part("ElastiCache Serverless", SERVERLESS_MONTH, "its minimum of 100 MB")
    if use.on_endpoint:
        yield Part("SageMaker: ml.t2.medium", HOURS * INSTANCE_HOUR, f"{HOURS} h x ${INSTANCE_HOUR:g}")
        yield Part("VPC endpoint to SageMaker", HOURS * ZONE_HOUR, f"{HOURS} h x ${ZONE_HOUR:g}, one zone")
    if use.commands:
        yield Part(
            "VPC endpoint to IoT Core, and its name",
            HOURS * ZONE_HOUR + DNS_ZONE,
            f"{HOURS} h x ${ZONE_HOUR:g} + ${DNS_ZONE:.2f}",
        )


def _n(number: float) -> str:
    return f"{number:.2f}" if number >= 0.1 else f"{number:.3f}"
