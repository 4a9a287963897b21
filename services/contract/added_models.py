"""Cameras that are added in the page."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.contract.model_base import Answer, Body, Text, with_example

_SOURCE = "rtsp://…, rtsps://…, http://… or https://…, with user and password; or `0`, a camera at the edge."
_EDGE = "The edge that is to run it; needed where several take cameras."
_EXAMPLE = {"source": "rtsp://user:password@192.168.1.20/stream1"}
Shares = Annotated[list[float], Field(min_length=4, max_length=4)]


class CameraTestBody(Body):
    """An address to look at once."""

    model_config = with_example(_EXAMPLE)
    source: Text = Field(description=_SOURCE)
    edge: Text | None = Field(None, description=_EDGE)


class NewCameraBody(Body):
    """A camera to add."""

    model_config = with_example({"name": "Front door", **_EXAMPLE})
    name: Text = Field(description="Its name for people, 1 to 80 characters of any script.")
    source: Text = Field(description=_SOURCE)
    edge: Text | None = Field(None, description=_EDGE)
    region: Shares | None = Field(
        None, description="The part that is looked at: left, top, width and height as shares."
    )
    thing: Text | None = Field(None, description="Its thing's name; without one it is made of `name`.")


class CameraEditBody(Body):
    """Changes of a camera; fields that are left out stay."""

    model_config = with_example({"title": "Back door", "region": [0.25, 0.0, 0.5, 1.0]})
    title: Text | None = Field(None, description="Its name for people, 1 to 80 characters of any script.")
    region: Shares | None = Field(
        None, description="The part that is looked at: left, top, width and height as shares."
    )


class TestAnswer(Answer):
    """What a camera showed: one of the two."""

    model_config = with_example(
        {"picture": None, "refused": "rtsp://***@192.168.1.20/stream1: wrong user or password (401)"}
    )
    picture: str | None = Field(description="A JPEG, at most 960 pixels wide, as a data: URL.")
    refused: str | None = Field(description="Why there is no picture.")


class AddedAnswer(Answer):
    """A camera that was added."""

    model_config = with_example({"thing": "front-door", "title": "Front door", "run_by": "server"})
    thing: str = Field(description="Its thing's name, by which all calls know it.")
    title: str = Field(description="Its name for people.")
    run_by: str = Field(description="The edge that runs it.")


class ChangedCameraAnswer(Answer):
    """A camera that was changed or forgotten."""

    model_config = with_example({"thing": "front-door"})
    thing: str = Field(description="Its thing's name.")


class EdgeAnswer(Answer):
    """An edge that takes cameras."""

    model_config = with_example({"edge": "server", "title": None, "takes": 7, "troubles": {}})
    edge: str = Field(description="Its name.")
    title: str | None = Field(description="The name for people of its own camera, if it has one.")
    takes: int = Field(description="How many more cameras it takes.")
    troubles: dict[str, str] = Field(description="By camera, why some of its cameras do not run.")
