"""The cost of a month on AWS."""

from __future__ import annotations

import pytest

from services.core.aws_month import MONTH_S, Use, parts, total


def test_a_month_at_one_query_a_second_is_what_was_promised() -> None:
    # Also with a page open all day.
    assert total(Use(page_hours=24)) <= 17
    for own_container in (False, True):
        assert total(Use(page_hours=24, on_endpoint=True, own_container=own_container)) <= 75
    assert total(Use(direct=False)) <= 17
    assert total(Use(serverless=True)) < total(Use()) < total(Use(commands=True))


def test_the_parts_are_the_sum_and_grow_with_the_use() -> None:
    one, hundred = Use(), Use(devices=100, queries_s=100, at_once=5)
    assert sum(part.dollars for part in parts(hundred)) == pytest.approx(total(hundred))
    found = {part.name: part.dollars for part in parts(hundred)}
    # Of each query a message, a rule, and an action.
    assert found["IoT Core: rules and actions"] == pytest.approx(100 * 1.1 * MONTH_S / 1e6 * 0.30)
    # Many browsers share the calls of the api, but not their own requests.
    crowd = {part.name: part.dollars for part in parts(Use(viewers=50))}
    assert (
        crowd["CloudFront: the same, of each browser"] > found["CloudFront: the same, of each browser"] == 0
    )
    assert crowd["Lambda: api"] == found["Lambda: api"]
    same = {part.name: part.dollars for part in parts(one)}
    assert found["ElastiCache: Valkey on t4g.micro"] == same["ElastiCache: Valkey on t4g.micro"]
