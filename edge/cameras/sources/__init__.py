"""All kinds of sources; `open_source` opens the one that LOOKALIKE_SOURCE names."""

import os
from pathlib import Path

from common.redaction import redact_url
from edge.cameras.sources.base import Source
from edge.cameras.sources.pattern import PatternSource
from edge.cameras.sources.reach import Reach
from edge.cameras.sources.recording import RecordingSource
from edge.cameras.sources.stream import SCHEMES, StreamSource
from edge.cameras.sources.webcam import WebcamSource

EXPECTED = "0, /dev/video0, rtsp://…, http://…, a video file, a folder of pictures, test, mqtt or none"


def open_source(
    setting: str, *, stall_s: float, fast: bool = False, reach: Reach | None = None
) -> Source | None:
    """Return the source of a setting, None for `none`; nothing is opened yet.

    `fast`: a recording or the test pattern gives a frame when the one before was taken, and loses none.
    `reach` judges the addresses that a network camera's leads to.
    ValueError for an unknown kind of source; frames over MQTT (`mqtt`) are no source of this kind.
    """
    if setting == "none":
        return None
    if setting == "test":
        return PatternSource(fast=fast)
    if setting.isdecimal() or setting.startswith("/dev/"):
        return WebcamSource(setting)
    scheme, colon, _ = setting.partition("://")
    if colon and scheme.lower() in SCHEMES:
        return StreamSource(setting, stall_s=stall_s, reach=reach)
    # Unlike Path.expanduser, this leaves a ~ as it is that stands for nobody.
    path = os.path.expanduser(setting)  # noqa: PTH111
    if setting == "mqtt" or (colon and not os.path.lexists(path)):
        raise ValueError(f"no such kind of source: {redact_url(setting)}; expected {EXPECTED}")
    return RecordingSource(Path(path), fast=fast)
