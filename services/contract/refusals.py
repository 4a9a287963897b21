"""Pydantic's errors, each as one sentence that says what was wrong and what was expected."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from services.contract.model_base import Body

_SHOWN = 60
# The expected value by the kind of pydantic's error; {…} are facts of the error.
_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "an object",
    "enum": "{expected}",
    "float_parsing": "a number",
    "greater_than_equal": "{ge} or more",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "int_type": "a whole number",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "missing": "a value",
    "string_pattern_mismatch": "text like {pattern}",
    "string_too_long": "at most {max_length} characters",
    "string_type": "text",
    "string_unicode": "text",
}


def of_body(error: ValidationError, model: type[Body]) -> str:
    """The reason why a JSON body is refused; an unknown field first, as it may be another's misspelt name."""
    errors: list[Any] = list(error.errors(include_url=False))
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    # A name that is no text has no location.
    if first["type"] == "extra_forbidden" or (not first["loc"] and first["type"] == "string_unicode"):
        name = first["loc"][-1] if first["loc"] else first["input"]
        known = model.expected or f"expected {', '.join(sorted(model.model_fields))}"
        return f"unknown field {str(name)[:40]!a}; {known}"
    return of_value(first, first["loc"], expected=model.expected)


def of_value(error: Any, where: Any, *, expected: str = "") -> str:
    """The reason why one value is refused; `where` is its name, after those of its parents."""
    kind = error["type"]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    name = ascii(".".join(map(str, where)))[1:-1][:80]
    wanted = _EXPECTED.get(kind, "")
    expected = expected or (f"expected {wanted.format(**error.get('ctx', {}))}" if wanted else error["msg"])
    if kind == "missing":
        return f"`{name}` is missing; {expected}"
    return f"`{name}` is {ascii(error['input'])[:_SHOWN]}; {expected}"
