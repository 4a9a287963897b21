"""The sizes from which docs/aws-costs.md computes its money are those of the rows that are really written."""

from typing import Any

import pytest

from docs.generator.aws_costs import READ, month, start_units, write_of_item
from docs.generator.dynamodb_sizes import read_units, size_of, usual_item, usual_rows, write_units
from services.adapters.dynamodb_items import DynamoItems
from services.core.aws_month import MONTH_S
from tests.adapters.hooks import rows


def test_the_rows_of_a_usual_item_have_the_size_that_is_computed(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    dynamo.put(usual_item())
    computed = usual_rows()
    assert [size_of(row) for row in rows(dynamodb, table, "items")] == computed["item"]
    parts = sorted(size_of(row) for row in rows(dynamodb, table, "vectors/"))
    assert parts == sorted(computed["vectors"] + computed["local features"])
    for kind, partition in (("head", "head"), ("change", "changes")):
        (size,) = (size_of(row) for row in rows(dynamodb, table, partition))
        # Their numbers are shorter here.
        assert computed[kind][0] - 10 <= size <= computed[kind][0]


def test_units_begin_with_each_4_kb_read_and_each_kb_written() -> None:
    assert [read_units(size) for size in (0, 1, 4096, 4097, 8193)] == [1, 1, 1, 2, 3]
    assert [write_units(size) for size in (1, 1024, 1025)] == [1, 1, 2]
    assert write_units(1025, in_transaction=True) == 4


def test_names_and_all_kinds_of_values_count() -> None:
    row = {
        "pk": {"S": "日"},
        "n": {"N": "1234"},
        "b": {"B": b"\x00" * 10},
        "l": {"L": [{"S": "ab"}]},
        "m": {"M": {"x": {"N": "7"}}},
    }
    assert size_of(row) == (2 + 3) + (1 + 3) + (1 + 10) + (1 + 3 + 1 + 2) + (1 + 3 + 1 + 1 + 2)


def test_the_money_is_units_by_time() -> None:
    assert (READ["head"], MONTH_S) == (1, 2_628_000)
    assert month(READ["head"]) == pytest.approx(0.3285)
    assert month(READ["head"], every_s=0.2) == pytest.approx(1.6425)
    assert 10_000 < start_units(10_000) < 12_000
    assert write_of_item() == 4 + 11 + 2 * 3
