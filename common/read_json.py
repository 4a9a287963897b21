"""Reading of JSON that others wrote: everything that Python reads and other programs would not is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

# No message, request or row of ours is nested deeper than 4.
MAX_DEPTH = 64
# Python itself refuses to read a longer number.
_MAX_DIGITS = 4000


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; raises ValueError, and nothing else, with a reason of one short line.

    Refused too: NaN, infinity and numbers beyond float64, numbers of more than 4,000 digits, a key that an
    object holds twice, and nesting deeper than MAX_DEPTH, on which code that walks a value would fail.
    """
    try:
        found = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_unambiguous,
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    _check_depth(found, text)
    return found


_TOO_DEEP = f"nested deeper than {MAX_DEPTH}"


def _check_depth(found: Any, text: str | bytes) -> None:
    if isinstance(text, bytes):
        brackets = text.count(b"[") + text.count(b"{")
    else:
        brackets = text.count("[") + text.count("{")
    if brackets <= MAX_DEPTH:  # most texts are not worth the walk
        return
    layer = _nested([found])
    for _ in range(MAX_DEPTH):
        layer = _nested(inner for each in layer for inner in _inner(each))
    if layer:
        raise ValueError(_TOO_DEEP)


def _nested(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number


def _whole(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits; expected at most {_MAX_DIGITS}")
    return int(digits)


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _count), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"it holds {twice[:40]!a} twice")
    return found
