"""Python loads this at its start from its path: processes that a command starts record their calls, too."""

from __future__ import annotations

import os
from pathlib import Path

import botocore

if found := os.environ.get("RECORDED_CALLS"):
    path = Path(found)

    def _record(model: object, **_: object) -> None:
        with path.open("a", encoding="utf-8") as calls:
            calls.write(f"{model.service_model.service_name} {model.name}\n")  # type: ignore[attr-defined]

    botocore.register_initializer(lambda session: session.register("before-call", _record))
