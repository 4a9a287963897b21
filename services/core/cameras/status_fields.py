"""The fields of a status message, each read as far as it is what it should be."""

from __future__ import annotations

from dataclasses import dataclass

from common.box import Box, checked_box
from common.wire import is_thing

MAX_TITLE = 80
_MAX_TAKEN, _MAX_TROUBLES = 1000, 5


@dataclass(frozen=True, slots=True)
class EdgeTakes:
    """How many more cameras an edge takes from the page, and by name why some of them do not run."""

    takes: int
    troubles: dict[str, str]


def read_edge(given: object) -> EdgeTakes | None:
    """What an edge says of the cameras that it takes; None for anything else."""
    takes = given.get("takes") if isinstance(given, dict) else None
    if not isinstance(given, dict) or type(takes) is not int or not 0 <= takes <= _MAX_TAKEN:
        return None
    troubles = given.get("troubles")
    pairs = list(troubles.items())[:_MAX_TROUBLES] if isinstance(troubles, dict) else []
    texts = {thing: text for thing, why in pairs if is_thing(thing) and (text := text_of(why))}
    return EdgeTakes(takes, texts)


def title_of(value: object) -> str | None:
    """A name for people; None for anything else."""
    text = text_of(value)
    return text[:MAX_TITLE] if text and text.isprintable() else None


def thing_of(value: object) -> str | None:
    """A thing's name; None for anything else."""
    return value if isinstance(value, str) and is_thing(value) else None


def region_of(value: object) -> Box | None:
    """A part of a picture; None for anything else."""
    if not isinstance(value, list) or len(value) != 4:
        return None
    if any(type(each) not in (int, float) for each in value):
        return None
    try:
        return checked_box((float(value[0]), float(value[1]), float(value[2]), float(value[3])))
    except ValueError:
        return None


def text_of(value: object) -> str | None:
    """A text, of at most 300 characters; None for anything else."""
    # Half of a surrogate pair can stand in JSON, but not in UTF-8.
    return value[:300].encode(errors="replace").decode() if isinstance(value, str) else None
