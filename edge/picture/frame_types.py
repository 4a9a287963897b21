"""Types that every room of the edge shares: frames, and the camera that gives them."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""A picture uint8 [height, width, 3] in BGR order."""

State = Literal["online", "offline", "no_camera", "stalled"]
"""The state in a camera's status message (docs/contracts/mqtt.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A frame, the name of the camera that took it, and when it was read (Unix seconds)."""

    frame: Frame
    thing: str
    captured_at_s: float


class Camera(Protocol):
    """The port of a source of frames: one camera, or several in turn."""

    def take(self, timeout_s: float) -> Shot | None:
        """Return the freshest frame that was not taken before, waiting for it; None after `timeout_s`."""
