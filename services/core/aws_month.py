"""The cost of a month on AWS by parts, each with its arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# us-east-1, on demand, in dollars; to be checked against the price list. Free amounts do not count, but for
# CloudFront's requests, which are free in each account.
PRICES_AS_OF = "2026-11-29"
# A month as AWS counts it.
HOURS = 730
MONTH_S = HOURS * 3600
IOT_MILLION, IOT_MINUTES_MILLION, RULE_MILLION = 1.00, 0.08, 0.30
CALL_MILLION, GB_S = 0.20, 0.0000133334
HTTP_MILLION, READ_MILLION = 1.00, 0.125
CDN_MILLION, CDN_FREE = 1.00, 10.0
NODE_HOUR, SERVERLESS_MONTH, ECPU_MILLION, ZONE_HOUR, DNS_ZONE = 0.0128, 6.25, 0.0023, 0.01, 0.50
# What leaves a zone, and what an interface endpoint passes on.
TRAFFIC_GB = 0.01
# ml.t2.medium is 0.056 to 0.065 by the region. It lasts for a share of a processor: above some queries a
# second the other type is counted.
INSTANCE_HOUR = {"ml.t2.medium": 0.065, "ml.m5.large": 0.115}
SMALL_INSTANCE_QUERIES_S = 10
IMAGE_GB, IMAGE_GB_MONTH = 0.4, 0.10
STORED_GB, STORED = 0.25, 0.2
# Seconds between two statuses of a camera, and the time that a call of a function is counted with.
STATUS_EVERY_S = 10
SEARCH_GB_S, STATUS_GB_S, API_GB_S = 0.5 * 0.027, 0.25 * 0.010, 1.0 * 0.015
# The hourly look for pictures that no item names.
COLLECT_GB_S = 2.0 * 3
# A page asks for records each second, for the cameras and for the health each 9 and 10 s.
ASKS_S = 1 + 1 / 9 + 1 / 10
# Bytes to and from Redis, of a query and of an ask, and what ElastiCache Serverless counts for them.
QUERY_KB, ASK_KB, QUERY_ECPUS, ASK_ECPUS = 7, 12, 18, 14
# Showings of a camera a day, and the write units of one: its beginning, its picture and its end. One that
# lasts takes one each five minutes.
SHOWINGS_DAY, SHOWING_UNITS, LASTING_UNITS_DAY, WRITE_MILLION = 500, 9, 288, 0.625
# A showing's picture: the put of S3 for a thousand, and the messages of 5 KB to the camera and from it.
PUT_THOUSAND, PICTURE_MESSAGES = 0.005, 7
# A vector and its neighbours, as text.
KNN_KB = 10


@dataclass(frozen=True, slots=True)
class Use:
    """What is deployed, and how much it is used.

    `on_endpoint`: SageMaker has the vectors, in `own_container` or its own; `serverless`: the Redis is, in
    place of a node; `commands`: functions reach cameras. `queries_s` is that of all cameras, `page_hours`
    those of a day with a page open in `viewers` browsers. `direct`: observations go to the rule by Basic
    Ingest. `at_once` is the number of search functions that ask the item store for news once in `follow_s`.
    """

    on_endpoint: bool = False
    serverless: bool = False
    commands: bool = False
    devices: int = 1
    queries_s: float = 1.0
    page_hours: float = 8.0
    at_once: int = 1
    follow_s: float = 1.0
    viewers: int = 1
    direct: bool = True
    own_container: bool = False

    @property
    def queries(self) -> float:
        """Millions of queries a month."""
        return self.queries_s * MONTH_S / 1e6

    @property
    def statuses(self) -> float:
        """Millions of statuses a month."""
        return self.devices * MONTH_S / STATUS_EVERY_S / 1e6

    @property
    def asks(self) -> float:
        """Millions of a page's requests a month; all pages that are open share them."""
        return ASKS_S * MONTH_S / 1e6 * self.page_hours / 24

    @property
    def showings(self) -> float:
        """Millions of showings a month."""
        return self.devices * SHOWINGS_DAY * HOURS / 24 / 1e6


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
    queries, statuses, minutes = use.queries, use.statuses, use.devices * MONTH_S / 60 / 1e6
    sent = statuses if use.direct else queries + statuses
    told = _n(statuses) if use.direct else f"({_n(queries)} + {_n(statuses)})"
    yield Part(
        "IoT Core: messages and connections",
        sent * IOT_MILLION + minutes * IOT_MINUTES_MILLION,
        f"{told} M messages x ${IOT_MILLION:.2f} + {_n(minutes)} M minutes x ${IOT_MINUTES_MILLION:.2f}",
    )
    yield Part(
        "IoT Core: rules and actions",
        (queries + statuses) * RULE_MILLION,
        f"({_n(queries)} + {_n(statuses)} M) x ${RULE_MILLION:.2f}",
    )


def _functions(use: Use) -> Iterator[Part]:
    for name, calls, gb_s in (
        ("search", use.queries, SEARCH_GB_S),
        ("status", use.statuses, STATUS_GB_S),
        ("api", use.asks, API_GB_S),
    ):
        yield Part(
            f"Lambda: {name}",
            calls * (CALL_MILLION + gb_s * 1e6 * GB_S),
            f"{_n(calls)} M calls x (${CALL_MILLION:.2f} + {gb_s:g} GB s x ${GB_S * 1e6:.2f})",
        )
    yield Part(
        "Lambda: import, once an hour",
        HOURS * COLLECT_GB_S * GB_S,
        f"{HOURS} calls x {COLLECT_GB_S:g} GB s x ${GB_S * 1e6:.2f} a million",
    )
    yield Part(
        "HTTP API: what pages ask for, all of them together",
        use.asks * HTTP_MILLION,
        f"{use.page_hours:g} hours a day x {ASKS_S:.2f} a second = {_n(use.asks)} M x ${HTTP_MILLION:.2f}",
    )
    asked = use.asks * use.viewers
    yield Part(
        "CloudFront: the same, of each browser",
        max(0.0, asked - CDN_FREE) * CDN_MILLION,
        f"{use.viewers} x {_n(use.asks)} M requests, of which {CDN_FREE:g} M are free, x ${CDN_MILLION:.2f}",
    )


def _places(use: Use) -> Iterator[Part]:
    reads = use.at_once * MONTH_S / use.follow_s / 1e6
    yield Part(
        "DynamoDB: asking for news",
        reads * READ_MILLION,
        f"{use.at_once} x {_n(MONTH_S / use.follow_s / 1e6)} M reads x ${READ_MILLION:g}",
    )
    units = use.showings * (SHOWING_UNITS + LASTING_UNITS_DAY / SHOWINGS_DAY)
    yield Part(
        "DynamoDB: the history",
        units * WRITE_MILLION,
        f"{SHOWINGS_DAY} showings a day and camera, {_n(units)} M units x ${WRITE_MILLION:g}",
    )
    yield Part("S3, DynamoDB: what is kept", STORED * STORED_GB, f"{STORED:g} GB x ${STORED_GB:g}")
    yield from _redis(use)
    if use.on_endpoint:
        yield from _endpoint(use)
    if use.commands:
        yield Part(
            "VPC endpoint to IoT Core, and its name",
            HOURS * ZONE_HOUR + DNS_ZONE,
            f"{HOURS} h x ${ZONE_HOUR:g} + ${DNS_ZONE:.2f}",
        )
        put = PUT_THOUSAND * 1000
        yield Part(
            "IoT Core, S3: pictures of the history",
            use.showings * (PICTURE_MESSAGES * IOT_MILLION + put),
            f"{_n(use.showings)} M x ({PICTURE_MESSAGES} messages x ${IOT_MILLION:.2f} + ${put:.2f})",
        )


def _redis(use: Use) -> Iterator[Part]:
    if not use.serverless:
        yield Part("ElastiCache: Valkey on t4g.micro", HOURS * NODE_HOUR, f"{HOURS} h x ${NODE_HOUR:g}")
    else:
        units = use.queries * QUERY_ECPUS + use.asks * ASK_ECPUS
        yield Part(
            "ElastiCache Serverless",
            SERVERLESS_MONTH + units * ECPU_MILLION,
            f"its minimum of 100 MB ${SERVERLESS_MONTH:.2f} + {units:.0f} M units x ${ECPU_MILLION:g}",
        )
    gb = use.queries * QUERY_KB + use.asks * ASK_KB
    yield Part(
        "Traffic to Redis in the other zone",
        gb / 2 * TRAFFIC_GB,
        f"half of {_n(use.queries)} M x {QUERY_KB} KB + {_n(use.asks)} M x {ASK_KB} KB, ${TRAFFIC_GB:g} a GB",
    )


def _endpoint(use: Use) -> Iterator[Part]:
    kind = "ml.t2.medium" if use.queries_s <= SMALL_INSTANCE_QUERIES_S else "ml.m5.large"
    hour = INSTANCE_HOUR[kind]
    yield Part(f"SageMaker: {kind}", HOURS * hour, f"{HOURS} h x ${hour:g}")
    gb = use.queries * KNN_KB
    yield Part(
        "VPC endpoint to SageMaker",
        HOURS * ZONE_HOUR + gb * TRAFFIC_GB,
        f"{HOURS} h x ${ZONE_HOUR:g}, one zone, + {gb:.0f} GB x ${TRAFFIC_GB:g}",
    )
    if use.own_container:
        stored = f"{IMAGE_GB:g} GB x ${IMAGE_GB_MONTH:.2f}"
        yield Part("ECR: our container's image", IMAGE_GB * IMAGE_GB_MONTH, stored)


def _n(number: float) -> str:
    return f"{number:.2f}" if number >= 0.1 else f"{number:.3f}"
