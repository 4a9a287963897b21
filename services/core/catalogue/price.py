"""The number in a price, which stays as it was written: for sorting alone, whatever its currency."""

from __future__ import annotations

import re
from collections.abc import Mapping

PRICE = "price"
# Digits of any script, with what stands between the thousands and before the cents.
_NUMBER = re.compile(r"\d(?:[\d.,'’\u00a0\u202f ]*\d)?")
_BLANKS = re.compile(r"['’\u00a0\u202f ]")
# A point or comma that stands between thousands.
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:,\d{3})+")
# More digits are a code, and no price.
_MOST_DIGITS = 15


def price_number(metadata: Mapping[str, str]) -> float | None:
    """The number of an item's price, such as 1299.5 of `EUR 1.299,50`; None without one.

    Of points and commas the last one stands before the cents, unless there are three digits behind it.
    """
    found = _NUMBER.search(metadata.get(PRICE, ""))
    if found is None:
        return None
    text = "".join(str(int(each)) if each.isdecimal() else each for each in _BLANKS.sub("", found[0]))
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"[.,]", "", text)
    whole, point, cents = text.replace(",", ".").rpartition(".")
    digits = whole.replace(".", "") if point else cents
    return float(f"{digits}.{cents if point else 0}") if len(digits) <= _MOST_DIGITS else None
