"""The samples: removed and loaded again on a running system and without one, and never unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.system.stack import eventually, running

NO_CAMERA = {"LOOKALIKE_SOURCE": "none"}


def test_samples_are_loaded_and_removed_and_what_somebody_changed_stays(
    imported: Path, tmp_path: Path
) -> None:
    with running(tmp_path, settings=NO_CAMERA, data=imported) as stack:
        before: dict[str, Any] = stack.get("/samples")
        assert (before["present"], before["total"], before["doing"]) == (61, 61, None)
        stack.client.delete("/items/mug-harbour").raise_for_status()
        stack.stop()
        # Without a system that runs, the command writes itself.
        loaded = stack.cli("samples", "load")
        assert (loaded.returncode, "1 sample loaded, 60 were there before" in loaded.stderr) == (0, True)

    with running(tmp_path, settings=NO_CAMERA) as stack:
        renamed = stack.client.put("/items/mug-harbour", json={"title": "Anna's mug"})
        renamed.raise_for_status()
        removed = stack.cli("samples", "remove")
        assert removed.returncode == 0, removed.stderr
        assert "60 samples removed, 1 stays because you changed it" in removed.stderr
        eventually(lambda: stack.get("/healthz")["checks"]["index"]["items"] == 1, within_s=10)
        after = stack.get("/samples")
        assert (after["present"], after["changed"], after["own"]) == (1, 1, 0)
        # One more is loaded by the system itself.
        assert stack.client.post("/samples").status_code == 202
        assert stack.client.delete("/samples").status_code == 409
        eventually(lambda: stack.get("/samples")["present"] > 1, within_s=20)
        stack.stop()

    with running(tmp_path, settings=NO_CAMERA) as stack:
        # The start does not go on with what it was not asked for.
        assert stack.get("/samples")["doing"] is None
        assert "samples are being loaded (" not in stack.log().rpartition("Lookalike is at")[2]
