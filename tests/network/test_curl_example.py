"""The example for curl, which is a system package, on a running system with the sample clip."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.system.pictures import picture
from tests.system.stack import ROOT, eventually, running


def test_the_example_with_curl_does_all_that_it_says(imported: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture(7))
    with running(tmp_path / "system", settings={}, data=imported) as stack:
        stack.wait_loaded()
        eventually(lambda: stack.get("/matches")["records"], within_s=30, why=stack.log)
        done = subprocess.run(
            ["sh", str(ROOT / "docs" / "examples" / "lookalike.sh"), str(photo)],
            env={**stack.environ, "LOOKALIKE_PAGE": stack.page},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split("\n")
    assert '"records":[{"id":' in parts[1]
    assert "event: match" in parts
    assert '"verdict":' in next(line for line in parts if line.startswith('{"id":null'))
    assert '"gtin":"4006381333931"' in done.stdout.replace(" ", "")
