"""The number in a price as people write it."""

import pytest

from services.core.catalogue.price import price_number


@pytest.mark.parametrize(
    ("price", "number"),
    [
        ("12.50", 12.5),
        ("12,5", 12.5),
        ("7", 7),
        ("EUR 1.299,50", 1299.5),
        ("$1,299.50", 1299.5),
        ("1.299", 1299),
        ("1,299,000 KRW", 1299000),
        ("₩12,000", 12000),
        ("1 299,00 €", 1299),
        ("1'299.00 CHF", 1299),
        ("0.125", 0.125),
        ("0,999", 0.999),
        ("12.500,00", 12500),
        ("１２．５", 12),
        ("٣٫٥", 3),
        ("from 3, or 2 for 5", 3),
        ("-5", 5),
        ("1.2.3", 12.3),
        ("", None),
        ("on request", None),
        ("4006381333931000", None),
        ("9" * 2000, None),
        (".,.", None),
        ("²", None),
    ],
)
def test_a_price_is_a_number_to_sort_by(price: str, number: float | None) -> None:
    assert price_number({"price": price, "currency": "EUR"}) == number


def test_an_item_without_a_price_has_no_number() -> None:
    assert price_number({"cost": "12.50"}) is None
