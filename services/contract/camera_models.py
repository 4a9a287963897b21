"""Cameras and their frames."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from services.contract.added_models import EdgeAnswer
from services.contract.examples import CAMERA
from services.contract.model_base import Answer, with_example


class TakesAnswer(Answer):
    """How an edge takes cameras from the page."""

    model_config = with_example({"takes": 7, "troubles": {}})
    takes: int = Field(description="How many more it takes.")
    troubles: dict[str, str] = Field(description="By name, why some of its cameras do not run.")


class CameraAnswer(Answer):
    """A camera by its last status."""

    model_config = with_example(CAMERA)
    thing: str = Field(description="Its name.")
    state: Literal["online", "offline", "no_camera", "stalled", "clock_wrong"] = Field(
        description="Its state; `online` and `clock_wrong` give pictures."
    )
    reason: str | None = Field(description="The cause in words, where it gives no pictures.")
    provider: str | None = Field(description="What its model is computed on.")
    fps: float | None = Field(description="Frames a second that it looks at.")
    model: str | None = Field(description="The fingerprint of its model.")
    since: str | None = Field(description="When this state began, by its own clock.")
    source: str | None = Field(description="What it reads, without passwords.")
    model_trouble: str | None = Field(
        description="Why its model is not the one that its settings name; null if it is."
    )
    clock_offset_s: float | None = Field(
        description="Seconds that its clock is off, above 0 if it is ahead; null if it is right."
    )
    title: str | None = Field(description="Its name for people; null if it is `thing`.")
    run_by: str | None = Field(
        description="The edge that runs it, if it was added in the page; null for any other."
    )
    region: tuple[float, float, float, float] | None = Field(
        description="What one looks at that was added in the page: left, top, width and height as shares."
    )
    edge: TakesAnswer | None = Field(
        description="How many cameras its own edge takes from the page; null if it takes none."
    )


class CamerasAnswer(Answer):
    """All known cameras."""

    model_config = with_example(
        {"cameras": [CAMERA], "edges": [{"edge": "server", "title": None, "takes": 7, "troubles": {}}]}
    )
    cameras: list[CameraAnswer] = Field(description="In no special order.")
    edges: list[EdgeAnswer] = Field(description="Those that take cameras from the page now.")


class BrokerAnswer(Answer):
    """The broker that a device connects to."""

    model_config = with_example(
        {"thing": "door", "mqtt_url": "mqtts://devices:secret@shop.example:8883", "mqtt_ca": None}
    )
    thing: str = Field(description="The camera's name.")
    mqtt_url: str = Field(description="Its address, with user and password if it has one for all devices.")
    mqtt_ca: str | None = Field(
        description="The authorities (PEM) that have signed its certificate; null: the system's."
    )


class FrameAnswer(Answer):
    """A frame that was sent to the edge."""

    model_config = with_example({"thing": "phone-3", "bytes": 48213})
    thing: str = Field(description="The camera's name.")
    bytes: int = Field(description="How many bytes the JPEG has.")


class MomentAnswer(Answer):
    """One picture of a thing before a camera."""

    picture: str = Field(description="A JPEG of the frame, at most 1,280 pixels a side, as a data: URL.")
    box: tuple[float, float, float, float] = Field(
        description="The part of it that shows the thing: left, top, width and height as shares."
    )
    captured_at: str = Field(description="When the camera took it.")


class MomentsAnswer(Answer):
    """Different views of the thing that a camera saw."""

    model_config = with_example(
        {
            "thing": "cam-1",
            "moments": [
                {
                    "picture": "data:image/jpeg;base64,/9j/4AAQ…",
                    "box": [0.31, 0.22, 0.38, 0.55],
                    "captured_at": "2026-11-29T13:30:00.123Z",
                }
            ],
        }
    )
    thing: str = Field(description="The camera's name.")
    moments: list[MomentAnswer] = Field(description="1 to 4, in the order in which they were captured.")
