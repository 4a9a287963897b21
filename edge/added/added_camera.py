"""A camera that was added in the page, and what may be said of one."""

from dataclasses import dataclass
from typing import Any

from common import wire
from common.box import WHOLE, Box, checked_box
from common.redaction import redact_url
from edge.cameras.sources.address import PORTS, parse_address

MAX_TITLE = 80
MAX_SOURCE = 2000
_EXPECTED = "rtsp://…, rtsps://…, http://…, https://…, or a camera at the edge itself: 0 or /dev/video0"


@dataclass(frozen=True, slots=True)
class AddedCamera:
    """Its thing's name, its name for people, its address with any password, and the part looked at."""

    thing: str
    title: str
    source: str
    region: Box = WHOLE

    def __repr__(self) -> str:
        return f"AddedCamera({self.thing!r}, {self.title!r}, {redact_url(self.source)!r})"


def read_camera(given: dict[str, Any]) -> AddedCamera:
    """The camera in a command or a file; ValueError, without its password, for anything else."""
    return AddedCamera(
        thing=read_thing(given),
        title=read_title(given),
        source=read_source(given),
        region=read_region(given),
    )


def read_thing(given: dict[str, Any]) -> str:
    """The thing's name; ValueError."""
    thing = given.get("thing")
    if not isinstance(thing, str) or not wire.is_thing(thing):
        raise ValueError(
            f"thing is {ascii(thing)[:60]}; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -"
        )
    return thing


def read_title(given: dict[str, Any]) -> str:
    """The name for people, in any script; ValueError."""
    title = given.get("title")
    text = title.strip() if isinstance(title, str) else ""
    if not 0 < len(text) <= MAX_TITLE or not text.isprintable():
        raise ValueError(f"title is {ascii(title)[:60]}; expected a line of 1 to {MAX_TITLE} characters")
    return text


def read_source(given: dict[str, Any]) -> str:
    """The camera's address; ValueError, without its password. Files and folders are none."""
    source = given.get("source")
    if not isinstance(source, str) or not 0 < len(source) <= MAX_SOURCE or not source.isprintable():
        raise ValueError(f"the camera's address has to be a line of 1 to {MAX_SOURCE} characters")
    source = source.strip()
    if (source.isdecimal() and source.isascii() and len(source) < 4) or source == "test":
        return source
    if source.startswith("/dev/video") and source.removeprefix("/dev/video").isdecimal():
        return source
    scheme, colon, _ = source.partition("://")
    if not colon or scheme.lower() not in PORTS:
        raise ValueError(f"{redact_url(source)[:80]!r} is no camera's address; expected {_EXPECTED}")
    parse_address(source)
    return source


def read_region(given: dict[str, Any]) -> Box:
    """The part of the picture that is looked at, all of it by default; ValueError."""
    region = given.get("region")
    if region is None:
        return WHOLE
    numbers = region if isinstance(region, list | tuple) else ()
    if len(numbers) != 4 or any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise ValueError(f"region is {ascii(region)[:60]}; expected left, top, width and height as shares")
    return checked_box((float(numbers[0]), float(numbers[1]), float(numbers[2]), float(numbers[3])))
