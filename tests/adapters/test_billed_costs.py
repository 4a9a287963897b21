"""What AWS has billed, from answers of Cost Explorer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from botocore.stub import Stubber

from services.adapters.billed_costs import billed_in_month
from services.core.errors import UnavailableError
from tests import aws


@pytest.fixture
def stub() -> Iterator[Stubber]:
    with Stubber(aws.client("ce", "http://127.0.0.1:9")) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def group(service: str, tag: str, dollars: str) -> dict[str, Any]:
    amount = {"UnblendedCost": {"Amount": dollars, "Unit": "USD"}}
    return {"Keys": [service, f"lookalike:name${tag}"], "Metrics": amount}


def asked(**more: str) -> dict[str, Any]:
    return {
        "TimePeriod": {"Start": "2026-12-01", "End": "2027-01-01"},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "TAG", "Key": "lookalike:name"}],
        **more,
    }


def test_a_month_is_what_has_the_tag_and_apart_what_has_none(stub: Stubber) -> None:
    first = [
        group("AWS Lambda", "shop", "0.25"),
        group("AWS Lambda", "other", "9"),
        group("AWS IoT", "", "0.5"),
    ]
    last = [group("AWS Lambda", "shop", "0.5"), group("Amazon S3", "shop", "0")]
    stub.add_response(
        "get_cost_and_usage", {"ResultsByTime": [{"Groups": first}], "NextPageToken": "next"}, asked()
    )
    stub.add_response(
        "get_cost_and_usage", {"ResultsByTime": [{"Groups": last}]}, asked(NextPageToken="next")
    )
    found = billed_in_month(stub.client, "shop", today=date(2026, 12, 31))
    assert (found.since, found.tagged, found.untagged) == (
        date(2026, 12, 1),
        {"AWS Lambda": 0.75},
        {"AWS IoT": 0.5},
    )


def test_a_refusal_is_told(stub: Stubber) -> None:
    stub.add_client_error("get_cost_and_usage", "AccessDeniedException", "not authorized: ce:GetCostAndUsage")
    with pytest.raises(UnavailableError, match=r"Cost Explorer: .*ce:GetCostAndUsage"):
        billed_in_month(stub.client, "shop", today=date(2026, 12, 1))
